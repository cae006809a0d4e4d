//! Made-up place names, for made-up firms and services.

const FIRST: [&str; 14] = [
    "Alder", "Brindle", "Corven", "Dunnock", "Elver", "Farrow", "Gorse", "Hex", "Ingle", "Kestrel",
    "Mossing", "Nettle", "Skel", "Wrenthor",
];
const MIDDLE: [&str; 9] = ["", "en", "ing", "er", "al", "ow", "is", "um", "ot"];
const LAST: [&str; 12] = [
    "by", "combe", "dyke", "fold", "ham", "marsh", "moor", "shaw", "stoke", "thorpe", "wick",
    "worth",
];

/// The place with that number; the names begin again after 1,512 of them.
pub(super) fn name(number: u32) -> String {
    let number = number as usize;
    let first = FIRST[number % FIRST.len()];
    let last = LAST[number / FIRST.len() % LAST.len()];
    let middle = MIDDLE[number / (FIRST.len() * LAST.len()) % MIDDLE.len()];
    format!("{first}{middle}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_places_share_a_name() {
        let names: BTreeSet<String> = (0..1_512).map(name).collect();
        assert_eq!(names.len(), 1_512);
        assert_eq!(name(1_512), name(0));
    }
}
