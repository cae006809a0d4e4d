//! What a visitor may see: the one place where lists, pages, histories and files ask.
//!
//! An entry is as secret as itself, as the newest statement of its record, and as the record it
//! belongs to: making a record restricted closes its past too, and what is withdrawn stays closed.

use super::answer::Error;
use super::visit::Visit;
use crate::estate::View;
use handback_core::control::Arrangement;
use handback_core::kinds;
use handback_core::permission::{Grant, Subject, sees};
use handback_core::record::{Act, Kind, KindName, RecordId, Visibility};
use handback_core::statement::{ControlLines, Estate, Rules, Statement, statement};
use handback_core::table::Call;
use handback_register::Entry;
use handback_register::desk::Reading;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands in the place of a record that cannot be named.
const UNNAMED: &str = "a record that is withdrawn or not shown here";

impl Visit {
    /// Whether the visitor may see an entry.
    pub fn seen(&self, entry: &Entry) -> bool {
        let subject = subject_of(self, entry);
        self.visitor.sees(self.secrecy(entry), &subject)
    }

    /// Whether the visitor may see a record. What counts is who may see it now: a record that was
    /// restricted since is not shown by looking at an earlier moment of knowing.
    pub fn sees(&self, id: RecordId) -> bool {
        let history = self.view.picture().history(id);
        let stated = history.into_iter().rev().find(|it| it.act == Act::Stated);
        stated.is_some_and(|entry| self.seen(entry))
    }

    /// How secret an entry is, all things considered.
    fn secrecy(&self, entry: &Entry) -> Visibility {
        let newest = |record: RecordId| {
            let history = self.view.picture().history(record);
            let stated = history.iter().rev().find(|it| it.act == Act::Stated);
            stated.map(|it| it.visibility)
        };
        [newest(entry.record), service_of(entry).and_then(newest)]
            .into_iter()
            .flatten()
            .fold(entry.visibility, Visibility::max)
    }

    /// The entry that states a record at this visit's moment of knowing; nothing when there is none,
    /// or none that the visitor may see. That a restricted record was read is noted.
    pub fn standing(&self, kind: KindName, id: RecordId) -> Result<&Entry, Error> {
        let entry = self.view.known().entry_of(id);
        let entry = entry.filter(|entry| entry.kind == kind && self.seen(entry));
        let entry = entry.ok_or(Error::NotFound)?;
        self.noted(entry)?;
        Ok(entry)
    }

    /// Note that somebody read an entry, where it is restricted.
    pub fn noted(&self, entry: &Entry) -> Result<(), Error> {
        let Some(account) = &self.visitor.account else {
            return Ok(());
        };
        if self.secrecy(entry) < Visibility::Restricted {
            return Ok(());
        }
        let what = match self.query.get("format") {
            Some(format) => format!("{} as {format}", self.path),
            None => self.path.clone(),
        };
        let reading = Reading {
            read_at: self.now,
            actor: account.actor.clone(),
            record: entry.record,
            what,
        };
        Ok(self.site.data.wait(self.site.desk.note_reading(&reading))?)
    }

    /// Note every restricted record of a kind that a list or a file of this visit shows.
    pub fn noted_all(&self, kind: KindName) -> Result<(), Error> {
        let entries = self.view.known().entries_of(kind);
        for entry in entries.filter(|entry| self.seen(entry)) {
            self.noted(entry)?;
        }
        Ok(())
    }

    /// Everything the register knew that the visitor may see.
    pub fn sighted(&self) -> Result<Arc<Estate>, Error> {
        self.sighted_by(&self.view, &self.visitor.grants)
    }

    fn sighted_by(&self, view: &View, grants: &[Grant]) -> Result<Arc<Estate>, Error> {
        let estate = self.site.estate(view)?;
        let hidden = self.hidden(view, grants);
        if hidden.is_empty() {
            return Ok(estate);
        }
        let mut seen = Estate::clone(&estate);
        let shown = |id: &RecordId| !hidden.contains(id);
        seen.organisations.retain(|id, _| shown(id));
        seen.services.retain(|id, _| shown(id));
        seen.arrangements.retain(|id, _| shown(id));
        seen.contracts.retain(|id, _| shown(id));
        seen.clauses.retain(|id, _| shown(id));
        seen.obligations.retain(|id, _| shown(id));
        seen.requests.retain(|id, _| shown(id));
        seen.variations.retain(|id, _| shown(id));
        seen.charges.retain(|id, _| shown(id));
        seen.index_figures.retain(|id, _| shown(id));
        seen.volumes.retain(|id, _| shown(id));
        seen.treatments.retain(|id, _| shown(id));
        seen.staff_movements.retain(|id, _| shown(id));
        seen.waves.retain(|id, _| shown(id));
        seen.blackouts.retain(|id, _| shown(id));
        seen.tasks.retain(|id, _| shown(id));
        seen.gates.retain(|id, _| shown(id));
        seen.readiness_statements.retain(|id, _| shown(id));
        seen.registers.retain(shown);
        seen.events.retain(|id, _| shown(id));
        seen.claims.retain(|id, _| shown(id));
        seen.recommendations.retain(|id, _| shown(id));
        seen.publications.retain(|id, _| shown(id));
        seen.problems.retain(|id, _| shown(id));
        seen.challenges.retain(|id, _| shown(id));
        seen.trials.retain(|id, _| shown(id));
        seen.benefits.retain(|id, _| shown(id));
        seen.names.retain(|id, _| shown(id));
        seen.scope_rules.retain(|id, _| shown(id));
        seen.published_totals.retain(|id, _| shown(id));
        seen.measures.retain(|id, _| shown(id));
        seen.rebases.retain(|id, _| shown(id));
        seen.working_calendars.retain(|id, _| shown(id));
        seen.rounds.retain(|id, _| shown(id));
        seen.releases.retain(|id, _| shown(id));
        seen.commitments.retain(|id, _| shown(id));
        seen.actions.retain(|id, _| shown(id));
        seen.work_arounds.retain(|id, _| shown(id));
        seen.updates.retain(|id, _| shown(id));
        seen.imports.retain(|id, _| shown(id));
        Ok(Arc::new(seen))
    }

