use super::*;
use crate::money::published::{End, LegOf, Near, StatedChoices, account, nearest};
use proptest::prelude::*;

fn lot(entities: Entities, pence: i64) -> Lot {
    Lot {
        entities,
        is_technology: true,
        calendar: Inside::Yes,
        financial: Inside::Yes,
        dates: DateBasis::Payment,
        vat: VatBasis::Net,
        payments: 1,
        pence: Pence(pence),
        net: Some(Pence(pence)),
        gross: Some(Pence(pence + pence / 5)),
    }
}

const NARROW: Choices = Choices {
    entities: Entities::OneName,
    breadth: Breadth::Technology,
    vat: Vat::Net,
    years: YearBasis::Financial,
    dates: Dates::Payment,
};

const WIDE: Choices = Choices {
    entities: Entities::WithPredecessors,
    breadth: Breadth::Everything,
    vat: Vat::Gross,
    years: YearBasis::Calendar,
    dates: Dates::Payment,
};

#[test]
fn years_begin_in_january_or_april() {
    let years = Years {
        first: 2006,
        last: 2011,
    };
    for (basis, days) in [
        (YearBasis::Calendar, "2006-01-01..2011-12-31"),
        (YearBasis::Financial, "2006-04-01..2012-03-31"),
    ] {
        assert_eq!(years.days(basis), days.parse().ok(), "{basis:?}");
    }
    let backwards = Years {
        first: 2011,
        last: 2006,
    };
    assert_eq!(backwards.days(YearBasis::Calendar), None);
    let endless = Years {
        first: 2011,
        last: i16::MAX,
    };
    assert_eq!(endless.days(YearBasis::Financial), None);
}

#[test]
fn headings_say_which_date_they_hold() {
    for (heading, basis) in [
        ("Payment Date", DateBasis::Payment),
        ("Invoice Payment Date", DateBasis::Payment),
        ("Paid Date", DateBasis::Payment),
        ("Invoice Date", DateBasis::Invoice),
        ("Date", DateBasis::NotStated),
        ("Posting Date", DateBasis::NotStated),
        ("", DateBasis::NotStated),
    ] {
        assert_eq!(DateBasis::of_heading(heading), basis, "{heading}");
    }
}

#[test]
fn a_count_holds_what_its_choices_hold() {
    let other = Lot {
        is_technology: false,
        ..lot(Entities::Organisation, 70)
    };
    let january = Lot {
        calendar: Inside::No,
        ..lot(Entities::Organisation, 300)
    };
    let lots = [
        lot(Entities::OneName, 1_000),
        other,
        january,
        lot(Entities::Group, 5_000),
        lot(Entities::WithPredecessors, 20_000),
    ];
    for (choices, pence) in [
        (NARROW, 1_000),
        (
            Choices {
                entities: Entities::Organisation,
                ..NARROW
            },
            1_300,
        ),
        (
            Choices {
                entities: Entities::Organisation,
                years: YearBasis::Calendar,
                ..NARROW
            },
            1_000,
        ),
        (
            Choices {
                entities: Entities::Organisation,
                breadth: Breadth::Everything,
                ..NARROW
            },
            1_370,
        ),
        (
            Choices {
                entities: Entities::Group,
                ..NARROW
            },
            6_300,
        ),
        (WIDE, 1_200 + 84 + 6_000 + 24_000),
    ] {
        assert_eq!(
            count(&lots, choices).pence(),
            Some(Pence(pence)),
            "{choices:?}"
        );
    }
}

#[test]
fn what_the_files_do_not_say_is_never_counted() {
    let silent = Lot {
        vat: VatBasis::NotStated,
        net: None,
        gross: None,
        ..lot(Entities::Organisation, 500)
    };
    let lots = [lot(Entities::OneName, 1_000), silent];
    let organisation = Choices {
        entities: Entities::Organisation,
        ..NARROW
    };
    let printed = Printed {
        payments: 1,
        pence: Pence(500),
    };
    assert_eq!(count(&lots, NARROW).pence(), Some(Pence(1_000)));
    assert_eq!(count(&lots, organisation), Count::VatNotStated(printed));
    let as_printed = Choices {
        vat: Vat::AsPrinted,
        ..organisation
    };
    assert_eq!(count(&lots, as_printed).pence(), Some(Pence(1_500)));
    let invoice = Choices {
        dates: Dates::Invoice,
        ..as_printed
    };
    let all = Printed {
        payments: 2,
        pence: Pence(1_500),
    };
    assert_eq!(count(&lots, invoice), Count::OtherDate(all));
}

