//! The changes that a filled-in table asks for.

use super::finder::Finder;
use super::lists::{Calling, Existing, Listed, Listing, Named, Standing, unreadable};
use super::{Failed, Taken};
use crate::data::fresh_id;
use handback_core::import::Fault;
use handback_core::kinds::{Stated, Table, Unreadable};
use handback_core::organisation::Organisation;
use handback_core::record::{Change, ChangeAct, Kind, RecordId};
use handback_core::table::{Cell, Row, RowFault};
use handback_register::Picture;
use std::collections::{BTreeMap, BTreeSet};

/// The rows of one record, and what they state or what is wrong with them.
struct Read<'a> {
    rows: Vec<&'a Row>,
    id: RecordId,
    stated: Result<Stated, Vec<RowFault>>,
}

/// State the records that a table's rows describe. A record with a fault in any of its rows is not
/// taken, nor is one that refers to it; records that stand so already are not stated again.
pub fn state(
    picture: &Picture,
    finder: &mut Finder,
    (table, rows): (&Table, &[Row]),
    contract: Option<&str>,
    listing: Option<&Listing>,
    taken: &mut Taken,
) -> Result<Vec<Change>, Failed> {
    let existing = Existing::of(picture, table)?;
    let completed = contract.map(|contract| under(table, rows, contract));
    let rows = completed.as_deref().unwrap_or(rows);
    let mut records: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for row in rows.iter().filter(|row| !is_example(table, row)) {
        let key = (table.key)(row);
        if !records.contains_key(&key) {
            order.push(key.clone());
        }
        records.entry(key).or_default().push(row);
    }
    let examples = rows.iter().filter(|row| is_example(table, row)).count() as u64;
    taken.tally.rows -= examples;
    taken.tally.set_aside += examples;
    // A row may name a record that a later row of the same file states: its id must be known first.
    let mut reserved: BTreeMap<String, RecordId> = BTreeMap::new();
    for key in &order {
        let id = authority(table, &records[key], finder).unwrap_or_else(fresh_id);
        reserved.insert(key.clone(), id);
        finder.remember(table.kind, key, id);
    }
    let mut read: Vec<Read<'_>> = Vec::new();
    for key in &order {
        let rows = records.remove(key).unwrap_or_default();
        let stated = (table.read)(&rows, finder);
        let known = stated.as_ref().ok();
        let known = known.and_then(|stated| existing.standing(&stated.identity));
        let id = known.map_or(reserved[key], |standing| standing.id);
        read.push(Read { rows, id, stated });
    }
    refuse_dangling(&mut read, picture);
    let mut changes = Vec::new();
    let mut named = Named::default();
    for Read { rows, id, stated } in read {
        let stated = match stated {
            Ok(stated) if named.add(id) => stated,
            Ok(stated) => {
                let faults = vec![named_twice(rows[0], &stated)];
                reject(table, &rows, faults, taken);
                continue;
            }
            Err(faults) => {
                reject(table, &rows, faults, taken);
                continue;
            }
        };
        let standing = existing.standing(&stated.identity);
        let change = Change {
            id,
            ..stated.change
        };
        let change = merged(picture, table, change, standing).map_err(unreadable)?;
        named.under_contract_of(&change);
        let change = match listing {
            Some(listing) => listing.named(table, change, rows[0], standing),
            None => Ok(change),
        };
        let change = change.map_err(unreadable)?;
        if !standing.is_some_and(|it| it.says(&change)) && !stated.says_nothing {
            changes.push(change);
        }
    }
    if let Some(listing) = listing {
        let gone = listing.gone(table, &existing, &named).map_err(unreadable)?;
        let unnamed = if listing.list.is_whole { 0 } else { gone.len() };
        if listing.list.is_whole {
            changes.extend(gone);
        }
        let calling = Calling::of(picture, &finder.stated);
        let listed = listing.told(table, &existing, (&changes, &named), &calling);
        taken.list = Some(Listed { unnamed, ..listed? });
    }
    Ok(changes)
}

