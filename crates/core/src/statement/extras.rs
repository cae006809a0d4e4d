//! What extras cost: each payment for technology as contracted, a variation, off-contract or unknown.

mod agreed;

use super::Estate;
use super::estate::Rules;
use crate::contract::charge::Missing;
use crate::contract::variation::{Asker, Limits, Original, Running, running};
use crate::contract::{Charge, ValuePer, Variation};
use crate::dated::{Period, When};
use crate::money::split::{Class, Payment, Rule, Told, split};
use crate::money::{Names, Paid, Treatment, in_scope};
use crate::organisation::group;
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A payment as the split needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidLine {
    /// As it is labelled; of one payment.
    pub paid: Paid,
    /// The last day that its printed date can mean; the first is in [`Paid::from`].
    pub to: Date,
    /// What is printed about it.
    pub text: String,
}

/// Sums by class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ByClass {
    pub contracted_pence: Pence,
    pub variation_pence: Pence,
    pub off_contract_pence: Pence,
    pub unknown_pence: Pence,
}

impl ByClass {
    fn add(&mut self, class: Class, pence: Pence) {
        *match class {
            Class::Contracted => &mut self.contracted_pence,
            Class::Variation => &mut self.variation_pence,
            Class::OffContract => &mut self.off_contract_pence,
            Class::Unknown => &mut self.unknown_pence,
        } += pence;
    }

    /// What is known to be extra: variations, and what no contract covers.
    pub fn extras(&self) -> Pence {
        self.variation_pence + self.off_contract_pence
    }

    pub fn total(&self) -> Pence {
        self.contracted_pence + self.extras() + self.unknown_pence
    }
}

/// One year by class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct YearSplit {
    pub year: String,
    #[serde(flatten)]
    pub split: ByClass,
}

/// What one rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    pub class: Class,
    pub rule: Rule,
    pub payments: u64,
    pub pence: Pence,
}

/// What variations cost, by who asked for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AskerLine {
    /// None where nobody has said who asked, or which variation a payment is of.
    pub asked_by: Option<Asker>,
    pub pence: Pence,
}

/// What was paid after the end of a contract, or to another firm of the group that held it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BesideLine {
    pub contract: RecordId,
    pub title: String,
    /// The printed names.
    pub names: Vec<String>,
    pub payments: u64,
    pub pence: Pence,
}

/// One year of one contract: what was agreed, what that comes to with its indices, what was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PriceLine {
    pub contract: RecordId,
    pub title: String,
    pub year: String,
    /// As agreed, before any index; none where something is missing.
    pub agreed_pence: Option<Pence>,
    pub indexed_pence: Option<Pence>,
    /// All that was paid under it, variations with it.
    pub paid_pence: Pence,
    pub variation_pence: Pence,
    /// Paid to the firms that hold it, and nobody can tell whether under it or under another contract.
    pub untold_pence: Pence,
    /// Whether the year has ended.
    pub is_over: bool,
    /// The days for which it charges and of which no payments are on record.
    pub uncovered: Vec<Period>,
    pub missing: Vec<Missing>,
}

impl PriceLine {
    /// What was paid beside variations above what was agreed; negative is less. None while the year, its
    /// payments or its charges are not known whole.
    pub fn drift(&self) -> Option<Pence> {
        let is_whole =
            self.is_over && self.uncovered.is_empty() && self.untold_pence == Pence::ZERO;
        let paid = self.paid_pence - self.variation_pence;
        is_whole.then_some(paid - self.indexed_pence?)
    }
}

/// What extras cost up to a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Extras {
    pub payments: u64,
    #[serde(flatten)]
    pub split: ByClass,
    pub by_year: Vec<YearSplit>,
    pub by_asker: Vec<AskerLine>,
    pub by_rule: Vec<RuleLine>,
    pub after_end: Vec<BesideLine>,
    pub group_firms: Vec<BesideLine>,
    pub prices: Vec<PriceLine>,
}

impl Extras {
    /// The same without naming other contracts; its sums stay whole.
    pub fn naming(&self, is_seen: impl Fn(RecordId) -> bool) -> Extras {
        let mut extras = self.clone();
        extras.after_end.retain(|line| is_seen(line.contract));
        extras.group_firms.retain(|line| is_seen(line.contract));
        extras.prices.retain(|line| is_seen(line.contract));
        extras
    }
}

