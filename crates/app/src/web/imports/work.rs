//! What the worker does with files: look at them first, take them in once a person has confirmed.

use crate::clock;
use crate::data::Author;
use crate::estate::{KnownMoment, View};
use crate::import::{Taken, Wishes, take_in, turn};
use crate::web::Site;
use crate::worker::Running;
use handback_core::import::{Dataset, Fault, Overlap, Role};
use handback_core::statement::Statement;
use handback_intake::refused::called;
use handback_intake::source::Source;
use handback_intake::tabular::{self, Table};
use handback_register::desk::JobState;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The sort of job that takes files in.
pub const KIND: &str = "import";

/// What a job of files wants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// Look at the files, or take them in.
    pub take: bool,
    pub files: Vec<Waiting>,
}

/// A file in the inbox, and how a person wants it taken in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Waiting {
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
    pub dataset: Option<Dataset>,
    pub period: Option<String>,
    pub publisher: Option<String>,
    pub ledger: Option<String>,
    pub columns: Vec<(Role, String)>,
    /// `replaces`, `adds`, or nothing yet.
    pub overlap: Option<String>,
    /// The imports that it overlaps, by id.
    pub overlaps: Vec<String>,
    /// Left out by the person.
    pub skip: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    pub files: Vec<Seen>,
    /// The figures before and after, once taken in.
    pub figures: Vec<Moved>,
    /// Why nothing was done, in a sentence.
    pub failed: Option<String>,
}

/// A figure that the files changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moved {
    pub what: String,
    pub before: String,
    pub after: String,
}

/// What a file was taken for, and what is in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    pub file: String,
    pub dataset: Option<Dataset>,
    pub called: String,
    pub refused: Option<String>,
    pub already: bool,
    pub rows: u64,
    pub rejected: u64,
    pub set_aside: u64,
    pub total: String,
    pub rejected_total: String,
    pub in_file: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub columns: Vec<SeenColumn>,
    pub first: Vec<Vec<String>>,
    pub faults: Vec<FaultKind>,
    pub notes: Vec<String>,
    pub overlaps: Vec<String>,
    pub undecided: bool,
    pub import: Option<String>,
    pub needs_period: bool,
    pub stated: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenColumn {
    pub header: String,
    pub role: Role,
    pub confidence: u8,
    pub why: String,
    pub samples: Vec<String>,
}

/// Faults of one sort.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultKind {
    pub reason: String,
    pub count: u64,
    pub line: u64,
    pub column: String,
    pub value: String,
}

/// A file of the inbox, which counts what is read of it.
struct Inbox<'a> {
    waiting: &'a Waiting,
    read: &'a AtomicU64,
}

impl Source for Inbox<'_> {
    fn name(&self) -> &str {
        &self.waiting.name
    }
    fn size(&self) -> Option<u64> {
        Some(self.waiting.size)
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        self.read.store(0, Ordering::Relaxed);
        Ok(Box::new(Counted {
            file: File::open(&self.waiting.path)?,
            read: self.read,
        }))
    }
}

struct Counted<'a> {
    file: File,
    read: &'a AtomicU64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Do what a job of files wants.
pub fn run(running: &Running<'_>) -> anyhow::Result<(JobState, String)> {
    let wish: Wish = serde_json::from_str(&running.job.wish)?;
    let site = running.site;
    let account = site.data.wait(site.desk.account(&running.job.actor))?;
    let Some(account) = account.filter(|account| account.disabled_at.is_none()) else {
        let failed = "whoever asked for this has no account any longer";
        return failed_with(failed);
    };
    let author = Author {
        actor: account.actor,
        grants: account.grants,
    };
    let before = wish.take.then(|| newest(site)).transpose()?;
    let mut outcome = Outcome::default();
    let mut done = 0;
    let mut order: Vec<usize> = (0..wish.files.len()).collect();
    let known: BTreeMap<usize, usize> = wish
        .files
        .iter()
        .enumerate()
        .map(|(place, file)| (place, file.dataset.map_or(50, turn)))
        .collect();
    order.sort_by_key(|place| known[place]);
    let mut seen: Vec<Option<Seen>> = vec![None; wish.files.len()];
    for place in order {
        let file = &wish.files[place];
        if wish.take && file.skip {
            continue;
        }
        let Some(one) = one(running, file, wish.take, &author, done)? else {
            clear(&wish);
            return Ok((JobState::Cancelled, String::new()));
        };
        done += file.size;
        seen[place] = Some(one);
    }
    outcome.files = seen.into_iter().flatten().collect();
    let state = if wish.take {
        clear(&wish);
        JobState::Done
    } else {
        JobState::ToConfirm
    };
    if let Some(before) = before {
        outcome.figures = moved(&before, &newest(site)?);
    }
    Ok((state, serde_json::to_string(&outcome)?))
}

