//! Requests: what was asked of suppliers, and how long their answers take.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, words};
use super::obligations::{BESIDE, choosing, contract, organisation};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, linked, spoken};
use super::visit::Visit;
use crate::render;
use handback_core::calendar::Nation;
use handback_core::contract::request::{AnswerTimes, Answered, Took, answer_times};
use handback_core::contract::{Contract, Request};
use handback_core::control::Service;
use handback_core::dated::When;
use handback_core::organisation::Organisation;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/requests", Needs::May(Action::See), list),
    Route::get("/requests/{id}", Needs::May(Action::See), one),
];

const REQUESTS: Place = Place {
    title: "Requests",
    kind: Request::NAME,
    intro: "What was asked of suppliers, and how long each answer took. What has no answer yet counts as at least as long as it has taken so far.",
    beside: BESIDE,
    blank: Blank {
        title: "No requests are stated yet",
        file: "A log of what you asked of suppliers fills this place: what, of whom, when, and when they answered.",
        places: &[
            "the request log of whoever manages the contract or the exit",
            "the shared mailbox from which suppliers are asked",
        ],
        templates: &["requests"],
    },
};

const COLUMNS: &[Column] = &[
    words("request", "Request"),
    words("state", "How it stands"),
    words("asked-of", "Asked of"),
    words("asked", "Asked"),
    words("due", "Answer due"),
    words("took", "Took"),
    words("usual", "This supplier’s answers"),
    words("contract", "Contract"),
];

/// `at least 12 days (8 working days)`.
fn took(took: &Took) -> String {
    let days = |count: u32, word: &str| {
        let more = if count == 1 { "" } else { "s" };
        format!("{count} {word}{more}")
    };
    let least = if took.at_least { "at least " } else { "" };
    format!(
        "{least}{} ({})",
        days(took.days, "day"),
        days(took.working_days, "working day")
    )
}

fn state(request: &Request, visit: &Visit) -> String {
    spoken(
        "answered",
        &request.standing(visit.dates.at, Nation::default()),
    )
}

/// How each supplier answers what was asked of it.
fn usual(estate: &Estate, visit: &Visit) -> BTreeMap<RecordId, String> {
    let times = answer_times(estate.requests.values(), visit.dates.at, Nation::default());
    let said = |times: AnswerTimes| {
        let words = match (&times.median, &times.slowest) {
            (Some(median), Some(slowest)) => format!(
                "half within {}; slowest {}; {} of {} late, {} open",
                took(median),
                took(slowest),
                times.late,
                times.asked,
                times.open
            ),
            _ => format!("{} asked, none with exact dates", times.asked),
        };
        (times.supplier, words)
    };
    times.into_iter().map(said).collect()
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let (at, nation) = (visit.dates.at, Nation::default());
    let mut held: Vec<(RecordId, &Request, Answered)> = estate
        .requests
        .iter()
        .map(|(id, held)| (*id, held, held.standing(at, nation)))
        .collect();
    held.sort_by_key(|(id, held, standing)| (*standing, held.asked_on, &held.question, *id));
    let usual = usual(&estate, visit);
    let rows: Vec<Row> = held
        .iter()
        .map(|(id, held, _)| row(visit, &estate, &usual, (*id, held)))
        .collect();
    let kept = |place: usize| rows.iter().map(move |row| row.kept_by[place].clone());
    let states = Answered::ALL.map(|it| {
        let word = spoken("answered", &it);
        (word.clone(), capital(&word))
    });
    let listing = Listing {
        name: "requests",
        caption: format!("{} requests", rows.len()),
        columns: COLUMNS,
        filters: vec![
            Filter {
                name: "state",
                label: "How it stands",
                choices: states.into(),
            },
            choosing("of", "Asked of", kept(1)),
            choosing("under", "Contract", kept(2)),
        ],
        rows,
    };
    register::shown(visit, &REQUESTS, &listing)
}

