//! Forms to add, change and withdraw records of every documented kind, made from the headings by
//! which files state them: one rule for files and forms.

use super::answer::{Answer, Error};
use super::fields::{FieldFaults, Fields};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::{Saying, fresh_id};
use crate::estate::View;
use crate::import::{Finder, finder};
use crate::transfer::Titles;
use handback_core::amendment::{Amendment, CannotAmend, amended};
use handback_core::contract::exit::is_register;
use handback_core::dated::When;
use handback_core::engagement::{Benefit, Challenge, Problem, Trial};
use handback_core::kinds::{self, Table};
use handback_core::permission::{Action, Permit, Subject};
use handback_core::record::{Change, ChangeAct, Kind, RecordId, Visibility};
use handback_core::statement::Estate;
use handback_core::table::{Cell, Heading, Row, RowFault, listed};
use handback_register::Picture;
use serde::Serialize;
use std::collections::BTreeMap;

pub mod decide;
mod draw;
pub mod fill;
pub mod update;

pub use draw::Drawn;

pub const ROUTES: &[Route] = &[
    Route::get("/records/{kind}/new", Needs::May(Action::See), ask_new),
    Route::post("/records/{kind}/new", Needs::May(Action::See), add),
    Route::get("/records/{kind}/{id}/change", Needs::May(Action::See), ask),
    Route::get(
        "/records/{kind}/{id}/changed",
        Needs::May(Action::See),
        ask_changed,
    ),
    Route::post(
        "/records/{kind}/{id}/changed",
        Needs::May(Action::See),
        change,
    ),
    Route::get(
        "/records/{kind}/{id}/corrected",
        Needs::May(Action::See),
        ask_corrected,
    ),
    Route::post(
        "/records/{kind}/{id}/corrected",
        Needs::May(Action::See),
        correct,
    ),
    Route::get(
        "/records/{kind}/{id}/ended",
        Needs::May(Action::See),
        ask_ended,
    ),
    Route::post("/records/{kind}/{id}/ended", Needs::May(Action::See), end),
    Route::get(
        "/records/{kind}/{id}/withdrawn",
        Needs::May(Action::See),
        ask_withdrawn,
    ),
    Route::post(
        "/records/{kind}/{id}/withdrawn",
        Needs::May(Action::See),
        withdraw,
    ),
];

/// What it takes to state a kind.
pub fn action(kind: &str) -> Action {
    match kind {
        "contract" | "clause" | "obligation" | "request" | "variation" | "charge"
        | "index figure" | "volume" => Action::StateContract,
        "claim" | "published total" => Action::ReviewClaim,
        "recommendation" => Action::Recommend,
        "commitment" | "action" | "work-around" => Action::Promise,
        "update" => Action::PublishUpdate,
        "problem" | "challenge" | "trial" | "benefit" => Action::ShapeProblem,
        "name" | "scope rule" | "treatment" => Action::DecideScope,
        _ => Action::StateEstate,
    }
}

/// The table of the kind that an address names.
pub fn form_of(kind: &str) -> Option<&'static Table> {
    kinds::of_address(kind).and_then(|kind| kinds::form(kind.name))
}

/// Where a record's own page is.
pub fn page_of(kind: &str, id: RecordId) -> String {
    match kind {
        "staff movement" => format!("/movements/{id}"),
        "arrangement"
        | "name"
        | "scope rule"
        | "publication"
        | "layout"
        | "clause"
        | "charge"
        | "index figure"
        | "volume"
        | "treatment"
        | "rebase"
        | "working calendar"
        | "release"
        | "readiness statement" => {
            format!("/records/{id}/history")
        }
        "published total" => format!("/published-totals/{id}"),
        kind if is_register(kind) => format!("{}/{id}", list_of(kind)),
        kind => format!("/{kind}s/{id}"),
    }
}

