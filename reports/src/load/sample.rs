//! A campaign for the tests of the renderers: two minutes after a warm-up of ten seconds, in which
//! the hub stalls for two seconds. Every figure is drawn from one deterministic sequence, so that
//! the figures agree with one another.

use std::collections::BTreeMap;

use super::latency::Distribution;
use super::{
    Accounted, Achieved, Audit, Clock, Facts, Generator, HeatMap, LOAD_REPORT_FORMAT, Latencies,
    LoadRun, LoadVerdict, Objective, Outcome, Phase, Plan, Requirement, Second, SecondLatency,
    Target, Timed, WarmUp, thousandths,
};

const WARM_UP_S: u64 = 10;
const MEASURED_S: u64 = 120;
const STALL_S: std::ops::Range<u64> = 70..72;

/// Numbers in no order, the same each time.
struct Sequence(u64);

impl Sequence {
    /// The next, from 0 to 1.
    fn share(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Figures of some times.
fn latencies(mut times_us: Vec<u64>) -> Option<Latencies> {
    times_us.sort_unstable();
    let count = times_us.len();
    let at =
        |quantile: f64| times_us[((quantile * count as f64).ceil() as usize).clamp(1, count) - 1];
    Latencies::of(&Distribution {
        count: count as u64,
        min_us: *times_us.first()?,
        max_us: *times_us.last()?,
        mean_us: times_us.iter().sum::<u64>() as f64 / count as f64,
        value_us_at_quantile: &at,
    })
}

/// One call of the sample.
struct Call {
    operation: &'static str,
    response_us: u64,
    service_us: u64,
    error: Option<&'static str>,
}

fn calls(second: u64, count: u64, sequence: &mut Sequence) -> Vec<Call> {
    let stalled = STALL_S.contains(&second);
    let draw = |sequence: &mut Sequence| {
        let operation = match sequence.share() {
            share if share < 0.82 => "listNotifications",
            share if share < 0.91 => "getCase",
            share if share < 0.98 => "getAttachmentContent",
            _ => "token",
        };
        let tail = 1.0 / (1.0 - sequence.share()).max(1e-5);
        let base = if operation == "token" { 2_500.0 } else { 900.0 };
        let service_us = (base * (0.6 + 0.3 * tail.powf(0.45))) as u64;
        let waited = if stalled { (sequence.share() * 1_900_000.0) as u64 } else { 40 };
        let error = match sequence.share() {
            share if stalled && share < 0.01 => Some("timed_out"),
            share if share < 0.000_2 => Some("status_503"),
            _ => None,
        };
        Call { operation, response_us: service_us + waited, service_us, error }
    };
    (0..count).map(|_| draw(sequence)).collect()
}

fn second_latency(times_us: impl Iterator<Item = u64>) -> Option<SecondLatency> {
    let latencies = latencies(times_us.collect())?;
    Some(SecondLatency {
        latency_us_p50: latencies.latency_us_p50,
        latency_us_p99: latencies.latency_us_p99,
        latency_us_max: latencies.latency_us_max,
    })
}

fn timed(name: &str, calls: &[&Call]) -> Timed {
    let mut errors_by_kind = BTreeMap::<String, u64>::new();
    for kind in calls.iter().filter_map(|call| call.error) {
        *errors_by_kind.entry(kind.to_owned()).or_default() += 1;
    }
    Timed {
        name: name.to_owned(),
        count: calls.len() as u64,
        errors: errors_by_kind.values().sum(),
        errors_by_kind,
        response_time: latencies(calls.iter().map(|call| call.response_us).collect()),
        service_time: latencies(calls.iter().map(|call| call.service_us).collect()),
        time_to_first_byte: latencies(calls.iter().map(|call| call.service_us * 9 / 10).collect()),
    }
}

/// Asked: a ramp and a plateau.
fn asked(second: u64) -> f64 {
    thousandths(40.0 + 40.0 * (second as f64 / 60.0).min(1.0))
}

/// A campaign that missed an objective.
pub(super) fn run() -> LoadRun {
    let mut sequence = Sequence(20_261_124);
    let mut seconds = Vec::new();
    let mut measured = Vec::new();
    let mut heat_map = HeatMap::new();
    for second in 0..WARM_UP_S + MEASURED_S {
        let warm_up = second < WARM_UP_S;
        let started = (asked(second) * (0.9 + 0.2 * sequence.share())) as u64;
        let calls = calls(second, started * 3, &mut sequence);
        let mut errors_by_kind = BTreeMap::<String, u64>::new();
        for kind in calls.iter().filter_map(|call| call.error) {
            *errors_by_kind.entry(kind.to_owned()).or_default() += 1;
        }
        seconds.push(Second {
            second,
            phase: if warm_up { Phase::WarmUp } else { Phase::Measured },
            asked_starts: asked(second),
            due_starts: if warm_up { 0 } else { started },
            started,
            waited_for_worker: 0,
            calls: calls.len() as u64,
            errors: errors_by_kind.values().sum(),
            errors_by_kind,
            errors_by_operation: BTreeMap::new(),
            in_flight: if STALL_S.contains(&second) { 150 } else { 3 },
            connections: 24,
            cpu_us: 60_000 + second * 100,
            memory_bytes: 41_000_000,
            undelivered: 12,
            response: (!warm_up)
                .then(|| second_latency(calls.iter().map(|c| c.response_us)))
                .flatten(),
            service: (!warm_up)
                .then(|| second_latency(calls.iter().map(|c| c.service_us)))
                .flatten(),
        });
        if !warm_up {
            calls.iter().for_each(|call| heat_map.count(second, call.response_us, 1));
            measured.extend(calls);
        }
    }
    assembled(seconds, &measured, heat_map).judged()
}

fn assembled(seconds: Vec<Second>, measured: &[Call], heat_map: HeatMap) -> LoadRun {
    let all: Vec<&Call> = measured.iter().collect();
    let of = |name: &str| -> Vec<&Call> {
        measured.iter().filter(|call| call.operation == name).collect()
    };
    let all_calls = timed("all", &all);
    let names = ["token", "listNotifications", "getCase", "getAttachmentContent"];
    let in_measure = || seconds.iter().filter(|second| second.phase == Phase::Measured);
    let started: u64 = in_measure().map(|second| second.started).sum();
    LoadRun {
        samples: Vec::new(),
        refused_by_quota: BTreeMap::new(),
        reconciliation: None,
        format: LOAD_REPORT_FORMAT,
        run: facts(),
        verdict: LoadVerdict::Invalid,
        achieved: Achieved {
            measured_s: MEASURED_S as f64,
            asked_journeys: thousandths(in_measure().map(|second| second.asked_starts).sum()),
            due_journeys: started,
            started_journeys: started,
            asked_calls: None,
            calls: all_calls.count,
            calls_per_s: thousandths(all_calls.count as f64 / MEASURED_S as f64),
            errors: all_calls.errors,
            sent_bytes: 52_428_800,
            received_bytes: 104_857_600,
        },
        warm_up: WarmUp {
            duration_s: WARM_UP_S as f64,
            calls: seconds.iter().filter(|s| s.phase == Phase::WarmUp).map(|s| s.calls).sum(),
        },
        operations: names.iter().map(|name| timed(name, &of(name))).collect(),
        journeys: vec![timed("poll", &of("listNotifications")), timed("deposit", &of("token"))],
        notification_visible: latencies((0..400).map(|rank| 15_000 + rank * 97 % 9_000).collect()),
        errors: all_calls.errors_by_kind.clone(),
        objectives: objectives(&all_calls),
        all_calls,
        steps: Vec::new(),
        generator: generator(started),
        audit: Some(Audit {
            attempted: 412,
            deposited: 412,
            delivered: 412,
            files_compared: 1_236,
            ..Audit::default()
        }),
        seconds,
        heat_map,
    }
}

/// A campaign of which every deposit was refused.
pub(super) fn hopeless_run() -> LoadRun {
    use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
    let mut run = run();
    let exchange = Exchange {
        id: String::new(),
        scenario: None,
        actor: Some("osl".into()),
        method: "POST".into(),
        url: "http://hub/teledossiers/v1/folders".into(),
        path: "/folders".into(),
        api: Api::Teledossiers,
        query: None,
        request_headers: Vec::new(),
        request_body: BodyExcerpt::of(b"{}"),
        sent_at: "2026-11-24T09:00:00+01:00".parse().unwrap(),
        duration_us: 900,
        answer: Answer::Received {
            status: 400,
            version: "HTTP/1.1".into(),
            headers: Vec::new(),
            body: BodyExcerpt::of(br#"{"message":"<b>no</b>"}"#),
        },
    };
    let (operation, kind) = ("createFolder".to_owned(), "status_400".to_owned());
    run.samples = vec![super::FailureSample {
        operation: operation.clone(),
        kind: kind.clone(),
        reason: None,
        exchange,
    }];
    let journey = "deposit".to_owned();
    run.run.total_failure = Some(super::TotalFailure { journey, operation, kind, journeys: 12 });
    run.judged()
}

fn facts() -> Facts {
    Facts {
        id: "c0ffee42".into(),
        started_at: "2026-11-24T09:00:00+01:00".into(),
        finished_at: "2026-11-24T09:02:14+01:00".into(),
        etalon: "0.1.0".into(),
        plan: Plan {
            name: "Journée type".into(),
            text: "name = \"Journée type\"\nseed = 42\n\n[arrivals]\nramp = { from = 40, to = 80 } # <journeys>\n".into(),
        },
        seed: 42,
        target: Target {
            name: "hub embarqué".into(),
            version: Some("0.1.0".into()),
            url: "http://127.0.0.1:8080".into(),
        },
        ..Facts::default()
    }
}

fn objectives(all: &Timed) -> Vec<Objective> {
    let response = all.response_time.as_ref();
    let objective = |subject: Option<&str>, requirement, window_s, outcome| Objective {
        subject: subject.map(str::to_owned),
        requirement,
        window_s,
        worst_second: window_s.map(|_| 71),
        abort: false,
        outcome,
    };
    vec![
        objective(
            None,
            Requirement::Latency {
                clock: Clock::Response,
                percentile: 99.0,
                limit_us: 250_000,
                observed_us: response.map(|latencies| latencies.latency_us_p99),
            },
            Some(30),
            Outcome::Broken,
        ),
        objective(
            Some("listNotifications"),
            Requirement::Latency {
                clock: Clock::Service,
                percentile: 99.9,
                limit_us: 100_000,
                observed_us: Some(9_871),
            },
            None,
            Outcome::Kept,
        ),
        objective(
            None,
            Requirement::ErrorRate {
                limit_share: 0.01,
                observed_share: Some(thousandths(all.errors as f64 / all.count as f64)),
            },
            None,
            Outcome::Kept,
        ),
        objective(
            None,
            Requirement::Achieved { limit_share: 0.99, observed_share: Some(0.997) },
            None,
            Outcome::Kept,
        ),
        objective(
            None,
            Requirement::Delivered { limit_share: 1.0, observed_share: Some(1.0) },
            None,
            Outcome::Kept,
        ),
    ]
}

fn generator(started: u64) -> Generator {
    let late = latencies((0..started).map(|rank| 60 + rank * 7 % 900).collect());
    Generator {
        workers: 64,
        late_starts: late.clone(),
        own_late_starts: late,
        cpu_s: 8.2,
        cpu_share: 0.034,
        cpu_s_per_100000_calls: 3.1,
        processors: 2,
        peak_connections: 27,
        peak_memory_bytes: 41_000_000,
        ..Generator::default()
    }
}

/// The same, where the generator was the bottleneck.
pub(super) fn invalid_run() -> LoadRun {
    use super::Bottleneck;
    let mut run = run();
    run.generator.bottlenecks = vec![
        Bottleneck::LateStarts { latency_us_p99: 48_200, limit_us: 20_000 },
        Bottleneck::ProcessorsBusy { busy_s: 61, measured_s: 120 },
    ];
    run.judged()
}

/// The same within its objectives.
pub(super) fn kept_run() -> LoadRun {
    let mut run = run();
    run.objectives.remove(0);
    run.judged()
}

/// The same, but the hub lost and altered télédossiers.
pub(super) fn losing_run() -> LoadRun {
    let mut run = kept_run();
    if let Some(audit) = &mut run.audit {
        audit.delivered -= 2;
        audit.lost = Accounted {
            count: 2,
            cases: vec!["C0FFEE42-000017".into(), "C0FFEE42-<script>".into()],
        };
        audit.altered.add("C0FFEE42-000044");
    }
    run.judged()
}
