//! Words of the cinématiques that chain several calls: fetching a télédossier, announcing a status,
//! treating an event, asking for complements and giving them, closing and reopening.

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::json;

use super::actors::Actor;
use crate::check::{Needed as _, Rule, Step};
use crate::client::Call;
use crate::play::cases::status_event;
use crate::play::deposit::digest_of;
use crate::play::event_files::joining;
use crate::play::events::notified;
use crate::play::notifications::Wanted;
use crate::roles::Role;
use crate::world::World;

#[given("le télédossier clos par l'OSL")]
async fn folder_closed(world: &mut World) -> Step {
    world.set_folder_status("CLOSED").await?.needed("clôture du télédossier", 204)?;
    Ok(())
}

#[when("le SI télécharge le dossier et ses pièces jointes")]
async fn fetches(world: &mut World) -> Step {
    let case = world.case_id()?;
    let fetched = world.fetch_case(Role::Si, &case).await?;
    let digests: Vec<_> =
        fetched.iter().map(|(id, bytes)| json!({ "id": id, "digest": digest_of(bytes) })).collect();
    world.notes.insert("fetched", json!(digests));
    Ok(())
}

#[then(expr = "les pièces jointes téléchargées sont celles du dépôt, à l'octet près {rule}")]
async fn fetched_as_deposited(world: &mut World, rule: Rule) -> Step {
    let deposited = world.deposited()?;
    let sent = deposited.attachments.iter().zip(&deposited.draft.files);
    let sent = json!(
        sent.map(|(id, bytes)| json!({ "id": id, "digest": digest_of(bytes) })).collect::<Vec<_>>()
    );
    let seen = world.notes.get("fetched").cloned().unwrap_or_default();
    let same = |list: &serde_json::Value| {
        let mut items: Vec<_> =
            list.as_array().into_iter().flatten().map(ToString::to_string).collect();
        items.sort();
        items
    };
    let holds = same(&sent) == same(&seen);
    world.check(&rule, sent.to_string(), seen.to_string(), holds)
}

#[when("le SI retire de sa file la notification du télédossier")]
async fn drops_new_case(world: &mut World) -> Step {
    let case = world.case_id()?;
    world.drop_notifications(Role::Si, &Wanted::new_case(&case)).await
}

#[then(expr = "le SI ne trouve plus la notification du télédossier dans sa file {rule}")]
async fn new_case_dropped(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let left = world.look(Role::Si, &[Wanted::new_case(&case)]).await?.own.len();
    world.check(
        &rule,
        "aucune notification du télédossier",
        format!("{left} notification(s)"),
        left == 0,
    )
}

#[when(expr = "{actor} passe le dossier de {word} à {word} et l'annonce")]
async fn sets_and_announces(world: &mut World, actor: Actor, from: String, to: String) -> Step {
    let case = world.case_id()?;
    world.set_and_announce(actor.0, &case, &from, &to).await
}

#[when(expr = "{actor} traite l'événement dont il est notifié")]
async fn treats(world: &mut World, actor: Actor) -> Step {
    let case = world.case_id()?;
    let received = world.treat_event(actor.0, &case).await?;
    world.notes.insert(
        "received",
        json!(received.iter().map(|bytes| digest_of(bytes)).collect::<Vec<_>>()),
    );
    Ok(())
}

#[then(expr = "les pièces jointes de l'événement ont été reçues à l'octet près {rule}")]
async fn received_as_sent(world: &mut World, rule: Rule) -> Step {
    let mut sent: Vec<_> = world.event_files.iter().map(|(_, bytes)| digest_of(bytes)).collect();
    let seen =
        world.notes.get("received").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    let mut seen: Vec<_> =
        seen.iter().filter_map(|digest| digest.as_str()).map(str::to_owned).collect();
    sent.sort();
    seen.sort();
    world.check(
        &rule,
        format!("empreintes {}", sent.join(", ")),
        format!("empreintes {}", seen.join(", ")),
        sent == seen && !sent.is_empty(),
    )
}

#[then(expr = "{actor} ne trouve plus la notification de l'événement dans sa file {rule}")]
async fn event_dropped(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let left = world.look(actor.0, &[Wanted::event(&case, &event)]).await?.own.len();
    world.check(
        &rule,
        "aucune notification de l'événement",
        format!("{left} notification(s)"),
        left == 0,
    )
}

