//! Accounts: who may sign in, and what they may.

use super::statements as sql;
use super::{Desk, grants_as, grants_of, time, times};
use crate::database::{Db, Tx, on};
use crate::error::{Error, Trouble};
use handback_core::permission::{Actor, Grant, Role, Within};
use jiff::Timestamp;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Whether nobody has an account.
    pub async fn is_empty(&self) -> Result<bool, Error> {
        Ok(self.accounts().await?.is_empty())
    }

    /// Open an account. Refused when its login is taken ([`Error::is_taken`]).
    pub async fn open_account(&self, account: &Account) -> Result<(), Error> {
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

    pub async fn account(&self, actor: &Actor) -> Result<Option<Account>, Error> {
        let row: Option<AccountRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::ACCOUNT)
            .bind(&actor.0)
            .fetch_optional(pool)
            .await)?;
        row.map(AccountRow::read).transpose()
    }

    /// The account that signs in with this, in whatever case it is typed.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<Account>, Error> {
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
        rows.into_iter().map(AccountRow::read).collect()
    }

    pub async fn set_password(&self, actor: &Actor, password: Option<String>) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::SET_PASSWORD)
            .bind(&actor.0)
            .bind(password)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    pub async fn rename(&self, actor: &Actor, name: &str) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::RENAME)
            .bind(&actor.0)
            .bind(name)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Give an account other rights. Refused when no administrator would remain.
    pub async fn set_grants(&self, actor: &Actor, grants: &[Grant]) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        on!(&mut tx, Tx, |tx| sqlx::query(sql::SET_GRANTS)
            .bind(&actor.0)
            .bind(grants_as(grants))
            .execute(&mut **tx)
            .await
            .map(drop))?;
        administered(tx).await
    }

    /// Let nobody in with this account. Refused when no administrator would remain.
    pub async fn disable(&self, actor: &Actor, at: Timestamp) -> Result<(), Error> {
        self.disabled(actor, Some(at)).await
    }

    /// Let the account in again.
    pub async fn enable(&self, actor: &Actor) -> Result<(), Error> {
        self.disabled(actor, None).await
    }

    async fn disabled(&self, actor: &Actor, at: Option<Timestamp>) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        on!(&mut tx, Tx, |tx| sqlx::query(sql::DISABLE)
            .bind(&actor.0)
            .bind(at.map(Timestamp::as_microsecond))
            .execute(&mut **tx)
            .await
            .map(drop))?;
        administered(tx).await
    }

    /// Remove an account with its sessions, links and tokens; entries keep its opaque name. Refused
    /// when no administrator would remain.
    pub async fn close_account(&self, actor: &Actor) -> Result<(), Error> {
        let mut tx = self.db.write().await?;
        on!(&mut tx, Tx, |tx| sqlx::query(sql::CLOSE_ACCOUNT)
            .bind(&actor.0)
            .execute(&mut **tx)
            .await
            .map(drop))?;
        administered(tx).await
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
