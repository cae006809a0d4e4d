use super::credit::*;
use super::*;
use crate::pence::Pence;
use jiff::civil::{Date, date};
use proptest::prelude::*;

#[test]
fn ratings_part_where_the_bands_say() {
    let up = Bands {
        better: Better::Up,
        good: 95.0,
        approaching: 90.0,
        requires_improvement: 80.0,
    };
    let down = Bands {
        better: Better::Down,
        good: 4.0,
        approaching: 6.0,
        requires_improvement: 8.0,
    };
    for (bands, value, rating) in [
        (up, 95.0, Rating::Good),
        (up, 94.99, Rating::ApproachingTarget),
        (up, 90.0, Rating::ApproachingTarget),
        (up, 89.9, Rating::RequiresImprovement),
        (up, 80.0, Rating::RequiresImprovement),
        (up, 79.9, Rating::Inadequate),
        (down, 4.0, Rating::Good),
        (down, 5.0, Rating::ApproachingTarget),
        (down, 8.0, Rating::RequiresImprovement),
        (down, 8.1, Rating::Inadequate),
    ] {
        assert_eq!(bands.check(), Ok(()));
        assert_eq!(
            bands.rate(Some(value)),
            Some(rating),
            "{value} of {bands:?}"
        );
    }
    assert_eq!(up.rate(None), None);
    assert_eq!(up.rate(Some(f64::NAN)), None);
}

#[test]
fn wrong_bands_are_refused() {
    for (better, bands, wrong) in [
        (Better::Neither, [3.0, 2.0, 1.0], WrongBands::NeitherWay),
        (Better::Up, [1.0, 2.0, 3.0], WrongBands::OutOfOrder),
        (Better::Down, [3.0, 2.0, 1.0], WrongBands::OutOfOrder),
        (Better::Up, [f64::NAN, 2.0, 1.0], WrongBands::NoNumber),
    ] {
        let [good, approaching, requires_improvement] = bands;
        let bands = Bands {
            better,
            good,
            approaching,
            requires_improvement,
        };
        assert_eq!(bands.check(), Err(wrong));
    }
}

/// Two made-up measures: at 2% of the charge a point, no month owes more than 10%.
fn table() -> CreditTable {
    let kpi = |name: &str, better, target, steps: &[(Option<f64>, u32)]| Kpi {
        name: name.into(),
        better,
        target,
        steps: steps
            .iter()
            .map(|(down_to, points)| Step {
                down_to: *down_to,
                points: *points,
            })
            .collect(),
        clause: None,
    };
    CreditTable {
        kpis: vec![
            kpi(
                "availability",
                Better::Up,
                99.5,
                &[(Some(99.0), 1), (Some(98.0), 2), (None, 4)],
            ),
            kpi(
                "hours to restore",
                Better::Down,
                4.0,
                &[(Some(8.0), 1), (None, 3)],
            ),
        ],
        point: 200,
        cap: Some(1000),
        repeats: vec![150, 200],
        earn_back: Some(EarnBack {
            months: 2,
            share: 5000,
        }),
    }
}

fn months(values: &[(Option<f64>, Option<f64>)]) -> Vec<Measured> {
    let mut month = date(2025, 4, 1);
    values
        .iter()
        .map(|(availability, hours)| {
            let known = [("availability", availability), ("hours to restore", hours)];
            let values = known
                .iter()
                .filter_map(|(name, value)| Some(((*name).to_owned(), (**value)?)));
            let measured = Measured {
                month,
                charge: Some(Pence(10_000_001)),
                values: values.collect(),
            };
            month = month.last_of_month().tomorrow().expect("a month later");
            measured
        })
        .collect()
}

fn owed(months: &[Measured]) -> Vec<MonthCredits> {
    credits(&table(), months).expect("a table in order")
}

#[test]
fn credits_follow_the_table_step_by_step() {
    let run = owed(&months(&[
        (Some(99.5), Some(4.0)), // met exactly
        (Some(99.2), Some(3.0)), // one point
        (Some(98.5), Some(3.0)), // two, half as much again for the second month
        (Some(97.0), Some(9.0)), // four doubled, and three: capped
        (Some(99.9), Some(3.0)),
        (Some(99.9), Some(3.0)), // both have met twice: half comes back
        (Some(99.9), Some(3.0)), // once only
    ]));
    let nets: Vec<i64> = run
        .iter()
        .map(|month| month.certain.expect("all is known").0)
        .collect();
    // 2% of 100,000.01 is 2,000.0002; 2 points by 150% are 6,000.0006; the cap is 10,000.001.
    // Half of 2,000.00 + 6,000.00 + 10,000.00 comes back, each measure by itself.
    assert_eq!(nets, [0, 200_000, 600_000, 1_000_000, 0, -900_000, 0]);
    let capped = run[3].least.as_ref().expect("the charge is known");
    assert_eq!(capped.before_cap, Pence(1_600_000 + 600_000));
    assert_eq!(capped.lines[0].weighted, 800);
    assert_eq!(
        capped
            .lines
            .iter()
            .map(|line| line.owed.0)
            .collect::<Vec<_>>(),
        [727_272, 272_728]
    );
}

