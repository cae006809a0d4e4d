//! Who runs, steers and could leave each service, and what share of them the authority controls.

use crate::dated::{Dated, On, When};
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, agreed, joined, plain,
};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How much the authority depends on a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Criticality {
    Critical,
    High,
    Medium,
    Low,
}

const CRITICALITIES: &[&str] = &["critical", "high", "medium", "low"];

impl Criticality {
    pub const ALL: [Criticality; 4] = [
        Criticality::Critical,
        Criticality::High,
        Criticality::Medium,
        Criticality::Low,
    ];

    pub fn word(self) -> &'static str {
        CRITICALITIES[self as usize]
    }

    fn from_word(word: &str) -> Option<Criticality> {
        Criticality::ALL
            .into_iter()
            .find(|criticality| criticality.word() == word)
    }
}

/// What a service costs in a year, as somebody stated it: with staff, since in-house cost is
/// mostly salaries, which no payments file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearlyCost {
    pub pence: Pence,
    /// Whether salaries are in it; none when nobody said.
    pub includes_staff: Option<bool>,
}

/// A technology service that the authority uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    #[serde(default)]
    pub directorates: BTreeSet<RecordId>,
    /// The services that it stops without.
    #[serde(default)]
    pub depends_on: BTreeSet<RecordId>,
    #[serde(default)]
    pub yearly_cost: Dated<YearlyCost>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Service {
    /// Whether the service exists on `day`; an imprecise or unknown start or end leaves it in.
    pub fn exists(&self, day: Date) -> bool {
        let begun = self
            .started
            .is_none_or(|started| started.reached(day) != Some(false));
        let over = self
            .ended
            .is_some_and(|ended| ended.reached(day) == Some(true));
        begun && !over
    }
}

impl Kind for Service {
    const NAME: &'static str = "service";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let directorates = self.directorates.iter().map(|id| Reference {
            kind: "organisation",
            id: *id,
        });
        let services = self.depends_on.iter().map(|id| Reference {
            kind: Service::NAME,
            id: *id,
        });
        directorates.chain(services).collect()
    }
}

