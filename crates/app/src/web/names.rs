//! Printed names that likely belong together: offered for a tick, never merged silently.

use super::answer::{Answer, Error};
use super::fields::{FieldFaults, Fields};
use super::forms::{base, now_only};
use super::listing::{Paging, address, paging};
use super::review::{back, before};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::{Saying, fresh_id};
use crate::import::{Finder, finder};
use handback_core::dated::{Dated, When};
use handback_core::money::names::{Likeness, likely_same};
use handback_core::money::{DecidedBy, Name, Names};
use handback_core::organisation::{Organisation, OrganisationRole};
use handback_core::pence::Pence;
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, Kind, RecordId, Visibility};
use handback_core::table::Find;
use handback_register::Picture;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub const ROUTES: &[Route] = &[
    Route::get("/names", Needs::May(Action::See), list),
    Route::post("/names", Needs::May(Action::DecideScope), tick),
];

/// How many offers a page has.
const OFFERS: usize = 20;
/// How many totals are told after saving.
const TOTALS: usize = 6;

#[derive(Serialize)]
struct Page {
    offers: Vec<Offer>,
    found: usize,
    show: String,
    pages: Option<Paging>,
    totals: Vec<Total>,
    organisations: Vec<String>,
    action: String,
    base: u64,
    can: bool,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

/// Names that a person might tick as one organisation or one group.
#[derive(Serialize)]
struct Offer {
    why: &'static str,
    confidence: u8,
    names: Vec<Offered>,
    paid: Pence,
    /// What the organisation or group is called.
    called: String,
    chosen: String,
}

#[derive(Serialize)]
struct Offered {
    name: String,
    paid: Pence,
    ticked: bool,
}

/// What an organisation, with all that belongs to it, was paid, and what that rests on.
#[derive(Serialize)]
struct Total {
    name: String,
    href: String,
    in_scope: Pence,
    paid: Pence,
    payments: u64,
    names: Vec<String>,
}

fn why(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::SameButForForm => "The same but for case, punctuation or legal form",
        Likeness::Misspelt => "One or two letters apart",
        Likeness::SameFirstWord => "The same first word: perhaps one group",
    }
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let page = page(visit, &FieldFaults::default())?;
    visit.page("names.html", &page)
}

fn page(visit: &Visit, faults: &FieldFaults) -> Result<Page, Error> {
    let offers = offers(visit)?;
    let last = offers.len().div_ceil(OFFERS).max(1);
    let number = visit.query.get("page").and_then(|page| page.parse().ok());
    let number: usize = number.unwrap_or(1).clamp(1, last);
    let estate = visit.estate()?;
    let organisations: BTreeSet<String> = estate
        .organisations
        .values()
        .map(|held| held.name.clone())
        .collect();
    Ok(Page {
        found: offers.len(),
        offers: offers
            .into_iter()
            .skip((number - 1) * OFFERS)
            .take(OFFERS)
            .collect(),
        show: visit.query.get("show").unwrap_or("technology").to_owned(),
        pages: paging(visit, number, last),
        totals: totals(visit)?,
        organisations: organisations.into_iter().collect(),
        action: address(visit, &[("saved", ""), ("of", "")]),
        base: visit.view.entry(),
        can: visit.visitor.could(Action::DecideScope) && !visit.is_past_knowledge(),
        summary: faults.summary(),
        errors: faults.by_field(),
    })
}

/// The names that nobody has tied to an organisation yet and that likely belong together: those paid
/// for technology, or all.
fn offers(visit: &Visit) -> Result<Vec<Offer>, Error> {
    let names = visit.site.names(&visit.view, visit.dates.at)?;
    let estate = visit.estate()?;
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let is_open = |name: &str| meaning.organisation(name, visit.dates.at).is_none();
    let open = names.iter().filter(|name| is_open(&name.name));
    let technology: BTreeSet<&str> = names
        .iter()
        .filter(|name| name.in_scope != Pence::ZERO)
        .map(|name| name.name.as_str())
        .collect();
    let all = visit.query.get("show") == Some("all");
    let wanted = |names: &[(String, Pence)]| {
        all || names
            .iter()
            .any(|(name, _)| technology.contains(name.as_str()))
    };
    let offers = likely_same(open.map(|name| (name.name.as_str(), name.paid)));
    let wanted = offers.into_iter().filter(|offer| wanted(&offer.names));
    Ok(wanted
        .map(|offer| Offer {
            why: why(offer.likeness),
            confidence: offer.likeness.confidence(),
            paid: offer.names.iter().map(|(_, paid)| *paid).sum(),
            called: match offer.likeness {
                Likeness::SameFirstWord => String::new(),
                _ => offer.names[0].0.clone(),
            },
            names: offer
                .names
                .into_iter()
                .map(|(name, paid)| Offered {
                    name,
                    paid,
                    ticked: offer.likeness != Likeness::SameFirstWord,
                })
                .collect(),
            chosen: String::new(),
        })
        .collect())
}

