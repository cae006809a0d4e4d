//! What somebody stated or promised, and what would show that it is right.

use super::event::Event;
use super::promise::{PROMISED, Promise, Promised, Saving};
use super::quantity::{NotAQuantity, Quantity};
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How a claim compares a figure with a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
    Equals,
}

const COMPARISONS: &[&str] = &["at-least", "more-than", "at-most", "less-than", "equals"];

impl Comparison {
    const ALL: [Comparison; 5] = [
        Comparison::AtLeast,
        Comparison::MoreThan,
        Comparison::AtMost,
        Comparison::LessThan,
        Comparison::Equals,
    ];

    pub fn word(self) -> &'static str {
        COMPARISONS[self as usize]
    }

    pub(super) fn holds(self, figure: Quantity, claimed: Quantity) -> bool {
        match self {
            Comparison::AtLeast => figure >= claimed,
            Comparison::MoreThan => figure > claimed,
            Comparison::AtMost => figure <= claimed,
            Comparison::LessThan => figure < claimed,
            Comparison::Equals => figure == claimed,
        }
    }
}

/// What would show that a claim is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "by")]
pub enum Test {
    /// A named figure on a date.
    Figure {
        figure: String,
        on: Date,
        is: Comparison,
        value: Quantity,
    },
    /// One event came before another.
    Order { first: RecordId, second: RecordId },
    /// The time from one event to another.
    Span {
        first: RecordId,
        second: RecordId,
        is: Comparison,
        value: Quantity,
    },
}

/// What is found about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Supported,
    Contradicted,
    CannotTell,
}

const VERDICTS: &[&str] = &["supported", "contradicted", "cannot-tell"];

impl Verdict {
    const ALL: [Verdict; 3] = [
        Verdict::Supported,
        Verdict::Contradicted,
        Verdict::CannotTell,
    ];

    pub fn words(self) -> &'static str {
        ["supported", "contradicted", "cannot tell"][self as usize]
    }
}

/// What a reviewer found, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub verdict: Verdict,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// What somebody stated or promised, in our own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub text: String,
    pub said_by: String,
    pub said_on: When,
    pub source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Test>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// What it promises, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
}

impl Kind for Claim {
    const NAME: &'static str = "claim";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.text.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let mut events: Vec<RecordId> = match self.test {
            Some(Test::Order { first, second } | Test::Span { first, second, .. }) => {
                vec![first, second]
            }
            Some(Test::Figure { .. }) | None => Vec::new(),
        };
        events.extend(self.promise.as_ref().and_then(|promise| promise.event));
        let reference = |id| Reference {
            kind: Event::NAME,
            id,
        };
        events.into_iter().map(reference).collect()
    }
}

impl Tabled for Claim {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "claim",
            Form::Text,
            "What was said, in your own words.",
            "A majority of services was under control before 2020",
        ),
        Heading::needed(
            "said by",
            Form::Text,
            "Who said it, by office.",
            "Director of digital",
        ),
        Heading::needed("said on", Form::When, "When it was said.", "2021-03"),
        Heading::needed(
            "source",
            Form::Text,
            "Where it can be read.",
            "Committee minutes, item 7",
        ),
        Heading::optional(
            "figure",
            Form::Text,
            "The figure that bears on it: handback figure --list.",
            "control.by_count",
        ),
        Heading::optional(
            "on",
            Form::When,
            "The day on which the figure is taken.",
            "2019-12-31",
        ),
        Heading::optional(
            "first event",
            Form::Text,
            "For a claim about order or duration: the earlier event.",
            "",
        ),
        Heading::optional(
            "second event",
            Form::Text,
            "For a claim about order or duration: the later event.",
            "",
        ),
        Heading::optional(
            "comparison",
            Form::Choice(COMPARISONS),
            "How the figure or duration compares with the value.",
            "more-than",
        ),
        Heading::optional(
            "value",
            Form::Text,
            "The claimed value: 50%, £35m, 300 or 13 years.",
            "50%",
        ),
        Heading::optional(
            "verdict",
            Form::Choice(VERDICTS),
            "What a reviewer found.",
            "",
        ),
        Heading::optional(
            "reason",
            Form::Text,
            "Why the reviewer found that; needed with a verdict.",
            "",
        ),
        Heading::optional(
            "evidence",
            Form::Text,
            "Where the evidence can be read.",
            "",
        ),
        Heading::optional(
            "promised",
            Form::Choice(PROMISED),
            "What it promises, where it is a promise.",
            "",
        ),
        Heading::optional("promised by", Form::When, "By when it was to be so.", ""),
        Heading::optional(
            "baseline year",
            Form::Count,
            "For a saving: the financial year it is compared with, by the year in which it begins; the amount is the value.",
            "",
        ),
        Heading::optional(
            "promised event",
            Form::Text,
            "For a date: the event that was to happen by then.",
            "",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("claim").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Claim, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "claim",
                row.text("claim").unwrap_or_default(),
                "this claim stands in the file twice: keep one row",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).unwrap_or_default().to_owned();
        let test = test(row, find, &mut faults);
        let promise = promise(row, find, &mut faults);
        let verdict = Verdict::ALL
            .into_iter()
            .find(|verdict| row.text("verdict") == Some(VERDICTS[*verdict as usize]));
        let review = verdict.map(|verdict| {
            if row.text("reason").is_none() {
                faults.add(row, "reason", "", "a verdict needs its reason");
            }
            Review {
                verdict,
                reason: text("reason"),
                evidence: row.text("evidence").map(Into::into),
            }
        });
        let said_on = row.when("said on").unwrap_or(When::Unknown);
        faults.or(Claim {
            text: text("claim"),
            said_by: text("said by"),
            said_on,
            source: text("source"),
            test,
            review,
            promise,
        })
    }

    fn identity(&self) -> String {
        self.text.to_lowercase()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let event = |id: &RecordId| call.call(Event::NAME, *id);
        let test = match &self.test {
            None => <[String; 6]>::default(),
            Some(Test::Figure {
                figure,
                on,
                is,
                value,
            }) => [
                figure.clone(),
                on.to_string(),
                String::new(),
                String::new(),
                is.word().into(),
                value.to_string(),
            ],
            Some(Test::Order { first, second }) => [
                String::new(),
                String::new(),
                event(first),
                event(second),
                String::new(),
                String::new(),
            ],
            Some(Test::Span {
                first,
                second,
                is,
                value,
            }) => [
                String::new(),
                String::new(),
                event(first),
                event(second),
                is.word().into(),
                value.to_string(),
            ],
        };
        let mut row = vec![
            self.text.clone(),
            self.said_by.clone(),
            self.said_on.to_string(),
            self.source.clone(),
        ];
        row.extend(test);
        let review = self.review.as_ref();
        row.push(
            review
                .map(|review| VERDICTS[review.verdict as usize])
                .unwrap_or_default()
                .into(),
        );
        row.push(
            review
                .map(|review| review.reason.clone())
                .unwrap_or_default(),
        );
        row.push(
            review
                .and_then(|review| review.evidence.clone())
                .unwrap_or_default(),
        );
        let promise = self.promise.as_ref();
        let saving = promise.and_then(|promise| promise.saving);
        if let (None, Some(saving)) = (&self.test, saving) {
            row[VALUE] = saving.amount.to_string();
        }
        row.extend([
            promise
                .map(|promise| promise.of.word().to_owned())
                .unwrap_or_default(),
            promise
                .map(|promise| promise.by.to_string())
                .unwrap_or_default(),
            saving
                .map(|saving| saving.baseline.to_string())
                .unwrap_or_default(),
            promise
                .and_then(|promise| promise.event)
                .map(|id| event(&id))
                .unwrap_or_default(),
        ]);
        vec![row]
    }
}

