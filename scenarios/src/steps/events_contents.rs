//! Words of what events contain and how they are named: the comment that stays with the SI, the
//! longest texts, unknown and malformed identifiers.

use cucumber::{then, when};
use serde_json::{Value, json};

use crate::actor::{Wanted, joining, silent};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Reply;
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
