//! What is measured of a service: what its figures mean, which way is better and what was promised.

use super::Better;
use super::kpi::{Bands, Rating};
use crate::dated::{Dated, When};
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, joined, worded};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub(super) const SERVICE: &str = "service";

worded! {
    /// What is counted from the tickets of a service desk, month by month.
    Counted:
    /// Half of the tickets resolved in the month took no longer, in working minutes.
    MedianToResolve = "median time to resolve",
    /// Nine in ten took no longer, in working minutes.
    NineInTenToResolve = "nine in ten resolved within",
    /// Share of the tickets resolved in the month that kept their target, in percent.
    ResolvedInTime = "share resolved in time",
    /// Half of the tickets first answered in the month waited no longer, in working minutes.
    MedianToAnswer = "median time to first response",
    AnsweredInTime = "share answered in time",
    Opened = "tickets opened",
    Resolved = "tickets resolved",
    /// How often a ticket was opened again in the month.
    Reopened = "tickets reopened",
    /// The same in percent of the month's resolutions.
    ShareReopened = "share reopened",
    /// Opened before the month's end and not resolved by it.
    Open = "tickets open at the month’s end",
}

impl Counted {
    /// Whether it is reckoned in working time, or held against targets, so that a calendar must say how.
    pub fn needs_calendar(self) -> bool {
        match self {
            Counted::MedianToResolve
            | Counted::NineInTenToResolve
            | Counted::ResolvedInTime
            | Counted::MedianToAnswer
            | Counted::AnsweredInTime => true,
            Counted::Opened
            | Counted::Resolved
            | Counted::Reopened
            | Counted::ShareReopened
            | Counted::Open => false,
        }
    }
}

worded! {
    /// Which chart its values are drawn on.
    Chart:
    /// Single values and their moving ranges (XmR).
    Values = "values",
    /// Counts of events over the same opportunity (c).
    Counts = "counts",
    /// Shares of a changing number, allowing for more spread than chance alone gives (Laney p').
    Shares = "shares",
    /// Events per unit of a changing volume, allowing for the same (Laney u').
    Rates = "rates",
}

/// A measure of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<RecordId>,
    /// `hours`, `% of calls`.
    pub unit: String,
    pub better: Better,
    /// What exactly is counted, and since when it is counted so. A change makes another measure of it:
    /// values before and after cannot simply be compared.
    #[serde(default, skip_serializing_if = "Dated::is_empty")]
    pub definition: Dated<String>,
    /// The value promised, in its unit.
    #[serde(default, skip_serializing_if = "Dated::is_empty")]
    pub target: Dated<Target>,
    /// Short of the target, this value and any better approach it; none where the contract rates nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approaching: Option<f64>,
    /// Short of that, this value and any better require improvement; whatever is worse is inadequate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_improvement: Option<f64>,
    /// What files call it: the heading of its column, or its name in a long table. Its own name when none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub printed: Vec<String>,
    /// Counted from tickets instead of read from a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// What tickets call the service or group whose tickets count, and what long tables of values call the
    /// service. The service's own name when none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets_of: Vec<String>,
    /// Whether it is the one measure by which the service is judged beside others, chosen before looking.
    #[serde(default)]
    pub is_primary: bool,
    /// The smallest step that matters, in its unit, stated before looking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smallest: Option<f64>,
    /// How many months from a handover on are left out, while the service settles.
    #[serde(default)]
    pub transition: u32,
    /// What files call the series that it is compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// The post that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A promised value; none once nothing is promised any more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target(pub Option<f64>);

impl Measure {
    /// What files call it.
    pub fn printed(&self) -> impl Iterator<Item = &str> {
        let own = self.printed.is_empty().then_some(self.name.as_str());
        self.printed.iter().map(String::as_str).chain(own)
    }

    /// The value promised on a day; one promised from a month on holds from its first day.
    pub fn target_on(&self, day: Date) -> Option<f64> {
        self.target.from(When::Day(day))?.0
    }

    /// Whether a value meets what was promised for its day; none where nothing was.
    pub fn meets(&self, value: f64, day: Date) -> Option<bool> {
        let target = self.target_on(day)?;
        match self.better {
            Better::Up => Some(value >= target),
            Better::Down => Some(value <= target),
            Better::Neither => None,
        }
    }

