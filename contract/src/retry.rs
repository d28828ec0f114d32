//! When a call is made again, and after how long: what `429` asks for, and what a kept connection
//! that died leaves open. Pure decisions, for whoever makes calls; waits for nothing, calls
//! nothing.

use std::time::{Duration, SystemTime};

use crate::operations::Method;

/// The shortest wait after a `429`, and the first one when it does not say how long.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// How long to wait after a `429`: what its `Retry-After` asks for, in seconds or as a date (RFC
/// 9110 §10.2.3), the date being read by the hub's own clock where its `Date` tells it. Without
/// one, twice as long as the time before; `honoured` is how many were waited for already.
pub fn wait_after_too_many(
    retry_after: Option<&str>,
    date: Option<&str>,
    now: SystemTime,
    honoured: u32,
) -> Duration {
    let asked = retry_after.and_then(|text| asked_wait(text.trim(), date, now));
    let unasked = FIRST_WAIT.saturating_mul(1 << honoured.min(16));
    asked.unwrap_or(unasked).max(FIRST_WAIT)
}

fn asked_wait(text: &str, date: Option<&str>, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = date.and_then(|date| httpdate::parse_http_date(date).ok()).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

/// Whether a call may be made once more after its connection died before any byte of an answer
/// (RFC 9112 §9.3.1): only over a connection that had been kept from an earlier call, which a
/// server may close whenever it likes. A `POST` that may have been acted on is not made twice; a
/// token request creates nothing that a second one would spoil.
pub fn may_be_made_again(method: &str, is_token_request: bool, kept_connection: bool) -> bool {
    kept_connection && (is_token_request || method != Method::Post.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB_NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:50:07 GMT";

    fn wait(retry_after: Option<&str>, date: Option<&str>, honoured: u32) -> u64 {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:50:00 GMT").unwrap();
        wait_after_too_many(retry_after, date, now, honoured).as_secs()
    }

    #[test]
    fn both_forms_are_read_and_the_date_by_the_hubs_own_clock() {
        assert_eq!(wait(Some("17"), None, 0), 17);
        assert_eq!(wait(Some(LATER), Some(HUB_NOW), 0), 30);
        assert_eq!(wait(Some(LATER), None, 0), 7);
    }

    #[test]
    fn a_call_is_never_made_again_at_once() {
        assert_eq!(wait(Some("0"), None, 0), 1);
        assert_eq!(wait(Some(HUB_NOW), Some(LATER), 0), 1, "a date that is past");
    }

    #[test]
    fn what_is_not_said_or_not_understood_is_waited_for_longer_each_time() {
        for said in [None, Some("soon"), Some("-3"), Some("1.5")] {
            assert_eq!(
                (0..4).map(|honoured| wait(said, None, honoured)).max(),
                Some(8),
                "{said:?}"
            );
        }
        assert_eq!(wait(Some("18446744073709551615"), None, 0), u64::MAX);
        assert!(wait(None, None, u32::MAX) > 60);
    }

    #[test]
    fn only_what_went_over_a_kept_connection_is_made_again_and_no_creation() {
        assert!(may_be_made_again("GET", false, true) && may_be_made_again("DELETE", false, true));
        assert!(may_be_made_again("POST", true, true), "a token request");
        assert!(!may_be_made_again("POST", false, true), "it may have been acted on");
        assert!(!may_be_made_again("GET", false, false), "the connection was its own");
    }
}
