//! Every figure of a statement can be taken again, and knowing is kept apart from being.

use crate::desk::Desk;
use serde_json::{Value, json};

const SERVICES: &str =
    "service,criticality,yearly cost\nNetwork,critical,60000\nPayroll,high,40000\n";
const ARRANGEMENTS: &str = "\
service,mode,provider,from,direction,money,data and tools
Network,supplier,Northmere Ltd,2006-04-01,,,
Network,in-house,,2019-08-01,authority,authority,authority
Payroll,supplier,Northmere Ltd,2006-04-01,,,
";
const PAYMENTS: &str = "\
Payment Date,Supplier Name,Net Amount,Expenditure Category
03/07/2019,Northmere Ltd,1000.50,Computer software
17/07/2019,Paving Ltd,200.00,Highways
25/09/2019,Northmere Ltd,-0.50,Computer software
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.file("services.csv", SERVICES)
        .file("arrangements.csv", ARRANGEMENTS)
        .file("july.csv", PAYMENTS);
    desk.done(&[
        "import",
        "services.csv",
        "arrangements.csv",
        "july.csv",
        "--data",
        "d",
    ]);
    desk
}

#[test]
fn a_figure_is_what_the_statement_says() {
    let desk = desk();
    for (day, known, total, technology) in [
        ("2019-07-31", 0, 120_050, 100_050),
        ("2019-08-01", 5_000, 120_050, 100_050),
        ("2020-01-01", 5_000, 120_000, 100_000),
    ] {
        let statement = desk.json(&["statement", "--data", "d", "--at", day, "--json"]);
        let figure = |name| desk.json(&["figure", name, "--data", "d", "--at", day, "--json"]);
        assert_eq!(
            figure("control.by_count")["known"],
            json!({ "share": known }),
            "{day}"
        );
        assert_eq!(
            statement["control"]["by_count"]["known"],
            json!(known as f64 / 10_000.0),
            "{day}"
        );
        assert_eq!(figure("paid.total")["known"], json!({ "money": total }));
        assert_eq!(statement["money"]["paid_pence"], json!(total));
        assert_eq!(
            figure("paid.technology")["possible"],
            json!({ "money": technology })
        );
        assert_eq!(statement["money"]["in_scope_pence"], json!(technology));
        assert_eq!(figure("control.by_count")["basis"], {
            let mut basis = statement["basis"].clone();
            basis["rules"] = json!([]);
            basis["unknowns"] = json!([]);
            basis
        });
    }
}

#[test]
fn what_was_known_stays_what_was_known() {
    let desk = desk();
    let before = desk.json(&["statement", "--data", "d", "--at", "2019-09-01", "--json"]);
    let entry = before["basis"]["known"]["entry"].to_string();
    desk.file(
        "correction.csv",
        "service,mode,from\nPayroll,in-house,2019-01-01\n",
    );
    desk.done(&["import", "correction.csv", "--data", "d"]);
    let then = desk.json(&[
        "statement",
        "--data",
        "d",
        "--at",
        "2019-09-01",
        "--known",
        &entry,
        "--json",
    ]);
    let now = desk.json(&["statement", "--data", "d", "--at", "2019-09-01", "--json"]);
    let without_moment = |mut statement: Value| {
        statement["basis"]["known"]["moment"] = Value::Null;
        statement
    };
    assert_eq!(without_moment(then), before);
    assert_eq!(
        now["control"]["by_count"]["counts"],
        json!({ "known": 1, "possible": 2, "of": 2 })
    );
    let corrected = desk.done(&[
        "statement",
        "--data",
        "d",
        "--at",
        "2019-09-01",
        "--corrected-since",
        &entry,
    ]);
    assert_eq!(
        corrected,
        "Payroll: supplier, not controlled (assumed) → in-house, controlled (assumed)\n"
    );
    let changed = desk.done(&[
        "statement",
        "--data",
        "d",
        "--at",
        "2019-09-01",
        "--changed-since",
        "2019-07-31",
    ]);
    assert_eq!(
        changed,
        "Network: supplier, not controlled (assumed) → in-house, controlled\n"
    );
}

