//! The rows of a figure: each service or movement with how it counts, so that the rows add up to it.

use super::control::ServiceLine;
use super::estate::Estate;
use crate::control::{Criticality, Mode, Standing};
use crate::pence::Pence;
use crate::record::RecordId;
use crate::transition::{Joining, StaffMovement, joining};
use jiff::civil::Date;
use serde::Serialize;

/// How a row counts in a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Counts {
    /// In the known end and in the possible one.
    Known,
    /// In the possible end alone.
    Possible,
    /// In neither; where the figure is a share, it is one of those shared among.
    No,
}

/// A service as a figure counts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountedService {
    pub id: RecordId,
    pub name: String,
    pub counts: Counts,
    /// Why, in plain words.
    pub why: String,
    pub yearly_cost_pence: Option<Pence>,
}

/// The services that a figure is counted from; none where it is not counted from services.
pub fn counted_services(figure: &str, services: &[ServiceLine]) -> Option<Vec<CountedService>> {
    let count: fn(&ServiceLine) -> (Counts, String) = match figure {
        "control.by_count" | "control.by_cost" | "control.critical" => by_standing,
        "control.run_in_house" => in_house,
        "services.with_supplier" => with_supplier,
        "services.total" => |line| (Counts::Known, delivered(line)),
        _ => return None,
    };
    let asked = |line: &&ServiceLine| {
        figure != "control.critical" || line.criticality == Some(Criticality::Critical)
    };
    let row = |line: &ServiceLine| {
        let (counts, why) = count(line);
        CountedService {
            id: line.id,
            name: line.name.clone(),
            counts,
            why,
            yearly_cost_pence: line.yearly_cost_pence,
        }
    };
    Some(services.iter().filter(asked).map(row).collect())
}

fn by_standing(line: &ServiceLine) -> (Counts, String) {
    let assumed = || {
        format!(
            "taken from how it is delivered ({}): nobody has confirmed it",
            line.mode.word()
        )
    };
    match line.standing {
        Standing::Controlled => (Counts::Known, "as somebody stated".into()),
        Standing::AssumedControlled => (Counts::Possible, assumed()),
        Standing::Unknown => (Counts::Possible, line.because.join("; ")),
        Standing::AssumedNotControlled => (Counts::No, assumed()),
        Standing::NotControlled => (Counts::No, line.because.join("; ")),
    }
}

fn in_house(line: &ServiceLine) -> (Counts, String) {
    let counts = match line.mode {
        Mode::InHouse => Counts::Known,
        Mode::Unknown => Counts::Possible,
        _ => Counts::No,
    };
    (counts, delivered(line))
}

fn with_supplier(line: &ServiceLine) -> (Counts, String) {
    let counts = match line.mode {
        Mode::Supplier | Mode::JointVenture => Counts::Known,
        Mode::Unknown => Counts::Possible,
        _ => Counts::No,
    };
    (counts, delivered(line))
}

fn delivered(line: &ServiceLine) -> String {
    match (&line.provider, line.mode) {
        (_, Mode::Unknown) => "nobody has said who delivers it".into(),
        (Some(provider), mode) => format!("{}, by {provider}", mode.word()),
        (None, mode) => mode.word().into(),
    }
}

/// The movements that a figure is counted from, in the order of their dates; none where it is not
/// counted from movements. Those that do not count are left out.
pub fn counted_movements<'a>(
    figure: &str,
    estate: &'a Estate,
    on: Date,
) -> Option<Vec<(RecordId, &'a StaffMovement, Counts)>> {
    let wanted: &[Joining] = match figure {
        "staff.returned" => &[Joining::Transfer, Joining::SecondmentEnd, Joining::Other],
        "staff.returned.by_transfer" => &[Joining::Transfer],
        "staff.returned.by_secondment_end" => &[Joining::SecondmentEnd],
        _ => return None,
    };
    let authority = estate.authority().map(|(id, _)| id);
    let counted = |(id, movement): (&RecordId, &'a StaffMovement)| {
        let counts = match joining(movement, authority?, on)? {
            Joining::Undated => Counts::Possible,
            joining => wanted.contains(&joining).then_some(Counts::Known)?,
        };
        Some((*id, movement, counts))
    };
    let mut rows: Vec<_> = estate.staff_movements.iter().filter_map(counted).collect();
    rows.sort_by_key(|(id, movement, _)| (movement.date, *id));
    Some(rows)
}
