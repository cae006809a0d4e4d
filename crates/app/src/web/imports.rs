//! Files that come in: what each was taken for, what came of it, and taking it back.

mod job;
mod work;

use super::answer::{Answer, Download, Error};
use super::fields::{FieldFaults, Fields};
use super::forms::now_only;
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, numbers, words};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::Saying;
use crate::import::counting_again;
use handback_core::basis::overlapping;
use handback_core::import::{Fault, Import, Overlap};
use handback_core::permission::{Action, Subject};
use handback_core::record::{Act, Change, ChangeAct, Kind, RecordId, Visibility};
use handback_intake::refused::called;
use handback_register::Picture;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

pub use work::{KIND, run, sweep};

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
    Route::get(
        "/imports/jobs/{id}/faults.csv",
        Needs::May(Action::Import),
        job::faults,
    ),
    Route::get("/imports/{id}", Needs::May(Action::See), one),
    Route::get("/imports/{id}/faults.csv", Needs::May(Action::See), faults),
    Route::get("/imports/{id}/source", Needs::May(Action::Import), source),
    Route::post("/imports/{id}/overlap", Needs::May(Action::Import), decide),
    Route::get("/imports/{id}/undo", Needs::May(Action::Withdraw), ask_undo),
    Route::post("/imports/{id}/undo", Needs::May(Action::Withdraw), undo),
];

const COLUMNS: &[Column] = &[
    words("file", "File"),
    words("what", "What it holds"),
    numbers("rows", "Rows"),
    numbers("total", "Total"),
    words("from", "From"),
    words("to", "To"),
    words("taken", "Taken in"),
    words("state", "Counts"),
];

/// How an import counts, as the address filters by it and as people read it.
fn state(import: &Import) -> (&'static str, &'static str) {
    match (&import.replaced_by, &import.overlap) {
        (Some(_), _) => ("replaced", "no, replaced by a later file"),
        (None, Some(Overlap::Undecided)) => ("undecided", "yes, but overlaps another: decide"),
        (None, _) => ("counts", "yes"),
    }
}

