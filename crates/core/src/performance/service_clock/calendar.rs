//! When a service is open: hours by weekday, bank holidays, closure days, from a date on.

use crate::calendar::Nation;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The years for which openings are known, because bank holidays are ([`Nation::is_bank_holiday`]).
pub const YEARS: std::ops::RangeInclusive<i16> = 1978..=2100;

/// A stretch of one day on which the service is open, by its own clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Stretch {
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight, later than `from`; 1440 is the midnight that ends the day.
    pub to: u16,
}

/// A midnight to the next.
pub const ALL_DAY: Stretch = Stretch { from: 0, to: 1440 };

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        write!(f, "{}-{}", clock(self.from), clock(self.to))
    }
}

impl From<Stretch> for String {
    fn from(stretch: Stretch) -> String {
        stretch.to_string()
    }
}

impl TryFrom<String> for Stretch {
    type Error = String;

    fn try_from(text: String) -> Result<Stretch, String> {
        let minutes = |clock: &str| {
            let (hour, minute) = clock.trim().split_once(':')?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
        };
        let stretch = text
            .split_once('-')
            .and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
        match stretch {
            Some((from, to)) if from < to => Ok(Stretch { from, to }),
            Some(_) => Err(format!(
                "{text:?} does not end later than it begins: write hours over midnight as two, 22:00-24:00 on one day and 00:00-06:00 on the next"
            )),
            None => Err(format!(
                "{text:?} is no stretch of hours: write 09:00-17:30"
            )),
        }
    }
}

/// The hours of each day of a week, from a date on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The first day on which they hold; always before the next, if none.
    pub from: Option<Date>,
    /// Monday first; each day sorted, no two stretches overlapping. A day without any is closed.
    pub days: [Vec<Stretch>; 7],
    /// What holds on a bank holiday instead; `None` when they are days like others.
    pub bank_holidays: Option<Vec<Stretch>>,
}

/// Days on which the service is closed for a reason of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closure {
    #[serde(deserialize_with = "super::file::a_day")]
    pub from: Date,
    /// The last day; `from` when left out.
    #[serde(
        default,
        deserialize_with = "super::file::perhaps_a_day",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<Date>,
    pub reason: String,
}

/// When a service is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// As the IANA time zone database names it.
    pub zone: String,
    /// Whose bank holidays count; `None` when none do.
    pub nation: Option<Nation>,
    /// Sorted by `from`, at least one; a day before the first has no hours that are known.
    pub hours: Vec<Hours>,
    pub closures: Vec<Closure>,
}

impl Calendar {
    /// Open at every moment: time as it passes.
    pub fn round_the_clock(zone: &str) -> Calendar {
        let hours = Hours {
            days: std::array::from_fn(|_| vec![ALL_DAY]),
            ..Hours::default()
        };
        Calendar {
            zone: zone.into(),
            nation: None,
            hours: vec![hours],
            closures: Vec::new(),
        }
    }

    /// When the service is open on `day`; `None` when no hours are stated for it yet.
    pub fn open_on(&self, day: Date) -> Option<&[Stretch]> {
        let hours = self
            .hours
            .iter()
            .rfind(|hours| hours.from.is_none_or(|from| from <= day))?;
        let closed =
            |closure: &Closure| (closure.from..=closure.to.unwrap_or(closure.from)).contains(&day);
        if self.closures.iter().any(closed) {
            return Some(&[]);
        }
        let holiday = self
            .nation
            .is_some_and(|nation| nation.is_bank_holiday(day));
        Some(match &hours.bank_holidays {
            Some(instead) if holiday => instead,
            _ => &hours.days[day.weekday().to_monday_zero_offset() as usize],
        })
    }

    /// Its time zone, from the data that the program was built with; `None` for a name that is none.
    pub fn time_zone(&self) -> Option<TimeZone> {
        time_zone(&self.zone)
    }

    /// The first day for which hours are stated, when it is not open-ended.
    pub fn begins(&self) -> Option<Date> {
        self.hours.first().and_then(|hours| hours.from)
    }
}

/// A time zone by its IANA name, from the data that the program was built with.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// A calendar laid out in time, for quick sums: what is counted is in whole seconds.
#[derive(Debug, Clone)]
pub struct Openings {
    zone: TimeZone,
    /// Begin, end, and the open seconds before the begin: sorted, apart.
    stretches: Vec<(i64, i64, i64)>,
}

impl Openings {
    /// Lay `calendar` out over these days, and a day more at each end.
    pub fn over(calendar: &Calendar, zone: TimeZone, first: Date, last: Date) -> Openings {
        let mut stretches: Vec<(i64, i64, i64)> = Vec::new();
        let mut open = 0;
        let mut day = first.saturating_sub(1.day());
        let last = last.saturating_add(1.day());
        while day <= last {
            for stretch in calendar.open_on(day).unwrap_or_default() {
                let (from, to) = (
                    moment(&zone, day, stretch.from),
                    moment(&zone, day, stretch.to),
                );
                // A stretch that lies in an hour which the clock skips has no length.
                if from < to {
                    stretches.push((from, to, open));
                    open += to - from;
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        Openings { zone, stretches }
    }

    /// Open seconds from `from` up to `to`; none when `to` is no later.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        if to <= from {
            return 0;
        }
        self.until(to) - self.until(from)
    }

    fn until(&self, moment: i64) -> i64 {
        let begun = self.stretches.partition_point(|(from, ..)| *from <= moment);
        match begun.checked_sub(1).map(|place| self.stretches[place]) {
            None => 0,
            Some((from, to, before)) => before + (moment.min(to) - from),
        }
    }

    /// Count the days, later than `after`, on which the service is open at some moment from `from` up
    /// to `to`. Answers with the last day counted, to go on from.
    pub fn days_between(&self, from: i64, to: i64, after: Date) -> (u32, Date) {
        let mut last = after;
        let mut count = 0;
        let first = self.stretches.partition_point(|(_, end, _)| *end <= from);
        for (begin, ..) in self.stretches[first..]
            .iter()
            .take_while(|(begin, ..)| *begin < to)
        {
            let day = self.day_of((*begin).max(from));
            if day > last {
                count += 1;
                last = day;
            }
        }
        (count, last)
    }

    /// The day of a moment, by the service's clock on the wall.
    pub fn day_of(&self, moment: i64) -> Date {
        let moment = Timestamp::from_second(moment).unwrap_or(Timestamp::MIN);
        self.zone.to_datetime(moment).date()
    }
}

/// A time on the wall as a moment, in seconds. A time that the clock skips in spring counts as the same
/// while later; one that it shows twice in autumn is the first (RFC 5545, section 3.3.5).
fn moment(zone: &TimeZone, day: Date, minutes: u16) -> i64 {
    let (day, minutes) = match minutes {
        1440 => (day.saturating_add(1.day()), 0),
        within => (day, within),
    };
    let time = Time::midnight() + i64::from(minutes).minutes();
    zone.to_timestamp(day.to_datetime(time))
        .map_or(i64::MAX, Timestamp::as_second)
}
