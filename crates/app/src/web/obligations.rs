//! Obligations: who owes what to whom, and how each stands.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, linked, spoken};
use super::visit::Visit;
use crate::render;
use handback_core::calendar::Nation;
use handback_core::contract::obligation::{Met, Time};
use handback_core::contract::{Contract, Obligation};
use handback_core::control::Service;
use handback_core::organisation::Organisation;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use std::collections::BTreeSet;

pub const ROUTES: &[Route] = &[
    Route::get("/obligations", Needs::May(Action::See), list),
    Route::get("/obligations/{id}", Needs::May(Action::See), one),
];

/// Lists that share a place in the navigation.
pub const BESIDE: &[(&str, &str)] = &[
    ("Contracts", "/contracts"),
    ("Obligations", "/obligations"),
    ("Requests", "/requests"),
    ("Variations", "/variations"),
    ("Calendar", "/calendar"),
];

const OBLIGATIONS: Place = Place {
    title: "Obligations",
    kind: Obligation::NAME,
    intro: "Who owes what to whom, by which clause and by when. What is late comes first, then what is due soon.",
    beside: BESIDE,
    blank: Blank {
        title: "No obligations are stated yet",
        file: "A list of what each side owes the other fills this place: what, by which clause, by when, and when it was done.",
        places: &[
            "the contract: its schedules on exit, reports and governance",
            "the tracker of whoever manages the contract",
        ],
        templates: &["obligations"],
    },
};

const COLUMNS: &[Column] = &[
    words("obligation", "Obligation"),
    words("state", "How it stands"),
    words("due", "Due"),
    words("owed-by", "Owed by"),
    words("owed-to", "Owed to"),
    words("contract", "Contract"),
    words("clause", "Clause"),
];

/// How an obligation stands, in words.
fn met(met: Met) -> String {
    spoken("met", &met)
}

/// The name of an organisation, leading to its page.
pub fn organisation(estate: &Estate, id: RecordId) -> Cell {
    let cell = Cell::text(estate.organisation_name(id));
    match estate.organisations.contains_key(&id) {
        true => cell.to(format!("/organisations/{id}")),
        false => cell,
    }
}

/// The title of a contract, leading to its page.
pub fn contract(estate: &Estate, id: Option<RecordId>) -> Cell {
    match id.map(|id| (id, estate.contracts.get(&id))) {
        Some((id, Some(held))) => Cell::text(&held.title).to(format!("/contracts/{id}")),
        Some(_) => Cell::text("a contract that is not shown here"),
        None => Cell::text(""),
    }
}

/// A filter whose choices are the texts that some row has.
pub fn choosing(
    name: &'static str,
    label: &'static str,
    texts: impl Iterator<Item = String>,
) -> Filter {
    let texts: BTreeSet<String> = texts.filter(|text| !text.is_empty()).collect();
    Filter {
        name,
        label,
        choices: texts.into_iter().map(|text| (text.clone(), text)).collect(),
    }
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(RecordId, &Obligation, Time)> = estate
        .obligations
        .iter()
        .map(|(id, held)| (*id, held, held.standing(visit.dates.at, Nation::default())))
        .collect();
    held.sort_by_key(|(id, held, time)| (time.met, time.due, &held.what, *id));
    let rows: Vec<Row> = held
        .iter()
        .map(|(id, held, time)| row(&estate, *id, held, time))
        .collect();
    let kept = |place: usize| rows.iter().map(move |row| row.kept_by[place].clone());
    let states = Met::ALL.map(|state| (met(state), capital(&met(state))));
    let listing = Listing {
        name: "obligations",
        caption: format!("{} obligations", rows.len()),
        columns: COLUMNS,
        filters: vec![
            Filter {
                name: "state",
                label: "How it stands",
                choices: states.into(),
            },
            choosing("by", "Owed by", kept(1)),
            choosing("under", "Contract", kept(2)),
        ],
        rows,
    };
    register::shown(visit, &OBLIGATIONS, &listing)
}

