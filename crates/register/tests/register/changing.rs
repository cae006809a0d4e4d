//! What is written, what is refused, and that a refusal leaves nothing.

use crate::store::*;
use handback_core::import::Layout;
use handback_core::permission::Action;
use handback_core::record::{Act, Change, ChangeAct, Kind, Visibility};
use handback_register::{Circumstances, Error, Picture, Place, Register, verify};
use std::collections::BTreeSet;
use std::sync::Arc;

on_both![
    an_entry_carries_its_envelope,
    time_never_goes_back,
    a_rule_sees_the_fresh_picture_and_its_refusal_leaves_nothing,
    nothing_to_change_writes_nothing,
    a_write_that_fails_halfway_leaves_nothing,
    what_does_not_fit_is_refused_whole,
    a_batch_may_refer_to_itself_in_any_order,
    a_withdrawn_record_may_be_stated_again,
    a_change_on_an_old_base_is_a_conflict,
    a_large_batch_is_written_and_read_back,
    two_writers_never_make_gaps,
    two_programs_may_open_an_empty_place_at_once,
    a_newer_programs_entries_stop_writing_but_not_reading,
    a_newer_programs_tables_are_not_opened,
];

async fn an_entry_carries_its_envelope(store: &Store) {
    let (_, register) = store.register().await;
    let change = Change::state(id(1), Visibility::Published, &layout("Padstow ledger"));
    let ChangeAct::State { item, .. } = change.act.clone() else {
        unreachable!("a statement")
    };
    let changed = write(&register, 3, vec![change]).await.expect("written");
    assert_eq!(changed.entries, 1..2);

    let picture = register.picture();
    assert_eq!(picture.head(), changed.head);
    let entry = picture.entry(1).expect("the first entry");
    assert_eq!(entry.number, 1);
    assert_eq!(
        (&*entry.kind, entry.record, entry.version),
        (Layout::NAME, id(1), Layout::VERSION)
    );
    assert_eq!(
        (entry.visibility, entry.act, entry.erases),
        (Visibility::Published, Act::Stated, None)
    );
    assert_eq!(entry.item(), Some(&item[..]));
    assert_eq!(entry.batch.id, changed.batch);
    assert_eq!(entry.batch.recorded_at, second(3));
    assert_eq!(entry.batch.actor.0, "operator-1");
    assert_eq!(entry.batch.reason, "for a test");
    assert_eq!(entry.batch.source.as_deref(), Some("a made-up letter"));
    assert_eq!(entry.batch.authority, None);
}

async fn time_never_goes_back(store: &Store) {
    let (_, register) = store.register().await;
    for (number, seconds) in [(1, 10), (2, 4), (3, 11)] {
        write(&register, seconds, vec![state(number, "a")])
            .await
            .expect("written");
    }
    let times: Vec<_> = register
        .picture()
        .entries()
        .map(|entry| entry.batch.recorded_at)
        .collect();
    assert_eq!(times, [second(10), second(10), second(11)]);
}

