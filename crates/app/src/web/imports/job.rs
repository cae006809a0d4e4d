//! The pages of a job of files: send them, see what each is, confirm, watch, look at what came of it.

use super::answers;
use super::inbox::clear_ended;
use super::stands;
use super::work::{KIND, Outcome, Waiting, Wish};
use crate::clock;
use crate::web::answer::{Answer, Error};
use crate::web::fields::FieldFaults;
use crate::web::forms::now_only;
use crate::web::visit::{Upload, Visit};
use handback_core::permission::Action;
use handback_register::desk::{Job, JobId, JobState};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long an answer waits for a small job, so that nobody sees a page of waiting flash by.
const PATIENCE: Duration = Duration::from_millis(2_000);

#[derive(Serialize)]
struct Asking {
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    kept: BTreeMap<String, String>,
    datasets: Vec<(String, String)>,
    most: u64,
}

fn asking(visit: &Visit, faults: &FieldFaults) -> Asking {
    Asking {
        summary: faults.summary(),
        errors: faults.by_field(),
        kept: visit.form.kept(),
        datasets: answers::datasets(),
        most: visit.site.settings.most_upload / 1_000_000,
    }
}

pub fn ask(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    visit.page("import-new.html", &asking(visit, &FieldFaults::default()))
}

/// Keep the files and let the worker look at them.
pub fn upload(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let mut faults = FieldFaults::default();
    if visit.files.is_empty() {
        faults.add("files", "Choose at least one file");
    }
    let period = answers::period(visit.form.get("period"), "period", &mut faults);
    if !faults.is_empty() {
        return visit.invalid("import-new.html", &asking(visit, &faults));
    }
    let file = |upload: &Upload| Waiting {
        name: upload.name.clone(),
        path: upload.path.clone(),
        size: upload.size,
        dataset: answers::dataset(visit.form.get("dataset")),
        period,
        ..Waiting::default()
    };
    let wish = Wish {
        take: false,
        since: visit.now,
        files: visit.files.iter().map(file).collect(),
    };
    let job = new_job(visit, &wish)?;
    visit.site.data.wait(visit.site.desk.put_job(&job))?;
    settled_soon(visit, job.id)?;
    visit.see(&format!("/imports/jobs/{}", job.id))
}

fn new_job(visit: &Visit, wish: &Wish) -> Result<Job, Error> {
    let account = visit.visitor.account.as_ref().ok_or(Error::SignIn)?;
    let mut id = [0; 16];
    clock::random(&mut id);
    Ok(Job {
        id: JobId(id),
        kind: KIND.into(),
        actor: account.actor.clone(),
        state: JobState::Waiting,
        wish: serde_json::to_string(wish).map_err(anyhow::Error::from)?,
        answer: String::new(),
        rows: 0,
        bytes: 0,
        of_bytes: Some(wish.files.iter().map(|file| file.size).sum()),
        cancel_asked: false,
        created_at: visit.now,
        changed_at: visit.now,
    })
}

/// Wait a moment for a job to need somebody or to end; answers its state then.
fn settled_soon(visit: &Visit, id: JobId) -> Result<Option<JobState>, Error> {
    let begun = Instant::now();
    loop {
        let job = visit.site.data.wait(visit.site.desk.job(id))?;
        let state = job.map(|job| job.state);
        if !state.is_some_and(is_busy) || begun.elapsed() >= PATIENCE {
            return Ok(state);
        }
        std::thread::sleep(Duration::from_millis(40));
    }
}

fn is_busy(state: JobState) -> bool {
    matches!(state, JobState::Waiting | JobState::Running)
}

/// The job of the address, for whoever asked for it, and for administrators, who may stop it.
fn found(visit: &Visit) -> Result<Job, Error> {
    let id: JobId = visit.param("id").parse().map_err(|_| Error::NotFound)?;
    let job = visit.site.data.wait(visit.site.desk.job(id))?;
    job.filter(|job| job.kind == KIND && (is_own(visit, job) || administers(visit)))
        .ok_or(Error::NotFound)
}

fn is_own(visit: &Visit, job: &Job) -> bool {
    let account = visit.visitor.account.as_ref();
    account.is_some_and(|account| account.actor == job.actor)
}

