//! The exit registers: how far each is, the items of each, and what a new list made of the last.

mod changes;
mod detail;

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, words};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, linked, spoken};
use super::visit::Visit;
use crate::render;
use detail::Shown;
use handback_core::contract::Contract;
use handback_core::contract::exit::{
    Asset, Cost, Credential, DataHolding, Document, Item, Knowledge, Licence, Particulars,
    Registers, Route as ExitRoute, Shared, ThirdPartyContract, Use,
};
use handback_core::control::Service;
use handback_core::organisation::Organisation;
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::{Estate, RegisterTally};
use handback_core::transition::Agreement;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub const ROUTES: &[Route] = &[
    Route::get("/registers", Needs::May(Action::See), overview),
    Route::get("/registers/changes", Needs::May(Action::See), changes::page),
    Route::get("/registers/assets", Needs::May(Action::See), list::<Asset>),
    Route::get(
        "/registers/assets/{id}",
        Needs::May(Action::See),
        one::<Asset>,
    ),
    Route::get(
        "/registers/licences",
        Needs::May(Action::See),
        list::<Licence>,
    ),
    Route::get(
        "/registers/licences/{id}",
        Needs::May(Action::See),
        one::<Licence>,
    ),
    Route::get(
        "/registers/third-party-contracts",
        Needs::May(Action::See),
        list::<ThirdPartyContract>,
    ),
    Route::get(
        "/registers/third-party-contracts/{id}",
        Needs::May(Action::See),
        one::<ThirdPartyContract>,
    ),
    Route::get(
        "/registers/data-holdings",
        Needs::May(Action::See),
        list::<DataHolding>,
    ),
    Route::get(
        "/registers/data-holdings/{id}",
        Needs::May(Action::See),
        one::<DataHolding>,
    ),
    Route::get(
        "/registers/credentials",
        Needs::May(Action::See),
        list::<Credential>,
    ),
    Route::get(
        "/registers/credentials/{id}",
        Needs::May(Action::See),
        one::<Credential>,
    ),
    Route::get(
        "/registers/knowledge",
        Needs::May(Action::See),
        list::<Knowledge>,
    ),
    Route::get(
        "/registers/knowledge/{id}",
        Needs::May(Action::See),
        one::<Knowledge>,
    ),
    Route::get(
        "/registers/documents",
        Needs::May(Action::See),
        list::<Document>,
    ),
    Route::get(
        "/registers/documents/{id}",
        Needs::May(Action::See),
        one::<Document>,
    ),
];

/// The lists that share this place in the navigation.
const BESIDE: &[(&str, &str)] = &[
    ("Overview", "/registers"),
    ("Assets", "/registers/assets"),
    ("Licences", "/registers/licences"),
    ("Third parties", "/registers/third-party-contracts"),
    ("Data", "/registers/data-holdings"),
    ("Credentials", "/registers/credentials"),
    ("Knowledge", "/registers/knowledge"),
    ("Documents", "/registers/documents"),
    ("New lists", "/registers/changes"),
];

const BLANK: Blank = Blank {
    title: "No exit register lists anything yet",
    file: "The supplier’s lists fill this place: what there is, whose it is, and what becomes of it when you leave. Excel sheets and CSV files are taken as suppliers write them.",
    places: &[
        "the registers that your exit schedule obliges the supplier to keep: ask for them under its clause on exit information",
        "your own asset and software teams",
        "the information asset register of your data protection officer",
    ],
    templates: &[
        "assets",
        "licences",
        "third-party-contracts",
        "data-holdings",
        "credentials",
        "knowledge",
        "documents",
    ],
};

/// What a kind’s register is called, with a capital letter.
fn called(kind: &str) -> String {
    capital(crate::words::word("register", kind).unwrap_or(kind))
}

/// The address of a register with its rows narrowed.
fn narrowed(kind: &str, fields: &[(&str, &str)]) -> String {
    let mut query = super::fields::Fields::default();
    for (name, value) in fields {
        query.push(*name, *value);
    }
    super::page::dated(super::forms::list_of(kind), &query.query())
}

#[derive(Serialize)]
struct Overview {
    beside: Vec<super::readiness::Beside>,
    lead: String,
    table: Table,
    is_blank: bool,
    blank: &'static Blank,
    add: Option<String>,
    /// Whether a list came in, so that there is something to compare.
    lists: bool,
}

