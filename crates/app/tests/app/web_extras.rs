//! What extras cost: from a messy change log to the statement, by pages and on the command line.

use crate::desk::Desk;
use crate::site::{Site, ok};
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

const AT: &str = "at=2021-03-26";

#[test]
fn the_statement_the_page_and_the_command_say_the_same() {
    let told = DEMO.desk.json(&[
        "extras",
        "--data",
        "demo/data",
        "--at",
        "2021-03-26",
        "--json",
    ]);
    let pence = |name: &str| told[name].as_i64().expect("an amount");
    let classes = [
        "contracted_pence",
        "variation_pence",
        "off_contract_pence",
        "unknown_pence",
    ];
    assert!(classes.iter().all(|class| pence(class) > 0), "{told}");
    // The years, and the rules, add up to the whole.
    let all: i64 = classes.iter().map(|class| pence(class)).sum();
    let years = told["by_year"].as_array().expect("years");
    let of_year = |year: &serde_json::Value| -> i64 {
        classes
            .iter()
            .map(|class| year[class].as_i64().expect("an amount"))
            .sum()
    };
    assert_eq!(years.iter().map(of_year).sum::<i64>(), all);
    let rules = told["by_rule"].as_array().expect("rules");
    let sum: i64 = rules
        .iter()
        .map(|rule| rule["pence"].as_i64().expect("an amount"))
        .sum();
    assert_eq!(sum, all);
    let askers = told["by_asker"].as_array().expect("askers");
    let asked: i64 = askers
        .iter()
        .map(|line| line["pence"].as_i64().expect("an amount"))
        .sum();
    assert_eq!(asked, pence("variation_pence"));

    let reader = DEMO.sign_in("reader");
    let answer = DEMO
        .desk
        .run(&["extras", "--data", "demo/data", "--at", "2021-03-26"]);
    let first = answer.out.lines().next().expect("a sentence").to_owned();
    assert!(first.starts_with("Extras cost at least £"), "{first}");
    ok(&reader, &format!("/extras?{AT}")).says(&first);
    ok(&reader, &format!("/?{AT}")).says(&first);
    let statement = DEMO
        .desk
        .run(&["statement", "--data", "demo/data", "--at", "2021-03-26"]);
    assert!(statement.out.contains(&first), "{}", statement.out);
    // What counts as technology is the same everywhere.
    let paid = DEMO.desk.json(&[
        "figure",
        "paid.technology",
        "--data",
        "demo/data",
        "--at",
        "2021-03-26",
        "--json",
    ]);
    assert!(paid.to_string().contains(&all.to_string()), "{paid}: {all}");
}

#[test]
fn a_rule_leads_to_its_payments_and_each_to_its_file() {
    let reader = DEMO.sign_in("reader");
    let page = ok(&reader, &format!("/extras?{AT}"));
    let beyond = page.link("in a year in which more was paid than its charges come to");
    let rows = ok(&reader, &beyond);
    rows.says("Northmere").says(", line ");
    let file = ok(&reader, &format!("{beyond}&format=csv")).text;
    let told = DEMO.desk.json(&[
        "extras",
        "--data",
        "demo/data",
        "--at",
        "2021-03-26",
        "--json",
    ]);
    let rules = told["by_rule"].as_array().expect("rules");
    let rule = rules
        .iter()
        .find(|rule| rule["rule"] == "beyond-charges")
        .expect("it is there");
    assert_eq!(
        file.lines().count() as u64,
        rule["payments"].as_u64().expect("a count") + 1
    );
}

