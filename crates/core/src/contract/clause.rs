//! What the clauses of a contract say about time, one record for each.

use super::terms::{
    Anchor, Assistance, Duty, END_AT_TERM, Lasting, Lead, LeadKind, Notice, Renewal, RenewalKind,
    Served, Terms,
};
use super::{Contract, Length, ValuePer};
use crate::dated::When;
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Row, RowFault, Tabled, plain};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// One thing that a contract says about time, with the number of its clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    pub contract: RecordId,
    #[serde(flatten)]
    pub content: Content,
    /// As the contract numbers it: `31.2`, `Schedule 25 paragraph 4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    #[serde(default)]
    pub standing: Standing,
}

/// What a clause says, apart from the contract in which it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub says: Says,
    /// What falls due, for a duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// None where nobody has read it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<Counted>,
    /// From which day it is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Anchor>,
    /// How often again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Length>,
    /// How many renewals or extensions at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// How many extensions have been taken up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<u32>,
    /// The day that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
    /// The route of a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// How long before it takes effect a notice can be given at the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Length>,
    /// What it costs to end the contract so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Pence>,
    /// Who gives the notice or decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// In which form, and to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// Where it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

macro_rules! words {
    ($name:ident: $table:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        const $table: &[&str] = &[$($word),+];
        impl $name {
            /// The word for it in tables.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
            fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

/// What a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    InitialTerm,
    AutomaticRenewal,
    /// A right to go on that somebody must take up.
    Extension,
    /// A route by which the contract can be ended.
    Notice,
    /// Termination assistance: counted before the end or after a notice it must be asked for, and
    /// counted after the end it lasts.
    Assistance,
    /// Nothing may be changed or let go while there is assistance.
    Freeze,
    Duty,
    Approval,
    Procurement,
    Transition,
    Consultation,
    /// The day on which the contract was entered into.
    Signed,
    /// The day on which the service is taken over, and people with it.
    StaffTransfer,
    NoStaffTransfer,
    NoticeGiven,
    AssistanceAskedFor,
}
words!(Says: SAYS {
    InitialTerm = "initial-term", AutomaticRenewal = "automatic-renewal", Extension = "extension",
    Notice = "notice", Assistance = "assistance", Freeze = "freeze", Duty = "duty",
    Approval = "approval", Procurement = "procurement", Transition = "transition",
    Consultation = "consultation", Signed = "signed", StaffTransfer = "staff-transfer",
    NoStaffTransfer = "no-staff-transfer", NoticeGiven = "notice-given",
    AssistanceAskedFor = "assistance-asked-for",
});

/// Whether a length is counted back or forth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counted {
    Before,
    After,
}
words!(Counted: COUNTED { Before = "before", After = "after" });
words!(Anchor: ANCHORS {
    Start = "start", Signing = "signing", End = "end", Notice = "notice", Exit = "exit",
    Transfer = "transfer",
});

/// Whether a person has read it in this contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    #[default]
    Confirmed,
    /// It comes from a template: the contract may say something else.
    Template,
    /// A person has looked: the contract does not say it.
    NotInContract,
}
words!(Standing: STANDINGS {
    Confirmed = "confirmed", Template = "template", NotInContract = "not-in-contract",
});

/// What published templates say, to be confirmed clause by clause.
pub fn template() -> &'static [Content] {
    #[derive(Deserialize)]
    struct Template {
        clause: Vec<Content>,
    }
    static CLAUSES: OnceLock<Vec<Content>> = OnceLock::new();
    CLAUSES.get_or_init(|| {
        let text = include_str!("../../data/template-clauses.toml");
        let template: Template = toml::from_str(text).expect("the template is read by a test");
        template.clause
    })
}

impl Clause {
    /// A clause of the template, for a contract in which nobody has looked for it yet.
    pub fn of_template(contract: RecordId, content: &Content) -> Clause {
        Clause {
            contract,
            content: content.clone(),
            clause: None,
            standing: Standing::Template,
        }
    }

    fn lasting(&self) -> Lasting {
        self.counted(self.content.length)
    }

    fn counted(&self, length: Option<Length>) -> Lasting {
        Lasting {
            length,
            clause: self.clause.clone(),
            assumed: self.standing == Standing::Template,
        }
    }
}

