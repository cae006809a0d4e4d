//! Object-centric event logs (OCEL 2.0 and 1.0, JSON): each event is a line for each ticket that it is of.

use super::{Line, Span};
use crate::Refused;
use crate::source::{self, Source};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::BufReader;

/// How many events are looked at to find the keys of their attributes.
const LOOKED_AT: usize = 500;

/// What the type of the objects is called that an event log of a service desk is about.
const TICKETS: [&str; 7] = [
    "ticket", "incident", "case", "request", "issue", "call", "problem",
];

/// The headings of the first columns, as XES has them.
const FIRST: [&str; 3] = ["case:concept:name", "concept:name", "time:timestamp"];

/// Whether JSON that begins so is an object-centric event log.
pub(super) fn is_log(start: &str) -> bool {
    start.contains("\"ocel:")
        || ["\"objectTypes\"", "\"eventTypes\"", "\"relationships\""]
            .into_iter()
            .filter(|mark| start.contains(mark))
            .count()
            >= 2
}

/// A log as its file has it, version 1 or 2; each has its own fields.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Log {
    events: Vec<EventV2>,
    objects: Vec<ObjectV2>,
    #[serde(rename = "ocel:events")]
    events_v1: BTreeMap<String, EventV1>,
    #[serde(rename = "ocel:objects")]
    objects_v1: BTreeMap<String, ObjectV1>,
}

#[derive(Deserialize)]
struct EventV2 {
    #[serde(rename = "type")]
    activity: String,
    time: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Deserialize)]
struct Attribute {
    name: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct Relationship {
    #[serde(rename = "objectId")]
    object: String,
}

#[derive(Deserialize)]
struct ObjectV2 {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, rename = "attributes")]
    _attributes: IgnoredAny,
}

#[derive(Deserialize)]
struct EventV1 {
    #[serde(rename = "ocel:activity")]
    activity: String,
    #[serde(rename = "ocel:timestamp")]
    time: String,
    #[serde(default, rename = "ocel:omap")]
    objects: Vec<String>,
    #[serde(default, rename = "ocel:vmap")]
    attributes: Map<String, Value>,
}

#[derive(Deserialize)]
struct ObjectV1 {
    #[serde(rename = "ocel:type")]
    kind: String,
}

/// One event, whichever version it came in.
struct Event {
    activity: String,
    time: String,
    objects: Vec<String>,
    attributes: Vec<(String, String)>,
}

/// The lines of a log.
pub(super) struct Events {
    events: std::vec::IntoIter<Event>,
    /// The event whose lines are being handed out, its number from 1, and its tickets still to come.
    current: Option<(Event, std::vec::IntoIter<String>)>,
    number: u64,
    tickets: BTreeSet<String>,
    keys: Vec<String>,
    text: String,
    spans: Vec<Span>,
}

impl Events {
    pub(super) fn open(source: &dyn Source) -> Result<Events, Refused> {
        let bytes = BufReader::new(source::open(source)?.bytes);
        let log: Log = serde_json::from_reader(bytes).map_err(|error| Refused::Json {
            file: source.name().to_owned(),
            line: error.line() as u64,
            reason: error.to_string(),
        })?;
        let kinds: HashMap<String, String> = log
            .objects
            .into_iter()
            .map(|object| (object.id, object.kind))
            .chain(
                log.objects_v1
                    .into_iter()
                    .map(|(id, object)| (id, object.kind)),
            )
            .collect();
        let second = log.events.into_iter().map(|event| Event {
            activity: event.activity,
            time: event.time,
            objects: event
                .relationships
                .into_iter()
                .map(|related| related.object)
                .collect(),
            attributes: event
                .attributes
                .into_iter()
                .map(|attribute| (attribute.name, printed(&attribute.value)))
                .collect(),
        });
        let first = log.events_v1.into_values().map(|event| Event {
            activity: event.activity,
            time: event.time,
            objects: event.objects,
            attributes: event
                .attributes
                .iter()
                .map(|(name, value)| (name.clone(), printed(value)))
                .collect(),
        });
        let events: Vec<Event> = second.chain(first).collect();
        let kind = kind_of_tickets(source, &kinds)?;
        let mut keys: Vec<String> = FIRST.map(str::to_owned).to_vec();
        for (name, _) in events
            .iter()
            .take(LOOKED_AT)
            .flat_map(|event| &event.attributes)
        {
            if !keys.contains(name) {
                keys.push(name.clone());
            }
        }
        Ok(Events {
            events: events.into_iter(),
            current: None,
            number: 0,
            tickets: kinds
                .into_iter()
                .filter(|(_, of)| *of == kind)
                .map(|(id, _)| id)
                .collect(),
            keys,
            text: String::new(),
            spans: Vec::new(),
        })
    }

    pub(super) fn keys(&self) -> &[String] {
        &self.keys
    }

    /// The next line; an event that is of no ticket is a line without one.
    pub(super) fn next_line(&mut self) -> Option<Line<'_>> {
        loop {
            if let Some((event, tickets)) = &mut self.current
                && let Some(ticket) = tickets.next()
            {
                self.text.clear();
                self.spans.clear();
                let cell = |key: &String| event.attributes.iter().find(|(name, _)| name == key);
                let attributes = self.keys[FIRST.len()..]
                    .iter()
                    .map(|key| cell(key).map_or("", |(_, value)| value.as_str()));
                for value in [ticket.as_str(), &event.activity, &event.time]
                    .into_iter()
                    .chain(attributes)
                {
                    let start = self.text.len();
                    self.text.push_str(value);
                    self.spans.push(Span {
                        start,
                        end: self.text.len(),
                    });
                }
                break;
            }
            let event = self.events.next()?;
            self.number += 1;
            let mut tickets: Vec<String> = event
                .objects
                .iter()
                .filter(|id| self.tickets.contains(*id))
                .cloned()
                .collect();
            if tickets.is_empty() {
                tickets.push(String::new());
            }
            self.current = Some((event, tickets.into_iter()));
        }
        Some(Line {
            number: self.number,
            text: &self.text,
            spans: &self.spans,
            damage: None,
        })
    }
}

/// Which type of object the log is about: the only one, or the one that is called like a ticket.
fn kind_of_tickets(
    source: &dyn Source,
    kinds: &HashMap<String, String>,
) -> Result<String, Refused> {
    let types: BTreeSet<&String> = kinds.values().collect();
    let called = |word: &str| types.iter().find(|kind| kind.to_lowercase().contains(word));
    let only = types.iter().next().filter(|_| types.len() == 1);
    let found = only.or_else(|| TICKETS.into_iter().find_map(called));
    found.map(|kind| (*kind).clone()).ok_or_else(|| {
        let listed: Vec<&str> = types.iter().map(|kind| kind.as_str()).collect();
        Refused::Unclear {
            file: source.name().to_owned(),
            reason: match listed[..] {
                [] => "it is an object-centric log without objects".into(),
                _ => format!(
                    "none of its types of object ({}) is called ticket, incident, case, request, issue or call: rename the one that is",
                    listed.join(", ")
                ),
            },
        }
    })
}

fn printed(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
