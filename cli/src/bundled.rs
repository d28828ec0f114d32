//! The bundled hub, certified like any other: a child process of its own, everything on (TLS, mail,
//! steerable clock), in a temporary directory, killed and started again on demand as DEL-02 asks.
//! The suite only ever sees its target file.

use std::fs::File;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use contract::quota::Quota;
use reference_hub::private::TemporaryDirectory;
use rustix::process::{Pid, Signal, kill_process};
use scenarios::target::{RestartCommand, Target};

/// How long the hub may take to start.
const START_LIMIT: Duration = Duration::from_secs(60);

/// What one application may do at the gateway of the hub that has one: little, so that a window is
/// short, and a method less than all together.
pub(crate) const QUOTAS: [&str; 2] = ["10/s", "listNotifications=3/s"];

/// Why the bundled hub could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundledError {
    /// It could not be started.
    #[error("the bundled hub could not be started: {0}")]
    Start(#[from] std::io::Error),
    /// It ended before it served.
    #[error("the bundled hub ended before it served:\n{0}")]
    Ended(String),
    /// Somebody stopped it before it served.
    #[error("stopped before the bundled hub served")]
    Stopped,
    /// It did not serve in time.
    #[error("the bundled hub did not start within {} s; see {log}", START_LIMIT.as_secs())]
    TooLong {
        /// Its log.
        log: PathBuf,
    },
    /// Its target file is not right: a bug of ours.
    #[error("the bundled hub wrote a target file that is not right (a bug of étalon): {0}")]
    Target(#[from] scenarios::target::TargetError),
}

/// A running bundled hub. It ends with this handle.
pub(crate) struct BundledHub {
    /// What it offers.
    pub(crate) target: Target,
    child: Arc<Mutex<Child>>,
    stopping: Arc<AtomicBool>,
    watcher: Option<std::thread::JoinHandle<()>>,
    ended: bool,
    _directory: TemporaryDirectory,
}

struct Start {
    directory: PathBuf,
    log: PathBuf,
    kind: Kind,
    faults: Vec<String>,
    options: Vec<String>,
}

/// What the hub is started for.
enum Kind {
    /// To be certified: TLS, a clock that can be moved.
    Certified,
    /// To be loaded: over plain HTTP, by the machine's clock.
    Loaded,
}

impl BundledHub {
    /// Starts it, with further options of `hub serve`; its log goes to a file.
    pub(crate) fn start(
        faults: &[String],
        options: &[String],
        log: &Path,
    ) -> Result<Self, BundledError> {
        let directory = TemporaryDirectory::new("etalon-certify-")?;
        let start = Start {
            directory: directory.path().to_owned(),
            log: log.to_owned(),
            kind: Kind::Certified,
            faults: faults.to_vec(),
            options: options.to_vec(),
        };
        reports::fresh::create(log)?;
        let mut child = start.spawn("127.0.0.1:0")?;
        start.wait_for_target(&mut child, &AtomicBool::new(false))?;
        let mut target = Target::read(&start.target_file())?;
        let pid_file = start.directory.join("hub.pid");
        std::fs::write(&pid_file, child.id().to_string())?;
        // A hub that `serve` runs does not offer a restart; this one is watched over, and does.
        target.not_offered.remove("RESTART");
        let kill = [&std::env::current_exe()?, Path::new("kill-hub"), &pid_file];
        let kill = kill.map(|word| word.display().to_string());
        target.may.restart_command = Some(RestartCommand::Program(kill.into()));

        let address = target.hub.token_url.socket_addrs(|| None)?;
        let address = address.first().map(ToString::to_string).unwrap_or_default();
        let child = Arc::new(Mutex::new(child));
        let stopping = Arc::new(AtomicBool::new(false));
        let watcher = watch(start, address, pid_file, child.clone(), stopping.clone());
        Ok(Self {
            target,
            child,
            stopping,
            watcher: Some(watcher),
            ended: false,
            _directory: directory,
        })
    }

    /// Starts one behind a gateway with quotas, for what is played within and beyond them; of the
    /// faults only the gateway's are its own.
    pub(crate) fn start_with_quotas(faults: &[String], log: &Path) -> Result<Self, BundledError> {
        let of_the_gateway = faults.iter().filter(|fault| fault.starts_with("GATE-"));
        let faults: Vec<String> = of_the_gateway.cloned().collect();
        let options = QUOTAS.map(|quota| ["--quota".to_owned(), quota.to_owned()]).concat();
        Self::start(&faults, &options, log)
    }

    /// Starts one to be loaded, with this text as its référentiel, behind a gateway if there are
    /// quotas. It is not started again when it ends: that is found.
    pub(crate) fn start_for_load(
        referential: &str,
        quotas: &[Quota],
        faults: &[String],
        log: &Path,
        stop: &AtomicBool,
    ) -> Result<Self, BundledError> {
        let directory = TemporaryDirectory::new("etalon-load-")?;
        let file = directory.path().join("referential.toml");
        std::fs::write(&file, referential)?;
        let mut options = vec!["--referential".to_owned(), file.display().to_string()];
        if !quotas.is_empty() {
            options.extend(["--gateway", "piste"].map(str::to_owned));
            options
                .extend(quotas.iter().flat_map(|quota| ["--quota".to_owned(), quota.to_string()]));
        }
        let start = Start {
            directory: directory.path().to_owned(),
            log: log.to_owned(),
            kind: Kind::Loaded,
            faults: faults.to_vec(),
            options,
        };
        reports::fresh::create(log)?;
        let mut child = start.spawn("127.0.0.1:0")?;
        start.wait_for_target(&mut child, stop)?;
        Ok(Self {
            target: Target::read(&start.target_file())?,
            child: Arc::new(Mutex::new(child)),
            stopping: Arc::default(),
            watcher: None,
            ended: false,
            _directory: directory,
        })
    }

    /// Stops it properly, and says whether it counted panics of its own.
    pub(crate) fn stop(mut self) -> bool {
        self.end(true)
    }

    fn end(&mut self, properly: bool) -> bool {
        self.ended = true;
        self.stopping.store(true, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
        let Ok(mut child) = self.child.lock() else {
            return true;
        };
        if properly {
            let _ = signal(child.id(), Signal::TERM);
            let asked = Instant::now();
            while asked.elapsed() < Duration::from_secs(10) {
                if let Ok(Some(status)) = child.try_wait() {
                    return status.code() == Some(70);
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        false
    }
}

impl Drop for BundledHub {
    fn drop(&mut self) {
        if !self.ended {
            self.end(false);
        }
    }
}

impl Start {
    fn target_file(&self) -> PathBuf {
        self.directory.join("target.toml")
    }

    fn spawn(&self, listen: &str) -> std::io::Result<Child> {
        let log = File::options().append(true).open(&self.log)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["hub", "serve", "--listen", listen]);
        command.arg("--data").arg(self.directory.join("data"));
        if matches!(self.kind, Kind::Certified) {
            command.args(["--clock", "steerable"]);
            command.arg("--tls").arg(&self.directory);
        }
        command.arg("--write-target").arg(self.target_file());
        if matches!(self.kind, Kind::Loaded) && std::env::var_os("ETALON_LOG").is_none() {
            // A line for each call would cost more than the call.
            command.env("ETALON_LOG", "warn");
        }
        for fault in &self.faults {
            command.args(["--fault", fault]);
        }
        command.args(&self.options);
        // Ctrl-C on a terminal is sent to the whole group: the hub must outlive it, for the run to
        // be cleaned up and reported. The pipe, never written to, closes when this process ends in
        // whatever way, and ends the hub.
        command.arg("--until-input-ends").process_group(0);
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log).spawn()
    }

    fn wait_for_target(&self, child: &mut Child, stop: &AtomicBool) -> Result<(), BundledError> {
        let started = Instant::now();
        while started.elapsed() < START_LIMIT {
            if self.target_file().exists() {
                return Ok(());
            }
            if child.try_wait()?.is_some() {
                return Err(BundledError::Ended(
                    std::fs::read_to_string(&self.log).unwrap_or_default(),
                ));
            }
            if stop.load(Ordering::Relaxed) {
                let _ = child.kill();
                let _ = child.wait();
                return Err(BundledError::Stopped);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        Err(BundledError::TooLong { log: self.log.clone() })
    }
}

/// Kills the hub whose process a file names: what restarts a bundled one.
pub(crate) fn kill(pid_file: &Path) -> std::io::Result<()> {
    let id = std::fs::read_to_string(pid_file)?;
    signal(id.trim().parse().map_err(|_| ErrorKind::InvalidData)?, Signal::KILL)
}

fn signal(id: u32, signal: Signal) -> std::io::Result<()> {
    let process = i32::try_from(id).ok().filter(|id| *id > 1).and_then(Pid::from_raw);
    Ok(kill_process(process.ok_or(ErrorKind::InvalidData)?, signal)?)
}

/// Starts the hub again on the same address and data whenever it was killed.
fn watch(
    start: Start,
    address: String,
    pid_file: PathBuf,
    child: Arc<Mutex<Child>>,
    stopping: Arc<AtomicBool>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        while !stopping.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(20));
            let Ok(mut child) = child.lock() else { return };
            if let Ok(Some(_)) = child.try_wait()
                && let Ok(again) = start.spawn(&address)
            {
                let _ = std::fs::write(&pid_file, again.id().to_string());
                *child = again;
            }
        }
    })
}
