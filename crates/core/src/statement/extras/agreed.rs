//! What contracts come to as agreed, and what was paid beside that.

use super::{ByClass, Estate, PriceLine, exact};
use crate::basis::uncovered;
use crate::contract::charge::{Indices, Missing, Owed, Per, owed};
use crate::contract::{Charge, Contract, Variation, Volume};
use crate::dated::{Period, When};
use crate::money::YearBasis;
use crate::money::split::{Agreement, Due, Priced};
use crate::organisation::group;
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

impl Estate {
    /// What each contract comes to as agreed, as far as payments ask of it. A firm that delivers a
    /// service under a contract holds it, as its suppliers do.
    pub(super) fn agreements(&self, years: YearBasis, day: Date) -> Vec<Agreement> {
        let mut suppliers: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
        for arrangement in self.arrangements.values() {
            for stretch in arrangement.stretches() {
                if let (Some(contract), Some(provider)) = (stretch.contract, stretch.provider) {
                    suppliers.entry(contract).or_default().insert(provider);
                }
            }
        }
        let ours = |held: &Contract| held.buyer.is_none() || held.buyer == self.authority;
        let indices = Indices::of(self.index_figures.values());
        let timed = self.all_timed(day);
        let contracts = self.contracts.iter().filter(|(_, held)| ours(held));
        let mut contracts: Vec<_> = contracts.collect();
        contracts.sort_by_cached_key(|(id, held)| {
            (
                held.start,
                held.title.clone(),
                held.reference().map(str::to_owned),
                **id,
            )
        });
        contracts
            .into_iter()
            .map(|(id, held)| {
                let mut suppliers = suppliers.remove(id).unwrap_or_default();
                suppliers.extend(&held.suppliers);
                suppliers.retain(|firm| Some(*firm) != self.authority);
                let tops = suppliers
                    .iter()
                    .map(|firm| group(&self.organisations, *firm, day));
                let counted = timed.get(id).and_then(|timed| timed.clock.term_end);
                let end = counted.or_else(|| held.end_on(day)?.latest());
                let end = self.extended(*id, end, day);
                let charges = self.charged(*id, held, end, &indices, years, day);
                let dues = charges.iter().flat_map(|(_, owed)| &owed.stretches);
                let known = whole_years(&charges, years);
                let is_whole = |number: &i16| {
                    let (from, to) = span(years, *number);
                    let owed = charges.iter().map(|(_, owed)| owed);
                    to <= day && self.uncovered(owed, from, to).is_empty()
                };
                let priced = |(variation, held): (RecordId, &Variation)| {
                    held.is_in_force(day).then(|| Priced {
                        variation,
                        reference: held.reference.clone(),
                        from: held.moment().earliest(),
                        price: held.price,
                    })
                };
                Agreement {
                    contract: *id,
                    groups: tops.collect(),
                    suppliers,
                    start: held.start.and_then(When::earliest),
                    end,
                    dues: dues
                        .map(|stretch| Due {
                            from: stretch.from,
                            to: stretch.to,
                            pence: stretch.pence,
                        })
                        .collect(),
                    whole: known.keys().copied().filter(is_whole).collect(),
                    years: known,
                    variations: self
                        .variations_of(*id)
                        .into_iter()
                        .filter_map(priced)
                        .collect(),
                }
            })
            .collect()
    }

    /// The last day of a contract's term with the variations in force on a day that extend it; none where
    /// one extends it to a day that is not known.
    fn extended(&self, contract: RecordId, end: Option<Date>, day: Date) -> Option<Date> {
        let variations = self.variations_of(contract).into_iter();
        let in_force = variations.filter(|(_, held)| held.is_in_force(day));
        let mut extended = in_force.filter_map(|(_, held)| held.extends_to);
        extended.try_fold(end?, |end, to| Some(end.max(to.latest()?)))
    }

    /// The charges of a contract and what each comes to, to the end of the year of the day.
    fn charged(
        &self,
        id: RecordId,
        held: &Contract,
        end: Option<Date>,
        indices: &Indices,
        years: YearBasis,
        day: Date,
    ) -> Vec<(&Charge, Owed)> {
        let term = (held.start.and_then(exact), end);
        let (_, until) = span(years, years.year(day));
        let charges = self.charges_of(id).into_iter();
        let volumes = |charge: &Charge| -> Vec<&Volume> {
            let of = |volume: &&Volume| {
                volume.contract == Some(id) && volume.charge.eq_ignore_ascii_case(&charge.name)
            };
            self.volumes.values().filter(of).collect()
        };
        charges
            .map(|(_, charge)| {
                let counted = match charge.per {
                    Per::Unit => volumes(charge),
                    _ => Vec::new(),
                };
                (charge, owed(charge, &counted, indices, term, until))
            })
            .collect()
    }

