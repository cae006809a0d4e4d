//! Who runs, steers and could leave each service, and what share of them the authority controls.

mod arrangement;
mod service;
mod share;
mod standing;
mod stretch;

pub use arrangement::{Arrangement, Facet, Holder, Mode};
pub use service::{Criticality, Service, YearlyCost};
pub use share::{CostShare, Share, share_by_cost, share_by_count};
pub use standing::{Control, ControlRule, Holding, Standing, control};
pub use stretch::{Handover, Stretch};
