//! The API: its description is true, its figures are those of the command line, it shows nobody more
//! than the pages do, and it writes all or nothing.

use crate::desk::{Desk, repository};
use crate::site::{Answer, Program, Site};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The description that the program serves.
struct Described(Value);

impl Described {
    fn of(site: &Site) -> Described {
        let answer = site.visitor().get("/api/v1/openapi.json");
        assert_eq!(answer.status, 200);
        Described(answer.json())
    }

    /// An answer is as described: its status is named, and its body has every field and no other.
    fn holds(&self, method: &str, path: &str, answer: &Answer) {
        let operation = &self.0["paths"][path][method];
        assert!(!operation.is_null(), "{method} {path} is not described");
        let described = &operation["responses"][answer.status.to_string()];
        assert!(
            !described.is_null(),
            "{method} {path} answers {}, of which nothing is said: {}",
            answer.status,
            answer.text
        );
        let described = match described["$ref"].as_str() {
            Some(_) => &self.0["components"]["responses"]["problem"],
            None => described,
        };
        let content_type = answer.header("content-type");
        let schema = &described["content"][content_type]["schema"];
        assert!(
            !schema.is_null(),
            "{method} {path} {}: {content_type} is not described",
            answer.status
        );
        let mut schema = schema.clone();
        schema["components"] = self.0["components"].clone();
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let body = answer.json();
        let faults: Vec<String> = validator
            .iter_errors(&body)
            .map(|fault| format!("{}: {fault:.300}", fault.instance_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "{method} {path} {} is not as described:\n{}",
            answer.status,
            faults.join("\n")
        );
    }
}

/// A program and the description that its answers are held against.
struct Checked<'a>(&'a Described, Program);

impl Checked<'_> {
    /// Ask at a described path, with these in the place of its parameters.
    fn get(&self, path: &str, filled: &str, status: u16) -> Value {
        let answer = self.1.get(filled);
        assert_eq!(answer.status, status, "{filled}: {}", answer.text);
        self.0.holds("get", path, &answer);
        answer.json()
    }

    fn batch(&self, batch: &Value, status: u16) -> Value {
        let answer = self.1.post("/api/v1/batches", batch.to_string());
        assert_eq!(answer.status, status, "{batch}: {}", answer.text);
        self.0.holds("post", "/api/v1/batches", &answer);
        answer.json()
    }

    fn file(&self, query: &str, body: &str, status: u16) -> Value {
        let answer = self.1.post(&format!("/api/v1/imports{query}"), body);
        assert_eq!(answer.status, status, "{query}: {}", answer.text);
        self.0.holds("post", "/api/v1/imports", &answer);
        answer.json()
    }
}

#[test]
fn the_description_names_every_address_and_no_other() {
    let routes = Desk::new().json(&["routes", "--json"]);
    let routes = routes.as_array().expect("a list").iter();
    let served: BTreeSet<(String, String)> = routes
        .map(|route| {
            let text = |name: &str| route[name].as_str().expect("a text").to_owned();
            (text("path"), text("method").to_lowercase())
        })
        .filter(|(path, _)| path.starts_with("/api/"))
        .collect();
    let text = include_str!("../../src/web/api/openapi.json");
    let described: Value = serde_json::from_str(text).expect("JSON");
    let paths = described["paths"].as_object().expect("paths");
    let described_paths: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().expect("methods");
            methods.keys().map(|method| (path.clone(), method.clone()))
        })
        .collect();
    assert_eq!(served, described_paths);
    for (name, schema) in described["components"]["schemas"]
        .as_object()
        .expect("schemas")
    {
        open_objects(name, schema);
    }
}

/// Every object with named fields says that there are no others.
fn open_objects(name: &str, schema: &Value) {
    match schema {
        Value::Object(fields) => {
            if fields.contains_key("properties") && fields.contains_key("type") {
                assert_eq!(schema["additionalProperties"], false, "{name}: {schema}");
            }
            fields.values().for_each(|inner| open_objects(name, inner));
        }
        Value::Array(many) => many.iter().for_each(|inner| open_objects(name, inner)),
        _ => {}
    }
}

