//! Verify, backup, restore, export: nothing is lost and nothing changes unseen.

use crate::desk::Desk;
use serde_json::Value;
use std::fs;

fn filled() -> Desk {
    let desk = Desk::new();
    desk.file("services.csv", "service,yearly cost,criticality,depends on\nNetwork,60000,critical,\nPayroll,40000,high,Network\n")
        .file("arrangements.csv", "service,mode,provider,from\nNetwork,in-house,,2019-08-01\nPayroll,supplier,Northmere Ltd,2006\n")
        .file("june.csv", "Date,Supplier,Amount,Category\n05/06/2019,Northmere Ltd,10.00,Computer software\n25/06/2019,B Ltd,20.00,Paper\n")
        .file("scope.csv", "supplier,decision\nB Ltd,technology\n");
    desk.done(&[
        "import",
        "services.csv",
        "arrangements.csv",
        "june.csv",
        "scope.csv",
        "--data",
        "d",
        "--authority",
        "Harrowmere",
    ]);
    desk
}

fn head(verified: &str) -> &str {
    verified
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("Tree head "))
        .expect("a tree head")
}

/// A statement without what names the log it was made from.
fn statement(desk: &Desk, data: &str) -> Value {
    let mut statement = desk.json(&["statement", "--data", data, "--at", "2020-01-01", "--json"]);
    statement["basis"]["known"] = Value::Null;
    statement
}

#[test]
fn verify_holds_a_later_log_against_an_earlier_head() {
    let desk = filled();
    let verified = desk.done(&["verify", "--data", "d"]);
    let earlier = head(&verified).to_owned();
    desk.file(
        "events.csv",
        "event,date,source\nReturn,2019-08-01,minutes\n",
    );
    desk.done(&["import", "events.csv", "--data", "d"]);
    desk.done(&["verify", "--data", "d", "--against", &earlier]);
    let (size, root) = earlier.split_once(':').expect("SIZE:ROOT");
    let other = if root.starts_with('0') { "1" } else { "0" };
    let wrong = format!("{size}:{other}{}", &root[1..]);
    let run = desk.run(&["verify", "--data", "d", "--against", &wrong]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.starts_with("BROKEN"), "{}", run.out);
    assert_eq!(
        desk.run(&["verify", "--data", "d", "--against", "nonsense"])
            .code,
        2
    );
}

#[test]
fn a_changed_part_and_a_changed_source_are_found() {
    let desk = filled();
    for folder in ["d/facts/payments", "d/vault"] {
        let mut files = Vec::new();
        walk(&desk.path(folder), &mut files);
        let file = files
            .iter()
            .max_by_key(|path| path.metadata().map(|data| data.len()).unwrap_or(0))
            .expect("a file");
        let whole = fs::read(file).expect("its bytes");
        let mut changed = whole.clone();
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        fs::write(file, changed).expect("written");
        let run = desk.run(&["verify", "--data", "d"]);
        assert_eq!(run.code, 1, "{folder}: {}{}", run.out, run.err);
        fs::write(file, whole).expect("written");
        desk.done(&["verify", "--data", "d"]);
    }
}

fn walk(folder: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if !path.to_string_lossy().contains("rollup") {
            files.push(path);
        }
    }
}

#[test]
fn a_backup_restored_elsewhere_is_the_same() {
    let desk = filled();
    desk.done(&["backup", "--data", "d", "--out", "copy"]);
    desk.done(&["restore", "copy", "--data", "other"]);
    assert_eq!(
        desk.done(&["verify", "--data", "other"]),
        desk.done(&["verify", "--data", "d"])
    );
    assert_eq!(statement(&desk, "other"), statement(&desk, "d"));
    assert_eq!(desk.run(&["restore", "copy", "--data", "other"]).code, 1);
    assert_eq!(
        desk.run(&["backup", "--data", "d", "--out", "copy"]).code,
        1
    );
}

#[test]
fn an_export_imported_into_an_empty_handback_gives_the_same_statement() {
    let desk = filled();
    desk.done(&["export", "--data", "d", "--out", "export"]);
    desk.done(&["import", "export", "--data", "other"]);
    assert_eq!(statement(&desk, "other"), statement(&desk, "d"));
    desk.done(&["verify", "--data", "other"]);
    assert!(desk.run(&["import", "export", "--data", "other"]).code != 0);
}

