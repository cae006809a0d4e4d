//! The changes that a contracts register or Open Contracting releases ask for.

use super::Failed;
use super::finder::{Finder, all};
use crate::data::fresh_id;
use handback_core::contract::Contract;
use handback_core::import::{ContractLine, ContractNotice};
use handback_core::organisation::{Identifier, OrganisationRole};
use handback_core::record::{Change, RecordId};
use handback_core::table::Find;
use handback_register::Picture;
use std::collections::{BTreeMap, BTreeSet};

/// State the contracts of a register.
pub fn of_register(
    picture: &Picture,
    finder: &mut Finder,
    lines: &[ContractLine],
    file: &str,
) -> Result<Vec<Change>, Failed> {
    let mut stating = Stating::new(picture)?;
    for line in lines {
        let number = Some(&line.company_number).filter(|number| !number.is_empty());
        let number = number.map(|id| Identifier {
            scheme: "GB-COH".into(),
            id: id.clone(),
        });
        let supplier = finder.party(
            &line.supplier,
            OrganisationRole::Supplier,
            number.into_iter().collect(),
        );
        let source = format!("{file}, line {}", line.line);
        stating.state(Contract::of_line(
            line,
            finder.authority(),
            supplier,
            &source,
        ));
    }
    Ok(stating.changes(picture))
}

/// State the contracts of Open Contracting releases.
pub fn of_notices(
    picture: &Picture,
    finder: &mut Finder,
    notices: &[ContractNotice],
    file: &str,
) -> Result<Vec<Change>, Failed> {
    let mut stating = Stating::new(picture)?;
    for notice in notices {
        let mut suppliers = BTreeSet::new();
        for party in &notice.suppliers {
            let identifiers = party.identifiers.iter().cloned().collect();
            suppliers.extend(finder.party(&party.name, OrganisationRole::Supplier, identifiers));
        }
        let identifiers = notice.buyer.identifiers.iter().cloned().collect();
        let buyer = finder.party(&notice.buyer.name, OrganisationRole::Buyer, identifiers);
        let source = format!("{file}, {}", notice.ocid);
        stating.state(Contract::of_notice(
            notice,
            buyer.unwrap_or(finder.authority()),
            suppliers,
            &source,
        ));
    }
    Ok(stating.changes(picture))
}

/// Which contracts a file states, and which of those known it restates.
struct Stating {
    known: BTreeMap<RecordId, Contract>,
    by_identity: BTreeMap<String, Vec<RecordId>>,
    stated: BTreeMap<RecordId, Contract>,
    order: Vec<RecordId>,
}

impl Stating {
    fn new(picture: &Picture) -> Result<Stating, Failed> {
        let known: BTreeMap<RecordId, Contract> = all(picture)?;
        let mut by_identity: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
        for (id, contract) in &known {
            by_identity
                .entry(contract.identity())
                .or_default()
                .push(*id);
        }
        Ok(Stating {
            known,
            by_identity,
            stated: BTreeMap::new(),
            order: Vec::new(),
        })
    }

    /// Lines with one identity and the same terms are one contract with several suppliers; with
    /// other terms they are lots, which an edition of the register a month later restates by supplier.
    fn state(&mut self, contract: Contract) {
        let same = self.by_identity.entry(contract.identity()).or_default();
        let together = same.iter().find(|id| {
            self.stated
                .get(id)
                .is_some_and(|first| first.has_terms_of(&contract))
        });
        if let Some(first) = together.and_then(|id| self.stated.get_mut(id)) {
            first.suppliers.extend(contract.suppliers);
            return;
        }
        let open: Vec<RecordId> = same
            .iter()
            .copied()
            .filter(|id| !self.stated.contains_key(id))
            .collect();
        let by_supplier = open
            .iter()
            .find(|id| self.known[id].suppliers == contract.suppliers);
        let id = match (by_supplier, &open[..]) {
            (Some(id), _) => *id,
            (None, [only]) => *only,
            (None, _) => {
                let id = fresh_id();
                same.push(id);
                id
            }
        };
        self.order.push(id);
        self.stated.insert(id, contract);
    }

    fn changes(self, picture: &Picture) -> Vec<Change> {
        let moved = self
            .order
            .iter()
            .filter(|id| self.known.get(id) != self.stated.get(id));
        moved
            .map(|id| Change::state(*id, picture.visibility(*id), &self.stated[id]))
            .collect()
    }
}
