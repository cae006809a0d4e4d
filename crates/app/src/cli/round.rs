//! `handback round`: ask people, and close what is over.

use super::{Outcome, print, print_json};
use crate::clock;
use crate::data::{Author, Data, Location, file_name, new_file};
use crate::estate::View;
use crate::mail::Flags;
use crate::refused::{Refused, unless};
use crate::render::clock::day;
use crate::rounds::{self, Ended, Invitation};
use crate::words::Language;
use anyhow::Context;
use handback_core::control::Service;
use handback_core::dated::Period;
use handback_core::engagement::question::Question;
use handback_core::engagement::round::{Factors, Group, Grouping, Round};
use handback_core::engagement::suppression::USUAL;
use handback_core::engagement::way::Way;
use handback_core::pence::Pence;
use handback_core::record::RecordId;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Open a round: what is asked, from when to when, of whom, and in which ways people answer
    Open(Opening),
    /// List the rounds, and which take answers today
    List(Listing),
    /// Send each address of a CSV file its own link: columns email and, if you like, language (en or cy)
    Invite(Inviting),
    /// Make codes to print, cut apart and draw from a box
    Codes(Codes),
    /// The link that everybody may use; with --tickets a link for each ticket number of a CSV file
    Links(Links),
    /// Close every round that is over, and release what may be shown of it
    Close(Closing),
}

#[derive(Debug, clap::Args)]
struct Opening {
    /// What the round is called
    name: String,
    #[command(flatten)]
    location: Location,
    /// The first day on which answers are taken
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// The last day on which answers are taken
    #[arg(long, value_name = "DATE")]
    to: Date,
    /// happiness, confidence, or one of the authority's values in its own words
    #[arg(long, value_name = "QUESTION", default_value = "happiness")]
    question: String,
    /// A service that people can say it is about; none for the technology as a whole
    #[arg(long = "service", value_name = "NAME")]
    services: Vec<String>,
    /// A directorate and how many of it are asked: Housing=120
    #[arg(long = "directorate", value_name = "NAME=PEOPLE", value_parser = counted)]
    directorates: Vec<(String, u64)>,
    /// A place and how many of it are asked: "Town Hall=80"
    #[arg(long = "place", value_name = "NAME=PEOPLE", value_parser = counted)]
    places: Vec<(String, u64)>,
    /// How many are asked altogether, where that is known
    #[arg(long, value_name = "PEOPLE")]
    invited: Option<u64>,
    /// How people answer: email, code, link, ticket
    #[arg(long = "way", value_name = "WAY", required = true, value_delimiter = ',', value_parser = way)]
    ways: Vec<Way>,
    /// The fewest answers that are shown; at least 5
    #[arg(long, value_name = "N", default_value_t = USUAL)]
    threshold: u64,
    /// What an hour of a person's work costs, in pounds, which makes lost time money
    #[arg(long, value_name = "POUNDS", value_parser = pounds)]
    hour: Option<Pence>,
    /// The post that reads comments before anyone else; without one no comment is asked for
    #[arg(long, value_name = "POST")]
    moderator: Option<String>,
    /// Your own factors: a TOML file with the lists negative, neutral and positive
    #[arg(long, value_name = "TOML")]
    factors: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Listing {
    #[command(flatten)]
    location: Location,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Inviting {
    /// The round, by its name or id
    round: String,
    /// The addresses
    people: PathBuf,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    mail: Flags,
    #[command(flatten)]
    public: Public,
}

/// Where people find the pages.
#[derive(Debug, clap::Args)]
struct Public {
    /// The address that people type
    #[arg(
        long,
        value_name = "URL",
        env = "HANDBACK_PUBLIC_URL",
        default_value = "http://127.0.0.1:8080"
    )]
    public_url: String,
}

impl Public {
    fn url(&self) -> &str {
        self.public_url.trim_end_matches('/')
    }
}

