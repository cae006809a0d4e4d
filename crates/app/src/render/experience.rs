//! What people say of technology, in words: only what a release shows.

use super::clock::day;
use handback_core::dated::Period;
use handback_core::engagement::happiness::{Change, Score};
use handback_core::engagement::release::{self, Cell, Lost, Release, Years};

/// From its first day to its last.
pub fn days(period: &Period) -> String {
    format!("{} to {}", day(period.from), day(period.to))
}

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

/// How a score differs from an earlier one.
pub fn change(change: &Change) -> String {
    let between = format!("{} to {}", points(change.low), points(change.high));
    match (change.is_shown(), change.points) {
        (false, _) => format!("no change shown ({between})"),
        (true, down) if down < 0 => format!("down {} ({between})", -down),
        (true, up) => format!("up {up} ({between})"),
    }
}

/// How everybody's happiness changed from one year to the other, in a sentence; none where nothing is shown of one.
pub fn changed(newest: &Release, years: &Years<'_>) -> Option<String> {
    let whole = newest.cell(None, None, None)?;
    let mean = |year: &[&Release]| {
        let (score, of) = (release::mean(year, whole)?, Years::days(year)?);
        Some(format!("{} from {}", points(score.points), days(&of)))
    };
    let chance = match years.change(whole)? {
        by if by.is_shown() => change(&by),
        by => format!("{}; chance may explain it", change(&by)),
    };
    Some(format!(
        "On average it was {}, and {}: {chance}.",
        mean(&years.before)?,
        mean(&years.now)?
    ))
}

/// What everybody says, and how it changed; none where the newest release shows nothing of it.
pub fn lately(newest: &Release, years: &Years<'_>) -> Option<String> {
    let shown = newest.cell(None, None, None)?.shown.as_ref()?;
    let to = day(newest.period.to);
    let now = format!("Happiness was {} by {to}.", score(&shown.happiness));
    Some(match changed(newest, years) {
        Some(changed) => format!("{now} {changed}"),
        None => now,
    })
}

/// What a column of changes compares, for whoever asks how we know; none where nothing is compared.
pub fn compared(years: &Years<'_>) -> Option<String> {
    Some(format!(
        "Changed: what people said on average in {}, against {}, the last year before most services came back or else the year before. The interval holds the true difference at least 95 times in 100; of twenty groups in which nothing changed, chance shows one or none as changed.",
        days(&Years::days(&years.now)?),
        days(&Years::days(&years.before)?)
    ))
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
    let days = days(&release.period);
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
