//! Lists of suppliers for exit registers: what a list names stays or changes, what it does not name
//! is missing when it is the whole list, and what changed within a freeze is to ask about.

use super::finder::all;
use super::{Failed, Taken, Wishes};
use crate::clock;
use crate::web::sight::title;
use handback_core::contract::exit::{
    Breach, Comparison, Line, compare, is_register, to_ask_about, whatever_contract,
};
use handback_core::contract::{Contract, Freeze};
use handback_core::dated::{Period, When};
use handback_core::import::{Import, List, Reading};
use handback_core::kinds::{self, Table, Unreadable};
use handback_core::record::{Change, ChangeAct, Kind, KindName, RecordId, Reference};
use handback_core::statement::Estate;
use handback_core::table::{Call, Find, Row};
use handback_intake::refused::called;
use handback_register::Picture;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a list made of its exit register.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// The day on which the list was true.
    pub on: Date,
    /// The day of the list before it, as far as there is one.
    pub last: Option<Date>,
    /// The contract under which it was given: as the person says, or as all its rows do.
    pub contract: Option<RecordId>,
    #[serde(flatten)]
    pub comparison: Comparison,
    /// How many items of the register the file does not name, where it is not the whole list.
    pub unnamed: usize,
    /// Changes within the freeze.
    pub to_ask_about: Vec<Breach>,
}

/// A file as a list for an exit register.
pub struct Listing {
    pub list: List,
    /// What it is called: its file, without the ending.
    name: String,
    /// The lists of the same register that came before: their contract and day.
    before: Vec<(Option<RecordId>, Date)>,
    freeze: Option<Period>,
}

impl Listing {
    /// What a file lists; none when it is not for an exit register.
    pub fn of(
        reading: &Reading,
        taken: &Taken,
        imports: &BTreeMap<RecordId, Import>,
        finder: &dyn Find,
        wishes: &Wishes,
    ) -> Result<Option<Listing>, Failed> {
        let table = kinds::TABLES
            .iter()
            .find(|table| table.dataset == reading.dataset && is_register(table.kind));
        if table.is_none() {
            let is_of_contract = kinds::form_of(reading.dataset)
                .is_some_and(|table| table.place("contract").is_some());
            let contract = wishes.contract.is_some() && !is_of_contract;
            let asked = wishes.whole_list || contract || wishes.listed_on.is_some();
            return match asked {
                false => Ok(None),
                true => Err(Failed::Wish(format!(
                    "{} holds {}, which is not given under a contract, on a day, or whole: lists for exit registers are",
                    taken.file,
                    called(reading.dataset)
                ))),
            };
        }
        let contract = wishes.contract.as_deref().map(|words| {
            let found = finder.find(Contract::NAME, words);
            found.ok_or_else(|| {
                Failed::Wish(format!(
                    "no contract has the reference or title {words:?}: state it first, or correct the name"
                ))
            })
        });
        let contract = contract.transpose()?;
        let before = imports.values().filter_map(|import| {
            let list = import.list.as_ref()?;
            let same = import.is_live() && import.dataset == reading.dataset;
            same.then_some((list.contract, list.on))
        });
        let name = taken
            .file
            .rsplit_once('.')
            .map_or(taken.file.as_str(), |(name, _)| name);
        Ok(Some(Listing {
            list: List {
                on: wishes.listed_on.unwrap_or_else(clock::today),
                contract,
                is_whole: wishes.whole_list,
            },
            name: name.to_owned(),
            before: before.collect(),
            freeze: wishes.freeze,
        }))
    }

    /// What the list says of an item that it names: that it is listed, and, where it says something
    /// new, that this list says it.
    pub fn named(
        &self,
        table: &Table,
        change: Change,
        row: &Row,
        standing: Option<&Standing>,
    ) -> Result<Change, Unreadable> {
        let said = row.when("missing since");
        let missing = match &change.act {
            _ if said.is_some() || self.list.is_whole => said,
            act => item_of(act).and_then(|(version, item)| missing(table, version, item)),
        };
        let relisted = (table.listed_in)(change, None, missing)?;
        let is_new = !standing.is_some_and(|it| it.says(&relisted));
        let list = (is_new && row.text("list").is_none()).then_some(self.name.as_str());
        (table.listed_in)(relisted, list, missing)
    }