impl Tabled for Service {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "service",
            Form::Text,
            "Its usual name; rows with the same name describe one service.",
            "Contact centre telephony",
        ),
        Heading::optional("reference", Form::Text, "Your own short reference.", "S-07"),
        Heading::optional(
            "description",
            Form::Text,
            "One sentence on what it does.",
            "Calls from residents, queues and recording",
        ),
        Heading::optional(
            "criticality",
            Form::Choice(CRITICALITIES),
            "How much you depend on it.",
            "critical",
        ),
        Heading::optional(
            "directorates",
            Form::List,
            "Who uses it.",
            "Customer services; Revenues",
        ),
        Heading::optional(
            "depends on",
            Form::List,
            "The services it stops without.",
            "Network",
        ),
        Heading::optional(
            "yearly cost",
            Form::Pence,
            "What it costs in a year, staff included.",
            "410000",
        ),
        Heading::optional(
            "cost from",
            Form::When,
            "Since when it costs that; add a row for each change.",
            "2018-04-01",
        ),
        Heading::optional(
            "cost includes staff",
            Form::Choice(&["yes", "no"]),
            "Whether salaries are in the cost.",
            "yes",
        ),
        Heading::optional(
            "started",
            Form::When,
            "Since when there is such a service.",
            "2006-04-01",
        ),
        Heading::optional(
            "ended",
            Form::When,
            "When it ended; blank while it runs.",
            "",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where this is written down.",
            "Service catalogue 2018",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("service").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Service, Vec<RowFault>> {
        let mut faults = Faults::default();
        let text =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.text(heading));
        let name = text(&mut faults, "service").unwrap_or_default().to_owned();
        let reference = text(&mut faults, "reference").map(Into::into);
        let description = text(&mut faults, "description").map(Into::into);
        let source = text(&mut faults, "source").map(Into::into);
        let criticality = text(&mut faults, "criticality").and_then(Criticality::from_word);
        let started = agreed(rows, &mut faults, "started", |row| row.when("started"));
        let ended = agreed(rows, &mut faults, "ended", |row| row.when("ended"));
        let mut service = Service {
            name,
            reference,
            description,
            criticality,
            started,
            ended,
            source,
            ..Service::default()
        };
        for row in rows {
            service.directorates.extend(
                row.list("directorates")
                    .iter()
                    .map(|words| find.organisation(words)),
            );
            for words in row.list("depends on") {
                service.depends_on.extend(faults.found(
                    row,
                    "depends on",
                    find,
                    Service::NAME,
                    words,
                ));
            }
            let Some(pence) = row.pence("yearly cost") else {
                continue;
            };
            let includes_staff = row.text("cost includes staff").map(|word| word == "yes");
            let from = row.when("cost from").unwrap_or(When::Unknown);
            service.yearly_cost.state(
                from,
                YearlyCost {
                    pence,
                    includes_staff,
                },
            );
        }
        faults.or(service)
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let fixed = |cost: Option<(When, &YearlyCost)>| {
            let staff = cost
                .and_then(|(_, cost)| cost.includes_staff)
                .map(|yes| if yes { "yes" } else { "no" });
            vec![
                self.name.clone(),
                text(&self.reference),
                text(&self.description),
                self.criticality
                    .map(Criticality::word)
                    .unwrap_or_default()
                    .into(),
                joined(
                    self.directorates
                        .iter()
                        .map(|id| call.call("organisation", *id)),
                ),
                joined(
                    self.depends_on
                        .iter()
                        .map(|id| call.call(Service::NAME, *id)),
                ),
                cost.map(|(_, cost)| plain(cost.pence)).unwrap_or_default(),
                cost.map(|(from, _)| from.to_string()).unwrap_or_default(),
                staff.unwrap_or_default().into(),
                when(self.started),
                when(self.ended),
                text(&self.source),
            ]
        };
        if self.yearly_cost.is_empty() {
            return vec![fixed(None)];
        }
        self.yearly_cost
            .iter()
            .map(|cost| fixed(Some(cost)))
            .collect()
    }
}

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
    fn assumed_holder(self) -> Holder {
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
            (!sources.is_empty()).then(|| joined(sources.into_iter().map(Into::into)));
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

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let mut moments: BTreeSet<When> = self.mode.iter().map(|(from, _)| from).collect();
        moments.extend(self.provider.iter().map(|(from, _)| from));
        moments.extend(self.contract.iter().map(|(from, _)| from));
        moments.extend(
            self.facets
                .values()
                .flat_map(|facet| facet.iter().map(|(from, _)| from)),
        );
        let rows = moments.into_iter().map(|moment| {
            let name = |kind, link: &Dated<Option<RecordId>>| {
                held(link, moment)
                    .copied()
                    .flatten()
                    .map(|id| call.call(kind, id))
                    .unwrap_or_default()
            };
            let facet = |facet: Facet| {
                let holder = self
                    .facets
                    .get(&facet)
                    .and_then(|life| held(life, moment))
                    .copied()
                    .flatten();
                holder.map(Holder::word).unwrap_or_default().to_owned()
            };
            let mode = held(&self.mode, moment).copied().unwrap_or_default();
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

/// The value stated from `moment` or last before it.
fn held<T: PartialEq>(life: &Dated<T>, moment: When) -> Option<&T> {
    life.iter()
        .rev()
        .find(|(from, _)| *from <= moment)
        .map(|(_, value)| value)
}

impl Arrangement {
    fn state(
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

/// Who holds a facet on a day, and whether somebody said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub facet: Facet,
    pub holder: Holder,
    /// Filled in from the mode: counted as possible, never as known.
    pub assumed: bool,
}

/// Whether the authority controls a service on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As stated.
    Controlled,
    /// If what the mode suggests is true.
    AssumedControlled,
    /// Something that decides it is not known.
    Unknown,
    /// If what the mode suggests is true.
    AssumedNotControlled,
    /// As stated.
    NotControlled,
}

impl Standing {
    /// Certainly controlled.
    pub fn is_known(self) -> bool {
        self == Standing::Controlled
    }

    /// Controlled, or perhaps.
    pub fn is_possible(self) -> bool {
        matches!(
            self,
            Standing::Controlled | Standing::AssumedControlled | Standing::Unknown
        )
    }
}

/// What it takes to control a service: who may hold each facet. A facet without a line does not
/// matter for control.
///
/// Controlled means that the authority holds direction and money, and that data and tools are not
/// the supplier's alone; operation is shown as *run in-house* and does not decide control, since an
/// authority that steers and pays can change who runs a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRule {
    pub required: Vec<(Facet, Vec<Holder>)>,
}

impl Default for ControlRule {
    fn default() -> ControlRule {
        ControlRule {
            required: vec![
                (Facet::Direction, vec![Holder::Authority]),
                (Facet::Money, vec![Holder::Authority]),
                (Facet::DataAndTools, vec![Holder::Authority, Holder::Both]),
            ],
        }
    }
}

impl std::fmt::Display for ControlRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (facet, holders)) in self.required.iter().enumerate() {
            let words: Vec<&str> = holders.iter().map(|holder| holder.word()).collect();
            let separator = if i == 0 { "" } else { "; " };
            write!(
                f,
                "{separator}{} held by {}",
                facet.word(),
                words.join(" or ")
            )?;
        }
        Ok(())
    }
}

