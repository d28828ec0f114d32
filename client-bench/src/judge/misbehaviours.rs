//! What a client must survive (CLI-03, CLI-12, CLI-13): nothing lost, nothing processed twice, no
//! loop that hammers the hub, and a clean exchange afterwards. What a client does wrong without any
//! misbehaviour is a matter of other rules: it makes these inconclusive, never failed.

use std::collections::{BTreeMap, BTreeSet};

use contract::misbehaviour::Act;
use contract::operations::Operation;
use time::Duration;

use super::window::{Call, Window};
use super::{RuleFinding, osl_session, si};
use crate::act::NamedMisbehaviour;
use crate::journal::{Deposit, FINGERPRINT, Line, Piece};
use crate::plan::Choice;

/// How often one call may fail within a second before the client is said to hammer the hub. A
/// client that waits before it tries again, be it a tenth of a second, stays below.
const FAILURES_IN_A_SECOND: usize = 10;

/// A way of not dealing with a télédossier, or with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lack {
    NotFetched,
    NoStatus,
    NotDeleted,
    Twice,
    EventIgnored,
    EventUnread,
    DepositedTwice,
}

/// What may be left out, and the rule that is not kept then where nothing is misbehaved.
const LEFT_OUT: [(Lack, &str); 4] = [
    (Lack::NotFetched, "CLI-07"),
    (Lack::NoStatus, "CLI-08"),
    (Lack::NotDeleted, "CLI-06"),
    (Lack::EventIgnored, "CLI-09"),
];

impl Lack {
    /// Whether the client openly leaves it out.
    fn is_open(self, window: &Window<'_>) -> bool {
        LEFT_OUT.iter().any(|(lack, rule)| *lack == self && window.does_not_offer(rule))
    }
}

/// What the client does wrong without any misbehaviour.
#[derive(Default)]
pub(super) struct Baseline(BTreeSet<Lack>);

impl Baseline {
    /// Whether the client deposits the same files several times in one turn anyway.
    pub(super) fn deposits_twice(&self) -> bool {
        self.0.contains(&Lack::DepositedTwice)
    }
}

/// What the client lacks where the bench behaved, and asked for nothing out of the ordinary.
pub(super) fn baseline(lines: &[Line], choices: &[Choice]) -> Baseline {
    let plain = choices.iter().filter(|choice| choice.script.is_plain());
    let mut windows = plain.flat_map(|choice| Window::plays_of(lines, choice)).peekable();
    let mut lacks = BTreeSet::new();
    if windows.peek().is_none() {
        // Nothing shows what the client does where the bench behaves: its word is taken for it.
        let session = Window::of_session(lines);
        let open = LEFT_OUT.iter().map(|(lack, _)| *lack);
        lacks.extend(open.filter(|lack| lack.is_open(&session)));
    }
    for window in windows {
        // A reopened case is processed again, rightly; where nothing but deposits came, the same
        // status twice is a habit.
        if window.events.is_empty() && doubles(&window).is_some() {
            lacks.insert(Lack::Twice);
        }
        if osl_session::deposits_twice(&window) {
            lacks.insert(Lack::DepositedTwice);
        }
        // What it had no time for is no habit.
        if window.how_cut().is_some() {
            continue;
        }
        lacks.extend(lacks_of_events(&window).into_iter().map(|(lack, _)| lack));
        for deposit in window.known_deposits() {
            let is_whole = deposit.attachments.iter().all(Piece::is_received);
            if is_whole && !deposit.gone {
                lacks.extend(lacks_of(&window, deposit).into_iter().map(|(lack, _)| lack));
            }
        }
    }
    Baseline(lacks)
}

/// What was not done of a télédossier.
fn lacks_of(window: &Window<'_>, deposit: &Deposit) -> Vec<(Lack, RuleFinding)> {
    let mut lacks = Vec::new();
    lacks.extend(si::unfetched(window, deposit).map(|finding| (Lack::NotFetched, finding)));
    lacks.extend(si::missing_status(window, deposit).map(|finding| (Lack::NoStatus, finding)));
    let told = window.told();
    let notification = told.iter().find(|one| one.case == deposit.case && one.event.is_none());
    if notification.is_some_and(|one| window.pending.contains(&one.id)) {
        lacks.push((
            Lack::NotDeleted,
            RuleFinding::failed(
                "la notification finit par être supprimée",
                "elle est encore là à la fin",
            )
            .by_omission(),
        ));
    }
    if notification.is_none()
        && !window
            .of_operation(Operation::GetCase)
            .any(|call| call.is_on(Operation::GetCase, &deposit.case))
    {
        lacks.push((
            Lack::NotFetched,
            RuleFinding::failed(
                "chaque télédossier est relevé",
                format!("le télédossier {} n'a pas été relevé", deposit.number),
            )
            .by_omission(),
        ));
    }
    lacks
}

