//! `etalon certify hub`: plays the features against a hub, shows the progress, leaves the report.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use contract::rules::{Level, RuleId};
use reports::event::Expectation;
use reports::live::Certification;
use reports::provenance::Provenance;
use reports::run::RuleResult;
use reports::{Event, Lang, RuleOutcome, Run};
use scenarios::features::{HUB_FEATURES, digest};
use scenarios::plan::Selection;
use scenarios::run::{Ended, Options, draw_run_id};

use super::hub_run::{
    HubUnderTest, default_directory, judge, print_summary, sealed, take, today, today_and,
};
use super::{fail, list, self_test};
use crate::annotations::Annotations;
use crate::arguments::{CertifyHubArguments, ExpectMended};
use crate::bundled::{BundledHub, QUOTAS};
use crate::exit::Exit;
use crate::expectations;
use crate::fail_fast::FailFast;
use crate::interrupt::Signals;
use crate::live_page::OnBoard;
use crate::output::{result, say};
use crate::progress::Progress;
use crate::sealing::{provenance, sealing};

/// How many days a non-conformity that is written down for the first time is accepted.
const KNOWN_FOR: u64 = 90;

pub(crate) fn run(arguments: &CertifyHubArguments) -> Exit {
    if arguments.self_test {
        let directory = arguments.report.clone().unwrap_or_else(|| default_directory("self-test"));
        return self_test::run(arguments, &directory);
    }
    let annotations = Annotations::start(arguments.annotations);
    let signals = Signals::listen();
    let mut runs = Vec::new();
    for _ in 0..arguments.repeat {
        match one(arguments, &signals, &annotations) {
            Ok((exit, run)) => runs.push((exit, run)),
            Err(exit) => return exit,
        }
        if signals.exit().is_some() {
            break;
        }
    }
    if runs.len() > 1 {
        print_differences(&runs);
    }
    signals.exit().unwrap_or_else(|| runs.iter().map(|(exit, _)| *exit).min().unwrap_or(Exit::Bug))
}

/// One run: its exit and what it amounts to, or the exit of what prevented it.
fn one(
    arguments: &CertifyHubArguments,
    signals: &Signals,
    annotations: &Annotations,
) -> Result<(Exit, Run), Exit> {
    let (selection, write_expect) = (selection(arguments)?, write_expect(arguments)?);
    let run_id = draw_run_id();
    let directory = arguments.report.clone().unwrap_or_else(|| default_directory(&run_id));
    let directory = if arguments.repeat > 1 { directory.join(&run_id) } else { directory };
    if arguments.list {
        return Err(list(arguments, &selection));
    }
    let sealing = sealing(arguments.sign.as_deref())?;
    let _possession = take(&directory, &run_id, arguments.force, arguments.lang.into())?;
    let expectations = expectations_of(arguments)?;
    let hub = HubUnderTest::reach(arguments, &directory)?;
    let quota_hubs = hub.reach_with_quotas(arguments, &selection, &directory)?;
    let options = Options {
        run_id,
        selection,
        patience: arguments.patience,
        seed: arguments.seed,
        etalon: env!("CARGO_PKG_VERSION").to_owned(),
        expectations,
        quota_hubs: quota_hubs.iter().map(|hub| Arc::new(hub.target.clone())).collect(),
    };
    let target = Arc::new(hub.target().clone());
    let lang = arguments.lang.into();
    let page = match arguments.live {
        None => None,
        Some(address) => Some(Followed::at(address, lang)?),
    };
    let following = page.as_ref().map(Followed::listener);
    let progress = Progress::start(lang);
    let fail_fast = arguments
        .fail_fast
        .then(|| FailFast::stopping(signals.interrupt.stop.clone(), arguments.lang.into()));
    let from = Provenance {
        features: digest(HUB_FEATURES),
        ..provenance(&target, arguments.target.is_none(), &arguments.fault)
    };
    let outcome = judge(&target, &options, &directory, lang, signals, from, move |event| {
        progress.on(event);
        if let Some(following) = &following {
            following(event);
        }
        if let Some(fail_fast) = &fail_fast {
            fail_fast.on(event);
        }
    });
    let stopped = quota_hubs.into_iter().map(BundledHub::stop);
    let panicked = stopped.fold(hub.stop(), |one, other| one | other);
    // The bundled hub writes its log to the end: the seal comes after it.
    let (exit, run) = sealed(outcome, &sealing, &directory, lang)?;
    print_summary(&run, &directory, Some(command(arguments)), lang);
    annotations.tell(&run, &directory, lang);
    if let Some(path) = write_expect {
        let listed = expectations::listed_after(&run, &options.expectations, &today_and(KNOWN_FOR));
        reference_hub::private::write(path, &expectations::written(&listed))
            .map_err(|error| fail(Exit::Usage, &format!("{}: {error}", path.display())))?;
    }
    let exit = match arguments.expect_mended {
        ExpectMended::Fail if run.mended().next().is_some() => exit.min(Exit::DoesNotConform),
        _ => exit,
    };
    let exit = if panicked {
        fail(Exit::Bug, &"the bundled hub panicked: see hub.log beside the report")
    } else {
        exit
    };
    Ok((exit, run))
}

/// A page that follows the run, until it is dropped.
struct Followed {
    screen: OnBoard,
    view: Arc<Certification>,
    _served: live::Served,
}

