//! Problems: what goes wrong for whom, in which order it is taken, and what waits for an answer.

mod ask;
mod one;

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, numbers, words};
use super::obligations::choosing;
use super::report::{Beside, Report};
use super::route::{Needs, Route};
use super::sheet::{Said, Table, capital, changing, spoken};
use super::visit::Visit;
use crate::render;
use handback_core::dated::When;
use handback_core::engagement::benefit::Realised;
use handback_core::engagement::challenge::By;
use handback_core::engagement::problem::rank::{Rank, Step, Weights, ranked};
use handback_core::engagement::problem::stage::Stage;
use handback_core::engagement::problem::{RaisedBy, folded};
use handback_core::engagement::trial::Trying;
use handback_core::engagement::{Benefit, Challenge, Problem, Trial};
use handback_core::permission::{Action, Subject};
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/problems", Needs::May(Action::See), list),
    Route::get("/problems/ask", Needs::May(Action::RaiseProblem), ask::ask),
    Route::post("/problems/ask", Needs::May(Action::RaiseProblem), ask::hear),
    Route::get("/problems/{id}", Needs::May(Action::See), one::one),
    Route::post(
        "/problems/{id}/stage",
        Needs::May(Action::ShapeProblem),
        one::move_on,
    ),
    Route::post(
        "/problems/{id}/merged",
        Needs::May(Action::ShapeProblem),
        one::merge,
    ),
    Route::post(
        "/problems/{id}/challenges",
        Needs::May(Action::RaiseProblem),
        one::challenge,
    ),
    Route::get(
        "/problems/{id}/answer",
        Needs::May(Action::ShapeProblem),
        |visit| one::first_answer(visit)?.ask(visit),
    ),
    Route::post(
        "/problems/{id}/answer",
        Needs::May(Action::ShapeProblem),
        |visit| one::first_answer(visit)?.take(visit),
    ),
    Route::get("/challenges/{id}", Needs::May(Action::See), one::of_part),
    Route::get(
        "/challenges/{id}/answer",
        Needs::May(Action::RaiseProblem),
        |visit| one::answer(visit)?.ask(visit),
    ),
    Route::post(
        "/challenges/{id}/answer",
        Needs::May(Action::RaiseProblem),
        |visit| one::answer(visit)?.take(visit),
    ),
    Route::get("/trials/{id}", Needs::May(Action::See), one::of_part),
    Route::get(
        "/trials/{id}/decision",
        Needs::May(Action::ShapeProblem),
        |visit| one::decision(visit)?.ask(visit),
    ),
    Route::post(
        "/trials/{id}/decision",
        Needs::May(Action::ShapeProblem),
        |visit| one::decision(visit)?.take(visit),
    ),
    Route::get("/benefits/{id}", Needs::May(Action::See), one::of_part),
    Route::get(
        "/benefits/{id}/said",
        Needs::May(Action::ShapeProblem),
        |visit| one::said(visit)?.ask(visit),
    ),
    Route::post(
        "/benefits/{id}/said",
        Needs::May(Action::ShapeProblem),
        |visit| one::said(visit)?.take(visit),
    ),
];

/// Lists that share a place in the navigation.
pub const BESIDE: &[(&str, &str)] = &[("Problems", "/problems"), ("Innovation", "/innovation")];

const BLANK: Blank = Blank {
    title: "Nobody has told a problem yet",
    file: "A log of what people asked the technology team for fills this place: what goes wrong, for whom, when it was said, and what came of it.",
    places: &[
        "the request log of the service desk or of the business partners",
        "the supplier’s list of projects and change requests, for the time before the return",
    ],
    templates: &["problems", "challenges", "trials", "benefits"],
};

const COLUMNS: &[Column] = &[
    words("problem", "Problem"),
    numbers("rank", "Rank"),
    numbers("score", "Score"),
    words("between", "Could lie"),
    words("stage", "Stage"),
    words("directorate", "Directorate"),
    words("services", "Services"),
    words("raised-by", "Raised by"),
    words("raised", "Raised"),
    words("answered", "First useful answer"),
];

/// How far a problem has come on a day, in words.
fn stage(problem: &Problem, day: Date) -> String {
    let stage = problem.stage_on(day).unwrap_or(Stage::Heard);
    spoken("stage", &stage)
}

fn raised_by(problem: &Problem) -> String {
    match problem.raised_by {
        Some(by) => spoken("raised-by", &by),
        None => "not known".into(),
    }
}

