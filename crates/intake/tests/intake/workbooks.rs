//! Workbooks made by hand, as small as the formats allow.

use handback_core::import::Role;
use handback_intake::payments;
use handback_intake::recognise::{Hints, recognise};
use handback_intake::source::Memory;
use std::io::{Cursor, Write};
use std::ops::ControlFlow::Continue;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn archive(parts: &[(&str, String)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .expect("memory takes all");
        archive
            .write_all(content.as_bytes())
            .expect("memory takes all");
    }
    archive.finish().expect("memory takes all").into_inner()
}

/// A cell: text, a number, or a day as Excel counts them.
#[derive(Clone, Copy)]
enum Cell {
    Text(&'static str),
    Number(f64),
    Day(u32),
}
use Cell::{Day, Number, Text};

fn xlsx(sheets: &[(&str, &[&[Cell]])]) -> Vec<u8> {
    const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let numbered = |f: &dyn Fn(usize, &str) -> String| -> String {
        sheets
            .iter()
            .enumerate()
            .map(|(i, (name, _))| f(i + 1, name))
            .collect()
    };
    let mut parts = vec![
        (
            "[Content_Types].xml",
            format!(
                r#"{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"#
            ),
        ),
        (
            "_rels/.rels",
            format!(
                r#"{HEAD}<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{}</sheets></workbook>"#,
                numbered(&|i, name| format!(r#"<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>"#))
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"{HEAD}<Relationships xmlns="{PACKAGE}">{}<Relationship Id="s" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>"#,
                numbered(&|i, _| format!(
                    r#"<Relationship Id="r{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>"#
                ))
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                r#"{HEAD}<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#
            ),
        ),
    ];
    const SHEETS: [&str; 3] = [
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",
        "xl/worksheets/sheet3.xml",
    ];
    for ((_, rows), part) in sheets.iter().zip(SHEETS) {
        let mut data = String::new();
        for (i, row) in rows.iter().enumerate() {
            data.push_str(&format!(r#"<row r="{}">"#, i + 1));
            for (cell, column) in row.iter().zip('A'..='Z') {
                let place = format!("{column}{}", i + 1);
                data.push_str(&match cell {
                    Text("") => String::new(),
                    Text(text) => {
                        format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
                    }
                    Number(number) => format!(r#"<c r="{place}"><v>{number:?}</v></c>"#),
                    Day(day) => format!(r#"<c r="{place}" s="1"><v>{day}</v></c>"#),
                });
            }
            data.push_str("</row>");
        }
        parts.push((
            part,
            format!(r#"{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>"#),
        ));
    }
    archive(&parts)
}

/// Each payment and each fault, in a line.
fn read(name: &str, bytes: Vec<u8>) -> (Vec<String>, Vec<String>) {
    let source = Memory {
        name: name.into(),
        bytes,
    };
    let reading = recognise(&source, &Hints::default()).expect("a ledger");
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    payments::read(
        &source,
        &reading,
        &mut |batch| {
            let row = |row| {
                let payment = batch.get(row);
                format!(
                    "{}: {} {} {}",
                    payment.line, payment.date, payment.amount, payment.supplier
                )
            };
            rows.extend((0..batch.len()).map(row));
            Continue(())
        },
        &mut |fault| {
            faults.push(format!(
                "{}: {} {:?} {}",
                fault.line, fault.column, fault.value, fault.reason
            ));
            Continue(())
        },
    )
    .expect("mostly readable");
    (rows, faults)
}

const LEDGER: &[&[Cell]] = &[
    &[Text("Testham payments, March 2019")],
    &[],
    &[
        Text(""),
        Text("Date Paid"),
        Text("Supplier"),
        Text("Amount"),
    ],
    &[
        Text(""),
        Day(43538),
        Text("Acorn Catering Ltd"),
        Number(1234.5),
    ],
    &[Text(""), Day(43539), Text("Birch Roofing"), Number(-0.1)],
    &[
        Text(""),
        Day(43540),
        Text("Cedar Care Homes"),
        Number(100.080_000_000_000_01),
    ],
    &[
        Text(""),
        Day(43541),
        Text("Dogwood Training"),
        Number(12.345),
    ],
];

#[test]
fn xlsx_dates_are_days_and_numbers_their_shortest_decimals() {
    let (rows, faults) = read("ledger.xlsx", xlsx(&[("March", LEDGER)]));
    assert_eq!(
        rows,
        [
            "4: 2019-03-14 £1,234.50 Acorn Catering Ltd",
            "5: 2019-03-15 −£0.10 Birch Roofing",
            "6: 2019-03-16 £100.08 Cedar Care Homes",
        ]
    );
    assert_eq!(
        faults,
        [r#"7: Amount "12.345" not an amount that can be taken: more than two decimals"#]
    );
}

#[test]
fn the_sheet_with_most_rows_is_read_and_the_others_are_named() {
    let notes: &[&[Cell]] = &[&[Text("About"), Text("these figures")]];
    let source = Memory {
        name: "ledger.xlsx".into(),
        bytes: xlsx(&[("Read me", notes), ("March", LEDGER)]),
    };
    let reading = recognise(&source, &Hints::default()).expect("a ledger");
    assert_eq!(reading.sheet.as_deref(), Some("March"));
    assert!(
        reading
            .notes
            .iter()
            .any(|note| note.contains("not read: “Read me” (1 rows)")),
        "{:?}",
        reading.notes
    );
    assert_eq!(
        reading.column(Role::Amount).map(|column| column.index),
        Some(3)
    );
}

#[test]
fn a_sheet_for_each_month_is_one_ledger_and_its_year_is_not_counted_again() {
    let heading: &[Cell] = &[Text("Date Paid"), Text("Supplier"), Text("Amount")];
    let acorn: &[Cell] = &[Day(43538), Text("Acorn Catering Ltd"), Number(1.0)];
    let birch: &[Cell] = &[Day(43539), Text("Birch Roofing"), Number(2.0)];
    let cedar: &[Cell] = &[Day(43570), Text("Cedar Care Homes"), Number(3.0)];
    let title: &[Cell] = &[Text("Payments in April")];
    let (march, april) = (&[heading, acorn, birch][..], &[title, heading, cedar][..]);
    let cards: &[&[Cell]] = &[&[Text("Day"), Text("Merchant"), Text("Amount")], acorn];
    let one_ledger = [
        "2: 2019-03-14 £1.00 Acorn Catering Ltd",
        "3: 2019-03-15 £2.00 Birch Roofing",
        "4: 2019-04-15 £3.00 Cedar Care Homes",
    ];
    let months = xlsx(&[("March", march), ("April", april), ("Cards", cards)]);
    let source = Memory {
        name: "ledger.xlsx".into(),
        bytes: months.clone(),
    };
    let reading = recognise(&source, &Hints::default()).expect("a ledger");
    assert_eq!(
        reading.notes[..2],
        [
            "Sheets with the same headings were read as one: “March” from line 1, “April” from line 4.",
            "Sheets not read: “Cards” (2 rows).",
        ]
    );
    assert_eq!(read("ledger.xlsx", months).0, one_ledger);
    let year: &[&[Cell]] = &[heading, acorn, birch, cedar];
    let twice = xlsx(&[("March", march), ("April", april), ("Year", year)]);
    assert_eq!(read("ledger.xlsx", twice).0, one_ledger);
}

#[test]
fn an_archive_of_other_files_is_no_workbook() {
    let source = Memory {
        name: "ledger.zip".into(),
        bytes: archive(&[("ledger.csv", "Date,Supplier,Amount".into())]),
    };
    let refused = recognise(&source, &Hints::default()).expect_err("no table");
    assert!(refused.to_string().contains("ZIP archive"), "{refused}");
}

#[test]
fn open_document_sheets_are_read() {
    let content = r#"<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="March">
<table:table-row><table:table-cell office:value-type="string"><text:p>Date Paid</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Supplier</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Amount</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="date" office:date-value="2019-03-14"><text:p>14/03/19</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Acorn Catering Ltd</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="12.5"><text:p>12.50</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"#;
    let ods = archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".into()),
        ("content.xml", content.into()),
        ("META-INF/manifest.xml", r#"<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>"#.into()),
    ]);
    let (rows, faults) = read("ledger.ods", ods);
    assert_eq!(rows, ["2: 2019-03-14 £12.50 Acorn Catering Ltd"]);
    assert_eq!(faults, [""; 0]);
}

#[test]
fn a_workbook_that_unpacks_to_more_than_the_limit_is_refused() {
    let mut bomb = archive(&[("xl/workbook.xml", "<workbook/>".into())]);
    // The archive's directory states unpacked sizes: 24 bytes into each entry (APPNOTE 4.3.12).
    let entry = bomb
        .windows(4)
        .position(|bytes| bytes == b"PK\x01\x02")
        .expect("every archive has a directory");
    bomb[entry + 24..entry + 28].copy_from_slice(&(301u32 << 20).to_le_bytes());
    let source = Memory {
        name: "bomb.xlsx".into(),
        bytes: bomb,
    };
    let refused = recognise(&source, &Hints::default())
        .expect_err("too large")
        .to_string();
    assert!(
        refused.contains("301 MB") && refused.contains("up to 300 MB"),
        "{refused}"
    );
}

#[test]
fn two_cells_far_apart_take_no_more_room_than_two() {
    let mut far = vec![LEDGER[2], LEDGER[3]];
    far.resize(200_000, &[]);
    far.push(LEDGER[4]);
    let (rows, _) = read("far.xlsx", xlsx(&[("March", &far)]));
    assert_eq!(
        rows,
        [
            "2: 2019-03-14 £1,234.50 Acorn Catering Ltd",
            "200001: 2019-03-15 −£0.10 Birch Roofing"
        ]
    );
}
