//! Problems, not purchases: told, challenged, shaped, tried and counted, on pages and in files.

use crate::site::{Answer, Person, Site, ok};
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

const AT: &str = "at=2021-03-26";

/// The address of the first link with this text, without its dates.
fn link(answer: &Answer, text: &str) -> String {
    let href = answer.link(text);
    href.split('?').next().unwrap_or_default().to_owned()
}

fn problem(person: &Person, text: &str) -> String {
    link(
        &ok(
            person,
            &format!("/problems?q={}&{AT}", text.replace(' ', "+")),
        ),
        text,
    )
}

const WAITS: &str =
    "Clerks wait an hour each morning until the minutes of the council can be opened";

fn told(what: &str) -> Vec<(&str, &str)> {
    vec![
        ("what", what),
        ("for-whom", "Committee clerks"),
        ("better", "Minutes open within a minute"),
        ("raised-by", "business"),
    ]
}

#[test]
fn a_purchase_is_answered_with_questions_and_a_problem_is_heard() {
    let reader = DEMO.sign_in("reader");
    let ask = "/problems/ask";
    ok(&reader, ask)
        .says("What goes wrong?")
        .says("For whom?")
        .says("What would better look like?");
    let blank = reader.post(ask, &[]);
    assert_eq!(blank.status, 422, "{}", blank.text);
    blank
        .says("Tell what goes wrong")
        .says("Choose for whom you speak");
    let bought = reader.post(ask, &told("We need forty licences for a minutes app"));
    assert_eq!(bought.status, 422, "{}", bought.text);
    bought
        .says("This says what to buy: tell what goes wrong without it")
        .says("What can people without a licence not do")
        .says("We need forty licences for a minutes app</textarea>")
        .says("Minutes open within a minute</textarea>")
        .says("value=\"We need forty licences for a minutes app\"")
        .says("name=\"read-as\" value=\"purchase\"");
    let mut again = told(WAITS);
    again.push(("read-as", "purchase"));
    again.push(("suggested", "Forty licences"));
    let heard = reader.post(ask, &again);
    assert_eq!(heard.status, 303, "{}", heard.text);
    let page = ok(&reader, &heard.location);
    page.says("Heard. It stands below")
        .says(WAITS)
        .says("Forty licences")
        .says("something to buy")
        .says("nobody has said reach, impact, confidence, effort")
        .lacks("Move it on");
    let twice = reader.post(ask, &told(WAITS));
    assert_eq!(twice.status, 422, "{}", twice.text);
    twice
        .says("Somebody told this in the same words already")
        .says("It stands here");
    // What is asked for and what goes wrong are kept apart.
    let both = told("Ballots are counted by hand twice. Please buy a scanner.");
    let both = reader.post(ask, &both);
    ok(&reader, &both.location)
        .says("<h1 class=\"govuk-heading-l hb-title\">Ballots are counted by hand twice</h1>")
        .says("Please buy a scanner");
    let mut anyway = told("Buy 12 chairs that listen");
    anyway.push(("hear-anyway", "yes"));
    let anyway = reader.post(ask, &anyway);
    ok(&reader, &anyway.location).says("something to buy");
}

#[test]
fn a_problem_moves_on_with_a_reason_and_is_challenged_both_ways() {
    let partner = DEMO.sign_in("partner");
    let mut fields = told("Tenants read the same letter in three languages and understand none");
    let housing = ok(&partner, "/problems/ask");
    let housing = housing
        .text
        .split("\">Housing</option>")
        .next()
        .and_then(|before| before.rsplit("value=\"").next())
        .map(str::to_owned)
        .expect("a choice");
    fields.push(("directorate", &housing));
    let heard = partner.post("/problems/ask", &fields);
    assert_eq!(heard.status, 303, "{}", heard.text);
    let page = heard
        .location
        .split('?')
        .next()
        .expect("an address")
        .to_owned();
    let send = |what: &str, fields: &[(&str, &str)]| {
        partner.post_from(&page, &format!("{page}/{what}"), fields)
    };
    let silent = send("stage", &[("stage", "challenged")]);
    assert_eq!(silent.status, 422, "{}", silent.text);
    silent.says("Say why it moves on");
    assert_eq!(
        send("stage", &[("stage", "gone"), ("reason", "x")]).status,
        422
    );
    let early = [("stage", "shaped"), ("reason", "x"), ("on", "2001-01-01")];
    send("stage", &early).says("cannot have moved before");
    let moved = send(
        "stage",
        &[("stage", "challenged"), ("reason", "Which letter?")],
    );
    // Heard and moved on one day.
    assert_eq!(moved.status, 303, "{}", moved.text);
    ok(&partner, &page)
        .says("Challenged. Raised")
        .says("Which letter?");

    let asked = send(
        "challenges",
        &[("challenge", "Which letter is it?"), ("by", "team")],
    );
    assert_eq!(asked.status, 303, "{}", asked.text);
    let reader = DEMO.sign_in("reader");
    let objected = reader.post_from(
        &page,
        &format!("{page}/challenges"),
        &[
            ("challenge", "Why did nobody ask the tenants?"),
            ("by", "team"),
        ],
    );
    assert_eq!(objected.status, 303, "{}", objected.text);
    let now = ok(&reader, &page);
    now.says("The team, to whoever asked")
        .says("Whoever asked, to the team");
    let answers: Vec<String> = now
        .text
        .split("href=\"")
        .filter_map(|piece| piece.split_once("\">Answer it</a>"))
        .map(|(href, _)| href.replace("&#x2f;", "/"))
        .collect();
    let is_to_the_team = |href: &&String| {
        partner
            .get(href)
            .text
            .contains("Why did nobody ask the tenants?")
    };
    let (theirs, ours): (Vec<&String>, Vec<&String>) = answers.iter().partition(is_to_the_team);
    let (theirs, answer) = (theirs[0].clone(), ours[0].clone());
    ok(&reader, &answer).says("Which letter is it?");
    let fields = [
        ("answer-0", "The reminder of rent"),
        ("answered-on-0-year", "unknown"),
    ];
    let answered = reader.post(&answer, &fields);
    assert_eq!(answered.status, 303, "{}", answered.text);
    // The objection of whoever asked is the team's to answer.
    assert_eq!(reader.get(&theirs).status, 403);
    ok(&partner, &theirs);

    let useful = [
        ("first-answer-0", "A letter in plain words is there already"),
        ("answered-on-0-year", "unknown"),
    ];
    let useful = send("answer", &useful);
    assert_eq!(useful.status, 303, "{}", useful.text);
    assert_eq!(reader.get(&format!("{page}/answer")).status, 403);
}

