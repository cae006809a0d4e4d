//! Promises and trust: what was promised to directorates and kept, quarter by quarter, and what goes round us.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::charted::Charted;
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, numbers, words};
use super::register::{self, Place};
use super::report::{Beside, Report};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, linked, spoken};
use super::visit::Visit;
use crate::render;
use crate::render::chart::{Step, steps};
use crate::render::strip::Band;
use handback_core::control::{ControlRule, Mode, Service, Share};
use handback_core::dated::{Period, When};
use handback_core::engagement::commitment::{Commitment, Confirmed, Standing};
use handback_core::engagement::happiness::Score;
use handback_core::engagement::problem::Problem;
use handback_core::engagement::problem::stage::Stage;
use handback_core::engagement::question::Question;
use handback_core::engagement::release::Release;
use handback_core::engagement::trust::{Heard, Of, Trust, quarters, trust};
use handback_core::engagement::work_around::WorkAround;
use handback_core::engagement::{action, action::Answer as Answered};
use handback_core::organisation::Organisation;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

pub const ROUTES: &[Route] = &[
    Route::get("/promises", Needs::May(Action::See), page),
    Route::get("/commitments", Needs::May(Action::See), commitments),
    Route::get("/commitments/{id}", Needs::May(Action::See), commitment),
    Route::get("/work-arounds", Needs::May(Action::See), work_arounds),
    Route::get("/work-arounds/{id}", Needs::May(Action::See), work_around),
];

/// The lists that share a place in the navigation.
pub const BESIDE: &[(&str, &str)] = &[
    ("Promises and trust", "/promises"),
    ("Commitments", "/commitments"),
    ("What you told us", "/told-us"),
    ("Actions", "/actions"),
    ("Work-arounds", "/work-arounds"),
];

const COMMITMENTS: Place = Place {
    title: "Commitments",
    kind: Commitment::NAME,
    intro: "What was promised to directorates, by when, and what became of it.",
    beside: BESIDE,
    blank: Blank {
        title: "No commitments are stated yet",
        file: "A list fills this place: what was promised, to which directorate, by when, and whether it was kept.",
        places: &[
            "the minutes of the boards of directorates",
            "the notes of business partners",
            "plans that were sent to a directorate",
        ],
        templates: &["commitments"],
    },
};

const WORK_AROUNDS: Place = Place {
    title: "Work-arounds",
    kind: WorkAround::NAME,
    intro: "What people use instead of the technology that they were given. Each says where it does not work for them.",
    beside: BESIDE,
    blank: Blank {
        title: "No work-arounds are stated yet",
        file: "A list fills this place: what people use instead, in which directorate, in place of which service.",
        places: &[
            "the notes of business partners",
            "the register of spreadsheets that audit keeps",
            "what people write when they are asked",
        ],
        templates: &["work-arounds"],
    },
};

const TRUST: &[Column] = &[
    words("quarter", "Quarter"),
    words("directorate", "Directorate"),
    numbers("due", "Due"),
    numbers("kept", "Kept in time"),
    numbers("share", "Share kept"),
    numbers("missed", "Missed or kept late"),
    numbers("unsaid", "Late, nobody said"),
    numbers("withdrawn", "Withdrawn"),
    numbers("confirmed", "Confirmed by them"),
    numbers("work-arounds", "Work-arounds"),
    words("confidence", "Confidence"),
    words("again", "Came back with a problem"),
    numbers("refused", "Refused without a reason"),
];

const COMMITMENT: &[Column] = &[
    words("commitment", "Commitment"),
    words("directorate", "Directorate"),
    words("due", "Due"),
    words("state", "State"),
    words("confirmed", "The directorate says"),
    words("owner", "Answered for by"),
];

const WORK_AROUND: &[Column] = &[
    words("work-around", "Work-around"),
    words("directorate", "Directorate"),
    words("service", "Instead of"),
    words("since", "Known since"),
    words("ended", "Ended"),
];

