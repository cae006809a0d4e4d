//! What every file of tickets must hold, whatever it says.

use super::*;
use crate::recognise::{Hints, recognise};
use crate::source::Memory;
use handback_core::import::Dataset;
use handback_core::performance::state::Means;
use handback_core::performance::ticket::What;
use proptest::prelude::*;
use std::ops::ControlFlow::Continue;

fn file(text: &str) -> Memory {
    Memory {
        name: "tickets.csv".into(),
        bytes: text.into(),
    }
}

#[test]
fn a_person_says_what_a_word_means_and_which_clocks_are_meant() {
    let source = file(
        "Ticket number,Status,Changed at\n\
         1,New,2019-07-01 09:00\n1,Parked,2019-07-01 10:00\n1,Done,2019-07-01 11:00\n\
         2,New,2019-07-01 09:00\n2,Done,2019-07-01 11:00\n",
    );
    let states = [("Parked".to_owned(), Means::WaitsForSupplier)];
    let hints = Hints {
        dataset: Some(Dataset::Tickets),
        states: &states,
        zone: Some("Europe/Paris"),
        ..Hints::default()
    };
    let reading = recognise(&source, &hints).expect("a log");
    let mut tickets = Vec::new();
    let mut faults = Vec::new();
    let tally = read(
        &source,
        &reading,
        &mut |logged| {
            tickets.push(logged.ticket);
            Continue(())
        },
        &mut |fault| {
            faults.push(fault);
            Continue(())
        },
    );
    assert_eq!(tally.expect("readable").rows, 5);
    assert_eq!(faults, []);
    let told: Vec<String> = tickets[0]
        .changes
        .iter()
        .map(|change| format!("{} {}", change.at, change.what.word()))
        .collect();
    assert_eq!(
        told,
        [
            "2019-07-01T07:00:00Z opened",
            "2019-07-01T08:00:00Z responded",
            "2019-07-01T08:00:00Z paused-supplier",
            "2019-07-01T09:00:00Z resolved",
        ]
    );
    let nowhere = Hints {
        zone: Some("Europe/Nowhere"),
        ..hints
    };
    let refused = recognise(&source, &nowhere).expect_err("no such zone");
    assert!(refused.to_string().contains("Europe/Nowhere"), "{refused}");
}

#[test]
fn what_says_too_little_is_refused_or_left_to_others() {
    for (text, reason) in [
        (
            "Ticket,Priority\n1,P1\n2,P2\n",
            "when its tickets were opened",
        ),
        (
            "Opened,Priority,Closed\n2019-07-01 09:00,P1,2019-07-01 10:00\n",
            "number of a ticket",
        ),
        (
            "Number,Opened\n,2019-07-01 09:00\n,2019-07-01 09:00\n3,2019-07-01 09:00\n",
            "2 of its 3 lines",
        ),
    ] {
        let refused = read_all(&file(text), LONDON).expect_err("too little");
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    // A ledger is none, whatever its columns are called.
    let ledger = file("Number,Date,Supplier,Amount,Status\n1,2019-07-01,Acorn Ltd,9.50,Paid\n");
    let reading = recognise(&ledger, &Hints::default()).expect("a ledger");
    assert_eq!(reading.dataset, Dataset::Payments);
}

proptest! {
    /// Shuffled lines tell the same: order comes from the times.
    #[test]
    fn the_order_of_lines_tells_nothing(places in prop::collection::vec((0..3usize, 0..6usize), 4..40)) {
        let states = ["New", "In progress", "Pending customer", "Resolved", "Closed", "Reopened"];
        let line = |(minute, (ticket, state)): (usize, &(usize, usize))| {
            format!("T{ticket},{},2019-07-01 09:{minute:02}\n", states[*state])
        };
        let mut lines: Vec<String> = places.iter().enumerate().map(line).collect();
        let heading = "Ticket number,Status,Changed at\n";
        let told = |lines: &[String]| {
            let (mut tickets, _) = read_all(&file(&format!("{heading}{}", lines.concat())), LONDON).expect("a log");
            tickets.sort_by(|one, other| one.number.cmp(&other.number));
            tickets
        };
        let forwards = told(&lines);
        lines.reverse();
        prop_assert_eq!(&forwards, &told(&lines));
        for ticket in &forwards {
            prop_assert!(ticket.changes.is_sorted_by_key(|change| change.at));
            let opened = ticket.changes.iter().filter(|change| change.what == What::Opened).count();
            prop_assert!(opened <= 1);
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "(Ticket,Opened,Status,Time\n)?([0-9A-Za-z:/?. -]{0,12},){0,3}\\PC{0,60}(\n\\PC{0,40}){0,6}") {
        let _ = read_all(&file(&text), LONDON);
    }
}
