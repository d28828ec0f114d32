//! The judge: from the record of a session to its events, as a pure function. It reads no clock,
//! calls nothing, and knows of the client only what was recorded; given the same record it says the
//! same, in the same order.

mod datapass;
mod finding;
mod misbehaviours;
mod osl;
mod osl_session;
mod session;
mod sheet;
mod si;
mod si_events;
mod window;

use std::collections::BTreeSet;

use contract::rules::{Catalogue, Level, RuleId};
use reports::Event;
use reports::event::{Check, CheckOutcome, Failure, NoteLevel, RunFinished, ScenarioEnd};

use crate::journal::{Line, Mark, Started};
use crate::plan::{CONTRACT, Choice};
use finding::RuleFinding;
pub(crate) use session::is_endless;
use window::Window;

/// The facts of a session; those of an empty one when the record does not start with them.
///
/// # Panics
/// Never on what [`crate::journal::read`] gives: it refuses a record without its start.
pub(crate) fn started(lines: &[Line]) -> Started {
    lines
        .iter()
        .find_map(|line| match line {
            Line::Mark(Mark::Started(started)) => Some((**started).clone()),
            _ => None,
        })
        .expect("a record that was read starts with its mark")
}

/// The checks of every scenario that was played, what became of each, and the end of the run.
pub(crate) fn conclude(lines: &[Line], choices: &[Choice]) -> Vec<Event> {
    let whole = Window::of_session(lines);
    let baseline = misbehaviours::baseline(lines, choices);
    let (mut scenarios, mut notes) = (Vec::new(), session::notes(&whole));
    for choice in choices {
        if choice.script.is_summary() {
            scenarios.push(Judged::of(choice, std::slice::from_ref(&whole), &whole, &baseline));
            continue;
        }
        let plays = Window::plays_of(lines, choice);
        if plays.len() > 1 {
            notes.push(session::played_again(choice, plays.len()));
        }
        if !plays.is_empty() {
            scenarios.push(Judged::of(choice, &plays, &whole, &baseline));
        }
    }
    // What the client says it never does is not missed; done all the same, it is judged, wherever
    // it is done.
    let done: BTreeSet<RuleId> = scenarios.iter().flat_map(Judged::done).cloned().collect();
    let never = |rule: &RuleId| whole.does_not_offer(rule.as_str()) && !done.contains(rule);
    let mut events = Vec::new();
    for scenario in scenarios {
        if scenario.choice.script.is_summary() {
            let id = scenario.choice.id.clone();
            events.push(Event::ScenarioStarted { id, at: String::new() });
        }
        events.extend(match whole.is_session_mute {
            true => vec![scenario.mute(&whole)],
            false => scenario.events(never),
        });
    }
    let (at, interrupted) = lines
        .iter()
        .find_map(|line| match line {
            Line::Mark(Mark::Finished { at, interrupted }) => Some((at.clone(), *interrupted)),
            _ => None,
        })
        .unwrap_or((String::new(), true));
    let warning = |text| Event::Note { level: NoteLevel::Warning, text };
    events.extend(notes.into_iter().map(warning));
    events.push(Event::ClientDescribed(sheet::client(&whole, started(lines))));
    events.push(Event::RunFinished(RunFinished { at, interrupted, ..RunFinished::default() }));
    events
}

/// What was found in one scenario.
struct Judged<'a> {
    choice: &'a Choice,
    duration_ms: u64,
    findings: Vec<(RuleId, RuleFinding)>,
}

