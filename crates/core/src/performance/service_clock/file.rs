//! The file in which people state calendars, pauses and targets: CALENDAR.toml.

use super::calendar::{ALL_DAY, Calendar, Closure, Hours, Stretch, time_zone};
use super::target::Target;
use super::{Pauses, RuleBook, Rules};
use crate::calendar::Nation;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::str::FromStr;
use toml::Spanned;

/// Why a calendar is refused: the line, counted from 1, the value, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct WrongCalendar {
    pub line: usize,
    pub what: String,
}

/// What stands at the top, and again under `[[service]]` for whatever differs there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    title: Option<String>,
    zone: Option<Spanned<String>>,
    nation: Option<Spanned<String>>,
    hours: Option<Vec<Spanned<StatedHours>>>,
    closed: Option<Vec<Spanned<Closure>>>,
    pauses: Option<StatedPauses>,
    closing_resolves: Option<bool>,
    resolving_responds: Option<bool>,
    target: Option<Vec<Spanned<Target>>>,
    names: Option<Spanned<Vec<String>>>,
    service: Option<Vec<Spanned<Stated>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedHours {
    #[serde(default, deserialize_with = "perhaps_a_day")]
    from: Option<Date>,
    every_day: Option<StatedDay>,
    weekdays: Option<StatedDay>,
    monday: Option<StatedDay>,
    tuesday: Option<StatedDay>,
    wednesday: Option<StatedDay>,
    thursday: Option<StatedDay>,
    friday: Option<StatedDay>,
    saturday: Option<StatedDay>,
    sunday: Option<StatedDay>,
    bank_holidays: Option<StatedDay>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "toml::Value")]
struct StatedDay(Vec<Stretch>);

impl TryFrom<toml::Value> for StatedDay {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<StatedDay, String> {
        let stretches = match value {
            toml::Value::String(text) if text == "round-the-clock" => vec![ALL_DAY],
            toml::Value::String(text) if text == "closed" => Vec::new(),
            toml::Value::String(text) => vec![Stretch::try_from(text)?],
            toml::Value::Array(values) => values
                .into_iter()
                .map(|value| match value {
                    toml::Value::String(text) => Stretch::try_from(text),
                    other => Err(format!(
                        "{other} is no stretch of hours: write \"09:00-17:30\""
                    )),
                })
                .collect::<Result<_, _>>()?,
            other => return Err(format!("{other} are no hours: write [\"09:00-17:30\"]")),
        };
        for pair in stretches.windows(2) {
            if pair[0].to > pair[1].from {
                return Err(format!(
                    "{} and {} overlap or are out of order: write the earlier first",
                    pair[0], pair[1]
                ));
            }
        }
        Ok(StatedDay(stretches))
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedPauses {
    user: Option<Pause>,
    supplier: Option<Pause>,
    other: Option<Pause>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pause {
    Stops,
    Runs,
}

/// A date as TOML writes it, bare or in quotes.
pub(super) fn a_day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    let text = match toml::Value::deserialize(from)? {
        toml::Value::Datetime(on) => on.to_string(),
        toml::Value::String(text) => text,
        other => other.to_string(),
    };
    text.parse()
        .map_err(|_| D::Error::custom(format!("{text:?} is no day: write 2024-04-01")))
}

pub(super) fn perhaps_a_day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    a_day(from).map(Some)
}

impl FromStr for RuleBook {
    type Err = WrongCalendar;

