//! One problem: its story in the order of time, its rank and how firm that is, and the forms by which it moves on.

use super::{
    BESIDE, benefits, between, challenges, raised_by, ranks, service_names, stage, trials,
};
use crate::clock;
use crate::data::{Saying, fresh_id};
use crate::render;
use crate::web::answer::{Answer, Error};
use crate::web::fields::FieldFaults;
use crate::web::forms::fill::Filling;
use crate::web::forms::{base, now_only};
use crate::web::sheet::{Line, Said, Sheet, Table, capital, linked, may_change, spoken};
use crate::web::visit::Visit;
use handback_core::control::Service;
use handback_core::dated::When;
use handback_core::engagement::challenge::By;
use handback_core::engagement::problem::folded;
use handback_core::engagement::problem::rank::Rank;
use handback_core::engagement::problem::similar::Library;
use handback_core::engagement::problem::stage::Stage;
use handback_core::engagement::trial::Trying;
use handback_core::engagement::{Benefit, Challenge, Problem, Trial};
use handback_core::organisation::Organisation;
use handback_core::permission::Action;
use handback_core::record::{Change, Kind, RecordId, Visibility};
use handback_core::statement::Estate;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The page: what a record's page shows, and the forms below it.
#[derive(Serialize)]
struct Page {
    #[serde(flatten)]
    sheet: Sheet,
    id: RecordId,
    base: u64,
    summary: Vec<BTreeMap<&'static str, String>>,
    errors: BTreeMap<String, BTreeMap<&'static str, String>>,
    kept: BTreeMap<String, String>,
    today: String,
    /// Whether the visitor may move it on.
    may_shape: bool,
    may_challenge: bool,
    stages: Vec<Choice>,
    /// Into which problems it could be merged, those that read alike first.
    others: Vec<Choice>,
    /// Words by which a new trial or benefit names it.
    named: String,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    text: String,
    selected: bool,
}

/// What the parts of the page look at.
struct Looking<'a> {
    visit: &'a Visit,
    estate: &'a Estate,
    id: RecordId,
    held: &'a Problem,
    may_shape: bool,
}

pub fn one(visit: &Visit) -> Result<Answer, Error> {
    visit.page("problem.html", &page(visit, &FieldFaults::default())?)
}

fn page(visit: &Visit, faults: &FieldFaults) -> Result<Page, Error> {
    let (id, sheet) = Sheet::of::<Problem>(visit, (BESIDE[0].0, BESIDE[0].1))?;
    let estate = visit.sighted()?;
    let held = estate.problems.get(&id).ok_or(Error::NotFound)?;
    let looking = Looking {
        visit,
        estate: &estate,
        id,
        held,
        may_shape: may_change(visit, Problem::NAME, id),
    };
    let alike = looking.alike();
    let is_merged = held.merged_into.is_some();
    let may_challenge = visit.visitor.could(Action::RaiseProblem) && !visit.is_past_knowledge();
    Ok(Page {
        id,
        base: base(visit),
        summary: faults.summary(),
        errors: faults.by_field(),
        kept: visit.form.kept(),
        today: clock::today().to_string(),
        may_shape: looking.may_shape && !is_merged,
        may_challenge: may_challenge && !is_merged,
        stages: looking.stages(),
        others: looking.others(&alike),
        named: held.reference.clone().unwrap_or_else(|| held.what.clone()),
        sheet: Sheet {
            lead: looking.lead()?,
            lines: looking.lines(),
            tables: vec![
                looking.story(),
                looking.challenged(),
                looking.tried(),
                looking.gained(),
                looking.same(&alike),
            ],
            ..sheet
        },
    })
}

