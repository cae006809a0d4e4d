//! Where people answer: one small page, for everybody, that needs neither a script nor a cookie.
//!
//! Nothing here reads or sets a cookie, and nothing is logged, so that asking for a signature and answering cannot be put
//! together by what a browser sends along. The promise that holds for the way in which somebody came stands before the
//! first question.

use super::answer::{Answer, Error};
use super::assets;
use super::fields::Fields;
use super::page::{PageText, dated};
use super::route::{Needs, Route};
use super::visit::Visit;
use super::visitor::to_hex;
use crate::clock;
use crate::rounds::{called, typed_code};
use crate::words::{self, Language};
use handback_core::engagement::question::Question;
use handback_core::engagement::round::{Given, Grouping, LONGEST_COMMENT, MOST_LOST, Round, Wrong};
use handback_core::engagement::way::{Promise, Way};
use handback_core::record::RecordId;
use handback_register::answer_box::{Entitlement, NotTaken, Token};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub const ROUTES: &[Route] = &[
    Route::get("/answer", Needs::Nothing, ask_code),
    Route::post("/answer", Needs::Nothing, by_code),
    Route::get("/answer/thanks", Needs::Nothing, thanks),
    Route::get("/answer/{round}", Needs::Nothing, by_link),
    Route::post("/answer/{round}", Needs::Nothing, take),
    Route::post("/answer/{round}/sign", Needs::Nothing, sign),
    Route::get("/answer/{round}/by/{slip}", Needs::Nothing, by_slip),
    Route::post("/answer/{round}/by/{slip}", Needs::Nothing, take_by_slip),
];

/// The words of these pages, and in which language they are.
#[derive(Serialize)]
struct Around {
    words: BTreeMap<&'static str, &'static str>,
    language: &'static str,
    other: Tongue,
    authority: Option<String>,
    style: String,
    script: String,
}

#[derive(Serialize)]
struct Tongue {
    code: &'static str,
    name: &'static str,
    href: String,
}

impl Around {
    fn of(visit: &Visit, path: &str) -> Result<Around, Error> {
        let language = visit.dates.language;
        let other = language.other();
        let asset = |name| assets::url(name).map_err(anyhow::Error::from);
        let mut query = Fields::default();
        for (name, value) in visit.query.iter() {
            if name != "language" {
                query.push(name, value);
            }
        }
        if other != Language::default() {
            query.push("language", other.code());
        }
        Ok(Around {
            words: words::list(language, "answer"),
            language: language.code(),
            other: Tongue {
                code: other.code(),
                name: other.name(),
                href: dated(path, &query.query()),
            },
            authority: visit.site.authority(&visit.view)?,
            style: asset("answer.css")?,
            script: asset("answer.js")?,
        })
    }
}

/// A round as the page asks it.
#[derive(Serialize)]
struct Asking {
    around: Around,
    action: String,
    question: &'static str,
    /// What the question is about, where it names something.
    about: Option<String>,
    until: String,
    services: BTreeSet<String>,
    directorates: Vec<String>,
    places: Vec<String>,
    /// The bands, each with the factors that are offered in it.
    bands: Vec<Offered>,
    comment: bool,
    moderator: Option<String>,
    longest: usize,
    most_lost: u32,
    threshold: u64,
    promise: Promise,
    /// What holds once a script has asked for a blind signature.
    blinded: Option<Blinded>,
    code: Option<String>,
    given: Filled,
    wrong: Vec<Wrong>,
}

#[derive(Serialize)]
struct Offered {
    word: &'static str,
    from: u8,
    to: u8,
    factors: Vec<String>,
}

/// What a script needs to answer with a token.
#[derive(Serialize)]
struct Blinded {
    promise: Promise,
    modulus: String,
    sign: String,
    answer: String,
    slip: String,
}

/// What was filled in before, shown again.
#[derive(Default, Serialize)]
struct Filled {
    happiness: String,
    service: String,
    directorate: String,
    place: String,
    lost_minutes: String,
    factors: Vec<String>,
    comment: String,
}

impl Filled {
    fn of(fields: &Fields) -> Filled {
        let typed = |name| fields.typed(name).to_owned();
        Filled {
            happiness: typed("happiness"),
            service: typed("service"),
            directorate: typed("directorate"),
            place: typed("place"),
            lost_minutes: typed("lost_minutes"),
            factors: fields.all("factors").map(str::to_owned).collect(),
            comment: typed("comment"),
        }
    }

