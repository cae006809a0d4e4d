//! Each rule by a table, and small tables held against every table there can be, one by one.

use super::*;
use proptest::prelude::*;

/// A table of inner cells in order, the last dimension fastest, with every total; `None` is a combination without a row.
fn cube(shape: &[usize], inner: &[Option<u64>]) -> Table {
    let mut cells: Vec<Cell> = Vec::new();
    for (place, n) in inner.iter().enumerate() {
        let mut rest = place;
        let mut values = Vec::new();
        for length in shape.iter().rev() {
            values.insert(0, format!("v{}", rest % length));
            rest /= length;
        }
        cells.extend(n.map(|n| Cell { values, n }));
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
    let dimensions = (0..shape.len()).map(|dimension| format!("d{dimension}"));
    Table::new(dimensions.collect(), cells).expect("a table that adds up")
}

fn full(shape: &[usize], inner: &[u64]) -> Table {
    cube(shape, &inner.iter().map(|&n| Some(n)).collect::<Vec<_>>())
}

/// The least and most of each cell, over every table there is that agrees with the shown ones. The grand total is shown.
fn ranges(table: &Table, hidden: &[bool]) -> Vec<(u64, u64)> {
    let inner: Vec<usize> = (0..hidden.len())
        .filter(|&cell| !table.is_margin(cell))
        .collect();
    let mut ranges = vec![(u64::MAX, 0); hidden.len()];
    let mut sums = vec![0; hidden.len()];
    fill(table, hidden, &inner, &mut sums, &mut ranges);
    ranges
}

fn fill(
    table: &Table,
    hidden: &[bool],
    left: &[usize],
    sums: &mut [u64],
    ranges: &mut [(u64, u64)],
) {
    let Some((&cell, left)) = left.split_first() else {
        let agrees = (0..sums.len()).all(|cell| hidden[cell] || sums[cell] == table.n(cell));
        if agrees {
            for (range, n) in ranges.iter_mut().zip(sums.iter()) {
                *range = (range.0.min(*n), range.1.max(*n));
            }
        }
        return;
    };
    let whole = [&[cell], table.margins_of(cell)].concat();
    let room = whole
        .iter()
        .filter(|&&whole| !hidden[whole])
        .map(|&whole| table.n(whole) - sums[whole])
        .min();
    for n in 0..=room.expect("the grand total is shown") {
        whole.iter().for_each(|&whole| sums[whole] += n);
        fill(table, hidden, left, sums, ranges);
        whole.iter().for_each(|&whole| sums[whole] -= n);
    }
}

fn is_safe(table: &Table, hidden: &[bool], threshold: u64) -> bool {
    let ranges = ranges(table, hidden);
    (0..hidden.len()).all(|cell| !hidden[cell] || ranges[cell].1 - ranges[cell].0 >= threshold)
}

fn hidden(answer: &Suppressed) -> Vec<bool> {
    answer.hidden.iter().map(Option::is_some).collect()
}

/// The witnesses added up here, by dimension values and not by the table's own lists.
fn check_witnesses(table: &Table, answer: &Suppressed, threshold: u64) {
    for found in &answer.tables {
        for (row, cell) in table.cells().iter().enumerate() {
            let parts = table.cells().iter().enumerate().filter(|(part, other)| {
                let mut pairs = other.values.iter().zip(&cell.values);
                !table.is_margin(*part)
                    && pairs.all(|(value, whole)| whole == TOTAL || value == whole)
            });
            assert_eq!(
                found[row],
                parts.map(|(part, _)| found[part]).sum::<u64>(),
                "row {row} of {found:?}"
            );
            assert!(
                answer.hidden[row].is_some() || found[row] == cell.n,
                "row {row} of {found:?} is shown"
            );
        }
    }
    for (row, witnesses) in answer.witnesses.iter().enumerate() {
        assert_eq!(witnesses.is_some(), answer.hidden[row].is_some());
        if let Some(witnesses) = witnesses {
            let (low, high) = (
                answer.tables[witnesses.low][row],
                answer.tables[witnesses.high][row],
            );
            assert!(high - low >= threshold, "row {row}: {low} to {high}");
        }
    }
}

#[test]
fn each_rule_by_a_table() {
    use Why::{Guards, NearlyAll, Small};
    let all = Some(Small);
    for (what, shape, inner, expected) in [
        (
            "nothing small, nothing hidden",
            &[3][..],
            &[10, 20, 30][..],
            vec![None; 4],
        ),
        (
            "a small one takes the next smallest with it",
            &[3],
            &[3, 20, 30],
            vec![all, Some(Guards), None, None],
        ),
        (
            "an empty one as a small one",
            &[3],
            &[0, 20, 30],
            vec![all, Some(Guards), None, None],
        ),
        (
            "two small ones guard each other",
            &[3],
            &[5, 6, 30],
            vec![all, all, None, None],
        ),
        (
            "unless together they are small",
            &[4],
            &[4, 5, 30, 40],
            vec![all, all, Some(Guards), None, None],
        ),
        (
            "all but a few",
            &[2],
            &[95, 5],
            vec![Some(NearlyAll), all, None],
        ),
        (
            "a small grand total hides everything",
            &[2],
            &[4, 5],
            vec![all, all, all],
        ),
        (
            "nine is small and ten is not",
            &[3],
            &[9, 10, 10],
            vec![all, Some(Guards), None, None],
        ),
        (
            "equals by row order",
            &[4],
            &[3, 20, 20, 20],
            vec![all, Some(Guards), None, None, None],
        ),
        (
            "a rectangle of the fewest answers, and no margin",
            &[3, 3],
            &[4, 50, 60, 30, 70, 20, 40, 80, 90],
            vec![
                all,
                None,
                Some(Guards),
                Some(Guards),
                None,
                Some(Guards),
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
            ],
        ),
    ] {
        let answer = suppress(&full(shape, inner), 10);
        assert_eq!(answer.hidden, expected, "{what}");
        assert_eq!(
            (
                answer.audit.recoverable_cells,
                answer.audit.exactly_known_cells
            ),
            (0, 0),
            "{what}"
        );
        assert!(answer.audit.is_fewest, "{what}");
        check_witnesses(&full(shape, inner), &answer, 10);
    }
}

#[test]
fn a_combination_without_a_row_guards_nobody() {
    // Were v0 and v1 possible, they could guard the 3; as it is, its row's total says it.
    let table = cube(
        &[2, 3],
        &[Some(3), None, None, Some(40), Some(50), Some(60)],
    );
    assert_eq!(table.impossible(), 2);
    let answer = suppress(&table, 10);
    let margin = table
        .cells()
        .iter()
        .position(|cell| cell.values == ["v0", TOTAL])
        .expect("a margin");
    assert_eq!(answer.hidden[margin], Some(Why::Small));
    assert_eq!(answer.audit.recoverable_cells, 0);
    check_witnesses(&table, &answer, 10);
    assert!(is_safe(&table, &hidden(&answer), 10));
}

#[test]
fn what_is_wrong_with_a_table_is_named() {
    let cell = |values: &[&str], n| Cell {
        values: values.iter().map(|&value| value.to_owned()).collect(),
        n,
    };
    let rows = [
        cell(&["Email", "North"], 12),
        cell(&["Email", "South"], 8),
        cell(&["Email", TOTAL], 20),
        cell(&[TOTAL, "North"], 12),
        cell(&[TOTAL, "South"], 8),
        cell(&[TOTAL, TOTAL], 20),
    ];
    let of = |rows: &[Cell]| {
        let fault = Table::new(vec!["service".into(), "site".into()], rows.to_vec());
        let fault = fault.map(|_| ()).expect_err("a fault");
        (fault.row(), fault.to_string())
    };
    assert!(Table::new(vec!["service".into(), "site".into()], rows.to_vec()).is_ok());
    let changed = |row: usize, to: Cell| {
        let mut rows = rows.to_vec();
        rows[row] = to;
        rows
    };
    let without = |row: usize| [&rows[..row], &rows[row + 1..]].concat();
    for (rows, row, said) in [
        (
            changed(2, cell(&["Email", TOTAL], 21)),
            Some(2),
            "service Email, site Total says 21 but its cells add up to 20",
        ),
        (
            changed(5, cell(&[TOTAL, TOTAL], 19)),
            Some(5),
            "service Total, site Total says 19",
        ),
        (
            without(3),
            None,
            "service Total, site North is missing: add its row, with the n 12",
        ),
        (without(5), None, "service Total, site Total is missing"),
        (
            without(1),
            Some(1),
            "service Email, site Total says 20 but its cells add up to 12",
        ),
        (
            changed(1, cell(&["Email", "North"], 8)),
            Some(1),
            "service Email, site North stands twice",
        ),
        (
            changed(1, cell(&["Email"], 8)),
            Some(1),
            "1 values for 2 dimensions",
        ),
        (
            changed(0, cell(&["Email", "North"], LARGEST + 1)),
            Some(0),
            "at most 100000000",
        ),
        (
            [&rows[..], &[cell(&["Phone", TOTAL], 0)]].concat(),
            Some(6),
            "service Phone, site Total has no cells under it",
        ),
        (Vec::new(), None, "no row"),
    ] {
        let (found, message) = of(&rows);
        assert_eq!(found, row, "{message}");
        assert!(message.contains(said), "{message}");
    }
}

/// Whether no safe choice costs less, tried one by one.
fn is_least(table: &Table, answer: &Suppressed, threshold: u64) -> bool {
    let must: Vec<bool> = super::must(table, threshold)
        .iter()
        .map(Option::is_some)
        .collect();
    let free: Vec<usize> = (0..must.len()).filter(|&cell| !must[cell]).collect();
    let cost = |hidden: &[bool]| {
        let chosen = free.iter().filter(|&&cell| hidden[cell]);
        let margins = chosen
            .clone()
            .filter(|&&cell| table.is_margin(cell))
            .count();
        (
            margins,
            chosen.clone().count() - margins,
            chosen.map(|&cell| table.n(cell)).sum::<u64>(),
        )
    };
    let least = cost(&hidden(answer));
    (0..1_u32 << free.len()).all(|choice| {
        let mut other = must.clone();
        let chosen = free
            .iter()
            .enumerate()
            .filter(|(bit, _)| choice & (1 << bit) != 0);
        chosen.for_each(|(_, &cell)| other[cell] = true);
        other[table.grand()] || cost(&other) >= least || !is_safe(table, &other, threshold)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_hidden_is_recoverable_whatever_the_table(
        (shape, inner) in prop_oneof![
            Just(vec![5]),
            Just(vec![2, 2]),
            Just(vec![2, 3]),
            Just(vec![2, 2, 2]),
        ].prop_flat_map(|shape: Vec<usize>| {
            let cells = shape.iter().product::<usize>();
            let n = prop_oneof![3 => (0..4u64).prop_map(Some), 2 => (5..9u64).prop_map(Some), 1 => Just(None)];
            (Just(shape), prop::collection::vec(n, cells))
        }),
    ) {
        let total: u64 = inner.iter().flatten().sum();
        prop_assume!(inner.iter().any(Option::is_some) && total <= 26);
        let table = cube(&shape, &inner);
        let threshold = LOWEST;
        let answer = suppress(&table, threshold);
        check_witnesses(&table, &answer, threshold);
        prop_assert_eq!(answer.audit.recoverable_cells, 0);
        prop_assert_eq!(answer.audit.exactly_known_cells, 0);
        prop_assert_eq!(answer.hidden[table.grand()].is_some(), total < threshold);
        for (row, cell) in table.cells().iter().enumerate() {
            prop_assert!(cell.n >= threshold || answer.hidden[row].is_some(), "row {} is small", row);
            let nearly = |whole: &usize| table.is_part(row, *whole) && (1..threshold).contains(&(table.n(*whole) - cell.n));
            prop_assert!(answer.hidden[row].is_some() || !(0..table.cells().len()).any(|whole| nearly(&whole)));
        }
        prop_assert_eq!(&suppress(&table, threshold), &answer);
        if total >= threshold {
            prop_assert!(is_safe(&table, &hidden(&answer), threshold));
        }
    }

    #[test]
    fn the_fewest_are_hidden_where_that_is_said(inner in prop::collection::vec(0..9u64, 4)) {
        let total: u64 = inner.iter().sum();
        prop_assume!(total >= LOWEST);
        let table = full(&[2, 2], &inner);
        let answer = suppress(&table, LOWEST);
        let audit = answer.audit;
        prop_assert!(audit.is_fewest);
        prop_assert_eq!(
            (audit.least_margins, audit.least_inner_cells),
            (audit.large_margins, audit.large_inner_cells)
        );
        prop_assert!(is_least(&table, &answer, LOWEST));
    }
}