fn row(estate: &Estate, id: RecordId, held: &Obligation, time: &Time) -> Row {
    let debtor = organisation(estate, held.debtor);
    let under = contract(estate, held.contract);
    let state = met(time.met);
    Row {
        kept_by: vec![state.clone(), debtor.text.clone(), under.text.clone()],
        cells: vec![
            Cell::text(&held.what).to(format!("/obligations/{id}")),
            Cell::text(&state).sorted_by((time.met as usize).to_string()),
            time.due.map_or_else(Cell::unknown, Cell::when),
            debtor,
            held.creditor
                .map_or_else(Cell::unknown, |id| organisation(estate, id)),
            under,
            Cell::text(held.clause.clone().unwrap_or_default()),
        ],
    }
}

/// What is owed under a contract, as a table of its page.
pub fn table_of(visit: &Visit, estate: &Estate, contract: RecordId) -> Table {
    let mut held: Vec<(RecordId, &Obligation, Time)> = estate
        .obligations
        .iter()
        .filter(|(_, held)| held.contract == Some(contract))
        .map(|(id, held)| (*id, held, held.standing(visit.dates.at, Nation::default())))
        .collect();
    held.sort_by_key(|(id, held, time)| (time.met, time.due, &held.what, *id));
    let row = |(id, held, time): &(RecordId, &Obligation, Time)| {
        vec![
            Said::text(&held.what).to(format!("/obligations/{id}")),
            Said::text(capital(&met(time.met))),
            time.due.map_or_else(Said::unknown, Said::when),
            Said::record(visit, Organisation::NAME, held.debtor),
            Said::text(held.clause.clone().unwrap_or_default()),
        ]
    };
    Table {
        caption: "Obligations".into(),
        headings: vec!["Obligation", "How it stands", "Due", "Owed by", "Clause"],
        rows: held.iter().map(row).collect(),
        empty: None,
    }
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Obligation>(visit, (OBLIGATIONS.title, "/obligations"))?;
    let estate = visit.sighted()?;
    let held = estate.obligations.get(&id).ok_or(Error::NotFound)?;
    let (at, nation) = (visit.dates.at, Nation::default());
    let standing = held.standing(at, nation);
    let due = match standing.due {
        Some(due) if standing.met.is_open() => format!(": due {}", render::when(due)),
        _ => String::new(),
    };
    let row = |time: &Time| {
        vec![
            time.due.map_or_else(Said::unknown, Said::when),
            time.done.map_or_else(|| Said::text(""), Said::when),
            Said::text(capital(&met(time.met))),
        ]
    };
    let times = held.times(at, at, nation);
    let services = held.services.iter();
    let length = |held: Option<handback_core::contract::Length>| {
        held.map(|length| Said::text(length.to_string()))
    };
    Sheet {
        lead: vec![vec![Said::text(format!(
            "{}{due}.",
            capital(&met(standing.met))
        ))]],
        lines: vec![
            Line::new(
                "Owed by",
                [Said::record(visit, Organisation::NAME, held.debtor)],
            ),
            Line::new(
                "Owed to",
                held.creditor
                    .map(|id| Said::record(visit, Organisation::NAME, id)),
            ),
            Line::new(
                "Contract",
                held.contract
                    .map(|id| Said::record(visit, Contract::NAME, id)),
            ),
            Line::text("Clause", held.clause.as_deref()),
            Line::new(
                "Services",
                services.map(|id| Said::record(visit, Service::NAME, *id)),
            ),
            Line::when("Due first", held.due),
            Line::new("Again every", length(held.every)),
            Line::when("Not after", held.until),
            Line::text("If it is not done", held.consequence.as_deref()),
            Line::new(
                "Evidence",
                held.evidence.iter().flat_map(|text| linked(text)),
            ),
        ],
        tables: vec![Table {
            caption: "Each time it was or is due".into(),
            headings: vec!["Due", "Done", "How it stands"],
            rows: match held.every {
                Some(_) => times.iter().rev().map(row).collect(),
                None => Vec::new(),
            },
            empty: None,
        }],
        ..sheet
    }
    .shown(visit)
}
