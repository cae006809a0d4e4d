//! Open Contracting data (OCDS 1.0 and 1.1): releases found in any wrapping, merged by process.
//!
//! A source is read twice: first to count the releases of each process, then to merge each process
//! as soon as its last release has been met. So memory holds the processes that are still open, not
//! the file.

mod document;
mod merge;
mod notice;

pub use notice::notices;

use crate::Refused;
use crate::source::Source;
use document::{Found, walk};
use handback_core::import::{Fault, Tally};
use jiff::{Timestamp, civil, tz::TimeZone};
use merge::{merge, printed};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A contracting process: what its releases in one file come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Process {
    /// The open contracting id.
    pub ocid: String,
    /// The compiled release: a JSON object with all fields that were published, extensions included.
    pub compiled: Value,
    /// How many different releases were merged.
    pub releases: u64,
    /// The line on which the first of them begins.
    pub first_line: u64,
}

/// Read releases, release packages, records, record packages, lists of these and JSON lines, and
/// hand over each process when its last release has been read. A record's own compiled release is
/// taken only where the record does not hold its releases.
///
/// The tally counts releases, and its days are those on which they were published. Bad releases are
/// faults; a file without any release is refused.
pub fn read(
    source: &dyn Source,
    on_process: &mut dyn FnMut(Process),
    on_fault: &mut dyn FnMut(Fault),
) -> Result<Tally, Refused> {
    let mut unread: HashMap<String, usize> = HashMap::new();
    let mut first_not_read = None;
    walk(source, &mut |_, found| match identified(found) {
        Ok((ocid, _)) => *unread.entry(ocid).or_default() += 1,
        Err(not_read) => first_not_read = first_not_read.take().or(Some(not_read.reason)),
    })?;
    if unread.is_empty() {
        let file = source.name().to_owned();
        let why = first_not_read.unwrap_or_else(|| "the file is empty of releases".into());
        let reason = format!("it holds no Open Contracting release: {why}");
        return Err(Refused::Unclear { file, reason });
    }

    let mut tally = Tally::default();
    let mut open: HashMap<String, Vec<Release>> = HashMap::new();
    walk(source, &mut |line, found| match identified(found) {
        Err(NotRead {
            column,
            value,
            reason,
        }) => {
            tally.rejected += 1;
            on_fault(Fault {
                line,
                column: column.into(),
                value,
                reason,
                amount: None,
            });
        }
        Ok((ocid, fields)) => {
            let releases = open.entry(ocid.clone()).or_default();
            releases.push(Release {
                line,
                published: published(&fields),
                fields,
            });
            if unread
                .get(&ocid)
                .is_none_or(|&count| releases.len() >= count)
            {
                let releases = open.remove(&ocid).expect("entered just above");
                if let Some(process) = compile(ocid, releases, &mut tally, on_fault) {
                    on_process(process);
                }
            }
        }
    })?;
    Ok(tally)
}

/// A release of a known process, as it stands in the file.
#[derive(Clone, Debug, PartialEq)]
struct Release {
    line: u64,
    /// When it was published; `None` where its date is missing or no date.
    published: Option<Timestamp>,
    fields: Map<String, Value>,
}

impl Release {
    /// The day of publication, as printed.
    fn published_on(&self) -> Option<civil::Date> {
        self.published?;
        self.fields
            .get("date")?
            .as_str()?
            .trim()
            .get(..10)?
            .parse()
            .ok()
    }
}

/// Why something in the file is not a release.
struct NotRead {
    column: &'static str,
    value: String,
    reason: String,
}

