//! When services are open, for whom the clock of a ticket stops, and what is promised: as people state it.

use super::service_clock::RuleBook;
use super::service_clock::file::WrongCalendar;
use crate::record::Kind;
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use serde::{Deserialize, Serialize};

/// The working calendar of an authority's services. One holds them all: services with hours or targets of
/// their own have them under `[[service]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingCalendar {
    pub name: String,
    /// Hours, holidays, closures, pauses and targets, as `CALENDAR.toml` has them.
    pub rules: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl WorkingCalendar {
    /// The rules as clocks take them.
    ///
    /// # Errors
    /// [`WrongCalendar`] names the line; forms and tables refuse such rules before they are stated.
    pub fn book(&self) -> Result<RuleBook, WrongCalendar> {
        self.rules.parse()
    }
}

impl Kind for WorkingCalendar {
    const NAME: &'static str = "working calendar";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
}

impl Tabled for WorkingCalendar {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "working calendar",
            Form::Text,
            "What people call it.",
            "Desk hours",
        ),
        Heading::needed(
            "rules",
            Form::Text,
            "Hours, holidays, closed days, pauses and targets, as docs/measures/working-time.md writes them.",
            "[[hours]]\nweekdays = [\"08:00-18:00\"]\n\n[pauses]\nuser = \"stops\"\nsupplier = \"runs\"\n\n[[target]]\nresolution = { working_hours = 8 }",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where it stands.",
            "Schedule of service levels",
        ),
    ];

    fn key(row: &Row) -> String {
        let name = row.text("working calendar").unwrap_or_default();
        name.to_lowercase()
    }

    fn from_rows(rows: &[&Row], _find: &mut dyn Find) -> Result<WorkingCalendar, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let reason = "this calendar is stated twice: keep one, with all its rules";
            faults.add(again, "working calendar", "", reason);
        }
        let text = |heading| row.text(heading).map(str::to_owned);
        let calendar = WorkingCalendar {
            name: text("working calendar").unwrap_or_default(),
            rules: text("rules").unwrap_or_default(),
            source: text("source"),
        };
        if let Err(WrongCalendar { line, what }) = calendar.book() {
            let value = calendar.rules.lines().nth(line - 1).unwrap_or_default();
            faults.add(
                row,
                "rules",
                value,
                format!("line {line} of the rules: {what}"),
            );
        }
        faults.or(calendar)
    }

    fn identity(&self) -> String {
        self.name.to_lowercase()
    }

    fn to_rows(&self, _call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            self.name.clone(),
            self.rules.clone(),
            self.source.clone().unwrap_or_default(),
        ]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};

    fn read(rules: &str) -> Result<WorkingCalendar, Vec<&'static str>> {
        let row = ["Desk hours", rules, ""].map(str::to_owned);
        record_of(&[row.to_vec()], &mut Directory::default())
    }

    #[test]
    fn rules_that_no_clock_can_keep_are_a_fault() {
        let open = "[[hours]]\nweekdays = [\"09:00-17:00\"]\n";
        assert!(read(open).is_ok_and(|calendar| calendar.book().is_ok()));
        for wrong in [
            "weekdays",
            "zone = \"Europe/Nowhere\"",
            "[[hours]]\nweekdays = [\"17:00-09:00\"]",
            "nation = \"wales\"",
        ] {
            assert_eq!(read(wrong), Err(vec!["rules"]), "{wrong}");
        }
    }
}
