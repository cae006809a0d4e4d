//! What a person sees of a file before and after it is taken in.

use crate::import::{Taken, Wishes};
use handback_core::import::{
    ColumnReading, Dataset, Fault, Import, Overlap, Reading, Role, StateReading,
};
use handback_core::pence::Pence;
use handback_core::record::RecordId;
use handback_intake::Refused;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::refused::called;
use handback_intake::source::Source;
use handback_intake::tabular::{self, Table};
use handback_register::Picture;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a file was taken for, and what is in it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    pub file: String,
    /// None for a file that is refused.
    pub dataset: Option<Dataset>,
    pub called: String,
    /// Why it is not taken, in a sentence.
    pub refused: Option<String>,
    /// It was taken in before, in the same reading.
    pub already: bool,
    pub rows: u64,
    pub rejected: u64,
    pub set_aside: u64,
    pub total_pence: Pence,
    pub rejected_pence: Pence,
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub columns: Vec<SeenColumn>,
    /// A service desk's words for states, and what they were taken for.
    #[serde(default)]
    pub states: Vec<StateReading>,
    /// The first lines from the heading on, as printed.
    pub first: Vec<Vec<String>>,
    /// Whether the first of them is the heading.
    pub headed: bool,
    pub faults: Vec<FaultKind>,
    /// How many sorts of fault are not listed.
    pub more_faults: u64,
    pub notes: Vec<String>,
    pub overlaps: Vec<SeenOverlap>,
    pub undecided: bool,
    pub import: Option<RecordId>,
    /// What a list made of its exit register, in lines; none for other files.
    #[serde(default)]
    pub list: Option<Vec<String>>,
    /// Whether its rows may be of one contract that they do not name.
    #[serde(default)]
    pub of_contract: bool,
    /// How many records it states.
    pub stated: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenColumn {
    pub header: String,
    pub role: Role,
    pub confidence: u8,
    pub why: String,
    /// The first values that it holds.
    pub samples: Vec<String>,
}

/// An import whose days the file covers too.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SeenOverlap {
    pub id: RecordId,
    pub file: String,
    pub rows: u64,
    pub total_pence: Pence,
}

/// Faults of one sort.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultKind {
    pub reason: String,
    pub column: String,
    pub count: u64,
    /// The sum of their amounts, where those could be read.
    pub pence: Pence,
    /// The first of them.
    pub examples: Vec<FaultExample>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultExample {
    pub line: u64,
    pub value: String,
}

impl Seen {
    /// What became of a file. `picture` names the imports that it overlaps, `wishes` say how it was read.
    pub fn of(source: &dyn Source, taken: &Taken, wishes: &Wishes, picture: &Picture) -> Seen {
        let Some(reading) = &taken.reading else {
            let reasons: Vec<&str> = taken.faults.iter().map(|it| it.reason.as_str()).collect();
            return Seen::refused(source, wishes, &reasons.join("; "));
        };
        let first = first_lines(source, Some(reading));
        let headed = !reading.header_lines.is_empty();
        let (faults, more_faults) = kinds_of(&taken.faults);
        let tally = &taken.tally;
        Seen {
            file: taken.file.clone(),
            dataset: Some(reading.dataset),
            called: called(reading.dataset).to_owned(),
            refused: None,
            already: taken.already,
            rows: tally.rows,
            rejected: tally.rejected,
            set_aside: tally.set_aside,
            total_pence: tally.total,
            rejected_pence: tally.rejected_total,
            from: tally.from,
            to: tally.to,
            columns: reading
                .columns
                .iter()
                .map(|column| seen_column(column, &first, headed))
                .collect(),
            states: reading
                .desk
                .iter()
                .flat_map(|desk| desk.states.clone())
                .collect(),
            first,
            headed,
            faults,
            more_faults,
            notes: reading.notes.iter().map(|note| for_pages(note)).collect(),
            overlaps: seen_overlaps(&taken.overlapping, picture),
            undecided: taken.overlap == Some(Overlap::Undecided),
            import: taken.import,
            of_contract: taken.list.is_none() && is_of_contract(reading.dataset),
            list: taken.list.as_ref().map(|list| listed(list, reading)),
            stated: taken.stated.values().sum(),
        }
    }

