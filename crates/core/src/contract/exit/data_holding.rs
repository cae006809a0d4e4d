//! The register of data holdings.

use super::{Particulars, cell, reference, text, whole, yes, yes_or_no, yes_word};
use crate::record::KindName;
use crate::table::{Form, Heading, Row};
use serde::{Deserialize, Serialize};

/// Data that somebody keeps for the authority.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataHolding {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// For how long it must be kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// How it comes back, or is destroyed and how that is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_exit: Option<String>,
}

impl Particulars for DataHolding {
    const KIND: KindName = "data holding";
    const HEADINGS: &'static [Heading] = &whole::<6, 20>([
        Heading::needed(
            "data holding",
            Form::Text,
            "What it is called.",
            "Council tax accounts",
        )
        .or_called(&[
            "Dataset",
            "Data set",
            "Dataset name",
            "Database",
            "Database name",
            "Data asset",
            "Information asset",
            "Information asset name",
        ]),
        reference(
            "D-03",
            &[
                "Dataset ID",
                "Information asset ID",
                "Information asset number",
                "IAR reference",
                "Ref",
                "ID",
            ],
        ),
        yes_or_no("personal data", "Whether it is about people.", "yes").or_called(&[
            "Contains personal data",
            "Personal data?",
            "Contains personal data?",
            "PII",
            "Personal information",
        ]),
        Heading::optional(
            "format",
            Form::Text,
            "As what it is kept.",
            "Revbase 9 database, 410 GB",
        )
        .or_called(&["Data format", "File format", "Storage format"]),
        Heading::optional(
            "retention",
            Form::Text,
            "For how long it must be kept.",
            "six years after the account closes",
        )
        .or_called(&["Retention period", "Retention schedule", "Retention rule"]),
        Heading::optional(
            "at exit",
            Form::Text,
            "How it comes back, or is destroyed and how that is shown.",
            "full export, then a certificate of destruction",
        )
        .or_called(&[
            "Return or destroy",
            "Return method",
            "Return",
            "Data return",
            "Return / destruction",
            "Exit format",
        ]),
    ]);

    fn read(row: &Row) -> DataHolding {
        DataHolding {
            personal: yes(row, "personal data"),
            format: text(row, "format"),
            retention: text(row, "retention"),
            at_exit: text(row, "at exit"),
        }
    }

    fn filling(self, before: &DataHolding) -> DataHolding {
        let before = before.clone();
        DataHolding {
            personal: self.personal.or(before.personal),
            format: self.format.or(before.format),
            retention: self.retention.or(before.retention),
            at_exit: self.at_exit.or(before.at_exit),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            yes_word(self.personal),
            cell(&self.format),
            cell(&self.retention),
            cell(&self.at_exit),
        ]
    }
}
