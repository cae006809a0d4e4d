//! Rounds of feedback: what is asked of whom, and how people come to answer. Nothing of what they answer is shown before a
//! round has closed, not even how many did.

use super::answer::{Answer, Download, Error};
use super::fields::{FieldFaults, Fields};
use super::report::Report;
use super::route::{Needs, Route};
use super::sheet::{Said, Table};
use super::visit::Visit;
use crate::clock;
use crate::rounds::{self, Invitation, about, takes_invitations};
use crate::words::{self, Language};
use handback_core::dated::Period;
use handback_core::engagement::question::Question;
use handback_core::engagement::round::{Factors, Group, Grouping, Round};
use handback_core::engagement::suppression::USUAL;
use handback_core::engagement::way::Way;
use handback_core::pence::Pence;
use handback_core::permission::Action;
use handback_core::record::RecordId;
use handback_register::answer_box::Standing;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub const ROUTES: &[Route] = &[
    Route::get("/rounds", Needs::May(Action::See), list),
    Route::get("/rounds/new", Needs::May(Action::RunRound), ask),
    Route::post("/rounds/new", Needs::May(Action::RunRound), open),
    Route::get("/rounds/{id}", Needs::May(Action::See), one),
    Route::post("/rounds/{id}/invite", Needs::May(Action::RunRound), invite),
    Route::post("/rounds/{id}/codes", Needs::May(Action::RunRound), codes),
    Route::get(
        "/experience/comments",
        Needs::May(Action::Moderate),
        comments,
    ),
    Route::post(
        "/experience/comments/{key}",
        Needs::May(Action::Moderate),
        moderate,
    ),
    Route::post(
        "/api/v1/rounds/{id}/ticket-links",
        Needs::May(Action::RunRound),
        ticket_links,
    ),
];

/// How a round stands on a day.
fn stands(visit: &Visit, id: RecordId, round: &Round) -> Result<&'static str, Error> {
    let today = clock::day_of(visit.now);
    let data = &visit.site.data;
    Ok(match today {
        today if today < round.period.from => "Has not begun",
        today if round.period.contains(today) => "Takes answers",
        _ if data.wait(data.answer_box()?.holds(id))? => "Is over and waits for the next",
        _ => "Is closed",
    })
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut rounds: Vec<(&RecordId, &Round)> = estate.rounds.iter().collect();
    rounds.sort_by_key(|(_, round)| std::cmp::Reverse(round.period.from));
    let row = |(id, round): &(&RecordId, &Round)| -> Result<Vec<Said>, Error> {
        let ways: Vec<&str> = round.ways.iter().map(|way| way_name(*way)).collect();
        Ok(vec![
            Said::text(&round.name).to(format!("/rounds/{id}")),
            Said::text(round.question.to_string()),
            Said::text(crate::render::clock::day(round.period.from)),
            Said::text(crate::render::clock::day(round.period.to)),
            Said::text(ways.join(", ")),
            Said::text(stands(visit, **id, round)?),
        ])
    };
    let rows = rounds.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    let may = visit.visitor.could(Action::RunRound) && !visit.is_past_knowledge();
    let mut links = vec![("What people say".to_owned(), "/experience".to_owned())];
    if may {
        links.push(("Open a round".into(), "/rounds/new".into()));
    }
    if visit.visitor.could(Action::Moderate) {
        links.push(("Comments to read".into(), "/experience/comments".into()));
    }
    let report = Report {
        title: "Rounds of feedback".into(),
        caption: "Staff experience of technology".into(),
        path: "/rounds".into(),
        lead: vec![vec![Said::text(match rounds.len() {
            0 => "Nobody has been asked yet. A round asks one question, on days that you choose, in ways that you choose.".to_owned(),
            1 => "One round.".to_owned(),
            many => format!("{many} rounds."),
        })]],
        links,
        tables: vec![Table {
            caption: "Every round".into(),
            headings: vec!["Round", "Asks about", "From", "To", "Ways", "Stands"],
            rows,
            empty: Some("None yet."),
        }],
        notes: vec![
            "Nothing of a round is shown before it has closed, not even how many answered.".into(),
            "A round closes by itself in the night after its last day, once enough people answered; otherwise what was said waits, sealed, for the next round of the same question.".into(),
        ],
        ..Report::default()
    };
    visit.page("report.html", &report)
}

