//! Taking files in: recognise, read, keep the source, write the facts, and commit by one import record.

use crate::data::{Data, fresh_id};
use handback_core::basis::overlapping;
use handback_core::contract::Contract;
use handback_core::dated::Period;
use handback_core::import::{
    ContractLine, ContractNotice, Coverage, Dataset, Fault, Import, Layout, Overlap, Part,
    Payments, Reading, Role, Tally,
};
use handback_core::kinds::{self, Table};
use handback_core::organisation::{Identifier, Organisation, OrganisationRole};
use handback_core::permission::Action;
use handback_core::record::{Change, Kind, KindName, RecordId, Visibility};
use handback_core::table::{Find, Row};
use handback_intake::Refused;
use handback_intake::recognise::Hints;
use handback_intake::source::Source;
use handback_intake::table::Filled;
use handback_register::{Fingerprint, Picture};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// How the person wants files taken in.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub dataset: Option<Dataset>,
    pub period: Option<Period>,
    /// Which heading plays which role, where the file was read wrongly.
    pub columns: Vec<(Role, String)>,
    pub overlap: Option<OverlapWish>,
    pub authority: Option<String>,
    pub publisher: Option<String>,
    pub ledger: Option<String>,
    pub dry_run: bool,
}

/// What the person said beforehand about an overlap.
#[derive(Clone, Debug)]
pub enum OverlapWish {
    /// The import with this id, the beginning of an id, or this file name.
    Replaces(String),
    Adds,
}

/// What became of one file.
#[derive(Clone, Debug)]
pub struct Taken {
    pub file: String,
    /// None when the file was refused.
    pub reading: Option<Reading>,
    pub tally: Tally,
    pub faults: Vec<Fault>,
    /// The import record; none for a refused file and in a dry run.
    pub import: Option<RecordId>,
    /// The file had been taken in before, in the same reading: nothing was written.
    pub already: bool,
    pub overlaps: Vec<String>,
    pub overlap: Option<Overlap>,
    /// Records stated, by kind.
    pub stated: BTreeMap<KindName, u64>,
}

impl Taken {
    /// Whether everything in the file was taken.
    pub fn is_whole(&self) -> bool {
        self.reading.is_some() && self.tally.rejected == 0
    }

    fn refused(file: &str, reason: String) -> Taken {
        let fault = Fault {
            line: 0,
            column: String::new(),
            value: String::new(),
            reason,
            amount: None,
        };
        Taken {
            file: file.to_owned(),
            reading: None,
            tally: Tally::default(),
            faults: vec![fault],
            import: None,
            already: false,
            overlaps: Vec::new(),
            overlap: None,
            stated: BTreeMap::new(),
        }
    }
}

/// The order in which files are taken in, so that what one names is there: the documented tables as
/// core lists them, contracts before the arrangements that rest on them, payments last.
fn turn(dataset: Dataset) -> usize {
    match dataset {
        Dataset::Organisations => 0,
        Dataset::Contracts | Dataset::Ocds => 1,
        Dataset::Payments => 100,
        _ => {
            2 + kinds::TABLES
                .iter()
                .position(|table| table.dataset == dataset)
                .unwrap_or(0)
        }
    }
}

/// Take files in, each on its own: one that is refused leaves nothing behind and stops no other. The
/// answers come in the order of the files.
pub fn take_in(
    data: Option<&Data>,
    files: &[Box<dyn Source>],
    wishes: &Wishes,
    watch: &mut dyn FnMut(&str, u64),
) -> anyhow::Result<Vec<Taken>> {
    let layouts = match data {
        Some(data) => {
            let picture = data.register.picture();
            let layouts = picture
                .known(picture.size())
                .all()
                .map(|layout| Ok(layout?.1));
            layouts.collect::<anyhow::Result<Vec<_>>>()?
        }
        None => Vec::new(),
    };
    let hints = Hints {
        dataset: wishes.dataset,
        period: wishes.period,
        layouts: &layouts,
    };
    let recognised: Vec<Result<Reading, Refused>> = files
        .iter()
        .map(|file| recognise(file.as_ref(), &hints, &wishes.columns))
        .collect();
    let mut order: Vec<usize> = (0..files.len()).collect();
    order.sort_by_key(|place| {
        recognised[*place]
            .as_ref()
            .map_or(0, |reading| turn(reading.dataset))
    });
    let mut taken: Vec<Option<Taken>> = vec![None; files.len()];
    for place in order {
        let file = files[place].as_ref();
        let outcome = match &recognised[place] {
            Err(refused) => Taken::refused(file.name(), refused.to_string()),
            Ok(reading) => match take_one(data, file, reading.clone(), wishes, watch) {
                Ok(taken) => taken,
                Err(Failed::Refused(refused)) => Taken::refused(file.name(), refused.to_string()),
                Err(Failed::Wish(reason)) => Taken::refused(file.name(), reason),
                Err(Failed::Other(error)) => {
                    return Err(error.context(format!("while taking in {}", file.name())));
                }
            },
        };
        taken[place] = Some(outcome);
    }
    Ok(taken.into_iter().flatten().collect())
}

