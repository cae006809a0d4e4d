//! One's own account: name, password, sessions, and tokens for programs.

use super::answer::{Answer, Error};
use super::fields::{FieldFaults, Fields};
use super::password;
use super::route::{Needs, Route};
use super::visit::Visit;
use super::visitor::{Door, Secret};
use handback_core::permission::{Action, Grant, Within, covers};
use handback_core::record::RecordId;
use handback_core::statement::Estate;
use handback_register::desk::{Account, Token, TokenId};
use jiff::ToSpan;
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/account", Needs::May(Action::See), own),
    Route::post("/account/name", Needs::May(Action::See), rename),
    Route::post(
        "/account/password",
        Needs::May(Action::See),
        change_password,
    ),
    Route::post(
        "/account/tokens",
        Needs::May(Action::HoldTokens),
        issue_token,
    ),
    Route::post(
        "/account/tokens/{id}/revoke",
        Needs::May(Action::HoldTokens),
        revoke_token,
    ),
];

/// A grant in plain words, and as a form sends it.
#[derive(Serialize)]
pub struct Right {
    pub words: String,
    value: String,
}

/// A grant in plain words.
pub fn right(grant: &Grant, estate: &Estate) -> Right {
    let named = |name: Option<String>| name.unwrap_or_else(|| "what was withdrawn since".into());
    let place = match grant.within {
        Within::Everything => "everywhere".to_owned(),
        Within::Directorate(id) => {
            let held = estate.organisations.get(&id);
            format!("in {}", named(held.map(|held| held.name.clone())))
        }
        Within::Service(id) => {
            let held = estate.services.get(&id);
            format!("for {}", named(held.map(|held| held.name.clone())))
        }
    };
    Right {
        words: format!("{}, {place}", grant.role.word()),
        value: serde_json::to_string(grant).unwrap_or_default(),
    }
}

#[derive(Serialize)]
struct Own {
    name: String,
    login: String,
    rights: Vec<Right>,
    sessions: usize,
    tokens: Vec<TokenLine>,
    /// A token just made: shown once, on this page alone.
    fresh: Option<String>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    kept: BTreeMap<String, String>,
    /// The rights ticked for a token.
    ticked: Vec<String>,
}

#[derive(Serialize)]
struct TokenLine {
    id: String,
    label: String,
    rights: Vec<Right>,
    expires: String,
    used: String,
    expired: bool,
}

/// The day of a moment, in words.
pub fn day(time: jiff::Timestamp) -> String {
    crate::render::when(handback_core::dated::When::Day(crate::clock::day_of(time)))
}

fn me(visit: &Visit) -> Result<&Account, Error> {
    visit.visitor.account.as_ref().ok_or(Error::SignIn)
}

fn own_page(visit: &Visit, faults: &FieldFaults, fresh: Option<String>) -> Result<Own, Error> {
    let (account, site) = (me(visit)?, &visit.site);
    let estate = visit.estate()?;
    let tokens = site.data.wait(site.desk.tokens(&account.actor))?;
    let line = |token: Token| TokenLine {
        id: token.id.to_string(),
        rights: token
            .grants
            .iter()
            .map(|held| right(held, &estate))
            .collect(),
        expires: day(token.expires_at),
        used: token.last_used_at.map_or_else(|| "never".into(), day),
        expired: token.expires_at <= visit.now,
        label: token.label,
    };
    let sessions = site
        .data
        .wait(site.desk.sessions(&account.actor, visit.now))?;
    // What was typed stays until a token came of it.
    let form = match fresh {
        None => visit.form.clone(),
        Some(_) => Fields::default(),
    };
    let mut kept = form.kept();
    kept.retain(|name, _| ["label", "days"].contains(&name.as_str()));
    Ok(Own {
        name: account.name.clone(),
        login: account.login.clone(),
        rights: account
            .grants
            .iter()
            .map(|held| right(held, &estate))
            .collect(),
        sessions: sessions.len(),
        tokens: tokens.into_iter().map(line).collect(),
        fresh,
        summary: faults.summary(),
        errors: faults.by_field(),
        kept,
        ticked: form.all("grant").map(str::to_owned).collect(),
    })
}

fn own(visit: &Visit) -> Result<Answer, Error> {
    visit.page(
        "account.html",
        &own_page(visit, &FieldFaults::default(), None)?,
    )
}

fn own_again(visit: &Visit, faults: &FieldFaults) -> Result<Answer, Error> {
    visit.invalid("account.html", &own_page(visit, faults, None)?)
}

fn rename(visit: &Visit) -> Result<Answer, Error> {
    let mut faults = FieldFaults::default();
    let name = faults.needed(&visit.form, "name", "Enter your name");
    if !faults.is_empty() {
        return own_again(visit, &faults);
    }
    let site = &visit.site;
    site.data.wait(site.desk.rename(&me(visit)?.actor, name))?;
    Ok(Answer::See("/account?done=account".into()))
}

fn change_password(visit: &Visit) -> Result<Answer, Error> {
    let (account, site) = (me(visit)?, &visit.site);
    site.tries.count(&format!("as {}", account.login))?;
    let mut faults = FieldFaults::default();
    if !password::is_right(visit.form.typed("present"), account.password.as_deref()) {
        faults.add("present", "This is not your present password");
    }
    let typed = password::chosen(&visit.form, &mut faults);
    if !faults.is_empty() {
        return own_again(visit, &faults);
    }
    let kept = password::kept(&typed)?;
    site.data
        .wait(site.desk.set_password(&account.actor, Some(kept)))?;
    // Whoever knew the old one is out; the person signs in again with the new one.
    site.data.wait(site.desk.end_sessions(&account.actor))?;
    Ok(Answer::See("/sign-in".into()))
}

/// How long tokens may live, in days.
const LIVES: [i64; 3] = [30, 90, 365];

fn issue_token(visit: &Visit) -> Result<Answer, Error> {
    let (account, site) = (me(visit)?, &visit.site);
    let mut faults = FieldFaults::default();
    let label = faults
        .needed(&visit.form, "label", "Say what the token is for")
        .to_owned();
    let days = visit.form.get("days").and_then(|days| days.parse().ok());
    let days = days.filter(|days| LIVES.contains(days)).unwrap_or(LIVES[0]);
    let grants: Vec<Grant> = visit
        .form
        .all("grant")
        .filter_map(|grant| serde_json::from_str(grant).ok())
        .collect();
    if grants.is_empty() || !covers(&account.grants, &grants) {
        faults.add(
            "grant",
            "Choose what the token may do, of what you may do yourself",
        );
    }
    if !faults.is_empty() {
        return own_again(visit, &faults);
    }
    let secret = Secret::fresh();
    let mut id = [0; 16];
    crate::clock::random(&mut id);
    let token = Token {
        id: TokenId(id),
        actor: account.actor.clone(),
        label,
        grants,
        issued_at: visit.now,
        expires_at: visit.now + (days * 24).hours(),
        last_used_at: None,
    };
    site.data
        .wait(site.desk.issue_token(secret.key(Door::Token), &token))?;
    let page = own_page(visit, &FieldFaults::default(), Some(secret.words()))?;
    visit.page("account.html", &page)
}

fn revoke_token(visit: &Visit) -> Result<Answer, Error> {
    let (account, site) = (me(visit)?, &visit.site);
    let id: RecordId = visit.record("id")?;
    site.data
        .wait(site.desk.revoke_token(TokenId(id.0), &account.actor))?;
    Ok(Answer::See("/account?done=token".into()))
}
