//! Any file is read or refused; every release taken is in one process, and processes are told apart.
//! Seeds: `cargo +nightly fuzz run ocds ../crates/intake/fixtures/ocds`.
#![no_main]

use handback_intake::ocds::{notices, read};
use handback_intake::source::Memory;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|bytes: &[u8]| {
    let source = Memory {
        name: "file".into(),
        bytes: bytes.to_vec(),
    };
    let mut ocids = BTreeSet::new();
    let mut releases = 0;
    let mut on_process = |process: handback_intake::ocds::Process| {
        releases += process.releases;
        assert_eq!(process.compiled["ocid"], process.ocid.as_str());
        for notice in notices(&process).0 {
            assert_eq!(notice.ocid, process.ocid);
        }
        assert!(ocids.insert(process.ocid), "a process comes once");
    };
    if let Ok(tally) = read(&source, &mut on_process, &mut |_| {}) {
        assert_eq!(tally.rows, releases);
    }
});
