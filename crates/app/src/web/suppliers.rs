//! Suppliers and their groups: what each was paid, under which names, by whom and for what.

use super::answer::{Answer, Error};
use super::charted::{self, Charted};
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, numbers, words};
use super::payments;
use super::report::{Beside, Report};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::estate::live_parts;
use crate::words;
use handback_core::dated::Period;
use handback_core::organisation::group;
use handback_core::pence::Pence;
use handback_core::permission::Action;
use handback_core::record::RecordId;
use handback_core::statement::{
    Estate, PaidUnder, Rules, Statement, SupplierAccount, SupplierLine, YearLine, supplier_account,
};
use handback_facts::question::{Descriptions, PaidByMonth, Scope, Totals};
use jiff::ToSpan;
use serde::Serialize;
use std::collections::BTreeMap;

/// The answers about money that share a place in the navigation.
pub const BESIDE: &[(&str, &str)] = &[("Suppliers", "/suppliers"), ("What extras cost", "/extras")];

pub const ROUTES: &[Route] = &[
    Route::get("/suppliers", Needs::May(Action::See), list),
    Route::get("/suppliers/named", Needs::May(Action::See), named),
    Route::get("/suppliers/{organisation}", Needs::May(Action::See), one),
    Route::get(
        "/groups/{organisation}",
        Needs::May(Action::See),
        whole_group,
    ),
];

/// Where a supplier's page is: by organisation, or by the name as printed.
pub fn href(line: &SupplierLine) -> String {
    match line.organisation {
        Some(id) => format!("/suppliers/{id}"),
        None => {
            let name = line.names.first().map(String::as_str).unwrap_or_default();
            format!("/suppliers/named?name={}", encoded(name))
        }
    }
}

/// A text as it stands in an address.
pub fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

const LIST: &[Column] = &[
    words("name", "Supplier"),
    words("group", "Group"),
    numbers("technology", "Technology"),
    numbers("all", "All payments"),
    numbers("payments", "Payments"),
    words("scope", "Technology or not"),
    words("why", "Why"),
];

fn list(visit: &Visit) -> Result<Answer, Error> {
    let statement = visit.statement()?;
    let listing = listing(&statement);
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    #[derive(Serialize)]
    struct Page<'a> {
        statement: &'a Statement,
        beside: Vec<Beside>,
        list: Shown,
        chart: Charted,
    }
    visit.page(
        "suppliers.html",
        &Page {
            beside: Report::beside(BESIDE, "/suppliers"),
            list: listing.shown(visit),
            chart: charted::technology_by_year(
                &statement.money.by_year,
                "/figures/paid.technology/time.csv".into(),
            ),
            statement: &statement,
        },
    )
}

fn listing(statement: &Statement) -> Listing {
    let groups = statement.money.groups.iter();
    let groups: Vec<(String, String)> = groups
        .map(|group| (group.name.clone(), group.name.clone()))
        .collect();
    let scopes = ["confirmed", "proposed", "outside"];
    let scopes = scopes.into_iter().map(|scope| {
        (
            scope.to_owned(),
            words::word("scope", scope).unwrap_or(scope).to_owned(),
        )
    });
    let paid = [
        ("technology", "For technology"),
        ("other", "For other things alone"),
    ];
    let owned = |(value, text): (&str, &str)| (value.to_owned(), text.to_owned());
    Listing {
        name: "suppliers",
        caption: format!("{} suppliers", statement.suppliers.len()),
        columns: LIST,
        filters: vec![
            Filter {
                name: "paid",
                label: "Paid",
                choices: paid.into_iter().map(owned).collect(),
            },
            Filter {
                name: "scope",
                label: "Decided",
                choices: scopes.collect(),
            },
            Filter {
                name: "group",
                label: "Group",
                choices: groups,
            },
        ],
        rows: statement.suppliers.iter().map(row).collect(),
    }
}

