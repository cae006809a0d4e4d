//! The form by which an update is written: its text with a preview, and its pictures with what they show.

use super::super::answer::{Answer, Error};
use super::super::fields::{FieldFaults, Fields};
use super::super::route::{Needs, Route};
use super::super::updates::{MOST_PICTURE, picture_address, picture_type, set, whole};
use super::super::visit::{Upload, Visit};
use super::{
    Drawn, NotStated, base, draw, now_only, ordered, restated, same, saying, stated,
    subject_of_new, typed,
};
use crate::data::fresh_id;
use crate::render::markdown::Within;
use crate::transfer::Titles;
use handback_core::engagement::update::{Picture, Update};
use handback_core::kinds::{self, Table};
use handback_core::permission::Action;
use handback_core::record::{Change, Kind, RecordId};
use handback_core::table::{Heading, joined, listed};
use handback_register::Picture as Register;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;

pub const ROUTES: &[Route] = &[
    Route::get("/updates/new", Needs::May(Action::PublishUpdate), ask_new),
    Route::post("/updates/new", Needs::May(Action::PublishUpdate), add).with_files(),
    Route::get(
        "/updates/{id}/change",
        Needs::May(Action::PublishUpdate),
        ask_change,
    ),
    Route::post(
        "/updates/{id}/change",
        Needs::May(Action::PublishUpdate),
        change,
    )
    .with_files(),
];

/// The heading whose cells the form fills in by itself.
const PICTURES: &str = "pictures";

/// The form, or the form again with what is wrong with it and how it will look.
#[derive(Serialize)]
struct Page {
    heading: &'static str,
    fields: Vec<Drawn>,
    pictures: Vec<Kept>,
    alt: String,
    action: String,
    base: u64,
    why: String,
    /// The title and the text as everybody will read them.
    preview: Option<(String, String)>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    back: String,
}

/// A picture that the update has already.
#[derive(Serialize)]
struct Kept {
    /// As a table's cell has it.
    cell: String,
    href: String,
    alt: String,
}

impl Kept {
    fn of(cell: &str) -> Kept {
        let (fingerprint, alt) = cell.split_once(' ').unwrap_or((cell, ""));
        Kept {
            href: picture_address(fingerprint),
            alt: alt.to_owned(),
            cell: cell.to_owned(),
        }
    }
}

fn table() -> &'static Table {
    kinds::form(Update::NAME).expect("updates have a table")
}

fn asked() -> impl Iterator<Item = &'static Heading> {
    let headings = table().headings.iter();
    headings.filter(|heading| heading.name != PICTURES)
}

/// The update that the address names, as its table has it; none where a new one is written.
fn standing(visit: &Visit) -> Result<Option<(RecordId, Vec<String>)>, Error> {
    now_only(visit)?;
    if visit.param("id").is_empty() {
        return Ok(None);
    }
    let id = visit.record("id")?;
    let entry = visit.standing(Update::NAME, id)?;
    let titles = Titles::of(&visit.view)?;
    let rows = (table().rows)(entry.version, entry.item().unwrap_or_default(), &titles);
    let rows = rows.map_err(|error| Error::Inside(error.into()))?;
    Ok(rows.into_iter().next().map(|row| (id, row)))
}

/// Where a heading's cell stands in a row.
fn cell<'r>(row: &'r [String], heading: &str) -> &'r str {
    let place = table().place(heading).unwrap_or_default();
    row.get(place).map_or("", String::as_str)
}

fn page(
    visit: &Visit,
    stands: Option<&(RecordId, Vec<String>)>,
    pictures: &[String],
    faults: &FieldFaults,
) -> Result<Page, Error> {
    let errors = faults.by_field();
    let estate = visit.estate()?;
    let today = crate::clock::today().to_string();
    let stated = |heading: &'static Heading| match (stands, heading.name) {
        (Some((_, row)), name) => cell(row, name).to_owned(),
        (None, "published on") => today.clone(),
        (None, _) => String::new(),
    };
    let drawn = |heading: &'static Heading| {
        draw::drawn(heading, 0, &stated(heading), &visit.form, &errors, &estate)
    };
    let (heading, action, back) = match stands {
        Some((id, _)) => (
            "Change an update",
            format!("/updates/{id}/change"),
            format!("/updates/{id}"),
        ),
        None => (
            "Write an update",
            "/updates/new".to_owned(),
            "/updates".to_owned(),
        ),
    };
    Ok(Page {
        heading,
        fields: asked().map(drawn).collect(),
        pictures: pictures.iter().map(|cell| Kept::of(cell)).collect(),
        alt: visit.form.typed("alt").to_owned(),
        action,
        base: base(visit),
        why: visit.form.typed("why").to_owned(),
        preview: None,
        summary: faults.summary(),
        errors,
        back,
    })
}

fn ask_new(visit: &Visit) -> Result<Answer, Error> {
    standing(visit)?;
    let page = page(visit, None, &[], &FieldFaults::default())?;
    visit.page("update-form.html", &page)
}

fn ask_change(visit: &Visit) -> Result<Answer, Error> {
    let stands = standing(visit)?.ok_or(Error::NotFound)?;
    let pictures = listed(cell(&stands.1, PICTURES));
    let page = page(visit, Some(&stands), &pictures, &FieldFaults::default())?;
    visit.page("update-form.html", &page)
}