fn way_name(way: Way) -> &'static str {
    words::word("way", way.word()).unwrap_or(way.word())
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
}

/// The form that opens a round.
#[derive(Serialize)]
struct Asking {
    services: Vec<Choice>,
    ways: Vec<Choice>,
    values: BTreeMap<String, String>,
    chosen: BTreeSet<String>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    usual: u64,
}

fn asking(visit: &Visit, faults: &FieldFaults) -> Result<Asking, Error> {
    let estate = visit.sighted()?;
    let service = |(id, service): (&RecordId, &handback_core::control::Service)| Choice {
        value: id.to_string(),
        text: service.name.clone(),
    };
    let mut services: Vec<Choice> = estate.services.iter().map(service).collect();
    services.sort_by(|one, other| one.text.cmp(&other.text));
    let way = |way: Way| Choice {
        value: way.word().into(),
        text: way_name(way).into(),
    };
    let chosen = visit.form.all("services").chain(visit.form.all("ways"));
    Ok(Asking {
        services,
        ways: Way::ALL.into_iter().map(way).collect(),
        values: visit.form.kept(),
        chosen: chosen.map(str::to_owned).collect(),
        summary: faults.summary(),
        errors: faults.by_field(),
        usual: USUAL,
    })
}

fn ask(visit: &Visit) -> Result<Answer, Error> {
    visit.page("round-new.html", &asking(visit, &FieldFaults::default())?)
}

fn open(visit: &Visit) -> Result<Answer, Error> {
    super::forms::now_only(visit)?;
    let mut faults = FieldFaults::default();
    let round = read(&visit.form, &mut faults);
    if let Some(round) = round.filter(|_| faults.is_empty()) {
        visit.permit(Action::RunRound, &about(&round))?;
        let author = visit.visitor.author().ok_or(Error::SignIn)?;
        match rounds::open(&visit.site.data, &author, round) {
            Ok(id) => return visit.see(&format!("/rounds/{id}?done=saved")),
            Err(error) if crate::refused::is_refusal(&error) => {
                faults.add("name", error.to_string());
            }
            Err(error) => return Err(error.into()),
        }
    }
    visit.invalid("round-new.html", &asking(visit, &faults)?)
}

/// What the form says; every fault at once.
fn read(form: &Fields, faults: &mut FieldFaults) -> Option<Round> {
    let name = form_text(form, faults, "name", "Give the round a name");
    let mut day = |field: &str, message: &str| {
        let day = form.get(field).and_then(|day| day.parse().ok());
        if day.is_none() {
            faults.add(field, message);
        }
        day
    };
    let from = day("from", "Enter the first day as year-month-day");
    let to = day("to", "Enter the last day as year-month-day");
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        faults.add("to", "The round ends before it begins");
    }
    let question = match form.get("question") {
        Some("value") => Question::Value(form_text(
            form,
            faults,
            "value",
            "Write the value as the authority says it",
        )),
        word => Question::of_word(word.unwrap_or_default()),
    };
    let ways: BTreeSet<Way> = form.all("ways").filter_map(Way::of_word).collect();
    if ways.is_empty() {
        faults.add("ways", "Choose how people answer");
    }
    let mut groups = grouped(form, faults, "directorates", Grouping::Directorate);
    groups.extend(grouped(form, faults, "places", Grouping::Place));
    let invited = number(form, faults, "invited");
    let threshold = number(form, faults, "threshold").unwrap_or(USUAL);
    let hour = form.get("hour").and_then(|text| match Pence::parse(text) {
        Ok(pence) => Some(pence),
        Err(why) => {
            faults.add("hour", format!("What an hour costs: {why}"));
            None
        }
    });
    let is_pulse = question.is_pulse();
    let services = form.all("services").filter_map(|id| id.parse().ok());
    Some(Round {
        name,
        period: Period::new(from?, to?),
        question,
        services: services.filter(|_| !is_pulse).collect(),
        groups,
        invited,
        ways,
        factors: Factors::default(),
        threshold,
        hour,
        moderator: form.get("moderator").map(str::to_owned),
        key: String::new(),
    })
}

