//! What an OSL must do with what it deposits (CLI-20 to CLI-26; PRES-2021 "Création d'un TD par un
//! OSL"). What it does with its token and when something fails is [`super::osl_session`]'s.

use std::collections::{BTreeMap, BTreeSet};

use contract::misbehaviour::Act;
use contract::numbering::{LONGEST_NUMBER, is_derived};
use contract::operations::Operation;
use serde_json::Value;

use super::window::{Call, Window, organization};
use super::{RuleFinding, noting, si_events};

/// A télédossier that the client created.
#[derive(Clone, Copy)]
pub(super) struct Created<'a, 'w> {
    pub(super) call: &'w Call<'a>,
    /// Its id, when the client was told.
    pub(super) id: Option<&'w str>,
}

pub(super) fn created<'a, 'w>(window: &'w Window<'a>) -> Vec<Created<'a, 'w>> {
    window
        .of_operation(Operation::CreateFolder)
        .filter(|call| call.took_effect())
        .map(|call| Created { call, id: call.received["id"].as_str() })
        .collect()
}

fn items<'v>(body: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    body[name].as_array().into_iter().flatten()
}

fn nothing() -> Vec<RuleFinding> {
    vec![RuleFinding::inconclusive("le client n'a créé aucun télédossier")]
}

/// CLI-20: unique numbers, case numbers derived, 30 characters at most (divergence D5: the division
/// is only noted).
pub(super) fn numbers(window: &Window<'_>) -> Vec<RuleFinding> {
    let attempts: Vec<_> = window.of_operation(Operation::CreateFolder).collect();
    if attempts.is_empty() {
        return nothing();
    }
    let mut findings = Vec::new();
    let mut seen: BTreeMap<&str, &Call<'_>> = BTreeMap::new();
    for call in attempts {
        let number = call.says("externalId");
        let fail = |what: String| {
            RuleFinding::failed(
                format!("un numéro propre à chaque télédossier, dont dérivent ceux des dossiers, en {LONGEST_NUMBER} caractères"),
                what,
            )
            .shown_by([call.id()])
            .hint("numéro du télédossier, puis « - » et deux caractères pour chaque dossier")
        };
        // The same number again is a repetition when the first try was spoilt by the bench, or did
        // nothing.
        if let Some(first) = seen.insert(number, call)
            && first.took_effect()
            && first.misbehaved.is_none()
        {
            findings.push(fail(format!("le numéro {number} est employé deux fois")));
        }
        let is_taken = call.received.to_string().contains("already exists");
        let was_spoilt = window.of_operation(Operation::CreateFolder).any(|other| {
            other.rank() < call.rank()
                && other.says("externalId") == number
                && other.misbehaved.is_some()
        });
        if is_taken && !was_spoilt {
            findings.push(fail(format!("le numéro {number} était déjà pris")));
        }
        for case in items(&call.sent, "cases") {
            let case_number = case["externalId"].as_str().unwrap_or_default();
            if !is_derived(case_number, number) {
                findings.push(fail(format!(
                    "le numéro de dossier {case_number} ne dérive pas de {number}"
                )));
            }
            if case_number.chars().count() > LONGEST_NUMBER {
                findings.push(fail(format!("{case_number} a plus de {LONGEST_NUMBER} caractères")));
            }
        }
    }
    findings.truncate(3);
    findings
}

