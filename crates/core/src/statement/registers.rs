//! What the exit registers say: each item as readiness looks at it, who is paid for what, and how far
//! each register is.

use super::Estate;
use crate::contract::Contract;
use crate::contract::exit::{
    Asset, Assignable, Consent, Credential, DataHolding, Document, Holder, Item, Knowledge,
    Licence, Particulars, Registers, ThirdPartyContract, Use,
};
use crate::record::{Kind, KindName, RecordId, Reference};
use crate::transition::{Agreement, Detail, Dimension, Keyholder, Listed, Supplies};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// How far one register is on a day. Items that the supplier's newer list no longer names are only
/// counted as such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RegisterTally {
    pub items: usize,
    /// Nobody has decided what becomes of them.
    pub without_route: usize,
    /// Somebody must agree and has not, or nobody has said whether anyone must.
    pub without_consent: usize,
    /// Nobody looked and found them so, as far as known.
    pub never_confirmed: usize,
    pub shared: usize,
    /// Whose support, right or term has certainly ended.
    pub ended: usize,
    pub missing: usize,
}

impl Estate {
    /// What the exit registers list.
    pub fn listed(&self) -> Vec<Listed<'_>> {
        let registers = &self.registers;
        let mut items = Vec::new();
        items.extend(registers.assets.iter().map(|(id, item)| listed(*id, item)));
        items.extend(
            registers
                .licences
                .iter()
                .map(|(id, item)| listed(*id, item)),
        );
        let contracts = registers.third_party_contracts.iter();
        items.extend(contracts.map(|(id, item)| listed(*id, item)));
        items.extend(
            registers
                .data_holdings
                .iter()
                .map(|(id, item)| listed(*id, item)),
        );
        items.extend(
            registers
                .credentials
                .iter()
                .map(|(id, item)| listed(*id, item)),
        );
        items.extend(
            registers
                .knowledge
                .iter()
                .map(|(id, item)| listed(*id, item)),
        );
        items.extend(
            registers
                .documents
                .iter()
                .map(|(id, item)| listed(*id, item)),
        );
        items
    }

    /// How far each register is on a day, in the order of [`Registers::KINDS`].
    pub fn register_tallies(&self, day: Date) -> Vec<(KindName, RegisterTally)> {
        let mut tallies: BTreeMap<KindName, RegisterTally> = BTreeMap::new();
        for listed in self.listed() {
            let reference = listed.record;
            let Some(item) = self.registers.item(reference.kind, reference.id) else {
                continue;
            };
            let tally = tallies.entry(reference.kind).or_default();
            if item.is_missing(day) {
                tally.missing += 1;
                continue;
            }
            let needs_route = reference.kind != Knowledge::KIND;
            let agreed = [Agreement::NotNeeded, Agreement::Given].contains(&listed.agreement);
            let ends = self.registers.ends(reference.kind, reference.id);
            tally.items += 1;
            tally.without_route += usize::from(needs_route && !listed.routed);
            tally.without_consent += usize::from(!agreed);
            tally.never_confirmed += usize::from(!item.is_confirmed(day));
            tally.shared += usize::from(item.used == Some(Use::Shared));
            tally.ended +=
                usize::from(ends.is_some_and(|ends| ends.latest().is_some_and(|last| last < day)));
        }
        let tally = |kind| (kind, tallies.get(kind).copied().unwrap_or_default());
        Registers::KINDS.map(tally).into()
    }

    /// Every organisation that a register or a contract names as one who supplies something.
    pub fn supplies(&self) -> Vec<Supplies> {
        let contracts = self.contracts.iter().flat_map(|(id, contract)| {
            let suppliers = contract.suppliers.iter();
            suppliers.map(move |organisation| Supplies {
                organisation: *organisation,
                record: crate::transition::Record {
                    kind: Contract::NAME.into(),
                    id: *id,
                },
                title: contract.title.clone(),
                is_paid_for: false,
            })
        });
        let items = self.registers.items().filter_map(|(reference, item)| {
            let paid_for = [Licence::KIND, ThirdPartyContract::KIND].contains(&reference.kind);
            Some(Supplies {
                organisation: item.supplier?,
                record: reference.into(),
                title: item.name.clone(),
                is_paid_for: paid_for && item.missing_since.is_none(),
            })
        });
        contracts.chain(items).collect()
    }
}

/// What readiness looks at in one register.
trait Judged: Particulars {
    const DIMENSION: Dimension;
    fn judged(&self) -> Detail<'_> {
        Detail::Plain
    }
    /// Whether anyone must agree, where the item itself does not say.
    fn agreement(&self) -> Agreement {
        Agreement::NotStated
    }
}

impl Judged for Asset {
    const DIMENSION: Dimension = Dimension::Assets;
}

