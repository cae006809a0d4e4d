//! Numbers and choices as people and their forms write them.

use handback_core::engagement::response::Happiness;

/// So many answers that are all low show another scale.
pub(super) const TELLING: usize = 10;

/// More minutes of work than a month has.
const TOO_MANY: f64 = 44_640.0;

const NOT_HAPPINESS: &str = "not a happiness: write a whole number from 0 to 10";

/// A happiness: `7`, `7 - quite happy`, `7/10`, `10 (very happy)`, `[7] quite happy`; a clause that says what to do
/// where it is none.
pub(super) fn happiness(text: &str) -> Result<Happiness, &'static str> {
    let text = text.trim();
    let text = text.strip_prefix(['[', '(']).unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    let number: u8 = number.parse().map_err(|_| NOT_HAPPINESS)?;
    let rest = rest
        .trim_start_matches([']', ')'])
        .trim_start()
        .to_lowercase();
    // A workbook's whole numbers have decimals at times.
    let rest = match rest.strip_prefix('.') {
        Some(decimals) if !decimals.is_empty() && decimals.bytes().all(|digit| digit == b'0') => "",
        Some(_) => return Err(NOT_HAPPINESS),
        None => rest.as_str(),
    };
    if let Some(scale) = ["/", "out of", "of"]
        .iter()
        .find_map(|of| rest.strip_prefix(of))
    {
        let scale = scale.trim();
        if scale != "10" {
            return Err("of another scale than 0 to 10: answers of two scales cannot be compared");
        }
    } else if rest.starts_with("star") {
        return Err(
            "stars, of which nobody says how many there are: write a whole number from 0 to 10",
        );
    } else if rest.starts_with([',', '%']) || begins_range(rest) {
        return Err(NOT_HAPPINESS);
    }
    Happiness::try_from(number).map_err(|_| NOT_HAPPINESS)
}

/// Whether what follows a number makes a range of it: `-8`, `– 8`, `to 8`.
fn begins_range(rest: &str) -> bool {
    let after = ["-", "–", "—", "to ", "or "]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign));
    after.is_some_and(|after| after.trim_start().starts_with(|c: char| c.is_ascii_digit()))
}

/// Working time in minutes: `90`, `90 min`, `1h 30`, `1:30`, `1.5 hours`, `none`; none where nothing is said. A number
/// without a unit is of minutes, or of hours where the question asks for them.
pub(super) fn minutes(text: &str, in_hours: bool) -> Result<Option<u32>, &'static str> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "" | "-" | "--" | "n/a" | "#n/a" | "null" | "nan" | "?" => return Ok(None),
        "none" | "nothing" | "nil" | "no time" => return Ok(Some(0)),
        _ => {}
    }
    let total = match text.split_once(':') {
        Some((hours, rest)) => clock(hours, rest)?,
        None => spoken(&text, in_hours)?,
    };
    if total > TOO_MANY {
        return Err("more than a month: write the minutes that were lost");
    }
    Ok(Some(total.round() as u32))
}

const NOT_A_TIME: &str = "not a time that is understood: write the minutes, as in 90";

fn clock(hours: &str, rest: &str) -> Result<f64, &'static str> {
    let minutes = rest.strip_suffix(":00").unwrap_or(rest);
    match (hours.trim().parse::<u16>(), minutes.trim().parse::<u8>()) {
        (Ok(hours), Ok(minutes)) if minutes < 60 => {
            Ok(f64::from(hours) * 60.0 + f64::from(minutes))
        }
        _ => Err(NOT_A_TIME),
    }
}

/// Numbers, each followed by its unit; the last may go without.
fn spoken(text: &str, in_hours: bool) -> Result<f64, &'static str> {
    let mut total = 0.0;
    let mut rest = text;
    let mut last_hours = None;
    while !rest.is_empty() {
        let end = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
            .count();
        let (number, after) = rest.split_at(end);
        let number: f64 = number.parse().map_err(|_| NOT_A_TIME)?;
        let after = after.trim_start();
        if begins_range(after) {
            return Err("a range: write one number of minutes, as near as can be said");
        }
        let end = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(end);
        let factor = match unit {
            "h" | "hr" | "hrs" | "hour" | "hours" => 60.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 1.0,
            "" if last_hours == Some(true) => 1.0,
            "" if last_hours.is_none() => {
                if in_hours {
                    60.0
                } else {
                    1.0
                }
            }
            "d" | "day" | "days" | "week" | "weeks" => {
                return Err(
                    "days, of which nobody says how many hours they have: write the minutes",
                );
            }
            _ => return Err(NOT_A_TIME),
        };
        if last_hours == Some(false) || last_hours == Some(true) && factor > 1.0 {
            return Err(NOT_A_TIME);
        }
        last_hours = Some(factor > 1.0);
        total += number * factor;
        rest = after.trim_start_matches(['.', ',']).trim_start();
        rest = rest.strip_prefix("and ").unwrap_or(rest).trim_start();
    }
    Ok(total)
}

