//! Did the way in which problems are dealt with change when the services came back? Counts for the time before and the time
//! after, each with how many it rests on and what is not known.
//!
//! A supplier that is paid by the change offers changes; a team of one's own is told problems. So the figures are: how
//! many requests began as problems, how many priced changes the supplier raised, what was tried and decided, how long a useful
//! answer took, and which benefits their owners confirm.

use super::benefit::{Benefit, Realised};
use super::problem::{Began, Problem, RaisedBy, folded};
use super::trial::{Trial, Trying};
use crate::contract::Variation;
use crate::contract::variation::Asker;
use crate::control::{Handover, Share};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// The day on which services came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Return {
    pub on: When,
    /// How many came back on it.
    pub services: usize,
}

/// The day by which before and after are told apart: that on which most services had come back by `day`; the first of several.
pub fn main_return(handovers: impl IntoIterator<Item = Handover>, day: Date) -> Option<Return> {
    let mut days: BTreeMap<When, usize> = BTreeMap::new();
    for handover in handovers {
        let known = handover.on.earliest().is_some_and(|on| on <= day);
        if handover.is_return() && known {
            *days.entry(handover.on).or_default() += 1;
        }
    }
    let most = days.values().copied().max()?;
    let mut days = days.into_iter();
    let (on, services) = days.find(|(_, services)| *services == most)?;
    Some(Return { on, services })
}

/// The same figure for the time before the return and the time after; without a return, all of it is before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Halves<T> {
    pub before: T,
    pub after: T,
}

/// What is known of one half, sorted by when it happened.
struct Sorted<T> {
    before: Vec<T>,
    after: Vec<T>,
    /// Of which nobody can tell whether it was before or after.
    undated: usize,
}

impl<T> Sorted<T> {
    /// What had begun by `day`.
    fn of(all: impl Iterator<Item = (When, T)>, since: Option<Return>, day: Date) -> Sorted<T> {
        let mut sorted = Sorted {
            before: Vec::new(),
            after: Vec::new(),
            undated: 0,
        };
        for (when, item) in all.filter(|(when, _)| when.reached(day) != Some(false)) {
            match since.map(|since| is_after(when, since.on)) {
                None | Some(Some(false)) => sorted.before.push(item),
                Some(Some(true)) => sorted.after.push(item),
                Some(None) => sorted.undated += 1,
            }
        }
        sorted
    }

    fn halves<F>(&self, figure: impl Fn(&[T]) -> F) -> Halves<F> {
        Halves {
            before: figure(&self.before),
            after: figure(&self.after),
        }
    }
}

/// Whether something happened on the day of the return or later; none where its date, or that of the return, is too coarse.
fn is_after(when: When, since: When) -> Option<bool> {
    match (
        when.earliest(),
        when.latest(),
        since.earliest(),
        since.latest(),
    ) {
        (_, Some(latest), Some(since), _) if latest < since => Some(false),
        (Some(earliest), _, _, Some(since)) if earliest >= since => Some(true),
        _ => None,
    }
}

/// What people asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Heard {
    /// How many began as problems, of all that were heard; possibly also those of which nobody said.
    pub as_problems: Share,
    pub by_business: usize,
    pub by_it: usize,
    pub by_supplier: usize,
    pub by_unknown: usize,
}

/// Changes of contracts that were offered or asked for at a price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PricedChanges {
    /// How many the supplier raised, of all with a price; possibly also those of which nobody said who raised them.
    pub by_supplier: Share,
    /// The same in pence.
    pub by_supplier_pence: Share,
    /// How many state no price, and are in neither.
    pub unpriced: usize,
    /// How many take away from the price or leave it, and are in neither.
    pub reductions: usize,
}

/// What was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Trials {
    pub started: usize,
    pub decided: usize,
    /// Past their end and not decided.
    pub overdue: usize,
}

/// How long it took from being heard to the first useful answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AnswerTime {
    pub answered: usize,
    /// Without a useful answer yet: each counts as at least so long as it has waited.
    pub waiting: usize,
    /// Half took no longer, in days.
    pub median_days: Option<u32>,
    /// Whether the median may yet turn out longer.
    pub at_least: bool,
    /// Without exact dates, and in no median.
    pub uncounted: usize,
}

/// What was to become better by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Benefits {
    /// How many their owners confirm, of all that were due; possibly also those of which the owner has not said.
    pub confirmed: Share,
    pub denied: usize,
    pub unsaid: usize,
}

/// What lies too near the return, or has no date, to be counted before or after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Undated {
    pub problems: usize,
    pub changes: usize,
    pub trials: usize,
    pub benefits: usize,
}

/// The figures of both halves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Innovation {
    pub since: Option<Return>,
    pub heard: Halves<Heard>,
    pub changes: Halves<PricedChanges>,
    pub trials: Halves<Trials>,
    pub answers: Halves<AnswerTime>,
    pub benefits: Halves<Benefits>,
    pub undated: Undated,
}

/// What the figures rest on.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    pub problems: &'a BTreeMap<RecordId, Problem>,
    pub variations: &'a BTreeMap<RecordId, Variation>,
    pub trials: &'a BTreeMap<RecordId, Trial>,
    pub benefits: &'a BTreeMap<RecordId, Benefit>,
}

