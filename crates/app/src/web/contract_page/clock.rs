//! What a contract's page says of its clock: sentences, windows of notice, what falls due, the last
//! safe day with the arithmetic behind it, and what notice on the day of the page would do.

use crate::render::capital;
use crate::render::clock::{self as words, day};
use crate::render::strip::{Axis, Band, Mark, Strip};
use crate::web::sheet::{Said, Table, may_change, spoken};
use crate::web::visit::Visit;
use handback_core::contract::terms::FAULT;
use handback_core::contract::{Chain, Clause, Clock, Content, Due, IfServed, LastNotice, Step};
use handback_core::dated::When;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Timed;
use jiff::ToSpan;
use jiff::civil::Date;

/// How many days a tick is wide on an axis of so many.
const TICKS_ON_AN_AXIS: i32 = 130;

/// The clock in sentences, the answer first.
pub fn sentences(clock: &Clock) -> Vec<String> {
    let mut told = vec![words::term(clock)];
    if let Some(renews) = clock.next_renewal {
        let by = match clock.last_notice() {
            Some(last) if last < clock.asked => {
                format!(" The last day for notice, {}, has passed.", day(last))
            }
            Some(last) => format!(" Notice must be given by {}.", day(last)),
            None => " By when notice must be given is not known.".into(),
        };
        told.push(format!("It goes on by itself on {}.{by}", day(renews)));
    }
    if let Some(until) = clock.extension_until.filter(|_| !clock.ended) {
        told.push(format!("It can be extended to {}.", day(until)));
    }
    told.extend(clock.last_safe_day.as_ref().filter(|_| !clock.ended).map(|safe| {
        let date = day(safe.date);
        let or_earlier = if safe.missing.is_empty() { "" } else { " or earlier" };
        match (safe.lapsed, safe.next_chance) {
            (false, _) => format!("The last safe day to decide to leave is {date}{or_earlier}."),
            (true, Some(next)) => format!(
                "The last safe day to decide to leave then was {date}{or_earlier}; for the end of the next term it is {}.",
                day(next)
            ),
            (true, None) => format!("The last safe day to decide to leave was {date}{or_earlier}."),
        }
    }));
    told
}

/// Windows of notice, and what falls due as ticks.
pub fn strips(clock: &Clock, axis: Axis) -> Vec<Strip> {
    let window = |last: &LastNotice| {
        let (closes, effective) = (last.date?, last.effective?);
        Some(Band {
            from: When::Day(last.earliest.unwrap_or(closes)),
            until: Some(When::Day(after(effective))),
            class: "notice".into(),
            words: String::new(),
        })
    };
    let bands: Vec<Band> = clock.last_notice.iter().filter_map(window).collect();
    let wide = ((axis.to - axis.from).get_days() / TICKS_ON_AN_AXIS).max(1);
    let tick = |due: &Due| {
        let from = due.date?;
        Some(Band {
            from: When::Day(from),
            until: Some(When::Day(from.saturating_add(wide.days()))),
            class: if due.lapsed { "lapsed" } else { "due" }.into(),
            words: String::new(),
        })
    };
    let ticks: Vec<Band> = clock.due.iter().filter_map(tick).collect();
    let strip = |title: &str, bands: Vec<Band>| {
        (!bands.is_empty()).then(|| Strip {
            title: title.into(),
            bands,
        })
    };
    let strips = [strip("Notice runs", bands), strip("What falls due", ticks)];
    strips.into_iter().flatten().collect()
}

/// The one red mark.
pub fn mark(clock: &Clock) -> Option<Mark> {
    let safe = clock.last_safe_day.as_ref()?;
    Some(Mark {
        on: safe.date,
        class: "safe",
    })
}

/// What the marks and colours mean.
pub fn key(clock: &Clock) -> Vec<(&'static str, &'static str)> {
    let dated = |lapsed| {
        let mut dated = clock.due.iter().filter(|due| due.date.is_some());
        dated.any(|due| due.lapsed == lapsed)
    };
    let mut windows = clock.last_notice.iter();
    let runs = windows.any(|last| last.date.is_some() && last.effective.is_some());
    let drawn = [
        (runs, "notice", "notice runs"),
        (dated(false), "due", "falls due"),
        (dated(true), "lapsed", "its day has passed"),
    ];
    let drawn = drawn.into_iter().filter(|(is, ..)| *is);
    let mut key: Vec<_> = drawn.map(|(_, class, meaning)| (class, meaning)).collect();
    key.extend(mark(clock).map(|_| ("safe", "last safe day to decide")));
    key
}

fn after(day: Date) -> Date {
    day.saturating_add(1.day())
}

fn clause(clause: Option<&str>) -> Said {
    match clause {
        Some(clause) => Said::text(clause),
        None => Said::default().with("not stated"),
    }
}

fn date(date: Option<Date>) -> Said {
    date.map_or_else(Said::unknown, |on| Said::text(day(on)))
}

/// The tables of the clock, in the order in which people ask.
pub fn tables(timed: &Timed) -> Vec<Table> {
    let clock = &timed.clock;
    let mut tables = vec![why_this_day(clock)];
    tables.extend(other_chains(clock));
    tables.push(if_served(clock));
    tables.push(last_notice(clock));
    tables.push(due("What falls due", &clock.due));
    tables.extend(follows(clock));
    tables
}

fn steps(caption: String, steps: &[Step]) -> Table {
    let row = |step: &Step| {
        vec![
            Said::text(capital(&words::takes(&step.what))),
            Said::text(day(step.from)),
            Said::text(day(step.to)),
            clause(step.clause.as_deref()),
        ]
    };
    Table {
        caption,
        headings: vec!["Step, counted back", "Begins by", "Until", "Clause or law"],
        rows: steps.iter().map(row).collect(),
        empty: Some(
            "Not known. State the clauses on notice, and how long approval, procurement and transition take.",
        ),
    }
}

