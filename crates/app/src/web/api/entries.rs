//! The log: its head, and the entries that the token may see, oldest first.

use super::{most, paged};
use crate::web::answer::{Answer, Error};
use crate::web::visit::Visit;
use handback_core::record::{Act, RecordId, Visibility};
use handback_register::Entry;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// An entry as programs read it.
#[derive(Serialize)]
pub struct Told<'a> {
    number: u64,
    recorded_at: Timestamp,
    batch: String,
    actor: &'a str,
    reason: &'a str,
    source: Option<&'a str>,
    authority: Option<RecordId>,
    kind: &'a str,
    record: RecordId,
    visibility: Visibility,
    act: Act,
    version: u16,
    erases: Option<u64>,
    /// What it states, exactly; none where it states nothing or was erased.
    item: Option<Value>,
}

impl<'a> Told<'a> {
    pub fn of(entry: &'a Entry) -> Result<Told<'a>, Error> {
        let batch = &entry.batch;
        Ok(Told {
            number: entry.number,
            recorded_at: batch.recorded_at,
            batch: batch.id.to_string(),
            actor: &batch.actor.0,
            reason: &batch.reason,
            source: batch.source.as_deref(),
            authority: batch.authority,
            kind: &entry.kind,
            record: entry.record,
            visibility: entry.visibility,
            act: entry.act,
            version: entry.version,
            erases: entry.erases,
            item: item(entry)?,
        })
    }
}

/// What an entry states.
pub fn item(entry: &Entry) -> Result<Option<Value>, Error> {
    let read = entry.item().map(serde_json::from_slice).transpose();
    Ok(read.map_err(anyhow::Error::from)?)
}

#[derive(Serialize)]
struct Head {
    entry: u64,
    head: String,
    recorded_at: Option<Timestamp>,
}

/// How far the log goes, and what proves it.
pub fn head(visit: &Visit) -> Result<Answer, Error> {
    let known = visit.view.basis();
    let last = visit.view.picture().entry(known.entry);
    Answer::json(&Head {
        entry: known.entry,
        head: known.head,
        recorded_at: last.map(|entry| entry.batch.recorded_at),
    })
}

#[derive(Serialize)]
struct Entries<'a> {
    entry: u64,
    head: String,
    entries: Vec<Told<'a>>,
    /// Where the next page starts, as `after`.
    next: Option<u64>,
}

pub fn list(visit: &Visit) -> Result<Answer, Error> {
    let after: u64 = match visit.query.get("after") {
        None => 0,
        Some(after) => after
            .parse()
            .map_err(|_| Error::Wrong(format!("after={after} is no entry: write its number")))?,
    };
    let entries = visit.view.picture().entries();
    let upto = visit.view.entry();
    let known = entries
        .skip(usize::try_from(after).unwrap_or(usize::MAX))
        .take_while(|entry| entry.number <= upto)
        .filter(|entry| visit.seen(entry));
    let (page, more) = paged(known, most(visit)?);
    page.iter().try_for_each(|entry| visit.noted(entry))?;
    let known = visit.view.basis();
    let last = page.last().map(|entry| entry.number);
    Answer::json(&Entries {
        entry: known.entry,
        head: known.head,
        entries: page.into_iter().map(Told::of).collect::<Result<_, _>>()?,
        next: last.filter(|_| more),
    })
}

pub fn one(visit: &Visit) -> Result<Answer, Error> {
    let number: u64 = visit.param("n").parse().map_err(|_| Error::NotFound)?;
    let entry = visit.view.picture().entry(number);
    let entry = entry.filter(|entry| number <= visit.view.entry() && visit.seen(entry));
    let entry = entry.ok_or(Error::NotFound)?;
    visit.noted(entry)?;
    Answer::json(&Told::of(entry)?)
}