/// What the organisations that the address names were paid, with all firms of their groups.
fn totals(visit: &Visit) -> Result<Vec<Total>, Error> {
    if before(visit).is_none() {
        return Ok(Vec::new());
    }
    let ids = visit.query.all("of").filter_map(|id| id.parse().ok());
    let ids: BTreeSet<RecordId> = ids.take(TOTALS).collect();
    let statement = visit.statement()?;
    let estate = visit.estate()?;
    let total = |id: RecordId| {
        let called = estate.organisations.get(&id)?;
        let belongs = |of: Option<RecordId>| of == Some(id);
        let lines = statement
            .suppliers
            .iter()
            .filter(|line| belongs(line.organisation) || belongs(line.group_organisation));
        let mut total = Total {
            name: called.name.clone(),
            href: format!("/suppliers/{id}"),
            in_scope: Pence::ZERO,
            paid: Pence::ZERO,
            payments: 0,
            names: Vec::new(),
        };
        for line in lines {
            total.in_scope += line.in_scope_pence;
            total.paid += line.paid_pence;
            total.payments += line.payments;
            total.names.extend(line.names.iter().cloned());
        }
        Some(total)
    };
    Ok(ids.into_iter().filter_map(total).collect())
}

/// What a person says of names that were offered together.
enum Wish {
    /// They mean one organisation, called so.
    One(String),
    /// Each is a firm of its own, owned by the group called so.
    Group(String),
    /// Each is a firm of its own, and nothing more: they are never offered together again.
    Apart,
}

/// The offers that say something: what, and of which ticked names.
fn wishes(form: &Fields, faults: &mut FieldFaults) -> Vec<(Wish, Vec<String>)> {
    let mut wishes = Vec::new();
    for place in 0..OFFERS {
        let field = |name: &str| format!("{name}-{place}");
        let ticked: Vec<String> = form.all(&field("tick")).map(str::to_owned).collect();
        let called = form.get(&field("called")).map(str::to_owned);
        let mut needed = |message| {
            called.clone().unwrap_or_else(|| {
                faults.add(field("called"), message);
                String::new()
            })
        };
        let wish = match form.get(&field("same")) {
            Some("one") => Wish::One(needed("Say what the organisation is called")),
            Some("group") => Wish::Group(needed("Say what the group is called")),
            Some("apart") => Wish::Apart,
            _ => continue,
        };
        if ticked.is_empty() {
            faults.add(field("tick"), "Tick the names that you mean");
        }
        wishes.push((wish, ticked));
    }
    wishes
}

fn tick(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let permit = visit.permit(Action::DecideScope, &Subject::default())?;
    let mut faults = FieldFaults::default();
    let wishes = wishes(&visit.form, &mut faults);
    if !faults.is_empty() {
        return shown_again(visit, &faults);
    }
    let saying = Saying {
        base: Some(base(visit)),
        ..Saying::because("decided on the list of likely names")
    };
    let stating = |picture: &Picture| stated(picture, &wishes);
    match visit.site.data.change(&permit, saying, stating) {
        Ok(saved) if saved.entries.is_empty() => {
            visit.see(&back(visit, "/names", &[("done", "nothing".into())]))
        }
        Ok(saved) => {
            let mut more = vec![("saved", (saved.entries.start - 1).to_string())];
            more.extend(saved.answer.iter().map(|id| ("of", id.to_string())));
            visit.see(&back(visit, "/names", &more))
        }
        Err(Error::Conflict(_)) => {
            faults.add("names", "Somebody else decided about some of these names while you looked. Nothing of yours is saved. The list below is as it is now: decide again where you still differ.");
            shown_again(visit, &faults)
        }
        Err(error) => Err(error),
    }
}

