//! A request whose answer is lost: written on a bare connection, which is closed as soon as the
//! request is sent (rule DEL-03). What the hub made of it is read afterwards, by others.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::check::{Step, Stop};
use crate::client::{Call, base, raw, tls};
use crate::roles::Role;
use crate::world::World;

/// How long a hub is let work on a request before its client is gone.
const SOON: Duration = Duration::from_millis(20);

/// When the client of a lost answer closes its connection. What a hub can tear differs with it: a
/// request not begun, one being done, one done whose answer nobody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HangUp {
    /// As soon as the request is sent.
    AtOnce,
    /// While the hub, most likely, works on it.
    SoonAfter,
    /// When the first byte of the answer is there.
    AnswerInSight,
}

impl World {
    /// Sends a call as a role and closes the connection before the answer is read; then lets the
    /// hub be done with it.
    pub(crate) async fn send_and_hang_up(&mut self, role: Role, call: Call, when: HangUp) -> Step {
        let credential = self.credential(role)?;
        let session = self.session().clone();
        let url = base(&session.target.hub, call.api).clone();
        let no_answer = |reason: String| Stop::NoAnswer { reason };
        let token = session.client.token_of(&credential, Some(self.scenario())).await?;
        let config = match url.scheme() {
            "https" => Some(
                tls::config(&session.target, rustls::DEFAULT_VERSIONS)
                    .map_err(|error| no_answer(error.to_string()))?,
            ),
            _ => None,
        };
        let request = session.client.written(&call, Some(&token));
        let sent = async {
            let mut stream = raw::connect(&url, config).await?;
            stream.write_all(&request).await?;
            stream.flush().await?;
            match when {
                HangUp::AtOnce => {}
                HangUp::SoonAfter => tokio::time::sleep(SOON).await,
                // A hub that does not answer in time is one whose answer is lost all the same.
                HangUp::AnswerInSight => {
                    let limit = session.target.limits.request_timeout;
                    let _ = tokio::time::timeout(limit, stream.read(&mut [0_u8; 1])).await;
                }
            }
            stream.shutdown().await
        };
        sent.await.map_err(|error| {
            no_answer(format!("{} {} could not be sent: {error}", call.method, call.path))
        })?;
        tokio::time::sleep(session.target.limits.quiet.max(Duration::from_millis(200))).await;
        Ok(())
    }
}
