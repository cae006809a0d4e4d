//! What was promised, and whether it was kept: the claims that decision papers make about what will come.

use super::claim::Verdict;
use super::event::Event;
use super::judgement::Finding;
use crate::dated::When;
use crate::pence::Pence;
use crate::record::RecordId;
use serde::{Deserialize, Serialize};

/// What a promise is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Promised {
    /// That less is paid than in the year before.
    Saving,
    /// That something happens by a date.
    Date,
    /// That people come, stay or go.
    Staff,
    /// That services work better.
    Performance,
    Other,
}

pub(super) const PROMISED: &[&str] = &["saving", "date", "staff", "performance", "other"];

impl Promised {
    pub const ALL: [Promised; 5] = [
        Promised::Saving,
        Promised::Date,
        Promised::Staff,
        Promised::Performance,
        Promised::Other,
    ];

    /// As tables have it.
    pub fn word(self) -> &'static str {
        PROMISED[self as usize]
    }
}

/// A saving that was promised: what is paid for technology in each later financial year, less than in
/// the baseline year, added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    /// The financial year, by the year in which it begins, with which later ones are compared.
    pub baseline: i16,
    pub amount: Pence,
}

/// What a claim promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub of: Promised,
    /// By when; unknown where nobody said.
    pub by: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving: Option<Saving>,
    /// The event that was to happen by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<RecordId>,
}

/// What was saved in the years after a baseline: at least and at most, or why it cannot be told.
pub type Saved = Result<(Pence, Pence), String>;

/// What the record says of a promise that no figure bears on; none where only a person can say.
pub(super) fn kept(
    promise: &Promise,
    event: impl Fn(RecordId) -> Option<Event>,
    saved: impl Fn(Saving, When) -> Saved,
) -> Option<Finding> {
    let cannot = |reason: &str| Finding {
        verdict: Verdict::CannotTell,
        reason: reason.into(),
    };
    Some(match (promise.of, promise.saving, promise.event) {
        (Promised::Saving, Some(saving), _) => by_saving(saving, saved(saving, promise.by)),
        (Promised::Saving, None, _) => {
            cannot("nobody has stated the promised amount and the year that it is compared with")
        }
        (Promised::Date, _, Some(id)) => by_date(promise.by, event(id)),
        (Promised::Date, _, None) => cannot("nobody has named the event that was promised"),
        (Promised::Performance, ..) => cannot(
            "no measure of performance is kept yet: a person can record what was found, with evidence",
        ),
        (Promised::Staff | Promised::Other, ..) => return None,
    })
}

fn by_saving(saving: Saving, saved: Saved) -> Finding {
    let promised = saving.amount;
    let (least, most) = match saved {
        Ok(saved) => saved,
        Err(reason) => {
            return Finding {
                verdict: Verdict::CannotTell,
                reason: format!("{reason}; promised: {promised}"),
            };
        }
    };
    let verdict = match (least >= promised, most >= promised) {
        (true, _) => Verdict::Supported,
        (false, true) => Verdict::CannotTell,
        (false, false) => Verdict::Contradicted,
    };
    let range = match least == most {
        true => least.to_string(),
        false => format!("between {least} and {most}"),
    };
    let year = saving.baseline;
    let reason = format!(
        "against {year}/{:02}, payments for technology were less by {range} in all; promised: {promised}",
        (year + 1) % 100
    );
    Finding { verdict, reason }
}

fn by_date(by: When, event: Option<Event>) -> Finding {
    let Some(event) = event else {
        return Finding {
            verdict: Verdict::CannotTell,
            reason: "the event that was promised is not recorded".into(),
        };
    };
    let on = event.date;
    let verdict = match (on.earliest(), on.latest(), by.latest()) {
        (_, Some(latest), Some(by)) if latest <= by => Verdict::Supported,
        (Some(earliest), _, Some(by)) if earliest > by => Verdict::Contradicted,
        _ => Verdict::CannotTell,
    };
    Finding {
        verdict,
        reason: format!("{}: {on}; promised: by {by}", event.title),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVENT: RecordId = RecordId([1; 16]);

    fn promise(of: Promised, by: &str) -> Promise {
        Promise {
            of,
            by: by.parse().expect("a date"),
            saving: None,
            event: None,
        }
    }

    fn nothing_saved(_: Saving, _: When) -> Saved {
        Err("no payments".into())
    }

    #[test]
    fn a_date_is_kept_missed_or_not_told() {
        for (happened, by, verdict) in [
            ("2019-08-01", "2019-08-01", Verdict::Supported),
            ("2019-08-01", "2019", Verdict::Supported),
            ("2019-08-02", "2019-08-01", Verdict::Contradicted),
            ("2019", "2019-08-01", Verdict::CannotTell),
            ("2020", "2019-08-01", Verdict::Contradicted),
            ("unknown", "2019-08-01", Verdict::CannotTell),
            ("2019-08-01", "unknown", Verdict::CannotTell),
        ] {
            let event = |_| {
                Some(Event {
                    title: "Core services return".into(),
                    date: happened.parse().expect("a date"),
                    until: None,
                    description: None,
                    source: "minutes".into(),
                })
            };
            let promise = Promise {
                event: Some(EVENT),
                ..promise(Promised::Date, by)
            };
            let found = kept(&promise, event, nothing_saved).expect("a finding");
            assert_eq!(found.verdict, verdict, "{happened} by {by}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (promise, reason) in [
            (
                promise(Promised::Date, "2019"),
                "nobody has named the event",
            ),
            (
                promise(Promised::Saving, "2019"),
                "nobody has stated the promised amount",
            ),
            (
                promise(Promised::Performance, "2019"),
                "no measure of performance",
            ),
            (
                Promise {
                    event: Some(EVENT),
                    ..promise(Promised::Date, "2019")
                },
                "is not recorded",
            ),
            (
                Promise {
                    saving: Some(Saving {
                        baseline: 2018,
                        amount: Pence(1),
                    }),
                    ..promise(Promised::Saving, "2019")
                },
                "no payments",
            ),
        ] {
            let found = kept(&promise, |_| None, nothing_saved).expect("a finding");
            assert_eq!(found.verdict, Verdict::CannotTell);
            assert!(found.reason.contains(reason), "{}", found.reason);
        }
        for of in [Promised::Staff, Promised::Other] {
            assert_eq!(kept(&promise(of, "2019"), |_| None, nothing_saved), None);
        }
    }

    proptest! {
        #[test]
        fn a_saving_is_judged_only_where_both_ends_agree(
            one in -1_000_i64..1_000, more in 0_i64..1_000, promised in -1_000_i64..2_000,
        ) {
            let promise = Promise {
                saving: Some(Saving { baseline: 2018, amount: Pence(promised) }),
                ..promise(Promised::Saving, "2021-03-31")
            };
            let saved = |_, _| Ok((Pence(one), Pence(one + more)));
            let found = kept(&promise, |_| None, saved).expect("a finding").verdict;
            prop_assert_eq!(found == Verdict::Supported, one >= promised);
            prop_assert_eq!(found == Verdict::Contradicted, one + more < promised);
        }
    }
}
