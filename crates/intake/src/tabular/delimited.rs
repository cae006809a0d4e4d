//! Delimited text: line ends of every sort, ragged lines, quotation marks that belong and that stray.

use super::{Line, Span};
use crate::Refused;
use crate::source::{self, Source, unreadable};
use crate::text::{Decoding, mended};
use handback_core::import::Encoding;
use memchr::{memchr, memchr_iter};
use std::borrow::Cow;
use std::io::Read;

/// What councils put between cells, the likelier first.
const DELIMITERS: [char; 4] = [',', '\t', ';', '|'];

/// How many lines one quoted cell may run over. Beyond this the quotation mark is taken to stray.
const LINES_IN_A_CELL: usize = 50;

/// No line of a table is this long; a file that has one is not a table. In bytes.
const LONGEST_LINE: usize = 8 << 20;

/// The spreadsheet programs' own way to state the delimiter, as the first line: `sep=;`.
fn stated(start: &str) -> Option<char> {
    let stated = start.strip_prefix("sep=")?.chars().next()?;
    DELIMITERS.contains(&stated).then_some(stated)
}

/// Settle the delimiter from a file's beginning: the one that cuts most lines into equally many cells.
pub(super) fn delimiter(start: &str) -> char {
    if let Some(stated) = stated(start) {
        return stated;
    }
    let lines: Vec<&str> = start
        .split(['\n', '\r'])
        .filter(|line| !line.trim().is_empty())
        .take(500)
        .collect();
    let agreeing = |delimiter: char| {
        let mut widths: Vec<usize> = lines
            .iter()
            .map(|line| unquoted_count(line, delimiter))
            .collect();
        widths.retain(|&width| width > 0);
        widths.sort_unstable();
        widths
            .chunk_by(|one, other| one == other)
            .map(<[usize]>::len)
            .max()
            .unwrap_or(0)
    };
    // `max_by_key` answers the last of equals, so the likelier delimiters come last.
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|&delimiter| agreeing(delimiter))
        .unwrap_or(',')
}

/// How often the delimiter stands outside quotation marks.
fn unquoted_count(line: &str, delimiter: char) -> usize {
    let mut quoted = false;
    line.chars()
        .filter(|&character| {
            quoted ^= character == '"';
            character == delimiter && !quoted
        })
        .count()
}

/// The lines of a delimited text, each cut into cells.
pub(super) struct Delimited<'s> {
    source: &'s dyn Source,
    decoding: Decoding<Box<dyn Read + Send + 's>>,
    /// Decoded text; what lies before `at` has been handed out.
    text: String,
    at: usize,
    ended: bool,
    /// Lines end in carriage returns alone.
    carriage_returns: bool,
    delimiter: u8,
    /// How many cells the last line had that stood on one line.
    usual_width: usize,
    /// Physical lines handed out so far.
    number: u64,
    spans: Vec<Span>,
    quoted: Quoted,
    /// The text of a line that had to be changed.
    changed: String,
}

/// A physical line, in bytes from `Delimited::at`.
struct Physical {
    start: usize,
    end: usize,
    next: usize,
}

impl<'s> Delimited<'s> {
    pub(super) fn open(
        source: &'s dyn Source,
        encoding: &Encoding,
        delimiter: char,
    ) -> Result<Delimited<'s>, Refused> {
        let delimiter = u8::try_from(delimiter)
            .ok()
            .filter(u8::is_ascii)
            .unwrap_or(b',');
        let mut delimited = Delimited {
            source,
            decoding: Decoding::new(source::open(source)?.bytes, encoding),
            text: String::new(),
            at: 0,
            ended: false,
            carriage_returns: false,
            delimiter,
            usual_width: 0,
            number: 0,
            spans: Vec::new(),
            quoted: Quoted::new(delimiter),
            changed: String::new(),
        };
        delimited.read_more()?;
        delimited.carriage_returns = ends_in_carriage_returns(&delimited.text);
        delimited.normalise_from(0);
        if stated(&delimited.text).is_some()
            && let Some(stated) = delimited.physical(0)?
        {
            delimited.at += stated.next;
            delimited.number += 1;
        }
        Ok(delimited)
    }

    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, Refused> {
        let Some(first) = self.physical(0)? else {
            return Ok(None);
        };
        let number = self.number + 1;
        let start = self.at;
        let mut taken = 1;
        let mut next = first.next;
        let line = mended(&self.text[start..start + first.end]);
        let cut = if memchr(b'"', line.as_bytes()).is_none() {
            None
        } else {
            let line = line.into_owned();
            self.joined(&line, first.next)?
        };
        let text = match cut {
            Some((lines, after)) => {
                (taken, next) = (lines, after);
                self.quoted.finish(&mut self.spans)
            }
            None => {
                // Reading on may have moved the text: `at` is where the line is now.
                let line = mended(&self.text[self.at..self.at + first.end]);
                split(&line, self.delimiter, &mut self.spans);
                match line {
                    Cow::Borrowed(_) => &self.text[self.at..self.at + first.end],
                    Cow::Owned(changed) => {
                        self.changed = changed;
                        &self.changed
                    }
                }
            }
        };
        if taken == 1 {
            self.usual_width = self.spans.len();
        }
        self.at += next;
        self.number += taken;
        Ok(Some(Line {
            number,
            text,
            spans: &self.spans,
            damage: None,
        }))
    }

    /// Cut a record that holds quotation marks and may run over several lines. Answers how many
    /// lines it took and where the next begins; `None` where the mark strays and the first line is
    /// to be cut without regard to it.
    fn joined(&mut self, first: &str, after_first: usize) -> Result<Option<(u64, usize)>, Refused> {
        let mut next = after_first;
        self.quoted.start();
        let mut whole = self.quoted.push(first);
        let mut lines = 1;
        while !whole {
            let Some(more) = self.physical(next)? else {
                return Ok(None);
            };
            if lines == LINES_IN_A_CELL {
                return Ok(None);
            }
            let line = mended(&self.text[self.at + more.start..self.at + more.end]);
            whole = self.quoted.push(&line);
            if whole && !closes(&line, self.delimiter) {
                return Ok(None);
            }
            next = more.next;
            lines += 1;
        }
        let plain_width = memchr_iter(self.delimiter, first.as_bytes()).count() + 1;
        // Text that really runs on leaves the line with as many cells as its neighbours.
        let strays =
            lines > 1 && self.quoted.width() != self.usual_width && plain_width == self.usual_width;
        Ok((!strays).then_some((lines as u64, next)))
    }

    /// The physical line that begins `from` bytes after `at`.
    fn physical(&mut self, from: usize) -> Result<Option<Physical>, Refused> {
        let mut searched = from;
        let (mut end, next) = loop {
            if let Some(found) = memchr(b'\n', &self.text.as_bytes()[self.at + searched..]) {
                break (searched + found, searched + found + 1);
            }
            searched = self.text.len() - self.at;
            if searched - from > LONGEST_LINE {
                let file = self.source.name().to_owned();
                return Err(Refused::NotATable {
                    file,
                    found: "text without line ends",
                });
            }
            if self.ended {
                if searched == from {
                    return Ok(None);
                }
                break (searched, searched);
            }
            self.read_more()?;
        };
        if end > from && self.text.as_bytes()[self.at + end - 1] == b'\r' {
            end -= 1;
        }
        Ok(Some(Physical {
            start: from,
            end,
            next,
        }))
    }

    fn read_more(&mut self) -> Result<(), Refused> {
        self.text.drain(..self.at);
        self.at = 0;
        let from = self.text.len();
        let more = self.decoding.read_onto(&mut self.text);
        self.ended = !more.map_err(|error| unreadable(self.source, error))?;
        self.normalise_from(from);
        Ok(())
    }

    fn normalise_from(&mut self, from: usize) {
        if self.carriage_returns {
            let lines = self.text[from..].replace('\r', "\n");
            self.text.replace_range(from.., &lines);
        }
    }
}

