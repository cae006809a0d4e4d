//! Taking files in: what is refused, what overlaps, what is remembered.

use crate::desk::Desk;
use serde_json::json;
use std::fs;

const JUNE: &str = "Date,Supplier,Amount\n05/06/2019,A Ltd,10.00\n25/06/2019,B Ltd,20.00\n";

#[test]
fn the_report_for_programs_has_every_field() {
    let desk = Desk::new();
    desk.file("june.csv", "Date,Supplier,Amount\n05/06/2019,A Ltd,10.00\n25/06/2019,B Ltd,many\n26/06/2019,C Ltd,\"1,000.10\"\n");
    let run = desk.run(&["import", "june.csv", "--data", "d", "--json"]);
    assert_eq!(run.code, 1);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let file = &report["files"][0];
    assert_eq!(file["file"], "june.csv");
    assert_eq!(file["dataset"], "payments");
    assert_eq!((&file["rows"], &file["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(
        file["columns"],
        json!({ "date": "Date", "amount": "Amount", "supplier": "Supplier" })
    );
    assert_eq!(file["total_pence"], 101_010);
    assert_eq!(
        (&file["from"], &file["to"]),
        (&json!("2019-06-05"), &json!("2019-06-26"))
    );
    assert_eq!(file["overlaps"], json!([]));
    assert_eq!(file["faults"][0]["line"], 3);
    assert_eq!(file["faults"][0]["column"], "Amount");
    assert_eq!(file["faults"][0]["value"], "many");
}

#[test]
fn a_refused_file_leaves_nothing_behind_and_stops_no_other() {
    let desk = Desk::new();
    desk.file(
        "picture.csv",
        [0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0],
    )
    .file("june.csv", JUNE);
    let run = desk.run(&[
        "import",
        "picture.csv",
        "june.csv",
        "missing.csv",
        "--data",
        "d",
        "--json",
    ]);
    assert_eq!(run.code, 1);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["files"][0]["dataset"], json!(null));
    assert_eq!(
        report["files"][0]["faults"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(report["files"][1]["rows"], 2);
    assert_eq!(report["files"][2]["dataset"], json!(null));
    let imports = desk.json(&["sql", "--data", "d", "--json", "SELECT file FROM imports"]);
    assert_eq!(imports, json!([{ "file": "june.csv" }]));
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let desk = Desk::new();
    desk.file("june.csv", JUNE);
    desk.done(&["import", "june.csv", "--data", "d"]);
    let head = desk.done(&["verify", "--data", "d"]);
    let again = desk.json(&["import", "june.csv", "--data", "d", "--json"]);
    assert_eq!(again["files"][0]["already"], true);
    assert_eq!(desk.done(&["verify", "--data", "d"]), head);
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::new();
    desk.file("june.csv", JUNE);
    desk.done(&["import", "june.csv", "--data", "d", "--dry-run"]);
    assert!(!desk.path("d").exists());
}

#[test]
fn an_overlap_is_marked_until_somebody_decides() {
    let desk = Desk::new();
    desk.file("june.csv", JUNE)
        .file("june-again.csv", JUNE.replace("20.00", "21.00"));
    desk.done(&["import", "june.csv", "--data", "d"]);
    let report = desk.json(&["import", "june-again.csv", "--data", "d", "--json"]);
    assert_eq!(
        report["files"][0]["overlaps"].as_array().map(Vec::len),
        Some(1)
    );
    let paid =
        |words: &[&str]| desk.json(&[&["statement", "--data", "d", "--json"], words].concat());
    let statement = paid(&[]);
    assert_eq!(statement["money"]["paid_pence"], 6_100);
    assert_eq!(statement["basis"]["undecided"], json!(["june-again.csv"]));

    let other = Desk::new();
    other
        .file("june.csv", JUNE)
        .file("june-again.csv", JUNE.replace("20.00", "21.00"));
    other.done(&["import", "june.csv", "--data", "d"]);
    other.done(&[
        "import",
        "june-again.csv",
        "--data",
        "d",
        "--replaces",
        "june.csv",
    ]);
    let statement = other.json(&["statement", "--data", "d", "--json"]);
    assert_eq!(statement["money"]["paid_pence"], 3_100);
    assert_eq!(statement["basis"]["undecided"], json!([]));
    let entry = (statement["basis"]["known"]["entry"]
        .as_u64()
        .expect("a number")
        - 2)
    .to_string();
    let before = other.json(&["statement", "--data", "d", "--known", &entry, "--json"]);
    assert_eq!(before["money"]["paid_pence"], 3_000);
}

#[test]
fn an_overlap_can_be_decided_afterwards() {
    let desk = Desk::new();
    desk.file("june.csv", JUNE)
        .file("june-again.csv", JUNE.replace("20.00", "21.00"));
    desk.done(&["import", "june.csv", "june-again.csv", "--data", "d"]);
    desk.done(&[
        "import",
        "june-again.csv",
        "--data",
        "d",
        "--replaces",
        "june.csv",
    ]);
    let statement = desk.json(&["statement", "--data", "d", "--json"]);
    assert_eq!(statement["money"]["paid_pence"], 3_100);
    assert_eq!(statement["basis"]["undecided"], json!([]));
}

#[test]
fn columns_corrected_once_are_remembered() {
    let desk = Desk::new();
    let text = "When,Who,Reference text,How much,Other sum\n05/06/2019,A Ltd,x,10.00,1.00\n25/06/2019,B Ltd,y,20.00,2.00\n";
    desk.file("june.csv", text)
        .file("july.csv", text.replace("/06/", "/07/"));
    desk.done(&[
        "import",
        "june.csv",
        "--data",
        "d",
        "--column",
        "date=When",
        "--column",
        "supplier=Who",
        "--column",
        "amount=Other sum",
    ]);
    let july = desk.json(&["import", "july.csv", "--data", "d", "--json"]);
    assert_eq!(
        july["files"][0]["columns"],
        json!({ "date": "When", "amount": "Other sum", "supplier": "Who" })
    );
    assert_eq!(july["files"][0]["total_pence"], 300);
    let run = desk.run(&[
        "import",
        "july.csv",
        "--data",
        "d",
        "--column",
        "amount=Nothing",
    ]);
    assert_eq!(run.code, 1);
}

#[test]
fn rows_that_name_nothing_known_are_faults() {
    let desk = Desk::new();
    desk.file("services.csv", "service\nNetwork\n")
        .file("arrangements.csv", "service,mode,from,contract\nNetwork,in-house,2019,\nPayrol,supplier,2006,\nNetwork,supplier,2006,C-9\n");
    let run = desk.run(&[
        "import",
        "arrangements.csv",
        "services.csv",
        "--data",
        "d",
        "--json",
    ]);
    assert_eq!(run.code, 1);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let lines: Vec<_> = report["files"][0]["faults"]
        .as_array()
        .expect("faults")
        .iter()
        .map(|fault| fault["line"].clone())
        .collect();
    assert_eq!(lines, [json!(4), json!(2), json!(3)]);
    assert_eq!(
        (&report["files"][0]["rows"], &report["files"][0]["rejected"]),
        (&json!(0), &json!(3))
    );
}

#[test]
fn faults_can_be_taken_away_as_a_file() {
    let desk = Desk::new();
    desk.file("june.csv", "Date,Supplier,Amount\n05/06/2019,A Ltd,10.00\n25/06/2019,B Ltd,many\n26/06/2019,C Ltd,1.00\n");
    desk.run(&[
        "import",
        "june.csv",
        "--data",
        "d",
        "--faults",
        "faults.csv",
    ]);
    let faults = fs::read_to_string(desk.path("faults.csv")).expect("the faults");
    assert!(
        faults.starts_with("file,line,column,value,reason\njune.csv,3,Amount,many,"),
        "{faults}"
    );
}

#[test]
fn names_that_differ_in_case_only_are_kept_apart() {
    let desk = Desk::new();
    desk.file(
        "scope.csv",
        "supplier,decision\nACME LTD,technology\nAcme Ltd.,not-technology\n",
    );
    desk.done(&["import", "scope.csv", "--data", "d"]);
    let rows = desk.json(&[
        "sql",
        "--data",
        "d",
        "--json",
        "SELECT supplier, decision FROM scope_rules ORDER BY supplier",
    ]);
    assert_eq!(
        rows,
        json!([{ "supplier": "ACME LTD", "decision": "technology" }, { "supplier": "Acme Ltd.", "decision": "not-technology" }])
    );
}

#[test]
fn a_quarter_over_its_months_stays_undecided_until_each_is_named() {
    let desk = Desk::new();
    for month in ["04", "05", "06"] {
        desk.file(
            &format!("m{month}.csv"),
            format!(
                "Date,Supplier,Amount\n05/{month}/2019,A Ltd,10.00\n25/{month}/2019,B Ltd,20.00\n"
            ),
        );
    }
    desk.file("q.csv", "Date,Supplier,Amount\n05/04/2019,A Ltd,10.00\n15/05/2019,A Ltd,10.00\n25/06/2019,B Ltd,20.00\n");
    desk.done(&["import", "m04.csv", "m05.csv", "m06.csv", "--data", "d"]);
    desk.done(&["import", "q.csv", "--data", "d", "--replaces", "m04.csv"]);
    let statement = || desk.json(&["statement", "--data", "d", "--json"]);
    assert_eq!(statement()["basis"]["undecided"], json!(["q.csv"]));
    desk.done(&[
        "import",
        "q.csv",
        "--data",
        "d",
        "--replaces",
        "m04.csv",
        "--replaces",
        "m05.csv",
        "--replaces",
        "m06.csv",
    ]);
    assert_eq!(statement()["basis"]["undecided"], json!([]));
    assert_eq!(statement()["money"]["paid_pence"], 4_000);
}

#[test]
fn going_back_to_an_earlier_table_is_a_change() {
    let desk = Desk::new();
    desk.file("one.csv", "service,yearly cost\nNetwork,100\n")
        .file("two.csv", "service,yearly cost\nNetwork,200\n");
    let cost = || {
        desk.json(&[
            "sql",
            "--data",
            "d",
            "--json",
            "SELECT yearly_cost FROM services",
        ])[0]["yearly_cost"]
            .clone()
    };
    for (file, stated) in [
        ("one.csv", "100.00"),
        ("two.csv", "200.00"),
        ("one.csv", "100.00"),
    ] {
        desk.done(&["import", file, "--data", "d"]);
        assert_eq!(cost(), stated);
    }
    let again = desk.json(&["import", "one.csv", "--data", "d", "--json"]);
    assert_eq!(again["files"][0]["already"], true);
}

#[test]
fn a_table_refused_for_what_it_names_is_taken_once_that_is_there() {
    let desk = Desk::new();
    desk.file("services.csv", "service\nNetwork\n").file(
        "arrangements.csv",
        "service,mode,from\nNetwork,in-house,2019\n",
    );
    assert_eq!(
        desk.run(&["import", "arrangements.csv", "--data", "d"])
            .code,
        1
    );
    desk.done(&["import", "services.csv", "--data", "d"]);
    desk.done(&["import", "arrangements.csv", "--data", "d"]);
    let statement = desk.json(&["statement", "--data", "d", "--json"]);
    assert_eq!(statement["services"][0]["mode"], "in-house");
}

#[test]
fn a_record_that_names_a_faulty_one_is_a_fault_too_and_stops_no_other() {
    let desk = Desk::new();
    desk.file(
        "services.csv",
        "service,criticality,depends on\nA,,B\nB,high,\nB,low,\nC,,\n",
    );
    let report = desk.json(&["import", "services.csv", "--data", "d", "--json"]);
    let file = &report["files"][0];
    assert_eq!((&file["rows"], &file["rejected"]), (&json!(1), &json!(3)));
    let statement = desk.json(&["statement", "--data", "d", "--json"]);
    assert_eq!(statement["services"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_updated_register_restates_its_contracts() {
    let desk = Desk::new();
    let register = "\
Contract Reference,Contract Title,Supplier Name,Start Date,End Date,Total Value
7,Network support,Northmere Ltd,2018-04-01,2021-03-31,1000
8,Care lots,A Ltd,2018-04-01,2021-03-31,500
8,Care lots,B Ltd,2018-04-01,2021-03-31,500
9,Roads lot,C Ltd,2018-04-01,2020-03-31,100
9,Roads lot,D Ltd,2018-04-01,2021-03-31,200
,Untitled works,E Ltd,2018-04-01,2021-03-31,300
";
    desk.file("june.csv", register)
        .file("july.csv", register.replace("2020-03-31", "2022-03-31"));
    let contracts = || {
        let statement = desk.json(&["statement", "--data", "d", "--at", "2019-01-01", "--json"]);
        let contracts = statement["contracts"]
            .as_array()
            .expect("contracts")
            .clone();
        let line = |contract: &serde_json::Value| {
            (
                contract["title"].clone(),
                contract["suppliers"].clone(),
                contract["end"].clone(),
            )
        };
        let mut lines: Vec<_> = contracts.iter().map(line).collect();
        lines.sort_by_key(|line| line.1.to_string());
        lines
    };
    desk.done(&["import", "june.csv", "--data", "d"]);
    let before = contracts();
    assert_eq!(before.len(), 5, "{before:?}");
    desk.done(&["import", "july.csv", "--data", "d"]);
    let after = contracts();
    assert_eq!(after.len(), 5, "{after:?}");
    assert_eq!(
        before
            .iter()
            .zip(&after)
            .filter(|(before, after)| before != after)
            .count(),
        1
    );
}

#[test]
fn a_data_directory_is_of_one_authority() {
    let desk = Desk::new();
    desk.file("june.csv", JUNE)
        .file("july.csv", JUNE.replace("/06/", "/07/"));
    desk.done(&["import", "june.csv", "--data", "d"]);
    desk.file(
        "organisations.csv",
        "organisation,roles\nHarrowmere,authority\n",
    );
    desk.done(&["import", "organisations.csv", "--data", "d"]);
    let statement = desk.json(&["statement", "--data", "d", "--json"]);
    assert_eq!(statement["authority"], "Harrowmere");
    let run = desk.run(&[
        "import",
        "july.csv",
        "--data",
        "d",
        "--authority",
        "Elsewhere",
    ]);
    assert_eq!(run.code, 1, "{}", run.out);
    assert!(
        run.out
            .contains("this data directory is of Harrowmere, not of Elsewhere"),
        "{}",
        run.out
    );
    desk.done(&[
        "import",
        "july.csv",
        "--data",
        "d",
        "--authority",
        "Harrowmere",
    ]);
}

#[test]
fn the_example_line_of_a_template_is_no_fact() {
    let desk = Desk::new();
    let template = desk.done(&["template", "staff-movements"]);
    desk.file("staff.csv", template);
    let report = desk.json(&["import", "staff.csv", "--data", "d", "--json"]);
    assert_eq!(
        (
            &report["files"][0]["rows"],
            &report["files"][0]["set_aside"]
        ),
        (&json!(0), &json!(1))
    );
    let statement = desk.json(&["statement", "--data", "d", "--json"]);
    assert_eq!(statement["staff"], json!(null));
}

#[test]
fn columns_about_persons_are_nowhere_but_in_the_source() {
    let desk = Desk::new();
    let cards = "Trans Date,Merchant Name,Amount,Card Number,Cardholder Email\n05/06/2019,Stationer Ltd,10.00,5412000000000001,someone@example.invalid\n25/06/2019,Cafe,20.00,5412000000000002,other@example.invalid\n";
    desk.file("cards.csv", cards);
    desk.done(&["import", "cards.csv", "--data", "d"]);
    let rows = desk.done(&["sql", "--data", "d", "--json", "SELECT * FROM payments"]);
    let imports = desk.done(&["sql", "--data", "d", "--json", "SELECT * FROM imports"]);
    let register = fs::read(desk.path("d/register.sqlite")).expect("the register");
    for secret in ["5412000000000001", "someone@example.invalid"] {
        assert!(
            !rows.contains(secret) && !imports.contains(secret),
            "{secret}"
        );
        assert!(
            !register
                .windows(secret.len())
                .any(|bytes| bytes == secret.as_bytes()),
            "{secret}"
        );
        let parts = fs::read_dir(desk.path("d/facts/payments")).expect("parts");
        for part in parts {
            let bytes = fs::read(part.expect("a part").path()).expect("its bytes");
            assert!(
                !bytes
                    .windows(secret.len())
                    .any(|bytes| bytes == secret.as_bytes()),
                "{secret}"
            );
        }
    }
}

#[test]
fn a_refused_ledger_leaves_no_source_in_the_vault() {
    let desk = Desk::new();
    let rubbish: String = (0..50)
        .map(|row| format!("05/06/2019,A Ltd,{row}.00\nsoon,B Ltd,ten\nlater,C Ltd,many\n"))
        .collect();
    desk.file("half.csv", format!("Date,Supplier,Amount\n{rubbish}"));
    assert_eq!(desk.run(&["import", "half.csv", "--data", "d"]).code, 1);
    let left: Vec<_> = fs::read_dir(desk.path("d/vault"))
        .expect("the vault")
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let parts: Vec<_> = fs::read_dir(desk.path("d/facts/payments"))
        .expect("parts")
        .collect();
    assert!(parts.is_empty(), "{parts:?}");
}

#[test]
fn months_that_no_file_covers_are_named() {
    let desk = Desk::new();
    desk.file("june.csv", JUNE)
        .file("august.csv", JUNE.replace("/06/", "/08/"));
    desk.done(&["import", "june.csv", "august.csv", "--data", "d"]);
    let unknowns =
        desk.json(&["statement", "--data", "d", "--json"])["basis"]["unknowns"].to_string();
    assert!(
        unknowns.contains("paid from 2019-07-01 to 2019-07-31: no file covers it"),
        "{unknowns}"
    );
}