/// Where the list of a kind is.
pub fn list_of(kind: &str) -> &'static str {
    match kind {
        "service" | "arrangement" => "/services",
        "contract" | "clause" | "charge" | "index figure" | "volume" => "/contracts",
        "variation" => "/variations",
        "treatment" => "/extras",
        "obligation" => "/obligations",
        "request" => "/requests",
        "organisation" => "/organisations",
        "staff movement" => "/movements",
        "wave" | "gate" => "/waves",
        "blackout" => "/blackouts",
        "task" => "/tasks",
        "readiness statement" => "/readiness",
        "asset" => "/registers/assets",
        "licence" => "/registers/licences",
        "third-party contract" => "/registers/third-party-contracts",
        "data holding" => "/registers/data-holdings",
        "credential" => "/registers/credentials",
        "knowledge" => "/registers/knowledge",
        "document" => "/registers/documents",
        "event" => "/events",
        "claim" => "/claims",
        "recommendation" => "/recommendations",
        "problem" | "challenge" | "trial" | "benefit" => "/problems",
        "name" => "/names",
        "scope rule" => "/scope",
        "published total" => "/published-totals",
        "measure" | "rebase" | "working calendar" => "/measures",
        "round" => "/rounds",
        "release" => "/experience",
        "commitment" => "/commitments",
        "action" => "/actions",
        "work-around" => "/work-arounds",
        "update" => "/updates",
        _ => "/",
    }
}

/// The record that a form is about: its table, and its rows as they stand at the page's entry.
struct Editing {
    table: &'static Table,
    id: RecordId,
    title: String,
    rows: Vec<Vec<String>>,
    subject: Subject,
}

impl Editing {
    fn of(visit: &Visit) -> Result<Editing, Error> {
        let table = form_of(visit.param("kind")).ok_or(Error::NotFound)?;
        let id = visit.record("id")?;
        let estate = visit.estate()?;
        let entry = visit.view.known().entry_of(id);
        let entry = entry.filter(|entry| entry.kind == table.kind && visit.sees(id));
        let entry = entry.ok_or(Error::NotFound)?;
        let item = entry.item().unwrap_or_default();
        let unreadable = |error: kinds::Unreadable| Error::Inside(error.into());
        let titles = Titles::of(&visit.view)?;
        let kind = kinds::named(table.kind).ok_or(Error::NotFound)?;
        Ok(Editing {
            title: match table.kind {
                "arrangement" => titles_of_arrangement(&estate, id),
                _ => (kind.read)(entry.version, item).map_err(unreadable)?.title,
            },
            rows: (table.rows)(entry.version, item, &titles).map_err(unreadable)?,
            subject: estate.subject(table.kind, id),
            table,
            id,
        })
    }

    /// The permit to change it, when nobody looks at the past.
    fn permit(&self, visit: &Visit) -> Result<Permit, Error> {
        now_only(visit)?;
        let permit = visit.permit(action(self.table.kind), &self.subject);
        // Whoever answers for a recommendation may say how far it has come.
        match (permit, self.table.kind) {
            (Err(Error::Forbidden(_)), "recommendation") => {
                visit.permit(Action::AnswerRecommendation, &self.subject)
            }
            (permit, _) => permit,
        }
    }

    fn address(&self, what: &str) -> String {
        format!(
            "/records/{}/{}/{what}",
            kinds::in_address(self.table.kind),
            self.id
        )
    }
}

fn titles_of_arrangement(estate: &Estate, id: RecordId) -> String {
    let service = estate.arrangements.get(&id).map(|held| held.service);
    let service = service.and_then(|id| estate.services.get(&id));
    let name = service.map_or("a service", |service| service.name.as_str());
    format!("who delivers {name}")
}

/// Nothing is changed while somebody looks at what was known once.
pub fn now_only(visit: &Visit) -> Result<(), Error> {
    if visit.is_past_knowledge() {
        return Err(Error::Wrong(
            "you are looking at what was known then: go back to what is known today, then change it"
                .into(),
        ));
    }
    Ok(())
}

#[derive(Serialize)]
struct Asking {
    kind: String,
    id: RecordId,
    title: String,
    can_change: bool,
    can_end: bool,
    can_withdraw: bool,
    back: String,
}

