//! Records as they stand at the moment of knowing, and their histories.

use super::entries::{Told, item};
use super::{most, paged};
use crate::web::answer::{Answer, Error};
use crate::web::visit::Visit;
use handback_core::kinds::{self, Registered};
use handback_core::record::{RecordId, Visibility};
use handback_register::Entry;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// The kind that an address names: `staff-movement`.
fn kind(visit: &Visit) -> Result<&'static Registered, Error> {
    kinds::of_address(visit.param("kind")).ok_or(Error::NotFound)
}

#[derive(Serialize)]
struct Record<'a> {
    id: RecordId,
    kind: &'a str,
    /// The entry that states it.
    entry: u64,
    recorded_at: Timestamp,
    visibility: Visibility,
    version: u16,
    item: Option<Value>,
}

impl<'a> Record<'a> {
    fn of(entry: &'a Entry) -> Result<Record<'a>, Error> {
        Ok(Record {
            id: entry.record,
            kind: &entry.kind,
            entry: entry.number,
            recorded_at: entry.batch.recorded_at,
            visibility: entry.visibility,
            version: entry.version,
            item: item(entry)?,
        })
    }
}

#[derive(Serialize)]
struct Records<'a> {
    kind: &'a str,
    entry: u64,
    head: String,
    records: Vec<Record<'a>>,
    /// Where the next page starts, as `after`.
    next: Option<RecordId>,
}

pub fn list(visit: &Visit) -> Result<Answer, Error> {
    let kind = kind(visit)?;
    let mut standing = visit.view.known().entries_of(kind.name);
    if let Some(after) = visit.query.get("after") {
        let id: RecordId = after
            .parse()
            .map_err(|wrong| Error::Wrong(format!("after: {wrong}")))?;
        if !standing.any(|entry| entry.record == id) {
            return Err(Error::Wrong(format!(
                "after={after} names no {} that stands: start again without it",
                kind.name
            )));
        }
    }
    let (page, more) = paged(standing.filter(|entry| visit.seen(entry)), most(visit)?);
    page.iter().try_for_each(|entry| visit.noted(entry))?;
    let known = visit.view.basis();
    let last = page.last().map(|entry| entry.record);
    Answer::json(&Records {
        kind: kind.name,
        entry: known.entry,
        head: known.head,
        records: page.into_iter().map(Record::of).collect::<Result<_, _>>()?,
        next: last.filter(|_| more),
    })
}

pub fn one(visit: &Visit) -> Result<Answer, Error> {
    let entry = visit.standing(kind(visit)?.name, visit.record("id")?)?;
    Answer::json(&Record::of(entry)?)
}

#[derive(Serialize)]
struct History<'a> {
    kind: &'a str,
    id: RecordId,
    entries: Vec<Told<'a>>,
}

pub fn history(visit: &Visit) -> Result<Answer, Error> {
    let (kind, id) = (kind(visit)?, visit.record("id")?);
    let mut entries = visit.view.picture().history(id);
    let upto = visit.view.entry();
    entries.retain(|entry| entry.number <= upto && entry.kind == kind.name && visit.seen(entry));
    let newest = entries.last().ok_or(Error::NotFound)?;
    visit.noted(newest)?;
    Answer::json(&History {
        kind: kind.name,
        id,
        entries: entries
            .into_iter()
            .map(Told::of)
            .collect::<Result<_, _>>()?,
    })
}
