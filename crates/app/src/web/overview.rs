//! The statement of control: the page that everything else leads to and from.

use super::answer::{Answer, Error};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::render::chart;
use handback_core::permission::Action;
use handback_core::statement::{SeriesPoint, Statement};
use serde::Serialize;
use std::sync::Arc;

pub const ROUTES: &[Route] = &[Route::get("/", Needs::Nothing, overview)];

#[derive(Serialize)]
struct Page<'a> {
    statement: &'a Statement,
    bands: String,
    yearly: Vec<&'a SeriesPoint>,
}

/// The statement of control for whoever may see it.
fn overview(visit: &Visit) -> Result<Answer, Error> {
    if !visit.visitor.could(Action::See) {
        return Err(Error::SignIn);
    }
    let statement: Arc<Statement> = visit.site.statement(&visit.view, visit.dates.at)?;
    let series = &statement.control.series;
    visit.page(
        "overview.html",
        &Page {
            bands: chart::bands(series),
            yearly: chart::yearly(series),
            statement: &statement,
        },
    )
}