    fn given(self) -> Given {
        Given {
            happiness: self.happiness,
            service: self.service,
            directorate: self.directorate,
            place: self.place,
            lost_minutes: self.lost_minutes,
            factors: self.factors,
            comment: self.comment,
        }
    }
}

/// A round that takes answers now, and what its services are called.
struct Open {
    id: RecordId,
    round: Round,
    called: BTreeSet<String>,
}

impl Open {
    fn of(visit: &Visit, id: RecordId) -> Result<Open, Error> {
        let estate = visit.estate()?;
        let round = estate.rounds.get(&id).ok_or(Error::NotFound)?;
        let today = clock::day_of(visit.now);
        let answers = visit.site.data.answer_box()?;
        let is_closed = visit.site.data.wait(answers.modulus(id))?.is_none();
        if is_closed || !round.period.contains(today) {
            let words = words::list(visit.dates.language, "answer");
            let key = match today < round.period.from {
                true => "not-yet",
                false => "over",
            };
            return Err(Error::Wrong(words[key].to_owned()));
        }
        Ok(Open {
            id,
            round: round.clone(),
            called: called(round, &estate.services),
        })
    }

    fn named(visit: &Visit) -> Result<Open, Error> {
        Open::of(visit, visit.record("round")?)
    }
}

/// How somebody came.
struct Came<'a> {
    way: Way,
    /// The secret in the address.
    slip: Option<&'a str>,
    code: Option<&'a str>,
}

fn shown(
    visit: &Visit,
    open: &Open,
    came: &Came<'_>,
    given: Filled,
    wrong: Vec<Wrong>,
) -> Result<Answer, Error> {
    let (round, base) = (&open.round, format!("/answer/{}", open.id));
    let path = match came.slip {
        Some(slip) => format!("{base}/by/{slip}"),
        None => base.clone(),
    };
    let is_pulse = round.question.is_pulse();
    let band = |word, from, to, factors: &[String]| Offered {
        word,
        from,
        to,
        factors: factors.to_vec(),
    };
    let bands = vec![
        band("negative", 0, 6, &round.factors.negative),
        band("neutral", 7, 8, &round.factors.neutral),
        band("positive", 9, 10, &round.factors.positive),
    ];
    let modulus = match came.way {
        Way::Email => visit
            .site
            .data
            .wait(visit.site.data.answer_box()?.modulus(open.id))?,
        _ => None,
    };
    let blinded = modulus.zip(came.slip).map(|(modulus, slip)| Blinded {
        promise: came.way.promise(true),
        modulus: to_hex(&modulus),
        sign: format!("{base}/sign"),
        answer: visit.link(&base),
        slip: slip.to_owned(),
    });
    let offered = |of| round.offered(of).map(str::to_owned).collect();
    let asking = Asking {
        around: Around::of(visit, &path)?,
        action: visit.link(&path),
        question: match &round.question {
            Question::Happiness => "ask-happiness",
            Question::Confidence => "ask-confidence",
            Question::Value(_) => "ask-value",
        },
        about: match &round.question {
            Question::Value(value) => Some(value.clone()),
            _ if open.called.len() == 1 => open.called.first().cloned(),
            _ => None,
        },
        until: round.period.to.to_string(),
        services: match open.called.len() {
            0 | 1 => BTreeSet::new(),
            _ => open.called.clone(),
        },
        directorates: offered(Grouping::Directorate),
        places: offered(Grouping::Place),
        bands: if is_pulse { Vec::new() } else { bands },
        comment: round.moderator.is_some(),
        moderator: round.moderator.clone(),
        longest: LONGEST_COMMENT,
        most_lost: MOST_LOST,
        threshold: round.threshold,
        promise: came.way.promise(false),
        blinded,
        code: came.code.map(str::to_owned),
        given,
        wrong,
    };
    let page = visit.site.pages.alone("answer.html", &asking)?;
    Ok(match asking.wrong.is_empty() {
        true => Answer::Page(page),
        false => Answer::Invalid(page),
    })
}

/// The service or place that a link or a QR code names: chosen beforehand, and free to be changed.
fn beforehand(visit: &Visit) -> Filled {
    Filled {
        service: visit.query.typed("service").to_owned(),
        place: visit.query.typed("place").to_owned(),
        ..Filled::default()
    }
}

