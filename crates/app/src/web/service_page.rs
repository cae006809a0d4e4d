//! A service's page: who ran it through time, who held what, and what hangs on it.

use super::answer::{Answer, Error};
use super::sheet::{Drawing, Line, Said, Sheet, Table, capital, linked, may_change, spoken};
use super::visit::Visit;
use super::{experience, promises};
use super::{problems, registers};
use crate::render;
use crate::render::strip::{self, Axis, Band, Mark, Strip};
use handback_core::assurance::{Claim, Event};
use handback_core::contract::Contract;
use handback_core::contract::exit::Shared;
use handback_core::control::{
    Arrangement, Control, ControlRule, Facet, Holder, Mode, Service, Standing, Stretch, control,
};
use handback_core::dated::When;
use handback_core::organisation::Organisation;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;

/// Everything that the parts of the page look at.
struct Looking<'a> {
    visit: &'a Visit,
    estate: &'a Estate,
    id: RecordId,
    service: &'a Service,
    control: Control,
    stretches: Vec<Stretch>,
}

/// Who ran a service from when until when, as bands.
pub(super) fn who_ran(visit: &Visit, id: RecordId) -> Result<Vec<Band>, Error> {
    let estate = visit.sighted()?;
    let service = estate.services.get(&id).ok_or(Error::NotFound)?;
    Ok(Looking::at(visit, &estate, id, service).who_ran_it().bands)
}

pub fn page(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Service>(visit, ("Services", "/services"))?;
    let estate = visit.sighted()?;
    let service = estate.services.get(&id).ok_or(Error::NotFound)?;
    let looking = Looking::at(visit, &estate, id, service);
    let mut lines = looking.lines();
    lines.extend(looking.arranged());
    let promised = promises::of_service(visit, &estate, id);
    if !promised.is_empty() {
        lines.push(Line::new("Promises, answers and work-arounds", promised));
    }
    Sheet {
        lead: looking.lead(),
        drawings: looking.drawing().into_iter().collect(),
        lines,
        tables: vec![
            looking.costs(),
            experience::table_of(visit, &estate, &service.name),
            problems::table_of(visit, &estate, id)?,
            looking.registers(),
            looking.mentions(),
        ],
        ..sheet
    }
    .shown(visit)
}

impl<'a> Looking<'a> {
    fn at(visit: &'a Visit, estate: &'a Estate, id: RecordId, service: &'a Service) -> Self {
        let arrangement = estate.arrangements.values().find(|held| held.service == id);
        Looking {
            visit,
            estate,
            id,
            service,
            control: control(arrangement, visit.dates.at, &ControlRule::default()),
            stretches: arrangement.map(Arrangement::stretches).unwrap_or_default(),
        }
    }
}

