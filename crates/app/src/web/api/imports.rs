//! Files taken in, and taking one in: the file is the body, what is wished stands in the address.

use crate::import::{FileReport, Wishes, take_in};
use crate::web::answer::{Answer, Error};
use crate::web::forms::now_only;
use crate::web::visit::{Upload, Visit};
use handback_core::import::{Dataset, Import, Overlap};
use handback_core::record::{Kind, RecordId};
use handback_intake::source::Source;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;

#[derive(Serialize)]
struct Line<'a> {
    id: RecordId,
    entry: u64,
    recorded_at: Timestamp,
    dataset: Dataset,
    file: &'a str,
    /// SHA-256 of the file.
    source: &'a str,
    ledger: &'a str,
    publisher: Option<&'a str>,
    rows: u64,
    rejected: u64,
    total_pence: i64,
    from: Option<Date>,
    to: Option<Date>,
    /// Whether its rows count: nothing has replaced it.
    counts: bool,
    replaced_by: Option<RecordId>,
    overlap: Option<&'a Overlap>,
}

#[derive(Serialize)]
struct Imports<'a> {
    entry: u64,
    head: String,
    imports: Vec<Line<'a>>,
}

/// Every import that stands.
pub fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let mut imports = Vec::new();
    for entry in visit.view.known().entries_of(Import::NAME) {
        let Some(import) = estate.imports.get(&entry.record) else {
            continue;
        };
        if !visit.seen(entry) {
            continue;
        }
        visit.noted(entry)?;
        imports.push(Line {
            id: entry.record,
            entry: entry.number,
            recorded_at: entry.batch.recorded_at,
            dataset: import.dataset,
            file: &import.file,
            source: &import.source,
            ledger: &import.coverage.ledger,
            publisher: import.coverage.publisher.as_deref(),
            rows: import.tally.rows,
            rejected: import.tally.rejected,
            total_pence: import.tally.total.0,
            from: import.tally.from,
            to: import.tally.to,
            counts: import.is_live(),
            replaced_by: import.replaced_by,
            overlap: import.overlap.as_ref(),
        });
    }
    let known = visit.view.basis();
    Answer::json(&Imports {
        entry: known.entry,
        head: known.head,
        imports,
    })
}

/// A file that came as the body.
struct Sent(Upload);

impl Source for Sent {
    fn name(&self) -> &str {
        &self.0.name
    }
    fn size(&self) -> Option<u64> {
        Some(self.0.size)
    }
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(Box::new(File::open(&self.0.path)?))
    }
}

fn wishes(visit: &Visit) -> Result<Wishes, Error> {
    let query = &visit.query;
    let dataset = |word: &str| {
        serde_json::from_value(word.into())
            .map_err(|_| Error::Wrong(format!("as={word} is nothing that can be taken in")))
    };
    let period = |text: &str| {
        text.parse().map_err(|_| {
            Error::Wrong(format!(
                "period={text} is no period: write 2019-08, 2019-Q2, 2019/20 or 2019-08-01..2019-08-31"
            ))
        })
    };
    let said = |name: &str| match query.get(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(Error::Wrong(format!(
            "{name}={other} says nothing: write true or false"
        ))),
    };
    let wishes = Wishes {
        dataset: query.get("as").map(dataset).transpose()?,
        period: query.get("period").map(period).transpose()?,
        replaces: query.all("replaces").map(str::to_owned).collect(),
        adds: said("adds")?,
        publisher: query.get("publisher").map(str::to_owned),
        ledger: query.get("ledger").map(str::to_owned),
        dry_run: said("dry-run")?,
        ..Wishes::default()
    };
    if wishes.adds && !wishes.replaces.is_empty() {
        return Err(Error::Wrong(
            "a file either replaces imports or adds to them: name one of the two".into(),
        ));
    }
    Ok(wishes)
}

/// Take the body in as a file, in the name of the token's holder.
pub fn take(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let wishes = wishes(visit)?;
    let author = visit.visitor.author().ok_or(Error::SignIn)?;
    let file = visit
        .files
        .first()
        .ok_or_else(|| Error::Wrong("send the file as the body".into()))?;
    let files: Vec<Box<dyn Source>> = vec![Box::new(Sent(file.clone()))];
    let data = &visit.site.data;
    let taken = take_in(Some(data), &files, &wishes, &author, &mut |_, _| {
        ControlFlow::Continue(())
    });
    let _ = std::fs::remove_file(&file.path);
    let taken = taken?;
    let taken = taken
        .first()
        .ok_or_else(|| Error::Wrong("there was no file".into()))?;
    if taken.reading.is_none() {
        let reasons: Vec<&str> = taken
            .faults
            .iter()
            .map(|fault| fault.reason.as_str())
            .collect();
        return Err(Error::Refused(reasons.join("; ")));
    }
    Answer::json(&FileReport::of(taken))
}
