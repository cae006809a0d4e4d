//! Reminders by e-mail: to whoever asked for them, what falls due soon or is late.

use crate::data::Data;
use crate::diary;
use crate::estate::View;
use crate::mail::{Mail, Mailing};
use crate::{clock, render};
use handback_core::contract::diary::DiaryLine;
use handback_core::dated::{Period, When};
use handback_core::permission::Actor;
use handback_core::statement::Estate;
use handback_register::Fingerprint;
use handback_register::desk::{Desk, Often, Reminder};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// A letter to one person.
pub struct Letter {
    pub actor: Actor,
    pub address: String,
    /// The day or the week that it is of: each line goes into one letter of it.
    period: String,
    lines: Vec<String>,
    pub subject: String,
    pub body: String,
}

/// The period of a day: itself, or the Monday of its week.
fn period(often: Often, day: Date) -> String {
    match often {
        Often::Daily => day.to_string(),
        Often::Weekly => {
            let since = day.weekday().to_monday_zero_offset();
            day.saturating_sub(i64::from(since).days()).to_string()
        }
    }
}

/// A line and its day: a new day is told anew.
fn mark(line: &DiaryLine) -> String {
    format!("{} {}", line.key(), line.date)
}

/// What is to be sent to those who asked for it: everything of which people are warned, and that they
/// were not told in this day or week. With `first_only`, nothing to whoever had a letter in it.
pub fn letters(
    data: &Data,
    desk: &Desk,
    url: &str,
    now: Timestamp,
    first_only: bool,
) -> anyhow::Result<Vec<Letter>> {
    let reminders = data.wait(desk.reminders())?;
    if reminders.is_empty() {
        return Ok(Vec::new());
    }
    let view = View::at(data, None);
    let estate = view.estate()?;
    let due = warned(&view, &estate, clock::day_of(now));
    let mut letters = Vec::new();
    for reminder in reminders {
        let account = data.wait(desk.account(&reminder.actor))?;
        let holds = account.is_some_and(|it| it.disabled_at.is_none() && !it.grants.is_empty());
        if !holds {
            continue;
        }
        let period = period(reminder.often, clock::day_of(now));
        let sent = data.wait(desk.reminded(&reminder.actor, &period))?;
        let fresh: Vec<&DiaryLine> = due
            .iter()
            .filter(|line| !sent.contains(&mark(line)))
            .collect();
        if fresh.is_empty() || (first_only && !sent.is_empty()) {
            continue;
        }
        letters.push(letter(&reminder, period, &fresh, url, clock::day_of(now)));
    }
    Ok(letters)
}

/// Everything of which people are warned on a day.
fn warned(view: &View, estate: &Estate, day: Date) -> Vec<DiaryLine> {
    let during = Period::new(
        day.saturating_sub(20.years()),
        day.saturating_add(3.years()),
    );
    let mut lines = diary::unrestricted(view, estate, during, day);
    lines.retain(|line| line.warns(day));
    lines
}

/// No letter lists more than so many lines; the calendar has all.
const MOST: usize = 200;

fn letter(reminder: &Reminder, period: String, due: &[&DiaryLine], url: &str, day: Date) -> Letter {
    let (late, soon): (Vec<&DiaryLine>, Vec<&DiaryLine>) =
        due.iter().partition(|line| line.date < day);
    let mut body = String::new();
    for (title, lines) in [("Late", late), ("Due soon", soon)] {
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(body, "{title}\n");
        for line in lines.into_iter().take(MOST) {
            let date = render::when(When::Day(line.date));
            let _ = writeln!(body, "- {date}: {}", diary::words(line));
            let more = diary::more(line, day)
                .replace("Late. ", "")
                .replace("Late.", "");
            if !more.is_empty() {
                let _ = writeln!(body, "  {more}");
            }
            let (kind, id) = line.record;
            if let Some(address) = crate::web::sheet::address(kind, id) {
                let _ = writeln!(body, "  {url}{address}");
            }
        }
        body.push('\n');
    }
    let _ = writeln!(
        body,
        "All of it: {url}/calendar\nFewer or no such letters: {url}/calendar#reminders"
    );
    let count = due.len();
    let things = if count == 1 {
        "thing falls"
    } else {
        "things fall"
    };
    Letter {
        actor: reminder.actor.clone(),
        address: reminder.address.clone(),
        period,
        lines: due.iter().map(|line| mark(line)).collect(),
        subject: format!("{count} {things} due or late"),
        body,
    }
}

/// A name that a letter keeps when it has to be sent again because nobody could note that it was sent,
/// so that a mail program shows it once.
fn message_id(mailing: &Mailing, letter: &Letter) -> String {
    let told = (&letter.actor.0, &letter.period, &letter.lines);
    let told = serde_json::to_vec(&told).expect("texts serialise");
    let digest = Fingerprint(Sha256::digest(&told).into()).to_string();
    format!("<{digest}@{}>", mailing.domain())
}

/// Send a letter.
fn send(mailing: &Mailing, letter: &Letter, url: &str) -> anyhow::Result<()> {
    mailing.send(&Mail {
        to: &letter.address,
        subject: &letter.subject,
        body: &letter.body,
        id: Some(message_id(mailing, letter)),
        unsubscribe: Some(format!("<{url}/calendar#reminders>")),
    })
}

/// How sending went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    pub sent: usize,
    pub failed: usize,
}

/// Send letters, and keep what was sent. One that fails is kept as failed and tried again next time.
pub fn remind(
    data: &Data,
    desk: &Desk,
    mailing: &Mailing,
    url: &str,
    letters: &[Letter],
) -> anyhow::Result<Sent> {
    let mut outcome = Sent::default();
    for letter in letters {
        let now = clock::now();
        match send(mailing, letter, url) {
            Ok(()) => {
                let (actor, period) = (&letter.actor, &letter.period);
                data.wait(desk.note_reminded(actor, period, &letter.lines, now))?;
                outcome.sent += 1;
            }
            Err(error) => {
                let why = format!("{error:#}");
                tracing::warn!(actor = %letter.actor.0, "a reminder was not sent: {why}");
                data.wait(desk.reminder_failed(&letter.actor, &why, now))?;
                outcome.failed += 1;
            }
        }
    }
    data.wait(desk.forget_reminded(clock::now() - 1_440.hours()))?;
    Ok(outcome)
}
