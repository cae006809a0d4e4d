//! The accounts of everybody, for administrators: who may do what, one-time links, and who read what is
//! restricted.

use super::account::{Right, day, right};
use super::answer::{Answer, Error};
use super::fields::{FieldFaults, Fields};
use super::listing::{Cell, Column, Listing, Row, Shown, words};
use super::route::{Needs, Route};
use super::visit::Visit;
use super::visitor::{Door, Secret, to_hex};
use handback_core::permission::{Action, Actor, Grant, Role, Subject, Within};
use handback_core::statement::Estate;
use handback_register::desk::{Account, Link, Purpose};
use jiff::ToSpan;
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/accounts", Needs::May(Action::ManageAccounts), list),
    Route::post("/accounts", Needs::May(Action::ManageAccounts), invite),
    Route::get("/accounts/readings", Needs::May(Action::ReadLog), readings),
    Route::get("/accounts/{actor}", Needs::May(Action::ManageAccounts), one),
    Route::post(
        "/accounts/{actor}",
        Needs::May(Action::ManageAccounts),
        change,
    ),
    Route::post(
        "/accounts/links/revoke",
        Needs::May(Action::ManageAccounts),
        revoke_link,
    ),
];

const COLUMNS: &[Column] = &[
    words("name", "Name"),
    words("login", "Signs in as"),
    words("rights", "May"),
    words("since", "Since"),
    words("state", "State"),
];

