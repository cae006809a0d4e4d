//! What a record is about, as far as grants look at it.

use super::Estate;
use crate::assurance::Recommendation;
use crate::contract::{Charge, Contract, Obligation, Request, Variation, Volume};
use crate::control::{Arrangement, Service};
use crate::permission::Subject;
use crate::record::{Kind, RecordId};
use crate::transition::{Blackout, Gate, ReadinessStatement, Task, Wave};
use std::collections::BTreeSet;

impl Estate {
    /// The services that a record concerns, and their directorates: a service itself, the service of
    /// an arrangement, the services ever delivered under a contract, those a recommendation names,
    /// those that move in a wave, wait at a gate or for a task, or are closed for moves, and those that an
    /// item of an exit register serves.
    /// Empty for every other record, and for one that the estate does not hold: nobody's grant for a part of the authority holds
    /// there. A record that is only being stated is asked about once it is in a copy of the estate.
    pub fn subject(&self, kind: &str, id: RecordId) -> Subject {
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
            kind => self.needing(kind, id),
        };
        self.subject_of_services(services)
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
        Estate {
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
            ("organisation", HOUSING, &[], &[]),
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
