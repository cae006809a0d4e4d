//! Running totals of a contract's variations against its original value and term, and what to look at.

use super::limits::{Limit, Limits, Test, permille};
use super::{Asker, Outcome, Variation};
use crate::contract::Regime;
use crate::dated::When;
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::civil::Date;
use serde::Serialize;

/// Within how many days changes are looked at together.
const WINDOW: i32 = 90;

/// A variation in force, and how the contract stood with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub variation: RecordId,
    pub on: When,
    /// What it adds; none where its price is not known.
    pub price: Option<Pence>,
    /// All that is known so far.
    pub together: Pence,
    /// That, in tenths of a percent of the original value.
    pub share: Option<i64>,
    /// The last day of the term with it.
    pub end: Option<Date>,
    /// The limits that it crosses: those alone, and those that all so far cross with it for the first
    /// time.
    pub crosses: Vec<Crossing>,
}

/// A limit that is crossed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crossing {
    pub name: String,
    pub law: String,
    pub says: String,
}

impl From<&Limit> for Crossing {
    fn from(limit: &Limit) -> Crossing {
        Crossing {
            name: limit.name.clone(),
            law: limit.law.clone(),
            says: limit.says.clone(),
        }
    }
}

/// Variations that look like one change split up: each below a limit, together above it, asked by the
/// same side within a few weeks. A question, never a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Splitting {
    pub variations: Vec<RecordId>,
    pub from: Date,
    pub to: Date,
    pub together: Pence,
    pub limit: Crossing,
}

/// An extension of the term that nobody else could offer for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Extension {
    pub variation: RecordId,
    pub to: When,
    /// None where nobody has said whether it was competed.
    pub competed: Option<bool>,
    pub clause: Option<String>,
}

/// How a contract grew by its variations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Running {
    pub original_value: Option<Pence>,
    pub original_end: Option<Date>,
    pub steps: Vec<Step>,
    pub added: Pence,
    /// How many in force have no known price.
    pub unpriced: usize,
    /// Asked for by the day, and not decided by then.
    pub open: usize,
    pub by_asker: Vec<(Option<Asker>, Pence)>,
    pub splitting: Vec<Splitting>,
    /// Not competed, or not known to be.
    pub extensions: Vec<Extension>,
}

/// What a contract was before any variation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Original {
    pub value: Option<Pence>,
    pub start: Option<Date>,
    pub end: Option<Date>,
    /// With all extensions that it allowed from the beginning.
    pub longest_end: Option<Date>,
    pub regime: Regime,
}

/// How a contract grew up to and on a day.
pub fn running(
    original: &Original,
    variations: &[(RecordId, &Variation)],
    limits: &Limits,
    day: Date,
) -> Running {
    let mut in_force: Vec<(RecordId, &Variation)> = variations
        .iter()
        .filter(|(_, variation)| variation.is_in_force(day))
        .copied()
        .collect();
    in_force.sort_by_key(|(id, variation)| (variation.moment(), variation.reference.clone(), *id));
    let (mut together, mut end) = (Pence::ZERO, original.end);
    let mut crossed: Vec<&str> = Vec::new();
    let mut steps = Vec::with_capacity(in_force.len());
    for (id, variation) in &in_force {
        together += variation.price.unwrap_or_default();
        let extended = variation.extends_to.and_then(When::latest);
        end = end.max(extended);
        let mut crosses = Vec::new();
        for limit in limits.of(original.regime, original.start) {
            let is_crossed = match limit.test {
                Test::Single => over(limit, variation.price, original.value),
                Test::Together => over(limit, Some(together), original.value),
                Test::Term => extended.is_some() && longer(limit, original, end),
                Test::Linked => false,
            };
            let is_new = limit.test == Test::Single || !crossed.contains(&limit.law.as_str());
            if is_crossed && is_new {
                crossed.push(&limit.law);
                crosses.push(Crossing::from(limit));
            }
        }
        steps.push(Step {
            variation: *id,
            on: variation.moment(),
            price: variation.price,
            together,
            share: original.value.and_then(|value| permille(together, value)),
            end,
            crosses,
        });
    }
    let unpriced = in_force.iter().filter(|(_, it)| it.price.is_none()).count();
    // What was decided later, and what was not asked yet, is not open on the day.
    let open = |(_, it): &&(RecordId, &Variation)| {
        let is_asked = it.asked_on.is_none_or(|on| on.reached(day) != Some(false));
        let is_decided = matches!(
            it.outcome,
            Some(Outcome::Accepted | Outcome::Rejected | Outcome::Withdrawn)
        );
        let is_decided_later = it
            .decided_on
            .is_some_and(|on| on.reached(day) == Some(false));
        is_asked && (!is_decided || is_decided_later)
    };
    Running {
        original_value: original.value,
        original_end: original.end,
        added: together,
        unpriced,
        open: variations.iter().filter(open).count(),
        by_asker: by_asker(&in_force),
        splitting: splitting(original, &in_force, limits),
        extensions: in_force
            .iter()
            .filter_map(|(id, it)| extension(*id, it))
            .collect(),
        steps,
    }
}

