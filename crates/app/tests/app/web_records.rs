//! Lists, pages, histories and entries of records, and who may see what.

use crate::site::{Answer, Person, Site};
use handback_core::control::{Arrangement, Criticality, Mode, Service};
use handback_core::dated::{Dated, When};
use handback_core::permission::{Action, Actor, Grant, Permit, Role, Subject, Within, may};
use handback_core::record::{Change, RecordId, Visibility};
use handback_register::{Circumstances, Place, Register};
use std::time::{Duration, Instant};

/// An answer with the slashes of its addresses as browsers read them.
fn read(person: &Person, path: &str) -> Answer {
    let answer = person.get(path);
    Answer {
        text: answer.text.replace("&#x2f;", "/").replace("&amp;", "&"),
        ..answer
    }
}

/// What follows each of these marks in a page, up to the next quotation mark.
fn after<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    let pieces = text.split(mark).skip(1);
    pieces
        .filter_map(|piece| piece.split(['"', '?']).next())
        .collect()
}

/// The pages of records that a list leads to.
fn pages(person: &Person, list: &str) -> Vec<String> {
    let text = read(person, list).text;
    let ids = after(&text, &format!("href=\"{list}/")).into_iter();
    ids.map(|id| format!("{list}/{id}")).collect()
}

#[test]
fn every_list_and_page_answers() {
    let site = Site::demo();
    let reader = &site.sign_in("reader");
    for (list, heading) in [
        ("/services", "Who runs it"),
        ("/contracts", "Last day"),
        ("/organisations", "Owned by"),
        ("/movements", "By which route"),
        ("/events", "What happened"),
    ] {
        let answer = read(reader, list);
        assert_eq!(answer.status, 200, "{list}: {}", answer.text);
        answer.says(heading).lacks("/records/");
        let found = pages(reader, list);
        assert!(!found.is_empty(), "{list} leads nowhere: {}", answer.text);
        for page in &found {
            let answer = read(reader, page);
            assert_eq!(answer.status, 200, "{page}: {}", answer.text);
            answer.says("What we believed when");
            for history in after(&answer.text, "href=\"/records/") {
                let history = read(reader, &format!("/records/{history}"));
                assert_eq!(history.status, 200, "{page}: {}", history.text);
                history
                    .says("First stated")
                    .says("the operator of the command line");
            }
        }
        let file = read(reader, &format!("{list}?format=csv"));
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert!(
            file.text
                .lines()
                .next()
                .is_some_and(|line| line.contains(heading))
        );
        assert!(
            file.text.lines().count() > found.len().min(1),
            "{}",
            file.text
        );
        read(reader, &format!("{list}/{}", RecordId([9; 16]))).says("Page not found");
        assert_eq!(
            site.visitor().get(list).status,
            303,
            "{list} is for people with a role"
        );
    }
    lists_are_narrowed(reader);
    templates_are_what_the_command_line_prints(&site, reader);
    the_log_is_paged(reader);
}

fn lists_are_narrowed(reader: &Person) {
    let all = pages(reader, "/services").len();
    let count = |query: &str| {
        let text = read(reader, &format!("/services?at=2021-03-26&{query}")).text;
        after(&text, "href=\"/services/").len()
    };
    let (open, certain) = (count("held=open"), count("held=certain"));
    assert!(
        open > 0 && certain > 0 && open + certain == all,
        "{open} + {certain} of {all}"
    );
    let by_mode: usize = Mode::ALL
        .iter()
        .map(|mode| count(&format!("mode={}", mode.word())))
        .sum();
    assert_eq!(by_mode, all);
    let critical = count("criticality=critical");
    assert!(critical > 0 && critical < all);
    let director = read(reader, "/organisations?role=authority");
    director.says("Harrowmere City Council").lacks("Northmere");
}

fn templates_are_what_the_command_line_prints(site: &Site, reader: &Person) {
    for kind in [
        "services",
        "contracts",
        "arrangements",
        "organisations",
        "staff-movements",
        "events",
    ] {
        let printed = site.desk.done(&["template", kind]);
        assert_eq!(
            read(reader, &format!("/templates/{kind}.csv")).text,
            printed
        );
    }
    for wrong in ["nothing.csv", "services"] {
        assert_eq!(read(reader, &format!("/templates/{wrong}")).status, 404);
    }
}

