//! Reading a recognised file to its end, with its source kept and its facts written on the way.

use super::{Failed, Read, Stating, Watch};
use crate::data::Data;
use handback_core::import::{Dataset, Fault, Months, Payments, Reading};
use handback_core::kinds;
use handback_intake::Refused;
use handback_intake::source::Source;
use handback_intake::table::Filled;
use handback_register::Staged;
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

/// Read a file to its end. Payments go to the facts when `kept` is given.
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
            let mut writer = kept.map(|data| data.facts.write_payments());
            let (mut failed, mut stopped) = (None, false);
            let mut months = Months::default();
            let mut rows = 0;
            let mut on_batch = |batch: Payments| {
                months.count(&batch);
                rows += batch.len() as u64;
                if watch(file.name(), rows).is_break() {
                    stopped = true;
                    return ControlFlow::Break(());
                }
                match writer.as_mut().map_or(Ok(()), |writer| writer.push(batch)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => {
                        failed = Some(error);
                        ControlFlow::Break(())
                    }
                }
            };
            let tally =
                handback_intake::payments::read(file, reading, &mut on_batch, &mut on_fault)?;
            if stopped {
                return Err(Failed::Stopped);
            }
            if let Some(error) = failed {
                return Err(error.into());
            }
            let parts = writer.map_or(Ok(Vec::new()), |writer| writer.finish())?;
            Ok(Read {
                tally,
                faults,
                parts,
                period: months.period(),
                stating: Stating::Payments,
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
                stating: Stating::Notices(notices),
            })
        }
        Dataset::Tickets | Dataset::Measurements => Err(Failed::Wish(format!(
            "{} is not taken because tickets and measurements are not kept yet",
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
                stating: Stating::Table(table, rows),
            })
        }
    }
}
