//! Rounds of feedback, from opening to release: keys are made, people are asked, and what was answered becomes what may
//! be shown of it.

use crate::clock;
use crate::data::{Author, Data, Saying, fresh_id};
use crate::estate::{View, authority_of};
use crate::refused::{Refused, unless};
use crate::render::{self, experience};
use crate::web::fields::Fields;
use crate::web::visitor::to_hex;
use fast_qr::convert::Builder as _;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use handback_core::control::Service;
use handback_core::engagement::question::Question;
use handback_core::engagement::release::{
    CannotClose, Closing, Cube, Invited, Release, Tokens, close,
};
use handback_core::engagement::response::{Answer, Comment};
use handback_core::engagement::round::{Enclosed, Grouping, Round};
use handback_core::engagement::way::Way;
use handback_core::kinds;
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, Kind, RecordId, Visibility};
use handback_register::{Error, Picture};
use jiff::civil::Date;
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

mod letters;

pub use letters::{Invitation, invitation};

/// Open a round: make its keys, then state it. Answers its id.
pub fn open(data: &Data, author: &Author, round: Round) -> anyhow::Result<RecordId> {
    let permit = author.permit(Action::RunRound, &about(&round))?;
    let id = fresh_id();
    may_open(data, &round)?;
    let key = to_hex(&data.wait(data.answer_box()?.prepare(id))?);
    let round = Round { key, ..round };
    let picture = data.register.picture();
    let saying = Saying {
        authority: authority_of(&picture, picture.size())?.map(|(id, _)| id),
        ..Saying::because(format!("opening of the round {}", round.name))
    };
    let stated = data.change(&permit, saying, |_| {
        Ok::<_, Error>(((), vec![Change::state(id, Visibility::Internal, &round)]))
    });
    if let Err(error) = stated {
        data.wait(data.answer_box()?.forget(&[id]))?;
        return Err(error.into());
    }
    Ok(id)
}

fn may_open(data: &Data, round: &Round) -> anyhow::Result<()> {
    let estate = View::at(data, None).estate()?;
    let released = ever_released(&data.register.picture())?;
    round
        .may_open(estate.rounds.values(), &released)
        .map_err(|why| Refused(why.to_string()).into())
}

/// What grants look at when it comes to a round.
pub fn about(round: &Round) -> Subject {
    Subject {
        services: round.services.clone(),
        ..Subject::default()
    }
}

/// What the services of a round are called.
pub fn called(round: &Round, services: &BTreeMap<RecordId, Service>) -> BTreeSet<String> {
    let named = round.services.iter().filter_map(|id| services.get(id));
    named.map(|service| service.name.clone()).collect()
}

/// A round by its name or id.
pub fn named<'a>(
    rounds: &'a BTreeMap<RecordId, Round>,
    words: &str,
) -> anyhow::Result<(RecordId, &'a Round)> {
    let is_it = |(id, round): &(&RecordId, &Round)| {
        id.to_string() == words || round.name.eq_ignore_ascii_case(words)
    };
    let found = rounds.iter().find(is_it);
    found.map(|(id, round)| (*id, round)).ok_or_else(|| {
        Refused(format!(
            "no round is called {words:?}: list them with handback round list"
        ))
        .into()
    })
}

/// Secrets of invitations or ticket links, kept by hash alone: 128 bits each, as an address has them.
pub fn links(data: &Data, id: RecordId, way: Way, how_many: usize) -> anyhow::Result<Vec<String>> {
    let secrets: Vec<String> = (0..how_many).map(|_| to_hex(&random::<16>())).collect();
    let bytes: Vec<Vec<u8>> = secrets.iter().map(|it| it.clone().into_bytes()).collect();
    data.wait(data.answer_box()?.slips(id, way, &bytes))?;
    Ok(secrets)
}

/// The signs of printed codes: none looks like another.
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Codes to print and to cut apart, in an order that tells nothing: 60 bits each, in three groups of four.
pub fn codes(data: &Data, id: RecordId, how_many: usize) -> anyhow::Result<Vec<String>> {
    let code = || -> String {
        let signs = random::<12>().map(|byte| char::from(SIGNS[usize::from(byte) % SIGNS.len()]));
        signs.iter().collect()
    };
    let codes: Vec<String> = (0..how_many).map(|_| code()).collect();
    let bytes: Vec<Vec<u8>> = codes.iter().map(|it| it.clone().into_bytes()).collect();
    data.wait(data.answer_box()?.slips(id, Way::Code, &bytes))?;
    let grouped = |code: &String| format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..]);
    Ok(codes.iter().map(grouped).collect())
}

/// A printed code as somebody typed it, as the box knows it: signs that look like others are taken for those.
pub fn typed_code(text: &str) -> String {
    let sign = |c: char| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let signs = text.chars().filter(char::is_ascii_alphanumeric);
    signs.map(sign).collect()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    clock::random(&mut bytes);
    bytes
}

