//! What was paid, to whom in the group, and what of it is technology.

pub mod names;
pub mod published;
pub mod split;
pub mod technology;
pub mod totals;
mod treatment;

use crate::dated::{Dated, When};
use crate::organisation::Organisation;
use crate::pence::Pence;
use crate::record::{Kind, RecordId, Reference};
use crate::table::{Call, Faults, Find, Form, Heading, Life, Row, RowFault, Tabled, agreed};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use technology::{Look, Technology};
pub use treatment::Treatment;

/// Payments that share a printed name and printed labels in one year.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Paid {
    /// As printed; empty where the files leave it blank.
    pub name: String,
    pub department: String,
    pub service: String,
    pub category: String,
    /// Whether their description holds one of the rules' phrases for technology.
    pub described: bool,
    /// The calendar year, or the year in which the financial year began.
    pub year: i16,
    /// The first day of the span in which they were made: within a span no decision changes.
    pub from: Date,
    pub rows: u64,
    pub pence: Pence,
}

/// Which year a payment counts in.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum YearBasis {
    Calendar,
    /// From 1 April to 31 March, as local government accounts.
    #[default]
    Financial,
}

impl YearBasis {
    /// The year that `day` counts in.
    pub fn year(self, day: Date) -> i16 {
        match self {
            YearBasis::Financial if day.month() < 4 => day.year() - 1,
            YearBasis::Financial | YearBasis::Calendar => day.year(),
        }
    }

    /// `2018/19`, or `2018`.
    pub fn words(self, year: i16) -> String {
        match self {
            YearBasis::Calendar => year.to_string(),
            YearBasis::Financial => format!("{year}/{:02}", (year + 1) % 100),
        }
    }
}

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecidedBy {
    Rule,
    Person,
}

/// Which organisation a printed name means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// Exactly as printed.
    pub printed: String,
    pub organisation: Dated<Option<RecordId>>,
    pub by: DecidedBy,
    /// 0 to 100.
    pub confidence: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

impl Kind for Name {
    const NAME: &'static str = "name";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.printed.clone()
    }
    fn references(&self) -> Vec<Reference> {
        let ids = self.organisation.iter().filter_map(|(_, id)| *id);
        ids.map(|id| Reference {
            kind: Organisation::NAME,
            id,
        })
        .collect()
    }
}

impl Tabled for Name {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "printed name",
            Form::Text,
            "The name exactly as payments print it.",
            "NORTHMERE DIGITAL SERV",
        ),
        Heading::optional(
            "means organisation",
            Form::Text,
            "The organisation that it means; blank leaves it open.",
            "Northmere Digital Services Ltd",
        ),
        Heading::optional(
            "from",
            Form::When,
            "Since when it means that; blank is always.",
            "",
        ),
        Heading::optional(
            "evidence",
            Form::Text,
            "How you know.",
            "Same company number on invoices",
        ),
        Heading::optional("paid", Form::Text, "For your information; not read.", ""),
        Heading::optional("why", Form::Text, "For your information; not read.", ""),
    ];

    const LIFE: Option<Life> = Some(Life {
        from: "from",
        values: &["means organisation"],
        blank_stays: &["means organisation"],
        end: None,
    });

    fn key(row: &Row) -> String {
        row.text("printed name").unwrap_or_default().into()
    }

    fn from_rows(rows: &[&Row], find: &mut dyn Find) -> Result<Name, Vec<RowFault>> {
        let mut faults = Faults::default();
        let printed = rows[0].text("printed name").unwrap_or_default().to_owned();
        let evidence =
            agreed(rows, &mut faults, "evidence", |row| row.text("evidence")).map(Into::into);
        let mut organisation = Dated::default();
        for row in rows {
            if let Some(words) = row.text("means organisation") {
                let from = row.when("from").unwrap_or(When::Unknown);
                organisation.state(from, Some(find.organisation(words)));
            }
        }
        faults.or(Name {
            printed,
            organisation,
            by: DecidedBy::Person,
            confidence: 100,
            evidence,
        })
    }

    fn identity(&self) -> String {
        self.printed.clone()
    }

    fn says_nothing(&self) -> bool {
        self.organisation.is_empty()
    }

    fn to_rows(&self, call: &dyn Call) -> Vec<Vec<String>> {
        let row = |(from, id): (When, &Option<RecordId>)| {
            let organisation = id
                .map(|id| call.call(Organisation::NAME, id))
                .unwrap_or_default();
            let evidence = self.evidence.clone().unwrap_or_default();
            vec![
                self.printed.clone(),
                organisation,
                from.to_string(),
                evidence,
                String::new(),
                String::new(),
            ]
        };
        self.organisation.iter().map(row).collect()
    }
}