/// Recognise a file, with the columns that a person corrected.
fn recognise(
    file: &dyn Source,
    hints: &Hints<'_>,
    columns: &[(Role, String)],
) -> Result<Reading, Refused> {
    if columns.is_empty() {
        return handback_intake::recognise::recognise(file, hints);
    }
    let named: Vec<&str> = columns
        .iter()
        .map(|(_, heading)| heading.as_str())
        .collect();
    let headings = handback_intake::recognise::headings(file, &named)?;
    let role = |heading: &String| {
        let corrected = columns
            .iter()
            .find(|(_, words)| words.trim().eq_ignore_ascii_case(heading.trim()));
        corrected.map_or(Role::Other, |(role, _)| *role)
    };
    let layout = Layout {
        dataset: hints.dataset.unwrap_or(Dataset::Payments),
        name: "the columns you named".into(),
        roles: headings.iter().map(role).collect(),
        headings,
        date_order: None,
    };
    handback_intake::recognise::recognise(
        file,
        &Hints {
            layouts: &[layout],
            ..*hints
        },
    )
}

/// Why a file was not taken in.
#[derive(Debug)]
enum Failed {
    Refused(Refused),
    /// What the person asked for cannot be done.
    Wish(String),
    Other(anyhow::Error),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Failed {
        Failed::Refused(refused)
    }
}
impl From<handback_register::Error> for Failed {
    fn from(error: handback_register::Error) -> Failed {
        Failed::Other(error.into())
    }
}
impl From<handback_facts::Error> for Failed {
    fn from(error: handback_facts::Error) -> Failed {
        Failed::Other(error.into())
    }
}
impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Failed {
        Failed::Other(error)
    }
}

/// What reading a file came to, before anything is written to the register.
struct Read {
    tally: Tally,
    faults: Vec<Fault>,
    parts: Vec<Part>,
    period: Option<Period>,
    stating: Stating,
}