    /// A file that is not taken. Its columns are there to be named, where it has any.
    pub fn refused(source: &dyn Source, wishes: &Wishes, reason: &str) -> Seen {
        let hints = Hints {
            dataset: wishes.dataset,
            period: wishes.period,
            ..Hints::default()
        };
        let reading = recognise(source, &hints).ok();
        let first = first_lines(source, reading.as_ref());
        let headed = reading
            .as_ref()
            .is_none_or(|it| !it.header_lines.is_empty());
        let columns = match reading {
            Some(reading) => reading.columns,
            None => unknown_columns(&first),
        };
        let corrected = |mut column: SeenColumn| {
            let named = wishes.columns.iter().find(|(_, it)| *it == column.header);
            column.role = named.map_or(column.role, |(role, _)| *role);
            column
        };
        Seen {
            file: source.name().to_owned(),
            refused: Some(for_pages(reason) + "."),
            columns: columns
                .iter()
                .map(|column| corrected(seen_column(column, &first, headed)))
                .collect(),
            headed: headed && !first.is_empty(),
            first,
            ..Seen::default()
        }
    }

    /// Only what came of it: nothing of the file itself stays when it has been taken in.
    pub fn without_content(self) -> Seen {
        Seen {
            first: Vec::new(),
            columns: Vec::new(),
            ..self
        }
    }
}

/// What a list made of its register, line by line.
/// Whether a dataset has a column for the contract.
fn is_of_contract(dataset: Dataset) -> bool {
    let form = handback_core::kinds::form_of(dataset);
    form.is_some_and(|form| form.place("contract").is_some())
}

fn listed(list: &crate::import::Listed, reading: &Reading) -> Vec<String> {
    let told = crate::render::lists::told(list, reading.dataset);
    let lines = told
        .lines()
        .map(|line| for_pages(&crate::render::capital(line.trim())));
    lines.collect()
}

/// What the command line is told to do is said here as what stands on the page.
fn for_pages(sentence: &str) -> String {
    sentence
        .replace(
            "state the period it covers, as in --period 2019-08",
            "say which period it covers, in the field “Period”",
        )
        .replace("with --publisher", "in the field “Published by”")
        .replace("import it with --whole-list", "say so below")
        .replace(" (--state “…”)", " below")
        .replace(", as in --column ticket=\"Ref\"", ", under “Columns”")
        .replace(", as in --column opened=\"Logged on\"", ", under “Columns”")
        .replace(", as in --column date=\"Reported\"", ", under “Columns”")
        .replace(", as in --column value=\"Result\"", ", under “Columns”")
        .replace(
            ", or state the period, as in --period 2019-08",
            ", or state the period below",
        )
}

/// What stands in place of what is about persons.
const NOT_KEPT: &str = "not kept";

/// The columns under the heading of a file that is not understood.
fn unknown_columns(first: &[Vec<String>]) -> Vec<ColumnReading> {
    let column = |(index, header): (usize, &String)| ColumnReading {
        index,
        header: header.clone(),
        role: Role::Other,
        confidence: 0,
        why: String::new(),
    };
    let heading = first.iter().take(1).flatten();
    heading.enumerate().map(column).collect()
}

fn seen_column(column: &ColumnReading, first: &[Vec<String>], headed: bool) -> SeenColumn {
    let rows = first.iter().skip(usize::from(headed));
    let samples = rows
        .filter_map(|row| row.get(column.index))
        .filter(|cell| !cell.is_empty() && *cell != NOT_KEPT);
    SeenColumn {
        header: column.header.trim().to_owned(),
        role: column.role,
        confidence: column.confidence,
        why: column.why.clone(),
        samples: samples.take(3).cloned().collect(),
    }
}

fn seen_overlaps(ids: &[RecordId], picture: &Picture) -> Vec<SeenOverlap> {
    let known = picture.known(picture.size());
    let seen = |id: &RecordId| {
        let import: Import = known.get(*id).ok().flatten()?;
        Some(SeenOverlap {
            id: *id,
            file: import.file,
            rows: import.tally.rows,
            total_pence: import.tally.total,
        })
    };
    ids.iter().filter_map(seen).collect()
}

/// How many lines of data, how many cells and how many letters of a file are shown as they stand.
const LINES: usize = 20;
const CELLS: usize = 40;
const LETTERS: usize = 120;