fn why_this_day(clock: &Clock) -> Table {
    match &clock.last_safe_day {
        None => steps("Last safe day to decide".into(), &[]),
        Some(safe) => steps(
            format!("Why {} is the last safe day to decide", day(safe.date)),
            &safe.steps,
        ),
    }
}

fn other_chains(clock: &Clock) -> Vec<Table> {
    let safe = clock.last_safe_day.iter();
    let others = safe.flat_map(|safe| &safe.others);
    others
        .map(|chain: &Chain| {
            steps(
                format!("What would leave time until {}", day(chain.date)),
                &chain.steps,
            )
        })
        .collect()
}

fn if_served(clock: &Clock) -> Table {
    let row = |served: &IfServed| {
        let route = Said::text(capital(&words::route(&served.route)));
        let how = [&served.given_by, &served.form].into_iter().flatten();
        let how: Vec<&str> = how.map(String::as_str).collect();
        vec![
            route.with(how.join("; ")),
            Said::text(words::effect(served.takes_effect)),
            served
                .cost
                .map_or_else(Said::unknown, |cost| Said::text(cost.to_string())),
            clause(served.clause.as_deref()),
        ]
    };
    Table {
        caption: format!("If notice were given on {}", day(clock.asked)),
        headings: vec!["Route", "What would happen", "What it costs", "Clause"],
        rows: clock.if_served.iter().map(row).collect(),
        empty: Some("Not known: no clause on notice is stated."),
    }
}

fn last_notice(clock: &Clock) -> Table {
    let row = |last: &LastNotice| {
        let on = date(last.date);
        let on = match (last.lapsed, last.assumed) {
            (true, _) => on.with("passed"),
            (false, true) => on.with("as a template says, not confirmed"),
            (false, false) => on,
        };
        vec![
            Said::text(capital(&words::route(&last.route))),
            on,
            last.earliest
                .map_or_else(Said::default, |on| Said::text(day(on))),
            date(last.effective),
            clause(last.clause.as_deref()),
        ]
    };
    Table {
        caption: "Last day to give notice".into(),
        headings: vec!["Route", "Last day", "First day", "Takes effect", "Clause"],
        rows: clock.last_notice.iter().map(row).collect(),
        empty: None,
    }
}

fn due(caption: &str, due: &[Due]) -> Table {
    let row = |due: &Due| {
        let state = match (due.lapsed, due.perhaps) {
            (true, false) => "passed",
            (true, true) => "passed; perhaps not owed",
            (false, true) => "perhaps",
            (false, false) => "",
        };
        let on = due
            .date
            .map_or_else(|| Said::default().with("no day"), |on| Said::text(day(on)));
        vec![
            on,
            Said::text(words::what(&due.what)),
            Said::text(state),
            clause(due.clause.as_deref()),
        ]
    };
    Table {
        caption: caption.into(),
        headings: vec!["Day", "What", "State", "Clause or law"],
        rows: due.iter().map(row).collect(),
        empty: None,
    }
}

/// What would fall due by the first route that takes effect.
fn follows(clock: &Clock) -> Option<Table> {
    let mut planned = clock
        .if_served
        .iter()
        .filter(|served| served.route != FAULT);
    let served = planned.find(|served| !served.follows.is_empty())?;
    let caption = format!(
        "What would then fall due, by notice {}",
        words::route(&served.route)
    );
    Some(due(&caption, &served.follows))
}

/// What is stated of its clauses, each leading to where it is changed.
pub fn clauses(visit: &Visit, clauses: &[(RecordId, &Clause)]) -> Table {
    let row = |(id, held): &(RecordId, &Clause)| {
        let about = Said::text(capital(&about(&held.content)));
        vec![
            clause(held.clause.as_deref()),
            match may_change(visit, Clause::NAME, *id) {
                true => about.to(format!("/records/clause/{id}/change")),
                false => about.to(format!("/records/{id}/history")),
            },
            Said::text(says(&held.content)),
            Said::text(spoken("clause-standing", &held.standing)),
        ]
    };
    Table {
        caption: "Clauses that are stated".into(),
        headings: vec!["Clause", "About", "Says", "Standing"],
        rows: clauses.iter().map(row).collect(),
        empty: Some("None yet. The dates above come from the register of contracts alone."),
    }
}

/// What a clause is about.
pub fn about(content: &Content) -> String {
    match (&content.what, &content.route) {
        (Some(what), _) => what.clone(),
        (None, Some(route)) => {
            format!("{}: {}", spoken("says", &content.says), words::route(route))
        }
        (None, None) => spoken("says", &content.says),
    }
}

/// What a clause says, in words: `6 months before the end`.
pub fn says(content: &Content) -> String {
    let mut said = Vec::new();
    if let Some(length) = content.length {
        let counted = content.counted.map(|counted| spoken("counted", &counted));
        let from = content.from.map(|from| spoken("anchor", &from));
        let parts = [
            Some(length.to_string()),
            counted,
            from.filter(|_| content.counted.is_some()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        said.push(parts.join(" "));
    }
    said.extend(content.every.map(|every| format!("again every {every}")));
    said.extend(content.at_most.map(|most| format!("at most {most} times")));
    said.extend(content.taken.map(|taken| format!("{taken} taken up")));
    said.extend(
        content
            .earliest
            .map(|length| format!("at the earliest {length} before")),
    );
    said.extend(content.on.map(|on| format!("on {}", day(on))));
    said.extend(content.cost.map(|cost| format!("costs {cost}")));
    said.extend(content.by.clone());
    said.extend(content.form.clone());
    said.join("; ")
}
