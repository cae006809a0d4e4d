//! Promises, what people told, and updates with their comments, from outside: held against what was put into the example.

use crate::site::{Answer, Person, Site};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

const AT: &str = "at=2021-03-26";

/// An answer with the slashes of its addresses as browsers read them.
fn ok(person: &Person, path: &str) -> Answer {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    Answer {
        text: answer.text.replace("&#x2f;", "/").replace("&amp;", "&"),
        ..answer
    }
}

/// The rows of a page's file, each by its headings.
fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    csv.deserialize().map(|row| row.expect("a row")).collect()
}

/// The id of the record that a page leads to by these words.
fn id_of(page: &Answer, list: &str, words: &str) -> String {
    let (before, _) = page
        .text
        .split_once(&format!("\">{words}</a>"))
        .unwrap_or_else(|| panic!("no link to {words:?} in {}", page.text));
    let mark = format!("href=\"{list}/");
    let (_, id) = before.rsplit_once(&mark).expect("an address");
    id[..32].to_owned()
}

fn update(person: &Person, title: &str) -> String {
    id_of(&ok(person, "/updates"), "/updates", title)
}

#[test]
fn what_was_promised_is_what_the_page_says_was_kept() {
    let reader = DEMO.sign_in("reader");
    let page = ok(&reader, &format!("/promises?{AT}"));
    // Due in the four quarters that end in March 2021, as the list of commitments has them.
    let held = rows(&ok(&reader, &format!("/commitments?{AT}&format=csv")).text);
    assert_eq!(held.len(), 53);
    let lately = |state: &str| {
        let due = |row: &&BTreeMap<String, String>| {
            ("2020-04-01".."2021-04-01").contains(&row["Due"].as_str())
        };
        let held = held.iter().filter(due);
        held.filter(|row| row["State"] == state).count()
    };
    let kept = lately("kept");
    let unsaid = lately("late, and nobody has said");
    let of = kept + unsaid + lately("missed") + lately("kept late");
    let sentence = format!(
        "{kept} to {} of {of} promises due in the last four quarters were kept in time",
        kept + unsaid
    );
    assert_eq!((kept, unsaid), (11, 1));
    page.says(&sentence);
    ok(&reader, &format!("/?{AT}")).says(&sentence);
    // The late ones come first, and the drawing has who ran the services behind it.
    page.says("Give adult care one list of its devices")
        .says("Late, and nobody has said");
    page.says("class=\"behind supplier\"")
        .says("class=\"behind in-house\"");
    // Every quarter of the file adds up to the truth.
    let trust = rows(&ok(&reader, &format!("/promises?{AT}&format=csv")).text);
    let sum = |heading: &str, is_after: bool| -> usize {
        let rows = trust.iter();
        rows.filter(|row| (row["Quarter"].as_str() >= "2019-Q3") == is_after)
            .map(|row| row[heading].parse::<usize>().expect("a count"))
            .sum()
    };
    for (is_after, kept, missed, unsaid) in [(false, 8, 12, 3), (true, 21, 3, 1)] {
        assert_eq!(sum("Kept in time", is_after), kept);
        assert_eq!(sum("Missed or kept late", is_after), missed);
        assert_eq!(sum("Late, nobody said", is_after), unsaid);
    }
    let housing = ok(&reader, &format!("/promises?{AT}&directorate=Housing"));
    housing
        .says("Housing: 2 of 2 promises")
        .lacks("Give adult care one list");
}

