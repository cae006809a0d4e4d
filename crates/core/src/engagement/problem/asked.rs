//! Whether a text tells a problem or asks for a purchase, and the questions that find the problem behind one.
//!
//! The rules are data, `data/purchases.toml`. A text with nothing of a purchase is a problem. One that asks for something to be bought and
//! tells of trouble keeps what was asked for apart, as a suggested solution.

use serde::Deserialize;
use std::collections::BTreeSet;

const BUILT_IN: &str = include_str!("../../../data/purchases.toml");

/// The rules by which a purchase is known.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchases {
    asking: Vec<String>,
    buying: Vec<String>,
    things: Vec<String>,
    clause: BTreeSet<String>,
    there: BTreeSet<String>,
    amount: BTreeSet<String>,
    no_product: BTreeSet<String>,
    verbs: BTreeSet<String>,
    trouble: Vec<String>,
    always: Vec<String>,
    question: Vec<Question>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    words: Vec<String>,
    asks: String,
}

impl Default for Purchases {
    fn default() -> Purchases {
        toml::from_str(BUILT_IN).expect("the built-in rules are read by a test")
    }
}

/// How a text reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Nothing in it asks for a purchase.
    Problem,
    /// It is only a purchase: these questions find the problem.
    Purchase {
        solution: String,
        questions: Vec<String>,
    },
    /// It tells a problem and names what to buy, which is kept apart.
    Both { problem: String, solution: String },
}

/// A word as written, and as rules compare it.
struct Word<'a> {
    written: &'a str,
    plain: String,
}

/// What of a clause asks for a purchase: the rule's words by which it was known.
type Known = Vec<String>;

/// How many words may stand between asking and a thing: "a new [housing repairs] system".
const BETWEEN: usize = 4;

/// How long a line without a verb may be to be a list of things.
const LIST: usize = 10;

impl Purchases {
    /// How a text reads, told by whoever asks.
    pub fn read(&self, text: &str) -> Reads {
        let clauses = clauses(text);
        let known: Vec<Option<Known>> = clauses
            .iter()
            .map(|clause| self.purchase(&words(clause)))
            .collect();
        let troubled: Vec<bool> = clauses
            .iter()
            .map(|clause| self.is_troubled(&words(clause)))
            .collect();
        let asked = || {
            let asked = clauses.iter().zip(&known);
            asked.filter_map(|(clause, known)| Some((*clause, known.as_ref()?)))
        };
        if asked().next().is_none() {
            return Reads::Problem;
        }
        let solution: Vec<&str> = asked().map(|(clause, _)| clause).collect();
        let solution = solution.join("; ");
        if !troubled.contains(&true) {
            let known: BTreeSet<&str> = asked()
                .flat_map(|(_, known)| known.iter().map(String::as_str))
                .collect();
            return Reads::Purchase {
                solution,
                questions: self.questions(&known),
            };
        }
        // A clause that asks and tells of trouble at once stays in the problem: nothing that was said is lost.
        let told = clauses.iter().zip(&known).zip(&troubled);
        let told = told.filter(|((_, known), troubled)| known.is_none() || **troubled);
        let told: Vec<String> = told.map(|((clause, _), _)| capital(clause)).collect();
        Reads::Both {
            problem: told.join(". "),
            solution,
        }
    }

    fn questions(&self, known: &BTreeSet<&str>) -> Vec<String> {
        let fitting = self.question.iter().filter(|question| {
            let mut words = question.words.iter();
            words.any(|word| known.contains(word.as_str()))
        });
        let fitting = fitting.map(|question| question.asks.clone());
        self.always.iter().cloned().chain(fitting).collect()
    }

