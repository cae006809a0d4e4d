//! A table of text cells, whatever the file: delimited text, a sheet of a workbook,
//! JSON objects, or the events of a log.
//!
//! [`form`] looks at a file's beginning and says which of these it is; [`Table`] then streams its
//! lines. Text and JSON stream in bounded memory; workbooks are read whole, up to a stated size.

mod delimited;
mod objects;
mod ocel;
mod workbook;
mod xes;

use crate::source::{self, Source, unreadable};
use crate::{Refused, text};
use handback_core::import::{Encoding, Reading};
use std::fmt;
use std::io::Read;
use std::str::FromStr;

pub use workbook::{LIMIT_MB, UNPACKED_LIMIT_MB};

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xls,
    Xlsx,
    Ods,
    /// One JSON document: an array of objects, or an object.
    Json,
    /// A JSON object on each line.
    JsonLines,
    /// An event log in XML.
    Xes,
    /// An object-centric event log in JSON.
    Ocel,
}

impl Format {
    const ALL: [(Format, &'static str); 8] = [
        (Format::Csv, "csv"),
        (Format::Xls, "xls"),
        (Format::Xlsx, "xlsx"),
        (Format::Ods, "ods"),
        (Format::Json, "json"),
        (Format::JsonLines, "jsonl"),
        (Format::Xes, "xes"),
        (Format::Ocel, "ocel"),
    ];
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Format::ALL.iter().find(|(format, _)| format == self);
        f.write_str(named.expect("every format has a name").1)
    }
}

/// A format that this program does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a format of files that are read")]
pub struct NotAFormat(pub String);

impl FromStr for Format {
    type Err = NotAFormat;
    fn from_str(name: &str) -> Result<Format, NotAFormat> {
        let named = Format::ALL.iter().find(|(_, known)| *known == name);
        named
            .map(|(format, _)| *format)
            .ok_or_else(|| NotAFormat(name.to_owned()))
    }
}

/// How a file's bytes become lines of cells, before anything is known of their meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    pub format: Format,
    pub compressed: bool,
    /// Of text files.
    pub encoding: Option<Encoding>,
    /// Of delimited text.
    pub delimiter: Option<char>,
    /// Of workbooks.
    pub sheet: Option<String>,
    /// What a person should know of the choice, in plain sentences.
    pub notes: Vec<String>,
}

impl TryFrom<&Reading> for Form {
    type Error = NotAFormat;
    fn try_from(reading: &Reading) -> Result<Form, NotAFormat> {
        Ok(Form {
            format: reading.format.parse()?,
            compressed: reading.compressed,
            encoding: reading.encoding.clone(),
            delimiter: reading.delimiter,
            sheet: reading.sheet.clone(),
            notes: Vec::new(),
        })
    }
}

/// What the first bytes of files that hold no table look like.
const NO_TABLES: [(&[u8], &str); 7] = [
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a word-processor document"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
];

/// Settle the form of a file from its beginning.
pub fn form(source: &dyn Source) -> Result<Form, Refused> {
    let mut opened = source::open(source)?;
    let mut sample = Vec::with_capacity(text::SAMPLE);
    let read = opened
        .bytes
        .by_ref()
        .take(text::SAMPLE as u64)
        .read_to_end(&mut sample);
    read.map_err(|error| unreadable(source, error))?;
    let compressed = opened.compressed;
    let not_a_table = |found| Refused::NotATable {
        file: source.name().to_owned(),
        found,
    };
    if sample.is_empty() {
        return Err(Refused::Empty {
            file: source.name().to_owned(),
        });
    }
    if let Some((_, found)) = NO_TABLES
        .iter()
        .find(|(magic, _)| sample.trim_ascii_start().starts_with(magic))
    {
        return Err(not_a_table(found));
    }
    if workbook::is_workbook(&sample) {
        return workbook::form(source, compressed);
    }
    let encoding = text::detect(&sample).ok_or_else(|| not_a_table("not text"))?;
    let mut start = String::new();
    let decoded = text::Decoding::new(sample.as_slice(), &encoding).read_onto(&mut start);
    decoded.map_err(|error| unreadable(source, error))?;
    let plain = Form {
        format: Format::Csv,
        compressed,
        encoding: Some(encoding),
        delimiter: None,
        sheet: None,
        notes: Vec::new(),
    };
    match start.trim_start().as_bytes() {
        [] => Err(Refused::Empty {
            file: source.name().to_owned(),
        }),
        [b'<', ..] if xes::is_log(&start) => Ok(Form {
            format: Format::Xes,
            ..plain
        }),
        [b'<', ..] => Err(not_a_table("a web page or XML")),
        [b'{', ..] if ocel::is_log(&start) => Ok(Form {
            format: Format::Ocel,
            ..plain
        }),
        [b'{' | b'[', ..] => {
            let format = objects::format(&start);
            let list = objects::wrapped(&start).filter(|_| format == Format::Json);
            let note = |list: objects::Wrapped| {
                let key = list.key;
                format!("Of the document the list “{key}” was read, and nothing else.")
            };
            Ok(Form {
                format,
                notes: list.into_iter().map(note).collect(),
                ..plain
            })
        }
        _ => Ok(Form {
            delimiter: Some(delimited::delimiter(&start)),
            ..plain
        }),
    }
}

