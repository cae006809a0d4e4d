//! How services perform: what files print of their measures, and what is asked of it.

use crate::data::Data;
use crate::estate::live_parts;
use handback_core::control::{Arrangement, Handover, Service};
use handback_core::dated::When;
use handback_core::engagement::release::Release;
use handback_core::performance::series::{Series, Value};
use handback_core::performance::service_clock::month::{self, Month};
use handback_core::performance::service_clock::{Clocks, RuleBook, TicketTimes};
use handback_core::performance::spc::{self, Chart, NotAChart, Variation};
use handback_core::performance::verdict::{Verdict, Word};
use handback_core::performance::watermelon::Inside;
use handback_core::performance::{
    Asked, Better, Counted, Measure, NotAsked, Point, WorkingCalendar,
};
use handback_core::record::RecordId;
use handback_core::statement::{Estate, StepCounts};
use handback_facts::LivePart;
use handback_facts::performance::{MeasureScope, TicketKept, TicketScope};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// Whose months are counted while nobody has stated a calendar.
const ZONE: &str = "Europe/London";

/// What is known of a measure's values.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// What files print.
    pub own: Series,
    /// Of a measure that is counted from tickets: its months, or why there are none.
    pub counted: Option<Result<Vec<month::Value>, NotCounted>>,
    /// Of what it is compared with, in the order in which the measure names it.
    pub compared: Vec<Series>,
}

/// Why nothing is counted from tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCounted {
    NoTickets,
    NoCalendar,
    /// Several calendars are stated, and nobody knows which one holds.
    SeveralCalendars,
}

