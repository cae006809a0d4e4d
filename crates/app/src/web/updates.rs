//! Updates: what the team tells everybody, each with its pictures and comments, as pages and as a feed.

pub mod comments;

use super::answer::{Answer, Error};
use super::listing::{Cell, Column, Listing, Row, Shown, words};
use super::route::{Needs, Route};
use super::sight::title;
use super::visit::Visit;
use crate::clock;
use crate::render;
use crate::render::markdown::{self, Picture, Within};
use handback_core::engagement::update::Update;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use handback_register::Fingerprint;
use jiff::Timestamp;
use serde::Serialize;
use std::io::Read;

pub const ROUTES: &[Route] = &[
    Route::get("/updates", Needs::Nothing, list),
    Route::get("/updates.atom", Needs::Nothing, feed),
    Route::get("/updates/{id}", Needs::Nothing, one),
    Route::get("/updates/pictures/{fingerprint}", Needs::Nothing, picture),
];

const COLUMNS: &[Column] = &[
    words("update", "Update"),
    words("published", "Published"),
    words("services", "About"),
];

/// How many letters of an update lists and feeds begin with.
const BEGINNING: usize = 160;

/// How many updates a feed has.
const FED: usize = 50;

/// The most bytes of a picture.
pub const MOST_PICTURE: u64 = 5_000_000;

/// What a picture is by its first bytes; none where it is none that pages show.
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

/// Where a picture is.
pub fn picture_address(fingerprint: &str) -> String {
    format!("/updates/pictures/{fingerprint}")
}

/// The updates that whoever asks can read, newest first.
fn out<'e>(visit: &Visit, estate: &'e Estate) -> Vec<(RecordId, &'e Update)> {
    let mut out: Vec<(RecordId, &Update)> = estate
        .updates
        .iter()
        .filter(|(id, held)| is_out(visit, **id, held))
        .map(|(id, held)| (*id, held))
        .collect();
    out.sort_by_key(|(id, held)| (std::cmp::Reverse(held.published_on), *id));
    out
}

/// Whether whoever asks can read it. An address that names a later day opens nothing before its day.
fn is_out(visit: &Visit, id: RecordId, held: &Update) -> bool {
    held.is_out(visit.dates.at.min(clock::today())) && visit.sees(id)
}

/// An update as Markdown has it, made into markup of ours.
pub fn set(held: &Update, within: Within<'_>) -> String {
    let pictures: Vec<Picture> = held
        .pictures
        .iter()
        .map(|picture| Picture {
            href: picture_address(&picture.fingerprint),
            alt: picture.alt.clone(),
        })
        .collect();
    markdown::html(&held.text, &pictures, within)
}

fn services_of(estate: &Estate, held: &Update) -> Vec<(RecordId, String)> {
    let services = held.services.iter();
    let named = services.filter_map(|id| Some((*id, estate.services.get(id)?.name.clone())));
    named.collect()
}

#[derive(Serialize)]
struct Page {
    list: Shown,
    feed: String,
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let row = |(id, held): (RecordId, &Update)| {
        let services: Vec<String> = services_of(&estate, held)
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        Row {
            cells: vec![
                Cell::text(&held.title)
                    .to(format!("/updates/{id}"))
                    .with(markdown::beginning(&held.text, BEGINNING)),
                Cell::when(held.published_on),
                Cell::names(&services),
            ],
            kept_by: Vec::new(),
        }
    };
    let rows: Vec<Row> = out(visit, &estate).into_iter().map(row).collect();
    let listing = Listing {
        name: "updates",
        caption: format!("{} updates", rows.len()),
        columns: COLUMNS,
        filters: Vec::new(),
        rows,
    };
    if let Some(file) = listing.csv(visit)? {
        return Ok(file);
    }
    let page = Page {
        list: listing.shown(visit),
        feed: format!("{}/updates.atom", visit.site.settings.public_url),
    };
    visit.page("updates.html", &page)
}

#[derive(Serialize)]
struct One {
    id: RecordId,
    title: String,
    published: String,
    html: String,
    services: Vec<(RecordId, String)>,
    /// Problems that it is about, as far as whoever asks may see them.
    problems: Vec<(RecordId, String)>,
    related: Vec<(RecordId, String, String)>,
    /// The address to share.
    address: String,
    feed: String,
    comments: comments::Comments,
    may_change: bool,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    let estate = visit.estate()?;
    let held = estate.updates.get(&id).ok_or(Error::NotFound)?;
    let known = visit.view.known();
    let problem = |id: &RecordId| {
        let entry = known.entry_of(*id).filter(|entry| visit.seen(entry))?;
        Some((*id, title(entry)?))
    };
    let subject = estate.subject(Update::NAME, id);
    let may = visit
        .visitor
        .permit(Action::PublishUpdate, &subject)
        .is_ok();
    // Whoever writes updates reads them before everybody does.
    let reads = is_out(visit, id, held) || may && visit.sees(id);
    if !reads {
        return Err(Error::NotFound);
    }
    let host = &visit.site.settings.public_url;
    visit.page(
        "update.html",
        &One {
            id,
            title: held.title.clone(),
            published: render::when(held.published_on),
            html: set(
                held,
                Within {
                    host: "",
                    dates: &visit.dates.query(),
                },
            ),
            services: services_of(&estate, held),
            problems: held.problems.iter().filter_map(problem).collect(),
            related: related(visit, &estate, id, held),
            address: format!("{host}/updates/{id}"),
            feed: format!("{host}/updates.atom"),
            comments: comments::on(visit, id)?,
            may_change: may && !visit.is_past_knowledge(),
        },
    )
}