/// A quarter as people write it: `2021-Q1`.
fn quarter_name(quarter: Period) -> String {
    let number = (quarter.from.month() - 1) / 3 + 1;
    format!("{}-Q{number}", quarter.from.year())
}

/// A share as a range of whole percents; that there is none of nothing.
fn percent(share: &Share) -> String {
    let rounded = |hundredths: i64| (hundredths + 50) / 100;
    match (share.known_share(), share.possible_share()) {
        (Some(known), _) if share.known == share.possible => format!("{}%", rounded(known)),
        (Some(known), Some(possible)) => {
            format!("{}% to {}%", rounded(known), rounded(possible))
        }
        _ => "nothing was due".into(),
    }
}

/// What bears on trust, for a directorate in a quarter or for all.
pub fn trust_of(estate: &Estate, of: Of) -> Trust {
    let refusals: Vec<(When, bool)> = estate
        .actions
        .values()
        .filter(|held| of.directorate.is_none() || held.directorate == of.directorate)
        .filter_map(|held| match &held.answer {
            Answered::Refused { reason } => Some((held.answered_on?, !reason.is_empty())),
            Answered::Doing { .. } | Answered::Waiting => None,
        })
        .chain(refused_problems(estate, of.directorate))
        .collect();
    let raised: Vec<Date> = problems_of(estate, of.directorate)
        .filter_map(|problem| problem.heard().earliest())
        .collect();
    let heard = Heard {
        confidence: confidence(estate, of.directorate, |release| {
            of.quarter.contains(release.period.to) && release.period.to <= of.day
        }),
        raised: &raised,
        refusals: &refusals,
    };
    trust(
        estate.commitments.values(),
        estate.work_arounds.values(),
        &heard,
        of,
    )
}

/// The problems of a directorate, or all.
fn problems_of(estate: &Estate, directorate: Option<RecordId>) -> impl Iterator<Item = &Problem> {
    let problems = estate.problems.values();
    problems.filter(move |problem| directorate.is_none() || problem.directorate == directorate)
}

/// Problems that ended without anything being done for whoever asked, and whether they were told why.
fn refused_problems(
    estate: &Estate,
    directorate: Option<RecordId>,
) -> impl Iterator<Item = (When, bool)> {
    problems_of(estate, directorate).flat_map(|problem| {
        let stopped = problem
            .moves
            .iter()
            .filter(|(_, held)| held.stage == Stage::Stopped);
        stopped.map(|(on, held)| (on, held.reason.is_some()))
    })
}

/// How sure people were that promises are kept, as the newest of the releases that are asked for says.
fn confidence(
    estate: &Estate,
    directorate: Option<RecordId>,
    is_asked: impl Fn(&Release) -> bool,
) -> Option<Score> {
    let name = directorate.map(|id| estate.organisation_name(id));
    let asked = estate.releases.values();
    let asked = asked.filter(|held| held.question == Question::Confidence && is_asked(held));
    let newest = asked.max_by_key(|release| release.period.to)?;
    let cell = newest.cell(None, name.as_deref(), None)?;
    cell.shown.as_ref().map(|shown| shown.happiness)
}

/// The directorates to which something was promised, or who go round a service, by name.
fn directorates(estate: &Estate) -> Vec<Named> {
    let promised = estate.commitments.values().map(|held| held.directorate);
    let round = estate.work_arounds.values().map(|held| held.directorate);
    named(estate, promised.chain(round).collect())
}

/// Organisations with their names, in order of these.
pub fn named(estate: &Estate, ids: BTreeSet<RecordId>) -> Vec<Named> {
    let named = ids.into_iter().map(|id| (id, estate.organisation_name(id)));
    let mut named: Vec<Named> = named.collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    named
}

#[derive(Serialize)]
struct Page {
    beside: Vec<Beside>,
    lead: Vec<Vec<Said>>,
    chart: Charted,
    late: Table,
    list: Shown,
    blank: &'static Blank,
    /// Where one is added, by those who may.
    add: Option<&'static str>,
}

