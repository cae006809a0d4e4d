//! What looks like technology, name by name: a list made for the keyboard and one pass.

use super::answer::{Answer, Error};
use super::fields::{FieldFaults, Fields};
use super::forms::{base, now_only};
use super::listing::{Paging, address, paging};
use super::review::{Said, Sayers, back, before};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::{Saying, fresh_id};
use crate::estate::{KnownMoment, View, live_parts};
use handback_core::dated::When;
use handback_core::money::{Decision, PaidName, ScopeBasis, ScopeRule};
use handback_core::pence::Pence;
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, RecordId, Visibility};
use handback_core::statement::Estate;
use handback_facts::question::DescriptionsByName;
use handback_register::Picture;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

pub const ROUTES: &[Route] = &[
    Route::get("/scope", Needs::May(Action::See), list),
    Route::post("/scope", Needs::May(Action::DecideScope), decide),
];

/// How many names a page has.
const ROWS: usize = 50;
/// How many descriptions of each name are shown.
const DESCRIPTIONS: usize = 3;

#[derive(Serialize)]
struct Page {
    totals: Totals,
    was: Option<Pence>,
    show: String,
    q: String,
    sort: String,
    rows: Vec<Line>,
    found: usize,
    pages: Option<Paging>,
    action: String,
    base: u64,
    can: bool,
    faults: Faults,
    kept: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Faults {
    summary: Vec<BTreeMap<&'static str, String>>,
    by_field: BTreeMap<String, BTreeMap<&'static str, String>>,
}

/// What was paid in all, and what of it looks like technology.
#[derive(Serialize)]
struct Totals {
    paid: Pence,
    in_scope: Pence,
    names: usize,
    /// Counted as technology by rule alone.
    proposed: usize,
    proposed_pence: Pence,
}

/// A name to decide about.
#[derive(Serialize)]
struct Line {
    name: String,
    paid: Pence,
    in_scope: Pence,
    payments: u64,
    why: String,
    described: Vec<String>,
    options: Vec<Choice>,
    /// What stands when the page is made, as the form sends it back.
    was: &'static str,
    decided: Option<Decided>,
    /// Somebody else decided since the person read it.
    moved: bool,
}

#[derive(Serialize)]
struct Decided {
    words: String,
    #[serde(flatten)]
    said: Said,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    text: String,
    key: &'static str,
    checked: bool,
}

/// Left for later, or left to the rules again.
const LATER: &str = "later";

fn totals(names: &[PaidName]) -> Totals {
    let proposed = || names.iter().filter(|name| is_proposed(name));
    Totals {
        paid: names.iter().map(|name| name.paid).sum(),
        in_scope: names.iter().map(|name| name.in_scope).sum(),
        names: names
            .iter()
            .filter(|name| name.in_scope != Pence::ZERO)
            .count(),
        proposed: proposed().count(),
        proposed_pence: proposed().map(|name| name.in_scope).sum(),
    }
}

fn is_proposed(name: &PaidName) -> bool {
    name.scope == ScopeBasis::Proposed && name.in_scope != Pence::ZERO && is_named(name)
}

/// Payments without a name have nobody to decide about.
fn is_named(name: &PaidName) -> bool {
    !name.name.trim().is_empty()
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let names = visit.site.names(&visit.view, visit.dates.at)?;
    let estate = visit.estate()?;
    let rules = rules(&estate);
    let asked = asked(&names, &rules, &visit.query);
    let last = asked.len().div_ceil(ROWS).max(1);
    let number = visit.query.get("page").and_then(|page| page.parse().ok());
    let number: usize = number.unwrap_or(1).clamp(1, last);
    let from = (number - 1) * ROWS;
    let shown = &asked[from..(from + ROWS).min(asked.len())];
    let mut page = page(visit, &visit.view, shown, &BTreeSet::new())?;
    page.found = asked.len();
    page.pages = paging(visit, number, last);
    visit.page("scope.html", &page)
}

/// The decisions by name; a record that decides nothing is none.
fn rules(estate: &Estate) -> BTreeMap<&str, (RecordId, &ScopeRule)> {
    let stated = estate.scope_rules.iter();
    stated
        .filter(|(_, rule)| !rule.decision.is_empty())
        .map(|(id, rule)| (rule.supplier.as_str(), (*id, rule)))
        .collect()
}

/// The names that the address asks for, in its order.
fn asked<'a>(
    names: &'a [PaidName],
    rules: &BTreeMap<&str, (RecordId, &ScopeRule)>,
    query: &Fields,
) -> Vec<&'a PaidName> {
    let words: Vec<String> = query
        .typed("q")
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let is_shown = |name: &&PaidName| match query.get("show") {
        Some("decided") => rules.contains_key(name.name.as_str()),
        Some("all") => true,
        _ => is_proposed(name),
    };
    let says = |name: &&PaidName| {
        let text = format!("{} {}", name.name, name.why).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let named = names.iter().filter(|name| is_named(name));
    let mut asked: Vec<&PaidName> = named.filter(is_shown).filter(says).collect();
    match query.get("sort") {
        Some("paid") => asked.sort_by_key(|name| Reverse(name.paid)),
        Some("payments") => asked.sort_by_key(|name| Reverse(name.rows)),
        Some("name") => asked.sort_by_cached_key(|name| name.name.to_lowercase()),
        _ => {}
    }
    asked
}

