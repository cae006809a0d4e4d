//! Questions about how services perform: their tickets, and the values of measures.
//!
//! Tickets come one after another, so that half a million need no more memory than one. What two files say
//! alike of a ticket counts once; what they say differently counts twice, as they say it.

use crate::columns::measurements::{DENOMINATOR, MEASURE, NUMERATOR, VALUE};
use crate::columns::tickets::{AT, CHANNEL, GROUP, PLACE, PRINTED, SATISFACTION, TICKET, WHAT};
use crate::columns::{DATE, DATE_TO, LINE, SERVICE};
use crate::error::Problem;
use crate::parts::{self, FILE, IMPORT};
use crate::question::reading;
use crate::{Error, Facts, LivePart, of};
use datafusion::arrow::array::RecordBatch;
use datafusion::functions_aggregate::expr_fn::{count, count_distinct, max, min};
use datafusion::prelude::{DataFrame, Expr, col, lit};
use futures::StreamExt;
use handback_core::import::Dataset;
use handback_core::import::bulk::{Measurements, TicketChanges};
use handback_core::performance::series::{Printed, Value};
use handback_core::performance::ticket::{Change, Ticket, What};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// Batches that may wait for whoever takes tickets.
const WAITING: usize = 4;

/// Which tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketScope {
    /// Those of these services, as printed; the empty name is a blank. None is all.
    pub services: Option<BTreeSet<String>>,
    /// Those to which something happened from this instant on.
    pub from: Option<Timestamp>,
}

/// A ticket, and where each of its changes is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketKept {
    pub ticket: Ticket,
    /// One for each change, in the same order.
    pub printed: Vec<Printed>,
}

/// A service of tickets, as printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketService {
    /// Empty where files leave it blank.
    pub service: String,
    pub tickets: u64,
    pub changes: u64,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// Which values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeasureScope {
    /// Those of these measures, as printed. None is all.
    pub measures: Option<BTreeSet<String>>,
    /// Those of these services (or whatever else they are of), as printed. None is all.
    pub services: Option<BTreeSet<String>>,
}

/// A measure, as printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasurePrinted {
    pub measure: String,
    /// What its values are of; empty where files do not say.
    pub service: String,
    pub values: u64,
    pub first: Date,
    pub last: Date,
}