fn page(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let day = visit.dates.at;
    let directorates = directorates(&estate);
    let listing = trust_listing(&estate, &directorates, day);
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    let asked = visit.query.get("directorate");
    let asked = directorates
        .iter()
        .find(|(_, name)| Some(name.as_str()) == asked);
    let may = visit.visitor.could(Action::Promise) && !visit.is_past_knowledge();
    visit.page(
        "promises.html",
        &Page {
            beside: Report::beside(BESIDE, "/promises"),
            lead: lead(&estate, asked, day),
            chart: chart(&estate, asked, day),
            late: late(visit, &estate, asked),
            list: listing.shown(visit),
            blank: &COMMITMENTS.blank,
            add: may.then_some("/records/commitment/new"),
        },
    )
}

/// A directorate and its name.
pub type Named = (RecordId, String);

fn trust_listing(estate: &Estate, directorates: &[Named], day: Date) -> Listing {
    let mut quarters = quarters(estate.commitments.values(), day);
    quarters.reverse();
    let row = |quarter: Period, (id, name): &Named| {
        let of = Of {
            directorate: Some(*id),
            quarter,
            day,
        };
        let found = trust_of(estate, of);
        (found.due() + found.work_arounds > 0).then(|| trust_row(quarter, name, &found))
    };
    let row = &row;
    let of = |quarter: Period| {
        let rows = directorates.iter();
        rows.filter_map(move |named| row(quarter, named))
    };
    let rows: Vec<Row> = quarters.into_iter().flat_map(of).collect();
    Listing {
        name: "trust",
        caption: "Trust by directorate and quarter".into(),
        columns: TRUST,
        filters: vec![Filter {
            name: "directorate",
            label: "Directorate",
            choices: directorates
                .iter()
                .map(|(_, name)| (name.clone(), name.clone()))
                .collect(),
        }],
        rows,
    }
}

fn trust_row(quarter: Period, name: &str, found: &Trust) -> Row {
    let count = |count: usize| Cell::count(count as u64);
    let share = match found.kept.known_share() {
        Some(known) => Cell::number(known as f64 / 100.0, percent(&found.kept)),
        None => Cell::text("nothing was due").sorted_by(""),
    };
    let missed = found.count(Standing::Missed) + found.count(Standing::KeptLate);
    let confidence = found.confidence.as_ref().map(render::experience::score);
    let again = found
        .raised_again
        .map(|again| if again { "yes" } else { "no" });
    Row {
        cells: vec![
            Cell::text(quarter_name(quarter)),
            Cell::text(name),
            count(found.due()),
            count(found.count(Standing::Kept)),
            share,
            count(missed),
            count(found.count(Standing::LateUnsaid)),
            count(found.count(Standing::Withdrawn)),
            count(found.confirmed),
            count(found.work_arounds),
            confidence.map_or_else(Cell::unknown, Cell::text),
            again.map_or_else(Cell::unknown, Cell::text),
            count(found.refused.without),
        ],
        kept_by: vec![name.to_owned()],
    }
}

/// What was kept of what was due in the four quarters that end with a day's, or so many years before.
fn year_to(estate: &Estate, directorate: Option<RecordId>, day: Date, back: usize) -> Share {
    let all = quarters(estate.commitments.values(), day);
    let year = all.iter().rev().skip(4 * back).take(4);
    year.fold(Share::default(), |sum, quarter| {
        let of = Of {
            directorate,
            quarter: *quarter,
            day,
        };
        let Share {
            known,
            possible,
            of,
        } = trust_of(estate, of).kept;
        Share {
            known: sum.known + known,
            possible: sum.possible + possible,
            of: sum.of + of,
        }
    })
}

/// How much was kept lately, in a sentence; none where nothing was due.
pub fn kept_lately(estate: &Estate, directorate: Option<RecordId>, day: Date) -> Option<String> {
    let share = year_to(estate, directorate, day, 0);
    (share.of > 0).then(|| {
        format!(
            "{} of {} promises due in the last four quarters were kept in time ({}).",
            range(&share),
            share.of,
            percent(&share)
        )
    })
}

