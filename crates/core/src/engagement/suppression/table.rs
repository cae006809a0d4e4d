//! A table of counts with all its margins, checked before anything is judged.

use std::collections::{BTreeMap, BTreeSet};

/// The value of a dimension that marks a margin: all values together.
pub const TOTAL: &str = "Total";

/// The most that a table may add up to: far beyond any workforce, and exact in the solver's numbers.
pub const LARGEST: u64 = 100_000_000;

/// The most rows that a table may have.
pub const MOST_ROWS: usize = 2_000;

/// One row: a value for each dimension, and how many answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub values: Vec<String>,
    pub n: u64,
}

/// Why a table is not judged. `row` counts the rows of the table from 0; `cell` names one as people read it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the table has no row: give a line for each cell and each total")]
    Empty,
    #[error("the table has no dimension: give a column before n")]
    NoDimension,
    #[error("the table has more than {MOST_ROWS} rows: split it into tables that stand alone")]
    TooManyRows,
    #[error("{cell} has {found} values for {wanted} dimensions: give one for each")]
    Values {
        row: usize,
        cell: String,
        found: usize,
        wanted: usize,
    },
    #[error("{cell} has the n {n}: at most {LARGEST} is read")]
    TooLarge { row: usize, cell: String, n: u64 },
    #[error("{cell} stands twice: keep one")]
    Twice {
        row: usize,
        first: usize,
        cell: String,
    },
    #[error("the total {cell} is missing: add its row, with the n {n} that its cells add up to")]
    MissingTotal { cell: String, n: u64 },
    #[error("the total {cell} has no cells under it: add their rows, with 0 where nobody answered")]
    NoCells { row: usize, cell: String },
    #[error(
        "the total {cell} says {n} but its cells add up to {sum}: correct the one that is wrong"
    )]
    Inconsistent {
        row: usize,
        cell: String,
        n: u64,
        sum: u64,
    },
}

impl Fault {
    /// The row that it is about, from 0; `None` where a row is missing or the whole table is meant.
    pub fn row(&self) -> Option<usize> {
        match self {
            Fault::Empty | Fault::NoDimension | Fault::TooManyRows | Fault::MissingTotal { .. } => {
                None
            }
            Fault::Values { row, .. }
            | Fault::TooLarge { row, .. }
            | Fault::Twice { row, .. }
            | Fault::NoCells { row, .. }
            | Fault::Inconsistent { row, .. } => Some(*row),
        }
    }
}

/// A margin and the cells that it is the sum of along one dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub total: usize,
    pub parts: Vec<usize>,
}

/// A table whose margins are all there and all agree. Combinations that have no row are known to be
/// impossible: everybody may know that they hold nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    dimensions: Vec<String>,
    cells: Vec<Cell>,
    /// For each cell the inner cells that it adds up, itself where it is one.
    inside: Vec<Vec<usize>>,
    /// For each inner cell the margins that it is part of.
    margins_of: Vec<Vec<usize>>,
    lines: Vec<Line>,
}

impl Table {
    /// Take a table of named dimensions, rows in any order.
    ///
    /// # Errors
    /// The first [`Fault`], by row where it has one.
    pub fn new(dimensions: Vec<String>, cells: Vec<Cell>) -> Result<Table, Fault> {
        check_rows(&dimensions, &cells)?;
        let places = places(&dimensions, &cells)?;
        let mut inside: Vec<Vec<usize>> = vec![Vec::new(); cells.len()];
        let mut margins_of: Vec<Vec<usize>> = vec![Vec::new(); cells.len()];
        let mut missing: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
        for (inner, cell) in cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| !is_margin(cell))
        {
            for values in sums(cell) {
                match places.get(&values) {
                    Some(&place) => {
                        inside[place].push(inner);
                        if place != inner {
                            margins_of[inner].push(place);
                        }
                    }
                    None => *missing.entry(values).or_default() += cell.n,
                }
            }
        }
        for (row, cell) in cells.iter().enumerate() {
            let named = || name(&dimensions, &cell.values);
            let sum = inside[row].iter().map(|&inner| cells[inner].n).sum();
            if inside[row].is_empty() {
                return Err(Fault::NoCells { row, cell: named() });
            }
            if sum != cell.n {
                let (cell, n) = (named(), cell.n);
                return Err(Fault::Inconsistent { row, cell, n, sum });
            }
        }
        if let Some((values, &n)) = missing.first_key_value() {
            let cell = name(&dimensions, values);
            return Err(Fault::MissingTotal { cell, n });
        }
        let lines = lines(&cells, &places);
        drop(missing);
        Ok(Table {
            dimensions,
            inside,
            margins_of,
            lines,
            cells,
        })
    }

    /// The names of the dimensions.
    pub fn dimensions(&self) -> &[String] {
        &self.dimensions
    }

    /// The rows, in the order given.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Whether a row is a margin.
    pub fn is_margin(&self, row: usize) -> bool {
        is_margin(&self.cells[row])
    }

    /// How many combinations of the values in use have no row, and so are taken as known to hold nobody.
    pub fn impossible(&self) -> usize {
        let used = |dimension: usize| {
            let values = self
                .cells
                .iter()
                .map(|cell| cell.values[dimension].as_str());
            values
                .filter(|value| *value != TOTAL)
                .collect::<BTreeSet<_>>()
                .len()
        };
        let all: usize = (0..self.dimensions.len()).map(used).product();
        all - (0..self.cells.len())
            .filter(|&row| !self.is_margin(row))
            .count()
    }

    pub(super) fn n(&self, cell: usize) -> u64 {
        self.cells[cell].n
    }

    pub(super) fn inside(&self, cell: usize) -> &[usize] {
        &self.inside[cell]
    }

    pub(super) fn margins_of(&self, inner: usize) -> &[usize] {
        &self.margins_of[inner]
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The row of the grand total.
    pub(super) fn grand(&self) -> usize {
        let is_it = |cell: &Cell| cell.values.iter().all(|value| value == TOTAL);
        let found = self.cells.iter().position(is_it);
        found.expect("a table without its grand total is refused")
    }

    /// Whether one cell is part of another: equal to it wherever that one is no total.
    pub(super) fn is_part(&self, part: usize, whole: usize) -> bool {
        let pairs = self.cells[part]
            .values
            .iter()
            .zip(&self.cells[whole].values);
        part != whole
            && pairs
                .into_iter()
                .all(|(part, whole)| whole == TOTAL || part == whole)
    }
}

