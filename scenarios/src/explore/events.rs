//! Moves on events, by either side (contract §6, "Event").

use contract::operations::Operation;
use serde_json::{Value, json};

use super::drafts::bytes_of;
use super::folders::patch;
use super::player::{Halt, Move, Player, case_name, event_name, named, picked};
use crate::actor::{Look, files, ids_as_announced};
use crate::client::{Body, Call, Reply};
use crate::oracle::transitions::{Side, next};
use crate::oracle::{Action, Content, Event, EventFlaw, File, Possible};

/// Events without files.
const KINDS: [&str; 5] =
    ["STATUS_UPDATE", "SENDING_MESSAGE", "COM_ADD", "ATTACH_DL", "ATTACH_DL_ALL"];
/// What both sides may attach on every démarche in use (contract §7).
const ATTACHED: &str = "application/pdf";

fn side_of(osl: bool) -> Side {
    if osl { Side::Osl } else { Side::Si }
}

impl Player<'_> {
    pub(super) async fn act_on_events(&mut self, action: &Action) -> Move {
        match action {
            Action::Event { case, osl, kind, notified, new_status } => {
                let Some(place) = picked(&self.model.cases_where(|_| true), *case) else {
                    return Ok(());
                };
                let kind = KINDS[usize::from(*kind) % KINDS.len()];
                self.send_plain(place, side_of(*osl), kind, *notified, *new_status).await
            }
            Action::FileEvent { case, osl, files, notified } => {
                let Some(place) = picked(&self.model.cases_where(|_| true), *case) else {
                    return Ok(());
                };
                self.announce(place, side_of(*osl), files, *notified).await
            }
            Action::EventFlawed { case, osl, flaw } => {
                let Some(place) = picked(&self.model.cases_where(|_| true), *case) else {
                    return Ok(());
                };
                self.send_flawed(place, side_of(*osl), *flaw).await
            }
            Action::UploadEvent { file } => {
                let found = self.model.event_files_where(|event, file| {
                    event.is_in_progress() && file.status.is("PENDING")
                });
                let Some((folder, case, event, at)) = picked(&found, *file) else {
                    return Ok(());
                };
                self.fill((folder, case, event), at).await
            }
            Action::SendEvent { event } => {
                let Some(place) = picked(&self.model.events_where(Event::is_in_progress), *event)
                else {
                    return Ok(());
                };
                self.send_announced(place).await
            }
            Action::Acknowledge { event, by_post } => {
                let found = self.model.events_where(|event| event.status.is("SENT"));
                let Some(place) = picked(&found, *event) else {
                    return Ok(());
                };
                self.acknowledge(place, *by_post && self.stage.is_recent()).await
            }
            Action::DeleteEvent { event } => {
                let Some(place) = picked(&self.model.events_where(|_| true), *event) else {
                    return Ok(());
                };
                self.delete_event(place).await
            }
            Action::DownloadEvent { file } => {
                let found = self.model.event_files_where(|event, _| event.status.is("SENT"));
                let Some((folder, case, event, at)) = picked(&found, *file) else {
                    return Ok(());
                };
                self.download_event((folder, case, event), at).await
            }
            _ => Ok(()),
        }
    }

    async fn send_plain(
        &mut self,
        place: (usize, usize),
        side: Side,
        kind: &str,
        notified: bool,
        new_status: bool,
    ) -> Move {
        let by = self.model.player(place, side);
        let case = self.model.case(place);
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
        let wanted = next(&case.status)
            .into_iter()
            .filter(|(_, setter)| *setter == side && new_status)
            .map(|(status, _)| status.name())
            .next();
        if let Some(status) = wanted {
            body["caseNewStatus"] = json!(status);
        }
        self.say(format!(
            "{} ajoute {} un événement {kind}{}{}",
            named(by),
            on(place),
            if notified { ", à notifier" } else { "" },
            wanted.map(|status| format!(", nouveau statut {status}")).unwrap_or_default(),
        ));
        let event = self.create_event(place, side, body, Vec::new(), "EVT-01").await?;
        if let Some(status) = wanted {
            let recent = self.stage.is_recent();
            let case = self.model.case_mut(place);
            // D6: before 1.2.6 the event alone need not change the case.
            case.status = if recent { Possible::only(status) } else { case.status.or(status) };
        }
        self.model.sent(event);
        self.read_back(place.0).await.map_err(|halt| match (halt, wanted) {
            (Halt::Disagreement(mut found), Some(_)) if found.rule == "FOL-26" => {
                "EVT-18".clone_into(&mut found.rule);
                Halt::Disagreement(found)
            }
            (halt, _) => halt,
        })?;
        self.read_event_back(event).await
    }

    async fn announce(
        &mut self,
        place: (usize, usize),
        side: Side,
        contents: &[Content],
        notified: bool,
    ) -> Move {
        let by = self.model.player(place, side);
        let rank = self.model.case(place).events.len();
        let mut kept = Vec::new();
        let mut announced = Vec::new();
        for (at, content) in contents.iter().enumerate() {
            let seed = format!("{}-{rank}-{at}", self.model.case(place).number);
            let right = files::of(ATTACHED, &seed);
            let bytes = bytes_of(*content, &right);
            let size = if *content == Content::Infected { bytes.len() } else { right.len() };
            announced.push(json!({
                "fileName": format!("complement-{}.pdf", at + 1), "type": "complement", "size": size, "mimeType": ATTACHED,
            }));
            kept.push((*content, bytes));
        }
        let body = json!({
            "actionType": "ATTACH_DEPOSIT", "notification": notified, "author": "Agente É. Essai",
            "message": "Compléments", "attachments": announced,
        });
        self.say(format!(
            "{} annonce {} un dépôt de {} fichier(s){}",
            named(by),
            on(place),
            contents.len(),
            if notified { ", à notifier" } else { "" },
        ));
        let event = self.create_event(place, side, body, kept, "EVT-05").await?;
        self.read_back(place.0).await?;
        self.read_event_back(event).await
    }

    /// Creates an event, and gives where the model keeps it.
    async fn create_event(
        &mut self,
        place: (usize, usize),
        side: Side,
        body: Value,
        contents: Vec<(Content, bytes::Bytes)>,
        rule: &str,
    ) -> Result<(usize, usize, usize), Halt> {
        let (id, by) = (self.model.case(place).id.clone(), self.model.player(place, side));
        let reply = self
            .call(by, Call::operation(Operation::CreateEvent, &[&id]).json(body.clone()))
            .await?;
        self.need(&reply, &[201], rule, "l'événement créé")?;
        let in_progress = body["actionType"] == "ATTACH_DEPOSIT";
        let event = Event {
            id: reply.text("/id").to_owned(),
            by: side,
            status: Possible::only(if in_progress { "IN_PROGRESS" } else { "SENT" }),
            files: event_files(&reply, &body, contents),
            sent: body,
            deleted: false,
        };
        let lacks = event.id.is_empty() || event.files.iter().any(|file| file.id.is_empty());
        self.hold(
            !lacks,
            rule,
            || "un identifiant pour l'événement et chacun de ses fichiers".to_owned(),
            || "il en manque".to_owned(),
        )?;
        let events = &mut self.model.case_mut(place).events;
        events.push(event);
        Ok((place.0, place.1, events.len() - 1))
    }

    async fn send_flawed(&mut self, place: (usize, usize), side: Side, flaw: EventFlaw) -> Move {
        let (id, by) = (self.model.case(place).id.clone(), self.model.player(place, side));
        self.say(format!("{} ajoute {} un événement {}", named(by), on(place), flaw.in_french()));
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
        let mut call = Call::operation(Operation::CreateEvent, &[&id]).json(body);
        if flaw == EventFlaw::Truncated {
            call.body = Body::Bytes {
                content_type: "application/json",
                bytes: "{\"actionType\": \"COM_ADD\", ".into(),
            };
        }
        let reply = self.call(by, call).await?;
        let expected = format!("un événement {} refusé", flaw.in_french());
        self.need(&reply, &[400], flaw.rule(), &expected)?;
        self.read_back(place.0).await
    }

    async fn fill(&mut self, place: (usize, usize, usize), at: usize) -> Move {
        let case = (place.0, place.1);
        let (case_id, event) = (self.model.case(case).id.clone(), self.model.event(place).clone());
        let file = event.files[at].clone();
        let by = self.model.player(case, event.by);
        self.say(format!("{} envoie le fichier {} de {}", named(by), at + 1, event_name(place)));
        let call = Call::operation(Operation::PutEventAttachment, &[&case_id, &event.id, &file.id]);
        let reply = self.call(by, call.file(file.bytes.clone())).await?;
        let (status, rule) = self.judge_upload(&reply, file.content, false)?;
        let rule = if rule == "PJ-01" { "EVT-21" } else { rule };
        let seen = self.settled_event_file(place, at).await?;
        self.hold(
            status.allows(&seen),
            rule,
            || format!("le fichier {}", status.in_french()),
            || seen.clone(),
        )?;
        self.model.event_mut(place).files[at].status = Possible::only(&seen);
        self.read_back(place.0).await
    }

    /// The status of a file of an event once it has its verdict.
    async fn settled_event_file(
        &mut self,
        place: (usize, usize, usize),
        at: usize,
    ) -> Result<String, Halt> {
        let case = (place.0, place.1);
        let (case_id, event) = (self.model.case(case).id.clone(), self.model.event(place).clone());
        let by = self.model.player(case, event.by);
        let scan = self.stage.session.target.limits.scan;
        self.until(scan, async |player| {
            let call = Call::operation(Operation::GetEvent, &[&case_id, &event.id]);
            let reply = player.call(by, call).await?;
            let shown = reply.array("/attachments").iter();
            let seen = shown
                .filter(|shown| shown["id"] == json!(event.files[at].id))
                .find_map(|shown| shown["status"].as_str())
                .unwrap_or_default()
                .to_owned();
            Ok(Look { done: seen != "PENDING", seen })
        })
        .await
    }

    async fn send_announced(&mut self, place: (usize, usize, usize)) -> Move {
        let case = (place.0, place.1);
        let (case_id, event) = (self.model.case(case).id.clone(), self.model.event(place).clone());
        let by = self.model.player(case, event.by);
        self.say(format!("{} transmet {}", named(by), event_name(place)));
        let call = Call::operation(Operation::UpdateEvent, &[&case_id, &event.id])
            .json(json!({ "status": "SENT" }));
        let reply = self.call(by, call).await?;
        let received = event.files.iter().all(|file| file.status.is("RECEIVED"));
        let infected = event.files.iter().any(|file| file.status.is("CORRUPTED"));
        let others_received = event
            .files
            .iter()
            .all(|file| file.status.is("RECEIVED") || file.status.is("CORRUPTED"));
        if received {
            self.need(&reply, &[204], "EVT-11", "l'événement transmis")?;
        } else if !(infected && others_received) {
            self.need(&reply, &[400], "EVT-10", "un événement aux fichiers non reçus refusé")?;
        }
        if reply.is_success() {
            self.model.sent(place);
        }
        self.read_back(place.0).await?;
        self.read_event_back(place).await
    }

    async fn acknowledge(&mut self, place: (usize, usize, usize), by_post: bool) -> Move {
        let case = (place.0, place.1);
        let (case_id, event) = (self.model.case(case).id.clone(), self.model.event(place).clone());
        let by = self.model.player(case, event.by.other());
        self.say(format!("{} accuse réception de {}", named(by), event_name(place)));
        let call = Call::operation(Operation::UpdateEvent, &[&case_id, &event.id])
            .json(json!({ "status": "RECEIVED" }));
        let reply = self.call(by, patch(call, by_post)).await?;
        let rule = if by_post { "EVT-25" } else { "EVT-12" };
        self.need(&reply, &[204], rule, "l'accusé de réception accepté")?;
        self.model.acknowledged(place);
        self.read_back(place.0).await?;
        self.read_event_back(place).await
    }

    async fn delete_event(&mut self, place: (usize, usize, usize)) -> Move {
        let case = (place.0, place.1);
        let (case_id, event) = (self.model.case(case).id.clone(), self.model.event(place).clone());
        let by = self.model.player(case, event.by);
        self.say(format!("{} supprime {}", named(by), event_name(place)));
        let reply =
            self.call(by, Call::operation(Operation::DeleteEvent, &[&case_id, &event.id])).await?;
        if event.is_in_progress() {
            self.need(&reply, &[204], "EVT-13", "la suppression acceptée")?;
            self.model.event_mut(place).deleted = true;
        } else {
            self.need(&reply, &[400], "EVT-14", "la suppression d'un événement transmis refusée")?;
        }
        self.read_back(place.0).await?;
        self.read_event_back(place).await
    }

    async fn download_event(&mut self, place: (usize, usize, usize), at: usize) -> Move {
        let case = (place.0, place.1);
        let (case_id, event) = (self.model.case(case).id.clone(), self.model.event(place).clone());
        let file = event.files[at].clone();
        let by = self.model.player(case, event.by.other());
        self.say(format!(
            "{} télécharge le fichier {} de {}",
            named(by),
            at + 1,
            event_name(place)
        ));
        let call = Call::operation(Operation::GetEventAttachment, &[&case_id, &event.id, &file.id]);
        let reply = self.call(by, call).await?;
        if !file.status.is("RECEIVED") {
            return self.need_refusal(&reply, "PJ-08", "un fichier non reçu refusé");
        }
        self.need(&reply, &[200], "EVT-21", "le fichier donné")?;
        self.hold_bytes(&reply, &file.bytes, "EVT-21")
    }
}

fn on(place: (usize, usize)) -> String {
    format!("sur {}", case_name(place))
}

fn event_files(reply: &Reply, body: &Value, contents: Vec<(Content, bytes::Bytes)>) -> Vec<File> {
    let ids = ids_as_announced(body, reply.json());
    let file = |(rank, (content, bytes)): (usize, (Content, bytes::Bytes))| File {
        id: ids.get(rank).cloned().unwrap_or_default(),
        announced: body["attachments"][rank].clone(),
        bytes,
        content,
        status: Possible::only("PENDING"),
        recipients: Vec::new(),
    };
    contents.into_iter().enumerate().map(file).collect()
}
