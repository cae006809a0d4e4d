//! What stands against a wave's plan.

use super::blackout::Blackout;
use super::task::{Progress, Task};
use super::wave::Wave;
use crate::dated::{Period, When};
use crate::record::RecordId;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Something about a wave that a person should look at. The gravest come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "finding")]
pub enum Finding {
    /// The cutover lies in a time in which these services may not move.
    InBlackout {
        blackout: RecordId,
        days: Period,
        services: BTreeSet<RecordId>,
        /// The cutover is no exact day, so that it may lie outside.
        perhaps: bool,
    },
    /// The contract under which a service runs ends more than a day before the cutover, so that a
    /// time is left that nothing covers.
    AfterContractEnd {
        service: RecordId,
        contract: RecordId,
        end: When,
    },
    /// A service that this one needs moves later.
    NeedMovesLater {
        service: RecordId,
        needs: RecordId,
        wave: RecordId,
        cutover: When,
    },
    InTwoWaves {
        service: RecordId,
        other: RecordId,
    },
    CutoverNotStated,
    TaskLate {
        task: RecordId,
        due: When,
    },
    TaskAfterCutover {
        task: RecordId,
        due: When,
    },
    /// These tasks wait for each other, so that none can begin.
    TasksInCircle {
        tasks: BTreeSet<RecordId>,
    },
    /// A task waits for one that is not in the plan.
    TaskNotListed {
        task: RecordId,
        words: String,
    },
}

/// What a plan is checked against.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    pub waves: &'a BTreeMap<RecordId, Wave>,
    pub blackouts: &'a BTreeMap<RecordId, Blackout>,
    pub tasks: &'a BTreeMap<RecordId, Task>,
    /// What each service depends on.
    pub needs: BTreeMap<RecordId, &'a BTreeSet<RecordId>>,
    /// The contract under which each service runs, with the last day of its term as now known.
    pub ends: BTreeMap<RecordId, (RecordId, When)>,
}

impl Plan<'_> {
    /// The cutover of each service as planned on a day: that of its wave, the earliest of several.
    pub fn cutovers(&self, day: Date) -> BTreeMap<RecordId, When> {
        let mut cutovers: BTreeMap<RecordId, When> = BTreeMap::new();
        for wave in self.waves.values() {
            let Some(cutover) = wave.cutover_on(day) else {
                continue;
            };
            for service in &wave.services {
                let held = cutovers.entry(*service).or_insert(cutover);
                *held = cutover.min(*held);
            }
        }
        cutovers
    }

    /// What stands against a wave, as known on a day; nothing for a wave that is not in the plan.
    pub fn findings(&self, wave: RecordId, day: Date) -> Vec<Finding> {
        let Some(planned) = self.waves.get(&wave) else {
            return Vec::new();
        };
        let cutover = planned.cutover_on(day);
        let mut findings = self.in_two_waves(wave, planned);
        findings.extend(self.tasks_in_order(wave, cutover, day));
        match cutover.and_then(|cutover| Some((cutover, cutover.earliest()?, cutover.latest()?))) {
            None => findings.push(Finding::CutoverNotStated),
            Some((cutover, earliest, latest)) => {
                let span = Period::new(earliest, latest);
                findings.extend(self.in_blackout(planned, span));
                findings.extend(self.after_contract_end(planned, span));
                findings.extend(self.needs_move_later(planned, cutover, day));
            }
        }
        findings.sort();
        findings
    }

    fn in_blackout(&self, wave: &Wave, span: Period) -> Vec<Finding> {
        let closed = self.blackouts.iter().filter_map(|(id, blackout)| {
            let held = wave.services.iter().copied();
            let services: BTreeSet<_> = held.filter(|it| blackout.holds_for(*it)).collect();
            // One that holds for all holds for a wave of which nobody said what moves.
            if services.is_empty() && !blackout.services.is_empty() {
                return None;
            }
            let days = blackout.during(span)?;
            Some(Finding::InBlackout {
                blackout: *id,
                days,
                services,
                perhaps: !(days.contains(span.from) && days.contains(span.to)),
            })
        });
        closed.collect()
    }

    fn after_contract_end(&self, wave: &Wave, span: Period) -> Vec<Finding> {
        let ended = wave.services.iter().filter_map(|service| {
            let (contract, end) = *self.ends.get(service)?;
            let after = end
                .latest()
                .is_some_and(|end| span.from > end.saturating_add(1.day()));
            after.then_some(Finding::AfterContractEnd {
                service: *service,
                contract,
                end,
            })
        });
        ended.collect()
    }

    fn needs_move_later(&self, wave: &Wave, cutover: When, day: Date) -> Vec<Finding> {
        let mut findings = Vec::new();
        for service in &wave.services {
            for needs in self.needs.get(service).copied().into_iter().flatten() {
                let others = self.waves.iter();
                let others = others.filter(|(_, wave)| wave.services.contains(needs));
                for (id, other) in others {
                    let Some(then) = other.cutover_on(day) else {
                        continue;
                    };
                    if then.earliest() > cutover.latest() {
                        findings.push(Finding::NeedMovesLater {
                            service: *service,
                            needs: *needs,
                            wave: *id,
                            cutover: then,
                        });
                    }
                }
            }
        }
        findings
    }

    fn in_two_waves(&self, id: RecordId, wave: &Wave) -> Vec<Finding> {
        let others = self.waves.iter().filter(|(other, _)| **other != id);
        let shared = others.flat_map(|(other, held)| {
            let services = held.services.intersection(&wave.services);
            services.map(|service| Finding::InTwoWaves {
                service: *service,
                other: *other,
            })
        });
        shared.collect()
    }

    /// The tasks of a wave, by id.
    pub fn tasks_of(&self, wave: RecordId) -> impl Iterator<Item = (RecordId, &Task)> {
        let tasks = self.tasks.iter();
        tasks.filter_map(move |(id, task)| (task.wave == Some(wave)).then_some((*id, task)))
    }

    fn tasks_in_order(&self, wave: RecordId, cutover: Option<When>, day: Date) -> Vec<Finding> {
        let tasks: BTreeMap<RecordId, &Task> = self.tasks_of(wave).collect();
        let last = cutover.and_then(When::latest);
        let mut findings = Vec::new();
        for (&id, task) in &tasks {
            let Some(due) = task.due else { continue };
            match task.progress(day) {
                Progress::Late => findings.push(Finding::TaskLate { task: id, due }),
                Progress::Open if last.is_some() && due.earliest() > last => {
                    findings.push(Finding::TaskAfterCutover { task: id, due });
                }
                _ => {}
            }
        }
        let (before, unlisted) = looked_up(&tasks);
        findings.extend(unlisted);
        let circles = circles(&before).into_iter();
        findings.extend(circles.map(|tasks| Finding::TasksInCircle { tasks }));
        findings
    }
}

