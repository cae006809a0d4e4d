//! How far a problem has come, and why: every move has its day and its reason.

use crate::dated::{Dated, When};
use crate::table::worded;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

worded! {
    /// How far a problem has come.
    Stage:
    /// Somebody said it.
    Heard = "heard",
    /// It is being asked what lies behind it.
    Challenged = "challenged",
    /// It is clear what goes wrong, for whom, and how one would see that it is better.
    Shaped = "shaped",
    /// Something is being tried.
    Trial = "trial",
    /// What was tried is now the way it is done.
    Adopted = "adopted",
    /// Nothing will be done.
    Stopped = "stopped",
    /// Advice was enough.
    Advised = "advised",
    /// Something that is there already was used.
    ReUsed = "re-used",
    /// The way of working was put right, or a fault was.
    Fixed = "fixed",
}

impl Stage {
    pub const ALL: [Stage; 9] = [
        Stage::Heard,
        Stage::Challenged,
        Stage::Shaped,
        Stage::Trial,
        Stage::Adopted,
        Stage::Stopped,
        Stage::Advised,
        Stage::ReUsed,
        Stage::Fixed,
    ];

    /// Whether something is still to come of it.
    pub fn is_open(self) -> bool {
        self <= Stage::Trial
    }
}

/// A move to a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub stage: Stage,
    /// Why; none where a problem was first heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Why a problem cannot be moved so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotMove {
    #[error("say why it moves on: whoever asked reads it")]
    NoReason,
    #[error("it stands there already: {0}")]
    StandsThere(&'static str),
    #[error("it moved last on {0}: name a later day, or correct that move")]
    NotLater(When),
    #[error("{0} lies in the future: name the day on which it moved")]
    NotYet(Date),
    #[error("it was heard on {0}, and cannot have moved before")]
    BeforeHeard(When),
    #[error("it was merged into another problem: move that one")]
    Merged,
}

/// The life with one more move on `day`, as seen on `today`. A problem that was closed may be opened again.
pub(super) fn moved(
    life: &Dated<Move>,
    (stage, day): (Stage, Date),
    reason: &str,
    today: Date,
) -> Result<Dated<Move>, CannotMove> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(CannotMove::NoReason);
    }
    if day > today {
        return Err(CannotMove::NotYet(day));
    }
    if let Some((from, last)) = life.iter().next_back() {
        if from.latest().is_some_and(|latest| latest >= day) {
            return Err(CannotMove::NotLater(from));
        }
        if last.stage == stage {
            return Err(CannotMove::StandsThere(stage.word()));
        }
    } else if stage == Stage::Heard {
        return Err(CannotMove::StandsThere(stage.word()));
    }
    let mut life = life.clone();
    let reason = Some(reason.to_owned());
    life.state(When::Day(day), Move { stage, reason });
    Ok(life)
}
