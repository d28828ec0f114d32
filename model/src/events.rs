//! Moves on events, by either side (contract §6, "Event").

use bytes::Bytes;
use contract::operations::Operation;
use contract::status::CaseStatus;
use serde_json::{Value, json};

use crate::action::{Action, Content, EventFlaw};
use crate::call::{Answer, Call, ids_as_announced};
use crate::cases::hold_bytes;
use crate::drafts::bytes_of;
use crate::expectation::{Allowed, Expectation, Limit, Todo, calls, hold};
use crate::files;
use crate::folders::sending;
use crate::reading::{read_event, read_folder};
use crate::roles::Role;
use crate::state::{
    CasePlace, Event, EventPlace, File, Model, Possible, case_name, event_name, picked,
};
use crate::transitions::{Side, next};

/// Events without files.
const KINDS: [&str; 5] =
    ["STATUS_UPDATE", "SENDING_MESSAGE", "COM_ADD", "ATTACH_DL", "ATTACH_DL_ALL"];
/// What both sides may attach on every démarche in use (contract §7).
const ATTACHED: &str = "application/pdf";

pub(crate) fn step(model: &Model, action: &Action) -> Option<Expectation> {
    let a_case = |case: u8| picked(&model.cases_where(|_| true), case);
    match action {
        Action::Event { case, osl, kind, notified, new_status } => {
            let kind = KINDS[usize::from(*kind) % KINDS.len()];
            let plain = Plain { kind, notified: *notified, new_status: *new_status };
            Some(send_plain(model, a_case(*case)?, Side::of(*osl), &plain))
        }
        Action::FileEvent { case, osl, files, notified } => {
            Some(announce(model, a_case(*case)?, Side::of(*osl), files, *notified))
        }
        Action::EventFlawed { case, osl, flaw } => {
            Some(send_flawed(model, a_case(*case)?, Side::of(*osl), *flaw))
        }
        Action::UploadEvent { file } => {
            let found = model.event_files_where(|event, file| {
                event.is_in_progress() && file.status.is("PENDING")
            });
            let (folder, case, event, at) = picked(&found, *file)?;
            Some(fill(model, (folder, case, event), at))
        }
        Action::SendEvent { event } => {
            let place = picked(&model.events_where(Event::is_in_progress), *event)?;
            Some(send_announced(model, place))
        }
        Action::Acknowledge { event, by_post } => {
            let place = picked(&model.events_where(|event| event.status.is("SENT")), *event)?;
            Some(acknowledge(model, place, *by_post && model.setting.is_recent))
        }
        Action::DeleteEvent { event } => {
            Some(delete(model, picked(&model.events_where(|_| true), *event)?))
        }
        Action::DownloadEvent { file } => {
            let found = model.event_files_where(|event, _| event.status.is("SENT"));
            let (folder, case, event, at) = picked(&found, *file)?;
            Some(download(model, (folder, case, event), at))
        }
        _ => None,
    }
}

/// An event without files, as it was drawn.
struct Plain {
    kind: &'static str,
    notified: bool,
    new_status: bool,
}

fn send_plain(model: &Model, place: CasePlace, side: Side, plain: &Plain) -> Expectation {
    let Plain { kind, notified, new_status } = *plain;
    let case = model.case(place);
    let rank = case.events.len();
    let mut body = json!({
        "actionType": kind, "notification": notified, "author": "Agente É. Essai",
        "message": format!("Message n° {}", rank + 1),
        "caseCurrentStatus": "SENT",
    });
    if side == Side::Si {
        body["comment"] = json!(format!("note interne {rank}"));
    }
    // Only a status that must be accepted from where the case is, and that this side sets.
    let mut allowed = next(&case.status).into_iter();
    let wanted = allowed.find(|(_, setter)| *setter == side && new_status).map(|(to, _)| to);
    if let Some(status) = wanted {
        body["caseNewStatus"] = json!(status.name());
    }
    let sentence = format!(
        "{} ajoute sur {} un événement {kind}{}{}",
        model.role_on(place, side).named(),
        case_name(place),
        if notified { ", à notifier" } else { "" },
        wanted.map(|status| format!(", nouveau statut {status}")).unwrap_or_default(),
    );
    let event = (place.0, place.1, rank);
    let mut read = read_folder(place.0);
    if wanted.is_some() {
        read = read.blaming_instead_of("FOL-26", "EVT-18");
    }
    create(model, place, side, body, Vec::new(), "EVT-01", move |model| {
        if let Some(status) = wanted {
            take_new_status(model, place, status, kind == "STATUS_UPDATE");
        }
        model.sent(event);
    })
    .saying(sentence)
    .followed_by([read, read_event(event)])
}

