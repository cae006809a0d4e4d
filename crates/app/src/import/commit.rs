//! The changes that take a read file in: the import record and what the file states.

use super::finder::{Finder, all};
use super::lists::Listing;
use super::{Failed, Read, Stating, Taken, Wishes, contracts, tables};
use crate::data::fresh_id;
use crate::refused::Refused;
use handback_core::basis::overlapping;
use handback_core::import::{Coverage, Import, Layout, List, Overlap, ledger, overlap};
use handback_core::kinds;
use handback_core::record::{Change, RecordId, Visibility};
use handback_core::table::Find;
use handback_register::{Fingerprint, Picture};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Answers the import and the changes; what became of the file goes into `taken`.
pub fn commit(
    picture: &Picture,
    taken: &mut Taken,
    read: &Read,
    source: &str,
    faults: Option<String>,
    wishes: &Wishes,
) -> Result<(RecordId, Vec<Change>), Failed> {
    let reading = taken
        .reading
        .clone()
        .expect("only a recognised file is committed");
    let reading_json = serde_json::to_vec(&reading).expect("readings are plain data");
    let reading_hash = Fingerprint(Sha256::digest(&reading_json).into()).to_string();
    let imports: BTreeMap<RecordId, Import> = all(picture)?;
    let same = |import: &Import| {
        import.is_live() && import.source == source && import.reading_hash == reading_hash
    };
    let before = imports
        .iter()
        .find(|(_, import)| same(import))
        .map(|(id, _)| *id);
    let is_bulk = reading.dataset.is_bulk();
    let mut finder = Finder::new(picture, wishes.authority.as_deref())?;
    if let (Some(id), true) = (before, is_bulk) {
        taken.already = true;
        taken.tally = imports[&id].tally.clone();
        return Ok((
            id,
            decided_afterwards(picture, &imports, id, taken, wishes)?,
        ));
    }
    if !is_bulk {
        finder.learn(picture)?;
    }
    let listing = Listing::of(&reading, taken, &imports, &finder, wishes)?;
    let stated = match &read.stating {
        Stating::Rows => Vec::new(),
        Stating::Table(table, rows) => {
            let (contract, listing) = (wishes.contract.as_deref(), listing.as_ref());
            tables::state(
                picture,
                &mut finder,
                (table, rows),
                contract,
                listing,
                taken,
            )?
        }
        Stating::Contracts(lines) => {
            contracts::of_register(picture, &mut finder, lines, &taken.file)?
        }
        Stating::Notices(notices) => {
            contracts::of_notices(picture, &mut finder, notices, &taken.file)?
        }
    };
    taken.stated = stated.iter().fold(BTreeMap::new(), |mut counts, change| {
        *counts.entry(change.kind).or_default() += 1;
        counts
    });
    if let (Some(id), true) = (before, stated.is_empty()) {
        taken.already = true;
        return Ok((id, Vec::new()));
    }
    let id = fresh_id();
    let mut import = Import {
        dataset: reading.dataset,
        file: taken.file.clone(),
        source: source.to_owned(),
        reading_hash,
        coverage: Coverage {
            authority: finder.authority(),
            publisher: wishes.publisher.clone(),
            ledger: wishes
                .ledger
                .clone()
                .or_else(|| read.ledger.clone())
                .unwrap_or_else(|| ledger(&reading, &taken.file).to_owned()),
            period: read.period,
        },
        reading,
        tally: taken.tally.clone(),
        faults,
        parts: read.parts.clone(),
        overlap: None,
        replaced_by: None,
        list: listing
            .zip(taken.list.as_ref())
            .map(|(listing, told)| List {
                contract: told.contract,
                ..listing.list
            }),
    };
    let mut changes = finder.stated;
    changes.extend(stated);
    if is_bulk {
        let overlaps: BTreeSet<RecordId> = overlapping(&imports, &import)
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        import.overlap = decide(&imports, &overlaps, taken, wishes)?;
    }
    if !wishes.columns.is_empty() {
        changes.push(remembered(&import));
    }
    changes.push(Change::state(id, visibility(&read.stating), &import));
    changes.extend(replaced(picture, &imports, &import.overlap, id));
    Ok((id, changes))
}

/// An import is as secret as what it states: its faults quote it, and its file holds it.
fn visibility(stating: &Stating) -> Visibility {
    let Stating::Table(table, _) = stating else {
        return Visibility::Internal;
    };
    kinds::named(table.kind).map_or(Visibility::Internal, |kind| kind.visibility)
}

/// What is decided about overlaps, told in `taken`.
fn decide(
    imports: &BTreeMap<RecordId, Import>,
    overlaps: &BTreeSet<RecordId>,
    taken: &mut Taken,
    wishes: &Wishes,
) -> Result<Option<Overlap>, Failed> {
    let replaces = wishes
        .replaces
        .iter()
        .map(|words| meant(imports, words))
        .collect::<Result<BTreeSet<_>, _>>()?;
    let told = |id: &RecordId| {
        let import = &imports[id];
        format!(
            "{} ({id}; {} rows, {})",
            import.file, import.tally.rows, import.tally.total
        )
    };
    taken.overlapping = overlaps.union(&replaces).copied().collect();
    taken.overlaps = taken.overlapping.iter().map(told).collect();
    taken.overlap = overlap(overlaps, replaces, wishes.adds);
    Ok(taken.overlap.clone())
}