    pub(super) fn prices(
        &self,
        under: &BTreeMap<(RecordId, i16), ByClass>,
        untold: &BTreeMap<(RecordId, i16), Pence>,
        years: YearBasis,
        day: Date,
    ) -> Vec<PriceLine> {
        let indices = Indices::of(self.index_figures.values());
        let agreements = self.agreements(years, day).into_iter();
        let charged: BTreeSet<RecordId> =
            self.charges.values().filter_map(|it| it.contract).collect();
        let mut lines = Vec::new();
        for agreement in agreements.filter(|it| charged.contains(&it.contract)) {
            let Some(held) = self.contracts.get(&agreement.contract) else {
                continue;
            };
            let charges = self.charged(
                agreement.contract,
                held,
                agreement.end,
                &indices,
                years,
                day,
            );
            let known = &agreement.years;
            let paid = under.keys().filter(|(of, _)| *of == agreement.contract);
            let paid = paid.map(|(_, year)| *year);
            let last = years.year(day);
            let numbers: BTreeSet<i16> = known.keys().copied().chain(paid).collect();
            for number in numbers.into_iter().filter(|it| *it <= last) {
                let (from, to) = span(years, number);
                let split = under.get(&(agreement.contract, number));
                let split = split.copied().unwrap_or_default();
                let is_known = known.contains_key(&number);
                let owed = || charges.iter().map(|(_, owed)| owed);
                let missing: BTreeSet<&Missing> = owed()
                    .flat_map(|owed| &owed.missing)
                    .filter(|it| it.concerns(from, to))
                    .collect();
                let firms = agreement.suppliers.iter();
                let untold = firms.filter_map(|firm| untold.get(&(*firm, number)));
                lines.push(PriceLine {
                    contract: agreement.contract,
                    title: held.title.clone(),
                    year: years.words(number),
                    agreed_pence: is_known
                        .then(|| owed().map(|owed| owed.agreed_during(from, to)).sum()),
                    indexed_pence: known.get(&number).copied(),
                    paid_pence: split.total(),
                    variation_pence: split.variation_pence,
                    untold_pence: untold.copied().sum(),
                    is_over: to <= day,
                    uncovered: self.uncovered(owed(), from, to),
                    missing: match is_known {
                        true => Vec::new(),
                        false => missing.into_iter().cloned().collect(),
                    },
                });
            }
        }
        lines
    }

    /// The days of a year for which something is charged and of which no payments are on record.
    fn uncovered<'a>(
        &self,
        owed: impl Iterator<Item = &'a Owed>,
        from: Date,
        to: Date,
    ) -> Vec<Period> {
        let of_year = owed.flat_map(|owed| &owed.stretches);
        let of_year = of_year.filter(|it| it.from <= to && it.to >= from);
        let charged = of_year
            .map(|it| Period::new(it.from.max(from), it.to.min(to)))
            .reduce(|one, other| one.union(&other));
        charged.map_or_else(Vec::new, |charged| uncovered(&self.imports, charged))
    }
}

/// The first and last day of a year.
fn span(years: YearBasis, number: i16) -> (Date, Date) {
    let month = match years {
        YearBasis::Financial => 4,
        YearBasis::Calendar => 1,
    };
    let from = Date::constant(number, month, 1);
    (from, from.saturating_add(1.year()).saturating_sub(1.day()))
}

/// What charges come to in each year of which nothing is missing.
fn whole_years(charges: &[(&Charge, Owed)], years: YearBasis) -> BTreeMap<i16, Pence> {
    let stretches = || charges.iter().flat_map(|(_, owed)| &owed.stretches);
    let (Some(first), Some(last)) = (
        stretches().map(|it| it.from).min(),
        stretches().map(|it| it.to).max(),
    ) else {
        return BTreeMap::new();
    };
    let missing = || charges.iter().flat_map(|(_, owed)| &owed.missing);
    let known = (years.year(first)..=years.year(last)).filter_map(|number| {
        let (from, to) = span(years, number);
        let whole = missing().all(|it| !it.concerns(from, to));
        let sum = charges.iter().map(|(_, owed)| owed.during(from, to)).sum();
        whole.then_some((number, sum))
    });
    known.collect()
}
