//! Dates as people state them, and values that change on dates.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A date as precisely as it is known. Written `2019-08-01`, `2019-08`, `2019` or `unknown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// At some time that nobody stated; sorts before every other.
    Unknown,
    Year(i16),
    Month(i16, i8),
    Day(Date),
}

impl When {
    /// The first day that this can mean; none for unknown.
    pub fn earliest(self) -> Option<Date> {
        match self {
            When::Unknown => None,
            When::Year(year) => Some(Date::constant(year, 1, 1)),
            When::Month(year, month) => Some(Date::constant(year, month, 1)),
            When::Day(day) => Some(day),
        }
    }

    /// The last day that this can mean; none for unknown.
    pub fn latest(self) -> Option<Date> {
        match self {
            When::Unknown => None,
            When::Year(year) => Some(Date::constant(year, 12, 31)),
            When::Month(year, month) => Some(Date::constant(year, month, 1).last_of_month()),
            When::Day(day) => Some(day),
        }
    }

    /// Whether the moment lies on or before `day`: `None` when `day` falls inside the imprecision.
    pub fn reached(self, day: Date) -> Option<bool> {
        match (self.earliest(), self.latest()) {
            (Some(earliest), _) if day < earliest => Some(false),
            (_, Some(latest)) if day >= latest => Some(true),
            (None, _) => None,
            _ => None,
        }
    }
}

impl From<Date> for When {
    fn from(day: Date) -> When {
        When::Day(day)
    }
}

/// By the first day meant, then the last: the coarser of two that begin together comes first.
impl Ord for When {
    fn cmp(&self, other: &When) -> Ordering {
        (self.earliest(), other.latest()).cmp(&(other.earliest(), self.latest()))
    }
}
impl PartialOrd for When {
    fn partial_cmp(&self, other: &When) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Unknown => write!(f, "unknown"),
            When::Year(year) => write!(f, "{year:04}"),
            When::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            When::Day(day) => write!(f, "{day}"),
        }
    }
}

/// A text that is none of the four forms of [`When`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date: write 2019-08-01, 2019-08, 2019 or unknown")]
pub struct NotADate(pub String);

impl FromStr for When {
    type Err = NotADate;
    fn from_str(text: &str) -> Result<When, NotADate> {
        let refused = || NotADate(text.into());
        let text = text.trim();
        let number = |part: &str, length: usize| {
            (part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<i16>().ok())
                .flatten()
                .ok_or_else(refused)
        };
        if text.eq_ignore_ascii_case("unknown") {
            return Ok(When::Unknown);
        }
        let parts: Vec<&str> = text.split('-').collect();
        match parts[..] {
            [year] => Ok(When::Year(number(year, 4)?)),
            [year, month] => {
                let (year, month) = (number(year, 4)?, number(month, 2)? as i8);
                Date::new(year, month, 1).map_err(|_| refused())?;
                Ok(When::Month(year, month))
            }
            [year, month, day] => {
                let (year, month, day) = (
                    number(year, 4)?,
                    number(month, 2)? as i8,
                    number(day, 2)? as i8,
                );
                Ok(When::Day(
                    Date::new(year, month, day).map_err(|_| refused())?,
                ))
            }
            _ => Err(refused()),
        }
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<When, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A value and the moment from which it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point<T> {
    pub from: When,
    #[serde(flatten)]
    pub value: Stated<T>,
}

/// A wrapper so that plain values can sit beside `from` in one JSON object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stated<T> {
    pub value: T,
}

/// A value through its whole life, as believed from the entry that states it: what it was from
/// which moment, in order. Before its first moment there is no value; an unknown first moment
/// means "since before anything we know".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated<T> {
    points: Vec<Point<T>>,
}

/// What a [`Dated`] value was on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On<'a, T> {
    /// The day lies before the first statement.
    Nothing,
    Value(&'a T),
    /// The change happened in this month or year and it is not known whether before or after the day.
    Between(Option<&'a T>, &'a T),
}

impl<'a, T> On<'a, T> {
    /// The value when it is certain.
    pub fn certain(self) -> Option<&'a T> {
        match self {
            On::Value(value) => Some(value),
            On::Nothing | On::Between(..) => None,
        }
    }

    /// Every value that may have held: none, one or two.
    pub fn candidates(self) -> impl Iterator<Item = &'a T> {
        let (first, second) = match self {
            On::Nothing => (None, None),
            On::Value(value) => (Some(value), None),
            On::Between(before, after) => (before, Some(after)),
        };
        first.into_iter().chain(second)
    }
}

/// Two values from the same moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two values from {0}")]
pub struct TwoValuesFrom(pub When);

