//! Many answers, one write to the disk: those that come while others are being written are committed together.

use super::{NotTaken, statements as sql};
use crate::error::{Error, Trouble};
use handback_core::record::RecordId;
use sqlx::SqlitePool;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard, mpsc, oneshot};

/// The most answers that are written together.
const MOST: usize = 512;

/// What is used up by an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    None,
    Slip([u8; 32]),
    Token([u8; 32]),
}

/// An answer that is to be written.
pub(super) struct Sealed {
    pub(super) key: [u8; 16],
    pub(super) round: RecordId,
    pub(super) sealed: Vec<u8>,
    pub(super) mark: Mark,
}

type Outcome = Result<Result<(), NotTaken>, Arc<Error>>;

struct Asked {
    sealed: Sealed,
    told: oneshot::Sender<Outcome>,
}

/// The one writer of answers.
#[derive(Clone)]
pub(super) struct Writer {
    ask: mpsc::Sender<Asked>,
    /// Held from the writing of answers until what they used up is marked.
    turn: Arc<Mutex<()>>,
}

impl Writer {
    pub(super) fn start(pool: SqlitePool) -> Writer {
        let (send, receive) = mpsc::channel(MOST);
        let turn = Arc::new(Mutex::new(()));
        tokio::spawn(work(pool, receive, Arc::clone(&turn)));
        Writer { ask: send, turn }
    }

    /// Wait until nothing is being written, and let nothing be written meanwhile.
    pub(super) async fn alone(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Write an answer; it is on the disk when this is done.
    pub(super) async fn write(&self, sealed: Sealed) -> Result<Result<(), NotTaken>, Error> {
        let (told, outcome) = oneshot::channel();
        let stopped = || Trouble::AnswerBox("the writer of answers has stopped: restart handback");
        self.ask
            .send(Asked { sealed, told })
            .await
            .map_err(|_| stopped())?;
        let outcome = outcome.await.map_err(|_| stopped())?;
        outcome.map_err(|error| Trouble::NotWritten(error.to_string()).into())
    }
}

async fn work(pool: SqlitePool, mut asked: mpsc::Receiver<Asked>, turn: Arc<Mutex<()>>) {
    while let Some(first) = asked.recv().await {
        let mut batch = vec![first];
        while batch.len() < MOST
            && let Ok(next) = asked.try_recv()
        {
            batch.push(next);
        }
        // By their random keys, so that not even the order within a batch is kept.
        batch.sort_by_key(|asked| asked.sealed.key);
        let outcomes = {
            let _alone = turn.lock().await;
            written(&pool, &batch).await
        };
        match outcomes {
            Ok(outcomes) => {
                for (asked, outcome) in batch.into_iter().zip(outcomes) {
                    let _ = asked.told.send(Ok(outcome));
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for asked in batch {
                    let _ = asked.told.send(Err(Arc::clone(&error)));
                }
            }
        }
    }
}

/// Write answers, then, in a transaction of its own, what they used up.
async fn written(pool: &SqlitePool, batch: &[Asked]) -> Result<Vec<Result<(), NotTaken>>, Error> {
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut used = BTreeSet::new();
    let mut tx = pool.begin_with(sql::BEGIN).await?;
    for Asked { sealed, .. } in batch {
        let is_fresh = match sealed.mark {
            Mark::None => true,
            // Two at once with the same invitation: one answers.
            Mark::Slip(hash) => {
                let fresh: i64 = sqlx::query_scalar(sql::IS_FRESH_SLIP)
                    .bind(&hash[..])
                    .fetch_one(&mut *tx)
                    .await?;
                fresh == 1 && used.insert(hash)
            }
            Mark::Token(hash) => {
                let spent = sqlx::query(sql::SPEND)
                    .bind(&hash[..])
                    .bind(&sealed.round.0[..])
                    .execute(&mut *tx)
                    .await?;
                spent.rows_affected() == 1
            }
        };
        if !is_fresh {
            outcomes.push(Err(NotTaken::Used));
            continue;
        }
        let inserted = sqlx::query(sql::INSERT_SEALED)
            .bind(&sealed.key[..])
            .bind(&sealed.round.0[..])
            .bind(&sealed.sealed[..])
            .execute(&mut *tx)
            .await?;
        outcomes.push(match inserted.rows_affected() {
            1 => Ok(()),
            _ => Err(NotTaken::Closed),
        });
    }
    tx.commit().await?;
    if used.is_empty() {
        return Ok(outcomes);
    }
    let mut tx = pool.begin_with(sql::BEGIN).await?;
    for hash in used {
        sqlx::query(sql::USE_SLIP)
            .bind(&hash[..])
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(outcomes)
}
