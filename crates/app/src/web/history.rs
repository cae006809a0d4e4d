//! What we believed when: every entry about a record, who said it and why, and what it changed.

use super::answer::{Answer, Error};
use super::difference::{Difference, differences};
use super::route::{Needs, Route};
use super::sheet::{Said, address, linked};
use super::sight::{service_of, title};
use super::visit::Visit;
use crate::clock;
use handback_core::control::Service;
use handback_core::kinds;
use handback_core::permission::{Action, Actor};
use handback_core::record::{Act, Kind, RecordId};
use handback_core::table::Call;
use handback_register::Entry;
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/records/{id}", Needs::May(Action::See), record),
    Route::get("/records/{id}/history", Needs::May(Action::See), history),
];

/// Whom entries name, in words: accounts by their names, which the log never holds.
pub struct People(BTreeMap<Actor, String>);

impl People {
    pub fn of(visit: &Visit) -> Result<People, Error> {
        let accounts = visit.site.data.wait(visit.site.desk.accounts())?;
        let named = accounts.into_iter();
        Ok(People(
            named.map(|account| (account.actor, account.name)).collect(),
        ))
    }

    pub fn name(&self, actor: &Actor) -> String {
        match self.0.get(actor) {
            Some(name) => name.clone(),
            None if actor.0 == "operator" => "the operator of the command line".into(),
            None => "a person whose account was closed".into(),
        }
    }
}

/// What an entry did, in words.
pub fn deed(entry: &Entry, is_first: bool) -> &'static str {
    match (entry.act, is_first) {
        (Act::Stated, true) => "First stated",
        (Act::Stated, false) => "Stated anew",
        (Act::Withdrawn, _) => "Withdrawn: it was never true",
        (Act::Erased, _) => "Erased",
    }
}

/// One entry of a history.
#[derive(Serialize)]
struct Told {
    number: u64,
    when: String,
    who: String,
    why: String,
    source: Vec<Said>,
    did: &'static str,
    /// Which entry an erasure emptied.
    erases: Option<u64>,
    /// Whether what it stated was erased since.
    gone: bool,
    differences: Vec<Difference>,
    first: bool,
    /// Who may see the record changed with it.
    visibility: Option<&'static str>,
    /// The page as known at this entry.
    page: Option<String>,
}

#[derive(Serialize)]
struct Page {
    title: String,
    kind: String,
    /// The record's page, while it stands.
    page: Option<String>,
    entries: Vec<Told>,
}

/// The page of a record, whatever its kind.
fn record(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    let entry = visit.view.known().entry_of(id);
    let entry = entry.filter(|entry| visit.seen(entry));
    let place = entry
        .and_then(place)
        .unwrap_or_else(|| format!("/records/{id}/history"));
    visit.see(&place)
}

/// Where the page is that shows what an entry is about.
pub fn place(entry: &Entry) -> Option<String> {
    match service_of(entry) {
        Some(service) => address(Service::NAME, service),
        None => address(&entry.kind, entry.record),
    }
}

fn history(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    let entries = visit.view.picture().history(id);
    let entries: Vec<&Entry> = entries
        .into_iter()
        .filter(|entry| entry.number <= visit.view.entry() && visit.seen(entry))
        .collect();
    let newest = *entries.last().ok_or(Error::NotFound)?;
    visit.noted(newest)?;
    let people = People::of(visit)?;
    let stands = visit.view.known().entry_of(id).is_some();
    let mut told = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        told.push(tell(visit, &people, entry, &entries[..position])?);
    }
    told.reverse();
    visit.page(
        "history.html",
        &Page {
            title: called(visit, &entries),
            kind: newest.kind.to_string(),
            page: stands.then(|| place(newest)).flatten(),
            entries: told,
        },
    )
}

/// What the record is called now, or was when it was last stated.
fn called(visit: &Visit, entries: &[&Entry]) -> String {
    let stated = entries.iter().rev().find(|entry| entry.item().is_some());
    match stated {
        None => "A record that was erased".into(),
        Some(entry) => match service_of(entry) {
            Some(service) => format!("Who runs {}", visit.call(Service::NAME, service)),
            None => title(entry).unwrap_or_default(),
        },
    }
}

