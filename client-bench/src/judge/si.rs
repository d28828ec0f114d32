//! What an SI must do with what it is notified of (CLI-05 to CLI-11). What the client was never told of is a matter of
//! CLI-05 alone; what it left undone is judged by the one rule that asks for it.

use contract::exchange::Answer;
use contract::journeys;
use contract::status::{ActionType, CaseStatus};

use super::Finding;
use super::window::{Call, Window};
use crate::journal::{Deposit, Piece};

/// How many notifications a batch has, unless asked otherwise (contract §6).
const BATCH: usize = 25;

/// CLI-05: batches until there are no more (PRES-2021 "Récupération des notifications").
pub(super) fn batches(window: &Window<'_>) -> Vec<Finding> {
    let told = window.told();
    let forgotten = window
        .deposits
        .iter()
        .filter(|deposit| !told.iter().any(|one| one.case == deposit.case))
        .count();
    let lists: Vec<_> = window
        .of_operation(12)
        .filter(|call| call.succeeded())
        .collect();
    let kept = told
        .iter()
        .filter(|one| window.pending.contains(&one.id))
        .count();
    if forgotten > 0 && kept >= BATCH {
        return vec![Finding::inconclusive(
            "le client ne supprime pas ce qu'il a relevé : le lot suivant ne peut pas lui être présenté (voir CLI-06)",
        )];
    }
    if forgotten > 0 {
        return vec![
            Finding::failed(
                "les notifications sont relevées, lot après lot, jusqu'au dernier",
                format!(
                    "{forgotten} télédossiers sur {} n'ont jamais été relevés, en {} lectures",
                    window.deposits.len(),
                    lists.len()
                ),
            )
            .shown_by(lists.last().map(|call| call.id()))
            .hint("relire GET /notifications après avoir traité un lot, tant que la liste n'est pas vide"),
        ];
    }
    let widest = lists.iter().filter_map(|call| asked_for(call)).max();
    match widest.filter(|count| *count > 25) {
        Some(count) => vec![
            Finding::passed("les notifications sont relevées jusqu'à la dernière"),
            Finding::recorded(format!("lots réglés à {count} notifications")),
        ],
        None => Vec::new(),
    }
}

fn asked_for(call: &Call<'_>) -> Option<u64> {
    let query = call.exchange.query.as_deref()?;
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("maxResult=")?.parse().ok())
}

