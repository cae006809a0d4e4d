//! Figures open to their basis and rows, sums agree to the penny, and every link keeps the dates.

use crate::desk::Desk;
use crate::site::{Person, Site};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::LazyLock;

/// One demo for all tests of this file.
static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv_reader(csv);
    let records = reader.deserialize::<BTreeMap<String, String>>();
    records.map(|row| row.expect("a row")).collect()
}

fn csv_reader(text: &str) -> csv::Reader<&[u8]> {
    csv::Reader::from_reader(text.as_bytes())
}

/// An amount of a file in pence: `-12.50`.
fn pence(text: &str) -> i64 {
    let negative = text.starts_with(['-', '−']);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let pence: i64 = digits.parse().expect("an amount");
    if negative { -pence } else { pence }
}

fn figure(person: &Person, name: &str, dates: &str) -> Value {
    let answer = person.get(&format!("/figures/{name}?format=json&{dates}"));
    assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    serde_json::from_str(&answer.text).expect("JSON")
}

fn money(figure: &Value, end: &str) -> i64 {
    figure[end]["money"].as_i64().expect("money")
}

#[test]
fn a_figure_of_a_page_is_what_the_command_line_takes() {
    let director = DEMO.sign_in("director");
    let names = [
        "control.by_count",
        "control.by_cost",
        "services.with_supplier",
        "staff.returned",
        "paid.total",
        "paid.technology",
    ];
    for (at, known) in [
        ("2021-03-26", "196"),
        ("2019-08-01", "100"),
        ("2015-05-15", "196"),
    ] {
        for name in names {
            let taken = DEMO.desk.json(&[
                "figure",
                name,
                "--data",
                "demo/data",
                "--at",
                at,
                "--known",
                known,
                "--json",
            ]);
            let dates = format!("at={at}&known={known}");
            assert_eq!(figure(&director, name, &dates), taken, "{name} {dates}");
            let page = director.get(&format!("/figures/{name}?{dates}"));
            assert_eq!(page.status, 200, "{name} {dates}: {}", page.text);
        }
    }
    assert_eq!(director.get("/figures/no.such").status, 404);
}

#[test]
fn the_services_of_a_figure_add_up_to_it() {
    let director = DEMO.sign_in("director");
    for name in [
        "control.by_count",
        "control.critical",
        "control.run_in_house",
    ] {
        for at in ["2012-01-01", "2019-08-01", "2021-03-26"] {
            let file = director.get(&format!("/figures/{name}?format=csv&at={at}"));
            let rows = rows(&file.text);
            let count = |word| rows.iter().filter(|row| row["Counts"] == word).count() as i64;
            let (known, possible) = (count("certainly"), count("certainly") + count("possibly"));
            let figure = figure(&director, name, &format!("at={at}"));
            let of = rows.len() as i64;
            if of == 0 {
                assert_eq!(figure["known"], Value::Null);
                continue;
            }
            assert_eq!(figure["known"]["share"], known * 10_000 / of, "{name} {at}");
            assert_eq!(
                figure["possible"]["share"],
                10_000 - (of - possible) * 10_000 / of,
                "{name} {at}"
            );
        }
    }
}

#[test]
fn the_movements_of_a_figure_add_up_to_it() {
    let director = DEMO.sign_in("director");
    for name in [
        "staff.returned",
        "staff.returned.by_transfer",
        "staff.returned.by_secondment_end",
    ] {
        let file = director.get(&format!("/figures/{name}?format=csv&at=2021-03-26"));
        let sum = |certain: bool| -> i64 {
            let rows = rows(&file.text);
            let counted = rows
                .iter()
                .filter(|row| !certain || row["Counts"] == "certainly");
            counted
                .map(|row| row["People"].parse::<i64>().expect("a count"))
                .sum()
        };
        let figure = figure(&director, name, "at=2021-03-26");
        assert_eq!(figure["known"]["count"], sum(true), "{name}");
        assert_eq!(figure["possible"]["count"], sum(false), "{name}");
    }
}

