//! Sleeps that end within microseconds of the instant they should: a timer of the kernel's, which
//! the runtime awaits as it awaits its connections. Its own timers end on the next millisecond.

use std::io;
use std::time::Duration;

#[cfg(target_os = "linux")]
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
#[cfg(target_os = "linux")]
use tokio::io::{Interest, unix::AsyncFd};

/// An alarm, for one sleep at a time.
#[cfg(target_os = "linux")]
pub struct Alarm(AsyncFd<std::os::fd::OwnedFd>);

#[cfg(target_os = "linux")]
impl Alarm {
    /// An alarm of the runtime that this is called in.
    pub fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe, for descriptors that others may close: an `OwnedFd` is closed by its owner alone"
        )]
        AsyncFd::with_interest(timer, Interest::READABLE).map(Self)
    }

    /// Sleeps that long, or a little less when an earlier sleep was given up.
    pub async fn sleep(&self, time: Duration) {
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        let once = Itimerspec {
            it_interval: zero,
            it_value: Timespec {
                tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
                // A timer set to nothing would never ring.
                tv_nsec: i64::from(time.subsec_nanos().max(1)),
            },
        };
        let set = timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::empty(), &once);
        if set.is_ok()
            && let Ok(mut rung) = self.0.readable().await
        {
            // What it counted is not read: setting it again clears it.
            rung.clear_ready();
        } else {
            tokio::time::sleep(time).await;
        }
    }
}

/// An alarm, as coarse as the runtime's timers.
#[cfg(not(target_os = "linux"))]
pub struct Alarm;

#[cfg(not(target_os = "linux"))]
impl Alarm {
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn a_sleep_is_never_too_short_and_may_be_repeated() {
        let alarm = Alarm::new().unwrap();
        for us in [0, 1, 100, 700, 1_500, 300] {
            let (time, before) = (Duration::from_micros(us), Instant::now());
            alarm.sleep(time).await;
            assert!(before.elapsed() >= time, "{us}");
        }
    }
}
