//! Where a run of a whole hub went: for each scenario, the faults that the hub looked for while it
//! was played. A fault changes nothing for a scenario that never comes to its place. Read from the
//! hub's log, which tells of answers too that nobody got, and from when each scenario began; plays
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reference_hub::faults::FaultEntry;
use reports::Run;
use serde_json::Value;

/// What each scenario can see of the faults.
#[derive(Debug, Default)]
pub(super) struct Sites {
    scenarios: Vec<Played>,
    /// Faults looked for before the first scenario, when tokens are given and the hub is probed:
    /// all scenarios live by that. What is looked for between them is theirs who clean up.
    everywhere: BTreeSet<String>,
}

#[derive(Debug, Default)]
pub(super) struct Played {
    pub(super) id: String,
    /// The rules it may prove.
    pub(super) rules: Vec<String>,
    reached: BTreeSet<String>,
}

impl Sites {
    /// Reads them from a run of scenarios played one after another: its events, and its hub's log.
    pub(super) fn read(run: &Run, events: &Path, log: &Path) -> std::io::Result<Self> {
        let events = std::fs::read_to_string(events)?;
        let log = std::fs::read_to_string(log)?;
        let (mut reached, everywhere) = reached(&begun(&events)?, &log);
        let scenarios = run.scenarios.iter().map(|scenario| Played {
            id: scenario.id.clone(),
            rules: scenario.rules.iter().map(ToString::to_string).collect(),
            reached: reached.remove(&scenario.id).unwrap_or_default(),
        });
        Ok(Self { scenarios: scenarios.collect(), everywhere })
    }

    /// The scenarios that a fault can disturb: those that come to its place; all of them when its
    /// place is on nobody's way, or on everybody's.
    pub(super) fn reaching(&self, fault: &FaultEntry) -> Vec<&Played> {
        let comes = |played: &&Played| played.reached.contains(fault.id);
        let reaching: Vec<_> = self.scenarios.iter().filter(comes).collect();
        if reaching.is_empty() || self.everywhere.contains(fault.id) {
            return self.scenarios.iter().collect();
        }
        reaching
    }
}

/// When each scenario began, in order.
fn begun(events: &str) -> std::io::Result<Vec<(String, String)>> {
    let mut begun = Vec::new();
    for line in events.lines() {
        let event: Value = serde_json::from_str(line)?;
        if event["event"] == "scenario_started" {
            let text = |name: &str| event[name].as_str().unwrap_or_default();
            begun.push((millisecond(text("at")).to_owned(), text("id").to_owned()));
        }
    }
    Ok(begun)
}

/// An instant up to its milliseconds: instants of a day in UTC are in the order of their texts.
fn millisecond(instant: &str) -> &str {
    const LENGTH: usize = "2026-01-01T00:00:00.000".len();
    instant.get(..LENGTH).unwrap_or(instant)
}

/// Ids of faults.
type Faults = BTreeSet<String>;

/// What each scenario came to, and what was looked for before the first of them. A call in the very
/// millisecond in which a scenario begins may be of the one before, too.
fn reached(begun: &[(String, String)], log: &str) -> (BTreeMap<String, Faults>, Faults) {
    let (mut reached, mut everywhere): (BTreeMap<_, Faults>, Faults) = Default::default();
    // What else the hub says is no JSON.
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    for line in lines {
        let (Some(at), Some(sites)) = (line["timestamp"].as_str(), line["fault_sites"].as_str())
        else {
            continue;
        };
        let sites: Faults = sites.split(',').map(str::to_owned).collect();
        let before = begun.partition_point(|(began, _)| began.as_str() < millisecond(at));
        let with = begun.partition_point(|(began, _)| began.as_str() <= millisecond(at));
        if before == 0 {
            everywhere.extend(sites.iter().cloned());
        }
        for (_, scenario) in &begun[before.saturating_sub(1)..with] {
            reached.entry(scenario.clone()).or_default().extend(sites.iter().cloned());
        }
    }
    (reached, everywhere)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Scenarios with the rules they may prove and the faults on their way.
    pub(in super::super) fn sites(
        scenarios: &[(&str, &str, &[&str])],
        everywhere: &[&str],
    ) -> Sites {
        let names = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        Sites {
            scenarios: scenarios
                .iter()
                .map(|(id, rule, reached)| Played {
                    id: (*id).to_owned(),
                    rules: vec![(*rule).to_owned()],
                    reached: names(reached),
                })
                .collect(),
            everywhere: names(everywhere),
        }
    }

    fn ids(played: &[&Played]) -> Vec<String> {
        played.iter().map(|one| one.id.clone()).collect()
    }

    #[test]
    fn only_who_comes_to_its_place_can_see_a_fault() {
        let fault = |id: &str| {
            reference_hub::faults::entries().find(|entry| entry.id == id).expect("a fault")
        };
        let sites = sites(
            &[("a", "NOT-01", &["NOT-01"]), ("b", "FOL-01", &[]), ("c", "NOT-02", &["NOT-06"])],
            &["NOT-06"],
        );
        assert_eq!(ids(&sites.reaching(fault("NOT-01"))), ["a"]);
        assert_eq!(ids(&sites.reaching(fault("NOT-06"))), ["a", "b", "c"]);
        assert_eq!(ids(&sites.reaching(fault("NOT-07"))), ["a", "b", "c"]);
    }

    #[test]
    fn calls_are_of_the_scenario_that_was_played_then() {
        let began = |at: &str, id: &str| {
            format!(
                r#"{{"event":"scenario_started","at":"2026-01-01T00:00:{at}+00:00","id":"{id}"}}"#
            )
        };
        let events = [began("01.000", "a"), began("01.500", "b")].join("\n");
        let call = |at: &str, sites: &str| {
            format!(r#"{{"timestamp":"2026-01-01T00:00:{at}Z","fault_sites":"{sites}"}}"#)
        };
        let log = [
            "token https://127.0.0.1/oauth2/token".to_owned(),
            call("00.999999", "AUTH-01"),
            call("01.200000", "NOT-01,NOT-02.below"),
            call("01.500400", "NOT-06"),
            call("02.000000", "FOL-01"),
        ];
        let (reached, everywhere) = reached(&begun(&events).unwrap(), &log.join("\n"));
        let faults = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Faults>();
        assert_eq!(everywhere, faults(&["AUTH-01"]));
        assert_eq!(reached["a"], faults(&["NOT-01", "NOT-02.below", "NOT-06"]));
        assert_eq!(reached["b"], faults(&["NOT-06", "FOL-01"]));
    }
}
