//! Lists as every page shows them: searched, filtered, sorted, paged, and downloaded as CSV, all by
//! the address alone, so that a list can be bookmarked and works without JavaScript.
//!
//! An answer makes a [`Listing`] of all its rows and hands it to [`Listing::shown`], which looks at the
//! address: `?q=words`, `?sort=paid` or `?sort=-paid`, `?page=2`, and a field for each filter. With
//! `?format=csv` the same rows, all pages of them, are a file ([`Listing::csv`]).

use super::answer::{Answer, Error};
use super::fields::Fields;
use super::visit::Visit;
use crate::data::harmless;
use handback_core::dated::When;
use handback_core::pence::Pence;
use jiff::civil::Date;
use serde::Serialize;
use std::cmp::Ordering;

/// How many rows a page shows.
pub const ROWS: usize = 50;

/// A column.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Column {
    /// As the address sorts by it.
    pub key: &'static str,
    pub title: &'static str,
    /// Numbers stand right.
    pub is_number: bool,
}

/// A column of words.
pub const fn words(key: &'static str, title: &'static str) -> Column {
    Column {
        key,
        title,
        is_number: false,
    }
}

/// A column of numbers.
pub const fn numbers(key: &'static str, title: &'static str) -> Column {
    Column {
        key,
        title,
        is_number: true,
    }
}

/// What a cell is sorted by.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Order {
    Number(f64),
    Text(String),
    /// Not known: last, whichever way the list is sorted.
    Missing,
}

/// A cell.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    pub text: String,
    /// Where it leads; the page adds its dates.
    pub href: Option<String>,
    /// More of it, less loud.
    pub quiet: Option<String>,
    /// As the CSV file has it.
    #[serde(skip)]
    plain: String,
    #[serde(skip)]
    order: Order,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        Cell {
            plain: text.clone(),
            order: if text.is_empty() {
                Order::Missing
            } else {
                Order::Text(text.to_lowercase())
            },
            text,
            href: None,
            quiet: None,
        }
    }

    /// Several names: the first of many are shown, all are searched and stand in the file.
    pub fn names(names: &[String]) -> Cell {
        let all = Cell::text(names.join("; "));
        match names {
            [first, second, _, _, ..] => Cell {
                text: format!("{first}; {second}; and {} more", names.len() - 2),
                ..all
            },
            _ => all,
        }
    }

    /// What is not known, said so.
    pub fn unknown() -> Cell {
        Cell {
            text: "not known".into(),
            order: Order::Missing,
            ..Cell::text("")
        }
    }

    pub fn count(count: u64) -> Cell {
        Cell {
            text: grouped(count),
            plain: count.to_string(),
            order: Order::Number(count as f64),
            href: None,
            quiet: None,
        }
    }

    pub fn money(pence: Pence) -> Cell {
        Cell {
            text: pence.to_string(),
            plain: pence.to_string().replace(['£', ','], ""),
            order: Order::Number(pence.0 as f64),
            href: None,
            quiet: None,
        }
    }

    /// A number in the words of its unit; the file has it exactly.
    pub fn number(number: f64, text: String) -> Cell {
        Cell {
            text,
            plain: number.to_string(),
            order: Order::Number(number),
            href: None,
            quiet: None,
        }
    }

    /// A day, shown as people write it and sorted as it comes.
    pub fn day(day: Date) -> Cell {
        Cell {
            text: day.strftime("%-d %B %Y").to_string(),
            plain: day.to_string(),
            order: Order::Text(day.to_string()),
            href: None,
            quiet: None,
        }
    }

    /// A day, a month or a year, or that nobody knows it.
    pub fn when(when: When) -> Cell {
        let order = match when.earliest() {
            None => Order::Missing,
            Some(day) => Order::Text(day.to_string()),
        };
        Cell {
            text: crate::render::when(when),
            plain: when.to_string(),
            order,
            href: None,
            quiet: None,
        }
    }

    /// Which comes first.
    pub fn compare(&self, other: &Cell) -> Ordering {
        in_order(&self.order, &other.order, false)
    }

    /// The same, sorted by something else than what is shown.
    pub fn sorted_by(self, order: impl Into<String>) -> Cell {
        Cell {
            order: Order::Text(order.into()),
            ..self
        }
    }

    /// The same in other words; the file keeps its own.
    pub fn shown_as(self, text: String) -> Cell {
        Cell { text, ..self }
    }

    /// The same, leading somewhere.
    pub fn to(self, href: impl Into<String>) -> Cell {
        Cell {
            href: Some(href.into()),
            ..self
        }
    }

    /// The same, with more that is less loud.
    pub fn with(self, quiet: impl Into<String>) -> Cell {
        let quiet = quiet.into();
        Cell {
            quiet: (!quiet.is_empty()).then_some(quiet),
            ..self
        }
    }
}

