//! Whole files, made up and real.

use super::*;
use crate::source::Memory;
use flate2::{Compression, write::GzEncoder};
use handback_core::dated::When;
use handback_core::import::{ContractNotice, Identifier};
use handback_core::pence::Pence;
use proptest::prelude::*;
use serde_json::json;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

struct Outcome {
    processes: Vec<Process>,
    faults: Vec<Fault>,
    tally: Tally,
}

fn outcome(bytes: impl Into<Vec<u8>>) -> Result<Outcome, Refused> {
    let source = Memory {
        name: "releases.json".into(),
        bytes: bytes.into(),
    };
    let (mut processes, mut faults) = (Vec::new(), Vec::new());
    let tally = read(
        &source,
        &mut |process| processes.push(process),
        &mut |fault| faults.push(fault),
    )?;
    Ok(Outcome {
        processes,
        faults,
        tally,
    })
}

fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ocds");
    fs::read(folder.join(name)).expect("a fixture")
}

/// The plan and the award of one made-up process.
fn releases() -> [Value; 2] {
    [
        json!({
            "ocid": "ocds-madeup-1", "id": "1-plan", "date": "2024-01-01T09:00:00Z", "tag": ["planning"],
            "planning": {"rationale": "Café tills"}, "x_council": {"ward": "Old Town"}
        }),
        json!({
            "ocid": "ocds-madeup-1", "id": "1-award", "date": "2024-02-01T09:00:00+00:00", "tag": ["award"],
            "awards": [{"id": "a1"}]
        }),
    ]
}

#[test]
fn every_wrapping_and_encoding_gives_the_same_process() {
    let [plan, award] = releases();
    let package = json!({"uri": "https://example.org", "releases": [plan, award]}).to_string();
    let utf16: Vec<u8> = package.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin: Vec<u8> = package
        .chars()
        .map(|c| u8::try_from(c).expect("a Latin-1 text"))
        .collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(package.as_bytes())
        .expect("memory takes all");
    let expected = json!({
        "ocid": "ocds-madeup-1", "id": "ocds-madeup-1-2024-02-01T09:00:00+00:00", "tag": ["compiled"],
        "date": "2024-02-01T09:00:00+00:00", "planning": {"rationale": "Café tills"},
        "x_council": {"ward": "Old Town"}, "awards": [{"id": "a1"}]
    });
    let record = json!({"ocid": "ocds-madeup-1", "compiledRelease": {"ocid": "ignored"}, "releases": [plan, award]});
    for (wrapping, bytes) in [
        ("JSON lines", format!("{plan}\n{award}\n").into_bytes()),
        (
            "JSON lines the other way round",
            format!("{award}\n\n{plan}").into_bytes(),
        ),
        ("one after another", format!("{plan}{award}").into_bytes()),
        (
            "printed over lines",
            format!("{plan:#}\n{award:#}").into_bytes(),
        ),
        ("a list", json!([plan, award]).to_string().into_bytes()),
        (
            "a release twice",
            json!([plan, award, plan]).to_string().into_bytes(),
        ),
        ("a release package", package.clone().into_bytes()),
        (
            "a list of packages",
            json!([{"releases": [award]}, {"releases": [plan]}])
                .to_string()
                .into_bytes(),
        ),
        ("a record", record.to_string().into_bytes()),
        (
            "a record package",
            json!({"records": [record]}).to_string().into_bytes(),
        ),
        (
            "a byte-order mark",
            format!("\u{feff}{package}").into_bytes(),
        ),
        ("UTF-16", [vec![0xff, 0xfe], utf16].concat()),
        ("Latin-1", latin),
        ("gzip", gzip.finish().expect("memory takes all")),
    ] {
        let outcome = outcome(bytes).expect(wrapping);
        assert_eq!(outcome.faults, [], "{wrapping}");
        let [process] = &outcome.processes[..] else {
            panic!("{wrapping}: not one process")
        };
        assert_eq!(
            (&process.compiled, process.releases),
            (&expected, 2),
            "{wrapping}"
        );
        assert_eq!(outcome.tally.rows, 2, "{wrapping}");
    }
}

#[test]
fn a_record_without_its_releases_is_taken_by_its_compiled_release() {
    for link in [
        json!({"url": "https://example.org/1", "tag": ["award"]}),
        json!({"id": "1-award", "date": "2024-01-01"}),
    ] {
        let compiled =
            json!({"ocid": "ocds-madeup-1", "date": "2024-01-01", "awards": [{"id": "a1"}]});
        let record = json!({"records": [{"ocid": "ocds-madeup-1", "releases": [link], "compiledRelease": compiled}]});
        let outcome = outcome(record.to_string()).expect("a record");
        assert_eq!(
            outcome.processes[0].compiled["awards"],
            json!([{"id": "a1"}])
        );
    }
}