/// D6: before 1.2.6 the event alone need not change the case; D28: nor need an event whose action
/// does not announce a status.
fn take_new_status(model: &mut Model, place: CasePlace, status: CaseStatus, announces: bool) {
    let recent = model.setting.is_recent && announces;
    let case = model.case_mut(place);
    case.status =
        if recent { Possible::only(status.name()) } else { case.status.or(status.name()) };
}

fn announce(
    model: &Model,
    place: CasePlace,
    side: Side,
    contents: &[Content],
    notified: bool,
) -> Expectation {
    let rank = model.case(place).events.len();
    let mut kept = Vec::new();
    let mut announced = Vec::new();
    for (at, content) in contents.iter().enumerate() {
        let right = files::of(ATTACHED, &format!("{}-{rank}-{at}", model.case(place).number));
        let bytes = bytes_of(*content, &right);
        let size = if *content == Content::Infected { bytes.len() } else { right.len() };
        announced.push(json!({
            "fileName": format!("complement-{}.pdf", at + 1), "type": "complement", "size": size,
            "mimeType": ATTACHED,
        }));
        kept.push((*content, bytes));
    }
    let body = json!({
        "actionType": "ATTACH_DEPOSIT", "notification": notified, "author": "Agente É. Essai",
        "message": "Compléments", "attachments": announced,
    });
    let sentence = format!(
        "{} annonce sur {} un dépôt de {} fichier(s){}",
        model.role_on(place, side).named(),
        case_name(place),
        contents.len(),
        if notified { ", à notifier" } else { "" },
    );
    create(model, place, side, body, kept, "EVT-05", |_| {})
        .saying(sentence)
        .followed_by([read_folder(place.0), read_event((place.0, place.1, rank))])
}

fn creation(model: &Model, place: CasePlace, side: Side) -> (Role, Call) {
    calls(model.role_on(place, side), Operation::CreateEvent, &[&model.case(place).id])
}

/// Creates an event, which becomes the last of its case; `then` is what comes of it.
fn create(
    model: &Model,
    place: CasePlace,
    side: Side,
    body: Value,
    contents: Vec<(Content, Bytes)>,
    rule: &'static str,
    then: impl FnOnce(&mut Model) + Send + 'static,
) -> Expectation {
    let (by, call) = creation(model, place, side);
    let call = call.json(body.clone());
    Expectation::new((by, call), Allowed::Only(&[201]), rule, "l'événement créé").then_holds(
        move |model, answer| {
            let in_progress = body["actionType"] == "ATTACH_DEPOSIT";
            let event = Event {
                id: answer.text("/id").to_owned(),
                by: side,
                status: Possible::only(if in_progress { "IN_PROGRESS" } else { "SENT" }),
                files: files_of(answer, &body, contents),
                sent: body,
                deleted: false,
            };
            let lacks = event.id.is_empty() || event.files.iter().any(|file| file.id.is_empty());
            model.case_mut(place).events.push(event);
            then(model);
            hold(
                !lacks,
                rule,
                || "un identifiant pour l'événement et chacun de ses fichiers".to_owned(),
                || "il en manque".to_owned(),
            )
        },
    )
}