/// The changes that let replaced imports count no longer.
fn replaced(
    picture: &Picture,
    imports: &BTreeMap<RecordId, Import>,
    overlap: &Option<Overlap>,
    by: RecordId,
) -> Vec<Change> {
    let Some(Overlap::Replaces(old)) = overlap else {
        return Vec::new();
    };
    let replaced = old
        .iter()
        .filter_map(|id| Some((*id, imports.get(id)?.clone())));
    let state = |(id, import): (RecordId, Import)| {
        Change::state(
            id,
            picture.visibility(id),
            &Import {
                replaced_by: Some(by),
                ..import
            },
        )
    };
    replaced.map(state).collect()
}

/// A file taken in before and brought again with a decision about its overlap: only the decision is new.
fn decided_afterwards(
    picture: &Picture,
    imports: &BTreeMap<RecordId, Import>,
    id: RecordId,
    taken: &mut Taken,
    wishes: &Wishes,
) -> Result<Vec<Change>, Failed> {
    if wishes.replaces.is_empty() && !wishes.adds {
        return Ok(Vec::new());
    }
    let others = overlapping(imports, &imports[&id])
        .into_iter()
        .map(|(id, _)| id);
    let overlaps: BTreeSet<RecordId> = others.filter(|other| *other != id).collect();
    let decided = decide(imports, &overlaps, taken, wishes)?;
    if matches!(&decided, Some(Overlap::Replaces(old)) if old.contains(&id)) {
        return Err(Failed::Wish(format!(
            "{} cannot replace itself",
            taken.file
        )));
    }
    let import = Import {
        overlap: decided.clone(),
        ..imports[&id].clone()
    };
    let mut changes = vec![Change::state(id, picture.visibility(id), &import)];
    changes.extend(replaced(picture, imports, &decided, id));
    Ok(changes)
}

/// The changes that take an import back: it was never true, and what it replaced counts again.
pub fn taken_back(picture: &Picture, id: RecordId) -> anyhow::Result<Vec<Change>> {
    if picture.known(picture.size()).entry_of(id).is_none() {
        return Err(Refused("this file is taken back already".into()).into());
    }
    let mut changes = vec![Change::withdraw::<Import>(id)];
    changes.extend(counting_again(picture, id)?);
    Ok(changes)
}

/// When an import that replaced another is withdrawn, the other counts again, unless the withdrawn
/// one had been replaced itself.
pub fn counting_again(picture: &Picture, withdrawn: RecordId) -> anyhow::Result<Vec<Change>> {
    let by = picture
        .known(picture.size())
        .get::<Import>(withdrawn)?
        .and_then(|import| import.replaced_by);
    let mut changes = Vec::new();
    for record in picture.known(picture.size()).all::<Import>() {
        let (id, import) = record?;
        if import.replaced_by == Some(withdrawn) {
            let again = Import {
                replaced_by: by,
                ..import
            };
            changes.push(Change::state(id, picture.visibility(id), &again));
        }
    }
    Ok(changes)
}

/// The changes that decide about the overlap of a standing import: it replaces the others, or holds
/// other payments than they do.
pub fn decided(picture: &Picture, id: RecordId, replaces: bool) -> anyhow::Result<Vec<Change>> {
    let imports: BTreeMap<RecordId, Import> = picture
        .known(picture.size())
        .all::<Import>()
        .collect::<Result<_, _>>()?;
    let gone = || Refused("this file was taken back, or counts no longer".into());
    let import = imports.get(&id).filter(|import| import.is_live());
    let import = import.ok_or_else(gone)?;
    let others = overlapping(&imports, import).into_iter().map(|(id, _)| id);
    let others: BTreeSet<RecordId> = others.filter(|other| *other != id).collect();
    let decided = if replaces {
        overlap(&others, others.clone(), false)
    } else {
        overlap(&others, BTreeSet::new(), true)
    };
    let restated = Import {
        overlap: decided.clone(),
        ..import.clone()
    };
    let mut changes = vec![Change::state(id, picture.visibility(id), &restated)];
    changes.extend(replaced(picture, &imports, &decided, id));
    Ok(changes)
}

/// How a person corrected the columns of a file: the next one with the same headings is read so.
fn remembered(import: &Import) -> Change {
    let columns = &import.reading.columns;
    let layout = Layout {
        dataset: import.dataset,
        name: format!("as {} was read", import.file),
        headings: columns.iter().map(|column| column.header.clone()).collect(),
        roles: columns.iter().map(|column| column.role).collect(),
        date_order: None,
    };
    Change::state(fresh_id(), Visibility::Internal, &layout)
}

/// The live import that a person means by an id, the beginning of one, or a file name.
fn meant(imports: &BTreeMap<RecordId, Import>, words: &str) -> Result<RecordId, Failed> {
    let name = words.rsplit('/').next().unwrap_or(words);
    let means = |(id, import): &(&RecordId, &Import)| {
        import.is_live()
            && (import.file == name || (words.len() >= 4 && id.to_string().starts_with(words)))
    };
    let found: Vec<RecordId> = imports.iter().filter(means).map(|(id, _)| *id).collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(Failed::Wish(format!(
            "--replaces {words}: no import that counts has this id or file name"
        ))),
        _ => Err(Failed::Wish(format!(
            "--replaces {words}: {} imports match, so give the whole id",
            found.len()
        ))),
    }
}
