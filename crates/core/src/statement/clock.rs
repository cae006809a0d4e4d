//! The clocks of contracts, from everything the register knows.

use super::Estate;
use crate::contract::terms::Blackout;
use crate::contract::{Clause, Clock, TermState, Terms};
use crate::dated::{Period, When};
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What a contract says of its time, and what that means on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timed {
    pub terms: Terms,
    pub clock: Clock,
}

impl Estate {
    /// What is stated of a contract's clauses, those of one number together.
    pub fn clauses_of(&self, contract: RecordId) -> Vec<(RecordId, &Clause)> {
        let clauses = self.clauses.iter();
        let clauses = clauses.filter(|(_, clause)| clause.contract == contract);
        let mut clauses: Vec<(RecordId, &Clause)> =
            clauses.map(|(id, clause)| (*id, clause)).collect();
        clauses.sort_by_key(|(id, clause)| (&clause.clause, clause.content.says, *id));
        clauses
    }

    /// The clock of one contract on a day; none where neither its first nor its last day is known.
    pub fn timed(&self, contract: RecordId, day: Date) -> Option<Timed> {
        let clauses = self.clauses_of(contract);
        let clauses: Vec<&Clause> = clauses.into_iter().map(|(_, clause)| clause).collect();
        self.timed_by(contract, &clauses, &self.served_by(contract, day), day)
    }

    /// The last day of a contract's term on a day: by its clock, else as the register of contracts
    /// has it.
    pub fn end_on(&self, contract: RecordId, day: Date) -> Option<When> {
        let timed = self
            .timed(contract, day)
            .and_then(|timed| timed.clock.term_end);
        let held = self.contracts.get(&contract)?;
        timed.map(When::Day).or_else(|| held.end_on(day))
    }

    /// Where a contract stands on a day, by the same end.
    pub fn term_state(&self, contract: RecordId, day: Date) -> TermState {
        let held = self.contracts.get(&contract);
        held.map_or(TermState::Unknown, |held| {
            held.term_state_by(self.end_on(contract, day), day)
        })
    }

    /// The clocks of all contracts whose first or last day is known.
    pub fn all_timed(&self, day: Date) -> BTreeMap<RecordId, Timed> {
        let mut clauses: BTreeMap<RecordId, Vec<&Clause>> = BTreeMap::new();
        for clause in self.clauses.values() {
            clauses.entry(clause.contract).or_default().push(clause);
        }
        let mut services: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
        for (service, contract) in self.serving(day) {
            services.entry(contract).or_default().push(service);
        }
        let of = |held: &BTreeMap<RecordId, Vec<RecordId>>, id| held.get(&id).cloned();
        let contracts = self.contracts.keys();
        let timed = contracts.filter_map(|id| {
            let clauses = clauses.get(id).map_or(&[][..], Vec::as_slice);
            let services = of(&services, *id).unwrap_or_default();
            Some((*id, self.timed_by(*id, clauses, &services, day)?))
        });
        timed.collect()
    }

    fn timed_by(
        &self,
        contract: RecordId,
        clauses: &[&Clause],
        services: &[RecordId],
        day: Date,
    ) -> Option<Timed> {
        let mut terms = Terms::of(self.contracts.get(&contract)?, clauses, day)?;
        let clock = Clock::of(&terms, day);
        terms.blackout = self.closed(services, &clock);
        let clock = match terms.blackout.is_empty() {
            true => clock,
            false => Clock::of(&terms, day),
        };
        Some(Timed { terms, clock })
    }

    /// Each service with the contract under which it is delivered on a day.
    fn serving(&self, day: Date) -> impl Iterator<Item = (RecordId, RecordId)> {
        self.arrangements.values().filter_map(move |arrangement| {
            let contract = arrangement.contract.on(day).certain().copied().flatten()?;
            Some((arrangement.service, contract))
        })
    }

    fn served_by(&self, contract: RecordId, day: Date) -> Vec<RecordId> {
        let serving = self.serving(day).filter(|(_, under)| *under == contract);
        serving.map(|(service, _)| service).collect()
    }

    /// The days around the end of the term, and of the next, on which some of the services may not
    /// move.
    fn closed(&self, services: &[RecordId], clock: &Clock) -> Vec<Blackout> {
        let Some(end) = clock.term_end else {
            return Vec::new();
        };
        let around = Period {
            from: end.saturating_sub(200.days()),
            to: end.saturating_add(400.days()),
        };
        let held = |blackout: &&crate::transition::Blackout| {
            let mut services = services.iter();
            services.any(|service| blackout.holds_for(*service))
        };
        let blackouts = self.blackouts.values().filter(held);
        let times = blackouts.flat_map(|blackout| {
            let mut from = Some(around.from);
            std::iter::from_fn(move || {
                let time = blackout.during(Period {
                    from: from?,
                    ..around
                })?;
                from = time.to.tomorrow().ok();
                Some(Blackout {
                    what: blackout.name.clone(),
                    from: time.from,
                    to: time.to,
                })
            })
        });
        times.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Contract, Takes};
    use crate::control::{Arrangement, Mode};
    use crate::dated::Dated;
    use crate::transition::Closes;
    use jiff::civil::date;

    #[test]
    fn blackouts_of_its_services_move_the_day_of_taking_over() {
        let (contract, service) = (RecordId([1; 16]), RecordId([2; 16]));
        let mut estate = Estate::default();
        estate.contracts.insert(
            contract,
            Contract {
                start: Some(When::Day(date(2016, 4, 1))),
                end: Dated::since(When::Unknown, When::Day(date(2021, 3, 31))),
                ..Contract::default()
            },
        );
        estate.arrangements.insert(
            RecordId([3; 16]),
            Arrangement {
                mode: Dated::since(When::Unknown, Mode::Supplier),
                contract: Dated::since(When::Unknown, Some(contract)),
                service,
                provider: Dated::default(),
                facets: BTreeMap::new(),
                source: None,
            },
        );
        let blackout = |services: &[RecordId]| crate::transition::Blackout {
            name: "Year end".into(),
            what: Closes::YearEnd,
            days: Period {
                from: date(2015, 3, 15),
                to: date(2015, 4, 10),
            },
            repeats: true,
            services: services.iter().copied().collect(),
            source: None,
        };
        let transition = crate::contract::Content {
            says: crate::contract::Says::Transition,
            length: Some(crate::contract::Length::months(4)),
            ..crate::contract::template()[0].clone()
        };
        let clause = Clause {
            standing: crate::contract::Standing::Confirmed,
            ..Clause::of_template(contract, &transition)
        };
        estate.clauses.insert(RecordId([4; 16]), clause);
        let safe = |estate: &Estate| {
            let timed = estate
                .timed(contract, date(2020, 1, 1))
                .expect("both days are known");
            let all = estate.all_timed(date(2020, 1, 1));
            assert_eq!(all.get(&contract), Some(&timed));
            timed.clock.last_safe_day.expect("the transition is known")
        };
        assert_eq!(safe(&estate).date, date(2020, 12, 1));
        estate
            .blackouts
            .insert(RecordId([5; 16]), blackout(&[RecordId([9; 16])]));
        assert_eq!(safe(&estate).date, date(2020, 12, 1), "another service's");
        estate
            .blackouts
            .insert(RecordId([6; 16]), blackout(&[service]));
        let moved = safe(&estate);
        assert_eq!(moved.date, date(2020, 11, 14));
        assert_eq!(moved.steps[0].what, Takes::Blackout("Year end".into()));
    }
}
