//! What the judge looks at: the calls of one scenario or of the whole session, in the order in
//! which they arrived, with what the bench did meanwhile.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
use contract::misbehaviour::Misbehaved;
use contract::operations::{Operation, Scope};
use serde_json::Value;
use time::OffsetDateTime;

use crate::gist;
use crate::journal::{Deposit, EventSent, Gist, Line, Mark, PassEnd};
use crate::plan::Choice;

/// One call of the client.
pub(super) struct Call<'a> {
    pub(super) exchange: &'a Exchange,
    /// Number in the access matrix, when it is an operation.
    pub(super) operation: Option<Operation>,
    /// The ids in its path, in order.
    pub(super) ids: Vec<&'a str>,
    /// Of the body sent, as JSON, what is judged; null when it is none.
    pub(super) sent: Rc<Value>,
    /// The same of the body received.
    pub(super) received: Rc<Value>,
    /// Whether a body that counts was too long to be kept.
    pub(super) is_unread: bool,
    /// Which turn of the client it belongs to, from 0.
    pub(super) pass: usize,
    /// What the bench did to it.
    pub(super) misbehaved: Option<&'a Misbehaved>,
}

impl<'a> Call<'a> {
    fn new(
        exchange: &'a Exchange,
        pass: usize,
        misbehaved: Option<&'a Misbehaved>,
        bodies: &mut Bodies<'a>,
    ) -> Self {
        let overridden = exchange.request_header("x-http-method-override");
        let operation = Operation::find(exchange.api, &exchange.method, &exchange.path, overridden);
        let ids = operation.map_or_else(Vec::new, |operation| {
            let pairs = operation.path_template().split('/').zip(exchange.path.split('/'));
            pairs.filter(|(name, _)| name.starts_with('{')).map(|(_, id)| id).collect()
        });
        let mut call = Self {
            exchange,
            operation,
            ids,
            sent: bodies.judged(Some(&exchange.request_body)),
            received: bodies.judged(received(exchange)),
            pass,
            misbehaved,
            is_unread: false,
        };
        call.is_unread = !gist::moves_file(exchange) && call.has_unread_body();
        call
    }

    /// Whether nothing is known of a body of JSON that had an effect, or that the client could
    /// read.
    fn has_unread_body(&self) -> bool {
        let is_json = |value: Option<&str>| value.is_some_and(|value| value.contains("json"));
        let is_lost = |body: &BodyExcerpt, judged: &Value| !body.whole && judged.is_null();
        let sent = is_lost(&self.exchange.request_body, &self.sent)
            && is_json(self.exchange.request_header("content-type"));
        let received = received(self.exchange).is_some_and(|body| is_lost(body, &self.received))
            && is_json(self.exchange.answer_header("content-type"));
        sent && self.took_effect() || received && self.succeeded()
    }

    pub(super) fn id(&self) -> &'a str {
        &self.exchange.id
    }

    /// Its place among all calls.
    pub(super) fn rank(&self) -> u64 {
        rank_of(&self.exchange.id)
    }

    /// Whether the client got no whole answer.
    pub(super) fn is_unanswered(&self) -> bool {
        self.exchange.status().is_none()
    }

    /// Whether the client got a whole answer of success.
    pub(super) fn succeeded(&self) -> bool {
        self.exchange.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the hub did what was asked, whatever the client was told.
    pub(super) fn took_effect(&self) -> bool {
        let really = self.misbehaved.and_then(|misbehaved| misbehaved.effect);
        really.or(self.exchange.status()).is_some_and(|status| (200..300).contains(&status))
    }

    pub(super) fn is(&self, operation: Operation) -> bool {
        self.operation == Some(operation)
    }

    /// Whether it is a call of one operation on an object.
    pub(super) fn is_on(&self, operation: Operation, id: &str) -> bool {
        self.is(operation) && self.ids.last() == Some(&id)
    }

    pub(super) fn is_token(&self) -> bool {
        self.exchange.api == Api::Token
    }

    /// A property of the body sent, as a text.
    pub(super) fn says(&self, name: &str) -> &str {
        self.sent[name].as_str().unwrap_or_default()
    }

    pub(super) fn at(&self) -> OffsetDateTime {
        OffsetDateTime::from(self.exchange.sent_at)
    }
}

/// What is judged of the bodies of a record, by their digests: the same body is kept once.
struct Bodies<'a> {
    gists: HashMap<&'a str, &'a Value>,
    texts: HashMap<&'a str, &'a str>,
    judged: HashMap<&'a str, Rc<Value>>,
    /// What the lists so far held.
    listed: HashSet<String>,
}

