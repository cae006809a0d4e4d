//! You said, we did: what people told us, what was done about it, and what is not and why.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, words};
use super::promises::BESIDE;
use super::register::{self, Place};
use super::report::Report;
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, spoken};
use super::visit::Visit;
use crate::render;
use crate::render::clock::day as told_day;
use handback_core::control::Service;
use handback_core::dated::{Period, When};
use handback_core::engagement::action::{self, Answer as Answered, NotAskedAgain, Standing};
use handback_core::organisation::Organisation;
use handback_core::performance::verdict::Word;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use jiff::civil::Date;

pub const ROUTES: &[Route] = &[
    Route::get("/told-us", Needs::May(Action::See), told_us),
    Route::get("/actions", Needs::May(Action::See), actions),
    Route::get("/actions/{id}", Needs::May(Action::See), one),
];

const ACTIONS: Place = Place {
    title: "Actions",
    kind: action::Action::NAME,
    intro: "What people told when they were asked, and the answer to each: what is done by whom and by when, or why nothing is.",
    beside: BESIDE,
    blank: Blank {
        title: "Nothing that people told is answered yet",
        file: "A list fills this place: what people told, and what is done about it with the post and the day, or why nothing is.",
        places: &[
            "the results of your last survey of staff",
            "the low scores on the page What people say",
        ],
        templates: &["actions"],
    },
};

const ACTION: &[Column] = &[
    words("said", "You told us"),
    words("about", "About"),
    words("answer", "The answer"),
    words("owner", "Who"),
    words("due", "By when"),
    words("state", "State"),
];

/// What people told, as the pages say it: with what it is about, where and when.
fn said(visit: &Visit, held: &action::Action) -> String {
    let parts = about(visit, held);
    let period = held.period.map(period);
    let parts: Vec<String> = parts.into_iter().chain(period).collect();
    parts.join(", ")
}

/// The service and the directorate that somebody named.
fn about(visit: &Visit, held: &action::Action) -> Vec<String> {
    let name = |kind, id: Option<RecordId>| id.map(|id| Said::record(visit, kind, id).text);
    let service = name(Service::NAME, held.service);
    service
        .into_iter()
        .chain(name(Organisation::NAME, held.directorate))
        .collect()
}

fn period(period: Period) -> String {
    let first = period.from.first_of_month();
    match (period.from, period.to) == (first, first.last_of_month()) {
        true => render::when(When::Month(first.year(), first.month())),
        false => format!("{} to {}", told_day(period.from), told_day(period.to)),
    }
}

/// What people had told by a day, what needs somebody first.
pub fn told(estate: &Estate, day: Date) -> Vec<(Standing, RecordId, &action::Action)> {
    let held = estate.actions.iter();
    let mut told: Vec<(Standing, RecordId, &action::Action)> = held
        .filter(|(_, held)| held.is_told(day))
        .map(|(id, held)| (held.standing(day), *id, held))
        .collect();
    told.sort_by_key(|(standing, id, held)| (*standing, std::cmp::Reverse(held.answered_on), *id));
    told
}

/// The answer as far as it is given on the day of a standing.
fn answer_on(held: &action::Action, standing: Standing) -> &Answered {
    match standing {
        Standing::Waiting => &Answered::Waiting,
        _ => &held.answer,
    }
}

/// The page for staff.
fn told_us(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let told = told(&estate, visit.dates.at);
    let mut tables = [
        Table {
            caption: "What we did".into(),
            headings: vec!["You told us", "We did", "When", "What changed since"],
            rows: Vec::new(),
            empty: Some("Nothing is done yet."),
        },
        Table {
            caption: "What we are doing".into(),
            headings: vec!["You told us", "We are doing", "By when", "Who"],
            rows: Vec::new(),
            empty: Some("Nothing is under way."),
        },
        Table {
            caption: "What we will not do, and why".into(),
            headings: vec!["You told us", "Why not", "Decided"],
            rows: Vec::new(),
            empty: Some("Nothing was refused."),
        },
        Table {
            caption: "What waits for an answer".into(),
            headings: vec!["You told us"],
            rows: Vec::new(),
            empty: Some("Nothing waits."),
        },
    ];
    for (standing, _, held) in &told {
        let mut row = vec![Said::text(&held.said).with(said(visit, held))];
        let answered = held.answered_on.map_or_else(Said::unknown, Said::when);
        let place = match answer_on(held, *standing) {
            Answered::Waiting => 3,
            Answered::Refused { reason } => {
                row.extend([Said::text(reason), answered]);
                2
            }
            Answered::Doing { what, done_on, .. } if *standing == Standing::Done => {
                let since = changed(visit, &estate, held)?;
                let done = done_on.map_or_else(Said::unknown, Said::when);
                row.extend([Said::text(what), done, Said::text(since)]);
                0
            }
            Answered::Doing {
                what, owner, due, ..
            } => {
                let by = Said::when(*due);
                let by = match standing {
                    Standing::Late => by.with("late"),
                    _ => by,
                };
                row.extend([Said::text(what), by, Said::text(owner)]);
                1
            }
        };
        tables[place].rows.push(row);
    }
    let report = Report {
        title: "What you told us".into(),
        caption: "You said, we did".into(),
        path: "/told-us".into(),
        beside: Report::beside(BESIDE, "/told-us"),
        lead: vec![vec![Said::text(sentence(&estate, visit.dates.at))]],
        tables: tables.into(),
        notes: vec![
            "Nobody knows who said what: answers are shown for groups of 10 or more, and no single answer is kept.".into(),
            "Whether people are happier since is judged by the rules by which every measure is judged: at least 12 months of answers before and after, and never more than one false alarm in twenty. Until then we say that we cannot tell.".into(),
        ],
        ..Report::default()
    };
    visit.page("report.html", &report)
}

