use super::*;
use crate::dated::Dated;
use crate::performance::Better;
use jiff::ToSpan;
use jiff::civil::date;

fn measure(printed: &[&str], called: &[&str]) -> Measure {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Measure {
        name: "Calls answered".into(),
        service: Some(RecordId([1; 16])),
        unit: "%".into(),
        better: Better::Up,
        definition: Dated::default(),
        target: Dated::default(),
        approaching: None,
        requires_improvement: None,
        printed: texts(printed),
        counted: None,
        tickets_of: texts(called),
        is_primary: true,
        smallest: None,
        transition: 0,
        compared: Vec::new(),
        chart: None,
        owner: None,
        source: None,
    }
}

/// A value of a month.
fn value(measure: &str, service: &str, month: i8, value: Option<f64>, line: u64) -> Value {
    let date = date(2019, month, 1);
    Value {
        measure: measure.into(),
        service: service.into(),
        date,
        date_to: date.last_of_month(),
        value,
        numerator: None,
        denominator: None,
        printed: Printed {
            import: RecordId([2; 16]),
            file: "report.csv".into(),
            line,
        },
    }
}

fn lines(series: &Series) -> Vec<u64> {
    series
        .values
        .iter()
        .map(|value| value.printed.line)
        .collect()
}

#[test]
fn rows_are_taken_by_the_name_of_the_measure_and_of_the_service() {
    let all = [
        value("Calls answered", "Service desk", 1, Some(1.0), 1),
        value("CALLS ANSWERED ", "service desk", 2, Some(2.0), 2),
        value("Calls answered", "Network", 3, Some(3.0), 3),
        value("Calls < 30s", "Service desk", 4, Some(4.0), 4),
        value("Calls < 30s", "", 5, Some(5.0), 5),
        value("Calls < 30s", "Desk 1", 6, Some(6.0), 6),
    ];
    for (printed, called, service, shared, expected) in [
        (&[][..], &[][..], Some("Service desk"), false, &[1, 2][..]),
        (&["Calls < 30s"], &[], Some("Service desk"), false, &[4, 5]),
        (&["Calls < 30s"], &[], Some("Service desk"), true, &[4]),
        (
            &["Calls < 30s"],
            &["Desk 1"],
            Some("Service desk"),
            false,
            &[5, 6],
        ),
        (&["Calls answered"], &[], None, false, &[1, 2, 3]),
        (&["Nothing"], &[], None, false, &[]),
    ] {
        let series = Series::of(&measure(printed, called), service, shared, &all);
        assert_eq!(lines(&series), expected, "{printed:?} {called:?} {shared}");
    }
    let shared = Series::of(
        &measure(&["Calls < 30s"], &[]),
        Some("Service desk"),
        true,
        &all,
    );
    assert_eq!(shared.aside, [Aside::OfWhichService { rows: 1 }]);
}

#[test]
fn what_files_state_differently_is_set_aside_and_never_averaged() {
    let all = [
        value("Calls answered", "", 1, Some(90.0), 1),
        value("Calls answered", "", 1, Some(90.0), 11),
        value("Calls answered", "", 2, Some(91.0), 2),
        value("Calls answered", "", 2, Some(92.0), 12),
        value("Calls answered", "", 3, None, 3),
        value("Calls answered", "", 4, None, 4),
        value("Calls answered", "", 4, Some(93.0), 14),
    ];
    let series = Series::of(&measure(&[], &[]), None, false, &all);
    assert_eq!(lines(&series), [1, 14]);
    assert_eq!(
        series.aside,
        [
            Aside::Disagree {
                date: date(2019, 2, 1),
                rows: all[2..4].to_vec()
            },
            Aside::NoValue {
                date: date(2019, 3, 1),
                printed: all[4].printed.clone()
            },
        ]
    );
}

#[test]
fn a_quarter_among_months_is_no_month() {
    let mut quarter = value("Calls answered", "", 1, Some(50.0), 9);
    quarter.date_to = date(2019, 3, 31);
    let all = [
        quarter.clone(),
        value("Calls answered", "", 1, Some(90.0), 1),
        value("Calls answered", "", 2, Some(91.0), 2),
    ];
    let series = Series::of(&measure(&[], &[]), None, false, &all);
    assert_eq!(lines(&series), [1, 2]);
    assert_eq!(
        series.aside,
        [Aside::OtherSpan {
            rows: vec![quarter]
        }]
    );
}

#[test]
fn a_month_counts_once_it_has_ended() {
    let all = [1, 2, 3].map(|month| value("Calls answered", "", month, Some(1.0), 1));
    let series = Series::of(&measure(&[], &[]), None, false, &all);
    let end = date(2019, 2, 28);
    assert_eq!(series.until(end).len(), 2);
    assert_eq!(series.until(end.saturating_sub(1.day())).len(), 1);
}