/// What of a supplier's payments is technology.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// All of it.
    Technology,
    /// Only what is labelled as technology: the supplier has other business with the authority.
    Labelled,
    /// None of it.
    NotTechnology,
}

const DECISIONS: &[&str] = &["technology", "labelled", "not-technology"];

impl Decision {
    pub const ALL: [Decision; 3] = [
        Decision::Technology,
        Decision::Labelled,
        Decision::NotTechnology,
    ];

    pub fn word(self) -> &'static str {
        DECISIONS[self as usize]
    }

    /// Whether a payment counts that is labelled as technology, or is not.
    fn counts(self, is_labelled: bool) -> bool {
        match self {
            Decision::Technology => true,
            Decision::Labelled => is_labelled,
            Decision::NotTechnology => false,
        }
    }

    pub fn from_word(word: &str) -> Option<Decision> {
        Decision::ALL
            .into_iter()
            .find(|decision| decision.word() == word)
    }
}

/// A person's decision on what of a supplier's payments is technology.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeRule {
    /// The supplier's name as printed.
    pub supplier: String,
    pub decision: Dated<Decision>,
    pub by: DecidedBy,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Kind for ScopeRule {
    const NAME: &'static str = "scope rule";
    const VERSION: u16 = 1;
    fn title(&self) -> String {
        self.supplier.clone()
    }
}

impl ScopeRule {
    /// A name on which nothing is decided yet.
    pub fn open(supplier: impl Into<String>) -> ScopeRule {
        ScopeRule {
            supplier: supplier.into(),
            decision: Dated::default(),
            by: DecidedBy::Person,
            reason: None,
        }
    }

    /// A person's decision for payments from a moment on. An unknown moment means all payments, and
    /// takes the place of everything decided before; none leaves the name to the rules again.
    pub fn decide(&mut self, decision: Option<Decision>, from: When) {
        self.by = DecidedBy::Person;
        match (decision, from) {
            (None, _) => self.decision = Dated::default(),
            (Some(decision), When::Unknown) => {
                self.decision = Dated::since(When::Unknown, decision);
            }
            (Some(decision), from) => self.decision.state(from, decision),
        }
    }
}

impl Tabled for ScopeRule {
    const HEADINGS: &'static [Heading] = &[
        Heading::needed(
            "supplier",
            Form::Text,
            "The name exactly as payments print it.",
            "NORTHMERE DIGITAL SERV",
        ),
        Heading::optional(
            "decision",
            Form::Choice(DECISIONS),
            "What of it is technology; blank leaves it as proposed.",
            "technology",
        ),
        Heading::optional(
            "from",
            Form::When,
            "For payments from that date on; blank is always.",
            "",
        ),
        Heading::optional("reason", Form::Text, "Why.", "Only sells us software"),
        Heading::optional("paid", Form::Text, "For your information; not read.", ""),
        Heading::optional(
            "looks like technology",
            Form::Text,
            "For your information; not read.",
            "",
        ),
        Heading::optional("why", Form::Text, "For your information; not read.", ""),
    ];

    const LIFE: Option<Life> = Some(Life {
        from: "from",
        values: &["decision"],
        blank_stays: &["decision"],
        end: None,
    });

    fn key(row: &Row) -> String {
        row.text("supplier").unwrap_or_default().into()
    }

    fn from_rows(rows: &[&Row], _find: &mut dyn Find) -> Result<ScopeRule, Vec<RowFault>> {
        let mut faults = Faults::default();
        let reason = agreed(rows, &mut faults, "reason", |row| row.text("reason")).map(Into::into);
        let supplier = rows[0].text("supplier").unwrap_or_default().to_owned();
        let mut decision = Dated::default();
        for row in rows {
            let words = row.text("decision");
            let all = [
                Decision::Technology,
                Decision::Labelled,
                Decision::NotTechnology,
            ];
            let Some(stated) = all
                .into_iter()
                .find(|decision| words == Some(decision.word()))
            else {
                continue;
            };
            decision.state(row.when("from").unwrap_or(When::Unknown), stated);
        }
        faults.or(ScopeRule {
            supplier,
            decision,
            by: DecidedBy::Person,
            reason,
        })
    }

    fn identity(&self) -> String {
        self.supplier.clone()
    }

    fn says_nothing(&self) -> bool {
        self.decision.is_empty()
    }

    fn to_rows(&self, _call: &dyn Call) -> Vec<Vec<String>> {
        let row = |(from, decision): (When, &Decision)| {
            let mut row = vec![
                self.supplier.clone(),
                decision.word().into(),
                from.to_string(),
            ];
            row.push(self.reason.clone().unwrap_or_default());
            row.resize(ScopeRule::HEADINGS.len(), String::new());
            row
        };
        self.decision.iter().map(row).collect()
    }
}

