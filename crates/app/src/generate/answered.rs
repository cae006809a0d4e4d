//! What the example's people said of technology, as a form collected it each quarter, and the truth behind it.
//!
//! `data/example/answered.csv` states for each service the happiness that people have of it before the return and after,
//! in points; three take a step, three take none.

use super::payee::lines;
use super::random::Random;
use super::{Create, Shape};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::io;

const ANSWERED: &str = include_str!("../../data/example/answered.csv");

/// When the services returned.
pub const RETURN: Date = date(2019, 8, 1);

/// The first of the months in which people were asked, and how many there were, three months apart: nine before the
/// return and seven after it.
pub const FIRST: Date = date(2017, 5, 1);
pub const ROUNDS: i32 = 16;

const STREAM: u64 = (1 << 41) + 7;

/// The share of answers of 7 and 8, in a thousand.
const NEUTRAL: i64 = 300;

const DIRECTORATES: [&str; 4] = [
    "Adult Social Care",
    "Children and Learning",
    "Place and Highways",
    "Customer Services",
];

const LOW: [&str; 4] = [
    "Speed",
    "Getting help",
    "Time until it was put right",
    "Reliability",
];
const HIGH: [&str; 3] = ["Speed", "Being listened to", "Getting help"];

/// How happy people are with a service, in points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub service: String,
    pub before: i64,
    pub after: i64,
    /// How many answer in each round.
    pub answers: u64,
}

/// What is true of every service that people were asked about.
pub fn answered() -> Vec<Answered> {
    let points = |text: &str| text.parse().expect("points are whole numbers");
    let one = |line: csv::StringRecord| Answered {
        service: line[0].to_owned(),
        before: points(&line[1]),
        after: points(&line[2]),
        answers: points(&line[3]).unsigned_abs(),
    };
    lines(ANSWERED).map(one).collect()
}

/// A mark from 0 to 10 of somebody whose like have so many points.
fn mark(random: &mut Random, points: i64) -> u64 {
    let positive = (1_000 - NEUTRAL + points * 10) / 2;
    match i64::try_from(random.below(1_000)).unwrap_or_default() {
        drawn if drawn < positive => 9 + random.below(2),
        drawn if drawn < positive + NEUTRAL => 7 + random.below(2),
        _ => random.below(7),
    }
}

/// The file that [`write`] opens.
pub const FILE: &str = "staff-survey.csv";

/// Write what the form collected. It is no part of the folder of files: a list with happiness in it may be anything, so
/// whoever takes it in says what it is.
pub fn write(shape: &Shape, create: &mut Create<'_>) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(create(FILE)?);
    out.write_record([
        "ID",
        "Completion time",
        "Which service is this about?",
        "Directorate",
        "How happy are you with it (0-10)?",
        "Lost time in minutes",
        "What were the factors?",
    ])?;
    let mut random = Random::stream(shape.seed, STREAM);
    let mut id = 0;
    for round in 0..ROUNDS {
        let month = FIRST.saturating_add((3 * round).months());
        for answered in answered() {
            let points = if month < RETURN {
                answered.before
            } else {
                answered.after
            };
            for _ in 0..answered.answers {
                id += 1;
                let mark = mark(&mut random, points);
                let (lost, factor) = match mark {
                    0..=6 => (30 + 15 * random.below(11), LOW[random.below(4) as usize]),
                    7 | 8 => (15 * random.below(3), "Speed"),
                    _ => (0, HIGH[random.below(3) as usize]),
                };
                let day = month.saturating_add((random.below(26) as i64).days());
                out.write_record([
                    id.to_string(),
                    format!("{day} {:02}:{:02}", 8 + random.below(9), random.below(60)),
                    answered.service.clone(),
                    DIRECTORATES[random.below(4) as usize].to_owned(),
                    mark.to_string(),
                    lost.to_string(),
                    factor.to_owned(),
                ])?;
            }
        }
    }
    out.flush()
}
