//! A measure's values through time: a file whose first column is the date and whose others are numbers.
//!
//! ```csv
//! date,resolved within a day,calls
//! 2019-04,91.5%,"1,204"
//! ```
//!
//! Nothing is guessed silently: what could be read in two ways is refused or noted, by its line.

pub(crate) mod numbers;
mod spacing;

use crate::dates::{self, Order};
use crate::refused::{Refused, quoted};
use crate::source::Source;
use crate::tabular::{self, Line, Table};
use handback_core::dated::Period;
use handback_core::import::DateOrder;
use handback_core::performance::Point;
use jiff::civil::Date;
use numbers::{Marks, Number};

/// A file of values through time, earliest first, each day at most once.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The heading of the first column.
    pub date: String,
    /// The headings of the columns of numbers: the value first, then what it may be compared with.
    pub columns: Vec<String>,
    pub rows: Vec<Row>,
    /// What a person should know of the reading, in plain sentences that name their lines.
    pub notes: Vec<String>,
}

/// One line of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The line in the file, from 1.
    pub line: u64,
    /// The day, or the month or other span, that the line is of.
    pub period: Period,
    /// One for each of [`Series::columns`]; `None` where the file has none. A percentage is kept as
    /// printed: `91.5%` is 91.5.
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// The values of the first column of numbers.
    pub fn points(&self) -> Vec<Point> {
        self.of(0)
    }

    /// The values of a column by its heading, whatever its capitals; `None` when there is no such column.
    pub fn column(&self, heading: &str) -> Option<Vec<Point>> {
        let is_it = |column: &String| column.eq_ignore_ascii_case(heading.trim());
        Some(self.of(self.columns.iter().position(is_it)?))
    }

    fn of(&self, column: usize) -> Vec<Point> {
        let point = |row: &Row| {
            let date = row.period.from;
            row.values[column].map(|value| Point { date, value })
        };
        self.rows.iter().filter_map(point).collect()
    }
}

/// A line as text, before the whole file has shown what its dates mean.
struct Printed {
    line: u64,
    date: String,
    cells: Vec<String>,
}

/// Read a whole series. Blank lines are passed over; lines out of order, gaps in time and values that are
/// missing are noted.
///
/// # Errors
/// [`Refused`] for a file that is no table, and for one with a line that cannot be read for certain: no date,
/// a date twice or inside another's span, no number, more cells than headings.
pub fn read(source: &dyn Source) -> Result<Series, Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    let (headings, lines) = printed(source)?;
    let [date, columns @ ..] = headings.as_slice() else {
        return Err(unclear("it has no headings".into()));
    };
    check_headings(date, columns).map_err(unclear)?;
    let (order, mut notes) = order(&lines);
    let mut marks = vec![Marks::default(); columns.len()];
    let mut rows = Vec::with_capacity(lines.len());
    for printed in &lines {
        rows.push(row(printed, columns, order, &mut marks).map_err(unclear)?);
    }
    for (column, marks) in columns.iter().zip(&marks) {
        marks.agree(column).map_err(unclear)?;
        notes.extend(marks.note(column));
    }
    if !rows.iter().any(|row| row.values[0].is_some()) {
        return Err(unclear(format!(
            "its column “{}” holds no number: give each line a date and a value",
            columns[0]
        )));
    }
    notes.extend(spacing::sort(&mut rows));
    spacing::check_once(&rows).map_err(unclear)?;
    notes.extend(spacing::gaps(&rows));
    Ok(Series {
        date: date.clone(),
        columns: columns.to_vec(),
        rows,
        notes,
    })
}

