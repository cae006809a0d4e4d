//! `handback figure`: one named figure, by the function that makes the statement's.

use super::{Outcome, print, print_json};
use crate::clock;
use crate::data::{Data, Location};
use crate::estate::{KnownMoment, View, paid_until};
use crate::figures::{Taken, days_of_payments, taken};
use crate::refused::Refused;
use handback_core::basis::Known;
use handback_core::statement::{FIGURES, Rules};
use jiff::civil::Date;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The figure's name; see --list
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// List the figures and how each is counted
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    location: Location,
    /// The day the figure is for; today when not given
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,
    /// Up to when knowledge counts: an entry number, a day or a time; now when not given
    #[arg(long, value_name = "MOMENT")]
    known: Option<KnownMoment>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let Some(name) = arguments.name.as_ref().filter(|_| !arguments.list) else {
        let lines = FIGURES
            .iter()
            .map(|(name, counted)| format!("{name}\n    {counted}\n"));
        print(&lines.collect::<String>())?;
        return Ok(Outcome::Done);
    };
    if !FIGURES.iter().any(|(known, _)| known == name) {
        return Err(Refused(format!(
            "there is no figure called {name:?}: handback figure --list names them"
        ))
        .into());
    }
    let data = Data::existing(&arguments.location)?;
    let at = arguments.at.unwrap_or_else(clock::today);
    let view = View::at(&data, arguments.known.as_ref());
    let estate = view.estate()?;
    let rules = Rules::default();
    let paid = paid_until(&data, &estate, days_of_payments(name, at), rules.years)?;
    let taken = taken(&estate, &paid, &rules, name, at, view.basis())
        .expect("the name is one of the list and its day was counted");
    report(&taken, arguments.json)
}

fn report(taken: &Taken, json: bool) -> anyhow::Result<Outcome> {
    if json {
        print_json(taken)?;
        return Ok(Outcome::Done);
    }
    let Taken { figure, basis } = taken;
    let value = match (figure.known, figure.possible) {
        (Some(known), Some(possible)) if known == possible => known.to_string(),
        (Some(known), Some(possible)) => format!("between {known} and {possible}"),
        _ => "not known".into(),
    };
    let Known { entry, head, .. } = &basis.known;
    print(&format!(
        "{} on {}: {value}\n{}\nBasis: {} files, {} payments; entry {entry}, tree head {head}\n",
        figure.name, figure.on, figure.counted, basis.files, basis.rows
    ))?;
    Ok(Outcome::Done)
}
