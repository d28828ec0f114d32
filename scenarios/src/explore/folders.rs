//! Moves of the OSL on télédossiers (contract §6, "Folder creation" to "Folder deletion").

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};

use super::player::{Halt, Move, Player, folder_name, picked};
use crate::client::{Call, Reply};
use crate::ledger::OwnFolder;
use crate::oracle::{Action, Case, Content, File, Folder, FolderFlaw, Possible};
use crate::play::deposit::{digest_of, operation};
use crate::play::files;
use crate::roles::Role;

const BAD_UUID: &str = "00000000-0000-4000-8000-000000000000";

/// A télédossier to be sent: its body, and what its files will be.
struct Draft {
    body: Value,
    files: Vec<(Content, Bytes)>,
    recipients: Vec<Role>,
    headers: bool,
}

impl Player<'_> {
    pub(super) async fn act_on_folders(&mut self, action: &Action) -> Move {
        match action {
            Action::Create {
                both,
                files,
                headers,
            } => {
                self.say("l'OSL crée un télédossier, sans en envoyer les fichiers");
                let draft = self.draft(*both, files, *headers);
                let rank = self.create(draft).await?;
                self.read_back(rank).await
            }
            Action::Deposit { both, files } => {
                self.say("l'OSL dépose un télédossier complet");
                let files = vec![Content::Right; usize::from(*files)];
                let draft = self.draft(*both, &files, false);
                let rank = self.create(draft).await?;
                for file in 0..files.len() {
                    self.upload(rank, file, false).await?;
                }
                self.complete(rank, false).await
            }
            Action::CreateFlawed { flaw, corrected } => self.create_flawed(*flaw, *corrected).await,
            Action::Reuse { folder } => {
                let found = self.model.folders_where(|_| true);
                let Some(rank) = picked(&found, *folder) else {
                    return Ok(());
                };
                self.reuse(rank).await
            }
            Action::Upload { file, digest } => {
                let mut found = Vec::new();
                for rank in self.model.folders_where(|folder| !folder.completed) {
                    let folder = &self.model.folders[rank];
                    found.extend(
                        folder
                            .files
                            .iter()
                            .enumerate()
                            .filter(|(_, file)| file.status.is("PENDING"))
                            .map(|(at, _)| (rank, at)),
                    );
                }
                let Some((rank, at)) = picked(&found, *file) else {
                    return Ok(());
                };
                self.say(format!(
                    "l'OSL envoie la pièce {} pour {}{}",
                    at + 1,
                    folder_name(rank),
                    said(self.model.folders[rank].files[at].content),
                ));
                self.upload(rank, at, *digest).await?;
                self.read_back(rank).await
            }
            Action::Complete { folder, by_post } => {
                let found = self.model.folders_where(|folder| !folder.completed);
                let Some(rank) = picked(&found, *folder) else {
                    return Ok(());
                };
                self.say(format!("l'OSL déclare {} complet", folder_name(rank)));
                self.complete(rank, *by_post && self.stage.is_recent())
                    .await
            }
            Action::DeleteFolder { folder } => {
                let found = self.model.folders_where(|_| true);
                let Some(rank) = picked(&found, *folder) else {
                    return Ok(());
                };
                self.delete_folder(rank).await
            }
            Action::FolderStatus {
                folder,
                closed,
                dated,
            } => {
                let found = self.model.folders_where(Folder::is_open);
                let Some(rank) = picked(&found, *folder) else {
                    return Ok(());
                };
                self.folder_status(rank, *closed, *dated).await
            }
            _ => Ok(()),
        }
    }

    fn draft(&self, both: bool, contents: &[Content], headers: bool) -> Draft {
        let profile = &self.stage.profile;
        let number = format!(
            "{}{}",
            profile.number_prefix,
            self.stage.session.free_number()
        );
        let mut recipients = vec![Role::Si];
        if both && self.stage.player(Role::SecondSi).is_some() {
            recipients.push(Role::SecondSi);
        }
        let cases: Vec<Value> = recipients
            .iter()
            .enumerate()
            .map(|(rank, role)| json!({ "externalId": format!("{number}-{:02}", rank + 1), "recipient": self.organization(*role) }))
            .collect();
        let (kind, mime) = profile.first_kind();
        let mut attachments = Vec::new();
        let mut kept = Vec::new();
        for (rank, content) in contents.iter().enumerate() {
            let announced = files::of(mime, &format!("{number}-{rank}"));
            let bytes = bytes_of(*content, &announced);
            let size = if *content == Content::Infected {
                bytes.len()
            } else {
                announced.len()
            };
            // The second file is for the last case only, so that a case has files that another has not.
            let addressed: Vec<&Value> = cases
                .iter()
                .skip(if rank == 1 { cases.len() - 1 } else { 0 })
                .map(|case| &case["externalId"])
                .collect();
            attachments.push(json!({
                "fileName": format!("pièce-{}.dat", rank + 1), "type": kind, "size": size, "mimeType": mime,
                "recipients": addressed,
            }));
            kept.push((*content, bytes));
        }
        Draft {
            body: json!({
                "processCode": profile.process,
                "applicant": { "firstName": "Zoé", "lastName": "Étalon", "email": "zoe.etalon@example.org" },
                "externalId": number,
                "cases": cases,
                "attachments": attachments,
            }),
            files: kept,
            recipients,
            headers,
        }
    }

    async fn create(&mut self, draft: Draft) -> Result<usize, Halt> {
        let mut call = Call::operation(operation(1), &[]).json(draft.body.clone());
        if draft.headers {
            call = call
                .header("editorName", "Etalon")
                .header("applicationName", "exploration")
                .header("softwareVersion", "1.0.0");
        }
        let reply = self.call(Role::Osl, call).await?;
        if reply.status() == 201 {
            self.enter_in_ledger(&draft, &reply);
        }
        self.need(&reply, &[201], "FOL-01", "le télédossier créé")?;
        let folder = folder_of(draft, &reply);
        let ids = folder
            .cases
            .iter()
            .map(|case| &case.id)
            .chain(folder.files.iter().map(|file| &file.id));
        let lacks = ids
            .chain([&folder.id])
            .filter(|id| id.is_empty())
            .count();
        self.hold(
            lacks == 0,
            "FOL-02",
            || "un identifiant pour le télédossier, chaque dossier et chaque pièce".to_owned(),
            || format!("{lacks} identifiants manquent"),
        )?;
        self.model.folders.push(folder);
        Ok(self.model.folders.len() - 1)
    }

    fn enter_in_ledger(&mut self, draft: &Draft, reply: &Reply) {
        self.count_folder();
        let Some(depositor) = self.stage.player(Role::Osl).cloned() else {
            return;
        };
        let cases = draft.recipients.iter().enumerate().map(|(rank, role)| {
            (
                reply.text(&format!("/cases/{rank}/id")).to_owned(),
                self.stage.player(*role).cloned(),
            )
        });
        self.stage.session.ledger.created(OwnFolder {
            scenario: self.creator.clone(),
            id: reply.text("/id").to_owned(),
            number: draft.body["externalId"].as_str().unwrap_or_default().to_owned(),
            depositor,
            cases: cases.collect(),
        });
    }

    async fn create_flawed(&mut self, flaw: FolderFlaw, corrected: bool) -> Move {
        self.say(format!("l'OSL crée un télédossier {}", flaw.in_french()));
        let draft = self.draft(false, &[Content::Right], false);
        let mut call = Call::operation(operation(1), &[]).json(bent(&draft.body, flaw));
        if flaw == FolderFlaw::Truncated {
            let text = draft.body.to_string();
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            call.body = crate::client::Body::Bytes {
                content_type: "application/json",
                bytes: half.into(),
            };
        }
        let reply = self.call(Role::Osl, call).await?;
        if reply.status() == 201 {
            self.enter_in_ledger(&draft, &reply);
        }
        let expected = format!("un télédossier {} refusé", flaw.in_french());
        self.need(&reply, &[400], flaw.rule(), &expected)?;
        if !corrected {
            return Ok(());
        }
        self.say("l'OSL crée le même sans ce défaut, sous le même numéro");
        let reply_rank = self.create(draft).await;
        let rank = reply_rank.map_err(|halt| match halt {
            Halt::Disagreement(mut found) if found.rule == "FOL-01" => {
                "FOL-12".clone_into(&mut found.rule);
                Halt::Disagreement(found)
            }
            other => other,
        })?;
        self.read_back(rank).await
    }

    async fn reuse(&mut self, rank: usize) -> Move {
        self.say(format!(
            "l'OSL crée un télédossier sous le numéro de {}",
            folder_name(rank)
        ));
        let mut draft = self.draft(false, &[Content::Right], false);
        let number = self.model.folders[rank].number().to_owned();
        draft.body["externalId"] = json!(number);
        draft.body["cases"][0]["externalId"] = json!(format!("{number}-09"));
        draft.body["attachments"][0]["recipients"] = json!([format!("{number}-09")]);
        draft.body["applicant"]["lastName"] = json!("Autre");
        let reply = self
            .call(
                Role::Osl,
                Call::operation(operation(1), &[]).json(draft.body.clone()),
            )
            .await?;
        // Refused or not: recorded only. The first one stays as it is in any case.
        if reply.status() == 201 {
            self.enter_in_ledger(&draft, &reply);
        }
        self.read_back(rank).await.map_err(|halt| match halt {
            Halt::Disagreement(mut found) => {
                "NUM-02".clone_into(&mut found.rule);
                Halt::Disagreement(found)
            }
            other => other,
        })
    }

    async fn upload(&mut self, rank: usize, at: usize, digest: bool) -> Move {
        let folder = &self.model.folders[rank];
        let file = folder.files[at].clone();
        let mut call = Call::operation(operation(2), &[&folder.id, &file.id]).file(file.bytes.clone());
        let digest = digest && file.content == Content::Right;
        if digest {
            call = call.header("digest", digest_of(&file.bytes));
        }
        let id = folder.id.clone();
        let reply = self.call(Role::Osl, call).await?;
        let (status, rule) = self.judge_upload(&reply, file.content, digest)?;
        let seen = self
            .settled(&id, &format!("/attachments/{at}/status"), |seen| {
                seen != "PENDING"
            })
            .await?;
        self.hold(
            status.allows(&seen),
            rule,
            || format!("la pièce {}", status.in_french()),
            || seen.clone(),
        )?;
        // Where several verdicts are right, the one given counts from then on.
        self.model.folders[rank].files[at].status = Possible::only(&seen);
        Ok(())
    }

    /// What an upload must be answered, and what its file becomes (contract §6, "Folder attachment").
    pub(super) fn judge_upload(
        &self,
        reply: &Reply,
        content: Content,
        digest: bool,
    ) -> Result<(Possible, &'static str), Halt> {
        match content {
            Content::Right => {
                let rule = if digest { "PJ-05" } else { "PJ-01" };
                self.need(reply, &[204], rule, "le fichier reçu")?;
                Ok((Possible::only("RECEIVED"), rule))
            }
            Content::Shorter | Content::Longer => {
                self.need(reply, &[400], "PJ-02", "un fichier d'une autre taille refusé")?;
                Ok((Possible::only("REJECTED"), "PJ-02"))
            }
            Content::OtherType => Ok((Possible::only("REJECTED"), "PJ-03")),
            // An infected file announced as something else is rejected as rightly as found infected.
            Content::Infected => Ok((Possible::any(["CORRUPTED", "REJECTED"]), "PJ-06")),
        }
    }

    async fn complete(&mut self, rank: usize, by_post: bool) -> Move {
        let folder = &self.model.folders[rank];
        let (id, pending) = (
            folder.id.clone(),
            folder.files.iter().any(|file| file.status.is("PENDING")),
        );
        let body = json!({ "globalStatus": "HUBEE_COMPLETED" });
        let reply = self
            .call(Role::Osl, patch(Call::operation(operation(4), &[&id]).json(body), by_post))
            .await?;
        if pending && !reply.is_success() {
            // D11.
            return self.read_back(rank).await;
        }
        let rejected = folder_has_refused(&self.model.folders[rank]);
        let rule = match (by_post, rejected) {
            (true, _) => "FOL-28",
            (_, true) => "FOL-21",
            _ => "FOL-17",
        };
        self.need(&reply, &[204], rule, "le télédossier complet accepté")?;
        self.model.completed(rank);
        // On some hubs a sweep does the rest: nothing is done meanwhile.
        self.settled(&id, "/globalStatus", |seen| seen == "HUBEE_NOTIFIED")
            .await?;
        let cases = self.model.folders[rank].cases.len();
        for case in 0..cases {
            self.settled(&id, &format!("/cases/{case}/status"), |seen| {
                seen == "HUBEE_NOTIFIED"
            })
            .await?;
        }
        self.read_back(rank).await
    }

    /// What the folder shows at a place once it suits, or once that has been waited for long enough.
    async fn settled(
        &mut self,
        folder: &str,
        pointer: &str,
        suits: impl Fn(&str) -> bool,
    ) -> Result<String, Halt> {
        let limits = &self.stage.session.target.limits;
        let limit = self
            .stage
            .patience(limits.scan.max(limits.delivery), self.hurried);
        let started = Instant::now();
        let mut pause = Duration::from_millis(20);
        loop {
            let reply = self
                .call(Role::Osl, Call::operation(operation(8), &[folder]))
                .await?;
            let seen = reply.text(pointer).to_owned();
            if suits(&seen) {
                self.stage.settled_after(started.elapsed());
                return Ok(seen);
            }
            if started.elapsed() >= limit {
                return Ok(seen);
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(5));
        }
    }

    async fn delete_folder(&mut self, rank: usize) -> Move {
        let folder = &self.model.folders[rank];
        let (id, completed) = (folder.id.clone(), folder.completed);
        self.say(format!("l'OSL supprime {}", folder_name(rank)));
        let reply = self
            .call(Role::Osl, Call::operation(operation(17), &[&id]))
            .await?;
        if completed {
            self.need(&reply, &[400], "FOL-23", "la suppression d'un télédossier complet refusée")?;
            return self.read_back(rank).await;
        }
        self.need(&reply, &[204], "FOL-22", "la suppression acceptée")?;
        self.model.folders[rank].deleted = true;
        self.stage.session.ledger.gone(&id);
        let read = self
            .call(Role::Osl, Call::operation(operation(8), &[&id]))
            .await?;
        self.need(&read, &[404], "FOL-22", "le télédossier supprimé inconnu")?;
        let cases = self.model.folders[rank].cases.clone();
        for case in cases {
            let read = self
                .call(case.recipient, Call::operation(operation(14), &[&case.id]))
                .await?;
            self.need(&read, &[404], "FOL-22", "le dossier d'un télédossier supprimé inconnu")?;
        }
        Ok(())
    }

    async fn folder_status(&mut self, rank: usize, closed: bool, dated: bool) -> Move {
        let folder = &self.model.folders[rank];
        let id = folder.id.clone();
        // "Cases first": closing over open cases is left to the hub.
        let due = !closed || folder.cases.iter().all(|case| case.status.is("CLOSED"));
        let status = if closed { "CLOSED" } else { "HUBEE_NOTIFIED" };
        let mut body = json!({ "globalStatus": status });
        let date = (closed && dated).then_some("2024-02-29T10:20:30Z");
        if let Some(date) = date {
            body["closeDateTime"] = json!(date);
        }
        self.say(format!(
            "l'OSL {} {}",
            if closed { "clôt" } else { "rouvre" },
            folder_name(rank)
        ));
        let reply = self
            .call(Role::Osl, Call::operation(operation(4), &[&id]).json(body))
            .await?;
        if due {
            let rule = if closed { "FOL-24" } else { "FOL-25" };
            self.need(&reply, &[204], rule, "le statut du télédossier accepté")?;
        }
        if reply.is_success() {
            let folder = &mut self.model.folders[rank];
            folder.status = Possible::only(status);
            folder.closed_at = date.map(str::to_owned);
        }
        self.read_back(rank).await
    }

    /// Asks for what is not there (rules FOL-29, CAS-11, EVT-23, PJ-09, NOT-07, NOT-08, ERR-04).
    pub(super) async fn ask(&mut self, unknown: crate::oracle::Unknown, si: bool) -> Move {
        use crate::oracle::Unknown;
        let role = if si { Role::Si } else { Role::Osl };
        let an_open_case = picked(&self.model.cases_where(|case| case.recipient == Role::Si), 0)
            .map(|place| self.model.case(place).id.clone());
        let a_folder = picked(&self.model.folders_where(|folder| !folder.completed), 0)
            .map(|rank| self.model.folders[rank].id.clone());
        let (what, by, call, statuses, rule): (_, _, _, &[u16], _) = match unknown {
            Unknown::Folder => (
                "un télédossier qui n'existe pas",
                Role::Osl,
                Call::operation(operation(8), &[BAD_UUID]),
                &[404],
                "FOL-29",
            ),
            Unknown::FolderNoUuid => (
                "un télédossier par un identifiant mal formé",
                Role::Osl,
                Call::operation(operation(8), &["pas-un-uuid"]),
                &[400],
                "FOL-29",
            ),
            Unknown::Case => (
                "un dossier qui n'existe pas",
                Role::Si,
                Call::operation(operation(14), &[BAD_UUID]),
                &[404],
                "CAS-11",
            ),
            Unknown::CaseNoUuid => (
                "un dossier par un identifiant mal formé",
                Role::Si,
                Call::operation(operation(14), &["pas-un-uuid"]),
                &[400],
                "CAS-11",
            ),
            Unknown::Event | Unknown::EventNoUuid => {
                let Some(case) = an_open_case else {
                    return Ok(());
                };
                let known = unknown == Unknown::Event;
                let id = if known { BAD_UUID } else { "pas-un-uuid" };
                (
                    "un événement qui n'existe pas",
                    role,
                    Call::operation(operation(16), &[&case, id]),
                    if known { &[404] } else { &[400] },
                    "EVT-23",
                )
            }
            Unknown::Attachment => {
                let Some(folder) = a_folder else {
                    return Ok(());
                };
                let call = Call::operation(operation(2), &[&folder, BAD_UUID]);
                (
                    "l'envoi d'une pièce qui n'existe pas",
                    Role::Osl,
                    call.file("x"),
                    &[404],
                    "PJ-09",
                )
            }
            Unknown::Notification => (
                "la suppression d'une notification qui n'existe pas",
                role,
                Call::operation(operation(13), &[BAD_UUID]),
                &[404],
                "NOT-07",
            ),
            Unknown::NotificationNoUuid => (
                "la suppression d'une notification par un identifiant mal formé",
                role,
                Call::operation(operation(13), &["pas-un-uuid"]),
                &[400],
                "NOT-08",
            ),
            Unknown::Path => (
                "un chemin qui n'existe pas",
                role,
                Call::new(
                    contract::operations::Method::Get,
                    contract::exchange::Api::Teledossiers,
                    "/inconnu",
                ),
                &[404, 405],
                "ERR-04",
            ),
            Unknown::Method => (
                "une méthode qui n'existe pas",
                role,
                Call::new(
                    contract::operations::Method::Delete,
                    contract::exchange::Api::Teledossiers,
                    "/folders",
                ),
                &[404, 405],
                "ERR-04",
            ),
        };
        self.say(format!("{} demande {what}", super::player::named(by)));
        let reply = self.call(by, call).await?;
        self.need(&reply, statuses, rule, "un refus propre")
    }
}