/// CLI-21: one case for each recipient, attachments addressed to cases of the folder.
pub(super) fn cases(window: &Window<'_>) -> Vec<RuleFinding> {
    let attempts: Vec<_> = window.of_operation(Operation::CreateFolder).collect();
    if attempts.is_empty() {
        return nothing();
    }
    let mut findings = Vec::new();
    for call in attempts {
        let fail = |what: &str| {
            RuleFinding::failed(
                "un dossier par destinataire, et des pièces jointes adressées à ces dossiers",
                what,
            )
            .shown_by([call.id()])
            .hint("attachments[].recipients porte les externalId des cases du même télédossier")
        };
        let numbers: Vec<_> =
            items(&call.sent, "cases").filter_map(|case| case["externalId"].as_str()).collect();
        let recipients: Vec<_> =
            items(&call.sent, "cases").map(|case| case["recipient"].to_string()).collect();
        if recipients.iter().enumerate().any(|(at, one)| recipients[..at].contains(one)) {
            findings.push(fail("deux dossiers ont le même destinataire"));
        }
        let stray = items(&call.sent, "attachments").flat_map(|one| items(one, "recipients")).any(
            |recipient| recipient.as_str().is_none_or(|recipient| !numbers.contains(&recipient)),
        );
        if stray {
            findings.push(fail(
                "une pièce jointe est adressée à un dossier qui n'est pas du télédossier",
            ));
        }
        findings.extend(strangeness(window, call).map(|what| fail(&what)));
    }
    findings.truncate(3);
    findings
}

/// How a télédossier is not the one that the client was told to deposit, where the record says what
/// that was.
fn strangeness(window: &Window<'_>, call: &Call<'_>) -> Option<String> {
    if window.recipients.is_empty() || !call.sent.is_object() {
        return None;
    }
    let process = call.says("processCode");
    if process != window.process {
        return Some(format!(
            "processCode est « {process} », HUBEE_PROCESS est {}",
            window.process
        ));
    }
    let addressed: BTreeSet<String> =
        items(&call.sent, "cases").map(|case| organization(&case["recipient"])).collect();
    let given: BTreeSet<String> = window.recipients.iter().map(|one| (*one).to_owned()).collect();
    if addressed == given {
        return None;
    }
    let addressed: Vec<_> = addressed.into_iter().collect();
    Some(format!(
        "les dossiers sont adressés à « {} », HUBEE_RECIPIENTS est {}",
        addressed.join(", "),
        window.recipients.join(", ")
    ))
}

/// The completion of a folder.
pub(super) fn completions<'a, 'w>(window: &'w Window<'a>, folder: &str) -> Vec<&'w Call<'a>> {
    let folder = folder.to_owned();
    window
        .of_operation(Operation::UpdateFolder)
        .filter(|call| {
            call.is_on(Operation::UpdateFolder, &folder)
                && call.says("globalStatus") == "HUBEE_COMPLETED"
        })
        .collect()
}

/// CLI-22: every declared file uploaded, as declared, before completing.
pub(super) fn uploads(window: &Window<'_>) -> Vec<RuleFinding> {
    let folders = created(window);
    if folders.is_empty() {
        return nothing();
    }
    let mut findings = Vec::new();
    for folder in &folders {
        let Some(id) = folder.id else { continue };
        let completion = completions(window, id).first().map(|call| call.rank());
        for attachment in items(&folder.call.received, "attachments") {
            let file = attachment["id"].as_str().unwrap_or_default();
            let mut tries = window
                .of_operation(Operation::PutFolderAttachment)
                .filter(|call| call.is_on(Operation::PutFolderAttachment, file))
                .peekable();
            let first = tries.peek().copied();
            let done = tries.find(|call| call.took_effect());
            let fail = |what: String, exchange: &str| {
                RuleFinding::failed("chaque fichier déclaré est déposé, tel qu'annoncé, avant la fin du dépôt", what)
                    .shown_by([exchange])
                    .hint("PUT /folders/{id}/attachments/{id} avec autant d'octets que size, pour chaque pièce, avant HUBEE_COMPLETED")
            };
            match (first, done, completion) {
                (None, ..) => {
                    let found =
                        fail("un fichier déclaré n'est jamais déposé".to_owned(), folder.call.id());
                    findings.push(match completion {
                        Some(_) => found.by_omission_for_good(),
                        None => found.by_omission(),
                    });
                }
                (Some(first), None, _) => {
                    let found = fail(
                        format!(
                            "{} octets annoncés, {} déposés, réponse {}",
                            attachment["size"],
                            first.exchange.request_body.length,
                            si_events::answer_of(first)
                        ),
                        first.id(),
                    );
                    findings.push(if completion.is_none() && first.is_unanswered() {
                        found.by_omission()
                    } else {
                        found
                    });
                }
                (_, Some(done), Some(completion)) if done.rank() > completion => {
                    findings.push(fail(
                        "un fichier est déposé après la fin du dépôt".to_owned(),
                        done.id(),
                    ));
                }
                _ => {}
            }
        }
    }
    findings.truncate(3);
    findings
}

