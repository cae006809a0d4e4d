//! A supplier's new list against what stood before it.

use crate::record::RecordId;
use crate::table::Heading;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An item as a list has it: the texts of its cells, in the order of the table's headings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub title: String,
    pub cells: Vec<String>,
}

/// A cell that says something else than before; blank is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub heading: String,
    pub was: String,
    pub is: String,
}

/// An item whose cells changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub id: RecordId,
    pub title: String,
    pub differences: Vec<Difference>,
}

/// What became of the items that stood in either list: each is in exactly one part, by title.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub appeared: Vec<(RecordId, String)>,
    pub vanished: Vec<(RecordId, String)>,
    pub changed: Vec<Changed>,
    pub unchanged: usize,
}

impl Comparison {
    /// Whether the lists say the same.
    pub fn is_same(&self) -> bool {
        self.appeared.is_empty() && self.vanished.is_empty() && self.changed.is_empty()
    }
}

/// What says where an item stands, not what it is.
const ABOUT_LISTS: [&str; 2] = ["list", "missing since"];

/// What a new list makes of an old one. Both hold the items that they name, under the headings of one
/// table.
pub fn compare(
    headings: &[Heading],
    before: &BTreeMap<RecordId, Line>,
    after: &BTreeMap<RecordId, Line>,
) -> Comparison {
    let only = |these: &BTreeMap<RecordId, Line>, others: &BTreeMap<RecordId, Line>| {
        let alone = these.iter().filter(|(id, _)| !others.contains_key(id));
        let mut alone: Vec<_> = alone.map(|(id, line)| (*id, line.title.clone())).collect();
        alone.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        alone
    };
    let both = after
        .iter()
        .filter_map(|(id, line)| Some((*id, before.get(id)?, line)));
    let mut changed: Vec<Changed> = Vec::new();
    let mut unchanged = 0;
    for (id, was, is) in both {
        let differences = differences(headings, was, is);
        if differences.is_empty() {
            unchanged += 1;
        } else {
            let title = is.title.clone();
            changed.push(Changed {
                id,
                title,
                differences,
            });
        }
    }
    changed.sort_by(|a, b| (&a.title, a.id).cmp(&(&b.title, b.id)));
    Comparison {
        appeared: only(after, before),
        vanished: only(before, after),
        changed,
        unchanged,
    }
}

fn differences(headings: &[Heading], was: &Line, is: &Line) -> Vec<Difference> {
    let cells = was.cells.iter().zip(&is.cells).zip(headings);
    let differing =
        cells.filter(|((was, is), heading)| was != is && !ABOUT_LISTS.contains(&heading.name));
    differing
        .map(|((was, is), heading)| Difference {
            heading: heading.name.into(),
            was: was.clone(),
            is: is.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Asset, Particulars};
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn line(cells: &[(&str, &str)]) -> Line {
        let cell = |heading: &Heading| {
            let found = cells.iter().find(|(name, _)| *name == heading.name);
            found.map_or(String::new(), |(_, text)| (*text).to_owned())
        };
        let cells: Vec<String> = Asset::HEADINGS.iter().map(cell).collect();
        Line {
            title: cells[0].clone(),
            cells,
        }
    }

    #[test]
    fn what_stands_in_one_list_alone_appeared_or_vanished() {
        let id = |number| RecordId([number; 16]);
        let switch = line(&[("asset", "Switch"), ("location", "Room 1"), ("list", "May")]);
        let moved = line(&[
            ("asset", "Switch"),
            ("location", "Room 2"),
            ("list", "June"),
        ]);
        let relisted = line(&[("asset", "Server"), ("list", "May")]);
        let again = line(&[("asset", "Server"), ("list", "June")]);
        let before = BTreeMap::from([
            (id(1), switch),
            (id(2), line(&[("asset", "Old printer")])),
            (id(3), relisted),
        ]);
        let after = BTreeMap::from([
            (id(1), moved),
            (id(3), again),
            (id(4), line(&[("asset", "Firewall")])),
        ]);
        let compared = compare(Asset::HEADINGS, &before, &after);
        assert_eq!(compared.appeared, [(id(4), "Firewall".to_owned())]);
        assert_eq!(compared.vanished, [(id(2), "Old printer".to_owned())]);
        assert_eq!(
            compared.unchanged, 1,
            "where an item is listed is no change"
        );
        let difference = Difference {
            heading: "location".into(),
            was: "Room 1".into(),
            is: "Room 2".into(),
        };
        assert_eq!(compared.changed.len(), 1);
        assert_eq!(compared.changed[0].differences, [difference]);
        assert!(compare(Asset::HEADINGS, &before, &before).is_same());
    }

    proptest! {
        /// Every item of either list is in exactly one part, and turning the lists round turns
        /// appeared and vanished round.
        #[test]
        fn the_parts_are_a_partition(
            before in proptest::collection::btree_map(0u8..20, 0u8..4, 0..16),
            after in proptest::collection::btree_map(0u8..20, 0u8..4, 0..16),
        ) {
            let lines = |list: &BTreeMap<u8, u8>| -> BTreeMap<RecordId, Line> {
                let of = |(id, room): (&u8, &u8)| {
                    let (name, room) = (format!("Asset {id}"), format!("Room {room}"));
                    (RecordId([*id; 16]), line(&[("asset", &name), ("location", &room)]))
                };
                list.iter().map(of).collect()
            };
            let (old, new) = (lines(&before), lines(&after));
            let forth = compare(Asset::HEADINGS, &old, &new);
            let back = compare(Asset::HEADINGS, &new, &old);
            let ids: BTreeSet<RecordId> = old.keys().chain(new.keys()).copied().collect();
            let named: Vec<RecordId> = forth.appeared.iter().chain(&forth.vanished).map(|it| it.0)
                .chain(forth.changed.iter().map(|it| it.id)).collect();
            let distinct: BTreeSet<RecordId> = named.iter().copied().collect();
            prop_assert_eq!(distinct.len(), named.len());
            prop_assert_eq!(named.len() + forth.unchanged, ids.len());
            prop_assert!(forth.appeared.iter().all(|(id, _)| !old.contains_key(id)));
            prop_assert!(forth.vanished.iter().all(|(id, _)| !new.contains_key(id)));
            prop_assert!(forth.changed.iter().all(|it| old[&it.id] != new[&it.id]));
            prop_assert_eq!(&forth.appeared, &back.vanished);
            prop_assert_eq!(&forth.vanished, &back.appeared);
            prop_assert_eq!(forth.unchanged, back.unchanged);
        }
    }
}
