//! The pages of a job of files: send them, see what each is, confirm, watch, look at what came of it.

use super::super::answer::{Answer, Error};

use super::super::visit::Visit;
use super::work::{KIND, Outcome, Waiting, Wish, clear};
use super::{of_file, stands};
use crate::clock;
use handback_core::import::{Dataset, Role};
use handback_core::permission::Action;
use handback_register::desk::{Job, JobId, JobState};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long an answer waits for a small job, so that nobody sees a page of waiting flash by.
const PATIENCE: Duration = Duration::from_millis(2_500);

#[derive(Serialize)]
struct Asking {
    error: Option<String>,
    datasets: Vec<(String, String)>,
    most: u64,
}

fn asking(visit: &Visit, error: Option<String>) -> Asking {
    Asking {
        error,
        datasets: datasets(),
        most: visit.site.settings.most_upload / 1_000_000,
    }
}

/// What a file may hold, as a form offers it.
fn datasets() -> Vec<(String, String)> {
    use Dataset::*;
    [
        Payments,
        Contracts,
        Ocds,
        Organisations,
        Services,
        Arrangements,
        StaffMovements,
        Events,
        Claims,
        Recommendations,
        Scope,
        Names,
    ]
    .iter()
    .map(|dataset| {
        let word = serde_json::to_value(dataset).unwrap_or_default();
        (
            word.as_str().unwrap_or_default().to_owned(),
            handback_intake::refused::called(*dataset).to_owned(),
        )
    })
    .collect()
}

fn dataset(word: Option<&str>) -> Option<Dataset> {
    serde_json::from_value(serde_json::Value::String(word?.to_owned())).ok()
}

pub fn ask(visit: &Visit) -> Result<Answer, Error> {
    visit.page("import-new.html", &asking(visit, None))
}

/// Keep the files and let the worker look at them.
pub fn upload(visit: &Visit) -> Result<Answer, Error> {
    if visit.files.is_empty() {
        let error = "Choose at least one file".to_owned();
        return visit.invalid("import-new.html", &asking(visit, Some(error)));
    }
    let file = |upload: &super::super::visit::Upload| Waiting {
        name: upload.name.clone(),
        path: upload.path.clone(),
        size: upload.size,
        dataset: dataset(visit.form.get("dataset")),
        period: visit.form.get("period").map(str::to_owned),
        ..Waiting::default()
    };
    let wish = Wish {
        take: false,
        files: visit.files.iter().map(file).collect(),
    };
    let actor = visit.visitor.account.as_ref().ok_or(Error::SignIn)?;
    let mut id = [0; 16];
    clock::random(&mut id);
    let job = Job {
        id: JobId(id),
        kind: KIND.into(),
        actor: actor.actor.clone(),
        state: JobState::Waiting,
        wish: serde_json::to_string(&wish).map_err(anyhow::Error::from)?,
        answer: String::new(),
        rows: 0,
        bytes: 0,
        of_bytes: Some(wish.files.iter().map(|file| file.size).sum()),
        cancel_asked: false,
        created_at: visit.now,
        changed_at: visit.now,
    };
    visit.site.data.wait(visit.site.desk.put_job(&job))?;
    settled_soon(visit, job.id)?;
    Ok(Answer::See(format!("/imports/jobs/{}", job.id)))
}

/// Wait a moment for a job to need somebody or to end.
fn settled_soon(visit: &Visit, id: JobId) -> Result<(), Error> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let job = visit.site.data.wait(visit.site.desk.job(id))?;
        if job.is_none_or(|job| !is_busy(job.state)) {
            break;
        }
        std::thread::sleep(Duration::from_millis(40));
    }
    Ok(())
}

fn is_busy(state: JobState) -> bool {
    matches!(state, JobState::Waiting | JobState::Running)
}

/// The job of the address, for whoever asked for it or may see everybody's.
fn found(visit: &Visit) -> Result<Job, Error> {
    let id: JobId = visit.param("id").parse().map_err(|_| Error::NotFound)?;
    let job = visit.site.data.wait(visit.site.desk.job(id))?;
    let own = |job: &Job| {
        let account = visit.visitor.account.as_ref();
        account.is_some_and(|account| account.actor == job.actor)
            || visit.visitor.could(Action::ManageAccounts)
    };
    job.filter(own).ok_or(Error::NotFound)
}

