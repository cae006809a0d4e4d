//! One-time links: the first account, an invitation, a new password.

use super::statements as sql;
use super::{Desk, grants_as, grants_of, holdable, time, unowned};
use crate::database::{Db, on};
use crate::error::{Error, Trouble};
use handback_core::permission::{Actor, Grant};
use jiff::Timestamp;

/// What a link lets its holder do, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Make the first account.
    Setup,
    /// Make an account with the rights that the link carries.
    Invitation,
    /// Choose a new password for an account.
    Reset,
}

impl Purpose {
    const ALL: [Purpose; 3] = [Purpose::Setup, Purpose::Invitation, Purpose::Reset];

    fn word(self) -> &'static str {
        ["setup", "invitation", "reset"][self as usize]
    }
}

/// A link that can still be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub key: [u8; 32],
    pub purpose: Purpose,
    /// Whose password a reset sets.
    pub actor: Option<Actor>,
    /// What an account made with it may.
    pub grants: Vec<Grant>,
    /// For whom it is, in the words of whoever issued it.
    pub for_name: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    key: Vec<u8>,
    purpose: String,
    actor: Option<String>,
    grants: String,
    for_name: String,
    issued_at: i64,
    expires_at: i64,
}

impl LinkRow {
    fn read(self) -> Result<Link, Error> {
        let unreadable = |what: &str| Trouble::Desk(format!("a link has no {what}"));
        let purpose = Purpose::ALL
            .into_iter()
            .find(|purpose| purpose.word() == self.purpose);
        Ok(Link {
            key: self.key.try_into().map_err(|_| unreadable("key"))?,
            purpose: purpose.ok_or_else(|| unreadable("purpose"))?,
            actor: self.actor.map(Actor),
            grants: grants_of(&self.grants)?,
            for_name: self.for_name,
            issued_at: time(self.issued_at)?,
            expires_at: time(self.expires_at)?,
        })
    }
}

impl Desk {
    /// Issue a link. Its key is the hash of what the link's address holds. Refused when it is for an
    /// account that is not there.
    pub async fn issue_link(&self, link: &Link) -> Result<(), Error> {
        holdable([&*link.for_name])?;
        on!(&self.db, Db, |pool| sqlx::query(sql::ISSUE_LINK)
            .bind(&link.key[..])
            .bind(link.purpose.word())
            .bind(link.actor.as_ref().map(|actor| &actor.0))
            .bind(grants_as(&link.grants))
            .bind(&link.for_name)
            .bind(link.issued_at.as_microsecond())
            .bind(link.expires_at.as_microsecond())
            .execute(pool)
            .await
            .map(drop))
        .map_err(unowned)?;
        Ok(())
    }

    /// The link of a key, unused as it stays; none when used or expired.
    pub async fn link(&self, key: [u8; 32], now: Timestamp) -> Result<Option<Link>, Error> {
        self.found(sql::PEEK_LINK, key, now).await
    }

    /// Use a link up. Of two who try at once, one gets it.
    pub async fn take_link(&self, key: [u8; 32], now: Timestamp) -> Result<Option<Link>, Error> {
        self.found(sql::TAKE_LINK, key, now).await
    }

    async fn found(
        &self,
        statement: &'static str,
        key: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<Link>, Error> {
        let mut rows: Vec<LinkRow> = on!(&self.db, Db, |pool| sqlx::query_as(statement)
            .bind(&key[..])
            .bind(now.as_microsecond())
            .fetch_all(pool)
            .await)?;
        rows.pop().map(LinkRow::read).transpose()
    }

    /// The links that can still be used, oldest first.
    pub async fn open_links(&self, now: Timestamp) -> Result<Vec<Link>, Error> {
        let rows: Vec<LinkRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::OPEN_LINKS)
            .bind(now.as_microsecond())
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(LinkRow::read).collect()
    }

    /// Take a link back.
    pub async fn revoke_link(&self, key: [u8; 32]) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::REVOKE_LINK)
            .bind(&key[..])
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}
