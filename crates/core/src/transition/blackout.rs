//! Days on which nothing may move.

use super::wave::SERVICE;
use crate::dated::{Period, When};
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What closes a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closes {
    Election,
    YearEnd,
    Payroll,
    Billing,
    ChangeFreeze,
    Other,
}

const CLOSES: &[&str] = &[
    "election",
    "year-end",
    "payroll",
    "billing",
    "change-freeze",
    "other",
];

impl Closes {
    const ALL: [Closes; 6] = [
        Closes::Election,
        Closes::YearEnd,
        Closes::Payroll,
        Closes::Billing,
        Closes::ChangeFreeze,
        Closes::Other,
    ];

    /// As tables have it.
    pub fn word(self) -> &'static str {
        CLOSES[self as usize]
    }
}

/// A time in which services may not move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blackout {
    pub name: String,
    pub what: Closes,
    /// Both days included; of its first year, when it comes back every year.
    pub days: Period,
    /// Whether it comes back every year from then on.
    #[serde(default)]
    pub repeats: bool,
    /// The services it holds for; empty is all.
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Blackout {
    /// Whether it holds for a service.
    pub fn holds_for(&self, service: RecordId) -> bool {
        self.services.is_empty() || self.services.contains(&service)
    }

    /// The time of it that shares a day with `period`, the first of several. 29 February is the
    /// 28th in a year that has none.
    pub fn during(&self, period: Period) -> Option<Period> {
        let first = self.days.from.year();
        // What began in the year before may reach into this one.
        let years = if self.repeats {
            (period.from.year() - 1).max(first)..=period.to.year().max(first)
        } else {
            first..=first
        };
        let mut times = years.map(|year| {
            let later = |day: Date| day.saturating_add(i32::from(year - first).years());
            Period::new(later(self.days.from), later(self.days.to))
        });
        times.find(|time| time.overlaps(&period))
    }
}

impl Kind for Blackout {
    const NAME: &'static str = "blackout";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let services = self.services.iter();
        services
            .map(|id| Reference {
                kind: SERVICE,
                id: *id,
            })
            .collect()
    }
}