fn overview(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.estate()?;
    let day = visit.dates.at;
    let tallies = estate.register_tallies(day);
    let of = |count: fn(&RegisterTally) -> usize| tallies.iter().map(|(_, it)| count(it)).sum();
    let items: usize = of(|it| it.items);
    let without_route: usize = of(|it| it.without_route);
    let without_consent: usize = of(|it| it.without_consent);
    let lead = format!(
        "{items} items are listed. Of {without_route} nobody has decided what becomes of them, and for {without_consent} somebody must still agree, or nobody has said whether anyone must."
    );
    visit.page(
        "registers.html",
        &Overview {
            beside: super::readiness::links(visit, BESIDE),
            lead,
            table: Table {
                caption: format!("Exit registers on {}", render::when(day.into())),
                headings: vec![
                    "Register",
                    "Items",
                    "No route",
                    "Consent open",
                    "Never confirmed",
                    "Shared with others",
                    "Support or term over",
                    "No longer listed",
                ],
                rows: tallies.iter().map(|(kind, it)| row(kind, it)).collect(),
                empty: None,
            },
            is_blank: tallies.iter().all(|(_, it)| it.items + it.missing == 0),
            blank: &BLANK,
            add: None,
            lists: estate.imports.values().any(|import| import.list.is_some()),
        },
    )
}

fn row(kind: &str, tally: &RegisterTally) -> Vec<Said> {
    let count = |count: usize, fields: &[(&str, &str)]| {
        let said = Said::text(super::listing::grouped(count as u64));
        if count == 0 {
            said
        } else {
            said.to(narrowed(kind, fields))
        }
    };
    let listed = ("listed", "yes");
    vec![
        Said::text(called(kind)).to(super::forms::list_of(kind)),
        count(tally.items, &[listed]),
        count(tally.without_route, &[listed, ("route", "undecided")]),
        count(tally.without_consent, &[listed, ("consent", "open")]),
        count(tally.never_confirmed, &[listed, ("confirmed", "never")]),
        count(tally.shared, &[listed, ("use", "shared")]),
        count(tally.ended, &[listed, ("over", "yes")]),
        count(tally.missing, &[("listed", "no")]),
    ]
}

/// What every register’s list shows after its own columns.
const SHARED: [Column; 4] = [
    words("services", "Services"),
    words("route", "What becomes of it"),
    words("consent", "Consent"),
    words("confirmed", "Last confirmed"),
];

/// A register’s own columns, then those that every register has.
const fn columns<const OWN: usize, const ALL: usize>(own: [Column; OWN]) -> [Column; ALL] {
    assert!(OWN + SHARED.len() == ALL);
    let mut columns = [own[0]; ALL];
    let mut place = 0;
    while place < ALL {
        columns[place] = if place < OWN {
            own[place]
        } else {
            SHARED[place - OWN]
        };
        place += 1;
    }
    columns
}

fn list<D: Shown>(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let items = D::items(&estate.registers);
    let mut held: Vec<(&RecordId, &Item<D>)> = items.iter().collect();
    held.sort_by_key(|(id, item)| (item.shared.name.to_lowercase(), **id));
    let all = D::items(&visit.estate()?.registers).len();
    let hidden = all - held.len();
    let agreements = agreements::<D>(&estate);
    let mut listing = Listing {
        name: D::PLACE.blank.templates[0],
        caption: format!("{} items", held.len()),
        columns: D::COLUMNS,
        filters: filters(&estate, held.iter().map(|(_, item)| &item.shared)),
        rows: held
            .into_iter()
            .map(|(id, item)| list_row(visit, *id, item, agreements[id]))
            .collect(),
    };
    telling(visit, &mut listing);
    let place = match hidden {
        0 => D::PLACE,
        _ => Place {
            intro: HIDDEN,
            ..D::PLACE
        },
    };
    register::shown(visit, &place, &listing)
}

/// Said where a register has items that the visitor may not see.
const HIDDEN: &str = "Some items of this register are shown only to a few: administrators, directors, and those whose service it is. They are counted in the figures and not named here.";

/// Leave out what cannot narrow a list: filters by which all its rows are alike.
fn telling(visit: &Visit, listing: &mut Listing) {
    let alike = |place: usize| {
        let mut values = listing.rows.iter().map(|row| &row.kept_by[place]);
        let first = values.next();
        values.all(|value| Some(value) == first)
    };
    let asked = |filter: &Filter| visit.query.get(filter.name).is_some();
    let filters = listing.filters.iter().enumerate();
    let telling = filters.map(|(place, filter)| asked(filter) || !alike(place));
    let telling: Vec<bool> = telling.collect();
    let mut keep = telling.iter();
    listing.filters.retain(|_| keep.next() == Some(&true));
    for row in &mut listing.rows {
        let mut keep = telling.iter();
        row.kept_by.retain(|_| keep.next() == Some(&true));
    }
}

fn choices(words: &[(&str, &str)]) -> Vec<(String, String)> {
    let choice = |(value, text): &(&str, &str)| ((*value).to_owned(), (*text).to_owned());
    words.iter().map(choice).collect()
}

