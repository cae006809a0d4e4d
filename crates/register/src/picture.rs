//! The register in memory, as of one entry: reads never touch the database.

use crate::entry::Entry;
use crate::error::{Error, Trouble};
use crate::moment::{Moment, day_of};
use crate::stored::StoredEntry;
use crate::tree::{Hash, Tree, TreeHead};
use crate::verify::Broken;
use handback_core::kinds;
use handback_core::record::{Act, Kind, RecordId, Visibility};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// All entries up to one. A picture never changes; the register hands out a new one as it grows.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    entries: Vec<Arc<Entry>>,
    /// The newest entry of each record.
    newest: HashMap<RecordId, u64>,
    /// The first entry of each record, by kind.
    first: BTreeMap<String, Vec<u64>>,
    tree: Tree,
    /// The first entry whose kind or version this program does not know.
    newer: Option<u64>,
}

impl Picture {
    /// The number of entries, and of the newest one.
    pub fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The tree head, as printed on everything that leaves the house.
    pub fn head(&self) -> TreeHead {
        self.tree.head(self.size())
    }

    /// The tree head when the entry of this number was the newest; none when there is none yet.
    pub fn head_at(&self, entry: u64) -> Option<TreeHead> {
        (entry <= self.size()).then(|| self.tree.head(entry))
    }

    /// The hashes that prove that the log of `newer` entries begins with the one of `older`
    /// (RFC 9162 section 2.1.4); none unless `older <= newer <= size`.
    pub fn consistency(&self, older: u64, newer: u64) -> Option<Vec<Hash>> {
        (older <= newer && newer <= self.size()).then(|| self.tree.consistency(older, newer))
    }

    /// The number of the newest entry at a moment; 0 before the first.
    pub fn at(&self, moment: impl Into<Moment>) -> u64 {
        match moment.into() {
            Moment::Newest => self.size(),
            Moment::Entry(entry) => entry.min(self.size()),
            Moment::Time(time) => self.recorded(|recorded_at| recorded_at <= time),
            Moment::Day(day) => self.recorded(|recorded_at| day_of(recorded_at) <= day),
        }
    }

    /// The number of the newest entry recorded by a time; times never go back along the log.
    fn recorded(&self, by: impl Fn(Timestamp) -> bool) -> u64 {
        self.entries
            .partition_point(|entry| by(entry.batch.recorded_at)) as u64
    }

