//! Which payments a question is about.

use crate::columns::{NAME, days};
use crate::rollup::{FIRST, LAST};
use datafusion::common::ScalarValue;
use datafusion::prelude::{Expr, col, lit};
use handback_core::dated::Period;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Which payments are meant. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Payments that were made in this period for certain. One whose printed date (a month, a
    /// quarter) can mean a day inside and a day outside is not counted here;
    /// [`Totals`](super::Totals) says how many such payments there are.
    pub period: Option<Period>,
    /// Payments to these names, exactly as printed; the empty name is a blank cell.
    pub names: Option<BTreeSet<String>>,
}

impl Scope {
    /// Every payment in a period.
    pub fn during(period: Period) -> Scope {
        Scope {
            period: Some(period),
            names: None,
        }
    }

    /// Every payment up to and including a day.
    pub fn until(day: Date) -> Scope {
        Scope::during(Period::new(Date::MIN, day))
    }

    /// Whether rollups, which know months but not days, tell apart what this scope tells apart.
    pub(super) fn is_whole_months(&self) -> bool {
        self.period
            .is_none_or(|period| period.from.day() == 1 && period.to == period.to.last_of_month())
    }

    /// Payments in the scope for certain.
    pub(super) fn certain(&self) -> Expr {
        self.named().and(self.inside())
    }

    /// Payments in the scope for certain or perhaps.
    pub(super) fn possible(&self) -> Expr {
        match self.period {
            Some(period) => self
                .named()
                .and(col(FIRST).lt_eq(day(period.to)))
                .and(col(LAST).gt_eq(day(period.from))),
            None => self.named(),
        }
    }

    /// Whether every day that the date can mean lies in the period.
    pub(super) fn inside(&self) -> Expr {
        match self.period {
            Some(period) => col(FIRST)
                .gt_eq(day(period.from))
                .and(col(LAST).lt_eq(day(period.to))),
            None => lit(true),
        }
    }

    fn named(&self) -> Expr {
        let Some(names) = &self.names else {
            return lit(true);
        };
        let printed = col(NAME).in_list(names.iter().map(lit).collect(), false);
        if names.contains("") {
            printed.or(col(NAME).is_null())
        } else {
            printed
        }
    }
}

/// Payments whose printed date begins in a span.
pub(super) fn begun(span: Period) -> Expr {
    col(FIRST)
        .gt_eq(day(span.from))
        .and(col(FIRST).lt_eq(day(span.to)))
}

fn day(day: Date) -> Expr {
    lit(ScalarValue::Date32(Some(days(day))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn whole_months_are_told_from_others() {
        for (period, whole) in [
            ("2019-02", true),
            ("2019/20", true),
            ("2019-Q2", true),
            ("2019-02-01..2019-02-27", false),
            ("2019-02-02..2019-02-28", false),
        ] {
            let scope = Scope::during(period.parse().expect("a period"));
            assert_eq!(scope.is_whole_months(), whole, "{period}");
        }
        assert!(Scope::default().is_whole_months());
        assert!(Scope::until(date(2019, 2, 28)).is_whole_months());
        assert!(!Scope::until(date(2019, 3, 1)).is_whole_months());
    }
}
