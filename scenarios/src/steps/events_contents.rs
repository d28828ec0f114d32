//! Words of what events contain and how they are named: the comment that stays with the SI, the
//! longest texts, unknown and malformed identifiers.

use std::time::Duration;

use contract::operations::Operation;
use contract::rules::ContractVersion;
use contract::timestamp::Timestamp;
use cucumber::{then, when};
use serde_json::{Value, json};

use super::folders::SOFTWARE_HEADERS;
use super::folders_refused::expect_mistakes;
use crate::actor::{Wanted, joining, notified, silent};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::order::a_few;
use crate::roles::Role;
use crate::world::World;

/// The body of the event whose contents are looked at.
#[derive(Clone, Default)]
struct Written(Value);

impl Written {
    fn text(&self, field: &str) -> String {
        self.0[field].as_str().unwrap_or_default().to_owned()
    }
}

/// Creates an event with a message for the other side and a comment for its own.
pub(super) async fn comment(world: &mut World, role: Role, case: &str, mut body: Value) -> Step {
    let mark = world.session().free_number();
    body["message"] = json!(format!("Message {mark} pour l'OSL"));
    body["comment"] = json!(format!("Commentaire {mark} interne au SI"));
    world.memory::<Written>().0 = body.clone();
    world.send_event(role, case, body).await?.needed("création d'un événement", 201)?;
    Ok(())
}

#[then(expr = "le SI retrouve son commentaire dans l'événement {rule}")]
async fn finds_comment(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let comment = world.memory::<Written>().text("comment");
    let read =
        world.read_event(Role::Si, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let seen = read.text("/comment").to_owned();
    let holds = seen == comment;
    world.check(&rule, comment, seen, holds)
}

#[then(expr = "l'OSL retrouve le message dans l'événement, sans le commentaire {rule}")]
async fn finds_message_only(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let written = world.memory::<Written>().clone();
    let (message, comment) = (written.text("message"), written.text("comment"));
    let read =
        world.read_event(Role::Osl, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let seen = (read.text("/message") == message, shows(&read, &comment));
    let observed = format!(
        "message {}, commentaire {}",
        if seen.0 { "rendu" } else { "perdu" },
        if seen.1 { "montré" } else { "tu" }
    );
    world.check(&rule, "message rendu, commentaire tu", observed, seen == (true, false))
}

fn shows(reply: &Reply, text: &str) -> bool {
    String::from_utf8_lossy(&reply.body).contains(text)
}

#[then(expr = "le commentaire ne paraît dans rien de ce que l'OSL peut lire {rule}")]
async fn shown_nowhere(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let comment = world.memory::<Written>().text("comment");
    world.need_notification(Role::Osl, &Wanted::event(&case, &event)).await?;
    let mut shown = Vec::new();
    if shows(world.reply()?, &comment) {
        shown.push("la notification");
    }
    // An OSL may not be allowed to read the case (D2): a refusal shows nothing either.
    if shows(&world.read_case(Role::Osl, &case).await?, &comment) {
        shown.push("le dossier");
    }
    if shows(&world.read_folder().await?, &comment) {
        shown.push("le télédossier");
    }
    if shows(&world.set_event_status(Role::Osl, &case, &event, "RECEIVED").await?, &comment) {
        shown.push("l'accusé de réception");
    }
    let observed = if shown.is_empty() { "nulle part".to_owned() } else { shown.join(", ") };
    world.check(&rule, "le commentaire nulle part", observed, shown.is_empty())
}

/// The body of an event in which one text has so many characters, accented ones: characters are
/// counted, not bytes.
fn with_long_text(world: &World, field: &str, length: usize) -> Result<Value, Stop> {
    let text = match field {
        // The longest status there is has the greatest length allowed.
        "caseCurrentStatus" => "HUBEE_COMPLETED_".chars().cycle().take(length).collect::<String>(),
        _ => "é".repeat(length),
    };
    let mut body = match field.starts_with("attachments/") {
        true => joining(&world.enclosures(Role::Si, 1)?, false),
        false => silent("STATUS_UPDATE"),
    };
    match body.pointer_mut(&format!("/{field}")) {
        Some(place) => *place = json!(text),
        None => body[field] = json!(text),
    }
    Ok(body)
}

#[when(expr = "le SI crée un événement sans la propriété {word}")]
async fn writes_without(world: &mut World, property: String) -> Step {
    let case = world.case_id()?;
    let body = without(notified("STATUS_UPDATE"), &[&property]);
    world.send_event(Role::Si, &case, body).await?;
    Ok(())
}

#[when("le SI crée un événement sans action ni notification, au commentaire trop long")]
async fn writes_with_many_faults(world: &mut World) -> Step {
    let case = world.case_id()?;
    let mut body = without(notified("STATUS_UPDATE"), &["actionType", "notification"]);
    body["comment"] = json!("a".repeat(1001));
    expect_mistakes(world, &["actionType", "notification", "comment"]);
    world.send_event(Role::Si, &case, body).await?;
    Ok(())
}

fn without(mut body: Value, properties: &[&str]) -> Value {
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !properties.contains(&name.as_str()));
    }
    body
}