const DAY: &str = "at=2021-03-26";

#[test]
fn programs_are_answered_as_described() {
    let site = Site::demo();
    let described = &Described::of(&site);
    let administrator = site.sign_in("administrator");
    let program = &Checked(described, site.program(administrator.token()));
    figures_are_those_of_the_command_line(&site, program);
    the_guide_is_true(&site, &program.1);
    records_and_entries_come_in_pages(program);
    batches_are_written_whole_or_not_at_all(program);
    files_are_taken_in(program);
    readers_see_and_write_no_more_than_on_pages(&site, described, program);
    a_token_does_no_more_than_its_holder_may(&site, &administrator);
    wrong_tokens_are_counted(&site, described);
}

fn figures_are_those_of_the_command_line(site: &Site, program: &Checked<'_>) {
    let data = ["--data", "demo/data", "--at", "2021-03-26", "--json"];
    let list = program.get("/api/v1/figures", &format!("/api/v1/figures?{DAY}"), 200);
    let figures = list["figures"].as_array().expect("figures");
    assert!(figures.len() >= 11);
    for figure in figures {
        let name = figure["name"].as_str().expect("a name");
        let address = format!("/api/v1/figures/{name}?{DAY}");
        let one = program.get("/api/v1/figures/{name}", &address, 200);
        assert_eq!(&one, figure);
        let words: Vec<&str> = ["figure", name].into_iter().chain(data).collect();
        assert_eq!(site.desk.json(&words), one, "{name}");
    }
    let address = format!("/api/v1/statement?{DAY}");
    let statement = program.get("/api/v1/statement", &address, 200);
    let words: Vec<&str> = ["statement"].into_iter().chain(data).collect();
    assert_eq!(site.desk.json(&words), statement);
    let then = format!("/api/v1/statement?{DAY}&known=20");
    let then = program.get("/api/v1/statement", &then, 200);
    assert_eq!(then["basis"]["known"]["entry"], 20);
    program.get("/api/v1/figures/{name}", "/api/v1/figures/nothing", 404);
    program.get("/api/v1/figures", "/api/v1/figures?at=yesterday", 400);
}

fn records_and_entries_come_in_pages(program: &Checked<'_>) {
    let kinds = [
        "organisation",
        "service",
        "contract",
        "arrangement",
        "staff-movement",
        "clause",
        "obligation",
        "request",
        "variation",
        "charge",
        "index-figure",
        "volume",
        "treatment",
        "wave",
        "blackout",
        "task",
        "gate",
        "readiness-statement",
        "asset",
        "licence",
        "third-party-contract",
        "data-holding",
        "credential",
        "knowledge",
        "document",
        "event",
        "claim",
        "recommendation",
        "problem",
        "challenge",
        "trial",
        "benefit",
        "name",
        "scope-rule",
        "published-total",
        "measure",
        "rebase",
        "working-calendar",
        "round",
        "commitment",
        "action",
        "work-around",
        "update",
        "release",
        "layout",
        "import",
        "publication",
    ];
    for kind in kinds {
        let address = format!("/api/v1/records/{kind}?most=1000");
        let all = program.get("/api/v1/records/{kind}", &address, 200);
        assert_eq!(all["next"], Value::Null, "{kind}");
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let address = format!("/api/v1/records/{kind}?most=7{next}");
            let page = program.get("/api/v1/records/{kind}", &address, 200);
            found.extend(page["records"].as_array().expect("records").clone());
            match page["next"].as_str() {
                Some(id) => next = format!("&after={id}"),
                None => break,
            }
        }
        assert_eq!(all["records"], Value::Array(found), "{kind}");
        let Some(first) = all["records"][0]["id"].as_str() else {
            continue;
        };
        let address = format!("/api/v1/records/{kind}/{first}");
        let one = program.get("/api/v1/records/{kind}/{id}", &address, 200);
        assert_eq!(one, all["records"][0]);
        let history = format!("{address}/history");
        let history = program.get("/api/v1/records/{kind}/{id}/history", &history, 200);
        assert!(!history["entries"].as_array().expect("entries").is_empty());
    }
    program.get("/api/v1/records/{kind}", "/api/v1/records/nothing", 404);
    program.get(
        "/api/v1/records/{kind}",
        "/api/v1/records/service?most=0",
        400,
    );
    let nobody = format!("/api/v1/records/service/{}", "0".repeat(32));
    program.get("/api/v1/records/{kind}/{id}", &nobody, 404);

    let head = program.get("/api/v1/head", "/api/v1/head", 200);
    let (mut after, mut count) = (0, 0);
    while let Some(next) = {
        let address = format!("/api/v1/entries?after={after}&most=97");
        let page = program.get("/api/v1/entries", &address, 200);
        count += page["entries"].as_array().expect("entries").len();
        page["next"].as_u64()
    } {
        after = next;
    }
    assert_eq!(head["entry"], count);
    let one = program.get("/api/v1/entries/{n}", "/api/v1/entries/1", 200);
    assert_eq!(one["number"], 1);
    program.get("/api/v1/entries/{n}", "/api/v1/entries/1000000", 404);
    program.get("/api/v1/imports", "/api/v1/imports", 200);
    let then = program.get("/api/v1/head", "/api/v1/head?known=5", 200);
    assert_eq!(then["entry"], 5);
}

