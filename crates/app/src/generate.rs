//! The example authority: Harrowmere City Council and its supplier Northmere, both made up.
//!
//! The tables that people would fill in stand as files under `data/example`; the payments come
//! from [`ledger`] and are [`published`] in the layouts and with the faults of real ledgers. The same [`Shape`] gives the
//! same bytes for ever.

pub mod answered;
mod estate;
mod layout;
mod ledger;
pub mod measured;
mod payee;
mod places;
mod published;
mod random;
#[cfg(test)]
mod tests;
mod tickets;

use std::io::{self, Write};

/// How large an example to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many times the example's suppliers and payments; 1 gives about 58,000 payments. The
    /// supplier group occurs once, whatever the scale.
    pub scale: u32,
    /// Another seed gives other amounts and days.
    pub seed: u64,
    /// Write exactly this many payments into one `payments.csv`, in one layout and without faults,
    /// instead of the monthly files and the purchase cards.
    pub payment_rows: Option<u64>,
    /// How many services in all; never fewer than the example's own 25.
    pub services: Option<u32>,
    /// How many contracts in all; never fewer than the example's own 9.
    pub contracts: Option<u32>,
    /// How many tickets its service desk had.
    pub tickets: u32,
}

/// How many tickets a desk of this size has in six years; [`Shape::default`] has fewer, to be quick.
pub const TICKETS: u32 = 500_000;

impl Default for Shape {
    fn default() -> Shape {
        Shape {
            scale: 1,
            seed: 2006,
            payment_rows: None,
            services: None,
            contracts: None,
            tickets: 6_000,
        }
    }
}

/// Opens a file of the example for writing. Names are relative and may hold one folder:
/// `payments/2018-04.csv`.
pub type Create<'a> = dyn FnMut(&str) -> io::Result<Box<dyn Write>> + 'a;

const ORGANISATIONS: &str = include_str!("../data/example/organisations.csv");
const SERVICES: &str = include_str!("../data/example/services.csv");
const CONTRACTS: &str = include_str!("../data/example/contracts.csv");
const ARRANGEMENTS: &str = include_str!("../data/example/arrangements.csv");
const OBLIGATIONS: &str = include_str!("../data/example/obligations.csv");
const REQUESTS: &str = include_str!("../data/example/requests.csv");
const VARIATIONS: &str = include_str!("../data/example/variations.csv");
const CHARGES: &str = include_str!("../data/example/charges.csv");
const INDEX_FIGURES: &str = include_str!("../data/example/index-figures.csv");
const VOLUMES: &str = include_str!("../data/example/volumes.csv");
const TREATMENTS: &str = include_str!("../data/example/treatments.csv");
const STAFF_MOVEMENTS: &str = include_str!("../data/example/staff-movements.csv");
const CLAUSES: &str = include_str!("../data/example/clauses.csv");
const WAVES: &str = include_str!("../data/example/waves.csv");
const BLACKOUTS: &str = include_str!("../data/example/blackouts.csv");
const TASKS: &str = include_str!("../data/example/tasks.csv");
const GATES: &str = include_str!("../data/example/gates.csv");
const READINESS: &str = include_str!("../data/example/readiness-statements.csv");
const ASSETS: &str = include_str!("../data/example/assets.csv");
const LICENCES: &str = include_str!("../data/example/licences.csv");
const THIRD_PARTY_CONTRACTS: &str = include_str!("../data/example/third-party-contracts.csv");
const DATA_HOLDINGS: &str = include_str!("../data/example/data-holdings.csv");
const CREDENTIALS: &str = include_str!("../data/example/credentials.csv");
const KNOWLEDGE: &str = include_str!("../data/example/knowledge.csv");
const DOCUMENTS: &str = include_str!("../data/example/documents.csv");
const MEASURES: &str = include_str!("../data/example/measures.csv");
const WORKING_CALENDARS: &str = include_str!("../data/example/working-calendars.csv");
const REBASES: &str = include_str!("../data/example/rebases.csv");
const EVENTS: &str = include_str!("../data/example/events.csv");
const CLAIMS: &str = include_str!("../data/example/claims.csv");
const RECOMMENDATIONS: &str = include_str!("../data/example/recommendations.csv");
const PROBLEMS: &str = include_str!("../data/example/problems.csv");
const CHALLENGES: &str = include_str!("../data/example/challenges.csv");
const TRIALS: &str = include_str!("../data/example/trials.csv");
const BENEFITS: &str = include_str!("../data/example/benefits.csv");
const PUBLISHED_TOTALS: &str = include_str!("../data/example/published-totals.csv");
const COMMITMENTS: &str = include_str!("../data/example/commitments.csv");
const ACTIONS: &str = include_str!("../data/example/actions.csv");
const WORK_AROUNDS: &str = include_str!("../data/example/work-arounds.csv");
const UPDATES: &str = include_str!("../data/example/updates.csv");
const NAMES: &str = include_str!("../data/example/names.csv");
const SCOPE: &str = include_str!("../data/example/scope.csv");