/// The figures as they stood on `day`.
pub fn innovation(evidence: &Evidence<'_>, since: Option<Return>, day: Date) -> Innovation {
    let answered = first_answers(evidence.problems, day);
    let problems = evidence.problems.iter();
    let problems = problems.map(|(id, held)| (held.heard(), (held, answered[id])));
    let problems = Sorted::of(problems, since, day);
    let variations = evidence.variations.values();
    let changes = variations.map(|held| {
        let raised = held.asked_on.or(held.decided_on);
        (raised.unwrap_or(When::Unknown), held)
    });
    let changes = Sorted::of(changes, since, day);
    let trials = evidence.trials.values().map(|held| (held.started_on, held));
    let trials = Sorted::of(trials, since, day);
    let benefits = evidence.benefits.values().map(|held| (held.due, held));
    let benefits = Sorted::of(benefits, since, day);
    Innovation {
        since,
        heard: problems.halves(heard),
        changes: changes.halves(priced),
        trials: trials.halves(|all| tried(all, day)),
        answers: problems.halves(|all| answer_time(all, day)),
        benefits: benefits.halves(|all| realised(all, day)),
        undated: Undated {
            problems: problems.undated,
            changes: changes.undated,
            trials: trials.undated,
            benefits: benefits.undated,
        },
    }
}

/// When each problem was first answered: a problem that is told with another is answered with it.
fn first_answers(
    problems: &BTreeMap<RecordId, Problem>,
    day: Date,
) -> BTreeMap<RecordId, Option<When>> {
    let own = |held: &Problem| held.answered_on.filter(|on| on.reached(day) != Some(false));
    let mut answered: BTreeMap<_, _> = problems.iter().map(|(id, held)| (*id, own(held))).collect();
    for (into, merged) in folded(problems, day) {
        for id in merged {
            let with_it = answered[&into];
            answered
                .entry(id)
                .and_modify(|answer| *answer = answer.or(with_it));
        }
    }
    answered
}

fn heard(all: &[(&Problem, Option<When>)]) -> Heard {
    let count = |is: &dyn Fn(&Problem) -> bool| all.iter().filter(|(held, _)| is(held)).count();
    let began = |began| count(&|held| held.began == began) as i64;
    let by = |by| count(&|held| held.raised_by == by);
    let known = began(Some(Began::Problem));
    Heard {
        as_problems: Share {
            known,
            possible: known + began(None),
            of: all.len() as i64,
        },
        by_business: by(Some(RaisedBy::Business)),
        by_it: by(Some(RaisedBy::It)),
        by_supplier: by(Some(RaisedBy::Supplier)),
        by_unknown: by(None),
    }
}

fn priced(all: &[&Variation]) -> PricedChanges {
    let mut priced = PricedChanges::default();
    for held in all {
        let price = match held.price {
            None => {
                priced.unpriced += 1;
                continue;
            }
            Some(price) if price <= Pence::ZERO => {
                priced.reductions += 1;
                continue;
            }
            Some(price) => price,
        };
        for (share, size) in [
            (&mut priced.by_supplier, 1),
            (&mut priced.by_supplier_pence, price.0),
        ] {
            share.of += size;
            share.known += size * i64::from(held.asked_by == Some(Asker::Supplier));
            let may_be = matches!(held.asked_by, Some(Asker::Supplier) | None);
            share.possible += size * i64::from(may_be);
        }
    }
    priced
}

fn tried(all: &[&Trial], day: Date) -> Trials {
    let count = |standing| {
        all.iter()
            .filter(|held| held.standing(day) == standing)
            .count()
    };
    Trials {
        started: all.len() - count(Trying::Planned),
        decided: count(Trying::Decided),
        overdue: count(Trying::Overdue),
    }
}

fn realised(all: &[&Benefit], day: Date) -> Benefits {
    let count = |standing| {
        all.iter()
            .filter(|held| held.standing(day) == standing)
            .count()
    };
    let (confirmed, denied) = (count(Realised::Confirmed), count(Realised::Denied));
    let unsaid = all.len() - confirmed - denied;
    Benefits {
        confirmed: Share {
            known: confirmed as i64,
            possible: (confirmed + unsaid) as i64,
            of: all.len() as i64,
        },
        denied,
        unsaid,
    }
}

fn answer_time(all: &[(&Problem, Option<When>)], day: Date) -> AnswerTime {
    let mut time = AnswerTime::default();
    // Days, and whether it is not over.
    let mut took: Vec<(u32, bool)> = Vec::new();
    for (held, answered) in all {
        let until = match answered {
            None => {
                time.waiting += 1;
                Some((day, true))
            }
            Some(on) => {
                time.answered += 1;
                exact(*on).map(|on| (on, false))
            }
        };
        let days = exact(held.heard())
            .zip(until)
            .and_then(|(heard, (until, open))| {
                let days = until.since(heard).ok()?.get_days();
                Some((u32::try_from(days).ok()?, open))
            });
        match days {
            Some(days) => took.push(days),
            None => time.uncounted += 1,
        }
    }
    if let Some(place) = took.len().checked_sub(1).map(|last| last / 2) {
        let median = |open: fn(u32) -> u32| {
            let mut days: Vec<u32> = took
                .iter()
                .map(|(days, is_open)| if *is_open { open(*days) } else { *days })
                .collect();
            days.sort_unstable();
            days[place]
        };
        let least = median(|so_far| so_far);
        time.median_days = Some(least);
        // However long the open ones take yet, it is the same, or it is not known.
        time.at_least = median(|_| u32::MAX) != least;
    }
    time
}

fn exact(when: When) -> Option<Date> {
    match when {
        When::Day(day) => Some(day),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
