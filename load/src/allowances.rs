//! What a plan says that each system may do, and whether a gateway that refuses a call is right: a
//! `429` within the quota is an error, one beyond it is what was asked for. Where the gateway's
//! windows begin is not known, nor when between its sending and its answer a call was counted, so
//! calls of two windows together are looked at, and those under way; those of one application are
//! counted together, as a gateway does.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use contract::operations::Operation;
use contract::quota::Quota;
use parking_lot::Mutex;
use scenarios::target::Credential;

/// Parts of a window that are counted apart: a count is exact to one of them.
const PARTS: u32 = 8;

/// The quotas of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Quotas {
    /// Of each system without any of its own.
    pub(crate) each: Vec<Quota>,
    /// By the name of a credential.
    pub(crate) of: BTreeMap<String, Vec<Quota>>,
}

impl Quotas {
    fn of(&self, system: &str) -> &[Quota] {
        self.of.get(system).unwrap_or(&self.each)
    }
}

/// Calls that ended in the last two windows of a quota, by part of a window: as much room whatever
/// was called.
#[derive(Clone, Copy, Default)]
struct Recent {
    under_way: u64,
    calls: [u64; 2 * PARTS as usize + 1],
    /// The part that is counted now, from the start of the campaign on.
    part: u64,
}

impl Recent {
    fn move_to(&mut self, part: u64) {
        let places = self.calls.len() as u64;
        for passed in self.part + 1..=part.min(self.part + places) {
            self.calls[(passed % places) as usize] = 0;
        }
        self.part = self.part.max(part);
    }

    fn add(&mut self, part: u64) {
        self.move_to(part);
        self.calls[(self.part % self.calls.len() as u64) as usize] += 1;
    }

    fn count(&mut self, part: u64) -> u64 {
        self.move_to(part);
        self.under_way + self.calls.iter().sum::<u64>()
    }
}

/// What each system has done, and who was refused.
pub(crate) struct Allowances {
    quotas: Quotas,
    start: Instant,
    /// By application, in the order of its quotas.
    done: Mutex<HashMap<String, Vec<(Quota, Recent)>>>,
    refused: Mutex<BTreeMap<String, u64>>,
}

impl Allowances {
    /// Nothing done yet.
    pub(crate) fn new(quotas: Quotas) -> Self {
        Self { quotas, start: Instant::now(), done: Mutex::default(), refused: Mutex::default() }
    }

    /// A system makes a call.
    pub(crate) fn begins(&self, system: &Credential, operation: Operation) {
        self.each(system, operation, |_, calls| calls.under_way += 1);
    }

    /// A call of a system has ended, however it did.
    pub(crate) fn ends(&self, system: &Credential, operation: Operation, at: Instant) {
        self.each(system, operation, |quota, calls| {
            calls.under_way = calls.under_way.saturating_sub(1);
            calls.add(self.part(quota, at));
        });
    }

    fn each(&self, system: &Credential, operation: Operation, does: impl Fn(&Quota, &mut Recent)) {
        let quotas = self.quotas.of(&system.name);
        if quotas.is_empty() {
            return;
        }
        let mut done = self.done.lock();
        if !done.contains_key(&system.client_id) {
            done.insert(system.client_id.clone(), Vec::new());
        }
        let Some(recent) = done.get_mut(&system.client_id) else { return };
        for quota in quotas.iter().filter(|quota| quota.is_about(Some(operation))) {
            if !recent.iter().any(|(known, _)| known == quota) {
                recent.push((*quota, Recent::default()));
            }
            let counted = recent.iter_mut().filter(|(known, _)| known == quota);
            counted.for_each(|(_, calls)| does(quota, calls));
        }
    }

    /// A call of a system was refused, some time between two instants: whether it was beyond what
    /// the system may do. None when the plan does not say. A call longer than a window may have
    /// been counted in any.
    pub(crate) fn is_beyond(
        &self,
        system: &Credential,
        operation: Operation,
        sent: Instant,
        at: Instant,
    ) -> Option<bool> {
        let quotas = self.quotas.of(&system.name);
        let about: Vec<&Quota> =
            quotas.iter().filter(|quota| quota.is_about(Some(operation))).collect();
        if quotas.is_empty() {
            return None;
        }
        let mut done = self.done.lock();
        let beyond = done.get_mut(&system.client_id).is_some_and(|recent| {
            recent.iter_mut().any(|(quota, calls)| {
                about.contains(&&*quota)
                    && (at.saturating_duration_since(sent) > quota.window
                        || calls.count(self.part(quota, at)) > quota.amount.figure())
            })
        });
        drop(done);
        if beyond {
            *self.refused.lock().entry(system.name.clone()).or_default() += 1;
        }
        Some(beyond)
    }

    /// How many calls of each system were refused beyond its quota.
    pub(crate) fn refused(&self) -> BTreeMap<String, u64> {
        self.refused.lock().clone()
    }

    fn part(&self, quota: &Quota, at: Instant) -> u64 {
        let passed = at.saturating_duration_since(self.start).as_nanos();
        let length = (quota.window / PARTS).as_nanos().max(1);
        u64::try_from(passed / length).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LOOK: Operation = Operation::ListNotifications;

    fn credential(name: &str) -> Credential {
        let text =
            format!("name = '{name}'\nscope = 'SI'\nclient_id = 'c-{name}'\nclient_secret = 's'\n");
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn only_what_is_beyond_a_quota_by_two_windows_is_refused_rightly() {
        let quotas = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let allowances = Allowances::new(Quotas {
            each: quotas(&["2/s", "getCase=1/min"]),
            of: [("free".to_owned(), Vec::new())].into(),
        });
        let system = credential("a");
        let at = |ms| allowances.start + Duration::from_millis(ms);
        let refused = |ms, operation| {
            allowances.begins(&system, operation);
            allowances.ends(&system, operation, at(ms));
            allowances.is_beyond(&system, operation, at(ms), at(ms))
        };
        assert_eq!(refused(0, LOOK), Some(false));
        assert_eq!(refused(1, LOOK), Some(false), "two are within the quota");
        assert_eq!(refused(2, LOOK), Some(true));
        assert_eq!(refused(9_000, Operation::GetCase), Some(false));
        assert_eq!(refused(60_000, Operation::GetCase), Some(true), "the quota of one operation");
        assert_eq!(refused(190_000, LOOK), Some(false));
        assert_eq!(refused(400_000, Operation::GetCase), Some(false), "long afterwards");
        assert_eq!(allowances.is_beyond(&credential("free"), LOOK, at(0), at(0)), None);
        assert_eq!(allowances.refused(), [("a".to_owned(), 2)].into());

        let slow = allowances.is_beyond(&system, LOOK, at(500_000), at(501_001));
        assert_eq!(slow, Some(true), "nobody knows when it was counted");
        (0..2).for_each(|_| allowances.begins(&system, LOOK));
        assert_eq!(refused(600_000, LOOK), Some(true), "others are under way");
    }
}