impl Looking<'_> {
    /// Who runs it is a record of its own, with its own source, history and form.
    fn arranged(&self) -> Vec<Line> {
        let mut held = self.estate.arrangements.iter();
        let found = held.find(|(_, held)| held.service == self.id);
        let form = match found {
            Some((id, _)) => format!("/records/{}/{id}/change", Arrangement::NAME),
            None => format!("/records/{}/new?service={}", Arrangement::NAME, self.id),
        };
        let form = may_change(self.visit, Service::NAME, self.id)
            .then(|| Said::text("Change who runs it").to(form));
        let history = found.map(|(id, _)| {
            Said::text("What we believed when about who runs it")
                .to(format!("/records/{id}/history"))
        });
        let source = found.and_then(|(_, held)| held.source.as_deref());
        vec![
            Line::text("Who says who runs it", source),
            Line::new("Who runs it", form.into_iter().chain(history)),
        ]
    }

    fn lead(&self) -> Vec<Vec<Said>> {
        let mut lead = vec![self.who(), vec![Said::text(self.standing())]];
        let is_measured = |service: Option<RecordId>| service == Some(self.id);
        if self
            .estate
            .measures
            .values()
            .any(|held| is_measured(held.service))
        {
            let href = format!("/services/{}/performance", self.id);
            lead.push(vec![
                Said::text("How it performs, and whether it stepped up").to(href),
            ]);
        }
        lead.extend(self.next().map(|(on, what)| {
            let said = Said::text(format!("Next date that matters: {}, ", render::when(on)));
            vec![said, what]
        }));
        lead
    }

    /// Who runs it now, since when.
    fn who(&self) -> Vec<Said> {
        let control = &self.control;
        let since = match control.since {
            Some(When::Unknown) => ", since before anything on record".to_owned(),
            Some(since) => format!(", since {}", render::when(since)),
            None => String::new(),
        };
        let day = render::when(self.visit.dates.at.into());
        if !self.service.exists(self.visit.dates.at) {
            return vec![Said::text(format!("There was no such service on {day}."))];
        }
        if control.changing {
            return vec![Said::text(format!(
                "Who ran it was changing on {day}, and the exact day of the change is not known."
            ))];
        }
        let provider = control
            .provider
            .filter(|id| Some(*id) != self.estate.authority);
        match (control.mode, provider) {
            (Mode::Unknown, _) => vec![Said::text("Nobody has said who runs it.")],
            (Mode::InHouse, _) => vec![Said::text(format!("You run it yourselves{since}."))],
            (mode, Some(id)) => vec![
                Said::record(self.visit, Organisation::NAME, id),
                Said::text(format!(" runs it ({}){since}.", spoken("mode", &mode))),
            ],
            (mode, None) => vec![Said::text(format!(
                "It is run in this way: {}{since}. By whom is not known.",
                spoken("mode", &mode)
            ))],
        }
    }

    /// Whether the authority controls it, and why.
    fn standing(&self) -> String {
        let facets: Vec<String> = self
            .control
            .because
            .iter()
            .map(|facet| self.held(*facet))
            .collect();
        let facets = facets.join("; ");
        match self.control.standing {
            Standing::Controlled => "You control it: you hold direction and money, and its data and tools are not the supplier’s alone.".into(),
            Standing::AssumedControlled => "You are taken to control it, because of how it is run. Nobody has confirmed who holds direction, money, data and tools.".into(),
            Standing::Unknown => format!("Whether you control it is not known: {facets}."),
            Standing::AssumedNotControlled => format!("You are taken not to control it, because of how it is run: {facets}. Nobody has confirmed it."),
            Standing::NotControlled => format!("You do not control it: {facets}."),
        }
    }

    fn held(&self, facet: Facet) -> String {
        let holding = self.control.holdings[facet as usize];
        match holding.holder {
            Holder::Unknown => format!("nobody has said who holds {}", facet.word()),
            holder => format!("{} is held by {}", facet.word(), spoken("holder", &holder)),
        }
    }

    /// The next date after the day: the contract's end or review, or a change already agreed.
    fn next(&self) -> Option<(When, Said)> {
        let at = self.visit.dates.at;
        let mut dates: Vec<(When, Said)> = Vec::new();
        let contract = self.control.contract.and_then(|id| {
            let contract = self.estate.contracts.get(&id)?;
            Some((Said::record(self.visit, Contract::NAME, id), id, contract))
        });
        if let Some((said, id, contract)) = contract {
            let end = self
                .estate
                .end_on(id, at)
                .map(|on| (on, said.clone().with("ends")));
            let review = contract
                .review
                .map(|on| (on, said.with("is due for review")));
            dates.extend(end.into_iter().chain(review));
        }
        dates.extend(self.stretches.iter().map(|stretch| {
            let words = format!("it is to be run so: {}", spoken("mode", &stretch.mode));
            (stretch.from, Said::text(words))
        }));
        dates.retain(|(on, _)| on.earliest().is_some_and(|day| day > at));
        dates.into_iter().min_by_key(|(on, _)| *on)
    }

    fn axis(&self) -> Option<Axis> {
        let starts = self
            .stretches
            .iter()
            .filter_map(|stretch| stretch.from.earliest());
        let end = self.control.contract;
        let end = end.and_then(|id| self.estate.end_on(id, self.visit.dates.at)?.latest());
        let lived = [self.service.started, self.service.ended]
            .into_iter()
            .flatten();
        let lived = lived.filter_map(When::earliest);
        Axis::around(starts.chain(end).chain(lived).chain([self.visit.dates.at]))
    }

    fn until(&self, place: usize) -> Option<When> {
        let next = self.stretches.get(place + 1).map(|next| next.from);
        next.or(self.service.ended)
    }

    fn drawing(&self) -> Option<Drawing> {
        let axis = self.axis()?;
        let mut strips = vec![self.who_ran_it()];
        strips.extend(Facet::ALL.map(|facet| self.holders(facet)));
        let mark = Mark {
            on: self.visit.dates.at,
            class: "today",
        };
        let svg = strip::strips(&strips, axis, &[mark]);
        (!svg.is_empty()).then(|| Drawing {
            title: "Who ran it, and who held what",
            key: KEY
                .iter()
                .copied()
                .filter(|(class, _)| drawn(&svg, class))
                .collect(),
            svg,
            note: self.is_imprecise().then(|| SLANTED.into()),
            tables: vec![self.runs(), self.holdings()],
        })
    }

    fn is_imprecise(&self) -> bool {
        let exact = |stretch: &Stretch| matches!(stretch.from, When::Day(_) | When::Unknown);
        !self.stretches.iter().all(exact)
    }

    fn who_ran_it(&self) -> Strip {
        let band = |(place, stretch): (usize, &Stretch)| Band {
            from: stretch.from,
            until: self.until(place),
            class: stretch.mode.word().into(),
            words: self.provider(stretch),
        };
        Strip {
            title: "Who ran it".into(),
            bands: merged(self.stretches.iter().enumerate().map(band)),
        }
    }

    fn provider(&self, stretch: &Stretch) -> String {
        let provider = stretch
            .provider
            .filter(|id| Some(*id) != self.estate.authority);
        match provider.and_then(|id| self.estate.organisations.get(&id)) {
            Some(provider) => provider.name.clone(),
            None => capital(&spoken("mode", &stretch.mode)),
        }
    }

    fn holders(&self, facet: Facet) -> Strip {
        let band = |(place, stretch): (usize, &Stretch)| {
            let holding = stretch.holdings[facet as usize];
            let colour = match holding.holder {
                Holder::Authority => "in-house",
                Holder::Both => "shared",
                Holder::Supplier => "supplier",
                Holder::Unknown => "unknown",
            };
            let paler = if holding.assumed { " assumed" } else { "" };
            Band {
                from: stretch.from,
                until: self.until(place),
                class: format!("{colour}{paler}"),
                words: capital(&spoken("holder", &holding.holder)),
            }
        };
        Strip {
            title: capital(facet.word()),
            bands: merged(self.stretches.iter().enumerate().map(band)),
        }
    }

    fn runs(&self) -> Table {
        let row = |stretch: &Stretch| {
            let record = |kind, id: Option<RecordId>| {
                id.map_or_else(Said::default, |id| Said::record(self.visit, kind, id))
            };
            vec![
                Said::when(stretch.from),
                Said::text(capital(&spoken("mode", &stretch.mode))),
                record(Organisation::NAME, stretch.provider),
                record(Contract::NAME, stretch.contract),
            ]
        };
        Table {
            caption: "Who ran it, from when".into(),
            headings: vec!["From", "How", "Who", "Under which contract"],
            rows: distinct(self.stretches.iter().map(row)),
            empty: None,
        }
    }

    fn holdings(&self) -> Table {
        let row = |stretch: &Stretch| {
            let held = stretch.holdings.iter().map(|holding| {
                let said = Said::text(capital(&spoken("holder", &holding.holder)));
                if holding.assumed {
                    said.with("assumed")
                } else {
                    said
                }
            });
            std::iter::once(Said::when(stretch.from))
                .chain(held)
                .collect()
        };
        Table {
            caption: "Who held what, from when".into(),
            headings: vec![
                "From",
                "Direction",
                "Money",
                "Knowledge",
                "Data and tools",
                "Operation",
            ],
            rows: distinct(self.stretches.iter().map(row)),
            empty: None,
        }
    }

    fn lines(&self) -> Vec<Line> {
        let (visit, service) = (self.visit, self.service);
        let services = |ids: Vec<RecordId>| -> Vec<Said> {
            let said = ids
                .into_iter()
                .map(|id| Said::record(visit, Service::NAME, id));
            said.collect()
        };
        let needs: Vec<RecordId> = service.depends_on.iter().copied().collect();
        let others = self.estate.services.iter();
        let needed: Vec<RecordId> = others
            .filter(|(_, other)| other.depends_on.contains(&self.id))
            .map(|(id, _)| *id)
            .collect();
        let directorates = service.directorates.iter();
        let mut lines = vec![
            Line::new(
                "Criticality",
                service
                    .criticality
                    .map(|held| Said::text(capital(held.word()))),
            ),
            Line::new("Contract", self.under()),
            Line::new("It stops without", some(services(needs), "nothing stated")),
            Line::new(
                "If it stops, so does",
                some(services(needed), "nothing stated"),
            ),
            Line::new(
                "Directorates",
                directorates.map(|id| Said::record(visit, Organisation::NAME, *id)),
            ),
            Line::text("Reference", service.reference.as_deref()),
            Line::text("Description", service.description.as_deref()),
            Line::text("Source", service.source.as_deref()),
        ];
        lines.extend(
            service
                .started
                .map(|on| Line::when("There since", Some(on))),
        );
        lines.extend(service.ended.map(|on| Line::when("Ended", Some(on))));
        lines
    }

    /// The contract it is delivered under on the day.
    fn under(&self) -> Option<Said> {
        match (self.control.contract, self.control.mode) {
            (Some(id), _) => Some(Said::record(self.visit, Contract::NAME, id)),
            (None, Mode::InHouse) => Some(Said::default().with("none: you run it yourselves")),
            (None, _) => None,
        }
    }

    fn costs(&self) -> Table {
        let row = |(from, cost): (When, &handback_core::control::YearlyCost)| {
            let staff = match cost.includes_staff {
                Some(true) => "with staff",
                Some(false) => "without staff",
                None => "not known whether staff are in it",
            };
            vec![
                Said::when(from),
                Said::text(cost.pence.to_string()),
                Said::text(staff),
            ]
        };
        Table {
            caption: "What it costs in a year".into(),
            headings: vec!["From", "Yearly cost", "Staff"],
            rows: self.service.yearly_cost.iter().map(row).collect(),
            empty: Some("No yearly cost is stated. Finance can say, staff included."),
        }
    }

    /// What the exit registers list for it.
    fn registers(&self) -> Table {
        let needs = |item: &Shared| item.services.contains(&self.id);
        let field = ("q", self.service.name.as_str());
        registers::table_of(self.visit, self.estate, needs, field)
    }

    /// Claims and events that name the service.
    fn mentions(&self) -> Table {
        let claims = self
            .estate
            .claims
            .iter()
            .filter(|(_, claim)| self.named_in(&claim.text));
        let claims = claims.map(|(id, claim)| {
            let said = Said::record(self.visit, Claim::NAME, *id).with("claim");
            (claim.said_on, said, claim.source.as_str())
        });
        let events = self.estate.events.iter().filter(|(_, event)| {
            self.named_in(&event.title)
                || event
                    .description
                    .as_deref()
                    .is_some_and(|text| self.named_in(text))
        });
        let events = events.map(|(id, event)| {
            let said = Said::record(self.visit, Event::NAME, *id).with("event");
            (event.date, said, event.source.as_str())
        });
        let mut found: Vec<(When, Said, &str)> = claims.chain(events).collect();
        found.sort_by_key(|(on, ..)| *on);
        Table {
            caption: "Claims and events that name it".into(),
            headings: vec!["When", "What", "Source"],
            rows: found
                .into_iter()
                .map(|(on, what, source)| vec![Said::when(on), what, shortened(source)])
                .collect(),
            empty: None,
        }
    }

    fn named_in(&self, text: &str) -> bool {
        text.to_lowercase()
            .contains(&self.service.name.to_lowercase())
    }
}