impl Facts {
    /// Hand over the tickets of a scope, in the order of their numbers, each with all its changes in the order
    /// of time. The taker may break off.
    pub fn tickets(
        &self,
        scope: &TicketScope,
        live: &[LivePart],
        on_ticket: &mut dyn FnMut(TicketKept) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let live = of(live, Dataset::Tickets);
        self.check(&live)?;
        let table = parts::rows::<TicketChanges>(&self.engine.session(), &self.folder, &live)?;
        let plan = tickets(table, scope)?;
        let (batches, waiting) = sync_channel::<RecordBatch>(WAITING);
        std::thread::scope(|threads| {
            let engine = &self.engine;
            let asking = threads.spawn(move || {
                engine.run(async move {
                    let mut stream = plan.execute_stream().await.map_err(Problem::from)?;
                    while let Some(batch) = stream.next().await {
                        let batch = batch.map_err(Problem::from)?;
                        // A taker who broke off has hung up.
                        if batches.send(batch).is_err() {
                            break;
                        }
                    }
                    Ok(())
                })
            });
            let mut gathering = Gathering::default();
            let mut taken = Ok(());
            for batch in waiting {
                match gathering.take(&batch, scope.from, on_ticket) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => break,
                    Err(problem) => {
                        taken = Err(problem);
                        break;
                    }
                }
            }
            taken?;
            asking
                .join()
                .expect("the asking thread answers with errors and does not panic")?;
            let _ = gathering.finish(scope.from, on_ticket);
            Ok(())
        })
    }

    /// The services that tickets print, in the order of their names.
    pub fn ticket_services(&self, live: &[LivePart]) -> Result<Vec<TicketService>, Error> {
        let live = of(live, Dataset::Tickets);
        self.check(&live)?;
        let table = parts::rows::<TicketChanges>(&self.engine.session(), &self.folder, &live)?;
        Ok(self.ticket_services_of(table)?)
    }

    fn ticket_services_of(&self, table: DataFrame) -> Result<Vec<TicketService>, Problem> {
        let plan = table
            .aggregate(
                vec![col(SERVICE)],
                vec![
                    count_distinct(col(TICKET)).alias("tickets"),
                    count(lit(1_i64)).alias("changes"),
                    min(col(AT)).alias("first"),
                    max(col(AT)).alias("last"),
                ],
            )?
            .sort(vec![col(SERVICE).sort(true, true)])?;
        let answer = self.engine.collect(plan)?;
        let service = reading::texts(&answer, SERVICE)?;
        let (tickets, changes) = (
            reading::lines(&answer, "tickets")?,
            reading::lines(&answer, "changes")?,
        );
        let (first, last) = (
            reading::instants(&answer, "first")?,
            reading::instants(&answer, "last")?,
        );
        let row = |row| TicketService {
            service: service.get(row),
            tickets: tickets[row],
            changes: changes[row],
            first: first[row],
            last: last[row],
        };
        Ok((0..answer.num_rows()).map(row).collect())
    }

    /// The values of a scope: by measure, then what they are of, then day, then where they are printed.
    pub fn measurements(
        &self,
        scope: &MeasureScope,
        live: &[LivePart],
    ) -> Result<Vec<Value>, Error> {
        let live = of(live, Dataset::Measurements);
        self.check(&live)?;
        let table = parts::rows::<Measurements>(&self.engine.session(), &self.folder, &live)?;
        Ok(self.values(table, scope)?)
    }

    fn values(&self, table: DataFrame, scope: &MeasureScope) -> Result<Vec<Value>, Problem> {
        let mut table = table;
        for (column, names) in [(MEASURE, &scope.measures), (SERVICE, &scope.services)] {
            if let Some(names) = names {
                table = table.filter(is_one_of(column, names))?;
            }
        }
        let order = [MEASURE, SERVICE, DATE, DATE_TO, IMPORT, LINE];
        let plan = table.sort(order.map(|key| col(key).sort(true, true)).to_vec())?;
        let answer = self.engine.collect(plan)?;
        let text = |name| reading::texts(&answer, name);
        let (measure, service, file) = (text(MEASURE)?, text(SERVICE)?, text(FILE)?);
        let (date, date_to) = (
            reading::days(&answer, DATE)?,
            reading::days(&answer, DATE_TO)?,
        );
        let (import, line) = (reading::imports(&answer)?, reading::lines(&answer, LINE)?);
        let number = |name| reading::decimals(&answer, name);
        let (value, numerator, denominator) =
            (number(VALUE)?, number(NUMERATOR)?, number(DENOMINATOR)?);
        let row = |row| Value {
            measure: measure.get(row),
            service: service.get(row),
            date: date[row],
            date_to: date_to[row],
            value: value[row],
            numerator: numerator[row],
            denominator: denominator[row],
            printed: Printed {
                import: import[row],
                file: file.get(row).into(),
                line: line[row],
            },
        };
        Ok((0..answer.num_rows()).map(row).collect())
    }

    /// The measures that files print, by name and by what their values are of.
    pub fn measures(&self, live: &[LivePart]) -> Result<Vec<MeasurePrinted>, Error> {
        let live = of(live, Dataset::Measurements);
        self.check(&live)?;
        let table = parts::rows::<Measurements>(&self.engine.session(), &self.folder, &live)?;
        Ok(self.measures_of(table)?)
    }

    fn measures_of(&self, table: DataFrame) -> Result<Vec<MeasurePrinted>, Problem> {
        let keys = [MEASURE, SERVICE];
        let plan = table
            .aggregate(
                keys.map(col).to_vec(),
                vec![
                    count(col(VALUE)).alias("values"),
                    min(col(DATE)).alias("first"),
                    max(col(DATE_TO)).alias("last"),
                ],
            )?
            .sort(keys.map(|key| col(key).sort(true, true)).to_vec())?;
        let answer = self.engine.collect(plan)?;
        let (measure, service) = (
            reading::texts(&answer, MEASURE)?,
            reading::texts(&answer, SERVICE)?,
        );
        let values = reading::lines(&answer, "values")?;
        let (first, last) = (
            reading::days(&answer, "first")?,
            reading::days(&answer, "last")?,
        );
        let row = |row| MeasurePrinted {
            measure: measure.get(row),
            service: service.get(row),
            values: values[row],
            first: first[row],
            last: last[row],
        };
        Ok((0..answer.num_rows()).map(row).collect())
    }
}

