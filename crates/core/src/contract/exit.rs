//! The exit registers: what the authority needs in its hands to leave. Assets, licences, contracts
//! with third parties, data holdings, credentials, knowledge and documents, each item with what
//! becomes of it.
//!
//! The fields are those of the registers that public-sector exit schedules oblige a supplier to keep
//! (exit management schedules of the Crown Commercial Service family: owner, exclusive or
//! non-exclusive, net book value, condition, location; sub-contracts and licences with whether they
//! can be assigned), with what a transition needs to know besides.

mod asset;
mod comparison;
mod credential;
mod data_holding;
mod document;
mod freeze;
mod headings;
mod knowledge;
mod licence;
mod registers;
mod third_party_contract;

pub use asset::Asset;
pub use comparison::{Changed, Comparison, Difference, Line, compare};
pub use credential::{Credential, Holder};
pub use data_holding::DataHolding;
pub use document::Document;
pub use freeze::{Breach, Frozen, to_ask_about};
pub use knowledge::Knowledge;
pub use licence::Licence;
pub use registers::{Registers, is_register};
pub use third_party_contract::{Assignable, ThirdPartyContract};

use crate::dated::When;
use crate::pence::Pence;
use crate::record::{Kind, KindName, RecordId, Reference, Visibility};
use crate::table::{Call, Faults, Find, Heading, Row, RowFault, Tabled, joined, plain, worded};
use headings::{
    amount, cell, reference, text, whole, written, yearly_charge, yes, yes_or_no, yes_word,
};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Debug;

const SERVICE: KindName = "service";
const ORGANISATION: KindName = "organisation";

worded! {
    /// Whether only the authority uses an item.
    Use:
    Exclusive = "exclusive",
    /// Others use it too, such as the supplier's other customers.
    Shared = "shared",
}

worded! {
    /// What becomes of an item at exit.
    Route:
    Assign = "assign",
    Novate = "novate",
    Split = "split",
    /// Buy it again, or its like.
    ReBuy = "re-buy",
    End = "end",
    /// It is the authority's already.
    Stays = "stays",
}

worded! {
    /// Whether somebody else must agree before an item can move.
    Consent:
    /// Needed, and not given yet.
    Needed = "needed",
    Given = "given",
    Refused = "refused",
    NotNeeded = "not-needed",
}

/// What it costs to take an item over, from and up to and with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub from: Pence,
    pub to: Pence,
}

/// What every register says of its items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    pub name: String,
    /// Its number in the list that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The services that need it.
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<RecordId>,
    /// Who is paid for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Use>,
    /// None while nobody has decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// Who must agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_from: Option<String>,
    /// When somebody last looked and found it so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<When>,
    #[serde(default)]
    pub evidence: Vec<String>,
    /// The contract under which it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    /// The list that it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Since when the supplier's newer list no longer names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<When>,
}

impl Shared {
    /// Whether the supplier's newest list no longer names it on a day.
    pub fn is_missing(&self, day: Date) -> bool {
        let since = self.missing_since;
        since.is_some_and(|since| since.reached(day) != Some(false))
    }

    /// Whether somebody had looked by a day, and found it so.
    pub fn is_confirmed(&self, day: Date) -> bool {
        let on = self.confirmed.and_then(When::earliest);
        on.is_some_and(|on| on <= day)
    }

    fn filling(self, before: &Shared) -> Shared {
        let before = before.clone();
        Shared {
            name: self.name,
            reference: self.reference.or(before.reference),
            services: or(self.services, before.services),
            owner: self.owner.or(before.owner),
            supplier: self.supplier.or(before.supplier),
            used: self.used.or(before.used),
            route: self.route.or(before.route),
            cost: self.cost.or(before.cost),
            consent: self.consent.or(before.consent),
            consent_from: self.consent_from.or(before.consent_from),
            confirmed: self.confirmed.or(before.confirmed),
            evidence: or(self.evidence, before.evidence),
            contract: self.contract.or(before.contract),
            list: self.list.or(before.list),
            missing_since: self.missing_since.or(before.missing_since),
        }
    }
}

/// What a list cell says, or what it said before where it is blank.
fn or<L: IntoIterator + Default + PartialEq>(now: L, before: L) -> L {
    if now == L::default() { before } else { now }
}

/// What only one register says of its items.
pub trait Particulars:
    Serialize + DeserializeOwned + Clone + PartialEq + Debug + Send + Sync + 'static
{
    const KIND: KindName;
    /// The headings of the whole table: the item's own first, its name and its reference before
    /// them, then those that every register has.
    const HEADINGS: &'static [Heading];
    /// The heading that tells items of the same name from each other where they have no reference.
    const MARK: Option<&'static str> = None;
    const VISIBILITY: Visibility = Visibility::Internal;

    fn read(row: &Row) -> Self;
    /// What is wrong with what was read: its heading, the value, and what to do.
    fn wrong(&self) -> Option<(&'static str, String, &'static str)> {
        None
    }
    /// The same, with what is not known taken from what was known before.
    fn filling(self, before: &Self) -> Self;
    /// The last day on which it is of use: of its support, its right or its term.
    fn ends(&self) -> Option<When> {
        None
    }
    /// The cells under its own headings.
    fn cells(&self) -> Vec<String>;
    /// What stands under [`Particulars::MARK`].
    fn mark(&self) -> Option<&str> {
        None
    }
}

/// An item of an exit register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "D: Particulars")]
pub struct Item<D> {
    #[serde(flatten)]
    pub shared: Shared,
    #[serde(flatten)]
    pub detail: D,
}

