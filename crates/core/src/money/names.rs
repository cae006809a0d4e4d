//! Printed names that likely belong to one supplier or group: offered for a tick, never merged silently.

use crate::pence::Pence;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Legal forms and fillers that do not tell one firm from another.
const FORMS: &[&str] = &[
    "ltd",
    "limited",
    "plc",
    "llp",
    "lp",
    "inc",
    "corp",
    "corporation",
    "co",
    "company",
    "uk",
    "gb",
    "the",
    "and",
    "cic",
    "group",
    "holdings",
    "holding",
    "t",
    "a",
    "ta",
    "dba",
    "re",
    "c",
    "o",
];

/// First words that many unrelated firms share.
const COMMON: &[&str] = &[
    "advance",
    "advanced",
    "alpha",
    "applied",
    "associated",
    "association",
    "british",
    "business",
    "care",
    "central",
    "centre",
    "church",
    "city",
    "community",
    "computer",
    "construction",
    "council",
    "county",
    "creative",
    "design",
    "digital",
    "direct",
    "east",
    "eastern",
    "education",
    "english",
    "environmental",
    "euro",
    "european",
    "express",
    "first",
    "general",
    "global",
    "golden",
    "great",
    "greater",
    "green",
    "health",
    "home",
    "house",
    "housing",
    "independent",
    "industrial",
    "institute",
    "integrated",
    "international",
    "king",
    "kings",
    "leisure",
    "living",
    "local",
    "london",
    "management",
    "media",
    "metropolitan",
    "midland",
    "midlands",
    "modern",
    "national",
    "network",
    "new",
    "north",
    "northern",
    "office",
    "park",
    "people",
    "premier",
    "prime",
    "private",
    "professional",
    "project",
    "property",
    "public",
    "quality",
    "queen",
    "queens",
    "redacted",
    "regional",
    "residential",
    "royal",
    "safe",
    "saint",
    "school",
    "secure",
    "security",
    "service",
    "services",
    "social",
    "society",
    "solutions",
    "south",
    "southern",
    "special",
    "specialist",
    "sports",
    "standard",
    "star",
    "street",
    "summit",
    "support",
    "system",
    "systems",
    "team",
    "technical",
    "technology",
    "total",
    "town",
    "training",
    "transport",
    "trust",
    "trustees",
    "union",
    "united",
    "universal",
    "university",
    "urban",
    "valley",
    "village",
    "vision",
    "voluntary",
    "water",
    "welfare",
    "west",
    "western",
    "womens",
    "world",
    "york",
    "yorkshire",
    "young",
    "youth",
];

/// The same name whatever its case, spacing and punctuation.
pub fn folded(name: &str) -> String {
    words(name).join(" ")
}

fn words(name: &str) -> Vec<String> {
    let joined: String = name
        .chars()
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | '.'))
        .collect();
    let split = joined.split(|c: char| !c.is_alphanumeric());
    split
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// What is left of a name when legal forms are taken off.
fn bare(name: &str) -> Vec<String> {
    let all = words(name);
    let bare: Vec<String> = all
        .iter()
        .filter(|word| !FORMS.contains(&word.as_str()))
        .cloned()
        .collect();
    if bare.is_empty() { all } else { bare }
}

/// Why names are offered together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// They differ only in case, punctuation or legal form.
    SameButForForm,
    /// They differ in one or two letters.
    Misspelt,
    /// They begin with the same telling word: perhaps firms of one group.
    SameFirstWord,
}

impl Likeness {
    /// 0 to 100.
    pub fn confidence(self) -> u8 {
        match self {
            Likeness::SameButForForm => 95,
            Likeness::Misspelt => 80,
            Likeness::SameFirstWord => 50,
        }
    }
}

/// Names that a person might tick as one supplier or one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelySame {
    /// At least two, with what each was paid; the most paid first.
    pub names: Vec<(String, Pence)>,
    pub likeness: Likeness,
}

