//! What people state and decide, kept as an append-only log of entries with proofs.
//!
//! An entry states the whole life of one record as believed from then on; a record is what its
//! newest entry says. [`Register::change`] is the only way to write, [`Picture`] the only way to
//! read, [`verify`](fn@verify) shows that nothing was changed behind the register's back, and the
//! [`Vault`] keeps the files that entries speak of.
//!
//! Without a tree head kept elsewhere (on a printed statement, in another's backup) the tree
//! proves nothing against the owner of the database, who can rewrite the log whole.

mod change;
mod copies;
mod database;
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
pub use vault::{Fingerprint, NotAFingerprint, Vault};
pub use verify::{Broken, Verified, verify};
