//! Reminders by e-mail: who wants them, and what was sent.

use super::statements as sql;
use super::{Desk, holdable, times, unowned};
use crate::database::{Db, Tx, on};
use crate::error::{Error, Trouble};
use handback_core::permission::Actor;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt;

/// How often somebody is reminded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Often {
    Daily,
    Weekly,
}

impl Often {
    pub const ALL: [Often; 2] = [Often::Daily, Often::Weekly];

    /// As it is stored, and as forms send it.
    pub fn word(self) -> &'static str {
        ["daily", "weekly"][self as usize]
    }

    /// How often a word says; none for a word that says nothing.
    pub fn of(word: &str) -> Option<Often> {
        Often::ALL.into_iter().find(|often| often.word() == word)
    }
}

/// Somebody's choice to be reminded.
#[derive(Clone, PartialEq, Eq)]
pub struct Reminder {
    pub actor: Actor,
    pub often: Often,
    /// Where to.
    pub address: String,
    /// When and why the last sending did not work; none when it did.
    pub failed: Option<(Timestamp, String)>,
}

/// For program logs, which hold no addresses.
impl fmt::Debug for Reminder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reminder")
            .field("actor", &self.actor)
            .field("often", &self.often)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct ReminderRow {
    actor: String,
    often: String,
    address: String,
    failed_at: Option<i64>,
    failure: Option<String>,
}

impl ReminderRow {
    fn read(self) -> Result<Reminder, Error> {
        let often = Often::of(&self.often);
        Ok(Reminder {
            actor: Actor(self.actor),
            often: often
                .ok_or_else(|| Trouble::Desk(format!("nobody is reminded {:?}", self.often)))?,
            address: self.address,
            failed: times(self.failed_at)?.zip(self.failure),
        })
    }
}

impl Desk {
    /// Remind an account from now on, as it chose.
    pub async fn set_reminder(
        &self,
        actor: &Actor,
        often: Often,
        address: &str,
    ) -> Result<(), Error> {
        holdable([&*actor.0, address])?;
        on!(&self.db, Db, |pool| sqlx::query(sql::SET_REMINDER)
            .bind(&actor.0)
            .bind(often.word())
            .bind(address)
            .execute(pool)
            .await
            .map(drop))
        .map_err(unowned)?;
        Ok(())
    }

    /// Remind an account no more, and forget its address.
    pub async fn no_reminder(&self, actor: &Actor) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::NO_REMINDER)
            .bind(&actor.0)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// What an account chose.
    pub async fn reminder(&self, actor: &Actor) -> Result<Option<Reminder>, Error> {
        let row: Option<ReminderRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::REMINDER)
            .bind(&actor.0)
            .fetch_optional(pool)
            .await)?;
        row.map(ReminderRow::read).transpose()
    }

    /// What everybody chose.
    pub async fn reminders(&self) -> Result<Vec<Reminder>, Error> {
        let rows: Vec<ReminderRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::REMINDERS)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(ReminderRow::read).collect()
    }

    /// The lines that were sent to an account in a period.
    pub async fn reminded(&self, actor: &Actor, period: &str) -> Result<BTreeSet<String>, Error> {
        let lines: Vec<String> = on!(&self.db, Db, |pool| sqlx::query_scalar(sql::REMINDED_IN)
            .bind(&actor.0)
            .bind(period)
            .fetch_all(pool)
            .await)?;
        Ok(lines.into_iter().collect())
    }

    /// Keep that lines were sent to an account in a period: all of them or, when that fails, none.
    pub async fn note_reminded(
        &self,
        actor: &Actor,
        period: &str,
        lines: &[String],
        now: Timestamp,
    ) -> Result<(), Error> {
        holdable(lines.iter().map(String::as_str))?;
        let mut tx = self.db.write().await?;
        for line in lines {
            on!(&mut tx, Tx, |tx| sqlx::query(sql::REMINDED)
                .bind(&actor.0)
                .bind(period)
                .bind(line)
                .bind(now.as_microsecond())
                .execute(&mut **tx)
                .await
                .map(drop))?;
        }
        on!(&mut tx, Tx, |tx| sqlx::query(sql::REMINDER_SETTLED)
            .bind(&actor.0)
            .bind(None::<i64>)
            .bind(None::<String>)
            .execute(&mut **tx)
            .await
            .map(drop))?;
        tx.commit().await
    }

    /// Keep why a sending did not work.
    pub async fn reminder_failed(
        &self,
        actor: &Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        holdable([why])?;
        on!(&self.db, Db, |pool| sqlx::query(sql::REMINDER_SETTLED)
            .bind(&actor.0)
            .bind(Some(now.as_microsecond()))
            .bind(Some(why))
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Forget what was sent before a time.
    pub async fn forget_reminded(&self, before: Timestamp) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::FORGET_REMINDED)
            .bind(before.as_microsecond())
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}