/// How many related updates a page names.
const RELATED: usize = 5;

/// Updates about the same services or problems, those that share most first.
fn related(
    visit: &Visit,
    estate: &Estate,
    id: RecordId,
    held: &Update,
) -> Vec<(RecordId, String, String)> {
    let mut related: Vec<(RecordId, &Update)> = out(visit, estate);
    related.retain(|(other, update)| *other != id && held.shares(update) > 0);
    related.sort_by_key(|(_, update)| std::cmp::Reverse(held.shares(update)));
    let line = |(id, update): (RecordId, &Update)| {
        let published = render::when(update.published_on);
        (id, update.title.clone(), published)
    };
    related.into_iter().take(RELATED).map(line).collect()
}

/// A picture of an update, for whoever can read one that shows it; whoever writes updates sees those that wait too.
fn picture(visit: &Visit) -> Result<Answer, Error> {
    let named = visit.param("fingerprint");
    let fingerprint: Fingerprint = named.parse().map_err(|_| Error::NotFound)?;
    let estate = visit.estate()?;
    let mut updates = out(visit, &estate).into_iter();
    let shows = |held: &Update| {
        let mut pictures = held.pictures.iter();
        pictures.any(|picture| picture.fingerprint == named)
    };
    if !updates.any(|(_, held)| shows(held)) && !visit.visitor.could(Action::PublishUpdate) {
        return Err(Error::NotFound);
    }
    let vault = &visit.site.data.vault;
    if !vault.holds(fingerprint) {
        return Err(Error::NotFound);
    }
    let bytes = whole(vault.get(fingerprint)?)?.ok_or(Error::NotFound)?;
    let content_type = picture_type(&bytes).ok_or(Error::NotFound)?;
    Ok(Answer::Shown {
        content_type,
        bytes,
    })
}

/// All bytes of a picture; none where it is larger than one may be.
pub fn whole(source: impl Read) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::new();
    let read = source.take(MOST_PICTURE + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::Inside(error.into()))?;
    Ok((bytes.len() as u64 <= MOST_PICTURE).then_some(bytes))
}

#[derive(Serialize)]
struct Feed {
    authority: String,
    host: String,
    updated: String,
    entries: Vec<Fed>,
}

#[derive(Serialize)]
struct Fed {
    address: String,
    title: String,
    published: String,
    updated: String,
    summary: String,
    html: String,
}

/// The newest updates as Atom (RFC 4287).
fn feed(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let host = &visit.site.settings.public_url;
    let mut newest = Timestamp::UNIX_EPOCH;
    let mut entries = Vec::new();
    for (id, held) in out(visit, &estate).into_iter().take(FED) {
        let Some(entry) = visit.view.known().entry_of(id) else {
            continue;
        };
        let updated = entry.batch.recorded_at;
        newest = newest.max(updated);
        let published = held.published_on.latest().unwrap_or_default();
        entries.push(Fed {
            address: format!("{host}/updates/{id}"),
            title: writable(&held.title),
            published: format!("{published}T00:00:00Z"),
            updated: updated.to_string(),
            summary: writable(&markdown::beginning(&held.text, BEGINNING)),
            html: writable(&set(held, Within { host, dates: "" })),
        });
    }
    let authority = visit.site.authority(&visit.view)?;
    let feed = Feed {
        authority: writable(&authority.unwrap_or_else(|| "Handback".into())),
        host: host.clone(),
        updated: newest.to_string(),
        entries,
    };
    let text = visit.site.pages.render("updates.xml", visit, &feed)?;
    Ok(Answer::Shown {
        content_type: "application/atom+xml; charset=utf-8",
        bytes: text.0.into_bytes(),
    })
}

/// Text without the signs that XML forbids.
fn writable(text: &str) -> String {
    let forbidden = |sign: char| {
        (sign.is_control() && !"\t\n".contains(sign)) || "\u{fffe}\u{ffff}".contains(sign)
    };
    text.chars().filter(|sign| !forbidden(*sign)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_told_by_their_first_bytes_alone() {
        for (bytes, is) in [
            (&b"\x89PNG\r\n\x1a\nrest"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0rest", Some("image/jpeg")),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"GIF89a", None),
            (b"<svg xmlns=\"http://www.w3.org/2000/svg\">", None),
            (b"\x89PNG", None),
            (b"<html>\x89PNG\r\n\x1a\n", None),
            (b"", None),
        ] {
            assert_eq!(picture_type(bytes), is, "{bytes:?}");
        }
    }

    #[test]
    fn a_feed_holds_no_sign_that_xml_forbids() {
        assert_eq!(writable("a\u{1}b\u{fffe}\tc\nd\u{7f}é"), "ab\tc\ndé");
    }
}
