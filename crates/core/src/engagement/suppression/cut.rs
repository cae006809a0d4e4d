//! Conditions that every safe choice of hidden cells meets, each learnt from a choice that was not safe.
//!
//! After Fischetti and Salazar-González, "Models and algorithms for optimizing cell suppression in tabular data
//! with linear constraints" (JASA 95, 2000), with their sliding protection level, here asked of every hidden cell.

use super::attack::{End, OFF};
use super::table::Table;
use super::work::Work;
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, Variable};

/// What a condition costs less where it leans on cells that are shown: it decides between equals.
const SHOWN: f64 = 1e-3;

/// If `of` is hidden, the weights of the hidden cells add up to at least `needed`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cut {
    pub of: usize,
    /// Each at most `needed`, which hiding such a cell alone would fulfil.
    pub weights: Vec<(usize, f64)>,
    pub needed: f64,
}

impl Cut {
    /// What a choice lacks of it.
    pub(super) fn lacks(&self, hidden: &[bool]) -> f64 {
        if !hidden[self.of] {
            return 0.0;
        }
        let weights = self.weights.iter().filter(|(cell, _)| hidden[*cell]);
        let lacks = self.needed - weights.map(|(_, weight)| weight).sum::<f64>();
        if lacks > OFF { lacks } else { 0.0 }
    }

    /// More must be hidden than this: of a choice that nothing else is known against.
    pub(super) fn more_than(hidden: &[bool], of: usize) -> Cut {
        let shown = (0..hidden.len()).filter(|&cell| !hidden[cell]);
        Cut {
            of,
            weights: shown.map(|cell| (cell, 1.0)).collect(),
            needed: 1.0,
        }
    }
}

/// What a line alone says of a hidden cell: another on it is hidden too, and as long as its total is shown, the
/// hidden ones add up to the threshold.
pub(super) fn of_lines(table: &Table, hidden: &[bool], threshold: u64) -> Vec<Cut> {
    let needed = threshold as f64;
    let mut cuts = Vec::new();
    for line in table.lines() {
        let cells = || line.parts.iter().chain([&line.total]).copied();
        for of in cells().filter(|&cell| hidden[cell]) {
            let others = cells()
                .filter(|&cell| cell != of)
                .map(|cell| (cell, needed));
            let alone = Cut {
                of,
                weights: others.collect(),
                needed,
            };
            let small = |cell: usize| match cell == line.total {
                true => needed,
                false => table.n(cell).min(threshold) as f64,
            };
            let heavy = Cut {
                of,
                weights: cells().map(|cell| (cell, small(cell))).collect(),
                needed,
            };
            cuts.extend(
                [alone, heavy]
                    .into_iter()
                    .filter(|cut| cut.lacks(hidden) > 0.0),
            );
        }
    }
    cuts
}

/// Why the range of a hidden cell is too narrow: the dual of the attacker's two linear programmes. `None` where
/// the solver's answer is no condition that this choice fails.
pub(super) fn of_range(
    table: &Table,
    hidden: &[bool],
    of: usize,
    threshold: u64,
    work: &mut Work,
) -> Option<Cut> {
    let needed = threshold as f64;
    let mut weights = vec![0.0_f64; hidden.len()];
    for end in [End::Most, End::Least] {
        dual(table, hidden, of, end, needed, &mut weights, work)?;
    }
    let weights = weights
        .into_iter()
        .enumerate()
        .filter(|(_, weight)| *weight > OFF);
    let cut = Cut {
        of,
        weights: weights
            .map(|(cell, weight)| (cell, weight.min(needed)))
            .collect(),
        needed,
    };
    (cut.lacks(hidden) > 0.0).then_some(cut)
}

/// Add to the weights how much each cell, if hidden, lets `of` move towards an end.
fn dual(
    table: &Table,
    hidden: &[bool],
    of: usize,
    end: End,
    needed: f64,
    weights: &mut [f64],
    work: &mut Work,
) -> Option<()> {
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let prices: Vec<(Option<Variable>, Variable)> = (0..hidden.len())
        .map(|cell| {
            let n = table.n(cell) as f64;
            let free = (0.0, f64::INFINITY);
            match hidden[cell] {
                // A hidden cell has no most, so nothing that keeps another down may lean on it.
                true => (None, problem.add_var(n, free)),
                false => (
                    Some(problem.add_var(SHOWN * needed, free)),
                    problem.add_var(SHOWN * n.min(needed), free),
                ),
            }
        })
        .collect();
    let mut is_in = vec![0.0; hidden.len()];
    table
        .inside(of)
        .iter()
        .for_each(|&inner| is_in[inner] = end.sign());
    for inner in (0..hidden.len()).filter(|&cell| !table.is_margin(cell)) {
        let cells = table.margins_of(inner).iter().chain([&inner]);
        let terms: Vec<(Variable, f64)> = cells
            .flat_map(|&cell| {
                let (up, down) = prices[cell];
                up.map(|up| (up, 1.0)).into_iter().chain([(down, -1.0)])
            })
            .collect();
        problem.add_constraint(terms, ComparisonOp::Eq, is_in[inner]);
    }
    let outcome = problem.solve_with(SolveOptions::default()).ok()?;
    work.spend(outcome.stats().lp_iterations, hidden.len());
    let solution = outcome.into_solution().ok()?;
    for (cell, (up, down)) in prices.iter().enumerate() {
        // Once hidden it has no most: where its rise counts at all, hiding it is enough.
        if up.is_some_and(|up| solution.var_value(up) > OFF) {
            weights[cell] += needed;
        }
        let fall = solution.var_value(*down);
        if fall > OFF {
            weights[cell] += fall * table.n(cell) as f64;
        }
    }
    Some(())
}
