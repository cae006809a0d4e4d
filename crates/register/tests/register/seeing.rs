//! What somebody sees of what was known.

use crate::store::*;
use handback_core::import::Layout;
use handback_core::record::Visibility::{Internal, Published, Restricted};
use handback_core::record::{Change, Visibility};
use handback_register::{Entry, Moment, Picture};

on_both![
    nobody_sees_what_is_not_published,
    looking_back_shows_nothing_that_is_restricted_now_or_was_then,
    a_withdrawal_is_seen_with_what_it_withdraws,
];

fn stated(number: u8, name: &str, visibility: Visibility) -> Change {
    Change::state(id(number), visibility, &layout(name))
}

fn public(entry: &Entry) -> bool {
    entry.visibility == Published
}

/// The names that may be seen; every way to read says the same.
fn names(picture: &Picture, moment: u64, sees: impl Fn(&Entry) -> bool) -> Vec<String> {
    let seen = picture.known(moment).seen_by(sees);
    let all = seen.all::<Layout>().map(|it| it.expect("readable"));
    let all: Vec<(_, Layout)> = all.collect();
    let entries = seen.entries_of("layout").map(|entry| entry.record);
    assert!(entries.eq(all.iter().map(|(id, _)| *id)));
    for number in 1..9 {
        let held = all.iter().find(|(record, _)| *record == id(number));
        let one: Option<Layout> = seen.get(id(number)).expect("readable");
        assert_eq!(one.as_ref(), held.map(|(_, layout)| layout));
        assert_eq!(seen.entry_of(id(number)).is_some(), held.is_some());
    }
    all.into_iter().map(|(_, layout)| layout.name).collect()
}

async fn nobody_sees_what_is_not_published(store: &Store) {
    let (_, register) = store.register().await;
    let changes = vec![
        stated(1, "open", Published),
        stated(2, "inside", Internal),
        stated(3, "closed", Restricted),
    ];
    write(&register, 0, changes).await.expect("written");
    let picture = register.picture();
    assert_eq!(names(&picture, 3, public), ["open"]);
    let reader = |entry: &Entry| entry.visibility != Restricted;
    assert_eq!(names(&picture, 3, reader), ["open", "inside"]);
    assert_eq!(names(&picture, 3, |_| true), ["open", "inside", "closed"]);
    assert!(names(&picture, 3, |_| false).is_empty());
    let seen = picture.known(Moment::Newest).seen_by(public);
    assert_eq!((seen.entry(), seen.head()), (3, picture.head()));
}

async fn looking_back_shows_nothing_that_is_restricted_now_or_was_then(store: &Store) {
    let (_, register) = store.register().await;
    let changes = vec![
        stated(1, "published by mistake", Published),
        stated(1, "closed", Restricted),
        stated(2, "with a secret", Restricted),
        stated(2, "without it", Published),
        stated(3, "gone", Published),
        withdraw(3),
    ];
    write(&register, 0, changes).await.expect("written");
    let picture = register.picture();
    for (moment, seen) in [
        (1, &[][..]),
        (2, &[]),
        (3, &[]),
        (4, &["without it"]),
        (5, &["without it", "gone"]),
        (6, &["without it"]),
    ] {
        assert_eq!(names(&picture, moment, public), seen, "at {moment}");
    }
}

async fn a_withdrawal_is_seen_with_what_it_withdraws(store: &Store) {
    let (_, register) = store.register().await;
    let changes = vec![
        stated(1, "open", Published),
        stated(1, "open still", Published),
        withdraw(1),
        stated(2, "closed", Restricted),
        withdraw(2),
        stated(3, "inside", Internal),
        stated(3, "open at last", Published),
    ];
    write(&register, 0, changes).await.expect("written");
    write(&register, 1, vec![erase(1, 1), erase(2, 4)])
        .await
        .expect("erased");
    let picture = register.picture();
    let history = |moment: u64, record| {
        let seen = picture.known(moment).seen_by(public);
        let entries = seen.history(id(record));
        entries.iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    assert_eq!(history(9, 1), [1, 2, 3, 8]);
    assert_eq!(history(2, 1), [1, 2]);
    assert!(history(9, 2).is_empty());
    assert_eq!(history(9, 3), [7]);
}
