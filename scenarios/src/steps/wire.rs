//! Words of what a hub must bear from clients: the unknown, the longest, the compressed, the
//! chunked, the kept open.

use contract::operations::Operation;
use cucumber::{then, when};
use serde_json::json;

use super::access::demand_named;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Body, Call};
use crate::play::connection::Spoken;
use crate::roles::Role;
use crate::world::World;

/// Bends the prepared call for one demand only: the twin that follows is as it was prepared.
async fn demand_bent(world: &mut World, demand: &str, bend: impl FnOnce(Call) -> Call) -> Step {
    let operation = demand_named(demand)?;
    let prepared = world
        .prepared
        .clone()
        .ok_or_else(|| Stop::broken("demande au hub", "une demande préparée", "aucune"))?;
    world.prepared = Some(bend(prepared.clone()));
    let answered = world.demand(operation, Role::Osl).await;
    world.prepared = Some(prepared);
    answered.map(drop)
}

#[when(regex = r"^OSL demande, avec un paramètre de requête inconnu : « (.+) »$")]
async fn unknown_parameter(world: &mut World, demand: String) -> Step {
    demand_bent(world, &demand, |call| call.query("etalonInconnu", "1")).await
}

#[when(regex = r"^OSL demande, avec un champ inconnu dans le corps : « (.+) »$")]
async fn unknown_field(world: &mut World, demand: String) -> Step {
    demand_bent(world, &demand, |mut call| {
        if let Body::Json(body) = &mut call.body {
            body["etalonInconnu"] = json!({ "valeur": [1, "deux", null] });
        }
        call
    })
    .await
}

#[when(regex = r"^OSL demande, avec des en-têtes techniques de 50 caractères : « (.+) »$")]
async fn longest_headers(world: &mut World, demand: String) -> Step {
    let longest = "e".repeat(50);
    demand_bent(world, &demand, |call| {
        ["editorName", "applicationName", "softwareVersion"]
            .iter()
            .fold(call, |call, name| call.header(name, longest.clone()))
    })
    .await
}

#[then(expr = "le hub ignore ce qu'il ne connaît pas, ou le refuse comme invalide {rule}")]
async fn ignored_or_refused(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    world.check(
        &rule,
        "la demande acceptée, ou 400",
        reply.in_short(),
        reply.is_success() || reply.status() == 400,
    )
}

#[when("l'OSL lit le télédossier en acceptant gzip, puis sans accepter de compression")]
async fn reads_compressed_and_plain(world: &mut World) -> Step {
    let id = world.deposited()?.id.clone();
    for encoding in ["gzip", "identity"] {
        let call =
            Call::operation(Operation::GetFolder, &[&id]).header("accept-encoding", encoding);
        world.send_as(Role::Osl, call).await?;
    }
    Ok(())
}

#[then(expr = "les deux lectures disent la même chose, la seconde sans compression {rule}")]
async fn same_either_way(world: &mut World, rule: Rule) -> Step {
    let [.., compressed, plain] = world.replies.as_slice() else {
        return Err(Stop::broken(
            "lecture des réponses",
            "deux réponses",
            world.replies.len().to_string(),
        ));
    };
    let encoding = plain.header("content-encoding").unwrap_or("identity");
    let same = compressed.text("/externalId") == plain.text("/externalId")
        && !plain.text("/externalId").is_empty();
    let observed = format!(
        "{} puis {}, la seconde en {encoding}, {}",
        compressed.in_short(),
        plain.in_short(),
        if same { "de même contenu" } else { "de contenus différents" }
    );
    let holds =
        compressed.status() == 200 && plain.status() == 200 && encoding == "identity" && same;
    world.check(
        &rule,
        "deux lectures réussies de même contenu, la seconde sans compression",
        observed,
        holds,
    )
}

#[when(expr = "l'OSL lit le télédossier {int} fois sur une connexion gardée ouverte")]
async fn reads_on_one_connection(world: &mut World, times: usize) -> Step {
    let call = Call::operation(Operation::GetFolder, &[&world.deposited()?.id]);
    let answers = world.converse(Role::Osl, &vec![call; times], None).await?;
    let id = world.deposited()?.id.clone();
    let is_whole = |answer: &Spoken| {
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        answer.status == 200 && body["id"] == id.as_str()
    };
    let observed: Vec<String> = answers
        .iter()
        .map(|answer| answer.as_ref().map_or("rien".to_owned(), |a| a.status.to_string()))
        .collect();
    world.notes.insert("spoken", json!(observed.join(", ")));
    world
        .notes
        .insert("whole", json!(answers.iter().all(|answer| answer.as_ref().is_some_and(is_whole))));
    Ok(())
}

#[then(expr = "chaque lecture a reçu sa réponse entière {rule}")]
async fn each_answered(world: &mut World, rule: Rule) -> Step {
    let observed =
        world.notes.get("spoken").and_then(|text| text.as_str()).unwrap_or_default().to_owned();
    world.check(
        &rule,
        "200 et le télédossier à chaque fois",
        observed,
        world.notes.get("whole") == Some(&json!(true)),
    )
}

/// Makes one call in chunks and remembers its status.
async fn send_in_chunks(world: &mut World, call: Call) -> Step {
    let answers = world.converse(Role::Osl, &[call], Some(100)).await?;
    let status = answers.into_iter().flatten().next().map(|answer| answer.status);
    world.notes.insert("chunked", json!(status));
    Ok(())
}

#[when("l'OSL envoie le fichier du télédossier par fragments")]
async fn uploads_in_chunks(world: &mut World) -> Step {
    let deposited = world.deposited()?;
    let attachment = deposited.attachments.first().cloned().unwrap_or_default();
    let bytes = deposited.draft.files.first().cloned().unwrap_or_default();
    let call =
        Call::operation(Operation::PutFolderAttachment, &[&deposited.id, &attachment]).file(bytes);
    send_in_chunks(world, call).await
}

fn chunked_status(world: &World) -> (bool, String) {
    let status = world.notes.get("chunked").and_then(serde_json::Value::as_u64);
    (
        matches!(status, Some(200..=299)),
        status.map_or("aucune réponse entière".to_owned(), |status| status.to_string()),
    )
}

#[then(expr = "le fichier envoyé par fragments est reçu intact {rule}")]
async fn received_in_chunks(world: &mut World, rule: Rule) -> Step {
    let (taken, status) = chunked_status(world);
    world.check(&rule, "le fichier accepté", status, taken)?;
    let status = world.settled_attachment(0).await?;
    world.check(&rule, "le fichier au statut RECEIVED", status.clone(), status == "RECEIVED")
}

#[when("l'OSL demande par fragments la complétude du télédossier")]
async fn completes_in_chunks(world: &mut World) -> Step {
    let call = Call::operation(Operation::UpdateFolder, &[&world.deposited()?.id])
        .json(json!({ "globalStatus": "HUBEE_COMPLETED" }));
    send_in_chunks(world, call).await
}

#[then(expr = "la demande envoyée par fragments aboutit {rule}")]
async fn done_in_chunks(world: &mut World, rule: Rule) -> Step {
    let (taken, status) = chunked_status(world);
    world.check(&rule, "la demande acceptée", status, taken)?;
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let status = folder.text("/globalStatus").to_owned();
    world.check(
        &rule,
        "un télédossier complet",
        status.clone(),
        ["HUBEE_COMPLETED", "HUBEE_NOTIFIED"].contains(&status.as_str()),
    )
}
