//! The order of a series in time: sorted, each day once, and where it has gaps.

use super::Row;
use handback_core::dated::Period;
use jiff::ToSpan;
use jiff::civil::Date;

/// Sort by date; a note when the file was in another order.
pub fn sort(rows: &mut [Row]) -> Option<String> {
    let later = rows
        .windows(2)
        .find(|pair| pair[1].period.from < pair[0].period.from)?;
    let note = format!(
        "Lines are not in the order of time, the first of them line {}: they were sorted by date.",
        later[1].line
    );
    let descending = rows
        .windows(2)
        .all(|pair| pair[1].period.from < pair[0].period.from);
    rows.sort_by_key(|row| row.period.from);
    (!descending).then_some(note)
}

/// Refuse a day that two lines speak of.
pub fn check_once(rows: &[Row]) -> Result<(), String> {
    for pair in rows.windows(2) {
        let [one, other] = pair else { continue };
        if other.period.from == one.period.from {
            let (first, second) = (one.line.min(other.line), one.line.max(other.line));
            return Err(format!(
                "lines {first} and {second} are both of {}: keep one, or name it in the column that it belongs to",
                said(one.period)
            ));
        }
        if other.period.from <= one.period.to {
            return Err(format!(
                "line {} ({}) lies inside what line {} is of ({}): write days or months, not both",
                other.line,
                said(other.period),
                one.line,
                said(one.period)
            ));
        }
    }
    Ok(())
}

/// A month as 2019-04, any other span by its first day.
fn said(period: Period) -> String {
    let whole_month = period.from.day() == 1 && period.to == period.from.last_of_month();
    match whole_month {
        true => period.from.strftime("%Y-%m").to_string(),
        false => period.from.to_string(),
    }
}

/// Notes of the stretches that are missing between lines. A series of one value a month misses whole months;
/// in any other a stretch is missing where lines lie much further apart than most do.
pub fn gaps(rows: &[Row]) -> Vec<String> {
    /// Days apart that weekends and bank holidays explain.
    const HOLIDAYS: i32 = 4;
    let days = |pair: &[Row]| days(pair[0].period.from, pair[1].period.from);
    let mut apart: Vec<i32> = rows.windows(2).map(days).collect();
    apart.sort_unstable();
    let Some(&usual) = apart.get(apart.len().saturating_sub(1) / 2) else {
        return Vec::new();
    };
    let monthly =
        (28..=31).contains(&usual) && rows.windows(2).all(|pair| months(&pair[0], &pair[1]) > 0);
    let note = |pair: &[Row]| {
        let (before, after) = (&pair[0], &pair[1]);
        let (missing, from, to) = if monthly {
            let missing = months(before, after) - 1;
            let month = |date: Date, by: i32| {
                date.first_of_month()
                    .saturating_add(by.months())
                    .strftime("%Y-%m")
                    .to_string()
            };
            let (from, to) = (month(before.period.from, 1), month(after.period.from, -1));
            ((missing > 0).then(|| counted(missing, "month")), from, to)
        } else {
            let apart = days(pair);
            let is_gap = apart > HOLIDAYS && f64::from(apart) > 1.5 * f64::from(usual);
            let (from, to) = (before.period.from, after.period.from);
            (
                is_gap.then(|| counted(apart, "day")),
                from.to_string(),
                to.to_string(),
            )
        };
        let (one, other) = (before.line, after.line);
        missing.map(|missing| match monthly {
            true if from == to => format!("{from} is missing between lines {one} and {other}."),
            true => {
                format!("{missing} are missing between lines {one} and {other}: {from} to {to}.")
            }
            false => format!(
                "Nothing is given for {missing} between lines {one} and {other} ({from} to {to})."
            ),
        })
    };
    rows.windows(2).filter_map(note).collect()
}

fn counted(number: i32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn days(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// How many months later `after` is than `before`.
fn months(before: &Row, after: &Row) -> i32 {
    let count = |row: &Row| {
        let date = row.period.from;
        i32::from(date.year()) * 12 + i32::from(date.month())
    };
    count(after) - count(before)
}
