//! The terms of one contract as plain numbers, each with its clause: what the clock is made from.
//! They come from a file of terms (docs/measures/contract-clock.md) or from [`super::Clause`] records.

use super::Regime;
use super::length::Length;
use crate::calendar::Nation;
use crate::pence::Pence;
use jiff::civil::Date;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// What a contract says about its own time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What people call the contract.
    #[serde(default)]
    pub title: Option<String>,
    /// The first day of the term; none where nobody knows it and [`Terms::end`] is known.
    #[serde(default, deserialize_with = "some_date")]
    pub start: Option<Date>,
    /// When it was entered into; the start when nobody said.
    #[serde(default, deserialize_with = "some_date")]
    pub signed: Option<Date>,
    /// How long the first term lasts.
    #[serde(default)]
    pub initial_term: Option<Lasting>,
    /// The last day of the term as it was last agreed, before any automatic renewal; it stands
    /// before [`Terms::initial_term`].
    #[serde(default, deserialize_with = "some_date")]
    pub end: Option<Date>,
    #[serde(default)]
    pub renewal: Option<Renewal>,
    /// The routes by which it can be ended, each with its notice.
    #[serde(default)]
    pub notice: Vec<Notice>,
    /// Help of the outgoing supplier around the end.
    #[serde(default)]
    pub assistance: Option<Assistance>,
    /// What falls due by the contract itself.
    #[serde(default)]
    pub duty: Vec<Duty>,
    /// What takes time before the authority can be out.
    #[serde(default)]
    pub lead: Vec<Lead>,
    /// Days on which nothing may be cut over.
    #[serde(default)]
    pub blackout: Vec<Blackout>,
    /// A notice that was given.
    #[serde(default)]
    pub served: Option<Served>,
    /// The day on which the service is taken over; the day after the term when nobody said.
    #[serde(default, deserialize_with = "some_date")]
    pub transfer: Option<Date>,
    /// Whether people move with the service.
    #[serde(default)]
    pub staff_transfer: Option<bool>,
    #[serde(default)]
    pub regime: Regime,
    /// What it is worth over its term, VAT included, as the thresholds of the law count it.
    #[serde(default, deserialize_with = "some_pounds")]
    pub value: Option<Pence>,
    /// A light touch contract (Procurement Act 2023, section 9).
    #[serde(default)]
    pub light_touch: bool,
    /// Whose bank holidays count.
    #[serde(default)]
    pub nation: Nation,
}

impl Terms {
    /// Terms of which only the first day is known.
    pub fn from(start: Option<Date>) -> Terms {
        Terms {
            title: None,
            start,
            signed: None,
            initial_term: None,
            end: None,
            renewal: None,
            notice: Vec::new(),
            assistance: None,
            duty: Vec::new(),
            lead: Vec::new(),
            blackout: Vec::new(),
            served: None,
            transfer: None,
            staff_transfer: None,
            regime: Regime::default(),
            value: None,
            light_touch: false,
            nation: Nation::default(),
        }
    }

    /// The last day of the first term by its length.
    pub fn first_end(&self) -> Option<Date> {
        let length = self.initial_term.as_ref()?.length?;
        Some(length.last_day(self.start?, self.nation))
    }
}

/// A length as a clause states it. In a file: `{ months = 3 }`, `{ working_days = 20, clause = "4.1" }`
/// or `"unknown"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lasting {
    /// None where nobody has read the clause yet.
    pub length: Option<Length>,
    pub clause: Option<String>,
    /// Whether it only stands in a template until a person has confirmed it.
    pub assumed: bool,
}

impl Lasting {
    pub fn of(length: Length) -> Lasting {
        Lasting {
            length: Some(length),
            ..Lasting::default()
        }
    }
}

/// What happens when the term has run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    pub kind: RenewalKind,
    /// How long each renewal or extension lasts.
    pub every: Lasting,
    /// How often at most; without, it goes on until somebody ends it.
    #[serde(default)]
    pub at_most: Option<u32>,
    /// How many extensions have been taken up, where each is a choice.
    #[serde(default)]
    pub taken: u32,
    /// Who decides on an extension.
    #[serde(default)]
    pub decided_by: Option<String>,
    #[serde(default)]
    pub clause: Option<String>,
}

/// Whether a term goes on by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenewalKind {
    /// It goes on unless notice is given in time.
    Automatic,
    /// It ends unless somebody extends it.
    Option,
}

/// A route by which the contract can be ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// `end-at-term`, `no-fault`, `break`, `fault`, or as the contract calls it.
    pub route: String,
    /// How long before it takes effect it must be given.
    #[serde(default)]
    pub at_least: Lasting,
    /// How long before it takes effect it can be given at the earliest.
    #[serde(default)]
    pub at_most: Option<Lasting>,
    /// The day on which it takes effect, for a break date.
    #[serde(default, deserialize_with = "some_date")]
    pub on: Option<Date>,
    /// What it costs to end the contract so.
    #[serde(default, deserialize_with = "some_pounds")]
    pub cost: Option<Pence>,
    /// Who may give it; both when nobody said.
    #[serde(default)]
    pub given_by: Option<String>,
    /// In which form: letter, e-mail, to whom.
    #[serde(default)]
    pub form: Option<String>,
    /// How long before its last day somebody wants to be warned.
    #[serde(default)]
    pub warn: Option<Lasting>,
    #[serde(default)]
    pub clause: Option<String>,
}

