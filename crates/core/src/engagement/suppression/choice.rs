//! Which cells are hidden beside those that must be: as few and as small as can be shown to be enough.

use super::attack::{Attack, OFF, Standing};
use super::cut::{self, Cut};
use super::table::Table;
use super::work::Work;
use microlp::{
    ComparisonOp, OptimizationDirection, Problem, Solution, SolveOptions, SolveOutcome, Variable,
};

/// The most nodes of one search for the cheapest choice that meets every known condition.
const NODES: u64 = 2_000;

/// The most conditions that are learnt from one choice.
const LEARNT: usize = 12;

/// A choice that fails a condition is made good after so many that did, to have a better one to hand.
const PATIENCE: usize = 4;

/// What a choice costs, the dearest first: hidden margins at or over the threshold, hidden inner cells at or over
/// it, how many answers those hold; then the earlier rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    pub margins: usize,
    pub inner: usize,
    pub n: u64,
    pub rows: Vec<usize>,
}

/// The chosen cells, and whether no cheaper choice is safe.
pub(super) struct Choice {
    pub hidden: Vec<bool>,
    pub is_cheapest: bool,
    /// No safe choice hides fewer margins beside those that must be, as far as was shown.
    pub least_margins: usize,
    /// Nor fewer inner cells, with so many margins.
    pub least_inner: usize,
}

/// A choice that meets every condition known.
struct Proposal {
    hidden: Vec<bool>,
    /// Whether the solver shows that it is the cheapest of them.
    is_least: bool,
    /// What each of them costs at least, beside the cells that were hidden before.
    least: u64,
}

pub(super) struct Search<'a> {
    table: &'a Table,
    threshold: u64,
    /// Hidden in every choice.
    must: Vec<bool>,
    /// May be hidden or shown.
    free: Vec<bool>,
    pub(super) attack: Attack<'a>,
    cuts: Vec<Cut>,
    /// Whether every condition learnt holds for every safe choice.
    is_exact: bool,
    /// The cells of every safe choice weigh this or more.
    least: u64,
    work: Work,
}

/// What the cheapest choice is looked for by, one after the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Margins, then inner cells.
    Cells,
    /// The same cells' number, the fewest answers.
    Answers,
}

