//! A contract's page of variations and charges.

use super::{prices, split};
use crate::render;
use crate::render::extras as said;
use crate::web::answer::{Answer, Error};
use crate::web::report::Report;
use crate::web::sheet::{Said, Table, capital, may_change};
use crate::web::suppliers::encoded;
use crate::web::variations::tree_table;
use crate::web::visit::Visit;
use handback_core::contract::variation::{Crossing, Running};
use handback_core::contract::{Charge, Contract};
use handback_core::dated::When;
use handback_core::record::{Kind, RecordId};
use handback_core::statement::{Estate, PriceLine};

/// How a contract grew, what it charges, and what was paid beside that.
pub fn of_contract(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    visit.standing(Contract::NAME, id)?;
    let estate = visit.sighted()?;
    let held = estate.contracts.get(&id).ok_or(Error::NotFound)?;
    let at = visit.dates.at;
    let running = estate.running(id, at).ok_or(Error::NotFound)?;
    let extras = split(visit)?.extras;
    let of_it: Vec<PriceLine> = extras
        .prices
        .into_iter()
        .filter(|line| line.contract == id)
        .collect();
    let mut tables = vec![
        tree_table(&estate, id, &running),
        crossings(&estate, &running),
    ];
    tables.extend([
        splitting(&estate, &running),
        extensions(&estate, &running),
        charges(visit, &estate, id),
        prices("Paid beside what was agreed", &of_it, false),
    ]);
    let may = may_change(visit, Contract::NAME, id);
    let add = |kind: &str, words: &str| {
        let title = encoded(&held.title);
        (
            words.to_owned(),
            format!("/records/{kind}/new?contract={title}"),
        )
    };
    visit.page(
        "report.html",
        &Report {
            title: "Variations and charges".into(),
            caption: held.title.clone(),
            back: Some((held.title.clone(), format!("/contracts/{id}"))),
            lead: lead(held, &running),
            links: match may {
                true => vec![add("variation", "Add a variation"), add("charge", "Add a charge")],
                false => Vec::new(),
            },
            tables,
            notes: vec![
                "Shares are of the value as first stated; a value by the year counts over the first term.".into(),
                "A limit is that of the law in force for the contract, whose first day stands for the day on which its procurement began. Beyond it a change needs another ground: it is not unlawful by itself.".into(),
                "What was paid is held against what was agreed only for years that have ended and whose payments are on record.".into(),
                "Changes that look like one are a question to whoever knows them, not a finding.".into(),
            ],
            ..Report::default()
        },
    )
}

fn lead(held: &Contract, running: &Running) -> Vec<Vec<Said>> {
    let mut lead = Vec::new();
    let share = running.steps.last().and_then(|step| step.share);
    let grown = match (running.steps.len(), share) {
        (0, _) => "No variation in force is on record.".into(),
        (count, share) => {
            let value = running.original_value;
            let of = match (value, share) {
                (Some(value), Some(share)) => {
                    format!(
                        ", {}.{}% of its first value of {value}",
                        share / 10,
                        (share % 10).abs()
                    )
                }
                _ => "; its first value is not known".into(),
            };
            let changes = if count == 1 {
                "One variation adds"
            } else {
                "Its variations add"
            };
            format!("{changes} {}{of}.", running.added)
        }
    };
    lead.push(vec![Said::text(grown)]);
    let mut more = Vec::new();
    let end = running.steps.last().and_then(|step| step.end);
    if let (Some(first), Some(end)) = (running.original_end, end)
        && end > first
    {
        let day = |day: jiff::civil::Date| render::when(day.into());
        more.push(format!(
            "Its first term ended on {}; variations extend it to {}.",
            day(first),
            day(end)
        ));
    }
    if running.unpriced > 0 {
        more.push(format!(
            "{} in force without a known price.",
            running.unpriced
        ));
    }
    if running.open > 0 {
        more.push(format!("{} asked for and not decided.", running.open));
    }
    let by: Vec<String> = running
        .by_asker
        .iter()
        .map(|(asker, pence)| format!("{} {pence}", said::asker(*asker)))
        .collect();
    if !by.is_empty() {
        more.push(format!("Asked for by: {}.", by.join("; ")));
    }
    if held.regime == handback_core::contract::Regime::Unknown {
        more.push(
            "Which law governs its changes is not known, so no limit is held against them.".into(),
        );
    }
    lead.extend(more.into_iter().map(|text| vec![Said::text(text)]));
    lead
}

