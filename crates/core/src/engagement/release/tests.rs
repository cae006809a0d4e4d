mod attack;

use super::*;
use crate::engagement::response::Happiness;
use jiff::civil::{Date, date};

const FIVE: u64 = 5;

fn month(number: i8) -> Period {
    let first = Date::constant(2019, number, 1);
    Period::new(first, first.last_of_month())
}

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|&value| value.to_owned()).collect()
}

fn cube() -> Cube {
    Cube {
        services: set(&["Email", "Laptops", "Payroll"]),
        directorates: set(&["Adults", "Housing"]),
        places: set(&["Depot", "Town Hall"]),
    }
}

fn answer(service: &str, directorate: &str, place: &str, happiness: u8) -> Answer {
    let named = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
    Answer {
        period: month(4),
        service: named(service),
        directorate: named(directorate),
        place: named(place),
        happiness: Happiness::try_from(happiness).expect("0 to 10"),
        lost_minutes: None,
        factors: BTreeSet::new(),
    }
}

/// As many answers of a service and directorate, half of them happy.
fn several(n: usize, service: &str, directorate: &str) -> Vec<Answer> {
    let mood = |number: usize| if number.is_multiple_of(2) { 9 } else { 3 };
    let place = |number: usize| {
        if number.is_multiple_of(3) {
            "Depot"
        } else {
            "Town Hall"
        }
    };
    let one = |number| answer(service, directorate, place(number), mood(number));
    (0..n).map(one).collect()
}

fn closed(answers: &[Answer], threshold: u64) -> Release {
    let cube = cube();
    let closing = Closing {
        period: month(4),
        question: &Question::Happiness,
        answers,
        cube: &cube,
        invited: None,
        threshold,
    };
    close(&closing, &[]).expect("a period that can be closed")
}

fn shown<'r>(
    release: &'r Release,
    service: Option<&str>,
    directorate: Option<&str>,
) -> Option<&'r Shown> {
    let cell = release
        .cell(service, directorate, None)
        .expect("a cell of the cube");
    cell.shown.as_ref()
}

#[test]
fn what_is_large_everywhere_is_shown() {
    let parts = [
        ("Email", "Adults"),
        ("Email", "Housing"),
        ("Laptops", "Adults"),
        ("Laptops", "Housing"),
    ];
    let answers: Vec<Answer> = parts
        .iter()
        .flat_map(|(service, directorate)| several(40, service, directorate))
        .collect();
    let release = closed(&answers, 10);
    assert_eq!(release.cells.len(), 1 + 4 + 3 + 12 + 3);
    let whole = shown(&release, None, None).expect("160 answered");
    assert_eq!(
        (whole.n, whole.happiness.points, whole.invited),
        (160, 0, None)
    );
    assert_eq!(
        release.bands.map(|bands| (bands.positive, bands.negative)),
        Some((80, 80))
    );
    assert_eq!(
        shown(&release, Some("Email"), Some("Adults")).map(|cell| cell.n),
        Some(40)
    );
    assert_eq!(shown(&release, Some("Payroll"), None), None);
    assert_eq!(
        (
            release.audit.recoverable_cells,
            release.audit.exactly_known_cells
        ),
        (0, 0)
    );
}

#[test]
fn empty_and_hidden_cells_look_alike() {
    let big = [
        several(60, "Email", "Adults"),
        several(60, "Laptops", "Housing"),
    ]
    .concat();
    let with_three = [big.clone(), several(3, "Payroll", "Housing")].concat();
    for answers in [big, with_three] {
        let release = closed(&answers, 10);
        let cell = release.cell(Some("Payroll"), None, None).expect("declared");
        let printed = serde_json::to_string(cell).expect("plain values");
        assert_eq!(
            printed,
            r#"{"service":"Payroll","directorate":null,"place":null,"shown":null}"#
        );
    }
}

