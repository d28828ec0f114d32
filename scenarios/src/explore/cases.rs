//! Moves on cases: their statuses and the download of their files (contract §6, "Case status",
//! "Case attachment").

use contract::operations::Operation;
use contract::status::CaseStatus;
use serde_json::json;

use super::folders::patch;
use super::player::{Halt, Move, Player, case_name, named, picked};
use crate::actor::digest_of;
use crate::client::{Body, Call};
use crate::oracle::transitions::{Side, next};
use crate::oracle::{Action, Possible};
use crate::roles::Role;

impl Player<'_> {
    pub(super) async fn act_on_cases(&mut self, action: &Action) -> Move {
        match action {
            Action::CaseStatus { case, status, by_post } => {
                let found = self.model.cases_where(|case| !next(&case.status).is_empty());
                let Some(place) = picked(&found, *case) else {
                    return Ok(());
                };
                let allowed = next(&self.model.case(place).status);
                let Some((status, side)) = picked(&allowed, *status) else {
                    return Ok(());
                };
                self.set_status(place, status, side, *by_post && self.stage.is_recent()).await?;
                self.read_back(place.0).await
            }
            Action::CloseCase { case } => {
                let found = self.model.cases_where(|case| !case.status.is("CLOSED"));
                let Some(place) = picked(&found, *case) else {
                    return Ok(());
                };
                self.close(place).await
            }
            Action::CaseStatusFlawed { case, osl, truncated } => {
                let Some(place) = picked(&self.model.cases_where(|_| true), *case) else {
                    return Ok(());
                };
                self.set_status_flawed(place, *osl, *truncated).await
            }
            Action::Download { case, file } => {
                let Some(place) = picked(&self.model.cases_where(|_| true), *case) else {
                    return Ok(());
                };
                let files = self.model.folders[place.0].files.len();
                self.download(place, usize::from(*file) % files.max(1)).await
            }
            _ => Ok(()),
        }
    }

    async fn set_status(
        &mut self,
        place: (usize, usize),
        status: CaseStatus,
        side: Side,
        by_post: bool,
    ) -> Move {
        let (id, by) = (self.model.case(place).id.clone(), self.model.player(place, side));
        self.say(format!("{} met {} à {status}", named(by), case_name(place)));
        let call =
            Call::operation(Operation::UpdateCase, &[&id]).json(json!({ "status": status.name() }));
        let reply = self.call(by, patch(call, by_post)).await?;
        let rule = match (by_post, status) {
            (true, _) => "CAS-10",
            (_, CaseStatus::Closed) => "CAS-06",
            (_, CaseStatus::HubeeNotified) => "CAS-07",
            _ => "CAS-02",
        };
        self.need(&reply, &[204], rule, "le statut accepté")?;
        self.model.case_mut(place).status = Possible::only(status.name());
        Ok(())
    }

    /// Brings a case to CLOSED along the listed statuses, however it stands.
    async fn close(&mut self, place: (usize, usize)) -> Move {
        for _ in 0..3 {
            let allowed = next(&self.model.case(place).status);
            let wanted = [CaseStatus::Closed, CaseStatus::Done, CaseStatus::InProgress];
            let Some((status, side)) = wanted
                .iter()
                .find_map(|wanted| allowed.iter().find(|(status, _)| status == wanted))
            else {
                return Ok(());
            };
            self.set_status(place, *status, *side, false).await?;
            if *status == CaseStatus::Closed {
                break;
            }
        }
        self.read_back(place.0).await
    }

    async fn set_status_flawed(
        &mut self,
        place: (usize, usize),
        osl: bool,
        truncated: bool,
    ) -> Move {
        let side = if osl { Side::Osl } else { Side::Si };
        let (id, by) = (self.model.case(place).id.clone(), self.model.player(place, side));
        let mut call =
            Call::operation(Operation::UpdateCase, &[&id]).json(json!({ "status": "EN_VACANCES" }));
        let (what, rule) = if truncated {
            call.body = Body::Bytes {
                content_type: "application/json",
                bytes: "{\"status\": \"SENT\"".into(),
            };
            ("un statut en JSON tronqué", "ERR-02")
        } else {
            ("un statut inconnu", "CAS-03")
        };
        self.say(format!("{} donne à {} {what}", named(by), case_name(place)));
        let reply = self.call(by, call).await?;
        self.need(&reply, &[400], rule, &format!("{what} refusé"))?;
        self.read_back(place.0).await
    }

    async fn download(&mut self, place: (usize, usize), at: usize) -> Move {
        let folder = &self.model.folders[place.0];
        let (case, file) = (folder.cases[place.1].clone(), folder.files[at].clone());
        self.say(format!(
            "{} télécharge la pièce {} du télédossier {}",
            named(case.recipient),
            at + 1,
            place.0 + 1
        ));
        let reply = self
            .call(
                case.recipient,
                Call::operation(Operation::GetCaseAttachment, &[&case.id, &file.id]),
            )
            .await?;
        if !file.recipients.contains(&place.1) {
            return self.need(&reply, &[403, 404], "PJ-15", "la pièce d'un autre dossier refusée");
        }
        if !file.status.is("RECEIVED") {
            let rule = match file.status.names() {
                [one] if one == "REJECTED" => "PJ-08",
                [one] if one == "PENDING" => "PJ-19",
                _ => "PJ-07",
            };
            return self.need_refusal(&reply, rule, "une pièce non reçue refusée");
        }
        let rule = if place.1 == 0 { "PJ-13" } else { "PJ-17" };
        self.need(&reply, &[200], rule, "la pièce donnée")?;
        self.hold_bytes(&reply, &file.bytes, "PJ-13")
    }

    /// The very bytes, and a right digest if there is one.
    pub(super) fn hold_bytes(
        &self,
        reply: &crate::client::Reply,
        bytes: &bytes::Bytes,
        rule: &str,
    ) -> Result<(), Halt> {
        self.hold(
            reply.body == *bytes,
            rule,
            || format!("les {} octets envoyés", bytes.len()),
            || format!("{} autres", reply.body.len()),
        )?;
        let right = digest_of(bytes);
        let Some(digest) = reply.header("digest") else {
            return Ok(());
        };
        // Written bare or as RFC 3230 has it.
        let bare = digest.split_once('=').map_or(digest, |(name, value)| {
            if name.eq_ignore_ascii_case("sha-256") { value } else { digest }
        });
        self.hold(bare == right, rule, || format!("l'empreinte {right}"), || digest.to_owned())
    }

    /// Somebody does what is not theirs: refused, and nothing changes (rules ACC, OWN).
    pub(super) async fn trespass(
        &mut self,
        who: Role,
        deed: crate::oracle::Deed,
        pick: u8,
    ) -> Move {
        if self.stage.player(who).is_none() {
            return Ok(());
        }
        super::trespass::trespass(self, who, deed, pick).await
    }
}