/// What happened?
fn ask(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    editing.permit(visit)?;
    let life = editing.table.life;
    let may_withdraw = visit.visitor.permit(Action::Withdraw, &editing.subject);
    visit.page(
        "record-ask.html",
        &Asking {
            kind: kinds::in_address(editing.table.kind),
            id: editing.id,
            can_change: life.is_some(),
            can_end: life.is_some_and(|life| life.end.is_some()),
            can_withdraw: may_withdraw.is_ok(),
            back: page_of(editing.table.kind, editing.id),
            title: editing.title,
        },
    )
}

/// A form, or a form again with what is wrong with it.
#[derive(Serialize)]
struct Page {
    heading: String,
    lead: &'static str,
    action: String,
    button: &'static str,
    /// The entry at which the person read the record.
    base: u64,
    groups: Vec<Group>,
    why: String,
    summary: Vec<BTreeMap<&'static str, String>>,
    back: String,
    suggestions: draw::Suggestions,
    /// What somebody else made of it meanwhile, beside what was typed.
    conflict: Option<Conflict>,
}

#[derive(Serialize)]
struct Group {
    legend: String,
    fields: Vec<Drawn>,
}

/// Two versions side by side.
#[derive(Serialize)]
struct Conflict {
    lines: Vec<Differing>,
    newest: u64,
}

#[derive(Serialize)]
struct Differing {
    heading: &'static str,
    theirs: String,
    ours: String,
}

/// Headings with their texts.
type Headed = Vec<(&'static Heading, String)>;

/// What a form asks, before anything was typed.
struct Asked {
    heading: String,
    lead: &'static str,
    button: &'static str,
    action: String,
    back: String,
    /// Legend, place of the row, the headings asked there and their texts.
    groups: Vec<(String, usize, Headed)>,
}

fn page(
    visit: &Visit,
    asked: &Asked,
    form: &Fields,
    faults: &FieldFaults,
    base: u64,
) -> Result<Page, Error> {
    let errors = faults.by_field();
    let estate = visit.estate()?;
    let groups = asked.groups.iter().map(|(legend, row, fields)| Group {
        legend: legend.clone(),
        fields: fields
            .iter()
            .map(|(heading, text)| draw::drawn(heading, *row, text, form, &errors, &estate))
            .collect(),
    });
    Ok(Page {
        heading: asked.heading.clone(),
        lead: asked.lead,
        action: asked.action.clone(),
        button: asked.button,
        base,
        groups: groups.collect(),
        why: form.typed("why").to_owned(),
        summary: faults.summary(),
        back: asked.back.clone(),
        suggestions: draw::Suggestions::of(&estate),
        conflict: None,
    })
}

fn shown(visit: &Visit, asked: &Asked) -> Result<Answer, Error> {
    let nothing = (Fields::default(), FieldFaults::default());
    let page = page(visit, asked, &nothing.0, &nothing.1, visit.view.entry())?;
    visit.page("record-form.html", &page)
}

fn shown_again(visit: &Visit, asked: &Asked, faults: &FieldFaults) -> Result<Answer, Error> {
    let page = page(visit, asked, &visit.form, faults, base(visit))?;
    visit.invalid("record-form.html", &page)
}

/// The entry at which the person read what they change.
pub fn base(visit: &Visit) -> u64 {
    let base = visit.form.get("base").and_then(|base| base.parse().ok());
    base.unwrap_or_else(|| visit.view.entry())
}

fn new_form(visit: &Visit) -> Result<(&'static Table, Asked), Error> {
    now_only(visit)?;
    let table = form_of(visit.param("kind")).ok_or(Error::NotFound)?;
    if !visit.visitor.could(action(table.kind)) {
        return Err(handback_core::permission::Refusal::NoRole.into());
    }
    let text = |heading: &'static Heading| {
        let given = visit.query.get(&draw::slug(heading.name));
        (heading, given.unwrap_or_default().to_owned())
    };
    let asked = Asked {
        heading: format!(
            "Add {}",
            crate::words::word("kind", table.kind).unwrap_or(table.kind)
        ),
        lead: "What is not known can stay blank.",
        button: "Save",
        action: format!("/records/{}/new", kinds::in_address(table.kind)),
        back: list_of(table.kind).into(),
        groups: vec![(String::new(), 0, table.headings.iter().map(text).collect())],
    };
    Ok((table, asked))
}

