//! Many records of a kind changed at once, in a spreadsheet: a download that carries the entry at which
//! it was read, the way back as a list of differences to confirm, and one batch, all or nothing.
//!
//! In a file that comes back, a blank cell leaves what stands, and `-` clears it.

use super::answer::{Answer, Error};
use super::forms::{NotStated, action, now_only, restated, same, stated_by};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::{Saying, fresh_id, harmless};
use crate::import::finder;
use crate::transfer::Titles;
use handback_core::kinds::{self, Table};
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, RecordId};
use handback_core::table::RowFault;
use handback_register::Picture;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub const ROUTES: &[Route] = &[
    Route::get("/records/{kind}/bulk", Needs::May(Action::See), ask),
    Route::get(
        "/records/{kind}/bulk.csv",
        Needs::May(Action::See),
        download,
    ),
    Route::post(
        "/records/{kind}/bulk",
        Needs::May(Action::StateEstate),
        take,
    )
    .with_files(),
];

/// The columns before those of the kind's own table.
const RECORD: &str = "record";
const ENTRY: &str = "entry";

/// What clears a cell.
const CLEAR: &str = "-";

#[derive(Default, Serialize)]
struct Page {
    kind: String,
    download: String,
    action: String,
    /// What would become different, record by record.
    differences: Vec<Difference>,
    new: usize,
    faults: Vec<Fault>,
    error: Option<String>,
    /// The file, to confirm exactly what was shown.
    csv: String,
    base: u64,
}

#[derive(Serialize)]
struct Difference {
    title: String,
    cells: Vec<(&'static str, String, String)>,
}

#[derive(Serialize)]
struct Fault {
    line: u64,
    heading: String,
    value: String,
    reason: String,
}

fn table(visit: &Visit) -> Result<&'static Table, Error> {
    super::forms::form_of(visit.param("kind")).ok_or(Error::NotFound)
}

fn page(visit: &Visit) -> Result<Page, Error> {
    let table = table(visit)?;
    Ok(Page {
        kind: table.kind.to_owned(),
        download: format!("{}.csv", visit.path),
        action: visit.path.clone(),
        ..Page::default()
    })
}

fn ask(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    visit.permit(action(table(visit)?.kind), &Subject::default())?;
    visit.page("bulk.html", &page(visit)?)
}

/// Every record of the kind that the visitor may see, as rows.
fn download(visit: &Visit) -> Result<Answer, Error> {
    let table = table(visit)?;
    let titles = Titles::of(&visit.view)?;
    let inside = |error: csv::Error| Error::Inside(error.into());
    let mut csv = csv::Writer::from_writer(Vec::new());
    let headings = table.headings.iter().map(|heading| heading.name);
    csv.write_record([RECORD, ENTRY].into_iter().chain(headings))
        .map_err(inside)?;
    let base = visit.view.entry().to_string();
    for entry in visit.view.known().entries_of(table.kind) {
        if !visit.seen(entry) {
            continue;
        }
        visit.noted(entry)?;
        let item = entry.item().unwrap_or_default();
        let rows = (table.rows)(entry.version, item, &titles).map_err(anyhow::Error::from)?;
        for row in rows {
            let cells = row.iter().map(|cell| harmless(cell));
            let fixed = [entry.record.to_string(), base.clone()];
            csv.write_record(fixed.into_iter().chain(cells))
                .map_err(inside)?;
        }
    }
    let bytes = csv
        .into_inner()
        .map_err(|error| Error::Inside(anyhow::anyhow!("{error}")))?;
    Ok(Answer::csv(format!("{}.csv", table.kind), bytes))
}

