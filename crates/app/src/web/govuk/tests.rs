//! The official fixtures, and the same calls with hostile values beside the real Nunjucks.

use super::add_to;
use crate::web::assets::COMPONENTS;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde_json::{Value as Json, json};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

const MODULES: &str = env!("HANDBACK_NODE_MODULES");

fn environment() -> Environment<'static> {
    let mut environment = crate::render::environment().expect("the environment of every page");
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    add_to(&mut environment);
    environment
}

/// `govukDateInput` of `date-input`.
fn macro_name(component: &str) -> String {
    let parts = component.split('-').map(|part| {
        let (first, rest) = part.split_at(1);
        first.to_uppercase() + rest
    });
    format!("govuk{}", parts.collect::<String>())
}

fn rendered(environment: &Environment<'_>, component: &str, options: &Json) -> String {
    let name = macro_name(component);
    let source = format!(
        "{{% from \"govuk/components/{component}/macro.njk\" import {name} %}}{{{{ {name}(options) }}}}"
    );
    let template = environment
        .template_from_named_str("fixture.html", &source)
        .expect("a template");
    let context = context! { options => Value::from(Serde(options)) };
    template
        .render(context)
        .unwrap_or_else(|error| panic!("{component} with {options}: {error:#}"))
}

/// White space beside tags says nothing, and three characters are escaped in two ways that mean the
/// same. Nothing that could change what is markup is decoded.
fn comparable(html: &str) -> String {
    let same = html
        .replace("&#x2f;", "/")
        .replace("&#x27;", "&#39;")
        .replace("&#34;", "&quot;")
        .replace("&#96;", "`")
        .replace("&#92;", "\\");
    let mut folded = String::new();
    for word in same.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
        .replace("> ", ">")
        .replace(" <", "<")
        .replace(" >", ">")
}

fn fixtures(component: &str) -> Vec<Json> {
    let path = format!("{MODULES}/govuk-frontend/dist/govuk/components/{component}/fixtures.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: Json = serde_json::from_str(&text).expect("fixtures are JSON");
    file["fixtures"].as_array().expect("a list").clone()
}

#[test]
fn every_official_fixture_renders_as_published() {
    let environment = environment();
    let (mut tried, mut wrong) = (0, Vec::new());
    for component in COMPONENTS {
        for fixture in fixtures(component) {
            tried += 1;
            let ours = comparable(&rendered(&environment, component, &fixture["options"]));
            let theirs = comparable(fixture["html"].as_str().expect("html"));
            if ours != theirs {
                wrong.push(format!(
                    "{component}, {}\n  ours   {ours}\n  theirs {theirs}",
                    fixture["name"]
                ));
            }
        }
    }
    assert!(tried > 600, "only {tried} fixtures were found");
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
}

const HOSTILE: &[&str] = &[
    "\"><script>alert(1)</script>",
    "' onfocus=x autofocus '",
    "&lt;b&gt; &amp; &quot;",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    "</textarea></select></title>",
    "javascript:alert(1)",
    "\u{202e}\u{0}\u{2028}é😀",
    "`${x}` \\ %22 \r\n",
];

/// The fixture's options with one text of it made hostile, for each text.
fn made_hostile(options: &Json, hostile: &str) -> Vec<Json> {
    fn paths(value: &Json, path: &str, found: &mut Vec<String>) {
        match value {
            Json::String(_) => found.push(path.to_owned()),
            Json::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    paths(item, &format!("{path}/{place}"), found);
                }
            }
            Json::Object(entries) => {
                for (key, item) in entries {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    paths(item, &format!("{path}/{key}"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    paths(options, "", &mut found);
    let changed = |path: String| {
        let mut changed = options.clone();
        *changed.pointer_mut(&path).expect("a path that was found") = json!(hostile);
        changed
    };
    found.into_iter().map(changed).collect()
}

#[test]
fn hostile_values_are_escaped_as_the_real_nunjucks_escapes_them() {
    let environment = environment();
    let mut calls = Vec::new();
    for component in COMPONENTS {
        for (place, fixture) in fixtures(component).iter().enumerate() {
            let hostile = HOSTILE[place % HOSTILE.len()];
            for options in made_hostile(&fixture["options"], hostile) {
                calls.push((*component, options));
            }
        }
        // Every hostile text meets the first, richest fixture.
        for hostile in HOSTILE {
            for options in made_hostile(&fixtures(component)[0]["options"], hostile) {
                calls.push((*component, options));
            }
        }
    }
    assert!(calls.len() > 2_000, "only {} calls", calls.len());
    let input: String = calls
        .iter()
        .map(|(component, options)| {
            json!({"component": component, "options": options}).to_string() + "\n"
        })
        .collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/frontend/tests/render.mjs");
    let mut node = Command::new("node")
        .args([script, MODULES])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut stdin = node.stdin.take().expect("a pipe");
    let writing = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = node.wait_with_output().expect("node ends");
    writing.join().expect("no panic").expect("node reads");
    assert!(output.status.success());
    let theirs: Vec<String> = String::from_utf8(output.stdout)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a string"))
        .collect();
    assert_eq!(theirs.len(), calls.len());
    for ((component, options), theirs) in calls.iter().zip(&theirs) {
        let ours = rendered(&environment, component, options);
        assert_eq!(
            comparable(&ours),
            comparable(theirs),
            "{component} with {options}"
        );
    }
}
