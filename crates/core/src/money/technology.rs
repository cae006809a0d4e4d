//! Which payments look like technology: rules in a data file propose, a person confirms.

use super::{Decision, Paid};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The rules that come with Handback, `data/technology.toml`.
const BUILT_IN: &str = include_str!("../../data/technology.toml");

/// Rules that say what looks like technology.
#[derive(Clone, Debug)]
pub struct Technology {
    /// Phrases as words, longest first so that the reason names the most telling one.
    phrases: Vec<Vec<String>>,
    alone: BTreeSet<String>,
    never: Vec<Vec<String>>,
    suppliers: Vec<(Vec<String>, Decision)>,
}

/// A rules file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the technology rules cannot be read: {0}")]
pub struct BadRules(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    labels: Labels,
    suppliers: Vec<Suppliers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    technology: Vec<String>,
    alone: Vec<String>,
    never: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suppliers {
    scope: SupplierScope,
    names: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SupplierScope {
    All,
    Labelled,
}

/// What the rules make of a supplier's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    pub decision: Decision,
    /// Plain words; empty where only labels can tell.
    pub why: String,
}

impl Default for Technology {
    fn default() -> Technology {
        Technology::parse(BUILT_IN).expect("the built-in rules are read by a test")
    }
}

impl Technology {
    /// Rules from the text of a rules file.
    pub fn parse(text: &str) -> Result<Technology, BadRules> {
        let file: File = toml::from_str(text).map_err(|error| BadRules(error.to_string()))?;
        let mut phrases: Vec<_> = file
            .labels
            .technology
            .iter()
            .map(|phrase| words(phrase))
            .collect();
        phrases.sort_by(|a, b| (b.len(), a).cmp(&(a.len(), b)));
        let mut suppliers: Vec<(Vec<String>, Decision)> = Vec::new();
        for group in &file.suppliers {
            let decision = match group.scope {
                SupplierScope::All => Decision::Technology,
                SupplierScope::Labelled => Decision::Labelled,
            };
            suppliers.extend(group.names.iter().map(|name| (words(name), decision)));
        }
        suppliers.sort_by(|(a, _), (b, _)| (b.len(), a).cmp(&(a.len(), b)));
        Ok(Technology {
            phrases,
            alone: file
                .labels
                .alone
                .iter()
                .map(|label| words(label).join(" "))
                .collect(),
            never: file
                .labels
                .never
                .iter()
                .map(|phrase| words(phrase))
                .collect(),
            suppliers,
        })
    }

    /// What a supplier's name alone says. A firm that no rule names is judged by its labels.
    pub fn supplier(&self, name: &str) -> Look {
        let name = words(name);
        let known = self
            .suppliers
            .iter()
            .find(|(known, _)| name.starts_with(known));
        match known {
            Some((known, Decision::Technology)) => Look {
                decision: Decision::Technology,
                why: format!("{:?} sells technology", known.join(" ")),
            },
            _ => Look {
                decision: Decision::Labelled,
                why: String::new(),
            },
        }
    }

    /// The phrase that makes a label look like technology.
    pub fn label(&self, text: &str) -> Option<String> {
        let label = words(text);
        if self.alone.contains(&label.join(" ")) {
            return Some(label.join(" "));
        }
        if self.never.iter().any(|phrase| holds(&label, phrase)) {
            return None;
        }
        self.phrases
            .iter()
            .find(|phrase| holds(&label, phrase))
            .map(|phrase| phrase.join(" "))
    }

    /// The phrases that make a description look like technology, and those that keep it out: words with
    /// single spaces. Descriptions are looked at where payments are added up, which is not here.
    pub fn phrases(&self) -> (Vec<String>, Vec<String>) {
        let joined =
            |phrases: &[Vec<String>]| phrases.iter().map(|phrase| phrase.join(" ")).collect();
        (joined(&self.phrases), joined(&self.never))
    }

    /// Reads many labels, each different one once.
    pub fn reader(&self) -> LabelReader<'_> {
        LabelReader {
            technology: self,
            read: BTreeMap::new(),
        }
    }
}

/// Remembers what it made of the labels it has read.
pub struct LabelReader<'a> {
    technology: &'a Technology,
    read: BTreeMap<String, Option<String>>,
}

impl LabelReader<'_> {
    /// What makes these payments look like technology, in plain words: their category first, then the service, then
    /// the department, then their description.
    pub fn label(&mut self, paid: &Paid) -> Option<String> {
        let described = paid.described.then(|| "described as technology".to_owned());
        let label = [&paid.category, &paid.service, &paid.department]
            .into_iter()
            .find_map(|text| {
                if let Some(known) = self.read.get(text) {
                    return known.clone();
                }
                let label = self.technology.label(text);
                self.read.insert(text.clone(), label.clone());
                label
            });
        label
            .map(|phrase| format!("labelled {phrase:?}"))
            .or(described)
    }
}

/// Lower-case words of letters and digits.
fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_alphanumeric());
    split
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn holds(text: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && text.windows(phrase.len()).any(|window| window == phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_by_table() {
        let technology = Technology::default();
        for (label, phrase) in [
            ("IT-Equipment (hire)", Some("it equipment")),
            ("Computer Software - Licences", Some("computer software")),
            ("IT", Some("it")),
            ("Let it be", None),
            ("ICT", Some("ict")),
            ("Picture framing", None),
            ("Telecare equipment", None),
            ("Highways", None),
            ("", None),
        ] {
            assert_eq!(technology.label(label).as_deref(), phrase, "{label}");
        }
    }

    #[test]
    fn suppliers_match_by_their_first_words() {
        let technology = Technology::default();
        for (name, decision) in [
            ("MICROSOFT LTD", Decision::Technology),
            ("Softcat plc", Decision::Technology),
            ("Softcats Rescue", Decision::Labelled),
            ("Capita Resourcing Ltd", Decision::Labelled),
            ("Capita IT Services Ltd", Decision::Technology),
            ("The Microsoft Cafe", Decision::Labelled),
        ] {
            assert_eq!(technology.supplier(name).decision, decision, "{name}");
        }
    }

    #[test]
    fn a_rules_file_with_an_unknown_line_is_refused() {
        assert!(
            Technology::parse("[labels]\ntechnology = []\nalone = []\nnever = []\nmore = 1")
                .is_err()
        );
    }
}
