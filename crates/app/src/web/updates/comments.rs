//! Comments on updates: anybody who signs in writes them, a moderator shows or removes them.

use super::super::answer::{Answer, Error};
use super::super::route::{Needs, Route};
use super::super::sight::title;
use super::super::visit::Visit;
use super::super::visitor::to_hex;
use super::is_out;
use crate::clock;
use handback_core::permission::{Action, Actor, Subject};
use handback_core::record::RecordId;
use handback_register::desk::{Account, Comment, CommentId, CommentState};
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::post("/updates/{id}/comments", Needs::May(Action::Comment), write),
    Route::get("/comments", Needs::May(Action::Moderate), waiting),
    Route::post("/comments/{id}/shown", Needs::May(Action::Moderate), show),
    Route::post(
        "/comments/{id}/removed",
        Needs::May(Action::Moderate),
        remove,
    ),
];

/// The most letters of a comment.
const MOST: usize = 2000;

/// How many comments a moderator's list has.
const LISTED: u32 = 200;

/// What a page shows of the comments on a record.
#[derive(Serialize)]
pub struct Comments {
    /// Those that wait: all of them for a moderator, one's own for everybody else.
    waiting: Vec<Line>,
    shown: Vec<Line>,
    /// That there were others, for moderators alone.
    removed: Vec<Line>,
    may_moderate: bool,
    most: usize,
}

#[derive(Serialize)]
struct Line {
    id: String,
    /// What it is about, where that stands at the moment of knowing and whoever looks may see it.
    about: Option<RecordId>,
    on: String,
    /// The public reads no names.
    who: String,
    when: String,
    text: String,
    /// Who removed it, when and why.
    removed: Option<String>,
}

/// Whoever looks, and what people are called.
struct Looking<'a> {
    visit: &'a Visit,
    names: BTreeMap<Actor, String>,
}

impl Looking<'_> {
    fn of(visit: &Visit) -> Result<Looking<'_>, Error> {
        let names = match visit.visitor.is_signed_in() {
            false => BTreeMap::new(),
            true => visit
                .site
                .data
                .wait(visit.site.desk.accounts())?
                .into_iter()
                .map(|account: Account| (account.actor, account.name))
                .collect(),
        };
        Ok(Looking { visit, names })
    }

    fn name(&self, actor: Option<&Actor>) -> String {
        let name = actor.and_then(|actor| self.names.get(actor));
        let otherwise = match self.visit.visitor.is_signed_in() {
            true => "somebody whose account is closed",
            false => "somebody who works here",
        };
        name.map_or(otherwise, String::as_str).to_owned()
    }

    fn line(&self, comment: &Comment) -> Line {
        let entry = self.visit.view.known().entry_of(comment.about);
        let on = entry.filter(|entry| self.visit.seen(entry)).and_then(title);
        let removed = comment.settled.as_ref().map(|(by, at)| {
            format!(
                "removed by {} on {}: {}",
                self.name(Some(by)),
                clock::told(*at),
                comment.why.as_deref().unwrap_or("no reason is kept")
            )
        });
        Line {
            id: to_hex(&comment.id.0),
            about: on.is_some().then_some(comment.about),
            on: on.unwrap_or_else(|| "something that is withdrawn or not shown here".into()),
            who: self.name(comment.author.as_ref()),
            when: clock::told(comment.written_at),
            text: comment.text.clone(),
            removed: removed.filter(|_| comment.state == CommentState::Removed),
        }
    }
}

fn may_moderate(visit: &Visit) -> bool {
    visit
        .visitor
        .permit(Action::Moderate, &Subject::default())
        .is_ok()
}

/// The comments on a record, as whoever asks may read them.
pub fn on(visit: &Visit, about: RecordId) -> Result<Comments, Error> {
    let looking = Looking::of(visit)?;
    let comments = visit.site.data.wait(visit.site.desk.comments_on(about))?;
    let may_moderate = may_moderate(visit);
    let own = |comment: &Comment| {
        let account = visit.visitor.account.as_ref();
        account.is_some_and(|account| comment.author.as_ref() == Some(&account.actor))
    };
    let lines = |state: CommentState, kept: &dyn Fn(&Comment) -> bool| -> Vec<Line> {
        let held = comments.iter().filter(|comment| comment.state == state);
        let kept = held.filter(|comment| kept(comment));
        kept.map(|comment| looking.line(comment)).collect()
    };
    Ok(Comments {
        waiting: lines(CommentState::Waiting, &|comment| {
            may_moderate || own(comment)
        }),
        shown: lines(CommentState::Shown, &|_| true),
        removed: lines(CommentState::Removed, &|_| may_moderate),
        may_moderate,
        most: MOST,
    })
}

fn write(visit: &Visit) -> Result<Answer, Error> {
    let about = visit.record("id")?;
    let estate = visit.estate()?;
    let held = estate.updates.get(&about).ok_or(Error::NotFound)?;
    let account = visit.visitor.account.as_ref().ok_or(Error::SignIn)?;
    if !is_out(visit, about, held) {
        return Err(Error::NotFound);
    }
    let text = visit.form.get("comment").unwrap_or_default();
    if text.is_empty() {
        return Err(Error::Wrong("write something, then send it".into()));
    }
    if text.chars().count() > MOST {
        return Err(Error::Wrong(format!(
            "a comment has at most {MOST} letters: say it shorter"
        )));
    }
    let site = &visit.site;
    site.tries
        .count(&format!("comments of {}", account.actor.0))?;
    let mut id = [0; 16];
    clock::random(&mut id);
    let kept = site
        .desk
        .comment((CommentId(id), about), &account.actor, text, visit.now);
    site.data.wait(kept)?;
    visit.see(&format!("/updates/{about}?done=comment#comments"))
}

/// A moderator's list: what waits, and what was removed.
fn waiting(visit: &Visit) -> Result<Answer, Error> {
    let looking = Looking::of(visit)?;
    let lines = |state| -> Result<Vec<Line>, Error> {
        let held = visit.site.desk.comments_in(state, LISTED);
        let held = visit.site.data.wait(held)?;
        Ok(held.iter().map(|comment| looking.line(comment)).collect())
    };
    let page = Comments {
        waiting: lines(CommentState::Waiting)?,
        shown: Vec::new(),
        removed: lines(CommentState::Removed)?,
        may_moderate: may_moderate(visit),
        most: MOST,
    };
    visit.page("comments.html", &page)
}

/// The moderator and the comment that the address names.
fn moderated(visit: &Visit) -> Result<(Actor, CommentId), Error> {
    let permit = visit.permit(Action::Moderate, &Subject::default())?;
    let id = CommentId(visit.record("id")?.0);
    Ok((permit.actor().clone(), id))
}

fn show(visit: &Visit) -> Result<Answer, Error> {
    let (by, id) = moderated(visit)?;
    let shown = visit.site.desk.show_comment(id, &by, visit.now);
    let about = visit.site.data.wait(shown)?.ok_or(Error::NotFound)?;
    visit.see(&format!("/updates/{about}?done=comment-shown#comments"))
}

fn remove(visit: &Visit) -> Result<Answer, Error> {
    let (by, id) = moderated(visit)?;
    let Some(why) = visit.form.get("why") else {
        return Err(Error::Wrong(
            "say why the comment is removed: other moderators will read it".into(),
        ));
    };
    let removed = visit.site.desk.remove_comment(id, &by, why, visit.now);
    let about = visit.site.data.wait(removed)?.ok_or(Error::NotFound)?;
    visit.see(&format!("/updates/{about}?done=comment-removed#comments"))
}
