//! Does a directorate have reason to trust? What was promised to it and kept, and what else bears on trust, quarter by
//! quarter.

use super::commitment::{Commitment, Confirmed, Standing};
use super::happiness::Score;
use super::work_around::WorkAround;
use crate::control::Share;
use crate::dated::{Period, When};
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// Within so many days somebody who raises a problem again has come back.
pub const AGAIN_WITHIN: i32 = 365;

/// The calendar quarter of a day.
pub fn quarter(day: Date) -> Period {
    let first = (day.month() - 1) / 3 * 3 + 1;
    let from = Date::constant(day.year(), first, 1);
    Period::new(from, (from.saturating_add(2.months())).last_of_month())
}

/// The quarters from the first in which one of these was due up to that of `day`, in order.
pub fn quarters<'a>(
    commitments: impl IntoIterator<Item = &'a Commitment>,
    day: Date,
) -> Vec<Period> {
    let due = commitments
        .into_iter()
        .filter_map(|held| held.due?.earliest());
    let Some(first) = due.filter(|due| *due <= day).min() else {
        return Vec::new();
    };
    let mut quarters = vec![quarter(first)];
    while let Some(last) = quarters.last().filter(|last| last.to < day) {
        quarters.push(quarter(last.to.saturating_add(1.day())));
    }
    quarters
}

/// For whom and when trust is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Of {
    /// None for all directorates together.
    pub directorate: Option<RecordId>,
    pub quarter: Period,
    /// The day as at which everything counts.
    pub day: Date,
}

/// What else is known of a directorate: plain values that other records hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard<'a> {
    /// How confident its people are, as the quarter's release has it; none where it was not asked, or is not shown.
    pub confidence: Option<Score>,
    /// The days on which it raised a problem, in any order.
    pub raised: &'a [Date],
    /// When something was refused to it, and whether with a reason.
    pub refusals: &'a [(When, bool)],
}

/// Refusals of a quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Refused {
    pub with_reason: usize,
    pub without: usize,
}

/// What bears on a directorate's trust in a quarter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trust {
    /// How the commitments stand whose day lies in the quarter.
    pub standings: BTreeMap<Standing, usize>,
    /// Of these, how many the directorate said stand as they are said to.
    pub confirmed: usize,
    /// Kept in time, of all whose day has passed. A commitment of which nobody said what became of it, which the
    /// directorate disputes, or whose dates do not tell, may have been kept. One that was taken back before its
    /// day counts nowhere; one that was taken back after it was missed.
    pub kept: Share,
    /// Work-arounds known at the end of the quarter, or on the day where that comes first.
    pub work_arounds: usize,
    pub confidence: Option<Score>,
    /// Whether a problem was raised in the quarter by somebody who had raised one in the year before; none where nobody
    /// raised one in it.
    pub raised_again: Option<bool>,
    pub refused: Refused,
}

impl Trust {
    /// How many commitments of the quarter stand so.
    pub fn count(&self, standing: Standing) -> usize {
        self.standings.get(&standing).copied().unwrap_or_default()
    }

    /// How many commitments were due in the quarter.
    pub fn due(&self) -> usize {
        self.standings.values().sum()
    }
}

/// What bears on trust in a quarter. A commitment counts in the quarter in which its day lies for certain.
pub fn trust<'a>(
    commitments: impl IntoIterator<Item = &'a Commitment>,
    work_arounds: impl IntoIterator<Item = &'a WorkAround>,
    heard: &Heard<'_>,
    of: Of,
) -> Trust {
    let is_of = |directorate: RecordId| of.directorate.is_none_or(|asked| asked == directorate);
    let mut standings = BTreeMap::new();
    let mut kept = Share::default();
    let mut confirmed = 0;
    for held in commitments {
        if !is_of(held.directorate) || !is_due_in(held, of.quarter) || !is_made(held, of.day) {
            continue;
        }
        let standing = held.standing(of.day);
        *standings.entry(standing).or_default() += 1;
        let (certain, may_be, counts) = weight(standing);
        kept.known += i64::from(certain);
        kept.possible += i64::from(may_be);
        kept.of += i64::from(counts);
        let said = held.confirmation(of.day);
        confirmed += usize::from(said.is_some_and(|(said, _)| said == Confirmed::Yes));
    }
    let end = of.quarter.to.min(of.day);
    let round = work_arounds
        .into_iter()
        .filter(|held| is_of(held.directorate) && held.stands(end));
    Trust {
        standings,
        confirmed,
        kept,
        work_arounds: round.count(),
        confidence: heard.confidence,
        raised_again: raised_again(heard.raised, of.quarter),
        refused: refused(heard.refusals, of.quarter),
    }
}

