//! The one error of the register.

use crate::database::Place;
use crate::vault::Fingerprint;
use crate::verify::Broken;
use handback_core::kinds::Unreadable;
use handback_core::record::{RecordId, Reference};
use std::path::PathBuf;

/// Why the register could not do what was asked. Its message is for people; programs ask its
/// predicates.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Trouble>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("cannot open the register at {place}: {reason}")]
    CannotOpen { place: Place, reason: sqlx::Error },
    #[error("the register at {0} was written by a newer program: upgrade handback")]
    NewerDatabase(Place),
    #[error("cannot bring the register at {place} up to this program: {reason}")]
    CannotMigrate {
        place: Place,
        reason: sqlx::migrate::MigrateError,
    },
    #[error("the register's database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(
        "the register was replaced by an older one: it holds {holds} entries, and {known} were read from it before; \
         restart handback if it was restored on purpose"
    )]
    Replaced { known: u64, holds: u64 },
    #[error(
        "entry {entry} holds a {kind} (version {version}) that this program does not know: upgrade handback before changing anything"
    )]
    Newer {
        entry: u64,
        kind: String,
        version: u16,
    },
    #[error("{}", conflict(.0))]
    Conflict(Vec<(RecordId, u64)>),
    #[error("{0}")]
    Refused(String),
    #[error("{kind} {id} refers to {} {}, which {why}: state that one first", .to.kind, .to.id)]
    Dangling {
        kind: &'static str,
        id: RecordId,
        to: Reference,
        why: &'static str,
    },
    #[error("entry {entry} cannot be read: {reason}")]
    Unreadable { entry: u64, reason: Unreadable },
    #[error("{0} already holds a register with entries: restore into an empty place")]
    NotEmpty(Place),
    #[error("{path}: {reason}")]
    File {
        path: PathBuf,
        reason: std::io::Error,
    },
    #[error("somebody signs in as {0} already: choose another")]
    Taken(String),
    #[error("the desk holds something this program did not write: {0}")]
    Desk(String),
    #[error("cannot open {}: {reason}", .path.display())]
    CannotOpenBox { path: PathBuf, reason: sqlx::Error },
    #[error("{0}")]
    AnswerBox(&'static str),
    #[error("answers could not be written: {0}")]
    NotWritten(String),
    #[error("the vault holds no file {0}")]
    NotInVault(Fingerprint),
}

fn conflict(moved: &[(RecordId, u64)]) -> String {
    const NAMED: usize = 5;
    let mut message = "somebody changed the same records since you read them:".to_owned();
    for (place, (record, entry)) in moved.iter().take(NAMED).enumerate() {
        let comma = if place == 0 { "" } else { "," };
        message.push_str(&format!("{comma} {record} in entry {entry}"));
    }
    if moved.len() > NAMED {
        message.push_str(&format!(" and {} more", moved.len() - NAMED));
    }
    message + "; read them again, then repeat your change"
}

impl Error {
    /// Records were changed by somebody else since the entry on which the change was based.
    pub fn is_conflict(&self) -> bool {
        matches!(*self.0, Trouble::Conflict(_))
    }

    /// The records of a conflict, each with its newest entry; in the order of the change.
    pub fn moved(&self) -> &[(RecordId, u64)] {
        match &*self.0 {
            Trouble::Conflict(moved) => moved,
            _ => &[],
        }
    }

    /// The change itself was refused: it does not fit what the register holds.
    pub fn is_refused(&self) -> bool {
        matches!(
            *self.0,
            Trouble::Refused(_)
                | Trouble::Dangling { .. }
                | Trouble::NotEmpty(_)
                | Trouble::Taken(_)
        )
    }

    /// Somebody else signs in with the login that a new account asks for.
    pub fn is_taken(&self) -> bool {
        matches!(*self.0, Trouble::Taken(_))
    }

    /// The log was changed behind the register's back.
    pub fn is_broken(&self) -> bool {
        matches!(*self.0, Trouble::Broken(_))
    }

    /// What is broken, if something is.
    pub fn broken(&self) -> Option<&Broken> {
        match &*self.0 {
            Trouble::Broken(broken) => Some(broken),
            _ => None,
        }
    }

    /// A newer program wrote something that this one cannot go on from.
    pub fn needs_upgrade(&self) -> bool {
        matches!(
            *self.0,
            Trouble::NewerDatabase(_)
                | Trouble::Newer { .. }
                | Trouble::Unreadable {
                    reason: Unreadable::Newer { .. },
                    ..
                }
        )
    }

    /// The vault does not hold what was asked for.
    pub fn is_not_found(&self) -> bool {
        matches!(*self.0, Trouble::NotInVault(_))
    }
}

impl<T: Into<Trouble>> From<T> for Error {
    fn from(trouble: T) -> Error {
        Error(Box::new(trouble.into()))
    }
}
