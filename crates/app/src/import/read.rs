//! Reading a recognised file to its end, with its source kept and its facts written on the way.

use super::{Failed, Read, Stating, Watch};
use crate::data::Data;
use handback_core::import::bulk::{Measurements, TicketChange, TicketChanges};
use handback_core::import::{
    Dataset, Fault, Months, Part, Payments, Reading, Tally, ledger_of_measures,
};
use handback_core::kinds;
use handback_facts::{Batch, Writer};
use handback_intake::Refused;
use handback_intake::source::Source;
use handback_intake::table::Filled;
use handback_intake::tickets::Logged;
use handback_register::Staged;
use jiff::tz::Offset;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Take the source into the vault without keeping it yet: a file that turns out to be refused leaves
/// nothing behind.
pub fn stage(data: &Data, file: &dyn Source) -> Result<Staged, Failed> {
    let bytes = file.open().map_err(|source| Refused::Unreadable {
        file: file.name().to_owned(),
        source,
    })?;
    Ok(data.vault.stage(bytes)?)
}

/// Keep the list of faults beside the source.
pub fn keep_faults(data: &Data, faults: &[Fault]) -> Result<Option<String>, Failed> {
    if faults.is_empty() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    for fault in faults {
        serde_json::to_writer(&mut lines, fault).expect("faults are plain data");
        lines.push(b'\n');
    }
    Ok(Some(data.vault.put(lines.as_slice())?.to_string()))
}

/// Read a file to its end. Rows in bulk go to the facts when `kept` is given.
pub fn read(
    kept: Option<&Data>,
    file: &dyn Source,
    reading: &Reading,
    watch: &mut Watch<'_>,
) -> Result<Read, Failed> {
    let mut faults = Vec::new();
    let mut on_fault = |fault: Fault| {
        faults.push(fault);
        ControlFlow::Continue(())
    };
    match reading.dataset {
        Dataset::Payments => {
            let mut months = Months::default();
            let mut keeping = Keeping::new(kept, file, watch);
            let mut on_batch = |batch: Payments| {
                months.count(&batch);
                keeping.take(batch)
            };
            let tally =
                handback_intake::payments::read(file, reading, &mut on_batch, &mut on_fault)?;
            Ok(Read {
                tally,
                faults,
                parts: keeping.finish()?,
                period: months.period(),
                ledger: None,
                stating: Stating::Rows,
            })
        }
        Dataset::Tickets => {
            let (parts, months, tally) = tickets(kept, file, reading, watch, &mut on_fault)?;
            Ok(Read {
                tally,
                faults,
                parts,
                period: months.period(),
                ledger: None,
                stating: Stating::Rows,
            })
        }
        Dataset::Measurements => {
            let (mut months, mut measures) = (Months::default(), BTreeSet::new());
            let mut keeping = Keeping::new(kept, file, watch);
            let mut on_batch = |batch: Measurements| {
                for row in 0..batch.len() {
                    months.see(batch.date[row], batch.date_to[row]);
                    if !measures.contains(batch.measure.get(row)) {
                        measures.insert(batch.measure.get(row).to_owned());
                    }
                }
                keeping.take(batch)
            };
            let tally =
                handback_intake::measurements::read(file, reading, &mut on_batch, &mut on_fault)?;
            Ok(Read {
                tally,
                faults,
                parts: keeping.finish()?,
                period: months.period(),
                ledger: Some(ledger_of_measures(&measures)),
                stating: Stating::Rows,
            })
        }
        Dataset::Contracts => {
            let mut lines = Vec::new();
            let tally = handback_intake::contracts::read(
                file,
                reading,
                &mut |line| lines.push(line),
                &mut |fault| {
                    let _ = on_fault(fault);
                },
            )?;
            Ok(Read {
                tally,
                faults,
                parts: Vec::new(),
                period: None,
                ledger: None,
                stating: Stating::Contracts(lines),
            })
        }
        Dataset::Ocds => {
            let (mut notices, mut unclear) = (Vec::new(), Vec::new());
            let mut on_process = |process| {
                let (found, faults) = handback_intake::ocds::notices(&process);
                notices.extend(found);
                unclear.extend(faults);
            };
            let tally = handback_intake::ocds::read(file, &mut on_process, &mut |fault| {
                let _ = on_fault(fault);
            })?;
            faults.extend(unclear);
            Ok(Read {
                tally,
                faults,
                parts: Vec::new(),
                period: None,
                ledger: None,
                stating: Stating::Notices(notices),
            })
        }
        Dataset::Responses => Err(Failed::Wish(format!(
            "{}: answers are released and not kept: take them in with handback import --as responses",
            file.name()
        ))),
        dataset => {
            let table = kinds::TABLES.iter().find(|table| table.dataset == dataset);
            let table = table.expect("every other dataset is a documented table");
            let Filled {
                rows,
                faults,
                tally,
            } = handback_intake::table::read(file, table.headings)?;
            Ok(Read {
                tally,
                faults,
                parts: Vec::new(),
                period: None,
                ledger: None,
                stating: Stating::Table(table, rows),
            })
        }
    }
}

