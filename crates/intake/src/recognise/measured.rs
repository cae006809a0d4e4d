//! Whether a file holds values of measures through time, in which shape, and in which columns.

use super::heading::{Heading, Sampled};
use super::{
    HEADING_WITHIN, Hints, agree, confirmed, date_columns, layout_of, reading, remark, settle_dates,
};
use crate::dates::{self, Order};
use crate::measurements::is_across;
use crate::series::numbers::Number;
use crate::source::Source;
use crate::tabular::{Form, Table};
use crate::{Refused, columns};
use handback_core::import::{ColumnReading, Dataset, Reading, Role};
use handback_core::pence::Pence;
use std::collections::BTreeSet;

/// The version of the reader of measurements; raised whenever the same file would read differently.
const MEASUREMENTS_READER: u16 = 1;

/// How many headings must be days or months before they are taken to be those of the values beneath.
const MONTHS_ACROSS: usize = 3;

/// What a file of measurements says besides: more columns of words are a table of something else.
const MOST_WORDS: usize = 3;

/// How sure a heading must be that its numbers are about persons.
const SURELY_PERSONAL: u8 = 90;

/// The reading of a file of measurements; none when it is something else and the person does not say that
/// it is measurements.
pub(super) fn recognise(
    source: &dyn Source,
    hints: &Hints<'_>,
    form: &Form,
    sample: &[Sampled],
    table: &mut Table<'_>,
) -> Result<Option<Reading>, Refused> {
    let unclear = |reason: &str| Refused::Unclear {
        file: source.name().to_owned(),
        reason: reason.to_owned(),
    };
    let is_stated = hints.dataset == Some(Dataset::Measurements);
    let heading = match table.keys() {
        Some(names) => Heading {
            names: names.to_vec(),
            ..Heading::default()
        },
        None => find(sample),
    };
    let rows = &sample[heading.data_from.min(sample.len())..];
    let layout = layout_of(&heading.names, hints.layouts);
    let layout = layout.filter(|layout| layout.dataset == Dataset::Measurements);
    if heading.names.is_empty() || rows.is_empty() {
        return match is_stated {
            true => Err(unclear(
                "no line among its first was found to head columns of numbers: give each column a heading, as in month,measure,value",
            )),
            false => Ok(None),
        };
    }
    let columns = match layout {
        Some(layout) => confirmed(layout, &heading.names).columns,
        None => propose(&heading.names, rows),
    };
    let dated = columns.iter().any(|column| column.role == Role::Date) || hints.period.is_some();
    let has_values = columns.iter().any(|column| column.role == Role::Value);
    let across = is_across(&columns);
    if !has_values || !(dated || across) {
        return match (is_stated, has_values) {
            (false, _) => Ok(None),
            (true, false) => Err(unclear(
                "no column of numbers was found: say which holds the values, as in --column value=\"Result\"",
            )),
            (true, true) => Err(unclear(
                "no column says which day or month its values are of: say which does, as in --column date=\"Reported\", or state the period, as in --period 2019-08",
            )),
        };
    }
    if !is_stated && layout.is_none() && !is_plain(&columns, &heading.names, rows) {
        return Ok(None);
    }
    agree(source, hints, Dataset::Measurements)?;
    let mut reading = Reading {
        reader: MEASUREMENTS_READER,
        header_lines: heading.lines,
        columns,
        period: hints.period,
        ..reading(Dataset::Measurements, form.clone())
    };
    let mut order = Order::default();
    for column in date_columns(&reading) {
        let cells = rows.iter().filter_map(|line| line.cells.get(column));
        cells
            .filter_map(|cell| dates::readings(cell))
            .for_each(|readings| order.see(readings));
    }
    if across {
        let headers = reading
            .columns
            .iter()
            .filter(|column| column.role == Role::Value);
        headers
            .filter_map(|column| dates::readings(&column.header))
            .for_each(|readings| order.see(readings));
    }
    settle_dates(source, &mut reading, layout, order, table)?;
    remark(&mut reading, layout);
    let shape = match (across, reading.column(Role::Measure).is_some()) {
        (true, _) => "Each line is a measure, and each month has a column.",
        (false, true) => "Each line is a value, and a column names its measure.",
        (false, false) => "Each line is a day or month, and each measure has a column.",
    };
    reading.notes.push(shape.to_owned());
    Ok(Some(reading))
}

