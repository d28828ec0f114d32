//! One run against one target: what all its scenarios share. Emits every event of the run, sees
//! every exchange and checks it against the descriptions, numbers télédossiers. Holds no state of a
//! scenario.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use contract::check::{Level as DeviationLevel, Observed, check};
use contract::exchange::{Api, Exchange};
use contract::numbering::free_number;
use contract::operations::{Method, Operation};
use contract::rules::{Catalogue, ContractVersion, Level, RuleId};
use parking_lot::Mutex;
use reports::Redactor;
use reports::event::{Check, CheckOutcome, Event, Failure, NoteLevel, ScenarioEnd};
use reports::texts::agreed;

use crate::check::{Stop, rule_named};
use crate::client::tokens::LONGEST_TOKEN;
use crate::client::{Client, MadeAgain, Witness};
use crate::ledger::Ledger;
use crate::presence::Presence;
use crate::restorations::Restorations;
use crate::roles::Credentials;
use crate::target::{Target, TargetError};
use crate::track::Track;

/// Receives the events of a run, in order.
pub type Sink = Arc<dyn Fn(Event) + Send + Sync>;

/// A run.
pub struct Session {
    /// Eight characters that every number of this run carries.
    pub run_id: String,
    /// The hub, its limits and permissions.
    pub target: Arc<Target>,
    /// Calls it.
    pub client: Client,
    /// Who can be played.
    pub credentials: Credentials,
    /// What the run created.
    pub ledger: Ledger,
    /// What of the référentiel is to be put back.
    pub restorations: Restorations,
    /// How long a token's end may be waited for.
    pub patience: Duration,
    journal: Arc<Journal>,
    counter: AtomicU32,
}

impl Session {
    /// Prepares a run; calls nothing yet.
    pub fn new(
        run_id: String,
        target: Arc<Target>,
        patience: Duration,
        redactor: Redactor,
        sink: Sink,
    ) -> Result<Arc<Self>, TargetError> {
        let journal = Arc::new(Journal::new(sink, redactor, target.hub.contract));
        let client = Client::new(target.clone(), journal.clone())?.with_patience(patience);
        Ok(Self::with(run_id, target, client, patience, journal))
    }

    /// The same run on another hub: what happens there is told with the rest.
    pub(crate) fn beside(&self, target: Arc<Target>) -> Result<Arc<Self>, TargetError> {
        let (patience, journal) = (self.patience, self.journal.clone());
        let client = Client::new(target.clone(), journal.clone())?.with_patience(patience);
        let client = client.numbering_with(&self.client);
        Ok(Self::with(self.run_id.clone(), target, client, patience, journal))
    }

    fn with(
        run_id: String,
        target: Arc<Target>,
        client: Client,
        patience: Duration,
        journal: Arc<Journal>,
    ) -> Arc<Self> {
        let credentials = Credentials::of(&target);
        Arc::new(Self {
            run_id,
            target,
            client,
            credentials,
            ledger: Ledger::default(),
            restorations: Restorations::default(),
            patience,
            journal,
            counter: AtomicU32::new(0),
        })
    }

