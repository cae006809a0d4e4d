//! What an oversight body recommended, and what became of it.

use crate::dated::{Dated, When};
use crate::organisation::Organisation;
use crate::record::{Kind, KindName, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far a recommendation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecommendationState {
    /// Made, and not answered.
    Open,
    Accepted,
    InProgress,
    Done,
    /// Not accepted; the answer says why.
    Rejected,
}

const STATES: &[&str] = &["open", "accepted", "in-progress", "done", "rejected"];

impl RecommendationState {
    pub const ALL: [RecommendationState; 5] = [
        RecommendationState::Open,
        RecommendationState::Accepted,
        RecommendationState::InProgress,
        RecommendationState::Done,
        RecommendationState::Rejected,
    ];

    pub fn word(self) -> &'static str {
        STATES[self as usize]
    }
}

/// A recommendation of an oversight body, such as an improvement panel or an auditor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Who made it.
    pub body: RecordId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    pub date: When,
    pub text: String,
    /// The services it is about; none when it is about all.
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<When>,
    /// The post that answers for it, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where it can be seen what was done.
    #[serde(default)]
    pub evidence: Vec<String>,
    #[serde(default)]
    pub state: Dated<RecommendationState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Kind for Recommendation {
    const NAME: &'static str = "recommendation";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.text.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let body = Reference {
            kind: Organisation::NAME,
            id: self.body,
        };
        let services = self.services.iter().map(|id| Reference {
            kind: SERVICE,
            id: *id,
        });
        std::iter::once(body).chain(services).collect()
    }
}

const SERVICE: KindName = "service";