fn ask_new(visit: &Visit) -> Result<Answer, Error> {
    let (_, asked) = new_form(visit)?;
    shown(visit, &asked)
}

fn add(visit: &Visit) -> Result<Answer, Error> {
    let (table, asked) = new_form(visit)?;
    let mut faults = FieldFaults::default();
    let row = typed(table.headings.iter(), 0, &visit.form, &mut faults);
    if !faults.is_empty() {
        return shown_again(visit, &asked, &faults);
    }
    let rows = vec![ordered(table, &row)];
    let subject = subject_of_new(visit, table, &rows)?;
    let permit = visit.permit(action(table.kind), &subject)?;
    let id = fresh_id();
    let stating = |picture: &Picture| {
        let (change, identity, mut before) = stated(picture, table, &rows)?;
        if same(picture, table, &identity)?.is_some() {
            return Err(NotStated::There);
        }
        before.push(Change { id, ..change });
        Ok(((), before))
    };
    let saying = saying(visit, "added on a page", None);
    match visit.site.data.change(&permit, saying, stating) {
        Ok(_) => visit.see(&format!("{}?done=saved", page_of(table.kind, id))),
        Err(refused) => refused.shown(visit, &asked, table),
    }
}

/// What a new record is about, where it names its services or its directorate.
fn subject_of_new(visit: &Visit, table: &Table, rows: &[Vec<String>]) -> Result<Subject, Error> {
    let estate = visit.estate()?;
    let services = || {
        let services = estate.services.iter();
        services.map(|(id, held)| (*id, held.name.as_str()))
    };
    let organisations = || {
        let organisations = estate.organisations.iter();
        organisations.map(|(id, held)| (*id, held.name.as_str()))
    };
    let is_engagement = matches!(
        table.kind,
        "commitment" | "action" | "work-around" | "update"
    );
    let lists_services = is_register(table.kind) || is_engagement;
    if let Some(place) = table.place("services").filter(|_| lists_services) {
        let names = listed(&rows[0][place]);
        let served = services().filter(|(_, service)| {
            let mut names = names.iter();
            names.any(|name| service.eq_ignore_ascii_case(name))
        });
        let subject = estate.subject_of_services(served.map(|(id, _)| id).collect());
        return Ok(with_directorate(subject, table, rows, organisations()));
    }
    let service = table.place("service").and_then(|place| {
        let name = &rows[0][place];
        let mut named = services().filter(|(_, service)| service.eq_ignore_ascii_case(name));
        named.next().map(|(id, _)| id)
    });
    if let Some(subject) = subject_of_problem(&estate, table, rows) {
        return Ok(subject);
    }
    Ok(match (table.kind, service) {
        ("arrangement" | "readiness statement" | "task", Some(service)) => {
            estate.subject("service", service)
        }
        (_, service) if is_engagement => {
            let subject = estate.subject_of_services(service.into_iter().collect());
            with_directorate(subject, table, rows, organisations())
        }
        _ => Subject::default(),
    })
}

/// The subject with the directorate that the row names.
fn with_directorate<'e>(
    mut subject: Subject,
    table: &Table,
    rows: &[Vec<String>],
    mut organisations: impl Iterator<Item = (RecordId, &'e str)>,
) -> Subject {
    let named = table.place("directorate").map(|place| &rows[0][place]);
    let found = named.and_then(|named| {
        organisations.find(|(_, organisation)| organisation.eq_ignore_ascii_case(named))
    });
    subject.directorates.extend(found.map(|(id, _)| id));
    subject
}

