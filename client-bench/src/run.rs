//! A session from its start to its verdict: plays each script against the client, records what is
//! seen, and hands the record to the judge.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use contract::journeys;
use contract::operations::Scope;
use contract::timestamp::Timestamp;
use reports::{Event, Redactor};
use serde_json::Value;

use crate::Bench;
use crate::act::{self, NamedMisbehaviour};
use crate::client_log::ClientLog;
use crate::client_process::{ClientProcess, Keeper};
use crate::driver::{Driver, DriverError};
use crate::environment::{environment, recipients};
use crate::journal::{self, Deposit, JournalError, Line, Mark, PassEnd, Started};
use crate::judge;
use crate::plan::{Choice, choices, run_started};
use crate::recorder::Recorder;
use crate::script::Move;
use crate::work::Work;
use scenarios::features::FeatureError;
use scenarios::target::Target;

/// How often the journal is looked at.
const BEAT: Duration = Duration::from_millis(40);
/// How often it is asked whether the client has done everything.
const ASKING: Duration = Duration::from_millis(250);
/// How long a client that is left running may do nothing but wait, for its turn to be over: longer
/// than the pauses inside a piece of work, and shorter than the second that many leave between two
/// rounds, or the turn of one that does something at each round would have no end.
const QUIET: Duration = Duration::from_millis(750);
/// How recently a client must have worked to be said to be working still, when its time is up.
const AT_WORK: Duration = Duration::from_secs(5);
/// How many beats the last calls of a program that has ended are given to be recorded.
const SETTLING_BEATS: u32 = 25;

/// How the client is run.
#[derive(Clone, Debug)]
pub enum Launch {
    /// A command, once for each turn, which is over when it ends, or at the limit.
    Command(String),
    /// A command that is left running.
    Service(String),
    /// By hand, within a time for each turn.
    Wait(Duration),
}

/// What a session is asked to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// The facts that its record starts with.
    pub started: Started,
    /// How the client is run.
    pub launch: Launch,
    /// What runs it.
    pub keeper: Keeper,
    /// How late a slow answer comes.
    pub slow: Duration,
    /// How many notifications wait, when very many do.
    pub many: u32,
    /// How long a turn may take.
    pub pass_limit: Duration,
    /// How long a client that is left running may do nothing before its turn is over.
    pub patience: Duration,
    /// The report's directory: the record is read back from there.
    pub directory: PathBuf,
    /// Set when somebody says that the client has had its turn: that ends the turn under way, where
    /// it does not end with the program.
    pub turn_over: Arc<AtomicBool>,
    /// Scenarios that have ended and that somebody wants played again, by their ids: before the one
    /// that comes next, while there is one.
    pub again: Arc<Mutex<VecDeque<String>>>,
    /// More environment for the client.
    pub environment: BTreeMap<String, String>,
}

/// Why a session could not be held, or judged.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A mistake in a feature: a bug of ours.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// The bench could not do its part.
    #[error(transparent)]
    Driver(#[from] DriverError),
    /// The record cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The program that keeps the client could not be run.
    #[error("the client could not be started: {0}")]
    Launch(#[from] std::io::Error),
    /// The features asked for hold no scenario for this actor.
    #[error(
        "no scenario for this actor matches --feature {0}: give the end of a path, such as si-reception.feature"
    )]
    NothingSelected(String),
}

/// Where events go.
pub(crate) type Sink<'a> = &'a (dyn Fn(Event) + Sync);