/// The first line of words, or of words and months, above a line with a number.
fn find(sample: &[Sampled]) -> Heading {
    let is_number = |cell: &String| {
        matches!(
            Number::read(cell),
            Ok(Number::Plain(_) | Number::Percent(_))
        )
    };
    let heads = |line: &Sampled| {
        let filled: Vec<&String> = line.cells.iter().filter(|cell| !cell.is_empty()).collect();
        let distinct: BTreeSet<&String> = filled.iter().copied().collect();
        let words = filled
            .iter()
            .filter(|cell| dates::readings(cell).is_none())
            .count();
        filled.len() > 1
            && distinct.len() == filled.len()
            && words > 0
            && !filled
                .iter()
                .any(|cell| is_number(cell) && dates::readings(cell).is_none())
            && (words == filled.len() || filled.len() - words >= MONTHS_ACROSS)
    };
    let pairs = sample
        .iter()
        .zip(sample.iter().skip(1))
        .take(HEADING_WITHIN)
        .enumerate();
    let mut found =
        pairs.filter(|(_, (line, next))| heads(line) && next.cells.iter().any(is_number));
    found
        .next()
        .map_or_else(Heading::default, |(at, (line, _))| Heading {
            lines: vec![line.number],
            names: line.cells.clone(),
            data_from: at + 1,
        })
}

/// What the cells of a column look like.
struct Look {
    filled: usize,
    numbers: usize,
    dates: usize,
    distinct: usize,
}

impl Look {
    fn at(rows: &[Sampled], column: usize) -> Look {
        let cells = rows.iter().filter_map(|line| line.cells.get(column));
        let cells: Vec<&String> = cells
            .filter(|cell| Number::read(cell) != Ok(Number::Missing))
            .collect();
        let distinct: BTreeSet<&String> = cells.iter().copied().collect();
        Look {
            filled: cells.len(),
            numbers: cells
                .iter()
                .filter(|cell| Number::read(cell).is_ok())
                .count(),
            dates: cells
                .iter()
                .filter(|cell| dates::readings(cell).is_some_and(|read| !read.serial))
                .count(),
            distinct: distinct.len(),
        }
    }

    fn mostly(&self, count: usize) -> bool {
        self.filled > 0 && count * 10 >= self.filled * 8
    }
}

