//! The register of credentials and accounts.

use super::{Particulars, cell, reference, text, whole, worded, written};
use crate::dated::When;
use crate::record::{KindName, Visibility};
use crate::table::{Form, Heading, Row};
use serde::{Deserialize, Serialize};

worded! {
    /// Who can use a credential.
    Holder:
    Authority = "authority",
    Supplier = "supplier",
    ThirdParty = "third-party",
}

/// A way to log in: that it is there and who can use it, **never a password or key itself**.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// What it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// When its password or key was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated: Option<When>,
}

impl Particulars for Credential {
    const KIND: KindName = "credential";
    const MARK: Option<&'static str> = Some("system");
    const VISIBILITY: Visibility = Visibility::Restricted;
    const HEADINGS: &'static [Heading] = &whole::<5, 19>([
        Heading::needed(
            "credential",
            Form::Text,
            "What the account is called; never a password or key.",
            "Domain administrator",
        )
        .or_called(&[
            "Credential name", "Account", "Account name", "Admin account", "Privileged account", "Service account",
        ]),
        reference("K-21", &["Credential ID", "Account ID", "Account ref", "Ref", "ID"]),
        Heading::optional("system", Form::Text, "What it opens.", "Directory of accounts").or_called(&[
            "Target system", "System name", "Platform",
        ]),
        Heading::optional(
            "holder",
            Form::Choice(Holder::WORDS),
            "Who can use it: the authority alone, the supplier, or a third party; blank is unknown.",
            "supplier",
        )
        .or_called(&["Held by", "Credential holder", "Account holder", "Holder type"])
        .or_written(&[("council", "authority"), ("customer", "authority"), ("us", "authority"), ("vendor", "supplier")]),
        Heading::optional(
            "rotated",
            Form::When,
            "When its password or key was last changed.",
            "2019-07-30",
        )
        .or_called(&[
            "Last rotated", "Rotated on", "Password last changed", "Password last set", "Last changed", "Last password change",
            "Key last changed",
        ]),
    ]);

    fn read(row: &Row) -> Credential {
        Credential {
            system: text(row, "system"),
            holder: Holder::of(row, "holder"),
            rotated: row.when("rotated"),
        }
    }

    fn filling(self, before: &Credential) -> Credential {
        let before = before.clone();
        Credential {
            system: self.system.or(before.system),
            holder: self.holder.or(before.holder),
            rotated: self.rotated.or(before.rotated),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.system),
            self.holder.map_or("", Holder::word).into(),
            written(self.rotated),
        ]
    }

    fn mark(&self) -> Option<&str> {
        self.system.as_deref()
    }
}
