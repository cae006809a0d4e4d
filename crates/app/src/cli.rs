//! The command line. Exit codes: 0 done, 1 findings or refused, 2 wrong usage, 3 something broke.

mod changes;
mod clock;
mod copies;
mod correct;
mod credits;
mod extras;
mod figure;
mod file;
mod generate;
mod import;
mod readiness;
mod remind;
mod review;
mod round;
mod routes;
mod serve;
mod spc;
mod sql;
mod statement;
mod suppress;
pub mod template;
mod totals;
mod verdict;
mod working_time;

pub use generate::demo_accounts;

use crate::refused::is_refusal;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Take technology back from a supplier: who runs and steers each service, what was paid to whom,
/// and what share you control, from your own files.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take files in: payments, contracts, services, arrangements and more, recognised by what they hold
    Import(import::Arguments),
    /// Serve the pages and the API
    Serve(serve::Arguments),
    /// List every address that is served, and who may ask for it
    Routes(routes::Arguments),
    /// Print the statement of control for a day, as known at a moment
    Statement(statement::Arguments),
    /// Take one named figure, or list them all
    Figure(figure::Arguments),
    /// What a supplier was paid, counted in every way, and why published totals differ
    Totals(totals::Arguments),
    /// When a contract ends, by when notice must be given, and the last safe day to decide
    Clock(clock::Arguments),
    /// How long tickets took in working time, and whether targets were met
    WorkingTime(working_time::Arguments),
    /// Which service credits a contract's table of indicators says are owed each month, with the arithmetic
    Credits(credits::Arguments),
    /// What of the payments was contracted, a variation, off-contract or unknown
    Extras(extras::Arguments),
    /// Whether a measure is stable and meets its target: a control chart of a file of dates and values
    Spc(spc::Arguments),
    /// Whether services are ready to move, and what is missing
    Readiness(readiness::Arguments),
    /// Whether a measure stepped up or down at a known date, or that nobody can tell
    Verdict(verdict::Arguments),
    /// About when a measure changed, where nobody named a date: a question, never a cause
    Changes(changes::Arguments),
    /// Which numbers of a table of counts may be shown, so that nobody can subtract their way to a small group
    Suppress(suppress::Arguments),
    /// Ask people what the technology is like to work with: open a round, invite, print codes, close
    Round(round::Arguments),
    /// Send by e-mail what falls due to whoever asked for it, or print it
    Remind(remind::Arguments),
    /// What looks like technology, in one short list to confirm by supplier
    Scope(review::ScopeArguments),
    /// Printed names that likely belong together, to tick
    Names(review::NamesArguments),
    /// Ask a question in SQL over payments and records; nothing can be changed
    Sql(sql::Arguments),
    /// What was believed of a record, from when on, who said so and why
    History(correct::HistoryArguments),
    /// Say that a record, such as an import, was never true; it counts no longer
    Withdraw(correct::WithdrawArguments),
    /// Remove the content of an entry for good, as the law may demand; its place in the log stands
    Erase(correct::EraseArguments),
    /// Prove that nothing was changed behind the register's back
    Verify(copies::VerifyArguments),
    /// Write every record and fact to files that another Handback can import
    Export(copies::ExportArguments),
    /// Copy everything, while others work
    Backup(copies::BackupArguments),
    /// Put a backup back, into a file or a PostgreSQL database
    Restore(copies::RestoreArguments),
    /// Print the headings of a file to fill in, with one example line
    Template(template::Arguments),
    /// Write the files of the made-up example authority, at any size
    Generate(generate::Arguments),
    /// Make the example authority, take its files in and print its statement
    Demo(generate::DemoArguments),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// There is something to look at: rows rejected, a file refused, a proof that does not hold.
    Findings,
}

/// Run the command that the arguments name.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::from_env("HANDBACK_LOG");
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let outcome = match arguments.command {
        Command::Import(arguments) => import::run(arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Routes(arguments) => routes::run(&arguments),
        Command::Statement(arguments) => statement::run(&arguments),
        Command::Figure(arguments) => figure::run(&arguments),
        Command::Totals(arguments) => totals::run(&arguments),
        Command::Clock(arguments) => clock::run(&arguments),
        Command::WorkingTime(arguments) => working_time::run(&arguments),
        Command::Credits(arguments) => credits::run(&arguments),
        Command::Extras(arguments) => extras::run(&arguments),
        Command::Spc(arguments) => spc::run(&arguments),
        Command::Readiness(arguments) => readiness::run(&arguments),
        Command::Verdict(arguments) => verdict::run(&arguments),
        Command::Changes(arguments) => changes::run(&arguments),
        Command::Suppress(arguments) => suppress::run(&arguments),
        Command::Round(arguments) => round::run(&arguments),
        Command::Remind(arguments) => remind::run(&arguments),
        Command::Scope(arguments) => review::scope(&arguments),
        Command::Names(arguments) => review::names(&arguments),
        Command::Sql(arguments) => sql::run(&arguments),
        Command::History(arguments) => correct::history(&arguments),
        Command::Withdraw(arguments) => correct::withdraw(&arguments),
        Command::Erase(arguments) => correct::erase(&arguments),
        Command::Verify(arguments) => copies::verify(&arguments),
        Command::Export(arguments) => copies::export(&arguments),
        Command::Backup(arguments) => copies::backup(&arguments),
        Command::Restore(arguments) => copies::restore(&arguments),
        Command::Template(arguments) => template::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Demo(arguments) => generate::demo(&arguments),
    };
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("handback: {error:#}");
            ExitCode::from(if is_refusal(&error) { 1 } else { 3 })
        }
    }
}

/// Whether the reader of our output has gone, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let broken = |io: &std::io::Error| io.kind() == std::io::ErrorKind::BrokenPipe;
    error
        .chain()
        .any(|cause| cause.downcast_ref().is_some_and(broken))
}

/// Print to standard output. Characters that command a terminal or turn the direction of writing,
/// as a hostile file may hold them, are shown as what they are.
fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let commands = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let shown = text.replace(commands, "\u{fffd}");
    let mut out = std::io::stdout().lock();
    out.write_all(shown.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Print a value as JSON.
fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&(serde_json::to_string_pretty(value)? + "\n"))
}
