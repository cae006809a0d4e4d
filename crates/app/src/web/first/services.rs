//! "Who runs these?": the services that councils usually have, each answered with one click.

use super::super::answer::{Answer, Error};
use super::super::forms::{base, now_only};
use super::super::review::{Said, Sayers};
use super::super::route::{Needs, Route};
use super::super::visit::Visit;
use crate::data::{Saying, fresh_id};
use crate::import::{Finder, finder};
use handback_core::control::{Arrangement, ControlRule, Facet, Mode, Service, Share, Standing};
use handback_core::money::ScopeBasis;
use handback_core::money::names::folded;
use handback_core::organisation::OrganisationRole;
use handback_core::pence::Pence;
use handback_core::permission::{Action, Subject};
use handback_core::record::{Act, Change, Kind, RecordId, Visibility};
use handback_core::statement::{Estate, ServiceLine, Statement};
use handback_core::table::Find;
use handback_register::Picture;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub const ROUTES: &[Route] = &[
    Route::get("/first/services", Needs::May(Action::See), list),
    Route::post("/first/services", Needs::May(Action::StateEstate), answer),
];

/// How many suppliers are offered by name.
const SUPPLIERS: usize = 15;

/// The services that councils usually have, `data/usual-services.toml`.
static USUAL: LazyLock<Vec<Usual>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../data/usual-services.toml"))
        .expect("the usual services are read by a test");
    file.service
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    service: Vec<Usual>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Usual {
    name: String,
    description: String,
}

#[derive(Serialize)]
struct Page {
    share: Share,
    assumed: usize,
    rows: Vec<Row>,
    suppliers: Vec<Offered>,
    base: u64,
    can: bool,
    /// Whether the visitor may say that there is no such service.
    can_withdraw: bool,
    another: String,
    error: Option<&'static str>,
}

/// A service to answer about.
#[derive(Serialize)]
struct Row {
    /// Its place in the page's address.
    key: String,
    name: String,
    description: Option<String>,
    /// Its own page, once it is stated.
    href: Option<String>,
    mode: Option<&'static str>,
    provider: Option<String>,
    /// What is said of it now, in words.
    words: String,
    said: Option<Said>,
    /// One click can answer it: nothing about it is dated.
    can: bool,
    can_confirm: bool,
    /// Somebody else answered since the person looked.
    moved: bool,
}

/// A supplier as the select offers it.
#[derive(Serialize)]
struct Offered {
    value: String,
    name: String,
}

fn key(name: &str) -> String {
    format!("s-{}", folded(name).replace(' ', "-"))
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let page = shown(visit, None)?;
    visit.page("first-services.html", &page)
}

fn shown(visit: &Visit, error: Option<&'static str>) -> Result<Page, Error> {
    let statement = visit.statement()?;
    let estate = visit.estate()?;
    let assumed = |line: &&ServiceLine| line.standing == Standing::AssumedControlled;
    Ok(Page {
        share: statement.control.by_count.counts,
        assumed: statement.services.iter().filter(assumed).count(),
        rows: rows(visit, &statement, &estate)?,
        suppliers: offered(&statement),
        base: visit.view.entry(),
        can: visit.visitor.could(Action::StateEstate) && !visit.is_past_knowledge(),
        can_withdraw: visit.permit(Action::Withdraw, &Subject::default()).is_ok(),
        another: visit.form.typed("name").to_owned(),
        error,
    })
}

/// The stated services that are not usual first, then the usual ones in their order, so that a
/// service keeps its place when it is answered.
fn rows(visit: &Visit, statement: &Statement, estate: &Estate) -> Result<Vec<Row>, Error> {
    let mut stated: BTreeMap<String, &ServiceLine> = statement
        .services
        .iter()
        .map(|line| (key(&line.name), line))
        .collect();
    let denied = denied(visit);
    let mut sayers = Sayers::default();
    let mut usual = Vec::with_capacity(USUAL.len());
    for service in USUAL.iter() {
        let key = key(&service.name);
        usual.push(match stated.remove(&key) {
            Some(line) => answered(visit, estate, &mut sayers, line)?,
            None => open(visit, service, key, &denied),
        });
    }
    let mut rows = Vec::with_capacity(stated.len() + usual.len());
    for line in statement.services.iter() {
        if stated.contains_key(&key(&line.name)) {
            rows.push(answered(visit, estate, &mut sayers, line)?);
        }
    }
    rows.append(&mut usual);
    Ok(rows)
}

