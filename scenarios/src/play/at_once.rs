//! The same calls made at once by several callers, and one after the other (rule DEL-05). Judges
//! nothing.

use std::sync::Arc;

use futures::future::join_all;

use crate::actor::Actor;
use crate::check::Stop;
use crate::client::{Call, Reply};
use crate::target::Credential;
use crate::world::World;

/// How calls follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Each once the one before was answered.
    InTurn,
    /// All together.
    AtOnce,
}

impl World {
    /// Makes calls at this pace; gives the answers in the order of the calls.
    pub(crate) async fn race(
        &self,
        credential: &Arc<Credential>,
        calls: Vec<Call>,
        pace: Pace,
    ) -> Result<Vec<Reply>, Stop> {
        let client = &self.session().client;
        let make = async |call| {
            Actor::new(client, credential).in_scenario(self.scenario()).send(call).await
        };
        let answered = match pace {
            Pace::AtOnce => join_all(calls.into_iter().map(make)).await,
            Pace::InTurn => {
                let mut answered = Vec::new();
                for call in calls {
                    answered.push(make(call).await);
                }
                answered
            }
        };
        Ok(answered.into_iter().collect::<Result<_, _>>()?)
    }
}
