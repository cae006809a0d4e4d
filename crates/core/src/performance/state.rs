//! What the states of a service desk mean for its clocks: a log says which state a ticket entered, a
//! clock wants to know what happened.

use super::ticket::{Waiting, What};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What a state, or an activity of an event log, means for the clock of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// On file, and nobody has taken it up.
    Opened,
    /// The desk works on it or has taken it up.
    Working,
    WaitsForUser,
    WaitsForSupplier,
    /// It waits for a change, a problem, a date, or the desk does not say for what.
    WaitsForOther,
    Resolved,
    Reopened,
    /// Over for good: closed, cancelled, rejected, a duplicate.
    Closed,
    /// It changes no clock.
    Nothing,
}

impl Means {
    /// Every meaning with its word, as people write it and files keep it.
    pub const ALL: [(Means, &'static str); 9] = [
        (Means::Opened, "opened"),
        (Means::Working, "working"),
        (Means::WaitsForUser, "waits-for-user"),
        (Means::WaitsForSupplier, "waits-for-supplier"),
        (Means::WaitsForOther, "waits-for-other"),
        (Means::Resolved, "resolved"),
        (Means::Reopened, "reopened"),
        (Means::Closed, "closed"),
        (Means::Nothing, "nothing"),
    ];
}

/// A word that is no meaning of a state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no meaning of a state: write opened, working, waits-for-user, waits-for-supplier, waits-for-other, resolved, reopened, closed or nothing"
)]
pub struct NoMeaning(pub String);

impl FromStr for Means {
    type Err = NoMeaning;
    fn from_str(word: &str) -> Result<Means, NoMeaning> {
        let found = Means::ALL.iter().find(|(_, known)| *known == word.trim());
        found
            .map(|(means, _)| *means)
            .ok_or_else(|| NoMeaning(word.to_owned()))
    }
}

/// Where a ticket stands while its log is followed from state to state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    opened: bool,
    responded: bool,
    waits_for: Option<Waiting>,
    ended: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Resolved,
    Closed,
}

impl Standing {
    /// A ticket whose opening is known from elsewhere.
    pub fn opened() -> Standing {
        Standing {
            opened: true,
            ..Standing::default()
        }
    }

    /// What happened when the ticket entered a state, in order; nothing when it stood there already.
    ///
    /// Work or waiting after an end is a reopening, whether or not the log has a word for it. Whoever
    /// puts a ticket on hold has taken it up, so waiting counts as a response too.
    pub fn enter(&mut self, means: Means) -> Vec<What> {
        match means {
            Means::Nothing => Vec::new(),
            Means::Opened if !self.opened && self.ended.is_none() => {
                self.opened = true;
                vec![What::Opened]
            }
            Means::Opened | Means::Reopened => self.go_on(),
            Means::Working => {
                let mut happened = self.go_on();
                happened.extend(self.respond());
                happened
            }
            Means::WaitsForUser => self.wait(Waiting::User),
            Means::WaitsForSupplier => self.wait(Waiting::Supplier),
            Means::WaitsForOther => self.wait(Waiting::Other),
            Means::Resolved => self.end(End::Resolved).into_iter().collect(),
            Means::Closed => self.end(End::Closed).into_iter().collect(),
        }
    }

    fn go_on(&mut self) -> Vec<What> {
        if self.ended.take().is_some() {
            self.waits_for = None;
            return vec![What::Reopened];
        }
        self.waits_for
            .take()
            .map(|_| What::Resumed)
            .into_iter()
            .collect()
    }

    fn respond(&mut self) -> Option<What> {
        let first = !self.responded;
        self.responded = true;
        first.then_some(What::Responded)
    }

    fn wait(&mut self, whom: Waiting) -> Vec<What> {
        let mut happened = Vec::new();
        if self.ended.take().is_some() {
            self.waits_for = None;
            happened.push(What::Reopened);
        }
        happened.extend(self.respond());
        if self.waits_for.replace(whom) != Some(whom) {
            happened.push(What::Paused(whom));
        }
        happened
    }