/// What became of a round that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// What may be shown of it, in one sentence.
    Released(String),
    /// Fewer than the threshold answered: the answers wait, sealed, for those of the next round of the question.
    Waits,
}

/// A round that is over and whose answers are in the box.
type Due<'a> = (RecordId, &'a Round);

/// Close every round that was over before a day. Answers each with what became of it.
pub fn close_due(data: &Data, author: &Author, day: Date) -> anyhow::Result<Vec<(String, Ended)>> {
    data.wait(data.answer_box()?.sweep())?;
    let estate = View::at(data, None).estate()?;
    let mut by_question: BTreeMap<&Question, Vec<Due<'_>>> = BTreeMap::new();
    for (id, round) in &estate.rounds {
        if round.period.to < day && data.wait(data.answer_box()?.holds(*id))? {
            by_question
                .entry(&round.question)
                .or_default()
                .push((*id, round));
        }
    }
    let mut ended = Vec::new();
    for mut due in by_question.into_values() {
        due.sort_by_key(|(_, round)| round.period.from);
        let (mut waiting, mut answers): (Vec<Due<'_>>, u64) = (Vec::new(), 0);
        for (id, round) in due {
            answers += data.wait(data.answer_box()?.waiting(id))?;
            waiting.push((id, round));
            // Until enough have answered nothing is shut that was only to be ended early.
            if answers < threshold(&waiting) {
                continue;
            }
            for (id, _) in &waiting {
                data.wait(data.answer_box()?.closing(*id))?;
            }
            let sentence = released(data, author, &waiting, &estate.services)?;
            let names = waiting.drain(..).map(|(_, round)| round.name.clone());
            ended.extend(names.map(|name| (name, Ended::Released(sentence.clone()))));
            answers = 0;
        }
        ended.extend(
            waiting
                .into_iter()
                .map(|(_, round)| (round.name.clone(), Ended::Waits)),
        );
    }
    Ok(ended)
}

/// The most that any of these rounds promised to wait for.
fn threshold(rounds: &[Due<'_>]) -> u64 {
    let asked = rounds.iter().map(|(_, round)| round.threshold);
    asked.max().unwrap_or_default()
}

/// All that was ever released, withdrawn or not: a period closes once, and what was read stays known.
pub fn ever_released(picture: &Picture) -> anyhow::Result<Vec<Release>> {
    let mut released = Vec::new();
    for entry in picture.entries() {
        if entry.kind == Release::NAME
            && let Some(item) = entry.item()
        {
            released.push(kinds::read(entry.version, item)?);
        }
    }
    Ok(released)
}

/// Release what was answered in rounds that are over, then forget the answers.
///
/// The release is stated before anything is deleted, and the same answers make the same release. So a closing that was
/// cut short is repeated, finds its release, and only forgets.
fn released(
    data: &Data,
    author: &Author,
    rounds: &[Due<'_>],
    services: &BTreeMap<RecordId, Service>,
) -> anyhow::Result<String> {
    let (_, last) = rounds.last().expect("a round that is over");
    let permit = author.permit(Action::RunRound, &about(last))?;
    let (answers, comments) = (data.answer_box()?, data.comments()?);
    let mut given: Vec<Answer> = Vec::new();
    let mut tokens = Tokens::default();
    let mut kept: Vec<(RecordId, Vec<Comment>)> = Vec::new();
    for (id, round) in rounds {
        let (mut written, enclosed) = (Vec::new(), data.wait(answers.opened(*id))?);
        for bytes in enclosed {
            let Enclosed { answer, comment } = serde_json::from_slice(&bytes)?;
            let service = answer.service.clone();
            written.extend(comment.map(|text| Comment { service, text }));
            given.push(answer);
        }
        written.sort();
        if round.moderator.is_some() {
            kept.push((*id, written));
        }
        let of = data.wait(answers.tokens(*id))?;
        tokens.signed += of.signed;
        tokens.accepted += of.accepted;
    }
    given.sort();
    let ids: BTreeSet<RecordId> = rounds.iter().map(|(id, _)| *id).collect();
    let saying = Saying {
        authority: View::at(data, None).estate()?.authority,
        ..Saying::because(format!("closing of the round {}", last.name))
    };
    let release = data.change(&permit, saying, |picture| {
        let earlier = ever_released(picture)?;
        if let Some(before) = earlier.iter().find(|release| release.rounds == ids) {
            return Ok::<_, anyhow::Error>((before.clone(), Vec::new()));
        }
        let release = Release {
            hour: last.hour,
            ..closed(rounds, &given, &earlier, services)?
        };
        let whole = release
            .cell(None, None, None)
            .and_then(|cell| cell.shown.as_ref());
        let release = Release {
            tokens: whole.and_then(|whole| tokens.shown(whole.n, release.threshold)),
            rounds: ids.clone(),
            ..release
        };
        let change = Change::state(fresh_id(), Visibility::Internal, &release);
        Ok((release, vec![change]))
    })?;
    // Nobody reads what was written in a round that could not be released.
    for (id, written) in kept {
        data.wait(comments.keep(id, &written))?;
    }
    let ids: Vec<RecordId> = ids.into_iter().collect();
    data.wait(answers.forget(&ids))?;
    Ok(experience::sentence(&release.answer))
}

/// The release of rounds that close together.
///
/// People choose their own group, so more may say that they are of one than were asked of it; then nobody knows how many
/// were asked, and the answers are shown without rates.
fn closed(
    rounds: &[Due<'_>],
    answers: &[Answer],
    earlier: &[Release],
    services: &BTreeMap<RecordId, Service>,
) -> anyhow::Result<Release> {
    let period = rounds.iter().map(|(_, round)| round.period);
    let period = period
        .reduce(|one, other| one.union(&other))
        .expect("a round that is over");
    let mut cube = Cube::default();
    for (_, round) in rounds {
        let of = round.cube(&called(round, services));
        cube.services.extend(of.services);
        cube.directorates.extend(of.directorates);
        cube.places.extend(of.places);
    }
    let asked: Option<Invited> = match rounds {
        [(_, round)] => round.asked(),
        _ => None,
    };
    let (_, last) = rounds.last().expect("a round that is over");
    let closing = |invited| Closing {
        period,
        question: &last.question,
        answers,
        cube: &cube,
        invited,
        threshold: threshold(rounds),
    };
    let release = match close(&closing(asked.as_ref()), earlier) {
        Err(CannotClose::MoreThanInvited { .. }) => close(&closing(None), earlier),
        release => release,
    };
    release.map_err(|why| Refused(why.to_string()).into())
}

/// A round to which people can still be invited.
pub fn takes_invitations(round: &Round, day: Date) -> anyhow::Result<()> {
    unless(day <= round.period.to, || {
        format!("the round {} was over on {}", round.name, round.period.to)
    })
}

/// The links that everybody may use: the round's own, and one for each service and place, chosen beforehand.
pub fn open_links(
    id: RecordId,
    round: &Round,
    services: &BTreeMap<RecordId, Service>,
    url: &str,
) -> Vec<(String, String)> {
    let base = format!("{url}/answer/{id}");
    let with = |field: &str, name: String| {
        let mut query = Fields::default();
        query.push(field, &name);
        (name, format!("{base}?{}", query.query()))
    };
    let mut links = vec![("Everybody".to_owned(), base.clone())];
    links.extend(
        called(round, services)
            .into_iter()
            .map(|it| with("service", it)),
    );
    let places = round.offered(Grouping::Place).map(str::to_owned);
    links.extend(places.map(|it| with("place", it)));
    links
}

/// A link to answer once about a ticket; none where the ticket has one, or is no ticket. Of its number a hash is kept,
/// until the round closes.
pub fn ticket_link(
    data: &Data,
    (id, round): (RecordId, &Round),
    ticket: &str,
    url: &str,
) -> anyhow::Result<Option<String>> {
    unless(round.ways.contains(&Way::Ticket), || {
        format!("people do not answer {} by ticket links", round.name)
    })?;
    takes_invitations(round, clock::today())?;
    let is_fresh =
        !ticket.trim().is_empty() && data.wait(data.answer_box()?.note_asked(id, ticket))?;
    if !is_fresh {
        return Ok(None);
    }
    let secret = links(data, id, Way::Ticket, 1)?.remove(0);
    Ok(Some(format!("{url}/answer/{id}/by/{secret}")))
}

/// Slips to print: each a code, the address at which to type it, and the same as a QR code.
pub fn slips(round: &Round, url: &str, codes: &[String]) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Slips<'a> {
        round: &'a str,
        until: String,
        address: String,
        qr: String,
        codes: &'a [String],
    }
    let address = format!("{url}/answer");
    let slips = Slips {
        round: &round.name,
        until: round.period.to.to_string(),
        qr: qr(&address)?,
        address,
        codes,
    };
    let mut environment = render::environment()?;
    environment.add_template("slips.html", include_str!("../templates/slips.html"))?;
    let slips = Value::from(Serde(&slips));
    Ok(environment.get_template("slips.html")?.render(slips)?)
}

/// A QR code as a drawing.
pub fn qr(address: &str) -> anyhow::Result<String> {
    let code = QRBuilder::new(address)
        .build()
        .map_err(|why| anyhow::anyhow!("no QR code can be made of {address}: {why:?}"))?;
    Ok(SvgBuilder::default().margin(2).to_str(&code))
}