#[derive(Serialize)]
struct Page {
    id: String,
    state: &'static str,
    busy: bool,
    take: bool,
    progress: Progress,
    wish: Wish,
    outcome: Outcome,
    /// How many of the files can be taken in.
    good: usize,
    datasets: Vec<(String, String)>,
    roles: Vec<(String, &'static str)>,
    overlapping: Vec<bool>,
    standing: Vec<bool>,
}

/// How far a job has come.
#[derive(Serialize)]
struct Progress {
    percent: u64,
    rows: u64,
    rows_per_second: u64,
    seconds_left: Option<u64>,
}

fn progress(job: &Job) -> Progress {
    let seconds = (clock::now().as_millisecond() - job.created_at.as_millisecond()).max(1) as u64;
    let of = job.of_bytes.unwrap_or(0).max(1);
    let bytes = job.bytes.min(of);
    Progress {
        percent: bytes * 100 / of,
        rows: job.rows,
        rows_per_second: job.rows * 1_000 / seconds,
        seconds_left: (bytes > 0).then(|| (of - bytes) * seconds / bytes / 1_000 + 1),
    }
}

/// The roles that a column can play, in plain words.
fn roles() -> Vec<(String, &'static str)> {
    use Role::*;
    [
        (Other, "nothing we need"),
        (Date, "the date"),
        (Amount, "the amount"),
        (Vat, "the VAT"),
        (Gross, "the amount with VAT"),
        (Supplier, "the supplier"),
        (SupplierNumber, "the supplier’s number"),
        (CompanyNumber, "the company number"),
        (Department, "the department"),
        (Service, "the service"),
        (Category, "the category"),
        (Description, "the description"),
        (Transaction, "the transaction’s number"),
        (Personal, "about persons: not kept"),
    ]
    .into_iter()
    .map(|(role, words)| {
        let word = serde_json::to_value(role).unwrap_or_default();
        (word.as_str().unwrap_or_default().to_owned(), words)
    })
    .collect()
}

pub fn one(visit: &Visit) -> Result<Answer, Error> {
    let job = found(visit)?;
    let wish: Wish = serde_json::from_str(&job.wish).map_err(anyhow::Error::from)?;
    let outcome: Outcome = serde_json::from_str(&job.answer).unwrap_or_default();
    let good = outcome
        .files
        .iter()
        .filter(|file| file.refused.is_none() && !file.already);
    let picture = visit.site.data.register.picture();
    let standing = outcome.files.iter().map(|file| {
        let id = file.import.as_ref().and_then(|id| id.parse().ok());
        id.is_some_and(|id| stands(&picture, id))
    });
    visit.page(
        "import-job.html",
        &Page {
            id: job.id.to_string(),
            state: job.state.word(),
            busy: is_busy(job.state),
            take: wish.take,
            progress: progress(&job),
            good: good.count(),
            datasets: datasets(),
            roles: roles(),
            overlapping: outcome
                .files
                .iter()
                .map(|file| !file.overlaps.is_empty())
                .collect(),
            standing: standing.collect(),
            wish,
            outcome,
        },
    )
}

/// How far it has come, twice a second, for pages with JavaScript.
pub fn events(visit: &Visit) -> Result<Answer, Error> {
    let id = found(visit)?.id;
    let (site, mut over) = (std::sync::Arc::clone(&visit.site), false);
    Ok(Answer::Events(Box::new(move || {
        if over {
            return None;
        }
        let job = site.data.wait(site.desk.job(id)).ok().flatten()?;
        over = !is_busy(job.state);
        serde_json::to_string(&BTreeMap::from([
            ("state", serde_json::json!(job.state.word())),
            ("progress", serde_json::to_value(progress(&job)).ok()?),
        ]))
        .ok()
    })))
}

/// What a person says of a job: take it in, look again, stop, forget.
pub fn go_on(visit: &Visit) -> Result<Answer, Error> {
    let job = found(visit)?;
    let (site, here) = (&visit.site, format!("/imports/jobs/{}", job.id));
    match visit.form.get("do") {
        Some("stop") => {
            site.data.wait(site.desk.ask_cancel(job.id, visit.now))?;
            if !is_busy(job.state) || job.state == JobState::Waiting {
                forget(&job);
            }
            settled_soon(visit, job.id)?;
            Ok(Answer::See("/imports?done=cancelled".into()))
        }
        Some(verb @ ("take" | "look")) => {
            let mut wish: Wish = serde_json::from_str(&job.wish).map_err(anyhow::Error::from)?;
            let outcome: Outcome = serde_json::from_str(&job.answer).unwrap_or_default();
            wish.take = verb == "take";
            for (place, file) in wish.files.iter_mut().enumerate() {
                answered(visit, place, file, outcome.files.get(place));
            }
            let wish = serde_json::to_string(&wish).map_err(anyhow::Error::from)?;
            site.data
                .wait(site.desk.queue_again(job.id, &wish, visit.now))?;
            settled_soon(visit, job.id)?;
            Ok(Answer::See(here))
        }
        _ => Err(Error::Wrong("say whether to take the files in".into())),
    }
}

fn forget(job: &Job) {
    if let Ok(wish) = serde_json::from_str::<Wish>(&job.wish) {
        clear(&wish);
    }
}

/// What a person corrected about one file.
fn answered(visit: &Visit, place: usize, file: &mut Waiting, seen: Option<&super::work::Seen>) {
    let field = |name: &str| of_file(&visit.form, place, name);
    file.dataset = dataset(field("dataset").as_deref()).or(file.dataset);
    file.period = field("period").or(file.period.take());
    file.publisher = field("publisher").or(file.publisher.take());
    file.ledger = field("ledger").or(file.ledger.take());
    file.overlap = field("overlap").filter(|decided| decided != "later");
    let Some(seen) = seen else { return };
    file.skip = seen.refused.is_some() || seen.already;
    file.dataset = file.dataset.or(seen.dataset);
    file.overlaps = seen
        .overlaps
        .iter()
        .filter_map(|told| told.split('(').nth(1)?.split(';').next().map(str::to_owned))
        .collect();
    for (column, as_seen) in seen.columns.iter().enumerate() {
        let chosen = of_file(&visit.form, place, &format!("role-{column}"));
        let role = chosen.and_then(|word| serde_json::from_value(serde_json::json!(word)).ok());
        if let Some(role) = role.filter(|role: &Role| *role != as_seen.role) {
            file.columns.retain(|(_, header)| *header != as_seen.header);
            file.columns.push((role, as_seen.header.clone()));
        }
    }
}

/// Every fault of a job is in its imports; those of files not yet taken are told by sort.
pub fn faults(visit: &Visit) -> Result<Answer, Error> {
    let job = found(visit)?;
    let outcome: Outcome = serde_json::from_str(&job.answer).unwrap_or_default();
    let mut all = Vec::new();
    for file in &outcome.files {
        for kind in &file.faults {
            all.push(handback_core::import::Fault {
                line: kind.line,
                column: kind.column.clone(),
                value: kind.value.clone(),
                reason: format!("{} ({} times, first here)", kind.reason, kind.count),
                amount: None,
            });
        }
    }
    super::faults_csv("these-files", &all)
}

/// A job that somebody should look at.
#[derive(Serialize)]
pub struct Line {
    id: String,
    files: String,
    state: &'static str,
}

/// The visitor's jobs that are under way or wait for them.
pub fn open(visit: &Visit) -> Result<Vec<Line>, Error> {
    let Some(account) = &visit.visitor.account else {
        return Ok(Vec::new());
    };
    let jobs = visit
        .site
        .data
        .wait(visit.site.desk.jobs(Some(&account.actor), 20))?;
    let open = jobs
        .into_iter()
        .filter(|job| is_busy(job.state) || job.state == JobState::ToConfirm);
    let line = |job: Job| {
        let wish: Option<Wish> = serde_json::from_str(&job.wish).ok();
        let names: Vec<String> = wish
            .map(|wish| wish.files.into_iter().map(|file| file.name).collect())
            .unwrap_or_default();
        Line {
            id: job.id.to_string(),
            files: match &names[..] {
                [first, second, rest @ ..] if !rest.is_empty() => {
                    format!("{first}, {second} and {} more", rest.len())
                }
                names => names.join(", "),
            },
            state: match job.state {
                JobState::ToConfirm => "waits for you to confirm",
                JobState::Waiting => "waits for its turn",
                _ => "under way",
            },
        }
    };
    Ok(open.map(line).collect())
}
