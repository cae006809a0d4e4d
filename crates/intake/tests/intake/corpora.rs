//! The corpora of the fuzz targets and all fixtures, replayed without a fuzzer.

use handback_core::import::{Dataset, DateOrder};
use handback_intake::dates::days;
use handback_intake::payments;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use handback_intake::tabular::{Form, Table};
use handback_intake::text::{Decoding, detect, mended};
use std::fs;
use std::ops::ControlFlow::Continue;
use std::path::Path;

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("a folder of files").path())
        .map(|path| {
            (
                path.display().to_string(),
                fs::read(&path).expect("a readable file"),
            )
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

#[test]
fn any_bytes_decode_and_are_mended_once() {
    for (name, bytes) in files("../../fuzz/corpus/text")
        .into_iter()
        .chain(files("fixtures/payments"))
    {
        let Some(encoding) = detect(&bytes) else {
            continue;
        };
        let mut text = String::new();
        let mut decoding = Decoding::new(bytes.as_slice(), &encoding);
        while decoding.read_onto(&mut text).expect("memory reads") {}
        assert!(!text.starts_with(['\u{feff}', 'ï']), "{name}");
        assert!(!mended(&text).contains("â€™"), "{name}");
    }
}

#[test]
fn a_date_lies_within_the_years_of_ledgers() {
    for (name, bytes) in files("../../fuzz/corpus/dates") {
        for line in String::from_utf8_lossy(&bytes).lines() {
            for order in [DateOrder::Plain, DateOrder::DayFirst, DateOrder::MonthFirst] {
                if let Ok(period) = days(line, order) {
                    assert!(period.from <= period.to, "{name}: {line}");
                    assert!(
                        (1990..=2099).contains(&period.from.year()),
                        "{name}: {line}"
                    );
                }
            }
        }
    }
}

#[test]
fn no_line_is_lost() {
    for (name, bytes) in files("../../fuzz/corpus/payments")
        .into_iter()
        .chain(files("fixtures/payments"))
    {
        let source = Memory { name, bytes };
        let hints = Hints {
            period: "2019-08".parse().ok(),
            ..Hints::default()
        };
        let Ok(reading) = recognise(&source, &hints) else {
            continue;
        };
        if reading.dataset != Dataset::Payments {
            continue;
        }
        let Ok(tally) = payments::read(&source, &reading, &mut |_| Continue(()), &mut |_| {
            Continue(())
        }) else {
            continue;
        };
        let form = Form::try_from(&reading).expect("just recognised");
        let mut table = Table::open(&source, &form).expect("just read");
        let heading = reading.header_lines.last().copied().unwrap_or(0);
        let mut lines = 0;
        while let Some(line) = table.next_line().expect("just read") {
            lines += u64::from(line.number > heading);
        }
        assert_eq!(
            tally.rows + tally.rejected + tally.set_aside,
            lines,
            "{}",
            source.name
        );
    }
}