fn page(
    visit: &Visit,
    view: &View,
    shown: &[&PaidName],
    moved: &BTreeSet<RecordId>,
) -> Result<Page, Error> {
    let at = visit.dates.at;
    let was = match before(visit) {
        Some(before) => Some(totals(&visit.site.names(&before, at)?).in_scope),
        None => None,
    };
    let default =
        |name: &str, otherwise: &str| visit.query.get(name).unwrap_or(otherwise).to_owned();
    Ok(Page {
        totals: totals(&visit.site.names(view, at)?),
        was,
        show: default("show", "open"),
        q: visit.query.typed("q").to_owned(),
        sort: default("sort", "amount"),
        rows: lines(visit, view, shown, moved)?,
        found: shown.len(),
        pages: None,
        action: address(visit, &[("saved", ""), ("page", "")]),
        base: view.entry(),
        can: visit.visitor.could(Action::DecideScope) && !visit.is_past_knowledge(),
        faults: Faults {
            summary: Vec::new(),
            by_field: BTreeMap::new(),
        },
        kept: BTreeMap::new(),
    })
}

fn lines(
    visit: &Visit,
    view: &View,
    shown: &[&PaidName],
    moved: &BTreeSet<RecordId>,
) -> Result<Vec<Line>, Error> {
    let estate = visit.site.estate(view)?;
    let rules = rules(&estate);
    let mut sayers = Sayers::default();
    let mut described = described(visit, &estate, shown)?;
    let mut lines = Vec::with_capacity(shown.len());
    for name in shown {
        let rule = rules.get(name.name.as_str());
        let stands = rule.and_then(|(_, rule)| rule.decision.latest().copied());
        let decided = match rule {
            Some((id, rule)) => sayers.said(visit, view, *id)?.map(|said| Decided {
                words: words(rule),
                said,
                reason: rule.reason.clone(),
            }),
            None => None,
        };
        lines.push(Line {
            name: name.name.clone(),
            paid: name.paid,
            in_scope: name.in_scope,
            payments: name.rows,
            why: name.why.clone(),
            described: described.remove(&name.name).unwrap_or_default(),
            options: options(name, stands),
            was: stands.map_or(LATER, Decision::word),
            decided,
            moved: rule.is_some_and(|(id, _)| moved.contains(id)),
        });
    }
    Ok(lines)
}