/// How a supplier's payments came to be counted as technology.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScopeBasis {
    /// A person decided.
    Confirmed,
    /// The rules propose it; nobody decided yet.
    Proposed,
    /// Neither the rules nor a person count any of it.
    Outside,
}

/// What one printed name was paid in one span, and what of it is technology.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidName {
    pub name: String,
    /// The first day of the span; within a span no decision changes.
    pub from: Date,
    pub rows: u64,
    pub paid: Pence,
    pub in_scope: Pence,
    pub in_scope_by_year: BTreeMap<i16, Pence>,
    pub decision: Decision,
    pub scope: ScopeBasis,
    /// Why the rules propose it, in plain words; empty where they do not.
    pub why: String,
}

/// Scope the payments of every printed name in every span: as a person decided for that span, else
/// as the rules propose. Ordered by what is in scope, then by what was paid, then by name and span.
pub fn scoped(paid: &[Paid], decisions: &[ScopeRule], technology: &Technology) -> Vec<PaidName> {
    let decided: BTreeMap<&str, &ScopeRule> = decisions
        .iter()
        .map(|rule| (rule.supplier.as_str(), rule))
        .collect();
    let mut by_name: BTreeMap<(&str, Date), Vec<&Paid>> = BTreeMap::new();
    for part in paid {
        by_name
            .entry((&part.name, part.from))
            .or_default()
            .push(part);
    }
    let mut labels = technology.reader();
    let mut names: Vec<PaidName> = Vec::with_capacity(by_name.len());
    for ((name, from), parts) in by_name {
        let Look {
            decision: proposed,
            why,
        } = technology.supplier(name);
        let rule = decided
            .get(name)
            .and_then(|rule| rule.decision.on(from).certain().copied());
        let mut line = PaidName {
            name: name.to_owned(),
            from,
            rows: 0,
            paid: Pence::ZERO,
            in_scope: Pence::ZERO,
            in_scope_by_year: BTreeMap::new(),
            decision: rule.unwrap_or(proposed),
            scope: ScopeBasis::Outside,
            why,
        };
        for part in parts {
            line.rows += part.rows;
            line.paid += part.pence;
            let label = labels.label(part);
            if line.decision.counts(label.is_some()) {
                line.in_scope += part.pence;
                *line.in_scope_by_year.entry(part.year).or_default() += part.pence;
                line.scope = ScopeBasis::Proposed;
                if let (true, Some(label)) = (line.why.is_empty(), label) {
                    line.why = label;
                }
            }
        }
        if rule.is_some() {
            line.scope = ScopeBasis::Confirmed;
        }
        names.push(line);
    }
    let order = |name: &PaidName| {
        (
            Reverse(name.in_scope),
            Reverse(name.paid),
            name.name.clone(),
            name.from,
        )
    };
    names.sort_by_cached_key(order);
    names
}

