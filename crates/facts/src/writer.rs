//! Writing facts: a second thread turns batches into Parquet while the caller reads on.

use crate::columns::Batch;
use crate::error::{Error, Problem};
use crate::folder::{Draft, Folder};
use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::file::properties::{
    EnabledStatistics, WriterProperties, WriterPropertiesBuilder,
};
use datafusion::parquet::schema::types::ColumnPath;
use handback_core::import::{Part, Payments};
use handback_core::pence::Pence;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Rows after which a part is closed and another begun, at the end of a batch.
pub(crate) const ROWS_PER_PART: u64 = 8 * 1_048_576;

/// Rows in a row group: the piece of a part that one thread reads.
const ROWS_PER_GROUP: usize = 1_048_576;

/// Batches that may wait for the writing thread; each is a few megabytes.
const WAITING: usize = 4;

/// Takes batches in and makes parts of them. Nothing is in the folder under a part's name until
/// [`Writer::finish`]; a writer that is dropped leaves nothing.
#[derive(Debug)]
pub struct Writer<B: Batch> {
    folder: Arc<Folder>,
    running: Option<Running<B>>,
}

/// Takes payments in.
pub type PaymentsWriter = Writer<Payments>;

#[derive(Debug)]
struct Running<B> {
    batches: SyncSender<B>,
    thread: JoinHandle<Result<Vec<Written>, Problem>>,
}

/// A finished part that has no name yet.
#[derive(Debug)]
struct Written {
    draft: Draft,
    rows: u64,
    total: Pence,
}

impl<B: Batch> Writer<B> {
    pub(crate) fn start(folder: Arc<Folder>, rows_per_part: u64) -> Writer<B> {
        let (batches, waiting) = sync_channel(WAITING);
        let place = Arc::clone(&folder);
        let thread = std::thread::spawn(move || write(&place, &waiting, rows_per_part));
        Writer {
            folder,
            running: Some(Running { batches, thread }),
        }
    }

    /// Hand over a batch; waits when the writing thread is several batches behind. After an error
    /// nothing more can be written and nothing will be kept.
    pub fn push(&mut self, batch: B) -> Result<(), Error> {
        if let Some(running) = &self.running
            && running.batches.send(batch).is_ok()
        {
            return Ok(());
        }
        let stopped = self
            .stop()
            .expect_err("the thread hangs up early only when it has failed");
        Err(stopped.into())
    }

    /// Give the parts their names, on disk for good. No part comes of no rows.
    pub fn finish(mut self) -> Result<Vec<Part>, Error> {
        let written = self.stop()?;
        let mut parts = Vec::with_capacity(written.len());
        for Written { draft, rows, total } in written {
            parts.push(Part {
                hash: self.folder.keep(draft)?,
                rows,
                total,
            });
        }
        self.folder.sync()?;
        Ok(parts)
    }

    fn stop(&mut self) -> Result<Vec<Written>, Problem> {
        let Running { batches, thread } = self.running.take().ok_or(Problem::Stopped)?;
        drop(batches);
        thread
            .join()
            .expect("the writing thread answers with errors and does not panic")
    }
}

impl<B: Batch> Drop for Writer<B> {
    /// Waits for the thread, so that its unfinished files are gone when the writer is.
    fn drop(&mut self) {
        match self.stop() {
            Ok(_) | Err(Problem::Stopped) => {}
            Err(problem) => tracing::warn!(%problem, "facts were given up while being written"),
        }
    }
}

fn write<B: Batch>(
    folder: &Folder,
    batches: &Receiver<B>,
    rows_per_part: u64,
) -> Result<Vec<Written>, Problem> {
    let schema = B::schema(DataType::Utf8);
    let mut written = Vec::new();
    let mut open: Option<OpenPart> = None;
    for batch in batches.iter().filter(|batch| batch.rows() > 0) {
        let mut part = match open.take() {
            Some(part) => part,
            None => OpenPart::begin(folder.draft()?, &schema, properties::<B>())?,
        };
        part.write(&schema, batch)?;
        if part.rows >= rows_per_part {
            written.push(part.close()?);
        } else {
            open = Some(part);
        }
    }
    if let Some(part) = open {
        written.push(part.close()?);
    }
    Ok(written)
}

