//! What one supplier was paid, from every side.

use super::estate::{Estate, Rules, scoped_names};
use super::money::{SupplierLine, YearLine};
use crate::money::{Names, Paid, PaidName};
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What one supplier was paid: each list adds up to the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SupplierAccount {
    pub by_year: Vec<YearLine>,
    pub by_name: Vec<PaidUnder>,
    pub by_department: Vec<PaidUnder>,
    pub by_category: Vec<PaidUnder>,
}

/// What was paid under one printed word; the word is empty where the files leave it blank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaidUnder {
    pub word: String,
    pub payments: u64,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
}

/// The account of a supplier of the statement. `paid` is what the statement was made of.
pub fn supplier_account(
    estate: &Estate,
    paid: &[Paid],
    rules: &Rules,
    line: &SupplierLine,
) -> SupplierAccount {
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let printed: BTreeSet<&str> = line.names.iter().map(String::as_str).collect();
    let theirs = |part: &&Paid| {
        printed.contains(part.name.as_str())
            && meaning.organisation(&part.name, part.from) == line.organisation
    };
    let parts: Vec<Paid> = paid.iter().filter(theirs).cloned().collect();
    let split = |word: fn(&Paid) -> &String| by_word(estate, rules, &parts, word);
    SupplierAccount {
        by_year: by_year(estate, rules, &parts),
        by_name: split(|part| &part.name),
        by_department: split(|part| &part.department),
        by_category: split(|part| &part.category),
    }
}

fn by_year(estate: &Estate, rules: &Rules, parts: &[Paid]) -> Vec<YearLine> {
    let mut years: BTreeMap<i16, Vec<Paid>> = BTreeMap::new();
    for part in parts {
        years.entry(part.year).or_default().push(part.clone());
    }
    let line = |(year, parts): (i16, Vec<Paid>)| YearLine {
        year: rules.years.words(year),
        paid_pence: parts.iter().map(|part| part.pence).sum(),
        in_scope_pence: in_scope(&scoped_names(estate, &parts, rules)),
    };
    years.into_iter().map(line).collect()
}

fn by_word(
    estate: &Estate,
    rules: &Rules,
    parts: &[Paid],
    word: fn(&Paid) -> &String,
) -> Vec<PaidUnder> {
    let mut words: BTreeMap<&String, Vec<Paid>> = BTreeMap::new();
    for part in parts {
        words.entry(word(part)).or_default().push(part.clone());
    }
    let line = |(word, parts): (&String, Vec<Paid>)| PaidUnder {
        word: word.clone(),
        payments: parts.iter().map(|part| part.rows).sum(),
        paid_pence: parts.iter().map(|part| part.pence).sum(),
        in_scope_pence: in_scope(&scoped_names(estate, &parts, rules)),
    };
    let mut lines: Vec<PaidUnder> = words.into_iter().map(line).collect();
    lines.sort_by_cached_key(|line| (Reverse(line.paid_pence), line.word.clone()));
    lines
}

fn in_scope(names: &[PaidName]) -> Pence {
    names.iter().map(|name| name.in_scope).sum()
}

/// Whether single payments count as technology, and why in plain words: each as decided for its day,
/// else as the rules propose.
pub fn counts_as_technology(
    estate: &Estate,
    rules: &Rules,
    payments: &[Paid],
) -> Vec<Option<String>> {
    let counts = |payment: &Paid| {
        let names = scoped_names(estate, std::slice::from_ref(payment), rules);
        let name = names.into_iter().next()?;
        let counted = !name.in_scope_by_year.is_empty();
        counted.then(|| match name.scope {
            crate::money::ScopeBasis::Confirmed => "confirmed by a person".to_owned(),
            _ => name.why,
        })
    };
    payments.iter().map(counts).collect()
}

/// The spans of days in which a printed name means an organisation, or nobody for none; a span
/// without ends is always.
pub fn spans_of_meaning(
    estate: &Estate,
    printed: &str,
    organisation: Option<RecordId>,
) -> Vec<(Date, Date)> {
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let recorded = estate.names.values().find(|name| name.printed == printed);
    let changes: BTreeSet<Date> = recorded
        .iter()
        .flat_map(|name| name.organisation.iter())
        .flat_map(|(from, _)| [from.earliest(), from.latest()])
        .flatten()
        .collect();
    let starts: Vec<Date> = std::iter::once(Date::MIN).chain(changes).collect();
    let mut spans: Vec<(Date, Date)> = Vec::new();
    for (place, start) in starts.iter().enumerate() {
        let next = starts.get(place + 1);
        let to = next.map_or(Date::MAX, |next| next.saturating_sub(1.day()));
        if meaning.organisation(printed, *start) != organisation {
            continue;
        }
        match spans.last_mut() {
            Some((_, end)) if end.saturating_add(1.day()) == *start => *end = to,
            _ => spans.push((*start, to)),
        }
    }
    spans
}
