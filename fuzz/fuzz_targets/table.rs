//! Any file is read or refused; a line gives a row or faults, never both.
//! Seeds: `cargo +nightly fuzz run table ../crates/intake/fixtures/tables`.
#![no_main]

use handback_core::table::{Form, Heading};
use handback_intake::source::Memory;
use handback_intake::table::read;
use libfuzzer_sys::fuzz_target;

const fn heading(name: &'static str, form: Form, needed: bool) -> Heading {
    Heading {
        name,
        form,
        needed,
        meaning: "A made-up column.",
        example: "",
    }
}

const HEADINGS: &[Heading] = &[
    heading("service", Form::Text, true),
    heading("from", Form::When, true),
    heading("yearly cost", Form::Pence, false),
    heading("users", Form::Count, false),
    heading("mode", Form::Choice(&["in-house", "outsourced"]), false),
    heading("also called", Form::List, false),
];

fuzz_target!(|bytes: &[u8]| {
    let source = Memory {
        name: "file".into(),
        bytes: bytes.to_vec(),
    };
    if let Ok((rows, faults)) = read(&source, HEADINGS) {
        for row in rows {
            assert_eq!(row.cells.len(), HEADINGS.len());
            assert!(faults.iter().all(|fault| fault.line != row.line));
        }
    }
});
