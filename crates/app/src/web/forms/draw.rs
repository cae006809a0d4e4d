//! How a heading is asked on a form, and how what was typed becomes a cell's text again.

use super::super::fields::Fields;
use handback_core::dated::When;
use handback_core::statement::Estate;
use handback_core::table::{Form, Heading, joined, listed};
use serde::Serialize;
use std::collections::BTreeMap;

/// A field as the template draws it.
#[derive(Serialize)]
pub struct Drawn {
    /// `text`, `long`, `date`, `money`, `count`, `choice` or `list`.
    form: &'static str,
    /// Its name, and its element's id.
    name: String,
    label: String,
    hint: &'static str,
    value: String,
    day: String,
    month: String,
    year: String,
    items: Vec<Item>,
    error: Option<BTreeMap<&'static str, String>>,
    /// Which list of names is offered while typing.
    suggests: Option<&'static str>,
}

#[derive(Serialize)]
struct Item {
    value: String,
    text: String,
    selected: bool,
}

/// Names that a person may mean, offered while they type.
#[derive(Serialize)]
pub struct Suggestions {
    organisations: Vec<String>,
}

impl Suggestions {
    pub fn of(estate: &Estate) -> Suggestions {
        let mut organisations: Vec<String> = estate
            .organisations
            .values()
            .map(|held| held.name.clone())
            .collect();
        organisations.sort();
        Suggestions { organisations }
    }
}

/// `yearly cost` as `yearly-cost`.
pub fn slug(heading: &str) -> String {
    heading.replace(' ', "-")
}

/// The name of a heading's field in a row, and the id of its element.
pub fn field(heading: &str, row: usize) -> String {
    format!("{}-{row}", slug(heading))
}

/// Headings that people fill in with sentences.
const LONG: &[&str] = &[
    "description",
    "answer",
    "recommendation",
    "claim",
    "reason",
    "missing",
    "problem",
    "better",
    "first answer",
    "challenge",
    "hypothesis",
    "because",
    "what",
    "at exit",
    "result",
    "rules",
    "commitment",
    "said",
    "action",
    "refusal",
    "markdown",
];

/// Those of them whose line ends mean something.
const LINES: &[&str] = &["rules", "markdown"];

/// Headings that name an organisation; one that nobody stated before is stated now.
const ORGANISATIONS: &[&str] = &[
    "provider",
    "parent",
    "succeeded by",
    "merged into",
    "body",
    "to",
    "owned by",
    "supplier",
    "directorate",
];

/// Headings that name a record that must be there.
fn standing(heading: &str, estate: &Estate) -> Option<Vec<String>> {
    let mut names: Vec<String> = match heading {
        "contract" => estate
            .contracts
            .values()
            .map(|held| held.title.clone())
            .collect(),
        "wave" => estate
            .waves
            .values()
            .map(|held| held.name.clone())
            .collect(),
        "first event" | "second event" => estate
            .events
            .values()
            .map(|held| held.title.clone())
            .collect(),
        "figure" => handback_core::statement::FIGURES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        _ => return None,
    };
    names.sort();
    names.dedup();
    Some(names)
}

