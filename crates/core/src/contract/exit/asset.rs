//! The register of assets: machines, and other things that can be touched.

use super::{Particulars, amount, cell, reference, text, whole, written};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::KindName;
use crate::table::{Form, Heading, Row};
use serde::{Deserialize, Serialize};

/// A machine, or another thing that can be touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_book_value: Option<Pence>,
    /// The last day on which its maker mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_ends: Option<When>,
}

impl Particulars for Asset {
    const KIND: KindName = "asset";
    const MARK: Option<&'static str> = Some("serial number");
    const HEADINGS: &'static [Heading] = &whole::<8, 22>([
        Heading::needed(
            "asset",
            Form::Text,
            "What it is called.",
            "Core switch, machine room 1",
        )
        .or_called(&[
            "Asset name",
            "Asset description",
            "Hostname",
            "Host name",
            "Device",
            "Device name",
            "Hardware",
            "Equipment",
            "Configuration item",
            "CI name",
            "Name",
            "Item",
            "Description",
        ]),
        reference(
            "A-0017",
            &[
                "Asset tag",
                "Asset number",
                "Asset no",
                "Asset ID",
                "Asset ref",
                "Asset reference",
                "Tag",
                "Tag no",
                "CI number",
                "CI ID",
                "Ref",
                "ID",
            ],
        ),
        Heading::optional(
            "model",
            Form::Text,
            "Its make and model.",
            "Larkfallow LS-48",
        )
        .or_called(&[
            "Make and model",
            "Make/model",
            "Make & model",
            "Model name",
            "Model number",
            "Product model",
        ]),
        Heading::optional(
            "serial number",
            Form::Text,
            "Its maker’s number.",
            "LF48-220917",
        )
        .or_called(&[
            "Serial",
            "Serial no",
            "S/N",
            "Serial num",
            "Serial #",
            "Serial number (S/N)",
        ]),
        Heading::optional(
            "location",
            Form::Text,
            "Where it stands.",
            "Civic Centre, machine room 1",
        )
        .or_called(&["Site", "Site name", "Building", "Asset location", "Room"]),
        Heading::optional("condition", Form::Text, "How it is kept.", "good")
            .or_called(&["Asset condition"]),
        Heading::optional(
            "net book value",
            Form::Pence,
            "What it is worth in the books.",
            "3400",
        )
        .or_called(&["NBV", "Book value", "Current value", "Written down value"]),
        Heading::optional(
            "end of support",
            Form::When,
            "The last day on which its maker mends it.",
            "2021-12-31",
        )
        .or_called(&[
            "End of life",
            "End of life date",
            "EOL",
            "EOL date",
            "End of support date",
            "EoS",
            "Support end date",
            "Support ends",
            "Support expiry",
            "Warranty end",
            "Warranty expiry",
        ]),
    ]);

    fn read(row: &Row) -> Asset {
        Asset {
            model: text(row, "model"),
            serial: text(row, "serial number"),
            location: text(row, "location"),
            condition: text(row, "condition"),
            net_book_value: row.pence("net book value"),
            support_ends: row.when("end of support"),
        }
    }

    fn filling(self, before: &Asset) -> Asset {
        let before = before.clone();
        Asset {
            model: self.model.or(before.model),
            serial: self.serial.or(before.serial),
            location: self.location.or(before.location),
            condition: self.condition.or(before.condition),
            net_book_value: self.net_book_value.or(before.net_book_value),
            support_ends: self.support_ends.or(before.support_ends),
        }
    }

    fn ends(&self) -> Option<When> {
        self.support_ends
    }

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.model),
            cell(&self.serial),
            cell(&self.location),
            cell(&self.condition),
            amount(self.net_book_value),
            written(self.support_ends),
        ]
    }

    fn mark(&self) -> Option<&str> {
        self.serial.as_deref()
    }
}