fn add(visit: &Visit) -> Result<Answer, Error> {
    written(visit, None)
}

fn change(visit: &Visit) -> Result<Answer, Error> {
    let stands = standing(visit)?.ok_or(Error::NotFound)?;
    written(visit, Some(stands))
}

/// Take the form: show how it will look, or state the update.
fn written(visit: &Visit, stands: Option<(RecordId, Vec<String>)>) -> Result<Answer, Error> {
    now_only(visit)?;
    let mut faults = FieldFaults::default();
    let mut pictures = left(&visit.form);
    pictures.extend(uploaded(visit, &mut faults)?);
    let mut row = typed(asked(), 0, &visit.form, &mut faults);
    row.insert(PICTURES, joined(pictures.iter().cloned()));
    let again = |faults: &FieldFaults| {
        let page = page(visit, stands.as_ref(), &pictures, faults)?;
        visit.invalid("update-form.html", &page)
    };
    if !faults.is_empty() {
        return again(&faults);
    }
    let rows = vec![ordered(table(), &row)];
    if visit.form.has("preview") {
        let preview = preview(&row, &pictures);
        let page = Page {
            preview: Some(preview),
            ..page(visit, stands.as_ref(), &pictures, &faults)?
        };
        return visit.page("update-form.html", &page);
    }
    let subject = match &stands {
        Some((id, _)) => visit.subject(Update::NAME, *id),
        None => subject_of_new(visit, table(), &rows)?,
    };
    let permit = visit.permit(Action::PublishUpdate, &subject)?;
    let id = stands.as_ref().map_or_else(fresh_id, |(id, _)| *id);
    let stating = |picture: &Register| {
        let (change, identity, mut changes) = stated(picture, table(), &rows)?;
        if same(picture, table(), &identity)?.is_some_and(|there| there != id) {
            return Err(NotStated::There);
        }
        match stands {
            Some(_) => changes.extend(restated(picture, table(), id, change)?),
            None => changes.push(Change { id, ..change }),
        }
        Ok((!changes.is_empty(), changes))
    };
    let base = stands.as_ref().map(|_| base(visit));
    let saying = saying(visit, "written on a page", base);
    match visit.site.data.change(&permit, saying, stating) {
        Ok(done) => {
            let done = if done.answer { "saved" } else { "nothing" };
            visit.see(&format!("/updates/{id}?done={done}"))
        }
        Err(NotStated::Register(error)) if error.is_conflict() => {
            faults.add(
                "conflict",
                "Somebody else changed this update since you opened it: open it again in another window, compare, then save yours again",
            );
            again(&faults)
        }
        Err(refused) => again(&refused.faults(table())?),
    }
}

/// The pictures that stay, as a table's cells have them.
fn left(form: &Fields) -> Vec<String> {
    let out: Vec<&str> = form.all("leave-out").collect();
    let stays = form.all("picture").filter(|cell| !out.contains(cell));
    stays.map(str::to_owned).collect()
}

/// The picture that came with the form, kept in the vault, as a table's cell has it. What is no picture, too large or
/// without words for those who do not see it is not kept.
fn uploaded(visit: &Visit, faults: &mut FieldFaults) -> Result<Vec<String>, Error> {
    let mut kept = Vec::new();
    for file in &visit.files {
        let alt = visit.form.get("alt").unwrap_or_default();
        match (taken(file)?, alt) {
            (None, _) => faults.add(
                "files",
                format!(
                    "{} is no PNG, JPEG or WebP picture of at most {} MB",
                    file.name,
                    MOST_PICTURE / 1_000_000
                ),
            ),
            (Some(_), "") => faults.add(
                "alt",
                "Say what the picture shows, for people who do not see it, and choose the picture again",
            ),
            (Some(bytes), alt) => {
                let fingerprint = visit.site.data.vault.put(bytes.as_slice())?;
                let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
                kept.push(format!("{fingerprint} {alt}"));
            }
        }
        let _ = std::fs::remove_file(&file.path);
    }
    Ok(kept)
}

/// The bytes of a picture; none where it is none.
fn taken(file: &Upload) -> Result<Option<Vec<u8>>, Error> {
    let opened = File::open(&file.path).map_err(|error| Error::Inside(error.into()))?;
    Ok(whole(opened)?.filter(|bytes| picture_type(bytes).is_some()))
}

/// How it will look.
fn preview(row: &BTreeMap<&'static str, String>, pictures: &[String]) -> (String, String) {
    let picture = |cell: &String| {
        let (fingerprint, alt) = cell.split_once(' ')?;
        Some(Picture {
            fingerprint: fingerprint.to_owned(),
            alt: alt.to_owned(),
        })
    };
    let held = Update {
        title: row["update"].clone(),
        published_on: handback_core::dated::When::Unknown,
        text: row["markdown"].clone(),
        pictures: pictures.iter().filter_map(picture).collect(),
        services: std::collections::BTreeSet::new(),
        problems: std::collections::BTreeSet::new(),
    };
    let html = set(&held, Within::default());
    (held.title, html)
}