/// What a new problem is about, or the problem that a new challenge, trial or benefit is of.
fn subject_of_problem(estate: &Estate, table: &Table, rows: &[Vec<String>]) -> Option<Subject> {
    let cell = |heading: &str| table.place(heading).map(|place| rows[0][place].as_str());
    match table.kind {
        Problem::NAME => {
            let directorate = cell("directorate").unwrap_or_default();
            let services = listed(cell("services").unwrap_or_default());
            let is_named = |name: &str| services.iter().any(|it| it.eq_ignore_ascii_case(name));
            let mut directorates = estate.organisations.iter();
            let directorate =
                directorates.find(|(_, held)| held.name.eq_ignore_ascii_case(directorate));
            let served = estate.services.iter();
            let served = served.filter(|(_, service)| is_named(&service.name));
            let problem = Problem {
                directorate: directorate.map(|(id, _)| *id),
                services: served.map(|(id, _)| *id).collect(),
                ..Problem::default()
            };
            Some(estate.subject_of_problem(&problem))
        }
        Challenge::NAME | Trial::NAME | Benefit::NAME => {
            let words = cell("problem").unwrap_or_default();
            let is_called = |problem: &Problem| {
                let reference = problem.reference.as_deref().unwrap_or_default();
                [problem.what.as_str(), reference]
                    .iter()
                    .any(|it| it.eq_ignore_ascii_case(words))
            };
            let mut problems = estate.problems.values();
            let problem = problems.find(|problem| is_called(problem));
            Some(problem.map_or_else(Subject::default, |it| estate.subject_of_problem(it)))
        }
        _ => None,
    }
}

fn changed_form(editing: &Editing) -> Result<Asked, Error> {
    let life = editing.table.life.ok_or(Error::NotFound)?;
    let place = |name: &str| editing.table.place(name).unwrap_or_default();
    let latest = editing.rows.last().cloned().unwrap_or_default();
    let field = |name: &&'static str| {
        let place = place(name);
        (&editing.table.headings[place], latest[place].clone())
    };
    let since = &editing.table.headings[place(life.from)];
    let mut fields = vec![(since, String::new())];
    fields.extend(life.values.iter().map(field));
    Ok(Asked {
        heading: format!("What changed: {}", editing.title),
        lead: "Say since when, and change what became different. What was stated for the days before stays true.",
        button: "Save the change",
        action: editing.address("changed"),
        back: editing.address("change"),
        groups: vec![(String::new(), 0, fields)],
    })
}

fn ask_changed(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    editing.permit(visit)?;
    shown(visit, &changed_form(&editing)?)
}

fn change(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    let asked = changed_form(&editing)?;
    let mut faults = FieldFaults::default();
    let headings = asked.groups[0].2.iter().map(|(heading, _)| *heading);
    let values = typed(headings, 0, &visit.form, &mut faults);
    let values = values
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect();
    amend(
        visit,
        &editing,
        &asked,
        faults,
        &Amendment::Changed { values },
    )
}

fn corrected_form(editing: &Editing) -> Asked {
    let life = editing.table.life;
    let dated =
        |name: &str| life.is_some_and(|life| life.from == name || life.values.contains(&name));
    let cells = |row: &[String], wanted: bool| -> Headed {
        let all = editing.table.headings.iter().zip(row);
        all.filter(|(heading, _)| dated(heading.name) == wanted)
            .map(|(heading, text)| (heading, text.clone()))
            .collect()
    };
    let first = editing.rows.first().map(Vec::as_slice).unwrap_or_default();
    let mut groups = vec![("For its whole life".to_owned(), 0, cells(first, false))];
    for (place, row) in editing.rows.iter().enumerate() {
        let fields = cells(row, true);
        let since = life.and_then(|life| editing.table.place(life.from));
        let since = since.map(|since| row[since].clone()).unwrap_or_default();
        let legend = match since.parse::<When>() {
            Ok(When::Unknown) | Err(_) => "From the beginning".to_owned(),
            Ok(when) => format!("From {}", crate::render::when(when)),
        };
        if !fields.is_empty() {
            groups.push((legend, place, fields));
        }
    }
    if life.is_none() {
        groups[0].0 = String::new();
    }
    Asked {
        heading: format!("What was wrong: {}", editing.title),
        lead: "Put right what was never so. The record goes on showing what we believed until today.",
        button: "Save the correction",
        action: editing.address("corrected"),
        back: editing.address("change"),
        groups,
    }
}

fn ask_corrected(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    editing.permit(visit)?;
    shown(visit, &corrected_form(&editing))
}

