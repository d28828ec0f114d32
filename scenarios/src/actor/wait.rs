//! The one way to wait for what a hub may do later: look, and look again after longer and longer
//! pauses. Knows nothing of hubs.

use std::time::{Duration, Instant};

/// First pause between two looks.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// Longest pause between two looks.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What was seen, and whether it is what is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Look<T> {
    /// What was seen.
    pub seen: T,
    /// Whether there is nothing more to wait for.
    pub done: bool,
}

/// What came of waiting.
#[derive(Clone, Copy, Debug)]
pub struct Waited<T> {
    /// What was seen last.
    pub seen: T,
    /// Whether it is what was waited for; it did not come in time otherwise.
    pub done: bool,
    /// How long it took.
    pub time: Duration,
    /// Whether the first look was the last one.
    pub at_once: bool,
}

/// Looks until there is nothing more to wait for, or this time has passed: at least once, and
/// whatever the time, never after a look that failed.
///
/// # Errors
/// The first one of a look.
pub async fn until<T, E>(
    limit: Duration,
    mut look: impl AsyncFnMut() -> Result<Look<T>, E>,
) -> Result<Waited<T>, E> {
    let started = Instant::now();
    let (mut pause, mut at_once) = (FIRST_PAUSE, true);
    loop {
        let Look { seen, done } = look().await?;
        let time = started.elapsed();
        if done || time >= limit {
            return Ok(Waited { seen, done, time, at_once });
        }
        at_once = false;
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    async fn third_look(limit: Duration) -> Waited<u32> {
        let mut looks = 0;
        let waited = until(limit, async || {
            looks += 1;
            Ok::<_, Infallible>(Look { seen: looks, done: looks == 3 })
        });
        waited.await.unwrap()
    }

    #[tokio::test]
    async fn waiting_ends_with_what_was_waited_for() {
        let waited = third_look(Duration::from_secs(60)).await;
        assert!(waited.done && waited.seen == 3 && !waited.at_once);
    }

    #[tokio::test]
    async fn one_looks_once_even_without_time() {
        let waited = third_look(Duration::ZERO).await;
        assert!(!waited.done && waited.seen == 1 && waited.at_once);
    }

    #[tokio::test]
    async fn a_look_that_fails_ends_the_waiting() {
        let failed = until(Duration::MAX, async || Err::<Look<()>, _>("broken")).await;
        assert_eq!(failed.unwrap_err(), "broken");
    }
}
