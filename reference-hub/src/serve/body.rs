//! A request body whose sender may neither fall silent nor dawdle: each piece must come in time,
//! and so must the whole, by the bytes that came. Only the time spent waiting for the sender
//! counts, not the hub's own.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep};

use crate::config::Limits;

/// Why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    /// Its sender fell silent, or sends too slowly.
    #[error("the body stopped coming, or came too slowly")]
    TooSlow,
    /// The connection broke, or the body is not framed as announced.
    #[error("the body broke off: {0}")]
    Broken(#[from] hyper::Error),
}

/// How long a body may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Longest wait for one piece; also what a sender has before its rate is looked at.
    idle: Duration,
    /// All the waits together.
    total: Duration,
    bytes_per_second: u64,
}

impl From<&Limits> for Pace {
    fn from(limits: &Limits) -> Self {
        Self {
            idle: limits.body_idle_timeout,
            total: limits.body_timeout,
            bytes_per_second: limits.body_bytes_per_second.max(1),
        }
    }
}

impl Pace {
    /// How long the next piece may be waited for.
    fn allowance(&self, received: u64, waited: Duration) -> Duration {
        let earned = Duration::from_millis(received.saturating_mul(1000) / self.bytes_per_second);
        let whole = self.idle.saturating_add(earned).min(self.total);
        whole.saturating_sub(waited).min(self.idle)
    }
}

/// A body with a limit on each wait, and on all of them.
pub(crate) struct TimedBody {
    inner: Incoming,
    pace: Pace,
    received: u64,
    waited: Duration,
    /// Armed only while waiting: most bodies are there at once.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl TimedBody {
    pub(super) fn new(inner: Incoming, pace: Pace) -> Self {
        Self { inner, pace, received: 0, waited: Duration::ZERO, waiting: None }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) {
            if let Some((since, _)) = self.waiting.take() {
                self.waited += since.elapsed();
            }
            if let Some(Ok(frame)) = &frame {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        let allowance = self.pace.allowance(self.received, self.waited);
        let (_, timer) = self
            .waiting
            .get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(allowance))));
        timer.as_mut().poll(context).map(|()| Some(Err(BodyError::TooSlow)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_earns_time_and_the_whole_has_an_end() {
        let seconds = Duration::from_secs;
        let pace = Pace { idle: seconds(30), total: seconds(100), bytes_per_second: 1000 };
        assert_eq!(pace.allowance(0, Duration::ZERO), seconds(30));
        assert_eq!(pace.allowance(5, seconds(25)), Duration::from_millis(5005), "a drip is cut");
        assert_eq!(pace.allowance(20_000, seconds(25)), seconds(25));
        assert_eq!(pace.allowance(1_000_000, seconds(25)), seconds(30), "in no time at all");
        assert_eq!(pace.allowance(1_000_000, seconds(99)), seconds(1));
        assert_eq!(pace.allowance(u64::MAX, seconds(200)), Duration::ZERO);
    }
}
