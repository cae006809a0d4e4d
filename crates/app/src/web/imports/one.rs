//! One file that was taken in: how it was read, what could not be taken, and taking it back.

use super::{Authors, Held, answers, found, state, what};
use crate::clock;
use crate::data::{Saying, harmless};
use crate::import::{decided, taken_back};
use crate::web::answer::{Answer, Download, Error};
use crate::web::fields::FieldFaults;
use crate::web::forms::now_only;
use crate::web::listing::{Cell, Column, Listing, Row, Shown, numbers, words};
use crate::web::visit::Visit;
use handback_core::basis::overlapping;
use handback_core::import::{Dataset, Fault, Import};
use handback_core::permission::{Action, Subject};
use handback_core::record::RecordId;
use handback_register::{Fingerprint, Picture};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

#[derive(Serialize)]
struct Page<'a> {
    id: RecordId,
    import: &'a Import,
    what: String,
    state: &'static str,
    withdrawn: bool,
    counts: bool,
    taken: String,
    by: String,
    entry: u64,
    /// Column, what it was taken for, how sure, why.
    columns: Vec<ReadColumn<'a>>,
    /// Live imports of the same days.
    overlaps: Vec<Other>,
    replaces: Vec<Other>,
    replaced_by: Option<Other>,
    faults: u64,
    is_payments: bool,
    is_bulk: bool,
    may_decide: bool,
    may_undo: bool,
}

#[derive(Serialize)]
struct ReadColumn<'a> {
    header: &'a str,
    role: &'static str,
    taken: bool,
    confidence: u8,
    why: &'a str,
}

/// Another file.
#[derive(Serialize)]
struct Other {
    id: RecordId,
    file: String,
    rows: u64,
}

pub fn one(visit: &Visit) -> Result<Answer, Error> {
    let held = found(visit)?;
    let authors = Authors::of(visit)?;
    let estate = visit.estate()?;
    let import = &held.import;
    let counts = import.is_live() && !held.withdrawn;
    let other = |(id, import): (RecordId, &Import)| Other {
        id,
        file: import.file.clone(),
        rows: import.tally.rows,
    };
    let all = || estate.imports.iter().map(|(id, import)| (*id, import));
    let overlaps = overlapping(&estate.imports, import).into_iter();
    let may = |action| visit.visitor.could(action) && !visit.is_past_knowledge() && counts;
    let batch = &held.first.batch;
    visit.page(
        "import.html",
        &Page {
            id: held.id,
            what: what(import),
            state: state(&held).1,
            withdrawn: held.withdrawn,
            counts,
            taken: clock::day_of(batch.recorded_at).to_string(),
            by: authors.name(&batch.actor),
            entry: held.first.number,
            columns: columns(import),
            overlaps: overlaps
                .filter(|(id, _)| *id != held.id && counts)
                .map(other)
                .collect(),
            replaces: all()
                .filter(|(_, other)| other.replaced_by == Some(held.id))
                .map(other)
                .collect(),
            replaced_by: all()
                .find(|(id, _)| Some(*id) == import.replaced_by)
                .map(other),
            faults: import
                .tally
                .rejected
                .max(u64::from(import.faults.is_some())),
            is_payments: import.dataset == Dataset::Payments,
            is_bulk: import.dataset.is_bulk(),
            may_decide: may(Action::Import),
            may_undo: visit.visitor.could(Action::Withdraw)
                && !visit.is_past_knowledge()
                && !held.withdrawn,
            import,
        },
    )
}

fn columns(import: &Import) -> Vec<ReadColumn<'_>> {
    let read = |column: &'_ handback_core::import::ColumnReading| {
        let taken = import
            .reading
            .taken()
            .any(|taken| taken.index == column.index);
        let role = answers::role_called(import.dataset, column.role);
        (taken || role.is_none(), role.unwrap_or("its heading"))
    };
    let column = |column| {
        let (taken, role) = read(column);
        ReadColumn {
            header: &column.header,
            role,
            taken,
            confidence: column.confidence,
            why: &column.why,
        }
    };
    import.reading.columns.iter().map(column).collect()
}

/// The faults that were kept beside the source, up to so many.
fn kept_faults(visit: &Visit, import: &Import, most: usize) -> Result<Vec<Fault>, Error> {
    let Some(hash) = &import.faults else {
        return Ok(Vec::new());
    };
    let kept = visit.site.data.vault.get(fingerprint(hash)?)?;
    let mut faults = Vec::new();
    for line in BufReader::new(kept).lines().take(most) {
        let line = line.map_err(anyhow::Error::from)?;
        faults.push(serde_json::from_str(&line).map_err(anyhow::Error::from)?);
    }
    Ok(faults)
}

fn fingerprint(hash: &str) -> Result<Fingerprint, Error> {
    hash.parse().map_err(|_| Error::NotFound)
}

const FAULT_COLUMNS: &[Column] = &[
    numbers("line", "Line"),
    words("column", "Column"),
    words("value", "Value"),
    numbers("amount", "Amount"),
    words("reason", "What is wrong"),
];

/// How many faults can be searched on the page; the file has them all.
const MOST_FAULTS: usize = 10_000;

#[derive(Serialize)]
struct FaultsPage {
    id: RecordId,
    file: String,
    more: bool,
    list: Shown,
}

