//! Which column plays which role: headings by the rules of `columns.toml`, weighed with what the
//! values look like.
//!
//! A council is never named here. A heading that no rule knows is left to its values; where neither
//! says enough, the column is kept as [`Role::Other`] or the file is not taken.

use crate::dates::{self, Readings};
use handback_core::import::{ColumnReading, Dataset, Role, VatBasis};
use handback_core::pence::Pence;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Below this confidence a column is not taken for anything.
const TAKEN: u8 = 40;

/// Below this confidence a column is not taken for the amount, without which a file is no ledger.
const TAKEN_AS_AMOUNT: u8 = 55;

/// Two columns whose scores differ by no more than this are equally likely.
const EQUAL: u8 = 2;

/// A column this many points behind the one taken is worth naming as the one not taken.
const RIVAL: u8 = 25;

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
enum Values {
    Dates,
    Amounts,
    Names,
    Codes,
    Any,
}

struct Rules {
    language: Language,
    roles: Vec<RoleRule>,
}

struct RoleRule {
    role: Role,
    datasets: Vec<Dataset>,
    values: Values,
    meaning: String,
    never: Vec<String>,
    headings: Vec<(Vec<String>, u8)>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let file: RulesFile =
        toml::from_str(include_str!("columns.toml")).expect("a test reads columns.toml");
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
struct Language {
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
    fn words(&self, heading: &str) -> Vec<String> {
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
    let characters: Vec<char> = heading.chars().collect();
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
    } else if allowed > 0 && strsim::damerau_levenshtein(word, meant) <= allowed {
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
    fn points(&self, words: &[String]) -> u8 {
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

/// How well a line would do as a heading: the sum of its cells' best points, and how many cells were
/// recognised.
pub fn heading_points(cells: &[String]) -> (u32, usize) {
    let best = |cell: &String| {
        let words = RULES.language.words(cell);
        let points = RULES
            .roles
            .iter()
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

/// What the filled cells of a column look like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    pub rows: usize,
    pub filled: usize,
    /// Days, months or ranges, bare numbers not counted.
    pub dates: usize,
    /// Bare numbers that Excel would show as dates.
    pub serials: usize,
    pub amounts: usize,
    /// Amounts with a decimal point.
    pub decimals: usize,
    /// Cells with two letters or more.
    pub lettered: usize,
    /// Cells with a digit.
    pub digits: usize,
    pub distinct: usize,
    /// Card numbers, e-mail addresses and telephone numbers.
    pub personal: usize,
}

impl Evidence {
    /// Look at one column of a sample of rows.
    pub fn of(rows: &[Vec<String>], column: usize) -> Evidence {
        let mut evidence = Evidence {
            rows: rows.len(),
            ..Evidence::default()
        };
        let mut distinct = BTreeSet::new();
        for cell in rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(String::as_str)
        {
            if cell.is_empty() {
                continue;
            }
            evidence.filled += 1;
            distinct.insert(cell);
            match dates::readings(cell) {
                Some(Readings { serial: true, .. }) => evidence.serials += 1,
                Some(_) => evidence.dates += 1,
                None => {}
            }
            if Pence::parse(cell).is_ok() {
                evidence.amounts += 1;
                evidence.decimals += usize::from(cell.contains('.'));
            }
            evidence.lettered +=
                usize::from(cell.chars().filter(|c| c.is_alphabetic()).count() > 1);
            evidence.digits += usize::from(cell.bytes().any(|byte| byte.is_ascii_digit()));
            evidence.personal += usize::from(is_personal(cell));
        }
        evidence.distinct = distinct.len();
        evidence
    }

    fn share(&self, count: usize) -> f64 {
        count as f64 / self.filled.max(1) as f64
    }

    /// From 0 (cannot be) to 1, and how many of a hundred cells agree.
    fn fit(&self, values: Values) -> (f64, u32) {
        let counted = match values {
            Values::Dates => self.dates + self.serials,
            Values::Amounts => self.amounts,
            Values::Names => self.lettered,
            Values::Codes => self.digits,
            Values::Any => self.filled,
        };
        let share = self.share(counted);
        let fit = match values {
            _ if values == Values::Any => 1.0,
            // An empty column can still be named; one with dates or amounts must show them.
            Values::Names | Values::Codes if self.filled == 0 => 0.9,
            _ if self.filled == 0 || share < 0.5 => 0.0,
            Values::Dates | Values::Amounts if self.filled * 50 < self.rows => 0.0,
            _ => share.sqrt(),
        };
        (fit, (share * 100.0).floor() as u32)
    }
}

/// A masked or full card number, an e-mail address, or a British telephone number.
fn is_personal(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let masks = cell
        .chars()
        .filter(|c| matches!(c, '*' | 'x' | 'X'))
        .count();
    let only = |allowed: &str| {
        cell.chars()
            .all(|c| c.is_ascii_digit() || allowed.contains(c))
    };
    let card = only("*xX -")
        && digits >= 4
        && (masks >= 4 && digits + masks >= 12 || digits == 16 && cell.len() > 16);
    let email = cell.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !cell.contains(' ') && host.contains('.') && !host.ends_with('.')
    });
    let telephone = (digits == 11 && cell.starts_with('0') || cell.starts_with("+44"))
        && cell.contains(' ')
        && only("+() ");
    card || email || telephone
}

/// The columns of a file as they would be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub columns: Vec<ColumnReading>,
    pub vat: VatBasis,
    /// Why a person has to decide, where the columns do not.
    pub unclear: Option<String>,
}

/// One way to take a column.
#[derive(Clone, Copy)]
struct Candidate {
    column: usize,
    rule: &'static RoleRule,
    points: u8,
    agreeing: u32,
}

/// Propose a role for each column from its heading and from sample rows.
pub fn propose(dataset: Dataset, headings: &[String], rows: &[Vec<String>]) -> Proposal {
    let evidence: Vec<Evidence> = (0..headings.len())
        .map(|column| Evidence::of(rows, column))
        .collect();
    let mut candidates: Vec<Candidate> = Vec::new();
    for (column, heading) in headings.iter().enumerate() {
        let words = RULES.language.words(heading);
        for rule in RULES
            .roles
            .iter()
            .filter(|rule| rule.datasets.contains(&dataset))
        {
            let (fit, agreeing) = evidence[column].fit(rule.values);
            let points = (f64::from(rule.points(&words)) * fit).round() as u8;
            if points
                >= if rule.role == Role::Amount {
                    TAKEN_AS_AMOUNT
                } else {
                    TAKEN
                }
            {
                candidates.push(Candidate {
                    column,
                    rule,
                    points,
                    agreeing,
                });
            }
        }
    }
    // Equal points go to the first column.
    candidates.sort_by_key(|candidate| (std::cmp::Reverse(candidate.points), candidate.column));
    let mut columns: Vec<ColumnReading> = headings
        .iter()
        .enumerate()
        .map(|(index, heading)| not_taken(index, heading, &evidence[index]))
        .collect();
    let settled = |columns: &[ColumnReading], column: usize| columns[column].confidence > 0;
    let has =
        |columns: &[ColumnReading], role: Role| columns.iter().any(|column| column.role == role);
    let many = |role: Role| matches!(role, Role::Personal | Role::Other);
    let take = |columns: &mut Vec<ColumnReading>, first: fn(Role) -> bool| {
        for candidate in candidates
            .iter()
            .filter(|candidate| first(candidate.rule.role))
        {
            let role = candidate.rule.role;
            if settled(columns, candidate.column) || (has(columns, role) && !many(role)) {
                continue;
            }
            let rival = |other: &&Candidate| {
                other.rule.role == role
                    && other.column != candidate.column
                    && other.points + RIVAL >= candidate.points
            };
            let over = candidates.iter().filter(|_| !many(role)).find(rival);
            let why = why(
                candidate,
                headings,
                over.map(|other| headings[other.column].as_str()),
            );
            let column = &mut columns[candidate.column];
            (column.role, column.confidence, column.why) = (role, candidate.points, why);
        }
    };
    // What must not be kept comes first, then what the money cannot be understood without.
    take(&mut columns, |role| role == Role::Personal);
    take(&mut columns, |role| {
        matches!(role, Role::Amount | Role::Date | Role::Supplier)
    });
    take(&mut columns, |_| true);
    let amounts: Vec<Candidate> = candidates
        .iter()
        .filter(|c| c.rule.role == Role::Amount)
        .copied()
        .collect();
    let unclear = equally_likely(&amounts, headings, rows);
    let amount = columns.iter().find(|column| column.role == Role::Amount);
    let vat = amount.map_or(VatBasis::NotStated, |column| vat_basis(&column.header));
    Proposal {
        columns,
        vat,
        unclear,
    }
}

fn not_taken(index: usize, heading: &str, evidence: &Evidence) -> ColumnReading {
    let header = heading.to_owned();
    if evidence.filled > 0 && evidence.personal * 2 > evidence.filled {
        let why = "Its values look like card numbers, e-mail addresses or telephone numbers, which are not kept.".to_owned();
        return ColumnReading {
            index,
            header,
            role: Role::Personal,
            confidence: 90,
            why,
        };
    }
    let why =
        "Neither heading nor values say that it is needed; it stays in the source file.".to_owned();
    ColumnReading {
        index,
        header,
        role: Role::Other,
        confidence: 0,
        why,
    }
}

fn why(candidate: &Candidate, headings: &[String], over: Option<&str>) -> String {
    let mut why = format!(
        "“{}” reads as {}",
        headings[candidate.column], candidate.rule.meaning
    );
    let kind = match candidate.rule.values {
        Values::Dates => Some("dates"),
        Values::Amounts => Some("amounts"),
        Values::Names | Values::Codes | Values::Any => None,
    };
    if let Some(kind) = kind {
        why.push_str(&format!(
            ", and {}% of its cells are {kind}",
            candidate.agreeing
        ));
    }
    if let Some(over) = over {
        why.push_str(&format!("; taken before “{over}”"));
    }
    why.push('.');
    why
}

/// Says so when two columns of different amounts are equally likely to be the one.
fn equally_likely(
    amounts: &[Candidate],
    headings: &[String],
    rows: &[Vec<String>],
) -> Option<String> {
    let [first, second, ..] = amounts else {
        return None;
    };
    if first.points > second.points + EQUAL
        || vat_basis(&headings[first.column]) != vat_basis(&headings[second.column])
    {
        return None;
    }
    if same_amounts(rows, first.column, second.column) {
        return None;
    }
    let named = |candidate: &Candidate| name(candidate.column, &headings[candidate.column]);
    Some(format!(
        "{} and {} could both be the amount paid: confirm which in the columns",
        named(first),
        named(second)
    ))
}

/// A column as people find it: its heading, or its number where it has none.
pub fn name(index: usize, heading: &str) -> String {
    if heading.is_empty() {
        format!("column {}", index + 1)
    } else {
        format!("“{heading}”")
    }
}

/// Whether two columns hold the same amounts in nearly every row.
fn same_amounts(rows: &[Vec<String>], one: usize, other: usize) -> bool {
    let amount =
        |row: &Vec<String>, column: usize| row.get(column).and_then(|cell| Pence::parse(cell).ok());
    let differing = rows
        .iter()
        .filter(|row| amount(row, one) != amount(row, other))
        .count();
    differing * 50 <= rows.len()
}

/// Propose roles for a file of payments without headings, from its values alone. Asks more of them
/// than with headings, since a wrong guess would be silent.
pub fn propose_without_headings(rows: &[Vec<String>]) -> Proposal {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let evidence: Vec<Evidence> = (0..width)
        .map(|column| Evidence::of(rows, column))
        .collect();
    let mut columns: Vec<ColumnReading> = (0..width)
        .map(|column| not_taken(column, "", &evidence[column]))
        .collect();
    let mut take = |column: usize, role: Role, confidence: u8, why: String| {
        columns[column] = ColumnReading {
            index: column,
            header: String::new(),
            role,
            confidence,
            why,
        };
    };
    let mostly =
        |count: usize, evidence: &Evidence| count * 10 >= rows.len() * 9 && evidence.filled > 0;
    if let Some(date) = (0..width).find(|&column| mostly(evidence[column].dates, &evidence[column]))
    {
        let share = evidence[date].share(evidence[date].dates) * 100.0;
        take(
            date,
            Role::Date,
            70,
            format!("The first column of dates ({share:.0}% of its cells)."),
        );
    }
    let amounts: Vec<usize> = (0..width)
        .filter(|&column| {
            let it = &evidence[column];
            mostly(it.amounts, it)
                && it.decimals * 10 >= it.filled * 3
                && it.distinct * 20 >= it.filled
        })
        .collect();
    let in_pounds = |column: usize| {
        let next = rows
            .iter()
            .filter_map(|row| row.get(column + 1))
            .filter(|cell| !cell.is_empty());
        let mut next = next.peekable();
        next.peek().is_some() && next.all(|currency| currency.eq_ignore_ascii_case("GBP"))
    };
    let pounds: Vec<usize> = amounts
        .iter()
        .copied()
        .filter(|&column| in_pounds(column))
        .collect();
    let unclear = match (&pounds[..], &amounts[..]) {
        (&[amount], _) => {
            take(
                amount,
                Role::Amount,
                65,
                "A column of amounts beside one that always says GBP.".to_owned(),
            );
            None
        }
        (_, &[amount]) => {
            take(
                amount,
                Role::Amount,
                60,
                "The only column whose cells are amounts with pence.".to_owned(),
            );
            None
        }
        (_, []) => Some("it has no heading, and no column of amounts was found".to_owned()),
        _ => {
            let numbers: Vec<String> = amounts
                .iter()
                .map(|column| (column + 1).to_string())
                .collect();
            Some(format!(
                "it has no heading, and columns {} could each be the amount paid",
                numbers.join(", ")
            ))
        }
    };
    let names = |column: usize| {
        let it = &evidence[column];
        let free =
            it.dates == 0 && it.amounts * 5 < it.filled && it.personal * 2 < it.filled.max(1);
        free && it.lettered * 10 >= rows.len() * 6 && it.distinct * 10 >= it.filled.min(100)
    };
    let supplier = (0..width)
        .filter(|&column| names(column))
        .max_by_key(|&column| (evidence[column].distinct, std::cmp::Reverse(column)));
    if let Some(supplier) = supplier {
        let distinct = evidence[supplier].distinct;
        take(
            supplier,
            Role::Supplier,
            60,
            format!("The column with most different names ({distinct} in the rows looked at)."),
        );
    }
    Proposal {
        columns,
        vat: VatBasis::NotStated,
        unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of a few rows, its cells after `|`; answers the role of each column.
    fn roles(dataset: Dataset, table: &str) -> Vec<Role> {
        let mut lines = table.lines().map(|line| {
            line.split('|')
                .map(|cell| cell.trim().to_owned())
                .collect::<Vec<_>>()
        });
        let headings = lines.next().expect("a heading");
        let rows: Vec<Vec<String>> = lines.collect();
        propose(dataset, &headings, &rows)
            .columns
            .into_iter()
            .map(|column| column.role)
            .collect()
    }

    fn best(heading: &str) -> (Role, u8) {
        let words = RULES.language.words(heading);
        let rules = RULES
            .roles
            .iter()
            .filter(|rule| rule.datasets.contains(&Dataset::Payments));
        rules
            .map(|rule| (rule.role, rule.points(&words)))
            .max_by_key(|(_, points)| *points)
            .expect("rules")
    }

    #[test]
    fn headings_in_dozens_of_spellings() {
        for (heading, role) in [
            ("Date Paid", Role::Date),
            ("DatePaid", Role::Date),
            ("PAYMENT_DATE", Role::Date),
            ("Payement Date", Role::Date),
            ("Pay.Due Da", Role::Date),
            ("Invoice Payment Date", Role::Date),
            (" Invoice Am ", Role::Amount),
            ("Net Amount £", Role::Amount),
            ("NetAmount", Role::Amount),
            ("Amount (ex. VAT)", Role::Amount),
            ("Invoice Line Value (net of VAT)", Role::Amount),
            ("Sum of Invoice Nett Amount", Role::Amount),
            ("£", Role::Amount),
            ("VAT", Role::Vat),
            ("Vendor Nam", Role::Supplier),
            ("Benificiary Name", Role::Supplier),
            ("Suplier Name", Role::Supplier),
            ("Supplier(Beneficiary) Name", Role::Supplier),
            ("MERCHANT NAME", Role::Supplier),
            ("Vendor No.", Role::SupplierNumber),
            ("Supplier ID", Role::SupplierNumber),
            ("Supplier Registered Company Number", Role::CompanyNumber),
            ("Directotate", Role::Department),
            ("Organisational Unit", Role::Department),
            ("Service divison label", Role::Service),
            ("Expenses Type", Role::Category),
            ("G/L Descripition", Role::Category),
            ("DocumentNo", Role::Transaction),
            ("Internal Ref Number", Role::Transaction),
            ("CARD NUMBER", Role::Personal),
            ("E-mail address", Role::Personal),
            ("SURNAME", Role::Personal),
            ("VAT Registration Number", Role::Other),
            ("TRANS TAX RATE", Role::Other),
            ("Body name", Role::Other),
            ("Capital or revenue", Role::Other),
            ("Irrecoverable VAT Amount", Role::Other),
        ] {
            let (found, points) = best(heading);
            assert_eq!(found, role, "{heading} ({points})");
            assert!(points >= TAKEN, "{heading} ({points})");
        }
        for heading in ["", "Millions LU journeys", "T01.01_r1", "Visibility"] {
            assert!(best(heading).1 < TAKEN, "{heading} {:?}", best(heading));
        }
    }

    #[test]
    fn net_is_taken_before_gross_and_the_day_paid_before_other_days() {
        use Role::{Amount, Date, Gross, Other, Supplier, Vat};
        let table = "Invoice Date|Payment Date|Gross|VAT|Net|Supplier\n01/02/2019|03/02/2019|12.00|2.00|10.00|Acorn Ltd";
        assert_eq!(
            roles(Dataset::Payments, table),
            [Other, Date, Gross, Vat, Amount, Supplier]
        );
        let table = "Posting Date|Invoice Date|Gross Amount|Supplier\n01/02/2019|03/02/2019|12.00|Acorn Ltd";
        assert_eq!(
            roles(Dataset::Payments, table),
            [Other, Date, Amount, Supplier]
        );
    }

    #[test]
    fn values_overrule_headings() {
        use Role::{Amount, Date, Other, Supplier, SupplierNumber};
        let table = "Amount|Date|Vendor|Vendor Name|Payment\nOffice|01/02/2019|4711|Acorn Ltd|9.50\nRoads|02/02/2019|4712|Birch Ltd|8.50";
        assert_eq!(
            roles(Dataset::Payments, table),
            [Other, Date, SupplierNumber, Supplier, Amount]
        );
    }

    #[test]
    fn cards_and_addresses_are_never_kept_whatever_the_heading() {
        let table = "Date|Amount|Supplier|Reference\n01/02/2019|9.50|Acorn Ltd|************1234\n01/02/2019|9.50|Birch Ltd|************1235";
        assert_eq!(roles(Dataset::Payments, table)[3], Role::Personal);
        for (cell, personal) in [
            ("************9711", true),
            ("XXXX-XXXX-XXXX-1234", true),
            ("4929 1234 5678 9012", true),
            ("someone@example.org", true),
            ("0121 496 0000", true),
            ("+44 121 496 0000", true),
            ("74698080035030353872971", false),
            ("1101-00001", false),
            ("01/02/2019", false),
            ("J @ B Ltd", false),
            ("5100505630", false),
        ] {
            assert_eq!(is_personal(cell), personal, "{cell}");
        }
    }

    #[test]
    fn two_equally_likely_amounts_are_for_a_person_to_decide() {
        let headings = ["Date", "Amount", "Amount", "Supplier"].map(str::to_owned);
        let row = |one: &str, other: &str| {
            ["01/02/2019", one, other, "Acorn Ltd"]
                .map(str::to_owned)
                .to_vec()
        };
        assert!(
            propose(Dataset::Payments, &headings, &[row("1.00", "2.00")])
                .unclear
                .is_some()
        );
        assert!(
            propose(Dataset::Payments, &headings, &[row("1.00", "1.00")])
                .unclear
                .is_none()
        );
    }

    #[test]
    fn without_headings_values_decide_or_nobody() {
        let row = |i: usize, other: &str| {
            let cells = [
                format!("{:02}/02/2019", i + 1),
                format!("{i}1.50"),
                other.to_owned(),
                format!("Firm {i} Ltd"),
            ];
            cells.to_vec()
        };
        let rows: Vec<Vec<String>> = (0..9).map(|i| row(i, "GBP")).collect();
        let roles: Vec<Role> = propose_without_headings(&rows)
            .columns
            .into_iter()
            .map(|column| column.role)
            .collect();
        assert_eq!(
            roles,
            [Role::Date, Role::Amount, Role::Other, Role::Supplier]
        );
        let rows: Vec<Vec<String>> = (0..9).map(|i| row(i, &format!("{i}2.50"))).collect();
        assert!(propose_without_headings(&rows).unclear.is_some());
    }

    #[test]
    fn a_contracts_register_has_its_own_roles() {
        use Role::{AnnualValue, ContractValue, End, Reference, Start, Supplier, Title};
        let table = "Contract Reference|Contract Title|Supplier Company Name|Annual Value|Total Contract Value|Start Date|End Date\n\
                     C1|Dive surveys|Acorn Ltd|10.00|20.00|2022-03-07|2024-03-07";
        assert_eq!(
            roles(Dataset::Contracts, table),
            [
                Reference,
                Title,
                Supplier,
                AnnualValue,
                ContractValue,
                Start,
                End
            ]
        );
    }
}
