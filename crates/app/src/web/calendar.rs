//! The calendar: what falls due month by month, and one's own feed of it.

use super::answer::{Answer, Download, Error};
use super::fields::FieldFaults;
use super::obligations::BESIDE;
use super::route::{Needs, Route};
use super::sheet::{address, capital};
use super::visit::Visit;
use super::visitor::{Door, Secret};
use crate::diary;
use crate::estate::View;
use handback_core::contract::diary::DiaryLine;
use handback_core::dated::{Period, When};
use handback_core::permission::Action;
use handback_register::desk::{Account, Often};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

pub const ROUTES: &[Route] = &[
    Route::get("/calendar", Needs::May(Action::See), month),
    Route::post("/calendar/feed", Needs::May(Action::See), make_feed),
    Route::post(
        "/calendar/feed/revoke",
        Needs::May(Action::See),
        revoke_feed,
    ),
    Route::post(
        "/calendar/reminders",
        Needs::May(Action::See),
        choose_reminders,
    ),
    Route::get("/feeds/{key}", Needs::Nothing, feed),
];

#[derive(Serialize)]
struct Page {
    beside: Vec<Beside>,
    /// `March 2021`.
    month: String,
    previous: Month,
    next: Month,
    lines: Vec<Line>,
    /// What was due before this month and is late.
    late: Vec<Line>,
    feed_made: Option<String>,
    /// The address of a feed just made: shown once, on this page alone.
    fresh: Option<String>,
    /// Whether reminders can be sent at all.
    mails: bool,
    often: String,
    address: String,
    /// When the last reminder was not sent.
    failed: Option<String>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

#[derive(Serialize)]
struct Beside {
    text: &'static str,
    href: &'static str,
    current: bool,
}

#[derive(Serialize)]
struct Month {
    text: String,
    href: String,
}

impl Month {
    fn of(first: Date) -> Month {
        Month {
            text: first.strftime("%B %Y").to_string(),
            href: format!("/calendar?month={}", first.strftime("%Y-%m")),
        }
    }
}

#[derive(Serialize)]
struct Line {
    date: String,
    words: String,
    href: Option<String>,
    sort: String,
    standing: String,
    more: String,
}

impl Line {
    fn of(line: &DiaryLine, day: Date) -> Line {
        let (kind, id) = line.record;
        Line {
            date: line.date.strftime("%a %-d %B %Y").to_string(),
            words: diary::words(line),
            href: address(kind, id),
            sort: capital(diary::sort(line)),
            standing: capital(diary::standing(line, day)),
            more: diary::more(line, day),
        }
    }
}

fn me(visit: &Visit) -> Result<&Account, Error> {
    visit.visitor.account.as_ref().ok_or(Error::SignIn)
}

/// The first day of the month that the address names, else of the page's day.
fn asked(visit: &Visit) -> Result<Date, Error> {
    let Some(text) = visit.query.get("month") else {
        return Ok(visit.dates.at.first_of_month());
    };
    match text.parse() {
        Ok(When::Month(year, month)) if (1900..9000).contains(&year) => {
            Ok(jiff::civil::date(year, month, 1))
        }
        _ => Err(Error::Wrong(format!(
            "{text:?} is no month: write it as 2021-03"
        ))),
    }
}

/// How long before a month what is late is still looked for, in years.
const LATE_YEARS: i32 = 20;

fn page(visit: &Visit, fresh: Option<String>, faults: &FieldFaults) -> Result<Page, Error> {
    let (first, at) = (asked(visit)?, visit.dates.at);
    let during = Period::new(
        first.saturating_sub(LATE_YEARS.years()),
        first.last_of_month(),
    );
    let estate = visit.sighted()?;
    let lines = estate.diary(during, at);
    let (before, within): (Vec<&DiaryLine>, Vec<&DiaryLine>) =
        lines.iter().partition(|line| line.date < first);
    let late = before
        .into_iter()
        .filter(|line| line.done == Some(false) && line.date < at);
    let site = &visit.site;
    let made = site.data.wait(site.desk.feed_made(&me(visit)?.actor))?;
    let reminder = site.data.wait(site.desk.reminder(&me(visit)?.actor))?;
    let typed = |name: &str| visit.form.get(name).map(str::to_owned);
    let chosen = reminder.as_ref().map(|held| held.often.word());
    let login = &me(visit)?.login;
    let own = login.contains('@').then(|| login.clone());
    let month = Month::of(first);
    Ok(Page {
        beside: BESIDE
            .iter()
            .map(|(text, href)| Beside {
                text,
                href,
                current: *href == "/calendar",
            })
            .collect(),
        month: month.text,
        previous: Month::of(first.saturating_sub(1.month())),
        next: Month::of(first.saturating_add(1.month())),
        lines: within.into_iter().map(|line| Line::of(line, at)).collect(),
        late: late.map(|line| Line::of(line, at)).collect(),
        feed_made: made.map(super::account::day),
        fresh,
        mails: site.settings.mailing.is_some(),
        often: typed("often").unwrap_or_else(|| chosen.unwrap_or("none").to_owned()),
        address: typed("address")
            .or(reminder.as_ref().map(|held| held.address.clone()))
            .or(own)
            .unwrap_or_default(),
        failed: reminder
            .and_then(|held| held.failed)
            .map(|(when, _)| crate::clock::told(when)),
        summary: faults.summary(),
        errors: faults.by_field(),
    })
}

fn month(visit: &Visit) -> Result<Answer, Error> {
    visit.page(
        "calendar.html",
        &page(visit, None, &FieldFaults::default())?,
    )
}

fn make_feed(visit: &Visit) -> Result<Answer, Error> {
    let (account, site) = (me(visit)?, &visit.site);
    let secret = Secret::fresh();
    let made = site
        .desk
        .set_feed(&account.actor, secret.key(Door::Feed), visit.now);
    site.data.wait(made)?;
    let address = format!("{}/feeds/{}.ics", site.settings.public_url, secret.words());
    visit.page(
        "calendar.html",
        &page(visit, Some(address), &FieldFaults::default())?,
    )
}

fn revoke_feed(visit: &Visit) -> Result<Answer, Error> {
    let (account, site) = (me(visit)?, &visit.site);
    site.data.wait(site.desk.revoke_feed(&account.actor))?;
    visit.see("/calendar?done=feed")
}

/// How often to be reminded, and where; none forgets the address.
fn choose_reminders(visit: &Visit) -> Result<Answer, Error> {
    let (account, site) = (me(visit)?, &visit.site);
    let Some(often) = visit.form.get("often").and_then(Often::of) else {
        site.data.wait(site.desk.no_reminder(&account.actor))?;
        return visit.see("/calendar?done=reminders");
    };
    let address = visit.form.typed("address").trim();
    let mut faults = FieldFaults::default();
    if address.parse::<lettre::Address>().is_err() {
        faults.add(
            "address",
            "Enter an e-mail address, like name@example.gov.uk",
        );
        return visit.invalid("calendar.html", &page(visit, None, &faults)?);
    }
    let chosen = site.desk.set_reminder(&account.actor, often, address);
    site.data.wait(chosen)?;
    visit.see("/calendar?done=reminders")
}

/// A feed, for whoever knows its address. What is not there, not any more, or never was looks the same.
fn feed(visit: &Visit) -> Result<Answer, Error> {
    let site = &visit.site;
    let key = visit.param("key");
    let key = key.strip_suffix(".ics").unwrap_or(key);
    let account = match Secret::parse(key) {
        Some(secret) => site.data.wait(site.desk.feed(secret.key(Door::Feed)))?,
        None => None,
    };
    let account = account.filter(|account| !account.grants.is_empty());
    let Some(account) = account else {
        site.tries.count(&format!("feed at {}", visit.address))?;
        return Err(Error::NotFound);
    };
    site.tries.count(&format!("feed of {}", account.actor.0))?;
    // What was known once is no business of a calendar, whatever the address says.
    let view = View::at(&site.data, None);
    let estate = site.estate(&view)?;
    let text = diary::calendar(&view, &estate, &site.settings.public_url, visit.now);
    Ok(Answer::File(Download {
        name: "handback.ics".into(),
        content_type: "text/calendar; charset=utf-8",
        bytes: text.into_bytes(),
    }))
}