fn row(line: &SupplierLine) -> Row {
    let group = match (&line.group, line.group_organisation) {
        (Some(name), Some(id)) => Cell::text(name).to(format!("/groups/{id}")),
        _ => Cell::text(""),
    };
    let scope = scope_key(line);
    let paid = if line.in_scope_pence == Pence::ZERO {
        "other"
    } else {
        "technology"
    };
    let more = match line.names.len() {
        0 | 1 => String::new(),
        names => format!("{names} printed names"),
    };
    Row {
        kept_by: vec![
            paid.into(),
            scope.into(),
            // The firm at the top of a group is of the group too.
            line.group.clone().unwrap_or_else(|| line.name.clone()),
        ],
        cells: vec![
            Cell::text(&line.name).with(more).to(href(line)),
            group,
            Cell::money(line.in_scope_pence),
            Cell::money(line.paid_pence),
            Cell::count(line.payments),
            Cell::text(words::word("scope", scope).unwrap_or(scope)),
            Cell::text(&line.why),
        ],
    }
}

fn scope_key(line: &SupplierLine) -> &'static str {
    match line.scope {
        handback_core::money::ScopeBasis::Confirmed => "confirmed",
        handback_core::money::ScopeBasis::Proposed => "proposed",
        handback_core::money::ScopeBasis::Outside => "outside",
    }
}

/// A link with words.
#[derive(Serialize)]
struct Link {
    text: String,
    href: String,
}

/// What payments said they were for, and how often.
#[derive(Serialize)]
struct Description {
    text: String,
    payments: u64,
    pence: Pence,
}

/// What was paid in whole months.
#[derive(Serialize)]
struct Month {
    from: String,
    to: Option<String>,
    payments: u64,
    pence: Pence,
}

#[derive(Serialize)]
struct Page<'a> {
    line: &'a SupplierLine,
    scope: &'static str,
    account: &'a SupplierAccount,
    names: Vec<NameLine<'a>>,
    chart: Charted,
    descriptions: Vec<Description>,
    months: Vec<Month>,
    /// Payments whose printed date is a month or period in which the day lies.
    uncertain: u64,
    uncertain_pence: Pence,
    contracts: Vec<Link>,
    services: Vec<Link>,
    group: Option<Link>,
    payments: String,
}

/// What was paid under one printed name, and where its payments are.
#[derive(Serialize)]
struct NameLine<'a> {
    #[serde(flatten)]
    under: &'a PaidUnder,
    href: String,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("organisation")?;
    let statement = visit.statement()?;
    let paid = statement
        .suppliers
        .iter()
        .find(|line| line.organisation == Some(id));
    match paid {
        Some(line) => shown(visit, line),
        None => unpaid(visit, id),
    }
}

fn named(visit: &Visit) -> Result<Answer, Error> {
    let name = visit.query.typed("name");
    let statement = visit.statement()?;
    let of_the_name = |line: &&SupplierLine| line.names.iter().any(|printed| printed == name);
    let mut lines = statement.suppliers.iter().filter(of_the_name);
    // A name that somebody has tied to an organisation leads to it.
    let line = lines
        .clone()
        .find(|line| line.organisation.is_none())
        .or_else(|| lines.next())
        .ok_or(Error::NotFound)?;
    match line.organisation {
        Some(id) => visit.see(&format!("/suppliers/{id}")),
        None => shown(visit, line),
    }
}

/// An organisation that was paid nothing by the day.
fn unpaid(visit: &Visit, id: RecordId) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let organisation = estate.organisations.get(&id).ok_or(Error::NotFound)?;
    #[derive(Serialize)]
    struct Page<'a> {
        name: &'a str,
        contracts: Vec<Link>,
        services: Vec<Link>,
    }
    let (contracts, services) = bound(visit, Some(id))?;
    visit.page(
        "supplier-unpaid.html",
        &Page {
            name: &organisation.name,
            contracts,
            services,
        },
    )
}

fn shown(visit: &Visit, line: &SupplierLine) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let account = account(visit, &estate, line)?;
    let payments = payments_of(line);
    if visit.query.get("format") == Some("csv") {
        return charted::years(&account.by_year).file();
    }
    let scope = payments::scope_of(&estate, line);
    let asked = totals(visit, &estate, &scope)?;
    let (contracts, services) = bound(visit, line.organisation)?;
    let name = |under| NameLine {
        href: format!("/payments?name={}", encoded(&PaidUnder::clone(under).word)),
        under,
    };
    let csv = match href(line) {
        path if path.contains('?') => path + "&format=csv",
        path => path + "?format=csv",
    };
    visit.page(
        "supplier.html",
        &Page {
            line,
            scope: scope_key(line),
            names: account.by_name.iter().map(name).collect(),
            chart: charted::paid_by_year(&account.by_year, csv),
            descriptions: descriptions(visit, &estate, &scope)?,
            months: months(visit, &estate, &scope)?,
            uncertain: asked.0,
            uncertain_pence: asked.1,
            contracts,
            services,
            group: line.group_organisation.map(|id| Link {
                text: estate.organisation_name(id),
                href: format!("/groups/{id}"),
            }),
            payments,
            account: &account,
        },
    )
}

