//! Is the service stable, and did it step up when it came back?

pub mod kpi;
pub mod service_clock;
pub mod spc;
pub mod state;
pub mod ticket;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Which way a measure gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    Up,
    Down,
    /// Neither way is better: a volume, say.
    Neither,
}

/// One value of a measure: of a day, or of the month or year that begins on the day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub date: Date,
    /// In the measure's own unit.
    pub value: f64,
}
