//! The last day on which there is still time to decide to leave at the end of the term.

use super::term::{Term, end_after};
use crate::contract::terms::{END_AT_TERM, Lasting, Lead, LeadKind, RenewalKind, Terms};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// The last safe day to decide: the earliest of what several chains of steps leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastSafeDay {
    pub date: Date,
    /// Counted back from the end: each step begins where the one before it in time ends.
    pub steps: Vec<Step>,
    pub lapsed: bool,
    /// What takes time and how long is not known: the day is that or an earlier one.
    pub missing: Vec<LeadKind>,
    /// The chains that leave more time.
    pub others: Vec<Chain>,
    /// The last safe day for the end of the next term, where the contract goes on by itself.
    pub next_chance: Option<Date>,
}

/// Steps that must follow one another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    pub date: Date,
    pub steps: Vec<Step>,
}

/// Something that must have begun by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub what: Takes,
    pub from: Date,
    pub to: Date,
    pub clause: Option<String>,
}

/// What takes time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// Notice by a route.
    Notice(String),
    Lead(LeadKind),
    /// Nothing may be cut over on these days.
    Blackout(String),
    /// Particulars of the people who move, at least 28 days before (TUPE Regulations 2006,
    /// regulation 11(6)).
    StaffInformation,
}

/// The law behind [`Takes::StaffInformation`].
pub const STAFF_INFORMATION: &str = "TUPE Regulations 2006, reg 11(6)";
/// How long before a transfer its particulars are due.
pub const STAFF_INFORMATION_DAYS: i32 = 28;

/// The last safe day of the term; none where nothing that takes time is known.
pub fn last_safe_day(terms: &Terms, term: &Term, asked: Date) -> Option<LastSafeDay> {
    let mut chains = chains(terms, term.end?);
    chains.sort_by_key(|chain| chain.date);
    if chains.is_empty() {
        return None;
    }
    let binding = chains.remove(0);
    let next = term
        .next_renewal
        .and_then(|_| end_after(terms, term.renewals + 1));
    let unknown = terms.lead.iter().filter(|lead| lead.takes.length.is_none());
    Some(LastSafeDay {
        date: binding.date,
        lapsed: binding.date < asked,
        steps: binding.steps,
        missing: unknown.map(|lead| lead.what).collect(),
        others: chains,
        next_chance: next.and_then(|end| {
            self::chains(terms, end)
                .into_iter()
                .map(|chain| chain.date)
                .min()
        }),
    })
}

/// What must happen one after the other to be out at `end`: notice after a decision; a successor
/// found and the service moved after a decision; staff informed after a decision.
fn chains(terms: &Terms, end: Date) -> Vec<Chain> {
    let over = Counting::back_from(terms.transfer.unwrap_or(end.saturating_add(1.day())), terms);
    let cutover = over.free_of_blackouts();
    let notice = Counting::back_from(end, terms)
        .notice()
        .lead(LeadKind::Approval);
    let moving = cutover
        .clone()
        .lead(LeadKind::Transition)
        .lead(LeadKind::Procurement)
        .lead(LeadKind::Approval);
    let staff = cutover.staff().lead(LeadKind::Approval);
    let needs = |kinds: &[LeadKind]| {
        terms
            .lead
            .iter()
            .any(|lead| kinds.contains(&lead.what) && lead.takes.length.is_some())
    };
    let notice = notice
        .steps
        .iter()
        .any(|step| matches!(step.what, Takes::Notice(_)))
        .then_some(notice);
    let moving = needs(&[LeadKind::Transition, LeadKind::Procurement]).then_some(moving);
    let staff =
        (terms.staff_transfer == Some(true) || needs(&[LeadKind::Consultation])).then_some(staff);
    // A decision alone takes time too, where nothing else is known.
    let chains = [notice, moving, staff].into_iter().flatten();
    let mut chains: Vec<Chain> = chains.map(Counting::chain).collect();
    if chains.is_empty() && needs(&[LeadKind::Approval]) {
        chains.push(
            Counting::back_from(end, terms)
                .lead(LeadKind::Approval)
                .chain(),
        );
    }
    chains
}

