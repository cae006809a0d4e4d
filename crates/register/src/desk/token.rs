//! Tokens by which programs act for somebody.

use super::account::Account;
use super::statements as sql;
use super::{Desk, grants_as, grants_of, holdable, time, times, unowned};
use crate::database::{Db, on};
use crate::error::{Error, Trouble};
use handback_core::permission::{Actor, Grant};
use jiff::Timestamp;
use std::fmt;

/// Which token; tells nothing of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenId(pub [u8; 16]);

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A token. What its holder's account may no longer do, it may not either: the caller asks both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub actor: Actor,
    /// What it is for, in its holder's words.
    pub label: String,
    pub grants: Vec<Grant>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: Vec<u8>,
    actor: String,
    label: String,
    grants: String,
    issued_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
}

impl TokenRow {
    fn read(self) -> Result<Token, Error> {
        let unreadable = |_| Trouble::Desk("a token has no id".into());
        Ok(Token {
            id: TokenId(self.id.try_into().map_err(unreadable)?),
            actor: Actor(self.actor),
            label: self.label,
            grants: grants_of(&self.grants)?,
            issued_at: time(self.issued_at)?,
            expires_at: time(self.expires_at)?,
            last_used_at: times(self.last_used_at)?,
        })
    }
}

impl Desk {
    /// Issue a token under the hash of what the program sends. Refused without an account.
    pub async fn issue_token(&self, key: [u8; 32], token: &Token) -> Result<(), Error> {
        holdable([&*token.label])?;
        on!(&self.db, Db, |pool| sqlx::query(sql::ISSUE_TOKEN)
            .bind(&token.id.0[..])
            .bind(&key[..])
            .bind(&token.actor.0)
            .bind(&token.label)
            .bind(grants_as(&token.grants))
            .bind(token.issued_at.as_microsecond())
            .bind(token.expires_at.as_microsecond())
            .execute(pool)
            .await
            .map(drop))
        .map_err(unowned)?;
        Ok(())
    }

    /// The token of a key with its account; none when expired or the account is disabled. Its use is
    /// noted, to the minute.
    pub async fn token(
        &self,
        key: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Token, Account)>, Error> {
        let row: Option<TokenRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::TOKEN)
            .bind(&key[..])
            .bind(now.as_microsecond())
            .fetch_optional(pool)
            .await)?;
        let Some(token) = row.map(TokenRow::read).transpose()? else {
            return Ok(None);
        };
        let account = self.account(&token.actor).await?;
        let Some(account) = account.filter(|account| account.disabled_at.is_none()) else {
            return Ok(None);
        };
        let noted = token
            .last_used_at
            .is_some_and(|used| now.as_second() - used.as_second() < 60);
        if !noted {
            on!(&self.db, Db, |pool| sqlx::query(sql::TOKEN_USED)
                .bind(&token.id.0[..])
                .bind(now.as_microsecond())
                .execute(pool)
                .await
                .map(drop))?;
        }
        Ok(Some((token, account)))
    }

    /// The tokens of an account, oldest first, expired ones too.
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<Token>, Error> {
        let rows: Vec<TokenRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::TOKENS)
            .bind(&actor.0)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(TokenRow::read).collect()
    }

    /// Take back a token of one's own.
    pub async fn revoke_token(&self, id: TokenId, actor: &Actor) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::REVOKE_TOKEN)
            .bind(&id.0[..])
            .bind(&actor.0)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}
