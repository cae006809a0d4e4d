use super::*;
use crate::kinds::tests::{Directory, record_of};
use jiff::civil::date;

/// A row that says these things and is blank elsewhere.
fn row(said: &[(&str, &str)]) -> Vec<String> {
    let base = [("measure", "Calls"), ("unit", "%"), ("better", "up")];
    let cell = |heading: &Heading| {
        let of = |(name, _): &&(&str, &str)| *name == heading.name;
        let found = said.iter().find(of).or_else(|| base.iter().find(of));
        found.map_or_else(String::new, |(_, text)| (*text).to_owned())
    };
    Measure::HEADINGS.iter().map(cell).collect()
}

fn read(rows: &[Vec<String>]) -> Result<Measure, Vec<&'static str>> {
    record_of(rows, &mut Directory::default())
}

#[test]
fn a_definition_and_a_target_each_change_on_their_own_day() {
    let measure = read(&[
        row(&[
            ("definition", "Within 30 seconds"),
            ("target", "95%"),
            ("from", "2016-04"),
        ]),
        row(&[
            ("definition", "Within 30 seconds"),
            ("target", "90"),
            ("from", "2018-04"),
        ]),
        row(&[
            ("definition", "Within 20 seconds"),
            ("target", "90"),
            ("from", "2019-06"),
        ]),
        row(&[("from", "2021-04")]),
    ]);
    let measure = measure.expect("a measure");
    let redefined: Vec<_> = measure.redefined().collect();
    assert_eq!(redefined, [(When::Month(2019, 6), "Within 20 seconds")]);
    for (day, promised) in [
        (date(2016, 3, 31), None),
        (date(2016, 4, 1), Some(95.0)),
        (date(2018, 4, 1), Some(90.0)),
        (date(2021, 3, 31), Some(90.0)),
        (date(2021, 4, 1), None),
    ] {
        assert_eq!(measure.target_on(day), promised, "{day}");
    }
}

#[test]
fn files_use_its_name_unless_they_are_said_to_use_another() {
    let printed = |said: &[(&str, &str)]| {
        let measure = read(&[row(said)]).expect("a measure");
        measure.printed().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(printed(&[]), ["Calls"]);
    assert_eq!(
        printed(&[("printed as", "Calls < 30s; KPI 4")]),
        ["Calls < 30s", "KPI 4"]
    );
}

#[test]
fn what_cannot_be_meant_is_a_fault() {
    for (heading, words) in [
        ("target", "about 95"),
        ("target", "inf"),
        ("smallest step", "0"),
        ("smallest step", "-1"),
        ("transition", "25"),
        ("transition", "-1"),
        ("service", "Nowhere"),
    ] {
        assert_eq!(
            read(&[row(&[(heading, words)])]),
            Err(vec![heading]),
            "{words}"
        );
    }
    let both = [
        ("counted from tickets", "tickets opened"),
        ("printed as", "KPI 4"),
    ];
    assert_eq!(read(&[row(&both)]), Err(vec!["counted from tickets"]));
}