impl Looking<'_> {
    fn lead(&self) -> Result<Vec<Vec<Said>>, Error> {
        let day = self.visit.dates.at;
        let text = |text: String| vec![Said::text(text)];
        if let Some(into) = self
            .held
            .merged_into
            .filter(|_| self.held.is_merged_on(day))
        {
            let into = Said::record(self.visit, Problem::NAME, into);
            return Ok(vec![vec![
                Said::text("It is told with another problem: "),
                into,
            ]]);
        }
        if self.held.stage_on(day).is_none() {
            return Ok(vec![text("Nobody had told it by then.".into())]);
        }
        let raised = render::when(self.held.heard());
        let mut lead = vec![text(format!(
            "{}. Raised {raised}, by {}.",
            capital(&stage(self.held, day)),
            raised_by(self.held)
        ))];
        let ranks = ranks(self.visit.estate()?.as_ref(), day);
        lead.extend(self.held.is_open_on(day).then(|| text(self.ranked(&ranks))));
        Ok(lead)
    }

    /// Where it stands among what is open, and how firm that is.
    fn ranked(&self, ranks: &BTreeMap<RecordId, Rank>) -> String {
        match ranks.get(&self.id) {
            None => {
                let missing = self.held.rice.missing().join(", ");
                format!("It has no rank yet: nobody has said {missing}.")
            }
            Some(rank) => {
                let place = format!(
                    "Rank {} of {}, with a score of {}.",
                    rank.rank,
                    ranks.len(),
                    rank.score
                );
                match rank.is_firm() {
                    true => {
                        place
                            + " Were impact or confidence of any problem one step off, it would stay there."
                    }
                    false => format!(
                        "{place} Were its impact or confidence, and those of the others, one step off, it would lie between {}.",
                        between(rank).replace(" to ", " and ")
                    ),
                }
            }
        }
    }

    fn lines(&self) -> Vec<Line> {
        let (visit, held) = (self.visit, self.held);
        let services = held.services.iter();
        let rice = &held.rice;
        let number = |text: Option<String>| text.map(Said::text);
        let mut lines = vec![
            Line::text("For whom", held.for_whom.as_deref()),
            Line::text("Better would be", held.better.as_deref()),
            Line::text("Asked by", held.asker.as_deref()),
            Line::new(
                "Directorate",
                held.directorate
                    .map(|id| Said::record(visit, Organisation::NAME, id)),
            ),
            Line::new(
                "Services",
                services.map(|id| Said::record(visit, Service::NAME, *id)),
            ),
            Line::text("How often", held.frequency.as_deref()),
            Line::new(
                "Reach, people a quarter",
                number(rice.reach.map(|it| it.to_string())),
            ),
            Line::new(
                "Impact on each",
                number(rice.impact.map(|it| it.word().into())),
            ),
            Line::new(
                "Confidence",
                number(rice.confidence.map(|it| it.word().into())),
            ),
            Line::new(
                "Effort, person-months",
                number(rice.effort.map(|it| it.to_string())),
            ),
            Line::text("Cost or harm today", held.cost.as_deref()),
            Line::new(
                "Evidence",
                held.evidence.iter().flat_map(|text| linked(text)),
            ),
            Line::when("Deadline", held.deadline),
            Line::text("Because", held.deadline_because.as_deref()),
            Line::text("What was tried", held.tried.as_deref()),
            Line::text("Measure", held.measure.as_deref()),
            Line::text("Baseline", held.baseline.as_deref()),
            Line::text("Source", held.source.as_deref()),
        ];
        // What nobody has said of a deadline or a purchase is no gap.
        let optional = [
            "Deadline",
            "Because",
            "What was tried",
            "Source",
            "Asked by",
        ];
        lines.retain(|line| !line.said.is_empty() || !optional.contains(&line.what));
        lines.extend(
            held.suggested
                .as_deref()
                .map(|text| Line::text("Suggested solution, kept apart", Some(text))),
        );
        lines.extend(
            held.began
                .map(|began| Line::new("Began as", [Said::text(spoken("began", &began))])),
        );
        lines
    }

    /// Everything that happened to it, in the order of time.
    fn story(&self) -> Table {
        let day = self.visit.dates.at;
        let mut told: Vec<(When, String, String)> = Vec::new();
        let held = self.held;
        let first_reason = held
            .moves
            .iter()
            .next()
            .filter(|(from, held)| held.stage == Stage::Heard && *from <= self.held.heard());
        told.push((
            held.heard(),
            "Heard".into(),
            first_reason
                .and_then(|(_, held)| held.reason.clone())
                .unwrap_or_else(|| format!("Raised by {}", raised_by(held))),
        ));
        let moves = held.moves.iter().skip(usize::from(first_reason.is_some()));
        told.extend(moves.map(|(from, held)| {
            let stage = capital(&spoken("stage", &held.stage));
            (from, stage, held.reason.clone().unwrap_or_default())
        }));
        if let (Some(on), Some(answer)) = (held.answered_on, &held.answer) {
            told.push((on, "First useful answer".into(), answer.clone()));
        }
        for (_, challenge) in challenges(self.estate, self.id) {
            let who = capital(&spoken("challenge-by", &challenge.by));
            told.push((
                challenge.on,
                format!("{who} challenged"),
                challenge.what.clone(),
            ));
            if let (Some(on), Some(answer)) = (challenge.answered_on, &challenge.answer) {
                let who = capital(&spoken("challenge-by", &challenge.by.other()));
                told.push((on, format!("{who} answered"), answer.clone()));
            }
        }
        for (_, trial) in trials(self.estate, self.id) {
            told.push((
                trial.started_on,
                "Trial began".into(),
                trial.hypothesis.clone(),
            ));
            if let (Some(on), Some(decision)) = (trial.decided_on, trial.decision) {
                let what = format!("Trial decided: {}", spoken("trial-decision", &decision));
                told.push((on, what, trial.because.clone().unwrap_or_default()));
            }
        }
        for (_, benefit) in benefits(self.estate, self.id) {
            if let (Some(on), Some(said)) = (benefit.said_on, benefit.said) {
                let what = format!("Benefit {}", spoken("benefit-said", &said));
                let found = benefit.found.clone().unwrap_or_default();
                told.push((on, what, format!("{}: {found}", benefit.what)));
            }
        }
        if let Some(on) = held.merged_on {
            told.push((on, "Told with another problem".into(), String::new()));
        }
        told.extend(self.merged_here());
        told.retain(|(on, ..)| on.reached(day) != Some(false));
        told.sort_by_key(|(on, ..)| *on);
        Table {
            caption: "Its story".into(),
            headings: vec!["When", "What happened", "In whose words, or why"],
            rows: told
                .into_iter()
                .map(|(on, what, why)| vec![Said::when(on), Said::text(what), Said::text(why)])
                .collect(),
            empty: None,
        }
    }

    /// The problems that are told with it.
    fn merged_here(&self) -> Vec<(When, String, String)> {
        let folded = folded(&self.estate.problems, self.visit.dates.at);
        let merged = folded.get(&self.id).into_iter().flatten();
        let merged = merged.filter_map(|id| self.estate.problems.get(id));
        merged
            .map(|held| {
                let on = held.merged_on.unwrap_or(When::Unknown);
                (on, "Somebody told the same".into(), held.what.clone())
            })
            .collect()
    }

    fn challenged(&self) -> Table {
        let day = self.visit.dates.at;
        let row = |(id, held): (RecordId, &Challenge)| {
            let answer = match &held.answer {
                Some(answer) if !held.is_open_on(day) => Said::text(answer),
                _ if self.visit.is_past_knowledge() => Said::default().with("none yet"),
                _ => Said::text("Answer it").to(format!("/challenges/{id}/answer")),
            };
            vec![
                Said::when(held.on),
                Said::text(capital(&spoken("challenge-way", &held.by))),
                Said::text(&held.what),
                answer,
            ]
        };
        let made = challenges(self.estate, self.id).into_iter();
        let made = made.filter(|(_, held)| held.on.reached(day) != Some(false));
        Table {
            caption: "Challenges".into(),
            headings: vec!["When", "Which way", "What was asked or objected", "Answer"],
            rows: made.map(row).collect(),
            empty: Some("Nobody has challenged anybody."),
        }
    }

    fn tried(&self) -> Table {
        let day = self.visit.dates.at;
        let row = |(id, held): (RecordId, &Trial)| {
            let standing = held.standing(day);
            let decided = match (held.decision, &held.because) {
                (Some(decision), because) if standing == Trying::Decided => {
                    let because = because.clone().unwrap_or_default();
                    Said::text(capital(&spoken("trial-decision", &decision))).with(because)
                }
                _ if self.may_shape => Said::text("Decide it").to(format!("/trials/{id}/decision")),
                _ => Said::default(),
            };
            let target = held.target.clone().unwrap_or_else(|| "no target".into());
            let baseline = held.baseline.clone().unwrap_or_else(|| "not known".into());
            vec![
                Said::text(&held.hypothesis),
                Said::text(&held.measure).with(format!("from {baseline} to {target}")),
                Said::text(format!(
                    "{} to {}",
                    render::when(held.started_on),
                    render::when(held.ends_on)
                )),
                Said::text(capital(&spoken("trying", &standing))),
                Said::text(held.found.clone().unwrap_or_default()),
                decided,
            ]
        };
        Table {
            caption: "Trials".into(),
            headings: vec![
                "If, then",
                "Measure",
                "When",
                "How it stands",
                "Found",
                "Decision",
            ],
            rows: trials(self.estate, self.id).into_iter().map(row).collect(),
            empty: Some("Nothing has been tried."),
        }
    }

    fn gained(&self) -> Table {
        let day = self.visit.dates.at;
        let row = |(id, held): (RecordId, &Benefit)| {
            let standing = capital(&spoken("realised", &held.standing(day)));
            let said = match (held.said, self.may_shape) {
                (None, true) => Said::text(standing).to(format!("/benefits/{id}/said")),
                _ => Said::text(standing).with(held.found.clone().unwrap_or_default()),
            };
            vec![
                Said::text(&held.what),
                Said::text(&held.measure)
                    .with(format!("from {} to {}", held.baseline, held.target)),
                Said::when(held.due),
                Said::text(&held.owner),
                said,
            ]
        };
        Table {
            caption: "Benefits".into(),
            headings: vec![
                "What becomes better",
                "Measure",
                "By",
                "Who confirms it",
                "What they say",
            ],
            rows: benefits(self.estate, self.id)
                .into_iter()
                .map(row)
                .collect(),
            empty: Some("Nobody has said what would be better by when."),
        }
    }

    /// The open problems that read like it, with how alike they are.
    fn alike(&self) -> Vec<(RecordId, u32)> {
        let day = self.visit.dates.at;
        let open = self
            .estate
            .problems
            .iter()
            .filter(|(id, held)| **id == self.id || held.is_open_on(day));
        let texts: Vec<(RecordId, String)> = open.map(|(id, held)| (*id, held.text())).collect();
        let library = Library::of(texts.iter().map(|(id, text)| (*id, text.as_str())));
        library.like_held(self.id, &self.held.text())
    }

    fn same(&self, alike: &[(RecordId, u32)]) -> Table {
        let row = |(id, alike): &(RecordId, u32)| {
            let held = self.estate.problems.get(id);
            let services = held.map(|held| service_names(self.estate, held));
            vec![
                Said::record(self.visit, Problem::NAME, *id),
                Said::text(format!("{alike} of 100")),
                Said::text(services.unwrap_or_default().join(", ")),
            ]
        };
        let shown = self.held.is_open_on(self.visit.dates.at);
        Table {
            caption: "Open problems that read alike".into(),
            headings: vec!["Problem", "How alike", "Services"],
            rows: alike.iter().filter(|_| shown).map(row).collect(),
            empty: None,
        }
    }

    fn stages(&self) -> Vec<Choice> {
        let now = self.held.stage_on(clock::today());
        let chosen = self.visit.form.typed("stage");
        let stages = Stage::ALL.into_iter().filter(|stage| Some(*stage) != now);
        stages
            .map(|stage| Choice {
                value: stage.word().into(),
                text: capital(&spoken("stage", &stage)),
                selected: stage.word() == chosen,
            })
            .collect()
    }

    fn others(&self, alike: &[(RecordId, u32)]) -> Vec<Choice> {
        let today = clock::today();
        let first: BTreeSet<RecordId> = alike.iter().map(|(id, _)| *id).collect();
        let mut open: Vec<(RecordId, &Problem)> = self
            .estate
            .problems
            .iter()
            .filter(|(id, held)| **id != self.id && held.is_open_on(today) && !first.contains(id))
            .map(|(id, held)| (*id, held))
            .collect();
        open.sort_by(|a, b| (&a.1.what, a.0).cmp(&(&b.1.what, b.0)));
        let chosen = self.visit.form.typed("into");
        let choice = |id: RecordId, text: String| Choice {
            selected: id.to_string() == chosen,
            value: id.to_string(),
            text,
        };
        let alike = alike.iter().filter_map(|(id, alike)| {
            let held = self.estate.problems.get(id)?;
            Some(choice(
                *id,
                format!("{} (reads alike: {alike} of 100)", held.what),
            ))
        });
        let others = open
            .into_iter()
            .map(|(id, held)| choice(id, held.what.clone()));
        alike.chain(others).collect()
    }
}

