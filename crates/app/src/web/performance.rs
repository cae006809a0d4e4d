//! How services perform: all side by side on one measure each, and each with its charts and verdicts.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::control_chart::{self, ControlChart, Drawing};
use super::listing::{Cell, Column, Filter, Listing, Row, Shown, numbers, words};
use super::report::{Beside, Report};
use super::route::{Needs, Route};
use super::service_page::who_ran;
use super::sheet::Said;
use super::visit::Visit;
use crate::performance::{
    Gathered, Judged, NotCounted, NotJudged, arrangement, asked, chart, handover, inside, judged,
    step_counts,
};
use crate::render::chart::xmr::{FileWords, Noted, Plot, What};
use crate::render::strip::Band;
use crate::render::verdict::{self as said, figure};
use crate::render::{self, capital, changes as said_changes, spc as charted};
use handback_core::control::{Arrangement, Handover, Service};
use handback_core::dated::When;
use handback_core::performance::spc::Chart;
use handback_core::performance::verdict::change::Change;
use handback_core::performance::verdict::{Estimate, FALSE_ALARMS, Many, Word, many};
use handback_core::performance::watermelon::{Inside, red_inside};
use handback_core::performance::{Asked, Measure};
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use jiff::civil::Date;
use serde::Serialize;

pub const ROUTES: &[Route] = &[
    Route::get("/performance", Needs::May(Action::See), all),
    Route::get("/services/{id}/performance", Needs::May(Action::See), one),
    Route::get("/measures/{id}/values", Needs::May(Action::See), values),
    Route::get("/measures/{id}/chart.csv", Needs::May(Action::See), csv),
    Route::get("/measures/{id}/chart.svg", Needs::May(Action::See), svg),
    Route::get("/measures/{id}/chart.png", Needs::May(Action::See), png),
];

pub const BESIDE: &[(&str, &str)] = &[("Performance", "/performance"), ("Measures", "/measures")];

const BLANK: Blank = Blank {
    title: "No service is measured yet",
    file: "Two files fill this place: a list of measures, each saying what it counts and by which one its service is judged; and the monthly reports with their values.",
    places: &[
        "the schedule of service levels of the contract",
        "the monthly service reports of the supplier, before and after",
        "the service desk’s own exports",
    ],
    templates: &["measures", "rebases"],
};

impl Judged<'_> {
    fn why(&self) -> String {
        match &self.verdict {
            Err(NotJudged::Measure(0)) => "No measure is named by which it is judged.".into(),
            Err(NotJudged::Measure(_)) => {
                "More than one measure is named by which it is judged.".into()
            }
            Err(NotJudged::NotAsked(why)) => capital(&said::not_asked(*why)),
            Ok(verdict) => {
                let first = verdict.reasons.first();
                first.map_or_else(String::new, |reason| capital(&said::reason(reason)))
            }
        }
    }
}

const COLUMNS: &[Column] = &[
    words("service", "Service"),
    words("verdict", "Verdict"),
    words("handover", "Handed over"),
    numbers("before", "Mean before"),
    numbers("after", "Mean after"),
    numbers("step", "Step"),
    words("survives", "Holds beside the others"),
];

/// The file has room for more, and each thing in a column of its own.
const FILE: &[Column] = &[
    words("service", "Service"),
    words("verdict", "Verdict"),
    words("handover", "Handed over"),
    numbers("before", "Mean before"),
    numbers("after", "Mean after"),
    numbers("step", "Step"),
    words("survives", "Holds beside the others"),
    numbers("low", "Step at least"),
    numbers("high", "Step at most"),
    numbers("p", "p-value"),
    words("measure", "Judged by"),
    words("unit", "Unit"),
    words("why", "Why"),
];

