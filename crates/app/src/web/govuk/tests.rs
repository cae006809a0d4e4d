//! The official fixtures, and the same calls with hostile values beside the real Nunjucks.

use super::add_to;
use crate::web::assets::COMPONENTS;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

#[path = "../../../build/mod.rs"]
mod translation;

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

fn rendered(environment: &Environment<'_>, component: &str, options: Value) -> String {
    let name = macro_name(component);
    let source = format!(
        "{{% from \"govuk/components/{component}/macro.njk\" import {name} %}}{{{{ {name}(options) }}}}"
    );
    let template = environment
        .template_from_named_str("fixture.html", &source)
        .expect("a template");
    template
        .render(context! { options })
        .unwrap_or_else(|error| panic!("{component}: {error:#}"))
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
    let mut kept = String::new();
    for part in same.split_inclusive(['<', '>']) {
        // What comes before a `>` is a tag, unless a `>` stands in text: that is the same on both sides.
        if part.ends_with('>') {
            kept.push_str(
                &part
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .replace(" >", ">"),
            );
        } else if let Some(text) = part.strip_suffix('<') {
            kept.push_str(text.trim());
            kept.push('<');
        } else {
            kept.push_str(part.trim());
        }
    }
    kept
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
            let options = Value::from(Serde(&fixture["options"]));
            let ours = comparable(&rendered(&environment, component, options));
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

#[test]
fn what_a_page_leaves_undefined_is_refused_by_its_name() {
    let environment = environment();
    let page = |options: &str| {
        let source = format!(
            "{{% from \"govuk/components/button/macro.njk\" import govukButton %}}{{{{ govukButton({options}) }}}}"
        );
        environment.render_named_str("page.html", &source, context! { title => "Save" })
    };
    assert!(page("{\"text\": title}").is_ok());
    assert!(page("{\"text\": title, \"classes\": none}").is_ok());
    for (options, named) in [
        ("{\"text\": titel}", "\"text\""),
        (
            "{\"text\": title, \"attributes\": {\"id\": titel}}",
            "\"attributes.id\"",
        ),
        ("titel", "\"\""),
    ] {
        let message = page(options).expect_err(options).to_string();
        assert!(
            message.contains(&format!(
                "govukButton is given an undefined value for {named}"
            )),
            "{message}"
        );
    }
}

#[test]
fn html_stays_and_text_is_escaped() {
    let environment = environment();
    for (option, shown) in [("html", "<b>&amp;"), ("text", "&lt;b&gt;&amp;amp;")] {
        let options = Value::from(Serde(&json!({option: "<b>&amp;"})));
        let html = rendered(&environment, "inset-text", options);
        assert!(html.contains(shown), "{html}");
    }
}

#[test]
fn components_escape_even_where_the_page_does_not() {
    let environment = environment();
    let source = "{% from \"govuk/components/tag/macro.njk\" import govukTag %}{{ govukTag({\"text\": text}) }}";
    let context = context! { text => "<script>" };
    let text = environment
        .render_named_str("page.txt", source, context)
        .expect("a page");
    assert!(!text.contains("<script>"), "{text}");
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

/// A call of a component, made here and by the real Nunjucks.
struct Call {
    component: &'static str,
    options: Json,
    /// Text, HTML and attributes are marked as safe, as a template marks what it has made itself.
    safe: bool,
}

/// What is marked as safe when a call says so. The script beside this marks the same.
fn is_marked(key: &str, parent: &str) -> bool {
    matches!(key, "html" | "text" | "titleText" | "summaryText") || parent == "attributes"
}

/// A map that keeps its order.
struct Entries(Vec<(String, Value)>);

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn marked(value: &Json, key: &str, parent: &str) -> Value {
    match value {
        Json::String(text) if is_marked(key, parent) => Value::from_safe_string(text.clone()),
        Json::Array(items) => items.iter().map(|item| marked(item, "", key)).collect(),
        Json::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(name, item)| (name.clone(), marked(item, name, key)));
            Value::from(Serde(&Entries(entries.collect())))
        }
        value => Value::from(Serde(value)),
    }
}

/// Make the calls with the real Nunjucks; none where it fails.
fn by_nunjucks(calls: &[Call]) -> Vec<Option<String>> {
    let line = |call: &Call| {
        let Call {
            component,
            options,
            safe,
        } = call;
        json!({"component": component, "options": options, "safe": safe}).to_string() + "\n"
    };
    let input: String = calls.iter().map(line).collect();
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
    let lines: Vec<Option<String>> = String::from_utf8(output.stdout)
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a string or null"))
        .collect();
    assert_eq!(lines.len(), calls.len());
    lines
}