/// Change the problem that the address names by a rule, which answers in plain words where it cannot.
fn changed(
    visit: &Visit,
    field: &'static str,
    why: &str,
    rule: impl FnOnce(RecordId, &Problem) -> Result<Problem, String>,
) -> Result<Answer, Error> {
    now_only(visit)?;
    let id = visit.record("id")?;
    visit.standing(Problem::NAME, id)?;
    let permit = visit.permit(Action::ShapeProblem, &visit.subject(Problem::NAME, id))?;
    let estate = visit.estate()?;
    let held = estate.problems.get(&id).ok_or(Error::NotFound)?;
    let problem = match rule(id, held) {
        Ok(problem) => problem,
        Err(message) => return wrong(visit, field, &message),
    };
    let visibility = visit.view.picture().visibility(id);
    let saying = Saying {
        base: Some(base(visit)),
        ..Saying::because(why)
    };
    visit.site.data.change(&permit, saying, |_| {
        let change = Change::state(id, visibility, &problem);
        Ok::<_, handback_register::Error>(((), vec![change]))
    })?;
    visit.see(&format!("/problems/{id}?done=saved"))
}

/// The page again, with what is wrong at a field.
fn wrong(visit: &Visit, field: &str, message: &str) -> Result<Answer, Error> {
    let mut faults = FieldFaults::default();
    let message = render::sentence(message);
    faults.add(field, message.trim_end_matches('.'));
    visit.invalid("problem.html", &page(visit, &faults)?)
}

