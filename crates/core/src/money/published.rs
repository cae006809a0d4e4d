//! Totals that somebody published, and which count comes closest.

use super::YearBasis;
use super::totals::{Breadth, Choice, Choices, Dates, Entities, Step, Vat, Worded, Years, steps};
use crate::assurance::{NotAQuantity, Quantity};
use crate::dated::When;
use crate::organisation::Organisation;
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use serde::{Deserialize, Serialize};

/// The choices that a publication states; none where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedChoices {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entities: Option<Entities>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breadth: Option<Breadth>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<Vat>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<YearBasis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<Dates>,
}

impl StatedChoices {
    /// Whether a way of counting is one that the publication can mean.
    pub fn allow(&self, choices: Choices) -> bool {
        fn is<T: PartialEq>(stated: Option<T>, choice: T) -> bool {
            stated.is_none_or(|stated| stated == choice)
        }
        is(self.entities, choices.entities)
            && is(self.breadth, choices.breadth)
            && is(self.vat, choices.vat)
            && is(self.years, choices.years)
            && is(self.dates, choices.dates)
    }
}

/// A total that somebody published: what an organisation was paid in some years.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTotal {
    /// In our own words.
    pub title: String,
    pub about: RecordId,
    pub years: Years,
    pub amount: Pence,
    pub published_by: String,
    pub published_on: When,
    pub source: String,
    #[serde(default)]
    pub stated: StatedChoices,
}

impl Kind for PublishedTotal {
    const NAME: &'static str = "published total";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.title.clone()
    }
    fn references(&self) -> Vec<Reference> {
        vec![Reference {
            kind: Organisation::NAME,
            id: self.about,
        }]
    }
}

impl Tabled for PublishedTotal {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "published total",
            Form::Text,
            "What was published, in your own words.",
            "Paid to Northmere in six years",
        ),
        Heading::needed(
            "paid to",
            Form::Text,
            "The supplier that it is about.",
            "Northmere Digital Services Ltd",
        ),
        Heading::needed("first year", Form::Count, "The first year counted.", "2012"),
        Heading::needed(
            "last year",
            Form::Count,
            "The last year counted; of financial years the one in which it begins.",
            "2017",
        ),
        Heading::needed(
            "amount",
            Form::Text,
            "The amount: £994m, £6bn or 994,000,000.",
            "£12.4m",
        ),
        Heading::needed(
            "published by",
            Form::Text,
            "Who published it, by office.",
            "Cabinet member for finance",
        ),
        Heading::needed("published on", Form::When, "When.", "2018-03"),
        Heading::needed(
            "source",
            Form::Text,
            "Where it can be read.",
            "Committee minutes, item 7",
        ),
        Heading::optional(
            "counts",
            Form::Choice(Entities::WORDS),
            "Whose payments it says it counts; blank where it does not say.",
            "group",
        ),
        Heading::optional(
            "scope",
            Form::Choice(Breadth::WORDS),
            "Whether it counts technology or everything; blank where it does not say.",
            "everything",
        ),
        Heading::optional(
            "vat",
            Form::Choice(Vat::WORDS),
            "Whether it is net or gross of VAT; blank where it does not say.",
            "net",
        ),
        Heading::optional(
            "years",
            Form::Choice(YearBasis::WORDS),
            "Calendar or financial years; blank where it does not say.",
            "financial",
        ),
        Heading::optional(
            "dates",
            Form::Choice(Dates::WORDS),
            "By the date of payment or of the invoice; blank where it does not say.",
            "payment",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("published total")
            .unwrap_or_default()
            .to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<PublishedTotal, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        let text = |heading| row.text(heading).unwrap_or_default().to_owned();
        for row in &rows[1..] {
            let reason = "this total stands in the file twice: keep one row";
            faults.add(row, "published total", text("published total"), reason);
        }
        let year = |heading, faults: &mut Faults| {
            let stated = row.count(heading).unwrap_or_default();
            let year = i16::try_from(stated)
                .ok()
                .filter(|year| (1900..=9998).contains(year));
            year.unwrap_or_else(|| {
                let reason = "write the year in four digits, such as 2012";
                faults.add(row, heading, stated.to_string(), reason);
                1900
            })
        };
        let years = Years {
            first: year("first year", &mut faults),
            last: year("last year", &mut faults),
        };
        if years.last < years.first {
            let reason = "the last year is before the first: correct one";
            faults.add(row, "last year", years.last.to_string(), reason);
        }
        let amount = amount(&text("amount")).unwrap_or_else(|| {
            let reason = "not an amount: write £994m, £6bn or 994,000,000";
            faults.add(row, "amount", text("amount"), reason);
            Pence::ZERO
        });
        fn stated<T: Worded>(row: &Row, heading: &str) -> Option<T> {
            row.text(heading).and_then(T::from_word)
        }
        let about = find.organisation(&text("paid to"));
        faults.or(PublishedTotal {
            title: text("published total"),
            about,
            years,
            amount,
            published_by: text("published by"),
            published_on: row.when("published on").unwrap_or(When::Unknown),
            source: text("source"),
            stated: StatedChoices {
                entities: stated(row, "counts"),
                breadth: stated(row, "scope"),
                vat: stated(row, "vat"),
                years: stated(row, "years"),
                dates: stated(row, "dates"),
            },
        })
    }

    fn identity(&self) -> String {
        self.title.to_lowercase()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        fn word<T: Worded>(stated: Option<T>) -> String {
            stated.map(T::word).unwrap_or_default().to_owned()
        }
        let stated = self.stated;
        vec![vec![
            self.title.clone(),
            call.call(Organisation::NAME, self.about),
            self.years.first.to_string(),
            self.years.last.to_string(),
            self.amount.to_string(),
            self.published_by.clone(),
            self.published_on.to_string(),
            self.source.clone(),
            word(stated.entities),
            word(stated.breadth),
            word(stated.vat),
            word(stated.years),
            word(stated.dates),
        ]]
    }
}

