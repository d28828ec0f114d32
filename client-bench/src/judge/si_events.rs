//! What an SI, or an OSL in its turn, must do with events: those it is notified of, and those it
//! sends (CLI-09 to CLI-11).

use contract::operations::Operation;
use contract::status::{ActionType, CaseStatus};

use super::si::{has_got, late_file, lists, reads_event};
use super::window::{Call, Window};
use super::{RuleFinding, noting};

/// CLI-09: an event notified is read, its files downloaded, set `RECEIVED`, and only then its
/// notification deleted. That a mere change of status is not read is only noted.
pub(super) fn events(window: &Window<'_>) -> Vec<RuleFinding> {
    let (findings, notes) = events_treated(window);
    noting(findings, notes)
}

/// What is found of the events notified, and what is only noted.
pub(super) fn events_treated(window: &Window<'_>) -> (Vec<RuleFinding>, Vec<RuleFinding>) {
    let told = window.told();
    let (mut findings, mut notes) = (Vec::new(), Vec::new());
    for sent in &window.events {
        let Some(notification) = told.iter().find(|one| one.event == Some(sent.event.as_str()))
        else {
            findings
                .push(RuleFinding::inconclusive("le client n'a pas relevé un événement notifié"));
            continue;
        };
        let fail = |what: &str, exchange: Option<&str>| {
            RuleFinding::failed(
                "l'événement est lu, ses pièces jointes téléchargées, il est passé à RECEIVED, puis la notification supprimée",
                format!("événement {} : {what}", sent.action),
            )
            .shown_by(exchange)
            .hint("PATCH /cases/{id}/events/{id} {\"status\":\"RECEIVED\"} avant DELETE /notifications/{id}")
        };
        let deletion = window.of_operation(Operation::DeleteNotification).find(|call| {
            call.is_on(Operation::DeleteNotification, notification.id) && call.took_effect()
        });
        // Once its notification is deleted, what was left out is left out for good.
        let omit = |what: &str, exchange: Option<&str>| match deletion {
            Some(_) => fail(what, exchange).by_omission_for_good(),
            None => fail(what, exchange).by_omission(),
        };
        let about = || window.calls.iter().find(|call| lists(call, notification.id)).map(Call::id);
        if !window.calls.iter().any(|call| call.succeeded() && reads_event(call, &sent.event)) {
            if sent.action != "STATUS_UPDATE" {
                findings.push(omit("il n'est jamais lu", about()));
                continue;
            }
            notes.push(
                RuleFinding::recorded("un STATUS_UPDATE notifié n'est pas lu").shown_by(about()),
            );
        }
        let missing = sent.attachments.iter().find(|piece| {
            !window
                .of_operation(Operation::GetEventAttachment)
                .any(|call| has_got(call, Operation::GetEventAttachment, piece))
        });
        if missing.is_some() {
            findings.push(omit("sa pièce jointe n'est pas téléchargée", about()));
        }
        let acknowledged = window.of_operation(Operation::UpdateEvent).find(|call| {
            call.is_on(Operation::UpdateEvent, &sent.event)
                && call.says("status") == "RECEIVED"
                && call.took_effect()
        });
        let has_late_file =
            |moment| late_file(window, Operation::GetEventAttachment, &sent.attachments, moment);
        match (acknowledged, deletion) {
            (None, deletion) => findings
                .push(omit("il n'est pas passé à RECEIVED", deletion.map(Call::id).or(about()))),
            (Some(received), Some(deletion)) if deletion.rank() < received.rank() => {
                findings.push(fail(
                    "il est passé à RECEIVED après la suppression de sa notification",
                    Some(received.id()),
                ));
            }
            (Some(received), _) if has_late_file(received.rank()) => findings.push(fail(
                "il est passé à RECEIVED avant le téléchargement de sa pièce jointe",
                Some(received.id()),
            )),
            _ => {}
        }
    }
    findings.truncate(5);
    notes.truncate(1);
    (findings, notes)
}

