//! Tickets: the logs and lists of service desks, each ticket with all that its file says of it.
//!
//! A **log** has a line for each change of a ticket: which state it entered, and when. A **list** has a
//! line for each ticket, with a column for each thing that happened to it. Either may hold the other's
//! columns: where a log's states do not tell of an end, its columns of dates do.
//!
//! Every line after the heading is taken, rejected with a fault, or set aside. Words for states that
//! nobody knows change nothing; they are counted, each in a fault about the whole file.

mod assembly;
mod states;
#[cfg(test)]
mod tests;
mod zone;

use crate::columns;
use crate::dates::{self, NotADay};
use crate::refused::Refused;
use crate::source::Source;
use crate::tabular::{Form, Line, Table};
use assembly::{Dated, Gathered};
use handback_core::import::{DateOrder, DeskReading, Fault, Reading, Role, Tally};
use handback_core::performance::service_clock::calendar::time_zone;
use handback_core::performance::ticket::Ticket;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use zone::Clocks;

pub(crate) use states::known;
pub(crate) use zone::LONDON;

/// A ticket, and where its file says each of its changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    pub ticket: Ticket,
    /// One for each change, in the same order.
    pub said: Vec<Said>,
}

/// Where a file says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// From 1.
    pub line: u64,
    /// The word for the state or the priority, or the heading of the column, as printed.
    pub printed: Arc<str>,
}

/// What a service desk writes where it has nothing to say.
const MISSING: [&str; 11] = [
    "?",
    "-",
    "--",
    "n/a",
    "#n/a",
    "null",
    "none",
    "nan",
    "nat",
    "not set",
    "0000-00-00 00:00:00",
];

/// A cell, empty where it says that it has nothing to say.
pub(crate) fn said(cell: &str) -> &str {
    let missing = MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if missing { "" } else { cell }
}

/// Recognise and read a whole file, whatever desk it is of. Times that do not say their zone are of `zone`.
pub fn read_all(source: &dyn Source, zone: &str) -> Result<(Vec<Ticket>, Vec<Fault>), Refused> {
    let hints = crate::recognise::Hints {
        dataset: Some(handback_core::import::Dataset::Tickets),
        zone: Some(zone),
        ..Default::default()
    };
    let reading = crate::recognise::recognise(source, &hints)?;
    let (mut tickets, mut faults) = (Vec::new(), Vec::new());
    read(
        source,
        &reading,
        &mut |logged| {
            tickets.push(logged.ticket);
            ControlFlow::Continue(())
        },
        &mut |fault| {
            faults.push(fault);
            ControlFlow::Continue(())
        },
    )?;
    Ok((tickets, faults))
}

