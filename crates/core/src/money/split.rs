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
//!    or of several contracts: unknown.
//! 5. What is left of a year stays within what is left of the contract's charges for that year:
//!    contracted. What it exceeds them by, no amount can tell: unknown.

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

/// Say of each of `payments`, in their order, what it is of.
pub fn split(
    payments: &[Payment],
    agreements: &[Agreement],
    treatments: &[&Treatment],
    years: YearBasis,
) -> Vec<Told> {
    let mut told: Vec<Told> = payments
        .iter()
        .map(|payment| alone(payment, agreements, treatments))
        .collect();
    within_charges(payments, agreements, years, &mut told);
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

/// What can be said of a payment without looking at others.
fn alone(payment: &Payment, agreements: &[Agreement], treatments: &[&Treatment]) -> Told {
    let held: Vec<&Agreement> = match payment.organisation {
        None => Vec::new(),
        Some(firm) => agreements
            .iter()
            .filter(|it| it.suppliers.contains(&firm))
            .collect(),
    };
    let in_group = |it: &&Agreement| payment.group.is_some_and(|top| it.groups.contains(&top));
    let sister = held
        .is_empty()
        .then(|| agreements.iter().find(in_group))
        .flatten();
    // The longest text tells most; of equals the first stands.
    let covers =
        |it: &&&Treatment| it.covers(&payment.name, &payment.text, payment.from, payment.to);
    let decided = treatments.iter().filter(covers);
    let length = |it: &Treatment| it.text.as_ref().map_or(0, String::len);
    let decided = decided.reduce(|best, next| {
        if length(next) > length(best) {
            next
        } else {
            best
        }
    });
    if let Some(decided) = decided {
        let numbered = |it: &&Priced| it.reference.is_some() && it.reference == decided.variation;
        let mut of = agreements
            .iter()
            .filter(|it| Some(it.contract) == decided.contract);
        return Told {
            class: decided.class,
            rule: Rule::Person,
            contract: decided.contract,
            variation: of
                .find_map(|it| it.variations.iter().find(numbered))
                .map(|it| it.variation),
            is_group_firm: sister.is_some(),
        };
    }
    if held.is_empty() {
        return match (payment.organisation, sister) {
            (None, _) => say(Rule::NameNotTied, None),
            (_, Some(sister)) => say(Rule::GroupFirm, Some(sister.contract)),
            (_, None) => say(Rule::NoContract, None),
        };
    }
    let in_force: Vec<&Agreement> = held
        .iter()
        .filter(|it| may_bind(it, payment))
        .copied()
        .collect();
    if in_force.is_empty() {
        return out_of_term(payment, &held);
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

/// What the amount of a payment says under one contract: at most one charge, and each variation.
fn by_amount(payment: &Payment, agreement: &Agreement) -> Vec<Told> {
    let part = |whole: Pence, parts: i64| (payment.pence.0 * parts - whole.0).abs() < parts;
    let near = |due: &&Due| {
        let early = due.from.saturating_sub(LAST_INVOICE.days());
        let late = due.to.saturating_add(LAST_INVOICE.days());
        payment.to >= early && payment.from <= late && due.pence != Pence::ZERO
    };
    let is_year = |due: &Due| (due.to - due.from).get_days() > 200;
    let charged = agreement.dues.iter().filter(near).any(|due| {
        part(due.pence, 1) || (is_year(due) && (part(due.pence, 4) || part(due.pence, 12)))
    });
    let priced = agreement.variations.iter().filter(|it| {
        let since = it.from.is_none_or(|from| payment.to >= from);
        let price = it.price.filter(|price| *price > Pence::ZERO);
        since && price.is_some_and(|price| part(price, 1) || part(price, 12))
    });
    let charge = charged.then(|| say(Rule::ChargeAmount, Some(agreement.contract)));
    let variation = |it: &Priced| Told {
        variation: Some(it.variation),
        ..say(Rule::VariationPrice, Some(agreement.contract))
    };
    charge.into_iter().chain(priced.map(variation)).collect()
}

/// Rule 5: what is left of each year beside what is left of that year's charges.
fn within_charges(
    payments: &[Payment],
    agreements: &[Agreement],
    years: YearBasis,
    told: &mut [Told],
) {
    #[derive(Default)]
    struct Year {
        matched: Pence,
        left: Pence,
        places: Vec<usize>,
    }
    let mut of_year: BTreeMap<(RecordId, i16), Year> = BTreeMap::new();
    for (place, payment) in payments.iter().enumerate() {
        let (Some(contract), class, rule) =
            (told[place].contract, told[place].class, told[place].rule)
        else {
            continue;
        };
        let year = of_year
            .entry((contract, years.year(payment.from)))
            .or_default();
        match (class, rule) {
            (Class::Contracted, _) => year.matched += payment.sum(),
            (_, Rule::ChargesNotKnown) => {
                year.left += payment.sum();
                year.places.push(place);
            }
            _ => {}
        }
    }
    for ((contract, number), year) in of_year {
        let mut of = agreements.iter().filter(|it| it.contract == contract);
        let Some(charged) = of.next().and_then(|it| it.years.get(&number)) else {
            continue;
        };
        let fits = year.left <= *charged - year.matched;
        let rule = if fits {
            Rule::WithinCharges
        } else {
            Rule::BeyondCharges
        };
        for place in year.places {
            told[place] = say(rule, Some(contract));
        }
    }
}

#[cfg(test)]
mod tests;