#[test]
fn a_commitment_is_kept_on_a_form_and_the_directorate_confirms_it() {
    let site = Site::demo();
    let director = site.sign_in("director");
    let list = ok(&director, &format!("/commitments?{AT}&state=open"));
    let id = id_of(
        &list,
        "/commitments",
        "Set up the polling stations with the register online",
    );
    let form = format!("/records/commitment/{id}/changed");
    let missed = [
        ("state-from-0-day", "3"),
        ("state-from-0-month", "5"),
        ("state-from-0-year", "2021"),
        ("state-0", "missed"),
        ("reason-0", ""),
        ("confirmed-0", ""),
    ];
    let refused = director.post(&form, &missed);
    assert_eq!(refused.status, 422, "{}", refused.text);
    refused.says("needs a reason");
    let mut kept = missed;
    kept[0].1 = "28";
    kept[1].1 = "4";
    kept[3].1 = "kept";
    kept[5].1 = "yes";
    let saved = director.post(&form, &kept);
    assert_eq!(
        saved.location,
        format!("/commitments/{id}?done=saved"),
        "{}",
        saved.text
    );
    ok(&director, &format!("/commitments/{id}?at=2021-06-01"))
        .says("Kept. Said since 28 April 2021.")
        .says("The directorate says that it stands so");
    ok(&director, &format!("/commitments/{id}?at=2021-04-01")).says("Open.");
    let reader = site.sign_in("reader");
    assert_eq!(reader.get(&form).status, 403);
}

#[test]
fn staff_read_what_was_done_what_is_not_and_why() {
    let reader = DEMO.sign_in("reader");
    let page = ok(&reader, &format!("/told-us?{AT}"));
    page.says("You told us: we did 6 things, are doing 2 (1 late), and will not do 2")
        .says("1 wait")
        .says("One sign-in for all systems that we run")
        .says("Two models cost £180,000 a year less to keep than many")
        .says("We cannot tell yet: there are 13 usable months before and 3 after");
    ok(&reader, "/told-us?at=2020-03-10")
        .says("we did 4 things")
        .lacks("Forms keep what was typed");
    let network = id_of(&ok(&reader, "/services"), "/services", "Network");
    ok(&reader, &format!("/services/{network}?{AT}"))
        .says("commitments")
        .says("Promises, answers and work-arounds");
}

#[test]
fn everybody_reads_updates_and_nobody_else_s_drafts() {
    let public = DEMO.visitor();
    let list = ok(&public, "/updates");
    list.says("The desk answers until eight")
        .says("application/atom+xml")
        .lacks("Write an update");
    let id = id_of(&list, "/updates", "The desk answers until eight");
    let page = ok(&public, &format!("/updates/{id}"));
    page.says(&format!(
        "rel=\"canonical\" href=\"{}/updates/{id}\"",
        DEMO.url
    ))
    .says("<strong>until eight in the evening</strong>")
    .says("Related updates")
    .says("The core services are back")
    .says("alt=\"Ten bars");
    assert_eq!(page.text.matches("<h1").count(), 1);
    let (_, rest) = page
        .text
        .split_once("src=\"/updates/pictures/")
        .expect("a picture");
    let address = format!("/updates/pictures/{}", &rest[..64]);
    let picture = public.get(&address);
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert_eq!(picture.header("content-disposition"), "");
    // A file of the vault that is no picture is nobody's business, not even that of who writes updates.
    let vault = std::fs::read_dir(DEMO.desk.path("demo/data/vault")).expect("the vault");
    let kept = vault.map(|file| file.expect("a file").file_name());
    let kept = kept.map(|name| name.to_string_lossy().replace(".zst", ""));
    let others: Vec<String> = kept
        .filter(|name| !address.ends_with(name))
        .take(3)
        .collect();
    assert_eq!(others.len(), 3);
    let director = DEMO.sign_in("director");
    for other in others {
        for person in [&public, &director] {
            let hidden = person.get(&format!("/updates/pictures/{other}"));
            assert_eq!(hidden.status, 404, "{other}");
        }
    }
    for wrong in ["0".repeat(64), "x".into(), "..%2f..".into()] {
        assert_eq!(
            public.get(&format!("/updates/pictures/{wrong}")).status,
            404
        );
    }
    // Before its day nobody reads it, whatever day the address names.
    ok(&public, "/updates?at=2019-08-05").lacks("The desk answers until eight");
    assert_eq!(
        public.get(&format!("/updates/{id}?at=2019-08-05")).status,
        404
    );
}