/// The route by which a contract is kept from going on at the end of a term.
pub const END_AT_TERM: &str = "end-at-term";
/// The route by which it is ended at any time.
pub const NO_FAULT: &str = "no-fault";
/// The route for breaches; its notice is the time to put them right.
pub const FAULT: &str = "fault";

/// Termination assistance: the supplier's help around the end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assistance {
    /// How long before the end it must be asked for.
    #[serde(default)]
    pub before_end: Option<Lasting>,
    /// How long after a termination notice it can still be asked for.
    #[serde(default)]
    pub after_notice: Option<Lasting>,
    /// How long it lasts at most once the services have ended.
    #[serde(default)]
    pub lasts: Option<Lasting>,
    /// When it was asked for.
    #[serde(default, deserialize_with = "some_date")]
    pub asked_for: Option<Date>,
    /// Whether nothing may be changed or let go meanwhile without consent,
    #[serde(default)]
    pub freezes: bool,
    /// and by which clause.
    #[serde(default)]
    pub freeze_clause: Option<String>,
    #[serde(default)]
    pub clause: Option<String>,
}

/// Something that falls due by the contract.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duty {
    pub what: String,
    /// From which day it is counted.
    #[serde(default)]
    pub of: Anchor,
    /// Counted back from that day at first,
    #[serde(default)]
    pub before: Option<Lasting>,
    /// and then forward.
    #[serde(default)]
    pub after: Option<Lasting>,
    /// How often again, until the term ends.
    #[serde(default)]
    pub every: Option<Lasting>,
    /// The day itself, where the contract names one.
    #[serde(default, deserialize_with = "some_date")]
    pub on: Option<Date>,
    #[serde(default)]
    pub clause: Option<String>,
    /// Whether it only stands in a template until a person has confirmed it.
    #[serde(default)]
    pub assumed: bool,
}

/// A day from which something is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    #[default]
    Start,
    /// When the contract was entered into.
    Signing,
    /// The last day of the term.
    End,
    /// When notice was given.
    Notice,
    /// The first of a notice and twelve months before the end, from which published templates count
    /// the lists of staff (domain: employment exit provisions).
    Exit,
    /// When the service is taken over.
    Transfer,
}

/// Something that takes time before the authority can be out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    pub what: LeadKind,
    pub takes: Lasting,
    #[serde(default)]
    pub clause: Option<String>,
}

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeadKind {
    /// From a proposal to a decision that binds: cabinet, board, call-in.
    Approval,
    /// From a decision to a contract with a successor, where there is to be one.
    Procurement,
    /// From the start of moving to the cutover.
    Transition,
    /// Informing and consulting staff (TUPE Regulations 2006, regulation 13).
    Consultation,
}

/// Days on which nothing may be cut over; both ends are among them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blackout {
    pub what: String,
    #[serde(deserialize_with = "date")]
    pub from: Date,
    #[serde(deserialize_with = "date")]
    pub to: Date,
}

/// A notice that was given.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Served {
    #[serde(deserialize_with = "date")]
    pub on: Date,
    pub route: String,
}

/// Terms that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotTerms(pub String);

impl std::str::FromStr for Terms {
    type Err = NotTerms;
    /// Terms as a file states them (TOML). The message names line, value and what to write.
    fn from_str(text: &str) -> Result<Terms, NotTerms> {
        let terms: Terms = toml::from_str(text).map_err(|error| NotTerms(error.to_string()))?;
        let refused = |reason: String| Err(NotTerms(reason));
        if let Some(renewal) = &terms.renewal {
            if renewal
                .every
                .length
                .is_some_and(|length| length.number == 0)
            {
                return refused(
                    "renewal: every must be at least 1, such as { months = 12 }".into(),
                );
            }
            if renewal.kind == RenewalKind::Automatic && renewal.taken > 0 {
                return refused(
                    "renewal: taken counts extensions that somebody took up; an automatic renewal needs none"
                        .into(),
                );
            }
            if renewal.at_most.is_some_and(|most| renewal.taken > most) {
                return refused("renewal: more extensions are taken than at_most allows".into());
            }
        }
        match (terms.start, terms.end) {
            (None, None) => {
                return refused("neither start nor end is stated: write start = 2020-08-01".into());
            }
            (Some(start), Some(end)) if end < start => {
                return refused(format!("end is before start, {start}: correct one of them"));
            }
            _ => {}
        }
        if let Some(served) = &terms.served
            && !terms
                .notice
                .iter()
                .any(|notice| notice.route == served.route)
        {
            return refused(format!(
                "served: there is no [[notice]] whose route is {:?}",
                served.route
            ));
        }
        if let Some(blackout) = terms
            .blackout
            .iter()
            .find(|blackout| blackout.to < blackout.from)
        {
            return refused(format!(
                "blackout {:?}: its last day is before its first",
                blackout.what
            ));
        }
        Ok(terms)
    }
}