#[test]
fn processes_come_as_soon_as_their_last_release_is_read() {
    let release = |ocid: &str, day: u8| {
        json!({"ocid": ocid, "date": format!("2024-01-{day:02}")}).to_string()
    };
    let lines = [
        release("b", 1),
        release("a", 1),
        release("a", 2),
        release("c", 1),
        release("b", 2),
    ]
    .join("\n");
    let outcome = outcome(lines).expect("releases");
    let order: Vec<_> = outcome
        .processes
        .iter()
        .map(|process| (&process.ocid[..], process.first_line))
        .collect();
    assert_eq!(order, [("a", 2), ("c", 4), ("b", 1)]);
}

#[test]
fn bad_releases_are_told_and_the_rest_is_read() {
    let outcome = outcome(fixture("faults.jsonl")).expect("releases");
    let told: Vec<_> = outcome
        .faults
        .iter()
        .map(|fault| {
            (
                fault.line,
                fault.column.as_str(),
                fault.value.as_str(),
                fault.reason.as_str(),
            )
        })
        .collect();
    for ((line, column, value, reason), expected) in told.iter().zip([
        (2, "ocid", "", "belongs to no process"),
        (3, "date", "soon", "it was taken"),
        (4, "", "", "not JSON"),
        (6, "date", "", "it was left out"),
        (7, "ocid", "ocds-madeup-5", "versioned release"),
        (8, "releases", "a text", "a JSON object"),
        (9, "releases", "ocds-madeup-6", "only links"),
        (10, "awards", "a7", "the same id"),
    ]) {
        assert_eq!(
            (*line, *column, *value),
            (expected.0, expected.1, expected.2),
            "{told:?}"
        );
        assert!(reason.contains(expected.3), "{reason}");
    }
    assert_eq!(told.len(), 8);
    assert_eq!(outcome.tally.rejected, 6);
    let taken: Vec<_> = outcome
        .processes
        .iter()
        .map(|process| process.ocid.as_str())
        .collect();
    assert_eq!(
        taken,
        [
            "ocds-madeup-2",
            "ocds-madeup-4",
            "ocds-madeup-7",
            "ocds-madeup-1"
        ]
    );
}

#[test]
fn files_without_releases_are_refused_with_the_reason() {
    let links = json!({"records": [{"ocid": "ocds-madeup-1", "releases": [{"url": "https://example.org/1"}]}]});
    for (text, reason) in [
        ("", "empty of releases"),
        ("{\"releases\": []}", "empty of releases"),
        ("{\"a\": 1}", "without an open contracting id"),
        ("{\"releases\": [{\"ocid\": \"x\", ", "not JSON"),
        ("nothing at all", "not JSON"),
        (&links.to_string(), "download the releases"),
    ] {
        let refused = outcome(text).err().expect(text).to_string();
        assert!(
            refused.starts_with("releases.json is not taken because") && refused.contains(reason),
            "{refused}"
        );
    }
}

#[test]
fn a_file_that_breaks_off_gives_what_came_before() {
    let [plan, award] = releases();
    let package = json!({"releases": [plan, award]}).to_string();
    let outcome = outcome(&package[..package.len() - 5]).expect("one whole release");
    assert_eq!(
        outcome.processes[0].compiled["planning"],
        json!({"rationale": "Café tills"})
    );
    assert_eq!((outcome.tally.rows, outcome.tally.rejected), (1, 1));
}

#[test]
fn a_contract_with_its_award_lot_and_parties() {
    let outcome = outcome(fixture("contract.json")).expect("a record package");
    let (notices, faults) = notices(&outcome.processes[0]);
    let [contract, award] = &notices[..] else {
        panic!("one contract and one award: {notices:?}")
    };
    let day = |text: &str| text.parse::<When>().ok();
    assert_eq!(
        (&contract.contract[..], &contract.award[..], contract.line),
        ("c1", "1", 8)
    );
    assert_eq!(
        (&contract.title[..], &contract.status[..]),
        ("Managed network", "active")
    );
    assert_eq!(contract.buyer.name, "Anytown Borough Council");
    assert_eq!(contract.suppliers[0].name, "Made-up Networks Ltd");
    let number = |scheme: &str, id: &str| Identifier {
        scheme: scheme.into(),
        id: id.into(),
    };
    assert_eq!(
        contract.suppliers[0].identifiers,
        [
            number("GB-COH", "00000000"),
            number("GB-PPON", "BBBB-0000-BBBB")
        ]
    );
    assert_eq!(
        (contract.value.amount, contract.value.gross),
        (Some(Pence(98_765_432)), Some(Pence(118_518_518)))
    );
    assert_eq!(contract.signed, day("2024-05-30"));
    assert_eq!(
        [contract.start, contract.end, contract.longest_end],
        ["2024-07-01", "2027-06-30", "2031-06-30"].map(day)
    );
    assert_eq!(contract.extension_option, "Two years, twice");
    assert_eq!(
        (&contract.method[..], &contract.procedure[..]),
        ("selective", "Competitive flexible procedure")
    );
    assert_eq!(contract.classifications[0].id, "72000000");
    assert_eq!(
        (
            &contract.documents[0].kind[..],
            contract.documents[0].published
        ),
        ("UK7", day("2024-06-01"))
    );
    assert_eq!(contract.amendments[0].rationale, "New offices");

    assert_eq!(
        (&award.contract[..], &award.award[..], &award.title[..]),
        ("", "2", "Cabling")
    );
    assert_eq!(award.suppliers.len(), 1, "a supplier stated twice is one");
    assert_eq!(
        (award.value.amount, &award.value.currency[..]),
        (None, "GBP")
    );
    assert_eq!((award.start, award.end), (None, day("2026")));
    let told: Vec<_> = faults
        .iter()
        .map(|fault| (&fault.column[..], &fault.value[..]))
        .collect();
    assert_eq!(
        told,
        [
            ("awards[1].contractPeriod.startDate", "0001-01-01T00:00:00Z"),
            ("awards[1].value.amount", "10.005"),
        ]
    );
}

