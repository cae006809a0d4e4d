//! What was saved against a baseline year, as far as the files of payments tell it.

use super::estate::{Estate, PaidUntil, Rules, scoped_names, year_end};
use crate::assurance::{Saved, Saving};
use crate::basis::uncovered;
use crate::dated::{Period, When};
use crate::money::{ScopeBasis, YearBasis};
use crate::pence::Pence;
use std::collections::BTreeMap;

/// What less was paid for technology in the financial years after the baseline, up to the one that holds
/// the day by which it was promised: the sum over those years of the baseline year's payments less the
/// year's own. At least and at most, by whether what the rules alone propose counts as technology.
pub(super) fn saved(
    estate: &Estate,
    paid: &PaidUntil,
    rules: &Rules,
    saving: Saving,
    by: When,
) -> Saved {
    let years = YearBasis::Financial;
    let Some(end) = by.latest().map(year_end) else {
        return Err("nobody has said by when it was to be saved".into());
    };
    let last = years.year(end);
    let baseline = saving.baseline;
    if last <= baseline {
        return Err(format!(
            "no year after {} ends by then",
            years.words(baseline)
        ));
    }
    let from = jiff::civil::Date::new(baseline, 4, 1).map_err(|_| "the baseline is no year")?;
    let missing = uncovered(&estate.imports, Period::new(from, end));
    if let Some(first) = missing.first() {
        let days = format!("{} to {}", first.from, first.to);
        let more = match missing.len() {
            1 => String::new(),
            several => format!(" and {} more spans", several - 1),
        };
        return Err(format!("no file of payments covers {days}{more}"));
    }
    let Some(paid) = paid.get(&end) else {
        return Err("payments up to the end of that year were not counted".into());
    };
    if paid.uncertain_rows > 0 {
        return Err(format!(
            "{} payments may lie in the last year or after it",
            paid.uncertain_rows
        ));
    }
    let mut decided = Pence::ZERO;
    let mut proposed: BTreeMap<String, Pence> = BTreeMap::new();
    for name in scoped_names(estate, &paid.parts, rules) {
        let of = |year: i16| {
            name.in_scope_by_year
                .get(&year)
                .copied()
                .unwrap_or_default()
        };
        let less: Pence = (baseline + 1..=last)
            .map(|year| of(baseline) - of(year))
            .sum();
        match name.scope {
            ScopeBasis::Confirmed => decided += less,
            _ => *proposed.entry(name.name).or_default() += less,
        }
    }
    // Each name that nobody has decided about may count or not.
    let end = |best: fn(Pence, Pence) -> Pence| {
        let open = proposed.values().map(|less| best(*less, Pence::ZERO));
        decided + open.sum::<Pence>()
    };
    Ok((end(Pence::min), end(Pence::max)))
}