/// A service on a day: how it is delivered and whether the authority controls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    pub standing: Standing,
    pub mode: Mode,
    pub provider: Option<RecordId>,
    pub contract: Option<RecordId>,
    pub holdings: Vec<Holding>,
    /// The facets that stand against control, or leave it open.
    pub because: Vec<Facet>,
    /// Since when the present mode holds, where it is stated.
    pub since: Option<When>,
    /// The day falls inside a month or year in which the arrangement changed.
    pub changing: bool,
}

/// Judge one service on a day. No arrangement, or none that reaches the day, leaves it unknown.
pub fn control(arrangement: Option<&Arrangement>, day: Date, rule: &ControlRule) -> Control {
    let Some(arrangement) = arrangement else {
        return unknown(rule);
    };
    let mode_on = arrangement.mode.on(day);
    let changing = matches!(mode_on, On::Between(..));
    let mode = mode_on.certain().copied().unwrap_or_default();
    let since = match mode_on {
        On::Value(_) => {
            let reached =
                |(from, _): &(When, &Mode)| from.reached(day).unwrap_or(*from == When::Unknown);
            let mut begun: Vec<_> = arrangement.mode.iter().filter(reached).collect();
            while begun.len() > 1 && begun[begun.len() - 2].1 == begun[begun.len() - 1].1 {
                begun.pop();
            }
            begun.last().map(|(from, _)| *from)
        }
        On::Nothing | On::Between(..) => None,
    };
    let holdings: Vec<Holding> = Facet::ALL
        .map(|facet| holding(arrangement, facet, day, mode))
        .into();
    let mut against: Vec<Facet> = Vec::new();
    let mut open: Vec<Facet> = Vec::new();
    let mut assumed = false;
    let mut assumed_against = true;
    for (facet, allowed) in &rule.required {
        let held = holdings[*facet as usize];
        if held.holder == Holder::Unknown {
            open.push(*facet);
        } else if allowed.contains(&held.holder) {
            assumed |= held.assumed;
        } else {
            against.push(*facet);
            assumed_against &= held.assumed;
        }
    }
    let (standing, because) = match (against.is_empty(), open.is_empty()) {
        (false, _) if assumed_against => (Standing::AssumedNotControlled, against),
        (false, _) => (Standing::NotControlled, against),
        (true, false) => (Standing::Unknown, open),
        (true, true) if assumed => (Standing::AssumedControlled, Vec::new()),
        (true, true) => (Standing::Controlled, Vec::new()),
    };
    Control {
        standing,
        mode,
        provider: arrangement.provider.on(day).certain().copied().flatten(),
        contract: arrangement.contract.on(day).certain().copied().flatten(),
        holdings,
        because,
        since,
        changing,
    }
}

fn unknown(rule: &ControlRule) -> Control {
    let holdings = Facet::ALL.map(|facet| Holding {
        facet,
        holder: Holder::Unknown,
        assumed: false,
    });
    Control {
        standing: Standing::Unknown,
        mode: Mode::Unknown,
        provider: None,
        contract: None,
        holdings: holdings.into(),
        because: rule.required.iter().map(|(facet, _)| *facet).collect(),
        since: None,
        changing: false,
    }
}