/// Read the tickets of a recognised file, in the order in which it first names them.
///
/// The tally counts lines, and its days run from the first change to the last. A ticket is complete only
/// at the end of the file, so that tickets are handed over then; either taker may break off. A file more
/// than half of whose lines are rejected is refused at its end: the reading is wrong.
pub fn read(
    source: &dyn Source,
    reading: &Reading,
    on_ticket: &mut dyn FnMut(Logged) -> ControlFlow<()>,
    on_fault: &mut dyn FnMut(Fault) -> ControlFlow<()>,
) -> Result<Tally, Refused> {
    let unclear = |reason: String| Refused::Unclear {
        file: source.name().to_owned(),
        reason,
    };
    let form = Form::try_from(reading).map_err(|error| unclear(error.to_string()))?;
    let desk = reading.desk.as_ref();
    let desk = desk.ok_or_else(|| unclear("it was not read as tickets".into()))?;
    let clocks = time_zone(&desk.zone).ok_or_else(|| unclear(no_zone(&desk.zone)))?;
    let mut log = Log::of(reading, desk, clocks)
        .ok_or_else(|| unclear("no column was taken as the ticket's number".into()))?;
    let mut table = Table::open(source, &form)?;
    let data_after = reading.header_lines.last().copied().unwrap_or(0);
    let mut tally = Tally::default();
    let mut first_fault: Option<Fault> = None;
    while let Some(line) = table.next_line()? {
        if line.number <= data_after {
            continue;
        }
        match log.take(line) {
            Ok(true) => tally.rows += 1,
            Ok(false) => tally.set_aside += 1,
            Err(fault) => {
                tally.rejected += 1;
                first_fault.get_or_insert_with(|| fault.clone());
                if on_fault(fault).is_break() {
                    return Ok(tally);
                }
            }
        }
    }
    if let Some(fault) = first_fault.filter(|_| tally.rejected > tally.rows) {
        return Err(unclear(format!(
            "{} of its {} lines cannot be read this way, the first on line {}, where {} is {:?}: {}",
            tally.rejected,
            tally.rows + tally.rejected,
            fault.line,
            fault.column,
            fault.value,
            fault.reason
        )));
    }
    for fault in log.remarks() {
        if on_fault(fault).is_break() {
            return Ok(tally);
        }
    }
    let mut span: Option<(Timestamp, Timestamp)> = None;
    let mut unopened = 0u64;
    for logged in log.gathered.tickets(reading, desk) {
        let changes = &logged.ticket.changes;
        if let (Some(first), Some(last)) = (changes.first(), changes.last()) {
            span = Some(span.map_or((first.at, last.at), |(from, to)| {
                (from.min(first.at), to.max(last.at))
            }));
        }
        unopened += u64::from(!assembly::says_opened(&logged.ticket));
        if on_ticket(logged).is_break() {
            return Ok(tally);
        }
    }
    if unopened > 0 {
        // Whether its taker would break off no longer matters.
        let _ = on_fault(Fault {
            line: 0,
            column: "opened".into(),
            value: String::new(),
            reason: format!(
                "of {unopened} tickets the file does not say when they were opened: their times cannot be told"
            ),
            amount: None,
        });
    }
    let day = |at: Timestamp| at.to_zoned(log.clocks.zone()).date();
    (tally.from, tally.to) = (span.map(|(from, _)| day(from)), span.map(|(_, to)| day(to)));
    Ok(tally)
}

/// What to do about a zone that nobody knows.
pub(crate) fn no_zone(name: &str) -> String {
    format!("{name:?} is no time zone that is known: write its IANA name, such as {LONDON}")
}

/// The columns of dates of a list, in the order in which they happen to a ticket.
const HAPPENINGS: [Role; 7] = [
    Role::Opened,
    Role::Responded,
    Role::Paused,
    Role::Resumed,
    Role::Resolved,
    Role::Reopened,
    Role::Closed,
];

/// Where a file keeps what, by column, and what was read of it.
struct Log<'r> {
    reading: &'r Reading,
    is_log: bool,
    order: DateOrder,
    clocks: Clocks,
    ticket: usize,
    state: Option<usize>,
    at: Option<usize>,
    lifecycle: Option<usize>,
    priority: Option<usize>,
    happenings: Vec<(Role, usize)>,
    service: Option<usize>,
    group: Option<usize>,
    channel: Option<usize>,
    satisfaction: Option<usize>,
    /// Times already read: a log prints the same one on many lines.
    times: HashMap<String, Result<Option<Timestamp>, NotADay>>,
    gathered: Gathered,
}

/// As many times are remembered as a busy desk prints in some days.
const TIMES_REMEMBERED: usize = 4096;

