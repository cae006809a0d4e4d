//! Letters by e-mail.

use crate::refused::Refused;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::{Message, SmtpTransport, Transport};
use std::fmt;
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
    /// From whom letters come: Handback <handback@example.gov.uk>
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
                "{from:?} is no address to send letters from: set --mail-from, such as \"Handback <handback@example.gov.uk>\""
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

/// A letter as it goes out.
pub struct Mail<'a> {
    pub to: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    /// The same when the same letter is sent again, so that a mail program shows it once.
    pub id: Option<String>,
    /// Where fewer such letters are asked for.
    pub unsubscribe: Option<String>,
}

impl Mailing {
    /// The domain of whoever sends.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// Hand a letter to the mail server.
    pub fn send(&self, mail: &Mail<'_>) -> anyhow::Result<()> {
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(mail.to.parse()?)
            .subject(mail.subject)
            .message_id(mail.id.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.to_owned())?;
        if let Some(address) = &mail.unsubscribe {
            let name = HeaderName::new_from_ascii_str("List-Unsubscribe");
            let header = HeaderValue::new(name, address.clone());
            message.headers_mut().insert_raw(header);
        }
        self.transport.send(&message)?;
        Ok(())
    }
}
