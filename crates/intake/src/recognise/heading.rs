//! Finding the heading of a table among its first lines, or among its rows.

use crate::tabular::Line;
use crate::{columns, dates};
use handback_core::import::{Dataset, Layout};
use handback_core::pence::Pence;

/// No ledger fills more columns; those beyond, which are blank in practice, are not read.
const MOST_COLUMNS: usize = 500;

/// A heading stands among the first lines that hold anything.
pub(super) const HEADING_WITHIN: usize = 60;

/// A line with this many headings is one wherever it stands.
const SURELY_A_HEADING: usize = 4;

/// The datasets whose headings are looked for together.
pub(super) const LEDGERS: [Dataset; 2] = [Dataset::Payments, Dataset::Contracts];

/// A line of the sample, in owned cells.
pub(super) struct Sampled {
    pub(super) number: u64,
    pub(super) cells: Vec<String>,
}

impl Sampled {
    pub(super) fn of(line: Line<'_>) -> Sampled {
        Sampled {
            number: line.number,
            cells: line.cells().take(MOST_COLUMNS).map(str::to_owned).collect(),
        }
    }
}

/// The heading of a table: its lines, its columns' names, and where in the sample the data begin.
#[derive(Default)]
pub(super) struct Heading {
    pub(super) lines: Vec<u64>,
    pub(super) names: Vec<String>,
    pub(super) data_from: usize,
}

/// Find the heading: as a layout knows it, or the line (or two) whose cells the rules know best.
/// A heading holds no amounts and no dates.
pub(super) fn find(sample: &[Sampled], layouts: &[Layout], datasets: &[Dataset]) -> Heading {
    let first = &sample[..sample.len().min(HEADING_WITHIN)];
    let known = |line: &Sampled| {
        layouts
            .iter()
            .any(|layout| same_headings(&layout.headings, &line.cells))
    };
    if let Some(at) = first.iter().position(known) {
        return Heading {
            lines: vec![first[at].number],
            names: first[at].cells.clone(),
            data_from: at + 1,
        };
    }
    let mut best = (0, Heading::default());
    for (at, line) in first.iter().enumerate() {
        if holds_data(&line.cells) {
            continue;
        }
        let (points, recognised) = columns::heading_points(&line.cells, datasets);
        if recognised > 1 && points > best.0 {
            best = (
                points,
                Heading {
                    lines: vec![line.number],
                    names: line.cells.clone(),
                    data_from: at + 1,
                },
            );
        }
        // A line of one cell is a title, not the upper half of a heading.
        let several = line.cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
        if let Some(second) = first
            .get(at + 1)
            .filter(|second| several && !holds_data(&second.cells))
        {
            let names = merged(&line.cells, &second.cells);
            let (points, recognised) = columns::heading_points(&names, datasets);
            if recognised > 1
                && points
                    > best
                        .0
                        .max(columns::heading_points(&second.cells, datasets).0)
            {
                best = (
                    points,
                    Heading {
                        lines: vec![line.number, second.number],
                        names,
                        data_from: at + 2,
                    },
                );
            }
        }
    }
    let mut heading = best.1;
    let width = sample[heading.data_from..]
        .iter()
        .map(|line| line.cells.len())
        .max()
        .unwrap_or(0);
    if !heading.names.is_empty() {
        // Cells beyond the heading's have no name, but personal data in them must still be seen.
        let width = width.max(heading.names.len());
        heading.names.resize(width, String::new());
    }
    heading
}

/// A heading that sorting the sheet has moved in among its rows, far down. It names the columns of all of them.
pub(super) fn among(sample: &[Sampled]) -> Heading {
    let lines = sample.iter().filter(|line| !holds_data(&line.cells));
    let points = |line: &Sampled| columns::heading_points(&line.cells, &LEDGERS);
    let named = lines
        .map(|line| (points(line), line))
        .filter(|((_, recognised), _)| *recognised >= SURELY_A_HEADING);
    let best = named.max_by_key(|((points, _), line)| (*points, std::cmp::Reverse(line.number)));
    best.map_or_else(Heading::default, |(_, line)| Heading {
        names: line.cells.clone(),
        ..Heading::default()
    })
}

fn holds_data(cells: &[String]) -> bool {
    cells.iter().any(|cell| {
        let amount = cell.bytes().any(|byte| byte.is_ascii_digit()) && Pence::parse(cell).is_ok();
        amount || dates::readings(cell).is_some()
    })
}

/// Two heading lines as one. A name that stands over several columns (`Amount` over `Gross`, `VAT`,
/// `Net`) belongs to each.
fn merged(upper: &[String], lower: &[String]) -> Vec<String> {
    let mut over = "";
    (0..upper.len().max(lower.len()))
        .map(|column| {
            let cell = |line: &'_ [String]| line.get(column).cloned().unwrap_or_default();
            let (above, below) = (cell(upper), cell(lower));
            over = match (above.is_empty(), below.is_empty()) {
                (false, false) => upper[column].as_str(),
                (true, false) => over,
                (_, true) => "",
            };
            let above = if above.is_empty() { over } else { &above };
            format!("{above} {below}").trim().to_owned()
        })
        .collect()
}

pub(super) fn same_headings(one: &[String], other: &[String]) -> bool {
    let trimmed = |headings: &[String]| -> Vec<String> {
        let end = headings
            .iter()
            .rposition(|heading| !heading.is_empty())
            .map_or(0, |last| last + 1);
        headings[..end]
            .iter()
            .map(|heading| heading.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    trimmed(one) == trimmed(other)
}
