//! Answers that were given before: payments that count never change, so neither do answers.

use crate::LivePart;
use crate::question::Question;
use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows kept over all answers, a listed part counting as one; the answer used longest ago goes first.
const ROWS: usize = 500_000;

#[derive(Default)]
pub(crate) struct Answers {
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    question: Box<dyn Any + Send>,
    live: Vec<LivePart>,
    rows: Arc<dyn Any + Send + Sync>,
    count: usize,
}

impl Answers {
    pub(crate) fn find<Q: Question>(
        &self,
        question: &Q,
        live: &[LivePart],
    ) -> Option<Arc<Vec<Q::Row>>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept
            .iter()
            .position(|kept| kept.question.downcast_ref() == Some(question) && kept.live == live)?;
        let found = kept.remove(place)?;
        let rows = Arc::clone(&found.rows).downcast().ok();
        kept.push_back(found);
        rows
    }

    pub(crate) fn keep<Q: Question>(
        &self,
        question: &Q,
        live: &[LivePart],
        rows: &Arc<Vec<Q::Row>>,
    ) {
        let count = rows.len() + live.len() + 1;
        if count > ROWS {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(Kept {
            question: Box::new(question.clone()),
            live: live.to_vec(),
            rows: Arc::<Vec<Q::Row>>::clone(rows),
            count,
        });
        let mut total: usize = kept.iter().map(|kept| kept.count).sum();
        while total > ROWS {
            let Some(oldest) = kept.pop_front() else {
                break;
            };
            total -= oldest.count;
        }
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::{Scope, Totalled, Totals};
    use jiff::civil::date;

    fn asked(day: i8) -> Totals {
        let scope = Scope::until(date(2019, 4, day));
        Totals { scope }
    }

    #[test]
    fn the_answer_used_longest_ago_goes_first() {
        let answers = Answers::default();
        let keep = |day, rows| {
            answers.keep(&asked(day), &[], &Arc::new(vec![Totalled::default(); rows]));
        };
        let found = |day| answers.find(&asked(day), &[]).map(|rows| rows.len());
        keep(1, ROWS / 2 - 1);
        keep(2, ROWS / 2 - 1);
        assert_eq!(found(1), Some(ROWS / 2 - 1));
        keep(3, 1);
        assert_eq!(
            [found(1).is_some(), found(2).is_some(), found(3).is_some()],
            [true, false, true]
        );
        keep(4, ROWS);
        assert_eq!(
            [found(1).is_some(), found(3).is_some(), found(4).is_some()],
            [true, true, false]
        );
    }
}