/// What a file states.
enum Stating {
    Payments,
    Table(&'static Table, Vec<Row>),
    Contracts(Vec<ContractLine>),
    Notices(Vec<ContractNotice>),
}

fn take_one(
    data: Option<&Data>,
    file: &dyn Source,
    reading: Reading,
    wishes: &Wishes,
    watch: &mut dyn FnMut(&str, u64),
) -> Result<Taken, Failed> {
    let kept = data.filter(|_| !wishes.dry_run);
    let (read, source) = std::thread::scope(|scope| {
        let keeping = kept.map(|data| scope.spawn(|| keep(data, file)));
        let read = read(kept, file, &reading, watch);
        let source =
            keeping.map(|keeping| keeping.join().expect("keeping a source does not panic"));
        (read, source)
    });
    let read = read?;
    let mut taken = Taken {
        file: file.name().to_owned(),
        reading: Some(reading.clone()),
        tally: read.tally.clone(),
        faults: read.faults.clone(),
        import: None,
        already: false,
        overlaps: Vec::new(),
        overlap: None,
        stated: BTreeMap::new(),
    };
    let (Some(data), Some(source)) = (kept, source.transpose()?) else {
        return dry(data, taken, read, wishes);
    };
    let faults = keep_faults(data, &read.faults)?;
    let action = match reading.dataset {
        Dataset::Scope | Dataset::Names => Action::DecideScope,
        Dataset::Contracts | Dataset::Ocds => Action::StateContract,
        Dataset::Claims => Action::ReviewClaim,
        Dataset::Payments => Action::Import,
        _ => Action::StateEstate,
    };
    let reason = format!("import of {}", file.name());
    let authority = authority_of(&data.register.picture())?.map(|(id, _)| id);
    let changed = data.change(
        action,
        &reason,
        Some(source.to_string()),
        authority,
        |picture| {
            commit(
                picture,
                &mut taken,
                &read,
                &source.to_string(),
                faults.clone(),
                wishes,
            )
        },
    )?;
    taken.import = Some(changed.answer);
    Ok(taken)
}

/// Keep the source in the vault.
fn keep(data: &Data, file: &dyn Source) -> Result<Fingerprint, Failed> {
    let bytes = file.open().map_err(|source| Refused::Unreadable {
        file: file.name().to_owned(),
        source,
    })?;
    Ok(data.vault.put(bytes)?)
}

fn keep_faults(data: &Data, faults: &[Fault]) -> Result<Option<String>, Failed> {
    if faults.is_empty() {
        return Ok(None);
    }
    let mut lines = Vec::new();
    for fault in faults {
        serde_json::to_writer(&mut lines, fault).expect("faults are plain data");
        lines.push(b'\n');
    }
    Ok(Some(data.vault.put(lines.as_slice())?.to_string()))
}

fn read(
    kept: Option<&Data>,
    file: &dyn Source,
    reading: &Reading,
    watch: &mut dyn FnMut(&str, u64),
) -> Result<Read, Failed> {
    let mut faults = Vec::new();
    let mut on_fault = |fault: Fault| {
        faults.push(fault);
        ControlFlow::Continue(())
    };
    match reading.dataset {
        Dataset::Payments => {
            let mut writer = kept.map(|data| data.facts.write_payments());
            let mut failed = None;
            let mut months = Months::default();
            let mut rows = 0;
            let mut on_batch = |batch: Payments| {
                months.count(&batch);
                rows += batch.len() as u64;
                watch(file.name(), rows);
                match writer.as_mut().map_or(Ok(()), |writer| writer.push(batch)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => {
                        failed = Some(error);
                        ControlFlow::Break(())
                    }
                }
            };
            let tally =
                handback_intake::payments::read(file, reading, &mut on_batch, &mut on_fault)?;
            if let Some(error) = failed {
                return Err(error.into());
            }
            let parts = writer.map_or(Ok(Vec::new()), |writer| writer.finish())?;
            Ok(Read {
                tally,
                faults,
                parts,
                period: months.period(),
                stating: Stating::Payments,
            })
        }
        Dataset::Contracts => {
            let mut lines = Vec::new();
            let tally = handback_intake::contracts::read(
                file,
                reading,
                &mut |line| lines.push(line),
                &mut |fault| {
                    let _ = on_fault(fault);
                },
            )?;
            Ok(Read {
                tally,
                faults,
                parts: Vec::new(),
                period: None,
                stating: Stating::Contracts(lines),
            })
        }
        Dataset::Ocds => {
            let (mut notices, mut unclear) = (Vec::new(), Vec::new());
            let mut on_process = |process| {
                let (found, faults) = handback_intake::ocds::notices(&process);
                notices.extend(found);
                unclear.extend(faults);
            };
            let tally = handback_intake::ocds::read(file, &mut on_process, &mut |fault| {
                let _ = on_fault(fault);
            })?;
            faults.extend(unclear);
            Ok(Read {
                tally,
                faults,
                parts: Vec::new(),
                period: None,
                stating: Stating::Notices(notices),
            })
        }
        dataset => {
            let table = kinds::TABLES.iter().find(|table| table.dataset == dataset);
            let table = table.expect("every other dataset is a documented table");
            let Filled {
                rows,
                faults,
                tally,
            } = handback_intake::table::read(file, table.headings)?;
            Ok(Read {
                tally,
                faults,
                parts: Vec::new(),
                period: None,
                stating: Stating::Table(table, rows),
            })
        }
    }
}

/// Counts payments by month, to tell which months a file speaks for: a stray date does not make a
/// file of May a file of March.
#[derive(Default)]
struct Months(BTreeMap<(i16, i8), u64>);

impl Months {
    fn count(&mut self, batch: &Payments) {
        for (from, to) in batch.date.iter().zip(&batch.date_to) {
            *self.0.entry((from.year(), from.month())).or_default() += 1;
            if (to.year(), to.month()) != (from.year(), from.month()) {
                *self.0.entry((to.year(), to.month())).or_default() += 1;
            }
        }
    }

