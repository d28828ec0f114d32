//! What the generator itself takes: processor time, memory, connections, as Linux tells of this
//! process. Elsewhere nothing is known, and 0 is said.

use std::fs;
use std::time::Duration;

use reports::load::{Bottleneck, HubLimit};

use crate::failure::Lack;
use crate::fold::Totals;
use crate::histograms::percentile_us;
use crate::plan::Plan;
use crate::record::Recorder;
use crate::series::{Clock, SeriesKey, Span};

/// What this process has taken so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Processor time, user and system.
    pub cpu: Duration,
    /// Resident memory, in bytes.
    pub memory_bytes: u64,
    /// The most it ever was, in bytes.
    pub peak_memory_bytes: u64,
    /// Open descriptors: connections, and the few files that a process has.
    pub descriptors: u64,
}

/// Clock ticks a second, as `/proc` counts them on Linux whatever the kernel's own rate (proc(5),
/// `CLK_TCK`).
const TICKS: f64 = 100.0;

impl Usage {
    /// What it is now.
    pub fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        Self {
            cpu: cpu_of(&fs::read_to_string("/proc/self/stat").unwrap_or_default()),
            memory_bytes: kilobytes_of(&status, "VmRSS:") * 1024,
            peak_memory_bytes: kilobytes_of(&status, "VmHWM:") * 1024,
            descriptors: fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64),
        }
    }
}

/// Calls a second that one thread carries with room to spare, in a release build.
const CALLS_OF_A_THREAD: f64 = 8_000.0;

/// Lets this process have as many descriptors as it may: a usual limit is 1,024, and each
/// connection takes one.
#[cfg(target_os = "linux")]
pub fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // What cannot be raised shows when there are too few.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

#[cfg(not(target_os = "linux"))]
pub fn raise_descriptor_limit() {}

/// A runtime with as many threads as a plan's highest rate needs, and no more: at a modest rate,
/// threads that wake each other for every call cost more than the calls, and take from the hub
/// beside them what is measured of it.
pub fn runtime(plan: &Plan) -> std::io::Result<tokio::runtime::Runtime> {
    match threads(plan.calls_per_second()) {
        1 => one_thread(),
        threads => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads).enable_all().build()
        }
    }
}

/// The threads that a rate needs.
pub(crate) fn threads(calls_per_second: f64) -> usize {
    ((calls_per_second / CALLS_OF_A_THREAD).ceil() as usize).clamp(1, processors())
}

/// A runtime of the one thread that it is called from: its tasks wake each other for nothing.
pub fn one_thread() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Processors that this process may use.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Room for that many seconds of the highest rate is enough: when all workers are busy then, it is
/// the hub that takes its time, and waiting for one of them is waiting for the hub. So it is
/// whatever the room, when the hub takes much longer than it can.
const ENOUGH_ROOM_S: f64 = 1.0;

