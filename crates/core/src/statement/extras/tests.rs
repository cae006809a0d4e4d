use super::*;
use crate::contract::charge::Per;
use crate::contract::variation::Outcome;
use crate::contract::{Contract, IndexFigure, Value};
use crate::dated::Dated;
use crate::import::{Coverage, Dataset, Import, Reading, Tally, VatBasis};
use crate::money::{DecidedBy, Decision, ScopeRule, YearBasis};
use crate::organisation::Organisation;
use jiff::civil::date;

const fn id(number: u8) -> RecordId {
    RecordId([number; 16])
}

const CONTRACT: RecordId = id(1);
const FIRM: RecordId = id(2);
const SISTER: RecordId = id(3);
const GROUP: RecordId = id(4);

fn organisation(name: &str, parent: Option<RecordId>) -> Organisation {
    Organisation {
        name: name.into(),
        parent: parent.map_or_else(Dated::default, |top| Dated::since(When::Unknown, Some(top))),
        ..Organisation::default()
    }
}

/// A contract of two years at £1,200 a year, rising with an index, and a change for £300.
fn estate() -> Estate {
    let mut estate = Estate::default();
    estate
        .organisations
        .insert(FIRM, organisation("Meridian Ltd", Some(GROUP)));
    estate
        .organisations
        .insert(SISTER, organisation("Meridian People Ltd", Some(GROUP)));
    estate
        .organisations
        .insert(GROUP, organisation("Meridian Group plc", None));
    let value = Value {
        pence: Pence(120_000),
        currency: "GBP".into(),
        per: ValuePer::Year,
    };
    let contract = Contract {
        title: "Service desk".into(),
        suppliers: [FIRM].into(),
        start: Some(When::Day(date(2016, 4, 1))),
        end: Dated::since(When::Unknown, When::Day(date(2018, 3, 31))),
        value: Dated::since(When::Unknown, value),
        ..Contract::default()
    };
    estate.contracts.insert(CONTRACT, contract);
    let charge = Charge {
        name: "Desk".into(),
        contract: Some(CONTRACT),
        amount: Pence(120_000),
        per: Per::Year,
        from: None,
        to: None,
        index: Some("CPI".into()),
        index_month: Some(When::Month(2015, 12)),
        cap: None,
        floor: None,
        clause: None,
        source: None,
    };
    estate.charges.insert(id(5), charge);
    for (number, year, figure) in [(6, 2015, 100_000), (7, 2016, 110_000)] {
        let figure = IndexFigure {
            index: "cpi".into(),
            month: When::Month(year, 12),
            figure,
            source: None,
        };
        estate.index_figures.insert(id(number), figure);
    }
    let variation = Variation {
        what: "Wi-Fi".into(),
        contract: Some(CONTRACT),
        reference: Some("C1".into()),
        part_of: None,
        asked_on: None,
        asked_by: Some(Asker::Supplier),
        why: None,
        priced: None,
        competed: None,
        price: Some(Pence(30_001)),
        extends_to: None,
        outcome: Some(Outcome::Accepted),
        decided_on: Some(When::Day(date(2016, 6, 1))),
        clause: None,
        evidence: Vec::new(),
    };
    estate.variations.insert(id(8), variation);
    for (number, name) in [(9, "Meridian Ltd"), (10, "Meridian People Ltd")] {
        let rule = ScopeRule {
            supplier: name.into(),
            decision: Dated::since(When::Unknown, Decision::Technology),
            by: DecidedBy::Person,
            reason: None,
        };
        estate.scope_rules.insert(id(number), rule);
    }
    let covered = Period::new(date(2016, 4, 1), date(2019, 3, 31));
    estate.imports.insert(id(20), ledger(covered));
    estate
}

/// A file that holds the payments of some days.
fn ledger(period: Period) -> Import {
    let blank = String::new;
    Import {
        dataset: Dataset::Payments,
        file: "payments.csv".into(),
        source: blank(),
        reading_hash: blank(),
        reading: Reading {
            dataset: Dataset::Payments,
            reader: 1,
            format: "csv".into(),
            compressed: false,
            encoding: None,
            delimiter: None,
            sheet: None,
            header_lines: Vec::new(),
            columns: Vec::new(),
            date_order: None,
            vat: VatBasis::Net,
            period: None,
            desk: None,
            notes: Vec::new(),
        },
        coverage: Coverage {
            authority: id(30),
            publisher: None,
            ledger: "payments".into(),
            period: Some(period),
        },
        tally: Tally::default(),
        faults: None,
        parts: Vec::new(),
        overlap: None,
        replaced_by: None,
        list: None,
    }
}