impl<D: Particulars> Kind for Item<D> {
    const NAME: KindName = D::KIND;
    const VERSION: u16 = 1;
    const VISIBILITY: Visibility = D::VISIBILITY;
    fn title(&self) -> String {
        self.shared.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let to = |kind| move |id: &RecordId| Reference { kind, id: *id };
        let shared = &self.shared;
        let services = shared.services.iter().map(to(SERVICE));
        let organisations = shared.owner.iter().chain(&shared.supplier);
        services
            .chain(organisations.map(to(ORGANISATION)))
            .chain(shared.contract.iter().map(to(super::Contract::NAME)))
            .collect()
    }
}

/// What tells one item from the others of its register: its number in the list of its contract, else
/// its mark, else its name.
fn identity(contract: &str, reference: Option<&str>, name: &str, mark: Option<&str>) -> String {
    let item = match (reference, mark) {
        (Some(reference), _) => format!("reference {reference}"),
        (None, Some(mark)) => format!("{name} / {mark}"),
        (None, None) => name.to_owned(),
    };
    format!("{contract} / {item}").to_lowercase()
}

/// What tells an item from the others of its register whatever its contract, of its whole identity.
pub fn whatever_contract(identity: &str) -> &str {
    identity
        .split_once(" / ")
        .map_or(identity, |(_, item)| item)
}

fn cost(row: &Row, faults: &mut Faults) -> Option<Cost> {
    let (from, to) = (row.pence("cost"), row.pence("cost up to"));
    match (from, to) {
        (None, Some(to)) => {
            let reason = "say under “cost” what it costs at least; 0 if perhaps nothing";
            faults.add(row, "cost up to", plain(to), reason);
            None
        }
        (Some(from), Some(to)) if to < from => {
            let reason = "the most that it may cost is less than the least: correct one of them";
            faults.add(row, "cost up to", plain(to), reason);
            None
        }
        (from, to) => from.map(|from| Cost {
            from,
            to: to.unwrap_or(from),
        }),
    }
}

impl<D: Particulars> Tabled for Item<D> {
    const HEADINGS: &'static [Heading] = D::HEADINGS;
    fn key(row: &Row) -> String {
        identity(
            row.text("contract").unwrap_or_default(),
            row.text("reference"),
            row.text(D::HEADINGS[0].name).unwrap_or_default(),
            D::MARK.and_then(|mark| row.text(mark)),
        )
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Item<D>, Vec<RowFault>> {
        let mut faults = Faults::default();
        let name = D::HEADINGS[0].name;
        for row in &rows[1..] {
            faults.add(
                row,
                name,
                row.text(name).unwrap_or_default(),
                format!(
                    "the {} stands on line {} already: give each its own reference, or keep one row",
                    D::KIND,
                    rows[0].line
                ),
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        let services = row.list("services").iter();
        let services = services
            .filter_map(|words| faults.found(row, "services", find, SERVICE, words))
            .collect();
        let contract = row
            .text("contract")
            .and_then(|words| faults.found(row, "contract", find, super::Contract::NAME, words));
        let cost = cost(row, &mut faults);
        let detail = D::read(row);
        if let Some((heading, value, reason)) = detail.wrong() {
            faults.add(row, heading, value, reason);
        }
        faults.or(Item {
            shared: Shared {
                name: text(name).unwrap_or_default(),
                reference: text("reference"),
                services,
                owner: row.text("owned by").map(|words| find.organisation(words)),
                supplier: row.text("supplier").map(|words| find.organisation(words)),
                used: Use::of(row, "use"),
                route: Route::of(row, "route"),
                cost,
                consent: Consent::of(row, "consent"),
                consent_from: text("consent from"),
                confirmed: row.when("last confirmed"),
                evidence: row.list("evidence").to_vec(),
                contract,
                list: text("list"),
                missing_since: row.when("missing since"),
            },
            detail,
        })
    }

    fn identity(&self) -> String {
        let shared = &self.shared;
        identity(
            &shared.contract.map(|id| id.to_string()).unwrap_or_default(),
            shared.reference.as_deref(),
            &shared.name,
            self.detail.mark(),
        )
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let shared = &self.shared;
        let organisation =
            |id: Option<RecordId>| id.map(|id| call.call(ORGANISATION, id)).unwrap_or_default();
        let services = shared.services.iter().map(|id| call.call(SERVICE, *id));
        let contract = shared
            .contract
            .map(|id| call.call(super::Contract::NAME, id));
        let range = shared.cost.filter(|cost| cost.to != cost.from);
        let mut cells = vec![
            shared.name.clone(),
            shared.reference.clone().unwrap_or_default(),
        ];
        cells.extend(self.detail.cells());
        cells.extend([
            joined(services),
            organisation(shared.owner),
            organisation(shared.supplier),
            shared.used.map_or("", Use::word).into(),
            shared.route.map_or("", Route::word).into(),
            amount(shared.cost.map(|cost| cost.from)),
            amount(range.map(|cost| cost.to)),
            shared.consent.map_or("", Consent::word).into(),
            shared.consent_from.clone().unwrap_or_default(),
            written(shared.confirmed),
            joined(shared.evidence.iter().cloned()),
            contract.unwrap_or_default(),
            shared.list.clone().unwrap_or_default(),
            written(shared.missing_since),
        ]);
        vec![cells]
    }

    fn filling(self, before: &Item<D>) -> Item<D> {
        Item {
            shared: self.shared.filling(&before.shared),
            detail: self.detail.filling(&before.detail),
        }
    }

    fn listed_in(mut self, list: Option<&str>, missing_since: Option<When>) -> Item<D> {
        if let Some(list) = list {
            self.shared.list = Some(list.to_owned());
        }
        self.shared.missing_since = missing_since;
        self
    }
}

#[cfg(test)]
use crate::kinds;
#[cfg(test)]
mod tests;
