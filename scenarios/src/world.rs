//! The World of one scenario: who plays, what was deposited, what was last answered. Steps act
//! through it; what it can do with a hub is in [`crate::play`]. Scenarios share nothing but the
//! session.

use std::fmt;
use std::sync::Arc;

use contract::ids::ProcessCode;
use contract::rules::RuleId;
use reports::event::Event;

use crate::actor::{Actor, Deposited, Draft, Wanted};
use crate::check::{Rule, Step, Stop, rule_named};
use crate::client::{Call, Reply};
use crate::roles::{Assignment, Role};
use crate::session::Session;
use crate::target::Credential;

/// Why a World belongs to a scenario.
const ENTERED: &str = "the hook before each scenario enters the World";

/// State of one scenario.
#[derive(Default, cucumber::World)]
pub(crate) struct World {
    entered: Option<Entered>,
    /// Télédossiers of this scenario, in the order of their deposit; the last one is "le
    /// télédossier".
    pub deposits: Vec<Deposited>,
    /// The télédossier being described and not yet sent.
    pub draft: Option<Draft>,
    /// A call prepared for one role after another to make.
    pub prepared: Option<Call>,
    /// The last answer, and those before it.
    pub replies: Vec<Reply>,
    /// The last event created: its id.
    pub event_id: Option<String>,
    /// Who created it.
    pub event_author: Option<Role>,
    /// Files of the last event: id and bytes.
    pub event_files: Vec<(String, bytes::Bytes)>,
    /// The notifications that the scenario is about.
    pub wanted: Vec<Wanted>,
    memory: http::Extensions,
}

struct Entered {
    session: Arc<Session>,
    scenario: String,
    assignment: Assignment,
}

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenario = self.entered.as_ref().map(|entered| entered.scenario.as_str());
        formatter
            .debug_struct("World")
            .field("scenario", &scenario)
            .field("deposits", &self.deposits.len())
            .finish_non_exhaustive()
    }
}

impl World {
    /// Makes it the World of a scenario: to be called before the first step.
    pub(crate) fn enter(
        &mut self,
        session: Arc<Session>,
        scenario: String,
        assignment: Assignment,
    ) {
        self.entered = Some(Entered { session, scenario, assignment });
    }

    fn entered(&self) -> &Entered {
        self.entered.as_ref().expect(ENTERED)
    }

