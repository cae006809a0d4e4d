//! An entry as the database holds it, and the bytes to which its leaf commits.

use crate::entry::{Batch, BatchId, Entry};
use crate::tree::{Hash, leaf_hash};
use crate::verify::Broken;
use handback_core::kinds;
use handback_core::permission::Actor;
use handback_core::record::{Act, RecordId, Visibility};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

/// A row of `entry` beside its row of `item`. Nothing is interpreted yet, so that a row which
/// somebody tampered with can still be checked against its leaf.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct StoredEntry {
    pub(crate) number: i64,
    pub(crate) recorded_at: i64,
    pub(crate) batch: Vec<u8>,
    pub(crate) actor: String,
    pub(crate) reason: String,
    pub(crate) source: Option<String>,
    pub(crate) authority: Option<Vec<u8>>,
    pub(crate) kind: String,
    pub(crate) record: Vec<u8>,
    pub(crate) visibility: String,
    pub(crate) act: String,
    pub(crate) version: i64,
    pub(crate) erases: Option<i64>,
    pub(crate) commitment: Option<Vec<u8>>,
    pub(crate) leaf: Vec<u8>,
    pub(crate) salt: Option<Vec<u8>>,
    pub(crate) item: Option<Vec<u8>>,
}

/// What stands for an item in its leaf. The salt keeps a short item from being guessed from it.
pub(crate) fn commitment(salt: &[u8], item: &[u8]) -> Hash {
    Sha256::new()
        .chain_update(salt)
        .chain_update(item)
        .finalize()
        .into()
}

impl StoredEntry {
    /// The leaf over the envelope, in the bytes that the crate's documentation lays down.
    pub(crate) fn leaf(&self) -> Hash {
        let mut canonical = Canonical(Vec::with_capacity(320));
        canonical.0.extend_from_slice(b"handback entry 1");
        canonical.number(self.number);
        canonical.number(self.recorded_at);
        canonical.bytes(&self.batch);
        canonical.bytes(self.actor.as_bytes());
        canonical.bytes(self.reason.as_bytes());
        canonical.maybe(self.source.as_ref(), |it, source| {
            it.bytes(source.as_bytes())
        });
        canonical.maybe(self.authority.as_ref(), |it, authority| it.bytes(authority));
        canonical.bytes(self.kind.as_bytes());
        canonical.bytes(&self.record);
        canonical.bytes(self.visibility.as_bytes());
        canonical.bytes(self.act.as_bytes());
        canonical.number(self.version);
        canonical.maybe(self.erases.as_ref(), |it, erases| it.number(*erases));
        canonical.maybe(self.commitment.as_ref(), |it, commitment| {
            it.bytes(commitment)
        });
        leaf_hash(&canonical.0)
    }

    /// The leaf as the row states it.
    pub(crate) fn stated_leaf(&self) -> Result<Hash, Broken> {
        self.leaf[..].try_into().map_err(|_| self.damaged("leaf"))
    }

    /// What readers see of it. `before` is the batch of the entry before, shared if it is the same.
    pub(crate) fn into_entry(self, before: Option<&Arc<Batch>>) -> Result<Entry, Broken> {
        let authority = match &self.authority {
            Some(bytes) => Some(RecordId(self.sixteen("authority", bytes)?)),
            None => None,
        };
        let batch = Batch {
            id: BatchId(self.sixteen("batch", &self.batch)?),
            recorded_at: Timestamp::from_microsecond(self.recorded_at)
                .map_err(|_| self.damaged("recorded_at"))?,
            authority,
            actor: Actor(self.actor.clone()),
            reason: self.reason.clone(),
            source: self.source.clone(),
        };
        Ok(Entry {
            number: u64::try_from(self.number).map_err(|_| self.damaged("number"))?,
            batch: before
                .filter(|shared| ***shared == batch)
                .map_or_else(|| Arc::new(batch), Arc::clone),
            kind: kinds::named(&self.kind).map_or_else(
                || Cow::Owned(self.kind.clone()),
                |kind| Cow::Borrowed(kind.name),
            ),
            record: RecordId(self.sixteen("record", &self.record)?),
            visibility: VISIBILITIES
                .meaning(&self.visibility)
                .ok_or_else(|| self.damaged("visibility"))?,
            act: ACTS.meaning(&self.act).ok_or_else(|| self.damaged("act"))?,
            version: u16::try_from(self.version).map_err(|_| self.damaged("version"))?,
            erases: self
                .erases
                .map(u64::try_from)
                .transpose()
                .map_err(|_| self.damaged("erases"))?,
            item: self.item.map(Vec::into_boxed_slice),
            previous: None,
        })
    }

