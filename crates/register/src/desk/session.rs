//! Sessions: who is signed in, and until when.

use super::account::{Account, AccountRow};
use super::statements as sql;
use super::{Desk, time, unowned};
use crate::database::{Db, on};
use crate::error::Error;
use handback_core::permission::Actor;
use jiff::Timestamp;

/// Somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    pub started_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    started_at: i64,
    expires_at: i64,
}

impl SessionRow {
    fn read(&self) -> Result<Session, Error> {
        Ok(Session {
            started_at: time(self.started_at)?,
            expires_at: time(self.expires_at)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SessionAndAccount {
    #[sqlx(flatten)]
    session: SessionRow,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl Desk {
    /// Let somebody in under the hash of what the browser sends. Refused without an account.
    pub async fn start_session(
        &self,
        key: [u8; 32],
        actor: &Actor,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::START_SESSION)
            .bind(&key[..])
            .bind(&actor.0)
            .bind(now.as_microsecond())
            .bind(expires_at.as_microsecond())
            .execute(pool)
            .await
            .map(drop))
        .map_err(unowned)?;
        Ok(())
    }

    /// The session of a key with its account; none when it has expired or the account is disabled.
    pub async fn session(
        &self,
        key: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Session, Account)>, Error> {
        let row: Option<SessionAndAccount> =
            on!(&self.db, Db, |pool| sqlx::query_as(sql::SESSION)
                .bind(&key[..])
                .bind(now.as_microsecond())
                .fetch_optional(pool)
                .await)?;
        row.map(|row| Ok((row.session.read()?, row.account.read()?)))
            .transpose()
    }

    /// The sessions that are open for an account, oldest first.
    pub async fn sessions(&self, actor: &Actor, now: Timestamp) -> Result<Vec<Session>, Error> {
        let rows: Vec<SessionRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::SESSIONS)
            .bind(&actor.0)
            .bind(now.as_microsecond())
            .fetch_all(pool)
            .await)?;
        rows.iter().map(SessionRow::read).collect()
    }

    /// Sign out.
    pub async fn end_session(&self, key: [u8; 32]) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::END_SESSION)
            .bind(&key[..])
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Sign out everywhere. Answers how many sessions ended.
    pub async fn end_sessions(&self, actor: &Actor) -> Result<u64, Error> {
        Ok(on!(&self.db, Db, |pool| sqlx::query(sql::END_SESSIONS)
            .bind(&actor.0)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Remove sessions and links that no longer open anything.
    pub async fn sweep(&self, now: Timestamp) -> Result<(), Error> {
        for statement in [sql::SWEEP_SESSIONS, sql::SWEEP_LINKS] {
            on!(&self.db, Db, |pool| sqlx::query(statement)
                .bind(now.as_microsecond())
                .execute(pool)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
