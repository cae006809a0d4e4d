//! Jobs: work that takes longer than a page may, and survives a restart of the program.

use super::statements as sql;
use super::{Desk, time};
use crate::database::{Db, on};
use crate::error::{Error, Trouble};
use handback_core::permission::Actor;
use jiff::Timestamp;
use std::fmt;
use std::str::FromStr;

/// Which job: random, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobId(pub [u8; 16]);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl FromStr for JobId {
    type Err = hex::FromHexError;
    fn from_str(text: &str) -> Result<JobId, hex::FromHexError> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(JobId(bytes))
    }
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    Running,
    /// A person must say how to go on.
    ToConfirm,
    Done,
    Failed,
    Cancelled,
}

impl JobState {
    const ALL: [JobState; 6] = [
        JobState::Waiting,
        JobState::Running,
        JobState::ToConfirm,
        JobState::Done,
        JobState::Failed,
        JobState::Cancelled,
    ];

    pub fn word(self) -> &'static str {
        [
            "waiting",
            "running",
            "to-confirm",
            "done",
            "failed",
            "cancelled",
        ][self as usize]
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    /// Which sort of work.
    pub kind: String,
    /// Who asked for it.
    pub actor: Actor,
    pub state: JobState,
    /// What is wanted (JSON).
    pub wish: String,
    /// What came of it (JSON); empty until something did.
    pub answer: String,
    pub rows: u64,
    pub bytes: u64,
    /// How many bytes there are in all, where that is known.
    pub of_bytes: Option<u64>,
    /// Somebody asked to stop it.
    pub cancel_asked: bool,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: Vec<u8>,
    kind: String,
    actor: String,
    state: String,
    wish: String,
    answer: String,
    done_rows: i64,
    done_bytes: i64,
    of_bytes: Option<i64>,
    cancel_asked: i64,
    created_at: i64,
    changed_at: i64,
}

impl JobRow {
    fn read(self) -> Result<Job, Error> {
        let unreadable = |what: &str| Trouble::Desk(format!("a job has no {what}"));
        let state = JobState::ALL
            .into_iter()
            .find(|state| state.word() == self.state);
        Ok(Job {
            id: JobId(self.id.try_into().map_err(|_| unreadable("id"))?),
            kind: self.kind,
            actor: Actor(self.actor),
            state: state.ok_or_else(|| unreadable("state"))?,
            wish: self.wish,
            answer: self.answer,
            rows: self.done_rows as u64,
            bytes: self.done_bytes as u64,
            of_bytes: self.of_bytes.map(|bytes| bytes as u64),
            cancel_asked: self.cancel_asked != 0,
            created_at: time(self.created_at)?,
            changed_at: time(self.changed_at)?,
        })
    }
}

impl Desk {
    pub async fn put_job(&self, job: &Job) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::PUT_JOB)
            .bind(&job.id.0[..])
            .bind(&job.kind)
            .bind(&job.actor.0)
            .bind(job.state.word())
            .bind(&job.wish)
            .bind(&job.answer)
            .bind(job.rows as i64)
            .bind(job.bytes as i64)
            .bind(job.of_bytes.map(|bytes| bytes as i64))
            .bind(i64::from(job.cancel_asked))
            .bind(job.created_at.as_microsecond())
            .bind(job.changed_at.as_microsecond())
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    pub async fn job(&self, id: JobId) -> Result<Option<Job>, Error> {
        let row: Option<JobRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::JOB)
            .bind(&id.0[..])
            .fetch_optional(pool)
            .await)?;
        row.map(JobRow::read).transpose()
    }

    /// The newest jobs, of one actor or of all.
    pub async fn jobs(&self, actor: Option<&Actor>, most: u32) -> Result<Vec<Job>, Error> {
        let rows: Vec<JobRow> = match actor {
            Some(actor) => on!(&self.db, Db, |pool| sqlx::query_as(sql::JOBS_OF)
                .bind(i64::from(most))
                .bind(&actor.0)
                .fetch_all(pool)
                .await)?,
            None => on!(&self.db, Db, |pool| sqlx::query_as(sql::JOBS)
                .bind(i64::from(most))
                .fetch_all(pool)
                .await)?,
        };
        rows.into_iter().map(JobRow::read).collect()
    }

    /// Take the oldest job that waits. No two workers get the same.
    pub async fn claim_job(&self, now: Timestamp) -> Result<Option<Job>, Error> {
        let row: Option<JobRow> = on!(&self.db, Db, |pool| sqlx::query_as(sql::CLAIM_JOB)
            .bind(now.as_microsecond())
            .fetch_optional(pool)
            .await)?;
        row.map(JobRow::read).transpose()
    }

    /// Tell how far a running job has come. Answers whether somebody asked to stop it.
    pub async fn progress(
        &self,
        id: JobId,
        rows: u64,
        bytes: u64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let asked: Option<i64> = on!(&self.db, Db, |pool| sqlx::query_scalar(sql::PROGRESS)
            .bind(&id.0[..])
            .bind(rows as i64)
            .bind(bytes as i64)
            .bind(now.as_microsecond())
            .fetch_optional(pool)
            .await)?;
        Ok(asked.is_some_and(|asked| asked != 0))
    }

    /// End a running job, or hand it to a person.
    pub async fn settle(
        &self,
        id: JobId,
        state: JobState,
        answer: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::SETTLE)
            .bind(&id.0[..])
            .bind(state.word())
            .bind(answer)
            .bind(now.as_microsecond())
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Let a job that waits for a person, or that failed, run with another wish.
    pub async fn queue_again(&self, id: JobId, wish: &str, now: Timestamp) -> Result<(), Error> {
        let queued = on!(&self.db, Db, |pool| sqlx::query(sql::QUEUE_AGAIN)
            .bind(&id.0[..])
            .bind(wish)
            .bind(now.as_microsecond())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        match queued {
            0 => Err(Trouble::Refused(
                "this work goes on already, or has ended: look at it again".into(),
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// Stop a job: at once where it does not run, else as soon as it looks.
    pub async fn ask_cancel(&self, id: JobId, now: Timestamp) -> Result<(), Error> {
        for statement in [sql::CANCEL_AT_ONCE, sql::ASK_CANCEL] {
            on!(&self.db, Db, |pool| sqlx::query(statement)
                .bind(&id.0[..])
                .bind(now.as_microsecond())
                .execute(pool)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    /// Let the jobs that ran when the program ended begin again. Answers how many.
    pub async fn requeue_interrupted(&self, now: Timestamp) -> Result<u64, Error> {
        Ok(on!(&self.db, Db, |pool| sqlx::query(
            sql::REQUEUE_INTERRUPTED
        )
        .bind(now.as_microsecond())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?)
    }

    /// Forget jobs that nobody has touched since; answers their wishes, whose files can go too.
    pub async fn forget_jobs(&self, before: Timestamp) -> Result<Vec<String>, Error> {
        Ok(on!(&self.db, Db, |pool| sqlx::query_scalar(
            sql::FORGET_JOBS
        )
        .bind(before.as_microsecond())
        .fetch_all(pool)
        .await)?)
    }
}
