//! An entry as the register's readers see it.

use handback_core::permission::Actor;
use handback_core::record::{Act, RecordId, Visibility};
use jiff::Timestamp;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The random identity of a batch, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId(pub [u8; 16]);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
impl fmt::Debug for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// What the entries of one change share: they were written together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    pub id: BatchId,
    /// To the microsecond; never earlier than that of the entry before.
    pub recorded_at: Timestamp,
    pub actor: Actor,
    /// Why, in the actor's words.
    pub reason: String,
    /// Where the content comes from: a file, a letter, a meeting.
    pub source: Option<String>,
    /// The organisation record for which the log speaks; none before the first one is stated.
    pub authority: Option<RecordId>,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// From 1, without gaps.
    pub number: u64,
    pub batch: Arc<Batch>,
    /// The kind's name; this program may not know it.
    pub kind: Cow<'static, str>,
    pub record: RecordId,
    pub visibility: Visibility,
    pub act: Act,
    /// The version of the item's form; 0 where the act has no item.
    pub version: u16,
    /// The entry whose item an erasure removed.
    pub erases: Option<u64>,
    pub(crate) item: Option<Box<[u8]>>,
    /// The record's entry before this one.
    pub(crate) previous: Option<u64>,
}

impl Entry {
    /// The exact bytes stated; none for a withdrawal or an erasure, and none once erased.
    pub fn item(&self) -> Option<&[u8]> {
        self.item.as_deref()
    }
}
