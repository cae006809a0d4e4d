//! Check the story: what was claimed, what the record says of it, and what would settle it.

use super::answer::{Answer, Error};
use super::figures;
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, words};
use super::route::{Needs, Route};
use super::visit::Visit;
use handback_core::assurance::{Claim, Comparison, Event, Review, Test, Verdict};
use handback_core::permission::Action;
use handback_core::record::RecordId;
use handback_core::statement::{ClaimSummary, Rules, Statement, figure};
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/claims", Needs::May(Action::See), list),
    Route::get("/claims/{id}", Needs::May(Action::See), one),
];

const LIST: &[Column] = &[
    words("claim", "What was said"),
    words("verdict", "Finding"),
    words("promised", "Promised"),
    words("by", "Who said it"),
    words("on", "When"),
];

fn key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "supported",
        Verdict::Contradicted => "contradicted",
        Verdict::CannotTell => "cannot-tell",
    }
}

/// The finding: of a promise whether it was kept.
fn found(claim: &ClaimSummary) -> &'static str {
    let verdict = claim.finding.verdict;
    match claim.promised {
        Some(_) => crate::words::word("kept", key(verdict)).unwrap_or(verdict.words()),
        None => verdict.words(),
    }
}

/// What is promised, and by when.
fn promised(claim: &ClaimSummary) -> Cell {
    let Some(of) = claim.promised else {
        return Cell::text("");
    };
    let what = crate::words::word("promised", of.word()).unwrap_or(of.word());
    let by = claim.promised_by.map(crate::render::when);
    Cell::text(what).with(by.map(|by| format!("by {by}")).unwrap_or_default())
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let statement = visit.statement()?;
    let row = |claim: &ClaimSummary| Row {
        cells: vec![
            Cell::text(&claim.claim).to(format!("/claims/{}", claim.id)),
            Cell::text(found(claim)),
            promised(claim),
            Cell::text(&claim.said_by),
            figures::day(claim.said_on),
        ],
        kept_by: vec![
            key(claim.finding.verdict).into(),
            match claim.promised {
                Some(_) => "promises".into(),
                None => "claims".into(),
            },
        ],
    };
    let choice = |verdict: Verdict| (key(verdict).to_owned(), verdict.words().to_owned());
    let verdicts = [
        Verdict::Supported,
        Verdict::Contradicted,
        Verdict::CannotTell,
    ];
    let listing = Listing {
        name: "claims",
        caption: format!("{} claims", statement.claims.len()),
        columns: LIST,
        filters: vec![
            Filter {
                name: "finding",
                label: "Finding",
                choices: verdicts.into_iter().map(choice).collect(),
            },
            Filter {
                name: "of",
                label: "Said as",
                choices: [("claims", "What is or was"), ("promises", "A promise")]
                    .map(|(value, text)| (value.to_owned(), text.to_owned()))
                    .into(),
            },
        ],
        rows: statement.claims.iter().map(row).collect(),
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    #[derive(Serialize)]
    struct Page {
        list: Shown,
        counts: Vec<(usize, &'static str)>,
    }
    let count = |verdict: Verdict| {
        let claims = statement.claims.iter();
        let found = claims.filter(|claim| claim.finding.verdict == verdict);
        (found.count(), verdict.words())
    };
    let list = listing.shown(visit);
    let counts = verdicts.into_iter().map(count).collect();
    visit.page("claims.html", &Page { list, counts })
}

#[derive(Serialize)]
struct Page<'a> {
    claim: &'a Claim,
    source: Source<'a>,
    summary: &'a ClaimSummary,
    verdict: &'static str,
    found: &'static str,
    promised: Option<Promised>,
    reason: String,
    bears: Option<Bearing>,
    review: Option<&'a Review>,
    review_verdict: Option<&'static str>,
    evidence: Vec<Source<'a>>,
    settles: Vec<String>,
}

/// What a claim promises, line by line.
#[derive(Serialize)]
struct Promised {
    what: &'static str,
    by: String,
    saving: Option<(String, String)>,
    event: Option<Happened>,
}

fn promise_of(claim: &Claim, events: &BTreeMap<RecordId, Event>) -> Option<Promised> {
    let promise = claim.promise.as_ref()?;
    let years = handback_core::money::YearBasis::Financial;
    let event = promise.event.and_then(|id| Some((id, events.get(&id)?)));
    Some(Promised {
        what: crate::words::word("promised", promise.of.word()).unwrap_or(promise.of.word()),
        by: crate::render::when(promise.by),
        saving: promise
            .saving
            .map(|saving| (saving.amount.to_string(), years.words(saving.baseline))),
        event: event.map(|(id, event)| Happened {
            title: event.title.clone(),
            date: event.date.to_string(),
            href: format!("/events/{id}"),
            source: event.source.clone(),
        }),
    })
}

/// Where something can be read: words, and an address where they hold one.
#[derive(Serialize)]
struct Source<'a> {
    text: &'a str,
    href: Option<&'a str>,
}

