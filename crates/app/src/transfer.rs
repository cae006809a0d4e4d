//! Export to files that people and other programs can read, and the way back into an empty Handback.
//!
//! An export is a folder: `handback-export.json` says what it is; each kind has `KIND.jsonl` (the
//! records exactly, with their ids) and `KIND.csv` (for people, with the documented headings where
//! the kind has them); `payments/` holds the parts of facts as Parquet, and `sources/` the files as
//! they came in.

use crate::clock;
use crate::data::{Data, Saying, harmless, operator};
use crate::estate::View;
use crate::refused::unless;
use anyhow::Context;
use handback_core::import::{Import, Part};
use handback_core::kinds::{self, Registered, TABLES};
use handback_core::permission::Action;
use handback_core::record::{Change, ChangeAct, KindName, RecordId, Visibility};
use handback_core::statement::Estate;
use handback_core::table::Call;
use handback_register::Fingerprint;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// The file that makes a folder an export.
const MANIFEST: &str = "handback-export.json";

#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    /// Raised when an older program could misread the export.
    version: u16,
    entry: u64,
    head: String,
    records: u64,
    parts: Vec<String>,
}

const VERSION: u16 = 2;

/// The folder of the files as they came in, each named by its SHA-256.
const SOURCES: &str = "sources";

/// One line of a `.jsonl` file.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    id: RecordId,
    version: u16,
    /// Exports of version 1 did not say it.
    #[serde(default)]
    visibility: Visibility,
    item: Value,
}

/// What went out or came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub records: u64,
    pub parts: u64,
}

/// What people call the records of a view.
pub struct Titles(BTreeMap<(KindName, RecordId), String>);

impl Titles {
    /// The titles of every record of a view.
    pub fn of(view: &View) -> anyhow::Result<Titles> {
        let mut titles = BTreeMap::new();
        for kind in kinds::ALL {
            for (id, version, item) in view.items(kind) {
                titles.insert((kind.name, id), (kind.read)(version, &item)?.title);
            }
        }
        Ok(Titles(titles))
    }
}

impl Call for Titles {
    fn call(&self, kind: KindName, id: RecordId) -> String {
        self.0
            .get(&(kind, id))
            .cloned()
            .unwrap_or_else(|| id.to_string())
    }
}

/// Write every record and every part that an import lists into a new folder.
pub fn export(data: &Data, view: &View, to: &Path) -> anyhow::Result<Moved> {
    unless(!to.exists(), || {
        format!("{} is there already: name a new folder", to.display())
    })?;
    let beside = to.with_extension("unfinished");
    fs::create_dir_all(&beside).with_context(|| format!("cannot make {}", beside.display()))?;
    let titles = Titles::of(view)?;
    let mut records = 0;
    for kind in kinds::ALL {
        records += write_kind(kind, view, &titles, &beside)?;
    }
    let estate = view.estate()?;
    let listed = estate.imports.values().flat_map(|import| &import.parts);
    let parts: BTreeMap<&str, Part> = listed
        .map(|part| (part.hash.as_str(), part.clone()))
        .collect();
    data.facts.export(
        &parts.values().cloned().collect::<Vec<_>>(),
        &beside.join("payments"),
    )?;
    let sources = beside.join(SOURCES);
    fs::create_dir_all(&sources)?;
    let pictures = pictures(&estate).filter(|picture| data.vault.holds(*picture));
    let pictures: BTreeSet<String> = pictures.map(|picture| picture.to_string()).collect();
    let imported = kept_sources(estate.imports.values()).into_iter();
    for source in imported.chain(pictures.iter().map(String::as_str)) {
        let mut file = File::create(sources.join(source))?;
        std::io::copy(&mut data.vault.get(source.parse()?)?, &mut file)?;
    }
    let known = view.basis();
    let manifest = Manifest {
        version: VERSION,
        entry: known.entry,
        head: known.head,
        records,
        parts: parts.keys().map(|part| (*part).to_owned()).collect(),
    };
    fs::write(beside.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)?;
    fs::rename(&beside, to).with_context(|| format!("cannot finish {}", to.display()))?;
    Ok(Moved {
        records,
        parts: parts.len() as u64,
    })
}

/// What the vault keeps of imports: their source files and the lists of their faults.
fn kept_sources<'a>(imports: impl Iterator<Item = &'a Import>) -> BTreeSet<&'a str> {
    imports
        .flat_map(|import| std::iter::once(&import.source).chain(&import.faults))
        .map(String::as_str)
        .collect()
}

/// The pictures of updates, as the vault keeps them.
pub fn pictures(estate: &Estate) -> impl Iterator<Item = Fingerprint> {
    let pictures = estate.updates.values().flat_map(|held| &held.pictures);
    pictures.filter_map(|picture| picture.fingerprint.parse().ok())
}

