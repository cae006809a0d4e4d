//! Empty places for tests, and short ways to state made-up records.

use handback_core::import::{Dataset, Layout};
use handback_core::permission::{Action, Actor, Grant, Permit, Role, Subject, Within, may};
use handback_core::record::{Change, ChangeAct, Kind, RecordId, Reference, Visibility};
use handback_register::{Changed, Circumstances, Error, Place, Register};
use jiff::Timestamp;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// Runs each test on SQLite, and on PostgreSQL where there is one.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&$crate::store::Store::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                match $crate::store::Store::postgres().await {
                    Some(store) => super::$test(&store).await,
                    None => println!("skipped: HANDBACK_TEST_POSTGRES is not set"),
                }
            })+
        }
    };
}
pub(crate) use on_both;

/// A directory, and a database of one sort in which places are made.
pub struct Store {
    directory: TempDir,
    postgres: Option<String>,
    made: AtomicU64,
}

impl Store {
    pub fn sqlite() -> Store {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Store {
            directory,
            postgres: None,
            made: AtomicU64::new(0),
        }
    }

    pub async fn postgres() -> Option<Store> {
        let url = std::env::var("HANDBACK_TEST_POSTGRES").ok()?;
        Some(Store {
            postgres: Some(url),
            ..Store::sqlite()
        })
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A place in which nothing is.
    pub async fn empty(&self) -> Place {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let Some(url) = &self.postgres else {
            return Place::Sqlite(self.directory.path().join(format!("{number}.sqlite")));
        };
        let folder = self
            .directory
            .path()
            .file_name()
            .expect("a temporary directory has a name");
        let schema = format!("test{}_{number}", hex::encode(folder.as_encoded_bytes()));
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect(url)
            .await
            .expect("a server");
        let create = AssertSqlSafe(format!("CREATE SCHEMA {schema}"));
        sqlx::query(create)
            .execute(&pool)
            .await
            .expect("a new schema");
        pool.close().await;
        Place::Postgres(format!("{url}&options[search_path]={schema}"))
    }

    pub async fn register(&self) -> (Place, Register) {
        let place = self.empty().await;
        let register = open(&place).await;
        (place, register)
    }
}

pub async fn open(place: &Place) -> Register {
    Register::open(place).await.expect("a register")
}

/// Run statements behind the register's back, whatever they touch.
pub async fn behind(place: &Place, statements: &str) {
    let sql = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    match place {
        Place::Sqlite(file) => {
            let options = SqliteConnectOptions::new().filename(file);
            let mut connection = SqliteConnection::connect_with(&options)
                .await
                .expect("a connection");
            sql.execute(&mut connection).await.expect("run");
            connection.close().await.expect("closed");
        }
        Place::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await.expect("a connection");
            sql.execute(&mut connection).await.expect("run");
            connection.close().await.expect("closed");
        }
    }
}

/// Change the database behind the register's back, with one blob as `$1` if the statement has it.
/// Constraints between the tables do not hold.
/// Answers how many rows it touched, which are some.
pub async fn tamper(place: &Place, statement: &str, blob: &[u8]) -> u64 {
    let sql = AssertSqlSafe(statement.to_owned());
    let with_blob = statement.contains("$1");
    let touched = match place {
        Place::Sqlite(file) => {
            let options = SqliteConnectOptions::new()
                .filename(file)
                .foreign_keys(false);
            let mut connection = SqliteConnection::connect_with(&options)
                .await
                .expect("a connection");
            let query = if with_blob {
                sqlx::query(sql).bind(blob)
            } else {
                sqlx::query(sql)
            };
            let done = query.execute(&mut connection).await.expect("tampered");
            connection.close().await.expect("closed");
            done.rows_affected()
        }
        Place::Postgres(url) => {
            let mut connection = PgConnection::connect(url).await.expect("a connection");
            let drop_constraint = "ALTER TABLE item DROP CONSTRAINT IF EXISTS item_number_fkey";
            sqlx::query(drop_constraint)
                .execute(&mut connection)
                .await
                .expect("no constraint");
            let query = if with_blob {
                sqlx::query(sql).bind(blob)
            } else {
                sqlx::query(sql)
            };
            let done = query.execute(&mut connection).await.expect("tampered");
            connection.close().await.expect("closed");
            done.rows_affected()
        }
    };
    assert!(touched > 0, "{statement} touched nothing");
    touched
}

pub fn permit(action: Action) -> Permit {
    let everything = [Grant {
        role: Role::Administrator,
        within: Within::Everything,
    }];
    may(
        &Actor("operator-1".into()),
        &everything,
        action,
        &Subject::default(),
    )
    .expect("an administrator may")
}

/// The second so many of the first day on which anything happens here.
pub fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).expect("a time in a test")
}

/// Salts only need to be there.
pub fn no_chance(bytes: &mut [u8]) {
    bytes.fill(7);
}

pub async fn write(
    register: &Register,
    seconds: i64,
    changes: Vec<Change>,
) -> Result<Changed<()>, Error> {
    write_as(Action::Erase, register, seconds, None, changes).await
}

pub async fn write_as(
    action: Action,
    register: &Register,
    seconds: i64,
    base: Option<u64>,
    changes: Vec<Change>,
) -> Result<Changed<()>, Error> {
    let mut random = no_chance;
    let circumstances = Circumstances {
        now: second(seconds),
        reason: "for a test".into(),
        source: Some("a made-up letter".into()),
        authority: None,
        base,
        random: &mut random,
    };
    register
        .change(&permit(action), circumstances, |_| Ok(((), changes)))
        .await
}

pub fn id(number: u8) -> RecordId {
    RecordId([number; 16])
}

pub fn layout(name: &str) -> Layout {
    Layout {
        dataset: Dataset::Payments,
        name: name.into(),
        headings: vec![],
        roles: vec![],
        date_order: None,
    }
}

pub fn state(number: u8, name: &str) -> Change {
    Change::state(id(number), Visibility::Internal, &layout(name))
}

/// A layout said to refer to another, which real ones never do.
pub fn state_referring(number: u8, kind: &'static str, to: u8) -> Change {
    let mut change = state(number, "refers");
    if let ChangeAct::State { references, .. } = &mut change.act {
        references.push(Reference { kind, id: id(to) });
    }
    change
}

pub fn withdraw(number: u8) -> Change {
    Change::withdraw::<Layout>(id(number))
}

pub fn erase(number: u8, entry: u64) -> Change {
    Change {
        kind: Layout::NAME,
        id: id(number),
        visibility: Visibility::Internal,
        act: ChangeAct::Erase { entry },
    }
}

/// Whether a text stands somewhere in the bytes of a file.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
