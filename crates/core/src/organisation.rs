//! Organisations: the authority, its directorates, suppliers and their groups, panels.

use crate::dated::{Dated, When};
use crate::record::{Kind, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an organisation is to the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganisationRole {
    Authority,
    Directorate,
    Supplier,
    /// An oversight body.
    Panel,
    /// Another public body that bought something, as published notices name it.
    Buyer,
}

/// The words of [`OrganisationRole`] as tables hold them.
const ROLES: &[(&str, OrganisationRole)] = &[
    ("authority", OrganisationRole::Authority),
    ("directorate", OrganisationRole::Directorate),
    ("supplier", OrganisationRole::Supplier),
    ("panel", OrganisationRole::Panel),
    ("buyer", OrganisationRole::Buyer),
];

/// Stands in a table where there is no such organisation from a date on.
const NOBODY: &str = "-";
impl OrganisationRole {
    pub fn word(self) -> &'static str {
        ROLES[self as usize].0
    }
}

/// An identifier in somebody's scheme, such as `GB-COH` (Companies House) or `GB-CHC` (charities);
/// scheme codes are those of org-id.guide, as OCDS uses them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    pub scheme: String,
    pub id: String,
}

impl std::fmt::Display for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.scheme, self.id)
    }
}

/// An organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    pub name: String,
    #[serde(default)]
    pub roles: BTreeSet<OrganisationRole>,
    #[serde(default)]
    pub identifiers: BTreeSet<Identifier>,
    /// Other names by which it is printed.
    #[serde(default)]
    pub printed_names: BTreeSet<String>,
    /// The organisation that owns it, through time; the top of the chain is its supplier group.
    #[serde(default)]
    pub parent: Dated<Option<RecordId>>,
    /// Who took over its functions, through time.
    #[serde(default)]
    pub succeeded_by: Dated<Option<RecordId>>,
    /// What it became part of, through time.
    #[serde(default)]
    pub merged_into: Dated<Option<RecordId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Kind for Organisation {
    const NAME: &'static str = "organisation";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let links = [&self.parent, &self.succeeded_by, &self.merged_into];
        let ids = links
            .into_iter()
            .flat_map(|link| link.iter())
            .filter_map(|(_, id)| *id);
        ids.map(|id| Reference {
            kind: Organisation::NAME,
            id,
        })
        .collect()
    }
}

