//! `etalon certify hub --self-test`: proves that the suite can fail. Breaks the bundled hub in one
//! place after another, certifies each, and compares what failed with what the fault declares
//! (`docs/decisions/fault-matrix.md`). Plays and writes; [`matrix`] judges, [`outcome`] says it.

mod combinations;
mod matrix;
mod matrix_run;
mod outcome;
mod sampling;
mod sites;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use reference_hub::faults::{FaultEntry, entries};
use scenarios::plan::Selection;
use scenarios::run::draw_run_id;

use super::fail;
use super::hub_run::take;
use crate::arguments::CertifyHubArguments;
use crate::bundled::QUOTAS;
use crate::exit::Exit;
use crate::interrupt::Signals;
use matrix::{Control, Expected, Observations, Seen, Tried};
use matrix_run::{HubVariant, MatrixRun};
use outcome::Matrix;
use sampling::Sampling;
use sites::Sites;

/// A fault that must always be caught: without tokens asked for, nothing else of a hub can be
/// trusted.
const ALWAYS_CAUGHT: &str = "AUTH-03";
/// The other side of D12: a hub that differs, and conforms.
const HARMLESS: &[&str] = &["--gateway", "wso2"];

pub(super) fn run(arguments: &CertifyHubArguments, directory: &Path) -> Exit {
    let faults = match chosen(arguments) {
        Ok(faults) => faults,
        Err(exit) => return exit,
    };
    let _possession = match take(directory, "self-test", arguments.force, arguments.lang.into()) {
        Ok(possession) => possession,
        Err(exit) => return exit,
    };
    let signals = Signals::listen();
    let sampling = Sampling { one_in: arguments.quick, seed: arguments.seed };
    let matrix_run = MatrixRun {
        directory: directory.to_owned(),
        signals: &signals,
        patience: arguments.patience,
        seed: arguments.seed,
        jobs: arguments.jobs.unwrap_or_else(default_jobs),
        lang: arguments.lang.into(),
    };
    let mut matrix = Matrix { quick: arguments.quick, seed: arguments.seed, ..Matrix::default() };
    let played = play(&matrix_run, sampling, &faults, &mut matrix);
    if let Err(error) = write(&matrix_run, &matrix) {
        return fail(Exit::Usage, &format!("{} cannot be written: {error}", directory.display()));
    }
    outcome::print(&matrix, directory);
    match (signals.exit(), played) {
        (Some(exit), _) | (None, Err(exit)) => exit,
        (None, Ok(())) => matrix.exit(),
    }
}

/// One hub more than there are processors: while one is waited for, the others are played.
fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from) + 1
}

/// The faults asked for: all of them, or those named, or those of some families or rules.
fn chosen(arguments: &CertifyHubArguments) -> Result<Vec<&'static FaultEntry>, Exit> {
    if let Some(unknown) = arguments.fault.iter().find(|id| entries().all(|entry| entry.id != **id))
    {
        let reason =
            format!("\"{unknown}\" is no fault of the bundled hub: `etalon hub faults` lists them");
        return Err(fail(Exit::Usage, &reason));
    }
    let family = |entry: &FaultEntry| entry.rule.split('-').next().unwrap_or_default().to_owned();
    let faults: Vec<_> = entries()
        .filter(|entry| {
            arguments.fault.is_empty() || arguments.fault.iter().any(|id| id == entry.id)
        })
        .filter(|entry| arguments.family.is_empty() || arguments.family.contains(&family(entry)))
        .filter(|entry| {
            arguments.rule.is_empty() || arguments.rule.iter().any(|rule| *rule == entry.rule)
        })
        .collect();
    if faults.is_empty() {
        return Err(fail(
            Exit::Usage,
            &"no fault matches the selection: `etalon hub faults` lists them",
        ));
    }
    Ok(faults)
}

/// Faults that show only on a hub served with these options, which change nothing else.
const SHOWN_BY: &[(&str, &[&str])] = &[("PJ-19", &["--scan-delay", "1s"])];

/// The faults of a gateway show only on a hub behind one, in the scenarios of their family: within
/// its quotas, the whole suite would take minutes.
const GATEWAY: &str = "GATE";
const BEHIND_A_GATEWAY: &[&str] = &["--quota", QUOTAS[0], "--quota", QUOTAS[1]];

fn is_of_a_gateway(fault: &FaultEntry) -> bool {
    fault.rule.starts_with(GATEWAY)
}