/// The process that a found release belongs to, and its fields.
fn identified(found: Found) -> Result<(String, Map<String, Value>), NotRead> {
    let not_read = |column, value, reason: &str| NotRead {
        column,
        value,
        reason: reason.to_owned(),
    };
    let fields = match found {
        Found::Release(fields) => fields,
        Found::NotAnObject(value) => {
            return Err(not_read(
                "releases",
                value,
                "a release is a JSON object; this was left out",
            ));
        }
        Found::OnlyLinks { ocid } => {
            return Err(not_read(
                "releases",
                ocid,
                "only links to releases are given here: download the releases they name and import those",
            ));
        }
        Found::Broken(reason) => {
            let reason = format!(
                "not JSON from here on ({reason}): the text up to the next line that begins a release was left out"
            );
            return Err(NotRead {
                column: "",
                value: String::new(),
                reason,
            });
        }
    };
    match fields.get("ocid") {
        Some(Value::String(ocid)) if !ocid.trim().is_empty() => {
            if is_versioned(&fields) {
                return Err(not_read(
                    "ocid",
                    ocid.clone(),
                    "this is a versioned release, a list of changes: import the releases or the compiled release instead",
                ));
            }
            Ok((ocid.trim().to_owned(), fields))
        }
        other => Err(not_read(
            "ocid",
            other.map(printed).unwrap_or_default(),
            "a release without an open contracting id belongs to no process: ask the publisher to add it",
        )),
    }
}

/// A versioned release has, in place of each value, the list of all its states.
fn is_versioned(fields: &Map<String, Value>) -> bool {
    let is_state = |value: &Value| value.get("releaseID").is_some() && value.get("value").is_some();
    let is_history = |value: &Value| {
        value
            .as_array()
            .is_some_and(|list| list.first().is_some_and(is_state))
    };
    fields.values().any(|value| {
        is_history(value)
            || value
                .as_object()
                .is_some_and(|object| object.values().any(is_history))
    })
}

/// When a release was published. A date without time zone is read as UTC.
fn published(fields: &Map<String, Value>) -> Option<Timestamp> {
    let text = fields.get("date")?.as_str()?.trim();
    text.parse().ok().or_else(|| {
        let local: civil::DateTime = text.parse().ok()?;
        local
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    })
}

/// Merge the releases of one process in the order of their publication, whatever their order in
/// the file. The same release given twice counts once. A release without a date has no place among
/// others and is left out; alone it is taken.
fn compile(
    ocid: String,
    mut releases: Vec<Release>,
    tally: &mut Tally,
    on_fault: &mut dyn FnMut(Fault),
) -> Option<Process> {
    let met = releases.len();
    releases.retain(|release| {
        let placed = release.published.is_some();
        if !placed {
            on_fault(no_date(release, met == 1));
        }
        placed || met == 1
    });
    let placed = releases.len();
    releases.sort_by_cached_key(|release| {
        let id = release.fields.get("id").map(printed);
        (
            release.published,
            id,
            serde_json::to_string(&release.fields).ok(),
        )
    });
    releases.dedup_by(|later, earlier| later.fields == earlier.fields);
    tally.rows += releases.len() as u64;
    tally.rejected += (met - placed) as u64;
    tally.set_aside += (placed - releases.len()) as u64;
    for day in releases.iter().filter_map(|release| release.published_on()) {
        tally.from = Some(tally.from.map_or(day, |from| from.min(day)));
        tally.to = tally.to.max(Some(day));
    }

    let first_line = releases.iter().map(|release| release.line).min()?;
    let (lines, fields): (Vec<u64>, Vec<_>) = releases
        .into_iter()
        .map(|release| (release.line, release.fields))
        .unzip();
    let (compiled, collisions) = merge(&ocid, fields);
    for collision in collisions {
        on_fault(Fault {
            line: lines[collision.release],
            column: collision.list,
            value: collision.id,
            reason:
                "two entries of this list have the same id: what both state was taken from the \
                     later one, so an entry may be lost"
                    .into(),
            amount: None,
        });
    }
    Some(Process {
        ocid,
        compiled: compiled.into(),
        releases: lines.len() as u64,
        first_line,
    })
}

fn no_date(release: &Release, alone: bool) -> Fault {
    let consequence = if alone {
        "it was taken, since it is the only one of its process"
    } else {
        "it was left out, since its place among the others of its process is unknown"
    };
    Fault {
        line: release.line,
        column: "date".into(),
        value: release.fields.get("date").map(printed).unwrap_or_default(),
        reason: format!("a release needs a date such as 2024-05-31T12:00:00Z; {consequence}"),
        amount: None,
    }
}

#[cfg(test)]
mod tests;