fn form_text(form: &Fields, faults: &mut FieldFaults, field: &str, message: &str) -> String {
    faults.needed(form, field, message).to_owned()
}

fn number(form: &Fields, faults: &mut FieldFaults, field: &str) -> Option<u64> {
    let text = form.get(field)?;
    let number = text.parse().ok();
    if number.is_none() {
        faults.add(field, format!("{text:?} is no whole number"));
    }
    number
}

/// Groups, one a line: `Housing = 120`.
fn grouped(form: &Fields, faults: &mut FieldFaults, field: &str, of: Grouping) -> Vec<Group> {
    let mut groups = Vec::new();
    for line in form
        .typed(field)
        .lines()
        .filter(|line| !line.trim().is_empty())
    {
        let read = line.rsplit_once('=').and_then(|(name, people)| {
            let invited = people.trim().parse().ok()?;
            Some(Group {
                of,
                name: name.trim().to_owned(),
                invited,
            })
        });
        match read {
            Some(group) => groups.push(group),
            None => faults.add(
                field,
                format!("{line:?}: write a name, = and how many people, as Housing = 120"),
            ),
        }
    }
    groups
}

/// A round, and what can be done with it.
#[derive(Serialize)]
struct One<'a> {
    id: RecordId,
    round: &'a Round,
    question: String,
    stands: &'static str,
    services: Vec<String>,
    promises: Vec<Promised>,
    links: Vec<Link>,
    may: bool,
    by_email: bool,
    by_code: bool,
    can_send: bool,
    sending: Option<Sending>,
    faults: Vec<String>,
}

/// What is promised to whoever answers in one way.
#[derive(Serialize)]
struct Promised {
    way: &'static str,
    one_each: &'static str,
    watcher: &'static str,
}

#[derive(Serialize)]
struct Link {
    what: String,
    href: String,
    qr: String,
}

/// How sending invitations goes. Addresses are in memory while they are sent, and nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sending {
    pub asked: usize,
    pub sent: usize,
    pub before: usize,
    /// The lines that failed.
    pub failed: Vec<usize>,
    pub is_done: bool,
}

fn promised(round: &Round) -> Vec<Promised> {
    let english = words::list(Language::English, "answer");
    let promise = |way: Way, blinded: bool, name: &'static str| {
        let promise = way.promise(blinded);
        Promised {
            way: name,
            one_each: english[&*format!("each-{}", promise.one_each.word())],
            watcher: english[&*format!("watcher-{}", promise.watcher.word())],
        }
    };
    let mut promises = Vec::new();
    for way in &round.ways {
        if *way == Way::Email {
            promises.push(promise(
                *way,
                true,
                "E-mail, answered in a browser with scripts",
            ));
            promises.push(promise(*way, false, "E-mail, answered without scripts"));
        } else {
            promises.push(promise(*way, false, way_name(*way)));
        }
    }
    promises
}

fn found(visit: &Visit) -> Result<(RecordId, Round), Error> {
    let id = visit.record("id")?;
    let estate = visit.sighted()?;
    let round = estate.rounds.get(&id).ok_or(Error::NotFound)?;
    Ok((id, round.clone()))
}

fn shown(visit: &Visit, faults: Vec<String>) -> Result<Answer, Error> {
    let (id, round) = found(visit)?;
    let estate = visit.estate()?;
    let url = &visit.site.settings.public_url;
    let links = match round.ways.contains(&Way::Link) {
        true => rounds::open_links(id, &round, &estate.services, url),
        false => Vec::new(),
    };
    let link = |(what, href): (String, String)| -> Result<Link, Error> {
        let qr = rounds::qr(&href)?;
        Ok(Link { what, href, qr })
    };
    let may = visit.permit(Action::RunRound, &about(&round)).is_ok() && !visit.is_past_knowledge();
    let takes = takes_invitations(&round, clock::day_of(visit.now)).is_ok();
    let one = One {
        id,
        question: round.question.to_string(),
        stands: stands(visit, id, &round)?,
        services: rounds::called(&round, &estate.services)
            .into_iter()
            .collect(),
        promises: promised(&round),
        links: links.into_iter().map(link).collect::<Result<_, _>>()?,
        may: may && takes,
        by_email: round.ways.contains(&Way::Email),
        by_code: round.ways.contains(&Way::Code),
        can_send: visit.site.settings.mailing.is_some(),
        sending: visit.site.sending(id),
        faults,
        round: &round,
    };
    match one.faults.is_empty() {
        true => visit.page("round.html", &one),
        false => visit.invalid("round.html", &one),
    }
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    shown(visit, Vec::new())
}

