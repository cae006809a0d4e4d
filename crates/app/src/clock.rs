//! The one place that reads the time and draws randomness.

use jiff::civil::Date;
use jiff::{Timestamp, tz};

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The day now in the United Kingdom, whose councils this serves.
pub fn today() -> Date {
    day_of(now())
}

/// The day that a time belongs to in the United Kingdom.
pub fn day_of(time: Timestamp) -> Date {
    const LONDON: tz::TimeZone = tz::get!("Europe/London");
    LONDON.to_datetime(time).date()
}

/// The hour of a time in the United Kingdom, from 0 to 23.
pub fn hour_of(time: Timestamp) -> i8 {
    const LONDON: tz::TimeZone = tz::get!("Europe/London");
    LONDON.to_datetime(time).hour()
}

/// A time as people in the United Kingdom read it: `26 March 2021, 14:05`.
pub fn told(time: Timestamp) -> String {
    const LONDON: tz::TimeZone = tz::get!("Europe/London");
    let there = LONDON.to_datetime(time);
    there.strftime("%-d %B %Y, %H:%M").to_string()
}

/// Fill a buffer with random bytes from the operating system.
pub fn random(buffer: &mut [u8]) {
    getrandom::fill(buffer).expect("the operating system gives random bytes");
}
