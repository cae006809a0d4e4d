//! Challenges: what the team asked back about a problem, and what whoever asked held against the team.

use super::problem::Problem;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, worded};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

worded! {
    /// Which way it goes.
    By:
    /// Whoever has the problem challenges the team.
    Asker = "asker",
    /// The team challenges whoever has the problem.
    Team = "team",
}

impl By {
    /// Who answers it.
    pub fn other(self) -> By {
        match self {
            By::Asker => By::Team,
            By::Team => By::Asker,
        }
    }
}

/// A question or an objection, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub problem: RecordId,
    pub on: When,
    pub by: By,
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<When>,
}

impl Challenge {
    /// Whether nobody had answered it by `day`; not before it was made.
    pub fn is_open_on(&self, day: Date) -> bool {
        let made = self.on.reached(day) != Some(false);
        let later = self.answered_on.and_then(|on| on.reached(day)) == Some(false);
        made && (self.answer.is_none() || later)
    }
}

/// What a record of a problem refers to.
pub(super) fn of_problem(id: RecordId) -> Reference {
    Reference {
        kind: Problem::NAME,
        id,
    }
}

/// The problem that a row names.
pub(super) fn problem_of(row: &Row, faults: &mut Faults, find: &dyn Find) -> RecordId {
    let words = row.text("problem").unwrap_or_default();
    let found = faults.found(row, "problem", find, Problem::NAME, words);
    found.unwrap_or(RecordId([0; 16]))
}

/// One row is one record: others of the same key are faults.
pub(super) fn alone(rows: &[&Row], faults: &mut Faults, heading: &'static str, reason: &str) {
    for row in &rows[1..] {
        faults.add(row, heading, row.text(heading).unwrap_or_default(), reason);
    }
}

impl Kind for Challenge {
    const NAME: &'static str = "challenge";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.what.clone()
    }
    fn references(&self) -> Vec<Reference> {
        vec![of_problem(self.problem)]
    }
}

impl Tabled for Challenge {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "problem",
            Form::Text,
            "The problem that it is about, in its own words or by its number.",
            "Tenants ring three times because a booked repair does not show in the system",
        ),
        Heading::needed(
            "challenged on",
            Form::When,
            "When it was said.",
            "2020-02-12",
        ),
        Heading::needed(
            "by",
            Form::Choice(By::WORDS),
            "Which way it goes: the team to whoever asked, or whoever asked to the team.",
            "team",
        ),
        Heading::needed(
            "challenge",
            Form::Text,
            "What was asked, or objected.",
            "How many of the calls are about repairs that are booked?",
        ),
        Heading::optional(
            "answer",
            Form::Text,
            "What was answered; blank while nothing was.",
            "Two thirds, in two weeks of counting",
        ),
        Heading::optional("answered on", Form::When, "When.", "2020-02-28"),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} / {}", words("problem"), words("challenge"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Challenge, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        let twice = "this problem has the same challenge twice: keep one";
        alone(rows, &mut faults, "challenge", twice);
        let challenge = Challenge {
            problem: problem_of(row, &mut faults, find),
            on: row.when("challenged on").unwrap_or(When::Unknown),
            by: By::of(row, "by").unwrap_or(By::Team),
            what: row.text("challenge").unwrap_or_default().to_owned(),
            answer: row.text("answer").map(str::to_owned),
            answered_on: row.when("answered on"),
        };
        if challenge.answered_on.is_some() && challenge.answer.is_none() {
            let reason = "say what was answered, or leave the day blank";
            faults.add(row, "answer", "", reason);
        }
        if let Some(on) = challenge.answered_on
            && on.latest() < challenge.on.earliest()
            && on != When::Unknown
        {
            let reason = "it was answered before it was said: correct a date";
            faults.add(row, "answered on", on.to_string(), reason);
        }
        faults.or(challenge)
    }

    fn identity(&self) -> String {
        format!("{} {}", self.problem, self.what.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            call.call(Problem::NAME, self.problem),
            self.on.to_string(),
            self.by.word().into(),
            self.what.clone(),
            self.answer.clone().unwrap_or_default(),
            self.answered_on
                .map(|when| when.to_string())
                .unwrap_or_default(),
        ]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    fn row(answer: &str, answered: &str) -> Vec<String> {
        [
            "Late bills",
            "2020-02-12",
            "team",
            "How many?",
            answer,
            answered,
        ]
        .map(str::to_owned)
        .into()
    }

    #[test]
    fn a_challenge_is_open_until_it_is_answered() {
        let mut directory = Directory::default();
        directory.id("Late bills");
        let mut read = |answer, answered| {
            record_of::<Challenge>(&[row(answer, answered)], &mut directory).expect("reads")
        };
        let answered = read("Forty", "2020-02-20");
        for (day, open) in [
            (date(2020, 2, 11), false),
            (date(2020, 2, 12), true),
            (date(2020, 2, 19), true),
            (date(2020, 2, 20), false),
        ] {
            assert_eq!(answered.is_open_on(day), open, "{day}");
        }
        assert!(read("", "").is_open_on(date(2021, 1, 1)));
        assert!(!read("Forty", "").is_open_on(date(2020, 2, 12)));
        assert_eq!(answered.by.other(), By::Asker);
    }

    #[test]
    fn what_is_wrong_with_a_challenge_is_said() {
        let mut directory = Directory::default();
        for (rows, faults) in [
            (vec![row("", "")], vec!["problem"]),
            (vec![row("", "2020-03-01")], vec!["answer"]),
            (vec![row("Forty", "2019")], vec!["answered on"]),
            (vec![row("", ""), row("", "")], vec!["challenge"]),
        ] {
            let read = record_of::<Challenge>(&rows, &mut directory);
            assert_eq!(read, Err(faults), "{rows:?}");
            directory.id("Late bills");
        }
    }
}
