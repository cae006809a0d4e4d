//! Problems: what goes wrong for people who use the technology, who said so, and what came of it.

pub mod asked;
pub mod rank;
pub mod similar;
pub mod stage;

use crate::dated::{Dated, On, When};
use crate::organisation::Organisation;
use crate::record::{Kind, KindName, RecordId, Reference};
use crate::table::{
    Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed, joined, worded,
};
use jiff::civil::Date;
use rank::{Confidence, Impact, Rice};
use serde::{Deserialize, Serialize};
use stage::{CannotMove, Move, Stage, moved};
use std::collections::{BTreeMap, BTreeSet};

const SERVICE: KindName = "service";

worded! {
    /// Who said it first.
    RaisedBy:
    Business = "business",
    It = "it",
    Supplier = "supplier",
}

impl RaisedBy {
    pub const ALL: [RaisedBy; 3] = [RaisedBy::Business, RaisedBy::It, RaisedBy::Supplier];
}

worded! {
    /// As what it reached the team.
    Began:
    /// Somebody told what goes wrong.
    Problem = "problem",
    /// Somebody asked for something to be bought.
    Purchase = "purchase",
}

/// What goes wrong for somebody, through time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What goes wrong.
    pub what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// For whom, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_whom: Option<String>,
    /// What would be better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_on: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_by: Option<RaisedBy>,
    /// The post that asked, never a person's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Began>,
    /// What somebody would buy; no part of the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directorate: Option<RecordId>,
    #[serde(default)]
    pub services: BTreeSet<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    #[serde(default)]
    pub rice: Rice,
    /// What it costs, or whom it harms, today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    #[serde(default)]
    pub evidence: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_because: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<String>,
    /// By what one would see that it is better, and how that stands today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// The first answer that was of use to whoever asked, and when it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_on: Option<When>,
    #[serde(default)]
    pub moves: Dated<Move>,
    /// The problem that it is told with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<RecordId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_on: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Why two problems cannot be told as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotMerge {
    #[error("a problem cannot be merged into itself")]
    Itself,
    #[error("it is merged already")]
    IsMerged,
    #[error("the other problem is itself merged into a third: merge it into that one")]
    OtherIsMerged,
}

impl Problem {
    /// When it was heard.
    pub fn heard(&self) -> When {
        self.raised_on.unwrap_or(When::Unknown)
    }

    /// How far it had come on `day`; none before it was heard.
    pub fn stage_on(&self, day: Date) -> Option<Stage> {
        match self.moves.on(day) {
            On::Value(held) | On::Between(Some(held), _) => Some(held.stage),
            On::Nothing | On::Between(None, _) => {
                (self.heard().reached(day) != Some(false)).then_some(Stage::Heard)
            }
        }
    }

    /// Whether it was told with another problem by `day`.
    pub fn is_merged_on(&self, day: Date) -> bool {
        let since = self.merged_on.unwrap_or(When::Unknown);
        self.merged_into.is_some() && since.reached(day) != Some(false)
    }

    /// Whether something was still to come of it on `day`, under its own name.
    pub fn is_open_on(&self, day: Date) -> bool {
        self.stage_on(day).is_some_and(Stage::is_open) && !self.is_merged_on(day)
    }

    /// What is compared with other problems.
    pub fn text(&self) -> String {
        let parts = [Some(&self.what), self.for_whom.as_ref()];
        let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        parts.join(" ")
    }

    /// The same, moved to a stage on a day.
    pub fn moved(
        &self,
        to: (Stage, Date),
        reason: &str,
        today: Date,
    ) -> Result<Problem, CannotMove> {
        if self.merged_into.is_some() {
            return Err(CannotMove::Merged);
        }
        if self.heard().reached(to.1) == Some(false) {
            return Err(CannotMove::BeforeHeard(self.heard()));
        }
        Ok(Problem {
            moves: moved(&self.moves, to, reason, today)?,
            ..self.clone()
        })
    }

    /// The same, told with another problem from a day on. `id` is its own.
    pub fn merged(
        &self,
        id: RecordId,
        (into, other): (RecordId, &Problem),
        on: Date,
    ) -> Result<Problem, CannotMerge> {
        match () {
            () if id == into => Err(CannotMerge::Itself),
            () if self.merged_into.is_some() => Err(CannotMerge::IsMerged),
            () if other.merged_into.is_some() => Err(CannotMerge::OtherIsMerged),
            () => Ok(Problem {
                merged_into: Some(into),
                merged_on: Some(When::Day(on)),
                ..self.clone()
            }),
        }
    }
}