fn the_log_is_paged(reader: &Person) {
    let first = read(reader, "/entries");
    let newest = after(&first.text, "href=\"/entries/");
    assert_eq!(newest.len(), 50);
    first.says("Older").lacks("Newer");
    let older = first
        .text
        .split("/entries?before=")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let older = read(
        reader,
        &format!("/entries?before={}", older.expect("a link")),
    );
    older.says("Newer");
    let next: u64 = after(&older.text, "href=\"/entries/")[0]
        .parse()
        .expect("a number");
    let last: u64 = newest[49].parse().expect("a number");
    assert_eq!(next, last - 1);
    read(reader, "/entries?kind=service")
        .says("service, first stated")
        .lacks("organisation, ");
    let single = read(reader, "/entries/1");
    single
        .says("Exactly what was stated")
        .says("Tree head at this entry")
        .says("1:");
    assert_eq!(read(reader, "/entries/99999999").status, 404);
    assert_eq!(read(reader, "/entries/0").status, 404);
    let file = read(reader, "/entries?format=csv&kind=service").text;
    assert!(
        file.lines().skip(1).all(|line| line.contains(",service,")),
        "{file}"
    );
}

/// The register behind a running site, and somebody who may state what they like in it.
struct Behind {
    runtime: tokio::runtime::Runtime,
    register: Register,
    permit: Permit,
}

impl Behind {
    fn of(site: &Site) -> Behind {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let place = Place::Sqlite(site.desk.path("demo/data/register.sqlite"));
        let register = runtime
            .block_on(Register::open(&place))
            .expect("a register");
        let everything = Grant {
            role: Role::Administrator,
            within: Within::Everything,
        };
        let actor = Actor("example-director".into());
        let permit = may(
            &actor,
            &[everything],
            Action::StateEstate,
            &Subject::default(),
        );
        Behind {
            runtime,
            register,
            permit: permit.expect("an administrator may"),
        }
    }

    fn state(&self, reason: &str, changes: Vec<Change>) -> u64 {
        let mut random = |bytes: &mut [u8]| bytes.fill(7);
        let circumstances = Circumstances {
            now: "2026-01-01T00:00:00Z".parse().expect("a time"),
            reason: reason.into(),
            source: Some("Minutes: https://example.org/minutes".into()),
            authority: None,
            base: None,
            random: &mut random,
        };
        let rule = |_: &_| Ok::<_, handback_register::Error>(((), changes));
        let changed =
            self.runtime
                .block_on(self.register.change(&self.permit, circumstances, rule));
        changed.expect("it is written").entries.end - 1
    }

