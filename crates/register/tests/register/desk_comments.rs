//! Comments wait, are shown or removed, and a removed one leaves a trace without its text.

use crate::desk_accounts::{account, actor, administrator};
use crate::store::*;
use handback_register::desk::{Comment, CommentId, CommentState, Desk};

on_both![
    a_comment_waits_and_is_shown,
    a_removed_comment_has_no_text_and_stays_removed,
    a_comment_outlives_the_account_without_its_name,
    nobody_comments_without_an_account,
];

async fn desk(store: &Store) -> Desk {
    let desk = store.register().await.1.desk();
    for who in [administrator("ann"), account("ben")] {
        desk.open_account(&who).await.expect("opened");
    }
    desk
}

async fn write(desk: &Desk, comment: u8, about: u8, seconds: i64) -> CommentId {
    let written = CommentId([comment; 16]);
    let text = format!("comment {comment}");
    desk.comment((written, id(about)), &actor("ben"), &text, second(seconds))
        .await
        .expect("written");
    written
}

fn told(comments: &[Comment]) -> Vec<(u8, CommentState)> {
    let told = comments.iter().map(|it| (it.id.0[0], it.state));
    told.collect()
}

async fn a_comment_waits_and_is_shown(store: &Store) {
    use CommentState::{Shown, Waiting};
    let desk = desk(store).await;
    let first = write(&desk, 1, 7, 0).await;
    write(&desk, 2, 7, 1).await;
    write(&desk, 3, 8, 2).await;
    let ann = actor("ann");
    let shown = desk.show_comment(first, &ann, second(5)).await;
    assert_eq!(shown.expect("settled"), Some(id(7)));
    let on_one = desk.comments_on(id(7)).await.expect("read");
    assert_eq!(told(&on_one), [(1, Shown), (2, Waiting)]);
    assert_eq!(on_one[0].text, "comment 1");
    assert_eq!(on_one[0].author, Some(actor("ben")));
    assert_eq!(on_one[0].settled, Some((ann.clone(), second(5))));
    assert_eq!(on_one[1].settled, None);
    let waiting = desk.comments_in(Waiting, 9).await.expect("read");
    assert_eq!(told(&waiting), [(3, Waiting), (2, Waiting)]);
    let newest = desk.comments_in(Waiting, 1).await.expect("read");
    assert_eq!(told(&newest), [(3, Waiting)]);
    let nothing = desk.show_comment(CommentId([9; 16]), &ann, second(5)).await;
    assert_eq!(nothing.expect("read"), None);
}

async fn a_removed_comment_has_no_text_and_stays_removed(store: &Store) {
    let desk = desk(store).await;
    let ann = actor("ann");
    let one = write(&desk, 1, 7, 0).await;
    desk.show_comment(one, &ann, second(1))
        .await
        .expect("shown");
    let removed = desk.remove_comment(one, &ann, "names a person", second(2));
    assert_eq!(removed.await.expect("removed"), Some(id(7)));
    let again = desk.show_comment(one, &ann, second(3)).await;
    assert_eq!(again.expect("read"), None, "its text is gone");
    let trace = &desk.comments_on(id(7)).await.expect("read")[0];
    assert_eq!(trace.state, CommentState::Removed);
    assert_eq!(
        (trace.text.as_str(), trace.why.as_deref()),
        ("", Some("names a person"))
    );
    assert_eq!(trace.settled, Some((ann, second(2))));
    assert!(!format!("{trace:?}").contains("person"), "{trace:?}");
}

async fn a_comment_outlives_the_account_without_its_name(store: &Store) {
    let desk = desk(store).await;
    write(&desk, 1, 7, 0).await;
    desk.close_account(&actor("ben")).await.expect("closed");
    let left = &desk.comments_on(id(7)).await.expect("read")[0];
    assert_eq!(
        (left.author.as_ref(), left.text.as_str()),
        (None, "comment 1")
    );
}

async fn nobody_comments_without_an_account(store: &Store) {
    let desk = desk(store).await;
    let one = (CommentId([1; 16]), id(7));
    let refused = desk.comment(one, &actor("eve"), "hello", second(0)).await;
    let message = refused.expect_err("no account").to_string();
    assert!(message.contains("no such account"), "{message}");
    assert_eq!(desk.comments_on(id(7)).await.expect("read"), []);
}
