//! What everybody may know of the site itself.

use super::route::{Needs, Route};

pub const ROUTES: &[Route] = &[
    Route::get("/accessibility", Needs::Nothing, |visit| {
        visit.page("accessibility.html", &())
    }),
    Route::get("/privacy", Needs::Nothing, |visit| {
        visit.page("privacy.html", &())
    }),
];
