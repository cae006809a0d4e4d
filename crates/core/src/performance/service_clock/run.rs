//! One ticket's clock, change by change.

use super::calendar::Openings;
use super::target::{self, Target, Used};
use super::{Outcome, Rules, Spent, TicketTimes, Timed, Why, is_plausible};
use crate::performance::ticket::{Ticket, Waiting, What};
use jiff::Timestamp;
use jiff::civil::Date;

/// What the ticket is doing between two changes.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Running,
    Waiting(Waiting),
    Resolved,
    Closed,
}

/// A ticket's clock while it is read.
pub(super) struct Run<'a> {
    rules: &'a Rules,
    openings: &'a Openings,
    pub(super) times: TicketTimes,
    spent: Spent,
    used_days: u32,
    last_day: Date,
    opened_on: Date,
    not_stated: Option<Waiting>,
    state: State,
}

impl<'a> Run<'a> {
    pub(super) fn new(ticket: &Ticket, rules: &'a Rules, openings: &'a Openings) -> Run<'a> {
        let timed = |why| Timed {
            at: None,
            working: None,
            why: Some(why),
            priority: None,
            outcome: Outcome::CannotTell,
        };
        let times = TicketTimes {
            ticket: ticket.number.clone(),
            service: ticket.service.clone(),
            priority: None,
            opened: None,
            first_response: timed(Why::NotResponded),
            resolution: timed(Why::NotResolved),
            first_resolution: None,
            reopened: 0,
            reopenings: Vec::new(),
            resolutions: Vec::new(),
            stops: Vec::new(),
            spent: None,
        };
        Run {
            rules,
            openings,
            times,
            spent: Spent::default(),
            used_days: 0,
            last_day: Date::MIN,
            opened_on: Date::MIN,
            not_stated: None,
            state: State::Running,
        }
    }

    /// When the clock starts, or why it cannot.
    pub(super) fn start(&mut self, ticket: &Ticket, as_of: i64) -> Result<i64, Why> {
        let priority = ticket
            .changes
            .iter()
            .rev()
            .find_map(|change| match &change.what {
                What::Priority(printed) => Some(printed.clone()),
                _ => None,
            });
        self.times.priority = priority;
        let opened = ticket
            .changes
            .iter()
            .find(|change| change.what == What::Opened && change.at.as_second() <= as_of)
            .ok_or(Why::NotOpened)?
            .at;
        self.times.opened = Some(opened);
        if !ticket.changes.iter().all(|change| is_plausible(change.at)) {
            return Err(Why::ImplausibleDate);
        }
        let early = ticket.changes.iter().any(|change| {
            change.at < opened
                && !matches!(
                    change.what,
                    What::Priority(_) | What::Opened | What::Responded
                )
        });
        if early {
            return Err(Why::BeforeOpened);
        }
        self.opened_on = self.openings.day_of(opened.as_second());
        self.last_day = self.opened_on;
        match self.rules.calendar.begins() {
            Some(begins) if self.opened_on < begins => Err(Why::BeforeCalendar(begins)),
            _ => Ok(opened.as_second()),
        }
    }

    pub(super) fn refuse(&mut self, why: &Why) {
        for timed in [&mut self.times.first_response, &mut self.times.resolution] {
            timed.why = Some(why.clone());
        }
    }

    pub(super) fn through(&mut self, ticket: &Ticket, opened: i64, as_of: i64) {
        let mut since = opened;
        let mut priority: Option<&str> = None;
        let mut responded = false;
        for change in &ticket.changes {
            let at = change.at.as_second();
            if at > as_of {
                break;
            }
            if at > since {
                self.spend(since, at);
                since = at;
            }
            match &change.what {
                What::Opened => {}
                What::Priority(printed) => priority = Some(printed),
                What::Responded if responded => {}
                What::Responded => {
                    responded = true;
                    self.times.first_response = match at < opened {
                        true => self.unknown(change.at, Why::BeforeOpened),
                        false => self
                            .settle(change.at, priority, |target| target.first_response.as_ref()),
                    };
                }
                What::Paused(waiting) if self.is_open() => self.state = State::Waiting(*waiting),
                What::Resumed if self.is_open() => self.state = State::Running,
                What::Paused(_) | What::Resumed => {}
                What::Resolved if self.state != State::Resolved => {
                    responded |= self.resolve(change.at, priority, responded);
                }
                What::Closed if self.is_open() && self.rules.closing_resolves => {
                    responded |= self.resolve(change.at, priority, responded);
                }
                What::Closed if self.is_open() => {
                    self.state = State::Closed;
                    self.times.stops.push(change.at);
                }
                What::Resolved | What::Closed => {}
                What::Reopened if self.is_open() => {}
                What::Reopened => {
                    self.state = State::Running;
                    self.times.reopened += 1;
                    self.times.reopenings.push(change.at);
                }
            }
        }
        if self.is_open() && as_of > since {
            self.spend(since, as_of);
        }
        self.finish(priority, responded);
    }

    fn is_open(&self) -> bool {
        matches!(self.state, State::Running | State::Waiting(_))
    }

    fn spend(&mut self, from: i64, to: i64) {
        let open = self.openings.between(from, to);
        let stops = match self.state {
            State::Resolved | State::Closed => {
                self.spent.resolved += to - from;
                return;
            }
            State::Running => false,
            State::Waiting(waiting) => {
                let stops = self.rules.pauses.stops(waiting);
                if stops.is_none() && open > 0 {
                    self.not_stated.get_or_insert(waiting);
                }
                stops.unwrap_or(true)
            }
        };
        self.spent.closed += to - from - open;
        match stops {
            true => {
                self.spent.paused += open;
                self.spent.waited += to - from;
            }
            false => {
                self.spent.working += open;
                let (days, last) = self.openings.days_between(from, to, self.last_day);
                self.used_days += days;
                self.last_day = last;
            }
        }
    }

    /// Answers whether that counts as the first response too.
    fn resolve(&mut self, at: Timestamp, priority: Option<&str>, responded: bool) -> bool {
        self.times.resolutions.push(at);
        // A ticket that was closed before it was marked as resolved stopped being open once.
        if self.is_open() {
            self.times.stops.push(at);
        }
        self.state = State::Resolved;
        if self.not_stated.is_none() {
            self.times
                .first_resolution
                .get_or_insert((at, self.spent.working));
        }
        self.times.resolution = self.settle(at, priority, |target| target.resolution.as_ref());
        let responds = self.rules.resolving_responds && !responded;
        if responds {
            self.times.first_response =
                self.settle(at, priority, |target| target.first_response.as_ref());
        }
        responds
    }

    fn finish(&mut self, priority: Option<&str>, responded: bool) {
        self.times.spent = Some(self.spent);
        if !responded {
            let (why, ended) = (Why::NotResponded, !self.is_open());
            self.times.first_response = self.pending(why, ended, priority, |target| {
                target.first_response.as_ref()
            });
        }
        if self.state != State::Resolved {
            let ended = self.state == State::Closed;
            let why = if ended {
                Why::ClosedUnresolved
            } else {
                Why::NotResolved
            };
            self.times.resolution =
                self.pending(why, ended, priority, |target| target.resolution.as_ref());
        }
    }

    fn unknown(&self, at: Timestamp, why: Why) -> Timed {
        Timed {
            at: Some(at),
            working: None,
            why: Some(why),
            priority: None,
            outcome: Outcome::CannotTell,
        }
    }

    fn used(&self) -> Used {
        Used {
            working: self.spent.working,
            days: self.used_days,
            passed: self.spent.elapsed() - self.spent.waited,
        }
    }

    fn target<'t>(
        &'t self,
        priority: Option<&str>,
        which: impl Fn(&'t Target) -> Option<&'t target::Length>,
    ) -> Option<&'t target::Length> {
        target::in_force(&self.rules.targets, self.opened_on, priority, which)
    }

    /// What has happened at `at`, in time or not.
    fn settle(
        &self,
        at: Timestamp,
        priority: Option<&str>,
        which: impl Fn(&Target) -> Option<&target::Length>,
    ) -> Timed {
        let outcome = match (self.target(priority, which), self.not_stated) {
            (None, _) => Outcome::NoTarget,
            (Some(_), Some(_)) => Outcome::CannotTell,
            (Some(target), None) if target.holds(self.used()) => Outcome::Met,
            (Some(_), None) => Outcome::Missed,
        };
        Timed {
            at: Some(at),
            working: self.not_stated.is_none().then_some(self.spent.working),
            why: self.not_stated.map(Why::PauseNotStated),
            priority: priority.map(str::to_owned),
            outcome,
        }
    }

    /// What has not happened: missed already, or in time still unless the ticket has ended.
    fn pending(
        &self,
        why: Why,
        ended: bool,
        priority: Option<&str>,
        which: impl Fn(&Target) -> Option<&target::Length>,
    ) -> Timed {
        let outcome = match (self.target(priority, which), self.not_stated) {
            (None, _) => Outcome::NoTarget,
            (Some(_), Some(_)) => Outcome::CannotTell,
            _ if ended => Outcome::CannotTell,
            (Some(target), None) if target.holds(self.used()) => Outcome::Running,
            (Some(_), None) => Outcome::Missed,
        };
        Timed {
            at: None,
            working: None,
            why: Some(why),
            priority: priority.map(str::to_owned),
            outcome,
        }
    }
}
