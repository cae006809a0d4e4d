//! `handback generate` and `handback demo`: the made-up example authority.

use super::serve::{Serving, serve};
use super::{Outcome, print};
use crate::cli::import::{folder_files, told, with_progress};
use crate::clock;
use crate::data::{Author, Data, Location, fresh_id};
use crate::estate::{View, statement_at};
use crate::generate::{COMMENTS, Moderated, PICTURE, Shape, TICKETS, answered, write};
use crate::import::{Taken, Wishes, take_in};
use crate::refused::Refused;
use crate::render::{self, Form};
use crate::rounds;
use crate::web::password;
use crate::web::sign_in::DemoAccount;
use anyhow::Context;
use handback_core::control::Service;
use handback_core::dated::Period;
use handback_core::engagement::question::Question;
use handback_core::engagement::round::{Factors, Group, Grouping, Round};
use handback_core::engagement::suppression::USUAL;
use handback_core::engagement::update::Update;
use handback_core::engagement::way::Way;
use handback_core::import::Dataset;
use handback_core::organisation::Organisation;
use handback_core::pence::Pence;
use handback_core::permission::{Actor, Grant, Role, Within};
use handback_core::record::RecordId;
use handback_core::statement::Rules;
use handback_register::Picture;
use handback_register::desk::{Account, CommentId};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many times the example's suppliers and payments
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    scale: u32,
    /// Another seed gives other amounts and days; the same gives the same bytes
    #[arg(long, default_value_t = Shape::default().seed)]
    seed: u64,
    /// A new folder for the files
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write exactly this many payments into one payments.csv instead of monthly files
    #[arg(long, value_name = "N")]
    payments: Option<u64>,
    /// How many services in all
    #[arg(long, value_name = "N")]
    services: Option<u32>,
    /// How many contracts in all
    #[arg(long, value_name = "N")]
    contracts: Option<u32>,
    /// How many tickets the service desk had; when not given half a million times the scale, beside
    /// --payments 6000
    #[arg(long, value_name = "N")]
    tickets: Option<u32>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let shape = Shape {
        scale: arguments.scale,
        seed: arguments.seed,
        payment_rows: arguments.payments,
        services: arguments.services,
        contracts: arguments.contracts,
        tickets: arguments.tickets.unwrap_or(match arguments.payments {
            Some(_) => Shape::default().tickets,
            None => TICKETS.saturating_mul(arguments.scale),
        }),
    };
    if arguments.out.exists() {
        return Err(Refused(format!(
            "{} is there already: name a new folder",
            arguments.out.display()
        ))
        .into());
    }
    files(&shape, &arguments.out)?;
    print(&format!(
        "Wrote the example authority's files to {}\n",
        arguments.out.display()
    ))?;
    Ok(Outcome::Done)
}

fn files(shape: &Shape, folder: &Path) -> anyhow::Result<()> {
    let mut create = |name: &str| {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(Box::new(BufWriter::new(File::create(path)?)) as Box<dyn Write>)
    };
    write(shape, &mut create)
        .with_context(|| format!("cannot write the example to {}", folder.display()))
}

/// The accounts of the made-up authority, one for each role; everybody may know their password.
pub fn demo_accounts() -> Vec<DemoAccount> {
    PEOPLE
        .iter()
        .map(|(login, name, _)| DemoAccount { login, name })
        .collect()
}

const PEOPLE: &[(&str, &str, Role)] = &[
    ("administrator", "the administrator", Role::Administrator),
    ("director", "the digital director", Role::Director),
    ("contracts", "the contract manager", Role::ContractManager),
    ("owner", "the owner of a service", Role::ServiceOwner),
    (
        "partner",
        "the business partner of a directorate",
        Role::BusinessPartner,
    ),
    ("panel", "a member of the panel", Role::PanelMember),
    ("reader", "somebody who reads", Role::Reader),
];

/// The password of them all.
const PASSWORD: &str = "harrowmere example";

#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    /// The folder for the example's files and data; made when it is not there
    #[arg(long, value_name = "DIR", default_value = "handback-demo")]
    dir: PathBuf,
    /// The day of the statement
    #[arg(long, value_name = "DATE", default_value = "2021-03-26")]
    at: Date,
    /// Print the statement and end, instead of serving pages
    #[arg(long)]
    print: bool,
    #[command(flatten)]
    serving: Serving,
}

pub fn demo(arguments: &DemoArguments) -> anyhow::Result<Outcome> {
    let (sources, data) = (arguments.dir.join("files"), arguments.dir.join("data"));
    let location = Location::of(data.clone());
    if !sources.exists() {
        files(&Shape::default(), &sources)?;
    }
    let data = Data::open(&location)?;
    if data.register.picture().size() == 0 {
        let wishes = Wishes {
            authority: Some(AUTHORITY.into()),
            ..Wishes::default()
        };
        let sources = folder_files(&sources)?;
        let taken = with_progress(|watch| {
            take_in(Some(&data), &sources, &wishes, &Author::operator(), watch)
        })?;
        data.vault.put(PICTURE)?;
        take_survey(arguments, &data)?;
        let remarkable = |taken: &&Taken| !taken.is_whole() || !taken.overlaps.is_empty();
        let remarkable: Vec<Taken> = taken.iter().filter(remarkable).cloned().collect();
        let rows: u64 = taken.iter().map(|taken| taken.tally.rows).sum();
        print(&format!(
            "Took in {} files, {rows} rows. To look at:\n{}\n",
            taken.len(),
            told(&remarkable, false)
        ))?;
    }
    if arguments.print {
        let statement = statement_at(&data, arguments.at, None, &Rules::default())?;
        print(&render::statement(&statement, Form::Text, false)?)?;
        print(&format!(
            "\nThis authority is made up. Its files are in {}; look at one, change it, import it again:\n  \
             handback statement --data {} --at 2019-07-31\n",
            sources.display(),
            location.dir.display()
        ))?;
        return Ok(Outcome::Done);
    }
    open_accounts(&data)?;
    open_round(&data)?;
    let first = format!("/?at={}", arguments.at);
    serve(data, &location, &arguments.serving, Some(&first))
}

