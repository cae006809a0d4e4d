//! What the technology is like to work with: releases of people's answers, and nothing else.

use super::answer::{Answer, Error};
use super::control_chart::ControlChart;
use super::innovation::came_back;
use super::report::Report;
use super::rounds::readable;
use super::route::{Needs, Route};
use super::sheet::{Said, Table, spoken};
use super::visit::Visit;
use crate::render::chart::xmr::Plot;
use crate::render::{clock::day, experience as said};
use handback_core::control::{Arrangement, Service};
use handback_core::engagement::question::Question;
use handback_core::engagement::release::{Cell, Impact, Release, Years};
use handback_core::engagement::round::is_suddenly_uniform;
use handback_core::pence::Pence;
use handback_core::performance::{Better, Point, spc};
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

pub const ROUTES: &[Route] = &[Route::get("/experience", Needs::May(Action::See), page)];

/// What is said of a number that is not shown: hidden and empty look alike.
pub const NOT_SHOWN: &str = "not shown";

#[derive(Serialize)]
struct Page {
    report: Report,
    chart: Option<ControlChart>,
    /// Why there is no chart yet.
    no_chart: Option<String>,
    comments: Vec<Comments>,
}

/// What people wrote about a service, where enough did.
#[derive(Serialize)]
struct Comments {
    service: String,
    texts: Vec<String>,
}

fn page(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let question = Question::of_word(visit.query.get("question").unwrap_or_default());
    let all: Vec<&Release> = of_day(&estate, visit);
    let mut releases = all.clone();
    releases.retain(|release| release.question == question);
    let newest = releases.last().copied();
    let lead = match newest {
        None => "Nobody’s answers are released yet. Open a round, or take in what a form collected: at least 10 answers for each period.".to_owned(),
        Some(release) => said::sentence(release),
    };
    let mut lead = vec![vec![Said::text(lead)]];
    lead.extend(sudden(&releases).map(|text| vec![Said::text(text)]));
    let years = newest
        .map(|release| years(&estate, release))
        .unwrap_or_default();
    lead.extend(newest.and_then(|release| Some(vec![Said::text(said::changed(release, &years)?)])));
    let mut tables = Vec::new();
    if let Some(release) = newest {
        tables.extend(groups(visit, &estate, release, &years));
    }
    tables.push(Table {
        caption: "Every period".into(),
        headings: vec![
            "From",
            "To",
            "Answers",
            "People asked",
            "Happiness",
            "Lost time",
            "Tokens",
        ],
        rows: releases
            .iter()
            .rev()
            .map(|release| period(release))
            .collect(),
        empty: Some("None yet."),
    });
    let (chart, no_chart) = match trend(&releases) {
        Ok(chart) => (Some(chart), None),
        Err(why) => (None, (!releases.is_empty()).then_some(why)),
    };
    let comments = readable(visit)?;
    let page = Page {
        report: Report {
            title: title(&question),
            caption: "Staff experience of technology".into(),
            path: "/experience".into(),
            lead,
            links: links(visit, &question, &all),
            tables,
            notes: notes(newest, &years),
            ..Report::default()
        },
        chart,
        no_chart,
        comments: comments
            .into_iter()
            .map(|(service, texts)| Comments { service, texts })
            .collect(),
    };
    visit.page("experience.html", &page)
}

fn of_day<'e>(estate: &'e Estate, visit: &Visit) -> Vec<&'e Release> {
    let mut releases: Vec<&Release> = estate.releases.values().collect();
    releases.retain(|release| release.period.to <= visit.dates.at);
    releases.sort_by_key(|release| release.period.from);
    releases
}

/// The newest answers on happiness by a day.
pub fn newest(estate: &Estate, day: Date) -> Option<&Release> {
    let closed = estate
        .releases
        .values()
        .filter(|release| release.question == Question::Happiness && release.period.to <= day);
    closed.max_by_key(|release| release.period.to)
}

/// The year that ends with a release, and the one that it is held against.
pub fn years<'e>(estate: &'e Estate, release: &Release) -> Years<'e> {
    let back = came_back(estate, release.period.to).and_then(|back| back.on.earliest());
    Years::of(release, estate.releases.values(), back)
}
/// What everybody says, and how it was before, for pages on something else.
pub fn lately(estate: &Estate, day: Date) -> Option<String> {
    let release = newest(estate, day)?;
    said::lately(release, &years(estate, release))
}

fn title(question: &Question) -> String {
    match question {
        Question::Happiness => "What people say".into(),
        Question::Confidence => "How sure people are that we do what we promise".into(),
        Question::Value(value) => format!("How far people see: {value}"),
    }
}

/// Where other answers are: rounds, and the other questions that were asked.
fn links(visit: &Visit, question: &Question, all: &[&Release]) -> Vec<(String, String)> {
    let mut links = vec![("Rounds of feedback".to_owned(), "/rounds".to_owned())];
    if visit.visitor.could(Action::Moderate) {
        links.push(("Comments to read".into(), "/experience/comments".into()));
    }
    let asked: BTreeSet<&Question> = all.iter().map(|release| &release.question).collect();
    for other in asked.into_iter().filter(|other| *other != question) {
        let mut query = super::fields::Fields::default();
        query.push("question", other.to_string());
        links.push((title(other), format!("/experience?{}", query.query())));
    }
    links
}