    /// The record of what is seen.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// A new free number of 13 characters: the run and a counter.
    pub fn free_number(&self) -> String {
        free_number(&self.run_id, self.counter.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Turns what happens into events.
pub struct Journal {
    sink: Sink,
    redactor: Redactor,
    contract: ContractVersion,
    tracks: Mutex<HashMap<String, Track>>,
    answers_checked: AtomicU64,
    pub(crate) presence: Presence,
}

impl Journal {
    fn new(sink: Sink, redactor: Redactor, contract: ContractVersion) -> Self {
        Self {
            sink,
            redactor,
            contract,
            tracks: Mutex::default(),
            answers_checked: AtomicU64::new(0),
            presence: Presence::default(),
        }
    }

    /// Emits an event as it is.
    pub fn emit(&self, event: Event) {
        (self.sink)(event);
    }

    /// How many answers were compared with the descriptions (WIRE-01).
    pub(crate) fn answers_checked(&self) -> u64 {
        self.answers_checked.load(Ordering::Relaxed)
    }

    /// Makes a check. A rule that the run's contract only records is recorded, and never stops a
    /// scenario.
    ///
    /// # Errors
    /// [`Stop::Failed`] when the check does not hold.
    pub fn check(
        &self,
        scenario: &str,
        rule: &RuleId,
        expected: &str,
        observed: &str,
        holds: bool,
    ) -> Result<(), Stop> {
        let (expected, observed) = (agreed(expected), agreed(observed));
        let recorded = Catalogue::bundled()
            .rule(rule)
            .is_ok_and(|found| found.level(self.contract) == Level::Recorded);
        let outcome = match (recorded, holds) {
            (true, _) => CheckOutcome::Recorded,
            (false, true) => CheckOutcome::Passed,
            (false, false) => CheckOutcome::Failed,
        };
        self.emit_check(scenario, rule, outcome, expected.clone(), observed.clone());
        match outcome {
            CheckOutcome::Failed => Err(Stop::Failed { rule: rule.clone(), expected, observed }),
            _ => Ok(()),
        }
    }

    /// Notes what the hub does, without judging.
    pub fn record(&self, scenario: &str, rule: &RuleId, observed: &str) {
        self.emit_check(
            scenario,
            rule,
            CheckOutcome::Recorded,
            "constaté, non exigé".to_owned(),
            agreed(observed),
        );
    }

    /// Notes that a check could not be decided.
    pub fn inconclusive(&self, scenario: &str, rule: &RuleId, reason: String) -> Stop {
        self.emit_check(scenario, rule, CheckOutcome::Inconclusive, String::new(), reason.clone());
        if let Some(track) = self.tracks.lock().get_mut(scenario) {
            track.inconclusive = true;
        }
        Stop::Inconclusive { rule: rule.clone(), reason }
    }

    /// Says which exchange decides the next check of a scenario; without it, the last one does.
    pub(crate) fn decided_by(&self, scenario: &str, exchange: &str) {
        if let Some(track) = self.tracks.lock().get_mut(scenario) {
            track.decided_by(exchange);
        }
    }

    fn emit_check(
        &self,
        scenario: &str,
        rule: &RuleId,
        outcome: CheckOutcome,
        expected: String,
        observed: String,
    ) {
        let exchanges = match self.tracks.lock().get_mut(scenario) {
            Some(track) => track.shown(),
            None => Vec::new(),
        };
        self.emit(Event::CheckMade(Check {
            scenario: Some(scenario.to_owned()),
            rule: rule.clone(),
            outcome,
            expected,
            observed,
            exchanges,
            note: None,
        }));
    }

    /// A scenario starts.
    pub(crate) fn scenario_started(&self, scenario: &str) {
        self.tracks.lock().entry(scenario.to_owned()).or_default().started = Some(Instant::now());
        self.emit(Event::ScenarioStarted { id: scenario.to_owned(), at: now() });
    }

    /// A scenario ends; `failed_step` is the step that failed, keyword included, and why: a stop,
    /// or else the text of a panic of ours.
    pub fn scenario_finished(
        &self,
        scenario: &str,
        failed_step: Option<(String, Result<Stop, String>)>,
    ) {
        let Some(track) = self.tracks.lock().remove(scenario) else {
            return;
        };
        let duration_ms = track
            .started
            .map_or(0, |at| u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX));
        let (outcome, failure) = match failed_step {
            None if track.inconclusive => (ScenarioEnd::Inconclusive, None),
            None => (ScenarioEnd::Passed, None),
            Some((step, Ok(stop))) => describe(&stop, step),
            Some((step, Err(panic))) => {
                let message = format!("erreur interne d'étalon : {panic}");
                (
                    ScenarioEnd::Broken,
                    Some(Failure { step, message, expected: None, observed: None }),
                )
            }
        };
        self.emit(Event::ScenarioFinished {
            id: scenario.to_owned(),
            outcome,
            duration_ms,
            failure,
        });
    }

    /// A token is a secret from the moment it is issued, wherever it may show up later.
    fn learn_token(&self, answer_body: &[u8]) {
        let body: serde_json::Value = serde_json::from_slice(answer_body).unwrap_or_default();
        let token = body["access_token"].as_str();
        if let Some(token) = token.filter(|token| token.len() <= LONGEST_TOKEN) {
            self.redactor.add_secret(token);
        }
    }

    fn check_wire(&self, exchange: &Exchange, request_body: &[u8], answer_body: &[u8]) {
        let observed = Observed { exchange, request_body, answer_body };
        let deviations = check(&observed);
        if exchange.status().is_some() {
            self.answers_checked.fetch_add(1, Ordering::Relaxed);
        }
        for deviation in
            deviations.iter().filter(|deviation| deviation.level == DeviationLevel::Must)
        {
            self.emit(Event::CheckMade(Check {
                scenario: exchange.scenario.clone(),
                rule: rule_named("WIRE-01"),
                outcome: CheckOutcome::Failed,
                expected: format!("une réponse conforme à la description ({})", deviation.source),
                observed: format!("{} : {}", deviation.pointer, deviation.message),
                exchanges: vec![exchange.id.clone()],
                note: None,
            }));
        }
    }

    /// ERR-01: every error answered by the API has a code and a message (SFD-1.2.2 "Gestion des
    /// erreurs").
    fn check_error_body(&self, exchange: &Exchange, answer_body: &[u8]) {
        let judged = matches!(exchange.api, Api::Teledossiers | Api::Referential)
            && matches!(exchange.status(), Some(400 | 401 | 403 | 404))
            // What a gateway or an HTTP server answers by itself is not the API's (contract §3).
            && Method::ALL.iter().any(|known| known.name() == exchange.method)
            && Operation::ALL
                .iter()
                .any(|it| it.api() == exchange.api && it.matches_path(&exchange.path));
        if !judged {
            return;
        }
        let body = serde_json::from_slice(answer_body).unwrap_or_default();
        if contract::problem::codes_and_messages(&body).is_empty() {
            self.emit(Event::CheckMade(Check {
                scenario: exchange.scenario.clone(),
                rule: rule_named("ERR-01"),
                outcome: CheckOutcome::Failed,
                expected: "une erreur porte un code et un message".to_owned(),
                observed: format!("{} sans code ni message", exchange.status().unwrap_or_default()),
                exchanges: vec![exchange.id.clone()],
                note: None,
            }));
        }
    }
}

impl Witness for Journal {
    fn witness(&self, exchange: &Exchange, request_body: &[u8], answer_body: &[u8]) {
        if let Some(scenario) = &exchange.scenario
            && let Some(track) = self.tracks.lock().get_mut(scenario)
        {
            track.saw(exchange);
        }
        self.presence.note(exchange);
        if exchange.api == Api::Token {
            self.learn_token(answer_body);
        }
        self.emit(Event::exchange_made(exchange.clone()));
        self.check_wire(exchange, request_body, answer_body);
        self.check_error_body(exchange, answer_body);
    }

    fn made_again(&self, exchange: &Exchange, why: MadeAgain) {
        let why = match why {
            MadeAgain::KeptConnectionDied => {
                "la connexion conservée avait été fermée sans annonce ; l'appel est refait sur une \
                 connexion neuve"
            }
            MadeAgain::ClosedWhileSending => {
                "la connexion a été fermée avant la fin de l'envoi ; l'appel est refait, le corps \
                 après une seconde, pour que la réponse ait le temps de venir"
            }
        };
        let Exchange { method, path, id, .. } = exchange;
        self.emit(Event::Note {
            level: NoteLevel::Info,
            text: format!("{method} {path} ({id}) : {why}"),
        });
    }
}

fn describe(stop: &Stop, step: String) -> (ScenarioEnd, Option<Failure>) {
    let (outcome, expected, observed) = match stop {
        Stop::Failed { expected, observed, .. } => {
            (ScenarioEnd::Failed, Some(expected.clone()), Some(observed.clone()))
        }
        Stop::Broken { expected, observed, .. } => {
            (ScenarioEnd::Broken, Some(expected.clone()), Some(observed.clone()))
        }
        Stop::Inconclusive { .. } | Stop::AskedToWait { .. } => {
            (ScenarioEnd::Inconclusive, None, None)
        }
        Stop::NoAnswer { .. } => (ScenarioEnd::Broken, None, None),
    };
    (outcome, Some(Failure { step, message: stop.in_french(), expected, observed }))
}

/// Now, as the events write it.
pub fn now() -> String {
    contract::timestamp::Timestamp::from(std::time::SystemTime::now()).to_string()
}
