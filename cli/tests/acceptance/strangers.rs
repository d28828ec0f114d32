//! Clients with the habits of others: the one of `docs/first-client.md`, as it is there and with a
//! few lines changed, certified in the situations that people meet.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Outcome, directory, etalon, read_json, text};

/// The client that the documentation shows.
fn documented() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/first-client.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, after) = page.split_once("```python\n").unwrap();
    after.split_once("```").unwrap().0.to_owned()
}

/// A client in a directory of its own, and where its reports go.
struct Stranger {
    directory: tempfile::TempDir,
}

impl Stranger {
    /// The documented client, with lines replaced.
    fn with(changes: &[(&str, &str)]) -> Self {
        let mut script = documented();
        for (line, other) in changes {
            assert!(script.contains(line), "docs/first-client.md has no such line: {line}");
            script = script.replace(line, other);
        }
        let directory = directory();
        std::fs::write(directory.path().join("client.py"), script).unwrap();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn command(&self) -> String {
        format!("exec python3 '{}'", text(&self.path("client.py")))
    }

    fn certified(&self, more: &[&str]) -> Outcome {
        self.certified_in(&[], more)
    }

    /// Certified as an SI, with these variables in the environment.
    fn certified_in(&self, variables: &[(&str, &str)], more: &[&str]) -> Outcome {
        let report = self.path("report");
        let mut command = etalon();
        command.args(["certify", "client", "--slow", "1s", "--many", "60"]);
        command.args(["--not-offered", "CLI-10=it sends no files", "--command", &self.command()]);
        command.arg("--report").arg(report).args(more).envs(variables.iter().copied());
        command.output().unwrap().into()
    }

    fn report(&self) -> Value {
        read_json(&self.path("report/report.json"))
    }

    /// What was found about a rule.
    fn found(&self, rule: &str) -> String {
        let report = self.report();
        let rules = report["rules"].as_array().unwrap();
        rules.iter().find(|one| one["id"] == rule).unwrap()["findings"].to_string()
    }
}

const RECEPTION: [&str; 4] = ["--actor", "SI", "--feature", "si-reception.feature"];
const EVENTS: [&str; 4] = ["--actor", "SI", "--feature", "si-evenements.feature"];

#[test]
fn the_documented_client_conforms() {
    let client = Stranger::with(&[]);
    client.certified(&["--actor", "SI"]).ends(0);
    assert!(
        client.found("CLI-13").contains("429 : le client attend"),
        "{}",
        client.found("CLI-13")
    );
}

#[test]
fn a_program_may_be_silent_for_as_long_as_it_likes() {
    let asking = "            token = token or new_token()\n";
    let pausing = "            if not token:\n                token = new_token()\n                time.sleep(4)\n";
    let client = Stranger::with(&[(asking, pausing)]);
    client.certified(&RECEPTION).ends(0);
}

#[test]
fn a_program_that_never_ends_is_for_service() {
    let reading = "stuck = set()\n";
    let endless = "stuck = set()\nwhile True:\n    get(\"/notifications\")\n    time.sleep(0.5)\n";
    let client = Stranger::with(&[(reading, endless)]);
    let started = std::time::Instant::now();
    client.certified(&[&RECEPTION[..], &["--turn-limit", "3s"]].concat()).ends(3).says(&[
        "2 tours",
        "le banc a mis fin",
        "--service",
    ]);
    assert!(started.elapsed() < std::time::Duration::from_secs(30), "two turns, and no more");
    assert!(client.found("CLI-11").contains("ni type d'action ni statut"), "blames nobody");
}

#[test]
fn an_event_received_before_its_file_is_downloaded_breaks_its_rule() {
    let reading = "    body = get(path)\n";
    let hasty = "    body = get(path)\n    if event and body[\"status\"] == \"SENT\":\n        call(\"PATCH\", path, {\"status\": \"RECEIVED\"})\n        body[\"status\"] = \"RECEIVED\"\n";
    let client = Stranger::with(&[(reading, hasty)]);
    client.certified(&EVENTS).ends(1);
    let found = client.found("CLI-09");
    assert!(found.contains("passé à RECEIVED avant le téléchargement"), "{found}");
}

#[test]
fn a_status_announced_before_any_download_is_recorded() {
    let downloading = "    for piece in [one for";
    let hasty = "    for step in () if event else FLOWS[ENV[\"HUBEE_PROCESS\"]]:\n        announce(case, step)\n    for piece in [one for";
    let client = Stranger::with(&[(downloading, hasty)]);
    client.certified(&RECEPTION).ends(0);
    let found = client.found("CLI-08");
    assert!(found.contains("IN_PROGRESS, DONE avant tout téléchargement"), "{found}");
}

#[test]
fn a_notification_may_be_deleted_at_the_next_turn() {
    let deleting = "            treat(one[\"caseId\"], one[\"eventId\"])\n            call(\"DELETE\", \"/notifications/\" + one[\"id\"])\n";
    let later = "            treated = __file__ + one[\"id\"]\n            if os.path.exists(treated):\n                call(\"DELETE\", \"/notifications/\" + one[\"id\"])\n            else:\n                treat(one[\"caseId\"], one[\"eventId\"])\n                open(treated, \"w\").close()\n                stuck.add(one[\"id\"])\n";
    let client = Stranger::with(&[(deleting, later)]);
    client.certified(&RECEPTION).ends(0);
}

#[test]
fn what_goes_wrong_with_a_token_is_told_of_an_enrolment_client_too() {
    let client = Stranger::with(&[("scope={ENV['HUBEE_SCOPE']}", "scope=OSL")]);
    client.certified(&["--actor", "DATAPASS"]).ends(3);
    let report = client.report();
    let reason = report["rules"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("scope=OSL") && reason.contains("400 invalid_scope"), "{reason}");
}

#[test]
fn the_scope_of_an_enrolment_is_for_an_enrolment() {
    let client = Stranger::with(&[]);
    client.certified(&["--actor", "SI", "--scope", "ADMIN"]).ends(2).says(&["--actor DATAPASS"]);
}

#[test]
fn a_proxy_in_the_environment_does_not_stand_between_the_client_and_the_bench() {
    let client = Stranger::with(&[]);
    for name in ["http_proxy", "HTTP_PROXY"] {
        let proxy = [(name, "http://127.0.0.1:9"), ("no_proxy", "example.org")];
        client.certified_in(&proxy, &RECEPTION).ends(0);
    }
}

/// Whether a process with this argument runs.
fn is_running(argument: &str) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let mut commands = processes.filter_map(|one| std::fs::read(one.path().join("cmdline")).ok());
    commands.any(|command| {
        let mut words = command.split(|byte| *byte == 0);
        words.next() == Some(b"sleep") && words.next() == Some(argument.as_bytes())
    })
}

