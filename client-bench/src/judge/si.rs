//! What an SI must do with what it is notified of (CLI-05 to CLI-08). What the client was never
//! told of is a matter of CLI-05 alone; what it left undone is judged by the one rule that asks for
//! it.

use contract::exchange::Answer;
use contract::journeys;
use contract::operations::Operation;
use contract::status::CaseStatus;

use super::window::{Call, Window, rank_of};
use super::{RuleFinding, noting};
use crate::journal::{Deposit, Piece};

/// How many notifications a batch has, unless asked otherwise (contract §6).
const BATCH: usize = 25;

/// CLI-05: batches until there are no more (PRES-2021 "Récupération des notifications").
pub(super) fn batches(window: &Window<'_>) -> Vec<RuleFinding> {
    let told = window.told();
    let forgotten = window
        .deposits
        .iter()
        .filter(|deposit| !told.iter().any(|one| one.case == deposit.case))
        .count();
    let lists: Vec<_> =
        window.of_operation(Operation::ListNotifications).filter(|call| call.succeeded()).collect();
    let kept = told.iter().filter(|one| window.pending.contains(&one.id)).count();
    if forgotten > 0 && kept >= BATCH {
        return vec![RuleFinding::inconclusive(
            "le client ne supprime pas ce qu'il a relevé : le lot suivant ne peut pas lui être présenté (voir CLI-06)",
        )];
    }
    if forgotten > 0 {
        return vec![
            RuleFinding::failed(
                "les notifications sont relevées, lot après lot, jusqu'au dernier",
                format!(
                    "{forgotten} télédossiers sur {} n'ont jamais été relevés, en {} lectures",
                    window.deposits.len(),
                    lists.len()
                ),
            )
            .shown_by(lists.last().map(|call| call.id()))
            .hint("relire GET /notifications après avoir traité un lot, tant que la liste n'est pas vide")
            .by_omission(),
        ];
    }
    let widest = lists.iter().filter_map(|call| asked_for(call)).max();
    match widest.filter(|count| *count > 25) {
        Some(count) => vec![
            RuleFinding::passed("les notifications sont relevées jusqu'à la dernière"),
            RuleFinding::recorded(format!("lots réglés à {count} notifications")),
        ],
        None => Vec::new(),
    }
}

fn asked_for(call: &Call<'_>) -> Option<u64> {
    let query = call.exchange.query.as_deref()?;
    query.split('&').find_map(|pair| pair.strip_prefix("maxResult=")?.parse().ok())
}

/// CLI-06: each notification deleted, one by one, after its object was fetched.
pub(super) fn deletions(window: &Window<'_>) -> Vec<RuleFinding> {
    let all = window.told();
    if all.is_empty() && !window.deposits.is_empty() {
        return vec![RuleFinding::inconclusive(
            "le client n'a relevé aucune notification : il n'avait rien à supprimer",
        )];
    }
    let mut findings = Vec::new();
    for told in all {
        let deletion = window
            .of_operation(Operation::DeleteNotification)
            .find(|call| call.is_on(Operation::DeleteNotification, told.id) && call.took_effect());
        let Some(deletion) = deletion else {
            let left = window.pending.contains(&told.id);
            if left {
                findings.push(
                    RuleFinding::failed(
                        "chaque notification traitée est supprimée",
                        "une notification relevée n'est jamais supprimée",
                    )
                    .shown_by(window.of_operation(Operation::ListNotifications).find(|call| lists(call, told.id)).map(Call::id))
                    .hint("DELETE /notifications/{id} une fois le télédossier ou l'événement récupéré")
                    .by_omission(),
                );
            }
            continue;
        };
        let before = |call: &&Call<'_>| call.rank() < deletion.rank() && call.succeeded();
        let sent_by_client = |event: &str| {
            window
                .of_operation(Operation::CreateEvent)
                .any(|call| call.received["id"].as_str() == Some(event))
        };
        let late = match told.event {
            None => {
                let read = window
                    .of_operation(Operation::GetCase)
                    .filter(before)
                    .any(|call| call.is_on(Operation::GetCase, told.case));
                let deposit = window.deposits.iter().find(|deposit| deposit.case == told.case);
                match deposit {
                    Some(deposit) if deposit.gone => None,
                    _ if !read => Some("avant que le dossier ait été lu"),
                    Some(deposit) => late_file(
                        window,
                        Operation::GetCaseAttachment,
                        &deposit.attachments,
                        deletion.rank(),
                    )
                    .then_some("avant le téléchargement des pièces jointes"),
                    None => None,
                }
            }
            Some(event) if told.says_enough || sent_by_client(event) => None,
            Some(event) => {
                let read = window.calls.iter().filter(before).any(|call| reads_event(call, event));
                let sent = window.events.iter().find(|sent| sent.event == event);
                match sent {
                    _ if !read => Some("avant que l'événement ait été lu"),
                    Some(sent) => late_file(
                        window,
                        Operation::GetEventAttachment,
                        &sent.attachments,
                        deletion.rank(),
                    )
                    .then_some("avant le téléchargement des pièces jointes de l'événement"),
                    None => None,
                }
            }
        };
        if let Some(how) = late {
            findings.push(
                RuleFinding::failed(
                    "la notification est supprimée après la récupération de son objet",
                    format!("elle est supprimée {how}"),
                )
                .shown_by([deletion.id()])
                .hint("supprimer la notification en dernier : si le logiciel s'arrête avant, elle lui sera présentée à nouveau"),
            );
        }
    }
    findings.truncate(5);
    findings
}

