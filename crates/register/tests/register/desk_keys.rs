//! What lets somebody in: sessions, links and tokens.

use crate::desk_accounts::{account, actor, administrator};
use crate::store::*;
use handback_core::permission::{Grant, Role, Within};
use handback_register::desk::{Desk, Link, Purpose, Token, TokenId};

on_both![
    a_session_lets_in_until_it_expires,
    a_session_ends_alone_or_with_all_others,
    a_disabled_account_lets_nobody_in,
    a_closed_account_takes_its_keys_along,
    nobody_gets_a_key_without_an_account,
    a_link_works_once,
    a_link_works_until_it_expires_or_is_taken_back,
    of_many_who_take_a_link_at_once_one_gets_it,
    sweeping_removes_what_opens_nothing,
    a_token_lets_in_and_its_use_is_noted,
    a_token_is_taken_back_by_its_holder_only,
];

/// When everything here expires, in seconds.
pub const LATER: i64 = 3_600;

pub fn key(number: u8) -> [u8; 32] {
    [number; 32]
}

pub fn link(number: u8, purpose: Purpose, whose: Option<&str>) -> Link {
    Link {
        key: key(number),
        purpose,
        actor: whose.map(actor),
        grants: vec![Grant {
            role: Role::PanelMember,
            within: Within::Everything,
        }],
        for_name: format!("whoever holds link {number}"),
        issued_at: second(i64::from(number)),
        expires_at: second(LATER),
    }
}

pub fn token(number: u8, whose: &str) -> Token {
    Token {
        id: TokenId([number; 16]),
        actor: actor(whose),
        label: format!("nightly import {number}"),
        grants: vec![Grant {
            role: Role::ContractManager,
            within: Within::Service(id(number)),
        }],
        issued_at: second(i64::from(number)),
        expires_at: second(LATER),
        last_used_at: None,
    }
}

/// A desk with the administrator Ann, and Ben.
pub async fn desk_of(store: &Store) -> Desk {
    let desk = store.register().await.1.desk();
    for account in [administrator("ann"), account("ben")] {
        desk.open_account(&account).await.expect("opened");
    }
    desk
}

async fn sign_in(desk: &Desk, number: u8, who: &str) {
    desk.start_session(key(number), &actor(who), second(0), second(LATER))
        .await
        .expect("signed in");
}

/// Who is let in by a session, at a second.
async fn who(desk: &Desk, number: u8, seconds: i64) -> Option<String> {
    let found = desk.session(key(number), second(seconds)).await;
    found.expect("read").map(|(_, account)| account.actor.0)
}

async fn a_session_lets_in_until_it_expires(store: &Store) {
    let desk = desk_of(store).await;
    sign_in(&desk, 1, "ben").await;
    let (session, whose) = desk
        .session(key(1), second(LATER - 1))
        .await
        .expect("read")
        .expect("open");
    assert_eq!(
        (session.started_at, session.expires_at),
        (second(0), second(LATER))
    );
    assert_eq!(whose, account("ben"));
    assert_eq!(who(&desk, 1, LATER).await, None, "expired");
    assert_eq!(who(&desk, 2, 0).await, None, "another key");
    let listed = desk.sessions(&actor("ben"), second(LATER - 1)).await;
    assert_eq!(listed.expect("read"), [session]);
    let listed = desk.sessions(&actor("ben"), second(LATER)).await;
    assert_eq!(listed.expect("read"), []);
}

async fn a_session_ends_alone_or_with_all_others(store: &Store) {
    let desk = desk_of(store).await;
    for (number, name) in [(1, "ben"), (2, "ben"), (3, "ben"), (4, "ann")] {
        sign_in(&desk, number, name).await;
    }
    desk.end_session(key(1)).await.expect("ended");
    assert_eq!(who(&desk, 1, 0).await, None);
    assert_eq!(who(&desk, 2, 0).await.as_deref(), Some("p-ben"));
    assert_eq!(desk.end_sessions(&actor("ben")).await.expect("ended"), 2);
    assert_eq!(desk.end_sessions(&actor("ben")).await.expect("ended"), 0);
    assert_eq!(
        (who(&desk, 2, 0).await, who(&desk, 3, 0).await),
        (None, None)
    );
    assert_eq!(who(&desk, 4, 0).await.as_deref(), Some("p-ann"));
}

