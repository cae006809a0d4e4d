//! Questions: answered the same from rollups and from single payments, in the same order each time.

use crate::made_up::{Desk, PAID, five, on};
use handback_core::dated::Period;
use handback_core::import::Payment;
use handback_core::money::totals::Inside;
use handback_core::money::{Paid, YearBasis};
use handback_core::pence::Pence;
use handback_core::statement::ToGather;
use handback_facts::question::{
    Descriptions, DescriptionsByName, LabelPaid, Lines, MonthPaid, NameMonthPaid, NamePaid,
    PaidByDescription, PaidByLabel, PaidByLabelAndYear, PaidByMonth, PaidByName,
    PaidByNameAndMonth, PaidByWay, Payee, Rollup, Scope, Sum, Totalled, Totals,
};
use handback_facts::{Facts, Marks};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

fn period(text: &str) -> Period {
    text.parse().expect("a period")
}

#[test]
fn a_quarter_without_a_month_is_certain_only_of_its_quarter() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    let quarter = Sum {
        rows: 1,
        pence: Pence(900),
    };
    for (asked, uncertain) in [
        ("2019-Q2", Sum::default()),
        ("2019-04", quarter),
        ("2019-05-02..2019-05-31", quarter),
        ("2019-07", Sum::default()),
    ] {
        let scope = Scope::during(period(asked));
        let totals = desk
            .facts
            .ask(
                &Totals {
                    scope: scope.clone(),
                },
                &live,
            )
            .expect("an answer");
        assert_eq!(totals[0].uncertain, uncertain, "{asked}");
        let names = desk
            .facts
            .ask(&PaidByName { scope }, &live)
            .expect("an answer");
        let named: u64 = names.iter().map(|paid| paid.sum.rows).sum();
        assert_eq!(named, totals[0].certain.rows, "{asked}");
    }
    let months = desk
        .facts
        .ask(&PaidByMonth::default(), &live)
        .expect("an answer");
    let spans: Vec<Period> = months.iter().map(|paid| paid.months).collect();
    assert_eq!(
        spans,
        ["2019-04", "2019-Q2", "2019-05", "2019-06"].map(period)
    );
}

#[test]
fn until_a_day_holds_that_day() {
    let desk = Desk::new();
    let live = desk.import(
        1,
        [
            on(date(1999, 12, 31)),
            on(date(2019, 4, 3)),
            on(date(2019, 4, 4)),
        ],
    );
    for (day, rows) in [
        (date(2019, 4, 3), 2),
        (date(2019, 4, 30), 3),
        (date(1999, 12, 30), 0),
    ] {
        let asked = Totals {
            scope: Scope::until(day),
        };
        let totals = desk.facts.ask(&asked, &live).expect("an answer");
        assert_eq!(totals[0].certain.rows, rows, "{day}");
    }
}

#[test]
fn equal_sums_are_in_the_order_of_names() {
    let desk = Desk::new();
    let paid = |supplier| Payment { supplier, ..PAID };
    let live = desk.import(1, ["Dunmere", "", "Ashby Quay", "Corvale"].map(paid));
    for facts in [&desk.facts, &desk.reopened()] {
        let names = facts.ask(&PaidByName::default(), &live).expect("an answer");
        assert_eq!(
            names.iter().map(|paid| &*paid.name).collect::<Vec<_>>(),
            ["", "Ashby Quay", "Corvale", "Dunmere"]
        );
    }
}

#[test]
fn nothing_live_is_nothing_paid() {
    let desk = Desk::new();
    assert_eq!(
        desk.facts.ask(&Totals::default(), &[]).expect("an answer")[0],
        Totalled::default()
    );
    assert!(
        desk.facts
            .ask(&PaidByName::default(), &[])
            .expect("an answer")
            .is_empty()
    );
    assert!(
        desk.facts
            .ask(
                &Lines {
                    most: 9,
                    ..Lines::default()
                },
                &[]
            )
            .expect("an answer")
            .is_empty()
    );
}

#[test]
fn a_word_is_found_whole_in_any_case() {
    let desk = Desk::new();
    let described = [
        "SAP licences",
        "sapling trees",
        "new sap",
        "C++ course",
        "c course",
        "Sap-support",
        "naïve café",
        "",
    ];
    let live = desk.import(
        1,
        described.map(|description| Payment {
            description,
            ..PAID
        }),
    );
    for (words, found) in [
        (vec!["sap"], vec!["SAP licences", "Sap-support", "new sap"]),
        (vec!["C++"], vec!["C++ course"]),
        (vec!["CAFÉ", "trees"], vec!["naïve café", "sapling trees"]),
        (vec!["."], vec![]),
        (vec![], vec![]),
    ] {
        let words: BTreeSet<String> = words.into_iter().map(String::from).collect();
        let asked = PaidByDescription {
            words,
            scope: Scope::default(),
        };
        let paid = desk.facts.ask(&asked, &live).expect("an answer");
        assert_eq!(
            paid.iter()
                .map(|paid| &*paid.description)
                .collect::<Vec<_>>(),
            found,
            "{asked:?}"
        );
    }
}

