//! What binds the authority: contracts in the shape of the Open Contracting Data Standard 1.1.

pub mod charge;
mod clause;
mod clock;
pub mod diary;
pub mod exit;
mod form;
mod length;
pub mod obligation;
pub mod request;
pub mod terms;
pub mod variation;

pub use charge::{Charge, IndexFigure, Volume};
pub use clause::{Clause, Content, Counted, Says, Standing, template};
pub use clock::*;
pub use length::{Length, NotALength, Unit};
pub use obligation::Obligation;
pub use request::Request;
pub use terms::Terms;
pub use variation::Variation;

use crate::dated::{Dated, On, When};
use crate::import::{ContractLine, ContractNotice};
use crate::organisation::Identifier;
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a contract is worth, as stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// In hundredths of the currency's unit.
    pub pence: Pence,
    /// ISO 4217.
    pub currency: String,
    pub per: ValuePer,
}

/// What a stated value is the price of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValuePer {
    Term,
    Year,
}

/// A right to go on after the initial term, as written; clocks come from it once a person has
/// stated its terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionOption {
    pub words: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<When>,
}

/// A published document of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// Which law governs changes and notices: that in force when the procurement began. Contracts whose
/// procurement began before 24 February 2025 stay under the old law (Procurement Act 2023
/// (Commencement No. 3) Regulations 2024).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Regime {
    /// Public Contracts Regulations 2015 or earlier.
    Before2025,
    #[serde(alias = "procurement-act-2023")]
    ProcurementAct2023,
    #[default]
    Unknown,
}

/// The first day of the Procurement Act 2023's regime.
pub const PROCUREMENT_ACT_BEGAN: Date = Date::constant(2025, 2, 24);

impl Regime {
    /// The regime when all that is known is when the contract began or was signed: a contract that
    /// began before the Act certainly had its procurement before; a later one may have.
    pub fn of_start(start: Option<When>) -> Regime {
        match start.and_then(When::latest) {
            Some(latest) if latest < PROCUREMENT_ACT_BEGAN => Regime::Before2025,
            _ => Regime::Unknown,
        }
    }
}

/// A contract.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    pub title: String,
    /// References and ocids by which it is known; `local` is the authority's own reference.
    #[serde(default)]
    pub identifiers: BTreeSet<Identifier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<RecordId>,
    #[serde(default)]
    pub suppliers: BTreeSet<RecordId>,
    /// The body to which it passes when the authority is reorganised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(default)]
    pub value: Dated<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<When>,
    /// The last day of the term as it now stands, through time: an extension states a later one.
    #[serde(default)]
    pub end: Dated<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<When>,
    #[serde(default)]
    pub options: Vec<ExtensionOption>,
    #[serde(default)]
    pub documents: Vec<Document>,
    #[serde(default)]
    pub regime: Regime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What the publisher said beyond this, kept as it came (OCDS extensions).
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extensions: serde_json::Map<String, serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Kind for Contract {
    const NAME: &'static str = "contract";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.title.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let ids = self
            .buyer
            .iter()
            .chain(&self.suppliers)
            .chain(&self.successor);
        ids.map(|id| Reference {
            kind: "organisation",
            id: *id,
        })
        .collect()
    }
}

/// Where a contract stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TermState {
    NotStarted,
    Running,
    /// Its last stated day has passed.
    Ended,
    /// No end, or no certain end, is stated.
    Unknown,
}

impl Contract {
    /// The last day of the term as it stood on `day`; before the first statement, as first stated.
    pub fn end_on(&self, day: Date) -> Option<When> {
        match self.end.on(day) {
            On::Value(end) => Some(*end),
            On::Nothing => self.end.iter().next().map(|(_, end)| *end),
            On::Between(..) => None,
        }
    }

    /// What tells this contract from others, across files and editions of a file: its Open
    /// Contracting ids; else the authority's own reference with the title, since a register lists
    /// several lots under one reference; else its title.
    pub fn identity(&self) -> String {
        let id = |scheme: &str| {
            let held = self.identifiers.iter().find(|held| held.scheme == scheme);
            held.map(|held| held.id.clone())
        };
        match (id("ocid"), id("local")) {
            (Some(ocid), _) => {
                let part = |scheme| id(scheme).unwrap_or_default();
                format!(
                    "ocid {ocid} award {} contract {}",
                    part("award"),
                    part("contract")
                )
            }
            (None, Some(reference)) => {
                format!("reference {reference} title {}", self.title.to_lowercase())
            }
            (None, None) => format!("title {}", self.title.to_lowercase()),
        }
    }

    /// Whether two lines with one identity speak of one contract with several suppliers, rather
    /// than of several lots.
    pub fn has_terms_of(&self, other: &Contract) -> bool {
        (self.start, &self.end, &self.value) == (other.start, &other.end, &other.value)
    }

    /// Where the contract stands on `day`; its last day still counts as running.
    pub fn term_state(&self, day: Date) -> TermState {
        self.term_state_by(self.end_on(day), day)
    }

    /// Where the contract stands on `day` when its last day is this one.
    pub fn term_state_by(&self, end: Option<When>, day: Date) -> TermState {
        if self.start.and_then(|start| start.reached(day)) == Some(false) {
            return TermState::NotStarted;
        }
        match end {
            None => TermState::Unknown,
            Some(end) => match (end.earliest(), end.latest()) {
                (_, Some(latest)) if day > latest => TermState::Ended,
                (Some(earliest), _) if day <= earliest => TermState::Running,
                _ => TermState::Unknown,
            },
        }
    }