/// `1,234`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A way to keep only some rows: a field of the address with its choices.
#[derive(Clone, Debug, Serialize)]
pub struct Filter {
    pub name: &'static str,
    pub label: &'static str,
    /// What the address says and what people read; a blank choice keeps all.
    pub choices: Vec<(String, String)>,
}

/// A row, and what the filters look at: in the order of the listing's filters.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub cells: Vec<Cell>,
    pub kept_by: Vec<String>,
}

/// A list before anybody searched it.
pub struct Listing {
    /// The file's name, without an ending.
    pub name: &'static str,
    /// What the rows are: `25 services`.
    pub caption: String,
    pub columns: &'static [Column],
    pub filters: Vec<Filter>,
    pub rows: Vec<Row>,
}

/// What a page shows of a list.
#[derive(Serialize)]
pub struct Shown {
    pub caption: String,
    pub path: String,
    columns: Vec<Heading>,
    filters: Vec<Choosing>,
    rows: Vec<Vec<Cell>>,
    q: String,
    sort: String,
    /// How many rows match, and how many there are.
    pub found: usize,
    pub of: usize,
    from: usize,
    to: usize,
    pages: Option<Paging>,
    csv: String,
    /// Whether anything was searched or filtered.
    narrowed: bool,
}

#[derive(Serialize)]
struct Heading {
    #[serde(flatten)]
    column: Column,
    /// Where a click on it leads.
    href: String,
    /// `ascending`, `descending` or `none`.
    sorted: &'static str,
}

#[derive(Serialize)]
struct Choosing {
    name: &'static str,
    label: &'static str,
    items: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
    selected: bool,
}

/// As the official pagination component takes it.
#[derive(Serialize)]
pub struct Paging {
    previous: Option<Link>,
    next: Option<Link>,
    items: Vec<Link>,
}

#[derive(Serialize)]
struct Link {
    href: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
    current: bool,
}

impl Listing {
    /// The rows that the address asks for, all pages of them, in its order.
    fn asked(&self, query: &Fields) -> Vec<&Row> {
        let words: Vec<String> = query
            .get("q")
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let matches = |row: &&Row| {
            let said = |word: &String| {
                row.cells.iter().any(|cell| {
                    cell.text.to_lowercase().contains(word)
                        || cell.plain.to_lowercase().contains(word)
                        || cell
                            .quiet
                            .as_ref()
                            .is_some_and(|quiet| quiet.to_lowercase().contains(word))
                })
            };
            let kept = self
                .filters
                .iter()
                .zip(&row.kept_by)
                .all(|(filter, value)| query.get(filter.name).is_none_or(|wanted| wanted == value));
            kept && words.iter().all(said)
        };
        let mut rows: Vec<&Row> = self.rows.iter().filter(matches).collect();
        let sort = query.get("sort").unwrap_or_default();
        let (key, backwards) = sort
            .strip_prefix('-')
            .map_or((sort, false), |key| (key, true));
        if let Some(place) = self.columns.iter().position(|column| column.key == key) {
            rows.sort_by(|a, b| compared(a, b, place, backwards));
        }
        rows
    }

