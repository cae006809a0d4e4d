//! Named figures, each taken by the same function wherever it is shown.

use super::estate::{Estate, PaidByDay, PaidUntil, Rules, scoped_names};
use crate::assurance::Quantity;
use crate::control::{
    Control, CostShare, Criticality, Mode, Service, Share, share_by_cost, share_by_count,
};
use crate::money::ScopeBasis;
use crate::pence::Pence;
use crate::record::RecordId;
use crate::transition::{StaffReturned, staff_returned};
use jiff::civil::Date;
use serde::Serialize;

/// A named figure: a range with its unit, and how it is counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figure {
    pub name: String,
    pub on: Date,
    pub known: Option<Quantity>,
    pub possible: Option<Quantity>,
    /// How it is counted, in one sentence.
    pub counted: String,
}

/// The figures that [`figure`] can take, each with how it is counted.
pub const FIGURES: &[(&str, &str)] = &[
    (
        "control.by_count",
        "The share of existing services that the authority controls, each counting as one.",
    ),
    (
        "control.by_cost",
        "The share of the yearly cost of services that the authority controls; a service without a stated cost counts between nothing and the dearest stated cost.",
    ),
    (
        "control.critical",
        "The share of critical services that the authority controls.",
    ),
    (
        "control.run_in_house",
        "The share of existing services that the authority runs itself.",
    ),
    ("services.total", "The number of services that exist."),
    (
        "services.with_supplier",
        "The number of services delivered by a supplier or joint venture.",
    ),
    (
        "staff.returned",
        "The people who joined the authority: transfers, ended secondments and others.",
    ),
    (
        "staff.returned.by_transfer",
        "The people who joined the authority under TUPE.",
    ),
    (
        "staff.returned.by_secondment_end",
        "The people whose secondment ended and who came back to the authority.",
    ),
    (
        "paid.total",
        "All payments up to and on the day, in the files that count.",
    ),
    (
        "paid.technology",
        "Payments for technology up to and on the day: confirmed at least, confirmed and proposed at most.",
    ),
];

/// Take one named figure on a day. The pages and the command line use this same function. None when
/// there is no such figure, or payments up to that day were not counted.
pub fn figure(
    estate: &Estate,
    paid: &PaidUntil,
    rules: &Rules,
    name: &str,
    on: Date,
) -> Option<Figure> {
    let (name, counted) = FIGURES.iter().find(|(known, _)| *known == name)?;
    let services = || estate.services_on(on, &rules.control);
    let share = |share: Share| {
        (
            share.known_share().map(Quantity::Share),
            share.possible_share().map(Quantity::Share),
        )
    };
    let exactly = |quantity: Option<Quantity>| (quantity, quantity);
    let staff = || {
        estate
            .authority()
            .map(|(id, _)| staff_returned(estate.staff_movements.values(), id, on))
    };
    let people = |certain: fn(StaffReturned) -> u32| {
        let known = staff().filter(|_| !estate.staff_movements.is_empty());
        let count = |people: u32| Quantity::Count(i64::from(people));
        (
            known.map(|staff| count(certain(staff))),
            known.map(|staff| count(certain(staff) + staff.undated)),
        )
    };
    let (known, possible) = match *name {
        "control.by_count" => share(share_by_count(
            services().iter().map(|(_, _, control)| control.standing),
        )),
        "control.critical" => share(of_criticality(&services(), Some(Criticality::Critical))),
        "control.by_cost" => {
            let cost = by_cost(&services(), on);
            (
                cost.known.map(Quantity::Share),
                cost.possible.map(Quantity::Share),
            )
        }
        "control.run_in_house" => {
            let modes: Vec<Mode> = services()
                .iter()
                .map(|(_, _, control)| control.mode)
                .collect();
            let count =
                |wanted: &[Mode]| modes.iter().filter(|mode| wanted.contains(mode)).count() as i64;
            let known = count(&[Mode::InHouse]);
            share(Share {
                known,
                possible: known + count(&[Mode::Unknown]),
                of: modes.len() as i64,
            })
        }
        "services.total" => {
            let services = services();
            exactly((!services.is_empty()).then_some(Quantity::Count(services.len() as i64)))
        }
        "services.with_supplier" => {
            let services = services();
            let count = |wanted: &[Mode]| {
                let counted = services
                    .iter()
                    .filter(|(_, _, control)| wanted.contains(&control.mode))
                    .count();
                (!services.is_empty()).then_some(Quantity::Count(counted as i64))
            };
            (
                count(&[Mode::Supplier, Mode::JointVenture]),
                count(&[Mode::Supplier, Mode::JointVenture, Mode::Unknown]),
            )
        }
        "staff.returned" => people(StaffReturned::total),
        "staff.returned.by_transfer" => people(|staff| staff.by_transfer),
        "staff.returned.by_secondment_end" => people(|staff| staff.by_secondment_end),
        "paid.total" => {
            let paid = paid.get(&on)?;
            let certain: Pence = paid.parts.iter().map(|part| part.pence).sum();
            range(paid, certain, certain)
        }
        _ => {
            let paid = paid.get(&on)?;
            let names = scoped_names(estate, &paid.parts, rules);
            let sum = |basis| {
                names
                    .iter()
                    .filter(|name| name.scope == basis)
                    .map(|name| name.in_scope)
                    .sum::<Pence>()
            };
            let confirmed = sum(ScopeBasis::Confirmed);
            range(paid, confirmed, confirmed + sum(ScopeBasis::Proposed))
        }
    };
    Some(Figure {
        name: (*name).into(),
        on,
        known,
        possible,
        counted: (*counted).into(),
    })
}

/// Money that is one of two amounts, and perhaps more by what may have been paid by the day; not
/// known when nothing was paid.
fn range(paid: &PaidByDay, one: Pence, other: Pence) -> (Option<Quantity>, Option<Quantity>) {
    if paid.parts.is_empty() && paid.uncertain_rows == 0 {
        return (None, None);
    }
    let ends = [one, other, one + paid.uncertain, other + paid.uncertain];
    (
        ends.into_iter().min().map(Quantity::Money),
        ends.into_iter().max().map(Quantity::Money),
    )
}

/// The share of the services of one criticality that are controlled.
pub(super) fn of_criticality(
    services: &[(RecordId, &Service, Control)],
    wanted: Option<Criticality>,
) -> Share {
    let wanted = services
        .iter()
        .filter(|(_, service, _)| service.criticality == wanted);
    share_by_count(wanted.map(|(_, _, control)| control.standing))
}

/// The share of the services' yearly cost that is controlled.
pub(super) fn by_cost(services: &[(RecordId, &Service, Control)], day: Date) -> CostShare {
    share_by_cost(services.iter().map(|(_, service, control)| {
        (
            control.standing,
            service.yearly_cost.on(day).certain().map(|cost| cost.pence),
        )
    }))
}
