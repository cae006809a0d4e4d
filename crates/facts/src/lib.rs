//! The facts: what was paid, what happened to tickets and what was measured, in bulk, in Parquet files.
//!
//! A part is one such file, named by the SHA-256 of its content. The import record is the commit:
//! a part counts when a live import lists it, so every question is asked of a list of
//! [`LivePart`]s and reads nothing else. Facts keep what is printed and derive nothing that a
//! decision could change: they group by the printed name, and core folds names to organisations.

mod adoption;
mod answers;
mod columns;
mod engine;
mod error;
mod folder;
mod marks;
mod parts;
pub mod performance;
pub mod question;
mod rollup;
pub mod sql;
mod temporary;
mod writer;

use answers::Answers;
pub use columns::Batch;
use engine::{Engine, Limits};
pub use error::Error;
use folder::Folder;
pub use folder::Orphan;
use handback_core::import::{Dataset, Part};
use handback_core::record::RecordId;
pub use marks::Marks;
use question::Question;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
pub use writer::{PaymentsWriter, Writer};

/// A part that counts, and the import that lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivePart {
    pub import: RecordId,
    /// What its rows are: a question takes the parts of its dataset and passes over the others.
    pub dataset: Dataset,
    /// The name of the source file, as the import keeps it.
    pub file: String,
    pub part: Part,
}

/// The facts of one data directory. Calls wait for their answer: from async code, make them where
/// waiting is allowed.
#[derive(Debug)]
pub struct Facts {
    folder: Arc<Folder>,
    engine: Engine,
    answers: Answers,
    marks: Marks,
    /// Whoever adds parts up: a second question waits, rather than put another file under a reader.
    adding: Mutex<()>,
}

impl Facts {
    /// Opens `directory`, making it where there is none, and removes what writers left that died.
    pub fn open(directory: &Path) -> Result<Facts, Error> {
        let folder = Arc::new(Folder::open(directory.join("payments"))?);
        let engine = Engine::start(&directory.join("spill"), Limits::default())?;
        Ok(Facts {
            folder,
            engine,
            answers: Answers::default(),
            marks: Marks::default(),
            adding: Mutex::new(()),
        })
    }

    /// Mark payments by these words in their description; without, none is marked.
    pub fn marking(self, marks: Marks) -> Facts {
        Facts { marks, ..self }
    }

    /// Begin writing payments.
    pub fn write_payments(&self) -> PaymentsWriter {
        self.write()
    }

    /// Begin writing rows of a dataset.
    pub fn write<B: Batch>(&self) -> Writer<B> {
        Writer::start(Arc::clone(&self.folder), writer::ROWS_PER_PART)
    }

    /// Ask a question of the payments that count. A part that is missing or whose content changed
    /// is an error, never an answer without it.
    pub fn ask<Q: Question>(
        &self,
        question: &Q,
        live: &[LivePart],
    ) -> Result<Arc<Vec<Q::Row>>, Error> {
        let live = &of(live, Dataset::Payments)[..];
        self.check(live)?;
        if let Some(rows) = self.answers.find(question, live) {
            return Ok(rows);
        }
        let session = self.engine.session();
        let table = if question.reads_rollups() {
            let adding = self.adding.lock().unwrap_or_else(PoisonError::into_inner);
            rollup::complete(&self.engine, &self.folder, live, &self.marks)?;
            drop(adding);
            rollup::table(&session, &self.folder, live)?
        } else {
            rollup::single_payments(parts::payments(&session, &self.folder, live)?, &self.marks)?
        };
        let plan = question.plan(table)?;
        let answer = self.engine.collect(plan)?;
        let rows = Arc::new(question.read(&answer)?);
        self.answers.keep(question, live, &rows);
        Ok(rows)
    }

    /// Run an analyst's query; see [`sql`].
    pub fn sql(
        &self,
        query: &str,
        live: &[LivePart],
        tables: &[sql::Table],
    ) -> Result<sql::SqlAnswer, Error> {
        self.check(live)?;
        Ok(sql::run(&self.engine, &self.folder, query, live, tables)?)
    }

    /// Read the whole of each part and say which are missing or changed.
    pub fn verify(&self, parts: &[Part]) -> Vec<Error> {
        parts
            .iter()
            .filter_map(|part| self.folder.verify(&part.hash).err())
            .map(Error::from)
            .collect()
    }

    /// Forget the sums that were made of parts: somebody who can write into the folder could have
    /// forged them, and they are made again, of parts whose content is proved, when next needed.
    pub fn forget_rollups(&self) -> Result<(), Error> {
        Ok(self.folder.forget_rollups()?)
    }

    /// Parts in the folder that no entry ever listed, in the order of their names: `listed` holds
    /// the hashes of the parts of every import ever stated, withdrawn and replaced ones too.
    pub fn orphans(&self, listed: &BTreeSet<String>) -> Result<Vec<Orphan>, Error> {
        Ok(self.folder.orphans(listed)?)
    }

    /// Remove the orphans that are older than a day at `now`; a younger one may belong to an
    /// import whose entry is about to be written. Answers what was removed.
    pub fn collect(
        &self,
        listed: &BTreeSet<String>,
        now: SystemTime,
    ) -> Result<Vec<Orphan>, Error> {
        Ok(self.folder.collect(listed, now)?)
    }

    /// Copy parts into a directory, making it where there is none, each checked while it is copied.
    pub fn export(&self, parts: &[Part], directory: &Path) -> Result<(), Error> {
        let to = Folder::open(directory.to_path_buf())?;
        for part in parts {
            to.copy(&self.folder.part(&part.hash), &part.hash)?;
        }
        Ok(to.sync()?)
    }

    /// Take in a file that [`Facts::export`] wrote: its name must state its content, and its
    /// columns must be those of a part.
    pub fn adopt(&self, file: &Path) -> Result<Part, Error> {
        Ok(adoption::adopt(&self.folder, file)?)
    }

    fn check(&self, live: &[LivePart]) -> Result<(), Error> {
        live.iter()
            .try_for_each(|live| Ok(self.folder.check(&live.part.hash)?))
    }
}

/// The parts of one dataset.
fn of(live: &[LivePart], dataset: Dataset) -> Vec<LivePart> {
    let parts = live.iter().filter(|live| live.dataset == dataset);
    parts.cloned().collect()
}
