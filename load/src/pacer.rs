//! Hands out each journey at the instant it is due, whatever becomes of those before it. Carries
//! none.
//!
//! It is a task of the runtime that carries the journeys, woken by an alarm of the system's: a
//! thread of its own would wake that runtime for each start, which is dear; and the runtime's own
//! timers are a millisecond coarse.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::alarm::Alarm;
use crate::draw::{Draw, draw};
use crate::traffic::Traffic;

/// Journeys that may wait for a worker before the pacer itself waits: what is due then stays due.
pub(crate) const QUEUE: usize = 16_384;
/// Journeys handed out at a stretch before those who carry them have their turn.
const STRETCH: u64 = 64;
/// Longest sleep before it is looked whether the campaign was stopped.
const LONGEST_SLEEP: Duration = Duration::from_millis(100);

/// A journey that is handed out.
pub(crate) struct Ticket {
    pub(crate) draw: Draw,
    pub(crate) due: Instant,
    pub(crate) measured: bool,
    /// Whether a worker was free for it when it was due.
    pub(crate) worker_was_free: bool,
    /// Since when it could have been handed out: when it was due, or when the pacer had done with
    /// waiting for the workers, which is not its own doing.
    pub(crate) owed_since: Instant,
    /// How late the pacer itself was.
    pub(crate) handed_out_late: Duration,
}

/// Who hands out.
pub(crate) struct Pacer {
    traffic: Arc<Traffic>,
    origin: Instant,
    alarm: Alarm,
}

impl Pacer {
    /// Prepares to hand out the journeys of a campaign whose first instant is this; fails when the
    /// system gives no alarm.
    pub(crate) fn new(traffic: Arc<Traffic>, origin: Instant) -> io::Result<Self> {
        Ok(Self { traffic, origin, alarm: Alarm::new()? })
    }

    /// Hands out every journey of this process, until the last, or until the campaign is stopped.
    pub(crate) async fn pace(self, tickets: flume::Sender<Ticket>) {
        let traffic = &self.traffic;
        let (plan, cells) = (&traffic.plan, traffic.systems.cells.len());
        let (mut handed_out, mut held_up_until) = (0_u64, self.origin);
        for start in plan.arrivals.schedule(plan.seed) {
            let draw = draw(plan, cells, start);
            if !traffic.takes(draw.cell) {
                continue;
            }
            let due = self.origin + start.due;
            self.sleep_until(self.origin + grained(start.due, plan.generator.grain)).await;
            if traffic.is_stopped() {
                return;
            }
            let owed_since = due.max(held_up_until);
            let ticket = Ticket {
                draw,
                due,
                measured: start.due >= plan.warm_up,
                worker_was_free: traffic.in_flight() + tickets.len() < plan.generator.workers,
                owed_since,
                handed_out_late: owed_since.elapsed(),
            };
            let is_held_up = tickets.is_full();
            if tickets.send_async(ticket).await.is_err() {
                return;
            }
            if is_held_up {
                held_up_until = Instant::now();
            }
            handed_out += 1;
            if handed_out.is_multiple_of(STRETCH) {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Sleeps until an instant, or until the campaign is stopped.
    async fn sleep_until(&self, due: Instant) {
        loop {
            let early = due.saturating_duration_since(Instant::now());
            if early.is_zero() || self.traffic.is_stopped() {
                return;
            }
            self.alarm.sleep(early.min(LONGEST_SLEEP)).await;
        }
    }
}

/// The end of the grain that an instant is in; the instant itself when there are no grains.
fn grained(due: Duration, grain: Duration) -> Duration {
    let past = due.as_nanos().checked_rem(grain.as_nanos()).unwrap_or(0);
    match u64::try_from(past) {
        Ok(past) if past > 0 => due + (grain - Duration::from_nanos(past)),
        _ => due,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use futures::StreamExt as _;
    use scenarios::target::Target;

    use super::*;
    use crate::plan::{Overrides, Plan};
    use crate::systems::Shard;

    #[test]
    fn starts_of_a_grain_are_made_at_its_end() {
        let (us, ms) = (Duration::from_micros, Duration::from_millis);
        assert_eq!(grained(us(1_234), Duration::ZERO), us(1_234));
        assert_eq!(grained(us(1_001), ms(1)), ms(2));
        assert_eq!(grained(us(1_999), ms(1)), ms(2));
        assert_eq!(grained(ms(2), ms(1)), ms(2));
        assert_eq!(grained(Duration::ZERO, ms(1)), Duration::ZERO);
    }

    /// How long something is held up: most of the starts are due meanwhile.
    const STALL: Duration = Duration::from_millis(400);

    /// Hands out a start each millisecond, for half a second, to a queue with room for as many.
    fn pacing(room: usize) -> flume::Receiver<Ticket> {
        let plan = "name = 'essai'\n[arrivals]\nform = 'constant'\nspacing = 'even'\n\
                    calls_per_second = 1000\nduration = '500ms'\n[journeys]\npoll = 1\n";
        let plan = Plan::parse(plan, Path::new("plan.toml"), &Overrides::default()).unwrap();
        let hub = "[hub]\nname = 'essai'\nteledossiers_url = 'http://127.0.0.1/t'\n\
                   referential_url = 'http://127.0.0.1/r'\ntoken_url = 'http://127.0.0.1/token'\n\
                   [[credential]]\nscope = 'SI'\nclient_id = 'si'\nclient_secret = 's'\n\
                   organization = { type = 'SI', companyRegister = '00000000000001', branchCode = '1' }\n\
                   processes = ['EtatCivil']\n";
        let target = Arc::new(Target::parse(hub, Path::new("target.toml")).unwrap());
        let (run, stop) = ("ESSAI001".to_owned(), Arc::default());
        let traffic = Traffic::new(plan, &target, Shard::WHOLE, run, None, stop).unwrap();
        let pacer = Pacer::new(Arc::new(traffic), Instant::now()).unwrap();
        let (sender, tickets) = flume::bounded(room);
        tokio::spawn(pacer.pace(sender));
        tickets
    }

    #[tokio::test]
    async fn its_wait_for_the_workers_is_no_lateness_of_its_own() {
        let tickets = pacing(4);
        tokio::time::sleep(STALL).await;
        let tickets: Vec<Ticket> = tickets.into_stream().collect().await;
        let is_held_up = |ticket: &&Ticket| ticket.owed_since > ticket.due + STALL / 2;
        assert!(tickets.iter().filter(is_held_up).count() > 100);
        let latest = tickets.iter().map(|ticket| ticket.handed_out_late).max();
        assert!(latest < Some(STALL / 2), "{latest:?}");
    }

    #[tokio::test]
    async fn a_thread_that_does_not_let_it_run_makes_it_late_for_every_start_meanwhile() {
        let tickets = pacing(QUEUE);
        tokio::time::sleep(Duration::from_millis(10)).await;
        std::thread::sleep(STALL);
        let tickets: Vec<Ticket> = tickets.into_stream().collect().await;
        let late = tickets.iter().filter(|ticket| ticket.handed_out_late > STALL / 2).count();
        assert!(late > 100, "{late}");
        assert!(tickets.iter().all(|ticket| ticket.owed_since == ticket.due));
    }
}
