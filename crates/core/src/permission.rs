//! Who may do what: roles, grants and the permit without which nothing is written.

use crate::record::{RecordId, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a person is to the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Administrator,
    Director,
    ContractManager,
    ServiceOwner,
    /// Speaks for the business: hears problems, ranks them, follows what becomes of them.
    BusinessPartner,
    PanelMember,
    Reader,
}

impl Role {
    pub const ALL: [Role; 7] = [
        Role::Administrator,
        Role::Director,
        Role::ContractManager,
        Role::ServiceOwner,
        Role::BusinessPartner,
        Role::PanelMember,
        Role::Reader,
    ];

    /// In plain words.
    pub fn word(self) -> &'static str {
        [
            "administrator",
            "director",
            "contract manager",
            "service owner",
            "business partner",
            "panel member",
            "reader",
        ][self as usize]
    }
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
    /// See what is internal.
    See,
    /// State or correct the recommendations of a panel.
    Recommend,
    /// Answer a panel's recommendation, and say how far it has come.
    AnswerRecommendation,
    /// Say what goes wrong, about any service.
    RaiseProblem,
    /// Rank problems, move them on, merge them, and state their challenges, trials and benefits.
    ShapeProblem,
    /// Make a record, or a statement, public.
    Publish,
    /// Open, change and close accounts.
    ManageAccounts,
    /// See who read what is restricted.
    ReadLog,
    /// Hold tokens by which programs act in one's name.
    HoldTokens,
    /// Open a round of feedback, invite people to it and close it.
    RunRound,
    /// State commitments, actions and work-arounds, and what became of them.
    Promise,
    /// Write updates that everybody can read.
    PublishUpdate,
    /// Read what people wrote before others do, and show or remove it.
    Moderate,
    /// Comment on updates.
    Comment,
}

impl Action {
    pub const ALL: [Action; 22] = [
        Action::Import,
        Action::StateEstate,
        Action::StateContract,
        Action::DecideScope,
        Action::ReviewClaim,
        Action::Withdraw,
        Action::Erase,
        Action::KeepCopies,
        Action::See,
        Action::Recommend,
        Action::AnswerRecommendation,
        Action::RaiseProblem,
        Action::ShapeProblem,
        Action::Publish,
        Action::ManageAccounts,
        Action::ReadLog,
        Action::HoldTokens,
        Action::RunRound,
        Action::Promise,
        Action::PublishUpdate,
        Action::Moderate,
        Action::Comment,
    ];

    /// Whether it states, decides or takes back something about records.
    pub fn changes_records(self) -> bool {
        !matches!(
            self,
            Action::See
                | Action::ReadLog
                | Action::HoldTokens
                | Action::ManageAccounts
                | Action::KeepCopies
                | Action::Moderate
                | Action::Comment
        )
    }

    /// In plain words, by which templates ask too.
    pub fn word(self) -> &'static str {
        [
            "import",
            "state the estate",
            "state contracts",
            "decide scope",
            "review claims",
            "withdraw",
            "erase",
            "keep copies",
            "see",
            "recommend",
            "answer recommendations",
            "raise problems",
            "shape problems",
            "publish",
            "manage accounts",
            "read the log of readings",
            "hold tokens",
            "run rounds",
            "promise",
            "publish updates",
            "moderate",
            "comment",
        ][self as usize]
    }

    /// Whether whoever may do it somewhere may do it anywhere: a problem is heard from everybody, about
    /// every service.
    fn is_unbound(self) -> bool {
        self == Action::RaiseProblem
    }
}

/// What an action is about, as far as grants look at it: the services it concerns, and their
/// directorates. Empty for what belongs to no service; only a grant for everything holds there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub directorates: BTreeSet<RecordId>,
    pub services: BTreeSet<RecordId>,
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
    use Role::{
        Administrator, BusinessPartner, ContractManager, Director, PanelMember, ServiceOwner,
    };
    const EVERYBODY: &[Role] = &Role::ALL;
    match action {
        Action::Import | Action::DecideScope | Action::Withdraw => {
            &[Administrator, Director, ContractManager]
        }
        Action::StateEstate => &[Administrator, Director, ContractManager, ServiceOwner],
        Action::RunRound => &[Administrator, Director, ServiceOwner],
        Action::StateContract => &[Administrator, Director, ContractManager],
        Action::ReviewClaim => &[Administrator, Director, PanelMember],
        Action::Recommend => &[Administrator, Director, PanelMember],
        Action::AnswerRecommendation | Action::Publish | Action::Moderate => {
            &[Administrator, Director]
        }
        Action::Promise | Action::PublishUpdate => &[Administrator, Director, ServiceOwner],
        Action::Erase | Action::KeepCopies | Action::ManageAccounts | Action::ReadLog => {
            &[Administrator]
        }
        Action::ShapeProblem => &[Administrator, Director, ServiceOwner, BusinessPartner],
        Action::See | Action::HoldTokens | Action::Comment | Action::RaiseProblem => EVERYBODY,
    }
}

impl Within {
    /// Whether a grant here holds for a subject.
    fn holds(self, subject: &Subject) -> bool {
        match self {
            Within::Everything => true,
            Within::Directorate(id) => subject.directorates.contains(&id),
            Within::Service(id) => subject.services.contains(&id),
        }
    }
}

/// Whether there is any subject on which somebody with these grants may do this.
pub fn could(grants: &[Grant], action: Action) -> bool {
    grants
        .iter()
        .any(|grant| roles(action).contains(&grant.role))
}

