//! What was known, as far as a viewer may see it.

use crate::entry::Entry;
use crate::error::Error;
use crate::picture::{Known, Picture, read};
use crate::tree::TreeHead;
use handback_core::record::{Act, Kind, RecordId};

impl<'a> Known<'a> {
    /// What of it somebody may see of whom `sees` says whether they may see a statement.
    ///
    /// A record is seen where both its statement at this moment and its newest one are: what was
    /// restricted later is not seen by looking back, nor what was restricted then and published later.
    /// Where the statement at this moment is not seen no earlier one stands in for it.
    pub fn seen_by<S: Fn(&Entry) -> bool>(self, sees: S) -> Seen<'a, S> {
        Seen { known: self, sees }
    }
}

/// What was known and may be seen. Pages, tables and events that read from here alone cannot show
/// anything else.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a, S> {
    known: Known<'a>,
    sees: S,
}

impl<'a, S: Fn(&Entry) -> bool> Seen<'a, S> {
    /// As [`Known::entry`].
    pub fn entry(&self) -> u64 {
        self.known.entry()
    }

    /// As [`Known::head`]: it proves the whole log, what is not seen included.
    pub fn head(&self) -> TreeHead {
        self.known.head()
    }

    /// A record; none when nothing that may be seen is known of it, or when it is of another kind.
    pub fn get<K: Kind>(&self, record: RecordId) -> Result<Option<K>, Error> {
        self.entry_of(record)
            .filter(|entry| entry.kind == K::NAME)
            .map(read)
            .transpose()
    }

    /// All records of a kind that may be seen, in the order in which they were first stated.
    pub fn all<K: Kind>(
        &self,
    ) -> impl Iterator<Item = Result<(RecordId, K), Error>> + use<'_, 'a, K, S> {
        self.entries_of(K::NAME)
            .map(|entry| read(entry).map(|value| (entry.record, value)))
    }

    /// The entry that states a record.
    pub fn entry_of(&self, record: RecordId) -> Option<&'a Entry> {
        self.known
            .entry_of(record)
            .filter(|entry| self.shows(entry))
    }

    /// The entries that state the records of a kind, in the order of [`Seen::all`].
    pub fn entries_of(&self, kind: &str) -> impl Iterator<Item = &'a Entry> + use<'_, 'a, S> {
        let entries = self.known.entries_of(kind);
        entries.filter(|entry| self.shows(entry))
    }

    /// The entries about a record up to this moment, oldest first. A withdrawal or erasure is seen
    /// with the statement that it is about.
    pub fn history(&self, record: RecordId) -> Vec<&'a Entry> {
        let mut entries = self.picture().history(record);
        entries.retain(|entry| entry.number <= self.entry() && self.shows(entry));
        entries
    }

    fn picture(&self) -> &'a Picture {
        self.known.picture()
    }

    fn shows(&self, entry: &Entry) -> bool {
        let about = match (entry.act, entry.erases) {
            (Act::Stated, _) => Some(entry),
            (_, Some(erased)) => self.picture().entry(erased),
            (_, None) => self.picture().stated_by(entry.record, entry.number),
        };
        let newest = self
            .picture()
            .stated_by(entry.record, self.picture().size());
        [about, newest]
            .into_iter()
            .all(|entry| entry.is_some_and(&self.sees))
    }
}