fn batches_are_written_whole_or_not_at_all(program: &Checked<'_>) {
    let head = || program.get("/api/v1/head", "/api/v1/head", 200)["entry"].clone();
    let base = head();
    let batch = |records: Value| json!({"reason": "a test", "base": base, "records": records});
    let list = program.get(
        "/api/v1/records/{kind}",
        "/api/v1/records/service?most=1",
        200,
    );
    let service = &list["records"][0];
    let (id, mut item) = (service["id"].clone(), service["item"].clone());

    let nameless = json!({"kind": "service", "item": {"no": "name"}});
    let unknown = json!({"kind": "bicycle", "item": {}});
    let mut more = item.clone();
    more["telephone"] = "0100 555".into();
    let more = json!({"kind": "service", "item": more});
    let whole = json!({"kind": "service", "item": item});
    let refused = program.batch(&batch(json!([nameless, unknown, more, whole])), 422);
    let places: Vec<u64> = refused["faults"]
        .as_array()
        .expect("faults")
        .iter()
        .filter_map(|fault| fault["place"].as_u64())
        .collect();
    assert_eq!(places, [0, 1, 2]);
    assert_eq!(head(), base, "nothing was written");

    item["name"] = "Renamed by a program".into();
    let renamed = json!({"kind": "service", "id": id, "item": item});
    let fresh = json!({"kind": "service", "item": item, "visibility": "restricted"});
    let written = program.batch(&batch(json!([renamed, fresh])), 200);
    assert_eq!(written["records"][0], id);
    assert_eq!(written["last"], head());
    let address = format!("/api/v1/records/service/{}", id.as_str().expect("an id"));
    let now = program.get("/api/v1/records/{kind}/{id}", &address, 200);
    assert_eq!(now["item"], item);
    assert_eq!(now["entry"], written["first"]);
    let then = format!("{address}?known={base}");
    let then = program.get("/api/v1/records/{kind}/{id}", &then, 200);
    assert_eq!(then["item"], service["item"]);

    let moved = program.batch(&batch(json!([renamed])), 409);
    assert_eq!(moved["moved"][0]["record"], id);
    assert_eq!(moved["moved"][0]["entry"], written["first"]);
    for wrong in [json!({"name": 3}), json!({"name": "  "})] {
        let wrong = json!({"kind": "service", "item": wrong});
        program.batch(&batch(json!([wrong])), 422);
    }
    program.batch(&json!({"base": base, "records": []}), 400);
    program.batch(
        &json!({"reason": "x", "base": base, "records": [], "more": 1}),
        400,
    );

    let gone = json!({"kind": "service", "id": written["records"][1], "withdraw": true});
    let again = json!({"reason": "a test", "base": written["last"], "records": [gone]});
    program.batch(&again, 200);
    program.batch(&again, 422);
}

