//! Did the way in which problems are dealt with change when the services came back? The story's claims, in figures.

use super::answer::{Answer, Error};
use super::problems::BESIDE;
use super::report::Report;
use super::route::{Needs, Route};
use super::sheet::{Said, Table};
use super::visit::Visit;
use crate::render;
use handback_core::control::{Arrangement, Share};
use handback_core::engagement::innovation::{
    AnswerTime, Benefits, Evidence, Halves, Heard, Innovation, PricedChanges, Return, Trials,
    innovation, main_return,
};
use handback_core::pence::Pence;
use handback_core::permission::Action;
use handback_core::statement::Estate;
use jiff::civil::Date;

pub const ROUTES: &[Route] = &[Route::get("/innovation", Needs::May(Action::See), page)];

/// The figures of an estate on a day.
pub fn figures(estate: &Estate, day: Date) -> Innovation {
    let evidence = Evidence {
        problems: &estate.problems,
        variations: &estate.variations,
        trials: &estate.trials,
        benefits: &estate.benefits,
    };
    innovation(&evidence, came_back(estate, day), day)
}

/// The day by which before and after are told apart.
pub fn came_back(estate: &Estate, day: Date) -> Option<Return> {
    let arrangements = estate.arrangements.values();
    main_return(arrangements.flat_map(Arrangement::handovers), day)
}

/// Figures count everything that is known and are the same for everybody, as those of the statement are.
fn page(visit: &Visit) -> Result<Answer, Error> {
    let figures = figures(visit.estate()?.as_ref(), visit.dates.at);
    let report = Report {
        title: "Innovation".into(),
        caption: "Problems, not purchases".into(),
        path: "/innovation".into(),
        beside: Report::beside(BESIDE, "/innovation"),
        lead: lead(&figures),
        links: vec![
            ("All problems".into(), "/problems".into()),
            ("The change log".into(), "/variations".into()),
        ],
        tables: vec![table(&figures)],
        notes: notes(&figures),
        ..Report::default()
    };
    visit.page("report.html", &report)
}

/// The day that parts before and after, in words.
fn since(since: &Return) -> String {
    let on = render::when(since.on);
    match since.services {
        1 => format!("{on}, when one service came back"),
        many => format!("{on}, when {many} services came back"),
    }
}

fn lead(figures: &Innovation) -> Vec<Vec<Said>> {
    let Some(back) = &figures.since else {
        let so_far = format!(
            "No service has come back by this day, so there is no before and after. So far: {}",
            began(&figures.heard.before)
        );
        return vec![vec![Said::text(so_far)]];
    };
    let sentence = format!(
        "Before {}: {} Since then: {}",
        since(back),
        began(&figures.heard.before),
        began(&figures.heard.after)
    );
    vec![vec![Said::text(sentence)]]
}

fn began(heard: &Heard) -> String {
    match heard.as_problems.of {
        0 => "nobody asked for anything that is on record.".into(),
        _ => format!("{} requests began as problems.", of(&heard.as_problems)),
    }
}

/// `3 to 4 of 14`, where some are not known.
fn of(share: &Share) -> String {
    match share.known == share.possible {
        true => format!("{} of {}", share.known, share.of),
        false => format!("{} to {} of {}", share.known, share.possible, share.of),
    }
}

/// The same with its share, or that there is nothing to share.
fn shared(share: &Share) -> Said {
    let percent = |hundredths: Option<i64>| {
        hundredths.map_or_else(String::new, |it| format!("{}%", (it + 50) / 100))
    };
    let (known, possible) = (
        percent(share.known_share()),
        percent(share.possible_share()),
    );
    match share.of {
        0 => Said::default().with("none on record"),
        _ if known == possible => Said::text(of(share)).with(known),
        _ => Said::text(of(share)).with(format!("{known} to {possible}")),
    }
}

fn pence(share: &Share) -> Said {
    let amount = |pence: i64| Pence(pence).rounded();
    match share.of {
        0 => Said::default().with("none on record"),
        _ if share.known == share.possible => {
            Said::text(format!("{} of {}", amount(share.known), amount(share.of)))
                .with(shared(share).quiet.unwrap_or_default())
        }
        _ => Said::text(format!(
            "{} to {} of {}",
            amount(share.known),
            amount(share.possible),
            amount(share.of)
        ))
        .with(shared(share).quiet.unwrap_or_default()),
    }
}

fn raised(heard: &Heard) -> Said {
    let mut said = format!(
        "{} the business, {} IT, {} the supplier",
        heard.by_business, heard.by_it, heard.by_supplier
    );
    if heard.by_unknown > 0 {
        said += &format!(", {} not known", heard.by_unknown);
    }
    Said::text(said)
}

