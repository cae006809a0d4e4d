//! What somebody who sees the shown cells can work out of a hidden one: over all tables that agree with
//! them, the least and the most that it can be.
//!
//! Tables are kept as their difference from the true one, cell by cell. A found table is only a proposal:
//! it counts once whole-number arithmetic has shown that it agrees ([`agrees`]).

use super::table::Table;
use super::work::Work;
use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOptions, Variable};

/// A table, as its difference from the true one: one whole number a cell.
pub(super) type Difference = Vec<i64>;

/// How far a number of the solver may be off.
pub(super) const OFF: f64 = 1e-6;

/// What moving a cell for nothing costs beside a step of the cell asked about: it keeps found tables near the
/// true one, so that one found table also serves others.
const MOVING: f64 = 1e-3;

/// The most nodes that one search for a table of whole numbers may visit.
const NODES: u64 = 400;

/// Which end of a cell's range is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Most,
    Least,
}

impl End {
    pub(super) fn sign(self) -> f64 {
        match self {
            End::Most => 1.0,
            End::Least => -1.0,
        }
    }
}

/// What may be shown of a cell beside everything else that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Two whole tables at least the threshold apart are known.
    Safe,
    /// Its range is narrower than the threshold.
    Recoverable,
    /// The range is wide enough in fractions; no two whole tables were found in time.
    Unsettled,
}

/// Whether a table agrees with everything shown: whole and non-negative, every margin the sum of its cells,
/// every shown cell as it is. No solver is asked.
pub(super) fn agrees(table: &Table, hidden: &[bool], difference: &[i64]) -> bool {
    (0..table.cells().len()).all(|cell| {
        let sum: i64 = table
            .inside(cell)
            .iter()
            .map(|&inner| difference[inner])
            .sum();
        difference[cell] == sum
            && (hidden[cell] || difference[cell] == 0)
            && table.n(cell).checked_add_signed(difference[cell]).is_some()
    })
}

/// Found tables, the true one first. Each stays good as long as only cells that it does not move are shown.
pub(super) struct Attack<'a> {
    table: &'a Table,
    threshold: i64,
    pub(super) found: Vec<Difference>,
}

impl<'a> Attack<'a> {
    pub(super) fn new(table: &'a Table, threshold: u64) -> Attack<'a> {
        Attack {
            table,
            threshold: i64::try_from(threshold).unwrap_or(i64::MAX),
            found: vec![vec![0; table.cells().len()]],
        }
    }

    /// With every cell hidden but the grand total and its like, all answers can sit in any one cell; with these
    /// hidden too, any cell can hold more.
    pub(super) fn assume_nothing(&mut self, hidden: &[bool]) {
        let table = self.table;
        let grand = table.grand();
        for &inner in table.inside(grand) {
            let mut difference = vec![0; hidden.len()];
            for &other in table.inside(grand) {
                difference[other] = match hidden[grand] {
                    true => 0,
                    false => -(table.n(other) as i64),
                };
            }
            difference[inner] += match hidden[grand] {
                true => self.threshold,
                false => table.n(grand) as i64,
            };
            add_up(table, &mut difference);
            self.found.push(difference);
        }
    }

    /// The found tables that agree with what is shown.
    pub(super) fn good(&self, hidden: &[bool]) -> Vec<usize> {
        let is_good = |difference: &Difference| {
            let pairs = difference.iter().zip(hidden);
            pairs
                .into_iter()
                .all(|(moved, hidden)| *hidden || *moved == 0)
        };
        let found = self.found.iter().enumerate();
        found
            .filter(|(_, difference)| is_good(difference))
            .map(|(place, _)| place)
            .collect()
    }

    /// The two of these found tables that are farthest apart at a cell: the lower and the higher.
    pub(super) fn farthest(&self, good: &[usize], cell: usize) -> (usize, usize) {
        let at = |place: &&usize| self.found[**place][cell];
        let lowest = good.iter().min_by_key(at).copied().unwrap_or_default();
        let highest = good
            .iter()
            .rev()
            .max_by_key(at)
            .copied()
            .unwrap_or_default();
        (lowest, highest)
    }

    fn apart(&self, good: &[usize], cell: usize) -> i64 {
        let (low, high) = self.farthest(good, cell);
        self.found[high][cell] - self.found[low][cell]
    }

    /// Hidden cells that are not safe, by row, at most so many.
    pub(super) fn unsafe_cells(
        &mut self,
        hidden: &[bool],
        most: usize,
        work: &mut Work,
    ) -> Vec<(usize, Standing)> {
        let mut good = self.good(hidden);
        let cells = (0..hidden.len()).filter(|&cell| hidden[cell]);
        let bare = cells.filter_map(|cell| {
            let standing = self.standing(hidden, cell, &mut good, work);
            (standing != Standing::Safe).then_some((cell, standing))
        });
        bare.take(most).collect()
    }

    /// LP first, near the true table; then the true ends of the range; ILP where only fractions are that wide.
    fn standing(
        &mut self,
        hidden: &[bool],
        cell: usize,
        good: &mut Vec<usize>,
        work: &mut Work,
    ) -> Standing {
        for end in [End::Most, End::Least] {
            let wanted = self.threshold - self.apart(good, cell);
            if wanted <= 0 {
                return Standing::Safe;
            }
            let reach = wanted + self.found[self.end(good, cell, end)][cell].abs();
            self.look(&Question::near(hidden, cell, end, reach), good, work);
        }
        if self.apart(good, cell) >= self.threshold {
            return Standing::Safe;
        }
        let mut width = 0.0;
        for end in [End::Most, End::Least] {
            let question = Question::far(hidden, cell, end, self.threshold);
            width += self.look(&question, good, work).moved;
        }
        if self.apart(good, cell) >= self.threshold {
            return Standing::Safe;
        }
        if width < self.threshold as f64 - OFF {
            return Standing::Recoverable;
        }
        let mut is_settled = true;
        for end in [End::Most, End::Least] {
            let question = Question::far(hidden, cell, end, self.threshold);
            let answer = self.look(
                &Question {
                    whole: true,
                    ..question
                },
                good,
                work,
            );
            is_settled &= answer.is_end;
        }
        match self.apart(good, cell) >= self.threshold {
            true => Standing::Safe,
            false if is_settled => Standing::Recoverable,
            false => Standing::Unsettled,
        }
    }

    fn end(&self, good: &[usize], cell: usize, end: End) -> usize {
        let (low, high) = self.farthest(good, cell);
        match end {
            End::Most => high,
            End::Least => low,
        }
    }

    /// Ask the solver; a table it found is kept if it is whole and agrees.
    fn look(&mut self, question: &Question<'_>, good: &mut Vec<usize>, work: &mut Work) -> Answer {
        let mut answer = question.ask(self.table, work);
        let difference = answer.difference.take();
        if let Some(difference) =
            difference.filter(|difference| agrees(self.table, question.hidden, difference))
        {
            good.push(self.found.len());
            self.found.push(difference);
        }
        answer
    }
}

/// What the solver said.
struct Answer {
    /// How far the cell moved, at most the question's reach.
    moved: f64,
    /// Whether it moves no farther.
    is_end: bool,
    /// The table it found, if that is whole.
    difference: Option<Difference>,
}

impl Answer {
    /// It said nothing: the cell may move any way.
    fn none() -> Answer {
        Answer {
            moved: f64::INFINITY,
            is_end: false,
            difference: None,
        }
    }
}

/// How far a hidden cell can move towards one end.
struct Question<'a> {
    hidden: &'a [bool],
    cell: usize,
    end: End,
    /// Farther than this is of no interest.
    reach: i64,
    moving: f64,
    whole: bool,
}

