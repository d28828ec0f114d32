//! Words of what an OSL does with a télédossier once created: deleting, closing, reopening it, and
//! the forms of these calls (contract §6, "Folder deletion", "Completion").

use std::time::{Duration, Instant};

use contract::exchange::Api;
use contract::operations::{Method, Operation};
use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::notifications::Wanted;
use crate::play::verdicts::statuses_of;
use crate::roles::Role;
use crate::world::World;

/// The closing date that was sent.
const CLOSED_AT: &str = "date de clôture envoyée";
/// Statuses of the cases before a change of the folder's.
const CASES_BEFORE: &str = "statuts des dossiers avant";
/// Status of the folder before what may change it.
const STATUS_BEFORE: &str = "statut du télédossier avant";
/// An id of the right form that no hub gave.
const NEVER_GIVEN: &str = "0e7a10e7-e7a1-4e7a-8e7a-10e7a10e7a10";

#[given("un télédossier traité par le SI, ses dossiers clos par l'OSL")]
async fn processed(world: &mut World) -> Step {
    world.deposit(&[Role::Si]).await?;
    let case = world.case_id()?;
    world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
    for (role, status) in [(Role::Si, "SI_RECEIVED"), (Role::Si, "DONE"), (Role::Osl, "CLOSED")] {
        world
            .set_case_status(role, &case, status)
            .await?
            .needed("changement de statut du dossier", 204)?;
    }
    Ok(())
}

#[given("un télédossier clos par l'OSL")]
async fn closed(world: &mut World) -> Step {
    processed(world).await?;
    world.set_folder_status("CLOSED").await?.needed("clôture du télédossier", 204)?;
    Ok(())
}

#[when("l'OSL supprime le télédossier")]
async fn delete(world: &mut World) -> Step {
    let before = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    world.notes.insert(STATUS_BEFORE, json!(before.text("/globalStatus")));
    let deposited = world.deposited()?;
    let (call, depositor, id) = (
        Call::operation(Operation::DeleteFolder, &[&deposited.id]),
        deposited.depositor.clone(),
        deposited.id.clone(),
    );
    let reply = world.send(call.by(&depositor)).await?;
    // A hub that says 204 and keeps it is found out by the next step; what it kept is for the
    // report to list.
    if reply.status() == 204 && world.read_folder().await?.status() == 404 {
        world.session().ledger.gone(&id);
    }
    world.replies.push(reply);
    Ok(())
}

#[when("l'OSL clôt le télédossier")]
async fn close(world: &mut World) -> Step {
    world.set_folder_status("CLOSED").await?;
    Ok(())
}

#[when("l'OSL clôt le télédossier en donnant sa date de clôture")]
async fn close_with_date(world: &mut World) -> Step {
    // After the creation, before now, and far enough from both to be told apart: by the hub's own
    // clock.
    let started = Instant::now();
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let date = hub_time(&folder)
        .ok_or_else(|| Stop::broken("heure du hub", "un en-tête Date", "aucun"))?;
    tokio::time::sleep(Duration::from_secs(4).saturating_sub(started.elapsed())).await;
    world.notes.insert(CLOSED_AT, json!(date.to_string()));
    update(world, json!({ "globalStatus": "CLOSED", "closeDateTime": date.to_string() })).await
}

#[when("l'OSL rouvre le télédossier")]
async fn reopen(world: &mut World) -> Step {
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    world.notes.insert(CASES_BEFORE, case_statuses(&folder));
    world.set_folder_status("HUBEE_NOTIFIED").await?;
    Ok(())
}

#[when(expr = "l'OSL demande pour le télédossier le statut {string}")]
async fn ask_status(world: &mut World, status: String) -> Step {
    world.set_folder_status(&status).await?;
    Ok(())
}

#[when("l'OSL clôt le télédossier par un POST sans l'en-tête qui le fait valoir PATCH")]
async fn post_without_override(world: &mut World) -> Step {
    post(world, None).await
}

#[when("l'OSL clôt le télédossier par un POST valant PATCH")]
async fn post_with_override(world: &mut World) -> Step {
    post(world, Some("PATCH")).await
}

#[when(expr = "l'OSL veut {word} un télédossier inconnu")]
async fn act_on_unknown(world: &mut World, action: String) -> Step {
    act(world, &action, NEVER_GIVEN).await
}

#[when(expr = "l'OSL veut {word} un télédossier dont l'identifiant n'en est pas un")]
async fn act_on_malformed(world: &mut World, action: String) -> Step {
    act(world, &action, "pas-un-identifiant").await
}

#[when(expr = "l'OSL veut {word} le télédossier qu'il a déposé")]
async fn act_on_own(world: &mut World, action: String) -> Step {
    let id = world.deposited()?.id.clone();
    act(world, &action, &id).await?;
    if action == "supprimer" && world.reply()?.status() == 204 {
        world.session().ledger.gone(&id);
    }
    Ok(())
}

#[then(expr = "le télédossier et ses dossiers sont introuvables {rule}")]
async fn is_gone(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])?;
    let folder = world.read_folder().await?;
    world.check(&rule, "télédossier 404", folder.in_short(), folder.status() == 404)?;
    for case in world.deposited()?.cases.clone() {
        let reply = world.read_case(Role::Si, &case).await?;
        world.check(&rule, "dossier 404", reply.in_short(), reply.status() == 404)?;
    }
    Ok(())
}

