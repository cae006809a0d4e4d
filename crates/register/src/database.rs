//! The two databases behind one set of statements.

use crate::error::{Error, Trouble};
use crate::statements as sql;
use crate::stored::StoredEntry;
use crate::tree::TreeHead;
use crate::verify::Broken;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{
    Connection, PgPool, Postgres, QueryBuilder, Sqlite, SqliteConnection, SqlitePool, Transaction,
};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, io};

/// Where a register lives.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// A file.
    Sqlite(PathBuf),
    /// `postgres://user:password@host/database`.
    Postgres(String),
}

/// An address that begins with `postgres://` or `postgresql://`, or else the name of a file.
impl From<&str> for Place {
    fn from(text: &str) -> Place {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Place::Postgres(text.into())
        } else {
            Place::Sqlite(text.into())
        }
    }
}

/// For messages: never with a password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Sqlite(file) => write!(f, "{}", file.display()),
            Place::Postgres(url) => match url.parse::<PgConnectOptions>() {
                Ok(it) => write!(
                    f,
                    "PostgreSQL database {} on {}",
                    it.get_database().unwrap_or("(default)"),
                    it.get_host()
                ),
                Err(_) => write!(f, "PostgreSQL (an address that cannot be read)"),
            },
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// How long to wait for another program that is writing: longer than its largest import takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// One reads or writes for the register itself; the others copy or verify meanwhile.
const CONNECTIONS: u32 = 4;
/// Rows read at once.
const PAGE: i64 = 4_096;
/// Rows in one statement; 15 values each stay below the 32,766 that SQLite can bind.
const ROWS: usize = 1_000;

#[derive(Clone)]
pub(crate) enum Db {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// The same code for either database.
macro_rules! on {
    ($either:expr, $type:ident, |$it:ident| $code:expr) => {
        match $either {
            $type::Sqlite($it) => $code,
            $type::Postgres($it) => $code,
        }
    };
}

pub(crate) use on;

impl Db {
    /// Connect to what is there, and change nothing in it.
    pub(crate) async fn existing(place: &Place) -> Result<Db, Error> {
        Db::connect(place, SqliteConnectOptions::new()).await
    }

    /// Connect for writing: make an SQLite file where there is none, and bring the tables up to
    /// this program.
    pub(crate) async fn ready(place: &Place) -> Result<Db, Error> {
        // Others read while one writes, and a power cut loses nothing that was committed. What is
        // erased is overwritten, not only unlinked.
        let options = SqliteConnectOptions::new()
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON");
        if let Place::Sqlite(file) = place
            && !file.exists()
        {
            make(file, options.clone())
                .await
                .map_err(|reason| Trouble::CannotOpen {
                    place: place.clone(),
                    reason,
                })?;
        }
        Db::connect(place, options).await?.migrated(place).await
    }

    /// Make an SQLite file that stays one file, so that it can be read where nothing can be written.
    pub(crate) async fn single_file(place: &Place) -> Result<Db, Error> {
        let options = SqliteConnectOptions::new()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Delete);
        Db::connect(place, options).await?.migrated(place).await
    }

    async fn migrated(self, place: &Place) -> Result<Db, Error> {
        static MIGRATIONS: Migrator = sqlx::migrate!();
        let done = match &self {
            // On SQLite the migrator leaves it to us to keep two programs from migrating at once.
            Db::Sqlite(pool) => {
                let mut tx = pool.begin_with(sql::BEGIN_WRITING_SQLITE).await?;
                match MIGRATIONS.run(&mut *tx).await {
                    Ok(()) => tx.commit().await.map_err(MigrateError::from),
                    refused => refused,
                }
            }
            Db::Postgres(pool) => MIGRATIONS.run(pool).await,
        };
        match done {
            Ok(()) => Ok(self),
            Err(MigrateError::VersionMissing(_)) => {
                Err(Trouble::NewerDatabase(place.clone()).into())
            }
            Err(reason) => Err(Trouble::CannotMigrate {
                place: place.clone(),
                reason,
            }
            .into()),
        }
    }

    async fn connect(place: &Place, sqlite: SqliteConnectOptions) -> Result<Db, Error> {
        let connected = match place {
            Place::Sqlite(file) => {
                let options = sqlite.filename(file).busy_timeout(PATIENCE);
                SqlitePoolOptions::new()
                    .max_connections(CONNECTIONS)
                    .connect_with(options)
                    .await
                    .map(Db::Sqlite)
            }
            Place::Postgres(url) => PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .connect(url)
                .await
                .map(Db::Postgres),
        };
        connected.map_err(|reason| {
            Trouble::CannotOpen {
                place: place.clone(),
                reason,
            }
            .into()
        })
    }

    pub(crate) async fn read(&self) -> Result<Tx, Error> {
        Ok(match self {
            Db::Sqlite(pool) => Tx::Sqlite(pool.begin_with(sql::BEGIN_READING_SQLITE).await?),
            Db::Postgres(pool) => Tx::Postgres(pool.begin_with(sql::BEGIN_READING_POSTGRES).await?),
        })
    }

