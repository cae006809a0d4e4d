//! `handback verdict`: whether a measure stepped up at a known date, from a file of dates and values.

use super::{Outcome, file, print, print_json};
use crate::refused::Refused;
use crate::render::verdict as words;
use handback_core::performance::verdict::{Effort, Question, Verdict, verdict};
use handback_core::performance::{Better, Point};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The values: first column the date, second the value, then series to compare with; docs/measures/step-verdict.md
    #[arg(value_name = "FILE.csv")]
    file: PathBuf,
    /// The first day under the new arrangement
    #[arg(long, value_name = "DATE", value_parser = file::date)]
    at: Date,
    /// Which way is better: up or down
    #[arg(long, value_name = "WAY", value_parser = better)]
    better: Better,
    /// The smallest step that matters, in the unit of the file; said before looking
    #[arg(long, value_name = "X", value_parser = smallest)]
    smallest: Option<f64>,
    /// How many months to leave out from that date on, while the service settles
    #[arg(long, value_name = "MONTHS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=24))]
    transition: u32,
    /// Columns of series that move with this one but were not touched by what happened
    #[arg(long, value_name = "COLUMN", num_args = 1..)]
    compare: Vec<String>,
    /// What else happened, and when
    #[arg(long, value_name = "DATE=TEXT", num_args = 1.., value_parser = event)]
    event: Vec<(Date, String)>,
    /// A day from which the measure was counted in another way; may be given again
    #[arg(long, value_name = "DATE", value_parser = file::date)]
    redefined: Vec<Date>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

fn better(text: &str) -> Result<Better, String> {
    match text {
        "up" => Ok(Better::Up),
        "down" => Ok(Better::Down),
        _ => Err("say up or down: “stepped up” means “got better”".into()),
    }
}

fn smallest(text: &str) -> Result<f64, String> {
    file::number(text)
        .filter(|number| *number > 0.0)
        .ok_or_else(|| "write a number above 0, such as 5 or 0.5".into())
}

fn event(text: &str) -> Result<(Date, String), String> {
    let parts = text
        .split_once('=')
        .filter(|(_, text)| !text.trim().is_empty());
    let (day, text) = parts.ok_or("write it as 2020-03-23=Pandemic closes the offices")?;
    Ok((file::date(day)?, text.trim().to_owned()))
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let series = file::series(&arguments.file)?;
    let refused = |why: String| Refused(format!("{}: {why}", arguments.file.display()));
    let points = series.points();
    let compared = arguments.compare.iter().map(|heading| {
        series.column(heading).ok_or_else(|| {
            let columns = series.columns[1..].join(", ");
            refused(match columns.is_empty() {
                true => format!("it has no column {heading:?} to compare with, nor any other"),
                false => {
                    format!("it has no column {heading:?} to compare with: there are {columns}")
                }
            })
        })
    });
    let compared = compared.collect::<Result<Vec<Vec<Point>>, _>>()?;
    let question = Question {
        points: &points,
        at: arguments.at,
        better: arguments.better,
        smallest: arguments.smallest,
        transition: arguments.transition,
        compared: &compared,
        redefined: &arguments.redefined,
        events: &arguments.event,
    };
    let found = verdict(&question, Effort::default());
    match arguments.json {
        true => print_json(&answer(&question, &found, &series.notes)?)?,
        false => {
            let mut text = words::text(&series.columns[0], arguments.at, arguments.better, &found);
            for note in &series.notes {
                text += &format!("Note: {note}\n");
            }
            print(&text)?;
        }
    }
    Ok(Outcome::Done)
}

/// The verdict as core has it, each reason also in words.
fn answer(question: &Question<'_>, found: &Verdict, notes: &[String]) -> anyhow::Result<Value> {
    let mut value = serde_json::to_value(found)?;
    let reasons = found.reasons.iter().map(|reason| {
        let mut value = serde_json::to_value(reason)?;
        value["says"] = json!(words::reason(reason));
        Ok(value)
    });
    value["reasons"] = reasons.collect::<anyhow::Result<Vec<_>>>()?.into();
    value["at"] = json!(question.at);
    value["better"] = json!(question.better);
    value["smallest"] = json!(question.smallest);
    value["transition"] = json!(question.transition);
    value["notes"] = json!(notes);
    Ok(value)
}
