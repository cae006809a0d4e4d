//! What people state and decide, kept as an append-only log of entries with proofs.
//!
//! An entry states the whole life of one record as believed from then on; a record is what its
//! newest entry says. [`Register::change`] is the only way to write, [`Picture`] the only way to
//! read, [`verify`](fn@verify) shows that nothing was changed behind the register's back, and the
//! [`Vault`] keeps the files that entries speak of. Beside the log stands the [`desk`]: accounts,
//! sessions and jobs, on which no figure rests; and apart from both the [`answer_box`], where what people answered lies
//! sealed until its round closes.
//!
//! # What proves it
//!
//! The leaves of an RFC 9162 tree (SHA-256) are the entries. A leaf is the text `handback entry 1`
//! followed by these values of the entry, in this order: number, time recorded (microseconds since
//! 1970 in UTC), batch, actor, reason, source?, authority?, kind, record, visibility, act, version
//! (0 where the act has no item), number of the entry erased?, commitment?. Numbers are 8 bytes,
//! big-endian, two's complement. Texts (UTF-8), ids (16 bytes) and the commitment (32 bytes) follow
//! their length in bytes, written as such a number. Those with a question mark follow one byte: 1
//! when there, 0 with nothing after it when not.
//!
//! The commitment is the SHA-256 of a random salt of 16 bytes followed by the item's exact bytes.
//! Both lie apart from the entry, so that an erasure can remove them and leave the tree whole.
//!
//! Without a tree head kept elsewhere (on a printed statement, in another's backup) the tree
//! proves nothing against the owner of the database, who can rewrite the log whole.

pub mod answer_box;
mod change;
mod copies;
mod database;
pub mod desk;
mod entry;
mod error;
mod moment;
mod picture;
mod register;
mod statements;
mod stored;
mod tree;
mod vault;
mod verify;

pub use change::{Changed, Circumstances};
pub use copies::{Backup, restore};
pub use database::Place;
pub use entry::{Batch, BatchId, Entry};
pub use error::Error;
pub use moment::Moment;
pub use picture::{Known, Picture};
pub use register::Register;
pub use tree::{Hash, NotATreeHead, TreeHead};
pub use vault::{Fingerprint, NotAFingerprint, Staged, Vault};
pub use verify::{Broken, Verified, verify};