impl Judged for Licence {
    const DIMENSION: Dimension = Dimension::Licences;
    fn judged(&self) -> Detail<'_> {
        Detail::Licence {
            stops_on_day_0: self.stops_on_day_0,
        }
    }
}

impl Judged for ThirdPartyContract {
    const DIMENSION: Dimension = Dimension::ContractRoute;
    fn agreement(&self) -> Agreement {
        match self.assignable {
            Some(Assignable::Freely) => Agreement::NotNeeded,
            Some(Assignable::WithConsent) => Agreement::Wanted,
            Some(Assignable::Not) | None => Agreement::NotStated,
        }
    }
}

impl Judged for DataHolding {
    const DIMENSION: Dimension = Dimension::Data;
}

impl Judged for Credential {
    const DIMENSION: Dimension = Dimension::Access;
    fn judged(&self) -> Detail<'_> {
        let holder = match self.holder {
            None => Keyholder::NotStated,
            Some(Holder::Authority) => Keyholder::Authority,
            Some(Holder::Supplier) => Keyholder::Supplier,
            Some(Holder::ThirdParty) => Keyholder::ThirdParty,
        };
        Detail::Credential {
            holder,
            rotated: self.rotated,
        }
    }
    /// The authority changes its own keys as it likes.
    fn agreement(&self) -> Agreement {
        Agreement::NotNeeded
    }
}

impl Judged for Knowledge {
    const DIMENSION: Dimension = Dimension::Knowledge;
    fn judged(&self) -> Detail<'_> {
        Detail::Knowledge {
            posts: self.posts.iter().map(String::as_str).collect(),
            with_authority: self.with_authority,
            passed_on: self.passed_on,
        }
    }
    /// Nobody need agree that somebody learns something.
    fn agreement(&self) -> Agreement {
        Agreement::NotNeeded
    }
}

impl Judged for Document {
    const DIMENSION: Dimension = Dimension::Knowledge;
}