/// What the record holds that bears on a claim.
#[derive(Serialize)]
#[serde(tag = "by", rename_all = "lowercase")]
enum Bearing {
    Figure {
        title: String,
        value: String,
        on: String,
        claimed: String,
        href: String,
        /// Where the estate on the day of the figure can be seen.
        there: String,
    },
    Events {
        events: Vec<Happened>,
        claimed: String,
    },
}

#[derive(Serialize)]
struct Happened {
    title: String,
    date: String,
    href: String,
    source: String,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    let estate = visit.estate()?;
    let claim = estate.claims.get(&id).ok_or(Error::NotFound)?;
    let statement = visit.statement()?;
    let summary = statement
        .claims
        .iter()
        .find(|claim| claim.id == id)
        .ok_or(Error::NotFound)?;
    let evidence = claim.review.iter().flat_map(|review| &review.evidence);
    visit.page(
        "claim.html",
        &Page {
            claim,
            source: source(&claim.source),
            verdict: key(summary.finding.verdict),
            found: found(summary),
            promised: promise_of(claim, &estate.events),
            reason: spoken(&summary.finding.reason, claim.test.as_ref()),
            bears: bearing(visit, claim, &estate.events)?,
            review: claim.review.as_ref(),
            review_verdict: claim.review.as_ref().map(|review| review.verdict.words()),
            evidence: evidence
                .flat_map(|text| text.split("; "))
                .map(source)
                .collect(),
            settles: settles(claim, summary, &statement),
            summary,
        },
    )
}

/// A source that ends with an address is a link.
fn source(text: &str) -> Source<'_> {
    let place = text.find("https://").or_else(|| text.find("http://"));
    let Some(place) = place else {
        return Source { text, href: None };
    };
    let href = text[place..].split_whitespace().next();
    let words = text[..place].trim_end().trim_end_matches([':', ',']);
    Source {
        text: if words.is_empty() { text } else { words },
        href,
    }
}

/// A reason as people read it: figures by their titles, dates in words.
fn spoken(reason: &str, test: Option<&Test>) -> String {
    let word = |word: &str| {
        let bare = word.trim_matches(['(', ')', ';', ':', ',']);
        let when = (bare.len() >= "2019-08".len()).then(|| crate::render::date(bare));
        match when.flatten() {
            Some(date) if bare != "unknown" => word.replace(bare, &date),
            _ => word.to_owned(),
        }
    };
    let words: Vec<String> = reason.split(' ').map(word).collect();
    let spoken = words.join(" ");
    match test {
        Some(Test::Figure { figure, .. }) => {
            spoken.replacen(figure, &format!("“{}”", figures::title(figure)), 1)
        }
        _ => spoken,
    }
}

fn compared(is: Comparison) -> String {
    is.word().replace('-', " ")
}