/// The tasks that each task waits for, and those that are not in the plan: by number first, then
/// by name.
fn looked_up(
    tasks: &BTreeMap<RecordId, &Task>,
) -> (BTreeMap<RecordId, BTreeSet<RecordId>>, Vec<Finding>) {
    let mut called: BTreeMap<String, RecordId> = BTreeMap::new();
    for (id, task) in tasks {
        called.entry(task.name.to_lowercase()).or_insert(*id);
    }
    for (id, task) in tasks {
        let number = task.number.as_ref().map(|number| number.to_lowercase());
        called.extend(number.map(|number| (number, *id)));
    }
    let mut before: BTreeMap<RecordId, BTreeSet<RecordId>> = BTreeMap::new();
    let mut unlisted = Vec::new();
    for (&id, task) in tasks {
        let needed = before.entry(id).or_default();
        for words in &task.depends_on {
            match called.get(&words.to_lowercase()) {
                Some(found) => {
                    needed.insert(*found);
                }
                None => unlisted.push(Finding::TaskNotListed {
                    task: id,
                    words: words.clone(),
                }),
            }
        }
    }
    (before, unlisted)
}

/// The groups that wait for each other: each task is in one group with those that it reaches and
/// that reach it.
fn circles(before: &BTreeMap<RecordId, BTreeSet<RecordId>>) -> Vec<BTreeSet<RecordId>> {
    // Whatever has no task before it that is left can be done; what is never left is in a circle, or
    // waits for one. Done from both ends, only circles and what lies between two of them are left.
    let mut left = before.clone();
    loop {
        let waited: BTreeSet<RecordId> = left.values().flatten().copied().collect();
        let free = |(id, needs): (&RecordId, &BTreeSet<RecordId>)| {
            let idle = !waited.contains(id) || needs.is_empty();
            idle.then_some(*id)
        };
        let done: BTreeSet<RecordId> = left.iter().filter_map(free).collect();
        if done.is_empty() {
            break;
        }
        left.retain(|id, _| !done.contains(id));
        for needs in left.values_mut() {
            needs.retain(|id| !done.contains(id));
        }
    }
    let reach = |start: RecordId| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<RecordId> = left[&start].iter().copied().collect();
        while let Some(id) = next.pop() {
            if reached.insert(id) {
                next.extend(&left[&id]);
            }
        }
        reached
    };
    let reached: BTreeMap<RecordId, BTreeSet<RecordId>> =
        left.keys().map(|id| (*id, reach(*id))).collect();
    let groups: BTreeSet<BTreeSet<RecordId>> = reached
        .iter()
        .filter(|(id, reached)| reached.contains(id))
        .map(|(id, forward)| {
            let back = forward.iter().copied();
            back.filter(|other| reached[other].contains(id)).collect()
        })
        .collect();
    groups.into_iter().collect()
}

#[cfg(test)]
mod tests;