/// What was not done of the events that the client was told of: to be told of one is not yet to
/// treat it.
fn lacks_of_events(window: &Window<'_>) -> Vec<(Lack, RuleFinding)> {
    if window.events.is_empty() {
        return Vec::new();
    }
    let read = events_read(window);
    let sent: BTreeSet<&str> = window.events.iter().map(|one| one.event.as_str()).collect();
    let deletions: BTreeMap<&str, &str> = window
        .of_operation(Operation::DeleteNotification)
        .filter(|call| call.took_effect())
        .filter_map(|call| Some((*call.ids.last()?, call.id())))
        .collect();
    let (mut ignored, mut unread) = (0, Vec::new());
    for told in window.told() {
        let Some(event) = told.event.filter(|event| sent.contains(event)) else {
            continue;
        };
        if told.says_enough || read.contains(event) {
            continue;
        }
        match deletions.get(told.id) {
            Some(deletion) => unread.push(*deletion),
            None => ignored += 1,
        }
    }
    let mut lacks = Vec::new();
    if ignored > 0 {
        lacks.push((
            Lack::EventIgnored,
            RuleFinding::failed(
                "chaque événement relevé est lu, puis sa notification supprimée",
                format!("{ignored} événements relevés ne sont ni lus ni supprimés de la file"),
            )
            .by_omission(),
        ));
    }
    if !unread.is_empty() {
        lacks.push((
            Lack::EventUnread,
            RuleFinding::failed(
                "chaque événement relevé est lu avant que sa notification soit supprimée",
                format!(
                    "{} notifications sont supprimées sans que leur événement ait été lu",
                    unread.len()
                ),
            )
            .shown_by(unread.first().copied())
            .by_omission_for_good(),
        ));
    }
    lacks
}

/// The events that the client read, by themselves or in their case.
fn events_read<'w>(window: &'w Window<'_>) -> BTreeSet<&'w str> {
    let mut read: BTreeSet<&'w str> = BTreeSet::new();
    for call in window.calls.iter().filter(|call| call.succeeded()) {
        match call.operation {
            Some(Operation::GetEvent) => read.extend(call.ids.last().copied()),
            Some(Operation::GetCase) => {
                let events = call.received["events"].as_array().into_iter().flatten();
                read.extend(events.filter_map(|one| one["id"].as_str()));
            }
            _ => {}
        }
    }
    read
}

/// What was lost: lacks that the client does not have without misbehaviours.
fn losses(window: &Window<'_>, baseline: &Baseline) -> Vec<RuleFinding> {
    let mut findings = Vec::new();
    let mut explained = false;
    let deposits = window.deposits.iter().filter(|deposit| !deposit.gone);
    let lacks = deposits.flat_map(|deposit| lacks_of(window, deposit));
    for (lack, finding) in lacks.chain(lacks_of_events(window)) {
        match baseline.0.contains(&lack) {
            // Nobody misses here either what the client openly never does.
            true if lack.is_open(window) => {}
            true => explained = true,
            false => findings.push(finding),
        }
    }
    findings.truncate(3);
    if findings.is_empty() && explained {
        findings.push(RuleFinding::inconclusive(
            "ce que le client omet ici, il l'omet aussi sans panne : voir les autres règles",
        ));
    }
    findings
}