#[test]
fn the_most_frequent_descriptions_come_first() {
    let desk = Desk::new();
    let described = ["licences", "support", "support", "hosting", ""];
    let live = desk.import(
        1,
        described.map(|description| Payment {
            description,
            ..PAID
        }),
    );
    let asked = Descriptions {
        scope: Scope {
            names: Some(BTreeSet::from([PAID.supplier.to_owned()])),
            ..Scope::default()
        },
        most: 3,
    };
    let samples = desk.facts.ask(&asked, &live).expect("an answer");
    let samples: Vec<(&str, u64)> = samples
        .iter()
        .map(|sample| (&*sample.description, sample.sum.rows))
        .collect();
    assert_eq!(samples, [("support", 2), ("", 1), ("hosting", 1)]);
    // The same for a page of names at once; a name that nobody was paid under has no rows.
    let asked = DescriptionsByName {
        names: BTreeSet::from([PAID.supplier.into(), "Nobody".into()]),
    };
    let of_all = desk.facts.ask(&asked, &live).expect("an answer");
    assert!(of_all.iter().all(|row| row.name == PAID.supplier));
    let of_all = of_all.iter().map(|row| {
        let described = &row.described;
        (&*described.description, described.sum.rows)
    });
    let of_all: Vec<(&str, u64)> = of_all.collect();
    assert_eq!(
        of_all,
        [("support", 2), ("", 1), ("hosting", 1), ("licences", 1)]
    );
}

#[test]
fn pages_of_lines_follow_each_other() {
    let desk = Desk::new();
    let mut live = desk.import(1, five());
    live.extend(desk.import(2, [on(date(2019, 4, 3)), on(date(2018, 1, 1))]));
    let page = |skip, most| {
        let asked = Lines {
            skip,
            most,
            scope: Scope::default(),
        };
        desk.facts.ask(&asked, &live).expect("an answer").to_vec()
    };
    let all = page(0, 100);
    assert_eq!(all.len(), 7);
    assert_eq!([page(0, 3), page(3, 3), page(6, 3)].concat(), all);
}

#[test]
fn payees_share_payments_out_by_the_spans_of_their_meaning() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    let payee = |name: &str, begun: Option<&str>| Payee {
        name: name.into(),
        begun: begun.map(period),
    };
    let asked = |payees: Vec<Payee>| {
        let scope = Scope {
            payees: Some(payees),
            ..Scope::default()
        };
        let lines = Lines {
            scope: scope.clone(),
            skip: 0,
            most: 9,
        };
        let lines = desk.facts.ask(&lines, &live).expect("an answer");
        let totals = desk.facts.ask(&Totals { scope }, &live).expect("an answer");
        let pence: i64 = lines.iter().map(|line| line.amount.0).sum();
        assert_eq!(totals[0].certain.pence, Pence(pence));
        assert_eq!(totals[0].certain.rows, lines.len() as u64);
        lines.iter().map(|line| line.line).collect::<Vec<_>>()
    };
    for (payees, lines) in [
        (vec![], vec![]),
        (vec![payee(PAID.supplier, None)], vec![4, 2, 6]),
        (
            vec![payee(PAID.supplier, Some("2019-04-01..2019-04-02"))],
            vec![4],
        ),
        (
            vec![payee(PAID.supplier, Some("2019-04-03..2019-12-31"))],
            vec![2, 6],
        ),
        (
            vec![payee("", None), payee("Aldermoor Roads", Some("2019"))],
            vec![3, 5],
        ),
        (vec![payee("Aldermoor Roads", Some("2018"))], vec![]),
    ] {
        assert_eq!(asked(payees.clone()), lines, "{payees:?}");
    }
}

