//! What extras cost: by year, by who asked, by rule, payment by payment, and contract by contract.

mod contract;

use super::answer::{Answer, Error};
use super::charted::Charted;
use super::listing::{Cell, Column, Filter, Listing, Row, numbers, words};
use super::report::Report;
use super::route::{Needs, Route};
use super::sheet::{Said, Table, capital};
use super::suppliers::BESIDE;
use super::visit::Visit;
use crate::extras::{Split, text};
use crate::render::chart::{Bar, bars};
use crate::render::extras as said;
use handback_core::money::split::Class;
use handback_core::pence::Pence;
use handback_core::permission::Action;
use handback_core::record::Kind;
use handback_core::statement::{BesideLine, Extras, PriceLine, Rules, YearSplit};

pub const ROUTES: &[Route] = &[
    Route::get("/extras", Needs::May(Action::See), all),
    Route::get("/extras/payments", Needs::May(Action::See), payments),
    Route::get(
        "/contracts/{id}/extras",
        Needs::May(Action::See),
        contract::of_contract,
    ),
];

fn split(visit: &Visit) -> Result<Split, Error> {
    let (site, at) = (&visit.site, visit.dates.at);
    let estate = site.estate(&visit.view)?;
    let paid = site.paid(&visit.view, at)?;
    Ok(Split::of(
        &site.data,
        &estate,
        &paid,
        &Rules::default(),
        at,
    )?)
}

const YEARS: &[Column] = &[
    words("year", "Year"),
    numbers("contracted", "Contracted"),
    numbers("variation", "Variations"),
    numbers("off-contract", "Off-contract"),
    numbers("unknown", "Unknown"),
    numbers("all", "All"),
];

fn years(lines: &[YearSplit]) -> Listing {
    let row = |line: &YearSplit| Row {
        cells: vec![
            Cell::text(&line.year),
            Cell::money(line.split.contracted_pence),
            Cell::money(line.split.variation_pence),
            Cell::money(line.split.off_contract_pence),
            Cell::money(line.split.unknown_pence),
            Cell::money(line.split.total()),
        ],
        kept_by: Vec::new(),
    };
    Listing {
        name: "extras-by-year",
        caption: "What payments are of, by financial year".into(),
        columns: YEARS,
        filters: Vec::new(),
        rows: lines.iter().map(row).collect(),
    }
}

fn charted(extras: &Extras) -> Charted {
    let bar = |line: &YearSplit| Bar {
        label: line.year.clone(),
        amount: line.split.extras(),
        of: Some(line.split.extras() + line.split.unknown_pence),
    };
    let drawn = bars(&extras.by_year.iter().map(bar).collect::<Vec<_>>());
    Charted {
        key: vec![
            ("technology", "known to be extra"),
            ("other", "unknown: may be extra"),
        ],
        ..Charted::of(
            "What extras cost, by year",
            drawn,
            &years(&extras.by_year),
            "/extras?format=csv".into(),
        )
    }
}

fn all(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let extras = split(visit)?.extras;
    if let Some(file) = years(&extras.by_year).csv(visit)? {
        return Ok(file);
    }
    let extras = extras.naming(|id| estate.contracts.contains_key(&id));
    let mut lead = vec![vec![Said::text(said::answer(
        &extras.split,
        extras.payments,
    ))]];
    if !estate.tells_extras() {
        lead.push(vec![Said::text(
            "No charge, variation or decision is on record yet, so that almost everything is unknown. Take in the charges as agreed and the old change log: the templates below say how.",
        )]);
    }
    let rules = extras.by_rule.iter().map(|line| {
        let address = format!(
            "/extras/payments?of={}&rule={}",
            line.class.word(),
            slug(line.rule)
        );
        vec![
            Said::text(capital(said::class(line.class))),
            Said::text(said::rule(line.rule)).to(address),
            Said::text(line.payments.to_string()),
            Said::text(line.pence.to_string()),
        ]
    });
    let askers = extras.by_asker.iter().map(|line| {
        vec![
            Said::text(capital(said::asker(line.asked_by))),
            Said::text(line.pence.to_string()),
        ]
    });
    let report = Report {
        title: "What extras cost".into(),
        path: "/extras".into(),
        beside: Report::beside(BESIDE, "/extras"),
        lead,
        links: links(visit),
        charts: vec![charted(&extras)],
        tables: vec![
            Table {
                caption: "What payments are of, and the rule that says so".into(),
                headings: vec!["What", "Rule, or why nobody can tell", "Payments", "Amount"],
                rows: rules.collect(),
                empty: None,
            },
            Table {
                caption: "Variations, by who asked".into(),
                headings: vec!["Asked by", "Paid"],
                rows: askers.collect(),
                empty: Some("No payment is known to be of a variation."),
            },
            beside("Paid after a contract ended", &extras.after_end),
            beside(
                "Paid to other firms of a group that held a contract",
                &extras.group_firms,
            ),
            prices("Prices against what was agreed", &extras.prices, true),
        ],
        notes: notes(),
        ..Report::default()
    };
    visit.page("report.html", &report)
}

fn links(visit: &Visit) -> Vec<(String, String)> {
    let mut links = vec![
        (
            "Every payment and what it is of".to_owned(),
            "/extras/payments".to_owned(),
        ),
        ("Variations".into(), "/variations".into()),
    ];
    if visit.visitor.could(Action::DecideScope) && !visit.is_past_knowledge() {
        links.push((
            "Decide what payments are of".into(),
            "/records/treatment/new".into(),
        ));
        for name in [
            "charges",
            "index-figures",
            "volumes",
            "variations",
            "treatments",
        ] {
            let words = name.replace('-', " ");
            links.push((
                format!("Template: {words}"),
                format!("/templates/{name}.csv"),
            ));
        }
    }
    links
}

