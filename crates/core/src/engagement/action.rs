//! You said, we did: what people told, and what was done about it or why it is not.

use super::release::Release;
use crate::dated::{Period, When};
use crate::performance::{Asked, Better, Point};
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

const ORGANISATION: &str = "organisation";
const SERVICE: &str = "service";

/// What was answered to what people said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Answer {
    /// Nobody has answered yet.
    Waiting,
    /// Something is done about it.
    Doing {
        what: String,
        /// The post that does it, never a person's name.
        owner: String,
        due: When,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        done_on: Option<When>,
    },
    Refused {
        reason: String,
    },
}

/// What people told in their answers, and the answer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// A low score or a theme, in words that point to nobody.
    pub said: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directorate: Option<RecordId>,
    /// The time whose release says so; none where it was heard otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// None while it waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<When>,
    #[serde(flatten)]
    pub answer: Answer,
}

/// How an action stands on a day, what needs somebody first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nobody has answered.
    Waiting,
    /// Its day has passed, and it is not done.
    Late,
    Open,
    Done,
    Refused,
}

impl Standing {
    pub const ALL: [Standing; 5] = [
        Standing::Waiting,
        Standing::Late,
        Standing::Open,
        Standing::Done,
        Standing::Refused,
    ];
}

/// Why nobody can be asked whether an action changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAskedAgain {
    NotAnswered,
    Refused,
    NotDone,
    /// Nobody knows in which month it was done.
    NotDated(When),
    /// No release shows what those it was for think.
    NotShown,
}

impl Action {
    /// How it stands on `day`. What was done on a date that is not known is done.
    pub fn standing(&self, day: Date) -> Standing {
        if self
            .answered_on
            .is_some_and(|on| on.reached(day) == Some(false))
        {
            return Standing::Waiting;
        }
        let (due, done_on) = match &self.answer {
            Answer::Waiting => return Standing::Waiting,
            Answer::Refused { .. } => return Standing::Refused,
            Answer::Doing { due, done_on, .. } => (due, done_on),
        };
        let done = done_on.map(|done| done == When::Unknown || done.reached(day) == Some(true));
        match done {
            Some(true) => Standing::Done,
            _ if due.latest().is_some_and(|due| due < day) => Standing::Late,
            _ => Standing::Open,
        }
    }

    /// Whether people had told it by `day`, as far as that is known.
    pub fn is_told(&self, day: Date) -> bool {
        match self.period {
            Some(period) => period.to <= day,
            None => self
                .answered_on
                .is_none_or(|on| on.reached(day) != Some(false)),
        }
    }

    /// Whether it says something about what people told in a period, or since: what was told before and answered before
    /// says nothing of it.
    pub fn speaks_of(&self, period: Period) -> bool {
        let answered = self.answered_on.and_then(When::latest);
        match self.period {
            Some(told) => told.to >= period.from,
            None => answered.is_some_and(|on| on >= period.from),
        }
    }

    /// The question whether people are happier since it was done, by the rules of the verdict on measures.
    /// `happiness` is that of those it was for, as [`happiness`] has it, up to `day`; no change of happiness was named
    /// beforehand as the smallest that matters, so nobody will say that nothing changed.
    ///
    /// # Errors
    /// [`NotAskedAgain`] says what is missing.
    pub fn asked_again(
        &self,
        happiness: Vec<Point>,
        events: Vec<(Date, String)>,
        day: Date,
    ) -> Result<Asked, NotAskedAgain> {
        let done = match (&self.answer, self.standing(day)) {
            (_, Standing::Waiting) => return Err(NotAskedAgain::NotAnswered),
            (_, Standing::Refused) => return Err(NotAskedAgain::Refused),
            (Answer::Doing { done_on, .. }, Standing::Done) => done_on.unwrap_or(When::Unknown),
            _ => return Err(NotAskedAgain::NotDone),
        };
        let at = match done {
            When::Day(_) | When::Month(..) => done.earliest(),
            _ => None,
        };
        let at = at.ok_or(NotAskedAgain::NotDated(done))?;
        if happiness.is_empty() {
            return Err(NotAskedAgain::NotShown);
        }
        Ok(Asked {
            points: happiness,
            at,
            better: Better::Up,
            smallest: None,
            // Where only the month is known, nobody can say to which side it belongs.
            transition: u32::from(!matches!(done, When::Day(_))),
            compared: Vec::new(),
            redefined: Vec::new(),
            events,
        })
    }
}

