//! Tables with documented headings: the one shape in which people fill in, export and edit records.
//!
//! A kind declares its [`Heading`]s once; from them come the template, the reading of a filled-in
//! file, the export and the page of documentation.

use crate::dated::When;
use crate::pence::Pence;
use crate::record::{Kind, KindName, RecordId};
use std::fmt;

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

/// An enum whose values tables, addresses and the log write as the same words.
macro_rules! worded {
    ($(#[$meaning:meta])* $name:ident: $($(#[$of:meta])* $value:ident = $word:literal,)+) => {
        $(#[$meaning])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $word)] $value,)+
        }

        impl $name {
            pub const WORDS: &[&str] = &[$($word),+];

            /// As tables have it.
            pub fn word(self) -> &'static str {
                match self {
                    $($name::$value => $word,)+
                }
            }

            /// What a cell of a row says.
            pub(crate) fn of(row: &crate::table::Row, heading: &str) -> Option<$name> {
                match row.text(heading)? {
                    $($word => Some($name::$value),)+
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use worded;

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
    /// How other people's files print the heading: `Serial No` for `serial number`.
    pub aliases: &'static [&'static str],
    /// What other people's files write for a choice, and the choice that they mean.
    pub synonyms: &'static [(&'static str, &'static str)],
}

impl Heading {
    /// A heading whose cells must be filled in.
    pub const fn needed(
        name: &'static str,
        form: Form,
        meaning: &'static str,
        example: &'static str,
    ) -> Heading {
        Heading {
            name,
            form,
            needed: true,
            meaning,
            example,
            aliases: &[],
            synonyms: &[],
        }
    }

    /// A heading whose cells may be blank: blank is unknown, or as the meaning says.
    pub const fn optional(
        name: &'static str,
        form: Form,
        meaning: &'static str,
        example: &'static str,
    ) -> Heading {
        Heading {
            name,
            form,
            needed: false,
            meaning,
            example,
            aliases: &[],
            synonyms: &[],
        }
    }

    /// The same, known by other people's words too.
    pub const fn or_called(self, aliases: &'static [&'static str]) -> Heading {
        Heading { aliases, ..self }
    }

    /// The same, with other people's words for its choices.
    pub const fn or_written(self, synonyms: &'static [(&'static str, &'static str)]) -> Heading {
        Heading { synonyms, ..self }
    }
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
        let place = self
            .headings
            .iter()
            .position(|heading| heading.name == name);
        place
            .and_then(|place| self.cells.get(place))
            .unwrap_or(&Cell::Blank)
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

/// The text that reads as this cell again.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Blank => Ok(()),
            Cell::Text(text) => f.write_str(text),
            Cell::When(when) => write!(f, "{when}"),
            Cell::Pence(pence) => f.write_str(&plain(*pence)),
            Cell::Count(count) => write!(f, "{count}"),
            Cell::Choice(word) => f.write_str(word),
            Cell::List(texts) => f.write_str(&joined(texts.iter().cloned())),
        }
    }
}

/// How the records of a table change with time: what holds from a date on. The other headings hold
/// for the record's whole life, and all its rows agree on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// The heading of the date from which a row's values hold; blank is since before anything known.
    pub from: &'static str,
    /// The headings of those values.
    pub values: &'static [&'static str],
    /// Those of the values that a blank cell leaves as they were; a blank of the others is unknown.
    pub blank_stays: &'static [&'static str],
    /// The heading of the date on which the record ended, where it can end.
    pub end: Option<&'static str>,
}

/// Looks up the records that a table's words mean.
pub trait Find {
    /// The record of `kind` that people call `words`: its reference, title or printed name.
    fn find(&self, kind: KindName, words: &str) -> Option<RecordId>;

    /// The organisation that people call `words`. One that nobody stated before is stated now, by
    /// the file that names it.
    fn organisation(&mut self, words: &str) -> RecordId;

    /// The authority itself.
    fn authority(&self) -> RecordId;
}

/// What people call a record, for export.
pub trait Call {
    fn call(&self, kind: KindName, id: RecordId) -> String;
}

/// A kind that people state by filling in a table.
pub trait Tabled: Kind {
    const HEADINGS: &'static [Heading];

    /// What changes with time; none where a record is one row for ever.
    const LIFE: Option<Life> = None;

    /// What tells one record's rows from another's. A record may have several rows, one from each
    /// date on which something changed.
    fn key(row: &Row) -> String;

    /// The whole dated life of one record from its rows; every fault, not only the first.
    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Self, Vec<RowFault>>;

    /// What tells this record from others of its kind in people's eyes: a file that states a record
    /// with the same identity restates that record.
    fn identity(&self) -> String;

