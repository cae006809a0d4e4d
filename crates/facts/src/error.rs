//! What can go wrong with facts, in words for the person who has to act.

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::parquet::errors::ParquetError;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why facts could not be kept or a question could not be answered. Its text is for people; the
/// predicates are for programs.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Problem>);

impl Error {
    /// A part that an import lists is not in the folder.
    pub fn is_missing_part(&self) -> bool {
        matches!(*self.0, Problem::Missing { .. })
    }

    /// A part's content is not what the import listed.
    pub fn is_changed_part(&self) -> bool {
        matches!(*self.0, Problem::Changed { .. })
    }

    /// A file offered as a part is none.
    pub fn is_not_a_part(&self) -> bool {
        matches!(*self.0, Problem::NotAPart { .. })
    }

    /// The question took too long, too much memory or too many rows: ask a narrower one.
    pub fn is_too_much(&self) -> bool {
        matches!(
            *self.0,
            Problem::TooLong(_) | Problem::TooMuchMemory(_) | Problem::TooManyRows(_)
        )
    }

    /// An analyst's query is not one that only reads, or does not parse or resolve.
    pub fn is_bad_query(&self) -> bool {
        matches!(*self.0, Problem::NotReadOnly(_) | Problem::Query(_))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Error {
        Error(Box::new(problem))
    }
}

/// Every way in which it can go wrong; other crates see [`Error`] only.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{} is missing: an import lists it. Restore it from a backup, or import its source file again", path.display())]
    Missing { path: PathBuf },
    #[error("{} was changed after it was imported: its SHA-256 is now {found}. Restore it from a backup; `handback verify` lists every such file", path.display())]
    Changed { path: PathBuf, found: String },
    #[error("{} is not a part of facts: {reason}", path.display())]
    NotAPart { path: PathBuf, reason: String },
    #[error(
        "the amounts add up to more than £92 million billion, which cannot be held exactly: look for a wrong amount in the file"
    )]
    TooMuchMoney,
    #[error("the question took longer than {} seconds: ask for a shorter period or fewer names", .0.as_secs())]
    TooLong(Duration),
    #[error(
        "the question needs more memory than it may use: ask for a shorter period or fewer names ({0})"
    )]
    TooMuchMemory(String),
    #[error("the answer has more than {0} rows: add a LIMIT or a WHERE")]
    TooManyRows(usize),
    #[error(
        "only one query that reads can be run here (SELECT, WITH, EXPLAIN, SHOW or DESCRIBE): {0}"
    )]
    NotReadOnly(String),
    #[error("the query cannot be run: {0}")]
    Query(String),
    #[error("table {table}, row {row}, column {column}: {value} is not {expected}")]
    Cell {
        table: String,
        row: usize,
        column: String,
        value: String,
        expected: &'static str,
    },
    #[error("table {table}, row {row}: it has {found} values for {expected} columns")]
    Width {
        table: String,
        row: usize,
        found: usize,
        expected: usize,
    },
    #[error("the facts were not written: an earlier error stopped the writing")]
    Stopped,
    #[error("the facts cannot be written: {0}")]
    Parquet(#[from] ParquetError),
    #[error("the facts cannot be read: {0}")]
    Arrow(#[from] ArrowError),
    #[error("the facts cannot be read: {0}")]
    Engine(DataFusionError),
}

impl Problem {
    /// For `map_err`: what was being done with which file.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Problem {
        move |source| Problem::File {
            doing,
            path: path.to_path_buf(),
            source,
        }
    }
}

impl From<DataFusionError> for Problem {
    fn from(error: DataFusionError) -> Problem {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(detail) => Problem::TooMuchMemory(detail.clone()),
            _ => Problem::Engine(error),
        }
    }
}
