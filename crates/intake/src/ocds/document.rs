//! Finding the releases in Open Contracting JSON, whatever they are wrapped in.
//!
//! A file may hold one JSON document or many (JSON lines, or documents one after another); each may
//! be a release, a release package, a record, a record package or a list of any of these. Releases
//! are handed over one at a time as they are read, so a package of any size needs the memory of its
//! largest release.

use super::merge::printed;
use crate::text::{self, Decoding};
use crate::{Refused, source};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use source::Source;
use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

/// What stands where a release may stand.
#[derive(Debug)]
pub enum Found {
    /// A JSON object that is no package, record or link.
    Release(Map<String, Value>),
    /// Something else than an object.
    NotAnObject(String),
    /// A record or package that names releases without holding them.
    OnlyLinks { ocid: String },
    /// The text is not JSON here; reading went on at the next document, if there is one.
    Broken(String),
}

/// Read a source and hand over each thing found, with the line on which it begins, in order.
pub fn walk(source: &dyn Source, each: &mut dyn FnMut(u64, Found)) -> Result<(), Refused> {
    let unreadable = |error| source::unreadable(source, error);
    let line = Cell::new(1);
    let mut text = Text::open(source, &line)?;
    loop {
        let mut json = serde_json::Deserializer::from_reader(&mut text);
        let broken = loop {
            match json.end() {
                Ok(()) => return Ok(()),
                Err(error) if error.is_io() => break error,
                Err(_) => {}
            }
            let document = Document {
                line: &line,
                listed: false,
                each,
            };
            if let Err(error) = document.deserialize(&mut json) {
                break error;
            }
        };
        if broken.is_io() {
            return Err(unreadable(broken.into()));
        }
        each(text.broken_line(), Found::Broken(reason(&broken)));
        if !text.skip_to_document().map_err(unreadable)? {
            return Ok(());
        }
    }
}

/// The error's words without its position, which counts from where reading was last taken up.
fn reason(error: &serde_json::Error) -> String {
    let words = error.to_string();
    match words.rsplit_once(" at line ") {
        Some((reason, _)) => reason.to_owned(),
        None => words,
    }
}

/// The decoded text of a source, counting the lines that are handed out.
struct Text<'s> {
    decoding: Decoding<Box<dyn Read + Send + 's>>,
    piece: String,
    /// How much of the piece has been handed out, in bytes.
    taken: usize,
    ended: bool,
    line: &'s Cell<u64>,
    /// The byte handed out last, and the one before it.
    last: u8,
    before_last: u8,
}

impl<'s> Text<'s> {
    fn open(source: &'s dyn Source, line: &'s Cell<u64>) -> Result<Text<'s>, Refused> {
        let mut sample = Vec::new();
        let opened = source::open(source)?;
        opened
            .bytes
            .take(text::SAMPLE as u64)
            .read_to_end(&mut sample)
            .map_err(|error| source::unreadable(source, error))?;
        let encoding = text::detect(&sample).ok_or_else(|| Refused::NotATable {
            file: source.name().to_owned(),
            found: "not text",
        })?;
        let decoding = Decoding::new(source::open(source)?.bytes, &encoding);
        Ok(Text {
            decoding,
            piece: String::new(),
            taken: 0,
            ended: false,
            line,
            last: b'\n',
            before_last: b'\n',
        })
    }

    /// Make sure that text waits to be handed out; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        while self.taken == self.piece.len() {
            if self.ended {
                return Ok(false);
            }
            self.piece.clear();
            self.taken = 0;
            self.ended = !self.decoding.read_onto(&mut self.piece)?;
        }
        Ok(true)
    }

    fn take(&mut self, length: usize) -> &[u8] {
        let taken = &self.piece.as_bytes()[self.taken..self.taken + length];
        self.taken += length;
        let breaks = taken.iter().filter(|&&byte| byte == b'\n').count();
        self.line.set(self.line.get() + breaks as u64);
        for &byte in taken {
            (self.before_last, self.last) = (self.last, byte);
        }
        taken
    }

    /// Whether the byte handed out last begins a line as a document does. The inner lines of a
    /// document printed over many lines are indented.
    fn begins_document(&self) -> bool {
        self.before_last == b'\n' && matches!(self.last, b'{' | b'[')
    }

    /// The line on which the text stopped making sense: not that of the next document, where a
    /// document that is not closed is found out.
    fn broken_line(&self) -> u64 {
        self.line.get() - u64::from(self.last == b'\n' || self.begins_document())
    }

    /// Move to the next line that begins as a document does, from the byte handed out last on;
    /// `false` when there is none.
    fn skip_to_document(&mut self) -> io::Result<bool> {
        loop {
            // At the end of the text there is no byte to go back to.
            if self.taken > 0 && self.begins_document() {
                self.taken -= 1;
                self.last = self.before_last;
                return Ok(true);
            }
            if !self.fill()? {
                return Ok(false);
            }
            self.take(1);
        }
    }
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.fill()? {
            return Ok(0);
        }
        let length = buffer.len().min(self.piece.len() - self.taken);
        buffer[..length].copy_from_slice(self.take(length));
        Ok(length)
    }
}