/// Whether somebody with these grants may see a record: what is published everybody, what is internal
/// whoever has any role, what is restricted the administrator, the director, and contract managers
/// and service owners where their grant holds.
pub fn sees(grants: &[Grant], visibility: Visibility, subject: &Subject) -> bool {
    use Role::{Administrator, ContractManager, Director, ServiceOwner};
    match visibility {
        Visibility::Published => true,
        Visibility::Internal => could(grants, Action::See),
        Visibility::Restricted => grants.iter().any(|grant| {
            [Administrator, Director, ContractManager, ServiceOwner].contains(&grant.role)
                && grant.within.holds(subject)
        }),
    }
}

/// Whether everything in `wanted` is allowed by `held`: nobody hands out, to a person or a token,
/// rights that they lack.
pub fn covers(held: &[Grant], wanted: &[Grant]) -> bool {
    wanted.iter().all(|wanted| {
        held.iter().any(|held| {
            held.role == wanted.role
                && (held.within == Within::Everything || held.within == wanted.within)
        })
    })
}

/// Whether an actor with these grants may do this to that.
pub fn may(
    actor: &Actor,
    grants: &[Grant],
    action: Action,
    subject: &Subject,
) -> Result<Permit, Refusal> {
    let allowed = roles(action);
    let mut refusal = Refusal::NoRole;
    for grant in grants.iter().filter(|grant| allowed.contains(&grant.role)) {
        if action.is_unbound() || grant.within.holds(subject) {
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
            (Role::BusinessPartner, Action::ShapeProblem, true),
            (Role::BusinessPartner, Action::StateEstate, false),
            (Role::Reader, Action::ShapeProblem, false),
            (Role::Reader, Action::Import, false),
            (Role::ServiceOwner, Action::Promise, true),
            (Role::ContractManager, Action::PublishUpdate, false),
            (Role::ServiceOwner, Action::Moderate, false),
            (Role::Reader, Action::Comment, true),
        ] {
            let answer = may(
                &actor,
                &grants(role, EVERYWHERE),
                action,
                &Subject::default(),
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
            services: BTreeSet::from([service]),
            directorates: BTreeSet::new(),
        };
        assert!(may(&actor, &grants, Action::StateEstate, &about(own)).is_ok());
        assert_eq!(
            may(&actor, &grants, Action::StateEstate, &about(other)),
            Err(Refusal::Elsewhere)
        );
    }

    #[test]
    fn a_problem_is_raised_about_anything_and_shaped_in_the_own_part() {
        let (own, other) = (RecordId([1; 16]), RecordId([2; 16]));
        let actor = Actor("a".into());
        let about = |directorate| Subject {
            directorates: BTreeSet::from([directorate]),
            services: BTreeSet::new(),
        };
        for role in Role::ALL {
            let grants = grants(role, Within::Directorate(own));
            let on = |action, subject: Subject| may(&actor, &grants, action, &subject).is_ok();
            assert!(on(Action::RaiseProblem, Subject::default()));
            assert!(on(Action::RaiseProblem, about(other)));
            assert!(!on(Action::ShapeProblem, about(other)), "{role:?}");
        }
        let partner = grants(Role::BusinessPartner, Within::Directorate(own));
        assert!(may(&actor, &partner, Action::ShapeProblem, &about(own)).is_ok());
        let nobody = may(&actor, &[], Action::RaiseProblem, &about(own));
        assert_eq!(nobody, Err(Refusal::NoRole));
    }

    #[test]
    fn who_sees_what() {
        let own = Subject {
            services: BTreeSet::from([RecordId([1; 16])]),
            directorates: BTreeSet::from([RecordId([2; 16])]),
        };
        let other = Subject {
            services: BTreeSet::from([RecordId([3; 16])]),
            directorates: BTreeSet::new(),
        };
        let (service, directorate) = (
            Within::Service(RecordId([1; 16])),
            Within::Directorate(RecordId([2; 16])),
        );
        for (role, within, restricted_own, restricted_other) in [
            (Role::Administrator, EVERYWHERE, true, true),
            (Role::Director, EVERYWHERE, true, true),
            (Role::ContractManager, directorate, true, false),
            (Role::ServiceOwner, service, true, false),
            (Role::BusinessPartner, EVERYWHERE, false, false),
            (Role::PanelMember, EVERYWHERE, false, false),
            (Role::Reader, EVERYWHERE, false, false),
        ] {
            let held = grants(role, within);
            assert!(sees(&held, Visibility::Internal, &other), "{role:?}");
            let restricted = |subject| sees(&held, Visibility::Restricted, subject);
            assert_eq!(restricted(&own), restricted_own, "{role:?}");
            assert_eq!(restricted(&other), restricted_other, "{role:?}");
            assert!(sees(&held, Visibility::Published, &other));
        }
        assert!(sees(&[], Visibility::Published, &own));
        assert!(!sees(&[], Visibility::Internal, &own));
        assert!(!sees(&[], Visibility::Restricted, &own));
    }

    #[test]
    fn nobody_hands_out_rights_they_lack() {
        let service = Within::Service(RecordId([1; 16]));
        let owner = grants(Role::ServiceOwner, service);
        assert!(covers(&grants(Role::ServiceOwner, EVERYWHERE), &owner));
        assert!(covers(&owner, &owner) && covers(&owner, &[]));
        assert!(!covers(&owner, &grants(Role::ServiceOwner, EVERYWHERE)));
        assert!(!covers(&owner, &grants(Role::Reader, service)));
    }
}
