//! Why published totals differ: one question counted in every way, and the steps from one total to another.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::charted::Charted;
use super::listing::{Cell, Column, Listing, Row, numbers, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, linked};
use super::visit::Visit;
use crate::render::chart::{Fall, waterfall};
use crate::render::{self, totals as said};
use crate::totals::{accounted, answered, usual_years, written};
use handback_core::money::published::{Account, End, LegOf, Near, PublishedTotal};
use handback_core::money::totals::{Choice, Choices, Count, Years};
use handback_core::organisation::Organisation;
use handback_core::pence::Pence;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::{Beside, Estate, Rules, TotalsAnswer, TotalsAsked};
use serde::Serialize;
use std::sync::Arc;

pub const ROUTES: &[Route] = &[
    Route::get("/published-totals", Needs::May(Action::See), list),
    Route::get("/published-totals/{id}", Needs::May(Action::See), record),
    Route::get("/totals/{organisation}", Needs::May(Action::See), page),
];

const PLACE: Place = Place {
    title: "Published totals",
    kind: PublishedTotal::NAME,
    intro: "What was published about what a supplier was paid: by whom, when, and what it says it counts. Each leads to the same question counted in every way.",
    beside: &[
        ("Money", "/suppliers"),
        ("Published totals", "/published-totals"),
    ],
    blank: Blank {
        title: "No published totals are on record yet",
        file: "A list of the figures that were published about a supplier fills this place, each with who published it and what it says it counts.",
        places: &[
            "answers to questions in council and to freedom of information requests",
            "reports to cabinet and to the audit committee",
            "the press, and the supplier’s own case studies",
        ],
        templates: &["published-totals"],
    },
};

const COLUMNS: &[Column] = &[
    words("total", "What was published"),
    words("about", "Paid to"),
    words("years", "Years"),
    numbers("amount", "Amount"),
    words("by", "Published by"),
    words("on", "When"),
];

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(&RecordId, &PublishedTotal)> = estate.published_totals.iter().collect();
    held.sort_by_key(|(id, total)| (total.published_on, &total.title, **id));
    let row = |(id, total): (&RecordId, &PublishedTotal)| Row {
        cells: vec![
            Cell::text(&total.title).to(format!("/published-totals/{id}")),
            Cell::text(estate.organisation_name(total.about)).to(counts_of(total)),
            Cell::text(in_words(total.years)),
            Cell::money(total.amount),
            Cell::text(&total.published_by),
            Cell::when(total.published_on),
        ],
        kept_by: Vec::new(),
    };
    let listing = Listing {
        name: "published-totals",
        caption: format!("{} published totals", held.len()),
        columns: COLUMNS,
        filters: Vec::new(),
        rows: held.into_iter().map(row).collect(),
    };
    register::shown(visit, &PLACE, &listing)
}

/// Where the question of a published total is counted in every way.
fn counts_of(total: &PublishedTotal) -> String {
    let Years { first, last } = total.years;
    format!("/totals/{}?first={first}&last={last}", total.about)
}

fn in_words(years: Years) -> String {
    format!("{} to {}", years.first, years.last)
}

fn record(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<PublishedTotal>(visit, (PLACE.title, "/published-totals"))?;
    let estate = visit.sighted()?;
    let total = estate.published_totals.get(&id).ok_or(Error::NotFound)?;
    let stated = total.stated;
    // The choices that it states, each in the words of a way of counting.
    let way = Choices {
        entities: stated
            .entities
            .unwrap_or(handback_core::money::totals::Entities::OneName),
        breadth: stated
            .breadth
            .unwrap_or(handback_core::money::totals::Breadth::Everything),
        vat: stated
            .vat
            .unwrap_or(handback_core::money::totals::Vat::AsPrinted),
        years: stated.years.unwrap_or_default(),
        dates: stated
            .dates
            .unwrap_or(handback_core::money::totals::Dates::AsPrinted),
    };
    let says = [
        (
            "Whose payments",
            Choice::Entities,
            stated.entities.is_some(),
        ),
        ("Which payments", Choice::Breadth, stated.breadth.is_some()),
        ("VAT", Choice::Vat, stated.vat.is_some()),
        ("Years", Choice::Years, stated.years.is_some()),
        ("Date", Choice::Dates, stated.dates.is_some()),
    ];
    let mut lines = vec![
        Line::new(
            "Paid to",
            [Said::record(visit, Organisation::NAME, total.about)],
        ),
        Line::text("Years asked about", Some(&in_words(total.years))),
        Line::text("Amount", Some(&total.amount.to_string())),
        Line::text("Published by", Some(&total.published_by)),
        Line::when("When", Some(total.published_on)),
        Line::new("Source", linked(&total.source)),
    ];
    lines.extend(says.map(|(what, choice, is_stated)| {
        let said = match is_stated {
            true => Said::text(render::capital(said::choice(choice, way))),
            false => Said::text("It does not say"),
        };
        Line::new(what, [said])
    }));
    let counted = Said::text("The same question, counted in every way").to(counts_of(total));
    Sheet {
        lead: vec![vec![counted]],
        lines,
        ..sheet
    }
    .shown(visit)
}