#[test]
fn a_contract_shows_its_variations_as_a_tree_and_what_looks_like_one_change() {
    let reader = DEMO.sign_in("reader");
    let list = ok(&reader, &format!("/contracts?{AT}"));
    let partnership = list.link("Strategic technology partnership");
    let page = ok(&reader, &partnership.replace('?', "/extras?"));
    page.says("Its variations add")
        .says("\u{2003}Server refresh in the data centre")
        .says("Extensions without competition")
        .says("Five more years for the partnership")
        .says("the year has not ended")
        .says("Harrowmere price index (made up) from December 2014");
    let lines = list.link("Lines and calls");
    ok(&reader, &lines.replace('?', "/extras?"))
        .says("L-07; L-08; L-09")
        .says("£101,800.00")
        .says("Public Contracts Regulations 2015, regulation 72(5) and (6)");
    let variations = ok(&reader, &format!("/variations?{AT}&by=supplier"));
    variations
        .says("New service portal")
        .lacks("Wi-Fi in twelve libraries");
    let portal = variations.link("New service portal");
    ok(&reader, &portal)
        .says("Rejected.")
        .says("Offered as innovation");
}

#[test]
fn a_person_decides_and_money_moves_between_classes() {
    let site = Site::demo();
    let director = site.sign_in("director");
    let told = |name: &str| {
        let told = site.desk.json(&[
            "extras",
            "--data",
            "demo/data",
            "--at",
            "2021-03-26",
            "--json",
        ]);
        told[name].as_i64().expect("an amount")
    };
    let before = (told("off_contract_pence"), told("unknown_pence"));
    let path = "/records/treatment/new";
    let added = director.post_from(
        path,
        path,
        &[
            ("supplier-0", "Hexwold Mapping Ltd"),
            ("treated-as-0", "off-contract"),
            ("reason-0", "Nobody finds a contract"),
        ],
    );
    assert_eq!(added.status, 303, "{}", added.text);
    let after = (told("off_contract_pence"), told("unknown_pence"));
    assert!(after.0 > before.0, "{before:?} {after:?}");
    assert_eq!(after.0 - before.0, before.1 - after.1);
    let reader = site.sign_in("reader");
    assert_eq!(reader.post_from("/extras", path, &[]).status, 403);
}

#[test]
fn an_old_change_log_comes_in_as_it_is() {
    let desk = Desk::new();
    desk.file("contracts.csv", "Reference,Title,Supplier,Start Date,End Date,Total Contract Value\nK-1,Service desk,Meridian Systems Ltd,01/06/2016,31/05/2021,100000\n");
    desk.file(
        "log.csv",
        "Meridian change log\n\nCCN No,Description,Date Raised,Raised By,Price of change,Accepted,Date Accepted\n1,New laptops,05/03/2018,Meridian Systems Ltd,\"6,000.00\",Yes,19/03/2018\n2,More laptops,12/03/2018,supplier,\"£6,500.00\",Y,02/04/2018\n3,Portal,01/05/2018,client,90000,No,\n4,Desk hours,01/06/2018,Jane Doe,100,Yes,01/07/2018\n",
    );
    let taken = desk.run(&[
        "import",
        "contracts.csv",
        "--data",
        "d",
        "--authority",
        "Wexcombe Council",
    ]);
    assert_eq!(taken.code, 0, "{}{}", taken.out, taken.err);
    let taken = desk.run(&[
        "import",
        "log.csv",
        "--data",
        "d",
        "--contract",
        "K-1",
        "--faults",
        "faults.csv",
    ]);
    assert_eq!(taken.code, 1, "{}{}", taken.out, taken.err);
    assert!(taken.out.contains("variations"), "{}", taken.out);
    let faults = std::fs::read_to_string(desk.path("faults.csv")).expect("the faults");
    assert!(
        faults.contains("Jane Doe") && faults.contains("never a person's name"),
        "{faults}"
    );
    let rows = desk.run(&[
        "sql",
        "select reference, asked_by, price, outcome, contract from variations order by reference",
        "--data",
        "d",
    ]);
    for words in [
        "supplier",
        "authority",
        "6000",
        "6500",
        "rejected",
        "Service desk",
    ] {
        assert!(rows.out.contains(words), "{words}: {}", rows.out);
    }
    // Taken in again, nothing new is stated.
    let again = desk.run(&["import", "log.csv", "--data", "d", "--contract", "K-1"]);
    assert!(
        again.out.contains("before") || again.out.contains("already"),
        "{}",
        again.out
    );
}
