//! What was promised to a directorate, and what became of it.

use crate::dated::{Dated, On, When};
use crate::record::{Kind, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined, worded,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const ORGANISATION: &str = "organisation";
const SERVICE: &str = "service";

worded! {
    /// What is said to have become of a commitment.
    Outcome:
    Open = "open",
    Kept = "kept",
    Missed = "missed",
    /// Taken back; the directorate knows why.
    Withdrawn = "withdrawn",
}

worded! {
    /// Whether the directorate agrees with what is said.
    Confirmed:
    Yes = "yes",
    No = "no",
}

/// What is said from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub outcome: Outcome,
    /// Why it was missed or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// None until the directorate says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmed>,
}

/// A commitment to a directorate: what, by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    pub text: String,
    pub directorate: RecordId,
    /// The services that it is about; none when it is about none, or all.
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    pub made_on: When,
    /// None where no day was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<When>,
    /// The post that answers for it, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What was said of it through time; before the first it is open.
    #[serde(default)]
    pub words: Dated<Word>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// How a commitment stands on a day, what needs somebody first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its day has passed, and nobody has said what became of it.
    LateUnsaid,
    /// Said to be kept, and the directorate says that it was not.
    Disputed,
    /// Its dates do not tell whether it was kept in time.
    Unclear,
    Open,
    /// Open, and no day was named.
    NoDay,
    /// Missed, or withdrawn only after its day.
    Missed,
    KeptLate,
    Kept,
    Withdrawn,
}

impl Standing {
    pub const ALL: [Standing; 9] = [
        Standing::LateUnsaid,
        Standing::Disputed,
        Standing::Unclear,
        Standing::Open,
        Standing::NoDay,
        Standing::Missed,
        Standing::KeptLate,
        Standing::Kept,
        Standing::Withdrawn,
    ];
}

impl Commitment {
    /// How it stands on `day`.
    pub fn standing(&self, day: Date) -> Standing {
        let word = match self.words.on(day) {
            On::Nothing => None,
            On::Value(word) => Some(word),
            On::Between(Some(before), after) if before.outcome == after.outcome => Some(after),
            On::Between(..) => return Standing::Unclear,
        };
        let due = self.due.and_then(When::latest);
        let in_time = self.since(day).map(|since| in_time(since, due));
        let denied = word.is_some_and(|word| word.confirmed == Some(Confirmed::No));
        match word.map_or(Outcome::Open, |word| word.outcome) {
            Outcome::Open => match due {
                None => Standing::NoDay,
                Some(due) if due < day => Standing::LateUnsaid,
                Some(_) => Standing::Open,
            },
            Outcome::Missed => Standing::Missed,
            Outcome::Kept if denied => Standing::Disputed,
            Outcome::Kept => match in_time.flatten() {
                Some(true) => Standing::Kept,
                Some(false) => Standing::KeptLate,
                None => Standing::Unclear,
            },
            Outcome::Withdrawn => match in_time.flatten() {
                Some(false) => Standing::Missed,
                _ => Standing::Withdrawn,
            },
        }
    }

    /// Since when it is said to stand as it is said to on `day`; none while nothing is said.
    pub fn since(&self, day: Date) -> Option<When> {
        let mut since: Option<(When, Outcome)> = None;
        for (from, word) in self.said_by(day) {
            if since.is_none_or(|(_, outcome)| outcome != word.outcome) {
                since = Some((from, word.outcome));
            }
        }
        since.map(|(from, _)| from)
    }

    /// What the directorate says of how it stands on `day`, and since when; none while it has not said.
    pub fn confirmation(&self, day: Date) -> Option<(Confirmed, When)> {
        let mut said: Option<(Confirmed, When)> = None;
        for (from, word) in self.said_by(day) {
            said = match (word.confirmed, said) {
                (Some(confirmed), Some((before, since))) if before == confirmed => {
                    Some((before, since))
                }
                (confirmed, _) => confirmed.map(|confirmed| (confirmed, from)),
            };
        }
        said
    }

