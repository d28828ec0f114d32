//! Newcomers: connections that have not yet sent the whole head of a request. There are only so
//! many of them, in all and of one address, and each has only so long; when there are too many, the
//! one that came first makes room. A connection that has spoken is none of them any more: whoever
//! works through many connections of one address, as gateways do, is not counted here.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::config::Limits;

/// How long a newcomer has at least, however many press behind it: what it sent may still wait to
/// be looked at.
const GRACE: Duration = Duration::from_secs(1);
/// How often room is looked for.
const LOOK: Duration = Duration::from_millis(10);

/// All the newcomers of a server.
#[derive(Clone)]
pub(super) struct Newcomers {
    crowd: Arc<Mutex<Crowd>>,
    most: usize,
    most_of_one_address: usize,
    time: Duration,
}

#[derive(Default)]
struct Crowd {
    count: u64,
    /// By rank: the first is the oldest. Dropping one's sender sends it away.
    all: BTreeMap<u64, Waiting>,
    of_address: HashMap<IpAddr, BTreeSet<u64>>,
}

struct Waiting {
    address: IpAddr,
    since: Instant,
    _leave: oneshot::Sender<()>,
}

/// One of them, until it has spoken.
pub(super) struct Newcomer {
    rank: u64,
    crowd: Arc<Mutex<Crowd>>,
    has_spoken: AtomicBool,
}

/// Completes when a newcomer has to go.
pub(super) struct Patience {
    leave: oneshot::Receiver<()>,
    until: Instant,
}

impl Newcomers {
    /// Where there are few places in all, most are for those who speak.
    pub(super) fn new(limits: &Limits, places: usize) -> Self {
        Self {
            crowd: Arc::default(),
            most: limits.newcomers.min(places / 2).max(1),
            most_of_one_address: limits.newcomers_of_one_address.min(places * 3 / 8).max(1),
            time: limits.head_timeout,
        }
    }

    /// Takes in one more, once there is room.
    pub(super) async fn take_in(&self, address: IpAddr) -> (Arc<Newcomer>, Patience) {
        let address = neighbourhood(address);
        while let Some(wait) = self.make_room(address) {
            tokio::time::sleep(wait.min(LOOK)).await;
        }
        let (sender, leave) = oneshot::channel();
        let since = Instant::now();
        let mut crowd = self.crowd.lock();
        crowd.count += 1;
        let rank = crowd.count;
        crowd.all.insert(rank, Waiting { address, since, _leave: sender });
        crowd.of_address.entry(address).or_default().insert(rank);
        let newcomer =
            Newcomer { rank, crowd: Arc::clone(&self.crowd), has_spoken: AtomicBool::new(false) };
        (Arc::new(newcomer), Patience { leave, until: since + self.time })
    }

    /// Sends away whoever is in the way of one more; tells how long to wait when that is too early.
    fn make_room(&self, address: IpAddr) -> Option<Duration> {
        let mut crowd = self.crowd.lock();
        let of_address = crowd.of_address.get(&address);
        let in_the_way = match of_address.filter(|all| all.len() >= self.most_of_one_address) {
            Some(neighbours) => neighbours.first().copied(),
            None if crowd.all.len() >= self.most => crowd.all.keys().next().copied(),
            None => None,
        }?;
        let stayed = crowd.all.get(&in_the_way).map_or(GRACE, |waiting| waiting.since.elapsed());
        if stayed < GRACE {
            return Some(GRACE - stayed);
        }
        crowd.remove(in_the_way);
        None
    }
}

impl Crowd {
    fn remove(&mut self, rank: u64) {
        let Some(waiting) = self.all.remove(&rank) else { return };
        if let Some(neighbours) = self.of_address.get_mut(&waiting.address) {
            neighbours.remove(&rank);
            if neighbours.is_empty() {
                self.of_address.remove(&waiting.address);
            }
        }
    }
}

impl Newcomer {
    /// It has sent a whole head: it is no newcomer any more.
    pub(super) fn has_spoken(&self) {
        if !self.has_spoken.swap(true, Ordering::AcqRel) {
            self.crowd.lock().remove(self.rank);
        }
    }

    /// Waits until it has to go, be it because the server stops: never, once it has spoken.
    pub(super) async fn must_go(&self, patience: Patience, mut stopped: watch::Receiver<bool>) {
        tokio::select! {
            _ = tokio::time::timeout_at(patience.until, patience.leave) => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
        if self.has_spoken.load(Ordering::Acquire) {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        self.has_spoken();
    }
}

/// What one sender has for itself: an address of IPv4, or the 64 bits of IPv6 under which it may
/// choose its addresses freely.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_told_by_what_it_cannot_choose() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::2"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
