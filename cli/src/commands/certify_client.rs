//! `etalon certify client`: starts the bench, lets the client come, judges what it did, leaves the
//! report.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use client_bench::journal::{self, Started};
use client_bench::{
    Bench, BenchError, Keeper, Launch, Options, certify_client, environments, judge_again,
};
use contract::exchange::Exchange;
use contract::misbehaviour::{Misbehaved, Misbehaviour};
use contract::operations::Scope;
use contract::timestamp::Timestamp;
use reference_hub::config::{Config, Tls};
use reference_hub::{RunningHub, Urls, bench::OWN_CALL, start};
use reports::provenance::Provenance;
use reports::{Bodies, Event, EventLog, Run};
use scenarios::features::{CLIENT_FEATURES, digest};
use scenarios::run::{Ended, draw_run_id};
use scenarios::target::{Secret, Target};

use super::client_page::{self, ClientPage};
use super::hub_run::{default_directory, print_summary, take};
use super::{fail, learn_secrets};
use crate::arguments::CertifyClientArguments;
use crate::client_watch;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::output::{hand_over, redactor};
use crate::sealing::{provenance, sealing};

pub(crate) fn run(arguments: &CertifyClientArguments) -> Exit {
    if let Some(record) = &arguments.judge {
        return judge(arguments, record);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(Exit::Bug, &error),
    };
    let signals = Signals::listen();
    let ended = runtime.block_on(session(arguments, &signals));
    let exit = ended.unwrap_or_else(|exit| exit);
    signals.exit().unwrap_or(exit)
}

/// The hub of the bench.
struct BenchHub<'a>(&'a RunningHub);

impl Bench for BenchHub<'_> {
    fn take_exchanges(&self) -> Vec<Exchange> {
        self.0.take_exchanges()
    }

    fn calls_being_served(&self) -> usize {
        self.0.calls_being_served()
    }

    fn misbehave(&self, plan: Vec<Misbehaviour>) {
        self.0.misbehave(plan);
    }

    fn misbehaved_from(&self, from: usize) -> Vec<Misbehaved> {
        self.0.misbehaved(from)
    }
}

async fn session(arguments: &CertifyClientArguments, signals: &Signals) -> Result<Exit, Exit> {
    let sealing = sealing(arguments.sign.as_deref())?;
    let run_id = draw_run_id();
    let directory = arguments.report.clone().unwrap_or_else(|| default_directory(&run_id));
    let _possession = take(&directory, &run_id, arguments.force, arguments.lang.into())?;
    let secret = format!("{}{}", draw_run_id(), draw_run_id());
    let config = Config {
        listen: arguments.listen,
        tls: arguments.tls.clone().map(|authority_directory| Tls { authority_directory }),
        referential: arguments.referential.clone(),
        bench: Some(secret.clone()),
        ..Config::default()
    };
    let hub = start(config).await.map_err(|error| fail(Exit::Usage, &error))?;
    let judged = held(arguments, &hub, &secret, run_id, &directory, signals).await;
    let panics = u32::try_from(hub.panics()).unwrap_or(u32::MAX);
    hub.stop().await;
    let run = judged?;
    sealing
        .seal_run(&directory, &run, arguments.lang.into())
        .map_err(|error| fail(Exit::Usage, &error))?;
    print_summary(&run, &directory, None, arguments.lang.into());
    Ok(Exit::of(&run, Ended { panics, interrupted: run.interrupted, unreachable: false }))
}