fn by_link(visit: &Visit) -> Result<Answer, Error> {
    let open = Open::named(visit)?;
    if !open.round.ways.contains(&Way::Link) {
        return Err(Error::NotFound);
    }
    let came = Came {
        way: Way::Link,
        slip: None,
        code: None,
    };
    shown(visit, &open, &came, beforehand(visit), Vec::new())
}

/// The invitation or the ticket link of the address, if it can still be used.
fn slipped(visit: &Visit) -> Result<(Open, Way), Error> {
    let open = Open::named(visit)?;
    let answers = visit.site.data.answer_box()?;
    let slip = visit
        .site
        .data
        .wait(answers.slip(visit.param("slip").as_bytes()))?;
    let slip = slip.filter(|slip| slip.round == open.id && slip.way != Way::Code);
    let slip = slip.ok_or(Error::NotFound)?;
    match slip.is_used {
        true => Err(not_taken(visit, NotTaken::Used)),
        false => Ok((open, slip.way)),
    }
}

fn by_slip(visit: &Visit) -> Result<Answer, Error> {
    let (open, way) = slipped(visit)?;
    let came = Came {
        way,
        slip: Some(visit.param("slip")),
        code: None,
    };
    shown(visit, &open, &came, beforehand(visit), Vec::new())
}

/// The page that asks for a printed code.
#[derive(Serialize)]
struct AskingCode {
    around: Around,
    code: String,
    wrong: Option<&'static str>,
}

fn code_page(visit: &Visit, code: &str, wrong: Option<&'static str>) -> Result<Answer, Error> {
    let asking = AskingCode {
        around: Around::of(visit, "/answer")?,
        code: code.to_owned(),
        wrong,
    };
    let page = visit.site.pages.alone("answer-code.html", &asking)?;
    Ok(match wrong {
        None => Answer::Page(page),
        Some(_) => Answer::Invalid(page),
    })
}

fn ask_code(visit: &Visit) -> Result<Answer, Error> {
    code_page(visit, "", None)
}

/// Nobody finds a code by trying.
fn count_code(visit: &Visit) -> Result<(), Error> {
    let who = format!("code at {}", visit.address);
    visit.site.tries.count(&who)
}

fn by_code(visit: &Visit) -> Result<Answer, Error> {
    count_code(visit)?;
    let typed = visit.form.typed("code");
    let code = typed_code(typed);
    let answers = visit.site.data.answer_box()?;
    let slip = visit.site.data.wait(answers.slip(code.as_bytes()))?;
    let Some(slip) = slip.filter(|slip| slip.way == Way::Code) else {
        return code_page(visit, typed, Some("code-unknown"));
    };
    if slip.is_used {
        return code_page(visit, typed, Some("used"));
    }
    let open = Open::of(visit, slip.round)?;
    let came = Came {
        way: Way::Code,
        slip: None,
        code: Some(&code),
    };
    shown(visit, &open, &came, Filled::default(), Vec::new())
}

/// An answer from a link, with a printed code, or with a token.
fn take(visit: &Visit) -> Result<Answer, Error> {
    let open = Open::named(visit)?;
    let code = visit.form.get("code");
    let token = token(&visit.form)?;
    if token.is_none()
        && let Some(code) = code
    {
        let (answers, typed) = (visit.site.data.answer_box()?, typed_code(code));
        if visit
            .site
            .data
            .wait(answers.slip(typed.as_bytes()))?
            .is_none()
        {
            count_code(visit)?;
        }
    }
    let (way, entitlement) = match (&token, code) {
        (Some(token), _) => (Way::Email, Entitlement::Token(token.clone())),
        (None, Some(code)) => (Way::Code, Entitlement::Slip(typed_code(code).into_bytes())),
        (None, None) if open.round.ways.contains(&Way::Link) => (Way::Link, Entitlement::Open),
        (None, None) => return Err(Error::NotFound),
    };
    let came = Came {
        way,
        slip: None,
        code,
    };
    taken(visit, &open, &came, &entitlement)
}

fn take_by_slip(visit: &Visit) -> Result<Answer, Error> {
    let (open, way) = slipped(visit)?;
    let slip = visit.param("slip");
    let came = Came {
        way,
        slip: Some(slip),
        code: None,
    };
    let entitlement = Entitlement::Slip(slip.as_bytes().to_vec());
    taken(visit, &open, &came, &entitlement)
}