#[when("l'OSL clôt le télédossier en donnant la date de clôture")]
async fn closes_folder(world: &mut World) -> Step {
    let id = world.deposited()?.id.clone();
    let date = Timestamp::from(std::time::SystemTime::now()).to_string();
    let call = Call::operation(Operation::UpdateFolder, &[&id])
        .json(json!({ "globalStatus": "CLOSED", "closeDateTime": date }));
    world.notes.insert("closed", json!(date));
    world.send_as(Role::Osl, call).await?.needed("clôture du télédossier", 204)?;
    Ok(())
}

#[then(expr = "le télédossier est au statut global {word} {rule}")]
async fn folder_is_at(world: &mut World, status: String, rule: Rule) -> Step {
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let seen = folder.text("/globalStatus").to_owned();
    let holds = seen == status;
    world.check(&rule, format!("le télédossier au statut {status}"), seen, holds)
}

#[then(expr = "le télédossier garde la date de clôture donnée {rule}")]
async fn folder_keeps_date(world: &mut World, rule: Rule) -> Step {
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let instant = |text: &str| text.parse::<Timestamp>().ok().map(Timestamp::unix_ms);
    let sent =
        world.notes.get("closed").and_then(|date| date.as_str()).unwrap_or_default().to_owned();
    let seen = folder.text("/closeDateTime").to_owned();
    // A hub may keep whole seconds only, and write another offset.
    let holds =
        instant(&sent).zip(instant(&seen)).is_some_and(|(sent, seen)| (sent - seen).abs() < 1_000);
    world.check(&rule, sent, seen, holds)
}

#[when("l'OSL rouvre le dossier et le télédossier avec des compléments")]
async fn reopens(world: &mut World) -> Step {
    let case = world.case_id()?;
    world.reopen_with_complements(&case).await
}

#[when("le SI demande des compléments à l'OSL")]
async fn asks_for_complements(world: &mut World) -> Step {
    let case = world.case_id()?;
    world
        .set_case_status(Role::Si, &case, "ADD_AWAITING")
        .await?
        .needed("passage à ADD_AWAITING", 204)?;
    let mut body = status_event("IN_PROGRESS", "ADD_AWAITING");
    body["message"] = json!("Merci d'envoyer la pièce d'identité.");
    world.send_event(Role::Si, &case, body).await?.needed("demande de compléments", 201)?;
    Ok(())
}

#[when(
    regex = r"^l'OSL répond par (un message|des pièces jointes), (sans autre appel|et demande aussi le renvoi du dossier)$"
)]
async fn answers(world: &mut World, by: String, resending: String) -> Step {
    let case = world.case_id()?;
    let enclosures = world.enclosures(Role::Osl, 1)?;
    let message = by == "un message";
    let mut body = if message { notified("SENDING_MESSAGE") } else { joining(&enclosures, true) };
    body["message"] = json!("Voici les compléments demandés.");
    body["caseCurrentStatus"] = json!("ADD_AWAITING");
    body["caseNewStatus"] = json!("HUBEE_COMPLETED");
    if message {
        world
            .send_event(Role::Osl, &case, body)
            .await?
            .needed("réponse à la demande de compléments", 201)?;
    } else {
        world.send_files(Role::Osl, &case, &enclosures, body).await?;
    }
    if resending.starts_with("et demande") {
        world
            .set_case_status(Role::Osl, &case, "HUBEE_COMPLETED")
            .await?
            .needed("renvoi du dossier", 204)?;
    }
    Ok(())
}

#[then(expr = "le statut du dossier après la réponse de l'OSL est relevé {rule}")]
async fn records_status(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let quiet = world.session().target.limits.quiet;
    let status = world.await_case_status_for(Role::Si, &case, "HUBEE_NOTIFIED", quiet).await?;
    world.record(
        &rule,
        format!("dossier au statut {status} après caseNewStatus HUBEE_COMPLETED de l'OSL"),
    );
    Ok(())
}

#[when("l'OSL dépose un autre télédossier, corrigé")]
async fn deposits_another(world: &mut World) -> Step {
    world.deposit(&[Role::Si]).await
}

#[then(expr = "le SI est notifié de l'autre télédossier {rule}")]
async fn notified_of_another(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let found =
        world.await_notifications(Role::Si, &[Wanted::new_case(&case)], Some(&rule.0)).await?;
    world.check(
        &rule,
        "une notification du télédossier corrigé",
        format!("{} notification(s)", found.len()),
        !found.is_empty(),
    )
}
