//! Forms that fill in some headings of a record that stands, such as the decision on a trial.

use super::{
    Asked, NotStated, base, form_of, now_only, restated, saying, shown, shown_again, stated, typed,
};
use crate::transfer::Titles;
use crate::web::answer::{Answer, Error};
use crate::web::fields::FieldFaults;
use crate::web::visit::Visit;
use handback_core::kinds::{self, Table};
use handback_core::permission::Action;
use handback_core::record::RecordId;
use handback_register::Picture;
use std::collections::BTreeMap;

/// A form over a record of a kind that has a table.
pub struct Filling {
    /// As addresses have it.
    pub kind: &'static str,
    pub id: RecordId,
    /// What it takes to fill it in.
    pub action: Action,
    /// What stands over the form.
    pub heading: String,
    pub lead: &'static str,
    /// The headings that are asked; what they hold stands in the form.
    pub asks: &'static [&'static str],
    /// Where the form is, and where to look afterwards.
    pub address: String,
    pub back: String,
}

impl Filling {
    fn table(&self) -> Result<&'static Table, Error> {
        form_of(self.kind).ok_or(Error::NotFound)
    }

    /// The record's rows as they stand.
    fn rows(&self, visit: &Visit, table: &Table) -> Result<Vec<Vec<String>>, Error> {
        let entry = visit.standing(table.kind, self.id)?;
        let inside = |error: kinds::Unreadable| Error::Inside(error.into());
        let titles = Titles::of(&visit.view)?;
        (table.rows)(entry.version, entry.item().unwrap_or_default(), &titles).map_err(inside)
    }

    fn asked(&self, table: &'static Table, rows: &[Vec<String>]) -> Asked {
        let fields = self.asks.iter().filter_map(|name| {
            let place = table.place(name)?;
            Some((&table.headings[place], rows[0][place].clone()))
        });
        Asked {
            heading: self.heading.clone(),
            lead: self.lead,
            button: "Save",
            action: self.address.clone(),
            back: self.back.clone(),
            groups: vec![(String::new(), 0, fields.collect())],
        }
    }

    /// The form.
    pub fn ask(&self, visit: &Visit) -> Result<Answer, Error> {
        now_only(visit)?;
        let table = self.table()?;
        let rows = self.rows(visit, table)?;
        visit.permit(self.action, &visit.subject(table.kind, self.id))?;
        shown(visit, &self.asked(table, &rows))
    }

    /// State the record with what was typed; the form again when something is wrong with it.
    pub fn take(&self, visit: &Visit) -> Result<Answer, Error> {
        now_only(visit)?;
        let table = self.table()?;
        let mut rows = self.rows(visit, table)?;
        let permit = visit.permit(self.action, &visit.subject(table.kind, self.id))?;
        let asked = self.asked(table, &rows);
        let mut faults = FieldFaults::default();
        let headings = asked.groups[0].2.iter().map(|(heading, _)| *heading);
        let values: BTreeMap<&str, String> = typed(headings, 0, &visit.form, &mut faults);
        if !faults.is_empty() {
            return shown_again(visit, &asked, &faults);
        }
        for row in &mut rows {
            for (heading, cell) in table.headings.iter().zip(row) {
                if let Some(typed) = values.get(heading.name) {
                    cell.clone_from(typed);
                }
            }
        }
        let stating = |picture: &Picture| {
            let (change, _, mut changes) = stated(picture, table, &rows)?;
            changes.extend(restated(picture, table, self.id, change)?);
            Ok::<_, NotStated>((!changes.is_empty(), changes))
        };
        let saying = saying(visit, "filled in on a page", Some(base(visit)));
        match visit.site.data.change(&permit, saying, stating) {
            Ok(done) => {
                let done = if done.answer { "saved" } else { "nothing" };
                visit.see(&format!("{}?done={done}", self.back))
            }
            Err(refused) => refused.shown(visit, &asked, table),
        }
    }
}
