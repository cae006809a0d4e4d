//! The file in which people state a contract's table of indicators and its charges: KPIS.toml.

use super::credit::{BasisPoints, CreditTable, EarnBack, Kpi, Step, WrongTable, credits};
use crate::pence::Pence;
use crate::performance::Better;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::str::FromStr;

/// A table of indicators with the charges that its credits are shares of.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiFile {
    pub table: CreditTable,
    /// The charge of a month from a month on, in the order of time.
    pub charges: Vec<(Date, Pence)>,
}

/// Why a table is refused: the line, counted from 1 where it is known, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WrongKpis {
    #[error("line {line}: {what}")]
    Line { line: usize, what: String },
    #[error(transparent)]
    Table(#[from] WrongTable),
    #[error("the charges are out of order at {0}: write the earlier first")]
    Charges(Date),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    point: Share,
    cap: Option<Share>,
    #[serde(default)]
    repeats: Vec<Share>,
    earn_back: Option<StatedEarnBack>,
    #[serde(default)]
    charge: Vec<StatedCharge>,
    kpi: Vec<StatedKpi>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedEarnBack {
    months: u32,
    share: Share,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedCharge {
    from: toml::Value,
    monthly: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedKpi {
    name: String,
    better: Better,
    target: f64,
    clause: Option<String>,
    step: Vec<Step>,
}

/// A share as people write it: `2.5%`.
#[derive(Clone, Copy)]
struct Share(BasisPoints);

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Share, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || D::Error::custom(format!("{text:?} is no share: write \"2.5%\""));
        let percent = text.trim().strip_suffix('%').ok_or_else(wrong)?.trim();
        let (whole, rest) = percent.split_once('.').unwrap_or((percent, ""));
        let is_plain = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
        if whole.is_empty() || !is_plain(whole) || !is_plain(rest) || rest.len() > 2 {
            return Err(wrong());
        }
        let points = format!("{whole}{rest:0<2}");
        points.parse().map(Share).map_err(|_| wrong())
    }
}

impl FromStr for KpiFile {
    type Err = WrongKpis;

    fn from_str(text: &str) -> Result<KpiFile, WrongKpis> {
        let stated: Stated = toml::from_str(text).map_err(|error| {
            let before = error.span().map_or("", |span| &text[..span.start]);
            WrongKpis::Line {
                line: before.matches('\n').count() + 1,
                what: error.message().to_owned(),
            }
        })?;
        let kpi = |kpi: StatedKpi| Kpi {
            name: kpi.name,
            better: kpi.better,
            target: kpi.target,
            steps: kpi.step,
            clause: kpi.clause,
        };
        let table = CreditTable {
            kpis: stated.kpi.into_iter().map(kpi).collect(),
            point: stated.point.0,
            cap: stated.cap.map(|share| share.0),
            // A table multiplies points by percents; people write both as shares.
            repeats: stated.repeats.iter().map(|share| share.0 / 100).collect(),
            earn_back: stated.earn_back.map(|back| EarnBack {
                months: back.months,
                share: back.share.0,
            }),
        };
        // No month yet: only the table itself is looked at.
        credits(&table, &[])?;
        let charge = |charge: &StatedCharge| {
            let on = charge.from.to_string().replace('"', "");
            let wrong = |value: &str, write: &str| WrongKpis::Line {
                line: text
                    .lines()
                    .position(|line| line.contains(value))
                    .map_or(1, |place| place + 1),
                what: format!("{value:?} is not understood: write {write}"),
            };
            let from: Date = on
                .parse()
                .map_err(|_| wrong(&on, "a day such as 2019-04-01"))?;
            let monthly = Pence::parse(&charge.monthly);
            let monthly =
                monthly.map_err(|_| wrong(&charge.monthly, "an amount such as \"125,000.00\""))?;
            Ok((from.first_of_month(), monthly))
        };
        let charges = stated.charge.iter().map(charge);
        let charges: Vec<(Date, Pence)> = charges.collect::<Result<_, WrongKpis>>()?;
        match charges.windows(2).find(|pair| pair[1].0 <= pair[0].0) {
            Some(pair) => Err(WrongKpis::Charges(pair[1].0)),
            None => Ok(KpiFile { table, charges }),
        }
    }
}

impl KpiFile {
    /// The charge of a month; none where the file states none.
    pub fn charge(&self, month: Date) -> Option<Pence> {
        let before = self.charges.iter().rev();
        let (_, charge) = before.into_iter().find(|(from, _)| *from <= month)?;
        Some(*charge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const FILE: &str = r#"point = "1%"
cap = "10.5%"
repeats = ["150%", "200%"]
earn_back = { months = 3, share = "50%" }

[[charge]]
from = 2018-04-01
monthly = "100,000.00"

[[charge]]
from = "2019-04-01"
monthly = "125,000.00"

[[kpi]]
name = "Calls answered"
better = "up"
target = 95
clause = "Schedule 6"
step = [{ down_to = 90, points = 1 }, { points = 3 }]
"#;

    #[test]
    fn a_table_is_read_with_its_charges() {
        let file: KpiFile = FILE.parse().expect("a table");
        assert_eq!((file.table.point, file.table.cap), (100, Some(1_050)));
        assert_eq!(file.table.repeats, [150, 200]);
        for (month, charge) in [
            (date(2018, 3, 1), None),
            (date(2018, 4, 1), Some(Pence(10_000_000))),
            (date(2019, 3, 1), Some(Pence(10_000_000))),
            (date(2024, 1, 1), Some(Pence(12_500_000))),
        ] {
            assert_eq!(file.charge(month), charge, "{month}");
        }
    }

    #[test]
    fn what_cannot_be_meant_names_its_line() {
        for (was, is, said) in [
            ("\"1%\"", "\"1\"", "line 1: \"1\" is no share"),
            (
                "\"10.5%\"",
                "\"10.555%\"",
                "line 2: \"10.555%\" is no share",
            ),
            (
                "\"125,000.00\"",
                "\"much\"",
                "line 12: \"much\" is not understood",
            ),
            (
                "\"2019-04-01\"",
                "\"soon\"",
                "line 11: \"soon\" is not understood",
            ),
            (
                "\"2019-04-01\"",
                "\"2017-04-01\"",
                "out of order at 2017-04-01",
            ),
            ("better = \"up\"", "better = \"neither\"", "neither way"),
            ("down_to = 90", "down_to = 96", "steps are out of order"),
            ("clause", "claus", "line 18: unknown field"),
        ] {
            let wrong = FILE.replace(was, is).parse::<KpiFile>();
            let told = wrong.map_err(|error| error.to_string()).expect_err(is);
            assert!(told.contains(said), "{told}");
        }
    }
}
