//! The lines of a statement that say what was paid to whom.

use super::estate::Estate;
use crate::money::{Names, Paid, PaidName, ScopeBasis, YearBasis, by_name};
use crate::organisation::group;
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a supplier was paid: an organisation, or a printed name that nobody has tied to one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SupplierLine {
    pub name: String,
    pub organisation: Option<RecordId>,
    /// The supplier group on the day, where it is not the supplier itself.
    pub group: Option<String>,
    pub group_organisation: Option<RecordId>,
    pub names: Vec<String>,
    pub payments: u64,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
    pub scope: ScopeBasis,
    pub why: String,
}

/// What the firms of one group were paid together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupLine {
    pub name: String,
    /// The organisation at its top.
    pub organisation: RecordId,
    pub members: Vec<String>,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
}

/// What was paid in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MoneyLines {
    pub payments: u64,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
    /// Of that, what a person confirmed.
    pub confirmed_pence: Pence,
    /// The printed names of which some payments count as technology.
    pub names_in_scope: u64,
    pub names_proposed: u64,
    pub by_year: Vec<YearLine>,
    pub groups: Vec<GroupLine>,
}

/// One year's payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct YearLine {
    pub year: String,
    pub paid_pence: Pence,
    pub in_scope_pence: Pence,
}

pub(super) fn supplier_lines(estate: &Estate, names: &[PaidName], at: Date) -> Vec<SupplierLine> {
    let meaning = Names::new(estate.names.values(), &estate.organisations);
    let mut places: BTreeMap<Result<RecordId, &str>, usize> = BTreeMap::new();
    let mut lines: Vec<SupplierLine> = Vec::new();
    for paid in names {
        let organisation = meaning.organisation(&paid.name, paid.from);
        let place = *places
            .entry(organisation.ok_or(&paid.name))
            .or_insert(lines.len());
        if place == lines.len() {
            let top = organisation
                .map(|id| group(&estate.organisations, id, at))
                .filter(|top| Some(*top) != organisation);
            let printed = if paid.name.is_empty() {
                "(no name printed)"
            } else {
                &paid.name
            };
            lines.push(SupplierLine {
                name: organisation
                    .map_or_else(|| printed.to_owned(), |id| estate.organisation_name(id)),
                organisation,
                group: top.map(|id| estate.organisation_name(id)),
                group_organisation: top,
                names: Vec::new(),
                payments: 0,
                paid_pence: Pence::ZERO,
                in_scope_pence: Pence::ZERO,
                scope: ScopeBasis::Outside,
                why: String::new(),
            });
        }
        let line = &mut lines[place];
        if !line.names.contains(&paid.name) {
            line.names.push(paid.name.clone());
        }
        line.payments += paid.rows;
        line.paid_pence += paid.paid;
        line.in_scope_pence += paid.in_scope;
        line.scope = line.scope.with(paid.scope);
        if line.why.is_empty() {
            line.why.clone_from(&paid.why);
        }
    }
    lines.sort_by(|a, b| {
        (b.in_scope_pence, b.paid_pence, &a.name).cmp(&(a.in_scope_pence, a.paid_pence, &b.name))
    });
    lines
}

pub(super) fn money_lines(
    payments: &[Paid],
    names: &[PaidName],
    suppliers: &[SupplierLine],
    years: YearBasis,
) -> MoneyLines {
    let mut by_year: BTreeMap<i16, (Pence, Pence)> = BTreeMap::new();
    for paid in payments {
        by_year.entry(paid.year).or_default().0 += paid.pence;
    }
    for (year, pence) in names.iter().flat_map(|name| &name.in_scope_by_year) {
        by_year.entry(*year).or_default().1 += *pence;
    }
    let named = by_name(names.to_vec());
    let in_scope = named.iter().filter(|name| name.in_scope != Pence::ZERO);
    let proposed = in_scope
        .clone()
        .filter(|name| name.scope == ScopeBasis::Proposed);
    let confirmed = names
        .iter()
        .filter(|name| name.scope == ScopeBasis::Confirmed);
    MoneyLines {
        payments: payments.iter().map(|paid| paid.rows).sum(),
        paid_pence: payments.iter().map(|paid| paid.pence).sum(),
        in_scope_pence: names.iter().map(|name| name.in_scope).sum(),
        confirmed_pence: confirmed.map(|name| name.in_scope).sum(),
        names_in_scope: in_scope.count() as u64,
        names_proposed: proposed.count() as u64,
        by_year: by_year
            .into_iter()
            .map(|(year, (paid_pence, in_scope_pence))| YearLine {
                year: years.words(year),
                paid_pence,
                in_scope_pence,
            })
            .collect(),
        groups: group_lines(suppliers),
    }
}

/// The groups of which more than one firm was paid, the most paid first.
fn group_lines(suppliers: &[SupplierLine]) -> Vec<GroupLine> {
    let mut members: BTreeMap<RecordId, Vec<&SupplierLine>> = BTreeMap::new();
    for supplier in suppliers {
        if let Some(top) = supplier.group_organisation.or(supplier.organisation) {
            members.entry(top).or_default().push(supplier);
        }
    }
    members.retain(|_, members| members.len() > 1);
    let line = |(organisation, members): (RecordId, Vec<&SupplierLine>)| GroupLine {
        organisation,
        name: members
            .iter()
            .find_map(|member| member.group.clone())
            .unwrap_or_default(),
        members: members.iter().map(|member| member.name.clone()).collect(),
        paid_pence: members.iter().map(|member| member.paid_pence).sum(),
        in_scope_pence: members.iter().map(|member| member.in_scope_pence).sum(),
    };
    let mut groups: Vec<GroupLine> = members.into_iter().map(line).collect();
    groups.sort_by(|a, b| (b.paid_pence, &a.name).cmp(&(a.paid_pence, &b.name)));
    groups
}
