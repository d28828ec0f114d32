//! What a gateway tells of its quotas in the headers of its answers, and whether that is true: how
//! much there is, what is left, and when to come back. Makes no call.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use contract::quota::Quota;
use contract::retry::wait_after_too_many;

use super::requests;
use crate::client::Reply;

/// What figures may be rounded by.
const ROUNDING: Duration = Duration::from_secs(1);

/// What one answer tells; nothing where a header is not there or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    limit: Option<u64>,
    remaining: Option<u64>,
    reset: Option<u64>,
    /// How long `Retry-After` asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// By the gateway's own clock.
    at: SystemTime,
}

impl Told {
    pub(crate) fn of(reply: &Reply) -> Self {
        let figure = |name: &str| reply.header(name)?.trim().parse().ok();
        let at = reply.date().unwrap_or_else(SystemTime::now);
        let date = reply.header("date");
        let is_read = |text: &&str| {
            text.trim().parse::<u64>().is_ok() || httpdate::parse_http_date(text.trim()).is_ok()
        };
        let asked = reply.header("retry-after").filter(is_read);
        Self {
            limit: figure("ratelimit-limit"),
            remaining: figure("ratelimit-remaining"),
            reset: figure("ratelimit-reset"),
            retry_after: asked.map(|text| wait_after_too_many(Some(text), date, at, 0)),
            at,
        }
    }

    /// How long until the whole quota is there again: `RateLimit-Reset` is a number of seconds, or
    /// the instant itself in seconds since 1970, as some gateways write it.
    fn until_reset(&self) -> Option<Duration> {
        let told = Duration::from_secs(self.reset?);
        let now = self.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let is_an_instant = told.saturating_add(Duration::from_secs(24 * 60 * 60)) > now;
        Some(if is_an_instant { told.saturating_sub(now) } else { told })
    }
}

/// What was seen of a quota.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Answers to calls made at once, within the quota.
    pub(crate) within: Vec<Told>,
    /// The answer to a call beyond it.
    pub(crate) refused: Told,
    /// Whether a call passed after the wait that was asked for; nobody waited otherwise.
    pub(crate) served_after: Option<bool>,
}

/// What is not there or not true, in French.
pub(crate) fn defects(seen: &Seen, quotas: &[Quota]) -> Vec<&'static str> {
    let longest = quotas.iter().map(|quota| quota.window).max().unwrap_or_default() + ROUNDING;
    let all = || seen.within.iter().chain([&seen.refused]);
    let declared = |limit: u64| quotas.iter().any(|quota| requests(quota) == Some(limit));
    let of_limit = match all().map(|told| told.limit).collect::<Option<Vec<_>>>() {
        None => Some("RateLimit-Limit absent"),
        Some(limits) if !limits.iter().all(|limit| declared(*limit)) => {
            Some("RateLimit-Limit qui n'est pas un quota déclaré")
        }
        Some(_) => None,
    };
    let left: Option<Vec<u64>> = seen.within.iter().map(|told| told.remaining).collect();
    let of_remaining = match (left, seen.refused.remaining) {
        (None, _) | (_, None) => Some("RateLimit-Remaining absent"),
        (_, Some(1..)) => Some("RateLimit-Remaining qui n'est pas nul au refus"),
        (Some(left), _) if left.len() > 1 && left.iter().all(|one| *one == left[0]) => {
            Some("RateLimit-Remaining qui ne décroît pas")
        }
        _ => None,
    };
    let of_reset = match all().map(Told::until_reset).collect::<Option<Vec<_>>>() {
        None => Some("RateLimit-Reset absent"),
        Some(resets) if resets.iter().any(|reset| *reset > longest) => {
            Some("RateLimit-Reset au-delà de la fenêtre")
        }
        Some(_) => None,
    };
    let of_retry = match (seen.refused.retry_after, seen.served_after) {
        (None, _) => Some("Retry-After absent"),
        (Some(wait), _) if wait > longest => Some("Retry-After au-delà de la fenêtre"),
        (_, Some(false)) => Some("Retry-After trop court"),
        _ => None,
    };
    [of_retry, of_limit, of_remaining, of_reset].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn told(limit: u64, remaining: u64, reset: u64) -> Told {
        Told {
            limit: Some(limit),
            remaining: Some(remaining),
            reset: Some(reset),
            retry_after: None,
            at: UNIX_EPOCH + Duration::from_secs(NOW),
        }
    }

    fn right() -> Seen {
        Seen {
            within: vec![told(10, 9, 1), told(10, 8, 1)],
            refused: Told { retry_after: Some(Duration::from_secs(1)), ..told(10, 0, 1) },
            served_after: Some(true),
        }
    }

    fn found(seen: &Seen) -> Vec<&'static str> {
        defects(seen, &["10/s".parse().unwrap()])
    }

    #[test]
    fn what_is_true_has_no_defect_in_either_form() {
        assert_eq!(found(&right()), [""; 0]);
        let mut by_instants = right();
        by_instants.within.iter_mut().for_each(|told| told.reset = Some(NOW + 1));
        assert_eq!(found(&by_instants), [""; 0]);
        let unsteady = Seen { within: vec![told(10, 8, 1), told(10, 9, 1)], ..right() };
        assert_eq!(found(&unsteady), [""; 0], "answers at once come in any order");
    }

    #[test]
    fn what_is_not_told_and_what_is_not_true_is_named() {
        let nothing = Told { limit: None, remaining: None, reset: None, ..told(0, 0, 0) };
        let silent =
            Seen { within: vec![nothing.clone(); 2], refused: nothing, served_after: None };
        assert_eq!(found(&silent).len(), 4);
        let cases: [(Seen, &str); 7] = [
            (Seen { within: vec![told(10, 10, 1); 2], ..right() }, "ne décroît pas"),
            (Seen { within: vec![told(12, 9, 1), told(10, 8, 1)], ..right() }, "déclaré"),
            (Seen { within: vec![told(10, 9, 60), told(10, 8, 1)], ..right() }, "Reset au-delà"),
            (Seen { within: vec![told(10, 9, NOW + 60)], ..right() }, "Reset au-delà"),
            (Seen { served_after: Some(false), ..right() }, "trop court"),
            (
                Seen { refused: Told { remaining: Some(3), ..right().refused }, ..right() },
                "nul au refus",
            ),
            (
                Seen {
                    refused: Told { retry_after: Some(Duration::from_secs(9)), ..right().refused },
                    ..right()
                },
                "Retry-After au-delà",
            ),
        ];
        for (seen, expected) in cases {
            let found = found(&seen);
            assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
        }
    }
}
