//! The lines of a statement that say who runs and steers what.

use super::estate::Estate;
use crate::control::{
    Control, ControlRule, Criticality, Mode, Service, Share, Standing, share_by_count,
};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A share as pages and programs show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShareLine {
    /// 0 to 1; none when there is nothing to share.
    pub known: Option<f64>,
    pub possible: Option<f64>,
    /// The counts behind it.
    pub counts: Share,
}

impl From<Share> for ShareLine {
    fn from(counts: Share) -> ShareLine {
        let fraction = |share: i64| share as f64 / 10_000.0;
        let (known, possible) = (
            counts.known_share().map(fraction),
            counts.possible_share().map(fraction),
        );
        ShareLine {
            known,
            possible,
            counts,
        }
    }
}

/// The share by yearly cost, with what had to be assumed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CostShareLine {
    pub known: Option<f64>,
    pub possible: Option<f64>,
    pub stated_pence: Pence,
    pub stated_controlled_pence: Pence,
    pub services_without_cost: u32,
    pub dearest_pence: Pence,
}

/// How many services were delivered how at the end of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeriesPoint {
    /// The last day of the month; the statement's own day for the last point.
    pub on: Date,
    pub in_house: u32,
    pub shared: u32,
    pub joint_venture: u32,
    pub supplier: u32,
    pub unknown: u32,
    pub controlled: Share,
}

/// What the authority controls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ControlLines {
    pub by_count: ShareLine,
    pub by_cost: CostShareLine,
    pub by_criticality: BTreeMap<String, ShareLine>,
    pub run_in_house: u32,
    pub rule: String,
    pub series: Vec<SeriesPoint>,
    /// What changed in the 90 days before.
    pub changed: Vec<ServiceChange>,
}

/// A service on the day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceLine {
    pub id: RecordId,
    pub name: String,
    pub reference: Option<String>,
    pub criticality: Option<Criticality>,
    pub mode: Mode,
    pub provider: Option<String>,
    pub contract: Option<String>,
    pub since: Option<When>,
    pub standing: Standing,
    /// Why it is not controlled, or what is not known, in plain words.
    pub because: Vec<String>,
    /// Facets taken from the mode, which nobody stated.
    pub assumed: Vec<String>,
    pub yearly_cost_pence: Option<Pence>,
    pub source: Option<String>,
}

/// A service that stands otherwise than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceChange {
    pub service: String,
    pub was: String,
    pub is: String,
}

pub(super) fn service_line(
    estate: &Estate,
    id: RecordId,
    service: &Service,
    control: &Control,
    at: Date,
) -> ServiceLine {
    let because = control.because.iter().map(|facet| {
        let holding = control.holdings[*facet as usize];
        let held = match control.standing {
            Standing::Unknown => "nobody has said",
            _ => holding.holder.word(),
        };
        format!("{}: {held}", facet.word())
    });
    let assumed = control
        .holdings
        .iter()
        .filter(|holding| holding.assumed)
        .map(|holding| holding.facet.word().to_owned());
    ServiceLine {
        id,
        name: service.name.clone(),
        reference: service.reference.clone(),
        criticality: service.criticality,
        mode: control.mode,
        provider: control.provider.map(|id| estate.organisation_name(id)),
        contract: control
            .contract
            .and_then(|id| estate.contracts.get(&id))
            .map(|contract| contract.title.clone()),
        since: control.since,
        standing: control.standing,
        because: because.collect(),
        assumed: if control.mode == Mode::Unknown {
            Vec::new()
        } else {
            assumed.collect()
        },
        yearly_cost_pence: service.yearly_cost.on(at).certain().map(|cost| cost.pence),
        source: service.source.clone(),
    }
}

/// The services that stand otherwise on the later day than on the earlier one, by name: another
/// mode, another standing, begun or ended.
pub fn changed_between(
    estate: &Estate,
    rule: &ControlRule,
    earlier: Date,
    later: Date,
) -> Vec<ServiceChange> {
    compare(
        &estate.services_on(earlier, rule),
        &estate.services_on(later, rule),
    )
}

/// The services that stand otherwise on a day as known now than as known before, by name.
pub fn changed_knowledge(
    before: &Estate,
    now: &Estate,
    rule: &ControlRule,
    day: Date,
) -> Vec<ServiceChange> {
    compare(&before.services_on(day, rule), &now.services_on(day, rule))
}

fn compare(
    before: &[(RecordId, &Service, Control)],
    after: &[(RecordId, &Service, Control)],
) -> Vec<ServiceChange> {
    let words = |control: Option<&Control>| match control {
        None => "no such service".to_owned(),
        Some(control) => {
            let standing = match control.standing {
                Standing::Controlled => "controlled",
                Standing::AssumedControlled => "controlled (assumed)",
                Standing::Unknown => "unknown",
                Standing::AssumedNotControlled => "not controlled (assumed)",
                Standing::NotControlled => "not controlled",
            };
            format!("{}, {standing}", control.mode.word())
        }
    };
    let index =
        |services: &[(RecordId, &Service, Control)]| -> BTreeMap<RecordId, (String, Control)> {
            services
                .iter()
                .map(|(id, service, control)| (*id, (service.name.clone(), control.clone())))
                .collect()
        };
    let (before, after) = (index(before), index(after));
    let ids: BTreeSet<RecordId> = before.keys().chain(after.keys()).copied().collect();
    let changes = ids.into_iter().filter_map(|id| {
        let (was, is) = (before.get(&id), after.get(&id));
        let name = is.or(was).map(|(name, _)| name.clone())?;
        let (was, is) = (
            words(was.map(|(_, control)| control)),
            words(is.map(|(_, control)| control)),
        );
        (was != is).then_some(ServiceChange {
            service: name,
            was,
            is,
        })
    });
    let mut changes: Vec<ServiceChange> = changes.collect();
    changes.sort_by(|a, b| a.service.cmp(&b.service));
    changes
}

/// How far back the series goes at most.
const SERIES_YEARS: i64 = 40;

pub(super) fn series(estate: &Estate, rule: &ControlRule, at: Date) -> Vec<SeriesPoint> {
    let starts = estate
        .arrangements
        .values()
        .flat_map(|held| held.mode.iter().filter_map(|(from, _)| from.earliest()));
    // A mistyped year such as 0206 must not draw eighteen centuries.
    let drawn = at.saturating_sub(SERIES_YEARS.years());
    let Some(first) = starts.min().map(|first| first.max(drawn)) else {
        return Vec::new();
    };
    let mut days = Vec::new();
    let mut day = first.last_of_month();
    while day < at {
        days.push(day);
        day = (day + 1.day()).last_of_month();
    }
    days.push(at);
    let point = |on: Date| {
        let services = estate.services_on(on, rule);
        let count = |mode| {
            services
                .iter()
                .filter(|(_, _, control)| control.mode == mode)
                .count() as u32
        };
        SeriesPoint {
            on,
            in_house: count(Mode::InHouse),
            shared: count(Mode::Shared),
            joint_venture: count(Mode::JointVenture),
            supplier: count(Mode::Supplier),
            unknown: count(Mode::Unknown),
            controlled: share_by_count(services.iter().map(|(_, _, control)| control.standing)),
        }
    };
    days.into_iter().map(point).collect()
}