impl Terms {
    /// The terms of a contract, from its dates and from the clauses that somebody has stated for it.
    /// None where neither its first nor its last day is known to the day. What the register of
    /// contracts gives as its end on `day` stands before a length, unless a clause states the length
    /// and the two differ: the caller shows that as [`Terms::end_differs`].
    pub fn of(contract: &Contract, clauses: &[&Clause], day: Date) -> Option<Terms> {
        let exact = |when: When| match when {
            When::Day(day) => Some(day),
            _ => None,
        };
        let mut terms = Terms::from(contract.start.and_then(exact));
        terms.title = Some(contract.title.clone());
        terms.end = contract.end_on(day).and_then(exact);
        terms.regime = contract.regime;
        terms.value = whole_value(contract, day);
        let known = clauses
            .iter()
            .filter(|clause| clause.standing != Standing::NotInContract);
        for clause in known {
            terms.take(clause);
        }
        // A register that gives the end of the first term says nothing about renewals: the lengths
        // do. One that gives a later end has been extended since.
        let first = Terms {
            end: None,
            ..terms.clone()
        };
        let counted = super::clock::Term::of(&first, day).end;
        if counted.is_some() && counted == terms.end {
            terms.end = None;
        }
        (terms.start.is_some() || terms.end.is_some()).then_some(terms)
    }

    fn take(&mut self, clause: &Clause) {
        let content = &clause.content;
        let lead = |what| Lead {
            what,
            takes: clause.lasting(),
            clause: clause.clause.clone(),
        };
        match content.says {
            Says::InitialTerm => self.initial_term = Some(clause.lasting()),
            Says::AutomaticRenewal | Says::Extension => {
                let automatic = content.says == Says::AutomaticRenewal;
                self.renewal = Some(Renewal {
                    kind: if automatic {
                        RenewalKind::Automatic
                    } else {
                        RenewalKind::Option
                    },
                    every: clause.lasting(),
                    at_most: content.at_most,
                    taken: content.taken.filter(|_| !automatic).unwrap_or(0),
                    decided_by: content.by.clone(),
                    clause: clause.clause.clone(),
                });
            }
            Says::Notice => self.notice.push(Notice {
                route: content.route.clone().unwrap_or_else(|| END_AT_TERM.into()),
                at_least: clause.lasting(),
                at_most: content
                    .earliest
                    .map(|earliest| clause.counted(Some(earliest))),
                on: content.on,
                cost: content.cost,
                given_by: content.by.clone(),
                form: content.form.clone(),
                warn: None,
                clause: clause.clause.clone(),
            }),
            Says::Assistance => {
                let assistance = self.assistance.get_or_insert_with(Assistance::default);
                let place = match (content.counted, content.from) {
                    (Some(Counted::After), Some(Anchor::Notice)) => &mut assistance.after_notice,
                    (Some(Counted::After), _) => &mut assistance.lasts,
                    _ => &mut assistance.before_end,
                };
                *place = Some(clause.lasting());
                assistance.clause = clause.clause.clone().or(assistance.clause.take());
            }
            Says::Freeze => {
                let assistance = self.assistance.get_or_insert_with(Assistance::default);
                assistance.freezes = true;
                assistance.freeze_clause = clause.clause.clone();
            }
            Says::AssistanceAskedFor => {
                let assistance = self.assistance.get_or_insert_with(Assistance::default);
                assistance.asked_for = content.on;
            }
            Says::Duty => {
                let lasting = || Some(clause.lasting());
                let (before, after) = match content.counted {
                    Some(Counted::Before) => (lasting(), None),
                    Some(Counted::After) => (None, lasting()),
                    None => (None, None),
                };
                self.duty.push(Duty {
                    what: content.what.clone().unwrap_or_default(),
                    of: content.from.unwrap_or_default(),
                    before,
                    after,
                    every: content.every.map(|every| clause.counted(Some(every))),
                    on: content.on,
                    clause: clause.clause.clone(),
                    assumed: clause.standing == Standing::Template,
                });
            }
            Says::Approval => self.lead.push(lead(LeadKind::Approval)),
            Says::Procurement => self.lead.push(lead(LeadKind::Procurement)),
            Says::Transition => self.lead.push(lead(LeadKind::Transition)),
            Says::Consultation => self.lead.push(lead(LeadKind::Consultation)),
            Says::Signed => self.signed = content.on,
            Says::StaffTransfer => {
                self.staff_transfer = Some(true);
                self.transfer = content.on;
            }
            Says::NoStaffTransfer => {
                self.staff_transfer = Some(false);
                self.transfer = content.on;
            }
            Says::NoticeGiven => {
                let route = content.route.clone().unwrap_or_else(|| END_AT_TERM.into());
                self.served = content.on.map(|on| Served { on, route });
            }
        }
    }

