//! Words of what events contain and how they are named: the comment that stays with the SI, the
//! longest texts, unknown and malformed identifiers.

use std::time::Duration;

use contract::operations::Operation;
use contract::rules::ContractVersion;
use contract::timestamp::Timestamp;
use cucumber::{then, when};
use serde_json::{Value, json};

use super::actors::Actor;
use super::events::needs_success;
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

/// Creates an event in which all is filled, with two files where its action joins some, and sends
/// it.
#[when(expr = "{actor} émet un événement {word} dont tout est rempli")]
async fn sends_filled(world: &mut World, actor: Actor, action: String) -> Step {
    let (case, role) = (world.case_id()?, actor.0);
    let joins = action == "ATTACH_DEPOSIT";
    let enclosures = if joins { world.enclosures(role, 2)? } else { Vec::new() };
    let mut body = if joins { joining(&enclosures, true) } else { notified(&action) };
    let mark = world.session().free_number();
    body["message"] = json!(format!("Message {mark} pour l'autre partie"));
    body["comment"] = json!(format!("Commentaire {mark} interne à son auteur"));
    body["author"] = json!(format!("Agent {mark}"));
    body["partnerAttributes"] = json!(format!("Attribut {mark}"));
    body["caseCurrentStatus"] = json!("HUBEE_NOTIFIED");
    if role == Role::Si && (joins || action == "STATUS_UPDATE") {
        // With other actions whether it acts is free (D28).
        body["caseNewStatus"] = json!("SENT");
    }
    let (sent, reply) = create_from(world, role, "Logiciel", body).await?;
    (world.event_id, world.event_author) = (Some(reply.text("/id").to_owned()), Some(role));
    if joins {
        world.note_event_files(&sent, reply.json(), &enclosures);
        world.emit_files(role, &case).await?;
    }
    world.memory::<Written>().0 = sent;
    Ok(())
}

/// Creates an event by a software that says what it is: what was sent, that included, and the
/// answer.
async fn create_from(
    world: &mut World,
    role: Role,
    software: &str,
    mut body: Value,
) -> Result<(Value, Reply), Stop> {
    let mut call = Call::operation(Operation::CreateEvent, &[&world.case_id()?]).json(&body);
    for header in SOFTWARE_HEADERS {
        let value = format!("{software}-{header}");
        body["partnerInfo"][header] = json!(value);
        call = call.header(header, value);
    }
    let reply = world.send_as(role, call).await?.needed("création d'un événement", 201)?;
    Ok((body, reply))
}

/// By itself, and in its case where the hub shows cases to this role (D2).
#[then(expr = "{actor} relit l'événement tel qu'envoyé {rule}")]
async fn reads_as_sent(world: &mut World, actor: Actor, rule: Rule) -> Step {
    needs_success(world)?;
    let (case, event) = (world.case_id()?, world.last_event()?);
    let sent = world.memory::<Written>().0.clone();
    let left_out = left_out(world, actor.0, &rule);
    // The case first: its refusal, which is free, is not to be the last answer.
    let shown = world.read_case(actor.0, &case).await?;
    let alone = world.read_event(actor.0, &case, &event).await?;
    let alone = alone.needed("lecture de l'événement", 200)?;
    let mut wrong = altered(&sent, alone.json(), &left_out);
    if shown.status() == 200 {
        // That it is there is for others to say (CAS-12, EVT-29).
        let in_case = shown.array("/events").iter().find(|found| found["id"] == event.as_str());
        let in_case = in_case.ok_or_else(|| {
            Stop::broken("lecture du dossier", "l'événement dans son dossier", "il y manque")
        })?;
        let told = altered(&sent, in_case, &left_out);
        wrong.extend(told.into_iter().map(|it| format!("dans le dossier, {it}")));
    }
    let observed = if wrong.is_empty() { "tel qu'envoyé".to_owned() } else { a_few(&wrong) };
    world.check(&rule, "l'événement tel qu'envoyé", observed, wrong.is_empty())
}

/// What of an event need not come back as it was sent: a comment stays with the SI, and whom an
/// OSL's own is shown to is not said (contract §5).
fn left_out(world: &World, reader: Role, rule: &Rule) -> Vec<&'static str> {
    let mut names = Vec::new();
    if reader == Role::Osl || world.event_author == Some(Role::Osl) {
        names.push("comment");
    }
    if world.session().target.hub.contract == ContractVersion::Pres2021 {
        world.record(rule, "partnerAttributes : non requis");
        names.push("partnerAttributes");
    }
    names
}

