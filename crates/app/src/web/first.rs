//! The first steps of a new authority: name it, take payments in, confirm what is technology, say who
//! runs what.

use super::answer::{Answer, Error};
use super::fields::FieldFaults;
use super::forms::{NotStated, now_only, stated};
use super::review::technology_suppliers;
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::Saying;
use crate::estate::authority_of;
use handback_core::control::{Facet, Standing};
use handback_core::kinds;
use handback_core::organisation::{Organisation, OrganisationRole};
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, RecordId, Visibility};
use handback_core::statement::{Estate, Statement};
use handback_register::Picture;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub const ROUTES: &[Route] = &[
    Route::get(
        "/first/authority",
        Needs::May(Action::StateEstate),
        ask_name,
    ),
    Route::post("/first/authority", Needs::May(Action::StateEstate), name),
    Route::get("/first/services", Needs::May(Action::See), ask_services),
    Route::post("/first/services", Needs::May(Action::StateEstate), say_who),
];

/// How far a new authority has come.
#[derive(Serialize)]
pub struct Steps {
    named: bool,
    paid: bool,
    confirmed: bool,
    stated: bool,
}

/// The steps, while one of them is still to do.
pub fn steps(visit: &Visit, statement: &Statement) -> Result<Option<Steps>, Error> {
    let steps = Steps {
        named: statement
            .authority
            .as_deref()
            .is_some_and(|name| name != crate::import::UNNAMED),
        paid: statement.money.payments > 0,
        confirmed: statement.money.confirmed_pence.0 != 0,
        stated: !statement.services.is_empty(),
    };
    let done = steps.named && steps.paid && steps.confirmed && steps.stated;
    let may = visit.visitor.could(Action::StateEstate) && visit.visitor.could(Action::Import);
    Ok((!done && may && !visit.dates.pinned).then_some(steps))
}