    /// The site reads what others write once a second.
    fn followed(person: &Person, path: &str, words: &str) {
        let begun = Instant::now();
        while !read(person, path).text.contains(words) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{path} never says {words}"
            );
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

fn service(name: &str, criticality: Criticality) -> Service {
    Service {
        name: name.into(),
        criticality: Some(criticality),
        ..Service::default()
    }
}

#[test]
fn a_history_tells_corrections_and_hides_what_is_restricted() {
    let site = Site::demo();
    let behind = Behind::of(&site);
    let (reader, director) = (site.sign_in("reader"), site.sign_in("director"));
    a_correction_is_told_in_words(&behind, &reader);
    what_is_restricted_is_nowhere(&behind, &reader, &director);
}

fn a_correction_is_told_in_words(behind: &Behind, reader: &Person) {
    let id = RecordId([1; 16]);
    let state = |reason: &str, value: &Service| {
        behind.state(reason, vec![Change::state(id, Visibility::Internal, value)])
    };
    let first = state(
        "from the catalogue",
        &service("Parking permits", Criticality::Low),
    );
    let corrected = Service {
        started: Some(When::Month(2019, 8)),
        ..service("Parking permits", Criticality::High)
    };
    let second = state("the owner corrected it", &corrected);
    let path = format!("/records/{id}/history");
    Behind::followed(reader, &path, "the owner corrected it");
    let history = read(reader, &path);
    history
        .says("<th scope=\"row\">criticality</th><td class=\"hb-wrap\"><del class=\"hb-was\">low</del></td><td class=\"hb-wrap\"><ins class=\"hb-is\">high</ins>")
        .says("August 2019")
        .says("the digital director")
        .says("href=\"https://example.org/minutes\"")
        .says(&format!("/services/{id}?known={first}"))
        .says(&format!("/services/{id}?known={second}"));
    read(reader, &format!("/services/{id}?known={first}"))
        .says("Low")
        .lacks("August 2019");
    behind.state(
        "there is no such service",
        vec![Change::withdraw::<Service>(id)],
    );
    Behind::followed(reader, &path, "there is no such service");
    read(reader, &path).says("Withdrawn: it was never true");
    assert_eq!(read(reader, &format!("/services/{id}")).status, 404);
    read(reader, &format!("/services/{id}?known={second}")).says("High");
}

fn what_is_restricted_is_nowhere(behind: &Behind, reader: &Person, director: &Person) {
    let (id, arranged) = (RecordId([2; 16]), RecordId([3; 16]));
    let arrangement = Arrangement {
        service: id,
        mode: Dated::since(When::Year(2016), Mode::Supplier),
        provider: Dated::default(),
        contract: Dated::default(),
        facets: Default::default(),
        source: Some("Secret schedule".into()),
    };
    // Stated for everybody first: closing it must close what was said before.
    let open = behind.state(
        "before it was closed",
        vec![
            Change::state(
                id,
                Visibility::Internal,
                &service("Fraud detection", Criticality::Low),
            ),
            Change::state(arranged, Visibility::Internal, &arrangement),
        ],
    );
    let secret = behind.state(
        "closed for good reason",
        vec![Change::state(
            id,
            Visibility::Restricted,
            &service("Fraud detection", Criticality::High),
        )],
    );
    let page = format!("/services/{id}");
    Behind::followed(
        director,
        &format!("/records/{id}/history"),
        "closed for good reason",
    );
    let words = [
        "Fraud detection",
        "Secret schedule",
        "closed for good reason",
        "before it was closed",
    ];
    for path in [
        "/services".to_owned(),
        "/services?format=csv".into(),
        page.clone(),
        format!("{page}?known={open}"),
        format!("/records/{id}/history"),
        format!("/records/{arranged}/history"),
        "/entries".into(),
        "/entries?format=csv".into(),
        format!("/entries/{secret}"),
        format!("/entries/{open}"),
        format!("/entries/{}", open - 1),
        "/organisations".into(),
    ] {
        let answer = read(reader, &path);
        for word in words {
            assert!(
                !answer.text.contains(word),
                "a reader reads {word:?} at {path}"
            );
        }
    }
    for path in [
        page.clone(),
        format!("/records/{id}/history"),
        format!("/entries/{secret}"),
    ] {
        assert_eq!(read(reader, &path).status, 404, "{path}");
        read(director, &path).says("Fraud detection");
    }
    read(director, "/services").says("Fraud detection");
    read(director, "/services?format=csv").says("Fraud detection");
    read(director, &page)
        .says("Restricted")
        .says("Secret schedule");
    let desk = behind.register.desk();
    let readings = behind
        .runtime
        .block_on(desk.readings(Some(id), 100))
        .expect("a log");
    let readings: Vec<(&str, &str)> = readings
        .iter()
        .map(|reading| (reading.actor.0.as_str(), reading.what.as_str()))
        .collect();
    for what in [
        page,
        format!("/records/{id}/history"),
        format!("/entries/{secret}"),
        "/services as csv".into(),
    ] {
        assert!(
            readings.contains(&("example-director", what.as_str())),
            "{what} in {readings:?}"
        );
    }
    assert!(
        readings
            .iter()
            .all(|(actor, _)| *actor == "example-director"),
        "{readings:?}"
    );
}

#[test]
fn an_empty_list_says_which_file_would_fill_it() {
    let site = Site::empty();
    let (_, link) = site.printed.split_once("/setup/").expect("a one-time link");
    let link = format!("/setup/{}", link.lines().next().unwrap_or_default());
    let person = &site.visitor();
    let fields = [
        ("name", "The first"),
        ("login", "first@example.org"),
        ("password", "three words together"),
    ];
    let made = person.post(&link, &fields);
    assert_eq!(made.status, 303, "{}", made.text);
    for (list, template) in [
        ("/services", "/templates/services.csv"),
        ("/contracts", "/templates/contracts.csv"),
        ("/organisations", "/templates/organisations.csv"),
        ("/movements", "/templates/staff-movements.csv"),
        ("/events", "/templates/events.csv"),
    ] {
        let answer = read(person, list);
        assert_eq!(answer.status, 200, "{list}: {}", answer.text);
        answer
            .says("Such files usually are:")
            .says(template)
            .says("Take in a file");
        assert_eq!(read(person, template).status, 200);
    }
    read(person, "/entries").says("Nothing");
}
