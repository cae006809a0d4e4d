//! What was claimed or promised, and what the record says of it.

use crate::dated::When;
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A dated happening that may explain figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub title: String,
    pub date: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub source: String,
}

impl Kind for Event {
    const NAME: &'static str = "event";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.title.clone()
    }
}

impl Tabled for Event {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "event",
            Form::Text,
            "What happened, in a few words.",
            "Core services return",
        ),
        Heading::needed(
            "date",
            Form::When,
            "When, as precisely as known.",
            "2019-08-01",
        ),
        Heading::optional("until", Form::When, "The last day, if it lasted.", ""),
        Heading::optional("description", Form::Text, "One sentence more.", ""),
        Heading::needed(
            "source",
            Form::Text,
            "Where this is written down.",
            "Joint statement, 1 August 2019",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("event").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], _find: &mut dyn Find) -> Result<Event, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "event",
                row.text("event").unwrap_or_default(),
                "this event stands in the file twice: keep one row",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        faults.or(Event {
            title: text("event").unwrap_or_default(),
            date: row.when("date").unwrap_or(When::Unknown),
            until: row.when("until"),
            description: text("description"),
            source: text("source").unwrap_or_default(),
        })
    }

    fn identity(&self) -> String {
        self.title.to_lowercase()
    }

    fn to_rows(&self, _call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            self.title.clone(),
            self.date.to_string(),
            self.until
                .map(|until| until.to_string())
                .unwrap_or_default(),
            self.description.clone().unwrap_or_default(),
            self.source.clone(),
        ]]
    }
}

/// A number with its unit, as a claim states it: `50%`, `£35m`, `300`, `13 years`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Hundredths of a percent.
    Share(i64),
    Money(Pence),
    Count(i64),
    /// Hundredths of a year.
    Years(i64),
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = |n: i64| match (n / 100, n % 100) {
            (whole, 0) => whole.to_string(),
            (whole, rest) => format!("{whole}.{rest:02}")
                .trim_end_matches('0')
                .to_owned(),
        };
        match self {
            Quantity::Share(share) => write!(f, "{}%", hundredths(*share)),
            Quantity::Money(pence) => write!(f, "{pence}"),
            Quantity::Count(count) => write!(f, "{count}"),
            Quantity::Years(years) => write!(f, "{} years", hundredths(*years)),
        }
    }
}

/// A text that is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a quantity: write 50%, £35m, 300 or 13 years")]
pub struct NotAQuantity(pub String);

impl FromStr for Quantity {
    type Err = NotAQuantity;
    fn from_str(text: &str) -> Result<Quantity, NotAQuantity> {
        let refused = || NotAQuantity(text.into());
        let trimmed = text.trim();
        let hundredths = |number: &str| {
            Pence::parse(number)
                .map(|pence| pence.0)
                .map_err(|_| refused())
        };
        if let Some(number) = trimmed.strip_suffix('%') {
            return Ok(Quantity::Share(hundredths(number)?));
        }
        if let Some(number) = trimmed
            .strip_suffix("years")
            .or(trimmed.strip_suffix("year"))
        {
            return Ok(Quantity::Years(hundredths(number.trim())?));
        }
        if let Some(amount) = trimmed.strip_prefix('£') {
            let (number, scale) = match amount
                .strip_suffix("bn")
                .or(amount.strip_suffix("m"))
                .or(amount.strip_suffix("k"))
            {
                Some(number) if amount.ends_with("bn") => (number, 1_000_000_000),
                Some(number) if amount.ends_with('m') => (number, 1_000_000),
                Some(number) => (number, 1_000),
                None => (amount, 1),
            };
            let pence = hundredths(number)?.checked_mul(scale).ok_or_else(refused)?;
            return Ok(Quantity::Money(Pence(pence)));
        }
        trimmed
            .replace(',', "")
            .parse()
            .map(Quantity::Count)
            .map_err(|_| refused())
    }
}

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

    fn holds(self, figure: Quantity, claimed: Quantity) -> bool {
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
}

impl Kind for Claim {
    const NAME: &'static str = "claim";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.text.clone()
    }
    fn references(&self) -> Vec<Reference> {
        match self.test {
            Some(Test::Order { first, second } | Test::Span { first, second, .. }) => {
                [first, second]
                    .map(|id| Reference {
                        kind: Event::NAME,
                        id,
                    })
                    .into()
            }
            Some(Test::Figure { .. }) | None => Vec::new(),
        }
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
        vec![row]
    }
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

/// A figure as evidence: at least `known`, at most `possible`; none when nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub known: Option<Quantity>,
    pub possible: Option<Quantity>,
}

/// What is found about a claim, and why, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub verdict: Verdict,
    pub reason: String,
}