/// CLI-23: reacts to a file that was refused: sends it again, deletes, or completes knowingly.
pub(super) fn refused_files(window: &Window<'_>) -> Vec<RuleFinding> {
    let Some(refused) = window.of_operation(Operation::PutFolderAttachment).find(|call| {
        call.misbehaved.is_some_and(|one| matches!(one.act, Act::SpoilUpload | Act::InfectUpload))
    }) else {
        return vec![RuleFinding::inconclusive(
            "aucune pièce jointe n'a pu être rejetée : le client n'en a pas déposé",
        )];
    };
    let (folder, file) = (refused.ids[0], refused.ids[1]);
    let later = |call: &&Call<'_>| call.rank() > refused.rank();
    let again = window
        .of_operation(Operation::PutFolderAttachment)
        .filter(later)
        .any(|call| call.is_on(Operation::PutFolderAttachment, file) && call.took_effect());
    let deleted = window
        .of_operation(Operation::DeleteFolder)
        .filter(later)
        .any(|call| call.is_on(Operation::DeleteFolder, folder));
    let looked = window
        .of_operation(Operation::GetFolder)
        .filter(later)
        .find(|call| call.is_on(Operation::GetFolder, folder) && call.succeeded());
    let completed =
        completions(window, folder).into_iter().find(|call| call.rank() > refused.rank());
    let knowingly =
        looked.zip(completed).is_some_and(|(looked, completed)| looked.rank() < completed.rank());
    if again || deleted || knowingly {
        return Vec::new();
    }
    let what = match completed {
        Some(_) => "le dépôt est terminé sans que l'état de la pièce ait été lu",
        None => "rien ne suit le rejet",
    };
    let found = RuleFinding::failed("la pièce est déposée à nouveau, le télédossier supprimé, ou le dépôt terminé après lecture de son état", what)
        .shown_by([Some(refused.id()), completed.map(Call::id)].into_iter().flatten())
        .hint("lire GET /folders/{id} avant HUBEE_COMPLETED, et déposer à nouveau ce qui n'est pas RECEIVED");
    vec![match completed {
        Some(_) => found.by_omission_for_good(),
        None => found.by_omission(),
    }]
}

/// CLI-24: completes, once.
pub(super) fn completion(window: &Window<'_>) -> Vec<RuleFinding> {
    let folders = created(window);
    if folders.is_empty() {
        return nothing();
    }
    let mut findings = Vec::new();
    for folder in &folders {
        let Some(id) = folder.id else { continue };
        let done: Vec<_> =
            completions(window, id).into_iter().filter(|call| call.succeeded()).collect();
        let deleted = window
            .of_operation(Operation::DeleteFolder)
            .any(|call| call.is_on(Operation::DeleteFolder, id) && call.took_effect());
        let (what, shown) = match done.as_slice() {
            [] if deleted => continue,
            [] => ("le dépôt n'est jamais terminé", folder.call.id()),
            [_] => continue,
            [_, second, ..] => ("le dépôt est terminé deux fois", second.id()),
        };
        let found = RuleFinding::failed(
            "PATCH /folders/{id} {\"globalStatus\":\"HUBEE_COMPLETED\"}, une fois",
            what,
        )
        .shown_by([shown])
        .hint("une fois, quand toutes les pièces sont déposées");
        findings.push(if done.is_empty() { found.by_omission() } else { found });
    }
    findings
}

/// Whether a call closed its case, by its status or by an event that announces it.
fn closes(call: &Call<'_>) -> bool {
    let patched = call.is(Operation::UpdateCase) && call.says("status") == "CLOSED";
    let announced = call.is(Operation::CreateEvent) && call.says("caseNewStatus") == "CLOSED";
    (patched || announced) && call.took_effect()
}