fn holding(arrangement: &Arrangement, facet: Facet, day: Date, mode: Mode) -> Holding {
    let stated = arrangement
        .facets
        .get(&facet)
        .map_or(On::Nothing, |life| life.on(day));
    match stated {
        On::Value(Some(holder)) => Holding {
            facet,
            holder: *holder,
            assumed: false,
        },
        On::Value(None) | On::Nothing => Holding {
            facet,
            holder: mode.assumed_holder(),
            assumed: true,
        },
        On::Between(..) => Holding {
            facet,
            holder: Holder::Unknown,
            assumed: false,
        },
    }
}

/// A share as a range, because some of it is unknown or only assumed: at least `known`, at most
/// `possible`, out of `of`. Counts, or pence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub known: i64,
    pub possible: i64,
    pub of: i64,
}

impl Share {
    /// Hundredths of a percent, rounded down for the known end; none of nothing.
    pub fn known_share(&self) -> Option<i64> {
        ratio(self.known, self.of)
    }

    /// Hundredths of a percent, rounded up for the possible end; none of nothing.
    pub fn possible_share(&self) -> Option<i64> {
        ratio(self.of - self.possible, self.of).map(|rest| 10_000 - rest)
    }
}

fn ratio(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (i128::from(part) * 10_000 / i128::from(whole)) as i64)
}

/// The share of services that are controlled, each counting as one.
pub fn share_by_count(standings: impl IntoIterator<Item = Standing>) -> Share {
    standings
        .into_iter()
        .fold(Share::default(), |share, standing| Share {
            known: share.known + i64::from(standing.is_known()),
            possible: share.possible + i64::from(standing.is_possible()),
            of: share.of + 1,
        })
}

/// The share of stated yearly cost that is controlled, in pence, and what had to be assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostShare {
    /// Hundredths of a percent; none when no service has a stated cost.
    pub known: Option<i64>,
    pub possible: Option<i64>,
    /// The stated costs of all services.
    pub stated: Pence,
    /// The stated costs of the services certainly controlled.
    pub stated_controlled: Pence,
    /// How many services have no stated cost. Each is taken to cost between nothing and as much as
    /// the dearest service whose cost is stated: that is why the share is a range.
    pub without_cost: u32,
    /// The dearest stated cost.
    pub dearest: Pence,
}

