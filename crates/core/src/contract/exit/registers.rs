//! All exit registers together.

use super::{
    Asset, Credential, DataHolding, Document, Item, Knowledge, Licence, Particulars, Shared,
    ThirdPartyContract,
};
use crate::dated::When;
use crate::record::{RecordId, Reference};
use std::collections::BTreeMap;

/// The items of each register, as far as known.
#[derive(Clone, Debug, Default)]
pub struct Registers {
    pub assets: BTreeMap<RecordId, Item<Asset>>,
    pub licences: BTreeMap<RecordId, Item<Licence>>,
    pub third_party_contracts: BTreeMap<RecordId, Item<ThirdPartyContract>>,
    pub data_holdings: BTreeMap<RecordId, Item<DataHolding>>,
    pub credentials: BTreeMap<RecordId, Item<Credential>>,
    pub knowledge: BTreeMap<RecordId, Item<Knowledge>>,
    pub documents: BTreeMap<RecordId, Item<Document>>,
}

/// Whether a kind is that of an exit register's items.
pub fn is_register(kind: &str) -> bool {
    Registers::KINDS.contains(&kind)
}

impl Registers {
    /// The kinds of their items, in the order in which pages show them.
    pub const KINDS: [&'static str; 7] = [
        Asset::KIND,
        Licence::KIND,
        ThirdPartyContract::KIND,
        DataHolding::KIND,
        Credential::KIND,
        Knowledge::KIND,
        Document::KIND,
    ];

    /// Every item with what all registers say of it, register by register.
    pub fn items(&self) -> impl Iterator<Item = (Reference, &Shared)> {
        let all = of(&self.assets)
            .chain(of(&self.licences))
            .chain(of(&self.third_party_contracts));
        let all = all
            .chain(of(&self.data_holdings))
            .chain(of(&self.credentials));
        all.chain(of(&self.knowledge)).chain(of(&self.documents))
    }

    /// What all registers say of one item.
    pub fn item(&self, kind: &str, id: RecordId) -> Option<&Shared> {
        match kind {
            Asset::KIND => self.assets.get(&id).map(|item| &item.shared),
            Licence::KIND => self.licences.get(&id).map(|item| &item.shared),
            ThirdPartyContract::KIND => {
                self.third_party_contracts.get(&id).map(|item| &item.shared)
            }
            DataHolding::KIND => self.data_holdings.get(&id).map(|item| &item.shared),
            Credential::KIND => self.credentials.get(&id).map(|item| &item.shared),
            Knowledge::KIND => self.knowledge.get(&id).map(|item| &item.shared),
            Document::KIND => self.documents.get(&id).map(|item| &item.shared),
            _ => None,
        }
    }

    /// The last day on which an item is of use, where its register says so.
    pub fn ends(&self, kind: &str, id: RecordId) -> Option<When> {
        match kind {
            Asset::KIND => self.assets.get(&id)?.detail.ends(),
            Licence::KIND => self.licences.get(&id)?.detail.ends(),
            ThirdPartyContract::KIND => self.third_party_contracts.get(&id)?.detail.ends(),
            _ => None,
        }
    }

    /// Keep only items with these ids.
    pub fn retain(&mut self, keep: impl Fn(&RecordId) -> bool) {
        self.assets.retain(|id, _| keep(id));
        self.licences.retain(|id, _| keep(id));
        self.third_party_contracts.retain(|id, _| keep(id));
        self.data_holdings.retain(|id, _| keep(id));
        self.credentials.retain(|id, _| keep(id));
        self.knowledge.retain(|id, _| keep(id));
        self.documents.retain(|id, _| keep(id));
    }
}

fn of<D: Particulars>(
    items: &BTreeMap<RecordId, Item<D>>,
) -> impl Iterator<Item = (Reference, &Shared)> {
    items.iter().map(|(id, item)| {
        let kind = D::KIND;
        (Reference { kind, id: *id }, &item.shared)
    })
}