/// Where a cell lies in the text of its line, in bytes.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
}

/// One line of a table.
#[derive(Clone, Copy)]
pub struct Line<'t> {
    /// The line in the file (row number in a spreadsheet, number of the object in a JSON array), from 1.
    pub number: u64,
    text: &'t str,
    spans: &'t [Span],
    /// Why the line cannot be cut into cells, if it cannot; it then has one cell, as printed.
    pub damage: Option<&'static str>,
}

impl<'t> Line<'t> {
    /// The cell at `index` (from 0) without the space around it; empty beyond the end of the line.
    pub fn cell(&self, index: usize) -> &'t str {
        match self.spans.get(index) {
            Some(span) => self.text[span.start..span.end].trim(),
            None => "",
        }
    }

    /// How many cells the line has.
    pub fn width(&self) -> usize {
        self.spans.len()
    }

    /// The size of its text.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Its cells, in order.
    pub fn cells(&self) -> impl Iterator<Item = &'t str> + Clone + use<'t> {
        let line = *self;
        (0..line.width()).map(move |index| line.cell(index))
    }

    /// Whether no cell holds anything.
    pub fn is_blank(&self) -> bool {
        self.cells().all(str::is_empty)
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.number)?;
        f.debug_list().entries(self.cells()).finish()
    }
}

/// A table being read, line by line.
pub struct Table<'s>(Lines<'s>);

