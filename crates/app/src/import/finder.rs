//! Which records a file's words mean, and the organisations that a file names for the first time.

use super::Failed;
use crate::data::fresh_id;
use crate::estate::authority_of;
use handback_core::contract::Contract;
use handback_core::control::Service;
use handback_core::engagement::Problem;
use handback_core::kinds;
use handback_core::money::names::folded;
use handback_core::organisation::{Identifier, Organisation, OrganisationRole};
use handback_core::performance::Measure;
use handback_core::record::{Change, Kind, KindName, RecordId, Visibility};
use handback_core::table::Find;
use handback_register::Picture;
use std::collections::{BTreeMap, BTreeSet};

/// What an authority is called until somebody says.
pub const UNNAMED: &str = "The authority";

/// Finds records by what people call them.
pub struct Finder {
    authority: (RecordId, Organisation),
    by_words: BTreeMap<(KindName, String), RecordId>,
    /// Organisations stated because this file names them, or names the authority.
    pub stated: Vec<Change>,
}

impl Finder {
    /// A finder over everything known. `name` is what the person calls the authority.
    pub fn new(picture: &Picture, name: Option<&str>) -> Result<Finder, Failed> {
        let authority = authority_of(picture, picture.size())?;
        let is_new = authority.is_none();
        let placeholder = Organisation {
            name: UNNAMED.into(),
            roles: BTreeSet::from([OrganisationRole::Authority]),
            ..Organisation::default()
        };
        let mut finder = Finder {
            authority: authority.unwrap_or_else(|| (fresh_id(), placeholder)),
            by_words: BTreeMap::new(),
            stated: Vec::new(),
        };
        match name.filter(|name| *name != finder.authority.1.name) {
            Some(name) => finder.name_authority(picture, name)?,
            None if is_new => finder.state_authority(picture),
            None => {}
        }
        Ok(finder)
    }

    /// Learn what people call every record: for files whose words mean records.
    pub fn learn(&mut self, picture: &Picture) -> Result<(), Failed> {
        let known = picture.known(picture.size());
        for table in kinds::TABLES {
            let kind = kinds::named(table.kind).expect("every table's kind is registered");
            for entry in known.entries_of(kind.name) {
                let Some(item) = entry.item() else { continue };
                let title = (kind.read)(entry.version, item)
                    .map_err(|error| Failed::Other(error.into()))?
                    .title;
                self.remember(kind.name, &title, entry.record);
            }
        }
        for (id, service) in all::<Service>(picture)? {
            if let Some(reference) = &service.reference {
                self.remember(Service::NAME, reference, id);
            }
        }
        for (id, problem) in all::<Problem>(picture)? {
            if let Some(reference) = &problem.reference {
                self.remember(Problem::NAME, reference, id);
            }
        }
        self.learn_measures(picture)?;
        for (id, organisation) in all::<Organisation>(picture)? {
            for printed in &organisation.printed_names {
                self.remember(Organisation::NAME, printed, id);
            }
        }
        for (id, contract) in all::<Contract>(picture)? {
            for identifier in contract
                .identifiers
                .iter()
                .filter(|held| held.scheme == "local")
            {
                self.remember(Contract::NAME, &identifier.id, id);
            }
            self.remember(Contract::NAME, &contract.title, id);
        }
        Ok(())
    }

    /// Measures of several services may be called alike: then only `Service: Measure` means one.
    fn learn_measures(&mut self, picture: &Picture) -> Result<(), Failed> {
        let services = all::<Service>(picture)?;
        for (id, measure) in all::<Measure>(picture)? {
            if let Some(service) = measure.service.and_then(|id| services.get(&id)) {
                let whole = format!("{}: {}", service.name, measure.name);
                self.remember(Measure::NAME, &whole, id);
            }
            if self.find(Measure::NAME, &measure.name) != Some(id) {
                let key = (Measure::NAME, folded(&measure.name));
                self.by_words.remove(&key);
            }
        }
        Ok(())
    }

    fn name_authority(&mut self, picture: &Picture, name: &str) -> Result<(), Failed> {
        if self.authority.1.name != UNNAMED {
            let is = &self.authority.1.name;
            return Err(Failed::Wish(format!(
                "this data directory is of {is}, not of {name}: name another folder with --data, or say who published the file with --publisher"
            )));
        }
        self.authority.1.name = name.to_owned();
        self.state_authority(picture);
        Ok(())
    }

    fn state_authority(&mut self, picture: &Picture) {
        let (id, organisation) = &self.authority;
        self.stated
            .push(Change::state(*id, picture.visibility(*id), organisation));
    }

    /// The id under which an organisation is to be stated that a table calls the authority: that of
    /// the authority, while nobody has named it.
    pub fn unnamed_authority(&self) -> Option<RecordId> {
        (self.authority.1.name == UNNAMED).then_some(self.authority.0)
    }

    /// Words by which a record will be found; what was known first stays.
    pub fn remember(&mut self, kind: KindName, words: &str, id: RecordId) {
        self.by_words.entry((kind, folded(words))).or_insert(id);
    }

    /// The organisation of that name, stated now if it is new.
    pub fn party(
        &mut self,
        name: &str,
        role: OrganisationRole,
        identifiers: BTreeSet<Identifier>,
    ) -> Option<RecordId> {
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        if let Some(known) = self.find(Organisation::NAME, name) {
            return Some(known);
        }
        let id = fresh_id();
        let organisation = Organisation {
            name: name.to_owned(),
            roles: BTreeSet::from([role]),
            identifiers,
            source: Some("named in an imported file".into()),
            ..Organisation::default()
        };
        self.stated
            .push(Change::state(id, Visibility::Internal, &organisation));
        self.remember(Organisation::NAME, name, id);
        Some(id)
    }
}

impl Find for Finder {
    fn find(&self, kind: KindName, words: &str) -> Option<RecordId> {
        self.by_words.get(&(kind, folded(words))).copied()
    }

    fn organisation(&mut self, words: &str) -> RecordId {
        self.party(words, OrganisationRole::Supplier, BTreeSet::new())
            .unwrap_or(self.authority.0)
    }

    fn authority(&self) -> RecordId {
        self.authority.0
    }
}

/// Every record of a kind that is known now.
pub fn all<K: Kind>(picture: &Picture) -> Result<BTreeMap<RecordId, K>, Failed> {
    let records = picture.known(picture.size()).all::<K>();
    records.map(|record| record.map_err(Failed::from)).collect()
}
