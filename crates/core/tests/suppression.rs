//! The committed tables of two dimensions give nothing away: their witness tables are added up here again, by the
//! values of their cells.

#[path = "../examples/suppression/tables.rs"]
mod tables;

use handback_core::engagement::suppression::{Suppressed, TOTAL, Table, USUAL, suppress};
use std::collections::BTreeMap;

/// What the inner cells of a table add up to under the values of each row.
fn sums(table: &Table, found: &[u64]) -> BTreeMap<Vec<String>, u64> {
    let mut sums: BTreeMap<Vec<String>, u64> = BTreeMap::new();
    for (cell, n) in table.cells().iter().zip(found) {
        let [service, site] = cell.values.as_slice() else {
            panic!("{:?} is not of two dimensions", cell.values);
        };
        if service == TOTAL || site == TOTAL {
            continue;
        }
        for service in [service.as_str(), TOTAL] {
            for site in [site.as_str(), TOTAL] {
                let sum = sums.entry(vec![service.into(), site.into()]);
                *sum.or_default() += n;
            }
        }
    }
    sums
}

/// The least and the most of each row over the witness tables that add up and agree with all that is shown.
fn ranges(table: &Table, answer: &Suppressed) -> Vec<(u64, u64)> {
    let mut ranges = vec![(u64::MAX, 0); table.cells().len()];
    for found in &answer.tables {
        let sums = sums(table, found);
        let agrees = table.cells().iter().enumerate().all(|(row, cell)| {
            sums[&cell.values] == found[row]
                && (answer.hidden[row].is_some() || found[row] == cell.n)
        });
        if agrees {
            for ((least, most), n) in ranges.iter_mut().zip(found) {
                (*least, *most) = ((*least).min(*n), (*most).max(*n));
            }
        }
    }
    ranges
}

#[test]
fn nothing_hidden_is_recoverable_in_the_committed_tables() {
    let all = (0..tables::TABLES).map(|number| (number, tables::read(number).expect("a table")));
    let flat: Vec<(usize, Table)> = all
        .filter(|(_, table)| table.dimensions().len() == 2)
        .collect();
    assert_eq!(flat.len(), 18);
    for (number, table) in &flat {
        let answer = suppress(table, USUAL);
        let ranges = ranges(table, &answer);
        let recoverable = (0..ranges.len()).filter(|&row| {
            let (least, most) = ranges[row];
            answer.hidden[row].is_some() && most.saturating_sub(least) < USUAL
        });
        assert_eq!(recoverable.count(), 0, "table {number}");
        assert_eq!(answer.audit.recoverable_cells, 0, "table {number}");
        for (cell, why) in table.cells().iter().zip(&answer.hidden) {
            assert!(
                cell.n >= USUAL || why.is_some(),
                "table {number}: {:?} is small and shown",
                cell.values
            );
        }
        let audit = answer.audit;
        assert!(audit.is_fewest, "table {number}");
        assert_eq!(
            (audit.large_margins, audit.large_inner_cells),
            (audit.least_margins, audit.least_inner_cells),
            "table {number}"
        );
    }
}