    fn sixteen(&self, column: &'static str, bytes: &[u8]) -> Result<[u8; 16], Broken> {
        bytes.try_into().map_err(|_| self.damaged(column))
    }

    fn damaged(&self, column: &'static str) -> Broken {
        Broken::Column {
            entry: self.number,
            column,
        }
    }
}

/// Values and the words under which the database and the leaf hold them.
pub(crate) struct Words<T: 'static>(&'static [(T, &'static str)]);

pub(crate) const ACTS: Words<Act> = Words(&[
    (Act::Stated, "stated"),
    (Act::Withdrawn, "withdrawn"),
    (Act::Erased, "erased"),
]);
pub(crate) const VISIBILITIES: Words<Visibility> = Words(&[
    (Visibility::Published, "published"),
    (Visibility::Internal, "internal"),
    (Visibility::Restricted, "restricted"),
]);

impl<T: Copy + PartialEq> Words<T> {
    pub(crate) fn word(&self, value: T) -> &'static str {
        self.0
            .iter()
            .find(|(known, _)| *known == value)
            .map(|(_, word)| *word)
            .expect("every value has its word")
    }

    fn meaning(&self, text: &str) -> Option<T> {
        self.0
            .iter()
            .find(|(_, word)| *word == text)
            .map(|(value, _)| *value)
    }
}

struct Canonical(Vec<u8>);

impl Canonical {
    fn number(&mut self, number: i64) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(i64::try_from(bytes.len()).expect("nothing in memory is longer"));
        self.0.extend_from_slice(bytes);
    }

    fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Canonical, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> StoredEntry {
        StoredEntry {
            number: 1,
            recorded_at: 1_700_000_000_000_000,
            batch: vec![2; 16],
            actor: "op".into(),
            reason: "first".into(),
            source: None,
            authority: None,
            kind: "layout".into(),
            record: vec![3; 16],
            visibility: "internal".into(),
            act: "stated".into(),
            version: 1,
            erases: None,
            commitment: Some(commitment(&[4; 16], b"{}").to_vec()),
            leaf: Vec::new(),
            salt: Some(vec![4; 16]),
            item: Some(b"{}".to_vec()),
        }
    }

    /// The leaf is what printed tree heads rest on: no later program may compute it otherwise.
    /// The expected value comes from a separate program that follows the description alone.
    #[test]
    fn the_encoding_never_changes() {
        assert_eq!(
            hex::encode(entry().leaf()),
            "79c0e5e70699c5089cf7ef8d1e45a31513ba9d96d58ec237055985af0674cea7"
        );
    }

    #[test]
    fn every_column_moves_the_leaf() {
        let changes: [fn(&mut StoredEntry); 14] = [
            |it| it.number = 2,
            |it| it.recorded_at += 1,
            |it| it.batch[0] = 9,
            |it| it.actor.push('x'),
            |it| it.reason.clear(),
            |it| it.source = Some(String::new()),
            |it| it.authority = Some(Vec::new()),
            |it| it.kind.push('s'),
            |it| it.record[15] = 9,
            |it| it.visibility = "published".into(),
            |it| it.act = "withdrawn".into(),
            |it| it.version = 2,
            |it| it.erases = Some(1),
            |it| it.commitment = None,
        ];
        let leaf = entry().leaf();
        for (place, change) in changes.iter().enumerate() {
            let mut changed = entry();
            change(&mut changed);
            assert_ne!(changed.leaf(), leaf, "change {place}");
        }
    }

    #[test]
    fn text_cannot_wander_between_columns() {
        let (mut one, mut other) = (entry(), entry());
        (one.actor, one.reason) = ("ab".into(), "c".into());
        (other.actor, other.reason) = ("a".into(), "bc".into());
        assert_ne!(one.leaf(), other.leaf());
    }
}
