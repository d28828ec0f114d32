//! Plays one sequence: each action becomes calls, each answer is held against the model, what
//! changed is read back, and at the end every queue is looked into.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::stage::Stage;
use crate::actor::{Actor, ActorError, Look, Waited, until};
use crate::client::{Call, ClientError, Reply};
use crate::oracle::{Action, Disagreement, Model};
use crate::roles::Role;

/// Why a sequence stops before its end.
#[derive(Clone, Debug)]
pub enum Halt {
    /// The hub and the model do not agree.
    Disagreement(Disagreement),
    /// Nobody answers: nothing can be said of the hub.
    Unreachable(String),
}

/// How a move ends.
pub(super) type Move = Result<(), Halt>;

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
pub struct Player<'a> {
    pub(super) stage: &'a Stage,
    /// Whose calls they are, in the record of the run.
    pub(super) scenario: String,
    /// Under which name the ledger keeps what is created.
    pub(super) creator: String,
    pub(super) hurried: bool,
    watchful: bool,
    pub(super) model: Model,
    played: Played,
}

impl<'a> Player<'a> {
    /// Prepares to play.
    #[must_use]
    pub fn new(stage: &'a Stage, scenario: &str, pace: Pace) -> Self {
        Self {
            stage,
            scenario: scenario.to_owned(),
            creator: scenario.to_owned(),
            hurried: pace != Pace::Patient,
            watchful: pace == Pace::Watchful,
            model: Model::default(),
            played: Played::default(),
        }
    }

    /// Keeps what is created under a name of its own in the ledger.
    #[must_use]
    pub fn for_ledger(mut self, creator: &str) -> Self {
        creator.clone_into(&mut self.creator);
        self
    }

    /// Plays a sequence to its end, or to the first disagreement.
    pub async fn play(mut self, actions: &[Action]) -> (Played, Move) {
        let outcome = self.play_all(actions).await;
        (self.played, outcome)
    }

    async fn play_all(&mut self, actions: &[Action]) -> Move {
        for action in actions {
            let before = self.played.lines.len();
            self.played.reached += 1;
            let outcome = self.act(action).await;
            if self.played.lines.len() > before {
                self.played.effective.push(action.clone());
            }
            outcome?;
            if self.watchful && !self.stage.is_late() {
                self.look_into_queues().await?;
            }
        }
        self.say("à la fin, chacun relève ses notifications");
        self.look_into_queues().await
    }

    async fn act(&mut self, action: &Action) -> Move {
        match action {
            Action::Create { .. }
            | Action::Deposit { .. }
            | Action::CreateFlawed { .. }
            | Action::Reuse { .. }
            | Action::Upload { .. }
            | Action::Complete { .. }
            | Action::DeleteFolder { .. }
            | Action::FolderStatus { .. } => self.act_on_folders(action).await,
            Action::CaseStatus { .. }
            | Action::CloseCase { .. }
            | Action::CaseStatusFlawed { .. }
            | Action::Download { .. } => self.act_on_cases(action).await,
            Action::Event { .. }
            | Action::FileEvent { .. }
            | Action::EventFlawed { .. }
            | Action::UploadEvent { .. }
            | Action::SendEvent { .. }
            | Action::Acknowledge { .. }
            | Action::DeleteEvent { .. }
            | Action::DownloadEvent { .. } => self.act_on_events(action).await,
            Action::ReadQueue { .. }
            | Action::FilterQueue { .. }
            | Action::DeleteNotification { .. } => self.act_on_queues(action).await,
            Action::Trespass { who, deed, pick } => self.trespass(*who, *deed, *pick).await,
            Action::Ask { unknown, si } => self.ask(*unknown, *si).await,
        }
    }

    /// Says what is being done: the calls that follow belong to it.
    pub(super) fn say(&mut self, sentence: impl Into<String>) {
        self.played.lines.push(Line { sentence: sentence.into(), calls: Vec::new() });
    }

    /// A télédossier was created.
    pub(super) fn count_folder(&mut self) {
        self.played.folders += 1;
    }

    /// Calls the hub as a role. No call whatever may make it fail (WIRE-03).
    pub(super) async fn call(&mut self, role: Role, call: Call) -> Result<Reply, Halt> {
        let Some(player) = self.stage.player(role).cloned() else {
            return Err(Halt::Unreachable(format!("nobody plays {}", role.tag())));
        };
        let what = format!("{} {}", call.method, call.path);
        self.played.calls += 1;
        let mut actor = Actor::new(&self.stage.session.client, &player).in_scenario(&self.scenario);
        let answer = actor.send(call).await;
        let shown = match &answer {
            Ok(reply) => reply.in_short(),
            Err(error) => error.to_string(),
        };
        if let Some(line) = self.played.lines.last_mut() {
            line.calls.push(format!("{} : {what} → {shown}", player.name));
        }
        match answer {
            Ok(reply) if reply.status() >= 500 => {
                Err(self.disagree("WIRE-03", "aucune erreur 5xx", format!("{what} : {shown}")))
            }
            Ok(reply) => Ok(reply),
            Err(ActorError::Client(ClientError::Unreachable { reason, .. })) => {
                Err(Halt::Unreachable(reason))
            }
            Err(error) => Err(self.disagree("WIRE-03", "une réponse complète", error.to_string())),
        }
    }