async fn a_rule_sees_the_fresh_picture_and_its_refusal_leaves_nothing(store: &Store) {
    #[derive(Debug, thiserror::Error)]
    enum Refused {
        #[error("{0} entries are enough")]
        Enough(u64),
        #[error(transparent)]
        Register(#[from] Error),
    }
    let enough = |picture: &Picture| match picture.size() {
        1.. => Err(Refused::Enough(picture.size())),
        0 => Ok(((), vec![state(1, "a")])),
    };
    let (place, register) = store.register().await;
    let other = open(&place).await;
    write(&other, 0, vec![state(1, "by another program")])
        .await
        .expect("written");

    let mut random = no_chance;
    let circumstances = Circumstances {
        now: second(1),
        reason: String::new(),
        source: None,
        authority: None,
        base: None,
        random: &mut random,
    };
    let refusal = register
        .change(&permit(Action::Import), circumstances, enough)
        .await;
    assert!(matches!(refusal, Err(Refused::Enough(1))), "{refusal:?}");
    assert_eq!(verify(&place, None).await.expect("sound").head.size, 1);
    write(&register, 2, vec![state(2, "the lock is free again")])
        .await
        .expect("written");
}

async fn nothing_to_change_writes_nothing(store: &Store) {
    let (_, register) = store.register().await;
    let changed = write(&register, 0, vec![]).await.expect("nothing to do");
    assert!(changed.entries.is_empty());
    assert_eq!((changed.head.size, register.picture().size()), (0, 0));
}

/// An item that is in the way makes the database refuse after the entries are written.
async fn a_write_that_fails_halfway_leaves_nothing(store: &Store) {
    let (place, register) = store.register().await;
    let head = write(&register, 0, vec![state(1, "a")])
        .await
        .expect("written")
        .head;
    tamper(
        &place,
        "INSERT INTO item (number, salt, item) VALUES (3, $1, $1)",
        &[9],
    )
    .await;
    let changes = || vec![state(2, "b"), state(3, "c"), erase(1, 1)];
    let failed = write(&register, 1, changes())
        .await
        .expect_err("the item is in the way");
    assert!(!failed.is_refused() && !failed.is_conflict(), "{failed}");
    assert_eq!(register.picture().head(), head);

    tamper(&place, "DELETE FROM item WHERE number = 3", &[]).await;
    assert_eq!(verify(&place, None).await.expect("sound").head, head);
    assert_eq!(
        write(&register, 1, changes())
            .await
            .expect("written")
            .entries,
        2..5
    );
}

async fn what_does_not_fit_is_refused_whole(store: &Store) {
    let (place, register) = store.register().await;
    let begun = vec![
        state(1, "stands"),
        state(2, "will be withdrawn"),
        withdraw(2),
    ];
    let head = write(&register, 0, begun).await.expect("written").head;

    let unknown_kind = Change {
        kind: "spaceship",
        ..state(3, "a")
    };
    let mut unreadable = state(3, "a");
    unreadable.act = ChangeAct::State {
        version: Layout::VERSION,
        item: b"[]".to_vec(),
        references: vec![],
    };
    let mut newer = state(3, "a");
    newer.act = ChangeAct::State {
        version: Layout::VERSION + 1,
        item: b"{}".to_vec(),
        references: vec![],
    };
    let another_kind = Change {
        kind: "import",
        ..withdraw(1)
    };
    for (change, why) in [
        (state_referring(3, "layout", 9), "was never stated"),
        (state_referring(3, "layout", 2), "was withdrawn"),
        (state_referring(3, "import", 1), "is of another kind"),
        (unknown_kind, "not a kind of record"),
        (unreadable, "not a layout"),
        (newer, "upgrade"),
        (another_kind, "is of the kind layout, not import"),
        (withdraw(2), "was withdrawn"),
        (withdraw(9), "was never stated"),
        (erase(1, 2), "holds no item"),
        (erase(2, 3), "holds no item"),
        (erase(1, 0), "holds no item"),
        (erase(1, 9), "holds no item"),
    ] {
        let refused = write(&register, 1, vec![state(4, "fits"), change])
            .await
            .expect_err(why);
        assert!(
            refused.is_refused() && refused.to_string().contains(why),
            "{refused}"
        );
        assert!(!refused.is_conflict() && !refused.is_broken() && !refused.needs_upgrade());
    }
    for (changes, why) in [
        (vec![erase(1, 1), erase(1, 1)], "holds no item"),
        (
            vec![state_referring(3, "layout", 1), withdraw(1)],
            "was withdrawn",
        ),
    ] {
        let refused = write(&register, 1, changes).await.expect_err(why);
        assert!(
            refused.is_refused() && refused.to_string().contains(why),
            "{refused}"
        );
    }
    let erasing = write_as(Action::StateEstate, &register, 1, None, vec![erase(1, 1)]).await;
    assert!(erasing.expect_err("no permission").is_refused());
    let ahead = write_as(
        Action::StateEstate,
        &register,
        1,
        Some(4),
        vec![state(1, "a")],
    )
    .await;
    assert!(ahead.expect_err("a base that is not there").is_refused());
    for (reason, authority, why) in [
        ("a\0b", None, "zero"),
        ("", Some(id(1)), "is of another kind"),
    ] {
        let mut random = no_chance;
        let circumstances = Circumstances {
            now: second(1),
            reason: reason.into(),
            source: None,
            authority,
            base: None,
            random: &mut random,
        };
        let rule = |_: &Picture| Ok::<_, Error>(((), vec![state(4, "fits")]));
        let refused = register
            .change(&permit(Action::Import), circumstances, rule)
            .await
            .expect_err(why);
        assert!(
            refused.is_refused() && refused.to_string().contains(why),
            "{refused}"
        );
    }
    assert_eq!(register.picture().head(), head);
    assert_eq!(verify(&place, None).await.expect("sound").head, head);
}

async fn a_batch_may_refer_to_itself_in_any_order(store: &Store) {
    let (_, register) = store.register().await;
    let changes = vec![
        state_referring(1, "layout", 2),
        state_referring(2, "layout", 1),
    ];
    assert_eq!(
        write(&register, 0, changes).await.expect("written").entries,
        1..3
    );
}

async fn a_withdrawn_record_may_be_stated_again(store: &Store) {
    let (_, register) = store.register().await;
    write(
        &register,
        0,
        vec![state(1, "a"), withdraw(1), state(1, "b")],
    )
    .await
    .expect("written");
    let picture = register.picture();
    let name = |entry: u64| {
        picture
            .known(entry)
            .get::<Layout>(id(1))
            .expect("readable")
            .map(|it| it.name)
    };
    assert_eq!(
        [name(1), name(2), name(3)],
        [Some("a".into()), None, Some("b".into())]
    );
}

async fn a_change_on_an_old_base_is_a_conflict(store: &Store) {
    let (_, register) = store.register().await;
    write(
        &register,
        0,
        vec![state(1, "a"), state(2, "a"), state(3, "a")],
    )
    .await
    .expect("written");
    write(&register, 1, vec![state(2, "b"), state(1, "b")])
        .await
        .expect("written");
    let based = async |base, changes| {
        write_as(Action::StateEstate, &register, 2, Some(base), changes).await
    };

    let conflict = based(
        3,
        vec![state(1, "c"), state(2, "c"), state(3, "c"), state(1, "d")],
    )
    .await;
    let conflict = conflict.expect_err("others were first");
    assert!(conflict.is_conflict());
    assert_eq!(conflict.moved(), [(id(1), 5), (id(2), 4)]);
    assert!(
        conflict
            .to_string()
            .contains(&format!("{} in entry 5", id(1))),
        "{conflict}"
    );

    based(3, vec![state(3, "c")])
        .await
        .expect("nobody touched this one");
    based(5, vec![state(1, "c")])
        .await
        .expect("read after the others");
}

async fn a_large_batch_is_written_and_read_back(store: &Store) {
    let (place, register) = store.register().await;
    let name = |number: u32| format!("ledger {number}");
    let record = |number: u32| {
        let mut record = id(0);
        record.0[..4].copy_from_slice(&number.to_be_bytes());
        record
    };
    let changes = (0..5_000)
        .map(|it| Change::state(record(it), Visibility::Internal, &layout(&name(it))))
        .collect();
    let changed = write(&register, 0, changes).await.expect("written");
    assert_eq!(changed.entries, 1..5_001);

    let picture = open(&place).await.picture();
    assert_eq!(picture.head(), changed.head);
    let known = picture.known(changed.head.size);
    let read: Vec<(_, String)> = known
        .all::<Layout>()
        .map(|it| it.map(|(id, it)| (id, it.name)).expect("readable"))
        .collect();
    assert_eq!(
        read,
        (0..5_000)
            .map(|it| (record(it), name(it)))
            .collect::<Vec<_>>()
    );
}

async fn two_writers_never_make_gaps(store: &Store) {
    const EACH: u8 = 20;
    let (place, first) = store.register().await;
    let second = open(&place).await;
    let writer = |register: Arc<Register>, from: u8| {
        tokio::spawn(async move {
            let mut numbers = Vec::new();
            for number in from..from + EACH {
                let changed = write(
                    &register,
                    i64::from(number),
                    vec![state(number, "a"), state(number, "b")],
                )
                .await;
                numbers.extend(changed.expect("written").entries);
            }
            numbers
        })
    };
    let (first, second) = (Arc::new(first), Arc::new(second));
    let writers = [
        writer(Arc::clone(&first), 1),
        writer(Arc::clone(&first), 61),
        writer(Arc::clone(&second), 121),
    ];
    let mut numbers = BTreeSet::new();
    for written in writers {
        for number in written.await.expect("a writer") {
            assert!(numbers.insert(number), "entry {number} was given twice");
        }
    }
    let all = 3 * 2 * u64::from(EACH);
    assert_eq!(numbers, (1..=all).collect());
    assert_eq!(verify(&place, None).await.expect("sound").head.size, all);
    let (one, other) = (
        first.catch_up().await.expect("read"),
        second.catch_up().await.expect("read"),
    );
    assert!(one.entries().eq(other.entries()));
}

async fn two_programs_may_open_an_empty_place_at_once(store: &Store) {
    let place = store.empty().await;
    let (one, other) = tokio::join!(Register::open(&place), Register::open(&place));
    write(&one.expect("opened"), 0, vec![state(1, "a")])
        .await
        .expect("written");
    write(&other.expect("opened"), 0, vec![state(2, "a")])
        .await
        .expect("written");
}

async fn a_newer_programs_entries_stop_writing_but_not_reading(store: &Store) {
    for newer in [
        "UPDATE entry SET version = 999 WHERE number = 2",
        "UPDATE entry SET kind = 'spaceship' WHERE number = 2",
    ] {
        let (place, register) = store.register().await;
        write(&register, 0, vec![state(1, "a"), state(2, "b")])
            .await
            .expect("written");
        register.close().await;
        tamper(&place, newer, &[]).await;

        let register = open(&place).await;
        let picture = register.picture();
        assert_eq!(
            picture.known(2).get::<Layout>(id(1)).expect("readable"),
            Some(layout("a"))
        );
        let refused = write(&register, 1, vec![state(3, "c")])
            .await
            .expect_err("a newer program wrote here");
        assert!(
            refused.needs_upgrade() && refused.to_string().contains("entry 2"),
            "{refused}"
        );
    }
}

async fn a_newer_programs_tables_are_not_opened(store: &Store) {
    let (place, register) = store.register().await;
    register.close().await;
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (999, 'later', TRUE, $1, 0)";
    tamper(&place, later, &[0]).await;
    let refused = Register::open(&place)
        .await
        .map(drop)
        .expect_err("newer tables");
    assert!(refused.needs_upgrade(), "{refused}");
}

/// PostgreSQL keeps its own house; its files are not ours to look into.
#[tokio::test]
async fn what_is_erased_is_in_no_file() {
    let store = Store::sqlite();
    let (place, register) = store.register().await;
    let Place::Sqlite(file) = &place else {
        unreachable!("an SQLite store")
    };
    write(
        &register,
        0,
        vec![state(1, "a secret"), state(1, "harmless")],
    )
    .await
    .expect("written");
    write(&register, 1, vec![erase(1, 1)])
        .await
        .expect("erased");
    register.close().await;
    let bytes = std::fs::read(file).expect("readable");
    assert!(holds(&bytes, "harmless") && !holds(&bytes, "a secret"));
    assert_eq!(
        std::fs::read_dir(store.directory())
            .expect("readable")
            .count(),
        1,
        "no log stays beside the file"
    );
}
