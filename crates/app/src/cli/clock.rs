//! `handback clock`: what a contract's terms mean on a day, from a file of terms.

use super::{Outcome, file, print, print_json};
use crate::refused::Refused;
use crate::render::clock as words;
use handback_core::contract::{Chain, Clock, Due, Step, Terms};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The longest file of terms that is read, in bytes.
const LONGEST: u64 = 1 << 20;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The contract's terms (TOML): start, initial term, renewal, notice and more; docs/measures/contract-clock.md
    #[arg(long, value_name = "CONTRACT.toml")]
    contract: PathBuf,
    /// The day to ask about; today when not given
    #[arg(long, value_name = "DATE")]
    asked: Option<Date>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let path = arguments.contract.display();
    let text = file::text(&arguments.contract, LONGEST, "a file of terms")?;
    let terms: Terms = text
        .parse()
        .map_err(|error| Refused(format!("{path}: {error}")))?;
    let asked = arguments.asked.unwrap_or_else(crate::clock::today);
    let clock = Clock::of(&terms, asked);
    match arguments.json {
        true => print_json(&answer(&clock))?,
        false => print(&words::text(&clock, terms.title.as_deref()))?,
    }
    Ok(Outcome::Done)
}

/// The clock as programs read it: as core has it, with what things are in words.
fn answer(clock: &Clock) -> Value {
    let safe = clock.last_safe_day.as_ref().map(|safe| {
        json!({
            "date": safe.date,
            "steps": steps(&safe.steps),
            "lapsed": safe.lapsed,
            "missing": safe.missing,
            "others": safe.others.iter().map(chain).collect::<Vec<_>>(),
            "next_chance": safe.next_chance,
        })
    });
    let served = clock.if_served.iter().map(|served| {
        json!({
            "route": served.route,
            "takes_effect": served.takes_effect.last_day(),
            "says": words::effect(served.takes_effect),
            "cost": served.cost.map(|cost| cost.to_string()),
            "clause": served.clause,
            "follows": served.follows.iter().map(due).collect::<Vec<_>>(),
        })
    });
    json!({
        "asked": clock.asked,
        "term_end": clock.term_end,
        "ended": clock.ended,
        "renewals": clock.renewals,
        "next_renewal": clock.next_renewal,
        "extension_until": clock.extension_until,
        "longest_end": clock.longest_end,
        "last_notice": clock.last_notice,
        "due": clock.due.iter().map(due).collect::<Vec<_>>(),
        "last_safe_day": safe,
        "if_served": served.collect::<Vec<_>>(),
        "freeze": clock.freeze,
    })
}

fn due(due: &Due) -> Value {
    json!({
        "what": words::what(&due.what),
        "date": due.date,
        "clause": due.clause,
        "lapsed": due.lapsed,
        "perhaps": due.perhaps,
    })
}

fn chain(chain: &Chain) -> Value {
    json!({ "date": chain.date, "steps": steps(&chain.steps) })
}

fn steps(steps: &[Step]) -> Vec<Value> {
    let step = |step: &Step| {
        json!({
            "what": words::takes(&step.what),
            "from": step.from,
            "to": step.to,
            "clause": step.clause,
        })
    };
    steps.iter().map(step).collect()
}
