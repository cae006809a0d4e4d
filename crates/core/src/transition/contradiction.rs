//! Where registers and payments tell different stories, and the year in which each was last true.

use super::listed::Listed;
use super::readiness::Record;
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An organisation that was paid in scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidOrganisation {
    /// None while nobody decided which organisation the printed name means.
    pub organisation: Option<RecordId>,
    /// What it is called, or the name as printed.
    pub name: String,
    /// The first day on which it may have been paid.
    pub first: Date,
    /// The last day on which it may have been paid.
    pub last: Date,
}

/// An organisation that a register or a contract names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supplies {
    pub organisation: RecordId,
    pub record: Record,
    pub title: String,
    /// Whether somebody is paid for it year by year: a licence, a contract with a third party.
    pub is_paid_for: bool,
}

/// Where payments and registers do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "contradiction")]
pub enum Contradiction {
    /// Paid lately, and no register or contract names it.
    PaidNotListed {
        organisation: Option<RecordId>,
        name: String,
        last: Date,
    },
    /// Listed as paid for, and not paid lately: perhaps the supplier pays, perhaps it has ended.
    ListedNotPaid {
        organisation: RecordId,
        /// The last payment, if ever.
        last: Option<Date>,
        records: Vec<(Record, String)>,
    },
}

/// Hold what registers list against who was paid in the `months` up to and on `day`: first who is not
/// listed, in the order given, then what is not paid. Payments after the day are passed over by
/// whoever counts them.
pub fn contradictions(
    listed: &[Supplies],
    paid: &[PaidOrganisation],
    day: Date,
    months: i32,
) -> Vec<Contradiction> {
    let since = day.saturating_sub(months.months());
    let named: BTreeSet<RecordId> = listed.iter().map(|it| it.organisation).collect();
    let mut last: BTreeMap<RecordId, Date> = BTreeMap::new();
    let mut unlisted = Vec::new();
    for paid in paid.iter().filter(|paid| paid.first <= day) {
        let is_listed = paid.organisation.is_some_and(|id| named.contains(&id));
        if paid.last > since && !is_listed {
            unlisted.push(Contradiction::PaidNotListed {
                organisation: paid.organisation,
                name: paid.name.clone(),
                last: paid.last,
            });
        }
        if let Some(id) = paid.organisation {
            let held = last.entry(id).or_insert(paid.last);
            *held = paid.last.max(*held);
        }
    }
    let mut records: BTreeMap<RecordId, Vec<(Record, String)>> = BTreeMap::new();
    for it in listed.iter().filter(|it| it.is_paid_for) {
        let names = records.entry(it.organisation).or_default();
        names.push((it.record.clone(), it.title.clone()));
    }
    let unpaid = records
        .into_iter()
        .filter_map(|(organisation, mut records)| {
            let last = last.get(&organisation).copied();
            if last.is_some_and(|last| last > since) {
                return None;
            }
            records.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
            Some(Contradiction::ListedNotPaid {
                organisation,
                last,
                records,
            })
        });
    unlisted.into_iter().chain(unpaid).collect()
}

/// In which years the items of one register were confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastTrue {
    /// How many items were last confirmed in each year.
    pub years: BTreeMap<i16, usize>,
    /// How many were never confirmed, or nobody knows when.
    pub never: usize,
}

impl LastTrue {
    /// The year in which the register was last true as far as known: that of its newest confirmation.
    pub fn year(&self) -> Option<i16> {
        self.years.last_key_value().map(|(year, _)| *year)
    }
}

/// When each register was last true on a day, by kind of its items. A confirmation that lies after
/// the day counts as none.
pub fn last_true(items: &[Listed<'_>], day: Date) -> BTreeMap<&'static str, LastTrue> {
    let mut registers: BTreeMap<&'static str, LastTrue> = BTreeMap::new();
    for item in items {
        let register = registers.entry(item.record.kind).or_default();
        let confirmed = item.confirmed.and_then(|on| on.earliest());
        match confirmed.filter(|on| *on <= day) {
            Some(on) => *register.years.entry(on.year()).or_default() += 1,
            None => register.never += 1,
        }
    }
    registers
}

#[cfg(test)]
mod tests {
    use super::super::listed::{Agreement, Detail};
    use super::super::stated::Dimension;
    use super::*;
    use crate::record::Reference;
    use jiff::civil::date;

    fn id(number: u8) -> RecordId {
        RecordId([number; 16])
    }

    fn record(number: u8) -> Record {
        Record {
            kind: "licence".into(),
            id: id(number),
        }
    }

    #[test]
    fn who_is_paid_and_who_is_listed() {
        let supplies = |organisation, number, is_paid_for| Supplies {
            organisation: id(organisation),
            record: record(number),
            title: format!("Licence {number}"),
            is_paid_for,
        };
        let paid = |organisation, first, last| PaidOrganisation {
            organisation: (organisation > 0).then(|| id(organisation)),
            name: format!("Firm {organisation}"),
            first,
            last,
        };
        let listed = [
            supplies(1, 11, true),
            supplies(2, 12, true),
            supplies(3, 14, true),
            supplies(3, 13, true),
            supplies(4, 15, false),
        ];
        let paid = [
            paid(1, date(2015, 1, 1), date(2019, 6, 1)),
            paid(2, date(2015, 1, 1), date(2018, 7, 26)),
            paid(5, date(2015, 1, 1), date(2018, 7, 27)),
            paid(6, date(2014, 1, 1), date(2018, 7, 26)),
            paid(7, date(2019, 7, 27), date(2019, 8, 1)),
            paid(0, date(2019, 1, 1), date(2019, 2, 1)),
        ];
        let found = contradictions(&listed, &paid, date(2019, 7, 26), 12);
        let records = |numbers: &[u8]| {
            let records = numbers.iter();
            let named = records.map(|number| (record(*number), format!("Licence {number}")));
            named.collect::<Vec<_>>()
        };
        let expected = [
            Contradiction::PaidNotListed {
                organisation: Some(id(5)),
                name: "Firm 5".into(),
                last: date(2018, 7, 27),
            },
            Contradiction::PaidNotListed {
                organisation: None,
                name: "Firm 0".into(),
                last: date(2019, 2, 1),
            },
            Contradiction::ListedNotPaid {
                organisation: id(2),
                last: Some(date(2018, 7, 26)),
                records: records(&[12]),
            },
            Contradiction::ListedNotPaid {
                organisation: id(3),
                last: None,
                records: records(&[13, 14]),
            },
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_register_is_as_old_as_its_newest_confirmation() {
        let services = BTreeSet::new();
        let item = |kind, confirmed: &str| Listed {
            record: Reference { kind, id: id(1) },
            title: "x",
            dimension: Dimension::Assets,
            services: &services,
            routed: true,
            agreement: Agreement::NotNeeded,
            confirmed: confirmed.parse().ok(),
            evident: false,
            missing_since: None,
            supplier: None,
            detail: Detail::Plain,
        };
        let items = [
            item("asset", "2014"),
            item("asset", "2016-03"),
            item("asset", "2016-05-01"),
            item("asset", "2019-08-01"),
            item("asset", "unknown"),
            item("licence", ""),
        ];
        let registers = last_true(&items, date(2019, 7, 26));
        let assets = &registers["asset"];
        assert_eq!(assets.year(), Some(2016));
        assert_eq!(assets.years, BTreeMap::from([(2014, 1), (2016, 2)]));
        assert_eq!(assets.never, 2);
        assert_eq!(
            (registers["licence"].year(), registers["licence"].never),
            (None, 1)
        );
    }
}
