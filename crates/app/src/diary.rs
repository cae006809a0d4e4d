//! What falls due, as it leaves the program: in calendars and in letters. Neither holds what is
//! restricted, since both lie where the program no longer guards them.

use crate::estate::View;
use crate::render;
use handback_core::contract::Contract;
use handback_core::contract::diary::{DiaryLine, Falls};
use handback_core::dated::Period;
use handback_core::record::{Act, Kind, RecordId, Visibility};
use handback_core::statement::Estate;
use icalendar::{Calendar, Component, Event, Property};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// No calendar holds more than so many days.
const MOST: usize = 2_000;

/// What a line says in a few words.
pub fn words(line: &DiaryLine) -> String {
    match &line.falls {
        Falls::Obligation | Falls::Task => line.what.clone(),
        Falls::Answer => format!("Answer due: {}", line.what),
        Falls::Cutover => format!("Cutover: {}", line.what),
        Falls::Gate => format!("Gate: {}", line.what),
        Falls::Contract(what) => format!("{}: {}", render::clock::what(what), line.what),
    }
}

/// What sort of thing a line is.
pub fn sort(line: &DiaryLine) -> &'static str {
    match line.falls {
        Falls::Obligation => "obligation",
        Falls::Answer => "request",
        Falls::Contract(_) => "contract",
        Falls::Cutover => "wave",
        Falls::Gate => "gate",
        Falls::Task => "task",
    }
}

/// How a line stands on a day.
pub fn standing(line: &DiaryLine, day: Date) -> &'static str {
    match line.done {
        Some(true) => "done",
        Some(false) if line.date < day => "late",
        None if line.date < day => "its day has passed",
        _ if line.warn_from <= day => "due soon",
        _ => "later",
    }
}

/// What falls due in a period and is not done, without what is restricted.
pub fn unrestricted(view: &View, estate: &Estate, during: Period, day: Date) -> Vec<DiaryLine> {
    let is_open = |id: RecordId| {
        let stated = view.picture().history(id);
        let newest = stated.iter().rev().find(|it| it.act == Act::Stated);
        newest.is_some_and(|entry| entry.visibility < Visibility::Restricted)
    };
    let mut lines = estate.diary(during, day);
    lines.retain(|line| line.done != Some(true));
    lines.retain(|line| is_open(line.record.1) && line.contract.is_none_or(is_open));
    lines
}

/// The last entry about each contract's clauses: what its clock says may change with any of them.
fn clauses_stated(view: &View, estate: &Estate) -> BTreeMap<RecordId, u64> {
    let mut stated = BTreeMap::new();
    for (id, clause) in &estate.clauses {
        let newest = stated.entry(clause.contract).or_default();
        *newest = last_entry(view, *id).max(*newest);
    }
    stated
}

fn last_entry(view: &View, id: RecordId) -> u64 {
    view.picture()
        .history(id)
        .last()
        .map_or(0, |entry| entry.number)
}

/// A calendar of what falls due from three months ago to three years ahead (RFC 5545): an event for
/// each day, with an identifier that stays and a sequence that rises with every entry about it.
pub fn calendar(view: &View, estate: &Estate, url: &str, now: Timestamp) -> String {
    let day = crate::clock::day_of(now);
    let during = Period::new(
        day.saturating_sub(3.months()),
        day.saturating_add(3.years()),
    );
    let clauses = clauses_stated(view, estate);
    let mut calendar = Calendar::new();
    calendar.append_property(Property::new("PRODID", "-//Handback//Calendar//EN"));
    calendar.name("Handback");
    for line in unrestricted(view, estate, during, day)
        .into_iter()
        .take(MOST)
    {
        let (kind, id) = line.record;
        let clauses = clauses.get(&id).filter(|_| kind == Contract::NAME);
        let sequence = last_entry(view, id).max(clauses.copied().unwrap_or_default());
        let begins = Property::new("DTSTART", line.date.strftime("%Y%m%d").to_string())
            .add_parameter("VALUE", "DATE")
            .done();
        let mut event = Event::new();
        event
            .uid(&format!("{}@handback", line.key()))
            .add_property("DTSTAMP", now.strftime("%Y%m%dT%H%M%SZ").to_string())
            .append_property(begins)
            .sequence(u32::try_from(sequence).unwrap_or(u32::MAX))
            .summary(&words(&line))
            .description(&more(&line, day))
            .add_property("TRANSP", "TRANSPARENT");
        if let Some(address) = crate::web::sheet::address(kind, id) {
            event.url(&format!("{url}{address}"));
        }
        calendar.push(event.done());
    }
    calendar.to_string()
}

/// What else is known of a line.
pub fn more(line: &DiaryLine, day: Date) -> String {
    let clause = line
        .clause
        .as_ref()
        .map(|clause| format!("Clause {clause}."));
    let inexact =
        (!line.exact).then(|| "Its exact day is not stated; this is the last.".to_owned());
    let perhaps = line.perhaps.then(|| {
        "Not certain to be due: a clause, the value or the law is not confirmed.".to_owned()
    });
    let late = (line.done == Some(false) && line.date < day).then(|| "Late.".to_owned());
    let said = [late, clause, inexact, perhaps];
    said.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
