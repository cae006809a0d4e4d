//! The desk lies beside the log, and the log does not know of it.

use crate::desk_accounts::{actor, administrator};
use crate::desk_jobs::job;
use crate::desk_keys::{LATER, key, link, token};
use crate::store::*;
use handback_core::import::Layout;
use handback_register::desk::{CommentId, Desk, Often, Purpose, Reading};
use handback_register::{Moment, Place, Register, restore, verify};
use std::sync::Arc;

on_both![
    what_is_done_at_the_desk_leaves_the_log_alone,
    a_register_without_its_desk_says_the_same,
    no_backup_holds_the_desk,
    a_register_from_before_the_desk_gains_one,
    a_desk_that_holds_what_nobody_wrote_says_so,
    readings_are_listed_and_forgotten,
];

const TABLES: [&str; 10] = [
    "comment", "session", "link", "token", "feed", "reminded", "reminder", "job", "reading",
    "account",
];

async fn a_log(register: &Register) {
    let changes = vec![state(1, "a"), state(2, "b"), withdraw(2), state(3, "c")];
    write(register, 0, changes).await.expect("written");
    write(register, 1, vec![erase(3, 4)]).await.expect("erased");
}

/// Something in every table.
async fn fill(desk: &Desk) {
    desk.open_account(&administrator("ann")).await.expect("ann");
    desk.start_session(key(1), &actor("ann"), second(0), second(LATER))
        .await
        .expect("a session");
    desk.issue_link(&link(2, Purpose::Reset, Some("ann")))
        .await
        .expect("a link");
    desk.issue_token(key(3), &token(3, "ann"))
        .await
        .expect("a token");
    desk.set_feed(&actor("ann"), key(5), second(0))
        .await
        .expect("a feed");
    desk.set_reminder(&actor("ann"), Often::Weekly, "ann@post.example")
        .await
        .expect("a reminder");
    desk.note_reminded(&actor("ann"), "2020-01-06", &["a line".into()], second(0))
        .await
        .expect("a letter");
    desk.put_job(&job(4, "ann", 0)).await.expect("a job");
    desk.note_reading(&reading(1, "ann", 0))
        .await
        .expect("a reading");
    let at = (CommentId([6; 16]), id(1));
    desk.comment(at, &actor("ann"), "what ann thinks", second(0))
        .await
        .expect("a comment");
}

fn reading(record: u8, who: &str, seconds: i64) -> Reading {
    Reading {
        read_at: second(seconds),
        actor: actor(who),
        record: id(record),
        what: "the page of the record".into(),
    }
}

async fn what_is_done_at_the_desk_leaves_the_log_alone(store: &Store) {
    let (place, register) = store.register().await;
    a_log(&register).await;
    let before = register.picture();
    fill(&register.desk()).await;
    let after = register.catch_up().await.expect("read");
    assert!(Arc::ptr_eq(&before, &after), "nothing new in the log");
    let verified = verify(&place, Some(before.head())).await.expect("sound");
    assert_eq!(verified.head, before.head());
}

async fn a_register_without_its_desk_says_the_same(store: &Store) {
    let (place, register) = store.register().await;
    a_log(&register).await;
    fill(&register.desk()).await;
    let before = register.picture();
    register.close().await;
    for table in TABLES {
        tamper(&place, &format!("DELETE FROM {table}"), &[]).await;
    }
    let register = open(&place).await;
    let after = register.picture();
    assert_eq!(after.head(), before.head());
    assert!(after.entries().eq(before.entries()));
    for record in 1..=3 {
        let [now, then] = [&after, &before].map(|picture| {
            let known = picture.known(Moment::Newest);
            known.get::<Layout>(id(record)).map_err(|it| it.to_string())
        });
        assert_eq!(now, then, "record {record}");
    }
    verify(&place, Some(before.head())).await.expect("sound");
    assert!(register.desk().is_empty().await.expect("read"));
    write(&register, 9, vec![state(4, "life goes on")])
        .await
        .expect("written");
}

