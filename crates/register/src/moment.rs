//! Up to when the register is asked what was known.

use jiff::Timestamp;
use jiff::civil::Date;

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

impl Moment {
    /// Whether something recorded at `recorded_at` belongs to it; no answer for entry numbers.
    pub(crate) fn reaches(self, recorded_at: Timestamp) -> Option<bool> {
        const LONDON: jiff::tz::TimeZone = jiff::tz::get!("Europe/London");
        match self {
            Moment::Newest | Moment::Entry(_) => None,
            Moment::Time(time) => Some(recorded_at <= time),
            Moment::Day(day) => Some(LONDON.to_datetime(recorded_at).date() <= day),
        }
    }
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
        for (recorded_at, day, reached) in [
            ("2024-01-31T23:59:59.999999Z", date(2024, 1, 31), true),
            ("2024-02-01T00:00:00Z", date(2024, 1, 31), false),
            // British Summer Time is one hour ahead.
            ("2024-06-30T22:59:59.999999Z", date(2024, 6, 30), true),
            ("2024-06-30T23:00:00Z", date(2024, 6, 30), false),
        ] {
            let time: Timestamp = recorded_at.parse().expect("a time in a test");
            assert_eq!(
                Moment::Day(day).reaches(time),
                Some(reached),
                "{recorded_at}"
            );
        }
    }
}
