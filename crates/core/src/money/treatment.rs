//! A person's decision on what payments are of.

use super::split::Class;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

const CONTRACT: &str = "contract";

const WORDS: &[&str] = &["contracted", "variation", "off-contract"];

/// What payments to a printed name are of, perhaps only some days' or some texts'.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treatment {
    /// The supplier's name exactly as printed.
    pub supplier: String,
    /// Only payments whose printed text holds this, whatever its case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The first day on which a payment counts; always when nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<When>,
    /// The last such day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<When>,
    pub class: Class,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    /// The number of the variation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Treatment {
    /// Whether it is about a payment to a printed name with a printed text, made in a span of days.
    pub fn covers(&self, supplier: &str, text: &str, from: Date, to: Date) -> bool {
        let begins = self.from.and_then(When::earliest);
        let ends = self.to.and_then(When::latest);
        let held = self.text.as_ref().map(|held| held.to_lowercase());
        self.supplier == supplier
            && held.is_none_or(|held| text.to_lowercase().contains(&held))
            && begins.is_none_or(|begins| from >= begins)
            && ends.is_none_or(|ends| to <= ends)
    }
}

impl Kind for Treatment {
    const NAME: &'static str = "treatment";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        match &self.text {
            Some(text) => format!("{}: {text}", self.supplier),
            None => self.supplier.clone(),
        }
    }
    fn references(&self) -> Vec<Reference> {
        let to = |id| Reference { kind: CONTRACT, id };
        self.contract.map(to).into_iter().collect()
    }
}

impl Tabled for Treatment {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "supplier",
            Form::Text,
            "The name exactly as payments print it.",
            "NORTHMERE DIGITAL SERV",
        ),
        Heading::optional(
            "text holds",
            Form::Text,
            "Only payments whose text holds this.",
            "CCN-042",
        ),
        Heading::optional(
            "paid from",
            Form::When,
            "Only payments from that day on; blank is always.",
            "",
        ),
        Heading::optional("paid to", Form::When, "Only payments up to that day.", ""),
        Heading::needed(
            "treated as",
            Form::Choice(WORDS),
            "What they are of.",
            "off-contract",
        ),
        Heading::optional(
            "contract",
            Form::Text,
            "The contract, by its reference or title.",
            "NM-2006-001",
        ),
        Heading::optional(
            "variation",
            Form::Text,
            "The variation, by its number.",
            "CCN-042",
        ),
        Heading::optional(
            "reason",
            Form::Text,
            "How you know.",
            "The invoice names it",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let when = |heading| row.when(heading).unwrap_or(When::Unknown);
        format!(
            "{} / {} / {} / {}",
            row.text("supplier").unwrap_or_default(),
            words("text holds"),
            when("paid from"),
            when("paid to")
        )
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Treatment, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let reason = "an earlier row decides on the same payments: keep one";
            faults.add(
                again,
                "supplier",
                row.text("supplier").unwrap_or_default(),
                reason,
            );
        }
        let text = |heading| row.text(heading).map(str::to_owned);
        let contract = row
            .text("contract")
            .and_then(|words| faults.found(row, "contract", find, CONTRACT, words));
        let class = match row.text("treated as") {
            Some("contracted") => Class::Contracted,
            Some("variation") => Class::Variation,
            _ => Class::OffContract,
        };
        if class != Class::OffContract && row.text("contract").is_none() {
            let reason = "say under which contract";
            faults.add(row, "contract", "", reason);
        }
        faults.or(Treatment {
            supplier: text("supplier").unwrap_or_default(),
            text: text("text holds"),
            from: row.when("paid from"),
            to: row.when("paid to"),
            class,
            contract,
            variation: text("variation"),
            reason: text("reason"),
        })
    }

    fn identity(&self) -> String {
        let when = |when: Option<When>| when.unwrap_or(When::Unknown);
        let text = self.text.clone().unwrap_or_default().to_lowercase();
        format!(
            "{} / {text} / {} / {}",
            self.supplier,
            when(self.from),
            when(self.to)
        )
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        vec![vec![
            self.supplier.clone(),
            text(&self.text),
            when(self.from),
            when(self.to),
            self.class.word().into(),
            self.contract
                .map(|id| call.call(CONTRACT, id))
                .unwrap_or_default(),
            text(&self.variation),
            text(&self.reason),
        ]]
    }
}