/// The problems that were told with others by `day`, by the problem under whose name they now stand. Chains are followed; a
/// chain that comes back to where it began, or ends in a problem that is not there, is none.
pub fn folded(
    problems: &BTreeMap<RecordId, Problem>,
    day: Date,
) -> BTreeMap<RecordId, Vec<RecordId>> {
    let into = |id: RecordId| {
        let held = problems.get(&id).filter(|held| held.is_merged_on(day))?;
        held.merged_into.filter(|into| problems.contains_key(into))
    };
    let mut folded: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    for id in problems.keys() {
        let mut last = *id;
        let mut steps = 0;
        while let Some(next) = into(last).filter(|_| steps <= problems.len()) {
            (last, steps) = (next, steps + 1);
        }
        if steps > 0 && steps <= problems.len() {
            folded.entry(last).or_default().push(*id);
        }
    }
    folded
}

impl Kind for Problem {
    const NAME: &'static str = "problem";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.what.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let of = |kind, id| Reference { kind, id };
        let directorate = self.directorate.map(|id| of(Organisation::NAME, id));
        let services = self.services.iter().map(|id| of(SERVICE, *id));
        let into = self.merged_into.map(|id| of(Problem::NAME, id));
        directorate
            .into_iter()
            .chain(services)
            .chain(into)
            .collect()
    }
}

