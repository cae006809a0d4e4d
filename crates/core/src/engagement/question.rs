//! What a round asks to be answered from 0 to 10.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The one question of a round. Releases of different questions are apart: nothing is counted across them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// How happy people are with the technology; with lost time and factors.
    #[default]
    Happiness,
    /// How sure people are that the team does what it promises: a pulse, by directorate.
    Confidence,
    /// How far people see one of the authority's values in what the team does: a pulse, by directorate.
    Value(String),
}

impl Question {
    /// Whether it is a pulse: one number and a comment, about the team and about no service.
    pub fn is_pulse(&self) -> bool {
        *self != Question::Happiness
    }

    /// As the command line and forms write it: `happiness`, `confidence`, or the value's own name.
    pub fn of_word(word: &str) -> Question {
        match word.trim() {
            "" | "happiness" => Question::Happiness,
            "confidence" => Question::Confidence,
            value => Question::Value(value.into()),
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Question::Happiness => "happiness",
            Question::Confidence => "confidence",
            Question::Value(value) => value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_reads_back_from_its_word() {
        for question in [
            Question::Happiness,
            Question::Confidence,
            Question::Value("We listen".into()),
        ] {
            assert_eq!(Question::of_word(&question.to_string()), question);
            assert_eq!(question.is_pulse(), question != Question::Happiness);
        }
    }
}
