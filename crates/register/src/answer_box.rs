//! The answer box: what people answered, sealed until their round closes; and who may still answer.
//!
//! Whoever has all files, logs and backups after a round has closed must not be able to tell who gave which answer.
//! A database leaks order: rows lie as they came, journals hold what changed together, and backups differ by what came
//! between them. So the box is a file of its own, in every installation an SQLite one, apart from the register:
//!
//! - every answer is sealed at once to the round's own key (HPKE, RFC 9180) and padded to one length;
//! - it lies under a random key in a table without row numbers, with no time and nothing beside it but its round;
//! - answers that come while others are being written are written together, ordered by their random keys;
//! - that an invitation was used is written in another transaction, after the answers: a journal that a crash leaves
//!   never holds the two together. A crash between them lets somebody answer again, and loses no answer;
//! - the journal is rolled back and removed, never a log of writes; what is deleted is overwritten;
//! - keys lie in a folder of their own, which no backup holds, and are destroyed when the round closes. Then what the
//!   backups hold cannot be read by anybody.
//!
//! What this cannot hold: a solid-state disk may keep blocks that were overwritten, and whoever alters the program or
//! copies the folder of keys while a round is open reads along.

mod comments;
mod keys;
mod seal;
mod statements;
mod writing;

pub use comments::{Comments, Kept, Standing};
pub use keys::{BITS, Signing};
pub use seal::LONGEST;

use crate::error::{Error, Trouble};
use handback_core::engagement::release::Tokens;
use handback_core::engagement::way::Way;
use handback_core::record::RecordId;
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, SqlitePool};
use statements as sql;
use std::path::{Path, PathBuf};
use std::time::Duration;
use writing::Writer;

/// Fills a buffer with random bytes.
pub type Random = fn(&mut [u8]);

/// The answer box of an installation. Cheap to clone.
#[derive(Clone)]
pub struct AnswerBox {
    pool: SqlitePool,
    keys: PathBuf,
    random: Random,
    writer: Writer,
}

/// What lets somebody answer once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entitlement {
    /// Everybody who has the link.
    Open,
    /// The secret of an invitation, a printed code or a ticket.
    Slip(Vec<u8>),
    /// A token that was signed without being seen.
    Token(Token),
}

/// A message and its blind signature (RFC 9474, RSABSSA-SHA384-PSS-Randomized).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub message: Vec<u8>,
    pub randomizer: [u8; 32],
    pub signature: Vec<u8>,
}

/// Why an answer is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The round is not open, or closing.
    Closed,
    /// Nobody was given this invitation, code or token.
    Unknown,
    /// It was used already.
    Used,
    /// Its holder asked for a blind signature with it, and answers with that.
    Signed,
}

/// A slip as it lies in the box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slip {
    pub round: RecordId,
    pub way: Way,
    pub is_used: bool,
    /// A blind signature was asked for with it.
    pub is_signed: bool,
}

type SlipRow = (Vec<u8>, i64, bool, Option<Vec<u8>>);

const PATIENCE: Duration = Duration::from_secs(30);

impl AnswerBox {
    /// Open the box, making an empty one where there is none. `keys` is a folder outside of everything that is backed
    /// up.
    pub async fn open(file: &Path, keys: &Path, random: Random) -> Result<AnswerBox, Error> {
        keys::folder(keys)?;
        let pool = connect(file).await?;
        sqlx::raw_sql(sql::TABLES).execute(&pool).await?;
        Ok(AnswerBox {
            writer: Writer::start(pool.clone()),
            pool,
            keys: keys.into(),
            random,
        })
    }

    /// Make the keys of a round. Answers the hash of the one that signs, as it goes into the register.
    pub async fn prepare(&self, round: RecordId) -> Result<[u8; 32], Error> {
        let (sealing, signing) = (seal::fresh(self.random), Signing::fresh()?);
        // The row first: keys without one are taken for those of a round that closed.
        sqlx::query(sql::PREPARE)
            .bind(&round.0[..])
            .bind(&sealing.public[..])
            .bind(signing.public()?)
            .execute(&self.pool)
            .await?;
        keys::keep(&self.keys, round, &sealing.private, &signing)?;
        signing.hash()
    }

    /// The modulus of the key that signs for a round; none where it has no keys.
    pub async fn modulus(&self, round: RecordId) -> Result<Option<Vec<u8>>, Error> {
        let public = self.public(round).await?;
        public
            .map(|(_, signing)| keys::modulus(&signing))
            .transpose()
    }

    /// The sealing key and the key for signatures of a round that takes answers.
    async fn public(&self, round: RecordId) -> Result<Option<(Vec<u8>, Vec<u8>)>, Error> {
        Ok(sqlx::query_as(sql::PUBLIC)
            .bind(&round.0[..])
            .fetch_optional(&self.pool)
            .await?)
    }

