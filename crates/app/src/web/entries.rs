//! Everything that was recorded: the whole log, newest first, and each entry with what proves it.

use super::answer::{Answer, Error};
use super::fields::Fields;
use super::history::{People, about, deed, kinds, place, plural, source};
use super::listing::{Cell, Column, Listing, Row, numbers, words};
use super::route::{Needs, Route};
use super::sheet::{Said, capital, visible};
use super::visit::Visit;
use crate::clock;
use handback_core::permission::Action;
use handback_register::Entry;
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/entries", Needs::May(Action::See), list),
    Route::get("/entries/{n}", Needs::May(Action::See), entry),
];

/// How many entries a page shows.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct Listed {
    number: u64,
    when: String,
    who: String,
    did: &'static str,
    kind: String,
    about: Said,
    why: String,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    text: String,
    selected: bool,
}

#[derive(Serialize)]
struct Page {
    entries: Vec<Listed>,
    kinds: Vec<Choice>,
    /// As the official pagination component takes it; none when one page shows all.
    pages: Option<Paging>,
    csv: String,
}

#[derive(Serialize)]
struct Paging {
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Link>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    text: &'static str,
}

/// The entries that the visitor may see and asked for, newest first.
fn asked<'a>(visit: &'a Visit, kind: Option<&'a str>) -> impl Iterator<Item = &'a Entry> {
    let upto = visit.view.entry() as usize;
    let known = visit.view.picture().entries().take(upto).rev();
    known
        .filter(move |entry| kind.is_none_or(|kind| entry.kind == kind))
        .filter(|entry| visit.seen(entry))
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let kind = visit.query.get("kind");
    if visit.query.get("format") == Some("csv") {
        return file(visit, kind);
    }
    let people = People::of(visit)?;
    let before = visit
        .query
        .get("before")
        .and_then(|number| number.parse().ok());
    let before: u64 = before.unwrap_or(u64::MAX);
    let shown: Vec<&Entry> = asked(visit, kind)
        .skip_while(|entry| entry.number >= before)
        .take(SHOWN + 1)
        .collect();
    let (older, shown) = (shown.len() > SHOWN, &shown[..shown.len().min(SHOWN)]);
    let listed = |entry: &&Entry| Listed {
        number: entry.number,
        when: clock::told(entry.batch.recorded_at),
        who: people.name(&entry.batch.actor),
        did: deed(entry, is_first(visit, entry)),
        kind: entry.kind.to_string(),
        about: about(visit, entry),
        why: entry.batch.reason.clone(),
    };
    let choice = |value: &'static str| Choice {
        value,
        text: capital(&plural(value)),
        selected: kind == Some(value),
    };
    let last = shown.last().map_or(0, |entry| entry.number);
    visit.page(
        "entries.html",
        &Page {
            entries: shown.iter().map(listed).collect(),
            kinds: kinds().map(choice).collect(),
            pages: pages(visit, kind, before, older.then_some(last)),
            csv: address(visit, kind, &[("format", "csv".into())]),
        },
    )
}

fn is_first(visit: &Visit, entry: &Entry) -> bool {
    let history = visit.view.picture().history(entry.record);
    history
        .first()
        .is_some_and(|first| first.number == entry.number)
}

/// Where the newer and the older entries are.
fn pages(visit: &Visit, kind: Option<&str>, before: u64, last: Option<u64>) -> Option<Paging> {
    let newer = || {
        let newer: Vec<u64> = asked(visit, kind)
            .map(|entry| entry.number)
            .take_while(|number| *number >= before)
            .collect();
        // The page before this one begins with as many entries as a page shows.
        let place = newer.len().checked_sub(SHOWN + 1);
        match place {
            Some(place) => vec![("before", newer[place].to_string())],
            None => Vec::new(),
        }
    };
    let link = |text, changes: Vec<(&str, String)>| Link {
        href: address(visit, kind, &changes),
        text,
    };
    let previous = (before != u64::MAX).then(|| link("Newer", newer()));
    let next = last.map(|last| link("Older", vec![("before", last.to_string())]));
    (previous.is_some() || next.is_some()).then_some(Paging { previous, next })
}

/// This list's address with its dates.
fn address(visit: &Visit, kind: Option<&str>, more: &[(&str, String)]) -> String {
    let mut fields = Fields::default();
    if let Some(kind) = kind {
        fields.push("kind", kind);
    }
    for (name, value) in more {
        fields.push(*name, value);
    }
    visit.link(&super::page::dated("/entries", &fields.query()))
}

