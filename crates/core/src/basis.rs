//! What a figure rests on: files, rows, dates, VAT, rules, and the entry of the register.

use crate::dated::Period;
use crate::import::{Dataset, Import, Overlap, VatBasis};
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The state of the register that a figure was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The number of the last entry that counts.
    pub entry: u64,
    /// `SIZE:ROOT`, the tree head at that entry.
    pub head: String,
    /// Up to when knowledge counts, as asked; none is "now".
    pub moment: Option<String>,
}

/// What the figures of a statement rest on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub known: Known,
    /// Files of payments that count.
    pub files: u64,
    pub rows: u64,
    /// Rows of those files that could not be taken.
    pub rejected: u64,
    /// From the first to the last payment.
    pub period: Option<Period>,
    /// How many files state their amounts net of VAT, gross, or do not say.
    pub vat: BTreeMap<VatBasis, u64>,
    /// Files that overlap others and about which nobody has decided: money may count twice.
    pub undecided: Vec<String>,
    /// The rules that were applied, in words.
    pub rules: Vec<String>,
    /// What is not known, and who could say.
    pub unknowns: Vec<String>,
}

impl Basis {
    /// The basis that the live imports of payments give.
    pub fn of_payments(imports: &BTreeMap<RecordId, Import>, known: Known) -> Basis {
        let mut basis = Basis {
            known,
            files: 0,
            rows: 0,
            rejected: 0,
            period: None,
            vat: BTreeMap::new(),
            undecided: Vec::new(),
            rules: Vec::new(),
            unknowns: Vec::new(),
        };
        for import in imports.values().filter(|import| counts(import)) {
            basis.files += 1;
            basis.rows += import.tally.rows;
            basis.rejected += import.tally.rejected;
            *basis.vat.entry(import.reading.vat).or_default() += 1;
            if let (Some(from), Some(to)) = (import.tally.from, import.tally.to) {
                let period = Period::new(from, to);
                basis.period = Some(basis.period.map_or(period, |whole| whole.union(&period)));
            }
            if import.overlap == Some(Overlap::Undecided) {
                basis.undecided.push(import.file.clone());
            }
        }
        basis.undecided.sort();
        basis
    }
}

fn counts(import: &Import) -> bool {
    import.dataset == Dataset::Payments && import.is_live()
}

/// The spans between the first and the last month covered that no live import of payments covers:
/// a year in them looks cheaper than it was.
pub fn gaps(imports: &BTreeMap<RecordId, Import>) -> Vec<Period> {
    let mut covered: Vec<Period> = live(imports)
        .filter_map(|(_, import)| import.coverage.period)
        .collect();
    covered.sort();
    let mut gaps = Vec::new();
    let mut reached: Option<Date> = None;
    for period in covered {
        let next = reached.map(|day| day.saturating_add(1.day()));
        if let Some(from) = next.filter(|from| *from < period.from) {
            gaps.push(Period::new(from, period.from.saturating_sub(1.day())));
        }
        reached = reached.max(Some(period.to));
    }
    gaps
}

/// The parts of a period that no live import of payments covers, in order.
pub fn uncovered(imports: &BTreeMap<RecordId, Import>, period: Period) -> Vec<Period> {
    let covered = live(imports).filter_map(|(_, import)| import.coverage.period);
    let mut covered: Vec<Period> = covered.filter(|one| one.overlaps(&period)).collect();
    covered.sort();
    let mut missing = Vec::new();
    let mut next = Some(period.from);
    for one in covered {
        let Some(from) = next else { break };
        if one.from > from {
            missing.push(Period::new(from, one.from.saturating_sub(1.day())));
        }
        next = if one.to < period.to {
            Some(from.max(one.to.saturating_add(1.day())))
        } else {
            None
        };
    }
    missing.extend(next.map(|from| Period::new(from, period.to)));
    missing
}

/// The live imports of payments, in the order of their ids.
pub fn live(imports: &BTreeMap<RecordId, Import>) -> impl Iterator<Item = (RecordId, &Import)> {
    imports
        .iter()
        .filter(|(_, import)| counts(import))
        .map(|(id, import)| (*id, import))
}

/// The live imports of every dataset that is kept as facts, in the order of their ids.
pub fn live_facts(
    imports: &BTreeMap<RecordId, Import>,
) -> impl Iterator<Item = (RecordId, &Import)> {
    imports
        .iter()
        .filter(|(_, import)| import.dataset.is_bulk() && import.is_live())
        .map(|(id, import)| (*id, import))
}

/// The live imports that may hold the same rows as a new one: same dataset, authority, publisher and
/// ledger, and a shared day. An import without a period overlaps none.
pub fn overlapping<'a>(
    imports: &'a BTreeMap<RecordId, Import>,
    new: &Import,
) -> Vec<(RecordId, &'a Import)> {
    let Some(period) = new.coverage.period else {
        return Vec::new();
    };
    let same_ledger = |import: &Import| {
        import.dataset == new.dataset
            && import.coverage.authority == new.coverage.authority
            && import.coverage.publisher == new.coverage.publisher
            && import.coverage.ledger == new.coverage.ledger
    };
    let shares_a_day = |import: &Import| {
        import
            .coverage
            .period
            .is_some_and(|other| other.overlaps(&period))
    };
    live_facts(imports)
        .filter(|(_, import)| same_ledger(import) && shares_a_day(import))
        .collect()
}
