//! What a record is about, as far as grants look at it.

use super::Estate;
use crate::assurance::Recommendation;
use crate::contract::{Charge, Contract, Obligation, Request, Variation, Volume};
use crate::control::{Arrangement, Service};
use crate::engagement::action::Action;
use crate::engagement::commitment::Commitment;
use crate::engagement::update::Update;
use crate::engagement::work_around::WorkAround;
use crate::engagement::{Benefit, Challenge, Problem, Trial};
use crate::permission::Subject;
use crate::record::{Kind, RecordId};
use crate::transition::{Blackout, Gate, ReadinessStatement, Task, Wave};
use std::collections::BTreeSet;

impl Estate {
    /// The services that a record concerns, and their directorates: a service itself, the service of
    /// an arrangement, the services ever delivered under a contract, those a recommendation names,
    /// those that move in a wave, wait at a gate or for a task, or are closed for moves, those that an
    /// item of an exit register serves, and those that a commitment, an action, a work-around or an update is about;
    /// of the first three of these the directorate as well; and those that a problem is about, with the directorate that
    /// has it.
    /// Empty for every other record, and for one that the estate does not hold: nobody's grant for a part of the authority holds
    /// there. A record that is only being stated is asked about once it is in a copy of the estate.
    pub fn subject(&self, kind: &str, id: RecordId) -> Subject {
        if let Some(problem) = self.problem_of(kind, id) {
            return self.subject_of_problem(problem);
        }
        let services: BTreeSet<RecordId> = match kind {
            Service::NAME => self
                .services
                .contains_key(&id)
                .then_some(id)
                .into_iter()
                .collect(),
            Arrangement::NAME => {
                let held = self.arrangements.get(&id);
                held.map(|held| held.service).into_iter().collect()
            }
            Contract::NAME => {
                let under = self.arrangements.values().filter(|arrangement| {
                    let mut contracts = arrangement.contract.iter();
                    contracts.any(|(_, contract)| *contract == Some(id))
                });
                under.map(|arrangement| arrangement.service).collect()
            }
            Obligation::NAME => match self.obligations.get(&id) {
                Some(held) => self.owed_for(&held.services, held.contract),
                None => BTreeSet::new(),
            },
            Variation::NAME | Charge::NAME | Volume::NAME => {
                let held = self.variations.get(&id).and_then(|held| held.contract);
                let held = held.or_else(|| self.charges.get(&id)?.contract);
                let held = held.or_else(|| self.volumes.get(&id)?.contract);
                held.map(|contract| self.subject(Contract::NAME, contract).services)
                    .unwrap_or_default()
            }
            Request::NAME => match self.requests.get(&id) {
                Some(held) => self.owed_for(&held.service.into_iter().collect(), held.contract),
                None => BTreeSet::new(),
            },
            Recommendation::NAME => {
                let held = self.recommendations.get(&id);
                held.map(|held| held.services.clone()).unwrap_or_default()
            }
            Wave::NAME => self.moving_in(id),
            Gate::NAME => {
                let held = self.gates.get(&id);
                held.map(|held| self.moving_in(held.wave))
                    .unwrap_or_default()
            }
            Task::NAME => match self.tasks.get(&id) {
                Some(Task {
                    service: Some(service),
                    ..
                }) => BTreeSet::from([*service]),
                Some(Task {
                    wave: Some(wave), ..
                }) => self.moving_in(*wave),
                _ => BTreeSet::new(),
            },
            Blackout::NAME => {
                let held = self.blackouts.get(&id);
                held.map(|held| held.services.clone()).unwrap_or_default()
            }
            ReadinessStatement::NAME => {
                let held = self.readiness_statements.get(&id);
                held.map(|held| held.service).into_iter().collect()
            }
            Commitment::NAME => {
                let held = self.commitments.get(&id);
                held.map(|held| held.services.clone()).unwrap_or_default()
            }
            Action::NAME => {
                let held = self.actions.get(&id);
                held.and_then(|held| held.service).into_iter().collect()
            }
            WorkAround::NAME => {
                let held = self.work_arounds.get(&id);
                held.and_then(|held| held.service).into_iter().collect()
            }
            Update::NAME => {
                let held = self.updates.get(&id);
                held.map(|held| held.services.clone()).unwrap_or_default()
            }
            kind => self.needing(kind, id),
        };
        let mut subject = self.subject_of_services(services);
        subject.directorates.extend(self.directorate_of(kind, id));
        subject
    }

