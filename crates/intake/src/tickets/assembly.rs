//! What the lines of a file say of each ticket, put in the order of time.

use super::{HAPPENINGS, Logged, Said, states};
use handback_core::import::{DeskReading, Reading, Role, StateReading};
use handback_core::performance::state::{Means, Standing};
use handback_core::performance::ticket::{Change, Ticket, Waiting, What};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// Texts that occur again and again, each kept once. The empty text is the first.
#[derive(Default)]
struct Words {
    places: HashMap<Arc<str>, u32>,
    words: Vec<Arc<str>>,
}

impl Words {
    fn place(&mut self, word: &str) -> u32 {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let word: Arc<str> = word.into();
        let place =
            u32::try_from(self.words.len()).expect("fewer words than lines that fit in memory");
        self.words.push(Arc::clone(&word));
        self.places.insert(word, place);
        place
    }

    fn word(&self, place: u32) -> &Arc<str> {
        &self.words[place as usize]
    }
}

/// A time that a column of dates holds, and the line that says so.
#[derive(Clone, Copy)]
pub(super) struct Dated {
    pub(super) at: Timestamp,
    pub(super) line: u64,
}

/// A line that says a state or a priority.
struct Row {
    ticket: u32,
    /// None in a list: its lines have no time of their own.
    at: Option<Timestamp>,
    line: u64,
    state: u32,
    priority: u32,
}

/// Of one ticket, whatever its lines say the same of or say last.
#[derive(Default)]
struct Held {
    number: u32,
    dated: [Option<Dated>; HAPPENINGS.len()],
    /// Service, group, channel, satisfaction: the last that was said.
    texts: [u32; 4],
    /// When each was said.
    texts_at: [Option<Timestamp>; 4],
}

/// Everything that the lines of a file say.
pub(super) struct Gathered {
    numbers: Words,
    words: Words,
    held: Vec<Held>,
    rows: Vec<Row>,
}

impl Default for Gathered {
    fn default() -> Gathered {
        let mut words = Words::default();
        words.place("");
        Gathered {
            numbers: Words::default(),
            words,
            held: Vec::new(),
            rows: Vec::new(),
        }
    }
}

impl Gathered {
    /// The place of a ticket, new or known.
    pub(super) fn ticket(&mut self, number: &str) -> u32 {
        let place = self.numbers.place(number);
        if place as usize == self.held.len() {
            self.held.push(Held {
                number: place,
                ..Held::default()
            });
        }
        place
    }

    /// Note a date; a later line overrules an earlier one.
    pub(super) fn date(&mut self, ticket: u32, rank: usize, dated: Dated) {
        let held = &mut self.held[ticket as usize].dated[rank];
        // The line that said so first is the one to look at.
        if held.is_none_or(|known| known.at != dated.at) {
            *held = Some(dated);
        }
    }

    /// Note the texts of a line; blank ones say nothing.
    pub(super) fn texts(&mut self, ticket: u32, at: Option<Timestamp>, texts: [&str; 4]) {
        for (place, text) in texts
            .into_iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
        {
            let word = self.words.place(text);
            let held = &mut self.held[ticket as usize];
            if at >= held.texts_at[place] {
                (held.texts[place], held.texts_at[place]) = (word, at);
            }
        }
    }

    /// Note the state and priority of a line.
    pub(super) fn row(
        &mut self,
        ticket: u32,
        at: Option<Timestamp>,
        line: u64,
        state: &str,
        priority: &str,
    ) {
        let (state, priority) = (self.words.place(state), self.words.place(priority));
        self.rows.push(Row {
            ticket,
            at,
            line,
            state,
            priority,
        });
    }

    /// How many lines and how many tickets there are, if some lines are of one ticket.
    pub(super) fn repeated(&self) -> Option<(usize, usize)> {
        let (lines, tickets) = (self.rows.len(), self.held.len());
        (lines > tickets).then_some((lines, tickets))
    }

    /// The words for states that nobody knows, and how many lines say each, the commonest first.
    pub(super) fn unknown_states(&self, read: &[StateReading]) -> Vec<(String, u64)> {
        let mut lines = vec![0u64; self.words.words.len()];
        for row in &self.rows {
            lines[row.state as usize] += 1;
        }
        let words = self.words.words.iter().zip(lines).skip(1);
        let unknown =
            words.filter(|(word, lines)| *lines > 0 && states::means(word, read).is_none());
        let mut unknown: Vec<(String, u64)> = unknown
            .map(|(word, lines)| (word.to_string(), lines))
            .collect();
        unknown.sort_by(|(one, fewer), (other, more)| more.cmp(fewer).then_with(|| one.cmp(other)));
        unknown
    }

    /// Every ticket, in the order in which the file first names them.
    pub(super) fn tickets<'g>(
        &'g mut self,
        reading: &'g Reading,
        desk: &'g DeskReading,
    ) -> impl Iterator<Item = Logged> + 'g {
        self.rows.sort_by_key(|row| (row.ticket, row.at, row.line));
        let gathered = &*self;
        let means: Vec<Option<Means>> = gathered
            .words
            .words
            .iter()
            .map(|word| states::means(word, &desk.states))
            .collect();
        let headings = HAPPENINGS.map(|role| {
            reading
                .column(role)
                .map_or("", |column| &column.header)
                .into()
        });
        let waits_for = paused_for(reading);
        let assembly = Assembly {
            gathered,
            means,
            headings,
            waits_for,
            first_opens: desk.first_opens,
        };
        let mut from = 0;
        gathered.held.iter().enumerate().map(move |(place, held)| {
            let rows = &gathered.rows[from..];
            let end = rows.partition_point(|row| row.ticket as usize <= place);
            from += end;
            assembly.ticket(held, &rows[..end])
        })
    }
}

