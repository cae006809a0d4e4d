//! Waves: which services move together, when, and what stands against it.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Listing, Row, numbers, words};
use super::readiness::{BESIDE, Counts, Matrix, of_wave};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Said, Table, capital, may_change, spoken};
use super::visit::Visit;
use crate::render::{self, moves};
use handback_core::contract::Contract;
use handback_core::control::Service;
use handback_core::dated::When;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use handback_core::transition::{
    Asked, Blackout, Decision, Finding, Gate, Plan, Progress, ServiceReadiness, Task, Wave,
};
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/waves", Needs::May(Action::See), list),
    Route::get("/waves/{id}", Needs::May(Action::See), one),
];

const PLACE: Place = Place {
    title: "Waves",
    kind: Wave::NAME,
    intro: "Services that move together, the day on which they do, and what stands against it.",
    beside: BESIDE,
    blank: Blank {
        title: "No waves are stated yet",
        file: "A list of waves fills this place: which services move together and on which day. Further lists say when nothing may move, what must be done before, and at which gates somebody decides.",
        places: &[
            "the transition plan of your programme",
            "the calendars of finance, payroll, revenues and the returning officer, for the days on which nothing may move",
            "your project tool: export its tasks as CSV",
        ],
        templates: &["waves", "blackouts", "tasks", "gates"],
    },
};

const COLUMNS: &[Column] = &[
    words("wave", "Wave"),
    numbers("services", "Services"),
    words("cutover", "Moves on"),
    words("slip", "Against the first plan"),
    words("gate", "Last decision"),
    numbers("findings", "To look at"),
    words("owner", "Answered for by"),
];

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let day = visit.dates.at;
    let plan = estate.plan(day);
    let mut waves: Vec<(&RecordId, &Wave)> = estate.waves.iter().collect();
    waves.sort_by_key(|(id, wave)| (wave.cutover_on(day), &wave.name, **id));
    let row = |(id, wave): (&RecordId, &Wave)| Row {
        cells: vec![
            Cell::text(&wave.name).to(format!("/waves/{id}")),
            Cell::count(wave.services.len() as u64),
            wave.cutover_on(day).map_or_else(Cell::unknown, Cell::when),
            Cell::text(slip(wave.slip(day))),
            Cell::text(last_decision(&estate, *id, visit)),
            Cell::count(plan.findings(*id, day).len() as u64),
            Cell::text(wave.owner.clone().unwrap_or_default()),
        ],
        kept_by: Vec::new(),
    };
    let listing = Listing {
        name: "waves",
        caption: format!("{} waves", waves.len()),
        columns: COLUMNS,
        filters: Vec::new(),
        rows: waves.into_iter().map(row).collect(),
    };
    register::shown(visit, &PLACE, &listing)
}

fn slip(days: Option<i32>) -> String {
    match days {
        None => String::new(),
        Some(0) => "as first planned".into(),
        Some(days @ (1 | -1)) => format!("a day {}", if days > 0 { "later" } else { "earlier" }),
        Some(days) if days > 0 => format!("{days} days later"),
        Some(days) => format!("{} days earlier", -days),
    }
}

/// The gates of a wave, in the order of their plan.
fn gates_of(estate: &Estate, wave: RecordId) -> Vec<(RecordId, &Gate)> {
    let gates = estate.gates.iter();
    let gates = gates.filter(|(_, gate)| gate.wave == wave);
    let mut gates: Vec<(RecordId, &Gate)> = gates.map(|(id, gate)| (*id, gate)).collect();
    gates.sort_by_key(|(id, gate)| (gate.planned.or(gate.decided_on), &gate.name, *id));
    gates
}

fn last_decision(estate: &Estate, wave: RecordId, visit: &Visit) -> String {
    let gates = gates_of(estate, wave).into_iter();
    let mut decided: Vec<&Gate> = gates
        .map(|(_, gate)| gate)
        .filter(|gate| gate.decision_on(visit.dates.at) != Decision::NotDecided)
        .collect();
    decided.sort_by_key(|gate| gate.decided_on);
    decided.last().map_or_else(String::new, |gate| {
        format!("{}: {}", gate.name, spoken("gate", &gate.decision))
    })
}

/// What stands against a plan, as a sentence whose names lead to their records.
fn told(visit: &Visit, estate: &Estate, finding: &Finding) -> Vec<Said> {
    let text = |text: &str| Said::text(text);
    let service = |id: &RecordId| Said::record(visit, Service::NAME, *id);
    let when = |when: &When| Said::text(render::when(*when));
    match finding {
        Finding::InBlackout {
            blackout,
            days,
            services,
            perhaps,
        } => {
            let what = estate.blackouts.get(blackout);
            let what = what.map_or_else(String::new, |it| spoken("closes", &it.what));
            let days = format!(
                " ({what}, {} to {})",
                render::when(When::Day(days.from)),
                render::when(When::Day(days.to))
            );
            let mut said = vec![
                text(if *perhaps {
                    "The move may fall into "
                } else {
                    "The move falls into "
                }),
                Said::record(visit, Blackout::NAME, *blackout),
                Said::text(days),
            ];
            for (place, id) in services.iter().enumerate() {
                said.push(text(if place == 0 {
                    ", which holds for "
                } else {
                    ", "
                }));
                said.push(service(id));
            }
            said
        }
        Finding::AfterContractEnd {
            service: id,
            contract,
            end,
        } => vec![
            service(id),
            text(" runs under "),
            Said::record(visit, Contract::NAME, *contract),
            text(", which ends before the move: "),
            when(end),
        ],
        Finding::NeedMovesLater {
            service: id,
            needs,
            wave,
            cutover,
        } => vec![
            service(id),
            text(" needs "),
            service(needs),
            text(", which moves later: "),
            Said::record(visit, Wave::NAME, *wave),
            text(", "),
            when(cutover),
        ],
        Finding::InTwoWaves { service: id, other } => vec![
            service(id),
            text(" is also in "),
            Said::record(visit, Wave::NAME, *other),
        ],
        Finding::CutoverNotStated => vec![text("Nobody has said on which day it moves")],
        Finding::TaskLate { task, due } => vec![
            Said::record(visit, Task::NAME, *task),
            text(" is late: it was due "),
            when(due),
        ],
        Finding::TaskAfterCutover { task, due } => vec![
            Said::record(visit, Task::NAME, *task),
            text(" is due after the move: "),
            when(due),
        ],
        Finding::TasksInCircle { tasks } => {
            let mut said = vec![text("These tasks wait for each other: ")];
            for (place, task) in tasks.iter().enumerate() {
                said.extend((place > 0).then(|| text(", ")));
                said.push(Said::record(visit, Task::NAME, *task));
            }
            said
        }
        Finding::TaskNotListed { task, words } => vec![
            Said::record(visit, Task::NAME, *task),
            text(&format!(" waits for “{words}”, which is not in the plan")),
        ],
    }
}