#[derive(Serialize)]
struct All {
    beside: Vec<Beside>,
    blank: &'static Blank,
    /// Where a measure is added by hand, by those who may.
    add: Option<String>,
    lead: String,
    sentences: Vec<String>,
    links: Vec<(&'static str, String)>,
    list: Shown,
}

fn all(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let measured = visit.site.measured(&visit.view)?;
    let judged = judged(&estate, &measured, visit.dates.at, &|asked| {
        visit.site.verdict(asked)
    })?;
    let p_values: Vec<f64> = judged.iter().filter_map(Judged::p_value).collect();
    let many = many(&p_values);
    let mut survives = many.survives.iter();
    let is_file = visit.query.get("format") == Some("csv");
    let rows = judged.iter().map(|judged| {
        let survives = judged.p_value().and_then(|_| survives.next().copied());
        let mut row = row(judged, survives);
        if is_file {
            row.cells.extend(more(judged));
        }
        row
    });
    let choice = |word| {
        (
            said::word(word).replace(' ', "-"),
            capital(said::word(word)),
        )
    };
    let listing = Listing {
        name: "performance",
        caption: format!("{} services", judged.len()),
        columns: match is_file {
            true => FILE,
            false => COLUMNS,
        },
        filters: vec![Filter {
            name: "verdict",
            label: "Verdict",
            choices: WORDS.map(choice).into(),
        }],
        rows: rows.collect(),
    };
    if let Some(file) = listing.csv(visit)? {
        visit.noted_all(Measure::NAME)?;
        return Ok(file);
    }
    let is_blank = estate.measures.is_empty();
    visit.page(
        "performance.html",
        &All {
            beside: Report::beside(BESIDE, "/performance"),
            blank: &BLANK,
            add: may_add(visit).then(|| ADD.to_owned()),
            lead: match is_blank {
                true => String::new(),
                false => said::step_counts(&step_counts(&judged)),
            },
            sentences: beside_chance(&judged, &many),
            links: links(visit, &estate),
            list: match is_blank {
                false => listing.shown(visit),
                true => Listing {
                    rows: Vec::new(),
                    ..listing
                }
                .shown(visit),
            },
        },
    )
}

const WORDS: [Word; 4] = [
    Word::SteppedUp,
    Word::SteppedDown,
    Word::NoChangeShown,
    Word::CannotTell,
];

const ADD: &str = "/records/measure/new";

fn may_add(visit: &Visit) -> bool {
    !visit.is_past_knowledge() && visit.visitor.could(Action::StateEstate)
}

/// Where the working calendar and new limits are stated, for those who may.
fn links(visit: &Visit, estate: &Estate) -> Vec<(&'static str, String)> {
    if !may_add(visit) {
        return Vec::new();
    }
    let calendars = estate.working_calendars.keys();
    let mut links: Vec<(&str, String)> = calendars
        .map(|id| {
            (
                "Change the working calendar",
                format!("/records/working-calendar/{id}/change"),
            )
        })
        .collect();
    if links.is_empty() {
        links.push((
            "State the working calendar",
            "/records/working-calendar/new".into(),
        ));
    }
    links.push(("Add a measure", ADD.into()));
    links.push(("Set limits anew", "/records/rebase/new".into()));
    links
}

/// How many of them chance alone would show.
fn beside_chance(judged: &[Judged<'_>], many: &Many) -> Vec<String> {
    let count = many.survives.len();
    if count == 0 {
        return Vec::new();
    }
    let steps = judged
        .iter()
        .filter(|judged| matches!(judged.word(), Word::SteppedUp | Word::SteppedDown));
    let held = many.survives.iter().filter(|survives| **survives).count();
    vec![
        "Each is judged by one measure that was chosen before anybody looked.".into(),
        format!(
            "If none of the {count} that could be judged had stepped, chance alone would show about {} ({}% of them); {} are shown. {held} hold beside the others: among those, at most one in twenty is expected to be chance (Benjamini and Hochberg).",
            figure(many.by_chance),
            FALSE_ALARMS * 100.0,
            steps.count(),
        ),
    ]
}

fn number(value: Option<f64>) -> Cell {
    value.map_or_else(
        || Cell::text(""),
        |value| Cell::number(value, figure(value)),
    )
}

fn row(judged: &Judged<'_>, survives: Option<bool>) -> Row {
    let word = judged.word();
    let measure = judged.measure.map(|(_, measure)| measure);
    let unit = measure.map_or("", |measure| measure.unit.as_str());
    let is_step = matches!(word, Word::SteppedUp | Word::SteppedDown);
    let step = judged
        .verdict
        .as_ref()
        .ok()
        .and_then(|verdict| verdict.step);
    let survives = match survives {
        Some(true) if is_step => "yes",
        Some(false) if is_step => "no",
        _ => "",
    };
    let (before, after) = judged.means;
    let range = |step: Estimate| format!("{} to {}", figure(step.low), figure(step.high));
    Row {
        cells: vec![
            Cell::text(&judged.service.name)
                .to(format!("/services/{}/performance", judged.id))
                .with(measure.map_or("", |measure| measure.name.as_str())),
            Cell::text(capital(said::word(word))).with(match is_step {
                true => String::new(),
                false => judged.why(),
            }),
            judged
                .handover
                .map_or_else(|| Cell::text(""), |handover| Cell::when(handover.on)),
            number(before),
            number(after).with(if after.is_some() { unit } else { "" }),
            number(step.map(|step| step.estimate)).with(step.map(range).unwrap_or_default()),
            Cell::text(survives),
        ],
        kept_by: vec![said::word(word).replace(' ', "-")],
    }
}

/// What only the file has.
fn more(judged: &Judged<'_>) -> Vec<Cell> {
    let step = judged
        .verdict
        .as_ref()
        .ok()
        .and_then(|verdict| verdict.step);
    let measure = judged.measure.map(|(_, measure)| measure);
    vec![
        number(step.map(|step| step.low)),
        number(step.map(|step| step.high)),
        number(judged.p_value()),
        Cell::text(measure.map_or("", |measure| measure.name.as_str())),
        Cell::text(measure.map_or("", |measure| measure.unit.as_str())),
        Cell::text(judged.why()),
    ]
}

/// A measure on its service's page.
#[derive(Serialize)]
struct Part {
    id: String,
    name: String,
    is_primary: bool,
    /// The verdict in one sentence.
    sentence: String,
    /// `stepped-up`, as its colour knows it.
    word: String,
    /// The newest value as a contract performance notice rates it.
    rating: Option<String>,
    /// What gets worse behind a target that is met.
    red_inside: Vec<&'static str>,
    how: Vec<String>,
    not_excluded: Vec<String>,
    /// Months about which something changed that nobody has explained.
    unexplained: Vec<String>,
    chart: Option<ControlChart>,
    no_chart: Option<String>,
    /// What of its rows does not count.
    aside: Vec<String>,
}

#[derive(Serialize)]
struct One {
    id: RecordId,
    name: String,
    lead: Vec<Vec<Said>>,
    parts: Vec<Part>,
    /// Whether the visitor may add events.
    can_add: bool,
    blank: &'static Blank,
    /// Where a measure is added by hand, by those who may.
    add: Option<String>,
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    let estate = visit.sighted()?;
    let service = estate.services.get(&id).ok_or(Error::NotFound)?;
    let entry = visit.standing(Service::NAME, id)?;
    visit.noted(entry)?;
    let measured = visit.site.measured(&visit.view)?;
    let bands = who_ran(visit, id)?;
    let mut measures: Vec<(&RecordId, &Measure)> = estate
        .measures
        .iter()
        .filter(|(_, measure)| measure.service == Some(id))
        .collect();
    measures.sort_by_key(|(id, measure)| (!measure.is_primary, &measure.name, **id));
    let none = Gathered::default();
    let looked: Vec<Looked<'_>> = measures
        .into_iter()
        .map(|(id, measure)| {
            Looked::at(
                visit,
                &estate,
                *id,
                measure,
                measured.get(id).unwrap_or(&none),
            )
        })
        .collect();
    let axis = shared_axis(&looked);
    let parts: Result<Vec<Part>, Error> = looked
        .iter()
        .map(|it| it.part(visit, &bands, axis))
        .collect();
    let handover = looked.iter().find_map(|looked| looked.handover);
    let lead = match handover {
        None => vec![Said::text(
            "It did not change hands by the day of this page, so that there is no before and after.",
        )],
        Some(handover) => vec![Said::text(format!(
            "It is judged by its handover, {}: before, {}; after, {}.",
            render::when(handover.on),
            super::sheet::spoken("mode", &handover.from),
            super::sheet::spoken("mode", &handover.to),
        ))],
    };
    visit.page(
        "service-performance.html",
        &One {
            id,
            name: service.name.clone(),
            lead: vec![lead],
            parts: parts?,
            can_add: may_add(visit),
            blank: &BLANK,
            add: may_add(visit).then(|| ADD.to_owned()),
        },
    )
}

/// The days that all charts of a page span, so that they lie under one another.
fn shared_axis(looked: &[Looked<'_>]) -> Option<crate::render::strip::Axis> {
    let spans = looked
        .iter()
        .filter_map(|looked| Plot::of("", "", looked.chart.as_ref().ok()?).span());
    spans.reduce(|one, other| crate::render::strip::Axis {
        from: one.from.min(other.from),
        to: one.to.max(other.to),
    })
}

/// A measure with everything that its chart and its verdict need.
struct Looked<'a> {
    estate: &'a Estate,
    id: RecordId,
    measure: &'a Measure,
    gathered: &'a Gathered,
    handover: Option<Handover>,
    asked: Result<Asked, String>,
    chart: Result<Chart, String>,
}

impl<'a> Looked<'a> {
    fn at(
        visit: &Visit,
        estate: &'a Estate,
        id: RecordId,
        measure: &'a Measure,
        gathered: &'a Gathered,
    ) -> Looked<'a> {
        let at = visit.dates.at;
        Looked {
            estate,
            id,
            measure,
            gathered,
            handover: handover(estate, measure, at),
            asked: asked(estate, measure, gathered, at, true).map_err(said::not_asked),
            chart: chart(estate, id, measure, gathered, at).map_err(|error| error.to_string()),
        }
    }

    fn plot<'p>(&'p self, bands: &'p [Band]) -> Result<Plot<'p>, &'p str> {
        let chart = self.chart.as_ref().map_err(String::as_str)?;
        let mut plot = Plot::of(&self.measure.name, &self.measure.unit, chart);
        plot.bands = bands;
        plot.targets = self
            .measure
            .target
            .iter()
            .map(|(from, target)| (from.earliest(), target.0))
            .collect();
        let handovers = arrangement(self.estate, self.measure).map(Arrangement::handovers);
        for handover in handovers.into_iter().flatten() {
            let to = super::sheet::spoken("mode", &handover.to);
            plot.marks.extend(handover.on.earliest().map(|on| Noted {
                on,
                what: What::Handover,
                text: format!("handed over: {to}"),
            }));
        }
        let events = self.estate.events.values();
        plot.marks.extend(events.filter_map(|event| {
            Some(Noted {
                on: event.date.earliest()?,
                what: What::Event,
                text: event.title.clone(),
            })
        }));
        for (from, text) in self.measure.redefined() {
            plot.marks.extend(from.earliest().map(|on| Noted {
                on,
                what: What::Event,
                text: format!("counted in another way: {text}"),
            }));
        }
        Ok(plot)
    }

