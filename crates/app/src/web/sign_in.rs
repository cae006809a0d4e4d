//! Signing in and out, and the one-time links that make accounts and set passwords.

use super::answer::{Answer, Error};
use super::fields::{FieldFaults, Fields};
use super::password;
use super::route::{Needs, Route};
use super::server::set_cookie;
use super::visit::Visit;
use super::visitor::{Door, Secret};
use handback_core::permission::{Action, Actor};
use handback_register::desk::{Account, Link, Purpose};
use jiff::ToSpan;
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/sign-in", Needs::Nothing, ask),
    Route::post("/sign-in", Needs::Nothing, sign_in),
    Route::post("/sign-out", Needs::Nothing, sign_out),
    Route::get("/setup/{link}", Needs::Nothing, ask_account),
    Route::post("/setup/{link}", Needs::Nothing, make_account),
    Route::get("/invitation/{link}", Needs::Nothing, ask_account),
    Route::post("/invitation/{link}", Needs::Nothing, make_account),
    Route::get("/password/{link}", Needs::Nothing, ask_password),
    Route::post("/password/{link}", Needs::Nothing, set_password),
    Route::post(
        "/account/sign-out-everywhere",
        Needs::May(Action::See),
        sign_out_everywhere,
    ),
];

/// How long somebody stays signed in: a working day.
const SIGNED_IN_HOURS: i64 = 12;

/// What a page with fields shows.
#[derive(Serialize)]
struct Filled {
    form_token: String,
    kept: BTreeMap<String, String>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    action: String,
    /// For whom the link is.
    for_name: String,
    first: bool,
    demo: Vec<DemoAccount>,
}

/// An account of the made-up authority, whose password everybody may know.
#[derive(Clone, Serialize)]
pub struct DemoAccount {
    pub login: &'static str,
    pub name: &'static str,
}

fn filled(visit: &Visit, form: &Fields, faults: &FieldFaults) -> Filled {
    let mut kept = form.kept();
    kept.remove("password");
    kept.remove("form-token");
    Filled {
        form_token: visit.form_token(),
        kept,
        summary: faults.summary(),
        errors: faults.by_field(),
        action: visit.path.clone(),
        for_name: String::new(),
        first: false,
        demo: if visit.site.settings.demo {
            crate::cli::demo_accounts()
        } else {
            Vec::new()
        },
    }
}

fn ask(visit: &Visit) -> Result<Answer, Error> {
    if visit.visitor.is_signed_in() {
        return Ok(Answer::See(next(&visit.query)));
    }
    let mut page = filled(visit, &Fields::default(), &FieldFaults::default());
    page.kept.insert("next".into(), next(&visit.query));
    visit.page("sign-in.html", &page)
}

/// Where to go after signing in: an address of ours, or the statement.
fn next(fields: &Fields) -> String {
    let wanted = fields.get("next").unwrap_or("/");
    let ours = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains(|letter: char| letter == '\\' || letter.is_control())
        && !wanted.starts_with("/sign-in");
    if ours { wanted } else { "/" }.to_owned()
}

fn sign_in(visit: &Visit) -> Result<Answer, Error> {
    let mut faults = FieldFaults::default();
    let login = faults.needed(&visit.form, "login", "Enter what you sign in with");
    let typed = visit.form.typed("password");
    if typed.is_empty() {
        faults.add("password", "Enter your password");
    }
    if faults.is_empty() {
        visit.site.tries.count(&format!("at {}", visit.address))?;
        visit
            .site
            .tries
            .count(&format!("as {}", login.to_lowercase()))?;
        let site = &visit.site;
        let account = site.data.wait(site.desk.account_by_login(login))?;
        let kept = account
            .as_ref()
            .and_then(|account| account.password.as_deref());
        let right = password::is_right(typed, kept);
        match account.filter(|account| right && account.disabled_at.is_none()) {
            Some(account) => return signed_in(visit, &account, next(&visit.form)),
            None => faults.add(
                "login",
                "No account has this name and password: look at both again",
            ),
        }
    }
    let page = filled(visit, &visit.form, &faults);
    visit.invalid("sign-in.html", &page)
}

/// Start a session under a new secret, so that one planted in the browser before is worth nothing.
fn signed_in(visit: &Visit, account: &Account, next: String) -> Result<Answer, Error> {
    let secret = Secret::fresh();
    let site = &visit.site;
    site.data.wait(site.desk.start_session(
        secret.key(Door::Session),
        &account.actor,
        visit.now,
        visit.now + SIGNED_IN_HOURS.hours(),
    ))?;
    Ok(Answer::WithCookie(
        set_cookie(site, &secret.words()),
        Box::new(Answer::See(next)),
    ))
}

fn sign_out(visit: &Visit) -> Result<Answer, Error> {
    let site = &visit.site;
    if let Some(secret) = &visit.visitor.secret {
        site.data
            .wait(site.desk.end_session(secret.key(Door::Session)))?;
    }
    let fresh = set_cookie(site, &Secret::fresh().words());
    Ok(Answer::WithCookie(
        fresh,
        Box::new(Answer::See("/sign-in".into())),
    ))
}