fn paid(name: &str, on: Date, pence: i64) -> PaidLine {
    let blank = String::new;
    PaidLine {
        paid: Paid {
            name: name.into(),
            department: blank(),
            service: blank(),
            category: blank(),
            described: false,
            year: YearBasis::Financial.year(on),
            from: on,
            rows: 1,
            pence: Pence(pence),
        },
        to: on,
        text: "services".into(),
    }
}

fn lines() -> Vec<PaidLine> {
    vec![
        paid("Meridian Ltd", date(2016, 7, 1), 120_000),
        paid("Meridian Ltd", date(2016, 8, 1), 30_001),
        paid("Meridian Ltd", date(2017, 7, 1), 132_000),
        paid("Meridian Ltd", date(2017, 8, 1), 9_999),
        paid("Meridian People Ltd", date(2017, 9, 1), 5_000),
        paid("Meridian Ltd", date(2019, 1, 1), 2_000),
        paid("Fictional Paving Ltd", date(2017, 9, 1), 700),
    ]
}

fn told(estate: &Estate, lines: &[PaidLine]) -> Extras {
    let (rules, day) = (Rules::default(), date(2019, 6, 1));
    let told = estate.split(lines, &rules, day);
    assert_eq!(told.len(), lines.len());
    estate.extras(lines, &told, &rules, day)
}

#[test]
fn extras_are_told_by_year_asker_and_rule() {
    let estate = estate();
    let extras = told(&estate, &lines());
    // Paving is no technology.
    assert_eq!(extras.payments, 6);
    assert_eq!(
        extras.split,
        ByClass {
            contracted_pence: Pence(252_000),
            variation_pence: Pence(30_001),
            off_contract_pence: Pence(2_000),
            unknown_pence: Pence(14_999),
        }
    );
    assert_eq!(extras.split.extras(), Pence(32_001));
    let years: Vec<(&str, i64)> = extras
        .by_year
        .iter()
        .map(|it| (it.year.as_str(), it.split.total().0))
        .collect();
    assert_eq!(
        years,
        [
            ("2016/17", 150_001),
            ("2017/18", 146_999),
            ("2018/19", 2_000)
        ]
    );
    assert_eq!(
        extras.by_asker,
        [AskerLine {
            asked_by: Some(Asker::Supplier),
            pence: Pence(30_001)
        }]
    );
    let rules: Vec<Rule> = extras.by_rule.iter().map(|it| it.rule).collect();
    assert_eq!(
        rules,
        [
            Rule::ChargeAmount,
            Rule::VariationPrice,
            Rule::AfterEnd,
            Rule::GroupFirm,
            Rule::BeyondCharges
        ]
    );
    assert_eq!(extras.after_end[0].pence, Pence(2_000));
    assert_eq!(extras.group_firms[0].names, ["Meridian People Ltd"]);
}

#[test]
fn prices_are_held_against_what_was_agreed() {
    let extras = told(&estate(), &lines());
    let line = |line: &PriceLine| {
        (
            line.year.clone(),
            line.agreed_pence.map(|it| it.0),
            line.indexed_pence.map(|it| it.0),
            line.drift().map(|it| it.0),
        )
    };
    let lines: Vec<_> = extras.prices.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            ("2016/17".into(), Some(120_000), Some(120_000), Some(0)),
            ("2017/18".into(), Some(120_000), Some(132_000), Some(9_999)),
            ("2018/19".into(), None, None, None),
        ]
    );
}