fn tell(visit: &Visit, people: &People, entry: &Entry, earlier: &[&Entry]) -> Result<Told, Error> {
    let before = earlier.iter().rev().find(|it| it.act == Act::Stated);
    let withdrawn = earlier.last().is_some_and(|it| it.act == Act::Withdrawn);
    let item = |entry: &Entry| {
        entry
            .item()
            .map(<[u8]>::to_vec)
            .map(|item| (entry.version, item))
    };
    let was = before.and_then(|entry| item(entry)).filter(|_| !withdrawn);
    let differences = match (before.is_some() && was.is_none() && !withdrawn, item(entry)) {
        // What stood before is erased, so nothing can be compared.
        (true, _) | (_, None) => Vec::new(),
        (false, Some((version, item))) => differences(
            &entry.kind,
            was.as_ref()
                .map(|(version, item)| (*version, item.as_slice())),
            (version, &item),
            visit,
        )
        .map_err(|error| Error::Inside(error.into()))?,
    };
    let secrecy = |entry: &Entry| entry.visibility;
    let visibility = (entry.act == Act::Stated)
        .then(|| match before.map(|before| secrecy(before)) {
            Some(was) if was == entry.visibility => None,
            None if entry.visibility == Default::default() => None,
            _ => Some(super::sheet::visible(entry.visibility)),
        })
        .flatten();
    Ok(Told {
        number: entry.number,
        when: clock::told(entry.batch.recorded_at),
        who: people.name(&entry.batch.actor),
        why: entry.batch.reason.clone(),
        source: source(visit, entry)?,
        did: deed(entry, before.is_none()),
        erases: entry.erases,
        gone: entry.act == Act::Stated && entry.item().is_none(),
        differences,
        first: was.is_none(),
        visibility,
        page: (entry.item().is_some())
            .then(|| place(entry))
            .flatten()
            .map(|page| known_at(visit, &page, entry.number)),
    })
}

/// Where the content of an entry comes from: the file that was taken in, or as somebody wrote it.
pub fn source(visit: &Visit, entry: &Entry) -> Result<Vec<Said>, Error> {
    let Some(source) = entry.batch.source.as_deref() else {
        return Ok(Vec::new());
    };
    let is_file = source.len() == 64 && source.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_file {
        return Ok(linked(source));
    }
    let estate = visit.sighted()?;
    let mut imports = estate.imports.iter();
    let import = imports.find(|(_, import)| import.source == source);
    Ok(vec![match import {
        Some((id, import)) => Said::text(&import.file).to(format!("/imports/{id}")),
        None => Said::text("a file that was taken in").with(source),
    }])
}

/// A page as known at an entry, at this page's day.
fn known_at(visit: &Visit, page: &str, entry: u64) -> String {
    let mut fields = super::fields::Fields::default();
    if visit.dates.pinned {
        fields.push("at", visit.dates.at.to_string());
    }
    fields.push("known", entry.to_string());
    super::page::dated(page, &fields.query())
}

/// What a kind is called in the plural, as filters and headings have it.
pub fn plural(kind: &str) -> String {
    format!("{kind}s")
}

/// The kinds of record, as they are called.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    kinds::ALL.iter().map(|kind| kind.name)
}

/// The record that an entry is about, in words and with its page.
pub fn about(visit: &Visit, entry: &Entry) -> Said {
    let named = match service_of(entry) {
        Some(service) => Some(format!("who runs {}", visit.call(Service::NAME, service))),
        None => title(entry).or_else(|| last_title(visit, entry.record)),
    };
    let named = named.unwrap_or_else(|| "a record that was erased".into());
    Said::text(named).to(format!("/records/{}/history", entry.record))
}

/// What a record was called when it was last stated, for entries that say nothing themselves.
fn last_title(visit: &Visit, record: RecordId) -> Option<String> {
    let history = visit.view.picture().history(record);
    let seen = history.into_iter().rev().filter(|entry| visit.seen(entry));
    seen.filter_map(title).next()
}