    /// Whether the rows leave everything as it is: a line of a review list that nobody filled in.
    fn says_nothing(&self) -> bool {
        false
    }

    /// The rows that state this record again: [`Tabled::from_rows`] of them gives an equal record.
    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>>;

    /// This record, read from edited rows, with what no row can say taken from the record `before`.
    fn keeping(self, _before: &Self) -> Self {
        self
    }

    /// This record, read from a file, with what the file leaves blank taken from the record `before`:
    /// for registers to which the files of several people bring a part each. Elsewhere a blank cell
    /// states that nothing is known.
    fn filling(self, _before: &Self) -> Self {
        self
    }

    /// This record with where it stands in lists of its kind: the list that last said something new of
    /// it, where one is given, and since when the newest no longer names it.
    fn listed_in(self, _list: Option<&str>, _missing_since: Option<When>) -> Self {
        self
    }
}

/// Why a row cannot become (part of) a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    pub line: u64,
    pub heading: &'static str,
    pub value: String,
    pub reason: String,
}

/// Collects what is wrong with a record's rows while they are read.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<RowFault>);

impl Faults {
    pub(crate) fn add(
        &mut self,
        row: &Row,
        heading: &'static str,
        value: impl Into<String>,
        reason: impl Into<String>,
    ) {
        self.0.push(RowFault {
            line: row.line,
            heading,
            value: value.into(),
            reason: reason.into(),
        });
    }

    /// The record, unless something was wrong.
    pub(crate) fn or<T>(self, record: T) -> Result<T, Vec<RowFault>> {
        if self.0.is_empty() {
            Ok(record)
        } else {
            Err(self.0)
        }
    }

    /// The record of `kind` that a cell names; a fault when there is none.
    pub(crate) fn found(
        &mut self,
        row: &Row,
        heading: &'static str,
        find: &dyn Find,
        kind: KindName,
        words: &str,
    ) -> Option<RecordId> {
        let found = find.find(kind, words);
        if found.is_none() {
            self.add(
                row,
                heading,
                words,
                format!("no {kind} has this name: state it first, or correct the name"),
            );
        }
        found
    }
}

/// The value that all rows of one record must agree on: the first that is not blank.
pub(crate) fn agreed<'a, T: PartialEq + std::fmt::Debug>(
    rows: &[&'a Row],
    faults: &mut Faults,
    heading: &'static str,
    get: impl Fn(&'a Row) -> Option<T>,
) -> Option<T> {
    let mut first: Option<T> = None;
    for row in rows {
        let Some(value) = get(row) else { continue };
        match &first {
            Some(agreed) if *agreed != value => {
                let reason =
                    format!("other rows of the same record say {agreed:?}: make them agree");
                faults.add(row, heading, format!("{value:?}"), reason);
            }
            Some(_) => {}
            None => first = Some(value),
        }
    }
    first
}

/// Texts for a list cell: `;` stands between them, and a text's own `;` is doubled.
pub fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts
        .into_iter()
        .map(|text| text.replace(';', ";;"))
        .collect();
    texts.join("; ")
}

/// The texts of a list cell, as [`joined`] writes it; what is empty between two `;` with a space is
/// no text.
pub fn listed(cell: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut rest = cell.chars().peekable();
    while let Some(character) = rest.next() {
        let separates = character == ';' && rest.next_if_eq(&';').is_none();
        match texts.last_mut() {
            Some(text) if !separates => text.push(character),
            _ => texts.push(String::new()),
        }
    }
    let trimmed = texts.iter().map(|text| text.trim().to_owned());
    trimmed.filter(|text| !text.is_empty()).collect()
}

/// `12345.67`, as a table holds an amount.
pub(crate) fn plain(pence: Pence) -> String {
    let size = pence.0.unsigned_abs();
    format!(
        "{}{}.{:02}",
        if pence.0 < 0 { "-" } else { "" },
        size / 100,
        size % 100
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_is_read_as_people_write_it() {
        for (cell, texts) in [
            ("", &[][..]),
            (
                "Customer services; Revenues",
                &["Customer services", "Revenues"],
            ),
            ("a;b ; ", &["a", "b"]),
            ("Smith;; Sons; Revbase", &["Smith; Sons", "Revbase"]),
            ("a;;; b", &["a;", "b"]),
        ] {
            assert_eq!(listed(cell), texts, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn what_is_joined_is_listed_again(texts in proptest::collection::vec("[a-c;]{1,4}", 0..4)) {
            prop_assert_eq!(listed(&joined(texts.clone())), texts);
        }
    }
}
