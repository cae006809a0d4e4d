//! The rules of `columns.toml`: what headings mean, whoever wrote them.

use super::TAKEN;
use handback_core::import::{Dataset, Role, VatBasis};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Longer headings are looked at up to here, in characters.
const LONGEST_HEADING: usize = 200;

/// What a heading loses for each word that a rule does not name, and the most it loses for them.
const EXTRA_WORD: u8 = 5;
const EXTRA_WORDS: u8 = 60;

/// What a heading loses for a misspelt word, and for one that is cut off.
const MISSPELT: u8 = 4;
const CUT_OFF: u8 = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    phrases: BTreeMap<String, Vec<String>>,
    words: BTreeMap<String, Vec<String>>,
    silent: Silent,
    roles: Vec<RoleFile>,
}

#[derive(Deserialize)]
struct Silent {
    words: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    role: Role,
    datasets: Vec<Dataset>,
    values: Values,
    meaning: String,
    never: Vec<String>,
    headings: BTreeMap<String, u8>,
}

/// What the values of a role must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Values {
    Dates,
    Amounts,
    Names,
    Codes,
    Any,
}

pub(super) struct Rules {
    pub(super) language: Language,
    pub(super) roles: Vec<RoleRule>,
}

impl Rules {
    /// The rules for the columns of a dataset.
    pub(super) fn of(&self, dataset: Dataset) -> impl Iterator<Item = &RoleRule> {
        let speaks = move |rule: &&RoleRule| rule.datasets.contains(&dataset);
        self.roles.iter().filter(speaks)
    }
}

pub(super) struct RoleRule {
    pub(super) role: Role,
    pub(super) datasets: Vec<Dataset>,
    pub(super) values: Values,
    pub(super) meaning: String,
    never: Vec<String>,
    headings: Vec<(Vec<String>, u8)>,
}

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let file: RulesFile =
        toml::from_str(include_str!("../columns.toml")).expect("a test reads columns.toml");
    let language = Language::new(&file);
    let roles = file
        .roles
        .into_iter()
        .map(|rule| RoleRule {
            headings: rule
                .headings
                .iter()
                .map(|(text, points)| (language.words(text), *points))
                .collect(),
            role: rule.role,
            datasets: rule.datasets,
            values: rule.values,
            meaning: rule.meaning,
            never: rule.never,
        })
        .collect();
    Rules { language, roles }
});

/// How headings are brought to plain words.
pub(super) struct Language {
    /// Longer phrases first, each between spaces.
    phrases: Vec<(String, String)>,
    words: BTreeMap<String, String>,
    silent: BTreeSet<String>,
}

impl Language {
    fn new(file: &RulesFile) -> Language {
        let turned = |table: &BTreeMap<String, Vec<String>>| -> Vec<(String, String)> {
            let pairs = table
                .iter()
                .flat_map(|(one, same)| same.iter().map(move |word| (word.clone(), one.clone())));
            pairs.collect()
        };
        let mut phrases: Vec<(String, String)> = turned(&file.phrases)
            .into_iter()
            .map(|(phrase, one)| (format!(" {phrase} "), format!(" {one} ")))
            .collect();
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        let words = turned(&file.words)
            .into_iter()
            .map(|(word, one)| (singular(&word).to_owned(), one))
            .collect();
        Language {
            phrases,
            words,
            silent: file.silent.words.clone(),
        }
    }

