//! What falls due by the contract and by the law.

use super::LastNotice;
use super::safe::{STAFF_INFORMATION, STAFF_INFORMATION_DAYS};
use super::term::Term;
use crate::contract::Regime;
use crate::contract::length::Length;
use crate::contract::terms::{Anchor, Duty, LeadKind, Terms};
use crate::dated::When;
use crate::pence::Pence;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// Something that falls due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    pub what: What,
    /// None where the day from which it is counted, or how long, is not known.
    pub date: Option<Date>,
    pub clause: Option<String>,
    /// Whether its day has passed. Whether it was done is for evidence to say.
    pub lapsed: bool,
    /// Whether it is not certain to be due: the regime, the value or a clause is not confirmed.
    pub perhaps: bool,
}

/// What falls due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    TermEnds,
    /// The contract goes on by itself.
    Renews,
    /// The last day of notice by a route.
    LastNotice(String),
    /// Somebody wants to know that the last day of notice by a route comes near.
    Warning(String),
    /// An extension must be taken up by then, or the contract ends.
    Extension,
    /// Termination assistance must be asked for.
    Assistance,
    AssistanceEnds,
    /// What the contract itself calls due.
    Duty(String),
    /// Contract details notice, UK7.
    ContractDetails,
    /// The contract itself is published with its details notice.
    ContractCopy,
    /// Contract performance notice, UK9.
    Performance,
    /// Contract change notice, UK10: before any change that is not small.
    Change,
    /// Contract termination notice, UK11.
    Ending,
    StaffInformation,
    /// Informing and consulting the representatives of everybody affected.
    StaffConsultation,
    Transfer,
}

/// Above this value, VAT included, key performance indicators and the contract itself are published
/// (Procurement Act 2023, sections 52, 53 and 71).
const LARGE: Pence = Pence(500_000_000);

/// The days from which things are counted.
struct Days {
    start: Option<Date>,
    signed: Option<Date>,
    end: Option<Date>,
    notice: Option<Date>,
    transfer: Option<Date>,
}

impl Days {
    fn of(terms: &Terms, end: Option<Date>, notice: Option<Date>) -> Days {
        Days {
            start: terms.start,
            signed: terms.signed.or(terms.start),
            end,
            notice,
            transfer: terms
                .transfer
                .or(end.map(|end| end.saturating_add(1.day()))),
        }
    }

    fn anchor(&self, anchor: Anchor, terms: &Terms) -> Option<Date> {
        let year_before = |end| Length::months(12).before(end, terms.nation);
        match anchor {
            Anchor::Start => self.start,
            Anchor::Signing => self.signed,
            Anchor::End => self.end,
            Anchor::Notice => self.notice,
            Anchor::Exit => self
                .notice
                .into_iter()
                .chain(self.end.map(year_before))
                .min(),
            Anchor::Transfer => self.transfer,
        }
    }
}

/// Everything due, by day; what has no day comes last.
pub(super) fn due(terms: &Terms, term: &Term, last_notice: &[LastNotice], asked: Date) -> Vec<Due> {
    let served = terms.served.as_ref().filter(|served| served.on <= asked);
    let days = Days::of(terms, term.end, served.map(|served| served.on));
    let mut due = Gathering { asked, due: vec![] };
    due.add(
        What::TermEnds,
        term.end,
        terms
            .initial_term
            .as_ref()
            .and_then(|term| term.clause.as_ref()),
    );
    let renewal = terms.renewal.as_ref();
    let clause =
        renewal.and_then(|renewal| renewal.clause.as_ref().or(renewal.every.clause.as_ref()));
    if term.next_renewal.is_some() {
        due.add(What::Renews, term.next_renewal, clause);
    }
    if term.extension_until.is_some() {
        due.add(What::Extension, term.end, clause);
    }
    for (last, notice) in last_notice.iter().zip(&terms.notice) {
        due.add(
            What::LastNotice(last.route.clone()),
            last.date,
            last.clause.as_ref(),
        );
        due.is_perhaps(last.assumed);
        if let Some(warn) = notice.warn.as_ref().and_then(|warn| warn.length) {
            let warning = last.date.map(|date| warn.before(date, terms.nation));
            due.add(
                What::Warning(last.route.clone()),
                warning,
                last.clause.as_ref(),
            );
        }
    }
    for duty in &terms.duty {
        due.duty(duty, terms, &days);
    }
    due.assistance(terms, &days);
    due.procurement_act(terms, &days);
    due.staff(terms, &days);
    due.sorted()
}

