//! What a contract charges as agreed: by the year or another period, once, or by volume, indexed or not;
//! and what it comes to.

mod index;
mod owed;
mod volume;

pub use index::{IndexFigure, Indices, Thousandths};
pub use owed::{Missing, Owed, Stretch, owed};
pub use volume::Volume;

use super::Contract;
use super::variation::{of_contract, told, under};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, plain, worded};
use serde::{Deserialize, Serialize};

worded! {
    /// What an amount is the price of.
    Per:
    Year = "year",
    Quarter = "quarter",
    Month = "month",
    Once = "once",
    /// One of what volumes count.
    Unit = "unit",
}

/// A charge as agreed, without VAT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<RecordId>,
    pub amount: Pence,
    pub per: Per,
    /// The first day for which it is charged; the contract's own first day when nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<When>,
    /// The last day; the contract's own last day when nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<When>,
    /// The index with which it rises and falls, every year on the day on which it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The month whose figure of the index the amount was agreed at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_month: Option<When>,
    /// By how much at most it rises in a year, in thousandths: 50 is 5%.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<i64>,
    /// By how much at least it rises in a year, in thousandths; 0 means that it never falls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Kind for Charge {
    const NAME: &'static str = "charge";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        self.contract.map(of_contract).into_iter().collect()
    }
}

impl Tabled for Charge {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed("charge", Form::Text, "What is charged for.", "Service desk"),
        Heading::optional(
            "contract",
            Form::Text,
            "The contract, by its reference or title; blank where the whole file is of one contract that you name.",
            "NM-2006-001",
        ),
        Heading::needed(
            "amount",
            Form::Pence,
            "How much, without VAT.",
            "1200000.00",
        ),
        Heading::needed(
            "per",
            Form::Choice(Per::WORDS),
            "What that is the price of; a unit is what the table of volumes counts.",
            "year",
        ),
        Heading::optional(
            "from",
            Form::When,
            "The first day for which it is charged; blank is the contract's first day.",
            "2016-04-01",
        ),
        Heading::optional(
            "to",
            Form::When,
            "The last day; blank is the contract's last day.",
            "",
        ),
        Heading::optional(
            "index",
            Form::Text,
            "The index with which it rises and falls, every year on the day on which it began.",
            "CPI",
        ),
        Heading::optional(
            "index month",
            Form::When,
            "The month whose figure it was agreed at; later years take the same month's figure.",
            "2015-12",
        ),
        Heading::optional(
            "at most",
            Form::Text,
            "By how much at most it rises in a year.",
            "5%",
        ),
        Heading::optional(
            "at least",
            Form::Text,
            "By how much at least it rises in a year; 0% means that it never falls.",
            "0%",
        ),
        Heading::optional(
            "clause",
            Form::Text,
            "The clause that says so.",
            "Schedule 7, 3.1",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where it can be read.",
            "Contract, volume 2",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let from = row.when("from").unwrap_or(When::Unknown);
        format!("{} / {} / {from}", words("contract"), words("charge"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Charge, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let reason = "this charge of the contract begins twice on the same day: give each its own name or day";
            faults.add(
                again,
                "charge",
                row.text("charge").unwrap_or_default(),
                reason,
            );
        }
        let text = |heading| row.text(heading).map(str::to_owned);
        let contract = under(row, &mut faults, find);
        let index_month = row.when("index month");
        let is_month = matches!(index_month, None | Some(When::Month(..)));
        let index_month = index_month
            .map(|month| month.to_string())
            .unwrap_or_default();
        if text("index").is_some() && !matches!(row.when("index month"), Some(When::Month(..))) {
            let reason =
                "an indexed charge needs the month whose figure it was agreed at, such as 2015-12";
            faults.add(row, "index month", &index_month, reason);
        } else if !is_month {
            faults.add(
                row,
                "index month",
                &index_month,
                "write a month, such as 2015-12",
            );
        }
        let mut percent = |heading| {
            let words = row.text(heading)?;
            let read = index::percent(words);
            if read.is_none() {
                faults.add(row, heading, words, "write a share such as 5% or 2.5%");
            }
            read
        };
        let (cap, floor) = (percent("at most"), percent("at least"));
        faults.or(Charge {
            name: text("charge").unwrap_or_default(),
            contract,
            amount: row.pence("amount").unwrap_or_default(),
            per: Per::of(row, "per").unwrap_or(Per::Once),
            from: row.when("from"),
            to: row.when("to"),
            index: text("index"),
            index_month: row.when("index month"),
            cap,
            floor,
            clause: text("clause"),
            source: text("source"),
        })
    }

    fn identity(&self) -> String {
        let from = self.from.unwrap_or(When::Unknown);
        format!(
            "{} / {} / {from}",
            told(self.contract),
            self.name.to_lowercase()
        )
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let share = |share: Option<i64>| share.map(index::in_percent).unwrap_or_default();
        vec![vec![
            self.name.clone(),
            self.contract
                .map(|id| call.call(Contract::NAME, id))
                .unwrap_or_default(),
            plain(self.amount),
            self.per.word().into(),
            when(self.from),
            when(self.to),
            text(&self.index),
            when(self.index_month),
            share(self.cap),
            share(self.floor),
            text(&self.clause),
            text(&self.source),
        ]]
    }
}

#[cfg(test)]
mod tests;
