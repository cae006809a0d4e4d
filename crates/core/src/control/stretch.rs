//! The life of a service in stretches: who ran it and who held what, from one change to the next.

use super::arrangement::{Arrangement, Facet, Mode};
use super::standing::Holding;
use crate::dated::When;
use crate::record::RecordId;
use jiff::civil::Date;

/// What held from one moment until the next stretch begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub from: When,
    pub mode: Mode,
    pub provider: Option<RecordId>,
    pub contract: Option<RecordId>,
    /// Who held each facet, in the order of [`Facet::ALL`].
    pub holdings: Vec<Holding>,
}

impl Arrangement {
    /// The whole life, as stated, in order. Facets that nobody stated are as the mode suggests, and
    /// marked as assumed.
    pub fn stretches(&self) -> Vec<Stretch> {
        let stretch = |from: When| {
            let mode = self.mode.from(from).copied().unwrap_or_default();
            let holding = |facet: Facet| {
                let life = self.facets.get(&facet);
                let stated = life.and_then(|life| life.from(from)).copied().flatten();
                Holding {
                    facet,
                    holder: stated.unwrap_or(mode.assumed_holder()),
                    assumed: stated.is_none(),
                }
            };
            Stretch {
                from,
                mode,
                provider: self.provider.from(from).copied().flatten(),
                contract: self.contract.from(from).copied().flatten(),
                holdings: Facet::ALL.map(holding).into(),
            }
        };
        self.moments().into_iter().map(stretch).collect()
    }
}

/// The moment at which another runs a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover {
    pub on: When,
    pub from: Mode,
    pub to: Mode,
    pub provider: Option<RecordId>,
}

impl Handover {
    /// Whether the authority took the service back.
    pub fn is_return(&self) -> bool {
        let own = |mode| matches!(mode, Mode::InHouse | Mode::Shared);
        own(self.to) && !own(self.from)
    }
}

impl Arrangement {
    /// Every change of who runs the service that is known to be one, in the order of time.
    pub fn handovers(&self) -> Vec<Handover> {
        let stretches = self.stretches();
        let changed = |pair: &[Stretch]| {
            let (before, after) = (&pair[0], &pair[1]);
            let is_known = before.mode != Mode::Unknown && after.mode != Mode::Unknown;
            let is_other = (before.mode, before.provider) != (after.mode, after.provider);
            (is_known && is_other).then_some(Handover {
                on: after.from,
                from: before.mode,
                to: after.mode,
                provider: after.provider,
            })
        };
        stretches.windows(2).filter_map(changed).collect()
    }

    /// The handover that the service is judged by: the last on which it came back by a day, or else the
    /// last of any sort.
    pub fn judged_by(&self, until: Date) -> Option<Handover> {
        let mut past = self.handovers();
        past.retain(|handover| handover.on.earliest().is_none_or(|day| day <= until));
        let back = past.iter().rev().find(|handover| handover.is_return());
        back.or(past.last()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Holder;
    use crate::dated::Dated;
    use std::collections::BTreeMap;

    #[test]
    fn a_life_breaks_wherever_anything_changes() {
        let when = |text: &str| text.parse::<When>().expect("a date");
        let mut arrangement = Arrangement {
            service: RecordId([1; 16]),
            mode: Dated::default(),
            provider: Dated::default(),
            contract: Dated::default(),
            facets: BTreeMap::new(),
            source: None,
        };
        assert_eq!(arrangement.stretches(), []);
        let northmere = Some(RecordId([2; 16]));
        arrangement.state(when("unknown"), Mode::Supplier, northmere, None, |_| None);
        let direction = arrangement.facets.entry(Facet::Direction).or_default();
        direction.state(when("2016"), Some(Holder::Both));
        arrangement.state(when("2019-08"), Mode::InHouse, None, None, |_| None);
        let told: Vec<_> = arrangement
            .stretches()
            .into_iter()
            .map(|stretch| {
                let direction = stretch.holdings[Facet::Direction as usize];
                let operation = stretch.holdings[Facet::Operation as usize];
                (
                    stretch.from.to_string(),
                    stretch.provider,
                    (direction.holder, direction.assumed),
                    (operation.holder, operation.assumed),
                )
            })
            .collect();
        let supplier = (Holder::Supplier, true);
        let authority = (Holder::Authority, true);
        assert_eq!(
            told,
            [
                ("unknown".to_owned(), northmere, supplier, supplier),
                (
                    "2016".to_owned(),
                    northmere,
                    (Holder::Both, false),
                    supplier
                ),
                ("2019-08".to_owned(), None, authority, authority),
            ]
        );
    }

    #[test]
    fn a_service_is_judged_by_its_return() {
        let when = |text: &str| text.parse::<When>().expect("a date");
        let mut arrangement = Arrangement {
            service: RecordId([1; 16]),
            mode: Dated::default(),
            provider: Dated::default(),
            contract: Dated::default(),
            facets: BTreeMap::new(),
            source: None,
        };
        let (venture, group) = (Some(RecordId([2; 16])), Some(RecordId([3; 16])));
        for (from, mode, provider) in [
            ("unknown", Mode::InHouse, None),
            ("2006-04-01", Mode::JointVenture, venture),
            ("2018-01-01", Mode::Supplier, group),
            ("2019-08-01", Mode::InHouse, None),
            ("2023", Mode::Supplier, group),
        ] {
            arrangement.state(when(from), mode, provider, None, |_| None);
        }
        let direction = arrangement.facets.entry(Facet::Direction).or_default();
        direction.state(when("2016"), Some(Holder::Both));
        let on: Vec<String> = arrangement
            .handovers()
            .iter()
            .map(|handover| handover.on.to_string())
            .collect();
        assert_eq!(on, ["2006-04-01", "2018-01-01", "2019-08-01", "2023"]);
        for (until, expected) in [
            ("2005-12-31", None),
            ("2019-07-31", Some("2018-01-01")),
            ("2019-08-01", Some("2019-08-01")),
            ("2024-01-01", Some("2019-08-01")),
        ] {
            let judged = arrangement.judged_by(until.parse().expect("a day"));
            assert_eq!(
                judged.map(|it| it.on.to_string()).as_deref(),
                expected,
                "{until}"
            );
        }
    }
}
