//! The two examples, taken in whole.

use crate::desk::{Desk, repository};
use serde_json::Value;
use std::collections::BTreeMap;

#[test]
fn the_example_authority_comes_in_whole_and_tells_its_story() {
    let desk = Desk::new();
    let told = desk.done(&["demo", "--dir", "demo", "--print"]);
    assert!(!told.contains("NOT TAKEN"), "{told}");
    assert!(told.contains("Harrowmere City Council"), "{told}");
    let counts = |day| {
        let statement = desk.json(&["statement", "--data", "demo/data", "--at", day, "--json"]);
        statement["control"]["by_count"]["counts"].clone()
    };
    let known = |counts: &Value| counts["known"].as_u64().expect("a count");
    let (before, after) = (counts("2019-07-31"), counts("2019-08-01"));
    assert!(
        known(&after) > known(&before) + 5,
        "core comes back on one day: {before} {after}"
    );
    let statement = desk.json(&[
        "statement",
        "--data",
        "demo/data",
        "--at",
        "2021-03-26",
        "--json",
    ]);
    let verdicts: BTreeMap<&str, usize> = statement["claims"]
        .as_array()
        .expect("claims")
        .iter()
        .fold(BTreeMap::new(), |mut verdicts, claim| {
            *verdicts
                .entry(claim["verdict"].as_str().expect("a verdict"))
                .or_default() += 1;
            verdicts
        });
    assert_eq!(
        verdicts.len(),
        3,
        "supported, contradicted and cannot tell: {verdicts:?}"
    );
    let (paid, scope) = (
        &statement["money"]["paid_pence"],
        &statement["money"]["in_scope_pence"],
    );
    let share = scope.as_f64().expect("pence") / paid.as_f64().expect("pence");
    assert!(
        (0.005..0.03).contains(&share),
        "technology is a small part of a council's money: {share}"
    );
}

#[test]
fn the_same_seed_gives_the_same_files() {
    let desk = Desk::new();
    for folder in ["one", "two"] {
        desk.done(&["generate", "--out", folder, "--payments", "2000"]);
    }
    desk.done(&[
        "generate",
        "--out",
        "other",
        "--payments",
        "2000",
        "--seed",
        "7",
    ]);
    let payments =
        |folder: &str| std::fs::read(desk.path(folder).join("payments.csv")).expect("payments");
    assert_eq!(payments("one"), payments("two"));
    assert_ne!(payments("one"), payments("other"));
    let report = desk.json(&["import", "one/payments.csv", "--data", "d", "--json"]);
    assert_eq!(report["files"][0]["rows"], 2000);
    assert_eq!(report["files"][0]["rejected"], 0);
}

#[test]
fn the_reference_case_comes_in_whole_and_judges_its_claims() {
    let desk = Desk::new();
    let folder = repository().join("examples/birmingham");
    let folder = folder.to_str().expect("a path in UTF-8");
    let taken = desk.done(&["import", folder, "--data", "d"]);
    assert!(!taken.contains("NOT TAKEN"), "{taken}");
    let statement = desk.json(&["statement", "--data", "d", "--at", "2021-03-31", "--json"]);
    let verdict = |words: &str| {
        let claims = statement["claims"].as_array().expect("claims");
        let claim = claims.iter().find(|claim| {
            claim["claim"]
                .as_str()
                .is_some_and(|claim| claim.contains(words))
        });
        claim.unwrap_or_else(|| panic!("no claim says {words:?}"))["verdict"]
            .as_str()
            .expect("a verdict")
            .to_owned()
    };
    assert_eq!(verdict("300"), "supported");
    assert_eq!(verdict("13"), "supported");
    let returned = desk.json(&[
        "figure",
        "staff.returned",
        "--data",
        "d",
        "--at",
        "2019-08-01",
        "--json",
    ]);
    assert_eq!(returned["known"]["count"], 314);
}

#[test]
fn the_same_files_give_the_same_statement() {
    let desk = Desk::new();
    desk.done(&["generate", "--out", "files", "--payments", "2000"]);
    let statement = |data: &str| {
        desk.done(&["import", "files", "--data", data]);
        let mut statement =
            desk.json(&["statement", "--data", data, "--at", "2021-03-26", "--json"]);
        statement["basis"]["known"] = Value::Null;
        // Record ids are random by design.
        for list in ["services", "contracts", "suppliers", "claims"] {
            for line in statement[list].as_array_mut().expect("a list") {
                for id in ["id", "organisation", "group_organisation"] {
                    if line.get(id).is_some() {
                        line[id] = Value::Null;
                    }
                }
            }
        }
        for group in statement["money"]["groups"].as_array_mut().expect("a list") {
            group["organisation"] = Value::Null;
        }
        for list in ["after_end", "group_firms", "prices"] {
            let lines = statement["extras"][list].as_array_mut().expect("a list");
            lines
                .iter_mut()
                .for_each(|line| line["contract"] = Value::Null);
        }
        statement.to_string()
    };
    assert_eq!(statement("one"), statement("two"));
}