/// The words of what a file holds.
fn what(import: &Import) -> String {
    let words = called(import.dataset);
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[derive(Serialize)]
struct Page {
    list: Shown,
    jobs: Vec<job::Line>,
    undecided: usize,
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let mut imports: Vec<(u64, &RecordId, &Import)> = Vec::new();
    for (id, import) in &estate.imports {
        let entry = visit
            .view
            .known()
            .entry_of(*id)
            .map_or(0, |entry| entry.number);
        imports.push((entry, id, import));
    }
    imports.sort_by(|a, b| b.0.cmp(&a.0));
    let row = |(entry, id, import): &(u64, &RecordId, &Import)| {
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| Cell::text(""), Cell::day);
        let taken = visit.view.picture().history(**id);
        let taken = taken.first().map(|entry| entry.batch.recorded_at);
        let is_payments = import.dataset == handback_core::import::Dataset::Payments;
        Row {
            cells: vec![
                Cell::text(&import.file).to(format!("/imports/{id}")),
                Cell::text(what(import)),
                Cell::count(import.tally.rows).with(match import.tally.rejected {
                    0 => String::new(),
                    rejected => format!("{rejected} not taken"),
                }),
                match is_payments {
                    true => Cell::money(import.tally.total),
                    false => Cell::text(""),
                },
                day(import.tally.from),
                day(import.tally.to),
                taken.map_or_else(Cell::unknown, |time| {
                    Cell::day(crate::clock::day_of(time)).sorted_by(format!("{entry:012}"))
                }),
                Cell::text(state(import).1),
            ],
            kept_by: vec![
                serde_json::to_value(import.dataset)
                    .ok()
                    .and_then(|word| word.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                state(import).0.to_owned(),
            ],
        }
    };
    let rows: Vec<Row> = imports.iter().map(row).collect();
    let datasets: BTreeSet<(String, String)> = imports
        .iter()
        .zip(&rows)
        .map(|((_, _, import), row)| (row.kept_by[0].clone(), what(import)))
        .collect();
    let listing = Listing {
        name: "files",
        caption: format!("{} files taken in", rows.len()),
        columns: COLUMNS,
        filters: vec![
            Filter {
                name: "dataset",
                label: "What it holds",
                choices: datasets.into_iter().collect(),
            },
            Filter {
                name: "overlap",
                label: "Counts",
                choices: vec![
                    ("counts".into(), "yes".into()),
                    ("undecided".into(), "overlaps, to decide".into()),
                    ("replaced".into(), "replaced".into()),
                ],
            },
        ],
        rows,
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    let undecided = imports
        .iter()
        .filter(|(_, _, import)| state(import).0 == "undecided");
    visit.page(
        "imports.html",
        &Page {
            undecided: undecided.count(),
            jobs: job::open(visit)?,
            list: listing.shown(visit),
        },
    )
}

#[derive(Serialize)]
struct One<'a> {
    id: RecordId,
    import: &'a Import,
    what: String,
    state: &'static str,
    counts: bool,
    taken: Option<String>,
    overlaps: Vec<Other>,
    replaced_by: Option<Other>,
    faults: Vec<Fault>,
    faults_more: usize,
    is_payments: bool,
    may_decide: bool,
    may_undo: bool,
}

/// Another file.
#[derive(Serialize)]
struct Other {
    id: RecordId,
    file: String,
}

/// How many faults the page shows; the file has them all.
const FAULTS: usize = 50;

fn found(visit: &Visit) -> Result<(RecordId, Import), Error> {
    let id = visit.record("id")?;
    let estate = visit.estate()?;
    let import = estate.imports.get(&id).ok_or(Error::NotFound)?;
    if !visit.sees(id) {
        return Err(Error::NotFound);
    }
    Ok((id, import.clone()))
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let (id, import) = found(visit)?;
    let estate = visit.estate()?;
    let other = |id: RecordId| Other {
        file: estate.imports.get(&id).map_or_else(
            || "a file that was withdrawn".into(),
            |held| held.file.clone(),
        ),
        id,
    };
    let all = kept_faults(visit, &import)?;
    let overlaps = overlapping(&estate.imports, &import)
        .into_iter()
        .filter(|(other, _)| *other != id)
        .map(|(id, _)| other(id));
    let history = visit.view.picture().history(id);
    let may = |action| visit.visitor.could(action) && !visit.is_past_knowledge();
    visit.page(
        "import.html",
        &One {
            id,
            what: what(&import),
            state: state(&import).1,
            counts: import.is_live(),
            taken: history.first().map(|entry| {
                crate::clock::day_of(entry.batch.recorded_at)
                    .strftime("%-d %B %Y")
                    .to_string()
            }),
            overlaps: overlaps.collect(),
            replaced_by: import.replaced_by.map(other),
            faults_more: all.len().saturating_sub(FAULTS),
            faults: all.into_iter().take(FAULTS).collect(),
            is_payments: import.dataset == handback_core::import::Dataset::Payments,
            may_decide: may(Action::Import),
            may_undo: may(Action::Withdraw),
            import: &import,
        },
    )
}

/// The faults that were kept beside the source.
fn kept_faults(visit: &Visit, import: &Import) -> Result<Vec<Fault>, Error> {
    let Some(hash) = &import.faults else {
        return Ok(Vec::new());
    };
    let mut text = String::new();
    let inside = |error: std::io::Error| Error::Inside(error.into());
    let fingerprint = hash.parse().map_err(|_| Error::NotFound)?;
    let mut kept = visit.site.data.vault.get(fingerprint)?;
    kept.read_to_string(&mut text).map_err(inside)?;
    let lines = text.lines().map(serde_json::from_str);
    let faults: Result<Vec<Fault>, _> = lines.collect();
    Ok(faults.map_err(anyhow::Error::from)?)
}

/// Faults as a file to work through.
fn faults_csv(name: &str, faults: &[Fault]) -> Result<Answer, Error> {
    let inside = |error: csv::Error| Error::Inside(error.into());
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["line", "column", "value", "reason"])
        .map_err(inside)?;
    for fault in faults {
        let cells = [
            &fault.line.to_string(),
            &fault.column,
            &fault.value,
            &fault.reason,
        ];
        csv.write_record(cells.map(|cell| crate::data::harmless(cell)))
            .map_err(inside)?;
    }
    let bytes = csv
        .into_inner()
        .map_err(|error| Error::Inside(anyhow::anyhow!("{error}")))?;
    Ok(Answer::csv(format!("faults-of-{name}.csv"), bytes))
}