#[test]
fn a_partner_shapes_problems_of_the_own_directorate_alone() {
    let partner = DEMO.sign_in("partner");
    let own = problem(
        &partner,
        "Rent statements go to the old address of tenants who moved",
    );
    let other = problem(
        &partner,
        "Food inspections are written on paper and typed up at the office",
    );
    ok(&partner, &own).says("Move it on");
    ok(&partner, &other).lacks("Move it on").says("Challenge");
    let fields = [("stage", "stopped"), ("reason", "x")];
    let refused = partner.post_from(&own, &format!("{other}/stage"), &fields);
    assert_eq!(refused.status, 403);
    // The director may, everywhere.
    let director = DEMO.sign_in("director");
    ok(&director, &other).says("Move it on").says("Decide it");
}

#[test]
fn a_problem_shows_its_story_its_rank_and_what_reads_alike() {
    let director = DEMO.sign_in("director");
    let lighting = "Street lighting faults are reported five times, since residents see no answer";
    let page = ok(&director, &format!("{}?{AT}", problem(&director, lighting)));
    page.says("Rank 3 of 6, with a score of 312.0.")
        .says("it would lie between ")
        .says("The contractor will send its list each night")
        .says("Open problems that read alike")
        .says("Residents report the same street lighting fault again and again");
    let into = page.text.split("(reads alike: ").next().expect("an offer");
    let into = into
        .rsplit("value=\"")
        .next()
        .and_then(|rest| rest.split('"').next());
    let fields = [("into", into.expect("an id"))];
    let address = problem(&director, lighting);
    let merged = director.post_from(&address, &format!("{address}/merged"), &fields);
    assert_eq!(merged.status, 303, "{}", merged.text);
    ok(&director, &address)
        .says("It is told with another problem")
        .lacks("Move it on");
    let repairs = "Tenants ring three times because a booked repair does not show in the system";
    ok(&director, &format!("{}?{AT}", problem(&director, repairs)))
        .says("Adopted. Raised 16 September 2019, by the business.")
        .says("First useful answer")
        .says("If call staff open the booking screen first, fewer tenants ring again")
        .says("9 a day");
}

#[test]
fn innovation_is_told_in_figures_that_agree_with_the_truth() {
    let site = Site::demo();
    let reader = site.sign_in("reader");
    let page = ok(&reader, &format!("/innovation?{AT}"));
    page.says("Before 1 August 2019, when 16 services came back: 3 to 4 of 14 requests began as problems. Since then: 15 of 18 requests began as problems.")
        .says("5 the business, 4 IT, 5 the supplier")
        .says("7 of 10")
        .says("£5.4m of £6.3m")
        .says("1 of 2")
        .says("5 of 6")
        .says("175 days")
        .says("9 days")
        .says("0 to 2 of 3")
        .says("2 without a price, 1 that take away");
    ok(&reader, "/innovation?at=2017-01-01").says("No service has come back by this day");
    // A month before the return and a month after it.
    ok(&reader, "/innovation?at=2019-07-31").says("1 October 2017, when one service came back");
    let list = ok(&reader, &format!("/problems?{AT}"));
    list.says("of 31 problems are open")
        .says("Counts for")
        .lacks("Waits for you");
    let director = site.sign_in("director");
    ok(&director, &format!("/problems?{AT}"))
        .says("Waits for you")
        .says(": no useful answer since 4 March 2019")
        .says(": a benefit was due 31 March 2018; Facilities manager has not said");
    ok(&director, &format!("/?{AT}")).says("of 31 problems are open");
    let file = ok(&reader, &format!("/problems?{AT}&format=csv&stage=shaped"));
    assert_eq!(file.text.lines().count(), 3, "{}", file.text);
    let service = ok(&reader, &format!("/services?{AT}"));
    let service = link(&service, "Housing management system");
    ok(&reader, &format!("{service}?{AT}")).says("Problems (0 of 2 open)");
}

#[test]
fn problems_leave_and_come_back_as_files() {
    let site = Site::demo();
    site.desk
        .done(&["export", "--data", "demo/data", "--out", "out"]);
    for (kind, lines) in [
        ("problem", 52),
        ("challenge", 14),
        ("trial", 9),
        ("benefit", 11),
    ] {
        let file = std::fs::read_to_string(site.desk.path(&format!("out/{kind}.csv")));
        let file = file.expect("a file");
        let rows = csv::Reader::from_reader(file.as_bytes())
            .into_records()
            .count();
        assert_eq!(rows + 1, lines, "{kind}");
        let name = format!("{kind}s.csv");
        std::fs::write(site.desk.path(&name), &file).expect("a folder");
        let again = ["import", &name, "--data", "demo/data", "--json"];
        let again = &site.desk.json(&again)["files"][0];
        assert_eq!(again["rows"], lines - 1, "{again}");
        assert!(again["stated"][kind].is_null(), "{again}");
    }
}
