//! One campaign, from a plan's text to its report.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use load::Campaign;
use load::live::Live;
use load::outcome::report;
use load::plan::{Overrides, Plan};
use load::systems::Shard;
use parking_lot::Mutex;
use reports::Lang;
use reports::load::directory::{AUDIT_FILE, HISTOGRAMS_FILE};
use reports::load::{Facts, LoadRun, write_load_reports};
use scenarios::target::Target;

/// goose runs one attack at a time in a process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The plan of a text.
pub(crate) fn plan(text: &str) -> Plan {
    Plan::parse(text, Path::new("essai.toml"), &Overrides::default()).unwrap()
}

/// Runs a plan; `before` is told when it starts.
pub(crate) fn run(plan: Plan, target: &Arc<Target>, before: impl FnOnce(Instant)) -> LoadRun {
    let directory = tempfile::tempdir().unwrap();
    run_into(directory.path(), plan, target, Shard::WHOLE, before)
}

/// Runs a part of a plan, whose record goes to a directory that exists.
pub(crate) fn run_into(
    directory: &Path,
    plan: Plan,
    target: &Arc<Target>,
    shard: Shard,
    before: impl FnOnce(Instant),
) -> LoadRun {
    run_until(directory, plan, target, shard, Arc::default(), before)
}

/// The same, until somebody stops it.
pub(crate) fn run_until(
    directory: &Path,
    plan: Plan,
    target: &Arc<Target>,
    shard: Shard,
    stop: Arc<AtomicBool>,
    before: impl FnOnce(Instant),
) -> LoadRun {
    let _alone = ONE_AT_A_TIME.lock();
    let audit = plan.mix.deposits().then(|| directory.join(AUDIT_FILE));
    let facts = Facts {
        target: reports::load::Target {
            name: target.hub.name.clone(),
            ..reports::load::Target::default()
        },
        shard: (shard != Shard::WHOLE)
            .then_some(reports::load::Shard { index: shard.index, count: shard.count }),
        ..Facts::default()
    };
    let campaign =
        Campaign::new(plan, target, shard, "ESSAI001".to_owned(), audit.as_deref(), stop).unwrap();
    let campaign = Arc::new(campaign);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    run_on(runtime, directory, &campaign, facts, before)
}

/// Why a plan cannot be run on a target.
pub(crate) fn refused(plan: Plan, target: &Arc<Target>) -> String {
    let (run, stop) = ("ESSAI001".to_owned(), Arc::default());
    let campaign = Campaign::new(plan, target, Shard::WHOLE, run, None, stop).unwrap();
    let runtime = load::generator::one_thread().unwrap();
    runtime.block_on(campaign.greet()).unwrap_err().to_string()
}

/// Runs a plan on a thread that is kept from running four fifths of the time.
pub(crate) fn run_throttled(plan: Plan, target: &Arc<Target>) -> LoadRun {
    let _alone = ONE_AT_A_TIME.lock();
    let runtime = load::generator::one_thread().unwrap();
    runtime.spawn(async {
        loop {
            std::thread::sleep(Duration::from_millis(80));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let (directory, stop) = (tempfile::tempdir().unwrap(), Arc::default());
    let run = "ESSAI001".to_owned();
    let campaign = Campaign::new(plan, target, Shard::WHOLE, run, None, stop).unwrap();
    run_on(runtime, directory.path(), &Arc::new(campaign), Facts::default(), |_| ())
}

fn run_on(
    runtime: tokio::runtime::Runtime,
    directory: &Path,
    campaign: &Arc<Campaign>,
    facts: Facts,
    before: impl FnOnce(Instant),
) -> LoadRun {
    let collected = runtime.block_on(async {
        campaign.greet().await.unwrap();
        let origin = Instant::now() + Duration::from_millis(200);
        before(origin);
        let histograms = directory.join(HISTOGRAMS_FILE);
        campaign.run(origin, &histograms, Arc::<Live>::default()).await.unwrap()
    });
    // Its connections are closed with it.
    drop(runtime);
    let run = report(campaign, collected, facts).unwrap();
    write_load_reports(directory, &run, Lang::En).unwrap();
    run
}