/// Whether lines end in carriage returns alone: a file made so on an old Macintosh may still have a
/// line feed at its very end.
fn ends_in_carriage_returns(start: &str) -> bool {
    let feeds = memchr_iter(b'\n', start.as_bytes()).count();
    let returns = memchr_iter(b'\r', start.as_bytes());
    let alone = returns.filter(|&at| start.as_bytes().get(at + 1) != Some(&b'\n'));
    alone.count() > feeds
}

/// Whether the first quotation mark of a line ends the cell that runs on into it: a mark in the
/// middle of a cell opens nothing and closes nothing, so the one before it strayed.
fn closes(line: &str, delimiter: u8) -> bool {
    let mut after = line.as_bytes();
    while let Some(mark) = memchr(b'"', after) {
        after = &after[mark + 1..];
        match after {
            [] => return true,
            [b'"', rest @ ..] => after = rest,
            [next, ..] => return *next == delimiter,
        }
    }
    false
}

/// Cut a line at every delimiter.
fn split(line: &str, delimiter: u8, spans: &mut Vec<Span>) {
    spans.clear();
    let mut start = 0;
    for end in memchr_iter(delimiter, line.as_bytes()) {
        spans.push(Span { start, end });
        start = end + 1;
    }
    spans.push(Span {
        start,
        end: line.len(),
    });
}

/// One record with quotation marks, fed line by line until it is whole.
struct Quoted {
    reader: csv_core::Reader,
    cells: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    count: usize,
    text: String,
}

impl Quoted {
    fn new(delimiter: u8) -> Quoted {
        let reader = csv_core::ReaderBuilder::new()
            .delimiter(delimiter)
            .terminator(csv_core::Terminator::Any(b'\n'))
            .build();
        Quoted {
            reader,
            cells: Vec::new(),
            filled: 0,
            ends: Vec::new(),
            count: 0,
            text: String::new(),
        }
    }

    fn start(&mut self) {
        self.reader.reset();
        self.filled = 0;
        self.count = 0;
    }

    /// Feed the next line; whether the record is whole with it.
    fn push(&mut self, line: &str) -> bool {
        // A cell needs at most its own bytes, and a line has at most one cell more than bytes.
        self.cells
            .resize(self.cells.len().max(self.filled + line.len() + 2), 0);
        self.ends
            .resize(self.ends.len().max(self.count + line.len() + 2), 0);
        [line.as_bytes(), b"\n"].into_iter().any(|input| {
            if input.is_empty() {
                return false;
            }
            let (result, _, bytes, ends) = self.reader.read_record(
                input,
                &mut self.cells[self.filled..],
                &mut self.ends[self.count..],
            );
            self.filled += bytes;
            self.count += ends;
            result == csv_core::ReadRecordResult::Record
        })
    }

    fn width(&self) -> usize {
        self.count
    }

    fn finish(&mut self, spans: &mut Vec<Span>) -> &str {
        spans.clear();
        let mut start = 0;
        for &end in &self.ends[..self.count] {
            spans.push(Span { start, end });
            start = end;
        }
        self.text.clear();
        let cells = std::str::from_utf8(&self.cells[..self.filled]);
        self.text
            .push_str(cells.expect("only ASCII marks were taken out of valid text"));
        &self.text
    }
}
