//! Lists of records: each with its search and filters, its file, and what to do when it is empty.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Listing, Shown};
use super::sheet::changing;
use super::visit::Visit;
use handback_core::permission::Subject;
use handback_core::record::KindName;
use serde::Serialize;

/// A list and what stands around it.
#[derive(Clone, Copy)]
pub struct Place {
    pub title: &'static str,
    pub kind: KindName,
    pub intro: &'static str,
    /// Lists that share its place in the navigation: name and address.
    pub beside: &'static [(&'static str, &'static str)],
    pub blank: Blank,
}

#[derive(Serialize)]
struct Page<'a> {
    title: &'static str,
    intro: &'static str,
    beside: Vec<Beside>,
    kind: KindName,
    /// Where one is added, by those who may.
    add: Option<String>,
    /// Where many are changed at once, by those who may anywhere.
    bulk: Option<String>,
    blank: &'a Blank,
    list: Shown,
}

#[derive(Serialize)]
struct Beside {
    text: &'static str,
    href: &'static str,
    current: bool,
}

/// The page of a list, or its rows as a file.
pub fn shown(visit: &Visit, place: &Place, listing: &Listing) -> Result<Answer, Error> {
    if let Some(file) = listing.csv(visit)? {
        visit.noted_all(place.kind)?;
        return Ok(file);
    }
    let may = visit.visitor.could(changing(place.kind)) && !visit.is_past_knowledge();
    let everywhere = visit
        .visitor
        .permit(changing(place.kind), &Subject::default())
        .is_ok();
    let address = |what| {
        format!(
            "/records/{}/{what}",
            handback_core::kinds::in_address(place.kind)
        )
    };
    let beside = place.beside.iter().map(|(text, href)| Beside {
        text,
        href,
        current: *href == visit.path,
    });
    visit.page(
        "records.html",
        &Page {
            title: place.title,
            intro: place.intro,
            beside: beside.collect(),
            kind: place.kind,
            add: may.then(|| address("new")),
            bulk: (may && everywhere).then(|| address("bulk")),
            blank: &place.blank,
            list: listing.shown(visit),
        },
    )
}
