//! What the lists to review share: who decided what when, and what a change came to.

use super::answer::Error;
use super::visit::Visit;
use crate::estate::{KnownMoment, View};
use handback_core::record::RecordId;
use handback_register::Entry;
use serde::Serialize;
use std::collections::BTreeMap;

/// Who said something, and when.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    pub by: String,
    pub on: String,
    /// Where everything that was ever said of it stands.
    pub href: String,
}

/// Finds who said what: asks the desk for people's names once, when first needed.
#[derive(Default)]
pub struct Sayers(Option<BTreeMap<String, String>>);

impl Sayers {
    /// Who made the newest statement of a record that a view knows.
    pub fn said(
        &mut self,
        visit: &Visit,
        view: &View,
        record: RecordId,
    ) -> Result<Option<Said>, Error> {
        let Some(entry) = view.known().entry_of(record) else {
            return Ok(None);
        };
        Ok(Some(Said {
            by: self.name(visit, entry)?,
            on: crate::clock::day_of(entry.batch.recorded_at).to_string(),
            href: format!("/records/{record}/history"),
        }))
    }

    fn name(&mut self, visit: &Visit, entry: &Entry) -> Result<String, Error> {
        let people = match &mut self.0 {
            Some(people) => people,
            none => {
                let accounts = visit.site.data.wait(visit.site.desk.accounts())?;
                let named = accounts.into_iter().map(|held| (held.actor.0, held.name));
                none.insert(named.collect())
            }
        };
        let actor = &entry.batch.actor.0;
        let otherwise = match actor.as_str() {
            "operator" => "whoever runs the program",
            _ => "somebody who has left",
        };
        Ok(people
            .get(actor)
            .cloned()
            .unwrap_or_else(|| otherwise.to_owned()))
    }
}

/// The register as it stood when the person saved, where the address says so.
pub fn before(visit: &Visit) -> Option<View> {
    let entry: u64 = visit.query.get("saved")?.parse().ok()?;
    (entry < visit.view.entry())
        .then(|| View::at(&visit.site.data, Some(&KnownMoment::entry(entry))))
}

/// The address that a review list was asked with, to which it returns, with what was saved.
pub fn back(visit: &Visit, path: &str, more: &[(&str, String)]) -> String {
    let mut fields = super::fields::Fields::default();
    for (name, value) in visit.query.iter() {
        if !["at", "known", "language", "done", "saved", "page", "of"].contains(&name) {
            fields.push(name, value);
        }
    }
    for (name, value) in more {
        fields.push(*name, value.as_str());
    }
    super::page::dated(path, &fields.query())
}