#[test]
fn a_service_nobody_declared_counts_as_not_given() {
    let answers = [
        several(60, "Email", "Adults"),
        several(70, "The fax of J. Doe", ""),
    ]
    .concat();
    let release = closed(&answers, 10);
    assert_eq!(
        shown(&release, Some(NOT_GIVEN), None).map(|cell| cell.n),
        Some(70)
    );
    let printed = serde_json::to_string(&release).expect("plain values");
    assert!(!printed.contains("J. Doe"), "{printed}");
    assert_eq!(
        serde_json::from_str::<Release>(&printed).expect("reads back"),
        release
    );
}

#[test]
fn a_service_whose_users_all_say_the_same_is_hidden_and_guarded() {
    let unhappy: Vec<Answer> = (0..20)
        .map(|_| answer("Payroll", "Adults", "Depot", 2))
        .collect();
    let answers = [
        several(60, "Email", "Adults"),
        several(50, "Laptops", "Adults"),
        unhappy,
    ]
    .concat();
    let release = closed(&answers, 10);
    assert_eq!(shown(&release, Some("Payroll"), None), None);
    let services = [Some("Email"), Some("Laptops"), Some(NOT_GIVEN)];
    let beside = services
        .into_iter()
        .filter(|service| shown(&release, *service, None).is_some());
    assert_eq!(beside.count(), 1, "another service guards it");
    let only: Vec<Answer> = (0..50)
        .map(|_| answer("Payroll", "Adults", "Depot", 2))
        .collect();
    let release = closed(&only, 10);
    assert!(release.cells.iter().all(|cell| cell.shown.is_none()) && release.bands.is_none());
}

/// The whole less the large service is thirteen answers of two small ones: neither can be told from the other, and all
/// thirteen say the same.
#[test]
fn what_is_left_of_a_total_tells_no_more_than_a_cell_may() {
    let small =
        |n, service, happiness| (0..n).map(move |_| answer(service, "Adults", "Depot", happiness));
    let with = |happiness: u8| -> Vec<Answer> {
        let laptops = small(6, "Laptops", 2);
        several(60, "Email", "Adults")
            .into_iter()
            .chain(laptops)
            .chain(small(7, "Payroll", happiness))
            .collect()
    };
    let email = |answers: &[Answer]| shown(&closed(answers, 10), Some("Email"), None).cloned();
    assert_eq!(email(&with(9)).map(|email| email.n), Some(60));
    assert_eq!(email(&with(2)), None);

    let mut answers = with(9);
    answers
        .iter_mut()
        .for_each(|answer| answer.lost_minutes = Some(10));
    let lost = |answers: &[Answer]| email(answers).expect("60 answered").lost;
    assert_eq!(
        lost(&answers),
        Some(Lost {
            n: 60,
            minutes: 600
        })
    );
    answers[65].lost_minutes = Some(300);
    assert_eq!(
        lost(&answers),
        None,
        "one person's time is most of what is left"
    );

    let mut answers = with(9);
    answers.extend(small(9, "", 9));
    let (email_answers, rest) = answers.split_at_mut(60);
    let name = |answer: &mut Answer| {
        answer.factors.insert("slow".to_owned());
    };
    email_answers.iter_mut().step_by(2).for_each(name);
    rest[..11].iter_mut().for_each(name);
    let named = |answers: &[Answer]| email(answers).expect("60 answered").factors["slow"];
    assert_eq!(named(&answers), Some(30));
    answers[60..].iter_mut().for_each(name);
    assert_eq!(named(&answers), None, "all who are left named it");
}

