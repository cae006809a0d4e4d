//! Event logs in XES (IEEE 1849): each event is a line, in which the attributes of its trace stand too,
//! their keys prefixed with `case:`.

use super::{Line, Span};
use crate::Refused;
use crate::source::{self, Source};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

/// How many events are looked at to find the keys. A key that first occurs later is not read.
const LOOKED_AT: usize = 500;

/// No event of a log has more attributes.
const MOST_ATTRIBUTES: usize = 10_000;

/// Whether XML that begins so is an event log.
pub(super) fn is_log(start: &str) -> bool {
    start.contains("<log") && (start.contains("<trace") || start.contains("xes"))
}

/// The events of a log, in its order.
pub(super) struct Events<'s> {
    log: Log<'s>,
    looked_at: VecDeque<Found>,
    text: String,
    spans: Vec<Span>,
}

/// An event with the attributes of its trace, its cells by the places of their keys.
struct Found {
    line: u64,
    cells: Vec<(usize, String)>,
}

impl<'s> Events<'s> {
    pub(super) fn open(source: &'s dyn Source) -> Result<Events<'s>, Refused> {
        let bytes = BufReader::with_capacity(1 << 16, source::open(source)?.bytes);
        let mut log = Log {
            source,
            xml: Reader::from_reader(Counting { bytes, lines: 1 }),
            buffer: Vec::new(),
            keys: Vec::new(),
            is_looking: true,
            trace: None,
        };
        let mut looked_at = VecDeque::new();
        while looked_at.len() < LOOKED_AT
            && let Some(event) = log.next_event()?
        {
            looked_at.push_back(event);
        }
        log.is_looking = false;
        Ok(Events {
            log,
            looked_at,
            text: String::new(),
            spans: Vec::new(),
        })
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.log.keys
    }

    pub(super) fn next_line(&mut self) -> Result<Option<Line<'_>>, Refused> {
        let event = match self.looked_at.pop_front() {
            Some(event) => event,
            None => match self.log.next_event()? {
                Some(event) => event,
                None => return Ok(None),
            },
        };
        self.text.clear();
        self.spans.clear();
        self.spans
            .resize(self.log.keys.len(), Span { start: 0, end: 0 });
        for (place, value) in &event.cells {
            let start = self.text.len();
            self.text.push_str(value);
            self.spans[*place] = Span {
                start,
                end: self.text.len(),
            };
        }
        Ok(Some(Line {
            number: event.line,
            text: &self.text,
            spans: &self.spans,
            damage: None,
        }))
    }
}

struct Log<'s> {
    source: &'s dyn Source,
    xml: Reader<Counting<BufReader<Box<dyn Read + Send + 's>>>>,
    buffer: Vec<u8>,
    keys: Vec<String>,
    /// Keys that are met for the first time are still taken.
    is_looking: bool,
    /// The attributes of the trace that is being read.
    trace: Option<Vec<(usize, String)>>,
}

/// What a start tag is, as far as a log's lines go.
enum Tag {
    /// The root: no level of nesting.
    Log,
    Trace,
    Event,
    /// With its key and value.
    Attribute(String, String),
    /// What declares the others, and what nobody has thought of yet.
    Other,
}

impl Log<'_> {
    fn next_event(&mut self) -> Result<Option<Found>, Refused> {
        // How deep the reader is in elements whose content is no part of a line.
        let mut depth = 0usize;
        let mut event: Option<Found> = None;
        loop {
            self.buffer.clear();
            let line = self.xml.get_ref().lines;
            let wrong = |reason: &dyn std::fmt::Display| damaged(self.source, line, reason);
            let read = self.xml.read_event_into(&mut self.buffer);
            let (tag, is_empty) = match read.map_err(|error| wrong(&error))? {
                Event::Eof if event.is_some() => return Err(wrong(&"it ends within an event")),
                Event::Eof => return Ok(None),
                Event::End(_) if depth > 0 => {
                    depth -= 1;
                    continue;
                }
                Event::End(end) => match end.local_name().as_ref() {
                    "event" if event.is_some() => return Ok(event),
                    "trace" => {
                        self.trace = None;
                        continue;
                    }
                    _ => continue,
                },
                Event::Start(start) => (tag(&start), false),
                Event::Empty(start) => (tag(&start), true),
                _ => continue,
            };
            match tag.map_err(|error| wrong(&error))? {
                Tag::Log => continue,
                _ if depth > 0 => {}
                Tag::Trace if !is_empty => {
                    self.trace = Some(Vec::new());
                    continue;
                }
                Tag::Event if !is_empty => {
                    let cells = self.trace.clone().unwrap_or_default();
                    event = Some(Found { line, cells });
                    continue;
                }
                Tag::Attribute(key, value) => {
                    let within = match (&mut event, &mut self.trace) {
                        (Some(event), _) => Some((&mut event.cells, key)),
                        (None, Some(trace)) => Some((trace, format!("case:{key}"))),
                        // Of the whole log.
                        (None, None) => None,
                    };
                    if let Some((cells, key)) = within {
                        if cells.len() == MOST_ATTRIBUTES {
                            return Err(wrong(&"one event has more attributes than any log"));
                        }
                        let place = place(&mut self.keys, key, self.is_looking);
                        cells.extend(place.map(|place| (place, value)));
                    }
                }
                Tag::Trace | Tag::Event | Tag::Other => {}
            }
            depth += usize::from(!is_empty);
        }
    }
}

fn place(keys: &mut Vec<String>, key: String, is_looking: bool) -> Option<usize> {
    let known = keys.iter().position(|known| *known == key);
    known.or_else(|| {
        is_looking.then(|| {
            keys.push(key);
            keys.len() - 1
        })
    })
}

fn tag(start: &BytesStart<'_>) -> Result<Tag, quick_xml::Error> {
    Ok(match start.local_name().as_ref() {
        "log" => Tag::Log,
        "trace" => Tag::Trace,
        "event" => Tag::Event,
        "string" | "date" | "int" | "float" | "boolean" | "id" => {
            let (mut key, mut value) = (String::new(), String::new());
            for attribute in start.attributes() {
                let attribute = attribute?;
                let text = || attribute.normalized_value(XmlVersion::Implicit1_0);
                match attribute.key.as_ref() {
                    "key" => key = text()?.into_owned(),
                    "value" => value = text()?.into_owned(),
                    _ => {}
                }
            }
            Tag::Attribute(key, value)
        }
        _ => Tag::Other,
    })
}

fn damaged(source: &dyn Source, line: u64, reason: &dyn std::fmt::Display) -> Refused {
    Refused::Xml {
        file: source.name().to_owned(),
        line,
        reason: reason.to_string(),
    }
}

/// Counts the lines of what is read through it.
struct Counting<R> {
    bytes: R,
    /// The line that the next byte is on, from 1.
    lines: u64,
}

impl<R: BufRead> Read for Counting<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.bytes.read(into)?;
        self.lines += memchr::memchr_iter(b'\n', &into[..read]).count() as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.bytes.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(buffer) = self.bytes.fill_buf() {
            let consumed = &buffer[..amount.min(buffer.len())];
            self.lines += memchr::memchr_iter(b'\n', consumed).count() as u64;
        }
        self.bytes.consume(amount);
    }
}