fn correct(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    let asked = corrected_form(&editing);
    let mut faults = FieldFaults::default();
    let mut undated = BTreeMap::new();
    let mut rows = Vec::new();
    for (place, (_, row, fields)) in asked.groups.iter().enumerate() {
        let headings = fields.iter().map(|(heading, _)| *heading);
        let values = typed(headings, *row, &visit.form, &mut faults);
        if place == 0 {
            undated = values;
        } else if values.values().any(|text| !text.is_empty()) {
            rows.push(values);
        }
    }
    if rows.is_empty() {
        rows.push(BTreeMap::new());
    }
    let whole = |mut row: BTreeMap<&'static str, String>| {
        row.extend(undated.clone());
        ordered(editing.table, &row)
    };
    let rows = rows.into_iter().map(whole).collect();
    amend(
        visit,
        &editing,
        &asked,
        faults,
        &Amendment::Corrected { rows },
    )
}

fn ended_form(editing: &Editing) -> Result<Asked, Error> {
    let end = editing.table.life.and_then(|life| life.end);
    let place = end.and_then(|end| editing.table.place(end));
    let heading = &editing.table.headings[place.ok_or(Error::NotFound)?];
    Ok(Asked {
        heading: format!("It has ended: {}", editing.title),
        lead: "What was stated for the days before stays true.",
        button: "Save the end",
        action: editing.address("ended"),
        back: editing.address("change"),
        groups: vec![(String::new(), 0, vec![(heading, String::new())])],
    })
}

fn ask_ended(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    editing.permit(visit)?;
    shown(visit, &ended_form(&editing)?)
}

fn end(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    let asked = ended_form(&editing)?;
    let mut faults = FieldFaults::default();
    let heading = asked.groups[0].2[0].0;
    let typed = typed([heading].into_iter(), 0, &visit.form, &mut faults);
    let on = typed[heading.name].parse().unwrap_or(When::Unknown);
    amend(visit, &editing, &asked, faults, &Amendment::Ended { on })
}

/// State a record as an amendment has it.
fn amend(
    visit: &Visit,
    editing: &Editing,
    asked: &Asked,
    mut faults: FieldFaults,
    amendment: &Amendment,
) -> Result<Answer, Error> {
    let permit = editing.permit(visit)?;
    if !faults.is_empty() {
        return shown_again(visit, asked, &faults);
    }
    let rows = match amended(editing.table, &editing.rows, amendment) {
        Ok(rows) => rows,
        Err(refused) => {
            let heading = match &refused {
                CannotAmend::NoDate { heading }
                | CannotAmend::NotADate { heading, .. }
                | CannotAmend::HoldsForLife { heading }
                | CannotAmend::Blank { heading, .. } => *heading,
                _ => asked.groups.last().map_or("", |group| group.2[0].0.name),
            };
            let sentence = crate::render::sentence(&refused.to_string());
            faults.add(draw::field(heading, 0), sentence);
            return shown_again(visit, asked, &faults);
        }
    };
    let (table, id) = (editing.table, editing.id);
    let stating = |picture: &Picture| {
        let (change, identity, mut changes) = stated(picture, table, &rows)?;
        if same(picture, table, &identity)?.is_some_and(|there| there != id) {
            return Err(NotStated::There);
        }
        changes.extend(restated(picture, table, id, change)?);
        let written = !changes.is_empty();
        Ok((written, changes))
    };
    let saying = saying(visit, "changed on a page", Some(base(visit)));
    match visit.site.data.change(&permit, saying, stating) {
        Ok(done) => {
            let done = if done.answer { "saved" } else { "nothing" };
            visit.see(&format!("{}?done={done}", page_of(table.kind, id)))
        }
        Err(NotStated::Register(error)) if error.is_conflict() => {
            conflicting(visit, editing, asked, &rows)
        }
        Err(refused) => refused.shown(visit, asked, table),
    }
}

