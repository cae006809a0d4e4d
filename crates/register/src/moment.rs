//! Up to when the register is asked what was known.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A moment in the life of the register. It resolves to an entry number once per request, so that
/// every figure of one answer rests on the same entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moment {
    /// Everything known now.
    #[default]
    Newest,
    /// Up to and with this entry; 0 is before the first.
    Entry(u64),
    /// Up to and with this time.
    Time(Timestamp),
    /// Up to the end of this day in the United Kingdom (Europe/London).
    Day(Date),
}

/// The day that a time belongs to in the United Kingdom.
pub(crate) fn day_of(time: Timestamp) -> Date {
    const LONDON: TimeZone = jiff::tz::get!("Europe/London");
    LONDON.to_datetime(time).date()
}

impl From<u64> for Moment {
    fn from(entry: u64) -> Moment {
        Moment::Entry(entry)
    }
}
impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Moment {
        Moment::Time(time)
    }
}
impl From<Date> for Moment {
    fn from(day: Date) -> Moment {
        Moment::Day(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_ends_at_midnight_in_london() {
        for (time, day) in [
            ("2024-01-31T23:59:59.999999Z", date(2024, 1, 31)),
            ("2024-02-01T00:00:00Z", date(2024, 2, 1)),
            // British Summer Time is one hour ahead.
            ("2024-06-30T22:59:59.999999Z", date(2024, 6, 30)),
            ("2024-06-30T23:00:00Z", date(2024, 7, 1)),
        ] {
            assert_eq!(
                day_of(time.parse().expect("a time in a test")),
                day,
                "{time}"
            );
        }
    }
}
