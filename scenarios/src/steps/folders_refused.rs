//! Words of the creations that a hub refuses (contract §6, "Folder creation"): each next to the
//! same télédossier without the one thing refused, which is accepted under the same number.

use contract::operations::Operation;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::folders::{create, draft_of};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::bending::text_of;
use crate::play::deposit::Draft;
use crate::roles::Role;
use crate::world::World;

/// Notifications that were waiting before a refused creation.
const SEEN_BEFORE: &str = "notifications d'avant le refus";
/// How many cases notified meanwhile are looked at, at most: other scenarios deposit too.
const MOST_READ: usize = 100;

#[when(expr = "l'OSL crée ce télédossier sans la propriété {string}")]
async fn create_without(world: &mut World, place: String) -> Step {
    let draft = draft_of(world)?.without(&place)?;
    send(world, draft).await
}

#[when(expr = "l'OSL crée ce télédossier avec une liste {string} vide")]
async fn create_with_empty_list(world: &mut World, place: String) -> Step {
    let draft = draft_of(world)?.with(&place, json!([]))?;
    send(world, draft).await
}

#[when(expr = "l'OSL crée ce télédossier avec {int} caractères dans la propriété {string}")]
async fn create_with_text_of(world: &mut World, characters: usize, place: String) -> Step {
    let draft = draft_of(world)?.with(&place, text_of(&place, characters).into())?;
    send(world, draft).await
}

#[when(expr = "l'OSL crée ce télédossier avec {int} lettres accentuées dans la propriété {string}")]
async fn create_with_accents(world: &mut World, characters: usize, place: String) -> Step {
    let draft = draft_of(world)?.with(&place, "é".repeat(characters).into())?;
    send(world, draft).await
}

#[when(expr = "l'OSL crée ce télédossier avec un numéro de dossier de {int} caractères")]
async fn create_with_long_case_number(world: &mut World, characters: usize) -> Step {
    let draft = draft_of(world)?;
    let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
    let case_number: String =
        format!("{number}-").chars().chain(std::iter::repeat('0')).take(characters).collect();
    send(world, draft.numbered(&number, &[case_number])).await
}

#[when(
    expr = "l'OSL crée ce télédossier depuis un logiciel dont les en-têtes comptent {int} caractères"
)]
async fn create_with_long_headers(world: &mut World, characters: usize) -> Step {
    let mut draft = draft_of(world)?;
    for name in ["editorName", "applicationName", "softwareVersion"] {
        draft.headers.push((name.to_owned(), "a".repeat(characters)));
    }
    send(world, draft).await
}

#[when("l'OSL crée ce télédossier pour une démarche qui n'existe pas")]
async fn create_for_unknown_process(world: &mut World) -> Step {
    let code = format!("ETALON-{}", world.session().free_number());
    let draft = draft_of(world)?.with("processCode", code.into())?;
    send(world, draft).await
}

#[when("l'OSL crée ce télédossier pour une organisation qui n'existe pas")]
async fn create_for_unknown_recipient(world: &mut World) -> Step {
    let recipient = unknown_organization(world);
    let draft = draft_of(world)?.with("cases.0.recipient", recipient)?;
    send(world, draft).await
}

#[when(
    "l'OSL crée ce télédossier pour une organisation qui existe et n'est pas abonnée à la démarche"
)]
async fn create_for_unsubscribed(world: &mut World) -> Step {
    let recipient = unsubscribed_organization(world).await?;
    let draft = draft_of(world)?.with("cases.0.recipient", recipient)?;
    send(world, draft).await
}

#[when("l'OSL crée ce télédossier avec une pièce jointe adressée à un dossier absent")]
async fn create_with_stray_attachment(world: &mut World) -> Step {
    let stray = format!("{}-99", draft_of(world)?.body["externalId"].as_str().unwrap_or_default());
    let draft = draft_of(world)?.with("attachments.0.recipients", json!([stray]))?;
    send(world, draft).await
}

#[when("l'OSL crée ce télédossier sans demandeur, sans numéro et sans nom de fichier")]
async fn create_with_many_faults_of_form(world: &mut World) -> Step {
    let draft = draft_of(world)?
        .without("applicant")?
        .without("externalId")?
        .without("attachments.0.fileName")?;
    world.notes.insert("fautes", json!(["applicant", "externalId", "fileName"]));
    send(world, draft).await
}

