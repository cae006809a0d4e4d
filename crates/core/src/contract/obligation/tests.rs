use super::*;
use jiff::civil::date;
use proptest::prelude::*;

const HERE: Nation = Nation::EnglandAndWales;

fn when(text: &str) -> Option<When> {
    text.parse().ok()
}

fn once(due: &str, done: &str) -> Obligation {
    Obligation {
        what: "Report".into(),
        contract: None,
        debtor: RecordId([1; 16]),
        creditor: None,
        services: BTreeSet::new(),
        clause: None,
        due: when(due),
        every: None,
        until: None,
        done_on: when(done).into_iter().collect(),
        evidence: Vec::new(),
        consequence: None,
        warn: None,
    }
}

#[test]
fn how_an_obligation_stands() {
    let day = date(2019, 7, 13);
    for (due, done, met) in [
        ("", "", Met::NoDueDate),
        ("unknown", "", Met::NoDueDate),
        ("2019-07-12", "", Met::LateNow),
        ("2019-07-13", "", Met::DueSoon),
        ("2019-08-12", "", Met::DueSoon),
        ("2019-08-13", "", Met::NotYetDue),
        ("2019-06", "", Met::LateNow),
        ("2019-07", "", Met::DueDayUnknown),
        ("2019-08", "", Met::DueSoon),
        ("2019-07-12", "2019-07-12", Met::Met),
        ("2019-07-11", "2019-07-12", Met::MetLate),
        ("2019-07-12", "2019-07-14", Met::LateNow),
        ("2019-06", "2019-06-20", Met::DoneDayUnknown),
        ("2019-06-30", "2019-06", Met::Met),
        ("2019-06-15", "2019-06", Met::DoneDayUnknown),
        ("2019-06-15", "unknown", Met::DoneDayUnknown),
        ("2019-06-15", "2019-07", Met::MetLate),
        ("", "2019-07-01", Met::Met),
        ("unknown", "2019-07-01", Met::DoneDayUnknown),
    ] {
        let standing = once(due, done).standing(day, HERE);
        assert_eq!(standing.met, met, "due {due:?}, done {done:?}");
    }
}

#[test]
fn what_comes_again_is_settled_time_by_time() {
    let mut yearly = once("2016-02-29", "2016-02-29");
    yearly.every = Some(Length::months(12));
    yearly.done_on.push(When::Day(date(2017, 3, 3)));
    let times = yearly.times(date(2018, 6, 1), date(2019, 12, 31), HERE);
    let found: Vec<(Option<When>, Met)> = times.iter().map(|time| (time.due, time.met)).collect();
    assert_eq!(
        found,
        [
            (when("2016-02-29"), Met::Met),
            (when("2017-02-28"), Met::MetLate),
            (when("2018-02-28"), Met::LateNow),
            (when("2019-02-28"), Met::NotYetDue),
            (when("2020-02-29"), Met::NotYetDue),
        ]
    );
    let standing = yearly.standing(date(2018, 6, 1), HERE);
    assert_eq!(
        (standing.due, standing.met),
        (when("2018-02-28"), Met::LateNow)
    );
    yearly.until = when("2018");
    assert_eq!(
        yearly.times(date(2018, 6, 1), date(2030, 1, 1), HERE).len(),
        3
    );
}

#[test]
fn what_is_wrong_with_an_obligation_is_said() {
    let row = |due: &str, every: &str, done: &str, warn: &str| -> Vec<String> {
        [
            "Report", "Meridian", "", "Core", "", "", due, every, "", done, "", "", warn,
        ]
        .map(str::to_owned)
        .into()
    };
    let mut directory = Directory::default();
    directory.id("Core");
    for (row, faults) in [
        (row("2019-07-01", "3 months", "", "20 working days"), None),
        (row("2019-07", "3 months", "", ""), Some(vec!["every"])),
        (row("", "0 months", "", ""), Some(vec!["every"])),
        (row("2019-07-01", "", "", "soon"), Some(vec!["warn before"])),
        (row("2019-07-01", "", "soon", ""), Some(vec!["done on"])),
        (row("", "", "2019; 2020", ""), Some(vec!["done on"])),
    ] {
        let read = record_of::<Obligation>(std::slice::from_ref(&row), &mut directory);
        let found = read.err().map(|mut faults| {
            faults.dedup();
            faults
        });
        assert_eq!(found, faults, "{row:?}");
    }
}

proptest! {
    #[test]
    fn times_rise_and_only_the_last_may_lie_beyond(
        first in 9_000i32..10_000,
        number in 1u32..40,
        unit in 0usize..5,
        asked in 8_000i32..11_000,
        done in 0usize..6,
    ) {
        let unit = [Unit::Days, Unit::WorkingDays, Unit::Weeks, Unit::Months, Unit::Years][unit];
        let day = |days: i32| date(1995, 1, 1).saturating_add(jiff::Span::new().days(days));
        let obligation = Obligation {
            every: Some(Length { number, unit }),
            done_on: vec![When::Unknown; done],
            ..once(&day(first).to_string(), "")
        };
        let times = obligation.times(day(asked), day(asked), HERE);
        let due: Vec<Date> = times.iter().filter_map(|time| time.due?.latest()).collect();
        prop_assert!(due.is_sorted_by(|one, other| one < other));
        let beyond = times.iter().filter(|time| {
            time.met.is_open() && time.due.and_then(When::latest) >= Some(day(asked))
        });
        prop_assert!(beyond.count() <= 1);
        let late = times.iter().filter(|time| time.met == Met::LateNow);
        for time in late {
            prop_assert!(time.due.and_then(When::latest) < Some(day(asked)));
            prop_assert!(time.number >= done);
        }
        // Without an end, what comes again is never over, unless it comes too often to be looked at.
        prop_assert!(times.len() == MOST_TIMES || obligation.standing(day(asked), HERE).met.is_open());
    }
}
