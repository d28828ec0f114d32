//! What a play takes place on: a démarche, and who takes part. Known before the first call.

use contract::ids::OrganizationIdentifier;
use serde_json::{Value, json};

use crate::roles::Role;

/// Where it is played.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// The démarche.
    pub process: String,
    /// Another one, if there is one.
    pub other_process: Option<String>,
    /// A type of attachment of the démarche.
    pub kind: String,
    /// A mime type that it allows.
    pub mime_type: String,
    /// Who takes part, each with its organization.
    pub parties: Vec<(Role, Option<OrganizationIdentifier>)>,
    /// Whether what the documents say since 1.2.6 is required.
    pub is_recent: bool,
    /// The largest batch of notifications that may be asked for.
    pub max_batch: u32,
}

impl Setting {
    /// Whether somebody plays a role.
    pub fn has(&self, role: Role) -> bool {
        self.parties.iter().any(|(party, _)| *party == role)
    }

    /// The organization that plays a role, as the wire writes it.
    pub fn organization(&self, role: Role) -> Value {
        let found = self.parties.iter().find(|(party, _)| *party == role);
        json!(found.and_then(|(_, organization)| organization.as_ref()))
    }

    /// Those to whom the télédossiers are not, or not all of them: for what is not theirs to do.
    pub fn strangers(&self) -> Vec<Role> {
        let parties = self.parties.iter().map(|(role, _)| *role);
        parties.filter(|role| *role != Role::Osl).collect()
    }

    /// Those who have a queue of notifications.
    pub fn queues(&self) -> impl Iterator<Item = Role> + '_ {
        let parties = self.parties.iter().map(|(role, _)| *role);
        parties.filter(|role| *role != Role::Datapass)
    }
}
