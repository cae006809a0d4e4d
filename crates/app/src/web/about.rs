//! What everybody may know of the site itself.

use super::answer::{Answer, Error};
use super::route::{Needs, Route};
use super::visit::Visit;
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/accessibility", Needs::Nothing, |visit| {
        about(visit, "accessibility.html")
    }),
    Route::get("/privacy", Needs::Nothing, |visit| {
        about(visit, "privacy.html")
    }),
];

#[derive(Serialize)]
struct Page<'a> {
    /// Whom to tell.
    contact: &'a str,
}

fn about(visit: &Visit, template: &str) -> Result<Answer, Error> {
    let contact = &visit.site.settings.contact;
    visit.page(template, &Page { contact })
}