    /// What a page shows of the list.
    pub fn shown(&self, visit: &Visit) -> Shown {
        let query = &visit.query;
        let rows = self.asked(query);
        let (page, last) = page_asked(visit, rows.len());
        let from = (page - 1) * ROWS;
        let to = (from + ROWS).min(rows.len());
        let with = |changes: &[(&str, &str)]| address(visit, changes);
        let sort = query.get("sort").unwrap_or_default();
        let heading = |column: &Column| {
            let (sorted, next) = match sort.strip_prefix('-') {
                Some(key) if key == column.key => ("descending", column.key.to_owned()),
                None if sort == column.key => ("ascending", format!("-{}", column.key)),
                _ if column.is_number => ("none", format!("-{}", column.key)),
                _ => ("none", column.key.to_owned()),
            };
            Heading {
                column: *column,
                href: with(&[("sort", &next), ("page", "")]),
                sorted,
            }
        };
        Shown {
            caption: self.caption.clone(),
            path: visit.path.clone(),
            columns: self.columns.iter().map(heading).collect(),
            filters: self
                .filters
                .iter()
                .map(|filter| choosing(filter, query))
                .collect(),
            rows: rows[from..to].iter().map(|row| row.cells.clone()).collect(),
            q: query.typed("q").to_owned(),
            sort: sort.to_owned(),
            found: rows.len(),
            of: self.rows.len(),
            from: from + 1,
            to,
            pages: paging(visit, page, last),
            csv: with(&[("format", "csv"), ("page", "")]),
            narrowed: query.get("q").is_some()
                || self
                    .filters
                    .iter()
                    .any(|filter| query.get(filter.name).is_some()),
        }
    }

    /// A list of which only one page was read: `found` rows match in all, and the listing holds those of
    /// the page that [`page_asked`] says. Such a list has one order.
    pub fn page_of(&self, visit: &Visit, found: usize) -> Shown {
        let (page, last) = page_asked(visit, found);
        let from = (page - 1) * ROWS;
        let heading = |column: &Column| Heading {
            column: *column,
            href: String::new(),
            sorted: "none",
        };
        Shown {
            caption: self.caption.clone(),
            path: visit.path.clone(),
            columns: self.columns.iter().map(heading).collect(),
            filters: Vec::new(),
            rows: self.rows.iter().map(|row| row.cells.clone()).collect(),
            q: String::new(),
            sort: String::new(),
            found,
            of: found,
            from: from + 1,
            to: from + self.rows.len(),
            pages: paging(visit, page, last),
            csv: address(visit, &[("format", "csv"), ("page", "")]),
            narrowed: false,
        }
    }

    /// The same rows as a file, when the address asks for one.
    pub fn csv(&self, visit: &Visit) -> Result<Option<Answer>, Error> {
        if visit.query.get("format") != Some("csv") {
            return Ok(None);
        }
        self.written(&visit.query).map(Some)
    }

    /// All rows as a file.
    pub fn file(&self) -> Result<Answer, Error> {
        self.written(&Fields::default())
    }

    fn written(&self, query: &Fields) -> Result<Answer, Error> {
        let inside = |error: csv::Error| Error::Inside(error.into());
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(self.columns.iter().map(|column| column.title))
            .map_err(inside)?;
        for row in self.asked(query) {
            csv.write_record(row.cells.iter().map(|cell| harmless(&cell.plain)))
                .map_err(inside)?;
        }
        let bytes = csv
            .into_inner()
            .map_err(|error| Error::Inside(anyhow::anyhow!("{error}")))?;
        Ok(Answer::csv(format!("{}.csv", self.name), bytes))
    }
}

/// Which page the address asks for, of how many.
pub fn page_asked(visit: &Visit, found: usize) -> (usize, usize) {
    let last = found.div_ceil(ROWS).max(1);
    let asked = visit.query.get("page").and_then(|page| page.parse().ok());
    (asked.unwrap_or(1).clamp(1, last), last)
}

