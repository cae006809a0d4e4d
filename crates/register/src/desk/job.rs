//! Jobs: work that takes longer than a page may, and survives a restart of the program.

use super::statements as sql;
use super::{Desk, holdable, time};
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

    /// As it is stored.
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
    /// Keep a new job as it is given.
    pub async fn put_job(&self, job: &Job) -> Result<(), Error> {
        holdable([&*job.kind, &job.actor.0, &job.wish, &job.answer])?;
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

    /// A job as it stands.
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
        // Looking first keeps a worker without work from taking the writer lock. Who loses a job to
        // another worker looks again.
        loop {
            let oldest: Option<Vec<u8>> =
                on!(&self.db, Db, |pool| sqlx::query_scalar(sql::OLDEST_WAITING)
                    .fetch_optional(pool)
                    .await)?;
            let Some(id) = oldest else { return Ok(None) };
            let mut claimed: Vec<JobRow> =
                on!(&self.db, Db, |pool| sqlx::query_as(sql::CLAIM_JOB)
                    .bind(now.as_microsecond())
                    .bind(id)
                    .fetch_all(pool)
                    .await)?;
            if let Some(row) = claimed.pop() {
                return row.read().map(Some);
            }
        }
    }

    /// Tell how far a running job has come. Answers whether to stop: somebody asked for that, or the
    /// job does not run any more.
    pub async fn progress(
        &self,
        id: JobId,
        rows: u64,
        bytes: u64,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let asked: Vec<i64> = on!(&self.db, Db, |pool| sqlx::query_scalar(sql::PROGRESS)
            .bind(&id.0[..])
            .bind(rows as i64)
            .bind(bytes as i64)
            .bind(now.as_microsecond())
            .fetch_all(pool)
            .await)?;
        Ok(asked != [0])
    }

    /// End a running job, or hand it to a person; one that was asked to stop is cancelled rather than
    /// handed over. Refused when the job does not run, and for states in which it would go on.
    pub async fn settle(
        &self,
        id: JobId,
        state: JobState,
        answer: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        holdable([answer])?;
        if matches!(state, JobState::Waiting | JobState::Running) {
            return Err(Trouble::Refused(format!("work that is {} goes on", state.word())).into());
        }
        let settled = on!(&self.db, Db, |pool| sqlx::query(sql::SETTLE)
            .bind(&id.0[..])
            .bind(state.word())
            .bind(answer)
            .bind(now.as_microsecond())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        match settled {
            0 => Err(Trouble::Refused("this work is not under way".into()).into()),
            _ => Ok(()),
        }
    }

    /// Let a job that waits for a person, or that failed, run with another wish.
    pub async fn queue_again(&self, id: JobId, wish: &str, now: Timestamp) -> Result<(), Error> {
        holdable([wish])?;
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
        on!(&self.db, Db, |pool| sqlx::query(sql::ASK_CANCEL)
            .bind(&id.0[..])
            .bind(now.as_microsecond())
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Let the jobs that ran when the program ended begin again, and cancel those that were asked to
    /// stop. Answers how many begin again. Only for the program that works on this register's jobs.
    pub async fn requeue_interrupted(&self, now: Timestamp) -> Result<u64, Error> {
        on!(&self.db, Db, |pool| sqlx::query(sql::CANCEL_INTERRUPTED)
            .bind(now.as_microsecond())
            .execute(pool)
            .await
            .map(drop))?;
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
