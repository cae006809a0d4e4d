//! The first steps of a new authority: name it, take payments in, confirm what is technology, say who
//! runs what.

pub mod services;

use super::answer::{Answer, Error};
use super::fields::FieldFaults;
use super::forms::{base, now_only};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::{Saying, fresh_id};
use crate::estate::authority_of;
use crate::import::UNNAMED;
use handback_core::basis::live;
use handback_core::import::Dataset;
use handback_core::organisation::{Organisation, OrganisationRole};
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, RecordId, Visibility};
use handback_core::statement::Statement;
use handback_register::Picture;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub const ROUTES: &[Route] = &[
    Route::get("/first/authority", Needs::May(Action::StateEstate), ask),
    Route::post("/first/authority", Needs::May(Action::StateEstate), name),
];

/// A step, as the official task list shows it.
#[derive(Serialize)]
struct Step {
    title: &'static str,
    hint: Option<String>,
    /// Where to do it; none for whoever may not, and before its time.
    href: Option<&'static str>,
    done: bool,
    can: bool,
}

/// How far a new authority has come.
#[derive(Serialize)]
pub struct Steps {
    steps: Vec<Step>,
    /// Whether the visitor can do any of what is left.
    can: bool,
}

/// The steps, while one of them is still to do, for somebody who looks at what is known now.
pub fn steps(visit: &Visit, statement: &Statement) -> Result<Option<Steps>, Error> {
    if !visit.visitor.is_signed_in() || visit.is_past_knowledge() {
        return Ok(None);
    }
    let estate = visit.estate()?;
    let money = &statement.money;
    let paid = has_payments(visit)?;
    let step = |title, action, href, is_time: bool, done, hint: Option<String>| {
        let can = visit.visitor.could(action);
        Step {
            title,
            hint,
            href: (can && is_time).then_some(href),
            done,
            can: can && is_time,
        }
    };
    let steps = vec![
        step(
            "Name your authority",
            Action::StateEstate,
            "/first/authority",
            true,
            statement.authority.as_deref().is_some_and(|name| name != UNNAMED),
            None,
        ),
        step(
            "Take in a month of payments",
            Action::Import,
            "/imports/new",
            true,
            paid,
            Some("The “payments over £500” file that your finance team publishes each month, as it is".into()),
        ),
        step(
            "Confirm what of it is technology",
            Action::DecideScope,
            "/scope",
            paid,
            paid && (money.names_proposed == 0 || estate.scope_rules.values().any(|rule| !rule.decision.is_empty())),
            (paid && money.names_proposed > 0).then(|| format!("{} names look like it", money.names_in_scope)),
        ),
        step(
            "Say who runs which service",
            Action::StateEstate,
            "/first/services",
            true,
            !statement.services.is_empty(),
            Some("One click for each of about thirty services".into()),
        ),
    ];
    let can = steps.iter().any(|step| step.can && !step.done);
    let to_do = steps.iter().any(|step| !step.done);
    Ok(to_do.then_some(Steps { steps, can }))
}

/// Whether any payments count, of whatever day.
fn has_payments(visit: &Visit) -> Result<bool, Error> {
    let estate = visit.estate()?;
    Ok(live(&estate.imports).any(|(_, import)| import.dataset == Dataset::Payments))
}

#[derive(Serialize)]
struct Page {
    /// What it is called now; none before anybody named it.
    is: Option<String>,
    name: String,
    base: u64,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

fn page(visit: &Visit, typed: Option<&str>, faults: &FieldFaults) -> Result<Page, Error> {
    let is = visit.site.authority(&visit.view)?;
    let is = is.filter(|name| name != UNNAMED);
    Ok(Page {
        name: typed.map_or_else(|| is.clone().unwrap_or_default(), str::to_owned),
        is,
        base: visit.view.entry(),
        summary: faults.summary(),
        errors: faults.by_field(),
    })
}

fn ask(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let page = page(visit, None, &FieldFaults::default())?;
    visit.page("first-authority.html", &page)
}

fn name(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let permit = visit.permit(Action::StateEstate, &Subject::default())?;
    let mut faults = FieldFaults::default();
    let name = faults.needed(&visit.form, "name", "Enter the name of your authority");
    if !faults.is_empty() {
        return visit.invalid("first-authority.html", &page(visit, Some(name), &faults)?);
    }
    let saying = Saying {
        base: Some(base(visit)),
        ..Saying::because("the authority's name")
    };
    match visit
        .site
        .data
        .change(&permit, saying, |picture| named(picture, name))
    {
        Ok(_) if has_payments(visit)? => visit.see("/?done=saved"),
        Ok(_) => visit.see("/imports/new"),
        Err(Error::Conflict(_)) => {
            faults.add("name", "Somebody else named the authority while you looked: it is called as the heading of this page says. Save yours again, or leave theirs");
            visit.invalid("first-authority.html", &page(visit, Some(name), &faults)?)
        }
        Err(error) => Err(error),
    }
}

/// The authority under this name: stated when there is none, renamed when it is called otherwise.
fn named(picture: &Picture, name: &str) -> Result<(RecordId, Vec<Change>), Error> {
    let standing = authority_of(picture, picture.size())?;
    let is_new = standing.as_ref().is_none_or(|(_, held)| held.name != name);
    let (id, mut authority) = standing.unwrap_or_else(|| {
        let roles = BTreeSet::from([OrganisationRole::Authority]);
        let nameless = Organisation {
            roles,
            ..Organisation::default()
        };
        (fresh_id(), nameless)
    });
    name.clone_into(&mut authority.name);
    let change = Change::state(id, Visibility::Internal, &authority);
    Ok((id, is_new.then_some(change).into_iter().collect()))
}