fn tried(trials: &Trials) -> Said {
    let said = Said::text(format!("{} of {}", trials.decided, trials.started));
    match trials.overdue {
        0 => said,
        overdue => said.with(format!("{overdue} past the end, not decided")),
    }
}

fn took(time: &AnswerTime) -> Said {
    let rests_on = format!("{} answered, {} waiting", time.answered, time.waiting);
    match time.median_days {
        None => Said::default().with("none on record"),
        Some(days) => {
            let least = if time.at_least { "at least " } else { "" };
            let more = if days == 1 { "" } else { "s" };
            Said::text(format!("{least}{days} day{more}")).with(rests_on)
        }
    }
}

fn gained(benefits: &Benefits) -> Said {
    let said = shared(&benefits.confirmed);
    match (benefits.confirmed.of, &said.quiet) {
        (0, _) => said,
        (_, quiet) => {
            let share = quiet.clone().unwrap_or_default();
            let (denied, unsaid) = (benefits.denied, benefits.unsaid);
            Said::text(said.text.clone())
                .with(format!("{share}; {denied} denied, {unsaid} not said"))
        }
    }
}

fn table(figures: &Innovation) -> Table {
    fn row<T>(what: &str, halves: &Halves<T>, said: impl Fn(&T) -> Said) -> Vec<Said> {
        vec![Said::text(what), said(&halves.before), said(&halves.after)]
    }
    let of_changes = |said: fn(&Share) -> Said, of: fn(&PricedChanges) -> Share| {
        move |changes: &PricedChanges| said(&of(changes))
    };
    let mut rows = vec![
        row("Requests that began as problems", &figures.heard, |it| {
            shared(&it.as_problems)
        }),
        row("Who raised them", &figures.heard, raised),
        row(
            "Priced changes raised by the supplier",
            &figures.changes,
            of_changes(shared, |it| it.by_supplier),
        ),
        row(
            "Value of priced changes raised by the supplier",
            &figures.changes,
            of_changes(pence, |it| it.by_supplier_pence),
        ),
        row("Trials decided, of those started", &figures.trials, tried),
        row(
            "From heard to first useful answer, half took no longer",
            &figures.answers,
            took,
        ),
        row(
            "Benefits confirmed, of those due",
            &figures.benefits,
            gained,
        ),
    ];
    let headings = match figures.since {
        Some(_) => vec!["Figure", "Before", "After"],
        None => {
            rows.iter_mut().for_each(|row| row.truncate(2));
            vec!["Figure", "So far"]
        }
    };
    Table {
        caption: "Before and after the return".into(),
        headings,
        rows,
        empty: None,
    }
}

fn notes(figures: &Innovation) -> Vec<String> {
    let mut notes = vec![
        "A request is every problem on record, also one that was told with another. How it began is what the page on which it was asked made of its first words, or what your own log says; where nobody says, the share is a range.".to_owned(),
        "Priced changes are the variations of all contracts that add to a price, whatever became of them, by the day on which they were asked for. Nothing here says that a change was not needed.".into(),
        "A useful answer is one that the log names, with its day. What has none counts as at least as long as it has waited, so that silence does not look fast.".into(),
        "A benefit is confirmed or denied by a post in the business. What its owner has not said counts as possible, not as confirmed.".into(),
    ];
    if let Some(back) = &figures.since {
        notes.push(format!(
            "Before and after are parted by {}: the day on which most services came back. A return beside something else that changed, such as a new director, explains nothing by itself.",
            since(back)
        ));
    }
    let changes = [figures.changes.before, figures.changes.after];
    let unpriced: usize = changes.iter().map(|it| it.unpriced).sum();
    let reductions: usize = changes.iter().map(|it| it.reductions).sum();
    if unpriced + reductions > 0 {
        notes.push(format!(
            "Not counted among priced changes: {unpriced} without a price, {reductions} that take away from the price."
        ));
    }
    let undated = [
        (figures.undated.problems, "problems"),
        (figures.undated.changes, "changes"),
        (figures.undated.trials, "trials"),
        (figures.undated.benefits, "benefits"),
    ];
    let undated = undated.into_iter().filter(|(count, _)| *count > 0);
    let undated: Vec<String> = undated
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if !undated.is_empty() {
        notes.push(format!(
            "Dated too roughly to be before or after: {}.",
            undated.join(", ")
        ));
    }
    let uncounted = figures.answers.before.uncounted + figures.answers.after.uncounted;
    if uncounted > 0 {
        notes.push(format!(
            "Without exact dates, and in no time to an answer: {uncounted}."
        ));
    }
    notes
}
