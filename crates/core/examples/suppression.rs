//! How well tables are protected and how fast: 30 made-up tables of a fixed seed, of two and three dimensions.
//!
//! `cargo run --release -p handback-core --example suppression [TABLE]` prints a line a table: its shape and cells, the
//! share of small ones, seconds, what is hidden, how many of it hold the threshold or more, whether that is shown to be
//! the fewest, and the audit.

use handback_core::engagement::suppression::{Audit, Cell, TOTAL, Table, USUAL, suppress};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::time::Instant;

/// The lengths of the dimensions of each table.
const SHAPES: [&[usize]; 15] = [
    &[4, 5],
    &[6, 8],
    &[9, 9],
    &[12, 10],
    &[30, 5],
    &[15, 15],
    &[20, 20],
    &[24, 19],
    &[98, 4],
    &[3, 3, 3],
    &[4, 4, 4],
    &[6, 5, 4],
    &[9, 5, 5],
    &[6, 6, 6],
    &[8, 7, 6],
];

fn main() {
    println!(
        "{:>5}  {:10} {:>5} {:>5} {:>8} {:>6} {:>7} {:>6} {:>6} {:>7} {:>11} {:>5}",
        "table",
        "shape",
        "cells",
        "small",
        "seconds",
        "hidden",
        "margins",
        "inner",
        "n",
        "fewest",
        "recoverable",
        "exact"
    );
    let only: Option<usize> = std::env::args()
        .nth(1)
        .and_then(|number| number.parse().ok());
    for number in (0..30).filter(|number| only.is_none_or(|only| only == *number)) {
        let table = table(SHAPES[number / 2], number as u64);
        let cells = table.cells();
        let small = cells.iter().filter(|cell| cell.n < USUAL).count();
        let began = Instant::now();
        let answer = suppress(&table, USUAL);
        let seconds = began.elapsed().as_secs_f64();
        let Audit {
            large_margins,
            large_inner_cells,
            large_answers,
            is_fewest,
            ..
        } = answer.audit;
        println!(
            "{number:>5}  {:10} {:>5} {small:>5} {seconds:>8.2} {:>6} {large_margins:>7} {large_inner_cells:>6} {large_answers:>6} {:>7} {:>11} {:>5}",
            format!("{:?}", SHAPES[number / 2])
                .replace(", ", "x")
                .replace(['[', ']'], ""),
            cells.len(),
            answer.hidden.iter().flatten().count(),
            if is_fewest { "yes" } else { "unknown" },
            answer.audit.recoverable_cells,
            answer.audit.exactly_known_cells,
        );
    }
}

/// A made-up table: services and sites are of very different size, so cells are. Tables of an odd number are sparse.
fn table(shape: &[usize], seed: u64) -> Table {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = move || f64::from(random.next_u32()) / f64::from(u32::MAX);
    let sizes: Vec<Vec<f64>> = shape
        .iter()
        .map(|&length| (0..length).map(|_| (2.0 * uniform() - 1.0).exp()).collect())
        .collect();
    let usual = if seed.is_multiple_of(2) { 60.0 } else { 20.0 };
    let mut cells: Vec<Cell> = vec![Cell {
        values: Vec::new(),
        n: 0,
    }];
    for (dimension, sizes) in sizes.iter().enumerate() {
        let name = ["service", "site", "role"][dimension];
        let longer = |cell: &Cell| {
            let values = (1..=sizes.len()).map(|place| format!("{name} {place}"));
            values
                .map(|value| Cell {
                    values: [cell.values.clone(), vec![value]].concat(),
                    n: 0,
                })
                .collect::<Vec<_>>()
        };
        cells = cells.iter().flat_map(longer).collect();
    }
    for (place, cell) in cells.iter_mut().enumerate() {
        let mut rest = place;
        let mut mean = usual;
        for (dimension, sizes) in sizes.iter().enumerate().rev() {
            mean *= sizes[rest % shape[dimension]];
            rest /= shape[dimension];
        }
        cell.n = (mean * 2.0 * uniform() * uniform() * 2.0) as u64;
    }
    for dimension in 0..shape.len() {
        let mut totals: Vec<Cell> = Vec::new();
        for cell in &cells {
            let mut values = cell.values.clone();
            TOTAL.clone_into(&mut values[dimension]);
            match totals.iter_mut().find(|total| total.values == values) {
                Some(total) => total.n += cell.n,
                None => totals.push(Cell { values, n: cell.n }),
            }
        }
        cells.extend(totals);
    }
    let dimensions = ["service", "site", "role"][..shape.len()]
        .iter()
        .map(|&name| name.to_owned());
    Table::new(dimensions.collect(), cells).expect("a table whose totals were added up")
}
