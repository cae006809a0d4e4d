use super::*;
use crate::dated::When;
use jiff::civil::date;
use proptest::prelude::*;

const CONTRACT: RecordId = RecordId([1; 16]);
const FIRM: RecordId = RecordId([2; 16]);
const SISTER: RecordId = RecordId([3; 16]);
const TOP: RecordId = RecordId([4; 16]);
const CHANGE: RecordId = RecordId([5; 16]);

fn paid(on: Date, pence: i64) -> Payment {
    Payment {
        name: "FIRM LTD".into(),
        organisation: Some(FIRM),
        group: Some(TOP),
        from: on,
        to: on,
        pence: Pence(pence),
        rows: 1,
        text: "ICT services".into(),
    }
}

fn agreement() -> Agreement {
    let year = |year| Due {
        from: date(year, 4, 1),
        to: date(year + 1, 3, 31),
        pence: Pence(120_000),
    };
    Agreement {
        contract: CONTRACT,
        suppliers: [FIRM].into(),
        groups: [TOP].into(),
        start: Some(date(2016, 4, 1)),
        end: Some(date(2018, 3, 31)),
        dues: vec![year(2016), year(2017)],
        years: [(2016, Pence(120_000)), (2017, Pence(120_000))].into(),
        whole: [2016, 2017].into(),
        variations: vec![Priced {
            variation: CHANGE,
            reference: Some("C1".into()),
            from: Some(date(2017, 1, 1)),
            price: Some(Pence(77_700)),
        }],
    }
}

fn rule(payment: Payment) -> Rule {
    split(&[payment], &[agreement()], &[], YearBasis::Financial)[0].rule
}

#[test]
fn each_rule_says_what_it_knows() {
    let day = date(2017, 6, 1);
    for (payment, expected) in [
        (paid(day, 120_000), Rule::ChargeAmount),
        (paid(day, 10_000), Rule::ChargeAmount),
        (paid(day, 30_000), Rule::ChargeAmount),
        (paid(day, 77_700), Rule::VariationPrice),
        // Before it was decided nothing was owed for it.
        (paid(date(2016, 6, 1), 77_700), Rule::WithinCharges),
        (paid(day, 119_999), Rule::WithinCharges),
        (paid(day, 120_001), Rule::BeyondCharges),
        (paid(date(2016, 3, 31), 10_000), Rule::BeforeStart),
        (paid(date(2018, 5, 31), 5_000), Rule::LastInvoice),
        (paid(date(2018, 6, 1), 5_000), Rule::AfterEnd),
    ] {
        let told = (payment.from, payment.pence);
        assert_eq!(rule(payment), expected, "{told:?}");
    }
    let nobody = Payment {
        organisation: None,
        group: None,
        ..paid(day, 1)
    };
    assert_eq!(rule(nobody), Rule::NameNotTied);
    let sister = Payment {
        organisation: Some(SISTER),
        ..paid(day, 1)
    };
    let told = split(
        std::slice::from_ref(&sister),
        &[agreement()],
        &[],
        YearBasis::Financial,
    )[0];
    assert_eq!((told.rule, told.is_group_firm), (Rule::GroupFirm, true));
    let stranger = Payment {
        group: None,
        ..sister
    };
    assert_eq!(rule(stranger), Rule::NoContract);
}

#[test]
fn what_is_not_known_of_a_contract_stays_unknown() {
    let day = date(2017, 6, 1);
    let of = |change: fn(&mut Agreement)| {
        let mut held = agreement();
        change(&mut held);
        split(&[paid(day, 5_555)], &[held], &[], YearBasis::Financial)[0].rule
    };
    assert_eq!(of(|it| it.years.clear()), Rule::ChargesNotKnown);
    assert_eq!(of(|it| it.whole = [2016].into()), Rule::YearNotWhole);
    let beyond = of(|it| {
        it.whole.clear();
        it.years.insert(2017, Pence(5_554));
    });
    assert_eq!(beyond, Rule::BeyondCharges);
    assert_eq!(of(|it| it.end = None), Rule::TermNotKnown);
    // The price of a change that is an instalment too.
    let both = of(|it| {
        it.dues[1].pence = Pence(5_555);
        it.variations[0].price = Some(Pence(5_555));
    });
    assert_eq!(both, Rule::SeveralFit);
    let two = split(
        &[paid(day, 5_555)],
        &[agreement(), agreement()],
        &[],
        YearBasis::Financial,
    );
    assert_eq!(two[0].rule, Rule::SeveralFit);
}

