//! Does the verdict hold its false alarms, and how much of what can be found does it find?
//!
//! ```text
//! cargo run --release -p handback-core --example study -- [--series 5000] [--stress 2000] [--changes 1000] [--from CELL]
//! cargo run --release -p handback-core --example study -- --write FOLDER [--few 1000]
//! ```
//!
//! Made-up series of known noise and a known step are judged by the very function that pages and the command line
//! use; `make study` prints what docs/study.md tabulates.

mod cells;

use cells::Cell;
use handback_core::performance::verdict::change::{self, Change, changes};
use handback_core::performance::verdict::{Effort, Question, Reason, verdict, word};
use handback_core::performance::{Better, Point};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::io::Write as _;

const SEED: u64 = 2026;

fn argument(name: &str) -> Option<String> {
    std::env::args()
        .skip_while(|argument| argument != name)
        .nth(1)
}

fn number(name: &str, otherwise: usize) -> usize {
    argument(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

fn day(month: usize) -> Date {
    date(2010, 1, 1) + i32::try_from(month).expect("a short series").months()
}

fn points(values: &[f64]) -> Vec<Point> {
    let dated = values.iter().enumerate();
    dated
        .map(|(month, &value)| Point {
            date: day(month),
            value,
        })
        .collect()
}

/// Each cell has its own series, whatever else is run.
fn stream(place: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    random.set_stream(1 + place as u64);
    random
}

fn main() {
    if let Some(folder) = argument("--write") {
        return write(&folder, number("--few", 1_000)).expect("the series are written");
    }
    let titles = "kind\tmonths\tshape\tnoise\tchange\tseries\tup\tdown\tno change\tcannot tell\twarned\tceiling";
    println!("{titles}");
    known_date(number("--series", 5_000));
    stress(number("--stress", 2_000));
    println!(
        "kind\tmonths\tshape\tnoise\tchange\tseries\tno date\tone\tmore\tone holds the step\tone within 3 months"
    );
    unknown_date(number("--changes", 1_000));
}

fn known_date(count: usize) {
    let from = number("--from", 0);
    for (place, cell) in Cell::main().iter().enumerate().skip(from) {
        // With a step, the smallest step that matters is that one: “no change” would be wrong.
        let smallest = if cell.step() > 0.0 { cell.step() } else { 2.0 } * cell.deviation();
        let mut random = stream(place);
        let mut words = [0; 4];
        for _ in 0..count {
            let points = points(&cell.series(&mut random));
            words[word(&ask(cell, &points, Some(smallest)), Effort::default()) as usize] += 1;
        }
        let ceiling = cell
            .ceiling()
            .map_or(String::new(), |it| format!("{it:.4}"));
        row("main", cell, count, &words, &["", &ceiling]);
    }
}

fn stress(count: usize) {
    for (place, cell) in Cell::stress().iter().enumerate() {
        let mut random = stream(1_000 + place);
        let mut words = [0; 4];
        let mut warned = 0;
        for _ in 0..count {
            let points = points(&cell.series(&mut random));
            let judged = verdict(&ask(cell, &points, None), Effort::default());
            words[judged.word as usize] += 1;
            warned += usize::from(judged.reasons.iter().any(is_warning));
        }
        row("stress", cell, count, &words, &[&share(warned, count), ""]);
    }
}

/// Whether series without a change are given a date, and those with one the right date.
fn unknown_date(count: usize) {
    for (place, cell) in Cell::unknown().iter().enumerate() {
        let mut random = stream(2_000 + place);
        let date = day(cell.date());
        let mut counts = [0; 5];
        for _ in 0..count {
            let points = points(&cell.series(&mut random));
            let found = changes(&points, change::EFFORT).found;
            counts[found.len().min(2)] += 1;
            let holds = |it: &&Change| it.earliest <= date && date <= it.latest;
            counts[3] += usize::from(found.iter().any(|it| holds(&it)));
            let near = |it: &Change| (it.about - date).get_days().abs() < 100;
            counts[4] += usize::from(found.iter().any(near));
        }
        row("changes", cell, count, &counts, &[]);
    }
}

fn ask<'a>(cell: &Cell, points: &'a [Point], smallest: Option<f64>) -> Question<'a> {
    Question {
        points,
        at: day(cell.date()),
        better: Better::Up,
        smallest,
        transition: 0,
        compared: &[],
        redefined: &[],
        events: &[],
    }
}

/// What tells a reader that the rate of false alarms may not hold, or that the change was not a step.
fn is_warning(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::SpreadChanged { .. }
            | Reason::Wanders
            | Reason::Gradual
            | Reason::OddNoise
            | Reason::TrendChanged
    )
}

fn share(of: usize, count: usize) -> String {
    format!("{:.4}", of as f64 / count as f64)
}

fn row(kind: &str, cell: &Cell, count: usize, counts: &[usize], more: &[&str]) {
    let shares: Vec<String> = counts.iter().map(|of| share(*of, count)).collect();
    let name = cell.name().replace(", ", "\t");
    let columns: Vec<&str> = shares
        .iter()
        .map(String::as_str)
        .chain(more.iter().copied())
        .collect();
    println!("{kind}\t{name}\t{count}\t{}", columns.join("\t"));
    std::io::stdout().flush().expect("an open output");
}

/// The first series of every cell, one a line, for other methods: each file's name is the cell's, its number first.
fn write(folder: &str, count: usize) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let main = Cell::main().into_iter().enumerate();
    let unknown = Cell::unknown().into_iter().enumerate();
    for (place, cell) in main.chain(unknown.map(|(place, cell)| (2_000 + place, cell))) {
        let mut random = stream(place);
        let mut file = std::io::BufWriter::new(std::fs::File::create(format!(
            "{folder}/{place}, {}.csv",
            cell.name()
        ))?);
        for _ in 0..count {
            let values: Vec<String> = cell
                .series(&mut random)
                .iter()
                .map(f64::to_string)
                .collect();
            writeln!(file, "{}", values.join(","))?;
        }
    }
    Ok(())
}