#[derive(Serialize)]
struct Naming {
    name: String,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

fn ask_name(visit: &Visit) -> Result<Answer, Error> {
    let name = visit.site.authority(&visit.view)?;
    let named = name.filter(|name| name != crate::import::UNNAMED);
    visit.page(
        "first-authority.html",
        &Naming {
            name: named.unwrap_or_default(),
            summary: Vec::new(),
            errors: BTreeMap::new(),
        },
    )
}

fn name(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let permit = visit.permit(Action::StateEstate, &Subject::default())?;
    let mut faults = FieldFaults::default();
    let name = faults.needed(&visit.form, "name", "Enter the name of your authority");
    if !faults.is_empty() {
        let page = Naming {
            name: String::new(),
            summary: faults.summary(),
            errors: faults.by_field(),
        };
        return visit.invalid("first-authority.html", &page);
    }
    let naming = |picture: &Picture| {
        let (id, authority) = authority_of(picture, picture.size())?.unwrap_or_else(|| {
            let roles = BTreeSet::from([OrganisationRole::Authority]);
            let new = Organisation {
                roles,
                ..Organisation::default()
            };
            (crate::data::fresh_id(), new)
        });
        let named = Organisation {
            name: name.to_owned(),
            ..authority
        };
        let change = Change::state(id, Visibility::Internal, &named);
        Ok::<_, anyhow::Error>(((), vec![change]))
    };
    let saying = Saying::because("the authority’s name");
    visit.site.data.change(&permit, saying, naming)?;
    let paid = visit.estate()?.imports.values().any(|import| {
        import.dataset == handback_core::import::Dataset::Payments && import.is_live()
    });
    Ok(Answer::See(if paid { "/" } else { "/imports/new" }.into()))
}

#[derive(Deserialize)]
struct Usual {
    services: Vec<String>,
}

static USUAL: LazyLock<Vec<String>> = LazyLock::new(|| {
    let usual: Usual = toml::from_str(include_str!("../../data/usual-services.toml"))
        .expect("the usual services are a list of names");
    usual.services
});

#[derive(Serialize)]
struct Who {
    known: i64,
    possible: i64,
    of: i64,
    rows: Vec<WhoRow>,
    suppliers: Vec<String>,
    may: bool,
    error: Option<String>,
}

#[derive(Serialize)]
struct WhoRow {
    service: String,
    id: Option<RecordId>,
    /// Who runs it, as stated.
    now: Option<String>,
    mode: &'static str,
    /// In-house, and nobody has confirmed who holds what.
    to_confirm: bool,
}

/// Who runs these? The services stated already, then those that councils usually have.
fn ask_services(visit: &Visit) -> Result<Answer, Error> {
    visit.page("first-services.html", &who(visit, None)?)
}

fn who(visit: &Visit, error: Option<String>) -> Result<Who, Error> {
    let statement = visit.statement()?;
    let estate = visit.estate()?;
    let counts = statement.control.by_count.counts;
    let mut rows: Vec<WhoRow> = statement
        .services
        .iter()
        .map(|line| WhoRow {
            service: line.name.clone(),
            id: Some(line.id),
            now: Some(match &line.provider {
                Some(provider) => provider.clone(),
                None => crate::words::word("mode", line.mode.word())
                    .unwrap_or_default()
                    .to_owned(),
            }),
            mode: line.mode.word(),
            to_confirm: line.standing == Standing::AssumedControlled,
        })
        .collect();
    let stated: BTreeSet<String> = rows.iter().map(|row| row.service.to_lowercase()).collect();
    let usual = USUAL
        .iter()
        .filter(|name| !stated.contains(&name.to_lowercase()));
    rows.extend(usual.map(|name| WhoRow {
        service: name.clone(),
        id: None,
        now: None,
        mode: "",
        to_confirm: false,
    }));
    Ok(Who {
        known: counts.known,
        possible: counts.possible,
        of: counts.of,
        rows,
        suppliers: technology_suppliers(visit, &estate)?,
        may: visit.visitor.could(Action::StateEstate) && !visit.is_past_knowledge(),
        error,
    })
}

/// One click: the service is stated if it is new, and who delivers it.
fn say_who(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let service = visit.form.get("service").unwrap_or_default().to_owned();
    let (mode, provider) = match visit.form.get("who") {
        Some("in-house" | "confirm") => ("in-house", None),
        Some(word @ ("shared" | "unknown")) => (word, None),
        Some(word @ ("supplier" | "joint-venture")) => (word, visit.form.get("supplier")),
        _ => return Err(Error::Wrong("say who runs it".into())),
    };
    let confirmed = visit.form.get("who") == Some("confirm");
    if service.is_empty() {
        let page = who(visit, Some("Enter the name of the service".into()))?;
        return visit.invalid("first-services.html", &page);
    }
    let estate = visit.estate()?;
    let permit = visit.permit(Action::StateEstate, &subject(&estate, &service))?;
    let stating = |picture: &Picture| {
        let mut changes = new_service(picture, &service)?;
        let arranged = arrangement(&service, mode, provider, confirmed);
        changes.extend(arranged_changes(picture, &service, &arranged, &changes)?);
        Ok::<_, NotStated>(((), changes))
    };
    let saying = Saying::because(format!("who runs {service}"));
    match visit.site.data.change(&permit, saying, stating) {
        Ok(_) => visit.see(&format!("/first/services#{}", slug(&service))),
        Err(NotStated::Register(error)) => Err(error.into()),
        Err(NotStated::Inside(error)) => Err(error.into()),
        Err(_) => Err(Error::Wrong(format!("{service} could not be stated so"))),
    }
}

/// The place of a service in the list.
pub fn slug(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    name.to_lowercase().chars().map(plain).collect()
}

fn subject(estate: &Estate, service: &str) -> Subject {
    let mut services = estate.services.iter();
    services
        .find(|(_, held)| held.name.eq_ignore_ascii_case(service))
        .map(|(id, _)| estate.subject("service", *id))
        .unwrap_or_default()
}

/// The service, unless it is stated already.
fn new_service(picture: &Picture, service: &str) -> Result<Vec<Change>, NotStated> {
    let known = picture.known(picture.size());
    for held in known.all::<handback_core::control::Service>() {
        if held?.1.name.eq_ignore_ascii_case(service) {
            return Ok(Vec::new());
        }
    }
    let record = handback_core::control::Service {
        name: service.to_owned(),
        ..handback_core::control::Service::default()
    };
    let id = crate::data::fresh_id();
    Ok(vec![Change::state(id, Visibility::Internal, &record)])
}

/// The one row of an arrangement, by the headings of its table.
fn arrangement(
    service: &str,
    mode: &str,
    provider: Option<&str>,
    confirmed: bool,
) -> Vec<Vec<String>> {
    let table = kinds::form("arrangement").expect("arrangements have a table");
    let held = |heading: &str| {
        let facet = [Facet::Direction, Facet::Money, Facet::DataAndTools]
            .iter()
            .any(|facet| facet.word() == heading);
        match heading {
            "service" => service.to_owned(),
            "mode" => mode.to_owned(),
            "provider" => provider.unwrap_or_default().to_owned(),
            "from" => "unknown".to_owned(),
            _ if confirmed && facet => "authority".to_owned(),
            _ => String::new(),
        }
    };
    let row = table.headings.iter().map(|heading| held(heading.name));
    vec![row.collect()]
}

/// The change that states an arrangement anew. What was stated of it from a date on is kept: a click
/// here is for services about which nobody has said more.
fn arranged_changes(
    picture: &Picture,
    service: &str,
    rows: &[Vec<String>],
    new: &[Change],
) -> Result<Vec<Change>, NotStated> {
    let table = kinds::form("arrangement").expect("arrangements have a table");
    let (change, identity, mut changes) = match new.first() {
        Some(change) => super::forms::stated_with(picture, table, rows, service, change.id)?,
        None => stated(picture, table, rows)?,
    };
    let standing = super::forms::same(picture, table, &identity)?;
    let id = standing.unwrap_or_else(crate::data::fresh_id);
    changes.push(Change { id, ..change });
    Ok(changes)
}
