//! What payments are of: contracted, a variation, off-contract, or unknown, with the rule that says so.
//!
//! The rules, in their order. A rule that does not know leaves a payment to the next; what none knows
//! is unknown, with the reason of the last one asked.
//!
//! 1. A person decided ([`super::Treatment`]).
//! 2. The firm holds no contract on record: unknown. It may hold one that is not on record.
//! 3. No contract of the firm was in force: long after the last ended, it is off-contract. Within
//!    [`LAST_INVOICE`] days of the end it may be the last invoice, and before the first began there may have
//!    been one that registers no longer list: unknown.
//! 4. The amount is that of an agreed charge for a time around the payment, or a quarter or twelfth of a
//!    year's: contracted. It is the price of a variation in force, or a twelfth of it: a variation. Both,
//!    or of several contracts: unknown. Each charge and each price accounts for what it comes to once: a
//!    further payment of the amount is left to the next rule.
//! 5. What is left of a year stays within what is left of the contract's charges for that year:
//!    contracted. What it exceeds them by, no amount can tell: unknown. So is a year that has not ended, or
//!    whose payments are not all on record: the others may exceed them.

use super::{Treatment, YearBasis};
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// For how many days after a contract's end a payment may be its last invoice: a month for which it is
/// due, and the 30 days within which public bodies pay (Procurement Act 2023, section 68; before,
/// Public Contracts Regulations 2015, regulation 113).
pub const LAST_INVOICE: i32 = 61;

/// What a payment is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    Contracted,
    Variation,
    OffContract,
    Unknown,
}

impl Class {
    pub const ALL: [Class; 4] = [
        Class::Contracted,
        Class::Variation,
        Class::OffContract,
        Class::Unknown,
    ];

    pub fn word(self) -> &'static str {
        ["contracted", "variation", "off-contract", "unknown"][self as usize]
    }
}

/// The rule that said what a payment is of, or why nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    Person,
    AfterEnd,
    ChargeAmount,
    VariationPrice,
    WithinCharges,
    // Why nobody can tell:
    /// Nobody has said which organisation the printed name means.
    NameNotTied,
    NoContract,
    /// The firm holds no contract on record; another firm of its group does.
    GroupFirm,
    /// The first or last day of its contract is not known.
    TermNotKnown,
    BeforeStart,
    LastInvoice,
    SeveralFit,
    ChargesNotKnown,
    YearNotWhole,
    BeyondCharges,
}

impl Rule {
    pub fn class_of(self) -> Option<Class> {
        Some(match self {
            Rule::Person => return None,
            Rule::AfterEnd => Class::OffContract,
            Rule::ChargeAmount | Rule::WithinCharges => Class::Contracted,
            Rule::VariationPrice => Class::Variation,
            _ => Class::Unknown,
        })
    }
}

/// Payments that are alike: to one name, on one day, of one amount, with one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// As printed.
    pub name: String,
    /// The organisation that the name means then.
    pub organisation: Option<RecordId>,
    /// At the top of its group then.
    pub group: Option<RecordId>,
    /// The first and last day that the printed date can mean.
    pub from: Date,
    pub to: Date,
    /// Of each.
    pub pence: Pence,
    pub rows: u64,
    pub text: String,
}

impl Payment {
    /// How many twelfths of an amount each is, where it is all of it or one of the given parts of it, to
    /// the penny.
    fn twelfths(&self, whole: Pence, parts: &[i64]) -> Option<i64> {
        let (paid, whole) = (i128::from(self.pence.0), i128::from(whole.0));
        let is = |parts: i128| (paid * parts - whole).abs() < parts;
        let mut parts = [1].iter().chain(parts).copied();
        parts.find(|it| is(i128::from(*it))).map(|it| 12 / it)
    }

    /// All of them together.
    pub fn sum(&self) -> Pence {
        Pence(
            self.pence
                .0
                .saturating_mul(i64::try_from(self.rows).unwrap_or(i64::MAX)),
        )
    }
}

/// What is charged for a span of days as agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub from: Date,
    pub to: Date,
    pub pence: Pence,
}

