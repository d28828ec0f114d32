//! The validation sheet of a client: what the administration fills in by hand after an end-to-end
//! test (CINE-2022, "validation de bout en bout"): the démarche, the version of the API, the
//! software, the date, the result, and two visas left for the hand. One line for each démarche. A
//! projection of the judged run; it decides nothing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::event::SheetLine;
use crate::run::{Run, ScenarioOutcome, ScenarioResult};
use crate::verdict::Verdict;

/// A filled-in sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sheet<'a> {
    /// What the client plays: `SI`, `OSL`, `DATAPASS`.
    pub actor: &'a str,
    /// Name and version of the software, as its editor gives them; empty when it did not.
    pub software: &'a str,
    /// Name and version that the software itself announces in its calls.
    pub announced: &'a [String],
    /// Version of the API.
    pub api_version: &'a str,
    /// One line for each démarche.
    pub lines: Vec<SheetLine>,
}

impl<'a> Sheet<'a> {
    /// The sheet of a run, when a client was judged.
    pub(crate) fn of(run: &'a Run) -> Option<Self> {
        let client = run.client.as_ref()?;
        let lines = match client.lines.as_slice() {
            [] => client.processes.iter().map(|process| line(process, run)).collect(),
            recorded => recorded.to_vec(),
        };
        Some(Self {
            actor: &client.actor,
            software: &client.software,
            announced: &client.announced,
            api_version: &client.api_version,
            lines,
        })
    }
}

/// A démarche has the scenarios played on it, and those that depend on none.
fn line(process: &str, run: &Run) -> SheetLine {
    let counts = |scenario: &&ScenarioResult| {
        scenario.process.as_deref().is_none_or(|played_on| played_on == process)
    };
    let scenarios: Vec<_> = run.scenarios.iter().filter(counts).collect();
    let with = |outcome| scenarios.iter().filter(move |scenario| scenario.outcome == outcome);
    let passed = with(ScenarioOutcome::Passed).count();
    let decided = passed + with(ScenarioOutcome::Failed).count();
    let failed_rules: BTreeSet<_> =
        scenarios.iter().flat_map(|scenario| &scenario.failed_rules).cloned().collect();
    SheetLine {
        process: process.to_owned(),
        result: match (failed_rules.is_empty(), decided == scenarios.len()) {
            (false, _) => Verdict::DoesNotConform,
            (true, true) => Verdict::Conforms,
            (true, false) => Verdict::Undecided,
        },
        scenarios: scenarios.len(),
        passed,
        failed_rules: failed_rules.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Client, Event};

    /// The sample, as the run of a client certified for two démarches, played on the first.
    fn sheet_after(change: impl FnOnce(&mut Run)) -> Vec<SheetLine> {
        let mut events = crate::sample::events();
        let processes = vec!["CERTDC".to_owned(), "EtatCivil".to_owned()];
        events.push(Event::ClientDescribed(Client { processes, ..Client::default() }));
        let mut run = crate::fold(events).unwrap();
        for scenario in &mut run.scenarios {
            scenario.process = Some("CERTDC".to_owned());
        }
        change(&mut run);
        Sheet::of(&run).unwrap().lines
    }

    #[test]
    fn a_démarche_fails_by_what_failed_on_it_and_by_what_depends_on_none() {
        let lines = sheet_after(|_| {});
        assert_eq!(lines[0].result, Verdict::DoesNotConform);
        assert_eq!((lines[0].scenarios, lines[0].passed), (7, 2));
        assert_eq!(lines[0].failed_rules, ["NOT-01", "PJ-02", "WIRE-01"]);
        assert_eq!((lines[1].scenarios, lines[1].result), (0, Verdict::Conforms));
        let lines = sheet_after(|run| run.scenarios[1].process = None);
        assert_eq!(lines[1].failed_rules, ["NOT-01"]);
        assert_eq!(lines[1].result, Verdict::DoesNotConform);
    }

    #[test]
    fn what_was_not_decided_leaves_a_démarche_undecided() {
        let lines = sheet_after(|run| {
            run.scenarios.iter_mut().for_each(|scenario| scenario.failed_rules.clear());
        });
        assert_eq!(lines[0].result, Verdict::Undecided);
    }

    #[test]
    fn a_record_of_before_gives_the_lines_that_it_was_given() {
        let recorded = r#"{"event":"sheet_filled","actor":"SI","software":"","announced":[],
            "api_version":"1.2.6","lines":[{"process":"CERTDC","result":"undecided",
            "scenarios":3,"passed":1,"failed_rules":[]}]}"#;
        let mut events = crate::sample::events();
        events.push(serde_json::from_str(recorded).unwrap());
        let run = crate::fold(events).unwrap();
        let sheet = Sheet::of(&run).unwrap();
        assert_eq!((sheet.lines[0].passed, sheet.lines[0].result), (1, Verdict::Undecided));
    }
}
