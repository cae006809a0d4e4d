//! What each exit register says of its items, beyond what all say.

use super::{Particulars, amount, whole, worded, written, yes, yes_or_no, yes_word};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::{KindName, Visibility};
use crate::table::{Faults, Form, Heading, Row, joined};
use serde::{Deserialize, Serialize};

/// An optional text of a row.
fn text(row: &Row, heading: &str) -> Option<String> {
    row.text(heading).map(str::to_owned)
}

/// A cell's text; blank for none.
fn cell(text: &Option<String>) -> String {
    text.clone().unwrap_or_default()
}

/// The number of an item in the list that it came from.
const fn reference(example: &'static str, aliases: &'static [&'static str]) -> Heading {
    Heading::optional(
        "reference",
        Form::Text,
        "Its number in the list that it came from; with it the same item is known again in the next list.",
        example,
    )
    .or_called(aliases)
}

const fn yearly_charge(example: &'static str) -> Heading {
    Heading::optional(
        "yearly charge",
        Form::Pence,
        "What is paid for it in a year.",
        example,
    )
    .or_called(&[
        "Annual cost",
        "Annual charge",
        "Yearly cost",
        "Cost per year",
        "Annual fee",
        "Annual value",
    ])
}

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

    fn read(row: &Row, _: &mut Faults) -> Asset {
        Asset {
            model: text(row, "model"),
            serial: text(row, "serial number"),
            location: text(row, "location"),
            condition: text(row, "condition"),
            net_book_value: row.pence("net book value"),
            support_ends: row.when("end of support"),
        }
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

/// The right to use software.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What is counted: users, cores, sites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// Its last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yearly_charge: Option<Pence>,
    /// Whether its service stops without it on the day it moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stops_on_day_0: Option<bool>,
}

impl Particulars for Licence {
    const KIND: KindName = "licence";
    const HEADINGS: &'static [Heading] = &whole::<8, 22>([
        Heading::needed(
            "licence",
            Form::Text,
            "What it is called.",
            "Revbase server",
        )
        .or_called(&[
            "License",
            "Licence name",
            "License name",
            "Licence description",
            "Licence title",
            "Software",
            "Software name",
            "Software title",
            "Application",
            "Name",
            "Product name",
            "Item",
            "Description",
        ]),
        reference(
            "L-104",
            &[
                "Licence number",
                "Licence no",
                "License number",
                "Licence ID",
                "License ID",
                "Licence ref",
                "Entitlement ID",
                "Ref",
                "ID",
            ],
        ),
        Heading::optional(
            "product",
            Form::Text,
            "The product and its version.",
            "Revbase 9",
        )
        .or_called(&[
            "Product version",
            "Software product",
            "Product and version",
            "Product/version",
            "Edition",
        ]),
        Heading::optional("metric", Form::Text, "What is counted.", "named users").or_called(&[
            "Licence metric",
            "License metric",
            "Licence type",
            "License type",
            "Licensing metric",
            "Licence model",
        ]),
        Heading::optional("quantity", Form::Count, "How many.", "320").or_called(&[
            "Licence count",
            "License count",
            "Licences",
            "Licenses",
            "Number of licences",
            "No of licences",
            "Qty",
            "Seats",
            "Licence quantity",
            "Number of users",
        ]),
        Heading::optional("expires", Form::When, "Its last day.", "2020-03-31").or_called(&[
            "Licence expiry",
            "License expiry",
            "Expiry",
            "Expiry date",
            "Licence end date",
            "Renewal date",
            "Subscription end",
            "Licence expiry date",
        ]),
        yearly_charge("41500"),
        yes_or_no(
            "stops service",
            "Whether its service stops without it on the day it moves.",
            "yes",
        )
        .or_called(&[
            "Stops on day 0",
            "Stops on day 1",
            "Needed on day 1",
            "Required on day 1",
            "Day 1 critical",
        ]),
    ]);

    fn read(row: &Row, faults: &mut Faults) -> Licence {
        let quantity = row.count("quantity");
        if let Some(count) = quantity.filter(|count| *count < 0) {
            faults.add(
                row,
                "quantity",
                count.to_string(),
                "write how many there are, 0 or more",
            );
        }
        Licence {
            product: text(row, "product"),
            metric: text(row, "metric"),
            quantity,
            expires: row.when("expires"),
            yearly_charge: row.pence("yearly charge"),
            stops_on_day_0: yes(row, "stops service"),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.product),
            cell(&self.metric),
            self.quantity
                .map(|count| count.to_string())
                .unwrap_or_default(),
            written(self.expires),
            amount(self.yearly_charge),
            yes_word(self.stops_on_day_0),
        ]
    }
}

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

    fn read(row: &Row, _: &mut Faults) -> ThirdPartyContract {
        ThirdPartyContract {
            ends: row.when("ends"),
            notice: text(row, "notice"),
            assignable: Assignable::of(row, "assignable"),
            yearly_charge: row.pence("yearly charge"),
        }
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

    fn read(row: &Row, _: &mut Faults) -> DataHolding {
        DataHolding {
            personal: yes(row, "personal data"),
            format: text(row, "format"),
            retention: text(row, "retention"),
            at_exit: text(row, "at exit"),
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

    fn read(row: &Row, _: &mut Faults) -> Credential {
        Credential {
            system: text(row, "system"),
            holder: Holder::of(row, "holder"),
            rotated: row.when("rotated"),
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

/// Something that only some posts know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knowledge {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// The posts that know it, never people's names.
    #[serde(default)]
    pub posts: Vec<String>,
    /// Whether those posts are with the authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_authority: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_on: Option<bool>,
}

impl Particulars for Knowledge {
    const KIND: KindName = "knowledge";
    const HEADINGS: &'static [Heading] = &whole::<6, 20>([
        Heading::needed(
            "knowledge",
            Form::Text,
            "What must be known, in a few words.",
            "Year-end billing run",
        )
        .or_called(&[
            "Knowledge area",
            "Knowledge item",
            "Topic",
            "Skill",
            "Know-how",
        ]),
        reference("N-07", &["Knowledge ID", "Ref", "ID"]),
        Heading::optional(
            "what",
            Form::Text,
            "What exactly is known.",
            "Order of the jobs, and what to do when one fails",
        )
        .or_called(&["Details", "Knowledge description"]),
        Heading::optional(
            "posts",
            Form::List,
            "The posts that know it; never people’s names.",
            "Revenues systems officer",
        )
        .or_called(&[
            "Known by",
            "Post",
            "Known by (post)",
            "Role that knows it",
            "Roles",
        ]),
        yes_or_no("with authority", "Whether those posts are with you.", "no").or_called(&[
            "Within the council",
            "Council post",
            "Is a council post",
        ]),
        yes_or_no("passed on", "Whether others have learnt it.", "no").or_called(&[
            "Handed over",
            "Knowledge transferred",
            "Transferred",
            "Knowledge transfer complete",
        ]),
    ]);

    fn read(row: &Row, _: &mut Faults) -> Knowledge {
        Knowledge {
            what: text(row, "what"),
            posts: row.list("posts").to_vec(),
            with_authority: yes(row, "with authority"),
            passed_on: yes(row, "passed on"),
        }
    }

    fn cells(&self) -> Vec<String> {
        vec![
            cell(&self.what),
            joined(self.posts.iter().cloned()),
            yes_word(self.with_authority),
            yes_word(self.passed_on),
        ]
    }
}

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

    fn read(row: &Row, _: &mut Faults) -> Document {
        Document {
            kind: text(row, "kind"),
            version: row.when("version of"),
            location: text(row, "location"),
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