    /// Items of the same contracts that the list does not name, each with the change that says since
    /// when it is missing.
    pub fn gone(
        &self,
        table: &Table,
        existing: &Existing,
        named: &Named,
    ) -> Result<Vec<Change>, Unreadable> {
        let mut contracts = named.contracts.clone();
        contracts.extend(self.list.contract.map(Some));
        let mut gone = Vec::new();
        for standing in existing.by_identity.values() {
            let known = read(table, standing.version, &standing.item)?;
            let is_gone = !named.ids.contains(&standing.id)
                && contracts.contains(&contract_of(&known.references))
                && missing(table, standing.version, &standing.item).is_none();
            if is_gone {
                let since = Some(When::Day(self.list.on));
                gone.push((table.listed_in)(standing.again(table), None, since)?);
            }
        }
        Ok(gone)
    }

    /// What the changes make of the register.
    pub fn told(
        &self,
        table: &Table,
        existing: &Existing,
        (changes, named): (&[Change], &Named),
        calling: &Calling<'_>,
    ) -> Result<Listed, Failed> {
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        for change in changes {
            let standing = existing.by_identity.values().find(|it| it.id == change.id);
            if let Some(Standing { version, item, .. }) = standing {
                let line = line(table, change.id, (*version, item), calling);
                before.extend(line.map_err(unreadable)?);
            }
            if let Some((version, item)) = item_of(&change.act) {
                let line = line(table, change.id, (version, item), calling);
                after.extend(line.map_err(unreadable)?);
            }
        }
        let mut comparison = compare(table.headings, &before, &after);
        let told = comparison.appeared.len() + comparison.changed.len();
        comparison.unchanged = named.ids.len().saturating_sub(told);
        let contract = self.list.contract.or_else(|| named.contract());
        let before = self.before.iter();
        let before = before.filter(|(of, on)| *of == contract && *on < self.list.on);
        let last = before.map(|(_, on)| *on).max();
        let freeze = match (self.freeze, contract) {
            (Some(Period { from, to }), _) => Some(Freeze {
                from,
                to: Some(to),
                clause: None,
            }),
            (None, Some(contract)) => freeze(calling.picture, contract, self.list.on)?,
            (None, None) => None,
        };
        let asked = freeze
            .map(|freeze| to_ask_about(table.kind, &comparison, (last, self.list.on), &freeze));
        Ok(Listed {
            on: self.list.on,
            last,
            contract,
            comparison,
            unnamed: 0,
            to_ask_about: asked.unwrap_or_default(),
        })
    }
}

/// The freeze that a contract's clauses state, as they stand on a day.
fn freeze(picture: &Picture, contract: RecordId, on: Date) -> Result<Option<Freeze>, Failed> {
    let estate = Estate {
        contracts: all(picture)?,
        clauses: all(picture)?,
        ..Estate::default()
    };
    Ok(estate
        .timed(contract, on)
        .and_then(|timed| timed.clock.freeze))
}

/// A record that stands.
pub struct Standing {
    pub id: RecordId,
    pub version: u16,
    pub item: Vec<u8>,
    visibility: handback_core::record::Visibility,
}

impl Standing {
    /// Whether a change states what stands already.
    pub fn says(&self, change: &Change) -> bool {
        item_of(&change.act) == Some((self.version, &self.item))
    }

    /// The change that states it again as it stands.
    fn again(&self, table: &Table) -> Change {
        let references = read(table, self.version, &self.item).map(|known| known.references);
        Change {
            kind: table.kind,
            id: self.id,
            visibility: self.visibility,
            act: ChangeAct::State {
                version: self.version,
                item: self.item.clone(),
                references: references.unwrap_or_default(),
            },
        }
    }
}

/// The records of a table's kind, by what tells them from each other.
pub struct Existing {
    by_identity: BTreeMap<String, Standing>,
    /// Items of an exit register whatever their contract: the identity of the one that it means.
    whatever_contract: BTreeMap<String, Option<String>>,
}

impl Existing {
    pub fn of(picture: &Picture, table: &Table) -> Result<Existing, Failed> {
        let mut by_identity = BTreeMap::new();
        let mut whatever: BTreeMap<String, Option<String>> = BTreeMap::new();
        for entry in picture.known(picture.size()).entries_of(table.kind) {
            let Some(item) = entry.item() else { continue };
            let identity = (table.identity)(entry.version, item)
                .map_err(|error| Failed::Other(error.into()))?;
            if is_register(table.kind) {
                let held = whatever.entry(whatever_contract(&identity).to_owned());
                held.and_modify(|one| *one = None)
                    .or_insert_with(|| Some(identity.clone()));
            }
            let standing = Standing {
                id: entry.record,
                version: entry.version,
                item: item.to_vec(),
                visibility: entry.visibility,
            };
            by_identity.insert(identity, standing);
        }
        Ok(Existing {
            by_identity,
            whatever_contract: whatever,
        })
    }

