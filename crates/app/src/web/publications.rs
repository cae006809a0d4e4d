//! What the authority has published of its statement, for everybody.

use super::answer::{Answer, Error};
use super::fields::Fields;
use super::overview;
use super::route::{Needs, Route};
use super::visit::Visit;
use crate::data::{Saying, fresh_id};
use crate::estate::{KnownMoment, View};
use handback_core::assurance::{Publication, newest};
use handback_core::permission::{Action, Grant, Role, Subject, Within};
use handback_core::record::{Change, RecordId, Visibility};
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/publish", Needs::May(Action::Publish), ask),
    Route::post("/publish", Needs::May(Action::Publish), publish),
    Route::get("/publications", Needs::May(Action::See), list),
    Route::post(
        "/publications/{id}/withdraw",
        Needs::May(Action::Publish),
        withdraw,
    ),
];

/// The published statement for whoever is not signed in: for its day and as known at its entry,
/// whatever is known since.
pub fn published(visit: &Visit) -> Result<Answer, Error> {
    let now = View::at(&visit.site.data, None);
    let estate = visit.site.estate(&now)?;
    let standing = estate.publications.iter().map(|(id, held)| (*id, held));
    let Some((_, publication)) = newest(standing) else {
        return visit.page("nothing-published.html", &());
    };
    let known = KnownMoment::entry(publication.known);
    let view = View::at(&visit.site.data, Some(&known));
    // What is published is what any of the authority's own people may read: nothing restricted.
    let reader = [Grant {
        role: Role::Reader,
        within: Within::Everything,
    }];
    let statement = visit.statement_for(&view, publication.at, &reader)?;
    overview::shown(visit, &statement, publication.note.as_deref())
}

#[derive(Serialize)]
struct Asking {
    at: String,
    entry: u64,
    /// What everybody sees now.
    standing: Option<Line>,
    /// Links keep to the pinned dates.
    preview: String,
}

#[derive(Serialize)]
struct Line {
    id: String,
    at: String,
    known: u64,
    note: Option<String>,
    /// Whether everybody sees this one.
    is_seen: bool,
    href: String,
}

fn lines(visit: &Visit) -> Result<Vec<Line>, Error> {
    let estate = visit.estate()?;
    let held = || estate.publications.iter().map(|(id, held)| (*id, held));
    let seen = newest(held()).map(|(id, _)| id);
    let mut lines: Vec<Line> = held()
        .map(|(id, publication)| Line {
            id: id.to_string(),
            at: publication.at.to_string(),
            known: publication.known,
            note: publication.note.clone(),
            is_seen: seen == Some(id),
            href: format!("/?at={}&known={}", publication.at, publication.known),
        })
        .collect();
    lines.sort_by(|a, b| (b.known, &b.at).cmp(&(a.known, &a.at)));
    Ok(lines)
}

fn ask(visit: &Visit) -> Result<Answer, Error> {
    let mut pinned = Fields::default();
    pinned.push("at", visit.dates.at.to_string());
    pinned.push("known", visit.view.entry().to_string());
    visit.page(
        "publish.html",
        &Asking {
            at: visit.dates.at.to_string(),
            entry: visit.view.entry(),
            standing: lines(visit)?.into_iter().find(|line| line.is_seen),
            preview: format!("/?{}", pinned.query()),
        },
    )
}

fn publish(visit: &Visit) -> Result<Answer, Error> {
    let permit = visit.permit(Action::Publish, &Subject::default())?;
    let known = visit.form.get("known").and_then(|known| known.parse().ok());
    let at = visit.form.get("at").and_then(|at| at.parse().ok());
    let (Some(known), Some(at)) = (known, at) else {
        return Err(Error::Wrong("say which day and entry to publish".into()));
    };
    let publication = Publication {
        at,
        known,
        note: visit.form.get("note").map(str::to_owned),
    };
    let change = Change::state(fresh_id(), Visibility::Published, &publication);
    let saying = Saying::because(format!("publication of the statement as at {at}"));
    visit.site.data.change(&permit, saying, |_| {
        Ok::<_, handback_register::Error>(((), vec![change]))
    })?;
    Ok(Answer::See("/publications?done=published".into()))
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    #[derive(Serialize)]
    struct Page {
        lines: Vec<Line>,
    }
    visit.page(
        "publications.html",
        &Page {
            lines: lines(visit)?,
        },
    )
}

fn withdraw(visit: &Visit) -> Result<Answer, Error> {
    let permit = visit.permit(Action::Publish, &Subject::default())?;
    let id: RecordId = visit.record("id")?;
    if !visit.estate()?.publications.contains_key(&id) {
        return Err(Error::NotFound);
    }
    let change = Change::withdraw::<Publication>(id);
    let saying = Saying::because("no longer published");
    visit.site.data.change(&permit, saying, |_| {
        Ok::<_, handback_register::Error>(((), vec![change]))
    })?;
    Ok(Answer::See("/publications?done=unpublished".into()))
}
