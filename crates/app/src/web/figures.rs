//! Figures: what each is, how it is counted, what it rests on, how it stood through time, and its rows.

use super::answer::{Answer, Error};
use super::charted::{self, Charted};
use super::listing::{Cell, Column, Listing, Row, Shown, numbers, words};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::figures::{Taken, taken};
use crate::render::chart::{Mark, Step, steps};
use crate::words;
use handback_core::assurance::Quantity;
use handback_core::dated::When;
use handback_core::permission::Action;
use handback_core::statement::{
    Counts, Estate, FIGURES, Figure, PaidUntil, Rules, Statement, counted_movements,
    counted_services, figure,
};
use jiff::civil::Date;
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/figures", Needs::May(Action::See), list),
    Route::get("/figures/{name}", Needs::May(Action::See), one),
    Route::get("/figures/{name}/time.csv", Needs::May(Action::See), time),
];

/// The value of a figure as people read it: a range where it is one, with its unit.
pub fn value(figure: &Figure) -> String {
    between(&figure.name, figure.known, figure.possible)
}

/// A range of a named figure.
pub fn between(name: &str, known: Option<Quantity>, possible: Option<Quantity>) -> String {
    let unit = match name.split('.').next() {
        Some("services") => " services",
        Some("staff") => " people",
        _ => "",
    };
    match (known, possible) {
        (Some(known), Some(possible)) if known == possible => format!("{known}{unit}"),
        (Some(known), Some(possible)) => format!("between {known} and {possible}{unit}"),
        _ => "not known".into(),
    }
}

/// What a figure is called.
pub fn title(name: &str) -> &str {
    words::word("figure", name).unwrap_or(name)
}

/// Take a figure of the page's day as known at the page's entry.
pub fn take(visit: &Visit, name: &str) -> Result<Taken, Error> {
    let estate = visit.estate()?;
    let paid = if name.starts_with("paid.") {
        visit.site.paid(&visit.view, visit.dates.at)?
    } else {
        Default::default()
    };
    let (at, known) = (visit.dates.at, visit.view.basis());
    taken(&estate, &paid, &Rules::default(), name, at, known).ok_or(Error::NotFound)
}

const LIST: &[Column] = &[
    words("figure", "Figure"),
    numbers("value", "Value"),
    words("counted", "How it is counted"),
    words("name", "Name for programs"),
];

fn list(visit: &Visit) -> Result<Answer, Error> {
    let mut rows = Vec::new();
    for (name, counted) in FIGURES {
        let figure = take(visit, name)?.figure;
        rows.push(Row {
            cells: vec![
                Cell::text(title(name)).to(format!("/figures/{name}")),
                Cell::text(value(&figure)),
                Cell::text(*counted),
                Cell::text(*name),
            ],
            kept_by: Vec::new(),
        });
    }
    let listing = Listing {
        name: "figures",
        caption: format!("{} figures", rows.len()),
        columns: LIST,
        filters: Vec::new(),
        rows,
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    #[derive(Serialize)]
    struct Page {
        list: Shown,
    }
    let list = listing.shown(visit);
    visit.page("figures.html", &Page { list })
}

#[derive(Serialize)]
struct Page<'a> {
    name: &'a str,
    title: &'a str,
    value: String,
    /// The counts behind a share: `19 of 25`.
    counts: Option<String>,
    taken: &'a Taken,
    rules: Vec<&'a String>,
    unknowns: Vec<&'a String>,
    /// The page of the manual that works an example.
    manual: &'static str,
    chart: Option<Charted>,
    rows: Option<Shown>,
    rows_are: &'static str,
    paid: bool,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let name = visit.param("name");
    let taken = take(visit, name)?;
    if visit.query.get("format") == Some("json") {
        return Answer::json(&taken);
    }
    let statement = visit.statement()?;
    let estate = visit.estate()?;
    let rows = rows(name, &estate, &statement, visit.dates.at);
    if let Some(rows) = &rows
        && let Some(file) = rows.csv(visit)?
    {
        return Ok(file);
    }
    let paid = name.starts_with("paid.");
    let applies = |rule: &&String| rule.starts_with("Controlled") != paid;
    visit.page(
        "figure.html",
        &Page {
            name,
            title: title(name),
            value: value(&taken.figure),
            counts: counts(name, &statement),
            rules: if name.starts_with("control.") || paid {
                statement.basis.rules.iter().filter(applies).collect()
            } else {
                Vec::new()
            },
            unknowns: statement
                .basis
                .unknowns
                .iter()
                .filter(|unknown| bears_on(name, unknown))
                .collect(),
            manual: manual(name),
            chart: chart(visit, name, &statement, &estate),
            rows_are: match name.split('.').next() {
                Some("staff") => "Movements that count",
                _ => "How each service counts",
            },
            rows: rows.map(|rows| rows.shown(visit)),
            paid,
            taken: &taken,
        },
    )
}

