//! A run from end to end: tries every credential, plays the plan, cleans up, says what happened.
//! Its only output is events; what they amount to is for `reports` to say.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use contract::operations::Operation;
use contract::rules::Catalogue;
use cucumber::{Cucumber, World as _, cli, runner};
use futures::FutureExt as _;
use futures::channel::mpsc;
use futures::future::join_all;
use futures::{StreamExt as _, stream};
use gherkin::Feature;
use reports::Redactor;
use reports::event::{
    Check, CheckOutcome, Cleanup, EVENT_FORMAT, Event, Expectation, NoteLevel, RunFinished,
    RunHeader, RunStarted, TargetHeader,
};

use crate::check::rule_named;
use crate::client::tokens::LONGEST_TOKEN;
use crate::client::{Call, ClientError, Reply};
use crate::features::{FeatureError, QUOTA, is_long, is_serial, scenario_id};
use crate::interrupt::Interrupt;
use crate::plan::{Plan, Selection};
use crate::play::cleanup::{clean, clean_queues};
use crate::play::clock;
use crate::play::restoration::restore;
use crate::play::turns;
use crate::presence::{is_gone, until_gone};
use crate::recorder::Recorder;
use crate::roles::Assignment;
use crate::session::{Session, Sink, now};
use crate::target::{Target, TargetError};
use crate::world::World;

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Eight characters that tell this run's numbers from any other's: see [`draw_run_id`].
    pub run_id: String,
    /// The part that is wanted.
    pub selection: Selection,
    /// How long a token's end may be waited for (AUTH-05).
    pub patience: Duration,
    /// Seed of what is drawn at random.
    pub seed: u64,
    /// Version of étalon, for the report.
    pub etalon: String,
    /// Known non-conformities that do not fail the run.
    pub expectations: Vec<Expectation>,
    /// Hubs of its own for what is about quotas, while the rest is played on the run's: each has
    /// its share, since a quota that one scenario uses up is waited for by the next.
    pub quota_hubs: Vec<Arc<Target>>,
}

/// What is played on one hub.
struct Stage {
    session: Arc<Session>,
    plan: Plan,
}

/// What prevents a run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The target file names something unusable.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A feature is wrong: a mistake of ours.
    #[error("a feature is wrong: {0}. This is a bug of étalon")]
    Feature(#[from] FeatureError),
    /// Nobody answers.
    #[error(
        "the hub does not answer: {0}. Is it started? Check the URLs of [hub] in the target file"
    )]
    Unreachable(ClientError),
    /// A declared credential is refused.
    #[error(
        "the credential \"{name}\" is refused by the hub ({answer}): check client_id, client_secret and scope in the target file"
    )]
    CredentialRefused {
        /// Its name.
        name: String,
        /// What the hub answered.
        answer: String,
    },
    /// Something else than this API answers at a base URL.
    #[error(
        "{name} does not answer as this API: GET {url} gives {answer}. Check {name} in [hub] of the target file, its path and version included"
    )]
    NotThisApi {
        /// The entry of the target file.
        name: &'static str,
        /// What was asked for.
        url: String,
        /// What was answered.
        answer: String,
    },
    /// A token that cannot be used.
    #[error(
        "the hub gives \"{name}\" a token of {length} bytes: étalon takes none of more than 64 KiB, which no server reads \
         in a header, and nothing can be decided"
    )]
    TokenTooLong {
        /// The credential.
        name: String,
        /// How long it is, in bytes.
        length: usize,
    },
    /// Nothing is selected.
    #[error("no rule and no scenario match the selection: see `etalon rules` for the ids")]
    NothingSelected,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Panics of ours.
    pub panics: u32,
    /// Whether it was stopped from outside.
    pub interrupted: bool,
    /// Whether the hub stopped answering.
    pub unreachable: bool,
}

/// Tries every credential of a target: reaches the hub and asks for a token with each.
pub async fn try_credentials(session: &Session) -> Result<(), RunError> {
    for credential in session.credentials.all() {
        let reply = session
            .client
            .send(&Call::token(credential, credential.scope.name()))
            .await
            .map_err(RunError::Unreachable)?;
        // A token endpoint that fails otherwise is for the AUTH rules to judge.
        if (400..500).contains(&reply.status()) {
            return Err(RunError::CredentialRefused {
                name: credential.name.clone(),
                answer: refusal(&reply),
            });
        }
        let length = reply.text("/access_token").len();
        if length > LONGEST_TOKEN {
            return Err(RunError::TokenTooLong { name: credential.name.clone(), length });
        }
    }
    Ok(())
}