impl Estate {
    /// Whether anything is stated from which extras can be told.
    pub fn tells_extras(&self) -> bool {
        !(self.variations.is_empty() && self.charges.is_empty() && self.treatments.is_empty())
    }

    /// The variations of a contract.
    pub fn variations_of(&self, contract: RecordId) -> Vec<(RecordId, &Variation)> {
        let held = self.variations.iter();
        let held = held.filter(|(_, variation)| variation.contract == Some(contract));
        held.map(|(id, variation)| (*id, variation)).collect()
    }

    /// The charges of a contract.
    pub fn charges_of(&self, contract: RecordId) -> Vec<(RecordId, &Charge)> {
        let held = self.charges.iter();
        let held = held.filter(|(_, charge)| charge.contract == Some(contract));
        held.map(|(id, charge)| (*id, charge)).collect()
    }

    /// How a contract grew by its variations up to and on a day.
    pub fn running(&self, contract: RecordId, day: Date) -> Option<Running> {
        let original = self.original(contract, day)?;
        let variations = self.variations_of(contract);
        Some(running(&original, &variations, Limits::built_in(), day))
    }

    /// What a contract was before any variation: its value as first stated, a value by the year over the
    /// first term, and the first term.
    pub fn original(&self, contract: RecordId, day: Date) -> Option<Original> {
        let held = self.contracts.get(&contract)?;
        let timed = self.timed(contract, day);
        let start = held.start.and_then(exact);
        let counted = timed.as_ref().and_then(|timed| timed.terms.first_end());
        let stated = held.end.iter().next().and_then(|(_, end)| exact(*end));
        let end = counted.or(stated);
        let value = held.value.iter().next().map(|(_, value)| value);
        let value = value.filter(|value| value.currency == "GBP");
        let value = value.and_then(|value| match value.per {
            ValuePer::Term => Some(value.pence),
            ValuePer::Year => yearly(value.pence, start?, end?),
        });
        let longest = timed.and_then(|timed| timed.clock.longest_end);
        Some(Original {
            value,
            start,
            end,
            longest_end: longest,
            regime: held.regime,
        })
    }

    /// Split payments up to and on a day, in their order; none for a payment that is not technology.
    pub fn split(&self, paid: &[PaidLine], rules: &Rules, day: Date) -> Vec<Option<Told>> {
        let lines: Vec<&Paid> = paid.iter().map(|line| &line.paid).collect();
        let decisions: Vec<_> = self.scope_rules.values().cloned().collect();
        let counts = in_scope(&lines, &decisions, &rules.technology);
        let meaning = Names::new(self.names.values(), &self.organisations);
        let payment = |line: &PaidLine| {
            let organisation = meaning.organisation(&line.paid.name, line.paid.from);
            let top = |id| group(&self.organisations, id, line.paid.from);
            Payment {
                name: line.paid.name.clone(),
                organisation,
                group: organisation.map(top),
                from: line.paid.from,
                to: line.to,
                pence: line.paid.pence,
                rows: line.paid.rows,
                text: line.text.clone(),
            }
        };
        let chosen = paid.iter().zip(&counts).filter(|(_, counts)| **counts);
        let payments: Vec<Payment> = chosen.map(|(line, _)| payment(line)).collect();
        let agreements = self.agreements(rules.years, day);
        let mut treatments: Vec<_> = self.treatments.values().collect();
        // Ids are random: two registers of the same files must decide the same.
        treatments.sort_by(|one, other| {
            let key = |it: &Treatment| (it.from, it.to, it.class, it.contract.is_some());
            let names = (&one.supplier, &one.text).cmp(&(&other.supplier, &other.text));
            names.then_with(|| key(one).cmp(&key(other)))
        });
        let mut told = split(&payments, &agreements, &treatments, rules.years).into_iter();
        let of = |counts: bool| if counts { told.next() } else { None };
        counts.into_iter().map(of).collect()
    }

