//! Organisations: the authority, its directorates, suppliers and their groups, panels.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::contracts::BESIDE;
use super::listing::{Cell, Column, Filter, Listing, Row, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, spoken};
use super::visit::Visit;
use crate::render;
use handback_core::contract::Contract;
use handback_core::control::{ControlRule, Service};
use handback_core::dated::{Dated, When};
use handback_core::organisation::{Organisation, OrganisationRole, group};
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;
use handback_core::transition::StaffMovement;

pub const ROUTES: &[Route] = &[
    Route::get("/organisations", Needs::May(Action::See), list),
    Route::get("/organisations/{id}", Needs::May(Action::See), page),
];

const COLUMNS: &[Column] = &[
    words("organisation", "Organisation"),
    words("roles", "What it is to you"),
    words("owner", "Owned by"),
    words("identifiers", "Identifiers"),
];

const PLACE: Place = Place {
    title: "Organisations",
    kind: Organisation::NAME,
    intro: "Yourselves, your directorates, the firms that you pay and who owns them, and the panels that oversee you.",
    beside: BESIDE,
    blank: Blank {
        title: "No organisations are stated yet",
        file: "Payments and contracts bring their suppliers with them. A file of organisations says which belong together.",
        places: &[
            "the supplier list of your finance system, with company numbers",
            "annual reports of suppliers, which name their subsidiaries",
            "Companies House, under “people with significant control”",
        ],
        templates: &["organisations"],
    },
};

const ROLES: [OrganisationRole; 5] = [
    OrganisationRole::Authority,
    OrganisationRole::Directorate,
    OrganisationRole::Supplier,
    OrganisationRole::Panel,
    OrganisationRole::Buyer,
];

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let wanted = visit.query.get("role");
    let mut held: Vec<(&RecordId, &Organisation)> = estate.organisations.iter().collect();
    held.sort_by(|a, b| (&a.1.name, a.0).cmp(&(&b.1.name, b.0)));
    let choice = |role: OrganisationRole| (role.word().to_owned(), capital(role.word()));
    let listing = Listing {
        name: "organisations",
        caption: format!("{} organisations", held.len()),
        columns: COLUMNS,
        filters: vec![Filter {
            name: "role",
            label: "What it is to you",
            choices: ROLES.map(choice).into(),
        }],
        rows: held
            .into_iter()
            .map(|(id, organisation)| row(visit, &estate, *id, organisation, wanted))
            .collect(),
    };
    register::shown(visit, &PLACE, &listing)
}

fn row(
    visit: &Visit,
    estate: &Estate,
    id: RecordId,
    held: &Organisation,
    wanted: Option<&str>,
) -> Row {
    let roles: Vec<&str> = held.roles.iter().map(|role| role.word()).collect();
    let owner = held.parent.on(visit.dates.at).certain().copied().flatten();
    let owner = owner.and_then(|id| Some((id, estate.organisations.get(&id)?)));
    let identifiers: Vec<String> = held.identifiers.iter().map(ToString::to_string).collect();
    // An organisation with several roles is kept by any of them.
    let kept = wanted
        .filter(|wanted| roles.contains(wanted))
        .unwrap_or_default();
    Row {
        cells: vec![
            Cell::text(&held.name).to(format!("/organisations/{id}")),
            Cell::text(roles.join(", ")),
            owner.map_or_else(
                || Cell::text(""),
                |(id, owner)| Cell::text(&owner.name).to(format!("/organisations/{id}")),
            ),
            Cell::text(identifiers.join("; ")),
        ],
        kept_by: vec![kept.to_owned()],
    }
}

fn page(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Organisation>(visit, ("Organisations", "/organisations"))?;
    let estate = visit.sighted()?;
    let held = estate.organisations.get(&id).ok_or(Error::NotFound)?;
    let looking = Looking {
        visit,
        estate: &estate,
        id,
        held,
    };
    Sheet {
        lead: looking.lead(),
        lines: looking.lines(),
        tables: vec![
            looking.owners(),
            looking.members(),
            looking.contracts(),
            looking.services(),
            looking.movements(),
        ],
        ..sheet
    }
    .shown(visit)
}

struct Looking<'a> {
    visit: &'a Visit,
    estate: &'a Estate,
    id: RecordId,
    held: &'a Organisation,
}