    /// The run.
    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.entered().session
    }

    /// This scenario's id.
    pub(crate) fn scenario(&self) -> &str {
        &self.entered().scenario
    }

    /// Who plays what.
    pub(crate) fn assignment(&self) -> &Assignment {
        &self.entered().assignment
    }

    /// Plays on another démarche than the one first chosen, with the same roles.
    pub(crate) fn move_to(&mut self, process: &ProcessCode) -> Step {
        let roles = self.assignment().roles();
        let assignment = self.session().credentials.assign_on(process, &roles);
        let assignment = assignment.map_err(|missing| {
            Stop::broken(format!("jouer la démarche {process}"), "des accès", missing.to_string())
        })?;
        if let Some(entered) = &mut self.entered {
            entered.assignment = assignment;
        }
        Ok(())
    }

    /// Adds to the assignment whoever plays a role on the same démarche, when the target declares
    /// it.
    pub(crate) fn assign_also(&mut self, role: Role) -> bool {
        let Ok(process) = self.process() else {
            return false;
        };
        let mut roles = self.assignment().roles();
        roles.insert(role);
        match (self.session().credentials.assign_on(&process, &roles), &mut self.entered) {
            (Ok(assignment), Some(entered)) => {
                entered.assignment = assignment;
                true
            }
            _ => false,
        }
    }

    /// Who plays a role.
    ///
    /// # Errors
    /// When the scenario's tags do not ask for that role: a mistake in the feature, which fails no
    /// rule.
    pub(crate) fn credential(&self, role: Role) -> Result<Arc<Credential>, Stop> {
        self.assignment().credential(role).cloned().ok_or_else(|| {
            Stop::broken(
                "distribution des rôles",
                format!("l'étiquette @{} sur le scénario", role.tag()),
                "elle manque",
            )
        })
    }

    /// The démarche played.
    pub(crate) fn process(&self) -> Result<ProcessCode, Stop> {
        self.assignment()
            .process
            .clone()
            .ok_or_else(|| Stop::broken("distribution des rôles", "une démarche", "aucune"))
    }

    /// What a family of steps remembers from one step to the next: a struct of its own, empty at
    /// first.
    pub(crate) fn memory<T: Clone + Default + Send + Sync + 'static>(&mut self) -> &mut T {
        self.memory.get_or_insert_default()
    }

    /// The same, where nothing is changed; `None` before anything was remembered.
    pub(crate) fn remembered<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.memory.get()
    }

    /// Sends a call in the name of this scenario and remembers the answer.
    pub(crate) async fn send(&mut self, mut call: Call) -> Result<Reply, Stop> {
        call.scenario = Some(self.scenario().to_owned());
        let reply = self.session().client.send(&call).await?;
        self.replies.push(reply.clone());
        Ok(reply)
    }

    /// Whoever plays a role, acting in this scenario: what it is answered is remembered.
    pub(crate) fn actor(&mut self, role: Role) -> Result<Actor<'_>, Stop> {
        let credential = self.credential(role)?;
        Ok(self.acting(&credential))
    }

    /// Whoever has a credential, acting in this scenario.
    pub(crate) fn acting(&mut self, credential: &Arc<Credential>) -> Actor<'_> {
        let entered = self.entered.as_ref().expect(ENTERED);
        Actor::new(&entered.session.client, credential)
            .in_scenario(&entered.scenario)
            .remembering(&mut self.replies)
    }

    /// Sends a call as a role plays it.
    pub(crate) async fn send_as(&mut self, role: Role, call: Call) -> Result<Reply, Stop> {
        Ok(self.actor(role)?.send(call).await?)
    }

    /// The last answer.
    pub(crate) fn reply(&self) -> Result<&Reply, Stop> {
        self.replies
            .last()
            .ok_or_else(|| Stop::broken("lecture de la réponse", "une réponse", "aucun appel"))
    }

    /// "Le télédossier": the last one deposited.
    pub(crate) fn deposited(&self) -> Result<&Deposited, Stop> {
        self.deposits.last().ok_or_else(|| {
            Stop::broken("recherche du télédossier", "un télédossier déposé", self.none_so_far())
        })
    }

    /// That there is none, with what the hub last answered: most likely why.
    pub(crate) fn none_so_far(&self) -> String {
        match self.replies.last() {
            Some(reply) => format!("aucun ; dernière réponse du hub : {}", reply.in_short()),
            None => "aucun".to_owned(),
        }
    }

    /// Checks a rule: `expected` and `observed` are for the report, in French.
    pub(crate) fn check(
        &self,
        rule: &Rule,
        expected: impl Into<String>,
        observed: impl Into<String>,
        holds: bool,
    ) -> Step {
        self.session().journal().check(
            self.scenario(),
            &rule.0,
            &expected.into(),
            &observed.into(),
            holds,
        )
    }

    /// Says that a rule cannot be decided by a body that is too long for whoever stands before the
    /// API: no document has the API answer 413.
    pub(crate) fn not_too_long(&self, rule: &Rule, reply: &Reply) -> Step {
        if reply.status() != 413 {
            return Ok(());
        }
        let length = reply.exchange.request_body.length;
        let reason = format!(
            "le hub, ou ce qui est devant lui, refuse un corps de {length} octets (413) : \
             dites sa limite dans may.upload_up_to"
        );
        Err(self.inconclusive(&rule.0, reason))
    }

    /// Says which answer decides the next check; without it, the last one does.
    pub(crate) fn decided_by(&self, reply: &Reply) {
        self.session().journal().decided_by(self.scenario(), &reply.exchange.id);
    }

    /// Checks that the last answer has one of these statuses.
    pub(crate) fn check_status(&self, rule: &Rule, expected: &[u16]) -> Step {
        let reply = self.reply()?;
        self.not_too_long(rule, reply)?;
        self.decided_by(reply);
        let wanted: Vec<_> = expected.iter().map(ToString::to_string).collect();
        self.check(rule, wanted.join(" ou "), reply.in_short(), expected.contains(&reply.status()))
    }

    /// Notes what the hub does about a rule that is only recorded.
    pub(crate) fn record(&self, rule: &Rule, observed: impl Into<String>) {
        self.session().journal().record(self.scenario(), &rule.0, &observed.into());
    }

    /// Notes the side of a divergence that the hub takes.
    pub(crate) fn observe_divergence(&self, id: &str, side: &str, observed: impl Into<String>) {
        self.session().client.observed().takes(id, side);
        self.session().journal().emit(Event::DivergenceObserved {
            id: id.to_owned(),
            observed: observed.into(),
            side: Some(side.to_owned()),
            scenario: Some(self.scenario().to_owned()),
        });
    }

    /// Notes a delay of the hub: `what` in a few French words, always the same for the same thing.
    pub(crate) fn observe_time(&self, what: &str, rule: Option<&str>, time: std::time::Duration) {
        self.session().journal().emit(Event::TimeObserved {
            what: what.to_owned(),
            duration_ms: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            rule: rule.map(rule_named),
            scenario: Some(self.scenario().to_owned()),
        });
    }

    /// Says that a rule cannot be decided here, and why; the step ends with it.
    pub(crate) fn inconclusive(&self, rule: &RuleId, reason: impl Into<String>) -> Stop {
        self.session().journal().inconclusive(self.scenario(), rule, reason.into())
    }
}
