//! Bytes in, rows and faults out: whatever a council publishes, read once and said plainly.
//!
//! Nothing here knows paths, network, databases or the time of day. A [`source::Source`] can be
//! opened as often as needed; [`recognise`] looks at its beginning and says how it is to be read;
//! [`payments`] then streams its rows. [`series`] reads a small file of values through time whole,
//! [`crosstab`] one of counts with their totals.

pub mod columns;
pub mod contracts;
pub mod crosstab;
pub mod dates;
pub mod measurements;
pub mod ocds;
pub mod payments;
pub mod recognise;
pub mod refused;
pub mod responses;
pub mod series;
pub mod source;
pub mod table;
pub mod tabular;
pub mod text;
pub mod tickets;

pub use refused::Refused;