impl Due {
    /// How many twelfths of it a payment around its days is.
    fn twelfths(&self, payment: &Payment) -> Option<i64> {
        let early = self.from.saturating_sub(LAST_INVOICE.days());
        let late = self.to.saturating_add(LAST_INVOICE.days());
        let is_near = payment.to >= early && payment.from <= late && self.pence != Pence::ZERO;
        let is_year = (self.to - self.from).get_days() > 200;
        let parts: &[i64] = if is_year { &[4, 12] } else { &[] };
        is_near.then(|| payment.twelfths(self.pence, parts))?
    }
}

/// A variation in force and its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    pub variation: RecordId,
    pub reference: Option<String>,
    /// From when on it can be invoiced: the day on which it was decided, where that is known.
    pub from: Option<Date>,
    /// None where it is not known.
    pub price: Option<Pence>,
}

impl Priced {
    /// How many twelfths of its price a payment since its decision is.
    fn twelfths(&self, payment: &Payment) -> Option<i64> {
        let price = self.price.filter(|price| *price > Pence::ZERO)?;
        let since = self.from.is_none_or(|from| payment.to >= from);
        since.then(|| payment.twelfths(price, &[12]))?
    }
}

/// A contract as far as payments ask of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub contract: RecordId,
    /// Who holds or held it.
    pub suppliers: BTreeSet<RecordId>,
    /// The tops of their groups.
    pub groups: BTreeSet<RecordId>,
    pub start: Option<Date>,
    pub end: Option<Date>,
    pub dues: Vec<Due>,
    /// What its charges come to, by year; a year that is not known whole is not here.
    pub years: BTreeMap<i16, Pence>,
    /// Those of them that have ended, and whose payments are on record as far as it charges for them.
    pub whole: BTreeSet<i16>,
    pub variations: Vec<Priced>,
}

/// What payments are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    pub class: Class,
    pub rule: Rule,
    pub contract: Option<RecordId>,
    pub variation: Option<RecordId>,
    /// Whether the firm holds no contract on record while another of its group does.
    pub is_group_firm: bool,
}

/// Say of each of `payments`, in their order, what it is of. Of agreements and treatments that tell the
/// same the first stands.
pub fn split(
    payments: &[Payment],
    agreements: &[Agreement],
    treatments: &[&Treatment],
    years: YearBasis,
) -> Vec<Told> {
    let known = Stated::of(agreements, treatments);
    let mut told: Vec<Told> = payments
        .iter()
        .map(|payment| known.alone(payment))
        .collect();
    known.once_each(payments, &mut told);
    known.within_charges(payments, years, &mut told);
    told
}

fn say(rule: Rule, contract: Option<RecordId>) -> Told {
    Told {
        class: rule.class_of().unwrap_or(Class::Unknown),
        rule,
        contract,
        variation: None,
        is_group_firm: rule == Rule::GroupFirm,
    }
}

/// What is stated, by what payments ask for.
struct Stated<'a> {
    by_contract: BTreeMap<RecordId, &'a Agreement>,
    by_firm: BTreeMap<RecordId, Vec<&'a Agreement>>,
    by_group: BTreeMap<RecordId, Vec<&'a Agreement>>,
    by_name: BTreeMap<&'a str, Vec<&'a Treatment>>,
}

