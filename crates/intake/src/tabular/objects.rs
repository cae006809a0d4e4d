//! JSON objects as the lines of a table: an array of them, or one on each line.

use super::{Format, Line, Span};
use crate::Refused;
use crate::source::{self, Source, unreadable};
use crate::text::{Decoding, mended};
use handback_core::import::Encoding;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::io::Read;

/// How many objects are looked at to find the keys. A key that first occurs later is not read.
const LOOKED_AT: usize = 500;

/// No row is this long, in bytes.
const LONGEST_OBJECT: usize = 8 << 20;

/// Whether text that begins as JSON is one document or an object on each line.
pub(super) fn format(start: &str) -> Format {
    let mut lines = start.lines().filter(|line| !line.trim().is_empty());
    let whole = lines
        .next()
        .is_some_and(|line| serde_json::from_str::<Map<String, Value>>(line).is_ok());
    if whole && lines.next().is_some() {
        Format::JsonLines
    } else {
        Format::Json
    }
}

/// The list of rows inside a document, as `payments` in `{"meta": …, "payments": [{…}, …]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrapped {
    pub(super) key: String,
    /// Where its first object begins, in bytes.
    from: usize,
}

/// The longest list of objects right inside a document that begins as an object, as far as its
/// beginning shows.
pub(super) fn wrapped(start: &str) -> Option<Wrapped> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let (mut string_from, mut key) = (0, "");
    let mut open: Option<Wrapped> = None;
    let mut longest: Option<(usize, Wrapped)> = None;
    let mut close = |list: Wrapped, end: usize| {
        let length = end - list.from;
        if longest.as_ref().is_none_or(|(known, _)| length > *known) {
            longest = Some((length, list));
        }
    };
    for (place, byte) in start.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => {
                in_string = !in_string;
                if in_string {
                    string_from = place + 1;
                } else if depth == 1 {
                    key = &start[string_from..place];
                }
            }
            _ if in_string => {}
            b'{' | b'[' => {
                let list = byte == b'[' && start[place + 1..].trim_start().starts_with('{');
                if depth == 0 && byte == b'[' {
                    return None;
                }
                if depth == 1 && list {
                    let (key, from) = (key.to_owned(), place + 1);
                    open = Some(Wrapped { key, from });
                }
                depth += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some(list) = open.take()
                {
                    close(list, place);
                }
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    if let Some(list) = open {
        close(list, start.len());
    }
    longest.map(|(_, list)| list)
}

/// The objects of a JSON file, each as a line whose cells stand in the order of the keys.
pub(super) struct Objects<'s> {
    pieces: Pieces<'s>,
    keys: Vec<String>,
    looked_at: VecDeque<Piece>,
    text: String,
    spans: Vec<Span>,
}

impl<'s> Objects<'s> {
    pub(super) fn open(
        source: &'s dyn Source,
        encoding: &Encoding,
        format: Format,
    ) -> Result<Objects<'s>, Refused> {
        let mut pieces = Pieces {
            source,
            decoding: Decoding::new(source::open(source)?.bytes, encoding),
            by_line: format == Format::JsonLines,
            text: String::new(),
            at: 0,
            ended: false,
            line: 1,
            count: 0,
            within_list: false,
        };
        if format == Format::Json {
            pieces.enter_list()?;
        }
        let mut looked_at = VecDeque::new();
        let mut keys: Vec<String> = Vec::new();
        while looked_at.len() < LOOKED_AT {
            let Some(piece) = pieces.next_piece()? else {
                break;
            };
            for key in piece.object.iter().flat_map(Map::keys) {
                if !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
            looked_at.push_back(piece);
        }
        Ok(Objects {
            pieces,
            keys,
            looked_at,
            text: String::new(),
            spans: Vec::new(),
        })
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, Refused> {
        let piece = match self.looked_at.pop_front() {
            Some(piece) => piece,
            None => match self.pieces.next_piece()? {
                Some(piece) => piece,
                None => return Ok(None),
            },
        };
        self.text.clear();
        self.spans.clear();
        let damage = match &piece.object {
            Some(object) => {
                for key in &self.keys {
                    let start = self.text.len();
                    print(object.get(key), &mut self.text);
                    self.spans.push(Span {
                        start,
                        end: self.text.len(),
                    });
                }
                None
            }
            None => {
                self.text.push_str(&piece.damaged);
                self.spans.push(Span {
                    start: 0,
                    end: self.text.len(),
                });
                Some("not a JSON object")
            }
        };
        Ok(Some(Line {
            number: piece.number,
            text: &self.text,
            spans: &self.spans,
            damage,
        }))
    }
}

fn print(value: Option<&Value>, text: &mut String) {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::String(string)) => text.push_str(&mended(string)),
        Some(other) => text.push_str(&other.to_string()),
    }
}

