//! What became of a file, as programs read it.

use super::{Listed, Taken, roles_of};
use handback_core::import::{Dataset, Overlap, Role};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// What became of one file, for programs.
#[derive(Serialize)]
pub struct FileReport<'a> {
    file: &'a str,
    dataset: Option<Dataset>,
    /// Rows accepted.
    rows: u64,
    rejected: u64,
    set_aside: u64,
    columns: BTreeMap<Role, String>,
    /// The amount of the rows accepted; net where a file has net and gross.
    total_pence: i64,
    rejected_pence: i64,
    from: Option<Date>,
    to: Option<Date>,
    import: Option<String>,
    already: bool,
    overlaps: &'a [String],
    overlap: Option<&'a Overlap>,
    stated: &'a BTreeMap<&'static str, u64>,
    /// What a list made of its exit register.
    list: Option<&'a Listed>,
    notes: &'a [String],
    faults: Vec<FaultReport<'a>>,
}

#[derive(Serialize)]
struct FaultReport<'a> {
    line: u64,
    column: &'a str,
    value: &'a str,
    reason: &'a str,
}

impl<'a> FileReport<'a> {
    /// The report of a file that was taken in, or refused.
    pub fn of(taken: &'a Taken) -> FileReport<'a> {
        FileReport {
            file: &taken.file,
            dataset: taken.reading.as_ref().map(|reading| reading.dataset),
            rows: taken.tally.rows,
            rejected: taken.tally.rejected,
            set_aside: taken.tally.set_aside,
            columns: taken.reading.as_ref().map(roles_of).unwrap_or_default(),
            total_pence: taken.tally.total.0,
            rejected_pence: taken.tally.rejected_total.0,
            from: taken.tally.from,
            to: taken.tally.to,
            import: taken.import.map(|id| id.to_string()),
            already: taken.already,
            overlaps: &taken.overlaps,
            overlap: taken.overlap.as_ref(),
            stated: &taken.stated,
            list: taken.list.as_ref(),
            notes: taken
                .reading
                .as_ref()
                .map(|reading| reading.notes.as_slice())
                .unwrap_or_default(),
            faults: taken
                .faults
                .iter()
                .map(|fault| FaultReport {
                    line: fault.line,
                    column: &fault.column,
                    value: &fault.value,
                    reason: &fault.reason,
                })
                .collect(),
        }
    }
}
