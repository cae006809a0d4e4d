//! Lists with nothing in them yet: which file would fill the place, where such files usually are, and
//! one to fill in.

use super::answer::{Answer, Download, Error};
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::cli::template;
use handback_core::permission::Action;
use serde::Serialize;

pub const ROUTES: &[Route] = &[Route::get(
    "/templates/{file}",
    Needs::May(Action::See),
    file,
)];

/// What would fill a list.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Blank {
    pub title: &'static str,
    /// Which file would fill it.
    pub file: &'static str,
    /// Where such files usually are.
    pub places: &'static [&'static str],
    /// The words under which `handback template` prints one to fill in.
    pub templates: &'static [&'static str],
}

/// A file to fill in.
fn file(visit: &Visit) -> Result<Answer, Error> {
    let name = visit.param("file");
    let kind = name.strip_suffix(".csv").ok_or(Error::NotFound)?;
    let text = template::file(kind).ok_or(Error::NotFound)?;
    Ok(Answer::File(Download {
        name: name.to_owned(),
        content_type: "text/csv; charset=utf-8",
        bytes: text.into_bytes(),
    }))
}