/// The rows with the contract under which the file was given, where they name none.
fn under(table: &Table, rows: &[Row], contract: &str) -> Vec<Row> {
    let mut rows = rows.to_vec();
    if let Some(place) = table.place("contract") {
        let blank = rows
            .iter_mut()
            .filter(|row| row.cells[place] == Cell::Blank);
        blank.for_each(|row| row.cells[place] = Cell::Text(contract.to_owned()));
    }
    rows
}

/// What is stated with what a file leaves blank, or cannot say, as it stands.
fn merged(
    picture: &Picture,
    table: &Table,
    change: Change,
    standing: Option<&Standing>,
) -> Result<Change, Unreadable> {
    let Some(Standing { version, item, .. }) = standing else {
        return Ok(change);
    };
    let visibility = picture.visibility(change.id);
    let change = Change {
        visibility,
        ..change
    };
    let filled = (table.filling)(change, *version, item)?;
    (table.keeping)(filled, *version, item)
}

fn named_twice(row: &Row, stated: &Stated) -> RowFault {
    RowFault {
        line: row.line,
        heading: row.headings[0].name,
        value: stated.identity.clone(),
        reason: "an earlier row names the same item, with or without its contract: keep one".into(),
    }
}

/// Turn what refers to a record of this file that is not taken into a fault, until nothing does.
fn refuse_dangling(read: &mut [Read<'_>], picture: &Picture) {
    let known = picture.known(picture.size());
    loop {
        let lost = |read: &&Read<'_>| read.stated.is_err() && known.entry_of(read.id).is_none();
        let lost: BTreeSet<RecordId> = read.iter().filter(lost).map(|read| read.id).collect();
        let mut found = false;
        for record in read.iter_mut() {
            let Ok(stated) = &record.stated else { continue };
            let ChangeAct::State { references, .. } = &stated.change.act else {
                continue;
            };
            if references
                .iter()
                .any(|reference| lost.contains(&reference.id))
            {
                found = true;
                record.stated = Err(vec![RowFault {
                    line: record.rows[0].line,
                    heading: record.rows[0].headings[0].name,
                    value: stated.identity.clone(),
                    reason: "it refers to a record of this file that is not taken, because of its own fault".into(),
                }]);
            }
        }
        if !found {
            return;
        }
    }
}

fn reject(table: &Table, rows: &[&Row], faults: Vec<RowFault>, taken: &mut Taken) {
    taken.tally.rows -= rows.len() as u64;
    taken.tally.rejected += rows.len() as u64;
    let named: BTreeSet<u64> = faults.iter().map(|fault| fault.line).collect();
    let fault = |fault: RowFault| Fault {
        line: fault.line,
        column: fault.heading.to_owned(),
        value: fault.value,
        reason: fault.reason,
        amount: None,
    };
    taken.faults.extend(faults.into_iter().map(fault));
    let others = rows.iter().filter(|row| !named.contains(&row.line));
    taken.faults.extend(others.map(|row| Fault {
        line: row.line,
        column: table.headings[0].name.to_owned(),
        value: (table.key)(row),
        reason: "not taken, because another row of the same record has a fault".into(),
        amount: None,
    }));
}

/// The example line of a template that somebody left in.
fn is_example(table: &Table, row: &Row) -> bool {
    let text = |cell: &Cell| match cell {
        Cell::Blank => String::new(),
        Cell::Text(text) => text.clone(),
        Cell::Choice(word) => (*word).to_owned(),
        Cell::When(when) => when.to_string(),
        Cell::Count(count) => count.to_string(),
        Cell::Pence(pence) => (pence.0 / 100).to_string(),
        Cell::List(list) => list.join("; "),
    };
    table.headings.len() > 3
        && row
            .cells
            .iter()
            .zip(table.headings)
            .all(|(cell, heading)| text(cell) == heading.example)
}

/// The id of the authority, when a table of organisations names it for the first time.
fn authority(table: &Table, rows: &[&Row], finder: &Finder) -> Option<RecordId> {
    let is_authority = |row: &&Row| {
        row.list("roles")
            .iter()
            .any(|role| role.eq_ignore_ascii_case("authority"))
    };
    let named = table.kind == Organisation::NAME && rows.iter().any(is_authority);
    named.then(|| finder.unnamed_authority()).flatten()
}
