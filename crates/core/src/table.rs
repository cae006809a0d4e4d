//! Tables with documented headings: the one shape in which people fill in, export and edit records.
//!
//! A kind declares its [`Heading`]s once; from them come the template, the reading of a filled-in
//! file, the export and the page of documentation.

use crate::dated::When;
use crate::pence::Pence;
use crate::record::{KindName, RecordId};

/// What a cell under a heading may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    /// `2019-08-01`, `2019-08`, `2019` or `unknown`; day-first forms such as `01/08/2019` are read too.
    When,
    Pence,
    Count,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Several texts, separated by `;`.
    List,
}

/// A column of a documented table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading {
    /// As printed in the first line: `yearly cost`.
    pub name: &'static str,
    pub form: Form,
    /// Whether a blank cell is a fault.
    pub needed: bool,
    /// One sentence for the person who fills it in.
    pub meaning: &'static str,
    /// A made-up sample value.
    pub example: &'static str,
}

/// One filled-in value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Blank,
    Text(String),
    When(When),
    Pence(Pence),
    Count(i64),
    Choice(&'static str),
    List(Vec<String>),
}

/// One line of a filled-in table: a cell per heading, in the headings' order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line in the file (the row number in a spreadsheet), from 1.
    pub line: u64,
    pub headings: &'static [Heading],
    pub cells: Vec<Cell>,
}

impl Row {
    fn cell(&self, name: &str) -> &Cell {
        let place = self.headings.iter().position(|heading| heading.name == name);
        place.and_then(|place| self.cells.get(place)).unwrap_or(&Cell::Blank)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.cell(name) {
            Cell::Text(text) => Some(text),
            Cell::Choice(word) => Some(word),
            _ => None,
        }
    }

    pub fn when(&self, name: &str) -> Option<When> {
        match self.cell(name) {
            Cell::When(when) => Some(*when),
            _ => None,
        }
    }

    pub fn pence(&self, name: &str) -> Option<Pence> {
        match self.cell(name) {
            Cell::Pence(pence) => Some(*pence),
            _ => None,
        }
    }

    pub fn count(&self, name: &str) -> Option<i64> {
        match self.cell(name) {
            Cell::Count(count) => Some(*count),
            _ => None,
        }
    }

    pub fn list(&self, name: &str) -> &[String] {
        match self.cell(name) {
            Cell::List(list) => list,
            _ => &[],
        }
    }
}

/// Looks up the records that a table's words mean.
pub trait Find {
    /// The record of `kind` that people call `words` (its reference, title or printed name).
    fn find(&self, kind: KindName, words: &str) -> Option<RecordId>;
}

/// Why a row cannot become (part of) a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    pub line: u64,
    pub heading: &'static str,
    pub value: String,
    pub reason: String,
}
