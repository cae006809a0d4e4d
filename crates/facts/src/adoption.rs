//! Taking in a part that was written elsewhere.

use crate::columns::{self, Kept};
use crate::error::Problem;
use crate::folder::Folder;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{DataType, Int64Type, SchemaRef};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use handback_core::import::bulk::{Measurements, TicketChanges};
use handback_core::import::{Part, Payments};
use handback_core::pence::Pence;
use std::fs::File;
use std::path::Path;

/// Copies the part into the folder when its content is what its name says and what a part holds.
pub(crate) fn adopt(folder: &Folder, file: &Path) -> Result<Part, Problem> {
    let (rows, total) = count(file)?;
    let hash = file
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    folder.copy(file, &hash)?;
    folder.sync()?;
    Ok(Part { hash, rows, total })
}

fn count(path: &Path) -> Result<(u64, Pence), Problem> {
    let not_a_part = |reason: String| Problem::NotAPart {
        path: path.to_path_buf(),
        reason,
    };
    let file = File::open(path).map_err(Problem::file("read", path))?;
    let parquet = ParquetRecordBatchReaderBuilder::try_new(file)
        .map_err(|error| not_a_part(error.to_string()))?;
    let holds = |schema: SchemaRef| parquet.schema().fields() == schema.fields();
    let text = || DataType::Utf8;
    if holds(TicketChanges::schema(text())) || holds(Measurements::schema(text())) {
        let rows = parquet.metadata().file_metadata().num_rows();
        return Ok((rows.unsigned_abs(), Pence::ZERO));
    }
    if !holds(Payments::schema(text())) {
        return Err(not_a_part("its columns are others".into()));
    }
    let pence = ProjectionMask::columns(parquet.parquet_schema(), [columns::PENCE]);
    let (mut rows, mut total) = (0, 0_i64);
    for batch in parquet.with_projection(pence).build()? {
        let batch = batch?;
        rows += batch.num_rows() as u64;
        for amount in batch.column(0).as_primitive::<Int64Type>().values() {
            total = total.checked_add(*amount).ok_or(Problem::TooMuchMoney)?;
        }
    }
    Ok((rows, Pence(total)))
}