#[test]
fn a_year_is_looked_at_as_a_whole() {
    let told = |amounts: &[i64]| -> Vec<Rule> {
        let payments: Vec<Payment> = amounts
            .iter()
            .map(|pence| paid(date(2017, 6, 1), *pence))
            .collect();
        let told = split(&payments, &[agreement()], &[], YearBasis::Financial);
        told.iter().map(|it| it.rule).collect()
    };
    assert_eq!(
        told(&[60_000, 60_001, 10_000]),
        [Rule::BeyondCharges, Rule::BeyondCharges, Rule::ChargeAmount]
    );
    assert_eq!(
        told(&[60_000, 50_000, 10_000]),
        [Rule::WithinCharges, Rule::WithinCharges, Rule::ChargeAmount]
    );
    // A credit makes room.
    assert_eq!(
        told(&[125_000, -6_000]),
        [Rule::WithinCharges, Rule::WithinCharges]
    );
}

fn treatment(text: Option<&str>, class: Class) -> Treatment {
    Treatment {
        supplier: "FIRM LTD".into(),
        text: text.map(str::to_owned),
        from: None,
        to: Some(When::Year(2017)),
        class,
        contract: Some(CONTRACT),
        variation: Some("C1".into()),
        reason: None,
    }
}

#[test]
fn a_person_decides_first_and_the_longest_text_tells_most() {
    let (all, some) = (
        treatment(None, Class::OffContract),
        treatment(Some("ict"), Class::Variation),
    );
    let told = |day, held: &[&Treatment]| {
        let told = split(
            &[paid(day, 10_000)],
            &[agreement()],
            held,
            YearBasis::Financial,
        )[0];
        (told.class, told.rule, told.variation)
    };
    let day = date(2017, 6, 1);
    assert_eq!(
        told(day, &[&all, &some]),
        (Class::Variation, Rule::Person, Some(CHANGE))
    );
    assert_eq!(told(day, &[&some, &all]).0, Class::Variation);
    assert_eq!(told(day, &[&all]).0, Class::OffContract);
    assert_eq!(told(date(2018, 1, 1), &[&all, &some]).1, Rule::ChargeAmount);
}

#[test]
fn a_charge_and_a_price_account_for_what_they_come_to_once() {
    let day = date(2017, 6, 1);
    let told = |payments: &[Payment], treatments: &[&Treatment]| -> Vec<Rule> {
        let mut held = agreement();
        held.years.clear();
        held.dues.truncate(1);
        held.dues[0].to = date(2018, 3, 31);
        let told = split(payments, &[held], treatments, YearBasis::Financial);
        told.iter().map(|it| it.rule).collect()
    };
    let (fits, other) = (Rule::ChargeAmount, Rule::ChargesNotKnown);
    let (whole, quarter, twelfth) = (120_000, 30_000, 10_000);
    for (amounts, expected) in [
        (vec![whole, whole], vec![fits, other]),
        (vec![quarter; 5], [vec![fits; 4], vec![other]].concat()),
        (vec![twelfth; 13], [vec![fits; 12], vec![other]].concat()),
        (vec![twelfth, whole, quarter], vec![fits, other, fits]),
        (
            vec![77_700, 77_700],
            vec![Rule::VariationPrice, Rule::ChargesNotKnown],
        ),
    ] {
        let payments: Vec<Payment> = amounts.iter().map(|pence| paid(day, *pence)).collect();
        assert_eq!(told(&payments, &[]), expected, "{amounts:?}");
    }
    // The earlier one keeps it, whatever the order in which they come in.
    let late = paid(date(2017, 7, 1), whole);
    assert_eq!(told(&[late, paid(day, whole)], &[]), [other, fits]);
    // Of payments that are alike either all fit or none does.
    let alike = |rows| Payment {
        rows,
        ..paid(day, quarter)
    };
    assert_eq!(told(&[alike(5), alike(4)], &[]), [other, fits]);
    // What a person calls contracted is taken off first, and stays contracted.
    let person = treatment(Some("desk"), Class::Contracted);
    let desk = Payment {
        text: "Desk".into(),
        ..paid(date(2017, 8, 1), whole)
    };
    assert_eq!(
        told(&[paid(day, whole), desk.clone(), desk], &[&person]),
        [other, Rule::Person, Rule::Person]
    );
}

