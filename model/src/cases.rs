//! Moves on cases: their statuses and the download of their files (contract §6, "Case status",
//! "Case attachment").

use bytes::Bytes;
use contract::operations::Operation;
use contract::status::CaseStatus;
use serde_json::json;

use crate::action::Action;
use crate::call::{Answer, digest_of};
use crate::expectation::{Agreed, Allowed, Expectation, Todo, calls, hold};
use crate::reading::read_folder;
use crate::state::{CasePlace, Model, Possible, case_name, picked};
use crate::transitions::{Side, next};

pub(crate) fn step(model: &Model, action: &Action) -> Option<Expectation> {
    match action {
        Action::CaseStatus { case, status, by_post } => {
            let place = picked(&model.cases_where(|case| !next(&case.status).is_empty()), *case)?;
            let (status, side) = picked(&next(&model.case(place).status), *status)?;
            let by_post = *by_post && model.setting.is_recent;
            Some(set(model, place, status, side, by_post).followed_by([read_folder(place.0)]))
        }
        Action::CloseCase { case } => {
            let place = picked(&model.cases_where(|case| !case.status.is("CLOSED")), *case)?;
            set_nearer_to_closed(model, place)
        }
        Action::CaseStatusFlawed { case, osl, truncated } => {
            let place = picked(&model.cases_where(|_| true), *case)?;
            Some(set_flawed(model, place, Side::of(*osl), *truncated))
        }
        Action::Download { case, file } => {
            let place = picked(&model.cases_where(|_| true), *case)?;
            let files = model.folders[place.0].files.len();
            Some(download(model, place, usize::from(*file) % files.max(1)))
        }
        _ => None,
    }
}

fn set(
    model: &Model,
    place: CasePlace,
    status: CaseStatus,
    side: Side,
    by_post: bool,
) -> Expectation {
    let by = model.role_on(place, side);
    let (by, call) = calls(by, Operation::UpdateCase, &[&model.case(place).id]);
    let call = call.json(json!({ "status": status.name() })).by_post(by_post);
    let rule = match (by_post, status) {
        (true, _) => "CAS-10",
        (_, CaseStatus::Closed) => "CAS-06",
        (_, CaseStatus::HubeeNotified) => "CAS-07",
        _ => "CAS-02",
    };
    Expectation::new((by, call), Allowed::Only(&[204]), rule, "le statut accepté")
        .saying(format!("{} met {} à {status}", by.named(), case_name(place)))
        .then_holds(move |model, _| {
            model.case_mut(place).status = Possible::only(status.name());
            Ok(())
        })
}

/// Brings a case nearer to CLOSED, and on until it is there, along the listed statuses; none where
/// no way leads on.
fn set_nearer_to_closed(model: &Model, place: CasePlace) -> Option<Expectation> {
    let allowed = next(&model.case(place).status);
    let wanted = [CaseStatus::Closed, CaseStatus::Done, CaseStatus::InProgress];
    let (status, side) =
        wanted.iter().find_map(|wanted| allowed.iter().find(|(status, _)| status == wanted))?;
    let on = if *status == CaseStatus::Closed {
        read_folder(place.0)
    } else {
        Todo::maybe(move |model| set_nearer_to_closed(model, place))
    };
    Some(set(model, place, *status, *side, false).followed_by([on]))
}

fn set_flawed(model: &Model, place: CasePlace, side: Side, truncated: bool) -> Expectation {
    let by = model.role_on(place, side);
    let (by, call) = calls(by, Operation::UpdateCase, &[&model.case(place).id]);
    let (call, what, rule) = if truncated {
        (call.truncated("{\"status\": \"SENT\""), "un statut en JSON tronqué", "ERR-02")
    } else {
        (call.json(json!({ "status": "EN_VACANCES" })), "un statut inconnu", "CAS-03")
    };
    Expectation::new((by, call), Allowed::Only(&[400]), rule, format!("{what} refusé"))
        .saying(format!("{} donne à {} {what}", by.named(), case_name(place)))
        .followed_by([read_folder(place.0)])
}

fn download(model: &Model, place: CasePlace, at: usize) -> Expectation {
    let folder = &model.folders[place.0];
    let (case, file) = (&folder.cases[place.1], &folder.files[at]);
    let asked = calls(case.recipient, Operation::GetCaseAttachment, &[&case.id, &file.id]);
    let expected = if !file.recipients.contains(&place.1) {
        let what = "la pièce d'un autre dossier refusée";
        Expectation::new(asked, Allowed::Only(&[403, 404]), "PJ-15", what)
    } else if !file.status.is("RECEIVED") {
        let rule = match file.status.names() {
            [one] if one == "REJECTED" => "PJ-08",
            [one] if one == "PENDING" => "PJ-19",
            _ => "PJ-07",
        };
        Expectation::new(asked, Allowed::Refusal, rule, "une pièce non reçue refusée")
    } else {
        let rule = if place.1 == 0 { "PJ-13" } else { "PJ-17" };
        let bytes = file.bytes.clone();
        Expectation::new(asked, Allowed::Only(&[200]), rule, "la pièce donnée")
            .then_holds(move |_, answer| hold_bytes(answer, &bytes, "PJ-13"))
    };
    let (who, folder) = (case.recipient.named(), place.0 + 1);
    expected.saying(format!("{who} télécharge la pièce {} du télédossier {folder}", at + 1))
}

/// The very bytes, and a right digest if there is one.
pub(crate) fn hold_bytes(answer: &Answer, bytes: &Bytes, rule: &str) -> Agreed {
    hold(
        answer.bytes == *bytes,
        rule,
        || format!("les {} octets envoyés", bytes.len()),
        || format!("{} autres", answer.bytes.len()),
    )?;
    let right = digest_of(bytes);
    let Some(digest) = &answer.digest else {
        return Ok(());
    };
    // Written bare or as RFC 3230 has it.
    let bare = digest.split_once('=').map_or(digest.as_str(), |(name, value)| {
        if name.eq_ignore_ascii_case("sha-256") { value } else { digest }
    });
    hold(bare == right, rule, || format!("l'empreinte {right}"), || digest.to_owned())
}