/// Every tag of XML that opens closes, and none holds what XML forbids; the text of the elements of a name.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut open, mut found) = (Vec::new(), Vec::new());
    loop {
        use quick_xml::events::Event;
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => {
                open.push(tag.name().as_ref().to_owned());
                if open.last().is_some_and(|open| open == name) {
                    found.push(String::new());
                }
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(text) if open.last().is_some_and(|open| open == name) => {
                found.last_mut().expect("begun").push_str(&text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

#[test]
fn the_feed_is_atom_with_absolute_addresses() {
    let public = DEMO.visitor();
    let feed = public.get("/updates.atom");
    assert_eq!(
        feed.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    assert!(feed.text.starts_with("<?xml"), "{}", feed.text);
    let titles = texts(&feed.text, "title");
    assert_eq!(titles.len(), 7, "{titles:?}");
    assert_eq!(texts(&feed.text, "id").len(), 7);
    assert_eq!(texts(&feed.text, "published").len(), 6);
    for updated in texts(&feed.text, "updated") {
        assert!(updated.parse::<jiff::Timestamp>().is_ok(), "{updated}");
    }
    let read = feed.text.replace("&#x2f;", "/");
    assert!(
        read.contains(&format!("<id>{}/updates</id>", DEMO.url)),
        "{read}"
    );
    assert!(
        read.contains(&format!("src=&quot;{}/updates/pictures/", DEMO.url)),
        "{read}"
    );
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot a whole picture, but one by its first bytes";

#[test]
fn an_update_is_written_with_a_preview_and_a_picture_that_needs_words() {
    let site = Site::demo();
    let director = site.sign_in("director");
    site.desk.file("door.png", PNG);
    site.desk
        .file("door.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    let (picture, wrong) = (site.desk.path("door.png"), site.desk.path("door.svg"));
    let text =
        "# Doors\n\nOpen **now** <script>alert(1)</script> [x](javascript:alert(1))\n\n![](1)";
    let fields = |alt, more: (&'static str, &'static str)| {
        vec![
            ("update-0", "New doors"),
            ("published-on-0-day", "1"),
            ("published-on-0-month", "3"),
            ("published-on-0-year", "2021"),
            ("markdown-0", text),
            ("services-0", "Network"),
            ("alt", alt),
            more,
        ]
    };
    let send = |fields: &[(&str, &str)], file: &std::path::Path| {
        director.upload("/updates/new", "/updates/new", fields, &[file])
    };
    let unsaid = send(&fields("", ("why", "")), &picture);
    assert_eq!(unsaid.status, 422, "{}", unsaid.text);
    unsaid.says("Say what the picture shows");
    let refused = send(&fields("A door", ("why", "")), &wrong);
    assert_eq!(refused.status, 422);
    refused.says("is no PNG, JPEG or WebP picture");
    let preview = send(&fields("A door", ("preview", "yes")), &picture);
    assert_eq!(preview.status, 200, "{}", preview.text);
    preview
        .says("How it will look: New doors")
        .says("<h2 class=\"govuk-heading-m\">Doors</h2>")
        .says("&lt;script&gt;")
        .lacks("<script>alert")
        .lacks("javascript:alert(1)\"");
    ok(&site.visitor(), "/updates").lacks("New doors");
    let kept = preview.field("picture").expect("the picture stays");
    assert_eq!(
        site.visitor()
            .get(&format!("/updates/pictures/{}", &kept[..64]))
            .status,
        404,
        "nobody else sees it before it is published"
    );
    let mut last = fields("", ("picture", ""));
    last.pop();
    last.push(("picture", kept.as_str()));
    let saved = director.upload("/updates/new", "/updates/new", &last, &[]);
    assert_eq!(saved.status, 303, "{}", saved.text);
    let id = update(&site.visitor(), "New doors");
    let page = ok(&site.visitor(), &format!("/updates/{id}"));
    page.says("<h2 class=\"govuk-heading-m\">Doors</h2>")
        .says("alt=\"A door\"")
        .lacks("<script>alert");
    assert_eq!(page.text.matches("<h1").count(), 1);
    let shown = site
        .visitor()
        .get(&format!("/updates/pictures/{}", &kept[..64]));
    assert_eq!(shown.header("content-type"), "image/png");

    // Changed, the picture is left out; the lines of the text stayed.
    let form = format!("/updates/{id}/change");
    ok(&director, &form).says("Open **now**").says("A door");
    let mut without = last.clone();
    without.push(("leave-out", kept.as_str()));
    let saved = director.upload(&form, &form, &without, &[]);
    assert_eq!(saved.status, 303, "{}", saved.text);
    ok(&site.visitor(), &format!("/updates/{id}")).lacks("alt=\"A door\"");
    // An export takes the pictures along that updates show.
    site.desk
        .done(&["export", "--data", "demo/data", "--out", "out"]);
    let desk = update(&site.visitor(), "The desk answers until eight");
    let desk = ok(&site.visitor(), &format!("/updates/{desk}"));
    let (_, rest) = desk
        .text
        .split_once("src=\"/updates/pictures/")
        .expect("a picture");
    let sources = format!("out/sources/{}", &rest[..64]);
    assert!(site.desk.path(&sources).exists(), "{sources}");
    let reader = site.sign_in("reader");
    assert_eq!(reader.get("/updates/new").status, 403);
}

#[test]
fn a_comment_waits_is_shown_or_removed_and_only_moderators_see_the_trace() {
    let site = Site::demo();
    let (public, reader) = (site.visitor(), site.sign_in("reader"));
    let director = site.sign_in("director");
    let id = update(&public, "Working from home: what you need");
    let page = format!("/updates/{id}");
    let send =
        |text: &str| reader.post_from(&page, &format!("{page}/comments"), &[("comment", text)]);
    for text in ["The guide <b>helped</b>", "The head of the desk is rude"] {
        assert_eq!(send(text).status, 303);
    }
    let long = "x".repeat(2001);
    for (text, why) in [
        ("", "something, then send it"),
        (long.as_str(), "at most 2000"),
    ] {
        let refused = send(text);
        assert_eq!(refused.status, 400);
        refused.says(why);
    }
    ok(&public, &page).lacks("helped").lacks("rude");
    ok(&site.sign_in("panel"), &page).lacks("helped");
    ok(&reader, &page).says("waits for a moderator");
    let queue = ok(&director, "/comments");
    queue
        .says("The guide &lt;b&gt;helped&lt;/b&gt;")
        .says("rude");
    let comment = |text: &str| {
        let (_, rest) = queue.text.split_once(text).expect("a comment");
        let (_, id) = rest.split_once("/comments/").expect("a form");
        id[..32].to_owned()
    };
    let (good, bad) = (comment("helped"), comment("rude"));
    let shown = director.post_from(&page, &format!("/comments/{good}/shown"), &[]);
    assert_eq!(shown.status, 303, "{}", shown.text);
    let removed = format!("/comments/{bad}/removed");
    assert_eq!(director.post_from(&page, &removed, &[]).status, 400);
    let why = [("why", "It points to a person")];
    assert_eq!(director.post_from(&page, &removed, &why).status, 303);
    let everybody = ok(&public, &page);
    everybody
        .says("The guide &lt;b&gt;helped&lt;/b&gt;")
        .says("somebody who works here")
        .lacks("somebody who reads")
        .lacks("rude")
        .lacks("points to a person");
    ok(&reader, &page)
        .says("somebody who reads")
        .lacks("points to a person");
    ok(&director, &page)
        .says("removed by the digital director")
        .says("It points to a person")
        .lacks("rude");
    assert_eq!(
        director
            .post_from(&page, &format!("/comments/{bad}/shown"), &[])
            .status,
        404
    );
}