fn notes(newest: Option<&Release>, years: &Years<'_>) -> Vec<String> {
    let mut notes = vec![
        "Happiness is the share of people who said 9 or 10 minus the share of those who said 0 to 6, from −100 to +100, with the interval that holds it 95 times in 100.".to_owned(),
        "A group with fewer answers than 10 is not shown, nor what it takes so that nobody can subtract their way to it. An empty group looks the same.".into(),
        "A period closes once. No single answer is kept. What people wrote is read by a moderator first and shown only where 10 or more wrote about the same service.".into(),
        "Results are never used to judge single people.".into(),
    ];
    notes.extend(said::compared(years));
    if let Some(hour) = newest.and_then(|release| release.hour) {
        notes.push(format!(
            "Lost time as money: {hour} for each hour, as stated for the round."
        ));
    }
    if newest.is_some_and(|release| release.tokens.is_some()) {
        notes.push("Tokens: how many were signed for invitations, and how many came back with an answer. More coming back than were signed would mean that somebody who holds the key made answers.".into());
    }
    notes
}

/// Whether the newest marks are suddenly and uniformly high.
fn sudden(releases: &[&Release]) -> Option<String> {
    let [.., before, now] = releases else {
        return None;
    };
    let score = |release: &Release| {
        let whole = release.cell(None, None, None)?;
        whole.shown.as_ref().map(|shown| shown.happiness)
    };
    let is_sudden = is_suddenly_uniform(&score(before)?, &score(now)?);
    is_sudden.then(|| {
        "Nearly everybody suddenly gave 9 or 10, more than chance explains. Ask whether people were told what to answer before you rest anything on it.".to_owned()
    })
}

/// Everybody's happiness through the periods.
fn trend(releases: &[&Release]) -> Result<ControlChart, String> {
    let points: Vec<Point> = releases
        .iter()
        .filter_map(|release| {
            let shown = release.cell(None, None, None)?.shown.as_ref()?;
            Some(Point {
                date: release.period.from,
                value: shown.happiness.points.into(),
            })
        })
        .collect();
    let chart = spc::chart(&points, &spc::Asked::of(Better::Up))
        .map_err(|why| format!("No chart yet: {why}."))?;
    let plot = Plot::of("Happiness of everybody", "points", &chart);
    Ok(ControlChart::of(&plot, Vec::new()))
}

/// What people said of a service, period by period, as a table of its page; no rows where nothing is shown.
pub fn table_of(visit: &Visit, estate: &Estate, name: &str) -> Table {
    let mut releases = of_day(estate, visit);
    releases.retain(|release| release.question == Question::Happiness);
    let said = releases.iter().rev().filter_map(|release| {
        let cell = release.cell(Some(name), None, None)?;
        cell.shown.as_ref()?;
        let mut said = row(cell, release.hour);
        said[0] = Said::text(day(release.period.from));
        said.push(Said::text(day(release.period.to)));
        said.swap(1, 4);
        said.push(Said::text(ran(estate, release, cell)));
        Some(said)
    });
    Table {
        caption: "What people say".into(),
        headings: vec![
            "From",
            "To",
            "Happiness",
            "Lost time",
            "Answers",
            "Who ran it then",
        ],
        rows: said.collect(),
        empty: Some(
            "No answers about it are shown: nobody was asked, few answered, or they guard a small group.",
        ),
    }
}

fn groups(visit: &Visit, estate: &Estate, release: &Release, years: &Years<'_>) -> Vec<Table> {
    let is_compared = !years.before.is_empty();
    let alone = |cell: &&Cell, one: usize| {
        let given = [&cell.service, &cell.directorate, &cell.place].map(|it| it.is_some());
        given == [one == 0, one == 1, one == 2]
    };
    let of = |one: usize| release.cells.iter().filter(move |cell| alone(cell, one));
    let groups = |one: usize, more: &dyn Fn(&Cell) -> String| -> Vec<Vec<Said>> {
        let (shown, hidden): (Vec<&Cell>, Vec<&Cell>) =
            of(one).partition(|cell| cell.shown.is_some());
        let rows = shown.into_iter().map(|cell| {
            let mut row = row(cell, release.hour);
            let linked = cell
                .service
                .as_deref()
                .and_then(|it| service(visit, estate, it));
            row[0] = linked.unwrap_or(row[0].clone());
            if is_compared {
                let change = years.change(cell);
                row.push(Said::text(
                    change.map_or(NOT_SHOWN.into(), |it| said::change(&it)),
                ));
            }
            row.push(Said::text(more(cell)));
            row
        });
        let names: Vec<String> = hidden.into_iter().map(said::group).collect();
        let hidden = (!names.is_empty()).then(|| not_shown(&names, 4 + usize::from(is_compared)));
        rows.chain(hidden).collect()
    };
    let headings = |last| {
        let changed = is_compared.then_some("Changed");
        let first = ["Of", "Answers", "Happiness", "Lost time"];
        first.into_iter().chain(changed).chain([last]).collect()
    };
    let mut tables = vec![Table {
        caption: "By service".into(),
        headings: headings("Who ran it then"),
        rows: groups(0, &|cell| ran(estate, release, cell)),
        empty: Some("None."),
    }];
    for (place, caption) in [(1, "By directorate"), (2, "By place")] {
        // Where no group is declared there is nothing to compare.
        if of(place).count() > 1 {
            tables.push(Table {
                caption: caption.into(),
                headings: headings("Of those asked"),
                rows: groups(place, &rate),
                empty: Some("None."),
            });
        }
    }
    if !release.question.is_pulse() {
        tables.push(Table {
            caption: "What it was due to".into(),
            headings: vec!["Factor", "Named by", "Happiness of those", "Impact"],
            rows: release.impacts.iter().map(impact).collect(),
            empty: Some("No factor was named often enough to be shown."),
        });
    }
    tables
}