/// Whether a commitment was kept, may have been, and counts at all.
fn weight(standing: Standing) -> (bool, bool, bool) {
    match standing {
        Standing::Kept => (true, true, true),
        Standing::LateUnsaid | Standing::Disputed | Standing::Unclear => (false, true, true),
        Standing::Missed | Standing::KeptLate => (false, false, true),
        Standing::Open | Standing::NoDay | Standing::Withdrawn => (false, false, false),
    }
}

fn is_due_in(held: &Commitment, quarter: Period) -> bool {
    let days = held.due.map(|due| (due.earliest(), due.latest()));
    matches!(days, Some((Some(first), Some(last))) if quarter.contains(first) && quarter.contains(last))
}

fn is_made(held: &Commitment, day: Date) -> bool {
    held.made_on.reached(day) != Some(false)
}

fn raised_again(raised: &[Date], quarter: Period) -> Option<bool> {
    let mut days: Vec<Date> = raised.to_vec();
    days.sort_unstable();
    let within = |pair: &[Date]| (pair[1] - pair[0]).get_days() <= AGAIN_WITHIN;
    let again = days
        .windows(2)
        .any(|pair| quarter.contains(pair[1]) && within(pair));
    days.iter()
        .any(|day| quarter.contains(*day))
        .then_some(again)
}

