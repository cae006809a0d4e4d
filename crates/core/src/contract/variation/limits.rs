//! The limits of the law on changes without a new procurement, as data.

use crate::contract::Regime;
use crate::contract::terms::some_date;
use crate::pence::Pence;
use jiff::civil::Date;
use serde::Deserialize;
use std::sync::OnceLock;

/// What a limit holds against what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// Each change against the original value.
    Single,
    /// All changes so far together, against the original value.
    Together,
    /// Changes that could as well have been made as one, against the original value.
    Linked,
    /// The days added so far, against the longest term that the contract allowed.
    Term,
}

/// One limit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    pub regime: Regime,
    /// For procurements that began on this day or later, and no later than that one.
    #[serde(default, deserialize_with = "some_date")]
    pub from: Option<Date>,
    #[serde(default, deserialize_with = "some_date")]
    pub until: Option<Date>,
    pub test: Test,
    /// In percent.
    pub share: i64,
    /// In percent, for contracts for works.
    #[serde(default)]
    pub works: Option<i64>,
    /// Whether it limits what is taken away too.
    #[serde(default)]
    pub either_way: bool,
    /// Whether a change must stay below the share; else it may reach it.
    #[serde(default)]
    pub below: bool,
    pub name: String,
    /// Act or regulations, and the provision.
    pub law: String,
    pub says: String,
}

impl Limit {
    /// Whether `part` is more of `whole` than the limit allows.
    pub(super) fn is_crossed(&self, part: i128, whole: i128) -> bool {
        let part = if self.either_way { part.abs() } else { part };
        let (part, limit) = (part * 100, whole * i128::from(self.share));
        part > limit || (self.below && part == limit)
    }
}

/// The limits that come with Handback, `data/variation-limits.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    limit: Vec<Limit>,
}

impl Limits {
    pub fn built_in() -> &'static Limits {
        static LIMITS: OnceLock<Limits> = OnceLock::new();
        LIMITS.get_or_init(|| {
            let text = include_str!("../../../data/variation-limits.toml");
            toml::from_str(text).expect("the limits are read by a test")
        })
    }

    /// Those for a contract of one law that began on a day, which stands for the day on which its
    /// procurement began; none where nobody knows which law governs.
    pub fn of(&self, regime: Regime, began: Option<Date>) -> impl Iterator<Item = &Limit> {
        let holds = move |limit: &&Limit| {
            regime != Regime::Unknown
                && limit.regime == regime
                && limit
                    .from
                    .is_none_or(|from| began.is_some_and(|began| began >= from))
                && limit
                    .until
                    .is_none_or(|until| began.is_some_and(|began| began <= until))
        };
        self.limit.iter().filter(holds)
    }
}

/// A share in tenths of a percent, to the nearest; none of nothing.
pub(super) fn permille(part: Pence, whole: Pence) -> Option<i64> {
    let (part, whole) = (i128::from(part.0), i128::from(whole.0));
    (whole > 0).then(|| {
        let doubled = part * 2_000 + whole * part.signum();
        i64::try_from(doubled / (whole * 2)).unwrap_or(i64::MAX)
    })
}
