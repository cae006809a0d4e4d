//! Which numbers of a table may be shown, so that nobody can subtract their way to a small group.
//!
//! Hiding the small cells of a table is not enough: a row's total minus its other cells gives the hidden one back.
//! So more cells are hidden, until over all tables of whole, non-negative numbers that agree with everything shown,
//! each hidden cell can still be many different numbers. The rules:
//!
//! - **Small**: a cell or margin of fewer than the threshold is hidden. An empty one is, too: were it shown, every
//!   hidden cell would be known to hold somebody. Empty and hidden look alike.
//! - **Nearly all**: a part whose n differs from a whole by 1 to threshold - 1 is hidden, since together they give
//!   the few that are left.
//! - **Recoverable**: a hidden cell whose range over those tables, most minus least, is narrower than the threshold.
//!   There is none in what is handed out: every hidden cell has two *witness* tables that agree with everything shown
//!   and are at least the threshold apart in it. They are found by linear programming, and checked without it.
//! - **Cheapest**: beside those that must be, the fewest margins are hidden, then the fewest inner cells, then those
//!   that hold the fewest answers; equals are decided by row order. Somebody who knows the table's true numbers
//!   but one, or who turns this order round to exclude tables for which another choice would have been made,
//!   is not guarded against.
//!
//! The grand total is hidden only where it is small itself: with everything else hidden, all answers could sit in any
//! one cell.
//!
//! Source: Hundepool et al., *Statistical Disclosure Control* (Wiley, 2012), chapter 4; the threshold of 10 is that
//! of the Civil Service People Survey.

mod attack;
mod choice;
mod cut;
mod table;
mod work;

pub use table::{Cell, Fault, LARGEST, MOST_ROWS, TOTAL, Table, name};

use attack::{Attack, agrees};
use choice::{Choice, Search};

/// The usual threshold: fewer answers than this are not shown.
pub const USUAL: u64 = 10;

/// The lowest threshold that is accepted.
pub const LOWEST: u64 = 5;

/// What is looked for before the best choice found so far is taken, in steps of the solver times rows.
const WORK: u64 = 150_000_000;

/// Why a cell is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It holds fewer than the threshold, or nobody.
    Small,
    /// It is all but a few of a whole.
    NearlyAll,
    /// Others could be worked out from it.
    Guards,
}

/// A table as it may be shown, and the proof of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// For each row why it is hidden; `None` where it is shown.
    pub hidden: Vec<Option<Why>>,
    /// Tables that agree with everything shown, each with one n a row.
    pub tables: Vec<Vec<u64>>,
    /// For each row its two tables; `None` where it is shown.
    pub witnesses: Vec<Option<Witnesses>>,
    pub audit: Audit,
}

/// Two of the tables of [`Suppressed::tables`] that differ in a hidden cell as far as any found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Witnesses {
    pub low: usize,
    pub high: usize,
    /// By the threshold or more.
    pub are_apart: bool,
    /// Not at all: every table found says the same of the cell.
    pub are_equal: bool,
}

/// What was found of the table as it is shown, counted from the witnesses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Hidden cells without two witness tables the threshold apart.
    pub recoverable_cells: usize,
    /// Hidden cells of which every table found has the same n.
    pub exactly_known_cells: usize,
    /// Hidden margins of the threshold or more.
    pub large_margins: usize,
    /// Hidden inner cells of the threshold or more.
    pub large_inner_cells: usize,
    /// Answers in these.
    pub large_answers: u64,
    /// No safe choice hides fewer margins of the threshold or more, as far as was shown.
    pub least_margins: usize,
    /// Nor, with so many of these, fewer such inner cells.
    pub least_inner_cells: usize,
    /// Whether no other choice is safe and hides fewer: fewer margins, then inner cells, then answers. `false` where
    /// the work allowed did not settle it.
    pub is_fewest: bool,
}

