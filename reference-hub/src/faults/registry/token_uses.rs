//! What the hub remembers of its tokens for the faults AUTH-06 and AUTH-07: how each one is used,
//! and which wait to be used. Without them it keeps nothing.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use contract::exchange::Api;
use parking_lot::Mutex;

use crate::domain::TokenDigest;
use crate::faults::{Conduct, rule};

/// How long a token may wait to be used before nobody cares for it: two tokens asked for in a row
/// are closer than that, those of two clients of one credential seldom are.
const WAIT: Duration = Duration::from_millis(200);

/// How often in a row a token may go from one API to the other before it is refused: a client that
/// works on télédossiers hardly ever does.
const ALTERNATIONS: u32 = 8;

/// How tokens are used, and those that are then refused.
#[derive(Debug, Default)]
pub(crate) struct TokenUses(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// By client, those issued last.
    waiting: HashMap<String, Vec<(TokenDigest, Instant)>>,
    /// Refused once.
    doubted: HashSet<TokenDigest>,
    /// The API of each token's last call, and how many calls in a row were of another API than the
    /// one before.
    alternations: HashMap<TokenDigest, (Api, u32)>,
}

impl TokenUses {
    /// A token was issued to a client.
    pub(crate) fn issued(&self, client_id: &str, token: TokenDigest, conduct: &Conduct) {
        if conduct.keeps(rule!("AUTH-07")) {
            return;
        }
        let mut inner = self.0.lock();
        let waiting = inner.waiting.entry(client_id.to_owned()).or_default();
        waiting.retain(|(_, at)| at.elapsed() < WAIT);
        let alone = waiting.is_empty();
        waiting.push((token, Instant::now()));
        if !alone {
            inner.doubted.insert(token);
        }
    }

    /// A token is used for a call of an API: whether it is refused.
    pub(crate) fn refuses(&self, token: &TokenDigest, api: Option<Api>, conduct: &Conduct) -> bool {
        let mut inner = self.0.lock();
        for waiting in inner.waiting.values_mut() {
            waiting.retain(|(other, _)| other != token);
        }
        let restless = !conduct.keeps(rule!("AUTH-06")) && inner.alternates(*token, api);
        inner.doubted.remove(token) || restless
    }
}

impl Inner {
    fn alternates(&mut self, token: TokenDigest, api: Option<Api>) -> bool {
        let Some(api) = api else { return false };
        let (last, count) = self.alternations.entry(token).or_insert((api, 0));
        *count = if *last == api { 0 } else { *count + 1 };
        *last = api;
        *count >= ALTERNATIONS
    }
}

#[cfg(test)]
mod tests {
    use Api::{Referential, Teledossiers};

    use super::*;

    fn token(byte: u8) -> TokenDigest {
        TokenDigest([byte; 32])
    }

    fn refusals(uses: &TokenUses, conduct: &Conduct, apis: impl Iterator<Item = Api>) -> usize {
        apis.filter(|api| uses.refuses(&token(1), Some(*api), conduct)).count()
    }

    #[test]
    fn without_fault_every_token_is_good() {
        let (uses, whole) = (TokenUses::default(), Conduct::default());
        for byte in [1, 2] {
            uses.issued("client", token(byte), &whole);
        }
        let apis = [Teledossiers, Referential].into_iter().cycle().take(20);
        assert_eq!(refusals(&uses, &whole, apis), 0);
    }

    #[test]
    fn a_token_that_goes_between_the_apis_is_refused_in_the_end() {
        let (uses, conduct) = (TokenUses::default(), Conduct::breaking(["AUTH-06"]).unwrap());
        assert_eq!(refusals(&uses, &conduct, [Teledossiers; 20].into_iter()), 0);
        let apis = [Referential, Teledossiers].into_iter().cycle().take(10);
        assert_eq!(refusals(&uses, &conduct, apis), 3);
        assert_eq!(refusals(&uses, &conduct, [Teledossiers; 2].into_iter()), 0);
    }

    #[test]
    fn a_token_asked_for_beside_an_unused_one_is_refused_once() {
        let (uses, conduct) = (TokenUses::default(), Conduct::breaking(["AUTH-07"]).unwrap());
        uses.issued("client", token(1), &conduct);
        uses.issued("client", token(2), &conduct);
        let refuses = |byte| uses.refuses(&token(byte), None, &conduct);
        assert!(refuses(2) && !refuses(2));
        assert!(!refuses(1));
    }
}
