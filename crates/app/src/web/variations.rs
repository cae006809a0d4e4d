//! Variations: the list of all, one, and those of a contract as a tree.

use super::answer::{Answer, Error};
use super::blank::Blank;
use super::listing::{Cell, Column, Filter, Listing, Row, numbers, words};
use super::obligations::{BESIDE, choosing, contract};
use super::register::{self, Place};
use super::route::{Needs, Route};
use super::sheet::{Line, Said, Sheet, Table, capital, linked};
use super::visit::Visit;
use crate::render::extras as said;
use handback_core::contract::variation::{Asker, Branch, Outcome, Running, tree};
use handback_core::contract::{Contract, Variation};
use handback_core::permission::Action;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::Estate;

pub const ROUTES: &[Route] = &[
    Route::get("/variations", Needs::May(Action::See), list),
    Route::get("/variations/{id}", Needs::May(Action::See), one),
];

const VARIATIONS: Place = Place {
    title: "Variations",
    kind: Variation::NAME,
    intro: "What was changed in contracts: who asked, why, for how much, and whether others could offer.",
    beside: BESIDE,
    blank: Blank {
        title: "No variations are on record yet",
        file: "The contract’s change log fills this place, as it is: date, what, asked by, price, accepted.",
        places: &[
            "the change log (change control notices) that you or the supplier keep",
            "signed change control notices, one line each",
        ],
        templates: &["variations"],
    },
};

const COLUMNS: &[Column] = &[
    words("variation", "Variation"),
    words("on", "Decided or asked"),
    words("asked-by", "Asked by"),
    numbers("price", "Price"),
    words("outcome", "What became of it"),
    words("competed", "Competed"),
    words("contract", "Contract"),
];

fn outcome(held: &Variation) -> &'static str {
    held.outcome.map_or("not known", Outcome::word)
}

fn competed(held: &Variation) -> &'static str {
    match held.competed {
        Some(true) => "yes",
        Some(false) => "no",
        None => "not known",
    }
}

fn list(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let mut held: Vec<(&RecordId, &Variation)> = estate.variations.iter().collect();
    held.sort_by_key(|(id, held)| (held.contract, held.moment(), held.reference.clone(), **id));
    let row = |(id, held): (&RecordId, &Variation)| {
        let under = contract(&estate, held.contract);
        let asked = held.asked_by.map_or("unknown", Asker::word);
        Row {
            kept_by: vec![
                asked.to_owned(),
                outcome(held).to_owned(),
                under.text.clone(),
            ],
            cells: vec![
                Cell::text(&held.what)
                    .to(format!("/variations/{id}"))
                    .with(held.reference.clone().unwrap_or_default()),
                Cell::when(held.moment()),
                Cell::text(said::asker(held.asked_by)),
                held.price.map_or_else(Cell::unknown, Cell::money),
                Cell::text(outcome(held)),
                Cell::text(competed(held)),
                under,
            ],
        }
    };
    let rows: Vec<Row> = held.into_iter().map(row).collect();
    let kept = |place: usize| rows.iter().map(move |row| row.kept_by[place].clone());
    let askers = [
        Some(Asker::Authority),
        Some(Asker::Supplier),
        Some(Asker::Law),
        None,
    ];
    let listing = Listing {
        name: "variations",
        caption: format!("{} variations", rows.len()),
        columns: COLUMNS,
        filters: vec![
            Filter {
                name: "by",
                label: "Asked by",
                choices: askers
                    .map(|it| {
                        (
                            it.map_or("unknown", Asker::word).into(),
                            capital(said::asker(it)),
                        )
                    })
                    .into(),
            },
            choosing("outcome", "What became of it", kept(1)),
            choosing("under", "Contract", kept(2)),
        ],
        rows,
    };
    register::shown(visit, &VARIATIONS, &listing)
}

