//! What the exit registers list, as readiness looks at it: one shape for every register.

use super::stated::Dimension;
use crate::dated::When;
use crate::record::{RecordId, Reference};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Whether somebody else must agree before an item can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    NotNeeded,
    Given,
    /// Needed, and not given yet.
    Wanted,
    Refused,
    /// Nobody said whether it is needed.
    NotStated,
}

/// Who can use a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keyholder {
    Authority,
    Supplier,
    ThirdParty,
    NotStated,
}

impl Keyholder {
    /// Somebody who is not the authority.
    pub fn is_other(self) -> bool {
        matches!(self, Keyholder::Supplier | Keyholder::ThirdParty)
    }
}

/// What only one register knows of its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detail<'a> {
    Plain,
    Licence {
        /// Whether the service stops without it on the day it moves; none when nobody said.
        stops_on_day_0: Option<bool>,
    },
    Credential {
        holder: Keyholder,
        /// When the password or key was last changed.
        rotated: Option<When>,
    },
    Knowledge {
        /// The posts that know it.
        posts: Vec<&'a str>,
        /// Whether those posts are with the authority; none when nobody said.
        with_authority: Option<bool>,
        /// Whether it was passed on; none when nobody said.
        passed_on: Option<bool>,
    },
}

/// An item of an exit register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    pub record: Reference,
    pub title: &'a str,
    pub dimension: Dimension,
    pub services: &'a BTreeSet<RecordId>,
    /// Whether it is stated what becomes of it: assign, novate, split, buy again, end.
    pub routed: bool,
    pub agreement: Agreement,
    /// When somebody last looked and found it so.
    pub confirmed: Option<When>,
    /// Whether it is stated where it can be seen.
    pub evident: bool,
    /// Since when the supplier's list no longer names it.
    pub missing_since: Option<When>,
    /// Who is paid for it.
    pub supplier: Option<RecordId>,
    pub detail: Detail<'a>,
}