fn filters<'a>(estate: &Estate, items: impl Iterator<Item = &'a Shared>) -> Vec<Filter> {
    let filter = |name, label, words: &[(&str, &str)]| Filter {
        name,
        label,
        choices: choices(words),
    };
    let mut routes = vec![("undecided".to_owned(), "Not decided".to_owned())];
    routes.extend(ExitRoute::WORDS.iter().map(|word| {
        let said = crate::words::word("exit-route", word).unwrap_or(word);
        ((*word).to_owned(), capital(said))
    }));
    let contracts: BTreeSet<RecordId> = items.filter_map(|item| item.contract).collect();
    let mut contracts: Vec<(String, String)> = contracts
        .into_iter()
        .filter_map(|id| Some((id.to_string(), estate.contracts.get(&id)?.title.clone())))
        .collect();
    contracts.sort_by(|a, b| a.1.cmp(&b.1));
    vec![
        Filter {
            name: "route",
            label: "What becomes of it",
            choices: routes,
        },
        filter(
            "consent",
            "Consent",
            &[("open", "Open"), ("settled", "Given, or not needed")],
        ),
        filter(
            "confirmed",
            "Confirmed",
            &[("never", "Never"), ("once", "At some time")],
        ),
        filter(
            "use",
            "Used by",
            &[("shared", "Others too"), ("exclusive", "Only you")],
        ),
        filter(
            "over",
            "Support or term",
            &[("yes", "Over"), ("no", "Not over, or not known")],
        ),
        filter(
            "listed",
            "Listed",
            &[("yes", "On the newest list"), ("no", "No longer listed")],
        ),
        Filter {
            name: "contract",
            label: "Held under",
            choices: contracts,
        },
    ]
}

fn list_row<D: Shown>(visit: &Visit, id: RecordId, item: &Item<D>, agreement: Agreement) -> Row {
    let Item { shared, detail } = item;
    let day = visit.dates.at;
    let missing = shared.is_missing(day);
    let name = Cell::text(&shared.name).to(super::forms::page_of(D::KIND, id));
    let mut quiet = shared.reference.clone().unwrap_or_default();
    if missing {
        quiet = format!("{quiet} no longer listed").trim().to_owned();
    }
    let supplier = shared
        .supplier
        .map(|id| Said::record(visit, Organisation::NAME, id));
    let supplier = supplier.map_or_else(|| Cell::text(""), |said| Cell::text(said.text));
    let mut cells = vec![name.with(quiet)];
    cells.extend(detail.columns(supplier));
    cells.extend([
        Cell::text(services(visit, shared)),
        shared.route.map_or_else(undecided::<D>, |route| {
            Cell::text(spoken("exit-route", &route))
        }),
        shared.consent.map_or_else(Cell::unknown, |consent| {
            Cell::text(spoken("consent", &consent))
        }),
        shared.confirmed.map_or_else(Cell::unknown, Cell::when),
    ]);
    let open = ![Agreement::Given, Agreement::NotNeeded].contains(&agreement);
    let over = detail.ends().and_then(handback_core::dated::When::latest);
    let over = over.is_some_and(|last| last < day);
    let yes = |is: bool, yes: &str, no: &str| if is { yes } else { no }.to_owned();
    let undecided = if D::KIND == Knowledge::KIND {
        ""
    } else {
        "undecided"
    };
    Row {
        cells,
        kept_by: vec![
            shared.route.map_or(undecided, ExitRoute::word).to_owned(),
            yes(open, "open", "settled"),
            yes(shared.is_confirmed(day), "once", "never"),
            shared.used.map_or("", Use::word).to_owned(),
            yes(over, "yes", "no"),
            yes(missing, "no", "yes"),
            shared.contract.map(|id| id.to_string()).unwrap_or_default(),
        ],
    }
}

/// Knowledge is passed on; of everything else somebody decides what becomes of it.
fn undecided<D: Shown>() -> Cell {
    match D::KIND {
        Knowledge::KIND => Cell::text(""),
        _ => Cell::text("not decided"),
    }
}

/// Whether somebody must still agree to what becomes of each item of a register.
fn agreements<D: Shown>(estate: &Estate) -> BTreeMap<RecordId, Agreement> {
    let listed = estate.listed().into_iter();
    let listed = listed.filter(|it| it.record.kind == D::KIND);
    listed.map(|it| (it.record.id, it.agreement)).collect()
}

fn services(visit: &Visit, shared: &Shared) -> String {
    let names = shared.services.iter();
    let mut names: Vec<String> = names
        .map(|id| Said::record(visit, Service::NAME, *id).text)
        .collect();
    names.sort();
    names.join(", ")
}