impl<'a> Bodies<'a> {
    fn of(lines: &'a [Line]) -> Self {
        let by_exchange: HashMap<&str, &Gist> = marks(lines)
            .filter_map(|mark| match mark {
                Mark::Gist(gist) => Some((gist.exchange.as_str(), gist)),
                _ => None,
            })
            .collect();
        let (mut gists, mut texts) = (HashMap::new(), HashMap::new());
        for line in lines {
            let Line::Exchange(exchange) = line else { continue };
            let gist = by_exchange.get(exchange.id.as_str()).copied();
            let sent = (Some(&exchange.request_body), gist.map(|gist| &gist.sent));
            let received = (received(exchange), gist.map(|gist| &gist.received));
            for (body, gist) in [sent, received] {
                let Some(digest) = body.and_then(|body| body.sha256.as_deref()) else { continue };
                if let Some(text) = body.and_then(|body| body.text.as_deref()) {
                    texts.entry(digest).or_insert(text);
                }
                if let Some(gist) = gist.filter(|gist| !gist.is_null()) {
                    gists.entry(digest).or_insert(gist);
                }
            }
        }
        Self { gists, texts, judged: HashMap::new(), listed: HashSet::new() }
    }

    /// What is judged of a body.
    fn judged(&mut self, body: Option<&'a BodyExcerpt>) -> Rc<Value> {
        let Some(body) = body else { return Rc::default() };
        let digest = body.sha256.as_deref().unwrap_or_default();
        let text = body.text.as_deref().or_else(|| self.texts.get(digest).copied());
        let mut read = || {
            let document = text.and_then(|text| serde_json::from_str(text).ok());
            let gist = || self.gists.get(digest).map(|gist| (*gist).clone());
            let mut judged = document.map(gist::of).or_else(gist).unwrap_or(Value::Null);
            gist::once(&mut judged, &mut self.listed);
            Rc::new(judged)
        };
        if digest.is_empty() {
            return read();
        }
        self.judged.entry(digest).or_insert_with(read).clone()
    }
}

fn received(exchange: &Exchange) -> Option<&BodyExcerpt> {
    match &exchange.answer {
        Answer::Received { body, .. } => Some(body),
        Answer::Broken(_) => None,
    }
}

/// An organization of a body, as paths and `HUBEE_RECIPIENTS` write it.
pub(super) fn organization(value: &Value) -> String {
    ["type", "companyRegister", "branchCode"]
        .map(|name| value[name].as_str().unwrap_or_default())
        .join("-")
}

/// The place of an exchange among all calls.
pub(super) fn rank_of(id: &str) -> u64 {
    id.trim_start_matches(|one: char| !one.is_ascii_digit()).parse().unwrap_or_default()
}

/// A notification that the client was told of.
pub(super) struct Told<'a> {
    pub(super) id: &'a str,
    pub(super) case: &'a str,
    pub(super) event: Option<&'a str>,
    /// Whether the list said enough of the event: it is received already, or a mere change of
    /// status. Nothing is to be fetched then.
    pub(super) says_enough: bool,
}

/// What happened in a scenario, or in the session.
pub(super) struct Window<'a> {
    pub(super) process: &'a str,
    /// Whom the client was told to address, or to enrol; none when the record does not know.
    pub(super) recipients: Vec<&'a str>,
    pub(super) calls: Vec<Call<'a>>,
    pub(super) deposits: Vec<&'a Deposit>,
    pub(super) events: Vec<&'a EventSent>,
    pub(super) statuses_set: Vec<(&'a str, &'a str)>,
    /// The misbehaviour asked for.
    pub(super) armed: Option<&'a str>,
    pub(super) misbehaved: Vec<&'a Misbehaved>,
    pub(super) passes: Vec<PassEnd>,
    /// Whether a turn was over while the client was still working.
    is_unfinished: bool,
    /// How the client's program ended, each time: its code, and whether we ended it.
    pub(super) ends: Vec<(Option<i32>, bool)>,
    pub(super) client_starts: usize,
    /// Notifications left at the end.
    pub(super) pending: Vec<&'a str>,
    /// The scope that the client asks for.
    pub(super) scope: Scope,
    /// The rules that the client openly does not offer.
    not_offered: Vec<String>,
    /// Whether the client made no call in the whole session.
    pub(super) is_session_mute: bool,
}

impl<'a> Window<'a> {
    /// The whole session.
    pub(super) fn of_session(lines: &'a [Line]) -> Self {
        Self::of(lines, lines)
    }

    /// One scenario, each time that it was played to its end: once, unless somebody wanted it
    /// again.
    pub(super) fn plays_of(lines: &'a [Line], choice: &Choice) -> Vec<Self> {
        let (mut plays, mut first) = (Vec::new(), None);
        for (at, line) in lines.iter().enumerate() {
            match line {
                Line::Mark(Mark::ScenarioStarted { scenario, .. }) if *scenario == choice.id => {
                    first = Some(at);
                }
                Line::Mark(Mark::ScenarioEnded { scenario, .. }) if *scenario == choice.id => {
                    let part = first.take().map(|first| &lines[first..=at]);
                    plays.extend(part.map(|part| Self::of(part, lines)));
                }
                _ => {}
            }
        }
        plays
    }

