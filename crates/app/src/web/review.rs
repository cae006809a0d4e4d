//! Short lists to go through: what of the payments is technology, and which names belong together.

use super::answer::{Answer, Error};
use super::fields::Fields;
use super::forms::now_only;
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::{Saying, fresh_id};
use crate::estate::{View, live_parts, paid_until};
use crate::import::finder;
use handback_core::dated::{Dated, When};
use handback_core::money::names::{Likeness, likely_same};
use handback_core::money::{
    DecidedBy, Decision, Name, Names, PaidName, ScopeBasis, ScopeRule, by_name, scoped,
};
use handback_core::organisation::OrganisationRole;
use handback_core::pence::Pence;
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, RecordId, Visibility};
use handback_core::statement::{Estate, Rules};
use handback_facts::question::DescriptionsByName;
use handback_register::Picture;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub const ROUTES: &[Route] = &[
    Route::get("/scope", Needs::May(Action::See), scope),
    Route::post("/scope", Needs::May(Action::DecideScope), decide_scope),
    Route::get("/names", Needs::May(Action::See), names),
    Route::post("/names", Needs::May(Action::DecideScope), decide_names),
];

/// How many names a page holds.
const ROWS: usize = 50;

/// Every name that was paid up to the page's day, with what of it counts as technology.
fn paid_names(visit: &Visit, view: &View) -> Result<Vec<PaidName>, Error> {
    let estate = visit.site.estate(view)?;
    let rules = Rules::default();
    let at = visit.dates.at;
    let paid = paid_until(&visit.site.data, &estate, BTreeSet::from([at]), rules.years)?;
    let decisions: Vec<ScopeRule> = estate.scope_rules.values().cloned().collect();
    Ok(by_name(scoped(
        &paid[&at].parts,
        &decisions,
        &rules.technology,
    )))
}

#[derive(Serialize)]
struct ScopePage {
    /// Nothing was paid at all.
    empty: bool,
    technology: Pence,
    paid: Pence,
    names_in_scope: usize,
    proposed: usize,
    rows: Vec<ScopeRow>,
    show: String,
    q: String,
    page: usize,
    pages: usize,
    found: usize,
    base: u64,
    may_decide: bool,
    /// Somebody decided some of these names meanwhile.
    conflict: bool,
}

#[derive(Serialize)]
struct ScopeRow {
    name: String,
    in_scope: Pence,
    paid: Pence,
    rows: u64,
    why: String,
    bought: Vec<String>,
    decision: Option<&'static str>,
    history: Option<RecordId>,
}

fn scope(visit: &Visit) -> Result<Answer, Error> {
    let page = scope_page(visit, &visit.query, false)?;
    visit.page("scope.html", &page)
}

fn scope_page(visit: &Visit, asked: &Fields, conflict: bool) -> Result<ScopePage, Error> {
    let view = match conflict {
        true => View::at(&visit.site.data, None),
        false => View::at(&visit.site.data, visit.dates.known.as_ref()),
    };
    let estate = visit.site.estate(&view)?;
    let all = paid_names(visit, &view)?;
    let decided: BTreeMap<&str, (&RecordId, &ScopeRule)> = estate
        .scope_rules
        .iter()
        .map(|(id, rule)| (rule.supplier.as_str(), (id, rule)))
        .collect();
    let show = asked.get("show").unwrap_or("open").to_owned();
    let q = asked.typed("q").to_lowercase();
    let wanted = |name: &&PaidName| {
        let shown = match show.as_str() {
            "decided" => decided.contains_key(name.name.as_str()),
            "all" => true,
            _ => name.scope == ScopeBasis::Proposed,
        };
        shown && name.name.to_lowercase().contains(q.trim())
    };
    let found: Vec<&PaidName> = all.iter().filter(wanted).collect();
    let pages = found.len().div_ceil(ROWS).max(1);
    let page = asked.get("page").and_then(|page| page.parse().ok());
    let page: usize = page.unwrap_or(1).clamp(1, pages);
    let live = live_parts(&estate);
    let shown: Vec<&PaidName> = found
        .iter()
        .skip((page - 1) * ROWS)
        .take(ROWS)
        .copied()
        .collect();
    let asked_of = DescriptionsByName {
        names: shown.iter().map(|name| name.name.clone()).collect(),
    };
    let mut bought: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for held in visit.site.data.facts.ask(&asked_of, &live)?.iter() {
        let texts = bought.entry(held.name.clone()).or_default();
        if texts.len() < 3 && !held.described.description.trim().is_empty() {
            texts.push(held.described.description.clone());
        }
    }
    let mut row = |name: &&PaidName| {
        let rule = decided.get(name.name.as_str());
        ScopeRow {
            name: name.name.clone(),
            in_scope: name.in_scope,
            paid: name.paid,
            rows: name.rows,
            why: name.why.clone(),
            bought: bought.remove(&name.name).unwrap_or_default(),
            decision: rule
                .and_then(|(_, rule)| rule.decision.latest())
                .map(|decision| decision.word()),
            history: rule.map(|(id, _)| **id),
        }
    };
    let in_scope = all.iter().filter(|name| name.in_scope != Pence::ZERO);
    Ok(ScopePage {
        empty: all.is_empty(),
        technology: all.iter().map(|name| name.in_scope).sum(),
        paid: all.iter().map(|name| name.paid).sum(),
        names_in_scope: in_scope.count(),
        proposed: all
            .iter()
            .filter(|name| name.scope == ScopeBasis::Proposed)
            .count(),
        rows: shown.iter().map(&mut row).collect(),
        q: asked.typed("q").to_owned(),
        found: found.len(),
        show,
        page,
        pages,
        base: view.entry(),
        may_decide: visit.visitor.could(Action::DecideScope) && !visit.is_past_knowledge(),
        conflict,
    })
}