impl Tabled for Blackout {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed("blackout", Form::Text, "Its usual name.", "Year end close"),
        Heading::needed(
            "what",
            Form::Choice(CLOSES),
            "What closes the time.",
            "year-end",
        ),
        Heading::needed("from", Form::When, "The first day, exactly.", "2019-03-25"),
        Heading::optional(
            "to",
            Form::When,
            "The last day, exactly; blank for one day.",
            "2019-04-12",
        ),
        Heading::optional(
            "repeats yearly",
            Form::Choice(&["yes", "no"]),
            "Whether it comes back every year from then on; blank is no.",
            "yes",
        ),
        Heading::optional(
            "services",
            Form::List,
            "The services that may not move then; blank for all.",
            "Finance system",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where this is written down.",
            "Finance calendar",
        ),
    ];

    fn key(row: &Row) -> String {
        let name = row.text("blackout").unwrap_or_default().to_lowercase();
        format!("{name} {:?}", row.when("from"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Blackout, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "blackout",
                row.text("blackout").unwrap_or_default(),
                "this blackout stands in the file twice with the same first day: keep one row",
            );
        }
        let row = rows[0];
        let mut day = |heading| match row.when(heading) {
            Some(When::Day(day)) => Some(day),
            Some(when) => {
                let reason = "an exact day is needed, such as 2019-03-25";
                faults.add(row, heading, when.to_string(), reason);
                None
            }
            None => None,
        };
        let (from, to) = (day("from"), day("to"));
        let from = from.unwrap_or(Date::constant(1, 1, 1));
        let to = to.unwrap_or(from);
        let repeats = row.text("repeats yearly") == Some("yes");
        if to < from {
            faults.add(
                row,
                "to",
                to.to_string(),
                "it ends before it begins: correct a date",
            );
        } else if repeats && to >= from.saturating_add(1.year()) {
            let reason = "what comes back every year lasts less than a year: correct a date";
            faults.add(row, "to", to.to_string(), reason);
        }
        let found = row.list("services").iter();
        let found = found.filter_map(|words| faults.found(row, "services", find, SERVICE, words));
        let services = found.collect();
        let what = row.text("what").unwrap_or_default();
        let what = Closes::ALL.into_iter().find(|it| it.word() == what);
        faults.or(Blackout {
            name: row.text("blackout").unwrap_or_default().into(),
            what: what.unwrap_or(Closes::Other),
            days: Period::new(from, to),
            repeats,
            services,
            source: row.text("source").map(Into::into),
        })
    }

    fn identity(&self) -> String {
        format!("{} {}", self.name.to_lowercase(), self.days.from)
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        vec![vec![
            self.name.clone(),
            self.what.word().into(),
            self.days.from.to_string(),
            self.days.to.to_string(),
            if self.repeats { "yes" } else { "no" }.into(),
            joined(self.services.iter().map(|id| call.call(SERVICE, *id))),
            self.source.clone().unwrap_or_default(),
        ]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;
    use proptest::prelude::*;

    fn blackout(from: Date, to: Date, repeats: bool) -> Blackout {
        Blackout {
            name: "test".into(),
            what: Closes::Other,
            days: Period::new(from, to),
            repeats,
            services: BTreeSet::new(),
            source: None,
        }
    }

    #[test]
    fn a_yearly_blackout_is_found_in_any_year() {
        let christmas = blackout(date(2018, 12, 20), date(2019, 1, 4), true);
        let leap = blackout(date(2020, 2, 29), date(2020, 2, 29), true);
        let once = blackout(date(2019, 5, 2), date(2019, 5, 24), false);
        for (blackout, day, found) in [
            (&christmas, date(2018, 12, 19), None),
            (&christmas, date(2018, 1, 2), None),
            (
                &christmas,
                date(2019, 1, 4),
                Some((date(2018, 12, 20), date(2019, 1, 4))),
            ),
            (
                &christmas,
                date(2024, 1, 4),
                Some((date(2023, 12, 20), date(2024, 1, 4))),
            ),
            (&christmas, date(2024, 1, 5), None),
            (
                &leap,
                date(2021, 2, 28),
                Some((date(2021, 2, 28), date(2021, 2, 28))),
            ),
            (&leap, date(2021, 3, 1), None),
            (&leap, date(2024, 2, 28), None),
            (
                &leap,
                date(2024, 2, 29),
                Some((date(2024, 2, 29), date(2024, 2, 29))),
            ),
            (
                &once,
                date(2019, 5, 2),
                Some((date(2019, 5, 2), date(2019, 5, 24))),
            ),
            (&once, date(2020, 5, 2), None),
        ] {
            let period = found.map(|(from, to)| Period { from, to });
            assert_eq!(blackout.during(Period::new(day, day)), period, "{day}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_blackout_is_said() {
        for (from, to, repeats, fault) in [
            ("2019-03-25", "2019-04-12", "yes", None),
            ("2019-03-25", "", "", None),
            ("2019-03", "2019-04-12", "no", Some("from")),
            ("2019-03-25", "2019-03-24", "no", Some("to")),
            ("2019-03-25", "2020-03-25", "yes", Some("to")),
            ("2019-03-25", "2020-03-24", "yes", None),
        ] {
            let row = ["Close", "year-end", from, to, repeats, "", ""].map(str::to_owned);
            let read = record_of::<Blackout>(&[row.into()], &mut Directory::default());
            assert_eq!(
                read.err(),
                fault.map(|heading| vec![heading]),
                "{from} {to}"
            );
        }
    }

    proptest! {
        /// A yearly blackout closes the same days of every later year, over leap years too.
        #[test]
        fn a_yearly_blackout_comes_back(
            start in 0i32..4000, length in 0i32..300, years in 0i16..40, probe in 0i32..300,
        ) {
            let from = date(2000, 1, 1) + start.days();
            let yearly = blackout(from, from + length.days(), true);
            let then = |day: Date| day.saturating_add(i32::from(years).years());
            let span = Period::new(then(from), then(from + length.days()));
            let day = span.from + probe.days();
            let closed = yearly.during(Period::new(day, day));
            if span.contains(day) {
                prop_assert_eq!(closed, Some(span));
            }
            prop_assert!(closed.is_none_or(|closed| closed.contains(day)));
        }
    }
}
