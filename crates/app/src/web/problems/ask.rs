//! Three questions to whoever has a problem. A text that only asks for a purchase comes back with the questions that find the
//! problem, and with everything that was typed.

use crate::clock;
use crate::data::{Saying, fresh_id};
use crate::web::answer::{Answer, Error};
use crate::web::fields::{FieldFaults, Fields};
use crate::web::forms::{NotStated, now_only, same};
use crate::web::sheet::{Said, capital, spoken};
use crate::web::visit::Visit;
use handback_core::dated::When;
use handback_core::engagement::Problem;
use handback_core::engagement::problem::asked::{Purchases, Reads};
use handback_core::engagement::problem::{Began, RaisedBy};
use handback_core::kinds;
use handback_core::organisation::OrganisationRole;
use handback_core::permission::Action;
use handback_core::record::{Change, Kind, RecordId, Visibility};
use handback_core::statement::Estate;
use handback_register::Picture;
use serde::Serialize;
use std::collections::BTreeMap;

/// A choice of a list.
#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
    selected: bool,
    checked: bool,
}

#[derive(Serialize)]
struct Page {
    kept: BTreeMap<String, String>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    /// The questions that find the problem, where only a purchase was asked for.
    questions: Vec<String>,
    /// The problem that stands with the same words.
    there: Option<Said>,
    raised_by: Vec<Choice>,
    directorates: Vec<Choice>,
    services: Vec<Choice>,
}

/// What is wrong with a form, or missing in it.
#[derive(Default)]
struct Lacking {
    faults: FieldFaults,
    questions: Vec<String>,
    /// What the text would buy.
    solution: Option<String>,
    there: Option<RecordId>,
}

fn choices(all: impl Iterator<Item = (RecordId, String)>, chosen: &str) -> Vec<Choice> {
    let mut choices: Vec<Choice> = all
        .map(|(id, text)| Choice {
            selected: id.to_string() == chosen,
            checked: false,
            value: id.to_string(),
            text,
        })
        .collect();
    choices.sort_by(|a, b| a.text.cmp(&b.text));
    choices
}

fn page(visit: &Visit, lacking: &Lacking) -> Result<Page, Error> {
    let estate = visit.sighted()?;
    let form = &visit.form;
    let mut kept = form.kept();
    if let Some(solution) = &lacking.solution {
        kept.insert("read-as".into(), Began::Purchase.word().into());
        let suggested = kept.entry("suggested".into()).or_default();
        if suggested.trim().is_empty() {
            suggested.clone_from(solution);
        }
    }
    let directorates = estate.organisations.iter().filter(|(_, held)| {
        let roles = &held.roles;
        roles.contains(&OrganisationRole::Directorate)
    });
    let services = estate.services.iter();
    let services = services.filter(|(_, held)| held.exists(clock::today()));
    let by = RaisedBy::ALL.map(|by| Choice {
        value: by.word().into(),
        text: capital(&spoken("raised-by", &by)),
        selected: false,
        checked: form.get("raised-by") == Some(by.word()),
    });
    Ok(Page {
        kept,
        summary: lacking.faults.summary(),
        errors: lacking.faults.by_field(),
        questions: lacking.questions.clone(),
        there: lacking
            .there
            .map(|id| Said::record(visit, Problem::NAME, id)),
        raised_by: by.into(),
        directorates: choices(
            directorates.map(|(id, held)| (*id, held.name.clone())),
            form.typed("directorate"),
        ),
        services: choices(
            services.map(|(id, held)| (*id, held.name.clone())),
            form.typed("service"),
        ),
    })
}

pub fn ask(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    visit.page("problem-ask.html", &page(visit, &Lacking::default())?)
}

pub fn hear(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let estate = visit.estate()?;
    let problem = match told(&visit.form, &estate) {
        Ok(problem) => problem,
        Err(lacking) => return visit.invalid("problem-ask.html", &page(visit, &lacking)?),
    };
    let permit = visit.permit(Action::RaiseProblem, &estate.subject_of_problem(&problem))?;
    let id = fresh_id();
    let table = kinds::form(Problem::NAME).ok_or(Error::NotFound)?;
    let identity = problem.what.to_lowercase();
    let mut there = None;
    let stating = |picture: &Picture| {
        there = same(picture, table, &identity)?;
        if there.is_some() {
            return Err(NotStated::There);
        }
        let change = Change::state(id, Visibility::Internal, &problem);
        Ok(((), vec![change]))
    };
    let saying = Saying::because("told on a page");
    match visit.site.data.change(&permit, saying, stating) {
        Ok(_) => visit.see(&format!("/problems/{id}?done=heard")),
        Err(NotStated::There) => {
            let mut lacking = Lacking {
                there: there.filter(|id| visit.sees(*id)),
                ..Lacking::default()
            };
            let message = "Somebody told this in the same words already";
            lacking.faults.add("what", message);
            visit.invalid("problem-ask.html", &page(visit, &lacking)?)
        }
        Err(NotStated::Register(error)) => Err(error.into()),
        Err(NotStated::Inside(error)) => Err(error.into()),
        Err(NotStated::Faults(_) | NotStated::Gone) => Err(Error::NotFound),
    }
}

/// The problem that a form tells; what it lacks, if anything.
fn told(form: &Fields, estate: &Estate) -> Result<Problem, Lacking> {
    let mut lacking = Lacking::default();
    let faults = &mut lacking.faults;
    let what = words(faults.needed(form, "what", "Tell what goes wrong"));
    let for_whom = words(faults.needed(form, "for-whom", "Tell for whom it goes wrong"));
    let better = words(faults.needed(form, "better", "Tell what better would look like"));
    let by = form.get("raised-by").unwrap_or_default();
    let raised_by = RaisedBy::ALL.into_iter().find(|it| it.word() == by);
    if raised_by.is_none() {
        faults.add("raised-by", "Choose for whom you speak");
    }
    let suggested = form.get("suggested").map(words);
    let was_purchase = form.get("read-as") == Some(Began::Purchase.word());
    let reads = Purchases::default().read(&what);
    let (what, suggested, began) = match reads {
        Reads::Problem => (what, suggested, Began::Problem),
        Reads::Both { problem, solution } => {
            (problem, suggested.or(Some(solution)), Began::Problem)
        }
        Reads::Purchase { solution, .. } if form.has("hear-anyway") => {
            (what, suggested.or(Some(solution)), Began::Purchase)
        }
        Reads::Purchase {
            solution,
            questions,
        } => {
            let message = "This says what to buy: tell what goes wrong without it";
            faults.add("what", message);
            lacking.questions = questions;
            lacking.solution = Some(solution);
            return Err(lacking);
        }
    };
    if !faults.is_empty() {
        return Err(lacking);
    }
    let began = if was_purchase { Began::Purchase } else { began };
    let named = |name: &str| form.get(name).and_then(|id| id.parse::<RecordId>().ok());
    Ok(Problem {
        what,
        for_whom: Some(for_whom),
        better: Some(better),
        raised_on: Some(When::Day(clock::today())),
        raised_by,
        asker: form.get("asker").map(words),
        began: Some(began),
        suggested,
        directorate: named("directorate").filter(|id| estate.organisations.contains_key(id)),
        services: named("service")
            .filter(|id| estate.services.contains_key(id))
            .into_iter()
            .collect(),
        ..Problem::default()
    })
}

/// One line of text, as tables hold it.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