/// The ranks of what is open on a day. What a visitor may not see counts too, so that everybody reads the same ranks.
fn ranks(estate: &Estate, day: Date) -> BTreeMap<RecordId, Rank> {
    let open = estate.problems.iter();
    let open = open.filter(|(_, held)| held.is_open_on(day));
    ranked(
        open.map(|(id, held)| (*id, &held.rice)),
        &Weights::default(),
    )
}

/// `2 to 5`, or that one step changes nothing.
fn between(rank: &Rank) -> String {
    match rank.is_firm() {
        true => "firm".into(),
        false => format!("{} to {}", rank.best, rank.worst),
    }
}

/// What is heard by a day and stands under its own name: what is ranked first, then what is open, then what is closed.
fn heard(estate: &Estate, day: Date) -> Vec<(RecordId, &Problem)> {
    let problems = estate.problems.iter();
    let heard = problems
        .filter(|(_, held)| held.stage_on(day).is_some() && !held.is_merged_on(day))
        .map(|(id, held)| (*id, held));
    heard.collect()
}

/// What is open of it.
pub fn open(estate: &Estate, day: Date) -> impl Iterator<Item = (RecordId, &Problem)> {
    let heard = heard(estate, day).into_iter();
    heard.filter(move |(_, held)| held.is_open_on(day))
}

fn rows(visit: &Visit, estate: &Estate) -> Result<Vec<Row>, Error> {
    let day = visit.dates.at;
    let ranks = ranks(visit.estate()?.as_ref(), day);
    let folded = folded(&estate.problems, day);
    let mut problems = heard(estate, day);
    problems.sort_by_key(|(id, held)| {
        let rank = ranks.get(id).map_or(usize::MAX, |rank| rank.rank);
        (
            rank,
            !held.is_open_on(day),
            std::cmp::Reverse(held.heard()),
            *id,
        )
    });
    let row = |(id, held): (RecordId, &Problem)| {
        let rank = ranks.get(&id);
        let told_with = folded.get(&id).map_or(0, Vec::len);
        let more = match told_with {
            0 => String::new(),
            1 => "told by one more".into(),
            more => format!("told by {more} more"),
        };
        let stage = stage(held, day);
        let by = raised_by(held);
        let directorate = held
            .directorate
            .map(|id| estate.organisation_name(id))
            .unwrap_or_default();
        let services = service_names(estate, held);
        Row {
            cells: vec![
                Cell::text(&held.what)
                    .to(format!("/problems/{id}"))
                    .with(more),
                rank.map_or_else(|| Cell::text(""), |rank| Cell::count(rank.rank as u64)),
                rank.map_or_else(
                    || Cell::text(""),
                    |rank| Cell::number(rank.score.tenths() as f64 / 10.0, rank.score.to_string()),
                ),
                Cell::text(rank.map(between).unwrap_or_default()),
                Cell::text(capital(&stage)),
                Cell::text(&directorate),
                Cell::names(&services),
                Cell::text(capital(&by)),
                Cell::when(held.heard()),
                held.answered_on
                    .map_or_else(|| Cell::text("none yet"), Cell::when),
            ],
            kept_by: vec![stage, directorate, services.join("; "), by],
        }
    };
    Ok(problems.into_iter().map(row).collect())
}

fn service_names(estate: &Estate, problem: &Problem) -> Vec<String> {
    let services = problem.services.iter();
    let held = services.filter_map(|id| estate.services.get(id));
    let mut names: Vec<String> = held.map(|service| service.name.clone()).collect();
    names.sort();
    names
}

#[derive(Serialize)]
struct Page {
    beside: Vec<Beside>,
    /// What the list comes to.
    lead: String,
    /// What waits for the visitor.
    waiting: Vec<Vec<Said>>,
    impact: Vec<Counting>,
    confidence: Vec<Counting>,
    add: Option<String>,
    bulk: Option<String>,
    can_ask: bool,
    blank: Blank,
    list: Shown,
}

/// A step as the page tells it.
#[derive(Serialize)]
struct Counting {
    word: String,
    means: String,
    counts: String,
}