proptest! {
    #[test]
    fn the_order_in_the_file_does_not_matter(
        states in proptest::collection::vec((0u8..3, 0u8..4, "[a-z]{0,3}"), 1..7),
        shuffle in any::<proptest::sample::Index>(),
    ) {
        let mut releases: Vec<Value> = states
            .iter()
            .enumerate()
            .map(|(day, (award, party, title))| json!({
                "ocid": "ocds-madeup-1", "date": format!("2024-01-{:02}", day + 1),
                "awards": [{"id": award, "title": title}],
                "tender": if *party == 0 { Value::Null } else { json!({"title": title}) },
            }))
            .collect();
        let in_order = outcome(Value::from(releases.clone()).to_string()).expect("releases");
        let turn = shuffle.index(releases.len());
        releases.rotate_left(turn);
        releases.reverse();
        let turned = outcome(Value::from(releases).to_string()).expect("releases");
        prop_assert_eq!(&turned.processes[0].compiled, &in_order.processes[0].compiled);
    }

    #[test]
    fn no_text_makes_it_panic(text in r#"([\[\]{}:,"\n ]|"ocid":"a"|"releases":|"date"|null|1|e){0,40}"#) {
        if let Ok(outcome) = outcome(text) {
            for process in &outcome.processes {
                notices(process);
            }
        }
    }
}

/// Real files for development, where somebody keeps them.
fn real() -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("HANDBACK_REAL_DATA") else {
        println!("skipped: HANDBACK_REAL_DATA names no folder of real data");
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(root).join("ocds")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of real data") {
            let path = entry.expect("a file of real data").path();
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("json" | "jsonl") => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// Files beside the releases that hold something else, and releases in a form that is not read.
const REFUSED: [&str; 14] = [
    "beneficial_ownership_statement_entity.json",
    "beneficial_ownership_statement_ownership.json",
    "beneficial_ownership_statement_person.json",
    "coverage-bracket.jsonl",
    "coverage-duplicate.jsonl",
    "coverage-empty.jsonl",
    "coverage.jsonl",
    "extension.json",
    "extensions_block.json",
    "linked_releases.json",
    "release-schema.json",
    "release-schema.json",
    "versioned-release-1.json",
    "versioned-release-2.json",
];

#[test]
fn every_real_file_is_read_or_refused() {
    let files = real();
    let mut refused = Vec::new();
    for path in &files {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a file name")
            .to_owned();
        match outcome(fs::read(path).expect("a readable file")) {
            Ok(outcome) => {
                let (processes, rejected) = (outcome.processes.len(), outcome.tally.rejected);
                println!(
                    "{name}: {processes} processes, {} releases, {rejected} rejected",
                    outcome.tally.rows
                );
                assert!(processes > 0, "{name}");
            }
            Err(_) => refused.push(name),
        }
    }
    refused.sort();
    assert_eq!(
        refused,
        REFUSED[..if files.is_empty() { 0 } else { REFUSED.len() }]
    );
}

/// The published compiled release and ours, without what a publisher is free to choose: the own
/// id, and objects in which nothing is stated.
fn comparable(mut compiled: Value) -> Value {
    fn prune(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.values_mut().for_each(prune);
                fields.retain(|_, value| value != &json!({}) && value != &json!([]));
            }
            Value::Array(items) => items.iter_mut().for_each(prune),
            _ => {}
        }
    }
    prune(&mut compiled);
    if let Some(fields) = compiled.as_object_mut() {
        fields.remove("id");
    }
    compiled
}

