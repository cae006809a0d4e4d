//! Measurements: values of measures through time, in any of three shapes.
//!
//! **Long**: a line for each value, with a column that names the measure. **Wide**: a line for each day or
//! month, with a column for each measure. **Across**: a line for each measure, with a column for each
//! month, as in a monthly report. Each value keeps the name under which it is printed: which measure that
//! is, a person says.
//!
//! What is counted are values: each is taken or rejected with a fault. Lines without any are set aside.

#[cfg(test)]
mod tests;

use crate::columns;
use crate::dates::{self, NotADay};
use crate::refused::{Refused, quoted};
use crate::series::numbers::Number;
use crate::source::Source;
use crate::tabular::{Form, Line, Table};
use handback_core::dated::Period;
use handback_core::import::bulk::{Measured, Measurements};
use handback_core::import::{ColumnReading, DateOrder, Fault, Reading, Role, Tally};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// What stands between the cells that say together what a value is of.
const BETWEEN: &str = " · ";

/// Read the values of a recognised file, in its order.
///
/// The tally counts values, and its days run from the first to the last that they are of. A file more than
/// half of whose values are rejected is refused at its end: the reading is wrong.
pub fn read(
    source: &dyn Source,
    reading: &Reading,
    on_batch: &mut dyn FnMut(Measurements) -> ControlFlow<()>,
    on_fault: &mut dyn FnMut(Fault) -> ControlFlow<()>,
) -> Result<Tally, Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    let form = Form::try_from(reading).map_err(|error| unclear(error.to_string()))?;
    let report = Report::of(reading).map_err(unclear)?;
    let mut table = Table::open(source, &form)?;
    let data_after = reading.header_lines.last().copied().unwrap_or(0);
    let mut tally = Tally::default();
    let mut batch = Measurements::default();
    let mut signs = Signs::default();
    let mut first_fault: Option<Fault> = None;
    while let Some(line) = table.next_line()? {
        if line.number <= data_after {
            continue;
        }
        let service = report.service(line);
        let values = report.values(line, &service);
        tally.set_aside += u64::from(values.is_empty());
        for value in values {
            match value {
                Ok(value) => {
                    signs.see(&value);
                    tally.rows += 1;
                    tally.from = Some(tally.from.map_or(value.date, |from| from.min(value.date)));
                    tally.to = Some(tally.to.map_or(value.date_to, |to| to.max(value.date_to)));
                    batch.push(&value);
                }
                Err(fault) => {
                    tally.rejected += 1;
                    first_fault.get_or_insert_with(|| fault.clone());
                    if on_fault(fault).is_break() {
                        return Ok(tally);
                    }
                }
            }
        }
        if batch.len() >= Measurements::BATCH && on_batch(std::mem::take(&mut batch)).is_break() {
            return Ok(tally);
        }
    }
    if let Some(fault) = first_fault.filter(|_| tally.rejected > tally.rows) {
        return Err(unclear(format!(
            "{} of its {} values cannot be read this way, the first on line {}, where {} is {}: {}",
            tally.rejected,
            tally.rows + tally.rejected,
            fault.line,
            fault.column,
            quoted(&fault.value),
            fault.reason
        )));
    }
    for fault in signs.disagreements() {
        if on_fault(fault).is_break() {
            return Ok(tally);
        }
    }
    if !batch.is_empty() {
        // The last batch: whether its taker would break off no longer matters.
        let _ = on_batch(batch);
    }
    Ok(tally)
}

/// Whether the columns of values are headed by the days and months that they are of.
pub(crate) fn is_across(columns: &[ColumnReading]) -> bool {
    let mut values = columns
        .iter()
        .filter(|column| column.role == Role::Value)
        .peekable();
    values.peek().is_some() && values.all(|column| dates::readings(&column.header).is_some())
}

/// Where a file keeps what, by column.
struct Report<'r> {
    reading: &'r Reading,
    order: DateOrder,
    date: Option<usize>,
    measure: Option<usize>,
    services: Vec<usize>,
    numerator: Option<usize>,
    denominator: Option<usize>,
    values: Vec<ValueColumn<'r>>,
}

struct ValueColumn<'r> {
    index: usize,
    header: &'r str,
    /// The days that a column of a report with months across is of.
    period: Option<Period>,
}