/// A file with a payment, and one whose amount is none.
const FILE: &str = "Date,Supplier,Amount
2021-05-04,Northmere Digital Services Ltd,120.50
2021-05-05,Somebody,never
";

fn files_are_taken_in(program: &Checked<'_>) {
    let file = FILE;
    let dry = program.file("?file=may.csv&ledger=tests&dry-run=true", file, 200);
    assert_eq!((&dry["rows"], &dry["import"]), (&json!(1), &Value::Null));
    let taken = program.file("?file=may.csv&ledger=tests", file, 200);
    assert_eq!(taken["total_pence"], 12_050);
    assert_eq!(taken["rejected"], 1);
    let again = program.file("?file=may.csv&ledger=tests", file, 200);
    assert_eq!(again["already"], true);
    program.file("?file=what.csv", "no table at all", 422);
    program.file("", file, 400);
    program.file("?file=may.csv&period=soon", file, 400);
    program.file("?file=may.csv&adds=true&replaces=x", file, 400);
    let list = program.get("/api/v1/imports", "/api/v1/imports", 200);
    let imports = list["imports"].as_array().expect("imports");
    let ours = imports
        .iter()
        .find(|import| import["id"] == taken["import"]);
    assert_eq!(ours.expect("the import")["file"], "may.csv");
}

fn readers_see_and_write_no_more_than_on_pages(
    site: &Site,
    described: &Described,
    administrator: &Checked<'_>,
) {
    let person = site.sign_in("reader");
    let reader = &Checked(described, site.program(person.token()));
    let base = administrator.get("/api/v1/head", "/api/v1/head", 200)["entry"].clone();
    let list = administrator.get(
        "/api/v1/records/{kind}",
        "/api/v1/records/service?most=2",
        200,
    );
    let mut secret = list["records"][1]["item"].clone();
    secret["name"] = "Surveillance of bridges".into();
    let state = json!({"kind": "service", "item": secret, "visibility": "restricted"});
    let batch = json!({"reason": "a test", "base": base, "records": [state]});
    reader.batch(&batch, 403);
    assert_eq!(reader.file("?file=a.csv", "a", 403)["status"], 403);
    let written = administrator.batch(&batch, 200);
    let id = written["records"][0].as_str().expect("an id");
    let mut under = None;
    let arrangements = "/api/v1/records/arrangement?most=1000";
    let arrangements = administrator.get("/api/v1/records/{kind}", arrangements, 200);
    if let Some(arrangement) = arrangements["records"].get(0) {
        let mut item = arrangement["item"].clone();
        item["service"] = id.into();
        let state = json!({"kind": "arrangement", "item": item});
        let batch = json!({"reason": "a test", "base": written["last"], "records": [state]});
        under = Some(administrator.batch(&batch, 200)["records"][0].clone());
    }
    let number = written["first"].as_u64().expect("a number");
    for (path, filled) in [
        (
            "/api/v1/records/{kind}/{id}",
            format!("/api/v1/records/service/{id}"),
        ),
        (
            "/api/v1/records/{kind}/{id}/history",
            format!("/api/v1/records/service/{id}/history"),
        ),
        ("/api/v1/entries/{n}", format!("/api/v1/entries/{number}")),
    ] {
        reader.get(path, &filled, 404);
        administrator.get(path, &filled, 200);
    }
    let under = under.expect("an arrangement");
    let under = under.as_str().expect("an id");
    for filled in [
        "/api/v1/records/service?most=1000".to_owned(),
        "/api/v1/records/arrangement?most=1000".to_owned(),
        format!("/api/v1/entries?after={}", number - 1),
        format!("/api/v1/statement?{DAY}"),
    ] {
        let told = reader.1.get(&filled);
        assert_eq!(told.status, 200, "{filled}");
        told.lacks("Surveillance of bridges").lacks(id).lacks(under);
        let told = administrator.1.get(&filled);
        assert!(
            told.text.contains(id) || told.text.contains(under),
            "{filled}"
        );
    }
    // Figures count what is not shown, and are the same for everybody.
    let address = format!("/api/v1/figures/services.total?{DAY}");
    let figure = |program: &Checked<'_>| program.get("/api/v1/figures/{name}", &address, 200);
    assert_eq!(figure(reader), figure(administrator));
    for page in ["/", "/services", "/figures/services.total", "/control.csv"] {
        let separator = if page.contains('?') { '&' } else { '?' };
        let told = person.get(&format!("{page}{separator}{DAY}"));
        assert_eq!(told.status, 200, "{page}");
        told.lacks("Surveillance of bridges");
    }
    // Nor does everybody, once the statement is published.
    let known = administrator.get("/api/v1/head", "/api/v1/head", 200)["entry"].to_string();
    let fields = [("at", "2021-03-26"), ("known", known.as_str())];
    let published = site.sign_in("director").post("/publish", &fields);
    assert_eq!(published.status, 303, "{}", published.text);
    for page in ["/", "/control.csv"] {
        site.visitor().get(page).lacks("Surveillance of bridges");
    }
    site.visitor().get("/").says("Schools network");
    // Reading was noted.
    let readings = site.sign_in("administrator").get("/accounts/readings");
    let text = readings.text.replace("&#x2f;", "/");
    assert!(
        text.contains(&format!("/api/v1/records/service/{id}")),
        "{text}"
    );
}

