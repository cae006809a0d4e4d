use super::kinds::FORMS;
use super::kinds::tests::{Directory, record_of};
use super::*;
use crate::record::{Change, ChangeAct};
use crate::table::Cell;
use std::collections::BTreeMap;

/// A row of a register with these cells, and its name.
fn cells<D: Particulars>(name: &str, filled: &[(&str, &str)]) -> Vec<String> {
    for (heading, _) in filled {
        let known = D::HEADINGS.iter().any(|it| it.name == *heading);
        assert!(known, "no heading {heading}");
    }
    let filled: BTreeMap<&str, &str> = filled.iter().copied().collect();
    let mut cells: Vec<String> = D::HEADINGS
        .iter()
        .map(|heading| {
            filled
                .get(heading.name)
                .copied()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    cells[0] = name.to_owned();
    cells
}

fn read<D: Particulars>(name: &str, filled: &[(&str, &str)]) -> Result<Item<D>, Vec<&'static str>> {
    let mut directory = Directory::default();
    directory.id("Network");
    directory.id("C-001");
    record_of::<Item<D>>(&[cells::<D>(name, filled)], &mut directory)
}

#[test]
fn what_is_wrong_with_an_item_is_said() {
    for (filled, fault) in [
        (&[("services", "Network"), ("contract", "C-001")][..], None),
        (&[("services", "Network; Telephony")], Some("services")),
        (&[("contract", "C-999")], Some("contract")),
        (&[("cost", "100.00"), ("cost up to", "100.00")], None),
        (
            &[("cost", "100.00"), ("cost up to", "99.99")],
            Some("cost up to"),
        ),
        (&[("cost up to", "99.99")], Some("cost up to")),
        (&[("route", "sell")], Some("route")),
        (&[("quantity", "-1")], Some("quantity")),
        (&[("quantity", "0")], None),
    ] {
        let read = read::<Licence>("Revbase", filled);
        assert_eq!(read.err(), fault.map(|heading| vec![heading]), "{filled:?}");
    }
}

#[test]
fn a_cost_is_one_amount_or_a_range_or_unknown() {
    let cost = |filled: &[(&str, &str)]| {
        read::<Asset>("Switch", filled)
            .expect("an item")
            .shared
            .cost
    };
    let range = |from, to| {
        Some(Cost {
            from: Pence(from),
            to: Pence(to),
        })
    };
    assert_eq!(cost(&[]), None);
    assert_eq!(cost(&[("cost", "0.00")]), range(0, 0));
    assert_eq!(cost(&[("cost", "10.00")]), range(1000, 1000));
    assert_eq!(
        cost(&[("cost", "10.00"), ("cost up to", "12.00")]),
        range(1000, 1200)
    );
}

#[test]
fn an_item_is_known_again_by_its_number_then_its_mark_then_its_name() {
    let identity = |name: &str, filled: &[(&str, &str)]| {
        read::<Asset>(name, filled).expect("an item").identity()
    };
    let switch = identity("Switch", &[]);
    assert_eq!(identity("SWITCH", &[]), switch);
    assert_ne!(identity("Switch", &[("contract", "C-001")]), switch);
    assert_ne!(identity("Switch", &[("serial number", "1")]), switch);
    let numbered = identity("Switch", &[("reference", "A-1"), ("serial number", "1")]);
    assert_eq!(
        identity(
            "Core switch",
            &[("reference", "a-1"), ("serial number", "2")]
        ),
        numbered
    );
    assert_ne!(identity("Switch", &[("reference", "A-2")]), numbered);
}

#[test]
fn two_rows_of_one_item_are_a_fault_and_two_of_one_name_need_not_be() {
    let mut directory = Directory::default();
    let rows = |one: &[(&str, &str)], two: &[(&str, &str)]| {
        [cells::<Asset>("Laptop", one), cells::<Asset>("Laptop", two)]
    };
    let twice = record_of::<Item<Asset>>(&rows(&[], &[]), &mut directory);
    assert_eq!(twice.err(), Some(vec!["asset"]));
    let key = |filled: &[(&str, &str)]| {
        let cells = cells::<Asset>("Laptop", filled);
        let cells = cells.into_iter().map(|text| match text.is_empty() {
            true => Cell::Blank,
            false => Cell::Text(text),
        });
        Item::<Asset>::key(&Row {
            line: 2,
            headings: Asset::HEADINGS,
            cells: cells.collect(),
        })
    };
    assert_ne!(
        key(&[("serial number", "1")]),
        key(&[("serial number", "2")])
    );
    assert_eq!(key(&[]), key(&[]));
}

#[test]
fn credentials_alone_are_restricted_from_the_start() {
    for kind in Registers::KINDS {
        let form = FORMS.iter().find(|form| form.kind == kind).expect("a form");
        let mut directory = Directory::of(form);
        let examples: Vec<String> = form
            .headings
            .iter()
            .map(|it| it.example.to_owned())
            .collect();
        let stated =
            kinds::tests::stated_of(form, &[examples], &mut directory).expect("examples read");
        let restricted = stated.change.visibility == Visibility::Restricted;
        assert_eq!(restricted, kind == "credential", "{kind}");
    }
}

#[test]
fn registers_list_every_item_once() {
    let item = |name: &str| Item {
        shared: Shared {
            name: name.into(),
            ..Shared::default()
        },
        detail: Asset::default(),
    };
    let mut registers = Registers {
        assets: BTreeMap::from([(RecordId([1; 16]), item("Switch"))]),
        ..Registers::default()
    };
    let secret = Item {
        shared: Shared {
            name: "Root".into(),
            ..Shared::default()
        },
        detail: Credential::default(),
    };
    registers.credentials.insert(RecordId([2; 16]), secret);
    let titles = |registers: &Registers| -> Vec<String> {
        registers
            .items()
            .map(|(reference, item)| format!("{} {}", reference.kind, item.name))
            .collect()
    };
    assert_eq!(titles(&registers), ["asset Switch", "credential Root"]);
    for (reference, shared) in registers.items() {
        assert_eq!(registers.item(reference.kind, reference.id), Some(shared));
    }
    registers.retain(|id| *id != RecordId([2; 16]));
    assert_eq!(titles(&registers), ["asset Switch"]);
}

/// Files of several people bring a part each: what one leaves blank, another has said.
#[test]
fn what_a_file_leaves_blank_stays_as_it_was() {
    for kind in Registers::KINDS {
        let form = FORMS.iter().find(|form| form.kind == kind).expect("a form");
        let mut directory = Directory::of(form);
        let mut stated = |texts: Vec<String>| {
            let stated = kinds::tests::stated_of(form, &[texts], &mut directory);
            let ChangeAct::State { version, item, .. } = &stated.expect("it reads").change.act
            else {
                panic!("{kind} states nothing")
            };
            (*version, item.clone())
        };
        let whole = stated(
            form.headings
                .iter()
                .map(|it| it.example.to_owned())
                .collect(),
        );
        for heading in form
            .headings
            .iter()
            .filter(|it| !it.needed && !it.example.is_empty())
        {
            if heading.name.starts_with("cost") {
                continue; // Both say one range.
            }
            let blank = |it: &Heading| match it.name == heading.name {
                true => String::new(),
                false => it.example.to_owned(),
            };
            let (_, lacking) = stated(form.headings.iter().map(blank).collect());
            let act = ChangeAct::State {
                version: 1,
                item: lacking,
                references: Vec::new(),
            };
            let change = Change {
                kind,
                id: RecordId([1; 16]),
                visibility: Visibility::Internal,
                act,
            };
            let filled = (form.filling)(change, whole.0, &whole.1).expect("it reads");
            let ChangeAct::State { item, .. } = filled.act else {
                panic!("it states something")
            };
            let text = |item: &[u8]| String::from_utf8_lossy(item).into_owned();
            assert_eq!(text(&item), text(&whole.1), "{kind}: {}", heading.name);
        }
    }
}