#[derive(Debug, clap::Args)]
struct Codes {
    /// The round, by its name or id
    round: String,
    /// How many
    #[arg(value_parser = clap::value_parser!(u16).range(1..=5_000))]
    how_many: u16,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    public: Public,
    /// Write slips to print to this HTML file, instead of listing the codes
    #[arg(long, value_name = "HTML")]
    slips: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Links {
    /// The round, by its name or id
    round: String,
    #[command(flatten)]
    location: Location,
    #[command(flatten)]
    public: Public,
    /// A CSV file of ticket numbers, in its first column
    #[arg(long, value_name = "CSV")]
    tickets: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Closing {
    #[command(flatten)]
    location: Location,
    /// Close rounds whose last day lies before this one; today when not given. One that is not over ends early
    #[arg(long, value_name = "DATE")]
    before: Option<Date>,
}

fn counted(text: &str) -> Result<(String, u64), String> {
    let wrong =
        || format!("{text:?} is no group: write its name, = and how many people, as Housing=120");
    let (name, people) = text.rsplit_once('=').ok_or_else(wrong)?;
    let people = people.trim().parse().map_err(|_| wrong())?;
    Ok((name.trim().to_owned(), people))
}

fn way(text: &str) -> Result<Way, String> {
    Way::of_word(text.trim())
        .ok_or_else(|| format!("{text:?} is no way to answer: email, code, link or ticket"))
}

fn pounds(text: &str) -> Result<Pence, String> {
    Pence::parse(text).map_err(|why| format!("{text:?}: {why}"))
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Open(opening) => open(opening),
        Command::List(listing) => list(listing),
        Command::Invite(inviting) => invite(inviting),
        Command::Codes(asked) => codes(asked),
        Command::Links(asked) => links(asked),
        Command::Close(closing) => close(closing),
    }
}

fn open(opening: &Opening) -> anyhow::Result<Outcome> {
    unless(opening.from <= opening.to, || {
        format!(
            "the round ends on {} before it begins on {}",
            opening.to, opening.from
        )
    })?;
    let data = Data::existing(&opening.location)?;
    let estate = View::at(&data, None).estate()?;
    let groups = |of, named: &[(String, u64)]| -> Vec<Group> {
        let group = |(name, invited): &(String, u64)| Group {
            of,
            name: name.clone(),
            invited: *invited,
        };
        named.iter().map(group).collect()
    };
    let factors = match &opening.factors {
        None => Factors::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            let read = toml::from_str(&text);
            read.map_err(|why| Refused(format!("{}: {why}", path.display())))?
        }
    };
    let round = Round {
        name: opening.name.clone(),
        period: Period::new(opening.from, opening.to),
        question: Question::of_word(&opening.question),
        services: services(&estate.services, &opening.services)?,
        groups: [
            groups(Grouping::Directorate, &opening.directorates),
            groups(Grouping::Place, &opening.places),
        ]
        .concat(),
        invited: opening.invited,
        ways: opening.ways.iter().copied().collect(),
        factors,
        threshold: opening.threshold,
        hour: opening.hour,
        moderator: opening.moderator.clone(),
        key: String::new(),
    };
    let id = rounds::open(&data, &Author::operator(), round)?;
    print(&format!(
        "Opened {} ({id}).\nIts keys are in a folder of their own: keep that folder out of every backup.\n",
        opening.name
    ))?;
    Ok(Outcome::Done)
}

fn services(
    known: &BTreeMap<RecordId, Service>,
    named: &[String],
) -> anyhow::Result<BTreeSet<RecordId>> {
    let find = |name: &String| {
        let found = known
            .iter()
            .find(|(_, it)| it.name.eq_ignore_ascii_case(name));
        found.map(|(id, _)| *id).ok_or_else(|| {
            Refused(format!(
                "no service is called {name:?}: state it first, or write its name as it stands"
            ))
            .into()
        })
    };
    named.iter().map(find).collect()
}

fn list(listing: &Listing) -> anyhow::Result<Outcome> {
    let data = Data::existing(&listing.location)?;
    let estate = View::at(&data, None).estate()?;
    if listing.json {
        let rounds: BTreeMap<String, &Round> = estate
            .rounds
            .iter()
            .map(|(id, round)| (id.to_string(), round))
            .collect();
        print_json(&rounds)?;
        return Ok(Outcome::Done);
    }
    let mut rounds: Vec<(&RecordId, &Round)> = estate.rounds.iter().collect();
    rounds.sort_by_key(|(_, round)| round.period.from);
    let today = clock::today();
    for (id, round) in &rounds {
        let stands = match today {
            today if today < round.period.from => "has not begun",
            today if round.period.contains(today) => "takes answers",
            _ if data.wait(data.answer_box()?.holds(**id))? => "is over and waits to be closed",
            _ => "is closed",
        };
        print(&format!(
            "{} ({}), {} to {}: {stands}\n  {id}\n",
            round.name,
            round.question,
            day(round.period.from),
            day(round.period.to)
        ))?;
    }
    if rounds.is_empty() {
        print("No round yet: open one with handback round open.\n")?;
    }
    Ok(Outcome::Done)
}

