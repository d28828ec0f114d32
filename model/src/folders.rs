//! Moves of the OSL on télédossiers (contract §6, "Folder creation" to "Folder deletion").

use contract::operations::Operation;
use serde_json::{Value, json};

use crate::action::{Action, Content, FolderFlaw};
use crate::call::{Answer, Call, digest_of};
use crate::drafts::{Draft, bent, folder_of};
use crate::expectation::{Allowed, Expectation, Limit, Todo, calls, hold};
use crate::reading::read_folder;
use crate::roles::Role;
use crate::state::{Folder, Model, Possible, folder_name, picked};

pub(crate) fn step(model: &Model, action: &Action, number: &str) -> Option<Expectation> {
    let setting = &model.setting;
    // What is created comes behind those that are there.
    let new = model.folders.len();
    match action {
        Action::Create { both, files, headers } => {
            let draft = Draft::new(setting, number, *both, files, *headers);
            let created = create(draft).followed_by([read_folder(new)]);
            Some(created.saying("l'OSL crée un télédossier, sans en envoyer les fichiers"))
        }
        Action::Deposit { both, files } => {
            let draft = Draft::new(setting, number, *both, files, false);
            let uploads =
                (0..files.len()).map(|at| Todo::new(move |it| upload(it, new, at, false)));
            let completed = Todo::new(move |model| complete(model, new, false));
            let whole = files.iter().all(|file| *file == Content::Right);
            let sentence = if whole {
                "l'OSL dépose un télédossier complet"
            } else {
                "l'OSL dépose un télédossier complet, dont une pièce n'est pas ce qu'elle annonce"
            };
            Some(create(draft).saying(sentence).followed_by(uploads).followed_by([completed]))
        }
        Action::CreateFlawed { flaw, corrected } => {
            let draft = Draft::new(setting, number, false, &[Content::Right], false);
            Some(create_flawed(draft, *flaw, corrected.then_some(new)))
        }
        Action::Reuse { folder } => {
            let rank = picked(&model.folders_where(|_| true), *folder)?;
            let draft = Draft::new(setting, number, false, &[Content::Right], false);
            Some(reuse(model, draft, rank))
        }
        Action::Upload { file, digest } => {
            let (rank, at) = picked(&waiting_files(model), *file)?;
            let sentence = format!(
                "l'OSL envoie la pièce {} pour {}{}",
                at + 1,
                folder_name(rank),
                said(model.folders[rank].files[at].content),
            );
            let sent = upload(model, rank, at, *digest).saying(sentence);
            Some(sent.followed_by([read_folder(rank)]))
        }
        Action::Complete { folder, by_post } => {
            let rank = picked(&model.folders_where(|folder| !folder.completed), *folder)?;
            let sentence = format!("l'OSL déclare {} complet", folder_name(rank));
            Some(complete(model, rank, *by_post && setting.is_recent).saying(sentence))
        }
        Action::DeleteFolder { folder } => {
            let rank = picked(&model.folders_where(|_| true), *folder)?;
            Some(delete(model, rank))
        }
        Action::FolderStatus { folder, closed, dated } => {
            let rank = picked(&model.folders_where(Folder::is_open), *folder)?;
            Some(set_status(model, rank, *closed, *dated))
        }
        _ => None,
    }
}

/// The files that wait for their bytes, each with its télédossier.
fn waiting_files(model: &Model) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for rank in model.folders_where(|folder| !folder.completed) {
        let files = model.folders[rank].files.iter().enumerate();
        found.extend(files.filter(|(_, file)| file.status.is("PENDING")).map(|(at, _)| (rank, at)));
    }
    found
}

fn creation(body: Value) -> (Role, Call) {
    let (by, call) = calls(Role::Osl, Operation::CreateFolder, &[]);
    (by, call.json(body))
}

fn create(draft: Draft) -> Expectation {
    let (by, mut call) = creation(draft.body.clone());
    if draft.headers {
        call = call
            .header("editorName", "Etalon")
            .header("applicationName", "exploration")
            .header("softwareVersion", "1.0.0");
    }
    let created =
        Expectation::new((by, call), Allowed::Only(&[201]), "FOL-01", "le télédossier créé");
    created.then_holds(move |model, answer| {
        let folder = folder_of(draft, answer);
        let cases = folder.cases.iter().map(|case| &case.id);
        let ids = cases.chain(folder.files.iter().map(|file| &file.id)).chain([&folder.id]);
        let lacks = ids.filter(|id| id.is_empty()).count();
        model.folders.push(folder);
        hold(
            lacks == 0,
            "FOL-02",
            || "un identifiant pour le télédossier, chaque dossier et chaque pièce".to_owned(),
            || format!("{lacks} identifiants manquent"),
        )
    })
}