#[then(expr = "le hub refuse de supprimer le télédossier, qui reste intact {rule}")]
async fn deletion_is_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400])?;
    let folder = world.read_folder().await?;
    let before =
        world.notes.get(STATUS_BEFORE).and_then(Value::as_str).unwrap_or_default().to_owned();
    let intact = folder.status() == 200 && folder.text("/globalStatus") == before;
    world.check(
        &rule,
        format!("télédossier lu, {before}"),
        format!("{} {}", folder.in_short(), folder.text("/globalStatus")),
        intact,
    )?;
    let case = world.case_id()?;
    let reply = world.read_case(Role::Si, &case).await?;
    world.check(&rule, "dossier lu par le SI", reply.in_short(), reply.status() == 200)
}

#[then(expr = "le télédossier est au statut {string} {rule}")]
async fn has_status(world: &mut World, status: String, rule: Rule) -> Step {
    let answer = world.reply()?.clone();
    world.check(&rule, "204", answer.in_short(), answer.status() == 204)?;
    let folder = world.read_folder().await?;
    world.check(&rule, status.clone(), statuses_of(&folder), folder.text("/globalStatus") == status)
}

#[then(expr = "le télédossier garde la date de clôture envoyée {rule}")]
async fn closing_date_is_kept(world: &mut World, rule: Rule) -> Step {
    let sent: Option<Timestamp> =
        world.notes.get(CLOSED_AT).and_then(Value::as_str).and_then(|text| text.parse().ok());
    let sent = sent.ok_or_else(|| {
        Stop::broken("relecture de la date de clôture", "une date envoyée", "aucune")
    })?;
    let folder = world.read_folder().await?;
    let text = folder.text("/closeDateTime");
    let seen: Option<Timestamp> = text.parse().ok();
    let holds = seen.is_some_and(|seen| (seen.unix_ms() - sent.unix_ms()).abs() <= 1000);
    world.check(&rule, sent.to_string(), if text.is_empty() { "aucune date" } else { text }, holds)
}

#[then(expr = "aucun dossier du télédossier n'a changé de statut {rule}")]
async fn cases_are_unchanged(world: &mut World, rule: Rule) -> Step {
    let before = world.notes.get(CASES_BEFORE).cloned().unwrap_or_default();
    let folder = world.read_folder().await?;
    let now = case_statuses(&folder);
    world.check(&rule, format!("dossiers {before}"), format!("dossiers {now}"), now == before)
}

#[then(expr = "l'on relève ce que le hub fait de ce statut de télédossier {rule}")]
async fn status_is_recorded(world: &mut World, rule: Rule) -> Step {
    let answer = world.reply()?.in_short();
    let folder = world.read_folder().await?;
    world.record(&rule, format!("statut hors liste : {answer}, puis {}", statuses_of(&folder)));
    Ok(())
}

#[then(
    expr = "le hub dit que cette méthode n'est pas admise sur un télédossier, qui ne change pas {rule}"
)]
async fn method_is_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[405])?;
    let folder = world.read_folder().await?;
    let before =
        world.notes.get(STATUS_BEFORE).and_then(Value::as_str).unwrap_or_default().to_owned();
    world.check(&rule, before.clone(), statuses_of(&folder), folder.text("/globalStatus") == before)
}

#[then(expr = "le hub répond que ce télédossier n'existe pas {rule}")]
async fn unknown_folder(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[404])
}

#[then(expr = "le hub accepte d'agir sur le télédossier {rule}")]
async fn acted(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    world.check(&rule, "la demande acceptée", reply.in_short(), reply.is_success())
}

async fn update(world: &mut World, body: Value) -> Step {
    let deposited = world.deposited()?;
    let (call, depositor) = (
        Call::operation(Operation::UpdateFolder, &[&deposited.id]).json(body),
        deposited.depositor.clone(),
    );
    world.send(call.by(&depositor)).await?;
    Ok(())
}

async fn post(world: &mut World, method: Option<&str>) -> Step {
    let before = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    world.notes.insert(STATUS_BEFORE, json!(before.text("/globalStatus")));
    let path = format!("/folders/{}", world.deposited()?.id);
    let mut call =
        Call::new(Method::Post, Api::Teledossiers, path).json(json!({ "globalStatus": "CLOSED" }));
    if let Some(method) = method {
        call = call.header("X-HTTP-Method-Override", method);
    }
    let depositor = world.deposited()?.depositor.clone();
    world.send(call.by(&depositor)).await?;
    Ok(())
}

async fn act(world: &mut World, action: &str, id: &str) -> Step {
    let call = match action {
        "lire" => Call::operation(Operation::GetFolder, &[id]),
        "compléter" => Call::operation(Operation::UpdateFolder, &[id])
            .json(json!({ "globalStatus": "HUBEE_COMPLETED" })),
        "supprimer" => Call::operation(Operation::DeleteFolder, &[id]),
        _ => {
            return Err(Stop::broken(
                "action sur un télédossier",
                "lire, compléter ou supprimer",
                action,
            ));
        }
    };
    world.send_as(Role::Osl, call).await?;
    Ok(())
}

fn case_statuses(folder: &Reply) -> Value {
    folder.array("/cases").iter().map(|case| json!([case["id"], case["status"]])).collect()
}

/// The hub's time when it answered: the closing date must lie between its creation and its present.
fn hub_time(reply: &Reply) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(reply.header("date")?).ok()?;
    Some(Timestamp::from(date))
}
