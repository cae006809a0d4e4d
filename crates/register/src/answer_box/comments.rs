//! What people wrote: personal data, so it lies sealed in a file of its own, and every comment can be erased.
//!
//! Nothing stands beside a comment but its service: no score, no factor, no group, no period. Its key is made from what it
//! says and the key of its round, so that a closing that is repeated after a crash adds nothing, and nobody can make it
//! again once that key is destroyed.

use super::{Random, connect, keys, seal, statements as sql};
use crate::error::Error;
use handback_core::engagement::response::Comment;
use handback_core::record::RecordId;
use sha2::{Digest, Sha256};
use sqlx::SqlitePool;
use std::path::{Path, PathBuf};

/// How a comment stands with its moderator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Waiting,
    Shown,
}

/// A comment as its moderator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub key: [u8; 16],
    pub comment: Comment,
    pub standing: Standing,
}

/// The comments of an installation. Cheap to clone.
#[derive(Clone)]
pub struct Comments {
    pool: SqlitePool,
    keys: PathBuf,
    random: Random,
}

/// Comments are sealed for no round.
const NO_ROUND: RecordId = RecordId([0; 16]);

impl Comments {
    /// Open the comments, making an empty file and a key where there is none.
    pub async fn open(file: &Path, folder: &Path, random: Random) -> Result<Comments, Error> {
        keys::folder(folder)?;
        let pool = connect(file).await?;
        sqlx::raw_sql(sql::COMMENT_TABLES).execute(&pool).await?;
        if !folder.join("comments.open").exists() {
            let pair = seal::fresh(random);
            keys::write(&folder.join("comments.seal"), &pair.public)?;
            keys::write(&folder.join("comments.open"), &pair.private)?;
        }
        Ok(Comments {
            pool,
            keys: folder.into(),
            random,
        })
    }

    /// Keep what was written in answers to a round, before its key is destroyed.
    pub async fn keep(&self, round: RecordId, comments: &[Comment]) -> Result<(), Error> {
        let public = keys::read(&self.keys.join("comments.seal"))?;
        let secret = keys::sealing(&self.keys, round)?;
        let mut rows = Vec::with_capacity(comments.len());
        let mut same = 0u64;
        for (place, comment) in comments.iter().enumerate() {
            let text = serde_json::to_vec(comment).expect("texts serialise");
            same = match place.checked_sub(1) {
                Some(before) if comments[before] == *comment => same + 1,
                _ => 0,
            };
            let key = Sha256::new_with_prefix(&secret)
                .chain_update(same.to_be_bytes())
                .chain_update(&text)
                .finalize();
            rows.push((key, seal::seal(&public, NO_ROUND, &text, self.random)?));
        }
        rows.sort();
        let mut tx = self.pool.begin_with(sql::BEGIN).await?;
        for (key, sealed) in rows {
            sqlx::query(sql::ADD_COMMENT)
                .bind(&key[..16])
                .bind(sealed)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Every comment, in order of what it says.
    pub async fn all(&self) -> Result<Vec<Kept>, Error> {
        let private = keys::read(&self.keys.join("comments.open"))?;
        let rows: Vec<(Vec<u8>, Vec<u8>, i64)> =
            sqlx::query_as(sql::COMMENTS).fetch_all(&self.pool).await?;
        let mut kept = Vec::with_capacity(rows.len());
        for (key, sealed, standing) in rows {
            let text = seal::open(&private, NO_ROUND, &sealed)?;
            let unreadable = || crate::error::Trouble::AnswerBox("a comment cannot be read");
            kept.push(Kept {
                key: key.try_into().map_err(|_| unreadable())?,
                comment: serde_json::from_slice(&text).map_err(|_| unreadable())?,
                standing: match standing {
                    1 => Standing::Shown,
                    _ => Standing::Waiting,
                },
            });
        }
        kept.sort_by(|one, other| one.comment.cmp(&other.comment));
        Ok(kept)
    }

    /// Show a comment, or take it back to those that wait.
    pub async fn stand(&self, key: [u8; 16], standing: Standing) -> Result<(), Error> {
        sqlx::query(sql::STAND)
            .bind(&key[..])
            .bind(standing as i64)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Remove a comment for good.
    pub async fn erase(&self, key: [u8; 16]) -> Result<(), Error> {
        sqlx::query(sql::ERASE)
            .bind(&key[..])
            .execute(&self.pool)
            .await?;
        sqlx::raw_sql(sql::VACUUM).execute(&self.pool).await?;
        Ok(())
    }
}