/// What falls due because notice was given on a day for an end.
pub(super) fn by_notice(terms: &Terms, end: Date, given: Date) -> Vec<Due> {
    let moved = Terms {
        transfer: terms.transfer.filter(|transfer| *transfer <= end),
        ..terms.clone()
    };
    let days = Days::of(&moved, Some(end), Some(given));
    let mut due = Gathering {
        asked: given,
        due: vec![],
    };
    due.add(What::TermEnds, Some(end), None);
    let counted =
        |duty: &&Duty| !matches!(duty.of, Anchor::Start | Anchor::Signing) && duty.on.is_none();
    for duty in moved.duty.iter().filter(counted) {
        due.duty(duty, &moved, &days);
    }
    due.assistance(&moved, &days);
    due.ending(&moved, &days);
    due.staff(&moved, &days);
    due.sorted()
}

struct Gathering {
    asked: Date,
    due: Vec<Due>,
}

impl Gathering {
    fn add(&mut self, what: What, date: Option<Date>, clause: Option<&String>) {
        self.due.push(Due {
            what,
            date,
            clause: clause.cloned(),
            lapsed: date.is_some_and(|date| date < self.asked),
            perhaps: false,
        });
    }

    /// Says of what was added last that it is not certain to be due.
    fn is_perhaps(&mut self, perhaps: bool) {
        if let Some(last) = self.due.last_mut() {
            last.perhaps = perhaps;
        }
    }

    fn by_law(&mut self, what: What, date: Option<Date>, law: &str, perhaps: bool) {
        self.add(what, date, Some(&law.to_owned()));
        self.is_perhaps(perhaps);
    }

    /// A duty of the contract; one that comes again is named at its last day that has passed and at
    /// its next.
    fn duty(&mut self, duty: &Duty, terms: &Terms, days: &Days) {
        let asked = self.asked;
        let mut add = |date| {
            self.add(What::Duty(duty.what.clone()), date, duty.clause.as_ref());
            self.is_perhaps(duty.assumed);
        };
        let counted = || {
            let mut day = days.anchor(duty.of, terms)?;
            if let Some(before) = &duty.before {
                day = before.length?.before(day, terms.nation);
            }
            if let Some(after) = &duty.after {
                day = after.length?.after(day, terms.nation);
            }
            Some(day)
        };
        let first = duty.on.or_else(counted);
        let every = duty.every.as_ref().and_then(|every| every.length);
        let (Some(first), Some(every)) = (first, every.filter(|every| every.number > 0)) else {
            return add(first);
        };
        let (last, next) = around(first, every, terms, asked);
        let in_term = |day: &Date| days.end.is_none_or(|end| *day <= end);
        let occurrences = [last, next].map(|day| day.filter(in_term));
        if occurrences == [None, None] {
            return add(Some(first));
        }
        occurrences
            .into_iter()
            .flatten()
            .for_each(|day| add(Some(day)));
    }

    /// By when help must be asked for, and when it ends at the latest.
    fn assistance(&mut self, terms: &Terms, days: &Days) {
        let Some(assistance) = &terms.assistance else {
            return;
        };
        let clause = assistance.clause.as_ref();
        let after = assistance.after_notice.as_ref().zip(days.notice);
        let last = match after {
            Some((after, notice)) => after
                .length
                .map(|length| length.after(notice, terms.nation)),
            None => assistance
                .before_end
                .as_ref()
                .and_then(|before| Some(before.length?.before(days.end?, terms.nation))),
        };
        self.add(What::Assistance, last, clause);
        if let Some(lasts) = &assistance.lasts {
            let ends = lasts.length.zip(days.end);
            let ends = ends.map(|(length, end)| length.after(end, terms.nation));
            self.add(What::AssistanceEnds, ends, clause);
        }
    }

