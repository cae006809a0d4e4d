//! Whether services are ready to move, from everything the register knows.

use super::Estate;
use crate::control::{Arrangement, Mode};
use crate::dated::{On, When};
use crate::record::RecordId;
use crate::transition::{
    Asked, CanLogIn, Dependents, LastTrue, Plan, ServiceReadiness, SinglePoint, StopsOnDay0,
    can_log_in, last_true, readiness, single_points, stops_on_day_0,
};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// What hangs by one thread when services move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risks {
    pub single_points: Vec<SinglePoint>,
    pub stops_on_day_0: Vec<StopsOnDay0>,
    pub can_log_in: Vec<CanLogIn>,
    /// By the kind of a register's items.
    pub last_true: BTreeMap<&'static str, LastTrue>,
}

impl Estate {
    /// What waves are checked against on a day.
    pub fn plan(&self, day: Date) -> Plan<'_> {
        let needs = self.services.iter();
        Plan {
            waves: &self.waves,
            blackouts: &self.blackouts,
            tasks: &self.tasks,
            needs: needs
                .map(|(id, service)| (*id, &service.depends_on))
                .collect(),
            ends: self.contract_ends(day),
        }
    }

    /// The contract under which each service runs on a day, and the last day of its term. A wave moves
    /// a service away from its supplier, so that an arrangement that has ended by then has no part.
    fn contract_ends(&self, day: Date) -> BTreeMap<RecordId, (RecordId, When)> {
        let timed = self.all_timed(day);
        let end_of = |contract: RecordId| {
            let counted = timed.get(&contract).and_then(|timed| timed.clock.term_end);
            counted
                .map(When::Day)
                .or_else(|| self.contracts.get(&contract)?.end_on(day))
        };
        let ends = self.arrangements.values().filter_map(|arrangement| {
            let contract = arrangement.contract.on(day).certain().copied().flatten()?;
            Some((arrangement.service, (contract, end_of(contract)?)))
        });
        ends.collect()
    }

    /// When each service moves or moved: as its wave plans it on the day, else since when the
    /// authority runs what others ran before.
    pub fn cutovers(&self, day: Date) -> BTreeMap<RecordId, When> {
        let mut cutovers = self.plan(day).cutovers(day);
        for arrangement in self.arrangements.values() {
            if let Some(since) = came_back(arrangement, day) {
                cutovers.entry(arrangement.service).or_insert(since);
            }
        }
        cutovers
    }

    /// How ready each service is that exists on the day, by name.
    pub fn readiness(&self, asked: &Asked) -> Vec<ServiceReadiness> {
        let cutovers = self.cutovers(asked.day);
        let existing = self.services.iter();
        let existing = existing.filter(|(_, service)| service.exists(asked.day));
        let mut services: Vec<_> = existing
            .map(|(id, service)| (&service.name, *id, cutovers.get(id).copied()))
            .collect();
        services.sort();
        let services: Vec<(RecordId, Option<When>)> = services
            .into_iter()
            .map(|(_, id, cutover)| (id, cutover))
            .collect();
        let listed = self.listed();
        readiness(&services, &listed, &self.readiness_statements, asked)
    }

    /// What hangs by one thread on a day.
    pub fn risks(&self, day: Date) -> Risks {
        let listed = self.listed();
        let services = self.services.iter();
        let needs = services.map(|(id, service)| (*id, &service.depends_on));
        Risks {
            single_points: single_points(&listed),
            stops_on_day_0: stops_on_day_0(&listed, &Dependents::of(needs)),
            can_log_in: can_log_in(&listed, &self.cutovers(day), day),
            last_true: last_true(&listed, day),
        }
    }
}

/// Since when the authority runs a service that others ran before; none when it never came back.
fn came_back(arrangement: &Arrangement, day: Date) -> Option<When> {
    if arrangement.mode.on(day) != On::Value(&Mode::InHouse) {
        return None;
    }
    let begun = arrangement.mode.iter();
    let begun = begun.filter(|(from, _)| from.reached(day) == Some(true) || *from == When::Unknown);
    let begun: Vec<(When, Mode)> = begun.map(|(from, mode)| (from, *mode)).collect();
    let others = begun.iter().rposition(|(_, mode)| *mode != Mode::InHouse)?;
    Some(begun.get(others + 1)?.0)
}