/// The change that puts a restated record in place of the one that stands, with its visibility and
/// with what no form can say; none when nothing is different.
pub fn restated(
    picture: &Picture,
    table: &Table,
    id: RecordId,
    change: Change,
) -> Result<Option<Change>, NotStated> {
    let known = picture.known(picture.size());
    let standing = known.entry_of(id).ok_or(NotStated::Gone)?;
    let item = standing.item().unwrap_or_default();
    let change = Change {
        id,
        visibility: standing.visibility,
        ..change
    };
    let unreadable = |error: kinds::Unreadable| NotStated::Inside(error.into());
    let kept = (table.keeping)(change, standing.version, item).map_err(unreadable)?;
    let different = !matches!(
        &kept.act,
        ChangeAct::State { item: bytes, .. } if bytes.as_slice() == item
    );
    Ok(different.then_some(kept))
}

/// Somebody changed the record since: both versions side by side, nothing lost.
fn conflicting(
    visit: &Visit,
    editing: &Editing,
    asked: &Asked,
    ours: &[Vec<String>],
) -> Result<Answer, Error> {
    let now = View::at(&visit.site.data, None);
    let entry = now.known().entry_of(editing.id).ok_or(Error::NotFound)?;
    let titles = Titles::of(&now)?;
    let theirs = (editing.table.rows)(entry.version, entry.item().unwrap_or_default(), &titles)
        .map_err(|error| Error::Inside(error.into()))?;
    let column = |rows: &[Vec<String>], place: usize| {
        let mut texts: Vec<&str> = rows.iter().map(|row| row[place].as_str()).collect();
        texts.dedup();
        texts.join(" / ")
    };
    let differing = editing.table.headings.iter().enumerate();
    let differing = differing.filter_map(|(place, heading)| {
        let (theirs, ours) = (column(&theirs, place), column(ours, place));
        (theirs != ours).then_some(Differing {
            heading: heading.name,
            theirs,
            ours,
        })
    });
    let mut faults = FieldFaults::default();
    faults.add(
        "conflict",
        "Somebody else changed this since you opened it: look at both versions, then save yours again or leave theirs",
    );
    let mut page = page(visit, asked, &visit.form, &faults, now.entry())?;
    page.conflict = Some(Conflict {
        lines: differing.collect(),
        newest: now.entry(),
    });
    visit.invalid("record-form.html", &page)
}

#[derive(Serialize)]
struct Withdrawing {
    title: String,
    action: String,
    back: String,
    base: u64,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

fn withdrawing(visit: &Visit, editing: &Editing, faults: &FieldFaults) -> Withdrawing {
    Withdrawing {
        title: editing.title.clone(),
        action: editing.address("withdrawn"),
        back: editing.address("change"),
        base: base(visit),
        summary: faults.summary(),
        errors: faults.by_field(),
    }
}

fn ask_withdrawn(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    now_only(visit)?;
    visit.permit(Action::Withdraw, &editing.subject)?;
    let page = withdrawing(visit, &editing, &FieldFaults::default());
    visit.page("record-withdraw.html", &page)
}

fn withdraw(visit: &Visit) -> Result<Answer, Error> {
    let editing = Editing::of(visit)?;
    now_only(visit)?;
    let permit = visit.permit(Action::Withdraw, &editing.subject)?;
    let mut faults = FieldFaults::default();
    let why = faults.needed(&visit.form, "why", "Say why it was never true");
    if !faults.is_empty() {
        let page = withdrawing(visit, &editing, &faults);
        return visit.invalid("record-withdraw.html", &page);
    }
    let change = Change {
        kind: editing.table.kind,
        id: editing.id,
        visibility: Visibility::Internal,
        act: ChangeAct::Withdraw,
    };
    let saying = Saying {
        base: Some(base(visit)),
        ..Saying::because(why)
    };
    visit.site.data.change(&permit, saying, |_| {
        Ok::<_, handback_register::Error>(((), vec![change]))
    })?;
    visit.see(&format!("{}?done=withdrawn", list_of(editing.table.kind)))
}

pub fn saying(visit: &Visit, otherwise: &str, base: Option<u64>) -> Saying {
    Saying {
        reason: visit.form.get("why").unwrap_or(otherwise).to_owned(),
        base,
        ..Saying::default()
    }
}

/// What was typed under some headings, as tables hold it; faults for what means nothing.
fn typed<'a>(
    headings: impl Iterator<Item = &'static Heading> + 'a,
    row: usize,
    form: &Fields,
    faults: &mut FieldFaults,
) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::new();
    for heading in headings {
        let text = draw::text_of(heading, row, form);
        if let Err(reason) = handback_intake::table::cell(heading, &text) {
            let name = crate::render::sentence(heading.name);
            let message = format!("{}: {reason}", name.trim_end_matches('.'));
            faults.add(draw::field(heading.name, row), message);
        }
        values.insert(heading.name, text);
    }
    values
}