/// Everything, in order; what was tried before an end is in the matrix.
fn play(
    matrix_run: &MatrixRun<'_>,
    sampling: Sampling,
    faults: &[&'static FaultEntry],
    matrix: &mut Matrix,
) -> Result<(), Exit> {
    let sites = play_controls(matrix_run, matrix)?;
    let whole_hubs = WholeHubs::default();
    let matrix = Mutex::new(matrix);
    side_by_side(matrix_run.jobs, faults.len(), |at| {
        let fault = faults[at];
        let selection = sampling.selection(fault, at, &sites);
        let tried = try_fault(matrix_run, fault, &selection, &whole_hubs)?;
        let mut matrix = matrix.lock().map_err(|_| Exit::Bug)?;
        matrix.add(tried, faults);
        if let Some(tried) = matrix.faults.iter().find(|tried| tried.fault == fault) {
            matrix_run.tell(&outcome::line(matrix.faults.len(), faults.len(), tried));
        }
        // After each, so that a long matrix can be looked at while it is played.
        let _ = write(matrix_run, &matrix);
        Ok(())
    })?;
    let matrix = matrix.into_inner().map_err(|_| Exit::Bug)?;
    if sampling.one_in.is_none() {
        combinations::play(matrix_run, matrix)?;
    }
    Ok(())
}

/// Does a numbered work with so many threads, each on a hub of its own: a run waits more than it
/// computes. Ends at the first that is prevented.
fn side_by_side(
    jobs: usize,
    count: usize,
    work: impl Fn(usize) -> Result<(), Exit> + Sync,
) -> Result<(), Exit> {
    let next = AtomicUsize::new(0);
    let worker = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return Ok(());
            }
            if let Err(exit) = work(at) {
                next.store(count, Ordering::Relaxed);
                return Err(exit);
            }
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or(Err(Exit::Bug)))
    })
}

/// The controls: a hub that is whole, one that differs and conforms, one that is broken beyond
/// doubt. Where each scenario went in the whole one tells what is played against a fault.
fn play_controls(matrix_run: &MatrixRun<'_>, matrix: &mut Matrix) -> Result<Sites, Exit> {
    let whole = HubVariant::whole().recording_sites();
    for (name, hub) in [("whole", whole), ("harmless", HubVariant::whole().with(HARMLESS))] {
        let seen = matrix_run.certify(&format!("CONTROL-{name}"), &hub, &Selection::default())?;
        let control = Control::green(name, &seen);
        matrix_run.tell(&outcome::control_line(&control));
        matrix.controls.push(control);
    }
    let Some(broken) = entries().find(|entry| entry.id == ALWAYS_CAUGHT) else {
        return Err(fail(
            Exit::Bug,
            &format!("the control fault {ALWAYS_CAUGHT} is not in the registry"),
        ));
    };
    let seen = matrix_run.certify(
        "CONTROL-broken",
        &HubVariant::broken([broken.id]),
        &Selection::default(),
    )?;
    let control = Control::red("broken", &Expected::of(broken), &seen);
    matrix_run.tell(&outcome::control_line(&control));
    matrix.controls.push(control);
    matrix_run.sites("CONTROL-whole")
}

fn try_fault(
    matrix_run: &MatrixRun<'_>,
    fault: &'static FaultEntry,
    selection: &Selection,
    whole_hubs: &WholeHubs,
) -> Result<Tried, Exit> {
    let behind_a_gateway = is_of_a_gateway(fault);
    let family = Selection { families: vec![GATEWAY.to_owned()], ..Selection::default() };
    let shown_by = SHOWN_BY.iter().find(|(id, _)| *id == fault.id);
    let (options, selection) = match shown_by {
        _ if behind_a_gateway => (BEHIND_A_GATEWAY, &family),
        Some((_, options)) => (*options, selection),
        None => (&[][..], selection),
    };
    let broken = HubVariant::broken([fault.id]).with(options);
    let seen = matrix_run.certify(fault.id, &broken, selection)?;
    let healthy = if fault.recorded {
        let seen = whole_hubs.seen(matrix_run, options, selection)?;
        Some(Observations::stable(seen.map(|seen| seen.observations_of(fault.rule))))
    } else {
        None
    };
    let tried = Tried::judge(fault, seen, healthy);
    if tried.is_as_declared() {
        // What went as declared needs no evidence, and two hundred runs with theirs fill a disk.
        let _ = std::fs::remove_dir_all(matrix_run.directory.join(fault.id));
    }
    Ok(tried)
}

/// What is seen of a hub that is whole, by how it is served and what is played: what a rule that is
/// only recorded is compared with.
#[derive(Default)]
struct WholeHubs(Mutex<BTreeMap<Vec<String>, [Seen; 2]>>);

impl WholeHubs {
    /// Twice, since what is not the same in two runs tells nothing apart.
    fn seen(
        &self,
        matrix_run: &MatrixRun<'_>,
        options: &[&str],
        selection: &Selection,
    ) -> Result<[Seen; 2], Exit> {
        let served = options.iter().map(ToString::to_string);
        let key: Vec<String> = served.chain(selection.scenarios.clone()).collect();
        if let Some(seen) = self.0.lock().map_err(|_| Exit::Bug)?.get(&key) {
            return Ok(seen.clone());
        }
        let name = format!("whole-{}", draw_run_id());
        let whole = HubVariant::whole().with(options);
        let seen = [
            matrix_run.certify(&name, &whole, selection)?,
            matrix_run.certify(&name, &whole, selection)?,
        ];
        let _ = std::fs::remove_dir_all(matrix_run.directory.join(&name));
        let mut all = self.0.lock().map_err(|_| Exit::Bug)?;
        Ok(all.entry(key).or_insert(seen).clone())
    }
}

fn write(matrix_run: &MatrixRun<'_>, matrix: &Matrix) -> std::io::Result<()> {
    let directory = &matrix_run.directory;
    std::fs::create_dir_all(directory)?;
    let told = outcome::told(matrix);
    let text = serde_json::to_string_pretty(&told)?;
    reports::fresh::write(&directory.join("self-test.json"), text)?;
    reports::fresh::write(
        &directory.join("self-test.html"),
        reports::self_test::render(&told, matrix_run.lang),
    )
}