/// Why the run says nothing of the hub. `share` is that of the campaign's starts that this process
/// has.
pub(crate) fn bottlenecks(
    totals: &Totals,
    plan: &Plan,
    share: f64,
    busy_seconds: u64,
    recorder: &Recorder,
) -> Vec<Bottleneck> {
    let generator = &plan.generator;
    let own = totals
        .times(SeriesKey::Span(Span::GeneratorLateness), Clock::Response)
        .and_then(|times| percentile_us(times, 99.0))
        .unwrap_or(0);
    let limit_us = u64::try_from(generator.latest.as_micros()).unwrap_or(u64::MAX);
    let starts = totals.count(SeriesKey::Span(Span::Lateness));
    let waited = totals.waited as f64 / starts.max(1) as f64;
    let cramped = (generator.workers as f64) < plan.arrivals.peak() * share * ENOUGH_ROOM_S
        && !waiting(totals, recorder).is_some_and(|seen| is_crowded(&seen));
    let reasons = [
        (own > limit_us).then_some(Bottleneck::LateStarts { latency_us_p99: own, limit_us }),
        (waited > generator.busy_share && cramped).then_some(Bottleneck::WorkersBusy {
            workers: generator.workers as u64,
            share: waited,
        }),
        (busy_seconds as f64 > generator.busy_share * totals.seconds as f64).then_some(
            Bottleneck::ProcessorsBusy { busy_s: busy_seconds, measured_s: totals.seconds },
        ),
        (starts == 0).then_some(Bottleneck::NothingStarted),
    ];
    let errors = totals.errors_by_kind();
    let lacks = Lack::ALL.iter().filter_map(|lack| {
        let calls = *errors.get(lack.name())?;
        Some(match lack {
            Lack::Descriptors => Bottleneck::NoDescriptor { calls },
            Lack::Ports => Bottleneck::NoPort { calls },
            Lack::Memory => Bottleneck::NoMemory { calls },
        })
    });
    let connections = too_few_connections(totals, plan, recorder);
    reasons.into_iter().flatten().chain(lacks).chain(connections).collect()
}

/// An answer that takes that many times the quickest one is waiting behind others.
const CROWDED: f64 = 2.0;

/// What calls waited for when no connection, or no worker, was free: the share of them that
/// waited, and how long the hub took to answer the most frequent call, in the mean and at its
/// quickest.
fn waiting(totals: &Totals, recorder: &Recorder) -> Option<HubLimit> {
    let share = |waited: u64, of: u64| waited as f64 / of.max(1) as f64;
    let waits = totals.count(SeriesKey::Span(Span::Awaiting));
    let starts = totals.count(SeriesKey::Span(Span::Lateness));
    let most = SeriesKey::calls().max_by_key(|call| totals.count(*call))?;
    Some(HubLimit {
        waited_share: share(waits, totals.call_count()).min(1.0).max(share(totals.waited, starts)),
        service_us_mean: totals.times(most, Clock::Service)?.mean() as u64,
        service_us_quickest: recorder.quickest_us(most),
    })
}

fn is_crowded(seen: &HubLimit) -> bool {
    seen.service_us_mean as f64 >= CROWDED * seen.service_us_quickest as f64
}

/// How the hub was the limit, when too many calls waited, and its answers were what they waited
/// for.
pub(crate) fn hub_limit(totals: &Totals, plan: &Plan, recorder: &Recorder) -> Option<HubLimit> {
    let seen = waiting(totals, recorder)?;
    (seen.waited_share > plan.generator.busy_share && is_crowded(&seen)).then_some(seen)
}

/// Too few connections: calls wait for one though the hub answers as quickly as it ever did.
fn too_few_connections(totals: &Totals, plan: &Plan, recorder: &Recorder) -> Option<Bottleneck> {
    let seen = waiting(totals, recorder)?;
    let waits = totals.count(SeriesKey::Span(Span::Awaiting)) as f64;
    let share = waits / totals.call_count().max(1) as f64;
    let connections = plan.generator.connections as u64;
    (share > plan.generator.busy_share && !is_crowded(&seen))
        .then_some(Bottleneck::ConnectionsBusy { connections, share: share.min(1.0) })
}

/// User and system time of a line of `/proc/self/stat`; the name of the program, between
/// parentheses, may hold spaces.
fn cpu_of(stat: &str) -> Duration {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Duration::from_secs_f64(ticks / TICKS)
}

fn kilobytes_of(status: &str, key: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(key))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_past_a_name_with_spaces() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 9 0 1 1 1";
        assert_eq!(cpu_of(stat), Duration::from_secs(2));
    }

    #[test]
    fn memory_is_read_in_bytes() {
        assert_eq!(kilobytes_of("Name:\tx\nVmRSS:\t  2048 kB\n", "VmRSS:"), 2048);
        assert_eq!(kilobytes_of("", "VmRSS:"), 0);
    }
}