    fn red_inside(&self, visit: &Visit) -> Result<Vec<&'static str>, Error> {
        let at = visit.dates.at;
        let (Some(service), true) = (self.measure.service, self.measure.is_primary) else {
            return Ok(Vec::new());
        };
        let points = self.gathered.points(at);
        let last = points.last();
        let meets = last.and_then(|last| self.measure.meets(last.value, last.date));
        let measured = visit.site.measured(&visit.view)?;
        let lately = inside(self.estate, &measured, service, at);
        let word = |inside| match inside {
            Inside::Happiness => "Staff are less happy with it than chance explains.",
            Inside::LostTime => "Staff lose more time than chance explains.",
            Inside::Reopened => "Tickets are opened again more often than chance explains.",
        };
        Ok(red_inside(meets, &lately).into_iter().map(word).collect())
    }

    fn rating(&self, at: Date) -> Option<String> {
        let points = self.gathered.points(at);
        let last = points.last()?;
        let rating = self.measure.rating(last.value, last.date)?;
        Some(format!(
            "Rated “{}” for {} in a contract performance notice (Procurement Act 2023, section 71): {}.",
            super::sheet::spoken("rating", &rating),
            last.date.strftime("%B %Y"),
            said::in_unit(last.value, &self.measure.unit),
        ))
    }

    /// About when it changed, where nothing that is on record happened then.
    fn unexplained(&self, visit: &Visit) -> Result<Vec<String>, Error> {
        if !self.measure.is_primary {
            return Ok(Vec::new());
        }
        let handovers = arrangement(self.estate, self.measure).map(Arrangement::handovers);
        let handovers = handovers.into_iter().flatten().map(|it| it.on);
        let events = self.estate.events.values().map(|event| event.date);
        let redefined = self.measure.redefined().map(|(from, _)| from);
        let rebases = self.estate.rebases.values();
        let rebases = rebases.filter(|rebase| rebase.measure == Some(self.id));
        let known = handovers
            .chain(events)
            .chain(redefined)
            .chain(rebases.map(|rebase| rebase.from));
        let known: Vec<Date> = known.filter_map(When::earliest).collect();
        let changes = visit.site.changes(self.gathered.points(visit.dates.at))?;
        let is_explained = |change: &Change| {
            let end = change.latest.last_of_month();
            known
                .iter()
                .any(|day| (change.earliest..=end).contains(day))
        };
        let found = changes.found.iter().filter(|change| !is_explained(change));
        Ok(found.map(said_changes::question).collect())
    }

    fn part(
        &self,
        visit: &Visit,
        bands: &[Band],
        axis: Option<crate::render::strip::Axis>,
    ) -> Result<Part, Error> {
        let (name, measure) = (self.measure.name.clone(), self.measure);
        let (mut how, mut not_excluded) = (Vec::new(), Vec::new());
        let (sentence, word) = match &self.asked {
            Err(why) => (
                format!("We cannot tell whether {name} stepped up or down: {why}"),
                Word::CannotTell,
            ),
            Ok(asked) => {
                let verdict = visit.site.verdict(asked)?;
                how = said::how(&verdict);
                not_excluded = said::not_excluded(&verdict);
                let sentence =
                    said::sentence(&name, &measure.unit, asked.at, measure.better, &verdict);
                (sentence, verdict.word)
            }
        };
        if let Ok(chart) = &self.chart {
            how.push(charted::screening(chart, charted::decimals(chart)));
        }
        let address = |ending| format!("/measures/{}/chart.{ending}", self.id);
        let downloads = vec![
            ("picture (PNG)", address("png")),
            ("drawing (SVG)", address("svg")),
            ("values (CSV)", address("csv")),
        ];
        let (chart, no_chart) = match self.plot(bands) {
            Ok(plot) => (
                Some(ControlChart::of(&Plot { axis, ..plot }, downloads)),
                None,
            ),
            Err(why) => (None, Some(format!("No chart: {why}."))),
        };
        Ok(Part {
            id: self.id.to_string(),
            name,
            is_primary: measure.is_primary,
            sentence,
            word: said::word(word).replace(' ', "-"),
            rating: self.rating(visit.dates.at),
            red_inside: self.red_inside(visit)?,
            how,
            not_excluded,
            unexplained: self.unexplained(visit)?,
            chart,
            no_chart,
            aside: aside(self.gathered),
        })
    }
}

