//! Your work: what waits for somebody, and how the services and directorates stand that they answer for. A director
//! sees all, a service owner and a business partner their own part.

use super::answer::{Answer, Error};
use super::experience::{NOT_SHOWN, newest, service_called, years};
use super::fields::Fields;
use super::report::Report;
use super::route::{Needs, Route};
use super::sheet::{Said, Table, capital, spoken};
use super::visit::Visit;
use super::{actions, problems, promises};
use crate::performance::{Judged, judged};
use crate::render::{experience as said, verdict};
use handback_core::control::{Control, ControlRule, Service};
use handback_core::dated::When;
use handback_core::engagement::Problem;
use handback_core::engagement::action::{self, Standing};
use handback_core::engagement::commitment::Commitment;
use handback_core::engagement::release::{Cell, Release, Years};
use handback_core::organisation::Organisation;
use handback_core::permission::{Action, Subject};
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use std::collections::{BTreeMap, BTreeSet};

/// Whoever shapes problems answers for a part of the technology.
pub const ROUTES: &[Route] = &[Route::get("/work", Needs::May(Action::ShapeProblem), page)];

/// Something that waits: since when, what, and why.
type Waits = (When, Vec<Said>);

/// Everything that the page looks at.
struct Looking<'a> {
    visit: &'a Visit,
    estate: &'a Estate,
    newest: Option<&'a Release>,
    /// The year that ends with the newest answers, and the one that it is held against.
    years: Years<'a>,
}

fn page(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let newest = newest(&estate, visit.dates.at);
    let looking = Looking {
        visit,
        estate: &estate,
        newest,
        years: newest
            .map(|release| years(&estate, release))
            .unwrap_or_default(),
    };
    let waits = looking.waits()?;
    let measured = visit.site.measured(&visit.view)?;
    let judged = judged(&estate, &measured, visit.dates.at, &|asked| {
        visit.site.verdict(asked)
    })?;
    let report = Report {
        title: "Your work".into(),
        path: "/work".into(),
        lead: vec![vec![Said::text(lead(waits.len()))]],
        tables: vec![
            table(waits),
            looking.services(&judged),
            looking.directorates(),
        ],
        notes: looking.notes(),
        ..Report::default()
    };
    visit.page("report.html", &report)
}

fn lead(waits: usize) -> String {
    match waits {
        0 => "Nothing waits for you.".into(),
        1 => "1 thing waits for you.".into(),
        many => format!("{many} things wait for you."),
    }
}

fn table(mut waits: Vec<Waits>) -> Table {
    waits.sort_by_key(|(since, _)| *since);
    let row = |(since, mut said): Waits| {
        said.push(Said::when(since));
        said
    };
    Table {
        caption: "What waits for you".into(),
        headings: vec!["What", "Why it waits", "Since"],
        rows: waits.into_iter().map(row).collect(),
        empty: Some("Nothing: every problem, promise and low score in your part is answered."),
    }
}