impl<'a> Judged<'a> {
    fn of(
        choice: &'a Choice,
        plays: &[Window<'_>],
        session: &Window<'_>,
        baseline: &misbehaviours::Baseline,
    ) -> Self {
        let of_rule = |rule: &RuleId| {
            let found = Catalogue::bundled().rule(rule);
            let level = found.map_or(Level::Must, |found| found.level(CONTRACT));
            let plays = plays.iter().map(|play| judged(rule, choice, play, session, baseline));
            let findings = of_all_plays(plays.collect()).into_iter();
            findings.map(|finding| (rule.clone(), finding.at_level(level))).collect::<Vec<_>>()
        };
        Self {
            choice,
            duration_ms: plays.iter().map(Window::duration_ms).sum(),
            findings: choice.script.rules.iter().flat_map(of_rule).collect(),
        }
    }

    /// The rules that the client was seen to keep.
    fn done(&self) -> impl Iterator<Item = &RuleId> {
        let passed = self.findings.iter().filter(|(_, it)| it.outcome == CheckOutcome::Passed);
        passed.map(|(rule, _)| rule)
    }

    /// The end of a scenario to which nobody came.
    fn mute(&self, session: &Window<'_>) -> Event {
        Event::ScenarioFinished {
            id: self.choice.id.clone(),
            outcome: ScenarioEnd::Broken,
            duration_ms: 0,
            failure: Some(Failure {
                step: "Quand le client passe".to_owned(),
                message: session::why_mute(session),
                ..Failure::default()
            }),
        }
    }

    /// The checks, and the end of the scenario, but for what the client openly never does.
    fn events(self, never: impl Fn(&RuleId) -> bool) -> Vec<Event> {
        let (mut worst, mut failure) = (ScenarioEnd::Passed, None);
        let mut events = Vec::new();
        for (rule, finding) in self.findings {
            if finding.is_excusable() && never(&rule) {
                continue;
            }
            match finding.outcome {
                CheckOutcome::Failed => {
                    worst = ScenarioEnd::Failed;
                    failure.get_or_insert_with(|| Failure {
                        step: format!("Alors … [{rule}]"),
                        message: finding.observed.clone(),
                        expected: Some(finding.expected.clone()),
                        observed: Some(finding.observed.clone()),
                    });
                }
                CheckOutcome::Inconclusive if worst == ScenarioEnd::Passed => {
                    worst = ScenarioEnd::Inconclusive;
                }
                _ => {}
            }
            events.push(Event::CheckMade(Check {
                scenario: Some(self.choice.id.clone()),
                rule,
                outcome: finding.outcome,
                expected: finding.expected,
                observed: finding.observed,
                exchanges: finding.exchanges,
                note: finding.hint,
            }));
        }
        events.push(Event::ScenarioFinished {
            id: self.choice.id.clone(),
            outcome: worst,
            duration_ms: self.duration_ms,
            failure,
        });
        events
    }
}

/// What is found about a rule in a scenario that was played several times. The worst play decides:
/// what went wrong once did go wrong, however often it goes well afterwards. A play that decided
/// nothing proves nothing, and counts only where none of them decided.
fn of_all_plays(plays: Vec<Vec<RuleFinding>>) -> Vec<RuleFinding> {
    let is_open = |one: &RuleFinding| one.outcome == CheckOutcome::Inconclusive;
    let is_decided = plays.iter().any(|findings| !findings.iter().any(is_open));
    let counts = |one: &RuleFinding| !is_decided || !is_open(one);
    plays.into_iter().flatten().filter(counts).collect()
}

/// What is found, and what is only noted beside it: a note alone does not say that a rule is kept.
fn noting(
    mut findings: Vec<RuleFinding>,
    notes: impl IntoIterator<Item = RuleFinding>,
) -> Vec<RuleFinding> {
    if findings.is_empty() {
        findings.push(RuleFinding::passed("comme attendu"));
    }
    findings.extend(notes);
    findings
}

/// What is found about a rule in a window; always something.
fn judged(
    rule: &RuleId,
    choice: &Choice,
    window: &Window<'_>,
    session: &Window<'_>,
    baseline: &misbehaviours::Baseline,
) -> Vec<RuleFinding> {
    if window.calls.is_empty() {
        return vec![RuleFinding::inconclusive(
            "le client n'a fait aucun appel pendant ce scénario : le silence ne prouve rien",
        )];
    }
    if !choice.script.is_summary() && window.calls.iter().all(window::Call::is_token) {
        let (why, call) = session::without_token(window).unwrap_or_else(|| {
            ("le client n'a fait aucun appel avec son jeton pendant ce scénario".to_owned(), None)
        });
        return vec![RuleFinding::inconclusive(why).shown_by(call.map(window::Call::id))];
    }
    let id = rule.to_string();
    let mut findings = match id.as_str() {
        "CLI-01" => session::token(window),
        "CLI-02" => session::token_reuse(window),
        "CLI-03" => misbehaviours::token_renewal(window, baseline),
        "CLI-04" => session::technical_headers(window),
        "CLI-05" => si::batches(window),
        "CLI-06" => si::deletions(window),
        "CLI-07" => si::downloads(window),
        "CLI-08" => si::statuses(window),
        "CLI-09" => si_events::events(window),
        "CLI-10" => si_events::sent_files(window),
        "CLI-11" => si_events::vocabulary(window),
        "CLI-12" => misbehaviours::tolerance(window, baseline),
        "CLI-13" => misbehaviours::survival(window, choice, baseline),
        "CLI-14" => session::pace(window),
        "CLI-20" => osl::numbers(window),
        "CLI-21" => osl::cases(window),
        "CLI-22" => osl::uploads(window),
        "CLI-23" => osl::refused_files(window),
        "CLI-24" => osl::completion(window),
        "CLI-25" => osl::follow_up(window),
        "CLI-26" => osl::reopening(window),
        "CLI-27" => osl_session::like_an_si(window, choice, baseline),
        "CLI-30" => datapass::enrolment(window, choice, session),
        _ => vec![RuleFinding::inconclusive("aucun jugement n'est écrit pour cette règle")],
    };
    if let Some(how) = window.how_cut() {
        findings = findings.into_iter().map(|one| one.of_a_turn_cut_short(how)).collect();
    }
    if findings.is_empty() {
        findings = noting(findings, []);
    }
    let unread = window.calls.iter().filter(|call| call.is_unread).count();
    if unread > 0 && !choice.script.is_summary() {
        findings = findings.into_iter().map(|one| one.of_unread_bodies(unread)).collect();
    }
    findings
}

#[cfg(test)]
mod tests {
    use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
    use serde_json::{Value, json};

