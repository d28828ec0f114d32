//! A campaign under way: the pacer hands out journeys when they are due, goose users carry them,
//! the collector counts. What it amounts to is [`crate::outcome`]'s.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::{self, FuturesUnordered};
use goose::GooseAttack;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction};
use parking_lot::Mutex;
use reports::load::Reconciliation;
use scenarios::target::Target;

use crate::collector::{Collected, Collector};
use crate::error::CampaignError;
use crate::failure::Failure;
use crate::live::Live;
use crate::pacer::{Pacer, QUEUE, Ticket};
use crate::plan::{Http, Plan};
pub use crate::probe::Finding;
use crate::random::Random;
use crate::reconciliation::{Counted, counted};
use crate::systems::{Shard, System};
use crate::traffic::Traffic;
use crate::traffic::tokens;
use crate::traffic::walk::Walk;

/// Looks at queues at a time, once everything has ended.
const SWEEPERS: usize = 16;
/// Between two questions of a goose user that has carried everything whether it may go.
const REST: Duration = Duration::from_millis(20);

/// How long journeys under way may take to end, once a campaign is stopped.
const FAREWELL: Duration = Duration::from_secs(10);

/// Marks a goose user that has carried all it was given.
#[derive(Clone)]
struct HasCarried;

/// A campaign under way.
pub struct Campaign {
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) unread_queues: AtomicU64,
    pub(crate) reconciliation: Mutex<Option<Reconciliation>>,
}

impl Campaign {
    /// Prepares a campaign; calls nobody yet.
    ///
    /// # Errors
    /// When the target has not what the plan needs, or the account cannot be written.
    pub fn new(
        plan: Plan,
        target: &Arc<Target>,
        shard: Shard,
        run: String,
        audit: Option<&Path>,
        stop: Arc<AtomicBool>,
    ) -> Result<Self, CampaignError> {
        let traffic = Arc::new(Traffic::new(plan, target, shard, run, audit, stop)?);
        Ok(Self { traffic, unread_queues: AtomicU64::new(0), reconciliation: Mutex::default() })
    }

    /// The plan that is followed.
    pub fn plan(&self) -> &Plan {
        &self.traffic.plan
    }

    /// Asks for a token as a recipient, and as a depositor where the plan deposits, to know that
    /// the target is there and knows us, before anything is counted.
    pub async fn greet(&self) -> Result<(), CampaignError> {
        let recipient = self.recipients().next();
        let deposits = self.plan().mix.deposits();
        let depositors = self.traffic.systems.links.iter().map(|link| &link.depositor);
        for system in recipient.into_iter().chain(depositors.filter(|_| deposits)) {
            tokio::select! {
                greeted = self.greet_as(system) => greeted?,
                () = self.traffic.stop.set() => return Err(CampaignError::Stopped),
            }
        }
        Ok(())
    }

    /// Finds out what the target takes, where the plan deposits: what it does not take is left out.
    ///
    /// # Errors
    /// When it takes nothing, or somebody stopped it.
    pub async fn learn(&mut self, target: &Arc<Target>) -> Result<Vec<Finding>, CampaignError> {
        let deposits = self.plan().mix.deposits();
        let stop = self.traffic.stop.clone();
        match Arc::get_mut(&mut self.traffic).filter(|_| deposits) {
            None => Ok(Vec::new()),
            Some(traffic) => tokio::select! {
                findings = crate::probe::learn(traffic, target) => {
                    // On some hubs a new token ends the one before: those of the greeting may have.
                    self.recipients().for_each(|system| tokens::forget(system));
                    let links = self.traffic.systems.links.iter();
                    links.for_each(|link| tokens::forget(&link.depositor));
                    findings
                }
                () = stop.set() => Err(CampaignError::Stopped),
            },
        }
    }

    /// The recipients that this process has.
    fn recipients(&self) -> impl Iterator<Item = &Arc<System>> {
        let cells = self.traffic.systems.cells.iter().enumerate();
        let own = cells.filter(|(cell, _)| self.traffic.takes(*cell));
        own.flat_map(|(_, cell)| &cell.recipients)
    }