/// Steps counted back from a day.
#[derive(Clone)]
struct Counting<'a> {
    terms: &'a Terms,
    day: Date,
    steps: Vec<Step>,
}

impl<'a> Counting<'a> {
    fn back_from(day: Date, terms: &'a Terms) -> Counting<'a> {
        Counting {
            terms,
            day,
            steps: Vec::new(),
        }
    }

    fn chain(self) -> Chain {
        Chain {
            date: self.day,
            steps: self.steps,
        }
    }

    fn step(mut self, what: Takes, from: Date, clause: Option<&String>) -> Counting<'a> {
        self.steps.push(Step {
            what,
            from,
            to: self.day,
            clause: clause.cloned(),
        });
        self.day = from;
        self
    }

    fn lasting(self, what: Takes, takes: &Lasting, clause: Option<&String>) -> Counting<'a> {
        match takes.length {
            None => self,
            Some(length) => {
                let from = length.before(self.day, self.terms.nation);
                self.step(what, from, clause.or(takes.clause.as_ref()))
            }
        }
    }

    fn lead(self, kind: LeadKind) -> Counting<'a> {
        let terms = self.terms;
        let leads = terms.lead.iter().filter(|lead| lead.what == kind);
        leads.fold(self, |counting, lead: &Lead| {
            counting.lasting(Takes::Lead(kind), &lead.takes, lead.clause.as_ref())
        })
    }

    /// The notice that keeps the contract from going on; where the contract only names other routes,
    /// the one that leaves most time.
    fn notice(self) -> Counting<'a> {
        let terms = self.terms;
        let automatic = terms
            .renewal
            .as_ref()
            .is_some_and(|renewal| renewal.kind == RenewalKind::Automatic);
        let known = |notice: &&_| super::last_day(terms, notice, Some(self.day)).is_some();
        let notices = || {
            terms
                .notice
                .iter()
                .filter(known)
                .filter(|notice| notice.on.is_none())
        };
        let at_term = notices().find(|notice| notice.route == END_AT_TERM);
        let any = notices()
            .filter(|_| automatic)
            .max_by_key(|notice| super::last_day(terms, notice, Some(self.day)));
        match at_term.or(any) {
            None => self,
            Some(notice) => self.lasting(
                Takes::Notice(notice.route.clone()),
                &notice.at_least,
                notice.clause.as_ref(),
            ),
        }
    }

    /// The nearest day before on which something may be cut over.
    fn free_of_blackouts(mut self) -> Counting<'a> {
        let terms = self.terms;
        // Each blackout moves the day at most once: it only ever goes back.
        for _ in 0..terms.blackout.len() {
            let day = self.day;
            let Some(hit) = terms
                .blackout
                .iter()
                .find(|days| days.from <= day && day <= days.to)
            else {
                break;
            };
            let from = hit.from.saturating_sub(1.day());
            self = self.step(Takes::Blackout(hit.what.clone()), from, None);
        }
        self
    }

    /// Consultation where its length is stated, and in any case the 28 days of the law.
    fn staff(self) -> Counting<'a> {
        let nation = self.terms.nation;
        let by_law = self.day.saturating_sub(STAFF_INFORMATION_DAYS.days());
        let leads = self
            .terms
            .lead
            .iter()
            .filter(|lead| lead.what == LeadKind::Consultation);
        let consulted = leads.filter_map(|lead| Some(lead.takes.length?.before(self.day, nation)));
        if consulted.min().is_some_and(|from| from < by_law) {
            return self.lead(LeadKind::Consultation);
        }
        self.step(
            Takes::StaffInformation,
            by_law,
            Some(&STAFF_INFORMATION.to_owned()),
        )
    }
}
