//! Which column plays which role: headings by the rules of `columns.toml`, weighed with what the
//! values look like.
//!
//! A council is never named here. A heading that no rule knows is left to its values; where neither
//! says enough, the column is kept as [`Role::Other`] or the file is not taken.

mod evidence;
mod rules;

use crate::refused::quoted;
use handback_core::import::{ColumnReading, Dataset, Role, VatBasis};
use handback_core::pence::{NotAnAmount, Pence};
use rules::{RULES, RoleRule, Values};

pub use evidence::Evidence;
pub use rules::{heading_points, vat_basis};

/// Below this confidence a column is not taken for anything.
const TAKEN: u8 = 40;

/// Below this confidence a column is not taken for the amount, without which a file is no ledger.
const TAKEN_AS_AMOUNT: u8 = 55;

/// How sure a column is that is taken for its values alone.
const BY_VALUES: u8 = 50;

/// Two columns whose scores differ by no more than this are equally likely.
const EQUAL: u8 = 2;

/// A column this many points behind the one taken is worth naming as the one not taken.
const RIVAL: u8 = 25;

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
    let many = |role: Role| {
        matches!(
            role,
            Role::Personal | Role::Other | Role::Factors | Role::Comment
        )
    };
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
    if dataset == Dataset::Payments {
        take_by_values(&mut columns, &evidence, rows.len());
    }
    let amounts: Vec<Candidate> = candidates
        .iter()
        .filter(|c| c.rule.role == Role::Amount)
        .copied()
        .collect();
    let unclear = equally_likely(&amounts, headings, rows)
        .or_else(|| named_but_not_amounts(dataset, &columns, rows));
    let amount = columns.iter().find(|column| column.role == Role::Amount);
    let vat = amount.map_or(VatBasis::NotStated, |column| vat_basis(&column.header));
    Proposal {
        columns,
        vat,
        unclear,
    }
}

/// Where no heading names the amount or the date, take the one column whose values can be nothing
/// else: amounts under no heading at all, dates under a heading that no rule knows.
fn take_by_values(columns: &mut [ColumnReading], evidence: &[Evidence], rows: usize) {
    let mostly = |count: usize| count > 0 && count * 10 >= rows * 9;
    let mut take = |role: Role, possible: &dyn Fn(&ColumnReading) -> bool, kind: &str| {
        let free = |column: &&ColumnReading| column.confidence == 0 && possible(column);
        let mut found = columns.iter().filter(free).map(|column| column.index);
        let (Some(only), None) = (found.next(), found.next()) else {
            return;
        };
        if columns.iter().any(|column| column.role == role) {
            return;
        }
        let column = &mut columns[only];
        (column.role, column.confidence) = (role, BY_VALUES);
        column.why =
            format!("No heading says so, but it is the only column left whose cells are {kind}.");
    };
    let amounts = |column: &ColumnReading| {
        let it = &evidence[column.index];
        column.header.is_empty() && mostly(it.amounts) && it.money * 10 >= it.filled * 3
    };
    take(Role::Amount, &amounts, "amounts");
    let dates = |column: &ColumnReading| {
        mostly(evidence[column.index].dates)
            && rules::may_be(Dataset::Payments, Role::Date, &column.header)
    };
    take(Role::Date, &dates, "dates");
}

/// Says so when a heading names the amount but its cells are no amounts: a nil return, or money of
/// another country.
fn named_but_not_amounts(
    dataset: Dataset,
    columns: &[ColumnReading],
    rows: &[Vec<String>],
) -> Option<String> {
    if dataset != Dataset::Payments || columns.iter().any(|column| column.role == Role::Amount) {
        return None;
    }
    let points =
        |column: &&ColumnReading| rules::points(Dataset::Payments, Role::Amount, &column.header);
    let named = columns.iter().max_by_key(points)?;
    if points(&named) < TAKEN_AS_AMOUNT {
        return None;
    }
    let cells = rows.iter().filter_map(|row| row.get(named.index));
    let mut reasons = cells.filter_map(|cell| Some((cell, Pence::parse(cell).err()?)));
    let wrong = reasons.find(|(_, reason)| *reason != NotAnAmount::Blank);
    let named = name(named.index, &named.header);
    Some(match wrong {
        None => format!("its column {named} is all but empty, as in a nil return"),
        Some((cell, reason)) => {
            let cell = quoted(cell);
            format!("{named} should hold the amounts paid, but {cell} is {reason}")
        }
    })
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
                && it.money * 10 >= it.filled * 3
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
