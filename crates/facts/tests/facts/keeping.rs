//! Parts: written whole or not at all, refused when changed, collected only when nobody listed them.

use crate::made_up::{Desk, PAID, batch, five, live, on};
use handback_core::import::Payment;
use handback_core::pence::Pence;
use handback_facts::Facts;
use handback_facts::question::{Lines, PaidByName, Totals};
use jiff::civil::date;
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn all() -> Lines {
    Lines {
        most: 100,
        ..Lines::default()
    }
}

#[test]
fn what_is_written_reads_back_as_printed() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    assert_eq!(
        (live[0].part.rows, live[0].part.total),
        (5, Pence(120_000 - 2_050 + 900 + 120_000 + 80_000))
    );
    let lines = desk.facts.ask(&all(), &live).expect("an answer");
    let mut printed = five();
    printed.sort_by_key(|payment| (payment.date, payment.line));
    assert_eq!(lines.len(), printed.len());
    for (line, payment) in lines.iter().zip(&printed) {
        assert_eq!(
            (line.import, &*line.file, &line.part),
            (live[0].import, "payments-1.csv", &live[0].part.hash)
        );
        let read = Payment {
            line: line.line,
            date: line.date,
            date_to: line.date_to,
            amount: line.amount,
            vat: line.vat,
            gross: line.gross,
            supplier: &line.name,
            supplier_number: &line.supplier_number,
            company_number: &line.company_number,
            department: &line.department,
            service: &line.service,
            category: &line.category,
            description: &line.description,
            transaction: &line.transaction,
        };
        assert_eq!(&read, payment);
    }
}

#[test]
fn a_directory_may_have_any_name() {
    let desk = Desk::new();
    let part = desk.import(1, five()).remove(0).part;
    let odd = desk.directory.path().join("größe [old] 100%25 *? # {a}~");
    let facts = Facts::open(&odd).expect("facts open");
    facts.adopt(&desk.path(&part)).expect("it is adopted");
    let live = live(1, vec![part]);
    let lines = facts.ask(&all(), &live).expect("an answer");
    let totals = facts.ask(&Totals::default(), &live).expect("an answer");
    assert_eq!((lines.len(), totals[0].certain.rows), (5, 5));
}

#[test]
fn the_same_payments_make_the_same_part() {
    let desk = Desk::new();
    let [one, two] = [0, 1].map(|_| desk.parts([batch(five()), batch([PAID])]));
    assert_eq!(one, two);
    assert_eq!(one.len(), 1);
}

#[test]
fn no_payments_make_no_part() {
    let desk = Desk::new();
    assert_eq!(desk.parts([batch([])]), []);
    assert!(desk.files().is_empty());
}

#[test]
fn a_writer_that_is_given_up_leaves_nothing() {
    let desk = Desk::new();
    let mut writer = desk.facts.write_payments();
    writer.push(batch(five())).expect("payments are written");
    drop(writer);
    assert!(desk.files().is_empty(), "{:?}", desk.files());
}

#[test]
fn what_a_dead_writer_left_goes_and_what_a_living_one_writes_stays() {
    let desk = Desk::new();
    let mut writer = desk.facts.write_payments();
    writer.push(batch(five())).expect("payments are written");
    while desk.files().is_empty() {
        std::thread::yield_now();
    }
    let left = desk.directory.path().join("payments/draft-left");
    fs::write(&left, b"PAR1 and then the power went").expect("a file is left");
    desk.reopened();
    assert!(!left.exists());
    let parts = writer.finish().expect("the living writer was left alone");
    assert_eq!(desk.files(), [format!("{}.parquet", parts[0].hash)]);
}

#[test]
fn a_changed_part_is_refused_and_found() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    desk.facts
        .ask(&PaidByName::default(), &live)
        .expect("an answer");
    let path = desk.path(&live[0].part);
    let mut bytes = fs::read(&path).expect("the part is there");
    bytes[10] ^= 1;
    fs::write(&path, bytes).expect("the part is changed");
    for facts in [&desk.facts, &desk.reopened()] {
        let refused = facts
            .ask(&PaidByName::default(), &live)
            .expect_err("a changed part");
        assert!(refused.is_changed_part(), "{refused}");
        assert!(
            facts
                .sql("SELECT 1", &live, &[])
                .expect_err("a changed part")
                .is_changed_part()
        );
        let found = facts.verify(&[live[0].part.clone()]);
        assert!(found.len() == 1 && found[0].is_changed_part());
        assert!(
            found[0].to_string().contains(&live[0].part.hash),
            "{}",
            found[0]
        );
    }
}

