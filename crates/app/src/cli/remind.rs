//! `handback remind`: send reminders now, or print them.

use super::{Outcome, print};
use crate::clock;
use crate::data::{Data, Location};
use crate::mail::Flags;
use crate::refused::Refused;
use crate::reminders::{letters, remind};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    mail: Flags,
    /// The address that people type, for the links in reminders
    #[arg(
        long,
        value_name = "URL",
        env = "HANDBACK_PUBLIC_URL",
        default_value = "http://127.0.0.1:8080"
    )]
    public_url: String,
    /// Print what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let mailing = arguments.mail.mailing()?;
    let data = Data::open(&arguments.location)?;
    let desk = data.register.desk();
    let url = arguments.public_url.trim_end_matches('/');
    let letters = letters(&data, &desk, url, clock::now(), false)?;
    if arguments.dry_run {
        for letter in &letters {
            print(&format!(
                "To: {}\nSubject: {}\n\n{}\n",
                letter.address, letter.subject, letter.body
            ))?;
        }
        if letters.is_empty() {
            print("Nothing is to be sent.\n")?;
        }
        return Ok(Outcome::Done);
    }
    let Some(mailing) = mailing else {
        return Err(Refused(
            "no mail server is named: set --smtp and --mail-from, or print with --dry-run".into(),
        )
        .into());
    };
    let outcome = remind(&data, &desk, &mailing, url, &letters)?;
    print(&format!(
        "{} sent, {} failed.\n",
        outcome.sent, outcome.failed
    ))?;
    Ok(match outcome.failed {
        0 => Outcome::Done,
        _ => Outcome::Findings,
    })
}