/// `£12,000.00 to £15,000.00`.
fn cost(cost: Cost) -> String {
    match cost.from == cost.to {
        true => cost.from.to_string(),
        false => format!("{} to {}", cost.from, cost.to),
    }
}

fn one<D: Shown>(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) =
        Sheet::of::<Item<D>>(visit, (D::PLACE.title, super::forms::list_of(D::KIND)))?;
    let estate = visit.sighted()?;
    let item = D::items(&estate.registers)
        .get(&id)
        .ok_or(Error::NotFound)?;
    let shared = &item.shared;
    let record = |kind, id: Option<RecordId>| id.map(|id| Said::record(visit, kind, id));
    let text = |text: &Option<String>| text.clone().map(Said::text);
    let mut lines = vec![
        Line::new("Number in the list", text(&shared.reference)),
        Line::new(
            "Services that need it",
            shared
                .services
                .iter()
                .map(|id| Said::record(visit, Service::NAME, *id)),
        ),
    ];
    lines.extend(item.detail.lines());
    lines.extend([
        Line::new("Owned by", record(Organisation::NAME, shared.owner)),
        Line::new("Supplier", record(Organisation::NAME, shared.supplier)),
        Line::new(
            "Used by",
            shared.used.map(|used| Said::text(spoken("use", &used))),
        ),
        Line::new(
            "What it costs to take over",
            shared.cost.map(|it| Said::text(cost(it))),
        ),
        Line::new(
            "Consent",
            shared.consent.map(|it| Said::text(spoken("consent", &it))),
        ),
        Line::new("Consent from", text(&shared.consent_from)),
        Line::when("Last confirmed", shared.confirmed),
        Line::new(
            "Evidence",
            shared.evidence.iter().flat_map(|text| linked(text)),
        ),
        Line::new("Held under", record(Contract::NAME, shared.contract)),
        Line::text("From the list", shared.list.as_deref()),
    ]);
    Sheet {
        lead: lead(visit, item, agreements::<D>(&estate)[&id]),
        lines,
        ..sheet
    }
    .shown(visit)
}

/// What becomes of an item, and what stands against it, in sentences.
fn lead<D: Shown>(visit: &Visit, item: &Item<D>, agreement: Agreement) -> Vec<Vec<Said>> {
    let Item { shared, detail } = item;
    let say = |text: String| vec![Said::text(text)];
    let mut lead = Vec::new();
    match shared.route {
        Some(route) => lead.push(say(spoken("exit-route-sentence", &route))),
        None if D::KIND == Knowledge::KIND => {}
        None => lead.push(say("Nobody has decided what becomes of it.".into())),
    }
    lead.extend(detail.sentence(visit.dates.at).map(say));
    match agreement {
        Agreement::Given | Agreement::NotNeeded => {}
        Agreement::Refused => lead.push(say("Whoever must agree has refused.".into())),
        Agreement::Wanted => {
            let who = shared.consent_from.as_deref().unwrap_or("Somebody");
            lead.push(say(format!("{who} must agree, and has not yet.")));
        }
        Agreement::NotStated => lead.push(say("Nobody has said whether anyone must agree.".into())),
    }
    if shared.is_missing(visit.dates.at)
        && let Some(since) = shared.missing_since
    {
        let since = render::when(since);
        lead.push(say(format!(
            "The supplier’s list no longer names it since {since}. Ask what became of it."
        )));
    }
    lead
}

/// How many items of each register somebody keeps, for the pages of services and contracts.
pub fn table_of(
    visit: &Visit,
    estate: &Estate,
    keeps: impl Fn(&Shared) -> bool,
    field: (&str, &str),
) -> Table {
    let day = visit.dates.at;
    let row = |kind: &&'static str| {
        let items = estate.registers.items();
        let items = items.filter(|(it, shared)| it.kind == *kind && keeps(shared));
        let items: Vec<&Shared> = items.map(|(_, shared)| shared).collect();
        let listed = items.iter().filter(|it| !it.is_missing(day));
        let undecided = listed.clone().filter(|it| it.route.is_none()).count();
        let unconfirmed = listed.clone().filter(|it| !it.is_confirmed(day)).count();
        let undecided = match *kind {
            Knowledge::KIND => String::new(),
            _ => undecided.to_string(),
        };
        (!items.is_empty()).then(|| {
            vec![
                Said::text(called(kind)).to(narrowed(kind, &[field])),
                Said::text(listed.count().to_string()),
                Said::text(undecided),
                Said::text(unconfirmed.to_string()),
            ]
        })
    };
    Table {
        caption: "What must be in hand to leave".into(),
        headings: vec!["Register", "Items", "Route not decided", "Never confirmed"],
        rows: Registers::KINDS.iter().filter_map(row).collect(),
        empty: Some("No exit register names anything for it."),
    }
}