#[test]
fn where_few_were_invited_only_the_whole_is_shown() {
    let answers = several(18, "", "");
    // Nothing is declared, so that each cell holds all.
    let cube = Cube::default();
    for (whole, cells) in [(19, 1), (20, 5)] {
        let invited = Invited {
            whole,
            ..Invited::default()
        };
        let closing = Closing {
            period: month(4),
            question: &Question::Happiness,
            answers: &answers,
            cube: &cube,
            invited: Some(&invited),
            threshold: 10,
        };
        let release = close(&closing, &[]).expect("closes");
        let seen: Vec<&Shown> = release
            .cells
            .iter()
            .filter_map(|cell| cell.shown.as_ref())
            .collect();
        assert_eq!(seen.len(), cells, "{whole} invited");
        assert_eq!(seen[0].response_rate(), Some(18.0 / whole as f64));
        assert!(seen[1..].iter().all(|cell| cell.response_rate().is_none()));
    }
}

#[test]
fn how_many_were_invited_is_hidden_with_the_rest() {
    // Of housing nothing is shown; of those who gave no directorate nobody knows how many were invited.
    let answers = [
        several(60, "Email", "Adults"),
        several(50, "Email", "Children"),
        several(6, "Email", "Housing"),
        several(4, "Email", ""),
    ]
    .concat();
    let cube = Cube {
        directorates: set(&["Adults", "Children", "Housing", "Roads"]),
        ..Cube::default()
    };
    let invited = |groups: &[(&str, u64)]| {
        let groups = groups.iter().map(|(group, n)| ((*group).to_owned(), *n));
        let invited = Invited {
            whole: 230,
            directorates: groups.collect(),
            ..Invited::default()
        };
        let closing = Closing {
            period: month(4),
            question: &Question::Happiness,
            answers: &answers,
            cube: &cube,
            invited: Some(&invited),
            threshold: 10,
        };
        let release = close(&closing, &[]).expect("closes");
        let adults = shown(&release, None, Some("Adults")).expect("60 answered");
        assert_eq!(shown(&release, None, Some("Housing")), None);
        adults.invited
    };
    assert_eq!(
        invited(&[("Adults", 100), ("Children", 80), ("Housing", 50)]),
        None
    );
    assert_eq!(
        invited(&[
            ("Adults", 100),
            ("Children", 80),
            ("Housing", 6),
            ("Roads", 3)
        ]),
        None
    );
    assert_eq!(
        invited(&[
            ("Adults", 100),
            ("Children", 80),
            ("Housing", 20),
            ("Roads", 30)
        ]),
        Some(100)
    );
}

#[test]
fn lost_time_of_one_person_is_not_shown() {
    let mut answers = [
        several(60, "Email", "Adults"),
        several(60, "Laptops", "Housing"),
        several(60, "Payroll", "Housing"),
        several(70, "", ""),
    ]
    .concat();
    answers
        .iter_mut()
        .for_each(|answer| answer.lost_minutes = Some(10));
    let even = closed(&answers, 10);
    let lost =
        |release: &Release, service| shown(release, service, None).expect("60 answered").lost;
    assert_eq!(
        lost(&even, Some("Email")),
        Some(Lost {
            n: 60,
            minutes: 600
        })
    );
    answers[0].lost_minutes = Some(900);
    let uneven = closed(&answers, 10);
    assert_eq!(lost(&uneven, Some("Email")), None);
    let hidden = ["Laptops", "Payroll"]
        .into_iter()
        .filter(|service| lost(&uneven, Some(service)).is_none());
    assert_eq!(hidden.count(), 1, "another service guards it");
    assert_eq!(
        lost(&uneven, None),
        Some(Lost {
            n: 250,
            minutes: 3390
        })
    );
    // The whole itself, so nothing.
    answers[0].lost_minutes = Some(9000);
    let all = closed(&answers, 10);
    assert!(
        all.cells
            .iter()
            .all(|cell| cell.shown.as_ref().is_none_or(|shown| shown.lost.is_none()))
    );
}

