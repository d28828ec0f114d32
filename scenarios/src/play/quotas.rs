//! Using up what a gateway lets an application do, and waiting until it is there again. Judges
//! nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::operations::{Access, Operation};
use uuid::Uuid;

use super::at_once::Pace;
use crate::check::Stop;
use crate::client::{Admission, Call, Reply};
use crate::quotas::{self, Exceedable, Steady, most_admitted, share};
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

/// How often something is tried that must fall within a window, which may end just then.
const ATTEMPTS: usize = 5;
/// How long a quota is tried to be exceeded, at least and in windows.
const SHORTEST_TRY: Duration = Duration::from_secs(10);
const WINDOWS_TRIED: u32 = 5;

/// What came of going beyond a quota.
#[derive(Clone, Debug)]
pub(crate) struct Exceeded {
    /// The first answer 429.
    pub refused: Option<Reply>,
    /// The answers before it.
    pub passed: Vec<u16>,
    /// How long that took.
    pub time: Duration,
    /// Whether more passed than any gateway that counts lets pass.
    pub proven: bool,
}

/// Calls within the quotas of an operation.
#[derive(Clone, Debug)]
pub(crate) struct Within {
    /// How many passed.
    pub passed: usize,
    /// The answer 429, if one came.
    pub refused: Option<Reply>,
    /// Whether a call passed once the windows that can be waited for had passed after that.
    pub served_later: bool,
}

/// A call that changes nothing, whether what it asks for is there or not.
pub(crate) fn harmless(operation: Operation) -> Call {
    let nobody = Uuid::new_v4().to_string();
    let call = Call::operation(operation, &[&nobody, &nobody]);
    match operation {
        Operation::ListNotifications => call.query("maxResult", "1"),
        _ => call,
    }
}

impl World {
    /// Waits for as long as the longest window that can be waited for: nothing that was sent counts
    /// any more.
    pub(crate) async fn let_windows_pass(&self) {
        let session = self.session();
        let quotas = session.target.quotas.iter();
        let waited_for = quotas.filter(|quota| quota.window <= session.patience);
        let longest = waited_for.map(|quota| share(quota).1).max();
        tokio::time::sleep(longest.unwrap_or_default()).await;
    }

    /// The operations by which a role tries its quotas.
    pub(crate) fn tried_within(&self, role: Role) -> Vec<Operation> {
        quotas::tried_within(&self.session().target.quotas, may(role))
    }

    /// The quota of its application that a role can exceed.
    pub(crate) fn exceedable(&self, role: Role) -> Result<Exceedable, Stop> {
        let session = self.session();
        quotas::of_an_application(&session.target.quotas, session.patience, may(role))
            .ok_or_else(too_long)
    }

    /// The quota of one method that one of these roles can exceed, and another method.
    pub(crate) fn exceedable_method(
        &self,
        roles: &[Role],
    ) -> Result<(Role, Exceedable, Operation), Stop> {
        let session = self.session();
        let quotas = &session.target.quotas;
        let of = |role: &Role| {
            let found = quotas::of_a_method(quotas, session.patience, may(*role))?;
            Some((*role, found, quotas::without_own(quotas, may(*role))?))
        };
        roles.iter().find_map(of).ok_or_else(too_long)
    }

    /// Calls an operation as often as its quotas allow, each call after the answer before it.
    pub(crate) async fn keep_within(
        &self,
        credential: &Arc<Credential>,
        operation: Operation,
    ) -> Result<Within, Stop> {
        let session = self.session();
        let call = harmless(operation).admitted(Admission::Tried);
        let Steady { calls, pause, from_the_answer, span } =
            quotas::steady(&session.target.quotas, operation, session.patience);
        let (started, mut passed) = (Instant::now(), 0);
        while passed < calls && (passed < 2 || started.elapsed() < span) {
            let sent = Instant::now();
            let reply = self.once(credential, &call).await?;
            if reply.status() == 429 {
                self.let_windows_pass().await;
                let served_later = self.once(credential, &call).await?.status() != 429;
                return Ok(Within { passed: passed as usize, refused: Some(reply), served_later });
            }
            passed += 1;
            let since = if from_the_answer { Instant::now() } else { sent };
            tokio::time::sleep(pause.saturating_sub(since.elapsed())).await;
        }
        Ok(Within { passed: passed as usize, refused: None, served_later: false })
    }

    /// Calls several at a time until one is refused, or more passed than any gateway that counts
    /// lets pass: half as many again, for one that counts in several places.
    pub(crate) async fn exceed(
        &self,
        credential: &Arc<Credential>,
        Exceedable { quota, operation }: &Exceedable,
    ) -> Result<Exceeded, Stop> {
        let call = harmless(*operation).admitted(Admission::Beyond(*quota));
        let at_once = usize::try_from(quota.amount.figure() / 2 + 1).unwrap_or(8).clamp(2, 8);
        let limit = (quota.window * WINDOWS_TRIED).max(SHORTEST_TRY);
        let (started, mut passed) = (Instant::now(), Vec::new());
        loop {
            let replies = self.race(credential, vec![call.clone(); at_once], Pace::AtOnce).await?;
            let time = started.elapsed();
            let refused = replies.iter().find(|reply| reply.status() == 429).cloned();
            passed.extend(replies.iter().map(Reply::status).filter(|status| *status != 429));
            let most = most_admitted(quota, time);
            let proven = refused.is_none() && passed.len() as u64 > most.saturating_add(most / 2);
            if refused.is_some() || proven || time > limit {
                return Ok(Exceeded { refused, passed, time, proven });
            }
        }
    }

    /// Exceeds a quota, or breaks the scenario.
    pub(crate) async fn need_exceeded(
        &self,
        credential: &Arc<Credential>,
        exceedable: &Exceedable,
    ) -> Result<Reply, Stop> {
        let Exceeded { refused, passed, .. } = self.exceed(credential, exceedable).await?;
        refused.ok_or_else(|| {
            let observed = format!("{} demandes servies", passed.len());
            Stop::broken("dépassement d'un quota", "429", observed)
        })
    }

    /// Makes a call while a quota is exceeded: the calls that exceed it are refused before and
    /// after.
    pub(crate) async fn while_exceeded(
        &self,
        credential: &Arc<Credential>,
        exceedable: &Exceedable,
        other: (&Arc<Credential>, Call),
    ) -> Result<Reply, Stop> {
        let beyond = Admission::Beyond(exceedable.quota);
        let again = harmless(exceedable.operation).admitted(beyond);
        for _ in 0..ATTEMPTS {
            self.need_exceeded(credential, exceedable).await?;
            let answer = self.once(other.0, &other.1).await?;
            if self.once(credential, &again).await?.status() == 429 {
                return Ok(answer);
            }
        }
        let observed = format!("une fenêtre terminée entre-temps, {ATTEMPTS} fois");
        Err(Stop::broken("demande pendant un dépassement", "un quota dépassé", observed))
    }

    /// One call by whoever has a credential, in the name of this scenario.
    pub(crate) async fn once(
        &self,
        credential: &Arc<Credential>,
        call: &Call,
    ) -> Result<Reply, Stop> {
        let mut replies = self.race(credential, vec![call.clone()], Pace::InTurn).await?;
        replies.pop().ok_or_else(|| Stop::broken("demande", "une réponse", "aucune"))
    }
}

fn may(role: Role) -> impl Fn(Operation) -> bool {
    move |operation| operation.access(role.scope()) == Access::Allowed
}

fn too_long() -> Stop {
    let reason = "les quotas déclarés dans [quota] ont des fenêtres plus longues que --patience";
    Stop::AskedToWait { reason: reason.to_owned() }
}
