//! Everything that falls due, gathered from every record that has a day.

use super::Estate;
use crate::calendar::Nation;
use crate::contract::diary::{DiaryLine, Falls, of_clock, sorted, warn_from};
use crate::dated::{Period, When};
use crate::record::{Kind, KindName, RecordId};
use crate::transition::{Decision, Gate, Progress, Task, Wave};
use jiff::civil::Date;

impl Estate {
    /// What falls due in a period, as it stands on `day`, by day.
    pub fn diary(&self, during: Period, day: Date) -> Vec<DiaryLine> {
        let nation = Nation::default();
        let mut lines = Vec::new();
        for (id, obligation) in &self.obligations {
            lines.extend(obligation.diary(*id, during, day, nation));
        }
        for (id, request) in &self.requests {
            lines.extend(request.diary(*id, during, day, nation));
        }
        for (id, timed) in self.all_timed(day) {
            if let Some(contract) = self.contracts.get(&id) {
                lines.extend(of_clock(
                    (id, contract),
                    &timed.clock.due,
                    during,
                    timed.terms.nation,
                ));
            }
        }
        for (id, wave) in &self.waves {
            let line = moving(
                (Wave::NAME, *id),
                Falls::Cutover,
                &wave.name,
                wave.cutover_on(day),
            );
            lines.extend(line.map(|line| DiaryLine {
                // Whether services moved on that day, only evidence can say.
                done: None,
                ..line
            }));
        }
        for (id, gate) in &self.gates {
            let line = moving((Gate::NAME, *id), Falls::Gate, &gate.name, gate.planned);
            lines.extend(line.map(|line| DiaryLine {
                done: Some(gate.decision_on(day) != Decision::NotDecided),
                ..line
            }));
        }
        for (id, task) in &self.tasks {
            let line = moving((Task::NAME, *id), Falls::Task, &task.name, task.due);
            lines.extend(line.map(|line| DiaryLine {
                done: Some(task.progress(day) == Progress::Done),
                ..line
            }));
        }
        lines.retain(|line| during.contains(line.date));
        sorted(lines)
    }
}

/// The line of a record about a move, where it has a day.
fn moving(
    record: (KindName, RecordId),
    falls: Falls,
    what: &str,
    when: Option<When>,
) -> Option<DiaryLine> {
    let when = when?;
    let date = when.latest()?;
    Some(DiaryLine {
        date,
        exact: when.earliest() == Some(date),
        falls,
        what: what.to_owned(),
        clause: None,
        record,
        contract: None,
        number: 0,
        warn_from: warn_from(date, Nation::default()),
        done: Some(false),
        perhaps: false,
    })
}