/// Give the made-up authority its accounts.
fn open_accounts(data: &Data) -> anyhow::Result<()> {
    let desk = data.register.desk();
    if !data.wait(desk.is_empty())? {
        return Ok(());
    }
    let picture = data.register.picture();
    let mut service = None;
    for held in picture.known(picture.size()).all::<Service>() {
        let (id, held) = held?;
        if held.name == OWNED {
            service = Some(id);
        }
    }
    let directorate = directorate(&picture, DIRECTORATE)?;
    let password = password::kept(PASSWORD)?;
    for (login, name, role) in PEOPLE {
        let within = match (role, service, directorate) {
            (Role::ServiceOwner, Some(service), _) => Within::Service(service),
            (Role::BusinessPartner, _, Some(id)) => Within::Directorate(id),
            _ => Within::Everything,
        };
        let account = Account {
            actor: Actor(format!("example-{login}")),
            login: (*login).into(),
            name: (*name).into(),
            password: Some(password.clone()),
            grants: vec![Grant {
                role: *role,
                within,
            }],
            created_at: clock::now(),
            disabled_at: None,
        };
        data.wait(desk.open_account(&account))?;
    }
    comment(data)
}

/// Let people of the made-up authority comment on its updates, and the director moderate.
fn comment(data: &Data) -> anyhow::Result<()> {
    let desk = data.register.desk();
    let picture = data.register.picture();
    let mut updates = BTreeMap::new();
    for update in picture.known(picture.size()).all::<Update>() {
        let (id, update) = update?;
        updates.insert(update.title, id);
    }
    let director = Actor("example-director".into());
    for (title, login, text, moderated) in COMMENTS {
        let Some(about) = updates.get(*title) else {
            continue;
        };
        let (id, now) = (CommentId(fresh_id().0), clock::now());
        let author = Actor(format!("example-{login}"));
        data.wait(desk.comment((id, *about), &author, text, now))?;
        match moderated {
            Moderated::Not => None,
            Moderated::Shown => data.wait(desk.show_comment(id, &director, now))?,
            Moderated::Removed(why) => data.wait(desk.remove_comment(id, &director, why, now))?,
        };
    }
    Ok(())
}

/// Write what the made-up authority's people said, and take it in as answers.
fn take_survey(arguments: &DemoArguments, data: &Data) -> anyhow::Result<()> {
    let folder = arguments.dir.join("survey");
    let path = folder.join(answered::FILE);
    if !path.exists() {
        fs::create_dir_all(&folder)?;
        let mut create =
            |_: &str| Ok(Box::new(BufWriter::new(File::create(&path)?)) as Box<dyn Write>);
        answered::write(&Shape::default(), &mut create)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let wishes = Wishes {
        dataset: Some(Dataset::Responses),
        ..Wishes::default()
    };
    let sources = folder_files(&folder)?;
    let mut watch = |_: &str, _| ControlFlow::Continue(());
    take_in(
        Some(data),
        &sources,
        &wishes,
        &Author::operator(),
        &mut watch,
    )?;
    Ok(())
}

/// Ask the made-up authority's people something now, so that the page on which they answer can be tried.
fn open_round(data: &Data) -> anyhow::Result<()> {
    let estate = View::at(data, None).estate()?;
    if !estate.rounds.is_empty() {
        return Ok(());
    }
    let today = clock::today();
    let group = |(name, invited): (&str, u64)| Group {
        of: Grouping::Directorate,
        name: name.into(),
        invited,
    };
    let asked = ["Network", "Service desk", "Desktop computers"];
    let services = estate.services.iter();
    let round = Round {
        name: "How is it now?".into(),
        period: Period::new(today, today.saturating_add(28.days())),
        question: Question::Happiness,
        services: services
            .filter(|(_, service)| asked.contains(&service.name.as_str()))
            .map(|(id, _)| *id)
            .collect(),
        groups: [("Housing", 120), ("Public Health", 45)].map(group).into(),
        invited: None,
        ways: [Way::Link, Way::Code, Way::Ticket].into(),
        factors: Factors::default(),
        threshold: USUAL,
        hour: Some(Pence(2_200)),
        moderator: Some("Head of service delivery".into()),
        key: String::new(),
    };
    rounds::open(data, &Author::operator(), round)?;
    Ok(())
}

/// The service that the example's service owner answers for.
const OWNED: &str = "Identity and access";

/// The directorate that the example's business partner speaks for.
const DIRECTORATE: &str = "Housing";

fn directorate(picture: &Picture, name: &str) -> anyhow::Result<Option<RecordId>> {
    for record in picture.known(picture.size()).all::<Organisation>() {
        let (id, organisation) = record?;
        if organisation.name == name {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The made-up authority.
const AUTHORITY: &str = "Harrowmere City Council";
