//! What problems does the business have, what did we promise and keep, and what is technology like to work with? People's
//! answers and what may be shown of them; what was done about them; problems and what became of them; commitments,
//! work-arounds and trust; updates.

pub mod action;
pub mod benefit;
pub mod challenge;
pub mod commitment;
pub mod happiness;
pub mod innovation;
pub mod problem;
pub mod question;
pub mod release;
pub mod response;
pub mod round;
pub mod suppression;
pub mod trial;
pub mod trust;
pub mod update;
pub mod way;
pub mod work_around;

pub use benefit::Benefit;
pub use challenge::Challenge;
pub use problem::Problem;
pub use trial::Trial;
