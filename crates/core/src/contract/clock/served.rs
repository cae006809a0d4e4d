//! What would follow from a notice, and in which days nothing may be changed.

use super::due::{Due, by_notice};
use super::term::{Term, end_after, renewals_by};
use crate::contract::terms::{END_AT_TERM, Notice, Terms};
use crate::pence::Pence;
use jiff::civil::Date;
use serde::Serialize;

/// If notice by a route were given on the asked day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IfServed {
    pub route: String,
    pub takes_effect: Takings,
    /// What it costs; none where nobody said.
    pub cost: Option<Pence>,
    pub form: Option<String>,
    pub given_by: Option<String>,
    pub clause: Option<String>,
    /// What then falls due.
    pub follows: Vec<Due>,
}

/// Whether and when a notice takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "takes", content = "on")]
pub enum Takings {
    /// The last day of the contract.
    Effect(Date),
    /// It is too late for this term: the contract goes on once more, and ends with that term.
    EffectATermLater(Date),
    /// It cannot be given before this day.
    NotBefore(Date),
    /// The break date, or the last day on which it could be given for it, has passed.
    TooLate(Option<Date>),
    /// The contract is over by then in any case.
    NoEffect(Date),
    /// The length of the notice, or the end of the term, is not known.
    Unknown,
}

impl Takings {
    /// The last day of the contract, where it takes effect.
    pub fn last_day(self) -> Option<Date> {
        match self {
            Takings::Effect(day) | Takings::EffectATermLater(day) => Some(day),
            _ => None,
        }
    }
}

pub(super) fn if_served(terms: &Terms, term: &Term, asked: Date) -> Vec<IfServed> {
    let notices = terms.notice.iter();
    notices
        .map(|notice| {
            let takes_effect = effect(terms, term, notice, asked);
            let follows = takes_effect.last_day();
            IfServed {
                route: notice.route.clone(),
                takes_effect,
                cost: notice.cost,
                form: notice.form.clone(),
                given_by: notice.given_by.clone(),
                clause: notice.clause.clone().or(notice.at_least.clause.clone()),
                follows: follows
                    .map(|end| by_notice(terms, end, asked))
                    .unwrap_or_default(),
            }
        })
        .collect()
}

fn effect(terms: &Terms, term: &Term, notice: &Notice, asked: Date) -> Takings {
    if let Some(end) = term.end.filter(|end| *end < asked) {
        return Takings::NoEffect(end);
    }
    if let Some(first) = super::first_day(terms, notice, term.end).filter(|first| asked < *first) {
        return Takings::NotBefore(first);
    }
    let Some(length) = notice.at_least.length else {
        return Takings::Unknown;
    };
    if let Some(on) = notice.on {
        let last = length.before(on, terms.nation);
        return match asked <= last {
            true => Takings::Effect(on),
            false => Takings::TooLate(Some(last)),
        };
    }
    let runs_out = length.after(asked, terms.nation);
    if notice.route != END_AT_TERM {
        return match term.end.filter(|_| term.next_renewal.is_none()) {
            Some(end) if end < runs_out => Takings::NoEffect(end),
            _ => Takings::Effect(runs_out),
        };
    }
    let Some(end) = term.end else {
        return Takings::Unknown;
    };
    if runs_out <= end {
        return Takings::Effect(end);
    }
    if term.next_renewal.is_none() {
        return Takings::NoEffect(end);
    }
    // The notice is longer than what is left: the first end that it reaches counts.
    let most = terms.renewal.as_ref().and_then(|renewal| renewal.at_most);
    let reached = renewals_by(terms, runs_out, most.unwrap_or(u32::MAX));
    end_after(terms, reached).map_or(Takings::Unknown, Takings::EffectATermLater)
}

/// Days in which nothing may be changed, let go or taken on without the authority's consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Freeze {
    pub from: Date,
    /// None where its end is not known.
    pub to: Option<Date>,
    pub clause: Option<String>,
}

impl Freeze {
    /// From the day on which termination assistance was asked for until it ends.
    pub(super) fn of(terms: &Terms, term: &Term) -> Option<Freeze> {
        let assistance = terms.assistance.as_ref()?;
        let from = assistance.asked_for.filter(|_| assistance.freezes)?;
        let lasts = assistance.lasts.as_ref().and_then(|lasts| lasts.length);
        Some(Freeze {
            from,
            to: term.end.map(|end| match lasts {
                Some(lasts) => lasts.after(end, terms.nation),
                None => end,
            }),
            clause: assistance.freeze_clause.clone(),
        })
    }
}