fn notes() -> Vec<String> {
    [
        "A person's decision comes first. Then: whether a contract was in force, whether the amount is that of an agreed charge or the price of a variation, and whether a year stays within its charges.",
        "What no rule knows is unknown, with the reason. It is never guessed.",
        "Amounts are as the files print them; years run from April to March, by payment date.",
    ]
    .map(str::to_owned)
    .into()
}

fn beside(caption: &str, lines: &[BesideLine]) -> Table {
    let row = |line: &BesideLine| {
        vec![
            Said::text(&line.title).to(format!("/contracts/{}/extras", line.contract)),
            Said::text(line.names.join("; ")),
            Said::text(line.payments.to_string()),
            Said::text(line.pence.to_string()),
        ]
    };
    Table {
        caption: caption.to_owned(),
        headings: vec!["Contract", "Paid to, as printed", "Payments", "Amount"],
        rows: lines.iter().map(row).collect(),
        empty: None,
    }
}

fn prices(caption: &str, lines: &[PriceLine], titled: bool) -> Table {
    let amount = |pence: Option<Pence>| match pence {
        Some(pence) => Said::text(pence.to_string()),
        None => Said::unknown(),
    };
    let row = |line: &PriceLine| {
        let drift = match line.drift() {
            Some(Pence::ZERO) => Said::text("nothing"),
            Some(drift) if drift > Pence::ZERO => Said::text(drift.to_string()),
            Some(drift) => Said::text(format!("{} less", drift.abs())),
            None => Said::unknown().with(said::why_not(line).unwrap_or_default()),
        };
        let mut row = vec![
            Said::text(&line.year),
            amount(line.agreed_pence),
            amount(line.indexed_pence),
            Said::text(line.paid_pence.to_string()),
            Said::text(line.variation_pence.to_string()),
            drift,
        ];
        if titled {
            row.insert(
                0,
                Said::text(&line.title).to(format!("/contracts/{}/extras", line.contract)),
            );
        }
        row
    };
    let mut headings = vec![
        "Year",
        "Agreed",
        "With its index",
        "Paid in all",
        "Of it variations",
        "More than agreed",
    ];
    if titled {
        headings.insert(0, "Contract");
    }
    Table {
        caption: caption.to_owned(),
        headings,
        rows: lines.iter().map(row).collect(),
        empty: Some("No charges are on record."),
    }
}

const PAYMENTS: &[Column] = &[
    words("date", "Date"),
    words("supplier", "Paid to"),
    numbers("amount", "Amount"),
    words("text", "Printed"),
    words("of", "What it is of"),
    words("rule", "Rule, or why nobody can tell"),
    words("contract", "Contract"),
    words("file", "File and line"),
];

fn payments(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let split = split(visit)?;
    let told = split.lines.iter().zip(&split.told);
    let mut rules: Vec<_> = split.extras.by_rule.iter().map(|line| line.rule).collect();
    rules.sort();
    rules.dedup();
    let row = |(line, told): (&handback_facts::question::Line, &Option<_>)| {
        let told: &handback_core::money::split::Told = told.as_ref()?;
        let contract = told
            .contract
            .and_then(|id| Some((id, estate.contracts.get(&id)?)));
        let variation = told.variation.and_then(|id| estate.variations.get(&id));
        let variation = variation.map(|held| held.reference.clone().unwrap_or(held.what.clone()));
        let named = format!(
            "/suppliers/named?name={}",
            super::suppliers::encoded(&line.name)
        );
        Some(Row {
            cells: vec![
                Cell::day(line.date),
                Cell::text(&line.name).to(named),
                Cell::money(line.amount),
                Cell::text(text(line)),
                Cell::text(said::class(told.class)).with(variation.unwrap_or_default()),
                Cell::text(said::rule(told.rule)),
                match contract {
                    Some((id, held)) => {
                        Cell::text(&held.title).to(format!("/contracts/{id}/extras"))
                    }
                    None => Cell::text(""),
                },
                Cell::text(format!("{}, line {}", line.file, line.line))
                    .to(format!("/imports/{}", line.import)),
            ],
            kept_by: vec![told.class.word().to_owned(), slug(told.rule)],
        })
    };
    let rows: Vec<Row> = told.filter_map(row).collect();
    let listing = Listing {
        name: "extras",
        caption: format!("{} payments", rows.len()),
        columns: PAYMENTS,
        filters: vec![
            Filter {
                name: "of",
                label: "What it is of",
                choices: Class::ALL
                    .map(|class| (class.word().to_owned(), capital(said::class(class))))
                    .into(),
            },
            Filter {
                name: "rule",
                label: "Rule",
                choices: rules
                    .into_iter()
                    .map(|rule| (slug(rule), capital(said::rule(rule))))
                    .collect(),
            },
        ],
        rows,
    };
    super::register::shown(visit, &PLACE, &listing)
}

const PLACE: super::register::Place = super::register::Place {
    title: "Payments, and what each is of",
    kind: handback_core::money::Treatment::NAME,
    intro: "Every payment for technology as contracted, a variation, off-contract or unknown, with the rule that says so. A decision of yours goes before every rule.",
    beside: BESIDE,
    blank: super::blank::Blank {
        title: "No payments for technology are on record yet",
        file: "The files of payments over £500 that the authority publishes fill this place.",
        places: &["the authority’s own publication under the Local Government Transparency Code"],
        templates: &["treatments"],
    },
};

/// A rule as addresses have it.
fn slug(rule: handback_core::money::split::Rule) -> String {
    let value = serde_json::to_value(rule).ok();
    let value = value.as_ref().and_then(serde_json::Value::as_str);
    value.unwrap_or_default().to_owned()
}
