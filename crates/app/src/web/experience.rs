//! What the technology is like to work with: releases of people's answers, and nothing else.

use super::answer::{Answer, Error};
use super::report::Report;
use super::route::{Needs, Route};
use super::sheet::{Said, Table};
use super::visit::Visit;
use crate::render::{clock::day, experience as said};
use handback_core::engagement::release::{Cell, Impact, Release};
use handback_core::permission::Action;

pub const ROUTES: &[Route] = &[Route::get("/experience", Needs::May(Action::See), page)];

/// What is said of a number that is not shown: hidden and empty look alike.
const NOT_SHOWN: &str = "not shown";

fn page(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut releases: Vec<&Release> = estate
        .releases
        .values()
        .filter(|release| release.period.to <= visit.dates.at)
        .collect();
    releases.sort_by_key(|release| release.period.from);
    let newest = releases.last();
    let lead = match newest {
        None => "Nobody’s answers are released yet. Take in what a form collected: at least 10 answers for each period.".to_owned(),
        Some(release) => said::sentence(release),
    };
    let mut tables = Vec::new();
    if let Some(release) = newest {
        let of = |kept: &dyn Fn(&Cell) -> bool| -> Vec<Vec<Said>> {
            release
                .cells
                .iter()
                .filter(|cell| kept(cell))
                .map(row)
                .collect()
        };
        let alone = |cell: &Cell, one: usize| {
            let given = [&cell.service, &cell.directorate, &cell.place].map(|it| it.is_some());
            given == [one == 0, one == 1, one == 2]
        };
        for (place, caption) in ["By service", "By directorate", "By place"]
            .into_iter()
            .enumerate()
        {
            tables.push(Table {
                caption: caption.into(),
                headings: HEADINGS.to_vec(),
                rows: of(&|cell| alone(cell, place)),
                empty: Some("None."),
            });
        }
        tables.push(Table {
            caption: "What it was due to".into(),
            headings: vec!["Factor", "Named by", "Happiness of those", "Impact"],
            rows: release.impacts.iter().map(impact).collect(),
            empty: Some("No factor was named often enough to be shown."),
        });
    }
    tables.push(Table {
        caption: "Every period".into(),
        headings: vec!["From", "To", "Answers", "Happiness", "Lost time"],
        rows: releases
            .iter()
            .rev()
            .map(|release| period(release))
            .collect(),
        empty: Some("None yet."),
    });
    let report = Report {
        title: "What people say".into(),
        caption: "Staff experience of technology".into(),
        path: "/experience".into(),
        lead: vec![vec![Said::text(lead)]],
        tables,
        notes: vec![
            "Happiness is the share of people who said 9 or 10 minus the share of those who said 0 to 6, from −100 to +100, with the interval that holds it 95 times in 100.".into(),
            "A group with fewer answers than 10 is not shown, nor what it takes so that nobody can subtract their way to it. An empty group looks the same.".into(),
            "A period closes once. No single answer is kept, and what people wrote is not kept.".into(),
            "Results are never used to judge single people.".into(),
        ],
        ..Report::default()
    };
    visit.page("report.html", &report)
}

const HEADINGS: [&str; 4] = ["Of", "Answers", "Happiness", "Lost time"];

fn row(cell: &Cell) -> Vec<Said> {
    let mut row = vec![Said::text(said::group(cell))];
    match &cell.shown {
        None => row.extend([NOT_SHOWN; 3].map(Said::text)),
        Some(shown) => row.extend([
            Said::text(shown.n.to_string()),
            Said::text(said::score(&shown.happiness)),
            Said::text(shown.lost.as_ref().map_or(NOT_SHOWN.into(), said::lost)),
        ]),
    }
    row
}

fn impact(impact: &Impact) -> Vec<Said> {
    let number = |number: Option<i64>| {
        number.map_or(NOT_SHOWN.to_owned(), |it| it.to_string().replace('-', "−"))
    };
    vec![
        Said::text(&impact.factor),
        Said::text(impact.n.to_string()),
        Said::text(
            impact
                .happiness
                .as_ref()
                .map_or(NOT_SHOWN.into(), said::score),
        ),
        Said::text(number(impact.impact)),
    ]
}

fn period(release: &Release) -> Vec<Said> {
    let mut cells = vec![
        Said::text(day(release.period.from)),
        Said::text(day(release.period.to)),
    ];
    let whole = release.cell(None, None, None);
    cells.extend(whole.map(row).into_iter().flatten().skip(1));
    cells
}
