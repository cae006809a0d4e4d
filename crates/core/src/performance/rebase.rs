//! When a chart's limits are set anew, and why.

use super::measure::Measure;
use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use serde::{Deserialize, Serialize};

/// A measure's limits are reckoned anew from a day on, because of a known change to the service. The
/// limits before it stay on the chart (NHS "Making Data Count": only at a known change with a sustained
/// signal, never to hide a concern).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rebase {
    pub measure: Option<RecordId>,
    /// The first day of the new limits.
    pub from: When,
    /// What changed then.
    pub reason: String,
    /// The post or body that decided it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
}

impl Kind for Rebase {
    const NAME: &'static str = "rebase";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        format!("{}, {}", self.reason, self.from)
    }
    fn references(&self) -> Vec<Reference> {
        let of = |id| Reference {
            kind: Measure::NAME,
            id,
        };
        self.measure.map(of).into_iter().collect()
    }
}

impl Tabled for Rebase {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "measure",
            Form::Text,
            "The measure whose limits are set anew.",
            "Calls answered in time",
        ),
        Heading::needed(
            "from",
            Form::When,
            "The first day or month of the new limits.",
            "2018-04",
        ),
        Heading::needed(
            "reason",
            Form::Text,
            "The known change because of which the old limits no longer fit.",
            "A second shift began",
        ),
        Heading::optional(
            "decided by",
            Form::Text,
            "The post or body that decided it.",
            "Service review board",
        ),
    ];

    fn key(row: &Row) -> String {
        let measure = row.text("measure").unwrap_or_default().to_lowercase();
        let from = row.when("from").unwrap_or(When::Unknown);
        format!("{measure} / {from}")
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Rebase, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let reason = "this measure's limits are set anew twice on this day: keep one";
            faults.add(again, "from", "", reason);
        }
        let measure = row
            .text("measure")
            .and_then(|words| faults.found(row, "measure", find, Measure::NAME, words));
        let from = row.when("from").unwrap_or(When::Unknown);
        if !matches!(from, When::Day(_) | When::Month(..)) {
            let reason = "write the day or month from which the new limits hold, such as 2018-04";
            faults.add(row, "from", from.to_string(), reason);
        }
        faults.or(Rebase {
            measure,
            from,
            reason: row.text("reason").unwrap_or_default().to_owned(),
            decided_by: row.text("decided by").map(str::to_owned),
        })
    }

    fn identity(&self) -> String {
        let measure = self.measure.map(|id| id.to_string()).unwrap_or_default();
        format!("{measure} / {}", self.from)
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let measure = self.measure.map(|id| call.call(Measure::NAME, id));
        vec![vec![
            measure.unwrap_or_default(),
            self.from.to_string(),
            self.reason.clone(),
            self.decided_by.clone().unwrap_or_default(),
        ]]
    }
}
