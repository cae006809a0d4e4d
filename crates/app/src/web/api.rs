//! The API for programs, under `/api/v1`: the same records, figures and rules as the pages, in JSON.
//!
//! Programs show a bearer token; cookies count for nothing here. `openapi.json` describes every
//! address, and a test keeps it true.

mod batches;
mod entries;
mod figures;
mod imports;
mod records;

use super::answer::{Answer, Error, response};
use super::route::{Needs, Route};
use super::visit::Visit;
use axum::body::Body;
use axum::http::{HeaderValue, Response, header};
use handback_core::permission::Action;
use handback_core::record::RecordId;
use serde::Serialize;

pub use batches::ItemFault;

const SEE: Needs = Needs::May(Action::See);

pub const ROUTES: &[Route] = &[
    Route::get("/api/v1/openapi.json", Needs::Nothing, description),
    Route::get("/api/v1/head", SEE, entries::head),
    Route::get("/api/v1/entries", SEE, entries::list),
    Route::get("/api/v1/entries/{n}", SEE, entries::one),
    Route::get("/api/v1/records/{kind}", SEE, records::list),
    Route::get("/api/v1/records/{kind}/{id}", SEE, records::one),
    Route::get("/api/v1/records/{kind}/{id}/history", SEE, records::history),
    Route::post("/api/v1/batches", SEE, batches::state),
    Route::get("/api/v1/imports", SEE, imports::list),
    Route::post("/api/v1/imports", Needs::May(Action::Import), imports::take).with_files(),
    Route::get("/api/v1/figures", SEE, figures::list),
    Route::get("/api/v1/figures/{name}", SEE, figures::one),
    Route::get("/api/v1/statement", SEE, figures::statement),
];

fn description(_: &Visit) -> Result<Answer, Error> {
    let text = include_str!("api/openapi.json");
    Ok(Answer::Json(
        serde_json::from_str(text).map_err(anyhow::Error::from)?,
    ))
}

/// The most records or entries that one answer holds.
const MOST: usize = 1_000;

/// How many records or entries an answer holds when nothing is said.
const USUAL: usize = 100;

/// How many are asked for with `most`.
fn most(visit: &Visit) -> Result<usize, Error> {
    let Some(most) = visit.query.get("most") else {
        return Ok(USUAL);
    };
    let number = most.parse().ok().filter(|most| (1..=MOST).contains(most));
    number.ok_or_else(|| {
        Error::Wrong(format!(
            "most={most} cannot be had: ask for 1 to {MOST} at a time"
        ))
    })
}

/// A page of things, and whether there are more.
fn paged<T>(things: impl Iterator<Item = T>, most: usize) -> (Vec<T>, bool) {
    let mut page: Vec<T> = things.take(most + 1).collect();
    let more = page.len() > most;
    page.truncate(most);
    (page, more)
}

/// A record that somebody else changed, and in which entry.
#[derive(Serialize)]
struct Moved {
    record: RecordId,
    entry: u64,
}

/// Why there is no answer, as RFC 9457 has it.
#[derive(Serialize)]
struct Problem<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    /// Under which the log says what broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<Moved>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    faults: &'a [ItemFault],
}

/// The answer that says why there is none.
pub fn problem(error: &Error, reference: Option<String>) -> anyhow::Result<Response<Body>> {
    let moved = match error {
        Error::Conflict(conflict) => conflict.moved(),
        _ => &[],
    };
    let problem = Problem {
        r#type: "about:blank",
        title: match error {
            Error::NotFound => "Nothing here",
            Error::SignIn => "Show a token",
            error => error.title(),
        },
        status: error.status().as_u16(),
        detail: match error {
            Error::SignIn => "send a token that is valid: Authorization: Bearer TOKEN".into(),
            error => error.reason(),
        },
        reference,
        moved: moved
            .iter()
            .map(|(record, entry)| Moved {
                record: *record,
                entry: *entry,
            })
            .collect(),
        faults: match error {
            Error::Faults(faults) => faults,
            _ => &[],
        },
    };
    let body = Body::from(serde_json::to_string(&problem)?);
    let mut answer = response(error.status(), "application/problem+json", body);
    if matches!(error, Error::SignIn) {
        let scheme = HeaderValue::from_static("Bearer");
        answer
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, scheme);
    }
    Ok(answer)
}
