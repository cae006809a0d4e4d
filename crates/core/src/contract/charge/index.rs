//! Figures of price indices, month by month, as their publishers give them.

use crate::dated::When;
use crate::record::Kind;
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A figure of an index, exact to three decimals: 100.4 is 100,400.
pub type Thousandths = i64;

/// An index's figure for a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexFigure {
    /// What people call the index, as charges name it.
    pub index: String,
    pub month: When,
    pub figure: Thousandths,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// The figures on record, by index and month.
#[derive(Clone, Debug, Default)]
pub struct Indices(BTreeMap<(String, i16, i8), Thousandths>);

impl Indices {
    pub fn of<'a>(figures: impl IntoIterator<Item = &'a IndexFigure>) -> Indices {
        let by_month = figures.into_iter().filter_map(|held| match held.month {
            When::Month(year, month) => {
                Some(((held.index.to_lowercase(), year, month), held.figure))
            }
            _ => None,
        });
        Indices(by_month.collect())
    }

    pub fn figure(&self, index: &str, (year, month): (i16, i8)) -> Option<Thousandths> {
        self.0.get(&(index.to_lowercase(), year, month)).copied()
    }
}

impl Kind for IndexFigure {
    const NAME: &'static str = "index figure";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        format!("{}, {}", self.index, self.month)
    }
}

impl Tabled for IndexFigure {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed("index", Form::Text, "What charges call it.", "CPI"),
        Heading::needed("month", Form::When, "The month that it is of.", "2015-12"),
        Heading::needed("figure", Form::Text, "The figure as published.", "100.4"),
        Heading::optional(
            "source",
            Form::Text,
            "Where it is published.",
            "Office for National Statistics, D7BT",
        ),
    ];

    fn key(row: &Row) -> String {
        let month = row.when("month").unwrap_or(When::Unknown);
        let index = row.text("index").unwrap_or_default().to_lowercase();
        format!("{index} / {month}")
    }

    fn from_rows(rows: &[&Row], _find: &mut dyn Find) -> Result<IndexFigure, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let reason = "this index has two figures for this month: keep one";
            faults.add(again, "month", "", reason);
        }
        let month = row.when("month").unwrap_or(When::Unknown);
        let month = match month {
            When::Day(day) => When::Month(day.year(), day.month()),
            other => other,
        };
        if !matches!(month, When::Month(..)) {
            faults.add(
                row,
                "month",
                month.to_string(),
                "write a month, such as 2015-12",
            );
        }
        let words = row.text("figure").unwrap_or_default();
        let figure = thousandths(words).filter(|figure| *figure > 0);
        if figure.is_none() {
            let reason = "write a number above 0 with at most three decimals, such as 100.4";
            faults.add(row, "figure", words, reason);
        }
        faults.or(IndexFigure {
            index: row.text("index").unwrap_or_default().to_owned(),
            month,
            figure: figure.unwrap_or_default(),
            source: row.text("source").map(str::to_owned),
        })
    }

    fn identity(&self) -> String {
        format!("{} / {}", self.index.to_lowercase(), self.month)
    }

    fn to_rows(&self, _call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            self.index.clone(),
            self.month.to_string(),
            decimal(self.figure),
            self.source.clone().unwrap_or_default(),
        ]]
    }
}

/// A decimal number of up to three places, in thousandths.
fn thousandths(text: &str) -> Option<i64> {
    let (negative, text) = match text.trim().strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.trim()),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 3 || !digits(whole) || !digits(part) {
        return None;
    }
    let number: i64 = format!("{whole}{part:0<3}").parse().ok()?;
    Some(if negative { -number } else { number })
}

fn decimal(thousandths: i64) -> String {
    let sign = if thousandths < 0 { "-" } else { "" };
    let (whole, part) = (thousandths.abs() / 1_000, thousandths.abs() % 1_000);
    let text = format!("{sign}{whole}.{part:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A share such as `2.5%`, in thousandths of the whole.
pub(super) fn percent(text: &str) -> Option<i64> {
    let number = text.trim().strip_suffix('%')?.trim_end();
    // Thousandths of a percent; more than one decimal is finer than a thousandth.
    let read = thousandths(number)?;
    (read % 100 == 0).then_some(read / 100)
}

pub(super) fn in_percent(share: i64) -> String {
    format!("{}%", decimal(share * 100))
}
