//! Moments as service desks print them: a date with the time of day, and where the file says so the
//! offset from UTC.

use super::{NotADay, days};
use handback_core::import::DateOrder;
use jiff::civil::{DateTime, Time};
use jiff::tz::Offset;
use std::borrow::Cow;

/// A printed date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// As the clock on the wall shows it.
    pub local: DateTime,
    /// Where the text says it: `Z`, `+01:00`, `BST`.
    pub offset: Option<Offset>,
    /// Only a day is printed; `local` is then its midnight.
    pub is_day: bool,
}

/// Read a date and time in the order settled for its file. A month or a range is no moment.
pub fn moment(text: &str, order: DateOrder) -> Result<Moment, NotADay> {
    let text = text.trim();
    let Some(clock) = Clock::find(text) else {
        if text.contains(':') {
            return Err(NotADay::NotADate);
        }
        let period = days(text, order)?;
        return match period.from == period.to {
            true => Ok(Moment {
                local: period.from.to_datetime(Time::midnight()),
                offset: None,
                is_day: true,
            }),
            false => Err(NotADay::NotADate),
        };
    };
    let period = days(&clock.date(text), order)?;
    if period.from != period.to {
        return Err(NotADay::NotADate);
    }
    Ok(Moment {
        local: period.from.to_datetime(clock.time),
        offset: clock.offset,
        is_day: false,
    })
}

/// The date of a text without its time of day: `29/2/2016` of `29/2/2016 01:16`, whatever the time.
pub(super) fn without_time(text: &str) -> Cow<'_, str> {
    let Some((before, _)) = text.split_once(':') else {
        return text.into();
    };
    match Clock::find(text) {
        Some(clock) => clock.date(text),
        None => before
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .trim_end_matches(['T', ' '])
            .into(),
    }
}

/// A time of day within a text, and where it stands.
struct Clock {
    time: Time,
    offset: Option<Offset>,
    /// Where it begins, in bytes.
    from: usize,
    /// The four digits of a year that stands after it, as in `Fri Mar 01 09:30:00 2019`.
    year: Option<(usize, usize)>,
}

impl Clock {
    fn find(text: &str) -> Option<Clock> {
        let bytes = text.as_bytes();
        let colon = bytes.iter().position(|byte| *byte == b':')?;
        let digits_before = bytes[..colon]
            .iter()
            .rev()
            .take(2)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let from = colon - digits_before;
        let mut rest = Rest { text, at: from };
        let mut hour = i8::try_from(rest.number(2)?).ok()?;
        rest.sign(b':')?;
        let minute = i8::try_from(rest.number(2)?).ok()?;
        let mut second = 0;
        let mut nanosecond = 0;
        if rest.sign(b':').is_some() {
            second = i8::try_from(rest.number(2)?).ok()?;
            if rest.sign(b'.').or_else(|| rest.sign(b',')).is_some() {
                nanosecond = rest.fraction()?;
            }
        }
        rest.spaces();
        if let Some(afternoon) = rest.half_of_day() {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if afternoon { 12 } else { 0 };
            rest.spaces();
        }
        let offset = rest.offset();
        rest.spaces();
        let year = (text.len() - rest.at == 4 && bytes[rest.at..].iter().all(u8::is_ascii_digit))
            .then_some((rest.at, text.len()));
        if year.is_none() && rest.at != text.len() {
            return None;
        }
        // A leap second, which no clock of a desk shows twice, is the second before.
        let time = Time::new(hour, minute, second.min(59), nanosecond).ok()?;
        Some(Clock {
            time,
            offset,
            from,
            year,
        })
    }

    fn date<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let before = text[..self.from].trim_end_matches(['T', 't', ' ', ',', '\u{a0}']);
        match self.year {
            Some((from, to)) => format!("{before} {}", &text[from..to]).into(),
            None => before.into(),
        }
    }
}

