use super::*;
use jiff::civil::{Date, date};
use proptest::prelude::*;

const CONTRACT: RecordId = RecordId([7; 16]);

fn charge(per: Per, pounds: i64) -> Charge {
    Charge {
        name: "Service desk".into(),
        contract: Some(CONTRACT),
        amount: Pence(pounds * 100),
        per,
        from: Some(When::Day(date(2016, 4, 1))),
        to: Some(When::Day(date(2019, 3, 31))),
        index: None,
        index_month: None,
        cap: None,
        floor: None,
        clause: None,
        source: None,
    }
}

fn figures(figures: &[(i16, i64)]) -> Indices {
    let figure = |(year, figure): &(i16, i64)| IndexFigure {
        index: "CPI".into(),
        month: When::Month(*year, 12),
        figure: *figure,
        source: None,
    };
    Indices::of(&figures.iter().map(figure).collect::<Vec<_>>())
}

fn amounts(charge: &Charge, indices: &Indices, day: Date) -> Vec<i64> {
    let owed = owed(charge, &[], indices, (None, None), day);
    owed.stretches
        .iter()
        .map(|stretch| stretch.pence.0)
        .collect()
}

#[test]
fn a_charge_comes_to_its_amount_for_each_period() {
    let none = Indices::default();
    let late = date(2030, 1, 1);
    assert_eq!(
        amounts(&charge(Per::Year, 1_200), &none, late),
        [120_000; 3]
    );
    assert_eq!(
        amounts(&charge(Per::Quarter, 300), &none, late),
        [30_000; 12]
    );
    assert_eq!(amounts(&charge(Per::Month, 100), &none, late).len(), 36);
    assert_eq!(amounts(&charge(Per::Once, 5), &none, late), [500]);
    // What begins later is not charged yet.
    assert_eq!(
        amounts(&charge(Per::Year, 1_200), &none, date(2017, 4, 1)).len(),
        2
    );
    assert!(amounts(&charge(Per::Year, 1_200), &none, date(2016, 3, 31)).is_empty());
    let cut = Charge {
        to: Some(When::Day(date(2017, 6, 30))),
        ..charge(Per::Year, 365)
    };
    // 91 of 365 days.
    assert_eq!(amounts(&cut, &none, late), [36_500, 9_100]);
}

#[test]
fn an_index_moves_the_amount_every_year() {
    let indexed = Charge {
        index: Some("CPI".into()),
        index_month: Some(When::Month(2015, 12)),
        ..charge(Per::Year, 1_000)
    };
    let moved = figures(&[(2015, 100_000), (2016, 101_600), (2017, 104_900)]);
    let late = date(2030, 1, 1);
    assert_eq!(amounts(&indexed, &moved, late), [100_000, 101_600, 104_900]);
    let capped = Charge {
        cap: Some(20),
        ..indexed.clone()
    };
    // 101,600 moved from 101.6 to 104.9 is 104,900; 2% above the year before is 103,632.
    assert_eq!(amounts(&capped, &moved, late), [100_000, 101_600, 103_632]);
    let never_falls = Charge {
        floor: Some(0),
        ..indexed.clone()
    };
    let fallen = figures(&[(2015, 100_000), (2016, 99_000), (2017, 99_500)]);
    assert_eq!(
        amounts(&never_falls, &fallen, late),
        [100_000, 100_000, 100_505]
    );
    // A figure that is missing leaves its year unknown, and names itself.
    let holes = figures(&[(2015, 100_000), (2017, 104_900)]);
    let told = owed(&indexed, &[], &holes, (None, None), late);
    assert_eq!(told.stretches.len(), 2);
    let month = When::Month(2016, 12);
    let index = "CPI".to_owned();
    let (from, to) = (date(2017, 4, 1), date(2018, 3, 31));
    let figure = Missing::Figure {
        index,
        month,
        from,
        to,
    };
    assert_eq!(told.missing, std::slice::from_ref(&figure));
    assert!(figure.concerns(date(2018, 3, 31), date(2019, 3, 31)));
    assert!(!figure.concerns(date(2018, 4, 1), date(2019, 3, 31)));
}

#[test]
fn volumes_are_charged_by_the_unit_and_months_without_one_are_unknown() {
    let by_unit = Charge {
        to: Some(When::Day(date(2016, 6, 30))),
        ..charge(Per::Unit, 30)
    };
    let volume = |month, units| Volume {
        contract: Some(CONTRACT),
        charge: "Service desk".into(),
        month: When::Month(2016, month),
        units,
        source: None,
    };
    let (april, june) = (volume(4, 10), volume(6, 3));
    let told = owed(
        &by_unit,
        &[&april, &june],
        &Indices::default(),
        (None, None),
        date(2030, 1, 1),
    );
    let amounts: Vec<i64> = told.stretches.iter().map(|it| it.pence.0).collect();
    assert_eq!(amounts, [30_000, 9_000]);
    let month = When::Month(2016, 5);
    assert_eq!(told.missing, [Missing::Volume { month }]);
}

#[test]
fn without_days_nothing_can_be_said() {
    let open = Charge {
        from: None,
        to: None,
        ..charge(Per::Year, 1)
    };
    let told = |term| owed(&open, &[], &Indices::default(), term, date(2030, 1, 1));
    assert_eq!(told((None, None)).missing, [Missing::Days]);
    let term = (Some(date(2020, 1, 1)), Some(date(2021, 12, 31)));
    assert_eq!(told(term).stretches.len(), 2);
}

#[test]
fn shares_and_figures_are_read_as_printed() {
    for (text, share) in [
        ("5%", Some(50)),
        ("2.5 %", Some(25)),
        ("-1%", Some(-10)),
        ("0%", Some(0)),
        ("2.55%", None),
        ("5", None),
        ("x%", None),
    ] {
        assert_eq!(index::percent(text), share, "{text}");
    }
    assert_eq!(index::in_percent(25), "2.5%");
    assert_eq!(index::in_percent(-10), "-1%");
}

proptest! {
    /// However a stretch of time is cut, what is charged for the parts adds up to the whole.
    #[test]
    fn parts_of_a_time_add_up(pounds in 1i64..100_000, cut in 1i32..1_094) {
        let charge = charge(Per::Year, pounds);
        let late = date(2030, 1, 1);
        let told = owed(&charge, &[], &Indices::default(), (None, None), late);
        let (from, to) = (date(2016, 4, 1), date(2019, 3, 31));
        let day = from.saturating_add(jiff::Span::new().days(cut));
        let before = day.yesterday().expect("a day");
        prop_assert_eq!(
            told.during(from, before).0 + told.during(day, to).0,
            told.during(from, to).0
        );
        prop_assert_eq!(told.during(from, to).0, pounds * 300);
        prop_assert_eq!(told.during(to.tomorrow().expect("a day"), late), Pence::ZERO);
    }

    /// The higher an index, the higher the amount.
    #[test]
    fn amounts_follow_their_index(low in 50_000i64..150_000, more in 0i64..50_000) {
        let indexed = Charge {
            index: Some("CPI".into()),
            index_month: Some(When::Month(2015, 12)),
            cap: None,
            ..charge(Per::Year, 1_234)
        };
        let of = |figure| {
            let held = figures(&[(2015, 100_000), (2016, figure), (2017, figure)]);
            amounts(&indexed, &held, date(2017, 5, 1))[1]
        };
        prop_assert!(of(low) <= of(low + more));
    }
}
