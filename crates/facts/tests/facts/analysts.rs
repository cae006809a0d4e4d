//! Queries that analysts write: anything that reads, nothing that writes.

use crate::made_up::{Desk, five};
use handback_facts::sql::{Column, Holds, Table};
use serde_json::{Value, json};

fn column(name: &str, holds: Holds) -> Column {
    Column {
        name: name.into(),
        holds,
    }
}

fn services() -> Table {
    Table {
        name: "services".into(),
        columns: vec![
            column("title", Holds::Text),
            column("posts", Holds::Whole),
            column("in_house", Holds::Truth),
            column("since", Holds::Day),
        ],
        rows: vec![
            vec![
                json!("Technology"),
                json!(12),
                json!(true),
                json!("2019-08-01"),
            ],
            vec![json!("Roads"), Value::Null, json!(false), Value::Null],
        ],
    }
}

#[test]
fn payments_join_the_registers_tables() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    let query =
        "SELECT s.title, s.posts, s.in_house, s.since, count(p.line) AS paid, sum(p.pence) AS pence
                 FROM services s LEFT JOIN payments p ON p.service = s.title
                 GROUP BY s.title, s.posts, s.in_house, s.since ORDER BY s.title";
    let answer = desk
        .facts
        .sql(query, &live, &[services()])
        .expect("an answer");
    assert_eq!(
        answer.columns,
        ["title", "posts", "in_house", "since", "paid", "pence"]
    );
    assert_eq!(
        answer.rows,
        [
            vec![
                json!("Roads"),
                Value::Null,
                json!(false),
                Value::Null,
                json!(0),
                Value::Null
            ],
            vec![
                json!("Technology"),
                json!(12),
                json!(true),
                json!("2019-08-01"),
                json!(3),
                json!(200_900)
            ],
        ]
    );
}

#[test]
fn a_payment_shows_all_its_columns() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    let query = "SELECT * FROM payments WHERE line = 2";
    let answer = desk.facts.sql(query, &live, &[]).expect("an answer");
    let row: Vec<(&str, &Value)> = answer
        .columns
        .iter()
        .map(String::as_str)
        .zip(&answer.rows[0])
        .collect();
    for (name, value) in [
        ("line", json!(2)),
        ("date", json!("2019-04-03")),
        ("pence", json!(120_000)),
        ("name", json!("Larkfield Systems Ltd")),
        ("file", json!("payments-1.csv")),
        ("part", json!(live[0].part.hash)),
        ("import", json!(live[0].import.to_string())),
    ] {
        assert!(row.contains(&(name, &value)), "{name}: {row:?}");
    }
    let half = desk.facts.sql(
        "SELECT pence / 7 AS share, avg(pence) AS mean FROM payments WHERE line = 2 GROUP BY pence",
        &live,
        &[],
    );
    assert!(
        half.expect("an answer").rows[0][0]
            .as_str()
            .is_some_and(|share| share.starts_with("17142.857"))
    );
}

#[test]
fn reading_of_every_kind_is_allowed() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    for query in [
        "SHOW TABLES",
        "DESCRIBE payments",
        "EXPLAIN SELECT * FROM payments",
        "WITH big AS (SELECT * FROM payments WHERE pence > 100000) SELECT count(*) FROM big",
    ] {
        assert!(
            !desk
                .facts
                .sql(query, &live, &[])
                .expect(query)
                .rows
                .is_empty(),
            "{query}"
        );
    }
}

#[test]
fn writing_of_every_kind_is_refused() {
    let desk = Desk::new();
    let live = desk.import(1, five());
    let target = desk.directory.path().join("out.csv");
    let before = desk.files();
    for query in [
        "INSERT INTO payments SELECT * FROM payments",
        "INSERT INTO services VALUES ('Libraries', 1, true, NULL)",
        "DELETE FROM services",
        "UPDATE services SET posts = 1",
        "DROP TABLE payments",
        "CREATE TABLE copy AS SELECT * FROM payments",
        "CREATE VIEW copy AS SELECT * FROM payments",
        &format!(
            "CREATE EXTERNAL TABLE other STORED AS CSV LOCATION '{}'",
            desk.directory.path().display()
        ),
        &format!("COPY payments TO '{}'", target.display()),
        &format!("EXPLAIN ANALYZE COPY payments TO '{}'", target.display()),
        "SET datafusion.execution.batch_size = 1",
        "SELECT 1; SELECT 2",
        &format!("SELECT * FROM '{}'", desk.path(&live[0].part).display()),
        "SELECT",
        "",
    ] {
        let refused = desk
            .facts
            .sql(query, &live, &[services()])
            .expect_err(query);
        assert!(refused.is_bad_query(), "{query}: {refused}");
    }
    assert!(!target.exists());
    assert_eq!(desk.files(), before);
}

#[test]
fn a_cell_of_another_type_is_named() {
    let desk = Desk::new();
    let mut table = services();
    table.rows[1][3] = json!("in August");
    let refused = desk
        .facts
        .sql("SELECT 1", &[], &[table.clone()])
        .expect_err("not a day")
        .to_string();
    assert!(
        ["services", "row 2", "since", "in August"]
            .iter()
            .all(|word| refused.contains(word)),
        "{refused}"
    );
    table.rows[1].pop();
    assert!(desk.facts.sql("SELECT 1", &[], &[table]).is_err());
}
