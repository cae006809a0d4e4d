//! What waves wait for, and when nothing may move.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, words};
use super::readiness::BESIDE;
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, capital, linked, spoken};
use super::visit::Visit;
use super::waves::progress;
use crate::render;
use handback_core::control::Service;
use handback_core::dated::When;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use handback_core::transition::{Blackout, Progress, Task, Wave};

pub const ROUTES: &[Route] = &[
    Route::get("/tasks", Needs::May(Action::See), tasks),
    Route::get("/tasks/{id}", Needs::May(Action::See), task),
    Route::get("/blackouts", Needs::May(Action::See), blackouts),
    Route::get("/blackouts/{id}", Needs::May(Action::See), blackout),
];

const TASKS: Place = Place {
    title: "Tasks",
    kind: Task::NAME,
    intro: "What must be done before services can move.",
    beside: BESIDE,
    blank: Blank {
        title: "No tasks are stated yet",
        file: "A list of tasks fills this place: what is to be done, for which wave, by when, and which tasks come before it.",
        places: &[
            "your project tool: export its tasks as CSV, and give the column of the wave",
            "the action log of the transition board",
        ],
        templates: &["tasks", "waves"],
    },
};

const BLACKOUTS: Place = Place {
    title: "Blackouts",
    kind: Blackout::NAME,
    intro: "Times in which services may not move. One that comes back every year counts in every later year.",
    beside: BESIDE,
    blank: Blank {
        title: "No blackouts are stated yet",
        file: "A list of times fills this place in which nothing may move: elections, year end, pay runs, billing, freezes on changes.",
        places: &[
            "the returning officer’s timetable",
            "the calendars of finance, payroll and revenues",
            "the change policy of the service desk",
        ],
        templates: &["blackouts"],
    },
};

const TASK: &[Column] = &[
    words("task", "Task"),
    words("wave", "Wave"),
    words("service", "Service"),
    words("owner", "Answered for by"),
    words("due", "Due"),
    words("progress", "How far"),
];

const BLACKOUT: &[Column] = &[
    words("blackout", "Blackout"),
    words("what", "What"),
    words("from", "From"),
    words("to", "To"),
    words("repeats", "Every year"),
    words("services", "Holds for"),
];

fn tasks(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(&RecordId, &Task)> = estate.tasks.iter().collect();
    held.sort_by_key(|(id, task)| (task.due, &task.name, **id));
    let states = [
        Progress::Late,
        Progress::Open,
        Progress::NoDate,
        Progress::Done,
    ];
    let choice = |state: Progress| {
        let value = spoken("progress", &state);
        (value.clone(), capital(&value))
    };
    let listing = Listing {
        name: "tasks",
        caption: format!("{} tasks", held.len()),
        columns: TASK,
        filters: vec![Filter {
            name: "progress",
            label: "How far",
            choices: states.map(choice).into(),
        }],
        rows: held
            .into_iter()
            .map(|(id, task)| task_row(visit, &estate, *id, task))
            .collect(),
    };
    register::shown(visit, &TASKS, &listing)
}

fn task_row(visit: &Visit, estate: &Estate, id: RecordId, task: &Task) -> Row {
    let wave = task.wave.map(|id| match estate.waves.get(&id) {
        Some(wave) => Cell::text(&wave.name).to(format!("/waves/{id}")),
        None => Cell::text("not shown here"),
    });
    let service = task.service.map(|id| match estate.services.get(&id) {
        Some(service) => Cell::text(&service.name).to(format!("/services/{id}")),
        None => Cell::text("not shown here"),
    });
    let state = progress(task, visit);
    Row {
        cells: vec![
            Cell::text(&task.name).to(format!("/tasks/{id}")),
            wave.unwrap_or_else(|| Cell::text("")),
            service.unwrap_or_else(|| Cell::text("")),
            Cell::text(task.owner.clone().unwrap_or_default()),
            task.due.map_or_else(Cell::unknown, Cell::when),
            Cell::text(&state),
        ],
        kept_by: vec![state],
    }
}

fn task(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Task>(visit, (TASKS.title, "/tasks"))?;
    let estate = visit.sighted()?;
    let task = estate.tasks.get(&id).ok_or(Error::NotFound)?;
    let record = |kind, id: Option<RecordId>| id.map(|id| Said::record(visit, kind, id));
    let percent = task
        .percent
        .map(|percent| Said::text(format!("{percent}%")));
    let before = task.depends_on.iter().map(Said::text);
    Sheet {
        lead: vec![vec![Said::text(capital(&progress(task, visit)) + ".")]],
        lines: vec![
            Line::new("Wave", record(Wave::NAME, task.wave)),
            Line::new("Service", record(Service::NAME, task.service)),
            Line::text("Answered for by", task.owner.as_deref()),
            Line::text("Number in the plan", task.number.as_deref()),
            Line::when("Starts", task.start),
            Line::when("Due", task.due),
            Line::when("Done on", task.done_on),
            Line::new("Complete", percent),
            Line::new("Tasks before it", before),
            Line::new(
                "Evidence",
                task.evidence.iter().flat_map(|text| linked(text)),
            ),
        ],
        ..sheet
    }
    .shown(visit)
}

fn blackouts(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(&RecordId, &Blackout)> = estate.blackouts.iter().collect();
    held.sort_by_key(|(id, blackout)| (blackout.days, &blackout.name, **id));
    let row = |(id, blackout): (&RecordId, &Blackout)| Row {
        cells: vec![
            Cell::text(&blackout.name).to(format!("/blackouts/{id}")),
            Cell::text(spoken("closes", &blackout.what)),
            Cell::day(blackout.days.from),
            Cell::day(blackout.days.to),
            Cell::text(if blackout.repeats { "yes" } else { "no" }),
            Cell::text(holds_for(visit, blackout)),
        ],
        kept_by: Vec::new(),
    };
    let listing = Listing {
        name: "blackouts",
        caption: format!("{} blackouts", held.len()),
        columns: BLACKOUT,
        filters: Vec::new(),
        rows: held.into_iter().map(row).collect(),
    };
    register::shown(visit, &BLACKOUTS, &listing)
}

fn holds_for(visit: &Visit, blackout: &Blackout) -> String {
    if blackout.services.is_empty() {
        return "all services".into();
    }
    let services = blackout.services.iter();
    let mut names: Vec<String> = services
        .map(|id| Said::record(visit, Service::NAME, *id).text)
        .collect();
    names.sort();
    names.join(", ")
}

fn blackout(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Blackout>(visit, (BLACKOUTS.title, "/blackouts"))?;
    let estate = visit.sighted()?;
    let held = estate.blackouts.get(&id).ok_or(Error::NotFound)?;
    let (from, to) = (When::Day(held.days.from), When::Day(held.days.to));
    let every = if held.repeats {
        ", and in every later year"
    } else {
        ""
    };
    let lead = format!(
        "Nothing may move from {} to {}{every}.",
        render::when(from),
        render::when(to)
    );
    Sheet {
        lead: vec![vec![Said::text(lead)]],
        lines: vec![
            Line::new("What", [Said::text(capital(&spoken("closes", &held.what)))]),
            Line::new("Holds for", [Said::text(holds_for(visit, held))]),
            Line::text("Source", held.source.as_deref()),
        ],
        ..sheet
    }
    .shown(visit)
}
