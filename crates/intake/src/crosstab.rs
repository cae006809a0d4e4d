//! A table of counts with its totals: one column a dimension, and a last column `n`.
//!
//! ```csv
//! service,site,n
//! Email,North,12
//! Email,Total,12
//! ```
//!
//! Nothing is guessed: what is no whole number, and what only looks like `Total`, is refused by its line.

use crate::refused::{Refused, quoted};
use crate::source::Source;
use crate::tabular::{self, Line, Table};
use handback_core::engagement::suppression::{Cell, TOTAL};

/// The heading of the last column.
const COUNT: &str = "n";

/// A table as the file has it, its totals not yet added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crosstab {
    pub dimensions: Vec<String>,
    pub cells: Vec<Cell>,
    /// The line of each cell in the file, from 1.
    pub lines: Vec<u64>,
}

/// Read a whole table. Blank lines are passed over.
///
/// # Errors
/// [`Refused`] for a file that is no such table, and for the first line that cannot be read for certain.
pub fn read(source: &dyn Source) -> Result<Crosstab, Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    let form = tabular::form(source)?;
    let mut table = Table::open(source, &form)?;
    let mut dimensions = match table.keys() {
        Some(keys) => Some(dimensions(keys.to_vec()).map_err(unclear)?),
        None => None,
    };
    let (mut cells, mut lines) = (Vec::new(), Vec::new());
    while let Some(line) = table.next_line()? {
        if line.is_blank() {
            continue;
        }
        let at = |reason: String| unclear(format!("line {}: {reason}", line.number));
        match &dimensions {
            None => dimensions = Some(heading(&line).map_err(unclear)?),
            Some(dimensions) => {
                cells.push(cell(&line, dimensions).map_err(at)?);
                lines.push(line.number);
            }
        }
    }
    Ok(Crosstab {
        dimensions: dimensions.unwrap_or_default(),
        cells,
        lines,
    })
}

fn heading(line: &Line<'_>) -> Result<Vec<String>, String> {
    dimensions(line.cells().map(str::to_owned).collect())
}

/// The dimensions of a line of headings, whose last is the count's.
fn dimensions(mut headings: Vec<String>) -> Result<Vec<String>, String> {
    let last = headings.pop().unwrap_or_default();
    if !last.eq_ignore_ascii_case(COUNT) {
        return Err(format!(
            "its last column is headed {}: head it {COUNT}, for the counts, after one column for each dimension",
            quoted(&last)
        ));
    }
    if headings.is_empty() {
        return Err(format!(
            "it has only the column {COUNT}: put one column for each dimension before it"
        ));
    }
    for (place, heading) in headings.iter().enumerate() {
        if heading.is_empty() {
            return Err(format!("its column {} has no heading: name it", place + 1));
        }
        if heading.eq_ignore_ascii_case(COUNT) || headings[..place].contains(heading) {
            return Err(format!(
                "two of its columns are headed {}: name them apart",
                quoted(heading)
            ));
        }
    }
    Ok(headings)
}

fn cell(line: &Line<'_>, dimensions: &[String]) -> Result<Cell, String> {
    if let Some(damage) = line.damage {
        return Err(damage.to_owned());
    }
    let width = dimensions.len() + 1;
    if line.width() > width && line.cells().skip(width).any(|cell| !cell.is_empty()) {
        return Err(format!(
            "it has {} cells under {width} headings: put a value that has a comma in it in quotes",
            line.width()
        ));
    }
    let value = |(place, dimension): (usize, &String)| match line.cell(place) {
        "" => Err(format!(
            "the column “{dimension}” is empty: write the value, or {TOTAL} for a total"
        )),
        value if value != TOTAL && value.eq_ignore_ascii_case(TOTAL) => Err(format!(
            "{} in the column “{dimension}”: write {TOTAL} for a total, or name the value otherwise",
            quoted(value)
        )),
        value => Ok(value.to_owned()),
    };
    let values = dimensions.iter().enumerate().map(value);
    let values = values.collect::<Result<Vec<String>, String>>()?;
    let printed = line.cell(dimensions.len());
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let n = printed.parse().ok().filter(|_| digits(printed));
    let n = n.ok_or_else(|| {
        let named = handback_core::engagement::suppression::name(dimensions, &values);
        format!(
            "the {COUNT} of {named} is {}: write how many there are as a whole number, 0 for none",
            quoted(printed)
        )
    })?;
    Ok(Cell { values, n })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;

    fn of(text: &str) -> Result<Crosstab, String> {
        let source = Memory {
            name: "happy.csv".into(),
            bytes: text.as_bytes().to_vec(),
        };
        read(&source).map_err(|refused| refused.to_string())
    }

    #[test]
    fn a_table_is_read_in_its_order_with_its_lines() {
        let read =
            of("service,site,n\n\"Email, old\",North,12\n\nTotal,Total,12\n").expect("a table");
        assert_eq!(read.dimensions, ["service", "site"]);
        let cells: Vec<_> = read
            .cells
            .iter()
            .map(|cell| (cell.values.join("|"), cell.n))
            .collect();
        assert_eq!(
            cells,
            [
                ("Email, old|North".to_owned(), 12),
                ("Total|Total".to_owned(), 12)
            ]
        );
        assert_eq!(read.lines, [2, 4]);
    }

    #[test]
    fn what_cannot_be_read_for_certain_is_refused_by_its_line() {
        for (text, said) in [
            (
                "service,n\nEmail,-3\n",
                "line 2: the n of service Email is “-3”",
            ),
            ("service,n\nEmail,+3\n", "is “+3”"),
            (
                "service,n\nEmail,3.5\n",
                "is “3.5”: write how many there are as a whole number",
            ),
            ("service,n\nEmail,\n", "is “”"),
            ("service,n\nEmail,99999999999999999999999\n", "whole number"),
            (
                "service,n\nEmail,1\ntotal,1\n",
                "line 3: “total” in the column “service”: write Total",
            ),
            (
                "service,site,n\nEmail,,1\n",
                "line 2: the column “site” is empty",
            ),
            (
                "service,n\nEmail,1,204\n",
                "line 2: it has 3 cells under 2 headings",
            ),
            (
                "service,count\nEmail,1\n",
                "its last column is headed “count”",
            ),
            ("n\n1\n", "only the column n"),
            (
                "site,site,n\nA,B,1\n",
                "two of its columns are headed “site”",
            ),
            ("N,n\nA,1\n", "two of its columns are headed “N”"),
            (",n\nA,1\n", "its column 1 has no heading"),
        ] {
            let refused = of(text).expect_err("a refusal");
            assert!(refused.starts_with("happy.csv"), "{refused}");
            assert!(refused.contains(said), "{refused}");
        }
    }
}
