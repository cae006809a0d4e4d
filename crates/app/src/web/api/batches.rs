//! Stating and withdrawing several records at once: all or nothing.

use crate::data::{Saying, fresh_id};
use crate::estate::authority_of;
use crate::web::answer::{Answer, Error};
use crate::web::forms::{action, now_only};
use crate::web::visit::Visit;
use handback_core::assurance::{Publication, Recommendation};
use handback_core::control::{Arrangement, Service};
use handback_core::engagement::release::Release;
use handback_core::engagement::round::Round;
use handback_core::engagement::{Benefit, Challenge, Problem, Trial};
use handback_core::import::{Import, Layout};
use handback_core::kinds;
use handback_core::permission::{Action, Permit, Subject};
use handback_core::record::{Change, ChangeAct, Kind, RecordId, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a program wants written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    /// Why, in words for people.
    reason: String,
    /// Where the content comes from.
    source: Option<String>,
    /// The entry at which the program read the records.
    base: u64,
    records: Vec<Wanted>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: String,
    /// None for a new record.
    id: Option<RecordId>,
    /// The whole life of the record; none when it is withdrawn.
    item: Option<Value>,
    /// As it is, or internal, when nothing is said.
    visibility: Option<Visibility>,
    #[serde(default)]
    withdraw: bool,
}

/// What is wrong with one item of a batch.
#[derive(Clone, Debug, Serialize)]
pub struct ItemFault {
    /// Its place in the list, from 0; none when the batch as a whole is meant.
    pub place: Option<usize>,
    pub reason: String,
}

#[derive(Serialize)]
struct Written {
    batch: String,
    /// The first and the last entry written.
    first: u64,
    last: u64,
    head: String,
    /// The ids of the records, in the order of the batch.
    records: Vec<RecordId>,
}

/// The most records of one batch.
const MOST: usize = 1_000;

pub fn state(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let batch: Batch = serde_json::from_slice(&visit.body)
        .map_err(|error| Error::Wrong(format!("the body is no batch: {error}")))?;
    if batch.reason.trim().is_empty() {
        return Err(Error::Wrong("say why, in \"reason\"".into()));
    }
    if batch.records.is_empty() || batch.records.len() > MOST {
        return Err(Error::Wrong(format!(
            "a batch holds 1 to {MOST} records, not {}",
            batch.records.len()
        )));
    }
    let (mut changes, mut faults, mut permit) = (Vec::new(), Vec::new(), None);
    for (place, wanted) in batch.records.iter().enumerate() {
        match change(visit, wanted) {
            Ok((change, permitted)) => {
                changes.push(change);
                permit = Some(permitted);
            }
            Err(CannotState::Fault(reason)) => faults.push(ItemFault {
                place: Some(place),
                reason,
            }),
            Err(CannotState::Error(error)) => return Err(error),
        }
    }
    let Some(permit) = permit.filter(|_| faults.is_empty()) else {
        return Err(Error::Faults(faults));
    };
    write(visit, &permit, batch, changes)
}

fn write(
    visit: &Visit,
    permit: &Permit,
    batch: Batch,
    changes: Vec<Change>,
) -> Result<Answer, Error> {
    let (picture, newest) = (visit.view.picture(), visit.view.entry());
    let saying = Saying {
        reason: batch.reason,
        source: batch.source,
        authority: authority_of(picture, newest)?.map(|(id, _)| id),
        base: Some(batch.base),
    };
    let records = changes.iter().map(|change| change.id).collect();
    let changed = visit
        .site
        .data
        .change(permit, saying, |_| Ok(((), changes)))
        .map_err(|error: handback_register::Error| {
            if error.is_refused() {
                Error::Faults(vec![ItemFault {
                    place: None,
                    reason: error.to_string(),
                }])
            } else {
                Error::from(error)
            }
        })?;
    Answer::json(&Written {
        batch: changed.batch.to_string(),
        first: changed.entries.start,
        last: changed.entries.end.saturating_sub(1),
        head: changed.head.to_string(),
        records,
    })
}

/// Why an item cannot be stated.
enum CannotState {
    Fault(String),
    Error(Error),
}

impl From<Error> for CannotState {
    fn from(error: Error) -> CannotState {
        CannotState::Error(error)
    }
}

fn fault<T>(reason: impl Into<String>) -> Result<T, CannotState> {
    Err(CannotState::Fault(reason.into()))
}

/// The change that one item asks for, and the permit for it.
fn change(visit: &Visit, wanted: &Wanted) -> Result<(Change, Permit), CannotState> {
    let Some(kind) = kinds::of_address(&kinds::in_address(&wanted.kind)) else {
        return fault(format!("{:?} is no kind of record", wanted.kind));
    };
    if kind.name == Import::NAME {
        return fault("files are taken in at /api/v1/imports, and taken back on their page");
    }
    if [Round::NAME, Release::NAME].contains(&kind.name) {
        return fault(
            "rounds are opened and closed on their pages or with handback round: answers make a release",
        );
    }
    let before = match wanted.id {
        None => None,
        Some(id) => {
            let entry = visit.view.known().entry_of(id);
            let entry = entry.filter(|entry| entry.kind == kind.name && visit.seen(entry));
            let Some(entry) = entry else {
                return fault(format!(
                    "there is no {} {id}: leave the id out to state a new one",
                    kind.name
                ));
            };
            Some(entry.visibility)
        }
    };
    let held = before.unwrap_or_default();
    let visibility = wanted.visibility.unwrap_or(held);
    let change = match (&wanted.item, wanted.withdraw, wanted.id) {
        (None, true, Some(id)) => Change {
            kind: kind.name,
            id,
            visibility: held,
            act: ChangeAct::Withdraw,
        },
        (Some(item), false, id) => stated(kind, id.unwrap_or_else(fresh_id), visibility, item)?,
        (_, true, _) => return fault("to withdraw a record, name its id and no item"),
        (None, false, _) => return fault("give the item, or say \"withdraw\": true"),
    };
    let permit = permit(visit, &change, wanted)?;
    let shows_otherwise = visibility != held && (before.is_some() || visibility < held);
    if shows_otherwise && !wanted.withdraw {
        visit.permit(Action::Publish, &subject(visit, &change)?)?;
    }
    Ok((change, permit))
}

