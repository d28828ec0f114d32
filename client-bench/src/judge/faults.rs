//! What a client must survive (CLI-03, CLI-12, CLI-13): nothing lost, nothing processed twice, no loop that hammers the
//! hub, and a clean exchange afterwards. What a client does wrong without any fault is a matter of other rules: it makes
//! these inconclusive, never failed.

use std::collections::{BTreeMap, BTreeSet};

use contract::misbehaviour::Act;
use time::Duration;

use super::window::{Call, Window};
use super::{Finding, si};
use crate::act::Fault;
use crate::journal::{Deposit, FINGERPRINT, Line};
use crate::plan::Choice;

/// How often one call may fail within a second before the client is said to hammer the hub. A client that waits before it
/// tries again, be it a tenth of a second, stays below.
const FAILURES_IN_A_SECOND: usize = 10;

/// A way of not dealing with a télédossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    NotFetched,
    NoStatus,
    NotDeleted,
    Twice,
}

/// What the client does wrong without any fault.
#[derive(Default)]
pub(super) struct Baseline(BTreeSet<Lack>);

/// What the client lacks where the bench behaved.
pub(super) fn baseline(lines: &[Line], choices: &[Choice]) -> Baseline {
    let mut lacks = BTreeSet::new();
    for choice in choices
        .iter()
        .filter(|choice| !choice.script.has_fault() && !choice.script.is_summary())
    {
        let Some(window) = Window::of_scenario(lines, choice) else {
            continue;
        };
        // A reopened case is processed again, rightly; where nothing but deposits came, the same status twice is a habit.
        if window.events.is_empty() && doubles(&window).is_some() {
            lacks.insert(Lack::Twice);
        }
        for deposit in window.known_deposits() {
            let is_whole = deposit
                .attachments
                .iter()
                .all(|piece| piece.status == "RECEIVED");
            if is_whole && !deposit.gone {
                lacks.extend(lacks_of(&window, deposit).into_iter().map(|(lack, _)| lack));
            }
        }
    }
    Baseline(lacks)
}

/// What was not done of a télédossier.
fn lacks_of(window: &Window<'_>, deposit: &Deposit) -> Vec<(Lack, Finding)> {
    let mut lacks = Vec::new();
    lacks.extend(si::unfetched(window, deposit).map(|finding| (Lack::NotFetched, finding)));
    lacks.extend(si::missing_status(window, deposit).map(|finding| (Lack::NoStatus, finding)));
    let told = window.told();
    let notification = told
        .iter()
        .find(|one| one.case == deposit.case && one.event.is_none());
    if notification.is_some_and(|one| window.pending.contains(&one.id)) {
        lacks.push((
            Lack::NotDeleted,
            Finding::failed(
                "la notification finit par être supprimée",
                "elle est encore là à la fin",
            ),
        ));
    }
    if notification.is_none()
        && !window
            .of_operation(14)
            .any(|call| call.is_on(14, &deposit.case))
    {
        lacks.push((
            Lack::NotFetched,
            Finding::failed(
                "chaque télédossier est relevé",
                format!("le télédossier {} n'a pas été relevé", deposit.number),
            ),
        ));
    }
    lacks
}

/// What was lost: lacks that the client does not have without faults.
fn losses(window: &Window<'_>, baseline: &Baseline) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut explained = false;
    for deposit in window.deposits.iter().filter(|deposit| !deposit.gone) {
        for (lack, finding) in lacks_of(window, deposit) {
            if baseline.0.contains(&lack) {
                explained = true;
            } else {
                findings.push(finding);
            }
        }
    }
    findings.truncate(3);
    if findings.is_empty() && explained {
        findings.push(Finding::inconclusive(
            "ce que le client omet ici, il l'omet aussi sans panne : voir les autres règles",
        ));
    }
    findings
}