/// A heading in a row, with what was typed or else what stands.
pub fn drawn(
    heading: &'static Heading,
    row: usize,
    stands: &str,
    form: &Fields,
    errors: &BTreeMap<String, BTreeMap<&'static str, String>>,
    estate: &Estate,
) -> Drawn {
    let name = field(heading.name, row);
    let was_typed = form.has(&name) || form.has(&format!("{name}-year"));
    let text = if was_typed {
        text_of(heading, row, form)
    } else {
        stands.to_owned()
    };
    let names = (heading.form == Form::Text && !heading.needed)
        .then(|| standing(heading.name, estate))
        .flatten();
    let item = |value: &str| Item {
        value: value.to_owned(),
        text: crate::words::word("choice", value)
            .unwrap_or(value)
            .to_owned(),
        selected: value == text,
    };
    let (kind, items) = match heading.form {
        Form::Choice(words) => ("choice", words.iter().map(|word| item(word)).collect()),
        _ if names.is_some() => (
            "choice",
            names.iter().flatten().map(|name| item(name)).collect(),
        ),
        Form::Text if LONG.contains(&heading.name) => ("long", Vec::new()),
        Form::Text => ("text", Vec::new()),
        Form::When => ("date", Vec::new()),
        Form::Pence => ("money", Vec::new()),
        Form::Count => ("count", Vec::new()),
        Form::List => ("list", Vec::new()),
    };
    let (day, month, year) = if was_typed && kind == "date" {
        let part = |part: &str| form.typed(&format!("{name}-{part}")).to_owned();
        (part("day"), part("month"), part("year"))
    } else {
        parts(&text)
    };
    let mut label = crate::render::sentence(heading.name);
    label.pop();
    if !heading.needed && kind != "date" {
        label += " (optional)";
    }
    Drawn {
        form: kind,
        label,
        hint: heading.meaning,
        value: match kind {
            "list" => listed(&text).join("\n"),
            _ => text,
        },
        day,
        month,
        year,
        items,
        error: errors.get(&name).cloned(),
        suggests: ORGANISATIONS
            .contains(&heading.name)
            .then_some("organisations"),
        name,
    }
}

/// The three parts of a date, as far as it is known.
fn parts(text: &str) -> (String, String, String) {
    let blank = String::new;
    match text.parse::<When>() {
        Ok(When::Day(day)) => (
            day.day().to_string(),
            day.month().to_string(),
            day.year().to_string(),
        ),
        Ok(When::Month(year, month)) => (blank(), month.to_string(), year.to_string()),
        Ok(When::Year(year)) => (blank(), blank(), year.to_string()),
        Ok(When::Unknown) => (blank(), blank(), "unknown".into()),
        Err(_) => (blank(), blank(), blank()),
    }
}

/// What was typed under a heading in a row, as a table's cell holds it.
pub fn text_of(heading: &Heading, row: usize, form: &Fields) -> String {
    let name = field(heading.name, row);
    let part = |part: &str| form.get(&format!("{name}-{part}")).unwrap_or_default();
    match heading.form {
        Form::When => date_of(part("day"), part("month"), part("year")),
        Form::List => joined(
            form.typed(&name)
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned),
        ),
        Form::Pence => form
            .get(&name)
            .unwrap_or_default()
            .trim_start_matches('£')
            .to_owned(),
        Form::Text if LINES.contains(&heading.name) => {
            form.get(&name).unwrap_or_default().replace("\r\n", "\n")
        }
        _ => form
            .get(&name)
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// Three parts as one date: a month without its day and a year alone are dates too.
fn date_of(day: &str, month: &str, year: &str) -> String {
    let two = |part: &str| format!("{part:0>2}");
    match (day, month, year) {
        ("", "", year) => year.to_lowercase(),
        ("", month, year) => format!("{year}-{}", two(month)),
        (day, month, year) => format!("{year}-{}-{}", two(month), two(day)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_stay_where_they_mean_something() {
        let form = Fields::parse(b"markdown-0=+one%0D%0A%0D%0Atwo&source-0=one%0D%0Atwo");
        let text = |name| text_of(&Heading::optional(name, Form::Text, "", ""), 0, &form);
        assert_eq!(text("markdown"), "one\n\ntwo");
        assert_eq!(text("source"), "one two");
    }

    #[test]
    fn a_date_in_three_parts_is_as_precise_as_it_is_known() {
        for (parts_typed, text) in [
            (("1", "8", "2019"), "2019-08-01"),
            (("", "8", "2019"), "2019-08"),
            (("", "", "2019"), "2019"),
            (("", "", "Unknown"), "unknown"),
            (("", "", ""), ""),
            (("31", "", "2019"), "2019-00-31"),
        ] {
            let (day, month, year) = parts_typed;
            assert_eq!(date_of(day, month, year), text);
        }
        for text in ["2019-08-01", "2019-08", "2019", "unknown", ""] {
            let (day, month, year) = parts(text);
            assert_eq!(date_of(&day, &month, &year), text);
        }
    }
}