/// The same as a share alone.
pub fn kept_share(estate: &Estate, directorate: Option<RecordId>, day: Date) -> String {
    percent(&year_to(estate, directorate, day, 0))
}

/// How sure a directorate's people were when they were last asked whether promises are kept, where that is shown.
pub fn confidence_on(estate: &Estate, directorate: RecordId, day: Date) -> Option<Score> {
    confidence(estate, Some(directorate), |release| {
        release.period.to <= day
    })
}

fn range(share: &Share) -> String {
    match share.known == share.possible {
        true => share.known.to_string(),
        false => format!("{} to {}", share.known, share.possible),
    }
}

fn lead(estate: &Estate, asked: Option<&Named>, day: Date) -> Vec<Vec<Said>> {
    let directorate = asked.map(|(id, _)| *id);
    let whose = asked.map_or(String::new(), |(_, name)| format!("{name}: "));
    let lately = kept_lately(estate, directorate, day);
    let lately = lately.unwrap_or_else(|| "Nothing was due in the last four quarters.".into());
    let mut lead = vec![vec![Said::text(whose + &lately)]];
    let before = year_to(estate, directorate, day, 1);
    if before.of > 0 {
        lead.push(vec![Said::text(format!(
            "In the four quarters before: {} of {} ({}).",
            range(&before),
            before.of,
            percent(&before)
        ))]);
    }
    lead
}

/// The share kept by quarter, over who ran most services then.
fn chart(estate: &Estate, asked: Option<&Named>, day: Date) -> Charted {
    let directorate = asked.map(|(id, _)| *id);
    let quarters = quarters(estate.commitments.values(), day);
    let found: Vec<(Period, Trust)> = quarters
        .into_iter()
        .map(|quarter| {
            let of = Of {
                directorate,
                quarter,
                day,
            };
            (quarter, trust_of(estate, of))
        })
        .collect();
    let begins = found.first().map(|(quarter, _)| Step {
        on: quarter.from,
        known: None,
        possible: None,
    });
    let step = |(quarter, found): &(Period, Trust)| {
        let share = |share: Option<i64>| share.map(|share| share as f64 / 100.0);
        Step {
            on: quarter.to,
            known: share(found.kept.known_share()),
            possible: share(found.kept.possible_share()),
        }
    };
    let line: Vec<Step> = begins.into_iter().chain(found.iter().map(step)).collect();
    let ran = ran_most(estate, directorate, &line);
    let svg = steps(&line, &ran, &[], |level| format!("{level:.0}%"));
    let mut key = vec![
        ("controlled", "certainly kept in time"),
        ("possible", "may have been: nobody said, or it is disputed"),
    ];
    let behind = ["in-house", "shared", "joint-venture", "supplier", "unknown"];
    let words = [
        "behind it: you ran most services",
        "behind it: shared with others",
        "behind it: a joint venture ran most",
        "behind it: suppliers ran most",
        "behind it: not known",
    ];
    let drawn = behind.into_iter().zip(words);
    key.extend(drawn.filter(|(class, _)| ran.iter().any(|band| band.class == *class)));
    let rows = found.iter().rev().map(|(quarter, found)| {
        let name = asked.map_or("All directorates", |(_, name)| name.as_str());
        trust_row(*quarter, name, found)
    });
    let table = Listing {
        name: "trust",
        caption: String::new(),
        columns: TRUST,
        filters: Vec::new(),
        rows: rows.collect(),
    };
    Charted {
        key,
        ..Charted::of(
            "Promises kept in time, by the quarter in which they were due",
            svg,
            &table,
            "/promises?format=csv".into(),
        )
    }
}