/// Send invitations beside the page: an address a line, perhaps with a language after it.
fn invite(visit: &Visit) -> Result<Answer, Error> {
    super::forms::now_only(visit)?;
    let (id, round) = found(visit)?;
    visit.permit(Action::RunRound, &about(&round))?;
    takes_invitations(&round, clock::day_of(visit.now))?;
    let Some(mailing) = visit.site.settings.mailing.clone() else {
        return Err(Error::Wrong(
            "no mail server is named: start handback serve with --smtp and --mail-from".into(),
        ));
    };
    let people: Vec<(usize, String, Language)> = visit
        .form
        .typed("people")
        .lines()
        .enumerate()
        .filter_map(|(place, line)| {
            let (address, language) = line
                .trim()
                .rsplit_once([',', ' '])
                .unwrap_or((line.trim(), ""));
            let is_language = matches!(language, "en" | "cy");
            let address = if is_language {
                address.trim()
            } else {
                line.trim()
            };
            (!address.is_empty())
                .then(|| (place + 1, address.to_owned(), Language::of_code(language)))
        })
        .collect();
    let wrong: Vec<String> = people
        .iter()
        .filter(|(_, address, _)| !address.contains('@') || address.contains(char::is_whitespace))
        .map(|(line, ..)| format!("Line {line} is no e-mail address"))
        .collect();
    if people.is_empty() {
        return shown(visit, vec!["Write the addresses, one on each line".into()]);
    }
    if !wrong.is_empty() {
        return shown(visit, wrong);
    }
    if visit
        .site
        .sending(id)
        .is_some_and(|sending| !sending.is_done)
    {
        return Err(Error::Wrong(
            "invitations to this round are being sent: wait until they are".into(),
        ));
    }
    let site = Arc::clone(&visit.site);
    let told = Sending {
        asked: people.len(),
        ..Sending::default()
    };
    site.set_sending(id, told.clone());
    std::thread::spawn(move || {
        let mut told = told;
        for (line, address, language) in people {
            let url = &site.settings.public_url;
            let to = (address.as_str(), language);
            match rounds::invitation(&site.data, &mailing, url, (id, &round), to) {
                Ok(Invitation::Sent) => told.sent += 1,
                Ok(Invitation::Before) => told.before += 1,
                Err(_) => told.failed.push(line),
            }
            site.set_sending(id, told.clone());
        }
        told.is_done = true;
        site.set_sending(id, told);
    });
    visit.see(&format!("/rounds/{id}"))
}

/// Slips with codes, as a page to print.
fn codes(visit: &Visit) -> Result<Answer, Error> {
    super::forms::now_only(visit)?;
    let (id, round) = found(visit)?;
    visit.permit(Action::RunRound, &about(&round))?;
    takes_invitations(&round, clock::day_of(visit.now))?;
    let how_many = visit
        .form
        .get("how-many")
        .and_then(|text| text.parse().ok());
    let Some(how_many) = how_many.filter(|many| (1..=5_000).contains(many)) else {
        return shown(
            visit,
            vec!["Enter how many slips you need, at most 5000".into()],
        );
    };
    let codes = rounds::codes(&visit.site.data, id, how_many)?;
    let slips = rounds::slips(&round, &visit.site.settings.public_url, &codes)?;
    Ok(Answer::File(Download {
        name: "slips.html".into(),
        content_type: "text/html; charset=utf-8",
        bytes: slips.into_bytes(),
    }))
}