fn account(visit: &Visit, estate: &Estate, line: &SupplierLine) -> Result<SupplierAccount, Error> {
    let paid = visit.site.paid(&visit.view, visit.dates.at)?;
    let parts = paid.get(&visit.dates.at);
    let parts = parts.map(|paid| paid.parts.as_slice()).unwrap_or_default();
    Ok(supplier_account(estate, parts, &Rules::default(), line))
}

/// Where a supplier's payments are.
fn payments_of(line: &SupplierLine) -> String {
    match line.organisation {
        Some(id) => format!("/payments?organisation={id}"),
        None => {
            let name = line.names.first().map(String::as_str).unwrap_or_default();
            format!("/payments?name={}", encoded(name))
        }
    }
}

/// How many payments may or may not have been made by the day, and how much money.
fn totals(visit: &Visit, estate: &Estate, scope: &Scope) -> Result<(u64, Pence), Error> {
    let live = live_parts(estate);
    let facts = &visit.site.data.facts;
    let all = facts.ask(
        &Totals {
            scope: scope.clone(),
        },
        &live,
    )?;
    let ended = all.first().and_then(|all| all.days);
    if ended.is_none_or(|(_, last)| last <= visit.dates.at) {
        return Ok((0, Pence::ZERO));
    }
    let until = Scope {
        period: Scope::until(visit.dates.at).period,
        ..scope.clone()
    };
    let totals = facts.ask(&Totals { scope: until }, &live)?;
    let uncertain = totals.first().map(|totals| totals.uncertain);
    Ok(uncertain.map_or((0, Pence::ZERO), |sum| (sum.rows, sum.pence)))
}

fn descriptions(visit: &Visit, estate: &Estate, scope: &Scope) -> Result<Vec<Description>, Error> {
    const MOST: usize = 10;
    let question = Descriptions {
        scope: Scope {
            period: Scope::until(visit.dates.at).period,
            ..scope.clone()
        },
        most: MOST,
    };
    let found = visit.site.data.facts.ask(&question, &live_parts(estate))?;
    let described = found.iter().filter(|found| !found.description.is_empty());
    Ok(described
        .map(|found| Description {
            text: found.description.clone(),
            payments: found.sum.rows,
            pence: found.sum.pence,
        })
        .collect())
}

/// Whole months up to the day, which are answered from sums by month.
fn months(visit: &Visit, estate: &Estate, scope: &Scope) -> Result<Vec<Month>, Error> {
    let at = visit.dates.at;
    let end = if at == at.last_of_month() {
        at
    } else {
        at.first_of_month().saturating_sub(1.day())
    };
    let question = PaidByMonth {
        scope: Scope {
            period: Scope::until(end).period,
            ..scope.clone()
        },
    };
    let found = visit.site.data.facts.ask(&question, &live_parts(estate))?;
    let words = |day: jiff::civil::Date| day.strftime("%B %Y").to_string();
    let month = |months: Period, payments, pence| {
        let (from, to) = (words(months.from), words(months.to));
        Month {
            to: (from != to).then_some(to),
            from,
            payments,
            pence,
        }
    };
    Ok(found
        .iter()
        .map(|paid| month(paid.months, paid.sum.rows, paid.sum.pence))
        .collect())
}

