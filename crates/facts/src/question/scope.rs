//! Which payments a question is about.

use crate::columns::{NAME, days};
use crate::rollup::{FIRST, LAST};
use datafusion::common::ScalarValue;
use datafusion::prelude::{Expr, col, lit};
use handback_core::dated::Period;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Which payments are meant. The default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Payments that were made in this period for certain. One whose printed date (a month, a
    /// quarter) can mean a day inside and a day outside is not counted here;
    /// [`Totals`](super::Totals) says how many such payments there are.
    pub period: Option<Period>,
    /// Payments to these names, exactly as printed; the empty name is a blank cell.
    pub names: Option<BTreeSet<String>>,
    /// Payments to any of these payees; none is all. A printed name may have meant one organisation
    /// until a day and another from it.
    pub payees: Option<Vec<Payee>>,
}

/// A name exactly as printed, perhaps in one span of days alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Payee {
    /// The empty name is a blank cell.
    pub name: String,
    /// Only payments whose printed date begins in this span.
    pub begun: Option<Period>,
}

impl Scope {
    /// Every payment in a period.
    pub fn during(period: Period) -> Scope {
        Scope {
            period: Some(period),
            ..Scope::default()
        }
    }

    /// Every payment up to and including a day.
    pub fn until(day: Date) -> Scope {
        Scope::during(Period::new(Date::MIN, day))
    }

    /// Whether rollups, which know months but not days, tell apart what this scope tells apart.
    pub(super) fn is_whole_months(&self) -> bool {
        let whole =
            |period: Period| period.from.day() == 1 && period.to == period.to.last_of_month();
        let spans = self.payees.iter().flatten();
        self.period.is_none_or(whole) && spans.filter_map(|payee| payee.begun).all(whole)
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
        let names = self.names.as_ref();
        let names = names.map_or_else(|| lit(true), |names| printed(names.iter()));
        let payees = self.payees.as_ref();
        names.and(payees.map_or_else(|| lit(true), |payees| paid_to(payees)))
    }
}

/// Payments to any of these names.
fn printed<'a>(names: impl Iterator<Item = &'a String>) -> Expr {
    let names: Vec<&String> = names.collect();
    let blank = names.iter().any(|name| name.is_empty());
    let printed = col(NAME).in_list(names.into_iter().map(lit).collect(), false);
    if blank {
        printed.or(col(NAME).is_null())
    } else {
        printed
    }
}

/// Payments to any of these payees: the names that are meant on one span together.
fn paid_to(payees: &[Payee]) -> Expr {
    let mut spans: BTreeMap<Option<Period>, Vec<&String>> = BTreeMap::new();
    for payee in payees {
        spans.entry(payee.begun).or_default().push(&payee.name);
    }
    let inside = |(span, names): (Option<Period>, Vec<&String>)| {
        let named = printed(names.into_iter());
        span.map_or(named.clone(), |span| named.and(begun(span)))
    };
    let any = spans.into_iter().map(inside).reduce(Expr::or);
    any.unwrap_or_else(|| lit(false))
}

/// Payments whose printed date begins in a span.
pub(super) fn begun(span: Period) -> Expr {
    col(FIRST)
        .gt_eq(day(span.from))
        .and(col(FIRST).lt_eq(day(span.to)))
}

pub(super) fn day(day: Date) -> Expr {
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
