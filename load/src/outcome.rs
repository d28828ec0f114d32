//! What a campaign amounts to: what its fold does not know is told beside it. Measures nothing,
//! writes nothing.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use reports::load::{Accounted, Audit, Connections, Facts, Generator, LoadRun, WarmUp};

use crate::audit::Account;
use crate::campaign::Campaign;
use crate::collector::Collected;
use crate::fold::Circumstances;
use crate::generator::{bottlenecks, hub_limit, processors};

/// The report of a campaign that ended.
pub fn report(campaign: &Campaign, collected: Collected, facts: Facts) -> std::io::Result<LoadRun> {
    let traffic = &campaign.traffic;
    let plan = &traffic.plan;
    let account = traffic.ledger.close()?;
    let fold = &collected.fold;
    let cut_short = traffic.is_stopped() || fold.unreachable().is_some() || fold.is_decided();
    let asked = plan.arrivals.asked(plan.warm_up, plan.length()) * traffic.share();
    let busy_seconds = collected.busy_seconds;
    let recorder = &traffic.recorder;
    let in_the_way = bottlenecks(fold.totals(), plan, traffic.share(), busy_seconds, recorder);
    let circumstances = Circumstances {
        asked_journeys: asked,
        asked_calls: Some(asked * plan.mix.calls_per_start()),
        sent_bytes: traffic.caller.sent_bytes.load(Ordering::Relaxed),
        received_bytes: traffic.caller.received_bytes.load(Ordering::Relaxed),
        warm_up: WarmUp { duration_s: plan.warm_up.as_secs_f64(), calls: collected.warming_calls },
        objectives: plan.objectives.clone(),
        steps: fold.steps().to_vec(),
        generator: Generator {
            hub_limit: hub_limit(fold.totals(), plan, recorder).filter(|_| in_the_way.is_empty()),
            bottlenecks: in_the_way,
            kept_connections: Some(Connections {
                most: plan.generator.connections as u64,
                http: Some(plan.generator.http.name().to_owned()),
                calls_of_each: Some(traffic.caller.calls_of_each_connection() as u64),
                made_again: traffic.caller.made_again.load(Ordering::Relaxed),
                ..Connections::default()
            }),
            workers: plan.generator.workers as u64,
            processors: processors() as u64,
            busy_s: collected.busy_seconds,
            peak_connections: collected.peak_connections,
            peak_memory_bytes: collected.peak_memory_bytes,
            ..Generator::default()
        },
        audit: plan.mix.deposits().then(|| Audit {
            attempted: traffic.attempted_deposits.load(Ordering::Relaxed),
            unread_queues: campaign.unread_queues.load(Ordering::Relaxed),
            ..audit(&account, cut_short)
        }),
        errors: BTreeMap::new(),
        samples: traffic.samples.all(),
        refused_by_quota: traffic.caller.shared.allowances.refused(),
        reconciliation: campaign.reconciliation.lock().take(),
        run: Facts {
            interrupted: traffic.was_interrupted(),
            aborted_by: fold.aborted_by(),
            total_failure: traffic.beginnings.total_failure(),
            ..facts
        },
    };
    Ok(collected.fold.finish(circumstances))
}

/// The account as the report has it. When the campaign was cut short, what nobody got yet is
/// undecided and not lost.
fn audit(account: &Account, cut_short: bool) -> Audit {
    let finding = |numbers: &[String]| {
        let mut finding = Accounted::default();
        for number in numbers {
            finding.add(number);
        }
        finding
    };
    let missing = finding(&account.lost);
    let (pending, lost) =
        if cut_short { (missing, Accounted::default()) } else { (Accounted::default(), missing) };
    Audit {
        deposited: account.deposited,
        delivered: account.delivered,
        files_compared: account.files_compared,
        pending,
        lost,
        duplicated: finding(&account.duplicated),
        misdelivered: finding(&account.misdelivered),
        altered: finding(&account.altered),
        ..Audit::default()
    }
}
