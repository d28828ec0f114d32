//! Recording a session as it goes: takes what the hub of the bench has seen, in order, and puts the bench's own marks between.

use std::time::Instant;

use contract::exchange::Exchange;
use reports::{Event, Redactor};

use crate::Bench;
use crate::journal::{self, Fingerprints, Line, Mark};
use crate::run::Sink;

/// Records what is seen, as it comes.
pub(crate) struct Recorder<'a> {
    pub(crate) bench: &'a dyn Bench,
    redactor: &'a Redactor,
    pub(crate) sink: Sink<'a>,
    fingerprints: Fingerprints,
    pub(crate) scenario: Option<String>,
    pub(crate) exchanges: usize,
    misbehaved: usize,
    marks: usize,
    pub(crate) last_call: Instant,
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
            marks: 0,
            last_call: Instant::now(),
        }
    }

    /// Takes what came since the last time, and says how many exchanges that was and what they were.
    pub(crate) fn drain(&mut self) -> Vec<Exchange> {
        let done = self.bench.misbehaved_from(self.misbehaved);
        self.misbehaved += done.len();
        for one in done {
            self.write(&Line::Mark(Mark::Misbehaved(one)));
        }
        let mut exchanges = self.bench.exchanges_from(self.exchanges);
        self.exchanges += exchanges.len();
        for exchange in &mut exchanges {
            if let Some(token) = journal::token_given(exchange) {
                self.redactor.add_secret(&token);
            }
            self.fingerprints.add(exchange);
            exchange.scenario.clone_from(&self.scenario);
            self.write(&Line::Exchange(Box::new(exchange.clone())));
        }
        if !exchanges.is_empty() {
            self.last_call = Instant::now();
        }
        exchanges
    }

    pub(crate) fn mark(&mut self, mark: Mark) {
        self.drain();
        self.write(&Line::Mark(mark));
    }

    fn write(&mut self, line: &Line) {
        if matches!(line, Line::Mark(_)) {
            self.marks += 1;
        }
        (self.sink)(Event::exchange_made(line.to_json(self.marks)));
    }
}
