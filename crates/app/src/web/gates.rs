//! Gates: what was decided, on what, and what was known then.

use super::answer::{Answer, Error};
use super::fields::FieldFaults;
use super::forms::decide;
use super::readiness::{Counts, Matrix};
use super::route::{Needs, Route};
use super::sheet::{Said, linked, may_change, spoken};
use super::visit::Visit;
use super::waves::readiness_of;
use crate::render;
use handback_core::dated::When;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::transition::{Decision, Gate, Wave};
use jiff::civil::Date;
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/gates/{id}", Needs::May(Action::See), one),
    Route::post(
        "/gates/{id}/decided",
        Needs::May(Action::StateEstate),
        decided,
    ),
];

#[derive(Serialize)]
struct Page {
    id: RecordId,
    name: String,
    wave: Said,
    planned: Option<String>,
    decision: String,
    is_decided: bool,
    decided_on: Option<String>,
    decided_by: Option<String>,
    conditions: Vec<Vec<Said>>,
    evidence: Vec<Vec<Said>>,
    frozen: Option<Frozen>,
    matrix: Matrix,
    counts: Counts,
    /// The form, for those who may decide it now.
    asked: Option<decide::Asked>,
    may_change: bool,
}

/// What was known at a decision: the entry, and addresses that show exactly it.
#[derive(Serialize)]
struct Frozen {
    entry: u64,
    wave: String,
    readiness: String,
}

/// Both dates of a decision; none when nobody recorded the entry. A decision on no exact day is shown
/// as on the last day that it can mean.
fn frozen(gate: &Gate, otherwise: Date) -> Option<Frozen> {
    let entry = gate.known_entry?;
    let on = gate.decided_on.and_then(When::latest).unwrap_or(otherwise);
    let wave = gate.wave;
    Some(Frozen {
        entry,
        wave: format!("/waves/{wave}?at={on}&known={entry}"),
        readiness: format!("/readiness?wave={wave}&at={on}&known={entry}"),
    })
}

fn page(visit: &Visit, faults: &FieldFaults) -> Result<Page, Error> {
    let id = visit.record("id")?;
    visit.standing(Gate::NAME, id)?;
    let estate = visit.estate()?;
    let gate = estate.gates.get(&id).ok_or(Error::NotFound)?;
    let decision = gate.decision_on(visit.dates.at);
    let is_decided = decision != Decision::NotDecided;
    let may_change = may_change(visit, Gate::NAME, id);
    let open = gate.decision == Decision::NotDecided && may_change;
    let judged = match estate.waves.get(&gate.wave) {
        Some(wave) => readiness_of(&estate, wave, visit),
        None => Vec::new(),
    };
    let said = |texts: &[String]| texts.iter().map(|text| linked(text)).collect();
    Ok(Page {
        id,
        name: gate.name.clone(),
        wave: Said::record(visit, Wave::NAME, gate.wave),
        planned: gate.planned.map(render::when),
        decision: spoken("gate", &decision),
        is_decided,
        decided_on: gate.decided_on.map(render::when),
        decided_by: gate.decided_by.clone(),
        conditions: said(&gate.conditions),
        evidence: said(&gate.evidence),
        frozen: frozen(gate, visit.dates.at).filter(|_| is_decided),
        matrix: Matrix::of(visit, &estate, &judged),
        counts: Counts::of(&judged),
        asked: match open {
            true => Some(decide::asked(visit, id, faults)?),
            false => None,
        },
        may_change,
    })
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    visit.page("gate.html", &page(visit, &FieldFaults::default())?)
}

fn decided(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    visit.standing(Gate::NAME, id)?;
    let estate = visit.estate()?;
    let gate = estate.gates.get(&id).ok_or(Error::NotFound)?;
    let faults = decide::decided(visit, id, gate)?;
    if !faults.is_empty() {
        return visit.invalid("gate.html", &page(visit, &faults)?);
    }
    visit.see(&format!("/gates/{id}?done=saved"))
}