/// By whom most of the services that a directorate uses, or of all, were run, month by month, along the days of a line.
fn ran_most(estate: &Estate, directorate: Option<RecordId>, line: &[Step]) -> Vec<Band> {
    let (Some(first), Some(last)) = (line.first(), line.last()) else {
        return Vec::new();
    };
    let mut bands: Vec<Band> = Vec::new();
    let mut month = first.on.first_of_month();
    while month <= last.on {
        let class = most(estate, directorate, month).word();
        match bands.last_mut() {
            Some(band) if band.class == class => band.until = None,
            before => {
                if let Some(before) = before {
                    before.until = Some(When::Day(month));
                }
                bands.push(Band {
                    from: When::Day(month),
                    until: None,
                    class: class.into(),
                    words: String::new(),
                });
            }
        }
        month = month.saturating_add(1.month());
    }
    bands
}

/// How most services were run on a day; of several that are as many, the first as [`Mode`] has them.
fn most(estate: &Estate, directorate: Option<RecordId>, day: Date) -> Mode {
    let services = estate.services_on(day, &ControlRule::default());
    let modes: Vec<Mode> = services
        .into_iter()
        .filter(|(_, service, _)| directorate.is_none_or(|id| service.directorates.contains(&id)))
        .map(|(_, _, control)| control.mode)
        .collect();
    let count = |mode: &Mode| modes.iter().filter(|held| *held == mode).count();
    let most = Mode::ALL.iter().rev().max_by_key(|mode| count(mode));
    most.copied().unwrap_or(Mode::Unknown)
}

/// What needs somebody first: late ones of which nobody said anything, then disputed and unclear ones.
fn late(visit: &Visit, estate: &Estate, asked: Option<&Named>) -> Table {
    let day = visit.dates.at;
    let mut held: Vec<(Standing, RecordId, &Commitment)> = unsettled(estate, day)
        .filter(|(_, _, held)| asked.is_none_or(|(id, _)| held.directorate == *id))
        .collect();
    held.sort_by_key(|(standing, id, held)| (*standing, held.due, *id));
    let row = |(standing, id, held): (Standing, RecordId, &Commitment)| {
        vec![
            Said::text(&held.text).to(format!("/commitments/{id}")),
            Said::record(visit, Organisation::NAME, held.directorate),
            held.due.map_or_else(Said::unknown, Said::when),
            Said::text(capital(&spoken("commitment-standing", &standing))),
            Said::text(held.owner.clone().unwrap_or_default()),
        ]
    };
    Table {
        caption: "These need somebody".into(),
        headings: vec![
            "Commitment",
            "Directorate",
            "Due",
            "State",
            "Answered for by",
        ],
        rows: held.into_iter().map(row).collect(),
        empty: Some("None: of every promise whose day has passed somebody said what became of it."),
    }
}

/// The commitments that were made by a day, each with how it stands.
fn of_visit(estate: &Estate, day: Date) -> impl Iterator<Item = (Standing, RecordId, &Commitment)> {
    let made = estate
        .commitments
        .iter()
        .filter(move |(_, held)| held.made_on.reached(day) != Some(false));
    made.map(move |(id, held)| (held.standing(day), *id, held))
}

/// Those whose day has passed, and nobody can say what became of them.
pub fn unsettled(
    estate: &Estate,
    day: Date,
) -> impl Iterator<Item = (Standing, RecordId, &Commitment)> {
    of_visit(estate, day).filter(|(standing, ..)| *standing <= Standing::Unclear)
}

