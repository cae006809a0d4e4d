//! Tickets and measurements: kept, asked and queried beside payments.

use crate::made_up::{Desk, five, live};
use handback_core::import::Dataset;
use handback_core::import::bulk::{Measured, Measurements, TicketChange, TicketChanges};
use handback_core::performance::ticket::What;
use handback_facts::performance::{MeasureScope, TicketKept, TicketScope};
use handback_facts::{Facts, LivePart};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::json;
use std::ops::ControlFlow;

const OPENED: TicketChange<'static> = TicketChange {
    line: 2,
    ticket: "INC2",
    place: 0,
    at: Timestamp::UNIX_EPOCH,
    what: "opened",
    printed: "New",
    service: "Desktop",
    group: "Desk",
    channel: "",
    satisfaction: "",
};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_556_700_000 + 60 * minute).expect("in range")
}

/// An import of changes of tickets.
fn tickets(desk: &Desk, id: u8, changes: &[TicketChange<'_>]) -> Vec<LivePart> {
    let mut batch = TicketChanges::default();
    changes.iter().for_each(|change| batch.push(change));
    let mut writer = desk.facts.write();
    writer.push(batch).expect("changes are written");
    let parts = writer.finish().expect("parts are finished");
    of(Dataset::Tickets, live(id, parts))
}

fn of(dataset: Dataset, live: Vec<LivePart>) -> Vec<LivePart> {
    live.into_iter()
        .map(|live| LivePart { dataset, ..live })
        .collect()
}

fn kept(facts: &Facts, scope: &TicketScope, live: &[LivePart]) -> Vec<TicketKept> {
    let mut kept = Vec::new();
    let mut take = |ticket| {
        kept.push(ticket);
        ControlFlow::Continue(())
    };
    facts.tickets(scope, live, &mut take).expect("an answer");
    kept
}

fn two_imports(desk: &Desk) -> Vec<LivePart> {
    let change = |place, minute, what, printed| TicketChange {
        line: 2 + u64::from(place),
        place,
        at: at(minute),
        what,
        printed,
        ..OPENED
    };
    let first = [
        change(0, 0, "opened", "New"),
        change(1, 0, "priority", "P2"),
        change(2, 5, "responded", "Active"),
        TicketChange {
            line: 9,
            ticket: "INC1",
            at: at(1),
            service: "",
            ..OPENED
        },
    ];
    // The next month's file repeats how the ticket began and says how it ended.
    let second = [
        change(0, 0, "opened", "New"),
        TicketChange {
            group: "Network",
            satisfaction: "happy",
            ..change(1, 90, "paused-user", "Awaiting user")
        },
        TicketChange {
            group: "Network",
            satisfaction: "happy",
            ..change(2, 95, "resolved", "Resolved")
        },
    ];
    let mut live = tickets(desk, 1, &first);
    live.extend(tickets(desk, 2, &second));
    live
}

#[test]
fn a_ticket_is_gathered_from_every_import_and_leads_back_to_each() {
    let desk = Desk::new();
    let live = two_imports(&desk);
    let kept = kept(&desk.facts, &TicketScope::default(), &live);
    let numbers: Vec<&str> = kept
        .iter()
        .map(|kept| kept.ticket.number.as_str())
        .collect();
    assert_eq!(numbers, ["INC1", "INC2"]);
    let ticket = &kept[1].ticket;
    let told: Vec<(&str, Timestamp)> = ticket
        .changes
        .iter()
        .map(|change| (change.what.word(), change.at))
        .collect();
    assert_eq!(
        told,
        [
            ("opened", at(0)),
            ("priority", at(0)),
            ("responded", at(5)),
            ("paused-user", at(90)),
            ("resolved", at(95))
        ]
    );
    assert_eq!(ticket.changes[1].what, What::Priority("P2".into()));
    assert_eq!(ticket.group.as_deref(), Some("Network"));
    assert_eq!(
        (ticket.satisfaction.as_deref(), ticket.channel.as_deref()),
        (Some("happy"), None)
    );
    let printed: Vec<(String, u64)> = kept[1]
        .printed
        .iter()
        .map(|printed| (printed.file.to_string(), printed.line))
        .collect();
    let first = |line| ("payments-1.csv".to_owned(), line);
    let second = |line| ("payments-2.csv".to_owned(), line);
    assert_eq!(
        printed,
        [first(2), first(3), first(4), second(3), second(4)]
    );
    assert_eq!(kept[0].ticket.service, None);
}

#[test]
fn tickets_of_a_service_or_since_a_moment() {
    let desk = Desk::new();
    let live = two_imports(&desk);
    let numbers = |scope: TicketScope| -> Vec<String> {
        kept(&desk.facts, &scope, &live)
            .into_iter()
            .map(|kept| kept.ticket.number)
            .collect()
    };
    let of = |service: &str| TicketScope {
        services: Some([service.to_owned()].into()),
        from: None,
    };
    assert_eq!(numbers(of("Desktop")), ["INC2"]);
    assert_eq!(numbers(of("")), ["INC1"]);
    assert_eq!(numbers(of("Telephony")), [] as [&str; 0]);
    assert_eq!(
        numbers(TicketScope {
            services: None,
            from: Some(at(95))
        }),
        ["INC2"]
    );
    let services = desk.facts.ticket_services(&live).expect("an answer");
    let told: Vec<(&str, u64, u64)> = services
        .iter()
        .map(|row| (row.service.as_str(), row.tickets, row.changes))
        .collect();
    assert_eq!(told, [("", 1, 1), ("Desktop", 1, 6)]);
    // Whoever has seen enough is asked no further.
    let mut seen = 0;
    let mut once = |_| {
        seen += 1;
        ControlFlow::Break(())
    };
    desk.facts
        .tickets(&TicketScope::default(), &live, &mut once)
        .expect("an answer");
    assert_eq!(seen, 1);
}

const VALUE: Measured<'static> = Measured {
    line: 2,
    measure: "Calls answered in 30 s",
    service: "Contact",
    date: date(2019, 4, 1),
    date_to: date(2019, 4, 30),
    value: Some(91.5),
    numerator: Some(183.0),
    denominator: Some(200.0),
    printed: "91.5%",
};