fn bearing(
    visit: &Visit,
    claim: &Claim,
    events: &BTreeMap<RecordId, Event>,
) -> Result<Option<Bearing>, Error> {
    let happened = |id: &RecordId| {
        let event = events.get(id)?;
        Some(Happened {
            title: event.title.clone(),
            date: event.date.to_string(),
            href: format!("/events/{id}"),
            source: event.source.clone(),
        })
    };
    let both = |first, second| [first, second].into_iter().filter_map(happened).collect();
    Ok(Some(match &claim.test {
        None => return Ok(None),
        Some(Test::Order { first, second }) => Bearing::Events {
            events: both(first, second),
            claimed: "the first came before the second".into(),
        },
        Some(Test::Span {
            first,
            second,
            is,
            value,
        }) => Bearing::Events {
            events: both(first, second),
            claimed: format!("{} {value} lie between them", compared(*is)),
        },
        Some(Test::Figure {
            figure: name,
            on,
            is,
            value,
        }) => {
            let estate = visit.estate()?;
            let paid = visit.site.paid(&visit.view, visit.dates.at)?;
            let taken = figure(&estate, &paid, &Rules::default(), name, *on);
            let at = |path: &str| super::page::dated(path, &dates_on(visit, *on));
            Bearing::Figure {
                title: figures::title(name).to_owned(),
                value: taken.map_or_else(|| "not known".into(), |taken| figures::value(&taken)),
                on: on.to_string(),
                claimed: format!("{} {value}", compared(*is)),
                href: at(&format!("/figures/{name}")),
                there: at("/"),
            }
        }
    }))
}

/// The dates of this page, but on another day.
fn dates_on(visit: &Visit, on: jiff::civil::Date) -> String {
    let mut dates = visit.dates.clone();
    dates.at = on;
    dates.pinned = true;
    dates.query()
}

/// What would settle a claim about which the record cannot tell.
fn settles(claim: &Claim, summary: &ClaimSummary, statement: &Statement) -> Vec<String> {
    if summary.finding.verdict != Verdict::CannotTell {
        return Vec::new();
    }
    match &claim.test {
        Some(Test::Figure { figure, .. }) if figure.starts_with("control.") => vec![
            "Somebody who knows the services states who held direction, money, and data and tools on that day, with the source: then the range of the figure becomes a number.".into(),
        ],
        Some(Test::Figure { figure, .. }) if figure.starts_with("paid.") => vec![
            "The payments of the missing months are taken in, and what is only proposed as technology is confirmed or not.".into(),
            format!("So far {} files of payments are taken in.", statement.basis.files),
        ],
        Some(Test::Figure { .. }) => vec![
            "The movements are stated with exact dates and their sources.".into(),
        ],
        Some(Test::Order { .. } | Test::Span { .. }) => vec![
            "The dates of the two events are stated more exactly, each with its source.".into(),
        ],
        None if claim.promise.as_ref().is_some_and(|promise| promise.saving.is_some()) => vec![
            "The payments of every month from the baseline year to the year promised are taken in, and what is only proposed as technology is confirmed or not.".into(),
        ],
        None if claim.review.is_some() => vec![
            "A document of the time, such as a minute, a contract schedule or a published figure, that a reviewer can compare with what was said.".into(),
        ],
        None => vec![
            "Somebody ties it to a figure or to dated events, or reviews it and says why.".into(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    #[test]
    fn every_verdict_has_its_words() {
        for verdict in [
            Verdict::Supported,
            Verdict::Contradicted,
            Verdict::CannotTell,
        ] {
            assert_eq!(words::word("verdict", key(verdict)), Some(verdict.words()));
        }
    }

    #[test]
    fn a_reason_is_read_without_codes() {
        for (reason, words) in [
            (
                "from Joint venture ends (2018-01-01) to Contract expires (2021-03): 3.16 years",
                "from Joint venture ends (1 January 2018) to Contract expires (March 2021): 3.16 years",
            ),
            ("the date is unknown", "the date is unknown"),
            (
                "leaves: 2019; winds up: 2017-05",
                "leaves: 2019; winds up: May 2017",
            ),
        ] {
            assert_eq!(spoken(reason, None), words);
        }
    }

    #[test]
    fn a_source_with_an_address_is_a_link() {
        for (text, words, href) in [
            ("Minutes, item 7", "Minutes, item 7", None),
            (
                "Press, 26 March: https://example.org/a",
                "Press, 26 March",
                Some("https://example.org/a"),
            ),
            (
                "https://example.org/a",
                "https://example.org/a",
                Some("https://example.org/a"),
            ),
        ] {
            let source = source(text);
            assert_eq!((source.text, source.href), (words, href));
        }
    }
}
