//! `handback changes`: about when a measure changed, from a file of dates and values.

use super::{Outcome, file, print, print_json};
use crate::render::changes as words;
use handback_core::performance::verdict::FALSE_ALARMS;
use handback_core::performance::verdict::change::{Changes, EFFORT, changes};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The values: first column the date, second the value; docs/measures/where-it-changed.md
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let series = file::series(&arguments.file)?;
    let found = changes(&series.points(), EFFORT);
    match arguments.json {
        true => print_json(&answer(&found, &series.notes)?)?,
        false => {
            let mut text = words::text(&series.columns[0], &found);
            for note in &series.notes {
                text += &format!("Note: {note}\n");
            }
            print(&text)?;
        }
    }
    Ok(Outcome::Done)
}

/// The answer as core has it, each reason also in words.
fn answer(found: &Changes, notes: &[String]) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(found)?;
    let reasons = found.reasons.iter().map(|reason| {
        let mut value = serde_json::to_value(reason)?;
        value["says"] = json!(words::reason(reason));
        Ok(value)
    });
    value["reasons"] = reasons.collect::<anyhow::Result<Vec<_>>>()?.into();
    value["false_alarms"] = json!(FALSE_ALARMS);
    value["notes"] = json!(notes);
    Ok(value)
}