/// How many answers there are to what people told, and how they stand, in one sentence.
pub fn sentence(estate: &Estate, day: Date) -> String {
    let count = super::promises::told(estate, day);
    let [waiting, late, open, done, refused] = Standing::ALL.map(&count);
    if late + open + done + refused == 0 {
        return "Nothing that people told is answered yet.".into();
    }
    let by_day = match late {
        0 => String::new(),
        late => format!(" ({late} late)"),
    };
    let more = match waiting {
        0 => String::new(),
        1 => " 1 waits for an answer.".into(),
        waiting => format!(" {waiting} wait for an answer."),
    };
    let things = if done == 1 { "thing" } else { "things" };
    format!(
        "You told us: we did {done} {things}, are doing {}{by_day}, and will not do {refused}, with the reason.{more}",
        late + open
    )
}

/// Whether people are happier since something was done, in words.
fn changed(visit: &Visit, estate: &Estate, held: &action::Action) -> Result<String, Error> {
    let day = visit.dates.at;
    let service = held.service.and_then(|id| estate.services.get(&id));
    let directorate = held
        .directorate
        .and_then(|id| estate.organisations.get(&id));
    // Of whom the visitor may not know, nothing is asked; without this it would be asked of everybody.
    let is_known = held.service.is_some() == service.is_some()
        && held.directorate.is_some() == directorate.is_some();
    let points = action::happiness(
        estate
            .releases
            .values()
            .filter(|release| is_known && !release.question.is_pulse()),
        service.map(|held| held.name.as_str()),
        directorate.map(|held| held.name.as_str()),
        day,
    );
    let events = estate.events.values().filter_map(|event| {
        let to_the_month = matches!(event.date, When::Day(_) | When::Month(..));
        let on = event.date.earliest().filter(|_| to_the_month)?;
        Some((on, event.title.clone()))
    });
    let asked = match held.asked_again(points, events.collect(), day) {
        Ok(asked) => asked,
        Err(missing) => return Ok(not_asked(missing).into()),
    };
    let verdict = visit.site.verdict(&asked)?;
    Ok(match verdict.word {
        Word::SteppedUp => "People are happier with it since.".into(),
        Word::SteppedDown => "People are less happy with it since.".into(),
        Word::NoChangeShown => "No change is shown.".into(),
        Word::CannotTell => {
            let why = verdict.reasons.first().map(render::verdict::reason);
            format!("We cannot tell yet: {}", why.unwrap_or_default())
        }
    })
}

fn not_asked(missing: NotAskedAgain) -> &'static str {
    match missing {
        NotAskedAgain::Refused | NotAskedAgain::NotAnswered => "",
        NotAskedAgain::NotDone => "It is not done yet.",
        NotAskedAgain::NotDated(_) => "We cannot tell: nobody knows in which month it was done.",
        NotAskedAgain::NotShown => "We cannot tell yet: no answers of those it was for are shown.",
    }
}

fn actions(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let held = told(&estate, visit.dates.at);
    let states = Standing::ALL.map(|standing| {
        let value = spoken("action-standing", &standing);
        (value.clone(), capital(&value))
    });
    let row = |(standing, id, held): &(Standing, RecordId, &action::Action)| {
        let state = spoken("action-standing", standing);
        let (answer, owner, due) = match answer_on(held, *standing) {
            Answered::Doing {
                what, owner, due, ..
            } => (what.as_str(), owner.as_str(), Cell::when(*due)),
            Answered::Refused { reason } => (reason.as_str(), "", Cell::text("")),
            Answered::Waiting => ("", "", Cell::text("")),
        };
        Row {
            cells: vec![
                Cell::text(&held.said).to(format!("/actions/{id}")),
                Cell::text(about(visit, held).join(", ")),
                Cell::text(answer),
                Cell::text(owner),
                due,
                Cell::text(&state),
            ],
            kept_by: vec![state],
        }
    };
    let listing = Listing {
        name: "actions",
        caption: format!("{} answers to what people told", held.len()),
        columns: ACTION,
        filters: vec![Filter {
            name: "state",
            label: "State",
            choices: states.into(),
        }],
        rows: held.iter().map(row).collect(),
    };
    register::shown(visit, &ACTIONS, &listing)
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<action::Action>(visit, (ACTIONS.title, "/actions"))?;
    let estate = visit.sighted()?;
    let held = estate.actions.get(&id).ok_or(Error::NotFound)?;
    let standing = held.standing(visit.dates.at);
    let state = capital(&spoken("action-standing", &standing));
    let record = |kind, id: Option<RecordId>| id.map(|id| Said::record(visit, kind, id));
    let mut lines = vec![
        Line::new("Service", record(Service::NAME, held.service)),
        Line::new("Directorate", record(Organisation::NAME, held.directorate)),
        Line::new("Told in", held.period.map(|held| Said::text(period(held)))),
        Line::when("Answered on", held.answered_on),
    ];
    let lead = match answer_on(held, standing) {
        Answered::Waiting => vec![vec![Said::text(format!("{state}."))]],
        Answered::Refused { reason } => {
            vec![vec![Said::text(format!("{state}: {reason}"))]]
        }
        Answered::Doing {
            what,
            owner,
            due,
            done_on,
        } => {
            lines.extend([
                Line::text("Who does it", Some(owner.as_str())),
                Line::when("Due", Some(*due)),
                Line::when("Done on", *done_on),
                Line::new(
                    "What changed since",
                    [Said::text(changed(visit, &estate, held)?)],
                ),
            ]);
            vec![vec![Said::text(format!("{state}: {what}"))]]
        }
    };
    Sheet {
        lead,
        lines,
        ..sheet
    }
    .shown(visit)
}