/// The share of yearly cost that is controlled. A service without a stated cost counts anywhere
/// between nothing and the dearest stated cost, whichever makes the range widest.
pub fn share_by_cost(services: impl IntoIterator<Item = (Standing, Option<Pence>)>) -> CostShare {
    let services: Vec<_> = services.into_iter().collect();
    let dearest = services
        .iter()
        .filter_map(|(_, cost)| *cost)
        .max()
        .unwrap_or_default();
    let mut share = CostShare {
        dearest,
        ..CostShare::default()
    };
    let (mut possible, mut uncosted_known, mut uncosted_possible) = (Pence::ZERO, 0i64, 0i64);
    for (standing, cost) in services {
        match cost {
            Some(cost) => {
                share.stated += cost;
                if standing.is_known() {
                    share.stated_controlled += cost;
                }
                if standing.is_possible() {
                    possible += cost;
                }
            }
            None => {
                share.without_cost += 1;
                uncosted_known += i64::from(standing.is_known());
                uncosted_possible += i64::from(standing.is_possible());
            }
        }
    }
    let uncosted = i64::from(share.without_cost);
    // Lowest: what is not certainly controlled costs the most, what is controlled costs nothing.
    let low_whole = share.stated.0 + (uncosted - uncosted_known) * dearest.0;
    share.known = ratio(share.stated_controlled.0, low_whole);
    // Highest: what may be controlled costs the most, the rest nothing.
    let high_part = possible.0 + uncosted_possible * dearest.0;
    let high_whole = share.stated.0 + uncosted_possible * dearest.0;
    share.possible = Share {
        known: 0,
        possible: high_part,
        of: high_whole,
    }
    .possible_share();
    share
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn arrangement(points: &[(&str, Mode, &[(Facet, Holder)])]) -> Arrangement {
        let mut arrangement = Arrangement {
            service: RecordId([1; 16]),
            mode: Dated::default(),
            provider: Dated::default(),
            contract: Dated::default(),
            facets: BTreeMap::new(),
            source: None,
        };
        for (from, mode, facets) in points {
            let holder = |facet| {
                facets
                    .iter()
                    .find(|(stated, _)| *stated == facet)
                    .map(|(_, holder)| *holder)
            };
            arrangement.state(from.parse().expect("a date"), *mode, None, None, holder);
        }
        arrangement
    }

    const STEERED: &[(Facet, Holder)] = &[
        (Facet::Direction, Holder::Authority),
        (Facet::Money, Holder::Authority),
        (Facet::DataAndTools, Holder::Both),
    ];

    #[test]
    fn the_rule_by_table() {
        let day = date(2020, 1, 1);
        let rule = ControlRule::default();
        for (mode, facets, standing) in [
            (Mode::InHouse, &[][..], Standing::AssumedControlled),
            (Mode::Supplier, &[][..], Standing::AssumedNotControlled),
            (Mode::JointVenture, &[][..], Standing::AssumedNotControlled),
            (Mode::Unknown, &[][..], Standing::Unknown),
            (Mode::Supplier, STEERED, Standing::Controlled),
            (
                Mode::InHouse,
                &[(Facet::Direction, Holder::Supplier)][..],
                Standing::NotControlled,
            ),
            (
                Mode::Unknown,
                &[(Facet::Direction, Holder::Authority)][..],
                Standing::Unknown,
            ),
            (
                Mode::Supplier,
                &[(Facet::DataAndTools, Holder::Authority)][..],
                Standing::AssumedNotControlled,
            ),
            (
                Mode::InHouse,
                &[(Facet::Operation, Holder::Supplier)][..],
                Standing::AssumedControlled,
            ),
        ] {
            let arrangement = arrangement(&[("2006", mode, facets)]);
            assert_eq!(
                control(Some(&arrangement), day, &rule).standing,
                standing,
                "{mode:?} {facets:?}"
            );
        }
        assert_eq!(control(None, day, &rule).standing, Standing::Unknown);
    }

    #[test]
    fn inside_the_month_of_change_it_is_unknown() {
        let moved = arrangement(&[
            ("2006-04-01", Mode::Supplier, &[]),
            ("2019-08", Mode::InHouse, &[]),
        ]);
        let rule = ControlRule::default();
        assert_eq!(
            control(Some(&moved), date(2019, 7, 31), &rule).standing,
            Standing::AssumedNotControlled
        );
        let inside = control(Some(&moved), date(2019, 8, 15), &rule);
        assert_eq!(
            (inside.standing, inside.changing),
            (Standing::Unknown, true)
        );
        let after = control(Some(&moved), date(2019, 8, 31), &rule);
        assert_eq!(
            (after.standing, after.since),
            (Standing::AssumedControlled, Some(When::Month(2019, 8)))
        );
    }

    #[test]
    fn the_rule_is_printed_with_the_figure() {
        assert_eq!(
            ControlRule::default().to_string(),
            "direction held by authority; money held by authority; data and tools held by authority or both"
        );
    }

    /// The worked example of docs/measures/control-share.md.
    #[test]
    fn share_by_cost_with_an_unknown_cost() {
        let share = share_by_cost([
            (Standing::Controlled, Some(Pence(60_000_00))),
            (Standing::NotControlled, Some(Pence(40_000_00))),
            (Standing::NotControlled, None),
        ]);
        assert_eq!((share.known, share.possible), (Some(3_750), Some(6_000)));
        assert_eq!(share_by_cost([(Standing::Controlled, None)]).known, None);
    }

    fn any_standing() -> impl Strategy<Value = Standing> {
        proptest::sample::select(vec![
            Standing::Controlled,
            Standing::AssumedControlled,
            Standing::Unknown,
            Standing::AssumedNotControlled,
            Standing::NotControlled,
        ])
    }

    proptest! {
        #[test]
        fn the_range_is_a_range(services in proptest::collection::vec(
            (any_standing(), proptest::option::of((0i64..10_000_000).prop_map(Pence))), 0..20)) {
            let count = share_by_count(services.iter().map(|(standing, _)| *standing));
            prop_assert!(count.known <= count.possible && count.possible <= count.of);
            let cost = share_by_cost(services);
            if let (Some(known), Some(possible)) = (cost.known, cost.possible) {
                prop_assert!(0 <= known && known <= possible && possible <= 10_000, "{known} {possible}");
            }
        }
    }
}