fn counting(steps: &[Step]) -> Vec<Counting> {
    let told = |step: &Step| Counting {
        word: step.word.clone(),
        means: step.means.clone(),
        counts: format!("{}.{:02}", step.counts / 100, step.counts % 100),
    };
    steps.iter().map(told).collect()
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let rows = rows(visit, &estate)?;
    let kept = |place: usize| rows.iter().map(move |row| row.kept_by[place].clone());
    let stages = Stage::ALL.map(|stage| {
        let word = spoken("stage", &stage);
        (word.clone(), capital(&word))
    });
    let by = RaisedBy::ALL.map(|by| {
        let word = spoken("raised-by", &by);
        (word.clone(), capital(&word))
    });
    let listing = Listing {
        name: "problems",
        caption: format!("{} problems", rows.len()),
        columns: COLUMNS,
        filters: vec![
            Filter {
                name: "stage",
                label: "Stage",
                choices: stages.into(),
            },
            choosing("directorate", "Directorate", kept(1)),
            choosing("services", "Services", kept(2)),
            Filter {
                name: "by",
                label: "Raised by",
                choices: by.into(),
            },
        ],
        rows,
    };
    if let Some(file) = listing.csv(visit)? {
        visit.noted_all(Problem::NAME)?;
        return Ok(file);
    }
    let may = visit.visitor.could(changing(Problem::NAME)) && !visit.is_past_knowledge();
    let everywhere = visit.permit(changing(Problem::NAME), &Subject::default());
    let weights = Weights::default();
    visit.page(
        "problems.html",
        &Page {
            beside: Report::beside(BESIDE, &visit.path),
            lead: Standing::of(&estate, visit.dates.at).told(),
            waiting: waiting(visit, &estate)
                .into_iter()
                .take(WAITING)
                .map(|(_, id, why)| {
                    let problem = Said::record(visit, Problem::NAME, id);
                    vec![problem, Said::text(format!(": {why}"))]
                })
                .collect(),
            impact: counting(&weights.impact),
            confidence: counting(&weights.confidence),
            add: may.then(|| "/records/problem/new".into()),
            bulk: (may && everywhere.is_ok()).then(|| "/records/problem/bulk".into()),
            can_ask: visit.visitor.could(Action::RaiseProblem) && !visit.is_past_knowledge(),
            blank: BLANK,
            list: listing.shown(visit),
        },
    )
}

/// How problems stand on a day, for a line of figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub heard: usize,
    pub open: usize,
    /// Open without a useful answer.
    pub unanswered: usize,
    /// Open and without everything that a rank is made of.
    pub unranked: usize,
    pub running: usize,
    pub overdue: usize,
    pub confirmed: usize,
    pub denied: usize,
    /// Due, and their owner has not said.
    pub unsaid: usize,
}

impl Standing {
    pub fn of(estate: &Estate, day: Date) -> Standing {
        let problems = heard(estate, day);
        let open = || problems.iter().filter(|(_, held)| held.is_open_on(day));
        let trials = |standing| {
            let trials = estate.trials.values();
            trials.filter(|held| held.standing(day) == standing).count()
        };
        let benefits = |standing| {
            let benefits = estate.benefits.values();
            benefits
                .filter(|held| held.standing(day) == standing)
                .count()
        };
        Standing {
            heard: problems.len(),
            open: open().count(),
            unanswered: open().filter(|(_, held)| is_unanswered(held, day)).count(),
            unranked: open()
                .filter(|(_, held)| !held.rice.missing().is_empty())
                .count(),
            running: trials(Trying::Running),
            overdue: trials(Trying::Overdue),
            confirmed: benefits(Realised::Confirmed),
            denied: benefits(Realised::Denied),
            unsaid: benefits(Realised::Unsaid),
        }
    }