impl<'a> Search<'a> {
    pub(super) fn new(table: &'a Table, threshold: u64, must: Vec<bool>, work: u64) -> Search<'a> {
        let grand = table.grand();
        // Whatever adds up the same cells as the grand total is the grand total. With everything else hidden, all
        // the answers could sit in any one cell: hiding it is never needed, unless it must be.
        let is_grand = |cell: usize| table.inside(cell).len() == table.inside(grand).len();
        let free = (0..must.len()).map(|cell| !must[cell] && (must[grand] || !is_grand(cell)));
        Search {
            table,
            threshold,
            free: free.collect(),
            must,
            attack: Attack::new(table, threshold),
            cuts: Vec::new(),
            is_exact: true,
            least: 0,
            work: Work::new(work),
        }
    }

    pub(super) fn run(&mut self) -> Choice {
        let mut best = None;
        let is_cheapest = [Stage::Cells, Stage::Answers]
            .into_iter()
            .all(|stage| self.improve(stage, &mut best));
        let hidden = best.unwrap_or_else(|| self.repaired(self.must.clone()));
        let margin = self.margin();
        Choice {
            hidden,
            is_cheapest: is_cheapest && self.is_exact,
            least_margins: (self.least / margin) as usize,
            least_inner: (self.least % margin) as usize,
        }
    }

    /// What a choice costs.
    pub(super) fn cost(&self, hidden: &[bool]) -> Cost {
        let rows: Vec<usize> = (0..hidden.len())
            .filter(|&cell| self.free[cell] && hidden[cell])
            .collect();
        let margins = rows
            .iter()
            .filter(|&&cell| self.table.is_margin(cell))
            .count();
        Cost {
            margins,
            inner: rows.len() - margins,
            n: rows.iter().map(|&cell| self.table.n(cell)).sum(),
            rows,
        }
    }

    /// Look for the cheapest choice that meets every condition known, learn what it fails, and again. Whether
    /// `best` is shown to be the cheapest.
    fn improve(&mut self, stage: Stage, best: &mut Option<Vec<bool>>) -> bool {
        let must = self.must.clone();
        let mut failures = 0;
        while !self.work.is_done() {
            let Proposal {
                hidden,
                is_least,
                least,
            } = self.cheapest(stage, &must, best.as_deref());
            if stage == Stage::Cells && self.is_exact {
                self.least = self.least.max(least);
            }
            let price = self.price(stage, &hidden);
            if is_least
                && best
                    .as_ref()
                    .is_some_and(|best| price >= self.price(stage, best))
            {
                return true;
            }
            if self.learn(&hidden) == 0 {
                self.keep(hidden, best);
                return is_least;
            }
            failures += 1;
            if failures % PATIENCE == 0 {
                let repaired = self.repaired(hidden);
                self.keep(repaired, best);
            }
        }
        false
    }

    fn keep(&self, hidden: Vec<bool>, best: &mut Option<Vec<bool>>) {
        let is_better = |best: &Vec<bool>| self.cost(&hidden) < self.cost(best);
        if best.as_ref().is_none_or(is_better) {
            *best = Some(hidden);
        }
    }

    /// Hide more until every hidden cell is safe, then show again what need not be hidden. Everything, where that
    /// cannot be settled in time.
    fn repaired(&mut self, mut hidden: Vec<bool>) -> Vec<bool> {
        while self.learn(&hidden) > 0 {
            let more = self.cheapest(Stage::Cells, &hidden, None).hidden;
            if more == hidden || self.work.is_overdrawn() {
                hidden = (0..hidden.len())
                    .map(|cell| self.must[cell] || self.free[cell])
                    .collect();
                self.attack.assume_nothing(&hidden);
                return hidden;
            }
            hidden = more;
        }
        self.thin(&mut hidden);
        hidden
    }

    /// Learn conditions that a choice fails, and how many; none if it is safe. Those of lines are cheap and come
    /// first.
    fn learn(&mut self, hidden: &[bool]) -> usize {
        let mut cuts = cut::of_lines(self.table, hidden, self.threshold);
        if cuts.is_empty() {
            for (cell, standing) in self.attack.unsafe_cells(hidden, LEARNT, &mut self.work) {
                cuts.push(self.reason(hidden, cell, standing));
            }
        }
        let learnt = cuts.len();
        self.cuts.append(&mut cuts);
        learnt
    }

    fn reason(&mut self, hidden: &[bool], cell: usize, standing: Standing) -> Cut {
        let range = match standing {
            Standing::Recoverable => {
                cut::of_range(self.table, hidden, cell, self.threshold, &mut self.work)
            }
            Standing::Unsettled | Standing::Safe => {
                self.is_exact = false;
                None
            }
        };
        range.unwrap_or_else(|| Cut::more_than(hidden, cell))
    }

    /// Show again what need not be hidden, the dearest first and later rows before earlier ones.
    fn thin(&mut self, hidden: &mut [bool]) {
        let mut extra: Vec<usize> = (0..hidden.len())
            .filter(|&cell| hidden[cell] && self.free[cell])
            .collect();
        extra.sort_by_key(|&cell| {
            std::cmp::Reverse((self.table.is_margin(cell), self.table.n(cell), cell))
        });
        for cell in extra {
            hidden[cell] = false;
            let fails = |cut: &Cut| cut.lacks(hidden) > 0.0;
            if self.work.is_done()
                || self.cuts.iter().any(fails)
                || !cut::of_lines(self.table, hidden, self.threshold).is_empty()
                || !self
                    .attack
                    .unsafe_cells(hidden, 1, &mut self.work)
                    .is_empty()
            {
                hidden[cell] = true;
            }
        }
    }

    fn price(&self, stage: Stage, hidden: &[bool]) -> u64 {
        let free = (0..hidden.len()).filter(|&cell| self.free[cell] && hidden[cell]);
        free.map(|cell| self.weight(stage, cell)).sum()
    }

    fn weight(&self, stage: Stage, cell: usize) -> u64 {
        match stage {
            Stage::Answers => self.table.n(cell),
            Stage::Cells if self.table.is_margin(cell) => self.margin(),
            Stage::Cells => 1,
        }
    }

    /// What a margin weighs: more than all inner cells together.
    fn margin(&self) -> u64 {
        self.free.len() as u64
    }

    /// The cheapest choice that hides at least these and meets every condition known; where the solver finds none in
    /// time, everything.
    fn cheapest(&mut self, stage: Stage, at_least: &[bool], best: Option<&[bool]>) -> Proposal {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let mut variables = vec![None; at_least.len()];
        for cell in (0..at_least.len()).filter(|&cell| self.free[cell] && !at_least[cell]) {
            variables[cell] = Some(problem.add_binary_var(self.weight(stage, cell) as f64));
        }
        for cut in &self.cuts {
            if let Some((terms, needed)) = condition(cut, at_least, &variables) {
                problem.add_constraint(terms, ComparisonOp::Ge, needed);
            }
        }
        let known = || {
            variables
                .iter()
                .enumerate()
                .filter_map(|(cell, variable)| Some((cell, (*variable)?)))
        };
        if let (Stage::Answers, Some(best)) = (stage, best) {
            let terms =
                known().map(|(cell, variable)| (variable, self.weight(Stage::Cells, cell) as f64));
            let most = self.price(Stage::Cells, best) as f64;
            problem.add_constraint(terms.collect::<Vec<_>>(), ComparisonOp::Le, most);
        }
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        let start = |cell: usize| best.is_none_or(|best| best[cell]);
        let start = known().map(|(cell, variable)| (variable, f64::from(u8::from(start(cell)))));
        options.warm_start = Some(start.collect());
        let outcome = problem.solve_with(options).ok();
        let stats = outcome.as_ref().map(SolveOutcome::stats);
        if let Some(stats) = stats {
            let steps = stats.lp_iterations + stats.nodes_solved;
            self.work.spend(steps, at_least.len() + self.cuts.len());
        }
        let bound = stats.and_then(|stats| stats.best_bound).unwrap_or(0.0);
        let is_least = outcome.as_ref().is_some_and(SolveOutcome::is_optimal);
        let solution = outcome.and_then(|outcome| outcome.into_solution().ok());
        let mut hidden = at_least.to_vec();
        for (cell, variable) in known() {
            let is_hidden = |solution: &Solution| solution.var_value(variable) > 0.5;
            hidden[cell] = solution.as_ref().is_none_or(is_hidden);
        }
        Proposal {
            hidden,
            is_least,
            // Weights are whole, so a price just above a whole number is the next one.
            least: (bound - OFF * bound.max(1.0)).ceil().max(0.0) as u64,
        }
    }
}

/// A condition on the cells still to choose: their terms and what these add up to at least. `None` where the cells
/// already hidden meet it.
fn condition(
    cut: &Cut,
    at_least: &[bool],
    variables: &[Option<Variable>],
) -> Option<(Vec<(Variable, f64)>, f64)> {
    let sum = |of: &dyn Fn(usize) -> bool| {
        let weights = cut.weights.iter().filter(|(cell, _)| of(*cell));
        weights.map(|(_, weight)| weight).sum::<f64>()
    };
    let own = sum(&|cell| cell == cut.of);
    let needed = cut.needed - own - sum(&|cell| cell != cut.of && at_least[cell]);
    if needed < OFF {
        return None;
    }
    let others = cut.weights.iter().filter(|(cell, _)| *cell != cut.of);
    let mut terms: Vec<(Variable, f64)> = others
        .filter_map(|(cell, weight)| Some((variables[*cell]?, weight.min(needed) / needed)))
        .collect();
    match variables[cut.of] {
        Some(variable) => {
            terms.push((variable, -1.0));
            Some((terms, 0.0))
        }
        None if at_least[cut.of] => Some((terms, 1.0)),
        None => None,
    }
}