#[test]
fn what_is_missing_makes_a_range() {
    let run = owed(&months(&[
        (Some(99.2), Some(3.0)),
        (None, Some(3.0)),
        (Some(99.2), Some(3.0)),
    ]));
    assert_eq!(run[0].certain, Some(Pence(200_000)));
    assert_eq!(run[1].missing, ["availability"]);
    assert_eq!(run[1].certain, None);
    let range = |month: &MonthCredits| {
        let net = |owed: &Option<Owed>| owed.as_ref().map(|owed| owed.net.0);
        (net(&month.least), net(&month.most))
    };
    assert_eq!(range(&run[1]), (Some(0), Some(1_000_000)));
    // The month after is the first missed in a row, or the third.
    assert_eq!(range(&run[2]), (Some(200_000), Some(400_000)));
    // Both extremes earn nothing back in the fifth month, and what lies between them would.
    let between = owed(&months(&[
        (Some(99.2), Some(3.0)),
        (None, Some(3.0)),
        (None, Some(3.0)),
        (None, Some(3.0)),
        (Some(99.9), Some(3.0)),
    ]));
    assert_eq!(range(&between[4]), (Some(0), Some(0)));
    assert_eq!(between[4].certain, None);
    let mut unknown = months(&[(Some(99.2), Some(3.0))]);
    unknown[0].charge = None;
    assert_eq!(range(&owed(&unknown)[0]), (None, None));
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let gap = [months(&[(None, None)]), {
        let mut later = months(&[(None, None)]);
        later[0].month = date(2025, 6, 1);
        later
    }]
    .concat();
    assert_eq!(
        credits(&table(), &gap),
        Err(WrongTable::Months(date(2025, 6, 1)))
    );
    let mut odd = months(&[(None, None)]);
    odd[0].values.insert("speed".into(), 1.0);
    let wrong = WrongTable::NoSuchMeasure {
        month: date(2025, 4, 1),
        name: "speed".into(),
    };
    assert_eq!(credits(&table(), &odd), Err(wrong));
    type Spoil = fn(&mut CreditTable);
    let spoil: [(Spoil, WrongTable); 6] = [
        (
            |table| table.kpis[0].better = Better::Neither,
            WrongTable::NeitherWay("availability".into()),
        ),
        (
            |table| table.kpis[0].steps.swap(0, 1),
            WrongTable::Steps("availability".into()),
        ),
        (
            |table| table.kpis[0].steps.clear(),
            WrongTable::Steps("availability".into()),
        ),
        (
            |table| table.kpis[1].name = "availability".into(),
            WrongTable::Twice("availability".into()),
        ),
        (|table| table.repeats = vec![200, 150], WrongTable::Repeats),
        (
            |table| {
                table.earn_back = Some(EarnBack {
                    months: 0,
                    share: 1,
                })
            },
            WrongTable::EarnBack,
        ),
    ];
    for (spoil, wrong) in spoil {
        let mut table = table();
        spoil(&mut table);
        assert_eq!(credits(&table, &[]), Err(wrong));
    }
    let mut large = months(&[(Some(1.0), Some(99.0))]);
    large[0].charge = Some(Pence(i64::MAX));
    let mut table = table();
    table.point = u32::MAX;
    assert_eq!(
        credits(&table, &large),
        Err(WrongTable::TooLarge(Date::constant(2025, 4, 1)))
    );
}

proptest! {
    /// The parts of the lines add up to the penny, no month owes more than its cap, and the truth lies in
    /// the range whatever the missing values were.
    #[test]
    fn ranges_hold_the_truth_and_parts_add_up(
        all in prop::collection::vec((9600u32..10_000, 0u32..12, any::<bool>(), any::<bool>()), 1..15),
        earns_back: bool,
    ) {
        let mut table = table();
        if !earns_back {
            table.earn_back = None;
        }
        let value = |(a, h, ..): &(u32, u32, bool, bool)| (f64::from(*a) / 100.0, f64::from(*h));
        let whole: Vec<_> = all.iter().map(|row| { let (a, h) = value(row); (Some(a), Some(h)) }).collect();
        let part: Vec<_> = all.iter().map(|row| { let (a, h) = value(row); (row.2.then_some(a), row.3.then_some(h)) }).collect();
        let truth = credits(&table, &months(&whole)).expect("a table in order");
        let ranges = credits(&table, &months(&part)).expect("a table in order");
        for (truth, range) in truth.iter().zip(&ranges) {
            let owed = truth.least.as_ref().expect("the charge is known");
            prop_assert_eq!(owed.lines.iter().map(|line| line.owed.0).sum::<i64>(), owed.after_cap.0);
            prop_assert!(owed.cap.is_none_or(|cap| owed.after_cap <= cap));
            let (least, most) = (range.least.as_ref().expect("known"), range.most.as_ref().expect("known"));
            prop_assert!(least.after_cap <= owed.after_cap && owed.after_cap <= most.after_cap);
            prop_assert!(range.certain.is_none_or(|certain| certain == owed.net));
        }
    }
}
