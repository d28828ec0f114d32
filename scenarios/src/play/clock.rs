//! The hub's clock, where its owner lets us move it (interfaces "steer_clock"): under a lease, by a
//! scenario that runs alone. Moving it expires every token; it never goes back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::operations::Method;
use contract::timestamp::Timestamp;
use reports::event::{Event, NoteLevel};
use serde_json::{Value, json};

use crate::actor::{Look, until};
use crate::check::{Needed as _, Step, Stop};
use crate::client::{Call, ClientError, Reply};
use crate::session::Session;
use crate::world::World;

impl World {
    /// Whether this hub's clock may be moved.
    pub(crate) fn may_move_clock(&self) -> bool {
        self.session().target.may.steer_clock.is_some()
    }

    /// The hub's time: its clock's, else the `Date` of its last answer (RFC 9110 §6.6.1), else
    /// ours.
    pub(crate) async fn hub_now(&mut self) -> Result<Timestamp, Stop> {
        let Some(address) = self.session().target.may.steer_clock.clone() else {
            let told = self.replies.iter().rev().find_map(Reply::date);
            return Ok(told.unwrap_or_else(std::time::SystemTime::now).into());
        };
        let call = Call::at(Method::Get, &address, &self.session().target.may);
        let reply = self.send(call).await?.needed("lecture de l'horloge du hub", 200)?;
        let now = reply.text("/now").parse();
        now.map_err(|_| {
            Stop::broken("lecture de l'horloge du hub", "{\"now\": …}", reply.in_short())
        })
    }

    /// Moves the hub's clock forward. The lease is kept until the run ends.
    ///
    /// # Errors
    /// When the clock is held by another run for longer than the target's limit, or cannot be
    /// moved.
    pub(crate) async fn advance_clock(&mut self, seconds: i64) -> Step {
        self.acquire_clock().await?;
        let run = self.session().run_id.clone();
        let moved = self.steer(json!({ "advance_seconds": seconds, "run": run })).await?;
        self.session().client.tokens().forget();
        moved.needed("réglage de l'horloge du hub", 200)?;
        Ok(())
    }

    /// Moves the hub's clock forward to an instant; not at all when it is past.
    ///
    /// # Errors
    /// As [`World::advance_clock`].
    pub(crate) async fn advance_clock_to(&mut self, instant: Timestamp) -> Step {
        let ahead_ms = instant.unix_ms() - self.hub_now().await?.unix_ms();
        if ahead_ms > 0 { self.advance_clock(ahead_ms / 1000 + 1).await } else { Ok(()) }
    }

    async fn acquire_clock(&mut self) -> Step {
        let run = self.session().run_id.clone();
        let limit = self.session().target.limits.delivery;
        let waited = until(limit, async || {
            let reply = self.steer(json!({ "acquire": run })).await?;
            Ok::<_, Stop>(Look { done: reply.status() != 409, seen: reply })
        });
        waited.await?.seen.needed("prise de l'horloge du hub", 200)?;
        self.session().ledger.clock_held.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn steer(&mut self, order: Value) -> Result<Reply, Stop> {
        let address = self.session().target.may.steer_clock.clone();
        let address = address.ok_or_else(|| {
            Stop::broken(
                "réglage de l'horloge du hub",
                "may.steer_clock",
                "absent du fichier de cible",
            )
        })?;
        let call = Call::at(Method::Post, &address, &self.session().target.may);
        self.send(call.json(order)).await
    }
}

/// How far a person moves the clock.
#[derive(Clone, Copy, Debug)]
pub enum Ahead {
    /// By so many seconds.
    By(i64),
    /// To an instant.
    To(Timestamp),
}

/// Moves the hub's clock for a person; the hub refuses while a run holds it, and to go back. None
/// where the target lets nobody move it.
pub async fn move_by_hand(session: &Session, ahead: Ahead) -> Option<Result<Reply, ClientError>> {
    let (may, client) = (&session.target.may, &session.client);
    let address = may.steer_clock.as_ref()?;
    let seconds = match ahead {
        Ahead::By(seconds) => seconds,
        Ahead::To(instant) => {
            let read = client.send(&Call::at(Method::Get, address, may)).await;
            match read.as_ref().map(|reply| reply.text("/now").parse::<Timestamp>()) {
                // Whole seconds: not short of the instant.
                Ok(Ok(now)) => (instant.unix_ms() - now.unix_ms() + 999).div_euclid(1000),
                _ => return Some(read),
            }
        }
    };
    let order = json!({ "advance_seconds": seconds, "run": session.run_id });
    let moved = client.send(&Call::at(Method::Post, address, may).json(order)).await;
    client.tokens().forget();
    Some(moved)
}

/// Longest wait for another run to end what it plays alone: as long as a lease lasts.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// Takes the lease for everything that is played alone, so that two runs on one hub take turns in
/// it. A run that waits in vain goes on without: its scenarios that need the clock will say so.
pub async fn acquire(session: &Session) {
    let Some(address) = &session.target.may.steer_clock else {
        return;
    };
    let order = Call::at(Method::Post, address, &session.target.may);
    let order = order.json(json!({ "acquire": session.run_id }));
    let is_said = AtomicBool::new(false);
    let waited = until(LONGEST_WAIT, async || {
        let reply = session.client.send(&order).await?;
        let is_held = reply.status() == 409;
        if is_held && !is_said.swap(true, Ordering::Relaxed) {
            session.journal().emit(Event::Note { level: NoteLevel::Warning, text: held() });
        }
        Ok::<_, ClientError>(Look { done: !is_held, seen: reply })
    });
    if let Ok(waited) = waited.await {
        session.ledger.clock_held.store(waited.seen.is_success(), Ordering::Relaxed);
    }
}

fn held() -> String {
    format!(
        "l'horloge du hub est prise par un autre passage : attente de sa fin, {} min au plus ; s'il \
         a été tué, « etalon certify hub --target … --clean SON_RAPPORT » la libère",
        LONGEST_WAIT.as_secs() / 60
    )
}

/// Gives the lease back that a run took, whoever asks.
pub(crate) async fn release_for(session: &Session, run_id: &str) {
    if let Some(address) = &session.target.may.steer_clock {
        // A lease that is not given back ends by itself.
        let order = Call::at(Method::Post, address, &session.target.may);
        let _ = session.client.send(&order.json(json!({ "release": run_id }))).await;
    }
}

/// Gives the lease back, when the run holds it.
pub async fn release(session: &Session) {
    if session.ledger.clock_held.swap(false, Ordering::Relaxed) {
        release_for(session, &session.run_id).await;
    }
}
