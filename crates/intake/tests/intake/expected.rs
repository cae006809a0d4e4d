//! Made-up files in `fixtures/payments`, one per rule, each with what is expected of it beside it.
//!
//! `NAME.expected.json` holds under `given` what the person says of the file, and everything else is
//! compared. After a wanted change run the tests with `HANDBACK_WRITE_EXPECTED=1`, which writes what
//! is read now, and review the difference.

use handback_core::import::{Dataset, Payment, Reading};
use handback_intake::payments;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use serde_json::{Value, json};
use std::fs;
use std::ops::ControlFlow::Continue;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/payments")
}

#[test]
fn every_file_is_read_as_expected() {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .expect("fixtures")
        .map(|entry| entry.expect("fixtures").path())
        .collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".expected.json"));
    files.sort();
    assert!(files.len() > 40, "the fixtures are missing");
    let differing: Vec<String> = files.iter().filter_map(|file| difference(file)).collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}

fn difference(file: &Path) -> Option<String> {
    let name = file
        .file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned();
    let stem = name.split('.').next().expect("a name").to_owned();
    let expected_file = folder().join(format!("{stem}.expected.json"));
    let text = fs::read_to_string(&expected_file)
        .unwrap_or_else(|error| panic!("{}: {error}", expected_file.display()));
    let expected: Value = serde_json::from_str(&text).expect("JSON");
    let mut found = read(
        Memory {
            name,
            bytes: fs::read(file).expect("fixtures"),
        },
        &expected["given"],
    );
    found["given"] = expected["given"].clone();
    if std::env::var_os("HANDBACK_WRITE_EXPECTED").is_some() {
        fs::write(&expected_file, format!("{found:#}\n")).expect("fixtures can be written");
        return None;
    }
    (found != expected).then(|| format!("{stem} is now read as {found:#}"))
}

fn read(source: Memory, given: &Value) -> Value {
    let dataset: Option<Dataset> =
        serde_json::from_value(given["dataset"].clone()).expect("a dataset");
    let period = given["period"]
        .as_str()
        .map(|period| period.parse().expect("a period"));
    let reading = match recognise(
        &source,
        &Hints {
            dataset,
            period,
            ..Hints::default()
        },
    ) {
        Ok(reading) => reading,
        Err(refused) => return json!({ "given": {}, "refused": refused.to_string() }),
    };
    let mut found = json!({ "given": {}, "reading": reading_as_expected(&reading) });
    if reading.dataset != Dataset::Payments {
        return found;
    }
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let tally = payments::read(
        &source,
        &reading,
        &mut |batch| {
            rows.extend((0..batch.len()).map(|row| row_as_expected(batch.get(row))));
            Continue(())
        },
        &mut |fault| {
            faults.push(json!(fault));
            Continue(())
        },
    );
    match tally {
        Ok(tally) => {
            found["tally"] = json!(tally);
            found["payments"] = json!(rows);
            found["faults"] = json!(faults);
        }
        Err(refused) => found["refused"] = json!(refused.to_string()),
    }
    found
}

fn reading_as_expected(reading: &Reading) -> Value {
    let columns: Vec<String> = reading
        .columns
        .iter()
        .map(|column| {
            format!(
                "{}: {} {}",
                column.header,
                json!(column.role).as_str().expect("a word"),
                column.confidence
            )
        })
        .collect();
    json!({
        "dataset": reading.dataset,
        "format": reading.format,
        "compressed": reading.compressed,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "header_lines": reading.header_lines,
        "columns": columns,
        "date_order": reading.date_order,
        "vat": reading.vat,
        "notes": reading.notes,
    })
}

fn row_as_expected(payment: Payment<'_>) -> String {
    let days = if payment.date == payment.date_to {
        payment.date.to_string()
    } else {
        format!("{}..{}", payment.date, payment.date_to)
    };
    let mut row = format!(
        "{}: {days} {} {:?}",
        payment.line, payment.amount, payment.supplier
    );
    for (name, amount) in [("vat", payment.vat), ("gross", payment.gross)] {
        if let Some(amount) = amount {
            row.push_str(&format!(", {name} {amount}"));
        }
    }
    for (name, text) in [
        ("supplier number", payment.supplier_number),
        ("company number", payment.company_number),
        ("department", payment.department),
        ("service", payment.service),
        ("category", payment.category),
        ("description", payment.description),
        ("transaction", payment.transaction),
    ] {
        if !text.is_empty() {
            row.push_str(&format!(", {name} {text:?}"));
        }
    }
    row
}
