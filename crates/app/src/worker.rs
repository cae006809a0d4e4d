//! Work that takes longer than a page may: one job at a time, claimed from the desk, so that jobs
//! survive a restart of the program.

use crate::clock;
use crate::data::Author;
use crate::reminders;
use crate::rounds;
use crate::web::{Site, imports};
use handback_register::desk::{Job, JobState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The running worker.
pub struct Worker {
    stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Worker {
    /// Let the job under way stop where it can, and wait for it: it goes on at the next start.
    pub fn stop(self) {
        self.stopped.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
    }
}

/// What a job may ask while it runs.
pub struct Running<'a> {
    pub site: &'a Site,
    pub job: &'a Job,
    stopped: &'a AtomicBool,
}

impl Running<'_> {
    /// Tell how far it has come. Answers whether to go on.
    pub fn progress(&self, rows: u64, bytes: u64) -> bool {
        let told = self
            .site
            .desk
            .progress(self.job.id, rows, bytes, clock::now());
        let cancelled = self.site.data.wait(told).unwrap_or(false);
        !cancelled && !self.is_stopping()
    }

    /// Whether the program is about to end; the job then goes on at the next start.
    pub fn is_stopping(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// Start the worker. Jobs that were under way when the program last ended begin again.
pub fn start(site: Arc<Site>) -> Worker {
    let stopped = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stopped);
    let thread = std::thread::spawn(move || work(&site, &flag));
    Worker { stopped, thread }
}

/// How often the inbox is swept.
const SWEEP: Duration = Duration::from_secs(3600);

fn work(site: &Site, stopped: &AtomicBool) {
    if let Err(error) = site.data.wait(site.desk.requeue_interrupted(clock::now())) {
        tracing::error!("cannot take interrupted jobs up again: {error}");
    }
    let mut swept = None;
    let mut reminded = None;
    let mut closed = None;
    while !stopped.load(Ordering::Relaxed) {
        if swept.is_none_or(|swept: Instant| swept.elapsed() > SWEEP) {
            if let Err(error) = imports::sweep(site) {
                tracing::error!("cannot sweep the inbox: {error:#}");
            }
            swept = Some(Instant::now());
        }
        if reminded.is_none_or(|reminded: Instant| reminded.elapsed() > REMIND) {
            if let Err(error) = remind(site) {
                tracing::error!("cannot send reminders: {error:#}");
            }
            reminded = Some(Instant::now());
        }
        let today = clock::today();
        if closed != Some(today) {
            // What cannot be closed today is tried again tomorrow, or by hand; nothing is lost meanwhile.
            if let Err(error) = rounds::close_due(&site.data, &Author::operator(), today) {
                tracing::error!("cannot close a round: {error:#}");
            }
            closed = Some(today);
        }
        match site.data.wait(site.desk.claim_job(clock::now())) {
            Ok(Some(job)) => run(site, &job, stopped),
            Ok(None) => std::thread::sleep(Duration::from_millis(150)),
            Err(error) => {
                tracing::error!("cannot look for jobs: {error}");
                std::thread::sleep(Duration::from_secs(5));
            }
        }
    }
}

/// How often it is looked whether reminders are to be sent, new ones and those that failed.
const REMIND: Duration = Duration::from_secs(900);

/// The hour from which reminders are sent.
const MORNING: i8 = 7;

fn remind(site: &Site) -> anyhow::Result<()> {
    let now = clock::now();
    let Some(mailing) = &site.settings.mailing else {
        return Ok(());
    };
    if clock::hour_of(now) < MORNING {
        return Ok(());
    }
    let url = &site.settings.public_url;
    let letters = reminders::letters(&site.data, &site.desk, url, now, true)?;
    reminders::remind(&site.data, &site.desk, mailing, url, &letters)?;
    Ok(())
}

fn run(site: &Site, job: &Job, stopped: &AtomicBool) {
    let running = Running { site, job, stopped };
    let work = || match job.kind.as_str() {
        imports::KIND => imports::run(&running),
        other => Err(anyhow::anyhow!("no job is called {other:?}")),
    };
    // One job that breaks must not keep all others waiting for ever.
    let outcome = catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(anyhow::anyhow!("the work was cut short")));
    let (state, answer) = match outcome {
        // The program ends: the job stays as it is and begins again at the next start.
        _ if running.is_stopping() => return,
        Ok(settled) => settled,
        Err(error) => {
            tracing::error!(job = %job.id, "{error:#}");
            (JobState::Failed, String::new())
        }
    };
    let settled = site.desk.settle(job.id, state, &answer, clock::now());
    if let Err(error) = site.data.wait(settled) {
        tracing::error!(job = %job.id, "cannot settle: {error}");
    }
    if let Err(error) = imports::clear_ended(site, job.id) {
        tracing::error!(job = %job.id, "cannot clear the inbox: {error:#}");
    }
}