/// A creation that is refused; then the same without the flaw, which becomes the télédossier of
/// this rank, if that is asked.
fn create_flawed(draft: Draft, flaw: FolderFlaw, corrected: Option<usize>) -> Expectation {
    let (by, mut call) = creation(bent(&draft.body, flaw));
    if flaw == FolderFlaw::Truncated {
        let text = draft.body.to_string();
        call = call.truncated(text.chars().take(text.chars().count() / 2).collect::<String>());
    }
    let what = format!("un télédossier {} refusé", flaw.in_french());
    let refused = Expectation::new((by, call), Allowed::Only(&[400]), flaw.rule(), what)
        .saying(format!("l'OSL crée un télédossier {}", flaw.in_french()));
    let Some(new) = corrected else { return refused };
    let again = Todo::new(move |_| {
        create(draft).saying("l'OSL crée le même sans ce défaut, sous le même numéro")
    });
    refused.followed_by([again.blaming_instead_of("FOL-01", "FOL-12"), read_folder(new)])
}

/// Refused or not: recorded only. The first one stays as it is in any case.
fn reuse(model: &Model, draft: Draft, rank: usize) -> Expectation {
    let number = model.folders[rank].number();
    let mut body = draft.body;
    body["externalId"] = json!(number);
    body["cases"][0]["externalId"] = json!(format!("{number}-09"));
    body["attachments"][0]["recipients"] = json!([format!("{number}-09")]);
    body["applicant"]["lastName"] = json!("Autre");
    Expectation::anything(creation(body))
        .saying(format!("l'OSL crée un télédossier sous le numéro de {}", folder_name(rank)))
        .followed_by([read_folder(rank).blaming("NUM-02")])
}

fn upload(model: &Model, rank: usize, at: usize, digest: bool) -> Expectation {
    let folder = &model.folders[rank];
    let file = &folder.files[at];
    let (by, mut call) = calls(Role::Osl, Operation::PutFolderAttachment, &[&folder.id, &file.id]);
    call = call.file(file.bytes.clone());
    let digest = digest && file.content == Content::Right;
    if digest {
        call = call.header("digest", digest_of(&file.bytes));
    }
    let received = if digest { "PJ-05" } else { "PJ-01" };
    let (sent, status) = sending((by, call), file.content, received);
    let rule = sent.rule.clone();
    sent.followed_by([Todo::new(move |model| verdict(model, rank, at, status, rule))])
}

/// The bytes of a file: what must be answered and by which rule, and what the file becomes
/// (contract §6, "Folder attachment"). `received` is the rule where they are as announced.
pub(crate) fn sending(
    asked: (Role, Call),
    content: Content,
    received: &str,
) -> (Expectation, Possible) {
    let (allowed, rule, what, status) = match content {
        Content::Right => {
            (Allowed::Only(&[204]), received, "le fichier reçu", Possible::only("RECEIVED"))
        }
        Content::Shorter | Content::Longer => (
            Allowed::Only(&[400]),
            "PJ-02",
            "un fichier d'une autre taille refusé",
            Possible::only("REJECTED"),
        ),
        Content::OtherType => (Allowed::Anything, "PJ-03", "", Possible::only("REJECTED")),
        // An infected file announced as something else is rejected as rightly as found infected.
        Content::Infected => {
            (Allowed::Anything, "PJ-06", "", Possible::any(["CORRUPTED", "REJECTED"]))
        }
    };
    (Expectation::new(asked, allowed, rule, what), status)
}

/// What a file became, once the antivirus has said.
fn verdict(model: &Model, rank: usize, at: usize, status: Possible, rule: String) -> Expectation {
    let (folder, file) = (&model.folders[rank], &model.folders[rank].files[at].id);
    let seen = status_among(file, "/attachments");
    let pending = seen.clone();
    settling(&folder.id, move |answer| pending(answer) != "PENDING").then_holds(
        move |model, answer| {
            let seen = seen(answer);
            hold(
                status.allows(&seen),
                &rule,
                || format!("la pièce {}", status.in_french()),
                || seen.clone(),
            )?;
            // Where several verdicts are right, the one given counts from then on.
            model.folders[rank].files[at].status = Possible::only(&seen);
            Ok(())
        },
    )
}

fn complete(model: &Model, rank: usize, by_post: bool) -> Expectation {
    let folder = &model.folders[rank];
    let files = || folder.files.iter();
    let (by, call) = calls(Role::Osl, Operation::UpdateFolder, &[&folder.id]);
    let call = call.json(json!({ "globalStatus": "HUBEE_COMPLETED" })).by_post(by_post);
    // D11: with a file still to come, it may be refused.
    let pending = files().any(|file| file.status.is("PENDING"));
    let allowed = if pending { Allowed::OrRefusal(204) } else { Allowed::Only(&[204]) };
    let rule = match by_post {
        true => "FOL-28",
        false if files().any(|file| !file.status.is("RECEIVED")) => "FOL-21",
        false => "FOL-17",
    };
    Expectation::new((by, call), allowed, rule, "le télédossier complet accepté").then(
        move |model, answer| {
            let mut next = Vec::new();
            if answer.is_success() {
                model.completed(rank);
                next = notified(&model.folders[rank]);
            }
            next.push(read_folder(rank));
            Ok(next)
        },
    )
}