/// What was bought: the most frequent descriptions of the names on the page, and of no others.
fn described(
    visit: &Visit,
    estate: &Estate,
    shown: &[&PaidName],
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    if shown.is_empty() {
        return Ok(BTreeMap::new());
    }
    let question = DescriptionsByName {
        names: shown.iter().map(|name| name.name.clone()).collect(),
    };
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in visit
        .site
        .data
        .facts
        .ask(&question, &live_parts(estate))?
        .iter()
    {
        let held = by_name.entry(line.name.clone()).or_default();
        let text = &line.described.description;
        if held.len() < DESCRIPTIONS && !text.is_empty() {
            held.push(text.clone());
        }
    }
    Ok(by_name)
}

/// What can be decided about a name. One with other business can be technology as far as it is
/// labelled so, which is what the rules propose, or as a whole.
fn options(name: &PaidName, stands: Option<Decision>) -> Vec<Choice> {
    let has_other_business = name.in_scope != Pence::ZERO && name.in_scope != name.paid;
    let mut options = Vec::new();
    let mut offer = |value: &'static str, text: String, key| {
        options.push(Choice {
            checked: value == stands.map_or(LATER, Decision::word),
            value,
            text,
            key,
        });
    };
    if stands == Some(Decision::Labelled) || has_other_business && stands.is_none() {
        let labelled = format!("technology: {}", name.in_scope.rounded());
        offer(Decision::Labelled.word(), labelled, "t");
        let all = format!("all {}", name.paid.rounded());
        offer(Decision::Technology.word(), all, "a");
    } else {
        offer(Decision::Technology.word(), "technology".into(), "t");
    }
    offer(Decision::NotTechnology.word(), "not technology".into(), "n");
    let later = match stands {
        None => "later",
        Some(_) => "undecided",
    };
    offer(LATER, later.into(), "l");
    options
}

/// A decision through time: `technology`, or `not technology, from 1 April 2019 technology`.
fn words(rule: &ScopeRule) -> String {
    let part = |(from, decision): (When, &Decision)| {
        let word = crate::words::word("decision", decision.word()).unwrap_or_default();
        match from {
            When::Unknown => word.to_owned(),
            from => format!("from {} {word}", crate::render::when(from)),
        }
    };
    let parts: Vec<String> = rule.decision.iter().map(part).collect();
    parts.join(", ")
}

/// What a person decided about a name; none leaves it to the rules again.
type Wish = (String, Option<Decision>);

/// The rows of the form that say something else than what stood when the page was made.
fn wishes(form: &Fields) -> Vec<Wish> {
    let row = |place: usize| {
        let field = |name: &str| format!("{name}-{place}");
        let chosen = form.get(&field("decision"))?;
        let differs = chosen != form.typed(&field("was"));
        let name = form.typed(&field("name")).to_owned();
        differs.then(|| (name, Decision::from_word(chosen)))
    };
    (0..ROWS).filter_map(row).collect()
}

fn decide(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let permit = visit.permit(Action::DecideScope, &Subject::default())?;
    let mut faults = FieldFaults::default();
    let from = match visit.form.get("from").map(str::parse::<When>) {
        None => When::Unknown,
        Some(Ok(from)) => from,
        Some(Err(wrong)) => {
            faults.add("from", crate::render::sentence(&wrong.to_string()));
            return shown_again(visit, &faults, &BTreeSet::new());
        }
    };
    let mut wishes = wishes(&visit.form);
    if visit.form.has("all") {
        let named: BTreeSet<String> = wishes.iter().map(|(name, _)| name.clone()).collect();
        let others = still_proposed(visit)?;
        wishes.extend(others.into_iter().filter(|(name, _)| !named.contains(name)));
    }
    let reason = visit.form.get("reason");
    let saying = Saying {
        base: Some(base(visit)),
        ..Saying::because(reason.unwrap_or("decided on the list of names"))
    };
    let ruling = |picture: &Picture| Ok(((), ruled(picture, &wishes, from, reason)?));
    match visit.site.data.change(&permit, saying, ruling) {
        Ok(saved) if saved.entries.is_empty() => {
            visit.see(&back(visit, "/scope", &[("done", "nothing".into())]))
        }
        Ok(saved) => {
            let before = (saved.entries.start - 1).to_string();
            visit.see(&back(visit, "/scope", &[("saved", before)]))
        }
        Err(Error::Conflict(conflict)) => {
            faults.add("names", "Somebody else decided about some of these names while you looked. Nothing of yours is saved yet, and nothing is lost: look at the marked names, then save again.");
            let moved = conflict.moved().iter().map(|(id, _)| *id).collect();
            shown_again(visit, &faults, &moved)
        }
        Err(error) => Err(error),
    }
}

