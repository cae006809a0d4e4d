//! Lengths of time as contracts state them, and how they are counted.

use crate::calendar::Nation;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A length of time: `3 months`, `20 working days`. Written `{ months = 3 }` in a file of terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Length {
    pub number: u32,
    pub unit: Unit,
}

/// What a length is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    Days,
    WorkingDays,
    Weeks,
    Months,
    Years,
}

impl Unit {
    const ALL: [(Unit, &'static str); 5] = [
        (Unit::WorkingDays, "working day"),
        (Unit::Days, "day"),
        (Unit::Weeks, "week"),
        (Unit::Months, "month"),
        (Unit::Years, "year"),
    ];

    fn word(self) -> &'static str {
        let named = Unit::ALL.iter().find(|(unit, _)| *unit == self);
        named.map_or("", |(_, word)| word)
    }
}

impl Length {
    pub const fn days(number: u32) -> Length {
        Length {
            number,
            unit: Unit::Days,
        }
    }

    pub const fn months(number: u32) -> Length {
        Length {
            number,
            unit: Unit::Months,
        }
    }

    /// So many times this length, counted in one go: a month from 31 January twice is 31 March.
    pub fn times(self, count: u32) -> Length {
        Length {
            number: self.number.saturating_mul(count),
            ..self
        }
    }

    /// One length of both, where they are counted in the same thing.
    pub fn and(self, other: Length) -> Option<Length> {
        let whole = |length: Length| match length.unit {
            Unit::Years => Length::months(length.number.saturating_mul(12)),
            Unit::Weeks => Length::days(length.number.saturating_mul(7)),
            _ => length,
        };
        let (one, two) = (whole(self), whole(other));
        (one.unit == two.unit).then(|| Length {
            number: one.number.saturating_add(two.number),
            unit: one.unit,
        })
    }

    /// The day on which a length that is counted from `day` runs out: `day` itself is not counted.
    /// Months run to the corresponding date, or to the last day of a shorter month (Dodds v Walker
    /// [1981] UKHL J0618-1). A length beyond the year 9999 ends there.
    pub fn after(self, day: Date, nation: Nation) -> Date {
        let number = i64::from(self.number);
        match self.unit {
            Unit::WorkingDays => nation.working_days_after(day, self.number),
            Unit::Days => day.saturating_add(number.min(4_000_000).days()),
            Unit::Weeks => day.saturating_add(number.min(500_000).weeks()),
            Unit::Months => day.saturating_add(number.min(120_000).months()),
            Unit::Years => day.saturating_add(number.min(9_998).years()),
        }
    }

    /// The last day of a term of this length whose first day is `first`: the day before the
    /// corresponding date, or the end of a month too short to have one. A year from 29 February
    /// ends on 28 February.
    pub fn last_day(self, first: Date, nation: Nation) -> Date {
        match self.unit {
            Unit::WorkingDays => {
                nation.working_days_after(first.saturating_sub(1.day()), self.number)
            }
            Unit::Days | Unit::Weeks => self.after(first, nation).saturating_sub(1.day()),
            Unit::Months | Unit::Years => {
                let corresponding = self.after(first, nation);
                if corresponding.day() < first.day() {
                    corresponding
                } else {
                    corresponding.saturating_sub(1.day())
                }
            }
        }
    }

    /// The last day from which the length runs out on or before `end`: what is done a day later is
    /// too late.
    pub fn before(self, end: Date, nation: Nation) -> Date {
        let number = i64::from(self.number);
        let guess = match self.unit {
            Unit::WorkingDays => return nation.working_days_before(end, self.number),
            Unit::Days => return end.saturating_sub(number.min(4_000_000).days()),
            Unit::Weeks => return end.saturating_sub(number.min(500_000).weeks()),
            Unit::Months => end.saturating_sub(number.min(120_000).months()),
            Unit::Years => end.saturating_sub(number.min(9_998).years()),
        };
        // Several days may run to the end of a short month: the last of them is meant.
        let mut last = guess;
        let mut next = last.saturating_add(1.day());
        while next > last && self.after(next, nation) <= end {
            last = next;
            next = last.saturating_add(1.day());
        }
        last
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = if self.number == 1 { "" } else { "s" };
        write!(f, "{} {}{more}", self.number, self.unit.word())
    }
}

/// A text that states no length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no length of time: write a number and days, working days, weeks, months or years, such as 3 months"
)]
pub struct NotALength(pub String);

