//! Rollups: a part's payments added up by name, month, department, service and category.
//!
//! They answer most questions from far fewer rows. A rollup is derived: it lies beside its part,
//! is built when first needed and may be deleted at any time.

use crate::LivePart;
use crate::columns::{CATEGORY, DATE, DATE_TO, DEPARTMENT, NAME, PENCE, SERVICE};
use crate::engine::Engine;
use crate::error::Problem;
use crate::folder::Folder;
use crate::marks::Marks;
use crate::parts;
use crate::writer::compression;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, Int64Type, Schema, SchemaRef};
use datafusion::functions_aggregate::expr_fn::{max, min, sum};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::parquet::arrow::{ArrowWriter, ProjectionMask};
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::prelude::{DataFrame, Expr, SessionContext, cast, col, date_part, lit};
use futures::StreamExt;
use handback_core::import::Part;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// How many payments a row stands for.
pub(crate) const ROWS: &str = "rows";
/// The first day that any of them can have been made on.
pub(crate) const FIRST: &str = "first";
/// The last day that any of them can have been made on.
pub(crate) const LAST: &str = "last";
/// The month of the first day that the printed date can mean, counted from year 0.
pub(crate) const MONTH: &str = "month";
/// The month of the last such day: another one only where the file prints no month.
pub(crate) const MONTH_TO: &str = "month_to";

const KEYS: [&str; 7] = [
    NAME, MONTH, MONTH_TO, DEPARTMENT, SERVICE, CATEGORY, DESCRIBED,
];

/// Sums of pence: wide enough that no sum of amounts can overflow.
pub(crate) const WIDE: DataType = DataType::Decimal128(38, 0);

/// Whether the description holds one of the words that are marked.
pub(crate) const DESCRIBED: &str = "described";

/// The key in a rollup's footer whose value says how it was made.
const FORM: &str = "handback.rollup";

fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8View, true);
    Arc::new(Schema::new(vec![
        text(NAME),
        Field::new(MONTH, DataType::Int32, false),
        Field::new(MONTH_TO, DataType::Int32, false),
        text(DEPARTMENT),
        text(SERVICE),
        text(CATEGORY),
        Field::new(DESCRIBED, DataType::Boolean, true),
        Field::new(ROWS, DataType::Int64, false),
        Field::new(PENCE, WIDE, false),
        Field::new(FIRST, DataType::Date32, false),
        Field::new(LAST, DataType::Date32, false),
    ]))
}

/// The rollups of the live parts as one table, with the columns that [`single_payments`] has too.
pub(crate) fn table(
    session: &SessionContext,
    folder: &Folder,
    live: &[LivePart],
) -> Result<DataFrame, Problem> {
    parts::table(session, schema(), live, |hash| folder.rollup(hash))
}

/// Payments as if each were a rollup of itself, so that one plan serves both tables.
pub(crate) fn single_payments(payments: DataFrame, marks: &Marks) -> Result<DataFrame, Problem> {
    let single = payments
        .with_column(DESCRIBED, marks.expression())?
        .with_column(MONTH, month(DATE))?
        .with_column(MONTH_TO, month(DATE_TO))?
        .with_column(ROWS, lit(1_i64))?
        .with_column(FIRST, col(DATE))?
        .with_column(LAST, col(DATE_TO))?;
    Ok(single)
}

fn month(date: &str) -> Expr {
    cast(
        date_part(lit("year"), col(date)) * lit(12) + date_part(lit("month"), col(date)) - lit(1),
        DataType::Int32,
    )
}

/// The columns of every sum: how many payments, how much money, first and last day.
pub(crate) fn sums() -> Vec<Expr> {
    vec![
        sum(col(ROWS)).alias(ROWS),
        sum(cast(col(PENCE), WIDE)).alias(PENCE),
        min(col(FIRST)).alias(FIRST),
        max(col(LAST)).alias(LAST),
    ]
}

/// Builds the rollups that are missing or wrong.
pub(crate) fn complete(
    engine: &Engine,
    folder: &Folder,
    live: &[LivePart],
    marks: &Marks,
) -> Result<(), Problem> {
    for live in live {
        let path = folder.rollup(&live.part.hash);
        if folder.looks_sound(&path) {
            continue;
        }
        if !agrees(&path, &live.part, marks) {
            tracing::info!(part = %live.part.hash, "adding a part up");
            // One that does not agree is in the way; who reads it still reads it to its end.
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Problem::file("replace", &path)(error));
                }
                _ => build(engine, folder, live, marks)?,
            }
        }
        folder.remember(&path)?;
    }
    Ok(())
}

fn build(engine: &Engine, folder: &Folder, live: &LivePart, marks: &Marks) -> Result<(), Problem> {
    let payments = parts::payments(&engine.session(), folder, std::slice::from_ref(live))?;
    let rollup = single_payments(payments, marks)?.aggregate(KEYS.map(col).to_vec(), sums())?;
    let properties = WriterProperties::builder()
        .set_compression(compression())
        .set_key_value_metadata(Some(vec![KeyValue::new(FORM.into(), marks.form())]))
        .build();
    let draft = folder.draft()?;
    let draft = engine.run(async move {
        let mut stream = rollup.execute_stream().await?;
        let mut parquet = ArrowWriter::try_new(draft, stream.schema(), Some(properties))?;
        while let Some(batch) = stream.next().await {
            parquet.write(&batch?)?;
        }
        Ok(parquet.into_inner()?)
    })?;
    folder.put_first(draft, &folder.rollup(&live.part.hash))
}

/// Whether the file is a rollup of the present form that adds up to the same as its part.
fn agrees(path: &Path, part: &Part, marks: &Marks) -> bool {
    matches!(add_up(path, marks), Ok(Some(sum)) if sum == (i128::from(part.rows), i128::from(part.total.0)))
}

/// Rows and pence of a rollup; none for another form or no rollup at all.
fn add_up(path: &Path, marks: &Marks) -> Result<Option<(i128, i128)>, Problem> {
    let Ok(file) = File::open(path) else {
        return Ok(None);
    };
    let parquet = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let notes = parquet.metadata().file_metadata().key_value_metadata();
    let form = notes.and_then(|notes| notes.iter().find(|note| note.key == FORM));
    if form.and_then(|form| form.value.as_deref()) != Some(&marks.form()) {
        return Ok(None);
    }
    let numbers = ProjectionMask::columns(parquet.parquet_schema(), [ROWS, PENCE]);
    let (mut rows, mut pence) = (0, 0);
    for batch in parquet.with_projection(numbers).build()? {
        let batch = batch?;
        rows += batch
            .column(0)
            .as_primitive::<Int64Type>()
            .values()
            .iter()
            .map(|&count| i128::from(count))
            .sum::<i128>();
        pence += batch
            .column(1)
            .as_primitive::<Decimal128Type>()
            .values()
            .iter()
            .sum::<i128>();
    }
    Ok(Some((rows, pence)))
}