/// Texts in the order of a table's headings.
fn ordered(table: &Table, row: &BTreeMap<&'static str, String>) -> Vec<String> {
    let text = |heading: &Heading| row.get(heading.name).cloned().unwrap_or_default();
    table.headings.iter().map(text).collect()
}

/// Why a form could not be taken.
pub enum NotStated {
    Faults(Vec<RowFault>),
    /// There is one with the same identity.
    There,
    /// It was withdrawn meanwhile.
    Gone,
    Register(handback_register::Error),
    Inside(anyhow::Error),
}

impl From<handback_register::Error> for NotStated {
    fn from(error: handback_register::Error) -> NotStated {
        NotStated::Register(error)
    }
}

impl NotStated {
    /// The form again, with what is wrong at its fields.
    fn shown(self, visit: &Visit, asked: &Asked, table: &Table) -> Result<Answer, Error> {
        shown_again(visit, asked, &self.faults(table)?)
    }

    /// What is wrong at which field; the error where no form can mend it.
    fn faults(self, table: &Table) -> Result<FieldFaults, Error> {
        let mut faults = FieldFaults::default();
        let first = table.headings[0].name;
        match self {
            NotStated::Faults(found) => {
                for fault in found {
                    let row = (fault.line as usize).saturating_sub(1);
                    let name = crate::render::sentence(fault.heading);
                    let message = format!("{}: {}", name.trim_end_matches('.'), fault.reason);
                    faults.add(draw::field(fault.heading, row), message);
                }
            }
            NotStated::There => faults.add(
                draw::field(first, 0),
                "There is one of this name already: change that one instead",
            ),
            NotStated::Gone => {
                return Err(Error::Wrong("somebody withdrew this record since".into()));
            }
            NotStated::Register(error) => return Err(error.into()),
            NotStated::Inside(error) => return Err(error.into()),
        }
        Ok(faults)
    }
}

/// What rows state: the change, its identity, and the organisations that it names for the first time.
pub fn stated(
    picture: &Picture,
    table: &Table,
    rows: &[Vec<String>],
) -> Result<(Change, String, Vec<Change>), NotStated> {
    let mut finder = finder(picture).map_err(NotStated::Inside)?;
    let (change, identity) = stated_by(&mut finder, table, rows)?;
    Ok((change, identity, finder.stated))
}

/// The same, by a finder that goes on from record to record; it keeps the organisations named first.
pub fn stated_by(
    finder: &mut Finder,
    table: &Table,
    rows: &[Vec<String>],
) -> Result<(Change, String), NotStated> {
    let row = |(place, texts): (usize, &Vec<String>)| {
        let cell = |(heading, text): (&Heading, &String)| {
            handback_intake::table::cell(heading, text).unwrap_or(Cell::Blank)
        };
        Row {
            line: place as u64 + 1,
            headings: table.headings,
            cells: table.headings.iter().zip(texts).map(cell).collect(),
        }
    };
    let rows: Vec<Row> = rows.iter().enumerate().map(row).collect();
    let rows: Vec<&Row> = rows.iter().collect();
    let stated = (table.read)(&rows, finder).map_err(NotStated::Faults)?;
    Ok((stated.change, stated.identity))
}

/// The record of the same identity that stands.
pub fn same(
    picture: &Picture,
    table: &Table,
    identity: &str,
) -> Result<Option<RecordId>, NotStated> {
    for entry in picture.known(picture.size()).entries_of(table.kind) {
        let item = entry.item().unwrap_or_default();
        let held = (table.identity)(entry.version, item)
            .map_err(|error| NotStated::Inside(error.into()))?;
        if held == identity {
            return Ok(Some(entry.record));
        }
    }
    Ok(None)
}
