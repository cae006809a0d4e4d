//! A contract's page: its term on a line, its terms in words, and what was delivered under it.

pub mod clock;

use super::answer::{Answer, Error};
use super::service_page::SLANTED;
use super::sheet::{Drawing, Line, Said, Sheet, Table, capital, spoken};
use super::visit::Visit;
use super::{obligations, registers, requests};
use crate::render;
use crate::render::strip::{self, Axis, Band, Mark, Strip};
use handback_core::contract::exit::Shared;
use handback_core::contract::{
    Clause, Contract, Document, ExtensionOption, TermState, Value, ValuePer,
};
use handback_core::control::{Arrangement, Service};
use handback_core::dated::When;
use handback_core::organisation::Organisation;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::{Estate, Timed};
use jiff::ToSpan;
use jiff::civil::Date;

/// The most strips of services that are drawn; the table has all.
const DRAWN: usize = 12;

struct Looking<'a> {
    visit: &'a Visit,
    contract: &'a Contract,
    /// Services delivered under it: which, from when, until when.
    delivered: Vec<Delivered>,
    /// Its clock; none where neither its first nor its last day is known.
    timed: Option<Timed>,
    clauses: Vec<(RecordId, &'a Clause)>,
    /// Its last day, and where it stands, on the day of the page.
    end: Option<When>,
    state: TermState,
}

/// A service, or a stretch of its life, under the contract.
struct Delivered {
    service: RecordId,
    name: String,
    from: When,
    until: Option<When>,
}

pub fn page(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Contract>(visit, ("Contracts", "/contracts"))?;
    let estate = visit.sighted()?;
    let looking = Looking {
        visit,
        contract: estate.contracts.get(&id).ok_or(Error::NotFound)?,
        delivered: delivered(&estate, id),
        timed: estate.timed(id, visit.dates.at),
        clauses: estate.clauses_of(id),
        end: estate.end_on(id, visit.dates.at),
        state: estate.term_state(id, visit.dates.at),
    };
    Sheet {
        lead: looking.lead(),
        drawings: looking.drawing().into_iter().collect(),
        lines: looking.lines(),
        tables: looking.tables(id, &estate),
        ..sheet
    }
    .shown(visit)
}

fn delivered(estate: &Estate, id: RecordId) -> Vec<Delivered> {
    let under = |arrangement: &Arrangement| {
        let stretches = arrangement.stretches();
        let mut found: Vec<Delivered> = Vec::new();
        let mut running = false;
        for (place, stretch) in stretches.iter().enumerate() {
            let until = stretches.get(place + 1).map(|next| next.from);
            let here = stretch.contract == Some(id);
            match found.last_mut() {
                Some(last) if here && running => last.until = until,
                _ if here => found.push(Delivered {
                    service: arrangement.service,
                    name: estate
                        .services
                        .get(&arrangement.service)
                        .map(|service| service.name.clone())
                        .unwrap_or_else(|| "a service that is not shown here".into()),
                    from: stretch.from,
                    until,
                }),
                _ => {}
            }
            running = here;
        }
        found
    };
    let mut all: Vec<Delivered> = estate.arrangements.values().flat_map(under).collect();
    all.sort_by(|a, b| (a.from, &a.name).cmp(&(b.from, &b.name)));
    all
}