/// On some hubs a sweep notifies: nothing is done meanwhile.
fn notified(folder: &Folder) -> Vec<Todo> {
    let wait = |seen: Seen, id: String| {
        Todo::new(move |_| settling(&id, move |answer| seen(answer) == "HUBEE_NOTIFIED"))
    };
    let whole: Seen =
        std::sync::Arc::new(|answer: &Answer| answer.text("/globalStatus").to_owned());
    let cases = folder.cases.iter().map(|case| status_among(&case.id, "/cases"));
    std::iter::once(whole).chain(cases).map(|seen| wait(seen, folder.id.clone())).collect()
}

/// Reads a télédossier until it suits, or until that was waited for long enough.
fn settling(id: &str, suits: impl Fn(&Answer) -> bool + Send + 'static) -> Expectation {
    let asked = calls(Role::Osl, Operation::GetFolder, &[id]);
    Expectation::anything(asked).until(Limit::Either, move |_, answer| suits(answer))
}

fn delete(model: &Model, rank: usize) -> Expectation {
    let folder = &model.folders[rank];
    let asked = calls(Role::Osl, Operation::DeleteFolder, &[&folder.id]);
    let sentence = format!("l'OSL supprime {}", folder_name(rank));
    if folder.completed {
        let what = "la suppression d'un télédossier complet refusée";
        return Expectation::new(asked, Allowed::Only(&[400]), "FOL-23", what)
            .saying(sentence)
            .followed_by([read_folder(rank)]);
    }
    let gone = |by: Role, operation: Operation, id: &str, what: &'static str| {
        let asked = calls(by, operation, &[id]);
        Todo::new(move |_| Expectation::new(asked, Allowed::Only(&[404]), "FOL-22", what))
    };
    let mut all =
        vec![gone(Role::Osl, Operation::GetFolder, &folder.id, "le télédossier supprimé inconnu")];
    for case in &folder.cases {
        let what = "le dossier d'un télédossier supprimé inconnu";
        all.push(gone(case.recipient, Operation::GetCase, &case.id, what));
    }
    Expectation::new(asked, Allowed::Only(&[204]), "FOL-22", "la suppression acceptée")
        .saying(sentence)
        .then_holds(move |model, _| {
            model.folders[rank].deleted = true;
            Ok(())
        })
        .followed_by(all)
}

fn set_status(model: &Model, rank: usize, closed: bool, dated: bool) -> Expectation {
    let folder = &model.folders[rank];
    let status = if closed { "CLOSED" } else { "HUBEE_NOTIFIED" };
    let mut body = json!({ "globalStatus": status });
    let date = (closed && dated).then_some("2024-02-29T10:20:30Z");
    if let Some(date) = date {
        body["closeDateTime"] = json!(date);
    }
    let (by, call) = calls(Role::Osl, Operation::UpdateFolder, &[&folder.id]);
    // "Cases first": closing over open cases is left to the hub.
    let due = !closed || folder.cases.iter().all(|case| case.status.is("CLOSED"));
    let allowed = if due { Allowed::Only(&[204]) } else { Allowed::Anything };
    let rule = if closed { "FOL-24" } else { "FOL-25" };
    let verb = if closed { "clôt" } else { "rouvre" };
    Expectation::new((by, call.json(body)), allowed, rule, "le statut du télédossier accepté")
        .saying(format!("l'OSL {verb} {}", folder_name(rank)))
        .then_holds(move |model, answer| {
            if answer.is_success() {
                let folder = &mut model.folders[rank];
                folder.status = Possible::only(status);
                folder.closed_at = date.map(str::to_owned);
            }
            Ok(())
        })
        .followed_by([read_folder(rank)])
}

fn said(content: Content) -> &'static str {
    match content {
        Content::Right => "",
        Content::Shorter => ", plus courte qu'annoncé",
        Content::Longer => ", plus longue qu'annoncé",
        Content::OtherType => ", d'un autre type qu'annoncé",
        Content::Infected => ", infectée",
    }
}

/// What an answer shows of something.
type Seen = std::sync::Arc<dyn Fn(&Answer) -> String + Send + Sync>;

/// The status of one of the things that a folder lists, found by its id: lists may come in any
/// order.
fn status_among(id: &str, list: &'static str) -> Seen {
    let id = id.to_owned();
    std::sync::Arc::new(move |answer| {
        let mut shown = answer.array(list).iter();
        let found = shown.find(|shown| shown["id"] == id.as_str());
        found.and_then(|found| found["status"].as_str()).unwrap_or_default().to_owned()
    })
}
