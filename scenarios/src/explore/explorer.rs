//! Plays one sequence: makes the calls that the model asks for, waits where it says so, and hands
//! back the answers; where they disagree, the sequence stops. Judges nothing itself.

use std::time::{Duration, Instant};

use contract::exchange::Api;
use contract::operations::Operation;
use model::{Action, Answer, Disagreement, Expectation, Limit, Play, RECIPIENTS, Role, as_sent};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::parties::Parties;
use crate::actor::{Actor, ActorError, Look, Waited, until};
use crate::client::{Body, Call, ClientError, Reply};
use crate::ledger::OwnFolder;
use crate::presence::is_gone;

/// Why a sequence stops before its end.
#[derive(Clone, Debug)]
pub enum Halt {
    /// The hub and the model do not agree.
    Disagreement(Disagreement),
    /// Nobody answers: nothing can be said of the hub.
    Unreachable(String),
}

impl From<Disagreement> for Halt {
    fn from(disagreement: Disagreement) -> Self {
        Self::Disagreement(disagreement)
    }
}

/// One action as it was played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What was done, in French.
    pub sentence: String,
    /// The calls and their answers, in short.
    pub calls: Vec<String>,
}

/// What a sequence gave.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// What was done; actions that found no object to act on are left out.
    pub lines: Vec<Line>,
    /// Those of the actions that did something.
    pub effective: Vec<Action>,
    /// How many actions were reached, those that did nothing included.
    pub reached: usize,
    /// How many calls were made.
    pub calls: u64,
    /// How many télédossiers were created.
    pub folders: u64,
}

/// How a sequence is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// What may come later is waited for as long as the target says; queues are looked into at the
    /// end.
    Patient,
    /// It is waited for no longer than this hub was seen to need.
    Hurried,
    /// The same, and queues are looked into after each action: what is wrong shows where it comes
    /// about.
    Watchful,
}

/// Plays one sequence.
pub struct Explorer<'a> {
    parties: &'a Parties,
    /// Whose calls they are, in the record of the run.
    scenario: String,
    /// Under which name the ledger keeps what is created.
    creator: String,
    pace: Pace,
    play: Play,
    played: Played,
}

impl<'a> Explorer<'a> {
    /// Prepares to play.
    pub fn new(parties: &'a Parties, scenario: &str, pace: Pace) -> Self {
        Self {
            parties,
            scenario: scenario.to_owned(),
            creator: scenario.to_owned(),
            pace,
            play: Play::new(parties.setting.clone()),
            played: Played::default(),
        }
    }

    /// Keeps what is created under a name of its own in the ledger.
    pub(crate) fn for_ledger(mut self, creator: &str) -> Self {
        creator.clone_into(&mut self.creator);
        self
    }

    /// Plays a sequence to its end, or to the first disagreement.
    pub async fn play(mut self, actions: &[Action]) -> (Played, Result<(), Halt>) {
        let outcome = self.play_all(actions).await;
        (self.played, outcome)
    }

    async fn play_all(&mut self, actions: &[Action]) -> Result<(), Halt> {
        for action in actions {
            let before = self.played.lines.len();
            self.played.reached += 1;
            self.play.begin(action, &self.parties.free_number());
            let outcome = self.make_calls().await;
            if self.played.lines.len() > before {
                self.played.effective.push(action.clone());
            }
            outcome?;
            if self.pace == Pace::Watchful && !self.parties.is_late() {
                self.look_into_queues().await?;
            }
        }
        self.say("à la fin, chacun relève ses notifications");
        self.look_into_queues().await
    }

    async fn look_into_queues(&mut self) -> Result<(), Halt> {
        self.play.look_into_queues();
        self.make_calls().await?;
        if self.parties.is_late() {
            // What must not come might only come later: the last that had to come is there by now.
            tokio::time::sleep(self.parties.session.target.limits.quiet).await;
            self.play.look_again();
            self.make_calls().await?;
        }
        Ok(self.play.hold_queues()?)
    }

    /// Makes the calls of what was begun, one after the other.
    async fn make_calls(&mut self) -> Result<(), Halt> {
        while let Some(expected) = self.play.next_call() {
            if let Some(sentence) = &expected.sentence {
                self.say(sentence.clone());
            }
            let answer = self.answer_to(&expected).await?;
            self.play.answered(expected, &answer)?;
        }
        Ok(())
    }

    /// The answer to a call; where something may come later, to the call made again until it is
    /// there or was waited for long enough.
    async fn answer_to(&mut self, expected: &Expectation) -> Result<Answer, Halt> {
        let Some(limit) = expected.limit() else {
            return self.call(expected).await;
        };
        let (limit, hurried) = (self.time_of(limit), self.pace != Pace::Patient);
        let started = Instant::now();
        // Patience may be lost meanwhile.
        let waited = until(Duration::MAX, async || {
            let answer = self.call(expected).await?;
            let settled = self.play.is_settled(expected, &answer);
            let over = started.elapsed() >= self.parties.patience(limit, hurried);
            Ok::<_, Halt>(Look { seen: (answer, settled), done: settled || over })
        });
        let Waited { seen: (answer, settled), time, at_once, .. } = waited.await?;
        if settled && !at_once {
            self.parties.session.client.observed().settled_after(time);
        }
        Ok(answer)
    }

