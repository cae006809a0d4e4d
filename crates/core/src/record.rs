//! What the register keeps: records of a kind, and the envelope around each statement of one.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The random, meaningless identity of a record: 16 bytes, written as 32 hexadecimal digits.
/// Never a name or a row number, so that renaming changes nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub [u8; 16]);

/// A text that is not 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a record id (32 hexadecimal digits)")]
pub struct NotAnId(pub String);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
impl FromStr for RecordId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<RecordId, NotAnId> {
        let refused = || NotAnId(text.into());
        if text.len() != 32 || !text.is_ascii() {
            return Err(refused());
        }
        let mut bytes = [0u8; 16];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| refused())?;
        }
        Ok(RecordId(bytes))
    }
}
impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RecordId, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// The name of a kind of record, as in the log, on the command line and in exports: `service`.
pub type KindName = &'static str;

/// A record id together with the kind it must be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub kind: KindName,
    pub id: RecordId,
}

/// A sort of record that the register can hold. One value is **the whole dated life** of one
/// record as believed from the entry that states it.
pub trait Kind:
    Serialize + serde::de::DeserializeOwned + Clone + PartialEq + fmt::Debug + Send + Sync + 'static
{
    /// Singular, lower case, as in the log.
    const NAME: KindName;
    /// The version of this struct's JSON form; older forms are brought up by [`Kind::upcast`].
    const VERSION: u16;
    /// Who may see a record that is stated for the first time, until somebody says otherwise.
    const VISIBILITY: Visibility = Visibility::Internal;

    /// How a person recognises the record.
    fn title(&self) -> String;

    /// The records that must exist for this one to make sense.
    fn references(&self) -> Vec<Reference> {
        Vec::new()
    }

    /// Bring an item written by an older program to the present form. Called only for versions
    /// below [`Kind::VERSION`].
    fn upcast(_version: u16, item: serde_json::Value) -> serde_json::Value {
        item
    }
}

/// Who may see a record.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    Published,
    #[default]
    Internal,
    Restricted,
}

/// What an entry does to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// States the record's whole life.
    Stated,
    /// It was never true.
    Withdrawn,
    /// Removes the item and salt of an earlier entry, whose leaf stays in the tree.
    Erased,
}

/// One change that a rule asks for; the register turns it into an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: KindName,
    pub id: RecordId,
    pub visibility: Visibility,
    pub act: ChangeAct,
}

/// The content of a [`Change`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeAct {
    /// The exact bytes to keep (JSON), their version, and the records they refer to.
    State {
        version: u16,
        item: Vec<u8>,
        references: Vec<Reference>,
    },
    Withdraw,
    /// Erase the item of the entry with this number.
    Erase {
        entry: u64,
    },
}

impl Change {
    /// State the whole life of a record.
    pub fn state<K: Kind>(id: RecordId, visibility: Visibility, value: &K) -> Change {
        let item = serde_json::to_vec(value).expect("records are plain data and always serialise");
        let act = ChangeAct::State {
            version: K::VERSION,
            item,
            references: value.references(),
        };
        Change {
            kind: K::NAME,
            id,
            visibility,
            act,
        }
    }

    /// Say that a record was never true.
    pub fn withdraw<K: Kind>(id: RecordId) -> Change {
        Change {
            kind: K::NAME,
            id,
            visibility: Visibility::Internal,
            act: ChangeAct::Withdraw,
        }
    }
}
