//! Who delivers a service, from when, and who holds what in it.

use super::service::Service;
use crate::dated::{Dated, When};
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How a service is delivered, in one word.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    InHouse,
    /// With other authorities.
    Shared,
    JointVenture,
    Supplier,
    #[default]
    Unknown,
}

const MODES: &[&str] = &["in-house", "shared", "joint-venture", "supplier", "unknown"];

impl Mode {
    pub const ALL: [Mode; 5] = [
        Mode::InHouse,
        Mode::Shared,
        Mode::JointVenture,
        Mode::Supplier,
        Mode::Unknown,
    ];

    pub fn word(self) -> &'static str {
        MODES[self as usize]
    }

    fn from_word(word: &str) -> Mode {
        Mode::ALL
            .into_iter()
            .find(|mode| mode.word() == word)
            .unwrap_or_default()
    }

    /// Who is taken to hold every facet that nobody stated. Marked as assumed wherever it is used.
    pub(super) fn assumed_holder(self) -> Holder {
        match self {
            Mode::InHouse => Holder::Authority,
            Mode::Shared => Holder::Both,
            Mode::JointVenture | Mode::Supplier => Holder::Supplier,
            Mode::Unknown => Holder::Unknown,
        }
    }
}

/// What there is to hold in a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Facet {
    /// Who decides what it should become.
    Direction,
    /// Who decides what is spent on it.
    Money,
    /// Who knows how it works.
    Knowledge,
    /// Whose are the data and the tools, and who can reach them.
    DataAndTools,
    /// Who runs it from day to day.
    Operation,
}

impl Facet {
    pub const ALL: [Facet; 5] = [
        Facet::Direction,
        Facet::Money,
        Facet::Knowledge,
        Facet::DataAndTools,
        Facet::Operation,
    ];

    /// Its heading in tables.
    pub fn word(self) -> &'static str {
        [
            "direction",
            "money",
            "knowledge",
            "data and tools",
            "operation",
        ][self as usize]
    }
}

/// Who holds a facet.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Holder {
    Authority,
    /// The authority and the supplier, or several authorities.
    Both,
    Supplier,
    #[default]
    Unknown,
}

const HOLDERS: &[&str] = &["authority", "both", "supplier", "unknown"];

impl Holder {
    pub fn word(self) -> &'static str {
        HOLDERS[self as usize]
    }

    fn from_word(word: &str) -> Holder {
        [Holder::Authority, Holder::Both, Holder::Supplier]
            .into_iter()
            .find(|holder| holder.word() == word)
            .unwrap_or_default()
    }
}

/// Who delivers a service, from when, under which contract, and who holds what in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrangement {
    pub service: RecordId,
    #[serde(default)]
    pub mode: Dated<Mode>,
    #[serde(default)]
    pub provider: Dated<Option<RecordId>>,
    #[serde(default)]
    pub contract: Dated<Option<RecordId>>,
    /// Who holds each facet, where somebody stated it; none from a date means "as the mode suggests".
    #[serde(default)]
    pub facets: BTreeMap<Facet, Dated<Option<Holder>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Kind for Arrangement {
    const NAME: &'static str = "arrangement";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        let mode = self.mode.latest().copied().unwrap_or_default();
        format!("arrangement ({})", mode.word())
    }
    fn references(&self) -> Vec<Reference> {
        let ids = |kind, link: &Dated<Option<RecordId>>| {
            let ids: Vec<_> = link.iter().filter_map(|(_, id)| *id).collect();
            ids.into_iter().map(move |id| Reference { kind, id })
        };
        let service = Reference {
            kind: Service::NAME,
            id: self.service,
        };
        let others = ids("organisation", &self.provider).chain(ids("contract", &self.contract));
        std::iter::once(service).chain(others).collect()
    }
}