/// A CSV file of people: a column `email`, perhaps a column `language`.
fn people(path: &Path) -> anyhow::Result<Vec<(u64, String, Language)>> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    let headings = reader.headers()?.clone();
    let column = |name: &str| {
        headings
            .iter()
            .position(|it| it.trim().eq_ignore_ascii_case(name))
    };
    let email = column("email")
        .or_else(|| column("e-mail"))
        .ok_or_else(|| {
            Refused(format!(
                "{}, line 1: no column is called email",
                file_name(path)
            ))
        })?;
    let language = column("language");
    let mut people = Vec::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let address = record.get(email).unwrap_or_default().trim().to_owned();
        let spoken = language
            .and_then(|column| record.get(column))
            .unwrap_or_default();
        if !address.is_empty() {
            people.push((line, address, Language::of_code(spoken.trim())));
        }
    }
    Ok(people)
}

fn invite(inviting: &Inviting) -> anyhow::Result<Outcome> {
    let mailing = inviting
        .mail
        .mailing()?
        .ok_or_else(|| Refused("no mail server is named: set --smtp and --mail-from".into()))?;
    let data = Data::existing(&inviting.location)?;
    let estate = View::at(&data, None).estate()?;
    let round = rounds::named(&estate.rounds, &inviting.round)?;
    unless(round.1.ways.contains(&Way::Email), || {
        format!("people do not answer {} by e-mail", round.1.name)
    })?;
    rounds::takes_invitations(round.1, clock::today())?;
    let (mut sent, mut before, mut failed) = (0, 0, 0);
    for (line, address, language) in people(&inviting.people)? {
        let url = inviting.public.url();
        match rounds::invitation(&data, &mailing, url, round, (&address, language)) {
            Ok(Invitation::Sent) => sent += 1,
            Ok(Invitation::Before) => before += 1,
            // The line, and never the address: what is printed may end up in a log.
            Err(error) => {
                failed += 1;
                print(&format!(
                    "{}, line {line}: {error:#}\n",
                    file_name(&inviting.people)
                ))?;
            }
        }
    }
    print(&format!(
        "{sent} sent, {before} had their invitation before, {failed} failed. Run it again for those that failed.\n"
    ))?;
    Ok(match failed {
        0 => Outcome::Done,
        _ => Outcome::Findings,
    })
}

fn codes(asked: &Codes) -> anyhow::Result<Outcome> {
    let data = Data::existing(&asked.location)?;
    let estate = View::at(&data, None).estate()?;
    let (id, round) = rounds::named(&estate.rounds, &asked.round)?;
    unless(round.ways.contains(&Way::Code), || {
        format!("people do not answer {} with printed codes", round.name)
    })?;
    let codes = rounds::codes(&data, id, usize::from(asked.how_many))?;
    let Some(path) = &asked.slips else {
        for code in codes {
            print(&format!("{code}\n"))?;
        }
        return Ok(Outcome::Done);
    };
    let mut file = new_file(path)?;
    file.write_all(rounds::slips(round, asked.public.url(), &codes)?.as_bytes())?;
    print(&format!(
        "Wrote {} slips to {}. Print them, cut them apart, let people draw them from a box, and delete the file.\n",
        codes.len(),
        path.display()
    ))?;
    Ok(Outcome::Done)
}

fn links(asked: &Links) -> anyhow::Result<Outcome> {
    let data = Data::existing(&asked.location)?;
    let estate = View::at(&data, None).estate()?;
    let (id, round) = rounds::named(&estate.rounds, &asked.round)?;
    let url = asked.public.url();
    let Some(path) = &asked.tickets else {
        unless(round.ways.contains(&Way::Link), || {
            format!(
                "people do not answer {} by a link that everybody has",
                round.name
            )
        })?;
        for (what, link) in rounds::open_links(id, round, &estate.services, url) {
            print(&format!("{what}: {link}\n"))?;
        }
        return Ok(Outcome::Done);
    };
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["ticket", "link"])?;
    for record in reader.records() {
        let record = record?;
        let ticket = record.get(0).unwrap_or_default();
        if let Some(link) = rounds::ticket_link(&data, (id, round), ticket, url)? {
            out.write_record([ticket, &link])?;
        }
    }
    print(&String::from_utf8(out.into_inner()?)?)?;
    Ok(Outcome::Done)
}

fn close(closing: &Closing) -> anyhow::Result<Outcome> {
    let data = Data::existing(&closing.location)?;
    let ended = rounds::close_due(
        &data,
        &Author::operator(),
        closing.before.unwrap_or_else(clock::today),
    )?;
    if ended.is_empty() {
        print("No round is over that was not closed before.\n")?;
    }
    for (name, ended) in ended {
        let what = match ended {
            Ended::Released(sentence) => sentence,
            Ended::Waits => "too few answered. What they said waits, sealed, for the next round of the same question".into(),
        };
        print(&format!("{name}: {what}\n"))?;
    }
    Ok(Outcome::Done)
}