/// Holds a session and judges it; every event goes to the sink, which must record them in the
/// directory of the options.
pub async fn certify_client(
    target: &Arc<Target>,
    bench: &dyn Bench,
    options: &Options,
    redactor: &Redactor,
    stop: &AtomicBool,
    sink: Sink<'_>,
) -> Result<(), BenchError> {
    let choices = choices(&options.started)?;
    if choices.iter().all(|choice| choice.script.is_summary()) {
        return Err(BenchError::NothingSelected(options.started.features.join(" ")));
    }
    sink(run_started(&options.started, &choices));
    let mut session = Session {
        options,
        stop,
        recorder: Recorder::new(bench, redactor, sink),
        log: ClientLog::new(options.directory.join("client.log"), redactor.clone()),
        service: None,
        called: false,
        passes: Vec::new(),
    };
    session.recorder.mark(Mark::Started(Box::new(options.started.clone())));
    let played = session.play(target, &choices).await;
    bench.misbehave(Vec::new());
    if let Some((service, _)) = session.service.take() {
        service.end().await;
    }
    session.log.finish().await;
    let interrupted = stop.load(Ordering::Relaxed);
    session.recorder.mark(Mark::Finished { at: now(), interrupted });
    played?;
    let lines = journal::read(&options.directory.join(reports::directory::EXCHANGES_FILE))?;
    judge::conclude(&lines, &choices).into_iter().for_each(sink);
    Ok(())
}

/// Judges a record again: the same events, in the same order, as when the session was held.
pub fn judge_again(lines: &[Line], sink: Sink<'_>) -> Result<(), BenchError> {
    let started = judge::started(lines);
    let choices = choices(&started)?;
    sink(run_started(&started, &choices));
    let mut marks = 0;
    for line in lines {
        if let Line::Mark(Mark::ScenarioStarted { scenario, at, .. }) = line {
            sink(Event::ScenarioStarted { id: scenario.clone(), at: at.clone() });
        }
        marks += usize::from(matches!(line, Line::Mark(_)));
        sink(line.to_event(marks));
    }
    judge::conclude(lines, &choices).into_iter().for_each(sink);
    Ok(())
}

/// What the judge makes of the scenarios that have ended, while a session goes on: what is judged
/// over the whole session is left out.
pub fn judge_so_far(lines: &[Line]) -> Result<Vec<Event>, BenchError> {
    let ended = |choice: &Choice| {
        let is_its_end = |line: &Line| match line {
            Line::Mark(Mark::ScenarioEnded { scenario, .. }) => *scenario == choice.id,
            _ => false,
        };
        !choice.script.is_summary() && lines.iter().any(is_its_end)
    };
    let choices: Vec<_> = choices(&judge::started(lines))?.into_iter().filter(ended).collect();
    Ok(judge::conclude(lines, &choices))
}

fn now() -> String {
    Timestamp::from(SystemTime::now()).to_string()
}

struct Session<'a> {
    options: &'a Options,
    stop: &'a AtomicBool,
    recorder: Recorder<'a>,
    log: ClientLog,
    /// The client left running, and the démarche it was started for.
    service: Option<(ClientProcess, String)>,
    /// Whether the client made any call at all.
    called: bool,
    /// How its turns ended.
    passes: Vec<PassEnd>,
}

/// What a scenario has put before the client.
#[derive(Default)]
struct ScriptState {
    deposits: Vec<Deposit>,
    armed: Option<NamedMisbehaviour>,
    /// How many times the bench had misbehaved before.
    misbehaved_before: usize,
    /// When what is armed was first met.
    met_at: Option<Instant>,
}