/// Hide what must be hidden and what guards it. The same table gives the same answer.
///
/// `threshold` is in answers; the caller sees to it that it is at least [`LOWEST`].
pub fn suppress(table: &Table, threshold: u64) -> Suppressed {
    let whys = must(table, threshold);
    let must: Vec<bool> = whys.iter().map(Option::is_some).collect();
    let mut search = Search::new(table, threshold, must, WORK);
    let Choice {
        hidden,
        is_cheapest,
        least_margins,
        least_inner,
    } = search.run();
    let reason = |(why, hidden): (&Option<Why>, &bool)| hidden.then(|| why.unwrap_or(Why::Guards));
    let (tables, witnesses) = witnesses(table, threshold, &hidden, &search.attack);
    let large = |cell: &usize| hidden[*cell] && table.n(*cell) >= threshold;
    let (margins, inner): (Vec<usize>, Vec<usize>) = (0..hidden.len())
        .filter(large)
        .partition(|&cell| table.is_margin(cell));
    let must = |cells: &[usize]| cells.iter().filter(|&&cell| whys[cell].is_some()).count();
    let count = |known: fn(&Witnesses) -> bool| {
        witnesses
            .iter()
            .flatten()
            .filter(|pair| known(pair))
            .count()
    };
    let audit = Audit {
        recoverable_cells: count(|witnesses| !witnesses.are_apart),
        exactly_known_cells: count(|witnesses| witnesses.are_equal),
        large_margins: margins.len(),
        large_inner_cells: inner.len(),
        large_answers: margins
            .iter()
            .chain(&inner)
            .map(|&cell| table.n(cell))
            .sum(),
        least_margins: must(&margins) + least_margins,
        least_inner_cells: must(&inner) + least_inner,
        is_fewest: is_cheapest,
    };
    Suppressed {
        hidden: whys.iter().zip(&hidden).map(reason).collect(),
        tables,
        witnesses,
        audit,
    }
}

/// For each hidden row the two found tables that are farthest apart in it, and the tables so used. Each is held
/// against everything shown again, by adding up.
fn witnesses(
    table: &Table,
    threshold: u64,
    hidden: &[bool],
    attack: &Attack<'_>,
) -> (Vec<Vec<u64>>, Vec<Option<Witnesses>>) {
    let mut good = attack.good(hidden);
    good.retain(|&place| agrees(table, hidden, &attack.found[place]));
    let mut used: Vec<usize> = Vec::new();
    let mut place = |found: usize| match used.iter().position(|&other| other == found) {
        Some(place) => place,
        None => {
            used.push(found);
            used.len() - 1
        }
    };
    let mut pair = |cell: usize| {
        let (low, high) = attack.farthest(&good, cell);
        let apart = attack.found[low][cell].abs_diff(attack.found[high][cell]);
        Witnesses {
            low: place(low),
            high: place(high),
            are_apart: apart >= threshold,
            are_equal: apart == 0,
        }
    };
    let rows = 0..hidden.len();
    let witnesses = rows.map(|cell| hidden[cell].then(|| pair(cell))).collect();
    let whole = |&found: &usize| {
        let moved = table.cells().iter().zip(&attack.found[found]);
        moved
            .map(|(cell, by)| cell.n.saturating_add_signed(*by))
            .collect()
    };
    (used.iter().map(whole).collect(), witnesses)
}

/// The cells that are hidden whatever else is shown.
fn must(table: &Table, threshold: u64) -> Vec<Option<Why>> {
    let n = |cell: usize| table.cells()[cell].n;
    let margins: Vec<usize> = (0..table.cells().len())
        .filter(|&cell| table.is_margin(cell))
        .collect();
    let nearly = |cell: usize| {
        let few = |whole: &usize| {
            table.is_part(cell, *whole) && (1..threshold).contains(&(n(*whole) - n(cell)))
        };
        margins.iter().any(few)
    };
    let why = |cell: usize| match n(cell) {
        n if n < threshold => Some(Why::Small),
        _ if nearly(cell) => Some(Why::NearlyAll),
        _ => None,
    };
    (0..table.cells().len()).map(why).collect()
}

#[cfg(test)]
mod tests;