impl Gathered {
    /// The values that had ended by a day.
    pub fn points(&self, until: Date) -> Vec<Point> {
        match &self.counted {
            None => self.own.until(until),
            Some(Err(_)) => Vec::new(),
            Some(Ok(values)) => {
                let points = values.iter().map(|value| value.point);
                points
                    .filter(|point| point.date.last_of_month() <= until)
                    .collect()
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        match &self.counted {
            None => self.own.values.is_empty(),
            Some(counted) => counted.as_ref().is_ok_and(Vec::is_empty),
        }
    }
}

/// The tickets of a service desk, each with what it took.
#[derive(Debug)]
pub struct ServiceDesk {
    /// With the group that had it last.
    times: Vec<(Option<String>, TicketTimes)>,
    zone: TimeZone,
    as_of: Timestamp,
}

impl ServiceDesk {
    /// All tickets on record, timed by these rules; the log ends with the last thing that it says.
    pub fn of(
        data: &Data,
        live: &[LivePart],
        book: &RuleBook,
    ) -> Result<ServiceDesk, handback_facts::Error> {
        let services = data.facts.ticket_services(live)?;
        let first = services.iter().map(|service| service.first).min();
        let last = services.iter().map(|service| service.last).max();
        let as_of = last.unwrap_or(Timestamp::UNIX_EPOCH);
        let zone = book.others.calendar.time_zone().unwrap_or(TimeZone::UTC);
        let mut times = Vec::new();
        if let Some(clocks) = Clocks::over(book, first.unwrap_or(as_of), as_of) {
            let mut take = |kept: TicketKept| {
                times.push((kept.ticket.group.clone(), clocks.run(&kept.ticket)));
                ControlFlow::Continue(())
            };
            data.facts
                .tickets(&TicketScope::default(), live, &mut take)?;
        }
        Ok(ServiceDesk { times, zone, as_of })
    }

    /// The months of the tickets whose service or group is called so.
    fn months(&self, called: &[&str]) -> Vec<Month> {
        let is = |name: &Option<String>| {
            let name = name.as_deref().map(folded);
            called.iter().any(|own| Some(folded(own)) == name)
        };
        let own = self.times.iter();
        let own = own.filter(|(group, times)| is(&times.service) || is(group));
        let own: Vec<TicketTimes> = own
            .map(|(_, times)| TicketTimes {
                service: None,
                ..times.clone()
            })
            .collect();
        let mut months = month::months(&own, &self.zone, self.as_of);
        months.remove(&None).unwrap_or_default()
    }
}

/// Who times all tickets by rules: those who keep what was timed before give it again.
pub type Timing<'t, E> = dyn Fn(&[LivePart], &RuleBook) -> Result<Arc<ServiceDesk>, E> + 't;

/// What files print of every measure, and what is counted from tickets.
pub fn gathered<E: From<handback_facts::Error>>(
    data: &Data,
    estate: &Estate,
    timing: &Timing<'_, E>,
) -> Result<BTreeMap<RecordId, Gathered>, E> {
    let live = live_parts(estate);
    let all = data.facts.measurements(&MeasureScope::default(), &live)?;
    let mut gathered = by_measure(estate, &all);
    let calendars: Vec<&WorkingCalendar> = estate.working_calendars.values().collect();
    let calendar = match calendars[..] {
        [] => Err(NotCounted::NoCalendar),
        [one] => one.book().map_err(|_| NotCounted::NoCalendar),
        _ => Err(NotCounted::SeveralCalendars),
    };
    let mut desk: Option<Arc<ServiceDesk>> = None;
    for (id, measure) in &estate.measures {
        let Some(counted) = measure.counted else {
            continue;
        };
        let months = match &calendar {
            Err(why) if counted.needs_calendar() => Err(*why),
            book => {
                let passing = RuleBook::round_the_clock(ZONE);
                let timed = match &desk {
                    Some(timed) => Arc::clone(timed),
                    None => timing(&live, book.as_ref().unwrap_or(&passing))?,
                };
                let service = measure.service.and_then(|id| estate.services.get(&id));
                let called: Vec<&str> = match &measure.tickets_of[..] {
                    [] => service.iter().map(|held| held.name.as_str()).collect(),
                    called => called.iter().map(String::as_str).collect(),
                };
                let values = month::series(&timed.months(&called), counted);
                desk = Some(timed);
                match values.is_empty() {
                    true => Err(NotCounted::NoTickets),
                    false => Ok(values),
                }
            }
        };
        gathered.entry(*id).or_default().counted = Some(months);
    }
    Ok(gathered)
}

fn by_measure(estate: &Estate, all: &[Value]) -> BTreeMap<RecordId, Gathered> {
    let mut of_name: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for value in all {
        let rows = of_name.entry(folded(&value.measure)).or_default();
        rows.push(value);
    }
    let rows = |names: &BTreeSet<String>| -> Vec<&Value> {
        let rows = names.iter().filter_map(|name| of_name.get(name));
        rows.flatten().copied().collect()
    };
    let mut services_of: BTreeMap<String, BTreeSet<Option<RecordId>>> = BTreeMap::new();
    for measure in estate.measures.values() {
        for name in measure.printed() {
            let services = services_of.entry(folded(name)).or_default();
            services.insert(measure.service);
        }
    }
    let gathered = |measure: &Measure| {
        let names: BTreeSet<String> = measure.printed().map(folded).collect();
        let is_shared = names.iter().any(|name| services_of[name].len() > 1);
        let service = measure.service.and_then(|id| estate.services.get(&id));
        let service = service.map(|service| service.name.as_str());
        let compared = measure.compared.iter().map(|name| {
            let alone = Measure {
                printed: vec![name.clone()],
                tickets_of: Vec::new(),
                ..measure.clone()
            };
            Series::of(&alone, None, false, rows(&[folded(name)].into()))
        });
        Gathered {
            counted: None,
            own: Series::of(measure, service, is_shared, rows(&names)),
            compared: compared.collect(),
        }
    };
    let measures = estate.measures.iter();
    measures
        .map(|(id, measure)| (*id, gathered(measure)))
        .collect()
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The arrangement of the service that a measure is of.
pub fn arrangement<'e>(estate: &'e Estate, measure: &Measure) -> Option<&'e Arrangement> {
    let service = measure.service?;
    estate
        .arrangements
        .values()
        .find(|held| held.service == service)
}

/// The handover that a measure is judged by on a day.
pub fn handover(estate: &Estate, measure: &Measure, at: Date) -> Option<Handover> {
    arrangement(estate, measure)?.judged_by(at)
}

/// What else happened: events of the authority and other handovers of the service. What is stated of
/// the very day of the handover is taken to be the handover.
pub fn events(estate: &Estate, measure: &Measure, handover: When) -> Vec<(When, String)> {
    let stated = estate.events.values();
    let stated = stated.map(|event| (event.date, event.title.clone()));
    let handovers = arrangement(estate, measure).map(Arrangement::handovers);
    let others = handovers.into_iter().flatten();
    let others = others.map(|it| (it.on, "Another came to run the service".to_owned()));
    let mut events: Vec<(When, String)> = stated.collect();
    for (on, text) in others {
        // An event says more of the same day.
        if events.iter().all(|(day, _)| *day != on) {
            events.push((on, text));
        }
    }
    events.retain(|(on, _)| *on != handover);
    events.sort();
    events
}

/// The question that is asked of a measure on a day. `whole` asks of other events, too.
pub fn asked(
    estate: &Estate,
    measure: &Measure,
    gathered: &Gathered,
    at: Date,
    whole: bool,
) -> Result<Asked, NotAsked> {
    let handover = handover(estate, measure, at).map(|it| it.on);
    let events = match handover {
        Some(on) if whole => events(estate, measure, on),
        _ => Vec::new(),
    };
    Asked::of(
        measure,
        gathered.points(at),
        handover,
        gathered
            .compared
            .iter()
            .map(|series| series.until(at))
            .collect(),
        &events,
    )
}

/// The control chart of a measure on a day, with its limits set anew where somebody decided so.
pub fn chart(
    estate: &Estate,
    id: RecordId,
    measure: &Measure,
    gathered: &Gathered,
    at: Date,
) -> Result<Chart, NotAChart> {
    let points = gathered.points(at);
    let mut rebases: Vec<spc::Rebase> = estate
        .rebases
        .values()
        .filter(|rebase| rebase.measure == Some(id))
        .filter_map(|rebase| {
            Some(spc::Rebase {
                on: rebase.from.earliest()?,
                reason: Some(rebase.reason.clone()),
            })
        })
        .collect();
    // One that is agreed for later begins nothing yet.
    rebases.retain(|rebase| points.last().is_some_and(|last| rebase.on <= last.date));
    let asked = spc::Asked {
        target: measure.target_on(at),
        rebases,
        ..spc::Asked::of(measure.better)
    };
    spc::chart(&points, &asked)
}

/// What people of a service live through, as control charts show it lately: happiness and lost time where releases
/// show them, and how often tickets are opened again where that is measured.
pub fn inside(
    estate: &Estate,
    measured: &BTreeMap<RecordId, Gathered>,
    service: RecordId,
    at: Date,
) -> Vec<(Inside, Variation)> {
    let mut lately = Vec::new();
    let mut look = |inside, better, points: Vec<Point>| {
        let chart = spc::chart(&points, &spc::Asked::of(better));
        lately.extend(chart.ok().map(|chart| (inside, chart.variation)));
    };
    let name = estate
        .services
        .get(&service)
        .map_or("", |held| held.name.as_str());
    let mut releases: Vec<&Release> = estate.releases.values().collect();
    releases.retain(|release| release.period.to <= at && !release.question.is_pulse());
    releases.sort_by_key(|release| release.period.from);
    let shown = |release: &&Release| {
        Some((
            release.period.from,
            release.cell(Some(name), None, None)?.shown.clone()?,
        ))
    };
    let shown: Vec<_> = releases.iter().filter_map(shown).collect();
    let happiness = shown.iter().map(|(date, shown)| Point {
        date: *date,
        value: shown.happiness.points.into(),
    });
    look(Inside::Happiness, Better::Up, happiness.collect());
    let lost = shown.iter().filter_map(|(date, shown)| {
        let lost = shown.lost?;
        Some(Point {
            date: *date,
            value: lost.minutes as f64 / lost.n.max(1) as f64,
        })
    });
    look(Inside::LostTime, Better::Down, lost.collect());
    for (id, measure) in &estate.measures {
        if measure.service == Some(service) && measure.counted == Some(Counted::ShareReopened) {
            let points = measured.get(id).map(|gathered| gathered.points(at));
            look(Inside::Reopened, Better::Down, points.unwrap_or_default());
        }
    }
    lately
}

/// A service beside the others, judged by one measure that was chosen before looking.
pub struct Judged<'e> {
    pub id: RecordId,
    pub service: &'e Service,
    pub measure: Option<(RecordId, &'e Measure)>,
    pub handover: Option<Handover>,
    /// Of its values before the handover and after.
    pub means: (Option<f64>, Option<f64>),
    pub verdict: Result<Arc<Verdict>, NotJudged>,
}

/// Why a service is not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJudged {
    /// So many measures are named by which it is judged, and not one.
    Measure(usize),
    NotAsked(NotAsked),
}