fn sign_out_everywhere(visit: &Visit) -> Result<Answer, Error> {
    if let Some(account) = &visit.visitor.account {
        let site = &visit.site;
        site.data.wait(site.desk.end_sessions(&account.actor))?;
    }
    Ok(Answer::See("/sign-in".into()))
}

/// The unused link that the address holds.
fn link(visit: &Visit, purposes: &[Purpose]) -> Result<Link, Error> {
    let secret = Secret::parse(visit.param("link")).ok_or(Error::NotFound)?;
    let site = &visit.site;
    let link = site
        .data
        .wait(site.desk.link(secret.key(Door::Link), visit.now))?;
    link.filter(|link| purposes.contains(&link.purpose))
        .ok_or_else(|| {
            Error::Wrong("this link was used already, or is too old: ask for a new one".into())
        })
}

const ACCOUNT_LINKS: &[Purpose] = &[Purpose::Setup, Purpose::Invitation];

fn ask_account(visit: &Visit) -> Result<Answer, Error> {
    let link = link(visit, ACCOUNT_LINKS)?;
    let mut page = filled(visit, &Fields::default(), &FieldFaults::default());
    page.first = link.purpose == Purpose::Setup;
    page.for_name = link.for_name;
    visit.page("new-account.html", &page)
}

fn make_account(visit: &Visit) -> Result<Answer, Error> {
    let link = link(visit, ACCOUNT_LINKS)?;
    let mut faults = FieldFaults::default();
    let name = faults.needed(&visit.form, "name", "Enter your name");
    let login = faults.needed(&visit.form, "login", "Enter your e-mail address");
    let typed = password::chosen(&visit.form, &mut faults);
    let site = &visit.site;
    if faults.is_empty() {
        let account = Account {
            actor: fresh_actor(),
            login: login.to_lowercase(),
            name: name.to_owned(),
            password: Some(password::kept(&typed)?),
            grants: link.grants.clone(),
            created_at: visit.now,
            disabled_at: None,
        };
        if site.data.wait(site.desk.account_by_login(login))?.is_some() {
            faults.add(
                "login",
                "Somebody signs in with this already: choose another",
            );
        } else {
            let taken = site.data.wait(site.desk.take_link(link.key, visit.now))?;
            taken.ok_or_else(|| Error::Wrong("this link was used already".into()))?;
            site.data.wait(site.desk.open_account(&account))?;
            let next = if link.purpose == Purpose::Setup {
                "/first/authority"
            } else {
                "/"
            };
            return signed_in(visit, &account, next.into());
        }
    }
    let mut page = filled(visit, &visit.form, &faults);
    page.first = link.purpose == Purpose::Setup;
    page.for_name = link.for_name;
    visit.invalid("new-account.html", &page)
}

/// An opaque name for whoever acts: all that the log ever holds of a person.
pub fn fresh_actor() -> Actor {
    Actor(format!("p-{}", &Secret::fresh().words()[..16]))
}

fn ask_password(visit: &Visit) -> Result<Answer, Error> {
    let link = link(visit, &[Purpose::Reset])?;
    let mut page = filled(visit, &Fields::default(), &FieldFaults::default());
    page.for_name = link.for_name;
    visit.page("new-password.html", &page)
}

fn set_password(visit: &Visit) -> Result<Answer, Error> {
    let link = link(visit, &[Purpose::Reset])?;
    let mut faults = FieldFaults::default();
    let typed = password::chosen(&visit.form, &mut faults);
    let (Some(actor), true) = (&link.actor, faults.is_empty()) else {
        let mut page = filled(visit, &visit.form, &faults);
        page.for_name = link.for_name;
        return visit.invalid("new-password.html", &page);
    };
    let site = &visit.site;
    let taken = site.data.wait(site.desk.take_link(link.key, visit.now))?;
    taken.ok_or_else(|| Error::Wrong("this link was used already".into()))?;
    let kept = password::kept(&typed)?;
    site.data.wait(site.desk.set_password(actor, Some(kept)))?;
    // Whoever knew the old password is out.
    site.data.wait(site.desk.end_sessions(actor))?;
    Ok(Answer::See("/sign-in".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_is_sent_elsewhere() {
        for (next, to) in [
            (
                "next=%2Fservices%3Fat%3D2021-03-26",
                "/services?at=2021-03-26",
            ),
            ("next=https%3A%2F%2Fevil.example", "/"),
            ("next=%2F%2Fevil.example", "/"),
            ("next=%2F%5Cevil.example", "/"),
            ("next=%2Fsign-in", "/"),
            ("", "/"),
        ] {
            assert_eq!(super::next(&Fields::parse(next.as_bytes())), to, "{next}");
        }
    }
}
