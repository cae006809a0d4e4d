//! Obligations, requests, the calendar, and feeds of it.

use crate::site::{Answer, Site, ok};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

#[test]
fn a_board_says_who_owes_what_and_how_it_stands() {
    let reader = DEMO.sign_in("reader");
    ok(&reader, "/obligations?at=2018-11-01&state=late")
        .says("Asset register as at the year end")
        .says("Schedule 14.5")
        .lacks("Pay the last quarter");
    ok(&reader, "/obligations?at=2021-03-26")
        .says("unknown: no date is stated")
        .says("due soon");
    ok(
        &reader,
        "/obligations?at=2021-03-26&by=Harrowmere%20City%20Council",
    )
    .says("Pay the last quarter")
    .lacks("Hand over the keys");
    let file = ok(&reader, "/obligations?at=2021-03-26&format=csv");
    assert_eq!(file.text.lines().count(), 6, "{}", file.text);
}

#[test]
fn answers_are_timed_and_open_ones_count_as_so_far() {
    let reader = DEMO.sign_in("reader");
    ok(&reader, "/requests?at=2018-12-01")
        .says("11 days (9 working days)")
        .says("79 days (57 working days)")
        .lacks("Prices after the term, ");
    ok(&reader, "/requests?at=2020-12-02")
        .says("late, no answer yet")
        .says("at least 30 days (22 working days)")
        .says("2 of 3 late, 1 open");
}

#[test]
fn a_month_lists_what_falls_due_and_leads_to_the_next() {
    let reader = DEMO.sign_in("reader");
    let month = ok(&reader, "/calendar?at=2021-03-26");
    month
        .says("March 2021")
        .says("Hand over the keys of the machine rooms")
        .says("Last day of the term: Strategic technology partnership")
        .says("Late from before")
        .says("Answer due: Which machines in the rooms are shared with others")
        .says("April 2021");
    ok(&reader, "/calendar?at=2021-03-26&month=2021-04").says("Pay the last quarter");
    for wrong in ["2021", "2021-13", "soon", "9999-01"] {
        let answer = reader.get(&format!("/calendar?month={wrong}"));
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a feed is of the day on which the program is asked"
)]
fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}

/// The events of a calendar, each with its properties, read by the letter of RFC 5545: lines end in
/// CRLF, none is longer than 75 octets, and one that begins with a space goes on from the last.
fn events(text: &str) -> Vec<BTreeMap<String, String>> {
    assert!(text.ends_with("\r\n") && !text.replace("\r\n", "").contains(['\r', '\n']));
    let mut lines: Vec<String> = Vec::new();
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        match (line.strip_prefix(' '), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    assert_eq!(lines.first().map(String::as_str), Some("BEGIN:VCALENDAR"));
    assert_eq!(lines.last().map(String::as_str), Some("END:VCALENDAR"));
    for needed in ["VERSION:2.0", "PRODID:-//Handback//Calendar//EN"] {
        let held = lines.iter().filter(|line| *line == needed);
        assert_eq!(held.count(), 1, "{needed}");
    }
    let mut events = Vec::new();
    let mut event: Option<BTreeMap<String, String>> = None;
    for line in lines {
        let (name, value) = line.split_once(':').expect("a name and a value");
        match (line.as_str(), event.as_mut()) {
            ("BEGIN:VEVENT", None) => event = Some(BTreeMap::new()),
            ("END:VEVENT", Some(_)) => events.extend(event.take()),
            (_, Some(held)) => {
                let before = held.insert(name.to_owned(), value.to_owned());
                assert_eq!(before, None, "{name} twice");
            }
            _ => {}
        }
    }
    events
}

/// The secret path of a feed that a page shows.
fn feed_path(page: &Answer) -> String {
    let text = page.text.replace("&#x2f;", "/");
    let (_, rest) = text.split_once("/feeds/").expect("the address is shown");
    format!("/feeds/{}", &rest[..68])
}

#[test]
fn a_feed_is_what_calendars_read_and_ends_when_it_is_taken_back() {
    let site = Site::demo();
    let reader = site.sign_in("reader");
    let manager = site.sign_in("contracts");
    let day = |days: i64| {
        let today = today();
        today
            .saturating_add(jiff::Span::new().days(days))
            .to_string()
    };
    let last = day(25);
    let (soon, long) = (
        day(10),
        "List, of; all\\ that belongs to us and äöü ".repeat(4),
    );
    let added = manager.post_from(
        "/records/obligation/new",
        "/records/obligation/new",
        &[
            ("obligation-0", &long),
            ("owed-by-0", "Harrowmere City Council"),
            ("due-0-day", &soon[8..]),
            ("due-0-month", &soon[5..7]),
            ("due-0-year", &soon[..4]),
            ("every-0", "1 week"),
            ("until-0-day", &last[8..]),
            ("until-0-month", &last[5..7]),
            ("until-0-year", &last[..4]),
        ],
    );
    assert_eq!(added.status, 303, "{}", added.text);
    let made = reader.post_from("/calendar", "/calendar/feed", &[]);
    assert_eq!(made.status, 200, "{}", made.text);
    let path = feed_path(&made);
    assert!(!ok(&reader, "/calendar").text.contains("/feeds/"));

    let nobody = site.visitor();
    let feed = ok(&nobody, &path);
    assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(feed.header("cache-control"), "no-store");
    let held = events(&feed.text);
    let ids: BTreeSet<&String> = held.iter().map(|event| &event["UID"]).collect();
    assert_eq!(ids.len(), held.len());
    for event in &held {
        let day = &event["DTSTART;VALUE=DATE"];
        assert!(
            day.len() == 8 && day.bytes().all(|it| it.is_ascii_digit()),
            "{day}"
        );
        assert!(event["DTSTAMP"].len() == 16 && event["DTSTAMP"].ends_with('Z'));
        assert!(event["SEQUENCE"].parse::<u32>().is_ok());
    }
    let escaped = long.trim().replace('\\', "\\\\");
    let escaped = escaped.replace(';', "\\;").replace(',', "\\,");
    let ours: Vec<_> = held
        .iter()
        .filter(|event| event["SUMMARY"] == escaped)
        .collect();
    assert_eq!(ours.len(), 3, "{}", feed.text);
    assert_eq!(ours[0]["DTSTART;VALUE=DATE"], soon.replace('-', ""));

    // The same identifiers an hour later, whatever else was added.
    let again = events(&ok(&nobody, &path).text);
    assert!(
        again
            .iter()
            .map(|event| &event["UID"])
            .eq(held.iter().map(|event| &event["UID"]))
    );

    let second = feed_path(&reader.post_from("/calendar", "/calendar/feed", &[]));
    assert_eq!(nobody.get(&path).status, 404);
    assert_eq!(nobody.get(&second).status, 200);
    let ended = reader.post_from("/calendar", "/calendar/feed/revoke", &[]);
    assert_eq!(ended.status, 303);
    let gone = nobody.get(&second);
    assert_eq!(gone.status, 404);
    assert!(!gone.text.contains("<table"));
    let statuses: Vec<u16> = (0..12)
        .map(|_| nobody.get("/feeds/nothing").status)
        .collect();
    assert!(
        statuses.contains(&404) && statuses.contains(&429),
        "{statuses:?}"
    );
}
