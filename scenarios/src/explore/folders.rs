//! Moves of the OSL on télédossiers (contract §6, "Folder creation" to "Folder deletion").

use contract::operations::Operation;
use serde_json::json;

use super::drafts::{Draft, bent, folder_of};
use super::player::{Halt, Move, Player, folder_name, picked};
use crate::actor::{Look, digest_of};
use crate::client::{Call, Reply};
use crate::ledger::OwnFolder;
use crate::oracle::{Action, Content, Folder, FolderFlaw, Possible};
use crate::roles::Role;

impl Player<'_> {
    pub(super) async fn act_on_folders(&mut self, action: &Action) -> Move {
        match action {
            Action::Create { both, files, headers } => {
                self.say("l'OSL crée un télédossier, sans en envoyer les fichiers");
                let draft = self.draft(*both, files, *headers);
                let rank = self.create(draft).await?;
                self.read_back(rank).await
            }
            Action::Deposit { both, files } => {
                let whole = files.iter().all(|file| *file == Content::Right);
                self.say(if whole {
                    "l'OSL dépose un télédossier complet"
                } else {
                    "l'OSL dépose un télédossier complet, dont une pièce n'est pas ce qu'elle annonce"
                });
                let draft = self.draft(*both, files, false);
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
                self.complete(rank, *by_post && self.stage.is_recent()).await
            }
            Action::DeleteFolder { folder } => {
                let found = self.model.folders_where(|_| true);
                let Some(rank) = picked(&found, *folder) else {
                    return Ok(());
                };
                self.delete_folder(rank).await
            }
            Action::FolderStatus { folder, closed, dated } => {
                let found = self.model.folders_where(Folder::is_open);
                let Some(rank) = picked(&found, *folder) else {
                    return Ok(());
                };
                self.folder_status(rank, *closed, *dated).await
            }
            _ => Ok(()),
        }
    }

    async fn create(&mut self, draft: Draft) -> Result<usize, Halt> {
        let mut call = Call::operation(Operation::CreateFolder, &[]).json(draft.body.clone());
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
        let lacks = ids.chain([&folder.id]).filter(|id| id.is_empty()).count();
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
            (reply.text(&format!("/cases/{rank}/id")).to_owned(), self.stage.player(*role).cloned())
        });
        self.stage.session.ledger.created(OwnFolder {
            scenario: self.creator.clone(),
            id: reply.text("/id").to_owned(),
            number: draft.body["externalId"].as_str().unwrap_or_default().to_owned(),
            depositor,
            cases: cases.collect(),
            is_completed: false,
        });
    }

    async fn create_flawed(&mut self, flaw: FolderFlaw, corrected: bool) -> Move {
        self.say(format!("l'OSL crée un télédossier {}", flaw.in_french()));
        let draft = self.draft(false, &[Content::Right], false);
        let mut call = Call::operation(Operation::CreateFolder, &[]).json(bent(&draft.body, flaw));
        if flaw == FolderFlaw::Truncated {
            let text = draft.body.to_string();
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            call.body =
                crate::client::Body::Bytes { content_type: "application/json", bytes: half.into() };
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
        self.say(format!("l'OSL crée un télédossier sous le numéro de {}", folder_name(rank)));
        let mut draft = self.draft(false, &[Content::Right], false);
        let number = self.model.folders[rank].number().to_owned();
        draft.body["externalId"] = json!(number);
        draft.body["cases"][0]["externalId"] = json!(format!("{number}-09"));
        draft.body["attachments"][0]["recipients"] = json!([format!("{number}-09")]);
        draft.body["applicant"]["lastName"] = json!("Autre");
        let reply = self
            .call(Role::Osl, Call::operation(Operation::CreateFolder, &[]).json(draft.body.clone()))
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
        let mut call = Call::operation(Operation::PutFolderAttachment, &[&folder.id, &file.id])
            .file(file.bytes.clone());
        let digest = digest && file.content == Content::Right;
        if digest {
            call = call.header("digest", digest_of(&file.bytes));
        }
        let id = folder.id.clone();
        let reply = self.call(Role::Osl, call).await?;
        let (status, rule) = self.judge_upload(&reply, file.content, digest)?;
        let seen = self
            .settled(
                &id,
                |folder| status_among(folder, "/attachments", &file.id),
                |seen| seen != "PENDING",
            )
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

    /// What an upload must be answered, and what its file becomes (contract §6, "Folder
    /// attachment").
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
            // An infected file announced as something else is rejected as rightly as found
            // infected.
            Content::Infected => Ok((Possible::any(["CORRUPTED", "REJECTED"]), "PJ-06")),
        }
    }

    async fn complete(&mut self, rank: usize, by_post: bool) -> Move {
        let folder = &self.model.folders[rank];
        let (id, pending) =
            (folder.id.clone(), folder.files.iter().any(|file| file.status.is("PENDING")));
        let body = json!({ "globalStatus": "HUBEE_COMPLETED" });
        let reply = self
            .call(
                Role::Osl,
                patch(Call::operation(Operation::UpdateFolder, &[&id]).json(body), by_post),
            )
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
        self.stage.session.ledger.completed(&id);
        // On some hubs a sweep does the rest: nothing is done meanwhile.
        self.settled(
            &id,
            |folder| folder.text("/globalStatus").to_owned(),
            |seen| seen == "HUBEE_NOTIFIED",
        )
        .await?;
        let cases: Vec<String> =
            self.model.folders[rank].cases.iter().map(|case| case.id.clone()).collect();
        for case in &cases {
            self.settled(
                &id,
                |folder| status_among(folder, "/cases", case),
                |seen| seen == "HUBEE_NOTIFIED",
            )
            .await?;
        }
        self.read_back(rank).await
    }

    /// What the folder shows at a place once it suits, or once that has been waited for long
    /// enough.
    async fn settled(
        &mut self,
        folder: &str,
        read: impl Fn(&Reply) -> String,
        suits: impl Fn(&str) -> bool,
    ) -> Result<String, Halt> {
        let limits = &self.stage.session.target.limits;
        self.until(limits.scan.max(limits.delivery), async |player| {
            let call = Call::operation(Operation::GetFolder, &[folder]);
            let seen = read(&player.call(Role::Osl, call).await?);
            Ok(Look { done: suits(&seen), seen })
        })
        .await
    }

    async fn delete_folder(&mut self, rank: usize) -> Move {
        let folder = &self.model.folders[rank];
        let (id, completed) = (folder.id.clone(), folder.completed);
        self.say(format!("l'OSL supprime {}", folder_name(rank)));
        let reply = self.call(Role::Osl, Call::operation(Operation::DeleteFolder, &[&id])).await?;
        if completed {
            self.need(&reply, &[400], "FOL-23", "la suppression d'un télédossier complet refusée")?;
            return self.read_back(rank).await;
        }
        self.need(&reply, &[204], "FOL-22", "la suppression acceptée")?;
        self.model.folders[rank].deleted = true;
        self.stage.session.ledger.gone(&id);
        let read = self.call(Role::Osl, Call::operation(Operation::GetFolder, &[&id])).await?;
        self.need(&read, &[404], "FOL-22", "le télédossier supprimé inconnu")?;
        let cases = self.model.folders[rank].cases.clone();
        for case in cases {
            let read =
                self.call(case.recipient, Call::operation(Operation::GetCase, &[&case.id])).await?;
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
        self.say(format!("l'OSL {} {}", if closed { "clôt" } else { "rouvre" }, folder_name(rank)));
        let reply = self
            .call(Role::Osl, Call::operation(Operation::UpdateFolder, &[&id]).json(body))
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
}

fn folder_has_refused(folder: &Folder) -> bool {
    folder.files.iter().any(|file| !file.status.is("RECEIVED"))
}

/// A PATCH, or the POST that says so.
pub(super) fn patch(mut call: Call, by_post: bool) -> Call {
    if by_post {
        "POST".clone_into(&mut call.method);
        call = call.header("X-HTTP-Method-Override", "PATCH");
    }
    call
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

/// The status of one of the things that a folder lists, found by its id: lists may come in any
/// order.
fn status_among(folder: &Reply, list: &str, id: &str) -> String {
    let mut shown = folder.array(list).iter();
    let found = shown.find(|shown| shown["id"] == json!(id));
    found.and_then(|found| found["status"].as_str()).unwrap_or_default().to_owned()
}