/// Whether each payment is technology, by the same decisions and rules as [`scoped`], in their order.
pub fn in_scope(paid: &[&Paid], decisions: &[ScopeRule], technology: &Technology) -> Vec<bool> {
    let decided: BTreeMap<&str, &ScopeRule> = decisions
        .iter()
        .map(|rule| (rule.supplier.as_str(), rule))
        .collect();
    let mut proposed: BTreeMap<String, Decision> = BTreeMap::new();
    let mut labels = technology.reader();
    let mut counts = |paid: &Paid| {
        let name = &paid.name;
        let rule = decided.get(name.as_str());
        let rule = rule.map(|rule| rule.decision.on(paid.from));
        let rule = rule.and_then(|on| on.certain().copied());
        let decision = rule.unwrap_or_else(|| {
            let look = || technology.supplier(name).decision;
            *proposed.entry(name.clone()).or_insert_with(look)
        });
        decision.counts(labels.label(paid).is_some())
    };
    paid.iter().map(|paid| counts(paid)).collect()
}

/// The spans of one name put together, for review: the latest decision stands, and a name is
/// confirmed only where all that is in scope is.
pub fn by_name(names: Vec<PaidName>) -> Vec<PaidName> {
    let mut merged: BTreeMap<String, PaidName> = BTreeMap::new();
    for name in names {
        match merged.get_mut(&name.name) {
            None => drop(merged.insert(name.name.clone(), name)),
            Some(whole) => {
                whole.rows += name.rows;
                whole.paid += name.paid;
                whole.scope = whole.scope.with(name.scope);
                whole.in_scope += name.in_scope;
                for (year, pence) in name.in_scope_by_year {
                    *whole.in_scope_by_year.entry(year).or_default() += pence;
                }
                if name.from > whole.from {
                    whole.decision = name.decision;
                }
                whole.from = whole.from.max(name.from);
                if whole.why.is_empty() {
                    whole.why = name.why;
                }
            }
        }
    }
    let mut names: Vec<PaidName> = merged.into_values().collect();
    names.sort_by_cached_key(|name| {
        (
            Reverse(name.in_scope),
            Reverse(name.paid),
            name.name.clone(),
        )
    });
    names
}

impl ScopeBasis {
    /// The basis of two amounts together: confirmed only when both are, as far as they count.
    pub fn with(self, other: ScopeBasis) -> ScopeBasis {
        match (self, other) {
            (ScopeBasis::Outside, basis) | (basis, ScopeBasis::Outside) => basis,
            (ScopeBasis::Confirmed, ScopeBasis::Confirmed) => ScopeBasis::Confirmed,
            _ => ScopeBasis::Proposed,
        }
    }
}

/// Finds the organisation that a printed name means: as a person or rule recorded, else by an
/// organisation's own name or printed names, whatever their case and spacing.
pub struct Names<'a> {
    recorded: BTreeMap<&'a str, &'a Name>,
    spelled: BTreeMap<String, RecordId>,
}