/// Offer the names that likely belong together, the most money first.
///
/// A first word tells something when it has five letters or more, is no common word and begins at
/// most twelve names.
pub fn likely_same<'a>(paid: impl IntoIterator<Item = (&'a str, Pence)>) -> Vec<LikelySame> {
    let paid: BTreeMap<&str, Pence> = paid.into_iter().collect();
    let mut by_bare: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
    for name in paid.keys().filter(|name| !name.trim().is_empty()) {
        by_bare.entry(bare(name)).or_default().push(name);
    }
    let mut offers: Vec<LikelySame> = Vec::new();
    let mut offer = |names: Vec<&str>, likeness| {
        let mut names: Vec<(String, Pence)> = names
            .into_iter()
            .map(|name| (name.to_owned(), paid[name]))
            .collect();
        names.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        offers.push(LikelySame { names, likeness });
    };
    let mut by_first: BTreeMap<&str, Vec<&Vec<String>>> = BTreeMap::new();
    for (bare, names) in &by_bare {
        if names.len() > 1 {
            offer(names.clone(), Likeness::SameButForForm);
        }
        by_first.entry(&bare[0]).or_default().push(bare);
    }
    let mut together: BTreeSet<&Vec<String>> = BTreeSet::new();
    for (first, bares) in &by_first {
        let telling =
            first.len() >= 5 && first.chars().all(char::is_alphabetic) && !COMMON.contains(first);
        if telling && (2..=12).contains(&bares.len()) {
            offer(
                bares
                    .iter()
                    .flat_map(|bare| by_bare[*bare].clone())
                    .collect(),
                Likeness::SameFirstWord,
            );
            together.extend(bares);
        }
    }
    for (one, other) in misspelt(&by_bare) {
        if !(together.contains(one) && together.contains(other)) {
            offer(
                [&by_bare[one][..], &by_bare[other][..]].concat(),
                Likeness::Misspelt,
            );
        }
    }
    let total = |offer: &LikelySame| {
        offer
            .names
            .iter()
            .map(|(_, paid)| paid.abs())
            .sum::<Pence>()
    };
    offers.sort_by(|a, b| (total(b), &a.names).cmp(&(total(a), &b.names)));
    offers
}

/// Pairs of long names one or two letters apart. Candidates share their first or their last five
/// letters, so that a ledger of 20,000 names is compared in well under a second.
fn misspelt<'a>(
    by_bare: &'a BTreeMap<Vec<String>, Vec<&str>>,
) -> Vec<(&'a Vec<String>, &'a Vec<String>)> {
    let mut near: BTreeMap<String, Vec<(&Vec<String>, String)>> = BTreeMap::new();
    for bare in by_bare.keys() {
        let text = bare.join(" ");
        let letters: Vec<char> = text.chars().collect();
        if letters.len() >= 10 && !letters.iter().any(char::is_ascii_digit) {
            let first: String = letters[..5].iter().collect();
            let last: String = letters[letters.len() - 5..].iter().collect();
            near.entry(format!("{first}…"))
                .or_default()
                .push((bare, text.clone()));
            near.entry(format!("…{last}"))
                .or_default()
                .push((bare, text));
        }
    }
    let mut pairs = BTreeSet::new();
    for candidates in near.values().filter(|candidates| candidates.len() <= 200) {
        for (i, (one, one_text)) in candidates.iter().enumerate() {
            for (other, other_text) in &candidates[i + 1..] {
                let close = one_text.len().abs_diff(other_text.len()) <= 2;
                let limit = if one_text.len() >= 16 { 2 } else { 1 };
                if close && strsim::damerau_levenshtein(one_text, other_text) <= limit {
                    pairs.insert(if one < other {
                        (*one, *other)
                    } else {
                        (*other, *one)
                    });
                }
            }
        }
    }
    pairs.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(names: &[&str]) -> Vec<(Likeness, Vec<String>)> {
        let offers = likely_same(names.iter().map(|name| (*name, Pence(100))));
        offers
            .into_iter()
            .map(|offer| {
                (
                    offer.likeness,
                    offer.names.into_iter().map(|(name, _)| name).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn case_and_legal_form_do_not_matter() {
        assert_eq!(
            offers(&["NORTHMERE LTD", "Northmere Limited", "Other Firm"]),
            [(
                Likeness::SameButForForm,
                vec!["NORTHMERE LTD".into(), "Northmere Limited".into()]
            )]
        );
    }

    #[test]
    fn a_telling_first_word_is_offered_and_a_common_one_is_not() {
        assert_eq!(
            offers(&["Northmere Digital Ltd", "Northmere Staffing Ltd"]),
            [(
                Likeness::SameFirstWord,
                vec![
                    "Northmere Digital Ltd".into(),
                    "Northmere Staffing Ltd".into()
                ]
            )]
        );
        assert_eq!(
            offers(&["National Digital Ltd", "National Staffing Ltd"]),
            []
        );
    }

    #[test]
    fn a_slip_of_the_pen_is_offered() {
        let offered = offers(&[
            "Exemplary Pavings Ltd",
            "Exemplery Paving Ltd",
            "Example Paving Works",
        ]);
        assert_eq!(
            offered,
            [(
                Likeness::Misspelt,
                vec![
                    "Exemplary Pavings Ltd".into(),
                    "Exemplery Paving Ltd".into()
                ]
            )]
        );
    }
}