impl Looking<'_> {
    fn record(&self, id: RecordId) -> Said {
        Said::record(self.visit, Organisation::NAME, id)
    }

    fn lead(&self) -> Vec<Vec<Said>> {
        let mut lead: Vec<Vec<Said>> = Vec::new();
        lead.extend(self.held.roles.first().map(|role| {
            let text = match role {
                OrganisationRole::Authority => "This is you.",
                OrganisationRole::Directorate => "One of your directorates.",
                OrganisationRole::Supplier => "A supplier of yours.",
                OrganisationRole::Panel => "A panel that oversees you.",
                OrganisationRole::Buyer => "Another public body that buys.",
            };
            vec![Said::text(text)]
        }));
        let top = group(&self.estate.organisations, self.id, self.visit.dates.at);
        if top != self.id {
            lead.push(vec![
                Said::text("It belongs to the group of "),
                self.record(top),
                Said::text("."),
            ]);
        }
        if self.held.roles.contains(&OrganisationRole::Supplier) {
            let paid = Said::text("What it was paid").to(format!("/suppliers/{}", self.id));
            let totals = Said::text("Why totals differ").to(format!("/totals/{}", self.id));
            lead.push(vec![paid]);
            lead.push(vec![totals]);
        }
        lead
    }

    fn lines(&self) -> Vec<Line> {
        let held = self.held;
        let roles = held
            .roles
            .iter()
            .map(|role| Said::text(capital(role.word())));
        let identifiers = held.identifiers.iter().map(|identifier| {
            let scheme = match identifier.scheme.as_str() {
                "GB-COH" => "Companies House",
                "GB-CHC" => "Charity Commission",
                scheme => scheme,
            };
            Said::text(&identifier.id).with(scheme)
        });
        let decided = self.estate.names.values().filter(|name| {
            let means = name.organisation.on(self.visit.dates.at).certain().copied();
            means.flatten() == Some(self.id)
        });
        let mut printed: Vec<&str> = decided.map(|name| name.printed.as_str()).collect();
        printed.extend(held.printed_names.iter().map(String::as_str));
        printed.sort_unstable();
        printed.dedup();
        let followers = [
            ("Its functions passed to", &held.succeeded_by),
            ("It became part of", &held.merged_into),
        ];
        let mut lines = vec![
            Line::new("What it is to you", roles),
            Line::new("Identifiers", identifiers),
            Line::new("Also printed as", printed.into_iter().map(Said::text)),
        ];
        for (what, link) in followers {
            let said: Vec<Said> = self.through_time(link);
            if !said.is_empty() {
                lines.push(Line::new(what, said));
            }
        }
        lines.push(Line::text("Source", held.source.as_deref()));
        lines
    }

    fn through_time(&self, link: &Dated<Option<RecordId>>) -> Vec<Said> {
        let said = link.iter().map(|(from, id)| {
            let since = format!("from {}", render::when(from));
            match id {
                Some(id) => self.record(*id).with(since),
                None => Said::text("nobody").with(since),
            }
        });
        said.collect()
    }

    fn owners(&self) -> Table {
        let row = |(from, id): (When, &Option<RecordId>)| {
            let owner = id.map_or_else(|| Said::text("nobody"), |id| self.record(id));
            vec![Said::when(from), owner]
        };
        Table {
            caption: "Who owned it".into(),
            headings: vec!["From", "Owner"],
            rows: self.held.parent.iter().map(row).collect(),
            empty: None,
        }
    }

    fn members(&self) -> Table {
        let owned = self.estate.organisations.iter().filter(|(_, other)| {
            other
                .parent
                .iter()
                .any(|(_, parent)| *parent == Some(self.id))
        });
        let row = |(id, other): (&RecordId, &Organisation)| {
            let spans: Vec<(When, &Option<RecordId>)> = other.parent.iter().collect();
            let place = spans
                .iter()
                .position(|(_, parent)| **parent == Some(self.id));
            let place = place.unwrap_or_default();
            let until = spans.get(place + 1).map(|(until, _)| *until);
            vec![
                self.record(*id),
                Said::when(spans[place].0),
                until.map_or_else(Said::default, |until| {
                    Said::text(format!("before {}", render::when(until)))
                }),
            ]
        };
        Table {
            caption: "What it owns".into(),
            headings: vec!["Organisation", "From", "Until"],
            rows: owned.map(row).collect(),
            empty: None,
        }
    }

    fn contracts(&self) -> Table {
        let at = self.visit.dates.at;
        let theirs = self
            .estate
            .contracts
            .iter()
            .filter(|(_, contract)| contract.suppliers.contains(&self.id));
        let row = |(id, contract): (&RecordId, &Contract)| {
            vec![
                Said::record(self.visit, Contract::NAME, *id),
                contract.start.map_or_else(Said::unknown, Said::when),
                self.estate
                    .end_on(*id, at)
                    .map_or_else(Said::unknown, Said::when),
                Said::text(spoken("term", &self.estate.term_state(*id, at))),
            ]
        };
        Table {
            caption: "Contracts with it".into(),
            headings: vec!["Contract", "Start", "Last day", "State"],
            rows: theirs.map(row).collect(),
            empty: None,
        }
    }

    fn services(&self) -> Table {
        let services = self
            .estate
            .services_on(self.visit.dates.at, &ControlRule::default());
        let directorate = self.held.roles.contains(&OrganisationRole::Directorate);
        let here =
            |(_, service, control): &&(RecordId, &Service, handback_core::control::Control)| {
                control.provider == Some(self.id) || service.directorates.contains(&self.id)
            };
        let row = |(id, _, control): &(RecordId, &Service, handback_core::control::Control)| {
            vec![
                Said::record(self.visit, Service::NAME, *id),
                Said::text(spoken("mode", &control.mode)),
                control.since.map_or_else(Said::unknown, Said::when),
            ]
        };
        Table {
            caption: if directorate {
                "Services that it uses".into()
            } else {
                "Services that it runs".into()
            },
            headings: vec!["Service", "How it is run", "Since"],
            rows: services.iter().filter(here).map(row).collect(),
            empty: None,
        }
    }

    fn movements(&self) -> Table {
        let moved = self.estate.staff_movements.iter().filter(|(_, moved)| {
            Some(self.id) != self.estate.authority
                && [moved.from, moved.to].contains(&Some(self.id))
        });
        let mut theirs: Vec<(&RecordId, &StaffMovement)> = moved.collect();
        theirs.sort_by_key(|(id, moved)| (moved.date, **id));
        let row = |(id, moved): (&RecordId, &StaffMovement)| {
            let way = if moved.from == Some(self.id) {
                "left it"
            } else {
                "joined it"
            };
            vec![
                Said::when(moved.date).to(format!("/movements/{id}")),
                Said::text(format!("{} {way}", moved.count)),
                Said::text(spoken("route", &moved.route)),
            ]
        };
        Table {
            caption: "People who came and went".into(),
            headings: vec!["When", "How many", "By which route"],
            rows: theirs.into_iter().map(row).collect(),
            empty: None,
        }
    }
}
