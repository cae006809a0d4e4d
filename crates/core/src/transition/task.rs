//! What must be done before a wave can move.

use super::wave::{SERVICE, Wave};
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A piece of work that a wave waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub name: String,
    /// Its number in the plan, by which other tasks may call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wave: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<RecordId>,
    /// The post that answers for it, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_on: Option<When>,
    /// How much of it the plan calls complete, from 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
    /// The tasks that come before it, by their number or name in the same plan. A plan may name them
    /// before it lists them, so they are looked up when the plan is judged.
    #[serde(default)]
    pub depends_on: Vec<String>,
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// How far a task is on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    Done,
    /// Its last day has passed and it is not done.
    Late,
    Open,
    /// Open, and nobody said by when.
    NoDate,
}

impl Task {
    /// How far it is on `day`. A task that the plan calls complete counts as done, though the plan
    /// may not say since when.
    pub fn progress(&self, day: Date) -> Progress {
        let done = match self.done_on {
            Some(When::Unknown) => true,
            Some(done) => done.reached(day) == Some(true),
            None => self.percent == Some(100),
        };
        match (done, self.due.and_then(When::latest)) {
            (true, _) => Progress::Done,
            (false, None) => Progress::NoDate,
            (false, Some(due)) if due < day => Progress::Late,
            (false, Some(_)) => Progress::Open,
        }
    }
}

/// The number or name in what a project tool writes of a task that comes before: `12FS+2 days` is
/// task 12, finish to start, two days later.
fn before(words: &str) -> &str {
    let digits = words
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(words.len());
    let (number, rest) = words.split_at(digits);
    let link = ["FS", "SS", "FF", "SF"]
        .iter()
        .any(|link| rest.starts_with(link));
    if !number.is_empty() && link {
        number
    } else {
        words
    }
}

impl Kind for Task {
    const NAME: &'static str = "task";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let wave = self.wave.map(|id| Reference {
            kind: Wave::NAME,
            id,
        });
        let service = self.service.map(|id| Reference { kind: SERVICE, id });
        wave.into_iter().chain(service).collect()
    }
}

