//! Numbers as reports print them: thousands separated, percent and pound signs, and words for nothing.

/// A cell of a column of numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// Blank, or a word for it.
    Missing,
    Plain(f64),
    /// With a percent sign, as printed.
    Percent(f64),
}

/// Cells that say that there is no value. `nil` is not among them: it may mean zero.
const MISSING: [&str; 11] = [
    "", "-", "–", "—", "..", "…", "n/a", "na", "#n/a", "null", "unknown",
];

impl Number {
    /// Read a cell, or say in a clause why it is no number and what to write.
    pub fn read(cell: &str) -> Result<Number, &'static str> {
        let cell = cell.trim();
        if MISSING.contains(&cell.to_lowercase().as_str()) {
            return Ok(Number::Missing);
        }
        let (number, percent) = match cell.strip_suffix('%') {
            Some(number) => (number.trim_end(), true),
            None => (cell, false),
        };
        let number = number.strip_prefix('£').unwrap_or(number);
        let number = number.replace(['\u{2212}', '–'], "-");
        let number = ungrouped(&number)?;
        if !number
            .chars()
            .all(|c| matches!(c, '0'..='9' | '.' | '-' | '+' | 'e' | 'E'))
        {
            return Err("not a number; write it in digits, or leave the cell blank");
        }
        let value: f64 = number
            .parse()
            .map_err(|_| "not a number; write it in digits, or leave the cell blank")?;
        if !value.is_finite() {
            return Err("too large a number");
        }
        Ok(if percent {
            Number::Percent(value)
        } else {
            Number::Plain(value)
        })
    }

    pub fn value(self) -> Option<f64> {
        match self {
            Number::Missing => None,
            Number::Plain(value) | Number::Percent(value) => Some(value),
        }
    }
}

/// The number without the separators of its thousands, which must stand where thousands end.
fn ungrouped(number: &str) -> Result<String, &'static str> {
    let Some(separator) = number
        .chars()
        .find(|c| matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}'))
    else {
        return Ok(number.to_owned());
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    let mut groups = whole.split(separator);
    let first = groups.next().unwrap_or_default();
    let leading = first.trim_start_matches(['-', '+']).len();
    let groups_of_three =
        groups.all(|group| group.len() == 3 && group.bytes().all(|c| c.is_ascii_digit()));
    if !(1..=3).contains(&leading) || !groups_of_three || decimals.contains(separator) {
        return Err(
            "thousands are separated in threes, and decimals by a full stop, as in 1,234.5",
        );
    }
    Ok(number.replace(separator, ""))
}

/// What the cells of one column have shown.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    missing: Vec<u64>,
    plain: Option<u64>,
    percent: Option<u64>,
}

impl Marks {
    pub fn see(&mut self, number: Number, line: u64) {
        match number {
            Number::Missing => self.missing.push(line),
            Number::Plain(_) => {
                self.plain.get_or_insert(line);
            }
            Number::Percent(_) => {
                self.percent.get_or_insert(line);
            }
        }
    }

    /// Refuse a column in which `95%` and `0.95` may both mean the same.
    pub fn agree(&self, column: &str) -> Result<(), String> {
        match (self.plain, self.percent) {
            (Some(plain), Some(percent)) => Err(format!(
                "column “{column}” has a percent sign on line {percent} and none on line {plain}: write all its values one way"
            )),
            _ => Ok(()),
        }
    }

    pub fn note(&self, column: &str) -> Option<String> {
        /// How many lines a note names.
        const NAMED: usize = 5;
        let named: Vec<String> = self
            .missing
            .iter()
            .take(NAMED)
            .map(u64::to_string)
            .collect();
        let lines = match self.missing.as_slice() {
            [] => return None,
            [line] => format!("on line {line}"),
            lines if lines.len() > NAMED => {
                format!(
                    "on {} lines, the first of them {}",
                    lines.len(),
                    named.join(", ")
                )
            }
            _ => format!("on lines {}", named.join(", ")),
        };
        Some(format!("“{column}” has no value {lines}."))
    }
}
