//! What people say of technology, in words: only what a release shows.

use super::clock::day;
use handback_core::engagement::happiness::Score;
use handback_core::engagement::release::{Cell, Lost, Release};

/// From `-100` to `+100`.
pub fn points(points: i16) -> String {
    match points {
        below if below < 0 => format!("−{}", -below),
        0 => "0".into(),
        above => format!("+{above}"),
    }
}

pub fn score(score: &Score) -> String {
    format!(
        "{} (between {} and {})",
        points(score.points),
        points(score.low),
        points(score.high)
    )
}

/// Lost time in hours.
pub fn lost(lost: &Lost) -> String {
    format!(
        "{:.1} hours, of {} who said",
        lost.minutes as f64 / 60.0,
        lost.n
    )
}

/// A release in one sentence.
pub fn sentence(release: &Release) -> String {
    let days = format!("{} to {}", day(release.period.from), day(release.period.to));
    let hidden = release
        .cells
        .iter()
        .filter(|cell| cell.shown.is_none())
        .count();
    let whole = release
        .cell(None, None, None)
        .and_then(|cell| cell.shown.as_ref());
    let answer = match whole {
        Some(shown) => format!(
            "happiness {} from {} answers",
            score(&shown.happiness),
            shown.n
        ),
        None => "nothing can be shown without telling what single people said".to_owned(),
    };
    format!(
        "{days}: {answer}. {hidden} of {} groups are not shown, because few answered or because they guard a small group.",
        release.cells.len()
    )
}

/// What a cell is of.
pub fn group(cell: &Cell) -> String {
    let parts = [&cell.service, &cell.directorate, &cell.place];
    let named: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    match named.is_empty() {
        true => "Everybody".into(),
        false => named.join(", "),
    }
}
