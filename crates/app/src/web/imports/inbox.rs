//! The inbox: where files wait while somebody decides about them, and how they are read and removed.

use super::work::{Waiting, Wish};
use crate::clock;
use crate::web::Site;
use crate::worker::Running;
use handback_intake::source::Source;
use handback_register::desk::{JobId, JobState};
use jiff::ToSpan;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often progress is told: each telling is a write to the desk.
const TELLING: Duration = Duration::from_millis(250);

/// How far the reading of a job's files has come, and whether to go on.
pub struct Progress<'a> {
    running: &'a Running<'a>,
    /// Bytes and rows of the files that are done.
    done: (AtomicU64, AtomicU64),
    rows: AtomicU64,
    /// How far each open reader has come. A file is read and kept at the same time.
    readers: Mutex<Vec<Arc<AtomicU64>>>,
    stopped: AtomicBool,
    told: Mutex<Instant>,
}

impl<'a> Progress<'a> {
    pub fn new(running: &'a Running<'a>) -> Progress<'a> {
        Progress {
            running,
            done: (AtomicU64::new(0), AtomicU64::new(0)),
            rows: AtomicU64::new(0),
            readers: Mutex::default(),
            stopped: AtomicBool::new(false),
            told: Mutex::new(Instant::now()),
        }
    }

    /// Whether somebody asked to stop, or the program is about to end.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.running.is_stopping()
    }

    /// So many rows of the file at hand are read. Answers whether to go on.
    pub fn rows(&self, rows: u64) -> bool {
        self.rows.store(rows, Ordering::Relaxed);
        self.tell()
    }

    /// The file at hand is done.
    pub fn file_done(&self, bytes: u64) {
        self.done.0.fetch_add(bytes, Ordering::Relaxed);
        let rows = self.rows.swap(0, Ordering::Relaxed);
        self.done.1.fetch_add(rows, Ordering::Relaxed);
    }

    /// The reader that has come least far says how far the file is read.
    fn bytes(&self) -> u64 {
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        let here = readers.iter().map(|reader| reader.load(Ordering::Relaxed));
        self.done.0.load(Ordering::Relaxed) + here.min().unwrap_or(0)
    }

    fn tell(&self) -> bool {
        if let Ok(mut told) = self.told.try_lock()
            && told.elapsed() >= TELLING
        {
            *told = Instant::now();
            let rows = self.done.1.load(Ordering::Relaxed) + self.rows.load(Ordering::Relaxed);
            if !self.running.progress(rows, self.bytes()) {
                self.stopped.store(true, Ordering::Relaxed);
            }
        }
        !self.is_stopped()
    }
}

/// A file of the inbox. Where its reading is watched, it ends with an error once somebody asks to stop.
pub struct Inbox<'a> {
    pub waiting: &'a Waiting,
    pub progress: Option<&'a Progress<'a>>,
}

impl Source for Inbox<'_> {
    fn name(&self) -> &str {
        &self.waiting.name
    }
    fn size(&self) -> Option<u64> {
        Some(self.waiting.size)
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        let file = File::open(&self.waiting.path)?;
        let Some(progress) = self.progress else {
            return Ok(Box::new(file));
        };
        let come = Arc::new(AtomicU64::new(0));
        let readers = &progress.readers;
        let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.push(Arc::clone(&come));
        Ok(Box::new(Watched {
            file,
            come,
            progress,
        }))
    }
}

struct Watched<'a> {
    file: File,
    come: Arc<AtomicU64>,
    progress: &'a Progress<'a>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.progress.tell() {
            return Err(io::Error::other("stopped"));
        }
        let count = self.file.read(buffer)?;
        self.come.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let readers = &self.progress.readers;
        let mut readers = readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|reader| !Arc::ptr_eq(reader, &self.come));
    }
}

/// Remove a job's files from the inbox, once it has ended or is gone.
pub fn clear_ended(site: &Site, id: JobId) -> anyhow::Result<()> {
    let Some(job) = site.data.wait(site.desk.job(id))? else {
        return Ok(());
    };
    if let (true, Ok(wish)) = (has_ended(job.state), serde_json::from_str(&job.wish)) {
        clear(site, &wish);
    }
    Ok(())
}

fn has_ended(state: JobState) -> bool {
    matches!(
        state,
        JobState::Done | JobState::Failed | JobState::Cancelled
    )
}

/// Remove files from the inbox, and from nowhere else.
fn clear(site: &Site, wish: &Wish) {
    let inside = |path: &&PathBuf| path.parent() == Some(site.settings.inbox.as_path());
    let paths = wish.files.iter().map(|file| &file.path);
    for path in paths.filter(inside) {
        let _ = std::fs::remove_file(path);
    }
}

/// For how long a job is remembered that nobody touches.
const REMEMBERED_HOURS: i64 = 30 * 24;

/// After how long a file goes that no open job holds: it came with a form that was never answered.
const ORPHANED: Duration = Duration::from_secs(24 * 3600);

/// How many jobs are looked at for files that they hold.
const MOST_JOBS: u32 = 100_000;

/// Forget jobs that nobody has touched for a month, and remove files that no open job holds.
pub fn sweep(site: &Site) -> anyhow::Result<()> {
    let before = clock::now() - REMEMBERED_HOURS.hours();
    for wish in site.data.wait(site.desk.forget_jobs(before))? {
        if let Ok(wish) = serde_json::from_str::<Wish>(&wish) {
            clear(site, &wish);
        }
    }
    let jobs = site.data.wait(site.desk.jobs(None, MOST_JOBS))?;
    let open = jobs.iter().filter(|job| !has_ended(job.state));
    let held: BTreeSet<PathBuf> = open
        .filter_map(|job| serde_json::from_str::<Wish>(&job.wish).ok())
        .flat_map(|wish| wish.files.into_iter().map(|file| file.path))
        .collect();
    for entry in std::fs::read_dir(&site.settings.inbox)? {
        let path = entry?.path();
        if !held.contains(&path) && is_orphaned(&path) {
            let _ = std::fs::remove_file(&path);
        }
    }
    Ok(())
}

fn is_orphaned(path: &Path) -> bool {
    let changed = path.metadata().and_then(|metadata| metadata.modified());
    let age = changed.ok().and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age > ORPHANED)
}