impl Followed {
    fn at(address: SocketAddr, lang: Lang) -> Result<Self, Exit> {
        let screen = OnBoard::default();
        let site = live::Site { page: Certification::page(lang), ..live::Site::default() };
        let served = screen.serve(address, site, lang)?;
        Ok(Self { screen, view: Arc::new(Certification::new(lang)), _served: served })
    }

    fn listener(&self) -> impl Fn(&Event) + Send + Sync + use<> {
        let (screen, view) = (self.screen.clone(), self.view.clone());
        move |event| view.on(event, &screen)
    }
}

/// The command that certifies this hub, as far as a part of it needs.
fn command(arguments: &CertifyHubArguments) -> String {
    let mut command = "etalon certify hub".to_owned();
    if let Some(path) = &arguments.target {
        command.push_str(&format!(" --target {}", path.display()));
    }
    for fault in &arguments.fault {
        command.push_str(&format!(" --fault {fault}"));
    }
    command
}

/// Where the list of known non-conformities is to be written: nobody's text is lost by it.
fn write_expect(arguments: &CertifyHubArguments) -> Result<Option<&Path>, Exit> {
    let Some(path) = &arguments.write_expect else {
        return Ok(None);
    };
    if path.exists() && arguments.expect.as_ref() != Some(path) && !arguments.force {
        let error = format!(
            "{} exists: give it as --expect too, to keep its reasons, or --force to lose them",
            path.display()
        );
        return Err(fail(Exit::Usage, &error));
    }
    Ok(Some(path))
}

fn selection(arguments: &CertifyHubArguments) -> Result<Selection, Exit> {
    let rules = match &arguments.again {
        Some(directory) => again(directory, arguments.lang.into())?,
        None => arguments.rule.clone(),
    };
    Ok(Selection {
        rules,
        features: arguments.feature.clone(),
        families: arguments.family.clone(),
        scenarios: Vec::new(),
        edition: arguments.catalogue,
    })
}

/// The mandatory rules that failed or were undecided in an earlier run; when there are none, the
/// exit of that run.
fn again(directory: &Path, lang: Lang) -> Result<Vec<RuleId>, Exit> {
    let run = reports::open_run(directory).map_err(|error| fail(Exit::Usage, &error))?;
    if run.client.is_some() {
        let error = format!("{} is the run of a client, not of a hub", directory.display());
        return Err(fail(Exit::Usage, &error));
    }
    let open = |rule: &&RuleResult| {
        let decided = [RuleOutcome::Passed, RuleOutcome::NotScored].contains(&rule.outcome);
        rule.level == Level::Must && !decided && !rule.excused
    };
    let open: Vec<_> = run.rules.iter().filter(open).collect();
    // A rule that is checked on every answer has no scenario of its own: those that saw it fail are
    // played, by the rules that they are of.
    let seen_to_fail = |id: &RuleId| {
        let scenarios = run.scenarios.iter().filter(|one| one.failed_rules.contains(id));
        scenarios.flat_map(|one| one.rules.clone()).collect::<Vec<_>>()
    };
    let without = open.iter().filter(|rule| rule.scenarios.is_empty());
    let mut rules: BTreeSet<RuleId> = without.flat_map(|rule| seen_to_fail(&rule.id)).collect();
    rules.extend(open.iter().map(|rule| rule.id.clone()));
    if rules.is_empty() {
        say(lang.pick(
            "rien n'a échoué ni n'est resté sans décision dans ce passage : il n'y a rien à rejouer",
            "nothing failed or was undecided in that run: there is nothing to play again",
        ));
        let ended = Ended { panics: 0, interrupted: false, unreachable: false };
        return Err(Exit::of(&run, ended));
    }
    Ok(rules.into_iter().collect())
}

/// Says what a run would do; it leaves nothing in the report directory.
fn list(arguments: &CertifyHubArguments, selection: &Selection) -> Exit {
    let directory = match tempfile::tempdir() {
        Ok(directory) => directory,
        Err(error) => return fail(Exit::Usage, &error),
    };
    let hub = match HubUnderTest::reach(arguments, directory.path()) {
        Ok(hub) => hub,
        Err(exit) => return exit,
    };
    let mut target = hub.target().clone();
    if matches!(hub, HubUnderTest::Bundled(_)) {
        // Those of its neighbour, where what is about them is played.
        target.quotas = QUOTAS.iter().filter_map(|quota| quota.parse().ok()).collect();
        target.may.exceed_quota = true;
    }
    let exit = list::run(&target, selection, arguments.lang.into());
    hub.stop();
    exit
}

fn expectations_of(arguments: &CertifyHubArguments) -> Result<Vec<Expectation>, Exit> {
    let Some(path) = &arguments.expect else {
        return Ok(Vec::new());
    };
    expectations::read(path, &today()).map_err(|error| fail(Exit::Usage, &error))
}

/// Names what is not the same in every run: a flaky hub, or flaky us.
fn print_differences(runs: &[(Exit, Run)]) {
    let mut outcomes: BTreeMap<&RuleId, Vec<RuleOutcome>> = BTreeMap::new();
    for (_, run) in runs {
        for rule in &run.rules {
            outcomes.entry(&rule.id).or_default().push(rule.outcome);
        }
    }
    let differing: Vec<_> = outcomes
        .iter()
        .filter(|(_, seen)| seen.windows(2).any(|pair| pair[0] != pair[1]))
        .collect();
    result(format_args!("{} runs, {} rules differ", runs.len(), differing.len()));
    for (rule, seen) in differing {
        let names: Vec<_> = seen.iter().map(|outcome| outcome.name()).collect();
        result(format_args!("{rule:<8} {}", names.join(" ")));
    }
}
