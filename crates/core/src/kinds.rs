//! The kinds of record this program knows. A kind that is not in this list cannot be written.

use crate::record::{Kind, KindName, Reference};
use serde_json::Value;

/// What the register needs to know of a kind without knowing the kind.
#[derive(Clone, Copy)]
pub struct Registered {
    pub name: KindName,
    pub version: u16,
    /// Parse an item of any version up to [`Registered::version`], and answer its title and references.
    pub read: fn(u16, &[u8]) -> Result<Known, Unreadable>,
}

/// What can be said of any item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub title: String,
    pub references: Vec<Reference>,
}

/// Why an item cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("{kind} version {version} was written by a newer program (this one knows {known}): upgrade handback")]
    Newer { kind: KindName, version: u16, known: u16 },
    #[error("not a {kind}: {reason}")]
    Malformed { kind: KindName, reason: String },
}

/// Parse an item of a kind, bringing older versions up.
pub fn read<K: Kind>(version: u16, item: &[u8]) -> Result<K, Unreadable> {
    let malformed = |error: serde_json::Error| Unreadable::Malformed { kind: K::NAME, reason: error.to_string() };
    match version {
        newer if newer > K::VERSION => Err(Unreadable::Newer { kind: K::NAME, version, known: K::VERSION }),
        same if same == K::VERSION => serde_json::from_slice(item).map_err(malformed),
        older => {
            let value: Value = serde_json::from_slice(item).map_err(malformed)?;
            serde_json::from_value(K::upcast(older, value)).map_err(malformed)
        }
    }
}

const fn register<K: Kind>() -> Registered {
    Registered {
        name: K::NAME,
        version: K::VERSION,
        read: |version, item| {
            read::<K>(version, item).map(|record| Known { title: record.title(), references: record.references() })
        },
    }
}

/// Every kind, in the order in which an export lists them: no kind refers to a later one of
/// another file except by id.
pub const ALL: &[Registered] = &[
    register::<crate::import::Layout>(),
    register::<crate::import::Import>(),
];

/// The kind of that name.
pub fn named(name: &str) -> Option<&'static Registered> {
    ALL.iter().find(|kind| kind.name == name)
}
