//! Whether services are ready to move: the matrix of services and dimensions, and what makes each so.

mod risks;

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Listing, Row, words};
use super::route::{Needs, Route};
use super::sheet::Said;
use super::visit::Visit;
use crate::render::{self, moves};
use handback_core::control::Service;
use handback_core::permission::{Action, Subject};
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use handback_core::transition::{
    Asked, Dimension, Judged, Named, Readiness, ReadinessStatement, ServiceReadiness, Wave,
};
use serde::Serialize;
use std::collections::BTreeSet;

pub const ROUTES: &[Route] = &[
    Route::get("/readiness", Needs::May(Action::See), matrix),
    Route::get("/readiness/risks", Needs::May(Action::See), risks::page),
    Route::get("/readiness/{service}", Needs::May(Action::See), one),
];

/// The lists that share this place in the navigation.
pub const BESIDE: &[(&str, &str)] = &[
    ("Readiness", "/readiness"),
    ("Single points", "/readiness/risks"),
    ("Waves", "/waves"),
    ("Tasks", "/tasks"),
    ("Blackouts", "/blackouts"),
];

#[derive(Serialize)]
pub struct Beside {
    text: &'static str,
    href: &'static str,
    current: bool,
}

/// The links to those lists.
pub fn beside(visit: &Visit) -> Vec<Beside> {
    links(visit, BESIDE)
}

/// Links to lists that share a place in the navigation.
pub fn links(visit: &Visit, places: &[(&'static str, &'static str)]) -> Vec<Beside> {
    let link = |&(text, href): &(&'static str, &'static str)| Beside {
        text,
        href,
        current: visit.path == href,
    };
    places.iter().map(link).collect()
}

const BLANK: Blank = Blank {
    title: "Nothing is stated yet about what is ready",
    file: "The exit registers fill this place: what each service needs, who holds it and what becomes of it. Where no register can tell, as with people and tested restores, somebody who knows states it.",
    places: &[
        "the asset, licence and contract registers that your exit schedule obliges the supplier to keep",
        "the HR team’s list of posts, counted",
        "reports of the last restore tests",
    ],
    templates: &["readiness-statements", "waves", "tasks"],
};

/// A word in a coloured box.
#[derive(Serialize)]
pub struct Tag {
    text: &'static str,
    classes: &'static str,
}

pub fn tag(readiness: Readiness) -> Tag {
    Tag {
        text: moves::readiness(readiness),
        classes: match readiness {
            Readiness::Ready => "govuk-tag--green",
            Readiness::NotReady => "govuk-tag--red",
            Readiness::Unknown => "govuk-tag--grey",
        },
    }
}

/// Services in every dimension, as a table.
#[derive(Serialize)]
pub struct Matrix {
    caption: String,
    dimensions: Vec<&'static str>,
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    service: Said,
    cutover: Option<String>,
    overall: Tag,
    cells: Vec<Square>,
}

#[derive(Serialize)]
struct Square {
    tag: Tag,
    /// How many items are settled, where a register lists some.
    settled: Option<String>,
}

impl Matrix {
    /// Of the services that the visitor may see.
    pub fn of(visit: &Visit, estate: &Estate, judged: &[ServiceReadiness]) -> Matrix {
        let line = |judged: &ServiceReadiness| Line {
            service: Said::text(&estate.services[&judged.service].name)
                .to(format!("/readiness/{}", judged.service)),
            cutover: judged.cutover.map(render::when),
            overall: tag(judged.overall()),
            cells: judged.dimensions.iter().map(square).collect(),
        };
        let seen = judged.iter().filter(|it| visit.sees(it.service));
        let rows: Vec<Line> = seen.map(line).collect();
        Matrix {
            caption: format!("Readiness of {} services", rows.len()),
            dimensions: Dimension::ALL.map(moves::dimension).into(),
            rows,
        }
    }
}

fn square(judged: &Judged) -> Square {
    let items = judged.items;
    Square {
        tag: tag(judged.readiness),
        settled: (items > 0).then(|| format!("{} of {items}", judged.settled)),
    }
}

