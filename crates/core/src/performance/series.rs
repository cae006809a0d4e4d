//! The values of one measure, gathered from everything that files print.
//!
//! A figure that two files state differently is no figure: it is set aside and said, never averaged.

use super::{Measure, Point};
use crate::record::RecordId;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a row is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    /// The import that lists the row's part.
    pub import: RecordId,
    /// The source file's name.
    pub file: Arc<str>,
    /// The line in the source file, from 1.
    pub line: u64,
}

/// A value of a measure as a file prints it.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// As the file calls the measure.
    pub measure: String,
    /// What it is of; empty where the file does not say.
    pub service: String,
    /// The first day that it is of.
    pub date: Date,
    /// The last.
    pub date_to: Date,
    /// None where the file says that it has none.
    pub value: Option<f64>,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
    pub printed: Printed,
}

/// The values of a measure, one for each span of time, in the order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Each has a value.
    pub values: Vec<Value>,
    pub aside: Vec<Aside>,
}

/// What of a measure's rows does not count, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum Aside {
    /// Files say different things of the same time.
    Disagree { date: Date, rows: Vec<Value> },
    /// A file says that it has no value.
    NoValue { date: Date, printed: Printed },
    /// Most values are of another length of time: a quarter among months, say.
    OtherSpan { rows: Vec<Value> },
    /// Measures of several services are called so, and these rows do not say of which they are.
    OfWhichService { rows: usize },
}

impl Series {
    /// The values of a measure among all that files print. `service` is what its service is called, and
    /// `is_shared` whether the measure of another service is printed under the same name.
    pub fn of<'v>(
        measure: &Measure,
        service: Option<&str>,
        is_shared: bool,
        all: impl IntoIterator<Item = &'v Value>,
    ) -> Series {
        let named = |value: &&Value| measure.printed().any(|name| same(name, &value.measure));
        let (unsaid, said): (Vec<&Value>, Vec<&Value>) = all
            .into_iter()
            .filter(named)
            .partition(|value| value.service.is_empty());
        let own = |value: &&Value| match &measure.tickets_of[..] {
            [] => service.is_none_or(|service| same(service, &value.service)),
            called => called.iter().any(|service| same(service, &value.service)),
        };
        let mut taken: Vec<&Value> = said.into_iter().filter(own).collect();
        let mut series = Series::default();
        match is_shared {
            false => taken.extend(unsaid),
            true if unsaid.is_empty() => {}
            true => series
                .aside
                .push(Aside::OfWhichService { rows: unsaid.len() }),
        }
        series.gather(taken);
        series
    }

    fn gather(&mut self, taken: Vec<&Value>) {
        let usual = usual(&taken);
        let (taken, other): (Vec<&Value>, Vec<&Value>) = taken
            .into_iter()
            .partition(|value| Some(span(value)) == usual);
        if !other.is_empty() {
            let rows = other.into_iter().cloned().collect();
            self.aside.push(Aside::OtherSpan { rows });
        }
        let mut by_day: BTreeMap<Date, Vec<&Value>> = BTreeMap::new();
        for value in taken {
            by_day.entry(value.date).or_default().push(value);
        }
        for (date, rows) in by_day {
            let mut held = rows.iter().filter(|row| row.value.is_some());
            let Some(first) = held.next() else {
                let printed = rows[0].printed.clone();
                self.aside.push(Aside::NoValue { date, printed });
                continue;
            };
            match held.all(|row| row.value == first.value) {
                true => self.values.push((*first).clone()),
                false => {
                    let rows = rows.into_iter().cloned().collect();
                    self.aside.push(Aside::Disagree { date, rows });
                }
            }
        }
    }

    /// What is charted and judged of what had ended by a day.
    pub fn until(&self, day: Date) -> Vec<Point> {
        let ended = self.values.iter().filter(|value| value.date_to <= day);
        let point = |value: &Value| {
            value.value.map(|held| Point {
                date: value.date,
                value: held,
            })
        };
        ended.filter_map(point).collect()
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// How long a value speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Span {
    Day,
    Week,
    Month,
    Quarter,
    Longer,
}

fn span(value: &Value) -> Span {
    match (value.date_to - value.date).get_days() + 1 {
        ..=1 => Span::Day,
        2..=10 => Span::Week,
        11..=31 => Span::Month,
        32..=93 => Span::Quarter,
        _ => Span::Longer,
    }
}

/// The span of most values; of the shorter where as many are of two.
fn usual(values: &[&Value]) -> Option<Span> {
    let mut counts: BTreeMap<Span, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(span(value)).or_default() += 1;
    }
    let most = counts.values().max().copied()?;
    let first = counts.into_iter().find(|(_, count)| *count == most);
    first.map(|(span, _)| span)
}

#[cfg(test)]
mod tests;