/// A usual service that nobody has stated, or that somebody says there is not.
fn open(visit: &Visit, service: &Usual, key: String, denied: &BTreeSet<String>) -> Row {
    let is_denied = denied.contains(&key);
    Row {
        name: service.name.clone(),
        description: Some(service.description.clone()),
        href: None,
        mode: is_denied.then_some("none"),
        provider: None,
        words: match is_denied {
            true => "you have no such service".into(),
            false => "not answered".into(),
        },
        said: None,
        can: visit
            .permit(Action::StateEstate, &Subject::default())
            .is_ok(),
        can_confirm: false,
        moved: visit.query.get("moved") == Some(&key),
        key,
    }
}

fn answered(
    visit: &Visit,
    estate: &Estate,
    sayers: &mut Sayers,
    line: &ServiceLine,
) -> Result<Row, Error> {
    let held = arrangement_of(estate, line.id);
    let is_undated = held.is_none_or(|(_, held)| held.is_undated());
    let subject = estate.subject(Service::NAME, line.id);
    let can = visit.permit(Action::StateEstate, &subject).is_ok() && is_undated;
    let said = match held {
        Some((id, _)) => sayers.said(visit, &visit.view, id)?,
        None => None,
    };
    let mode = crate::words::word("mode", line.mode.word()).unwrap_or_default();
    let standing = match line.standing {
        Standing::Controlled => "you control it",
        Standing::AssumedControlled => "taken to be controlled, not confirmed",
        Standing::Unknown => "control not known",
        Standing::AssumedNotControlled => "taken not to be controlled",
        Standing::NotControlled => "you do not control it",
    };
    let words = match &line.provider {
        Some(provider) if line.mode != Mode::InHouse => format!("{mode}, {provider}; {standing}"),
        _ => format!("{mode}; {standing}"),
    };
    let key = key(&line.name);
    Ok(Row {
        name: line.name.clone(),
        description: estate
            .services
            .get(&line.id)
            .and_then(|held| held.description.clone()),
        href: Some(format!("/services/{}", line.id)),
        mode: held.map(|_| line.mode.word()),
        provider: line.provider.clone(),
        words: match held {
            Some(_) => words,
            None => "nobody has said who runs it".into(),
        },
        said,
        can,
        can_confirm: can
            && line.mode == Mode::InHouse
            && line.standing == Standing::AssumedControlled,
        moved: visit.query.get("moved") == Some(&key),
        key,
    })
}

fn arrangement_of(estate: &Estate, service: RecordId) -> Option<(RecordId, &Arrangement)> {
    let mut held = estate.arrangements.iter();
    held.find(|(_, held)| held.service == service)
        .map(|(id, held)| (*id, held))
}

/// The services of which somebody said that there is none: stated, and withdrawn as never true.
fn denied(visit: &Visit) -> BTreeSet<String> {
    let entries = visit.view.picture().entries();
    let services = entries
        .take(visit.view.entry() as usize)
        .filter(|entry| entry.kind == Service::NAME);
    let mut names: BTreeMap<RecordId, (String, bool)> = BTreeMap::new();
    for entry in services {
        match (entry.act, entry.item()) {
            (Act::Withdrawn, _) => {
                if let Some(named) = names.get_mut(&entry.record) {
                    named.1 = true;
                }
            }
            (Act::Stated, Some(item)) => {
                if let Ok(service) = handback_core::kinds::read::<Service>(entry.version, item) {
                    names.insert(entry.record, (key(&service.name), false));
                }
            }
            _ => {}
        }
    }
    let withdrawn = names.into_values().filter(|(_, withdrawn)| *withdrawn);
    withdrawn.map(|(key, _)| key).collect()
}

/// The largest technology suppliers, those that a person confirmed first.
fn offered(statement: &Statement) -> Vec<Offered> {
    let mut lines: Vec<_> = statement
        .suppliers
        .iter()
        .filter(|line| line.in_scope_pence > Pence::ZERO && !line.names.is_empty())
        .collect();
    lines.sort_by_key(|line| line.scope != ScopeBasis::Confirmed);
    lines.truncate(SUPPLIERS);
    let offer = |line: &&handback_core::statement::SupplierLine| Offered {
        value: line.name.clone(),
        name: match line.scope {
            ScopeBasis::Confirmed => line.name.clone(),
            _ => format!("{} (not confirmed as technology)", line.name),
        },
    };
    lines.iter().map(offer).collect()
}

/// What a click says of a service.
enum Click {
    Runs(Mode, Option<String>),
    /// The authority holds what control takes.
    Holds,
    None,
}