/// The headings and every line that is not blank.
fn printed(source: &dyn Source) -> Result<(Vec<String>, Vec<Printed>), Refused> {
    let form = tabular::form(source)?;
    let mut table = Table::open(source, &form)?;
    let mut headings: Option<Vec<String>> = table.keys().map(<[String]>::to_vec);
    let mut lines = Vec::new();
    while let Some(line) = table.next_line()? {
        if line.is_blank() {
            continue;
        }
        let refuse = |reason: String| Refused::Unclear {
            file: source.name().to_owned(),
            reason: format!("line {}: {reason}", line.number),
        };
        if let Some(damage) = line.damage {
            return Err(refuse(damage.to_owned()));
        }
        match &headings {
            None => headings = Some(heading(&line)),
            Some(headings) => {
                let width = line.width();
                if line
                    .cells()
                    .skip(headings.len())
                    .any(|cell| !cell.is_empty())
                {
                    return Err(refuse(format!(
                        "it has {width} cells under {} headings: put a number that has a comma in it in quotes, or name every column",
                        headings.len()
                    )));
                }
                lines.push(Printed {
                    line: line.number,
                    date: line.cell(0).to_owned(),
                    cells: (1..headings.len())
                        .map(|at| line.cell(at).to_owned())
                        .collect(),
                });
            }
        }
    }
    Ok((headings.unwrap_or_default(), lines))
}

/// The headings without the empty ones at the end of the line.
fn heading(line: &Line<'_>) -> Vec<String> {
    let mut headings: Vec<String> = line.cells().map(str::to_owned).collect();
    let used = headings.iter().rposition(|heading| !heading.is_empty());
    headings.truncate(used.map_or(0, |last| last + 1));
    headings
}

fn check_headings(date: &str, columns: &[String]) -> Result<(), String> {
    if dates::readings(date).is_some() {
        return Err(format!(
            "its first line begins with {}, a date: put headings above it, as in date,value",
            quoted(date)
        ));
    }
    if columns.is_empty() {
        return Err(
            "it has one column: the first is the date, the second the value, as in date,value"
                .into(),
        );
    }
    for (place, column) in columns.iter().enumerate() {
        if column.is_empty() {
            return Err(format!("its column {} has no heading: name it", place + 2));
        }
        if columns[..place]
            .iter()
            .any(|other| other.eq_ignore_ascii_case(column))
        {
            return Err(format!(
                "two of its columns are headed {}: name them apart",
                quoted(column)
            ));
        }
    }
    Ok(())
}

/// Which comes first, the day or the month, and a note where no date shows it.
fn order(lines: &[Printed]) -> (DateOrder, Vec<String>) {
    let mut order = Order::default();
    let mut unsettled = None;
    for printed in lines {
        if let Some(readings) = dates::readings(&printed.date) {
            let was = order.either;
            order.see(readings);
            if order.either > was {
                unsettled.get_or_insert(printed);
            }
        }
    }
    match unsettled {
        _ if order.month_first > order.day_first => (DateOrder::MonthFirst, Vec::new()),
        Some(printed) if !order.has_proof() => {
            let note = format!(
                "Dates are read with the day first, as line {}, {}; nothing in the file shows the order. Write 2019-04-01 to be sure.",
                printed.line,
                quoted(&printed.date)
            );
            (DateOrder::DayFirst, vec![note])
        }
        None if !order.has_proof() => (DateOrder::Plain, Vec::new()),
        _ => (DateOrder::DayFirst, Vec::new()),
    }
}

fn row(
    printed: &Printed,
    columns: &[String],
    order: DateOrder,
    marks: &mut [Marks],
) -> Result<Row, String> {
    let line = printed.line;
    let period = dates::days(&printed.date, order).map_err(|why| {
        format!(
            "line {line}: {}: {why}; write it as 2019-04-01, or a month as 2019-04",
            quoted(&printed.date)
        )
    })?;
    let mut values = Vec::with_capacity(columns.len());
    for ((cell, column), marks) in printed.cells.iter().zip(columns).zip(marks) {
        let number = Number::read(cell)
            .map_err(|why| format!("line {line}, column “{column}”: {}: {why}", quoted(cell)))?;
        marks.see(number, line);
        values.push(number.value());
    }
    Ok(Row {
        line,
        period,
        values,
    })
}

/// A date that is given by itself, such as an option of a command: a day, or a month for its first day.
/// `None` when it is no date, or could be two.
pub fn day(text: &str) -> Option<Date> {
    dates::days(text, DateOrder::Plain)
        .ok()
        .map(|period| period.from)
}

#[cfg(test)]
mod tests;
