//! Calendar feeds: one secret address for each account.

use super::account::AccountRow;
use super::statements as sql;
use super::{Account, Desk, holdable, times, unowned};
use crate::database::{Db, on};
use crate::error::Error;
use handback_core::permission::Actor;
use jiff::Timestamp;

impl Desk {
    /// Give an account a feed under the hash of what its address holds. The one before ends.
    pub async fn set_feed(
        &self,
        actor: &Actor,
        key: [u8; 32],
        now: Timestamp,
    ) -> Result<(), Error> {
        holdable([&*actor.0])?;
        on!(&self.db, Db, |pool| sqlx::query(sql::SET_FEED)
            .bind(&actor.0)
            .bind(&key[..])
            .bind(now.as_microsecond())
            .execute(pool)
            .await
            .map(drop))
        .map_err(unowned)?;
        Ok(())
    }

    /// The account whose feed has this key; none when it was taken back or the account is disabled.
    pub async fn feed(&self, key: [u8; 32]) -> Result<Option<Account>, Error> {
        let row: Option<AccountRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::FEED)
            .bind(&key[..])
            .fetch_optional(pool)
            .await)?;
        row.map(AccountRow::read).transpose()
    }

    /// Since when an account has its feed.
    pub async fn feed_made(&self, actor: &Actor) -> Result<Option<Timestamp>, Error> {
        let made: Option<i64> = on!(&self.db, Db, |pool| sqlx::query_scalar(sql::FEED_MADE)
            .bind(&actor.0)
            .fetch_optional(pool)
            .await)?;
        times(made)
    }

    /// End the feed of an account.
    pub async fn revoke_feed(&self, actor: &Actor) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::REVOKE_FEED)
            .bind(&actor.0)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}