    /// The notices of the Procurement Act 2023. A contract whose procurement began before it owes
    /// none; where that is not known, perhaps.
    fn procurement_act(&mut self, terms: &Terms, days: &Days) {
        let regime = regime(terms);
        if regime == Regime::Before2025 {
            return;
        }
        let unsure = regime == Regime::Unknown;
        let signed = days.signed;
        let within = |beginning: Option<Date>, days: i32| {
            beginning.map(|day| day.saturating_add((days - 1).days()))
        };
        let (details, copy) = if terms.light_touch {
            (120, 180)
        } else {
            (30, 90)
        };
        let unsure_of_signing = unsure || terms.signed.is_none();
        self.by_law(
            What::ContractDetails,
            within(signed, details),
            "Procurement Act 2023, s 53(1)",
            unsure_of_signing,
        );
        if terms.value.is_none_or(|value| value > LARGE) {
            let unsure_of_value = terms.value.is_none();
            self.by_law(
                What::ContractCopy,
                within(signed, copy),
                "Procurement Act 2023, s 53(3)",
                unsure_of_signing || unsure_of_value,
            );
            if !terms.light_touch {
                self.performance(terms, days, unsure || unsure_of_value);
            }
        }
        self.by_law(What::Change, None, "Procurement Act 2023, s 75", unsure);
        self.ending(terms, days);
    }

    /// At least once in every twelve months, and at the end.
    fn performance(&mut self, terms: &Terms, days: &Days, unsure: bool) {
        const LAW: &str = "Procurement Act 2023, s 71";
        let year = Length::months(12);
        let yearly = days.start.map(|start| {
            let first = year.last_day(start, terms.nation);
            around(first, year, terms, self.asked)
        });
        let (last, next) = yearly.unwrap_or_default();
        let in_term = |day: &Date| days.end.is_none_or(|end| *day <= end);
        for day in [last, next].into_iter().flatten().filter(in_term) {
            self.by_law(What::Performance, Some(day), LAW, unsure);
        }
    }

    /// Within 30 days beginning with the day on which the contract ends, its expiry too.
    fn ending(&mut self, terms: &Terms, days: &Days) {
        let regime = regime(terms);
        if regime != Regime::Before2025 {
            let day = days.end.map(|end| end.saturating_add(29.days()));
            let unsure = regime == Regime::Unknown;
            self.by_law(What::Ending, day, "Procurement Act 2023, s 80", unsure);
        }
    }

    /// What is owed to people who move with the service.
    fn staff(&mut self, terms: &Terms, days: &Days) {
        if terms.staff_transfer == Some(false) {
            return;
        }
        let perhaps = terms.staff_transfer.is_none();
        if terms.transfer.is_some() {
            self.add(What::Transfer, days.transfer, None);
        }
        let informed = days
            .transfer
            .map(|day| day.saturating_sub(STAFF_INFORMATION_DAYS.days()));
        self.by_law(What::StaffInformation, informed, STAFF_INFORMATION, perhaps);
        let consultation = terms
            .lead
            .iter()
            .find(|lead| lead.what == LeadKind::Consultation);
        let length = consultation.and_then(|lead| lead.takes.length);
        let begun = length.zip(days.transfer);
        let begun = begun.map(|(length, day)| length.before(day, terms.nation));
        self.by_law(
            What::StaffConsultation,
            begun,
            "TUPE Regulations 2006, reg 13",
            perhaps,
        );
    }

    fn sorted(mut self) -> Vec<Due> {
        self.due.sort_by_key(|due| (due.date.is_none(), due.date));
        self.due
    }
}

/// The law in force when the procurement began, as stated or as the first day makes certain.
fn regime(terms: &Terms) -> Regime {
    match terms.regime {
        Regime::Unknown => Regime::of_start(terms.signed.or(terms.start).map(When::Day)),
        stated => stated,
    }
}

/// Of the days `first` and again every so often: the last before `asked`, and the next.
fn around(first: Date, every: Length, terms: &Terms, asked: Date) -> (Option<Date>, Option<Date>) {
    let mut last = None;
    let mut day = first;
    let mut count = 0;
    while day < asked && day < Date::MAX {
        last = Some(day);
        count += 1;
        day = every.times(count).after(first, terms.nation);
    }
    (last, Some(day))
}