fn faults(visit: &Visit) -> Result<Answer, Error> {
    let (_, import) = found(visit)?;
    faults_csv(&import.file, &kept_faults(visit, &import)?)
}

/// The file as it came in.
fn source(visit: &Visit) -> Result<Answer, Error> {
    let (_, import) = found(visit)?;
    let fingerprint = import.source.parse().map_err(|_| Error::NotFound)?;
    let mut bytes = Vec::new();
    let mut kept = visit.site.data.vault.get(fingerprint)?;
    kept.read_to_end(&mut bytes)
        .map_err(|error| Error::Inside(error.into()))?;
    Ok(Answer::File(Download {
        name: import.file,
        content_type: "application/octet-stream",
        bytes,
    }))
}

/// Decide about an overlap: it replaces the others, or holds other payments.
fn decide(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let id = visit.record("id")?;
    let permit = visit.permit(Action::Import, &Subject::default())?;
    let replaces = match visit.form.get("overlap") {
        Some("replaces") => true,
        Some("adds") => false,
        _ => {
            return Err(Error::Wrong(
                "say whether it replaces the other files or adds to them".into(),
            ));
        }
    };
    let decided = |picture: &Picture| {
        let changes = crate::import::decided(picture, id, replaces)?;
        Ok::<_, anyhow::Error>(((), changes))
    };
    let saying = Saying::because("decision about an overlap");
    visit.site.data.change(&permit, saying, decided)?;
    visit.see(&format!("/imports/{id}?done=decided"))
}

#[derive(Serialize)]
struct Undoing {
    id: RecordId,
    file: String,
    is_table: bool,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

fn undoing(id: RecordId, import: &Import, faults: &FieldFaults) -> Undoing {
    Undoing {
        id,
        file: import.file.clone(),
        is_table: import.dataset != handback_core::import::Dataset::Payments,
        summary: faults.summary(),
        errors: faults.by_field(),
    }
}

fn ask_undo(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let (id, import) = found(visit)?;
    visit.page(
        "import-undo.html",
        &undoing(id, &import, &FieldFaults::default()),
    )
}

/// Say that an import was never true: its payments count no longer, and what it replaced does again.
fn undo(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let (id, import) = found(visit)?;
    let permit = visit.permit(Action::Withdraw, &Subject::default())?;
    let mut wrong = FieldFaults::default();
    let why = wrong.needed(&visit.form, "why", "Say why the file should not count");
    if !wrong.is_empty() {
        return visit.invalid("import-undo.html", &undoing(id, &import, &wrong));
    }
    let taken_back = |picture: &Picture| {
        let mut changes = vec![Change {
            kind: Import::NAME,
            id,
            visibility: Visibility::Internal,
            act: ChangeAct::Withdraw,
        }];
        changes.extend(counting_again(picture, id)?);
        Ok::<_, anyhow::Error>(((), changes))
    };
    visit
        .site
        .data
        .change(&permit, Saying::because(why), taken_back)?;
    visit.see("/imports?done=undone")
}

/// Whether an import still stands.
fn stands(picture: &Picture, id: RecordId) -> bool {
    picture
        .history(id)
        .last()
        .is_some_and(|entry| entry.act == Act::Stated)
}

/// The fields of a form that begin with a file's number.
fn of_file(form: &Fields, place: usize, name: &str) -> Option<String> {
    form.get(&format!("{name}-{place}")).map(str::to_owned)
}
