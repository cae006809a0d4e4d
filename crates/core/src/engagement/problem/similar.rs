//! Which problems read alike, so that they can be told together.
//!
//! Two texts are alike by the words that they share, after common words are dropped: the weight of the shared words out of
//! the weight of all words of both. A word weighs the more the fewer problems use it, so that "council" joins nothing and
//! "parking permit" does.

use crate::record::RecordId;
use std::collections::{BTreeMap, BTreeSet};

/// At least so alike, in hundredths, are two problems that are offered for merging. Of twelve made-up pairs that tell the same
/// problem the least alike reaches 38; of twelve that only share a subject, ten stay below 33 and two reach 39 and 45. A
/// miss costs more than a false offer, which a person sees and leaves, so it lies below all that are the same. Of twelve
/// further pairs, on which it was not set, it offers the six that are the same (56 and more) and none of the others (30 at most).
pub const ALIKE: u32 = 35;

/// Words that say nothing about what goes wrong.
const COMMON: &str = "a about after again all already also always am an and another any anybody are as at away back be \
because been before being both but by can cannot come comes could day did different do does doing done down during each \
either every everybody everyone few find for from get gets getting give given go goes going got had has have having he her \
here him his how i if in into is it its just keep keeps know less like long made make makes many may me mean means more most \
much must my need needs needed no nobody none nor not nothing now of off often on once one only or other others our out over \
own people per put quite rather same say see she should since so some somebody someone still such take takes than that the \
their them then there these they thing things this those three through time times to today together too twice two under until \
up us use used uses using very via want was way we week well were what when where whether which while who whole why will with \
within without work works working would year yet you your";

/// The stem of a word: endings that do not change what it is about are cut off.
fn stem(word: &str) -> String {
    let endings = [
        ("ies", "y"),
        ("sses", "ss"),
        ("ations", "at"),
        ("ation", "at"),
        ("ating", "at"),
        ("ated", "at"),
        ("ates", "at"),
        ("ings", ""),
        ("ing", ""),
        ("ers", ""),
        ("er", ""),
        ("ed", ""),
        ("es", ""),
        ("ly", ""),
        ("s", ""),
    ];
    let cut = endings.iter().find_map(|(ending, rest)| {
        let root = word.strip_suffix(ending)?;
        let kept = root.chars().count() >= 3 && !(*ending == "s" && root.ends_with('s'));
        kept.then(|| format!("{root}{rest}"))
    });
    let cut = cut.unwrap_or_else(|| word.to_owned());
    let cut = cut.strip_suffix('e').map_or(cut.clone(), str::to_owned);
    // "stopped" and "stop" are one.
    let mut letters = cut.chars().rev();
    match (letters.next(), letters.next()) {
        (Some(last), Some(before))
            if last == before && !"aeiousl".contains(last) && cut.chars().count() > 3 =>
        {
            cut[..cut.len() - last.len_utf8()].to_owned()
        }
        _ => cut,
    }
}

/// The telling words of a text, as stems.
fn telling(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase().replace(['’', '\''], "");
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let common: BTreeSet<&str> = COMMON.split_ascii_whitespace().collect();
    words
        .filter(|word| word.chars().count() > 1 && !common.contains(word))
        .map(stem)
        .collect()
}

/// Problems by their telling words.
pub struct Library {
    words: BTreeMap<RecordId, BTreeSet<String>>,
    /// In how many problems a word occurs.
    used: BTreeMap<String, usize>,
}

impl Library {
    pub fn of<'a>(problems: impl IntoIterator<Item = (RecordId, &'a str)>) -> Library {
        let problems = problems.into_iter();
        let words: BTreeMap<_, _> = problems.map(|(id, text)| (id, telling(text))).collect();
        let mut used = BTreeMap::new();
        for word in words.values().flatten() {
            *used.entry(word.clone()).or_default() += 1;
        }
        Library { words, used }
    }

    /// What a word weighs: more the fewer problems use it. One that none uses weighs as one that one uses.
    fn weight(&self, word: &str) -> f64 {
        let used = self.used.get(word).copied().unwrap_or_default().max(1);
        (1.0 + self.words.len() as f64 / used as f64).ln()
    }

    fn weigh<'a>(&self, words: impl IntoIterator<Item = &'a String>) -> f64 {
        words.into_iter().map(|word| self.weight(word)).sum()
    }

    /// How alike two sets of words are, from 0 to 100.
    fn alike(&self, one: &BTreeSet<String>, other: &BTreeSet<String>) -> u32 {
        let all = self.weigh(one) + self.weigh(other);
        if all == 0.0 {
            return 0;
        }
        let shared = self.weigh(one.intersection(other));
        (200.0 * shared / all).round() as u32
    }

    /// The problems that read like a text, most alike first, with how alike they are: [`ALIKE`] to 100.
    pub fn like(&self, text: &str) -> Vec<(RecordId, u32)> {
        let words = telling(text);
        let alike = self
            .words
            .iter()
            .map(|(id, held)| (*id, self.alike(&words, held)));
        let mut found: Vec<_> = alike.filter(|(_, alike)| *alike >= ALIKE).collect();
        found.sort_by_key(|(id, alike)| (std::cmp::Reverse(*alike), *id));
        found
    }

    /// The same for a problem that is held, without itself.
    pub fn like_held(&self, id: RecordId, text: &str) -> Vec<(RecordId, u32)> {
        let mut found = self.like(text);
        found.retain(|(other, _)| *other != id);
        found
    }
}

#[cfg(test)]
mod tests;