/// Asks each API for a list that it always has: a path that is not there, or a page for browsers,
/// is a mistake in the target file and no breach of the hub's.
pub async fn try_base_urls(session: &Session) -> Result<(), RunError> {
    for (name, operation) in [
        ("teledossiers_url", Operation::ListNotifications),
        ("referential_url", Operation::ListProcesses),
    ] {
        let mut tried = None;
        for credential in session.credentials.all() {
            let call = Call::operation(operation, &[]).query("maxResult", "1").by(credential);
            let url = call.url(&session.target.hub).to_string();
            let reply = session.client.send(&call).await.map_err(RunError::Unreachable)?;
            if !is_another_thing(&reply) {
                tried = None;
                break;
            }
            tried = Some(RunError::NotThisApi { name, url, answer: reply.in_short() });
        }
        if let Some(error) = tried {
            return Err(error);
        }
    }
    Ok(())
}

/// Whether an answer to a list cannot be this API's: nothing there, or HTML where no gateway
/// refuses.
fn is_another_thing(reply: &Reply) -> bool {
    let html = reply.header("content-type").is_some_and(|value| value.contains("html"));
    reply.status() == 404 || html && matches!(reply.status(), 200..400 | 405)
}

fn refusal(reply: &Reply) -> String {
    match reply.text("/error") {
        "" => reply.in_short(),
        error => format!("{} {error}", reply.status()),
    }
}

/// Runs a plan against a target, on a thread of its own (the Gherkin runner is bound to one).
///
/// # Errors
/// What prevents the run; once it has started, everything is told by events.
pub fn certify(
    target: Arc<Target>,
    options: &Options,
    interrupt: &Interrupt,
    redactor: Redactor,
    sink: Sink,
) -> Result<Ended, RunError> {
    let mut plan = Plan::make(&target, &options.selection)?;
    let mut apart = Vec::new();
    let shares = options.quota_hubs.len();
    for (rank, hub) in options.quota_hubs.iter().enumerate() {
        let about_quotas = Plan::make(hub, &options.selection)?.part(true);
        apart.push((hub.clone(), about_quotas.share(rank, shares)));
    }
    if shares > 0 {
        plan = plan.part(false);
    }
    if plan.rules.is_empty() && apart.iter().all(|(_, plan)| plan.rules.is_empty()) {
        return Err(RunError::NothingSelected);
    }
    let session = Session::new(options.run_id.clone(), target, options.patience, redactor, sink)?;
    let beside = |(hub, plan)| Ok::<_, RunError>(Stage { session: session.beside(hub)?, plan });
    let mut stages = vec![Stage { session: session.clone(), plan }];
    for one in apart {
        stages.push(beside(one)?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        RunError::Unreachable(ClientError::Unreachable {
            url: "local".to_owned(),
            reason: error.to_string(),
        })
    })?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, run(&stages, options, interrupt))
}

/// Plays on every hub at once; the first is the run's.
async fn run(
    stages: &[Stage],
    options: &Options,
    interrupt: &Interrupt,
) -> Result<Ended, RunError> {
    let session = stages[0].session.clone();
    let plans = || stages.iter().map(|stage| &stage.plan);
    let header = header(&session, options);
    session.journal().emit(Event::RunStarted(Box::new(RunStarted {
        provenance: None,
        format: EVENT_FORMAT,
        run: header,
        rules: plans().flat_map(|plan| plan.rules.clone()).collect(),
        scenarios: plans().flat_map(Plan::as_events).collect(),
        features: plans().flat_map(|plan| plan.titles.clone()).collect(),
        expectations: options.expectations.clone(),
    })));
    try_credentials(&session).await?;
    try_base_urls(&session).await?;
    let panics = Arc::new(AtomicU32::new(0));
    let playing = stages.iter().map(|stage| play(&stage.session, &stage.plan, &panics));
    let quiet = QuietPanics::start();
    tokio::select! {
        _ = join_all(playing) => {}
        () = interrupt.asked() => {}
        () = until_gone(&session) => {}
    }
    drop(quiet);
    let winding_up = join_all(stages.iter().map(|stage| wind_up(&stage.session, interrupt)));
    let unreachable = tokio::select! {
        unreachable = winding_up => unreachable.contains(&true),
        () = interrupt.out_of_time() => {
            let left = "nettoyage arrêté ; --clean le reprend";
            stages.iter().for_each(|stage| stage.session.ledger.leave_all(left));
            false
        }
    };
    finish(stages, &panics, interrupt, unreachable);
    Ok(Ended {
        panics: panics.load(Ordering::Relaxed),
        interrupted: interrupt.is_asked(),
        unreachable,
    })
}