    /// What was known at a moment.
    pub fn known(&self, moment: impl Into<Moment>) -> Known<'_> {
        Known {
            picture: self,
            entry: self.at(moment),
        }
    }

    /// The entry of a number.
    pub fn entry(&self, number: u64) -> Option<&Entry> {
        let place = usize::try_from(number.checked_sub(1)?).ok()?;
        self.entries.get(place).map(|entry| &**entry)
    }

    /// Every entry, in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> + DoubleEndedIterator {
        self.entries.iter().map(|entry| &**entry)
    }

    /// The entries that were added after the first moment and up to the second, in order.
    pub fn between(
        &self,
        after: impl Into<Moment>,
        upto: impl Into<Moment>,
    ) -> impl Iterator<Item = &Entry> {
        let (after, upto) = (self.at(after), self.at(upto));
        (after + 1..=upto).filter_map(|number| self.entry(number))
    }

    /// Every entry about a record, oldest first, withdrawals and erasures included.
    pub fn history(&self, record: RecordId) -> Vec<&Entry> {
        let mut entries: Vec<&Entry> = self.back_from_newest(record).collect();
        entries.reverse();
        entries
    }

    /// The number of the newest entry about a record.
    pub(crate) fn newest(&self, record: RecordId) -> Option<u64> {
        self.newest.get(&record).copied()
    }

    /// The first entry that a newer program wrote, if any: nothing may be written after it.
    pub(crate) fn newer(&self) -> Option<&Entry> {
        self.newer.and_then(|number| self.entry(number))
    }

    /// The visibility with which a record was stated last; internal when it never was. Who restates a
    /// record without deciding who may see it keeps this.
    pub fn visibility(&self, record: RecordId) -> Visibility {
        self.stated_by(record, self.size())
            .map(|stated| stated.visibility)
            .unwrap_or_default()
    }

    /// The last statement of a record up to an entry, even if it was withdrawn or erased since.
    pub(crate) fn stated_by(&self, record: RecordId, entry: u64) -> Option<&Entry> {
        self.back_from_newest(record)
            .find(|it| it.number <= entry && it.act == Act::Stated)
    }

    fn back_from_newest(&self, record: RecordId) -> impl Iterator<Item = &Entry> {
        let newest = self.newest(record).and_then(|number| self.entry(number));
        std::iter::successors(newest, |entry| {
            entry.previous.and_then(|number| self.entry(number))
        })
    }

    pub(crate) fn append(&mut self, stored: StoredEntry) -> Result<(), Broken> {
        let leaf = stored.stated_leaf()?;
        let mut entry = stored.into_entry(self.entries.last().map(|last| &last.batch))?;
        if entry.number != self.size() + 1 {
            return Err(Broken::Gap {
                expected: self.size() + 1,
                found: entry.number as i64,
            });
        }
        entry.previous = self.newest.insert(entry.record, entry.number);
        if entry.previous.is_none() {
            self.first
                .entry(entry.kind.clone().into_owned())
                .or_default()
                .push(entry.number);
        }
        let known = kinds::named(&entry.kind).is_some_and(|kind| entry.version <= kind.version);
        if !known && self.newer.is_none() {
            self.newer = Some(entry.number);
        }
        if let Some(erased) = entry.erases
            && let Some(place) = erased
                .checked_sub(1)
                .and_then(|place| self.entries.get_mut(place as usize))
        {
            *place = Arc::new(Entry {
                item: None,
                ..Entry::clone(place)
            });
        }
        self.tree.push(leaf);
        self.entries.push(Arc::new(entry));
        Ok(())
    }
}

/// What was known once an entry was the newest: the newest statement of each record up to there.
/// Records withdrawn by then and items erased at any time are not there.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    picture: &'a Picture,
    entry: u64,
}

impl<'a> Known<'a> {
    /// The entry number at which this stands; links and figures carry it.
    pub fn entry(&self) -> u64 {
        self.entry
    }

    /// The tree head at that entry.
    pub fn head(&self) -> TreeHead {
        self.picture.tree.head(self.entry)
    }

    /// A record; none when nothing is known of it, or when it is of another kind.
    pub fn get<K: Kind>(&self, record: RecordId) -> Result<Option<K>, Error> {
        self.entry_of(record)
            .filter(|entry| entry.kind == K::NAME)
            .map(read)
            .transpose()
    }

    /// All records of a kind, in the order in which they were first stated.
    pub fn all<K: Kind>(self) -> impl Iterator<Item = Result<(RecordId, K), Error>> + use<'a, K> {
        self.entries_of(K::NAME)
            .map(|entry| read(entry).map(|value| (entry.record, value)))
    }

    /// The entry that states a record.
    pub fn entry_of(&self, record: RecordId) -> Option<&'a Entry> {
        self.statement(record).filter(|entry| entry.item.is_some())
    }

    /// The entries that state the records of a kind, in the order of [`Known::all`].
    pub fn entries_of(self, kind: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let first = self
            .picture
            .first
            .get(kind)
            .map(Vec::as_slice)
            .unwrap_or_default();
        first
            .iter()
            .filter_map(move |&number| self.entry_of(self.picture.entry(number)?.record))
    }

    /// The entry that states a record, though its item may be erased; none when withdrawn.
    pub(crate) fn statement(&self, record: RecordId) -> Option<&'a Entry> {
        let entry = self.entry;
        self.picture
            .back_from_newest(record)
            .find(|it| it.number <= entry && it.act != Act::Erased)
            .filter(|it| it.act == Act::Stated)
    }
}

pub(crate) fn read<K: Kind>(entry: &Entry) -> Result<K, Error> {
    let item = entry.item().unwrap_or_default();
    kinds::read(entry.version, item).map_err(|reason| {
        Trouble::Unreadable {
            entry: entry.number,
            reason,
        }
        .into()
    })
}
