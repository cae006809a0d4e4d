//! Readiness, waves, tasks, blackouts and gates, on pages and on the command line.

use crate::site::{Site, ok};
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

fn at(path: &str, day: &str) -> String {
    format!("{path}?at={day}")
}

#[test]
fn a_matrix_leads_to_what_is_missing() {
    let reader = DEMO.sign_in("reader");
    let matrix = ok(&reader, &at("/readiness", "2019-06-01"));
    matrix
        .says("Readiness of 25 services")
        .says("<strong class=\"govuk-tag govuk-tag--grey\">")
        .says("1 August 2019");
    let ledger = ok(&reader, &matrix.link("Finance ledger"));
    ledger
        .says("Ready in 0 of 8 dimensions. It moves on 1 August 2019.")
        .says("not ready: The restore took 19 hours where 8 are allowed (said by Finance systems manager)")
        .says("no list of assets names this service");
    let stated = ledger.link("What a person stated");
    ok(&reader, &stated).says("Restored in 19 hours");
}

#[test]
fn a_day_later_the_same_service_is_ready() {
    let reader = DEMO.sign_in("reader");
    let matrix = ok(&reader, &at("/readiness", "2019-07-26"));
    let ledger = ok(&reader, &matrix.link("Finance ledger"));
    ledger
        .says("Ready in 1 of 8 dimensions.")
        .says("ready, with evidence (said by Finance systems manager)");
    // A restore counts for twelve months.
    let stale = matrix
        .link("Finance ledger")
        .replace("2019-07-26", "2020-07-10");
    ok(&reader, &stale)
        .says("Ready in 0 of 8 dimensions. It moved on 1 August 2019.")
        .says("last restored 9 July 2019, too long ago to rely on");
}

#[test]
fn a_wave_alone_and_as_a_file() {
    let reader = DEMO.sign_in("reader");
    let waves = ok(&reader, &at("/waves", "2019-07-26"));
    let core = waves.link("Core services");
    let id = core
        .trim_start_matches("/waves/")
        .split('?')
        .next()
        .expect("an id")
        .to_owned();
    let day = "at=2019-07-26";
    let matrix = ok(&reader, &format!("/readiness?wave={id}&{day}"));
    matrix
        .says("Readiness of 16 services")
        .lacks("Library system");
    let file = ok(&reader, &format!("/readiness?wave={id}&{day}&format=csv"));
    assert_eq!(file.text.lines().count(), 17);
    assert!(
        file.text
            .contains("Finance ledger,2019-08-01,unknown,unknown,unknown"),
        "{}",
        file.text
    );
    let nowhere = "0".repeat(32);
    assert_eq!(
        reader.get(&format!("/readiness?wave={nowhere}")).status,
        404
    );
}

#[test]
fn a_plan_is_checked_as_it_stood_on_the_day() {
    let reader = DEMO.sign_in("reader");
    let waves = ok(&reader, &at("/waves", "2018-12-01"));
    waves.says("as first planned");
    let core = waves.link("Core services");
    ok(&reader, &core)
        .says("Moves on 1 April 2019. ")
        .lacks("How the day moved")
        .says("The move falls into")
        .says(">Year end close</a>")
        .says("(year end, 25 March 2019 to 12 April 2019), which holds for");
    let now = ok(&reader, &core.replace("2018-12-01", "2019-07-26"));
    now.lacks("Year end close")
        .says("Moves on 1 August 2019, 122 days later than first planned.")
        .says("Write down how the housing system is billed</a> is late: it was due 19 July 2019")
        .says("How the day moved")
        .says("go, with conditions");
    let task = ok(
        &reader,
        &now.link("Write down how the housing system is billed"),
    );
    task.says("Late.")
        .says("60%")
        .says("Housing systems officer");
    let late = ok(&reader, "/tasks?at=2019-07-26&progress=late");
    late.says("Write down how the housing system is billed")
        .lacks("Restore the finance ledger");
    let closed = ok(&reader, &at("/blackouts", "2019-07-26"));
    closed.says("Winter change freeze").says("all services");
    ok(&reader, &closed.link("Winter change freeze"))
        .says("from 18 December 2017 to 5 January 2018, and in every later year");
}