/// What is called when something panics.
type PanicHook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Sync + Send>;

/// Steps that stop are panics to the Gherkin runner, which silences them while it runs and puts
/// back what it found: two at once would put it back too early, and wrongly.
struct QuietPanics(Option<PanicHook>);

impl QuietPanics {
    fn start() -> Self {
        let found = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        Self(Some(found))
    }
}

impl Drop for QuietPanics {
    fn drop(&mut self) {
        // The standard library refuses it to a thread that panics.
        if let Some(found) = self.0.take().filter(|_| !std::thread::panicking()) {
            std::panic::set_hook(found);
        }
    }
}

/// Puts the hub back as it was found, as far as can be. Gives whether it does not answer any more.
async fn wind_up(session: &Session, interrupt: &Interrupt) -> bool {
    if is_gone(session).await {
        session.ledger.leave_all("le hub ne répond plus");
        return true;
    }
    let left = session.ledger.left_open();
    if interrupt.is_asked() {
        let text = format!("arrêt demandé : {} télédossiers à clore ou supprimer", left.len());
        session.journal().emit(Event::Note { level: NoteLevel::Warning, text });
    }
    restore(session, None).await;
    // Before what may last: who waits for the clock is not kept waiting for that.
    clock::release(session).await;
    clean(session, left).await;
    false
}

fn header(session: &Session, options: &Options) -> RunHeader {
    let hub = &session.target.hub;
    RunHeader {
        id: session.run_id.clone(),
        started_at: now(),
        etalon: options.etalon.clone(),
        contract: hub.contract.to_string(),
        catalogue_edition: Some(
            options.selection.edition.unwrap_or(Catalogue::bundled().edition()),
        ),
        target: TargetHeader {
            name: hub.name.clone(),
            version: hub.version.clone(),
            url: hub.teledossiers_url.to_string(),
            ca_certificate: hub.ca_certificate.as_ref().map(|path| path.display().to_string()),
            disputed: session.target.disputed.clone(),
        },
        partial: options.selection.is_partial(),
        partial_reason: options.selection.in_french(),
        seed: options.seed,
    }
}

/// Plays the scenarios that may run together, then, one at a time, those that must be alone: the
/// Gherkin runner by itself would begin with the latter, which move the clock and restart the hub.
async fn play(session: &Arc<Session>, plan: &Plan, panics: &Arc<AtomicU32>) {
    let assignments = Arc::new(plan.assignments());
    let together = [true, false].map(|first| {
        plan.features_where(|feature, scenario| {
            !is_serial(feature, scenario) && is_long(feature, scenario) == first
        })
    });
    let (together, mut alone) = (together.concat(), plan.features_where(is_serial));
    // What uses quotas up comes last: nothing waits for a window that somebody else has used.
    alone.sort_by_key(|feature| feature.tags.iter().any(|tag| tag == QUOTA));
    // What a scenario leaves is cleaned while others are played: a far hub is not waited for twice.
    let concurrency = session.target.limits.concurrency;
    // Where one call at a time is asked for, nothing is cleaned beside a scenario.
    let (behind, left) = mpsc::unbounded();
    let leaving = if concurrency > 1 {
        Leaving::Behind(behind)
    } else {
        drop(behind);
        Leaving::ForTheEnd
    };
    let playing = play_features(session, together, concurrency, &assignments, panics, leaving);
    let cleaning =
        left.for_each_concurrent(concurrency.div_ceil(2), |scenario: String| async move {
            clean(session, session.ledger.left_open_by(&scenario)).await;
        });
    futures::join!(playing, cleaning);
    if !alone.is_empty() {
        clock::acquire(session).await;
        turns::take(session).await;
        play_features(session, alone, 1, &assignments, panics, Leaving::ForTheEnd).await;
    }
}

/// What becomes of what a scenario leaves on the hub.
enum Leaving {
    /// Its notifications are deleted before the next scenario, whose batches they would be in; the
    /// télédossiers are closed with all that is still open at the end of the run, when nobody waits
    /// behind that.
    ForTheEnd,
    /// Somebody cleans behind: the scenario's id is sent there.
    Behind(mpsc::UnboundedSender<String>),
}

