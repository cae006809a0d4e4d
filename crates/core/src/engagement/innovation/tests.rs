use super::*;
use crate::contract::variation::Outcome;
use crate::control::Mode;
use crate::engagement::benefit::Said;
use crate::engagement::trial::Decision;
use jiff::civil::date;
use proptest::prelude::*;

const RETURN: Return = Return {
    on: When::Day(Date::constant(2019, 8, 1)),
    services: 16,
};
const DAY: Date = Date::constant(2021, 3, 31);

fn id(place: usize) -> RecordId {
    RecordId((place as u128).to_be_bytes())
}

fn when(text: &str) -> When {
    text.parse().expect("a date")
}

fn kept<T>(all: impl IntoIterator<Item = T>) -> BTreeMap<RecordId, T> {
    let all = all.into_iter().enumerate();
    all.map(|(place, held)| (id(place), held)).collect()
}

fn problem(raised: &str, began: Option<Began>, answered: &str) -> Problem {
    Problem {
        what: raised.into(),
        raised_on: Some(when(raised)),
        began,
        answered_on: (!answered.is_empty()).then(|| when(answered)),
        ..Problem::default()
    }
}

fn variation(asked: &str, by: Option<Asker>, price: Option<i64>) -> Variation {
    Variation {
        what: asked.into(),
        contract: None,
        reference: None,
        part_of: None,
        asked_on: Some(when(asked)),
        asked_by: by,
        why: None,
        priced: None,
        competed: None,
        price: price.map(Pence),
        extends_to: None,
        outcome: Some(Outcome::Rejected),
        decided_on: None,
        clause: None,
        evidence: Vec::new(),
    }
}

/// The figures of these alone.
fn figures(
    problems: Vec<Problem>,
    variations: Vec<Variation>,
    trials: Vec<Trial>,
    benefits: Vec<Benefit>,
) -> Innovation {
    let evidence = Evidence {
        problems: &kept(problems),
        variations: &kept(variations),
        trials: &kept(trials),
        benefits: &kept(benefits),
    };
    innovation(&evidence, Some(RETURN), DAY)
}

fn share(known: i64, possible: i64, of: i64) -> Share {
    Share {
        known,
        possible,
        of,
    }
}

#[test]
fn the_return_is_the_day_on_which_most_came_back() {
    let handover = |on: &str, from, to| Handover {
        on: when(on),
        from,
        to,
        provider: None,
    };
    let back = |on| handover(on, Mode::Supplier, Mode::InHouse);
    let all = [
        back("2017-10-01"),
        back("2019-08-01"),
        back("2019-08-01"),
        back("2021-04"),
        back("2021-04"),
        back("2021-04"),
        back("unknown"),
        handover("2018-01-01", Mode::JointVenture, Mode::Supplier),
        handover("2018-01-01", Mode::JointVenture, Mode::Supplier),
        handover("2018-01-01", Mode::JointVenture, Mode::Supplier),
    ];
    for (day, on) in [
        (date(2017, 9, 30), None),
        (date(2019, 7, 31), Some(("2017-10-01", 1))),
        (date(2021, 3, 31), Some(("2019-08-01", 2))),
        (date(2021, 4, 1), Some(("2021-04", 3))),
    ] {
        let found = main_return(all, day);
        let on = on.map(|(on, services)| Return {
            on: when(on),
            services,
        });
        assert_eq!(found, on, "{day}");
    }
}

#[test]
fn requests_are_counted_by_how_they_began() {
    let (problem_, purchase) = (Some(Began::Problem), Some(Began::Purchase));
    let found = figures(
        vec![
            problem("2018-05-01", purchase, ""),
            problem("2019-07-31", problem_, ""),
            problem("2019-08-01", problem_, ""),
            problem("2020", problem_, ""),
            problem("2020-02", None, ""),
            problem("2019", problem_, ""),
            problem("2021-04-01", problem_, ""),
        ],
        vec![],
        vec![],
        vec![],
    );
    assert_eq!(found.heard.before.as_problems, share(1, 1, 2));
    assert_eq!(found.heard.after.as_problems, share(2, 3, 3));
    assert_eq!(found.heard.after.by_unknown, 3);
    assert_eq!(found.undated.problems, 1);
}

#[test]
fn only_changes_that_cost_something_are_shared_out() {
    use Asker::{Authority, Law, Supplier};
    let found = figures(
        vec![],
        vec![
            variation("2016-03-01", Some(Supplier), Some(30_000)),
            variation("2016-04-01", Some(Authority), Some(10_000)),
            variation("2016-05-01", None, Some(5_000)),
            variation("2016-06-01", Some(Law), Some(5_000)),
            variation("2017-05-01", Some(Supplier), Some(-90_000)),
            variation("2018-05-01", Some(Supplier), None),
            variation("2020-05-01", Some(Authority), Some(100)),
        ],
        vec![],
        vec![],
    );
    let before = found.changes.before;
    assert_eq!(before.by_supplier, share(1, 2, 4));
    assert_eq!(before.by_supplier_pence, share(30_000, 35_000, 50_000));
    assert_eq!((before.unpriced, before.reductions), (1, 1));
    assert_eq!(found.changes.after.by_supplier, share(0, 0, 1));
}

