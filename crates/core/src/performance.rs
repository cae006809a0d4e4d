//! Is the service stable, and did it step up when it came back?

mod asked;
pub mod kpi;
mod measure;
mod rebase;
pub mod series;
pub mod service_clock;
pub mod spc;
pub mod state;
pub mod ticket;
pub mod verdict;
pub mod watermelon;
mod working_calendar;

pub use asked::{Asked, NotAsked};
pub use measure::{Chart, Counted, Measure, Target};
pub use rebase::Rebase;
pub use working_calendar::WorkingCalendar;

use crate::table::worded;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

worded! {
    /// Which way a measure gets better.
    Better:
    Up = "up",
    Down = "down",
    /// Neither way is better: a volume, say.
    Neither = "neither",
}

/// One value of a measure: of a day, or of the month or year that begins on the day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub date: Date,
    /// In the measure's own unit.
    pub value: f64,
}