#[when("l'OSL crée ce télédossier pour deux organisations qui n'existent pas")]
async fn create_with_two_unknown_recipients(world: &mut World) -> Step {
    let draft = draft_of(world)?;
    let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
    let recipients = [unknown_organization(world), unknown_organization(world)];
    let cases: Vec<Value> = recipients
        .iter()
        .zip(1..)
        .map(|(recipient, rank)| json!({ "externalId": format!("{number}-{rank:02}"), "recipient": recipient }))
        .collect();
    world
        .notes
        .insert("fautes", json!(recipients.each_ref().map(|one| one["companyRegister"].clone())));
    let draft = draft.with("cases", cases.into())?;
    send(world, draft).await
}

#[then(expr = "le hub refuse ce télédossier incomplet, et l'on relève s'il nomme {string} {rule}")]
async fn refused_naming(world: &mut World, place: String, rule: Rule) -> Step {
    world.check_status(&rule, &[400])?;
    let name = place.rsplit('.').next().unwrap_or_default().to_owned();
    let named = String::from_utf8_lossy(&world.reply()?.body).contains(&name);
    world.record(
        &rule,
        if named {
            format!("le refus nomme {name}")
        } else {
            format!("le refus ne nomme pas {name}")
        },
    );
    Ok(())
}

#[then(expr = "le hub signale chacune de ces fautes dans sa réponse {rule}")]
async fn all_faults_are_told(world: &mut World, rule: Rule) -> Step {
    // That these are refused is for other rules; that all are told is for this one.
    let reply = world.reply()?.clone().needed("refus d'un télédossier fautif", 400)?;
    let faults: Vec<String> =
        serde_json::from_value(world.notes.get("fautes").cloned().unwrap_or_default())
            .unwrap_or_default();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let named = faults.iter().filter(|fault| text.contains(fault.as_str())).count();
    let told = reply.problems().len();
    // Wording is free: as many errors as faults, or each fault named somewhere, is telling them
    // all.
    let holds = named == faults.len() || told >= faults.len();
    world.check(
        &rule,
        format!("{} fautes signalées", faults.len()),
        format!("{told} erreurs, {named} fautes nommées"),
        holds,
    )
}

#[then(expr = "le refus dit que le destinataire n'existe pas {rule}")]
async fn refused_as_nonexistent(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400])?;
    let reply = world.reply()?;
    let said = reply.problems().iter().any(|(_, message)| message.contains("does not exist"));
    world.check(&rule, "400 « … does not exist »", reply.in_short(), said)
}

#[then(expr = "l'on relève ce que le hub fait de cette pièce jointe sans destinataire {rule}")]
async fn stray_attachment_is_recorded(world: &mut World, rule: Rule) -> Step {
    let observed = world.reply()?.in_short();
    world.record(
        &rule,
        format!("pièce jointe adressée à un dossier absent du télédossier : {observed}"),
    );
    Ok(())
}

#[then(
    expr = "le numéro du télédossier refusé reste libre : le même, bien formé, est créé avec ses seuls dossiers {rule}"
)]
async fn number_stays_free(world: &mut World, rule: Rule) -> Step {
    create(world).await?;
    let reply = world.reply()?.clone();
    world.check(&rule, "201", reply.in_short(), reply.status() == 201)?;
    let sent = draft_of(world)?.body["cases"].as_array().map_or(0, Vec::len);
    let seen = reply.array("/cases").len();
    world.check(&rule, format!("{sent} dossiers"), format!("{seen} dossiers"), seen == sent)
}

#[given(
    expr = "l'OSL s'est vu refuser ce télédossier, {string} manquant, puis un destinataire inconnu y figurant en second"
)]
async fn refused_twice(world: &mut World, place: String) -> Step {
    let before = waiting(world).await?;
    world.notes.insert(SEEN_BEFORE, before.iter().map(|found| found["id"].clone()).collect());
    create_without(world, place).await?;
    world.reply()?.clone().needed("refus d'un télédossier incomplet", 400)?;
    // A hub that creates the first case before it looks at the second would leave it behind.
    let mut draft = draft_of(world)?;
    let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
    let second =
        json!({ "externalId": format!("{number}-02"), "recipient": unknown_organization(world) });
    if let Some(cases) = draft.body["cases"].as_array_mut() {
        cases.push(second);
    }
    send(world, draft).await?;
    world.reply()?.clone().needed("refus d'un destinataire inconnu", 400)?;
    Ok(())
}

