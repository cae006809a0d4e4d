//! People and services on the move: how many posts came or went, in which waves services move, what
//! closes a day for it, and whether each service is ready.

mod blackout;
mod check;
mod contradiction;
mod dependency;
mod gate;
mod listed;
mod readiness;
mod risk;
mod staff;
mod stated;
mod task;
mod wave;

pub use blackout::{Blackout, Closes};
pub use check::{Finding, Plan};
pub use contradiction::{
    Contradiction, LastTrue, PaidOrganisation, Supplies, contradictions, last_true,
};
pub use dependency::Dependents;
pub use gate::{Decision, Gate};
pub use listed::{Agreement, Detail, Keyholder, Listed};
pub use readiness::{Asked, Judged, Named, Readiness, Reason, Record, ServiceReadiness, readiness};
pub use risk::{CanLogIn, SinglePoint, StopsOnDay0, can_log_in, single_points, stops_on_day_0};
pub use staff::{Joining, Route, StaffMovement, StaffReturned, joining, staff_returned};
pub use stated::{Dimension, ReadinessStatement, Said};
pub use task::{Progress, Task};
pub use wave::Wave;
