//! Words of the batches: what is purged, archived, deleted, when its date has come and not before.

use std::time::Duration;

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::actors::{Actor, Recipients};
use super::common::is_refused;
use crate::actor::{Look, silent, until};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::lifecycle::{Delays, day_seconds};
use crate::roles::Role;
use crate::world::World;

const HOUR_SECONDS: i64 = 60 * 60;

/// What a scenario keeps of a life: the delays of its démarche, and the date that they count from.
#[derive(Clone, Default)]
struct Life {
    delays: Option<Delays>,
    since: Option<Timestamp>,
}

fn delays(world: &mut World) -> Result<Delays, Stop> {
    let delays = world.memory::<Life>().delays.clone();
    delays.ok_or_else(|| Stop::broken("calcul d'une échéance", "des délais connus", "aucun"))
}

fn count_from(world: &mut World, instant: Timestamp) {
    world.memory::<Life>().since = Some(instant);
}

#[given(
    expr = "une démarche aux délais connus, sur laquelle un télédossier est transmis {recipients}"
)]
async fn delivered(world: &mut World, recipients: Recipients) -> Step {
    let delays = world.play_on_short_delays().await?;
    world.memory::<Life>().delays = Some(delays);
    world.deliver(recipients.0).await
}

#[when(
    regex = "^le dossier du (SI|second SI) atteint le statut à partir duquel la démarche purge ses fichiers$"
)]
async fn reaches_status(world: &mut World, whose: String) -> Step {
    let (role, rank) = if whose == "SI" { (Role::Si, 0) } else { (Role::SecondSi, 1) };
    let case = world.deposited()?.cases.get(rank).cloned().unwrap_or_default();
    let status = delays(world)?.purge_status;
    let at = world.bring_case(role, &case, &status).await?;
    count_from(world, at);
    Ok(())
}

#[when("le dossier reste en deçà du statut à partir duquel la démarche purge ses fichiers")]
async fn stays_below(world: &mut World) -> Step {
    let case = world.case_id()?;
    if delays(world)?.purge_status != "SENT" {
        world.bring_case(Role::Si, &case, "SENT").await?;
    }
    let now = world.hub_now().await?;
    count_from(world, now);
    Ok(())
}

/// How long a batch that is due is waited for.
const BATCH_LIMIT: Duration = Duration::from_millis(500);

/// Waits a little for a batch to have run, then goes one day further for it, once.
async fn with_batch<T>(
    world: &mut World,
    look: impl AsyncFn(&mut World) -> Result<T, Stop>,
    done: impl Fn(&T) -> bool,
) -> Result<T, Stop> {
    for further in [false, true] {
        if further {
            world.advance_clock(day_seconds()).await?;
        }
        let waited = until(BATCH_LIMIT, async || {
            let seen = look(world).await?;
            Ok::<_, Stop>(Look { done: done(&seen), seen })
        });
        let waited = waited.await?;
        if waited.done {
            return Ok(waited.seen);
        }
    }
    look(world).await
}

#[when(regex = "^l'échéance de (la purge|l'archivage|la suppression) (approche|est passée)$")]
async fn term_comes(world: &mut World, of: String, until: String) -> Step {
    let delays = delays(world)?;
    let since = world.memory::<Life>().since;
    let since = since
        .ok_or_else(|| Stop::broken("calcul d'une échéance", "une date de départ", "aucune"))?;
    // The archiving may have been seen a day late.
    let (seconds, margin) = match of.as_str() {
        "la purge" => (delays.purge_seconds, HOUR_SECONDS),
        "l'archivage" => (delays.archiving_seconds, HOUR_SECONDS),
        _ => (delays.deletion_seconds, day_seconds() + 2 * HOUR_SECONDS),
    };
    let date = if until == "approche" {
        since.plus_seconds((seconds - margin).max(0))
    } else {
        // An hour after: what is due may still wait for its daily batch.
        since.plus_seconds(seconds + HOUR_SECONDS)
    };
    world.advance_clock_to(date).await
}

#[then(expr = "{actor} télécharge encore le fichier {rule}")]
async fn still_downloaded(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let rank = usize::from(actor.0 == Role::SecondSi);
    let reply = world.download_first(actor.0, rank).await?;
    whole(world, &rule, &reply)
}

fn whole(world: &World, rule: &Rule, reply: &Reply) -> Step {
    let sent = world.deposited()?.draft.files.first().cloned().unwrap_or_default();
    world.check(
        rule,
        format!("200, les {} octets envoyés", sent.len()),
        reply.compared_with(&sent),
        reply.status() == 200 && reply.body == sent,
    )
}

#[then(expr = "le fichier est purgé {rule}")]
async fn purged(world: &mut World, rule: Rule) -> Step {
    let file = with_batch(
        world,
        async |world: &mut World| world.first_file().await,
        |file| file["status"] == "DELETED",
    )
    .await?;
    // What the download shows is judged apart (LIFE-04): a purged binary is one or the other.
    let gone =
        file["status"] == "DELETED" || world.download_first(Role::Si, 0).await?.status() == 404;
    world.check(&rule, "le fichier purgé", format!("statut {}", file["status"]), gone)
}

#[then(expr = "le téléchargement du fichier purgé est refusé comme introuvable {rule}")]
async fn purged_not_found(world: &mut World, rule: Rule) -> Step {
    world.download_first(Role::Si, 0).await?;
    world.check_status(&rule, &[404])
}

