//! What oversight bodies recommended, and what became of it. Everybody sees what is published of it.

use super::answer::{Answer, Error};
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, words};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::Saying;
use handback_core::assurance::{Recommendation, RecommendationState};
use handback_core::dated::{On, When};
use handback_core::permission::Action;
use handback_core::record::{Change, Kind, RecordId, Visibility};
use handback_core::statement::Estate;
use jiff::civil::Date;
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/recommendations", Needs::Nothing, list),
    Route::get("/recommendations/{id}", Needs::Nothing, one),
    Route::post(
        "/recommendations/{id}/visibility",
        Needs::May(Action::Publish),
        show,
    ),
];

const COLUMNS: &[Column] = &[
    words("text", "Recommendation"),
    words("body", "Made by"),
    words("date", "When"),
    words("state", "State"),
    words("owner", "Answered for by"),
];

/// How it stands on a day, in words; what is not stated is open.
fn state_on(recommendation: &Recommendation, day: Date) -> RecommendationState {
    match recommendation.state.on(day) {
        On::Value(state) | On::Between(Some(state), _) => *state,
        On::Nothing | On::Between(None, _) => RecommendationState::Open,
    }
}

fn name(estate: &Estate, id: RecordId) -> String {
    let held = estate.organisations.get(&id);
    held.map_or_else(|| "a body that was erased".into(), |held| held.name.clone())
}

#[derive(Serialize)]
struct Page {
    list: Shown,
    /// How many stand how: what the panel asks first.
    counts: Vec<(usize, &'static str)>,
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let seen: Vec<(&RecordId, &Recommendation)> = estate
        .recommendations
        .iter()
        .filter(|(id, _)| visit.sees(**id))
        .collect();
    let row = |(id, held): &(&RecordId, &Recommendation)| {
        let state = state_on(held, visit.dates.at).word();
        let text = match &held.reference {
            Some(reference) => format!("{reference}: {}", held.text),
            None => held.text.clone(),
        };
        Row {
            cells: vec![
                Cell::text(text).to(format!("/recommendations/{id}")),
                Cell::text(name(&estate, held.body)),
                Cell::when(held.date),
                Cell::text(crate::words::word("recommendation-state", state).unwrap_or(state)),
                Cell::text(held.owner.clone().unwrap_or_default()),
            ],
            kept_by: vec![state.to_owned()],
        }
    };
    let mut rows: Vec<Row> = seen.iter().map(row).collect();
    rows.sort_by(|a, b| b.cells[2].compare(&a.cells[2]));
    let listing = Listing {
        name: "recommendations",
        caption: format!("{} recommendations", rows.len()),
        columns: COLUMNS,
        filters: vec![Filter {
            name: "state",
            label: "State",
            choices: RecommendationState::ALL
                .iter()
                .map(|state| {
                    let word = state.word();
                    let said = crate::words::word("recommendation-state", word).unwrap_or(word);
                    (word.to_owned(), said.to_owned())
                })
                .collect(),
        }],
        rows,
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    let counts = RecommendationState::ALL.iter().map(|state| {
        let stand = seen
            .iter()
            .filter(|(_, held)| state_on(held, visit.dates.at) == *state);
        let word = state.word();
        (
            stand.count(),
            crate::words::word("recommendation-state", word).unwrap_or(word),
        )
    });
    visit.page(
        "recommendations.html",
        &Page {
            counts: counts.filter(|(count, _)| *count > 0).collect(),
            list: listing.shown(visit),
        },
    )
}

#[derive(Serialize)]
struct One<'a> {
    id: RecordId,
    held: &'a Recommendation,
    body: String,
    state: &'static str,
    services: Vec<(RecordId, String)>,
    life: Vec<(When, &'static str)>,
    visibility: Visibility,
    may_answer: bool,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let id = visit.record("id")?;
    let held = estate.recommendations.get(&id).ok_or(Error::NotFound)?;
    if !visit.sees(id) {
        return Err(Error::NotFound);
    }
    let word = |state: RecommendationState| {
        crate::words::word("recommendation-state", state.word()).unwrap_or(state.word())
    };
    let services = held.services.iter().filter_map(|id| {
        let service = estate.services.get(id)?;
        Some((*id, service.name.clone()))
    });
    let entry = visit.view.known().entry_of(id).ok_or(Error::NotFound)?;
    let may = |action| {
        visit
            .visitor
            .permit(action, &estate.subject(Recommendation::NAME, id))
            .is_ok()
    };
    visit.page(
        "recommendation.html",
        &One {
            id,
            body: name(&estate, held.body),
            state: word(state_on(held, visit.dates.at)),
            services: services.collect(),
            life: held
                .state
                .iter()
                .map(|(from, state)| (from, word(*state)))
                .collect(),
            visibility: entry.visibility,
            may_answer: !visit.is_past_knowledge()
                && (may(Action::Recommend) || may(Action::AnswerRecommendation)),
            held,
        },
    )
}

/// Who can see it: everybody, whoever signs in, or few.
fn show(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    let estate = visit.estate()?;
    let permit = visit.permit(Action::Publish, &estate.subject(Recommendation::NAME, id))?;
    let visibility = match visit.form.get("visibility") {
        Some("published") => Visibility::Published,
        Some("internal") => Visibility::Internal,
        Some("restricted") => Visibility::Restricted,
        _ => return Err(Error::Wrong("say who can see it".into())),
    };
    let saying = Saying::because("who can see it");
    let stated = |picture: &handback_register::Picture| {
        let known = picture.known(picture.size());
        let held = known.get::<Recommendation>(id)?;
        let change = held.map(|held| Change::state(id, visibility, &held));
        Ok::<_, handback_register::Error>(((), change.into_iter().collect()))
    };
    visit.site.data.change(&permit, saying, stated)?;
    visit.see(&format!("/recommendations/{id}?done=saved"))
}
