//! What people use instead of a service.

use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

const ORGANISATION: &str = "organisation";
const SERVICE: &str = "service";

/// What a directorate uses in place of a service: work that goes round the technology it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkAround {
    /// What is used instead.
    pub text: String,
    pub directorate: RecordId,
    /// In place of what; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub known_since: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl WorkAround {
    /// Whether it was known on `day` and had not certainly ended.
    pub fn stands(&self, day: Date) -> bool {
        let ended = self.ended.and_then(|ended| ended.reached(day));
        self.known_since.reached(day) != Some(false) && ended != Some(true)
    }
}

impl Kind for WorkAround {
    const NAME: &'static str = "work-around";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.text.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let to = |kind| move |id: RecordId| Reference { kind, id };
        std::iter::once(self.directorate)
            .map(to(ORGANISATION))
            .chain(self.service.map(to(SERVICE)))
            .collect()
    }
}

impl Tabled for WorkAround {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "work-around",
            Form::Text,
            "What people use instead, in a few words.",
            "Spreadsheet of repairs on a shared drive",
        ),
        Heading::needed(
            "directorate",
            Form::Text,
            "Who uses it; state it among the organisations first.",
            "Housing",
        ),
        Heading::optional(
            "service",
            Form::Text,
            "The service that it is used in place of.",
            "Housing management system",
        ),
        Heading::optional(
            "reason",
            Form::Text,
            "Why people use it, in their words.",
            "Repairs take eleven screens",
        ),
        Heading::needed(
            "known since",
            Form::When,
            "Since when it is known; unknown where nobody can say.",
            "2018-05",
        ),
        Heading::optional(
            "ended",
            Form::When,
            "When it was no longer needed.",
            "2020-02",
        ),
        Heading::optional("source", Form::Text, "Who said so: a post or a paper.", ""),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} {}", words("directorate"), words("work-around"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<WorkAround, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "work-around",
                row.text("work-around").unwrap_or_default(),
                "this work-around of the directorate stands in the file twice: keep one row",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        let mut named = |heading, kind| {
            let words = row.text(heading)?;
            faults.found(row, heading, find, kind, words)
        };
        let directorate = named("directorate", ORGANISATION);
        let service = named("service", SERVICE);
        let known_since = row.when("known since").unwrap_or(When::Unknown);
        let ended = row.when("ended");
        if let (Some(ended), Some(since)) = (ended.and_then(When::latest), known_since.earliest())
            && ended < since
        {
            let reason = "it ended before it was known: correct a date";
            faults.add(row, "ended", ended.to_string(), reason);
        }
        faults.or(WorkAround {
            text: text("work-around").unwrap_or_default(),
            directorate: directorate.unwrap_or(RecordId([0; 16])),
            service,
            reason: text("reason"),
            known_since,
            ended,
            source: text("source"),
        })
    }

    fn identity(&self) -> String {
        format!("{} {}", self.directorate, self.text.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![vec![
            self.text.clone(),
            call.call(ORGANISATION, self.directorate),
            self.service
                .map(|id| call.call(SERVICE, id))
                .unwrap_or_default(),
            text(&self.reason),
            self.known_since.to_string(),
            self.ended.map(|on| on.to_string()).unwrap_or_default(),
            text(&self.source),
        ]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    fn read(since: &str, ended: &str) -> Result<WorkAround, Vec<&'static str>> {
        let mut directory = Directory::default();
        directory.id("Housing");
        let row = ["Spreadsheet", "Housing", "", "", since, ended, ""];
        record_of(&[row.map(str::to_owned).to_vec()], &mut directory)
    }

    #[test]
    fn a_work_around_stands_until_it_has_certainly_ended() {
        for (since, ended, day, stands) in [
            ("2018-05", "", date(2018, 4, 30), false),
            ("2018-05", "", date(2018, 5, 10), true),
            ("unknown", "", date(2010, 1, 1), true),
            ("2018-05", "2020-02", date(2020, 2, 15), true),
            ("2018-05", "2020-02", date(2020, 2, 29), false),
            ("2018-05", "unknown", date(2020, 2, 29), true),
        ] {
            let held = read(since, ended).expect("reads");
            assert_eq!(held.stands(day), stands, "{since} {ended} {day}");
        }
        assert_eq!(read("2020", "2019"), Err(vec!["ended"]));
    }
}
