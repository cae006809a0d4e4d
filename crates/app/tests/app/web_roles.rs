//! Every address as everybody: who may ask for what stands in `web_roles.txt`, and the running
//! program keeps to it.

use crate::desk::Desk;
use crate::site::{Answer, Person, Program, Site};
use std::collections::{BTreeMap, BTreeSet};

/// The letters of the table, and who signs in for each; nobody for the public.
const PEOPLE: [(char, &str); 8] = [
    ('p', ""),
    ('a', "administrator"),
    ('d', "director"),
    ('c', "contracts"),
    ('o', "owner"),
    ('b', "partner"),
    ('m', "panel"),
    ('r', "reader"),
];

/// What the program lists: method, path, and whether everybody may ask.
fn listed() -> BTreeMap<(String, String), bool> {
    let list = Desk::new().json(&["routes", "--json"]);
    let text =
        |route: &serde_json::Value, name: &str| route[name].as_str().expect("a text").to_owned();
    list.as_array()
        .expect("a list")
        .iter()
        .map(|route| {
            let key = (text(route, "path"), text(route, "method"));
            (key, route["needs"].is_null())
        })
        .collect()
}

/// The table: who may, by path and method.
fn table() -> BTreeMap<(String, String), String> {
    let lines = include_str!("web_roles.txt").lines();
    let told = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    told.map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [method, path, may] = words[..] else {
            panic!("not three words: {line}")
        };
        let letters: String = PEOPLE.iter().map(|(letter, _)| letter).collect();
        let fits = may.len() == letters.len()
            && may
                .chars()
                .zip(letters.chars())
                .all(|(is, would)| is == would || is == '-');
        assert!(fits, "{may:?} is not {letters} with - in places: {line}");
        ((path.to_owned(), method.to_owned()), may.to_owned())
    })
    .collect()
}

#[test]
fn every_route_is_in_the_table_and_every_line_is_a_route() {
    let (listed, table) = (listed(), table());
    let missing: Vec<String> = listed
        .keys()
        .filter(|key| !table.contains_key(key))
        .map(|(path, method)| format!("{method:<4} {path:<44} -adcobmr"))
        .collect();
    assert!(
        missing.is_empty(),
        "say in web_roles.txt who may ask for:\n{}",
        missing.join("\n")
    );
    let gone: BTreeSet<_> = table
        .keys()
        .filter(|key| !listed.contains_key(key))
        .collect();
    assert!(gone.is_empty(), "no such route: {gone:?}");
}

/// A record of the demo where the address names one, so that whoever may not is told so rather
/// than that there is nothing. A service is the one that the service owner owns.
struct Samples {
    ids: BTreeMap<&'static str, String>,
    actor: String,
}

impl Samples {
    fn of(administrator: &Person, owner: &Person) -> Samples {
        let lists = [
            "services",
            "contracts",
            "organisations",
            "movements",
            "events",
            "waves",
            "tasks",
            "obligations",
            "requests",
            "variations",
            "blackouts",
            "registers/assets",
            "registers/licences",
            "registers/third-party-contracts",
            "registers/data-holdings",
            "registers/knowledge",
            "registers/documents",
            "claims",
            "recommendations",
            "imports",
            "suppliers",
            "published-totals",
            "measures",
            "commitments",
            "actions",
            "work-arounds",
            "updates",
        ];
        let found = lists.into_iter().filter_map(|list| {
            let text = administrator.get(&format!("/{list}")).text;
            let text = text.replace("&#x2f;", "/");
            let mark = format!("href=\"/{list}/");
            let mut pieces = text.split(&mark).skip(1);
            let id = pieces.find_map(|piece| {
                let id = piece.get(..32)?;
                id.bytes()
                    .all(|byte| byte.is_ascii_hexdigit())
                    .then(|| id.to_owned())
            });
            Some((list, id?))
        });
        let mut ids: BTreeMap<&str, String> = found.collect();
        let account = owner.get("/account").text;
        let own = account
            .split_once("id&quot;:&quot;")
            .and_then(|(_, rest)| rest.get(..32));
        let own = own.expect("the owner's grant names a service");
        ids.insert("services", own.to_owned());
        Samples {
            ids,
            actor: "example-reader".into(),
        }
    }

    /// The address with something in the place of each parameter.
    fn fill(&self, path: &str) -> String {
        let list = match path.strip_suffix("/{id}") {
            Some(list) if list.starts_with("/registers/") => &list[1..],
            _ => path.split('/').nth(1).unwrap_or_default(),
        };
        let nothing = "0".repeat(32);
        let id = self.ids.get(list).or_else(|| match list {
            "records" | "api" | "readiness" => self.ids.get("services"),
            "groups" | "totals" => self.ids.get("suppliers"),
            _ => None,
        });
        let id = id.unwrap_or(&nothing);
        path.replace("{kind}", "service")
            .replace("{id}", id)
            .replace("{organisation}", id)
            .replace("{service}", id)
            .replace("{actor}", &self.actor)
            .replace("{link}", &"0".repeat(64))
            .replace("{fingerprint}", &"0".repeat(64))
            .replace("{n}", "1")
            .replace("{file}", "services.csv")
            .replace("{name}", "control.by_count")
    }
}

/// Whether somebody was let in: answered, or told that what they name or send makes no sense.
fn is_let_in(answer: &Answer) -> bool {
    let asked_to_sign_in = answer.status == 303 && answer.location.starts_with("/sign-in?next=");
    !matches!(answer.status, 401 | 403) && !asked_to_sign_in
}

/// Where a form is found whose token these people can send.
fn form_page(letter: char) -> &'static str {
    if letter == 'p' {
        "/sign-in"
    } else {
        "/account"
    }
}

/// Posts that end the session of whoever sends them, or change what later posts rest on.
const LAST: [&str; 2] = ["/sign-out", "/account/sign-out-everywhere"];

#[test]
fn everybody_is_let_in_exactly_where_the_table_says() {
    let site = Site::demo();
    let people: Vec<(char, Person, Program)> = PEOPLE
        .iter()
        .map(|(letter, login)| match *login {
            "" => (*letter, site.visitor(), site.program(String::new())),
            login => {
                let person = site.sign_in(login);
                let program = site.program(person.token());
                (*letter, person, program)
            }
        })
        .collect();
    let samples = Samples::of(&people[1].1, &people[4].1);
    assert!(samples.ids.len() >= 8, "{:?}", samples.ids);
    let mut wrong = Vec::new();
    for ((path, method), may) in table() {
        let address = samples.fill(&path);
        if LAST.contains(&path.as_str()) {
            continue;
        }
        for (letter, person, program) in &people {
            let answer = if path.starts_with("/api/") {
                match method.as_str() {
                    "GET" => program.get(&address),
                    _ => program.post(&address, ""),
                }
            } else if method == "GET" {
                person.get(&address)
            } else {
                let forged = person.forge(&address, &[]);
                // People answer without a cookie, so nobody can be made to answer as somebody.
                let is_answering = path.starts_with("/answer");
                assert!(
                    is_answering || matches!(forged.status, 400 | 401 | 403),
                    "{method} {address} without a token as {letter}: {}",
                    forged.status
                );
                person.post_from(form_page(*letter), &address, &[])
            };
            assert!(
                answer.status < 500,
                "{method} {address} as {letter}: {}",
                answer.text
            );
            if is_let_in(&answer) != may.contains(*letter) {
                wrong.push(format!("{method} {path} as {letter}: {}", answer.status));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not as the table says:\n{}",
        wrong.join("\n")
    );
}