/// What is not read as it was sent.
fn altered(sent: &Value, seen: &Value, left_out: &[&str]) -> Vec<String> {
    let sent = sent.as_object().into_iter().flatten();
    let compared = sent.filter(|(name, _)| !left_out.contains(&name.as_str()));
    compared
        .map(|(name, value)| (name, value, &seen[name.as_str()]))
        .filter(|(_, value, found)| !is_there(value, found))
        .map(|(name, value, found)| format!("{name} {found} au lieu de {value}"))
        .collect()
}

/// Whether what was sent is in what is read; a hub may know more of it, and in another order.
fn is_there(sent: &Value, seen: &Value) -> bool {
    match sent {
        Value::Object(sent) => sent.iter().all(|(name, value)| is_there(value, &seen[name])),
        Value::Array(sent) => {
            let seen = seen.as_array().map_or(&[][..], Vec::as_slice);
            sent.iter().all(|one| seen.iter().any(|other| is_there(one, other)))
        }
        _ => sent == seen,
    }
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

/// Whether a text is anywhere in an answer, also where its accents are written as escapes.
fn shows(reply: &Reply, text: &str) -> bool {
    String::from_utf8_lossy(&reply.body).contains(text) || reply.json().to_string().contains(text)
}

#[then(
    expr = "le commentaire ne paraît dans rien de ce que l'OSL peut lire, fût-ce après son accusé de réception {rule}"
)]
async fn shown_nowhere(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let comment = world.memory::<Written>().text("comment");
    world.need_notification(Role::Osl, &Wanted::event(&case, &event)).await?;
    let mut seen = vec![("la notification", world.reply()?.clone())];
    for is_acknowledged in [false, true] {
        if is_acknowledged {
            let answer = world.set_event_status(Role::Osl, &case, &event, "RECEIVED").await?;
            seen.push(("l'accusé de réception", answer));
        }
        // An OSL may not be allowed to read the case (D2): a refusal shows nothing either.
        seen.push(("l'événement", world.read_event(Role::Osl, &case, &event).await?));
        seen.push(("le dossier", world.read_case(Role::Osl, &case).await?));
        seen.push(("le télédossier", world.read_folder().await?));
    }
    let shown = seen.iter().filter(|(_, reply)| shows(reply, &comment)).map(|(what, _)| *what);
    let shown: Vec<_> = shown.collect();
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

#[when("le SI crée un événement dont la notification est le texte « false »")]
async fn writes_text_for_a_boolean(world: &mut World) -> Step {
    let case = world.case_id()?;
    let mut body = silent("STATUS_UPDATE");
    body["notification"] = json!("false");
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
    for name in ["Premier", "Second"] {
        if name == "Second" {
            tokio::time::sleep(BETWEEN_TWO_EVENTS).await;
        }
        let mut body = silent("COM_ADD");
        body["author"] = json!(format!("{name} agent"));
        body["partnerAttributes"] = json!(format!("{name} attribut"));
        let (sent, reply) = create_from(world, Role::Si, name, body).await?;
        world.memory::<Signatures>().0.push((reply.text("/id").to_owned(), sent));
    }
    Ok(())
}

#[then(expr = "chacun est relu avec ce qui lui est propre {rule}")]
async fn each_has_its_own(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let written = world.memory::<Signatures>().0.clone();
    let shown = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    let left_out = left_out(world, Role::Si, &rule);
    let (mut wrong, mut dates) = (Vec::new(), Vec::new());
    for (id, sent) in &written {
        let read = world.read_event(Role::Si, &case, id).await?;
        let read = read.needed("lecture de l'événement", 200)?;
        let in_case = shown.array("/events").iter().find(|event| event["id"] == id.as_str());
        for seen in [Some(read.json()), in_case] {
            wrong.extend(altered(sent, seen.unwrap_or(&Value::Null), &left_out));
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
    let expected = "chaque événement tel qu'envoyé, à sa propre date de création";
    world.check(&rule, expected, observed, wrong.is_empty())
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