pub(super) fn lists(call: &Call<'_>, notification: &str) -> bool {
    let list = call.received.as_array();
    list.is_some_and(|list| list.iter().any(|one| one["id"].as_str() == Some(notification)))
}

/// Whether a file was downloaded, and only after a moment.
pub(super) fn late_file(
    window: &Window<'_>,
    operation: Operation,
    pieces: &[Piece],
    moment: u64,
) -> bool {
    pieces.iter().any(|piece| {
        let mut downloads = window
            .of_operation(operation)
            .filter(|call| has_got(call, operation, piece))
            .peekable();
        downloads.peek().is_some() && downloads.all(|call| call.rank() > moment)
    })
}

/// Whether a call got the right bytes of a file.
pub(super) fn has_got(call: &Call<'_>, operation: Operation, piece: &Piece) -> bool {
    let right = match &call.exchange.answer {
        Answer::Received { body, .. } => body.sha256.as_deref() == Some(piece.sha256.as_str()),
        Answer::Broken(_) => false,
    };
    call.is_on(operation, &piece.id) && call.succeeded() && right
}

pub(super) fn reads_event(call: &Call<'_>, event: &str) -> bool {
    let in_case = || {
        let events = call.received["events"].as_array();
        events.is_some_and(|events| events.iter().any(|one| one["id"].as_str() == Some(event)))
    };
    call.is_on(Operation::GetEvent, event) || call.is(Operation::GetCase) && in_case()
}

/// CLI-07: the case is read, and each `RECEIVED` file downloaded. Another one asked for is only
/// noted: the administration's own client asks for all.
pub(super) fn downloads(window: &Window<'_>) -> Vec<RuleFinding> {
    let known = window.known_deposits();
    if known.is_empty() {
        return vec![RuleFinding::inconclusive("le client n'a relevé aucun télédossier")];
    }
    let is_whole = |deposit: &&&Deposit| deposit.attachments.iter().all(Piece::is_received);
    let whole: Vec<_> = known.iter().filter(is_whole).collect();
    let unwanted = unwanted_download(window);
    if whole.is_empty() {
        // What is fetched of a télédossier with a file that must not be had is CLI-12's.
        let none = || RuleFinding::recorded("seules des pièces jointes RECEIVED sont demandées");
        return vec![unwanted.unwrap_or_else(none)];
    }
    let findings = whole.iter().filter_map(|deposit| unfetched(window, deposit)).take(3).collect();
    noting(findings, unwanted)
}