impl Looking<'_> {
    fn may(&self, action: Action, subject: &Subject) -> bool {
        !self.visit.is_past_knowledge() && self.visit.permit(action, subject).is_ok()
    }

    fn may_of(&self, action: Action, kind: &str, id: RecordId) -> bool {
        self.may(action, &self.estate.subject(kind, id))
    }

    fn waits(&self) -> Result<Vec<Waits>, Error> {
        let problems =
            problems::waiting(self.visit, self.estate)
                .into_iter()
                .map(|(since, id, why)| {
                    let said = Said::record(self.visit, Problem::NAME, id);
                    (since, vec![said, Said::text(capital(&why))])
                });
        let mut waits: Vec<Waits> = problems.collect();
        waits.extend(self.promised());
        waits.extend(self.told());
        waits.extend(self.low());
        waits.extend(self.to_read()?);
        Ok(waits)
    }

    /// Promises whose day has passed, and nobody can say what became of them.
    fn promised(&self) -> impl Iterator<Item = Waits> {
        let held = promises::unsettled(self.estate, self.visit.dates.at);
        let own = held.filter(|(_, id, _)| self.may_of(Action::Promise, Commitment::NAME, *id));
        own.map(|(standing, id, held)| {
            let why = spoken("commitment-standing", &standing);
            let said = Said::record(self.visit, Commitment::NAME, id);
            let since = held.due.unwrap_or(When::Unknown);
            (since, vec![said, Said::text(format!("A promise: {why}"))])
        })
    }

    /// What people told that nobody answered, or that was to be done by now.
    fn told(&self) -> impl Iterator<Item = Waits> {
        let told = actions::told(self.estate, self.visit.dates.at).into_iter();
        told.filter_map(|(standing, id, held)| {
            let why = match standing {
                Standing::Waiting => "People told this, and nobody has answered",
                Standing::Late => "An action whose day has passed",
                Standing::Open | Standing::Done | Standing::Refused => return None,
            };
            let since = match (&held.answer, held.period) {
                (action::Answer::Doing { due, .. }, _) => *due,
                (_, Some(period)) => When::Day(period.to),
                _ => When::Unknown,
            };
            let mine = self.may_of(Action::Promise, action::Action::NAME, id);
            mine.then(|| {
                let said = Said::record(self.visit, action::Action::NAME, id);
                (since, vec![said, Said::text(why)])
            })
        })
    }

    /// Groups whose people are certainly unhappy, of which no action speaks.
    fn low(&self) -> Vec<Waits> {
        let Some(release) = self.newest else {
            return Vec::new();
        };
        let alone = release.cells.iter().filter(|cell| {
            let given = [&cell.service, &cell.directorate, &cell.place];
            given.into_iter().flatten().count() == 1 && cell.place.is_none()
        });
        let low = alone.filter_map(|cell| {
            let score = cell.shown.as_ref()?.happiness;
            let (subject, field) = self.group(cell)?;
            let waits = score.is_low()
                && !self.is_answered(cell, release)
                && self.may(Action::Promise, &subject);
            waits.then(|| {
                let mut query = Fields::default();
                query.push(field, said::group(cell));
                query.push(
                    "period",
                    format!("{}/{}", release.period.from, release.period.to),
                );
                query.push(
                    "said",
                    format!("Happiness was {}", said::points(score.points)),
                );
                let answer = format!("/records/action/new?{}", query.query());
                (
                    When::Day(release.period.to),
                    vec![
                        Said::text(said::group(cell)).to(answer),
                        Said::text(format!(
                            "People are unhappy, {}, and no action says what is done about it",
                            said::score(&score)
                        )),
                    ],
                )
            })
        });
        low.collect()
    }

    /// What grants look at for a service or a directorate, and the heading of a form that names it.
    fn group(&self, cell: &Cell) -> Option<(Subject, &'static str)> {
        if let Some(name) = cell.service.as_deref() {
            let id = service_called(self.estate, name)?;
            return Some((self.estate.subject(Service::NAME, id), "service"));
        }
        let name = cell.directorate.as_deref()?;
        let mut held = self.estate.organisations.iter();
        let (id, _) = held.find(|(_, held)| held.name == name)?;
        Some((of_directorate(*id), "directorate"))
    }

    fn is_answered(&self, cell: &Cell, release: &Release) -> bool {
        let called = |held: &action::Action| {
            let service = held.service.and_then(|id| self.estate.services.get(&id));
            let directorate = held.directorate.map(|id| self.estate.organisation_name(id));
            match &cell.service {
                Some(name) => service.is_some_and(|service| service.name == *name),
                None => directorate == cell.directorate,
            }
        };
        let mut held = self.estate.actions.values();
        held.any(|held| held.speaks_of(release.period) && called(held))
    }

    /// Comments that nobody has read.
    fn to_read(&self) -> Result<Option<Waits>, Error> {
        if !self.may(Action::Moderate, &Subject::default()) {
            return Ok(None);
        }
        let unread = super::rounds::unread(self.visit)?;
        Ok((unread > 0).then(|| {
            let word = if unread == 1 { "comment" } else { "comments" };
            (
                When::Unknown,
                vec![
                    Said::text(format!("{unread} {word} of rounds")).to("/experience/comments"),
                    Said::text("Nobody has read them yet"),
                ],
            )
        }))
    }

    /// The services that the visitor answers for, each in a line.
    fn services(&self, judged: &[Judged<'_>]) -> Table {
        let day = self.visit.dates.at;
        let words: BTreeMap<RecordId, String> = judged
            .iter()
            .map(|held| (held.id, capital(verdict::word(held.word()))))
            .collect();
        let there = self.estate.services_on(day, &ControlRule::default());
        let own = there
            .into_iter()
            .filter(|(id, ..)| self.may_of(Action::ShapeProblem, Service::NAME, *id));
        let open: Vec<(RecordId, &Problem)> = problems::open(self.estate, day).collect();
        let row = |(id, service, control): (RecordId, &Service, Control)| {
            let name = Some(service.name.as_str());
            let (says, change) = self.people(name, None);
            let open = open.iter().filter(|(_, held)| held.services.contains(&id));
            vec![
                Said::record(self.visit, Service::NAME, id),
                Said::text(capital(&spoken("mode", &control.mode))),
                Said::text(capital(&spoken("standing", &control.standing))),
                Said::text(words.get(&id).cloned().unwrap_or_default())
                    .to(format!("/services/{id}/performance")),
                says,
                change,
                Said::text(open.count().to_string()),
            ]
        };
        let mut rows: Vec<Vec<Said>> = own.map(row).collect();
        rows.sort_by(|one, other| one[0].text.cmp(&other[0].text));
        Table {
            caption: "Your services".into(),
            headings: vec![
                "Service",
                "Who runs it",
                "You control it",
                "Did it step up?",
                "People say",
                "Changed",
                "Problems open",
            ],
            rows,
            empty: Some("No service in your part is on record."),
        }
    }

    /// What people of a group say, and how it changed.
    fn people(&self, service: Option<&str>, directorate: Option<&str>) -> (Said, Said) {
        let cell = self
            .newest
            .and_then(|release| release.cell(service, directorate, None));
        let shown = cell.and_then(|cell| cell.shown.as_ref());
        let says = match shown {
            Some(shown) => {
                Said::text(said::score(&shown.happiness)).with(format!("{} answers", shown.n))
            }
            None => Said::default().with(NOT_SHOWN),
        };
        let change = cell.and_then(|cell| self.years.change(cell));
        let change = match change {
            Some(change) => Said::text(said::change(&change)),
            None => Said::default().with(NOT_SHOWN),
        };
        (says, change)
    }

    /// The directorates that the visitor speaks with, each in a line.
    fn directorates(&self) -> Table {
        let day = self.visit.dates.at;
        let mut own = directorates(self.estate);
        own.retain(|(id, _)| self.may(Action::ShapeProblem, &of_directorate(*id)));
        let open: Vec<(RecordId, &Problem)> = problems::open(self.estate, day).collect();
        let row = |(id, name): (RecordId, String)| {
            let (says, change) = self.people(None, Some(&name));
            let kept = promises::kept_share(self.estate, Some(id), day);
            let confidence = promises::confidence_on(self.estate, id, day);
            let open = open.iter().filter(|(_, held)| held.directorate == Some(id));
            let round = self.estate.work_arounds.values();
            let round = round.filter(|held| held.directorate == id && held.stands(day));
            let mut query = Fields::default();
            query.push("directorate", name.clone());
            vec![
                Said::record(self.visit, Organisation::NAME, id),
                says,
                change,
                match confidence {
                    Some(score) => Said::text(said::score(&score)),
                    None => Said::default().with(NOT_SHOWN),
                },
                Said::text(kept).to(format!("/promises?{}", query.query())),
                Said::text(open.count().to_string()).to(format!("/problems?{}", query.query())),
                Said::text(round.count().to_string()),
            ]
        };
        Table {
            caption: "Your directorates".into(),
            headings: vec![
                "Directorate",
                "People say",
                "Changed",
                "Confidence",
                "Promises kept",
                "Problems open",
                "Work-arounds",
            ],
            rows: own.into_iter().map(row).collect(),
            empty: Some("No directorate is in your part."),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            "What waits: problems without a useful answer, challenges without a reply, trials past their end, benefits of which nobody said whether they came, promises past their day, actions past their day, what people told and nobody answered, and services or directorates whose people are certainly unhappy while no action speaks of it.".to_owned(),
            "Promises kept: of those due in the last four quarters. Confidence: the newest answer that is shown, whether promises are kept.".into(),
        ];
        let newest = self.newest.map(|release| said::days(&release.period));
        notes.extend(newest.map(|days| format!("People say: answers of {days}.")));
        notes.extend(said::compared(&self.years));
        notes
    }
}

fn of_directorate(id: RecordId) -> Subject {
    Subject {
        directorates: BTreeSet::from([id]),
        services: BTreeSet::new(),
    }
}

/// The directorates that use a service, to which something was promised, or of which a problem was told; by name.
fn directorates(estate: &Estate) -> Vec<promises::Named> {
    let using = estate.services.values();
    let using = using.flat_map(|service| service.directorates.iter().copied());
    let promised = estate.commitments.values().map(|held| held.directorate);
    let asked = estate.problems.values().filter_map(|held| held.directorate);
    promises::named(estate, using.chain(promised).chain(asked).collect())
}