    /// Why it stands so on `day`, as it is said.
    pub fn reason(&self, day: Date) -> Option<&str> {
        let (_, word) = self.said_by(day).last()?;
        word.reason.as_deref()
    }

    fn said_by(&self, day: Date) -> impl Iterator<Item = (When, &Word)> {
        let said = move |(from, _): &(When, &Word)| from.reached(day) != Some(false);
        self.words.iter().take_while(said)
    }
}

/// Whether something said since then was in time; nobody can tell where the dates overlap or one is unknown.
/// Where no day was named, everything is.
fn in_time(since: When, due: Option<Date>) -> Option<bool> {
    let due = match due {
        None => return Some(true),
        Some(due) => due,
    };
    match (since.earliest()?, since.latest()?) {
        (_, latest) if latest <= due => Some(true),
        (earliest, _) if earliest > due => Some(false),
        _ => None,
    }
}

impl Kind for Commitment {
    const NAME: &'static str = "commitment";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.text.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let to = |kind| move |id: &RecordId| Reference { kind, id: *id };
        std::iter::once(&self.directorate)
            .map(to(ORGANISATION))
            .chain(self.services.iter().map(to(SERVICE)))
            .collect()
    }
}

impl Tabled for Commitment {
    const LIFE: Option<Life> = Some(Life {
        from: "state from",
        values: &["state", "reason", "confirmed"],
        blank_stays: &["state"],
        end: None,
    });

    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "commitment",
            Form::Text,
            "What was promised; rows with the same words to the same directorate describe one.",
            "Move the rent system to the new ledger before year end",
        ),
        Heading::needed(
            "directorate",
            Form::Text,
            "To whom it was promised; state it among the organisations first.",
            "Housing",
        ),
        Heading::optional(
            "services",
            Form::List,
            "The services that it is about.",
            "Housing management system",
        ),
        Heading::needed("made on", Form::When, "When it was promised.", "2019-11-04"),
        Heading::optional(
            "due",
            Form::When,
            "By when; blank where no day was named.",
            "2020-03-31",
        ),
        Heading::optional(
            "owner",
            Form::Text,
            "The post that answers for it; never a person's name.",
            "Head of applications",
        ),
        Heading::optional(
            "state",
            Form::Choice(Outcome::WORDS),
            "What became of it; add a row for each change. Blank while it is open.",
            "missed",
        ),
        Heading::optional(
            "reason",
            Form::Text,
            "Why it was missed or withdrawn.",
            "The ledger's supplier came six weeks late",
        ),
        Heading::optional(
            "confirmed",
            Form::Choice(Confirmed::WORDS),
            "Whether the directorate agrees that it stands so; blank until it says.",
            "yes",
        ),
        Heading::optional(
            "state from",
            Form::When,
            "Since when it stands so, or since when the directorate agrees.",
            "2020-04-02",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where it was promised.",
            "Minutes of the housing board, 4 November 2019",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        format!("{} {}", words("directorate"), words("commitment"))
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Commitment, Vec<RowFault>> {
        let mut faults = Faults::default();
        let text =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.text(heading));
        let when =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.when(heading));
        let words = text(&mut faults, "directorate").unwrap_or_default();
        let directorate = faults.found(rows[0], "directorate", find, ORGANISATION, words);
        let mut commitment = Commitment {
            text: text(&mut faults, "commitment")
                .unwrap_or_default()
                .to_owned(),
            directorate: directorate.unwrap_or(RecordId([0; 16])),
            services: BTreeSet::new(),
            made_on: when(&mut faults, "made on").unwrap_or(When::Unknown),
            due: when(&mut faults, "due"),
            owner: text(&mut faults, "owner").map(Into::into),
            words: Dated::default(),
            source: text(&mut faults, "source").map(Into::into),
        };
        let day = |when: Option<When>| when.and_then(When::latest);
        if let (Some(due), Some(made)) = (day(commitment.due), commitment.made_on.earliest())
            && due < made
        {
            let reason = "it was due before it was promised: correct a date";
            faults.add(rows[0], "due", due.to_string(), reason);
        }
        let mut starts = BTreeSet::new();
        for row in rows {
            for words in row.list("services") {
                let found = faults.found(row, "services", find, SERVICE, words);
                commitment.services.extend(found);
            }
            let Some(word) = word(row, &mut faults) else {
                continue;
            };
            let from = match (row.when("state from"), word.outcome) {
                (Some(from), _) => from,
                (None, Outcome::Open) => commitment.made_on,
                (None, _) => When::Unknown,
            };
            if !starts.insert(from) {
                let reason = "another row of this commitment begins on the same date: keep one";
                faults.add(row, "state from", from.to_string(), reason);
            }
            commitment.words.state(from, word);
        }
        faults.or(commitment)
    }

    fn identity(&self) -> String {
        format!("{} {}", self.directorate, self.text.to_lowercase())
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let row = |word: Option<(When, &Word)>| {
            vec![
                self.text.clone(),
                call.call(ORGANISATION, self.directorate),
                joined(self.services.iter().map(|id| call.call(SERVICE, *id))),
                self.made_on.to_string(),
                self.due.map(|due| due.to_string()).unwrap_or_default(),
                text(&self.owner),
                word.map(|(_, word)| word.outcome.word())
                    .unwrap_or_default()
                    .to_owned(),
                word.map(|(_, word)| text(&word.reason)).unwrap_or_default(),
                word.and_then(|(_, word)| word.confirmed)
                    .map(Confirmed::word)
                    .unwrap_or_default()
                    .to_owned(),
                word.map(|(from, _)| from.to_string()).unwrap_or_default(),
                text(&self.source),
            ]
        };
        if self.words.is_empty() {
            return vec![row(None)];
        }
        self.words.iter().map(|word| row(Some(word))).collect()
    }
}