/// Move it to a stage, with its reason.
pub fn move_on(visit: &Visit) -> Result<Answer, Error> {
    let word = visit.form.get("stage").unwrap_or_default();
    let stage = Stage::ALL.into_iter().find(|stage| stage.word() == word);
    let reason = visit.form.get("reason").unwrap_or_default();
    let today = clock::today();
    let day = visit.form.get("on").map_or(Ok(today), str::parse);
    let field = match (&stage, &day) {
        (None, _) => "stage",
        (_, Err(_)) => "on",
        _ if reason.is_empty() => "reason",
        _ => "on",
    };
    changed(visit, field, reason, |_, held| {
        let stage = stage.ok_or("say to which stage it moves")?;
        let day = day.map_err(|_| "give the day on which it moved")?;
        let moved = held.moved((stage, day), reason, today);
        moved.map_err(|error| error.to_string())
    })
}

/// Tell it with another problem.
pub fn merge(visit: &Visit) -> Result<Answer, Error> {
    let estate = visit.sighted()?;
    let into = visit.form.get("into").and_then(|id| id.parse().ok());
    let other = into.and_then(|id: RecordId| Some((id, estate.problems.get(&id)?)));
    changed(visit, "into", "told with another problem", |id, held| {
        let other = other.ok_or("choose the problem that says the same")?;
        let merged = held.merged(id, other, clock::today());
        merged.map_err(|error| error.to_string())
    })
}