impl<'a> Stated<'a> {
    fn of(agreements: &'a [Agreement], treatments: &[&'a Treatment]) -> Stated<'a> {
        let mut stated = Stated {
            by_contract: BTreeMap::new(),
            by_firm: BTreeMap::new(),
            by_group: BTreeMap::new(),
            by_name: BTreeMap::new(),
        };
        for agreement in agreements {
            stated.by_contract.insert(agreement.contract, agreement);
            for firm in &agreement.suppliers {
                stated.by_firm.entry(*firm).or_default().push(agreement);
            }
            for top in &agreement.groups {
                stated.by_group.entry(*top).or_default().push(agreement);
            }
        }
        for treatment in treatments {
            let of_name = stated.by_name.entry(&treatment.supplier).or_default();
            of_name.push(treatment);
        }
        stated
    }

    /// What can be said of a payment without looking at others.
    fn alone(&self, payment: &Payment) -> Told {
        let firm = payment.organisation;
        let held = firm.and_then(|firm| self.by_firm.get(&firm));
        let held = held.map_or(&[][..], Vec::as_slice);
        let sister = match held {
            [] => self.sister(payment),
            _ => None,
        };
        if let Some(decided) = self.decided(payment) {
            return self.person(decided, sister.is_some());
        }
        if held.is_empty() {
            return match (firm, sister) {
                (None, _) => say(Rule::NameNotTied, None),
                (_, Some(sister)) => say(Rule::GroupFirm, Some(sister.contract)),
                (_, None) => say(Rule::NoContract, None),
            };
        }
        let bind = held.iter().filter(|it| may_bind(it, payment));
        let in_force: Vec<&Agreement> = bind.copied().collect();
        if in_force.is_empty() {
            return out_of_term(payment, held);
        }
        let fits: Vec<Told> = in_force
            .iter()
            .flat_map(|it| by_amount(payment, it))
            .collect();
        match (&fits[..], &in_force[..]) {
            ([one], _) => *one,
            ([], [one]) if one.start.is_none() || one.end.is_none() => {
                say(Rule::TermNotKnown, Some(one.contract))
            }
            ([], [one]) => say(Rule::ChargesNotKnown, Some(one.contract)),
            _ => say(Rule::SeveralFit, None),
        }
    }

    /// A contract that another firm of the group holds: one in force before others.
    fn sister(&self, payment: &Payment) -> Option<&'a Agreement> {
        let of_group = self.by_group.get(&payment.group?)?.iter().copied();
        of_group.min_by_key(|it| !may_bind(it, payment))
    }

    /// The decision on a payment: the longest text tells most, then the narrowest days.
    fn decided(&self, payment: &Payment) -> Option<&'a Treatment> {
        let of_name = self.by_name.get(payment.name.as_str())?.iter().copied();
        let covers =
            |it: &&Treatment| it.covers(&payment.name, &payment.text, payment.from, payment.to);
        let tells = |it: &&Treatment| {
            let text = it.text.as_ref().map_or(0, String::len);
            let days = u8::from(it.from.is_some()) + u8::from(it.to.is_some());
            std::cmp::Reverse((text, days))
        };
        of_name.filter(covers).min_by_key(tells)
    }

    fn person(&self, decided: &Treatment, is_group_firm: bool) -> Told {
        let numbered = |it: &&Priced| it.reference.is_some() && it.reference == decided.variation;
        let contract = decided.contract.and_then(|id| self.by_contract.get(&id));
        let variation = contract.and_then(|it| it.variations.iter().find(numbered));
        Told {
            class: decided.class,
            rule: Rule::Person,
            contract: decided.contract,
            variation: variation.map(|it| it.variation),
            is_group_firm,
        }
    }

    /// Rule 4 once more: what a charge or a price accounts for is taken off it, first by what a person
    /// decided, then in the order of days, and from the charge that can wait least. A payment for which
    /// nothing is left goes on to rule 5.
    fn once_each(&self, payments: &[Payment], told: &mut [Told]) {
        let mut left: BTreeMap<Part, i64> = BTreeMap::new();
        let mut order: Vec<usize> = (0..payments.len()).collect();
        order.sort_by_key(|place| {
            let payment = &payments[*place];
            let is_by_rule = told[*place].rule != Rule::Person;
            (is_by_rule, payment.from, payment.to)
        });
        for place in order {
            let (payment, said) = (&payments[place], told[place]);
            let held = said.contract.and_then(|id| self.by_contract.get(&id));
            let Some(parts) = held.and_then(|held| parts(held, payment, said)) else {
                continue;
            };
            let mut taken = Vec::new();
            for _ in 0..payment.rows {
                let is_left =
                    |(part, twelfths): &&(Part, i64)| *left.get(part).unwrap_or(&12) >= *twelfths;
                let Some((part, twelfths)) = parts.iter().find(is_left) else {
                    break;
                };
                *left.entry(*part).or_insert(12) -= twelfths;
                taken.push((part, twelfths));
            }
            if taken.len() as u64 != payment.rows && said.rule != Rule::Person {
                for (part, twelfths) in taken {
                    *left.entry(*part).or_default() += twelfths;
                }
                told[place] = say(Rule::ChargesNotKnown, said.contract);
            }
        }
    }

    /// Rule 5: what is left of each year beside what is left of that year's charges.
    fn within_charges(&self, payments: &[Payment], years: YearBasis, told: &mut [Told]) {
        #[derive(Default)]
        struct Year {
            matched: Pence,
            left: Pence,
            places: Vec<usize>,
        }
        let mut of_year: BTreeMap<(RecordId, i16), Year> = BTreeMap::new();
        for (place, payment) in payments.iter().enumerate() {
            let said = told[place];
            let Some(contract) = said.contract else {
                continue;
            };
            let number = years.year(payment.from);
            let year = of_year.entry((contract, number)).or_default();
            match (said.class, said.rule) {
                (Class::Contracted, _) => year.matched += payment.sum(),
                (_, Rule::ChargesNotKnown) => {
                    year.left += payment.sum();
                    year.places.push(place);
                }
                _ => {}
            }
        }
        for ((contract, number), year) in of_year {
            let Some(held) = self.by_contract.get(&contract) else {
                continue;
            };
            let Some(charged) = held.years.get(&number) else {
                continue;
            };
            let fits = year.left <= *charged - year.matched;
            let rule = match (fits, held.whole.contains(&number)) {
                (false, _) => Rule::BeyondCharges,
                (true, false) => Rule::YearNotWhole,
                (true, true) => Rule::WithinCharges,
            };
            for place in year.places {
                told[place] = say(rule, Some(contract));
            }
        }
    }
}