#[test]
fn a_rollup_that_is_gone_damaged_or_wrong_is_built_again() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    let other = desk.import(2, [PAID]);
    let sums = |facts: &handback_facts::Facts| {
        facts
            .ask(&PaidByName::default(), &live)
            .expect("an answer")
            .to_vec()
    };
    let right = sums(&desk.facts);
    let rollup = |live: &[handback_facts::LivePart]| {
        desk.path(&live[0].part).with_extension("rollup.parquet")
    };
    desk.facts
        .ask(&Totals::default(), &other)
        .expect("an answer, and a rollup");

    fs::remove_file(rollup(&live)).expect("the rollup was there");
    assert_eq!(sums(&desk.reopened()), right);
    fs::write(rollup(&live), b"no rollup").expect("the rollup is damaged");
    assert_eq!(sums(&desk.reopened()), right);
    fs::copy(rollup(&other), rollup(&live)).expect("the rollup is another part's");
    assert_eq!(sums(&desk.reopened()), right);
}

#[test]
fn an_answer_is_given_again_only_for_the_same_parts() {
    let desk = Desk::new();
    let one = desk.import(1, five());
    let two = desk.import(2, [PAID]);
    let totals = |live| {
        desk.facts.ask(&Totals::default(), live).expect("an answer")[0]
            .certain
            .rows
    };
    assert_eq!(
        [
            totals(&one),
            totals(&two),
            totals(&one),
            totals(&[one.clone(), two.clone()].concat())
        ],
        [5, 1, 5, 6]
    );
}

#[test]
fn a_part_that_two_imports_list_counts_for_both() {
    let desk = Desk::new();
    let live = [desk.import(1, five()), desk.import(2, five())].concat();
    assert_eq!(live[0].part, live[1].part);
    let totals = desk
        .facts
        .ask(&Totals::default(), &live)
        .expect("an answer");
    assert_eq!(totals[0].certain.rows, 10);
    let lines = desk
        .facts
        .ask(
            &Lines {
                most: 2,
                ..Lines::default()
            },
            &live,
        )
        .expect("an answer");
    assert_eq!(
        lines.iter().map(|line| line.import).collect::<Vec<_>>(),
        [live[0].import, live[1].import]
    );
}

/// A payment with few different values, so that groups meet.
fn payment() -> impl Strategy<Value = Payment<'static>> {
    let name = prop::sample::select(vec!["", "Ashby Quay", "Larkfield Systems Ltd"]);
    let label = || prop::sample::select(vec!["", "Roads", "Technology"]);
    let length = prop::sample::select(vec![0_i32, 0, 0, 20, 90]);
    (
        name,
        label(),
        label(),
        label(),
        -60_i32..120,
        length,
        -9_999_i64..9_999,
    )
        .prop_map(
            |(supplier, department, service, category, start, length, pence)| {
                let day =
                    |days: i32| date(2019, 1, 15).saturating_add(jiff::Span::new().days(days));
                Payment {
                    date: day(start),
                    date_to: day(start + length),
                    amount: Pence(pence),
                    supplier,
                    department,
                    service,
                    category,
                    ..PAID
                }
            },
        )
}

fn scope() -> impl Strategy<Value = Scope> {
    let periods = vec![
        None,
        Some("2019-Q1"),
        Some("2019-03"),
        Some("2019-02-10..2019-04-20"),
    ];
    let names = vec![
        None,
        Some(vec!["Ashby Quay"]),
        Some(vec!["", "Larkfield Systems Ltd"]),
    ];
    (prop::sample::select(periods), prop::sample::select(names)).prop_map(|(asked, names)| Scope {
        period: asked.map(period),
        names: names.map(|names| names.into_iter().map(String::from).collect()),
        payees: None,
    })
}

/// The months that a payment's printed date can mean.
fn months(payment: &Payment<'_>) -> (Date, Date) {
    (
        payment.date.first_of_month(),
        payment.date_to.last_of_month(),
    )
}