/// These were compiled by the rules of OCDS 1.0, which replaced suppliers and tenderers as a whole.
const COMPILED_BY_OLDER_RULES: [&str; 2] = [
    "record-package_package.json",
    "record-package_versioned.json",
];

#[test]
fn real_records_agree_with_their_compiled_release() {
    let mut agreed = 0;
    let files = real();
    for path in &files {
        if COMPILED_BY_OLDER_RULES
            .iter()
            .any(|name| path.ends_with(name))
        {
            continue;
        }
        let Ok(package) =
            serde_json::from_slice::<Value>(&fs::read(path).expect("a readable file"))
        else {
            continue;
        };
        for record in package["records"].as_array().into_iter().flatten() {
            let Some(compiled) = record.get("compiledRelease") else {
                continue;
            };
            let Ok(outcome) = outcome(json!({"releases": record["releases"]}).to_string()) else {
                continue;
            };
            let [process] = &outcome.processes[..] else {
                panic!("{}: not one process", path.display())
            };
            assert_eq!(
                comparable(process.compiled.clone()),
                comparable(compiled.clone()),
                "{}",
                path.display()
            );
            agreed += 1;
        }
    }
    println!("{agreed} records agree with their compiled release");
    assert!(files.is_empty() || agreed > 0);
}

/// What the marks of the real release schema say, as (holder, list).
fn marked(schema: &Value) -> Vec<(String, String)> {
    fn walk(
        schema: &Value,
        node: &Value,
        holder: &str,
        depth: usize,
        marked: &mut Vec<(String, String)>,
    ) {
        let own = node["$ref"]
            .as_str()
            .and_then(|path| schema.pointer(path.trim_start_matches('#')));
        for (field, value) in [Some(node), own]
            .into_iter()
            .flatten()
            .filter_map(|n| n["properties"].as_object())
            .flatten()
        {
            let items = value["items"]["$ref"]
                .as_str()
                .and_then(|path| schema.pointer(path.trim_start_matches('#')));
            let items = items.unwrap_or(&value["items"]);
            let without_id = items["properties"]
                .as_object()
                .is_some_and(|fields| !fields.contains_key("id"));
            if value["omitWhenMerged"] == json!(true) {
                continue;
            }
            if value["wholeListMerge"] == json!(true) || without_id {
                marked.push((holder.to_owned(), field.clone()));
            } else if depth > 0 {
                let inner = if items["properties"].is_object() {
                    items
                } else {
                    value
                };
                walk(schema, inner, field, depth - 1, marked);
            }
        }
    }
    let mut found = Vec::new();
    walk(schema, schema, "", 8, &mut found);
    found
}

#[test]
fn the_lists_replaced_as_a_whole_are_those_of_the_real_schema() {
    for path in real()
        .iter()
        .filter(|path| path.ends_with("standard/schema/release-schema.json"))
    {
        let schema: Value =
            serde_json::from_slice(&fs::read(path).expect("a readable file")).expect("a schema");
        let marked = marked(&schema);
        assert!(marked.len() > 10, "{marked:?}");
        for (holder, list) in marked {
            let nested = |id: u8| {
                let inner = json!({list.as_str(): [{"id": id}]});
                let fields = if holder.is_empty() {
                    inner
                } else {
                    json!({holder.as_str(): inner})
                };
                match fields {
                    Value::Object(fields) => fields,
                    _ => Map::new(),
                }
            };
            let (compiled, _) = merge("a", vec![nested(1), nested(2)]);
            let merged = compiled
                .get(&holder)
                .and_then(|within| within.get(&list))
                .or(compiled.get(&list));
            assert_eq!(merged, Some(&json!([{"id": 2}])), "{holder}.{list}");
        }
    }
}

/// Counted beside this program with decimal arithmetic: notices and the sum of their amounts.
const COUNTED: [(&str, usize, i64); 2] = [
    ("contracts_finder_releases_dev.jsonl", 74, 82_077_551_758),
    (
        "find_a_tender_record_ocds-h6vhtk-0525b3.json",
        1,
        39_549_300,
    ),
];

#[test]
fn real_award_notices_state_exact_values() {
    for (name, notices_expected, total) in COUNTED {
        for path in real().iter().filter(|path| path.ends_with(name)) {
            let outcome = outcome(fs::read(path).expect("a readable file")).expect("releases");
            let found: Vec<(Vec<ContractNotice>, Vec<Fault>)> =
                outcome.processes.iter().map(notices).collect();
            assert!(found.iter().all(|(_, faults)| faults.is_empty()), "{name}");
            let amounts = found
                .iter()
                .flat_map(|(notices, _)| notices)
                .map(|notice| notice.value.amount);
            assert_eq!(amounts.clone().count(), notices_expected, "{name}");
            assert_eq!(amounts.flatten().sum::<Pence>(), Pence(total), "{name}");
        }
    }
}