/// How many services are how ready.
#[derive(Serialize)]
pub struct Counts {
    pub ready: usize,
    pub not_ready: usize,
    pub unknown: usize,
}

impl Counts {
    pub fn of(judged: &[ServiceReadiness]) -> Counts {
        let count = |wanted| judged.iter().filter(|it| it.overall() == wanted).count();
        Counts {
            ready: count(Readiness::Ready),
            not_ready: count(Readiness::NotReady),
            unknown: count(Readiness::Unknown),
        }
    }
}

/// The services of one wave alone.
pub fn of_wave(judged: Vec<ServiceReadiness>, wave: &Wave) -> Vec<ServiceReadiness> {
    let moving = judged.into_iter();
    moving
        .filter(|it| wave.services.contains(&it.service))
        .collect()
}

#[derive(Serialize)]
struct Page {
    beside: Vec<Beside>,
    matrix: Matrix,
    counts: Counts,
    /// Value, name and whether it is chosen.
    waves: Vec<(String, String, bool)>,
    csv: String,
    add: Option<String>,
    blank: &'static Blank,
    /// Nobody stated anything: not one square is known.
    is_blank: bool,
}

fn matrix(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let asked = Asked::on(visit.dates.at);
    let mut judged = estate.readiness(&asked);
    judged.retain(|it| visit.sees(it.service));
    let chosen = visit.query.get("wave").unwrap_or_default();
    let waves = estate.waves.iter().filter(|(id, _)| visit.sees(**id));
    let mut waves: Vec<(String, String, bool)> = waves
        .map(|(id, wave)| (id.to_string(), wave.name.clone(), id.to_string() == chosen))
        .collect();
    waves.sort_by(|a, b| a.1.cmp(&b.1));
    if !chosen.is_empty() {
        let id: RecordId = chosen.parse().map_err(|_| Error::NotFound)?;
        let wave = estate.waves.get(&id).filter(|_| visit.sees(id));
        judged = of_wave(judged, wave.ok_or(Error::NotFound)?);
    }
    if let Some(file) = listing(&estate, &judged).csv(visit)? {
        return Ok(file);
    }
    let unknown = |judged: &Judged| judged.items == 0 && judged.readiness == Readiness::Unknown;
    let is_blank = judged.iter().flat_map(|it| &it.dimensions).all(unknown);
    let may = visit
        .permit(Action::StateEstate, &Subject::default())
        .is_ok();
    visit.page(
        "readiness.html",
        &Page {
            beside: beside(visit),
            matrix: Matrix::of(visit, &estate, &judged),
            counts: Counts::of(&judged),
            csv: match chosen {
                "" => "/readiness?format=csv".into(),
                wave => format!("/readiness?wave={wave}&format=csv"),
            },
            waves,
            add: (may && !visit.is_past_knowledge())
                .then(|| "/records/readiness-statement/new".to_owned()),
            blank: &BLANK,
            is_blank,
        },
    )
}

const COLUMNS: &[Column] = &[
    words("service", "Service"),
    words("cutover", "Moves on"),
    words("overall", "Altogether"),
    words("assets", "Assets"),
    words("licences", "Licences"),
    words("data", "Data"),
    words("people", "People"),
    words("knowledge", "Knowledge"),
    words("access", "Access"),
    words("recovery-tested", "Recovery tested"),
    words("contract-route", "Route of contracts"),
];

fn listing(estate: &Estate, judged: &[ServiceReadiness]) -> Listing {
    let row = |judged: &ServiceReadiness| {
        let dimensions = judged.dimensions.iter();
        let states = dimensions.map(|judged| Cell::text(moves::readiness(judged.readiness)));
        let mut cells = vec![
            Cell::text(&estate.services[&judged.service].name),
            judged.cutover.map_or_else(Cell::unknown, Cell::when),
            Cell::text(moves::readiness(judged.overall())),
        ];
        cells.extend(states);
        Row {
            cells,
            kept_by: Vec::new(),
        }
    };
    Listing {
        name: "readiness",
        caption: format!("{} services", judged.len()),
        columns: COLUMNS,
        filters: Vec::new(),
        rows: judged.iter().map(row).collect(),
    }
}

