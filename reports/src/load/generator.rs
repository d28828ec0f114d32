//! How the generator itself did. A campaign in which it was in the way says nothing of the hub.

use serde::{Deserialize, Serialize};

use super::Latencies;

/// What the generator took, and whether it kept up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Generator {
    /// Whether it was the bottleneck: the campaign is then invalid.
    pub bottleneck: bool,
    /// Why.
    pub bottlenecks: Vec<Bottleneck>,
    /// Journeys that it carries at once.
    pub workers: u64,
    /// Starts that had to wait for a free worker.
    pub waited_for_worker: u64,
    /// How late journeys started, waiting for a free worker included.
    pub late_starts: Option<Latencies>,
    /// How late they started though a worker was free: its own lateness.
    pub own_late_starts: Option<Latencies>,
    /// Processor time of the measured seconds.
    pub cpu_s: f64,
    /// The share of its processors that it used during them (0 to 1).
    pub cpu_share: f64,
    /// Processor time for 100,000 calls.
    pub cpu_s_per_100000_calls: f64,
    /// Processors that it may use.
    pub processors: u64,
    /// Seconds during which it used all of them.
    pub busy_s: u64,
    /// What more was asked than the hub took; none when it took everything, or when the generator
    /// was in the way. Earlier versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_limit: Option<HubLimit>,
    /// Its connections; earlier versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_connections: Option<Connections>,
    /// The most connections that it had open.
    pub peak_connections: u64,
    /// The most memory that it held, in bytes.
    pub peak_memory_bytes: u64,
}

/// The connections that calls go over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Connections {
    /// How many it may hold to each host.
    pub most: u64,
    /// Which HTTP goes over them, such as `1.1`; earlier versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// How many calls at once each carries; earlier versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_of_each: Option<u64>,
    /// Calls made once more, as the kept connection that they went over had died.
    pub made_again: u64,
    /// What calls waited for one, when none was free.
    pub waits: Option<Latencies>,
    /// What opening one took, TLS left out.
    pub connecting: Option<Latencies>,
    /// What TLS took.
    pub tls: Option<Latencies>,
}

/// How the hub was the limit: calls waited, and what they waited for were its answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HubLimit {
    /// The share of the calls that found every connection busy, or of the starts that found every
    /// worker busy (0 to 1).
    pub waited_share: f64,
    /// How long an answer took meanwhile, in the mean.
    pub service_us_mean: u64,
    /// The quickest answer to the same call.
    pub service_us_quickest: u64,
}

/// A way in which the generator was in the way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Bottleneck {
    /// Journeys started late though a worker was free.
    LateStarts {
        /// How late, at the 99th percentile, in microseconds.
        latency_us_p99: u64,
        /// How late they may start, in microseconds.
        limit_us: u64,
    },
    /// No worker was free for too many starts.
    WorkersBusy {
        /// How many there are.
        workers: u64,
        /// The share of the starts that waited (0 to 1).
        share: f64,
    },
    /// No connection was free for too many calls, though the hub answered quickly.
    ConnectionsBusy {
        /// How many it may hold.
        connections: u64,
        /// The share of the calls that waited (0 to 1).
        share: f64,
    },
    /// It used all that its threads can, for too long.
    ProcessorsBusy {
        /// During that many seconds…
        busy_s: u64,
        /// …of these.
        measured_s: u64,
    },
    /// No journey started after the warm-up.
    NothingStarted,
    /// Calls were not made for want of descriptors: files and connections.
    NoDescriptor {
        /// How many.
        calls: u64,
    },
    /// Calls were not made for want of local ports.
    NoPort {
        /// How many.
        calls: u64,
    },
    /// Calls were not made for want of memory.
    NoMemory {
        /// How many.
        calls: u64,
    },
}
