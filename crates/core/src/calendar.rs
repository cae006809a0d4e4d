//! Working days: weekdays that are no bank holiday in a part of the United Kingdom.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// The part of the United Kingdom whose bank holidays count (Banking and Financial Dealings Act
/// 1971, schedule 1, and royal proclamations).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Nation {
    #[default]
    EnglandAndWales,
    Scotland,
    NorthernIreland,
}

impl Nation {
    const ALL: [Nation; 3] = [
        Nation::EnglandAndWales,
        Nation::Scotland,
        Nation::NorthernIreland,
    ];

    /// Whether nobody is expected to work on `day`.
    pub fn is_closed(self, day: Date) -> bool {
        is_weekend(day) || self.is_bank_holiday(day)
    }

    /// Whether `day` is a bank holiday, or stands in for one that falls on a weekend. Years before
    /// 1978 and after 2100 have weekends alone: no list says what will be proclaimed.
    pub fn is_bank_holiday(self, day: Date) -> bool {
        static DAYS: OnceLock<[BTreeSet<Date>; 3]> = OnceLock::new();
        let days = DAYS.get_or_init(|| {
            Nation::ALL.map(|nation| {
                let years = (1978..=2100).flat_map(|year| bank_holidays(nation, year));
                years.collect()
            })
        });
        days[self as usize].contains(&day)
    }

    /// The working day that is the `count`th after `day`; `day` itself for none.
    pub fn working_days_after(self, day: Date, count: u32) -> Date {
        let mut found = day;
        for _ in 0..count {
            found = next(found);
            while self.is_closed(found) {
                found = next(found);
            }
        }
        found
    }

    /// The last day whose `count`th working day after it is not later than `day`.
    pub fn working_days_before(self, day: Date, count: u32) -> Date {
        let mut found = next(day);
        for _ in 0..count {
            found = previous(found);
            while self.is_closed(found) {
                found = previous(found);
            }
        }
        previous(found)
    }

    /// How many working days lie after `from`, up to and with `to`; none when `to` is no later.
    pub fn working_days_between(self, from: Date, to: Date) -> u32 {
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = next(day);
            count += u32::from(!self.is_closed(day));
        }
        count
    }
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn next(day: Date) -> Date {
    day.saturating_add(1.day())
}

fn previous(day: Date) -> Date {
    day.saturating_sub(1.day())
}

/// Days that were proclaimed once, and the usual days that they took the place of, as published on
/// GOV.UK.
const PROCLAIMED: &[(Date, Option<Date>)] = &[
    (day(1981, 7, 29), None),
    (day(1995, 5, 8), Some(day(1995, 5, 1))),
    (day(1999, 12, 31), None),
    (day(2002, 6, 4), Some(day(2002, 5, 27))),
    (day(2002, 6, 3), None),
    (day(2011, 4, 29), None),
    (day(2012, 6, 4), Some(day(2012, 5, 28))),
    (day(2012, 6, 5), None),
    (day(2020, 5, 8), Some(day(2020, 5, 4))),
    (day(2022, 6, 2), Some(day(2022, 5, 30))),
    (day(2022, 6, 3), None),
    (day(2022, 9, 19), None),
    (day(2023, 5, 8), None),
];

const fn day(year: i16, month: i8, day: i8) -> Date {
    Date::constant(year, month, day)
}

fn bank_holidays(nation: Nation, year: i16) -> BTreeSet<Date> {
    use Nation::{NorthernIreland, Scotland};
    let monday = |month, nth| {
        day(year, month, 1)
            .nth_weekday_of_month(nth, Weekday::Monday)
            .expect("every month has a first and a last Monday")
    };
    let easter = easter(year);
    let scottish = nation == Scotland;
    let mut fixed = vec![(1, 1), (12, 25), (12, 26)];
    if scottish {
        fixed.push((1, 2));
        // St Andrew's Day Bank Holiday (Scotland) Act 2007.
        fixed.extend((year >= 2007).then_some((11, 30)));
    }
    if nation == NorthernIreland {
        fixed.extend([(3, 17), (7, 12)]);
    }
    fixed.sort_unstable();
    let mut days = BTreeSet::from([
        easter.saturating_sub(2.days()),
        monday(5, 1),
        monday(5, -1),
        monday(8, if scottish { 1 } else { -1 }),
    ]);
    if !scottish {
        days.insert(easter.saturating_add(1.day()));
    }
    for (proclaimed, instead_of) in PROCLAIMED {
        if proclaimed.year() == year {
            days.insert(*proclaimed);
            instead_of.map(|usual| days.remove(&usual));
        }
    }
    let fixed: Vec<Date> = fixed
        .into_iter()
        .map(|(month, of_month)| day(year, month, of_month))
        .collect();
    days.extend(fixed.iter().filter(|on| !is_weekend(**on)));
    // What falls on a weekend is kept on the next weekday that is not kept already.
    for on in fixed.into_iter().filter(|on| is_weekend(*on)) {
        let mut kept = next(on);
        while is_weekend(kept) || days.contains(&kept) {
            kept = next(kept);
        }
        days.insert(kept);
    }
    days
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm, as Meeus gives it).
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    day(year, (n / 31) as i8, (n % 31 + 1) as i8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn of(nation: Nation, year: i16) -> Vec<String> {
        let days = bank_holidays(nation, year);
        days.iter()
            .map(|day| day.strftime("%m-%d").to_string())
            .collect()
    }

    /// As GOV.UK publishes them, years with substitutes and proclaimed days among them.
    #[test]
    fn bank_holidays_are_those_published() {
        for (nation, year, days) in [
            (
                Nation::EnglandAndWales,
                2020,
                "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
            ),
            (
                Nation::EnglandAndWales,
                2021,
                "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
            ),
            (
                Nation::EnglandAndWales,
                2022,
                "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
            ),
            (
                Nation::EnglandAndWales,
                2023,
                "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
            ),
            (
                Nation::EnglandAndWales,
                2026,
                "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
            ),
            (
                Nation::Scotland,
                2022,
                "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27",
            ),
            (
                Nation::Scotland,
                2024,
                "01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26",
            ),
            (
                Nation::NorthernIreland,
                2024,
                "01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26",
            ),
        ] {
            assert_eq!(of(nation, year).join(" "), days, "{nation:?} {year}");
        }
    }

    #[test]
    fn easter_falls_as_tables_say() {
        for (year, month, of_month) in [
            (1981, 4, 19),
            (2000, 4, 23),
            (2008, 3, 23),
            (2019, 4, 21),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), date(year, month, of_month));
        }
    }

    #[test]
    fn working_days_step_over_easter() {
        let nation = Nation::EnglandAndWales;
        assert_eq!(
            nation.working_days_after(date(2019, 4, 18), 1),
            date(2019, 4, 23)
        );
        assert_eq!(
            nation.working_days_before(date(2019, 4, 22), 1),
            date(2019, 4, 17)
        );
        assert_eq!(
            nation.working_days_between(date(2019, 4, 18), date(2019, 4, 23)),
            1
        );
    }

    proptest! {
        /// One day later would be too late, and the day itself is not.
        #[test]
        fn back_is_the_last_day_from_which_forth_is_in_time(offset in 0i32..14_000, count in 0u32..40, place in 0usize..3) {
            let nation = Nation::ALL[place];
            let end = date(1995, 1, 1).saturating_add(offset.days());
            let last = nation.working_days_before(end, count);
            prop_assert!(nation.working_days_after(last, count) <= end);
            prop_assert!(nation.working_days_after(next(last), count) > end);
        }
    }
}