    /// A contract as one line of a contracts register states it.
    pub fn of_line(
        line: &ContractLine,
        buyer: RecordId,
        supplier: Option<RecordId>,
        source: &str,
    ) -> Contract {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut contract = Contract {
            title: text(&line.title)
                .or(text(&line.description))
                .unwrap_or_else(|| line.reference.clone()),
            description: text(&line.description),
            buyer: Some(buyer),
            suppliers: supplier.into_iter().collect(),
            department: text(&line.department),
            start: line.start,
            review: line.review,
            category: text(&line.category),
            regime: Regime::of_start(line.start),
            source: Some(source.to_owned()),
            ..Contract::default()
        };
        if let Some(reference) = text(&line.reference) {
            contract.identifiers.insert(Identifier {
                scheme: "local".into(),
                id: reference,
            });
        }
        let value = match (line.value, line.annual_value) {
            (Some(pence), _) => Some((pence, ValuePer::Term)),
            (None, Some(pence)) => Some((pence, ValuePer::Year)),
            (None, None) => None,
        };
        if let Some((pence, per)) = value {
            contract.value = Dated::since(
                When::Unknown,
                Value {
                    pence,
                    currency: "GBP".into(),
                    per,
                },
            );
        }
        if let Some(end) = line.end {
            contract.end = Dated::since(When::Unknown, end);
        }
        contract.options.extend(
            text(&line.extension_option).map(|words| ExtensionOption { words, until: None }),
        );
        contract
    }

    /// A contract as Open Contracting releases state it. The whole published object is kept under
    /// `extensions`, so that nothing is lost for which Handback has no field.
    pub fn of_notice(
        notice: &ContractNotice,
        buyer: RecordId,
        suppliers: BTreeSet<RecordId>,
        source: &str,
    ) -> Contract {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let identifier = |scheme: &str, id: &str| {
            text(id).map(|id| Identifier {
                scheme: scheme.into(),
                id,
            })
        };
        let title = text(&notice.title).or(text(&notice.description));
        let mut contract = Contract {
            title: title.unwrap_or_else(|| notice.ocid.clone()),
            identifiers: [
                identifier("ocid", &notice.ocid),
                identifier("award", &notice.award),
                identifier("contract", &notice.contract),
            ]
            .into_iter()
            .flatten()
            .collect(),
            description: text(&notice.description),
            buyer: Some(buyer),
            suppliers,
            start: notice.start,
            category: notice
                .classifications
                .first()
                .and_then(|first| text(&first.description)),
            regime: Regime::of_start(notice.signed.or(notice.start)),
            source: Some(source.to_owned()),
            ..Contract::default()
        };
        if let Some(pence) = notice.value.amount {
            let currency = text(&notice.value.currency).unwrap_or_else(|| "unknown".into());
            let value = Value {
                pence,
                currency,
                per: ValuePer::Term,
            };
            contract.value = Dated::since(When::Unknown, value);
        }
        if let Some(end) = notice.end {
            contract.end = Dated::since(When::Unknown, end);
        }
        if notice.longest_end.is_some() || !notice.extension_option.is_empty() {
            let words = notice.extension_option.clone();
            contract.options.push(ExtensionOption {
                words,
                until: notice.longest_end,
            });
        }
        contract
            .documents
            .extend(notice.documents.iter().map(|document| Document {
                title: text(&document.title).unwrap_or_else(|| document.id.clone()),
                url: text(&document.url),
                kind: text(&document.kind),
            }));
        let tender = [
            ("procurementMethod", &notice.method),
            ("procurementMethodDetails", &notice.procedure),
        ];
        contract.extensions.clone_from(&notice.published);
        contract.extensions.extend(
            tender
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), text(value)?.into()))),
        );
        contract
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn contract(start: &str, end: &str) -> Contract {
        let when = |text: &str| text.parse().expect("a date");
        Contract {
            start: Some(when(start)),
            end: Dated::since(When::Unknown, when(end)),
            ..Contract::default()
        }
    }

    #[test]
    fn the_last_day_is_inclusive() {
        let contract = contract("2006-04-01", "2021-03-31");
        assert_eq!(
            contract.term_state(date(2006, 3, 31)),
            TermState::NotStarted
        );
        assert_eq!(contract.term_state(date(2021, 3, 31)), TermState::Running);
        assert_eq!(contract.term_state(date(2021, 4, 1)), TermState::Ended);
    }

    #[test]
    fn an_imprecise_end_is_unknown_until_it_has_passed() {
        let contract = contract("2006", "2021-03");
        assert_eq!(contract.term_state(date(2021, 2, 28)), TermState::Running);
        assert_eq!(contract.term_state(date(2021, 3, 15)), TermState::Unknown);
        assert_eq!(contract.term_state(date(2021, 4, 1)), TermState::Ended);
    }

    #[test]
    fn an_extension_states_a_later_end_from_the_day_it_was_agreed() {
        let mut contract = contract("2006-04-01", "2016-03-31");
        contract
            .end
            .state(When::Day(date(2011, 2, 1)), When::Day(date(2021, 3, 31)));
        assert_eq!(
            contract.end_on(date(2010, 1, 1)),
            Some(When::Day(date(2016, 3, 31)))
        );
        assert_eq!(
            contract.end_on(date(2012, 1, 1)),
            Some(When::Day(date(2021, 3, 31)))
        );
    }

    #[test]
    fn only_a_contract_begun_before_the_act_is_certainly_under_the_old_law() {
        for (start, regime) in [
            (Some("2025-02-23"), Regime::Before2025),
            (Some("2025-02-24"), Regime::Unknown),
            (Some("2025"), Regime::Unknown),
            (None, Regime::Unknown),
        ] {
            let start = start.map(|text| text.parse().expect("a date"));
            assert_eq!(Regime::of_start(start), regime, "{start:?}");
        }
    }
}