/// Batches on their way to the facts, if they are kept, while somebody watches.
struct Keeping<'k, 'w, B: Batch> {
    file: &'k str,
    watch: &'k mut Watch<'w>,
    writer: Option<Writer<B>>,
    rows: u64,
    failed: Option<Failed>,
}

impl<'k, 'w, B: Batch> Keeping<'k, 'w, B> {
    fn new(
        kept: Option<&Data>,
        file: &'k dyn Source,
        watch: &'k mut Watch<'w>,
    ) -> Keeping<'k, 'w, B> {
        Keeping {
            file: file.name(),
            watch,
            writer: kept.map(|data| data.facts.write()),
            rows: 0,
            failed: None,
        }
    }

    fn take(&mut self, batch: B) -> ControlFlow<()> {
        self.rows += batch.rows();
        if (self.watch)(self.file, self.rows).is_break() {
            self.failed = Some(Failed::Stopped);
            return ControlFlow::Break(());
        }
        match self
            .writer
            .as_mut()
            .map_or(Ok(()), |writer| writer.push(batch))
        {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error.into());
                ControlFlow::Break(())
            }
        }
    }

    fn finish(self) -> Result<Vec<Part>, Failed> {
        match self.failed {
            Some(failed) => Err(failed),
            None => Ok(self
                .writer
                .map_or(Ok(Vec::new()), |writer| writer.finish())?),
        }
    }
}

/// Read a log of tickets, each change as a row of facts. A ticket counts in the month of its first change.
fn tickets(
    kept: Option<&Data>,
    file: &dyn Source,
    reading: &Reading,
    watch: &mut Watch<'_>,
    on_fault: &mut dyn FnMut(Fault) -> ControlFlow<()>,
) -> Result<(Vec<Part>, Months, Tally), Failed> {
    let mut months = Months::default();
    let mut keeping = Keeping::new(kept, file, watch);
    let mut batch = TicketChanges::default();
    let mut on_ticket = |logged: Logged| {
        if let Some(first) = logged.ticket.changes.first() {
            let day = Offset::UTC.to_datetime(first.at).date();
            months.see(day, day);
        }
        push(&mut batch, &logged);
        match batch.len() < TicketChanges::BATCH {
            true => ControlFlow::Continue(()),
            false => keeping.take(std::mem::take(&mut batch)),
        }
    };
    let tally = handback_intake::tickets::read(file, reading, &mut on_ticket, on_fault)?;
    if keeping.failed.is_none() && !batch.is_empty() {
        // Whether it failed, `finish` says.
        let _ = keeping.take(batch);
    }
    Ok((keeping.finish()?, months, tally))
}

fn push(batch: &mut TicketChanges, Logged { ticket, said }: &Logged) {
    let about = [
        &ticket.service,
        &ticket.group,
        &ticket.channel,
        &ticket.satisfaction,
    ];
    let [service, group, channel, satisfaction] =
        about.map(|text| text.as_deref().unwrap_or_default());
    for (place, (change, said)) in (0..).zip(ticket.changes.iter().zip(said)) {
        batch.push(&TicketChange {
            line: said.line,
            ticket: &ticket.number,
            place,
            at: change.at,
            what: change.what.word(),
            printed: &said.printed,
            service,
            group,
            channel,
            satisfaction,
        });
    }
}
