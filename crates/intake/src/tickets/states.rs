//! What a desk's word for a state means: as a person says, else as `states.toml` has it.

use handback_core::import::StateReading;
use handback_core::performance::state::Means;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

static KNOWN: LazyLock<HashMap<String, Means>> = LazyLock::new(|| {
    let file: BTreeMap<Means, Vec<String>> =
        toml::from_str(include_str!("states.toml")).expect("a test reads states.toml");
    let words = file
        .into_iter()
        .flat_map(|(means, words)| words.into_iter().map(move |word| (word, means)));
    words.collect()
});

/// In small letters, signs taken as spaces.
fn plain(printed: &str) -> String {
    let lower: String = printed
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a word is known to mean.
pub(crate) fn known(printed: &str) -> Option<Means> {
    KNOWN.get(&plain(printed)).copied()
}

/// What a word means: as a reading has it, else as it is known.
pub(super) fn means(printed: &str, read: &[StateReading]) -> Option<Means> {
    let same = |state: &&StateReading| state.printed == printed;
    match read.iter().find(same) {
        Some(state) => state.means,
        None => known(printed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_is_plain_and_means_one_thing() {
        let file: BTreeMap<Means, Vec<String>> =
            toml::from_str(include_str!("states.toml")).expect("a map of words");
        let mut seen = BTreeSet::new();
        for word in file.into_values().flatten() {
            assert_eq!(plain(&word), word);
            assert!(seen.insert(word.clone()), "{word} stands twice");
        }
    }

    #[test]
    fn words_of_the_desks() {
        for (desk, printed, means) in [
            (
                "ServiceNow",
                "Awaiting User Info",
                Some(Means::WaitsForUser),
            ),
            (
                "ServiceNow",
                "On Hold - Awaiting Vendor",
                Some(Means::WaitsForSupplier),
            ),
            ("ServiceNow", "-100", None),
            ("GLPI", "Processing (assigned)", Some(Means::Working)),
            ("GLPI", "Solved", Some(Means::Resolved)),
            ("Zammad", "pending reminder", Some(Means::WaitsForOther)),
            ("Jira", "Waiting for customer", Some(Means::WaitsForUser)),
            ("Jira", "Won't Do", Some(Means::Closed)),
            ("Request Tracker", "stalled", Some(Means::WaitsForOther)),
            ("iTop", "escalated_ttr", Some(Means::Working)),
            (
                "an event log",
                "Take in charge ticket",
                Some(Means::Working),
            ),
            ("an event log", "Assign seriousness", None),
        ] {
            assert_eq!(known(printed), means, "{desk}: {printed}");
        }
        let said = [StateReading {
            printed: "-100".into(),
            means: Some(Means::Nothing),
        }];
        assert_eq!(super::means("-100", &said), Some(Means::Nothing));
        assert_eq!(super::means("New", &said), Some(Means::Opened));
    }
}
