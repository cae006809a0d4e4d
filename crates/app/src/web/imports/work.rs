//! What the worker does with files: look at them first, take them in once a person has confirmed.

use super::inbox::{Inbox, Progress};
use super::seen::Seen;
use crate::clock;
use crate::data::Author;
use crate::estate::{KnownMoment, View};
use crate::import::{Wishes, take_in, turn};
use crate::web::Site;
use crate::web::listing::grouped;
use crate::worker::Running;
use handback_core::dated::Period;
use handback_core::import::{ColumnReading, Dataset, Import, Role};
use handback_core::performance::state::Means;
use handback_core::record::RecordId;
use handback_core::statement::Statement;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Source;
use handback_register::Picture;
use handback_register::desk::JobState;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// The sort of job that takes files in.
pub const KIND: &str = "import";

/// What a job of files wants.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// Look at the files, or take them in.
    pub take: bool,
    /// When this was asked for.
    pub since: Timestamp,
    pub files: Vec<Waiting>,
}

/// A file in the inbox, and how a person wants it taken in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Waiting {
    pub name: String,
    pub path: PathBuf,
    pub size: u64,
    pub dataset: Option<Dataset>,
    pub period: Option<Period>,
    pub publisher: Option<String>,
    pub ledger: Option<String>,
    #[serde(default)]
    pub contract: Option<String>,
    #[serde(default)]
    pub listed_on: Option<Date>,
    #[serde(default)]
    pub whole_list: bool,
    pub columns: Vec<(Role, String)>,
    #[serde(default)]
    pub states: Vec<(String, Means)>,
    pub overlap: Deciding,
    /// The imports that it was seen to overlap.
    pub overlaps: Vec<RecordId>,
    /// Left out by the person.
    pub skip: bool,
}

/// What a person decides about the imports that a file overlaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Deciding {
    #[default]
    Later,
    Replaces,
    Adds,
}

impl Waiting {
    /// The same, as taking in wants to hear it. An import that counts no longer needs no replacing:
    /// this very job may have replaced it before the program was interrupted.
    fn wishes(&self, picture: &Picture, take: bool) -> Wishes {
        let counts = |id: &&RecordId| {
            let import = picture.known(picture.size()).get::<Import>(**id);
            import.ok().flatten().is_some_and(|import| import.is_live())
        };
        let replaced = self.overlaps.iter().filter(counts).map(RecordId::to_string);
        Wishes {
            dataset: self.dataset,
            period: self.period,
            columns: self.columns.clone(),
            states: self.states.clone(),
            zone: None,
            replaces: match self.overlap {
                Deciding::Replaces => replaced.collect(),
                Deciding::Later | Deciding::Adds => Vec::new(),
            },
            adds: self.overlap == Deciding::Adds,
            authority: None,
            publisher: self.publisher.clone(),
            ledger: self.ledger.clone(),
            contract: self.contract.clone(),
            listed_on: self.listed_on,
            whole_list: self.whole_list,
            freeze: None,
            dry_run: !take,
        }
    }
}

/// What came of a job.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// In the order of the wish; none for a file that was not looked at.
    pub files: Vec<Option<Seen>>,
    /// The figures before and after, once taken in.
    pub figures: Vec<Moved>,
    /// Names that the rules propose as technology and nobody has confirmed.
    pub to_confirm: u64,
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

/// Do what a job of files wants. A job that was interrupted does it again: what was taken in before
/// the interruption is found to be there already.
pub fn run(running: &Running<'_>) -> anyhow::Result<(JobState, String)> {
    let wish: Wish = serde_json::from_str(&running.job.wish)?;
    let Some(author) = author(running)? else {
        let outcome = Outcome {
            failed: Some("whoever asked for this has no account any longer".into()),
            ..Outcome::default()
        };
        return settled(JobState::Failed, &outcome);
    };
    let before: Outcome = serde_json::from_str(&running.job.answer).unwrap_or_default();
    let progress = Progress::new(running);
    let mut outcome = Outcome {
        files: vec![None; wish.files.len()],
        ..Outcome::default()
    };
    for place in in_turn(&wish, &before) {
        let file = &wish.files[place];
        if wish.take && file.skip {
            outcome.files[place] = before.files.get(place).cloned().flatten();
            continue;
        }
        let seen = one(running.site, &progress, file, wish.take, &author);
        if progress.is_stopped() && !matches!(&seen, Ok(seen) if seen.import.is_some()) {
            return settled(JobState::Cancelled, &outcome);
        }
        outcome.files[place] = Some(seen?);
        progress.file_done(file.size);
    }
    if !wish.take {
        return settled(JobState::ToConfirm, &outcome);
    }
    // What was taken in stands, whatever becomes of the figures about it.
    if let Err(error) = tell_what_moved(running.site, &author, wish.since, &mut outcome) {
        tracing::error!(job = %running.job.id, "cannot tell what changed: {error:#}");
    }
    settled(JobState::Done, &outcome)
}

fn settled(state: JobState, outcome: &Outcome) -> anyhow::Result<(JobState, String)> {
    Ok((state, serde_json::to_string(outcome)?))
}

