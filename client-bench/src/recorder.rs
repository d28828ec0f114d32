//! Recording a session as it goes: takes what the hub of the bench has seen, in order, and puts the
//! bench's own marks between.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use contract::exchange::Exchange;
use reports::Redactor;

use crate::Bench;
use crate::gist::Room;
use crate::journal::{self, Fingerprints, Line, Mark};
use crate::run::Sink;
use crate::work::Work;

/// How many bytes of bodies a record keeps; of those that come after, what the judge needs, up to
/// as much again.
const ROOM: usize = 64 * 1024 * 1024;

/// Records what is seen, as it comes.
pub(crate) struct Recorder<'a> {
    pub(crate) bench: &'a dyn Bench,
    redactor: &'a Redactor,
    pub(crate) sink: Sink<'a>,
    fingerprints: Fingerprints,
    pub(crate) scenario: Option<String>,
    pub(crate) exchanges: usize,
    /// How many times the bench has misbehaved.
    pub(crate) misbehaved: usize,
    /// Status of what the hub really did, where the client may have been told otherwise, by
    /// exchange.
    effects: HashMap<String, u16>,
    marks: usize,
    pub(crate) room: Room,
    /// What the client is in the middle of.
    pub(crate) work: Work,
    /// Whether a call of the client was being served when last looked.
    is_serving: bool,
    /// When the client last did more than wait.
    pub(crate) last_news: Instant,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(bench: &'a dyn Bench, redactor: &'a Redactor, sink: Sink<'a>) -> Self {
        Self {
            bench,
            redactor,
            sink,
            fingerprints: Fingerprints::default(),
            scenario: None,
            exchanges: 0,
            misbehaved: 0,
            effects: HashMap::new(),
            marks: 0,
            room: Room::of(ROOM),
            work: Work::default(),
            is_serving: false,
            last_news: Instant::now(),
        }
    }

    /// Takes what came since the last time, and says how many exchanges that was.
    pub(crate) fn drain(&mut self) -> usize {
        // Each is asked for before what it must not be ahead of: a call that is served no longer is
        // among the exchanges, and what was done to an exchange is among the misbehaviours.
        self.is_serving = self.bench.calls_being_served() > 0;
        let exchanges = self.bench.take_exchanges();
        let done = self.bench.misbehaved_from(self.misbehaved);
        self.exchanges += exchanges.len();
        self.misbehaved += done.len();
        for one in done {
            let effect = one.effect.map(|effect| (one.exchange.clone(), effect));
            self.effects.extend(effect);
            self.write(&Line::Mark(Mark::Misbehaved(one)));
        }
        let count = exchanges.len();
        for exchange in exchanges {
            self.take(exchange);
        }
        count
    }

    fn take(&mut self, mut exchange: Exchange) {
        let status = self.effects.get(&exchange.id).copied();
        let took_effect =
            status.or(exchange.status()).is_some_and(|status| (200..300).contains(&status));
        if self.work.see(&exchange, took_effect) {
            self.last_news = Instant::now();
        }
        if let Some(token) = journal::token_given(&exchange) {
            self.redactor.add_secret(&token);
        }
        self.fingerprints.add(&mut exchange);
        exchange.scenario.clone_from(&self.scenario);
        if let Some(gist) = self.room.make(&mut exchange) {
            self.write(&Line::Mark(Mark::Gist(gist)));
        }
        self.write(&Line::Exchange(Box::new(exchange)));
    }

    /// How long the client has done nothing but wait; not at all while a call of its own is being
    /// served.
    pub(crate) fn idle(&self) -> Duration {
        if self.is_serving { Duration::ZERO } else { self.last_news.elapsed() }
    }

    pub(crate) fn mark(&mut self, mark: Mark) {
        self.drain();
        self.write(&Line::Mark(mark));
    }

    fn write(&mut self, line: &Line) {
        if matches!(line, Line::Mark(_)) {
            self.marks += 1;
        }
        (self.sink)(line.to_event(self.marks));
    }
}