impl<'a> Question<'a> {
    fn near(hidden: &'a [bool], cell: usize, end: End, reach: i64) -> Question<'a> {
        Question {
            hidden,
            cell,
            end,
            reach,
            moving: MOVING,
            whole: false,
        }
    }

    fn far(hidden: &'a [bool], cell: usize, end: End, reach: i64) -> Question<'a> {
        Question {
            hidden,
            cell,
            end,
            reach,
            moving: 0.0,
            whole: false,
        }
    }

    fn ask(&self, table: &Table, work: &mut Work) -> Answer {
        let sign = self.end.sign();
        let most = (table.n(table.grand()) as i64 + self.reach) as f64;
        let mut problem = Problem::new(OptimizationDirection::Maximize);
        let mut ways: Vec<Option<(Variable, Variable)>> = vec![None; self.hidden.len()];
        let is_in = {
            let mut is_in = vec![false; self.hidden.len()];
            table
                .inside(self.cell)
                .iter()
                .for_each(|&inner| is_in[inner] = true);
            is_in
        };
        for inner in
            (0..self.hidden.len()).filter(|&cell| self.hidden[cell] && !table.is_margin(cell))
        {
            let gain = if is_in[inner] { sign } else { 0.0 };
            let mut way = |gain: f64, most: f64| match self.whole {
                true => problem.add_integer_var(gain, (0, most.min(f64::from(i32::MAX)) as i32)),
                false => problem.add_var(gain, (0.0, most)),
            };
            ways[inner] = Some((
                way(gain - self.moving, most),
                way(-gain - self.moving, table.n(inner) as f64),
            ));
        }
        let steps = |cells: &[usize], sign: f64| {
            let ways = cells.iter().filter_map(|&inner| ways[inner]);
            ways.flat_map(|(up, down)| [(up, sign), (down, -sign)])
                .collect::<Vec<_>>()
        };
        for margin in
            (0..self.hidden.len()).filter(|&cell| !self.hidden[cell] && table.is_margin(cell))
        {
            let terms = steps(table.inside(margin), 1.0);
            if !terms.is_empty() {
                problem.add_constraint(terms, ComparisonOp::Eq, 0.0);
            }
        }
        problem.add_constraint(
            steps(table.inside(self.cell), sign),
            ComparisonOp::Le,
            self.reach as f64,
        );
        let mut options = SolveOptions::default();
        options.node_limit = Some(NODES);
        let Ok(outcome) = problem.solve_with(options) else {
            return Answer::none();
        };
        work.spend(outcome.stats().lp_iterations, self.hidden.len());
        let is_end = outcome.is_optimal();
        let Ok(solution) = outcome.into_solution() else {
            return Answer::none();
        };
        let mut whole = true;
        let mut difference = vec![0; self.hidden.len()];
        let mut moved = 0.0;
        for (inner, way) in ways.iter().enumerate() {
            let Some((up, down)) = way else { continue };
            let by = solution.var_value(*up) - solution.var_value(*down);
            if is_in[inner] {
                moved += sign * by;
            }
            whole &= (by - by.round()).abs() < OFF;
            difference[inner] = by.round() as i64;
        }
        add_up(table, &mut difference);
        Answer {
            moved,
            is_end,
            difference: whole.then_some(difference),
        }
    }
}

/// Put the sums of the inner cells into the margins.
fn add_up(table: &Table, difference: &mut [i64]) {
    for margin in (0..difference.len()).filter(|&cell| table.is_margin(cell)) {
        difference[margin] = table
            .inside(margin)
            .iter()
            .map(|&inner| difference[inner])
            .sum();
    }
}