/// The list with all that was ticked and typed.
fn shown_again(visit: &Visit, faults: &FieldFaults) -> Result<Answer, Error> {
    let mut page = page(visit, faults)?;
    for offer in &mut page.offers {
        let first = &offer.names[0].name;
        let place = (0..OFFERS).find(|place| visit.form.typed(&format!("first-{place}")) == first);
        let Some(place) = place else { continue };
        let ticked: BTreeSet<&str> = visit.form.all(&format!("tick-{place}")).collect();
        for name in &mut offer.names {
            name.ticked = ticked.contains(name.name.as_str());
        }
        offer.called = visit.form.typed(&format!("called-{place}")).to_owned();
        offer.chosen = visit.form.typed(&format!("same-{place}")).to_owned();
    }
    visit.invalid("names.html", &page)
}

/// What the wishes come to: the organisations to tell the totals of, and the changes.
fn stated(
    picture: &Picture,
    wishes: &[(Wish, Vec<String>)],
) -> Result<(Vec<RecordId>, Vec<Change>), Error> {
    let mut stating = Stating::of(picture)?;
    for (wish, names) in wishes {
        match wish {
            Wish::One(called) => {
                let id = stating.organisation(called, None)?;
                stating.totals.push(id);
                for name in names {
                    stating.name(name, id);
                }
            }
            Wish::Group(called) => {
                let group = stating.organisation(called, None)?;
                stating.totals.push(group);
                for name in names {
                    let id = stating.organisation(name, Some(group))?;
                    stating.name(name, id);
                }
            }
            Wish::Apart => {
                for name in names {
                    let id = stating.organisation(name, None)?;
                    stating.name(name, id);
                }
            }
        }
    }
    Ok((stating.totals, stating.changes))
}

/// Changes in the making.
struct Stating<'a> {
    picture: &'a Picture,
    finder: Finder,
    names: BTreeMap<String, RecordId>,
    totals: Vec<RecordId>,
    changes: Vec<Change>,
}

impl<'a> Stating<'a> {
    fn of(picture: &'a Picture) -> Result<Stating<'a>, Error> {
        let mut names = BTreeMap::new();
        for record in picture.known(picture.size()).all::<Name>() {
            let (id, name) = record?;
            names.insert(name.printed, id);
        }
        let mut finder = finder(picture)?;
        Ok(Stating {
            changes: std::mem::take(&mut finder.stated),
            picture,
            finder,
            names,
            totals: Vec::new(),
        })
    }

    /// The organisation called so, stated when it is new or when a group comes to own it.
    fn organisation(&mut self, called: &str, group: Option<RecordId>) -> Result<RecordId, Error> {
        let called = called.trim();
        let known = self.finder.find(Organisation::NAME, called);
        let id = known.unwrap_or_else(fresh_id);
        let group = group.filter(|group| *group != id);
        let held = self
            .picture
            .known(self.picture.size())
            .get::<Organisation>(id)?;
        if known.is_some() && (group.is_none() || held.is_none()) {
            return Ok(id);
        }
        let mut organisation = held.unwrap_or_else(|| Organisation {
            name: called.to_owned(),
            roles: BTreeSet::from([OrganisationRole::Supplier]),
            source: Some("names that belong together".into()),
            ..Organisation::default()
        });
        if group.is_some() {
            organisation.parent.state(When::Unknown, group);
        }
        self.finder.remember(Organisation::NAME, called, id);
        self.changes
            .push(Change::state(id, Visibility::Internal, &organisation));
        Ok(id)
    }

    fn name(&mut self, printed: &str, organisation: RecordId) {
        let name = Name {
            printed: printed.to_owned(),
            organisation: Dated::since(When::Unknown, Some(organisation)),
            by: DecidedBy::Person,
            confidence: 100,
            evidence: None,
        };
        let id = *self
            .names
            .entry(printed.to_owned())
            .or_insert_with(fresh_id);
        self.changes
            .push(Change::state(id, Visibility::Internal, &name));
    }
}
