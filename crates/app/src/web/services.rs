//! Services: who runs and steers each, and its page.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, numbers, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{capital, spoken};
use super::visit::Visit;
use crate::render;
use handback_core::control::{Control, ControlRule, Criticality, Mode, Service};
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;

pub const ROUTES: &[Route] = &[
    Route::get("/services", Needs::May(Action::See), list),
    Route::get(
        "/services/{id}",
        Needs::May(Action::See),
        super::service_page::page,
    ),
];

const COLUMNS: &[Column] = &[
    words("service", "Service"),
    words("run-by", "Who runs it"),
    words("since", "Since"),
    words("contract", "Contract"),
    words("held", "You control it"),
    words("criticality", "Criticality"),
    numbers("cost", "Yearly cost"),
];

const BLANK: Blank = Blank {
    title: "No services are stated yet",
    file: "A list of your technology services fills this place, one line for each; a second file says who runs them, since when and under which contract.",
    places: &[
        "the service catalogue or the list of applications that your digital team keeps",
        "the list of systems in your business continuity plan",
        "the schedules of your contracts, which list what each supplier delivers",
    ],
    templates: &["services", "arrangements"],
};

const PLACE: Place = Place {
    title: "Services",
    kind: Service::NAME,
    intro: "The technology services that you use, and who runs and steers each of them.",
    beside: &[],
    blank: BLANK,
};

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let services = estate.services_on(visit.dates.at, &ControlRule::default());
    let rows: Vec<Row> = services
        .iter()
        .map(|(id, service, control)| row(visit, &estate, *id, service, control))
        .collect();
    let listing = Listing {
        name: "services",
        caption: format!("{} services", rows.len()),
        columns: COLUMNS,
        filters: filters(),
        rows,
    };
    register::shown(visit, &PLACE, &listing)
}

fn filters() -> Vec<Filter> {
    let pair = |value: &str, text: String| (value.to_owned(), text);
    let criticalities = Criticality::ALL
        .iter()
        .map(|held| pair(held.word(), capital(held.word())))
        .chain([pair("unknown", "Not known".into())]);
    let modes = Mode::ALL
        .iter()
        .map(|mode| pair(mode.word(), capital(&spoken("mode", mode))));
    vec![
        Filter {
            name: "held",
            label: "You control it",
            choices: vec![
                pair("certain", "Certainly".into()),
                pair("open", "Not certainly".into()),
            ],
        },
        Filter {
            name: "mode",
            label: "Who runs it",
            choices: modes.collect(),
        },
        Filter {
            name: "criticality",
            label: "Criticality",
            choices: criticalities.collect(),
        },
    ]
}

fn row(visit: &Visit, estate: &Estate, id: RecordId, service: &Service, control: &Control) -> Row {
    let cost = service.yearly_cost.on(visit.dates.at).certain();
    let criticality = service.criticality;
    let held = if control.standing.is_known() {
        "certain"
    } else {
        "open"
    };
    Row {
        cells: vec![
            Cell::text(&service.name).to(format!("/services/{id}")),
            run_by(estate, control),
            control.since.map_or_else(Cell::unknown, |since| {
                Cell::text(render::when(since)).sorted_by(since.to_string())
            }),
            under(estate, control),
            Cell::text(spoken("standing", &control.standing)),
            criticality.map_or_else(Cell::unknown, |held| {
                Cell::text(held.word()).sorted_by((held as u8).to_string())
            }),
            cost.map_or_else(Cell::unknown, |cost| Cell::money(cost.pence)),
        ],
        kept_by: vec![
            held.into(),
            control.mode.word().into(),
            criticality.map_or("unknown", Criticality::word).into(),
        ],
    }
}

fn run_by(estate: &Estate, control: &Control) -> Cell {
    let mode = spoken("mode", &control.mode);
    let provider = control
        .provider
        .filter(|id| Some(*id) != estate.authority)
        .and_then(|id| estate.organisations.get(&id));
    match (provider, control.mode) {
        (Some(provider), _) => Cell::text(&provider.name).with(mode),
        (None, Mode::Unknown) => Cell::unknown(),
        (None, _) => Cell::text(mode),
    }
}

fn under(estate: &Estate, control: &Control) -> Cell {
    match control.contract {
        None => Cell::text(""),
        Some(id) => match estate.contracts.get(&id) {
            Some(contract) => Cell::text(&contract.title).to(format!("/contracts/{id}")),
            None => Cell::text("not shown here"),
        },
    }
}
