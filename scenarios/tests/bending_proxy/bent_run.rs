//! One certification through the proxy: a hub of its own, the proxy before it, the suite as a user
//! runs it.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use reference_hub::Config;
use reports::event::Event;
use reports::run::{RuleOutcome, ScenarioOutcome};
use reports::{Redactor, Run, Verdict};
use scenarios::plan::Selection;
use scenarios::run::{Options, certify, draw_run_id};
use scenarios::target::Target;

use crate::proxy::{Alteration, Face, Proxy};

/// Which bends are kept, by the beginning of their names, separated by commas; all when it is not
/// set. To find which of several bends makes a test fail.
const SELECTED: &str = "ETALON_BENDS";

/// A hub as the suite meets it.
pub(crate) struct BentRun {
    hub: Config,
    face: Face,
    alterations: Vec<Arc<dyn Alteration>>,
    selection: Selection,
    concurrency: Option<usize>,
}

/// What was seen.
pub(crate) struct Seen {
    pub(crate) run: Run,
    altered: Vec<(String, u64)>,
    pub(crate) calls_by_version: [u64; 2],
}

impl BentRun {
    /// The bundled hub with everything that can be tried, unaltered.
    pub(crate) fn new() -> Self {
        Self {
            hub: Config { steerable_clock: true, ..Config::default() },
            face: Face::default(),
            alterations: Vec::new(),
            selection: Selection::default(),
            concurrency: None,
        }
    }

    /// Another face.
    pub(crate) fn face(mut self, face: Face) -> Self {
        self.face = face;
        self
    }

    /// A hub with other delays.
    pub(crate) fn hub(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.hub);
        self
    }

    /// One more alteration; the first comes first.
    pub(crate) fn altered_by(mut self, alteration: impl Alteration + 'static) -> Self {
        let selected = std::env::var(SELECTED).ok();
        let name = alteration.name();
        let kept = selected.is_none_or(|names| {
            let mut names = names.split(',');
            names.any(|prefix| name.starts_with(prefix))
        });
        if kept {
            self.alterations.push(Arc::new(alteration));
        }
        self
    }

    /// So many scenarios at a time: where most of a run is waiting, more of them wait together.
    pub(crate) fn together(mut self, scenarios: usize) -> Self {
        self.concurrency = Some(scenarios);
        self
    }

    /// Only these families.
    pub(crate) fn families(mut self, families: &[&str]) -> Self {
        self.selection.families = families.iter().map(ToString::to_string).collect();
        self
    }

    /// Only these rules.
    pub(crate) fn rules(mut self, rules: &[&str]) -> Self {
        self.selection.rules = rules.iter().map(|rule| (*rule).try_into().unwrap()).collect();
        self
    }

    /// Certifies it.
    pub(crate) fn certify(self) -> Seen {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (hub, proxy) = runtime.block_on(async {
            let hub = reference_hub::start(self.hub).await.unwrap();
            let proxy = Proxy::before(hub.address(), self.face, self.alterations).await;
            (hub, proxy)
        });
        let directory = tempfile::tempdir().unwrap();
        let mut target = through(&hub, &proxy, directory.path());
        if let Some(concurrency) = self.concurrency {
            target.limits.concurrency = concurrency;
        }
        let options = Options {
            run_id: draw_run_id(),
            selection: self.selection,
            patience: Duration::from_secs(120),
            seed: 1,
            etalon: env!("CARGO_PKG_VERSION").to_owned(),
            expectations: Vec::new(),
            quota_hubs: Vec::new(),
        };
        let events = Arc::new(Mutex::new(Vec::<Event>::new()));
        let sink = {
            let events = events.clone();
            Arc::new(move |event| events.lock().push(event))
        };
        certify(Arc::new(target), &options, &Arc::default(), Redactor::new(), sink).unwrap();
        let events = std::mem::take(&mut *events.lock());
        assert_eq!(hub.panics(), 0, "the hub panicked");
        runtime.block_on(hub.stop());
        Seen {
            run: reports::fold(events).unwrap(),
            altered: proxy.altered(),
            calls_by_version: proxy.calls_by_version(),
        }
    }
}

/// The target file of the hub, its APIs behind the proxy. Its clock and its mails are none of the
/// API's.
fn through(hub: &reference_hub::RunningHub, proxy: &Proxy, directory: &std::path::Path) -> Target {
    let mut file: toml::Table = hub.target_file().parse().unwrap();
    let behind = format!("http://{}", hub.address());
    let table = file["hub"].as_table_mut().unwrap();
    for name in ["teledossiers_url", "referential_url", "token_url"] {
        let url = table[name].as_str().unwrap().replace(&behind, &proxy.origin);
        table.insert(name.to_owned(), url.into());
    }
    if let Some(pem) = &proxy.authority {
        let path = directory.join("authority.pem");
        std::fs::write(&path, pem).unwrap();
        let path = path.to_str().unwrap().to_owned();
        table.insert("ca_certificate".to_owned(), path.into());
        file["not_offered"].as_table_mut().unwrap().remove("TLS");
    }
    Target::parse(&file.to_string(), &directory.join("hub.toml")).unwrap()
}

impl Seen {
    /// Nothing may have failed, been lost on the way, or been left undecided.
    pub(crate) fn must_conform(&self) {
        for (name, count) in &self.altered {
            assert!(*count > 0, "{name} altered nothing: the test shows nothing");
        }
        let told = self.told();
        assert_eq!(self.run.verdict, Verdict::Conforms, "{told}");
        // A scenario that breaks off without failing a rule still means that a difference was not
        // borne.
        let lost = self.run.scenarios.iter().filter(|scenario| {
            !matches!(scenario.outcome, ScenarioOutcome::Passed | ScenarioOutcome::NotApplicable)
        });
        assert_eq!(lost.count(), 0, "{told}");
        assert!(self.run.failed_out_of_scope.is_empty(), "{told}");
    }

    /// The rules that failed, in the order of the catalogue.
    pub(crate) fn failed(&self) -> Vec<&str> {
        let failed = self.run.rules.iter();
        failed
            .filter(|rule| rule.outcome == RuleOutcome::Failed)
            .map(|rule| rule.id.as_str())
            .collect()
    }

    /// What went wrong, for the message of a test.
    pub(crate) fn told(&self) -> String {
        let names: Vec<_> = self.altered.iter().map(|(name, _)| name.as_str()).collect();
        let mut text = format!("\nbends: {}\n", names.join(", "));
        for rule in &self.run.rules {
            let declared = rule.excused || rule.outcome == RuleOutcome::NotScored;
            if declared || matches!(rule.outcome, RuleOutcome::Passed | RuleOutcome::Recorded) {
                continue;
            }
            text += &format!("{} {:?}\n", rule.id, rule.outcome);
            for finding in rule.findings.iter().take(3) {
                text +=
                    &format!("  expected {}\n  observed {}\n", finding.expected, finding.observed);
            }
        }
        for scenario in &self.run.scenarios {
            if let Some(failure) = &scenario.failure {
                text += &format!(
                    "{} {:?}: {} -> {}\n",
                    scenario.id, scenario.outcome, failure.step, failure.message
                );
            }
        }
        text += &format!(
            "one at a time: {SELECTED}=<name> cargo nextest run -p scenarios --test bending_proxy\n"
        );
        text
    }
}
