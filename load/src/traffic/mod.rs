//! What a campaign sends: calls, timed; files, made while they are sent; journeys, made of calls.
//! [`Traffic`] is what all the journeys of a campaign share.

pub(crate) mod answers;
pub(crate) mod asked;
pub(crate) mod call;
mod connections;
pub(crate) mod dial;
mod exclusive;
pub(crate) mod files;
pub(crate) mod hosts;
pub(crate) mod journeys;
mod refusable;
mod shared;
pub(crate) mod tokens;
mod waits;
pub(crate) mod walk;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use scenarios::target::Target;

use crate::allowances::Allowances;
use crate::audit::Ledger;
use crate::beginnings::Beginnings;
use crate::error::CampaignError;
use crate::plan::Plan;
use crate::reconciliation::OwnCalls;
use crate::record::Recorder;
use crate::samples::Samples;
use crate::stop::Stop;
use crate::systems::{Shard, Systems, SystemsError};
use call::{Caller, Shared};
use dial::Reach;
use hosts::Hosts;
use waits::Waits;

/// What the journeys of a campaign share.
pub(crate) struct Traffic {
    pub(crate) plan: Plan,
    pub(crate) systems: Systems,
    pub(crate) caller: Caller,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) ledger: Ledger,
    /// Eight characters that the numbers of its folders carry.
    pub(crate) run: String,
    shard: Shard,
    numbers: AtomicU32,
    in_flight: AtomicUsize,
    pub(crate) attempted_deposits: AtomicU64,
    pub(crate) samples: Arc<Samples>,
    pub(crate) beginnings: Beginnings,
    pub(crate) stop: Stop,
}

impl Traffic {
    /// Prepares to send; calls nobody yet.
    pub(crate) fn new(
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
        let recorder = Arc::new(Recorder::new(plan.calls.timeout));
        let (samples, stop) = (Arc::new(Samples::new(target.clone())), Stop::new(stop));
        let reach = Reach::new(target, plan.generator.http, &recorder)?;
        let hosts = Hosts::new(target, &reach, plan.generator.connections)?;
        let shared = Shared {
            recorder: recorder.clone(),
            samples: samples.clone(),
            allowances: Allowances::new(plan.quotas.clone()),
            own_calls: target.may.read_statistics.is_some().then(OwnCalls::default),
            waits: Waits::of(plan.generator.workers),
            stop: stop.clone(),
        };
        Ok(Self {
            caller: Caller::new(hosts, target.clone(), plan.calls, shared)?,
            ledger: Ledger::new(audit)?,
            plan,
            systems,
            recorder,
            run,
            shard,
            numbers: AtomicU32::new(0),
            in_flight: AtomicUsize::new(0),
            attempted_deposits: AtomicU64::new(0),
            samples,
            beginnings: Beginnings::default(),
            stop,
        })
    }

    /// A number that no other folder of this campaign has.
    pub(crate) fn next_number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends it before its end.
    pub(crate) fn abort(&self) {
        self.stop.abort();
    }

    /// Whether it must end before its end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_set()
    }

    /// Whether somebody stopped it.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.stop.was_interrupted()
    }

    /// Whether this process has the journeys of a cell.
    pub(crate) fn takes(&self, cell: usize) -> bool {
        self.shard.takes(cell)
    }

    /// The share of the campaign's starts that this process has.
    pub(crate) fn share(&self) -> f64 {
        self.shard.share(self.systems.cells.len())
    }

    /// Journeys under way.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// A journey sets out.
    pub(crate) fn sets_out(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// A journey has ended.
    pub(crate) fn comes_home(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
