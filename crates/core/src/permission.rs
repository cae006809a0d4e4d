//! Who may do what: roles, grants and the permit without which nothing is written.

use crate::record::RecordId;
use serde::{Deserialize, Serialize};

/// What a person is to the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Administrator,
    Director,
    ContractManager,
    ServiceOwner,
    PanelMember,
    Reader,
}

/// Where a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "within", content = "id")]
pub enum Within {
    Everything,
    Directorate(RecordId),
    Service(RecordId),
}

/// A role somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    pub role: Role,
    pub within: Within,
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Take a file in, replace one, or decide about an overlap.
    Import,
    /// State or correct services, arrangements, organisations, staff movements and events.
    StateEstate,
    /// State or correct contracts.
    StateContract,
    /// Decide what is technology and which organisation a name means.
    DecideScope,
    /// State claims and review them.
    ReviewClaim,
    /// Say that a record was never true.
    Withdraw,
    /// Erase the item of an entry.
    Erase,
    /// Back up, restore, export.
    KeepCopies,
}

/// What the action is about, as far as grants look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub directorate: Option<RecordId>,
    pub service: Option<RecordId>,
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("none of your roles allows this")]
    NoRole,
    #[error("your role allows this only in your own directorate or service")]
    Elsewhere,
}

/// Who acts, as the log names them: an opaque id, never a person's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(pub String);

/// Proof that [`may`] agreed. The register writes nothing without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    actor: Actor,
    action: Action,
}

impl Permit {
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn action(&self) -> Action {
        self.action
    }
}

/// The role table: which roles may do an action at all.
fn roles(action: Action) -> &'static [Role] {
    use Role::{Administrator, ContractManager, Director, PanelMember, ServiceOwner};
    match action {
        Action::Import | Action::DecideScope | Action::Withdraw => {
            &[Administrator, Director, ContractManager]
        }
        Action::StateEstate => &[Administrator, Director, ContractManager, ServiceOwner],
        Action::StateContract => &[Administrator, Director, ContractManager],
        Action::ReviewClaim => &[Administrator, Director, PanelMember],
        Action::Erase | Action::KeepCopies => &[Administrator],
    }
}

/// Whether an actor with these grants may do this to that.
pub fn may(
    actor: &Actor,
    grants: &[Grant],
    action: Action,
    subject: Subject,
) -> Result<Permit, Refusal> {
    let allowed = roles(action);
    let mut refusal = Refusal::NoRole;
    for grant in grants.iter().filter(|grant| allowed.contains(&grant.role)) {
        let here = match grant.within {
            Within::Everything => true,
            Within::Directorate(id) => subject.directorate == Some(id),
            Within::Service(id) => subject.service == Some(id),
        };
        if here {
            return Ok(Permit {
                actor: actor.clone(),
                action,
            });
        }
        refusal = Refusal::Elsewhere;
    }
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: Within = Within::Everything;

    fn grants(role: Role, within: Within) -> Vec<Grant> {
        vec![Grant { role, within }]
    }

    #[test]
    fn the_role_table() {
        let actor = Actor("a".into());
        for (role, action, allowed) in [
            (Role::Administrator, Action::Erase, true),
            (Role::Director, Action::Erase, false),
            (Role::ContractManager, Action::StateContract, true),
            (Role::ServiceOwner, Action::StateContract, false),
            (Role::PanelMember, Action::ReviewClaim, true),
            (Role::PanelMember, Action::StateEstate, false),
            (Role::Reader, Action::Import, false),
        ] {
            let answer = may(
                &actor,
                &grants(role, EVERYWHERE),
                action,
                Subject::default(),
            );
            assert_eq!(answer.is_ok(), allowed, "{role:?} {action:?}");
        }
    }

    #[test]
    fn a_service_owner_acts_on_the_own_service_only() {
        let (own, other) = (RecordId([1; 16]), RecordId([2; 16]));
        let actor = Actor("a".into());
        let grants = grants(Role::ServiceOwner, Within::Service(own));
        let about = |service| Subject {
            service: Some(service),
            directorate: None,
        };
        assert!(may(&actor, &grants, Action::StateEstate, about(own)).is_ok());
        assert_eq!(
            may(&actor, &grants, Action::StateEstate, about(other)),
            Err(Refusal::Elsewhere)
        );
    }
}
