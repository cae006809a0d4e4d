//! The numeric expectations of NHSRplotthedots 0.2.2, restated from its tests `test-ptd_calculate_point_type.R`,
//! `test-ptd_spc_standard.R` (with its snapshot) and `test-ptd_calculate_assurance_type.R`.

use super::rules::{Hits, high, part_of, part_of_two_of_three, shift, trend, two_of_three};
use super::*;
use proptest::prelude::*;

fn bits(text: &str) -> Vec<bool> {
    text.chars().map(|c| c == '1').collect()
}

/// `+`, `-` and `0` for each point.
fn signs(text: &str) -> Vec<i8> {
    text.chars()
        .map(|c| i8::from(c == '+') - i8::from(c == '-'))
        .collect()
}

fn points(values: &[f64]) -> Vec<Point> {
    let mut date = jiff::civil::date(2020, 1, 1);
    let mut next = |&value: &f64| {
        date = date.tomorrow().expect("a day");
        Point { date, value }
    };
    values.iter().map(&mut next).collect()
}

fn of(values: &[f64], asked: &Asked) -> Chart {
    chart(&points(values), asked).expect("a chart")
}

#[test]
fn seven_on_one_side() {
    for (sides, ends) in [
        ("", ""),
        ("++++++", "000000"),
        ("++++++-", "0000000"),
        ("++++++++-", "000000++0"),
        ("--------+", "000000--0"),
    ] {
        assert_eq!(shift(&signs(sides), 7), signs(ends), "{sides}");
    }
}

#[test]
fn part_of_a_run_of_seven() {
    for (ends, part) in [
        ("", ""),
        ("000000", "000000"),
        ("000000+0", "11111110"),
        ("0000000+0", "011111110"),
        ("000000-0", "11111110"),
        ("0000000-0", "011111110"),
    ] {
        assert_eq!(part_of(&signs(ends), 7), bits(part), "{ends}");
    }
}

#[test]
fn seven_rising_or_falling() {
    for (values, ends) in [
        (&[][..], ""),
        (&[1., 2., 3., 4., 5., 6.], "000000"),
        (&[1., 2., 3., 3., 4., 5., 6.], "0000000"),
        (&[1., 2., 3., 4., 5., 6., 7.], "000000+"),
        (&[2., 1., 2., 3., 4., 5., 6., 7., 3.], "0000000+0"),
        (&[7., 6., 5., 4., 3., 2., 1.], "000000-"),
        (&[2., 7., 6., 5., 4., 3., 2., 1., 3.], "0000000-0"),
    ] {
        assert_eq!(trend(values, 7), signs(ends), "{values:?}");
    }
}

#[test]
fn two_of_three_near_a_limit() {
    for (near, sides, expected) in [
        ("", "", ""),
        ("000", "000", "000"),
        ("101", "+++", "111"),
        ("011", "+++", "111"),
        ("110", "+++", "111"),
        ("0010100", "+++++++", "0011100"),
        ("0011000", "+++++++", "0111100"),
        // On opposite sides of the centre.
        ("101", "+-+", "000"),
        ("011", "+-+", "000"),
        ("110", "+-+", "000"),
        ("0010100", "+-+-+-+", "0000000"),
        ("0011000", "-+-+-+-", "0000000"),
    ] {
        assert_eq!(
            two_of_three(&bits(near), &signs(sides)),
            bits(expected),
            "{near} {sides}"
        );
    }
}

#[test]
fn only_points_near_a_limit_are_part_of_two_of_three() {
    for (near, expected) in [
        ("", ""),
        ("000", "000"),
        ("101", "101"),
        ("011", "011"),
        ("110", "110"),
        ("0010100", "0010100"),
        ("0011000", "0011000"),
        ("1001", "0000"),
        ("10011", "00011"),
    ] {
        let near = bits(near);
        let in_three = two_of_three(&near, &vec![1; near.len()]);
        assert_eq!(part_of_two_of_three(&in_three, &near), bits(expected));
    }
}

#[test]
fn the_first_rule_decides() {
    let hits = Hits {
        outside: bits("00000110"),
        trend: bits("11000000"),
        two_of_three: bits("00001000"),
        shift: bits("00110000"),
    };
    let values = [1., 2., 3., 4., 5., 6., 7., 8.];
    let expected = [
        Some((Rule::Trend, true)),
        Some((Rule::Trend, true)),
        Some((Rule::Shift, true)),
        Some((Rule::Shift, true)),
        Some((Rule::TwoOfThree, false)),
        Some((Rule::OutsideLimit, false)),
        Some((Rule::OutsideLimit, false)),
        None,
    ];
    assert_eq!(high(&values, &signs("++++----"), &hits), expected);
}

