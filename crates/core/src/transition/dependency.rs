//! Which services stop when one stops.

use crate::record::RecordId;
use std::collections::{BTreeMap, BTreeSet};

/// Which services stop without which others, turned round: for each, those that name it as needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependents(BTreeMap<RecordId, BTreeSet<RecordId>>);

impl Dependents {
    /// From what each service depends on.
    pub fn of<'a>(
        services: impl IntoIterator<Item = (RecordId, &'a BTreeSet<RecordId>)>,
    ) -> Dependents {
        let mut dependents = Dependents::default();
        for (service, needs) in services {
            for need in needs {
                dependents.0.entry(*need).or_default().insert(service);
            }
        }
        dependents
    }

    /// What stops when these stop: each service once, with a shortest way from one of them to it, both
    /// ends included. A circle of services is walked once.
    pub fn stopped_by(&self, first: &BTreeSet<RecordId>) -> Vec<Vec<RecordId>> {
        let mut reached = first.clone();
        let mut ways: Vec<Vec<RecordId>> = first.iter().map(|id| vec![*id]).collect();
        let mut next = 0;
        while let Some(way) = ways.get(next).cloned() {
            next += 1;
            let stopped = way.last().and_then(|last| self.0.get(last));
            for service in stopped.into_iter().flatten() {
                if reached.insert(*service) {
                    ways.push(way.iter().copied().chain([*service]).collect());
                }
            }
        }
        ways
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(number: u8) -> RecordId {
        RecordId([number; 16])
    }

    fn dependents(needs: &BTreeMap<RecordId, BTreeSet<RecordId>>) -> Dependents {
        Dependents::of(needs.iter().map(|(service, needs)| (*service, needs)))
    }

    #[test]
    fn what_stops_is_followed_and_the_way_is_shown() {
        let needs = BTreeMap::from([
            (id(2), BTreeSet::from([id(1)])),
            (id(3), BTreeSet::from([id(2)])),
            (id(4), BTreeSet::from([id(1), id(3)])),
            (id(5), BTreeSet::from([id(6)])),
        ]);
        let ways = dependents(&needs).stopped_by(&BTreeSet::from([id(1)]));
        let expected = [
            vec![id(1)],
            vec![id(1), id(2)],
            vec![id(1), id(4)],
            vec![id(1), id(2), id(3)],
        ];
        assert_eq!(ways, expected);
    }

    proptest! {
        /// In any graph, circles included: each way is one, each service comes once, and all that
        /// depend on a reached service are reached.
        #[test]
        fn the_closure_is_complete_and_ends(
            edges in proptest::collection::vec((0u8..12, 0u8..12), 0..40), start in 0u8..12,
        ) {
            let mut needs: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
            for (service, need) in edges {
                needs.entry(id(service)).or_default().insert(id(need));
            }
            let first = BTreeSet::from([id(start)]);
            let ways = dependents(&needs).stopped_by(&first);
            let reached: BTreeSet<RecordId> =
                ways.iter().filter_map(|way| way.last().copied()).collect();
            prop_assert_eq!(reached.len(), ways.len());
            for way in &ways {
                prop_assert_eq!(way[0], id(start));
                for pair in way.windows(2) {
                    prop_assert!(needs[&pair[1]].contains(&pair[0]));
                }
            }
            for (service, needs) in &needs {
                if !needs.is_disjoint(&reached) {
                    prop_assert!(reached.contains(service));
                }
            }
        }
    }
}