fn row(
    visit: &Visit,
    estate: &Estate,
    usual: &BTreeMap<RecordId, String>,
    (id, held): (RecordId, &Request),
) -> Row {
    let (at, nation) = (visit.dates.at, Nation::default());
    let to = organisation(estate, held.to);
    let under = contract(estate, held.contract);
    let state = state(held, visit);
    let time = held.took(at, nation);
    Row {
        kept_by: vec![state.clone(), to.text.clone(), under.text.clone()],
        cells: vec![
            Cell::text(&held.question)
                .to(format!("/requests/{id}"))
                .with(held.reference.clone().unwrap_or_default()),
            Cell::text(&state),
            to,
            Cell::when(held.asked_on),
            held.due(nation).map_or_else(Cell::unknown, Cell::day),
            time.map_or_else(Cell::unknown, |time| {
                Cell::text(took(&time)).sorted_by(format!("{:05}", time.days))
            }),
            Cell::text(usual.get(&held.to).cloned().unwrap_or_default()),
            under,
        ],
    }
}

/// What was asked under a contract, as a table of its page.
pub fn table_of(visit: &Visit, estate: &Estate, contract: RecordId) -> Table {
    let mut held: Vec<(&RecordId, &Request)> = estate
        .requests
        .iter()
        .filter(|(_, held)| held.contract == Some(contract))
        .collect();
    held.sort_by_key(|(id, held)| (held.asked_on, &held.question, **id));
    let row = |(id, held): (&RecordId, &Request)| {
        let time = held.took(visit.dates.at, Nation::default());
        vec![
            Said::text(&held.question).to(format!("/requests/{id}")),
            Said::when(held.asked_on),
            Said::text(capital(&state(held, visit))),
            time.map_or_else(Said::unknown, |time| Said::text(took(&time))),
        ]
    };
    Table {
        caption: "Requests".into(),
        headings: vec!["Request", "Asked", "How it stands", "Took"],
        rows: held.into_iter().map(row).collect(),
        empty: None,
    }
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Request>(visit, (REQUESTS.title, "/requests"))?;
    let estate = visit.sighted()?;
    let held = estate.requests.get(&id).ok_or(Error::NotFound)?;
    let (at, nation) = (visit.dates.at, Nation::default());
    let due = held.due(nation).map(When::Day);
    let mut lead = capital(&state(held, visit));
    if let Some(due) = due.filter(|_| held.standing(at, nation).is_open()) {
        lead += &format!(": due {}", render::when(due));
    }
    let time = held.took(at, nation).map(|time| Said::text(took(&time)));
    let usual = usual(&estate, visit).remove(&held.to).unwrap_or_default();
    let outcome = held
        .outcome
        .map(|outcome| Said::text(capital(&spoken("request-outcome", &outcome))));
    Sheet {
        lead: vec![vec![Said::text(lead + ".")]],
        lines: vec![
            Line::text("Reference", held.reference.as_deref()),
            Line::new(
                "Asked of",
                [Said::record(visit, Organisation::NAME, held.to).with(usual)],
            ),
            Line::when("Asked on", Some(held.asked_on)),
            Line::text("Asked by", held.asked_by.as_deref()),
            Line::new(
                "Contract",
                held.contract
                    .map(|id| Said::record(visit, Contract::NAME, id)),
            ),
            Line::new(
                "Service",
                held.service
                    .map(|id| Said::record(visit, Service::NAME, id)),
            ),
            Line::text("Register item", held.item.as_deref()),
            Line::text("Clause", held.clause.as_deref()),
            Line::when("Answer due", due),
            Line::when("Answered on", held.answered_on),
            Line::new("Took", time),
            Line::text("Answer", held.answer.as_deref()),
            Line::new(
                "Evidence",
                held.evidence.iter().flat_map(|text| linked(text)),
            ),
            Line::new("What came of it", outcome),
        ],
        ..sheet
    }
    .shown(visit)
}