impl Tabled for Organisation {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "organisation",
            Form::Text,
            "Its usual name; rows with the same name describe one organisation.",
            "Northmere Digital Services Ltd",
        ),
        Heading::optional(
            "roles",
            Form::List,
            "What it is to you: authority, directorate, supplier, panel or buyer.",
            "supplier",
        ),
        Heading::optional(
            "identifiers",
            Form::List,
            "Scheme and number, such as GB-COH:01234567 for Companies House.",
            "GB-COH:00000001",
        ),
        Heading::optional(
            "printed names",
            Form::List,
            "Other names by which it appears in payments or contracts.",
            "NORTHMERE DIGITAL SERV; Northmere Digital",
        ),
        Heading::optional(
            "parent",
            Form::Text,
            "The organisation that owns it; blank is as before, - is nobody.",
            "Northmere Group plc",
        ),
        Heading::optional(
            "from",
            Form::When,
            "Since when the parent owns it.",
            "2006-04-01",
        ),
        Heading::optional(
            "succeeded by",
            Form::Text,
            "Who took over its functions, from the same date; - is nobody.",
            "",
        ),
        Heading::optional(
            "merged into",
            Form::Text,
            "What it became part of, from the same date; - is nothing.",
            "",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where this is written down.",
            "Annual report 2007, page 12",
        ),
    ];

    const LIFE: Option<Life> = Some(Life {
        from: "from",
        values: &["parent", "succeeded by", "merged into"],
        blank_stays: &["parent", "succeeded by", "merged into"],
        end: None,
    });

    fn key(row: &Row) -> String {
        row.text("organisation").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Organisation, Vec<RowFault>> {
        let mut faults = Faults::default();
        let name = agreed(rows, &mut faults, "organisation", |row| {
            row.text("organisation")
        });
        let mut organisation = Organisation {
            name: name.unwrap_or_default().into(),
            ..Organisation::default()
        };
        for row in rows {
            for word in row.list("roles") {
                match ROLES
                    .iter()
                    .find(|(name, _)| word.eq_ignore_ascii_case(name))
                {
                    Some((_, role)) => drop(organisation.roles.insert(*role)),
                    None => faults.add(
                        row,
                        "roles",
                        word,
                        "not a role: write authority, directorate, supplier, panel or buyer",
                    ),
                }
            }
            for identifier in row.list("identifiers") {
                match identifier.split_once(':') {
                    Some((scheme, id)) if !scheme.trim().is_empty() && !id.trim().is_empty() => {
                        let identifier = Identifier {
                            scheme: scheme.trim().into(),
                            id: id.trim().into(),
                        };
                        organisation.identifiers.insert(identifier);
                    }
                    _ => faults.add(
                        row,
                        "identifiers",
                        identifier,
                        "write scheme:number, such as GB-COH:01234567",
                    ),
                }
            }
            organisation
                .printed_names
                .extend(row.list("printed names").iter().cloned());
            let from = row.when("from").unwrap_or(When::Unknown);
            for (heading, link) in [
                ("parent", &mut organisation.parent),
                ("succeeded by", &mut organisation.succeeded_by),
                ("merged into", &mut organisation.merged_into),
            ] {
                match row.text(heading) {
                    None => {}
                    Some(NOBODY) => link.state(from, None),
                    Some(words) => link.state(from, Some(find.organisation(words))),
                }
            }
        }
        organisation.source =
            agreed(rows, &mut faults, "source", |row| row.text("source")).map(Into::into);
        faults.or(organisation)
    }

    fn identity(&self) -> String {
        self.name.to_lowercase()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let links = [&self.parent, &self.succeeded_by, &self.merged_into];
        let mut moments: BTreeSet<When> = links
            .into_iter()
            .flat_map(|link| link.iter().map(|(from, _)| from))
            .collect();
        if moments.is_empty() {
            moments.insert(When::Unknown);
        }
        let words = |role: &OrganisationRole| {
            ROLES
                .iter()
                .find(|(_, known)| known == role)
                .map(|(word, _)| (*word).to_owned())
                .unwrap_or_default()
        };
        let at = |link: &Dated<Option<RecordId>>, moment: When| match link
            .iter()
            .find(|(from, _)| *from == moment)
        {
            None => String::new(),
            Some((_, None)) => NOBODY.into(),
            Some((_, Some(id))) => call.call(Organisation::NAME, *id),
        };
        let rows = moments.into_iter().map(|moment| {
            vec![
                self.name.clone(),
                joined(self.roles.iter().map(words)),
                joined(self.identifiers.iter().map(ToString::to_string)),
                joined(self.printed_names.iter().cloned()),
                at(&self.parent, moment),
                if moment == When::Unknown {
                    String::new()
                } else {
                    moment.to_string()
                },
                at(&self.succeeded_by, moment),
                at(&self.merged_into, moment),
                self.source.clone().unwrap_or_default(),
            ]
        });
        rows.collect()
    }
}

/// The top of the chain of owners on `day`: the supplier group. A chain that runs in a circle, or
/// whose owner is not certain on that day, ends at the last certain organisation.
pub fn group(
    organisations: &BTreeMap<RecordId, Organisation>,
    id: RecordId,
    day: Date,
) -> RecordId {
    let mut seen = BTreeSet::from([id]);
    let mut top = id;
    while let Some(parent) = organisations
        .get(&top)
        .and_then(|held| held.parent.on(day).certain().copied().flatten())
    {
        if !seen.insert(parent) {
            break;
        }
        top = parent;
    }
    top
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_group_is_the_top_of_the_owners_on_the_day() {
        let [child, middle, top] = [1, 2, 3].map(|n| RecordId([n; 16]));
        let owned_by = |parent, from: &str| Organisation {
            parent: Dated::since(from.parse().expect("a date"), Some(parent)),
            ..Organisation::default()
        };
        let organisations = BTreeMap::from([
            (child, owned_by(middle, "2006-04-01")),
            (middle, owned_by(top, "2010-01-01")),
            (top, Organisation::default()),
        ]);
        assert_eq!(group(&organisations, child, date(2005, 1, 1)), child);
        assert_eq!(group(&organisations, child, date(2007, 1, 1)), middle);
        assert_eq!(group(&organisations, child, date(2011, 1, 1)), top);
    }

    #[test]
    fn owners_in_a_circle_end_the_chain() {
        let [a, b] = [1, 2].map(|n| RecordId([n; 16]));
        let owned_by = |parent| Organisation {
            parent: Dated::since(When::Unknown, Some(parent)),
            ..Organisation::default()
        };
        let organisations = BTreeMap::from([(a, owned_by(b)), (b, owned_by(a))]);
        assert_eq!(group(&organisations, a, date(2020, 1, 1)), b);
    }
}