/// Whether a ticket's file says when it was opened.
pub(super) fn says_opened(ticket: &Ticket) -> bool {
    ticket
        .changes
        .iter()
        .any(|change| change.what == What::Opened)
}

/// For whom a column of pauses says that tickets waited.
fn paused_for(reading: &Reading) -> Waiting {
    let heading = reading
        .column(Role::Paused)
        .map_or(String::new(), |column| column.header.to_lowercase());
    let says = |words: &[&str]| words.iter().any(|word| heading.contains(word));
    if says(&["customer", "user", "caller", "requester"]) {
        Waiting::User
    } else if says(&["supplier", "vendor", "third party"]) {
        Waiting::Supplier
    } else {
        Waiting::Other
    }
}

struct Assembly<'g> {
    gathered: &'g Gathered,
    /// By the place of the word.
    means: Vec<Option<Means>>,
    headings: [Arc<str>; HAPPENINGS.len()],
    waits_for: Waiting,
    first_opens: bool,
}

impl Assembly<'_> {
    fn ticket(&self, held: &Held, rows: &[Row]) -> Logged {
        let mut changes = Changes::default();
        let mut dated = held.dated;
        let first = rows.first().and_then(|row| Some((row.at?, row)));
        if let Some(opened) = dated[0].take() {
            changes.push(opened.at, What::Opened, opened.line, &self.headings[0]);
        } else if let (true, Some((at, row))) = (self.first_opens, first) {
            changes.push(
                at,
                What::Opened,
                row.line,
                self.gathered.words.word(row.state),
            );
        }
        self.states(rows, &mut changes);
        self.priorities(rows, &mut changes);
        let is_log = first.is_some();
        for (rank, dated) in dated.into_iter().enumerate() {
            let Some(dated) = dated else { continue };
            let what = self.happening(HAPPENINGS[rank]);
            // What a log's states tell of, its columns of dates only repeat.
            if !is_log || !changes.tell_of(&what) {
                changes.push(dated.at, what, dated.line, &self.headings[rank]);
            }
        }
        let text = |place: usize| {
            let word = self.gathered.words.word(held.texts[place]);
            (!word.is_empty()).then(|| word.to_string())
        };
        let (changes, said) = changes.in_time();
        Logged {
            ticket: Ticket {
                number: self.gathered.numbers.word(held.number).to_string(),
                changes,
                service: text(0),
                group: text(1),
                channel: text(2),
                satisfaction: text(3),
            },
            said,
        }
    }

    /// The first priority holds from the opening; later ones from the line that says them.
    fn priorities(&self, rows: &[Row], changes: &mut Changes) {
        let mut before = 0;
        for row in rows.iter().filter(|row| row.priority != 0) {
            if row.priority == before {
                continue;
            }
            let opened = changes.0.first().map(|(change, _)| change.at);
            let at = match before {
                0 => opened.or(row.at),
                _ => row.at,
            };
            before = row.priority;
            let word = self.gathered.words.word(row.priority);
            if let Some(at) = at {
                changes.push(at, What::Priority(word.to_string()), row.line, word);
            }
        }
    }

    fn states(&self, rows: &[Row], changes: &mut Changes) {
        let mut standing = match changes
            .0
            .iter()
            .any(|(change, _)| change.what == What::Opened)
        {
            true => Standing::opened(),
            false => Standing::default(),
        };
        for row in rows {
            if let (Some(at), Some(means)) = (row.at, self.means[row.state as usize]) {
                for what in standing.enter(means) {
                    changes.push(at, what, row.line, self.gathered.words.word(row.state));
                }
            }
        }
    }

    fn happening(&self, role: Role) -> What {
        match role {
            Role::Responded => What::Responded,
            Role::Paused => What::Paused(self.waits_for),
            Role::Resumed => What::Resumed,
            Role::Resolved => What::Resolved,
            Role::Reopened => What::Reopened,
            Role::Closed => What::Closed,
            _ => What::Opened,
        }
    }
}

#[derive(Default)]
struct Changes(Vec<(Change, Said)>);

impl Changes {
    fn push(&mut self, at: Timestamp, what: What, line: u64, printed: &Arc<str>) {
        let printed = Arc::clone(printed);
        self.0.push((Change { at, what }, Said { line, printed }));
    }

    fn tell_of(&self, what: &What) -> bool {
        let same = |change: &Change| match what {
            What::Paused(_) => matches!(change.what, What::Paused(_)),
            what => change.what == *what,
        };
        self.0.iter().any(|(change, _)| same(change))
    }

    /// In the order of time; what happened at one moment stays in the order in which it was said.
    fn in_time(mut self) -> (Vec<Change>, Vec<Said>) {
        self.0.sort_by_key(|(change, _)| change.at);
        self.0.into_iter().unzip()
    }
}