/// Whether a contract was in force on a day that the printed date can mean, as far as is known.
fn may_bind(agreement: &Agreement, payment: &Payment) -> bool {
    agreement.start.is_none_or(|start| payment.to >= start)
        && agreement.end.is_none_or(|end| payment.from <= end)
}

fn out_of_term(payment: &Payment, held: &[&Agreement]) -> Told {
    let ended = held
        .iter()
        .filter(|it| it.end.is_some_and(|end| payment.from > end));
    match ended.max_by_key(|it| it.end) {
        None => {
            let first = held.iter().min_by_key(|it| it.start);
            say(Rule::BeforeStart, first.map(|it| it.contract))
        }
        Some(last) => {
            let days = last.end.map_or(0, |end| (payment.from - end).get_days());
            let rule = if days > LAST_INVOICE {
                Rule::AfterEnd
            } else {
                Rule::LastInvoice
            };
            say(rule, Some(last.contract))
        }
    }
}

/// A charge or a price of a contract, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Due(RecordId, usize),
    Priced(RecordId, usize),
}

/// The charges, or the prices of the variation, that a payment may be of, with how many twelfths of
/// each it is: the one that can wait least first. None where nobody says that it is of either.
fn parts(held: &Agreement, payment: &Payment, said: Told) -> Option<Vec<(Part, i64)>> {
    let mut found: Vec<(Option<Date>, Part, i64)> = match (said.rule, said.class) {
        (Rule::ChargeAmount, _) | (Rule::Person, Class::Contracted) => {
            let of = |(nth, due): (usize, &Due)| {
                let part = Part::Due(held.contract, nth);
                Some((Some(due.to), part, due.twelfths(payment)?))
            };
            held.dues.iter().enumerate().filter_map(of).collect()
        }
        (Rule::VariationPrice, _) | (Rule::Person, Class::Variation) => {
            let of = |(nth, priced): (usize, &Priced)| {
                let part = Part::Priced(held.contract, nth);
                let is_it = said.variation == Some(priced.variation);
                is_it.then_some((priced.from, part, priced.twelfths(payment)?))
            };
            held.variations.iter().enumerate().filter_map(of).collect()
        }
        _ => return None,
    };
    found.sort();
    Some(
        found
            .into_iter()
            .map(|(_, part, part_of)| (part, part_of))
            .collect(),
    )
}

/// What the amount of a payment says under one contract: at most one charge, and each variation.
fn by_amount(payment: &Payment, agreement: &Agreement) -> Vec<Told> {
    let mut dues = agreement.dues.iter();
    let charged = dues.any(|due| due.twelfths(payment).is_some());
    let charge = charged.then(|| say(Rule::ChargeAmount, Some(agreement.contract)));
    let variation = |it: &Priced| Told {
        variation: Some(it.variation),
        ..say(Rule::VariationPrice, Some(agreement.contract))
    };
    let priced = agreement.variations.iter();
    let priced = priced.filter(|it| it.twelfths(payment).is_some());
    charge.into_iter().chain(priced.map(variation)).collect()
}

#[cfg(test)]
mod tests;