    /// The directorate to which something was promised, whose people said something, or who goes round a service.
    fn directorate_of(&self, kind: &str, id: RecordId) -> Option<RecordId> {
        match kind {
            Commitment::NAME => Some(self.commitments.get(&id)?.directorate),
            Action::NAME => self.actions.get(&id)?.directorate,
            WorkAround::NAME => Some(self.work_arounds.get(&id)?.directorate),
            _ => None,
        }
    }

    /// The problem that a record is, or is part of.
    fn problem_of(&self, kind: &str, id: RecordId) -> Option<&Problem> {
        let problem = match kind {
            Problem::NAME => id,
            Challenge::NAME => self.challenges.get(&id)?.problem,
            Trial::NAME => self.trials.get(&id)?.problem,
            Benefit::NAME => self.benefits.get(&id)?.problem,
            _ => return None,
        };
        self.problems.get(&problem)
    }

    /// The services that a problem is about, their directorates, and the directorate that has it.
    pub fn subject_of_problem(&self, problem: &Problem) -> Subject {
        let mut subject = self.subject_of_services(problem.services.clone());
        subject.directorates.extend(problem.directorate);
        subject
    }

    /// What grants look at when it comes to these services.
    pub fn subject_of_services(&self, services: BTreeSet<RecordId>) -> Subject {
        let known = services.iter().filter_map(|id| self.services.get(id));
        Subject {
            directorates: known
                .flat_map(|service| service.directorates.iter().copied())
                .collect(),
            services,
        }
    }

    /// The services that an item of an exit register serves; those of its contract where none is named.
    fn needing(&self, kind: &str, id: RecordId) -> BTreeSet<RecordId> {
        let Some(item) = self.registers.item(kind, id) else {
            return BTreeSet::new();
        };
        match item.contract {
            Some(contract) if item.services.is_empty() => {
                self.subject(Contract::NAME, contract).services
            }
            _ => item.services.clone(),
        }
    }

    /// The services that are named; else those of the contract.
    fn owed_for(
        &self,
        services: &BTreeSet<RecordId>,
        contract: Option<RecordId>,
    ) -> BTreeSet<RecordId> {
        match contract {
            Some(contract) if services.is_empty() => {
                self.subject(Contract::NAME, contract).services
            }
            _ => services.clone(),
        }
    }