    /// What to do when the first call got no answer.
    fn advice_after(&self, failure: Failure) -> &'static str {
        let may_lack_http2 = matches!(failure, Failure::NoHttp2 | Failure::Reset | Failure::Broken);
        match self.plan().generator.http {
            Http::Two if may_lack_http2 => {
                "The plan asks for HTTP/2, which it may not speak: have it served (over TLS by \
                 ALPN, in clear by prior knowledge), or write http = \"1.1\" under [generator]"
            }
            Http::One | Http::Two => "Start it, or correct its address in the target file",
        }
    }

    async fn greet_as(&self, system: &System) -> Result<(), CampaignError> {
        let had = tokens::bearer(&self.traffic.caller, system, Instant::now(), false).await;
        let name = || system.credential.name.clone();
        match had {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_without_answer() => {
                let place = self.traffic.caller.token_endpoint();
                let (path, why) = (place.uri.path(), failure.name());
                let advice = self.advice_after(failure);
                Err(CampaignError::Unreachable(format!("POST {path}: {why}. {advice}")))
            }
            Err(Failure::Lack(lack)) => Err(CampaignError::Lack(lack.name())),
            Err(failure) if failure.is_refusal() => Err(CampaignError::Refused(name())),
            Err(failure) => Err(CampaignError::NoToken(failure.name(), name())),
        }
    }

    /// Runs it to its end, with its first start at `origin`.
    pub async fn run(
        self: &Arc<Self>,
        origin: Instant,
        histograms: &Path,
        live: Arc<Live>,
    ) -> Result<Collected, CampaignError> {
        let traffic = &self.traffic;
        let plan = self.plan();
        let length = plan.warm_up + plan.arrivals.length() + plan.drain;
        traffic.caller.shared.waits.end_at(origin + length);
        let counted_before = self.counted_by_the_gateway().await;
        let pacer = Pacer::new(traffic.clone(), origin).map_err(CampaignError::Alarm)?;
        let finished = Arc::new(AtomicBool::new(false));
        let collecting = {
            let (traffic, finished) = (traffic.clone(), finished.clone());
            let histograms = histograms.to_owned();
            std::thread::spawn(move || {
                let collector = Collector { traffic: &traffic, origin, finished: &finished, live };
                let collected = collector.run(&histograms);
                if collected.is_err() {
                    // Nothing can be recorded any more: the campaign must not go on for nothing.
                    traffic.abort();
                }
                collected
            })
        };
        let (sender, tickets) = flume::bounded(QUEUE);
        let pacing = tokio::spawn(pacer.pace(sender));
        let attacked = self.attack(tickets).await;
        let paced = pacing.await;
        if !traffic.is_stopped() {
            self.process_what_is_left().await;
            self.sweep().await;
            self.reconcile(counted_before).await;
        }
        finished.store(true, Ordering::Release);
        let collected = tokio::task::spawn_blocking(move || collecting.join()).await;
        attacked?;
        // What was not handed out was not missed by anybody: without this, it would pass for a
        // campaign that was cut short.
        paced
            .map_err(|_| CampaignError::Goose("the pacer panicked: a bug of étalon".to_owned()))?;
        match collected {
            Ok(Ok(collected)) => Ok(collected?),
            _ => Err(CampaignError::Goose("the collector panicked: a bug of étalon".to_owned())),
        }
    }

    /// What the gateway counted so far, from where the campaign's own count begins too.
    async fn counted_by_the_gateway(&self) -> Option<Counted> {
        let caller = &self.traffic.caller;
        caller.shared.own_calls.as_ref()?.forget();
        counted(caller.target()).await
    }

    /// Holds the calls that were made against the gateway's count.
    async fn reconcile(&self, before: Option<Counted>) {
        let caller = &self.traffic.caller;
        if let (Some(own), Some(before)) = (&caller.shared.own_calls, before)
            && let Some(after) = counted(caller.target()).await
        {
            *self.reconciliation.lock() = Some(own.reconciled(&before, &after));
        }
    }

    /// Lets goose's users carry the journeys. Its own timing and throttling are not used: they are
    /// those of a closed loop.
    async fn attack(
        self: &Arc<Self>,
        tickets: flume::Receiver<Ticket>,
    ) -> Result<(), CampaignError> {
        let users = self.plan().generator.users;
        let mut configuration = GooseConfiguration::default();
        configuration.host = Some("http://127.0.0.1".to_owned());
        configuration.users = Some(users);
        configuration.increase_rate = Some("10000".to_owned());
        configuration.no_telnet = true;
        configuration.no_metrics = true;
        configuration.no_print_metrics = true;
        configuration.quiet = 2;
        let carrying = Arc::new(AtomicUsize::new(users));
        let campaign = self.clone();
        let function: TransactionFunction = Arc::new(move |user: &mut GooseUser| {
            let (campaign, tickets) = (campaign.clone(), tickets.clone());
            let carrying = carrying.clone();
            Box::pin(async move {
                if user.get_session_data::<HasCarried>().is_none() {
                    campaign.carry(&tickets).await;
                    user.set_session_data(HasCarried);
                    if carrying.fetch_sub(1, Ordering::AcqRel) == 1 {
                        goose::trigger_killswitch("every journey ended");
                    }
                }
                // goose calls its users again and again until they are told to end.
                tokio::time::sleep(REST).await;
                Ok(())
            })
        });
        let scenario = Scenario::new("étalon").register_transaction(Transaction::new(function));
        let attack = GooseAttack::initialize_with_config(configuration)
            .map_err(|error| CampaignError::Goose(error.to_string()))?;
        Box::pin(attack.register_scenario(scenario).execute())
            .await
            .map(|_| ())
            .map_err(|error| CampaignError::Goose(error.to_string()))
    }

    /// One user: carries several journeys at once, until no more are handed out.
    ///
    /// Once the campaign is stopped, those under way have a moment to end.
    async fn carry(&self, tickets: &flume::Receiver<Ticket>) {
        let size = self.plan().generator;
        let capacity = size.workers.div_ceil(size.users);
        let mut walking = FuturesUnordered::new();
        let mut open = true;
        // One stream for all of them: a place in the queue is kept until its turn comes.
        let mut tickets = tickets.stream();
        let farewell = self.farewell();
        tokio::pin!(farewell);
        while open || !walking.is_empty() {
            tokio::select! {
                biased;
                () = &mut farewell => return,
                Some(()) = walking.next(), if !walking.is_empty() => {}
                ticket = tickets.next(), if open && walking.len() < capacity => match ticket {
                    // What is still in the queue when the campaign is stopped is not walked any
                    // more.
                    Some(_) if self.traffic.is_stopped() => {},
                    Some(ticket) => walking.push(self.journey(ticket)),
                    None => open = false,
                },
            }
        }
    }

    /// Ends a moment after the campaign was stopped.
    async fn farewell(&self) {
        self.traffic.stop.set().await;
        tokio::time::sleep(FAREWELL).await;
    }

    async fn journey(&self, ticket: Ticket) {
        let traffic = &self.traffic;
        traffic.sets_out();
        let late = ticket.due.elapsed();
        let own = match ticket.worker_was_free {
            true => ticket.owed_since.elapsed(),
            false => ticket.handed_out_late,
        };
        traffic.recorder.started(late, own, ticket.worker_was_free, ticket.measured);
        let mut walk = Walk {
            traffic,
            random: Random::new(ticket.draw.seed),
            due: ticket.due,
            measured: ticket.measured,
            settling_until: None,
            failed: None,
        };
        let (journey, ended) = (ticket.draw.journey, walk.walk(ticket.draw).await);
        // Without a failed call of its own, what failed is one of another journey's.
        let by = ended.err().and(walk.failed);
        if !traffic.is_stopped() && traffic.beginnings.ended(journey, by) {
            traffic.abort();
        }
        traffic.comes_home();
    }

    /// A walk of whose calls none is in the figures.
    fn aside(&self, until: Instant) -> Walk<'_> {
        Walk {
            traffic: &self.traffic,
            random: Random::new(0),
            due: Instant::now(),
            measured: false,
            settling_until: Some(until),
            failed: None,
        }
    }

    /// Processes the cases whose journey ended before its end, for a call that failed: a case is
    /// lost when its recipient cannot get it, not when it did not ask again.
    async fn process_what_is_left(&self) {
        let recipients = || self.traffic.systems.cells.iter().flat_map(|cell| &cell.recipients);
        // One wait for all of them: what was lost by the thousand must not be waited for one by
        // one.
        let until = Instant::now() + self.plan().drain;
        stream::iter(self.traffic.ledger.missing())
            .for_each_concurrent(SWEEPERS, |(case, organization)| async move {
                for system in recipients()
                    .filter(|system| system.organization.as_ref() == Some(&organization))
                {
                    let manners = self.traffic.systems.manners_for(system);
                    if self.aside(until).process(system, case, manners).await.is_ok() {
                        break;
                    }
                }
            })
            .await;
    }

    /// Looks once more at every queue: what is still there was delivered to the wrong system, or
    /// twice.
    async fn sweep(&self) {
        if !self.plan().mix.deposits() {
            return;
        }
        stream::iter(self.recipients())
            .for_each_concurrent(SWEEPERS, |system| async move {
                let most = self.traffic.caller.largest_batch();
                // A queue that cannot be read keeps its secrets: nobody knows what was delivered
                // there twice, or wrongly.
                if self.aside(Instant::now()).look(system, most).await.is_err() {
                    self.unread_queues.fetch_add(1, Ordering::Relaxed);
                }
            })
            .await;
    }
}
