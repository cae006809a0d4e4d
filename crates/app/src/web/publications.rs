//! What the authority has published, for everybody.

use super::answer::{Answer, Error};
use super::visit::Visit;

/// The published statement for whoever is not signed in.
pub fn published(visit: &Visit) -> Result<Answer, Error> {
    visit.page("nothing-published.html", &())
}