    /// The services that move in a wave.
    fn moving_in(&self, wave: RecordId) -> BTreeSet<RecordId> {
        let held = self.waves.get(&wave);
        held.map(|held| held.services.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dated::{Dated, When};
    use crate::permission::{Action, Actor, Grant, Refusal, Role, Within, may};
    use std::collections::BTreeMap;

    const HOUSING: RecordId = RecordId([1; 16]);
    const PLACE: RecordId = RecordId([2; 16]);
    const RENTS: RecordId = RecordId([3; 16]);
    const MAPS: RecordId = RecordId([4; 16]);
    const RENTS_ARRANGED: RecordId = RecordId([5; 16]);
    const OLD: RecordId = RecordId([6; 16]);
    const UNUSED: RecordId = RecordId([7; 16]);
    const ASKED: RecordId = RecordId([8; 16]);
    const PROMISED: RecordId = RecordId([11; 16]);
    const WRONG: RecordId = RecordId([9; 16]);
    const TRIED: RecordId = RecordId([10; 16]);

    fn estate() -> Estate {
        let service = |directorates: &[RecordId]| Service {
            directorates: directorates.iter().copied().collect(),
            ..Service::default()
        };
        let mut contract = Dated::since(When::Unknown, Some(OLD));
        contract.state(When::Year(2020), None);
        let arrangement = Arrangement {
            service: RENTS,
            mode: Dated::default(),
            provider: Dated::default(),
            contract,
            facets: BTreeMap::new(),
            source: None,
        };
        let asked = Recommendation {
            body: HOUSING,
            reference: None,
            date: When::Unknown,
            text: "Say who draws the maps".into(),
            services: BTreeSet::from([MAPS]),
            answer: None,
            answered_on: None,
            owner: None,
            evidence: Vec::new(),
            state: Dated::default(),
            source: None,
        };
        let promised = Commitment {
            text: "Draw the maps again".into(),
            directorate: HOUSING,
            services: BTreeSet::from([MAPS]),
            made_on: When::Unknown,
            due: None,
            owner: None,
            words: Dated::default(),
            source: None,
        };
        let wrong = Problem {
            what: "Maps are late".into(),
            directorate: Some(HOUSING),
            services: BTreeSet::from([MAPS]),
            ..Problem::default()
        };
        let tried = Trial {
            problem: WRONG,
            hypothesis: "If drawn at night, in time by day".into(),
            measure: "Days".into(),
            baseline: None,
            target: None,
            started_on: When::Unknown,
            ends_on: When::Year(2020),
            owner: None,
            found: None,
            decision: None,
            decided_on: None,
            because: None,
        };
        Estate {
            commitments: BTreeMap::from([(PROMISED, promised)]),
            problems: BTreeMap::from([(WRONG, wrong)]),
            trials: BTreeMap::from([(TRIED, tried)]),
            recommendations: BTreeMap::from([(ASKED, asked)]),
            services: BTreeMap::from([(RENTS, service(&[HOUSING])), (MAPS, service(&[PLACE]))]),
            arrangements: BTreeMap::from([(RENTS_ARRANGED, arrangement)]),
            contracts: [OLD, UNUSED].map(|id| (id, Contract::default())).into(),
            ..Estate::default()
        }
    }

    #[test]
    fn a_record_is_about_the_services_it_concerns() {
        let estate = estate();
        for (kind, id, services, directorates) in [
            ("service", RENTS, &[RENTS][..], &[HOUSING][..]),
            ("service", UNUSED, &[], &[]),
            ("arrangement", RENTS_ARRANGED, &[RENTS], &[HOUSING]),
            ("contract", OLD, &[RENTS], &[HOUSING]),
            ("contract", UNUSED, &[], &[]),
            ("recommendation", ASKED, &[MAPS], &[PLACE]),
            ("commitment", PROMISED, &[MAPS], &[HOUSING, PLACE]),
            ("organisation", HOUSING, &[], &[]),
            ("problem", WRONG, &[MAPS], &[PLACE, HOUSING]),
            ("trial", TRIED, &[MAPS], &[PLACE, HOUSING]),
            ("trial", WRONG, &[], &[]),
        ] {
            let subject = estate.subject(kind, id);
            let (services, directorates) = (services.iter(), directorates.iter());
            assert_eq!(subject.services, services.copied().collect(), "{kind}");
            assert_eq!(
                subject.directorates,
                directorates.copied().collect(),
                "{kind}"
            );
        }
    }

    #[test]
    fn a_grant_for_a_part_never_holds_where_no_service_is_concerned() {
        let estate = estate();
        let actor = Actor("a".into());
        let housing = [Grant {
            role: Role::ContractManager,
            within: Within::Directorate(HOUSING),
        }];
        let state = |id| {
            may(
                &actor,
                &housing,
                Action::StateContract,
                &estate.subject("contract", id),
            )
        };
        assert!(state(OLD).is_ok());
        assert_eq!(state(UNUSED), Err(Refusal::Elsewhere));
    }
}