/// What was processed twice: the same status, announced twice by events that both took effect.
fn doubles(window: &Window<'_>) -> Option<Finding> {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for call in window.of_operation(3).filter(|call| call.took_effect()) {
        let (case, status) = (
            call.ids.first().copied().unwrap_or_default(),
            call.says("caseNewStatus"),
        );
        if status.is_empty() || call.says("actionType") != "STATUS_UPDATE" {
            continue;
        }
        if let Some(first) = seen.insert((case, status), call.id()) {
            return Some(
                Finding::failed(
                    "rien n'est traité deux fois",
                    format!("le statut {status} du même dossier est annoncé deux fois"),
                )
                .shown_by([first, call.id()])
                .hint("après une réponse perdue, relire le dossier (GET /cases/{id}) avant d'envoyer l'événement à nouveau"),
            );
        }
    }
    None
}

/// One call that fails again and again without a pause.
pub(super) fn hammering(window: &Window<'_>) -> Option<Finding> {
    let mut failing: BTreeMap<(&str, &str), Vec<&Call<'_>>> = BTreeMap::new();
    for call in window.calls.iter().filter(|call| !call.succeeded()) {
        let key = (call.exchange.method.as_str(), call.exchange.path.as_str());
        failing.entry(key).or_default().push(call);
    }
    failing.into_iter().find_map(|((method, path), calls)| {
        let burst = calls
            .windows(FAILURES_IN_A_SECOND + 1)
            .find(|burst| burst[FAILURES_IN_A_SECOND].at() - burst[0].at() < Duration::seconds(1))?;
        Some(
            Finding::failed(
                format!("au plus {FAILURES_IN_A_SECOND} échecs du même appel par seconde"),
                format!("{method} {path} est répété sans pause : {} échecs", calls.len()),
            )
            .shown_by([burst[0].id(), burst[FAILURES_IN_A_SECOND].id()])
            .hint("attendre avant de réessayer, de plus en plus longtemps, et renoncer jusqu'au passage suivant"),
        )
    })
}

/// CLI-03: another token after a 401, and nothing lost.
pub(super) fn token_renewal(window: &Window<'_>, baseline: &Baseline) -> Vec<Finding> {
    let refused = window.calls.iter().find(|call| {
        call.misbehaved.is_some_and(|one| one.act == Act::EndToken)
            && call.exchange.status() == Some(401)
    });
    let Some(refused) = refused else {
        return vec![Finding::inconclusive(
            "le jeton n'a pas pris fin : le client n'a pas fait l'appel attendu",
        )];
    };
    let old = refused.exchange.request_header(FINGERPRINT);
    let renewed = window.calls.iter().any(|call| {
        call.rank() > refused.rank()
            && call.succeeded()
            && !call.is_token()
            && call.exchange.request_header(FINGERPRINT) != old
    });
    if !renewed {
        return vec![
            Finding::failed(
                "un autre jeton est demandé après un 401, et le traitement se poursuit",
                "aucun appel n'aboutit après le 401",
            )
            .shown_by([refused.id()])
            .hint("sur un 401, demander un jeton et refaire le même appel, une fois"),
        ];
    }
    let mut findings = losses(window, baseline);
    findings.extend(hammering(window));
    for finding in &mut findings {
        finding.exchanges.insert(0, refused.id().to_owned());
    }
    findings
}

/// CLI-12: what a hub may do (contract §6).
pub(super) fn tolerance(window: &Window<'_>, baseline: &Baseline) -> Vec<Finding> {
    if window.armed.is_some() && window.misbehaved.is_empty() {
        return vec![never_done(window)];
    }
    let mut findings = losses(window, baseline);
    findings.extend(si::unwanted_download(window));
    findings.extend(hammering(window));
    let told = window.told();
    let waiting = window
        .pending
        .iter()
        .filter(|id| told.iter().any(|one| one.id == **id))
        .count();
    let untold = window.pending.len() - waiting;
    let is_for_gone = |case: &str| {
        window
            .deposits
            .iter()
            .any(|deposit| deposit.gone && deposit.case == case)
    };
    let excused = told.iter().filter(|one| is_for_gone(one.case)).count();
    if untold > excused && !window.events.is_empty() {
        findings.push(
            Finding::failed(
                "toutes les notifications en attente sont relevées",
                format!("{untold} n'ont jamais été relevées"),
            )
            .hint("relire GET /notifications tant que la liste n'est pas vide"),
        );
    }
    if window.deposits.is_empty() && !window.of_operation(12).any(Call::succeeded) {
        findings.push(Finding::inconclusive("le client n'a pas lu la liste vide"));
    }
    findings
}