    /// The statement of control for this visit's day, as the visitor may see it.
    pub fn statement(&self) -> Result<Arc<Statement>, Error> {
        self.statement_for(&self.view, self.dates.at, &self.visitor.grants)
    }

    /// The statement of control as somebody with these grants may see it. Its figures count
    /// everything that is known, and are the same for everybody; its lines name only what may be seen.
    pub fn statement_for(
        &self,
        view: &View,
        at: Date,
        grants: &[Grant],
    ) -> Result<Arc<Statement>, Error> {
        let whole = self.site.statement(view, at)?;
        let seen = self.sighted_by(view, grants)?;
        if Arc::ptr_eq(&seen, &self.site.estate(view)?) {
            return Ok(whole);
        }
        let paid = self.site.paid(view, at)?;
        let lines = statement(&seen, &paid, None, &Rules::default(), at, view.basis());
        Ok(Arc::new(Statement {
            control: ControlLines {
                changed: lines.control.changed,
                ..whole.control.clone()
            },
            services: lines.services,
            contracts: lines.contracts,
            suppliers: lines.suppliers,
            claims: lines.claims,
            extras: whole
                .extras
                .as_ref()
                .map(|extras| extras.naming(|contract| seen.contracts.contains_key(&contract))),
            next_dates: lines.next_dates,
            ..Statement::clone(&whole)
        }))
    }

    /// The records that stand in a view and that somebody with these grants may not see.
    fn hidden(&self, view: &View, grants: &[Grant]) -> BTreeSet<RecordId> {
        let known = view.known();
        let nowhere = Subject::default();
        let secret = |entry: &&Entry| !sees(grants, entry.visibility, &nowhere);
        let secrets: BTreeSet<RecordId> = view
            .picture()
            .entries()
            .filter(secret)
            .map(|entry| entry.record)
            .collect();
        if secrets.is_empty() {
            return secrets;
        }
        let arranged = known
            .entries_of(Arrangement::NAME)
            .filter(|entry| service_of(entry).is_some_and(|id| secrets.contains(&id)))
            .map(|entry| entry.record);
        let standing = secrets.iter().copied().chain(arranged);
        let seen = |entry: &Entry| sees(grants, self.secrecy(entry), &subject_of(self, entry));
        standing
            .filter(|id| known.entry_of(*id).is_some_and(|entry| !seen(entry)))
            .collect()
    }

    /// What grants look at when it comes to a record.
    pub fn subject(&self, kind: &str, id: RecordId) -> Subject {
        match self.estate() {
            Ok(estate) => estate.subject(kind, id),
            Err(_) => Subject::default(),
        }
    }
}

/// What people call the records that the visitor may see.
impl Call for Visit {
    fn call(&self, _: KindName, id: RecordId) -> String {
        let entry = self.view.known().entry_of(id);
        entry
            .filter(|entry| self.seen(entry))
            .and_then(title)
            .unwrap_or_else(|| UNNAMED.to_owned())
    }
}

/// What people call what an entry states; none when it states nothing, or its item is erased.
pub fn title(entry: &Entry) -> Option<String> {
    let kind = kinds::named(&entry.kind)?;
    let known = (kind.read)(entry.version, entry.item()?).ok()?;
    Some(known.title)
}

/// The service that an entry about an arrangement is about.
pub fn service_of(entry: &Entry) -> Option<RecordId> {
    if entry.kind != Arrangement::NAME {
        return None;
    }
    let arrangement: Arrangement = kinds::read(entry.version, entry.item()?).ok()?;
    Some(arrangement.service)
}

fn subject_of(visit: &Visit, entry: &Entry) -> Subject {
    // Only for what is restricted do grants look at the subject.
    if visit.secrecy(entry) < Visibility::Restricted {
        return Subject::default();
    }
    visit.subject(&entry.kind, entry.record)
}
