//! Whether a file is the log or list of a service desk, and how it is to be read.

use super::heading::{self, Heading, Sampled};
use super::{
    Hints, agree, confirmed, is_contracts_register, layout_of, reading, remark, settle_dates,
};
use crate::dates::{self, Order};
use crate::source::Source;
use crate::tabular::{Form, Format, Table};
use crate::tickets::{self, said};
use crate::{Refused, columns};
use handback_core::import::{ColumnReading, Dataset, DeskReading, Reading, Role, StateReading};
use handback_core::performance::service_clock::calendar::time_zone;
use handback_core::performance::state::Means;
use std::collections::BTreeSet;

/// The version of the reader of tickets; raised whenever the same file would read differently.
const DESK_READER: u16 = 1;

/// How many lines are looked at for the words for states.
const SAMPLE: usize = 20_000;

/// How many different words for states are looked at. A column with more holds something else.
const MOST_STATES: usize = 500;

/// Below this a column says too little to take the file for tickets when nobody said that it is.
const SURE: u8 = 70;

/// How sure a column must be that no other sort of file has.
const SURELY_A_DESK: u8 = 81;

/// The reading of a file of tickets; none when it is something else and the person does not say that it
/// is tickets.
pub(super) fn recognise(
    source: &dyn Source,
    hints: &Hints<'_>,
    form: &Form,
    sample: &[Sampled],
    table: &mut Table<'_>,
) -> Result<Option<Reading>, Refused> {
    let is_event_log = matches!(form.format, Format::Xes | Format::Ocel);
    let is_stated = hints.dataset == Some(Dataset::Tickets) || is_event_log;
    if hints
        .dataset
        .is_some_and(|dataset| dataset != Dataset::Tickets)
        && !is_event_log
    {
        return Ok(None);
    }
    let heading = match table.keys() {
        Some(names) => Heading {
            names: names.to_vec(),
            ..Heading::default()
        },
        None => heading::find(sample, hints.layouts, &[Dataset::Tickets]),
    };
    let layout = layout_of(&heading.names, hints.layouts);
    if layout.is_some_and(|layout| layout.dataset != Dataset::Tickets) {
        return Ok(None);
    }
    let data = &sample[heading.data_from.min(sample.len())..];
    let rows: Vec<Vec<String>> = data
        .iter()
        .map(|line| {
            line.cells
                .iter()
                .map(|cell| said(cell).to_owned())
                .collect()
        })
        .collect();
    let columns = match layout {
        Some(layout) => confirmed(layout, &heading.names).columns,
        None => columns::propose(Dataset::Tickets, &heading.names, &rows).columns,
    };
    let is_sure = layout.is_some() || is_stated;
    if !is_sure && !reads_as_a_desk(&columns, &heading.names, &rows) {
        return Ok(None);
    }
    if let Err(reason) = tells_of_tickets(&columns, if is_sure { 0 } else { SURE }) {
        return match is_sure {
            true => Err(Refused::Unclear {
                file: source.name().to_owned(),
                reason,
            }),
            false => Ok(None),
        };
    }
    agree(source, hints, Dataset::Tickets)?;
    let mut reading = Reading {
        reader: DESK_READER,
        header_lines: heading.lines,
        columns,
        ..reading(Dataset::Tickets, form.clone())
    };
    let mut desk = DeskReading {
        is_log: is_event_log || is_log(&reading, &rows),
        zone: hints.zone.unwrap_or(tickets::LONDON).to_owned(),
        first_opens: false,
        states: Vec::new(),
    };
    if time_zone(&desk.zone).is_none() {
        return Err(Refused::Unclear {
            file: source.name().to_owned(),
            reason: tickets::no_zone(&desk.zone),
        });
    }
    if !desk.is_log {
        pass_over_states(&mut reading.columns);
    }
    let order = look_at_states(&reading, &mut desk, data, table, hints)?;
    settle_dates(source, &mut reading, layout, order, table)?;
    remark(&mut reading, layout);
    tell(&mut reading.notes, &desk);
    reading.desk = Some(desk);
    Ok(Some(reading))
}

/// Whether the columns say of which ticket, and when, a line speaks; else what is missing.
fn tells_of_tickets(columns: &[ColumnReading], at_least: u8) -> Result<(), String> {
    let has = |role: Role| {
        columns
            .iter()
            .any(|column| column.role == role && column.confidence >= at_least)
    };
    if !has(Role::Ticket) {
        return Err("no column was found that holds the number of a ticket: say which does, as in --column ticket=\"Ref\"".into());
    }
    let is_log = has(Role::State) && has(Role::At);
    if !is_log && !has(Role::Opened) {
        return Err("it does not say when its tickets were opened, nor which state they entered when: say which columns do, as in --column opened=\"Logged on\"".into());
    }
    Ok(())
}