/// The item as this program writes it, when nothing of it would be lost.
fn stated(
    kind: &kinds::Registered,
    id: RecordId,
    visibility: Visibility,
    item: &Value,
) -> Result<Change, CannotState> {
    let stated = (kind.state)(id, visibility, item.to_string().as_bytes());
    let change = stated.map_err(|why| CannotState::Fault(why.to_string()))?;
    let kept = match &change.act {
        ChangeAct::State { item, .. } => serde_json::from_slice(item).unwrap_or_default(),
        ChangeAct::Withdraw | ChangeAct::Erase { .. } => Value::Null,
    };
    let title = (kind.read)(kind.version, item.to_string().as_bytes()).map(|known| known.title);
    match (lost(item, &kept), title) {
        (Some(field), _) => fault(format!("a {} has no {field:?}", kind.name)),
        (None, Ok(title)) if title.trim().is_empty() => {
            fault(format!("the {} is called nothing: name it", kind.name))
        }
        (None, _) => Ok(change),
    }
}

/// The first field of an item that would not be kept.
fn lost(sent: &Value, kept: &Value) -> Option<String> {
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => {
            sent.iter().find_map(|(name, value)| match kept.get(name) {
                Some(kept) => lost(value, kept),
                None => (!value.is_null()).then(|| name.clone()),
            })
        }
        (Value::Array(sent), Value::Array(kept)) => sent
            .iter()
            .zip(kept)
            .find_map(|(sent, kept)| lost(sent, kept)),
        _ => None,
    }
}

/// The permit for a change, asked about the record as it stands and as it would stand.
fn permit(visit: &Visit, change: &Change, wanted: &Wanted) -> Result<Permit, Error> {
    let action = match change.kind {
        _ if wanted.withdraw => Action::Withdraw,
        Publication::NAME => Action::Publish,
        Layout::NAME => Action::Import,
        kind => action(kind),
    };
    if wanted.id.is_some() {
        let stands = visit.estate()?.subject(change.kind, change.id);
        visit.permit(action, &stands)?;
    }
    visit.permit(action, &subject(visit, change)?)
}

/// A challenge, a trial or a benefit, as far as grants look at it.
#[derive(Deserialize)]
struct OfProblem {
    problem: RecordId,
}

/// What a change is about once it is written.
fn subject(visit: &Visit, change: &Change) -> Result<Subject, Error> {
    let estate = visit.estate()?;
    let ChangeAct::State { item, .. } = &change.act else {
        return Ok(estate.subject(change.kind, change.id));
    };
    let inside = |error: serde_json::Error| Error::Inside(error.into());
    let services: Vec<RecordId> = match change.kind {
        Arrangement::NAME => {
            let arrangement: Arrangement = serde_json::from_slice(item).map_err(inside)?;
            vec![arrangement.service]
        }
        Recommendation::NAME => {
            let recommendation: Recommendation = serde_json::from_slice(item).map_err(inside)?;
            recommendation.services.into_iter().collect()
        }
        Service::NAME => {
            let service: Service = serde_json::from_slice(item).map_err(inside)?;
            return Ok(Subject {
                directorates: service.directorates.into_iter().collect(),
                services: [change.id].into(),
            });
        }
        Problem::NAME => {
            let problem: Problem = serde_json::from_slice(item).map_err(inside)?;
            return Ok(estate.subject_of_problem(&problem));
        }
        Challenge::NAME | Trial::NAME | Benefit::NAME => {
            // All three name their problem in the same field.
            let part: OfProblem = serde_json::from_slice(item).map_err(inside)?;
            return Ok(estate.subject(Problem::NAME, part.problem));
        }
        kind => return Ok(estate.subject(kind, change.id)),
    };
    let mut about = Subject::default();
    for service in services {
        let one = estate.subject(Service::NAME, service);
        about.directorates.extend(one.directorates);
        about.services.extend(one.services);
    }
    Ok(about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_would_not_be_kept_is_found_however_deep() {
        let kept = json!({"name": "Payroll", "spans": [{"from": "2019"}], "end": null});
        for (sent, field) in [
            (json!({"name": "Payroll"}), None),
            (json!({"name": "Payroll", "note": null}), None),
            (json!({"name": "Payroll", "phone": "1"}), Some("phone")),
            (
                json!({"spans": [{"from": "2019", "to": "2020"}]}),
                Some("to"),
            ),
        ] {
            assert_eq!(lost(&sent, &kept).as_deref(), field, "{sent}");
        }
    }
}
