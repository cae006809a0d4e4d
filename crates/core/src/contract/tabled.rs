//! The table by which contracts are edited on forms and in bulk. Files state contracts in the columns
//! of a contracts register or as Open Contracting data; what those say beyond this table is kept.

use super::{Contract, ExtensionOption, Regime, Value, ValuePer};
use crate::dated::{Dated, When};
use crate::organisation::Identifier;
use crate::pence::Pence;
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined, plain,
};
use std::collections::BTreeSet;

const PERS: &[(&str, ValuePer)] = &[("term", ValuePer::Term), ("year", ValuePer::Year)];

const REGIMES: &[(&str, Regime)] = &[
    ("before-2025", Regime::Before2025),
    ("procurement-act-2023", Regime::ProcurementAct2023),
    ("unknown", Regime::Unknown),
];

/// The scheme of the authority's own references.
const LOCAL: &str = "local";

/// Sterling, unless said otherwise.
const STERLING: &str = "GBP";

impl Tabled for Contract {
    const LIFE: Option<Life> = Some(Life {
        from: "stated from",
        values: &["value", "currency", "value per", "end"],
        end: None,
        end_is_first_day_without: false,
    });

    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "contract",
            Form::Text,
            "Its title.",
            "Strategic technology partnership",
        ),
        Heading::optional(
            "reference",
            Form::Text,
            "Your own reference; with the title it tells this contract from others.",
            "C-001",
        ),
        Heading::optional(
            "suppliers",
            Form::List,
            "With whom.",
            "Northmere Digital Services Ltd",
        ),
        Heading::optional(
            "department",
            Form::Text,
            "Who answers for it.",
            "Corporate Resources",
        ),
        Heading::optional(
            "description",
            Form::Text,
            "One sentence on what it is for.",
            "Core technology services",
        ),
        Heading::optional("start", Form::When, "Its first day.", "2006-04-01"),
        Heading::optional("value", Form::Pence, "What it is worth.", "1000000.00"),
        Heading::optional(
            "currency",
            Form::Text,
            "The currency's three letters; blank is pounds.",
            "",
        ),
        Heading::optional(
            "value per",
            Form::Choice(&["term", "year"]),
            "Whether the value is for the whole term or for each year.",
            "term",
        ),
        Heading::optional(
            "end",
            Form::When,
            "The last day of the term as it then stands.",
            "2021-03-31",
        ),
        Heading::optional(
            "stated from",
            Form::When,
            "Since when this value and end are agreed; add a row for each change, such as an extension.",
            "2006-04-01",
        ),
        Heading::optional(
            "review",
            Form::When,
            "When it is due for review.",
            "2020-03-31",
        ),
        Heading::optional(
            "extension options",
            Form::List,
            "The rights to go on, as the contract words them.",
            "Two periods of 12 months",
        ),
        Heading::optional(
            "regime",
            Form::Choice(&["before-2025", "procurement-act-2023", "unknown"]),
            "The law in force when its procurement began.",
            "before-2025",
        ),
        Heading::optional("category", Form::Text, "What sort of buying it is.", "ICT"),
        Heading::optional(
            "source",
            Form::Text,
            "Where this is written down.",
            "Contracts register 2019",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} {}", words("reference"), words("contract"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Contract, Vec<RowFault>> {
        let mut faults = Faults::default();
        let text =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.text(heading));
        let when =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.when(heading));
        let reference = text(&mut faults, "reference").map(|id| Identifier {
            scheme: LOCAL.into(),
            id: id.into(),
        });
        let regime = text(&mut faults, "regime");
        let named = REGIMES.iter().find(|(word, _)| Some(*word) == regime);
        let mut contract = Contract {
            title: text(&mut faults, "contract").unwrap_or_default().into(),
            identifiers: reference.into_iter().collect(),
            description: text(&mut faults, "description").map(Into::into),
            department: text(&mut faults, "department").map(Into::into),
            start: when(&mut faults, "start"),
            review: when(&mut faults, "review"),
            regime: named.map_or(Regime::Unknown, |(_, regime)| *regime),
            category: text(&mut faults, "category").map(Into::into),
            source: text(&mut faults, "source").map(Into::into),
            ..Contract::default()
        };
        for row in rows {
            let suppliers = row.list("suppliers").iter();
            contract
                .suppliers
                .extend(suppliers.map(|words| find.organisation(words)));
            for words in row.list("extension options") {
                let option = ExtensionOption {
                    words: words.clone(),
                    until: None,
                };
                if !contract.options.contains(&option) {
                    contract.options.push(option);
                }
            }
            let from = row.when("stated from").unwrap_or(When::Unknown);
            if let Some(value) = value(row, &mut faults) {
                contract.value.state(from, value);
            }
            if let Some(end) = row.when("end") {
                contract.end.state(from, end);
            }
        }
        faults.or(contract)
    }

    fn identity(&self) -> String {
        Contract::identity(self)
    }

    fn keeping(mut self, before: &Contract) -> Contract {
        let others = before.identifiers.iter().filter(|id| id.scheme != LOCAL);
        self.identifiers.extend(others.cloned());
        self.buyer = before.buyer;
        self.documents = before.documents.clone();
        self.extensions = before.extensions.clone();
        for option in &mut self.options {
            let known = before
                .options
                .iter()
                .find(|held| held.words == option.words);
            option.until = known.and_then(|held| held.until);
        }
        self
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let mut moments: BTreeSet<When> = self.value.iter().map(|(from, _)| from).collect();
        moments.extend(self.end.iter().map(|(from, _)| from));
        let row = |moment: Option<When>| {
            let value = moment.and_then(|moment| stated_from(&self.value, moment));
            let end = moment.and_then(|moment| stated_from(&self.end, moment));
            let reference = self.identifiers.iter().find(|id| id.scheme == LOCAL);
            let per = value.map(|value| PERS.iter().find(|(_, per)| *per == value.per));
            let regime = REGIMES.iter().find(|(_, regime)| *regime == self.regime);
            let currency = value.map(|value| value.currency.clone());
            vec![
                self.title.clone(),
                reference.map(|id| id.id.clone()).unwrap_or_default(),
                joined(
                    self.suppliers
                        .iter()
                        .map(|id| call.call("organisation", *id)),
                ),
                text(&self.department),
                text(&self.description),
                when(self.start),
                value.map(|value| plain(value.pence)).unwrap_or_default(),
                currency
                    .filter(|currency| currency != STERLING)
                    .unwrap_or_default(),
                per.flatten()
                    .map(|(word, _)| *word)
                    .unwrap_or_default()
                    .into(),
                end.map(When::to_string).unwrap_or_default(),
                moment.map(|moment| moment.to_string()).unwrap_or_default(),
                when(self.review),
                joined(self.options.iter().map(|option| option.words.clone())),
                regime.map(|(word, _)| *word).unwrap_or_default().into(),
                text(&self.category),
                text(&self.source),
            ]
        };
        if moments.is_empty() {
            return vec![row(None)];
        }
        moments
            .into_iter()
            .map(|moment| row(Some(moment)))
            .collect()
    }
}

/// What is stated from exactly this moment.
fn stated_from<T: PartialEq>(life: &Dated<T>, moment: When) -> Option<&T> {
    life.iter()
        .find(|(from, _)| *from == moment)
        .map(|(_, value)| value)
}

fn value(row: &Row, faults: &mut Faults) -> Option<Value> {
    let pence = row.pence("value")?;
    if pence < Pence::ZERO {
        faults.add(
            row,
            "value",
            plain(pence),
            "a contract's value cannot be negative",
        );
    }
    let currency = row.text("currency").unwrap_or(STERLING).to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        faults.add(
            row,
            "currency",
            &currency,
            "write the currency's three letters (ISO 4217), such as EUR",
        );
    }
    let per = PERS
        .iter()
        .find(|(word, _)| Some(*word) == row.text("value per"));
    Some(Value {
        pence,
        currency,
        per: per.map_or(ValuePer::Term, |(_, per)| *per),
    })
}
