//! `handback extras`: what of the payments was contracted, a variation, off-contract or unknown.

use super::{Outcome, print, print_json};
use crate::clock;
use crate::data::{Data, Location};
use crate::estate::{KnownMoment, View, paid_until};
use crate::extras::{Split, text};
use crate::render::extras as words;
use handback_core::basis::Known;
use handback_core::statement::{Extras, Rules};
use jiff::civil::Date;
use serde::Serialize;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    location: Location,
    /// Payments up to this day; today when not given
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,
    /// Up to when knowledge counts: an entry number, a day or a time; now when not given
    #[arg(long, value_name = "MOMENT")]
    known: Option<KnownMoment>,
    /// Write every payment to a file, with what it is of and the rule that said so
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    extras: &'a Extras,
    known: Known,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let at = arguments.at.unwrap_or_else(clock::today);
    let view = View::at(&data, arguments.known.as_ref());
    let (estate, rules) = (view.estate()?, Rules::default());
    let paid = paid_until(&data, &estate, [at].into(), rules.years)?;
    let split = Split::of(&data, &estate, &paid, &rules, at)?;
    if let Some(path) = &arguments.rows {
        let mut file = csv::Writer::from_path(path)?;
        file.write_record([
            "date",
            "supplier",
            "amount",
            "text",
            "what it is of",
            "rule",
            "contract",
            "variation",
            "file",
            "line",
        ])?;
        for (line, told) in split.lines.iter().zip(&split.told) {
            let Some(told) = told else { continue };
            let contract = told.contract.and_then(|id| estate.contracts.get(&id));
            let variation = told.variation.and_then(|id| estate.variations.get(&id));
            let named = |name: Option<&String>| name.cloned().unwrap_or_default();
            file.write_record([
                line.date.to_string(),
                crate::data::harmless(&line.name),
                line.amount
                    .to_string()
                    .replace(['£', ','], "")
                    .replace('−', "-"),
                crate::data::harmless(&text(line)),
                words::class(told.class).into(),
                words::rule(told.rule).into(),
                named(contract.map(|held| &held.title)),
                named(variation.map(|held| held.reference.as_ref().unwrap_or(&held.what))),
                line.file.clone(),
                line.line.to_string(),
            ])?;
        }
        file.flush()?;
    }
    match arguments.json {
        true => print_json(&Answer {
            extras: &split.extras,
            known: view.basis(),
        })?,
        false => print(&words::text(&split.extras))?,
    }
    Ok(Outcome::Done)
}
