//! One campaign, from a plan's text to its report.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use load::campaign::Campaign;
use load::live::Live;
use load::outcome::report;
use load::plan::{Overrides, Plan};
use load::systems::Shard;
use parking_lot::Mutex;
use reports::load::{Facts, LoadRun};
use scenarios::target::Target;

/// goose runs one attack at a time in a process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The plan of a text.
pub(crate) fn plan(text: &str) -> Plan {
    Plan::parse(text, Path::new("essai.toml"), &Overrides::default()).unwrap()
}

/// Runs a plan; `before` is told when it starts.
pub(crate) fn run(plan: Plan, target: &Arc<Target>, before: impl FnOnce(Instant)) -> LoadRun {
    let _alone = ONE_AT_A_TIME.lock();
    let directory = tempfile::tempdir().unwrap();
    let stop = Arc::<AtomicBool>::default();
    let audit = directory.path().join("audit.jsonl");
    let campaign =
        Campaign::new(plan, target, Shard::WHOLE, "ESSAI001".to_owned(), Some(&audit), stop)
            .unwrap();
    let campaign = Arc::new(campaign);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let collected = runtime.block_on(async {
        campaign.greet().await.unwrap();
        let origin = Instant::now() + Duration::from_millis(200);
        before(origin);
        let histograms = directory.path().join("histograms.hlog");
        campaign.run(origin, &histograms, Arc::<Live>::default()).await.unwrap()
    });
    report(&campaign, collected, Facts::default()).unwrap()
}