    /// Looks until there is nothing more to wait for, as long as the stage has patience.
    pub(super) async fn until<T>(
        &mut self,
        limit: Duration,
        look: impl AsyncFn(&mut Self) -> Result<Look<T>, Halt>,
    ) -> Result<T, Halt> {
        let started = Instant::now();
        // The stage may lose its patience meanwhile.
        let waited = until(Duration::MAX, async || {
            let Look { seen, done } = look(self).await?;
            let over = started.elapsed() >= self.stage.patience(limit, self.hurried);
            Ok(Look { seen: (seen, done), done: done || over })
        });
        let Waited { seen: (seen, done), time, at_once, .. } = waited.await?;
        if done && !at_once {
            self.stage.session.client.observed().settled_after(time);
        }
        Ok(seen)
    }

    /// The hub and the model do not agree.
    pub(super) fn disagree(
        &self,
        rule: &str,
        expected: impl Into<String>,
        observed: impl Into<String>,
    ) -> Halt {
        Halt::Disagreement(Disagreement {
            rule: rule.to_owned(),
            expected: expected.into(),
            observed: observed.into(),
        })
    }

    /// Holds something against the model.
    pub(super) fn hold(
        &self,
        holds: bool,
        rule: &str,
        expected: impl FnOnce() -> String,
        observed: impl FnOnce() -> String,
    ) -> Move {
        if holds { Ok(()) } else { Err(self.disagree(rule, expected(), observed())) }
    }

    /// The answer must have one of these statuses.
    pub(super) fn need(&self, reply: &Reply, statuses: &[u16], rule: &str, what: &str) -> Move {
        self.hold(
            statuses.contains(&reply.status()),
            rule,
            || {
                let wanted: Vec<_> = statuses.iter().map(ToString::to_string).collect();
                format!("{what} ({})", wanted.join(" ou "))
            },
            || reply.in_short(),
        )
    }

    /// The answer must be a refusal of the client's.
    pub(super) fn need_refusal(&self, reply: &Reply, rule: &str, what: &str) -> Move {
        self.hold(
            (400..500).contains(&reply.status()),
            rule,
            || what.to_owned(),
            || reply.in_short(),
        )
    }

    /// A property of an answer must be what was sent.
    pub(super) fn need_value(
        &self,
        reply: &Reply,
        pointer: &str,
        sent: &Value,
        rule: &str,
        what: &str,
    ) -> Move {
        let read = reply.json().pointer(pointer).unwrap_or(&Value::Null);
        self.hold(shows(read, sent), rule, || format!("{what} : {sent}"), || format!("{read}"))
    }

    /// The organization that plays a role, as the wire writes it.
    pub(super) fn organization(&self, role: Role) -> Value {
        self.stage
            .player(role)
            .and_then(|player| player.organization.clone())
            .and_then(|organization| serde_json::to_value(organization).ok())
            .unwrap_or_default()
    }
}

/// Whether what is shown is what was sent: a hub may show more properties than those that the
/// contract knows.
pub(super) fn shows(shown: &Value, sent: &Value) -> bool {
    match (shown, sent) {
        (Value::Object(shown), Value::Object(sent)) => sent.iter().all(|(name, value)| {
            shown.get(name).is_some_and(|shown_value| shows(shown_value, value))
        }),
        _ => shown == sent,
    }
}

/// One of these, by its rank counted round.
pub(super) fn picked<T: Clone>(found: &[T], rank: u8) -> Option<T> {
    found.get(usize::from(rank) % found.len().max(1)).cloned()
}

/// Who somebody is, in a sentence.
pub(super) fn named(role: Role) -> &'static str {
    match role {
        Role::Osl => "l'OSL",
        Role::Si => "le SI",
        Role::SecondSi => "le second SI",
        Role::OtherBranch => "le SI de l'autre guichet",
        Role::OtherProcess => "le SI de l'autre démarche",
        Role::SecondOsl => "le second OSL",
        Role::Admin => "l'administrateur",
        Role::Datapass => "DataPass",
    }
}

/// A télédossier's name in a sentence.
pub(super) fn folder_name(rank: usize) -> String {
    format!("le télédossier {}", rank + 1)
}

/// A case's name in a sentence.
pub(super) fn case_name((folder, case): (usize, usize)) -> String {
    format!("le dossier {} du télédossier {}", case + 1, folder + 1)
}

/// An event's name in a sentence.
pub(super) fn event_name((folder, case, event): (usize, usize, usize)) -> String {
    format!("l'événement {} sur {}", event + 1, case_name((folder, case)))
}