/// The place of the value among the headings.
const VALUE: usize = 9;

fn promise(row: &Row, find: &dyn Find, faults: &mut Faults) -> Option<Promise> {
    let word = row.text("promised");
    let Some(of) = Promised::ALL.into_iter().find(|of| word == Some(of.word())) else {
        for heading in ["promised by", "baseline year", "promised event"] {
            if row.text(heading).is_some()
                || row.when(heading).is_some()
                || row.count(heading).is_some()
            {
                let reason = "say under “promised” what it promises: saving, date, staff, performance or other";
                faults.add(row, heading, "", reason);
            }
        }
        return None;
    };
    let by = row.when("promised by").unwrap_or(When::Unknown);
    let value = row.text("value").and_then(|text| text.parse().ok());
    let saving = match (of, row.count("baseline year"), value) {
        (Promised::Saving, Some(year), Some(Quantity::Money(amount))) => {
            let baseline = i16::try_from(year).ok();
            let baseline = baseline.filter(|year| (1900..=9000).contains(year));
            if baseline.is_none() {
                let reason = "write the year in four digits, such as 2018";
                faults.add(row, "baseline year", year.to_string(), reason);
            }
            baseline.map(|baseline| Saving { baseline, amount })
        }
        (Promised::Saving, Some(_), _) => {
            let reason = "a promised saving needs its amount, such as £35m";
            faults.add(row, "value", row.text("value").unwrap_or_default(), reason);
            None
        }
        _ => None,
    };
    let event = row
        .text("promised event")
        .and_then(|words| faults.found(row, "promised event", find, Event::NAME, words));
    Some(Promise {
        of,
        by,
        saving,
        event,
    })
}

fn test(row: &Row, find: &dyn Find, faults: &mut Faults) -> Option<Test> {
    let comparison = Comparison::ALL
        .into_iter()
        .find(|is| row.text("comparison") == Some(is.word()));
    let value: Option<Quantity> = row.text("value").and_then(|text| match text.parse() {
        Ok(value) => Some(value),
        Err(NotAQuantity(text)) => {
            faults.add(
                row,
                "value",
                text,
                "not a quantity: write 50%, £35m, 300 or 13 years",
            );
            None
        }
    });
    if let Some(figure) = row.text("figure") {
        let (Some(is), Some(value)) = (comparison, value) else {
            faults.add(
                row,
                "figure",
                figure,
                "a claim about a figure needs a comparison and a value",
            );
            return None;
        };
        let Some(When::Day(on)) = row.when("on") else {
            faults.add(
                row,
                "on",
                row.text("on").unwrap_or_default(),
                "a claim about a figure needs an exact day",
            );
            return None;
        };
        return Some(Test::Figure {
            figure: figure.into(),
            on,
            is,
            value,
        });
    }
    let (first, second) = (row.text("first event")?, row.text("second event")?);
    let first = faults.found(row, "first event", find, Event::NAME, first);
    let second = faults.found(row, "second event", find, Event::NAME, second);
    let (first, second) = (first?, second?);
    Some(match (comparison, value) {
        (Some(is), Some(value)) => Test::Span {
            first,
            second,
            is,
            value,
        },
        _ => Test::Order { first, second },
    })
}