enum Lines<'s> {
    Delimited(Box<delimited::Delimited<'s>>),
    Sheet(workbook::Sheet),
    Objects(Box<objects::Objects<'s>>),
    Xes(Box<xes::Events<'s>>),
    Ocel(Box<ocel::Events>),
}

impl<'s> Table<'s> {
    /// Open the table of a file whose form is settled.
    pub fn open(source: &'s dyn Source, form: &Form) -> Result<Table<'s>, Refused> {
        let utf8 = || Encoding {
            label: "utf-8".into(),
            twice: false,
        };
        let encoding = form.encoding.clone().unwrap_or_else(utf8);
        Ok(Table(match form.format {
            Format::Csv => {
                let delimiter = form.delimiter.unwrap_or(',');
                Lines::Delimited(Box::new(delimited::Delimited::open(
                    source, &encoding, delimiter,
                )?))
            }
            Format::Xls | Format::Xlsx | Format::Ods => {
                Lines::Sheet(workbook::Sheet::open(source, form.sheet.as_deref())?)
            }
            Format::Json | Format::JsonLines => Lines::Objects(Box::new(objects::Objects::open(
                source,
                &encoding,
                form.format,
            )?)),
            Format::Xes => Lines::Xes(Box::new(xes::Events::open(source)?)),
            Format::Ocel => Lines::Ocel(Box::new(ocel::Events::open(source)?)),
        }))
    }

    /// The keys of JSON objects and of events, which head the cells of every line; `None` for tables whose heading,
    /// if any, is among their lines.
    pub fn keys(&self) -> Option<&[String]> {
        match &self.0 {
            Lines::Objects(objects) => Some(objects.keys()),
            Lines::Xes(events) => Some(events.keys()),
            Lines::Ocel(events) => Some(events.keys()),
            Lines::Delimited(_) | Lines::Sheet(_) => None,
        }
    }

    /// The next line, blank ones included; `None` at the end.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, Refused> {
        match &mut self.0 {
            Lines::Delimited(delimited) => delimited.next_line(),
            Lines::Sheet(sheet) => Ok(sheet.next_line()),
            Lines::Objects(objects) => objects.next_line(),
            Lines::Xes(events) => events.next_line(),
            Lines::Ocel(events) => Ok(events.next_line()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Memory;
    use proptest::prelude::*;

    /// Every line as `number: cell|cell`.
    fn lines(bytes: &[u8]) -> Vec<String> {
        let source = Memory {
            name: "table".into(),
            bytes: bytes.to_vec(),
        };
        let form = form(&source).expect("a table");
        let mut table = Table::open(&source, &form).expect("a table");
        let mut printed: Vec<String> = table
            .keys()
            .map(|keys| format!("keys: {}", keys.join("|")))
            .into_iter()
            .collect();
        while let Some(line) = table.next_line().expect("memory reads") {
            let damage = line
                .damage
                .map(|damage| format!(" ({damage})"))
                .unwrap_or_default();
            printed.push(format!(
                "{}: {}{damage}",
                line.number,
                line.cells().collect::<Vec<_>>().join("|")
            ));
        }
        printed
    }

    #[test]
    fn delimited_text_of_every_sort() {
        for (what, text, expected) in [
            ("commas", "a,b\n1,2\n", vec!["1: a|b", "2: 1|2"]),
            ("no last line end", "a,b\n1,2", vec!["1: a|b", "2: 1|2"]),
            (
                "windows line ends",
                "a,b\r\n\r\n1,2\r\n",
                vec!["1: a|b", "2: ", "3: 1|2"],
            ),
            (
                "carriage returns alone",
                "a,b\r1,2\r",
                vec!["1: a|b", "2: 1|2"],
            ),
            (
                "semicolons",
                "a;b\n1,5;2\n2,5;3",
                vec!["1: a|b", "2: 1,5|2", "3: 2,5|3"],
            ),
            ("tabs", "a\tb, c\n1\t2", vec!["1: a|b, c", "2: 1|2"]),
            ("bars", "a|b\n1|2", vec!["1: a|b", "2: 1|2"]),
            ("stated", "sep=;\na;b\n", vec!["2: a|b"]),
            (
                "ragged",
                "a,b\n1\n1,2,3\n1,2",
                vec!["1: a|b", "2: 1", "3: 1|2|3", "4: 1|2"],
            ),
            (
                "quotes",
                "a,b\n\"1,5\",\"say \"\"so\"\"\"\n",
                vec!["1: a|b", "2: 1,5|say \"so\""],
            ),
            (
                "quotes inside",
                "a,b\n5\" pipe,6\n7,8",
                vec!["1: a|b", "2: 5\" pipe|6", "3: 7|8"],
            ),
            (
                "lines in a cell",
                "a,b\n\"x\ny\",2\n3,4",
                vec!["1: a|b", "2: x\ny|2", "4: 3|4"],
            ),
            ("one column", "a\nb", vec!["1: a", "2: b"]),
        ] {
            assert_eq!(lines(text.as_bytes()), expected, "{what}");
        }
    }

    #[test]
    fn a_stray_quotation_mark_spoils_one_line_at_most() {
        let until_end = "a,b\n\"1,2\n3,4\n";
        assert_eq!(
            lines(until_end.as_bytes()),
            ["1: a|b", "2: \"1|2", "3: 3|4"]
        );
        let until_another = "a,b\n\"1,2\n3,4\n\"5,6\",7\n";
        assert_eq!(
            lines(until_another.as_bytes()),
            ["1: a|b", "2: \"1|2", "3: 3|4", "4: 5,6|7"]
        );
    }

    #[test]
    fn two_stray_quotation_marks_do_not_make_one_line_of_two() {
        let pair = "a,b\n\"1,2\n\"3,4\n5,6\n";
        assert_eq!(
            lines(pair.as_bytes()),
            ["1: a|b", "2: \"1|2", "3: \"3|4", "4: 5|6"]
        );
    }

    #[test]
    fn json_objects_are_lines_under_their_keys() {
        let array =
            r#"[{"date": "2019-08-01", "amount": 3.20}, {"amount": -1e2, "to": {"name": "A"}}]"#;
        assert_eq!(
            lines(array.as_bytes()),
            [
                "keys: date|amount|to",
                "1: 2019-08-01|3.2|",
                r#"2: |-100.0|{"name":"A"}"#
            ]
        );
        let by_line = "{\"a\": 1}\n\n{\"a\": \noops\n{\"a\": null}";
        assert_eq!(
            lines(by_line.as_bytes()),
            [
                "keys: a",
                "1: 1",
                "3: {\"a\": (not a JSON object)",
                "4: oops (not a JSON object)",
                "5: "
            ]
        );
    }

    #[test]
    fn what_holds_no_table_is_refused_in_one_sentence() {
        for (bytes, said) in [
            (&b""[..], "is empty"),
            (b" \n ", "is empty"),
            (b"%PDF-1.7", "a PDF document"),
            (b"<!DOCTYPE html><html>", "a web page"),
            (b"\x00\x01\x02\x03\x00\x00\x00\x04\x05", "not text"),
            (b"PK\x03\x04 and then nothing", "damaged"),
        ] {
            let source = Memory {
                name: "file".into(),
                bytes: bytes.to_vec(),
            };
            let refused = form(&source).expect_err("no table").to_string();
            assert!(
                refused.starts_with("file ") && refused.contains(said),
                "{refused}"
            );
        }
    }

    proptest! {
        /// What any program writes as CSV comes back, cell by cell.
        #[test]
        fn csv_comes_back(rows in proptest::collection::vec(proptest::collection::vec("[a-z,\"\n£ ]{0,6}", 3), 1..20)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).expect("memory takes all");
            }
            let bytes = writer.into_inner().expect("memory takes all");
            let source = Memory { name: "table".into(), bytes };
            let form = Form { format: Format::Csv, compressed: false, encoding: None, delimiter: Some(','), sheet: None, notes: vec![] };
            let mut table = Table::open(&source, &form).expect("memory opens");
            for row in &rows {
                let line = table.next_line().expect("memory reads").expect("as many lines as rows");
                prop_assert_eq!(line.cells().collect::<Vec<_>>(), row.iter().map(|cell| cell.trim()).collect::<Vec<_>>());
            }
            prop_assert!(table.next_line().expect("memory reads").is_none());
        }
    }
}