/// Judge a claim. A figure or an order of events decides where it can; a reviewer's reason stands
/// where there is no test, or where the test cannot tell; when the two differ, the reason says so.
pub fn judge(
    claim: &Claim,
    evidence: impl Fn(&str, Date) -> Option<Evidence>,
    event: impl Fn(RecordId) -> Option<Event>,
) -> Finding {
    let tested = claim.test.as_ref().map(|test| match test {
        Test::Figure {
            figure,
            on,
            is,
            value,
        } => by_figure(figure, *on, *is, *value, evidence(figure, *on)),
        Test::Order { first, second } => by_order(event(*first), event(*second)),
        Test::Span {
            first,
            second,
            is,
            value,
        } => by_span(event(*first), event(*second), *is, *value),
    });
    match (tested, &claim.review) {
        (None, None) => Finding {
            verdict: Verdict::CannotTell,
            reason: "nobody has tied it to a figure or reviewed it".into(),
        },
        (Some(tested), None) => tested,
        (None, Some(review)) => Finding {
            verdict: review.verdict,
            reason: review.reason.clone(),
        },
        (Some(tested), Some(review)) if tested.verdict == Verdict::CannotTell => Finding {
            verdict: review.verdict,
            reason: format!("{} ({})", review.reason, tested.reason),
        },
        (Some(tested), Some(review)) if tested.verdict == review.verdict => Finding {
            verdict: tested.verdict,
            reason: format!("{}; {}", tested.reason, review.reason),
        },
        (Some(tested), Some(review)) => Finding {
            verdict: Verdict::CannotTell,
            reason: format!(
                "the record says {}: {}; the reviewer says {}: {}",
                tested.verdict.words(),
                tested.reason,
                review.verdict.words(),
                review.reason
            ),
        },
    }
}

fn by_figure(
    figure: &str,
    on: Date,
    is: Comparison,
    value: Quantity,
    evidence: Option<Evidence>,
) -> Finding {
    let claimed = format!("claimed: {} {value}", is.word().replace('-', " "));
    let cannot = |reason: String| Finding {
        verdict: Verdict::CannotTell,
        reason,
    };
    let Some(evidence) = evidence else {
        return cannot(format!("there is no figure called {figure:?}; {claimed}"));
    };
    let (Some(known), Some(possible)) = (evidence.known, evidence.possible) else {
        return cannot(format!(
            "nothing is recorded from which {figure} on {on} could be told; {claimed}"
        ));
    };
    if std::mem::discriminant(&known) != std::mem::discriminant(&value) {
        return cannot(format!(
            "{figure} is {known}, which cannot be compared with {value}"
        ));
    }
    let range = if known == possible {
        known.to_string()
    } else {
        format!("between {known} and {possible}")
    };
    let reason = format!("{figure} on {on} was {range}; {claimed}");
    let ends = (is.holds(known, value), is.holds(possible, value));
    let inside = is == Comparison::Equals && known < value && value < possible;
    let verdict = match ends {
        (true, true) => Verdict::Supported,
        (false, false) if !inside => Verdict::Contradicted,
        _ => Verdict::CannotTell,
    };
    Finding { verdict, reason }
}

fn by_order(first: Option<Event>, second: Option<Event>) -> Finding {
    let (Some(first), Some(second)) = (first, second) else {
        return Finding {
            verdict: Verdict::CannotTell,
            reason: "one of the events is not recorded".into(),
        };
    };
    let reason = format!(
        "{}: {}; {}: {}",
        first.title, first.date, second.title, second.date
    );
    let verdict = match (
        first.date.latest(),
        second.date.earliest(),
        first.date.earliest(),
        second.date.latest(),
    ) {
        (Some(latest), Some(earliest), _, _) if latest < earliest => Verdict::Supported,
        (_, _, Some(earliest), Some(latest)) if earliest > latest => Verdict::Contradicted,
        _ => Verdict::CannotTell,
    };
    Finding { verdict, reason }
}

fn by_span(
    first: Option<Event>,
    second: Option<Event>,
    is: Comparison,
    value: Quantity,
) -> Finding {
    let cannot = |reason: &str| Finding {
        verdict: Verdict::CannotTell,
        reason: reason.into(),
    };
    let (Some(first), Some(second)) = (first, second) else {
        return cannot("one of the events is not recorded");
    };
    let ends = (
        first.date.earliest(),
        first.date.latest(),
        second.date.earliest(),
        second.date.latest(),
    );
    let (Some(begins), Some(begun), Some(ends), Some(ended)) = ends else {
        return cannot("the date of one of the events is unknown");
    };
    let Quantity::Years(_) = value else {
        return cannot("a duration is compared with a number of years");
    };
    let shortest = Quantity::Years(hundredths_of_years(begun, ends));
    let longest = Quantity::Years(hundredths_of_years(begins, ended));
    let range = if shortest == longest {
        shortest.to_string()
    } else {
        format!("between {shortest} and {longest}")
    };
    let reason = format!(
        "from {} ({}) to {} ({}): {range}",
        first.title, first.date, second.title, second.date
    );
    let verdict = match (is.holds(shortest, value), is.holds(longest, value)) {
        (true, true) => Verdict::Supported,
        (false, false) if !(is == Comparison::Equals && shortest < value && value < longest) => {
            Verdict::Contradicted
        }
        _ => Verdict::CannotTell,
    };
    Finding { verdict, reason }
}