/// Rows whose text is one of these; the empty text is a blank.
fn is_one_of(column: &str, names: &BTreeSet<String>) -> Expr {
    let listed = names.iter().map(|name| lit(name.as_str())).collect();
    let named = col(column).in_list(listed, false);
    match names.contains("") {
        true => named.or(col(column).is_null()),
        false => named,
    }
}

fn tickets(table: DataFrame, scope: &TicketScope) -> Result<DataFrame, Problem> {
    let mut table = table;
    if let Some(services) = &scope.services {
        table = table.filter(is_one_of(SERVICE, services))?;
    }
    let order = [TICKET, AT, PLACE, IMPORT, LINE];
    Ok(table.sort(order.map(|key| col(key).sort(true, true)).to_vec())?)
}

/// The ticket whose rows are coming in.
#[derive(Default)]
struct Gathering {
    current: Option<TicketKept>,
}

impl Gathering {
    fn take(
        &mut self,
        batch: &RecordBatch,
        from: Option<Timestamp>,
        on_ticket: &mut dyn FnMut(TicketKept) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Problem> {
        let text = |name| reading::texts(batch, name);
        let (number, what, printed, file) =
            (text(TICKET)?, text(WHAT)?, text(PRINTED)?, text(FILE)?);
        let about = [
            text(SERVICE)?,
            text(GROUP)?,
            text(CHANNEL)?,
            text(SATISFACTION)?,
        ];
        let at = reading::instants(batch, AT)?;
        let (import, line) = (reading::imports(batch)?, reading::lines(batch, LINE)?);
        let mut files: Vec<Arc<str>> = Vec::new();
        for row in 0..batch.num_rows() {
            let same = |kept: &TicketKept| number.is(row, &kept.ticket.number);
            if !self.current.as_ref().is_some_and(same) {
                if self.finish(from, on_ticket).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                let mut kept = TicketKept::default();
                kept.ticket.number = number.get(row);
                self.current = Some(kept);
            }
            let Some(kept) = &mut self.current else {
                continue;
            };
            let file = match files.iter().find(|known| file.is(row, known)) {
                Some(known) => Arc::clone(known),
                None => {
                    files.push(file.get(row).into());
                    Arc::clone(&files[files.len() - 1])
                }
            };
            let ticket = &mut kept.ticket;
            let [service, group, channel, satisfaction] = &about;
            for (told, held) in [
                (service, &mut ticket.service),
                (group, &mut ticket.group),
                (channel, &mut ticket.channel),
                (satisfaction, &mut ticket.satisfaction),
            ] {
                if !told.is(row, held.as_deref().unwrap_or_default()) && !told.is(row, "") {
                    *held = Some(told.get(row));
                }
            }
            let what = What::of_word(&what.get(row), &printed.get(row));
            let Some(what) = what else { continue };
            let change = Change { at: at[row], what };
            // Another file says the same.
            let again = ticket
                .changes
                .iter()
                .rev()
                .take_while(|known| known.at == change.at)
                .any(|known| *known == change);
            if !again {
                ticket.changes.push(change);
                kept.printed.push(Printed {
                    import: import[row],
                    file,
                    line: line[row],
                });
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn finish(
        &mut self,
        from: Option<Timestamp>,
        on_ticket: &mut dyn FnMut(TicketKept) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let touched = |kept: &TicketKept| {
            let last = kept.ticket.changes.last();
            from.is_none_or(|from| last.is_some_and(|last| last.at >= from))
        };
        match self.current.take().filter(touched) {
            Some(kept) => on_ticket(kept),
            None => ControlFlow::Continue(()),
        }
    }
}