    /// How a value of a day is rated in a contract performance notice; none without bands, or without a target
    /// on that day (Procurement Act 2023, section 71).
    pub fn rating(&self, value: f64, day: Date) -> Option<Rating> {
        self.bands(self.target_on(day)?)?.rate(Some(value))
    }

    fn bands(&self, good: f64) -> Option<Bands> {
        Some(Bands {
            better: self.better,
            good,
            approaching: self.approaching?,
            requires_improvement: self.requires_improvement?,
        })
    }

    /// From when its definition is another than before, and what it then is. The first is no change.
    pub fn redefined(&self) -> impl Iterator<Item = (When, &str)> {
        let stated = self.definition.iter();
        stated.skip(1).map(|(from, text)| (from, text.as_str()))
    }
}

impl Kind for Measure {
    const NAME: &'static str = "measure";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.name.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let of = |id| Reference { kind: SERVICE, id };
        self.service.map(of).into_iter().collect()
    }
}

impl Tabled for Measure {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "measure",
            Form::Text,
            "What people call it.",
            "Calls answered in time",
        ),
        Heading::optional(
            "service",
            Form::Text,
            "The service it is about.",
            "Service desk",
        ),
        Heading::needed("unit", Form::Text, "What its values are in.", "% of calls"),
        Heading::needed(
            "better",
            Form::Choice(Better::WORDS),
            "Which way it gets better; neither for a volume.",
            "up",
        ),
        Heading::optional(
            "definition",
            Form::Text,
            "What exactly is counted. When that changed, state it again in a row of its own.",
            "Calls answered within 30 seconds, of all calls in hours",
        ),
        Heading::optional(
            "target",
            Form::Text,
            "The value promised; blank for none.",
            "95",
        ),
        Heading::optional(
            "approaching",
            Form::Text,
            "Short of the target, the worst value that the contract rates as approaching it.",
            "90",
        ),
        Heading::optional(
            "requires improvement",
            Form::Text,
            "Short of that, the worst value rated as requiring improvement; worse is inadequate.",
            "80",
        ),
        Heading::optional(
            "from",
            Form::When,
            "Since when the definition and the target of this row hold.",
            "2016-04",
        ),
        Heading::optional(
            "printed as",
            Form::List,
            "What files call it: the heading of its column. Blank when they use its name.",
            "Calls < 30s",
        ),
        Heading::optional(
            "counted from tickets",
            Form::Choice(Counted::WORDS),
            "What is counted from the tickets of a service desk; blank when its values come in a file.",
            "",
        ),
        Heading::optional(
            "tickets of",
            Form::List,
            "What tickets call the service or group, and reports the service. Blank when they use its name.",
            "",
        ),
        Heading::optional(
            "primary",
            Form::Choice(&["yes", "no"]),
            "Whether the service is judged by it beside the others: one for each service, chosen before looking.",
            "yes",
        ),
        Heading::optional(
            "smallest step",
            Form::Text,
            "The smallest step that matters, in its unit, stated before looking.",
            "5",
        ),
        Heading::optional(
            "transition",
            Form::Count,
            "How many months from a handover on are left out, while the service settles.",
            "1",
        ),
        Heading::optional(
            "compared with",
            Form::List,
            "What files call the series that it is compared with, such as another council's.",
            "",
        ),
        Heading::optional(
            "chart",
            Form::Choice(Chart::WORDS),
            "Which chart: of single values, of counts, of shares or of rates. Blank is single values.",
            "",
        ),
        Heading::optional(
            "owner",
            Form::Text,
            "The post that answers for it; never a person's name.",
            "Service desk manager",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where its values come from.",
            "Monthly service report",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} / {}", words("service"), words("measure"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Measure, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        let text = |heading| row.text(heading).map(str::to_owned);
        let service = row
            .text("service")
            .and_then(|words| faults.found(row, "service", find, SERVICE, words));
        let (mut definition, mut target) = (Dated::default(), Dated::default());
        for row in rows {
            let from = row.when("from").unwrap_or(When::Unknown);
            if let Some(words) = row.text("definition")
                && definition
                    .latest()
                    .is_none_or(|held: &String| held != words)
            {
                definition.state(from, words.to_owned());
            }
            let promised = number(row, "target", &mut faults);
            if target.latest() != Some(&Target(promised))
                && (promised.is_some() || !target.is_empty())
            {
                target.state(from, Target(promised));
            }
        }
        let counted = Counted::of(row, "counted from tickets");
        if let Some(words) = row.text("counted from tickets")
            && !row.list("printed as").is_empty()
        {
            let reason =
                "a measure is counted from tickets or read from a file: leave one of them blank";
            faults.add(row, "counted from tickets", words, reason);
        }
        let smallest = number(row, "smallest step", &mut faults);
        if smallest.is_some_and(|step| step <= 0.0) {
            let words = row.text("smallest step").unwrap_or_default();
            faults.add(row, "smallest step", words, "write a number above 0");
        }
        let transition = row.count("transition").unwrap_or_default();
        let months = u32::try_from(transition)
            .ok()
            .filter(|months| *months <= 24);
        if months.is_none() {
            let reason = "write how many months, from 0 to 24";
            faults.add(row, "transition", transition.to_string(), reason);
        }
        let approaching = number(row, "approaching", &mut faults);
        let requires_improvement = number(row, "requires improvement", &mut faults);
        let texts = |heading| row.list(heading).to_vec();
        let measure = Measure {
            name: text("measure").unwrap_or_default(),
            service,
            unit: text("unit").unwrap_or_default(),
            better: Better::of(row, "better").unwrap_or(Better::Neither),
            definition,
            target,
            printed: texts("printed as"),
            counted,
            tickets_of: texts("tickets of"),
            is_primary: row.text("primary") == Some("yes"),
            smallest,
            transition: months.unwrap_or_default(),
            compared: texts("compared with"),
            chart: Chart::of(row, "chart"),
            owner: text("owner"),
            source: text("source"),
            approaching,
            requires_improvement,
        };
        if approaching.is_some() != requires_improvement.is_some() {
            let reason = "a contract that rates has both bands, “approaching” and “requires improvement”: give the other too";
            faults.add(
                row,
                "approaching",
                row.text("approaching").unwrap_or_default(),
                reason,
            );
        }
        let promised = measure.target.iter().filter_map(|(_, target)| target.0);
        let wrong = promised
            .filter_map(|good| measure.bands(good)?.check().err())
            .next();
        if let Some(wrong) = wrong {
            let words = row.text("approaching").unwrap_or_default();
            faults.add(row, "approaching", words, wrong.to_string());
        }
        faults.or(measure)
    }

    fn identity(&self) -> String {
        let service = self.service.map(|id| id.to_string()).unwrap_or_default();
        format!("{service} / {}", self.name.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let mut froms: Vec<When> = self.definition.iter().map(|(from, _)| from).collect();
        froms.extend(self.target.iter().map(|(from, _)| from));
        froms.sort();
        froms.dedup();
        if froms.is_empty() {
            froms.push(When::Unknown);
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let word = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
        let number = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
        let row = |from: When| {
            vec![
                self.name.clone(),
                self.service
                    .map(|id| call.call(SERVICE, id))
                    .unwrap_or_default(),
                self.unit.clone(),
                self.better.word().into(),
                self.definition.from(from).cloned().unwrap_or_default(),
                number(self.target.from(from).and_then(|target| target.0)),
                number(self.approaching),
                number(self.requires_improvement),
                from.to_string(),
                joined(self.printed.iter().cloned()),
                word(self.counted.map(Counted::word)),
                joined(self.tickets_of.iter().cloned()),
                if self.is_primary { "yes" } else { "no" }.into(),
                number(self.smallest),
                self.transition.to_string(),
                joined(self.compared.iter().cloned()),
                word(self.chart.map(Chart::word)),
                text(&self.owner),
                text(&self.source),
            ]
        };
        froms.into_iter().map(row).collect()
    }
}

/// A number as people write it: `95`, `95%`, `1,200.5`.
fn number(row: &Row, heading: &'static str, faults: &mut Faults) -> Option<f64> {
    let words = row.text(heading)?;
    let plain = words
        .trim()
        .trim_end_matches('%')
        .trim_end()
        .replace(',', "");
    let read = plain.parse().ok().filter(|value: &f64| value.is_finite());
    if read.is_none() {
        faults.add(row, heading, words, "write a number, such as 95 or 4.5");
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    /// A row that says these things and is blank elsewhere.
    fn row(said: &[(&str, &str)]) -> Vec<String> {
        let base = [("measure", "Calls"), ("unit", "%"), ("better", "up")];
        let cell = |heading: &Heading| {
            let of = |(name, _): &&(&str, &str)| *name == heading.name;
            let found = said.iter().find(of).or_else(|| base.iter().find(of));
            found.map_or_else(String::new, |(_, text)| (*text).to_owned())
        };
        Measure::HEADINGS.iter().map(cell).collect()
    }

    fn read(rows: &[Vec<String>]) -> Result<Measure, Vec<&'static str>> {
        record_of(rows, &mut Directory::default())
    }

    #[test]
    fn a_definition_and_a_target_each_change_on_their_own_day() {
        let measure = read(&[
            row(&[
                ("definition", "Within 30 seconds"),
                ("target", "95%"),
                ("from", "2016-04"),
            ]),
            row(&[
                ("definition", "Within 30 seconds"),
                ("target", "90"),
                ("from", "2018-04"),
            ]),
            row(&[
                ("definition", "Within 20 seconds"),
                ("target", "90"),
                ("from", "2019-06"),
            ]),
            row(&[("from", "2021-04")]),
        ]);
        let measure = measure.expect("a measure");
        let redefined: Vec<_> = measure.redefined().collect();
        assert_eq!(redefined, [(When::Month(2019, 6), "Within 20 seconds")]);
        for (day, promised) in [
            (date(2016, 3, 31), None),
            (date(2016, 4, 1), Some(95.0)),
            (date(2018, 4, 1), Some(90.0)),
            (date(2021, 3, 31), Some(90.0)),
            (date(2021, 4, 1), None),
        ] {
            assert_eq!(measure.target_on(day), promised, "{day}");
        }
    }

    #[test]
    fn files_use_its_name_unless_they_are_said_to_use_another() {
        let printed = |said: &[(&str, &str)]| {
            let measure = read(&[row(said)]).expect("a measure");
            measure.printed().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(printed(&[]), ["Calls"]);
        assert_eq!(
            printed(&[("printed as", "Calls < 30s; KPI 4")]),
            ["Calls < 30s", "KPI 4"]
        );
    }

    #[test]
    fn values_are_rated_by_the_target_of_their_day() {
        let measure = read(&[
            row(&[
                ("target", "95"),
                ("approaching", "90"),
                ("requires improvement", "80"),
                ("from", "2016-04"),
            ]),
            row(&[
                ("target", "92"),
                ("approaching", "90"),
                ("requires improvement", "80"),
                ("from", "2018-04"),
            ]),
        ]);
        let measure = measure.expect("a measure");
        for (value, day, rating) in [
            (93.0, date(2016, 4, 1), Some(Rating::ApproachingTarget)),
            (93.0, date(2018, 4, 1), Some(Rating::Good)),
            (85.0, date(2018, 4, 1), Some(Rating::RequiresImprovement)),
            (79.9, date(2018, 4, 1), Some(Rating::Inadequate)),
            (93.0, date(2016, 3, 31), None),
        ] {
            assert_eq!(measure.rating(value, day), rating, "{value} on {day}");
        }
        assert_eq!(
            read(&[row(&[("target", "95")])]).map(|it| it.rating(96.0, date(2020, 1, 1))),
            Ok(None)
        );
    }

    #[test]
    fn what_cannot_be_meant_is_a_fault() {
        for (heading, words) in [
            ("target", "about 95"),
            ("target", "inf"),
            ("smallest step", "0"),
            ("smallest step", "-1"),
            ("transition", "25"),
            ("transition", "-1"),
            ("service", "Nowhere"),
            ("approaching", "85"),
        ] {
            assert_eq!(
                read(&[row(&[(heading, words)])]),
                Err(vec![heading]),
                "{words}"
            );
        }
        let upside_down = [
            ("target", "95"),
            ("approaching", "80"),
            ("requires improvement", "90"),
        ];
        assert_eq!(read(&[row(&upside_down)]), Err(vec!["approaching"]));
        let both = [
            ("counted from tickets", "tickets opened"),
            ("printed as", "KPI 4"),
        ];
        assert_eq!(read(&[row(&both)]), Err(vec!["counted from tickets"]));
    }
}
