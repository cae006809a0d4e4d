//! Accounts, and the administrator who always remains.

use crate::store::*;
use handback_core::permission::{Actor, Grant, Role, Within};
use handback_register::Error;
use handback_register::desk::{Account, Desk};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::Barrier;

on_both![
    an_account_reads_back,
    a_login_is_taken_once_in_whatever_case,
    accounts_come_by_name,
    an_account_is_changed_and_no_other,
    nothing_is_done_to_an_account_that_is_not_there,
    a_text_that_postgresql_cannot_hold_is_refused,
    the_last_administrator_remains,
    only_those_who_administer_everything_count,
    of_administrators_who_leave_at_once_one_remains,
    one_login_asked_for_at_once_opens_one_account,
];

pub fn actor(name: &str) -> Actor {
    Actor(format!("p-{name}"))
}

fn grant(role: Role, within: Within) -> Grant {
    Grant { role, within }
}

pub fn account(name: &str) -> Account {
    Account {
        actor: actor(name),
        login: format!("{name}@harrowmere.example"),
        name: format!("{}{} of Harrowmere", name[..1].to_uppercase(), &name[1..]),
        password: Some("$argon2id$v=19$made-up".into()),
        grants: vec![
            grant(Role::Reader, Within::Everything),
            grant(Role::ServiceOwner, Within::Service(id(7))),
        ],
        created_at: second(0),
        disabled_at: None,
    }
}

pub fn administrator(name: &str) -> Account {
    Account {
        grants: vec![grant(Role::Administrator, Within::Everything)],
        ..account(name)
    }
}

async fn desk_of(store: &Store, accounts: &[Account]) -> Desk {
    let desk = store.register().await.1.desk();
    for account in accounts {
        desk.open_account(account).await.expect("opened");
    }
    desk
}

async fn get(desk: &Desk, name: &str) -> Account {
    let found = desk.account(&actor(name)).await.expect("read");
    found.expect("an account")
}

fn refused(done: Result<(), Error>) -> String {
    let error = done.expect_err("refused");
    assert!(error.is_refused() && !error.is_taken(), "{error}");
    error.to_string()
}

async fn an_account_reads_back(store: &Store) {
    let desk = desk_of(store, &[]).await;
    assert!(desk.is_empty().await.expect("read"));
    let plain = account("ann");
    let bare = Account {
        password: None,
        grants: vec![],
        disabled_at: Some(second(5)),
        ..account("ben")
    };
    for account in [&plain, &bare] {
        desk.open_account(account).await.expect("opened");
        let by_actor = desk.account(&account.actor).await.expect("read");
        let by_login = desk.account_by_login(&account.login).await.expect("read");
        assert_eq!(by_actor.as_ref(), Some(account));
        assert_eq!(by_login.as_ref(), Some(account));
    }
    assert!(!desk.is_empty().await.expect("read"));
    assert_eq!(desk.account(&actor("cat")).await.expect("read"), None);
    let shown = format!("{plain:?}");
    assert!(shown.contains("p-ann"), "{shown}");
    for secret in ["argon2", "@", "Harrowmere"] {
        assert!(!shown.contains(secret), "program logs would hold {secret}");
    }
}

async fn a_login_is_taken_once_in_whatever_case(store: &Store) {
    let desk = desk_of(store, &[]).await;
    let shouted = Account {
        login: "ÉVA@Harrowmere.Example".into(),
        ..account("eva")
    };
    desk.open_account(&shouted).await.expect("opened");
    assert_eq!(get(&desk, "eva").await.login, "éva@harrowmere.example");
    let found = desk.account_by_login("éva@HARROWMERE.example").await;
    assert_eq!(found.expect("read").expect("found").actor, actor("eva"));

    let again = Account {
        login: "éva@harrowmere.EXAMPLE".into(),
        ..account("other")
    };
    let error = desk.open_account(&again).await.expect_err("taken");
    assert!(error.is_taken() && error.is_refused(), "{error}");
    assert_eq!(desk.accounts().await.expect("read").len(), 1);
}