/// Whether nothing but a service desk has such columns. Registers of contracts have numbers, starts and
/// ends too; only desks answer and resolve, or say when they opened and how a ticket stands.
fn reads_as_a_desk(columns: &[ColumnReading], names: &[String], rows: &[Vec<String>]) -> bool {
    let surely = |role: Role| {
        let sure =
            |column: &ColumnReading| column.role == role && column.confidence >= SURELY_A_DESK;
        columns.iter().any(sure)
    };
    let is_log = surely(Role::State) && surely(Role::At);
    let answers = surely(Role::Resolved) || surely(Role::Responded);
    let stands = [Role::Closed, Role::State, Role::Priority]
        .into_iter()
        .any(surely);
    is_log
        || answers
        || surely(Role::Opened)
            && stands
            && !is_contracts_register(&columns::propose(Dataset::Contracts, names, rows))
}

/// A log names a ticket on many lines; a list without a time of opening can only be a log.
fn is_log(reading: &Reading, rows: &[Vec<String>]) -> bool {
    let column = |role| reading.column(role).map(|column| column.index);
    let (Some(ticket), Some(_), Some(_)) =
        (column(Role::Ticket), column(Role::State), column(Role::At))
    else {
        return false;
    };
    let numbers: Vec<&String> = rows.iter().filter_map(|row| row.get(ticket)).collect();
    let distinct: BTreeSet<&String> = numbers.iter().copied().collect();
    distinct.len() * 5 <= numbers.len() * 4 || column(Role::Opened).is_none()
}

/// In a list the state is that of the day on which it was made, and nobody knows since when.
fn pass_over_states(columns: &mut [ColumnReading]) {
    let unused = |role| matches!(role, Role::State | Role::At | Role::Lifecycle);
    for column in columns.iter_mut().filter(|column| unused(column.role)) {
        column.role = Role::Other;
        column.confidence = 0;
        column.why = "The file has one line for each ticket, so that this says how it stands and not when that began; it stays in the source file.".into();
    }
}

/// Gather the words for states and the proofs of the order of dates.
fn look_at_states(
    reading: &Reading,
    desk: &mut DeskReading,
    data: &[Sampled],
    table: &mut Table<'_>,
    hints: &Hints<'_>,
) -> Result<Order, Refused> {
    let column = |role| reading.column(role).map(|column| column.index);
    let dates = super::date_columns(reading);
    let state = column(Role::State).filter(|_| desk.is_log);
    let ticket = column(Role::Ticket);
    let mut order = Order::default();
    let mut words: Vec<String> = Vec::new();
    let (mut tickets, mut opened) = (BTreeSet::new(), BTreeSet::new());
    let mut see = |cell: &dyn Fn(usize) -> String| {
        for &column in &dates {
            dates::readings(said(&cell(column)))
                .into_iter()
                .for_each(|readings| order.see(readings));
        }
        let (Some(state), Some(ticket)) = (state, ticket) else {
            return;
        };
        let word = said(&cell(state)).to_owned();
        tickets.insert(cell(ticket));
        let said = hints.states.iter().find(|(printed, _)| *printed == word);
        let means = said.map_or_else(|| tickets::known(&word), |(_, means)| Some(*means));
        if means == Some(Means::Opened) {
            opened.insert(cell(ticket));
        }
        if !word.is_empty() && words.len() < MOST_STATES && !words.contains(&word) {
            words.push(word);
        }
    };
    for line in data {
        see(&|column| line.cells.get(column).cloned().unwrap_or_default());
    }
    let mut looked_at = data.len();
    while state.is_some() && looked_at < SAMPLE {
        let Some(line) = table.next_line()? else {
            break;
        };
        see(&|column| line.cell(column).to_owned());
        looked_at += 1;
    }
    desk.first_opens =
        desk.is_log && column(Role::Opened).is_none() && opened.len() * 2 < tickets.len();
    let stated = hints.states.iter().map(|(printed, means)| StateReading {
        printed: printed.clone(),
        means: Some(*means),
    });
    desk.states = stated.collect();
    for printed in words {
        if !desk.states.iter().any(|state| state.printed == printed) {
            let means = tickets::known(&printed);
            desk.states.push(StateReading { printed, means });
        }
    }
    desk.states
        .sort_by(|one, other| (one.means, &one.printed).cmp(&(other.means, &other.printed)));
    Ok(order)
}

/// Say how states and times were understood.
fn tell(notes: &mut Vec<String>, desk: &DeskReading) {
    notes.push(match desk.is_log {
        true => "Each line is a change of a ticket.".into(),
        false => "Each line is a ticket.".into(),
    });
    if desk.first_opens {
        notes.push(
            "No word says that a ticket was opened: its first line is taken as its opening.".into(),
        );
    }
    for (means, word) in Means::ALL {
        let printed: Vec<String> = desk
            .states
            .iter()
            .filter(|state| state.means == Some(means))
            .map(|state| format!("“{}”", state.printed))
            .collect();
        if !printed.is_empty() {
            notes.push(format!(
                "Taken as {}: {}.",
                word.replace('-', " "),
                printed.join(", ")
            ));
        }
    }
    notes.push(format!(
        "Times that do not say their zone are those of clocks in {}.",
        desk.zone
    ));
}
