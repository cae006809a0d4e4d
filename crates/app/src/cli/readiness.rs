//! `handback readiness`: whether services are ready to move, as the pages judge it.

use super::{Outcome, print, print_json};
use crate::clock;
use crate::data::{Data, Location};
use crate::estate::{KnownMoment, View};
use crate::refused::Refused;
use crate::render::moves;
use handback_core::basis::Known;
use handback_core::record::Kind;
use handback_core::statement::Estate;
use handback_core::transition::{
    Asked, Dimension, Judged, Named, Readiness, ReadinessStatement, ServiceReadiness,
};
use jiff::civil::Date;
use serde::Serialize;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    location: Location,
    /// One service alone, with every item that is named
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// The day to judge; today when not given
    #[arg(long, value_name = "DATE")]
    at: Option<Date>,
    /// Up to when knowledge counts: an entry number, a day or a time; now when not given
    #[arg(long, value_name = "MOMENT")]
    known: Option<KnownMoment>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// What a program reads.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    asked: Asked,
    services: Vec<Line<'a>>,
    known: Known,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    overall: Readiness,
    #[serde(flatten)]
    judged: ServiceReadiness,
}

/// Ends with findings when a service that was asked about is not ready.
pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let asked = Asked::on(arguments.at.unwrap_or_else(clock::today));
    let view = View::at(&data, arguments.known.as_ref());
    let estate = view.estate()?;
    let lines = lines(&estate, &asked, arguments.service.as_deref())?;
    let is_ready = lines.iter().all(|line| line.overall == Readiness::Ready);
    if arguments.json {
        print_json(&Answer {
            asked,
            services: lines,
            known: view.basis(),
        })?;
    } else {
        let texts = lines
            .iter()
            .map(|line| text(line, asked.day, arguments.service.is_some()));
        let texts: String = texts.collect();
        let Known { entry, head, .. } = view.basis();
        let day = asked.day;
        print(&format!(
            "Readiness on {day}\n{texts}Basis: entry {entry}, tree head {head}\n"
        ))?;
    }
    Ok(if is_ready {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

fn lines<'a>(
    estate: &'a Estate,
    asked: &Asked,
    wanted: Option<&str>,
) -> anyhow::Result<Vec<Line<'a>>> {
    let judged = estate.readiness(asked).into_iter();
    let mut lines: Vec<Line<'a>> = judged
        .map(|judged| Line {
            name: &estate.services[&judged.service].name,
            overall: judged.overall(),
            judged,
        })
        .collect();
    if let Some(wanted) = wanted {
        lines.retain(|line| line.name.eq_ignore_ascii_case(wanted));
        if lines.is_empty() {
            return Err(Refused(format!(
                "no service is called {wanted:?} on {}: handback readiness lists them",
                asked.day
            ))
            .into());
        }
    }
    Ok(lines)
}

fn text(line: &Line<'_>, day: Date, whole: bool) -> String {
    let moving = match line.judged.cutover {
        Some(cutover) => format!(" ({})", moves::moving(cutover, day)),
        None => String::new(),
    };
    let overall = moves::readiness(line.overall);
    let mut text = format!("{}: {overall}{moving}\n", line.name);
    if whole {
        text.extend(line.judged.dimensions.iter().map(dimension));
        return text;
    }
    for wanted in [Readiness::NotReady, Readiness::Unknown] {
        let so = line.judged.dimensions.iter();
        let so = so.filter(|judged| judged.readiness == wanted);
        let names: Vec<&str> = so
            .map(|judged| moves::dimension(judged.dimension))
            .collect();
        if !names.is_empty() {
            text += &format!("    {}: {}\n", moves::readiness(wanted), names.join(", "));
        }
    }
    text
}

fn dimension(judged: &Judged) -> String {
    let name = moves::dimension(judged.dimension);
    let listed = match judged.items {
        0 => String::new(),
        items => format!(" ({} of {items} settled)", judged.settled),
    };
    let mut text = format!("  {name}: {}{listed}\n", moves::readiness(judged.readiness));
    text.extend(judged.named.iter().map(|it| named(it, judged.dimension)));
    text
}

fn named(named: &Named, dimension: Dimension) -> String {
    let why = moves::why(&named.reason, dimension);
    match &named.record {
        Some(record) if record.kind != ReadinessStatement::NAME => {
            format!("    {}: {why}\n", named.title)
        }
        _ => format!("    {why}\n"),
    }
}
