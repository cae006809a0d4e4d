//! The services that the authority uses.

use crate::dated::{Dated, When};
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined, plain,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

    const LIFE: Option<Life> = Some(Life {
        from: "cost from",
        values: &["yearly cost", "cost includes staff"],
        blank_stays: &["yearly cost"],
        end: Some("ended"),
    });

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
            if pence < Pence::ZERO {
                faults.add(
                    row,
                    "yearly cost",
                    plain(pence),
                    "a yearly cost cannot be negative",
                );
                continue;
            }
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

    fn identity(&self) -> String {
        self.name.to_lowercase()
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
