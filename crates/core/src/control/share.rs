//! What share of the services, or of their yearly cost, the authority controls.

use super::standing::Standing;
use crate::pence::Pence;
use serde::{Deserialize, Serialize};

/// A share as a range, because some of it is unknown or only assumed: at least `known`, at most
/// `possible`, out of `of`. Counts, or pence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub known: i64,
    pub possible: i64,
    pub of: i64,
}

impl Share {
    /// Hundredths of a percent, rounded down for the known end; none of nothing.
    pub fn known_share(&self) -> Option<i64> {
        ratio(self.known, self.of)
    }

    /// Hundredths of a percent, rounded up for the possible end; none of nothing.
    pub fn possible_share(&self) -> Option<i64> {
        ratio(self.of - self.possible, self.of).map(|rest| 10_000 - rest)
    }
}

fn ratio(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (i128::from(part) * 10_000 / i128::from(whole)) as i64)
}

/// The share of services that are controlled, each counting as one.
pub fn share_by_count(standings: impl IntoIterator<Item = Standing>) -> Share {
    standings
        .into_iter()
        .fold(Share::default(), |share, standing| Share {
            known: share.known + i64::from(standing.is_known()),
            possible: share.possible + i64::from(standing.is_possible()),
            of: share.of + 1,
        })
}

/// The share of stated yearly cost that is controlled, in pence, and what had to be assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostShare {
    /// Hundredths of a percent; none when no service has a stated cost.
    pub known: Option<i64>,
    pub possible: Option<i64>,
    /// The stated costs of all services.
    pub stated: Pence,
    /// The stated costs of the services certainly controlled.
    pub stated_controlled: Pence,
    /// How many services have no stated cost. Each is taken to cost between nothing and as much as
    /// the dearest service whose cost is stated: that is why the share is a range.
    pub without_cost: u32,
    /// The dearest stated cost.
    pub dearest: Pence,
}

/// The share of yearly cost that is controlled. A service without a stated cost counts anywhere
/// between nothing and the dearest stated cost, whichever makes the range widest.
pub fn share_by_cost(services: impl IntoIterator<Item = (Standing, Option<Pence>)>) -> CostShare {
    let services: Vec<_> = services.into_iter().collect();
    let dearest = services
        .iter()
        .filter_map(|(_, cost)| *cost)
        .max()
        .unwrap_or_default();
    let mut share = CostShare {
        dearest,
        ..CostShare::default()
    };
    let (mut possible, mut uncosted_known, mut uncosted_possible) = (Pence::ZERO, 0i64, 0i64);
    for (standing, cost) in services {
        match cost {
            Some(cost) => {
                share.stated += cost;
                if standing.is_known() {
                    share.stated_controlled += cost;
                }
                if standing.is_possible() {
                    possible += cost;
                }
            }
            None => {
                share.without_cost += 1;
                uncosted_known += i64::from(standing.is_known());
                uncosted_possible += i64::from(standing.is_possible());
            }
        }
    }
    let uncosted = i64::from(share.without_cost);
    // Lowest: what is not certainly controlled costs the most, what is controlled costs nothing.
    let low_whole = share.stated.0 + (uncosted - uncosted_known) * dearest.0;
    share.known = ratio(share.stated_controlled.0, low_whole);
    // Highest: what may be controlled costs the most, the rest nothing.
    let high_part = possible.0 + uncosted_possible * dearest.0;
    let high_whole = share.stated.0 + uncosted_possible * dearest.0;
    share.possible = Share {
        known: 0,
        possible: high_part,
        of: high_whole,
    }
    .possible_share();
    share
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The worked example of docs/measures/control-share.md.
    #[test]
    fn share_by_cost_with_an_unknown_cost() {
        let share = share_by_cost([
            (Standing::Controlled, Some(Pence(6_000_000))),
            (Standing::NotControlled, Some(Pence(4_000_000))),
            (Standing::NotControlled, None),
        ]);
        assert_eq!((share.known, share.possible), (Some(3_750), Some(6_000)));
        assert_eq!(share_by_cost([(Standing::Controlled, None)]).known, None);
    }

    fn any_standing() -> impl Strategy<Value = Standing> {
        proptest::sample::select(vec![
            Standing::Controlled,
            Standing::AssumedControlled,
            Standing::Unknown,
            Standing::AssumedNotControlled,
            Standing::NotControlled,
        ])
    }

    proptest! {
        #[test]
        fn the_range_is_a_range(services in proptest::collection::vec(
            (any_standing(), proptest::option::of((0i64..10_000_000).prop_map(Pence))), 0..20)) {
            let count = share_by_count(services.iter().map(|(standing, _)| *standing));
            prop_assert!(count.known <= count.possible && count.possible <= count.of);
            let cost = share_by_cost(services);
            if let (Some(known), Some(possible)) = (cost.known, cost.possible) {
                prop_assert!(0 <= known && known <= possible && possible <= 10_000, "{known} {possible}");
            }
        }
    }
}