/// Keep the decisions of a page, or confirm everything that is proposed.
fn decide_scope(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let permit = visit.permit(Action::DecideScope, &Subject::default())?;
    let mut decisions: BTreeMap<String, Decision> = BTreeMap::new();
    if visit.form.has("all") {
        let names = paid_names(visit, &visit.view)?;
        let proposed = names
            .into_iter()
            .filter(|name| name.scope == ScopeBasis::Proposed);
        decisions.extend(proposed.map(|name| (name.name, name.decision)));
    } else {
        let named = visit.form.all("name").enumerate();
        for (place, name) in named {
            let decision = match visit.form.get(&format!("decision-{place}")) {
                Some("technology") => Decision::Technology,
                Some("labelled") => Decision::Labelled,
                Some("not-technology") => Decision::NotTechnology,
                _ => continue,
            };
            decisions.insert(name.to_owned(), decision);
        }
    }
    let stating = |picture: &Picture| {
        let mut changes = Vec::new();
        let mut standing: BTreeMap<String, (RecordId, ScopeRule)> = BTreeMap::new();
        for rule in picture.known(picture.size()).all::<ScopeRule>() {
            let (id, rule) = rule?;
            standing.insert(rule.supplier.clone(), (id, rule));
        }
        for (supplier, decision) in &decisions {
            let (id, before) = match standing.get(supplier) {
                Some((id, rule)) => (*id, Some(rule)),
                None => (fresh_id(), None),
            };
            let rule = ScopeRule {
                supplier: supplier.clone(),
                decision: Dated::since(When::Unknown, *decision),
                by: DecidedBy::Person,
                reason: before.and_then(|rule| rule.reason.clone()),
            };
            if before != Some(&rule) {
                changes.push(Change::state(id, Visibility::Internal, &rule));
            }
        }
        Ok::<_, handback_register::Error>(((), changes))
    };
    let saying = Saying {
        base: visit.form.get("base").and_then(|base| base.parse().ok()),
        ..Saying::because("review of what is technology")
    };
    match visit.site.data.change(&permit, saying, stating) {
        Ok(_) => {
            let mut back = Fields::default();
            for name in ["show", "q"] {
                if let Some(value) = visit.form.get(name) {
                    back.push(name, value);
                }
            }
            back.push("done", "decided");
            visit.see(&format!("/scope?{}", back.query()))
        }
        Err(error) if error.is_conflict() => {
            let page = scope_page(visit, &visit.form, true)?;
            visit.invalid("scope.html", &page)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize)]
struct NamesPage {
    offers: Vec<Offer>,
    more: usize,
    all: bool,
    organisations: Vec<String>,
    base: u64,
    may_decide: bool,
    error: Option<&'static str>,
}

#[derive(Serialize)]
struct Offer {
    why: &'static str,
    confidence: u8,
    names: Vec<(String, Pence)>,
    total: Pence,
    /// What they would be called together.
    proposed: String,
}

/// How many offers a page holds.
const OFFERS: usize = 25;

fn names_page(visit: &Visit, error: Option<&'static str>) -> Result<NamesPage, Error> {
    let estate = visit.estate()?;
    let names = paid_names(visit, &visit.view)?;
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let open = |name: &&PaidName| meaning.organisation(&name.name, visit.dates.at).is_none();
    let technology: BTreeSet<&str> = names
        .iter()
        .filter(|name| name.in_scope != Pence::ZERO)
        .map(|name| name.name.as_str())
        .collect();
    let paid = names
        .iter()
        .filter(open)
        .map(|name| (name.name.as_str(), name.paid));
    let all = visit.query.get("show") == Some("all");
    let mut likely = likely_same(paid);
    likely.retain(|offer| {
        let mut held = offer.names.iter();
        all || held.any(|(name, _)| technology.contains(name.as_str()))
    });
    let offer = |offer: &handback_core::money::names::LikelySame| Offer {
        why: match offer.likeness {
            Likeness::SameButForForm => "The same but for case, punctuation or legal form",
            Likeness::Misspelt => "One or two letters apart",
            Likeness::SameFirstWord => "The same first word: perhaps firms of one group",
        },
        confidence: offer.likeness.confidence(),
        total: offer.names.iter().map(|(_, paid)| *paid).sum(),
        proposed: offer
            .names
            .first()
            .map(|(name, _)| name.clone())
            .unwrap_or_default(),
        names: offer.names.clone(),
    };
    let mut organisations: Vec<String> = estate
        .organisations
        .values()
        .filter(|held| !held.roles.contains(&OrganisationRole::Directorate))
        .map(|held| held.name.clone())
        .collect();
    organisations.sort();
    Ok(NamesPage {
        more: likely.len().saturating_sub(OFFERS),
        offers: likely.iter().take(OFFERS).map(offer).collect(),
        all,
        organisations,
        base: visit.view.entry(),
        may_decide: visit.visitor.could(Action::DecideScope) && !visit.is_past_knowledge(),
        error,
    })
}

fn names(visit: &Visit) -> Result<Answer, Error> {
    visit.page("names.html", &names_page(visit, None)?)
}

/// Say that the ticked names of one offer mean one organisation.
fn decide_names(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let permit = visit.permit(Action::DecideScope, &Subject::default())?;
    let ticked: Vec<String> = visit.form.all("name").map(str::to_owned).collect();
    let Some(organisation) = visit
        .form
        .get("organisation")
        .filter(|_| !ticked.is_empty())
    else {
        let page = names_page(
            visit,
            Some("Tick at least one name, and say which organisation it means"),
        )?;
        return visit.invalid("names.html", &page);
    };
    let stating = |picture: &Picture| {
        let mut finder = finder(picture)?;
        let id = finder.party(organisation, OrganisationRole::Supplier, BTreeSet::new());
        let mut changes = std::mem::take(&mut finder.stated);
        let mut standing: BTreeMap<String, RecordId> = BTreeMap::new();
        for name in picture.known(picture.size()).all::<Name>() {
            let (record, name) = name?;
            standing.insert(name.printed, record);
        }
        for printed in &ticked {
            let name = Name {
                printed: printed.clone(),
                organisation: Dated::since(When::Unknown, id),
                by: DecidedBy::Person,
                confidence: 100,
                evidence: None,
            };
            let record = standing.get(printed).copied().unwrap_or_else(fresh_id);
            changes.push(Change::state(record, Visibility::Internal, &name));
        }
        Ok::<_, anyhow::Error>((id, changes))
    };
    let saying = Saying {
        base: visit.form.get("base").and_then(|base| base.parse().ok()),
        ..Saying::because("review of names")
    };
    let done = visit.site.data.change(&permit, saying, stating)?;
    let shown = match done.answer {
        Some(id) => format!("/suppliers/{id}?done=decided"),
        None => "/names?done=decided".into(),
    };
    visit.see(&shown)
}

/// The largest suppliers of technology, by the name that the statement gives them.
pub fn technology_suppliers(visit: &Visit, estate: &Estate) -> Result<Vec<String>, Error> {
    let statement = visit.statement()?;
    let mut names: Vec<String> = statement
        .suppliers
        .iter()
        .filter(|line| line.in_scope_pence != Pence::ZERO)
        .take(25)
        .map(|line| line.name.clone())
        .collect();
    let providers = estate.arrangements.values();
    let providers = providers.flat_map(|held| held.provider.iter().filter_map(|(_, id)| *id));
    for id in providers {
        if let Some(held) = estate.organisations.get(&id) {
            if Some(id) != estate.authority && !names.contains(&held.name) {
                names.push(held.name.clone());
            }
        }
    }
    Ok(names)
}