/// Links for tickets, for a service desk that can call out: tickets in, links out.
fn ticket_links(visit: &Visit) -> Result<Answer, Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        tickets: Vec<String>,
    }
    #[derive(Serialize)]
    struct Linked {
        ticket: String,
        /// None where the ticket had its link before.
        link: Option<String>,
    }
    #[derive(Serialize)]
    struct Told {
        links: Vec<Linked>,
    }
    let (id, round) = found(visit)?;
    visit.permit(Action::RunRound, &about(&round))?;
    let asked: Asked = serde_json::from_slice(&visit.body)
        .map_err(|why| Error::Wrong(format!("the body names no tickets: {why}")))?;
    if asked.tickets.len() > 1_000 {
        return Err(Error::Wrong("at most 1000 tickets at once".into()));
    }
    let mut links = Vec::with_capacity(asked.tickets.len());
    for ticket in asked.tickets {
        let url = &visit.site.settings.public_url;
        let link = rounds::ticket_link(&visit.site.data, (id, &round), &ticket, url)?;
        links.push(Linked { ticket, link });
    }
    Answer::json(&Told { links })
}

/// Comments by service: those that wait, and those that are shown.
#[derive(Serialize)]
struct Comments {
    services: Vec<OfService>,
    threshold: u64,
}

#[derive(Default, Serialize)]
struct OfService {
    service: String,
    waiting: Vec<Written>,
    shown: Vec<Written>,
}

#[derive(Serialize)]
struct Written {
    key: String,
    text: String,
}

fn comments(visit: &Visit) -> Result<Answer, Error> {
    visit.permit(Action::Moderate, &Default::default())?;
    let data = &visit.site.data;
    let mut services: BTreeMap<String, OfService> = BTreeMap::new();
    for kept in data.wait(data.comments()?.all())? {
        let service = kept
            .comment
            .service
            .unwrap_or_else(|| "About no one service".into());
        let of = services.entry(service.clone()).or_default();
        of.service = service;
        let written = Written {
            key: RecordId(kept.key).to_string(),
            text: kept.comment.text,
        };
        match kept.standing {
            Standing::Waiting => of.waiting.push(written),
            Standing::Shown => of.shown.push(written),
        }
    }
    visit.page(
        "round-comments.html",
        &Comments {
            services: services.into_values().collect(),
            threshold: USUAL,
        },
    )
}

fn moderate(visit: &Visit) -> Result<Answer, Error> {
    visit.permit(Action::Moderate, &Default::default())?;
    let RecordId(key) = visit.record("key")?;
    let comments = visit.site.data.comments()?;
    let done = match visit.form.get("do") {
        Some("show") => visit.site.data.wait(comments.stand(key, Standing::Shown)),
        Some("wait") => visit.site.data.wait(comments.stand(key, Standing::Waiting)),
        Some("remove") => visit.site.data.wait(comments.erase(key)),
        _ => return Err(Error::Wrong("say what becomes of the comment".into())),
    };
    done?;
    visit.see("/experience/comments?done=saved")
}

/// How many comments nobody has decided about.
pub fn unread(visit: &Visit) -> Result<usize, Error> {
    let data = &visit.site.data;
    let all = data.wait(data.comments()?.all())?;
    let waiting = all.iter().filter(|kept| kept.standing == Standing::Waiting);
    Ok(waiting.count())
}

/// What may be read of comments about each service: those that the moderator shows, where the threshold or more are.
pub fn readable(visit: &Visit) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let data = &visit.site.data;
    let mut readable: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for kept in data.wait(data.comments()?.all())? {
        if let (Standing::Shown, Some(service)) = (kept.standing, kept.comment.service) {
            readable.entry(service).or_default().push(kept.comment.text);
        }
    }
    // The most that any round promised: nobody knows which comment was written in which.
    let estate = visit.estate()?;
    let promised = estate.rounds.values().map(|round| round.threshold);
    let threshold = promised.max().unwrap_or_default().max(USUAL);
    readable.retain(|_, texts| texts.len() as u64 >= threshold);
    Ok(readable)
}
