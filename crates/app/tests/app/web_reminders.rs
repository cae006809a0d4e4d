//! Reminders by e-mail, sent to a mail server of the test.

use crate::desk::Desk;
use crate::mail::Mail;
use crate::site::{Person, Site};
use serde_json::json;

#[expect(
    clippy::disallowed_methods,
    reason = "reminders are of the day on which the program is asked"
)]
fn day(days: i64) -> String {
    let today = jiff::Zoned::now().date();
    let day = today.saturating_add(jiff::Span::new().days(days));
    day.to_string()
}

/// An obligation that few may see, due on a day.
fn restricted(administrator: &Person, site: &Site, due: &str) {
    let program = site.program(administrator.token());
    let base = program.get("/api/v1/head").json()["entry"].clone();
    let list = program.get("/api/v1/records/obligation?most=1").json();
    let mut item = list["records"][0]["item"].clone();
    item["what"] = "Hush the bell".into();
    item["due"] = due.into();
    let state = json!({"kind": "obligation", "item": item, "visibility": "restricted"});
    let batch = json!({"reason": "a test", "base": base, "records": [state]});
    let answer = program.post("/api/v1/batches", batch.to_string());
    assert_eq!(answer.status, 200, "{}", answer.text);
}

const FROM: &str = "Handback <handback@example.org>";

#[test]
fn each_thing_is_sent_once_in_a_period_and_again_after_a_failure() {
    let (good, bad) = (Mail::start(false), Mail::start(true));
    let desk = Desk::new();
    let words = [
        "demo",
        "--dir",
        "demo",
        "--smtp",
        &good.url,
        "--mail-from",
        FROM,
    ];
    let site = Site::start(desk, &words);
    let (reader, manager) = (site.sign_in("reader"), site.sign_in("contracts"));
    let administrator = site.sign_in("administrator");
    let due = day(10);
    let added = manager.post_from(
        "/records/obligation/new",
        "/records/obligation/new",
        &[
            ("obligation-0", "Read the meters"),
            ("owed-by-0", "Harrowmere City Council"),
            ("due-0-day", &due[8..]),
            ("due-0-month", &due[5..7]),
            ("due-0-year", &due[..4]),
        ],
    );
    assert_eq!(added.status, 303, "{}", added.text);
    restricted(&administrator, &site, &due);
    let choose = |often: &str, address: &str| {
        let fields = [("often", often), ("address", address)];
        reader.post_from("/calendar", "/calendar/reminders", &fields)
    };
    let wrong = choose("daily", "nobody");
    assert_eq!(wrong.status, 422);
    wrong.says("Enter an e-mail address");
    assert_eq!(choose("daily", "reader@example.org").status, 303);
    reader.get("/calendar").says("value=\"reader@example.org\"");

    let remind = |more: &[&str]| {
        let words = ["remind", "--data", "demo/data", "--mail-from", FROM];
        let words: Vec<&str> = words.iter().chain(more).copied().collect();
        site.desk.run(&words)
    };
    let printed = remind(&["--dry-run"]);
    assert_eq!(printed.code, 0, "{}", printed.err);
    assert!(
        printed.out.contains("To: reader@example.org"),
        "{}",
        printed.out
    );
    assert!(printed.out.contains("Read the meters"), "{}", printed.out);
    assert!(!printed.out.contains("Hush"), "{}", printed.out);
    let feed = administrator
        .post_from("/calendar", "/calendar/feed", &[])
        .text;
    let feed = feed.replace("&#x2f;", "/");
    let key = feed.split_once("/feeds/").expect("the address is shown").1;
    let held = site.visitor().get(&format!("/feeds/{}", &key[..68]));
    held.says("SUMMARY:Read the meters").lacks("Hush");
    let nowhere = remind(&[]);
    assert_eq!(nowhere.code, 1, "{}", nowhere.err);
    let secret = remind(&["--smtp", "gopher://me:hush@example.org"]);
    assert_eq!(secret.code, 1);
    assert!(!secret.err.contains("hush"), "{}", secret.err);

    let refused = remind(&["--smtp", &bad.url]);
    assert_eq!(
        (refused.code, refused.out.as_str()),
        (1, "0 sent, 1 failed.\n")
    );
    let accounts = administrator.get("/accounts");
    accounts.says("Reminders that were not sent").says("550");
    accounts.lacks("reader@example.org");
    reader
        .get("/calendar")
        .says("The last one could not be sent");

    let sent = remind(&["--smtp", &good.url]);
    assert_eq!(
        (sent.code, sent.out.as_str()),
        (0, "1 sent, 0 failed.\n"),
        "{}",
        sent.err
    );
    let letters = good.all();
    assert_eq!(letters.len(), 1);
    for words in [
        "From: Handback <handback@example.org>",
        "To: reader@example.org",
        "Message-ID: <",
        "List-Unsubscribe: <http://127.0.0.1:8080/calendar#reminders>",
        "Read the meters",
    ] {
        assert!(letters[0].contains(words), "{words}: {}", letters[0]);
    }
    administrator
        .get("/accounts")
        .lacks("Reminders that were not sent");

    let again = remind(&["--smtp", &good.url]);
    assert_eq!(again.out, "0 sent, 0 failed.\n");
    assert_eq!(choose("none", "").status, 303);
    assert_eq!(remind(&["--dry-run"]).out, "Nothing is to be sent.\n");
    assert!(good.all().is_empty());
}
