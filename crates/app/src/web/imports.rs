//! Files that come in: the list of what was taken in, and the addresses of all pages about it.

mod answers;
mod inbox;
mod job;
mod one;
mod seen;
mod work;

use super::answer::{Answer, Error};
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, numbers, words};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::clock;
use handback_core::import::{Dataset, Import, Overlap};
use handback_core::kinds;
use handback_core::permission::{Action, Actor};
use handback_core::record::{Act, Kind, RecordId};
use handback_intake::refused::called;
use handback_register::{Entry, Picture};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub use inbox::{clear_ended, sweep};
pub use work::{KIND, run};

pub const ROUTES: &[Route] = &[
    Route::get("/imports", Needs::May(Action::See), list),
    Route::get("/imports/new", Needs::May(Action::Import), job::ask),
    Route::post("/imports/new", Needs::May(Action::Import), job::upload).with_files(),
    Route::get("/imports/jobs/{id}", Needs::May(Action::Import), job::one),
    Route::get(
        "/imports/jobs/{id}/events",
        Needs::May(Action::Import),
        job::events,
    ),
    Route::post("/imports/jobs/{id}", Needs::May(Action::Import), job::go_on),
    Route::get("/imports/{id}", Needs::May(Action::See), one::one),
    Route::get("/imports/{id}/faults", Needs::May(Action::See), one::faults),
    Route::get(
        "/imports/{id}/faults.csv",
        Needs::May(Action::See),
        one::faults_file,
    ),
    Route::get(
        "/imports/{id}/source",
        Needs::May(Action::Import),
        one::source,
    ),
    Route::post(
        "/imports/{id}/overlap",
        Needs::May(Action::Import),
        one::decide,
    ),
    Route::get(
        "/imports/{id}/undo",
        Needs::May(Action::Withdraw),
        one::ask_undo,
    ),
    Route::post(
        "/imports/{id}/undo",
        Needs::May(Action::Withdraw),
        one::undo,
    ),
];

/// An import at the page's moment of knowing, and how it came.
struct Held<'a> {
    id: RecordId,
    /// As it was last stated.
    import: Import,
    /// The entry that took it in.
    first: &'a Entry,
    withdrawn: bool,
}

/// Every import that the visitor may know of, the newest first; those that were taken back too.
fn held(visit: &Visit) -> Result<Vec<Held<'_>>, Error> {
    let mut lives: BTreeMap<RecordId, Vec<&Entry>> = BTreeMap::new();
    let known = visit.view.entry();
    let entries = visit.view.picture().entries();
    for entry in entries.take_while(|entry| entry.number <= known) {
        if entry.kind == Import::NAME {
            lives.entry(entry.record).or_default().push(entry);
        }
    }
    let mut held = Vec::new();
    for (id, life) in lives {
        if life.iter().all(|entry| visit.seen(entry))
            && let Some(import) = held_of(id, &life)?
        {
            held.push(import);
        }
    }
    held.sort_by_key(|import| std::cmp::Reverse(import.first.number));
    Ok(held)
}

/// The import that the address names.
fn found(visit: &Visit) -> Result<Held<'_>, Error> {
    let id = visit.record("id")?;
    let known = visit.view.entry();
    let mut life = visit.view.picture().history(id);
    life.retain(|entry| entry.number <= known && entry.kind == Import::NAME);
    let seen = life.iter().all(|entry| visit.seen(entry));
    held_of(id, &life)?.filter(|_| seen).ok_or(Error::NotFound)
}

/// None for an import whose content was erased.
fn held_of<'a>(id: RecordId, life: &[&'a Entry]) -> Result<Option<Held<'a>>, Error> {
    let stated = life.iter().rev();
    let stated = stated.filter(|entry| entry.act == Act::Stated);
    let newest = stated
        .filter_map(|entry| Some((entry.version, entry.item()?)))
        .next();
    let (Some(first), Some((version, item))) = (life.first(), newest) else {
        return Ok(None);
    };
    let import =
        kinds::read(version, item).map_err(|error| Error::Inside(anyhow::anyhow!("{error}")))?;
    let withdrawn = life.last().is_some_and(|entry| entry.act == Act::Withdrawn);
    Ok(Some(Held {
        id,
        import,
        first,
        withdrawn,
    }))
}

/// Whether an import still stands.
fn stands(picture: &Picture, id: RecordId) -> bool {
    picture.known(picture.size()).entry_of(id).is_some()
}

/// How an import counts: as the address filters by it, and in words.
fn state(held: &Held<'_>) -> (&'static str, &'static str) {
    match (
        held.withdrawn,
        &held.import.replaced_by,
        &held.import.overlap,
    ) {
        (true, ..) => ("withdrawn", "no, taken back"),
        (_, Some(_), _) => ("replaced", "no, replaced"),
        (.., Some(Overlap::Undecided)) => ("undecided", "yes, overlap to decide"),
        _ => ("counts", "yes"),
    }
}

