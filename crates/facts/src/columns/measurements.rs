//! The columns of a part of measurements: a row for each value, under the name that is printed for it.

use super::{DATE, DATE_TO, Kept, LINE, SERVICE, dates, texts, tickets::PRINTED};
use datafusion::arrow::array::{ArrayRef, Float64Array, RecordBatch, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use handback_core::import::bulk::Measurements;
use handback_core::pence::Pence;
use std::sync::Arc;

pub(crate) const MEASURE: &str = "measure";
pub(crate) const VALUE: &str = "value";
pub(crate) const NUMERATOR: &str = "numerator";
pub(crate) const DENOMINATOR: &str = "denominator";

impl Kept for Measurements {
    const TEXTS: &'static [&'static str] = &[MEASURE, SERVICE, PRINTED];
    const NUMBERS: &'static [&'static str] = &[LINE];
    const SINGULAR: &'static [&'static str] = &[];

    fn schema(text: DataType) -> SchemaRef {
        let number = |name| Field::new(name, DataType::Float64, true);
        Arc::new(Schema::new(vec![
            Field::new(LINE, DataType::UInt64, false),
            Field::new(MEASURE, text.clone(), true),
            Field::new(SERVICE, text.clone(), true),
            Field::new(DATE, DataType::Date32, false),
            Field::new(DATE_TO, DataType::Date32, false),
            number(VALUE),
            number(NUMERATOR),
            number(DENOMINATOR),
            Field::new(PRINTED, text, true),
        ]))
    }

    fn rows(&self) -> u64 {
        self.len() as u64
    }

    fn add_to(&self, total: Pence) -> Option<Pence> {
        Some(total)
    }

    fn record_batch(self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.line)),
            texts(self.measure)?,
            texts(self.service)?,
            dates(&self.date),
            dates(&self.date_to),
            Arc::new(Float64Array::from(self.value)),
            Arc::new(Float64Array::from(self.numerator)),
            Arc::new(Float64Array::from(self.denominator)),
            texts(self.printed)?,
        ];
        RecordBatch::try_new(Arc::clone(schema), columns)
    }
}