fn sums<'a, K: Ord>(
    payments: impl IntoIterator<Item = &'a Payment<'static>>,
    key: impl Fn(&Payment<'static>) -> K,
) -> BTreeMap<K, Sum> {
    let mut sums: BTreeMap<K, Sum> = BTreeMap::new();
    for payment in payments {
        let sum = sums.entry(key(payment)).or_default();
        sum.rows += 1;
        sum.pence += payment.amount;
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn every_sum_is_what_the_payments_add_up_to(payments in prop::collection::vec(payment(), 1..40), scope in scope()) {
        let desk = Desk::new();
        let (first, second) = payments.split_at(payments.len() / 2);
        let mut live = desk.import(1, first.iter().copied());
        live.extend(desk.import(2, second.iter().copied()));

        let named = |payment: &&Payment<'static>| scope.names.as_ref().is_none_or(|names| names.contains(payment.supplier));
        let inside = |payment: &&Payment<'static>| {
            scope.period.is_none_or(|period| period.contains(payment.date) && period.contains(payment.date_to))
        };
        let touching = |payment: &&Payment<'static>| {
            scope.period.is_none_or(|period| period.overlaps(&Period { from: payment.date, to: payment.date_to }))
        };
        let certain: Vec<_> = payments.iter().filter(named).filter(inside).collect();
        let all = |payments: Vec<&Payment<'static>>| sums(payments, |_| ()).remove(&()).unwrap_or_default();

        let totals = desk.facts.ask(&Totals { scope: scope.clone() }, &live).expect("an answer");
        prop_assert_eq!(totals[0].certain, all(certain.clone()));
        let uncertain = payments.iter().filter(named).filter(touching).filter(|payment| !inside(payment)).collect();
        prop_assert_eq!(totals[0].uncertain, all(uncertain));

        let mut by_name: Vec<NamePaid> = sums(certain.iter().copied(), |payment| payment.supplier)
            .into_iter()
            .map(|(name, sum)| {
                let of_name = || certain.iter().filter(|payment| payment.supplier == name);
                let first = of_name().map(|payment| payment.date).min().expect("a payment");
                let last = of_name().map(|payment| payment.date_to).max().expect("a payment");
                NamePaid { name: name.into(), sum, first, last }
            })
            .collect();
        by_name.sort_by_key(|paid| -paid.sum.pence);
        prop_assert_eq!(&*desk.facts.ask(&PaidByName { scope: scope.clone() }, &live).expect("an answer"), &by_name);

        let by_month: Vec<MonthPaid> = sums(certain.iter().copied(), months)
            .into_iter()
            .map(|((from, to), sum)| MonthPaid { months: Period { from, to }, sum })
            .collect();
        prop_assert_eq!(&*desk.facts.ask(&PaidByMonth { scope: scope.clone() }, &live).expect("an answer"), &by_month);

        let by_both: Vec<NameMonthPaid> = sums(certain.iter().copied(), |payment| (payment.supplier, months(payment)))
            .into_iter()
            .map(|((name, (from, to)), sum)| NameMonthPaid { name: name.into(), months: Period { from, to }, sum })
            .collect();
        prop_assert_eq!(&*desk.facts.ask(&PaidByNameAndMonth { scope: scope.clone() }, &live).expect("an answer"), &by_both);

        let label = |payment: &Payment<'static>| (payment.supplier, payment.department, payment.service, payment.category);
        let mut by_label: Vec<LabelPaid> = sums(certain.iter().copied(), label)
            .into_iter()
            .map(|((name, department, service, category), sum)| LabelPaid {
                name: name.into(),
                department: department.into(),
                service: service.into(),
                category: category.into(),
                description: String::new(),
                sum,
            })
            .collect();
        by_label.sort_by_key(|paid| -paid.sum.pence);
        prop_assert_eq!(&*desk.facts.ask(&PaidByLabel { scope: scope.clone() }, &live).expect("an answer"), &by_label);

        for years in [YearBasis::Calendar, YearBasis::Financial] {
            let label = |payment: &Payment<'static>| (label(payment), years.year(payment.date));
            let by_year: Vec<Paid> = sums(certain.iter().copied(), label)
                .into_iter()
                .map(|(((name, department, service, category), year), sum)| Paid {
                    name: name.into(),
                    department: department.into(),
                    service: service.into(),
                    category: category.into(),
                    described: false,
                    year,
                    from: scope.period.map_or(Date::MIN, |period| period.from),
                    rows: sum.rows,
                    pence: sum.pence,
                })
                .collect();
            let asked = PaidByLabelAndYear { scope: scope.clone(), begun: None, years };
            prop_assert_eq!(&*desk.facts.ask(&asked, &live).expect("an answer"), &by_year);
            if let Some(period) = scope.period {
                let middle = period.from + (period.from.until(period.to).expect("in order").get_days() / 2).days();
                let spans = [Period::new(period.from, middle), Period::new(middle.saturating_add(1.day()), period.to)];
                let spans = if middle == period.to { &spans[..1] } else { &spans[..] };
                let shared: Sum = spans.iter().fold(Sum::default(), |sum, span| {
                    let asked = PaidByLabelAndYear { begun: Some(*span), ..asked.clone() };
                    let paid = desk.facts.ask(&asked, &live).expect("an answer");
                    paid.iter().fold(sum, |sum, paid| Sum { rows: sum.rows + paid.rows, pence: sum.pence + paid.pence })
                });
                prop_assert_eq!(shared, totals[0].certain);
            }
        }

        let lines = desk.facts.ask(&Lines { scope: scope.clone(), skip: 0, most: 100 }, &live).expect("an answer");
        prop_assert_eq!(lines.iter().map(|line| line.amount).sum::<Pence>(), totals[0].certain.pence);
        prop_assert_eq!(lines.len() as u64, totals[0].certain.rows);

        let rollup = desk.facts.ask(&Rollup, &live).expect("an answer");
        for part in &live {
            let of_part: Vec<Sum> = rollup.iter().filter(|row| row.part == part.part.hash && row.import == part.import).map(|row| row.sum).collect();
            prop_assert_eq!(of_part.iter().map(|sum| sum.rows).sum::<u64>(), part.part.rows);
            prop_assert_eq!(of_part.iter().map(|sum| sum.pence).sum::<Pence>(), part.part.total);
        }
    }
}

