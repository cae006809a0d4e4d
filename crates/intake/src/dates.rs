//! Dates as ledgers print them: days, months, quarters and ranges, in a hundred spellings.
//!
//! Whether `03/04/2019` is April or March cannot be read from one row. [`Readings`] says what a text
//! means either way; [`Order`] gathers the rows that prove one way or the other over the whole file;
//! [`days`] then reads every row in the one order.

mod moment;
mod order;

use handback_core::dated::Period;
use handback_core::import::DateOrder;
use jiff::ToSpan;
use jiff::civil::Date;

pub use moment::{Moment, moment};
pub use order::Order;

/// Why a text is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADay {
    #[error("no date")]
    Blank,
    #[error("not a date that is understood")]
    NotADate,
    #[error("the file's other dates put the day first; in that order this is no date")]
    DayFirst,
    #[error("the file's other dates put the month first; in that order this is no date")]
    MonthFirst,
    #[error("could be day-first or month-first, and the file's other dates do not show which")]
    NotSettled,
}

/// What a text means when its day comes first and when its month comes first. The two are equal
/// where the order does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readings {
    pub day_first: Option<Period>,
    pub month_first: Option<Period>,
    /// A bare number: the days since 1900 that Excel counts. A date only where the column is one.
    pub serial: bool,
}

impl Readings {
    fn plain(period: Period) -> Option<Readings> {
        Some(Readings {
            day_first: Some(period),
            month_first: Some(period),
            serial: false,
        })
    }

    fn either(day_first: Option<Period>, month_first: Option<Period>) -> Option<Readings> {
        let one = day_first.or(month_first);
        one.map(|_| Readings {
            day_first,
            month_first,
            serial: false,
        })
    }

    /// From the start of one to the end of the other.
    fn until(self, other: Readings) -> Option<Readings> {
        let span = |from: Option<Period>, to: Option<Period>| {
            let (from, to) = (from?.from, to?.to);
            (from <= to).then_some(Period { from, to })
        };
        Readings::either(
            span(self.day_first, other.day_first),
            span(self.month_first, other.month_first),
        )
    }
}

/// Read a date, whichever its order. `None` when it is none.
pub fn readings(text: &str) -> Option<Readings> {
    let text = text.trim();
    if let Some((_, rest)) = text.split_once('(')
        && let Some((inside, _)) = rest.split_once(')')
        && let Some(defined) = readings(inside)
    {
        // `Period 4 (23/06/2019 - 20/07/2019)` says itself which days it means.
        return Some(defined);
    }
    if text.parse::<f64>().is_ok() && text.contains('.') {
        // `2019.12` is an amount, not a month.
        return None;
    }
    let mut tokens = [Token::Skip; 8];
    let count = tokenise(&moment::without_time(text), &mut tokens)?;
    read(&tokens[..count])
}

/// Read a date in the order settled for its file. A month, quarter or range comes as its first and
/// last day.
pub fn days(text: &str, order: DateOrder) -> Result<Period, NotADay> {
    if let Some(day) = common(text.as_bytes(), order) {
        return Ok(Period { from: day, to: day });
    }
    if text.trim().is_empty() {
        return Err(NotADay::Blank);
    }
    let readings = readings(text).ok_or(NotADay::NotADate)?;
    match order {
        DateOrder::DayFirst => readings.day_first.ok_or(NotADay::DayFirst),
        DateOrder::MonthFirst => readings.month_first.ok_or(NotADay::MonthFirst),
        DateOrder::Plain => match (readings.day_first, readings.month_first) {
            (Some(one), Some(other)) if one != other => Err(NotADay::NotSettled),
            (one, other) => one.or(other).ok_or(NotADay::NotADate),
        },
    }
}

/// `2019-08-01` and `01/08/2019`, which nearly all rows of nearly all files use.
fn common(text: &[u8], order: DateOrder) -> Option<Date> {
    let digits = |from: usize, to: usize| {
        text[from..to].iter().try_fold(0i16, |number, byte| {
            byte.is_ascii_digit()
                .then(|| number * 10 + i16::from(byte - b'0'))
        })
    };
    let (year, month, day) = match (text, order) {
        ([_, _, _, _, b'-', _, _, b'-', _, _], _) => (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?),
        ([_, _, b'/', _, _, b'/', _, _, _, _], DateOrder::DayFirst) => {
            (digits(6, 10)?, digits(3, 5)?, digits(0, 2)?)
        }
        _ => return None,
    };
    date(year, month, day)
}

