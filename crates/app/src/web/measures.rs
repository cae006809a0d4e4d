//! What is measured of services: what each figure means, which way is better and what was promised.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Listing, Row, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, linked, may_change};
use super::visit::Visit;
use crate::render::{self, verdict::figure};
use handback_core::control::Service;
use handback_core::performance::{Better, Counted, Measure, Rebase};
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};

pub const ROUTES: &[Route] = &[
    Route::get("/measures", Needs::May(Action::See), list),
    Route::get("/measures/{id}", Needs::May(Action::See), record),
];

const PLACE: Place = Place {
    title: "Measures",
    kind: Measure::NAME,
    intro: "What is measured of services. Each says what it counts, which way is better, what was promised, and the smallest step that matters: stated before anybody looks.",
    beside: super::performance::BESIDE,
    blank: Blank {
        title: "No measures are stated yet",
        file: "A list of measures fills this place: what each counts, of which service, in which unit, which way is better, and its target.",
        places: &[
            "the schedule of service levels of the contract",
            "the monthly service reports",
            "the service desk’s own reports",
        ],
        templates: &["measures", "rebases"],
    },
};

const COLUMNS: &[Column] = &[
    words("measure", "Measure"),
    words("service", "Service"),
    words("better", "Better"),
    words("target", "Target"),
    words("unit", "Unit"),
    words("smallest", "Smallest step that matters"),
    words("primary", "Judged by it"),
];

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(&RecordId, &Measure)> = estate.measures.iter().collect();
    let service = |id: Option<RecordId>| {
        let held = id.and_then(|id| estate.services.get(&id));
        held.map_or("", |service| service.name.as_str())
    };
    held.sort_by_key(|(id, measure)| (service(measure.service), &measure.name, **id));
    let row = |(id, measure): (&RecordId, &Measure)| Row {
        cells: vec![
            Cell::text(&measure.name).to(format!("/measures/{id}")),
            match measure.service {
                Some(of) if !service(Some(of)).is_empty() => {
                    Cell::text(service(Some(of))).to(format!("/services/{of}"))
                }
                Some(_) => Cell::text("not shown here"),
                None => Cell::text(""),
            },
            Cell::text(better(measure.better)),
            Cell::text(
                measure
                    .target_on(visit.dates.at)
                    .map(figure)
                    .unwrap_or_default(),
            ),
            Cell::text(&measure.unit),
            measure
                .smallest
                .map_or_else(Cell::unknown, |step| Cell::text(figure(step))),
            Cell::text(if measure.is_primary { "yes" } else { "no" }),
        ],
        kept_by: Vec::new(),
    };
    let listing = Listing {
        name: "measures",
        caption: format!("{} measures", held.len()),
        columns: COLUMNS,
        filters: Vec::new(),
        rows: held.into_iter().map(row).collect(),
    };
    register::shown(visit, &PLACE, &listing)
}

fn better(better: Better) -> &'static str {
    match better {
        Better::Up => "when it rises",
        Better::Down => "when it falls",
        Better::Neither => "neither way",
    }
}

fn record(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Measure>(visit, (PLACE.title, "/measures"))?;
    let estate = visit.sighted()?;
    let measure = estate.measures.get(&id).ok_or(Error::NotFound)?;
    let comes = match measure.counted {
        Some(counted) => Said::text(Counted::word(counted)).with("counted from tickets"),
        None => {
            Said::text(measure.printed().collect::<Vec<_>>().join(", ")).with("as files call it")
        }
    };
    let texts = |texts: &[String]| (!texts.is_empty()).then(|| Said::text(texts.join(", ")));
    let number =
        |value: Option<f64>| value.map(|value| Said::text(figure(value)).with(&*measure.unit));
    let definitions = measure.definition.iter();
    let definitions = definitions.map(|(from, text)| vec![Said::when(from), Said::text(text)]);
    let targets = measure.target.iter().map(|(from, target)| {
        let promised = target.0.map_or_else(|| "none".into(), figure);
        vec![Said::when(from), Said::text(promised).with(&*measure.unit)]
    });
    let mut rebases: Vec<(&RecordId, &Rebase)> = estate
        .rebases
        .iter()
        .filter(|(_, rebase)| rebase.measure == Some(id))
        .collect();
    rebases.sort_by_key(|(id, rebase)| (rebase.from, **id));
    let rebases = rebases.into_iter().map(|(id, rebase)| {
        let change = format!("/records/rebase/{id}/change");
        let reason = Said::text(&rebase.reason);
        vec![
            Said::when(rebase.from),
            match may_change(visit, Rebase::NAME, *id) {
                true => reason.to(change),
                false => reason,
            },
            Said::text(rebase.decided_by.as_deref().unwrap_or_default()),
        ]
    });
    let lead = match measure.is_primary {
        true => "Its service is judged by this measure beside the others.",
        false => "Its service is not judged by this measure beside the others.",
    };
    let add = (!visit.is_past_knowledge() && visit.visitor.could(Action::StateEstate))
        .then(|| vec![Said::text("Set its limits anew").to("/records/rebase/new")]);
    Sheet {
        lead: std::iter::once(vec![Said::text(lead)]).chain(add).collect(),
        lines: vec![
            Line::new(
                "Service",
                measure
                    .service
                    .map(|id| Said::record(visit, Service::NAME, id)),
            ),
            Line::text("Unit", Some(&measure.unit)),
            Line::new(
                "Better",
                [Said::text(render::capital(better(measure.better)))],
            ),
            Line::new("Target", number(measure.target_on(visit.dates.at))),
            Line::new("Smallest step that matters", number(measure.smallest)),
            Line::new(
                "Left out after a handover",
                [Said::text(format!("{} months", measure.transition))],
            ),
            Line::new("Its values", [comes]),
            Line::new("Tickets of", texts(&measure.tickets_of)),
            Line::new("Compared with", texts(&measure.compared)),
            Line::text("Answered for by", measure.owner.as_deref()),
            Line::new(
                "Source",
                measure.source.iter().flat_map(|text| linked(text)),
            ),
        ],
        tables: vec![
            Table {
                caption: "What it counts".into(),
                headings: vec!["Since", "Definition"],
                rows: definitions.collect(),
                empty: Some("Nobody has said what exactly it counts."),
            },
            Table {
                caption: "What was promised".into(),
                headings: vec!["Since", "Target"],
                rows: targets.collect(),
                empty: None,
            },
            Table {
                caption: "When its limits were set anew".into(),
                headings: vec!["From", "Because", "Decided by"],
                rows: rebases.collect(),
                empty: None,
            },
        ],
        ..sheet
    }
    .shown(visit)
}