fn failed_with(sentence: &str) -> anyhow::Result<(JobState, String)> {
    let outcome = Outcome {
        failed: Some(sentence.into()),
        ..Outcome::default()
    };
    Ok((JobState::Failed, serde_json::to_string(&outcome)?))
}

/// Look at one file, or take it in; none when somebody asked to stop.
fn one(
    running: &Running<'_>,
    file: &Waiting,
    take: bool,
    author: &Author,
    done: u64,
) -> anyhow::Result<Option<Seen>> {
    let read = AtomicU64::new(0);
    let source = Inbox {
        waiting: file,
        read: &read,
    };
    let period = file.period.as_deref().map(str::parse).transpose();
    let Ok(period) = period else {
        let reason = format!(
            "{:?} is not a period: write 2019-08, 2019-Q2 or 2019/20",
            file.period
        );
        return Ok(Some(refused(&file.name, reason, None)));
    };
    let wishes = Wishes {
        dataset: file.dataset,
        period,
        columns: file.columns.clone(),
        replaces: match file.overlap.as_deref() {
            Some("replaces") => file.overlaps.clone(),
            _ => Vec::new(),
        },
        adds: file.overlap.as_deref() == Some("adds"),
        authority: None,
        publisher: file.publisher.clone(),
        ledger: file.ledger.clone(),
        dry_run: !take,
    };
    let mut stopped = false;
    let mut watch = |_: &str, rows: u64| {
        if running.progress(rows, done + read.load(Ordering::Relaxed)) {
            ControlFlow::Continue(())
        } else {
            stopped = true;
            ControlFlow::Break(())
        }
    };
    let sources: [Box<dyn Source + '_>; 1] = [Box::new(Inbox {
        waiting: source.waiting,
        read: source.read,
    })];
    let data = &running.site.data;
    let taken = take_in(Some(data), &sources, &wishes, author, &mut watch)?;
    if stopped {
        return Ok(None);
    }
    let taken = taken.into_iter().next();
    let taken = taken.ok_or_else(|| anyhow::anyhow!("a file gives an answer"))?;
    Ok(Some(seen(&source, taken)))
}

fn refused(file: &str, reason: String, dataset: Option<Dataset>) -> Seen {
    Seen {
        file: file.to_owned(),
        dataset,
        needs_period: reason.contains("--period"),
        refused: Some(for_pages(&reason)),
        ..Seen::default()
    }
}

/// What the command line is told to do is said here as what stands on the page.
fn for_pages(sentence: &str) -> String {
    sentence
        .replace("with --period", "in the field “Period” below")
        .replace("--period", "the field “Period”")
        .replace("--as", "“What it holds”")
}

fn seen(source: &dyn Source, taken: Taken) -> Seen {
    let Some(reading) = &taken.reading else {
        let reasons: Vec<String> = taken
            .faults
            .iter()
            .map(|fault| fault.reason.clone())
            .collect();
        return refused(&taken.file, reasons.join("; "), None);
    };
    let first = first_lines(source, &reading.header_lines);
    let column = |(place, column): (usize, &handback_core::import::ColumnReading)| SeenColumn {
        header: column.header.clone(),
        role: column.role,
        confidence: column.confidence,
        why: column.why.clone(),
        samples: first
            .iter()
            .skip(reading.header_lines.len())
            .filter_map(|row| row.get(place).cloned())
            .filter(|cell| !cell.trim().is_empty())
            .take(3)
            .collect(),
    };
    let tally = &taken.tally;
    Seen {
        dataset: Some(reading.dataset),
        called: called(reading.dataset).to_owned(),
        already: taken.already,
        rows: tally.rows,
        rejected: tally.rejected,
        set_aside: tally.set_aside,
        total: tally.total.to_string(),
        rejected_total: tally.rejected_total.to_string(),
        in_file: (tally.total + tally.rejected_total).to_string(),
        from: tally.from.map(|day| day.to_string()),
        to: tally.to.map(|day| day.to_string()),
        columns: reading.columns.iter().enumerate().map(column).collect(),
        faults: kinds_of(&taken.faults),
        notes: reading.notes.iter().map(|note| for_pages(note)).collect(),
        undecided: taken.overlap == Some(Overlap::Undecided),
        overlaps: taken.overlaps.clone(),
        import: taken.import.map(|id| id.to_string()),
        stated: taken.stated.values().sum(),
        file: taken.file,
        first,
        ..Seen::default()
    }
}

