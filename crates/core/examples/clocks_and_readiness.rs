//! How long every clock and the whole readiness matrix take, from an estate of made-up records:
//!
//! ```text
//! cargo run --release -p handback-core --example clocks_and_readiness
//! ```
//!
//! 1,000 contracts of six clauses each, 500 services that depend on each other, 200 blackouts, 20,000 items
//! in four registers. Each figure is the median of eleven runs.

use handback_core::contract::exit::{Credential, Item, Knowledge, Licence};
use handback_core::contract::{Clause, Content, Contract, Says, Standing};
use handback_core::control::{Arrangement, Mode, Service};
use handback_core::dated::{Dated, Period, When};
use handback_core::record::RecordId;
use handback_core::statement::Estate;
use handback_core::transition::{Asked, Blackout, Closes, Wave};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::json;
use std::time::{Duration, Instant};

const CONTRACTS: u64 = 1_000;
const SERVICES: u64 = 500;
const ITEMS: u64 = 20_000;
const BLACKOUTS: u64 = 200;
const DAY: Date = date(2026, 6, 1);

/// The record of a sort with that number.
fn id(sort: u64, number: u64) -> RecordId {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&sort.to_be_bytes());
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    RecordId(bytes)
}

/// Numbers that look random and are the same in every run.
fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 16
}

fn clauses(contract: u64) -> Vec<Clause> {
    let length =
        |number: u64, unit: &str| Some(format!("{number} {unit}").parse().expect("a length"));
    let plain = || Content {
        says: Says::InitialTerm,
        what: None,
        length: None,
        counted: None,
        from: None,
        every: None,
        at_most: None,
        taken: None,
        on: None,
        route: None,
        earliest: None,
        cost: None,
        by: None,
        form: None,
        source: None,
    };
    let mut contents = vec![
        Content {
            length: length(24 + mixed(contract) % 60, "months"),
            ..plain()
        },
        Content {
            says: Says::AutomaticRenewal,
            every: length(12, "months"),
            ..plain()
        },
        Content {
            says: Says::Notice,
            length: length(1 + mixed(contract + 1) % 12, "months"),
            route: Some("end-at-term".into()),
            ..plain()
        },
        Content {
            says: Says::Notice,
            length: length(90, "days"),
            route: Some("no-fault".into()),
            ..plain()
        },
    ];
    for (says, weeks) in [(Says::Approval, 6), (Says::Transition, 26)] {
        contents.push(Content {
            says,
            length: length(weeks, "weeks"),
            ..plain()
        });
    }
    let clause = |content| Clause {
        contract: id(1, contract),
        content,
        clause: Some("31.2".into()),
        standing: Standing::Confirmed,
    };
    contents.into_iter().map(clause).collect()
}