async fn a_disabled_account_lets_nobody_in(store: &Store) {
    let desk = desk_of(store).await;
    let ben = actor("ben");
    sign_in(&desk, 1, "ben").await;
    desk.issue_token(key(3), &token(3, "ben"))
        .await
        .expect("issued");
    desk.disable(&ben, second(1)).await.expect("disabled");
    assert_eq!(who(&desk, 1, 2).await, None);
    assert_eq!(desk.token(key(3), second(2)).await.expect("read"), None);
    sign_in(&desk, 2, "ben").await;
    assert_eq!(who(&desk, 2, 2).await, None, "not by a new session either");

    desk.enable(&ben).await.expect("enabled");
    assert_eq!(who(&desk, 1, 2).await, None, "old sessions stay ended");
    assert!(desk.token(key(3), second(2)).await.expect("read").is_some());
}

async fn a_closed_account_takes_its_keys_along(store: &Store) {
    let desk = desk_of(store).await;
    let ben = actor("ben");
    for (number, name) in [(1, "ben"), (11, "ann")] {
        sign_in(&desk, number, name).await;
        desk.issue_link(&link(number, Purpose::Reset, Some(name)))
            .await
            .expect("issued");
        desk.issue_token(key(number), &token(number, name))
            .await
            .expect("issued");
    }
    desk.close_account(&ben).await.expect("closed");
    let now = second(2);
    assert_eq!(desk.sessions(&ben, now).await.expect("read"), []);
    assert_eq!(desk.tokens(&ben).await.expect("read"), []);
    assert_eq!(who(&desk, 1, 2).await, None);
    assert_eq!(desk.link(key(1), now).await.expect("read"), None);
    assert_eq!(desk.token(key(1), now).await.expect("read"), None);

    assert!(who(&desk, 11, 2).await.is_some(), "others keep theirs");
    assert!(desk.link(key(11), now).await.expect("read").is_some());
    assert!(desk.token(key(11), now).await.expect("read").is_some());
    desk.open_account(&account("ben")).await.expect("anew");
    assert_eq!(who(&desk, 1, 2).await, None, "and nothing comes back");
}

async fn nobody_gets_a_key_without_an_account(store: &Store) {
    let desk = desk_of(store).await;
    let nobody = actor("nobody");
    for done in [
        desk.start_session(key(1), &nobody, second(0), second(LATER))
            .await,
        desk.issue_link(&link(2, Purpose::Reset, Some("nobody")))
            .await,
        desk.issue_token(key(3), &token(3, "nobody")).await,
    ] {
        let error = done.expect_err("refused");
        assert!(error.is_refused(), "{error}");
        assert!(error.to_string().contains("no such account"), "{error}");
    }
    let zero = Link {
        for_name: "a\0b".into(),
        ..link(4, Purpose::Invitation, None)
    };
    let error = desk.issue_link(&zero).await.expect_err("refused");
    assert!(error.is_refused(), "{error}");
    let zero = Token {
        label: "a\0b".into(),
        ..token(4, "ben")
    };
    let error = desk.issue_token(key(4), &zero).await.expect_err("refused");
    assert!(error.is_refused(), "{error}");
}

async fn a_link_works_once(store: &Store) {
    let desk = desk_of(store).await;
    for (number, purpose, whose) in [
        (1, Purpose::Setup, None),
        (2, Purpose::Invitation, None),
        (3, Purpose::Reset, Some("ben")),
    ] {
        let issued = link(number, purpose, whose);
        desk.issue_link(&issued).await.expect("issued");
        let now = second(10);
        for _ in 0..2 {
            let seen = desk.link(key(number), now).await.expect("read");
            assert_eq!(seen.as_ref(), Some(&issued), "looking uses nothing up");
        }
        let taken = desk.take_link(key(number), now).await.expect("read");
        assert_eq!(taken, Some(issued));
        assert_eq!(desk.take_link(key(number), now).await.expect("read"), None);
        assert_eq!(desk.link(key(number), now).await.expect("read"), None);
        assert_eq!(desk.open_links(now).await.expect("read"), []);
    }
}