fn files_of(answer: &Answer, body: &Value, contents: Vec<(Content, Bytes)>) -> Vec<File> {
    let ids = ids_as_announced(body, &answer.json);
    let file = |(rank, (content, bytes)): (usize, (Content, Bytes))| File {
        id: ids.get(rank).cloned().unwrap_or_default(),
        announced: body["attachments"][rank].clone(),
        bytes,
        content,
        status: Possible::only("PENDING"),
        recipients: Vec::new(),
    };
    contents.into_iter().enumerate().map(file).collect()
}

fn send_flawed(model: &Model, place: CasePlace, side: Side, flaw: EventFlaw) -> Expectation {
    let file =
        json!([{ "fileName": "a.pdf", "type": "complement", "size": 3, "mimeType": ATTACHED }]);
    let mut body =
        json!({ "actionType": "STATUS_UPDATE", "notification": false, "author": "Agent" });
    match flaw {
        EventFlaw::UnknownAction => body["actionType"] = json!("DANSER"),
        EventFlaw::NoAction => body = json!({ "notification": false, "author": "Agent" }),
        EventFlaw::DepositWithoutFile => body["actionType"] = json!("ATTACH_DEPOSIT"),
        EventFlaw::FileWithoutDeposit => body["attachments"] = file,
        EventFlaw::LongMessage => body["message"] = json!("m".repeat(1001)),
        EventFlaw::ActionOfAnotherType => body["actionType"] = json!(3),
        EventFlaw::Truncated => {}
    }
    let (by, call) = creation(model, place, side);
    let call = match flaw {
        EventFlaw::Truncated => call.truncated("{\"actionType\": \"COM_ADD\", "),
        _ => call.json(body),
    };
    let what = flaw.in_french();
    let refused = format!("un événement {what} refusé");
    Expectation::new((by, call), Allowed::Only(&[400]), flaw.rule(), refused)
        .saying(format!("{} ajoute sur {} un événement {what}", by.named(), case_name(place)))
        .followed_by([read_folder(place.0)])
}

/// A call of an operation on an event, or on a file of one.
fn on_event(
    model: &Model,
    place: EventPlace,
    side: Side,
    operation: Operation,
    file: Option<usize>,
) -> (Role, Call) {
    let case = (place.0, place.1);
    let (id, event) = (&model.case(case).id, model.event(place));
    let mut parameters = vec![id.as_str(), &event.id];
    parameters.extend(file.map(|at| event.files[at].id.as_str()));
    calls(model.role_on(case, side), operation, &parameters)
}

fn fill(model: &Model, place: EventPlace, at: usize) -> Expectation {
    let event = model.event(place);
    let file = &event.files[at];
    let (by, call) = on_event(model, place, event.by, Operation::PutEventAttachment, Some(at));
    let (sent, status) = sending((by, call.file(file.bytes.clone())), file.content, "EVT-21");
    let rule = sent.rule.clone();
    sent.saying(format!("{} envoie le fichier {} de {}", by.named(), at + 1, event_name(place)))
        .followed_by([
            Todo::new(move |model| verdict(model, place, at, status, rule)),
            read_folder(place.0),
        ])
}

/// What a file of an event became, once the antivirus has said.
fn verdict(
    model: &Model,
    place: EventPlace,
    at: usize,
    status: Possible,
    rule: String,
) -> Expectation {
    let id = model.event(place).files[at].id.clone();
    let seen = move |answer: &Answer| {
        let mut shown = answer.array("/attachments").iter();
        let found = shown.find(|shown| shown["id"] == id.as_str());
        found.and_then(|shown| shown["status"].as_str()).unwrap_or_default().to_owned()
    };
    let pending = seen.clone();
    let asked = on_event(model, place, model.event(place).by, Operation::GetEvent, None);
    Expectation::anything(asked)
        .until(Limit::Scan, move |_, answer| pending(answer) != "PENDING")
        .then_holds(move |model, answer| {
            let seen = seen(answer);
            hold(
                status.allows(&seen),
                &rule,
                || format!("le fichier {}", status.in_french()),
                || seen.clone(),
            )?;
            model.event_mut(place).files[at].status = Possible::only(&seen);
            Ok(())
        })
}