fn one_of(words: &[&'static str], number: u64) -> &'static str {
    let place = mixed(number) as usize % words.len();
    words[place]
}

fn shared(number: u64) -> serde_json::Value {
    let service = id(2, mixed(number) % SERVICES);
    json!({
        "name": format!("Item {number}"),
        "services": [service],
        "contract": id(1, number % CONTRACTS),
        "route": one_of(&["assign", "novate", "split", "re-buy", "end"], number + 7),
        "consent": one_of(&["needed", "given", "not-needed"], number + 8),
        "confirmed": format!("202{}-0{}", mixed(number + 9) % 7, 1 + mixed(number + 10) % 9),
        "evidence": ["Register"],
    })
}

fn item<I: serde::de::DeserializeOwned>(number: u64, own: serde_json::Value) -> I {
    let mut whole = shared(number);
    let fields = whole.as_object_mut().expect("an object");
    fields.extend(own.as_object().expect("an object").clone());
    serde_json::from_value(whole).expect("an item of a register")
}

fn estate() -> Estate {
    let mut estate = Estate::default();
    for number in 0..CONTRACTS {
        let start = date(2018, 1, 1).saturating_add(((mixed(number) % 2_500) as i64).days());
        let contract = Contract {
            title: format!("Contract {number}"),
            start: Some(When::Day(start)),
            ..Contract::default()
        };
        estate.contracts.insert(id(1, number), contract);
        for (place, clause) in (0..).zip(clauses(number)) {
            estate.clauses.insert(id(3, number * 100 + place), clause);
        }
    }
    for number in 0..SERVICES {
        let needs = (0..3).map(|place| mixed(number * 3 + place) % SERVICES);
        let needs = needs.filter(|other| *other < number);
        let service = Service {
            name: format!("Service {number}"),
            depends_on: needs.map(|other| id(2, other)).collect(),
            ..serde_json::from_value(json!({"name": ""})).expect("a service")
        };
        estate.services.insert(id(2, number), service);
        let arrangement = Arrangement {
            service: id(2, number),
            mode: Dated::since(When::Unknown, Mode::Supplier),
            contract: Dated::since(When::Unknown, Some(id(1, number % CONTRACTS))),
            ..serde_json::from_value(json!({"service": id(2, number)})).expect("an arrangement")
        };
        estate.arrangements.insert(id(4, number), arrangement);
    }
    for number in 0..SERVICES / 20 {
        let services: Vec<RecordId> = (0..20).map(|place| id(2, number * 20 + place)).collect();
        let wave: Wave = serde_json::from_value(json!({
            "name": format!("Wave {number}"),
            "services": services,
            "cutover": [{"from": "unknown", "value": format!("2027-0{}-01", 1 + number % 9)}],
        }))
        .expect("a wave");
        estate.waves.insert(id(5, number), wave);
    }
    for number in 0..BLACKOUTS {
        let from = date(2026, 1, 1).saturating_add(((mixed(number) % 900) as i64).days());
        let blackout = Blackout {
            name: format!("Blackout {number}"),
            what: Closes::Billing,
            days: Period::new(from, from.saturating_add(10.days())),
            repeats: number.is_multiple_of(2),
            services: [id(2, mixed(number) % SERVICES)].into(),
            source: None,
        };
        estate.blackouts.insert(id(6, number), blackout);
    }
    for number in 0..ITEMS {
        let held = id(7, number);
        match number % 4 {
            0 => drop(estate.registers.licences.insert(
                held,
                item::<Item<Licence>>(
                    number,
                    json!({"stops_on_day_0": mixed(number + 3).is_multiple_of(2)}),
                ),
            )),
            1 => drop(estate.registers.credentials.insert(
                held,
                item::<Item<Credential>>(number, json!({"holder": "supplier"})),
            )),
            2 => drop(estate.registers.knowledge.insert(
                held,
                item::<Item<Knowledge>>(
                    number,
                    json!({"posts": [format!("Post {}", number % 90)]}),
                ),
            )),
            _ => drop(
                estate
                    .registers
                    .assets
                    .insert(held, item(number, json!({}))),
            ),
        }
    }
    estate
}

/// The median of eleven runs.
fn median(mut run: impl FnMut() -> usize) -> (Duration, usize) {
    let mut found = 0;
    let mut times: Vec<Duration> = (0..11)
        .map(|_| {
            let began = Instant::now();
            found = run();
            began.elapsed()
        })
        .collect();
    times.sort();
    (times[5], found)
}

fn main() {
    let estate = estate();
    let say = |what: &str, (took, found): (Duration, usize)| {
        println!(
            "{what:<44} {:>8.1} ms   {found} found",
            took.as_secs_f64() * 1_000.0
        );
    };
    say(
        "every clock of 1,000 contracts",
        median(|| estate.all_timed(DAY).len()),
    );
    say(
        "readiness of 500 services, 20,000 items",
        median(|| estate.readiness(&Asked::on(DAY)).len()),
    );
    say(
        "single points, day 0, who can log in",
        median(|| {
            let risks = estate.risks(DAY);
            risks.single_points.len() + risks.stops_on_day_0.len() + risks.can_log_in.len()
        }),
    );
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("{}", peak.unwrap_or_default());
    }
}
