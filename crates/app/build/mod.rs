//! Translating the official Nunjucks templates into MiniJinja at build time.
//!
//! Nunjucks templates mean what JavaScript means: `{}` is true, `+` joins text, a missing value prints
//! nothing. So every operation becomes a call of a filter named `js_…`, which the program supplies, and
//! nothing is left to what MiniJinja would make of it. What this translator does not know it refuses:
//! a new release of the templates fails the build rather than change a page.

mod emit;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A construct that cannot be translated.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    file: String,
    line: usize,
    construct: String,
}

impl Refused {
    fn new(file: &str, line: usize, construct: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            construct: construct.into(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: the translator does not know {}; teach crates/app/build/ what it means",
            self.file, self.line, self.construct
        )
    }
}

impl std::error::Error for Refused {}

/// Translate the files named and all that they import. `read` gives a file's text by its name, for
/// example `govuk/components/button/macro.njk`. The answer holds each file's MiniJinja source by name.
pub fn translate(
    files: impl IntoIterator<Item = String>,
    read: &dyn Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, String>, Refused> {
    let mut wanted: Vec<String> = files.into_iter().collect();
    let mut sources = BTreeMap::new();
    let mut seen: BTreeSet<String> = wanted.iter().cloned().collect();
    while let Some(file) = wanted.pop() {
        let nodes = parser::nodes(&file, read)?;
        let emitted = emit::file(&file, &nodes)?;
        for import in emitted.imports {
            if seen.insert(import.clone()) {
                wanted.push(import);
            }
        }
        sources.insert(file, emitted.source);
    }
    Ok(sources)
}