/// The picture that an update of the example shows: files have its fingerprint, and the vault keeps it.
pub const PICTURE: &[u8] = include_bytes!("../data/example/desk-answers.png");

/// What people of the example wrote on an update: its title, who wrote, what, and what a moderator made of it.
pub const COMMENTS: &[(&str, &str, &str, Moderated)] = &[
    (
        "The desk answers until eight",
        "reader",
        "I reached somebody at half past seven. It worked.",
        Moderated::Shown,
    ),
    (
        "The desk answers until eight",
        "panel",
        "Please show the same for the contact centre.",
        Moderated::Not,
    ),
    (
        "The core services are back",
        "reader",
        "Somebody in my team is slow.",
        Moderated::Removed("It points to a person"),
    ),
];

/// What a moderator made of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moderated {
    Not,
    Shown,
    /// And why.
    Removed(&'static str),
}

/// Write the example, row by row, into the files that `create` opens. They come in the order in
/// which they can be taken in: each names only what an earlier one stated.
pub fn write(shape: &Shape, create: &mut Create<'_>) -> io::Result<()> {
    let mut table = |name: &str, rows: &str, more: &[Vec<String>]| {
        let mut out = create(name)?;
        out.write_all(rows.as_bytes())?;
        let mut out = csv::Writer::from_writer(out);
        for row in more {
            out.write_record(row)?;
        }
        out.flush()
    };
    let estate = estate::More::of(shape);
    table("organisations.csv", ORGANISATIONS, &[])?;
    table("services.csv", SERVICES, &estate.services)?;
    table("contracts.csv", CONTRACTS, &estate.contracts)?;
    table("arrangements.csv", ARRANGEMENTS, &estate.arrangements)?;
    table("obligations.csv", OBLIGATIONS, &[])?;
    table("requests.csv", REQUESTS, &[])?;
    table("variations.csv", VARIATIONS, &[])?;
    table("charges.csv", CHARGES, &[])?;
    table("index-figures.csv", INDEX_FIGURES, &[])?;
    table("volumes.csv", VOLUMES, &[])?;
    table("treatments.csv", TREATMENTS, &[])?;
    table("staff-movements.csv", STAFF_MOVEMENTS, &[])?;
    table("clauses.csv", CLAUSES, &[])?;
    table("waves.csv", WAVES, &[])?;
    table("blackouts.csv", BLACKOUTS, &[])?;
    table("tasks.csv", TASKS, &[])?;
    table("gates.csv", GATES, &[])?;
    table("readiness-statements.csv", READINESS, &[])?;
    table("assets.csv", ASSETS, &[])?;
    table("licences.csv", LICENCES, &[])?;
    table("third-party-contracts.csv", THIRD_PARTY_CONTRACTS, &[])?;
    table("data-holdings.csv", DATA_HOLDINGS, &[])?;
    table("credentials.csv", CREDENTIALS, &[])?;
    table("knowledge.csv", KNOWLEDGE, &[])?;
    table("documents.csv", DOCUMENTS, &[])?;
    table("measures.csv", MEASURES, &[])?;
    table("rebases.csv", REBASES, &[])?;
    table("working-calendars.csv", WORKING_CALENDARS, &[])?;
    table("events.csv", EVENTS, &[])?;
    table("claims.csv", CLAIMS, &[])?;
    table("recommendations.csv", RECOMMENDATIONS, &[])?;
    table("problems.csv", PROBLEMS, &[])?;
    table("challenges.csv", CHALLENGES, &[])?;
    table("trials.csv", TRIALS, &[])?;
    table("benefits.csv", BENEFITS, &[])?;
    table("published-totals.csv", PUBLISHED_TOTALS, &[])?;
    table("commitments.csv", COMMITMENTS, &[])?;
    table("actions.csv", ACTIONS, &[])?;
    table("work-arounds.csv", WORK_AROUNDS, &[])?;
    table("updates.csv", UPDATES, &[])?;
    table("names.csv", NAMES, &[])?;
    table("scope.csv", SCOPE, &[])?;
    published::write(shape, create)?;
    tickets::write(shape, create)?;
    measured::write(shape, create)
}
