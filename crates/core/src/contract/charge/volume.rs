//! How much of what is charged by the unit was used, month by month.

use super::super::Contract;
use super::{of_contract, told, under};
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use serde::{Deserialize, Serialize};

/// How many units of a charge were used in a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    /// The charge that it counts, as the table of charges calls it.
    pub charge: String,
    pub month: When,
    pub units: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Kind for Volume {
    const NAME: &'static str = "volume";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        format!("{}, {}", self.charge, self.month)
    }
    fn references(&self) -> Vec<Reference> {
        self.contract.map(of_contract).into_iter().collect()
    }
}

impl Tabled for Volume {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "charge",
            Form::Text,
            "The charge that it counts, as the table of charges calls it.",
            "New laptop",
        ),
        Heading::optional(
            "contract",
            Form::Text,
            "The contract, by its reference or title; blank where the whole file is of one contract that you name.",
            "NM-2006-001",
        ),
        Heading::needed("month", Form::When, "The month.", "2017-06"),
        Heading::needed("units", Form::Count, "How many.", "40"),
        Heading::optional(
            "source",
            Form::Text,
            "Where it can be read.",
            "Monthly report 2017-06",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let month = row.when("month").unwrap_or(When::Unknown);
        format!("{} / {} / {month}", words("contract"), words("charge"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Volume, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let reason = "this charge has two volumes for this month: keep one, or add them up";
            faults.add(again, "month", "", reason);
        }
        let contract = under(row, &mut faults, find);
        let month = match row.when("month").unwrap_or(When::Unknown) {
            When::Day(day) => When::Month(day.year(), day.month()),
            other => other,
        };
        if !matches!(month, When::Month(..)) {
            faults.add(
                row,
                "month",
                month.to_string(),
                "write a month, such as 2017-06",
            );
        }
        faults.or(Volume {
            contract,
            charge: row.text("charge").unwrap_or_default().to_owned(),
            month,
            units: row.count("units").unwrap_or_default(),
            source: row.text("source").map(str::to_owned),
        })
    }

    fn identity(&self) -> String {
        format!(
            "{} / {} / {}",
            told(self.contract),
            self.charge.to_lowercase(),
            self.month
        )
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            self.charge.clone(),
            self.contract
                .map(|id| call.call(Contract::NAME, id))
                .unwrap_or_default(),
            self.month.to_string(),
            self.units.to_string(),
            self.source.clone().unwrap_or_default(),
        ]]
    }
}