impl Tabled for Task {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "task",
            Form::Text,
            "What is to be done.",
            "Rotate the administrator passwords",
        ),
        Heading::optional(
            "number",
            Form::Text,
            "Its number in the plan, by which other tasks call it.",
            "12",
        ),
        Heading::optional("wave", Form::Text, "The wave that waits for it.", "Wave 1"),
        Heading::optional(
            "service",
            Form::Text,
            "The service it is about, if one.",
            "Network",
        ),
        Heading::optional(
            "owner",
            Form::Text,
            "The post that answers for it; never a person's name.",
            "Network manager",
        ),
        Heading::optional("start", Form::When, "When work on it begins.", "2019-06-03"),
        Heading::optional("due", Form::When, "By when it must be done.", "2019-07-12"),
        Heading::optional(
            "done on",
            Form::When,
            "When it was done; blank while it is not.",
            "",
        ),
        Heading::optional(
            "percent complete",
            Form::Count,
            "How much of it is done, from 0 to 100.",
            "40",
        ),
        Heading::optional(
            "depends on",
            Form::List,
            "The tasks that come before it, by number or name.",
            "10; 11",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where it can be seen that it was done.",
            "Change record 4411",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!(
            "{} / {} / {}",
            words("wave"),
            words("service"),
            words("task")
        )
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Task, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "task",
                row.text("task").unwrap_or_default(),
                "this wave and service have two tasks of this name: give each its own name",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        let mut named = |heading, kind| {
            let words = row.text(heading)?;
            faults.found(row, heading, find, kind, words)
        };
        let (wave, service) = (named("wave", Wave::NAME), named("service", SERVICE));
        let percent = row.count("percent complete").and_then(|count| {
            let percent = u8::try_from(count).ok().filter(|percent| *percent <= 100);
            if percent.is_none() {
                let reason = "write a number from 0 to 100";
                faults.add(row, "percent complete", count.to_string(), reason);
            }
            percent
        });
        if let (Some(start), Some(due)) = (row.when("start"), row.when("due"))
            && start.earliest() > due.latest()
            && due != When::Unknown
        {
            faults.add(
                row,
                "due",
                due.to_string(),
                "it is due before it starts: correct a date",
            );
        }
        let listed = row
            .list("depends on")
            .iter()
            .map(|words| before(words).to_owned());
        faults.or(Task {
            name: text("task").unwrap_or_default(),
            number: text("number"),
            wave,
            service,
            owner: text("owner"),
            start: row.when("start"),
            due: row.when("due"),
            done_on: row.when("done on"),
            percent,
            depends_on: listed.collect(),
            evidence: row.list("evidence").to_vec(),
        })
    }

    fn identity(&self) -> String {
        let id = |id: Option<RecordId>| id.map(|id| id.to_string()).unwrap_or_default();
        format!(
            "{} {} {}",
            id(self.wave),
            id(self.service),
            self.name.to_lowercase()
        )
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let called =
            |kind, id: Option<RecordId>| id.map(|id| call.call(kind, id)).unwrap_or_default();
        vec![vec![
            self.name.clone(),
            text(&self.number),
            called(Wave::NAME, self.wave),
            called(SERVICE, self.service),
            text(&self.owner),
            when(self.start),
            when(self.due),
            when(self.done_on),
            self.percent
                .map(|percent| percent.to_string())
                .unwrap_or_default(),
            joined(self.depends_on.iter().cloned()),
            joined(self.evidence.iter().cloned()),
        ]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    #[test]
    fn how_far_a_task_is() {
        let when = |text: &str| text.parse::<When>().ok();
        for (due, done, percent, progress) in [
            (None, None, None, Progress::NoDate),
            (when("2019-07-12"), None, Some(40), Progress::Late),
            (when("2019-07-13"), None, None, Progress::Open),
            (when("2019-07"), None, None, Progress::Open),
            (when("2019-06"), when("2019-07-13"), None, Progress::Done),
            (
                when("2019-06"),
                when("2019-07-14"),
                Some(100),
                Progress::Late,
            ),
            (when("2019-06"), when("unknown"), None, Progress::Done),
            (when("2019-06"), None, Some(100), Progress::Done),
        ] {
            let task = Task {
                due,
                done_on: done,
                percent,
                ..Task::default()
            };
            assert_eq!(
                task.progress(date(2019, 7, 13)),
                progress,
                "{due:?} {done:?}"
            );
        }
    }

    #[test]
    fn a_predecessor_is_read_as_project_tools_write_it() {
        for (words, task) in [
            ("12", "12"),
            ("12FS", "12"),
            ("12FS+2 days", "12"),
            ("3SS-1 day", "3"),
            ("Order the lines", "Order the lines"),
            ("2nd line trained", "2nd line trained"),
            ("FS", "FS"),
        ] {
            assert_eq!(before(words), task, "{words}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_task_is_said() {
        let row = |start: &str, due: &str, percent: &str, wave: &str| -> Vec<String> {
            ["Test", "", wave, "", "", start, due, "", percent, "", ""]
                .map(str::to_owned)
                .into()
        };
        let mut directory = Directory::default();
        directory.id("Wave 1");
        for (row, faults) in [
            (row("2019-07", "2019-07-01", "100", "Wave 1"), None),
            (row("2019-07-02", "2019-07-01", "", ""), Some(vec!["due"])),
            (
                row("", "", "101", "Wave 2"),
                Some(vec!["wave", "percent complete"]),
            ),
        ] {
            let read = record_of::<Task>(std::slice::from_ref(&row), &mut directory);
            assert_eq!(read.err(), faults, "{row:?}");
        }
        let same = row("", "", "", "Wave 1");
        let twice = record_of::<Task>(&[same.clone(), same], &mut directory);
        assert_eq!(twice, Err(vec!["task"]));
    }
}