fn commitments(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let day = visit.dates.at;
    let mut held: Vec<(Standing, RecordId, &Commitment)> = of_visit(&estate, day).collect();
    held.sort_by_key(|(standing, id, held)| (*standing, held.due, *id));
    let states = Standing::ALL.map(|standing| {
        let value = spoken("commitment-standing", &standing);
        (value.clone(), capital(&value))
    });
    let names = directorates(&estate);
    let names = names.into_iter().map(|(_, name)| (name.clone(), name));
    let row = |(standing, id, held): (Standing, RecordId, &Commitment)| {
        let state = spoken("commitment-standing", &standing);
        let directorate = Said::record(visit, Organisation::NAME, held.directorate).text;
        Row {
            cells: vec![
                Cell::text(&held.text).to(format!("/commitments/{id}")),
                Cell::text(&directorate),
                held.due.map_or_else(Cell::unknown, Cell::when),
                Cell::text(&state),
                Cell::text(confirmed(held, day)),
                Cell::text(held.owner.clone().unwrap_or_default()),
            ],
            kept_by: vec![state, directorate],
        }
    };
    let listing = Listing {
        name: "commitments",
        caption: format!("{} commitments", held.len()),
        columns: COMMITMENT,
        filters: vec![
            Filter {
                name: "state",
                label: "State",
                choices: states.into(),
            },
            Filter {
                name: "directorate",
                label: "Directorate",
                choices: names.collect(),
            },
        ],
        rows: held.into_iter().map(row).collect(),
    };
    register::shown(visit, &COMMITMENTS, &listing)
}

/// What the directorate says, in a few words.
fn confirmed(held: &Commitment, day: Date) -> &'static str {
    match held.confirmation(day) {
        Some((Confirmed::Yes, _)) => "it stands so",
        Some((Confirmed::No, _)) => "it does not",
        None => "",
    }
}

fn commitment(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Commitment>(visit, (COMMITMENTS.title, "/commitments"))?;
    let estate = visit.sighted()?;
    let held = estate.commitments.get(&id).ok_or(Error::NotFound)?;
    let day = visit.dates.at;
    let state = capital(&spoken("commitment-standing", &held.standing(day)));
    let since = held.since(day);
    let since = since.map_or(String::new(), |since| {
        format!(" Said since {}.", render::when(since))
    });
    let said = held.confirmation(day).map(|(confirmed, on)| {
        let says = match confirmed {
            Confirmed::Yes => "The directorate says that it stands so",
            Confirmed::No => "The directorate says that it does not stand so",
        };
        vec![Said::text(format!("{says}, since {}.", render::when(on)))]
    });
    let mut lead = vec![vec![Said::text(format!("{state}.{since}"))]];
    lead.extend(held.reason(day).map(linked));
    lead.extend(said);
    let services = held.services.iter();
    Sheet {
        lead,
        lines: vec![
            Line::new(
                "Promised to",
                [Said::record(visit, Organisation::NAME, held.directorate)],
            ),
            Line::new(
                "Services",
                services.map(|id| Said::record(visit, Service::NAME, *id)),
            ),
            Line::when("Promised on", Some(held.made_on)),
            Line::when("Due", held.due),
            Line::text("Answered for by", held.owner.as_deref()),
            Line::text("Source", held.source.as_deref()),
        ],
        tables: vec![words_of(held)],
        ..sheet
    }
    .shown(visit)
}

/// What was said of a commitment through time.
fn words_of(held: &Commitment) -> Table {
    let row = |(from, word): (When, &handback_core::engagement::commitment::Word)| {
        let confirmed = word.confirmed.map_or("", |confirmed| match confirmed {
            Confirmed::Yes => "it stands so",
            Confirmed::No => "it does not",
        });
        vec![
            Said::when(from),
            Said::text(capital(word.outcome.word())),
            Said::text(word.reason.clone().unwrap_or_default()),
            Said::text(confirmed),
        ]
    };
    Table {
        caption: "What was said of it".into(),
        headings: vec!["Since", "State", "Reason", "The directorate says"],
        rows: held.words.iter().map(row).collect(),
        empty: Some("Nobody has said yet what became of it."),
    }
}