#[test]
fn payments_are_marked_by_words_in_their_description() {
    let described = |description| Payment {
        description,
        ..PAID
    };
    let texts = [
        "Computer  software licences",
        "COMPUTER-SOFTWARE",
        "computer softwares",
        "Telecare computer software",
        "",
    ];
    let desk = Desk::new();
    let live = desk.import(1, texts.map(described));
    let marks = Marks {
        wanted: ["computer software".to_owned()].into(),
        never: ["telecare".to_owned()].into(),
    };
    let marked = |facts: &Facts| {
        let asked = PaidByLabelAndYear::default();
        let paid = facts.ask(&asked, &live).expect("an answer");
        let rows = |described| {
            paid.iter()
                .filter(|paid| paid.described == described)
                .map(|paid| paid.rows)
                .sum::<u64>()
        };
        (rows(true), rows(false))
    };
    assert_eq!(marked(&desk.facts), (0, 5));
    let facts = desk.reopened().marking(marks);
    assert_eq!(marked(&facts), (2, 3));
    let day = Period::new(PAID.date, PAID.date_to);
    let asked = PaidByLabelAndYear {
        scope: Scope::during(day),
        ..PaidByLabelAndYear::default()
    };
    let single = facts.ask(&asked, &live).expect("an answer");
    assert_eq!(
        single
            .iter()
            .filter(|paid| paid.described)
            .map(|paid| paid.rows)
            .sum::<u64>(),
        2
    );
}

#[test]
fn first_questions_that_come_at_once_are_all_answered() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    let total = || {
        let asked = PaidByMonth::default();
        let months = desk.facts.ask(&asked, &live).expect("an answer");
        months.iter().map(|month| month.sum.rows).sum::<u64>()
    };
    let answers: Vec<u64> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..8).map(|_| scope.spawn(total)).collect();
        let answers = asking.into_iter().map(|asked| asked.join());
        answers.map(|answer| answer.expect("no panic")).collect()
    });
    assert_eq!(answers, [5; 8]);
}

#[test]
fn one_pass_gathers_what_every_way_of_counting_needs() {
    let desk = Desk::new();
    let without_vat = Payment {
        vat: None,
        gross: None,
        ..on(date(2019, 3, 31))
    };
    let across = Payment {
        date_to: date(2020, 4, 30),
        ..on(date(2020, 3, 1))
    };
    let other = Payment {
        supplier: "Aldermoor Roads",
        ..PAID
    };
    let live = desk.import(
        1,
        [
            without_vat,
            on(date(2019, 1, 1)),
            PAID,
            PAID,
            across,
            other,
            on(date(2018, 12, 31)),
        ],
    );
    let wanted = ToGather {
        names: [PAID.supplier.to_owned()].into(),
        calendar: period("2019"),
        financial: period("2019/20"),
        changes: [date(2019, 4, 1)].into(),
    };
    let gathered = desk
        .facts
        .ask(&PaidByWay { wanted }, &live)
        .expect("an answer");
    let lots: Vec<_> = gathered
        .iter()
        .map(|lot| {
            let paid = &lot.paid;
            (
                paid.from,
                lot.calendar,
                lot.financial,
                paid.rows,
                lot.vat,
                lot.gross,
            )
        })
        .collect();
    let (vat, gross) = (Some(Pence(24_000)), Some(Pence(144_000)));
    use Inside::{No, Perhaps, Yes};
    assert_eq!(
        lots,
        [
            (Date::MIN, Yes, No, 1, None, None),
            (Date::MIN, Yes, No, 1, vat, gross),
            (date(2019, 4, 1), No, Perhaps, 1, vat, gross),
            (
                date(2019, 4, 1),
                Yes,
                Yes,
                2,
                Some(Pence(48_000)),
                Some(Pence(288_000))
            ),
        ]
    );
    assert!(gathered.iter().all(|lot| lot.paid.name == PAID.supplier));
}