/// CLI-10: files sent with an event are declared, uploaded as declared, then the event is set
/// `SENT`.
pub(super) fn sent_files(window: &Window<'_>) -> Vec<RuleFinding> {
    let deposits: Vec<_> = window
        .of_operation(Operation::CreateEvent)
        .filter(|call| call.says("actionType") == "ATTACH_DEPOSIT" && call.succeeded())
        .collect();
    if deposits.is_empty() {
        return vec![
            RuleFinding::inconclusive("le client n'a envoyé aucun événement avec pièce jointe")
                .hint("si le logiciel n'en envoie jamais, dites-le : --not-offered CLI-10=\"…\""),
        ];
    }
    let mut findings = Vec::new();
    for created in deposits {
        let event = created.received["id"].as_str().unwrap_or_default();
        let cancelled = window
            .of_operation(Operation::DeleteEvent)
            .any(|call| call.is_on(Operation::DeleteEvent, event) && call.took_effect());
        if cancelled {
            continue;
        }
        let fail = |what: String, exchange: &str| {
            RuleFinding::failed(
                "les pièces sont déclarées, déposées avec la taille et le type annoncés, puis l'événement passé à SENT",
                what,
            )
            .shown_by([exchange])
            .hint("PUT …/events/{id}/attachments/{id} avec autant d'octets que size, puis PATCH …/events/{id} {\"status\":\"SENT\"}")
        };
        let mut last_upload = created.rank();
        for attachment in created.received["attachments"].as_array().into_iter().flatten() {
            let id = attachment["id"].as_str().unwrap_or_default();
            let mut uploads = window
                .of_operation(Operation::PutEventAttachment)
                .filter(|call| call.is_on(Operation::PutEventAttachment, id))
                .peekable();
            let Some(first) = uploads.peek().copied() else {
                findings.push(
                    fail("une pièce déclarée n'est jamais déposée".to_owned(), created.id())
                        .by_omission(),
                );
                continue;
            };
            let (first_id, length) = (first.id(), first.exchange.request_body.length);
            match uploads.find(|call| call.took_effect()) {
                Some(upload) => last_upload = last_upload.max(upload.rank()),
                None => {
                    let found = fail(
                        format!(
                            "{} octets annoncés, {length} déposés, réponse {}",
                            attachment["size"],
                            answer_of(first)
                        ),
                        first_id,
                    );
                    findings.push(if first.is_unanswered() { found.by_omission() } else { found });
                }
            }
        }
        let sent = window.of_operation(Operation::UpdateEvent).find(|call| {
            call.is_on(Operation::UpdateEvent, event) && call.says("status") == "SENT"
        });
        match sent {
            None if findings.is_empty() => findings.push(
                fail("l'événement n'est jamais passé à SENT".to_owned(), created.id())
                    .by_omission(),
            ),
            Some(sent) if sent.rank() < last_upload => {
                findings.push(fail(
                    "l'événement est passé à SENT avant le dépôt de ses pièces".to_owned(),
                    sent.id(),
                ));
            }
            _ => {}
        }
    }
    findings
}

pub(super) fn answer_of(call: &Call<'_>) -> String {
    call.exchange.status().map_or_else(|| "aucune".to_owned(), |status| status.to_string())
}

/// Whether a call names a type of action or a status.
fn speaks(call: &Call<'_>) -> bool {
    call.is(Operation::CreateEvent) || call.is(Operation::UpdateCase)
}

