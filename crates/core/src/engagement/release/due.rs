//! Which periods can be closed.

use super::Release;
use crate::dated::Period;
use crate::engagement::response::Answer;
use jiff::ToSpan;

/// Periods that can be closed, the earliest first, each with its answers; and the answers that have to wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    pub periods: Vec<(Period, Vec<Answer>)>,
    pub waiting: Vec<Answer>,
}

/// Cut answers into periods of whole months (or of the rounds that were stated), each with the threshold of answers
/// or more: a month with fewer is held over to the next. Answers of a time that has closed came late and go to the
/// next period. Only months that are over may be handed in.
pub fn due(mut answers: Vec<Answer>, earlier: &[Release], threshold: u64) -> Due {
    let open = earlier.iter().map(|release| release.period.to).max();
    let open = open.map(|closed| closed.saturating_add(1.day()));
    answers.sort();
    let mut due = Due::default();
    let mut begun: Option<(Period, Vec<Answer>)> = None;
    for answer in answers {
        let from = open.map_or(answer.period.from, |open| answer.period.from.max(open));
        let of = Period::new(from, answer.period.to.max(from));
        let is_next = |(period, waiting): &(Period, Vec<Answer>)| {
            !period.overlaps(&of) && waiting.len() as u64 >= threshold
        };
        if begun.as_ref().is_some_and(is_next) {
            due.periods.extend(begun.take());
        }
        let (period, waiting) = begun.get_or_insert_with(|| (of, Vec::new()));
        *period = period.union(&of);
        waiting.push(answer);
    }
    match begun {
        Some((_, waiting)) if (waiting.len() as u64) < threshold => due.waiting = waiting,
        last => due.periods.extend(last),
    }
    due
}
