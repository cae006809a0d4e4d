//! What the register knows at one entry, and the rules that figures are made by.

use crate::assurance::{Claim, Event, Test};
use crate::contract::Contract;
use crate::control::{Arrangement, Control, ControlRule, Service, control};
use crate::import::Import;
use crate::money::technology::Technology;
use crate::money::{Name, Paid, PaidName, ScopeRule, YearBasis, scoped};
use crate::organisation::{Organisation, OrganisationRole};
use crate::record::RecordId;
use crate::transition::StaffMovement;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Everything the register knows at one entry, by kind.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    pub organisations: BTreeMap<RecordId, Organisation>,
    pub services: BTreeMap<RecordId, Service>,
    pub arrangements: BTreeMap<RecordId, Arrangement>,
    pub contracts: BTreeMap<RecordId, Contract>,
    pub staff_movements: BTreeMap<RecordId, StaffMovement>,
    pub events: BTreeMap<RecordId, Event>,
    pub claims: BTreeMap<RecordId, Claim>,
    pub names: BTreeMap<RecordId, Name>,
    pub scope_rules: BTreeMap<RecordId, ScopeRule>,
    pub imports: BTreeMap<RecordId, Import>,
}

impl Estate {
    /// The authority whose statement this is: the first stated, when there are several.
    pub fn authority(&self) -> Option<(RecordId, &Organisation)> {
        let is_authority = |held: &Organisation| held.roles.contains(&OrganisationRole::Authority);
        self.organisations
            .iter()
            .find(|(_, held)| is_authority(held))
            .map(|(id, held)| (*id, held))
    }

    /// The services that exist on a day, with how each stands, by name.
    pub(super) fn services_on(
        &self,
        day: Date,
        rule: &ControlRule,
    ) -> Vec<(RecordId, &Service, Control)> {
        let arranged: BTreeMap<RecordId, &Arrangement> = self
            .arrangements
            .values()
            .map(|arrangement| (arrangement.service, arrangement))
            .collect();
        let existing = self
            .services
            .iter()
            .filter(|(_, service)| service.exists(day));
        let judged = existing
            .map(|(id, service)| (*id, service, control(arranged.get(id).copied(), day, rule)));
        let mut services: Vec<_> = judged.collect();
        services.sort_by(|a, b| (&a.1.name, a.0).cmp(&(&b.1.name, b.0)));
        services
    }

    /// The days, `at` included, up to which payments must be counted for a statement.
    pub fn days_of_payments(&self, at: Date) -> BTreeSet<Date> {
        let days = self.claims.values().filter_map(|claim| match &claim.test {
            Some(Test::Figure { figure, on, .. }) if figure.starts_with("paid.") => Some(*on),
            _ => None,
        });
        days.chain([at]).collect()
    }

    pub(super) fn organisation_name(&self, id: RecordId) -> String {
        self.organisations.get(&id).map_or_else(
            || "an organisation erased from the register".into(),
            |held| held.name.clone(),
        )
    }
}

/// The rules a statement is made by.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub control: ControlRule,
    pub technology: Technology,
    pub years: YearBasis,
}

/// What was paid up to each day that a statement needs.
pub type PaidUntil = BTreeMap<Date, Vec<Paid>>;

/// What each printed name was paid, scoped by the decisions on record.
pub(super) fn scoped_names(estate: &Estate, paid: &[Paid], rules: &Rules) -> Vec<PaidName> {
    let decisions: Vec<ScopeRule> = estate.scope_rules.values().cloned().collect();
    scoped(paid, &decisions, &rules.technology, rules.years)
}
