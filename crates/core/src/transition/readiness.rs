//! Whether a service is ready to move, dimension by dimension, and what is missing.
//!
//! A list that names nothing for a service does not make it ready: nothing is known then. An item
//! is settled when none of the rules below names it.

use super::listed::{Agreement, Detail, Keyholder, Listed};
use super::stated::{Dimension, ReadinessStatement, Said};
use crate::dated::When;
use crate::record::{RecordId, Reference};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether a service is ready; the worse is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    Ready,
    /// Nobody knows, or what is known is too old.
    Unknown,
    NotReady,
}

/// Why something is not ready, or not known to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum Reason {
    /// No list names the service.
    NothingListed,
    /// The supplier's newer list no longer names it.
    GoneFromList {
        since: When,
    },
    RouteNotStated,
    AgreementNotStated,
    AgreementWanted,
    AgreementRefused,
    /// Nobody confirmed it by the day, and no evidence is named.
    NeverConfirmed,
    ConfirmedTooLongAgo {
        on: When,
    },
    KeyholderNotStated,
    /// The service has moved, and somebody else can still log in.
    OthersCanLogIn {
        holder: Keyholder,
    },
    NotPassedOn,
    PassingOnNotStated,
    /// A person says that it is not ready.
    SaidNotReady {
        missing: Option<String>,
        by: Option<String>,
    },
    /// A person says that it is ready, with evidence.
    SaidReady {
        by: Option<String>,
    },
    SaidReadyWithoutEvidence {
        by: Option<String>,
    },
    /// What a person said no longer counts.
    SayingExpired {
        on: When,
    },
    RestoreNotDated,
    RestoreTooLongAgo {
        on: When,
    },
}

impl Reason {
    /// What it makes of a dimension.
    pub fn makes(&self) -> Readiness {
        match self {
            Reason::SaidReady { .. } => Readiness::Ready,
            Reason::GoneFromList { .. }
            | Reason::AgreementWanted
            | Reason::AgreementRefused
            | Reason::OthersCanLogIn { .. }
            | Reason::NotPassedOn
            | Reason::SaidNotReady { .. } => Readiness::NotReady,
            Reason::NothingListed
            | Reason::RouteNotStated
            | Reason::AgreementNotStated
            | Reason::NeverConfirmed
            | Reason::ConfirmedTooLongAgo { .. }
            | Reason::KeyholderNotStated
            | Reason::PassingOnNotStated
            | Reason::SaidReadyWithoutEvidence { .. }
            | Reason::SayingExpired { .. }
            | Reason::RestoreNotDated
            | Reason::RestoreTooLongAgo { .. } => Readiness::Unknown,
        }
    }
}

/// What readiness is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub day: Date,
    /// For how many months a confirmation or a restore test counts.
    pub months: i32,
}

impl Asked {
    /// On a day, with the usual year for which a confirmation counts.
    pub fn on(day: Date) -> Asked {
        Asked { day, months: 12 }
    }

    /// Whether something that happened then is recent enough; none when it had not happened by the
    /// day, or nobody can tell.
    fn is_fresh(&self, happened: When) -> Option<bool> {
        let earliest = happened.earliest()?;
        (happened.reached(self.day) != Some(false))
            .then(|| earliest.saturating_add(self.months.months()) >= self.day)
    }
}

/// Something that has a part in a judgement, and which: an item of a register or a person's statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// None for what no record says.
    pub record: Option<Record>,
    pub title: String,
    #[serde(flatten)]
    pub reason: Reason,
}

/// A record that is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    pub kind: String,
    pub id: RecordId,
}

impl From<Reference> for Record {
    fn from(reference: Reference) -> Record {
        Record {
            kind: reference.kind.into(),
            id: reference.id,
        }
    }
}

/// One dimension of one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    pub dimension: Dimension,
    pub readiness: Readiness,
    /// How many items the register lists.
    pub items: usize,
    /// How many of them are settled.
    pub settled: usize,
    /// A person's statement and the register do not agree.
    pub contradicted: bool,
    /// The person's statement first, then items in the order of their titles.
    pub named: Vec<Named>,
}

/// A service in every dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceReadiness {
    pub service: RecordId,
    /// The day on which it moves or moved, as far as known.
    pub cutover: Option<When>,
    /// In the order of [`Dimension::ALL`].
    pub dimensions: Vec<Judged>,
}

