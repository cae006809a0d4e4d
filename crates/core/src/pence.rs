//! Money as whole pence, exact from the amount as written to every total.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

/// An exact amount of money in pence; negative is a credit.
///
/// Amounts are pounds sterling unless the record that holds them names another currency.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Pence(pub i64);

/// Why a text is not an exact amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAmount {
    #[error("no amount")]
    Blank,
    #[error("not a number")]
    NotANumber,
    #[error("more than two decimals")]
    FractionOfAPenny,
    #[error("commas in the wrong places")]
    Grouping,
    #[error("too large")]
    TooLarge,
    #[error("in a foreign currency")]
    Foreign,
}

impl Pence {
    pub const ZERO: Pence = Pence(0);

    /// The size without the sign.
    pub fn abs(self) -> Pence {
        Pence(self.0.abs())
    }

    /// Read an amount as councils write it: `1,234.5`, `£12`, `(3.20)`, `-£1,000`, `12.00-`, `£ 5`,
    /// `12.5 CR`, a lone `-` for nothing. Zeros beyond the second decimal are accepted; any other
    /// third decimal is refused, because pence are exact.
    pub fn parse(text: &str) -> Result<Pence, NotAnAmount> {
        let mut digits: u64 = 0;
        let mut decimals: Option<u32> = None;
        let mut any_digit = false;
        let mut negative = false;
        let mut group: Option<u32> = None;
        let mut leading = 0u32;
        let mut trailing_sign = false;
        let mut letters = [0u8; 3];
        let mut letter_count = 0usize;
        for character in text.chars() {
            match character {
                '0'..='9' => {
                    if trailing_sign {
                        return Err(NotAnAmount::NotANumber);
                    }
                    any_digit = true;
                    let digit = u64::from(character as u8 - b'0');
                    match decimals.as_mut() {
                        Some(places) => {
                            *places += 1;
                            if *places > 2 {
                                if digit != 0 {
                                    return Err(NotAnAmount::FractionOfAPenny);
                                }
                                continue;
                            }
                        }
                        None => match group.as_mut() {
                            Some(size) => *size += 1,
                            None => leading += 1,
                        },
                    }
                    digits = digits
                        .checked_mul(10)
                        .and_then(|n| n.checked_add(digit))
                        .filter(|&n| n <= i64::MAX as u64)
                        .ok_or(NotAnAmount::TooLarge)?;
                }
                '.' => {
                    if decimals.is_some() || group.is_some_and(|size| size != 3) {
                        return Err(NotAnAmount::NotANumber);
                    }
                    decimals = Some(0);
                }
                ',' => {
                    let wrong = decimals.is_some()
                        || !any_digit
                        || match group {
                            Some(size) => size != 3,
                            None => leading > 3,
                        };
                    if wrong {
                        return Err(NotAnAmount::Grouping);
                    }
                    group = Some(0);
                }
                '-' | '\u{2212}' | '\u{2013}' | '(' => {
                    if negative {
                        return Err(NotAnAmount::NotANumber);
                    }
                    negative = true;
                    trailing_sign = any_digit;
                }
                ')' if negative => {}
                '+' if !any_digit => {}
                '£' | '\u{fffd}' | ' ' | '\t' | '\u{a0}' | '"' | '\'' => {}
                '$' | '€' => return Err(NotAnAmount::Foreign),
                _ if character.is_ascii_alphabetic() && letter_count < 3 => {
                    letters[letter_count] = character.to_ascii_uppercase() as u8;
                    letter_count += 1;
                }
                _ => return Err(NotAnAmount::NotANumber),
            }
        }
        match &letters[..letter_count] {
            b"" | b"DR" | b"GBP" => {}
            b"CR" if any_digit && !negative => negative = true,
            b"USD" | b"EUR" => return Err(NotAnAmount::Foreign),
            _ => return Err(NotAnAmount::NotANumber),
        }
        if group.is_some_and(|size| size != 3) {
            return Err(NotAnAmount::Grouping);
        }
        if !any_digit {
            let dash_for_nothing =
                negative && text.contains(['-', '\u{2013}']) && letter_count == 0;
            return if dash_for_nothing {
                Ok(Pence(0))
            } else if text.trim().is_empty() {
                Err(NotAnAmount::Blank)
            } else {
                Err(NotAnAmount::NotANumber)
            };
        }
        let scale = match decimals {
            None | Some(0) => 100,
            Some(1) => 10,
            Some(_) => 1,
        };
        let size = (digits as i64)
            .checked_mul(scale)
            .ok_or(NotAnAmount::TooLarge)?;
        Ok(Pence(if negative { -size } else { size }))
    }

