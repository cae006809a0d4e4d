//! Calendar feeds and reminders.

use crate::desk_accounts::actor;
use crate::desk_keys::{desk_of, key};
use crate::store::*;
use handback_register::desk::Often;
use std::collections::BTreeSet;

on_both![
    a_feed_ends_with_the_next_and_with_its_account,
    what_was_sent_in_a_period_is_remembered,
];

async fn a_feed_ends_with_the_next_and_with_its_account(store: &Store) {
    let desk = desk_of(store).await;
    let (ann, ben) = (actor("ann"), actor("ben"));
    desk.set_feed(&ben, key(1), second(0)).await.expect("made");
    desk.set_feed(&ann, key(2), second(0)).await.expect("made");
    let whose = async |number| {
        let found = desk.feed(key(number)).await.expect("read");
        found.map(|account| account.actor)
    };
    assert_eq!(whose(1).await, Some(ben.clone()));
    desk.set_feed(&ben, key(3), second(9)).await.expect("made");
    assert_eq!((whose(1).await, whose(3).await), (None, Some(ben.clone())));
    let made = desk.feed_made(&ben).await.expect("read");
    assert_eq!(made, Some(second(9)));
    desk.disable(&ben, second(10)).await.expect("disabled");
    assert_eq!(whose(3).await, None);
    desk.enable(&ben).await.expect("enabled");
    assert_eq!(whose(3).await, Some(ben.clone()));
    desk.revoke_feed(&ben).await.expect("taken back");
    assert_eq!(whose(3).await, None);
    desk.set_feed(&ben, key(4), second(11)).await.expect("made");
    desk.close_account(&ben).await.expect("closed");
    assert_eq!((whose(4).await, whose(2).await), (None, Some(ann)));
    let nobody = desk.set_feed(&ben, key(5), second(12)).await;
    assert!(nobody.is_err_and(|error| error.is_refused()));
}

async fn what_was_sent_in_a_period_is_remembered(store: &Store) {
    let desk = desk_of(store).await;
    let (ann, ben) = (actor("ann"), actor("ben"));
    for (who, often) in [(&ann, Often::Weekly), (&ben, Often::Daily)] {
        desk.set_reminder(who, often, "post@harrowmere.example")
            .await
            .expect("chosen");
    }
    desk.set_reminder(&ann, Often::Daily, "ann@harrowmere.example")
        .await
        .expect("chosen");
    let all = desk.reminders().await.expect("read");
    assert_eq!(all.len(), 2);
    let held = desk.reminder(&ann).await.expect("read").expect("chosen");
    assert_eq!(
        (held.often, held.address.as_str()),
        (Often::Daily, "ann@harrowmere.example")
    );
    assert!(!format!("{held:?}").contains("harrowmere"));

    desk.reminder_failed(&ann, "no answer", second(1))
        .await
        .expect("kept");
    let failed = desk.reminder(&ann).await.expect("read").expect("chosen");
    assert_eq!(failed.failed, Some((second(1), "no answer".into())));
    let lines = ["one".to_owned(), "two".to_owned()];
    for _ in 0..2 {
        desk.note_reminded(&ann, "2020-01-06", &lines, second(2))
            .await
            .expect("kept");
    }
    let held = desk.reminder(&ann).await.expect("read").expect("chosen");
    assert_eq!(held.failed, None);
    let sent = async |who, period| desk.reminded(who, period).await.expect("read");
    assert_eq!(sent(&ann, "2020-01-06").await, BTreeSet::from(lines));
    assert_eq!(sent(&ann, "2020-01-07").await, BTreeSet::new());
    assert_eq!(sent(&ben, "2020-01-06").await, BTreeSet::new());
    desk.forget_reminded(second(3)).await.expect("forgotten");
    assert_eq!(sent(&ann, "2020-01-06").await, BTreeSet::new());
    desk.no_reminder(&ann).await.expect("chosen");
    assert_eq!(desk.reminder(&ann).await.expect("read"), None);
}
