//! How much of each quota an application has used. A window begins with its first call, and ends a
//! fixed time later, when the whole quota is there again.

use std::collections::HashMap;
use std::time::Instant;

use contract::quota::{Amount, Quota};
use parking_lot::Mutex;

/// Applications are told apart by their client id, quotas by how they are written.
type Key = (String, String);

/// What was used.
#[derive(Default)]
pub(crate) struct Counters(Mutex<HashMap<Key, Window>>);

struct Window {
    since: Instant,
    used: u64,
}

/// How an application stands with the quota that it is nearest to the end of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The whole of it.
    pub(crate) limit: u64,
    /// What is left of it once this call was counted.
    pub(crate) remaining: u64,
    /// Whole seconds until all of it is there again.
    pub(crate) reset_s: u64,
    /// Whether the call is one too many.
    pub(crate) is_over: bool,
}

impl Counters {
    /// Counts a call of an application into the quotas that are about it; tells how it stands. A
    /// call that one of them refuses is counted in none.
    pub(crate) fn take<'a>(
        &self,
        application: &str,
        quotas: impl Iterator<Item = &'a Quota> + Clone,
        now: Instant,
    ) -> Option<Standing> {
        let mut windows = self.0.lock();
        let mut look = |quota: &Quota| {
            let key = (application.to_owned(), quota.to_string());
            let window = windows.entry(key).or_insert(Window { since: now, used: 0 });
            if now.saturating_duration_since(window.since) >= quota.window {
                *window = Window { since: now, used: 0 };
            }
            window.standing(quota, now)
        };
        let seen: Vec<(&Quota, Standing)> = quotas.map(|quota| (quota, look(quota))).collect();
        let is_over = seen.iter().any(|(_, standing)| standing.is_over);
        if !is_over {
            for (quota, _) in &seen {
                let key = (application.to_owned(), quota.to_string());
                if let (Amount::Requests(_), Some(window)) = (quota.amount, windows.get_mut(&key)) {
                    window.used += 1;
                }
            }
        }
        let counted = |(quota, standing): (&Quota, Standing)| match quota.amount {
            Amount::Requests(_) if !is_over => {
                Standing { remaining: standing.remaining.saturating_sub(1), ..standing }
            }
            _ => standing,
        };
        let share = |standing: &Standing| standing.remaining as f64 / standing.limit as f64;
        // Of several that are used up, the one that lasts longest says when calls pass again.
        let nearest = |one: &Standing, other: &Standing| {
            share(one).total_cmp(&share(other)).then(other.reset_s.cmp(&one.reset_s))
        };
        seen.into_iter().map(counted).min_by(nearest)
    }

    /// How an application stands with a quota that it has used up; nothing otherwise.
    pub(crate) fn used_up(
        &self,
        application: &str,
        quota: &Quota,
        now: Instant,
    ) -> Option<Standing> {
        let windows = self.0.lock();
        let window = windows.get(&(application.to_owned(), quota.to_string()))?;
        let standing = window.standing(quota, now);
        let goes_on = now.saturating_duration_since(window.since) < quota.window;
        (goes_on && standing.is_over).then_some(standing)
    }

    /// Counts bytes of an application.
    pub(crate) fn add_bytes(&self, application: &str, quotas: &[Quota], bytes: u64) {
        for quota in quotas.iter().filter(|quota| matches!(quota.amount, Amount::Bytes(_))) {
            let key = (application.to_owned(), quota.to_string());
            if let Some(window) = self.0.lock().get_mut(&key) {
                window.used = window.used.saturating_add(bytes);
            }
        }
    }
}

impl Window {
    fn standing(&self, quota: &Quota, now: Instant) -> Standing {
        let (limit, end) = (quota.amount.figure(), self.since + quota.window);
        let left = end.saturating_duration_since(now);
        Standing {
            limit,
            remaining: limit.saturating_sub(self.used),
            reset_s: (left.as_secs() + u64::from(left.subsec_nanos() > 0)).max(1),
            is_over: self.used >= limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn quotas(texts: &[&str]) -> Vec<Quota> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_quota_is_used_up_and_is_whole_again_after_its_window() {
        let (counters, quotas, start) = (Counters::default(), quotas(&["2/s"]), Instant::now());
        let at = |ms: u64, who: &str| {
            counters.take(who, quotas.iter(), start + Duration::from_millis(ms)).unwrap()
        };
        assert_eq!((at(0, "a").remaining, at(1, "a").remaining), (1, 0));
        let over = at(500, "a");
        assert!(over.is_over && over.reset_s == 1, "{over:?}");
        assert!(!at(501, "b").is_over, "another application is not touched");
        assert!(!at(1000, "a").is_over);
    }

    #[test]
    fn a_call_that_one_quota_refuses_uses_none() {
        let (counters, start) = (Counters::default(), Instant::now());
        let both = quotas(&["1/s", "3/min"]);
        let take = |ms| counters.take("a", both.iter(), start + Duration::from_millis(ms)).unwrap();
        assert!(!take(0).is_over && take(1).is_over && take(2).is_over);
        assert!(!take(1000).is_over && !take(2000).is_over);
        let over = take(3000);
        assert!(over.is_over);
        assert_eq!(over.reset_s, 57);
    }

    #[test]
    fn bytes_count_once_they_have_passed() {
        let (counters, start) = (Counters::default(), Instant::now());
        let bytes = quotas(&["10B/min"]);
        let take = || counters.take("a", bytes.iter(), start).unwrap();
        assert_eq!(take().remaining, 10);
        counters.add_bytes("a", &bytes, 11);
        assert!(take().is_over);
    }
}