async fn a_link_works_until_it_expires_or_is_taken_back(store: &Store) {
    let desk = desk_of(store).await;
    let [one, other] = [2, 1].map(|number| link(number, Purpose::Invitation, None));
    for link in [&one, &other] {
        desk.issue_link(link).await.expect("issued");
    }
    let (before, at) = (second(LATER - 1), second(LATER));
    let open = desk.open_links(before).await.expect("read");
    assert_eq!(open, [other, one.clone()], "oldest first");
    assert_eq!(desk.open_links(at).await.expect("read"), []);
    assert_eq!(desk.link(key(1), at).await.expect("read"), None);
    assert_eq!(desk.take_link(key(1), at).await.expect("read"), None);
    desk.revoke_link(key(1)).await.expect("revoked");
    assert_eq!(desk.take_link(key(1), before).await.expect("read"), None);
    assert_eq!(desk.open_links(before).await.expect("read"), [one]);
}

async fn of_many_who_take_a_link_at_once_one_gets_it(store: &Store) {
    let (place, register) = store.register().await;
    let desks = [register.desk(), open(&place).await.desk()];
    for round in 0..8 {
        desks[0]
            .issue_link(&link(round, Purpose::Setup, None))
            .await
            .expect("issued");
        let takers: Vec<_> = (0..6)
            .map(|taker| {
                let desk = desks[taker % 2].clone();
                tokio::spawn(async move { desk.take_link(key(round), second(100)).await })
            })
            .collect();
        let mut winners = 0;
        for taker in takers {
            let taken = taker.await.expect("ran").expect("read");
            winners += usize::from(taken.is_some());
        }
        assert_eq!(winners, 1, "round {round}");
    }
}

async fn sweeping_removes_what_opens_nothing(store: &Store) {
    let (place, register) = store.register().await;
    let desk = register.desk();
    desk.open_account(&account("ben")).await.expect("opened");
    let ben = actor("ben");
    for (number, expires) in [(1, 10), (2, 20)] {
        desk.start_session(key(number), &ben, second(0), second(expires))
            .await
            .expect("signed in");
        let link = Link {
            expires_at: second(expires),
            ..link(number, Purpose::Invitation, None)
        };
        desk.issue_link(&link).await.expect("issued");
    }
    desk.issue_link(&link(3, Purpose::Invitation, None))
        .await
        .expect("issued");
    desk.take_link(key(3), second(4)).await.expect("taken");
    desk.sweep(second(10)).await.expect("swept");
    for left in ["DELETE FROM session", "DELETE FROM link"] {
        assert_eq!(tamper(&place, left, &[]).await, 1, "{left}");
    }
}

async fn a_token_lets_in_and_its_use_is_noted(store: &Store) {
    let desk = desk_of(store).await;
    let issued = token(3, "ben");
    desk.issue_token(key(3), &issued).await.expect("issued");
    let listed = || async { desk.tokens(&actor("ben")).await.expect("read") };
    assert_eq!(listed().await[0], issued, "never used");
    // To the minute: the first use, not the next within it, the one after it.
    for (now, noted) in [(100, 100), (159, 100), (160, 160), (400, 400)] {
        let (found, whose) = desk
            .token(key(3), second(now))
            .await
            .expect("read")
            .expect("good");
        assert_eq!((found.id, whose), (issued.id, account("ben")));
        assert_eq!(
            (&found.label, &found.grants),
            (&issued.label, &issued.grants)
        );
        assert_eq!(listed().await[0].last_used_at, Some(second(noted)), "{now}");
    }
    let found = desk.token(key(3), second(LATER)).await.expect("read");
    assert_eq!(found, None, "expired");
    assert_eq!(listed().await.len(), 1, "but still shown");
    assert_eq!(desk.token(key(4), second(100)).await.expect("read"), None);
    assert_eq!(issued.id.to_string(), "03".repeat(16));
}

async fn a_token_is_taken_back_by_its_holder_only(store: &Store) {
    let desk = desk_of(store).await;
    for number in [4, 3] {
        desk.issue_token(key(number), &token(number, "ben"))
            .await
            .expect("issued");
    }
    desk.revoke_token(TokenId([3; 16]), &actor("ann"))
        .await
        .expect("nothing to revoke");
    let ben = actor("ben");
    let tokens = desk.tokens(&ben).await.expect("read");
    assert_eq!(tokens, [token(3, "ben"), token(4, "ben")], "oldest first");
    desk.revoke_token(TokenId([3; 16]), &ben)
        .await
        .expect("revoked");
    assert_eq!(desk.token(key(3), second(9)).await.expect("read"), None);
    assert!(desk.token(key(4), second(9)).await.expect("read").is_some());
}