fn refused(refusals: &[(When, bool)], quarter: Period) -> Refused {
    let mut refused = Refused::default();
    for (on, reasoned) in refusals {
        let days = on.earliest().zip(on.latest());
        if days.is_some_and(|(first, last)| quarter.contains(first) && quarter.contains(last)) {
            refused.with_reason += usize::from(*reasoned);
            refused.without += usize::from(!*reasoned);
        }
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dated::Dated;
    use crate::engagement::commitment::{Outcome, Word};
    use jiff::civil::date;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const HOUSING: RecordId = RecordId([1; 16]);
    const PLACE: RecordId = RecordId([2; 16]);

    fn promised(due: When, outcome: Option<(Outcome, Date)>) -> Commitment {
        let word = |(outcome, from)| {
            let word = Word {
                outcome,
                reason: None,
                confirmed: (outcome == Outcome::Missed).then_some(Confirmed::Yes),
            };
            Dated::since(When::Day(from), word)
        };
        Commitment {
            text: "Something".into(),
            directorate: HOUSING,
            services: BTreeSet::new(),
            made_on: When::Year(2019),
            due: Some(due),
            owner: None,
            words: outcome.map(word).unwrap_or_default(),
            source: None,
        }
    }

    fn first_quarter(directorate: Option<RecordId>, day: Date) -> Of {
        Of {
            directorate,
            quarter: quarter(date(2020, 2, 1)),
            day,
        }
    }

    /// The worked example of docs/guide/promises.md.
    #[test]
    fn the_share_kept_is_a_range_where_nobody_said_what_became_of_a_promise() {
        let due = When::Day(date(2020, 2, 28));
        let (before, after) = (date(2020, 2, 20), date(2020, 3, 10));
        let mut commitments = vec![
            promised(due, Some((Outcome::Kept, before))),
            promised(due, Some((Outcome::Kept, before))),
            promised(due, Some((Outcome::Kept, after))),
            promised(due, Some((Outcome::Missed, after))),
            promised(due, Some((Outcome::Withdrawn, before))),
            promised(due, Some((Outcome::Withdrawn, after))),
            promised(due, None),
            promised(When::Year(2020), None),
            promised(When::Month(2020, 4), None),
        ];
        commitments.push(Commitment {
            directorate: PLACE,
            ..promised(due, Some((Outcome::Kept, before)))
        });
        let of = first_quarter(Some(HOUSING), date(2020, 12, 31));
        let found = trust(&commitments, [], &Heard::default(), of);
        let Share {
            known,
            possible,
            of,
        } = found.kept;
        assert_eq!((known, possible, of), (2, 3, 6));
        assert_eq!((found.due(), found.confirmed), (7, 1));
        assert_eq!(found.count(Standing::Missed), 2);
        assert_eq!(found.count(Standing::Withdrawn), 1);
        let all = first_quarter(None, date(2020, 12, 31));
        assert_eq!(trust(&commitments, [], &Heard::default(), all).due(), 8);
    }

    #[test]
    fn work_arounds_are_those_at_the_end_of_the_quarter() {
        let held = |since, ended| WorkAround {
            text: "Spreadsheet".into(),
            directorate: HOUSING,
            service: None,
            reason: None,
            known_since: When::Day(since),
            ended: Some(When::Day(ended)),
            source: None,
        };
        let all = [
            held(date(2019, 1, 1), date(2020, 3, 30)),
            held(date(2019, 1, 1), date(2020, 4, 2)),
            held(date(2020, 4, 1), date(2021, 4, 2)),
        ];
        let count = |day| {
            let of = first_quarter(Some(HOUSING), day);
            trust([], &all, &Heard::default(), of).work_arounds
        };
        assert_eq!((count(date(2020, 2, 1)), count(date(2020, 12, 31))), (2, 1));
    }

    #[test]
    fn who_comes_back_within_a_year_and_what_was_refused_are_told() {
        let of = first_quarter(Some(HOUSING), date(2020, 12, 31));
        for (raised, again) in [
            (vec![], None),
            (vec![date(2019, 5, 1)], None),
            (vec![date(2020, 2, 1)], Some(false)),
            (vec![date(2020, 2, 1), date(2019, 1, 1)], Some(false)),
            (vec![date(2020, 2, 1), date(2019, 2, 1)], Some(true)),
            (vec![date(2020, 2, 1), date(2020, 6, 1)], Some(false)),
        ] {
            let heard = Heard {
                raised: &raised,
                ..Heard::default()
            };
            assert_eq!(trust([], [], &heard, of).raised_again, again, "{raised:?}");
        }
        let heard = Heard {
            refusals: &[
                (When::Month(2020, 2), true),
                (When::Month(2020, 2), false),
                (When::Month(2020, 4), false),
                (When::Year(2020), false),
            ],
            ..Heard::default()
        };
        let refused = trust([], [], &heard, of).refused;
        assert_eq!((refused.with_reason, refused.without), (1, 1));
    }

    #[test]
    fn quarters_run_from_the_first_promise_to_the_day() {
        let commitments = [promised(When::Day(date(2019, 11, 30)), None)];
        let found = quarters(&commitments, date(2020, 5, 5));
        let firsts: Vec<Date> = found.iter().map(|quarter| quarter.from).collect();
        assert_eq!(
            firsts,
            [date(2019, 10, 1), date(2020, 1, 1), date(2020, 4, 1)]
        );
        assert_eq!(found[2].to, date(2020, 6, 30));
        assert_eq!(quarters(&commitments, date(2019, 1, 1)), []);
    }

    fn any_outcome() -> impl Strategy<Value = Option<Outcome>> {
        proptest::sample::select(vec![
            None,
            Some(Outcome::Open),
            Some(Outcome::Kept),
            Some(Outcome::Missed),
            Some(Outcome::Withdrawn),
        ])
    }

    proptest! {
        /// The range is one, and what was kept in time is in it, whatever was said and when.
        #[test]
        fn the_range_is_a_range(told in proptest::collection::vec((any_outcome(), 0i32..200), 0..20)) {
            let due = When::Day(date(2020, 2, 28));
            let commitments: Vec<Commitment> = told
                .iter()
                .map(|(outcome, days)| {
                    let from = date(2020, 1, 1) + days.days();
                    promised(due, outcome.map(|outcome| (outcome, from)))
                })
                .collect();
            let of = first_quarter(Some(HOUSING), date(2020, 12, 31));
            let found = trust(&commitments, [], &Heard::default(), of);
            let Share { known, possible, of } = found.kept;
            prop_assert!(0 <= known && known <= possible && possible <= of);
            prop_assert_eq!(found.due(), told.len());
            prop_assert_eq!(of as usize + found.count(Standing::Withdrawn), told.len());
        }
    }
}
