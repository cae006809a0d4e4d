//! Reminders by e-mail: to whoever asked for them, what falls due soon or is late.

use crate::data::Data;
use crate::diary;
use crate::estate::View;
use crate::refused::Refused;
use crate::{clock, render};
use handback_core::contract::diary::DiaryLine;
use handback_core::dated::{Period, When};
use handback_core::permission::Actor;
use handback_core::statement::Estate;
use handback_register::Fingerprint;
use handback_register::desk::{Desk, Often, Reminder};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::{Message, SmtpTransport, Transport};
use sha2::{Digest, Sha256};
use std::fmt;
use std::fmt::Write as _;
use std::time::Duration;

/// How letters are sent.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// The mail server: smtps://user:password@mail.example.gov.uk, or smtp://localhost:25 without TLS, or smtp://mail.example.gov.uk:587?tls=required with STARTTLS
    #[arg(
        long,
        value_name = "URL",
        env = "HANDBACK_SMTP",
        hide_env_values = true
    )]
    smtp: Option<Hidden>,
    /// From whom reminders come: Handback <handback@example.gov.uk>
    #[arg(long, value_name = "ADDRESS", env = "HANDBACK_MAIL_FROM")]
    mail_from: Option<String>,
}

/// A text that no log shows.
#[derive(Clone)]
struct Hidden(String);

impl From<String> for Hidden {
    fn from(text: String) -> Hidden {
        Hidden(text)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// A mail server, and from whom letters come.
#[derive(Clone)]
pub struct Mailing {
    transport: SmtpTransport,
    from: Mailbox,
}

/// Without the server's address, which may hold a password.
impl fmt::Debug for Mailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mail from {}", self.from)
    }
}

/// How long a mail server may keep us waiting.
const PATIENCE: Duration = Duration::from_secs(20);

impl Flags {
    /// The mail server that these name; none where none is named.
    pub fn mailing(&self) -> anyhow::Result<Option<Mailing>> {
        let Some(Hidden(url)) = &self.smtp else {
            return Ok(None);
        };
        let from = self.mail_from.as_deref().unwrap_or_default();
        let from: Mailbox = from.parse().map_err(|_| {
            Refused(format!(
                "{from:?} is no address to send reminders from: set --mail-from, such as \"Handback <handback@example.gov.uk>\""
            ))
        })?;
        // The address may hold a password: no message repeats it.
        let transport = SmtpTransport::from_url(url).map_err(|_| {
            Refused(
                "the address of the mail server cannot be read: write --smtp as smtps://user:password@mail.example.gov.uk"
                    .into(),
            )
        })?;
        Ok(Some(Mailing {
            transport: transport.timeout(Some(PATIENCE)).build(),
            from,
        }))
    }
}

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
    format!("<{digest}@{}>", mailing.from.email.domain())
}

/// Send a letter.
fn send(mailing: &Mailing, letter: &Letter, url: &str) -> anyhow::Result<()> {
    let mut message = Message::builder()
        .from(mailing.from.clone())
        .to(letter.address.parse()?)
        .subject(&letter.subject)
        .message_id(Some(message_id(mailing, letter)))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.body.clone())?;
    let name = HeaderName::new_from_ascii_str("List-Unsubscribe");
    let settings = format!("<{url}/calendar#reminders>");
    message
        .headers_mut()
        .insert_raw(HeaderValue::new(name, settings));
    mailing.transport.send(&message)?;
    Ok(())
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
