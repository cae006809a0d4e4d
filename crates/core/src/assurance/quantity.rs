//! Numbers with their units, as claims state them and figures answer them.

use crate::pence::Pence;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A number with its unit, as a claim states it: `50%`, `£35m`, `300`, `13 years`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// Hundredths of a percent.
    Share(i64),
    Money(Pence),
    Count(i64),
    /// Hundredths of a year.
    Years(i64),
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = |n: i64| match (n / 100, n % 100) {
            (whole, 0) => whole.to_string(),
            (whole, rest) => format!("{whole}.{rest:02}")
                .trim_end_matches('0')
                .to_owned(),
        };
        match self {
            Quantity::Share(share) => write!(f, "{}%", hundredths(*share)),
            Quantity::Money(pence) => write!(f, "{pence}"),
            Quantity::Count(count) => write!(f, "{count}"),
            Quantity::Years(years) => write!(f, "{} years", hundredths(*years)),
        }
    }
}

/// A text that is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a quantity: write 50%, £35m, 300 or 13 years")]
pub struct NotAQuantity(pub String);

impl FromStr for Quantity {
    type Err = NotAQuantity;
    fn from_str(text: &str) -> Result<Quantity, NotAQuantity> {
        let refused = || NotAQuantity(text.into());
        let trimmed = text.trim();
        let hundredths = |number: &str| {
            Pence::parse(number)
                .map(|pence| pence.0)
                .map_err(|_| refused())
        };
        if let Some(number) = trimmed.strip_suffix('%') {
            return Ok(Quantity::Share(hundredths(number)?));
        }
        if let Some(number) = trimmed
            .strip_suffix("years")
            .or(trimmed.strip_suffix("year"))
        {
            return Ok(Quantity::Years(hundredths(number.trim())?));
        }
        if let Some(amount) = trimmed.strip_prefix('£') {
            let (number, scale) = match amount
                .strip_suffix("bn")
                .or(amount.strip_suffix("m"))
                .or(amount.strip_suffix("k"))
            {
                Some(number) if amount.ends_with("bn") => (number, 1_000_000_000),
                Some(number) if amount.ends_with('m') => (number, 1_000_000),
                Some(number) => (number, 1_000),
                None => (amount, 1),
            };
            let pence = hundredths(number)?.checked_mul(scale).ok_or_else(refused)?;
            return Ok(Quantity::Money(Pence(pence)));
        }
        trimmed
            .replace(',', "")
            .parse()
            .map(Quantity::Count)
            .map_err(|_| refused())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_and_print() {
        for (text, quantity, printed) in [
            ("50%", Quantity::Share(5_000), "50%"),
            ("12.5 %", Quantity::Share(1_250), "12.5%"),
            (
                "£35m",
                Quantity::Money(Pence(3_500_000_000)),
                "£35,000,000.00",
            ),
            (
                "£1.2bn",
                Quantity::Money(Pence(120_000_000_000)),
                "£1,200,000,000.00",
            ),
            ("1,300", Quantity::Count(1_300), "1300"),
            ("13 years", Quantity::Years(1_300), "13 years"),
        ] {
            assert_eq!(text.parse(), Ok(quantity), "{text}");
            assert_eq!(quantity.to_string(), printed);
            assert_eq!(printed.parse(), Ok(quantity), "{printed}");
        }
        assert!("many".parse::<Quantity>().is_err());
    }
}