fn taken(
    visit: &Visit,
    open: &Open,
    came: &Came<'_>,
    entitlement: &Entitlement,
) -> Result<Answer, Error> {
    let read = open
        .round
        .read(&Filled::of(&visit.form).given(), &open.called);
    let enclosed = match read {
        Ok(enclosed) => enclosed,
        Err(wrong) => return shown(visit, open, came, Filled::of(&visit.form), wrong),
    };
    let bytes = serde_json::to_vec(&enclosed).map_err(anyhow::Error::from)?;
    let data = &visit.site.data;
    match data.wait(data.answer_box()?.accept(open.id, entitlement, &bytes))? {
        Ok(()) => visit.see("/answer/thanks"),
        Err(why) => Err(not_taken(visit, why)),
    }
}

fn not_taken(visit: &Visit, why: NotTaken) -> Error {
    let words = words::list(visit.dates.language, "answer");
    Error::Wrong(
        words[match why {
            NotTaken::Closed => "over",
            NotTaken::Unknown => "unknown",
            NotTaken::Used => "used",
            NotTaken::Signed => "signed",
        }]
        .to_owned(),
    )
}

/// The token that a script sends; none where no script was at work.
fn token(form: &Fields) -> Result<Option<Token>, Error> {
    let (Some(message), Some(signature)) = (form.get("message"), form.get("signature")) else {
        return Ok(None);
    };
    let wrong = || Error::Wrong("the token cannot be read".into());
    // As RFC 9474 prepares it: 32 random bytes before the message itself.
    let prepared = from_hex(message).ok_or_else(wrong)?;
    let (randomizer, message) = prepared.split_first_chunk::<32>().ok_or_else(wrong)?;
    Ok(Some(Token {
        message: message.to_vec(),
        randomizer: *randomizer,
        signature: from_hex(signature).ok_or_else(wrong)?,
    }))
}

/// Bytes of hexadecimal digits, at most as many as a signature has.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() > 2_048 || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let byte = |place: usize| u8::from_str_radix(&text[place..place + 2], 16).ok();
    (0..text.len()).step_by(2).map(byte).collect()
}

/// Signatures leave at times of this grid, so that how long one took tells nothing of the key.
const GRID: u64 = 250;

/// Sign what a script has blinded.
fn sign(visit: &Visit) -> Result<Answer, Error> {
    #[derive(Serialize)]
    struct Signed {
        signature: String,
    }
    let open = Open::named(visit)?;
    let blinded = visit.form.get("blinded").and_then(from_hex);
    let blinded = blinded.ok_or_else(|| Error::Wrong("nothing to sign was sent".into()))?;
    let slip = visit.form.typed("slip").as_bytes();
    let data = &visit.site.data;
    let signed = data.wait(data.answer_box()?.sign(open.id, slip, &blinded))?;
    let now = clock::now().as_millisecond().unsigned_abs();
    std::thread::sleep(Duration::from_millis(GRID - now % GRID));
    match signed {
        Ok(signature) => Answer::json(&Signed {
            signature: to_hex(&signature),
        }),
        Err(why) => Err(not_taken(visit, why)),
    }
}

fn thanks(visit: &Visit) -> Result<Answer, Error> {
    #[derive(Serialize)]
    struct Thanks {
        around: Around,
    }
    let thanks = Thanks {
        around: Around::of(visit, "/answer/thanks")?,
    };
    Ok(Answer::Page(
        visit.site.pages.alone("answer-thanks.html", &thanks)?,
    ))
}

/// The page that says why there is no answer, as small as the others.
pub fn failure(visit: &Visit, error: &Error) -> anyhow::Result<PageText> {
    #[derive(Serialize)]
    struct Failure {
        around: Around,
        reason: String,
    }
    let around = Around::of(visit, &visit.path).map_err(|error| anyhow::anyhow!("{error}"))?;
    let failure = Failure {
        around,
        reason: error.reason(),
    };
    visit.site.pages.alone("answer-failure.html", &failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_read_and_nothing_else() {
        assert_eq!(from_hex("00ff"), Some(vec![0, 255]));
        for wrong in ["0", "0g", "é0", &"0".repeat(2_050)] {
            assert_eq!(from_hex(wrong), None, "{wrong}");
        }
    }
}
