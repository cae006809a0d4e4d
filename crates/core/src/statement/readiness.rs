//! Whether services are ready to move, from everything the register knows.

use super::Estate;
use crate::contract::Contract;
use crate::contract::exit::{
    Asset, Assignable, Consent, Credential, DataHolding, Document, Holder, Item, Knowledge,
    Licence, Particulars, ThirdPartyContract,
};
use crate::control::{Arrangement, Mode};
use crate::dated::{On, When};
use crate::record::{Kind, RecordId, Reference};
use crate::transition::{
    Agreement, Asked, CanLogIn, Dependents, Detail, Dimension, Keyholder, LastTrue, Listed, Plan,
    ServiceReadiness, SinglePoint, StopsOnDay0, Supplies, can_log_in, last_true, readiness,
    single_points, stops_on_day_0,
};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// What hangs by one thread when services move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risks {
    pub single_points: Vec<SinglePoint>,
    pub stops_on_day_0: Vec<StopsOnDay0>,
    pub can_log_in: Vec<CanLogIn>,
    /// By the kind of a register's items.
    pub last_true: BTreeMap<&'static str, LastTrue>,
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

    /// What waves are checked against on a day.
    pub fn plan(&self, day: Date) -> Plan<'_> {
        let needs = self.services.iter();
        Plan {
            waves: &self.waves,
            blackouts: &self.blackouts,
            tasks: &self.tasks,
            needs: needs
                .map(|(id, service)| (*id, &service.depends_on))
                .collect(),
            ends: self.contract_ends(day),
        }
    }

    /// The contract under which each service runs on a day, and the last day of its term. A wave moves
    /// a service away from its supplier, so that an arrangement that has ended by then has no part.
    fn contract_ends(&self, day: Date) -> BTreeMap<RecordId, (RecordId, When)> {
        let ends = self.arrangements.values().filter_map(|arrangement| {
            let contract = arrangement.contract.on(day).certain().copied().flatten()?;
            let end = self.contracts.get(&contract)?.end_on(day)?;
            Some((arrangement.service, (contract, end)))
        });
        ends.collect()
    }

    /// When each service moves or moved: as its wave plans it on the day, else since when the
    /// authority runs what others ran before.
    pub fn cutovers(&self, day: Date) -> BTreeMap<RecordId, When> {
        let mut cutovers = self.plan(day).cutovers(day);
        for arrangement in self.arrangements.values() {
            if let Some(since) = came_back(arrangement, day) {
                cutovers.entry(arrangement.service).or_insert(since);
            }
        }
        cutovers
    }

    /// How ready each service is that exists on the day, by name.
    pub fn readiness(&self, asked: &Asked) -> Vec<ServiceReadiness> {
        let cutovers = self.cutovers(asked.day);
        let existing = self.services.iter();
        let existing = existing.filter(|(_, service)| service.exists(asked.day));
        let mut services: Vec<_> = existing
            .map(|(id, service)| (&service.name, *id, cutovers.get(id).copied()))
            .collect();
        services.sort();
        let services: Vec<(RecordId, Option<When>)> = services
            .into_iter()
            .map(|(_, id, cutover)| (id, cutover))
            .collect();
        let listed = self.listed();
        readiness(&services, &listed, &self.readiness_statements, asked)
    }

    /// What hangs by one thread on a day.
    pub fn risks(&self, day: Date) -> Risks {
        let listed = self.listed();
        let services = self.services.iter();
        let needs = services.map(|(id, service)| (*id, &service.depends_on));
        Risks {
            single_points: single_points(&listed),
            stops_on_day_0: stops_on_day_0(&listed, &Dependents::of(needs)),
            can_log_in: can_log_in(&listed, &self.cutovers(day), day),
            last_true: last_true(&listed, day),
        }
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

/// Since when the authority runs a service that others ran before; none when it never came back.
fn came_back(arrangement: &Arrangement, day: Date) -> Option<When> {
    if arrangement.mode.on(day) != On::Value(&Mode::InHouse) {
        return None;
    }
    let begun = arrangement.mode.iter();
    let begun = begun.filter(|(from, _)| from.reached(day) == Some(true) || *from == When::Unknown);
    let begun: Vec<(When, Mode)> = begun.map(|(from, mode)| (from, *mode)).collect();
    let others = begun.iter().rposition(|(_, mode)| *mode != Mode::InHouse)?;
    Some(begun.get(others + 1)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::exit::Shared;
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
}