    /// Make slips that let somebody answer once. Each secret is told here and never again.
    pub async fn slips(&self, round: RecordId, way: Way, secrets: &[Vec<u8>]) -> Result<(), Error> {
        let mut hashes: Vec<[u8; 32]> = secrets.iter().map(|secret| slip_hash(secret)).collect();
        hashes.sort();
        let mut tx = self.pool.begin_with(sql::BEGIN).await?;
        for hash in hashes {
            sqlx::query(sql::ADD_SLIP)
                .bind(&hash[..])
                .bind(&round.0[..])
                .bind(way as i64)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Note that an address or a ticket has its slip; `false` where it had one before. Only a hash is kept, until the
    /// round closes.
    pub async fn note_asked(&self, round: RecordId, whom: &str) -> Result<bool, Error> {
        let done = sqlx::query(sql::NOTE_ASKED)
            .bind(&asked_hash(round, whom)[..])
            .bind(&round.0[..])
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Take that note back: the letter could not be sent.
    pub async fn not_asked(&self, round: RecordId, whom: &str) -> Result<(), Error> {
        sqlx::query(sql::NOT_ASKED)
            .bind(&asked_hash(round, whom)[..])
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The slip of a secret.
    pub async fn slip(&self, secret: &[u8]) -> Result<Option<Slip>, Error> {
        let row: Option<SlipRow> = sqlx::query_as(sql::SLIP)
            .bind(&slip_hash(secret)[..])
            .fetch_optional(&self.pool)
            .await?;
        let Some((round, way, is_used, blinded)) = row else {
            return Ok(None);
        };
        let unreadable = || Trouble::Desk("a slip of the answer box cannot be read".into());
        let way = usize::try_from(way).ok().and_then(|way| Way::ALL.get(way));
        Ok(Some(Slip {
            round: RecordId(round.try_into().map_err(|_| unreadable())?),
            way: *way.ok_or_else(unreadable)?,
            is_used,
            is_signed: blinded.is_some(),
        }))
    }

    /// Sign what the holder of an invitation has blinded; again only the same value, as after a lost connection.
    pub async fn sign(
        &self,
        round: RecordId,
        secret: &[u8],
        blinded: &[u8],
    ) -> Result<Result<Vec<u8>, NotTaken>, Error> {
        let known = self.slip(secret).await?;
        let known = known.filter(|slip| slip.round == round && slip.way == Way::Email);
        let Some(slip) = known else {
            return Ok(Err(NotTaken::Unknown));
        };
        if slip.is_used {
            return Ok(Err(NotTaken::Used));
        }
        if self.public(round).await?.is_none() {
            return Ok(Err(NotTaken::Closed));
        }
        let Ok(signature) = keys::signing(&self.keys, round)?.sign(blinded) else {
            return Ok(Err(NotTaken::Unknown));
        };
        let hash = Sha256::digest(blinded);
        // While an answer is written whose slip is not marked yet, nothing is signed with that slip.
        let _alone = self.writer.alone().await;
        let noted = sqlx::query(sql::NOTE_SIGNED)
            .bind(&slip_hash(secret)[..])
            .bind(&hash[..])
            .execute(&self.pool)
            .await?;
        Ok(match noted.rows_affected() {
            1 => Ok(signature),
            _ => Err(NotTaken::Signed),
        })
    }

    /// Put an answer into the box. When this is done it is on the disk.
    pub async fn accept(
        &self,
        round: RecordId,
        entitlement: &Entitlement,
        answer: &[u8],
    ) -> Result<Result<(), NotTaken>, Error> {
        let Some((sealing, signing)) = self.public(round).await? else {
            return Ok(Err(NotTaken::Closed));
        };
        let mark = match entitlement {
            Entitlement::Open => writing::Mark::None,
            Entitlement::Slip(secret) => {
                match self.slip(secret).await?.filter(|slip| slip.round == round) {
                    None => return Ok(Err(NotTaken::Unknown)),
                    Some(slip) if slip.is_used => return Ok(Err(NotTaken::Used)),
                    Some(slip) if slip.is_signed => return Ok(Err(NotTaken::Signed)),
                    Some(_) => writing::Mark::Slip(slip_hash(secret)),
                }
            }
            Entitlement::Token(token) if keys::verify(&signing, token)? => {
                writing::Mark::Token(token_hash(token))
            }
            Entitlement::Token(_) => return Ok(Err(NotTaken::Unknown)),
        };
        let mut key = [0; 16];
        (self.random)(&mut key);
        let sealed = seal::seal(&sealing, round, answer, self.random)?;
        self.writer
            .write(writing::Sealed {
                key,
                round,
                sealed,
                mark,
            })
            .await
    }

    /// Take no more answers of a round.
    pub async fn closing(&self, round: RecordId) -> Result<(), Error> {
        sqlx::query(sql::CLOSING)
            .bind(&round.0[..])
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// How many answers of a round wait in the box.
    pub async fn waiting(&self, round: RecordId) -> Result<u64, Error> {
        let waiting: i64 = sqlx::query_scalar(sql::WAITING)
            .bind(&round.0[..])
            .fetch_one(&self.pool)
            .await?;
        Ok(waiting.unsigned_abs())
    }

    /// Whether the box still holds a round.
    pub async fn holds(&self, round: RecordId) -> Result<bool, Error> {
        let found: i64 = sqlx::query_scalar(sql::HOLDS)
            .bind(&round.0[..])
            .fetch_one(&self.pool)
            .await?;
        Ok(found > 0)
    }

    /// The answers of a round that takes no more, opened and in order of their content, so that nothing is left of the
    /// order in which they came.
    pub async fn opened(&self, round: RecordId) -> Result<Vec<Vec<u8>>, Error> {
        let private = keys::sealing(&self.keys, round)?;
        let sealed: Vec<Vec<u8>> = sqlx::query_scalar(sql::SEALED)
            .bind(&round.0[..])
            .fetch_all(&self.pool)
            .await?;
        let mut opened = sealed
            .iter()
            .map(|sealed| seal::open(&private, round, sealed))
            .collect::<Result<Vec<_>, _>>()?;
        opened.sort();
        Ok(opened)
    }

    /// How many tokens of a round were signed, and how many came back.
    pub async fn tokens(&self, round: RecordId) -> Result<Tokens, Error> {
        let (signed, accepted): (i64, i64) = sqlx::query_as(sql::TOKENS)
            .bind(&round.0[..])
            .fetch_one(&self.pool)
            .await?;
        Ok(Tokens {
            signed: signed.unsigned_abs(),
            accepted: accepted.unsigned_abs(),
        })
    }

    /// Destroy the keys of rounds that the box holds no longer: those of a closing that was cut short after the rows were
    /// deleted.
    pub async fn sweep(&self) -> Result<(), Error> {
        let mut left = Vec::new();
        for round in keys::kept(&self.keys)? {
            if !self.holds(round).await? {
                left.push(round);
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        sqlx::raw_sql(sql::VACUUM).execute(&self.pool).await?;
        for round in left {
            keys::destroy(&self.keys, round, self.random)?;
        }
        Ok(())
    }

    /// Forget rounds whose answers are released: their rows, then the free pages, then the keys. What a crash leaves of
    /// it [`AnswerBox::sweep`] does.
    pub async fn forget(&self, rounds: &[RecordId]) -> Result<(), Error> {
        let mut tx = self.pool.begin_with(sql::BEGIN).await?;
        for round in rounds {
            for statement in sql::FORGET {
                sqlx::query(statement)
                    .bind(&round.0[..])
                    .execute(&mut *tx)
                    .await?;
            }
        }
        tx.commit().await?;
        sqlx::raw_sql(sql::VACUUM).execute(&self.pool).await?;
        for round in rounds {
            keys::destroy(&self.keys, *round, self.random)?;
        }
        Ok(())
    }
}

/// One SQLite file that keeps no log of writes.
async fn connect(file: &Path) -> Result<SqlitePool, Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Delete)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .busy_timeout(PATIENCE)
        // When a statement ran is when somebody answered.
        .disable_statement_logging();
    private(file)?;
    let connected = SqlitePoolOptions::new()
        .max_connections(4)
        .connect_with(options)
        .await;
    Ok(connected.map_err(|reason| Trouble::CannotOpenBox {
        path: file.into(),
        reason,
    })?)
}

/// Make a file that nobody else can read, where there is none.
fn private(file: &Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|reason| Trouble::File {
        path: file.into(),
        reason,
    })?;
    Ok(())
}

fn asked_hash(round: RecordId, whom: &str) -> [u8; 32] {
    Sha256::new_with_prefix(b"asked")
        .chain_update(round.0)
        .chain_update(whom.trim().to_lowercase())
        .finalize()
        .into()
}

fn slip_hash(secret: &[u8]) -> [u8; 32] {
    Sha256::new_with_prefix(b"slip")
        .chain_update(secret)
        .finalize()
        .into()
}

fn token_hash(token: &Token) -> [u8; 32] {
    Sha256::new_with_prefix(b"token")
        .chain_update(token.randomizer)
        .chain_update(&token.message)
        .finalize()
        .into()
}
