//! `etalon load run`: runs a plan against a hub, shows it live, leaves the report.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use contract::timestamp::Timestamp;
use load::Campaign;
use load::live::Live;
use load::plan::{Overrides, Plan};
use load::systems::Shard;
use reports::Lang;
use reports::load::directory::{AUDIT_FILE, HISTOGRAMS_FILE, outcome as load_outcome};
use reports::load::{Facts, LoadRun, write_load_reports};
use scenarios::run::draw_run_id;
use scenarios::target::Target;

use super::campaign_page::{CampaignPage, Followed};
use super::{fail, read_target};
use crate::arguments::LoadRunArguments;
use crate::bundled::BundledHub;
use crate::exit::Exit;
use crate::interrupt::Signals;
use crate::load_progress::LoadProgress;
use crate::output::say;
use crate::sealing::{provenance, sealing};
use crate::{load_summary, terminal};

/// What Kubernetes calls the rank of a pod of an Indexed Job.
const COMPLETION_INDEX: &str = "JOB_COMPLETION_INDEX";
/// Time between the last preparation and the first start, so that nothing is late from the outset.
const LEAD: Duration = Duration::from_millis(500);

pub(crate) fn run(arguments: &LoadRunArguments) -> Exit {
    match prepare_and_run(arguments) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn prepare_and_run(arguments: &LoadRunArguments) -> Result<Exit, Exit> {
    let overrides = Overrides {
        from: arguments.from.clone(),
        to: arguments.to.clone(),
        compression: arguments.compression,
        seed: arguments.seed,
        quotas: arguments.quota.clone(),
    };
    let plan =
        Plan::read(&arguments.plan, &overrides).map_err(|error| fail(Exit::Usage, &error))?;
    let sealing = sealing(arguments.sign.as_deref())?;
    let shard = shard(arguments)?;
    load::generator::raise_descriptor_limit();
    let signals = Signals::listen_before_goose();
    let run_id = draw_run_id();
    let directory = directory(arguments, &run_id)?;
    let hub = match &arguments.target {
        Some(_) => None,
        None => Some(bundled(&plan, arguments, &directory, &signals)?),
    };
    let target = match (&hub, &arguments.target) {
        (Some(hub), _) => hub.target.clone(),
        (None, Some(path)) => read_target(path)?,
        (None, None) => return Err(fail(Exit::Bug, &"no hub")),
    };
    let outcome =
        campaign(arguments, plan, &Arc::new(target), shard, &run_id, &directory, &signals);
    let panicked = hub.is_some_and(BundledHub::stop);
    // The page stays until all is said.
    let (run, _page) = outcome?;
    write_load_reports(&directory, &run, arguments.lang.into())
        .map_err(|error| fail(Exit::Usage, &error))?;
    load::percentiles::write(&directory).map_err(|error| fail(Exit::Usage, &error))?;
    sealing
        .seal(&directory, load_outcome(&run), arguments.lang.into())
        .map_err(|error| fail(Exit::Usage, &error))?;
    terminal::write(&load_summary::lines(&run, &directory, arguments.lang.into()));
    if panicked {
        return Ok(fail(Exit::Bug, &"the bundled hub panicked: see hub.log beside the report"));
    }
    Ok(signals.exit().unwrap_or_else(|| Exit::of_load(&run)))
}

fn directory(arguments: &LoadRunArguments, run_id: &str) -> Result<PathBuf, Exit> {
    let now = Timestamp::from(SystemTime::now()).to_string();
    let date = now.get(..10).unwrap_or("1970-01-01");
    let directory = arguments
        .report
        .clone()
        .unwrap_or_else(|| PathBuf::from("etalon-load").join(format!("{date}-{run_id}")));
    std::fs::create_dir_all(&directory).map_err(|error| {
        fail(
            Exit::Usage,
            &format!("the report directory {} cannot be made: {error}", directory.display()),
        )
    })?;
    Ok(directory)
}

fn bundled(
    plan: &Plan,
    arguments: &LoadRunArguments,
    directory: &Path,
    signals: &Signals,
) -> Result<BundledHub, Exit> {
    let referential = load::referential::text(plan);
    let log = directory.join("hub.log");
    let faults = &arguments.fault;
    let quotas = plan.quotas_of_each();
    let stop = &signals.interrupt.stop;
    let hub = BundledHub::start_for_load(&referential, quotas, faults, &log, stop);
    hub.map_err(|error| {
        let exit = if arguments.fault.is_empty() { Exit::Bug } else { Exit::Usage };
        let exit = fail(exit, &error);
        signals.exit().unwrap_or(exit)
    })
}

fn shard(arguments: &LoadRunArguments) -> Result<Shard, Exit> {
    let Some(count) = arguments.shards else {
        return Ok(arguments.shard.unwrap_or(Shard::WHOLE));
    };
    let index = std::env::var(COMPLETION_INDEX).ok();
    index
        .and_then(|index| format!("{index}/{count}").parse().ok())
        .ok_or_else(|| {
            fail(
                Exit::Usage,
                &format!("--shards {count} needs {COMPLETION_INDEX}, from 0 to {}: Kubernetes sets it, or use --shard I/N", count.saturating_sub(1)),
            )
        })
}

/// Runs the campaign on a runtime of its own.
fn campaign(
    arguments: &LoadRunArguments,
    plan: Plan,
    target: &Arc<Target>,
    shard: Shard,
    run_id: &str,
    directory: &Path,
    signals: &Signals,
) -> Result<(LoadRun, Option<CampaignPage>), Exit> {
    let runtime = load::generator::runtime(&plan).map_err(|error| fail(Exit::Bug, &error))?;
    let text = std::fs::read_to_string(&arguments.plan).unwrap_or_default();
    let facts = facts(arguments, &plan, text, target, shard, run_id);
    let audit = plan.mix.deposits().then(|| directory.join(AUDIT_FILE));
    let prevented = |error: load::CampaignError| {
        let exit = fail(Exit::of_campaign_error(&error), &error);
        signals.exit().unwrap_or(exit)
    };
    let campaign = Campaign::new(
        plan,
        target,
        shard,
        run_id.to_owned(),
        audit.as_deref(),
        signals.interrupt.stop.clone(),
    );
    let mut campaign = campaign.map_err(prevented)?;
    let live = Arc::<Live>::default();
    let lang: Lang = arguments.lang.into();
    runtime.block_on(async {
        campaign.greet().await.map_err(prevented)?;
        let findings = campaign.learn(target).await.map_err(prevented)?;
        let lacking = findings.iter().filter(|finding| !finding.is_whole());
        lacking.for_each(|finding| say(finding.sentence(lang)));
        let campaign = Arc::new(campaign);
        let _metrics = match arguments.metrics {
            None => None,
            Some(address) => {
                Some(load::metrics::serve(address, live.clone()).await.map_err(|error| {
                    fail(Exit::Usage, &format!("--metrics {address} cannot be served: {error}"))
                })?)
            }
        };
        let origin = origin(arguments.start_at, lang)?;
        let length = campaign.plan().length();
        let progress = LoadProgress::start(live.clone(), length, lang);
        let mut page = match arguments.live {
            None => None,
            Some(address) => {
                let name = &campaign.plan().name;
                let followed = Followed { live: &live, length, plan: name, target, signals, lang };
                Some(CampaignPage::open(address, &followed)?)
            }
        };
        let started_at =
            Timestamp::from(SystemTime::now() + origin.saturating_duration_since(Instant::now()));
        let collected = campaign
            .run(origin, &directory.join(HISTOGRAMS_FILE), live.clone())
            .await
            .map_err(prevented)?;
        drop(progress);
        let facts = Facts {
            started_at: started_at.to_string(),
            finished_at: Timestamp::from(SystemTime::now()).to_string(),
            ..facts
        };
        let run = load::outcome::report(&campaign, collected, facts).map_err(|error| {
            fail(Exit::Usage, &format!("the account of the cases cannot be written: {error}"))
        })?;
        if let Some(page) = &mut page {
            page.finish(&run);
        }
        Ok((run, page))
    })
}

fn facts(
    arguments: &LoadRunArguments,
    plan: &Plan,
    text: String,
    target: &Target,
    shard: Shard,
    run_id: &str,
) -> Facts {
    Facts {
        id: run_id.to_owned(),
        etalon: env!("CARGO_PKG_VERSION").to_owned(),
        plan: reports::load::Plan { name: plan.name.clone(), text },
        seed: plan.seed,
        target: reports::load::Target {
            name: target.hub.name.clone(),
            version: target.hub.version.clone(),
            url: target.hub.teledossiers_url.to_string(),
        },
        shard: (shard != Shard::WHOLE)
            .then_some(reports::load::Shard { index: shard.index, count: shard.count }),
        provenance: Some(provenance(target, arguments.target.is_none(), &arguments.fault)),
        ..Facts::default()
    }
}

/// When the campaign starts, by this process's clock.
fn origin(start_at: Option<Timestamp>, lang: Lang) -> Result<Instant, Exit> {
    let soon = Instant::now() + LEAD;
    let Some(start_at) = start_at else {
        return Ok(soon);
    };
    let ahead = start_at.unix_ms() - Timestamp::from(SystemTime::now()).unix_ms();
    match u64::try_from(ahead) {
        Ok(ahead) => {
            say(format_args!("{} {start_at}", lang.pick("départ à", "starts at")));
            Ok(Instant::now() + Duration::from_millis(ahead))
        }
        Err(_) => Err(fail(
            Exit::Usage,
            &format!(
                "--start-at {start_at} is past: give an instant that every generator can still reach"
            ),
        )),
    }
}