impl Tabled for Problem {
    const LIFE: Option<Life> = Some(Life {
        from: "stage from",
        values: &["stage", "reason"],
        blank_stays: &["stage"],
        end: None,
    });

    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "problem",
            Form::Text,
            "What goes wrong, in the words of whoever has the problem; rows with the same words describe one.",
            "Tenants ring three times because a booked repair does not show in the system",
        )
        .or_called(&["what goes wrong", "problem statement"]),
        Heading::optional("reference", Form::Text, "Its number in your own list.", "P-07"),
        Heading::optional(
            "for whom",
            Form::Text,
            "Who meets it.",
            "Tenants, and the staff who take their calls",
        ),
        Heading::optional(
            "better",
            Form::Text,
            "What better would look like, without naming a product.",
            "A tenant who rings once knows when somebody comes",
        ),
        Heading::needed("raised on", Form::When, "When somebody said it.", "2020-02-10"),
        Heading::optional(
            "raised by",
            Form::Choice(RaisedBy::WORDS),
            "Who said it first; blank is not known.",
            "business",
        ),
        Heading::optional(
            "asked by",
            Form::Text,
            "The post that asked; never a person's name.",
            "Repairs manager",
        ),
        Heading::optional(
            "began as",
            Form::Choice(Began::WORDS),
            "Whether it reached you as a problem or as something to buy; blank is not known.",
            "problem",
        ),
        Heading::optional(
            "suggested solution",
            Form::Text,
            "What somebody would buy, kept apart from the problem.",
            "A new repairs app",
        ),
        Heading::optional(
            "directorate",
            Form::Text,
            "The directorate that has it; state it among the organisations first.",
            "Housing",
        ),
        Heading::optional(
            "services",
            Form::List,
            "The services that it is about, where known.",
            "Housing management system",
        ),
        Heading::optional(
            "frequency",
            Form::Text,
            "How often it happens.",
            "Thirty calls a day",
        ),
        Heading::optional(
            "reach",
            Form::Count,
            "How many people meet it in a quarter.",
            "1800",
        ),
        Heading::optional(
            "impact",
            Form::Choice(Impact::WORDS),
            "What better would change for each: 0.25 hardly anything, 3 a different working day.",
            "1",
        ),
        Heading::optional(
            "confidence",
            Form::Choice(Confidence::WORDS),
            "How well that is known: 50% a guess, 80% some evidence, 100% counted.",
            "80%",
        ),
        Heading::optional(
            "effort",
            Form::Text,
            "Person-months that dealing with it takes, such as 0.5 or 3.",
            "1.5",
        ),
        Heading::optional(
            "cost or harm today",
            Form::Text,
            "What it costs, or whom it harms.",
            "A post and a half on the telephone",
        ),
        Heading::optional(
            "evidence",
            Form::List,
            "Where it can be seen.",
            "Call log, January 2020",
        ),
        Heading::optional("deadline", Form::When, "By when it matters.", "2020-10-01"),
        Heading::optional(
            "deadline because",
            Form::Text,
            "Why by then; needed with a deadline.",
            "Winter, when most repairs are booked",
        ),
        Heading::optional(
            "tried",
            Form::Text,
            "What was tried already.",
            "A shared spreadsheet, given up after a month",
        ),
        Heading::optional(
            "measure",
            Form::Text,
            "By what one would see that it is better.",
            "Calls about a repair that is booked",
        ),
        Heading::optional("baseline", Form::Text, "How that stands today.", "30 a day"),
        Heading::optional(
            "first answer",
            Form::Text,
            "The first answer that was of use to whoever asked.",
            "The system has a screen for it that nobody was shown; a try-out begins on Monday",
        ),
        Heading::optional("answered on", Form::When, "When it came.", "2020-02-24"),
        Heading::optional(
            "stage",
            Form::Choice(Stage::WORDS),
            "How far it has come; add a row for each move. Blank is heard.",
            "shaped",
        ),
        Heading::optional(
            "stage from",
            Form::When,
            "Since when it stands there; blank is the day on which it was raised.",
            "2020-03-02",
        ),
        Heading::optional(
            "reason",
            Form::Text,
            "Why it moved there; needed for every move.",
            "Counted over two weeks with the call team",
        ),
        Heading::optional(
            "merged into",
            Form::Text,
            "The problem that it is told with, where it is the same.",
            "",
        ),
        Heading::optional("merged on", Form::When, "Since when.", ""),
        Heading::optional(
            "source",
            Form::Text,
            "Where it is written down.",
            "Partner's notebook, February 2020",
        ),
    ];

    fn key(row: &Row) -> String {
        row.text("problem").unwrap_or_default().to_lowercase()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Problem, Vec<RowFault>> {
        let mut faults = Faults::default();
        let first = rows[0];
        let text = |faults: &mut Faults, heading| {
            agreed(rows, faults, heading, |row| row.text(heading)).map(str::to_owned)
        };
        let when =
            |faults: &mut Faults, heading| agreed(rows, faults, heading, |row| row.when(heading));
        let named = |faults: &mut Faults, heading, kind| {
            let words = agreed(rows, faults, heading, |row| row.text(heading))?;
            faults.found(first, heading, find, kind, words)
        };
        let directorate = named(&mut faults, "directorate", Organisation::NAME);
        let merged_into = named(&mut faults, "merged into", Problem::NAME);
        let mut problem = Problem {
            what: text(&mut faults, "problem").unwrap_or_default(),
            reference: text(&mut faults, "reference"),
            for_whom: text(&mut faults, "for whom"),
            better: text(&mut faults, "better"),
            raised_on: when(&mut faults, "raised on"),
            raised_by: agreed(rows, &mut faults, "raised by", |row| {
                RaisedBy::of(row, "raised by")
            }),
            asker: text(&mut faults, "asked by"),
            began: agreed(rows, &mut faults, "began as", |row| {
                Began::of(row, "began as")
            }),
            suggested: text(&mut faults, "suggested solution"),
            directorate,
            services: BTreeSet::new(),
            frequency: text(&mut faults, "frequency"),
            rice: rice(rows, &mut faults),
            cost: text(&mut faults, "cost or harm today"),
            evidence: Vec::new(),
            deadline: when(&mut faults, "deadline"),
            deadline_because: text(&mut faults, "deadline because"),
            tried: text(&mut faults, "tried"),
            measure: text(&mut faults, "measure"),
            baseline: text(&mut faults, "baseline"),
            answer: text(&mut faults, "first answer"),
            answered_on: when(&mut faults, "answered on"),
            moves: Dated::default(),
            merged_into,
            merged_on: when(&mut faults, "merged on"),
            source: text(&mut faults, "source"),
        };
        for row in rows {
            for words in row.list("services") {
                let found = faults.found(row, "services", find, SERVICE, words);
                problem.services.extend(found);
            }
            for evidence in row.list("evidence") {
                if !problem.evidence.contains(evidence) {
                    problem.evidence.push(evidence.clone());
                }
            }
        }
        problem.check(first, &mut faults);
        problem.moves = moves(rows, problem.heard(), &mut faults);
        faults.or(problem)
    }

    fn identity(&self) -> String {
        self.what.to_lowercase()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let when = |when: Option<When>| when.map(|when| when.to_string()).unwrap_or_default();
        let called =
            |kind, id: Option<RecordId>| id.map(|id| call.call(kind, id)).unwrap_or_default();
        let word = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
        let row = |(from, held): (When, Option<&Move>)| {
            vec![
                self.what.clone(),
                text(&self.reference),
                text(&self.for_whom),
                text(&self.better),
                when(self.raised_on),
                word(self.raised_by.map(RaisedBy::word)),
                text(&self.asker),
                word(self.began.map(Began::word)),
                text(&self.suggested),
                called(Organisation::NAME, self.directorate),
                joined(self.services.iter().map(|id| call.call(SERVICE, *id))),
                text(&self.frequency),
                self.rice.reach.map(|it| it.to_string()).unwrap_or_default(),
                word(self.rice.impact.map(Impact::word)),
                word(self.rice.confidence.map(Confidence::word)),
                self.rice
                    .effort
                    .map(|it| it.to_string())
                    .unwrap_or_default(),
                text(&self.cost),
                joined(self.evidence.iter().cloned()),
                when(self.deadline),
                text(&self.deadline_because),
                text(&self.tried),
                text(&self.measure),
                text(&self.baseline),
                text(&self.answer),
                when(self.answered_on),
                word(held.map(|held| held.stage.word())),
                held.map(|_| from.to_string()).unwrap_or_default(),
                held.and_then(|held| held.reason.clone())
                    .unwrap_or_default(),
                called(Problem::NAME, self.merged_into),
                when(self.merged_on),
                text(&self.source),
            ]
        };
        if self.moves.is_empty() {
            return vec![row((When::Unknown, None))];
        }
        let moves = self.moves.iter();
        moves.map(|(from, held)| row((from, Some(held)))).collect()
    }
}