/// Every call renders as the real Nunjucks renders it; at least so many were compared.
fn compare(calls: &[Call], least: usize) {
    let environment = environment();
    let (mut compared, mut wrong) = (0, Vec::new());
    for (call, theirs) in calls.iter().zip(by_nunjucks(calls)) {
        let Some(theirs) = theirs else { continue };
        compared += 1;
        let options = if call.safe {
            marked(&call.options, "", "")
        } else {
            Value::from(Serde(&call.options))
        };
        let ours = comparable(&rendered(&environment, call.component, options));
        let theirs = comparable(&theirs);
        if ours != theirs {
            let Call {
                component, options, ..
            } = call;
            wrong.push(format!(
                "{component} with {options}\n  ours   {ours}\n  theirs {theirs}"
            ));
        }
    }
    assert!(compared >= least, "only {compared} calls were compared");
    assert!(
        wrong.is_empty(),
        "{} of {compared}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
}

/// Where the texts of these options are.
fn texts(value: &Json, path: &str, found: &mut Vec<String>) {
    match value {
        Json::String(_) => found.push(path.to_owned()),
        Json::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                texts(item, &format!("{path}/{place}"), found);
            }
        }
        Json::Object(entries) => {
            for (key, item) in entries {
                let key = key.replace('~', "~0").replace('/', "~1");
                texts(item, &format!("{path}/{key}"), found);
            }
        }
        _ => {}
    }
}

/// The options with one text of it replaced, for each text.
fn replaced(options: &Json, by: &Json) -> Vec<Json> {
    let mut found = Vec::new();
    texts(options, "", &mut found);
    let changed = |path: String| {
        let mut changed = options.clone();
        *changed.pointer_mut(&path).expect("a path that was found") = by.clone();
        changed
    };
    found.into_iter().map(changed).collect()
}

/// The options with these attributes on every object in it, for what it takes attributes on.
fn with_attributes(options: &Json, attributes: &Json) -> Json {
    match options {
        Json::Object(entries) => {
            let mut changed: serde_json::Map<String, Json> = entries
                .iter()
                .map(|(key, value)| (key.clone(), with_attributes(value, attributes)))
                .collect();
            changed.insert("attributes".into(), attributes.clone());
            Json::Object(changed)
        }
        Json::Array(items) => items
            .iter()
            .map(|item| with_attributes(item, attributes))
            .collect(),
        value => value.clone(),
    }
}

#[test]
fn hostile_values_are_escaped_as_the_real_nunjucks_escapes_them() {
    let mut calls = Vec::new();
    let mut add = |component, options: Vec<Json>, safe| {
        calls.extend(options.into_iter().map(|options| Call {
            component,
            options,
            safe,
        }));
    };
    let long = json!("<&\"' ".repeat(5_000));
    for component in COMPONENTS {
        let fixtures = fixtures(component);
        for (place, fixture) in fixtures.iter().enumerate() {
            let hostile = json!(HOSTILE[place % HOSTILE.len()]);
            add(component, replaced(&fixture["options"], &hostile), false);
        }
        add(
            component,
            replaced(&fixtures[0]["options"], &json!(HOSTILE[0])),
            true,
        );
        // Every hostile text meets the first, richest fixture.
        for hostile in HOSTILE {
            let options = replaced(&fixtures[0]["options"], &json!(hostile));
            add(component, options, false);
        }
        add(component, replaced(&fixtures[0]["options"], &long), false);
    }
    compare(&calls, 4_000);
}

#[test]
fn hostile_attributes_are_escaped_as_the_real_nunjucks_escapes_them() {
    let mut calls = Vec::new();
    for component in COMPONENTS {
        // Each text once at least, and once text that is marked as safe and says what it is.
        let fixtures = fixtures(component);
        for (place, fixture) in fixtures.iter().cycle().take(HOSTILE.len() + 1).enumerate() {
            let safe = place == HOSTILE.len();
            let hostile = HOSTILE.get(place).copied().unwrap_or("&lt;b&gt; &amp; ' é");
            let attributes = json!({
                hostile: hostile,
                "data-text": hostile,
                "data-optional": {"value": hostile, "optional": true},
                "data-required": {"value": hostile, "optional": false},
                "data-bare": {"value": hostile},
                "data-on": {"value": true, "optional": true},
                "data-off": {"value": false, "optional": true},
                "data-none": {"value": null, "optional": true},
                "data-empty": {"value": "", "optional": true},
                "data-null": null,
                "data-true": true,
                "data-false": false,
                "data-number": 1.5,
                "data-list": [hostile, null, 2],
            });
            let options = with_attributes(&fixture["options"], &attributes);
            calls.push(Call {
                component,
                options,
                safe,
            });
        }
    }
    compare(&calls, 250);
}

#[test]
fn values_of_other_kinds_render_as_the_real_nunjucks_renders_them() {
    let mut calls = Vec::new();
    for component in COMPONENTS {
        for fixture in fixtures(component).iter().take(2) {
            for value in [
                json!(""),
                json!(0),
                json!(12),
                json!(-1.5),
                json!(true),
                json!(false),
                json!([]),
                json!({}),
                json!(["<a>", null, 3]),
                json!({"<k>": "<v>"}),
            ] {
                for options in replaced(&fixture["options"], &value) {
                    calls.push(Call {
                        component,
                        options,
                        safe: false,
                    });
                }
            }
        }
    }
    compare(&calls, 2_000);
}