fn never_done(window: &Window<'_>) -> Finding {
    Finding::inconclusive(format!(
        "le banc n'a pas pu faire ce qui était prévu (« {} ») : le client n'a pas fait l'appel attendu",
        window.armed.unwrap_or_default()
    ))
}

/// CLI-13: faults survived, nothing lost, nothing twice, no hammering (PRES-2021 "Les Fonctions des API").
pub(super) fn survival(window: &Window<'_>, choice: &Choice, baseline: &Baseline) -> Vec<Finding> {
    if window.misbehaved.is_empty() {
        return vec![never_done(window)];
    }
    let last_pass = window.passes.len().saturating_sub(1);
    if !window.calls.iter().any(|call| call.pass == last_pass) {
        return vec![Finding::inconclusive(
            "le client n'a plus fait d'appel après la panne : le silence ne prouve rien",
        )];
    }
    let mut findings = losses(window, baseline);
    findings.extend(doubles(window).filter(|_| !baseline.0.contains(&Lack::Twice)));
    findings.extend(hammering(window));
    let spoilt = window
        .calls
        .iter()
        .find(|call| call.misbehaved.is_some())
        .map(Call::id);
    for finding in &mut findings {
        if let Some(spoilt) = spoilt.filter(|id| !finding.exchanges.iter().any(|one| one == id)) {
            finding.exchanges.insert(0, spoilt.to_owned());
        }
    }
    let fault = choice.script.moves.iter().find_map(|one| match one {
        crate::script::Move::Misbehave(fault) => Some(*fault),
        _ => None,
    });
    if fault.is_some_and(Fault::is_only_recorded) {
        return vec![Finding::recorded(match findings.first() {
            None => "429 : le client attend et poursuit, sans rien perdre".to_owned(),
            Some(finding) => format!("429 : {}", finding.observed),
        })];
    }
    findings
}

#[cfg(test)]
mod tests {
    use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
    use reports::event::CheckOutcome;

    use super::super::tests::{session, started};
    use super::*;

    /// A reading of the notifications that failed, so many milliseconds after the start.
    fn failure(number: usize, milliseconds: u32) -> Line {
        Line::Exchange(Box::new(Exchange {
            id: format!("ex-{number:06}"),
            scenario: None,
            actor: None,
            method: "GET".into(),
            url: "http://hub/notifications".into(),
            path: "/notifications".into(),
            api: Api::Teledossiers,
            query: None,
            request_headers: Vec::new(),
            request_body: BodyExcerpt::default(),
            sent_at: format!(
                "2024-11-30T09:15:{:02}.{:03}Z",
                milliseconds / 1000,
                milliseconds % 1000
            )
            .parse()
            .unwrap(),
            duration_us: 10,
            answer: Answer::Broken("reset".into()),
        }))
    }

    fn failures_every(milliseconds: u32) -> Vec<Line> {
        let calls = (0..40_u32).map(|number| failure(number as usize, number * milliseconds));
        std::iter::once(started()).chain(calls).collect()
    }

    #[test]
    fn a_loop_without_a_pause_hammers_and_a_tenth_of_a_second_is_enough() {
        let fast = failures_every(20);
        let found = hammering(&Window::of_session(&fast)).unwrap();
        assert_eq!(found.outcome, CheckOutcome::Failed);
        assert_eq!(found.exchanges.len(), 2);
        assert_eq!(hammering(&Window::of_session(&failures_every(110))), None);
    }

    #[test]
    fn a_fault_that_was_never_produced_proves_nothing() {
        let lines = session(vec![failure(1, 0)]);
        let window = Window::of_session(&lines);
        assert_eq!(never_done(&window).outcome, CheckOutcome::Inconclusive);
        let found = token_renewal(&window, &Baseline::default());
        assert_eq!(found[0].outcome, CheckOutcome::Inconclusive);
    }
}
