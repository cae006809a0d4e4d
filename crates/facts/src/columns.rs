//! The columns of parts: what is printed in the source, and nothing derived. These are those of payments;
//! [`tickets`] and [`measurements`] have their own.

pub(crate) mod measurements;
pub(crate) mod tickets;

use datafusion::arrow::array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, UInt64Array,
};
use datafusion::arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use handback_core::import::{Payments, Texts};
use handback_core::pence::Pence;
use jiff::civil::{Date, date};
use std::sync::Arc;

pub(crate) const LINE: &str = "line";
pub(crate) const DATE: &str = "date";
pub(crate) const DATE_TO: &str = "date_to";
pub(crate) const PENCE: &str = "pence";
pub(crate) const VAT: &str = "vat";
pub(crate) const GROSS: &str = "gross";
pub(crate) const NAME: &str = "name";
pub(crate) const SUPPLIER_NUMBER: &str = "supplier_number";
pub(crate) const COMPANY_NUMBER: &str = "company_number";
pub(crate) const DEPARTMENT: &str = "department";
pub(crate) const SERVICE: &str = "service";
pub(crate) const CATEGORY: &str = "category";
pub(crate) const DESCRIPTION: &str = "description";
pub(crate) const TRANSACTION: &str = "transaction";

/// The text columns, in order. A blank cell is null, so that a column the file lacks costs nothing.
pub(crate) const TEXTS: [&str; 8] = [
    NAME,
    SUPPLIER_NUMBER,
    COMPANY_NUMBER,
    DEPARTMENT,
    SERVICE,
    CATEGORY,
    DESCRIPTION,
    TRANSACTION,
];

const EPOCH: Date = date(1970, 1, 1);

/// The schema of a part, with `text` as the type of its texts: they are written as plain strings
/// and read as views.
pub(crate) fn schema(text: DataType) -> SchemaRef {
    let mut fields = vec![
        Field::new(LINE, DataType::UInt64, false),
        Field::new(DATE, DataType::Date32, false),
        Field::new(DATE_TO, DataType::Date32, false),
        Field::new(PENCE, DataType::Int64, false),
        Field::new(VAT, DataType::Int64, true),
        Field::new(GROSS, DataType::Int64, true),
    ];
    fields.extend(TEXTS.map(|name| Field::new(name, text.clone(), true)));
    Arc::new(Schema::new(fields))
}

/// A batch of rows that parts are made of. Other crates hand batches over; how they are kept is decided here.
pub trait Batch: kept::Kept + Send + 'static {}

impl<B: kept::Kept + Send + 'static> Batch for B {}

/// How a batch is kept: closed to other crates, so that no Arrow leaves this one.
pub(crate) mod kept {
    use datafusion::arrow::array::RecordBatch;
    use datafusion::arrow::datatypes::{DataType, SchemaRef};
    use datafusion::arrow::error::ArrowError;
    use handback_core::pence::Pence;

    pub trait Kept {
        /// Columns of texts that repeat.
        #[doc(hidden)]
        const TEXTS: &'static [&'static str];
        /// Columns of whole numbers that climb or hardly repeat.
        #[doc(hidden)]
        const NUMBERS: &'static [&'static str];
        /// Columns of texts that hardly repeat.
        #[doc(hidden)]
        const SINGULAR: &'static [&'static str];

        #[doc(hidden)]
        fn schema(text: DataType) -> SchemaRef;

        #[doc(hidden)]
        fn rows(&self) -> u64;

        /// The sum with this batch's money, if it has any; none when it is more than can be held.
        #[doc(hidden)]
        fn add_to(&self, total: Pence) -> Option<Pence>;

        /// The batch as Arrow columns; its texts are moved, not copied.
        #[doc(hidden)]
        fn record_batch(self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError>;
    }
}
pub(crate) use kept::Kept;

impl Kept for Payments {
    const TEXTS: &'static [&'static str] = &TEXTS;
    const NUMBERS: &'static [&'static str] = &[LINE, PENCE, VAT, GROSS];
    const SINGULAR: &'static [&'static str] = &[TRANSACTION];

    fn schema(text: DataType) -> SchemaRef {
        schema(text)
    }

    fn rows(&self) -> u64 {
        self.len() as u64
    }

    fn add_to(&self, total: Pence) -> Option<Pence> {
        let mut amounts = self.amount.iter();
        let sum = amounts.try_fold(total.0, |sum, &pence| sum.checked_add(pence));
        sum.map(Pence)
    }

    fn record_batch(self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.line)),
            dates(&self.date),
            dates(&self.date_to),
            Arc::new(Int64Array::from(self.amount)),
            Arc::new(Int64Array::from(self.vat)),
            Arc::new(Int64Array::from(self.gross)),
            texts(self.supplier)?,
            texts(self.supplier_number)?,
            texts(self.company_number)?,
            texts(self.department)?,
            texts(self.service)?,
            texts(self.category)?,
            texts(self.description)?,
            texts(self.transaction)?,
        ];
        RecordBatch::try_new(Arc::clone(schema), columns)
    }
}

fn dates(dates: &[Date]) -> ArrayRef {
    let days = dates.iter().map(|&day| days(day));
    Arc::new(Date32Array::from_iter_values(days))
}

fn texts(texts: Texts) -> Result<ArrayRef, ArrowError> {
    let offsets: Vec<i32> = std::iter::once(0)
        .chain(texts.ends)
        .map(|end| i32::try_from(end).expect("a batch's texts stay far below 2 GB"))
        .collect();
    let printed =
        BooleanBuffer::collect_bool(offsets.len() - 1, |row| offsets[row] < offsets[row + 1]);
    let array = StringArray::try_new(
        OffsetBuffer::new(offsets.into()),
        Buffer::from_vec(texts.buffer.into_bytes()),
        Some(NullBuffer::new(printed)),
    )?;
    Ok(Arc::new(array))
}

/// Days since 1970, as Parquet keeps dates.
pub(crate) fn days(day: Date) -> i32 {
    i32::try_from(day.duration_since(EPOCH).as_hours() / 24).expect("jiff's years end at 9999")
}

/// The day that many days after 1970 began; none beyond the years 1 to 9999.
pub(crate) fn day(days: i32) -> Option<Date> {
    EPOCH
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_since_1970() {
        for (day_, number) in [
            (date(1970, 1, 1), 0),
            (date(1969, 12, 31), -1),
            (date(2020, 2, 29), 18_321),
        ] {
            assert_eq!(days(day_), number);
            assert_eq!(day(number), Some(day_));
        }
        assert_eq!(day(i32::MAX), None);
    }
}
