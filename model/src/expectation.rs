//! What is expected of a hub: a call, what may be answered to it and by which rule, and what then
//! holds. An action is one call or several; which ones follow hangs on what was answered.

use contract::operations::Operation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::Action;
use crate::call::{Answer, Call};
use crate::roles::Role;
use crate::state::Model;
use crate::{asking, cases, events, folders, queues, strangers};

/// A hub and the model do not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// The rule that the disagreement belongs to; WIRE-03 when it is none in particular.
    pub rule: String,
    /// What had to be, in French.
    pub expected: String,
    /// What was, in French.
    pub observed: String,
}

impl Disagreement {
    /// A disagreement.
    pub fn new(rule: &str, expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), expected: expected.into(), observed: observed.into() }
    }
}

/// Whether something agrees with the model.
pub(crate) type Agreed = Result<(), Disagreement>;

/// Holds something against the model.
pub(crate) fn hold(
    holds: bool,
    rule: &str,
    expected: impl FnOnce() -> String,
    observed: impl FnOnce() -> String,
) -> Agreed {
    if holds { Ok(()) } else { Err(Disagreement::new(rule, expected(), observed())) }
}

/// Whether what is shown is what was sent: a hub may show more properties than those that the
/// contract knows.
pub(crate) fn shows(shown: &Value, sent: &Value) -> bool {
    match (shown, sent) {
        (Value::Object(shown), Value::Object(sent)) => sent.iter().all(|(name, value)| {
            shown.get(name).is_some_and(|shown_value| shows(shown_value, value))
        }),
        _ => shown == sent,
    }
}

/// Which answers are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// These statuses.
    Only(&'static [u16]),
    /// Any refusal of the client's (4xx).
    Refusal,
    /// This status, or any refusal: the documents leave it to the hub.
    OrRefusal(u16),
    /// Anything: it is recorded only, or what is read back says it better.
    Anything,
}

impl Allowed {
    fn has(self, status: u16) -> bool {
        match self {
            Self::Only(statuses) => statuses.contains(&status),
            Self::Refusal => (400..500).contains(&status),
            Self::OrRefusal(one) => status == one || (400..500).contains(&status),
            Self::Anything => true,
        }
    }

    fn in_french(self) -> String {
        match self {
            Self::Only(statuses) => {
                let wanted: Vec<_> = statuses.iter().map(ToString::to_string).collect();
                format!(" ({})", wanted.join(" ou "))
            }
            Self::OrRefusal(status) => format!(" ({status})"),
            Self::Refusal | Self::Anything => String::new(),
        }
    }
}

/// How long something that may come later is waited for: the target says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// As long as an antivirus may take.
    Scan,
    /// As long as a notification may take.
    Delivery,
    /// As long as the slower of both.
    Either,
}

type Then = Box<dyn FnOnce(&mut Model, &Answer) -> Result<Vec<Todo>, Disagreement> + Send>;
type Make = Box<dyn FnOnce(&Model) -> Option<Expectation> + Send>;
type Suits = Box<dyn Fn(&Model, &Answer) -> bool + Send>;

/// One call, and what is expected of it.
pub struct Expectation {
    /// What is being done, in French; none when it belongs to what was said before.
    pub sentence: Option<String>,
    /// Who calls.
    pub by: Role,
    /// The call.
    pub call: Call,
    /// The answers that are allowed.
    pub allowed: Allowed,
    /// The rule that asks for them.
    pub rule: String,
    what: String,
    then: Then,
    after: Vec<Todo>,
    wait: Option<(Limit, Suits)>,
}

impl Expectation {
    /// A call whose answer must be one of these by a rule; `what` says so in French.
    pub(crate) fn new(
        (by, call): (Role, Call),
        allowed: Allowed,
        rule: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self {
            sentence: None,
            by,
            call,
            allowed,
            rule: rule.into(),
            what: what.into(),
            then: Box::new(|_, _| Ok(Vec::new())),
            after: Vec::new(),
            wait: None,
        }
    }

    /// A call of which nothing is expected by itself.
    pub(crate) fn anything(asked: (Role, Call)) -> Self {
        Self::new(asked, Allowed::Anything, "WIRE-03", "une réponse")
    }

    pub(crate) fn saying(self, sentence: impl Into<String>) -> Self {
        Self { sentence: Some(sentence.into()), ..self }
    }

    /// What holds once an allowed answer came; what is then to be done comes before what
    /// [`Self::followed_by`] gives.
    pub(crate) fn then(
        self,
        then: impl FnOnce(&mut Model, &Answer) -> Result<Vec<Todo>, Disagreement> + Send + 'static,
    ) -> Self {
        Self { then: Box::new(then), ..self }
    }

    /// What holds once an allowed answer came.
    pub(crate) fn then_holds(
        self,
        then: impl FnOnce(&mut Model, &Answer) -> Agreed + Send + 'static,
    ) -> Self {
        self.then(move |model, answer| then(model, answer).map(|()| Vec::new()))
    }

    pub(crate) fn followed_by(mut self, todos: impl IntoIterator<Item = Todo>) -> Self {
        self.after.extend(todos);
        self
    }