    fn is_troubled(&self, words: &[Word<'_>]) -> bool {
        let mut trouble = self.trouble.iter();
        trouble.any(|phrase| (0..words.len()).any(|at| begins(&words[at..], phrase).is_some()))
    }

    /// The words of the rules by which a clause is known as a purchase.
    fn purchase(&self, words: &[Word<'_>]) -> Option<Known> {
        self.asked_for(words)
            .or_else(|| self.ordered(words))
            .or_else(|| self.listed(words))
    }

    /// Asking words, then a word of buying, a thing or a name.
    fn asked_for(&self, words: &[Word<'_>]) -> Option<Known> {
        for at in 0..words.len() {
            for phrase in &self.asking {
                let Some(rest) = begins(&words[at..], phrase) else {
                    continue;
                };
                let known = self
                    .bought(rest)
                    .or_else(|| self.thing_after(rest))
                    .or_else(|| self.named(rest));
                if known.is_some() {
                    return known;
                }
            }
        }
        None
    }

    /// `to buy …`, and what is bought.
    fn bought(&self, words: &[Word<'_>]) -> Option<Known> {
        let words = begins(words, "to").unwrap_or(words);
        let (phrase, rest) = longest(&self.buying, words)?;
        // "We need to get to the files", "please order by date": nothing is bought.
        if phrase == "get" || phrase == "order" || phrase == "build" {
            self.thing_after(rest).or_else(|| self.named(rest))?;
        }
        let things = self.thing_after(rest).unwrap_or_default();
        Some([vec![phrase.to_owned()], things].concat())
    }

    /// A thing after at most [`BETWEEN`] words, of which none begins a clause or says that it is there already; "a system
    /// error" is no system.
    fn thing_after(&self, words: &[Word<'_>]) -> Option<Known> {
        for at in 0..words.len().min(BETWEEN + 1) {
            if let Some((thing, rest)) = self.thing(&words[at..]) {
                let is_whole = rest
                    .first()
                    .is_none_or(|next| self.clause.contains(&next.plain));
                if is_whole || self.thing(rest).is_some() {
                    return Some(vec![thing.to_owned()]);
                }
            }
            if self.clause.contains(&words[at].plain) || self.there.contains(&words[at].plain) {
                return None;
            }
        }
        None
    }

    /// A name that is nobody's but a product's, perhaps after how many: `We want Salesforce`.
    fn named(&self, words: &[Word<'_>]) -> Option<Known> {
        let begun = words.iter().position(|word| !self.is_amount(word))?;
        let (name, rest) = words[begun..].split_first()?;
        let does_something = rest.iter().any(|word| word.plain == "to");
        (self.is_name(name) && begun <= BETWEEN && !does_something).then(Vec::new)
    }

    fn is_name(&self, word: &Word<'_>) -> bool {
        word.written.starts_with(char::is_uppercase) && !self.no_product.contains(word.written)
    }

    fn is_amount(&self, word: &Word<'_>) -> bool {
        self.amount.contains(&word.plain) || word.plain.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// A word of buying at the beginning, then how many or which: `Buy 40 headsets`, `Roll out Teams`.
    fn ordered(&self, words: &[Word<'_>]) -> Option<Known> {
        let (phrase, rest) = longest(&self.buying, words)?;
        let next = rest.first()?;
        if !(self.is_amount(next) || self.is_name(next) || self.thing_after(rest).is_some()) {
            return None;
        }
        let things = self.thing_after(rest).unwrap_or_default();
        Some([vec![phrase.to_owned()], things].concat())
    }

    /// A thing with no verb beside it: `Licences for thirty users`.
    fn listed(&self, words: &[Word<'_>]) -> Option<Known> {
        let is_verb = |word: &Word<'_>| self.verbs.contains(&word.plain);
        if words.len() > LIST || words.iter().any(is_verb) || self.is_troubled(words) {
            return None;
        }
        let first = words.first()?;
        let things = self.thing_after(words)?;
        let begins_so = self.is_amount(first)
            || self.thing(words).is_some()
            || (first.written.starts_with(char::is_uppercase) && words.len() <= BETWEEN);
        begins_so.then_some(things)
    }

    /// The thing that words begin with, and what follows; a plural is the same thing.
    fn thing<'a, 'b>(&self, words: &'a [Word<'b>]) -> Option<(&str, &'a [Word<'b>])> {
        let found = self.things.iter().filter_map(|thing| {
            let rest = begins(words, thing).or_else(|| begins(words, &format!("{thing}s")))?;
            Some((thing.as_str(), rest))
        });
        found.min_by_key(|(_, rest)| rest.len())
    }
}

/// What follows a phrase with which words begin.
fn begins<'a, 'b>(words: &'a [Word<'b>], phrase: &str) -> Option<&'a [Word<'b>]> {
    let mut rest = words;
    for part in phrase.split(' ') {
        let (first, after) = rest.split_first()?;
        if first.plain != part {
            return None;
        }
        rest = after;
    }
    Some(rest)
}

/// The longest of phrases with which words begin, and what follows.
fn longest<'p, 'a, 'b>(
    phrases: &'p [String],
    words: &'a [Word<'b>],
) -> Option<(&'p str, &'a [Word<'b>])> {
    let found = phrases
        .iter()
        .filter_map(|phrase| Some((phrase.as_str(), begins(words, phrase)?)));
    found.min_by_key(|(_, rest)| rest.len())
}

/// The clauses of a text: what stands between full stops, semicolons, line ends and words that give a reason.
fn clauses(text: &str) -> Vec<&str> {
    const REASONS: [&str; 4] = [" because ", " so that ", " in order to ", " as otherwise "];
    let mut clauses: Vec<&str> = Vec::new();
    for sentence in sentences(text) {
        let mut rest = sentence;
        while let Some((at, reason)) = REASONS
            .iter()
            .filter_map(|reason| Some((rest.find(reason)?, reason)))
            .min()
        {
            clauses.push(&rest[..at]);
            rest = &rest[at + reason.len()..];
        }
        clauses.push(rest);
    }
    let trimmed = clauses
        .into_iter()
        .map(|clause| clause.trim().trim_end_matches(','));
    trimmed.filter(|clause| !clause.is_empty()).collect()
}

/// Split at signs that end a sentence; a point within a number or a name ends none.
fn sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut begun = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let followed = letters.peek().is_none_or(|(_, next)| next.is_whitespace());
        let ends = match letter {
            '\n' | '\r' | ';' => true,
            '.' | '!' | '?' | ':' => followed,
            _ => false,
        };
        if ends {
            sentences.push(&text[begun..at]);
            begun = at + letter.len_utf8();
        }
    }
    sentences.push(&text[begun..]);
    sentences
}

fn words(text: &str) -> Vec<Word<'_>> {
    let split = text.split(|letter: char| {
        !(letter.is_alphanumeric() || letter == '\'' || letter == '’' || letter == '-')
    });
    let words = split.map(|word| word.trim_matches(['\'', '’', '-']));
    words
        .filter(|word| !word.is_empty())
        .map(|written| Word {
            written,
            plain: written.to_lowercase().replace('’', "'"),
        })
        .collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests;