async fn play_features(
    session: &Arc<Session>,
    features: Vec<Feature>,
    concurrency: usize,
    assignments: &Arc<HashMap<String, Assignment>>,
    panics: &Arc<AtomicU32>,
    leaving: Leaving,
) {
    let recorder = Recorder::new(session.clone(), panics.clone());
    let entering = enter(session.clone(), assignments.clone());
    let leaving = leave(session.clone(), leaving);
    let runner = runner::Basic::<World>::default();
    Cucumber::<World, _, _, _, _, cli::Empty>::custom(Embedded, runner, recorder)
        .steps(World::collection())
        .with_cli(cli::Opts::<cli::Empty, _, cli::Empty, cli::Empty>::default())
        .max_concurrent_scenarios(concurrency)
        .before(entering)
        .after(leaving)
        .run(Features(features))
        .await;
}

type Hook = futures::future::LocalBoxFuture<'static, ()>;

fn enter(
    session: Arc<Session>,
    assignments: Arc<HashMap<String, Assignment>>,
) -> impl for<'a> Fn(
    &'a Feature,
    Option<&'a gherkin::Rule>,
    &'a gherkin::Scenario,
    &'a mut World,
) -> futures::future::LocalBoxFuture<'a, ()>
+ 'static {
    move |feature, _, scenario, world| {
        let id = scenario_id(feature, scenario);
        if let Some(assignment) = assignments.get(&id) {
            session.journal().scenario_started(&id);
            world.enter(session.clone(), id, assignment.clone());
        }
        async {}.boxed_local()
    }
}

fn leave(
    session: Arc<Session>,
    leaving: Leaving,
) -> impl for<'a> Fn(
    &'a Feature,
    Option<&'a gherkin::Rule>,
    &'a gherkin::Scenario,
    &'a cucumber::event::ScenarioFinished,
    Option<&'a mut World>,
) -> futures::future::LocalBoxFuture<'a, ()>
+ 'static {
    move |feature, _, scenario, _, _| {
        let id = scenario_id(feature, scenario);
        let session = session.clone();
        let behind = match &leaving {
            Leaving::ForTheEnd => None,
            Leaving::Behind(sender) => Some(sender.clone()),
        };
        let cleaning: Hook = async move {
            restore(&session, Some(&id)).await;
            match behind {
                // Nobody listens any more once the run is stopped: the end of the run cleans then.
                Some(behind) => drop(behind.unbounded_send(id)),
                None => clean_queues(&session, &session.ledger.left_open_by(&id)).await,
            }
        }
        .boxed_local();
        cleaning
    }
}

/// The last events: what was checked on every exchange, what was cleaned, the end.
fn finish(stages: &[Stage], panics: &AtomicU32, interrupt: &Interrupt, unreachable: bool) {
    let journal = stages[0].session.journal();
    let checked = journal.answers_checked();
    if checked > 0 {
        journal.emit(Event::CheckMade(Check {
            scenario: None,
            rule: rule_named("WIRE-01"),
            outcome: CheckOutcome::Passed,
            expected: "toute réponse conforme à la description de l'API".to_owned(),
            observed: format!("{checked} réponses examinées ; les écarts sont donnés à part"),
            exchanges: Vec::new(),
            note: None,
        }));
    }
    let mut cleanup = Cleanup { created: 0, removed: 0, left: Vec::new() };
    for (created, removed, left) in stages.iter().map(|stage| stage.session.ledger.summary()) {
        cleanup.created += created;
        cleanup.removed += removed;
        cleanup.left.extend(left);
    }
    journal.emit(Event::CleanupDone(cleanup));
    journal.emit(Event::RunFinished(RunFinished {
        at: now(),
        interrupted: interrupt.is_asked(),
        panics: panics.load(Ordering::Relaxed),
        unreachable: unreachable.then(|| "le hub ne répond plus".to_owned()),
    }));
}

/// Eight characters of base 36 that tell this run's numbers from any other's.
pub fn draw_run_id() -> String {
    let mut rest = uuid::Uuid::new_v4().as_u128();
    let mut id = String::with_capacity(8);
    for _ in 0..8 {
        id.push(char::from(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(rest % 36) as usize]));
        rest /= 36;
    }
    id
}

/// The features of a plan, as input of the Gherkin runner.
#[derive(Clone)]
struct Features(Vec<Feature>);

/// A parser of features that are already parsed.
#[derive(Clone, Copy, Default)]
struct Embedded;

impl cucumber::Parser<Features> for Embedded {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<cucumber::parser::Result<Feature>>>;

    fn parse(self, input: Features, _: Self::Cli) -> Self::Output {
        stream::iter(input.0.into_iter().map(Ok).collect::<Vec<_>>())
    }
}