#[derive(Serialize)]
struct Page<'a> {
    name: &'a str,
    organisation: RecordId,
    years: Years,
    one_name: &'a Option<String>,
    lead: String,
    lines: Vec<CountLine>,
    cannot: Vec<String>,
    not_covered: Vec<(String, String)>,
    published: Vec<Published<'a>>,
    chart: Option<Charted>,
    explained: Option<(String, String)>,
    ends: Vec<EndChoice>,
    start: String,
    end: String,
    /// Whether the reader may record a published total.
    can_add: bool,
}

#[derive(Serialize)]
struct CountLine {
    whose: String,
    vat: &'static str,
    years: &'static str,
    dates: &'static str,
    technology: String,
    everything: String,
    perhaps: Option<String>,
}

#[derive(Serialize)]
struct Published<'a> {
    title: &'a str,
    href: String,
    amount: Pence,
    by: &'a str,
    on: String,
    nearest: Option<NearLine>,
    closer: Option<NearLine>,
}

#[derive(Serialize)]
struct NearLine {
    amount: Pence,
    apart: String,
    is_met: bool,
    way: String,
}

/// A total that the steps can begin or end with.
#[derive(Serialize)]
struct EndChoice {
    value: String,
    text: String,
}

fn page(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("organisation")?;
    let estate = visit.sighted()?;
    if !estate.organisations.contains_key(&id) {
        return Err(Error::NotFound);
    }
    let answer = answer(visit, &estate, id)?;
    let wanted = |name| visit.query.get(name).filter(|text| !text.trim().is_empty());
    let account = accounted(&answer, wanted("start"), wanted("end"));
    let account = account.map_err(|refused| Error::Wrong(refused.to_string()))?;
    let chart = account.as_ref().map(|account| chart(visit, account));
    if visit.query.get("format") == Some("csv") {
        return table(account.as_ref()).csv(visit)?.ok_or(Error::NotFound);
    }
    let end = |end: Option<&End>| end.map(|end| value(&answer, end)).unwrap_or_default();
    visit.page(
        "totals.html",
        &Page {
            name: &answer.name,
            organisation: id,
            years: answer.asked.years,
            one_name: &answer.one_name,
            lead: lead(&answer),
            lines: match answer.is_empty() {
                true => Vec::new(),
                false => said::lines(&answer)
                    .iter()
                    .map(|line| count_line(&answer, line))
                    .collect(),
            },
            cannot: said::cannot(&answer),
            not_covered: answer
                .not_covered
                .iter()
                .map(|period| (period.from.to_string(), period.to.to_string()))
                .collect(),
            published: answer.published.iter().map(published).collect(),
            explained: account.as_ref().map(|account| {
                (
                    said::signed(account.explained),
                    said::signed(account.not_explained),
                )
            }),
            chart,
            ends: ends(&answer),
            start: end(account.as_ref().map(|account| &account.from)),
            end: end(account.as_ref().map(|account| &account.to)),
            can_add: visit.visitor.could(Action::ReviewClaim) && !visit.is_past_knowledge(),
        },
    )
}

fn answer(visit: &Visit, estate: &Arc<Estate>, id: RecordId) -> Result<TotalsAnswer, Error> {
    let year = |name: &str| -> Result<Option<i16>, Error> {
        let text = visit.query.get(name).filter(|text| !text.trim().is_empty());
        let year = text.map(|text| text.trim().parse::<i16>()).transpose();
        year.map_err(|_| {
            let typed = visit.query.typed(name);
            Error::Wrong(format!(
                "{typed:?} is no year: write it in four digits, such as 2012"
            ))
        })
    };
    let usual = usual_years(estate, id, visit.view.basis());
    let usual = usual.unwrap_or(Years {
        first: visit.dates.at.year(),
        last: visit.dates.at.year(),
    });
    let years = Years {
        first: year("first")?.unwrap_or(usual.first),
        last: year("last")?.unwrap_or(usual.last),
    };
    if years.days(Default::default()).is_none() {
        return Err(Error::Wrong(format!(
            "{} are no years in order: write the first year, then the last",
            in_words(years)
        )));
    }
    let asked = TotalsAsked {
        organisation: id,
        years,
    };
    // Figures count everything that is known; only records that the visitor may see are named.
    let whole = visit.estate()?;
    let mut answer = answered(&visit.site.data, &whole, &Rules::default(), asked)?;
    answer
        .published
        .retain(|beside| estate.published_totals.contains_key(&beside.id));
    Ok(answer)
}

