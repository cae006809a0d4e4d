//! The life of a service in stretches: who ran it and who held what, from one change to the next.

use super::arrangement::{Arrangement, Facet, Mode};
use super::standing::Holding;
use crate::dated::When;
use crate::record::RecordId;

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
}
