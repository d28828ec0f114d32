//! What the quotas that a target declares leave to do, and what only a hub that does not count lets
//! pass. Windows may be aligned on the clock, begin with their first call or slide, and a quota may
//! be a bucket that fills again: no document says which, so each of them is right. Makes no call.

pub(crate) mod told;

use std::time::Duration;

use contract::operations::Operation;
use contract::quota::{Amount, Quota};

/// What may be called time after time and changes nothing, in order of preference.
const HARMLESS: [Operation; 5] = [
    Operation::ListNotifications,
    Operation::GetEvent,
    Operation::GetCase,
    Operation::GetFolder,
    Operation::ListSubscriptions,
];
/// The longest window that anybody waits for.
pub(crate) const LONGEST: Duration = Duration::from_secs(60 * 60);
/// From how many calls on the tenth that is left of a quota is a call at least.
const ROOMY: u64 = 10;
/// Calls made of quotas that nobody can wait for, and between two of them.
const FEW_CALLS: u32 = 10;
const SHORT_PAUSE: Duration = Duration::from_millis(100);

/// How much of a quota the suite uses: a tenth less, in a window that is a tenth longer, since
/// calls do not arrive at the distance at which they were sent.
pub(crate) fn share(quota: &Quota) -> (u64, Duration) {
    let figure = quota.amount.figure();
    ((figure - figure / 10).max(1), quota.window + quota.window / 10)
}

/// The quotas that count a call of an operation.
pub(crate) fn about(
    quotas: &[Quota],
    operation: Operation,
) -> impl Iterator<Item = &Quota> + Clone {
    quotas.iter().filter(move |quota| quota.is_about(Some(operation)))
}

/// The requests that a quota counts; none where it counts bytes.
fn requests(quota: &Quota) -> Option<u64> {
    match quota.amount {
        Amount::Requests(figure) => Some(figure),
        Amount::Bytes(_) => None,
    }
}

/// Whether its window can be waited for.
fn is_short(quota: &Quota, patience: Duration) -> bool {
    requests(quota).is_some() && quota.window <= patience
}

/// How calls of one operation follow each other within all quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Steady {
    pub(crate) calls: u32,
    /// From one call to the next, which waits for the answer too.
    pub(crate) pause: Duration,
    /// Whether the pause begins with the answer. A call arrives at some instant between its sending
    /// and its answer: measured from there, none arrives too soon after another; measured from the
    /// sending, one too many may fall into a window, for which a small quota has no room.
    pub(crate) from_the_answer: bool,
    /// How long calls are made at most, once there were two.
    pub(crate) span: Duration,
}

/// The calls that come near the quotas of an operation and stay within them, for one window of the
/// longest of them that is waited for.
pub(crate) fn steady(quotas: &[Quota], operation: Operation, patience: Duration) -> Steady {
    let short = || about(quotas, operation).filter(|quota| is_short(quota, patience));
    let pauses = short().map(|quota| {
        let (calls, window) = share(quota);
        window.div_f64(calls as f64)
    });
    match (pauses.max(), short().map(|quota| quota.window).max()) {
        (Some(pause), Some(span)) => {
            let calls = (span.as_secs_f64() / pause.as_secs_f64()).ceil();
            let calls = u32::try_from(calls as u64).unwrap_or(u32::MAX).max(2);
            let from_the_answer = short().any(|quota| quota.amount.figure() < ROOMY);
            Steady { calls, pause, from_the_answer, span }
        }
        _ => Steady {
            calls: FEW_CALLS,
            pause: SHORT_PAUSE,
            from_the_answer: true,
            span: SHORT_PAUSE * FEW_CALLS,
        },
    }
}

/// The most calls that a gateway which counts lets pass in this time, whatever its windows: two of
/// them at least are touched.
pub(crate) fn most_admitted(quota: &Quota, elapsed: Duration) -> u64 {
    let windows = elapsed.as_secs_f64() / quota.window.as_secs_f64();
    quota.amount.figure().saturating_mul(windows as u64 + 2)
}

/// A quota that can be exceeded alone, and the operation to do it with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceedable {
    pub(crate) quota: Quota,
    pub(crate) operation: Operation,
}

/// The quota of a whole application that is the quickest to exceed, and leaves room in the others:
/// by an operation that some role may call.
pub(crate) fn of_an_application(
    quotas: &[Quota],
    patience: Duration,
    may: impl Fn(Operation) -> bool,
) -> Option<Exceedable> {
    let operation = without_own(quotas, may)?;
    let all = quotas.iter().filter(|quota| quota.operation.is_none());
    exceedable(quotas, all, operation, patience)
}

/// A quota of one method that can be exceeded, by whoever may call it.
pub(crate) fn of_a_method(
    quotas: &[Quota],
    patience: Duration,
    may: impl Fn(Operation) -> bool,
) -> Option<Exceedable> {
    HARMLESS.into_iter().filter(|operation| may(*operation)).find_map(|operation| {
        let own = quotas.iter().filter(|quota| quota.operation == Some(operation));
        exceedable(quotas, own, operation, patience)
    })
}

/// An operation without a quota of its own.
pub(crate) fn without_own(quotas: &[Quota], may: impl Fn(Operation) -> bool) -> Option<Operation> {
    let has_own = |one: &Operation| quotas.iter().any(|quota| quota.operation == Some(*one));
    HARMLESS.into_iter().find(|operation| may(*operation) && !has_own(operation))
}