fn write_kind(
    kind: &Registered,
    view: &View,
    titles: &Titles,
    folder: &Path,
) -> anyhow::Result<u64> {
    let stem = kinds::in_address(kind.name);
    let items = view.items(kind);
    let mut lines = BufWriter::new(File::create(folder.join(format!("{stem}.jsonl")))?);
    let known = view.known();
    for (id, version, item) in &items {
        let line = Line {
            id: *id,
            version: *version,
            visibility: known
                .entry_of(*id)
                .map(|entry| entry.visibility)
                .unwrap_or_default(),
            item: serde_json::from_slice(item)?,
        };
        serde_json::to_writer(&mut lines, &line)?;
        lines.write_all(b"\n")?;
    }
    lines.flush()?;
    let mut csv = csv::Writer::from_path(folder.join(format!("{stem}.csv")))?;
    match TABLES.iter().find(|table| table.kind == kind.name) {
        Some(table) => {
            csv.write_record(table.headings.iter().map(|heading| heading.name))?;
            for (_, version, item) in &items {
                for row in (table.rows)(*version, item, titles)? {
                    csv.write_record(row.iter().map(|cell| harmless(cell)))?;
                }
            }
        }
        None => {
            csv.write_record(["id", "title", "record"])?;
            for (id, _, item) in &items {
                let title = titles.call(kind.name, *id);
                csv.write_record([
                    &id.to_string(),
                    &title,
                    &String::from_utf8_lossy(item).into_owned(),
                ])?;
            }
        }
    }
    csv.flush()?;
    Ok(items.len() as u64)
}

/// Whether a folder is an export.
pub fn is_export(folder: &Path) -> bool {
    folder.join(MANIFEST).is_file()
}

/// Take an export into an empty Handback: all its records in one batch, with their ids.
pub fn import(data: &Data, folder: &Path) -> anyhow::Result<Moved> {
    let manifest = File::open(folder.join(MANIFEST)).context("the export's list of contents")?;
    let manifest: Manifest =
        serde_json::from_reader(manifest).context("the export's list of contents")?;
    unless(manifest.version <= VERSION, || {
        format!(
            "{} was exported by a newer program: upgrade handback",
            folder.display()
        )
    })?;
    unless(data.register.picture().size() == 0, || {
        "an export is taken only into an empty Handback: name a new folder with --data".to_owned()
    })?;
    let mut changes = Vec::new();
    for kind in kinds::ALL {
        changes.extend(read_kind(kind, folder)?);
    }
    unless(changes.len() as u64 == manifest.records, || {
        format!(
            "{} is not whole: it lists {} records and holds {}",
            folder.display(),
            manifest.records,
            changes.len()
        )
    })?;
    for part in &manifest.parts {
        let adopted = data
            .facts
            .adopt(&folder.join("payments").join(format!("{part}.parquet")))?;
        unless(adopted.hash == *part, || {
            format!("{part}.parquet is not the part that the export lists: it was changed")
        })?;
    }
    for source in fs::read_dir(folder.join(SOURCES)).context("the export's sources")? {
        let source = source?;
        let kept = data.vault.put(File::open(source.path())?)?;
        unless(
            source.file_name().to_str() == Some(kept.to_string().as_str()),
            || {
                format!(
                    "{} is not the source that the export lists: it was changed",
                    source.path().display()
                )
            },
        )?;
    }
    let moved = Moved {
        records: manifest.records,
        parts: manifest.parts.len() as u64,
    };
    let reason = format!(
        "import of an export at entry {}, tree head {}",
        manifest.entry, manifest.head
    );
    data.change(
        &operator(Action::KeepCopies),
        Saying::because(reason),
        |_| Ok::<_, anyhow::Error>(((), changes)),
    )?;
    Ok(moved)
}

fn read_kind(kind: &Registered, folder: &Path) -> anyhow::Result<Vec<Change>> {
    let name = format!("{}.jsonl", kinds::in_address(kind.name));
    let path = folder.join(&name);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let lines = BufReader::new(File::open(&path)?).lines();
    let change = |(number, line): (usize, std::io::Result<String>)| {
        let at = || format!("{name}, line {}", number + 1);
        let line: Line = serde_json::from_str(&line?).with_context(at)?;
        let item = serde_json::to_vec(&line.item)?;
        let references = (kind.read)(line.version, &item)
            .with_context(at)?
            .references;
        let act = ChangeAct::State {
            version: line.version,
            item,
            references,
        };
        Ok(Change {
            kind: kind.name,
            id: line.id,
            visibility: line.visibility,
            act,
        })
    };
    lines.enumerate().map(change).collect()
}

/// Every part that any import ever listed, replaced and withdrawn ones included.
pub fn parts_ever_listed(data: &Data) -> anyhow::Result<Vec<Part>> {
    let picture = data.register.picture();
    let mut parts = BTreeMap::new();
    for entry in picture.entries().filter(|entry| entry.kind == "import") {
        let Some(item) = entry.item() else { continue };
        let import: Import = kinds::read(entry.version, item)?;
        parts.extend(
            import
                .parts
                .into_iter()
                .map(|part| (part.hash.clone(), part)),
        );
    }
    Ok(parts.into_values().collect())
}

/// Remove parts that no import ever listed: what imports that were stopped left behind a day ago or
/// longer.
pub fn clear_away(data: &Data) -> anyhow::Result<()> {
    let listed = parts_ever_listed(data)?
        .into_iter()
        .map(|part| part.hash)
        .collect();
    data.facts.collect(&listed, clock::now().into())?;
    Ok(())
}