    use super::*;
    use crate::gist::Room;
    use crate::journal::{Deposit, EventSent, PassEnd};
    use crate::plan::choices;

    /// A call of the client: its number, method and path, what it sent, the status and the body of
    /// the answer. Without a status, the answer was lost.
    pub(super) fn call(
        number: u32,
        (method, path): (&str, &str),
        sent: &Value,
        (status, received): (Option<u16>, &Value),
    ) -> Line {
        let is_referential =
            path.starts_with("/organizations") || path.starts_with("/subscriptions");
        let body = |value: &Value| match value {
            Value::Null => BodyExcerpt::default(),
            value => BodyExcerpt::of(value.to_string().as_bytes()),
        };
        Line::Exchange(Box::new(Exchange {
            id: format!("ex-{number:06}"),
            scenario: None,
            actor: None,
            method: method.into(),
            url: format!("http://hub{path}"),
            path: path.into(),
            api: if is_referential { Api::Referential } else { Api::Teledossiers },
            query: None,
            request_headers: Vec::new(),
            request_body: body(sent),
            sent_at: format!("2024-11-30T09:15:{:02}Z", number % 60).parse().unwrap(),
            duration_us: 10,
            answer: match status {
                None => Answer::Broken("closed".into()),
                Some(status) => Answer::Received {
                    status,
                    version: "HTTP/1.1".into(),
                    headers: Vec::new(),
                    body: body(received),
                },
            },
        }))
    }

    /// The mark that a scenario starts with, and whom the client is given there.
    pub(super) fn scenario(id: &str, recipients: &[&str]) -> Line {
        Line::Mark(Mark::ScenarioStarted {
            scenario: id.into(),
            process: "CERTDC".into(),
            recipients: recipients.iter().map(|one| (*one).to_owned()).collect(),
            at: "2024-11-30T09:15:00Z".into(),
        })
    }

    /// The mark that a télédossier without files was deposited for the client.
    pub(super) fn deposited() -> Line {
        Line::Mark(Mark::Deposited(Deposit {
            number: "DGS-CERTDC-1".into(),
            case: "c-1".into(),
            process: "CERTDC".into(),
            attachments: Vec::new(),
            gone: false,
        }))
    }

    /// The mark that a turn ends with.
    pub(super) fn turn_ended(busy: bool) -> Line {
        Line::Mark(Mark::PassEnded {
            why: if busy { PassEnd::TimeLimit } else { PassEnd::Exited },
            busy,
        })
    }