#[test]
fn suppliers_and_their_payments_add_up_to_the_figures_to_the_penny() {
    let director = DEMO.sign_in("director");
    for at in ["2021-03-26", "2019-08-15"] {
        let suppliers = rows(&director.get(&format!("/suppliers?format=csv&at={at}")).text);
        let sum = |rows: &[BTreeMap<String, String>], column: &str| -> i64 {
            rows.iter().map(|row| pence(&row[column])).sum()
        };
        let dates = format!("at={at}");
        let total = money(&figure(&director, "paid.total", &dates), "known");
        let technology = money(&figure(&director, "paid.technology", &dates), "possible");
        assert_eq!(sum(&suppliers, "All payments"), total, "{at}");
        assert_eq!(sum(&suppliers, "Technology"), technology, "{at}");
        let payments = rows(&director.get(&format!("/payments?format=csv&at={at}")).text);
        assert_eq!(sum(&payments, "Amount"), total, "{at}");
        let counted: Vec<_> = payments
            .into_iter()
            .filter(|row| row["Technology"] == "yes")
            .collect();
        assert_eq!(sum(&counted, "Amount"), technology, "{at}");

        // Each of the first suppliers on the page, by its own page and its own payments.
        let page = director.get(&format!("/suppliers?sort=-all&at={at}"));
        let links: Vec<String> = links(&page.text)
            .into_iter()
            .filter(|link| link.starts_with("/suppliers/"))
            .take(4)
            .collect();
        assert_eq!(links.len(), 4, "{at}");
        for link in links {
            let supplier = director.get(&link);
            let years = rows(&director.get(&format!("{link}&format=csv")).text);
            let paid = sum(&years, "All payments");
            let theirs = self::links(&supplier.text)
                .into_iter()
                .find(|link| link.starts_with("/payments?"))
                .expect("its payments");
            let theirs = rows(&director.get(&format!("{theirs}&format=csv")).text);
            assert_eq!(sum(&theirs, "Amount"), paid, "{link}");
            let counted: Vec<_> = theirs
                .into_iter()
                .filter(|row| row["Technology"] == "yes")
                .collect();
            assert_eq!(sum(&counted, "Amount"), sum(&years, "Technology"), "{link}");
        }
    }
}

#[test]
fn a_name_that_changed_its_meaning_is_shared_out_between_its_organisations() {
    let desk = Desk::new();
    desk.file(
        "paid.csv",
        "Payment Date,Supplier Name,Net Amount,Expenditure Category\n03/07/2019,Northmere,1000.50,Computer software\n17/07/2020,Northmere,20.00,Computer software\n",
    );
    desk.file(
        "names.csv",
        "printed name,means organisation,from\nNorthmere,Northmere Old Ltd,unknown\nNorthmere,Northmere New Ltd,2020-01-15\n",
    );
    desk.done(&["import", "paid.csv", "names.csv", "--data", "data"]);
    let site = Site::start(desk, &["serve", "--data", "data"]);
    let person = administrator(&site);
    let page = person.get("/suppliers");
    for (name, sum, other) in [
        ("Northmere Old Ltd", "£1,000.50", "£20.00"),
        ("Northmere New Ltd", "£20.00", "£1,000.50"),
    ] {
        let link = link_called(&page.text, name);
        let supplier = person.get(&link);
        supplier.says(sum).lacks(other);
        let payments = self::links(&supplier.text)
            .into_iter()
            .find(|link| link.starts_with("/payments?organisation="))
            .expect("its payments");
        person
            .get(&payments)
            .says(sum)
            .lacks(other)
            .says("paid.csv");
    }
}

#[test]
fn hostile_names_are_shown_as_what_they_are() {
    let desk = Desk::new();
    desk.file(
        "paid.csv",
        "Payment Date,Supplier Name,Net Amount,Description\n03/07/2019,\"<script>alert(1)</script> & \"\"Sons\"\"\",10.00,\"<img src=x onerror=alert(2)>\"\n04/07/2019,=cmd|' /C calc'!A0,5.00,plain\n",
    );
    desk.done(&["import", "paid.csv", "--data", "data"]);
    let site = Site::start(desk, &["serve", "--data", "data"]);
    let person = administrator(&site);
    let list = person.get("/suppliers");
    let hostile = self::links(&list.text)
        .into_iter()
        .find(|link| link.contains("script"))
        .expect("its page");
    for path in ["/suppliers", "/payments", "/", &hostile] {
        let page = person.get(path);
        assert_eq!(page.status, 200, "{path}");
        page.lacks("<script>alert").lacks("<img src=x");
    }
    person.get(&hostile).says("&lt;script&gt;alert(1)");
    let file = person.get("/payments?format=csv");
    file.says("'=cmd").lacks("\n=cmd").lacks(",=cmd");
}

#[test]
fn payments_are_filtered_by_day_name_and_file() {
    let director = DEMO.sign_in("director");
    let all = director.get("/payments?from=2019-08-01&to=2019-08-31&format=csv");
    let august = rows(&all.text);
    assert!(!august.is_empty());
    for row in &august {
        assert!(row["Paid"].starts_with("2019-08"), "{row:?}");
    }
    let page = director.get("/payments?from=2019-08-01&to=2019-08-31");
    let import = self::links(&page.text)
        .into_iter()
        .find(|link| link.starts_with("/imports/"))
        .expect("the file of a payment");
    let id = import
        .trim_start_matches("/imports/")
        .split('?')
        .next()
        .expect("an id");
    let from_file = rows(
        &director
            .get(&format!("/payments?import={id}&format=csv"))
            .text,
    );
    let files: BTreeSet<&String> = from_file.iter().map(|row| &row["File"]).collect();
    assert_eq!(files.len(), 1);
    for wrong in [
        "/payments?from=tomorrow",
        "/payments?from=2020-01-01&to=2019-01-01",
    ] {
        assert_eq!(director.get(wrong).status, 400, "{wrong}");
    }
    for nothing in [
        "/payments?organisation=none",
        "/suppliers/named?name=Nobody",
        "/groups/none",
        "/claims/none",
    ] {
        assert_eq!(director.get(nothing).status, 404, "{nothing}");
    }
}