fn named(estate: &Estate, id: RecordId) -> Said {
    let held = estate.variations.get(&id);
    let title = held.map(|held| held.what.clone()).unwrap_or_default();
    let reference = held.and_then(|held| held.reference.clone());
    Said::text(title)
        .to(format!("/variations/{id}"))
        .with(reference.unwrap_or_default())
}

fn law(crossing: &Crossing) -> Said {
    Said::text(&crossing.law).with(&crossing.says)
}

fn crossings(estate: &Estate, running: &Running) -> Table {
    let rows = running.steps.iter().flat_map(|step| {
        step.crosses.iter().map(|crossing| {
            vec![
                named(estate, step.variation),
                Said::when(step.on),
                Said::text(capital(&crossing.name)),
                law(crossing),
            ]
        })
    });
    Table {
        caption: "Limits of the law that were crossed".into(),
        headings: vec!["Variation", "On", "Limit", "Law"],
        rows: rows.collect(),
        empty: Some("None, as far as values and the law in force are known."),
    }
}

fn splitting(estate: &Estate, running: &Running) -> Table {
    let rows = running.splitting.iter().map(|found| {
        let names = found.variations.iter().map(|id| {
            let held = estate.variations.get(id);
            held.map(|held| held.reference.clone().unwrap_or(held.what.clone()))
                .unwrap_or_default()
        });
        vec![
            Said::text(names.collect::<Vec<_>>().join("; ")),
            Said::text(format!(
                "{} to {}",
                render::when(found.from.into()),
                render::when(found.to.into())
            )),
            Said::text(found.together.to_string()),
            law(&found.limit),
        ]
    });
    Table {
        caption: "Were these one change?".into(),
        headings: vec![
            "Variations",
            "Within",
            "Together",
            "Above the limit that each stayed below",
        ],
        rows: rows.collect(),
        empty: Some(
            "No changes by one side within 90 days cross a limit together that each stays below.",
        ),
    }
}

fn extensions(estate: &Estate, running: &Running) -> Table {
    let rows = running.extensions.iter().map(|found| {
        vec![
            named(estate, found.variation),
            Said::when(found.to),
            match found.competed {
                Some(_) => Said::text("no"),
                None => Said::unknown(),
            },
            Said::text(found.clause.clone().unwrap_or_default()),
        ]
    });
    Table {
        caption: "Extensions without competition".into(),
        headings: vec!["Variation", "Extends to", "Competed", "Clause"],
        rows: rows.collect(),
        empty: None,
    }
}

fn charges(visit: &Visit, estate: &Estate, contract: RecordId) -> Table {
    let mut held = estate.charges_of(contract);
    held.sort_by_key(|(id, charge)| (charge.from, &charge.name, *id));
    let row = |(id, charge): &(RecordId, &Charge)| {
        let name = Said::text(&charge.name);
        let index = charge.index.as_ref().map(|index| {
            let month = charge.index_month.map(render::when).unwrap_or_default();
            let share = |share: i64| format!("{}.{}%", share / 10, share.abs() % 10);
            let cap = charge
                .cap
                .map(|cap| format!(", at most {} a year", share(cap)));
            let floor = charge
                .floor
                .map(|floor| format!(", at least {} a year", share(floor)));
            format!(
                "{index} from {month}{}{}",
                cap.unwrap_or_default(),
                floor.unwrap_or_default()
            )
        });
        let day = |when: Option<When>, of: &str| match when {
            Some(when) => Said::when(when),
            None => Said::default().with(of),
        };
        vec![
            match may_change(visit, Charge::NAME, *id) {
                true => name.to(format!("/records/charge/{id}/change")),
                false => name.to(format!("/records/{id}/history")),
            },
            Said::text(charge.amount.to_string()).with(match charge.per.word() {
                "once" => "once".to_owned(),
                per => format!("a {per}"),
            }),
            day(charge.from, "the contract’s first day"),
            day(charge.to, "the contract’s last day"),
            Said::text(index.unwrap_or_default()),
            Said::text(charge.clause.clone().unwrap_or_default()),
        ]
    };
    Table {
        caption: "Charges as agreed".into(),
        headings: vec!["Charge", "Amount", "From", "To", "Index", "Clause"],
        rows: held.iter().map(row).collect(),
        empty: Some("None on record: what should have been paid is not known."),
    }
}