/// Holds the session on a hub in service.
async fn held(
    arguments: &CertifyClientArguments,
    hub: &RunningHub,
    secret: &str,
    run_id: String,
    directory: &Path,
    signals: &Signals,
) -> Result<Run, Exit> {
    let mut target = Target::parse(&hub.target_file(), Path::new("bench.toml"))
        .map_err(|error| fail(Exit::Bug, &error))?;
    target.http.headers.insert(OWN_CALL.to_owned(), Secret::new(secret));
    let target = Arc::new(target);
    learn_secrets(&target);
    let redactor = redactor().of_bodies(Bodies::OfAClient);
    let options = options(arguments, hub, run_id, directory)?;
    let told = environments(&target, &options).map_err(|error| fail(Exit::Usage, &error))?;
    tell(arguments, &told)?;
    let page = match arguments.live {
        None => None,
        Some(address) => Some(client_page::open(address, arguments, &options, &told, signals)?),
    };
    let following = page.as_ref().map(ClientPage::listener);
    let telling = client_watch::listener(arguments.wait.is_some(), arguments.lang.into());
    let log = EventLog::create(directory, redactor.clone())
        .map_err(|error| fail(Exit::Usage, &error))?
        .in_language(arguments.lang.into())
        .from(of_client(provenance(&target, false, &[])))
        .with_listener(move |event| {
            telling(event);
            if let Some(following) = &following {
                following(event);
            }
        });
    let sink = |event: Event| log.emit(event);
    certify_client(&target, &BenchHub(hub), &options, &redactor, &signals.interrupt.stop, &sink)
        .await
        .map_err(|error| fail(exit_of(&error), &error))?;
    log.finish().map_err(|error| fail(Exit::Usage, &error))
}

fn exit_of(error: &BenchError) -> Exit {
    match error {
        BenchError::Launch(_) | BenchError::Journal(_) | BenchError::NothingSelected(_) => {
            Exit::Usage
        }
        BenchError::Driver(client_bench::DriverError::NoPlayer { .. }) => Exit::Usage,
        BenchError::Driver(_) | BenchError::Feature(_) => Exit::Bug,
    }
}

fn options(
    arguments: &CertifyClientArguments,
    hub: &RunningHub,
    run: String,
    directory: &Path,
) -> Result<Options, Exit> {
    let actor = arguments.actor.ok_or_else(|| fail(Exit::Usage, &"--actor is missing"))?;
    let launch = match (&arguments.command, &arguments.service, arguments.wait) {
        (Some(command), ..) => Launch::Command(command.clone()),
        (_, Some(service), _) => Launch::Service(service.clone()),
        (_, _, Some(limit)) => Launch::Wait(limit),
        _ => {
            return Err(fail(
                Exit::Usage,
                &"how the client is run is missing: give --command, --service or --wait",
            ));
        }
    };
    let is_in_use = |process: &&String| contract::journeys::of(process).is_some();
    if let Some(process) = arguments.process.iter().find(|one| !is_in_use(one))
        && arguments.referential.is_none()
    {
        let known: Vec<_> = contract::journeys::JOURNEYS.iter().map(|one| one.process).collect();
        let known = known.join(", ");
        let error =
            format!("no such démarche as {process}: choose among {known}, or give --referential");
        return Err(fail(Exit::Usage, &error));
    }
    if arguments.scope.is_some() && actor != Scope::Datapass {
        return Err(fail(Exit::Usage, &"--scope is for --actor DATAPASS"));
    }
    let keeper = std::env::current_exe().map_err(|error| fail(Exit::Bug, &error))?;
    let urls = hub.urls();
    Ok(Options {
        started: Started {
            run,
            at: Timestamp::from(std::time::SystemTime::now()).to_string(),
            etalon: env!("CARGO_PKG_VERSION").to_owned(),
            actor,
            scope: arguments.scope,
            processes: arguments.process.clone(),
            url: urls.teledossiers.clone(),
            not_offered: arguments.not_offered.iter().cloned().collect(),
            features: arguments.feature.clone(),
            software: arguments.software.clone().unwrap_or_default(),
        },
        launch,
        keeper: Keeper { program: keeper, arguments: vec!["keep".to_owned()] },
        slow: arguments.slow,
        many: arguments.many,
        pass_limit: arguments.turn_limit,
        patience: arguments.patience,
        directory: directory.to_owned(),
        turn_over: Arc::default(),
        again: Arc::default(),
        environment: environment(hub, &urls),
    })
}

