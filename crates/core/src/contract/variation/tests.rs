use super::running::Original;
use super::*;
use crate::contract::Regime;
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

const CONTRACT: RecordId = RecordId([7; 16]);

fn id(number: usize) -> RecordId {
    RecordId([u8::try_from(number).expect("few"); 16])
}

fn accepted(number: usize, on: Date, pounds: i64) -> Variation {
    Variation {
        what: format!("Change {number}"),
        contract: Some(CONTRACT),
        reference: Some(format!("C{number}")),
        part_of: None,
        asked_on: None,
        asked_by: Some(Asker::Supplier),
        why: None,
        priced: None,
        competed: None,
        price: Some(Pence(pounds * 100)),
        extends_to: None,
        outcome: Some(Outcome::Accepted),
        decided_on: Some(When::Day(on)),
        clause: None,
        evidence: Vec::new(),
    }
}

fn original(regime: Regime, start: Date) -> Original {
    Original {
        value: Some(Pence(10_000_000)),
        start: Some(start),
        end: Some(start.saturating_add(5.years())),
        longest_end: None,
        regime,
    }
}

fn run(original: &Original, variations: &[Variation]) -> Running {
    let held: Vec<(RecordId, &Variation)> = variations
        .iter()
        .enumerate()
        .map(|(place, variation)| (id(place), variation))
        .collect();
    running(original, &held, Limits::built_in(), date(2040, 1, 1))
}

#[test]
fn every_limit_is_of_a_law_and_says_what_it_means() {
    let all = [Regime::ProcurementAct2023, Regime::Before2025];
    for (regime, began, count) in [
        (all[0], date(2026, 1, 1), 5),
        (all[1], date(2016, 1, 1), 2),
        (all[1], date(2006, 4, 1), 1),
    ] {
        let limits: Vec<_> = Limits::built_in().of(regime, Some(began)).collect();
        assert_eq!(limits.len(), count, "{regime:?} {began}");
        for limit in limits {
            assert!(limit.share > 0 && !limit.says.is_empty() && !limit.law.is_empty());
        }
    }
    let nobody_knows = Limits::built_in().of(Regime::Unknown, Some(date(2016, 1, 1)));
    assert_eq!(nobody_knows.count(), 0);
    assert_eq!(Limits::built_in().of(Regime::Before2025, None).count(), 0);
}

#[test]
fn totals_run_against_the_original_value() {
    let changes = [
        accepted(1, date(2017, 1, 1), 6_000),
        accepted(2, date(2018, 1, 1), -1_000),
        accepted(3, date(2019, 1, 1), 6_000),
        Variation {
            outcome: Some(Outcome::Rejected),
            ..accepted(4, date(2019, 2, 1), 90_000)
        },
        Variation {
            outcome: None,
            ..accepted(5, date(2019, 3, 1), 90_000)
        },
    ];
    let told = run(&original(Regime::Before2025, date(2016, 1, 1)), &changes);
    let line = |step: &Step| (step.together.0 / 100, step.share, step.crosses.len());
    assert_eq!(
        told.steps.iter().map(line).collect::<Vec<_>>(),
        [
            (6_000, Some(60), 0),
            (5_000, Some(50), 0),
            (11_000, Some(110), 1)
        ]
    );
    assert_eq!(
        told.steps[2].crosses[0].law,
        "Public Contracts Regulations 2015, regulation 72(5) and (6)"
    );
    assert_eq!(
        (told.added, told.open, told.unpriced),
        (Pence(1_100_000), 1, 0)
    );
    assert_eq!(told.by_asker, [(Some(Asker::Supplier), Pence(1_100_000))]);
}

#[test]
fn the_law_in_force_for_the_contract_decides() {
    let big = [accepted(1, date(2027, 1, 1), 51_000)];
    let laws = |regime, start| -> Vec<String> {
        let told = run(&original(regime, start), &big);
        let crosses = told.steps[0].crosses.iter();
        crosses.map(|crossing| crossing.law.clone()).collect()
    };
    assert_eq!(
        laws(Regime::ProcurementAct2023, date(2026, 1, 1)),
        [
            "Procurement Act 2023, section 74(4)",
            "Procurement Act 2023, section 75(1) and (2)",
            "Procurement Act 2023, Schedule 8"
        ]
    );
    assert_eq!(
        laws(Regime::Before2025, date(2006, 4, 1)),
        ["Public Contracts Regulations 2006, regulation 14(1)(d)"]
    );
    assert!(laws(Regime::Unknown, date(2026, 1, 1)).is_empty());
}