/// What was processed twice: the same status, announced twice by events that both took effect.
fn doubles(window: &Window<'_>) -> Option<RuleFinding> {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for call in window.of_operation(Operation::CreateEvent).filter(|call| call.took_effect()) {
        let (case, status) =
            (call.ids.first().copied().unwrap_or_default(), call.says("caseNewStatus"));
        if status.is_empty() || call.says("actionType") != "STATUS_UPDATE" {
            continue;
        }
        if let Some(first) = seen.insert((case, status), call.id()) {
            return Some(
                RuleFinding::failed(
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
pub(super) fn hammering(window: &Window<'_>) -> Option<RuleFinding> {
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
            RuleFinding::failed(
                format!("au plus {FAILURES_IN_A_SECOND} échecs du même appel par seconde"),
                format!("{method} {path} est répété sans pause : {} échecs", calls.len()),
            )
            .shown_by([burst[0].id(), burst[FAILURES_IN_A_SECOND].id()])
            .hint("attendre avant de réessayer, de plus en plus longtemps, et renoncer jusqu'au passage suivant"),
        )
    })
}

/// CLI-03: another token after a 401, and nothing lost.
pub(super) fn token_renewal(window: &Window<'_>, baseline: &Baseline) -> Vec<RuleFinding> {
    let refused = window.calls.iter().find(|call| {
        call.misbehaved.is_some_and(|one| one.act == Act::EndToken)
            && call.exchange.status() == Some(401)
    });
    let Some(refused) = refused else {
        return vec![RuleFinding::inconclusive(
            "le jeton n'a pas pris fin : le client n'a pas fait l'appel attendu",
        )];
    };
    let old = refused.exchange.request_header(FINGERPRINT);
    // A program that is run again has another token anyway.
    let renewed = window.calls.iter().any(|call| {
        call.rank() > refused.rank()
            && call.pass == refused.pass
            && call.succeeded()
            && !call.is_token()
            && call.exchange.request_header(FINGERPRINT) != old
    });
    if !renewed {
        return vec![
            RuleFinding::failed(
                "un autre jeton est demandé après un 401, et le traitement se poursuit",
                "aucun appel n'aboutit après le 401",
            )
            .shown_by([refused.id()])
            .hint("sur un 401, demander un jeton et refaire le même appel, une fois")
            .by_omission(),
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
pub(super) fn tolerance(window: &Window<'_>, baseline: &Baseline) -> Vec<RuleFinding> {
    if window.armed.is_some() && window.misbehaved.is_empty() {
        return vec![never_done(window)];
    }
    let mut findings = losses(window, baseline);
    findings.extend(hammering(window));
    let told = window.told();
    let waiting = window.pending.iter().filter(|id| told.iter().any(|one| one.id == **id)).count();
    let untold = window.pending.len() - waiting;
    let is_for_gone =
        |case: &str| window.deposits.iter().any(|deposit| deposit.gone && deposit.case == case);
    let excused = told.iter().filter(|one| is_for_gone(one.case)).count();
    let has_untold = untold > excused && !window.events.is_empty();
    if has_untold && baseline.0.contains(&Lack::NotDeleted) {
        findings.push(RuleFinding::inconclusive(
            "le client ne supprime pas ce qu'il a relevé : le lot suivant ne peut pas lui être présenté (voir CLI-06)",
        ));
    } else if has_untold {
        findings.push(
            RuleFinding::failed(
                "toutes les notifications en attente sont relevées",
                format!("{untold} n'ont jamais été relevées"),
            )
            .hint("relire GET /notifications tant que la liste n'est pas vide")
            .by_omission(),
        );
    }
    if window.deposits.is_empty()
        && !window.of_operation(Operation::ListNotifications).any(Call::succeeded)
    {
        findings.push(RuleFinding::inconclusive("le client n'a pas lu la liste vide"));
    }
    findings
}

fn never_done(window: &Window<'_>) -> RuleFinding {
    RuleFinding::inconclusive(format!(
        "le banc n'a pas pu faire ce qui était prévu (« {} ») : le client n'a pas fait l'appel attendu",
        window.armed.unwrap_or_default()
    ))
}

/// CLI-13: misbehaviours survived, nothing lost, nothing twice, no hammering (PRES-2021 "Les
/// Fonctions des API").
pub(super) fn survival(
    window: &Window<'_>,
    choice: &Choice,
    baseline: &Baseline,
) -> Vec<RuleFinding> {
    if window.misbehaved.is_empty() {
        return vec![never_done(window)];
    }
    let last_pass = window.passes.len().saturating_sub(1);
    if !window.calls.iter().any(|call| call.pass == last_pass) {
        return vec![RuleFinding::inconclusive(
            "le client n'a plus fait d'appel après la panne : le silence ne prouve rien",
        )];
    }
    let mut findings = losses(window, baseline);
    findings.extend(doubles(window).filter(|_| !baseline.0.contains(&Lack::Twice)));
    findings.extend(hammering(window));
    let spoilt = window.calls.iter().find(|call| call.misbehaved.is_some()).map(Call::id);
    for finding in &mut findings {
        if let Some(spoilt) = spoilt.filter(|id| !finding.exchanges.iter().any(|one| one == id)) {
            finding.exchanges.insert(0, spoilt.to_owned());
        }
    }
    let misbehaviour = choice.script.moves.iter().find_map(|one| match one {
        crate::script::Move::Misbehave(misbehaviour) => Some(*misbehaviour),
        _ => None,
    });
    if misbehaviour.is_some_and(NamedMisbehaviour::is_only_recorded) {
        let outcome = findings.first().map_or("rien n'est perdu", |finding| &finding.observed);
        let pause = pause(window).unwrap_or_default();
        return vec![RuleFinding::recorded(format!("429 : {pause}{outcome}")).shown_by(spoilt)];
    }
    findings
}

/// How long the client waited after a 429, and how long it was asked to.
fn pause(window: &Window<'_>) -> Option<String> {
    let refused = window.calls.iter().find(|call| call.exchange.status() == Some(429))?;
    let asked: i64 = refused.exchange.answer_header("retry-after")?.parse().ok()?;
    let microseconds = i64::try_from(refused.exchange.duration_us).ok()?;
    let told = refused.at() + Duration::microseconds(microseconds);
    let next = window.calls.iter().filter(|call| call.at() >= told).min_by_key(|call| call.at());
    let Some(next) = next else {
        return Some("le client ne fait plus aucun appel ; ".to_owned());
    };
    let waited = next.at() - told;
    let how = match waited < Duration::seconds(asked) {
        true => "n'attend pas",
        false => "attend",
    };
    Some(format!(
        "le client {how} : son appel suivant ({} {}) vient {} ms après, Retry-After demandait {asked} s ; ",
        next.exchange.method,
        next.exchange.path,
        waited.whole_milliseconds(),
    ))
}

#[cfg(test)]
mod tests {
    use contract::exchange::{Answer, Api, BodyExcerpt, Exchange};
    use reports::event::CheckOutcome;

    use serde_json::{Value, json};

    use super::super::tests::{call, scenario, session, started, turn_ended};
    use super::*;
    use crate::journal::{EventSent, Mark};
    use crate::plan::choices;

    fn told_of_an_event(id: &str, more: Vec<Line>) -> Vec<Line> {
        let listed = json!([{ "id": "n-1", "caseId": "c-1", "eventId": "e-1" }]);
        let mut lines = vec![
            scenario(id, &[]),
            Line::Mark(Mark::EventSent(EventSent {
                case: "c-1".into(),
                event: "e-1".into(),
                action: "COM_ADD".into(),
                attachments: Vec::new(),
            })),
            call(1, ("GET", "/notifications"), &Value::Null, (Some(200), &listed)),
        ];
        lines.extend(more);
        lines.push(turn_ended(false));
        lines.push(Line::Mark(Mark::ScenarioEnded { scenario: id.into(), pending: Vec::new() }));
        session(lines)
    }

    fn deletion(number: u32) -> Line {
        let path = ("DELETE", "/notifications/n-1");
        call(number, path, &Value::Null, (Some(204), &Value::Null))
    }

    fn reading(number: u32) -> Line {
        let event = json!({ "id": "e-1" });
        let path = ("GET", "/cases/c-1/events/e-1");
        call(number, path, &Value::Null, (Some(200), &event))
    }

    #[test]
    fn an_event_that_was_only_told_is_not_treated_nor_is_one_deleted_unread() {
        let lacks = |more: Vec<Line>| {
            let lines = told_of_an_event("x", more);
            let found = lacks_of_events(&Window::of_session(&lines));
            found.into_iter().map(|(lack, _)| lack).collect::<Vec<_>>()
        };
        assert_eq!(lacks(Vec::new()), [Lack::EventIgnored]);
        assert_eq!(lacks(vec![deletion(2)]), [Lack::EventUnread]);
        // That its notification stays is another rule's matter.
        assert!(lacks(vec![reading(2)]).is_empty());
        assert!(lacks(vec![reading(2), deletion(3)]).is_empty());
    }

    #[test]
    fn only_what_a_plain_scenario_shows_is_a_habit() {
        let choices = choices(&super::super::started(&session(Vec::new()))).unwrap();
        for (name, is_habit) in [
            ("Un complément avec une pièce jointe", true),
            ("Mille notifications en attente", false),
        ] {
            let choice = choices.iter().find(|one| one.script.name == name).unwrap();
            let lines = told_of_an_event(&choice.id, Vec::new());
            let found = baseline(&lines, &choices);
            assert_eq!(found.0.contains(&Lack::EventIgnored), is_habit, "{name}");
        }
    }

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

    #[test]
    fn a_client_waits_after_a_429_or_is_said_not_to() {
        let said = |milliseconds: u32| {
            let Line::Exchange(mut refused) = failure(1, 0) else { panic!("no exchange") };
            refused.answer = Answer::Received {
                status: 429,
                version: "HTTP/1.1".into(),
                headers: vec![("retry-after".into(), "1".into())],
                body: BodyExcerpt::default(),
            };
            let lines =
                session(vec![Line::Exchange(refused), failure(2, milliseconds), failure(3, 5000)]);
            pause(&Window::of_session(&lines)).unwrap()
        };
        assert!(said(4).contains("n'attend pas"), "{}", said(4));
        assert!(said(1100).contains("le client attend : "), "{}", said(1100));
        assert!(said(1100).contains("1099 ms après, Retry-After demandait 1 s"), "{}", said(1100));
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
    fn a_misbehaviour_that_was_never_produced_proves_nothing() {
        let lines = session(vec![failure(1, 0)]);
        let window = Window::of_session(&lines);
        assert_eq!(never_done(&window).outcome, CheckOutcome::Inconclusive);
        let found = token_renewal(&window, &Baseline::default());
        assert_eq!(found[0].outcome, CheckOutcome::Inconclusive);
    }
}
