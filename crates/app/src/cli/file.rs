//! Files that a command is given by name: bounded, and refused by name with what to do.

use crate::refused::Refused;
use handback_intake::series::{self, Series};
use handback_intake::source::Memory;
use std::path::Path;

/// The longest file of dates and values that is read, in bytes.
const LONGEST_SERIES: u64 = 1 << 26;

/// A whole file of at most so many bytes; `what` it should be is named where it is refused.
pub fn read(path: &Path, longest: u64, what: &str) -> anyhow::Result<Memory> {
    let name = path.display().to_string();
    let refused = |error: std::io::Error| Refused(format!("{name}: {error}: name {what}"));
    let size = std::fs::metadata(path).map_err(refused)?.len();
    crate::refused::unless(size <= longest, || {
        format!("{name} is {size} bytes long: {what} has at most {longest}")
    })?;
    let bytes = std::fs::read(path).map_err(refused)?;
    Ok(Memory { name, bytes })
}

/// The same as text.
pub fn text(path: &Path, longest: u64, what: &str) -> anyhow::Result<String> {
    let Memory { name, bytes } = read(path, longest, what)?;
    let text = String::from_utf8(bytes);
    Ok(text.map_err(|error| Refused(format!("{name}: {error}: write it as UTF-8 text")))?)
}

/// A file of dates and values.
pub fn series(path: &Path) -> anyhow::Result<Series> {
    let source = read(path, LONGEST_SERIES, "a file of dates and values")?;
    Ok(series::read(&source).map_err(|error| Refused(error.to_string()))?)
}

/// A date of an option.
pub fn date(text: &str) -> Result<jiff::civil::Date, String> {
    let read = series::day(text);
    read.ok_or_else(|| "write the day as 2019-08-01, or a month as 2019-08".into())
}

/// A number of an option, as people write it: `95`, `95%`, `1,200.5`.
pub fn number(text: &str) -> Option<f64> {
    let number = text.strip_suffix('%').unwrap_or(text).replace(',', "");
    number
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}