impl<'r> Report<'r> {
    fn of(reading: &'r Reading) -> Result<Report<'r>, String> {
        let column = |role| reading.column(role).map(|column| column.index);
        let order = reading.date_order.unwrap_or(DateOrder::Plain);
        let across = is_across(&reading.columns);
        let mut values = Vec::new();
        for column in reading
            .columns
            .iter()
            .filter(|column| column.role == Role::Value)
        {
            let header = column.header.trim();
            let period = match across {
                true => Some(
                    dates::days(header, order)
                        .map_err(|error| format!("its heading {} is {error}", quoted(header)))?,
                ),
                false => None,
            };
            values.push(ValueColumn {
                index: column.index,
                header,
                period,
            });
        }
        let report = Report {
            reading,
            order,
            date: column(Role::Date).filter(|_| !across),
            measure: column(Role::Measure),
            services: reading
                .columns
                .iter()
                .filter(|column| column.role == Role::Service)
                .map(|column| column.index)
                .collect(),
            numerator: column(Role::Numerator).filter(|_| !across),
            denominator: column(Role::Denominator).filter(|_| !across),
            values,
        };
        match (&report.values[..], report.date, reading.period, across) {
            ([], ..) => Err("no column was taken as the value of a measure".into()),
            (_, None, None, false) => Err("no column says which day or month its values are of: say which does, as in --column date=\"Reported\", or state the period, as in --period 2019-08".into()),
            _ => Ok(report),
        }
    }

    /// The values of a line; none where it has none at all.
    fn values<'t>(&self, line: Line<'t>, service: &'t str) -> Vec<Result<Measured<'t>, Fault>>
    where
        'r: 't,
    {
        if line.damage.is_none()
            && (line.is_blank() || self.is_heading(line) || self.is_remark(line))
        {
            return Vec::new();
        }
        if let Some(damage) = line.damage {
            return vec![Err(Fault {
                line: line.number,
                column: String::new(),
                value: line.cell(0).to_owned(),
                reason: format!("{damage}: correct the line and import again"),
                amount: None,
            })];
        }
        let days = match (self.date, self.reading.period) {
            (Some(column), period) => match dates::days(line.cell(column), self.order) {
                Ok(days) => Some(days),
                Err(NotADay::Blank) if period.is_some() => period,
                Err(error) => return vec![Err(self.fault(line, column, error.to_string()))],
            },
            (None, period) => period,
        };
        let value = |column| {
            let value = self.value(line, column, days)?;
            Ok(Measured { service, ..value })
        };
        self.values.iter().map(value).collect()
    }

    fn value<'t>(
        &self,
        line: Line<'t>,
        column: &ValueColumn<'r>,
        days: Option<Period>,
    ) -> Result<Measured<'t>, Fault>
    where
        'r: 't,
    {
        let number = |column: usize| {
            let read = Number::read(line.cell(column));
            read.map(Number::value)
                .map_err(|why| self.fault(line, column, why.to_owned()))
        };
        let measure = match self.measure {
            Some(named) => line.cell(named),
            None => column.header,
        };
        if measure.is_empty() {
            let reason = "no measure is named: nobody can tell of what this is a value";
            return Err(self.fault(line, column.index, reason.into()));
        }
        let days = column
            .period
            .or(days)
            .expect("a report without dates has a period, which `Report::of` saw to");
        Ok(Measured {
            line: line.number,
            measure,
            service: "",
            date: days.from,
            date_to: days.to,
            value: number(column.index)?,
            numerator: self.numerator.map(number).transpose()?.flatten(),
            denominator: self.denominator.map(number).transpose()?.flatten(),
            printed: line.cell(column.index),
        })
    }

    /// What the values of a line are of.
    fn service(&self, line: Line<'_>) -> String {
        let cells = self.services.iter().map(|column| line.cell(*column));
        cells
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join(BETWEEN)
    }

    /// Text without a value: a section's heading, a footnote.
    fn is_remark(&self, line: Line<'_>) -> bool {
        let filled = line.cells().filter(|cell| !cell.is_empty()).count();
        let undated = self.date.is_none_or(|column| line.cell(column).is_empty());
        let mut cells = self.values.iter().map(|column| line.cell(column.index));
        match filled {
            1 => cells
                .all(|cell| Number::read(cell).map_or(true, |number| number == Number::Missing)),
            _ => undated && cells.all(str::is_empty),
        }
    }

    /// The heading again, as on each page of a printed report.
    fn is_heading(&self, line: Line<'_>) -> bool {
        let same =
            |column: &ValueColumn<'_>| line.cell(column.index).eq_ignore_ascii_case(column.header);
        self.values.iter().all(same)
    }

    fn fault(&self, line: Line<'_>, column: usize, reason: String) -> Fault {
        let header = self
            .reading
            .columns
            .get(column)
            .map_or("", |column| column.header.as_str());
        Fault {
            line: line.number,
            column: match header {
                "" => columns::name(column, header),
                header => header.to_owned(),
            },
            value: line.cell(column).to_owned(),
            reason,
            amount: None,
        }
    }
}

/// Which measures are printed with a percent sign, and which without: where both occur, `95%` and `0.95`
/// may mean the same.
#[derive(Default)]
struct Signs(BTreeMap<String, (Option<u64>, Option<u64>)>);

impl Signs {
    fn see(&mut self, value: &Measured<'_>) {
        if value.value.is_none() {
            return;
        }
        if !self.0.contains_key(value.measure) {
            self.0.insert(value.measure.to_owned(), (None, None));
        }
        if let Some((percent, plain)) = self.0.get_mut(value.measure) {
            let seen = if value.printed.ends_with('%') {
                percent
            } else {
                plain
            };
            seen.get_or_insert(value.line);
        }
    }

    fn disagreements(self) -> Vec<Fault> {
        let told = |(measure, lines)| match lines {
            (Some(percent), Some(plain)) => Some(Fault {
                line: 0,
                reason: format!(
                    "line {percent} has a percent sign and line {plain} has none: each was taken as printed, so write all values of “{measure}” one way"
                ),
                column: measure,
                value: String::new(),
                amount: None,
            }),
            _ => None,
        };
        self.0.into_iter().filter_map(told).collect()
    }
}
