//! Which services move together, and on which day.

use crate::dated::{Dated, When};
use crate::record::{Kind, KindName, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub(super) const SERVICE: KindName = "service";

/// Services that move together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wave {
    pub name: String,
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    /// The day on which they are planned to move, from the moment since which that is the plan: a
    /// later plan leaves the earlier one to be seen.
    #[serde(default)]
    pub cutover: Dated<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The post that answers for it, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Wave {
    /// The cutover as planned on `day`. While it is not certain which of two plans held, the newer.
    pub fn cutover_on(&self, day: Date) -> Option<When> {
        self.cutover.on(day).candidates().last().copied()
    }

    /// By how many days the cutover planned on `day` lies after the first plan; none when either is
    /// no exact day.
    pub fn slip(&self, day: Date) -> Option<i32> {
        let (_, first) = self.cutover.iter().next()?;
        match (*first, self.cutover_on(day)?) {
            (When::Day(first), When::Day(now)) => first.until(now).ok().map(|span| span.get_days()),
            _ => None,
        }
    }
}

impl Kind for Wave {
    const NAME: &'static str = "wave";
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

impl Tabled for Wave {
    const LIFE: Option<Life> = Some(Life {
        from: "planned from",
        values: &["cutover"],
        blank_stays: &["cutover"],
        end: None,
    });

    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "wave",
            Form::Text,
            "Its usual name; rows with the same name describe one wave.",
            "Wave 1",
        ),
        Heading::optional(
            "services",
            Form::List,
            "The services that move in it.",
            "Network; Contact centre telephony",
        ),
        Heading::optional(
            "cutover",
            Form::When,
            "The day on which they are planned to move.",
            "2019-08-01",
        ),
        Heading::optional(
            "planned from",
            Form::When,
            "Since when this is the plan; add a row for each new date, so that a slip can be seen.",
            "2018-11-12",
        ),
        Heading::optional(
            "about",
            Form::Text,
            "One sentence on what moves.",
            "Everything the contact centre needs",
        ),
        Heading::optional(
            "owner",
            Form::Text,
            "The post that answers for it; never a person's name.",
            "Transition manager",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where this is written down.",
            "Transition plan, version 3",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("wave").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Wave, Vec<RowFault>> {
        let mut faults = Faults::default();
        let text =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.text(heading));
        let mut wave = Wave {
            name: text(&mut faults, "wave").unwrap_or_default().to_owned(),
            about: text(&mut faults, "about").map(Into::into),
            owner: text(&mut faults, "owner").map(Into::into),
            source: text(&mut faults, "source").map(Into::into),
            ..Wave::default()
        };
        let mut starts = BTreeSet::new();
        for row in rows {
            for words in row.list("services") {
                let found = faults.found(row, "services", find, SERVICE, words);
                wave.services.extend(found);
            }
            let Some(cutover) = row.when("cutover") else {
                continue;
            };
            let from = row.when("planned from").unwrap_or(When::Unknown);
            if !starts.insert(from) {
                faults.add(
                    row,
                    "planned from",
                    from.to_string(),
                    "another row of this wave gives a plan from the same date: keep one",
                );
            }
            wave.cutover.state(from, cutover);
        }
        faults.or(wave)
    }

    fn identity(&self) -> String {
        self.name.to_lowercase()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = |plan: Option<(When, &When)>| {
            vec![
                self.name.clone(),
                joined(self.services.iter().map(|id| call.call(SERVICE, *id))),
                plan.map(|(_, cutover)| cutover.to_string())
                    .unwrap_or_default(),
                plan.map(|(from, _)| from.to_string()).unwrap_or_default(),
                text(&self.about),
                text(&self.owner),
                text(&self.source),
            ]
        };
        if self.cutover.is_empty() {
            return vec![row(None)];
        }
        self.cutover.iter().map(|plan| row(Some(plan))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    #[rustfmt::skip]
    const STATED: [[&str; 7]; 2] = [
        ["Wave 1", "Network", "2019-04-01", "2018-11-12", "", "Transition manager", ""],
        ["Wave 1", "Telephony", "2019-08-01", "2019-02", "", "", ""],
    ];

    fn read(rows: [[&str; 7]; 2], directory: &mut Directory) -> Result<Wave, Vec<&'static str>> {
        record_of(&rows.map(|row| row.map(str::to_owned).into()), directory)
    }

    #[test]
    fn a_slip_can_be_seen() {
        let mut directory = Directory::default();
        let services = ["Network", "Telephony"].map(|name| directory.id(name));
        let wave = read(STATED, &mut directory).expect("reads");
        assert_eq!(wave.services, services.into());
        let day = |year, month, day| Some(When::Day(date(year, month, day)));
        for (on, cutover, slip) in [
            (date(2018, 11, 11), None, None),
            (date(2019, 1, 31), day(2019, 4, 1), Some(0)),
            (date(2019, 2, 10), day(2019, 8, 1), Some(122)),
            (date(2019, 3, 1), day(2019, 8, 1), Some(122)),
        ] {
            assert_eq!(
                (wave.cutover_on(on), wave.slip(on)),
                (cutover, slip),
                "{on}"
            );
        }
        let again = record_of(&wave.to_rows(&directory), &mut directory);
        assert_eq!(again, Ok(wave));
    }

    #[test]
    fn what_is_wrong_with_a_wave_is_said() {
        let mut directory = Directory::default();
        directory.id("Network");
        assert_eq!(read(STATED, &mut directory), Err(vec!["services"]));
        directory.id("Telephony");
        let mut twice = STATED;
        twice[1][3] = "2018-11-12";
        assert_eq!(read(twice, &mut directory), Err(vec!["planned from"]));
    }
}