#[test]
fn a_gate_freezes_what_was_known() {
    let site = Site::demo();
    let director = site.sign_in("director");
    let wave = ok(&director, "/waves").link("Hosting");
    let gate = ok(&director, &wave).link("Ready to move");
    let open = ok(&director, &gate);
    open.says("Not decided. Planned for 19 March 2021.")
        .says("Decide it");
    let before = open.field("base").expect("the form names its entry");

    let decide = format!("{gate}/decided");
    let fields = [
        ("decision-0", "go-with-conditions"),
        ("decided-on-0-day", "22"),
        ("decided-on-0-month", "3"),
        ("decided-on-0-year", "2021"),
        ("decided-by-0", "Transition board"),
    ];
    let refused = director.post_from(&gate, &decide, &fields);
    refused.says("Conditions: name the conditions, or decide go");
    let undecided = director.post_from(&gate, &decide, &[("decision-0", "not-decided")]);
    undecided.says("Say what was decided");
    assert_eq!(ok(&director, &gate).field("base"), Some(before.clone()));

    let whole = [
        &fields[..],
        &[
            ("conditions-0", "Wipe the rooms\nHand back the keys"),
            ("evidence-0", "https://example.org/report"),
        ],
    ]
    .concat();
    let saved = director.post_from(&gate, &decide, &whole);
    assert_eq!(saved.status, 303, "{}", saved.text);
    let decided = ok(&director, &gate);
    decided
        .says("Decided: go, with conditions, 22 March 2021, by Transition board.")
        .says("<li>Wipe the rooms</li>")
        .says("href=\"https:&#x2f;&#x2f;example.org&#x2f;report\"")
        .says(&format!("up to entry {before}"))
        .lacks("Decide it");
    let again = director.post_from(&gate, &decide, &whole);
    assert_eq!(again.status, 400);
    again.says("decided already");

    // What is learnt later changes today's page, and not what was known at the gate.
    let service = ok(&director, &wave).link("Data centre hosting");
    let said = [
        ("service-0", "Data centre hosting"),
        ("dimension-0", "data"),
        ("state-0", "not-ready"),
        ("missing-0", "Half of the tapes cannot be read"),
        ("from-0-year", "2021"),
    ];
    let added = director.post("/records/readiness-statement/new", &said);
    assert_eq!(added.status, 303, "{}", added.text);
    ok(&director, &service).says("Half of the tapes");
    let frozen = decided.link("the readiness as known at the decision");
    assert!(
        frozen.ends_with(&format!("at=2021-03-22&known={before}")),
        "{frozen}"
    );
    let then = ok(
        &director,
        &ok(&director, &frozen).link("Data centre hosting"),
    );
    then.lacks("Half of the tapes")
        .says("no list of data holdings names this service");
    let then = ok(
        &director,
        &decided.link("the wave as known at the decision"),
    );
    then.says("not decided").lacks("Transition board</td>");
}

#[test]
fn who_may_not_state_may_not_decide() {
    let reader = DEMO.sign_in("reader");
    let wave = ok(&reader, "/waves").link("Hosting");
    let gate = ok(&reader, &wave).link("Ready to move");
    ok(&reader, &gate).lacks("Decide it").lacks("Change</a>");
    let refused = reader.post_from("/account", &format!("{gate}/decided"), &[]);
    assert_eq!(refused.status, 403);
}

#[test]
fn empty_places_say_what_would_fill_them() {
    let site = Site::empty();
    let (_, link) = site.printed.split_once("/setup/").expect("a link");
    let path = format!("/setup/{}", link.lines().next().expect("a line").trim());
    let person = site.visitor();
    let first = [
        ("name", "First"),
        ("login", "first"),
        ("password", "three words apart"),
    ];
    let made = person.post(&path, &first);
    assert_eq!(made.status, 303, "{}", made.text);
    for (place, template) in [
        ("/readiness", "/templates/readiness-statements.csv"),
        ("/waves", "/templates/waves.csv"),
        ("/tasks", "/templates/tasks.csv"),
        ("/blackouts", "/templates/blackouts.csv"),
    ] {
        let template = template.replace('/', "&#x2f;");
        let answer = ok(&person, place);
        assert!(
            answer.text.contains(&template)
                || answer.text.contains(&template.replace("&#x2f;", "/")),
            "{place}: {}",
            answer.text
        );
    }
    ok(&person, "/readiness/risks").says("No exit register lists anything yet");
}

#[test]
fn the_command_line_judges_as_the_pages_do() {
    let day = "2019-07-26";
    let words = ["readiness", "--data", "demo/data", "--at", day];
    let one = [&words[..], &["--service", "finance ledger", "--json"]].concat();
    let run = DEMO.desk.run(&one);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let answer: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let service = &answer["services"][0];
    assert_eq!(service["name"], "Finance ledger");
    assert_eq!(service["overall"], "unknown");
    assert_eq!(service["cutover"], "2019-08-01");
    let recovery = &service["dimensions"][6];
    assert_eq!(recovery["dimension"], "recovery-tested");
    assert_eq!(recovery["readiness"], "ready");
    assert_eq!(recovery["named"][0]["reason"], "said-ready");
    let nothing = DEMO
        .desk
        .run(&[&words[..], &["--service", "Nothing"]].concat());
    assert_eq!(nothing.code, 1);
    assert!(
        nothing.err.contains("no service is called \"Nothing\""),
        "{}",
        nothing.err
    );
    let all = DEMO.desk.run(&words);
    assert!(
        all.out
            .contains("Data centre hosting: not ready (moves on 1 April 2021)")
    );
}
