//! Real files of measurements, held against counts that were made without this program.

use handback_core::import::Dataset;
use handback_core::import::bulk::Measurements;
use handback_intake::measurements;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use std::collections::BTreeMap;
use std::ops::ControlFlow::Continue;
use std::path::Path;

/// `spc/csv/ae_attendances.csv`: 12,765 lines of three measures. The sums are those of
/// `awk -F, 'NR > 1 { a += $4; b += $5; c += $6 } END { print a, b, c }'`.
#[test]
fn attendances_add_up_to_what_the_file_prints() {
    let Some(folder) = std::env::var_os("HANDBACK_REAL_DATA") else {
        eprintln!("skipped: HANDBACK_REAL_DATA names no folder of real files");
        return;
    };
    let path = Path::new(&folder).join("spc/csv/ae_attendances.csv");
    let source = Memory {
        name: "ae_attendances.csv".into(),
        bytes: std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    };
    let reading = recognise(&source, &Hints::default()).expect("recognised without being told");
    assert_eq!(reading.dataset, Dataset::Measurements);
    let (mut sums, mut faults) = (BTreeMap::new(), 0);
    let mut on_batch = |batch: Measurements| {
        for row in 0..batch.len() {
            let sum = sums.entry(batch.measure.get(row).to_owned()).or_insert(0.0);
            *sum += batch.value[row].unwrap_or_default();
            assert_eq!(batch.service.get(row).split(" · ").count(), 2);
        }
        Continue(())
    };
    let tally = measurements::read(&source, &reading, &mut on_batch, &mut |_| {
        faults += 1;
        Continue(())
    });
    let tally = tally.expect("readable");
    assert_eq!((tally.rows, tally.rejected, faults), (3 * 12_765, 0, 0));
    let expected = [
        ("admissions", 13_493_280.0),
        ("attendances", 72_019_402.0),
        ("breaches", 8_295_237.0),
    ];
    let expected: BTreeMap<String, f64> = expected.map(|(name, sum)| (name.to_owned(), sum)).into();
    assert_eq!(sums, expected);
}
