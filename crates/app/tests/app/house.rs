//! The house stands as drawn in ARCHITECTURE.md: arrows between crates and between core's modules.

use crate::desk::repository;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms each room may know.
const ROOMS: [(&str, &[&str]); 5] = [
    ("core", &[]),
    ("intake", &["handback-core"]),
    ("register", &["handback-core"]),
    ("facts", &["handback-core"]),
    (
        "app",
        &[
            "handback-core",
            "handback-intake",
            "handback-register",
            "handback-facts",
        ],
    ),
];

/// What core may be built from: nothing that reads, writes, waits or tells the time.
const CORE_DEPENDENCIES: &[&str] = &[
    "jiff",
    "microlp",
    "nalgebra",
    "rand_chacha",
    "rand_distr",
    "serde",
    "serde_json",
    "strsim",
    "thiserror",
    "toml",
];

/// Which of core's modules each may use.
const MODULES: &[(&str, &[&str])] = &[
    ("pence", &[]),
    ("dated", &[]),
    ("calendar", &[]),
    ("record", &[]),
    ("permission", &["record"]),
    ("table", &["dated", "pence", "record"]),
    ("organisation", &["dated", "record", "table"]),
    (
        "import",
        &["dated", "organisation", "pence", "performance", "record"],
    ),
    ("basis", &["dated", "import", "record"]),
    (
        "contract",
        &[
            "calendar",
            "dated",
            "import",
            "organisation",
            "pence",
            "record",
            "table",
        ],
    ),
    ("control", &["dated", "pence", "record", "table"]),
    (
        "money",
        &[
            "assurance",
            "dated",
            "import",
            "organisation",
            "pence",
            "record",
            "table",
        ],
    ),
    (
        "performance",
        &["calendar", "dated", "pence", "record", "table"],
    ),
    ("transition", &["dated", "record", "table"]),
    (
        "engagement",
        &[
            "contract",
            "control",
            "dated",
            "organisation",
            "pence",
            "performance",
            "record",
            "table",
        ],
    ),
    (
        "assurance",
        &["dated", "organisation", "pence", "record", "table"],
    ),
    (
        "statement",
        &[
            "assurance",
            "basis",
            "calendar",
            "contract",
            "control",
            "dated",
            "engagement",
            "import",
            "money",
            "organisation",
            "pence",
            "performance",
            "permission",
            "record",
            "transition",
        ],
    ),
    ("amendment", &["dated", "kinds", "table"]),
    (
        "kinds",
        &[
            "assurance",
            "contract",
            "control",
            "dated",
            "engagement",
            "import",
            "money",
            "organisation",
            "performance",
            "record",
            "table",
            "transition",
        ],
    ),
];

fn dependencies(room: &str) -> BTreeSet<String> {
    let path = repository().join("crates").join(room).join("Cargo.toml");
    let manifest = fs::read_to_string(path).expect("a manifest");
    let section = manifest
        .split("\n[")
        .find(|section| section.starts_with("dependencies]"))
        .expect("dependencies");
    let lines = section
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            line.split(['.', ' ', '='])
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[test]
fn rooms_know_only_the_rooms_below() {
    for (room, allowed) in ROOMS {
        let known: BTreeSet<String> = dependencies(room)
            .into_iter()
            .filter(|name| name.starts_with("handback"))
            .collect();
        let allowed: BTreeSet<String> = allowed.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(known, allowed, "crates/{room}");
    }
}

#[test]
fn core_is_built_from_nothing_that_reads_writes_or_waits() {
    let allowed: BTreeSet<String> = CORE_DEPENDENCIES
        .iter()
        .map(|&name| name.to_owned())
        .collect();
    assert_eq!(dependencies("core"), allowed);
    for (path, text) in sources(&repository().join("crates/core/src")) {
        for banned in [
            "std::fs",
            "std::net",
            "std::process",
            "std::env",
            "::now()",
            "async fn",
            "HashMap",
        ] {
            assert!(!text.contains(banned), "{} holds {banned}", path.display());
        }
    }
}

#[test]
fn modules_of_core_point_as_drawn() {
    let mut seen = BTreeSet::new();
    for (path, text) in sources(&repository().join("crates/core/src")) {
        let inside = path
            .strip_prefix(repository().join("crates/core/src"))
            .expect("a path in core");
        let first = inside.iter().next().expect("a name").to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        let (_, allowed) = MODULES
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("{module} is not drawn"));
        for used in text
            .match_indices("crate::")
            .map(|(place, word)| &text[place + word.len()..])
        {
            let used: String = used
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            assert!(
                used == module || allowed.contains(&used.as_str()),
                "{} uses {used}",
                path.display()
            );
        }
        seen.insert(module);
    }
    let drawn: BTreeSet<String> = MODULES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(seen, drawn);
}

#[test]
fn every_invariant_names_a_test_that_is_there() {
    let architecture =
        fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut tests = 0;
    let invariants = architecture
        .split("\n## ")
        .find(|section| section.starts_with("What holds"))
        .expect("invariants");
    for line in invariants.split("`crates/").skip(1) {
        let (path, rest) = line.split_once('`').expect("a closed name");
        let path = repository().join("crates").join(path);
        let text =
            fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is not there", path.display()));
        // The functions named after a file, up to the next file or the next invariant, are in it.
        let names = rest
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| !name.contains([' ', '/', '.', ':']));
        for name in names {
            tests += 1;
            assert!(
                text.contains(&format!("fn {name}(")),
                "{} has no test {name}",
                path.display()
            );
        }
    }
    assert!(tests >= 10, "{tests} tests are named");
}

/// Every Rust file below a folder, without its tests' part.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).expect("a source file");
            let code = text
                .split("#[cfg(test)]")
                .next()
                .unwrap_or_default()
                .to_owned();
            files.push((path, code));
        }
    }
    files.sort();
    files
}