/// Whole days as hundredths of a mean Gregorian year (365.2425 days).
fn hundredths_of_years(from: Date, to: Date) -> i64 {
    let days = from.until(to).map_or(0, |span| i64::from(span.get_days()));
    days * 1_000_000 / 3_652_425
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn claim(test: Option<Test>, review: Option<Review>) -> Claim {
        let (said_by, source) = ("the director".into(), "minutes".into());
        Claim {
            text: "a claim".into(),
            said_by,
            said_on: When::Year(2021),
            source,
            test,
            review,
        }
    }

    fn majority() -> Test {
        let (is, value) = (Comparison::MoreThan, Quantity::Share(5_000));
        Test::Figure {
            figure: "control.by_count".into(),
            on: date(2020, 3, 11),
            is,
            value,
        }
    }

    fn share(known: i64, possible: i64) -> Option<Evidence> {
        Some(Evidence {
            known: Some(Quantity::Share(known)),
            possible: Some(Quantity::Share(possible)),
        })
    }

    #[test]
    fn a_range_decides_only_when_both_ends_agree() {
        for (evidence, verdict) in [
            (share(6_000, 7_000), Verdict::Supported),
            (share(5_000, 7_000), Verdict::CannotTell),
            (share(1_000, 5_000), Verdict::Contradicted),
            (
                Some(Evidence {
                    known: None,
                    possible: None,
                }),
                Verdict::CannotTell,
            ),
            (None, Verdict::CannotTell),
        ] {
            let finding = judge(&claim(Some(majority()), None), |_, _| evidence, |_| None);
            assert_eq!(finding.verdict, verdict, "{evidence:?}: {}", finding.reason);
        }
    }

    #[test]
    fn a_reviewer_who_differs_from_the_record_leaves_it_open() {
        let review = Review {
            verdict: Verdict::Supported,
            reason: "I was there".into(),
            evidence: None,
        };
        let finding = judge(
            &claim(Some(majority()), Some(review.clone())),
            |_, _| share(0, 1_000),
            |_| None,
        );
        assert_eq!(finding.verdict, Verdict::CannotTell);
        assert!(
            finding.reason.contains("the record says contradicted"),
            "{}",
            finding.reason
        );
        let finding = judge(&claim(None, Some(review)), |_, _| None, |_| None);
        assert_eq!(finding.verdict, Verdict::Supported);
    }

    #[test]
    fn order_and_duration_of_events() {
        let [first, second] = [1, 2].map(|n| RecordId([n; 16]));
        let judged = |test: Test, one: &str, other: &str| {
            let event = |id| {
                let date = if id == first { one } else { other };
                let date = date.parse().expect("a date");
                Some(Event {
                    title: "event".into(),
                    date,
                    until: None,
                    description: None,
                    source: "minutes".into(),
                })
            };
            judge(&claim(Some(test), None), |_, _| None, event).verdict
        };
        let order = || Test::Order { first, second };
        assert_eq!(judged(order(), "2017", "2019"), Verdict::Supported);
        assert_eq!(judged(order(), "2019", "2017"), Verdict::Contradicted);
        assert_eq!(judged(order(), "2019", "2019-06"), Verdict::CannotTell);
        assert_eq!(judged(order(), "unknown", "2019-06"), Verdict::CannotTell);
        let span = |years| Test::Span {
            first,
            second,
            is: Comparison::AtLeast,
            value: Quantity::Years(years),
        };
        assert_eq!(
            judged(span(1_300), "2006-04", "2019-08-01"),
            Verdict::Supported
        );
        assert_eq!(
            judged(span(1_400), "2006-04", "2019-08-01"),
            Verdict::Contradicted
        );
        assert_eq!(
            judged(span(1_330), "2006-04", "2019-08-01"),
            Verdict::CannotTell
        );
    }

    #[test]
    fn quantities_read_and_print() {
        for (text, quantity, printed) in [
            ("50%", Quantity::Share(5_000), "50%"),
            ("12.5 %", Quantity::Share(1_250), "12.5%"),
            (
                "£35m",
                Quantity::Money(Pence(3_500_000_000)),
                "£35,000,000.00",
            ),
            (
                "£1.2bn",
                Quantity::Money(Pence(120_000_000_000)),
                "£1,200,000,000.00",
            ),
            ("1,300", Quantity::Count(1_300), "1300"),
            ("13 years", Quantity::Years(1_300), "13 years"),
        ] {
            assert_eq!(text.parse(), Ok(quantity), "{text}");
            assert_eq!(quantity.to_string(), printed);
            assert_eq!(printed.parse(), Ok(quantity), "{printed}");
        }
        assert!("many".parse::<Quantity>().is_err());
    }
}