impl<'a> Names<'a> {
    pub fn new(
        names: impl IntoIterator<Item = &'a Name>,
        organisations: &BTreeMap<RecordId, Organisation>,
    ) -> Names<'a> {
        let mut spelled = BTreeMap::new();
        for (id, organisation) in organisations {
            for printed in std::iter::once(&organisation.name).chain(&organisation.printed_names) {
                spelled.entry(names::folded(printed)).or_insert(*id);
            }
        }
        Names {
            recorded: names
                .into_iter()
                .map(|name| (name.printed.as_str(), name))
                .collect(),
            spelled,
        }
    }

    /// Every organisation that `printed` ever meant.
    pub fn ever(&self, printed: &str) -> Vec<RecordId> {
        match self.recorded.get(printed) {
            Some(name) => name.organisation.iter().filter_map(|(_, id)| *id).collect(),
            None => self
                .spelled
                .get(&names::folded(printed))
                .copied()
                .into_iter()
                .collect(),
        }
    }

    /// The organisation that `printed` means on `day`, when somebody has said so.
    pub fn organisation(&self, printed: &str, day: Date) -> Option<RecordId> {
        match self.recorded.get(printed) {
            Some(name) => name.organisation.on(day).certain().copied().flatten(),
            None => self.spelled.get(&names::folded(printed)).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn paid(name: &str, category: &str, year: i16, pence: i64) -> Paid {
        let (department, service) = (String::new(), String::new());
        Paid {
            name: name.into(),
            department,
            service,
            category: category.into(),
            described: false,
            year,
            from: date(year, 4, 1),
            rows: 1,
            pence: Pence(pence),
        }
    }

    fn decided(supplier: &str, decision: Decision) -> ScopeRule {
        let decision = Dated::since(When::Unknown, decision);
        ScopeRule {
            supplier: supplier.into(),
            decision,
            by: DecidedBy::Person,
            reason: None,
        }
    }

    #[test]
    fn a_person_decides_and_else_the_rules_propose() {
        let payments = [
            paid("Northmere Digital Ltd", "Computer software", 2018, 500),
            paid("Northmere Digital Ltd", "Agency staff", 2018, 300),
            paid("Fictional Paving Ltd", "Highways", 2018, 900),
            paid("Fictional Paving Ltd", "Computer software", 2019, 50),
        ];
        let technology = Technology::default();
        let amounts = |decisions: &[ScopeRule]| {
            let names = by_name(scoped(&payments, decisions, &technology));
            names
                .into_iter()
                .map(|name| (name.name, name.in_scope.0, name.scope))
                .collect::<Vec<_>>()
        };
        let (digital, paving) = (
            "Northmere Digital Ltd".to_owned(),
            "Fictional Paving Ltd".to_owned(),
        );
        assert_eq!(
            amounts(&[]),
            [
                (digital.clone(), 500, ScopeBasis::Proposed),
                (paving.clone(), 50, ScopeBasis::Proposed)
            ]
        );
        let decisions = [
            decided(&digital, Decision::Technology),
            decided(&paving, Decision::NotTechnology),
        ];
        assert_eq!(
            amounts(&decisions),
            [
                (digital, 800, ScopeBasis::Confirmed),
                (paving, 0, ScopeBasis::Confirmed)
            ]
        );
    }

    #[test]
    fn a_decision_replaces_what_was_decided_for_the_payments_it_names() {
        use Decision::{Labelled, NotTechnology, Technology};
        let (always, later) = (When::Unknown, When::Year(2019));
        for (steps, held) in [
            (
                &[(Some(Technology), always)][..],
                &[(always, Technology)][..],
            ),
            (
                &[(Some(Technology), always), (Some(Labelled), later)],
                &[(always, Technology), (later, Labelled)],
            ),
            (
                &[(Some(Labelled), later), (Some(NotTechnology), always)],
                &[(always, NotTechnology)],
            ),
            (&[(Some(Labelled), later), (None, always)], &[]),
        ] {
            let mut rule = ScopeRule::open("Northmere");
            for (decision, from) in steps {
                rule.decide(*decision, *from);
            }
            let life: Vec<_> = rule
                .decision
                .iter()
                .map(|(from, what)| (from, *what))
                .collect();
            assert_eq!(life, held);
        }
    }

    #[test]
    fn a_printed_name_means_what_was_recorded_and_else_what_it_spells() {
        let [one, two] = [1, 2].map(|n| RecordId([n; 16]));
        let organisation = |name: &str| Organisation {
            name: name.into(),
            ..Organisation::default()
        };
        let organisations = BTreeMap::from([
            (one, organisation("Northmere Ltd")),
            (two, organisation("Other Ltd")),
        ]);
        let recorded = Name {
            printed: "NORTHMERE LTD".into(),
            organisation: Dated::since(When::Year(2010), Some(two)),
            by: DecidedBy::Person,
            confidence: 100,
            evidence: None,
        };
        let day = date(2018, 1, 1);
        assert_eq!(
            Names::new([], &organisations).organisation("NORTHMERE  LTD", day),
            Some(one)
        );
        assert_eq!(
            Names::new([&recorded], &organisations).organisation("NORTHMERE LTD", day),
            Some(two)
        );
        assert_eq!(
            Names::new([&recorded], &organisations).organisation("NORTHMERE LTD", date(2009, 1, 1)),
            None
        );
        assert_eq!(
            Names::new([], &organisations).organisation("Nobody Ltd", day),
            None
        );
    }

    #[test]
    fn financial_years_begin_in_april() {
        let basis = YearBasis::Financial;
        assert_eq!(basis.words(basis.year(date(2019, 3, 31))), "2018/19");
        assert_eq!(basis.words(basis.year(date(2019, 4, 1))), "2019/20");
        assert_eq!(basis.words(1999), "1999/00");
    }
}