/// What a rank is made of, from the rows of a problem.
fn rice(rows: &[&Row], faults: &mut Faults) -> Rice {
    let reach = agreed(rows, faults, "reach", |row| row.count("reach"));
    let effort = agreed(rows, faults, "effort", |row| row.text("effort"));
    let first = rows[0];
    Rice {
        reach: reach.and_then(|count| {
            let reach = u32::try_from(count).ok();
            if reach.is_none() {
                let reason = "write how many people meet it in a quarter, as a whole number from 0";
                faults.add(first, "reach", count.to_string(), reason);
            }
            reach
        }),
        impact: agreed(rows, faults, "impact", |row| Impact::of(row, "impact")),
        confidence: agreed(rows, faults, "confidence", |row| {
            Confidence::of(row, "confidence")
        }),
        effort: effort.and_then(|text| match text.parse() {
            Ok(effort) => Some(effort),
            Err(error) => {
                let error: rank::NotAnEffort = error;
                faults.add(first, "effort", text, error.to_string());
                None
            }
        }),
    }
}

/// Every move that rows state, each with its day and reason.
fn moves(rows: &[&Row], heard: When, faults: &mut Faults) -> Dated<Move> {
    let mut moves = Dated::default();
    let mut starts = BTreeSet::new();
    for row in rows {
        let reason = row.text("reason").map(str::to_owned);
        let Some(stage) = Stage::of(row, "stage") else {
            if let Some(reason) = reason {
                faults.add(
                    row,
                    "reason",
                    reason,
                    "a reason is of a stage: name the stage",
                );
            }
            continue;
        };
        let from = row.when("stage from").unwrap_or(heard);
        if !starts.insert(from) {
            faults.add(
                row,
                "stage from",
                from.to_string(),
                "another row of this problem begins on the same date: keep one",
            );
        }
        if from.latest() < heard.earliest() && from != When::Unknown {
            let reason = "it moved before it was raised: correct a date";
            faults.add(row, "stage from", from.to_string(), reason);
        }
        let is_first_hearing = stage == Stage::Heard && from <= heard;
        if reason.is_none() && !is_first_hearing {
            let why = "say why it moved there: whoever asked reads it";
            faults.add(row, "reason", "", why);
        }
        moves.state(from, Move { stage, reason });
    }
    moves
}

impl Problem {
    /// What does not go together, whatever its moves.
    fn check(&self, row: &Row, faults: &mut Faults) {
        let blank = |text: &Option<String>| text.is_none();
        if self.deadline.is_some() && blank(&self.deadline_because) {
            let reason = "say why it matters by then, or leave the deadline blank";
            faults.add(row, "deadline because", "", reason);
        }
        if self.answered_on.is_some() && blank(&self.answer) {
            let reason = "say what the first useful answer was, or leave its day blank";
            faults.add(row, "first answer", "", reason);
        }
        if self.answer.is_some() && self.answered_on.is_none() {
            let reason = "say when the first useful answer came; write unknown if nobody knows";
            faults.add(row, "answered on", "", reason);
        }
        if let Some(on) = self.answered_on
            && on.latest() < self.heard().earliest()
            && on != When::Unknown
        {
            let reason = "it was answered before it was raised: correct a date";
            faults.add(row, "answered on", on.to_string(), reason);
        }
        if self.merged_on.is_some() && self.merged_into.is_none() {
            let reason = "name the problem into which it was merged, or leave the day blank";
            faults.add(row, "merged into", "", reason);
        }
        let itself = row.text("merged into").unwrap_or_default();
        if self.merged_into.is_some() && itself.to_lowercase() == self.what.to_lowercase() {
            faults.add(row, "merged into", itself, CannotMerge::Itself.to_string());
        }
    }
}

#[cfg(test)]
use crate::kinds::tests::{Directory, record_of};
#[cfg(test)]
mod tests;
