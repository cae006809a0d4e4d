//! A contract's clauses, taken from a template and confirmed one by one.

use super::answer::{Answer, Error};
use super::contract_page::clock::{about, says};
use super::forms::{base, now_only, saying};
use super::route::{Needs, Route};
use super::sheet::{capital, linked};
use super::visit::Visit;
use crate::data::fresh_id;
use handback_core::contract::{Clause, Content, Contract, Standing, template};
use handback_core::permission::Action;
use handback_core::record::{Change, Kind, RecordId, Visibility};
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/contracts/{id}/clauses", Needs::May(Action::See), list),
    Route::post(
        "/contracts/{id}/clauses",
        Needs::May(Action::StateContract),
        take,
    ),
    Route::post(
        "/clauses/{id}/standing",
        Needs::May(Action::StateContract),
        confirm,
    ),
];

/// One clause on the page.
#[derive(Serialize)]
struct Line {
    id: RecordId,
    number: Option<String>,
    about: String,
    says: String,
    standing: Standing,
    /// Where it was read.
    source: Vec<super::sheet::Said>,
}

#[derive(Serialize)]
struct Page {
    contract: RecordId,
    title: String,
    /// From a template, waiting for somebody to look.
    waiting: Vec<Line>,
    confirmed: Vec<Line>,
    not_in_contract: Vec<Line>,
    /// How many clauses of the template are not on the list yet.
    more: usize,
    may_change: bool,
    base: u64,
}

fn line(id: RecordId, clause: &Clause) -> Line {
    Line {
        id,
        number: clause.clause.clone(),
        about: capital(&about(&clause.content)),
        says: says(&clause.content),
        standing: clause.standing,
        source: clause
            .content
            .source
            .as_deref()
            .map(linked)
            .unwrap_or_default(),
    }
}

/// Whether a clause speaks of the same thing as one of the template.
fn speaks_of(clause: &Clause, content: &Content) -> bool {
    let held = &clause.content;
    (held.says, &held.what, held.counted, held.from)
        == (content.says, &content.what, content.counted, content.from)
}

fn missing<'a>(clauses: &'a [(RecordId, &Clause)]) -> impl Iterator<Item = &'static Content> + 'a {
    let held = |content: &Content| clauses.iter().any(|(_, clause)| speaks_of(clause, content));
    template().iter().filter(move |content| !held(content))
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let contract = visit.record("id")?;
    visit.standing(Contract::NAME, contract)?;
    let estate = visit.sighted()?;
    let title = estate
        .contracts
        .get(&contract)
        .ok_or(Error::NotFound)?
        .title
        .clone();
    let clauses = estate.clauses_of(contract);
    let of = |standing| {
        let held = clauses
            .iter()
            .filter(move |(_, clause)| clause.standing == standing);
        held.map(|(id, clause)| line(*id, clause)).collect()
    };
    visit.page(
        "clauses.html",
        &Page {
            contract,
            title,
            waiting: of(Standing::Template),
            confirmed: of(Standing::Confirmed),
            not_in_contract: of(Standing::NotInContract),
            more: missing(&clauses).count(),
            may_change: super::sheet::may_change(visit, Contract::NAME, contract),
            base: base(visit),
        },
    )
}

/// Put the template's clauses on the list, to be confirmed.
fn take(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let contract = visit.record("id")?;
    visit.standing(Contract::NAME, contract)?;
    let permit = visit.permit(
        Action::StateContract,
        &visit.subject(Contract::NAME, contract),
    )?;
    let estate = visit.estate()?;
    let clauses = estate.clauses_of(contract);
    let changes = missing(&clauses).map(|content| {
        let clause = Clause::of_template(contract, content);
        Change::state(fresh_id(), Visibility::Internal, &clause)
    });
    let changes: Vec<Change> = changes.collect();
    let saying = saying(
        visit,
        "taken from a template, to be confirmed",
        Some(base(visit)),
    );
    visit.site.data.change(&permit, saying, |_| {
        Ok::<_, handback_register::Error>(((), changes))
    })?;
    visit.see(&format!("/contracts/{contract}/clauses?done=saved"))
}

/// Say that the contract says it, or that it does not.
fn confirm(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let id = visit.record("id")?;
    let entry = visit.standing(Clause::NAME, id)?;
    let visibility = entry.visibility;
    let permit = visit.permit(Action::StateContract, &visit.subject(Clause::NAME, id))?;
    let estate = visit.estate()?;
    let mut clause = estate.clauses.get(&id).ok_or(Error::NotFound)?.clone();
    clause.standing = match visit.form.get("standing") {
        Some("confirmed") => Standing::Confirmed,
        Some("not-in-contract") => Standing::NotInContract,
        _ => return Err(Error::Wrong("say whether the contract says it".into())),
    };
    if let Some(number) = visit.form.get("clause") {
        clause.clause = Some(number.to_owned());
    }
    let contract = clause.contract;
    let change = Change::state(id, visibility, &clause);
    let saying = saying(visit, "looked up in the contract", Some(base(visit)));
    visit.site.data.change(&permit, saying, |_| {
        Ok::<_, handback_register::Error>(((), vec![change]))
    })?;
    visit.see(&format!("/contracts/{contract}/clauses?done=saved"))
}
