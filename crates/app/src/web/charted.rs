//! A chart as a page shows it: drawn, with its key, what is marked on it, and its table.

use super::listing::{Cell, Column, Listing, Row, numbers, words};
use crate::render::chart::{Bar, Mark, bars};
use handback_core::pence::Pence;
use handback_core::statement::YearLine;
use serde::Serialize;

/// A chart with everything that belongs to it. Pages show it by the macro of `chart.html`.
#[derive(Serialize)]
pub struct Charted {
    pub title: String,
    /// Empty when there is nothing to draw: then the table stands alone.
    pub svg: String,
    /// What the colours stand for: CSS class and words.
    pub key: Vec<(&'static str, &'static str)>,
    pub marks: Vec<Mark>,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// Where the same is a file.
    pub csv: String,
}

impl Charted {
    /// The chart over a table.
    pub fn of(title: impl Into<String>, svg: String, table: &Listing, csv: String) -> Charted {
        Charted {
            title: title.into(),
            svg,
            key: Vec::new(),
            marks: Vec::new(),
            columns: table.columns.to_vec(),
            rows: table.rows.iter().map(|row| row.cells.clone()).collect(),
            csv,
        }
    }
}

const YEARS: &[Column] = &[
    words("year", "Year"),
    numbers("technology", "Technology"),
    numbers("all", "All payments"),
];

/// What was paid by year, as a table and as a file.
pub fn years(lines: &[YearLine]) -> Listing {
    let row = |line: &YearLine| Row {
        cells: vec![
            Cell::text(&line.year),
            Cell::money(line.in_scope_pence),
            Cell::money(line.paid_pence),
        ],
        kept_by: Vec::new(),
    };
    Listing {
        name: "paid-by-year",
        caption: "Payments by financial year, April to March".into(),
        columns: YEARS,
        filters: Vec::new(),
        rows: lines.iter().map(row).collect(),
    }
}

/// Technology in front of all payments, by year.
pub fn paid_by_year(lines: &[YearLine], csv: String) -> Charted {
    let mixed = lines
        .iter()
        .any(|line| line.in_scope_pence != line.paid_pence);
    let whole = |line: &YearLine| mixed.then_some(line.paid_pence);
    let drawn = bars_of(lines, |line| (line.in_scope_pence, whole(line)));
    let mut key = vec![("technology", "technology")];
    if mixed {
        key.push(("other", "everything else"));
    }
    Charted {
        key,
        ..Charted::of("What was paid, by year", drawn, &years(lines), csv)
    }
}

/// Technology alone, by year: beside all payments of an authority it would hardly be seen.
pub fn technology_by_year(lines: &[YearLine], csv: String) -> Charted {
    let drawn = bars_of(lines, |line| (line.in_scope_pence, None));
    Charted::of("Technology by year", drawn, &years(lines), csv)
}

fn bars_of(lines: &[YearLine], amounts: impl Fn(&YearLine) -> (Pence, Option<Pence>)) -> String {
    let bar = |line: &YearLine| {
        let (amount, of) = amounts(line);
        Bar {
            label: line.year.clone(),
            amount,
            of,
        }
    };
    bars(&lines.iter().map(bar).collect::<Vec<_>>())
}
