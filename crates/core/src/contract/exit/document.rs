//! The register of documents.

use super::{Particulars, cell, reference, text, whole, written};
use crate::dated::When;
use crate::record::KindName;
use crate::table::{Form, Heading, Row};
use serde::{Deserialize, Serialize};

/// Something written down that a successor needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    #[serde(default, rename = "sort", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The date of the version that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl Particulars for Document {
    const KIND: KindName = "document";
    const HEADINGS: &'static [Heading] = &whole::<5, 19>([
        Heading::needed(
            "document",
            Form::Text,
            "What it is called.",
            "Runbook of the finance ledger",
        )
        .or_called(&[
            "Document name",
            "Document title",
            "Doc title",
            "Runbook",
            "Procedure",
        ]),
        reference(
            "W-33",
            &[
                "Document number",
                "Document no",
                "Document ID",
                "Document ref",
                "Doc ref",
                "Ref",
                "ID",
            ],
        ),
        Heading::optional(
            "kind",
            Form::Text,
            "What sort of document it is.",
            "runbook",
        )
        .or_called(&["Document type", "Document kind", "Doc type"]),
        Heading::optional(
            "version of",
            Form::When,
            "The date of the version that counts.",
            "2019-04-30",
        )
        .or_called(&[
            "Version date",
            "Last reviewed",
            "Date of issue",
            "Issue date",
            "Current version date",
        ]),
        Heading::optional(
            "location",
            Form::Text,
            "Where it is kept.",
            "Document store, folder S-14",
        )
        .or_called(&["Document location", "Kept at", "Link", "File path"]),
    ]);

    fn read(row: &Row) -> Document {
        Document {
            kind: text(row, "kind"),
            version: row.when("version of"),
            location: text(row, "location"),
        }
    }

    fn filling(self, before: &Document) -> Document {
        let before = before.clone();
        Document {
            kind: self.kind.or(before.kind),
            version: self.version.or(before.version),
            location: self.location.or(before.location),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.kind),
            written(self.version),
            cell(&self.location),
        ]
    }
}
