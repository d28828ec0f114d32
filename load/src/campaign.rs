//! A campaign under way: the pacer hands out journeys when they are due, goose users carry them,
//! the recorder counts. What it amounts to is [`crate::outcome`]'s.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::{self, FuturesUnordered};
use goose::GooseAttack;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction};
use scenarios::target::Target;

use crate::audit::Ledger;
use crate::live::Live;
use crate::pacer::{Pacer, QUEUE, Ticket};
use crate::plan::{Journey, Plan};
use crate::random::Random;
use crate::record::{Collected, Collector, Progress, Recorder};
use crate::schedule::Start;
use crate::systems::{Shard, System, Systems, SystemsError};
use crate::traffic::call::Caller;
use crate::traffic::walk::Walk;

/// Looks at queues at a time, once everything has ended.
const SWEEPERS: usize = 16;
/// Between two questions of a goose user that has carried everything whether it may go.
const REST: Duration = Duration::from_millis(20);

/// Marks a goose user that has carried all it was given.
#[derive(Clone)]
struct HasCarried;

/// Why a campaign could not be run.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// The target has not what the plan needs.
    #[error(transparent)]
    Systems(#[from] SystemsError),
    /// The target's certificates or proxy cannot be used.
    #[error(transparent)]
    Target(#[from] scenarios::target::TargetError),
    /// The target does not answer.
    #[error("the target does not answer: {0}. Start it, or correct its address in the target file")]
    Unreachable(String),
    /// A credential is refused.
    #[error("the hub refuses the credential \"{0}\" of the target file")]
    Refused(String),
    /// The run directory cannot be written.
    #[error("the run directory cannot be written: {0}; check the rights and the room left there")]
    Directory(#[from] std::io::Error),
    /// The system gives no timer to wake up by.
    #[error("the system gives no timer: {0}; allow this process more open files (ulimit -n)")]
    Alarm(#[source] std::io::Error),
    /// goose could not run.
    #[error("goose could not run the campaign: {0}")]
    Goose(String),
}

/// What one start of the schedule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// In which cell.
    pub cell: usize,
    /// Which journey.
    pub journey: Journey,
    /// Seed of what else it draws.
    pub(crate) seed: u64,
}

/// What a start of the schedule is: the same on every machine, however the campaign is cut.
#[must_use]
pub fn draw(plan: &Plan, cells: usize, start: Start) -> Draw {
    let mut random = Random::of(plan.seed, start.rank);
    Draw { cell: random.below(cells), journey: plan.mix.draw(&mut random), seed: random.number() }
}

/// A campaign under way.
pub struct Campaign {
    pub(crate) plan: Plan,
    pub(crate) systems: Systems,
    pub(crate) caller: Caller,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) ledger: Ledger,
    /// Eight characters that the numbers of its folders carry.
    pub(crate) run: String,
    http: reqwest::Client,
    shard: Shard,
    numbers: AtomicU32,
    in_flight: AtomicUsize,
    attempted_deposits: AtomicU64,
    unread_queues: AtomicU64,
    /// Set when it must end: by the user, or by an objective.
    stop: Arc<AtomicBool>,
    abort: AtomicBool,
}

impl Progress for Campaign {
    fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    fn undelivered(&self) -> u64 {
        self.ledger.undelivered()
    }
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
        let systems = Systems::of(target, plan.mix.deposits())?;
        if shard.count > systems.cells.len() as u64 {
            return Err(CampaignError::Systems(SystemsError::TooManyShards {
                shards: shard.count,
                cells: systems.cells.len(),
            }));
        }
        let http = scenarios::client::builder(target)?
            .http1_only()
            .tcp_nodelay(true)
            .pool_max_idle_per_host(plan.generator.workers)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| CampaignError::Goose(error.to_string()))?;
        let recorder = Arc::new(Recorder::new(plan.calls.timeout));
        Ok(Self {
            caller: Caller::new(target.clone(), plan.calls, recorder.clone()),
            ledger: Ledger::new(audit)?,
            plan,
            systems,
            recorder,
            run,
            http,
            shard,
            numbers: AtomicU32::new(0),
            in_flight: AtomicUsize::new(0),
            attempted_deposits: AtomicU64::new(0),
            unread_queues: AtomicU64::new(0),
            stop,
            abort: AtomicBool::new(false),
        })
    }

    /// A number that no other folder of this campaign has.
    pub(crate) fn next_number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether it must end before its end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.was_interrupted() || self.abort.load(Ordering::Relaxed)
    }

    /// Whether somebody stopped it.
    #[must_use]
    pub fn was_interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether this process has the journeys of a cell.
    pub(crate) fn takes(&self, cell: usize) -> bool {
        self.shard.takes(cell)
    }

    /// The share of the campaign's starts that this process has.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.shard.share(self.systems.cells.len())
    }

    /// The plan that is followed.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The account of the cases.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Bytes of attachments sent and received.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        let (sent, received) = (&self.caller.sent_bytes, &self.caller.received_bytes);
        (sent.load(Ordering::Relaxed), received.load(Ordering::Relaxed))
    }

    /// A deposit is begun.
    pub(crate) fn deposit_attempted(&self) {
        self.attempted_deposits.fetch_add(1, Ordering::Relaxed);
    }

    /// Deposits that were begun.
    #[must_use]
    pub fn attempted_deposits(&self) -> u64 {
        self.attempted_deposits.load(Ordering::Relaxed)
    }

    /// Queues that could not be read at the end.
    #[must_use]
    pub fn unread_queues(&self) -> u64 {
        self.unread_queues.load(Ordering::Relaxed)
    }

    /// Asks for a token as a recipient, and as a depositor where the plan deposits, to know that
    /// the target is there and knows us, before anything is counted.
    ///
    /// # Errors
    /// When it is not, or does not.
    pub async fn greet(&self) -> Result<(), CampaignError> {
        let recipient = self
            .systems
            .cells
            .iter()
            .enumerate()
            .find(|(cell, _)| self.shard.takes(*cell))
            .and_then(|(_, cell)| cell.recipients.first());
        let deposits = self.plan.mix.deposits();
        let depositors = self.systems.links.iter().map(|link| &link.depositor);
        for system in recipient.into_iter().chain(depositors.filter(|_| deposits)) {
            self.greet_as(system).await?;
        }
        Ok(())
    }

    async fn greet_as(&self, system: &System) -> Result<(), CampaignError> {
        let had =
            crate::traffic::tokens::bearer(&self.caller, &self.http, system, Instant::now(), false)
                .await;
        match had {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_without_answer() => {
                Err(CampaignError::Unreachable(failure.name()))
            }
            Err(_) => Err(CampaignError::Refused(system.credential.name.clone())),
        }
    }

    /// Runs it to its end, with its first start at `origin`.
    ///
    /// # Errors
    /// When the run directory cannot be written, or goose cannot run.
    pub async fn run(
        self: &Arc<Self>,
        origin: Instant,
        histograms: &Path,
        live: Arc<Live>,
    ) -> Result<Collected, CampaignError> {
        let pacer = Pacer::new(self.clone(), origin).map_err(CampaignError::Alarm)?;
        let finished = Arc::new(AtomicBool::new(false));
        let collecting = {
            let (campaign, finished) = (self.clone(), finished.clone());
            let histograms = histograms.to_owned();
            std::thread::spawn(move || {
                let collector = Collector {
                    recorder: &campaign.recorder,
                    plan: &campaign.plan,
                    shard: campaign.shard,
                    cells: campaign.systems.cells.len(),
                    progress: campaign.as_ref(),
                    origin,
                    abort: &campaign.abort,
                    finished: &finished,
                    live,
                };
                let collected = collector.run(&histograms);
                if collected.is_err() {
                    // Nothing can be recorded any more: the campaign must not go on for nothing.
                    campaign.abort.store(true, Ordering::Relaxed);
                }
                collected
            })
        };
        let (sender, tickets) = flume::bounded(QUEUE);
        let pacing = tokio::spawn(pacer.pace(sender));
        let attacked = self.attack(tickets).await;
        let paced = pacing.await;
        if !self.is_stopped() {
            self.process_what_is_left().await;
            self.sweep().await;
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

    /// Lets goose's users carry the journeys. Its own timing and throttling are not used: they are
    /// those of a closed loop.
    async fn attack(
        self: &Arc<Self>,
        tickets: flume::Receiver<Ticket>,
    ) -> Result<(), CampaignError> {
        let users = self.plan.generator.users;
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
            // One client for all: connections are the systems', not the users'.
            user.client = campaign.http.clone();
            Box::pin(async move {
                if user.get_session_data::<HasCarried>().is_none() {
                    campaign.carry(&user.client, &tickets).await;
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
    async fn carry(&self, http: &reqwest::Client, tickets: &flume::Receiver<Ticket>) {
        let capacity = self.plan.generator.workers.div_ceil(self.plan.generator.users);
        let mut walking = FuturesUnordered::new();
        let mut open = true;
        while open || !walking.is_empty() {
            tokio::select! {
                biased;
                Some(()) = walking.next(), if !walking.is_empty() => {}
                ticket = tickets.recv_async(), if open && walking.len() < capacity => match ticket {
                    // What is still in the queue when the campaign is stopped is not walked any
                    // more.
                    Ok(_) if self.is_stopped() => {},
                    Ok(ticket) => walking.push(self.journey(http, ticket)),
                    Err(_) => open = false,
                },
            }
        }
    }

    async fn journey(&self, http: &reqwest::Client, ticket: Ticket) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.recorder.started(ticket.due.elapsed(), ticket.worker_was_free, ticket.measured);
        let mut walk = Walk {
            campaign: self,
            http,
            random: Random::new(ticket.draw.seed),
            due: ticket.due,
            measured: ticket.measured,
            settling_until: None,
        };
        walk.walk(ticket.draw).await;
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// A walk of whose calls none is in the figures.
    fn aside(&self, until: Instant) -> Walk<'_> {
        Walk {
            campaign: self,
            http: &self.http,
            random: Random::new(0),
            due: Instant::now(),
            measured: false,
            settling_until: Some(until),
        }
    }

    /// Processes the cases whose journey ended before its end, for a call that failed: a case is
    /// lost when its recipient cannot get it, not when it did not ask again.
    async fn process_what_is_left(&self) {
        let recipients = || self.systems.cells.iter().flat_map(|cell| &cell.recipients);
        // One wait for all of them: what was lost by the thousand must not be waited for one by
        // one.
        let until = Instant::now() + self.plan.drain;
        stream::iter(self.ledger.missing())
            .for_each_concurrent(SWEEPERS, |(case, organization)| async move {
                for system in recipients()
                    .filter(|system| system.organization.as_ref() == Some(&organization))
                {
                    if self.aside(until).process(system, case).await.is_ok() {
                        break;
                    }
                }
            })
            .await;
    }

    /// Looks once more at every queue: what is still there was delivered to the wrong system, or
    /// twice.
    async fn sweep(&self) {
        if !self.plan.mix.deposits() {
            return;
        }
        let systems = self
            .systems
            .cells
            .iter()
            .enumerate()
            .filter(|(cell, _)| self.shard.takes(*cell))
            .flat_map(|(_, cell)| &cell.recipients);
        stream::iter(systems)
            .for_each_concurrent(SWEEPERS, |system| async move {
                let most = self.caller.largest_batch();
                // A queue that cannot be read keeps its secrets: nobody knows what was delivered
                // there twice, or wrongly.
                if self.aside(Instant::now()).look(system, most).await.is_err() {
                    self.unread_queues.fetch_add(1, Ordering::Relaxed);
                }
            })
            .await;
    }
}