/// A line of a file: its number, and its cells by heading.
type Line = (u64, BTreeMap<&'static str, String>);

/// A file that came back.
struct Sent {
    base: u64,
    /// The rows of each record that is there, and of each new one by its key; cells by heading, with
    /// the line they stand on.
    rows: BTreeMap<String, Vec<Line>>,
}

fn read(table: &Table, text: &str) -> Result<Sent, String> {
    let mut csv = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headings = csv.headers().map_err(|error| error.to_string())?.clone();
    let place = |name: &str| {
        headings
            .iter()
            .position(|held| held.trim().eq_ignore_ascii_case(name))
    };
    let (Some(record), Some(entry)) = (place(RECORD), place(ENTRY)) else {
        return Err(format!(
            "the first line must hold the columns {RECORD} and {ENTRY}: begin from the download"
        ));
    };
    let known: BTreeSet<String> = table
        .headings
        .iter()
        .map(|held| held.name.to_owned())
        .collect();
    if let Some(other) = headings.iter().find(|held| {
        let held = held.trim().to_lowercase();
        ![RECORD, ENTRY].contains(&held.as_str()) && !known.contains(&held)
    }) {
        return Err(format!(
            "there is no column {other:?} here: begin from the download"
        ));
    }
    let mut sent = Sent {
        base: u64::MAX,
        rows: BTreeMap::new(),
    };
    for line in csv.records() {
        let line = line.map_err(|error| error.to_string())?;
        let number = line.position().map_or(0, |position| position.line());
        let cell = |place: usize| line.get(place).unwrap_or_default().trim().to_owned();
        let cells = table.headings.iter().filter_map(|heading| {
            let text = cell(place(heading.name)?);
            // An apostrophe that kept a spreadsheet from running the text is not of it.
            let text = match text.strip_prefix('\'') {
                Some(rest) if harmless(rest) == text => rest.to_owned(),
                _ => text,
            };
            Some((heading.name, text))
        });
        let cells: BTreeMap<&'static str, String> = cells.collect();
        let key = match cell(record) {
            blank if blank.is_empty() => {
                let name = cells
                    .get(table.headings[0].name)
                    .cloned()
                    .unwrap_or_default();
                format!("new {}", name.to_lowercase())
            }
            id => {
                let base = cell(entry).parse().map_err(|_| {
                    format!("line {number}: {ENTRY} holds no entry number: begin from the download")
                })?;
                sent.base = sent.base.min(base);
                id
            }
        };
        sent.rows.entry(key).or_default().push((number, cells));
    }
    Ok(sent)
}

/// What a file asks for, held against what stands.
#[derive(Default)]
struct Asked {
    changes: Vec<Change>,
    differences: Vec<Difference>,
    new: usize,
    faults: Vec<Fault>,
}

/// The rows of a record as a file wants them: blank leaves, `-` clears.
fn wanted(table: &Table, standing: &[Vec<String>], sent: &[Line]) -> Vec<Vec<String>> {
    let dated = |name: &str| {
        table
            .life
            .is_some_and(|life| life.from == name || life.values.contains(&name))
    };
    let mut rows = standing.to_vec();
    for (place, (_, cells)) in sent.iter().enumerate() {
        if place == rows.len() {
            let undated = |(held, heading): (&String, &handback_core::table::Heading)| match dated(
                heading.name,
            ) {
                true => String::new(),
                false => held.clone(),
            };
            let first = rows.first().cloned();
            let first = first.unwrap_or_else(|| vec![String::new(); table.headings.len()]);
            rows.push(first.iter().zip(table.headings).map(undated).collect());
        }
        for (at, heading) in table.headings.iter().enumerate() {
            match cells.get(heading.name).map(String::as_str) {
                None | Some("") => {}
                Some(CLEAR) => rows[place][at].clear(),
                Some(text) => rows[place][at] = text.to_owned(),
            }
        }
    }
    // What does not change with time is changed in every row by changing it in one.
    for (at, heading) in table.headings.iter().enumerate() {
        let Some(stood) = standing.first().map(|row| row[at].clone()) else {
            continue;
        };
        let changed = rows.iter().map(|row| &row[at]).find(|text| **text != stood);
        if let (false, Some(text)) = (dated(heading.name), changed.cloned()) {
            for row in rows.iter_mut().filter(|row| row[at] == stood) {
                row[at].clone_from(&text);
            }
        }
    }
    rows
}

fn asked(
    picture: &Picture,
    table: &Table,
    sent: &Sent,
    titles: &Titles,
) -> Result<Asked, NotStated> {
    let mut asked = Asked::default();
    let mut finder = finder(picture).map_err(NotStated::Inside)?;
    let known = picture.known(picture.size());
    let inside = |error: kinds::Unreadable| NotStated::Inside(error.into());
    for (key, rows) in &sent.rows {
        let first = rows.first().map_or(0, |(line, _)| *line);
        let mut fault = |line, heading: &str, value: &str, reason: String| {
            asked.faults.push(Fault {
                line,
                heading: heading.to_owned(),
                value: value.to_owned(),
                reason,
            });
        };
        let id: Option<RecordId> = key.parse().ok();
        let entry = id
            .and_then(|id| known.entry_of(id))
            .filter(|it| it.kind == table.kind);
        if !key.starts_with("new ") && entry.is_none() {
            fault(
                first,
                RECORD,
                key,
                "no such record stands: it may have been withdrawn since".into(),
            );
            continue;
        }
        let standing = match entry {
            Some(entry) => (table.rows)(entry.version, entry.item().unwrap_or_default(), titles)
                .map_err(inside)?,
            None => Vec::new(),
        };
        let wanted = wanted(table, &standing, rows);
        let before = asked.faults.len();
        for (place, row) in wanted.iter().enumerate() {
            let line = rows.get(place).map_or(first, |(line, _)| *line);
            for (heading, text) in table.headings.iter().zip(row) {
                if let Err(reason) = handback_intake::table::cell(heading, text) {
                    asked.faults.push(Fault {
                        line,
                        heading: heading.name.to_owned(),
                        value: text.clone(),
                        reason,
                    });
                }
            }
        }
        if asked.faults.len() > before {
            continue;
        }
        match stated_by(&mut finder, table, &wanted) {
            Err(NotStated::Faults(found)) => {
                let told = |found: RowFault| Fault {
                    line: rows
                        .get(found.line as usize - 1)
                        .map_or(first, |(line, _)| *line),
                    heading: found.heading.to_owned(),
                    value: found.value,
                    reason: found.reason,
                };
                asked.faults.extend(found.into_iter().map(told));
            }
            Err(other) => return Err(other),
            Ok((change, identity)) => {
                let there = same(picture, table, &identity)?;
                if there.is_some() && there != id {
                    asked.faults.push(Fault {
                        line: first,
                        heading: table.headings[0].name.to_owned(),
                        value: wanted[0][0].clone(),
                        reason: "there is one of this name already".into(),
                    });
                    continue;
                }
                let change = match id {
                    Some(id) => restated(picture, table, id, change)?,
                    None => Some(Change {
                        id: fresh_id(),
                        ..change
                    }),
                };
                let Some(change) = change else { continue };
                asked.new += usize::from(id.is_none());
                asked
                    .differences
                    .push(difference(table, &standing, &wanted));
                asked.changes.push(change);
            }
        }
    }
    let named = std::mem::take(&mut finder.stated);
    asked.changes.splice(0..0, named);
    Ok(asked)
}

/// The cells that differ, the first hundred of a record.
fn difference(table: &Table, standing: &[Vec<String>], wanted: &[Vec<String>]) -> Difference {
    let mut cells = Vec::new();
    for (place, row) in wanted.iter().enumerate() {
        for (at, heading) in table.headings.iter().enumerate() {
            let was = standing
                .get(place)
                .map(|row| row[at].clone())
                .unwrap_or_default();
            if was != row[at] {
                cells.push((heading.name, was, row[at].clone()));
            }
        }
    }
    cells.truncate(100);
    Difference {
        title: wanted[0][0].clone(),
        cells,
    }
}

/// Show what a file would change, or change it.
fn take(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let table = table(visit)?;
    let permit = visit.permit(action(table.kind), &Subject::default())?;
    let mut page = page(visit)?;
    page.csv = match visit.files.first() {
        Some(file) => std::fs::read_to_string(&file.path).unwrap_or_default(),
        None => visit.form.typed("csv").to_owned(),
    };
    for file in &visit.files {
        let _ = std::fs::remove_file(&file.path);
    }
    if page.csv.trim().is_empty() {
        page.error = Some("Choose a CSV file in UTF-8, made from the download".into());
        return visit.invalid("bulk.html", &page);
    }
    let sent = match read(table, &page.csv) {
        Ok(sent) => sent,
        Err(reason) => {
            page.error = Some(crate::render::sentence(&reason));
            return visit.invalid("bulk.html", &page);
        }
    };
    let titles = Titles::of(&visit.view)?;
    let found = |picture: &Picture| asked(picture, table, &sent, &titles);
    let outcome = found(visit.view.picture()).map_err(wrong)?;
    (page.differences, page.new, page.faults) = (outcome.differences, outcome.new, outcome.faults);
    if !page.faults.is_empty() {
        return visit.invalid("bulk.html", &page);
    }
    if visit.form.get("do") != Some("confirm") {
        return visit.page("bulk.html", &page);
    }
    let saying = Saying {
        base: Some(sent.base.min(visit.view.entry())),
        ..Saying::because(visit.form.get("why").unwrap_or("bulk edit"))
    };
    let stating = |picture: &Picture| Ok(((), found(picture)?.changes));
    match visit.site.data.change(&permit, saying, stating) {
        Ok(_) => visit.see(&format!(
            "/entries?kind={}&done=saved",
            table.kind.replace(' ', "+")
        )),
        Err(NotStated::Register(error)) if error.is_conflict() => {
            page.error = Some(
                "Somebody changed some of these records since the download. Nothing was written: download again, and put your changes into the new file"
                    .into(),
            );
            visit.invalid("bulk.html", &page)
        }
        Err(other) => Err(wrong(other)),
    }
}

fn wrong(refused: NotStated) -> Error {
    match refused {
        NotStated::Register(error) => error.into(),
        NotStated::Inside(error) => error.into(),
        NotStated::Gone => Error::Wrong("somebody withdrew one of these records since".into()),
        NotStated::There | NotStated::Faults(_) => Error::Wrong("the file does not fit".into()),
    }
}