    /// The record with this identity. An item of an exit register is the same with its contract and
    /// without, as long as no other could be meant.
    pub fn standing(&self, identity: &str) -> Option<&Standing> {
        let item = whatever_contract(identity);
        let without = format!(" / {item}");
        let other = || match identity == without {
            true => self.whatever_contract.get(item)?.as_deref(),
            false => Some(without.as_str()).filter(|_| !self.whatever_contract.is_empty()),
        };
        let exact = self.by_identity.get(identity);
        exact.or_else(|| self.by_identity.get(other()?))
    }
}

/// The records that a file names, and the contracts that they are under.
#[derive(Default)]
pub struct Named {
    ids: BTreeSet<RecordId>,
    contracts: BTreeSet<Option<RecordId>>,
}

impl Named {
    /// Note that a row names a record; false when another row named it.
    pub fn add(&mut self, id: RecordId) -> bool {
        self.ids.insert(id)
    }

    /// The contract of all items that are named, where they have one in common.
    fn contract(&self) -> Option<RecordId> {
        let mut contracts = self.contracts.iter();
        let one = contracts.next().copied().flatten();
        one.filter(|_| contracts.next().is_none())
    }

    /// Note the contract of an item that is named.
    pub fn under_contract_of(&mut self, change: &Change) {
        if let ChangeAct::State { references, .. } = &change.act {
            self.contracts.insert(contract_of(references));
        }
    }
}

pub fn unreadable(error: Unreadable) -> Failed {
    Failed::Other(error.into())
}

fn contract_of(references: &[Reference]) -> Option<RecordId> {
    let contract = references.iter().find(|it| it.kind == Contract::NAME);
    contract.map(|it| it.id)
}

fn item_of(act: &ChangeAct) -> Option<(u16, &Vec<u8>)> {
    match act {
        ChangeAct::State { version, item, .. } => Some((*version, item)),
        ChangeAct::Withdraw | ChangeAct::Erase { .. } => None,
    }
}

fn read(table: &Table, version: u16, item: &[u8]) -> Result<kinds::Known, Unreadable> {
    let kind = kinds::named(table.kind).expect("every table's kind is registered");
    (kind.read)(version, item)
}

/// Since when an item is missing.
fn missing(table: &Table, version: u16, item: &[u8]) -> Option<When> {
    let place = table.place("missing since")?;
    let rows = (table.rows)(version, item, &Silent).ok()?;
    rows.first()?.get(place)?.parse().ok()
}

/// An item as a list has it; none while it is missing.
pub fn line(
    table: &Table,
    id: RecordId,
    (version, item): (u16, &[u8]),
    calling: &dyn Call,
) -> Result<Option<(RecordId, Line)>, Unreadable> {
    if missing(table, version, item).is_some() {
        return Ok(None);
    }
    let title = read(table, version, item)?.title;
    let mut rows = (table.rows)(version, item, calling)?;
    let cells = if rows.is_empty() {
        Vec::new()
    } else {
        rows.swap_remove(0)
    };
    Ok(Some((id, Line { title, cells })))
}

/// Calls nothing by its name.
struct Silent;

impl Call for Silent {
    fn call(&self, _: KindName, _: RecordId) -> String {
        String::new()
    }
}

/// What people call records that stand, and those that a file states.
pub struct Calling<'a> {
    picture: &'a Picture,
    stated: &'a [Change],
}

impl<'a> Calling<'a> {
    pub fn of(picture: &'a Picture, stated: &'a [Change]) -> Calling<'a> {
        Calling { picture, stated }
    }
}

impl Call for Calling<'_> {
    fn call(&self, kind: KindName, id: RecordId) -> String {
        let known = self.picture.known(self.picture.size());
        let standing = known.entry_of(id).and_then(title);
        let stated = || {
            let change = self.stated.iter().find(|change| change.id == id)?;
            let (version, item) = item_of(&change.act)?;
            Some((kinds::named(kind)?.read)(version, item).ok()?.title)
        };
        standing.or_else(stated).unwrap_or_default()
    }
}
