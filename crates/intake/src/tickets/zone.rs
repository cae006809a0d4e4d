//! The clocks that a file's times are of. Twice a year a printed hour is no one moment: it occurs twice,
//! or never. It is then read as most programs read it, and told.

use crate::dates::Moment;
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// The zone of times that do not say theirs.
pub(crate) const LONDON: &str = "Europe/London";

/// The clocks of a zone. What they could not read plainly is counted, each with the first line.
#[derive(Debug)]
pub(super) struct Clocks {
    zone: TimeZone,
    /// The hour occurs twice: the first was taken.
    pub(super) twice: Counted,
    /// The hour is skipped: the time was taken as if the clock had not been put forward.
    pub(super) never: Counted,
    /// A day alone: its midnight was taken.
    pub(super) days: Counted,
}

/// How many times, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) times: u64,
    pub(super) line: u64,
    pub(super) printed: String,
}

impl Counted {
    fn see(&mut self, line: u64, printed: &str) {
        if self.times == 0 {
            self.line = line;
            printed.clone_into(&mut self.printed);
        }
        self.times += 1;
    }
}

impl Clocks {
    pub(super) fn of(zone: TimeZone) -> Clocks {
        Clocks {
            zone,
            twice: Counted::default(),
            never: Counted::default(),
            days: Counted::default(),
        }
    }

    pub(super) fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    /// How many times so far have something to be told of them.
    pub(super) fn doubtful(&self) -> u64 {
        self.twice.times + self.never.times + self.days.times
    }

    /// The instant that a printed moment is; none beyond the years that can be reckoned with.
    pub(super) fn read(&mut self, moment: Moment, line: u64, printed: &str) -> Option<Timestamp> {
        if moment.is_day {
            self.days.see(line, printed);
        }
        if let Some(offset) = moment.offset {
            return Offset::to_timestamp(offset, moment.local).ok();
        }
        let read = self.zone.to_ambiguous_timestamp(moment.local);
        match read.offset() {
            AmbiguousOffset::Unambiguous { .. } => {}
            AmbiguousOffset::Fold { .. } => self.twice.see(line, printed),
            AmbiguousOffset::Gap { .. } => self.never.see(line, printed),
        }
        read.compatible().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::moment;
    use handback_core::import::DateOrder;
    use handback_core::performance::service_clock::calendar::time_zone;

    #[test]
    fn hours_at_a_clock_change_are_told() {
        for (printed, instant, told) in [
            ("2019-01-15 09:30", "2019-01-15T09:30:00Z", [0, 0, 0]),
            ("2019-07-15 09:30", "2019-07-15T08:30:00Z", [0, 0, 0]),
            ("2019-07-15 09:30Z", "2019-07-15T09:30:00Z", [0, 0, 0]),
            // The clocks went back at 2.00 on 27 October: 1.30 came twice, the first time in summer time.
            ("2019-10-27 01:30", "2019-10-27T00:30:00Z", [1, 0, 0]),
            ("2019-10-27 01:30+00:00", "2019-10-27T01:30:00Z", [0, 0, 0]),
            // They went forward at 1.00 on 31 March: 1.30 never was.
            ("2019-03-31 01:30", "2019-03-31T01:30:00Z", [0, 1, 0]),
            ("2019-07-15", "2019-07-14T23:00:00Z", [0, 0, 1]),
        ] {
            let mut clocks = Clocks::of(time_zone(LONDON).expect("built in"));
            let moment = moment(printed, DateOrder::Plain).expect("a moment");
            let read = clocks.read(moment, 7, printed).expect("in range");
            assert_eq!(read.to_string(), instant, "{printed}");
            let counted = [&clocks.twice, &clocks.never, &clocks.days].map(|counted| counted.times);
            assert_eq!(counted, told, "{printed}");
        }
    }
}