/// What of a télédossier was not fetched.
pub(super) fn unfetched(window: &Window<'_>, deposit: &Deposit) -> Option<RuleFinding> {
    let reads: Vec<_> = window
        .of_operation(Operation::GetCase)
        .filter(|call| call.is_on(Operation::GetCase, &deposit.case))
        .collect();
    if !reads.iter().any(|call| call.succeeded()) {
        return Some(
            RuleFinding::failed(
                "le dossier est lu",
                format!("le dossier {} n'est jamais lu", deposit.number),
            )
            .shown_by(reads.first().map(|call| call.id()))
            .hint("GET /cases/{id} de l'identifiant caseId de la notification")
            .by_omission(),
        );
    }
    let missing: Vec<_> = deposit
        .attachments
        .iter()
        .filter(|piece| piece.is_received())
        .filter(|piece| {
            !window
                .of_operation(Operation::GetCaseAttachment)
                .any(|call| has_got(call, Operation::GetCaseAttachment, piece))
        })
        .collect();
    let first = missing.first()?;
    let tried = window
        .of_operation(Operation::GetCaseAttachment)
        .find(|call| call.is_on(Operation::GetCaseAttachment, &first.id))
        .map(Call::id);
    Some(
        RuleFinding::failed(
            "chaque pièce jointe RECEIVED est téléchargée en entier",
            format!("{} pièces jointes sur {} n'ont pas été obtenues telles que déposées", missing.len(), deposit.attachments.len()),
        )
        .shown_by(tried.or(reads.last().map(|call| call.id())))
        .hint("GET /cases/{id}/attachments/{id}, et à nouveau si la longueur ou l'empreinte (en-tête digest) ne concorde pas")
        .by_omission(),
    )
}

/// A download of what is not `RECEIVED`.
fn unwanted_download(window: &Window<'_>) -> Option<RuleFinding> {
    let unwanted: Vec<&Piece> = window
        .deposits
        .iter()
        .flat_map(|deposit| &deposit.attachments)
        .filter(|piece| !piece.is_received())
        .collect();
    let call = window.of_operation(Operation::GetCaseAttachment).find(|call| {
        unwanted.iter().any(|piece| call.is_on(Operation::GetCaseAttachment, &piece.id))
    })?;
    Some(
        RuleFinding::recorded("une pièce jointe qui n'est pas RECEIVED est demandée")
            .shown_by([call.id()])
            .hint("lire le statut de chaque pièce jointe dans la réponse de GET /cases/{id}"),
    )
}

/// The statuses that the client gave a case, in order: the status, whether an event carries it, the
/// exchange.
fn statuses_of<'a>(window: &'a Window<'_>, case: &str) -> Vec<(String, bool, &'a str)> {
    window
        .calls
        .iter()
        .filter(|call| call.took_effect() && call.ids.first() == Some(&case))
        .filter_map(|call| match call.operation {
            Some(Operation::UpdateCase) => Some((call.says("status").to_owned(), false, call.id())),
            Some(Operation::CreateEvent) => {
                Some((call.says("caseNewStatus").to_owned(), true, call.id()))
            }
            _ => None,
        })
        .filter(|(status, ..)| !status.is_empty())
        .collect()
}

/// CLI-08: the statuses that the démarche obliges to, then a final one, each with an event
/// (CI-SI-1.2.6).
pub(super) fn statuses(window: &Window<'_>) -> Vec<RuleFinding> {
    let known = window.known_deposits();
    if known.is_empty() {
        return vec![RuleFinding::inconclusive("le client n'a relevé aucun télédossier")];
    }
    let findings =
        known.iter().filter_map(|deposit| missing_status(window, deposit)).take(3).collect();
    noting(findings, known.iter().find_map(|deposit| hasty_status(window, deposit)))
}

/// A status given to a case before any of its files was downloaded: the first one confirms that
/// they were received (PRES-2021 "Téléchargement d'un télé-dossier", step 3).
fn hasty_status(window: &Window<'_>, deposit: &Deposit) -> Option<RuleFinding> {
    let first = window
        .of_operation(Operation::GetCaseAttachment)
        .filter(|call| call.ids.first() == Some(&deposit.case.as_str()))
        .map(Call::rank)
        .min();
    let given = statuses_of(window, &deposit.case).into_iter();
    let hasty: Vec<_> =
        given.filter(|(.., id)| first.is_none_or(|first| rank_of(id) < first)).collect();
    if hasty.is_empty() || deposit.gone || !deposit.attachments.iter().any(Piece::is_received) {
        return None;
    }
    let names: Vec<_> = hasty.iter().map(|(status, ..)| status.as_str()).collect();
    Some(
        RuleFinding::recorded(format!(
            "dossier {} : {} avant tout téléchargement de ses pièces jointes",
            deposit.number,
            names.join(", ")
        ))
        .shown_by(hasty.iter().map(|(.., id)| *id))
        .hint("télécharger d'abord les pièces jointes : le premier statut confirme leur réception"),
    )
}