    /// What must be seen may come later: the call is made again until it is.
    pub(crate) fn until(
        self,
        limit: Limit,
        suits: impl Fn(&Model, &Answer) -> bool + Send + 'static,
    ) -> Self {
        Self { wait: Some((limit, Box::new(suits))), ..self }
    }

    /// How long the call is made again, if it is.
    pub fn limit(&self) -> Option<Limit> {
        self.wait.as_ref().map(|(limit, _)| *limit)
    }

    /// Whether there is nothing to wait for: what was to be seen is there, or never will be.
    pub(crate) fn is_settled(&self, model: &Model, answer: &Answer) -> bool {
        let suits = |(_, suits): &(Limit, Suits)| suits(model, answer);
        !self.allows(answer) || self.wait.as_ref().is_none_or(suits)
    }

    fn allows(&self, answer: &Answer) -> bool {
        answer.status < 500 && self.allowed.has(answer.status)
    }

    /// Holds an answer against what is expected, and gives what is to be done next.
    pub(crate) fn settle(
        self,
        model: &mut Model,
        answer: &Answer,
    ) -> Result<Vec<Todo>, Disagreement> {
        if answer.status >= 500 {
            // No call whatever may make a hub fail.
            let observed =
                format!("{} {} : {}", self.call.method.name(), self.call.path, answer.in_short);
            return Err(Disagreement::new("WIRE-03", "aucune erreur 5xx", observed));
        }
        hold(
            self.allowed.has(answer.status),
            &self.rule,
            || format!("{}{}", self.what, self.allowed.in_french()),
            || answer.in_short.clone(),
        )?;
        let mut next = (self.then)(model, answer)?;
        next.extend(self.after);
        Ok(next)
    }
}

/// Something to be done in its turn: which call it is, is only known once what comes before was
/// answered.
pub(crate) struct Todo {
    make: Make,
    blame: Option<Blame>,
}

/// The rule to name instead of another, in what is done for its sake.
#[derive(Clone, Copy)]
pub(crate) struct Blame {
    instead_of: Option<&'static str>,
    rule: &'static str,
}

impl Blame {
    pub(crate) fn lay_on(self, found: Disagreement) -> Disagreement {
        if self.instead_of.is_none_or(|rule| rule == found.rule) {
            Disagreement { rule: self.rule.to_owned(), ..found }
        } else {
            found
        }
    }
}

impl Todo {
    pub(crate) fn new(make: impl FnOnce(&Model) -> Expectation + Send + 'static) -> Self {
        Self::maybe(|model| Some(make(model)))
    }

    pub(crate) fn maybe(make: impl FnOnce(&Model) -> Option<Expectation> + Send + 'static) -> Self {
        Self { make: Box::new(make), blame: None }
    }

    /// A disagreement here, or in what follows from it, belongs to this rule.
    pub(crate) fn blaming(self, rule: &'static str) -> Self {
        Self { blame: Some(Blame { instead_of: None, rule }), ..self }
    }

    /// The same, where it would belong to another rule.
    pub(crate) fn blaming_instead_of(self, other: &'static str, rule: &'static str) -> Self {
        Self { blame: Some(Blame { instead_of: Some(other), rule }), ..self }
    }

    pub(crate) fn inherit(self, blame: Option<Blame>) -> Self {
        Self { blame: self.blame.or(blame), ..self }
    }

    pub(crate) fn now(self, model: &Model) -> (Option<Expectation>, Option<Blame>) {
        ((self.make)(model), self.blame)
    }
}

/// The first call of an action, and what is expected of it; none when the action finds no object to
/// act on. `number` is a folder number never used before, for what is created.
pub fn step(model: &Model, action: &Action, number: &str) -> Option<Expectation> {
    match action {
        Action::Create { .. }
        | Action::Deposit { .. }
        | Action::CreateFlawed { .. }
        | Action::Reuse { .. }
        | Action::Upload { .. }
        | Action::Complete { .. }
        | Action::DeleteFolder { .. }
        | Action::FolderStatus { .. } => folders::step(model, action, number),
        Action::CaseStatus { .. }
        | Action::CloseCase { .. }
        | Action::CaseStatusFlawed { .. }
        | Action::Download { .. } => cases::step(model, action),
        Action::Event { .. }
        | Action::FileEvent { .. }
        | Action::EventFlawed { .. }
        | Action::UploadEvent { .. }
        | Action::SendEvent { .. }
        | Action::Acknowledge { .. }
        | Action::DeleteEvent { .. }
        | Action::DownloadEvent { .. } => events::step(model, action),
        Action::ReadQueue { .. }
        | Action::FilterQueue { .. }
        | Action::DeleteNotification { .. } => queues::step(model, action),
        Action::ActAsStranger { who, deed, pick } => strangers::step(model, *who, *deed, *pick),
        Action::Ask { unknown, si } => asking::step(model, *unknown, *si),
    }
}

/// A call of an operation by somebody, its path parameters filled in order.
pub(crate) fn calls(by: Role, operation: Operation, parameters: &[&str]) -> (Role, Call) {
    (by, Call::of(operation, parameters))
}
