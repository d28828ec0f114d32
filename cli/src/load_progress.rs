//! A campaign as it goes, on standard error: a few lines that refresh on a terminal, one line every
//! few seconds elsewhere.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use load::live::{Live, Snapshot};
use reports::Lang;
use reports::load::{Phase, Second};

use crate::output::say;

/// How often a line is written where there is no terminal, in seconds.
const PLAIN_EVERY: u64 = 10;

/// Follows a campaign until it is dropped.
pub(crate) struct LoadProgress {
    ended: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl LoadProgress {
    /// Starts following; `length` is how long journeys start.
    pub(crate) fn start(live: Arc<Live>, length: Duration, lang: Lang) -> Self {
        let ended = Arc::<AtomicBool>::default();
        let watched = ended.clone();
        let thread = std::thread::spawn(move || follow(&live, length, &watched, lang));
        Self { ended, thread: Some(thread) }
    }
}

impl Drop for LoadProgress {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn follow(live: &Live, length: Duration, ended: &AtomicBool, lang: Lang) {
    let bar = std::io::stderr().is_terminal().then(|| {
        let bar = ProgressBar::new(length.as_secs());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} s {msg}") {
            bar.set_style(style);
        }
        bar
    });
    let mut last = None;
    while !ended.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(100));
        let snapshot = live.snapshot();
        let Some(second) = snapshot.second.as_ref().map(|second| second.second) else {
            continue;
        };
        if last == Some(second) {
            continue;
        }
        last = Some(second);
        match &bar {
            Some(bar) => {
                bar.set_position((second + 1).min(length.as_secs()));
                bar.set_message(view(&snapshot, lang));
            }
            None if (second + 1).is_multiple_of(PLAIN_EVERY) => {
                say(headline(&snapshot, lang));
            }
            None => {}
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

/// The campaign in a line.
fn headline(snapshot: &Snapshot, lang: Lang) -> String {
    let Some(second) = &snapshot.second else {
        return String::new();
    };
    let errors: u64 = snapshot.failures.iter().map(|(_, count)| count).sum();
    let p99 = second.response.map_or(0.0, |response| response.latency_us_p99 as f64 / 1000.0);
    let Second { asked_starts, started, calls, in_flight, undelivered, .. } = second;
    let (at, phase) = (second.second + 1, phase(second.phase, lang));
    match lang {
        Lang::Fr => format!(
            "{at} s, {phase} : {asked_starts:.0} départs/s demandés, {started} partis, {calls} appels/s, {in_flight} en cours, p99 {p99:.1} ms, {errors} erreurs, {undelivered} dossiers suivis"
        ),
        Lang::En => format!(
            "{at} s, {phase}: {asked_starts:.0} starts/s asked, {started} started, {calls} calls/s, {in_flight} in flight, p99 {p99:.1} ms, {errors} errors, {undelivered} cases under way"
        ),
    }
}

fn phase(phase: Phase, lang: Lang) -> &'static str {
    match phase {
        Phase::WarmUp => lang.pick("chauffe", "warm-up"),
        Phase::Measured => lang.pick("mesure", "measured"),
        Phase::Drain => lang.pick("fin des parcours", "drain"),
    }
}

/// The campaign in a few lines.
fn view(snapshot: &Snapshot, lang: Lang) -> String {
    let mut lines = vec![headline(snapshot, lang)];
    lines.push(format!(
        "{:<24} {:>10} {:>9} {:>9} {:>9} {:>8}",
        lang.pick("10 dernières secondes", "last 10 s"),
        lang.pick("appels", "calls"),
        "p50 ms",
        "p99 ms",
        "max ms",
        lang.pick("erreurs", "errors")
    ));
    let milliseconds = |us: u64| us as f64 / 1000.0;
    for line in &snapshot.lines {
        lines.push(format!(
            "{:<24} {:>10} {:>9.1} {:>9.1} {:>9.1} {:>8}",
            line.name,
            line.calls,
            milliseconds(line.response.p50_us),
            milliseconds(line.response.p99_us),
            milliseconds(line.response.max_us),
            line.failures
        ));
    }
    if snapshot.delivery.count > 0 {
        lines.push(format!(
            "{:<24} {:>10} {:>9.1} {:>9.1} {:>9.1}",
            "notification visible",
            snapshot.delivery.count,
            milliseconds(snapshot.delivery.p50_us),
            milliseconds(snapshot.delivery.p99_us),
            milliseconds(snapshot.delivery.max_us),
        ));
    }
    lines.extend(snapshot.broken.iter().map(|broken| format!("✗ {broken}")));
    lines.join("\n")
}