    /// From the first to the last month that holds a fiftieth of the rows or more.
    fn period(&self) -> Option<Period> {
        let rows: u64 = self.0.values().sum();
        let mut telling = self
            .0
            .iter()
            .filter(|(_, count)| **count * 50 >= rows)
            .map(|(month, _)| *month);
        let first = telling.next()?;
        let last = telling.next_back().unwrap_or(first);
        let day = |(year, month)| Date::constant(year, month, 1);
        Some(Period::new(day(first), day(last).last_of_month()))
    }
}

/// A dry run still says what it would overlap and which rows name nothing that is known.
fn dry(
    data: Option<&Data>,
    mut taken: Taken,
    read: Read,
    wishes: &Wishes,
) -> Result<Taken, Failed> {
    if let Some(data) = data {
        let picture = data.register.picture();
        commit(&picture, &mut taken, &read, "dry run", None, wishes)?;
    }
    Ok(taken)
}

/// The changes that take a read file in: the import record and what the file states.
fn commit(
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
    if let Some((id, import)) = imports.iter().find(|(_, import)| same(import)) {
        taken.already = true;
        taken.tally = import.tally.clone();
        return Ok((*id, decided_afterwards(&imports, *id, taken, wishes)?));
    }
    let mut finder = Finder::new(picture, wishes)?;
    let mut stated = Vec::new();
    match &read.stating {
        Stating::Payments => {}
        Stating::Table(table, rows) => stated = finder.state_table(picture, table, rows, taken)?,
        Stating::Contracts(lines) => stated = finder.state_contracts(lines, &taken.file),
        Stating::Notices(notices) => stated = finder.state_notices(notices, &taken.file),
    }
    let coverage = Coverage {
        authority: finder.authority,
        publisher: wishes.publisher.clone(),
        ledger: wishes
            .ledger
            .clone()
            .unwrap_or_else(|| ledger(&reading, &taken.file)),
        period: read.period,
    };
    let mut import = Import {
        dataset: reading.dataset,
        file: taken.file.clone(),
        source: source.to_owned(),
        reading_hash,
        reading,
        coverage,
        tally: taken.tally.clone(),
        faults,
        parts: read.parts.clone(),
        overlap: None,
        replaced_by: None,
    };
    let id = fresh_id();
    let mut changes = Vec::new();
    if import.dataset == Dataset::Payments {
        let overlaps = overlapping(&imports, &import);
        taken.overlaps = overlaps
            .iter()
            .map(|(id, import)| format!("{} ({id})", import.file))
            .collect();
        let undecided = (!overlaps.is_empty()).then_some(Overlap::Undecided);
        import.overlap = decision(&imports, wishes)?.or(undecided);
        changes.extend(replaced(&imports, import.overlap, id));
        taken.overlap = import.overlap;
    }
    if !wishes.columns.is_empty() {
        stated.push(remembered(&import));
    }
    taken.stated = stated.iter().fold(BTreeMap::new(), |mut stated, change| {
        *stated.entry(change.kind).or_default() += 1;
        stated
    });
    import.tally = taken.tally.clone();
    let mut all_changes = finder.new_organisations;
    all_changes.extend(stated);
    all_changes.push(Change::state(id, Visibility::Internal, &import));
    all_changes.extend(changes);
    Ok((id, all_changes))
}

/// What the person decided about overlaps.
fn decision(
    imports: &BTreeMap<RecordId, Import>,
    wishes: &Wishes,
) -> Result<Option<Overlap>, Failed> {
    Ok(match &wishes.overlap {
        Some(OverlapWish::Replaces(words)) => Some(Overlap::Replaces(meant(imports, words)?)),
        Some(OverlapWish::Adds) => Some(Overlap::Adds),
        None => None,
    })
}

/// The change that lets a replaced import count no longer.
fn replaced(
    imports: &BTreeMap<RecordId, Import>,
    overlap: Option<Overlap>,
    by: RecordId,
) -> Option<Change> {
    let Some(Overlap::Replaces(old)) = overlap else {
        return None;
    };
    let replaced = Import {
        replaced_by: Some(by),
        ..imports.get(&old)?.clone()
    };
    Some(Change::state(old, Visibility::Internal, &replaced))
}

/// A file taken in before and brought again with a decision about its overlap: only the decision is new.
fn decided_afterwards(
    imports: &BTreeMap<RecordId, Import>,
    id: RecordId,
    taken: &mut Taken,
    wishes: &Wishes,
) -> Result<Vec<Change>, Failed> {
    let Some(overlap) = decision(imports, wishes)? else {
        return Ok(Vec::new());
    };
    if overlap == Overlap::Replaces(id) {
        return Err(Failed::Wish(format!(
            "{} cannot replace itself",
            taken.file
        )));
    }
    taken.overlap = Some(overlap);
    let decided = Import {
        overlap: Some(overlap),
        ..imports[&id].clone()
    };
    let changes = [
        Some(Change::state(id, Visibility::Internal, &decided)),
        replaced(imports, Some(overlap), id),
    ];
    Ok(changes.into_iter().flatten().collect())
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

/// Which ledger a file belongs to when the person does not say: card lines are published beside the
/// invoices of the same days and hold other payments.
fn ledger(reading: &Reading, file: &str) -> String {
    let merchant = |header: &str| header.to_lowercase().contains("merchant");
    let card = file.to_lowercase().contains("card")
        || reading
            .columns
            .iter()
            .any(|column| merchant(&column.header));
    if card {
        "purchase cards".into()
    } else {
        "payments".into()
    }
}

/// The live import that a person means by an id, the beginning of one, or a file name.
fn meant(imports: &BTreeMap<RecordId, Import>, words: &str) -> Result<RecordId, Failed> {
    let means = |(id, import): &(&RecordId, &Import)| {
        import.is_live()
            && (import.file == words || (words.len() >= 4 && id.to_string().starts_with(words)))
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

fn all<K: Kind>(picture: &Picture) -> Result<BTreeMap<RecordId, K>, Failed> {
    let records = picture.known(picture.size()).all::<K>();
    records.map(|record| record.map_err(Failed::from)).collect()
}

/// The authority as the register names it.
pub fn authority_of(picture: &Picture) -> anyhow::Result<Option<(RecordId, Organisation)>> {
    for record in picture.known(picture.size()).all::<Organisation>() {
        let (id, organisation) = record?;
        if organisation.roles.contains(&OrganisationRole::Authority) {
            return Ok(Some((id, organisation)));
        }
    }
    Ok(None)
}

/// Finds the records that a file's words mean, and states the organisations that it names first.
struct Finder {
    authority: RecordId,
    by_words: BTreeMap<(KindName, String), RecordId>,
    contracts: BTreeMap<RecordId, Contract>,
    new_organisations: Vec<Change>,
    source: String,
}

/// What an authority is called until somebody says.
const UNNAMED: &str = "The authority";

impl Finder {
    fn new(picture: &Picture, wishes: &Wishes) -> Result<Finder, Failed> {
        let known = picture.known(picture.size());
        let mut finder = Finder {
            authority: RecordId([0; 16]),
            by_words: BTreeMap::new(),
            contracts: all(picture)?,
            new_organisations: Vec::new(),
            source: "named in an imported file".into(),
        };
        for table in kinds::TABLES {
            let kind = kinds::named(table.kind).expect("every table's kind is registered");
            for entry in known.entries_of(kind.name) {
                let Some(item) = entry.item() else { continue };
                let title = (kind.read)(entry.version, item)
                    .map_err(|error| Failed::Other(error.into()))?
                    .title;
                finder.remember(kind.name, &title, entry.record);
            }
        }
        for (id, service) in all::<handback_core::control::Service>(picture)? {
            if let Some(reference) = &service.reference {
                finder.remember("service", reference, id);
            }
        }
        for (id, organisation) in all::<Organisation>(picture)? {
            for printed in &organisation.printed_names {
                finder.remember("organisation", printed, id);
            }
        }
        for (id, contract) in finder.contracts.clone() {
            for identifier in &contract.identifiers {
                finder.remember("contract", &identifier.id, id);
            }
            finder.remember("contract", &contract.title, id);
        }
        match authority_of(picture)? {
            Some((id, organisation)) => {
                finder.authority = id;
                let stated = wishes
                    .authority
                    .as_ref()
                    .filter(|name| **name != organisation.name);
                if let Some(name) = stated {
                    let named = Organisation {
                        name: name.clone(),
                        ..organisation
                    };
                    finder
                        .new_organisations
                        .push(Change::state(id, Visibility::Internal, &named));
                    finder.remember("organisation", name, id);
                }
            }
            None => {
                let name = wishes.authority.clone().unwrap_or_else(|| UNNAMED.into());
                finder.authority =
                    finder.new_organisation(&name, OrganisationRole::Authority, BTreeSet::new());
            }
        }
        Ok(finder)
    }

    fn remember(&mut self, kind: KindName, words: &str, id: RecordId) {
        self.by_words.entry((kind, folded(words))).or_insert(id);
    }

    fn new_organisation(
        &mut self,
        name: &str,
        role: OrganisationRole,
        identifiers: BTreeSet<Identifier>,
    ) -> RecordId {
        let id = fresh_id();
        let organisation = Organisation {
            name: name.to_owned(),
            roles: BTreeSet::from([role]),
            identifiers,
            source: Some(self.source.clone()),
            ..Organisation::default()
        };
        self.new_organisations
            .push(Change::state(id, Visibility::Internal, &organisation));
        self.remember("organisation", name, id);
        id
    }

    /// The supplier that a contract names, with its identifiers.
    fn supplier(&mut self, name: &str, identifiers: BTreeSet<Identifier>) -> Option<RecordId> {
        if name.trim().is_empty() {
            return None;
        }
        let known = self.find("organisation", name);
        Some(known.unwrap_or_else(|| {
            self.new_organisation(name.trim(), OrganisationRole::Supplier, identifiers)
        }))
    }

    /// State the records that a table's rows describe. Rows of a record with a fault are not taken.
    fn state_table(
        &mut self,
        picture: &Picture,
        table: &Table,
        rows: &[Row],
        taken: &mut Taken,
    ) -> Result<Vec<Change>, Failed> {
        let mut existing: BTreeMap<String, (RecordId, u16, Vec<u8>)> = BTreeMap::new();
        for entry in picture.known(picture.size()).entries_of(table.kind) {
            let Some(item) = entry.item() else { continue };
            let identity = (table.identity)(entry.version, item)
                .map_err(|error| Failed::Other(error.into()))?;
            existing.insert(identity, (entry.record, entry.version, item.to_vec()));
        }
        let mut records: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        let mut order: Vec<String> = Vec::new();
        for row in rows {
            let key = (table.key)(row);
            if !records.contains_key(&key) {
                order.push(key.clone());
                // A row may name a record that a later row of the same file states.
                self.by_words
                    .entry((table.kind, folded(&key)))
                    .or_insert_with(fresh_id);
            }
            records.entry(key).or_default().push(row);
        }
        let mut changes = Vec::new();
        for key in order {
            let rows = &records[&key];
            match (table.read)(rows, self) {
                Ok(stated) => {
                    let mut change = stated.change;
                    let known = existing.get(&stated.identity);
                    change.id = match (known, self.by_words.get(&(table.kind, folded(&key)))) {
                        (Some((id, ..)), _) | (None, Some(id)) => *id,
                        (None, None) => fresh_id(),
                    };
                    let unchanged = known.is_some_and(|(_, version, item)| match &change.act {
                        handback_core::record::ChangeAct::State {
                            version: new,
                            item: bytes,
                            ..
                        } => new == version && bytes == item,
                        _ => false,
                    });
                    if !unchanged && !stated.says_nothing {
                        changes.push(change);
                    }
                }
                Err(faults) => {
                    taken.tally.rows -= rows.len() as u64;
                    taken.tally.rejected += rows.len() as u64;
                    taken.faults.extend(faults.into_iter().map(|fault| Fault {
                        line: fault.line,
                        column: fault.heading.to_owned(),
                        value: fault.value,
                        reason: fault.reason,
                        amount: None,
                    }));
                }
            }
        }
        Ok(changes)
    }

    /// State the contracts of a register. Lines with the same reference are one contract with
    /// several suppliers or lots.
    fn state_contracts(&mut self, lines: &[ContractLine], file: &str) -> Vec<Change> {
        let mut stated: BTreeMap<RecordId, Contract> = BTreeMap::new();
        for line in lines {
            let number = (!line.company_number.is_empty()).then(|| Identifier {
                scheme: "GB-COH".into(),
                id: line.company_number.clone(),
            });
            let supplier = self.supplier(&line.supplier, number.into_iter().collect());
            let source = format!("{file}, line {}", line.line);
            let contract = Contract::of_line(line, self.authority, supplier, &source);
            let key = if line.reference.is_empty() {
                format!("{} {} {:?}", line.title, line.supplier, line.start)
            } else {
                line.reference.clone()
            };
            self.state_contract(&mut stated, key, contract);
        }
        self.changed(stated)
    }

    fn state_notices(&mut self, notices: &[ContractNotice], file: &str) -> Vec<Change> {
        let mut stated: BTreeMap<RecordId, Contract> = BTreeMap::new();
        for notice in notices {
            let mut suppliers = BTreeSet::new();
            for party in &notice.suppliers {
                suppliers.extend(
                    self.supplier(&party.name, party.identifiers.iter().cloned().collect()),
                );
            }
            let buyer = match self.find("organisation", &notice.buyer.name) {
                Some(buyer) => buyer,
                None if notice.buyer.name.trim().is_empty() => self.authority,
                None => {
                    let identifiers = notice.buyer.identifiers.iter().cloned().collect();
                    self.new_organisation(
                        notice.buyer.name.trim(),
                        OrganisationRole::Buyer,
                        identifiers,
                    )
                }
            };
            let source = format!("{file}, {}", notice.ocid);
            let contract = Contract::of_notice(notice, buyer, suppliers, &source);
            self.state_contract(
                &mut stated,
                format!("{} {} {}", notice.ocid, notice.award, notice.contract),
                contract,
            );
        }
        self.changed(stated)
    }

    fn state_contract(
        &mut self,
        stated: &mut BTreeMap<RecordId, Contract>,
        key: String,
        contract: Contract,
    ) {
        let id = *self
            .by_words
            .entry(("contract", folded(&key)))
            .or_insert_with(fresh_id);
        self.remember("contract", &contract.title, id);
        match stated.get_mut(&id) {
            Some(first) => first.suppliers.extend(contract.suppliers),
            None => drop(stated.insert(id, contract)),
        }
    }

    fn changed(&self, stated: BTreeMap<RecordId, Contract>) -> Vec<Change> {
        let moved = stated
            .into_iter()
            .filter(|(id, contract)| self.contracts.get(id) != Some(contract));
        moved
            .map(|(id, contract)| Change::state(id, Visibility::Internal, &contract))
            .collect()
    }
}

impl Find for Finder {
    fn find(&self, kind: KindName, words: &str) -> Option<RecordId> {
        self.by_words.get(&(kind, folded(words))).copied()
    }

    fn organisation(&mut self, words: &str) -> RecordId {
        let known = self.find("organisation", words);
        known.unwrap_or_else(|| {
            self.new_organisation(words.trim(), OrganisationRole::Supplier, BTreeSet::new())
        })
    }

    fn authority(&self) -> RecordId {
        self.authority
    }
}

fn folded(words: &str) -> String {
    handback_core::money::names::folded(words)
}

/// Which heading plays which role.
pub fn roles_of(reading: &Reading) -> BTreeMap<Role, String> {
    let taken = reading
        .columns
        .iter()
        .filter(|column| !matches!(column.role, Role::Other | Role::Personal));
    taken
        .map(|column| (column.role, column.header.clone()))
        .collect()
}

/// Write faults as CSV for a person to work through.
pub fn write_faults(taken: &[Taken], out: &mut dyn std::io::Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["file", "line", "column", "value", "reason"])?;
    for taken in taken {
        for fault in &taken.faults {
            csv.write_record([
                &taken.file,
                &fault.line.to_string(),
                &fault.column,
                &fault.value,
                &fault.reason,
            ])?;
        }
    }
    csv.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_stray_date_does_not_widen_what_a_file_covers() {
        let mut months = Months::default();
        months
            .0
            .extend([((2018, 3), 1), ((2018, 5), 400), ((2018, 6), 9)]);
        assert_eq!(
            months.period(),
            Some(Period::new(date(2018, 5, 1), date(2018, 6, 30)))
        );
        months.0.insert((2018, 5), 4_000);
        assert_eq!(
            months.period(),
            Some(Period::new(date(2018, 5, 1), date(2018, 5, 31)))
        );
        assert_eq!(Months::default().period(), None);
    }
}