#[test]
fn targets_against_limits() {
    use TargetIcon::{Fail, Inconsistent, None as No, Pass};
    let limits = [(1.0, 3.0), (5.0, 7.0), (1.0, 5.0)];
    for (better, target, expected) in [
        (Better::Up, None, [No, No, No]),
        (Better::Up, Some(4.0), [Fail, Pass, Inconsistent]),
        (Better::Down, Some(4.0), [Pass, Fail, Inconsistent]),
        (Better::Neither, Some(4.0), [No, No, No]),
    ] {
        let icons = limits.map(|limits| TargetIcon::of(target, Some(limits), better));
        assert_eq!(icons, expected, "{better:?}");
    }
}

/// Twenty normal values that R's `set.seed(123); rnorm(20)` gives.
const NORMAL: [f64; 20] = [
    -0.56047565,
    -0.23017749,
    1.55870831,
    0.07050839,
    0.12928774,
    1.71506499,
    0.46091621,
    -1.26506123,
    -0.68685285,
    -0.44566197,
    1.22408180,
    0.35981383,
    0.40077145,
    0.11068272,
    -0.55584113,
    1.78691314,
    0.49785048,
    -1.96661716,
    0.70135590,
    -0.47279141,
];

#[test]
fn limits_with_and_without_screening() {
    let mut extreme = NORMAL;
    extreme[14] = 10.0;
    let whole = Asked::of(Better::Up);
    let unscreened = Asked {
        screen: false,
        ..whole.clone()
    };
    for (values, asked, centre, lower, upper, sides, screened) in [
        (
            NORMAL,
            &whole,
            0.1416238,
            -3.01138,
            3.294627,
            "--+--++---+++--",
            0,
        ),
        (
            extreme,
            &whole,
            0.6694159,
            -2.383666,
            3.722497,
            "--+--+----+---",
            2,
        ),
        (
            extreme,
            &unscreened,
            0.6694159,
            -4.596625,
            5.935457,
            "--+--+----+---",
            0,
        ),
    ] {
        let segment = &of(&values, asked).segments[0];
        let limits = segment.limits.expect("limits");
        for (is, expected) in [
            (segment.centre, centre),
            (limits.lower, lower),
            (limits.upper, upper),
        ] {
            assert!((is - expected).abs() < 1e-6, "{is} for {expected}");
        }
        let is: Vec<i8> = values
            .iter()
            .map(|&value| side(value, segment.centre))
            .collect();
        assert_eq!(is[..sides.len()], signs(sides));
        assert_eq!(segment.screened.len(), screened);
    }
}

#[test]
fn a_baseline_changes_the_limits_and_a_rebase_begins_a_segment() {
    let whole = of(&NORMAL, &Asked::of(Better::Up));
    let twelve = of(
        &NORMAL,
        &Asked {
            baseline: Some(12),
            ..Asked::of(Better::Up)
        },
    );
    let limits = |chart: &Chart| chart.segments[0].limits.expect("limits");
    assert_ne!(limits(&whole).lower, limits(&twelve).lower);
    assert_ne!(limits(&whole).upper, limits(&twelve).upper);
    assert!(!twelve.segments[0].trial);
    assert!(whole.points.iter().all(|point| point.segment == 0));
    let rebase = Rebase {
        on: points(&NORMAL)[10].date,
        reason: Some("a new desk".into()),
    };
    let two = of(
        &NORMAL,
        &Asked {
            rebases: vec![rebase.clone()],
            ..Asked::of(Better::Up)
        },
    );
    let places: Vec<usize> = two.points.iter().map(|point| point.segment).collect();
    assert_eq!(places, [[0; 10], [1; 10]].concat());
    assert_eq!(two.segments[1].rebase, Some(rebase));
    assert!(two.segments.iter().all(|segment| segment.trial));
    let first = of(&NORMAL[..10], &Asked::of(Better::Up));
    assert_eq!(first.segments[0].limits, two.segments[0].limits);
}

#[test]
fn near_opposite_limits_is_no_special_cause() {
    let mut values: Vec<f64> = [1.0, -1.0].repeat(8);
    values[14] = 5.5;
    values[15] = -5.5;
    let chart = of(&values, &Asked::of(Better::Up));
    let last = &chart.points[14..];
    assert!(
        last.iter()
            .all(|point| point.variation == Variation::CommonCause)
    );
}

#[test]
fn the_target_is_held_against_the_last_segment() {
    let parts = |order: [f64; 3]| {
        let values: Vec<f64> = order
            .iter()
            .flat_map(|centre| [centre - 0.2, centre + 0.2].repeat(6))
            .collect();
        let days = points(&values);
        let rebase = |at: usize| Rebase {
            on: days[at].date,
            reason: None,
        };
        let asked = Asked {
            target: Some(4.0),
            rebases: vec![rebase(12), rebase(24)],
            ..Asked::of(Better::Down)
        };
        of(&values, &asked).target
    };
    assert_eq!(parts([2.0, 6.0, 4.0]), TargetIcon::Inconsistent);
    assert_eq!(parts([6.0, 4.0, 2.0]), TargetIcon::Pass);
    assert_eq!(parts([4.0, 2.0, 6.0]), TargetIcon::Fail);
}

