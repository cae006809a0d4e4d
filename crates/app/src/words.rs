//! The words of pages, by key: one file for each language. A key that a language lacks is said in
//! English, so that a page is never without a word.

use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

type Lists = BTreeMap<String, BTreeMap<String, String>>;

static ENGLISH: LazyLock<Lists> = LazyLock::new(|| read(include_str!("../words/en.toml")));
static WELSH: LazyLock<Lists> = LazyLock::new(|| read(include_str!("../words/cy.toml")));

fn read(text: &str) -> Lists {
    toml::from_str(text).expect("the words are lists of keys and texts")
}

/// A language that pages can be had in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Language {
    #[default]
    English,
    Welsh,
}

impl Language {
    /// As `lang` attributes and addresses have it.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Welsh => "cy",
        }
    }

    /// In the language itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Welsh => "Cymraeg",
        }
    }

    pub fn of_code(code: &str) -> Language {
        match code {
            "cy" => Language::Welsh,
            _ => Language::English,
        }
    }

    pub fn other(self) -> Language {
        match self {
            Language::English => Language::Welsh,
            Language::Welsh => Language::English,
        }
    }

    fn lists(self) -> &'static Lists {
        match self {
            Language::English => &ENGLISH,
            Language::Welsh => &WELSH,
        }
    }
}

/// The word for a value of a list.
pub fn word(list: &str, value: &str) -> Option<&'static str> {
    ENGLISH.get(list)?.get(value).map(String::as_str)
}

/// A whole list, in English where the language lacks a word.
pub fn list(language: Language, list: &str) -> BTreeMap<&'static str, &'static str> {
    let mut words = BTreeMap::new();
    for lists in [Language::English.lists(), language.lists()] {
        for (key, text) in lists.get(list).into_iter().flatten() {
            if !text.is_empty() {
                words.insert(key.as_str(), text.as_str());
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lists that public pages use: every language must name all their keys, translated or not.
    const PUBLIC: &[&str] = &["page", "answer", "invitation"];

    #[test]
    fn welsh_has_every_key_of_the_public_pages_and_no_other() {
        for list in PUBLIC {
            let keys = |lists: &'static Lists| lists[*list].keys().collect::<Vec<_>>();
            assert_eq!(keys(&WELSH), keys(&ENGLISH), "{list}");
        }
    }

    #[test]
    fn what_is_not_translated_is_said_in_english() {
        let missing: Vec<&String> = PUBLIC
            .iter()
            .flat_map(|list| &WELSH[*list])
            .filter(|(_, text)| text.is_empty())
            .map(|(key, _)| key)
            .collect();
        println!("not translated into Welsh: {missing:?}");
        for list in PUBLIC {
            let (welsh, english) = (
                super::list(Language::Welsh, list),
                super::list(Language::English, list),
            );
            for key in missing
                .iter()
                .filter(|key| english.contains_key(key.as_str()))
            {
                assert_eq!(welsh[key.as_str()], english[key.as_str()]);
            }
            assert!(welsh.values().all(|text| !text.is_empty()));
        }
    }
}