/// CLI-11: types of action and statuses of the lists (SFD-1.2.2 annexe 4.2).
pub(super) fn vocabulary(window: &Window<'_>) -> Vec<RuleFinding> {
    let is_action = |text: &str| ActionType::ALL.iter().any(|one| one.name() == text);
    let is_status = |text: &str| CaseStatus::ALL.iter().any(|one| one.name() == text);
    let (mut used, mut unread) = (0, 0);
    let mut findings = Vec::new();
    for call in &window.calls {
        let body = &call.exchange.request_body;
        // What the bench refused without reading it, or a client broke off, has no body to judge.
        let is_cut = body.length == 0 || call.is_unanswered();
        if call.sent.is_null() && (is_cut || !body.whole) {
            unread += usize::from(!is_cut && speaks(call));
            continue;
        }
        let wrong = match call.operation {
            Some(Operation::CreateEvent) => {
                used += 1;
                let (action, status) = (call.says("actionType"), call.says("caseNewStatus"));
                if !is_action(action) {
                    Some(format!("actionType « {action} »"))
                } else if !status.is_empty() && !is_status(status) {
                    Some(format!("caseNewStatus « {status} »"))
                } else {
                    None
                }
            }
            Some(Operation::UpdateCase) => {
                used += 1;
                let status = call.says("status");
                (!is_status(status)).then(|| format!("status « {status} »"))
            }
            _ => None,
        };
        if let Some(wrong) = wrong {
            findings.push(
                RuleFinding::failed("un type d'action et des statuts des listes publiées", wrong)
                    .shown_by([call.id()])
                    .hint("les listes sont celles de l'annexe 4.2 des SFD"),
            );
        }
    }
    findings.truncate(3);
    if unread > 0 {
        findings.push(RuleFinding::unread(unread));
    }
    if used == 0 {
        findings.push(
            RuleFinding::inconclusive("le client n'a employé ni type d'action ni statut").hint(
                "si le logiciel n'annonce jamais rien, dites-le : --not-offered CLI-11=\"…\"",
            ),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use reports::event::CheckOutcome;
    use serde_json::{Value, json};

    use super::super::tests::{call, session};
    use super::*;
    use crate::journal::{EventSent, Line, Mark};

    #[test]
    fn what_a_body_too_long_to_be_kept_says_is_not_known() {
        let path = ("POST", "/cases/c-1/events");
        let said = json!({ "actionType": "STATUS_UPDATE", "caseNewStatus": "DONE" });
        let outcomes = |is_kept: bool| {
            let Line::Exchange(mut long) = call(1, path, &said, (Some(201), &Value::Null)) else {
                panic!("no exchange")
            };
            if !is_kept {
                let body = &mut long.request_body;
                (body.text, body.whole, body.sha256) = (Some("{".into()), false, Some("l".into()));
            }
            let lines = session(vec![
                Line::Exchange(long),
                call(2, path, &json!({ "actionType": "COM_ADD" }), (Some(201), &Value::Null)),
            ]);
            let found = vocabulary(&Window::of_session(&lines)).into_iter();
            found.map(|finding| finding.outcome).collect::<Vec<_>>()
        };
        assert_eq!(outcomes(true), []);
        assert_eq!(outcomes(false), [CheckOutcome::Inconclusive]);
    }

    #[test]
    fn only_a_change_of_status_may_be_acknowledged_unread() {
        let outcomes = |action: &str| {
            let event = EventSent {
                case: "c-1".into(),
                event: "e-1".into(),
                action: action.into(),
                attachments: Vec::new(),
            };
            let listed = json!([{ "id": "n-1", "caseId": "c-1", "eventId": "e-1" }]);
            let received = json!({ "status": "RECEIVED" });
            let lines = session(vec![
                Line::Mark(Mark::EventSent(event)),
                call(1, ("GET", "/notifications"), &Value::Null, (Some(200), &listed)),
                call(2, ("PATCH", "/cases/c-1/events/e-1"), &received, (Some(204), &Value::Null)),
                call(3, ("DELETE", "/notifications/n-1"), &Value::Null, (Some(204), &Value::Null)),
            ]);
            let found = events(&Window::of_session(&lines)).into_iter();
            found.map(|finding| finding.outcome).collect::<Vec<_>>()
        };
        let noted = [CheckOutcome::Passed, CheckOutcome::Recorded];
        assert_eq!(outcomes("STATUS_UPDATE"), noted);
        assert_eq!(outcomes("SENDING_MESSAGE"), [CheckOutcome::Failed]);
    }
}