impl Tabled for Recommendation {
    const LIFE: Option<Life> = Some(Life {
        from: "state from",
        values: &["state"],
        blank_stays: &["state"],
        end: None,
    });

    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "recommendation",
            Form::Text,
            "What was recommended, in its own words; rows with the same words describe one.",
            "Keep a register of everything that must move before the contract ends",
        ),
        Heading::needed(
            "body",
            Form::Text,
            "Who made it: a panel, an auditor, a committee; state it among the organisations first.",
            "Harrowmere Improvement Panel",
        ),
        Heading::optional("reference", Form::Text, "Its number in the report.", "R4"),
        Heading::needed("date", Form::When, "When it was made.", "2018-11"),
        Heading::optional(
            "services",
            Form::List,
            "The services it is about; blank for all.",
            "Data centre hosting",
        ),
        Heading::optional(
            "answer",
            Form::Text,
            "What the authority answered.",
            "Accepted. The register is kept from January 2019",
        ),
        Heading::optional("answered on", Form::When, "When it answered.", "2018-12-10"),
        Heading::optional(
            "owner",
            Form::Text,
            "The post that answers for it; never a person's name.",
            "Assistant director, technology",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where it can be seen what was done.",
            "Exit register, January 2019",
        ),
        Heading::optional(
            "state",
            Form::Choice(STATES),
            "How far it has come; add a row for each change.",
            "accepted",
        ),
        Heading::optional(
            "state from",
            Form::When,
            "Since when it stands so.",
            "2018-12-10",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where the recommendation can be read.",
            "Panel report, November 2018",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} {}", words("body"), words("recommendation"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Recommendation, Vec<RowFault>> {
        let mut faults = Faults::default();
        let text =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.text(heading));
        let words = text(&mut faults, "body").unwrap_or_default();
        let body = faults.found(rows[0], "body", find, Organisation::NAME, words);
        let mut recommendation = Recommendation {
            body: body.unwrap_or(RecordId([0; 16])),
            reference: text(&mut faults, "reference").map(Into::into),
            date: agreed(rows, &mut faults, "date", |row| row.when("date"))
                .unwrap_or(When::Unknown),
            text: text(&mut faults, "recommendation")
                .unwrap_or_default()
                .to_owned(),
            services: BTreeSet::new(),
            answer: text(&mut faults, "answer").map(Into::into),
            answered_on: agreed(rows, &mut faults, "answered on", |row| {
                row.when("answered on")
            }),
            owner: text(&mut faults, "owner").map(Into::into),
            evidence: Vec::new(),
            state: Dated::default(),
            source: text(&mut faults, "source").map(Into::into),
        };
        let mut starts = BTreeSet::new();
        for row in rows {
            for words in row.list("services") {
                let found = faults.found(row, "services", find, SERVICE, words);
                recommendation.services.extend(found);
            }
            for evidence in row.list("evidence") {
                if !recommendation.evidence.contains(evidence) {
                    recommendation.evidence.push(evidence.clone());
                }
            }
            let state = RecommendationState::ALL
                .into_iter()
                .find(|state| row.text("state") == Some(state.word()));
            if let Some(state) = state {
                let from = row.when("state from").unwrap_or(recommendation.date);
                if !starts.insert(from) {
                    faults.add(
                        row,
                        "state from",
                        from.to_string(),
                        "another row of this recommendation begins on the same date: keep one",
                    );
                }
                recommendation.state.state(from, state);
            }
        }
        let rejected = recommendation.state.latest() == Some(&RecommendationState::Rejected);
        if rejected && recommendation.answer.is_none() {
            faults.add(
                rows[0],
                "answer",
                "",
                "a recommendation that is rejected needs an answer that says why",
            );
        }
        faults.or(recommendation)
    }

    fn identity(&self) -> String {
        format!("{} {}", self.body, self.text.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = |state: Option<(When, &RecommendationState)>| {
            vec![
                self.text.clone(),
                call.call(Organisation::NAME, self.body),
                text(&self.reference),
                self.date.to_string(),
                joined(self.services.iter().map(|id| call.call(SERVICE, *id))),
                text(&self.answer),
                self.answered_on
                    .map(|when| when.to_string())
                    .unwrap_or_default(),
                text(&self.owner),
                joined(self.evidence.iter().cloned()),
                state
                    .map(|(_, state)| state.word())
                    .unwrap_or_default()
                    .into(),
                state.map(|(from, _)| from.to_string()).unwrap_or_default(),
                text(&self.source),
            ]
        };
        if self.state.is_empty() {
            return vec![row(None)];
        }
        self.state.iter().map(|state| row(Some(state))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    #[rustfmt::skip]
    const STATED: [[&str; 12]; 2] = [
        ["Say who runs what", "Panel", "R1", "2018-03-12", "Network", "", "", "", "Letter; Minutes", "open", "", ""],
        ["Say who runs what", "Panel", "R1", "2018-03-12", "Network", "We will", "2018-06", "Director of digital", "", "done", "2019-08", ""],
    ];

    fn read(
        rows: [[&str; 12]; 2],
        directory: &mut Directory,
    ) -> Result<Recommendation, Vec<&'static str>> {
        record_of(&rows.map(|row| row.map(str::to_owned).into()), directory)
    }

    #[test]
    fn a_recommendation_has_its_states_through_time() {
        let mut directory = Directory::default();
        let (body, network) = (directory.id("Panel"), directory.id("Network"));
        let stated = read(STATED, &mut directory).expect("reads");
        assert_eq!(
            (stated.body, &stated.services),
            (body, &BTreeSet::from([network]))
        );
        assert_eq!(stated.evidence, ["Letter", "Minutes"]);
        let on = |day| stated.state.on(day).certain().copied();
        assert_eq!(on(date(2018, 3, 11)), None);
        assert_eq!(on(date(2019, 7, 31)), Some(RecommendationState::Open));
        assert_eq!(on(date(2019, 8, 15)), None);
        assert_eq!(on(date(2019, 8, 31)), Some(RecommendationState::Done));
        assert_eq!(
            record_of(&stated.to_rows(&directory), &mut directory),
            Ok(stated)
        );
    }

    #[test]
    fn what_is_wrong_with_a_recommendation_is_said() {
        let mut directory = Directory::default();
        let faults = read(STATED, &mut directory);
        assert_eq!(faults, Err(vec!["body", "services", "services"]));
        directory.id("Panel");
        directory.id("Network");
        let mut twice = STATED;
        twice[1][10] = "2018-03-12";
        assert_eq!(read(twice, &mut directory), Err(vec!["state from"]));
        let mut unsaid = STATED;
        unsaid[1][5] = "";
        unsaid[1][9] = "rejected";
        assert_eq!(read(unsaid, &mut directory), Err(vec!["answer"]));
    }
}
