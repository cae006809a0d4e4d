//! Each shape of a report, and what is unclear in one.

use super::*;
use crate::recognise::{Hints, recognise};
use crate::source::Memory;
use handback_core::import::Dataset;
use jiff::civil::Date;
use std::ops::ControlFlow::Continue;

fn file(text: &str) -> Memory {
    Memory {
        name: "report.csv".into(),
        bytes: text.into(),
    }
}

/// A day, or a month as `2019-04`.
fn days(from: Date, to: Date) -> String {
    match from == to {
        true => from.to_string(),
        false => format!("{:04}-{:02}", from.year(), from.month()),
    }
}

/// Every value as text, then every fault.
fn told(text: &str, hints: &Hints<'_>) -> Vec<String> {
    let source = file(text);
    let reading = recognise(&source, hints).expect("measurements");
    assert_eq!(reading.dataset, Dataset::Measurements, "{text}");
    let mut told = Vec::new();
    let mut faults = Vec::new();
    let mut on_batch = |batch: Measurements| {
        for row in 0..batch.len() {
            let number =
                |value: Option<f64>| value.map_or("-".to_owned(), |value| value.to_string());
            let parts = [batch.numerator[row], batch.denominator[row]].map(number);
            told.push(format!(
                "{}: {} [{}] {} {} ({})",
                batch.line[row],
                batch.measure.get(row),
                batch.service.get(row),
                days(batch.date[row], batch.date_to[row]),
                number(batch.value[row]),
                parts.join("/"),
            ));
        }
        Continue(())
    };
    let tally = read(&source, &reading, &mut on_batch, &mut |fault| {
        faults.push(format!(
            "{}: {}: {:?}: {}",
            fault.line, fault.column, fault.value, fault.reason
        ));
        Continue(())
    });
    let tally = tally.expect("readable");
    assert_eq!(tally.rows, told.len() as u64);
    told.extend(faults);
    told
}

const STATED: Hints<'_> = Hints {
    dataset: Some(Dataset::Measurements),
    period: None,
    layouts: &[],
    states: &[],
    zone: None,
};

#[test]
fn a_long_report() {
    let text = "Month,Measure,Service,Value,Numerator,Denominator,Target\n\
                Apr 2019,Calls answered in 30 s,Contact,91.5%,183,200,90%\n\
                May 2019,Calls answered in 30 s,Contact,n/a,,,90%\n\
                May 2019,Calls,Contact,\"1,204\",,,\n\
                soon,Calls,Contact,4,,,\n\
                May 2019,Calls,Contact,many,,,\n\n\
                Figures may be revised.,,,,,,\n\
                Month,Measure,Service,Value,Numerator,Denominator,Target\n";
    for hints in [STATED, Hints::default()] {
        assert_eq!(
            told(text, &hints),
            [
                "2: Calls answered in 30 s [Contact] 2019-04 91.5 (183/200)",
                "3: Calls answered in 30 s [Contact] 2019-05 - (-/-)",
                "4: Calls [Contact] 2019-05 1204 (-/-)",
                "5: Month: \"soon\": not a date that is understood",
                "6: Value: \"many\": not a number; write it in digits, or leave the cell blank",
            ]
        );
    }
}

#[test]
fn a_wide_report() {
    let text = "Service desk report\n\nMonth,Resolved within target,Calls\n\
                01/04/2019,91.5%,10\n01/05/2019,,12\n13/06/2019,0.93,12\n";
    for hints in [STATED, Hints::default()] {
        assert_eq!(
            told(text, &hints),
            [
                "4: Resolved within target [] 2019-04-01 91.5 (-/-)",
                "4: Calls [] 2019-04-01 10 (-/-)",
                "5: Resolved within target [] 2019-05-01 - (-/-)",
                "5: Calls [] 2019-05-01 12 (-/-)",
                "6: Resolved within target [] 2019-06-13 0.93 (-/-)",
                "6: Calls [] 2019-06-13 12 (-/-)",
                "0: Resolved within target: \"\": line 4 has a percent sign and line 6 has none: each was taken as printed, so write all values of “Resolved within target” one way",
            ]
        );
    }
}