fn a_token_does_no_more_than_its_holder_may(site: &Site, administrator: &crate::site::Person) {
    let person = site.sign_in("contracts");
    let program = site.program(person.token());
    assert_eq!(program.get("/api/v1/head").status, 200);
    let page = "/accounts/example-contracts";
    let held = administrator.get(page).field("grant").expect("a grant");
    let held = held.replace("&quot;", "\"");
    let fields = [("do", "take"), ("grant", held.as_str())];
    assert_eq!(administrator.post(page, &fields).status, 303);
    assert_eq!(program.get("/api/v1/head").status, 403);
    administrator.post(page, &[("do", "disable")]);
    assert_eq!(program.get("/api/v1/head").status, 401);
}

fn wrong_tokens_are_counted(site: &Site, described: &Described) {
    let program = site.program("0".repeat(64));
    let mut statuses = BTreeSet::new();
    for _ in 0..15 {
        let answer = program.get("/api/v1/head");
        described.holds("get", "/api/v1/head", &answer);
        statuses.insert(answer.status);
    }
    assert_eq!(statuses, BTreeSet::from([401, 429]));
}

/// The commands of docs/api.md do what the page says.
fn the_guide_is_true(site: &Site, program: &Program) {
    let page = std::fs::read_to_string(repository().join("docs/api.md")).expect("a page");
    let examples: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("curl "))
        .collect();
    let batch = page
        .split_once("```json\n")
        .and_then(|(_, rest)| rest.split("```").next())
        .expect("a batch");
    site.desk.file("batch.json", batch);
    site.desk.file("2021-05.csv", FILE);
    for example in &examples {
        let (_, rest) = example.split_once("\"$HANDBACK").expect("an address");
        let (address, rest) = rest.split_once('"').expect("the address ends");
        let answer = match rest.split_once('@') {
            None => program.get(address),
            Some((_, file)) => {
                let body = std::fs::read(site.desk.path(file)).expect("a file");
                program.post(address, body)
            }
        };
        assert_eq!(answer.status, 200, "{example}: {}", answer.text);
    }
    assert!(examples.len() >= 6, "{examples:?}");
}
