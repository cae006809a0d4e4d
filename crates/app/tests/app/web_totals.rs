//! Why published totals differ, on its page and on the command line.

use crate::desk::Desk;
use crate::site::{Person, Site};
use serde_json::Value;
use std::sync::LazyLock;

/// One demo for all tests of this file.
static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

const GROUP: &str = "Northmere Group plc";

fn counted(more: &[&str]) -> Value {
    let question = ["totals", GROUP, "--from", "2016", "--to", "2019"];
    let words = [&question[..], &["--data", "demo/data", "--json"], more].concat();
    DEMO.desk.json(&words)
}

fn page(person: &Person, more: &str) -> String {
    let group = counted(&[])["organisation"]
        .as_str()
        .expect("an id")
        .to_owned();
    let answer = person.get(&format!("/totals/{group}?first=2016&last=2019{more}"));
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text.replace("&#x2f;", "/")
}

#[test]
fn the_steps_between_published_totals_add_up_to_the_penny() {
    let answer = counted(&[]);
    let account = &answer["account"];
    let pence = |value: &Value| value["pence"].as_i64().expect("pence");
    let legs = account["legs"].as_array().expect("legs");
    let sum: i64 = legs.iter().map(pence).sum();
    assert_eq!(pence(&account["from"]), 650_000_000);
    assert_eq!(pence(&account["to"]), 4_500_000_000);
    assert_eq!(sum, 4_500_000_000 - 650_000_000);
    let explained = account["explained"].as_i64().expect("pence");
    let rest = account["not_explained"].as_i64().expect("pence");
    assert_eq!(explained + rest, sum);
    assert!(rest.abs() < sum / 20, "choices explain nearly all: {rest}");
}

#[test]
fn each_published_total_of_the_example_has_a_count_within_a_twentieth() {
    let answer = counted(&[]);
    let published = answer["published"].as_array().expect("totals");
    assert_eq!(published.len(), 3);
    for total in published {
        let amount = total["amount"].as_i64().expect("pence");
        let apart = total["nearest"]["apart"].as_i64().expect("pence");
        assert!(apart.abs() * 20 < amount, "{total}");
    }
}

#[test]
fn a_total_that_nobody_published_is_refused() {
    let question = [
        "totals",
        GROUP,
        "--from",
        "2016",
        "--to",
        "2019",
        "--data",
        "demo/data",
    ];
    let run = DEMO
        .desk
        .run(&[&question[..], &["--start", "six billion"]].concat());
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(
        run.err.contains("\"six billion\" is neither"),
        "{}",
        run.err
    );
    let backwards = [
        "totals",
        GROUP,
        "--from",
        "2019",
        "--to",
        "2016",
        "--data",
        "demo/data",
    ];
    let run = DEMO.desk.run(&backwards);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(
        run.err.contains("write the first year, then the last"),
        "{}",
        run.err
    );
}

#[test]
fn the_page_shows_every_count_the_steps_and_what_cannot_be_counted() {
    let reader = DEMO.sign_in("reader");
    let text = page(&reader, "");
    for words in [
        "Why totals differ: Northmere Group plc",
        "the whole group",
        "£15,843,801.85",
        "What cannot be counted, and why",
        "in files that do not say it",
        "Count everything",
        "Not explained",
        "Nearest count that it can mean",
    ] {
        assert!(text.contains(words), "no {words:?}: {text}");
    }
    assert_eq!(
        text.matches("class=\"hb-chart").count(),
        2,
        "wide and narrow"
    );
    assert!(
        !text.contains("/records/published-total/new"),
        "a reader records nothing"
    );
    let file = page(&reader, "&format=csv");
    assert!(file.starts_with("Step,What changes,Amount,Then"), "{file}");
}

#[test]
fn the_page_of_a_published_total_says_what_it_does_not_say() {
    let reader = DEMO.sign_in("reader");
    let list = reader.get("/published-totals").text.replace("&#x2f;", "/");
    assert!(list.contains("Northmere took £45m in four years"), "{list}");
    let id = list
        .split("href=\"/published-totals/")
        .nth(1)
        .and_then(|rest| rest.get(..32));
    let one = reader.get(&format!("/published-totals/{}", id.expect("a record")));
    assert_eq!(one.status, 200);
    assert!(one.text.contains("It does not say"), "{}", one.text);
    let money = reader.get("/suppliers").text.replace("&#x2f;", "/");
    assert!(
        money.contains("href=\"/published-totals\""),
        "the money page leads there"
    );
}

#[test]
fn years_that_are_none_are_told_on_the_page() {
    let reader = DEMO.sign_in("reader");
    let group = counted(&[])["organisation"]
        .as_str()
        .expect("an id")
        .to_owned();
    for years in [
        "first=2019&last=2016",
        "first=soon&last=2016",
        "first=99999&last=2016",
    ] {
        let answer = reader.get(&format!("/totals/{group}?{years}"));
        assert_eq!(answer.status, 400, "{years}");
    }
    let nowhere = reader.get(&format!("/totals/{}", "0".repeat(32)));
    assert_eq!(nowhere.status, 404);
}

#[test]
fn with_nothing_on_file_the_whole_difference_stays_unexplained() {
    let desk = Desk::new();
    desk.file(
        "published-totals.csv",
        "published total,paid to,first year,last year,amount,published by,published on,source\n\
         Net to the joint venture and its associates,Made-up Partner,2006,2011,£994m,The council,2012,Minutes\n\
         A trade article,Made-up Partner,2006,2011,£6bn,A newspaper,2012,An issue\n",
    );
    desk.done(&["import", "published-totals.csv", "--data", "d"]);
    let words = [
        "totals",
        "Made-up Partner",
        "--from",
        "2006",
        "--to",
        "2011",
        "--data",
        "d",
    ];
    let text = desk.done(&words);
    for expected in [
        "nothing can be counted",
        "No count can be what it means",
        "Not explained: nothing on file can be counted",
        "+£5,006,000,000.00",
        "2006-01-01 to 2012-03-31",
    ] {
        assert!(text.contains(expected), "no {expected:?}: {text}");
    }
}

#[test]
fn promises_of_the_example_are_kept_missed_and_not_told() {
    let reader = DEMO.sign_in("reader");
    let list = reader
        .get("/claims?of=promises&format=csv&at=2021-03-31")
        .text;
    let finding = |beginning: &str| {
        let line = list
            .lines()
            .find(|line| line.trim_start_matches('"').starts_with(beginning));
        line.unwrap_or_else(|| panic!("no {beginning:?}: {list}"))
            .to_owned()
    };
    for (beginning, found) in [
        ("The core services would be back", "kept"),
        ("Contact centre telephony would be back", "missed"),
        ("At least 220 people", "kept"),
        ("Leaving would have saved", "cannot tell"),
        ("Faults would be mended", "cannot tell"),
    ] {
        let line = finding(beginning);
        assert!(line.contains(&format!(",{found},")), "{line}");
    }
    let page = reader
        .get("/claims?of=promises&at=2021-03-31")
        .text
        .replace("&#x2f;", "/");
    let place = page
        .find("The core services would be back")
        .expect("the promise");
    let id = page[..place]
        .rsplit("href=\"/claims/")
        .next()
        .and_then(|rest| rest.get(..32));
    let one = reader.get(&format!("/claims/{}?at=2021-03-31", id.expect("a record")));
    for words in [
        "What was promised",
        "a date, by 31 August 2019",
        "Core services return",
        "kept",
    ] {
        assert!(one.text.contains(words), "no {words:?}: {}", one.text);
    }
}
