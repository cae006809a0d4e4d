//! Which term is in force on a day.

use crate::contract::terms::{END_AT_TERM, RenewalKind, Terms};
use jiff::ToSpan;
use jiff::civil::Date;

/// The term in force on a day; the last one once the contract has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// Its last day.
    pub end: Option<Date>,
    /// How many renewals or extensions came before.
    pub renewals: u32,
    /// The day on which it would go on by itself.
    pub next_renewal: Option<Date>,
    /// The end of the next extension, where one can still be taken up.
    pub extension_until: Option<Date>,
    pub longest_end: Option<Date>,
}

impl Term {
    /// The term of `terms` in force on `asked`. Automatic renewals happen on the day after a term's
    /// last day unless notice was given in time; extensions only as they were taken up.
    pub fn of(terms: &Terms, asked: Date) -> Term {
        let Some(renewal) = &terms.renewal else {
            let end = ended_early(terms, end_after(terms, 0), asked);
            return Term {
                end,
                longest_end: end,
                ..Term::default()
            };
        };
        let longest = renewal.at_most.and_then(|most| end_after(terms, most));
        if renewal.kind == RenewalKind::Option {
            let left = renewal.at_most.is_none_or(|most| renewal.taken < most);
            let next = left.then(|| end_after(terms, renewal.taken + 1)).flatten();
            return Term {
                end: ended_early(terms, end_after(terms, renewal.taken), asked),
                renewals: renewal.taken,
                next_renewal: None,
                extension_until: next,
                longest_end: longest,
            };
        }
        let stopped_after = stopped_after(terms, asked);
        let most = renewal.at_most.unwrap_or(u32::MAX).min(stopped_after);
        let renewals = renewals_by(terms, asked, most);
        let end = end_after(terms, renewals);
        let early = ended_early(terms, end, asked);
        let goes_on = renewals < most && early == end && renewal.every.length.is_some();
        Term {
            end: early,
            renewals,
            next_renewal: goes_on
                .then_some(end)
                .flatten()
                .map(|end| end.saturating_add(1.day())),
            extension_until: None,
            longest_end: longest,
        }
    }
}

/// The last day of the term after so many renewals. Months are counted in one go from the first
/// day, so that a month end stays one.
pub(super) fn end_after(terms: &Terms, renewals: u32) -> Option<Date> {
    let first = terms.initial_term.as_ref().and_then(|term| term.length);
    let every = terms
        .renewal
        .as_ref()
        .and_then(|renewal| renewal.every.length);
    let counted = match renewals {
        0 => None,
        _ => Some(every?.times(renewals)),
    };
    let base = match (terms.end, terms.start, first) {
        (Some(end), ..) => end,
        (None, Some(start), Some(first)) => match counted.map(|counted| first.and(counted)) {
            Some(Some(whole)) => return Some(whole.last_day(start, terms.nation)),
            _ => first.last_day(start, terms.nation),
        },
        _ => return None,
    };
    Some(match counted {
        None => base,
        Some(counted) => counted.last_day(base.saturating_add(1.day()), terms.nation),
    })
}

/// After how many automatic renewals the term lasts until a day at least; at most so many.
pub(super) fn renewals_by(terms: &Terms, asked: Date, most: u32) -> u32 {
    let over =
        |renewals| end_after(terms, renewals).is_some_and(|end| end < asked && end < Date::MAX);
    if most == 0 || !over(0) {
        return 0;
    }
    // The ends are in order: find the first that has not passed, by halving.
    let mut high = 1;
    while high < most && over(high) {
        high = high.saturating_mul(2).min(most);
    }
    let mut low = high / 2;
    while low < high {
        let middle = low + (high - low) / 2;
        if over(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// After how many renewals a notice that was given by the asked day lets the contract end.
fn stopped_after(terms: &Terms, asked: Date) -> u32 {
    let served = terms.served.as_ref().filter(|served| served.on <= asked);
    let Some(served) = served.filter(|served| served.route == END_AT_TERM) else {
        return u32::MAX;
    };
    let most = terms.renewal.as_ref().and_then(|renewal| renewal.at_most);
    let notices = terms
        .notice
        .iter()
        .filter(|notice| notice.route == served.route);
    let runs_out =
        notices.filter_map(|notice| Some(notice.at_least.length?.after(served.on, terms.nation)));
    // The first end that the notice reaches.
    renewals_by(
        terms,
        runs_out.min().unwrap_or(served.on),
        most.unwrap_or(u32::MAX),
    )
}

/// The last day, where a notice that was given by the asked day brings it forward.
fn ended_early(terms: &Terms, end: Option<Date>, asked: Date) -> Option<Date> {
    let served = terms.served.as_ref().filter(|served| served.on <= asked);
    let Some(served) = served.filter(|served| served.route != END_AT_TERM) else {
        return end;
    };
    let notices = terms
        .notice
        .iter()
        .filter(|notice| notice.route == served.route);
    let effective = notices.filter_map(|notice| match notice.on {
        Some(on) => super::last_day(terms, notice, end)
            .filter(|last| served.on <= *last)
            .map(|_| on),
        None => Some(notice.at_least.length?.after(served.on, terms.nation)),
    });
    match (effective.min(), end) {
        (Some(effective), Some(end)) => Some(effective.min(end)),
        (Some(effective), None) => Some(effective),
        (None, end) => end,
    }
}