fn folder_has_refused(folder: &Folder) -> bool {
    folder.files.iter().any(|file| !file.status.is("RECEIVED"))
}

fn folder_of(draft: Draft, reply: &Reply) -> Folder {
    let text = |pointer: String| reply.text(&pointer).to_owned();
    let cases = draft.recipients.iter().enumerate().map(|(rank, role)| Case {
        id: text(format!("/cases/{rank}/id")),
        number: draft.body["cases"][rank]["externalId"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        recipient: *role,
        status: Possible::only("HUBEE_RECEIVED"),
        events: Vec::new(),
    });
    let numbers: Vec<&Value> = draft.body["cases"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|case| &case["externalId"])
        .collect();
    let files = draft
        .files
        .iter()
        .enumerate()
        .map(|(rank, (content, bytes))| {
            let announced = draft.body["attachments"][rank].clone();
            let addressed = announced["recipients"].as_array().cloned().unwrap_or_default();
            File {
                id: text(format!("/attachments/{rank}/id")),
                recipients: numbers
                    .iter()
                    .enumerate()
                    .filter(|(_, number)| addressed.contains(number))
                    .map(|(rank, _)| rank)
                    .collect(),
                announced,
                bytes: bytes.clone(),
                content: *content,
                status: Possible::only("PENDING"),
            }
        });
    Folder {
        id: reply.text("/id").to_owned(),
        headers: draft.headers,
        status: Possible::only("HUBEE_RECEIVED"),
        completed: false,
        deleted: false,
        closed_at: None,
        cases: cases.collect(),
        files: files.collect(),
        sent: draft.body,
    }
}

/// A PATCH, or the POST that says so.
pub(super) fn patch(mut call: Call, by_post: bool) -> Call {
    if by_post {
        "POST".clone_into(&mut call.method);
        call = call.header("X-HTTP-Method-Override", "PATCH");
    }
    call
}

/// Bytes that are what they are to be, against those that were announced.
pub(super) fn bytes_of(content: Content, announced: &[u8]) -> Bytes {
    match content {
        Content::Right => announced.to_vec().into(),
        Content::Shorter => announced[..announced.len() - 1].to_vec().into(),
        Content::Longer => [announced, b"\n"].concat().into(),
        Content::OtherType => {
            let mut image = files::of("image/png", "");
            image.resize(announced.len(), 0);
            image.into()
        }
        Content::Infected => files::eicar().into(),
    }
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

/// A body with a flaw.
fn bent(body: &Value, flaw: FolderFlaw) -> Value {
    let mut bent = body.clone();
    let mut remove = |pointer: &str, name: &str| {
        if let Some(object) = bent.pointer_mut(pointer).and_then(Value::as_object_mut) {
            object.remove(name);
        }
    };
    match flaw {
        FolderFlaw::NoApplicant => remove("", "applicant"),
        FolderFlaw::NoFirstName => remove("/applicant", "firstName"),
        FolderFlaw::NoLastName => remove("/applicant", "lastName"),
        FolderFlaw::NoNumber => remove("", "externalId"),
        FolderFlaw::NoCases => remove("", "cases"),
        FolderFlaw::NoAttachments => remove("", "attachments"),
        FolderFlaw::NoFileName => remove("/attachments/0", "fileName"),
        FolderFlaw::NoSize => remove("/attachments/0", "size"),
        FolderFlaw::NoRecipients => remove("/attachments/0", "recipients"),
        FolderFlaw::EmptyCases => bent["cases"] = json!([]),
        FolderFlaw::CasesOfAnotherType => bent["cases"] = json!("aucun"),
        FolderFlaw::NegativeSize => bent["attachments"][0]["size"] = json!(-1),
        FolderFlaw::LongFirstName => bent["applicant"]["firstName"] = json!("é".repeat(256)),
        FolderFlaw::LongEmail => {
            bent["applicant"]["email"] = json!(format!("{}@example.org", "a".repeat(320)));
        }
        FolderFlaw::LongFileName => {
            bent["attachments"][0]["fileName"] = json!(format!("{}.dat", "p".repeat(252)));
        }
        FolderFlaw::LongNumber => {
            let number = body["externalId"].as_str().unwrap_or_default();
            bent["externalId"] = json!(format!("{number:0<31}"));
        }
        FolderFlaw::UnknownProcess => bent["processCode"] = json!("ETALON-INCONNUE"),
        FolderFlaw::UnknownRecipient => {
            bent["cases"][0]["recipient"] =
                json!({ "type": "SI", "companyRegister": "99999999999999", "branchCode": "99999" });
        }
        FolderFlaw::Truncated => {}
    }
    bent
}