struct OpenPart {
    parquet: ArrowWriter<Draft>,
    rows: u64,
    total: Pence,
}

impl OpenPart {
    fn begin(
        draft: Draft,
        schema: &SchemaRef,
        properties: WriterProperties,
    ) -> Result<OpenPart, Problem> {
        let parquet = ArrowWriter::try_new(draft, Arc::clone(schema), Some(properties))?;
        Ok(OpenPart {
            parquet,
            rows: 0,
            total: Pence::ZERO,
        })
    }

    fn write<B: Batch>(&mut self, schema: &SchemaRef, batch: B) -> Result<(), Problem> {
        self.rows += batch.rows();
        self.total = batch.add_to(self.total).ok_or(Problem::TooMuchMoney)?;
        let batch = batch
            .record_batch(schema)
            .map_err(|error| Problem::Parquet(error.into()))?;
        Ok(self.parquet.write(&batch)?)
    }

    fn close(self) -> Result<Written, Problem> {
        Ok(Written {
            draft: self.parquet.into_inner()?,
            rows: self.rows,
            total: self.total,
        })
    }
}

/// The quickest level: further ones cost more time than they save space.
pub(crate) fn compression() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(1).expect("zstd has a level 1"))
}

/// How parts are encoded: small files at little cost. Texts repeat, so they have dictionaries and no
/// statistics; numbers that climb are kept as steps, and like amounts without a dictionary, which would be
/// built in vain.
fn properties<B: Batch>() -> WriterProperties {
    let column = |name: &str| ColumnPath::from(name);
    let mut properties = WriterProperties::builder()
        .set_compression(compression())
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for text in B::TEXTS {
        properties =
            properties.set_column_statistics_enabled(column(text), EnabledStatistics::None);
    }
    let encoded = |properties: WriterPropertiesBuilder, name: &str, encoding| {
        properties
            .set_column_dictionary_enabled(column(name), false)
            .set_column_encoding(column(name), encoding)
    };
    for number in B::NUMBERS {
        properties = encoded(properties, number, Encoding::DELTA_BINARY_PACKED);
    }
    for text in B::SINGULAR {
        properties = encoded(properties, text, Encoding::DELTA_BYTE_ARRAY);
    }
    properties.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use handback_core::import::Payment;
    use jiff::civil::date;

    fn payments(rows: u64) -> Payments {
        let day = date(2019, 4, 3);
        let mut batch = Payments::default();
        for line in 1..=rows {
            batch.push(&Payment {
                line,
                date: day,
                date_to: day,
                amount: Pence(1_050),
                vat: None,
                gross: None,
                supplier: "Larkfield Systems Ltd",
                supplier_number: "",
                company_number: "",
                department: "",
                service: "",
                category: "",
                description: "",
                transaction: "",
            });
        }
        batch
    }

    #[test]
    fn a_part_that_is_full_is_followed_by_another() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let folder = Folder::open(directory.path().to_path_buf()).expect("a folder");
        let mut writer = PaymentsWriter::start(Arc::new(folder), 5);
        for rows in [3, 0, 3, 1] {
            writer.push(payments(rows)).expect("payments are written");
        }
        let parts = writer.finish().expect("parts");
        let sums: Vec<(u64, Pence)> = parts.iter().map(|part| (part.rows, part.total)).collect();
        assert_eq!(sums, [(6, Pence(6_300)), (1, Pence(1_050))]);
    }

    #[test]
    fn a_writer_that_failed_says_why_and_leaves_nothing() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("payments");
        let folder = Folder::open(path.clone()).expect("a folder");
        std::fs::remove_dir(&path).expect("the folder goes away");
        let mut writer = PaymentsWriter::start(Arc::new(folder), 5);
        let failed = (0..=WAITING + 1).find_map(|_| writer.push(payments(1)).err());
        let failed = failed.expect("the queue is full or hung up").to_string();
        assert!(failed.contains("payments"), "{failed}");
        assert!(writer.push(payments(1)).is_err());
        assert!(writer.finish().is_err());
    }
}
