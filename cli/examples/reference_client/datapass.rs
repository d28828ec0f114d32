//! Enrolment: finds or creates the organization, and creates its subscription once.

use serde_json::json;

use crate::hub::{Failure, Hub};

pub(crate) async fn turn(hub: &mut Hub) -> Result<(), Failure> {
    let id = hub.recipients.first().cloned().unwrap_or_default();
    let mut parts = id.splitn(3, '-');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let organization = json!({ "type": next(), "companyRegister": next(), "branchCode": next() });
    match hub.get(&format!("/organizations/{id}")).await {
        Err(Failure::Status(404, _)) => {
            let mut body = organization.clone();
            for (name, value) in [
                ("name", "Commune nouvelle"),
                ("postalCode", "38000"),
                ("territory", "Isère"),
                ("email", "mairie@example.org"),
                ("status", "Actif"),
            ] {
                body[name] = value.into();
            }
            hub.call("POST", "/organizations", Some(body.to_string().into_bytes())).await?;
        }
        other => drop(other?),
    }
    let body = json!({ "datapassId": 4242, "processCode": hub.process, "subscriber": organization, "notificationFrequency": "unitaire",
        "email": "mairie@example.org", "localAdministrator": { "email": "admin@example.org" } });
    for _ in 0..if hub.has("enrol-twice") { 3 } else { 1 } {
        match hub.call("POST", "/subscriptions", Some(body.to_string().into_bytes())).await {
            Err(Failure::Status(400, message)) if message.contains("already exists") => {}
            other => drop(other?),
        }
    }
    Ok(())
}