    fn of(part: &'a [Line], whole: &'a [Line]) -> Self {
        let started = super::started(whole);
        let misbehaved: BTreeMap<&str, &Misbehaved> = marks(whole)
            .filter_map(|mark| match mark {
                Mark::Misbehaved(one) => Some((one.exchange.as_str(), one)),
                _ => None,
            })
            .collect();
        let mut bodies = Bodies::of(whole);
        let mut window = Self {
            process: "",
            recipients: Vec::new(),
            calls: Vec::new(),
            deposits: Vec::new(),
            events: Vec::new(),
            statuses_set: Vec::new(),
            armed: None,
            misbehaved: Vec::new(),
            passes: Vec::new(),
            is_unfinished: false,
            ends: Vec::new(),
            client_starts: 0,
            pending: Vec::new(),
            scope: started.scope(),
            not_offered: started.not_offered.into_keys().collect(),
            is_session_mute: !whole.iter().any(|line| matches!(line, Line::Exchange(_))),
        };
        for line in part {
            match line {
                Line::Exchange(exchange) => {
                    let misbehaved = misbehaved.get(exchange.id.as_str()).copied();
                    let pass = window.passes.len();
                    let call = Call::new(exchange, pass, misbehaved, &mut bodies);
                    window.calls.push(call);
                }
                Line::Mark(mark) => window.take(mark),
            }
        }
        window.calls.sort_by_key(Call::rank);
        window
    }

    fn take(&mut self, mark: &'a Mark) {
        match mark {
            Mark::ScenarioStarted { process, recipients, .. } => {
                self.process = process;
                self.recipients = recipients.iter().map(String::as_str).collect();
            }
            Mark::Deposited(deposit) => self.deposits.push(deposit),
            Mark::EventSent(event) => self.events.push(event),
            Mark::StatusSet { case, status } => self.statuses_set.push((case, status)),
            Mark::Armed { misbehaviour } => self.armed = Some(misbehaviour),
            Mark::Misbehaved(one) => self.misbehaved.push(one),
            Mark::ClientStarted => self.client_starts += 1,
            Mark::ClientEnded { code, by_us } => self.ends.push((*code, *by_us)),
            Mark::PassEnded { why, busy } => {
                self.passes.push(*why);
                self.is_unfinished |= *busy && *why == PassEnd::TimeLimit;
            }
            Mark::ScenarioEnded { pending, .. } => {
                self.pending.extend(pending.iter().map(String::as_str));
            }
            Mark::Started(_) | Mark::Gist(_) | Mark::Finished { .. } => {}
        }
    }

    /// How a turn was cut before the client had done what it was about to do, if one was.
    pub(super) fn how_cut(&self) -> Option<&'static str> {
        if self.passes.contains(&PassEnd::Cut) {
            return Some(
                "le banc a mis fin au programme à la limite du tour : allonger --turn-limit, ou employer --service s'il ne se termine pas de lui-même",
            );
        }
        self.is_unfinished.then_some(
            "le tour a été coupé (--turn-limit, ou --wait) pendant que le client travaillait encore : l'allonger",
        )
    }

    /// From the first call to the end of the last answer, in milliseconds.
    pub(super) fn duration_ms(&self) -> u64 {
        let first = self.calls.iter().map(Call::at).min();
        let last = self.calls.iter().map(Call::at).max();
        first.zip(last).map_or(0, |(first, last)| {
            u64::try_from((last - first).whole_milliseconds()).unwrap_or_default()
        })
    }

    /// Whether the client openly does without a rule.
    pub(super) fn does_not_offer(&self, rule: &str) -> bool {
        self.not_offered.iter().any(|id| id == rule)
    }

    /// Calls of one operation.
    pub(super) fn of_operation(&self, operation: Operation) -> impl Iterator<Item = &Call<'a>> {
        self.calls.iter().filter(move |call| call.is(operation))
    }

    /// The notifications that the client was told of, each once.
    pub(super) fn told(&self) -> Vec<Told<'_>> {
        let mut told: BTreeMap<&str, Told<'_>> = BTreeMap::new();
        for list in self.of_operation(Operation::ListNotifications).filter(|call| call.succeeded())
        {
            for one in list.received.as_array().into_iter().flatten() {
                let text = |name: &str| one[name].as_str();
                let Some(id) = text("id") else { continue };
                let says_enough = text("eventStatus") == Some("RECEIVED")
                    || text("eventActionType") == Some("STATUS_UPDATE");
                let entry = told.entry(id).or_insert_with(|| Told {
                    id,
                    case: text("caseId").unwrap_or_default(),
                    event: text("eventId"),
                    says_enough,
                });
                entry.says_enough |= says_enough;
            }
        }
        told.into_values().collect()
    }

    /// The deposits of whose notification the client was told, or whose case it read.
    pub(super) fn known_deposits(&self) -> Vec<&'a Deposit> {
        let told = self.told();
        let knows = |deposit: &&&Deposit| {
            told.iter().any(|one| one.case == deposit.case)
                || self.calls.iter().any(|call| call.is_on(Operation::GetCase, &deposit.case))
        };
        self.deposits.iter().filter(knows).copied().collect()
    }
}

fn marks(lines: &[Line]) -> impl Iterator<Item = &Mark> {
    lines.iter().filter_map(|line| match line {
        Line::Mark(mark) => Some(mark),
        Line::Exchange(_) => None,
    })
}