async fn no_backup_holds_the_desk(store: &Store) {
    let (_, register) = store.register().await;
    a_log(&register).await;
    fill(&register.desk()).await;
    let backup = register.backup(store.directory()).await.expect("a backup");
    let bytes = std::fs::read(&backup.file).expect("readable");
    for text in [
        "p-ann",
        "ann@harrowmere.example",
        "Ann of Harrowmere",
        "$argon2id$",
        "a wish",
        "ann@post.example",
        "the page of the record",
        "what ann thinks",
    ] {
        assert!(!holds(&bytes, text), "the backup holds {text:?}");
    }
    let target = store.empty().await;
    restore(&backup.file, &target).await.expect("restored");
    for place in [Place::Sqlite(backup.file), target] {
        let desk = open(&place).await.desk();
        assert!(desk.is_empty().await.expect("read"), "{place}");
        assert_eq!(desk.jobs(None, 9).await.expect("read"), []);
        assert_eq!(desk.readings(None, 9).await.expect("read"), []);
        assert_eq!(desk.open_links(second(0)).await.expect("read"), []);
    }
}

/// The first migration made everything but the tables of the desk.
async fn a_register_from_before_the_desk_gains_one(store: &Store) {
    let (place, register) = store.register().await;
    a_log(&register).await;
    let before = register.picture();
    register.close().await;
    for table in TABLES {
        behind(&place, &format!("DROP TABLE {table}")).await;
    }
    tamper(
        &place,
        "DELETE FROM _sqlx_migrations WHERE version > 1",
        &[],
    )
    .await;
    verify(&place, Some(before.head()))
        .await
        .expect("verifying needs no desk and makes none");

    let register = open(&place).await;
    assert!(register.picture().entries().eq(before.entries()));
    assert_eq!(register.picture().head(), before.head());
    fill(&register.desk()).await;
    assert!(!register.desk().is_empty().await.expect("read"));
}

async fn a_desk_that_holds_what_nobody_wrote_says_so(store: &Store) {
    let (place, register) = store.register().await;
    let desk = register.desk();
    fill(&desk).await;
    for change in [
        "UPDATE account SET grants = 'all'",
        "UPDATE link SET purpose = 'fun'",
        "UPDATE job SET state = 'lost'",
        "UPDATE token SET expires_at = 9223372036854775807",
    ] {
        tamper(&place, change, &[]).await;
    }
    let now = second(0);
    for error in [
        desk.account(&actor("ann")).await.map(drop),
        desk.open_links(now).await.map(drop),
        desk.jobs(None, 1).await.map(drop),
        desk.tokens(&actor("ann")).await.map(drop),
    ] {
        let message = error.expect_err("unreadable").to_string();
        assert!(message.contains("the desk holds something"), "{message}");
    }
}

async fn readings_are_listed_and_forgotten(store: &Store) {
    let desk = store.register().await.1.desk();
    let all = [
        reading(1, "ann", 0),
        reading(2, "ben", 1),
        reading(1, "ben", 2),
    ];
    for reading in &all {
        desk.note_reading(reading).await.expect("noted");
    }
    let [first, second_one, third] = all;
    let newest = desk.readings(None, 2).await.expect("read");
    assert_eq!(newest, [third.clone(), second_one]);
    let of_one = desk.readings(Some(id(1)), 9).await.expect("read");
    assert_eq!(of_one, [third.clone(), first]);
    let newest = desk.readings(Some(id(1)), 1).await.expect("read");
    assert_eq!(newest, std::slice::from_ref(&third));

    desk.forget_readings(second(2)).await.expect("forgotten");
    assert_eq!(desk.readings(None, 9).await.expect("read"), [third]);
    let zero = Reading {
        what: "a\0b".into(),
        ..reading(1, "ann", 3)
    };
    assert!(
        desk.note_reading(&zero)
            .await
            .expect_err("zero")
            .is_refused()
    );
}