/// CLI-06: each notification deleted, one by one, after its object was fetched.
pub(super) fn deletions(window: &Window<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for told in window.told() {
        let deletion = window
            .of_operation(13)
            .find(|call| call.is_on(13, told.id) && call.took_effect());
        let Some(deletion) = deletion else {
            let left = window.pending.contains(&told.id);
            if left {
                findings.push(
                    Finding::failed(
                        "chaque notification traitée est supprimée",
                        "une notification relevée n'est jamais supprimée",
                    )
                    .shown_by(window.of_operation(12).find(|call| lists(call, told.id)).map(Call::id))
                    .hint("DELETE /notifications/{id} une fois le télédossier ou l'événement récupéré"),
                );
            }
            continue;
        };
        let before = |call: &&Call<'_>| call.rank() < deletion.rank() && call.succeeded();
        let sent_by_client = |event: &str| {
            window
                .of_operation(3)
                .any(|call| call.received["id"].as_str() == Some(event))
        };
        let late = match told.event {
            None => {
                let read = window
                    .of_operation(14)
                    .filter(before)
                    .any(|call| call.is_on(14, told.case));
                let deposit = window
                    .deposits
                    .iter()
                    .find(|deposit| deposit.case == told.case);
                match deposit {
                    Some(deposit) if deposit.gone => None,
                    _ if !read => Some("avant que le dossier ait été lu"),
                    Some(deposit) => late_file(window, 15, &deposit.attachments, deletion.rank())
                        .then_some("avant le téléchargement des pièces jointes"),
                    None => None,
                }
            }
            Some(event) if told.received || sent_by_client(event) => None,
            Some(event) => {
                let read = window
                    .calls
                    .iter()
                    .filter(before)
                    .any(|call| reads_event(call, event));
                let sent = window.events.iter().find(|sent| sent.event == event);
                match sent {
                    _ if !read => Some("avant que l'événement ait été lu"),
                    Some(sent) => late_file(window, 9, &sent.attachments, deletion.rank())
                        .then_some("avant le téléchargement des pièces jointes de l'événement"),
                    None => None,
                }
            }
        };
        if let Some(how) = late {
            findings.push(
                Finding::failed(
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

fn lists(call: &Call<'_>, notification: &str) -> bool {
    let list = call.received.as_array();
    list.is_some_and(|list| {
        list.iter()
            .any(|one| one["id"].as_str() == Some(notification))
    })
}

/// Whether a file was downloaded, and only after a moment.
fn late_file(window: &Window<'_>, operation: u8, pieces: &[Piece], moment: u64) -> bool {
    pieces.iter().any(|piece| {
        let mut downloads = window
            .of_operation(operation)
            .filter(|call| has_got(call, operation, piece))
            .peekable();
        downloads.peek().is_some() && downloads.all(|call| call.rank() > moment)
    })
}

/// Whether a call got the right bytes of a file.
pub(super) fn has_got(call: &Call<'_>, operation: u8, piece: &Piece) -> bool {
    let right = match &call.exchange.answer {
        Answer::Received { body, .. } => body.sha256.as_deref() == Some(piece.sha256.as_str()),
        Answer::Broken(_) => false,
    };
    call.is_on(operation, &piece.id) && call.succeeded() && right
}

fn reads_event(call: &Call<'_>, event: &str) -> bool {
    let in_case = || {
        let events = call.received["events"].as_array();
        events.is_some_and(|events| events.iter().any(|one| one["id"].as_str() == Some(event)))
    };
    call.is_on(16, event) || call.is(14) && in_case()
}

/// CLI-07: the case is read, each `RECEIVED` file downloaded, and none other.
pub(super) fn downloads(window: &Window<'_>) -> Vec<Finding> {
    let known = window.known_deposits();
    if known.is_empty() {
        return vec![Finding::inconclusive(
            "le client n'a relevé aucun télédossier",
        )];
    }
    let mut findings: Vec<_> = known
        .iter()
        .filter_map(|deposit| unfetched(window, deposit))
        .take(3)
        .collect();
    findings.extend(unwanted_download(window));
    findings
}

/// What of a télédossier was not fetched.
pub(super) fn unfetched(window: &Window<'_>, deposit: &Deposit) -> Option<Finding> {
    let reads: Vec<_> = window
        .of_operation(14)
        .filter(|call| call.is_on(14, &deposit.case))
        .collect();
    if !reads.iter().any(|call| call.succeeded()) {
        return Some(
            Finding::failed(
                "le dossier est lu",
                format!("le dossier {} n'est jamais lu", deposit.number),
            )
            .shown_by(reads.first().map(|call| call.id()))
            .hint("GET /cases/{id} de l'identifiant caseId de la notification"),
        );
    }
    let missing: Vec<_> = deposit
        .attachments
        .iter()
        .filter(|piece| piece.status == "RECEIVED")
        .filter(|piece| !window.of_operation(15).any(|call| has_got(call, 15, piece)))
        .collect();
    let first = missing.first()?;
    let tried = window
        .of_operation(15)
        .find(|call| call.is_on(15, &first.id))
        .map(Call::id);
    Some(
        Finding::failed(
            "chaque pièce jointe RECEIVED est téléchargée en entier",
            format!("{} pièces jointes sur {} n'ont pas été obtenues telles que déposées", missing.len(), deposit.attachments.len()),
        )
        .shown_by(tried.or(reads.last().map(|call| call.id())))
        .hint("GET /cases/{id}/attachments/{id}, et à nouveau si la longueur ou l'empreinte (en-tête digest) ne concorde pas"),
    )
}

/// A download of what is not `RECEIVED`.
pub(super) fn unwanted_download(window: &Window<'_>) -> Option<Finding> {
    let unwanted: Vec<&Piece> = window
        .deposits
        .iter()
        .flat_map(|deposit| &deposit.attachments)
        .filter(|piece| piece.status != "RECEIVED")
        .collect();
    let call = window
        .of_operation(15)
        .find(|call| unwanted.iter().any(|piece| call.is_on(15, &piece.id)))?;
    Some(
        Finding::failed(
            "seules les pièces jointes RECEIVED sont téléchargées",
            "une pièce jointe qui n'est pas RECEIVED est demandée",
        )
        .shown_by([call.id()])
        .hint("lire le statut de chaque pièce jointe dans la réponse de GET /cases/{id}"),
    )
}

/// The statuses that the client gave a case, in order: the status, whether an event carries it, the exchange.
fn statuses_of<'a>(window: &'a Window<'_>, case: &str) -> Vec<(String, bool, &'a str)> {
    window
        .calls
        .iter()
        .filter(|call| call.took_effect() && call.ids.first() == Some(&case))
        .filter_map(|call| match call.operation {
            Some(5) => Some((call.says("status").to_owned(), false, call.id())),
            Some(3) => Some((call.says("caseNewStatus").to_owned(), true, call.id())),
            _ => None,
        })
        .filter(|(status, ..)| !status.is_empty())
        .collect()
}

/// CLI-08: the statuses that the démarche obliges to, then a final one, each with an event (CI-SI-1.2.6).
pub(super) fn statuses(window: &Window<'_>) -> Vec<Finding> {
    let known = window.known_deposits();
    if known.is_empty() {
        return vec![Finding::inconclusive(
            "le client n'a relevé aucun télédossier",
        )];
    }
    known
        .iter()
        .filter_map(|deposit| missing_status(window, deposit))
        .take(3)
        .collect()
}

/// What is missing of the statuses of a case.
pub(super) fn missing_status(window: &Window<'_>, deposit: &Deposit) -> Option<Finding> {
    let journey = journeys::of(&deposit.process)?;
    let given = statuses_of(window, &deposit.case);
    let place = |status: CaseStatus| given.iter().position(|(one, ..)| one == status.name());
    let seen = || {
        let names: Vec<_> = given.iter().map(|(status, ..)| status.as_str()).collect();
        if names.is_empty() {
            "aucun statut".to_owned()
        } else {
            names.join(", ")
        }
    };
    let names = |statuses: &[CaseStatus]| {
        statuses
            .iter()
            .map(|status| status.name())
            .collect::<Vec<_>>()
            .join(" ou ")
    };
    let expected = format!(
        "{} : {} puis {}",
        deposit.process,
        journey
            .intermediate
            .iter()
            .map(|status| status.name())
            .collect::<Vec<_>>()
            .join(", "),
        names(journey.finals)
    );
    let failed = |what: String, exchange: Option<&str>| {
        Some(
            Finding::failed(&expected, format!("dossier {} : {what}", deposit.number))
                .shown_by(exchange)
                .hint("POST /cases/{id}/events, actionType STATUS_UPDATE et caseNewStatus, pour chacun de ces statuts"),
        )
    };
    let last = given.last().map(|(.., id)| *id);
    let final_at = journey
        .finals
        .iter()
        .filter_map(|status| place(*status))
        .min();
    for status in journey.intermediate {
        match (place(*status), final_at) {
            (None, _) => {
                return failed(
                    format!("{} n'est pas passé ; {}", status.name(), seen()),
                    last,
                );
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
    // D of the catalogue: CINE-2022 ends CERTDC at IN_PROGRESS, CI-SI-1.2.6 at DONE. Nobody fails by it.
    let ends_early = deposit.process == "CERTDC" && !journey.intermediate.is_empty();
    if final_at.is_none() && !ends_early {
        return failed(format!("aucun statut final ; {}", seen()), last);
    }
    let silent = given.iter().find(|(status, with_event, _)| {
        let has_event = given
            .iter()
            .any(|(other, event, _)| other == status && *event);
        !with_event && !has_event
    });
    silent.and_then(|(status, _, id)| failed(format!("{status} est posé sans événement"), Some(id)))
}

/// CLI-09: an event notified is read, its files downloaded, set `RECEIVED`, and only then its notification deleted.
pub(super) fn events(window: &Window<'_>) -> Vec<Finding> {
    let told = window.told();
    let mut findings = Vec::new();
    for sent in &window.events {
        let Some(notification) = told
            .iter()
            .find(|one| one.event == Some(sent.event.as_str()))
        else {
            findings.push(Finding::inconclusive(
                "le client n'a pas relevé un événement notifié",
            ));
            continue;
        };
        let fail = |what: &str, exchange: Option<&str>| {
            Finding::failed(
                "l'événement est lu, ses pièces jointes téléchargées, il est passé à RECEIVED, puis la notification supprimée",
                format!("événement {} : {what}", sent.action),
            )
            .shown_by(exchange)
            .hint("PATCH /cases/{id}/events/{id} {\"status\":\"RECEIVED\"} avant DELETE /notifications/{id}")
        };
        let about = || {
            window
                .calls
                .iter()
                .find(|call| lists(call, notification.id))
                .map(Call::id)
        };
        if !window
            .calls
            .iter()
            .any(|call| call.succeeded() && reads_event(call, &sent.event))
        {
            findings.push(fail("il n'est jamais lu", about()));
            continue;
        }
        let missing = sent
            .attachments
            .iter()
            .find(|piece| !window.of_operation(9).any(|call| has_got(call, 9, piece)));
        if missing.is_some() {
            findings.push(fail("sa pièce jointe n'est pas téléchargée", about()));
        }
        let acknowledged = window.of_operation(6).find(|call| {
            call.is_on(6, &sent.event) && call.says("status") == "RECEIVED" && call.took_effect()
        });
        let deletion = window
            .of_operation(13)
            .find(|call| call.is_on(13, notification.id) && call.took_effect());
        match (acknowledged, deletion) {
            (None, deletion) => findings.push(fail(
                "il n'est pas passé à RECEIVED",
                deletion.map(Call::id).or(about()),
            )),
            (Some(received), Some(deletion)) if deletion.rank() < received.rank() => {
                findings.push(fail(
                    "il est passé à RECEIVED après la suppression de sa notification",
                    Some(received.id()),
                ));
            }
            _ => {}
        }
    }
    findings.truncate(5);
    findings
}

/// CLI-10: files sent with an event are declared, uploaded as declared, then the event is set `SENT`.
pub(super) fn sent_files(window: &Window<'_>) -> Vec<Finding> {
    let deposits: Vec<_> = window
        .of_operation(3)
        .filter(|call| call.says("actionType") == "ATTACH_DEPOSIT" && call.succeeded())
        .collect();
    if deposits.is_empty() {
        return vec![
            Finding::inconclusive("le client n'a envoyé aucun événement avec pièce jointe")
                .hint("si le logiciel n'en envoie jamais, dites-le : --not-offered CLI-10=\"…\""),
        ];
    }
    let mut findings = Vec::new();
    for created in deposits {
        let event = created.received["id"].as_str().unwrap_or_default();
        let cancelled = window
            .of_operation(28)
            .any(|call| call.is_on(28, event) && call.took_effect());
        if cancelled {
            continue;
        }
        let fail = |what: String, exchange: &str| {
            Finding::failed(
                "les pièces sont déclarées, déposées avec la taille et le type annoncés, puis l'événement passé à SENT",
                what,
            )
            .shown_by([exchange])
            .hint("PUT …/events/{id}/attachments/{id} avec autant d'octets que size, puis PATCH …/events/{id} {\"status\":\"SENT\"}")
        };
        let mut last_upload = created.rank();
        for attachment in created.received["attachments"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let id = attachment["id"].as_str().unwrap_or_default();
            let mut uploads = window
                .of_operation(7)
                .filter(|call| call.is_on(7, id))
                .peekable();
            let Some(first) = uploads.peek().copied() else {
                findings.push(fail(
                    "une pièce déclarée n'est jamais déposée".to_owned(),
                    created.id(),
                ));
                continue;
            };
            let (first_id, length) = (first.id(), first.exchange.request_body.length);
            match uploads.find(|call| call.took_effect()) {
                Some(upload) => last_upload = last_upload.max(upload.rank()),
                None => findings.push(fail(
                    format!(
                        "{} octets annoncés, {length} déposés, réponse {}",
                        attachment["size"],
                        answer_of(first)
                    ),
                    first_id,
                )),
            }
        }
        let sent = window
            .of_operation(6)
            .find(|call| call.is_on(6, event) && call.says("status") == "SENT");
        match sent {
            None if findings.is_empty() => findings.push(fail(
                "l'événement n'est jamais passé à SENT".to_owned(),
                created.id(),
            )),
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
    call.exchange
        .status()
        .map_or_else(|| "aucune".to_owned(), |status| status.to_string())
}

/// CLI-11: types of action and statuses of the lists (SFD-1.2.2 annexe 4.2).
pub(super) fn vocabulary(window: &Window<'_>) -> Vec<Finding> {
    let is_action = |text: &str| ActionType::ALL.iter().any(|one| one.name() == text);
    let is_status = |text: &str| CaseStatus::ALL.iter().any(|one| one.name() == text);
    let mut used = 0;
    let mut findings = Vec::new();
    for call in &window.calls {
        let wrong = match call.operation {
            Some(3) => {
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
            Some(5) => {
                used += 1;
                let status = call.says("status");
                (!is_status(status)).then(|| format!("status « {status} »"))
            }
            _ => None,
        };
        if let Some(wrong) = wrong {
            findings.push(
                Finding::failed("un type d'action et des statuts des listes publiées", wrong)
                    .shown_by([call.id()])
                    .hint("les listes sont celles de l'annexe 4.2 des SFD"),
            );
        }
    }
    findings.truncate(3);
    if used == 0 {
        findings.push(Finding::inconclusive(
            "le client n'a employé ni type d'action ni statut",
        ));
    }
    findings
}
