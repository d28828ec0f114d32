//! Tokens in use, one slot a credential: asked for once, used until shortly before they expire,
//! then renewed, so that a run of any length never fails for it. What a hub does with tokens is
//! judged by the AUTH scenarios, which ask for tokens of their own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

use super::Reply;

/// How long a token is used that does not say how long it lives, in seconds.
const UNSAID_LIFE: f64 = 300.0;

/// The slots of all credentials.
#[derive(Default)]
pub struct Tokens {
    slots: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Slot>>>>,
}

impl Tokens {
    /// The slot of a credential, by its name.
    pub fn slot(&self, credential: &str) -> Arc<tokio::sync::Mutex<Slot>> {
        self.slots.lock().entry(credential.to_owned()).or_default().clone()
    }

    /// Forgets every token: to be called after a shared clock was moved, which expires them all.
    pub fn forget(&self) {
        self.slots.lock().clear();
    }
}

/// The token of one credential, if it has one.
#[derive(Default)]
pub struct Slot {
    token: Option<(String, Instant)>,
    /// When it ends by the hub's own clock, as far as its `Date` header tells.
    ends_at: Option<SystemTime>,
}

impl Slot {
    /// The token, when it is still good for the calls to come.
    pub fn usable(&self) -> Option<String> {
        self.token
            .as_ref()
            .filter(|(_, renew_at)| Instant::now() < *renew_at)
            .map(|(token, _)| token.clone())
    }

    /// Whether a token that was refused with this answer is not the one to use any more: another
    /// was asked for meanwhile, or it has ended by the hub's own clock, which somebody moved, or
    /// the machine slept; it is then forgotten. The newest token refused before its end stays:
    /// that is for the AUTH rules to judge.
    pub(crate) fn is_outdated(&mut self, used: &str, answer: &Reply) -> bool {
        if self.token.as_ref().is_some_and(|(token, _)| token != used) {
            return true;
        }
        let ended = self.ends_at.zip(answer.date()).is_some_and(|(end, now)| now >= end);
        if ended {
            self.token = None;
        }
        ended
    }

    /// Takes the token of an answer.
    pub fn fill(&mut self, reply: &Reply) -> Result<String, String> {
        let token = reply.text("/access_token");
        if reply.status() != 200 || token.is_empty() {
            let error = reply.text("/error");
            return Err(if error.is_empty() {
                format!("the hub answered {}", reply.in_short())
            } else {
                format!("the hub answered {} {error}", reply.status())
            });
        }
        let life = life_of(&reply.json()["expires_in"]);
        // A token is renewed after 80 % of its life, and a minute before its end when it lives
        // long.
        let usable = (life * 0.8).max(life - 60.0);
        self.ends_at = reply.date().map(|date| date + Duration::from_secs_f64(life));
        self.token = Some((token.to_owned(), Instant::now() + Duration::from_secs_f64(usable)));
        Ok(token.to_owned())
    }
}

/// How long a token lives, in seconds. RFC 6749 §5.1 only recommends `expires_in`, and some write
/// it as a text; that it be there and a number is for the AUTH rules to ask.
fn life_of(expires_in: &serde_json::Value) -> f64 {
    let text = expires_in.as_str().and_then(|text| text.trim().parse().ok());
    expires_in.as_f64().or(text).unwrap_or(UNSAID_LIFE).clamp(0.0, 10_000_000.0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_life_is_read_as_a_number_as_a_text_or_not_at_all() {
        assert_eq!(life_of(&json!(3600)), 3600.0);
        assert_eq!(life_of(&json!(" 3600 ")), 3600.0);
        for unsaid in [json!(null), json!("an hour"), json!({})] {
            assert_eq!(life_of(&unsaid), UNSAID_LIFE, "{unsaid}");
        }
        assert_eq!(life_of(&json!(-1)), 0.0);
    }
}
