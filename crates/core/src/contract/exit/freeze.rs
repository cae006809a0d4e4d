//! What a freeze forbids. Exit schedules forbid, in the time of termination assistance and without
//! the customer's consent: new, varied or ended sub-contracts and licences, and material changes and
//! disposals of assets. A list shows that something changed, never that nobody agreed to it: what is
//! found here is to ask about.

use super::super::Freeze;
use super::{Asset, Comparison, Licence, Particulars, ThirdPartyContract};
use crate::record::RecordId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What happened to an item that was to stay as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what", content = "headings")]
pub enum Frozen {
    New,
    /// What it says under these headings became different.
    Varied(Vec<String>),
    /// It is no longer listed: ended or disposed of.
    Gone,
}

/// A change to ask about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    pub id: RecordId,
    pub title: String,
    pub frozen: Frozen,
    /// The change may have been before the freeze began, or after it ended.
    pub perhaps: bool,
}

/// The headings of a register under which a freeze forbids a change; none for a register of which
/// freezes do not speak. What the authority itself states, such as a route, is no change of the item.
fn material(kind: &str) -> &'static [&'static str] {
    match kind {
        Asset::KIND => &[
            "asset",
            "model",
            "serial number",
            "location",
            "condition",
            "owned by",
            "use",
            "contract",
        ],
        Licence::KIND => &[
            "licence",
            "product",
            "metric",
            "quantity",
            "expires",
            "yearly charge",
            "owned by",
            "supplier",
            "use",
            "contract",
        ],
        ThirdPartyContract::KIND => &[
            "third-party contract",
            "ends",
            "notice",
            "assignable",
            "yearly charge",
            "owned by",
            "supplier",
            "use",
            "contract",
        ],
        _ => &[],
    }
}

/// The changes of a register that a freeze forbids. They happened after the day of the last list, as
/// far as there was one, and by the day of the new one.
pub fn to_ask_about(
    kind: &str,
    compared: &Comparison,
    (after, by): (Option<Date>, Date),
    freeze: &Freeze,
) -> Vec<Breach> {
    let material = material(kind);
    let ended = after.zip(freeze.to).is_some_and(|(after, to)| after >= to);
    let outside = by < freeze.from || ended;
    if material.is_empty() || outside {
        return Vec::new();
    }
    let began = after.is_some_and(|after| after >= freeze.from.yesterday().unwrap_or(freeze.from));
    let perhaps = !began || freeze.to.is_some_and(|to| by > to);
    let breach = |id: RecordId, title: &str, frozen| Breach {
        id,
        title: title.to_owned(),
        frozen,
        perhaps,
    };
    let new = compared.appeared.iter();
    let new = new.map(|(id, title)| breach(*id, title, Frozen::New));
    let varied = compared.changed.iter().filter_map(|changed| {
        let headings = changed.differences.iter().map(|it| &it.heading);
        let headings: Vec<String> = headings
            .filter(|heading| material.contains(&heading.as_str()))
            .cloned()
            .collect();
        (!headings.is_empty()).then(|| breach(changed.id, &changed.title, Frozen::Varied(headings)))
    });
    let gone = compared.vanished.iter();
    let gone = gone.map(|(id, title)| breach(*id, title, Frozen::Gone));
    new.chain(varied).chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Changed, Difference};
    use super::*;
    use jiff::civil::date;

    const ID: RecordId = RecordId([1; 16]);

    fn changed(heading: &str) -> Comparison {
        let difference = Difference {
            heading: heading.into(),
            was: "a".into(),
            is: "b".into(),
        };
        Comparison {
            changed: vec![Changed {
                id: ID,
                title: "Varied".into(),
                differences: vec![difference],
            }],
            ..Comparison::default()
        }
    }

    fn freeze() -> Freeze {
        Freeze {
            from: date(2019, 3, 1),
            to: Some(date(2019, 7, 31)),
            clause: Some("Schedule 9, 7.2".into()),
        }
    }

    #[test]
    fn a_freeze_forbids_changes_of_what_it_speaks_of() {
        let days = (Some(date(2019, 4, 1)), date(2019, 5, 1));
        for (kind, heading, forbidden) in [
            ("asset", "location", true),
            ("asset", "route", false),
            ("asset", "last confirmed", false),
            ("licence", "quantity", true),
            ("licence", "consent", false),
            ("third-party contract", "ends", true),
            ("document", "location", false),
            ("credential", "rotated", false),
            ("data holding", "format", false),
        ] {
            let found = to_ask_about(kind, &changed(heading), days, &freeze());
            assert_eq!(!found.is_empty(), forbidden, "{kind} {heading}");
        }
        let both = Comparison {
            appeared: vec![(ID, "New".into())],
            vanished: vec![(ID, "Gone".into())],
            ..changed("location")
        };
        let found = to_ask_about("asset", &both, days, &freeze());
        let found: Vec<_> = found.into_iter().map(|it| it.frozen).collect();
        assert_eq!(
            found,
            [
                Frozen::New,
                Frozen::Varied(vec!["location".into()]),
                Frozen::Gone
            ]
        );
    }

    /// Between the days of two lists anything may have happened on any day but the first.
    #[test]
    fn what_may_have_been_outside_the_freeze_is_perhaps_one() {
        for (after, by, found) in [
            (Some(date(2019, 1, 1)), date(2019, 2, 28), None),
            (Some(date(2019, 1, 1)), date(2019, 3, 1), Some(true)),
            (Some(date(2019, 2, 27)), date(2019, 3, 1), Some(true)),
            (Some(date(2019, 2, 28)), date(2019, 3, 1), Some(false)),
            (Some(date(2019, 4, 1)), date(2019, 7, 31), Some(false)),
            (Some(date(2019, 4, 1)), date(2019, 8, 1), Some(true)),
            (Some(date(2019, 7, 30)), date(2019, 8, 1), Some(true)),
            (Some(date(2019, 7, 31)), date(2019, 8, 1), None),
            (None, date(2019, 5, 1), Some(true)),
            (None, date(2019, 2, 1), None),
        ] {
            let breaches = to_ask_about("asset", &changed("location"), (after, by), &freeze());
            let perhaps = breaches.first().map(|breach| breach.perhaps);
            assert_eq!(perhaps, found, "{after:?} {by}");
        }
        let open = Freeze {
            to: None,
            ..freeze()
        };
        let days = (Some(date(2019, 9, 1)), date(2019, 10, 1));
        let found = to_ask_about("asset", &changed("location"), days, &open);
        assert!(!found[0].perhaps, "a freeze without an end goes on");
    }
}