/// One object of the file, or the beginning of what stands in its place.
struct Piece {
    number: u64,
    object: Option<Map<String, Value>>,
    damaged: String,
}

struct Pieces<'s> {
    source: &'s dyn Source,
    decoding: Decoding<Box<dyn Read + Send + 's>>,
    by_line: bool,
    text: String,
    at: usize,
    ended: bool,
    /// The physical line at `at`.
    line: u64,
    /// Objects found so far.
    count: u64,
    /// The objects are those of one list inside the document, and end with it.
    within_list: bool,
}

impl Pieces<'_> {
    fn next_piece(&mut self) -> Result<Option<Piece>, Refused> {
        if !self.skip_separators()? {
            return Ok(None);
        }
        let end = if self.by_line || self.text.as_bytes()[self.at] != b'{' {
            self.until_line_end()?
        } else {
            self.until_balanced()?
        };
        let printed = &self.text[self.at..self.at + end];
        self.count += 1;
        let number = if self.by_line { self.line } else { self.count };
        let object = serde_json::from_str(printed.trim_end_matches([',', ' ', '\r'])).ok();
        let damaged = if object.is_none() {
            printed.chars().take(80).collect()
        } else {
            String::new()
        };
        self.line += printed.bytes().filter(|&byte| byte == b'\n').count() as u64;
        self.at += end;
        Ok(Some(Piece {
            number,
            object,
            damaged,
        }))
    }

    /// Move into the list that the document wraps, if it does.
    fn enter_list(&mut self) -> Result<(), Refused> {
        self.read_more()?;
        if let Some(list) = wrapped(&self.text) {
            self.within_list = true;
            self.at = list.from;
        }
        Ok(())
    }

    /// Move to the next character that is part of a piece; `false` at the end of the file.
    fn skip_separators(&mut self) -> Result<bool, Refused> {
        loop {
            let rest = &self.text[self.at..];
            let separators: &[char] = match (self.by_line, self.within_list) {
                (true, _) => &[],
                (false, true) => &[','],
                (false, false) => &['[', ']', ','],
            };
            let found = rest.find(|c: char| !c.is_whitespace() && !separators.contains(&c));
            let skipped = found.unwrap_or(rest.len());
            self.line += rest[..skipped]
                .bytes()
                .filter(|&byte| byte == b'\n')
                .count() as u64;
            self.at += skipped;
            if self.within_list && self.text[self.at..].starts_with(']') {
                return Ok(false);
            }
            if found.is_some() {
                return Ok(true);
            }
            if !self.read_more()? {
                return Ok(false);
            }
        }
    }

    fn until_line_end(&mut self) -> Result<usize, Refused> {
        let mut looked = 0;
        loop {
            if let Some(found) = self.text[self.at + looked..].find('\n') {
                return Ok(looked + found);
            }
            looked = self.text.len() - self.at;
            if !self.read_more()? {
                return Ok(looked);
            }
        }
    }

    /// The length of the object at `at`, by its braces.
    fn until_balanced(&mut self) -> Result<usize, Refused> {
        let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
        let mut looked = 0;
        loop {
            for (place, byte) in self.text.as_bytes()[self.at + looked..].iter().enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    b'{' if !in_string => depth += 1,
                    b'}' if !in_string => {
                        depth -= 1;
                        if depth == 0 {
                            return Ok(looked + place + 1);
                        }
                    }
                    _ => {}
                }
            }
            looked = self.text.len() - self.at;
            if !self.read_more()? {
                return Ok(looked);
            }
        }
    }

    /// Read the next piece of the file, keeping what lies after `at`; `false` at its end.
    fn read_more(&mut self) -> Result<bool, Refused> {
        if self.ended {
            return Ok(false);
        }
        self.text.drain(..self.at);
        self.at = 0;
        if self.text.len() > LONGEST_OBJECT {
            let reason = "one object is longer than any row of a table".to_owned();
            return Err(Refused::Json {
                file: self.source.name().to_owned(),
                line: self.line,
                reason,
            });
        }
        let more = self.decoding.read_onto(&mut self.text);
        self.ended = !more.map_err(|error| unreadable(self.source, error))?;
        Ok(true)
    }
}
