//! Whether the authority controls a service on a day.

use super::arrangement::{Arrangement, Facet, Holder, Mode};
use crate::dated::{On, When};
use crate::record::RecordId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Who holds a facet on a day, and whether somebody said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub facet: Facet,
    pub holder: Holder,
    /// Filled in from the mode: counted as possible, never as known.
    pub assumed: bool,
}

/// Whether the authority controls a service on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As stated.
    Controlled,
    /// If what the mode suggests is true.
    AssumedControlled,
    /// Something that decides it is not known.
    Unknown,
    /// If what the mode suggests is true.
    AssumedNotControlled,
    /// As stated.
    NotControlled,
}

impl Standing {
    /// Certainly controlled.
    pub fn is_known(self) -> bool {
        self == Standing::Controlled
    }

    /// Controlled, or perhaps.
    pub fn is_possible(self) -> bool {
        matches!(
            self,
            Standing::Controlled | Standing::AssumedControlled | Standing::Unknown
        )
    }
}

/// What it takes to control a service: who may hold each facet. A facet without a line does not
/// matter for control.
///
/// Controlled means that the authority holds direction and money, and that data and tools are not
/// the supplier's alone; operation is shown as *run in-house* and does not decide control, since an
/// authority that steers and pays can change who runs a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRule {
    pub required: Vec<(Facet, Vec<Holder>)>,
}

impl Default for ControlRule {
    fn default() -> ControlRule {
        ControlRule {
            required: vec![
                (Facet::Direction, vec![Holder::Authority]),
                (Facet::Money, vec![Holder::Authority]),
                (Facet::DataAndTools, vec![Holder::Authority, Holder::Both]),
            ],
        }
    }
}

impl std::fmt::Display for ControlRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (facet, holders)) in self.required.iter().enumerate() {
            let words: Vec<&str> = holders.iter().map(|holder| holder.word()).collect();
            let separator = if i == 0 { "" } else { "; " };
            write!(
                f,
                "{separator}{} held by {}",
                facet.word(),
                words.join(" or ")
            )?;
        }
        Ok(())
    }
}

/// A service on a day: how it is delivered and whether the authority controls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    pub standing: Standing,
    pub mode: Mode,
    pub provider: Option<RecordId>,
    pub contract: Option<RecordId>,
    pub holdings: Vec<Holding>,
    /// The facets that stand against control, or leave it open.
    pub because: Vec<Facet>,
    /// Since when the present mode holds, where it is stated.
    pub since: Option<When>,
    /// The day falls inside a month or year in which the arrangement changed.
    pub changing: bool,
}

/// Judge one service on a day. No arrangement, or none that reaches the day, leaves it unknown.
pub fn control(arrangement: Option<&Arrangement>, day: Date, rule: &ControlRule) -> Control {
    let Some(arrangement) = arrangement else {
        return unknown(rule);
    };
    let mode_on = arrangement.mode.on(day);
    let changing = matches!(mode_on, On::Between(..));
    let mode = mode_on.certain().copied().unwrap_or_default();
    let since = match mode_on {
        On::Value(_) => {
            let reached =
                |(from, _): &(When, &Mode)| from.reached(day).unwrap_or(*from == When::Unknown);
            let mut begun: Vec<_> = arrangement.mode.iter().filter(reached).collect();
            while begun.len() > 1 && begun[begun.len() - 2].1 == begun[begun.len() - 1].1 {
                begun.pop();
            }
            begun.last().map(|(from, _)| *from)
        }
        On::Nothing | On::Between(..) => None,
    };
    let holdings: Vec<Holding> = Facet::ALL
        .map(|facet| holding(arrangement, facet, day, mode))
        .into();
    let mut against: Vec<Facet> = Vec::new();
    let mut open: Vec<Facet> = Vec::new();
    let mut assumed = false;
    let mut assumed_against = true;
    for (facet, allowed) in &rule.required {
        let held = holdings[*facet as usize];
        if held.holder == Holder::Unknown {
            open.push(*facet);
        } else if allowed.contains(&held.holder) {
            assumed |= held.assumed;
        } else {
            against.push(*facet);
            assumed_against &= held.assumed;
        }
    }
    let (standing, because) = match (against.is_empty(), open.is_empty()) {
        (false, _) if assumed_against => (Standing::AssumedNotControlled, against),
        (false, _) => (Standing::NotControlled, against),
        (true, false) => (Standing::Unknown, open),
        (true, true) if assumed => (Standing::AssumedControlled, Vec::new()),
        (true, true) => (Standing::Controlled, Vec::new()),
    };
    Control {
        standing,
        mode,
        provider: arrangement.provider.on(day).certain().copied().flatten(),
        contract: arrangement.contract.on(day).certain().copied().flatten(),
        holdings,
        because,
        since,
        changing,
    }
}

