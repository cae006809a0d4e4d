//! Accounts: who may sign in, and what they may.

use super::statements as sql;
use super::{Desk, grants_as, grants_of, holdable, no_such_account, time, times};
use crate::database::{Db, Tx, on};
use crate::error::{Error, Trouble};
use handback_core::permission::{Actor, Grant, Role, Within};
use jiff::Timestamp;
use std::fmt;

/// Somebody who may sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// As entries name whoever acts: opaque, and all that stays when the account is closed.
    pub actor: Actor,
    /// What is typed to sign in; lower case.
    pub login: String,
    pub name: String,
    /// A PHC string; none until a password is chosen.
    pub password: Option<String>,
    pub grants: Vec<Grant>,
    pub created_at: Timestamp,
    /// Since when the account lets nobody in.
    pub disabled_at: Option<Timestamp>,
}

impl Account {
    /// Whether the account may hand out rights: at least one such account always remains.
    pub fn is_administrator(&self) -> bool {
        let everywhere = Grant {
            role: Role::Administrator,
            within: Within::Everything,
        };
        self.disabled_at.is_none() && self.grants.contains(&everywhere)
    }
}

/// For program logs, which hold neither names nor what passwords can be guessed from.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("actor", &self.actor)
            .field("grants", &self.grants)
            .field("created_at", &self.created_at)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    actor: String,
    login: String,
    name: String,
    password: Option<String>,
    grants: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl AccountRow {
    pub(super) fn read(self) -> Result<Account, Error> {
        Ok(Account {
            actor: Actor(self.actor),
            login: self.login,
            name: self.name,
            password: self.password,
            grants: grants_of(&self.grants)?,
            created_at: time(self.created_at)?,
            disabled_at: times(self.disabled_at)?,
        })
    }
}

impl Desk {
    /// Whether nobody has an account, as at the first start and after a backup was restored.
    pub async fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.accounts().await?.is_empty())
    }

    /// Open an account. Refused when its login is taken ([`Error::is_taken`]).
    pub async fn open_account(&self, account: &Account) -> Result<(), Error> {
        holdable([&*account.actor.0, &account.login, &account.name])?;
        holdable(account.password.as_deref())?;
        let opened = on!(&self.db, Db, |pool| sqlx::query(sql::OPEN_ACCOUNT)
            .bind(&account.actor.0)
            .bind(account.login.to_lowercase())
            .bind(&account.name)
            .bind(&account.password)
            .bind(grants_as(&account.grants))
            .bind(account.created_at.as_microsecond())
            .bind(account.disabled_at.map(Timestamp::as_microsecond))
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        match opened {
            0 => Err(Trouble::Taken(account.login.clone()).into()),
            _ => Ok(()),
        }
    }

    /// The account of an actor, also when it is disabled.
    pub async fn account(&self, actor: &Actor) -> Result<Option<Account>, Error> {
        if holdable([&*actor.0]).is_err() {
            return Ok(None);
        }
        let row: Option<AccountRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::ACCOUNT)
            .bind(&actor.0)
            .fetch_optional(pool)
            .await)?;
        row.map(AccountRow::read).transpose()
    }

    /// The account that signs in with this, in whatever case it is typed; also when it is disabled.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, Error> {
        if holdable([login]).is_err() {
            return Ok(None);
        }
        let row: Option<AccountRow> =
            on!(&self.db, Db, |pool| sqlx::query_as(sql::ACCOUNT_BY_LOGIN)
                .bind(login.to_lowercase())
                .fetch_optional(pool)
                .await)?;
        row.map(AccountRow::read).transpose()
    }

    /// Every account, by name.
    pub async fn accounts(&self) -> Result<Vec<Account>, Error> {
        let rows: Vec<AccountRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::ACCOUNTS)
            .fetch_all(pool)
            .await)?;
        let mut accounts: Vec<Account> = rows
            .into_iter()
            .map(AccountRow::read)
            .collect::<Result<_, _>>()?;
        // Not in SQL: the databases disagree on the order of letters.
        accounts.sort_by_cached_key(|it| (it.name.to_lowercase(), it.login.clone()));
        Ok(accounts)
    }

    /// Keep another PHC string, or none. Sessions stay open: [`Desk::end_sessions`] ends them.
    pub async fn set_password(&self, actor: &Actor, password: Option<String>) -> Result<(), Error> {
        holdable(password.as_deref())?;
        changed(on!(&self.db, Db, |pool| sqlx::query(sql::SET_PASSWORD)
            .bind(&actor.0)
            .bind(password)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Give an account another name for people to see.
    pub async fn rename(&self, actor: &Actor, name: &str) -> Result<(), Error> {
        holdable([name])?;
        changed(on!(&self.db, Db, |pool| sqlx::query(sql::RENAME)
            .bind(&actor.0)
            .bind(name)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Give an account other rights. Refused when no administrator would remain.
    pub async fn set_grants(&self, actor: &Actor, grants: &[Grant]) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        changed(on!(&mut tx, Tx, |tx| sqlx::query(sql::SET_GRANTS)
            .bind(&actor.0)
            .bind(grants_as(grants))
            .execute(&mut **tx)
            .await
            .map(|done| done.rows_affected()))?)?;
        administered(tx).await
    }

    /// Let nobody in with this account, and end its sessions. Refused when no administrator would
    /// remain.
    pub async fn disable(&self, actor: &Actor, at: Timestamp) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        changed(on!(&mut tx, Tx, |tx| sqlx::query(sql::SET_DISABLED)
            .bind(&actor.0)
            .bind(Some(at.as_microsecond()))
            .execute(&mut **tx)
            .await
            .map(|done| done.rows_affected()))?)?;
        on!(&mut tx, Tx, |tx| sqlx::query(sql::END_SESSIONS)
            .bind(&actor.0)
            .execute(&mut **tx)
            .await
            .map(drop))?;
        administered(tx).await
    }

    /// Let the account in again: its tokens work, and people sign in anew.
    pub async fn enable(&self, actor: &Actor) -> Result<(), Error> {
        changed(on!(&self.db, Db, |pool| sqlx::query(sql::SET_DISABLED)
            .bind(&actor.0)
            .bind(None::<i64>)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Remove an account with its sessions, links and tokens; entries keep its opaque name. Refused
    /// when no administrator would remain.
    pub async fn close_account(&self, actor: &Actor) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        changed(on!(&mut tx, Tx, |tx| sqlx::query(sql::CLOSE_ACCOUNT)
            .bind(&actor.0)
            .execute(&mut **tx)
            .await
            .map(|done| done.rows_affected()))?)?;
        administered(tx).await
    }
}

fn changed(accounts: u64) -> Result<(), Error> {
    match accounts {
        0 => Err(no_such_account()),
        _ => Ok(()),
    }
}

/// Commit if an administrator remains. Every change of rights holds the writer lock, so two that
/// race cannot both remove the other's last administrator.
async fn administered(mut tx: Tx) -> Result<(), Error> {
    let rows: Vec<AccountRow> = on!(&mut tx, Tx, |tx| sqlx::query_as(sql::ACCOUNTS)
        .fetch_all(&mut **tx)
        .await)?;
    for row in rows {
        if row.read()?.is_administrator() {
            return tx.commit().await;
        }
    }
    Err(Trouble::Refused(
        "no administrator would remain: give somebody else that role first".into(),
    )
    .into())
}