/// The years in which a payment by a living council can lie.
const YEARS: std::ops::RangeInclusive<i16> = 1990..=2099;

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    YEARS
        .contains(&year)
        .then(|| Date::new(year, month, day).ok())
        .flatten()
}

fn day(year: i16, month: i16, day: i16) -> Option<Period> {
    date(year, month, day).map(|day| Period { from: day, to: day })
}

/// `months` whole months from the first of `month`.
fn months(year: i16, month: i16, months: i32) -> Option<Period> {
    let from = date(year, month, 1)?;
    Some(Period {
        from,
        to: (from + (months - 1).months()).last_of_month(),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Skip,
    Number { value: i32, digits: usize },
    Month(i16),
    Quarter,
    Period,
}

/// Break a text into numbers and the words of dates; `None` when it holds anything else.
fn tokenise(text: &str, tokens: &mut [Token; 8]) -> Option<usize> {
    let mut count = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let class = |c: char| (c.is_ascii_digit(), c.is_alphabetic());
        let length = rest
            .find(|c: char| class(c) != class(first))
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(length);
        let token = match class(first) {
            (true, _) => Token::Number {
                value: part.parse().ok()?,
                digits: part.len(),
            },
            (_, true) => word(part)?,
            _ if part.chars().all(|c| {
                matches!(c, '/' | '-' | '.' | ',' | ' ' | '–' | '\'' | '_' | '\u{a0}')
            }) =>
            {
                Token::Skip
            }
            _ => return None,
        };
        if token != Token::Skip {
            *tokens.get_mut(count)? = token;
            count += 1;
        }
        rest = after;
    }
    Some(count)
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const FILLERS: [&str; 9] = ["st", "nd", "rd", "th", "of", "the", "to", "until", "and"];

fn word(part: &str) -> Option<Token> {
    let word = part.to_ascii_lowercase();
    let begins = |names: &[&str]| {
        names
            .iter()
            .position(|name| word.len() >= 3 && name.starts_with(&word))
    };
    match word.as_str() {
        "q" | "qtr" | "quarter" => Some(Token::Quarter),
        "p" | "period" => Some(Token::Period),
        "sept" => Some(Token::Month(9)),
        filler if FILLERS.contains(&filler) => Some(Token::Skip),
        _ => match begins(&MONTHS) {
            Some(month) => Some(Token::Month(month as i16 + 1)),
            None => begins(&WEEKDAYS)
                .or((word == "tues" || word == "thurs").then_some(0))
                .map(|_| Token::Skip),
        },
    }
}

fn read(tokens: &[Token]) -> Option<Readings> {
    use Token::{Month, Number, Period as Numbered, Quarter};
    match *tokens {
        [
            Number {
                value: y,
                digits: 4,
            },
            Number {
                value: m,
                digits: 1..=2,
            },
            Number {
                value: d,
                digits: 1..=2,
            },
        ] => Readings::plain(day(y as i16, m as i16, d as i16)?),
        [
            Number {
                value: a,
                digits: 1..=2,
            },
            Number {
                value: b,
                digits: 1..=2,
            },
            Number { value: y, digits },
        ] => {
            let year = year(y, digits)?;
            Readings::either(day(year, b as i16, a as i16), day(year, a as i16, b as i16))
        }
        [
            Number {
                value: d,
                digits: 1..=2,
            },
            Month(m),
            Number { value: y, digits },
        ]
        | [
            Month(m),
            Number {
                value: d,
                digits: 1..=2,
            },
            Number { value: y, digits },
        ] => Readings::plain(day(year(y, digits)?, m, d as i16)?),
        [Month(m), Number { value: y, digits }] => Readings::plain(months(year(y, digits)?, m, 1)?),
        [
            Number {
                value: y,
                digits: 4,
            },
            Month(m),
        ] => Readings::plain(months(y as i16, m, 1)?),
        [
            Number {
                value: y,
                digits: 4,
            },
            Number {
                value: m,
                digits: 2,
            },
        ]
        | [
            Number {
                value: m,
                digits: 1..=2,
            },
            Number {
                value: y,
                digits: 4,
            },
        ] => Readings::plain(months(y as i16, m as i16, 1)?),
        [Number { value, digits: 8 }] => Readings::plain(day(
            (value / 10_000) as i16,
            (value / 100 % 100) as i16,
            (value % 100) as i16,
        )?),
        [Number { value, digits: 5 }] => serial(value),
        [Month(first), Month(last), Number { value: y, digits }] => {
            let year = year(y, digits)?;
            Readings::plain(months(year, first, 1)?)?
                .until(Readings::plain(months(year, last, 1)?)?)
        }
        [
            Quarter,
            Number {
                value: q,
                digits: 1,
            },
            Number {
                value: y,
                digits: 4,
            },
            Number {
                value: n,
                digits: 2 | 4,
            },
        ]
        | [
            Number {
                value: y,
                digits: 4,
            },
            Number {
                value: n,
                digits: 2 | 4,
            },
            Quarter,
            Number {
                value: q,
                digits: 1,
            },
        ] => of_financial_year(y, n, q * 3 - 2, 3),
        [
            Number {
                value: y,
                digits: 4,
            },
            Quarter,
            Number {
                value: q @ 1..=4,
                digits: 1,
            },
        ] => Readings::plain(months(y as i16, q as i16 * 3 - 2, 3)?),
        [
            Numbered,
            Number {
                value: p,
                digits: 1..=2,
            },
            Number {
                value: y,
                digits: 4,
            },
            Number {
                value: n,
                digits: 2 | 4,
            },
        ]
        | [
            Number {
                value: y,
                digits: 4,
            },
            Number {
                value: n,
                digits: 2 | 4,
            },
            Numbered,
            Number {
                value: p,
                digits: 1..=2,
            },
        ] => of_financial_year(y, n, p, 1),
        [_, _, _, _] | [_, _, _, _, _, _] => {
            let (from, to) = tokens.split_at(tokens.len() / 2);
            read(from)?.until(read(to)?)
        }
        _ => None,
    }
}

/// Two digits are of this century: published ledgers begin in 2010.
fn year(value: i32, digits: usize) -> Option<i16> {
    match digits {
        4 => i16::try_from(value).ok(),
        2 => i16::try_from(2000 + value).ok(),
        _ => None,
    }
}

/// `count` months from the `first` (1 to 12) of the financial year that begins in April of `year`.
/// The thirteenth period of a year of four-week periods is no month, so it is none here.
fn of_financial_year(year: i32, next: i32, first: i32, count: i32) -> Option<Readings> {
    let follows = next == year + 1 || next == (year + 1) % 100;
    if !follows || !(1..=12).contains(&first) {
        return None;
    }
    let (year, month) = if first <= 9 {
        (year, first + 3)
    } else {
        (year + 1, first - 9)
    };
    Readings::plain(months(i16::try_from(year).ok()?, month as i16, count)?)
}

/// Excel counts days since 30 December 1899 (for dates after February 1900).
fn serial(value: i32) -> Option<Readings> {
    let day = Date::constant(1899, 12, 30)
        .checked_add(value.days())
        .ok()?;
    let day = YEARS
        .contains(&day.year())
        .then_some(Period { from: day, to: day });
    day.map(|day| Readings {
        day_first: Some(day),
        month_first: Some(day),
        serial: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as on;
    use proptest::prelude::*;

    fn span(text: &str) -> Option<String> {
        days(text, DateOrder::DayFirst)
            .ok()
            .map(|days| days.to_string())
    }

    #[test]
    fn days_in_every_form_of_the_ledgers() {
        for text in [
            "2019-08-01",
            "2019/08/01",
            "2019-8-1",
            "01/08/2019",
            "1/8/2019",
            "01/08/19",
            "01-08-2019",
            "01.08.2019",
            "01 08 2019",
            "01-Aug-2019",
            "1 Aug 19",
            "1-AUG-19",
            "1st August 2019",
            "01 of August, 2019",
            "Thursday, August 01, 2019",
            "Thu 1 Aug 2019",
            "August 1, 2019",
            "20190801",
            "43678",
            "2019-08-01 00:00:00",
            "2019-08-01T09:30:00Z",
            "01/08/2019 12:00:00 AM",
            "01/08/2019 9:30",
            " 01/08/2019 ",
        ] {
            assert_eq!(
                span(text).as_deref(),
                Some("2019-08-01..2019-08-01"),
                "{text}"
            );
        }
    }

    #[test]
    fn months_quarters_periods_and_ranges() {
        for (text, from, to) in [
            ("2011-01", on(2011, 1, 1), on(2011, 1, 31)),
            ("Jan 2011", on(2011, 1, 1), on(2011, 1, 31)),
            ("Jan-11", on(2011, 1, 1), on(2011, 1, 31)),
            ("January '11", on(2011, 1, 1), on(2011, 1, 31)),
            ("2011 January", on(2011, 1, 1), on(2011, 1, 31)),
            ("02/2012", on(2012, 2, 1), on(2012, 2, 29)),
            ("Sept 2010", on(2010, 9, 1), on(2010, 9, 30)),
            ("July 2010-September 2010", on(2010, 7, 1), on(2010, 9, 30)),
            ("Jul - Sep 2010", on(2010, 7, 1), on(2010, 9, 30)),
            ("April to June 2011", on(2011, 4, 1), on(2011, 6, 30)),
            ("2019-Q2", on(2019, 4, 1), on(2019, 6, 30)),
            ("Q1 2019/20", on(2019, 4, 1), on(2019, 6, 30)),
            ("Quarter 4 2019-2020", on(2020, 1, 1), on(2020, 3, 31)),
            ("2019/20 Q3", on(2019, 10, 1), on(2019, 12, 31)),
            ("P04 2019/20", on(2019, 7, 1), on(2019, 7, 31)),
            ("2019/20 Period 12", on(2020, 3, 1), on(2020, 3, 31)),
            (
                "Period 4 (23/06/2019 - 20/07/2019)",
                on(2019, 6, 23),
                on(2019, 7, 20),
            ),
            (
                "23 June 2019 to 20 July 2019",
                on(2019, 6, 23),
                on(2019, 7, 20),
            ),
        ] {
            assert_eq!(
                days(text, DateOrder::DayFirst),
                Ok(Period { from, to }),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "n/a",
            "Total",
            "31/02/2019",
            "2019",
            "2019/20",
            "P13 2019/20",
            "Q5 2019/20",
            "Q1 2019/25",
            "Q1 2019",
            "12.50",
            "1234",
            "00/00/0000",
            "01/01/0201",
            "1-2-3-4-5",
            "Sep 2010-July 2010",
            "12:30",
            "may",
            "99999",
            "201904",
            "2019.12",
            "12.2019",
        ] {
            assert_eq!(
                days(text, DateOrder::DayFirst),
                Err(NotADay::NotADate),
                "{text}"
            );
        }
        assert_eq!(days("  ", DateOrder::DayFirst), Err(NotADay::Blank));
    }

    #[test]
    fn the_order_is_of_the_file_and_not_of_the_row() {
        let text = "03/04/2019";
        let only = |date| {
            Ok(Period {
                from: date,
                to: date,
            })
        };
        assert_eq!(days(text, DateOrder::DayFirst), only(on(2019, 4, 3)));
        assert_eq!(days(text, DateOrder::MonthFirst), only(on(2019, 3, 4)));
        assert_eq!(days(text, DateOrder::Plain), Err(NotADay::NotSettled));
        assert_eq!(
            days("25/04/2019", DateOrder::MonthFirst),
            Err(NotADay::MonthFirst)
        );
        assert_eq!(
            days("04/25/2019", DateOrder::DayFirst),
            Err(NotADay::DayFirst)
        );
        assert_eq!(days("04/04/2019", DateOrder::Plain), only(on(2019, 4, 4)));
        assert_eq!(days("25/04/2019", DateOrder::Plain), only(on(2019, 4, 25)));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,30}") {
            let _ = readings(&text);
            let _ = days(&text, DateOrder::DayFirst);
        }

        #[test]
        fn never_panics_on_what_looks_like_dates(text in "[0-9]{1,9}[-/. ]?([0-9]{1,4}|Jan|Q|P|sept)[-/. ]?[0-9]{0,4}") {
            let _ = readings(&text);
        }

        #[test]
        fn a_printed_day_reads_back(offset in 0i32..20_000) {
            let day = on(2000, 1, 1) + offset.days();
            let only = Ok(Period { from: day, to: day });
            prop_assert_eq!(days(&day.to_string(), DateOrder::Plain), only);
            prop_assert_eq!(days(&day.strftime("%d/%m/%Y").to_string(), DateOrder::DayFirst), only);
            prop_assert_eq!(days(&day.strftime("%m/%d/%Y").to_string(), DateOrder::MonthFirst), only);
            prop_assert_eq!(days(&day.strftime("%A, %B %d, %Y").to_string(), DateOrder::DayFirst), only);
        }
    }
}