#[test]
fn every_link_is_there_and_keeps_the_dates() {
    let director = DEMO.sign_in("director");
    // Early on little was known; one entry before the last almost everything is.
    let latest = director.get("/").text;
    let latest = latest.split_once("Entry ").expect("the footer says it").1;
    let latest: u64 = latest
        .split(',')
        .next()
        .expect("a number")
        .parse()
        .expect("a number");
    let known = [100, latest - 1];
    let dates = known.map(|known| format!("/?at=2021-03-26&known={known}"));
    let mut queue = VecDeque::from(dates);
    let mut seen: BTreeSet<String> = queue.iter().cloned().collect();
    let mut patterns: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(path) = queue.pop_front() {
        let pattern = pattern(&path);
        let visits = patterns.entry(pattern.clone()).or_default();
        *visits += 1;
        // Pages of one kind differ in their rows alone: two dozen of each stand for all.
        if *visits > 24 {
            continue;
        }
        let answer = director.get(&path);
        if answer.status == 303 {
            assert!(
                keeps_dates(&answer.location),
                "{path} leads to {}",
                answer.location
            );
            continue;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        // Drawings have titles of their own.
        let (head, body) = answer.text.split_once("</head>").expect("a head");
        for (part, mark) in [(head, "<title>"), (body, "<h1")] {
            assert_eq!(part.matches(mark).count(), 1, "{mark} on {path}");
        }
        answer.lacks("{{").lacks("{%");
        for link in links(&answer.text) {
            if dateless(&link) {
                continue;
            }
            assert!(keeps_dates(&link), "{link} on {path} forgets the dates");
            if seen.insert(link.clone()) {
                queue.push_back(link);
            }
        }
    }
    println!("visited: {patterns:#?}");
    for built in BUILT {
        assert!(
            patterns.keys().any(|pattern| pattern.starts_with(built)),
            "{built} was never reached"
        );
    }
}

/// Sorts of pages that must be reached.
const BUILT: &[&str] = &[
    "/claims",
    "/contracts",
    "/entries",
    "/events",
    "/figures",
    "/groups",
    "/imports",
    "/movements",
    "/organisations",
    "/payments",
    "/readiness",
    "/readiness/risks",
    "/recommendations",
    "/records",
    "/registers",
    "/services",
    "/suppliers",
];

/// What of the site is about no day: accounts, fixed texts, and the way back to today.
fn dateless(link: &str) -> bool {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    const ABOUT_NO_DAY: &[&str] = &[
        "/accessibility",
        "/privacy",
        "/accounts",
        "/assets",
        "/sign-in",
        "/sign-out",
        "/account",
        "/templates",
    ];
    ABOUT_NO_DAY.iter().any(|start| path.starts_with(start))
}

fn keeps_dates(link: &str) -> bool {
    let query = link
        .split_once('?')
        .map(|(_, query)| query)
        .unwrap_or_default();
    let query = query.split('#').next().unwrap_or_default();
    ["at=", "known="]
        .iter()
        .all(|date| query.split('&').any(|field| field.starts_with(date)))
}

/// `/services/{}` of `/services/0af1…?at=…`; queries other than the dates and paging tell kinds apart.
fn pattern(link: &str) -> String {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    let part = |part: &str| {
        let id = part.len() == 32 && part.chars().all(|c| c.is_ascii_hexdigit());
        if id { "{}".to_owned() } else { part.to_owned() }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The addresses inside the site that a page links to, but for the way back to today.
fn links(page: &str) -> Vec<String> {
    let links = page.split("<a ").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let link = unescaped(tag.split_once("href=\"")?.1.split('"').next()?);
        let back = rest.starts_with("Go back to today");
        (link.starts_with('/') && !back).then_some(link)
    });
    links.collect()
}

fn unescaped(link: &str) -> String {
    let known = [
        ("&#x2f;", "/"),
        ("&#x3d;", "="),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
    ];
    let link = known
        .into_iter()
        .fold(link.to_owned(), |link, (code, letter)| {
            link.replace(code, letter)
        });
    link.replace("&amp;", "&")
}

fn link_called(page: &str, text: &str) -> String {
    let (before, _) = page.split_once(&format!("\">{text}</a>")).expect("a link");
    let (_, link) = before.rsplit_once("href=\"").expect("its address");
    unescaped(link)
}

/// Somebody who used the one-time link of a new site.
fn administrator(site: &Site) -> Person {
    let person = site.visitor();
    let (_, link) = site
        .printed
        .split_once("/setup/")
        .expect("the one-time link");
    let path = format!("/setup/{}", link.lines().next().expect("a line"));
    let fields = [
        ("name", "Ann Example"),
        ("login", "ann@example.org"),
        ("password", "three words apart"),
    ];
    let answer = person.post(&path, &fields);
    assert_eq!(answer.status, 303, "{}", answer.text);
    if person.get("/suppliers").status != 200 {
        let fields = [
            ("login", "ann@example.org"),
            ("password", "three words apart"),
        ];
        person.post_from("/sign-in", "/sign-in", &fields);
    }
    person
}
