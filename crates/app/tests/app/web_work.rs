//! What waits for whom, and how the parts of the technology stand that somebody answers for, from outside: held against
//! what was put into the example.

use crate::site::{Person, Site};
use std::sync::LazyLock;

static DEMO: LazyLock<Site> = LazyLock::new(Site::demo);

const AT: &str = "at=2021-03-26";

/// A page without its tags, so that a row of a table is a run of words.
fn words(person: &Person, path: &str) -> String {
    let answer = person.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let main = answer.text.split("<main").nth(1).expect("a main part");
    let mut words = String::new();
    let mut is_tag = true;
    for letter in main.chars() {
        match letter {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                words.push(' ');
            }
            letter if !is_tag => words.push(letter),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_people_say_changed_where_the_example_has_a_step_and_nowhere_else() {
    let page = words(&DEMO.sign_in("reader"), &format!("/experience?{AT}"));
    let row = |service: &str| {
        let (_, after) = page
            .split_once(&format!(" {service} 24 "))
            .unwrap_or_else(|| panic!("no row of {service} in {page}"));
        after.split(" in-house ").next().expect("a row").to_owned()
    };
    for service in ["Email and calendars", "Desktop computers", "Service desk"] {
        assert!(row(service).contains(" up "), "{service}: {}", row(service));
    }
    for service in ["Network", "Website", "Identity and access"] {
        let row = row(service);
        assert!(row.contains("no change shown"), "{service}: {row}");
    }
    // The statement says the same of everybody.
    let statement = words(&DEMO.sign_in("reader"), &format!("/?{AT}"));
    let (_, said) = page.split_once("On average it was ").expect("a change");
    let said = said.split('.').next().expect("a sentence");
    assert!(said.contains(" up "), "{said}");
    assert!(statement.contains(said), "{said} in {statement}");
}

#[test]
fn everybody_who_answers_for_something_sees_their_own_part() {
    let director = words(&DEMO.sign_in("director"), &format!("/work?{AT}"));
    for waits in [
        "Forms lose what was typed An action whose day has passed",
        "The payroll pages are slow at the end of the month People told this, and nobody has answered",
        "Cover the depot with the wireless network A promise: late, and nobody has said",
        "Figures on absence reach managers a month late No useful answer since 4 March 2019",
        "Payroll platform Not known Not known",
        "Adult Social Care",
    ] {
        assert!(director.contains(waits), "{waits}: {director}");
    }

    // The owner of one service and of nothing else.
    let owner = words(&DEMO.sign_in("owner"), &format!("/work?{AT}"));
    let services = owner.split("Your services").last().expect("services");
    assert!(
        services.contains("Identity and access In-house Yes"),
        "{services}"
    );
    assert!(!services.contains("Payroll platform"), "{services}");
    assert!(!owner.contains("Cover the depot"), "{owner}");

    // A business partner is told of problems, and of no promise that others keep.
    let partner = words(&DEMO.sign_in("partner"), &format!("/work?{AT}"));
    assert!(partner.contains("A challenge of 22 February 2021 is not answered"));
    assert!(!partner.contains("A promise:"), "{partner}");
    let directorates = partner
        .split("Your directorates")
        .last()
        .expect("directorates");
    assert!(directorates.contains("Housing"), "{directorates}");
    assert!(!directorates.contains("Public Health"), "{directorates}");

    let reader = DEMO.sign_in("reader");
    assert_eq!(reader.get("/work").status, 403);
    reader.get("/").lacks("Your work");
}

#[test]
fn a_service_says_what_its_people_said_period_by_period() {
    let director = DEMO.sign_in("director");
    let desk = words(&director, &format!("/services?{AT}&q=desk"));
    assert!(desk.contains("Service desk"), "{desk}");
    let href = director
        .get(&format!("/experience?{AT}"))
        .link("Service desk");
    let service = words(&director, &href);
    let said = service
        .split("What people say")
        .last()
        .expect("what people say");
    assert!(
        said.contains("1 February 2021 28 February 2021 +10 (between −31 and +47)"),
        "{said}"
    );
}
