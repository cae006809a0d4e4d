use super::*;
use crate::engagement::happiness::{Bands, score};
use jiff::civil::date;

fn round() -> Round {
    let group = |of, name: &str, invited| Group {
        of,
        name: name.into(),
        invited,
    };
    Round {
        name: "Autumn".into(),
        period: Period::new(date(2026, 10, 1), date(2026, 10, 31)),
        question: Question::Happiness,
        services: BTreeSet::from([RecordId([1; 16])]),
        groups: vec![
            group(Grouping::Directorate, "Housing", 60),
            group(Grouping::Directorate, "Parking", 9),
            group(Grouping::Place, "Depot", 40),
        ],
        invited: Some(100),
        ways: BTreeSet::from([Way::Email]),
        factors: Factors::default(),
        threshold: 10,
        hour: None,
        moderator: Some("Head of service".into()),
        key: "00".repeat(32),
    }
}

fn called() -> BTreeSet<String> {
    BTreeSet::from(["Network".to_owned()])
}

fn given(happiness: &str) -> Given {
    Given {
        happiness: happiness.into(),
        ..Given::default()
    }
}

#[test]
fn a_round_shares_no_day_with_another_of_its_question() {
    let one = round();
    let mut other = round();
    assert!(matches!(
        one.may_open([&other], []),
        Err(CannotOpen::Overlaps { .. })
    ));
    other.question = Question::Confidence;
    assert_eq!(one.may_open([&other], []), Ok(()));
    let after = Round {
        period: Period::new(date(2026, 11, 1), date(2026, 11, 30)),
        ..round()
    };
    assert_eq!(after.may_open([&one], []), Ok(()));
}

#[test]
fn what_is_wrong_with_a_round_is_said() {
    type Spoilt = fn(&mut Round);
    let cases: [(Spoilt, CannotOpen); 7] = [
        (|it| it.name = " ".into(), CannotOpen::NoName),
        (|it| it.ways.clear(), CannotOpen::NoWay),
        (|it| it.threshold = 4, CannotOpen::Threshold(4)),
        (|it| it.invited = Some(50), CannotOpen::MoreThanInvited(69)),
        (
            |it| it.groups[1].name = "HOUSING".into(),
            CannotOpen::Twice("HOUSING".into()),
        ),
        (
            |it| it.factors.neutral = vec!["x".into(); 13],
            CannotOpen::Factors(13),
        ),
        (
            |it| it.question = Question::Confidence,
            CannotOpen::Services("confidence".into()),
        ),
    ];
    for (change, why) in cases {
        let mut round = round();
        change(&mut round);
        assert_eq!(round.may_open([], []), Err(why));
    }
}

#[test]
fn only_what_was_offered_is_taken() {
    let read = round().read(
        &Given {
            service: "Network".into(),
            directorate: "Parking".into(),
            place: "Depot".into(),
            lost_minutes: "45".into(),
            factors: vec!["Speed".into(), "Being listened to".into(), "Pat".into()],
            comment: " The printer\r\n".into(),
            ..given("3")
        },
        &called(),
    );
    let read = read.expect("an answer");
    assert_eq!(read.answer.service.as_deref(), Some("Network"));
    // Nine people are too few to be told apart as a group; the other factors are of another band, or of none.
    assert_eq!(read.answer.directorate, None);
    assert_eq!(read.answer.place.as_deref(), Some("Depot"));
    assert_eq!(read.answer.factors, BTreeSet::from(["Speed".to_owned()]));
    assert_eq!(read.answer.lost_minutes, Some(45));
    assert_eq!(read.comment.as_deref(), Some("The printer"));
    assert_eq!(read.answer.period, round().period);
}

#[test]
fn what_cannot_be_taken_is_named_by_its_field() {
    let long = "x".repeat(LONGEST_COMMENT + 1);
    for (given, wrong) in [
        (given(""), vec![Wrong::Happiness]),
        (given("11"), vec![Wrong::Happiness]),
        (
            Given {
                lost_minutes: "9601".into(),
                comment: long,
                ..given("7")
            },
            vec![Wrong::LostMinutes, Wrong::Comment],
        ),
    ] {
        assert_eq!(round().read(&given, &called()), Err(wrong));
    }
}

#[test]
fn a_comment_is_kept_only_where_somebody_reads_it_first() {
    let unread = Round {
        moderator: None,
        ..round()
    };
    let given = Given {
        comment: "The printer".into(),
        ..given("7")
    };
    let read = unread.read(&given, &called()).expect("an answer");
    assert_eq!(read.comment, None);
}

#[test]
fn a_pulse_takes_a_number_and_a_group() {
    let pulse = Round {
        question: Question::Confidence,
        services: BTreeSet::new(),
        ..round()
    };
    let given = Given {
        directorate: "Housing".into(),
        lost_minutes: "10".into(),
        factors: vec!["Speed".into()],
        ..given("9")
    };
    let read = pulse.read(&given, &BTreeSet::new()).expect("an answer");
    assert_eq!(
        (read.answer.lost_minutes, read.answer.factors.len()),
        (None, 0)
    );
    assert_eq!(read.answer.directorate.as_deref(), Some("Housing"));
}

#[test]
fn sudden_and_uniform_is_neither_high_alone_nor_better_alone() {
    let bands = |positive, negative| Bands {
        positive,
        neutral: 0,
        negative,
    };
    for (before, now, sudden) in [
        (bands(50, 50), bands(97, 3), true),
        (bands(93, 7), bands(97, 3), false),
        (bands(30, 70), bands(60, 40), false),
        (bands(5, 5), bands(10, 1), false),
    ] {
        let [one, other] = [before, now].map(|it| score(&it).expect("two bands"));
        assert_eq!(
            is_suddenly_uniform(&one, &other),
            sudden,
            "{before:?} {now:?}"
        );
    }
}

/// How often equal shares look suddenly uniform: added up over every pair of samples.
#[test]
fn chance_alone_is_seldom_pointed_out() {
    let share: f64 = 0.9;
    let chance = |n: u64, k: u64| {
        let mut log = 0.0;
        for i in 0..k {
            log += ((n - i) as f64).ln() - ((i + 1) as f64).ln();
        }
        (log + k as f64 * share.ln() + (n - k) as f64 * (1.0 - share).ln()).exp()
    };
    let bands = |positive, n| Bands {
        positive,
        neutral: n - positive,
        negative: 0,
    };
    let mut alarms = 0.0;
    for before in 0..=60 {
        for now in 0..=60 {
            let scores = score(&bands(before, 60)).zip(score(&bands(now, 60)));
            if scores.is_some_and(|(before, now)| is_suddenly_uniform(&before, &now)) {
                alarms += chance(60, before) * chance(60, now);
            }
        }
    }
    assert!(alarms < 0.002, "{alarms}");
}
