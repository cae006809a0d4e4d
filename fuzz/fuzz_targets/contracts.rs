//! Any file is read or refused, and the total is that of the lines taken.
//! Seeds: `cargo +nightly fuzz run contracts ../crates/intake/fixtures/contracts`.
#![no_main]

use handback_core::import::Dataset;
use handback_core::pence::Pence;
use handback_intake::contracts::read;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = Memory {
        name: "file".into(),
        bytes: bytes.to_vec(),
    };
    let Ok(reading) = recognise(&source, &Hints::default()) else {
        return;
    };
    if reading.dataset != Dataset::Contracts {
        return;
    }
    let (mut rows, mut total) = (0, Pence::ZERO);
    let mut on_line = |line: handback_core::import::ContractLine| {
        rows += 1;
        total += line.value.unwrap_or_default();
    };
    if let Ok(tally) = read(&source, &reading, &mut on_line, &mut |_| {}) {
        assert_eq!((tally.rows, tally.total), (rows, total));
    }
});
