//! Invitations by e-mail: a link of its own for each address, in two languages.

use super::links;
use crate::data::Data;
use crate::mail::{Mail, Mailing};
use crate::words::{self, Language};
use anyhow::Context;
use handback_core::engagement::round::Round;
use handback_core::engagement::way::Way;
use handback_core::record::RecordId;
use std::collections::BTreeMap;

/// How inviting one address went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invitation {
    Sent,
    /// The address has its invitation to this round already.
    Before,
}

/// Send one address its link. Neither the address nor what it was sent is kept; that it was invited is kept as a hash,
/// until the round closes.
pub fn invitation(
    data: &Data,
    mailing: &Mailing,
    url: &str,
    (id, round): (RecordId, &Round),
    (address, language): (&str, Language),
) -> anyhow::Result<Invitation> {
    if !data.wait(data.answer_box()?.note_asked(id, address))? {
        return Ok(Invitation::Before);
    }
    let secret = links(data, id, Way::Email, 1)?.remove(0);
    let link = format!(
        "{url}/answer/{id}/by/{secret}{}#{}",
        query(language),
        round.key
    );
    let (subject, body) = text(round, &link, language);
    let sent = mailing.send(&Mail {
        to: address,
        subject: &subject,
        body: &body,
        id: None,
        unsubscribe: None,
    });
    if let Err(error) = sent {
        data.wait(data.answer_box()?.not_asked(id, address))?;
        return Err(error).context("the mail server did not take it");
    }
    Ok(Invitation::Sent)
}

fn query(language: Language) -> &'static str {
    match language {
        Language::English => "",
        Language::Welsh => "?language=cy",
    }
}

fn text(round: &Round, link: &str, language: Language) -> (String, String) {
    let words = words::list(language, "invitation");
    let other = words::list(language.other(), "invitation");
    let filled = |words: &BTreeMap<&str, &str>, key| {
        let text = words.get(key).copied().unwrap_or_default();
        text.replace("{round}", &round.name)
            .replace("{until}", &round.period.to.strftime("%d/%m/%Y").to_string())
            .replace("{key}", &round.key)
    };
    let paragraphs = ["ask", "link", "who", "once", "other-people", "key"];
    let mut body = String::new();
    for paragraph in paragraphs {
        body += &filled(&words, paragraph);
        body += "\n\n";
        if paragraph == "link" {
            body += link;
            body += "\n\n";
        }
    }
    body += &filled(&other, "ask");
    body.push('\n');
    (filled(&words, "subject"), body)
}