    /// The end that the lengths give, where the register gives another.
    pub fn end_differs(&self, day: Date) -> Option<Date> {
        let stated = self.end?;
        let counted = Terms {
            end: None,
            ..self.clone()
        };
        let counted = super::clock::Term::of(&counted, day).end?;
        (counted != stated).then_some(counted)
    }
}

/// What the contract is worth over its term, where that is stated.
fn whole_value(contract: &Contract, day: Date) -> Option<Pence> {
    let value = contract.value.on(day).certain();
    let value = value.filter(|value| value.per == ValuePer::Term && value.currency == "GBP");
    value.map(|value| value.pence)
}

impl Kind for Clause {
    const NAME: &'static str = "clause";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        let content = &self.content;
        let about = match content.says {
            Says::Duty => content.what.clone().unwrap_or_default(),
            Says::Notice => format!(
                "notice: {}",
                content.route.as_deref().unwrap_or(END_AT_TERM)
            ),
            says => says.word().replace('-', " "),
        };
        match &self.clause {
            Some(clause) => format!("{clause} {about}"),
            None => about,
        }
    }
    fn references(&self) -> Vec<Reference> {
        vec![Reference {
            kind: Contract::NAME,
            id: self.contract,
        }]
    }
}

impl Tabled for Clause {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "contract",
            Form::Text,
            "Its reference or title.",
            "NM-2006-001",
        ),
        Heading::needed(
            "says",
            Form::Choice(SAYS),
            "What the clause is about.",
            "notice",
        ),
        Heading::optional("what", Form::Text, "What falls due, for a duty.", ""),
        Heading::optional("clause", Form::Text, "Its number in the contract.", "31.2"),
        Heading::optional(
            "length",
            Form::Text,
            "How long: a number and days, working days, weeks, months or years; blank when nobody has read it.",
            "6 months",
        ),
        Heading::optional(
            "counted",
            Form::Choice(COUNTED),
            "Whether the length is counted back or forth, for a duty or assistance.",
            "",
        ),
        Heading::optional(
            "from",
            Form::Choice(ANCHORS),
            "The day from which it is counted; exit is the first of a notice and a year before the end.",
            "",
        ),
        Heading::optional("every", Form::Text, "How often again, for a duty.", ""),
        Heading::optional(
            "at most",
            Form::Count,
            "How many renewals or extensions; blank is without end.",
            "",
        ),
        Heading::optional(
            "taken",
            Form::Count,
            "How many extensions have been taken up.",
            "",
        ),
        Heading::optional(
            "on",
            Form::When,
            "The day that it names, such as a break date.",
            "",
        ),
        Heading::optional(
            "route",
            Form::Text,
            "For a notice: end-at-term, no-fault, fault, break, or as the contract calls it.",
            "end-at-term",
        ),
        Heading::optional(
            "earliest",
            Form::Text,
            "How long before it takes effect notice can be given at the earliest.",
            "12 months",
        ),
        Heading::optional(
            "cost",
            Form::Pence,
            "What it costs to end the contract so.",
            "250000.00",
        ),
        Heading::optional(
            "by",
            Form::Text,
            "Who gives the notice or decides.",
            "Northmere Council",
        ),
        Heading::optional(
            "form",
            Form::Text,
            "In which form it is given, and to whom.",
            "Letter to the registered office",
        ),
        Heading::optional(
            "standing",
            Form::Choice(STANDINGS),
            "Whether a person has read it in this contract; blank is confirmed.",
            "confirmed",
        ),
        Heading::optional(
            "source",
            Form::Text,
            "Where it was read.",
            "Contract of 1 April 2006",
        ),
    ];

    fn key(row: &Row) -> String {
        let words = |heading| row.text(heading).unwrap_or_default().to_lowercase();
        let [contract, says, what, clause] = ["contract", "says", "what", "clause"].map(words);
        let counted = format!("{} {}", words("counted"), words("from"));
        format!(
            "{contract} / {says} / {what} / {clause} / {counted} / {}",
            words("route")
        )
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Clause, Vec<RowFault>> {
        let mut faults = Faults::default();
        let row = rows[0];
        for again in &rows[1..] {
            let clause = again.text("clause").unwrap_or_default();
            faults.add(
                again,
                "clause",
                clause,
                "the same clause is stated twice: leave one of them",
            );
        }
        let words = row.text("contract").unwrap_or_default();
        let contract = faults.found(row, "contract", find, Contract::NAME, words);
        let says = row
            .text("says")
            .and_then(Says::from_word)
            .unwrap_or(Says::Duty);
        let text = |heading| row.text(heading).map(str::to_owned);
        let content = Content {
            says,
            what: text("what"),
            length: length(row, "length", &mut faults),
            counted: row.text("counted").and_then(Counted::from_word),
            from: row.text("from").and_then(Anchor::from_word),
            every: length(row, "every", &mut faults),
            at_most: count(row, "at most", &mut faults),
            taken: count(row, "taken", &mut faults),
            on: match row.when("on") {
                Some(When::Day(day)) => Some(day),
                None | Some(When::Unknown) => None,
                Some(vague) => {
                    faults.add(
                        row,
                        "on",
                        vague.to_string(),
                        "write the day, such as 2019-08-01",
                    );
                    None
                }
            },
            route: text("route"),
            earliest: length(row, "earliest", &mut faults),
            cost: row.pence("cost"),
            by: text("by"),
            form: text("form"),
            source: text("source"),
        };
        if says == Says::Duty && content.what.is_none() {
            faults.add(row, "what", "", "say what falls due");
        }
        faults.or(Clause {
            contract: contract.unwrap_or(RecordId([0; 16])),
            content,
            clause: text("clause"),
            standing: row
                .text("standing")
                .and_then(Standing::from_word)
                .unwrap_or_default(),
        })
    }

    fn identity(&self) -> String {
        let content = &self.content;
        format!(
            "{} {} {:?} {:?} {:?} {:?} {:?}",
            self.contract,
            content.says.word(),
            content.what,
            self.clause,
            content.counted,
            content.from,
            content.route
        )
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let content = &self.content;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let length =
            |length: Option<Length>| length.map(|length| length.to_string()).unwrap_or_default();
        let count = |count: Option<u32>| count.map(|count| count.to_string()).unwrap_or_default();
        vec![vec![
            call.call(Contract::NAME, self.contract),
            content.says.word().into(),
            text(&content.what),
            text(&self.clause),
            length(content.length),
            content
                .counted
                .map(Counted::word)
                .unwrap_or_default()
                .into(),
            content.from.map(Anchor::word).unwrap_or_default().into(),
            length(content.every),
            count(content.at_most),
            count(content.taken),
            content.on.map(|on| on.to_string()).unwrap_or_default(),
            text(&content.route),
            length(content.earliest),
            content.cost.map(plain).unwrap_or_default(),
            text(&content.by),
            text(&content.form),
            self.standing.word().into(),
            text(&content.source),
        ]]
    }
}

