//! What the sequences of an exploration share: the run, who plays, the démarche, and how long a hub
//! is waited for.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::rules::ContractVersion;
use model::Setting;

use crate::actor::profile::Profile;
use crate::roles::{Assignment, NotPlayable, Role};
use crate::session::Session;
use crate::target::Credential;

/// The least that a hub is waited for when a sequence is played again: noise of the machine.
const LEAST: Duration = Duration::from_millis(400);

/// Who takes part in the sequences, and on what.
pub struct Parties {
    /// The run.
    pub session: Arc<Session>,
    /// What is played on: the démarche, and who takes part.
    pub setting: Arc<Setting>,
    number_prefix: String,
    assignment: Assignment,
    /// Whether whatever is played is to end soon.
    hurried: AtomicBool,
}

impl Parties {
    /// Assigns an OSL and an SI, and whoever else the target declares on the same démarche.
    pub fn assign(session: &Arc<Session>) -> Result<Self, NotPlayable> {
        let mut roles = BTreeSet::from([Role::Osl, Role::Si]);
        // A second SI counts most: the others are found on any démarche.
        for role in [Role::SecondSi, Role::OtherProcess, Role::SecondOsl, Role::Datapass] {
            roles.insert(role);
            if session.credentials.assign(&roles).is_err() {
                roles.remove(&role);
            }
        }
        let assignment = session.credentials.assign(&roles)?;
        let process = assignment
            .process
            .clone()
            .ok_or(NotPlayable { role: Role::Osl, on_a_process: true })?;
        let profile = Profile::of(&process, &session.target);
        Ok(Self {
            setting: Arc::new(setting(session, &assignment, &roles, &profile)),
            number_prefix: profile.number_prefix,
            session: session.clone(),
            assignment,
            hurried: AtomicBool::new(false),
        })
    }

    /// A folder number never used before.
    pub fn free_number(&self) -> String {
        format!("{}{}", self.number_prefix, self.session.free_number())
    }

    /// Who plays a role, if somebody does.
    pub fn credential(&self, role: Role) -> Option<&Arc<Credential>> {
        self.assignment.credential(role)
    }

    /// Whether this hub was seen to settle things later.
    pub(crate) fn is_late(&self) -> bool {
        self.session.client.observed().is_late()
    }

    /// Whether whatever is played is to end soon.
    pub(crate) fn hurry(&self, hurried: bool) {
        self.hurried.store(hurried, Ordering::Relaxed);
    }

    /// How long something is waited for, at most `limit`; when a sequence is played again in search
    /// of a shorter one, no longer than a hub that settles needs.
    pub fn patience(&self, limit: Duration, hurried: bool) -> Duration {
        if !hurried && !self.hurried.load(Ordering::Relaxed) {
            return limit;
        }
        limit.min(self.session.client.observed().slowest() * 2 + LEAST)
    }
}

fn setting(
    session: &Session,
    assignment: &Assignment,
    roles: &BTreeSet<Role>,
    profile: &Profile,
) -> Setting {
    let (kind, mime_type) = profile.first_kind();
    let organization =
        |role: &Role| assignment.credential(*role).and_then(|it| it.organization.clone());
    let mut processes = session.credentials.processes().iter();
    Setting {
        process: profile.process.to_string(),
        other_process: processes.find(|it| **it != profile.process).map(ToString::to_string),
        kind: kind.to_owned(),
        mime_type: mime_type.to_owned(),
        parties: roles.iter().map(|role| (*role, organization(role))).collect(),
        is_recent: session.target.hub.contract == ContractVersion::CiSi126,
        max_batch: session.target.limits.max_batch,
    }
}