/// What the rules propose about the names that the person saw, except where somebody has decided since.
fn still_proposed(visit: &Visit) -> Result<Vec<Wish>, Error> {
    let at = visit.dates.at;
    let then = View::at(&visit.site.data, Some(&KnownMoment::entry(base(visit))));
    let now = visit.site.names(&visit.view, at)?;
    let now: BTreeSet<&str> = now
        .iter()
        .filter(|name| is_proposed(name))
        .map(|name| name.name.as_str())
        .collect();
    let then = visit.site.names(&then, at)?;
    let seen = then.iter().filter(|name| is_proposed(name));
    let still = seen.filter(|name| now.contains(name.name.as_str()));
    Ok(still
        .map(|name| (name.name.clone(), Some(name.decision)))
        .collect())
}

/// The changes that decide as wished: each name keeps its record, whoever stated it.
fn ruled(
    picture: &Picture,
    wishes: &[Wish],
    from: When,
    reason: Option<&str>,
) -> Result<Vec<Change>, Error> {
    let mut held: BTreeMap<String, (RecordId, ScopeRule)> = BTreeMap::new();
    for record in picture.known(picture.size()).all::<ScopeRule>() {
        let (id, rule) = record?;
        held.insert(rule.supplier.clone(), (id, rule));
    }
    let mut changes = Vec::new();
    for (name, decision) in wishes {
        let standing = held.get(name);
        let mut rule = standing.map_or_else(|| ScopeRule::open(name), |(_, rule)| rule.clone());
        rule.decide(*decision, from);
        rule.reason = reason.map(str::to_owned);
        let id = standing.map_or_else(fresh_id, |(id, _)| *id);
        let is_new = standing.is_none_or(|(_, standing)| *standing != rule);
        if is_new && !(standing.is_none() && decision.is_none()) {
            changes.push(Change::state(id, Visibility::Internal, &rule));
        }
    }
    Ok(changes)
}

/// The page as it was filled in, over what is known by now.
fn shown_again(
    visit: &Visit,
    faults: &FieldFaults,
    moved: &BTreeSet<RecordId>,
) -> Result<Answer, Error> {
    let now = View::at(&visit.site.data, None);
    let names = visit.site.names(&now, visit.dates.at)?;
    let by_name: BTreeMap<&str, &PaidName> = names
        .iter()
        .map(|name| (name.name.as_str(), name))
        .collect();
    let named = (0..ROWS).map(|place| visit.form.typed(&format!("name-{place}")));
    let shown: Vec<&PaidName> = named
        .filter_map(|name| by_name.get(name).copied())
        .collect();
    let mut page = page(visit, &now, &shown, moved)?;
    for line in &mut page.rows {
        let place = (0..ROWS).find(|place| visit.form.typed(&format!("name-{place}")) == line.name);
        let typed = place.map(|place| visit.form.typed(&format!("decision-{place}")));
        let was = place.map(|place| visit.form.typed(&format!("was-{place}")));
        if typed == was {
            continue;
        }
        for option in &mut line.options {
            option.checked = Some(option.value) == typed;
        }
    }
    page.faults = Faults {
        summary: faults.summary(),
        by_field: faults.by_field(),
    };
    page.kept = visit.form.kept();
    visit.invalid("scope.html", &page)
}