fn amount(text: &str) -> Option<Pence> {
    let money: Result<Quantity, NotAQuantity> = text.parse();
    match money {
        Ok(Quantity::Money(pence)) => Some(pence),
        _ => Pence::parse(text).ok(),
    }
}

/// A count beside a published total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Near {
    pub choices: Choices,
    pub pence: Pence,
    /// The count less the published amount.
    pub apart: Pence,
}

/// The count that comes closest to an amount; of several equally close the first.
pub fn nearest(amount: Pence, counts: impl IntoIterator<Item = (Choices, Pence)>) -> Option<Near> {
    let near = |(choices, pence): (Choices, Pence)| Near {
        choices,
        pence,
        apart: pence - amount,
    };
    let all = counts.into_iter().map(near);
    all.min_by_key(|near| (near.apart.abs(), near.choices))
}

/// A total that an account begins or ends with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct End {
    /// The published total's title; none for a count of our own.
    pub published: Option<String>,
    pub pence: Pence,
    /// The way of counting that stands for it; none where nothing can be counted.
    pub choices: Option<Choices>,
}

/// What leads from one total to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leg {
    pub what: LegOf,
    pub pence: Pence,
    pub reached: Pence,
}

/// What a leg is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum LegOf {
    /// Another way to count.
    Counted { changed: Vec<Choice>, now: Choices },
    /// Between a published total and the count that stands for it: no choice explains it.
    NotExplained { published: Option<String> },
}

/// From one total to another, one choice at a time in the order of [`Choice::ALL`]; the legs add up
/// exactly to the difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    pub from: End,
    pub to: End,
    pub legs: Vec<Leg>,
    /// The part of the difference that choices explain.
    pub explained: Pence,
    /// The rest.
    pub not_explained: Pence,
}

/// Account for the difference between two totals.
pub fn account(from: End, to: End, counted: impl Fn(Choices) -> Option<Pence>) -> Account {
    let mut legs = Vec::new();
    let mut at = from.pence;
    let mut leg = |what, reached: Pence| {
        // That a choice makes no difference is worth knowing; that nothing is left to explain is not a step.
        if reached != at || matches!(what, LegOf::Counted { .. }) {
            legs.push(Leg {
                what,
                pence: reached - at,
                reached,
            });
            at = reached;
        }
    };
    let unexplained = |end: &End| LegOf::NotExplained {
        published: end.published.clone(),
    };
    let path = from.choices.zip(to.choices);
    let path = path.and_then(|(from, to)| {
        let first = counted(from)?;
        Some((first, steps(from, to, &Choice::ALL, &counted)?))
    });
    let mut explained = Pence::ZERO;
    if let Some((first, path)) = path {
        leg(unexplained(&from), first);
        for Step {
            changed,
            now,
            pence,
            reached,
        } in path
        {
            explained += pence;
            leg(LegOf::Counted { changed, now }, reached);
        }
        leg(unexplained(&to), to.pence);
    } else {
        leg(LegOf::NotExplained { published: None }, to.pence);
    }
    Account {
        not_explained: to.pence - from.pence - explained,
        explained,
        legs,
        from,
        to,
    }
}
