//! A contract as a form and a spreadsheet state it.

use super::{Contract, ExtensionOption, Regime, Value, ValuePer};
use crate::dated::{Dated, When};
use crate::organisation::Identifier;
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined, listed, plain,
};
use std::collections::BTreeSet;

const PER: &[&str] = &["term", "year"];
const REGIMES: &[&str] = &["before-2025", "procurement-act-2023", "unknown"];

impl ValuePer {
    pub fn word(self) -> &'static str {
        PER[self as usize]
    }
}

impl Regime {
    pub fn word(self) -> &'static str {
        REGIMES[self as usize]
    }
}

/// The scheme of the authority's own references.
const LOCAL: &str = "local";

/// Stands in a list of extension options before the last day that one allows.
const UNTIL: &str = "until ";

/// `1+1 years`, `1+1 years (until 2025-03-31)` or `until 2025-03-31`.
fn option_words(option: &ExtensionOption) -> String {
    match (&option.words[..], option.until) {
        (words, None) => words.to_owned(),
        ("", Some(until)) => format!("{UNTIL}{until}"),
        (words, Some(until)) => format!("{words} ({UNTIL}{until})"),
    }
}

fn option_of(text: &str) -> ExtensionOption {
    let parsed = |words: &str, until: &str| {
        let until = until.parse().ok()?;
        let words = words.trim().to_owned();
        Some(ExtensionOption {
            words,
            until: Some(until),
        })
    };
    let inside = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once(&format!("({UNTIL}")));
    let option = match (inside, text.strip_prefix(UNTIL)) {
        (Some((words, until)), _) => parsed(words, until),
        (None, Some(until)) => parsed("", until),
        (None, None) => None,
    };
    option.unwrap_or_else(|| ExtensionOption {
        words: text.to_owned(),
        until: None,
    })
}

