//! Campaigns on the reference hub: whole when it keeps its rules, and found out when it breaks one.

use std::path::Path;
use std::sync::Arc;

use load::plan::Plan;
use reference_hub::config::Config;
use reports::load::{LoadRun, LoadVerdict};
use scenarios::target::Target;

use crate::campaign;

pub(crate) const PLAN: &str = r#"
name = "essai"
systems = 40
drain = "2s"
[arrivals]
form = "constant"
calls_per_second = 60
duration = "4s"
[journeys]
poll = 10
deposit = 2
complement = 1
referential = 2
[deposit]
cases = [1, 1]
sizes = [{ up_to = "20KB", weight = 9 }, { up_to = "300KB", weight = 1 }]
"#;

/// A campaign on a hub with these faults.
fn on_a_hub_with(faults: &[&str]) -> LoadRun {
    let faults = faults.iter().map(|fault| (*fault).to_owned()).collect();
    on_a_hub(Config { faults, ..Config::default() })
}

/// A campaign on a hub of this kind.
pub(crate) fn on_a_hub(config: Config) -> LoadRun {
    following(PLAN, config)
}

/// A campaign that follows a plan, on a hub of this kind.
pub(crate) fn following(plan: &str, config: Config) -> LoadRun {
    let plan: Plan = campaign::plan(plan);
    let directory = tempfile::tempdir().unwrap();
    let referential = directory.path().join("referential.toml");
    std::fs::write(&referential, load::referential::text(&plan)).unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let config = Config {
        data: Some(directory.path().join("data")),
        referential: Some(referential),
        ..config
    };
    let hub = runtime.block_on(reference_hub::start(config)).unwrap();
    let target = Target::parse(&hub.target_file(), Path::new("target.toml")).unwrap();
    let run = campaign::run(plan, &Arc::new(target), |_| {});
    runtime.block_on(hub.stop());
    run
}

#[test]
fn a_hub_that_keeps_its_rules_delivers_everything() {
    let run = on_a_hub_with(&[]);
    let audit = run.audit.as_ref().unwrap();
    assert_eq!(run.errors.len(), 0, "{:?}", run.errors);
    assert!(audit.deposited > 5, "{audit:?}");
    assert_eq!(audit.delivered, audit.deposited);
    assert!(!audit.is_broken(), "{audit:?}");
    assert!(audit.files_compared >= audit.delivered);
    let journeys: Vec<&str> = run.journeys.iter().map(|timed| timed.name.as_str()).collect();
    assert_eq!(
        journeys,
        ["poll", "deposit", "processing", "follow_up", "complement", "referential"]
    );
    assert!(run.notification_visible.is_some());
    assert!(run.achieved.sent_bytes > 0 && run.achieved.received_bytes > 0);
}

#[test]
fn a_recipient_that_is_not_notified_is_a_loss() {
    let run = on_a_hub_with(&["FOL-18"]);
    assert!(run.audit.as_ref().unwrap().lost.count > 0, "{:?}", run.audit);
    // Whoever waited for it in vain tells so, too.
    assert!(run.errors.contains_key("unnotified"), "{:?}", run.errors);
    assert_eq!(run.verdict, LoadVerdict::OutsideObjectives);
}

#[test]
fn a_completion_that_notifies_twice_is_a_duplicate() {
    let run = on_a_hub_with(&["FOL-19"]);
    assert!(run.audit.as_ref().unwrap().duplicated.count > 0, "{:?}", run.audit);
    assert_eq!(run.verdict, LoadVerdict::OutsideObjectives);
}

#[test]
fn a_queue_shown_to_other_branches_is_a_misdelivery() {
    let run = on_a_hub_with(&["NOT-12"]);
    assert!(run.audit.as_ref().unwrap().misdelivered.count > 0, "{:?}", run.audit);
    assert_eq!(run.verdict, LoadVerdict::OutsideObjectives);
}