fn click(visit: &Visit) -> Result<Click, Error> {
    let supplier = || visit.form.get("supplier").map(str::to_owned);
    Ok(match visit.form.get("answer").unwrap_or_default() {
        "in-house" => Click::Runs(Mode::InHouse, None),
        "shared" => Click::Runs(Mode::Shared, None),
        "joint-venture" => Click::Runs(Mode::JointVenture, supplier()),
        "supplier" => Click::Runs(Mode::Supplier, supplier()),
        "unknown" => Click::Runs(Mode::Unknown, None),
        "confirm" => Click::Holds,
        "none" => Click::None,
        _ => return Err(Error::Wrong("choose one of the answers".into())),
    })
}

fn answer(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let click = click(visit)?;
    let Some(name) = visit.form.get("name") else {
        let page = shown(visit, Some("Enter the name of the service"))?;
        return visit.invalid("first-services.html", &page);
    };
    let key = key(name);
    let estate = visit.estate()?;
    let standing = estate
        .services
        .iter()
        .find(|(_, held)| self::key(&held.name) == key);
    let subject = standing.map(|(id, _)| estate.subject(Service::NAME, *id));
    let action = match click {
        Click::None => Action::Withdraw,
        _ => Action::StateEstate,
    };
    let permit = visit.permit(action, &subject.unwrap_or_default())?;
    let saying = Saying {
        base: Some(base(visit)),
        ..Saying::because("answered on the list of usual services")
    };
    let stating = |picture: &Picture| Ok(((), stated(picture, name, &click)?));
    match visit.site.data.change(&permit, saying, stating) {
        Ok(_) => visit.see(&format!("/first/services#{key}")),
        Err(Error::Conflict(_)) => visit.see(&format!("/first/services?moved={key}#{key}")),
        Err(error) => Err(error),
    }
}

/// The changes that a click asks for, on the service as it stands by now.
fn stated(picture: &Picture, name: &str, click: &Click) -> Result<Vec<Change>, Error> {
    let known = picture.known(picture.size());
    let mut standing = None;
    for record in known.all::<Service>() {
        let (id, service) = record?;
        if key(&service.name) == key(name) {
            standing = Some(id);
            break;
        }
    }
    let mut changes = Vec::new();
    let id = standing.unwrap_or_else(fresh_id);
    if standing.is_none() {
        changes.push(Change::state(id, Visibility::Internal, &new_service(name)));
    }
    let mut held = None;
    for record in known.all::<Arrangement>() {
        let (arrangement, life) = record?;
        if life.service == id {
            held = Some((arrangement, life));
        }
    }
    if held.as_ref().is_some_and(|(_, held)| !held.is_undated()) {
        return Err(Error::Wrong(
            "dates are stated for this service, so one click cannot answer it: change it on its own page".into(),
        ));
    }
    if matches!(click, Click::None) {
        for record in known.all::<Service>() {
            let (_, other) = record?;
            if other.depends_on.contains(&id) {
                return Err(Error::Wrong(format!(
                    "{} is said to stop without this service: change that first",
                    other.name
                )));
            }
        }
        changes.extend(held.map(|(id, _)| Change::withdraw::<Arrangement>(id)));
        changes.push(Change::withdraw::<Service>(id));
        return Ok(changes);
    }
    let (arrangement, mut life) = held.unwrap_or_else(|| (fresh_id(), Arrangement::open(id)));
    let before = life.clone();
    match click {
        Click::Runs(mode, supplier) => {
            let mut finder: Finder = finder(picture)?;
            let provider = match (mode, supplier) {
                (Mode::InHouse, _) => Some(finder.authority()),
                (_, Some(name)) => finder.party(name, OrganisationRole::Supplier, BTreeSet::new()),
                (_, None) => None,
            };
            changes.append(&mut finder.stated);
            life.answer(*mode, provider);
        }
        Click::Holds => life.confirm(required()),
        Click::None => {}
    }
    if life != before {
        changes.push(Change::state(arrangement, Visibility::Internal, &life));
    }
    Ok(changes)
}

/// What the rule of control asks the authority to hold.
fn required() -> Vec<Facet> {
    let required = ControlRule::default().required.into_iter();
    required.map(|(facet, _)| facet).collect()
}

fn new_service(name: &str) -> Service {
    let usual = USUAL.iter().find(|usual| key(&usual.name) == key(name));
    Service {
        name: usual.map_or_else(|| name.to_owned(), |usual| usual.name.clone()),
        description: usual.map(|usual| usual.description.clone()),
        ..Service::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_services_are_told_apart() {
        let keys: BTreeSet<String> = USUAL.iter().map(|usual| key(&usual.name)).collect();
        assert_eq!(keys.len(), USUAL.len());
        assert!((25..=35).contains(&keys.len()));
    }
}
