//! Backups hold the same log, and restoring one gives it back.

use crate::store::*;
use handback_register::{Picture, Place, Register, restore, verify};
use std::sync::Arc;

on_both![
    a_backup_restores_to_the_same_log,
    a_backup_is_taken_while_others_write,
    nothing_is_overwritten,
    a_broken_backup_restores_nothing,
];

async fn a_log(store: &Store) -> Register {
    let (_, register) = store.register().await;
    let begun = vec![
        state(1, "a secret"),
        state(2, "β \u{1f4bb} \\ '"),
        withdraw(2),
    ];
    write(&register, 0, begun).await.expect("written");
    write(&register, 1, vec![erase(1, 1)])
        .await
        .expect("erased");
    register
}

fn same(one: &Picture, other: &Picture) {
    assert_eq!(one.head(), other.head());
    assert!(one.entries().eq(other.entries()));
}

async fn a_backup_restores_to_the_same_log(store: &Store) {
    let register = a_log(store).await;
    let directory = tempfile::tempdir_in(store.directory()).expect("a directory");
    let backup = register.backup(directory.path()).await.expect("a backup");
    assert_eq!(backup.head, register.picture().head());
    let files = std::fs::read_dir(directory.path())
        .expect("readable")
        .flatten();
    assert_eq!(
        files.map(|file| file.file_name()).collect::<Vec<_>>(),
        ["register.sqlite"]
    );
    let bytes = std::fs::read(&backup.file).expect("readable");
    assert_eq!(
        bytes[18], 1,
        "the file says that it has no write-ahead log, which a read-only medium cannot take"
    );
    assert!(!holds(&bytes, "a secret"), "what is erased is in no backup");

    let (sqlite, postgres) = (Store::sqlite(), Store::postgres().await);
    let mut targets = vec![sqlite.empty().await];
    if let Some(postgres) = &postgres {
        targets.push(postgres.empty().await);
    }
    for target in targets {
        assert_eq!(
            restore(&backup.file, &target).await.expect("restored"),
            backup.head
        );
        assert_eq!(
            verify(&target, Some(backup.head))
                .await
                .expect("sound")
                .erased
                .len(),
            1
        );
        let restored = open(&target).await;
        same(&restored.picture(), &register.picture());
        write(&restored, 9, vec![state(5, "life goes on")])
            .await
            .expect("written");
    }
}

async fn a_backup_is_taken_while_others_write(store: &Store) {
    let (place, register) = store.register().await;
    write(&register, 0, vec![state(1, "a")])
        .await
        .expect("written");
    let other = Arc::new(open(&place).await);
    let writer = tokio::spawn({
        let other = Arc::clone(&other);
        async move {
            for number in 2..30 {
                write(&other, 1, vec![state(number, "a"), state(number, "b")])
                    .await
                    .expect("written");
            }
        }
    });
    for number in 0..3 {
        let directory = store.directory().join(format!("backup {number}"));
        std::fs::create_dir(&directory).expect("a directory");
        let backup = register.backup(&directory).await.expect("a backup");
        assert_eq!(backup.head.size % 2, 1, "batches are whole");
        verify(&place, Some(backup.head))
            .await
            .expect("the log goes on from the backup");
    }
    writer.await.expect("the writer");
}

async fn nothing_is_overwritten(store: &Store) {
    let register = a_log(store).await;
    let backup = register.backup(store.directory()).await.expect("a backup");
    assert!(
        register
            .backup(store.directory())
            .await
            .expect_err("one is there")
            .is_refused()
    );
    let (place, other) = store.register().await;
    let head = write(&other, 0, vec![state(7, "mine")])
        .await
        .expect("written")
        .head;
    assert!(
        restore(&backup.file, &place)
            .await
            .expect_err("not empty")
            .is_refused()
    );
    assert_eq!(verify(&place, None).await.expect("sound").head, head);
    let missing = restore(
        &store.directory().join("no such file"),
        &store.empty().await,
    )
    .await;
    assert!(
        missing
            .expect_err("nothing to restore")
            .to_string()
            .contains("no such file")
    );
}

async fn a_broken_backup_restores_nothing(store: &Store) {
    let register = a_log(store).await;
    let backup = register.backup(store.directory()).await.expect("a backup");
    tamper(
        &Place::Sqlite(backup.file.clone()),
        "UPDATE item SET item = $1 WHERE number = 2",
        b"{}",
    )
    .await;
    let target = store.empty().await;
    assert!(
        restore(&backup.file, &target)
            .await
            .expect_err("tampered")
            .is_broken()
    );
    assert_eq!(open(&target).await.picture().size(), 0);
}