/// Ask back, or object.
pub fn challenge(visit: &Visit) -> Result<Answer, Error> {
    now_only(visit)?;
    let id = visit.record("id")?;
    visit.standing(Problem::NAME, id)?;
    let subject = visit.subject(Problem::NAME, id);
    let permit = visit.permit(Action::RaiseProblem, &subject)?;
    let Some(what) = visit.form.get("challenge") else {
        return wrong(visit, "challenge", "say what you ask or object");
    };
    let what: Vec<&str> = what.split_whitespace().collect();
    // Whoever may not shape it speaks for the business.
    let is_team = visit.form.get("by") == Some(By::Team.word());
    let by = match visit.permit(Action::ShapeProblem, &subject) {
        Ok(_) if is_team => By::Team,
        _ => By::Asker,
    };
    let challenge = Challenge {
        problem: id,
        on: When::Day(clock::today()),
        by,
        what: what.join(" "),
        answer: None,
        answered_on: None,
    };
    let estate = visit.estate()?;
    let mut said = challenges(&estate, id).into_iter();
    if said.any(|(_, held)| held.what.eq_ignore_ascii_case(&challenge.what)) {
        return wrong(
            visit,
            "challenge",
            "this was asked already, in the same words",
        );
    }
    // A challenge is as secret as its problem.
    let visibility = visit
        .view
        .picture()
        .visibility(id)
        .max(Visibility::Internal);
    visit
        .site
        .data
        .change(&permit, Saying::because("challenged on a page"), |_| {
            let change = Change::state(fresh_id(), visibility, &challenge);
            Ok::<_, handback_register::Error>(((), vec![change]))
        })?;
    visit.see(&format!("/problems/{id}?done=saved"))
}