#[test]
fn a_limit_is_crossed_where_its_law_says() {
    let crosses = |regime, began, pounds: i64| {
        let change = accepted(1, date(2027, 1, 1), pounds);
        run(&original(regime, began), &[change]).steps[0]
            .crosses
            .len()
    };
    let act = |pounds| crosses(Regime::ProcurementAct2023, date(2026, 1, 1), pounds);
    // Up to 10% a change is below the threshold, and up to 50% it may be permitted.
    assert_eq!((act(10_000), act(10_001)), (0, 2));
    assert_eq!((act(-10_000), act(-10_001)), (0, 2));
    assert_eq!((act(50_000), act(50_001)), (2, 3));
    // Under the old regulations it must stay below 10%.
    let old = |pounds| crosses(Regime::Before2025, date(2016, 1, 1), pounds);
    assert_eq!((old(9_999), old(10_000)), (0, 1));
    assert_eq!((old(50_000), old(50_001)), (1, 2));
}

#[test]
fn separate_changes_are_not_added_up_where_the_law_does_not() {
    let five_years = original(Regime::ProcurementAct2023, date(2026, 1, 1));
    let year_by_year = [
        accepted(1, date(2027, 1, 1), 6_000),
        accepted(2, date(2028, 1, 1), 6_000),
        accepted(3, date(2029, 1, 1), 6_000),
    ];
    let told = run(&five_years, &year_by_year);
    assert!(told.steps.iter().all(|step| step.crosses.is_empty()));
    assert!(told.splitting.is_empty());
    let together = [
        year_by_year[0].clone(),
        accepted(2, date(2027, 2, 1), 6_000),
    ];
    let found = run(&five_years, &together).splitting;
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].limit.law,
        "Procurement Act 2023, sections 74(7) and (8) and 75(4) and (5)"
    );
}

#[test]
fn what_is_open_depends_on_the_day() {
    let change = Variation {
        asked_on: Some(When::Day(date(2017, 3, 1))),
        ..accepted(1, date(2017, 6, 1), 100)
    };
    let undecided = Variation {
        asked_on: Some(When::Year(2016)),
        outcome: None,
        decided_on: None,
        ..accepted(2, date(2017, 6, 1), 100)
    };
    let held = [(id(1), &change), (id(2), &undecided)];
    let five_years = original(Regime::Before2025, date(2016, 1, 1));
    for (day, open, steps) in [
        (date(2015, 12, 31), 0, 0),
        (date(2017, 2, 28), 1, 0),
        (date(2017, 3, 1), 2, 0),
        (date(2017, 6, 1), 1, 1),
    ] {
        let told = running(&five_years, &held, Limits::built_in(), day);
        assert_eq!((told.open, told.steps.len()), (open, steps), "{day}");
    }
}

#[test]
fn an_extension_is_held_against_the_longest_term() {
    let extension = Variation {
        price: None,
        extends_to: Some(When::Day(date(2032, 1, 1))),
        ..accepted(1, date(2030, 1, 1), 0)
    };
    let five_years = original(Regime::ProcurementAct2023, date(2026, 1, 1));
    let told = run(&five_years, std::slice::from_ref(&extension));
    assert_eq!(
        told.steps[0].crosses[0].law,
        "Procurement Act 2023, section 74(3)(a)"
    );
    assert_eq!(told.steps[0].end, Some(date(2032, 1, 1)));
    assert_eq!((told.unpriced, told.extensions.len()), (1, 1));
    let foreseen = Original {
        longest_end: Some(date(2032, 1, 1)),
        ..five_years
    };
    assert!(
        run(&foreseen, std::slice::from_ref(&extension)).steps[0]
            .crosses
            .is_empty()
    );
    let competed = Variation {
        competed: Some(true),
        ..extension
    };
    assert!(run(&five_years, &[competed]).extensions.is_empty());
}

#[test]
fn small_changes_that_together_cross_a_limit_are_asked_about() {
    let five_years = original(Regime::Before2025, date(2016, 1, 1));
    let near = [
        accepted(1, date(2017, 1, 1), 4_000),
        accepted(2, date(2017, 2, 1), 4_000),
        accepted(3, date(2017, 3, 1), 4_000),
    ];
    let found = run(&five_years, &near).splitting;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].variations, [id(0), id(1), id(2)]);
    assert_eq!(found[0].together, Pence(1_200_000));
    let far = [
        accepted(1, date(2017, 1, 1), 4_000),
        accepted(2, date(2017, 6, 1), 4_000),
        accepted(3, date(2017, 12, 1), 4_000),
    ];
    assert!(run(&five_years, &far).splitting.is_empty());
    let by_others = near.clone().map(|it| Variation {
        asked_by: Some(Asker::Law),
        ..it
    });
    assert!(run(&five_years, &by_others).splitting.is_empty());
    // One that is large by itself is no part of a split.
    let large = [near[0].clone(), accepted(2, date(2017, 2, 1), 20_000)];
    assert!(run(&five_years, &large).splitting.is_empty());
}