#[test]
fn a_trend_through_the_centre_has_the_direction_of_the_run() {
    let values = [5., -5., 5., -5., 5., -5., 3., 2., 1., 0., -1., -2., -3.];
    let chart = of(&values, &Asked::of(Better::Down));
    let trend = |point: &&Charted| point.rules.first() == Some(&Rule::Trend);
    let falling: Vec<&Charted> = chart.points.iter().filter(trend).collect();
    assert_eq!(falling.len(), 7);
    assert!(
        falling
            .iter()
            .all(|point| point.variation == Variation::ImprovementLow)
    );
}

#[test]
fn what_is_no_chart_is_refused() {
    let asked = Asked::of(Better::Up);
    assert_eq!(chart(&[], &asked), Err(NotAChart::Empty));
    let days = points(&[1.0, 2.0, 3.0]);
    let late = days[2].date.tomorrow().expect("a day");
    let rebase = |on| Rebase { on, reason: None };
    let rebased = |rebases| {
        chart(
            &days,
            &Asked {
                rebases,
                ..asked.clone()
            },
        )
    };
    assert_eq!(
        rebased(vec![rebase(late)]),
        Err(NotAChart::RebaseAfterAll(late))
    );
    assert_eq!(
        rebased(vec![rebase(days[1].date); 2]),
        Err(NotAChart::RebasesTogether(days[1].date, days[1].date))
    );
    let backwards = [days[1], days[0]];
    assert_eq!(
        chart(&backwards, &asked),
        Err(NotAChart::Order(days[0].date))
    );
    let one = of(&[3.0], &asked);
    assert_eq!(
        (one.segments[0].limits, one.target),
        (None, TargetIcon::None)
    );
    let still = of(&[3.0; 13], &asked).segments[0].limits.expect("limits");
    assert_eq!((still.lower, still.upper), (3.0, 3.0));
}

#[test]
fn counts_by_hand() {
    let day = |at: usize| points(&[0.0; 5])[at].date;
    let c = counts::c(&[(day(0), 4), (day(1), 16), (day(2), 7)]).expect("a chart");
    assert_eq!((c[0].centre, c[0].lower, c[0].upper), (9.0, 0.0, 18.0));
    let counted = |at, count, out_of| counts::Counted {
        date: day(at),
        count,
        out_of,
    };
    // Centre 1/10, deviations of 3/100: standardised 2, -2, 0, so moved (4 + 2) / 2 / 1.128.
    let p = counts::p(&[counted(0, 16, 100), counted(1, 4, 100), counted(2, 10, 100)])
        .expect("a chart");
    let reach = 3.0 * 0.03 * 3.0 / 1.128;
    assert!((p[0].upper - (0.1 + reach)).abs() < 1e-12 && p[0].lower == 0.0);
    let refused = [
        (
            counts::p(&[counted(0, 2, 1), counted(1, 0, 1)]),
            counts::NotCounted::MoreThanAll(day(0)),
        ),
        (
            counts::u(&[counted(0, 2, 1), counted(1, 0, 0)]),
            counts::NotCounted::OutOfNothing(day(1)),
        ),
        (counts::u(&[counted(0, 2, 1)]), counts::NotCounted::TooFew),
    ];
    for (is, expected) in refused {
        assert_eq!(is, Err(expected));
    }
}

proptest! {
    /// Turning a measure upside down turns every variation, and nothing else.
    #[test]
    fn up_and_down_are_alike(values in prop::collection::vec(-9i32..9, 2..60)) {
        let up: Vec<f64> = values.iter().map(|&value| f64::from(value)).collect();
        let down: Vec<f64> = up.iter().map(|value| -value).collect();
        let (up, down) = (of(&up, &Asked::of(Better::Up)), of(&down, &Asked::of(Better::Down)));
        for (one, other) in up.points.iter().zip(&down.points) {
            prop_assert_eq!(&one.rules, &other.rules);
            let tied = one.rules.first() == Some(&Rule::Trend);
            let common = |point: &Charted| point.variation == Variation::CommonCause;
            prop_assert_eq!(common(one), common(other));
            let better = matches!(one.variation, Variation::ImprovementHigh | Variation::CommonCause);
            let also = matches!(other.variation, Variation::ImprovementLow | Variation::CommonCause);
            prop_assert!(tied || better == also);
        }
    }

    #[test]
    fn limits_lie_about_the_centre(
        cases in prop::collection::vec((0u64..500, 500u64..900), 2..40)
    ) {
        let days = points(&vec![0.0; cases.len()]);
        let counted: Vec<counts::Counted> = cases.iter().zip(&days)
            .map(|(&(count, out_of), day)| counts::Counted { date: day.date, count, out_of })
            .collect();
        for chart in [counts::p(&counted), counts::u(&counted)] {
            for point in chart.expect("a chart") {
                prop_assert!(point.lower <= point.centre && point.centre <= point.upper && point.lower >= 0.0);
            }
        }
    }
}