/// Said where a drawing has slanted edges.
pub const SLANTED: &str =
    "A slanted edge says that only the month or the year of a change is known.";

/// What the bands and marks stand for.
const KEY: &[(&str, &str)] = &[
    ("in-house", "you"),
    ("shared", "shared, or both"),
    ("joint-venture", "joint venture"),
    ("supplier", "supplier"),
    ("unknown", "not known"),
    ("assumed", "paler: assumed from how it was run"),
    ("today", "the day of this page"),
];

/// Whether a drawing has marks of a class: the key speaks of nothing else.
fn drawn(svg: &str, class: &str) -> bool {
    [
        format!("\"{class}\""),
        format!("{class} "),
        format!(" {class}\""),
    ]
    .iter()
    .any(|mark| svg.contains(mark))
}

/// The first piece of a source: the page of the record has all of it.
fn shortened(source: &str) -> Said {
    linked(source).into_iter().next().unwrap_or_default()
}

/// What is said, or that nothing is.
fn some(said: Vec<Said>, nothing: &str) -> Vec<Said> {
    if said.is_empty() {
        return vec![Said::default().with(nothing)];
    }
    said
}

/// Bands that follow one another and say the same, as one.
fn merged(bands: impl Iterator<Item = Band>) -> Vec<Band> {
    let mut merged: Vec<Band> = Vec::new();
    for band in bands {
        match merged.last_mut() {
            Some(last) if (&last.class, &last.words) == (&band.class, &band.words) => {
                last.until = band.until;
            }
            _ => merged.push(band),
        }
    }
    merged
}

