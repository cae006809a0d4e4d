//! Benefits: what is to become better by when, and whether somebody in the business says that it did.

use super::challenge::{alone, of_problem, problem_of};
use super::problem::Problem;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined, worded};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

worded! {
    /// What its owner says.
    Said:
    Confirmed = "confirmed",
    Denied = "denied",
}

/// Something that is to become better.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benefit {
    pub problem: RecordId,
    pub what: String,
    pub measure: String,
    pub baseline: String,
    pub target: String,
    /// By when.
    pub due: When,
    /// The post in the business that confirms or denies it, never a person's name.
    pub owner: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_on: Option<When>,
    /// Where the measure stood then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// How a benefit stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Realised {
    /// Its day has passed and its owner has not said.
    Unsaid,
    Awaited,
    Confirmed,
    Denied,
}

impl Benefit {
    /// How it stands on `day`.
    pub fn standing(&self, day: Date) -> Realised {
        let known = self.said_on.is_none_or(|on| on.reached(day) != Some(false));
        match self.said.filter(|_| known) {
            Some(Said::Confirmed) => Realised::Confirmed,
            Some(Said::Denied) => Realised::Denied,
            None if self.due.latest().is_some_and(|due| due < day) => Realised::Unsaid,
            None => Realised::Awaited,
        }
    }
}

impl Kind for Benefit {
    const NAME: &'static str = "benefit";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.what.clone()
    }
    fn references(&self) -> Vec<Reference> {
        vec![of_problem(self.problem)]
    }
}

impl Tabled for Benefit {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "problem",
            Form::Text,
            "The problem that it is of, in its own words or by its number.",
            "Tenants ring three times because a booked repair does not show in the system",
        ),
        Heading::needed(
            "benefit",
            Form::Text,
            "What becomes better, for whom.",
            "Tenants ring once",
        ),
        Heading::needed(
            "measure",
            Form::Text,
            "By what one sees it.",
            "Calls about a repair that is booked",
        ),
        Heading::needed("baseline", Form::Text, "How that stood before.", "30 a day"),
        Heading::needed("target", Form::Text, "Where it is to be.", "10 a day"),
        Heading::needed("due", Form::When, "By when.", "2020-10-01"),
        Heading::needed(
            "owner",
            Form::Text,
            "The post in the business that confirms or denies it; never a person's name.",
            "Head of tenancies",
        ),
        Heading::optional(
            "owner says",
            Form::Choice(Said::WORDS),
            "What the owner says; blank while nothing.",
            "confirmed",
        ),
        Heading::optional("said on", Form::When, "When.", "2020-10-05"),
        Heading::optional(
            "found",
            Form::Text,
            "Where the measure stood then.",
            "9 a day",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where it can be seen.",
            "Call log, September 2020",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} / {}", words("problem"), words("benefit"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Benefit, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        let twice = "this problem has the same benefit twice: keep one";
        alone(rows, &mut faults, "benefit", twice);
        let needed = |heading| row.text(heading).unwrap_or_default().to_owned();
        let benefit = Benefit {
            problem: problem_of(row, &mut faults, find),
            what: needed("benefit"),
            measure: needed("measure"),
            baseline: needed("baseline"),
            target: needed("target"),
            due: row.when("due").unwrap_or(When::Unknown),
            owner: needed("owner"),
            said: Said::of(row, "owner says"),
            said_on: row.when("said on"),
            found: row.text("found").map(str::to_owned),
            evidence: row.list("evidence").to_vec(),
        };
        if benefit.said.is_some() && benefit.said_on.is_none() {
            let reason = "say when the owner said so; write unknown if nobody knows";
            faults.add(row, "said on", "", reason);
        }
        if benefit.said.is_none() && benefit.said_on.is_some() {
            let reason = "say whether the owner confirms or denies it, or leave the day blank";
            faults.add(row, "owner says", "", reason);
        }
        if benefit.said == Some(Said::Confirmed) && benefit.found.is_none() {
            let reason = "a benefit is confirmed by its measure: say where it stood";
            faults.add(row, "found", "", reason);
        }
        faults.or(benefit)
    }

    fn identity(&self) -> String {
        format!("{} {}", self.problem, self.what.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            call.call(Problem::NAME, self.problem),
            self.what.clone(),
            self.measure.clone(),
            self.baseline.clone(),
            self.target.clone(),
            self.due.to_string(),
            self.owner.clone(),
            self.said.map_or("", Said::word).into(),
            self.said_on
                .map(|when| when.to_string())
                .unwrap_or_default(),
            self.found.clone().unwrap_or_default(),
            joined(self.evidence.iter().cloned()),
        ]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    fn row(says: &str, on: &str, found: &str) -> Vec<String> {
        [
            "Late bills",
            "Paid in time",
            "Days",
            "40",
            "30",
            "2020-10-01",
            "Head of revenues",
            says,
            on,
            found,
            "",
        ]
        .map(str::to_owned)
        .into()
    }

    #[test]
    fn a_benefit_is_awaited_until_its_owner_says() {
        let mut directory = Directory::default();
        directory.id("Late bills");
        let mut read = |says, on, found| {
            let rows = [row(says, on, found)];
            record_of::<Benefit>(&rows, &mut directory).expect("reads")
        };
        let confirmed = read("confirmed", "2020-11-02", "28");
        for (day, standing) in [
            (date(2020, 10, 1), Realised::Awaited),
            (date(2020, 10, 2), Realised::Unsaid),
            (date(2020, 11, 1), Realised::Unsaid),
            (date(2020, 11, 2), Realised::Confirmed),
        ] {
            assert_eq!(confirmed.standing(day), standing, "{day}");
        }
        let denied = read("denied", "unknown", "");
        assert_eq!(denied.standing(date(2020, 1, 1)), Realised::Denied);
    }

    #[test]
    fn what_is_wrong_with_a_benefit_is_said() {
        let mut directory = Directory::default();
        directory.id("Late bills");
        for (row, faults) in [
            (row("confirmed", "", "28"), vec!["said on"]),
            (row("", "2020-11-02", ""), vec!["owner says"]),
            (row("confirmed", "2020-11-02", ""), vec!["found"]),
        ] {
            let read = record_of::<Benefit>(std::slice::from_ref(&row), &mut directory);
            assert_eq!(read, Err(faults), "{row:?}");
        }
    }
}
