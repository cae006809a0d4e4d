//! Tickets and measurements from the file to the figure: taken in, asked for, taken back.

use crate::desk::Desk;
use serde_json::{Value, json};
use std::fs;

const LOG: &str = "Number,Status,Changed at,Priority,Service,Assignment group,Caller,Assigned to\n\
    INC1,New,01/07/2019 09:00,P2,Desktop,Desk,Pat Example,Ash Sample\n\
    INC1,In Progress,01/07/2019 09:20,P2,Desktop,Desk,Pat Example,Ash Sample\n\
    INC1,Parked,01/07/2019 10:00,P2,Desktop,Desk,Pat Example,Ash Sample\n\
    INC1,Resolved,02/07/2019 10:00,P2,Desktop,Desk,Pat Example,Ash Sample\n\
    INC2,New,13/07/2019 09:00,P3,Network,Desk,pat@example.org,Ash Sample\n\
    INC2,Resolved,soon,P3,Network,Desk,pat@example.org,Ash Sample\n";

const REPORT: &str = "Month,Service,Measure,Value\n\
    Jun 2019,Desktop,Resolved in target,91.5%\nJul 2019,Desktop,Resolved in target,n/a\n";

fn asked(desk: &Desk, query: &str) -> Value {
    desk.json(&["sql", "--data", "d", "--json", query])
}

#[test]
fn a_log_is_recognised_kept_without_persons_and_told_with_its_faults() {
    let desk = Desk::new();
    desk.file("log.csv", LOG);
    let run = desk.run(&["import", "log.csv", "--data", "d"]);
    assert_eq!(run.code, 1, "{}", run.out);
    for told in [
        "log.csv  tickets, taken: 5 rows, 2019-07-01 to 2019-07-13, 1 rejected",
        "Taken as resolved: “Resolved”.",
        "1 line says “Parked”, and nobody knows what that means",
        "line 7, Changed at: \"soon\"",
        "Not kept, because about persons: “Caller”, “Assigned to”.",
    ] {
        assert!(run.out.contains(told), "{told}: {}", run.out);
    }
    let changes = "SELECT ticket, what, line, CAST(at AS varchar) AS at FROM ticket_changes ORDER BY ticket, at, place";
    assert_eq!(
        asked(&desk, changes).as_array().map(|rows| rows[3].clone()),
        Some(
            json!({ "ticket": "INC1", "what": "resolved", "line": 5, "at": "2019-07-02T09:00:00Z" })
        )
    );
    for place in ["d/register.sqlite", "d/facts/payments"] {
        let files = match fs::read_dir(desk.path(place)) {
            Ok(folder) => folder.map(|file| file.expect("a part").path()).collect(),
            Err(_) => vec![desk.path(place)],
        };
        for file in files {
            let bytes = fs::read(&file).expect("its bytes");
            for secret in ["Pat Example", "Ash Sample", "pat@example.org"] {
                let found = bytes
                    .windows(secret.len())
                    .any(|bytes| bytes == secret.as_bytes());
                assert!(!found, "{secret} in {}", file.display());
            }
        }
    }
    desk.done(&["verify", "--data", "d"]);
}

#[test]
fn a_word_that_a_person_explains_counts() {
    let desk = Desk::new();
    desk.file("log.csv", LOG);
    let state = "Parked=waits-for-supplier";
    desk.run(&[
        "import", "log.csv", "--data", "d", "--state", state, "--zone", "UTC",
    ]);
    let paused = "SELECT printed, CAST(at AS varchar) AS at FROM ticket_changes WHERE what = 'paused-supplier'";
    assert_eq!(
        asked(&desk, paused),
        json!([{ "printed": "Parked", "at": "2019-07-01T10:00:00Z" }])
    );
    let run = desk.run(&[
        "import",
        "log.csv",
        "--data",
        "d",
        "--state",
        "Parked=forgotten",
    ]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("waits-for-supplier"), "{}", run.err);
    let run = desk.run(&[
        "import",
        "log.csv",
        "--data",
        "d",
        "--zone",
        "Europe/Nowhere",
    ]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("Europe/Nowhere"), "{}", run.out);
}

#[test]
fn a_month_that_comes_again_overlaps_until_somebody_decides() {
    let desk = Desk::new();
    let again = LOG.replace("soon", "13/07/2019 11:00");
    desk.file("log.csv", LOG).file("again.csv", again);
    desk.run(&["import", "log.csv", "--data", "d"]);
    let run = desk.run(&["import", "again.csv", "--data", "d"]);
    assert!(run.out.contains("OVERLAPS log.csv"), "{}", run.out);
    let count = "SELECT count(*) AS n FROM ticket_changes WHERE what = 'opened'";
    assert_eq!(asked(&desk, count), json!([{ "n": 4 }]));
    desk.run(&[
        "import",
        "again.csv",
        "--data",
        "d",
        "--replaces",
        "log.csv",
    ]);
    assert_eq!(asked(&desk, count), json!([{ "n": 2 }]));
    // Reports of other measures share no ledger, and tickets are no measurements.
    desk.file("report.csv", REPORT);
    desk.file("other.csv", REPORT.replace("Resolved in target", "Calls"));
    for file in ["report.csv", "other.csv"] {
        let run = desk.run(&["import", file, "--data", "d"]);
        assert!(!run.out.contains("OVERLAPS"), "{}", run.out);
    }
}

#[test]
fn measurements_are_recognised_and_unknown_stays_unknown() {
    let desk = Desk::new();
    desk.file("report.csv", REPORT);
    desk.done(&["import", "report.csv", "--data", "d"]);
    let values = "SELECT measure, service, value, printed, line FROM measurements ORDER BY date";
    assert_eq!(
        asked(&desk, values),
        json!([
            { "measure": "Resolved in target", "service": "Desktop", "value": 91.5, "printed": "91.5%", "line": 2 },
            { "measure": "Resolved in target", "service": "Desktop", "value": null, "printed": "n/a", "line": 3 },
        ])
    );
    let again = desk.json(&["import", "report.csv", "--data", "d", "--json"]);
    assert_eq!(again["files"][0]["already"], true);
    let payments = asked(&desk, "SELECT count(*) AS n FROM payments");
    assert_eq!(payments, json!([{ "n": 0 }]));
}

#[test]
fn what_is_given_as_something_else_is_refused() {
    let desk = Desk::new();
    desk.file("log.csv", LOG).file("report.csv", REPORT);
    for (file, given) in [("log.csv", "payments"), ("report.csv", "tickets")] {
        let run = desk.run(&["import", file, "--as", given, "--data", "d"]);
        assert_eq!(run.code, 1, "{}", run.out);
        assert!(run.out.contains("NOT TAKEN"), "{}", run.out);
    }
}
