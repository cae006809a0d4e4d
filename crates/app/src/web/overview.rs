//! The statement of control: the page that everything else leads to and from.

use super::answer::{Answer, Error};
use super::charted::{self, Charted};
use super::listing::{Cell, Column, Listing, Row, numbers, words};
use super::problems;
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::render::chart;
use handback_core::assurance::Verdict;
use handback_core::control::Standing;
use handback_core::permission::Action;
use handback_core::statement::{SeriesPoint, ServiceLine, Statement, SupplierLine};
use serde::Serialize;
use std::sync::Arc;

pub const ROUTES: &[Route] = &[
    Route::get("/", Needs::Nothing, overview),
    Route::get("/control.csv", Needs::May(Action::See), months),
];

/// How many lines the short lists of the two pages have.
const SHORT: usize = 8;

#[derive(Serialize)]
struct Page<'a> {
    statement: &'a Statement,
    bands: String,
    key: Vec<Mark>,
    yearly: Vec<&'a SeriesPoint>,
    /// What was paid for technology by year.
    paid: Charted,
    open: Vec<Open>,
    open_more: usize,
    suppliers: Vec<Supplier<'a>>,
    claims: Option<Claims>,
    /// What was kept of promises, and what was answered to people, for those who sign in.
    promises: Option<Promises>,
    /// How problems stand, where any is told and the visitor may see them.
    problems: Option<String>,
    /// The address that shows exactly this, for the printed page.
    address: String,
    /// What a new authority has not done yet.
    first_steps: Option<super::first::Steps>,
    /// The words with which it was published.
    note: Option<&'a str>,
}

/// A band's colour and what it stands for.
#[derive(Serialize)]
struct Mark {
    class: &'static str,
    text: &'static str,
}

/// What people say, a sentence on promises, and one on what people told.
#[derive(Serialize)]
struct Promises {
    /// What people say, and how it was before.
    happiness: Option<String>,
    kept: Option<String>,
    told: Option<String>,
}

/// A service that is not certainly controlled, and why.
#[derive(Serialize)]
struct Open {
    id: String,
    name: String,
    why: String,
}

#[derive(Serialize)]
struct Supplier<'a> {
    #[serde(flatten)]
    line: &'a SupplierLine,
    href: String,
}

#[derive(Serialize)]
struct Claims {
    total: usize,
    supported: usize,
    contradicted: usize,
    cannot_tell: usize,
}

/// The statement of control for whoever may see it; for everybody else what is published.
fn overview(visit: &Visit) -> Result<Answer, Error> {
    if !visit.visitor.could(Action::See) {
        return super::publications::published(visit);
    }
    let statement = visit.statement()?;
    shown(visit, &statement, None)
}

/// The page of a statement, with the words it was published with.
pub fn shown(
    visit: &Visit,
    statement: &Arc<Statement>,
    note: Option<&str>,
) -> Result<Answer, Error> {
    let series = &statement.control.series;
    let open: Vec<&ServiceLine> = statement
        .services
        .iter()
        .filter(|service| service.standing != Standing::Controlled)
        .collect();
    let suppliers = statement
        .suppliers
        .iter()
        .filter(|supplier| supplier.in_scope_pence.0 != 0)
        .take(SHORT);
    visit.page(
        "overview.html",
        &Page {
            bands: chart::bands(series),
            key: chart::KEY
                .iter()
                .map(|(class, text)| Mark { class, text })
                .collect(),
            yearly: chart::yearly(series),
            paid: charted::technology_by_year(
                &statement.money.by_year,
                "/figures/paid.technology/time.csv".into(),
            ),
            open_more: open.len().saturating_sub(SHORT),
            open: open.iter().take(SHORT).map(|line| why_open(line)).collect(),
            suppliers: suppliers
                .map(|line| Supplier {
                    href: super::suppliers::href(line),
                    line,
                })
                .collect(),
            claims: claims(statement),
            promises: match visit.visitor.could(Action::See) {
                true => promises(visit)?,
                false => None,
            },
            problems: problems(visit)?,
            address: visit.site.settings.public_url.clone()
                + &match visit.visitor.is_signed_in() {
                    true => visit.pinned(),
                    false => "/".into(),
                },
            first_steps: match visit.visitor.is_signed_in() {
                true => super::first::steps(visit, statement)?,
                false => None,
            },
            note,
            statement,
        },
    )
}

fn why_open(service: &ServiceLine) -> Open {
    let held = match service.standing {
        Standing::Unknown => "not known: nobody has said who holds it".to_owned(),
        Standing::AssumedControlled => "taken to be yours, but nobody has confirmed it".to_owned(),
        _ => match &service.provider {
            Some(provider) => format!("with {provider}"),
            None => service.because.join("; "),
        },
    };
    Open {
        id: service.id.to_string(),
        name: service.name.clone(),
        why: held,
    }
}

fn promises(visit: &Visit) -> Result<Option<Promises>, Error> {
    let estate = visit.sighted()?;
    let day = visit.dates.at;
    let kept = super::promises::kept_lately(&estate, None, day);
    let told = (!estate.actions.is_empty()).then(|| super::actions::sentence(&estate, day));
    let happiness = super::experience::lately(&estate, day);
    let is_any = kept.is_some() || told.is_some() || happiness.is_some();
    Ok(is_any.then_some(Promises {
        happiness,
        kept,
        told,
    }))
}

fn claims(statement: &Statement) -> Option<Claims> {
    let count = |verdict| {
        let found = statement.claims.iter();
        found
            .filter(|claim| claim.finding.verdict == verdict)
            .count()
    };
    (!statement.claims.is_empty()).then(|| Claims {
        total: statement.claims.len(),
        supported: count(Verdict::Supported),
        contradicted: count(Verdict::Contradicted),
        cannot_tell: count(Verdict::CannotTell),
    })
}

/// A line on problems; nothing of them is published.
fn problems(visit: &Visit) -> Result<Option<String>, Error> {
    if !visit.visitor.could(Action::See) {
        return Ok(None);
    }
    let standing = problems::Standing::of(visit.sighted()?.as_ref(), visit.dates.at);
    Ok((standing.heard > 0).then(|| standing.told()))
}

const MONTHS: &[Column] = &[
    words("on", "Day"),
    numbers("in-house", "In-house"),
    numbers("shared", "Shared"),
    numbers("joint-venture", "Joint venture"),
    numbers("supplier", "Supplier"),
    numbers("unknown", "Not known"),
    numbers("controlled", "Certainly controlled"),
    numbers("possible", "Controlled at most"),
    numbers("of", "Services"),
];

/// Who ran the services, month by month, as a file.
fn months(visit: &Visit) -> Result<Answer, Error> {
    let statement = visit.statement()?;
    let row = |point: &SeriesPoint| {
        let count = |count: u32| Cell::count(u64::from(count));
        let share = |count: i64| Cell::count(count.unsigned_abs());
        Row {
            cells: vec![
                Cell::day(point.on),
                count(point.in_house),
                count(point.shared),
                count(point.joint_venture),
                count(point.supplier),
                count(point.unknown),
                share(point.controlled.known),
                share(point.controlled.possible),
                share(point.controlled.of),
            ],
            kept_by: Vec::new(),
        }
    };
    let listing = Listing {
        name: "who-ran-the-services",
        caption: String::new(),
        columns: MONTHS,
        filters: Vec::new(),
        rows: statement.control.series.iter().map(row).collect(),
    };
    listing.file()
}
