//! Dated happenings.

use crate::dated::When;
use crate::record::Kind;
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use serde::{Deserialize, Serialize};

/// A dated happening that may explain figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub title: String,
    pub date: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub source: String,
}

impl Kind for Event {
    const NAME: &'static str = "event";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.title.clone()
    }
}

impl Tabled for Event {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "event",
            Form::Text,
            "What happened, in a few words.",
            "Core services return",
        ),
        Heading::needed(
            "date",
            Form::When,
            "When, as precisely as known.",
            "2019-08-01",
        ),
        Heading::optional("until", Form::When, "The last day, if it lasted.", ""),
        Heading::optional("description", Form::Text, "One sentence more.", ""),
        Heading::needed(
            "source",
            Form::Text,
            "Where this is written down.",
            "Joint statement, 1 August 2019",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("event").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], _find: &mut dyn Find) -> Result<Event, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "event",
                row.text("event").unwrap_or_default(),
                "this event stands in the file twice: keep one row",
            );
        }
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        faults.or(Event {
            title: text("event").unwrap_or_default(),
            date: row.when("date").unwrap_or(When::Unknown),
            until: row.when("until"),
            description: text("description"),
            source: text("source").unwrap_or_default(),
        })
    }

    fn identity(&self) -> String {
        self.title.to_lowercase()
    }

    fn to_rows(&self, _call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            self.title.clone(),
            self.date.to_string(),
            self.until
                .map(|until| until.to_string())
                .unwrap_or_default(),
            self.description.clone().unwrap_or_default(),
            self.source.clone(),
        ]]
    }
}