#[test]
fn factors_are_named_from_the_threshold_on_and_weighed() {
    let mut answers = several(100, "Email", "Adults");
    for (place, answer) in answers.iter_mut().enumerate() {
        let mut name = |factor: &str| answer.factors.insert(factor.to_owned());
        let _ = (place % 2 == 1 && place < 80 || place == 90).then(|| name("slow"));
        let _ = (place.is_multiple_of(10)).then(|| name("friendly help"));
        let _ = (place < 9).then(|| name("my manager"));
    }
    let release = closed(&answers, 10);
    let impacts: Vec<(&str, u64, Option<i16>, Option<i64>)> = release
        .impacts
        .iter()
        .map(|impact| {
            (
                impact.factor.as_str(),
                impact.n,
                impact.happiness.map(|score| score.points),
                impact.impact,
            )
        })
        .collect();
    // All ten who named friendly help are happy: to say so would tell what each of them said.
    assert_eq!(
        impacts,
        [
            ("slow", 41, Some(-95), Some(-41 * 95)),
            ("friendly help", 10, None, None)
        ]
    );
    let whole = shown(&release, None, None).expect("100 answered");
    assert_eq!(whole.factors["slow"], Some(41));
    assert!(!whole.factors.contains_key("my manager"));
}

#[test]
fn a_period_closes_once_with_its_own_answers() {
    let answers = several(60, "Email", "Adults");
    let cube = cube();
    let closing = Closing {
        period: month(4),
        question: &Question::Happiness,
        answers: &answers,
        cube: &cube,
        invited: None,
        threshold: 10,
    };
    let april = close(&closing, &[]).expect("closes");
    let again = close(&closing, std::slice::from_ref(&april));
    assert_eq!(again, Err(CannotClose::Closed(month(4))));
    let whole_spring = Closing {
        period: Period::new(date(2019, 4, 1), date(2019, 6, 30)),
        question: &Question::Happiness,
        ..closing
    };
    assert_eq!(
        close(&whole_spring, &[april]),
        Err(CannotClose::Closed(month(4)))
    );
    for (changed, why) in [
        (
            Closing {
                threshold: 4,
                ..closing
            },
            CannotClose::Threshold(4),
        ),
        (
            Closing {
                period: month(3),
                question: &Question::Happiness,
                ..closing
            },
            CannotClose::Later,
        ),
        (
            Closing {
                answers: &answers[..9],
                ..closing
            },
            CannotClose::TooFew(10),
        ),
    ] {
        assert_eq!(close(&changed, &[]), Err(why));
    }
    let invited = Invited {
        whole: 200,
        directorates: [("Adults".to_owned(), 59)].into(),
        ..Invited::default()
    };
    let refused = close(
        &Closing {
            invited: Some(&invited),
            ..closing
        },
        &[],
    )
    .expect_err("60 of 59");
    assert!(
        refused
            .to_string()
            .starts_with("directorate Adults has more answers"),
        "{refused}"
    );
}

#[test]
fn a_month_with_few_answers_is_held_over() {
    let of = |number: i8, n: usize| {
        let mut answers = several(n, "Email", "Adults");
        answers
            .iter_mut()
            .for_each(|answer| answer.period = month(number));
        answers
    };
    let cut = |answers: Vec<Answer>, earlier: &[Release]| {
        let due = due(answers, earlier, 10);
        let periods: Vec<(i8, i8, usize)> = due
            .periods
            .iter()
            .map(|(period, answers)| (period.from.month(), period.to.month(), answers.len()))
            .collect();
        (periods, due.waiting.len())
    };
    assert_eq!(
        cut(
            [of(1, 12), of(2, 3), of(3, 9), of(4, 10), of(6, 2)].concat(),
            &[]
        ),
        (vec![(1, 1, 12), (2, 3, 12), (4, 4, 10)], 2)
    );
    let mut april = closed(&of(4, 20), 10);
    april.period = month(4);
    assert_eq!(
        cut([of(3, 4), of(5, 7)].concat(), &[april]),
        (vec![(5, 5, 11)], 0)
    );
    assert_eq!(cut(Vec::new(), &[]), (Vec::new(), 0));
}