fn unknown(rule: &ControlRule) -> Control {
    let holdings = Facet::ALL.map(|facet| Holding {
        facet,
        holder: Holder::Unknown,
        assumed: false,
    });
    Control {
        standing: Standing::Unknown,
        mode: Mode::Unknown,
        provider: None,
        contract: None,
        holdings: holdings.into(),
        because: rule.required.iter().map(|(facet, _)| *facet).collect(),
        since: None,
        changing: false,
    }
}

fn holding(arrangement: &Arrangement, facet: Facet, day: Date, mode: Mode) -> Holding {
    let stated = arrangement
        .facets
        .get(&facet)
        .map_or(On::Nothing, |life| life.on(day));
    match stated {
        On::Value(Some(holder)) => Holding {
            facet,
            holder: *holder,
            assumed: false,
        },
        On::Value(None) | On::Nothing => Holding {
            facet,
            holder: mode.assumed_holder(),
            assumed: true,
        },
        On::Between(..) => Holding {
            facet,
            holder: Holder::Unknown,
            assumed: false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dated::Dated;
    use jiff::civil::date;
    use std::collections::BTreeMap;

    type Point<'a> = (&'a str, Mode, &'a [(Facet, Holder)]);

    fn arrangement(points: &[Point<'_>]) -> Arrangement {
        let mut arrangement = Arrangement {
            service: RecordId([1; 16]),
            mode: Dated::default(),
            provider: Dated::default(),
            contract: Dated::default(),
            facets: BTreeMap::new(),
            source: None,
        };
        for (from, mode, facets) in points {
            let holder = |facet| {
                facets
                    .iter()
                    .find(|(stated, _)| *stated == facet)
                    .map(|(_, holder)| *holder)
            };
            arrangement.state(from.parse().expect("a date"), *mode, None, None, holder);
        }
        arrangement
    }

    const STEERED: &[(Facet, Holder)] = &[
        (Facet::Direction, Holder::Authority),
        (Facet::Money, Holder::Authority),
        (Facet::DataAndTools, Holder::Both),
    ];

    #[test]
    fn the_rule_by_table() {
        let day = date(2020, 1, 1);
        let rule = ControlRule::default();
        for (mode, facets, standing) in [
            (Mode::InHouse, &[][..], Standing::AssumedControlled),
            (Mode::Supplier, &[][..], Standing::AssumedNotControlled),
            (Mode::JointVenture, &[][..], Standing::AssumedNotControlled),
            (Mode::Unknown, &[][..], Standing::Unknown),
            (Mode::Supplier, STEERED, Standing::Controlled),
            (
                Mode::InHouse,
                &[(Facet::Direction, Holder::Supplier)][..],
                Standing::NotControlled,
            ),
            (
                Mode::Unknown,
                &[(Facet::Direction, Holder::Authority)][..],
                Standing::Unknown,
            ),
            (
                Mode::Supplier,
                &[(Facet::DataAndTools, Holder::Authority)][..],
                Standing::AssumedNotControlled,
            ),
            (
                Mode::InHouse,
                &[(Facet::Operation, Holder::Supplier)][..],
                Standing::AssumedControlled,
            ),
        ] {
            let arrangement = arrangement(&[("2006", mode, facets)]);
            assert_eq!(
                control(Some(&arrangement), day, &rule).standing,
                standing,
                "{mode:?} {facets:?}"
            );
        }
        assert_eq!(control(None, day, &rule).standing, Standing::Unknown);
    }

    #[test]
    fn inside_the_month_of_change_it_is_unknown() {
        let moved = arrangement(&[
            ("2006-04-01", Mode::Supplier, &[]),
            ("2019-08", Mode::InHouse, &[]),
        ]);
        let rule = ControlRule::default();
        assert_eq!(
            control(Some(&moved), date(2019, 7, 31), &rule).standing,
            Standing::AssumedNotControlled
        );
        let inside = control(Some(&moved), date(2019, 8, 15), &rule);
        assert_eq!(
            (inside.standing, inside.changing),
            (Standing::Unknown, true)
        );
        let after = control(Some(&moved), date(2019, 8, 31), &rule);
        assert_eq!(
            (after.standing, after.since),
            (Standing::AssumedControlled, Some(When::Month(2019, 8)))
        );
    }

    #[test]
    fn the_rule_is_printed_with_the_figure() {
        assert_eq!(
            ControlRule::default().to_string(),
            "direction held by authority; money held by authority; data and tools held by authority or both"
        );
    }
}