/// What a file holds, as a line or a heading begins.
fn what(import: &Import) -> String {
    let mut letters = called(import.dataset).chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Who an actor is, for people.
struct Authors(BTreeMap<Actor, String>);

impl Authors {
    fn of(visit: &Visit) -> Result<Authors, Error> {
        let accounts = visit.site.data.wait(visit.site.desk.accounts())?;
        let names = accounts.into_iter();
        Ok(Authors(
            names.map(|account| (account.actor, account.name)).collect(),
        ))
    }

    fn name(&self, actor: &Actor) -> String {
        let named = self.0.get(actor).cloned();
        named.unwrap_or_else(|| match actor.0.as_str() {
            "operator" => "the command line".into(),
            _ => "a closed account".into(),
        })
    }
}

const COLUMNS: &[Column] = &[
    words("file", "File"),
    words("what", "What it holds"),
    numbers("rows", "Rows"),
    numbers("total", "Total"),
    words("period", "Period"),
    words("taken", "Taken in"),
    words("counts", "Counts"),
];

#[derive(Serialize)]
struct Page {
    list: Shown,
    jobs: Vec<job::Line>,
    undecided: usize,
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let imports = held(visit)?;
    let authors = Authors::of(visit)?;
    let files: BTreeMap<RecordId, &str> = imports
        .iter()
        .map(|held| (held.id, held.import.file.as_str()))
        .collect();
    let listing = Listing {
        name: "files",
        caption: format!("{} files taken in", imports.len()),
        columns: COLUMNS,
        filters: filters(&imports),
        rows: imports
            .iter()
            .map(|held| row(held, &authors, &files))
            .collect(),
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    let undecided = imports.iter().filter(|held| state(held).0 == "undecided");
    visit.page(
        "imports.html",
        &Page {
            undecided: undecided.count(),
            jobs: job::open(visit)?,
            list: listing.shown(visit),
        },
    )
}

fn filters(imports: &[Held<'_>]) -> Vec<Filter> {
    let dataset = |held: &Held<'_>| (answers::word(held.import.dataset), what(&held.import));
    let datasets: BTreeSet<(String, String)> = imports.iter().map(dataset).collect();
    let counts = [
        ("counts", "Yes"),
        ("undecided", "Yes, overlap to decide"),
        ("replaced", "No, replaced"),
        ("withdrawn", "No, taken back"),
    ];
    vec![
        Filter {
            name: "dataset",
            label: "What it holds",
            choices: datasets.into_iter().collect(),
        },
        Filter {
            name: "overlap",
            label: "Counts",
            choices: counts.map(|(word, text)| (word.into(), text.into())).into(),
        },
    ]
}

fn row(held: &Held<'_>, authors: &Authors, files: &BTreeMap<RecordId, &str>) -> Row {
    let import = &held.import;
    let tally = &import.tally;
    let rejected = match tally.rejected {
        0 => String::new(),
        rejected => format!("{rejected} not taken"),
    };
    let by = import.replaced_by.and_then(|id| files.get(&id));
    let by = by
        .filter(|_| !held.withdrawn)
        .map(|file| format!("by {file}"));
    let batch = &held.first.batch;
    Row {
        cells: vec![
            Cell::text(&import.file).to(format!("/imports/{}", held.id)),
            Cell::text(what(import)),
            Cell::count(tally.rows).with(rejected),
            match import.dataset {
                Dataset::Payments => Cell::money(tally.total),
                _ => Cell::text(""),
            },
            period(tally.from, tally.to),
            Cell::day(clock::day_of(batch.recorded_at))
                .sorted_by(format!("{:012}", held.first.number))
                .with(format!("by {}", authors.name(&batch.actor))),
            Cell::text(state(held).1).with(by.unwrap_or_default()),
        ],
        kept_by: vec![answers::word(import.dataset), state(held).0.to_owned()],
    }
}

/// The days that a file covers, in as few words as tell them.
fn period(from: Option<Date>, to: Option<Date>) -> Cell {
    let (Some(from), Some(to)) = (from, to) else {
        return Cell::text("");
    };
    let text = match (from.year(), from.month()) == (to.year(), to.month()) {
        true => format!("{} to {}", from.day(), to.strftime("%-d %B %Y")),
        false => format!(
            "{} to {}",
            from.strftime("%-d %B %Y"),
            to.strftime("%-d %B %Y")
        ),
    };
    Cell::text(text).sorted_by(format!("{from} {to}"))
}
