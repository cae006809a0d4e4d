//! Any file is read or refused, and no line of one that is read is lost.
#![no_main]

use handback_core::import::Dataset;
use handback_intake::payments;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use handback_intake::tabular::{Form, Table};
use libfuzzer_sys::fuzz_target;
use std::ops::ControlFlow::Continue;

fuzz_target!(|bytes: &[u8]| {
    let source = Memory { name: "file".into(), bytes: bytes.to_vec() };
    let hints = Hints { period: "2019-08".parse().ok(), ..Hints::default() };
    let Ok(reading) = recognise(&source, &hints) else { return };
    if reading.dataset != Dataset::Payments {
        return;
    }
    let Ok(tally) = payments::read(&source, &reading, &mut |_| Continue(()), &mut |_| Continue(())) else { return };
    let form = Form::try_from(&reading).expect("just recognised");
    let mut table = Table::open(&source, &form).expect("just read");
    let heading = reading.header_lines.last().copied().unwrap_or(0);
    let mut lines = 0;
    while let Some(line) = table.next_line().expect("just read") {
        lines += u64::from(line.number > heading);
    }
    assert_eq!(tally.rows + tally.rejected + tally.set_aside, lines);
});