/// Reads one document, or one part of a document, handing over the releases inside.
struct Document<'a> {
    line: &'a Cell<u64>,
    /// Whether this part stands in a list of releases, where a mere link to one may stand.
    listed: bool,
    each: &'a mut dyn FnMut(u64, Found),
}

/// What a document turned out to hold.
#[derive(Clone, Copy, Default)]
struct Inside {
    /// Releases, or records told to be without any.
    handed_over: u64,
    /// Objects that name a release without holding it.
    links: u64,
}

impl std::ops::AddAssign for Inside {
    fn add_assign(&mut self, other: Inside) {
        self.handed_over += other.handed_over;
        self.links += other.links;
    }
}

impl Document<'_> {
    fn part(&mut self, listed: bool) -> Document<'_> {
        Document {
            line: self.line,
            listed,
            each: &mut *self.each,
        }
    }

    fn not_an_object<E>(self, value: impl fmt::Display) -> Result<Inside, E> {
        (self.each)(self.line.get(), Found::NotAnObject(value.to_string()));
        Ok(Inside::default())
    }
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = Inside;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Inside, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Inside;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Open Contracting releases")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Inside, A::Error> {
        let mut inside = Inside::default();
        while let Some(item) = items.next_element_seed(self.part(self.listed))? {
            inside += item;
        }
        Ok(inside)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<Inside, A::Error> {
        let line = self.line.get();
        let mut fields = Map::new();
        let mut wrapped: Option<Inside> = None;
        while let Some(field) = object.next_key::<String>()? {
            let listed = field == "releases";
            if listed || field == "records" {
                *wrapped.get_or_insert_default() += object.next_value_seed(self.part(listed))?;
            } else {
                fields.insert(field, object.next_value()?);
            }
        }
        let found = match (wrapped, fields.remove("compiledRelease")) {
            (Some(Inside { handed_over: 0, .. }) | None, Some(Value::Object(compiled))) => {
                Found::Release(compiled)
            }
            (Some(inside @ Inside { links: 0, .. }), _) => return Ok(inside),
            (Some(_), _) => Found::OnlyLinks {
                ocid: fields.get("ocid").map(printed).unwrap_or_default(),
            },
            (None, _) if self.listed && is_link(&fields) => {
                return Ok(Inside {
                    links: 1,
                    ..Inside::default()
                });
            }
            (None, _) => Found::Release(fields),
        };
        (self.each)(line, found);
        Ok(Inside {
            handed_over: 1,
            links: 0,
        })
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Inside, E> {
        self.not_an_object(value)
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Inside, E> {
        self.not_an_object(value)
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Inside, E> {
        self.not_an_object(value)
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Inside, E> {
        self.not_an_object(value)
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Inside, E> {
        self.not_an_object(value)
    }
    fn visit_unit<E: Error>(self) -> Result<Inside, E> {
        self.not_an_object("null")
    }
}

/// A record may name its releases by address, or, as Find a Tender does, by id, date and tag alone.
fn is_link(fields: &Map<String, Value>) -> bool {
    !fields.is_empty()
        && fields
            .keys()
            .all(|field| matches!(field.as_str(), "url" | "id" | "date" | "tag"))
}