impl FromStr for Length {
    type Err = NotALength;
    fn from_str(text: &str) -> Result<Length, NotALength> {
        let refused = || NotALength(text.into());
        let (number, unit) = text.trim().split_once(' ').ok_or_else(refused)?;
        let unit = unit.trim().to_lowercase();
        let unit = unit.strip_suffix('s').unwrap_or(&unit);
        let known = Unit::ALL.iter().find(|(_, word)| *word == unit);
        Ok(Length {
            number: number.parse().map_err(|_| refused())?,
            unit: known.ok_or_else(refused)?.0,
        })
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Length, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const HERE: Nation = Nation::EnglandAndWales;

    fn length(text: &str) -> Length {
        text.parse().expect("a length in a test")
    }

    #[test]
    fn lengths_as_people_write_them() {
        for text in [
            "3 months",
            "1 month",
            "20 working days",
            "1 working day",
            "2 years",
            "28 days",
            "6 weeks",
        ] {
            assert_eq!(length(text).to_string(), text);
        }
        assert_eq!(length(" 20 Working Days "), length("20 working days"));
        for text in [
            "",
            "3",
            "months",
            "three months",
            "-1 days",
            "3 fortnights",
            "1.5 years",
        ] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
    }

    #[test]
    fn months_run_to_the_corresponding_date() {
        for (from, text, to) in [
            (date(2023, 9, 30), "4 months", date(2024, 1, 30)),
            (date(2023, 11, 30), "3 months", date(2024, 2, 29)),
            (date(2022, 11, 30), "3 months", date(2023, 2, 28)),
            (date(2024, 2, 29), "1 year", date(2025, 2, 28)),
            (date(2024, 2, 29), "4 years", date(2028, 2, 29)),
            (date(2019, 4, 18), "1 working day", date(2019, 4, 23)),
            (date(2019, 4, 18), "2 weeks", date(2019, 5, 2)),
        ] {
            assert_eq!(length(text).after(from, HERE), to, "{from} {text}");
        }
    }

    #[test]
    fn the_last_day_in_time_is_found_over_short_months() {
        for (end, text, last) in [
            (date(2023, 7, 31), "3 months", date(2023, 4, 30)),
            (date(2023, 2, 28), "3 months", date(2022, 11, 30)),
            (date(2024, 2, 29), "3 months", date(2023, 11, 30)),
            (date(2024, 2, 28), "3 months", date(2023, 11, 28)),
            (date(2025, 2, 28), "1 year", date(2024, 2, 29)),
            (date(2019, 8, 1), "28 days", date(2019, 7, 4)),
        ] {
            assert_eq!(length(text).before(end, HERE), last, "{end} {text}");
        }
    }

    #[test]
    fn a_term_ends_the_day_before_it_would_begin_again() {
        for (first, text, last) in [
            (date(2020, 8, 1), "36 months", date(2023, 7, 31)),
            (date(2021, 3, 1), "36 months", date(2024, 2, 29)),
            (date(2024, 2, 29), "1 year", date(2025, 2, 28)),
            (date(2024, 2, 29), "4 years", date(2028, 2, 28)),
            (date(2020, 8, 31), "6 months", date(2021, 2, 28)),
            (date(2020, 1, 31), "1 month", date(2020, 2, 29)),
            (date(2020, 1, 1), "1 month", date(2020, 1, 31)),
            (date(2020, 1, 1), "1 day", date(2020, 1, 1)),
            (date(2020, 1, 1), "2 weeks", date(2020, 1, 14)),
            (date(2019, 4, 18), "2 working days", date(2019, 4, 23)),
        ] {
            assert_eq!(length(text).last_day(first, HERE), last, "{first} {text}");
        }
    }

    fn any_length() -> impl Strategy<Value = Length> {
        (0u32..60, 0usize..5).prop_map(|(number, unit)| Length {
            number,
            unit: Unit::ALL[unit].0,
        })
    }

    proptest! {
        /// Leap years, month ends and bank holidays: the last day is in time, the next is not.
        #[test]
        fn a_day_later_is_too_late(offset in 0i32..14_000, length in any_length()) {
            let end = date(1995, 1, 1).saturating_add(offset.days());
            let last = length.before(end, HERE);
            prop_assert!(length.after(last, HERE) <= end);
            prop_assert!(length.after(last.saturating_add(1.day()), HERE) > end);
        }

        /// Terms follow one another without a gap: what the corresponding date begins, or, after a
        /// month too short for it, the first of the next month.
        #[test]
        fn the_day_after_a_term_is_never_in_it(offset in 0i32..14_000, number in 1u32..60, unit in 0usize..5) {
            let first = date(1995, 1, 1).saturating_add(offset.days());
            let length = Length { number, unit: Unit::ALL[unit].0 };
            let last = length.last_day(first, HERE);
            prop_assert!(last >= first);
            if matches!(length.unit, Unit::Months | Unit::Years) {
                let next = last.saturating_add(1.day());
                prop_assert!(next.day() == first.day() || next.day() == 1);
                // As whoever counts from the end of the day before.
                let before = first.saturating_sub(1.day());
                let counted = length.after(before, HERE);
                prop_assert!(counted == last || counted.last_of_month() == last);
            }
        }

        #[test]
        fn what_is_printed_reads_back(length in any_length()) {
            prop_assert_eq!(length.to_string().parse(), Ok(length));
        }
    }
}
