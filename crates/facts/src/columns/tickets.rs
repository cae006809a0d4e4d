//! The columns of a part of tickets: a row for each change of a ticket, as its log says it.

use super::{Kept, LINE, SERVICE, texts};
use datafusion::arrow::array::{
    ArrayRef, RecordBatch, TimestampMicrosecondArray, UInt32Array, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;
use handback_core::import::bulk::TicketChanges;
use handback_core::pence::Pence;
use std::sync::Arc;

pub(crate) const TICKET: &str = "ticket";
pub(crate) const PLACE: &str = "place";
pub(crate) const AT: &str = "at";
pub(crate) const WHAT: &str = "what";
pub(crate) const PRINTED: &str = "printed";
pub(crate) const GROUP: &str = "assigned_group";
pub(crate) const CHANNEL: &str = "channel";
pub(crate) const SATISFACTION: &str = "satisfaction";

/// Instants in UTC.
pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

impl Kept for TicketChanges {
    const TEXTS: &'static [&'static str] =
        &[TICKET, WHAT, PRINTED, SERVICE, GROUP, CHANNEL, SATISFACTION];
    const NUMBERS: &'static [&'static str] = &[LINE, PLACE, AT];
    const SINGULAR: &'static [&'static str] = &[];

    fn schema(text: DataType) -> SchemaRef {
        let printed = |name| Field::new(name, text.clone(), true);
        Arc::new(Schema::new(vec![
            Field::new(LINE, DataType::UInt64, false),
            printed(TICKET),
            Field::new(PLACE, DataType::UInt32, false),
            Field::new(AT, instant(), false),
            printed(WHAT),
            printed(PRINTED),
            printed(SERVICE),
            printed(GROUP),
            printed(CHANNEL),
            printed(SATISFACTION),
        ]))
    }

    fn rows(&self) -> u64 {
        self.len() as u64
    }

    fn add_to(&self, total: Pence) -> Option<Pence> {
        Some(total)
    }

    fn record_batch(self, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
        let at = TimestampMicrosecondArray::from(self.at).with_timezone("UTC");
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.line)),
            texts(self.ticket)?,
            Arc::new(UInt32Array::from(self.place)),
            Arc::new(at),
            texts(self.what)?,
            texts(self.printed)?,
            texts(self.service)?,
            texts(self.group)?,
            texts(self.channel)?,
            texts(self.satisfaction)?,
        ];
        RecordBatch::try_new(Arc::clone(schema), columns)
    }
}
