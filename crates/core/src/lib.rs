//! The records, their rules and every judgement of Handback.
//!
//! Pure functions from plain values: no files, no network, no database, no async, no clock,
//! no randomness. The other rooms bring the values in and carry the answers out.
//!
//! Foundations: [`pence`], [`dated`], [`calendar`], [`record`], [`table`], [`kinds`], [`permission`], [`basis`].
//! Subject areas: [`control`], [`contract`], [`money`], [`performance`], [`transition`], [`engagement`],
//! [`assurance`].
//! What comes in from files: [`import`]. What people mean by an edit: [`amendment`].

pub mod amendment;
pub mod assurance;
pub mod basis;
pub mod calendar;
pub mod contract;
pub mod control;
pub mod dated;
pub mod engagement;
pub mod import;
pub mod kinds;
pub mod money;
pub mod organisation;
pub mod pence;
pub mod performance;
pub mod permission;
pub mod record;
pub mod statement;
pub mod table;
pub mod transition;

/// The page docs/add-a-kind.md, whose code is run as a test.
#[doc = include_str!("../../../docs/add-a-kind.md")]
#[cfg(doctest)]
pub struct AddAKind;
