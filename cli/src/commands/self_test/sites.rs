//! Where a run of a whole hub went: for each scenario, the faults that the hub looked for while it
//! was played. A fault changes nothing for a scenario that never comes to its place. Read from a
//! recorded run; plays nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reference_hub::faults::{FaultEntry, SITES_HEADER};
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
    /// Reads them from a run of scenarios played one after another, and its exchanges.
    pub(super) fn read(run: &Run, exchanges: &Path) -> std::io::Result<Self> {
        let mut reached = BTreeMap::new();
        let mut sites = Self::default();
        for line in std::fs::read_to_string(exchanges)?.lines() {
            sites.add(&serde_json::from_str(line)?, &mut reached);
        }
        let scenarios = run.scenarios.iter().map(|scenario| Played {
            id: scenario.id.clone(),
            rules: scenario.rules.iter().map(ToString::to_string).collect(),
            reached: reached.remove(&scenario.id).unwrap_or_default(),
        });
        sites.scenarios = scenarios.collect();
        Ok(sites)
    }

    fn add(&mut self, exchange: &Value, reached: &mut BTreeMap<String, BTreeSet<String>>) {
        let sites = sites_of(exchange);
        match exchange["scenario"].as_str() {
            Some(scenario) => reached.entry(scenario.to_owned()).or_default().extend(sites),
            None if reached.is_empty() => self.everywhere.extend(sites),
            None => {}
        }
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

fn sites_of(exchange: &Value) -> Vec<String> {
    let headers = exchange["answer"]["received"]["headers"].as_array();
    let value = headers
        .into_iter()
        .flatten()
        .find(|header| header[0] == SITES_HEADER)
        .and_then(|header| header[1].as_str());
    value.into_iter().flat_map(|ids| ids.split(',')).map(str::to_owned).collect()
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
    fn what_is_asked_before_the_first_scenario_is_everybodys_and_what_cleans_up_is_nobodys() {
        let exchange = |scenario: Option<&str>, sites: &str| {
            serde_json::json!({
                "scenario": scenario,
                "answer": { "received": { "headers": [[SITES_HEADER, sites]] } },
            })
        };
        let exchanges = [
            exchange(None, "AUTH-01"),
            exchange(Some("a"), "NOT-01"),
            exchange(None, "NOT-06"),
            exchange(Some("b"), "NOT-02.below"),
        ];
        let mut sites = Sites::default();
        let mut reached = BTreeMap::new();
        exchanges.iter().for_each(|exchange| sites.add(exchange, &mut reached));
        assert_eq!(sites.everywhere, BTreeSet::from(["AUTH-01".to_owned()]));
        assert_eq!(reached["a"], BTreeSet::from(["NOT-01".to_owned()]));
        assert_eq!(reached["b"], BTreeSet::from(["NOT-02.below".to_owned()]));
    }

    #[test]
    fn sites_are_read_from_the_answer() {
        let exchange = serde_json::json!({ "answer": { "received": { "headers": [["x-etalon-fault-sites", "NOT-01,NOT-02.above"]] } } });
        assert_eq!(sites_of(&exchange), ["NOT-01", "NOT-02.above"]);
        assert!(sites_of(&Value::Null).is_empty());
    }
}
