//! What hangs by one thread: knowledge, licences and keys; where registers and payments tell
//! different stories; and when each register was last true.

use super::{Beside, beside};
use crate::estate::live_parts;
use crate::render::{self, moves};
use crate::web::answer::{Answer, Error};
use crate::web::sheet::{Said, Table};
use crate::web::visit::Visit;
use handback_core::control::Service;
use handback_core::dated::When;
use handback_core::organisation::Organisation;
use handback_core::pence::Pence;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Risks;
use handback_core::transition::{Contradiction, PaidOrganisation, Record, contradictions};
use handback_facts::question::{PaidByName, Scope};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// For how many months back payments are held against registers.
const MONTHS: i32 = 12;

#[derive(Serialize)]
struct Page {
    beside: Vec<Beside>,
    tables: Vec<(Table, &'static str)>,
    /// Nothing in any register yet.
    is_blank: bool,
}

pub fn page(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let day = visit.dates.at;
    let risks = estate.risks(day);
    let found = contradictions(&estate.supplies(), &paid(visit)?, day, MONTHS);
    let tables = vec![
        single_points(visit, &risks),
        stops_on_day_0(visit, &risks),
        can_log_in(visit, &risks),
        paid_not_listed(visit, &found),
        listed_not_paid(visit, &found),
        last_true(&risks),
    ];
    visit.page(
        "readiness-risks.html",
        &Page {
            beside: beside(visit),
            is_blank: risks.last_true.is_empty(),
            tables,
        },
    )
}

fn named(visit: &Visit, record: &Record, title: &str) -> Said {
    match visit.sees(record.id) {
        true => Said::text(title).to(crate::web::forms::page_of(&record.kind, record.id)),
        false => Said::text("An item that is not shown here"),
    }
}

fn services(visit: &Visit, ids: impl IntoIterator<Item = RecordId>) -> Said {
    let names = ids
        .into_iter()
        .map(|id| Said::record(visit, Service::NAME, id).text);
    Said::text(names.collect::<Vec<_>>().join(", "))
}

fn single_points(visit: &Visit, risks: &Risks) -> (Table, &'static str) {
    let rows = risks.single_points.iter().map(|point| {
        vec![
            named(visit, &point.record, &point.title),
            Said::text(&point.post),
            match point.with_authority {
                Some(true) => Said::text("with the authority"),
                Some(false) => Said::text("not with the authority"),
                None => Said::unknown(),
            },
            services(visit, point.services.iter().copied()),
        ]
    });
    let table = Table {
        caption: "Knowledge in one post".into(),
        headings: vec!["What", "Known by", "Where that post is", "Services"],
        rows: rows.collect(),
        empty: Some("No listed knowledge is with one post alone."),
    };
    (
        table,
        "Known by exactly one post and not passed on. Those whose post is not with the authority come first.",
    )
}

fn stops_on_day_0(visit: &Visit, risks: &Risks) -> (Table, &'static str) {
    let rows = risks.stops_on_day_0.iter().flat_map(|licence| {
        let title = named(visit, &licence.record, &licence.title);
        let routed = match licence.routed {
            true => Said::text("stated"),
            false => Said::text("not stated"),
        };
        licence.ways.iter().map(move |way| {
            let names = way
                .iter()
                .map(|id| Said::record(visit, Service::NAME, *id).text);
            let names: Vec<String> = names.collect();
            vec![
                title.clone(),
                routed.clone(),
                Said::text(names.last().cloned().unwrap_or_default()),
                Said::text(names.join(" → ")),
            ]
        })
    });
    let table = Table {
        caption: "Licences without which a service stops on the day it moves".into(),
        headings: vec![
            "Licence",
            "What becomes of it",
            "Service that stops",
            "By way of",
        ],
        rows: rows.collect(),
        empty: Some("No listed licence stops a service on that day."),
    };
    (
        table,
        "Followed through what services depend on: a service stops when one that it needs stops.",
    )
}

fn can_log_in(visit: &Visit, risks: &Risks) -> (Table, &'static str) {
    let rows = risks.can_log_in.iter().map(|key| {
        let moved = key.services.iter().map(|(id, cutover)| {
            let name = Said::record(visit, Service::NAME, *id).text;
            format!("{name} ({})", render::when(*cutover))
        });
        vec![
            named(visit, &key.record, &key.title),
            Said::text(moves::keyholder(key.holder)),
            Said::text(if key.already {
                "can log in now"
            } else {
                "could log in after the move"
            }),
            Said::text(moved.collect::<Vec<_>>().join(", ")),
        ]
    });
    let table = Table {
        caption: "Who can still log in as us after the move".into(),
        headings: vec![
            "Credential",
            "Held by",
            "Access",
            "Services, and when they move",
        ],
        rows: rows.collect(),
        empty: Some("No listed credential that others hold is left unchanged."),
    };
    (
        table,
        "Credentials that others hold and that were not changed since the service moved.",
    )
}

fn paid_not_listed(visit: &Visit, found: &[Contradiction]) -> (Table, &'static str) {
    let mut rows: Vec<Vec<Said>> = Vec::new();
    for contradiction in found {
        let Contradiction::PaidNotListed {
            organisation,
            name,
            last,
        } = contradiction
        else {
            continue;
        };
        let who = match organisation {
            Some(id) => Said::record(visit, Organisation::NAME, *id),
            None => {
                Said::text(name).with("a printed name; nobody decided which organisation it means")
            }
        };
        rows.push(vec![who, Said::when(When::Day(*last))]);
    }
    rows.sort_by_key(|row| row[0].text.to_lowercase());
    let table = Table {
        caption: "Paid for, but not listed".into(),
        headings: vec!["Paid for technology", "Last paid"],
        rows,
        empty: Some(
            "Everybody who was paid for technology in the twelve months before is in a register or a contract.",
        ),
    };
    (
        table,
        "Paid for technology in the twelve months before, and named by no register and no contract.",
    )
}

fn listed_not_paid(visit: &Visit, found: &[Contradiction]) -> (Table, &'static str) {
    let mut rows: Vec<Vec<Said>> = Vec::new();
    for contradiction in found {
        let Contradiction::ListedNotPaid {
            organisation,
            last,
            records,
        } = contradiction
        else {
            continue;
        };
        let titles = records
            .iter()
            .map(|(record, title)| named(visit, record, title).text);
        rows.push(vec![
            Said::record(visit, Organisation::NAME, *organisation),
            Said::text(titles.collect::<Vec<_>>().join(", ")),
            last.map_or_else(|| Said::text("never"), |last| Said::when(When::Day(last))),
        ]);
    }
    rows.sort_by_key(|row| row[0].text.to_lowercase());
    let table = Table {
        caption: "Listed, but not paid for".into(),
        headings: vec!["Supplier", "What is listed", "Last paid"],
        rows,
        empty: Some(
            "Everybody whose licence or contract is listed was paid in the twelve months before.",
        ),
    };
    (
        table,
        "Listed in a register as one who is paid, and not paid in the twelve months before. The main supplier may pay them, or it may have ended.",
    )
}

fn last_true(risks: &Risks) -> (Table, &'static str) {
    let rows = risks.last_true.iter().map(|(kind, register)| {
        let years = register.years.iter().rev();
        let years = years.map(|(year, items)| format!("{items} in {year}"));
        vec![
            Said::text(crate::words::word("register", kind).unwrap_or(kind)),
            register
                .year()
                .map_or_else(Said::unknown, |year| Said::text(year.to_string())),
            Said::text(years.collect::<Vec<_>>().join(", ")),
            Said::text(register.never.to_string()),
        ]
    });
    let table = Table {
        caption: "The year in which each register was last true".into(),
        headings: vec![
            "Register",
            "Last true",
            "Items last confirmed",
            "Never confirmed",
        ],
        rows: rows.collect(),
        empty: Some("No register lists anything yet."),
    };
    (
        table,
        "The year of the newest confirmation of any of its items.",
    )
}

/// Who was paid for technology up to the day, with the first and last day of any payment to them.
fn paid(visit: &Visit) -> Result<Vec<PaidOrganisation>, Error> {
    let statement = visit.site.statement(&visit.view, visit.dates.at)?;
    let estate = visit.estate()?;
    let question = PaidByName {
        scope: Scope::until(visit.dates.at),
    };
    let names = visit.site.data.facts.ask(&question, &live_parts(&estate));
    let names = names.map_err(anyhow::Error::from)?;
    let days: BTreeMap<&str, (Date, Date)> = names
        .iter()
        .map(|paid| (paid.name.as_str(), (paid.first, paid.last)))
        .collect();
    let lines = statement.suppliers.iter();
    let lines = lines
        .filter(|line| line.in_scope_pence > Pence::ZERO && line.organisation != estate.authority);
    let paid = lines.filter_map(|line| {
        let days = line.names.iter().filter_map(|name| days.get(name.as_str()));
        let (first, last) = days.copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        Some(PaidOrganisation {
            organisation: line.organisation,
            name: line.name.clone(),
            first,
            last,
        })
    });
    Ok(paid.collect())
}
