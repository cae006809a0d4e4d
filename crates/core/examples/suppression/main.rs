//! How well tables are protected and how fast: the 30 made-up tables beside this file, of two and three dimensions and
//! at most 500 cells, their totals among them.
//!
//! `cargo run --release -p handback-core --example suppression -- [TABLE]` prints a line a table and what they come to;
//! docs/measures/suppression.md says what its columns are. `--make` writes the tables again.

mod make;
mod tables;

use handback_core::engagement::suppression::{Audit, TOTAL, Table, USUAL, suppress};
use std::collections::BTreeSet;
use std::io;
use std::time::Instant;
use tables::TABLES;

/// What all tables come to.
#[derive(Default)]
struct Sum {
    tables: usize,
    recoverable: usize,
    exactly_known: usize,
    fewest: usize,
    margins: usize,
    least_margins: usize,
    inner: usize,
    least_inner: usize,
    slowest: f64,
}

fn main() -> io::Result<()> {
    let asked = std::env::args().nth(1);
    if asked.as_deref() == Some("--make") {
        return make::write();
    }
    let only: Option<usize> = asked.and_then(|number| number.parse().ok());
    println!(
        "table  shape   cells  small  hidden  recoverable  exact  margins  least  inner  least  fewest   seconds"
    );
    let mut sum = Sum::default();
    for number in (0..TABLES).filter(|number| only.is_none_or(|only| only == *number)) {
        measure(number, &tables::read(number)?, &mut sum);
    }
    let Sum {
        tables,
        recoverable,
        exactly_known,
        fewest,
        margins,
        least_margins,
        inner,
        least_inner,
        slowest,
    } = sum;
    println!(
        "{tables} tables: {recoverable} hidden numbers recoverable, {exactly_known} exactly known; the fewest hidden, as shown, in {fewest}; of {USUAL} or more hidden {margins} margins (at least {least_margins}) and {inner} inner numbers (at least {least_inner} with the fewest margins); {slowest:.2} s the slowest"
    );
    Ok(())
}

fn measure(number: usize, table: &Table, sum: &mut Sum) {
    let began = Instant::now();
    let answer = suppress(table, USUAL);
    let seconds = began.elapsed().as_secs_f64();
    let Audit {
        recoverable_cells,
        exactly_known_cells,
        large_margins,
        large_inner_cells,
        least_margins,
        least_inner_cells,
        is_fewest,
        ..
    } = answer.audit;
    let cells = table.cells();
    println!(
        "{number:>5}  {:<6}  {:>5}  {:>5}  {:>6}  {recoverable_cells:>11}  {exactly_known_cells:>5}  {large_margins:>7}  {least_margins:>5}  {large_inner_cells:>5}  {least_inner_cells:>5}  {:<7}  {seconds:>7.2}",
        shape(table),
        cells.len(),
        cells.iter().filter(|cell| cell.n < USUAL).count(),
        answer.hidden.iter().flatten().count(),
        if is_fewest { "yes" } else { "unknown" },
    );
    sum.tables += 1;
    sum.recoverable += recoverable_cells;
    sum.exactly_known += exactly_known_cells;
    sum.fewest += usize::from(is_fewest);
    sum.margins += large_margins;
    sum.least_margins += least_margins;
    sum.inner += large_inner_cells;
    sum.least_inner += least_inner_cells;
    sum.slowest = sum.slowest.max(seconds);
}

/// The lengths of its dimensions.
fn shape(table: &Table) -> String {
    let length = |dimension: usize| {
        let values = table.cells().iter().map(|cell| &cell.values[dimension]);
        let values: BTreeSet<&String> = values.filter(|value| *value != TOTAL).collect();
        values.len().to_string()
    };
    let dimensions = 0..table.dimensions().len();
    dimensions.map(length).collect::<Vec<_>>().join("x")
}