/// What of a measure's rows does not count, or why nothing is counted.
fn aside(gathered: &Gathered) -> Vec<String> {
    let not_counted = match &gathered.counted {
        Some(Err(why)) => Some(match why {
            NotCounted::NoTickets => {
                "No ticket on record is of this service: take in the service desk’s log, or say what it calls the service."
            }
            NotCounted::NoCalendar => {
                "It is counted in working time, and no working calendar is stated."
            }
            NotCounted::SeveralCalendars => {
                "Several working calendars are stated, and nobody can tell which one holds: keep one, which can hold other hours for each service."
            }
        }),
        _ => None,
    };
    let set_aside = gathered.own.aside.iter().map(said::aside);
    not_counted
        .map(str::to_owned)
        .into_iter()
        .chain(set_aside)
        .collect()
}

/// A measure that the visitor may see, and what is printed of it.
fn with_measure<T>(
    visit: &Visit,
    look: impl FnOnce(&Looked<'_>, &[Band]) -> Result<T, Error>,
) -> Result<T, Error> {
    let id = visit.record("id")?;
    visit.standing(Measure::NAME, id)?;
    let estate = visit.sighted()?;
    let measure = estate.measures.get(&id).ok_or(Error::NotFound)?;
    let measured = visit.site.measured(&visit.view)?;
    let none = Gathered::default();
    let gathered = measured.get(&id).unwrap_or(&none);
    let bands = measure.service.map(|service| who_ran(visit, service));
    let bands = bands.transpose()?.unwrap_or_default();
    look(&Looked::at(visit, &estate, id, measure, gathered), &bands)
}

fn csv(visit: &Visit) -> Result<Answer, Error> {
    with_measure(visit, |looked, bands| {
        let plot = looked.plot(bands).map_err(|_| Error::NotFound)?;
        control_chart::listing(&plot).file()
    })
}

fn svg(visit: &Visit) -> Result<Answer, Error> {
    drawn(visit, Drawing::Svg)
}

fn png(visit: &Visit) -> Result<Answer, Error> {
    drawn(visit, Drawing::Png)
}

fn drawn(visit: &Visit, drawing: Drawing) -> Result<Answer, Error> {
    with_measure(visit, |looked, bands| {
        let plot = looked.plot(bands).map_err(|_| Error::NotFound)?;
        let service = looked
            .measure
            .service
            .and_then(|id| looked.estate.services.get(&id));
        let title = match service {
            Some(service) => format!("{}: {}", service.name, looked.measure.name),
            None => looked.measure.name.clone(),
        };
        let source = looked
            .measure
            .source
            .as_deref()
            .unwrap_or("no source stated");
        let source = format!(
            "Source: {source}, as at {}, entry {}. Method: Making Data Count.",
            render::when(visit.dates.at.into()),
            visit.view.entry(),
        );
        let words = FileWords {
            title: &title,
            source: &source,
        };
        control_chart::download(&plot, words, ("control-chart", drawing))
    })
}

const VALUES: &[Column] = &[
    words("from", "From"),
    words("to", "To"),
    numbers("value", "Value"),
    words("printed", "Printed as"),
    words("of", "Of"),
    words("file", "File"),
    numbers("line", "Line"),
];

#[derive(Serialize)]
struct Values {
    id: RecordId,
    name: String,
    unit: String,
    /// Where they come from.
    from: String,
    aside: Vec<String>,
    list: Shown,
}

const COUNTED: &[Column] = &[
    words("month", "Month"),
    numbers("value", "Value"),
    numbers("tickets", "Tickets"),
];

/// Each value with the file and the line that it stands on, or with how many tickets it counts.
fn values(visit: &Visit) -> Result<Answer, Error> {
    with_measure(visit, |looked, _| {
        let gathered = looked.gathered;
        let printed = gathered.own.values.iter().filter_map(|value| {
            let held = value.value?;
            Some(Row {
                cells: vec![
                    Cell::day(value.date),
                    Cell::day(value.date_to),
                    Cell::number(held, held.to_string()),
                    Cell::text(&value.measure),
                    Cell::text(&value.service),
                    Cell::text(&*value.printed.file)
                        .to(format!("/imports/{}", value.printed.import)),
                    Cell::count(value.printed.line),
                ],
                kept_by: Vec::new(),
            })
        });
        let counted = gathered
            .counted
            .iter()
            .flatten()
            .flatten()
            .map(|value| Row {
                cells: vec![
                    Cell::day(value.point.date),
                    Cell::number(value.point.value, figure(value.point.value)),
                    Cell::count(value.n.into()),
                ],
                kept_by: Vec::new(),
            });
        let is_counted = gathered.counted.is_some();
        let listing = Listing {
            name: "measurements",
            caption: format!("Values of {}", looked.measure.name),
            columns: if is_counted { COUNTED } else { VALUES },
            filters: Vec::new(),
            rows: match is_counted {
                true => counted.collect(),
                false => printed.collect(),
            },
        };
        if let Some(file) = listing.csv(visit)? {
            return Ok(file);
        }
        let calendar = looked.estate.working_calendars.values().next();
        let from = match (looked.measure.counted, calendar) {
            (None, _) => "as files print them".to_owned(),
            (Some(counted), Some(calendar)) if counted.needs_calendar() => {
                format!(
                    "counted from tickets by the working calendar “{}”",
                    calendar.name
                )
            }
            (Some(_), _) => "counted from tickets".to_owned(),
        };
        visit.page(
            "measure-values.html",
            &Values {
                id: looked.id,
                name: looked.measure.name.clone(),
                unit: looked.measure.unit.clone(),
                from,
                aside: aside(gathered),
                list: listing.shown(visit),
            },
        )
    })
}