    fn end(&mut self, end: End) -> Option<What> {
        let what = match (self.ended, end) {
            (None, End::Resolved) => What::Resolved,
            (None | Some(End::Resolved), End::Closed) => What::Closed,
            (Some(_), End::Resolved) | (Some(End::Closed), End::Closed) => return None,
        };
        self.ended = Some(end);
        self.waits_for = None;
        Some(what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn follow(states: &[Means]) -> Vec<What> {
        let mut standing = Standing::default();
        states
            .iter()
            .flat_map(|means| standing.enter(*means))
            .collect()
    }

    #[test]
    fn states_become_what_happened() {
        use Means::{
            Closed, Nothing, Opened, Reopened, Resolved, WaitsForOther, WaitsForSupplier,
            WaitsForUser, Working,
        };
        let paused = What::Paused;
        for (states, happened) in [
            (
                &[Opened, Working, Resolved, Closed][..],
                vec![What::Opened, What::Responded, What::Resolved, What::Closed],
            ),
            (
                &[Opened, Opened, Working, Working],
                vec![What::Opened, What::Responded],
            ),
            (
                &[Working, WaitsForUser, WaitsForUser, Working],
                vec![What::Responded, paused(Waiting::User), What::Resumed],
            ),
            // Whom it waits for changes, and the pause goes on.
            (
                &[Working, WaitsForUser, WaitsForSupplier],
                vec![
                    What::Responded,
                    paused(Waiting::User),
                    paused(Waiting::Supplier),
                ],
            ),
            // Put on hold straight away: somebody took it up to do so.
            (
                &[Opened, WaitsForOther, Opened],
                vec![
                    What::Opened,
                    What::Responded,
                    paused(Waiting::Other),
                    What::Resumed,
                ],
            ),
            // Resolved from a pause: the pause ends with the ticket.
            (
                &[Working, WaitsForUser, Resolved, Working],
                vec![
                    What::Responded,
                    paused(Waiting::User),
                    What::Resolved,
                    What::Reopened,
                ],
            ),
            (
                &[Resolved, WaitsForUser],
                vec![
                    What::Resolved,
                    What::Reopened,
                    What::Responded,
                    paused(Waiting::User),
                ],
            ),
            (
                &[Resolved, Closed, Resolved, Closed],
                vec![What::Resolved, What::Closed],
            ),
            (
                &[Resolved, Closed, Reopened, Resolved],
                vec![What::Resolved, What::Closed, What::Reopened, What::Resolved],
            ),
            // Nothing to reopen.
            (&[Opened, Reopened, Nothing], vec![What::Opened]),
        ] {
            assert_eq!(follow(states), happened, "{states:?}");
        }
    }

    #[test]
    fn every_meaning_reads_back() {
        for (means, word) in Means::ALL {
            assert_eq!(word.parse(), Ok(means));
            assert_eq!(serde_json::to_value(means).expect("plain data"), word);
        }
        assert!("pending".parse::<Means>().is_err());
    }

    proptest! {
        #[test]
        fn nothing_happens_twice_in_a_row(places in prop::collection::vec(0..Means::ALL.len(), 0..40)) {
            let states: Vec<Means> = places.iter().map(|&place| Means::ALL[place].0).collect();
            let happened = follow(&states);
            prop_assert!(happened.windows(2).all(|pair| pair[0] != pair[1]));
            prop_assert!(happened.iter().filter(|what| **what == What::Opened).count() <= 1);
            prop_assert!(happened.iter().filter(|what| **what == What::Responded).count() <= 1);
            // A reopening comes only after an end, and an end never while ended.
            let mut ended = false;
            for what in &happened {
                match what {
                    What::Reopened => { prop_assert!(ended); ended = false; }
                    What::Resolved => { prop_assert!(!ended); ended = true; }
                    What::Closed => ended = true,
                    _ => {}
                }
            }
        }
    }
}
