//! What a person states of a service's readiness where no register can tell.

use super::wave::SERVICE;
use crate::dated::{Dated, When};
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, joined};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a service must have before it can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dimension {
    Assets,
    Licences,
    Data,
    People,
    Knowledge,
    /// Who can log in, and who holds the keys.
    Access,
    /// Whether it was restored from its copies, and how that went.
    RecoveryTested,
    /// What becomes of the contracts with third parties.
    ContractRoute,
}

const DIMENSIONS: &[&str] = &[
    "assets",
    "licences",
    "data",
    "people",
    "knowledge",
    "access",
    "recovery-tested",
    "contract-route",
];

impl Dimension {
    pub const ALL: [Dimension; 8] = [
        Dimension::Assets,
        Dimension::Licences,
        Dimension::Data,
        Dimension::People,
        Dimension::Knowledge,
        Dimension::Access,
        Dimension::RecoveryTested,
        Dimension::ContractRoute,
    ];

    /// As tables have it.
    pub fn word(self) -> &'static str {
        DIMENSIONS[self as usize]
    }
}

/// What a person says of one dimension, from a moment on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub ready: bool,
    /// What is missing, when it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// The post that says so, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default)]
    pub evidence: Vec<String>,
    /// The last day on which it may be relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<When>,
    /// When the service was last restored from its copies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tested_on: Option<When>,
    /// How that restore went, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

/// A person's statement on one service and one dimension, through time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadinessStatement {
    pub service: RecordId,
    pub dimension: Dimension,
    #[serde(default)]
    pub said: Dated<Said>,
}

impl Kind for ReadinessStatement {
    const NAME: &'static str = "readiness statement";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        let state = match self.said.latest() {
            Some(said) if said.ready => "ready",
            Some(_) => "not ready",
            None => "nothing said",
        };
        format!("{}: {state}", self.dimension.word())
    }
    fn references(&self) -> Vec<Reference> {
        vec![Reference {
            kind: SERVICE,
            id: self.service,
        }]
    }
}

impl Tabled for ReadinessStatement {
    const LIFE: Option<Life> = Some(Life {
        from: "from",
        values: &[
            "state",
            "missing",
            "said by",
            "evidence",
            "expires",
            "tested on",
            "result",
        ],
        blank_stays: &["state"],
        end: None,
    });

    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "service",
            Form::Text,
            "The service; add a row for each date on which something changed.",
            "Data centre hosting",
        ),
        Heading::needed(
            "dimension",
            Form::Choice(DIMENSIONS),
            "Which part of being ready it is about.",
            "recovery-tested",
        ),
        Heading::needed(
            "state",
            Form::Choice(&["ready", "not-ready"]),
            "What is so.",
            "ready",
        ),
        Heading::optional(
            "missing",
            Form::Text,
            "What is missing; needed when it is not ready.",
            "",
        ),
        Heading::needed("from", Form::When, "Since when this is so.", "2019-05-20"),
        Heading::optional(
            "said by",
            Form::Text,
            "The post that says so; never a person's name.",
            "Infrastructure manager",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where it can be seen; without it nothing counts as ready.",
            "Restore test report, 18 May 2019",
        ),
        Heading::optional(
            "expires",
            Form::When,
            "The last day on which it may be relied on.",
            "2020-05-18",
        ),
        Heading::optional(
            "tested on",
            Form::When,
            "When the service was last restored from its copies.",
            "2019-05-18",
        ),
        Heading::optional(
            "result",
            Form::Text,
            "How that restore went.",
            "Restored in 6 hours, where 8 are allowed",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} / {}", words("service"), words("dimension"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<ReadinessStatement, Vec<RowFault>> {
        let mut faults = Faults::default();
        let first = rows[0];
        let service = first.text("service").unwrap_or_default();
        let service = faults.found(first, "service", find, SERVICE, service);
        let word = first.text("dimension").unwrap_or_default();
        let dimension = Dimension::ALL.into_iter().find(|it| it.word() == word);
        let mut statement = ReadinessStatement {
            service: service.unwrap_or(RecordId([0; 16])),
            dimension: dimension.unwrap_or(Dimension::Assets),
            said: Dated::default(),
        };
        let mut starts = BTreeSet::new();
        for row in rows {
            let from = row.when("from").unwrap_or(When::Unknown);
            let text = |heading| row.text(heading).map(str::to_owned);
            let said = Said {
                ready: row.text("state") == Some("ready"),
                missing: text("missing"),
                by: text("said by"),
                evidence: row.list("evidence").to_vec(),
                expires: row.when("expires"),
                tested_on: row.when("tested on"),
                result: text("result"),
            };
            match (said.ready, &said.missing) {
                (false, None) => faults.add(row, "missing", "", "say what is missing"),
                (true, Some(missing)) => faults.add(
                    row,
                    "missing",
                    missing,
                    "what is ready has nothing missing: clear this, or say not-ready",
                ),
                _ => {}
            }
            if !starts.insert(from) {
                faults.add(
                    row,
                    "from",
                    from.to_string(),
                    "another row of this service and dimension begins on the same date: keep one",
                );
            }
            statement.said.state(from, said);
        }
        faults.or(statement)
    }

    fn identity(&self) -> String {
        format!("{} {}", self.service, self.dimension.word())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let rows = self.said.iter().map(|(from, said)| {
            vec![
                call.call(SERVICE, self.service),
                self.dimension.word().into(),
                if said.ready { "ready" } else { "not-ready" }.into(),
                text(&said.missing),
                from.to_string(),
                text(&said.by),
                joined(said.evidence.iter().cloned()),
                when(said.expires),
                when(said.tested_on),
                text(&said.result),
            ]
        });
        rows.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    fn row(state: &str, missing: &str, from: &str) -> Vec<String> {
        [
            "Network", "people", state, missing, from, "", "", "", "", "",
        ]
        .map(str::to_owned)
        .into()
    }

    #[test]
    fn a_statement_changes_with_time() {
        let mut directory = Directory::default();
        directory.id("Network");
        let rows = [
            row("not-ready", "Two posts", "2019-05"),
            row("ready", "", "2019-07-01"),
        ];
        let stated: ReadinessStatement = record_of(&rows, &mut directory).expect("reads");
        let ready = |day| stated.said.on(day).certain().map(|said| said.ready);
        assert_eq!(ready(date(2019, 4, 30)), None);
        assert_eq!(ready(date(2019, 6, 30)), Some(false));
        assert_eq!(ready(date(2019, 7, 1)), Some(true));
        assert_eq!(
            record_of(&stated.to_rows(&directory), &mut directory),
            Ok(stated)
        );
    }

    #[test]
    fn what_is_wrong_with_a_statement_is_said() {
        let mut directory = Directory::default();
        for (rows, faults) in [
            (vec![row("ready", "", "2019")], vec!["service"]),
            (vec![row("not-ready", "", "2019")], vec!["missing"]),
            (vec![row("ready", "Two posts", "2019")], vec!["missing"]),
            (
                vec![row("ready", "", "2019"), row("ready", "", "2019")],
                vec!["from"],
            ),
        ] {
            let read = record_of::<ReadinessStatement>(&rows, &mut directory);
            assert_eq!(read, Err(faults), "{rows:?}");
            directory.id("Network");
        }
    }
}
