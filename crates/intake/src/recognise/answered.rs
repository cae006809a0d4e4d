//! How the export of a form's tool is to be read: which question is which.

use super::heading::{self, Heading, Sampled};
use super::{Hints, confirmed, layout_of, reading, remark, settle_dates};
use crate::columns;
use crate::dates::{self, Order};
use crate::refused::Refused;
use crate::source::Source;
use crate::tabular::{Form, Table};
use handback_core::import::{ColumnReading, Dataset, Layout, Reading, Role};

/// The version of the reader of people's answers; raised whenever the same file would read differently.
const READER: u16 = 1;

/// The reading of a file of people's answers; none unless the person says that it is one: a list with happiness in it
/// may be anything.
pub(super) fn recognise(
    source: &dyn Source,
    hints: &Hints<'_>,
    form: &Form,
    sample: &[Sampled],
    table: &mut Table<'_>,
) -> Result<Option<Reading>, Refused> {
    if hints.dataset != Some(Dataset::Responses) {
        return Ok(None);
    }
    let heading = match table.keys() {
        Some(names) => Heading {
            names: names.to_vec(),
            ..Heading::default()
        },
        None => heading::find(sample, hints.layouts, &[Dataset::Responses]),
    };
    let layout = layout_of(&heading.names, hints.layouts)
        .filter(|layout| layout.dataset == Dataset::Responses);
    let data = &sample[heading.data_from.min(sample.len())..];
    let rows: Vec<Vec<String>> = data.iter().map(|line| line.cells.clone()).collect();
    let columns = columns_of(layout, &heading.names, &rows);
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    tells_of_answers(&columns, hints).map_err(unclear)?;
    if layout.is_none() {
        one_question(&columns, &heading.names, &rows).map_err(unclear)?;
    }
    let mut reading = Reading {
        reader: READER,
        header_lines: heading.lines,
        columns,
        period: hints.period,
        ..reading(Dataset::Responses, form.clone())
    };
    let mut order = Order::default();
    let dates = super::date_columns(&reading);
    for line in data {
        let cells = dates.iter().filter_map(|&column| line.cells.get(column));
        let readings = cells.filter_map(|cell| dates::readings(cell));
        readings.for_each(|readings| order.see(readings));
    }
    settle_dates(source, &mut reading, layout, order, table)?;
    remark(&mut reading, layout);
    tell(&mut reading);
    Ok(Some(reading))
}

/// A column about persons stays one, whatever a layout leaves unsaid.
fn columns_of(
    layout: Option<&Layout>,
    names: &[String],
    rows: &[Vec<String>],
) -> Vec<ColumnReading> {
    let mut columns = columns::propose(Dataset::Responses, names, rows).columns;
    let confirmed = layout.map(|layout| confirmed(layout, names).columns);
    for (column, confirmed) in columns.iter_mut().zip(confirmed.into_iter().flatten()) {
        if confirmed.role != Role::Other || column.role != Role::Personal {
            *column = confirmed;
        }
    }
    let unused = columns
        .iter_mut()
        .filter(|column| column.role == Role::Other);
    unused
        .for_each(|column| column.why = "It is not needed, and nothing of it is kept.".to_owned());
    columns
}

fn tells_of_answers(columns: &[ColumnReading], hints: &Hints<'_>) -> Result<(), String> {
    let has = |role: Role| columns.iter().any(|column| column.role == role);
    if !has(Role::Happiness) {
        return Err("no question was found that is answered from 0 to 10 with how happy people are: say which is, as in --column happiness=\"How was it?\"".into());
    }
    if !has(Role::Date) && hints.period.is_none() {
        return Err("it does not say when it was answered: state the period, as in --period 2019-04, or say which column does, as in --column date=\"Sent\"".into());
    }
    Ok(())
}

/// Two questions that could each be the happiness, such as one for each service, are not chosen between.
fn one_question(
    columns: &[ColumnReading],
    names: &[String],
    rows: &[Vec<String>],
) -> Result<(), String> {
    let taken = columns.iter().find(|column| column.role == Role::Happiness);
    let Some(taken) = taken else { return Ok(()) };
    let mut others = names.to_vec();
    others[taken.index].clear();
    let others = columns::propose(Dataset::Responses, &others, rows).columns;
    match others.iter().find(|column| column.role == Role::Happiness) {
        None => Ok(()),
        Some(other) => Err(format!(
            "{} and {} could both say how happy people are: say which does, as in --column happiness=\"{}\"",
            columns::name(taken.index, &taken.header),
            columns::name(other.index, &other.header),
            taken.header
        )),
    }
}

/// Say what is not kept.
fn tell(reading: &mut Reading) {
    let unused = reading
        .columns
        .iter()
        .filter(|column| column.role == Role::Other);
    let unused: Vec<String> = unused
        .map(|column| columns::name(column.index, &column.header))
        .collect();
    if !unused.is_empty() {
        reading.notes.push(format!(
            "Not kept, because not needed: {}.",
            unused.join(", ")
        ));
    }
    reading.notes.push(match reading.period {
        Some(_) => {
            "Every answer is taken as given in the period stated; no day, time or order is kept."
                .into()
        }
        None => "Of when an answer was given only the month is kept; no day, time or order.".into(),
    });
}
