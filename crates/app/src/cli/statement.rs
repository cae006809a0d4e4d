//! `handback statement`.

use super::{Outcome, print, print_json};
use crate::clock;
use crate::data::{Data, Location, new_file};
use crate::estate::{KnownMoment, View, statement_at};
use crate::render::{self, Form};
use handback_core::money::YearBasis;
use handback_core::statement::{Rules, ServiceChange, changed_between, changed_knowledge};
use jiff::civil::Date;
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    location: Location,
    /// The day the statement is for; today when not given
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,
    /// Up to when knowledge counts: an entry number, a day or a time; now when not given
    #[arg(long, value_name = "MOMENT")]
    known: Option<KnownMoment>,
    /// Count calendar years instead of financial years
    #[arg(long)]
    calendar_years: bool,
    /// Show every supplier and contract
    #[arg(long)]
    all: bool,
    /// List instead what changed since this day
    #[arg(long, value_name = "DATE", conflicts_with = "html")]
    changed_since: Option<Date>,
    /// List instead what is believed otherwise than at this moment
    #[arg(long, value_name = "MOMENT", conflicts_with_all = ["html", "changed_since"])]
    corrected_since: Option<KnownMoment>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
    /// Write one HTML page that prints on A4, to a new file
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let at = arguments.at.unwrap_or_else(clock::today);
    let known = arguments.known.as_ref();
    let years = if arguments.calendar_years {
        YearBasis::Calendar
    } else {
        YearBasis::Financial
    };
    let rules = Rules {
        years,
        ..Rules::default()
    };
    if let Some(since) = arguments.changed_since {
        let estate = View::at(&data, known).estate()?;
        return list(
            changed_between(&estate, &rules.control, since, at),
            arguments.json,
        );
    }
    if let Some(since) = &arguments.corrected_since {
        let (before, now) = (
            View::at(&data, Some(since)).estate()?,
            View::at(&data, known).estate()?,
        );
        return list(
            changed_knowledge(&before, &now, &rules.control, at),
            arguments.json,
        );
    }
    let statement = statement_at(&data, at, known, &rules)?;
    if arguments.json {
        print_json(&statement)?;
    } else if let Some(file) = &arguments.html {
        let page = render::statement(&statement, Form::Html, arguments.all)?;
        new_file(file)?.write_all(page.as_bytes())?;
        print(&format!("Wrote {}.\n", file.display()))?;
    } else {
        print(&render::statement(&statement, Form::Text, arguments.all)?)?;
    }
    Ok(Outcome::Done)
}

fn list(changes: Vec<ServiceChange>, json: bool) -> anyhow::Result<Outcome> {
    #[derive(Serialize)]
    struct Changes {
        changes: Vec<ServiceChange>,
    }
    if json {
        print_json(&Changes { changes })?;
    } else if changes.is_empty() {
        print("Nothing changed.\n")?;
    } else {
        let lines = changes
            .iter()
            .map(|change| format!("{}: {} → {}\n", change.service, change.was, change.is));
        print(&lines.collect::<String>())?;
    }
    Ok(Outcome::Done)
}
