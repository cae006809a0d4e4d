//! What an address answers, and how it leaves the program.

use super::api::ItemFault;
use super::page::PageText;
use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use handback_core::permission::Refusal;

/// What a request is answered with.
pub enum Answer {
    /// A page.
    Page(PageText),
    /// A page that shows a form again, with what is wrong with it.
    Invalid(PageText),
    /// Look there next: after a change, so that reloading repeats nothing.
    See(String),
    /// A file to keep.
    File(Download),
    /// Something that a page, or a program that reads feeds, shows.
    Shown {
        content_type: &'static str,
        bytes: Vec<u8>,
    },
    /// JSON for programs.
    Json(serde_json::Value),
    /// A cookie goes with the answer.
    WithCookie(String, Box<Answer>),
    /// Events until there are no more; asked for twice a second.
    Events(Box<dyn FnMut() -> Option<String> + Send>),
}

/// A file that leaves the program.
pub struct Download {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// JSON of a plain value.
    pub fn json(value: &impl serde::Serialize) -> Result<Answer, Error> {
        Ok(Answer::Json(
            serde_json::to_value(value).map_err(anyhow::Error::from)?,
        ))
    }

    /// A CSV file.
    pub fn csv(name: impl Into<String>, bytes: Vec<u8>) -> Answer {
        Answer::File(Download {
            name: name.into(),
            content_type: "text/csv; charset=utf-8",
            bytes,
        })
    }
}

/// Why a request is not answered. The words are for the person who asked; what broke inside goes to
/// the log alone, under a reference that the person sees.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing here, or nothing that this person may know of.
    #[error("there is nothing here")]
    NotFound,
    /// Nobody is signed in, and somebody must be.
    #[error("sign in first")]
    SignIn,
    #[error("{0}")]
    Forbidden(#[from] Refusal),
    /// The request makes no sense, in one sentence.
    #[error("{0}")]
    Wrong(String),
    /// Somebody changed the same records since.
    #[error("{0}")]
    Conflict(handback_register::Error),
    /// A file that cannot be taken in as it is.
    #[error("{0}")]
    Refused(String),
    /// What a program wants written is not written, because of these faults in it.
    #[error("nothing was written: see what is wrong with which record")]
    Faults(Vec<ItemFault>),
    /// Too many tries.
    #[error("too many tries: wait a minute, then try again")]
    TooMany,
    #[error(transparent)]
    Inside(anyhow::Error),
}

impl Error {
    /// What happened, in a few words that are the same each time.
    pub fn title(&self) -> &'static str {
        match self {
            Error::NotFound => "Page not found",
            Error::SignIn => "Sign in first",
            Error::Forbidden(_) => "You may not do this",
            Error::Wrong(_) => "This cannot be done",
            Error::Conflict(_) => "Somebody else changed this",
            Error::Refused(_) | Error::Faults(_) => "This cannot be taken",
            Error::TooMany => "Too many tries",
            Error::Inside(_) => "Something broke",
        }
    }

    /// Why, for whoever asked; what broke inside is not told.
    pub fn reason(&self) -> String {
        match self {
            Error::Inside(_) => "something broke on our side".into(),
            error => error.to_string(),
        }
    }

    /// The status that goes with it.
    pub fn status(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::SignIn => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Wrong(_) => StatusCode::BAD_REQUEST,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Refused(_) | Error::Faults(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Error::Inside(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Error {
        if crate::refused::is_refusal(&error) {
            Error::Wrong(error.to_string())
        } else {
            Error::Inside(error)
        }
    }
}
impl From<handback_register::Error> for Error {
    fn from(error: handback_register::Error) -> Error {
        if error.is_conflict() {
            Error::Conflict(error)
        } else {
            Error::from(anyhow::Error::from(error))
        }
    }
}
impl From<handback_facts::Error> for Error {
    fn from(error: handback_facts::Error) -> Error {
        Error::from(anyhow::Error::from(error))
    }
}

/// Scripts and styles from here alone, nothing framed, forms sent nowhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A response with the headers that every answer carries.
pub fn response(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// A page.
pub fn html(status: StatusCode, page: PageText) -> Response<Body> {
    response(status, "text/html; charset=utf-8", Body::from(page.0))
}
