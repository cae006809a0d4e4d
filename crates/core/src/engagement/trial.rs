//! Trials: what is tried for a problem, what it is expected to change, and what was decided at its end.

use super::challenge::{alone, of_problem, problem_of};
use super::problem::Problem;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, worded};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

worded! {
    /// What was decided at the end.
    Decision:
    /// It becomes the way it is done.
    Adopt = "adopt",
    Stop = "stop",
    /// Another trial follows, with something changed.
    TryAgain = "try-again",
}

/// Something that is tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    pub problem: RecordId,
    /// If what is done, what then changes.
    pub hypothesis: String,
    /// By what one sees whether it did.
    pub measure: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    pub started_on: When,
    /// The day on which it ends whatever has come of it.
    pub ends_on: When,
    /// The post that answers for it, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What the measure showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// How a trial stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trying {
    /// Its end has passed and nobody has decided.
    Overdue,
    Running,
    Planned,
    Decided,
}

impl Trial {
    /// How it stands on `day`.
    pub fn standing(&self, day: Date) -> Trying {
        let decided = self.decided_on.map(|on| on.reached(day) != Some(false));
        match () {
            () if self.decision.is_some() && decided != Some(false) => Trying::Decided,
            () if self.started_on.reached(day) == Some(false) => Trying::Planned,
            () if self.ends_on.latest().is_some_and(|end| end < day) => Trying::Overdue,
            () => Trying::Running,
        }
    }
}

impl Kind for Trial {
    const NAME: &'static str = "trial";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.hypothesis.clone()
    }
    fn references(&self) -> Vec<Reference> {
        vec![of_problem(self.problem)]
    }
}

impl Tabled for Trial {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "problem",
            Form::Text,
            "The problem that it is for, in its own words or by its number.",
            "Tenants ring three times because a booked repair does not show in the system",
        ),
        Heading::needed(
            "hypothesis",
            Form::Text,
            "If we do what, what do we expect to change?",
            "If call staff open the booking screen first, fewer tenants ring again",
        ),
        Heading::needed(
            "measure",
            Form::Text,
            "By what one will see whether it did.",
            "Calls about a repair that is booked",
        ),
        Heading::optional("baseline", Form::Text, "How that stood before.", "30 a day"),
        Heading::optional(
            "target",
            Form::Text,
            "What would make it worth while.",
            "10 a day",
        ),
        Heading::needed("started on", Form::When, "When it began.", "2020-03-09"),
        Heading::needed(
            "ends on",
            Form::When,
            "The day on which it ends and is decided, whatever has come of it.",
            "2020-04-17",
        ),
        Heading::optional(
            "owner",
            Form::Text,
            "The post that answers for it; never a person's name.",
            "Repairs manager",
        ),
        Heading::optional("found", Form::Text, "What the measure showed.", "12 a day"),
        Heading::optional(
            "decision",
            Form::Choice(Decision::WORDS),
            "What was decided; blank while nothing was.",
            "adopt",
        ),
        Heading::optional("decided on", Form::When, "When.", "2020-04-20"),
        Heading::optional(
            "because",
            Form::Text,
            "Why; needed with a decision.",
            "Calls fell by more than half in every week",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} / {}", words("problem"), words("hypothesis"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Trial, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        let twice = "this problem has two trials of the same hypothesis: tell them apart";
        alone(rows, &mut faults, "hypothesis", twice);
        let text = |heading| row.text(heading).map(str::to_owned);
        let when = |heading| row.when(heading).unwrap_or(When::Unknown);
        let trial = Trial {
            problem: problem_of(row, &mut faults, find),
            hypothesis: text("hypothesis").unwrap_or_default(),
            measure: text("measure").unwrap_or_default(),
            baseline: text("baseline"),
            target: text("target"),
            started_on: when("started on"),
            ends_on: when("ends on"),
            owner: text("owner"),
            found: text("found"),
            decision: Decision::of(row, "decision"),
            decided_on: row.when("decided on"),
            because: text("because"),
        };
        if trial.ends_on == When::Unknown {
            let reason = "a trial without an end is none: name the day on which it is decided";
            faults.add(row, "ends on", "unknown", reason);
        } else if trial.started_on.earliest() > trial.ends_on.latest() {
            let reason = "it ends before it begins: correct a date";
            faults.add(row, "ends on", trial.ends_on.to_string(), reason);
        }
        if trial.decision.is_some() && trial.because.is_none() {
            faults.add(row, "because", "", "say why it was decided so");
        }
        if trial.decision.is_some() && trial.decided_on.is_none() {
            let reason = "say when it was decided; write unknown if nobody knows";
            faults.add(row, "decided on", "", reason);
        }
        if trial.decision.is_none() && (trial.decided_on.is_some() || trial.because.is_some()) {
            let reason = "say what was decided, or leave its day and reason blank";
            faults.add(row, "decision", "", reason);
        }
        faults.or(trial)
    }

    fn identity(&self) -> String {
        format!("{} {}", self.problem, self.hypothesis.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![vec![
            call.call(Problem::NAME, self.problem),
            self.hypothesis.clone(),
            self.measure.clone(),
            text(&self.baseline),
            text(&self.target),
            self.started_on.to_string(),
            self.ends_on.to_string(),
            text(&self.owner),
            text(&self.found),
            self.decision.map_or("", Decision::word).into(),
            self.decided_on
                .map(|when| when.to_string())
                .unwrap_or_default(),
            text(&self.because),
        ]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    fn row(ends: &str, decision: [&str; 3]) -> Vec<String> {
        let [decision, on, because] = decision;
        [
            "Late bills",
            "If sent early, paid early",
            "Days",
            "",
            "",
            "2020-03-02",
            ends,
            "",
            "",
            decision,
            on,
            because,
        ]
        .map(str::to_owned)
        .into()
    }

    #[test]
    fn a_trial_is_planned_runs_is_overdue_and_is_decided() {
        let mut directory = Directory::default();
        directory.id("Late bills");
        let rows = [row("2020-04-17", ["adopt", "2020-05-04", "Paid earlier"])];
        let trial: Trial = record_of(&rows, &mut directory).expect("reads");
        for (day, standing) in [
            (date(2020, 3, 1), Trying::Planned),
            (date(2020, 3, 2), Trying::Running),
            (date(2020, 4, 17), Trying::Running),
            (date(2020, 4, 18), Trying::Overdue),
            (date(2020, 5, 3), Trying::Overdue),
            (date(2020, 5, 4), Trying::Decided),
        ] {
            assert_eq!(trial.standing(day), standing, "{day}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_trial_is_said() {
        let mut directory = Directory::default();
        directory.id("Late bills");
        for (row, faults) in [
            (row("unknown", [""; 3]), vec!["ends on"]),
            (row("2020-03-01", [""; 3]), vec!["ends on"]),
            (
                row("2020-04-17", ["stop", "2020-04-17", ""]),
                vec!["because"],
            ),
            (
                row("2020-04-17", ["stop", "", "No change"]),
                vec!["decided on"],
            ),
            (row("2020-04-17", ["", "2020-04-17", ""]), vec!["decision"]),
        ] {
            let read = record_of::<Trial>(std::slice::from_ref(&row), &mut directory);
            assert_eq!(read, Err(faults), "{row:?}");
        }
    }
}
