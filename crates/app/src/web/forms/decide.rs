//! The form by which a gate is decided. What was known is frozen by the program: nobody types it.

use super::{Drawn, FieldFaults, NotStated, base, draw, now_only, restated, saying, stated, typed};
use crate::transfer::Titles;
use crate::web::answer::Error;
use crate::web::visit::Visit;
use handback_core::kinds::{self, Table};
use handback_core::record::{Kind, RecordId};
use handback_core::table::Heading;
use handback_core::transition::{Decision, Gate};
use handback_register::Picture;
use serde::Serialize;
use std::collections::BTreeMap;

/// What the form asks; the last entry known is filled in when it is saved.
const ASKED: [&str; 5] = [
    "decision",
    "decided on",
    "decided by",
    "conditions",
    "evidence",
];

const KNOWN: &str = "known entry";

/// The form, or the form again with what is wrong with it.
#[derive(Serialize)]
pub struct Asked {
    fields: Vec<Drawn>,
    action: String,
    base: u64,
    summary: Vec<BTreeMap<&'static str, String>>,
}

fn table() -> &'static Table {
    kinds::form(Gate::NAME).expect("gates have a table")
}

fn headings() -> impl Iterator<Item = &'static Heading> {
    let headings = table().headings.iter();
    headings.filter(|heading| ASKED.contains(&heading.name))
}

/// The form for a gate that is not decided yet, with today as the day of the decision.
pub fn asked(visit: &Visit, id: RecordId, faults: &FieldFaults) -> Result<Asked, Error> {
    let estate = visit.estate()?;
    let errors = faults.by_field();
    let today = crate::clock::today().to_string();
    let drawn = |heading: &'static Heading| {
        let stands = match heading.name {
            "decided on" => today.as_str(),
            _ => "",
        };
        draw::drawn(heading, 0, stands, &visit.form, &errors, &estate)
    };
    Ok(Asked {
        fields: headings().map(drawn).collect(),
        action: format!("/gates/{id}/decided"),
        base: base(visit),
        summary: faults.summary(),
    })
}

/// Decide a gate as typed; what is wrong with the form, if anything.
pub fn decided(visit: &Visit, id: RecordId, gate: &Gate) -> Result<FieldFaults, Error> {
    now_only(visit)?;
    if gate.decision != Decision::NotDecided {
        return Err(Error::Wrong(
            "this gate is decided already: correct it if it was wrong, or add a gate for the second meeting"
                .into(),
        ));
    }
    let permit = visit.permit(super::action(Gate::NAME), &visit.subject(Gate::NAME, id))?;
    let mut faults = FieldFaults::default();
    let values = typed(headings(), 0, &visit.form, &mut faults);
    let decision = values["decision"].as_str();
    if decision.is_empty() || decision == Decision::NotDecided.word() {
        faults.add(draw::field("decision", 0), "Say what was decided");
    }
    if !faults.is_empty() {
        return Ok(faults);
    }
    let stating = |picture: &Picture| {
        let before = picture.size();
        let rows = rows_of(visit, id, &values, before)?;
        let (change, _, mut changes) = stated(picture, table(), &rows)?;
        changes.extend(restated(picture, table(), id, change)?);
        Ok::<_, NotStated>(((), changes))
    };
    let saying = saying(visit, "decided at the gate", Some(base(visit)));
    match visit.site.data.change(&permit, saying, stating) {
        Ok(_) => Ok(faults),
        Err(refused) => refused.faults(table()),
    }
}

/// The gate's row with what was typed and the last entry before the decision.
fn rows_of(
    visit: &Visit,
    id: RecordId,
    values: &BTreeMap<&'static str, String>,
    before: u64,
) -> Result<Vec<Vec<String>>, NotStated> {
    let entry = visit.view.known().entry_of(id).ok_or(NotStated::Gone)?;
    let inside = |error: kinds::Unreadable| NotStated::Inside(error.into());
    let titles = Titles::of(&visit.view).map_err(NotStated::Inside)?;
    let item = entry.item().unwrap_or_default();
    let mut rows = (table().rows)(entry.version, item, &titles).map_err(inside)?;
    for row in &mut rows {
        for (heading, cell) in table().headings.iter().zip(row) {
            if let Some(typed) = values.get(heading.name) {
                cell.clone_from(typed);
            } else if heading.name == KNOWN {
                *cell = before.to_string();
            }
        }
    }
    Ok(rows)
}