async fn accounts_come_by_name(store: &Store) {
    let named = |who: &str, name: &str| Account {
        name: name.into(),
        ..account(who)
    };
    let accounts = [
        named("d", "de Vere"),
        named("b", "Zed"),
        named("c", "Éva"),
        named("a", "Ann"),
        named("e", "ann"),
    ];
    let desk = desk_of(store, &accounts).await;
    let listed = desk.accounts().await.expect("read");
    let names: Vec<&str> = listed.iter().map(|it| &*it.name).collect();
    assert_eq!(names, ["Ann", "ann", "de Vere", "Zed", "Éva"]);
}

async fn an_account_is_changed_and_no_other(store: &Store) {
    let desk = desk_of(store, &[administrator("ann"), account("ben")]).await;
    let ben = actor("ben");
    desk.rename(&ben, "Benedict").await.expect("renamed");
    desk.set_password(&ben, None).await.expect("set");
    let grants = [grant(Role::Director, Within::Directorate(id(3)))];
    desk.set_grants(&ben, &grants).await.expect("set");
    desk.disable(&ben, second(9)).await.expect("disabled");
    let expected = Account {
        name: "Benedict".into(),
        password: None,
        grants: grants.to_vec(),
        disabled_at: Some(second(9)),
        ..account("ben")
    };
    assert_eq!(get(&desk, "ben").await, expected);
    desk.enable(&ben).await.expect("enabled");
    let phc = Some("$argon2id$another".to_owned());
    desk.set_password(&ben, phc.clone()).await.expect("set");
    let ben_now = get(&desk, "ben").await;
    assert_eq!((ben_now.disabled_at, ben_now.password), (None, phc));
    assert_eq!(get(&desk, "ann").await, administrator("ann"));
    desk.close_account(&ben).await.expect("closed");
    assert_eq!(desk.account(&ben).await.expect("read"), None);
    assert_eq!(desk.accounts().await.expect("read").len(), 1);
}

async fn nothing_is_done_to_an_account_that_is_not_there(store: &Store) {
    let desk = desk_of(store, &[administrator("ann")]).await;
    let nobody = actor("nobody");
    for done in [
        desk.rename(&nobody, "N").await,
        desk.set_password(&nobody, None).await,
        desk.set_grants(&nobody, &[]).await,
        desk.disable(&nobody, second(1)).await,
        desk.enable(&nobody).await,
        desk.close_account(&nobody).await,
    ] {
        assert!(refused(done).contains("no such account"));
    }
}

async fn a_text_that_postgresql_cannot_hold_is_refused(store: &Store) {
    let desk = desk_of(store, &[administrator("ann")]).await;
    let ann = actor("ann");
    let zero = || "a\0b".to_owned();
    for done in [
        desk.open_account(&Account {
            login: zero(),
            ..account("ben")
        })
        .await,
        desk.open_account(&Account {
            name: zero(),
            ..account("ben")
        })
        .await,
        desk.rename(&ann, &zero()).await,
        desk.set_password(&ann, Some(zero())).await,
    ] {
        assert!(refused(done).contains("zero character"));
    }
    let found = desk.account_by_login(&zero()).await.expect("read");
    assert_eq!(found, None, "anybody may type that to sign in");
    let found = desk.account(&Actor(zero())).await.expect("read");
    assert_eq!(found, None);
}

async fn the_last_administrator_remains(store: &Store) {
    let desk = desk_of(store, &[administrator("ann"), account("ben")]).await;
    let ann = actor("ann");
    let reader = [grant(Role::Reader, Within::Everything)];
    for done in [
        desk.disable(&ann, second(1)).await,
        desk.set_grants(&ann, &reader).await,
        desk.set_grants(&ann, &[]).await,
        desk.close_account(&ann).await,
    ] {
        assert!(refused(done).contains("no administrator would remain"));
    }
    assert_eq!(get(&desk, "ann").await, administrator("ann"));

    let two = [
        grant(Role::Administrator, Within::Everything),
        grant(Role::Reader, Within::Everything),
    ];
    desk.set_grants(&ann, &two).await.expect("still one");
    desk.set_grants(&actor("ben"), &two).await.expect("another");
    desk.disable(&ann, second(1)).await.expect("ben remains");
    refused(desk.close_account(&actor("ben")).await);
    desk.enable(&ann).await.expect("enabled");
    desk.close_account(&actor("ben"))
        .await
        .expect("ann remains");
    refused(desk.close_account(&ann).await);
}