/// How far a task is, in words.
pub fn progress(task: &Task, visit: &Visit) -> String {
    spoken("progress", &task.progress(visit.dates.at))
}

#[derive(Serialize)]
struct Page<'a> {
    id: RecordId,
    wave: &'a Wave,
    cutover: Option<String>,
    slip: String,
    /// Since when, and which day was planned from then on.
    plans: Vec<(String, String)>,
    findings: Vec<Vec<Said>>,
    matrix: Matrix,
    counts: Counts,
    tasks: Table,
    late: usize,
    gates: Table,
    may_change: bool,
    /// The wave's name, as addresses hold it.
    encoded: String,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    visit.standing(Wave::NAME, id)?;
    let estate = visit.estate()?;
    let seen = visit.sighted()?;
    let wave = estate.waves.get(&id).ok_or(Error::NotFound)?;
    let day = visit.dates.at;
    let plan = seen.plan(day);
    let judged = readiness_of(&estate, wave, visit);
    let findings = plan.findings(id, day);
    let plans = wave.cutover.iter();
    let plans = plans.filter(|(from, _)| from.reached(day) != Some(false));
    let late = |finding: &&Finding| matches!(finding, Finding::TaskLate { .. });
    visit.page(
        "wave.html",
        &Page {
            id,
            cutover: wave
                .cutover_on(day)
                .map(|cutover| capital(&moves::moving(cutover, day))),
            slip: slip(wave.slip(day)),
            plans: plans
                .map(|(from, cutover)| (render::when(from), render::when(*cutover)))
                .collect(),
            late: findings.iter().filter(late).count(),
            findings: findings
                .iter()
                .map(|finding| told(visit, &seen, finding))
                .collect(),
            matrix: Matrix::of(visit, &estate, &judged),
            counts: Counts::of(&judged),
            tasks: tasks(visit, &plan, id),
            gates: gates(visit, &seen, id),
            may_change: may_change(visit, Wave::NAME, id),
            encoded: super::suppliers::encoded(&wave.name),
            wave,
        },
    )
}

/// How ready the services of a wave are that the visitor may see.
pub fn readiness_of(estate: &Estate, wave: &Wave, visit: &Visit) -> Vec<ServiceReadiness> {
    let judged = estate.readiness(&Asked::on(visit.dates.at));
    let mut judged = of_wave(judged, wave);
    judged.retain(|it| visit.sees(it.service));
    judged
}

fn tasks(visit: &Visit, plan: &Plan<'_>, wave: RecordId) -> Table {
    let mut tasks: Vec<(RecordId, &Task)> = plan.tasks_of(wave).collect();
    tasks.sort_by_key(|(id, task)| (task.due, &task.name, *id));
    let row = |(id, task): (RecordId, &Task)| {
        let late = task.progress(visit.dates.at) == Progress::Late;
        let state = progress(task, visit);
        vec![
            Said::record(visit, Task::NAME, id),
            task.service.map_or_else(
                || Said::text(""),
                |id| Said::record(visit, Service::NAME, id),
            ),
            Said::text(task.owner.clone().unwrap_or_default()),
            task.due.map_or_else(Said::unknown, Said::when),
            Said::text(if late { capital(&state) } else { state }),
        ]
    };
    Table {
        caption: "Tasks".into(),
        headings: vec!["Task", "Service", "Answered for by", "Due", "How far"],
        rows: tasks.into_iter().map(row).collect(),
        empty: None,
    }
}

fn gates(visit: &Visit, estate: &Estate, wave: RecordId) -> Table {
    let row = |(id, gate): (RecordId, &Gate)| {
        let decision = gate.decision_on(visit.dates.at);
        let decided = decision != Decision::NotDecided;
        vec![
            Said::record(visit, Gate::NAME, id),
            gate.planned.map_or_else(Said::unknown, Said::when),
            Said::text(spoken("gate", &decision)),
            match gate.decided_on.filter(|_| decided) {
                Some(on) => Said::when(on),
                None => Said::text(""),
            },
            Said::text(
                gate.decided_by
                    .clone()
                    .filter(|_| decided)
                    .unwrap_or_default(),
            ),
        ]
    };
    Table {
        caption: "Gates".into(),
        headings: vec!["Gate", "Planned", "Decision", "Decided on", "Decided by"],
        rows: gates_of(estate, wave).into_iter().map(row).collect(),
        empty: None,
    }
}
