//! What a list made of its exit register, in words: for the command line and for pages.

use super::when;
use crate::import::Listed;
use handback_core::contract::exit::{Breach, Changed, Difference, Frozen};
use handback_core::dated::When;
use handback_core::import::Dataset;
use handback_intake::refused::called;

/// How many names of a sort are printed before the rest is counted.
const NAMED: usize = 8;

/// What changed since the last list, and what to ask about.
pub fn told(list: &Listed, dataset: Dataset) -> String {
    let compared = &list.comparison;
    let since = match list.last {
        Some(last) => format!("since the list of {}", when(When::Day(last))),
        None => "against what stood in the register".into(),
    };
    if compared.is_same() && list.unnamed == 0 {
        return format!("    {since}: nothing changed\n");
    }
    let mut text = format!(
        "    {since}: {} new, {} no longer listed, {} changed, {} unchanged\n",
        compared.appeared.len(),
        compared.vanished.len(),
        compared.changed.len(),
        compared.unchanged
    );
    let titles = |named: &[(_, String)]| named.iter().map(|(_, title)| title.clone()).collect();
    // Of a first list everything is new.
    if list.last.is_some() || compared.unchanged + compared.changed.len() > 0 {
        text += &named("new", titles(&compared.appeared));
    }
    text += &named("no longer listed", titles(&compared.vanished));
    text += &named("changed", compared.changed.iter().map(changed).collect());
    if list.unnamed > 0 {
        text += &format!(
            "    {} other {} of the same contracts stand in the register: if this is the whole list, import it with --whole-list and they are marked as missing\n",
            list.unnamed,
            called(dataset)
        );
    }
    let asked = list.to_ask_about.iter();
    let asked: Vec<String> = asked
        .map(|it| format!("{}: {}", it.title, breach(it)))
        .collect();
    text + &named("to ask about, because of the freeze", asked)
}

fn named(what: &str, titles: Vec<String>) -> String {
    let shown = titles.iter().take(NAMED);
    let mut text: String = shown
        .map(|title| format!("      {what}: {title}\n"))
        .collect();
    if titles.len() > NAMED {
        text += &format!("      {what}: and {} more\n", titles.len() - NAMED);
    }
    text
}

fn changed(changed: &Changed) -> String {
    let differences: Vec<String> = changed.differences.iter().map(difference).collect();
    format!("{}: {}", changed.title, differences.join("; "))
}

/// `location was Room 1, is Room 2`.
pub fn difference(difference: &Difference) -> String {
    let Difference { heading, was, is } = difference;
    match (was.as_str(), is.as_str()) {
        ("", is) => format!("{heading} is {is}, was not known"),
        (was, "") => format!("{heading} was {was}, is not said any more"),
        (was, is) => format!("{heading} was {was}, is {is}"),
    }
}

/// What happened to an item that was to stay as it was, as a question to ask.
pub fn breach(breach: &Breach) -> String {
    let what = match &breach.frozen {
        Frozen::New => "new since the last list".to_owned(),
        Frozen::Varied(headings) => format!("changed in {}", headings.join(", ")),
        Frozen::Gone => "no longer listed".to_owned(),
    };
    match breach.perhaps {
        true => format!("{what}; perhaps within the freeze. Was it agreed?"),
        false => format!("{what} within the freeze. Was it agreed?"),
    }
}