#[test]
fn words_say_what_a_value_is_of_where_a_date_has_several_lines() {
    let text = "period,org_code,type,attendances,breaches\n\
                2017-03-01,RF4,1,21289.0,2879.0\n2017-03-01,RF4,other,2850.0,6.0\n2017-04-01,RF4,1,20000.0,2000.0\n2017-04-01,RF4,other,1.0,0.0\n";
    let told = told(text, &Hints::default());
    assert_eq!(told[0], "2: attendances [RF4 · 1] 2017-03-01 21289 (-/-)");
    assert_eq!(told[3], "3: breaches [RF4 · other] 2017-03-01 6 (-/-)");
    assert_eq!(told.len(), 8);
}

#[test]
fn months_across_the_top() {
    let text = "KPI,Service,Target,Apr-19,May-19,Jun-19\n\
                Incidents resolved in time,Desktop,95%,91%,n/a,96%\nCalls,Desktop,,120,130,140\n";
    for hints in [STATED, Hints::default()] {
        assert_eq!(
            told(text, &hints),
            [
                "2: Incidents resolved in time [Desktop] 2019-04 91 (-/-)",
                "2: Incidents resolved in time [Desktop] 2019-05 - (-/-)",
                "2: Incidents resolved in time [Desktop] 2019-06 96 (-/-)",
                "3: Calls [Desktop] 2019-04 120 (-/-)",
                "3: Calls [Desktop] 2019-05 130 (-/-)",
                "3: Calls [Desktop] 2019-06 140 (-/-)",
            ]
        );
    }
}

#[test]
fn columns_about_persons_are_not_kept_and_counts_of_calls_are() {
    let text = "Month,Telephone calls answered,E-mail,Calls\n2019-04,10,a@example.org,3\n2019-05,12,b@example.org,4\n";
    assert_eq!(
        told(text, &Hints::default()),
        [
            "2: Telephone calls answered [] 2019-04 10 (-/-)",
            "2: Calls [] 2019-04 3 (-/-)",
            "3: Telephone calls answered [] 2019-05 12 (-/-)",
            "3: Calls [] 2019-05 4 (-/-)",
        ]
    );
}

#[test]
fn a_report_of_one_month_needs_its_month() {
    let text = "Measure,Result\nCalls,120\nCalls answered,110\n";
    let refused = recognise(&file(text), &STATED).expect_err("no month");
    assert!(
        refused.to_string().contains("--period 2019-08"),
        "{refused}"
    );
    let hints = Hints {
        period: "2019-08".parse().ok(),
        ..STATED
    };
    assert_eq!(
        told(text, &hints),
        [
            "2: Calls [] 2019-08 120 (-/-)",
            "3: Calls answered [] 2019-08 110 (-/-)"
        ]
    );
}

#[test]
fn ledgers_and_registers_stay_what_they_are() {
    for text in [
        "Date,Supplier,Amount\n2019-05-01,Acorn Ltd,9.50\n2019-05-02,Birch Ltd,8.50\n",
        "Contract reference,Title,Start date,End date,Annual value\nC1,Dives,2019-05-01,2020-05-01,10\nC2,Boats,2019-05-01,2020-05-01,12\n",
        "Date,Detail,Cost\n2019-05-01,Printer,£9.50\n2019-05-02,Paper,£8.50\n",
    ] {
        let found = recognise(&file(text), &Hints::default()).map(|reading| reading.dataset);
        assert_ne!(found.ok(), Some(Dataset::Measurements), "{text}");
    }
    let refused = read(
        &file("Month,Calls\n2019-05,many\n2019-06,few\n2019-07,3\n"),
        &recognise(&file("Month,Calls\n2019-05,1\n2019-06,2\n"), &STATED).expect("plain"),
        &mut |_| Continue(()),
        &mut |_| Continue(()),
    );
    assert!(
        refused
            .expect_err("mostly faults")
            .to_string()
            .contains("2 of its 3 values")
    );
}