    /// In a sentence.
    pub fn told(&self) -> String {
        format!(
            "{} of {} problems {} open, {} of them without a useful answer yet. {} running{}. {} of {} benefits that were due {} confirmed by their owners.",
            self.open,
            self.heard,
            are(self.open),
            self.unanswered,
            counted(self.running, "trial is", "trials are"),
            match self.overdue {
                0 => String::new(),
                overdue => format!(
                    ", {} past {} end without a decision",
                    counted(overdue, "is", "are"),
                    if overdue == 1 { "its" } else { "their" }
                ),
            },
            self.confirmed,
            self.confirmed + self.denied + self.unsaid,
            are(self.confirmed),
        )
    }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Whether nobody had given a useful answer by a day.
fn is_unanswered(problem: &Problem, day: Date) -> bool {
    let answered = problem.answered_on;
    answered.is_none_or(|on| on.reached(day) == Some(false))
}

/// The most lines of what waits on the page of problems.
const WAITING: usize = 12;

/// What waits for somebody who shapes problems, in their own part, the longest first: since when, the problem, and why.
pub fn waiting(visit: &Visit, estate: &Estate) -> Vec<(When, RecordId, String)> {
    if visit.is_past_knowledge() || !visit.visitor.could(Action::ShapeProblem) {
        return Vec::new();
    }
    let day = visit.dates.at;
    let mut waits: Vec<(When, RecordId, String)> = Vec::new();
    for (id, held) in open(estate, day) {
        if is_unanswered(held, day) {
            let since = render::when(held.heard());
            waits.push((held.heard(), id, format!("no useful answer since {since}")));
        }
    }
    for held in estate.challenges.values() {
        if held.by == By::Asker && held.is_open_on(day) && is_open(estate, held.problem, day) {
            let since = render::when(held.on);
            waits.push((
                held.on,
                held.problem,
                format!("a challenge of {since} is not answered"),
            ));
        }
    }
    for held in estate.trials.values() {
        if held.standing(day) == Trying::Overdue && is_open(estate, held.problem, day) {
            let end = render::when(held.ends_on);
            waits.push((
                held.ends_on,
                held.problem,
                format!("a trial ended on {end} and is not decided"),
            ));
        }
    }
    for held in estate.benefits.values() {
        if held.standing(day) == Realised::Unsaid {
            let due = render::when(held.due);
            waits.push((
                held.due,
                held.problem,
                format!("a benefit was due {due}; {} has not said", held.owner),
            ));
        }
    }
    let may = |id: RecordId| {
        let subject = estate.subject(Problem::NAME, id);
        visit.permit(Action::ShapeProblem, &subject).is_ok()
    };
    waits.retain(|(_, id, _)| may(*id));
    waits.sort();
    waits
}

fn is_open(estate: &Estate, problem: RecordId, day: Date) -> bool {
    let held = estate.problems.get(&problem);
    held.is_some_and(|held| held.is_open_on(day))
}

/// The problems of a service, as a table of its page.
pub fn table_of(visit: &Visit, estate: &Estate, service: RecordId) -> Result<Table, Error> {
    let day = visit.dates.at;
    let ranks = ranks(visit.estate()?.as_ref(), day);
    let mut problems = heard(estate, day);
    problems.retain(|(_, held)| held.services.contains(&service));
    problems
        .sort_by_key(|(id, held)| (!held.is_open_on(day), std::cmp::Reverse(held.heard()), *id));
    let open = problems.iter().filter(|(_, held)| held.is_open_on(day));
    let caption = match problems.len() {
        0 => "Problems".into(),
        all => format!("Problems ({} of {all} open)", open.count()),
    };
    let row = |(id, held): (RecordId, &Problem)| {
        vec![
            Said::record(visit, Problem::NAME, id),
            Said::text(capital(&stage(held, day))),
            Said::text(
                ranks
                    .get(&id)
                    .map(|it| it.rank.to_string())
                    .unwrap_or_default(),
            ),
            Said::when(held.heard()),
        ]
    };
    Ok(Table {
        caption,
        headings: vec!["Problem", "Stage", "Rank", "Raised"],
        rows: problems.into_iter().map(row).collect(),
        empty: Some("Nobody has told a problem with it."),
    })
}

/// The parts of one problem, in the order of time.
fn parts<T>(
    all: &BTreeMap<RecordId, T>,
    is_of: impl Fn(&T) -> bool,
    when: impl Fn(&T) -> When,
) -> Vec<(RecordId, &T)> {
    let mut parts: Vec<(RecordId, &T)> = all
        .iter()
        .filter(|(_, held)| is_of(held))
        .map(|(id, held)| (*id, held))
        .collect();
    parts.sort_by_key(|(id, held)| (when(held), *id));
    parts
}

fn challenges(estate: &Estate, problem: RecordId) -> Vec<(RecordId, &Challenge)> {
    parts(&estate.challenges, |it| it.problem == problem, |it| it.on)
}

fn trials(estate: &Estate, problem: RecordId) -> Vec<(RecordId, &Trial)> {
    parts(
        &estate.trials,
        |it| it.problem == problem,
        |it| it.started_on,
    )
}

fn benefits(estate: &Estate, problem: RecordId) -> Vec<(RecordId, &Benefit)> {
    parts(&estate.benefits, |it| it.problem == problem, |it| it.due)
}