/// The happiness of a group through time, from the releases of periods that had ended by `day` and lie within one month.
/// A group whose cell is hidden has no point.
pub fn happiness<'a>(
    releases: impl IntoIterator<Item = &'a Release>,
    service: Option<&str>,
    directorate: Option<&str>,
    day: Date,
) -> Vec<Point> {
    let point = |release: &Release| {
        let Period { from, to } = release.period;
        let is_monthly = from.first_of_month() == to.first_of_month();
        let shown = release.cell(service, directorate, None)?.shown.as_ref()?;
        (is_monthly && to <= day).then(|| Point {
            date: from.first_of_month(),
            value: f64::from(shown.happiness.points),
        })
    };
    let mut points: Vec<Point> = releases.into_iter().filter_map(point).collect();
    points.sort_by_key(|point| point.date);
    points
}

impl Kind for Action {
    const NAME: &'static str = "action";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.said.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let to = |kind| move |id: RecordId| Reference { kind, id };
        let service = self.service.map(to(SERVICE));
        service
            .into_iter()
            .chain(self.directorate.map(to(ORGANISATION)))
            .collect()
    }
}

impl Tabled for Action {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "said",
            Form::Text,
            "What people told: a low score or a theme, in words that point to nobody.",
            "Signing in takes several minutes",
        ),
        Heading::optional(
            "service",
            Form::Text,
            "The service that it is about; blank where it is about none or all.",
            "Identity and access",
        ),
        Heading::optional(
            "directorate",
            Form::Text,
            "The directorate whose people said so; blank for all.",
            "Housing",
        ),
        Heading::optional(
            "period",
            Form::Text,
            "The time whose release of answers says so: a month, or as 2020-Q1; blank where it was heard otherwise.",
            "2020-02",
        ),
        Heading::optional(
            "answered on",
            Form::When,
            "When it was decided what is done, or that nothing is; blank while it waits for an answer.",
            "2020-03-16",
        ),
        Heading::optional(
            "action",
            Form::Text,
            "What is done about it; blank where it is refused.",
            "One sign-in for all systems",
        ),
        Heading::optional(
            "owner",
            Form::Text,
            "The post that does it; never a person's name.",
            "Head of infrastructure",
        ),
        Heading::optional("due", Form::When, "By when.", "2020-06-30"),
        Heading::optional(
            "done on",
            Form::When,
            "When it was done; blank while it is not.",
            "2020-06-22",
        ),
        Heading::optional(
            "refusal",
            Form::Text,
            "Why nothing is done about it; staff will read this. Blank where something is done.",
            "",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let parts = ["service", "directorate", "said"].map(words);
        parts.join(" / ")
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Action, Vec<RowFault>> {
        let mut faults = Faults::default();
        for row in &rows[1..] {
            faults.add(
                row,
                "said",
                row.text("said").unwrap_or_default(),
                "the same was said of the same twice: keep one row",
            );
        }
        let row = rows[0];
        let mut named = |heading, kind| {
            let words = row.text(heading)?;
            faults.found(row, heading, find, kind, words)
        };
        let service = named("service", SERVICE);
        let directorate = named("directorate", ORGANISATION);
        let period = row.text("period").and_then(|text| match text.parse() {
            Ok(period) => Some(period),
            Err(reason) => {
                let reason: crate::dated::NotAPeriod = reason;
                faults.add(row, "period", text, reason.to_string());
                None
            }
        });
        let answer = answer(row, &mut faults);
        faults.or(Action {
            said: row.text("said").unwrap_or_default().to_owned(),
            service,
            directorate,
            period,
            answered_on: row.when("answered on"),
            answer,
        })
    }

    fn identity(&self) -> String {
        let id = |id: Option<RecordId>| id.map(|id| id.to_string()).unwrap_or_default();
        let (service, directorate) = (id(self.service), id(self.directorate));
        format!("{service} / {directorate} / {}", self.said.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let called =
            |kind, id: Option<RecordId>| id.map(|id| call.call(kind, id)).unwrap_or_default();
        let mut row = vec![
            self.said.clone(),
            called(SERVICE, self.service),
            called(ORGANISATION, self.directorate),
            self.period.map(short).unwrap_or_default(),
            self.answered_on
                .map(|on| on.to_string())
                .unwrap_or_default(),
        ];
        row.extend(match &self.answer {
            Answer::Doing {
                what,
                owner,
                due,
                done_on,
            } => [
                what.clone(),
                owner.clone(),
                due.to_string(),
                done_on.map(|on| on.to_string()).unwrap_or_default(),
                String::new(),
            ],
            Answer::Refused { reason } => {
                let blank = String::new;
                [blank(), blank(), blank(), blank(), reason.clone()]
            }
            Answer::Waiting => [const { String::new() }; 5],
        });
        vec![row]
    }
}

/// A month as people write it, and every other period from day to day.
fn short(period: Period) -> String {
    let first = period.from.first_of_month();
    match (period.from, period.to) == (first, first.last_of_month()) {
        true => When::Month(first.year(), first.month()).to_string(),
        false => period.to_string(),
    }
}

/// What a row answers: an action with its owner and day, or a refusal with its reason, and never both; or nothing yet.
fn answer(row: &Row, faults: &mut Faults) -> Answer {
    let text = |heading| row.text(heading).map(str::to_owned);
    let is_dated = |heading: &&str| row.when(heading).is_some();
    let needed = |faults: &mut Faults, heading, is_there: bool, reason| {
        if !is_there {
            faults.add(row, heading, "", reason);
        }
    };
    let dated = row.when("answered on").is_some();
    match (text("action"), text("refusal")) {
        (None, None) => {
            if let Some(heading) = ["answered on", "due", "done on"]
                .iter()
                .find(|it| is_dated(it))
            {
                let reason = "say what is done about it, or under refusal why nothing is";
                faults.add(row, "action", *heading, reason);
            }
            Answer::Waiting
        }
        (None, Some(reason)) => {
            needed(
                faults,
                "answered on",
                dated,
                "say when it was refused: a date, or unknown",
            );
            if let Some(heading) = ["due", "done on"].iter().find(|it| is_dated(it)) {
                let reason = "what is refused has no day: leave this blank";
                faults.add(row, heading, "", reason);
            }
            Answer::Refused { reason }
        }
        (Some(what), refusal) => {
            if let Some(reason) = refusal {
                let both = "it is done or it is refused: leave one of the two blank";
                faults.add(row, "refusal", reason, both);
            }
            let (owner, due) = (text("owner"), row.when("due"));
            needed(
                faults,
                "answered on",
                dated,
                "say when it was decided: a date, or unknown",
            );
            needed(
                faults,
                "owner",
                owner.is_some(),
                "name the post that does it",
            );
            needed(
                faults,
                "due",
                due.is_some(),
                "say by when: a date, or unknown",
            );
            Answer::Doing {
                what,
                owner: owner.unwrap_or_default(),
                due: due.unwrap_or(When::Unknown),
                done_on: row.when("done on"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engagement::happiness::Score;
    use crate::engagement::question::Question;
    use crate::engagement::release::{Audit, Cell, Shown};
    use crate::kinds::tests::{Directory, record_of};
    use crate::performance::verdict::{Effort, Word};
    use jiff::ToSpan;
    use jiff::civil::date;
    use std::collections::BTreeMap;

    /// An action of which this is answered: action, owner, due, done on, refusal.
    fn read(answer: [&str; 5]) -> Result<Action, Vec<&'static str>> {
        read_on("2020-03-16", answer)
    }

    fn read_on(answered: &str, answer: [&str; 5]) -> Result<Action, Vec<&'static str>> {
        let mut directory = Directory::default();
        for name in ["Network", "Housing"] {
            directory.id(name);
        }
        let said = ["Slow", "Network", "Housing", "2020-02", answered];
        let row = said.into_iter().chain(answer).map(str::to_owned).collect();
        let stated: Action = record_of(&[row], &mut directory)?;
        let again = record_of(&stated.to_rows(&directory), &mut directory);
        assert_eq!(again.as_ref(), Ok(&stated), "what is exported reads back");
        Ok(stated)
    }

    fn doing(done_on: &str) -> Action {
        read(["New lines", "Head of networks", "2020-06", done_on, ""]).expect("reads")
    }

    #[test]
    fn an_action_is_late_once_its_day_has_passed_and_not_before() {
        let refused = read(["", "", "", "", "It costs more than it saves"]).expect("reads");
        let waiting = read_on("", [""; 5]).expect("reads");
        for (action, day, stands) in [
            (waiting, date(2030, 1, 1), Standing::Waiting),
            (doing(""), date(2020, 3, 15), Standing::Waiting),
            (doing(""), date(2020, 6, 30), Standing::Open),
            (doing(""), date(2020, 7, 1), Standing::Late),
            (doing("2020-08-03"), date(2020, 7, 1), Standing::Late),
            (doing("2020-08-03"), date(2020, 8, 3), Standing::Done),
            (doing("unknown"), date(2020, 7, 1), Standing::Done),
            (refused, date(2030, 1, 1), Standing::Refused),
        ] {
            assert_eq!(action.standing(day), stands, "{action:?} on {day}");
        }
    }

    #[test]
    fn what_people_said_is_answered_in_exactly_one_way() {
        for (answer, faults) in [
            (["", "", "", "", ""], vec!["action"]),
            (["", "", "2020", "", ""], vec!["action"]),
            (["Lines", "Head", "2020", "", "No"], vec!["refusal"]),
            (["Lines", "", "2020", "", ""], vec!["owner"]),
            (["Lines", "Head", "", "", ""], vec!["due"]),
            (["", "", "2020", "", "No"], vec!["due"]),
        ] {
            assert_eq!(read(answer), Err(faults), "{answer:?}");
        }
        for answer in [["Lines", "Head", "2020", "", ""], ["", "", "", "", "No"]] {
            assert_eq!(read_on("", answer), Err(vec!["answered on"]), "{answer:?}");
        }
    }

    #[test]
    fn an_action_speaks_of_what_was_told_in_its_own_time_or_before() {
        let told = doing("");
        let heard = Action {
            period: None,
            ..told.clone()
        };
        let month = |from: Date| Period::new(from, from.last_of_month());
        for (month, told_then, heard_then) in [
            (month(date(2020, 1, 1)), true, true),
            (month(date(2020, 2, 1)), true, true),
            (month(date(2020, 3, 1)), false, true),
            (month(date(2020, 4, 1)), false, false),
        ] {
            assert_eq!(told.speaks_of(month), told_then, "{month}");
            assert_eq!(heard.speaks_of(month), heard_then, "{month}");
        }
    }

    #[test]
    fn what_was_told_is_told_from_the_end_of_its_period_on() {
        let told = doing("");
        assert!(!told.is_told(date(2020, 2, 28)) && told.is_told(date(2020, 2, 29)));
        let heard = Action {
            period: None,
            ..told
        };
        assert!(!heard.is_told(date(2020, 3, 15)) && heard.is_told(date(2020, 3, 16)));
    }

    /// A month's release in which the network has this score; none where it is hidden.
    fn release(month: Date, points: Option<i16>) -> Release {
        let shown = points.map(|points| Shown {
            n: 40,
            invited: None,
            happiness: Score {
                points,
                low: points - 10,
                high: points + 10,
            },
            lost: None,
            factors: BTreeMap::new(),
        });
        Release {
            period: Period::new(month, month.last_of_month()),
            question: Question::Happiness,
            threshold: 10,
            cells: vec![Cell {
                service: Some("Network".into()),
                directorate: None,
                place: None,
                shown,
            }],
            bands: None,
            impacts: Vec::new(),
            hour: None,
            tokens: None,
            rounds: Default::default(),
            audit: Audit::default(),
        }
    }

    #[test]
    fn whether_it_changed_anything_is_asked_by_the_rules_of_the_verdict() {
        // Thirty months on each side; the score goes up by 40 points with a little noise.
        let first = date(2018, 1, 1);
        let months = (0..60).map(|month: i32| first + month.months());
        let releases: Vec<Release> = months
            .enumerate()
            .map(|(place, month)| {
                let noise = [3, -2, 0, 4, -4, 1, -1][place % 7];
                let level = if place < 30 { -20 } else { 20 };
                release(month, Some(level + noise))
            })
            .collect();
        let done = doing("2020-07-01");
        let day = date(2022, 12, 31);
        let points = happiness(&releases, Some("Network"), None, day);
        assert_eq!(points.len(), 60);
        let asked = done
            .asked_again(points, Vec::new(), day)
            .expect("a question");
        assert_eq!(asked.answered(Effort::default()).word, Word::SteppedUp);

        let early = date(2020, 9, 30);
        let points = happiness(&releases, Some("Network"), None, early);
        assert_eq!(points.len(), 33);
        let asked = done
            .asked_again(points, Vec::new(), early)
            .expect("a question");
        assert_eq!(asked.answered(Effort::default()).word, Word::CannotTell);
    }

    #[test]
    fn nothing_is_asked_where_something_is_missing() {
        let day = date(2020, 12, 31);
        let hidden = [release(date(2020, 5, 1), None)];
        let shown = [release(date(2020, 5, 1), Some(5))];
        let refused = read(["", "", "", "", "No"]).expect("reads");
        let waiting = read_on("", [""; 5]).expect("reads");
        let year = When::Year(2019);
        for (action, releases, missing) in [
            (waiting, &shown, NotAskedAgain::NotAnswered),
            (refused, &shown, NotAskedAgain::Refused),
            (doing(""), &shown, NotAskedAgain::NotDone),
            (doing("2019"), &shown, NotAskedAgain::NotDated(year)),
            (doing("2020-06-01"), &hidden, NotAskedAgain::NotShown),
        ] {
            let points = happiness(releases, Some("Network"), None, day);
            let asked = action.asked_again(points, Vec::new(), day);
            assert_eq!(asked, Err(missing));
        }
    }

    #[test]
    fn a_release_of_a_quarter_is_no_month() {
        let mut quarter = release(date(2020, 4, 1), Some(5));
        quarter.period.to = date(2020, 6, 30);
        let of = |release| happiness([release], Some("Network"), None, date(2020, 12, 31));
        assert_eq!(of(&quarter), []);
        assert_eq!(of(&release(date(2020, 4, 1), Some(5))).len(), 1);
    }
}
