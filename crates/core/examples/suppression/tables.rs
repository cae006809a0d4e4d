//! The tables beside this file: one column a dimension, a last column `n`, and every total.

use handback_core::engagement::suppression::{Cell, Table};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Numbered from 0.
pub const TABLES: usize = 30;

pub fn path(number: usize) -> PathBuf {
    let name = format!("examples/suppression/{number:02}.csv");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Read one. No value of these has a comma or quotes.
///
/// # Errors
/// Those of the file, and a line or a total that is wrong.
pub fn read(number: usize) -> io::Result<Table> {
    let path = path(number);
    let wrong = |what: String| io::Error::other(format!("{}: {what}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| wrong(error.to_string()))?;
    let mut lines = text.lines().map(|line| line.rsplit_once(','));
    let Some(Some((dimensions, "n"))) = lines.next() else {
        return Err(wrong("its last column is not headed n".to_owned()));
    };
    let words = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let cell = |line: Option<(&str, &str)>| {
        let (values, n) = line?;
        let values = words(values);
        Some(Cell {
            values,
            n: n.parse().ok()?,
        })
    };
    let cells = lines.map(cell).collect::<Option<Vec<Cell>>>();
    let cells = cells.ok_or_else(|| wrong("a line does not end in a whole number".to_owned()))?;
    Table::new(words(dimensions), cells).map_err(|fault| wrong(fault.to_string()))
}