#[then(expr = "aucun dossier des télédossiers refusés n'est notifié au SI {rule}")]
async fn nothing_was_notified(world: &mut World, rule: Rule) -> Step {
    let number = draft_of(world)?.body["externalId"].as_str().unwrap_or_default().to_owned();
    // Once a later notification is there, whatever the refused creations caused is there too.
    world.settled_queue(Role::Si, &[], &rule.0).await?;
    let before =
        world.notes.get(SEEN_BEFORE).and_then(Value::as_array).cloned().unwrap_or_default();
    let process = world.process()?;
    let is_new = |found: &&Value| {
        found["eventId"].is_null()
            && found["processCode"] == process.as_str()
            && !before.contains(&found["id"])
    };
    let cases: Vec<String> = waiting(world)
        .await?
        .iter()
        .filter(is_new)
        .filter_map(|found| found["caseId"].as_str())
        .map(str::to_owned)
        .collect();
    for case in cases.iter().take(MOST_READ) {
        let reply = world.read_case(Role::Si, case).await?;
        let holds = !reply.text("/externalId").starts_with(&number);
        world.check(
            &rule,
            "aucun dossier d'un télédossier refusé",
            format!("dossier {}", reply.text("/externalId")),
            holds,
        )?;
    }
    world.check(
        &rule,
        "aucun dossier d'un télédossier refusé",
        format!("{} nouveaux dossiers, tous d'autres télédossiers", cases.len()),
        true,
    )
}

/// The notifications that wait for the SI, other people's included: looked at, never touched.
async fn waiting(world: &mut World) -> Result<Vec<Value>, Stop> {
    let most = world.session().target.limits.max_batch.to_string();
    let reply = world
        .read_batch(Role::Si, &[("maxResult", &most)])
        .await?
        .needed("lecture des notifications", 200)?;
    Ok(reply.array("").to_vec())
}

async fn send(world: &mut World, draft: Draft) -> Step {
    world.create(Role::Osl, draft).await?;
    Ok(())
}

/// The triple of an organization that nobody registered: fourteen digits drawn from the run's own
/// numbers.
fn unknown_organization(world: &World) -> Value {
    let free = world.session().free_number();
    let digits = free.bytes().fold(0_u64, |sum, byte| {
        (sum.wrapping_mul(36).wrapping_add(u64::from(byte))) % 1_000_000_000_000
    });
    json!({ "type": "SI", "companyRegister": format!("99{digits:012}"), "branchCode": "99999" })
}

/// An organization that exists and has no subscription to the démarche played: a subscriber of
/// another démarche of the target, else the OSL itself.
async fn unsubscribed_organization(world: &mut World) -> Result<Value, Stop> {
    let played = world.process()?;
    let here = subscribers(world, played.as_str()).await?;
    let processes = world.player(Role::Osl)?.processes.clone();
    for process in processes.iter().filter(|process| **process != played) {
        for subscriber in subscribers(world, process.as_str()).await? {
            if !here.contains(&subscriber) && subscriber["type"] == "SI" {
                return Ok(subscriber);
            }
        }
    }
    serde_json::to_value(&world.player(Role::Osl)?.organization)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            Stop::broken("recherche d'une organisation non abonnée", "une organisation", "aucune")
        })
}

/// The triples of all that have a subscription to a démarche, whatever its status.
async fn subscribers(world: &mut World, process: &str) -> Result<Vec<Value>, Stop> {
    let call = Call::operation(Operation::ListSubscriptions, &[])
        .query("processCode", process)
        .query("maxResult", 5000);
    let reply = world.send_as(Role::Osl, call).await?.needed("lecture des abonnements", 200)?;
    let triple = |found: &Value| {
        let subscriber = &found["subscriber"];
        json!({ "type": subscriber["type"], "companyRegister": subscriber["companyRegister"], "branchCode": subscriber["branchCode"] })
    };
    Ok(reply.array("").iter().map(triple).collect())
}
