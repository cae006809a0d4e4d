//! Did performance step up? From the made-up authority's monthly reports to its pages, held against the
//! truth that was put into them.

use crate::site::{Person, Site, ok};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

/// After the last month that the reports hold.
const AT: &str = "at=2022-01-31";

/// The rows of a page's file by the name in their first column.
fn rows(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    let rows = csv.deserialize().map(|row| row.expect("a row"));
    rows.map(|row: BTreeMap<String, String>| (row["Service"].clone(), row))
        .collect()
}

/// The address of a service's performance.
fn of_service(reader: &Person, name: &str) -> String {
    let page = ok(reader, &format!("/performance?{AT}"));
    let (before, _) = page
        .text
        .split_once(&format!("\">{name}</a>"))
        .unwrap_or_else(|| panic!("no link to {name}"));
    let (_, href) = before.rsplit_once("href=\"").expect("an address");
    href.replace("&#x2f;", "/").replace("&amp;", "&")
}

#[test]
fn the_services_that_truly_stepped_are_found_and_no_other() {
    let reader = DEMO.sign_in("reader");
    let rows = rows(&ok(&reader, &format!("/performance?{AT}&format=csv")).text);
    let up: Vec<&str> = rows
        .iter()
        .filter(|(_, row)| row["Verdict"] == "Stepped up")
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(
        up,
        [
            "Contact centre telephony",
            "Desktop computers",
            "Email and calendars",
            "Network",
            "Service desk",
            "Social care case management",
        ]
    );
    assert!(rows.values().all(|row| row["Verdict"] != "Stepped down"));
    let schools = &rows["Schools network"];
    assert_eq!(schools["Why"], "No measure is named by which it is judged.");
    let network = &rows["Network"];
    assert_eq!(network["Handed over"], "2019-08-01");
    assert!(network["Step"].starts_with('-'), "{network:?}");

    let sentence = format!(
        "6 of {} services stepped up when they changed hands",
        rows.len()
    );
    ok(&reader, &format!("/performance?{AT}")).says(&sentence);
    ok(&reader, &format!("/?{AT}")).says(&sentence);
    let statement = ["statement", "--data", "demo/data", "--at", "2022-01-31"];
    let told = DEMO.desk.run(&statement);
    assert!(told.out.contains(&sentence), "{}", told.out);
}

#[test]
fn a_service_shows_its_verdict_its_chart_and_every_row() {
    let reader = DEMO.sign_in("reader");
    let page = ok(&reader, &of_service(&reader, "Service desk"));
    page.says("Desk incidents in target stepped up");
    page.says("What we cannot exclude")
        .says("Pandemic closes the offices");
    page.says("How we know")
        .says("42 usable months before, 29 after");
    page.says("limits counted afresh: The desk came back");
    assert!(page.text.contains("role=\"img\""), "a drawing");
    let measure = page
        .text
        .split("measure-")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("a measure")
        .to_owned();
    for (ending, kind, begins) in [
        ("svg", "image/svg+xml", "<?xml"),
        ("png", "image/png", ""),
        ("csv", "text/csv; charset=utf-8", "Month,"),
    ] {
        let file = ok(&reader, &format!("/measures/{measure}/chart.{ending}?{AT}"));
        assert_eq!(file.header("content-type"), kind, "{ending}");
        assert!(file.text.starts_with(begins), "{ending}: {:.60}", file.text);
    }
    // A row leads to the line of the file that it stands on.
    let values = ok(
        &reader,
        &format!("/measures/{measure}/values?{AT}&format=csv"),
    )
    .text;
    let mut values = csv::Reader::from_reader(values.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = values
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect();
    assert_eq!(rows.len(), 72);
    let report =
        std::fs::read_to_string(DEMO.desk.path("demo/files/measurements/service-levels.csv"))
            .expect("the report");
    let lines: Vec<&str> = report.lines().collect();
    for row in &rows {
        assert_eq!(row["File"], "service-levels.csv");
        let line: usize = row["Line"].parse().expect("a line");
        let printed = lines[line - 1];
        assert!(
            printed.ends_with(&format!(
                "Service desk,Incidents resolved in target,{:.1}%",
                row["Value"].parse::<f64>().expect("a value")
            )),
            "{row:?}: {printed}"
        );
    }
}

#[test]
fn before_the_service_came_back_nobody_could_tell() {
    let reader = DEMO.sign_in("reader");
    let rows = rows(&ok(&reader, "/performance?at=2020-03-31&format=csv").text);
    let desk = &rows["Service desk"];
    assert_eq!(desk["Verdict"], "Cannot tell");
    assert!(
        desk["Why"].starts_with("There are 42 usable months before and 7 after"),
        "{desk:?}"
    );
    // The contact centre had come back by then, long enough ago.
    assert_eq!(rows["Contact centre telephony"]["Verdict"], "Stepped up");
}

#[test]
fn a_service_without_measures_says_what_would_fill_the_page() {
    let reader = DEMO.sign_in("reader");
    ok(&reader, &of_service(&reader, "Schools network"))
        .says("No measure of this service is stated yet")
        .says("monthly service reports");
}

#[test]
fn a_met_target_does_not_hide_that_people_are_less_happy() {
    let reader = DEMO.sign_in("reader");
    let address = of_service(&reader, "Service desk");
    ok(&reader, &address).lacks("Green outside, red inside?");
    let mut export = String::from(
        "Response ID,Date submitted,\"How happy are you with it, 0 to 10?\",Service\n",
    );
    let mut number = 0;
    for month in 3..=12 {
        let (happy, unhappy) = if month < 11 { (70, 10) } else { (10, 70) };
        for (service, of) in [("Service desk", 1), ("Network", 3), ("Website", 3)] {
            for (answers, happiness) in [(happy / of, 9), (20, 7), (unhappy / of, 3)] {
                for _ in 0..answers {
                    number += 1;
                    export += &format!("{number},2021-{month:02}-15 09:00,{happiness},{service}\n");
                }
            }
        }
    }
    DEMO.desk.file("staff.csv", export);
    DEMO.desk.done(&[
        "import",
        "staff.csv",
        "--data",
        "demo/data",
        "--as",
        "responses",
    ]);
    // The program that serves follows the log of the one that imports by looking now and then.
    let is_there = || {
        ok(&reader, &address)
            .text
            .contains("Green outside, red inside?")
    };
    let mut tries = (0..100).map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        is_there()
    });
    assert!(
        tries.any(|there| there),
        "the page says it within some seconds"
    );
    ok(&reader, &address).says("Staff are less happy with it than chance explains.");
    ok(&reader, &format!("/experience?{AT}")).says("1 December 2021 to 31 December 2021");
}
