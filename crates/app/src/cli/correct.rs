//! `handback history`, `withdraw` and `erase`: what was believed when, and taking back what should not
//! stand.

use super::{Outcome, print};
use crate::data::{Data, Location, Saying, operator};
use crate::import::counting_again;
use crate::refused::Refused;
use handback_core::kinds;
use handback_core::permission::Action;
use handback_core::record::{Act, Change, ChangeAct, KindName, RecordId, Visibility};
use handback_register::{Entry, Picture};

#[derive(Debug, clap::Args)]
pub struct HistoryArguments {
    /// The record: its id, the beginning of it, or its title
    record: String,
    #[command(flatten)]
    location: Location,
}

pub fn history(arguments: &HistoryArguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let picture = data.register.picture();
    let id = meant(&picture, &arguments.record)?;
    let mut text = String::new();
    for entry in picture.history(id) {
        text += &told(entry)?;
    }
    print(&text)?;
    Ok(Outcome::Done)
}

fn told(entry: &Entry) -> anyhow::Result<String> {
    let what = match (entry.act, entry.item()) {
        (Act::Withdrawn, _) => "withdrawn: it was never true".to_owned(),
        (Act::Erased, _) => format!(
            "erased the content of entry {}",
            entry.erases.unwrap_or_default()
        ),
        (Act::Stated, None) => "stated, and erased since".to_owned(),
        (Act::Stated, Some(item)) => String::from_utf8_lossy(item).into_owned(),
    };
    let batch = &entry.batch;
    let source = batch
        .source
        .as_ref()
        .map(|source| format!(", from {source}"))
        .unwrap_or_default();
    Ok(format!(
        "Entry {} of {}, {} by {} ({}{source})\n    {what}\n",
        entry.number, entry.kind, batch.recorded_at, batch.actor.0, batch.reason
    ))
}

#[derive(Debug, clap::Args)]
pub struct WithdrawArguments {
    /// The record that was never true, such as an import: its id, the beginning of it, or its title
    record: String,
    /// Why; kept in the log
    #[arg(long, value_name = "WORDS")]
    reason: String,
    #[command(flatten)]
    location: Location,
}

pub fn withdraw(arguments: &WithdrawArguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    let id = meant(&data.register.picture(), &arguments.record)?;
    let changed = data.change(
        &operator(Action::Withdraw),
        Saying::because(&arguments.reason),
        |picture| {
            let entry = picture.known(picture.size()).entry_of(id);
            let Some(entry) = entry else {
                return Err(anyhow::Error::from(Refused(format!(
                    "{} is withdrawn already",
                    arguments.record
                ))));
            };
            let withdrawn = Change {
                kind: known_kind(entry)?,
                id,
                visibility: Visibility::Internal,
                act: ChangeAct::Withdraw,
            };
            let mut changes = vec![withdrawn];
            changes.extend(counting_again(picture, id)?);
            Ok(((), changes))
        },
    )?;
    print(&format!(
        "Withdrawn in entry {}. What was believed before stays on record.\n",
        changed.entries.start
    ))?;
    Ok(Outcome::Done)
}

/// The entry's kind, when this program knows it.
fn known_kind(entry: &Entry) -> anyhow::Result<KindName> {
    let unknown = || {
        Refused(format!(
            "entry {} is of a kind that a newer program wrote: upgrade handback",
            entry.number
        ))
    };
    Ok(kinds::named(&entry.kind).ok_or_else(unknown)?.name)
}

#[derive(Debug, clap::Args)]
pub struct EraseArguments {
    /// The number of the entry whose content is to go; see history
    entry: u64,
    /// Why; kept in the log
    #[arg(long, value_name = "WORDS")]
    reason: String,
    #[command(flatten)]
    location: Location,
}

pub fn erase(arguments: &EraseArguments) -> anyhow::Result<Outcome> {
    let data = Data::existing(&arguments.location)?;
    data.change(
        &operator(Action::Erase),
        Saying::because(&arguments.reason),
        |picture| {
            let refused = |why: &str| {
                anyhow::Error::from(Refused(format!("entry {} {why}", arguments.entry)))
            };
            let entry = picture
                .entry(arguments.entry)
                .ok_or_else(|| refused("does not exist"))?;
            if entry.act != Act::Stated || entry.item().is_none() {
                return Err(refused("has no content to erase"));
            }
            let act = ChangeAct::Erase {
                entry: arguments.entry,
            };
            let erased = Change {
                kind: known_kind(entry)?,
                id: entry.record,
                visibility: Visibility::Internal,
                act,
            };
            Ok(((), vec![erased]))
        },
    )?;
    print(&format!(
        "Erased the content of entry {}. Its place in the log stands, and verify says so.\n\
         Backups and exports made before still hold it: erase it there too.\n",
        arguments.entry
    ))?;
    Ok(Outcome::Done)
}

/// The one record that a person means.
fn meant(picture: &Picture, words: &str) -> anyhow::Result<RecordId> {
    let known = picture.known(picture.size());
    let mut found = Vec::new();
    for kind in kinds::ALL {
        for entry in known.entries_of(kind.name) {
            let by_id = words.len() >= 4 && entry.record.to_string().starts_with(words);
            let by_title = || {
                let title = entry
                    .item()
                    .and_then(|item| (kind.read)(entry.version, item).ok());
                title.is_some_and(|known| known.title.eq_ignore_ascii_case(words))
            };
            if by_id || by_title() {
                found.push((entry.record, kind.name));
            }
        }
    }
    // A withdrawn record is found by its whole id.
    if let (true, Ok(id)) = (found.is_empty(), words.parse::<RecordId>())
        && !picture.history(id).is_empty()
    {
        return Ok(id);
    }
    match found[..] {
        [(id, _)] => Ok(id),
        [] => Err(Refused(format!(
            "no record is called {words:?}: give its title or its id"
        ))
        .into()),
        _ => {
            let list: Vec<String> = found
                .iter()
                .map(|(id, kind)| format!("{kind} {id}"))
                .collect();
            Err(Refused(format!(
                "{words:?} means {} records, so give the id: {}",
                found.len(),
                list.join(", ")
            ))
            .into())
        }
    }
}
