//! People and events: staff movements and dated happenings.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, numbers, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, spoken};
use super::visit::Visit;
use crate::render;
use handback_core::assurance::{Claim, Event, Test};
use handback_core::dated::When;
use handback_core::organisation::Organisation;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use handback_core::transition::{Route as Way, StaffMovement};
use std::collections::BTreeSet;

pub const ROUTES: &[Route] = &[
    Route::get("/movements", Needs::May(Action::See), movements),
    Route::get("/movements/{id}", Needs::May(Action::See), movement),
    Route::get("/events", Needs::May(Action::See), events),
    Route::get("/events/{id}", Needs::May(Action::See), event),
];

const BESIDE: &[(&str, &str)] = &[("People who moved", "/movements"), ("Events", "/events")];

const MOVEMENTS: Place = Place {
    title: "People who moved",
    kind: StaffMovement::NAME,
    intro: "How many people came or went, when and by which legal route. Counts alone, never names.",
    beside: BESIDE,
    blank: Blank {
        title: "No movements of people are stated yet",
        file: "A list of counts fills this place: how many people moved on a date, by which route, from whom and to whom.",
        places: &[
            "the HR team’s transfer lists, kept for each transfer under TUPE: count them, and leave the names there",
            "reports to cabinet or committee on a service that moved",
            "joint statements with the supplier",
        ],
        templates: &["staff-movements"],
    },
};

const EVENTS: Place = Place {
    title: "Events",
    kind: Event::NAME,
    intro: "Dated happenings that may explain figures, and on which claims rest.",
    beside: BESIDE,
    blank: Blank {
        title: "No events are stated yet",
        file: "A list of what happened when fills this place: contracts that began, services that moved, reviews, outages.",
        places: &[
            "minutes of cabinet, committees and panels",
            "statements and press notices of the authority and its suppliers",
            "reports of auditors and inspectors",
        ],
        templates: &["events"],
    },
};

const MOVED: &[Column] = &[
    words("date", "When"),
    numbers("count", "How many"),
    words("route", "By which route"),
    words("from", "From"),
    words("to", "To"),
    words("source", "Source"),
];

const HAPPENED: &[Column] = &[
    words("date", "When"),
    words("event", "What happened"),
    words("until", "Until"),
    words("description", "More"),
    words("source", "Source"),
];

fn movements(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(&RecordId, &StaffMovement)> = estate.staff_movements.iter().collect();
    held.sort_by_key(|(id, moved)| (moved.date, **id));
    let used: BTreeSet<Way> = held.iter().map(|(_, moved)| moved.route).collect();
    let choice = |way: &Way| (way.word().to_owned(), capital(&spoken("route", way)));
    let listing = Listing {
        name: "staff-movements",
        caption: format!("{} movements", held.len()),
        columns: MOVED,
        filters: vec![Filter {
            name: "route",
            label: "By which route",
            choices: used.iter().map(choice).collect(),
        }],
        rows: held
            .into_iter()
            .map(|(id, moved)| moved_row(&estate, *id, moved))
            .collect(),
    };
    register::shown(visit, &MOVEMENTS, &listing)
}

fn dated(on: When) -> Cell {
    Cell::text(render::when(on)).sorted_by(on.to_string())
}

fn moved_row(estate: &Estate, id: RecordId, moved: &StaffMovement) -> Row {
    let organisation = |id: Option<RecordId>| match id {
        None => Cell::unknown(),
        Some(id) => match estate.organisations.get(&id) {
            Some(held) => Cell::text(&held.name).to(format!("/organisations/{id}")),
            None => Cell::text("not shown here"),
        },
    };
    Row {
        cells: vec![
            dated(moved.date).to(format!("/movements/{id}")),
            Cell::count(u64::from(moved.count)),
            Cell::text(spoken("route", &moved.route)),
            organisation(moved.from),
            organisation(moved.to),
            Cell::text(&moved.source),
        ],
        kept_by: vec![moved.route.word().to_owned()],
    }
}

fn movement(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<StaffMovement>(visit, (MOVEMENTS.title, "/movements"))?;
    let estate = visit.sighted()?;
    let moved = estate.staff_movements.get(&id).ok_or(Error::NotFound)?;
    let people = if moved.count == 1 { "person" } else { "people" };
    let organisation =
        |id: Option<RecordId>| id.map(|id| Said::record(visit, Organisation::NAME, id));
    let on = render::when(moved.date);
    Sheet {
        lines: vec![
            Line::when("When", Some(moved.date)),
            Line::new("How many", [Said::text(moved.count.to_string())]),
            Line::new(
                "By which route",
                [Said::text(capital(&spoken("route", &moved.route)))],
            ),
            Line::new("From", organisation(moved.from)),
            Line::new("To", organisation(moved.to)),
            Line::text("Source", Some(&moved.source)),
        ],
        ..sheet.titled(format!("{} {people} moved, {on}", moved.count))
    }
    .shown(visit)
}

fn events(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(&RecordId, &Event)> = estate.events.iter().collect();
    held.sort_by_key(|(id, event)| (event.date, **id));
    let row = |(id, event): (&RecordId, &Event)| Row {
        cells: vec![
            dated(event.date),
            Cell::text(&event.title).to(format!("/events/{id}")),
            event.until.map_or_else(|| Cell::text(""), dated),
            Cell::text(event.description.clone().unwrap_or_default()),
            Cell::text(&event.source),
        ],
        kept_by: Vec::new(),
    };
    let listing = Listing {
        name: "events",
        caption: format!("{} events", held.len()),
        columns: HAPPENED,
        filters: Vec::new(),
        rows: held.into_iter().map(row).collect(),
    };
    register::shown(visit, &EVENTS, &listing)
}

fn event(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Event>(visit, (EVENTS.title, "/events"))?;
    let estate = visit.sighted()?;
    let event = estate.events.get(&id).ok_or(Error::NotFound)?;
    let mut lines = vec![Line::when("When", Some(event.date))];
    lines.extend(event.until.map(|until| Line::when("Last day", Some(until))));
    lines.push(Line::text("Description", event.description.as_deref()));
    lines.push(Line::text("Source", Some(&event.source)));
    let claims = estate
        .claims
        .iter()
        .filter(|(_, claim)| rests_on(claim, id));
    let row = |(claim, held): (&RecordId, &Claim)| {
        vec![
            Said::record(visit, Claim::NAME, *claim),
            Said::text(&held.said_by),
            Said::when(held.said_on),
        ]
    };
    Sheet {
        lines,
        tables: vec![Table {
            caption: "Claims that rest on it".into(),
            headings: vec!["Claim", "Said by", "When"],
            rows: claims.map(row).collect(),
            empty: None,
        }],
        ..sheet
    }
    .shown(visit)
}

fn rests_on(claim: &Claim, event: RecordId) -> bool {
    let promised = claim.promise.as_ref().and_then(|promise| promise.event);
    if promised == Some(event) {
        return true;
    }
    match claim.test {
        Some(Test::Order { first, second } | Test::Span { first, second, .. }) => {
            [first, second].contains(&event)
        }
        Some(Test::Figure { .. }) | None => false,
    }
}