/// One dimension of one service.
#[derive(Serialize)]
struct Part {
    name: &'static str,
    tag: Tag,
    /// How it was judged, in a sentence.
    counted: String,
    contradicted: bool,
    named: Vec<(Said, String)>,
    /// Where somebody states it.
    state: Option<String>,
}

#[derive(Serialize)]
struct One {
    name: String,
    service: String,
    overall: Tag,
    cutover: Option<String>,
    waves: Vec<Said>,
    /// Ready in so many of how many dimensions.
    ready: usize,
    parts: Vec<Part>,
    months: i32,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let id = visit.record("service")?;
    let service = estate.services.get(&id).filter(|_| visit.sees(id));
    let service = service.ok_or(Error::NotFound)?;
    visit.standing(Service::NAME, id)?;
    let asked = Asked::on(visit.dates.at);
    let mut all = estate.readiness(&asked).into_iter();
    let judged = all.find(|it| it.service == id).ok_or(Error::NotFound)?;
    let waves = estate.waves.iter();
    let waves = waves.filter(|(_, wave)| wave.services.contains(&id));
    let may = super::sheet::may_change(visit, Service::NAME, id);
    let stated: BTreeSet<Dimension> = estate
        .readiness_statements
        .values()
        .filter(|it| it.service == id)
        .map(|it| it.dimension)
        .collect();
    let part = |judged: &Judged| Part {
        name: moves::dimension(judged.dimension),
        tag: tag(judged.readiness),
        counted: counted(judged),
        contradicted: judged.contradicted,
        named: judged
            .named
            .iter()
            .map(|named| told(visit, named, judged.dimension))
            .collect(),
        state: (may && !stated.contains(&judged.dimension)).then(|| {
            let (service, dimension) = (&service.name, judged.dimension.word());
            let service = super::suppliers::encoded(service);
            format!("/records/readiness-statement/new?service={service}&dimension={dimension}")
        }),
    };
    let ready = |judged: &&Judged| judged.readiness == Readiness::Ready;
    visit.page(
        "readiness-of.html",
        &One {
            name: service.name.clone(),
            service: format!("/services/{id}"),
            overall: tag(judged.overall()),
            cutover: judged
                .cutover
                .map(|cutover| moves::moving(cutover, visit.dates.at)),
            waves: waves
                .map(|(wave, _)| Said::record(visit, Wave::NAME, *wave))
                .collect(),
            ready: judged.dimensions.iter().filter(ready).count(),
            parts: judged.dimensions.iter().map(part).collect(),
            months: asked.months,
        },
    )
}

fn counted(judged: &Judged) -> String {
    match (judged.items, judged.settled) {
        (0, _) => "No register lists anything for it.".into(),
        (1, 1) => "The register lists one item, and it is settled.".into(),
        (1, _) => "The register lists one item, and it is not settled.".into(),
        (items, settled) if items == settled => {
            format!("The register lists {items} items, and all are settled.")
        }
        (items, settled) => {
            format!("The register lists {items} items, of which {settled} settled.")
        }
    }
}

/// What is named, with where it leads, and why. A record that the visitor may not see counts and is
/// not named.
fn told(visit: &Visit, named: &Named, dimension: Dimension) -> (Said, String) {
    let why = moves::why(&named.reason, dimension);
    let Some(record) = &named.record else {
        return (Said::text("Nothing stated"), why);
    };
    if !visit.sees(record.id) {
        return (Said::text("An item that is not shown here"), why);
    }
    let is_statement = record.kind == ReadinessStatement::NAME;
    let title = match is_statement {
        true => "What a person stated",
        false => named.title.as_str(),
    };
    let page = super::forms::page_of(&record.kind, record.id);
    (Said::text(title).to(page), why)
}