#[test]
fn a_decision_on_scope_moves_the_money_and_is_dated() {
    let desk = desk();
    desk.file(
        "scope.csv",
        "supplier,decision\nNorthmere Ltd,not-technology\nPaving Ltd,technology\n",
    );
    desk.done(&["import", "scope.csv", "--data", "d"]);
    let statement = desk.json(&["statement", "--data", "d", "--at", "2020-01-01", "--json"]);
    assert_eq!(statement["money"]["in_scope_pence"], json!(20_000));
    assert_eq!(statement["money"]["confirmed_pence"], json!(20_000));
    assert_eq!(statement["suppliers"][0]["name"], json!("Paving Ltd"));
    assert_eq!(statement["suppliers"][0]["scope"], json!("confirmed"));
}

#[test]
fn sql_reads_payments_and_records_and_changes_nothing() {
    let desk = desk();
    let rows = desk.json(&[
        "sql",
        "--data",
        "d",
        "--json",
        "SELECT name, sum(pence) AS pence FROM payments GROUP BY name ORDER BY name",
    ]);
    assert_eq!(
        rows,
        json!([{ "name": "Northmere Ltd", "pence": 100_000 }, { "name": "Paving Ltd", "pence": 20_000 }])
    );
    let rows = desk.json(&[
        "sql",
        "--data",
        "d",
        "--json",
        "SELECT service, criticality FROM services ORDER BY service",
    ]);
    assert_eq!(
        rows[0],
        json!({ "service": "Network", "criticality": "critical" })
    );
    for query in [
        "DELETE FROM payments",
        "DROP TABLE services",
        "CREATE TABLE t AS SELECT 1",
        "SELECT nothing FROM payments",
        "SELEC",
    ] {
        let run = desk.run(&["sql", "--data", "d", query]);
        assert_eq!(run.code, 1, "{query}: {}{}", run.out, run.err);
    }
}

#[test]
fn a_decision_holds_from_its_day_whatever_the_years() {
    let desk = desk();
    desk.file("scope.csv", "supplier,decision,from\nPaving Ltd,technology,2019-07-17\nNorthmere Ltd,not-technology,2019-09-01\n");
    desk.done(&["import", "scope.csv", "--data", "d"]);
    for years in [&[][..], &["--calendar-years"][..]] {
        let words = [
            &["statement", "--data", "d", "--at", "2020-01-01", "--json"],
            years,
        ]
        .concat();
        let statement = desk.json(&words);
        assert_eq!(
            statement["money"]["in_scope_pence"],
            json!(120_050),
            "{years:?}"
        );
        assert_eq!(
            statement["money"]["confirmed_pence"],
            json!(20_000),
            "{years:?}"
        );
    }
}

#[test]
fn payments_dated_to_a_month_are_uncertain_inside_it() {
    let desk = Desk::new();
    desk.file(
        "months.csv",
        "Month,Supplier,Amount\n2020-04,A Ltd,5.00\n2020-05,B Ltd,6.00\n",
    );
    desk.done(&["import", "months.csv", "--data", "d"]);
    let total = |day| desk.json(&["figure", "paid.total", "--data", "d", "--at", day, "--json"]);
    let ends = |figure: Value| (figure["known"].clone(), figure["possible"].clone());
    assert_eq!(
        ends(total("2020-05-15")),
        (json!({ "money": 500 }), json!({ "money": 1_100 }))
    );
    assert_eq!(
        ends(total("2020-05-31")),
        (json!({ "money": 1_100 }), json!({ "money": 1_100 }))
    );
    let statement = desk.json(&["statement", "--data", "d", "--at", "2020-05-15", "--json"]);
    let unknowns = statement["basis"]["unknowns"].to_string();
    assert!(
        unknowns.contains("1 payment is dated to a month"),
        "{unknowns}"
    );
}