/// Whoever asked, with the rights that they have now.
fn author(running: &Running<'_>) -> anyhow::Result<Option<Author>> {
    let site = running.site;
    let account = site.data.wait(site.desk.account(&running.job.actor))?;
    let open = account.filter(|account| account.disabled_at.is_none());
    Ok(open.map(|account| Author {
        actor: account.actor,
        grants: account.grants,
    }))
}

/// The places of the files, in the order in which what one names is there for the next.
fn in_turn(wish: &Wish, before: &Outcome) -> Vec<usize> {
    let dataset = |place: usize| {
        let seen = before.files.get(place).and_then(Option::as_ref);
        wish.files[place]
            .dataset
            .or_else(|| seen.and_then(|seen| seen.dataset))
    };
    let mut places: Vec<usize> = (0..wish.files.len()).collect();
    places.sort_by_key(|place| dataset(*place).map_or(0, turn));
    places
}

/// Look at one file, or take it in.
fn one(
    site: &Site,
    progress: &Progress<'_>,
    file: &Waiting,
    take: bool,
    author: &Author,
) -> anyhow::Result<Seen> {
    let wishes = file.wishes(&site.data.register.picture(), take);
    let plain = Inbox {
        waiting: file,
        progress: None,
    };
    if file.dataset.is_none() && holds_answers(&plain) {
        let seen = Seen::refused(&plain, &wishes, ANSWERS).without_content();
        std::fs::remove_file(&file.path)?;
        return Ok(seen);
    }
    let watched: [Box<dyn Source + '_>; 1] = [Box::new(Inbox {
        waiting: file,
        progress: Some(progress),
    })];
    let mut watch = |_: &str, rows: u64| match progress.rows(rows) {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let taken = take_in(Some(&site.data), &watched, &wishes, author, &mut watch)?;
    let taken = taken.first().expect("each file gives an answer");
    let seen = Seen::of(&plain, taken, &wishes, &site.data.register.picture());
    Ok(if take { seen.without_content() } else { seen })
}

/// What is said to whoever brings people's answers here: they lie in order and with their times, and nothing of that may
/// be kept.
const ANSWERS: &str = "These look like people’s answers on technology. They are never kept here as they are, and the file is deleted again. Whoever runs Handback takes them in with: handback import FILE --as responses";

/// How sure a column must be to be taken for marks of happiness, of 100.
const SURE: u8 = 60;

/// Whether a file is the export of a form on which people said how happy they are.
fn holds_answers(file: &dyn Source) -> bool {
    let hints = Hints {
        dataset: Some(Dataset::Responses),
        ..Hints::default()
    };
    let marks =
        |column: &ColumnReading| column.role == Role::Happiness && column.confidence >= SURE;
    recognise(file, &hints).is_ok_and(|reading| reading.columns.iter().any(marks))
}

/// Say which figures of the statement differ from before this job wrote anything.
fn tell_what_moved(
    site: &Site,
    author: &Author,
    since: Timestamp,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let after = View::at(&site.data, None);
    let files = outcome.files.iter().flatten();
    let imports = files.filter_map(|seen| seen.import);
    let Some(first) = first_written(after.picture(), author, since, imports) else {
        return Ok(());
    };
    let before: KnownMoment = (first - 1)
        .to_string()
        .parse()
        .map_err(anyhow::Error::msg)?;
    let before = View::at(&site.data, Some(&before));
    let statement = |view: &View| -> anyhow::Result<Arc<Statement>> {
        let statement = site.statement(view, clock::today());
        statement.map_err(|error| anyhow::anyhow!("{error}"))
    };
    let (before, after) = (statement(&before)?, statement(&after)?);
    outcome.figures = moved(&before, &after);
    outcome.to_confirm = after.money.names_proposed;
    Ok(())
}

/// The number of the first entry that this job has written, before an interruption too.
fn first_written(
    picture: &Picture,
    author: &Author,
    since: Timestamp,
    imports: impl Iterator<Item = RecordId>,
) -> Option<u64> {
    let newest = |id: RecordId| picture.history(id).last().map(|entry| entry.batch.id);
    let batches: BTreeSet<_> = imports.filter_map(newest).collect();
    let entries = picture.entries().rev();
    entries
        .take_while(|entry| entry.batch.recorded_at >= since)
        .filter(|entry| entry.batch.actor == author.actor && batches.contains(&entry.batch.id))
        .map(|entry| entry.number)
        .min()
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
    type Told<'a> = (&'a str, &'a dyn Fn(&Statement) -> String);
    let figures: [Told<'_>; 7] = [
        ("Services", &|it| it.services.len().to_string()),
        ("Services you control", &share),
        ("Contracts", &|it| it.contracts.len().to_string()),
        ("Payments", &|it| grouped(it.money.payments)),
        ("Paid in all", &|it| it.money.paid_pence.to_string()),
        ("Of it technology", &|it| {
            it.money.in_scope_pence.to_string()
        }),
        ("Claims", &|it| it.claims.len().to_string()),
    ];
    let figures = figures.into_iter().map(|(what, figure)| Moved {
        what: what.into(),
        before: figure(before),
        after: figure(after),
    });
    figures
        .filter(|moved| moved.before != moved.after)
        .collect()
}