/// The contracts that name an organisation, and the services that it delivers on the day.
fn bound(visit: &Visit, id: Option<RecordId>) -> Result<(Vec<Link>, Vec<Link>), Error> {
    let Some(id) = id else {
        return Ok((Vec::new(), Vec::new()));
    };
    let estate = visit.estate()?;
    let contracts = estate
        .contracts
        .iter()
        .filter(|(_, contract)| contract.suppliers.contains(&id));
    let mut contracts: Vec<Link> = contracts
        .map(|(id, contract)| Link {
            text: contract.title.clone(),
            href: format!("/contracts/{id}"),
        })
        .collect();
    contracts.sort_by(|a, b| (&a.text, &a.href).cmp(&(&b.text, &b.href)));
    let delivered = estate.arrangements.values().filter(|arrangement| {
        let provider = arrangement.provider.on(visit.dates.at).certain();
        provider.copied().flatten() == Some(id)
    });
    let mut services: Vec<Link> = delivered
        .filter_map(|arrangement| {
            let service = estate.services.get(&arrangement.service)?;
            service.exists(visit.dates.at).then(|| Link {
                text: service.name.clone(),
                href: format!("/services/{}", arrangement.service),
            })
        })
        .collect();
    services.sort_by(|a, b| (&a.text, &a.href).cmp(&(&b.text, &b.href)));
    Ok((contracts, services))
}

/// A member of a group: since when, and what it was paid by the day.
#[derive(Serialize)]
struct Member {
    name: String,
    href: String,
    since: Vec<String>,
    technology: Pence,
    paid: Pence,
    payments: u64,
}

fn whole_group(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("organisation")?;
    let estate = visit.estate()?;
    let top = estate.organisations.get(&id).ok_or(Error::NotFound)?;
    let statement = visit.statement()?;
    let of_the_group =
        |line: &&SupplierLine| line.organisation == Some(id) || line.group_organisation == Some(id);
    let lines: Vec<&SupplierLine> = statement.suppliers.iter().filter(of_the_group).collect();
    let mut years: BTreeMap<String, YearLine> = BTreeMap::new();
    for line in &lines {
        for year in account(visit, &estate, line)?.by_year {
            let sum = years.entry(year.year.clone()).or_insert_with(|| YearLine {
                year: year.year.clone(),
                paid_pence: Pence::ZERO,
                in_scope_pence: Pence::ZERO,
            });
            sum.paid_pence += year.paid_pence;
            sum.in_scope_pence += year.in_scope_pence;
        }
    }
    let years: Vec<YearLine> = years.into_values().collect();
    if visit.query.get("format") == Some("csv") {
        return charted::years(&years).file();
    }
    #[derive(Serialize)]
    struct Page<'a> {
        organisation: RecordId,
        name: &'a str,
        technology: Pence,
        paid: Pence,
        payments: u64,
        members: Vec<Member>,
        chart: Charted,
        statement: &'a Statement,
    }
    visit.page(
        "group.html",
        &Page {
            organisation: id,
            name: &top.name,
            technology: lines.iter().map(|line| line.in_scope_pence).sum(),
            paid: lines.iter().map(|line| line.paid_pence).sum(),
            payments: lines.iter().map(|line| line.payments).sum(),
            members: members(visit, &estate, id, &lines),
            chart: charted::paid_by_year(&years, format!("/groups/{id}?format=csv")),
            statement: &statement,
        },
    )
}

/// The firms that belong to the group on the day, paid or not, the most paid first.
fn members(visit: &Visit, estate: &Estate, top: RecordId, lines: &[&SupplierLine]) -> Vec<Member> {
    let belongs = |id: &RecordId| group(&estate.organisations, *id, visit.dates.at) == top;
    let ids = estate.organisations.keys().filter(|id| belongs(id));
    let member = |id: &RecordId| {
        let line = lines.iter().find(|line| line.organisation == Some(*id));
        let owners = estate.organisations.get(id).into_iter();
        let owned = owners.flat_map(|held| held.parent.iter());
        let since = owned.map(|(from, owner)| {
            let from = match from {
                handback_core::dated::When::Unknown => "since before anything on record".into(),
                from => format!(
                    "from {}",
                    crate::render::date(&from.to_string()).unwrap_or_default()
                ),
            };
            match owner {
                Some(owner) => format!("owned by {} {from}", estate.organisation_name(*owner)),
                None => format!("on its own {from}"),
            }
        });
        Member {
            name: estate.organisation_name(*id),
            href: format!("/suppliers/{id}"),
            since: since.collect(),
            technology: line.map(|line| line.in_scope_pence).unwrap_or_default(),
            paid: line.map(|line| line.paid_pence).unwrap_or_default(),
            payments: line.map(|line| line.payments).unwrap_or_default(),
        }
    };
    let mut members: Vec<Member> = ids.map(member).collect();
    members.sort_by(|a, b| (b.paid, &a.name).cmp(&(a.paid, &b.name)));
    members
}