#[test]
fn exported_tables_can_be_imported_as_files() {
    let desk = filled();
    desk.done(&["export", "--data", "d", "--out", "export"]);
    desk.done(&[
        "import",
        "export/organisation.csv",
        "export/service.csv",
        "export/arrangement.csv",
        "export/scope-rule.csv",
        "june.csv",
        "--data",
        "other",
    ]);
    let services = |data| statement(&desk, data)["control"].clone();
    assert_eq!(services("other"), services("d"));
    assert_eq!(
        statement(&desk, "other")["money"],
        statement(&desk, "d")["money"]
    );
}

#[test]
fn an_import_withdrawn_counts_no_longer_and_what_it_replaced_counts_again() {
    let desk = Desk::new();
    let june = "Date,Supplier,Amount\n05/06/2019,A Ltd,10.00\n25/06/2019,B Ltd,20.00\n";
    desk.file("june.csv", june)
        .file("again.csv", june.replace("20.00", "25.00"));
    desk.done(&["import", "june.csv", "--data", "d"]);
    desk.done(&[
        "import",
        "again.csv",
        "--data",
        "d",
        "--replaces",
        "june.csv",
    ]);
    let paid = || desk.json(&["statement", "--data", "d", "--json"])["money"]["paid_pence"].clone();
    assert_eq!(paid(), 3_500);
    desk.done(&[
        "withdraw",
        "again.csv",
        "--reason",
        "wrong file",
        "--data",
        "d",
    ]);
    assert_eq!(paid(), 3_000);
    assert_eq!(
        desk.run(&["withdraw", "again.csv", "--reason", "again", "--data", "d"])
            .code,
        1
    );
    desk.done(&["verify", "--data", "d"]);
}

#[test]
fn erased_content_is_gone_and_verify_says_so() {
    let desk = Desk::new();
    desk.file(
        "events.csv",
        "event,date,source\nSecret meeting,2019-08-01,minutes\n",
    );
    desk.done(&["import", "events.csv", "--data", "d"]);
    let history = desk.done(&["history", "secret meeting", "--data", "d"]);
    let entry = history
        .split_whitespace()
        .nth(1)
        .expect("an entry's number")
        .to_owned();
    assert!(history.contains("import of events.csv"), "{history}");
    desk.done(&["erase", &entry, "--reason", "asked for", "--data", "d"]);
    let verified = desk.done(&["verify", "--data", "d"]);
    assert!(
        verified.starts_with(&format!(
            "The content of entry {entry} was erased under entry "
        )),
        "{verified}"
    );
    let database = fs::read(desk.path("d/register.sqlite")).expect("the register");
    let needle = b"Secret meeting";
    assert!(!database.windows(needle.len()).any(|bytes| bytes == needle));
    assert_eq!(
        desk.run(&["erase", &entry, "--reason", "again", "--data", "d"])
            .code,
        1
    );
    assert_eq!(
        desk.run(&["history", "secret meeting", "--data", "d"]).code,
        1
    );
}

/// Runs where an empty PostgreSQL server is at hand, as `scripts/with-postgres` provides; the register's
/// suite keeps to schemas of its own.
#[test]
fn a_register_moves_to_postgresql_and_back() {
    let Ok(place) = std::env::var("HANDBACK_TEST_POSTGRES") else {
        println!("skipped: HANDBACK_TEST_POSTGRES is not set");
        return;
    };
    let desk = filled();
    desk.done(&["backup", "--data", "d", "--out", "copy"]);
    desk.done(&["restore", "copy", "--data", "other", "--register", &place]);
    let statement = |words: &[&str]| {
        let statement =
            desk.json(&[&["statement", "--at", "2020-01-01", "--json"], words].concat());
        assert!(statement["services"].is_array());
        statement
    };
    assert_eq!(
        statement(&["--data", "other", "--register", &place]),
        statement(&["--data", "d"])
    );
    desk.file(
        "events.csv",
        "event,date,source\nReturn,2019-08-01,minutes\n",
    );
    desk.done(&[
        "import",
        "events.csv",
        "--data",
        "other",
        "--register",
        &place,
    ]);
    desk.done(&["verify", "--data", "other", "--register", &place]);
    desk.done(&[
        "backup",
        "--data",
        "other",
        "--register",
        &place,
        "--out",
        "back",
    ]);
    desk.done(&["restore", "back", "--data", "third"]);
    assert_eq!(
        statement(&["--data", "third"]),
        statement(&["--data", "other", "--register", &place])
    );
}
