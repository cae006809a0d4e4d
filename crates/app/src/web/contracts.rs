//! Contracts: the list, and a contract's page with its term on a line.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, numbers, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{capital, spoken};
use super::visit::Visit;
use crate::render;
use handback_core::contract::{Contract, TermState};
use handback_core::control::ControlRule;
use handback_core::dated::When;
use handback_core::permission::Action;
use handback_core::record::Kind;
use handback_core::statement::{ContractSummary, contract_lines};
use jiff::civil::Date;

pub const ROUTES: &[Route] = &[
    Route::get("/contracts", Needs::May(Action::See), list),
    Route::get(
        "/contracts/{id}",
        Needs::May(Action::See),
        super::contract_page::page,
    ),
];

const COLUMNS: &[Column] = &[
    words("contract", "Contract"),
    words("supplier", "Supplier"),
    words("start", "Start"),
    words("end", "Last day"),
    words("notice", "Notice by"),
    words("decide", "Decide by"),
    words("state", "State"),
    numbers("value", "Value"),
    words("services", "Services under it"),
];

/// The lists that share a place in the navigation with contracts.
pub const BESIDE: &[(&str, &str)] = &[
    ("Contracts", "/contracts"),
    ("Organisations", "/organisations"),
];

const PLACE: Place = Place {
    title: "Contracts",
    kind: Contract::NAME,
    intro: "What binds you: with whom, from when to when, for how much. First those under which services are delivered.",
    beside: BESIDE,
    blank: Blank {
        title: "No contracts are stated yet",
        file: "Your contracts register fills this place, as it is. Handback reads the registers of most councils, and Open Contracting files.",
        places: &[
            "the contracts register that your council publishes under the Local Government Transparency Code, every quarter",
            "the procurement team’s own register, which often has more columns",
            "Contracts Finder and Find a Tender, as Open Contracting files (OCDS)",
        ],
        templates: &["contracts"],
    },
};

const STATES: [TermState; 4] = [
    TermState::Running,
    TermState::NotStarted,
    TermState::Ended,
    TermState::Unknown,
];

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let services = estate.services_on(visit.dates.at, &ControlRule::default());
    let lines = contract_lines(&estate, &services, visit.dates.at);
    let state = |state: &TermState| (key(*state), capital(&spoken("term", state)));
    let pair = |value: &str, text: &str| (value.to_owned(), text.to_owned());
    let listing = Listing {
        name: "contracts",
        caption: format!("{} contracts", lines.len()),
        columns: COLUMNS,
        filters: vec![
            Filter {
                name: "state",
                label: "State",
                choices: STATES.iter().map(state).collect(),
            },
            Filter {
                name: "services",
                label: "Services under it",
                choices: vec![pair("some", "Some"), pair("none", "None stated")],
            },
        ],
        rows: lines.iter().map(row).collect(),
    };
    register::shown(visit, &PLACE, &listing)
}

/// A state as the address filters by it.
fn key(state: TermState) -> String {
    match state {
        TermState::NotStarted => "not-started",
        TermState::Running => "running",
        TermState::Ended => "ended",
        TermState::Unknown => "unknown",
    }
    .to_owned()
}

fn row(line: &ContractSummary) -> Row {
    let when = |when: Option<When>| {
        when.map_or_else(Cell::unknown, |when| {
            Cell::text(render::when(when)).sorted_by(when.to_string())
        })
    };
    // Nobody misses a day where no clause on notice is stated.
    let day = |day: Option<Date>| day.map_or_else(|| Cell::text(""), Cell::day);
    let value =
        line.value_pence
            .map_or_else(Cell::unknown, |pence| match line.currency.as_deref() {
                None | Some("GBP") => Cell::money(pence),
                currency => Cell::text(render::worth(pence, currency)),
            });
    Row {
        cells: vec![
            Cell::text(&line.title)
                .to(format!("/contracts/{}", line.id))
                .with(line.reference.clone().unwrap_or_default()),
            if line.suppliers.is_empty() {
                Cell::unknown()
            } else {
                Cell::text(line.suppliers.join("; "))
            },
            when(line.start),
            when(line.end),
            day(line.last_notice),
            day(line.last_safe_day),
            Cell::text(spoken("term", &line.state)),
            value,
            Cell::names(&line.services),
        ],
        kept_by: vec![
            key(line.state),
            if line.services.is_empty() {
                "none".into()
            } else {
                "some".into()
            },
        ],
    }
}
