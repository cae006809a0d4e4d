use super::*;
use crate::performance::verdict::months::number;
use jiff::civil::date;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

const EFFORT: Effort = Effort { each: 100, seed: 7 };

fn noise(phi: f64, count: i32, stream: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(2_026);
    random.set_stream(stream);
    let elapsed: Vec<i32> = (0..count).collect();
    Noise { phi, white: 0.0 }.series(&elapsed, || StandardNormal.sample(&mut random))
}

fn day(month: usize) -> Date {
    first_day(number(date(2015, 1, 1)) + month as i32)
}

/// Months from January 2015 on, with steps of so many standard deviations from so many months on.
fn points(noise: &[f64], steps: &[(usize, f64)]) -> Vec<Point> {
    let value = |month: usize| {
        let begun = steps.iter().filter(|(from, _)| month >= *from);
        50.0 + noise[month] + begun.map(|(_, size)| size).sum::<f64>()
    };
    let point = |month: usize| Point {
        date: day(month),
        value: value(month),
    };
    (0..noise.len()).map(point).collect()
}

#[test]
fn steps_are_dated_to_about_their_month() {
    let cases: &[(i32, &[(usize, f64)])] = &[
        (48, &[(30, 5.0)]),
        (60, &[(20, -4.0)]),
        (72, &[(50, 5.0)]),
        (96, &[(30, 6.0), (62, -7.0)]),
    ];
    for (stream, (count, steps)) in (10..).zip(cases) {
        let told = changes(&points(&noise(0.3, *count, stream), steps), EFFORT);
        assert_eq!(told.found.len(), steps.len(), "{steps:?}: {told:?}");
        for (change, (month, size)) in told.found.iter().zip(*steps) {
            let off = number(change.about) - number(day(*month));
            assert!(off.abs() <= 2, "{steps:?}: {change:?}");
            assert!(change.earliest <= change.about && change.about <= change.latest);
            assert!((change.step - size).abs() < 2.5, "{size}: {change:?}");
            assert_eq!(change.direction == Direction::Rose, *size > 0.0);
            assert!(change.p_value <= FALSE_ALARMS);
        }
    }
}

#[test]
fn without_a_change_there_is_no_date_and_a_reason() {
    let told = changes(&points(&noise(0.0, 48, 6), &[]), EFFORT);
    assert_eq!(told.found, []);
    assert_eq!(told.reasons, [Unsure::NotClear]);
    assert!(told.p_value.is_some_and(|it| it > FALSE_ALARMS));
}

#[test]
fn series_that_tell_nothing_are_refused_with_the_reason() {
    let values = noise(0.0, 60, 2);
    let all = points(&values, &[]);
    let every_third: Vec<Point> = all
        .iter()
        .copied()
        .chain(points(&noise(0.0, 90, 3), &[]))
        .filter(|point| number(point.date) % 3 == 0)
        .collect();
    let trend: Vec<f64> = (0..48).map(f64::from).collect();
    let cases = [
        (
            all[..23].to_vec(),
            Unsure::TooFew {
                months: 23,
                needed: 24,
            },
        ),
        (every_third, Unsure::MostlyGaps { missing: 58 }),
        (points(&[0.0; 48], &[]), Unsure::NeverVaries),
        (points(&trend, &[]), Unsure::NeverVaries),
        (
            Vec::new(),
            Unsure::TooFew {
                months: 0,
                needed: 24,
            },
        ),
    ];
    for (points, reason) in cases {
        let told = changes(&points, EFFORT);
        assert_eq!((told.found, told.reasons), (vec![], vec![reason]));
        assert_eq!(told.p_value, None);
    }
}

#[test]
fn trend_season_and_unit_leave_the_dates_as_they_are() {
    let plain = points(&noise(0.3, 72, 4), &[(40, 5.0)]);
    let other: Vec<Point> = (plain.iter().enumerate())
        .map(|(month, point)| Point {
            value: -60.0
                * (point.value + 0.7 * month as f64 + [0.0, 4.0, -2.0, 9.0][month % 12 % 4]),
            ..*point
        })
        .collect();
    let (one, other) = (changes(&plain, EFFORT), changes(&other, EFFORT));
    assert_eq!(one.p_value, other.p_value);
    assert_eq!((one.found.len(), other.found.len()), (1, 1));
    let (one, other) = (&one.found[0], &other.found[0]);
    assert_eq!(
        (one.about, one.earliest, one.latest),
        (other.about, other.earliest, other.latest)
    );
    assert!((one.step * 60.0 + other.step).abs() < 1e-3);
    assert_eq!(
        (one.direction, other.direction),
        (Direction::Rose, Direction::Fell)
    );
}

#[test]
fn a_change_within_a_gap_may_have_begun_in_any_of_its_months() {
    let mut points = points(&noise(0.0, 60, 5), &[(32, 6.0)]);
    points.drain(28..32);
    let told = changes(&points, EFFORT);
    assert!(told.reasons.contains(&Unsure::Gaps { missing: 4 }));
    let at = told.found.iter().find(|change| change.about == day(32));
    assert_eq!(at.map(|change| change.earliest), Some(day(28)), "{told:?}");
}

/// Of 200 series without a change at most 5% may be given a date, plus three Monte Carlo standard errors: 19. One that
/// looks at every month with a t-test dates nearly all that keep 0.6 of themselves.
#[test]
fn series_without_a_change_are_seldom_given_a_date() {
    let mut alarms = 0;
    for (phi, first) in [(0.0, 1_000), (0.6, 2_000), (0.8, 3_000)] {
        let is_dated = |stream: &u64| {
            let drawn = points(&noise(phi, 36, *stream), &[]);
            !changes(&drawn, EFFORT).found.is_empty()
        };
        let dated = (first..first + 200).filter(is_dated).count();
        assert!(dated <= 19, "phi {phi}: {dated} of 200");
        alarms += dated;
    }
    // One that never speaks would keep the rate as well.
    assert!(alarms >= 5, "{alarms} of 600");
}