fn send_announced(model: &Model, place: EventPlace) -> Expectation {
    let event = model.event(place);
    let (by, call) = on_event(model, place, event.by, Operation::UpdateEvent, None);
    let all = |names: &[&str]| {
        let mut files = event.files.iter();
        files.all(|file| names.iter().any(|name| file.status.is(name)))
    };
    let (allowed, rule, what) = if all(&["RECEIVED"]) {
        (Allowed::Only(&[204][..]), "EVT-11", "l'événement transmis")
    } else if all(&["RECEIVED", "CORRUPTED"]) {
        // With an infected file among them, hubs differ.
        (Allowed::Anything, "EVT-11", "")
    } else {
        (Allowed::Only(&[400][..]), "EVT-10", "un événement aux fichiers non reçus refusé")
    };
    Expectation::new((by, call.json(json!({ "status": "SENT" }))), allowed, rule, what)
        .saying(format!("{} transmet {}", by.named(), event_name(place)))
        .then_holds(move |model, answer| {
            if answer.is_success() {
                model.sent(place);
            }
            Ok(())
        })
        .followed_by(read_both(place))
}

fn acknowledge(model: &Model, place: EventPlace, by_post: bool) -> Expectation {
    let reader = model.event(place).by.other();
    let (by, call) = on_event(model, place, reader, Operation::UpdateEvent, None);
    let call = call.json(json!({ "status": "RECEIVED" })).by_post(by_post);
    let rule = if by_post { "EVT-25" } else { "EVT-12" };
    Expectation::new((by, call), Allowed::Only(&[204]), rule, "l'accusé de réception accepté")
        .saying(format!("{} accuse réception de {}", by.named(), event_name(place)))
        .then_holds(move |model, _| {
            model.acknowledged(place);
            Ok(())
        })
        .followed_by(read_both(place))
}

fn delete(model: &Model, place: EventPlace) -> Expectation {
    let event = model.event(place);
    let asked = on_event(model, place, event.by, Operation::DeleteEvent, None);
    let sentence = format!("{} supprime {}", asked.0.named(), event_name(place));
    let expected = if event.is_in_progress() {
        Expectation::new(asked, Allowed::Only(&[204]), "EVT-13", "la suppression acceptée")
            .then_holds(move |model, _| {
                model.event_mut(place).deleted = true;
                Ok(())
            })
    } else {
        let what = "la suppression d'un événement transmis refusée";
        Expectation::new(asked, Allowed::Only(&[400]), "EVT-14", what)
    };
    expected.saying(sentence).followed_by(read_both(place))
}

fn download(model: &Model, place: EventPlace, at: usize) -> Expectation {
    let event = model.event(place);
    let asked = on_event(model, place, event.by.other(), Operation::GetEventAttachment, Some(at));
    let file = &event.files[at];
    let who = asked.0.named();
    let expected = if file.status.is("RECEIVED") {
        let bytes = file.bytes.clone();
        Expectation::new(asked, Allowed::Only(&[200]), "EVT-21", "le fichier donné")
            .then_holds(move |_, answer| hold_bytes(answer, &bytes, "EVT-21"))
    } else {
        Expectation::new(asked, Allowed::Refusal, "PJ-08", "un fichier non reçu refusé")
    };
    expected.saying(format!("{who} télécharge le fichier {} de {}", at + 1, event_name(place)))
}

fn read_both(place: EventPlace) -> [Todo; 2] {
    [read_folder(place.0), read_event(place)]
}
