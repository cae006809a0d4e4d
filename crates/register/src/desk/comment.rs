//! Comments on records: written by whoever signs in, shown or removed by moderators.

use super::statements as sql;
use super::{Desk, holdable, time, times, unowned};
use crate::database::{Db, on};
use crate::error::{Error, Trouble};
use handback_core::permission::Actor;
use handback_core::record::RecordId;
use jiff::Timestamp;
use std::fmt;

/// Which comment: 16 random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommentId(pub [u8; 16]);

/// Who can read a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommentState {
    /// Moderators, and nobody else yet.
    Waiting,
    /// Whoever can read what it is written on.
    Shown,
    /// Nobody: its text is gone, and moderators see that there was one.
    Removed,
}

impl CommentState {
    const ALL: [CommentState; 3] = [
        CommentState::Waiting,
        CommentState::Shown,
        CommentState::Removed,
    ];

    /// As it is stored.
    pub fn word(self) -> &'static str {
        ["waiting", "shown", "removed"][self as usize]
    }
}

/// What somebody wrote on a record.
#[derive(Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub about: RecordId,
    /// None once the account is closed.
    pub author: Option<Actor>,
    /// Empty once it is removed.
    pub text: String,
    pub written_at: Timestamp,
    pub state: CommentState,
    /// The moderator who showed or removed it last, and when.
    pub settled: Option<(Actor, Timestamp)>,
    /// Why it was removed.
    pub why: Option<String>,
}

/// For program logs, which hold nothing of what people write.
impl fmt::Debug for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Comment")
            .field("id", &self.id)
            .field("about", &self.about)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

#[derive(sqlx::FromRow)]
struct CommentRow {
    id: Vec<u8>,
    about: Vec<u8>,
    author: Option<String>,
    text: String,
    written_at: i64,
    state: String,
    settled_by: Option<String>,
    settled_at: Option<i64>,
    why: Option<String>,
}

impl CommentRow {
    fn read(self) -> Result<Comment, Error> {
        let unreadable = |_| Trouble::Desk("a comment has no id or names no record".into());
        let state = CommentState::ALL
            .into_iter()
            .find(|state| state.word() == self.state);
        Ok(Comment {
            id: CommentId(self.id.try_into().map_err(unreadable)?),
            about: RecordId(self.about.try_into().map_err(unreadable)?),
            author: self.author.map(Actor),
            text: self.text,
            written_at: time(self.written_at)?,
            state: state.ok_or_else(|| Trouble::Desk(format!("no comment is {:?}", self.state)))?,
            settled: self.settled_by.map(Actor).zip(times(self.settled_at)?),
            why: self.why,
        })
    }
}

impl Desk {
    /// Keep a comment, which waits for a moderator.
    pub async fn comment(
        &self,
        (id, about): (CommentId, RecordId),
        author: &Actor,
        text: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        holdable([&*author.0, text])?;
        on!(&self.db, Db, |pool| sqlx::query(sql::COMMENT)
            .bind(&id.0[..])
            .bind(&about.0[..])
            .bind(&author.0)
            .bind(text)
            .bind(now.as_microsecond())
            .bind(CommentState::Waiting.word())
            .execute(pool)
            .await
            .map(drop))
        .map_err(unowned)?;
        Ok(())
    }

    /// Every comment on a record, oldest first.
    pub async fn comments_on(&self, about: RecordId) -> Result<Vec<Comment>, Error> {
        let rows: Vec<CommentRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::COMMENTS_ON)
            .bind(about.0.to_vec())
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(CommentRow::read).collect()
    }

    /// The comments in a state, newest first, at most so many.
    pub async fn comments_in(&self, state: CommentState, most: u32) -> Result<Vec<Comment>, Error> {
        let rows: Vec<CommentRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::COMMENTS_IN)
            .bind(i64::from(most))
            .bind(state.word())
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(CommentRow::read).collect()
    }

    /// Show a comment. Answers with the record that it is on; none where there is no such comment, or it was removed.
    pub async fn show_comment(
        &self,
        id: CommentId,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Option<RecordId>, Error> {
        self.settle_comment(id, CommentState::Shown, by, None, now)
            .await
    }

    /// Remove a comment: its text goes for ever, and who removed it, when and why stays. Answers as
    /// [`Desk::show_comment`].
    pub async fn remove_comment(
        &self,
        id: CommentId,
        by: &Actor,
        why: &str,
        now: Timestamp,
    ) -> Result<Option<RecordId>, Error> {
        self.settle_comment(id, CommentState::Removed, by, Some(why), now)
            .await
    }

    async fn settle_comment(
        &self,
        id: CommentId,
        state: CommentState,
        by: &Actor,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<RecordId>, Error> {
        holdable([&*by.0])?;
        holdable(why)?;
        let about: Vec<Vec<u8>> =
            on!(&self.db, Db, |pool| sqlx::query_scalar(sql::SETTLE_COMMENT)
                .bind(id.0.to_vec())
                .bind(state.word())
                .bind(&by.0)
                .bind(now.as_microsecond())
                .bind(why)
                .fetch_all(pool)
                .await)?;
        let unreadable = |_| Trouble::Desk("a comment names no record".into());
        let first = about.into_iter().next();
        let first = first
            .map(|about| about.try_into().map(RecordId))
            .transpose();
        Ok(first.map_err(unreadable)?)
    }
}