#[test]
fn a_missing_part_is_named() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    fs::remove_file(desk.path(&live[0].part)).expect("the part is removed");
    let refused = desk
        .facts
        .ask(&Totals::default(), &live)
        .expect_err("a missing part");
    assert!(
        refused.is_missing_part() && refused.to_string().contains(&live[0].part.hash),
        "{refused}"
    );
    assert!(desk.facts.verify(&[live[0].part.clone()])[0].is_missing_part());
}

#[test]
fn a_sound_part_passes_verification() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    assert!(desk.facts.verify(&[live[0].part.clone()]).is_empty());
}

#[test]
fn a_part_that_nobody_lists_does_not_count() {
    let desk = Desk::new();
    let listed = desk.import(1, five());
    desk.import(2, [on(date(2019, 7, 1))]);
    let totals = desk
        .facts
        .ask(&Totals::default(), &listed)
        .expect("an answer");
    assert_eq!(totals[0].certain.rows, 5);
}

#[test]
fn money_that_cannot_be_added_up_is_an_error() {
    let desk = Desk::new();
    let most = Payment {
        amount: Pence(i64::MAX),
        ..PAID
    };
    let mut writer = desk.facts.write_payments();
    let pushed = writer.push(batch([most, PAID]));
    assert!(pushed.is_err() || writer.finish().is_err());

    let mut both = desk.import(1, [most]);
    both.extend(desk.import(2, [PAID]));
    assert!(desk.facts.ask(&Totals::default(), &both).is_err());
    let taken_back = Payment {
        amount: Pence(-i64::MAX),
        ..PAID
    };
    both.extend(desk.import(3, [taken_back]));
    let totals = desk
        .facts
        .ask(&Totals::default(), &both)
        .expect("the sum fits, whatever the order");
    assert_eq!(totals[0].certain.pence, PAID.amount);
}

#[test]
fn only_old_parts_that_no_entry_ever_listed_are_collected() {
    let desk = Desk::new();
    let listed = desk.import(1, five());
    let orphan = desk.import(2, [PAID]);
    for live in [&listed, &orphan] {
        desk.facts
            .ask(&Totals::default(), live)
            .expect("an answer, and rollups");
    }
    let known = BTreeSet::from([listed[0].part.hash.clone()]);
    let names = |found: Vec<handback_facts::Orphan>| {
        found
            .into_iter()
            .map(|orphan| orphan.file)
            .collect::<Vec<_>>()
    };
    let hash = &orphan[0].part.hash;
    let expected = [format!("{hash}.parquet"), format!("{hash}.rollup.parquet")];
    assert_eq!(
        names(desk.facts.orphans(&known).expect("orphans")),
        expected
    );

    let found = desk.facts.orphans(&known).expect("orphans");
    let now = found
        .iter()
        .map(|orphan| orphan.modified)
        .max()
        .expect("two");
    assert!(
        desk.facts
            .collect(&known, now)
            .expect("nothing is old")
            .is_empty()
    );
    assert_eq!(
        names(
            desk.facts
                .collect(&known, now + DAY + DAY)
                .expect("it is old")
        ),
        expected
    );
    assert!(desk.path(&listed[0].part).exists() && !desk.path(&orphan[0].part).exists());
}

#[test]
fn an_exported_part_is_adopted_elsewhere() {
    let (here, there) = (Desk::new(), Desk::new());
    let part = here.import(1, five()).remove(0).part;
    let folder = here.directory.path().join("export");
    here.facts
        .export(std::slice::from_ref(&part), &folder)
        .expect("an export");
    let file = folder.join(format!("{}.parquet", part.hash));
    assert_eq!(there.facts.adopt(&file).expect("it is adopted"), part);
    let totals = there
        .facts
        .ask(&Totals::default(), &live(1, vec![part]))
        .expect("an answer");
    assert_eq!(totals[0].certain.rows, 5);
}

#[test]
fn what_is_no_part_is_not_adopted() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    desk.facts
        .ask(&Totals::default(), &live)
        .expect("an answer, and a rollup");
    let rollup = desk.path(&live[0].part).with_extension("rollup.parquet");
    assert!(
        desk.facts
            .adopt(&rollup)
            .expect_err("a rollup")
            .is_not_a_part()
    );

    let text = desk.directory.path().join("payments.csv");
    fs::write(&text, "Date,Amount\n").expect("a file");
    assert!(desk.facts.adopt(&text).expect_err("a text").is_not_a_part());

    let renamed = desk.directory.path().join("renamed.parquet");
    fs::copy(desk.path(&live[0].part), &renamed).expect("a copy");
    assert!(
        desk.facts
            .adopt(&renamed)
            .expect_err("its name is not its content")
            .is_changed_part()
    );
}
