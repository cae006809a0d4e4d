//! Does the verdict hold its false alarms, and how much of what can be found does it find?
//!
//! ```text
//! cargo run --release -p handback-core --example study -- [--series 5000] [--stress 2000] [--from CELL] [--write FOLDER --few 1000]
//! ```
//!
//! Made-up series of known noise and a known step are judged by the very function that pages and the command line
//! use; `make study` prints what docs/study.md tabulates.

mod cells;

use cells::Cell;
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
    let count = number("--series", 5_000);
    println!(
        "kind\tmonths\tshape\tnoise\tchange\tseries\tup\tdown\tno change\tcannot tell\twarned\tceiling"
    );
    for (place, cell) in Cell::main().iter().enumerate().skip(number("--from", 0)) {
        // With a step, the smallest step that matters is that one: “no change” would be wrong.
        let smallest = if cell.step() > 0.0 { cell.step() } else { 2.0 } * cell.deviation();
        let mut random = stream(place);
        let mut words = [0; 4];
        for _ in 0..count {
            let points = points(&cell.series(&mut random));
            words[word(&ask(cell, &points, Some(smallest)), Effort::default()) as usize] += 1;
        }
        row("main", cell, count, words, None);
    }
    let count = number("--stress", 2_000);
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
        row("stress", cell, count, words, Some(warned));
    }
    if let Some(folder) = argument("--write") {
        write(&folder, number("--few", 1_000)).expect("the series are written");
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

fn row(kind: &str, cell: &Cell, count: usize, words: [usize; 4], warned: Option<usize>) {
    let share = |of: usize| format!("{:.4}", of as f64 / count as f64);
    let words = words.map(share).join("\t");
    let warned = warned.map_or(String::new(), share);
    let ceiling = cell
        .ceiling()
        .map_or(String::new(), |it| format!("{it:.4}"));
    println!(
        "{kind}\t{}\t{count}\t{words}\t{warned}\t{ceiling}",
        cell.name().replace(", ", "\t")
    );
    std::io::stdout().flush().expect("an open output");
}

/// The first series of every cell without a step, one a line, for other methods.
fn write(folder: &str, count: usize) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (place, cell) in Cell::main()
        .iter()
        .enumerate()
        .filter(|(_, cell)| cell.step() == 0.0)
    {
        let mut random = stream(place);
        let mut file = std::io::BufWriter::new(std::fs::File::create(format!(
            "{folder}/{}.csv",
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