/// How many lines of a file are shown as they stand.
const LINES: usize = 20;

/// The first lines of a table as printed, from its heading on.
fn first_lines(source: &dyn Source, header: &[u64]) -> Vec<Vec<String>> {
    let read = || -> Result<Vec<Vec<String>>, handback_intake::Refused> {
        let mut table = Table::open(source, &tabular::form(source)?)?;
        let begin = header.first().copied().unwrap_or(1).max(1) as usize;
        let mut lines: Vec<Vec<String>> = Vec::new();
        let mut place = 0;
        while lines.len() < LINES + header.len()
            && let Some(line) = table.next_line()?
        {
            place += 1;
            if place >= begin && !line.is_blank() {
                lines.push(line.cells().map(str::to_owned).collect());
            }
        }
        Ok(lines)
    };
    read().unwrap_or_default()
}

/// Faults by what is wrong, the most frequent first.
fn kinds_of(faults: &[Fault]) -> Vec<FaultKind> {
    let mut kinds: Vec<FaultKind> = Vec::new();
    for fault in faults {
        let same = kinds
            .iter_mut()
            .find(|kind| kind.reason == fault.reason && kind.column == fault.column);
        match same {
            Some(kind) => kind.count += 1,
            None => kinds.push(FaultKind {
                reason: fault.reason.clone(),
                count: 1,
                line: fault.line,
                column: fault.column.clone(),
                value: fault.value.clone(),
            }),
        }
    }
    kinds.sort_by(|a, b| b.count.cmp(&a.count));
    kinds.truncate(20);
    kinds
}

/// The statement as it stands now.
fn newest(site: &Site) -> anyhow::Result<Statement> {
    let view = View::at(&site.data, None::<&KnownMoment>);
    let statement = site
        .statement(&view, clock::today())
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok((*statement).clone())
}

/// The figures that differ.
fn moved(before: &Statement, after: &Statement) -> Vec<Moved> {
    let share = |statement: &Statement| {
        let counts = statement.control.by_count.counts;
        match (counts.of, counts.known == counts.possible) {
            (0, _) => "none stated".to_owned(),
            (of, true) => format!("{} of {of}", counts.known),
            (of, false) => format!("{} to {} of {of}", counts.known, counts.possible),
        }
    };
    let figures: [(&str, &dyn Fn(&Statement) -> String); 6] = [
        ("Services you control", &share),
        ("Contracts", &|it| it.contracts.len().to_string()),
        ("Payments", &|it| it.money.payments.to_string()),
        ("Paid in all", &|it| it.money.paid_pence.to_string()),
        ("Of it technology", &|it| {
            it.money.in_scope_pence.to_string()
        }),
        ("Claims", &|it| it.claims.len().to_string()),
    ];
    figures
        .into_iter()
        .map(|(what, figure)| Moved {
            what: what.into(),
            before: figure(before),
            after: figure(after),
        })
        .filter(|moved| moved.before != moved.after)
        .collect()
}

/// Remove a job's files from the inbox.
pub fn clear(wish: &Wish) {
    for file in &wish.files {
        let _ = std::fs::remove_file(&file.path);
    }
}

/// Forget what nobody has touched for a month, and files of the inbox that no job holds for a day.
pub fn sweep(site: &Site) -> anyhow::Result<()> {
    let now = clock::now();
    let forgotten = site
        .data
        .wait(site.desk.forget_jobs(now - (30 * 24).hours()))?;
    for wish in forgotten {
        if let Ok(wish) = serde_json::from_str::<Wish>(&wish) {
            clear(&wish);
        }
    }
    let jobs = site.data.wait(site.desk.jobs(None, 10_000))?;
    let held: Vec<PathBuf> = jobs
        .iter()
        .filter_map(|job| serde_json::from_str::<Wish>(&job.wish).ok())
        .flat_map(|wish| wish.files.into_iter().map(|file| file.path))
        .collect();
    for entry in std::fs::read_dir(&site.settings.inbox)? {
        let path = entry?.path();
        if !held.contains(&path) && is_old(&path) {
            let _ = std::fs::remove_file(&path);
        }
    }
    Ok(())
}

fn is_old(path: &Path) -> bool {
    let changed = path.metadata().and_then(|metadata| metadata.modified());
    let age = changed.ok().and_then(|changed| changed.elapsed().ok());
    age.is_some_and(|age| age.as_secs() > 24 * 3600)
}
