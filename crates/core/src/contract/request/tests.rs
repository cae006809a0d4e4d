use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const HERE: Nation = Nation::EnglandAndWales;

fn when(text: &str) -> Option<When> {
    text.parse().ok()
}

fn asked(on: &str, within: &str, due: &str, answered: &str) -> Request {
    Request {
        question: "Asset list".into(),
        reference: None,
        to: RecordId([1; 16]),
        asked_on: when(on).unwrap_or(When::Unknown),
        asked_by: None,
        contract: None,
        service: None,
        item: None,
        clause: None,
        answer_within: within.parse().ok(),
        answer_due: when(due),
        answered_on: when(answered),
        answer: None,
        evidence: Vec::new(),
        outcome: None,
    }
}

#[test]
fn how_a_request_stands() {
    let day = date(2019, 4, 24);
    for (on, within, due, answered, standing) in [
        // Good Friday and Easter Monday 2019 are no working days.
        ("2019-04-18", "2 working days", "", "", Answered::Open),
        ("2019-04-17", "2 working days", "", "", Answered::LateNow),
        ("2019-04-17", "", "", "", Answered::Open),
        ("2019-04", "5 days", "", "", Answered::Open),
        (
            "2019-04-01",
            "",
            "2019-04-23",
            "2019-04-23",
            Answered::InTime,
        ),
        ("2019-04-01", "", "2019-04-22", "2019-04-23", Answered::Late),
        (
            "2019-04-01",
            "",
            "2019-04-22",
            "2019-04-25",
            Answered::LateNow,
        ),
        (
            "2019-03-01",
            "",
            "2019-03-15",
            "2019-03",
            Answered::Answered,
        ),
        (
            "2019-03-01",
            "",
            "2019-03-15",
            "unknown",
            Answered::Answered,
        ),
        ("2019-03-01", "", "", "2019-03-02", Answered::Answered),
        ("2019-03-01", "", "2019-03", "2019-03-31", Answered::InTime),
    ] {
        let request = asked(on, within, due, answered);
        assert_eq!(
            request.standing(day, HERE),
            standing,
            "{on} {within} {due} {answered}"
        );
    }
    let withdrawn = Request {
        outcome: Some(Outcome::Withdrawn),
        ..asked("2019-01-01", "1 day", "", "")
    };
    assert_eq!(withdrawn.standing(day, HERE), Answered::Withdrawn);
    assert_eq!(withdrawn.took(day, HERE), None);
}

#[test]
fn how_long_an_answer_took() {
    let day = date(2019, 4, 24);
    for (on, answered, took) in [
        ("2019-04-18", "2019-04-23", Some((5, 1, false))),
        ("2019-04-18", "2019-04-18", Some((0, 0, false))),
        ("2019-04-18", "", Some((6, 2, true))),
        ("2019-02-18", "2019-04-18", Some((59, 43, false))),
        ("2019-04", "2019-04-23", None),
        ("2019-04-18", "unknown", None),
        ("2019-04-25", "", None),
    ] {
        let found = asked(on, "", "", answered).took(day, HERE);
        let found = found.map(|it| (it.days, it.working_days, it.at_least));
        assert_eq!(found, took, "{on} {answered}");
    }
}

#[test]
fn open_requests_count_as_at_least_so_long() {
    let day = date(2019, 4, 24);
    let times = |requests: &[Request]| answer_times(requests, day, HERE).remove(0);
    let answered = [
        asked("2019-04-01", "", "", "2019-04-03"),
        asked("2019-04-01", "", "", "2019-04-04"),
        asked("2019-04-01", "", "", "2019-04-09"),
    ];
    let median = times(&answered).median.expect("three are counted");
    assert_eq!((median.days, median.at_least), (3, false));
    let mut open = answered.to_vec();
    open.push(asked("2019-04-02", "5 days", "", ""));
    open.push(asked("2019-04", "", "", "2019-04-09"));
    let held = times(&open);
    let (median, slowest) = (held.median.expect("four"), held.slowest.expect("four"));
    assert_eq!((median.days, median.at_least), (3, false));
    assert_eq!((slowest.days, slowest.at_least), (22, true));
    assert_eq!(
        (held.asked, held.open, held.late, held.uncounted),
        (5, 1, 1, 1)
    );
    // One asked yesterday may take longer than all others: so may the middle one.
    let fresh = [
        asked("2019-04-23", "", "", ""),
        asked("2019-04-01", "", "", "2019-04-03"),
        asked("2019-04-01", "", "", "2019-04-09"),
    ];
    let median = times(&fresh).median.expect("three");
    assert_eq!((median.days, median.at_least), (2, true));
}

#[test]
fn what_is_wrong_with_a_request_is_said() {
    let row = |within: &str, due: &str, answered: &str, outcome: &str| -> Vec<String> {
        [
            "List",
            "",
            "Meridian",
            "2019-04-01",
            "",
            "",
            "",
            "",
            "",
            within,
            due,
            answered,
            "",
            "",
            outcome,
        ]
        .map(str::to_owned)
        .into()
    };
    for (row, faults) in [
        (row("5 days", "", "2019-04-02", "answered"), None),
        (row("soon", "", "", ""), Some(vec!["answer within"])),
        (
            row("5 days", "2019-05-01", "", ""),
            Some(vec!["answer due"]),
        ),
        (row("", "", "2019-03-31", ""), Some(vec!["answered on"])),
        (row("", "", "", "refused"), Some(vec!["answered on"])),
        (row("", "", "", "withdrawn"), None),
        (row("", "", "unknown", "answered"), None),
    ] {
        let read = record_of::<Request>(std::slice::from_ref(&row), &mut Directory::default());
        assert_eq!(read.err(), faults, "{row:?}");
    }
}

proptest! {
    /// However long the open ones take in the end, the median said before was not too long.
    #[test]
    fn a_median_is_never_more_than_it_turns_out(
        held in proptest::collection::vec((0u32..60, proptest::option::of(0u32..60)), 1..12),
    ) {
        let took = |days, at_least| Took { days, working_days: days, at_least };
        let now: Vec<Took> = held.iter().map(|(days, more)| took(*days, more.is_some())).collect();
        let later: Vec<Took> =
            held.iter().map(|(days, more)| took(days + more.unwrap_or(0), false)).collect();
        let (said, found) = (median(&now).expect("some"), median(&later).expect("some"));
        prop_assert!(said.days <= found.days);
        prop_assert!(said.at_least || said.days == found.days);
        prop_assert!(!found.at_least);
    }
}