#[test]
fn a_tree_stands_in_order_and_a_circle_at_the_top() {
    let part = |number, of: Option<usize>| Variation {
        part_of: of.map(|of| format!("C{of}")),
        ..accepted(number, date(2017, 1, i8::try_from(number).expect("few")), 1)
    };
    let shape = |variations: &[Variation]| -> Vec<(usize, usize)> {
        let held = variations
            .iter()
            .enumerate()
            .map(|(place, it)| (id(place), it));
        let branches = tree(held);
        let number = |branch: &Branch<'_>| usize::from(branch.id.0[0]) + 1;
        branches
            .iter()
            .map(|branch| (number(branch), branch.depth))
            .collect()
    };
    let all = [
        part(1, None),
        part(2, Some(4)),
        part(3, Some(1)),
        part(4, None),
        part(5, Some(2)),
    ];
    assert_eq!(shape(&all), [(1, 0), (3, 1), (4, 0), (2, 1), (5, 2)]);
    let circle = [part(1, Some(2)), part(2, Some(1)), part(3, Some(9))];
    assert_eq!(shape(&circle), [(1, 0), (2, 0), (3, 0)]);
}

#[test]
fn who_asked_is_understood_in_other_words() {
    let mut directory = Directory::default();
    directory.id("NM-2006-001");
    directory.id("Meridian Systems Ltd");
    let mut read = |asked_by: &str, contract: &str| {
        let mut cells = vec![String::new(); Variation::HEADINGS.len()];
        let mut fill = |heading: &str, text: &str| {
            let place = Variation::HEADINGS.iter().position(|it| it.name == heading);
            cells[place.expect("a heading")] = text.into();
        };
        fill("variation", "Wi-Fi");
        fill("contract", contract);
        fill("asked by", asked_by);
        record_of::<Variation>(&[cells], &mut directory).map(|held| held.asked_by)
    };
    for (words, asker) in [
        ("the Council", Some(Asker::Authority)),
        ("CONTRACTOR", Some(Asker::Supplier)),
        ("Meridian Systems Ltd", Some(Asker::Supplier)),
        ("change in law", Some(Asker::Law)),
        ("unknown", None),
        ("", None),
    ] {
        assert_eq!(read(words, "NM-2006-001"), Ok(asker), "{words}");
    }
    assert_eq!(read("Jane Doe", "NM-2006-001"), Err(vec!["asked by"]));
    assert_eq!(read("supplier", ""), Ok(Some(Asker::Supplier)));
    assert_eq!(read("supplier", "Nowhere"), Err(vec!["contract"]));
}

proptest! {
    /// Whatever the order in which changes come in, the totals are the same, and each step adds its price.
    #[test]
    fn totals_do_not_depend_on_the_order(prices in proptest::collection::vec(-50_000i64..50_000, 1..12)) {
        let of = |(place, pounds): (usize, &i64)| {
            accepted(place, date(2017, 1, 1).saturating_add(jiff::Span::new().days(place as i64 * 20)), *pounds)
        };
        let all: Vec<Variation> = prices.iter().enumerate().map(of).collect();
        let original = original(Regime::Before2025, date(2016, 1, 1));
        let held: Vec<(RecordId, &Variation)> = all.iter().enumerate().map(|(place, it)| (id(place), it)).collect();
        let turned: Vec<(RecordId, &Variation)> = held.iter().rev().copied().collect();
        let day = date(2040, 1, 1);
        let told = running(&original, &held, Limits::built_in(), day);
        prop_assert_eq!(&told, &running(&original, &turned, Limits::built_in(), day));
        prop_assert_eq!(told.added.0, prices.iter().sum::<i64>() * 100);
        prop_assert_eq!(told.steps.last().map(|step| step.together), Some(told.added));
        let by_asker: i64 = told.by_asker.iter().map(|(_, pence)| pence.0).sum();
        prop_assert_eq!(by_asker, told.added.0);
        // A tree holds each once.
        let branches = tree(held.iter().copied());
        prop_assert_eq!(branches.len(), held.len());
    }
}