impl Tabled for Contract {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "contract",
            Form::Text,
            "What it is called; rows with the same reference and name describe one contract.",
            "Network support",
        ),
        Heading::optional("reference", Form::Text, "Your own reference.", "C-001"),
        Heading::optional(
            "suppliers",
            Form::List,
            "With whom it is.",
            "Northmere Digital Services Ltd",
        ),
        Heading::optional(
            "buyer",
            Form::Text,
            "Who bought, if another body did; blank is yourselves.",
            "",
        ),
        Heading::optional(
            "successor body",
            Form::Text,
            "The body to which it passes when you are reorganised.",
            "",
        ),
        Heading::optional(
            "department",
            Form::Text,
            "Which part of you it belongs to.",
            "Digital",
        ),
        Heading::optional(
            "description",
            Form::Text,
            "One sentence on what is bought.",
            "Support of the wide area network",
        ),
        Heading::optional(
            "start",
            Form::When,
            "The first day of its term.",
            "2018-04-01",
        ),
        Heading::optional(
            "end",
            Form::When,
            "The last day of its term; blank is as before.",
            "2021-03-31",
        ),
        Heading::optional(
            "value",
            Form::Pence,
            "What it is worth; blank is as before.",
            "125000",
        ),
        Heading::optional(
            "currency",
            Form::Text,
            "In which currency; blank is as before, and at first GBP.",
            "GBP",
        ),
        Heading::optional(
            "value per",
            Form::Choice(PER),
            "Whether the value is for the whole term or for a year; blank is as before, and at first the term.",
            "term",
        ),
        Heading::optional(
            "from",
            Form::When,
            "Since when end and value stand so, such as the day an extension was agreed; blank is from the beginning.",
            "",
        ),
        Heading::optional(
            "review",
            Form::When,
            "When it is due for review.",
            "2020-09-30",
        ),
        Heading::optional(
            "extension options",
            Form::List,
            "The rights to go on after the term, as written.",
            "1+1 years",
        ),
        Heading::optional(
            "regime",
            Form::Choice(REGIMES),
            "The law in force when its procurement began; blank is judged from its start.",
            "before-2025",
        ),
        Heading::optional("category", Form::Text, "What kind of thing is bought.", ""),
        Heading::optional(
            "source",
            Form::Text,
            "Where this is written down.",
            "Contracts register 2018",
        ),
    ];

    const LIFE: Option<Life> = Some(Life {
        from: "from",
        values: &["end", "value", "currency", "value per"],
        blank_stays: &["end", "value"],
        end: None,
    });

    fn key(row: &Row) -> String {
        let text = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} {}", text("reference"), text("contract"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Contract, Vec<RowFault>> {
        let mut faults = Faults::default();
        let mut contract = fixed(rows, &mut faults, find);
        let mut rows = rows.to_vec();
        rows.sort_by_key(|row| from(row));
        let mut starts = BTreeSet::new();
        let (mut currency, mut per) = ("GBP", ValuePer::Term);
        for row in rows {
            let from = from(row);
            if !starts.insert(from) {
                faults.add(
                    row,
                    "from",
                    from.to_string(),
                    "another row of this contract begins on the same date: keep one",
                );
                continue;
            }
            if let Some(end) = row.when("end") {
                contract.end.state(from, end);
            }
            currency = row.text("currency").unwrap_or(currency);
            per = match row.text("value per") {
                Some("year") => ValuePer::Year,
                Some(_) => ValuePer::Term,
                None => per,
            };
            if let Some(pence) = row.pence("value") {
                let currency = currency.to_owned();
                let value = Value {
                    pence,
                    currency,
                    per,
                };
                contract.value.state(from, value);
            }
        }
        faults.or(contract)
    }

    fn identity(&self) -> String {
        Contract::identity(self)
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let mut moments: BTreeSet<When> = self.end.iter().map(|(from, _)| from).collect();
        moments.extend(self.value.iter().map(|(from, _)| from));
        if moments.is_empty() {
            moments.insert(When::Unknown);
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let organisation = |id| call.call("organisation", id);
        let row = |from: When| {
            let value = stated(&self.value, from);
            vec![
                self.title.clone(),
                self.reference().unwrap_or_default().to_owned(),
                joined(self.suppliers.iter().map(|id| organisation(*id))),
                self.buyer.map(organisation).unwrap_or_default(),
                self.successor.map(organisation).unwrap_or_default(),
                text(&self.department),
                text(&self.description),
                when(self.start),
                when(stated(&self.end, from).copied()),
                value.map(|value| plain(value.pence)).unwrap_or_default(),
                value
                    .map(|value| value.currency.clone())
                    .unwrap_or_default(),
                value
                    .map(|value| value.per.word())
                    .unwrap_or_default()
                    .into(),
                when((from != When::Unknown).then_some(from)),
                when(self.review),
                joined(self.options.iter().map(option_words)),
                self.regime.word().into(),
                text(&self.category),
                text(&self.source),
            ]
        };
        moments.into_iter().map(row).collect()
    }

    /// Documents, what a publisher said beyond the table, and references in others' schemes.
    fn keeping(self, before: &Contract) -> Contract {
        let others = before.identifiers.iter();
        let others = others.filter(|held| held.scheme != LOCAL).cloned();
        let written = listed(&joined(before.options.iter().map(option_words)));
        let same_options = written
            .iter()
            .map(|text| option_of(text))
            .eq(self.options.iter().cloned());
        let mut kept = Contract {
            documents: before.documents.clone(),
            extensions: before.extensions.clone(),
            ..self
        };
        kept.identifiers.extend(others);
        if same_options {
            kept.options.clone_from(&before.options);
        }
        kept
    }
}

/// Since when a row's end and value stand.
fn from(row: &Row) -> When {
    row.when("from").unwrap_or(When::Unknown)
}

/// The value stated from this very moment.
fn stated<T: PartialEq>(life: &Dated<T>, moment: When) -> Option<&T> {
    life.iter()
        .find(|(from, _)| *from == moment)
        .map(|(_, value)| value)
}

/// What does not change with time, on which all rows agree.
fn fixed(rows: &[&Row], faults: &mut Faults, find: &mut dyn Find) -> Contract {
    let text =
        |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.text(heading));
    let when =
        |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.when(heading));
    let start = when(faults, "start");
    let regime = match text(faults, "regime") {
        Some("before-2025") => Regime::Before2025,
        Some("procurement-act-2023") => Regime::ProcurementAct2023,
        Some(_) => Regime::Unknown,
        None => Regime::of_start(start),
    };
    let reference = text(faults, "reference").map(|id| Identifier {
        scheme: LOCAL.into(),
        id: id.into(),
    });
    let options = agreed(rows, faults, "extension options", |row| {
        let options = row.list("extension options");
        (!options.is_empty()).then_some(options)
    });
    let mut contract = Contract {
        title: text(faults, "contract").unwrap_or_default().into(),
        identifiers: reference.into_iter().collect(),
        description: text(faults, "description").map(Into::into),
        department: text(faults, "department").map(Into::into),
        start,
        review: when(faults, "review"),
        options: options
            .unwrap_or_default()
            .iter()
            .map(|text| option_of(text))
            .collect(),
        regime,
        category: text(faults, "category").map(Into::into),
        source: text(faults, "source").map(Into::into),
        ..Contract::default()
    };
    contract.buyer = text(faults, "buyer").map(|words| find.organisation(words));
    contract.successor = text(faults, "successor body").map(|words| find.organisation(words));
    for row in rows {
        for words in row.list("suppliers") {
            contract.suppliers.insert(find.organisation(words));
        }
    }
    contract
}

