//! Who read what is restricted.

use super::statements as sql;
use super::{Desk, holdable, time};
use crate::database::{Db, on};
use crate::error::{Error, Trouble};
use handback_core::permission::Actor;
use handback_core::record::RecordId;
use jiff::Timestamp;

/// Somebody read a restricted record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub read_at: Timestamp,
    pub actor: Actor,
    pub record: RecordId,
    /// Where: a page, a file, the API.
    pub what: String,
}

#[derive(sqlx::FromRow)]
struct ReadingRow {
    read_at: i64,
    actor: String,
    record: Vec<u8>,
    what: String,
}

impl Desk {
    /// Note that somebody read.
    pub async fn note_reading(&self, reading: &Reading) -> Result<(), Error> {
        holdable([&*reading.actor.0, &reading.what])?;
        on!(&self.db, Db, |pool| sqlx::query(sql::READ)
            .bind(reading.read_at.as_microsecond())
            .bind(&reading.actor.0)
            .bind(&reading.record.0[..])
            .bind(&reading.what)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The newest readings, of one record or of all.
    pub async fn readings(
        &self,
        record: Option<RecordId>,
        most: u32,
    ) -> Result<Vec<Reading>, Error> {
        let rows: Vec<ReadingRow> = match record {
            Some(record) => on!(&self.db, Db, |pool| sqlx::query_as(sql::READINGS_OF)
                .bind(i64::from(most))
                .bind(record.0.to_vec())
                .fetch_all(pool)
                .await)?,
            None => on!(&self.db, Db, |pool| sqlx::query_as(sql::READINGS)
                .bind(i64::from(most))
                .fetch_all(pool)
                .await)?,
        };
        let read = |row: ReadingRow| {
            let unreadable = |_| Trouble::Desk("a reading names no record".into());
            Ok(Reading {
                read_at: time(row.read_at)?,
                actor: Actor(row.actor),
                record: RecordId(row.record.try_into().map_err(unreadable)?),
                what: row.what,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Forget what was read before a time.
    pub async fn forget_readings(&self, before: Timestamp) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::FORGET_READINGS)
            .bind(before.as_microsecond())
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}