/// Whether something not known makes this figure less firm: control is counted from services, money
/// from payments.
fn bears_on(name: &str, unknown: &str) -> bool {
    match name.split('.').next() {
        Some("control" | "services") => unknown.contains("service"),
        Some("paid") => !unknown.contains("service"),
        _ => false,
    }
}

fn manual(name: &str) -> &'static str {
    match name.split('.').next() {
        Some("paid") => "docs/measures/technology-spend.md",
        Some("staff") => "docs/measures/staff-returned.md",
        _ => "docs/measures/control-share.md",
    }
}

/// `19 to 21 of 25 services`, where a figure is a share of services that each count as one.
fn counts(name: &str, statement: &Statement) -> Option<String> {
    if !name.starts_with("control.") || name == "control.by_cost" {
        return None;
    }
    let rows = counted_services(name, &statement.services)?;
    let count = |wanted: &[Counts]| {
        let counted = rows.iter().filter(|row| wanted.contains(&row.counts));
        counted.count()
    };
    let (known, possible) = (
        count(&[Counts::Known]),
        count(&[Counts::Known, Counts::Possible]),
    );
    let range = if known == possible {
        known.to_string()
    } else {
        format!("{known} to {possible}")
    };
    Some(format!("{range} of {} services", rows.len()))
}

const SERVICES: &[Column] = &[
    words("service", "Service"),
    words("counts", "Counts"),
    words("why", "Why"),
    numbers("cost", "Yearly cost"),
];

const MOVEMENTS: &[Column] = &[
    words("date", "Date"),
    numbers("people", "People"),
    words("route", "Route"),
    words("counts", "Counts"),
    words("source", "Source"),
];

/// The rows from which a figure is counted, where those are services or movements.
fn rows(name: &str, estate: &Estate, statement: &Statement, at: Date) -> Option<Listing> {
    if let Some(services) = counted_services(name, &statement.services) {
        let row = |service: &handback_core::statement::CountedService| Row {
            cells: vec![
                Cell::text(&service.name).to(format!("/services/{}", service.id)),
                Cell::text(counting(service.counts)),
                Cell::text(&service.why),
                service
                    .yearly_cost_pence
                    .map_or_else(Cell::unknown, Cell::money),
            ],
            kept_by: Vec::new(),
        };
        return Some(Listing {
            name: "how-services-count",
            caption: format!("{} services", services.len()),
            columns: SERVICES,
            filters: Vec::new(),
            rows: services.iter().map(row).collect(),
        });
    }
    let movements = counted_movements(name, estate, at)?;
    let rows = movements.iter().map(|(id, movement, counts)| Row {
        cells: vec![
            day(movement.date).to(format!("/movements/{id}")),
            Cell::count(u64::from(movement.count)),
            Cell::text(words::word("route", movement.route.word()).unwrap_or_default()),
            Cell::text(counting(*counts)),
            Cell::text(&movement.source),
        ],
        kept_by: Vec::new(),
    });
    Some(Listing {
        name: "movements-that-count",
        caption: format!("{} movements", movements.len()),
        columns: MOVEMENTS,
        filters: Vec::new(),
        rows: rows.collect(),
    })
}

/// A day as precisely as it is known.
pub fn day(when: When) -> Cell {
    let words = crate::render::date(&when.to_string()).unwrap_or_default();
    Cell::text(words).sorted_by(when.to_string())
}

fn counting(counts: Counts) -> &'static str {
    match counts {
        Counts::Known => "certainly",
        Counts::Possible => "possibly",
        Counts::No => "no",
    }
}

