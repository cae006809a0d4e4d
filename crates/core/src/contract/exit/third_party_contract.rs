//! The register of contracts with third parties.

use super::{Particulars, amount, cell, reference, text, whole, worded, written, yearly_charge};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::KindName;
use crate::table::{Form, Heading, Row};
use serde::{Deserialize, Serialize};

worded! {
    /// Whether a contract can go to somebody else. Exit schedules want them assignable or novatable
    /// without consent or payment; the exceptions are the list of risks.
    Assignable:
    /// Without anybody's consent.
    Freely = "yes",
    WithConsent = "with-consent",
    Not = "no",
}

/// A contract of the supplier, or of the authority, with somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThirdPartyContract {
    /// Its last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<When>,
    /// How long before, in the contract's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignable: Option<Assignable>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yearly_charge: Option<Pence>,
}

impl Particulars for ThirdPartyContract {
    const KIND: KindName = "third-party contract";
    const HEADINGS: &'static [Heading] = &whole::<6, 20>([
        Heading::needed(
            "third-party contract",
            Form::Text,
            "What it is called.",
            "Maintenance of the wireless network",
        )
        .or_called(&[
            "Sub-contract", "Subcontract", "Sub-contract title", "Subcontract title", "Subcontract name",
            "Third party agreement", "Agreement", "Agreement title", "Agreement name",
        ]),
        reference("T-12", &[
            "Sub-contract number", "Subcontract ref", "Subcontract reference", "Sub-contract ref", "Agreement number",
            "Agreement ref", "Agreement reference", "Ref", "ID",
        ]),
        Heading::optional("ends", Form::When, "Its last day.", "2020-06-30").or_called(&[
            "Agreement end date", "Sub-contract end date", "End date", "Expiry date", "Expiry", "Term end",
        ]),
        Heading::optional(
            "notice",
            Form::Text,
            "How long before its end, or before any day, somebody must say that it ends.",
            "3 months",
        )
        .or_called(&["Notice period", "Termination notice", "Termination notice period"]),
        Heading::optional(
            "assignable",
            Form::Choice(Assignable::WORDS),
            "Whether it can be assigned or novated: yes, without anybody’s consent; with-consent; or no.",
            "with-consent",
        )
        .or_called(&["Assignable?", "Can be assigned", "Novatable", "Assignable / novatable", "Assignable or novatable", "Transferable"])
        .or_written(&[
            ("y", "yes"), ("n", "no"), ("consent required", "with-consent"), ("subject to consent", "with-consent"),
            ("consent", "with-consent"), ("yes with consent", "with-consent"), ("freely", "yes"),
        ]),
        yearly_charge("18400"),
    ]);

    fn read(row: &Row) -> ThirdPartyContract {
        ThirdPartyContract {
            ends: row.when("ends"),
            notice: text(row, "notice"),
            assignable: Assignable::of(row, "assignable"),
            yearly_charge: row.pence("yearly charge"),
        }
    }

    fn filling(self, before: &ThirdPartyContract) -> ThirdPartyContract {
        let before = before.clone();
        ThirdPartyContract {
            ends: self.ends.or(before.ends),
            notice: self.notice.or(before.notice),
            assignable: self.assignable.or(before.assignable),
            yearly_charge: self.yearly_charge.or(before.yearly_charge),
        }
    }

    fn ends(&self) -> Option<When> {
        self.ends
    }

    fn cells(&self) -> Vec<String> {
        vec![
            written(self.ends),
            cell(&self.notice),
            self.assignable.map_or("", Assignable::word).into(),
            amount(self.yearly_charge),
        ]
    }
}