fn length(row: &Row, heading: &'static str, faults: &mut Faults) -> Option<Length> {
    let words = row.text(heading)?;
    match words.parse() {
        Ok(length) => Some(length),
        Err(error) => {
            faults.add(row, heading, words, super::NotALength::to_string(&error));
            None
        }
    }
}

fn count(row: &Row, heading: &'static str, faults: &mut Faults) -> Option<u32> {
    let count = row.count(heading)?;
    let read = u32::try_from(count).ok();
    if read.is_none() {
        faults.add(row, heading, count.to_string(), "write a number from 0");
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Clock, What};
    use crate::dated::Dated;
    use crate::kinds::tests::{Directory, record_of};
    use jiff::civil::date;

    fn contract() -> Contract {
        Contract {
            title: "Technology services".into(),
            start: Some(When::Day(date(2006, 4, 1))),
            end: Dated::since(When::Unknown, When::Day(date(2016, 3, 31))),
            ..Contract::default()
        }
    }

    fn clause(says: Says, length: &str) -> Clause {
        Clause {
            contract: RecordId([7; 16]),
            content: Content {
                says,
                length: length.parse().ok(),
                ..template()[0].clone()
            },
            clause: Some("2".into()),
            standing: Standing::Confirmed,
        }
    }

    #[test]
    fn the_template_is_read() {
        assert!(template().len() >= 10);
        assert!(template().iter().all(|content| content.source.is_some()));
    }

    #[test]
    fn template_clauses_are_assumed_until_confirmed() {
        let id = RecordId([7; 16]);
        let mut clauses: Vec<Clause> = template()
            .iter()
            .map(|content| Clause::of_template(id, content))
            .collect();
        let day = date(2012, 1, 1);
        let due = |clauses: &[Clause]| {
            let held: Vec<&Clause> = clauses.iter().collect();
            let terms = Terms::of(&contract(), &held, day).expect("both days are known");
            let clock = Clock::of(&terms, day);
            let plan = What::Duty("Exit plan delivered".into());
            clock.due.into_iter().find(|due| due.what == plan)
        };
        let assumed = due(&clauses).expect("it is in the template");
        assert_eq!(
            (assumed.date, assumed.perhaps),
            (Some(date(2006, 7, 1)), true)
        );
        clauses[0].standing = Standing::Confirmed;
        assert_eq!(due(&clauses).map(|due| due.perhaps), Some(false));
        clauses[0].standing = Standing::NotInContract;
        assert_eq!(due(&clauses), None);
    }

    #[test]
    fn lengths_renew_what_the_register_only_gives_once() {
        let (first, renewal) = (
            clause(Says::InitialTerm, "10 years"),
            clause(Says::AutomaticRenewal, "5 years"),
        );
        let day = date(2018, 1, 1);
        let end = |clauses: &[&Clause], day| {
            let terms = Terms::of(&contract(), clauses, day).expect("both days are known");
            (Clock::of(&terms, day).term_end, terms.end_differs(day))
        };
        assert_eq!(end(&[], day), (Some(date(2016, 3, 31)), None));
        assert_eq!(
            end(&[&first, &renewal], date(2015, 1, 1)),
            (Some(date(2016, 3, 31)), None)
        );
        assert_eq!(end(&[&first, &renewal], day).0, Some(date(2021, 3, 31)));
        let short = clause(Says::InitialTerm, "9 years");
        assert_eq!(
            end(&[&short], day),
            (Some(date(2016, 3, 31)), Some(date(2015, 3, 31)))
        );
    }

    #[test]
    fn what_is_wrong_with_a_clause_is_said() {
        let mut directory = Directory::default();
        directory.id("NM-2006-001");
        let row = |contract: &str, says: &str, length: &str, on: &str| -> Vec<String> {
            let mut cells = vec![String::new(); Clause::HEADINGS.len()];
            for (heading, value) in [
                ("contract", contract),
                ("says", says),
                ("length", length),
                ("on", on),
            ] {
                let place = Clause::HEADINGS
                    .iter()
                    .position(|held| held.name == heading);
                cells[place.expect("a heading")] = value.into();
            }
            cells
        };
        for (row, faults) in [
            (row("NM-2006-001", "notice", "6 months", "2019-03-31"), None),
            (
                row("NM-2006-001", "notice", "half a year", ""),
                Some(vec!["length"]),
            ),
            (
                row("NM-2006-001", "notice", "", "2019-03"),
                Some(vec!["on"]),
            ),
            (
                row("NM-2006-001", "duty", "3 months", ""),
                Some(vec!["what"]),
            ),
            (row("Another", "freeze", "", ""), Some(vec!["contract"])),
        ] {
            let read = record_of::<Clause>(std::slice::from_ref(&row), &mut directory);
            assert_eq!(read.err(), faults, "{row:?}");
        }
    }
}