/// The first lines of a table as printed, from its heading on; nothing of what is about persons.
fn first_lines(source: &dyn Source, reading: Option<&Reading>) -> Vec<Vec<String>> {
    let nested = reading.is_some_and(|reading| reading.dataset == Dataset::Ocds);
    if nested {
        return Vec::new();
    }
    let begin = reading.and_then(|reading| reading.header_lines.last().copied());
    let mut lines = lines_from(source, begin.unwrap_or(1)).unwrap_or_default();
    if reading.is_none() {
        // The heading of a file that is not understood: its first line with the most cells filled.
        let filled = |line: &Vec<String>| line.iter().filter(|cell| !cell.is_empty()).count();
        let most = lines.iter().map(filled).max().unwrap_or(0);
        let heading = lines.iter().position(|line| filled(line) == most);
        lines.drain(..heading.unwrap_or(0));
    }
    let personal = reading.into_iter().flat_map(|reading| &reading.columns);
    for column in personal.filter(|column| column.role == Role::Personal) {
        let headed = usize::from(begin.is_some());
        for cell in lines
            .iter_mut()
            .skip(headed)
            .filter_map(|line| line.get_mut(column.index))
        {
            NOT_KEPT.clone_into(cell);
        }
    }
    lines
}

fn lines_from(source: &dyn Source, begin: u64) -> Result<Vec<Vec<String>>, Refused> {
    let mut table = Table::open(source, &tabular::form(source)?)?;
    let cut = |cell: &str| match cell.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    };
    let mut lines = Vec::new();
    if let Some(keys) = table.keys() {
        lines.push(keys.iter().take(CELLS).map(|key| cut(key)).collect());
    }
    while lines.len() <= LINES
        && let Some(line) = table.next_line()?
    {
        if line.number >= begin && !line.is_blank() {
            lines.push(line.cells().take(CELLS).map(cut).collect());
        }
    }
    Ok(lines)
}

/// How many sorts of fault, and how many of each, are listed.
const KINDS: usize = 20;
const EXAMPLES: usize = 3;

/// Faults by what is wrong, the most frequent first, and how many sorts are left out.
fn kinds_of(faults: &[Fault]) -> (Vec<FaultKind>, u64) {
    let mut kinds: BTreeMap<(String, &str), FaultKind> = BTreeMap::new();
    for fault in faults {
        let reason = for_pages(&unquoted(&fault.reason));
        let kind = kinds
            .entry((reason, &fault.column))
            .or_insert_with_key(|(reason, column)| FaultKind {
                reason: reason.clone(),
                column: (*column).to_owned(),
                count: 0,
                pence: Pence(0),
                examples: Vec::new(),
            });
        kind.count += 1;
        kind.pence = Pence(
            kind.pence
                .0
                .saturating_add(fault.amount.map_or(0, |it| it.0)),
        );
        if kind.examples.len() < EXAMPLES {
            kind.examples.push(FaultExample {
                line: fault.line,
                value: fault.value.chars().take(LETTERS).collect(),
            });
        }
    }
    let mut kinds: Vec<FaultKind> = kinds.into_values().collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    let more = kinds.len().saturating_sub(KINDS) as u64;
    kinds.truncate(KINDS);
    (kinds, more)
}

/// A reason without the values that it quotes, so that faults of one sort fall together.
fn unquoted(reason: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in reason.chars() {
        match letter {
            '“' => {
                inside = true;
                text.push_str("“…");
            }
            '”' => {
                inside = false;
                text.push('”');
            }
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use handback_intake::source::Memory;

    fn fault(line: u64, reason: &str) -> Fault {
        Fault {
            line,
            column: "Amount".into(),
            value: format!("value {line}"),
            reason: reason.into(),
            amount: Some(Pence(100)),
        }
    }

    #[test]
    fn faults_of_one_sort_fall_together_whatever_they_quote() {
        let mut faults: Vec<Fault> = (1..=9)
            .map(|line| fault(line, &format!("“{line}” is no amount")))
            .collect();
        faults.push(fault(10, "no date"));
        let (kinds, more) = kinds_of(&faults);
        assert_eq!((kinds.len(), more), (2, 0));
        assert_eq!(kinds[0].reason, "“…” is no amount");
        assert_eq!((kinds[0].count, kinds[0].pence), (9, Pence(900)));
        assert_eq!(kinds[0].examples.len(), EXAMPLES);
        assert_eq!(kinds[1].count, 1);
    }

    #[test]
    fn a_file_that_is_not_understood_shows_its_columns() {
        let source = Memory {
            name: "odd.csv".into(),
            bytes: b"A report,,\n\nWho,What,How much\nNorthmere,Lines,12.00\n".to_vec(),
        };
        let seen = Seen::refused(
            &source,
            &Wishes::default(),
            "odd.csv is not taken because its columns are unclear",
        );
        let headers: Vec<&str> = seen.columns.iter().map(|it| it.header.as_str()).collect();
        assert_eq!(headers, ["Who", "What", "How much"]);
        assert_eq!(seen.columns[0].samples, ["Northmere"]);
    }
}