    /// What extras cost up to and on a day, from [`Estate::split`].
    pub fn extras(
        &self,
        paid: &[PaidLine],
        told: &[Option<Told>],
        rules: &Rules,
        day: Date,
    ) -> Extras {
        let mut extras = Extras::default();
        let mut by_year: BTreeMap<i16, ByClass> = BTreeMap::new();
        let mut by_asker: BTreeMap<Option<Asker>, Pence> = BTreeMap::new();
        let mut by_rule: BTreeMap<(Class, Rule), (u64, Pence)> = BTreeMap::new();
        let mut beside: BTreeMap<(bool, RecordId), (BTreeSet<&str>, u64, Pence)> = BTreeMap::new();
        let mut under: BTreeMap<(RecordId, i16), ByClass> = BTreeMap::new();
        let mut untold: BTreeMap<(RecordId, i16), Pence> = BTreeMap::new();
        let meaning = Names::new(self.names.values(), &self.organisations);
        let told = paid
            .iter()
            .zip(told)
            .filter_map(|(line, told)| Some((line, told.as_ref()?)));
        for (line, told) in told {
            let (pence, rows) = (line.paid.pence, line.paid.rows);
            let year = rules.years.year(line.paid.from);
            extras.payments += rows;
            extras.split.add(told.class, pence);
            by_year.entry(year).or_default().add(told.class, pence);
            let of_rule = by_rule.entry((told.class, told.rule)).or_default();
            *of_rule = (of_rule.0 + rows, of_rule.1 + pence);
            if told.class == Class::Variation {
                let variation = told.variation.and_then(|id| self.variations.get(&id));
                *by_asker
                    .entry(variation.and_then(|it| it.asked_by))
                    .or_default() += pence;
            }
            let is_after = told.rule == Rule::AfterEnd;
            if let (Some(contract), true) = (told.contract, is_after || told.is_group_firm) {
                let (names, payments, sum) = beside.entry((is_after, contract)).or_default();
                names.insert(&line.paid.name);
                (*payments, *sum) = (*payments + rows, *sum + pence);
            }
            if let (Some(contract), false) = (told.contract, told.is_group_firm) {
                under
                    .entry((contract, year))
                    .or_default()
                    .add(told.class, pence);
            }
            if told.rule == Rule::SeveralFit
                && let Some(firm) = meaning.organisation(&line.paid.name, line.paid.from)
            {
                *untold.entry((firm, year)).or_default() += pence;
            }
        }
        extras.by_year = by_year
            .into_iter()
            .map(|(year, split)| YearSplit {
                year: rules.years.words(year),
                split,
            })
            .collect();
        extras.by_asker = by_asker
            .into_iter()
            .map(|(asked_by, pence)| AskerLine { asked_by, pence })
            .collect();
        extras.by_rule = by_rule
            .into_iter()
            .map(|((class, rule), (payments, pence))| RuleLine {
                class,
                rule,
                payments,
                pence,
            })
            .collect();
        for ((is_after, contract), (names, payments, pence)) in beside {
            let line = BesideLine {
                contract,
                title: self.contract_title(contract),
                names: names.into_iter().map(str::to_owned).collect(),
                payments,
                pence,
            };
            match is_after {
                true => extras.after_end.push(line),
                false => extras.group_firms.push(line),
            }
        }
        extras.prices = self.prices(&under, &untold, rules.years, day);
        // Ids are random: two registers of the same files must say the same in the same order.
        let by_title = |one: &BesideLine, other: &BesideLine| one.title.cmp(&other.title);
        extras.after_end.sort_by(by_title);
        extras.group_firms.sort_by(by_title);
        extras
            .prices
            .sort_by(|one, other| (&one.title, &one.year).cmp(&(&other.title, &other.year)));
        extras
    }

    fn contract_title(&self, contract: RecordId) -> String {
        let held = self.contracts.get(&contract);
        held.map_or_else(String::new, |held| held.title.clone())
    }
}

fn exact(when: When) -> Option<Date> {
    match when {
        When::Day(day) => Some(day),
        _ => None,
    }
}

/// A yearly value over a term of whole months.
fn yearly(pence: Pence, start: Date, end: Date) -> Option<Pence> {
    let after = end.tomorrow().ok()?;
    let span = start.until((jiff::Unit::Month, after)).ok()?;
    (span.get_days() == 0).then(|| Pence(pence.0 * i64::from(span.get_months()) / 12))
}

#[cfg(test)]
mod tests;