/// The page of a challenge, a trial or a benefit is that of its problem.
pub fn of_part(visit: &Visit) -> Result<Answer, Error> {
    let id = visit.record("id")?;
    if !visit.sees(id) {
        return Err(Error::NotFound);
    }
    let estate = visit.estate()?;
    let challenge = estate.challenges.get(&id).map(|held| held.problem);
    let trial = || estate.trials.get(&id).map(|held| held.problem);
    let benefit = || estate.benefits.get(&id).map(|held| held.problem);
    let problem = challenge.or_else(trial).or_else(benefit);
    let problem = problem.ok_or(Error::NotFound)?;
    match visit.query.get("done") {
        Some(done) => visit.see(&format!("/problems/{problem}?done={done}")),
        None => visit.see(&format!("/problems/{problem}")),
    }
}

/// The first answer of use to whoever asked.
pub fn first_answer(visit: &Visit) -> Result<Filling, Error> {
    let id = visit.record("id")?;
    Ok(Filling {
        kind: Problem::NAME,
        id,
        action: Action::ShapeProblem,
        heading: "The first useful answer".into(),
        lead: "The first answer that helped whoever asked, and the day on which they had it. The page Innovation counts the days from hearing to this.",
        asks: &["first answer", "answered on"],
        address: format!("/problems/{id}/answer"),
        back: format!("/problems/{id}"),
    })
}

/// The answer to a challenge, by the side that was challenged.
pub fn answer(visit: &Visit) -> Result<Filling, Error> {
    let id = visit.record("id")?;
    let estate = visit.sighted()?;
    let held = estate.challenges.get(&id).ok_or(Error::NotFound)?;
    Ok(Filling {
        kind: Challenge::NAME,
        id,
        action: match held.by {
            By::Asker => Action::ShapeProblem,
            By::Team => Action::RaiseProblem,
        },
        heading: held.what.clone(),
        lead: "The answer stands beside the challenge, for everybody who reads the problem.",
        asks: &["answer", "answered on"],
        address: format!("/challenges/{id}/answer"),
        back: format!("/problems/{}", held.problem),
    })
}

/// What was decided at the end of a trial.
pub fn decision(visit: &Visit) -> Result<Filling, Error> {
    let id = visit.record("id")?;
    let estate = visit.sighted()?;
    let held = estate.trials.get(&id).ok_or(Error::NotFound)?;
    Ok(Filling {
        kind: Trial::NAME,
        id,
        action: Action::ShapeProblem,
        heading: format!("Decide: {}", held.hypothesis),
        lead: "Say what the measure showed and what follows from it. To stop is a result too.",
        asks: &["found", "decision", "decided on", "because"],
        address: format!("/trials/{id}/decision"),
        back: format!("/problems/{}", held.problem),
    })
}

/// What the owner of a benefit says.
pub fn said(visit: &Visit) -> Result<Filling, Error> {
    let id = visit.record("id")?;
    let estate = visit.sighted()?;
    let held = estate.benefits.get(&id).ok_or(Error::NotFound)?;
    Ok(Filling {
        kind: Benefit::NAME,
        id,
        action: Action::ShapeProblem,
        heading: format!("Did it come true? {}", held.what),
        lead: "The owner in the business says so, not the team. A benefit is confirmed by its measure.",
        asks: &["owner says", "said on", "found", "evidence"],
        address: format!("/benefits/{id}/said"),
        back: format!("/problems/{}", held.problem),
    })
}