    #[test]
    fn what_was_not_done_when_the_time_was_up_proves_nothing_of_a_client_at_work() {
        let outcomes = |busy: bool| {
            let choices = choices(&super::started(&session(Vec::new()))).unwrap();
            let choice = choices
                .iter()
                .find(|one| one.script.rules.iter().any(|rule| *rule == "CLI-07"))
                .unwrap();
            let listed = json!([{ "id": "n-1", "caseId": "c-1" }]);
            let lines = session(vec![
                scenario(&choice.id, &[]),
                deposited(),
                call(1, ("GET", "/notifications"), &Value::Null, (Some(200), &listed)),
                turn_ended(busy),
                Line::Mark(Mark::ScenarioEnded {
                    scenario: choice.id.clone(),
                    pending: vec!["n-1".into()],
                }),
            ]);
            let checks = conclude(&lines, std::slice::from_ref(choice)).into_iter();
            checks
                .filter_map(|event| match event {
                    Event::CheckMade(check) if check.rule == "CLI-07" => {
                        Some((check.outcome, check.observed))
                    }
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(outcomes(false)[0].0, CheckOutcome::Failed);
        let (outcome, observed) = outcomes(true).remove(0);
        assert_eq!(outcome, CheckOutcome::Inconclusive);
        assert!(observed.contains("--turn-limit"), "{observed}");
    }

    #[test]
    fn of_a_scenario_played_again_the_worst_play_decides_and_silence_nothing() {
        const KEPT: &str = "kept";
        const BROKEN: &str = "broken";
        const SILENT: &str = "silent";
        let judged = |plays: &[&str]| {
            let choices = choices(&super::started(&session(Vec::new()))).unwrap();
            let choice = choices
                .iter()
                .find(|one| one.script.rules.iter().any(|rule| *rule == "CLI-05"))
                .unwrap();
            let listed = json!([{ "id": "n-1", "caseId": "c-1" }]);
            let list = |number, list: &Value| {
                call(number, ("GET", "/notifications"), &Value::Null, (Some(200), list))
            };
            let lines = plays.iter().enumerate().flat_map(|(rank, play)| {
                let number = u32::try_from(rank).unwrap() + 1;
                let seen = match *play {
                    KEPT => vec![list(number, &listed)],
                    BROKEN => vec![list(number, &json!([]))],
                    _ => Vec::new(),
                };
                let end = [
                    turn_ended(false),
                    Line::Mark(Mark::ScenarioEnded {
                        scenario: choice.id.clone(),
                        pending: Vec::new(),
                    }),
                ];
                [scenario(&choice.id, &[]), deposited()].into_iter().chain(seen).chain(end)
            });
            let events = conclude(&session(lines.collect()), std::slice::from_ref(choice));
            let of_rule = |event: &Event| match event {
                Event::CheckMade(check) if check.rule == "CLI-05" => Some(check.outcome),
                _ => None,
            };
            let again =
                |event: &Event| matches!(event, Event::Note { text, .. } if text.contains("fois"));
            assert_eq!(events.iter().any(again), plays.len() > 1, "a replay is told");
            events.iter().filter_map(of_rule).collect::<Vec<_>>()
        };
        use CheckOutcome::{Failed, Passed};
        assert_eq!(judged(&[KEPT]), [Passed]);
        assert_eq!(judged(&[BROKEN, KEPT]), [Failed, Passed], "a replay hides no failure");
        assert_eq!(judged(&[KEPT, BROKEN]), [Passed, Failed]);
        assert_eq!(judged(&[SILENT, KEPT]), [Passed], "a play that decided nothing is made up for");
        assert_eq!(judged(&[KEPT, SILENT]), [Passed]);
        assert_eq!(judged(&[SILENT, BROKEN, SILENT]), [Failed]);
        assert_eq!(judged(&[SILENT, KEPT, BROKEN]), [Passed, Failed]);
    }

    /// The mark that a session of an SI starts with.
    pub(super) fn started() -> Line {
        Line::Mark(Mark::Started(Box::new(Started {
            run: "TEST".into(),
            at: "2024-11-30T09:15:00Z".into(),
            etalon: "0.0.0".into(),
            actor: contract::operations::Scope::Si,
            scope: None,
            processes: vec!["CERTDC".into()],
            url: "http://hub".into(),
            not_offered: std::collections::BTreeMap::new(),
            software: String::new(),
            features: Vec::new(),
        })))
    }

    /// A session with these lines in it.
    pub(super) fn session(lines: Vec<Line>) -> Vec<Line> {
        let end =
            Line::Mark(Mark::Finished { at: "2024-11-30T09:16:00Z".into(), interrupted: false });
        std::iter::once(started()).chain(lines).chain([end]).collect()
    }

    #[test]
    fn a_session_without_a_call_passes_nothing_and_the_ways_of_doing_nothing_are_told_apart() {
        let ended = |code, by_us| {
            vec![Line::Mark(Mark::ClientStarted), Line::Mark(Mark::ClientEnded { code, by_us })]
        };
        let mut said = std::collections::BTreeSet::new();
        for lines in [
            ended(Some(9), false),
            ended(Some(0), false),
            ended(Some(127), false),
            ended(None, true),
            Vec::new(),
        ] {
            let lines = session(lines);
            let choices = choices(&super::started(&lines)).unwrap();
            let events = conclude(&lines, &choices);
            assert!(!events.iter().any(|event| matches!(event, Event::CheckMade(_))));
            said.extend(events.into_iter().filter_map(|event| match event {
                Event::Note { text, .. } => Some(text),
                _ => None,
            }));
        }
        assert_eq!(said.len(), 5, "{said:?}");
    }

    /// A record with so much room for bodies.
    fn with_room(bytes: usize, lines: Vec<Line>) -> Vec<Line> {
        let mut room = Room::of(bytes);
        let kept = lines.into_iter().flat_map(|line| match line {
            Line::Exchange(mut exchange) => {
                let gist = room.make(&mut exchange).map(|gist| Line::Mark(Mark::Gist(gist)));
                gist.into_iter().chain([Line::Exchange(exchange)]).collect()
            }
            mark => vec![mark],
        });
        kept.collect()
    }

    /// A session in which a client reads a thousand notifications at once, and treats so many.
    fn a_thousand_notifications(scenario_id: &str, treated: usize) -> Vec<Line> {
        let (ids, nothing) = (0..1000_u32, Value::Null);
        let sent = ids.clone().map(|id| {
            Line::Mark(Mark::EventSent(EventSent {
                case: "c-1".into(),
                event: format!("e-{id}"),
                action: "COM_ADD".into(),
                attachments: Vec::new(),
            }))
        });
        let all: Vec<_> = ids
            .clone()
            .map(|id| {
                json!({ "id": format!("n-{id}"), "caseId": "c-1", "eventId": format!("e-{id}"),
                    "dateTime": "2024-11-30T09:15:00.000+01:00" })
            })
            .collect();
        let list = || {
            let all = json!(all);
            let line = call(1, ("GET", "/notifications"), &nothing, (Some(200), &all));
            let Line::Exchange(mut list) = line else { panic!("no exchange") };
            if let Answer::Received { headers, body, .. } = &mut list.answer {
                headers.push(("content-type".into(), "application/json".into()));
                (body.text, body.whole) = (Some(all.to_string()), true);
            }
            Line::Exchange(list)
        };
        let calls = ids.clone().take(treated).flat_map(|id| {
            let (event, path) =
                (json!({ "id": format!("e-{id}") }), format!("/cases/c-1/events/e-{id}"));
            let deletion = format!("/notifications/n-{id}");
            [
                call(2 * id + 2, ("GET", &path), &nothing, (Some(200), &event)),
                call(2 * id + 3, ("DELETE", &deletion), &nothing, (Some(204), &nothing)),
            ]
        });
        let left = ids.skip(treated).map(|id| format!("n-{id}")).collect();
        let ended = Mark::ScenarioEnded { scenario: scenario_id.into(), pending: left };
        let mut lines = vec![scenario(scenario_id, &[])];
        lines.extend(sent);
        lines.push(list());
        lines.extend(calls);
        lines.extend([list(), turn_ended(false), Line::Mark(ended)]);
        session(lines)
    }

    #[test]
    fn a_record_without_room_for_a_thousand_notifications_is_judged_as_one_with_room() {
        let choices = choices(&super::started(&session(Vec::new()))).unwrap();
        let many =
            choices.iter().find(|one| one.script.name == "Mille notifications en attente").unwrap();
        let outcomes = |room: usize, treated: usize| {
            let lines = with_room(room, a_thousand_notifications(&many.id, treated));
            conclude(&lines, std::slice::from_ref(many))
                .into_iter()
                .filter(|event| matches!(event, Event::CheckMade(_)))
                .collect::<Vec<_>>()
        };
        for treated in [1000, 990] {
            let whole = outcomes(usize::MAX, treated);
            assert_eq!(outcomes(60_000, treated), whole);
            let passes = |event: &Event| matches!(event, Event::CheckMade(check) if check.outcome == CheckOutcome::Passed);
            assert_eq!(whole.iter().all(passes), treated == 1000, "{whole:?}");
            // Without room even for what is judged, nothing is decided.
            let undecided = |event: &Event| matches!(event, Event::CheckMade(check) if check.outcome == CheckOutcome::Inconclusive);
            assert!(outcomes(1000, treated).iter().all(undecided));
        }
    }

    #[test]
    fn the_same_record_is_judged_the_same() {
        let lines = session(vec![Line::Mark(Mark::ClientStarted)]);
        let choices = choices(&super::started(&lines)).unwrap();
        assert_eq!(conclude(&lines, &choices), conclude(&lines, &choices));
    }
}
