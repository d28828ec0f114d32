//! Words of what the answers of a hub say beside what was asked: dates, the properties that the API
//! descriptions require; and of a content type without a body.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use cucumber::then;
use serde_json::Value;

use crate::actor::Wanted;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

/// How far a date may be from the hub's `Date`: hubs have several machines, with clocks of their
/// own. A zone taken for another is off by a quarter of an hour at least.
const LEEWAY: Duration = Duration::from_secs(60);

/// Every date of ours that an answer shows: its name, and how it is written.
fn dates_of(reply: &Reply, case: &str) -> Vec<(&'static str, String)> {
    let body = reply.json();
    let own = |item: &&Value| item["caseId"] == case;
    let objects: Vec<&Value> = match body.as_array() {
        Some(batch) => batch.iter().filter(own).collect(),
        None => vec![body],
    };
    let names = ["createDateTime", "updateDateTime", "dateTime"];
    let dates = objects.into_iter().flat_map(|object| {
        names.into_iter().filter_map(|name| Some((name, object[name].as_str()?.to_owned())))
    });
    dates.collect()
}

/// Reads the télédossier, its case and its event, changes the two latter, and reads all again.
async fn read_around_a_change(world: &mut World, case: &str) -> Step {
    let event = world.last_event()?;
    for is_changed in [false, true] {
        if is_changed {
            // Longer than what dates in whole seconds may hide.
            tokio::time::sleep(Duration::from_secs(2)).await;
            // Whether they are allowed is for other rules to say.
            world.set_event_status(Role::Osl, case, &event, "RECEIVED").await?;
            world.set_case_status(Role::Si, case, "SENT").await?;
        }
        world.read_folder().await?;
        world.read_case(Role::Si, case).await?;
        world.read_event(Role::Si, case, &event).await?;
    }
    Ok(())
}

/// The objects whose date of creation is another from one answer to the next; a hub may show fewer
/// digits of it here than there.
fn created_twice(replies: &[Reply]) -> Vec<String> {
    let mut first = BTreeMap::new();
    let mut faults = Vec::new();
    for body in replies.iter().map(Reply::json) {
        let date = body["createDateTime"].as_str().and_then(|text| text.parse::<Timestamp>().ok());
        let (Some(id), Some(date)) = (body["id"].as_str(), date) else {
            continue;
        };
        let known = *first.entry(id).or_insert(date);
        if (date.unix_ms() - known.unix_ms()).abs() > 1000 {
            faults.push(format!("createDateTime {date}, {known} auparavant"));
        }
    }
    faults
}

#[then(expr = "chaque date des réponses est celle de l'heure que le hub donne {rule}")]
async fn dates_are_instants(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
    let Some(start) = world.replies.iter().find_map(Reply::date) else {
        let reason = "les réponses du hub ne portent pas d'en-tête Date : rien ne dit son heure";
        return Err(world.inconclusive(&rule.0, reason));
    };
    read_around_a_change(world, &case).await?;
    let mut counted = 0;
    let mut faults = created_twice(&world.replies);
    for reply in &world.replies {
        let Some(end) = reply.date() else {
            continue;
        };
        for (name, text) in dates_of(reply, &case) {
            counted += 1;
            let side = if text.contains('T') { "iso_8601" } else { "paris_text" };
            world.session().client.observed().takes("D20", side);
            // Everything here was made since the first answer.
            let holds = text.parse::<Timestamp>().is_ok_and(|date| {
                let date = SystemTime::from(date);
                date + LEEWAY >= start && date <= end + LEEWAY
            });
            if !holds {
                let now = httpdate::fmt_http_date(end);
                faults.push(format!("{name} {text} quand il est {now}"));
            }
        }
    }
    if let Some(side) = world.session().client.observed().side_of("D20") {
        world.observe_divergence("D20", &side, "écriture des dates des réponses");
    }
    if counted == 0 {
        return Err(Stop::broken("lecture des dates", "une date", "aucune"));
    }
    let observed = match faults.first() {
        None => format!("{counted} dates, toutes justes"),
        Some(first) => format!("{} dates sur {counted} : {first}", faults.len()),
    };
    world.check(&rule, "des instants justes à une minute près", observed, faults.is_empty())
}

