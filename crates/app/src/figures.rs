//! Named figures with what they rest on: the command line and the pages take them here.

use handback_core::basis::{Basis, Known};
use handback_core::statement::{Estate, Figure, PaidUntil, Rules, figure};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeSet;

/// A figure and its basis.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    #[serde(flatten)]
    pub figure: Figure,
    pub basis: Basis,
}

/// The days up to which payments must be counted for a figure.
pub fn days_of_payments(name: &str, at: Date) -> BTreeSet<Date> {
    if name.starts_with("paid.") {
        BTreeSet::from([at])
    } else {
        BTreeSet::new()
    }
}

/// Take a figure; none when there is no figure of this name.
pub fn taken(
    estate: &Estate,
    paid: &PaidUntil,
    rules: &Rules,
    name: &str,
    at: Date,
    known: Known,
) -> Option<Taken> {
    Some(Taken {
        figure: figure(estate, paid, rules, name, at)?,
        basis: Basis::of_payments(&estate.imports, known),
    })
}