/// A cell as people read it: `service Email, site Total`.
pub fn name(dimensions: &[String], values: &[impl AsRef<str>]) -> String {
    let pairs = dimensions.iter().zip(values);
    let pairs: Vec<String> = pairs
        .map(|(dimension, value)| format!("{dimension} {}", value.as_ref()))
        .collect();
    pairs.join(", ")
}

fn is_margin(cell: &Cell) -> bool {
    cell.values.iter().any(|value| value == TOTAL)
}

fn check_rows(dimensions: &[String], cells: &[Cell]) -> Result<(), Fault> {
    if dimensions.is_empty() {
        return Err(Fault::NoDimension);
    }
    if cells.is_empty() {
        return Err(Fault::Empty);
    }
    if cells.len() > MOST_ROWS {
        return Err(Fault::TooManyRows);
    }
    for (row, cell) in cells.iter().enumerate() {
        let named = name(dimensions, &cell.values);
        let (found, wanted) = (cell.values.len(), dimensions.len());
        if found != wanted {
            let cell = named;
            return Err(Fault::Values {
                row,
                cell,
                found,
                wanted,
            });
        }
        if cell.n > LARGEST {
            let (cell, n) = (named, cell.n);
            return Err(Fault::TooLarge { row, cell, n });
        }
    }
    Ok(())
}

/// The row of each combination of values.
fn places<'a>(
    dimensions: &[String],
    cells: &'a [Cell],
) -> Result<BTreeMap<Vec<&'a str>, usize>, Fault> {
    let mut places = BTreeMap::new();
    for (row, cell) in cells.iter().enumerate() {
        let values: Vec<&str> = cell.values.iter().map(String::as_str).collect();
        if let Some(first) = places.insert(values, row) {
            let cell = name(dimensions, &cell.values);
            return Err(Fault::Twice { row, first, cell });
        }
    }
    Ok(places)
}

/// A cell's own values and those of every margin it is part of.
fn sums(cell: &Cell) -> Vec<Vec<&str>> {
    let mut sums: Vec<Vec<&str>> = vec![Vec::new()];
    for value in &cell.values {
        let totals = sums
            .iter()
            .map(|begun| [begun.as_slice(), &[TOTAL]].concat());
        let totals: Vec<Vec<&str>> = totals.collect();
        sums.iter_mut().for_each(|begun| begun.push(value));
        sums.extend(totals);
    }
    sums
}

fn lines(cells: &[Cell], places: &BTreeMap<Vec<&str>, usize>) -> Vec<Line> {
    let mut lines: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (row, cell) in cells.iter().enumerate() {
        let values: Vec<&str> = cell.values.iter().map(String::as_str).collect();
        for dimension in (0..values.len()).filter(|&dimension| values[dimension] != TOTAL) {
            let mut total = values.clone();
            total[dimension] = TOTAL;
            let line = lines.entry((places[&total], dimension)).or_default();
            line.push(row);
        }
    }
    let lines = lines
        .into_iter()
        .map(|((total, _), parts)| Line { total, parts });
    lines.collect()
}