/// What could not be taken, line by line.
pub fn faults(visit: &Visit) -> Result<Answer, Error> {
    let held = found(visit)?;
    let mut faults = kept_faults(visit, &held.import, MOST_FAULTS + 1)?;
    let more = faults.len() > MOST_FAULTS;
    faults.truncate(MOST_FAULTS);
    if visit.query.get("format") == Some("csv") && more {
        return faults_file(visit);
    }
    let row = |fault: &Fault| Row {
        cells: vec![
            match fault.line {
                0 => Cell::text("whole file"),
                line => Cell::count(line),
            },
            Cell::text(&fault.column),
            Cell::text(&fault.value),
            fault.amount.map_or_else(|| Cell::text(""), Cell::money),
            Cell::text(&fault.reason),
        ],
        kept_by: Vec::new(),
    };
    let listing = Listing {
        name: "faults",
        caption: format!("Faults of {}", held.import.file),
        columns: FAULT_COLUMNS,
        filters: Vec::new(),
        rows: faults.iter().map(row).collect(),
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    visit.page(
        "import-faults.html",
        &FaultsPage {
            id: held.id,
            file: held.import.file,
            more,
            list: listing.shown(visit),
        },
    )
}

/// All faults as a file to work through.
pub fn faults_file(visit: &Visit) -> Result<Answer, Error> {
    let import = found(visit)?.import;
    let faults = kept_faults(visit, &import, usize::MAX)?;
    let mut csv = csv::Writer::from_writer(Vec::new());
    let written = |error: csv::Error| Error::Inside(error.into());
    csv.write_record(["line", "column", "value", "reason"])
        .map_err(written)?;
    for fault in &faults {
        let line = fault.line.to_string();
        let cells = [&line, &fault.column, &fault.value, &fault.reason];
        csv.write_record(cells.map(|cell| harmless(cell)))
            .map_err(written)?;
    }
    let bytes = csv
        .into_inner()
        .map_err(|error| Error::Inside(anyhow::anyhow!("{error}")))?;
    Ok(Answer::csv(format!("faults-of-{}.csv", import.file), bytes))
}

/// The file as it came in.
pub fn source(visit: &Visit) -> Result<Answer, Error> {
    let import = found(visit)?.import;
    let mut bytes = Vec::new();
    let mut kept = visit.site.data.vault.get(fingerprint(&import.source)?)?;
    kept.read_to_end(&mut bytes).map_err(anyhow::Error::from)?;
    Ok(Answer::File(Download {
        name: import.file,
        content_type: "application/octet-stream",
        bytes,
    }))
}

/// Decide about an overlap: it replaces the others, or holds other payments.
pub fn decide(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let id = found(visit)?.id;
    let permit = visit.permit(Action::Import, &Subject::default())?;
    let replaces = match visit.form.get("overlap") {
        Some("replaces") => true,
        Some("adds") => false,
        _ => {
            return Err(Error::Wrong(
                "say whether the file replaces the others or holds other payments".into(),
            ));
        }
    };
    let changes = |picture: &Picture| Ok::<_, anyhow::Error>(((), decided(picture, id, replaces)?));
    let saying = Saying::because("decision about an overlap");
    visit.site.data.change(&permit, saying, changes)?;
    visit.see(&format!("/imports/{id}?done=decided"))
}

#[derive(Serialize)]
struct Undoing {
    id: RecordId,
    file: String,
    rows: u64,
    total: handback_core::pence::Pence,
    is_table: bool,
    is_payments: bool,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

fn undoing(held: &Held<'_>, faults: &FieldFaults) -> Undoing {
    Undoing {
        id: held.id,
        file: held.import.file.clone(),
        rows: held.import.tally.rows,
        total: held.import.tally.total,
        is_table: !held.import.dataset.is_bulk(),
        is_payments: held.import.dataset == Dataset::Payments,
        summary: faults.summary(),
        errors: faults.by_field(),
    }
}

/// The import of the address, as long as it was not taken back.
fn standing(visit: &Visit) -> Result<Held<'_>, Error> {
    now_only(visit)?;
    let held = found(visit)?;
    if held.withdrawn {
        return Err(Error::Wrong(format!(
            "{} is taken back already",
            held.import.file
        )));
    }
    Ok(held)
}

pub fn ask_undo(visit: &Visit) -> Result<Answer, Error> {
    let held = standing(visit)?;
    visit.page("import-undo.html", &undoing(&held, &FieldFaults::default()))
}

/// Say that an import was never true: its payments count no longer, and what it replaced does again.
pub fn undo(visit: &Visit) -> Result<Answer, Error> {
    let held = standing(visit)?;
    let permit = visit.permit(Action::Withdraw, &Subject::default())?;
    let mut wrong = FieldFaults::default();
    let why = wrong.needed(&visit.form, "why", "Say why the file should not count");
    if !wrong.is_empty() {
        return visit.invalid("import-undo.html", &undoing(&held, &wrong));
    }
    let id = held.id;
    let changes = |picture: &Picture| Ok::<_, anyhow::Error>(((), taken_back(picture, id)?));
    visit
        .site
        .data
        .change(&permit, Saying::because(why), changes)?;
    visit.see(&format!("/imports/{id}?done=undone"))
}