/// What is an event's own: as it was sent, and as it is read.
#[derive(Clone, Default)]
struct Signatures(Vec<(String, Value)>);

/// How long there is between two events whose dates must differ: hubs may tell whole seconds.
const BETWEEN_TWO_EVENTS: Duration = Duration::from_millis(2100);

#[when(
    "le SI crée deux événements d'auteurs, de logiciels et d'attributs différents, l'un après l'autre"
)]
async fn writes_two(world: &mut World) -> Step {
    let case = world.case_id()?;
    for name in ["Premier", "Second"] {
        if name == "Second" {
            tokio::time::sleep(BETWEEN_TWO_EVENTS).await;
        }
        let mut body = silent("COM_ADD");
        body["author"] = json!(format!("{name} agent"));
        body["partnerAttributes"] = json!(format!("{name} attribut"));
        let mut call = Call::operation(Operation::CreateEvent, &[&case]).json(&body);
        for header in SOFTWARE_HEADERS {
            let value = format!("{name}-{header}");
            body["partnerInfo"][header] = json!(value);
            call = call.header(header, value);
        }
        let reply = world.send_as(Role::Si, call).await?;
        let reply = reply.needed("création d'un événement", 201)?;
        world.memory::<Signatures>().0.push((reply.text("/id").to_owned(), body));
    }
    Ok(())
}

#[then(expr = "chacun est relu avec ce qui lui est propre {rule}")]
async fn each_has_its_own(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let written = world.memory::<Signatures>().0.clone();
    let shown = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    let mut own = vec!["/author", "/partnerInfo"];
    match world.session().target.hub.contract {
        ContractVersion::CiSi126 => own.push("/partnerAttributes"),
        ContractVersion::Pres2021 => world.record(&rule, "partnerAttributes : non requis"),
    }
    let (mut wrong, mut dates) = (Vec::new(), Vec::new());
    for (id, sent) in &written {
        let read = world.read_event(Role::Si, &case, id).await?;
        let read = read.needed("lecture de l'événement", 200)?;
        let in_case = shown.array("/events").iter().find(|event| event["id"] == id.as_str());
        for seen in [Some(read.json()), in_case] {
            let seen = seen.unwrap_or(&Value::Null);
            let differs = |place: &&&str| !is_there(sent.pointer(place), seen.pointer(place));
            wrong.extend(own.iter().filter(differs).map(|place| {
                let found = seen.pointer(place).unwrap_or(&Value::Null);
                format!(
                    "{place} {found} au lieu de {}",
                    sent.pointer(place).unwrap_or(&Value::Null)
                )
            }));
        }
        dates.push(read.text("/createDateTime").parse::<Timestamp>().ok());
    }
    let in_order = dates.iter().all(Option::is_some) && dates.is_sorted_by(|one, two| one < two);
    if !in_order || dates.len() < 2 {
        let dates = dates
            .iter()
            .map(|date| date.as_ref().map_or_else(|| "illisible".to_owned(), ToString::to_string));
        wrong.push(format!("createDateTime {}", dates.collect::<Vec<_>>().join(", ")));
    }
    let observed = if wrong.is_empty() { "ce qu'il portait".to_owned() } else { a_few(&wrong) };
    let expected = "auteur, logiciel, attributs et date de création de chaque événement";
    world.check(&rule, expected, observed, wrong.is_empty())
}

/// Whether what was sent is in what is read; a hub may know more of it.
fn is_there(sent: Option<&Value>, seen: Option<&Value>) -> bool {
    match (sent, seen) {
        (Some(Value::Object(sent)), Some(Value::Object(seen))) => {
            sent.iter().all(|(name, value)| seen.get(name) == Some(value))
        }
        _ => sent == seen,
    }
}

#[when(expr = "le SI crée un événement dont {word} compte {int} caractères")]
async fn writes_at_length(world: &mut World, field: String, length: usize) -> Step {
    let case = world.case_id()?;
    let body = with_long_text(world, &field, length)?;
    world.memory::<Written>().0 = body.clone();
    world.send_event(Role::Si, &case, body).await?;
    Ok(())
}

#[then(expr = "l'événement rend {word} de {int} caractères intact {rule}")]
async fn gives_back(world: &mut World, field: String, length: usize, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let sent = world.memory::<Written>().0.pointer(&format!("/{field}")).cloned();
    let read =
        world.read_event(Role::Si, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let seen = read.text(&format!("/{field}"));
    let observed = format!(
        "{} caractères{}",
        seen.chars().count(),
        if sent == Some(json!(seen)) { "" } else { ", autres" }
    );
    world.check(
        &rule,
        format!("{length} caractères, les mêmes"),
        observed,
        sent == Some(json!(seen)),
    )
}
