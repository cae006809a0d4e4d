//! What was changed behind the register's back is found, and where.

use crate::store::*;
use handback_register::{Broken, Place, TreeHead, verify};

on_both![
    a_sound_log_is_verified,
    tampering_is_found_column_by_column,
    an_erasure_is_not_a_fault,
    a_head_kept_elsewhere_proves_the_past,
    a_rewritten_log_is_found_only_by_a_head_kept_elsewhere,
    a_proof_holds_between_any_two_sizes,
    nothing_is_made_where_nothing_is,
];

async fn a_sound_log_is_verified(store: &Store) {
    let (place, register) = store.register().await;
    assert_eq!(
        verify(&place, None).await.expect("an empty log").head.size,
        0
    );
    let head = write(&register, 0, vec![state(1, "a"), withdraw(1)])
        .await
        .expect("written")
        .head;
    let verified = verify(&place, None).await.expect("sound");
    assert_eq!(
        (verified.head, verified.erased.len(), verified.against),
        (head, 0, None)
    );
    assert!(verified.to_string().contains("not compared"), "{verified}");
}

/// Three statements, a withdrawal and an erasure, and a fourth statement after them.
async fn a_full_log(store: &Store) -> (Place, TreeHead) {
    let (place, register) = store.register().await;
    let begun = vec![state(1, "a"), state(2, "b"), state(3, "c"), withdraw(3)];
    write(&register, 0, begun).await.expect("written");
    write(&register, 1, vec![erase(1, 1)])
        .await
        .expect("erased");
    let head = write(&register, 2, vec![state(4, "d")])
        .await
        .expect("written")
        .head;
    register.close().await;
    (place, head)
}

async fn tampering_is_found_column_by_column(store: &Store) {
    let envelope = Broken::Envelope { entry: 2 };
    for (statement, found) in [
        (
            "UPDATE entry SET recorded_at = recorded_at + 1 WHERE number = 2",
            &envelope,
        ),
        ("UPDATE entry SET batch = $1 WHERE number = 2", &envelope),
        (
            "UPDATE entry SET actor = 'somebody-else' WHERE number = 2",
            &envelope,
        ),
        ("UPDATE entry SET reason = '' WHERE number = 2", &envelope),
        ("UPDATE entry SET source = NULL WHERE number = 2", &envelope),
        (
            "UPDATE entry SET authority = $1 WHERE number = 2",
            &envelope,
        ),
        (
            "UPDATE entry SET kind = 'import' WHERE number = 2",
            &envelope,
        ),
        ("UPDATE entry SET record = $1 WHERE number = 2", &envelope),
        (
            "UPDATE entry SET visibility = 'published' WHERE number = 2",
            &envelope,
        ),
        (
            "UPDATE entry SET act = 'withdrawn' WHERE number = 2",
            &envelope,
        ),
        ("UPDATE entry SET version = 2 WHERE number = 2", &envelope),
        ("UPDATE entry SET erases = 1 WHERE number = 2", &envelope),
        (
            "UPDATE entry SET commitment = $1 WHERE number = 2",
            &envelope,
        ),
        (
            "UPDATE entry SET commitment = NULL WHERE number = 2",
            &envelope,
        ),
        (
            "UPDATE entry SET leaf = $1 WHERE number = 2",
            &Broken::Column {
                entry: 2,
                column: "leaf",
            },
        ),
        (
            "UPDATE entry SET leaf = $1 || $1 WHERE number = 2",
            &envelope,
        ),
        (
            "UPDATE entry SET erases = NULL WHERE number = 5",
            &Broken::ItemRemoved { entry: 1 },
        ),
        (
            "UPDATE entry SET erases = 2 WHERE number = 5",
            &Broken::ItemRemoved { entry: 1 },
        ),
        (
            "UPDATE entry SET number = 0 WHERE number = 1",
            &Broken::Gap {
                expected: 1,
                found: 0,
            },
        ),
        (
            "UPDATE entry SET number = -1 WHERE number = 4",
            &Broken::Gap {
                expected: 1,
                found: -1,
            },
        ),
        (
            "UPDATE entry SET number = 9 WHERE number = 3",
            &Broken::Gap {
                expected: 3,
                found: 4,
            },
        ),
        (
            "DELETE FROM entry WHERE number = 3",
            &Broken::Gap {
                expected: 3,
                found: 4,
            },
        ),
        (
            "DELETE FROM entry WHERE number = 6",
            &Broken::ItemWithoutEntry { entry: 6 },
        ),
        (
            "UPDATE item SET item = $1 WHERE number = 2",
            &Broken::Item { entry: 2 },
        ),
        (
            "UPDATE item SET salt = $1 WHERE number = 2",
            &Broken::Item { entry: 2 },
        ),
        (
            "UPDATE item SET number = 9 WHERE number = 2",
            &Broken::ItemRemoved { entry: 2 },
        ),
        (
            "DELETE FROM item WHERE number = 2",
            &Broken::ItemRemoved { entry: 2 },
        ),
        (
            "INSERT INTO item (number, salt, item) VALUES (1, $1, $1)",
            &Broken::ItemBack { entry: 1, under: 5 },
        ),
        (
            "INSERT INTO item (number, salt, item) VALUES (4, $1, $1)",
            &Broken::ItemAdded { entry: 4 },
        ),
        (
            "INSERT INTO item (number, salt, item) VALUES (9, $1, $1)",
            &Broken::ItemWithoutEntry { entry: 9 },
        ),
        ("DELETE FROM head", &Broken::NoHead),
    ] {
        let (place, _) = a_full_log(store).await;
        tamper(&place, statement, &[9; 16]).await;
        let broken = verify(&place, None).await.expect_err(statement);
        assert_eq!(broken.broken(), Some(found), "{statement}");
    }
}