/// Which column plays which role.
fn propose(names: &[String], rows: &[Sampled]) -> Vec<ColumnReading> {
    let cells: Vec<Vec<String>> = rows.iter().map(|line| line.cells.clone()).collect();
    let mut columns = columns::propose(Dataset::Measurements, names, &cells).columns;
    let looks: Vec<Look> = (0..names.len())
        .map(|column| Look::at(rows, column))
        .collect();
    // “Telephone calls answered” is about nobody, as long as it only counts them.
    for column in &mut columns {
        let is_counted = looks[column.index].mostly(looks[column.index].numbers);
        if column.role == Role::Personal && column.confidence < SURELY_PERSONAL && is_counted {
            (column.role, column.confidence) = (Role::Other, 0);
        }
    }
    let months: Vec<usize> = (0..names.len())
        .filter(|&column| dates::readings(&names[column]).is_some())
        .collect();
    let take = |column: &mut ColumnReading, role: Role, confidence: u8, why: &str| {
        (column.role, column.confidence, column.why) = (role, confidence, why.to_owned());
    };
    if months.len() >= MONTHS_ACROSS {
        for column in &mut columns {
            let kept = matches!(column.role, Role::Measure | Role::Service | Role::Personal);
            if months.contains(&column.index) {
                take(
                    column,
                    Role::Value,
                    95,
                    "Its heading is a day or month, of which it holds the values.",
                );
            } else if !kept {
                take(
                    column,
                    Role::Other,
                    0,
                    "It is no value of a month; it stays in the source file.",
                );
            }
        }
        if !columns.iter().any(|column| column.role == Role::Measure) {
            let words = |column: &&mut ColumnReading| {
                column.role == Role::Other
                    && looks[column.index].filled > 0
                    && !looks[column.index].mostly(looks[column.index].numbers)
            };
            let named = columns.iter_mut().filter(words).max_by_key(|column| {
                (
                    looks[column.index].distinct,
                    std::cmp::Reverse(column.index),
                )
            });
            if let Some(column) = named {
                take(
                    column,
                    Role::Measure,
                    70,
                    "It has the most different words, and so names the measures.",
                );
            }
        }
        return columns;
    }
    if !columns.iter().any(|column| column.role == Role::Date) {
        let dates = |column: &&mut ColumnReading| {
            column.role == Role::Other && looks[column.index].mostly(looks[column.index].dates)
        };
        if let Some(column) = columns.iter_mut().find(dates) {
            take(column, Role::Date, 60, "It is the first column of dates.");
        }
    }
    let has =
        |columns: &[ColumnReading], role: Role| columns.iter().any(|column| column.role == role);
    if has(&columns, Role::Measure) && has(&columns, Role::Value) {
        return columns;
    }
    for column in &mut columns {
        let look = &looks[column.index];
        let free = matches!(
            column.role,
            Role::Other | Role::Value | Role::Measure | Role::Numerator | Role::Denominator
        );
        if free && look.mostly(look.numbers) && !column.header.is_empty() {
            take(
                column,
                Role::Value,
                80,
                "Its cells are numbers, and its heading is the name of the measure.",
            );
        } else if matches!(
            column.role,
            Role::Measure | Role::Value | Role::Numerator | Role::Denominator
        ) {
            take(
                column,
                Role::Other,
                0,
                "Each measure has a column of its own; this stays in the source file.",
            );
        }
    }
    // Where a date stands on several lines, words say what each is of.
    let date = columns
        .iter()
        .find(|column| column.role == Role::Date)
        .map(|column| &looks[column.index]);
    if date.is_some_and(|date| date.distinct < date.filled) {
        for column in columns
            .iter_mut()
            .filter(|column| column.role == Role::Other)
        {
            let look = &looks[column.index];
            if look.filled > 0 && !look.mostly(look.numbers) {
                take(
                    column,
                    Role::Service,
                    60,
                    "A date has several lines, and this says what each is of.",
                );
            }
        }
    }
    columns
}

/// Whether a file is so plainly of measurements that nobody need say it: its columns are a date or months,
/// numbers and little else, and nothing in it reads as a ledger or a register.
fn is_plain(columns: &[ColumnReading], names: &[String], rows: &[Sampled]) -> bool {
    let cells: Vec<Vec<String>> = rows.iter().map(|line| line.cells.clone()).collect();
    let ledger = columns::propose(Dataset::Payments, names, &cells);
    let register = columns::propose(Dataset::Contracts, names, &cells);
    // A column that names measures says what the one beside it holds.
    let named = columns
        .iter()
        .any(|column| column.role == Role::Measure && column.confidence >= 90);
    let is_of_money = |column: &ColumnReading| match column.role {
        Role::Supplier | Role::Transaction | Role::Reference | Role::Title => true,
        Role::Amount | Role::ContractValue => !named,
        _ => false,
    };
    let money = cells
        .iter()
        .flatten()
        .any(|cell| cell.starts_with('£') && Pence::parse(cell).is_ok());
    let words = columns.iter().filter(|column| {
        matches!(column.role, Role::Other | Role::Service) && !column.header.is_empty()
    });
    let is_dated = is_across(columns)
        || columns
            .iter()
            .any(|column| column.role == Role::Date && column.confidence >= 65);
    is_dated
        && !money
        && !ledger
            .columns
            .iter()
            .chain(&register.columns)
            .any(is_of_money)
        && words.count() <= MOST_WORDS
}
