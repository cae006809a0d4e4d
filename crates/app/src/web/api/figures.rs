//! Figures and the statement, by the functions that make those of the pages and the command line.

use crate::figures::Taken;
use crate::web::answer::{Answer, Error};
use crate::web::figures::take;
use crate::web::visit::Visit;
use handback_core::statement::FIGURES;
use serde::Serialize;

#[derive(Serialize)]
struct Figures {
    figures: Vec<Taken>,
}

pub fn list(visit: &Visit) -> Result<Answer, Error> {
    let taken = FIGURES.iter().map(|(name, _)| take(visit, name));
    Answer::json(&Figures {
        figures: taken.collect::<Result<_, _>>()?,
    })
}

pub fn one(visit: &Visit) -> Result<Answer, Error> {
    Answer::json(&take(visit, visit.param("name"))?)
}

pub fn statement(visit: &Visit) -> Result<Answer, Error> {
    Answer::json(&visit.statement()?)
}