impl Session<'_> {
    async fn play(&mut self, target: &Arc<Target>, choices: &[Choice]) -> Result<(), BenchError> {
        // One for each démarche, kept: it numbers what it deposits.
        let mut drivers: BTreeMap<&str, Driver> = BTreeMap::new();
        let mut ended = BTreeSet::new();
        for next in choices.iter().filter(|choice| !choice.script.is_summary()) {
            let mut choice = next;
            loop {
                if self.is_over() {
                    return Ok(());
                }
                let driver = match drivers.entry(&choice.process) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        new.insert(Driver::new(target, &self.options.started, &choice.process)?)
                    }
                };
                driver.learn_the_process().await?;
                self.scenario(choice, driver).await?;
                if !self.called {
                    // Nobody calls: the other scenarios would only be waited for in vain.
                    return Ok(());
                }
                ended.insert(choice.id.as_str());
                let mut asked = self.options.again.lock().unwrap_or_else(PoisonError::into_inner);
                let asked = asked.pop_front().filter(|id| ended.contains(id.as_str()));
                match choices.iter().find(|one| asked.as_ref() == Some(&one.id)) {
                    Some(again) => choice = again,
                    None => break,
                }
            }
        }
        Ok(())
    }

    async fn scenario(&mut self, choice: &Choice, driver: &mut Driver) -> Result<(), BenchError> {
        self.recorder.drain();
        self.recorder.work = Work::default();
        self.recorder.room.start_scenario();
        self.recorder.scenario = Some(choice.id.clone());
        let at = now();
        (self.recorder.sink)(Event::ScenarioStarted { id: choice.id.clone(), at: at.clone() });
        self.recorder.mark(Mark::ScenarioStarted {
            scenario: choice.id.clone(),
            process: choice.process.clone(),
            recipients: recipients(driver),
            at,
        });
        let mut state = ScriptState::default();
        for one in &choice.script.moves {
            if self.is_over() {
                // Played in part, it is judged by nothing: no mark says that it ended.
                return Ok(());
            }
            self.play_move(one, driver, &mut state).await?;
        }
        self.leave_time_to_delete(driver, &mut state).await?;
        self.recorder.bench.misbehave(Vec::new());
        let pending = match self.options.started.actor {
            Scope::Datapass => Vec::new(),
            _ => driver.clear(&driver.client.clone()).await?,
        };
        self.recorder.mark(Mark::ScenarioEnded { scenario: choice.id.clone(), pending });
        self.recorder.scenario = None;
        Ok(())
    }

    /// Whether nothing more is to be played: somebody stops the session, or the program never ends.
    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || judge::is_endless(&self.passes)
    }

    /// An SI may as well delete at its next turn what it has dealt with (CLI-06): it has another
    /// one, for as long as that leaves fewer notifications.
    async fn leave_time_to_delete(
        &mut self,
        driver: &Driver,
        state: &mut ScriptState,
    ) -> Result<(), BenchError> {
        let is_run_by_turns = matches!(self.options.launch, Launch::Command(_));
        if self.options.started.actor != Scope::Si || !is_run_by_turns {
            return Ok(());
        }
        let mut before = usize::MAX;
        loop {
            let pending = self.pending(driver, state).await?;
            let is_known = |one: &&Value| self.recorder.work.was_told(&one["id"]);
            let known = pending.iter().filter(is_known).count();
            if known == 0 || known >= before || self.is_over() {
                return Ok(());
            }
            before = known;
            self.pass(driver, state).await?;
        }
    }

    async fn play_move(
        &mut self,
        one: &Move,
        driver: &mut Driver,
        state: &mut ScriptState,
    ) -> Result<(), BenchError> {
        let case = state.deposits.last().map(|deposit| deposit.case.clone());
        match (one, case) {
            (Move::Deposit { count, infected }, _) => {
                for _ in 0..*count {
                    self.deposit(driver, state, *infected, false).await?;
                }
            }
            (Move::DepositGone, _) => self.deposit(driver, state, false, true).await?,
            (Move::Message, Some(case)) => {
                let sent = driver.message(&case).await?;
                self.recorder.mark(Mark::EventSent(sent));
            }
            (Move::ManyMessages, Some(case)) => {
                for _ in 0..self.options.many {
                    let sent = driver.note(&case).await?;
                    self.recorder.mark(Mark::EventSent(sent));
                }
            }
            (Move::Complement, Some(case)) => {
                let sent = driver.complement(&case, None).await?;
                self.recorder.mark(Mark::EventSent(sent));
            }
            (Move::Reopen, Some(case)) => {
                let sent = driver.complement(&case, Some("HUBEE_NOTIFIED")).await?;
                self.recorder.mark(Mark::EventSent(sent));
            }
            (Move::Close, Some(case)) => {
                let sent = driver.set_status(&driver.osl().clone(), &case, "CLOSED").await?;
                self.recorder.mark(Mark::EventSent(sent));
            }
            (Move::Process, _) => {
                for mark in driver.process_received().await? {
                    self.recorder.mark(mark);
                }
            }
            (Move::AskForComplements, _) => {
                for mark in driver.ask_for_complements().await? {
                    self.recorder.mark(mark);
                }
            }
            (Move::Misbehave(misbehaviour), _) => {
                self.recorder.drain();
                state.misbehaved_before = self.recorder.misbehaved;
                self.recorder.bench.misbehave(misbehaviour.plan(self.options.slow));
                state.armed = Some(*misbehaviour);
                state.met_at = None;
                self.recorder.mark(Mark::Armed { misbehaviour: misbehaviour.name.to_owned() });
            }
            (Move::Pass, _) => self.pass(driver, state).await?,
            (
                Move::Message | Move::ManyMessages | Move::Complement | Move::Reopen | Move::Close,
                None,
            ) => {}
        }
        Ok(())
    }

    async fn deposit(
        &mut self,
        driver: &mut Driver,
        state: &mut ScriptState,
        infected: bool,
        gone: bool,
    ) -> Result<(), BenchError> {
        let mut deposit = driver.deposit(infected).await?;
        if gone {
            deposit.gone = true;
            self.recorder.bench.misbehave(vec![act::gone(&deposit.case)]);
        }
        self.recorder.mark(Mark::Deposited(deposit.clone()));
        state.deposits.push(deposit);
        Ok(())
    }

    /// One turn of the client.
    async fn pass(&mut self, driver: &Driver, state: &mut ScriptState) -> Result<(), BenchError> {
        let mut process = self.start_client(driver).await?;
        let started = Instant::now();
        self.recorder.last_news = started;
        self.recorder.work.start_turn();
        self.options.turn_over.store(false, Ordering::Relaxed);
        let (mut calls, mut asked, mut busy) = (0, started, false);
        let (limit, patience) = match self.options.launch {
            Launch::Command(_) => (self.options.pass_limit, None),
            Launch::Service(_) => (self.options.pass_limit, Some(self.options.patience)),
            Launch::Wait(limit) => (limit, Some(limit)),
        };
        let why = loop {
            tokio::time::sleep(BEAT).await;
            calls += self.recorder.drain();
            self.lift(state);
            if self.stop.load(Ordering::Relaxed) {
                break PassEnd::Interrupted;
            }
            if self.client_ended(&mut process) {
                break PassEnd::Exited;
            }
            // A program ends its turn by ending itself: it may be silent for as long as it likes.
            let Some(patience) = patience else {
                if started.elapsed() > limit {
                    break PassEnd::Cut;
                }
                continue;
            };
            if self.options.turn_over.load(Ordering::Relaxed) {
                break PassEnd::TimeLimit;
            }
            let idle = self.recorder.idle();
            if started.elapsed() > limit || idle > patience {
                busy = idle <= patience.min(AT_WORK);
                break PassEnd::TimeLimit;
            }
            let lifted = state.armed.and_then(NamedMisbehaviour::lasts).is_none();
            if calls > 0 && lifted && idle > QUIET && asked.elapsed() > ASKING {
                asked = Instant::now();
                if self.is_done(driver, state).await? {
                    break PassEnd::Done;
                }
            }
        };
        self.lift_now(state);
        if let Some(process) = process.take() {
            process.end().await;
            self.recorder.mark(Mark::ClientEnded { code: None, by_us: true });
        }
        if matches!(self.options.launch, Launch::Command(_)) {
            self.settle().await;
        }
        self.recorder.drain();
        self.called |= self.recorder.exchanges > 0;
        self.passes.push(why);
        self.recorder.mark(Mark::PassEnded { why, busy });
        Ok(())
    }

    /// Lets the calls of a program that has ended be recorded: they belong to its turn.
    async fn settle(&self) {
        for _ in 0..SETTLING_BEATS {
            if self.recorder.bench.calls_being_served() == 0 {
                break;
            }
            tokio::time::sleep(BEAT).await;
        }
    }

    /// Ends a misbehaviour that has lasted long enough, from the first call that suffered it: a
    /// client that is slow to start meets it too.
    fn lift(&mut self, state: &mut ScriptState) {
        let Some(limit) = state.armed.and_then(NamedMisbehaviour::lasts) else {
            return;
        };
        if self.recorder.misbehaved > state.misbehaved_before {
            state.met_at.get_or_insert_with(Instant::now);
        }
        if state.met_at.is_some_and(|at| at.elapsed() > limit) {
            self.lift_now(state);
        }
    }

    /// Ends what lasts until it is lifted, met or not: no turn after this one is spoilt by it.
    fn lift_now(&mut self, state: &mut ScriptState) {
        if state.armed.take_if(|misbehaviour| misbehaviour.lasts().is_some()).is_some() {
            self.recorder.bench.misbehave(Vec::new());
            state.met_at = None;
        }
    }

    /// Starts the client when it is ours to start, and gives it when it is run once for each turn.
    async fn start_client(&mut self, driver: &Driver) -> Result<Option<ClientProcess>, BenchError> {
        let environment = environment(driver, self.options);
        let keeper = &self.options.keeper;
        match &self.options.launch {
            Launch::Wait(_) => Ok(None),
            Launch::Command(command) => {
                let process = ClientProcess::start(keeper, command, &environment, &mut self.log)?;
                self.recorder.mark(Mark::ClientStarted);
                Ok(Some(process))
            }
            Launch::Service(command) => {
                let fits = |(_, process): &(ClientProcess, String)| process == driver.process();
                if !self.service.as_ref().is_some_and(fits) {
                    if let Some((old, _)) = self.service.take() {
                        old.end().await;
                        self.recorder.mark(Mark::ClientEnded { code: None, by_us: true });
                    }
                    let process =
                        ClientProcess::start(keeper, command, &environment, &mut self.log)?;
                    self.service = Some((process, driver.process().to_owned()));
                    self.recorder.mark(Mark::ClientStarted);
                }
                Ok(None)
            }
        }
    }

    /// Whether the client ended by itself; noted once.
    fn client_ended(&mut self, process: &mut Option<ClientProcess>) -> bool {
        let of_turn = process.as_mut().and_then(ClientProcess::ended);
        let of_service = || self.service.as_mut().and_then(|(service, _)| service.ended());
        let Some(code) = of_turn.or_else(of_service) else {
            return false;
        };
        if process.take().is_none() {
            self.service = None;
        }
        self.recorder.mark(Mark::ClientEnded { code, by_us: false });
        true
    }

    /// The notifications that wait for the client, but those of what it finds gone.
    async fn pending(
        &self,
        driver: &Driver,
        state: &ScriptState,
    ) -> Result<Vec<Value>, DriverError> {
        let is_gone = |one: &Value| {
            state.deposits.iter().any(|deposit| deposit.gone && one["caseId"] == *deposit.case)
        };
        let mut pending = driver.pending(&driver.client.clone()).await?;
        pending.retain(|one| !is_gone(one));
        Ok(pending)
    }

    /// Whether the client has done everything that this scenario put before it.
    async fn is_done(&self, driver: &Driver, state: &ScriptState) -> Result<bool, BenchError> {
        let actor = self.options.started.actor;
        let work = &self.recorder.work;
        if work.is_open() {
            return Ok(false);
        }
        if actor == Scope::Datapass {
            return Ok(work.has_asked_for_a_subscription());
        }
        if !self.pending(driver, state).await?.is_empty() {
            return Ok(false);
        }
        if actor == Scope::Osl {
            return Ok(work.has_deposited());
        }
        for deposit in state.deposits.iter().filter(|deposit| !deposit.gone) {
            let status = driver.status_of(&deposit.case).await?;
            if !is_final(driver.process(), &status) && status != "CLOSED" {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn is_final(process: &str, status: &str) -> bool {
    journeys::finals_of(process).iter().any(|one| one.name() == status)
}
