//! `handback working-time`: working minutes to first response and resolution of every ticket in a file.

use super::{Outcome, file, print, print_json};
use crate::refused::Refused;
use crate::render::working_time as words;
use handback_core::performance::service_clock::{self as clock, Clocks, RuleBook, TicketTimes};
use handback_intake::tickets;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The longest calendar that is read, in bytes.
const LONGEST_CALENDAR: u64 = 1 << 20;

/// The longest log that is read, in bytes.
const LONGEST_LOG: u64 = 1 << 31;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The log or list of a service desk: CSV, spreadsheet, XES
    #[arg(value_name = "TICKETS.csv")]
    tickets: PathBuf,
    /// Opening hours, holidays, pauses and targets (TOML); docs/measures/working-time.md
    #[arg(long, value_name = "CALENDAR.toml")]
    calendar: PathBuf,
    /// The last day that counts, for what is still open; the end of the log when not given
    #[arg(long, value_name = "DATE")]
    asked: Option<Date>,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let path = arguments.calendar.display();
    let text = file::text(&arguments.calendar, LONGEST_CALENDAR, "a calendar")?;
    let book: RuleBook = text
        .parse()
        .map_err(|error| Refused(format!("{path}, {error}")))?;
    let zone_name = &book.others.calendar.zone;
    let unknown_zone = || Refused(format!("{path}: {zone_name:?} is no time zone"));
    let zone = book.others.calendar.time_zone().ok_or_else(unknown_zone)?;
    let source = file::read(&arguments.tickets, LONGEST_LOG, "a log of tickets")?;
    let (tickets, faults) =
        tickets::read_all(&source, zone_name).map_err(|error| Refused(error.to_string()))?;
    let until = arguments.asked.map(|day| last_second(&zone, day));
    let clocks = Clocks::of(&book, &tickets, until).ok_or_else(unknown_zone)?;
    let times: Vec<TicketTimes> = tickets.iter().map(|ticket| clocks.run(ticket)).collect();
    match arguments.json {
        true => print_json(&json!({
            "tickets": times.iter().map(|times| answer(times, &zone)).collect::<Vec<_>>(),
            "faults": faults,
            "until": words::moment(clocks.as_of(), &zone),
            "calendar": book,
        }))?,
        false => print(&words::text(&times, &book, &faults, clocks.as_of(), &zone))?,
    }
    Ok(match faults.is_empty() {
        true => Outcome::Done,
        false => Outcome::Findings,
    })
}

fn last_second(zone: &TimeZone, day: Date) -> Timestamp {
    let midnight = day.saturating_add(1.day()).at(0, 0, 0, 0);
    zone.to_timestamp(midnight).unwrap_or(Timestamp::MAX)
}

/// A ticket as programs read it: minutes are whole unless the log has seconds.
fn answer(times: &TicketTimes, zone: &TimeZone) -> Value {
    let minutes = |seconds: i64| match seconds % 60 {
        0 => json!(seconds / 60),
        _ => json!(seconds as f64 / 60.0),
    };
    let met = |timed: &clock::Timed| match timed.outcome {
        clock::Outcome::Met => Some(true),
        clock::Outcome::Missed => Some(false),
        clock::Outcome::Running | clock::Outcome::NoTarget | clock::Outcome::CannotTell => None,
    };
    let spent =
        |part: fn(&clock::Spent) -> i64| times.spent.as_ref().map(|spent| minutes(part(spent)));
    json!({
        "ticket": times.ticket,
        "service": times.service,
        "opened": times.opened.map(|at| words::moment(at, zone)),
        "first_response_minutes": times.first_response.working.map(minutes),
        "resolution_minutes": times.resolution.working.map(minutes),
        "first_resolution_minutes": times.first_resolution.map(|(_, seconds)| minutes(seconds)),
        "paused_minutes": spent(|spent| spent.paused),
        "working_minutes": spent(|spent| spent.working),
        "closed_minutes": spent(|spent| spent.closed),
        "elapsed_minutes": spent(clock::Spent::elapsed),
        "reopened": times.reopened,
        "priority": times.priority,
        "response": times.first_response.outcome,
        "response_met": met(&times.first_response),
        "resolution": times.resolution.outcome,
        "resolution_met": met(&times.resolution),
        "why": words::why_not(times),
    })
}