/// What a row says of how it stands; none where it says nothing.
fn word(row: &Row, faults: &mut Faults) -> Option<Word> {
    let said = ["reason", "confirmed"]
        .into_iter()
        .find(|heading| row.text(heading).is_some());
    let Some(outcome) = Outcome::of(row, "state") else {
        if said.is_some() || row.when("state from").is_some() {
            let reason = "say how it stands from then on: open, kept, missed or withdrawn";
            faults.add(row, "state", "", reason);
        }
        return None;
    };
    let reason = row.text("reason").map(str::to_owned);
    if matches!(outcome, Outcome::Missed | Outcome::Withdrawn) && reason.is_none() {
        let needed = "a commitment that is missed or withdrawn needs a reason, which the directorate will read";
        faults.add(row, "reason", "", needed);
    }
    Some(Word {
        outcome,
        reason,
        confirmed: Confirmed::of(row, "confirmed"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    const PROMISED: [&str; 6] = [
        "Move the rents",
        "Housing",
        "Network",
        "2019-11-04",
        "2020-03-31",
        "Head of applications",
    ];

    /// A commitment of which this was said: state, reason, confirmed, since when.
    fn read(words: &[[&str; 4]]) -> Result<Commitment, Vec<&'static str>> {
        let mut directory = Directory::default();
        for name in ["Housing", "Network"] {
            directory.id(name);
        }
        let row = |word: &[&str; 4]| {
            let cells = PROMISED.iter().chain(word).chain(&["Minutes"]);
            cells.map(|&cell| cell.to_owned()).collect::<Vec<String>>()
        };
        let rows: Vec<Vec<String>> = words.iter().map(row).collect();
        let stated: Commitment = record_of(&rows, &mut directory)?;
        let again = record_of(&stated.to_rows(&directory), &mut directory);
        assert_eq!(again.as_ref(), Ok(&stated), "what is exported reads back");
        Ok(stated)
    }

    fn standing(words: &[[&str; 4]], day: Date) -> Standing {
        let stated = read(words).unwrap_or_else(|faults| panic!("{words:?}: {faults:?}"));
        stated.standing(day)
    }

    #[test]
    fn how_it_stands_is_told_by_its_day_its_words_and_the_directorate() {
        let (before, after) = (date(2020, 3, 31), date(2020, 5, 1));
        for (words, day, stands) in [
            (["", "", "", ""], before, Standing::Open),
            (["", "", "", ""], date(2020, 4, 1), Standing::LateUnsaid),
            (["open", "", "", ""], after, Standing::LateUnsaid),
            (["kept", "", "", "2020-03-31"], after, Standing::Kept),
            (["kept", "", "", "2020-03"], after, Standing::Kept),
            (["kept", "", "", "2020-04-01"], after, Standing::KeptLate),
            (
                ["kept", "", "", "2020"],
                date(2021, 1, 1),
                Standing::Unclear,
            ),
            (["kept", "", "", "unknown"], after, Standing::Unclear),
            (["kept", "", "no", "2020-03-01"], after, Standing::Disputed),
            (["kept", "", "yes", "2020-03-01"], after, Standing::Kept),
            (
                ["missed", "Late", "", "2020-04-02"],
                after,
                Standing::Missed,
            ),
            (
                ["withdrawn", "Sold", "", "2020-03-01"],
                after,
                Standing::Withdrawn,
            ),
            // Nobody takes a promise back once its day has passed.
            (
                ["withdrawn", "Sold", "", "2020-04-01"],
                after,
                Standing::Missed,
            ),
            // What is said later was not known then.
            (
                ["kept", "", "", "2020-04-20"],
                date(2020, 4, 10),
                Standing::LateUnsaid,
            ),
            (
                ["kept", "", "", "2020-04"],
                date(2020, 4, 10),
                Standing::Unclear,
            ),
        ] {
            assert_eq!(standing(&[words], day), stands, "{words:?} on {day}");
        }
    }

    #[test]
    fn what_the_directorate_says_later_leaves_the_day_on_which_it_was_kept() {
        let words = [
            ["kept", "", "", "2020-03-20"],
            ["kept", "", "yes", "2020-04-15"],
            ["kept", "", "no", "2020-06-01"],
        ];
        let stated = read(&words).expect("reads");
        let kept = When::Day(date(2020, 3, 20));
        for (day, stands, confirmed) in [
            (date(2020, 4, 1), Standing::Kept, None),
            (
                date(2020, 5, 1),
                Standing::Kept,
                Some((Confirmed::Yes, date(2020, 4, 15))),
            ),
            (
                date(2020, 7, 1),
                Standing::Disputed,
                Some((Confirmed::No, date(2020, 6, 1))),
            ),
        ] {
            assert_eq!(stated.standing(day), stands);
            assert_eq!(stated.since(day), Some(kept));
            let confirmed = confirmed.map(|(said, on)| (said, When::Day(on)));
            assert_eq!(stated.confirmation(day), confirmed);
        }
    }

    #[test]
    fn a_commitment_with_no_day_is_never_late() {
        let stated = Commitment {
            due: None,
            ..read(&[["", "", "", ""]]).expect("reads")
        };
        assert_eq!(stated.standing(date(2030, 1, 1)), Standing::NoDay);
    }

    #[test]
    fn what_is_missing_or_twice_is_said() {
        for (words, faults) in [
            (vec![["missed", "", "", "2020-04-02"]], vec!["reason"]),
            (vec![["withdrawn", "", "", "2020-04-02"]], vec!["reason"]),
            (vec![["", "", "yes", ""]], vec!["state"]),
            (vec![["", "", "", "2020-04-02"]], vec!["state"]),
            (
                vec![
                    ["kept", "", "", "2020-03-01"],
                    ["open", "", "", "2020-03-01"],
                ],
                vec!["state from"],
            ),
        ] {
            assert_eq!(read(&words), Err(faults), "{words:?}");
        }
        let nobody: Result<Commitment, _> = record_of(
            &[PROMISED
                .iter()
                .chain(&["", "", "", "", ""])
                .map(|&cell| cell.to_owned())
                .collect()],
            &mut Directory::default(),
        );
        assert_eq!(nobody, Err(vec!["directorate", "services"]));
    }
}