#[test]
fn of_decisions_the_narrowest_stands_and_of_contracts_of_a_group_the_one_in_force() {
    let (all, some) = (
        Treatment {
            to: None,
            ..treatment(None, Class::OffContract)
        },
        treatment(None, Class::Contracted),
    );
    let payment = paid(date(2017, 6, 1), 1);
    for held in [[&all, &some], [&some, &all]] {
        let told = split(
            std::slice::from_ref(&payment),
            &[agreement()],
            &held,
            YearBasis::Financial,
        );
        assert_eq!(told[0].class, Class::Contracted);
    }
    let old = Agreement {
        contract: RecordId([9; 16]),
        end: Some(date(2016, 12, 31)),
        ..agreement()
    };
    let sister = Payment {
        organisation: Some(SISTER),
        ..payment
    };
    let told = split(&[sister], &[old, agreement()], &[], YearBasis::Financial);
    assert_eq!(told[0].contract, Some(CONTRACT));
}

proptest! {
    /// Each payment is of one class, in order, and nothing gets lost or appears; what a person decides
    /// moves money between classes and makes none.
    #[test]
    fn every_payment_is_in_one_class(
        amounts in proptest::collection::vec((-20_000i64..200_000, 0i64..1_200, 1u64..4), 0..40),
        decided in any::<bool>(),
    ) {
        let payments: Vec<Payment> = amounts
            .iter()
            .map(|(pence, days, rows)| Payment {
                rows: *rows,
                ..paid(date(2015, 12, 1).saturating_add((*days).days()), *pence)
            })
            .collect();
        let held = treatment(Some("services"), Class::OffContract);
        let treatments: Vec<&Treatment> = if decided { vec![&held] } else { vec![] };
        let told = split(&payments, &[agreement()], &treatments, YearBasis::Financial);
        prop_assert_eq!(told.len(), payments.len());
        let of = |class: Class| -> i64 {
            let theirs = payments.iter().zip(&told).filter(|(_, told)| told.class == class);
            theirs.map(|(payment, _)| payment.sum().0).sum()
        };
        let all: i64 = payments.iter().map(|payment| payment.sum().0).sum();
        prop_assert_eq!(Class::ALL.iter().map(|class| of(*class)).sum::<i64>(), all);
        for told in &told {
            prop_assert_eq!(told.rule.class_of().unwrap_or(told.class), told.class);
        }
    }

    /// What the rules call contracted never comes to more in a year than the charges of that year, where
    /// payments are made in the year that they are for; and what they call a variation never to more than
    /// its price, but for the pence by which parts are rounded.
    #[test]
    fn contracted_stays_within_the_charges(
        amounts in proptest::collection::vec(prop_oneof![
            0i64..60_000, Just(10_000), Just(30_000), Just(120_000), Just(77_700), Just(6_475),
        ], 0..30),
    ) {
        let payments: Vec<Payment> = amounts.iter().map(|pence| paid(date(2017, 9, 1), *pence)).collect();
        let told = split(&payments, &[agreement()], &[], YearBasis::Financial);
        let of = |class: Class| -> i64 {
            let theirs = payments.iter().zip(&told).filter(|(_, told)| told.class == class);
            theirs.map(|(payment, _)| payment.pence.0).sum()
        };
        prop_assert!(of(Class::Contracted) <= 120_000);
        prop_assert!(of(Class::Variation) <= 77_700 + 12);
    }
}