#[test]
fn nothing_is_said_of_a_year_that_is_not_known_whole() {
    let drift = |estate: &Estate, lines: &[PaidLine], day: Date| -> Vec<Option<i64>> {
        let rules = Rules::default();
        let told = estate.split(lines, &rules, day);
        let extras = estate.extras(lines, &told, &rules, day);
        let prices = extras.prices.iter();
        prices.map(|line| line.drift().map(|it| it.0)).collect()
    };
    let (whole, lines) = (estate(), lines());
    // A year that has not ended.
    let day = date(2018, 3, 31);
    assert_eq!(drift(&whole, &lines, day), [Some(0), Some(9_999)]);
    let day = date(2018, 3, 30);
    assert_eq!(drift(&whole, &lines, day), [Some(0), None]);
    // A year of which no payments are on record.
    let mut held = estate();
    let covered = Period::new(date(2016, 4, 1), date(2018, 2, 28));
    held.imports.insert(id(20), ledger(covered));
    let late = date(2019, 6, 1);
    assert_eq!(drift(&held, &lines, late), [Some(0), None, None]);
    let told = told(&held, &lines).prices.remove(1);
    let march = Period::new(date(2018, 3, 1), date(2018, 3, 31));
    assert_eq!(told.uncovered, [march]);
    // Another contract of the firm, of which some of the payments may be.
    let mut held = estate();
    let other = Contract {
        title: "Wi-Fi".into(),
        start: Some(When::Day(date(2017, 4, 1))),
        ..held.contracts[&CONTRACT].clone()
    };
    held.contracts.insert(id(21), other);
    assert_eq!(drift(&held, &lines, late)[..2], [Some(0), None]);
    assert_eq!(
        self::told(&held, &lines).prices[1].untold_pence,
        Pence(9_999)
    );
}

#[test]
fn a_variation_in_force_extends_the_term() {
    let rules_of = |extends_to: Option<When>, outcome, on| {
        let mut held = estate();
        let change = held.variations.get_mut(&id(8)).expect("it is there");
        (change.extends_to, change.outcome) = (extends_to, outcome);
        let payment = paid("Meridian Ltd", on, 2_000);
        let told = held.split(&[payment], &Rules::default(), date(2020, 6, 1));
        told[0].expect("it is technology").rule
    };
    let (accepted, rejected) = (Some(Outcome::Accepted), Some(Outcome::Rejected));
    let to = |when: When| Some(when);
    let on = date(2019, 1, 1);
    for (extends_to, outcome, expected) in [
        (None, accepted, Rule::AfterEnd),
        (to(When::Month(2019, 3)), rejected, Rule::AfterEnd),
        (to(When::Month(2019, 3)), accepted, Rule::ChargesNotKnown),
        (
            to(When::Day(date(2018, 12, 31))),
            accepted,
            Rule::LastInvoice,
        ),
        // Nobody knows until when.
        (to(When::Unknown), accepted, Rule::TermNotKnown),
        // It never shortens the term.
        (to(When::Year(2016)), accepted, Rule::AfterEnd),
    ] {
        assert_eq!(
            rules_of(extends_to, outcome, on),
            expected,
            "{extends_to:?}"
        );
    }
}

#[test]
fn a_figure_that_is_missing_leaves_its_year_unknown() {
    let mut estate = estate();
    estate.index_figures.remove(&id(7));
    let extras = told(&estate, &lines());
    let unknown = &extras.prices[1];
    assert_eq!((unknown.indexed_pence, unknown.missing.len()), (None, 1));
    // The first year is known all the same.
    assert_eq!(extras.prices[0].drift(), Some(Pence::ZERO));
    let rules: Vec<Rule> = extras.by_rule.iter().map(|it| it.rule).collect();
    assert!(rules.contains(&Rule::ChargesNotKnown), "{rules:?}");
}

#[test]
fn what_a_person_decides_moves_money_and_makes_none() {
    let mut estate = estate();
    let before = told(&estate, &lines()).split.total();
    let treatment = Treatment {
        supplier: "Meridian People Ltd".into(),
        text: None,
        from: None,
        to: None,
        class: Class::Variation,
        contract: Some(CONTRACT),
        variation: Some("C1".into()),
        reason: None,
    };
    estate.treatments.insert(id(11), treatment);
    let after = told(&estate, &lines());
    assert_eq!(after.split.total(), before);
    assert_eq!(after.split.variation_pence, Pence(35_001));
    // It is still a firm of the group.
    assert_eq!(after.group_firms[0].pence, Pence(5_000));
}

#[test]
fn a_yearly_value_counts_for_the_first_term() {
    let original = estate()
        .original(CONTRACT, date(2019, 6, 1))
        .expect("it is there");
    assert_eq!(original.value, Some(Pence(240_000)));
    assert_eq!(original.end, Some(date(2018, 3, 31)));
}
