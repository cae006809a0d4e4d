//! Readiness and what stands against a wave, in words: for the command line and for pages.

use super::when;
use handback_core::dated::When;
use handback_core::transition::{Dimension, Keyholder, Readiness, Reason};
use jiff::civil::Date;

/// `ready`, `not ready`, `unknown`.
pub fn readiness(readiness: Readiness) -> &'static str {
    match readiness {
        Readiness::Ready => "ready",
        Readiness::NotReady => "not ready",
        Readiness::Unknown => "unknown",
    }
}

/// `moves on 1 August 2019`, or `moved`; of a month or year that holds the day, `moves in`.
pub fn moving(cutover: When, day: Date) -> String {
    let moves = match cutover.reached(day) {
        Some(true) => "moved",
        Some(false) | None => "moves",
    };
    match cutover {
        When::Unknown => "moves on a day that nobody knows".into(),
        When::Day(_) => format!("{moves} on {}", when(cutover)),
        When::Month(..) | When::Year(_) => format!("{moves} in {}", when(cutover)),
    }
}

/// What a dimension is called.
pub fn dimension(dimension: Dimension) -> &'static str {
    crate::words::word("dimension", dimension.word()).unwrap_or(dimension.word())
}

/// Why nothing is known of a dimension.
fn nothing(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Assets => "no list of assets names this service",
        Dimension::Licences => "no list of licences names this service",
        Dimension::Data => "no list of data holdings names this service",
        Dimension::People => "nobody has said whether the people are there to run it",
        Dimension::Knowledge => "no list of knowledge or documents names this service",
        Dimension::Access => "no list of credentials names this service",
        Dimension::RecoveryTested => "nobody has said when it was last restored from its copies",
        Dimension::ContractRoute => "no list of contracts with third parties names this service",
    }
}

/// Who else holds a key.
pub fn keyholder(holder: Keyholder) -> &'static str {
    match holder {
        Keyholder::Authority => "the authority",
        Keyholder::Supplier => "the supplier",
        Keyholder::ThirdParty => "a third party",
        Keyholder::NotStated => "somebody, and nobody has said who",
    }
}

/// Why something is so, as the rest of a sentence about it.
pub fn why(reason: &Reason, of: Dimension) -> String {
    let said = |by: &Option<String>| {
        let by = by.as_deref().unwrap_or("somebody who is not named");
        format!("said by {by}")
    };
    match reason {
        Reason::NothingListed => nothing(of).into(),
        Reason::GoneFromList { since } => match since {
            When::Unknown => "the supplier’s newer list no longer names it".into(),
            since => format!(
                "the supplier’s list no longer names it since {}",
                when(*since)
            ),
        },
        Reason::RouteNotStated => "nobody has said what becomes of it".into(),
        Reason::AgreementNotStated => "nobody has said whether anyone must agree".into(),
        Reason::AgreementWanted => "somebody must agree, and has not yet".into(),
        Reason::AgreementRefused => "whoever must agree has refused".into(),
        Reason::NeverConfirmed => "never confirmed, and no evidence is named".into(),
        Reason::ConfirmedTooLongAgo { on } => {
            format!("last confirmed {}, too long ago to rely on", when(*on))
        }
        Reason::KeyholderNotStated => "nobody has said who can use it".into(),
        Reason::OthersCanLogIn { holder } => format!(
            "the service has moved, and {} can still log in with it",
            keyholder(*holder)
        ),
        Reason::NotPassedOn => "not passed on".into(),
        Reason::PassingOnNotStated => "nobody has said whether it was passed on".into(),
        Reason::SaidNotReady { missing, by } => match missing {
            Some(missing) => format!("not ready: {missing} ({})", said(by)),
            None => format!("not ready ({})", said(by)),
        },
        Reason::SaidReady { by } => format!("ready, with evidence ({})", said(by)),
        Reason::SaidReadyWithoutEvidence { by } => {
            format!("ready, but no evidence is named ({})", said(by))
        }
        Reason::SayingExpired { on } => {
            format!("what was said counted until {}", when(*on))
        }
        Reason::RestoreNotDated => "called ready, but no restore by this day is dated".into(),
        Reason::RestoreTooLongAgo { on } => {
            format!("last restored {}, too long ago to rely on", when(*on))
        }
    }
}
