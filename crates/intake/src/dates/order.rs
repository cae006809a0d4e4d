//! Whether the day or the month comes first: settled over a whole file, from the dates that prove it.

use super::Readings;
use handback_core::import::DateOrder;

/// What the dates of a file have shown about their order so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Dates that can only be read with the day first, as `25/03/2019`.
    pub day_first: u64,
    /// Dates that can only be read with the month first, as `03/25/2019`.
    pub month_first: u64,
    /// Dates that mean different days in the two orders.
    pub either: u64,
    /// Whether all of those share their first number, and whether all share their second.
    first: Constant,
    second: Constant,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Constant {
    #[default]
    Unseen,
    Always(i8),
    Varies,
}

impl Constant {
    fn see(&mut self, value: i8) {
        *self = match *self {
            Constant::Unseen => Constant::Always(value),
            Constant::Always(seen) if seen == value => Constant::Always(value),
            _ => Constant::Varies,
        };
    }
}

impl Order {
    /// By how many proofs one order must lead before the rest of the file is taken to follow it: a
    /// few lines of a ledger may be mistyped.
    const LEAD: u64 = 8;

    /// Take one more date into account.
    pub fn see(&mut self, readings: Readings) {
        match (readings.day_first, readings.month_first) {
            (Some(one), Some(other)) if one != other => {
                self.either += 1;
                self.first.see(one.from.day());
                self.second.see(one.from.month());
            }
            (Some(_), None) => self.day_first += 1,
            (None, Some(_)) => self.month_first += 1,
            _ => {}
        }
    }

    /// Whether any date so far means different days in the two orders, or proves one.
    pub fn depends(&self) -> bool {
        self.either > 0 || self.has_proof()
    }

    /// Whether any date so far can be read in one order only.
    pub fn has_proof(&self) -> bool {
        self.day_first > 0 || self.month_first > 0
    }

    /// Whether reading on would change nothing.
    pub fn is_proved(&self) -> bool {
        self.day_first.abs_diff(self.month_first) >= Order::LEAD
    }

    /// The order of the whole file; `None` when no date proves one and the month first is the
    /// likelier: all first numbers are the same, as in a month's ledger from an American program.
    pub fn settled(&self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (0, 0) if self.either == 0 => Some(DateOrder::Plain),
            (0, 0) => {
                let like_month_first =
                    self.second == Constant::Varies && matches!(self.first, Constant::Always(_));
                (!like_month_first).then_some(DateOrder::DayFirst)
            }
            (day_first, month_first) if day_first >= month_first => Some(DateOrder::DayFirst),
            _ => Some(DateOrder::MonthFirst),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::readings;

    fn order(texts: &[&str]) -> Option<DateOrder> {
        let mut order = Order::default();
        texts
            .iter()
            .filter_map(|text| readings(text))
            .for_each(|readings| order.see(readings));
        order.settled()
    }

    #[test]
    fn the_order_follows_the_proofs() {
        for (texts, settled) in [
            (&["2019-03-04", "Mar 2019"][..], Some(DateOrder::Plain)),
            (&["03/04/2019", "25/04/2019"], Some(DateOrder::DayFirst)),
            (&["03/04/2019", "04/25/2019"], Some(DateOrder::MonthFirst)),
            (
                &["25/04/2019", "26/04/2019", "04/25/2019"],
                Some(DateOrder::DayFirst),
            ),
            (
                &["25/04/2019", "04/25/2019", "04/26/2019"],
                Some(DateOrder::MonthFirst),
            ),
            // Nothing proved: the British order, unless the file looks American.
            (
                &["01/04/2019", "02/04/2019", "03/04/2019"],
                Some(DateOrder::DayFirst),
            ),
            (&["03/04/2019"], Some(DateOrder::DayFirst)),
            (&["04/01/2019", "04/02/2019", "04/03/2019"], None),
        ] {
            assert_eq!(order(texts), settled, "{texts:?}");
        }
    }
}