impl<T> Default for Dated<T> {
    fn default() -> Dated<T> {
        Dated { points: Vec::new() }
    }
}

impl<T: PartialEq> Dated<T> {
    /// One value, from `from` on.
    pub fn since(from: When, value: T) -> Dated<T> {
        Dated {
            points: vec![Point {
                from,
                value: Stated { value },
            }],
        }
    }

    /// A whole life from its points in any order. Two different values from one moment are refused;
    /// a repeated statement of the same value is kept once.
    pub fn from_points(
        points: impl IntoIterator<Item = (When, T)>,
    ) -> Result<Dated<T>, TwoValuesFrom> {
        let mut sorted: Vec<Point<T>> = points
            .into_iter()
            .map(|(from, value)| Point {
                from,
                value: Stated { value },
            })
            .collect();
        sorted.sort_by_key(|point| point.from);
        let mut kept: Vec<Point<T>> = Vec::with_capacity(sorted.len());
        for point in sorted {
            match kept.last() {
                Some(last) if last.from == point.from && last.value == point.value => {}
                Some(last) if last.from == point.from => return Err(TwoValuesFrom(point.from)),
                _ => kept.push(point),
            }
        }
        Ok(Dated { points: kept })
    }

    /// State `value` from `from` on, replacing a value stated from the very same moment. Later
    /// values stay, so a backdated correction changes nothing outside the span that it names.
    pub fn state(&mut self, from: When, value: T) {
        match self.points.binary_search_by_key(&from, |point| point.from) {
            Ok(found) => self.points[found].value.value = value,
            Err(place) => self.points.insert(
                place,
                Point {
                    from,
                    value: Stated { value },
                },
            ),
        }
    }

    /// What held on `day`.
    pub fn on(&self, day: Date) -> On<'_, T> {
        let mut held: Option<&T> = None;
        let mut since_unknown = true;
        for point in &self.points {
            let value = &point.value.value;
            match point.from.reached(day) {
                Some(true) => held = Some(value),
                // An unknown first moment lies before everything; a later one cannot occur, since
                // unknown sorts first and `from_points` refuses two.
                None if point.from == When::Unknown && since_unknown => held = Some(value),
                None => {
                    return match held {
                        Some(before) if before == value => On::Value(value),
                        before => On::Between(before, value),
                    };
                }
                Some(false) => break,
            }
            since_unknown = false;
        }
        match held {
            Some(value) => On::Value(value),
            None => On::Nothing,
        }
    }

    /// The value stated from this moment, or last before it.
    pub fn from(&self, moment: When) -> Option<&T> {
        let begun = |(from, _): &(When, &T)| *from <= moment;
        self.iter().rev().find(begun).map(|(_, value)| value)
    }

    /// The value stated last, whatever its date.
    pub fn latest(&self) -> Option<&T> {
        self.points.last().map(|point| &point.value.value)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (When, &T)> {
        self.points
            .iter()
            .map(|point| (point.from, &point.value.value))
    }

    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

impl<T: Serialize> Serialize for Dated<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.points.serialize(serializer)
    }
}
impl<'de, T: Deserialize<'de> + PartialEq> Deserialize<'de> for Dated<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dated<T>, D::Error> {
        let points: Vec<Point<T>> = Vec::deserialize(deserializer)?;
        Dated::from_points(
            points
                .into_iter()
                .map(|point| (point.from, point.value.value)),
        )
        .map_err(serde::de::Error::custom)
    }
}

/// A span of days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

/// A text that names no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a period: write 2019-08 (a month), 2019-Q2 (a calendar quarter), 2019/20 (April to March), 2019 or 2019-08-01..2019-08-28"
)]
pub struct NotAPeriod(pub String);

impl Period {
    /// A span; the ends are put in order.
    pub fn new(one: Date, other: Date) -> Period {
        Period {
            from: one.min(other),
            to: one.max(other),
        }
    }

    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether the two share a day.
    pub fn overlaps(&self, other: &Period) -> bool {
        self.from <= other.to && other.from <= self.to
    }

    /// The smallest span that holds both.
    pub fn union(&self, other: &Period) -> Period {
        Period {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        }
    }
}