/// A time to sleep that no other test of this run, or of another, sleeps for.
fn own_time(part: u32) -> String {
    format!("{}.{part}", 100_000 + std::process::id())
}

#[test]
fn what_a_client_leaves_behind_ends_with_its_turn() {
    let directory = directory();
    let (child, daemon) = (own_time(1), own_time(2));
    let command = format!("(exec sleep {child}) & setsid sleep {daemon} & exit 0");
    let mut certified = etalon();
    certified.args(["certify", "client", "--actor", "SI", "--command", &command]);
    let outcome: Outcome = certified.arg("--report").arg(directory.path()).output().unwrap().into();
    outcome.ends(3);
    assert!(!is_running(&child) && !is_running(&daemon));
}

#[test]
fn a_client_does_not_outlive_who_runs_it() {
    let directory = directory();
    let (leader, daemon) = (own_time(3), own_time(4));
    let command = format!("setsid sleep {daemon} & exec sleep {leader}");
    let mut certified = etalon();
    certified.args(["certify", "client", "--actor", "SI", "--command", &command]);
    certified.stderr(std::process::Stdio::null()).arg("--report").arg(directory.path());
    let mut session = certified.spawn().unwrap();
    let until = |wanted: bool| {
        let started = std::time::Instant::now();
        while is_running(&leader) != wanted || is_running(&daemon) != wanted {
            assert!(
                started.elapsed() < std::time::Duration::from_secs(30),
                "running: not {wanted}"
            );
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    until(true);
    session.kill().unwrap();
    session.wait().unwrap();
    until(false);
}

/// A référentiel of somebody's: one démarche, and who deposits and receives it.
const REFERENTIAL: &str = r#"
[[organization]]
id = "OSL-13000548100014-75007"
name = "Opérateur"
postal_code = "75007"
territory = "National"
[[organization]]
id = "SI-21380544300016-38544"
name = "Commune"
postal_code = "38544"
territory = "Isère"
[[process]]
code = "PermisDeBruler"
name = "Permis de brûler"
osl = "OSL-13000548100014-75007"
attachment_formats = ["application/json", "image/heic", "application/pdf"]
si_attachment_formats = ["application/xml"]
attachment_types = ["demande", "plan"]
attachment_max_size = 100_000
status_before_file_deletion = "CLOSED"
days_before_file_deletion = 30
days_before_archiving = 90
days_before_folder_deletion = 365
[[subscription]]
subscriber = "SI-21380544300016-38544"
processes = ["PermisDeBruler"]
notification_frequency = "aucune"
datapass_id = 1
[[credential]]
name = "osl"
scope = "OSL"
client_id = "osl"
organization = "OSL-13000548100014-75007"
[[credential]]
name = "si"
scope = "SI"
client_id = "si"
organization = "SI-21380544300016-38544"
processes = ["PermisDeBruler"]
"#;

#[test]
fn a_client_of_another_référentiel_is_certified_on_its_démarche() {
    let flow = "FLOWS = {";
    let one_more = "FLOWS = {\"PermisDeBruler\": (\"IN_PROGRESS\", \"DONE\"), ";
    let client = Stranger::with(&[(flow, one_more)]);
    let referential = client.path("referential.toml");
    std::fs::write(&referential, REFERENTIAL).unwrap();
    let own = ["--process", "PermisDeBruler", "--referential", text(&referential)];
    client.certified(&[&RECEPTION[..], &own].concat()).ends(0);
    // Who does not finish is seen on any démarche.
    let unfinished = Stranger::with(&[(flow, "FLOWS = {\"PermisDeBruler\": (), ")]);
    unfinished.certified(&[&RECEPTION[..], &own].concat()).ends(1);
    assert!(unfinished.found("CLI-08").contains("PermisDeBruler : DONE ou REFUSED"));
    unfinished
        .certified(&["--actor", "SI", "--process", "PermisDeBruler"])
        .ends(2)
        .says(&["no such démarche", "--referential"]);
}
