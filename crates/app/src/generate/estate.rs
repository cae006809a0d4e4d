//! More services and contracts than the example's own, for an authority of any size.

use super::random::Random;
use super::{Shape, places};
use std::ops::RangeInclusive;

/// The example's own services and contracts; further ones are numbered on from these.
pub(super) const OWN_SERVICES: u32 = 25;
pub(super) const OWN_CONTRACTS: u32 = 9;

/// What the rows are made of; kept apart from the ledger's streams, which are numbered by month.
const STREAM: u64 = u64::MAX;

const SUBJECTS: [&str; 8] = [
    "bookings",
    "case files",
    "permits",
    "records",
    "rotas",
    "stock",
    "surveys",
    "timetables",
];
const CRITICALITIES: [&str; 4] = ["critical", "high", "medium", "low"];
const SOURCE: &str = "Made up for a larger example";

/// Rows that follow the example's own, in the same columns.
pub(super) struct More {
    pub(super) services: Vec<Vec<String>>,
    pub(super) contracts: Vec<Vec<String>>,
    pub(super) arrangements: Vec<Vec<String>>,
}

impl More {
    pub(super) fn of(shape: &Shape) -> More {
        let further = |own: u32, wanted: Option<u32>| own + 1..=wanted.unwrap_or(own).max(own);
        let services = further(OWN_SERVICES, shape.services);
        let contracts = further(OWN_CONTRACTS, shape.contracts);
        let mut random = Random::stream(shape.seed, STREAM);
        More {
            services: services.clone().map(|n| service(n, &mut random)).collect(),
            arrangements: arrangements(services, &contracts, &mut random),
            contracts: contracts.map(|n| contract(n, &mut random)).collect(),
        }
    }
}

fn service_name(number: u32) -> String {
    let subject = SUBJECTS[number as usize % SUBJECTS.len()];
    format!("{} {subject} {number}", places::name(number))
}

fn supplier_name(number: u32) -> String {
    format!("{} Systems Ltd", places::name(number))
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).into()
}

/// A service that depends on one with a smaller number, so that no chain runs in a circle.
fn service(number: u32, random: &mut Random) -> Vec<String> {
    let needed = match number / 2 {
        half if half > OWN_SERVICES => service_name(half),
        _ => "Network".to_owned(),
    };
    let cost = 20_000 + random.below(400_000);
    cells([
        &service_name(number),
        &format!("S-{number:02}"),
        "",
        CRITICALITIES[random.below(4) as usize],
        "Corporate Resources",
        &needed,
        &cost.to_string(),
        "2015-04-01",
        "yes",
        "",
        "",
        SOURCE,
    ])
}

fn contract(number: u32, random: &mut Random) -> Vec<String> {
    let begins = 2010 + random.below(9);
    let ends = begins + 3 + random.below(5);
    let value = 25_000 + random.below(900_000);
    cells([
        &format!("C-{number:03}"),
        &format!("{} software", places::name(number)),
        "",
        "Corporate Resources",
        &supplier_name(number),
        "",
        &format!("01/04/{begins}"),
        &format!("31/03/{ends}"),
        "",
        "",
        &format!("{value}.00"),
        "",
    ])
}

/// Every third further service stays with a supplier, one in nine under a further contract; the
/// others came back with the core.
fn arrangements(
    services: RangeInclusive<u32>,
    contracts: &RangeInclusive<u32>,
    random: &mut Random,
) -> Vec<Vec<String>> {
    let further = u64::from(contracts.end() - OWN_CONTRACTS);
    let mut rows = Vec::new();
    for number in services {
        let name = service_name(number);
        if number % 3 == 0 {
            let contract = match further {
                0 => String::new(),
                _ => format!("C-{:03}", contracts.start() + random.below(further) as u32),
            };
            let provider = supplier_name(number);
            let since = "2014-04-01";
            rows.push(row(&name, "supplier", &provider, &contract, since, ""));
        } else {
            let provider = "Northmere Digital Services Ltd";
            rows.push(row(
                &name,
                "joint-venture",
                provider,
                "C-001",
                "2006-04-01",
                "",
            ));
            rows.push(row(&name, "in-house", "", "", "2019-08-01", "authority"));
        }
    }
    rows
}

fn row(
    service: &str,
    mode: &str,
    provider: &str,
    contract: &str,
    from: &str,
    holder: &str,
) -> Vec<String> {
    cells([
        service, mode, provider, contract, from, "", holder, holder, holder, holder, holder, SOURCE,
    ])
}