async fn only_those_who_administer_everything_count(store: &Store) {
    let disabled = Account {
        disabled_at: Some(second(0)),
        ..administrator("cat")
    };
    let elsewhere = Account {
        grants: vec![
            grant(Role::Administrator, Within::Service(id(1))),
            grant(Role::Administrator, Within::Directorate(id(2))),
            grant(Role::Director, Within::Everything),
        ],
        ..account("ben")
    };
    assert!(administrator("ann").is_administrator());
    assert!(!disabled.is_administrator() && !elsewhere.is_administrator());
    let desk = desk_of(store, &[administrator("ann"), elsewhere, disabled]).await;
    refused(desk.disable(&actor("ann"), second(1)).await);
    desk.enable(&actor("cat")).await.expect("enabled");
    desk.disable(&actor("ann"), second(1))
        .await
        .expect("cat remains");
}

async fn of_administrators_who_leave_at_once_one_remains(store: &Store) {
    const LEAVERS: usize = 8;
    let (place, register) = store.register().await;
    let desks = [register.desk(), open(&place).await.desk()];
    for round in 0..12 {
        for number in 0..LEAVERS {
            let account = administrator(&format!("{round}-{number}"));
            desks[0].open_account(&account).await.expect("opened");
        }
        for old in desks[0].accounts().await.expect("read") {
            if !old.actor.0.starts_with(&format!("p-{round}-")) {
                desks[0].close_account(&old.actor).await.expect("closed");
            }
        }
        let start = Arc::new(Barrier::new(LEAVERS));
        let leavers: Vec<_> = (0..LEAVERS)
            .map(|number| {
                let (desk, start) = (desks[number % 2].clone(), Arc::clone(&start));
                tokio::spawn(async move {
                    let who = actor(&format!("{round}-{number}"));
                    start.wait().await;
                    match (round + number) % 3 {
                        0 => desk.disable(&who, second(1)).await,
                        1 => desk.set_grants(&who, &[]).await,
                        _ => desk.close_account(&who).await,
                    }
                })
            })
            .collect();
        let mut stayed = 0;
        for leaver in leavers {
            if let Err(error) = leaver.await.expect("ran") {
                assert!(error.is_refused(), "{error}");
                stayed += 1;
            }
        }
        assert_eq!(stayed, 1, "round {round}");
        let accounts = desks[0].accounts().await.expect("read");
        let remain = accounts.iter().filter(|it| it.is_administrator()).count();
        assert_eq!(remain, 1, "round {round}");
    }
}

/// Both at once, each from its own program.
async fn at_once<T: Send + 'static>(
    one: impl Future<Output = T> + Send + 'static,
    other: impl Future<Output = T> + Send + 'static,
) -> [T; 2] {
    let (one, other) = (tokio::spawn(one), tokio::spawn(other));
    [one.await.expect("ran"), other.await.expect("ran")]
}

async fn one_login_asked_for_at_once_opens_one_account(store: &Store) {
    let (place, register) = store.register().await;
    let (here, there) = (register.desk(), open(&place).await.desk());
    for round in 0..8 {
        let same = |name: &str| Account {
            login: format!("login-{round}"),
            ..account(&format!("{name}{round}"))
        };
        let ask = |desk: Desk, account: Account| async move { desk.open_account(&account).await };
        let done = at_once(ask(here.clone(), same("a")), ask(there.clone(), same("b"))).await;
        let taken = done
            .iter()
            .filter(|it| it.as_ref().is_err_and(Error::is_taken));
        assert_eq!(taken.count(), 1, "{done:?}");
        assert_eq!(here.accounts().await.expect("read").len(), round + 1);
    }
}
