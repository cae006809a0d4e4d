//! What was claimed or promised, and what the record says of it.

mod claim;
mod event;
mod judgement;
mod promise;
mod publication;
mod quantity;
mod recommendation;

pub use claim::{Claim, Comparison, Review, Test, Verdict};
pub use event::Event;
pub use judgement::{Evidence, Finding, judge};
pub use promise::{Promise, Promised, Saved, Saving};
pub use publication::{Publication, newest};
pub use quantity::{NotAQuantity, Quantity};
pub use recommendation::{Recommendation, RecommendationState};