    fn from_str(text: &str) -> Result<RuleBook, WrongCalendar> {
        let reader = Reader(text);
        let stated: Stated = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| reader.line(span.start));
            WrongCalendar {
                line,
                what: error.message().to_owned(),
            }
        })?;
        if let Some(names) = &stated.names {
            return Err(reader.wrong(names, "names stand under [[service]] alone"));
        }
        let others = reader.rules(&stated, None)?;
        let mut services = Vec::new();
        for service in stated.service.as_deref().unwrap_or_default() {
            let own = service.get_ref();
            if own.service.is_some() {
                return Err(reader.wrong(service, "a [[service]] holds no service of its own"));
            }
            let names = own.names.as_ref().map(|names| names.get_ref().clone());
            let names = names.filter(|names| !names.is_empty()).ok_or_else(|| {
                reader.wrong(
                    service,
                    "say which services it is for: names = [\"Payroll\"], as printed in the log",
                )
            })?;
            services.push((names, reader.rules(own, Some(&others))?));
        }
        Ok(RuleBook { others, services })
    }
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn line(&self, place: usize) -> usize {
        self.0.as_bytes()[..place.min(self.0.len())]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
            + 1
    }

    fn wrong<T>(&self, at: &Spanned<T>, what: &str) -> WrongCalendar {
        WrongCalendar {
            line: self.line(at.span().start),
            what: what.to_owned(),
        }
    }

    /// What is stated; whatever is not, as it holds for the others.
    fn rules(&self, stated: &Stated, others: Option<&Rules>) -> Result<Rules, WrongCalendar> {
        let zone = match &stated.zone {
            None => others.map_or("Europe/London".into(), |others| {
                others.calendar.zone.clone()
            }),
            Some(zone) if time_zone(zone.get_ref()).is_some() => zone.get_ref().clone(),
            Some(zone) => {
                return Err(self.wrong(
                    zone,
                    &format!("{:?} is no time zone: write Europe/London", zone.get_ref()),
                ));
            }
        };
        let nation = match &stated.nation {
            None => others.map_or(Some(Nation::default()), |others| others.calendar.nation),
            Some(nation) => match nation.get_ref().as_str() {
                "none" => None,
                "england-and-wales" => Some(Nation::EnglandAndWales),
                "scotland" => Some(Nation::Scotland),
                "northern-ireland" => Some(Nation::NorthernIreland),
                other => {
                    let what = format!(
                        "nation {other:?} is not known: write england-and-wales, scotland, northern-ireland or none"
                    );
                    return Err(self.wrong(nation, &what));
                }
            },
        };
        let hours = match (&stated.hours, others) {
            (Some(hours), _) if !hours.is_empty() => self.hours(hours)?,
            (_, Some(others)) => others.calendar.hours.clone(),
            _ => {
                return Err(WrongCalendar {
                    line: 1,
                    what: "no hours are stated: write [[hours]] and, below it, weekdays = [\"09:00-17:30\"]".into(),
                });
            }
        };
        let closures = match &stated.closed {
            None => others.map_or(Vec::new(), |others| others.calendar.closures.clone()),
            Some(closed) => self.closures(closed)?,
        };
        let pauses = match stated.pauses {
            None => others.map_or(Pauses::default(), |others| others.pauses),
            Some(pauses) => {
                let stops = |pause: Option<Pause>| pause.map(|pause| pause == Pause::Stops);
                Pauses {
                    user: stops(pauses.user),
                    supplier: stops(pauses.supplier),
                    other: stops(pauses.other),
                }
            }
        };
        let targets = match &stated.target {
            None => others.map_or(Vec::new(), |others| others.targets.clone()),
            Some(targets) => self.targets(targets)?,
        };
        let inherited = |of: fn(&Rules) -> bool| others.is_some_and(of);
        Ok(Rules {
            title: stated.title.clone(),
            calendar: Calendar {
                zone,
                nation,
                hours,
                closures,
            },
            pauses,
            closing_resolves: stated
                .closing_resolves
                .unwrap_or(inherited(|rules| rules.closing_resolves)),
            resolving_responds: stated
                .resolving_responds
                .unwrap_or(inherited(|rules| rules.resolving_responds)),
            targets,
        })
    }

    fn hours(&self, stated: &[Spanned<StatedHours>]) -> Result<Vec<Hours>, WrongCalendar> {
        let mut found: Vec<Hours> = Vec::new();
        for spanned in stated {
            let hours = spanned.get_ref();
            if found.last().is_some_and(|before| before.from >= hours.from) {
                return Err(self.wrong(
                    spanned,
                    "these [[hours]] do not begin later than those above: give each a from = DATE, in order",
                ));
            }
            let day = |own: &Option<StatedDay>, weekday: bool| {
                let general = if weekday {
                    hours.weekdays.as_ref()
                } else {
                    None
                };
                let stated = own.as_ref().or(general).or(hours.every_day.as_ref());
                stated.map_or(Vec::new(), |day| day.0.clone())
            };
            let days = [
                day(&hours.monday, true),
                day(&hours.tuesday, true),
                day(&hours.wednesday, true),
                day(&hours.thursday, true),
                day(&hours.friday, true),
                day(&hours.saturday, false),
                day(&hours.sunday, false),
            ];
            if days.iter().all(Vec::is_empty) {
                return Err(self.wrong(
                    spanned,
                    "these [[hours]] are never open: write weekdays = [\"09:00-17:30\"]",
                ));
            }
            // Round the clock is round the clock on bank holidays too, unless the file says otherwise.
            let always = days.iter().all(|day| day == &[ALL_DAY]);
            let bank_holidays = match &hours.bank_holidays {
                Some(day) => Some(day.0.clone()),
                None if always => None,
                None => Some(Vec::new()),
            };
            found.push(Hours {
                from: hours.from,
                days,
                bank_holidays,
            });
        }
        Ok(found)
    }

    fn closures(&self, stated: &[Spanned<Closure>]) -> Result<Vec<Closure>, WrongCalendar> {
        for spanned in stated {
            let closure = spanned.get_ref();
            if closure.to.is_some_and(|to| to < closure.from) {
                return Err(self.wrong(spanned, "closed to a day before from: swap the two"));
            }
        }
        Ok(stated
            .iter()
            .map(|spanned| spanned.get_ref().clone())
            .collect())
    }

    fn targets(&self, stated: &[Spanned<Target>]) -> Result<Vec<Target>, WrongCalendar> {
        for spanned in stated {
            let target = spanned.get_ref();
            if target.first_response.is_none() && target.resolution.is_none() {
                return Err(self.wrong(
                    spanned,
                    "this [[target]] promises nothing: write resolution = { working_hours = 8 }",
                ));
            }
        }
        Ok(stated
            .iter()
            .map(|spanned| spanned.get_ref().clone())
            .collect())
    }
}
