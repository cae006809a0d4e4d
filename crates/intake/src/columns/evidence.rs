//! What the values of a column look like, whatever its heading says.

use super::rules::Values;
use crate::dates::{self, Readings};
use handback_core::pence::Pence;
use std::collections::BTreeSet;

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
    /// Amounts with a decimal point or a pound sign, as no mere number has.
    pub money: usize,
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
                evidence.money += usize::from(cell.contains(['.', '£']));
            }
            evidence.lettered +=
                usize::from(cell.chars().filter(|c| c.is_alphabetic()).count() > 1);
            evidence.digits += usize::from(cell.bytes().any(|byte| byte.is_ascii_digit()));
            evidence.personal += usize::from(is_personal(cell));
        }
        evidence.distinct = distinct.len();
        evidence
    }

    pub(super) fn share(&self, count: usize) -> f64 {
        count as f64 / self.filled.max(1) as f64
    }

    /// From 0 (cannot be) to 1, and how many of a hundred cells agree.
    pub(super) fn fit(&self, values: Values) -> (f64, u32) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_addresses_and_telephones_are_told_from_other_numbers() {
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
}