/// The groups of which nothing is shown, in one row.
fn not_shown(names: &[String], columns: usize) -> Vec<Said> {
    let count = match names.len() {
        1 => "1 other".to_owned(),
        many => format!("{many} others"),
    };
    let mut row = vec![Said::text(count).with(names.join("; "))];
    row.extend(std::iter::repeat_n(Said::text(NOT_SHOWN), columns));
    row
}

/// The service of this name.
pub fn service_called(estate: &Estate, name: &str) -> Option<RecordId> {
    let mut services = estate.services.iter();
    let found = services.find(|(_, held)| held.name == name);
    found.map(|(id, _)| *id)
}

/// A service by its name, leading to its page.
fn service(visit: &Visit, estate: &Estate, name: &str) -> Option<Said> {
    let id = service_called(estate, name)?;
    Some(Said::record(visit, Service::NAME, id))
}

/// Who ran a service in the middle of a period.
fn ran(estate: &Estate, release: &Release, cell: &Cell) -> String {
    let days = release
        .period
        .from
        .until(release.period.to)
        .map_or(0, |span| span.get_days());
    let middle = release
        .period
        .from
        .saturating_add(jiff::ToSpan::days(i64::from(days / 2)));
    let service = cell.service.as_deref();
    let id = service.and_then(|name| service_called(estate, name));
    let mut arrangements = estate.arrangements.values();
    let arrangement: Option<&Arrangement> =
        id.and_then(|id| arrangements.find(|it| it.service == id));
    let mode = arrangement.and_then(|it| it.mode.on(middle).certain());
    mode.map_or_else(|| "not known".into(), |mode| spoken("mode", mode))
}

fn rate(cell: &Cell) -> String {
    let shown = cell.shown.as_ref();
    match shown.and_then(|shown| shown.invited.zip(shown.response_rate())) {
        Some((invited, rate)) => format!("{:.0}% of {invited}", rate * 100.0),
        None if shown.is_some() => "not known".into(),
        None => NOT_SHOWN.into(),
    }
}

fn row(cell: &Cell, hour: Option<Pence>) -> Vec<Said> {
    let mut row = vec![Said::text(said::group(cell))];
    let Some(shown) = &cell.shown else {
        row.extend([NOT_SHOWN; 3].map(Said::text));
        return row;
    };
    let lost = shown.lost.as_ref().map_or(NOT_SHOWN.into(), said::lost);
    let money = hour.and_then(|hour| shown.lost_money(hour));
    row.extend([
        Said::text(shown.n.to_string()),
        Said::text(said::score(&shown.happiness)),
        match money {
            Some(money) => Said::text(lost).with(format!("{money} at the stated rate")),
            None => Said::text(lost),
        },
    ]);
    row
}

fn impact(impact: &Impact) -> Vec<Said> {
    let number = |number: Option<i64>| {
        number.map_or(NOT_SHOWN.to_owned(), |it| it.to_string().replace('-', "−"))
    };
    let happiness = impact.happiness.as_ref();
    vec![
        Said::text(&impact.factor),
        Said::text(impact.n.to_string()),
        Said::text(happiness.map_or(NOT_SHOWN.into(), said::score)),
        Said::text(number(impact.impact)),
    ]
}

fn period(release: &Release) -> Vec<Said> {
    let whole = release.cell(None, None, None);
    let asked = whole.map_or_else(|| NOT_SHOWN.into(), rate);
    let mut cells = vec![
        Said::text(day(release.period.from)),
        Said::text(day(release.period.to)),
    ];
    let rest = whole.map(|cell| row(cell, release.hour));
    cells.extend(rest.into_iter().flatten().skip(1));
    cells.insert(3, Said::text(asked));
    let tokens = release.tokens;
    cells.push(Said::text(tokens.map_or_else(String::new, |tokens| {
        format!("{} signed, {} came back", tokens.signed, tokens.accepted)
    })));
    cells
}