fn values(desk: &Desk, id: u8, values: &[Measured<'_>]) -> Vec<LivePart> {
    let mut batch = Measurements::default();
    values.iter().for_each(|value| batch.push(value));
    let mut writer = desk.facts.write();
    writer.push(batch).expect("values are written");
    of(
        Dataset::Measurements,
        live(id, writer.finish().expect("parts are finished")),
    )
}

#[test]
fn values_come_by_measure_and_day_and_lead_back_to_their_line() {
    let desk = Desk::new();
    let mut live = values(
        &desk,
        1,
        &[
            Measured {
                line: 3,
                date: date(2019, 5, 1),
                date_to: date(2019, 5, 31),
                value: None,
                numerator: None,
                denominator: None,
                printed: "n/a",
                ..VALUE
            },
            VALUE,
        ],
    );
    live.extend(values(
        &desk,
        2,
        &[Measured {
            measure: "Calls",
            service: "",
            value: Some(200.0),
            ..VALUE
        }],
    ));
    let all = desk
        .facts
        .measurements(&MeasureScope::default(), &live)
        .expect("an answer");
    let told: Vec<(&str, u64, Option<f64>)> = all
        .iter()
        .map(|value| (value.measure.as_str(), value.printed.line, value.value))
        .collect();
    assert_eq!(
        told,
        [
            ("Calls", 2, Some(200.0)),
            ("Calls answered in 30 s", 2, Some(91.5)),
            ("Calls answered in 30 s", 3, None)
        ]
    );
    assert_eq!(&*all[0].printed.file, "payments-2.csv");
    let scope = MeasureScope {
        measures: Some(["Calls".to_owned()].into()),
        services: Some([String::new()].into()),
    };
    assert_eq!(
        desk.facts
            .measurements(&scope, &live)
            .expect("an answer")
            .len(),
        1
    );
    let measures = desk.facts.measures(&live).expect("an answer");
    assert_eq!(
        (measures[1].values, measures[1].last),
        (1, date(2019, 5, 31))
    );
}

#[test]
fn a_question_passes_over_the_parts_of_other_datasets() {
    let desk = Desk::new();
    let mut live = two_imports(&desk);
    live.extend(values(&desk, 3, &[VALUE]));
    live.extend(desk.import(4, five()));
    let totals = desk
        .facts
        .ask(&handback_facts::question::Totals::default(), &live)
        .expect("an answer");
    assert_eq!(totals[0].certain.rows, 5);
    assert_eq!(kept(&desk.facts, &TicketScope::default(), &live).len(), 2);
    let query = "SELECT (SELECT count(*) FROM payments) AS p, (SELECT count(*) FROM ticket_changes WHERE what = 'opened') AS t, \
                 (SELECT sum(value) FROM measurements WHERE date >= '2019-04-01') AS m";
    let answer = desk.facts.sql(query, &live, &[]).expect("an answer");
    assert_eq!(answer.rows, [[json!(5), json!(3), json!(91.5)]]);
    let parts: Vec<_> = live.iter().map(|live| live.part.clone()).collect();
    assert!(desk.facts.verify(&parts).is_empty());
    let there = Desk::new();
    let folder = desk.directory.path().join("export");
    desk.facts.export(&parts, &folder).expect("an export");
    for part in &parts {
        let adopted = there
            .facts
            .adopt(&folder.join(format!("{}.parquet", part.hash)));
        assert_eq!(adopted.expect("adopted"), *part);
    }
}

#[test]
fn no_rows_make_no_answer() {
    let desk = Desk::new();
    assert!(desk.facts.measures(&[]).expect("an answer").is_empty());
    assert!(
        desk.facts
            .ticket_services(&[])
            .expect("an answer")
            .is_empty()
    );
    assert!(kept(&desk.facts, &TicketScope::default(), &[]).is_empty());
}