    /// The amount in words a reader takes in at a glance: `£1.8m`, `£94,310`, `£12.50`.
    pub fn rounded(self) -> String {
        let sign = if self.0 < 0 { "−" } else { "" };
        let pence = self.0.unsigned_abs();
        let tenths = |unit: u64| {
            let t = (pence + unit / 20) / (unit / 10);
            format!("{}.{}", t / 10, t % 10)
        };
        if pence >= 99_950_000_000 {
            format!("{sign}£{}bn", tenths(100_000_000_000))
        } else if pence >= 100_000_000 {
            format!("{sign}£{}m", tenths(100_000_000))
        } else if pence >= 100_000 {
            format!("{sign}£{}", thousands((pence + 50) / 100))
        } else {
            self.to_string()
        }
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `£1,234.50`, with a real minus sign for credits.
impl fmt::Display for Pence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "−" } else { "" };
        write!(f, "{sign}£{}.{:02}", thousands(size / 100), size % 100)
    }
}

impl Add for Pence {
    type Output = Pence;
    fn add(self, other: Pence) -> Pence {
        Pence(self.0 + other.0)
    }
}
impl AddAssign for Pence {
    fn add_assign(&mut self, other: Pence) {
        self.0 += other.0;
    }
}
impl Sub for Pence {
    type Output = Pence;
    fn sub(self, other: Pence) -> Pence {
        Pence(self.0 - other.0)
    }
}
impl Neg for Pence {
    type Output = Pence;
    fn neg(self) -> Pence {
        Pence(-self.0)
    }
}
impl Sum for Pence {
    fn sum<I: Iterator<Item = Pence>>(amounts: I) -> Pence {
        amounts.fold(Pence::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_as_councils_write_them() {
        for (text, pence) in [
            ("1234.5", 123_450),
            ("1,234.56", 123_456),
            ("£12", 1_200),
            (" £ 1,000,000.00 ", 100_000_000),
            ("(3.20)", -320),
            ("£(3.20)", -320),
            ("-£1,000", -100_000),
            ("£-5.00", -500),
            ("12.00-", -1_200),
            ("12.5CR", -1_250),
            ("12.5 DR", 1_250),
            ("7.1000", 710),
            (".5", 50),
            ("0", 0),
            (" - ", 0),
            ("\u{fffd}40.00", 4_000),
        ] {
            assert_eq!(Pence::parse(text), Ok(Pence(pence)), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_exact_amount_is_refused() {
        for (text, why) in [
            ("", NotAnAmount::Blank),
            ("  ", NotAnAmount::Blank),
            ("n/a", NotAnAmount::NotANumber),
            ("12.345", NotAnAmount::FractionOfAPenny),
            ("1,23", NotAnAmount::Grouping),
            ("1234,567", NotAnAmount::Grouping),
            ("12/05/2011", NotAnAmount::NotANumber),
            ("1-2", NotAnAmount::NotANumber),
            ("€5", NotAnAmount::Foreign),
            ("99999999999999999999", NotAnAmount::TooLarge),
        ] {
            assert_eq!(Pence::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn rounded_for_reading() {
        for (pence, text) in [
            (1_250, "£12.50"),
            (9_431_049, "£94,310"),
            (180_000_000, "£1.8m"),
            (-180_000_000, "−£1.8m"),
            (99_950_000_000, "£1.0bn"),
            (10_570_000_000, "£105.7m"),
        ] {
            assert_eq!(Pence(pence).rounded(), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(pence in -10_i64.pow(15)..10_i64.pow(15)) {
            prop_assert_eq!(Pence::parse(&Pence(pence).to_string()), Ok(Pence(pence)));
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = Pence::parse(&text);
        }
    }
}