#[test]
fn a_payment_dated_across_the_end_of_the_years_stands_beside_the_count() {
    let across = Lot {
        financial: Inside::Perhaps,
        ..lot(Entities::OneName, 40)
    };
    let counted = count(&[across], NARROW);
    let perhaps = Printed {
        payments: 1,
        pence: Pence(40),
    };
    assert_eq!(
        counted,
        Count::Told {
            payments: 0,
            pence: Pence::ZERO,
            perhaps
        }
    );
}

#[test]
fn as_printed_is_a_way_of_its_own_only_where_files_differ() {
    let same = [lot(Entities::OneName, 1)];
    assert_eq!(ways(&same).len(), 4 * 2 * 2 * 2 * 2);
    let gross = Lot {
        vat: VatBasis::Gross,
        dates: DateBasis::Invoice,
        ..lot(Entities::OneName, 1)
    };
    let mixed = [lot(Entities::OneName, 1), gross];
    assert_eq!(ways(&mixed).len(), 4 * 2 * 3 * 2 * 3);
    assert_eq!(ways(&[]).len(), 4 * 2 * 3 * 2 * 3);
}

#[test]
fn a_step_over_what_cannot_be_told_changes_several_choices_at_once() {
    let told = |choices: Choices| {
        (choices.breadth != Breadth::Everything || choices.vat != Vat::Net)
            .then_some(Pence(if choices.vat == Vat::Net { 100 } else { 130 }))
    };
    let path = steps(NARROW, WIDE, &Choice::ALL, told).expect("both ends are told");
    let changed: Vec<&[Choice]> = path.iter().map(|step| step.changed.as_slice()).collect();
    assert_eq!(
        changed,
        [
            &[Choice::Entities][..],
            &[Choice::Breadth, Choice::Vat],
            &[Choice::Years]
        ]
    );
    assert_eq!(steps(NARROW, WIDE, &Choice::ALL, |_| None), None);
    assert_eq!(steps(NARROW, NARROW, &Choice::ALL, told), Some(Vec::new()));
}

#[test]
fn the_nearest_count_is_one_that_the_publication_can_mean() {
    let group = Choices {
        entities: Entities::Group,
        ..NARROW
    };
    let counts = [
        (NARROW, Pence(100)),
        (group, Pence(160)),
        (WIDE, Pence(210)),
    ];
    let stated = StatedChoices {
        vat: Some(Vat::Net),
        ..StatedChoices::default()
    };
    let meant = counts.into_iter().filter(|(way, _)| stated.allow(*way));
    let near = Near {
        choices: group,
        pence: Pence(160),
        apart: Pence(-40),
    };
    assert_eq!(nearest(Pence(200), meant), Some(near));
    let of_all = nearest(Pence(200), counts).map(|near| near.choices);
    assert_eq!(of_all, Some(WIDE));
    assert_eq!(nearest(Pence(200), []), None);
}

fn end(pence: i64, choices: Option<Choices>) -> End {
    End {
        published: Some("a total".into()),
        pence: Pence(pence),
        choices,
    }
}

#[test]
fn an_account_begins_and_ends_with_what_nothing_explains() {
    let lots = [lot(Entities::OneName, 1_000), lot(Entities::Group, 500)];
    let counted = |choices| count(&lots, choices).pence();
    let made = account(end(990, Some(NARROW)), end(2_000, Some(WIDE)), counted);
    let amounts: Vec<i64> = made.legs.iter().map(|leg| leg.pence.0).collect();
    // Unexplained, the group, everything, gross, calendar years, unexplained.
    assert_eq!(amounts, [10, 500, 0, 300, 0, 200]);
    assert_eq!(
        (made.explained, made.not_explained),
        (Pence(800), Pence(210))
    );
    assert!(matches!(made.legs[0].what, LegOf::NotExplained { .. }));
}