const COLUMNS: &[Column] = &[
    numbers("entry", "Entry"),
    words("recorded", "Recorded at"),
    words("who", "Who"),
    words("did", "What was done"),
    words("kind", "Kind"),
    words("about", "Record"),
    words("id", "Record id"),
    words("why", "Why"),
    words("source", "Source"),
];

fn file(visit: &Visit, kind: Option<&str>) -> Result<Answer, Error> {
    let people = People::of(visit)?;
    let row = |entry: &Entry| Row {
        cells: vec![
            Cell::count(entry.number),
            Cell::text(entry.batch.recorded_at.to_string()),
            Cell::text(people.name(&entry.batch.actor)),
            Cell::text(deed(entry, is_first(visit, entry))),
            Cell::text(entry.kind.to_string()),
            Cell::text(about(visit, entry).text),
            Cell::text(entry.record.to_string()),
            Cell::text(&entry.batch.reason),
            Cell::text(entry.batch.source.clone().unwrap_or_default()),
        ],
        kept_by: Vec::new(),
    };
    for kind in kinds().filter(|held| kind.is_none_or(|kind| kind == *held)) {
        visit.noted_all(kind)?;
    }
    let listing = Listing {
        name: "entries",
        caption: String::new(),
        columns: COLUMNS,
        filters: Vec::new(),
        rows: asked(visit, kind).map(row).collect(),
    };
    listing.file()
}

/// An entry of the same batch.
#[derive(Serialize)]
struct Beside {
    number: u64,
    kind: String,
    about: Said,
    current: bool,
}

#[derive(Serialize)]
struct Single {
    number: u64,
    did: &'static str,
    kind: String,
    about: Said,
    /// The page that shows what it is about.
    page: Option<String>,
    when: String,
    who: String,
    why: String,
    source: Vec<Said>,
    visibility: &'static str,
    version: u16,
    erases: Option<u64>,
    gone: bool,
    record: String,
    batch: String,
    batch_size: usize,
    beside: Vec<Beside>,
    head: String,
    item: Option<String>,
    older: Option<u64>,
    newer: Option<u64>,
}

fn entry(visit: &Visit) -> Result<Answer, Error> {
    let number: u64 = visit.param("n").parse().map_err(|_| Error::NotFound)?;
    let picture = visit.view.picture();
    let may = |number: u64| {
        let entry = picture
            .entry(number)
            .filter(|_| number <= visit.view.entry());
        entry.filter(|entry| visit.seen(entry))
    };
    let entry = may(number).ok_or(Error::NotFound)?;
    visit.noted(entry)?;
    let batch = batch_of(visit, entry);
    let beside = batch.iter().take(SHOWN).map(|it| Beside {
        number: it.number,
        kind: it.kind.to_string(),
        about: about(visit, it),
        current: it.number == number,
    });
    let standing = visit.view.known().entry_of(entry.record).is_some();
    visit.page(
        "entry.html",
        &Single {
            number,
            did: deed(entry, is_first(visit, entry)),
            kind: entry.kind.to_string(),
            about: about(visit, entry),
            page: standing.then(|| place(entry)).flatten(),
            when: clock::told(entry.batch.recorded_at),
            who: People::of(visit)?.name(&entry.batch.actor),
            why: entry.batch.reason.clone(),
            source: source(visit, entry)?,
            visibility: visible(entry.visibility),
            version: entry.version,
            erases: entry.erases,
            gone: entry.act == handback_core::record::Act::Stated && entry.item().is_none(),
            record: entry.record.to_string(),
            batch: entry.batch.id.to_string(),
            batch_size: batch.len(),
            beside: beside.collect(),
            head: picture
                .head_at(number)
                .map(|head| head.to_string())
                .unwrap_or_default(),
            item: entry
                .item()
                .map(|item| String::from_utf8_lossy(item).into_owned()),
            older: number
                .checked_sub(1)
                .and_then(may)
                .map(|entry| entry.number),
            newer: may(number + 1).map(|entry| entry.number),
        },
    )
}

/// The entries that were written together with this one and that the visitor may see.
fn batch_of<'a>(visit: &'a Visit, entry: &Entry) -> Vec<&'a Entry> {
    let picture = visit.view.picture();
    let together = |number: &u64| {
        let held = picture.entry(*number);
        held.is_some_and(|held| held.batch.id == entry.batch.id)
    };
    let first = (1..=entry.number).rev().take_while(together).last();
    let first = first.unwrap_or(entry.number);
    let numbers = (first..=visit.view.entry()).take_while(together);
    numbers
        .filter_map(|number| picture.entry(number))
        .filter(|held| visit.seen(held))
        .collect()
}