/// CLI-25: events received are read and acknowledged, and cases that are done are closed.
pub(super) fn follow_up(window: &Window<'_>) -> Vec<RuleFinding> {
    if window.events.is_empty() {
        return vec![RuleFinding::inconclusive(
            "le service n'a rien eu à traiter : aucun télédossier ne lui est parvenu",
        )];
    }
    let (mut findings, notes) = si_events::events_treated(window);
    for (case, status) in &window.statuses_set {
        let is_end = ["DONE", "REFUSED"].contains(status);
        let closed = window.calls.iter().any(|call| closes(call) && call.ids.first() == Some(case));
        if is_end && !closed {
            findings.push(
                RuleFinding::failed("un dossier traité est clos", format!("un dossier passé à {status} n'est jamais clos"))
                    .shown_by(window.of_operation(Operation::GetEvent).last().map(Call::id))
                    .hint("PATCH /cases/{id} {\"status\":\"CLOSED\"}, puis un événement STATUS_UPDATE notifié")
                    .by_omission(),
            );
        }
    }
    findings.truncate(5);
    noting(findings, notes)
}

/// CLI-26, recorded: reopens a closed case.
pub(super) fn reopening(window: &Window<'_>) -> Vec<RuleFinding> {
    let Some(closed) = window.calls.iter().find(|call| closes(call)) else {
        return vec![RuleFinding::inconclusive(
            "le client n'a clos aucun dossier : il n'y a rien à rouvrir",
        )];
    };
    let case = closed.ids[0];
    let reopened =
        window.calls.iter().filter(|call| call.rank() > closed.rank() && call.took_effect()).any(
            |call| {
                let statuses = ["HUBEE_NOTIFIED", "HUBEE_COMPLETED"];
                call.is_on(Operation::UpdateCase, case) && statuses.contains(&call.says("status"))
                    || call.is_on(Operation::CreateEvent, case)
                        && statuses.contains(&call.says("caseNewStatus"))
            },
        );
    if reopened {
        return vec![RuleFinding::recorded("le dossier clos est rouvert")];
    }
    vec![
        RuleFinding::recorded("le dossier clos reste clos quand le service demande un complément")
            .shown_by([closed.id()])
            .hint("événement ATTACH_DEPOSIT (caseNewStatus HUBEE_NOTIFIED), dépôt, PATCH du dossier, puis événement SENT ; si le logiciel ne rouvre jamais : --not-offered CLI-26=\"…\"")
            .by_omission(),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{call, scenario, session};
    use super::*;

    #[test]
    fn a_deposit_is_addressed_to_those_that_the_client_was_told_of() {
        let found = |recipients: &[&str], process: &str| {
            let recipient =
                json!({ "type": "SI", "companyRegister": "21380544300016", "branchCode": "38544" });
            let body = json!({ "externalId": "DGS-CERTDC-1", "processCode": process, "attachments": [],
                "cases": [{ "externalId": "DGS-CERTDC-1-01", "recipient": recipient }] });
            let created =
                call(1, ("POST", "/folders"), &body, (Some(201), &json!({ "id": "f-1" })));
            let lines = session(vec![scenario("x", recipients), created]);
            cases(&Window::of_session(&lines)).len()
        };
        let told = "SI-21380544300016-38544";
        assert_eq!(found(&[told], "CERTDC"), 0);
        assert_eq!(found(&[], "EtatCivil"), 0, "a record that does not know");
        assert_eq!(found(&[told, "SI-21380544300016-38545"], "CERTDC"), 1);
        assert_eq!(found(&[told], "EtatCivil"), 1);
    }

    #[test]
    fn a_case_is_closed_by_an_event_too() {
        let closing = json!({ "actionType": "STATUS_UPDATE", "caseNewStatus": "CLOSED" });
        let path = ("POST", "/cases/c-1/events");
        let lines = session(vec![call(1, path, &closing, (Some(201), &json!({ "id": "e-1" })))]);
        let found = reopening(&Window::of_session(&lines));
        assert!(found[0].observed.contains("reste clos"), "{found:?}");
    }
}