/// The operations that are tried within their quotas: one for all, and each that has its own.
pub(crate) fn tried_within(quotas: &[Quota], may: impl Fn(Operation) -> bool) -> Vec<Operation> {
    let has_own = |one: &Operation| quotas.iter().any(|quota| quota.operation == Some(*one));
    let own = HARMLESS.into_iter().filter(|one| may(*one) && has_own(one));
    without_own(quotas, &may).into_iter().chain(own).collect()
}

fn exceedable<'a>(
    quotas: &[Quota],
    candidates: impl Iterator<Item = &'a Quota>,
    operation: Operation,
    patience: Duration,
) -> Option<Exceedable> {
    let mut short: Vec<Quota> =
        candidates.filter(|quota| is_short(quota, patience.min(LONGEST))).copied().collect();
    short.sort_by_key(|quota| quota.amount.figure());
    let leaves_room = |quota: &Quota| {
        let mut others = about(quotas, operation).filter(|other| *other != quota);
        others.all(|other| has_room_beyond(other, quota))
    };
    short.into_iter().find(leaves_room).map(|quota| Exceedable { quota, operation })
}

/// Whether a quota has room for what exceeds another: at once, or as time goes by.
fn has_room_beyond(other: &Quota, exceeded: &Quota) -> bool {
    let Some(_) = requests(other) else {
        return true;
    };
    let (room, window) = share(other);
    let a_second = |figure: u64, window: Duration| figure as f64 / window.as_secs_f64();
    let lasting = a_second(exceeded.amount.figure(), exceeded.window);
    room > exceeded.amount.figure().saturating_mul(3) || a_second(room, window) > 1.5 * lasting
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(120);

    fn quotas(texts: &[&str]) -> Vec<Quota> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn anything(_: Operation) -> bool {
        true
    }

    /// Every window in which calls may be counted holds no more than the quota: calls that arrive
    /// at this distance or a longer one, and one more where the distance is that of their sending.
    #[test]
    fn what_is_steady_keeps_within_any_window_and_near_the_quota() {
        for figure in (1..200).chain([600, 10_000]) {
            let text = format!("{figure}/min");
            let own = quotas(&[&text]);
            let steady = steady(&own, Operation::GetCase, PATIENCE);
            let (quota, pause) = (&own[0], steady.pause.as_secs_f64());
            let in_a_window = (quota.window.as_secs_f64() / pause).ceil() as u64;
            let most = in_a_window + u64::from(!steady.from_the_answer);
            assert!(most <= quota.amount.figure(), "{text}: {most}");
            assert!(in_a_window * 10 >= quota.amount.figure() * 7, "{text}: {in_a_window}");
            assert!(steady.calls >= 2);
        }
    }

    #[test]
    fn the_narrowest_quota_sets_the_pace_and_those_nobody_waits_for_are_tried_by_a_few_calls() {
        let pause = |texts: &[&str]| steady(&quotas(texts), Operation::GetCase, PATIENCE).pause;
        assert_eq!(pause(&["100/s", "60/min"]), pause(&["60/min"]));
        assert_eq!(pause(&["100/s", "listNotifications=1/s"]), pause(&["100/s"]));
        let few = steady(&quotas(&["1000/day", "1MB/s"]), Operation::GetCase, PATIENCE);
        assert_eq!((few.calls, few.pause), (FEW_CALLS, SHORT_PAUSE));
    }

    #[test]
    fn windows_on_the_clock_admit_twice_the_quota_at_once_and_a_bucket_no_more() {
        let quota = quotas(&["10/s"])[0];
        for (ms, most) in [(0, 20), (999, 20), (1000, 30), (2500, 40)] {
            assert_eq!(most_admitted(&quota, Duration::from_millis(ms)), most);
        }
    }

    #[test]
    fn the_quota_that_is_exceeded_leaves_room_in_the_others() {
        let exceeded = |texts: &[&str]| {
            let found = of_an_application(&quotas(texts), PATIENCE, anything);
            found.map(|found| (found.quota.to_string(), found.operation))
        };
        let by_listing = |text: &str| Some((text.to_owned(), Operation::ListNotifications));
        assert_eq!(exceeded(&["10/s"]), by_listing("10/s"));
        assert_eq!(exceeded(&["50/s", "600/min", "1MB/day"]), by_listing("50/s"));
        assert_eq!(exceeded(&["10/s", "15/min"]), by_listing("15/min"));
        assert_eq!(exceeded(&["10/s", "20/day"]), None, "a day is not used up");
        assert_eq!(exceeded(&["1000/day"]), None);
        assert_eq!(exceeded(&["1MB/s"]), None);
        assert_eq!(exceeded(&["5/h"]), None, "longer than the patience");
        let own = exceeded(&["10/s", "listNotifications=3/s"]);
        assert_eq!(own, Some(("10/s".to_owned(), Operation::GetEvent)));
    }

    #[test]
    fn the_quota_of_a_method_is_exceeded_by_that_method() {
        let of = |texts: &[&str]| {
            let found = of_a_method(&quotas(texts), PATIENCE, anything);
            found.map(|found| found.operation)
        };
        assert_eq!(of(&["10/s", "listNotifications=3/s"]), Some(Operation::ListNotifications));
        assert_eq!(of(&["10/s", "listNotifications=9/s"]), None, "all would be used up with it");
        assert_eq!(of(&["10/s"]), None);
        assert_eq!(of(&["createFolder=3/s"]), None, "a deposit is no harmless call");
        let tried = tried_within(&quotas(&["10/s", "getCase=3/s"]), anything);
        assert_eq!(tried, [Operation::ListNotifications, Operation::GetCase]);
    }
}