/// How a figure stood through time.
fn chart(visit: &Visit, name: &str, statement: &Statement, estate: &Estate) -> Option<Charted> {
    let csv = format!("/figures/{name}/time.csv");
    match name {
        "paid.total" => return Some(charted::paid_by_year(&statement.money.by_year, csv)),
        "paid.technology" => {
            return Some(charted::technology_by_year(&statement.money.by_year, csv));
        }
        _ => {}
    }
    let taken = through_time(name, estate, statement);
    let yearly: Vec<&Figure> = last_of_years(&taken);
    let marks = marks(estate, &taken, visit.dates.at);
    let unit = |value: f64| match name.split('.').next() {
        Some("control") => format!("{:.0}%", value * 100.0),
        _ => format!("{value:.0}"),
    };
    let points: Vec<Step> = taken.iter().map(step).collect();
    let svg = steps(&points, &[], &marks, unit);
    Some(Charted {
        key: vec![("controlled", "certainly"), ("possible", "possibly")],
        marks: if svg.is_empty() { Vec::new() } else { marks },
        ..Charted::of("How it stood through time", svg, &table(&yearly), csv)
    })
}

fn step(figure: &Figure) -> Step {
    let number = |quantity: Quantity| match quantity {
        Quantity::Share(share) => share as f64 / 10_000.0,
        Quantity::Money(pence) => pence.0 as f64,
        Quantity::Count(count) => count as f64,
        Quantity::Years(years) => years as f64 / 100.0,
    };
    Step {
        on: figure.on,
        known: figure.known.map(number),
        possible: figure.possible.map(number),
    }
}

/// The figure at the end of each month for which the statement draws who ran the services.
fn through_time(name: &str, estate: &Estate, statement: &Statement) -> Vec<Figure> {
    let (rules, nothing) = (Rules::default(), PaidUntil::new());
    let days = statement.control.series.iter().map(|point| point.on);
    days.filter_map(|on| figure(estate, &nothing, &rules, name, on))
        .collect()
}

fn last_of_years(figures: &[Figure]) -> Vec<&Figure> {
    let last = |place: &usize| {
        let next = figures.get(place + 1);
        next.is_none_or(|next| next.on.year() != figures[*place].on.year())
    };
    (0..figures.len())
        .filter(last)
        .map(|place| &figures[place])
        .collect()
}

/// The events inside the time that is drawn, and the page's own day.
fn marks(estate: &Estate, figures: &[Figure], at: Date) -> Vec<Mark> {
    let (Some(first), Some(last)) = (figures.first(), figures.last()) else {
        return Vec::new();
    };
    let mut marks: Vec<Mark> = estate
        .events
        .values()
        .filter_map(|event| {
            let on = event.date.earliest()?;
            let inside = first.on <= on && on <= last.on;
            inside.then(|| Mark {
                on,
                text: event.title.clone(),
                today: false,
            })
        })
        .collect();
    marks.sort_by(|a, b| (a.on, &a.text).cmp(&(b.on, &b.text)));
    marks.push(Mark {
        on: at,
        text: String::new(),
        today: true,
    });
    marks
}

const TIME: &[Column] = &[
    words("on", "Day"),
    numbers("known", "Certainly"),
    numbers("possible", "Possibly, at most"),
];

fn table(figures: &[&Figure]) -> Listing {
    let cell = |quantity: Option<Quantity>| {
        quantity.map_or_else(Cell::unknown, |quantity| Cell::text(quantity.to_string()))
    };
    let row = |figure: &&Figure| Row {
        cells: vec![
            Cell::day(figure.on),
            cell(figure.known),
            cell(figure.possible),
        ],
        kept_by: Vec::new(),
    };
    Listing {
        name: "figure-through-time",
        caption: "At the end of each year".into(),
        columns: TIME,
        filters: Vec::new(),
        rows: figures.iter().map(row).collect(),
    }
}

/// A figure through time as a file: month by month, or year by year for payments.
fn time(visit: &Visit) -> Result<Answer, Error> {
    let name = visit.param("name");
    if !FIGURES.iter().any(|(known, _)| *known == name) {
        return Err(Error::NotFound);
    }
    let statement = visit.statement()?;
    if name.starts_with("paid.") {
        return charted::years(&statement.money.by_year).file();
    }
    let estate = visit.estate()?;
    let taken = through_time(name, &estate, &statement);
    table(&taken.iter().collect::<Vec<_>>()).file()
}
