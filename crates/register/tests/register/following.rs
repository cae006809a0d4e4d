//! What other programs wrote.

use crate::store::*;
use handback_core::import::Layout;
use handback_register::{Entry, Moment};
use std::sync::Arc;

on_both![
    a_follower_sees_the_same_picture,
    a_picture_stays_as_it_is,
    a_follower_drops_what_was_erased,
    a_log_that_became_shorter_is_noticed,
    a_log_that_was_changed_is_not_opened,
];

async fn a_follower_sees_the_same_picture(store: &Store) {
    let (place, writer) = store.register().await;
    let follower = open(&place).await;
    for round in 0..5 {
        write(
            &writer,
            round,
            vec![state(1, &format!("round {round}")), state(2, "b")],
        )
        .await
        .expect("written");
        let picture = follower.catch_up().await.expect("read");
        assert_eq!(picture.head(), writer.picture().head());
        assert!(picture.entries().eq(writer.picture().entries()));
        assert!(
            Arc::ptr_eq(&picture, &follower.catch_up().await.expect("read")),
            "nothing new, nothing copied"
        );
    }
}

async fn a_picture_stays_as_it_is(store: &Store) {
    let (_, register) = store.register().await;
    write(&register, 0, vec![state(1, "a")])
        .await
        .expect("written");
    let before = register.picture();
    write(&register, 1, vec![state(1, "b")])
        .await
        .expect("written");
    assert_eq!(
        before.known(Moment::Newest).get(id(1)).expect("readable"),
        Some(layout("a"))
    );
    assert_eq!(
        register
            .picture()
            .known(Moment::Newest)
            .get(id(1))
            .expect("readable"),
        Some(layout("b"))
    );
}

async fn a_follower_drops_what_was_erased(store: &Store) {
    let (place, writer) = store.register().await;
    write(&writer, 0, vec![state(1, "a secret")])
        .await
        .expect("written");
    let follower = open(&place).await;
    write(&writer, 1, vec![erase(1, 1)]).await.expect("erased");
    let picture = follower.catch_up().await.expect("read");
    assert_eq!(picture.entry(1).map(Entry::item), Some(None));
    assert_eq!(
        picture.known(1).get::<Layout>(id(1)).expect("readable"),
        None
    );
    assert_eq!(picture.head(), writer.picture().head());
}

async fn a_log_that_became_shorter_is_noticed(store: &Store) {
    let (place, register) = store.register().await;
    let head = write(&register, 0, vec![state(1, "a")])
        .await
        .expect("written")
        .head;
    write(&register, 1, vec![state(2, "a")])
        .await
        .expect("written");
    tamper(&place, "DELETE FROM item WHERE number = 2", &[]).await;
    tamper(&place, "DELETE FROM entry WHERE number = 2", &[]).await;
    tamper(
        &place,
        &format!("UPDATE head SET tree_head = '{head}'"),
        &[],
    )
    .await;
    let noticed = register.catch_up().await.expect_err("an older log");
    assert!(
        noticed
            .to_string()
            .contains("holds 1 entries, and 2 were read"),
        "{noticed}"
    );
    write(&register, 2, vec![state(3, "a")])
        .await
        .expect_err("nothing is written onto it");
}

async fn a_log_that_was_changed_is_not_opened(store: &Store) {
    for (statement, message) in [
        ("UPDATE entry SET leaf = $1 WHERE number = 1", "tree head"),
        (
            "UPDATE entry SET leaf = $1 || leaf WHERE number = 1",
            "the column leaf",
        ),
        (
            "UPDATE entry SET batch = $1 || batch WHERE number = 2",
            "the column batch",
        ),
        (
            "UPDATE entry SET visibility = 'secret' WHERE number = 2",
            "the column visibility",
        ),
        (
            "UPDATE entry SET number = 7 WHERE number = 2",
            "after entry 1 comes entry 7",
        ),
        ("DELETE FROM entry WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM head", "no tree head"),
        ("UPDATE head SET tree_head = 'lost'", "no tree head"),
    ] {
        let (place, register) = store.register().await;
        write(&register, 0, vec![state(1, "a"), state(2, "b")])
            .await
            .expect("written");
        register.close().await;
        tamper(&place, statement, &[9; 32]).await;
        let broken = handback_register::Register::open(&place)
            .await
            .map(drop)
            .expect_err(statement);
        assert!(
            broken.is_broken() && broken.to_string().contains(message),
            "{statement}: {broken}"
        );
    }
}
