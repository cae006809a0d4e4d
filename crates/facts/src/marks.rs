//! Words by which descriptions are marked while payments are added up, so that a rule that looks at
//! descriptions does not read every payment again.

use crate::columns::DESCRIPTION;
use datafusion::logical_expr::{Operator, binary_expr};
use datafusion::prelude::{Expr, col, lit, not};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A description is marked when it holds one of the wanted phrases and none of the others: in whatever
/// case, as whole words, whatever stands between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub wanted: BTreeSet<String>,
    pub never: BTreeSet<String>,
}

impl Marks {
    /// True, false, or null where there is no description.
    pub(crate) fn expression(&self) -> Expr {
        if self.wanted.is_empty() {
            return lit(false);
        }
        let wanted = says_any(&self.wanted);
        if self.never.is_empty() {
            wanted
        } else {
            wanted.and(not(says_any(&self.never)))
        }
    }

    /// What names these marks in a rollup's footer; raise the number with the rollup's form.
    pub(crate) fn form(&self) -> String {
        let mut hash = Sha256::new();
        for phrase in &self.wanted {
            hash.update(phrase);
            hash.update([0]);
        }
        hash.update([1]);
        for phrase in &self.never {
            hash.update(phrase);
            hash.update([0]);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let short: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("2:{short}")
    }
}

/// Descriptions that hold any of the phrases.
pub(crate) fn says_any(phrases: &BTreeSet<String>) -> Expr {
    if phrases.is_empty() {
        return lit(false);
    }
    let phrase = |phrase: &String| {
        let words: Vec<String> = phrase.split_whitespace().map(regex::escape).collect();
        words.join(r"[ -/:-@\[-`{-~]+")
    };
    let any: Vec<String> = phrases.iter().map(phrase).collect();
    let any = any.join("|");
    // Without the letters and cases of all scripts the engine runs it as one automaton, ten times as fast.
    let mode = if any.is_ascii() { "i-u" } else { "i" };
    let whole = format!(r"(?{mode})\b{{start-half}}(?:{any})\b{{end-half}}");
    binary_expr(col(DESCRIPTION), Operator::RegexMatch, lit(whole))
}