impl Looking<'_> {
    fn lead(&self) -> Vec<Vec<Said>> {
        let end = self.end.filter(|end| *end != When::Unknown);
        let end = end.map(render::when);
        if let Some(timed) = &self.timed
            && self.state != TermState::NotStarted
            && timed.clock.term_end.is_some()
        {
            let told = clock::sentences(&timed.clock).into_iter();
            return told
                .map(|text| vec![Said::text(text)])
                .chain(self.review())
                .collect();
        }
        let text = match (self.state, end) {
            (TermState::NotStarted, _) => {
                let start = self.contract.start.map(render::when).unwrap_or_default();
                format!("It begins on {start}.")
            }
            (TermState::Running, Some(end)) => format!("It runs. Its last day is {end}."),
            (TermState::Ended, Some(end)) => format!("It has ended: its last day was {end}."),
            (_, Some(end)) => format!("It ends in {end}; on which day is not known."),
            (_, None) => "Its last day is not known. Its file, or the supplier, can say.".into(),
        };
        let mut lead = vec![vec![Said::text(text)]];
        lead.extend(self.review());
        lead
    }

    fn review(&self) -> Option<Vec<Said>> {
        let at = self.visit.dates.at;
        let coming = self.contract.review;
        let coming = coming.filter(|on| on.latest().is_some_and(|day| day >= at));
        let text = |on| format!("It is due for review on {}.", render::when(on));
        coming.map(|on| vec![Said::text(text(on))])
    }

    fn tables(&self, id: RecordId, estate: &Estate) -> Vec<Table> {
        let mut tables = self.timed.as_ref().map(clock::tables).unwrap_or_default();
        let mut clauses = clock::clauses(self.visit, &self.clauses);
        let all = Said::text("All its clauses, and those to confirm");
        let mut row = vec![Said::default(); clauses.headings.len()];
        row[1] = all.to(format!("/contracts/{id}/clauses"));
        clauses.rows.push(row);
        tables.push(clauses);
        let held_under = |item: &Shared| item.contract == Some(id);
        let visit = self.visit;
        tables.extend([
            obligations::table_of(visit, estate, id),
            requests::table_of(visit, estate, id),
            self.services(),
            registers::table_of(visit, estate, held_under, ("contract", &id.to_string())),
            self.values(),
            self.documents(),
        ]);
        tables
    }

    /// The day after a term's last day, as precisely as that is known.
    fn after(end: When) -> When {
        match end {
            When::Day(day) => When::Day(day.saturating_add(1.day())),
            other => other,
        }
    }

    fn drawing(&self) -> Option<Drawing> {
        let contract = self.contract;
        let at = self.visit.dates.at;
        let ends: Vec<When> = contract.end.iter().map(|(_, end)| *end).collect();
        let options = contract.options.iter().filter_map(|option| option.until);
        let whens = contract
            .start
            .into_iter()
            .chain(ends.iter().copied())
            .chain(options);
        let begun = self
            .delivered
            .iter()
            .filter_map(|held| held.from.earliest());
        let timed = self.timed.iter();
        let clocks = timed.flat_map(|timed| {
            let safe = clock::mark(&timed.clock).map(|mark| mark.on);
            let due = timed.clock.due.iter().filter_map(|due| due.date);
            due.chain(safe).chain(timed.clock.term_end)
        });
        let days = whens
            .filter_map(When::latest)
            .chain(begun)
            .chain([at])
            .chain(clocks);
        let axis = Axis::around(days)?;
        let mut strips = vec![self.term(&ends)];
        let clocks = self.timed.iter();
        strips.extend(clocks.flat_map(|timed| clock::strips(&timed.clock, axis)));
        let end = ends.last().copied().map(Self::after);
        let together = self.together();
        strips.extend(together.iter().take(DRAWN).map(|held| delivery(held, end)));
        let mut marks = vec![Mark {
            on: at,
            class: "now",
        }];
        marks.extend(
            self.timed
                .as_ref()
                .and_then(|timed| clock::mark(&timed.clock)),
        );
        if let Some(When::Day(on)) = contract.review {
            marks.push(Mark {
                on,
                class: "review",
            });
        }
        let svg = strip::strips(&strips, axis, &marks);
        let more = together.len() > DRAWN;
        (!svg.is_empty()).then(|| Drawing {
            title: "Its term, and what was delivered under it",
            svg,
            key: self.key(),
            note: self.note(more),
            tables: vec![self.terms()],
        })
    }

    /// The services, those that came and went together as one.
    fn together(&self) -> Vec<Vec<&Delivered>> {
        let mut together: Vec<Vec<&Delivered>> = Vec::new();
        for held in &self.delivered {
            let same = |group: &&mut Vec<&Delivered>| {
                group
                    .iter()
                    .all(|other| (other.from, other.until) == (held.from, held.until))
            };
            match together.iter_mut().find(same) {
                Some(group) => group.push(held),
                None => together.push(vec![held]),
            }
        }
        together
    }

    fn note(&self, more: bool) -> Option<String> {
        let mut notes = Vec::new();
        let exact = |when: When| matches!(when, When::Day(_) | When::Unknown);
        let ends = self.contract.end.iter().map(|(_, end)| *end);
        let edges = self
            .delivered
            .iter()
            .flat_map(|held| std::iter::once(held.from).chain(held.until));
        let starts = edges.chain(self.contract.start);
        if !starts.chain(ends).all(exact) {
            notes.push(SLANTED.to_owned());
        }
        if more {
            notes.push("More services are in the table below.".to_owned());
        }
        (!notes.is_empty()).then(|| notes.join(" "))
    }

    fn key(&self) -> Vec<(&'static str, &'static str)> {
        let mut key = vec![("term", "first term")];
        let renewed = self
            .timed
            .as_ref()
            .is_some_and(|timed| timed.clock.renewals > 0);
        if renewed || self.contract.end.iter().count() > 1 {
            key.push(("extended", "extended"));
        }
        if self
            .contract
            .options
            .iter()
            .any(|option| option.until.is_some())
        {
            key.push(("option", "could be extended"));
        }
        if !self.delivered.is_empty() {
            key.push(("delivered", "a service under it"));
        }
        if matches!(self.contract.review, Some(When::Day(_))) {
            key.push(("review", "review"));
        }
        key.extend(self.timed.iter().flat_map(|timed| clock::key(&timed.clock)));
        key.push(("now", "the day of this page"));
        key
    }

    fn term(&self, ends: &[When]) -> Strip {
        let contract = self.contract;
        let mut bands = Vec::new();
        let mut from = contract.start.unwrap_or(When::Unknown);
        let mut band = |end: Option<When>, class: &str, words: &str| {
            let until = end.filter(|end| *end != When::Unknown).map(Self::after);
            bands.push(Band {
                from,
                until,
                class: class.into(),
                words: words.into(),
            });
            from = until.unwrap_or(from);
        };
        let counted = self.timed.as_ref();
        let counted = counted.and_then(|timed| timed.terms.first_end());
        let before = |end: &When| counted.is_some_and(|first| When::Day(first) < *end);
        let first = match ends.first() {
            Some(end) if !before(end) => None,
            _ => counted.map(When::Day),
        };
        for (place, end) in first.iter().chain(ends).enumerate() {
            match place {
                0 => band(Some(*end), "term", "first term"),
                _ => band(Some(*end), "extended", "extended"),
            }
        }
        let renewed = self.timed.as_ref().and_then(|timed| timed.clock.term_end);
        let known = ends.last().copied().or(first);
        let on = |end: &Date| known.is_none_or(|known| When::Day(*end) > known);
        if let Some(end) = renewed.filter(on) {
            band(Some(When::Day(end)), "extended", "went on by itself");
        }
        let options = contract.options.iter().filter_map(|option| option.until);
        bands.extend(
            options
                .max()
                .filter(|until| *until > from)
                .map(|until| Band {
                    from,
                    until: Some(Self::after(until)),
                    class: "option".into(),
                    words: "option".into(),
                }),
        );
        Strip {
            title: "Term".into(),
            bands,
        }
    }

    fn terms(&self) -> Table {
        let start = vec![
            Said::text("Start"),
            self.contract.start.map_or_else(Said::unknown, Said::when),
            Said::default(),
        ];
        let end = |(place, (from, end)): (usize, (When, &When))| {
            let what = match place {
                0 => "Last day, as first stated",
                _ => "Last day, as changed",
            };
            let since = match from {
                When::Unknown => Said::default(),
                from => Said::text(format!("from {} on", render::when(from))),
            };
            vec![Said::text(what), Said::when(*end), since]
        };
        let review = self
            .contract
            .review
            .map(|on| vec![Said::text("Review"), Said::when(on), Said::default()]);
        let mut rows = vec![start];
        rows.extend(self.contract.end.iter().enumerate().map(end));
        rows.extend(review);
        Table {
            caption: "Its dates".into(),
            headings: vec!["What", "When", "Holds"],
            rows,
            empty: None,
        }
    }

    fn lines(&self) -> Vec<Line> {
        let (visit, contract) = (self.visit, self.contract);
        let organisation = |id: &RecordId| Said::record(visit, Organisation::NAME, *id);
        let identifiers = contract.identifiers.iter().map(|held| {
            let scheme = match held.scheme.as_str() {
                "local" => "your own reference",
                scheme => scheme,
            };
            Said::text(&held.id).with(scheme)
        });
        let options: Vec<Said> = contract.options.iter().map(option).collect();
        vec![
            Line::new("Suppliers", contract.suppliers.iter().map(organisation)),
            Line::new("Bought by", contract.buyer.iter().map(organisation)),
            Line::new(
                "Passes to, on reorganisation",
                contract.successor.iter().map(organisation),
            ),
            Line::text("Department", contract.department.as_deref()),
            Line::when("Start", contract.start),
            Line::when("Last day", self.end),
            Line::when("Review", contract.review),
            Line::new("State", [Said::text(capital(&spoken("term", &self.state)))]),
            Line::new("Right to extend", options),
            Line::new(
                "Law that governs it",
                [Said::text(spoken("regime", &contract.regime))],
            ),
            Line::new("References", identifiers),
            Line::text("Category", contract.category.as_deref()),
            Line::text("Description", contract.description.as_deref()),
            Line::text("Source", contract.source.as_deref()),
        ]
    }

    fn services(&self) -> Table {
        let row = |held: &Delivered| {
            let until = held
                .until
                .map(|until| Said::text(format!("before {}", render::when(until))));
            vec![
                Said::record(self.visit, Service::NAME, held.service),
                Said::when(held.from),
                until.unwrap_or_else(|| Said::default().with("no end stated")),
            ]
        };
        Table {
            caption: "Services delivered under it".into(),
            headings: vec!["Service", "From", "Until"],
            rows: self.delivered.iter().map(row).collect(),
            empty: Some("No service is stated to be delivered under it."),
        }
    }

    fn values(&self) -> Table {
        let row = |(from, value): (When, &Value)| {
            let per = match value.per {
                ValuePer::Term => "for the whole term",
                ValuePer::Year => "in a year",
            };
            let from = match from {
                When::Unknown => "as first stated".to_owned(),
                from => format!("from {} on", render::when(from)),
            };
            let pence = match value.currency.as_str() {
                "GBP" => value.pence.to_string(),
                currency => render::worth(value.pence, Some(currency)),
            };
            vec![Said::text(from), Said::text(pence), Said::text(per)]
        };
        Table {
            caption: "What it is worth, as stated".into(),
            headings: vec!["When", "Value", "For"],
            rows: self.contract.value.iter().map(row).collect(),
            empty: Some("Its value is not known: the register that named it does not say."),
        }
    }

    fn documents(&self) -> Table {
        let row = |document: &Document| {
            let title = Said::text(&document.title);
            // Only these lead anywhere: a published file may hold any text as an address.
            let url = document
                .url
                .clone()
                .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
            vec![
                Said {
                    outside: url,
                    ..title
                },
                Said::text(document.kind.clone().unwrap_or_default()),
            ]
        };
        Table {
            caption: "Documents".into(),
            headings: vec!["Document", "Kind"],
            rows: self.contract.documents.iter().map(row).collect(),
            empty: None,
        }
    }
}

/// Services that came and went together, as one band.
fn delivery(held: &[&Delivered], end: Option<When>) -> Strip {
    let names: Vec<&str> = held.iter().map(|held| held.name.as_str()).collect();
    let title = match names.as_slice() {
        few if few.len() <= 3 => few.join(", "),
        [first, second, others @ ..] => format!("{first}, {second} and {} more", others.len()),
        _ => String::new(),
    };
    let band = held.first().map(|held| Band {
        from: held.from,
        until: held.until.or(end),
        class: "delivered".into(),
        words: String::new(),
    });
    Strip {
        title,
        bands: band.into_iter().collect(),
    }
}

/// A right to extend, as written and with its last day.
fn option(option: &ExtensionOption) -> Said {
    let until = option
        .until
        .map(|until| format!("at most until {}", render::when(until)));
    match (option.words.is_empty(), until) {
        (true, Some(until)) => Said::text(capital(&until)),
        (false, Some(until)) => Said::text(&option.words).with(until),
        _ => Said::text(&option.words),
    }
}
