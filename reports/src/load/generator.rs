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
    /// The most connections that it had open.
    pub peak_connections: u64,
    /// The most memory that it held, in bytes.
    pub peak_memory_bytes: u64,
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
    /// It used all its processors for too long.
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