#[test]
fn tokens_are_told_where_they_tell_nothing_of_few() {
    let tokens = |signed, accepted| Tokens { signed, accepted };
    for (given, answers, shown) in [
        (tokens(12, 12), 12, true),
        (tokens(45, 40), 50, true),
        (tokens(45, 5), 50, false),
        (tokens(45, 45), 50, false),
        (tokens(3, 0), 50, true),
        (tokens(0, 0), 50, false),
    ] {
        assert_eq!(
            given.shown(answers, 10),
            shown.then_some(given),
            "{given:?}"
        );
    }
}

#[test]
fn bands_are_shown_where_each_holds_the_threshold_or_nobody() {
    let of = |happy: usize, unhappy: usize| {
        let mut answers = Vec::new();
        answers.extend((0..happy).map(|_| answer("Email", "Adults", "Depot", 9)));
        answers.extend((0..unhappy).map(|_| answer("Email", "Adults", "Depot", 2)));
        closed(&answers, 10).bands.is_some()
    };
    assert!(of(20, 20));
    assert!(!of(31, 9), "nine are few");
    assert!(!of(14, 14), "under thirty a score is rounded");
}

#[test]
fn a_year_is_held_against_the_last_before_the_return_or_the_year_before() {
    let template = closed(&several(40, "Email", "Adults"), FIVE);
    let of = |year: i16, month: i8| {
        let from = Date::constant(year, month, 1);
        Release {
            period: Period::new(from, from.last_of_month()),
            ..template.clone()
        }
    };
    let pulse = Release {
        question: Question::Confidence,
        ..of(2019, 7)
    };
    let mut all: Vec<Release> = (2017..=2020)
        .flat_map(|year| [2, 5, 8, 11].map(|month| of(year, month)))
        .collect();
    all.push(pulse);
    let newest = |year, month| of(year, month);
    let came_back = Some(date(2019, 8, 1));
    let years = |newest: Release, back| {
        let years = Years::of(&newest, &all, back);
        [years.now, years.before].map(|year| {
            let days = Years::days(&year).map(|days| (days.from, days.to));
            (year.len(), days)
        })
    };
    let span = |n, from, to| (n, Some((from, to)));
    let (may18, may19) = (date(2018, 8, 1), date(2019, 5, 31));
    for (newest, back, expected) in [
        (
            newest(2020, 11),
            came_back,
            [
                span(4, date(2020, 2, 1), date(2020, 11, 30)),
                span(4, may18, may19),
            ],
        ),
        // A year that ends with a February has that February alone.
        (
            newest(2020, 2),
            None,
            [
                span(4, date(2019, 5, 1), date(2020, 2, 29)),
                span(4, date(2018, 5, 1), date(2019, 2, 28)),
            ],
        ),
        // Only what was said since the return counts for the year after it.
        (
            newest(2019, 11),
            came_back,
            [
                span(2, date(2019, 8, 1), date(2019, 11, 30)),
                span(4, may18, may19),
            ],
        ),
        // A return that is to come parts nothing, and one before anybody was asked neither.
        (
            newest(2019, 5),
            came_back,
            [
                span(4, may18, may19),
                span(4, date(2017, 8, 1), date(2018, 5, 31)),
            ],
        ),
        (
            newest(2018, 11),
            Some(date(2016, 1, 1)),
            [
                span(4, date(2018, 2, 1), date(2018, 11, 30)),
                span(4, date(2017, 2, 1), date(2017, 11, 30)),
            ],
        ),
        (
            newest(2017, 5),
            None,
            [span(2, date(2017, 2, 1), date(2017, 5, 31)), (0, None)],
        ),
    ] {
        let period = newest.period;
        assert_eq!(years(newest, back), expected, "{period} and {back:?}");
    }
    let whole = &template.cells[0];
    let held = Years::of(&newest(2020, 11), &all, came_back);
    let change = held.change(whole).expect("both are shown");
    assert!(change.points == 0 && !change.is_shown(), "{change:?}");
    let first = Years::of(&newest(2017, 2), &all, None);
    assert_eq!(first.change(whole), None);
}