    fn time_of(&self, limit: Limit) -> Duration {
        let limits = &self.parties.session.target.limits;
        match limit {
            Limit::Scan => limits.scan,
            Limit::Delivery => limits.delivery,
            Limit::Either => limits.scan.max(limits.delivery),
        }
    }

    /// Says what is being done: the calls that follow belong to it.
    fn say(&mut self, sentence: impl Into<String>) {
        self.played.lines.push(Line { sentence: sentence.into(), calls: Vec::new() });
    }

    async fn call(&mut self, expected: &Expectation) -> Result<Answer, Halt> {
        let Some(credential) = self.parties.credential(expected.by).cloned() else {
            return Err(Halt::Unreachable(format!("nobody plays {}", expected.by.tag())));
        };
        let call = over_http(&expected.call);
        let what = format!("{} {}", call.method, call.path);
        self.played.calls += 1;
        let mut actor =
            Actor::new(&self.parties.session.client, &credential).in_scenario(&self.scenario);
        let answer = actor.send(call).await;
        let shown = match &answer {
            Ok(reply) => reply.in_short(),
            Err(error) => error.to_string(),
        };
        if let Some(line) = self.played.lines.last_mut() {
            line.calls.push(format!("{} : {what} → {shown}", credential.name));
        }
        match answer {
            Ok(reply) => {
                self.keep_in_ledger(&expected.call, &reply);
                Ok(answer_of(&reply))
            }
            Err(ActorError::Client(ClientError::Unreachable { reason, .. })) => {
                Err(Halt::Unreachable(reason))
            }
            // A hub that is gone disagrees with nobody: only one that answers others does.
            Err(error) if is_gone(&self.parties.session).await => {
                Err(Halt::Unreachable(error.to_string()))
            }
            Err(error) => Err(Halt::Disagreement(Disagreement {
                rule: "WIRE-03".to_owned(),
                expected: "une réponse complète".to_owned(),
                observed: error.to_string(),
            })),
        }
    }

    /// Whatever the hub took is to be cleaned, whether it had to take it or not.
    fn keep_in_ledger(&mut self, call: &model::Call, reply: &Reply) {
        let ledger = &self.parties.session.ledger;
        let folder = call.parameters.first().map(String::as_str).unwrap_or_default();
        match (call.operation, reply.status()) {
            (Some(Operation::CreateFolder), 201) => self.enter_in_ledger(call, reply),
            (Some(Operation::UpdateFolder), 204) => ledger.completed(folder),
            (Some(Operation::DeleteFolder), 204) => ledger.gone(folder),
            _ => {}
        }
    }

    fn enter_in_ledger(&mut self, call: &model::Call, reply: &Reply) {
        self.played.folders += 1;
        let Some(depositor) = self.parties.credential(Role::Osl).cloned() else {
            return;
        };
        let nothing = Value::Null;
        let sent = match &call.body {
            model::Body::Json(body) => body,
            _ => &nothing,
        };
        // A hub shows cases in the order that it likes.
        let shown = as_sent(sent, reply.json(), "cases", "externalId");
        let cases = shown.into_iter().zip(RECIPIENTS).map(|(case, role)| {
            let id = case["id"].as_str().unwrap_or_default();
            (id.to_owned(), self.parties.credential(role).cloned())
        });
        self.parties.session.ledger.created(OwnFolder {
            scenario: self.creator.clone(),
            id: reply.text("/id").to_owned(),
            number: call.folder_number().unwrap_or_default().to_owned(),
            depositor,
            cases: cases.collect(),
            is_completed: false,
        });
    }
}

/// A call of the model's, to be sent.
fn over_http(call: &model::Call) -> Call {
    let mut sent = Call::new(call.method, Api::Teledossiers, call.path.as_str());
    for (name, value) in &call.query {
        sent = sent.query(name, value);
    }
    for (name, value) in &call.headers {
        sent = sent.header(name, value.as_str());
    }
    match &call.body {
        model::Body::None => sent,
        model::Body::Json(body) => sent.json(body.clone()),
        model::Body::File(bytes) => sent.file(bytes.clone()),
        model::Body::Truncated(text) => {
            let bytes = text.clone().into();
            sent.body = Body::Bytes { content_type: "application/json", bytes };
            sent
        }
    }
}

/// An answer, as the model reads it.
fn answer_of(reply: &Reply) -> Answer {
    Answer {
        status: reply.status(),
        json: reply.json().clone(),
        bytes: reply.body.clone(),
        digest: reply.header("digest").map(str::to_owned),
        in_short: reply.in_short(),
    }
}