    /// The words of a heading, each once and in their order.
    pub(super) fn words(&self, heading: &str) -> Vec<String> {
        let mut plain = format!(" {} ", plain(heading));
        for (phrase, one) in &self.phrases {
            while let Some(at) = plain.find(phrase) {
                plain.replace_range(at..at + phrase.len(), one);
            }
        }
        let mut words: Vec<String> = Vec::new();
        for word in plain
            .split_whitespace()
            .filter(|word| !self.silent.contains(*word))
        {
            let word = singular(word);
            let word = self.words.get(word).map_or(word, String::as_str);
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        words
    }
}

/// Lower case, CamelCase taken apart, signs named or dropped.
fn plain(heading: &str) -> String {
    let mut plain = String::with_capacity(heading.len() + 8);
    let characters: Vec<char> = heading.chars().take(LONGEST_HEADING).collect();
    for (place, &character) in characters.iter().enumerate() {
        let before = place.checked_sub(1).map(|place| characters[place]);
        let after = characters.get(place + 1);
        let begins_word = character.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|next| next.is_lowercase())));
        if begins_word {
            plain.push(' ');
        }
        match character {
            '£' => plain.push_str(" pounds "),
            '#' => plain.push_str(" number "),
            _ if character.is_alphanumeric() => plain.extend(character.to_lowercase()),
            '\'' | '’' => {}
            _ => plain.push(' '),
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn singular(word: &str) -> &str {
    match word.strip_suffix('s') {
        Some(stem) if word.len() > 3 && !stem.ends_with('s') => stem,
        _ => word,
    }
}

/// What it costs to take one word for another; `None` when they are different words.
fn cost(word: &str, meant: &str, last: bool) -> Option<u8> {
    let allowed = match meant.len() {
        0..=4 => 0,
        5..=7 => 1,
        _ => 2,
    };
    if word == meant {
        Some(0)
    } else if word.len().abs_diff(meant.len()) <= allowed
        && strsim::damerau_levenshtein(word, meant) <= allowed
    {
        Some(MISSPELT)
    } else if last && word.len() >= 2 && word.len() < meant.len() && meant.starts_with(word) {
        Some(CUT_OFF)
    } else {
        None
    }
}

impl RoleRule {
    /// How well a heading fits, from 0 to 100, by the rule that names most of its words: `posting
    /// date` is not just any date.
    pub(super) fn points(&self, words: &[String]) -> u8 {
        if words.iter().any(|word| self.never.contains(word)) {
            return 0;
        }
        let points = |(meant, points): &(Vec<String>, u8)| {
            let mut lost = 0;
            for word in meant {
                let costs = words
                    .iter()
                    .enumerate()
                    .filter_map(|(i, w)| cost(w, word, i + 1 == words.len()));
                lost += costs.min()?;
            }
            let extra = words.len().saturating_sub(meant.len()) as u8;
            let points =
                points.saturating_sub(lost + extra.saturating_mul(EXTRA_WORD).min(EXTRA_WORDS));
            Some((meant.len(), points))
        };
        self.headings
            .iter()
            .filter_map(points)
            .max()
            .map_or(0, |(_, points)| points)
    }
}

/// How well a heading alone fits a role of a dataset, from 0 to 100.
pub(super) fn points(dataset: Dataset, role: Role, heading: &str) -> u8 {
    let words = RULES.language.words(heading);
    let rules = RULES.of(dataset).filter(|rule| rule.role == role);
    rules.map(|rule| rule.points(&words)).max().unwrap_or(0)
}

/// Whether a heading holds no word that rules a role of a dataset out.
pub(super) fn may_be(dataset: Dataset, role: Role, heading: &str) -> bool {
    let words = RULES.language.words(heading);
    let mut rules = RULES.of(dataset).filter(|rule| rule.role == role);
    rules.all(|rule| !words.iter().any(|word| rule.never.contains(word)))
}

/// How well a line would do as a heading of one of the datasets: the sum of its cells' best points,
/// and how many cells were recognised.
pub fn heading_points(cells: &[String], datasets: &[Dataset]) -> (u32, usize) {
    let speaks = |rule: &&RoleRule| {
        rule.datasets
            .iter()
            .any(|dataset| datasets.contains(dataset))
    };
    let best = |cell: &String| {
        let words = RULES.language.words(cell);
        let points = RULES
            .roles
            .iter()
            .filter(speaks)
            .map(|rule| rule.points(&words))
            .max()
            .unwrap_or(0);
        u32::from(points)
    };
    let recognised: Vec<u32> = cells
        .iter()
        .map(best)
        .filter(|&points| points >= u32::from(TAKEN))
        .collect();
    (recognised.iter().sum(), recognised.len())
}

/// Whether a heading says that amounts are net or gross of VAT.
pub fn vat_basis(heading: &str) -> VatBasis {
    let words = RULES.language.words(heading);
    let says = |word: &str| words.iter().any(|known| known == word);
    match (says("net"), says("gross")) {
        (true, false) => VatBasis::Net,
        (false, true) => VatBasis::Gross,
        _ => VatBasis::NotStated,
    }
}