#[then(expr = "l'on relève si le hub sert les demandes sans corps qui annoncent du JSON {rule}")]
async fn records_content_type(world: &mut World, rule: Rule) -> Step {
    let (folder, case) = (world.deposited()?.id.clone(), world.case_id()?);
    let found = world.need_notification(Role::Si, &Wanted::any(&case)).await?;
    let notification = found["id"].as_str().unwrap_or_default().to_owned();
    let mut told = Vec::new();
    for (what, role, operation, ids) in [
        ("GET d'un télédossier", Role::Osl, Operation::GetFolder, vec![folder.as_str()]),
        ("GET d'un dossier", Role::Si, Operation::GetCase, vec![case.as_str()]),
        ("GET des notifications", Role::Si, Operation::ListNotifications, vec![]),
        ("DELETE", Role::Si, Operation::DeleteNotification, vec![notification.as_str()]),
    ] {
        let call = Call::operation(operation, &ids).header("content-type", "application/json");
        let status = world.send_as(role, call).await?.status();
        told.push(format!("{what} {status}"));
    }
    world.record(&rule, told.join(", "));
    Ok(())
}

/// What a request must carry, and so an answer (API descriptions), where it was sent: the place of
/// an object or of a list, and its properties.
const OF_FOLDER: [(&str, &[&str]); 4] = [
    ("", &["processCode", "applicant", "externalId", "cases", "attachments"]),
    ("/applicant", &["firstName", "lastName"]),
    ("/cases", &["recipient", "externalId"]),
    ("/attachments", &["fileName", "type", "size", "mimeType", "recipients"]),
];
const OF_EVENT: [(&str, &[&str]); 1] = [("", &["actionType", "notification"])];
const OF_SUBSCRIPTION: [(&str, &[&str]); 3] = [
    (
        "",
        &["datapassId", "processCode", "subscriber", "notificationFrequency", "localAdministrator"],
    ),
    ("/subscriber", &["type", "companyRegister", "branchCode"]),
    ("/localAdministrator", &["email"]),
];

/// What an object lacks.
fn lacking(what: &str, object: &Value, required: &[(&str, &[&str])]) -> Vec<String> {
    let lacks = |place: &str, item: &Value, names: &[&str]| {
        let lost = names.iter().filter(|name| item[**name].is_null());
        lost.map(|name| format!("{what}{place}/{name}")).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for (place, names) in required {
        match object.pointer(place) {
            Some(Value::Array(items)) => {
                found.extend(items.iter().flat_map(|item| lacks(place, item, names)));
            }
            Some(item) => found.extend(lacks(place, item, names)),
            // Its own absence is told where it is required.
            None => {}
        }
    }
    found
}

#[then(expr = "les réponses portent les propriétés que les descriptions des API exigent {rule}")]
async fn required_are_there(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let mut faults = lacking("télédossier", folder.json(), &OF_FOLDER);
    let read = world.read_event(Role::Si, &case, &event).await?;
    let read = read.needed("lecture de l'événement", 200)?;
    faults.extend(lacking("événement", read.json(), &OF_EVENT));
    let call = Call::operation(Operation::ListSubscriptions, &[]);
    let call = call.query("processCode", world.process()?).query("maxResult", 5);
    let list = world.send_as(Role::Osl, call).await?.needed("lecture des abonnements", 200)?;
    for subscription in list.array("") {
        faults.extend(lacking("abonnement", subscription, &OF_SUBSCRIPTION));
    }
    let observed = if faults.is_empty() {
        "toutes là".to_owned()
    } else {
        format!("absent : {}", faults.join(", "))
    };
    world.check(&rule, "toutes les propriétés exigées", observed, faults.is_empty())
}