async fn an_erasure_is_not_a_fault(store: &Store) {
    let (place, head) = a_full_log(store).await;
    let verified = verify(&place, Some(head)).await.expect("sound");
    assert_eq!(verified.erased.into_iter().collect::<Vec<_>>(), [(1, 5)]);
    let verified = verify(&place, None).await.expect("sound").to_string();
    assert!(
        verified.contains("entry 1: erased under entry 5"),
        "{verified}"
    );
}

async fn a_head_kept_elsewhere_proves_the_past(store: &Store) {
    let (place, register) = store.register().await;
    let mut heads = vec![register.picture().head()];
    for number in 1..6 {
        heads.push(
            write(&register, 0, vec![state(number, "a")])
                .await
                .expect("written")
                .head,
        );
    }
    for &head in &heads {
        assert_eq!(
            verify(&place, Some(head)).await.expect("sound").against,
            Some(head)
        );
        let mut forged = head;
        forged.root[31] ^= 1;
        let broken = verify(&place, Some(forged))
            .await
            .expect_err("another past");
        let found = Broken::NotThoseEntries {
            against: forged,
            computed: head,
        };
        assert_eq!(broken.broken(), Some(&found));
    }
    let against = TreeHead {
        size: 6,
        root: [0; 32],
    };
    let broken = verify(&place, Some(against))
        .await
        .expect_err("a longer past");
    assert_eq!(broken.broken(), Some(&Broken::Shorter { size: 5, against }));
}

async fn a_rewritten_log_is_found_only_by_a_head_kept_elsewhere(store: &Store) {
    let (place, register) = store.register().await;
    let before = write(&register, 0, vec![state(1, "a")])
        .await
        .expect("written")
        .head;
    let printed = write(&register, 1, vec![state(2, "unwelcome")])
        .await
        .expect("written")
        .head;
    tamper(&place, "DELETE FROM item WHERE number = 2", &[]).await;
    tamper(&place, "DELETE FROM entry WHERE number = 2", &[]).await;
    let stated = verify(&place, None).await.expect_err("the head remembers");
    assert_eq!(
        stated.broken(),
        Some(&Broken::Head {
            stated: printed,
            computed: before
        })
    );

    tamper(
        &place,
        &format!("UPDATE head SET tree_head = '{before}'"),
        &[],
    )
    .await;
    write(&open(&place).await, 1, vec![state(2, "welcome")])
        .await
        .expect("written");
    verify(&place, None).await.expect("consistent in itself");
    assert!(
        verify(&place, Some(printed))
            .await
            .expect_err("not the printed past")
            .is_broken()
    );
}

async fn a_proof_holds_between_any_two_sizes(store: &Store) {
    let (_, register) = store.register().await;
    write(
        &register,
        0,
        (1..12).map(|number| state(number, "a")).collect(),
    )
    .await
    .expect("written");
    let picture = register.picture();
    let head = |size| picture.head_at(size).expect("a head");
    for newer in 0..12 {
        for older in 0..=newer {
            let proof = picture.consistency(older, newer).expect("sizes in order");
            assert!(
                head(newer).continues(&head(older), &proof),
                "{older} {newer}"
            );
        }
        assert_eq!(picture.consistency(newer + 1, newer), None);
    }
    assert_eq!(picture.consistency(1, 12), None);
}

async fn nothing_is_made_where_nothing_is(store: &Store) {
    let place = store.empty().await;
    let missing = verify(&place, None).await.expect_err("nothing there");
    assert!(!missing.is_broken(), "{missing}");
    if let Place::Sqlite(file) = place {
        assert!(!file.exists());
        assert!(
            missing.to_string().contains(&file.display().to_string()),
            "{missing}"
        );
    }
}