fn administers(visit: &Visit) -> bool {
    visit.visitor.could(Action::ManageAccounts)
}

#[derive(Serialize)]
struct Page {
    id: String,
    state: &'static str,
    busy: bool,
    stopping: bool,
    /// Whether the visitor asked for it: nobody confirms in another's name.
    own: bool,
    progress: Progress,
    wish: Wish,
    outcome: Outcome,
    /// How many of the files can be taken in.
    good: usize,
    datasets: Vec<(String, String)>,
    /// The roles that columns can play, by the word of the dataset.
    roles: BTreeMap<String, Vec<(String, &'static str)>>,
    /// What states can mean.
    meanings: Vec<(String, &'static str)>,
    /// The contracts under which a list may have been given.
    contracts: Vec<String>,
    /// The imports of this job that still stand.
    standing: Vec<String>,
    /// Fields typed again after a fault.
    kept: BTreeMap<String, String>,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
}

/// How far a job has come.
#[derive(Serialize)]
struct Progress {
    percent: u64,
    rows: u64,
    rows_per_second: u64,
    seconds_left: Option<u64>,
}

fn progress(job: &Job, wish: &Wish) -> Progress {
    let since = clock::now().as_millisecond() - wish.since.as_millisecond();
    let milliseconds = since.max(1).unsigned_abs();
    let of = job.of_bytes.unwrap_or(0).max(1);
    let bytes = job.bytes.min(of);
    let left = |bytes: u64| (of - bytes).saturating_mul(milliseconds) / bytes / 1_000 + 1;
    Progress {
        percent: bytes * 100 / of,
        rows: job.rows,
        rows_per_second: job.rows.saturating_mul(1_000) / milliseconds,
        // Before a twentieth is read, the time left is a guess that would frighten people.
        seconds_left: (bytes * 20 >= of).then(|| left(bytes)),
    }
}

fn wish_of(job: &Job) -> Result<Wish, Error> {
    Ok(serde_json::from_str(&job.wish).map_err(anyhow::Error::from)?)
}

fn outcome_of(job: &Job) -> Outcome {
    serde_json::from_str(&job.answer).unwrap_or_default()
}

pub fn one(visit: &Visit) -> Result<Answer, Error> {
    let job = found(visit)?;
    let wish = wish_of(&job)?;
    let page = page(visit, &job, wish, &FieldFaults::default());
    visit.page("import-job.html", &page)
}

fn page(visit: &Visit, job: &Job, wish: Wish, faults: &FieldFaults) -> Page {
    let outcome = outcome_of(job);
    let seen = || outcome.files.iter().flatten();
    let good = seen().filter(|file| file.refused.is_none() && !file.already);
    let picture = visit.site.data.register.picture();
    let standing = seen().filter_map(|file| file.import);
    let standing = standing.filter(|id| stands(&picture, *id));
    Page {
        id: job.id.to_string(),
        state: job.state.word(),
        busy: is_busy(job.state),
        stopping: job.cancel_asked,
        own: is_own(visit, job),
        progress: progress(job, &wish),
        good: good.count(),
        datasets: answers::datasets(),
        roles: answers::all_roles(),
        meanings: answers::meanings(),
        contracts: contracts(visit),
        standing: standing.map(|id| id.to_string()).collect(),
        kept: visit.form.kept(),
        summary: faults.summary(),
        errors: faults.by_field(),
        wish,
        outcome,
    }
}

/// The contracts under which a list may have been given, by title.
fn contracts(visit: &Visit) -> Vec<String> {
    let Ok(estate) = visit.sighted() else {
        return Vec::new();
    };
    let titles = estate.contracts.values().map(|held| held.title.clone());
    let titles: BTreeSet<String> = titles.collect();
    titles.into_iter().collect()
}

/// How far it has come, twice a second, for pages with JavaScript.
pub fn events(visit: &Visit) -> Result<Answer, Error> {
    let job = found(visit)?;
    let (id, wish) = (job.id, wish_of(&job)?);
    let (site, mut over) = (Arc::clone(&visit.site), false);
    Ok(Answer::Events(Box::new(move || {
        if over {
            return None;
        }
        let job = site.data.wait(site.desk.job(id)).ok().flatten()?;
        over = !is_busy(job.state);
        serde_json::to_string(&BTreeMap::from([
            ("state", serde_json::json!(job.state.word())),
            (
                "progress",
                serde_json::to_value(progress(&job, &wish)).ok()?,
            ),
        ]))
        .ok()
    })))
}

/// What a person says of a job: take it in, look again, stop.
pub fn go_on(visit: &Visit) -> Result<Answer, Error> {
    let job = found(visit)?;
    match visit.form.get("do") {
        Some("stop") => stop(visit, &job),
        Some("take") => go_on_with(visit, &job, true),
        Some("look") => go_on_with(visit, &job, false),
        _ => Err(Error::Wrong(
            "say whether to take the files in, look again or forget them".into(),
        )),
    }
}

fn stop(visit: &Visit, job: &Job) -> Result<Answer, Error> {
    let site = &visit.site;
    site.data.wait(site.desk.ask_cancel(job.id, visit.now))?;
    let state = settled_soon(visit, job.id)?;
    clear_ended(site, job.id)?;
    let took = outcome_of(job).files.iter().flatten().count() > 0 && wish_of(job)?.take;
    match state {
        Some(JobState::Cancelled) if !took => visit.see("/imports?done=cancelled"),
        _ => visit.see(&format!("/imports/jobs/{}", job.id)),
    }
}

fn go_on_with(visit: &Visit, job: &Job, take: bool) -> Result<Answer, Error> {
    now_only(visit)?;
    if !is_own(visit, job) {
        return Err(Error::Wrong(
            "files are taken in in the name of whoever sent them, so only that person can confirm"
                .into(),
        ));
    }
    let here = format!("/imports/jobs/{}", job.id);
    if job.state != JobState::ToConfirm {
        // The button was pressed twice, or in another window.
        return visit.see(&here);
    }
    let mut wish = Wish {
        take,
        since: visit.now,
        ..wish_of(job)?
    };
    let mut faults = FieldFaults::default();
    let seen = outcome_of(job).files;
    for (place, file) in wish.files.iter_mut().enumerate() {
        let seen = seen.get(place).and_then(Option::as_ref);
        answers::about_file(&visit.form, place, file, seen, &mut faults);
    }
    if take && wish.files.iter().all(|file| file.skip) {
        faults.add("skip-0", "Every file is left out: choose one to take in");
    }
    if !faults.is_empty() {
        return visit.invalid("import-job.html", &page(visit, job, wish, &faults));
    }
    let site = &visit.site;
    let words = serde_json::to_string(&wish).map_err(anyhow::Error::from)?;
    site.data
        .wait(site.desk.queue_again(job.id, &words, visit.now))?;
    settled_soon(visit, job.id)?;
    visit.see(&here)
}

/// A job that somebody should look at.
#[derive(Serialize)]
pub struct Line {
    id: String,
    files: String,
    state: &'static str,
}

/// How many of somebody's newest jobs are looked at for open ones.
const NEWEST: u32 = 50;

/// The visitor's jobs that are under way or wait for them.
pub fn open(visit: &Visit) -> Result<Vec<Line>, Error> {
    let Some(account) = &visit.visitor.account else {
        return Ok(Vec::new());
    };
    let jobs = visit.site.desk.jobs(Some(&account.actor), NEWEST);
    let jobs = visit.site.data.wait(jobs)?;
    let open = jobs
        .into_iter()
        .filter(|job| job.kind == KIND && (is_busy(job.state) || job.state == JobState::ToConfirm));
    let line = |job: Job| Line {
        id: job.id.to_string(),
        files: wish_of(&job).map_or_else(|_| "files".into(), |wish| called(&wish)),
        state: match job.state {
            JobState::ToConfirm => "waits for you to confirm",
            JobState::Waiting => "waits for its turn",
            _ => "under way",
        },
    };
    Ok(open.map(line).collect())
}

/// The files of a job in a few words.
fn called(wish: &Wish) -> String {
    let names: Vec<&str> = wish.files.iter().map(|file| file.name.as_str()).collect();
    match &names[..] {
        [first, second, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second} and {} more", rest.len())
        }
        names => names.join(", "),
    }
}
