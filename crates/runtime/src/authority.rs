//! Authority: who asks, as a checked session, key or signature says (DESIGN L15).
//!
//! Only the extractors of `web` and `api` make one from a request; what each may do is decided
//! here, and the golden access table holds it.

use base::{Actor, BodyId, Role, SectorPersonId, SystemId};
use identity::Assurance;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// Anybody, without a session.
    Visitor,
    /// A resident with a session in this body.
    Citizen {
        /// As the body knows them.
        person: SectorPersonId,
        /// How sure the identity office is of them.
        assurance: Assurance,
    },
    /// A member of staff with a session in this body.
    Staff {
        /// The body they work for.
        body: BodyId,
        /// What they are there to do.
        roles: Vec<Role>,
    },
    /// A program with a key of the API.
    ApiClient {
        /// The client's name.
        client: String,
    },
    /// A back office whose signature was checked.
    BackOffice {
        /// The system.
        system: SystemId,
    },
    /// Another public body, by mutual TLS or signature, or on this host.
    Body {
        /// The body.
        body: BodyId,
    },
    /// This program itself.
    System,
}

impl Authority {
    /// The kind of actor for the measures.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Visitor | Self::Citizen { .. } | Self::ApiClient { .. } => Actor::Requester,
            Self::Staff { roles, .. } => {
                roles.first().map_or(Actor::System, |role| Actor::Staff(*role))
            }
            Self::BackOffice { .. } => Actor::BackOffice,
            Self::Body { .. } => Actor::Body,
            Self::System => Actor::System,
        }
    }

    /// The person, when a resident asks.
    pub const fn person(&self) -> Option<SectorPersonId> {
        match self {
            Self::Citizen { person, .. } => Some(*person),
            Self::Visitor
            | Self::Staff { .. }
            | Self::ApiClient { .. }
            | Self::BackOffice { .. }
            | Self::Body { .. }
            | Self::System => None,
        }
    }

    /// The role in which staff of this body act, when they have one of these.
    pub fn role_among(&self, body: &BodyId, wanted: &[Role]) -> Option<Role> {
        match self {
            Self::Staff { body: works_for, roles } if works_for == body => {
                wanted.iter().copied().find(|role| roles.contains(role))
            }
            Self::Staff { .. }
            | Self::Visitor
            | Self::Citizen { .. }
            | Self::ApiClient { .. }
            | Self::BackOffice { .. }
            | Self::Body { .. }
            | Self::System => None,
        }
    }
}