/// Where the hub of the bench answers, to be reached without a proxy.
fn environment(hub: &RunningHub, urls: &Urls) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    let mut tell = |name: &str, value: String| variables.insert(name.to_owned(), value);
    tell("HUBEE_TELEDOSSIERS_URL", urls.teledossiers.clone());
    tell("HUBEE_REFERENTIAL_URL", urls.referential.clone());
    tell("HUBEE_TOKEN_URL", urls.token.clone());
    if let Some((path, _)) = hub.authority() {
        tell("HUBEE_CA_FILE", path.display().to_string());
    }
    // Programs read one or the other, whichever they know.
    let address = urls.token.split('/').nth(2).unwrap_or_default();
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    for name in ["NO_PROXY", "no_proxy"] {
        let before = std::env::var(name).ok().filter(|hosts| !hosts.is_empty());
        let hosts: Vec<_> = before.into_iter().chain([host.to_owned()]).collect();
        tell(name, hosts.join(","));
    }
    variables
}

/// Tells the person who starts the client what it needs, or writes it where asked.
fn tell(arguments: &CertifyClientArguments, told: &[BTreeMap<String, String>]) -> Result<(), Exit> {
    if let Some(path) = &arguments.write_client_env {
        let toml_path = PathBuf::from(format!("{}.toml", path.display()));
        for (path, text) in [(path.clone(), shell(told)), (toml_path, toml_of(told))] {
            reference_hub::private::write(&path, &text).map_err(|error| {
                fail(Exit::Usage, &format!("{} cannot be written: {error}", path.display()))
            })?;
        }
    }
    if arguments.wait.is_some() {
        hand_over(&shell(told));
    }
    Ok(())
}

/// The variables for a shell: those of the first démarche, and of each other one under its number.
pub(super) fn shell(told: &[BTreeMap<String, String>]) -> String {
    let mut text = String::new();
    for (rank, variables) in told.iter().enumerate() {
        for (name, value) in variables {
            let name = if rank == 0 { name.clone() } else { format!("{name}_{}", rank + 1) };
            let _ = writeln!(text, "export {name}='{value}'");
        }
    }
    text
}

pub(super) fn toml_of(told: &[BTreeMap<String, String>]) -> String {
    let file: BTreeMap<&str, &[BTreeMap<String, String>]> = BTreeMap::from([("client", told)]);
    // A list of tables of texts always has a TOML form.
    toml::to_string(&file).unwrap_or_default()
}

/// Where a session comes from: the hub is the bench, whose settings are nobody's.
fn of_client(provenance: Provenance) -> Provenance {
    Provenance {
        features: digest(CLIENT_FEATURES),
        settings: BTreeMap::new(),
        credentials: BTreeMap::new(),
        ..provenance
    }
}

/// Judges a record again, offline.
fn judge(arguments: &CertifyClientArguments, record: &Path) -> Exit {
    let lines = match journal::read(record) {
        Ok(lines) => lines,
        Err(error) => return fail(Exit::Usage, &error),
    };
    let sealing = match sealing(arguments.sign.as_deref()) {
        Ok(sealing) => sealing,
        Err(exit) => return exit,
    };
    let run_id = draw_run_id();
    let directory = arguments.report.clone().unwrap_or_else(|| default_directory(&run_id));
    let same = |directory: &Path| {
        directory.join("exchanges.jsonl").canonicalize().ok() == record.canonicalize().ok()
    };
    if directory.exists() && same(&directory) {
        return fail(
            Exit::Usage,
            &"the report would overwrite the record that is judged: give another --report",
        );
    }
    let _possession = match take(&directory, &run_id, arguments.force, arguments.lang.into()) {
        Ok(possession) => possession,
        Err(exit) => return exit,
    };
    let log = match EventLog::create(&directory, redactor().of_bodies(Bodies::OfAClient)) {
        Ok(log) => log.in_language(arguments.lang.into()),
        Err(error) => return fail(Exit::Usage, &error),
    };
    if let Err(error) = judge_again(&lines, &|event| log.emit(event)) {
        return fail(exit_of(&error), &error);
    }
    let judged = log
        .finish()
        .and_then(|run| sealing.seal_run(&directory, &run, arguments.lang.into()).map(|()| run));
    match judged {
        Ok(run) => {
            print_summary(&run, &directory, None, arguments.lang.into());
            Exit::of(&run, Ended { panics: 0, interrupted: run.interrupted, unreachable: false })
        }
        Err(error) => fail(Exit::Usage, &error),
    }
}
