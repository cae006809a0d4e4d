//! What the register knows at one entry, and the rules that figures are made by.

use super::extras::PaidLine;
use crate::assurance::{Claim, Event, Publication, Recommendation, Test};
use crate::contract::exit::Registers;
use crate::contract::{
    Charge, Clause, Contract, IndexFigure, Obligation, Request, Variation, Volume,
};
use crate::control::{Arrangement, Control, ControlRule, Service, control};
use crate::engagement::action::Action;
use crate::engagement::commitment::Commitment;
use crate::engagement::release::Release;
use crate::engagement::round::Round;
use crate::engagement::update::Update;
use crate::engagement::work_around::WorkAround;
use crate::engagement::{Benefit, Challenge, Problem, Trial};
use crate::import::Import;
use crate::money::published::PublishedTotal;
use crate::money::technology::Technology;
use crate::money::{Name, Paid, PaidName, ScopeRule, Treatment, YearBasis, scoped};
use crate::organisation::Organisation;
use crate::pence::Pence;
use crate::performance::{Measure, Rebase, WorkingCalendar};
use crate::record::RecordId;
use crate::transition::{Blackout, Gate, ReadinessStatement, StaffMovement, Task, Wave};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Everything the register knows at one entry, by kind.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    /// The authority whose statement this is: the first that was stated, when there are several.
    pub authority: Option<RecordId>,
    pub organisations: BTreeMap<RecordId, Organisation>,
    pub services: BTreeMap<RecordId, Service>,
    pub arrangements: BTreeMap<RecordId, Arrangement>,
    pub contracts: BTreeMap<RecordId, Contract>,
    pub clauses: BTreeMap<RecordId, Clause>,
    pub obligations: BTreeMap<RecordId, Obligation>,
    pub requests: BTreeMap<RecordId, Request>,
    pub variations: BTreeMap<RecordId, Variation>,
    pub charges: BTreeMap<RecordId, Charge>,
    pub index_figures: BTreeMap<RecordId, IndexFigure>,
    pub volumes: BTreeMap<RecordId, Volume>,
    pub staff_movements: BTreeMap<RecordId, StaffMovement>,
    pub waves: BTreeMap<RecordId, Wave>,
    pub blackouts: BTreeMap<RecordId, Blackout>,
    pub tasks: BTreeMap<RecordId, Task>,
    pub gates: BTreeMap<RecordId, Gate>,
    pub readiness_statements: BTreeMap<RecordId, ReadinessStatement>,
    pub registers: Registers,
    pub events: BTreeMap<RecordId, Event>,
    pub claims: BTreeMap<RecordId, Claim>,
    pub recommendations: BTreeMap<RecordId, Recommendation>,
    pub publications: BTreeMap<RecordId, Publication>,
    pub problems: BTreeMap<RecordId, Problem>,
    pub challenges: BTreeMap<RecordId, Challenge>,
    pub trials: BTreeMap<RecordId, Trial>,
    pub benefits: BTreeMap<RecordId, Benefit>,
    pub names: BTreeMap<RecordId, Name>,
    pub scope_rules: BTreeMap<RecordId, ScopeRule>,
    pub treatments: BTreeMap<RecordId, Treatment>,
    pub published_totals: BTreeMap<RecordId, PublishedTotal>,
    pub measures: BTreeMap<RecordId, Measure>,
    pub rebases: BTreeMap<RecordId, Rebase>,
    /// What may be shown of people's answers.
    pub rounds: BTreeMap<RecordId, Round>,
    pub releases: BTreeMap<RecordId, Release>,
    pub commitments: BTreeMap<RecordId, Commitment>,
    pub actions: BTreeMap<RecordId, Action>,
    pub work_arounds: BTreeMap<RecordId, WorkAround>,
    pub updates: BTreeMap<RecordId, Update>,
    pub working_calendars: BTreeMap<RecordId, WorkingCalendar>,
    pub imports: BTreeMap<RecordId, Import>,
}

impl Estate {
    /// The authority's own record.
    pub fn authority(&self) -> Option<(RecordId, &Organisation)> {
        let id = self.authority?;
        self.organisations.get(&id).map(|held| (id, held))
    }

    /// The services that exist on a day, with how each stands, by name.
    pub fn services_on(&self, day: Date, rule: &ControlRule) -> Vec<(RecordId, &Service, Control)> {
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
        let promised = self
            .claims
            .values()
            .filter_map(|claim| claim.promise.as_ref());
        let savings = promised.filter(|promise| promise.saving.is_some());
        let ends = savings.filter_map(|promise| promise.by.latest());
        days.chain(ends.map(year_end)).chain([at]).collect()
    }

    /// The days on which a decision about a name or about scope begins to hold: payments are counted
    /// in spans between them, so that each counts as it was decided for its day.
    pub fn days_of_change(&self) -> BTreeSet<Date> {
        let scope = self
            .scope_rules
            .values()
            .flat_map(|rule| rule.decision.iter().map(|(from, _)| from));
        let names = self
            .names
            .values()
            .flat_map(|name| name.organisation.iter().map(|(from, _)| from));
        scope
            .chain(names)
            .flat_map(|from| [from.earliest(), from.latest()])
            .flatten()
            .collect()
    }

    /// What an organisation is called.
    pub fn organisation_name(&self, id: RecordId) -> String {
        self.organisations.get(&id).map_or_else(
            || "an organisation that is erased or not shown here".into(),
            |held| held.name.clone(),
        )
    }
}

/// The last day of the financial year of a day.
pub(super) fn year_end(day: Date) -> Date {
    let begins = YearBasis::Financial.year(day);
    Date::new(begins.saturating_add(1), 3, 31).unwrap_or(day)
}

/// The rules a statement is made by.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub control: ControlRule,
    pub technology: Technology,
    pub years: YearBasis,
}

/// What was paid up to and on a day.
#[derive(Clone, Debug, Default)]
pub struct PaidByDay {
    /// Certainly by that day.
    pub parts: Vec<Paid>,
    /// Perhaps by that day: the printed date is a month or period in which the day lies.
    pub uncertain_rows: u64,
    pub uncertain: Pence,
    /// The single payments to names of which some count as technology, for the day of a statement that
    /// tells what extras cost; empty for others.
    pub lines: Vec<PaidLine>,
}

/// What was paid up to each day that a statement needs.
pub type PaidUntil = BTreeMap<Date, PaidByDay>;

/// The printed names of which some payments up to a day count as technology.
pub fn names_in_scope(
    estate: &Estate,
    paid: &PaidUntil,
    rules: &Rules,
    at: Date,
) -> BTreeSet<String> {
    let parts = paid.get(&at).map(|paid| paid.parts.as_slice());
    let names = scoped_names(estate, parts.unwrap_or_default(), rules);
    let some = names
        .into_iter()
        .filter(|name| !name.in_scope_by_year.is_empty());
    some.map(|name| name.name).collect()
}

/// What each printed name was paid, scoped by the decisions on record.
pub(super) fn scoped_names(estate: &Estate, paid: &[Paid], rules: &Rules) -> Vec<PaidName> {
    let decisions: Vec<ScopeRule> = estate.scope_rules.values().cloned().collect();
    scoped(paid, &decisions, &rules.technology)
}