impl ServiceReadiness {
    /// Ready when every dimension is; else the worst.
    pub fn overall(&self) -> Readiness {
        let dimensions = self.dimensions.iter().map(|judged| judged.readiness);
        dimensions.max().unwrap_or(Readiness::Unknown)
    }
}

/// A rule: what is wrong with an item of a service that moves then.
type Rule = fn(&Listed<'_>, &Asked, Option<When>) -> Option<Reason>;

/// Every rule by which an item is judged.
const RULES: [Rule; 6] = [
    gone_from_list,
    without_route,
    without_agreement,
    unconfirmed,
    others_can_log_in,
    not_passed_on,
];

fn gone_from_list(item: &Listed<'_>, asked: &Asked, _: Option<When>) -> Option<Reason> {
    let since = item.missing_since?;
    (since.reached(asked.day) != Some(false)).then_some(Reason::GoneFromList { since })
}

/// Knowledge has no route: it is passed on.
fn without_route(item: &Listed<'_>, _: &Asked, _: Option<When>) -> Option<Reason> {
    let needs = !matches!(item.detail, Detail::Knowledge { .. });
    (needs && !item.routed).then_some(Reason::RouteNotStated)
}

fn without_agreement(item: &Listed<'_>, _: &Asked, _: Option<When>) -> Option<Reason> {
    match item.agreement {
        Agreement::NotNeeded | Agreement::Given => None,
        Agreement::Wanted => Some(Reason::AgreementWanted),
        Agreement::Refused => Some(Reason::AgreementRefused),
        Agreement::NotStated => Some(Reason::AgreementNotStated),
    }
}

/// A confirmation that is too old is not mended by evidence, which has no date.
fn unconfirmed(item: &Listed<'_>, asked: &Asked, _: Option<When>) -> Option<Reason> {
    let fresh = item.confirmed.map(|on| (on, asked.is_fresh(on)));
    match fresh {
        Some((_, Some(true))) => None,
        Some((on, Some(false))) => Some(Reason::ConfirmedTooLongAgo { on }),
        Some((_, None)) | None => (!item.evident).then_some(Reason::NeverConfirmed),
    }
}

fn others_can_log_in(item: &Listed<'_>, asked: &Asked, cutover: Option<When>) -> Option<Reason> {
    let Detail::Credential { holder, rotated } = item.detail else {
        return None;
    };
    if holder == Keyholder::NotStated {
        return Some(Reason::KeyholderNotStated);
    }
    let moved = cutover.is_some_and(|cutover| cutover.reached(asked.day) == Some(true));
    let open = moved && holder.is_other() && !is_rotated(rotated, cutover, asked.day);
    open.then_some(Reason::OthersCanLogIn { holder })
}

fn not_passed_on(item: &Listed<'_>, _: &Asked, _: Option<When>) -> Option<Reason> {
    match item.detail {
        Detail::Knowledge {
            passed_on: Some(false),
            ..
        } => Some(Reason::NotPassedOn),
        Detail::Knowledge {
            passed_on: None, ..
        } => Some(Reason::PassingOnNotStated),
        _ => None,
    }
}

/// Whether a credential was certainly changed by the day and since the service moved; on the day of
/// the move counts.
pub(super) fn is_rotated(rotated: Option<When>, cutover: Option<When>, day: Date) -> bool {
    let by_the_day = rotated.filter(|rotated| rotated.reached(day) == Some(true));
    let since = by_the_day.and_then(When::earliest);
    match (since, cutover.and_then(When::latest)) {
        (Some(since), Some(moved)) => since >= moved,
        (since, None) => since.is_some(),
        (None, Some(_)) => false,
    }
}

/// What a person's statement comes to on the day; none when nobody said anything by then. Where it is
/// not certain which of two statements held, the worse counts.
fn told(statement: &ReadinessStatement, asked: &Asked) -> Option<Reason> {
    let candidates = statement.said.on(asked.day).candidates();
    let reasons = candidates.map(|said| told_by(said, statement.dimension, asked));
    reasons.max_by_key(Reason::makes)
}

fn told_by(said: &Said, dimension: Dimension, asked: &Asked) -> Reason {
    let by = said.by.clone();
    if !said.ready {
        let missing = said.missing.clone();
        return Reason::SaidNotReady { missing, by };
    }
    let last = said.expires.and_then(|on| Some((on, on.latest()?)));
    if let Some((on, _)) = last.filter(|(_, last)| *last < asked.day) {
        return Reason::SayingExpired { on };
    }
    if dimension == Dimension::RecoveryTested {
        match said.tested_on.map(|on| (on, asked.is_fresh(on))) {
            Some((_, Some(true))) => {}
            Some((on, Some(false))) => return Reason::RestoreTooLongAgo { on },
            Some((_, None)) | None => return Reason::RestoreNotDated,
        }
    }
    if said.evidence.is_empty() {
        return Reason::SaidReadyWithoutEvidence { by };
    }
    Reason::SaidReady { by }
}

/// What the register and a person's statement come to together: `listed` is none where the register
/// names nothing. The second value says whether they contradict each other.
fn together(listed: Option<Readiness>, told: Option<Readiness>) -> (Readiness, bool) {
    use Readiness::{NotReady, Ready, Unknown};
    match (listed, told) {
        (None, told) => (told.unwrap_or(Unknown), false),
        (Some(Ready), Some(NotReady)) | (Some(NotReady), Some(Ready)) => (NotReady, true),
        (Some(listed), Some(NotReady)) => (listed.max(NotReady), false),
        (Some(listed), Some(Ready | Unknown) | None) => (listed, false),
    }
}

fn dimension_of(
    dimension: Dimension,
    items: &[&Listed<'_>],
    statement: Option<(RecordId, &ReadinessStatement)>,
    asked: &Asked,
    cutover: Option<When>,
) -> Judged {
    let mut named = Vec::new();
    let mut settled = 0;
    for item in items {
        let before = named.len();
        let reasons = RULES.iter().filter_map(|rule| rule(item, asked, cutover));
        named.extend(reasons.map(|reason| Named {
            record: Some(item.record.into()),
            title: item.title.into(),
            reason,
        }));
        settled += usize::from(named.len() == before);
    }
    let worst = named.iter().map(|named| named.reason.makes()).max();
    let listed = (!items.is_empty()).then(|| worst.unwrap_or(Readiness::Ready));
    named.sort_by(|a, b| (&a.title, &a.record, &a.reason).cmp(&(&b.title, &b.record, &b.reason)));
    let told = statement.and_then(|(id, statement)| Some((id, told(statement, asked)?)));
    let (readiness, contradicted) =
        together(listed, told.as_ref().map(|(_, reason)| reason.makes()));
    if listed.is_none() && told.is_none() {
        named.push(Named {
            record: None,
            title: dimension.word().into(),
            reason: Reason::NothingListed,
        });
    }
    if let Some((id, reason)) = told {
        let record = Record {
            kind: <ReadinessStatement as crate::record::Kind>::NAME.into(),
            id,
        };
        let said = Named {
            record: Some(record),
            title: dimension.word().into(),
            reason,
        };
        named.insert(0, said);
    }
    Judged {
        dimension,
        readiness,
        items: items.len(),
        settled,
        contradicted,
        named,
    }
}

/// Judge services in every dimension. `services` are those asked about, in the order of the answers,
/// each with its cutover as planned on the day; items and statements of others are passed over.
pub fn readiness(
    services: &[(RecordId, Option<When>)],
    items: &[Listed<'_>],
    statements: &BTreeMap<RecordId, ReadinessStatement>,
    asked: &Asked,
) -> Vec<ServiceReadiness> {
    let mut by_service: BTreeMap<(RecordId, Dimension), Vec<&Listed<'_>>> = BTreeMap::new();
    for item in items {
        for service in item.services {
            let key = (*service, item.dimension);
            by_service.entry(key).or_default().push(item);
        }
    }
    let told: BTreeMap<_, _> = statements
        .iter()
        .map(|(id, statement)| ((statement.service, statement.dimension), (*id, statement)))
        .collect();
    let judged = services.iter().map(|&(service, cutover)| {
        let dimensions = Dimension::ALL.map(|dimension| {
            let key = (service, dimension);
            let items = by_service.get(&key).map_or(&[][..], Vec::as_slice);
            dimension_of(dimension, items, told.get(&key).copied(), asked, cutover)
        });
        ServiceReadiness {
            service,
            cutover,
            dimensions: dimensions.into(),
        }
    });
    judged.collect()
}

#[cfg(test)]
mod tests;
