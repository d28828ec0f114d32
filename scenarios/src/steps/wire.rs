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

/// What a scenario keeps of the answers that it read itself.
#[derive(Clone, Default)]
struct Conversation {
    /// The statuses on one connection, for a report.
    statuses: String,
    /// Whether each answer was whole.
    all_whole: bool,
    /// The status of what was sent in chunks, if an answer came.
    chunked: Option<u16>,
}

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

#[when(
    regex = r"^OSL demande, avec (un paramètre de requête inconnu|un champ inconnu dans le corps|des en-têtes techniques de 50 caractères) : « (.+) »$"
)]
async fn demands_with(world: &mut World, oddity: String, demand: String) -> Step {
    demand_bent(world, &demand, |mut call| match oddity.as_str() {
        "un paramètre de requête inconnu" => call.query("etalonInconnu", "1"),
        "un champ inconnu dans le corps" => {
            if let Body::Json(body) = &mut call.body {
                body["etalonInconnu"] = json!({ "valeur": [1, "deux", null] });
            }
            call
        }
        _ => ["editorName", "applicationName", "softwareVersion"]
            .iter()
            .fold(call, |call, name| call.header(name, "e".repeat(50))),
    })
    .await
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
    let memory = world.memory::<Conversation>();
    memory.statuses = observed.join(", ");
    memory.all_whole = answers.iter().all(|answer| answer.as_ref().is_some_and(is_whole));
    Ok(())
}

#[then(expr = "chaque lecture a reçu sa réponse entière {rule}")]
async fn each_answered(world: &mut World, rule: Rule) -> Step {
    let Conversation { statuses, all_whole, .. } = world.memory::<Conversation>().clone();
    world.check(&rule, "200 et le télédossier à chaque fois", statuses, all_whole)
}

#[when(regex = "^l'OSL envoie par fragments (le fichier|la demande de complétude) du télédossier$")]
async fn sends_in_chunks(world: &mut World, what: String) -> Step {
    let deposited = world.deposited()?;
    let call = if what == "le fichier" {
        let attachment = deposited.attachments.first().cloned().unwrap_or_default();
        let bytes = deposited.draft.files.first().cloned().unwrap_or_default();
        Call::operation(Operation::PutFolderAttachment, &[&deposited.id, &attachment]).file(bytes)
    } else {
        Call::operation(Operation::UpdateFolder, &[&deposited.id])
            .json(json!({ "globalStatus": "HUBEE_COMPLETED" }))
    };
    let answers = world.converse(Role::Osl, &[call], Some(100)).await?;
    let answer = answers.into_iter().flatten().next();
    world.memory::<Conversation>().chunked = answer.map(|answer| answer.status);
    Ok(())
}

fn chunked_status(world: &mut World) -> (bool, String) {
    let status = world.memory::<Conversation>().chunked;
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
