//! The campaign's own count of its calls, held against what the gateway before the hub counted:
//! by application and operation. A call that one of them does not know of is one too many or one
//! too few; those that got no answer may have reached the gateway or not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use contract::exchange::{Api, Exchange};
use contract::operations::Method;
use parking_lot::Mutex;
use reports::load::{Difference, Reconciliation};
use scenarios::client::{Authorization, Call, Client, Witness};
use scenarios::target::Target;
use serde::Deserialize;

use crate::series::SeriesKey;

/// What a gateway counted, by application and operation.
pub(crate) type Counted = BTreeMap<(String, String), u64>;

/// Calls of one kind by one application.
#[derive(Clone, Copy, Default)]
struct Made {
    answered: u64,
    unanswered: u64,
}

/// The calls of a campaign, all of them: also those of the warm-up, and those that were refused.
#[derive(Default)]
pub(crate) struct OwnCalls(Mutex<HashMap<String, BTreeMap<SeriesKey, Made>>>);

impl OwnCalls {
    /// A call ended.
    pub(crate) fn add(&self, application: &str, subject: SeriesKey, was_answered: bool) {
        let mut all = self.0.lock();
        if !all.contains_key(application) {
            all.insert(application.to_owned(), BTreeMap::new());
        }
        let Some(made) = all.get_mut(application) else { return };
        let made = made.entry(subject).or_default();
        made.answered += u64::from(was_answered);
        made.unanswered += u64::from(!was_answered);
    }

    /// Counts from here on.
    pub(crate) fn forget(&self) {
        self.0.lock().clear();
    }

    /// Holds them against what a gateway counted before and after.
    pub(crate) fn reconciled(&self, before: &Counted, after: &Counted) -> Reconciliation {
        let mut rest: BTreeMap<(String, String), i128> = BTreeMap::new();
        for (key, calls) in after {
            let known = before.get(key).copied().unwrap_or_default();
            rest.insert(key.clone(), i128::from(*calls) - i128::from(known));
        }
        let mut told = Reconciliation::default();
        for (application, by_subject) in self.0.lock().iter() {
            for (subject, made) in by_subject {
                let key = (application.clone(), subject.name().to_owned());
                let theirs = rest.remove(&key).unwrap_or_default();
                tell(&mut told, key, *made, theirs);
            }
        }
        for (key, theirs) in rest.into_iter().filter(|(_, calls)| *calls != 0) {
            tell(&mut told, key, Made::default(), theirs);
        }
        told
    }
}

fn tell(told: &mut Reconciliation, key: (String, String), ours: Made, theirs: i128) {
    let theirs = u64::try_from(theirs).unwrap_or(0);
    told.ours += ours.answered;
    told.without_answer += ours.unanswered;
    told.theirs += theirs;
    let possible = ours.answered..=ours.answered + ours.unanswered;
    if !possible.contains(&theirs) {
        let ((application, operation), ours) = (key, ours.answered);
        told.differences.push(Difference { application, operation, ours, theirs });
    }
}

/// One line of a gateway's statistics; others may be in it.
#[derive(Deserialize)]
struct Line {
    application: String,
    operation: String,
    calls: u64,
}

/// The suite records what it sees; here nobody reads it.
struct Unwatched;

impl Witness for Unwatched {
    fn witness(&self, _: &Exchange, _: &[u8], _: &[u8]) {}
}

/// What the gateway of a target has counted so far; none when it cannot be read. What bears no
/// token of anybody's is nobody's.
pub(crate) async fn counted(target: &Arc<Target>) -> Option<Counted> {
    let address = target.may.read_statistics.as_ref()?;
    let client = Client::new(target.clone(), Arc::new(Unwatched)).ok()?;
    let mut call = Call::new(Method::Get, Api::Other, address.path());
    call.address = Some(address.reveal().clone());
    if let Some(secret) = &target.may.control_secret {
        call.authorization = Authorization::Bearer(secret.reveal().to_owned());
    }
    let reply = client.send(&call).await.ok().filter(|reply| reply.status() == 200)?;
    let lines: Vec<Line> = serde_json::from_value(reply.json().clone()).ok()?;
    let mut counted = Counted::new();
    for line in lines.into_iter().filter(|line| !line.application.is_empty()) {
        *counted.entry((line.application, line.operation)).or_default() += line.calls;
    }
    Some(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(token: u64) -> Counted {
        [(("a".to_owned(), "token".to_owned()), token)].into()
    }

    #[test]
    fn a_call_that_only_one_of_them_knows_of_is_a_difference() {
        let own = OwnCalls::default();
        (0..3).for_each(|_| own.add("a", SeriesKey::Token, true));
        own.add("a", SeriesKey::Token, false);
        for (theirs, agrees) in [(12, false), (13, true), (14, true), (15, false)] {
            let told = own.reconciled(&counted(10), &counted(theirs));
            assert_eq!(told.differences.is_empty(), agrees, "{theirs}: {told:?}");
            assert_eq!((told.ours, told.without_answer), (3, 1));
        }
        let others = [(("b".to_owned(), "getCase".to_owned()), 1)].into();
        let told = OwnCalls::default().reconciled(&Counted::new(), &others);
        assert_eq!(told.differences.len(), 1, "a call of nobody's");
    }
}