#[test]
fn an_answer_that_did_not_come_counts_as_long_as_it_has_not_come() {
    let after = |raised, answered| problem(raised, None, answered);
    let of = |problems| figures(problems, vec![], vec![], vec![]).answers.after;
    let all = of(vec![
        after("2020-01-01", "2020-01-11"),
        after("2020-01-01", "2020-01-21"),
        after("2020-01-01", "2020-01-31"),
        after("2020-01-01", ""),
        after("2020-01", "2020-01-11"),
        after("2020-01-01", "2020"),
    ]);
    assert_eq!((all.answered, all.waiting, all.uncounted), (5, 1, 2));
    assert_eq!((all.median_days, all.at_least), (Some(20), false));
    let open = of(vec![
        after("2020-01-01", "2020-01-11"),
        after("2021-03-30", ""),
        after("2021-03-29", ""),
    ]);
    assert_eq!((open.median_days, open.at_least), (Some(2), true));
    assert_eq!(of(vec![]).median_days, None);
    // An answer that came after the day is none yet.
    assert_eq!(of(vec![after("2020-01-01", "2021-04-01")]).waiting, 1);
}

#[test]
fn a_problem_told_with_another_is_answered_with_it() {
    let merged = Problem {
        merged_into: Some(id(1)),
        ..problem("2020-01-01", None, "")
    };
    let other = problem("2020-01-06", None, "2020-01-11");
    let found = figures(vec![merged, other], vec![], vec![], vec![])
        .answers
        .after;
    assert_eq!((found.answered, found.waiting), (2, 0));
    assert_eq!(found.median_days, Some(5));
}

#[test]
fn trials_and_benefits_are_counted_as_they_stand() {
    let trial = |started: &str, ends: &str, decided: &str| Trial {
        problem: id(1),
        hypothesis: started.into(),
        measure: "Days".into(),
        baseline: None,
        target: None,
        started_on: when(started),
        ends_on: when(ends),
        owner: None,
        found: None,
        decision: (!decided.is_empty()).then_some(Decision::Stop),
        decided_on: (!decided.is_empty()).then(|| when(decided)),
        because: None,
    };
    let benefit = |due: &str, said: Option<Said>| Benefit {
        problem: id(1),
        what: due.into(),
        measure: String::new(),
        baseline: String::new(),
        target: String::new(),
        due: when(due),
        owner: String::new(),
        said,
        said_on: None,
        found: None,
        evidence: Vec::new(),
    };
    let found = figures(
        vec![],
        vec![],
        vec![
            trial("2018-01-01", "2018-06-30", ""),
            trial("2020-01-01", "2020-06-30", "2020-07-02"),
            trial("2021-03-01", "2021-06-30", ""),
            trial("2021-05-01", "2021-06-30", ""),
        ],
        vec![
            benefit("2018-12-31", Some(Said::Denied)),
            benefit("2020-12-31", Some(Said::Confirmed)),
            benefit("2021-01-31", None),
            benefit("2021-12-31", None),
        ],
    );
    let counts = |of: Trials| (of.started, of.decided, of.overdue);
    assert_eq!(counts(found.trials.before), (1, 0, 1));
    assert_eq!(counts(found.trials.after), (2, 1, 0));
    assert_eq!(found.benefits.before.confirmed, share(0, 0, 1));
    assert_eq!(found.benefits.before.denied, 1);
    assert_eq!(found.benefits.after.confirmed, share(1, 2, 2));
    assert_eq!(found.benefits.after.unsaid, 1);
}

proptest! {
    /// Whatever the dates, nothing is counted twice or lost.
    #[test]
    fn everything_is_before_after_or_undated(
        raised in proptest::collection::vec(
            (2017i16..2021, 0i8..13, 1i8..28), 0..20
        )
    ) {
        let raised = raised.into_iter().map(|(year, month, day)| match (month, day) {
            (0, _) => When::Year(year),
            (month, 1..=5) => When::Month(year, month),
            (month, day) => When::Day(date(year, month, day)),
        });
        let problems: Vec<Problem> = raised
            .map(|on| problem(&on.to_string(), None, ""))
            .collect();
        let all = problems.len();
        let found = figures(problems, vec![], vec![], vec![]);
        let counted = found.heard.before.as_problems.of + found.heard.after.as_problems.of;
        prop_assert_eq!(counted as usize + found.undated.problems, all);
        let share = found.heard.after.as_problems;
        prop_assert!(share.known <= share.possible && share.possible <= share.of);
    }
}