/// Rows that begin on a date, without those that say what the row before said.
fn distinct(rows: impl Iterator<Item = Vec<Said>>) -> Vec<Vec<Said>> {
    let mut kept: Vec<Vec<Said>> = Vec::new();
    for row in rows {
        if kept.last().is_none_or(|last| last[1..] != row[1..]) {
            kept.push(row);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_bands_that_say_the_same_are_one() {
        let row = |from: &str, who: &str| vec![Said::text(from), Said::text(who)];
        let rows = [
            row("2006", "a"),
            row("2010", "a"),
            row("2019", "b"),
            row("2020", "a"),
        ];
        let froms: Vec<String> = distinct(rows.into_iter())
            .into_iter()
            .map(|row| row[0].text.clone())
            .collect();
        assert_eq!(froms, ["2006", "2019", "2020"]);
        let band = |from: i16, until: Option<i16>, words: &str| Band {
            from: When::Year(from),
            until: until.map(When::Year),
            class: "supplier".into(),
            words: words.into(),
        };
        let bands = merged(
            [
                band(2006, Some(2010), "a"),
                band(2010, Some(2019), "a"),
                band(2019, None, "b"),
            ]
            .into_iter(),
        );
        let spans: Vec<_> = bands.iter().map(|band| (band.from, band.until)).collect();
        assert_eq!(
            spans,
            [
                (When::Year(2006), Some(When::Year(2019))),
                (When::Year(2019), None)
            ]
        );
    }
}