impl<'de> Deserialize<'de> for Lasting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Lasting, D::Error> {
        deserializer.deserialize_any(ReadLasting)
    }
}

struct ReadLasting;

/// One unit, or years and months together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    days: Option<u32>,
    working_days: Option<u32>,
    weeks: Option<u32>,
    months: Option<u32>,
    years: Option<u32>,
    clause: Option<String>,
}

impl<'de> Visitor<'de> for ReadLasting {
    type Value = Lasting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a length of time, such as { months = 3 }, { working_days = 20 } or \"unknown\"",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Lasting, E> {
        if text == "unknown" {
            return Ok(Lasting::default());
        }
        text.parse().map(Lasting::of).map_err(E::custom)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Lasting, M::Error> {
        use super::length::Unit;
        let parts = Parts::deserialize(MapAccessDeserializer::new(map))?;
        let stated = [
            (parts.years, Unit::Years),
            (parts.months, Unit::Months),
            (parts.weeks, Unit::Weeks),
            (parts.days, Unit::Days),
            (parts.working_days, Unit::WorkingDays),
        ];
        let lengths = stated
            .into_iter()
            .filter_map(|(number, unit)| number.map(|number| Length { number, unit }));
        let whole = lengths.map(Some).reduce(|one, other| one?.and(other?));
        match whole {
            Some(Some(length)) => Ok(Lasting {
                length: Some(length),
                clause: parts.clause,
                assumed: false,
            }),
            Some(None) => Err(Error::custom(
                "lengths that are counted differently cannot be added: write one of days, working_days, weeks, months, years",
            )),
            None => Err(Error::custom(
                "no length is stated: write one of days, working_days, weeks, months, years, or \"unknown\"",
            )),
        }
    }
}

/// A day as TOML has dates, or as a text.
fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    let text = match &value {
        toml::Value::Datetime(on) => on.to_string(),
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    // With a time of day it would read as a day too.
    let day = if text.len() == "2020-08-01".len() {
        text.parse().ok()
    } else {
        None
    };
    day.ok_or_else(|| Error::custom(format!("{text:?} is not a day: write 2020-08-01")))
}

pub(super) fn some_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Date>, D::Error> {
    date(deserializer).map(Some)
}

/// Pounds, as a number without pence or as a text.
fn some_pounds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Pence>, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    let pence = Pence::parse(&text);
    pence.map(Some).map_err(|why| {
        Error::custom(format!("{text:?} is not an amount of money ({why}): write pounds, such as 1250000 or \"1234.50\""))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        match text.parse::<Terms>() {
            Ok(terms) => panic!("{terms:?}"),
            Err(NotTerms(reason)) => reason,
        }
    }

    #[test]
    fn lengths_are_stated_in_one_unit_or_in_years_and_months() {
        let terms =
            |length: &str| format!("start = 2020-08-01\ninitial_term = {length}").parse::<Terms>();
        for (length, months) in [
            ("{ months = 36 }", 36),
            ("{ years = 1, months = 6 }", 18),
            ("\"36 months\"", 36),
        ] {
            let read = terms(length).expect("reads").initial_term.expect("stated");
            assert_eq!(read.length, Some(Length::months(months)), "{length}");
        }
        let unknown = terms("\"unknown\"").expect("reads").initial_term;
        assert_eq!(unknown, Some(Lasting::default()));
        let clause = terms("{ days = 90, clause = \"2.1\" }")
            .expect("reads")
            .initial_term;
        assert_eq!(
            clause.and_then(|lasting| lasting.clause).as_deref(),
            Some("2.1")
        );
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_line() {
        for (text, says) in [
            (
                "initial_term = { months = 3 }",
                "neither start nor end is stated",
            ),
            ("start = 2020-02-30", "line 1"),
            (
                "start = 2020-08-01\nend = 2020-07-31",
                "end is before start",
            ),
            (
                "start = 2020-08-01\ninitial_term = { moons = 3 }",
                "unknown field `moons`",
            ),
            (
                "start = 2020-08-01\ninitial_term = { days = 3, months = 1 }",
                "cannot be added",
            ),
            (
                "start = 2020-08-01\ninitial_term = {}",
                "no length is stated",
            ),
            (
                "start = 2020-08-01\ninitial_term = { months = -3 }",
                "line 2",
            ),
            (
                "start = 2020-08-01\nrenewal = { kind = \"automatic\", every = { months = 0 } }",
                "at least 1",
            ),
            (
                "start = 2020-08-01\nrenewal = { kind = \"tacit\", every = { months = 1 } }",
                "unknown variant `tacit`",
            ),
            (
                "start = 2020-08-01\nserved = { on = 2021-01-01, route = \"no-fault\" }",
                "no [[notice]]",
            ),
            ("start = 2020-08-01T10:00:00", "is not a day"),
            (
                "start = 2020-08-01\nvalue = \"lots\"",
                "is not an amount of money",
            ),
        ] {
            let reason = refused(text);
            assert!(reason.contains(says), "{text}: {reason}");
        }
    }
}
