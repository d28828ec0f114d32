//! What the sequences of an exploration share: the run, who plays, the démarche, and how long a hub
//! is waited for.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::rules::ContractVersion;

use crate::actor::profile::Profile;
use crate::roles::{Cast, NotPlayable, Role};
use crate::session::Session;
use crate::target::Credential;

/// The least that a hub is waited for when a sequence is played again: noise of the machine.
const LEAST: Duration = Duration::from_millis(400);

/// The stage.
pub struct Stage {
    /// The run.
    pub session: Arc<Session>,
    /// What a télédossier may carry.
    pub profile: Profile,
    cast: Cast,
    /// Whether whatever is played is to end soon.
    hurried: AtomicBool,
}

impl Stage {
    /// Casts an OSL and an SI, and whoever else the target declares on the same démarche.
    ///
    /// # Errors
    /// When no OSL and SI share a démarche.
    pub fn set(session: &Arc<Session>) -> Result<Self, NotPlayable> {
        let mut roles = BTreeSet::from([Role::Osl, Role::Si]);
        // A second SI counts most: the others are found on any démarche.
        for role in [Role::SecondSi, Role::OtherProcess, Role::SecondOsl, Role::Datapass] {
            roles.insert(role);
            if session.troupe.cast(&roles).is_err() {
                roles.remove(&role);
            }
        }
        let cast = session.troupe.cast(&roles)?;
        let process =
            cast.process.clone().ok_or(NotPlayable { role: Role::Osl, on_a_process: true })?;
        Ok(Self {
            profile: Profile::of(&process, &session.target),
            session: session.clone(),
            cast,
            hurried: AtomicBool::new(false),
        })
    }

    /// Who plays a role, if somebody does.
    #[must_use]
    pub fn player(&self, role: Role) -> Option<&Arc<Credential>> {
        self.cast.player(role)
    }

    /// Everybody but the OSL and the SI who make the télédossiers, and both of them too: for what
    /// is not theirs.
    #[must_use]
    pub fn strangers(&self) -> Vec<Role> {
        [Role::Osl, Role::Si, Role::SecondSi, Role::OtherProcess, Role::SecondOsl, Role::Datapass]
            .into_iter()
            .filter(|role| *role != Role::Osl && self.player(*role).is_some())
            .collect()
    }

    /// Those who have a queue of notifications.
    pub fn queues(&self) -> impl Iterator<Item = Role> + '_ {
        [Role::Osl, Role::Si, Role::SecondSi, Role::OtherProcess, Role::SecondOsl]
            .into_iter()
            .filter(|role| self.player(*role).is_some())
    }

    /// Whether what the documents say since 1.2.6 is required.
    #[must_use]
    pub fn is_recent(&self) -> bool {
        self.session.target.hub.contract == ContractVersion::CiSi126
    }

    /// Whether this hub was seen to settle things later.
    #[must_use]
    pub fn is_late(&self) -> bool {
        self.session.client.observed().is_late()
    }

    /// Whether whatever is played is to end soon.
    pub fn hurry(&self, hurried: bool) {
        self.hurried.store(hurried, Ordering::Relaxed);
    }

    /// How long something is waited for, at most `limit`; when a sequence is played again in search
    /// of a shorter one, no longer than a hub that settles needs.
    #[must_use]
    pub fn patience(&self, limit: Duration, hurried: bool) -> Duration {
        if !hurried && !self.hurried.load(Ordering::Relaxed) {
            return limit;
        }
        limit.min(self.session.client.observed().slowest() * 2 + LEAST)
    }
}
