//! The tokens issued and not used yet: what the faults AUTH-06 and AUTH-07 go by. Without them it
//! keeps nothing.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::domain::TokenDigest;
use crate::faults::{Conduct, rule};

/// How long a token may wait to be used before nobody cares for it: two tokens asked for in a row
/// are closer than that, those of two clients of one credential seldom are.
const WAIT: Duration = Duration::from_millis(200);

/// Tokens issued and not used yet, and those that are then refused.
#[derive(Debug, Default)]
pub(crate) struct UnusedTokens(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// By client, those issued last.
    waiting: HashMap<String, Vec<(TokenDigest, Instant)>>,
    /// What was waiting when a token was issued.
    beside: HashMap<TokenDigest, Vec<TokenDigest>>,
    /// Refused from now on.
    revoked: HashSet<TokenDigest>,
    /// Refused once.
    doubted: HashSet<TokenDigest>,
}

impl UnusedTokens {
    /// A token was issued to a client.
    pub(crate) fn issued(&self, client_id: &str, token: TokenDigest, conduct: &Conduct) {
        let revokes = !conduct.keeps(rule!("AUTH-06"));
        let doubts = !conduct.keeps(rule!("AUTH-07"));
        if !revokes && !doubts {
            return;
        }
        let mut inner = self.0.lock();
        let waiting = inner.waiting.entry(client_id.to_owned()).or_default();
        waiting.retain(|(_, at)| at.elapsed() < WAIT);
        let before: Vec<_> = waiting.iter().map(|(token, _)| *token).collect();
        waiting.push((token, Instant::now()));
        if before.is_empty() {
            return;
        }
        if doubts {
            inner.doubted.insert(token);
        }
        if revokes {
            inner.beside.insert(token, before);
        }
    }

    /// A token is used: whether it is refused.
    pub(crate) fn refuses(&self, token: &TokenDigest) -> bool {
        let mut inner = self.0.lock();
        let beside = inner.beside.remove(token).unwrap_or_default();
        let mut revoked = Vec::new();
        for waiting in inner.waiting.values_mut() {
            let unused = |other: &TokenDigest| waiting.iter().any(|(token, _)| token == other);
            revoked.extend(beside.iter().filter(|other| unused(other)).copied());
            waiting.retain(|(other, _)| other != token);
        }
        inner.revoked.extend(revoked);
        inner.doubted.remove(token) || inner.revoked.contains(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(byte: u8) -> TokenDigest {
        TokenDigest([byte; 32])
    }

    #[test]
    fn without_fault_every_token_is_good() {
        let unused = UnusedTokens::default();
        for byte in [1, 2] {
            unused.issued("client", token(byte), &Conduct::default());
        }
        assert!(!unused.refuses(&token(1)) && !unused.refuses(&token(2)));
    }

    #[test]
    fn a_token_unused_when_the_next_one_is_used_is_revoked() {
        let (unused, conduct) = (UnusedTokens::default(), Conduct::breaking(["AUTH-06"]).unwrap());
        unused.issued("client", token(1), &conduct);
        unused.issued("another", token(3), &conduct);
        unused.issued("client", token(2), &conduct);
        assert!(!unused.refuses(&token(2)) && !unused.refuses(&token(3)));
        assert!(unused.refuses(&token(1)) && unused.refuses(&token(1)));
    }

    #[test]
    fn a_token_asked_for_beside_an_unused_one_is_refused_once() {
        let (unused, conduct) = (UnusedTokens::default(), Conduct::breaking(["AUTH-07"]).unwrap());
        unused.issued("client", token(1), &conduct);
        unused.issued("client", token(2), &conduct);
        assert!(unused.refuses(&token(2)) && !unused.refuses(&token(2)));
        assert!(!unused.refuses(&token(1)));
    }
}
