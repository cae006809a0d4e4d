//! Answers of people, taken in from a form's export: what may be shown of them is stated, and nothing else is kept.
//!
//! Neither the file nor a single answer is written anywhere: the file's lines stand in the order in which people
//! answered, with their times. A period closes once, so that no answer is in two releases.

use super::finder::all;
use super::{Failed, Taken, Watch, Wishes};
use crate::clock;
use crate::data::{Author, Data, Saying, fresh_id};
use crate::estate::authority_of;
use crate::render::experience;
use crate::rounds::ever_released;
use handback_core::control::Service;
use handback_core::engagement::question::Question;
use handback_core::engagement::release::{Closing, Cube, Release, close, due};
use handback_core::engagement::response::Answer;
use handback_core::engagement::round::Round;
use handback_core::engagement::suppression::USUAL;
use handback_core::import::Reading;
use handback_core::organisation::{Organisation, OrganisationRole};
use handback_core::permission::{Action, Subject};
use handback_core::record::{Change, Kind, Visibility};
use handback_intake::responses;
use handback_intake::source::Source;
use handback_register::Picture;
use jiff::ToSpan;
use std::collections::BTreeMap;

pub(super) fn take_one(
    data: Option<&Data>,
    file: &dyn Source,
    reading: Reading,
    wishes: &Wishes,
    author: &Author,
    watch: &mut Watch<'_>,
) -> Result<Taken, Failed> {
    let permit = author
        .permit(Action::Import, &Subject::default())
        .map_err(|refusal| Failed::Wish(format!("{}: {refusal}", file.name())))?;
    let collected = responses::read(file, &reading)?;
    if watch(file.name(), collected.tally.rows).is_break() {
        return Err(Failed::Stopped);
    }
    let mut taken = Taken {
        tally: collected.tally,
        faults: collected.faults,
        reading: Some(reading),
        ..Taken::refused(file.name(), String::new())
    };
    if !collected.comments.is_empty() {
        remark(
            &mut taken,
            "What people wrote is not kept: it names people as often as not.",
        );
    }
    let Some(data) = data else {
        return Ok(taken);
    };
    let answers = collected.answers;
    awaited(data, &answers)?;
    if wishes.dry_run {
        releases(&data.register.picture(), answers, &mut taken)?;
        return Ok(taken);
    }
    let picture = data.register.picture();
    let saying = Saying {
        reason: format!("answers of {}", file.name()),
        source: None,
        authority: authority_of(&picture, picture.size())?.map(|(id, _)| id),
        base: None,
    };
    data.change(&permit, saying, |picture| {
        let mut told = taken.clone();
        let released = releases(picture, answers.clone(), &mut told)?;
        taken = told;
        let state = |release| Change::state(fresh_id(), Visibility::Internal, release);
        Ok::<_, Failed>(((), released.iter().map(state).collect()))
    })?;
    Ok(taken)
}

/// Answers of a time for which a round waits are not taken: two releases would share its days, and one of them could
/// never be made.
fn awaited(data: &Data, answers: &[Answer]) -> Result<(), Failed> {
    let newest = answers.iter().map(|answer| answer.period.to).max();
    let wrong = |error: anyhow::Error| Failed::Wish(format!("{error:#}"));
    for (id, round) in all::<Round>(&data.register.picture())? {
        let is_held = || -> anyhow::Result<bool> { Ok(data.wait(data.answer_box()?.holds(id))?) };
        if round.question == Question::Happiness
            && newest.is_some_and(|newest| newest >= round.period.from)
            && is_held().map_err(wrong)?
        {
            return Err(Failed::Wish(format!(
                "the round {} ({}) is not released yet, and a period closes once: take in answers from before {} alone, or wait until that round has closed",
                round.name, round.period, round.period.from
            )));
        }
    }
    Ok(())
}

/// What may be shown of the answers, a release for each period that can be closed.
fn releases(
    picture: &Picture,
    answers: Vec<Answer>,
    taken: &mut Taken,
) -> Result<Vec<Release>, Failed> {
    let mut earlier = ever_released(picture).map_err(|error| Failed::Wish(format!("{error:#}")))?;
    earlier.retain(|release| release.question == Question::Happiness);
    earlier.sort_by_key(|release| release.period.from);
    let open = earlier.last().map(|release| release.period.to);
    let today = clock::today();
    let (closed, open): (Vec<Answer>, Vec<Answer>) = answers
        .into_iter()
        .partition(|answer| open.is_some_and(|closed| answer.period.from <= closed));
    let (over, running): (Vec<Answer>, Vec<Answer>) = open
        .into_iter()
        .partition(|answer| answer.period.to < today);
    if !closed.is_empty() {
        let until = earlier
            .last()
            .map(|release| release.period.to.saturating_add(1.day()));
        let until = until.map(|day| day.to_string()).unwrap_or_default();
        remark(
            taken,
            &format!("A period closes once: answers of before {until} are not taken."),
        );
    }
    if !running.is_empty() {
        remark(
            taken,
            "Answers of the month that is not over are not taken: bring them when it is.",
        );
    }
    let due = due(over, &earlier, USUAL);
    if due.periods.is_empty() {
        return Err(Failed::Wish(
            match (closed.is_empty(), running.is_empty()) {
                (false, _) => {
                    "its periods are closed already, and a period closes once: nothing is taken"
                        .into()
                }
                (true, false) => "its month is not over: bring the file again when it is".into(),
                (true, true) => format!(
                    "fewer than {USUAL} answers can be read, so that single people could be told apart: nothing is taken. Bring them together with those of the next months"
                ),
            },
        ));
    }
    if !due.waiting.is_empty() {
        let what = format!(
            "The last months have fewer than {USUAL} answers: they are not taken. Bring them together with those of the next months."
        );
        remark(taken, &what);
    }
    let cube = cube(picture)?;
    let mut released = Vec::new();
    for (period, answers) in &due.periods {
        let closing = Closing {
            period: *period,
            question: &Question::Happiness,
            answers,
            cube: &cube,
            invited: None,
            threshold: USUAL,
        };
        let release = close(&closing, &earlier).map_err(|error| Failed::Wish(error.to_string()))?;
        remark(taken, &experience::sentence(&release));
        earlier.push(release.clone());
        released.push(release);
    }
    taken.stated = BTreeMap::from([(Release::NAME, released.len() as u64)]);
    Ok(released)
}

/// The groups that are shown, as the authority has stated them: never as answers name them.
fn cube(picture: &Picture) -> Result<Cube, Failed> {
    let services = all::<Service>(picture)?.into_values();
    let organisations = all::<Organisation>(picture)?.into_values();
    let directorates = organisations
        .filter(|held| held.roles.contains(&OrganisationRole::Directorate))
        .map(|held| held.name);
    Ok(Cube {
        services: services.map(|service| service.name).collect(),
        directorates: directorates.collect(),
        places: Default::default(),
    })
}

/// What the person should know of the file as a whole.
fn remark(taken: &mut Taken, text: &str) {
    if let Some(reading) = &mut taken.reading {
        reading.notes.push(text.to_owned());
    }
}
