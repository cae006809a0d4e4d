//! Putting a statement into words: text for a terminal, one HTML page that prints on A4.

pub mod changes;
pub mod chart;
pub mod clock;
pub mod credits;
pub mod experience;
pub mod extras;
pub mod lists;
pub mod markdown;
pub mod moves;
pub mod spc;
pub mod strip;
pub mod suppression;
pub mod totals;
pub mod verdict;
pub mod working_time;

use crate::words;
use anyhow::Context;
use handback_core::contract::variation::Asker;
use handback_core::dated::When;
use handback_core::pence::Pence;
use handback_core::statement::{ByClass, SeriesPoint, Statement, StepCounts};
use jiff::civil::Date;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;

/// How a statement leaves the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    Html,
}

/// Render the statement. In text, lists stop after the first lines unless `all` is asked for.
pub fn statement(statement: &Statement, form: Form, all: bool) -> anyhow::Result<String> {
    let name = match form {
        Form::Text => "statement.txt",
        Form::Html => "statement.html",
    };
    let environment = environment()?;
    let template = environment
        .get_template(name)
        .context("the statement's template")?;
    #[derive(Serialize)]
    struct Page<'a> {
        statement: &'a Statement,
        all: bool,
        bands: String,
        yearly: Vec<&'a SeriesPoint>,
    }
    let series = &statement.control.series;
    let page = Page {
        statement,
        all,
        bands: chart::bands_for_paper(series),
        yearly: chart::yearly(series),
    };
    Ok(template.render(Value::from(minijinja::value::Serde(&page)))?)
}

/// The words and forms that every template may use: dates, money, shares.
pub fn environment() -> anyhow::Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") || name.ends_with(".xml") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment.add_template("statement.txt", include_str!("../templates/statement.txt"))?;
    environment.add_template(
        "statement.html",
        include_str!("../templates/statement.html"),
    )?;
    environment.add_filter("word", |value: &str, list: &str| {
        words::word(list, value)
            .ok_or_else(|| refused(format!("no word for {value:?} in {list:?}")))
    });
    environment.add_filter("sentence", sentence);
    environment.add_filter("pounds", |pence: i64| Pence(pence).to_string());
    environment.add_filter("rounded", |pence: i64| Pence(pence).rounded());
    environment.add_filter("worth", |pence: i64, currency: Option<String>| {
        worth(Pence(pence), currency.as_deref())
    });
    environment.add_filter("extras", |extras: Value| {
        let pence = |name| i64::try_from(extras.get_attr(name)?).map(Pence);
        let split = ByClass {
            contracted_pence: pence("contracted_pence")?,
            variation_pence: pence("variation_pence")?,
            off_contract_pence: pence("off_contract_pence")?,
            unknown_pence: pence("unknown_pence")?,
        };
        let payments = u64::try_from(extras.get_attr("payments")?)?;
        Ok::<String, minijinja::Error>(extras::answer(&split, payments))
    });
    environment.add_filter("stepped", |counts: Value| {
        let count = |name| usize::try_from(counts.get_attr(name)?);
        let counts = StepCounts {
            services: count("services")?,
            stepped_up: count("stepped_up")?,
            stepped_down: count("stepped_down")?,
            no_change_shown: count("no_change_shown")?,
            cannot_tell: count("cannot_tell")?,
        };
        Ok::<String, minijinja::Error>(verdict::step_counts(&counts))
    });
    environment.add_filter("asker", |asked_by: Option<String>| {
        let mut all = Asker::ALL.into_iter();
        extras::asker(all.find(|asker| asked_by.as_deref() == Some(asker.word())))
    });
    environment.add_filter("thousands", |number: i64| {
        let pounds = Pence(number * 100).to_string();
        pounds
            .trim_start_matches('£')
            .trim_end_matches(".00")
            .to_owned()
    });
    environment.add_filter("percent", |share: Option<f64>| {
        share.map_or_else(|| "not known".to_owned(), percent)
    });
    environment.add_filter("date", |text: String| {
        date(&text).ok_or_else(|| refused(format!("{text:?} is no date")))
    });
    environment.add_filter("pad", |text: String, width: usize| {
        let shown: String = if text.chars().count() > width {
            text.chars()
                .take(width.saturating_sub(1))
                .chain(['…'])
                .collect()
        } else {
            text
        };
        format!("{shown:<width$}")
    });
    environment.add_filter("right", |text: String, width: usize| {
        format!("{text:>width$}")
    });
    Ok(environment)
}

/// An amount in as few words as say it: `£2m`, `£2.5m`, `£400,000`, `£1.50`.
pub fn in_words(amount: Pence) -> String {
    let words = amount.rounded();
    let words = words
        .strip_suffix(".00")
        .map_or(words.clone(), str::to_owned);
    ["m", "bn"].into_iter().fold(words, |words, unit| {
        match words
            .strip_suffix(unit)
            .and_then(|number| number.strip_suffix(".0"))
        {
            Some(number) => format!("{number}{unit}"),
            None => words,
        }
    })
}

pub fn refused(reason: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

/// An amount, rounded, in pounds or in another currency.
pub fn worth(pence: Pence, currency: Option<&str>) -> String {
    match currency {
        None | Some("GBP") => pence.rounded(),
        Some(currency) => format!("{currency} {}", pence.to_string().replace('£', "")),
    }
}

/// The same with a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// Whole percents, but never rounded to all or nothing.
fn percent(share: f64) -> String {
    let rounded = (share * 100.0).round();
    match rounded {
        0.0 if share > 0.0 => "under 1%".into(),
        100.0 if share < 1.0 => "over 99%".into(),
        _ => format!("{rounded:.0}%"),
    }
}

/// A message as a sentence: a capital letter, a full stop.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let sentence: String = first.chain(letters).collect();
    if sentence.ends_with(['.', '?']) {
        sentence
    } else {
        sentence + "."
    }
}

/// `1 August 2019`, `August 2019`, `2019` or `date not known`.
/// `2019-08` as people read it; none when it is no date.
pub fn date(text: &str) -> Option<String> {
    Some(when(text.parse().ok()?))
}

/// A date as people write it, as precisely as it is known.
pub fn when(when: When) -> String {
    let day = |day: Date| day.strftime("%-d %B %Y").to_string();
    match when {
        When::Unknown => "date not known".into(),
        When::Year(year) => year.to_string(),
        When::Month(year, month) => Date::new(year, month, 1).map_or_else(
            |_| when.to_string(),
            |first| first.strftime("%B %Y").to_string(),
        ),
        When::Day(exact) => day(exact),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_shares_as_people_read_them() {
        for (text, words) in [
            ("2019-08-01", "1 August 2019"),
            ("2019-08", "August 2019"),
            ("2019", "2019"),
            ("unknown", "date not known"),
        ] {
            assert_eq!(date(text).as_deref(), Some(words));
        }
        for (share, words) in [
            (0.0, "0%"),
            (0.001, "under 1%"),
            (0.756, "76%"),
            (0.999, "over 99%"),
            (1.0, "100%"),
        ] {
            assert_eq!(percent(share), words);
        }
    }
}