/// What of a text has not been read.
struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl Rest<'_> {
    fn number(&mut self, digits: usize) -> Option<u32> {
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest
            .iter()
            .take(digits)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let number = self.text[self.at..self.at + count].parse().ok();
        self.at += count;
        number
    }

    fn sign(&mut self, sign: u8) -> Option<()> {
        (self.text.as_bytes().get(self.at) == Some(&sign)).then(|| self.at += 1)
    }

    /// Decimals of a second as nanoseconds; those beyond nine are cut off.
    fn fraction(&mut self) -> Option<i32> {
        let rest = &self.text[self.at..];
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        self.at += count;
        format!("{:0<9.9}", &rest[..count]).parse().ok()
    }

    fn spaces(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn word(&mut self, word: &str) -> bool {
        let rest = self.text.as_bytes()[self.at..].get(..word.len());
        let stands = rest.is_some_and(|rest| rest.eq_ignore_ascii_case(word.as_bytes()));
        if stands {
            self.at += word.len();
        }
        stands
    }

    /// Whether it is the afternoon, where the text says which half of the day it means.
    fn half_of_day(&mut self) -> Option<bool> {
        if self.word("a.m.") || self.word("am") {
            return Some(false);
        }
        (self.word("p.m.") || self.word("pm")).then_some(true)
    }

    fn offset(&mut self) -> Option<Offset> {
        if ["Z", "UTC", "GMT"].into_iter().any(|word| self.word(word)) {
            return Some(Offset::UTC);
        }
        if self.word("BST") {
            return Offset::from_hours(1).ok();
        }
        let before = self.at;
        let sign = match self.text.as_bytes().get(self.at)? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.at += 1;
        let found = self.number(2).and_then(|hours| {
            let minutes = match self.sign(b':') {
                Some(()) => self.number(2)?,
                None => self.number(2).unwrap_or(0),
            };
            let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
            Offset::from_seconds(sign * seconds).ok()
        });
        if found.is_none() {
            self.at = before;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        let moment = moment(text, DateOrder::DayFirst).ok()?;
        let offset = moment
            .offset
            .map_or(String::new(), |offset| offset.to_string());
        Some(format!("{}{offset}", moment.local))
    }

    #[test]
    fn moments_as_desks_print_them() {
        for (desk, text, read_as) in [
            ("ServiceNow", "29/2/2016 01:16", "2016-02-29T01:16:00"),
            ("ServiceNow", "2016-02-29 01:16:05", "2016-02-29T01:16:05"),
            ("GLPI", "01-03-2019 09:30", "2019-03-01T09:30:00"),
            (
                "Zammad",
                "2019-03-01 09:30:00 UTC",
                "2019-03-01T09:30:00+00",
            ),
            ("Jira", "01/Mar/19 9:30 AM", "2019-03-01T09:30:00"),
            ("Jira", "01/Mar/19 12:05 AM", "2019-03-01T00:05:00"),
            ("Jira", "1 Mar 2019 12:05 p.m.", "2019-03-01T12:05:00"),
            (
                "Request Tracker",
                "Fri Mar 01 09:30:00 2019",
                "2019-03-01T09:30:00",
            ),
            (
                "XES",
                "2011-10-11T13:42:22.688+02:00",
                "2011-10-11T13:42:22.688+02",
            ),
            (
                "pm4py",
                "2011-10-11 13:42:22.688000+02:00",
                "2011-10-11T13:42:22.688+02",
            ),
            ("JSON", "2019-03-01T09:30:00Z", "2019-03-01T09:30:00+00"),
            (
                "JSON",
                "2019-03-01T09:30:00-0530",
                "2019-03-01T09:30:00-05:30",
            ),
            ("by hand", "1/3/2019 9:30 BST", "2019-03-01T09:30:00+01"),
            ("by hand", "1st March 2019, 09:30", "2019-03-01T09:30:00"),
            ("by hand", "2019-03-01", "2019-03-01T00:00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(read_as), "{desk}: {text}");
        }
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "?",
            "March 2019",
            "2019-03-01 25:00",
            "2019-03-01 09:75",
            "09:30",
            "2019-02-30 09:30",
            "2019-03-01 13:30 PM",
            "2019-03-01 09:30 whenever",
            ":",
            "1:2",
            "01/03/2019 é:30",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "\\PC{0,30}") {
            let _ = moment(&text, DateOrder::DayFirst);
            let _ = without_time(&text);
        }

        #[test]
        fn moments_read_back(seconds in 631_152_000i64..4_000_000_000) {
            let at = jiff::Timestamp::from_second(seconds).expect("in range");
            let printed = at.to_string();
            let read = moment(&printed, DateOrder::Plain).expect("a moment");
            let offset = read.offset.expect("printed with Z");
            prop_assert_eq!(offset.to_timestamp(read.local).expect("in range"), at);
        }
    }
}