#[test]
fn without_a_count_nothing_of_the_difference_is_explained() {
    let made = account(end(994, None), end(6_000, Some(WIDE)), |_| None);
    assert_eq!(made.legs.len(), 1);
    assert_eq!(
        (made.explained, made.not_explained),
        (Pence::ZERO, Pence(5_006))
    );
}

fn any_of<T: Worded + std::fmt::Debug>() -> impl Strategy<Value = T> {
    (0..T::ALL.len()).prop_map(|place| T::ALL[place])
}

fn any_choices() -> impl Strategy<Value = Choices> {
    let parts = (any_of(), any_of(), any_of(), any_of(), any_of());
    parts.prop_map(|(entities, breadth, vat, years, dates)| Choices {
        entities,
        breadth,
        vat,
        years,
        dates,
    })
}

fn any_lot() -> impl Strategy<Value = Lot> {
    let inside = || (0..3_usize).prop_map(|at| [Inside::No, Inside::Perhaps, Inside::Yes][at]);
    let dates = [DateBasis::Payment, DateBasis::Invoice, DateBasis::NotStated];
    let parts = (
        any_of(),
        any::<bool>(),
        inside(),
        inside(),
        (0..3_usize).prop_map(move |at| dates[at]),
        -1_000_000_i64..1_000_000,
        proptest::option::of(-1_000_000_i64..1_000_000),
    );
    parts.prop_map(
        |(entities, is_technology, calendar, financial, dates, pence, gross)| Lot {
            entities,
            is_technology,
            calendar,
            financial,
            dates,
            gross: gross.map(Pence),
            ..lot(entities, pence)
        },
    )
}

proptest! {
    #[test]
    fn steps_add_up_to_the_difference_in_any_order(
        lots in proptest::collection::vec(any_lot(), 0..12),
        from in any_choices(),
        to in any_choices(),
        order in Just(Choice::ALL).prop_shuffle(),
    ) {
        let counted = |choices| count(&lots, choices).pence();
        match steps(from, to, &order, counted) {
            Some(path) => {
                let sum: Pence = path.iter().map(|step| step.pence).sum();
                prop_assert_eq!(Some(sum), counted(to).zip(counted(from)).map(|(to, from)| to - from));
                let changed: usize = path.iter().map(|step| step.changed.len()).sum();
                prop_assert!(path.last().is_none_or(|last| last.now == to) && changed <= 5);
            }
            None => prop_assert!(counted(from).is_none() || counted(to).is_none()),
        }
    }

    #[test]
    fn the_legs_of_an_account_add_up(
        lots in proptest::collection::vec(any_lot(), 0..12),
        (from, to) in (proptest::option::of(any_choices()), proptest::option::of(any_choices())),
        (one, other) in (-1_000_000_i64..1_000_000, -1_000_000_i64..1_000_000),
    ) {
        let made = account(end(one, from), end(other, to), |choices| count(&lots, choices).pence());
        let sum: Pence = made.legs.iter().map(|leg| leg.pence).sum();
        prop_assert_eq!(sum, Pence(other - one));
        prop_assert_eq!(made.explained + made.not_explained, sum);
        let of = |wanted: bool| {
            let legs = made.legs.iter().filter(|leg| matches!(leg.what, LegOf::Counted { .. }) == wanted);
            legs.map(|leg| leg.pence).sum::<Pence>()
        };
        prop_assert_eq!((of(true), of(false)), (made.explained, made.not_explained));
    }

    #[test]
    fn a_wider_choice_of_entities_holds_every_payment_of_a_narrower(
        lots in proptest::collection::vec(any_lot(), 0..12),
        choices in any_choices(),
    ) {
        let counts = Entities::ALL.iter().map(|&entities| count(&lots, Choices { entities, ..choices }));
        let told: Vec<Count> = counts.collect();
        // What cannot be told of few payments cannot be told of more.
        let first_untold = told.iter().position(|count| count.pence().is_none()).unwrap_or(told.len());
        prop_assert!(told[first_untold..].iter().all(|count| count.pence().is_none()));
        let payments: Vec<u64> = told.iter().filter_map(|count| match count {
            Count::Told { payments, .. } => Some(*payments),
            _ => None,
        }).collect();
        prop_assert!(payments.is_sorted());
    }
}