impl Judged<'_> {
    pub fn word(&self) -> Word {
        self.verdict
            .as_ref()
            .map_or(Word::CannotTell, |verdict| verdict.word)
    }

    pub fn p_value(&self) -> Option<f64> {
        self.verdict.as_ref().ok()?.p_value
    }
}

/// Every service of a day, by name. `verdict` answers what is asked: those who keep answers give theirs.
pub fn judged<'e, E>(
    estate: &'e Estate,
    measured: &BTreeMap<RecordId, Gathered>,
    at: Date,
    verdict: &dyn Fn(&Asked) -> Result<Arc<Verdict>, E>,
) -> Result<Vec<Judged<'e>>, E> {
    let there = estate
        .services
        .iter()
        .filter(|(_, service)| service.exists(at));
    let mut services: Vec<(&RecordId, &Service)> = there.collect();
    services.sort_by_key(|(id, service)| (&service.name, **id));
    let one = |(id, service): (&RecordId, &'e Service)| {
        let primary = estate.measures.iter();
        let primary: Vec<(&RecordId, &Measure)> = primary
            .filter(|(_, measure)| measure.is_primary && measure.service == Some(*id))
            .collect();
        let mut judged = Judged {
            id: *id,
            service,
            measure: None,
            handover: None,
            means: (None, None),
            verdict: Err(NotJudged::Measure(primary.len())),
        };
        if let [(measure_id, measure)] = primary[..] {
            let none = Gathered::default();
            let gathered = measured.get(measure_id).unwrap_or(&none);
            judged.measure = Some((*measure_id, measure));
            judged.handover = handover(estate, measure, at);
            judged.verdict = match asked(estate, measure, gathered, at, false) {
                Err(why) => Err(NotJudged::NotAsked(why)),
                Ok(asked) => {
                    judged.means = asked.means();
                    Ok(verdict(&asked)?)
                }
            };
        }
        Ok(judged)
    };
    services.into_iter().map(one).collect()
}

/// How many services stepped, and of how many nobody can tell.
pub fn step_counts(judged: &[Judged<'_>]) -> StepCounts {
    let of = |word| judged.iter().filter(|judged| judged.word() == word).count();
    StepCounts {
        services: judged.len(),
        stepped_up: of(Word::SteppedUp),
        stepped_down: of(Word::SteppedDown),
        no_change_shown: of(Word::NoChangeShown),
        cannot_tell: of(Word::CannotTell),
    }
}

/// The same for the statement; none while nothing is measured.
pub fn stepped<E>(
    estate: &Estate,
    measured: &BTreeMap<RecordId, Gathered>,
    at: Date,
    verdict: &dyn Fn(&Asked) -> Result<Arc<Verdict>, E>,
) -> Result<Option<StepCounts>, E> {
    if measured.values().all(Gathered::is_empty) {
        return Ok(None);
    }
    Ok(Some(step_counts(&judged(estate, measured, at, verdict)?)))
}
