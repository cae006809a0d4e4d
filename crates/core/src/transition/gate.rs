//! Where people decide whether a wave may go on.

use super::wave::Wave;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What was decided at a gate.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    Go,
    GoWithConditions,
    NoGo,
    #[default]
    NotDecided,
}

const DECISIONS: &[&str] = &["go", "go-with-conditions", "no-go", "not-decided"];

impl Decision {
    pub const ALL: [Decision; 4] = [
        Decision::Go,
        Decision::GoWithConditions,
        Decision::NoGo,
        Decision::NotDecided,
    ];

    /// As tables have it.
    pub fn word(self) -> &'static str {
        DECISIONS[self as usize]
    }
}

/// A point at which a wave goes on, or does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    pub name: String,
    pub wave: RecordId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<When>,
    #[serde(default)]
    pub decision: Decision,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<When>,
    /// The post or body that decided, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    #[serde(default)]
    pub conditions: Vec<String>,
    /// Titles or links of what the decision rests on.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// The last entry of the register that was known when it was decided, so that what was known
    /// then can be shown again exactly; none when nobody recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_entry: Option<u64>,
}

impl Gate {
    /// What had been decided by `day`. A decision in a month or year that is not over yet counts.
    pub fn decision_on(&self, day: Date) -> Decision {
        match self.decided_on.and_then(|on| on.reached(day)) {
            Some(false) => Decision::NotDecided,
            Some(true) | None => self.decision,
        }
    }
}

impl Kind for Gate {
    const NAME: &'static str = "gate";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        vec![Reference {
            kind: Wave::NAME,
            id: self.wave,
        }]
    }
}

impl Tabled for Gate {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed("gate", Form::Text, "Its usual name.", "Ready to move"),
        Heading::needed("wave", Form::Text, "The wave that waits for it.", "Wave 1"),
        Heading::optional(
            "planned",
            Form::When,
            "When it is to be decided.",
            "2019-07-26",
        ),
        Heading::optional(
            "decision",
            Form::Choice(DECISIONS),
            "What was decided; blank is not decided.",
            "go-with-conditions",
        ),
        Heading::optional(
            "decided on",
            Form::When,
            "When it was decided.",
            "2019-07-26",
        ),
        Heading::optional(
            "decided by",
            Form::Text,
            "The post or body that decided; never a person's name.",
            "Transition board",
        ),
        Heading::optional(
            "conditions",
            Form::List,
            "What must still be met.",
            "Restore test repeated before the cutover",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Titles or links of what the decision rests on.",
            "Restore test report; Readiness of 25 July",
        ),
        Heading::optional(
            "known entry",
            Form::Count,
            "The last entry of the register when it was decided; filled in when it is decided on the wave's page.",
            "412",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} / {}", words("wave"), words("gate"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Gate, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "gate",
                row.text("gate").unwrap_or_default(),
                "this wave has two gates of this name: keep one row, or name the second meeting apart",
            );
        }
        let row = rows[0];
        let wave = row.text("wave").unwrap_or_default();
        let wave = faults.found(row, "wave", find, Wave::NAME, wave);
        let word = row.text("decision").unwrap_or_default();
        let decision = Decision::ALL.into_iter().find(|it| it.word() == word);
        let known_entry = row.count("known entry").and_then(|count| {
            let entry = u64::try_from(count).ok();
            if entry.is_none() {
                let reason = "an entry's number cannot be negative";
                faults.add(row, "known entry", count.to_string(), reason);
            }
            entry
        });
        let gate = Gate {
            name: row.text("gate").unwrap_or_default().into(),
            wave: wave.unwrap_or(RecordId([0; 16])),
            planned: row.when("planned"),
            decision: decision.unwrap_or_default(),
            decided_on: row.when("decided on"),
            decided_by: row.text("decided by").map(Into::into),
            conditions: row.list("conditions").to_vec(),
            evidence: row.list("evidence").to_vec(),
            known_entry,
        };
        for (heading, reason) in gate.wrong() {
            faults.add(row, heading, row.text(heading).unwrap_or_default(), reason);
        }
        faults.or(gate)
    }

    fn identity(&self) -> String {
        format!("{} {}", self.wave, self.name.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        vec![vec![
            self.name.clone(),
            call.call(Wave::NAME, self.wave),
            when(self.planned),
            self.decision.word().into(),
            when(self.decided_on),
            self.decided_by.clone().unwrap_or_default(),
            joined(self.conditions.iter().cloned()),
            joined(self.evidence.iter().cloned()),
            self.known_entry
                .map(|entry| entry.to_string())
                .unwrap_or_default(),
        ]]
    }
}

impl Gate {
    /// What a decision lacks, or says without being one: the heading and what to do.
    fn wrong(&self) -> Vec<(&'static str, &'static str)> {
        let decided = self.decision != Decision::NotDecided;
        let conditional = self.decision == Decision::GoWithConditions;
        [
            (
                decided && self.decided_on.is_none(),
                "decided on",
                "say when it was decided; write unknown if nobody knows",
            ),
            (
                decided && self.decided_by.is_none(),
                "decided by",
                "say which post or body decided",
            ),
            (
                conditional && self.conditions.is_empty(),
                "conditions",
                "name the conditions, or decide go",
            ),
            (
                !decided && (self.decided_on.is_some() || self.known_entry.is_some()),
                "decision",
                "say what was decided, or clear when it was decided and the entry known",
            ),
        ]
        .into_iter()
        .filter_map(|(wrong, heading, reason)| wrong.then_some((heading, reason)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    #[test]
    fn a_decision_names_its_day_its_body_and_its_conditions() {
        let mut directory = Directory::default();
        directory.id("Wave 1");
        let mut read = |cells: [&str; 5]| {
            let [decision, on, by, conditions, entry] = cells;
            let row = [
                "Ready", "Wave 1", "2019-07", decision, on, by, conditions, "", entry,
            ];
            record_of::<Gate>(&[row.map(str::to_owned).into()], &mut directory)
        };
        for (cells, faults) in [
            (["", "", "", "", ""], &[][..]),
            (["go", "2019-07-26", "Board", "", "41"], &[]),
            (["no-go", "unknown", "Board", "", ""], &[]),
            (["go", "", "", "", ""], &["decided on", "decided by"]),
            (
                ["go-with-conditions", "2019-07-26", "Board", "", ""],
                &["conditions"],
            ),
            (["not-decided", "2019-07-26", "", "", ""], &["decision"]),
            (["", "", "", "", "41"], &["decision"]),
            (["go", "2019", "Board", "", "-1"], &["known entry"]),
        ] {
            assert_eq!(read(cells).err().unwrap_or_default(), faults, "{cells:?}");
        }
        let gate = read(["go", "2019-07-26", "Board", "", ""]).expect("reads");
        assert_eq!(gate.decision_on(date(2019, 7, 25)), Decision::NotDecided);
        assert_eq!(gate.decision_on(date(2019, 7, 26)), Decision::Go);
    }
}