const CHOSEN: [&str; 8] = [
    "yes", "y", "1", "x", "true", "checked", "selected", "ticked",
];
const NOT_CHOSEN: [&str; 12] = [
    "",
    "no",
    "n",
    "0",
    "false",
    "unchecked",
    "not selected",
    "not checked",
    "-",
    "--",
    "n/a",
    "null",
];

/// The factors of a cell: those that it lists, with a semicolon between them; or the one that its column stands for,
/// where the cell says yes.
pub(super) fn factors(header: &str, cell: &str) -> Vec<String> {
    let cell = cell.trim();
    let is = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
    if is(&NOT_CHOSEN) {
        return Vec::new();
    }
    let listed = if is(&CHOSEN) { option(header) } else { cell };
    let parts = listed.split([';', '|', '\n']);
    let words = parts.map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    words.filter(|factor| !factor.is_empty()).collect()
}

/// The choice that a column stands for: what the heading has in brackets at its end, unless that is a mere code such
/// as `SQ002`; else the heading.
fn option(header: &str) -> &str {
    let header = header.trim();
    let bracketed = header
        .strip_suffix(']')
        .and_then(|header| header.rsplit_once('['));
    let is_code = |text: &str| {
        let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
        letters < text.len() && text.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
    };
    match bracketed {
        Some((_, choice)) if !is_code(choice.trim()) => choice.trim(),
        _ => header,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn happiness_is_a_whole_number_however_it_is_explained() {
        for (text, number) in [
            ("7", Some(7)),
            ("0", Some(0)),
            ("7.0", Some(7)),
            ("7 - quite happy", Some(7)),
            ("10 (very happy)", Some(10)),
            ("10 = extremely likely", Some(10)),
            ("[7] quite happy", Some(7)),
            ("7/10", Some(7)),
            ("7 out of 10", Some(7)),
            ("4/5", None),
            ("4 stars", None),
            ("7.5", None),
            ("7,5", None),
            ("70%", None),
            ("7-8", None),
            ("7 to 8", None),
            ("-3", None),
            ("11", None),
            ("300", None),
            ("quite happy", None),
        ] {
            assert_eq!(happiness(text).ok().map(Happiness::get), number, "{text}");
        }
    }

    #[test]
    fn lost_time_is_read_in_any_usual_writing_and_never_guessed() {
        for (text, read) in [
            ("90", Ok(Some(90))),
            ("90 min", Ok(Some(90))),
            ("1h 30", Ok(Some(90))),
            ("1h30m", Ok(Some(90))),
            ("1 hour and 30 minutes", Ok(Some(90))),
            ("1:30", Ok(Some(90))),
            ("01:30:00", Ok(Some(90))),
            ("1.5 hours", Ok(Some(90))),
            ("None", Ok(Some(0))),
            ("", Ok(None)),
            ("n/a", Ok(None)),
        ] {
            assert_eq!(minutes(text, false), read, "{text}");
        }
        for text in [
            "30-60",
            "1 to 2 hours",
            "a lot",
            "2 days",
            "99999",
            "1h 2h",
            "30 min 1",
            "1:75",
            "60+",
            "-5",
            "1.2.3",
        ] {
            assert!(minutes(text, false).is_err(), "{text}");
        }
        assert_eq!(minutes("1.5", true), Ok(Some(90)));
        assert_eq!(minutes("90 min", true), Ok(Some(90)));
    }

    #[test]
    fn factors_are_listed_or_ticked() {
        let read = |header: &str, cell: &str| factors(header, cell).join("+");
        for (header, cell, factors) in [
            ("What got in the way?", "Slow;Crashes;", "Slow+Crashes"),
            ("What got in the way?", "Slow  computer", "Slow computer"),
            ("What got in the way?", "", ""),
            (
                "F1[SQ002]. What got in the way? [Slow computer]",
                "Yes",
                "Slow computer",
            ),
            ("F1[SQ002]. What got in the way? [Slow computer]", "No", ""),
            ("What got in the way? [Crashes]", "1", "Crashes"),
            ("F1[SQ002]", "Y", "F1[SQ002]"),
        ] {
            assert_eq!(read(header, cell), factors, "{header}: {cell}");
        }
    }
}