impl Tabled for Arrangement {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "service",
            Form::Text,
            "The service; add a row for each date on which something changed.",
            "Contact centre telephony",
        ),
        Heading::needed(
            "mode",
            Form::Choice(MODES),
            "How it is delivered from that date.",
            "joint-venture",
        ),
        Heading::optional(
            "provider",
            Form::Text,
            "Who delivers it; blank is yourselves where the mode is in-house.",
            "Northmere Digital Services Ltd",
        ),
        Heading::optional(
            "contract",
            Form::Text,
            "The reference or title of the contract it is delivered under.",
            "C-001",
        ),
        Heading::needed(
            "from",
            Form::When,
            "Since when; write unknown if nobody knows.",
            "2006-04-01",
        ),
        Heading::optional(
            "until",
            Form::When,
            "The last day, if nothing known follows.",
            "",
        ),
        Heading::optional(
            "direction",
            Form::Choice(HOLDERS),
            "Who decides what it should become; blank is assumed from the mode.",
            "supplier",
        ),
        Heading::optional(
            "money",
            Form::Choice(HOLDERS),
            "Who decides what is spent on it.",
            "both",
        ),
        Heading::optional(
            "knowledge",
            Form::Choice(HOLDERS),
            "Who knows how it works.",
            "supplier",
        ),
        Heading::optional(
            "data and tools",
            Form::Choice(HOLDERS),
            "Whose are the data and tools.",
            "both",
        ),
        Heading::optional(
            "operation",
            Form::Choice(HOLDERS),
            "Who runs it from day to day.",
            "supplier",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where this is written down.",
            "Contract schedule 4",
        ),
    ];

    const LIFE: Option<Life> = Some(Life {
        from: "from",
        values: &[
            "mode",
            "provider",
            "contract",
            "direction",
            "money",
            "knowledge",
            "data and tools",
            "operation",
        ],
        blank_stays: &[],
        end: Some("until"),
    });

    fn key(row: &Row) -> String {
        row.text("service").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Arrangement, Vec<RowFault>> {
        let mut faults = Faults::default();
        let words = rows[0].text("service").unwrap_or_default();
        let service = faults.found(rows[0], "service", find, Service::NAME, words);
        let mut arrangement = Arrangement {
            service: service.unwrap_or(RecordId([0; 16])),
            mode: Dated::default(),
            provider: Dated::default(),
            contract: Dated::default(),
            facets: BTreeMap::new(),
            source: None,
        };
        let sources: BTreeSet<&str> = rows.iter().filter_map(|row| row.text("source")).collect();
        arrangement.source =
            (!sources.is_empty()).then(|| sources.into_iter().collect::<Vec<_>>().join("; "));
        let mut starts: BTreeSet<When> = BTreeSet::new();
        for row in rows {
            let from = row.when("from").unwrap_or(When::Unknown);
            if !starts.insert(from) {
                faults.add(
                    row,
                    "from",
                    from.to_string(),
                    "another row of this service begins on the same date: keep one",
                );
                continue;
            }
            let mode = Mode::from_word(row.text("mode").unwrap_or_default());
            let provider = match row.text("provider") {
                Some(words) => Some(find.organisation(words)),
                None if mode == Mode::InHouse => Some(find.authority()),
                None => None,
            };
            let contract = row
                .text("contract")
                .and_then(|words| faults.found(row, "contract", find, "contract", words));
            arrangement.state(from, mode, provider, contract, |facet| {
                row.text(facet.word()).map(Holder::from_word)
            });
        }
        for row in rows {
            let Some(until) = row.when("until") else {
                continue;
            };
            let Some(last) = until.latest() else { continue };
            let next = When::Day(last.saturating_add(1.day()));
            let followed = starts
                .iter()
                .any(|start| *start > row.when("from").unwrap_or(When::Unknown) && *start <= next);
            if !followed {
                arrangement.state(next, Mode::Unknown, None, None, |_| None);
            }
        }
        faults.or(arrangement)
    }

    fn identity(&self) -> String {
        self.service.to_string()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let rows = self.moments().into_iter().map(|moment| {
            let name = |kind, link: &Dated<Option<RecordId>>| {
                link.from(moment)
                    .copied()
                    .flatten()
                    .map(|id| call.call(kind, id))
                    .unwrap_or_default()
            };
            let facet = |facet: Facet| {
                let holder = self
                    .facets
                    .get(&facet)
                    .and_then(|life| life.from(moment))
                    .copied()
                    .flatten();
                holder.map(Holder::word).unwrap_or_default().to_owned()
            };
            let mode = self.mode.from(moment).copied().unwrap_or_default();
            let mut row = vec![
                call.call(Service::NAME, self.service),
                mode.word().into(),
                name("organisation", &self.provider),
                name("contract", &self.contract),
                moment.to_string(),
                String::new(),
            ];
            row.extend(Facet::ALL.map(facet));
            row.push(self.source.clone().unwrap_or_default());
            row
        });
        rows.collect()
    }
}

impl Arrangement {
    /// Every moment from which something about the service was different.
    pub(super) fn moments(&self) -> BTreeSet<When> {
        let mut moments: BTreeSet<When> = self.mode.iter().map(|(from, _)| from).collect();
        moments.extend(self.provider.iter().map(|(from, _)| from));
        moments.extend(self.contract.iter().map(|(from, _)| from));
        moments.extend(
            self.facets
                .values()
                .flat_map(|facet| facet.iter().map(|(from, _)| from)),
        );
        moments
    }

    /// Nothing is said yet of who delivers a service.
    pub fn open(service: RecordId) -> Arrangement {
        Arrangement {
            service,
            mode: Dated::default(),
            provider: Dated::default(),
            contract: Dated::default(),
            facets: BTreeMap::new(),
            source: None,
        }
    }

    /// Whether nobody stated a date on which anything in it changed: then one answer says it all.
    pub fn is_undated(&self) -> bool {
        fn undated<T: PartialEq>(life: &Dated<T>) -> bool {
            life.iter().all(|(from, _)| from == When::Unknown)
        }
        undated(&self.mode)
            && undated(&self.provider)
            && undated(&self.contract)
            && self.facets.values().all(undated)
    }

    /// Answer who delivers the service, since before anything known. Who holds its facets was said of
    /// the former answer, so it is taken from the mode again.
    pub fn answer(&mut self, mode: Mode, provider: Option<RecordId>) {
        self.mode = Dated::since(When::Unknown, mode);
        self.provider = Dated::since(When::Unknown, provider);
        self.facets.clear();
    }

    /// State that the authority holds these facets, since before anything known.
    pub fn confirm(&mut self, facets: impl IntoIterator<Item = Facet>) {
        for facet in facets {
            let held = Dated::since(When::Unknown, Some(Holder::Authority));
            self.facets.insert(facet, held);
        }
    }

    pub(super) fn state(
        &mut self,
        from: When,
        mode: Mode,
        provider: Option<RecordId>,
        contract: Option<RecordId>,
        holder: impl Fn(Facet) -> Option<Holder>,
    ) {
        self.mode.state(from, mode);
        self.provider.state(from, provider);
        self.contract.state(from, contract);
        for facet in Facet::ALL {
            self.facets
                .entry(facet)
                .or_default()
                .state(from, holder(facet));
        }
    }
}