/// What is missing of the statuses of a case.
pub(super) fn missing_status(window: &Window<'_>, deposit: &Deposit) -> Option<RuleFinding> {
    let intermediate = journeys::intermediate_of(&deposit.process);
    let finals = journeys::finals_of(&deposit.process);
    let given = statuses_of(window, &deposit.case);
    let place = |status: CaseStatus| given.iter().position(|(one, ..)| one == status.name());
    let seen = || {
        let names: Vec<_> = given.iter().map(|(status, ..)| status.as_str()).collect();
        if names.is_empty() { "aucun statut".to_owned() } else { names.join(", ") }
    };
    let names = |statuses: &[CaseStatus]| {
        statuses.iter().map(|status| status.name()).collect::<Vec<_>>().join(" ou ")
    };
    let passed = intermediate.iter().map(|status| format!("{} puis ", status.name()));
    let expected = format!("{} : {}{}", deposit.process, passed.collect::<String>(), names(finals));
    let failed = |what: String, exchange: Option<&str>| {
        Some(
            RuleFinding::failed(&expected, format!("dossier {} : {what}", deposit.number))
                .shown_by(exchange)
                .hint("POST /cases/{id}/events, actionType STATUS_UPDATE et caseNewStatus, pour chacun de ces statuts"),
        )
    };
    let last = given.last().map(|(.., id)| *id);
    let final_at = finals.iter().filter_map(|status| place(*status)).min();
    for status in intermediate {
        match (place(*status), final_at) {
            (None, end) => {
                let found = failed(format!("{} n'est pas passé ; {}", status.name(), seen()), last);
                // Once the final status is set, it is left out for good.
                return found.map(match end {
                    Some(_) => RuleFinding::by_omission_for_good,
                    None => RuleFinding::by_omission,
                });
            }
            (Some(at), Some(end)) if at > end => {
                return failed(
                    format!("{} vient après un statut final ; {}", status.name(), seen()),
                    last,
                );
            }
            _ => {}
        }
    }
    // D of the catalogue: CINE-2022 ends CERTDC at IN_PROGRESS, CI-SI-1.2.6 at DONE. Nobody fails
    // by it.
    let ends_early = deposit.process == "CERTDC";
    if final_at.is_none() && !ends_early {
        return failed(format!("aucun statut final ; {}", seen()), last)
            .map(RuleFinding::by_omission);
    }
    let silent = given.iter().find(|(status, with_event, _)| {
        let has_event = given.iter().any(|(other, event, _)| other == status && *event);
        !with_event && !has_event
    });
    let (status, _, id) = silent?;
    failed(format!("{status} est posé sans événement"), Some(id)).map(RuleFinding::by_omission)
}

#[cfg(test)]
mod tests {
    use reports::event::CheckOutcome;

    use serde_json::{Value, json};

    use super::super::tests::{call, deposited, session};
    use super::*;

    #[test]
    fn a_change_of_status_that_the_list_tells_of_is_deleted_unread_and_another_event_is_not() {
        let found = |list: &Value| {
            let lines = session(vec![
                call(1, ("GET", "/notifications"), &Value::Null, (Some(200), list)),
                call(2, ("DELETE", "/notifications/n-1"), &Value::Null, (Some(204), &Value::Null)),
            ]);
            deletions(&Window::of_session(&lines)).len()
        };
        let told = |action: &str, status: &str| {
            json!([{ "id": "n-1", "caseId": "c-1", "eventId": "e-1",
                "eventActionType": action, "eventStatus": status }])
        };
        assert_eq!(found(&told("STATUS_UPDATE", "SENT")), 0);
        assert_eq!(found(&told("SENDING_MESSAGE", "RECEIVED")), 0);
        assert_eq!(found(&told("SENDING_MESSAGE", "SENT")), 1);
        assert_eq!(found(&json!([{ "id": "n-1", "caseId": "c-1", "eventId": "e-1" }])), 1);
    }

    #[test]
    fn a_client_that_listed_nothing_deleted_nothing_in_time_or_late() {
        let lines = session(vec![
            deposited(),
            call(1, ("GET", "/notifications"), &Value::Null, (Some(503), &Value::Null)),
        ]);
        let found = deletions(&Window::of_session(&lines));
        assert_eq!(found[0].outcome, CheckOutcome::Inconclusive);
    }
}