#[then(expr = "le nom, le type et la taille du fichier purgé sont conservés {rule}")]
async fn metadata_is_kept(world: &mut World, rule: Rule) -> Step {
    let file = world.first_file().await?;
    let sent = world.deposited()?.draft.body["attachments"][0].clone();
    let other: Vec<&str> = ["fileName", "type", "size", "mimeType"]
        .into_iter()
        .filter(|name| file[*name] != sent[*name])
        .collect();
    let holds = other.is_empty() && file["status"] == "DELETED";
    let observed = if other.is_empty() {
        format!("statut {}, métadonnées conservées", file["status"])
    } else {
        format!("{} changé", other.join(", "))
    };
    world.check(&rule, "statut DELETED, métadonnées conservées", observed, holds)
}

#[when("l'OSL clôt le dossier et le télédossier")]
async fn closes(world: &mut World) -> Step {
    let case = world.case_id()?;
    let at = world.bring_case(Role::Si, &case, "CLOSED").await?;
    count_from(world, at);
    world.set_folder_status("CLOSED").await?.needed("clôture du télédossier", 204)?;
    Ok(())
}

#[then(expr = "le dossier clos reçoit encore un événement {rule}")]
async fn closed_takes_events(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    world.send_event(Role::Osl, &case, silent("COM_ADD")).await?;
    world.check_status(&rule, &[201])
}

async fn case_status_as_admin(world: &mut World) -> Result<String, Stop> {
    let case = world.case_id()?;
    let reply = world.read_case(Role::Admin, &case).await?;
    Ok(if reply.status() == 200 { reply.text("/status").to_owned() } else { reply.in_short() })
}

#[then(expr = "l'administrateur lit encore le dossier au statut {word} {rule}")]
async fn still_has_status(world: &mut World, wanted: String, rule: Rule) -> Step {
    let status = case_status_as_admin(world).await?;
    let holds = status == wanted;
    world.check(&rule, wanted, status, holds)
}

#[then(expr = "le dossier est archivé {rule}")]
async fn archived(world: &mut World, rule: Rule) -> Step {
    let status = with_batch(
        world,
        async |world: &mut World| case_status_as_admin(world).await,
        |status| status == "ARCHIVED",
    )
    .await?;
    // The deletion counts from here.
    let now = world.hub_now().await?;
    count_from(world, now);
    let holds = status == "ARCHIVED";
    world.check(&rule, "ARCHIVED", status, holds)
}

#[then(expr = "le dossier archivé ne se modifie plus {rule}")]
async fn read_only(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let mut tried = Vec::new();
    for (role, status) in [(Role::Osl, "HUBEE_NOTIFIED"), (Role::Si, "SENT")] {
        tried.push(world.send_event(role, &case, silent("COM_ADD")).await?);
        tried.push(world.set_case_status(role, &case, status).await?);
    }
    let status = case_status_as_admin(world).await?;
    let answers: Vec<_> = tried.iter().map(Reply::in_short).collect();
    let refused = tried.iter().all(is_refused);
    world.check(
        &rule,
        "événement et statut refusés à l'OSL et au SI, et toujours ARCHIVED",
        format!("{}, puis {status}", answers.join(", ")),
        refused && status == "ARCHIVED",
    )
}

#[then(expr = "le dossier et le télédossier n'existent plus {rule}")]
async fn deleted(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let look = async |world: &mut World| {
        let folder = world.read_folder().await?.status();
        let case = world.read_case(Role::Si, &case).await?.status();
        Ok((folder, case))
    };
    let (folder, case) = with_batch(world, look, |seen| *seen == (404, 404)).await?;
    if folder == 404 {
        let id = world.deposited()?.id.clone();
        world.session().ledger.gone(&id);
    }
    world.check(
        &rule,
        "404 et 404",
        format!("télédossier {folder}, dossier {case}"),
        (folder, case) == (404, 404),
    )
}

/// Whether the first file of the last télédossier is among those to purge, as the SI reads the
/// list.
async fn is_to_purge(world: &mut World) -> Result<Reply, Stop> {
    world.send_as(Role::Si, Call::operation(Operation::ListAttachmentsForPurge, &[])).await
}

fn names_ours(world: &World, reply: &Reply) -> Result<bool, Stop> {
    let link = link(world)?;
    Ok(reply.array("").iter().any(|found| {
        ["folder_attachment_id", "case_id"].iter().all(|name| found[*name] == link[*name])
    }))
}

fn link(world: &World) -> Result<Value, Stop> {
    let file = world.deposited()?.attachments.first().cloned().unwrap_or_default();
    Ok(json!({ "folder_attachment_id": file, "case_id": world.case_id()? }))
}

#[then(expr = "le fichier n'est pas à purger {rule}")]
async fn not_to_purge(world: &mut World, rule: Rule) -> Step {
    let reply = is_to_purge(world).await?;
    let ours = names_ours(world, &reply)?;
    let observed = if ours { "il est dans la liste".to_owned() } else { reply.in_short() };
    world.check(&rule, "200, sans ce fichier", observed, reply.status() == 200 && !ours)
}

#[then(expr = "le fichier est à purger {rule}")]
async fn to_purge(world: &mut World, rule: Rule) -> Step {
    let look = async |world: &mut World| is_to_purge(world).await;
    let wanted = link(world)?;
    let named = move |reply: &Reply| {
        reply.array("").iter().any(|found| {
            ["folder_attachment_id", "case_id"].iter().all(|name| found[*name] == wanted[*name])
        })
    };
    let reply = with_batch(world, look, named).await?;
    let ours = names_ours(world, &reply)?;
    let observed =
        if ours { "il y est".to_owned() } else { format!("{}, sans lui", reply.in_short()) };
    world.check(&rule, "200, avec ce fichier", observed, reply.status() == 200 && ours)
}

#[when("le SI confirme la purge de ce fichier")]
async fn confirms(world: &mut World) -> Step {
    let body = json!([link(world)?]);
    world.send_as(Role::Si, Call::operation(Operation::ConfirmPurge, &[]).json(body)).await?;
    Ok(())
}
