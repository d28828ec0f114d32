//! Reading back: what a hub shows of a télédossier, against what the model holds. Only what the
//! contract cites is looked at.

use contract::operations::Operation;
use serde_json::{Value, json};

use super::player::{Move, Player, case_name, event_name, folder_name, shows};
use crate::client::{Call, Reply};
use crate::oracle::transitions::Side;
use crate::oracle::{Event, Folder};
use crate::roles::Role;

impl Player<'_> {
    /// Reads a télédossier back as its depositor, and its cases as their recipients once they were
    /// notified.
    pub(super) async fn read_back(&mut self, rank: usize) -> Move {
        let folder = self.model.folders[rank].clone();
        let reply =
            self.call(Role::Osl, Call::operation(Operation::GetFolder, &[&folder.id])).await?;
        let what = folder_name(rank);
        self.need(&reply, &[200], "FOL-14", &format!("{what} lisible"))?;
        self.hold_folder(&reply, &folder, &what)?;
        if !folder.is_open() {
            return Ok(());
        }
        for case in 0..folder.cases.len() {
            self.read_case_back((rank, case)).await?;
        }
        Ok(())
    }

    fn hold_folder(&self, reply: &Reply, folder: &Folder, what: &str) -> Move {
        let sent = &folder.sent;
        for (pointer, rule) in [
            ("/externalId", "NUM-01"),
            ("/processCode", "FOL-14"),
            ("/applicant/firstName", "FOL-16"),
            ("/applicant/lastName", "FOL-16"),
            ("/applicant/email", "FOL-14"),
        ] {
            let value = sent.pointer(pointer).unwrap_or(&Value::Null);
            self.need_value(reply, pointer, value, rule, &format!("{what}, {pointer}"))?;
        }
        if folder.headers {
            self.need_value(
                reply,
                "/partnerInfo/applicationName",
                &json!("exploration"),
                "FOL-15",
                &format!("{what}, en-têtes techniques"),
            )?;
        }
        let status = reply.text("/globalStatus");
        let rule = match (folder.completed, folder.status.is("HUBEE_NOTIFIED")) {
            (false, _) => "FOL-01",
            (true, true) => "FOL-17",
            (true, false) => "FOL-24",
        };
        self.hold(
            folder.status.allows(status),
            rule,
            || format!("{what} {}", folder.status.in_french()),
            || status.to_owned(),
        )?;
        if let Some(date) = &folder.closed_at {
            let read = |text: &str| text.parse::<contract::timestamp::Timestamp>().ok();
            let shown = reply.text("/closeDateTime");
            self.hold(
                read(shown).is_some() && read(shown) == read(date),
                "FOL-24",
                || format!("{what} clos le {date}"),
                || shown.to_owned(),
            )?;
        }
        self.hold_cases_of(reply, folder, what)?;
        self.hold_files_of(reply, folder, what)
    }

    fn hold_cases_of(&self, reply: &Reply, folder: &Folder, what: &str) -> Move {
        let shown = reply.array("/cases");
        self.hold(
            shown.len() == folder.cases.len(),
            "FOL-02",
            || format!("{what} : {} dossiers", folder.cases.len()),
            || shown.len().to_string(),
        )?;
        for case in &folder.cases {
            let found = shown.iter().find(|shown| shown["id"] == json!(case.id));
            let number = found.map(|found| found["externalId"].clone());
            self.hold(
                number == Some(json!(case.number)),
                "NUM-03",
                || format!("{what} : le dossier {}", case.number),
                || format!("{number:?}"),
            )?;
            let status = found.and_then(|found| found["status"].as_str()).unwrap_or_default();
            self.hold(
                case.status.allows(status),
                "FOL-26",
                || format!("{what} : le dossier {} {}", case.number, case.status.in_french()),
                || status.to_owned(),
            )?;
        }
        Ok(())
    }

    fn hold_files_of(&self, reply: &Reply, folder: &Folder, what: &str) -> Move {
        let shown = reply.array("/attachments");
        self.hold(
            shown.len() == folder.files.len(),
            "FOL-14",
            || format!("{what} : {} pièces", folder.files.len()),
            || shown.len().to_string(),
        )?;
        for file in &folder.files {
            let found = shown.iter().find(|shown| shown["id"] == json!(file.id));
            for name in ["fileName", "type", "size", "mimeType"] {
                let value = found.map(|found| found[name].clone());
                self.hold(
                    value.as_ref() == Some(&file.announced[name]),
                    "FOL-14",
                    || format!("{what} : une pièce dont {name} est {}", file.announced[name]),
                    || format!("{value:?}"),
                )?;
            }
            let status = found.and_then(|found| found["status"].as_str()).unwrap_or_default();
            self.hold(
                file.status.allows(status),
                "PJ-01",
                || format!("{what} : une pièce {}", file.status.in_french()),
                || status.to_owned(),
            )?;
        }
        Ok(())
    }

    /// Reads a case back as its recipient, and as the OSL where it may.
    pub(super) async fn read_case_back(&mut self, place: (usize, usize)) -> Move {
        let case = self.model.case(place).clone();
        let call = Call::operation(Operation::GetCase, &[&case.id]);
        let reply = self.call(case.recipient, call.clone()).await?;
        let what = case_name(place);
        self.need(&reply, &[200], "CAS-01", &format!("{what} lisible"))?;
        self.hold_case(&reply, place, &what)?;
        let by_osl = self.call(Role::Osl, call).await?;
        // D2: an OSL may or may not read cases.
        if by_osl.is_success() {
            self.hold_comments(&by_osl, place)?;
        }
        Ok(())
    }

    fn hold_case(&self, reply: &Reply, place: (usize, usize), what: &str) -> Move {
        let (folder, case) = (&self.model.folders[place.0], self.model.case(place));
        for (pointer, value, rule) in [
            ("/externalId", json!(case.number), "NUM-03"),
            ("/processCode", folder.sent["processCode"].clone(), "CAS-01"),
            ("/recipient", self.organization(case.recipient), "CAS-01"),
        ] {
            self.need_value(reply, pointer, &value, rule, &format!("{what}, {pointer}"))?;
        }
        for name in ["firstName", "lastName", "email"] {
            let pointer = format!("/applicant/{name}");
            let value = &folder.sent["applicant"][name];
            self.need_value(reply, &pointer, value, "CAS-01", &format!("{what}, {pointer}"))?;
        }
        let status = reply.text("/status");
        self.hold(
            case.status.allows(status),
            "CAS-02",
            || format!("{what} {}", case.status.in_french()),
            || status.to_owned(),
        )?;
        let own = folder.files.iter().filter(|file| file.recipients.contains(&place.1));
        let mut own: Vec<&str> = own.map(|file| file.id.as_str()).collect();
        let mut shown: Vec<&str> =
            reply.array("/attachments").iter().filter_map(|file| file["id"].as_str()).collect();
        own.sort_unstable();
        shown.sort_unstable();
        self.hold(
            own == shown,
            "PJ-14",
            || format!("{what} : {} pièces, les siennes", own.len()),
            || format!("{} pièces : {}", shown.len(), shown.join(", ")),
        )?;
        self.hold_events(reply, place, what)
    }

    fn hold_events(&self, reply: &Reply, place: (usize, usize), what: &str) -> Move {
        let shown = reply.array("/events");
        let case = self.model.case(place);
        for (rank, event) in case.events.iter().enumerate() {
            let found = shown.iter().find(|shown| shown["id"] == json!(event.id));
            let name = event_name((place.0, place.1, rank));
            match (event.deleted, found) {
                (true, Some(_)) => {
                    return Err(self.disagree(
                        "EVT-13",
                        format!("{name} disparu"),
                        "il est montré",
                    ));
                }
                (true, None) => {}
                (false, None) => {
                    return Err(self.disagree("CAS-12", format!("{name} montré"), "il manque"));
                }
                (false, Some(found)) => self.hold_event(found, event, place, &name)?,
            }
        }
        let there = case.events.iter().filter(|event| !event.deleted).count();
        self.hold(
            shown.len() == there,
            "CAS-12",
            || format!("{what} : {there} événements"),
            || shown.len().to_string(),
        )
    }

    fn hold_event(&self, shown: &Value, event: &Event, place: (usize, usize), name: &str) -> Move {
        for property in ["actionType", "message", "author"] {
            self.hold(
                shown[property] == event.sent[property],
                "CAS-12",
                || format!("{name} : {property} {}", event.sent[property]),
                || shown[property].to_string(),
            )?;
        }
        let transmitter = self.organization(self.model.player(place, event.by));
        self.hold(
            shows(&shown["transmitter"], &transmitter),
            "EVT-22",
            || format!("{name} transmis par {transmitter}"),
            || shown["transmitter"].to_string(),
        )?;
        let status = shown["status"].as_str().unwrap_or_default();
        let rule = match event.status.names() {
            [one] if one == "IN_PROGRESS" => "EVT-05",
            [one] if one == "RECEIVED" => "EVT-12",
            _ => "EVT-06",
        };
        self.hold(
            event.status.allows(status),
            rule,
            || format!("{name} {}", event.status.in_french()),
            || status.to_owned(),
        )?;
        for file in &event.files {
            let found = shown["attachments"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|shown| shown["id"] == json!(file.id));
            let status = found.and_then(|found| found["status"].as_str()).unwrap_or_default();
            self.hold(
                file.status.allows(status),
                "EVT-21",
                || format!("{name} : une pièce {}", file.status.in_french()),
                || status.to_owned(),
            )?;
        }
        Ok(())
    }

    /// EVT-15: an SI's comment is never shown to an OSL.
    fn hold_comments(&self, reply: &Reply, place: (usize, usize)) -> Move {
        for event in &self.model.case(place).events {
            let Some(comment) = event.sent["comment"].as_str() else {
                continue;
            };
            let leaks = event.by == Side::Si && reply.json().to_string().contains(comment);
            self.hold(
                !leaks,
                "EVT-15",
                || "le commentaire du SI caché à l'OSL".to_owned(),
                || "il lui est montré".to_owned(),
            )?;
        }
        Ok(())
    }

    /// Reads an event by itself, as both sides.
    pub(super) async fn read_event_back(&mut self, place: (usize, usize, usize)) -> Move {
        let case = (place.0, place.1);
        let (case_id, event) = (self.model.case(case).id.clone(), self.model.event(place).clone());
        for side in [Side::Osl, Side::Si] {
            let reader = self.model.player(case, side);
            let reply = self
                .call(reader, Call::operation(Operation::GetEvent, &[&case_id, &event.id]))
                .await?;
            if event.deleted {
                self.need(&reply, &[404], "EVT-13", "l'événement supprimé inconnu")?;
                continue;
            }
            self.need(&reply, &[200], "EVT-23", "l'événement lisible")?;
            self.hold_event(reply.json(), &event, case, &event_name(place))?;
            if side == Side::Osl {
                self.hold_comments(&reply, case)?;
            }
        }
        Ok(())
    }
}