fn listed<D: Judged>(id: RecordId, item: &Item<D>) -> Listed<'_> {
    let Item { shared, detail } = item;
    let kind = D::KIND;
    Listed {
        record: Reference { kind, id },
        title: &shared.name,
        dimension: D::DIMENSION,
        services: &shared.services,
        routed: shared.route.is_some(),
        agreement: match shared.consent {
            None => detail.agreement(),
            Some(Consent::NotNeeded) => Agreement::NotNeeded,
            Some(Consent::Given) => Agreement::Given,
            Some(Consent::Needed) => Agreement::Wanted,
            Some(Consent::Refused) => Agreement::Refused,
        },
        confirmed: shared.confirmed,
        evident: !shared.evidence.is_empty(),
        missing_since: shared.missing_since,
        supplier: shared.supplier,
        detail: detail.judged(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::exit::{Route, Shared};
    use crate::dated::When;
    use jiff::civil::date;
    use std::collections::BTreeSet;

    fn shared(consent: Option<Consent>) -> Shared {
        Shared {
            name: "It".into(),
            services: BTreeSet::from([RecordId([7; 16])]),
            consent,
            ..Shared::default()
        }
    }

    fn agreement<D: Judged>(consent: Option<Consent>, detail: D) -> Agreement {
        let shared = shared(consent);
        let item = Item { shared, detail };
        listed(RecordId([1; 16]), &item).agreement
    }

    #[test]
    fn what_is_not_said_of_consent_follows_from_the_register() {
        let contract = |assignable| ThirdPartyContract {
            assignable,
            ..ThirdPartyContract::default()
        };
        let (freely, with) = (Some(Assignable::Freely), Some(Assignable::WithConsent));
        let not = Some(Assignable::Not);
        for (found, expected) in [
            (agreement(None, contract(None)), Agreement::NotStated),
            (agreement(None, contract(freely)), Agreement::NotNeeded),
            (agreement(None, contract(with)), Agreement::Wanted),
            (agreement(None, contract(not)), Agreement::NotStated),
            (
                agreement(Some(Consent::Given), contract(with)),
                Agreement::Given,
            ),
            (
                agreement(Some(Consent::Refused), contract(freely)),
                Agreement::Refused,
            ),
            (agreement(None, Asset::default()), Agreement::NotStated),
            (
                agreement(Some(Consent::Needed), Asset::default()),
                Agreement::Wanted,
            ),
            (agreement(None, Credential::default()), Agreement::NotNeeded),
            (agreement(None, Knowledge::default()), Agreement::NotNeeded),
            (agreement(None, Document::default()), Agreement::NotStated),
        ] {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn every_register_is_judged_in_its_dimension() {
        let mut estate = Estate::default();
        let id = RecordId([1; 16]);
        macro_rules! fill {
            ($($field:ident),+) => {$(
                estate.registers.$field.insert(id, Item { shared: shared(None), detail: Default::default() });
            )+};
        }
        fill!(
            assets,
            licences,
            third_party_contracts,
            data_holdings,
            credentials,
            knowledge,
            documents
        );
        let listed = estate.listed();
        let kinds: Vec<&str> = listed.iter().map(|it| it.record.kind).collect();
        assert_eq!(kinds, crate::contract::exit::Registers::KINDS);
        let dimensions: Vec<Dimension> = listed.iter().map(|it| it.dimension).collect();
        use Dimension::{Access, Assets, ContractRoute, Data, Knowledge, Licences};
        assert_eq!(
            dimensions,
            [
                Assets,
                Licences,
                ContractRoute,
                Data,
                Access,
                Knowledge,
                Knowledge
            ]
        );
    }

    #[test]
    fn who_is_paid_for_an_item_supplies_it() {
        let mut estate = Estate::default();
        let supplied = |missing| Shared {
            supplier: Some(RecordId([9; 16])),
            missing_since: missing,
            ..shared(None)
        };
        let (now, gone) = (None, Some(When::Year(2019)));
        let licence = |missing| Item {
            shared: supplied(missing),
            detail: Licence::default(),
        };
        estate
            .registers
            .licences
            .insert(RecordId([1; 16]), licence(now));
        estate
            .registers
            .licences
            .insert(RecordId([2; 16]), licence(gone));
        let asset = Item {
            shared: supplied(now),
            detail: Asset::default(),
        };
        estate.registers.assets.insert(RecordId([3; 16]), asset);
        let documents = Item {
            shared: shared(None),
            detail: Document::default(),
        };
        estate
            .registers
            .documents
            .insert(RecordId([4; 16]), documents);
        let mut supplies = estate.supplies();
        supplies.sort_by_key(|it| it.record.id);
        let paid: Vec<bool> = supplies.iter().map(|it| it.is_paid_for).collect();
        assert_eq!(paid, [true, false, false]);
    }

    #[test]
    fn how_far_a_register_is() {
        let day = date(2019, 6, 1);
        let bare = shared(None);
        let settled = Shared {
            route: Some(Route::Assign),
            confirmed: Some(When::Month(2019, 5)),
            ..shared(Some(Consent::Given))
        };
        let later = Shared {
            confirmed: Some(When::Day(date(2019, 6, 2))),
            used: Some(Use::Shared),
            ..settled.clone()
        };
        let gone = Shared {
            missing_since: Some(When::Day(day)),
            ..bare.clone()
        };
        let refused = Shared {
            consent: Some(Consent::Refused),
            missing_since: Some(When::Day(date(2019, 6, 2))),
            ..settled.clone()
        };
        let tally = |shared: &Shared, support_ends| {
            let mut estate = Estate::default();
            let detail = Asset {
                support_ends,
                ..Asset::default()
            };
            let shared = shared.clone();
            let id = RecordId([1; 16]);
            estate.registers.assets.insert(id, Item { shared, detail });
            let (kind, of) = estate.register_tallies(day)[0];
            assert_eq!(kind, "asset");
            let numbers = [
                of.items,
                of.without_route,
                of.without_consent,
                of.never_confirmed,
            ];
            (numbers, [of.shared, of.ended, of.missing])
        };
        let on = |text: &str| Some(text.parse().expect("a date"));
        for (item, support_ends, numbers, others) in [
            (&bare, None, [1, 1, 1, 1], [0, 0, 0]),
            (&settled, on("2019-06-01"), [1, 0, 0, 0], [0, 0, 0]),
            (&settled, on("2019-05-31"), [1, 0, 0, 0], [0, 1, 0]),
            (&settled, on("2019"), [1, 0, 0, 0], [0, 0, 0]),
            (&settled, on("unknown"), [1, 0, 0, 0], [0, 0, 0]),
            (&later, None, [1, 0, 0, 1], [1, 0, 0]),
            (&gone, on("2018"), [0, 0, 0, 0], [0, 0, 1]),
            (&refused, None, [1, 0, 1, 0], [0, 0, 0]),
        ] {
            assert_eq!(tally(item, support_ends), (numbers, others), "{item:?}");
        }
        let mut estate = Estate::default();
        let knowledge = Item {
            shared: bare,
            detail: Knowledge::default(),
        };
        estate
            .registers
            .knowledge
            .insert(RecordId([2; 16]), knowledge);
        let (kind, of) = estate.register_tallies(day)[5];
        assert_eq!(
            (kind, of.items, of.without_route),
            ("knowledge", 1, 0),
            "it is passed on, not moved"
        );
    }
}
