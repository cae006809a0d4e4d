//! What the record says of a claim.

use super::claim::{Claim, Comparison, Test, Verdict};
use super::event::Event;
use super::promise::{Saved, Saving, kept};
use super::quantity::Quantity;
use crate::dated::When;
use crate::record::RecordId;
use jiff::civil::Date;
use jiff::{ToSpan, Unit};
use serde::{Deserialize, Serialize};

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
    saved: impl Fn(Saving, When) -> Saved,
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
    let promise = claim.promise.as_ref();
    let tested = tested.or_else(|| kept(promise?, &event, saved));
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

/// Calendar years in hundredths: whole years as anniversaries count them, and the days after the
/// last anniversary as a part of the year that follows it.
fn hundredths_of_years(from: Date, to: Date) -> i64 {
    let days = |from: Date, to: Date| from.until(to).map_or(0, |span| i64::from(span.get_days()));
    let years = from
        .until((Unit::Year, to))
        .map_or(0, |span| i64::from(span.get_years()));
    let anniversary = from.saturating_add(years.years());
    let rest = days(anniversary, to);
    years * 100 + rest * 100 / days(anniversary, anniversary.saturating_add(1.year())).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assurance::Review;
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
            promise: None,
        }
    }

    fn judged(
        claim: &Claim,
        evidence: impl Fn(&str, Date) -> Option<Evidence>,
        event: impl Fn(RecordId) -> Option<Event>,
    ) -> Finding {
        judge(claim, evidence, event, |_, _| Err("not asked".into()))
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
            let finding = judged(&claim(Some(majority()), None), |_, _| evidence, |_| None);
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
        let finding = judged(
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
        let finding = judged(&claim(None, Some(review)), |_, _| None, |_| None);
        assert_eq!(finding.verdict, Verdict::Supported);
    }

    #[test]
    fn order_and_duration_of_events() {
        let [first, second] = [1, 2].map(|n| RecordId([n; 16]));
        let verdict = |test: Test, one: &str, other: &str| {
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
            judged(&claim(Some(test), None), |_, _| None, event).verdict
        };
        let order = || Test::Order { first, second };
        assert_eq!(verdict(order(), "2017", "2019"), Verdict::Supported);
        assert_eq!(verdict(order(), "2019", "2017"), Verdict::Contradicted);
        assert_eq!(verdict(order(), "2019", "2019-06"), Verdict::CannotTell);
        assert_eq!(verdict(order(), "unknown", "2019-06"), Verdict::CannotTell);
        let span = |years| Test::Span {
            first,
            second,
            is: Comparison::AtLeast,
            value: Quantity::Years(years),
        };
        assert_eq!(
            verdict(span(1_300), "2006-04", "2019-08-01"),
            Verdict::Supported
        );
        assert_eq!(
            verdict(span(1_400), "2006-04", "2019-08-01"),
            Verdict::Contradicted
        );
        assert_eq!(
            verdict(span(1_300), "2006-04-01", "2019-04-01"),
            Verdict::Supported
        );
        assert_eq!(
            verdict(span(1_330), "2006-04", "2019-08-01"),
            Verdict::CannotTell
        );
    }
}