#[derive(Serialize)]
struct Accounts {
    list: Shown,
    links: Vec<LinkLine>,
    /// Reminders that were not sent: whose, since when, why.
    unsent: Vec<(String, String, String)>,
    roles: Vec<(String, &'static str)>,
    places: Vec<(String, String)>,
    fresh: Option<Fresh>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    kept: BTreeMap<String, String>,
}

/// A one-time link, shown once.
#[derive(Serialize)]
struct Fresh {
    url: String,
    for_name: String,
    days: i64,
}

#[derive(Serialize)]
struct LinkLine {
    key: String,
    for_name: String,
    purpose: &'static str,
    expires: String,
}

fn roles() -> Vec<(String, &'static str)> {
    Role::ALL
        .iter()
        .map(|role| {
            let value = serde_json::to_value(role).unwrap_or_default();
            (value.as_str().unwrap_or_default().to_owned(), role.word())
        })
        .collect()
}

/// Where a grant can hold, as a form offers it.
fn places(estate: &Estate) -> Vec<(String, String)> {
    let value = |within: Within| serde_json::to_string(&within).unwrap_or_default();
    let directorates = estate.organisations.iter().filter(|(_, held)| {
        held.roles
            .contains(&handback_core::organisation::OrganisationRole::Directorate)
    });
    let directorates = directorates
        .map(|(id, held)| (value(Within::Directorate(*id)), format!("in {}", held.name)));
    let services = estate
        .services
        .iter()
        .map(|(id, held)| (value(Within::Service(*id)), format!("for {}", held.name)));
    let mut some: Vec<(String, String)> = directorates.chain(services).collect();
    some.sort_by(|a, b| a.1.cmp(&b.1));
    let mut all = vec![(value(Within::Everything), "everywhere".to_owned())];
    all.extend(some);
    all
}

/// The grant that a form asks for.
fn asked(form: &Fields, faults: &mut FieldFaults) -> Option<Grant> {
    let role = form.get("role").unwrap_or_default();
    let role = serde_json::from_value(serde_json::Value::String(role.to_owned())).ok();
    let within = form.get("within").unwrap_or_default();
    let within = serde_json::from_str(within).ok();
    if role.is_none() {
        faults.add("role", "Choose a role");
    }
    if within.is_none() {
        faults.add("within", "Choose where it holds");
    }
    Some(Grant {
        role: role?,
        within: within?,
    })
}

/// Every account, as a list.
fn listing(visit: &Visit, estate: &Estate) -> Result<Listing, Error> {
    let accounts = visit.site.data.wait(visit.site.desk.accounts())?;
    let row = |account: &Account| {
        let rights = account.grants.iter();
        let rights: Vec<String> = rights.map(|held| right(held, estate).words).collect();
        Row {
            cells: vec![
                Cell::text(&account.name).to(format!("/accounts/{}", account.actor.0)),
                Cell::text(&account.login),
                Cell::text(rights.join("; ")),
                Cell::day(crate::clock::day_of(account.created_at)),
                Cell::text(match account.disabled_at {
                    None => "may sign in".to_owned(),
                    Some(time) => format!("closed out since {}", day(time)),
                }),
            ],
            kept_by: Vec::new(),
        }
    };
    Ok(Listing {
        name: "accounts",
        caption: format!("{} accounts", accounts.len()),
        columns: COLUMNS,
        filters: Vec::new(),
        rows: accounts.iter().map(row).collect(),
    })
}

fn page(visit: &Visit, faults: &FieldFaults, fresh: Option<Fresh>) -> Result<Accounts, Error> {
    let site = &visit.site;
    let estate = visit.estate()?;
    let links = site.data.wait(site.desk.open_links(visit.now))?;
    let link = |link: Link| LinkLine {
        key: to_hex(&link.key),
        purpose: match link.purpose {
            Purpose::Setup => "to make the first account",
            Purpose::Invitation => "to make an account",
            Purpose::Reset => "to choose a new password",
        },
        expires: day(link.expires_at),
        for_name: link.for_name,
    };
    let named: BTreeMap<Actor, String> = site
        .data
        .wait(site.desk.accounts())?
        .into_iter()
        .map(|account| (account.actor, account.name))
        .collect();
    let reminders = site.data.wait(site.desk.reminders())?.into_iter();
    let unsent = reminders.filter_map(|reminder| {
        let (when, why) = reminder.failed?;
        let name = named.get(&reminder.actor).cloned().unwrap_or_default();
        Some((name, crate::clock::told(when), why))
    });
    Ok(Accounts {
        unsent: unsent.collect(),
        list: listing(visit, &estate)?.shown(visit),
        links: links.into_iter().map(link).collect(),
        roles: roles(),
        places: places(&estate),
        // What was typed stays until a link came of it.
        kept: match fresh {
            None => visit.form.kept(),
            Some(_) => BTreeMap::new(),
        },
        fresh,
        summary: faults.summary(),
        errors: faults.by_field(),
    })
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    administers(visit)?;
    let estate = visit.estate()?;
    if let Some(file) = listing(visit, &estate)?.csv(visit)? {
        return Ok(file);
    }
    visit.page(
        "accounts.html",
        &page(visit, &FieldFaults::default(), None)?,
    )
}

/// How long an invitation or a link for a new password can be used.
const LINK_DAYS: i64 = 7;

fn issue(
    visit: &Visit,
    purpose: Purpose,
    actor: Option<Actor>,
    grants: Vec<Grant>,
    for_name: &str,
) -> Result<Fresh, Error> {
    let (secret, site) = (Secret::fresh(), &visit.site);
    let link = Link {
        key: secret.key(Door::Link),
        purpose,
        actor,
        grants,
        for_name: for_name.to_owned(),
        issued_at: visit.now,
        expires_at: visit.now + (LINK_DAYS * 24).hours(),
    };
    site.data.wait(site.desk.issue_link(&link))?;
    let path = match purpose {
        Purpose::Reset => "password",
        Purpose::Setup | Purpose::Invitation => "invitation",
    };
    Ok(Fresh {
        url: format!("{}/{path}/{}", site.settings.public_url, secret.words()),
        for_name: for_name.to_owned(),
        days: LINK_DAYS,
    })
}

fn invite(visit: &Visit) -> Result<Answer, Error> {
    administers(visit)?;
    let mut faults = FieldFaults::default();
    let name = faults
        .needed(&visit.form, "for", "Say for whom the link is")
        .to_owned();
    let grant = asked(&visit.form, &mut faults);
    let (Some(grant), true) = (grant, faults.is_empty()) else {
        return visit.invalid("accounts.html", &page(visit, &faults, None)?);
    };
    let fresh = issue(visit, Purpose::Invitation, None, vec![grant], &name)?;
    visit.page(
        "accounts.html",
        &page(visit, &FieldFaults::default(), Some(fresh))?,
    )
}

fn revoke_link(visit: &Visit) -> Result<Answer, Error> {
    administers(visit)?;
    let site = &visit.site;
    let key = visit.form.get("key").unwrap_or_default().to_owned();
    let links = site.data.wait(site.desk.open_links(visit.now))?;
    if let Some(link) = links.iter().find(|link| to_hex(&link.key) == key) {
        site.data.wait(site.desk.revoke_link(link.key))?;
    }
    Ok(Answer::See("/accounts?done=account".into()))
}

#[derive(Serialize)]
struct One {
    actor: String,
    name: String,
    login: String,
    rights: Vec<Right>,
    disabled: Option<String>,
    sessions: usize,
    roles: Vec<(String, &'static str)>,
    places: Vec<(String, String)>,
    fresh: Option<Fresh>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    kept: BTreeMap<String, String>,
}

/// Accounts belong to no service: only who administers everything hands out rights, and so whatever
/// right there is.
fn administers(visit: &Visit) -> Result<(), Error> {
    visit.permit(Action::ManageAccounts, &Subject::default())?;
    Ok(())
}

fn found(visit: &Visit) -> Result<Account, Error> {
    administers(visit)?;
    let actor = Actor(visit.param("actor").to_owned());
    let site = &visit.site;
    let account = site.data.wait(site.desk.account(&actor))?;
    account.ok_or(Error::NotFound)
}

fn one_page(visit: &Visit, faults: &FieldFaults, fresh: Option<Fresh>) -> Result<One, Error> {
    let account = found(visit)?;
    let site = &visit.site;
    let estate = visit.estate()?;
    let sessions = site
        .data
        .wait(site.desk.sessions(&account.actor, visit.now))?;
    Ok(One {
        rights: account
            .grants
            .iter()
            .map(|held| right(held, &estate))
            .collect(),
        disabled: account.disabled_at.map(day),
        sessions: sessions.len(),
        roles: roles(),
        places: places(&estate),
        fresh,
        summary: faults.summary(),
        errors: faults.by_field(),
        kept: visit.form.kept(),
        actor: account.actor.0,
        name: account.name,
        login: account.login,
    })
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    visit.page(
        "account-of.html",
        &one_page(visit, &FieldFaults::default(), None)?,
    )
}

/// Give or take rights, let in or out, a link for a new password, or close the account.
fn change(visit: &Visit) -> Result<Answer, Error> {
    let account = found(visit)?;
    let (site, actor) = (&visit.site, &account.actor);
    let mut faults = FieldFaults::default();
    let outcome = match visit.form.get("do") {
        Some("grant") => match asked(&visit.form, &mut faults) {
            Some(grant) => {
                let mut grants = account.grants.clone();
                grants.retain(|held| *held != grant);
                grants.push(grant);
                site.data.wait(site.desk.set_grants(actor, &grants))
            }
            None => Ok(()),
        },
        Some("take") => {
            let taken: Option<Grant> = visit
                .form
                .get("grant")
                .and_then(|grant| serde_json::from_str(grant).ok());
            let mut grants = account.grants.clone();
            grants.retain(|held| Some(*held) != taken);
            site.data.wait(site.desk.set_grants(actor, &grants))
        }
        Some("disable") => site.data.wait(site.desk.disable(actor, visit.now)),
        Some("enable") => site.data.wait(site.desk.enable(actor)),
        Some("close") => match site.data.wait(site.desk.close_account(actor)) {
            Ok(()) => return Ok(Answer::See("/accounts?done=account".into())),
            Err(error) => Err(error),
        },
        Some("reset") => {
            let fresh = issue(
                visit,
                Purpose::Reset,
                Some(actor.clone()),
                Vec::new(),
                &account.name,
            )?;
            let page = one_page(visit, &FieldFaults::default(), Some(fresh))?;
            return visit.page("account-of.html", &page);
        }
        _ => return Err(Error::Wrong("say what to change".into())),
    };
    if let Err(error) = outcome {
        if !error.is_refused() {
            return Err(error.into());
        }
        faults.add("role", crate::render::sentence(&error.to_string()));
    }
    if faults.is_empty() {
        return Ok(Answer::See(format!("/accounts/{}?done=account", actor.0)));
    }
    visit.invalid("account-of.html", &one_page(visit, &faults, None)?)
}

const READINGS: &[Column] = &[
    words("when", "When"),
    words("who", "Who"),
    words("record", "What"),
    words("where", "Where"),
];

#[derive(Serialize)]
struct Readings {
    list: Shown,
}

/// Who read what is restricted.
fn readings(visit: &Visit) -> Result<Answer, Error> {
    visit.permit(Action::ReadLog, &Subject::default())?;
    let site = &visit.site;
    let read = site.data.wait(site.desk.readings(None, 5_000))?;
    let mut rows = Vec::new();
    for reading in read {
        let account = site.data.wait(site.desk.account(&reading.actor))?;
        let who = account.map_or_else(|| "an account closed since".into(), |held| held.name);
        rows.push(Row {
            cells: vec![
                Cell::text(reading.read_at.strftime("%Y-%m-%d %H:%M").to_string()),
                Cell::text(who),
                Cell::text(reading.record.to_string())
                    .to(format!("/records/{}/history", reading.record)),
                Cell::text(reading.what),
            ],
            kept_by: Vec::new(),
        });
    }
    let listing = Listing {
        name: "readings",
        caption: "Readings of restricted records".into(),
        columns: READINGS,
        filters: Vec::new(),
        rows,
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    visit.page(
        "readings.html",
        &Readings {
            list: listing.shown(visit),
        },
    )
}
