//! The table of routes: every address, who may ask for it, and what answers. One table, so that a test
//! can walk every route as every role.

use super::answer::{Answer, Error};
use super::visit::Visit;
use handback_core::permission::Action;

/// How an address is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Changes nothing.
    Get,
    /// Changes something; carries the form token, or a bearer token where a program asks.
    Post,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anyone, signed in or not.
    Nothing,
    /// Somebody whose role allows this, everywhere or on some subject; the answer itself asks again
    /// about the subject at hand ([`Visit::permit`]).
    May(Action),
}

/// What answers a request. It runs where waiting is allowed.
pub type Answering = fn(&Visit) -> Result<Answer, Error>;

/// One address.
#[derive(Clone, Copy)]
pub struct Route {
    pub method: Method,
    /// As axum writes it: `/services/{id}`.
    pub path: &'static str,
    pub needs: Needs,
    /// Whether files may come with the form.
    pub files: bool,
    pub answer: Answering,
}

impl Route {
    /// An address that changes nothing.
    pub const fn get(path: &'static str, needs: Needs, answer: Answering) -> Route {
        Route {
            method: Method::Get,
            path,
            needs,
            files: false,
            answer,
        }
    }

    /// An address that changes something.
    pub const fn post(path: &'static str, needs: Needs, answer: Answering) -> Route {
        Route {
            method: Method::Post,
            path,
            needs,
            files: false,
            answer,
        }
    }

    /// The same, with files in the form.
    pub const fn with_files(self) -> Route {
        Route {
            files: true,
            ..self
        }
    }

    /// Whether people answer there: without a cookie, and so without the token that ties a form to one.
    pub fn is_answering(&self) -> bool {
        self.path.starts_with("/answer")
    }

    /// Whether programs ask for it, with a bearer token, and get JSON.
    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }
}

/// Every route, by the module that answers.
pub const ROUTES: &[&[Route]] = &[
    super::about::ROUTES,
    super::account::ROUTES,
    super::accounts::ROUTES,
    super::answering::ROUTES,
    super::actions::ROUTES,
    super::api::ROUTES,
    super::blank::ROUTES,
    super::bulk::ROUTES,
    super::calendar::ROUTES,
    super::claims::ROUTES,
    super::clauses::ROUTES,
    super::contracts::ROUTES,
    super::entries::ROUTES,
    super::experience::ROUTES,
    super::figures::ROUTES,
    super::first::ROUTES,
    super::first::services::ROUTES,
    super::forms::ROUTES,
    super::forms::update::ROUTES,
    super::gates::ROUTES,
    super::happenings::ROUTES,
    super::history::ROUTES,
    super::imports::ROUTES,
    super::innovation::ROUTES,
    super::names::ROUTES,
    super::obligations::ROUTES,
    super::organisations::ROUTES,
    super::overview::ROUTES,
    super::payments::ROUTES,
    super::performance::ROUTES,
    super::promises::ROUTES,
    super::problems::ROUTES,
    super::publications::ROUTES,
    super::readiness::ROUTES,
    super::recommendations::ROUTES,
    super::registers::ROUTES,
    super::requests::ROUTES,
    super::rounds::ROUTES,
    super::variations::ROUTES,
    super::extras::ROUTES,
    super::scope::ROUTES,
    super::services::ROUTES,
    super::sign_in::ROUTES,
    super::suppliers::ROUTES,
    super::tasks::ROUTES,
    super::totals::ROUTES,
    super::measures::ROUTES,
    super::updates::ROUTES,
    super::updates::comments::ROUTES,
    super::waves::ROUTES,
    super::work::ROUTES,
];

/// Every route.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().copied().flatten()
}