impl FromStr for Period {
    type Err = NotAPeriod;
    fn from_str(text: &str) -> Result<Period, NotAPeriod> {
        let refused = || NotAPeriod(text.into());
        let text = text.trim();
        if let Some((from, to)) = text.split_once("..") {
            let from: When = from.parse().map_err(|_| refused())?;
            let to: When = to.parse().map_err(|_| refused())?;
            let (from, to) = (
                from.earliest().ok_or_else(refused)?,
                to.latest().ok_or_else(refused)?,
            );
            return (from <= to)
                .then_some(Period { from, to })
                .ok_or_else(refused);
        }
        if let Some((year, quarter)) = text.split_once("-Q") {
            let year: i16 = year.parse().map_err(|_| refused())?;
            let quarter: i8 = quarter.parse().map_err(|_| refused())?;
            if !(1..=4).contains(&quarter) {
                return Err(refused());
            }
            let from = Date::new(year, quarter * 3 - 2, 1).map_err(|_| refused())?;
            return Ok(Period {
                from,
                to: (from + 2.months()).last_of_month(),
            });
        }
        if let Some((first, second)) = text.split_once('/') {
            let year: i16 = first.parse().map_err(|_| refused())?;
            let next: i16 = second.parse().map_err(|_| refused())?;
            if next != (year + 1) % 100 && next != year + 1 {
                return Err(refused());
            }
            let from = Date::new(year, 4, 1).map_err(|_| refused())?;
            return Ok(Period {
                from,
                to: Date::new(year + 1, 3, 31).map_err(|_| refused())?,
            });
        }
        let when: When = text.parse().map_err(|_| refused())?;
        match (when.earliest(), when.latest()) {
            (Some(from), Some(to)) => Ok(Period { from, to }),
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn when(text: &str) -> When {
        text.parse().expect("a date in a test")
    }

    #[test]
    fn four_forms_and_nothing_else() {
        for text in ["2019-08-01", "2019-08", "2019", "unknown"] {
            assert_eq!(when(text).to_string(), text);
        }
        for text in [
            "",
            "2019-13",
            "2019-02-30",
            "1/8/2019",
            "19",
            "2019-8-1",
            "2019-08-01-02",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_value_between_two_is_said_to_be_between() {
        let life = Dated::from_points([
            (when("2006-04"), "supplier"),
            (when("2019-08-01"), "in-house"),
        ])
        .expect("distinct dates");
        assert_eq!(life.on(date(2006, 3, 31)), On::Nothing);
        assert_eq!(life.on(date(2006, 4, 10)), On::Between(None, &"supplier"));
        assert_eq!(life.on(date(2006, 4, 30)), On::Value(&"supplier"));
        assert_eq!(life.on(date(2019, 7, 31)), On::Value(&"supplier"));
        assert_eq!(life.on(date(2019, 8, 1)), On::Value(&"in-house"));
    }

    #[test]
    fn an_unknown_start_holds_before_everything() {
        let life = Dated::since(When::Unknown, 1);
        assert_eq!(life.on(date(1900, 1, 1)), On::Value(&1));
    }

    #[test]
    fn two_values_from_one_moment_are_refused() {
        assert!(Dated::from_points([(when("2019"), 1), (when("2019"), 2)]).is_err());
        assert!(Dated::from_points([(when("2019"), 1), (when("2019"), 1)]).is_ok());
    }

    #[test]
    fn periods_as_people_write_them() {
        for (text, from, to) in [
            ("2019-08", date(2019, 8, 1), date(2019, 8, 31)),
            ("2019-Q2", date(2019, 4, 1), date(2019, 6, 30)),
            ("2019/20", date(2019, 4, 1), date(2020, 3, 31)),
            ("2019", date(2019, 1, 1), date(2019, 12, 31)),
            (
                "2019-08-01..2019-08-28",
                date(2019, 8, 1),
                date(2019, 8, 28),
            ),
            ("2019-07..2019-09", date(2019, 7, 1), date(2019, 9, 30)),
        ] {
            assert_eq!(text.parse(), Ok(Period { from, to }), "{text}");
        }
        for text in [
            "",
            "soon",
            "2019-Q5",
            "2019/25",
            "2019-09..2019-08",
            "unknown",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (0i32..20_000).prop_map(|days| date(1990, 1, 1) + days.days())
    }

    proptest! {
        /// The promise of the register: a correction changes nothing outside the span it names.
        #[test]
        fn a_correction_changes_only_its_span(
            points in proptest::collection::btree_map(any_day(), 0u8..5, 1..8),
            from in any_day(),
            value in 10u8..20,
            probe in any_day(),
        ) {
            let before = Dated::from_points(points.iter().map(|(day, v)| (When::Day(*day), *v))).expect("distinct");
            let mut after = before.clone();
            after.state(When::Day(from), value);
            let end = points.keys().find(|day| **day > from);
            let inside = probe >= from && end.is_none_or(|end| probe < *end);
            if inside {
                prop_assert_eq!(after.on(probe), On::Value(&value));
            } else {
                prop_assert_eq!(after.on(probe), before.on(probe));
            }
        }
    }
}
