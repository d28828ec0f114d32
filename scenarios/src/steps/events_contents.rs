//! Words of what events contain and how they are named: the comment that stays with the SI, the
//! longest texts, unknown and malformed identifiers.

use bytes::Bytes;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Reply;
use crate::play::event_files::joining;
use crate::play::events::{notified, silent};
use crate::play::notifications::Wanted;
use crate::roles::Role;
use crate::world::World;

#[when(
    expr = "le SI crée un événement {word} avec un message pour l'OSL et un commentaire interne"
)]
async fn comments(world: &mut World, action: String) -> Step {
    let case = world.case_id()?;
    let mark = world.session().free_number();
    let mut body = notified(&action);
    body["message"] = json!(format!("Message {mark} pour l'OSL"));
    body["comment"] = json!(format!("Commentaire {mark} interne au SI"));
    world.notes.insert("written", body.clone());
    world.send_event(Role::Si, &case, body).await?.needed("création d'un événement", 201)?;
    Ok(())
}

fn written(world: &World, field: &str) -> String {
    world.notes.get("written").and_then(|body| body[field].as_str()).unwrap_or_default().to_owned()
}

#[then(expr = "le SI retrouve son commentaire dans l'événement {rule}")]
async fn finds_comment(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let comment = written(world, "comment");
    let read =
        world.read_event(Role::Si, &case, &event).await?.needed("lecture de l'événement", 200)?;
    let seen = read.text("/comment").to_owned();
    let holds = seen == comment;
    world.check(&rule, comment, seen, holds)
}

#[then(expr = "l'OSL retrouve le message dans l'événement, sans le commentaire {rule}")]
async fn finds_message_only(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let (message, comment) = (written(world, "message"), written(world, "comment"));
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
    let comment = written(world, "comment");
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

#[when(expr = "le SI crée un événement dont {word} compte {int} caractères")]
async fn writes_at_length(world: &mut World, field: String, length: usize) -> Step {
    let case = world.case_id()?;
    let body = with_long_text(world, &field, length)?;
    world.notes.insert("written", body.clone());
    world.send_event(Role::Si, &case, body).await?;
    Ok(())
}

#[then(expr = "l'événement rend {word} de {int} caractères intact {rule}")]
async fn gives_back(world: &mut World, field: String, length: usize, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let sent =
        world.notes.get("written").and_then(|body| body.pointer(&format!("/{field}"))).cloned();
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

#[given(
    regex = r"^de quoi demander (la création|la lecture|l'émission|la suppression|l'envoi|la lecture) d'(un événement|une pièce jointe d'événement)$"
)]
async fn prepares(world: &mut World, operation: String, object: String) -> Step {
    let case = world.case_id()?;
    let reads_file = operation == "la lecture" && object.starts_with("une pièce");
    let author = if reads_file { Role::Osl } else { Role::Si };
    let enclosures = world.enclosures(author, 1)?;
    let body = joining(&enclosures, false);
    world
        .join(author, &case, &enclosures, body)
        .await?
        .needed("création d'un événement avec une pièce jointe", 201)?;
    if operation != "l'envoi" {
        world.enclose_all(author, &case).await?;
    }
    if reads_file {
        let event = world.last_event()?;
        world
            .set_event_status(author, &case, &event, "SENT")
            .await?
            .needed("émission de l'événement", 204)?;
    }
    Ok(())
}

/// The identifiers in the path of a call on a file of an event.
struct Path {
    case: String,
    event: String,
    attachment: String,
}

impl Path {
    fn of(world: &World) -> Result<(Self, Bytes), Stop> {
        let (attachment, bytes) = world.event_file(1)?;
        Ok((Self { case: world.case_id()?, event: world.last_event()?, attachment }, bytes))
    }
}

async fn ask(world: &mut World, operation: &str, path: &Path, bytes: Bytes) -> Step {
    let Path { case, event, attachment } = path;
    match operation {
        "la création d'un événement" => {
            world.send_event(Role::Si, case, silent("STATUS_UPDATE")).await?
        }
        "la lecture d'un événement" => world.read_event(Role::Si, case, event).await?,
        "l'émission d'un événement" => {
            world.set_event_status(Role::Si, case, event, "SENT").await?
        }
        "la suppression d'un événement" => world.delete_event(Role::Si, case, event).await?,
        "l'envoi d'une pièce jointe d'événement" => {
            world.upload_to_event(Role::Si, case, event, attachment, bytes).await?
        }
        "la lecture d'une pièce jointe d'événement" => {
            world.download_from_event(Role::Si, case, event, attachment).await?
        }
        other => {
            return Err(Stop::broken(
                "lecture de la fonctionnalité",
                "une opération sur un événement",
                other.to_owned(),
            ));
        }
    };
    Ok(())
}

#[when(
    regex = r"^le SI demande (l.+) en nommant un(?:e)? (dossier|événement|pièce jointe) d'identifiant (inconnu|mal formé)$"
)]
async fn asks_for_another(
    world: &mut World,
    operation: String,
    object: String,
    which: String,
) -> Step {
    let (mut path, bytes) = Path::of(world)?;
    let other = if which == "inconnu" {
        uuid::Uuid::new_v4().to_string()
    } else {
        "pas-un-uuid".to_owned()
    };
    match object.as_str() {
        "dossier" => path.case = other,
        "événement" => path.event = other,
        _ => path.attachment = other,
    }
    ask(world, &operation, &path, bytes).await
}

#[when(regex = r"^le SI demande (l.+) sans rien changer aux identifiants$")]
async fn asks_for_the_right_one(world: &mut World, operation: String) -> Step {
    let (path, bytes) = Path::of(world)?;
    ask(world, &operation, &path, bytes).await
}
