//! The special-cause rules, one function each, on one segment. Names follow the rules; NHSRplotthedots has each
//! under a like name in `R/ptd_calculate_point_type.R`.

use super::{Rule, side};

/// Which rules each point is part of.
pub struct Hits {
    pub outside: Vec<bool>,
    pub trend: Vec<bool>,
    pub two_of_three: Vec<bool>,
    pub shift: Vec<bool>,
}

impl Hits {
    /// The rules at a point, the deciding one first.
    pub fn at(&self, at: usize) -> Vec<Rule> {
        [
            (Rule::OutsideLimit, self.outside[at]),
            (Rule::Trend, self.trend[at]),
            (Rule::TwoOfThree, self.two_of_three[at]),
            (Rule::Shift, self.shift[at]),
        ]
        .into_iter()
        .filter_map(|(rule, hit)| hit.then_some(rule))
        .collect()
    }
}

/// Where a run of `length` points on one side of the centre ends: not 0. A point on the centre breaks it.
pub fn shift(sides: &[i8], length: usize) -> Vec<i8> {
    let ends = |at: usize| match at + 1 >= length {
        true if sides[at + 1 - length..=at]
            .iter()
            .all(|&other| other == sides[at]) =>
        {
            sides[at]
        }
        _ => 0,
    };
    (0..sides.len()).map(ends).collect()
}

/// Where a run of `length` points, each above (1) or each below (-1) the one before, ends.
pub fn trend(values: &[f64], length: usize) -> Vec<i8> {
    let ends = |at: usize| {
        if at + 1 < length {
            return 0;
        }
        let run = &values[at + 1 - length..=at];
        let all = |way: i8| run.windows(2).all(|pair| side(pair[1], pair[0]) == way);
        i8::from(all(1)) - i8::from(all(-1))
    };
    (0..values.len()).map(ends).collect()
}

/// Whether each point is one of the `length` points of a run that ends at or after it.
pub fn part_of(ends: &[i8], length: usize) -> Vec<bool> {
    let part = |at: usize| {
        ends[at..ends.len().min(at + length)]
            .iter()
            .any(|&end| end != 0)
    };
    (0..ends.len()).map(part).collect()
}

/// Whether each point lies in three in a row of which two are near a limit, all three on one side of the
/// centre (their issue #143: near opposite limits is no special cause).
pub fn two_of_three(near: &[bool], sides: &[i8]) -> Vec<bool> {
    let window = |from: usize| {
        let of = |at: usize| (near[at], sides[at]);
        let three = [of(from), of(from + 1), of(from + 2)];
        three.iter().filter(|(near, _)| *near).count() >= 2
            && three[0].1 != 0
            && three.iter().all(|(_, side)| *side == three[0].1)
    };
    let part = |at: usize| {
        let last = near.len().saturating_sub(2).min(at + 1);
        (at.saturating_sub(2)..last).any(window)
    };
    (0..near.len()).map(part).collect()
}

/// Only the points near a limit are the special cause; the third of the three is not.
pub fn part_of_two_of_three(two_of_three: &[bool], near: &[bool]) -> Vec<bool> {
    two_of_three
        .iter()
        .zip(near)
        .map(|(&in_three, &near)| in_three && near)
        .collect()
}

/// The rule that decides each point, and whether it lies on the high side; `None` is common cause.
///
/// A trend has the direction of the run, not the side of the centre (their issue #171). Where a point and the
/// next are both part of a trend the move to the next decides, as in the R code: so the peak between a rise and a
/// fall belongs to the fall, and a point before an equal one counts as falling.
pub fn high(values: &[f64], sides: &[i8], hits: &Hits) -> Vec<Option<(Rule, bool)>> {
    let rises = |at: usize| {
        let next = hits.trend.get(at + 1).copied().unwrap_or(false);
        match (next && hits.trend[at], at) {
            (true, _) => values[at + 1] > values[at],
            (false, 0) => false,
            (false, _) => values[at] > values[at - 1],
        }
    };
    let decided = |at: usize| {
        let rule = *hits.at(at).first()?;
        let high = if rule == Rule::Trend {
            rises(at)
        } else {
            sides[at] > 0
        };
        Some((rule, high))
    };
    (0..values.len()).map(decided).collect()
}