fn over(limit: &Limit, price: Option<Pence>, value: Option<Pence>) -> bool {
    let (Some(price), Some(value)) = (price, value) else {
        return false;
    };
    limit.is_crossed(i128::from(price.0), i128::from(value.0))
}

/// Whether the term is longer than the longest that the contract allowed by more than the limit.
fn longer(limit: &Limit, original: &Original, end: Option<Date>) -> bool {
    let longest = original.longest_end.or(original.end);
    let (Some(start), Some(longest), Some(end)) = (original.start, longest, end) else {
        return false;
    };
    let days = |from: Date, to: Date| i128::from((to - from).get_days());
    limit.is_crossed(days(longest, end), days(start, longest) + 1)
}

fn by_asker(in_force: &[(RecordId, &Variation)]) -> Vec<(Option<Asker>, Pence)> {
    let askers = [
        Some(Asker::Authority),
        Some(Asker::Supplier),
        Some(Asker::Law),
        None,
    ];
    let sum = |asker: Option<Asker>| {
        let theirs = in_force.iter().filter(|(_, it)| it.asked_by == asker);
        let prices: Vec<Pence> = theirs.filter_map(|(_, it)| it.price).collect();
        (!prices.is_empty()).then(|| (asker, prices.into_iter().sum()))
    };
    askers.into_iter().filter_map(sum).collect()
}

fn extension(id: RecordId, variation: &Variation) -> Option<Extension> {
    let to = variation.extends_to?;
    (variation.competed != Some(true)).then(|| Extension {
        variation: id,
        to,
        competed: variation.competed,
        clause: variation.clause.clone(),
    })
}

/// Runs of changes by one asker within [`WINDOW`] days, none of which crosses the lowest limit on
/// changes that are taken together by itself, and which do together. Each run is as long as it can be.
fn splitting(
    original: &Original,
    in_force: &[(RecordId, &Variation)],
    limits: &Limits,
) -> Vec<Splitting> {
    let together = limits.of(original.regime, original.start);
    let together = together.filter(|limit| matches!(limit.test, Test::Together | Test::Linked));
    let (Some(value), Some(limit)) = (original.value, together.min_by_key(|limit| limit.share))
    else {
        return Vec::new();
    };
    let mut found: Vec<Splitting> = Vec::new();
    for asker in [Some(Asker::Authority), Some(Asker::Supplier), None] {
        let small = |(id, it): &(RecordId, &Variation)| {
            let (on, price) = (it.moment().earliest()?, it.price?);
            let counts = it.asked_by == asker
                && price > Pence::ZERO
                && !limit.is_crossed(i128::from(price.0), i128::from(value.0));
            counts.then_some((on, price, *id))
        };
        let mut small: Vec<(Date, Pence, RecordId)> = in_force.iter().filter_map(small).collect();
        small.sort();
        let mut reached = 0;
        for (place, (from, ..)) in small.iter().enumerate() {
            let inside = |(on, ..): &(Date, Pence, RecordId)| (*on - *from).get_days() <= WINDOW;
            let end = place + small[place..].iter().take_while(|it| inside(it)).count();
            let run = &small[place..end];
            let together: Pence = run.iter().map(|(_, price, _)| *price).sum();
            let is_over = limit.is_crossed(i128::from(together.0), i128::from(value.0));
            if end <= reached || run.len() < 2 || !is_over {
                continue;
            }
            reached = end;
            found.push(Splitting {
                variations: run.iter().map(|(.., id)| *id).collect(),
                from: *from,
                to: run[run.len() - 1].0,
                together,
                limit: limit.into(),
            });
        }
    }
    found.sort_by(|one, other| (one.from, &one.variations).cmp(&(other.from, &other.variations)));
    found
}
