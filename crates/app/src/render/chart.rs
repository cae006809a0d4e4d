//! One small vocabulary for every chart, drawn as SVG without any script: bands, steps, bars, and marks
//! in time. Each has a table beneath it that says the same, and is hidden from readers of screens,
//! who have that table.

mod bands;
mod bars;
mod frame;
mod steps;
mod waterfall;

pub use bands::{KEY, bands, bands_for_paper, yearly};
pub use bars::{Bar, bars};
pub use frame::Mark;
pub use steps::{Step, steps};
pub use waterfall::{Fall, waterfall};
