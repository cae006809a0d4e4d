//! The desk: accounts, sessions, one-time links, tokens, calendar feeds,
//! reminders, jobs, comments and the log of who read what.
//!
//! These tables lie in the register's database and change without a trace. Nothing that counts rests
//! on them: whoever empties them loses the accounts and no figure. Keys come hashed, so that reading
//! the desk opens no door; what a password hash means is the caller's affair. Times are kept to the
//! microsecond.
//!
//! Statements that write and answer rows are read to their end: only then has SQLite committed.

mod account;
mod comment;
mod feed;
mod job;
mod link;
mod reading;
mod reminder;
mod session;
mod statements;
mod token;

pub use account::Account;
pub use comment::{Comment, CommentId, CommentState};
pub use job::{Job, JobId, JobState};
pub use link::{Link, Purpose};
pub use reading::Reading;
pub use reminder::{Often, Reminder};
pub use session::Session;
pub use token::{Token, TokenId};

use crate::database::Db;
use crate::error::{Error, Trouble};
use crate::register::Register;
use handback_core::permission::Grant;
use jiff::Timestamp;

/// The desk of an open register. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    db: Db,
}

impl Register {
    /// The desk beside the log.
    pub fn desk(&self) -> Desk {
        Desk {
            db: self.db.clone(),
        }
    }
}

/// Refuse text that PostgreSQL cannot hold.
fn holdable<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    match texts.into_iter().find(|text| text.contains('\0')) {
        Some(_) => Err(Trouble::Refused("a text holds a zero character: remove it".into()).into()),
        None => Ok(()),
    }
}

fn no_such_account() -> Error {
    Trouble::Refused("there is no such account: it may have been closed".into()).into()
}

/// What it means when the account that a row belongs to is not there.
fn unowned(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(it) if it.is_foreign_key_violation() => no_such_account(),
        _ => error.into(),
    }
}

fn time(microseconds: i64) -> Result<Timestamp, Error> {
    let unreadable = |_| Trouble::Desk(format!("{microseconds} is no time"));
    Ok(Timestamp::from_microsecond(microseconds).map_err(unreadable)?)
}

fn times(microseconds: Option<i64>) -> Result<Option<Timestamp>, Error> {
    microseconds.map(time).transpose()
}

fn grants_of(json: &str) -> Result<Vec<Grant>, Error> {
    let unreadable = |error| Trouble::Desk(format!("{json:?} are no grants: {error}"));
    Ok(serde_json::from_str(json).map_err(unreadable)?)
}

fn grants_as(grants: &[Grant]) -> String {
    serde_json::to_string(grants).expect("grants are plain data and always serialise")
}