impl Contract {
    /// The authority's own reference.
    pub fn reference(&self) -> Option<&str> {
        let mut held = self.identifiers.iter();
        held.find(|held| held.scheme == LOCAL)
            .map(|held| &held.id[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Document;
    use crate::kinds::tests::{Directory, record_of};
    use crate::pence::Pence;
    use crate::record::RecordId;

    fn published() -> Contract {
        let when = |text: &str| text.parse().expect("a date");
        let identifier = |scheme: &str, id: &str| Identifier {
            scheme: scheme.into(),
            id: id.into(),
        };
        let value = |pence, per| Value {
            pence: Pence(pence),
            currency: "EUR".into(),
            per,
        };
        let mut contract = Contract {
            title: "Network support".into(),
            identifiers: [
                identifier("ocid", "ocds-made-up-1"),
                identifier(LOCAL, "C-001"),
            ]
            .into(),
            suppliers: [RecordId([1; 16]), RecordId([2; 16])].into(),
            buyer: Some(RecordId([3; 16])),
            start: Some(when("2018-04")),
            end: Dated::since(When::Unknown, when("2021-03-31")),
            value: Dated::since(When::Unknown, value(12_500_050, ValuePer::Year)),
            options: vec![
                ExtensionOption {
                    words: "1+1 years; by notice".into(),
                    until: None,
                },
                ExtensionOption {
                    words: String::new(),
                    until: Some(when("2023-03-31")),
                },
                ExtensionOption {
                    words: "2 years".into(),
                    until: Some(when("2025")),
                },
            ],
            documents: vec![Document {
                title: "Notice".into(),
                url: None,
                kind: None,
            }],
            regime: Regime::Before2025,
            ..Contract::default()
        };
        contract.end.state(when("2020-06"), when("2023-03-31"));
        contract
            .value
            .state(when("2019"), value(13_000_000, ValuePer::Term));
        contract
            .extensions
            .insert("procurementMethod".into(), "open".into());
        contract
    }

    fn directory() -> Directory {
        let mut directory = Directory::default();
        for words in ["Northmere; Digital", "Revbase", "Elsewhere Council"] {
            directory.id(words);
        }
        directory
    }

    fn place(heading: &str) -> usize {
        let mut headings = Contract::HEADINGS.iter();
        headings
            .position(|held| held.name == heading)
            .expect("a heading")
    }

    #[test]
    fn what_rows_can_say_of_a_contract_comes_back_and_the_rest_is_kept() {
        let mut directory = directory();
        let published = published();
        let rows = published.to_rows(&directory);
        assert_eq!(rows.len(), 3, "{rows:?}");
        let read: Contract = record_of(&rows, &mut directory).expect("reads");
        let sayable = Contract {
            documents: Vec::new(),
            extensions: serde_json::Map::new(),
            identifiers: published
                .identifiers
                .iter()
                .filter(|held| held.scheme == LOCAL)
                .cloned()
                .collect(),
            ..published.clone()
        };
        assert_eq!(read, sayable);
        assert_eq!(read.keeping(&published), published);
    }

    #[test]
    fn an_edited_contract_keeps_its_documents_and_extensions() {
        let mut directory = directory();
        let published = published();
        let mut rows = published.to_rows(&directory);
        for row in &mut rows {
            row[0] = "Wide area network".into();
            row[place("extension options")] = "1 year".into();
        }
        let edited: Contract = record_of(&rows, &mut directory).expect("reads");
        let edited = edited.keeping(&published);
        assert_eq!(edited.title, "Wide area network");
        assert_eq!(
            edited.options,
            [ExtensionOption {
                words: "1 year".into(),
                until: None
            }]
        );
        assert_eq!(edited.documents, published.documents);
        assert_eq!(edited.extensions, published.extensions);
        assert_eq!(edited.identifiers, published.identifiers);
    }

    #[test]
    fn a_later_value_keeps_the_currency_until_another_is_named() {
        let mut directory = directory();
        let mut rows = published().to_rows(&directory);
        let later = rows.last_mut().expect("rows");
        later[place("value")] = "140000".into();
        let read: Contract = record_of(&rows, &mut directory).expect("reads");
        let latest = read.value.latest().expect("a value");
        assert_eq!((&latest.currency[..], latest.per), ("EUR", ValuePer::Term));
    }
}
