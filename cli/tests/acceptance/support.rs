//! Runs the program, serves a hub, reads a report.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long a hub may take to serve, on a machine that does other things too.
const START_LIMIT: Duration = Duration::from_secs(60);

/// What a command gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().expect("the program ends by itself");
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(!stderr.contains("panicked at"), "{stderr}");
        Self { code, stdout, stderr }
    }
}

impl Outcome {
    /// Fails unless the command ended so.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard error says all of this.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "\"{part}\" is not said:\n{}", self.stderr);
        }
        self
    }
}

/// The program, ready for its arguments.
pub(crate) fn etalon() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_etalon"));
    command.stdin(Stdio::null()).env_remove("RUST_BACKTRACE");
    // Where the tests run in a pipeline, it is not told of the hubs that they break.
    command.env_remove("GITHUB_ACTIONS").env_remove("GITLAB_CI");
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    etalon().args(arguments).output().expect("the program starts").into()
}

/// A directory of its own for a test.
pub(crate) fn directory() -> TempDir {
    tempfile::Builder::new().prefix("etalon-acceptance-").tempdir().unwrap()
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

/// Certifies a target into a directory.
pub(crate) fn certify(target: &Path, report: &Path, more: &[&str]) -> Outcome {
    let arguments = ["certify", "hub", "--target", text(target), "--report", text(report)];
    run(&[&arguments, more].concat())
}

/// The reference client, an example of this package: built beside the tests.
fn client() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(Path::parent).unwrap();
    let client = profile.join("examples/reference_client");
    assert!(client.exists(), "build the examples first: cargo build -p etalon --examples");
    client
}

/// The command that runs it, with a fault of its own or with none.
pub(crate) fn client_command(fault: &str) -> String {
    let fault = if fault.is_empty() { String::new() } else { format!(" --fault {fault}") };
    format!("exec '{}'{fault}", client().display())
}

/// What certifies it, as one that never waits for long.
pub(crate) fn certifying_a_client(actor: &str, fault: &str) -> Vec<String> {
    let command = client_command(fault);
    let asked = ["certify", "client", "--actor", actor, "--command", &command];
    let brief = ["--slow", "1s", "--many", "60", "--patience", "10s"];
    asked.into_iter().chain(brief).map(str::to_owned).collect()
}

/// A hub served by the program, ended with this handle.
pub(crate) struct ServedHub {
    child: Child,
    directory: TempDir,
}

impl ServedHub {
    /// Serves on a free port of 127.0.0.2, so that nothing can rest on the usual address.
    pub(crate) fn start(options: &[&str]) -> Self {
        let directory = directory();
        let log = File::create(directory.path().join("hub.log")).unwrap();
        Self::serve(directory, options, log)
    }

    /// The same, its log going there.
    pub(crate) fn start_with_log(options: &[&str], log: File) -> Self {
        Self::serve(directory(), options, log)
    }

    fn serve(directory: TempDir, options: &[&str], log: File) -> Self {
        let mut command = etalon();
        command.args(["hub", "serve", "--listen", "127.0.0.2:0", "--write-target"]);
        command.arg(directory.path().join("target.toml")).args(options);
        let child = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut hub = Self { child, directory };
        hub.wait();
        hub
    }

    fn wait(&mut self) {
        let started = Instant::now();
        while !self.target().exists() {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the hub ended ({status}):\n{}", self.log());
            }
            assert!(started.elapsed() < START_LIMIT, "the hub does not serve:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Its target file.
    pub(crate) fn target(&self) -> PathBuf {
        self.directory.path().join("target.toml")
    }

    /// Writes another target file of the same hub.
    pub(crate) fn target_with(&self, name: &str, change: impl FnOnce(&mut toml::Table)) -> PathBuf {
        let mut target = read_target(&self.target());
        change(&mut target);
        let path = self.directory.path().join(name);
        std::fs::write(&path, toml::to_string(&target).unwrap()).unwrap();
        path
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("hub.log")).unwrap_or_default()
    }

    /// Asks it to end, and waits for that.
    pub(crate) fn terminate(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap();
    }

    /// Kills it as a crash would, without a word.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for ServedHub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A target file as a table.
pub(crate) fn read_target(path: &Path) -> toml::Table {
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The report of a run: as its schema says, and with counts that add up.
pub(crate) fn report(directory: &Path) -> Value {
    let report = read_json(&directory.join("report.json"));
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schemas/report.schema.json");
    let schema = jsonschema::validator_for(&read_json(&schema)).expect("the schema is one");
    let errors: Vec<_> = schema
        .iter_errors(&report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");

    let counts = report["counts"].as_object().unwrap();
    let count = |name: &str| counts[name].as_u64().unwrap();
    let sum: u64 = counts.keys().filter(|name| *name != "expected").map(|name| count(name)).sum();
    let rules = report["rules"].as_array().unwrap();
    assert_eq!(count("expected"), sum, "{counts:?}");
    assert_eq!(count("expected"), rules.len() as u64);
    for name in counts.keys().filter(|name| *name != "expected") {
        let found = rules.iter().filter(|rule| rule["outcome"] == **name);
        assert_eq!(count(name), found.count() as u64, "{name}");
    }
    report
}

pub(crate) fn read_json(path: &Path) -> Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The outcome of a rule in a report.
pub(crate) fn outcome_of<'a>(report: &'a Value, rule: &str) -> &'a str {
    let rules = report["rules"].as_array().unwrap();
    let found = rules.iter().find(|found| found["id"] == rule);
    found.map_or("absent", |found| found["outcome"].as_str().unwrap())
}