fn work_arounds(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let day = visit.dates.at;
    let mut held: Vec<(&RecordId, &WorkAround)> = estate.work_arounds.iter().collect();
    held.retain(|(_, held)| held.known_since.reached(day) != Some(false));
    held.sort_by_key(|(id, held)| (!held.stands(day), held.known_since, **id));
    let row = |(id, held): (&RecordId, &WorkAround)| {
        let name = |kind, id| Said::record(visit, kind, id).text;
        let service = held.service.map(|id| name(Service::NAME, id));
        let stands = if held.stands(day) { "in use" } else { "ended" };
        Row {
            cells: vec![
                Cell::text(&held.text).to(format!("/work-arounds/{id}")),
                Cell::text(name(Organisation::NAME, held.directorate)),
                service.map_or_else(Cell::unknown, Cell::text),
                Cell::when(held.known_since),
                held.ended.map_or_else(|| Cell::text(""), Cell::when),
            ],
            kept_by: vec![stands.into()],
        }
    };
    let listing = Listing {
        name: "work-arounds",
        caption: format!("{} work-arounds", held.len()),
        columns: WORK_AROUND,
        filters: vec![Filter {
            name: "stands",
            label: "In use",
            choices: ["in use", "ended"]
                .map(|word| (word.to_owned(), capital(word)))
                .into(),
        }],
        rows: held.into_iter().map(row).collect(),
    };
    register::shown(visit, &WORK_AROUNDS, &listing)
}

fn work_around(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<WorkAround>(visit, (WORK_AROUNDS.title, "/work-arounds"))?;
    let estate = visit.sighted()?;
    let held = estate.work_arounds.get(&id).ok_or(Error::NotFound)?;
    let stands = match held.stands(visit.dates.at) {
        true => "People use this instead.",
        false => "Nobody needs this on the day of this page.",
    };
    let service = held
        .service
        .map(|id| Said::record(visit, Service::NAME, id));
    Sheet {
        lead: vec![vec![Said::text(stands)]],
        lines: vec![
            Line::new(
                "Used by",
                [Said::record(visit, Organisation::NAME, held.directorate)],
            ),
            Line::new("Instead of", service),
            Line::text("Why", held.reason.as_deref()),
            Line::when("Known since", Some(held.known_since)),
            Line::when("Ended", held.ended),
            Line::text("Source", held.source.as_deref()),
        ],
        ..sheet
    }
    .shown(visit)
}

/// What was promised about a service, how many ask for somebody, and what people use instead, in one line; none where nothing
/// is stated of it.
pub fn of_service(visit: &Visit, estate: &Estate, service: RecordId) -> Vec<Said> {
    let day = visit.dates.at;
    let promised: Vec<Standing> = of_visit(estate, day)
        .filter(|(_, _, held)| held.services.contains(&service))
        .map(|(standing, ..)| standing)
        .collect();
    let late = promised
        .iter()
        .filter(|standing| **standing == Standing::LateUnsaid);
    let round = estate.work_arounds.values();
    let round = round.filter(|held| held.service == Some(service) && held.stands(day));
    let told = estate.actions.values();
    let told = told.filter(|held| held.service == Some(service) && held.is_told(day));
    let told = told.filter(|held| held.standing(day) != action::Standing::Waiting);
    let mut said = Vec::new();
    let mut line = |count: usize, one: &str, many: &str, href: &str, quiet: String| {
        if count > 0 {
            let word = if count == 1 { one } else { many };
            let piece = Said::text(format!("{count} {word}")).to(href);
            said.push(if quiet.is_empty() {
                piece
            } else {
                piece.with(quiet)
            });
        }
    };
    let late = match late.count() {
        0 => String::new(),
        late => format!("{late} late, and nobody said"),
    };
    line(
        promised.len(),
        "commitment",
        "commitments",
        "/commitments",
        late,
    );
    line(
        told.count(),
        "answer to what people said",
        "answers to what people said",
        "/told-us",
        String::new(),
    );
    line(
        round.count(),
        "work-around in use",
        "work-arounds in use",
        "/work-arounds",
        String::new(),
    );
    said
}

/// How much of what people had told by a day stands how.
pub fn told(estate: &Estate, day: Date) -> impl Fn(action::Standing) -> usize {
    let told = estate.actions.values().filter(|held| held.is_told(day));
    let standings: Vec<action::Standing> = told.map(|held| held.standing(day)).collect();
    move |standing| standings.iter().filter(|held| **held == standing).count()
}