fn lead(answer: &TotalsAnswer) -> String {
    if answer.is_empty() {
        return "No payment to it is on file for these years: nothing can be counted.".into();
    }
    let amounts = || answer.told().map(|(_, pence)| pence);
    match (amounts().min(), amounts().max()) {
        (Some(least), Some(most)) if least == most => format!("{} in every way.", least.rounded()),
        (Some(least), Some(most)) => format!(
            "Between {} and {}, depending on what is counted.",
            least.rounded(),
            most.rounded()
        ),
        _ => "Payments are on file, but no exact count can be made of them.".into(),
    }
}

fn count_line(answer: &TotalsAnswer, line: &said::CountLine) -> CountLine {
    let perhaps = match line.everything {
        Some(Count::Told { perhaps, .. }) if perhaps.payments > 0 => Some(format!(
            "{} of {} may lie inside",
            perhaps.payments, perhaps.pence
        )),
        _ => None,
    };
    CountLine {
        whose: said::entities(answer, line.way.entities),
        vat: said::choice(Choice::Vat, line.way),
        years: said::choice(Choice::Years, line.way),
        dates: said::choice(Choice::Dates, line.way),
        technology: said::count(line.technology),
        everything: said::count(line.everything),
        perhaps,
    }
}

fn published(beside: &Beside) -> Published<'_> {
    let near = |near: Near| NearLine {
        amount: near.pence,
        apart: near.apart.abs().to_string(),
        is_met: near.apart == Pence::ZERO,
        way: said::way(near.choices),
    };
    Published {
        title: &beside.total.title,
        href: format!("/published-totals/{}", beside.id),
        amount: beside.total.amount,
        by: &beside.total.published_by,
        on: render::when(beside.total.published_on),
        nearest: beside.nearest.map(near),
        closer: beside.closer.map(near),
    }
}

/// How an end is named in the address.
fn value(answer: &TotalsAnswer, end: &End) -> String {
    let of_title = |beside: &&Beside| Some(&beside.total.title) == end.published.as_ref();
    match answer.published.iter().find(of_title) {
        Some(beside) => beside.id.to_string(),
        None => end.choices.map(written).unwrap_or_default(),
    }
}

fn ends(answer: &TotalsAnswer) -> Vec<EndChoice> {
    let published = answer.published.iter().map(|beside| EndChoice {
        value: beside.id.to_string(),
        text: format!("{}: {}", beside.total.title, beside.total.amount),
    });
    let counts = answer.told().map(|(way, pence)| EndChoice {
        value: written(way),
        text: format!("{}: {pence}", render::capital(&said::way(way))),
    });
    published.chain(counts).collect()
}

const STEPS: &[Column] = &[
    words("step", "Step"),
    words("what", "What changes"),
    numbers("amount", "Amount"),
    numbers("reached", "Then"),
];

fn table(account: Option<&Account>) -> Listing {
    let named = |end: &End| match (&end.published, end.choices) {
        (Some(title), _) => title.clone(),
        (None, Some(way)) => render::capital(&said::way(way)),
        (None, None) => String::new(),
    };
    let row = |step: String, what: String, amount: Cell, reached: Pence| Row {
        cells: vec![
            Cell::text(step),
            Cell::text(what),
            amount,
            Cell::money(reached),
        ],
        kept_by: Vec::new(),
    };
    let mut rows = Vec::new();
    if let Some(account) = account {
        let Account { from, to, legs, .. } = account;
        rows.push(row("from".into(), named(from), Cell::text(""), from.pence));
        rows.extend((1..).zip(legs).map(|(number, leg): (usize, _)| {
            let amount = Cell::money(leg.pence);
            row(
                number.to_string(),
                said::leg(&leg.what),
                amount,
                leg.reached,
            )
        }));
        rows.push(row("to".into(), named(to), Cell::text(""), to.pence));
    }
    Listing {
        name: "steps-between-totals",
        caption: "From one total to the other, step by step".into(),
        columns: STEPS,
        filters: Vec::new(),
        rows,
    }
}

fn chart(visit: &Visit, account: &Account) -> Charted {
    let falls = account.legs.iter().map(|leg| Fall {
        amount: leg.pence,
        is_unexplained: matches!(leg.what, LegOf::NotExplained { .. }),
    });
    let falls: Vec<Fall> = falls.collect();
    let drawn = waterfall(account.from.pence, &falls, account.to.pence);
    let asked = visit.query.iter();
    let asked = asked.filter(|(name, _)| ["first", "last", "start", "end"].contains(name));
    let mut csv = format!("{}?format=csv", visit.path);
    for (name, value) in asked {
        csv += &format!("&{name}={}", super::suppliers::encoded(value));
    }
    let mut key = vec![("technology", "a total"), ("adds", "a choice adds")];
    if falls
        .iter()
        .any(|fall| !fall.is_unexplained && fall.amount < Pence::ZERO)
    {
        key.push(("takes", "a choice takes away"));
    }
    if falls.iter().any(|fall| fall.is_unexplained) {
        key.push(("unknown", "not explained"));
    }
    Charted {
        key,
        ..Charted::of(
            "From one total to the other, step by step",
            drawn,
            &table(Some(account)),
            csv,
        )
    }
}