impl<'r> Log<'r> {
    fn of(reading: &'r Reading, desk: &'r DeskReading, zone: TimeZone) -> Option<Log<'r>> {
        let column = |role| reading.column(role).map(|column| column.index);
        let happenings = HAPPENINGS
            .into_iter()
            .filter_map(|role| Some((role, column(role)?)));
        Some(Log {
            reading,
            is_log: desk.is_log,
            order: reading.date_order.unwrap_or(DateOrder::Plain),
            clocks: Clocks::of(zone),
            ticket: column(Role::Ticket)?,
            state: column(Role::State).filter(|_| desk.is_log),
            at: column(Role::At).filter(|_| desk.is_log),
            lifecycle: column(Role::Lifecycle).filter(|_| desk.is_log),
            priority: column(Role::Priority),
            happenings: happenings.collect(),
            service: column(Role::Service),
            group: column(Role::Group),
            channel: column(Role::Channel),
            satisfaction: column(Role::Satisfaction),
            times: HashMap::new(),
            gathered: Gathered::default(),
        })
    }

    /// Take a line in; `false` when it is set aside: blank, a heading again, or the beginning of an
    /// activity whose completion is logged too.
    fn take(&mut self, line: Line<'_>) -> Result<bool, Fault> {
        if line.damage.is_none() && (line.is_blank() || self.is_heading(line)) {
            return Ok(false);
        }
        if let Some(damage) = line.damage {
            return Err(Fault {
                line: line.number,
                column: String::new(),
                value: line.cell(0).to_owned(),
                reason: format!("{damage}: correct the line and import again"),
                amount: None,
            });
        }
        let number = said(line.cell(self.ticket));
        if number.is_empty() {
            let reason = "no ticket number: what happened cannot be put to any ticket";
            return Err(self.fault(line, self.ticket, reason.into()));
        }
        if self
            .lifecycle
            .is_some_and(|column| is_beginning(line.cell(column)))
        {
            return Ok(false);
        }
        let at = match self.at {
            Some(column) => {
                let at = self.time(line, column)?;
                let missing = "no time, so that nobody knows when it happened";
                Some(at.ok_or_else(|| self.fault(line, column, missing.into()))?)
            }
            None => None,
        };
        let mut dated: [Option<Timestamp>; HAPPENINGS.len()] = [None; HAPPENINGS.len()];
        for place in 0..self.happenings.len() {
            let (role, column) = self.happenings[place];
            let rank = HAPPENINGS.iter().position(|known| *known == role);
            dated[rank.expect("a happening")] = self.time(line, column)?;
        }
        self.in_order(line, &dated)?;
        let text = |column: Option<usize>| column.map_or("", |column| said(line.cell(column)));
        let state = self.state.map_or("", |column| said(line.cell(column)));
        let ticket = self.gathered.ticket(number);
        for (rank, at) in dated.into_iter().enumerate() {
            if let Some(at) = at {
                self.gathered.date(
                    ticket,
                    rank,
                    Dated {
                        at,
                        line: line.number,
                    },
                );
            }
        }
        let texts = [self.service, self.group, self.channel, self.satisfaction].map(text);
        self.gathered.texts(ticket, at, texts);
        self.gathered
            .row(ticket, at, line.number, state, text(self.priority));
        Ok(true)
    }

    /// A list's line whose ticket was never opened, or ended before it was, is not to be trusted.
    fn in_order(
        &self,
        line: Line<'_>,
        dated: &[Option<Timestamp>; HAPPENINGS.len()],
    ) -> Result<(), Fault> {
        if self.is_log {
            return Ok(());
        }
        let column = |role: Role| {
            let found = self.happenings.iter().find(|(known, _)| *known == role);
            found.map_or(self.ticket, |(_, column)| *column)
        };
        let Some(opened) = dated[0] else {
            let reason = "no time of opening: no time of this ticket can be told";
            return Err(self.fault(line, column(Role::Opened), reason.into()));
        };
        for (role, at) in HAPPENINGS.iter().zip(dated) {
            if at.is_some_and(|at| at < opened) {
                let reason = "before the ticket was opened: correct whichever time is wrong";
                return Err(self.fault(line, column(*role), reason.into()));
            }
        }
        Ok(())
    }

    /// The time in a cell; none where it has none.
    fn time(&mut self, line: Line<'_>, column: usize) -> Result<Option<Timestamp>, Fault> {
        let printed = said(line.cell(column));
        if printed.is_empty() {
            return Ok(None);
        }
        let read = match self.times.get(printed) {
            Some(read) => *read,
            None => {
                let doubtful = self.clocks.doubtful();
                let read = dates::moment(printed, self.order)
                    .map(|moment| self.clocks.read(moment, line.number, printed));
                // A time that has to be told must be counted each time that it is printed.
                if doubtful == self.clocks.doubtful() {
                    if self.times.len() >= TIMES_REMEMBERED {
                        self.times.clear();
                    }
                    self.times.insert(printed.to_owned(), read);
                }
                read
            }
        };
        match read {
            Ok(Some(at)) => Ok(Some(at)),
            Ok(None) => {
                Err(self.fault(line, column, "not a time that can be reckoned with".into()))
            }
            Err(NotADay::NotADate) => {
                let reason = "not a date and time that is understood: write it as 2019-08-31 14:05";
                Err(self.fault(line, column, reason.into()))
            }
            Err(error) => Err(self.fault(line, column, error.to_string())),
        }
    }

    /// The heading again, as on each page of a printed list.
    fn is_heading(&self, line: Line<'_>) -> bool {
        let header = |column: usize| {
            self.reading
                .columns
                .get(column)
                .map_or("", |column| column.header.trim())
        };
        let same = |column: usize| {
            let cell = line.cell(column);
            !cell.is_empty() && cell.eq_ignore_ascii_case(header(column))
        };
        let second = self
            .at
            .or_else(|| self.happenings.first().map(|(_, column)| *column));
        same(self.ticket) && second.is_some_and(same)
    }

    fn fault(&self, line: Line<'_>, column: usize, reason: String) -> Fault {
        Fault {
            line: line.number,
            column: self.named(column),
            value: line.cell(column).to_owned(),
            reason,
            amount: None,
        }
    }

    fn named(&self, column: usize) -> String {
        let header = self
            .reading
            .columns
            .get(column)
            .map_or("", |column| column.header.as_str());
        match header {
            "" => columns::name(column, header),
            header => header.to_owned(),
        }
    }

    /// What is told once for the whole file.
    fn remarks(&self) -> Vec<Fault> {
        let remark = |column: String, value: &str, reason: String| Fault {
            line: 0,
            column,
            value: value.to_owned(),
            reason,
            amount: None,
        };
        let states = self
            .state
            .map_or(String::new(), |column| self.named(column));
        let desk = self.reading.desk.as_ref();
        let read = desk.map_or(&[][..], |desk| &desk.states);
        let mut remarks: Vec<Fault> = self
            .gathered
            .unknown_states(read)
            .into_iter()
            .map(|(word, lines)| {
                let (lines, change) = match lines {
                    1 => ("1 line says".to_owned(), "it changes"),
                    lines => (format!("{lines} lines say"), "they change"),
                };
                let reason = format!(
                    "{lines} “{word}”, and nobody knows what that means: {change} nothing until you say it (--state “{word}=working”)"
                );
                remark(states.clone(), &word, reason)
            })
            .collect();
        for (counted, one, many) in [
            (
                &self.clocks.twice,
                "lies in the hour that occurs twice when clocks go back: the first was taken",
                "lie in the hour that occurs twice when clocks go back: the first was taken",
            ),
            (
                &self.clocks.never,
                "lies in the hour that clocks skip when they go forward: it was taken as if they had not moved",
                "lie in the hour that clocks skip when they go forward: they were taken as if clocks had not moved",
            ),
            (
                &self.clocks.days,
                "has no time of day: it was taken as midnight, so that hours cannot be told",
                "have no time of day: each was taken as midnight, so that hours cannot be told",
            ),
        ] {
            let reason = match counted.times {
                0 => continue,
                1 => format!("1 time {one} (line {})", counted.line),
                times => format!("{times} times {many} (first on line {})", counted.line),
            };
            remarks.push(remark("times".into(), &counted.printed, reason));
        }
        if let Some((lines, tickets)) = self.gathered.repeated().filter(|_| !self.is_log) {
            let reason = format!(
                "its {lines} lines name only {tickets} tickets: lines of one ticket were taken as one, the later before the earlier"
            );
            remarks.push(remark(self.named(self.ticket), "", reason));
        }
        remarks
    }
}

/// Whether a line says that an activity began, or was scheduled or assigned; its completion is what counts
/// (XES, `lifecycle:transition`).
fn is_beginning(transition: &str) -> bool {
    let transition = said(transition);
    !transition.is_empty() && !transition.eq_ignore_ascii_case("complete")
}
