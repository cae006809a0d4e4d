//! Staff on the move: how many posts came or went, when and by which route.

use crate::dated::When;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, agreed};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// By which legal route people move. Never inferred: "seconded" staff were held to have
/// transferred when the service moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Transfer of Undertakings (Protection of Employment) Regulations 2006.
    Tupe,
    SecondmentStart,
    SecondmentEnd,
    /// Objected to the transfer (TUPE regulation 4(7)).
    Objector,
    Agency,
    NotAssigned,
    Recruit,
    Unknown,
}

const ROUTES: &[&str] = &[
    "tupe",
    "secondment-start",
    "secondment-end",
    "objector",
    "agency",
    "not-assigned",
    "recruit",
    "unknown",
];

impl Route {
    /// As tables have it.
    pub fn word(self) -> &'static str {
        match self {
            Route::Tupe => "tupe",
            Route::SecondmentStart => "secondment-start",
            Route::SecondmentEnd => "secondment-end",
            Route::Objector => "objector",
            Route::Agency => "agency",
            Route::NotAssigned => "not-assigned",
            Route::Recruit => "recruit",
            Route::Unknown => "unknown",
        }
    }

    fn from_word(word: &str) -> Route {
        match word {
            "tupe" => Route::Tupe,
            "secondment-start" => Route::SecondmentStart,
            "secondment-end" => Route::SecondmentEnd,
            "objector" => Route::Objector,
            "agency" => Route::Agency,
            "not-assigned" => Route::NotAssigned,
            "recruit" => Route::Recruit,
            _ => Route::Unknown,
        }
    }
}

/// A number of people who moved on a date; never a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMovement {
    pub date: When,
    pub route: Route,
    pub count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<RecordId>,
    pub source: String,
}

impl Kind for StaffMovement {
    const NAME: &'static str = "staff movement";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        format!("{} by {}, {}", self.count, self.route.word(), self.date)
    }
    fn references(&self) -> Vec<Reference> {
        let ids = [self.from, self.to].into_iter().flatten();
        ids.map(|id| Reference {
            kind: "organisation",
            id,
        })
        .collect()
    }
}

impl Tabled for StaffMovement {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed("date", Form::When, "When they moved.", "2019-08-01"),
        Heading::needed(
            "route",
            Form::Choice(ROUTES),
            "By which legal route.",
            "tupe",
        ),
        Heading::needed("count", Form::Count, "How many people.", "120"),
        Heading::optional(
            "from organisation",
            Form::Text,
            "Whom they left.",
            "Northmere Digital Services Ltd",
        ),
        Heading::optional(
            "to organisation",
            Form::Text,
            "Whom they joined; blank is yourselves.",
            "",
        ),
        Heading::needed(
            "source",
            Form::Text,
            "Where this is written down.",
            "Cabinet report, 14 May 2019",
        ),
    ];

    fn key(row: &Row) -> String {
        let organisation = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let (from, to) = (
            organisation("from organisation"),
            organisation("to organisation"),
        );
        format!("{:?} {:?} {from} {to}", row.when("date"), row.text("route"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<StaffMovement, Vec<RowFault>> {
        let mut faults = Faults::default();
        let count =
            agreed(rows, &mut faults, "count", |row| row.count("count")).unwrap_or_default();
        let count = u32::try_from(count).unwrap_or_else(|_| {
            faults.add(
                rows[0],
                "count",
                count.to_string(),
                "a number of people cannot be negative",
            );
            0
        });
        let row = rows[0];
        let to = match row.text("to organisation") {
            Some(words) => find.organisation(words),
            None => find.authority(),
        };
        let movement = StaffMovement {
            date: row.when("date").unwrap_or(When::Unknown),
            route: Route::from_word(row.text("route").unwrap_or_default()),
            count,
            from: row
                .text("from organisation")
                .map(|words| find.organisation(words)),
            to: Some(to),
            source: row.text("source").unwrap_or_default().into(),
        };
        faults.or(movement)
    }

    fn identity(&self) -> String {
        format!(
            "{} {} {:?} {:?}",
            self.date,
            self.route.word(),
            self.from,
            self.to
        )
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let name = |id: Option<RecordId>| {
            id.map(|id| call.call("organisation", id))
                .unwrap_or_default()
        };
        vec![vec![
            self.date.to_string(),
            self.route.word().into(),
            self.count.to_string(),
            name(self.from),
            name(self.to),
            self.source.clone(),
        ]]
    }
}

/// How many people came to the authority up to a day: by transfer and by the end of secondments,
/// which are not the same in law.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffReturned {
    pub by_transfer: u32,
    pub by_secondment_end: u32,
    pub other: u32,
    /// Whose date is unknown or falls within the imprecision around the day.
    pub undated: u32,
}

impl StaffReturned {
    /// All who certainly came.
    pub fn total(self) -> u32 {
        self.by_transfer + self.by_secondment_end + self.other
    }
}

/// Count the people who joined `authority` up to and on `day`.
pub fn staff_returned<'a>(
    movements: impl IntoIterator<Item = &'a StaffMovement>,
    authority: RecordId,
    day: Date,
) -> StaffReturned {
    let mut returned = StaffReturned::default();
    for movement in movements {
        let field = match joining(movement, authority, day) {
            None => continue,
            Some(Joining::Undated) => &mut returned.undated,
            Some(Joining::Transfer) => &mut returned.by_transfer,
            Some(Joining::SecondmentEnd) => &mut returned.by_secondment_end,
            Some(Joining::Other) => &mut returned.other,
        };
        *field += movement.count;
    }
    returned
}

/// How people of one movement joined the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// Under TUPE.
    Transfer,
    /// Their secondment ended.
    SecondmentEnd,
    Other,
    /// Whether by the day is not certain.
    Undated,
}

/// How the people of a movement joined `authority` up to and on `day`; none when they did not.
pub fn joining(movement: &StaffMovement, authority: RecordId, day: Date) -> Option<Joining> {
    if movement.to != Some(authority) {
        return None;
    }
    match (movement.date.reached(day), movement.route) {
        (Some(false), _) => None,
        (None, _) => Some(Joining::Undated),
        (Some(true), Route::Tupe) => Some(Joining::Transfer),
        (Some(true), Route::SecondmentEnd) => Some(Joining::SecondmentEnd),
        (Some(true), Route::Objector | Route::NotAssigned) => None,
        (Some(true), _) => Some(Joining::Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn transfers_and_ended_secondments_are_counted_apart() {
        let authority = RecordId([1; 16]);
        let moved = |date: &str, route, count, to| StaffMovement {
            date: date.parse().expect("a date"),
            route,
            count,
            from: None,
            to,
            source: "test".into(),
        };
        let movements = [
            moved("2019-08-01", Route::Tupe, 120, Some(authority)),
            moved("2019-08-01", Route::SecondmentEnd, 80, Some(authority)),
            moved("2019-08", Route::Recruit, 5, Some(authority)),
            moved("2019-08-01", Route::Objector, 3, Some(authority)),
            moved("2006-04-01", Route::Tupe, 400, None),
        ];
        let none = staff_returned(&movements, authority, date(2019, 7, 31));
        assert_eq!(none, StaffReturned::default());
        let on_the_day = staff_returned(&movements, authority, date(2019, 8, 1));
        assert_eq!(
            on_the_day,
            StaffReturned {
                by_transfer: 120,
                by_secondment_end: 80,
                other: 0,
                undated: 5
            }
        );
        assert_eq!(
            staff_returned(&movements, authority, date(2019, 8, 31)).total(),
            205
        );
    }
}