fn one(visit: &Visit) -> Result<Answer, Error> {
    let (id, sheet) = Sheet::of::<Variation>(visit, (VARIATIONS.title, "/variations"))?;
    let estate = visit.sighted()?;
    let held = estate.variations.get(&id).ok_or(Error::NotFound)?;
    let of = held.contract;
    let step = of.and_then(|of| estate.running(of, visit.dates.at));
    let step = step.and_then(|running| running.steps.into_iter().find(|step| step.variation == id));
    let mut lead = vec![vec![Said::text(match (held.outcome, held.price) {
        (Some(Outcome::Accepted), Some(price)) => format!("Accepted, for {price}."),
        (Some(Outcome::Accepted), None) => "Accepted; its price is not known.".into(),
        (Some(outcome), _) => format!("{}.", capital(outcome.word())),
        (None, _) => "What became of it is not known.".to_owned(),
    })]];
    lead.extend(step.iter().flat_map(|step| &step.crosses).map(|crossing| {
        vec![Said::text(format!("It crosses a limit: {}. ", crossing.says)).with(&crossing.law)]
    }));
    let share = step.and_then(|step| {
        let share = step.share?;
        let words = format!("{}.{}% of the first value", share / 10, (share % 10).abs());
        Some(Said::text(step.together.to_string()).with(words))
    });
    let parts = of.map(|of| estate.variations_of(of)).unwrap_or_default();
    let parts = parts
        .into_iter()
        .filter(|(_, part)| held.reference.is_some() && part.part_of == held.reference);
    let part =
        |(id, part): (RecordId, &Variation)| Said::text(&part.what).to(format!("/variations/{id}"));
    Sheet {
        lead,
        lines: vec![
            Line::new(
                "Contract",
                of.map(|of| Said::record(visit, Contract::NAME, of)),
            ),
            Line::text("Number", held.reference.as_deref()),
            Line::text("Part of", held.part_of.as_deref()),
            Line::new("Its parts", parts.map(part)),
            Line::when("Asked on", held.asked_on),
            Line::new(
                "Asked by",
                [Said::text(capital(said::asker(held.asked_by)))],
            ),
            Line::text("Why", held.why.as_deref()),
            Line::new(
                "Price",
                held.price.map(|price| Said::text(price.to_string())),
            ),
            Line::new(
                "How it was priced",
                held.priced
                    .map(|it| Said::text(it.word().replace('-', " "))),
            ),
            Line::new("Competed", [Said::text(competed(held))]),
            Line::when("Extends the term to", held.extends_to),
            Line::when("Decided on", held.decided_on),
            Line::new("All variations by then", share),
            Line::text("Clause", held.clause.as_deref()),
            Line::new(
                "Evidence",
                held.evidence.iter().flat_map(|text| linked(text)),
            ),
        ],
        ..sheet
    }
    .shown(visit)
}

/// The variations of a contract, each under the one that it is part of, with the running total.
pub fn tree_table(estate: &Estate, contract: RecordId, running: &Running) -> Table {
    let row = |branch: &Branch<'_>| {
        let held = branch.variation;
        let step = running
            .steps
            .iter()
            .find(|step| step.variation == branch.id);
        let indent = "\u{2003}".repeat(branch.depth);
        let share = step.and_then(|step| step.share);
        let share = share.map(|share| format!("{}.{}%", share / 10, (share % 10).abs()));
        vec![
            Said::text(format!("{indent}{}", held.what))
                .to(format!("/variations/{}", branch.id))
                .with(held.reference.clone().unwrap_or_default()),
            Said::when(held.moment()),
            Said::text(capital(said::asker(held.asked_by))),
            held.price
                .map_or_else(Said::unknown, |price| Said::text(price.to_string())),
            Said::text(capital(outcome(held))),
            match step {
                Some(step) => Said::text(step.together.to_string()).with(share.unwrap_or_default()),
                None => Said::default(),
            },
        ]
    };
    Table {
        caption: "Variations".into(),
        headings: vec![
            "Variation",
            "Decided or asked",
            "Asked by",
            "Price",
            "What became of it",
            "All so far",
        ],
        rows: tree(estate.variations_of(contract))
            .iter()
            .map(row)
            .collect(),
        empty: Some("None on record. The change log of the contract fills this place."),
    }
}