/// The links to the pages around one; none when there is no other.
pub fn paging(visit: &Visit, page: usize, last: usize) -> Option<Paging> {
    let link = |place: usize, number: Option<usize>| Link {
        href: address(visit, &[("page", &place.to_string())]),
        number,
        current: number == Some(page),
    };
    (last > 1).then(|| Paging {
        previous: (page > 1).then(|| link(page - 1, None)),
        next: (page < last).then(|| link(page + 1, None)),
        items: (page.saturating_sub(3).max(1)..=(page + 3).min(last))
            .map(|place| link(place, Some(place)))
            .collect(),
    })
}

/// This page's address, dates and all, with some fields changed; a blank one goes.
pub fn address(visit: &Visit, changes: &[(&str, &str)]) -> String {
    let mut fields = Fields::default();
    let changed = |name: &str| changes.iter().any(|(key, _)| *key == name);
    for (name, value) in visit.query.iter() {
        if !changed(name) && !value.is_empty() && name != "done" && name != "format" {
            fields.push(name, value);
        }
    }
    for (name, value) in changes.iter().filter(|(_, value)| !value.is_empty()) {
        fields.push(*name, *value);
    }
    super::page::dated(&visit.path, &fields.query())
}

fn choosing(filter: &Filter, query: &Fields) -> Choosing {
    let chosen = query.get(filter.name).unwrap_or_default();
    let item = |(value, text): &(String, String)| Choice {
        selected: value == chosen,
        value: value.clone(),
        text: text.clone(),
    };
    Choosing {
        name: filter.name,
        label: filter.label,
        items: filter.choices.iter().map(item).collect(),
    }
}

fn compared(a: &Row, b: &Row, place: usize, backwards: bool) -> Ordering {
    in_order(&a.cells[place].order, &b.cells[place].order, backwards)
}

fn in_order(a: &Order, b: &Order, backwards: bool) -> Ordering {
    match (a, b) {
        (Order::Missing, Order::Missing) => Ordering::Equal,
        (Order::Missing, _) => Ordering::Greater,
        (_, Order::Missing) => Ordering::Less,
        _ => {
            let order = a.partial_cmp(b).unwrap_or(Ordering::Equal);
            if backwards { order.reverse() } else { order }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[words("name", "Name"), numbers("paid", "Paid")];

    fn listing() -> Listing {
        let row = |name: &str, paid: Option<i64>, kind: &str| Row {
            cells: vec![
                Cell::text(name).with("of Northmere"),
                paid.map_or_else(Cell::unknown, |paid| Cell::money(Pence(paid))),
            ],
            kept_by: vec![kind.into()],
        };
        Listing {
            name: "suppliers",
            caption: "4 suppliers".into(),
            columns: COLUMNS,
            filters: vec![Filter {
                name: "scope",
                label: "Scope",
                choices: vec![],
            }],
            rows: vec![
                row("Beta", Some(900), "in"),
                row("alpha", None, "in"),
                row("Gamma", Some(1_000_000), "out"),
                row("Delta", Some(-5), "in"),
            ],
        }
    }

    fn names(query: &str) -> Vec<String> {
        let listing = listing();
        let rows = listing.asked(&Fields::parse(query.as_bytes()));
        rows.iter().map(|row| row.cells[0].text.clone()).collect()
    }

    #[test]
    fn the_address_searches_filters_and_sorts() {
        for (query, found) in [
            ("", vec!["Beta", "alpha", "Gamma", "Delta"]),
            ("sort=name", vec!["alpha", "Beta", "Delta", "Gamma"]),
            ("sort=-paid", vec!["Gamma", "Beta", "Delta", "alpha"]),
            ("sort=paid", vec!["Delta", "Beta", "Gamma", "alpha"]),
            ("q=NORTHMERE+ta", vec!["Beta", "Delta"]),
            ("scope=out", vec!["Gamma"]),
            ("scope=", vec!["Beta", "alpha", "Gamma", "Delta"]),
            ("sort=nothing", vec!["Beta", "alpha", "Gamma", "Delta"]),
            ("q=nobody", vec![]),
        ] {
            assert_eq!(names(query), found, "{query}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
