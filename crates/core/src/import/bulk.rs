//! Batches of tickets and measurements, column by column, to hand from the room that reads to the room
//! that counts: what is printed, and nothing derived.

use super::Texts;
use jiff::Timestamp;
use jiff::civil::Date;

/// One change of a ticket, and where it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketChange<'a> {
    pub line: u64,
    /// As the service desk numbers it.
    pub ticket: &'a str,
    /// Which of the ticket's changes it is, from 0: two of one moment keep their order.
    pub place: u32,
    pub at: Timestamp,
    /// [`What::word`](crate::performance::ticket::What::word).
    pub what: &'a str,
    /// The word for the state, the priority, or the heading of the column.
    pub printed: &'a str,
    /// Of the ticket, as the file says last; empty where it says nothing. So are the next three.
    pub service: &'a str,
    pub group: &'a str,
    pub channel: &'a str,
    pub satisfaction: &'a str,
}

/// A batch of changes of tickets; those of one ticket stand together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketChanges {
    pub line: Vec<u64>,
    pub ticket: Texts,
    pub place: Vec<u32>,
    /// Microseconds since 1970, UTC.
    pub at: Vec<i64>,
    pub what: Texts,
    pub printed: Texts,
    pub service: Texts,
    pub group: Texts,
    pub channel: Texts,
    pub satisfaction: Texts,
}

impl TicketChanges {
    /// The number of rows at which readers hand a batch over.
    pub const BATCH: usize = 32_768;

    pub fn len(&self) -> usize {
        self.line.len()
    }

    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    pub fn push(&mut self, change: &TicketChange<'_>) {
        self.line.push(change.line);
        self.ticket.push(change.ticket);
        self.place.push(change.place);
        self.at.push(change.at.as_microsecond());
        self.what.push(change.what);
        self.printed.push(change.printed);
        self.service.push(change.service);
        self.group.push(change.group);
        self.channel.push(change.channel);
        self.satisfaction.push(change.satisfaction);
    }
}

/// One value of a measure as printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured<'a> {
    pub line: u64,
    /// The name of the measure: its heading, or the cell that names it.
    pub measure: &'a str,
    /// What it is of (a service, a site), where the file says so; several columns are joined by ` · `.
    pub service: &'a str,
    /// The first day that it is of.
    pub date: Date,
    /// The last; equal to `date` where a day is printed.
    pub date_to: Date,
    /// In the unit in which it is printed: `91.5%` is 91.5. None where the file says that it has none.
    pub value: Option<f64>,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
    /// The cell as it stands.
    pub printed: &'a str,
}

/// A batch of values of measures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measurements {
    pub line: Vec<u64>,
    pub measure: Texts,
    pub service: Texts,
    pub date: Vec<Date>,
    pub date_to: Vec<Date>,
    pub value: Vec<Option<f64>>,
    pub numerator: Vec<Option<f64>>,
    pub denominator: Vec<Option<f64>>,
    pub printed: Texts,
}

impl Measurements {
    /// The number of rows at which readers hand a batch over.
    pub const BATCH: usize = 32_768;

    pub fn len(&self) -> usize {
        self.line.len()
    }

    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    pub fn push(&mut self, measured: &Measured<'_>) {
        self.line.push(measured.line);
        self.measure.push(measured.measure);
        self.service.push(measured.service);
        self.date.push(measured.date);
        self.date_to.push(measured.date_to);
        self.value.push(measured.value);
        self.numerator.push(measured.numerator);
        self.denominator.push(measured.denominator);
        self.printed.push(measured.printed);
    }
}
