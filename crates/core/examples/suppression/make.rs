//! Makes the tables, from a fixed seed each.

use crate::tables::{TABLES, path};
use handback_core::engagement::suppression::{Cell, TOTAL, Table};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::fmt::Write as _;
use std::{fs, io};

/// The lengths of the dimensions, of two tables each.
const SHAPES: [&[usize]; TABLES / 2] = [
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
    &[9, 6, 6],
];

/// Write every table beside this file.
pub fn write() -> io::Result<()> {
    for number in 0..TABLES {
        fs::write(path(number), csv(&table(SHAPES[number / 2], number as u64)))?;
    }
    Ok(())
}

/// What `handback suppress` reads.
fn csv(table: &Table) -> String {
    let mut text = format!("{},n\n", table.dimensions().join(","));
    for cell in table.cells() {
        let _ = writeln!(text, "{},{}", cell.values.join(","), cell.n);
    }
    text
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