    /// Begin to write as the only writer.
    pub(crate) async fn write(&self) -> Result<Tx, Error> {
        Ok(match self {
            Db::Sqlite(pool) => Tx::Sqlite(pool.begin_with(sql::BEGIN_WRITING_SQLITE).await?),
            Db::Postgres(pool) => {
                let mut tx = pool.begin_with(sql::BEGIN_WRITING_POSTGRES).await?;
                sqlx::query(sql::LOCK_HEAD_POSTGRES)
                    .execute(&mut *tx)
                    .await?;
                Tx::Postgres(tx)
            }
        })
    }

    pub(crate) async fn close(&self) {
        on!(self, Db, |pool| pool.close().await);
    }
}

/// Make an empty SQLite file with these options. It gets its name once it is finished, since two
/// programs that change the journal of the same new file at once lock each other out.
async fn make(file: &Path, options: SqliteConnectOptions) -> Result<(), sqlx::Error> {
    let directory = file
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let unfinished = tempfile::Builder::new()
        .prefix(".register-")
        .tempfile_in(directory)?;
    SqliteConnection::connect_with(&options.filename(unfinished.path()))
        .await?
        .close()
        .await?;
    match unfinished.persist_noclobber(file) {
        Err(refused) if refused.error.kind() != io::ErrorKind::AlreadyExists => {
            Err(refused.error.into())
        }
        _ => Ok(()),
    }
}

/// A transaction. Dropped without [`Tx::commit`] it leaves nothing.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) async fn head(&mut self) -> Result<TreeHead, Error> {
        let head: Option<String> = on!(self, Tx, |tx| sqlx::query_scalar(sql::HEAD)
            .fetch_optional(&mut **tx)
            .await)?;
        Ok(head
            .and_then(|head| head.parse().ok())
            .ok_or(Broken::NoHead)?)
    }

    pub(crate) async fn set_head(&mut self, head: TreeHead) -> Result<(), Error> {
        let head = head.to_string();
        on!(self, Tx, |tx| sqlx::query(sql::SET_HEAD)
            .bind(head)
            .execute(&mut **tx)
            .await
            .map(drop))?;
        Ok(())
    }

    /// The entries after `number`, in order, as many as are read at once; none when there are no more.
    pub(crate) async fn entries_after(&mut self, number: i64) -> Result<Vec<StoredEntry>, Error> {
        Ok(on!(self, Tx, |tx| {
            sqlx::query_as(sql::ENTRIES_AFTER)
                .bind(number)
                .bind(PAGE)
                .fetch_all(&mut **tx)
                .await
        })?)
    }

    /// Pairs of an erased entry and the one that erased it.
    pub(crate) async fn erasures(&mut self) -> Result<Vec<(i64, i64)>, Error> {
        Ok(on!(self, Tx, |tx| sqlx::query_as(sql::ERASURES)
            .fetch_all(&mut **tx)
            .await)?)
    }

    /// The first item that belongs to no entry.
    pub(crate) async fn stray_item(&mut self) -> Result<Option<i64>, Error> {
        Ok(on!(self, Tx, |tx| sqlx::query_scalar(sql::STRAY_ITEM)
            .fetch_one(&mut **tx)
            .await)?)
    }

    pub(crate) async fn insert(&mut self, entries: &[StoredEntry]) -> Result<(), Error> {
        for rows in entries.chunks(ROWS) {
            on!(self, Tx, |tx| {
                let mut insert = QueryBuilder::new(sql::INSERT_ENTRIES);
                insert.push_values(rows, |mut values, row| {
                    values
                        .push_bind(row.number)
                        .push_bind(row.recorded_at)
                        .push_bind(&row.batch)
                        .push_bind(&row.actor)
                        .push_bind(&row.reason)
                        .push_bind(&row.source)
                        .push_bind(&row.authority)
                        .push_bind(&row.kind)
                        .push_bind(&row.record)
                        .push_bind(&row.visibility)
                        .push_bind(&row.act)
                        .push_bind(row.version)
                        .push_bind(row.erases)
                        .push_bind(&row.commitment)
                        .push_bind(&row.leaf);
                });
                insert.build().execute(&mut **tx).await?;
            });
            let items: Vec<_> = rows.iter().filter(|row| row.item.is_some()).collect();
            if items.is_empty() {
                continue;
            }
            on!(self, Tx, |tx| {
                let mut insert = QueryBuilder::new(sql::INSERT_ITEMS);
                insert.push_values(items, |mut values, row| {
                    values
                        .push_bind(row.number)
                        .push_bind(&row.salt)
                        .push_bind(&row.item);
                });
                insert.build().execute(&mut **tx).await?;
            });
        }
        Ok(())
    }

    pub(crate) async fn erase_item(&mut self, number: i64) -> Result<(), Error> {
        on!(self, Tx, |tx| sqlx::query(sql::ERASE_ITEM)
            .bind(number)
            .execute(&mut **tx)
            .await
            .map(drop))?;
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        Ok(on!(self, Tx, |tx| tx.commit().await)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_without_its_password() {
        for (text, named) in [
            ("data/register.sqlite", "data/register.sqlite"),
            (
                "postgres://ann:secret@db.example/handback",
                "PostgreSQL database handback on db.example",
            ),
            (
                "postgresql://ann:secret@db.example",
                "PostgreSQL database (default) on db.example",
            ),
            (
                "postgres://ann:secret@[",
                "PostgreSQL (an address that cannot be read)",
            ),
        ] {
            let place = Place::from(text);
            assert_eq!(
                (place.to_string(), format!("{place:?}")),
                (named.to_owned(), named.to_owned())
            );
        }
    }
}
