//! Words of the batches: what is purged, archived, deleted, when its date has come and not before.

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::events::silent;
use crate::play::lifecycle::{Delays, day_seconds};
use crate::roles::Role;
use crate::world::World;

const DELAYS: &str = "lifecycle/delays";
const SINCE: &str = "lifecycle/since";
const HOUR_SECONDS: i64 = 60 * 60;

fn note_delays(world: &mut World, delays: &Delays) {
    world.notes.insert(
        DELAYS,
        json!({
            "status": delays.purge_status,
            "purge": delays.purge_seconds,
            "archiving": delays.archiving_seconds,
            "deletion": delays.deletion_seconds,
        }),
    );
}

fn delay(world: &World, name: &str) -> i64 {
    world.notes.get(DELAYS).and_then(|delays| delays[name].as_i64()).unwrap_or(0)
}

fn purge_status(world: &World) -> String {
    world
        .notes
        .get(DELAYS)
        .and_then(|delays| delays["status"].as_str())
        .unwrap_or_default()
        .to_owned()
}

fn note_since(world: &mut World, instant: Timestamp) {
    world.notes.insert(SINCE, json!(instant));
}

fn since(world: &World) -> Result<Timestamp, Stop> {
    let noted = world.notes.get(SINCE).and_then(Value::as_str).and_then(|text| text.parse().ok());
    noted.ok_or_else(|| Stop::broken("calcul d'une échéance", "une date de départ", "aucune"))
}

#[given("une démarche aux délais connus, sur laquelle un télédossier est transmis au SI")]
async fn delivered(world: &mut World) -> Step {
    let delays = world.play_on_short_delays().await?;
    note_delays(world, &delays);
    world.deliver(&[Role::Si]).await
}

#[given(
    "une démarche aux délais connus, sur laquelle un télédossier est transmis au SI et au second SI"
)]
async fn delivered_to_both(world: &mut World) -> Step {
    let delays = world.play_on_short_delays().await?;
    note_delays(world, &delays);
    world.deliver(&[Role::Si, Role::SecondSi]).await
}

#[when("le dossier atteint le statut à partir duquel la démarche purge ses fichiers")]
async fn reaches_status(world: &mut World) -> Step {
    let (case, status) = (world.case_id()?, purge_status(world));
    let at = world.bring_case(Role::Si, &case, &status).await?;
    note_since(world, at);
    Ok(())
}

#[when("le dossier du second SI atteint à son tour ce statut")]
async fn second_reaches_status(world: &mut World) -> Step {
    let case = world.deposited()?.cases.get(1).cloned().unwrap_or_default();
    let status = purge_status(world);
    let at = world.bring_case(Role::SecondSi, &case, &status).await?;
    note_since(world, at);
    Ok(())
}

#[when("le dossier reste en deçà du statut à partir duquel la démarche purge ses fichiers")]
async fn stays_below(world: &mut World) -> Step {
    let case = world.case_id()?;
    if purge_status(world) != "SENT" {
        world.bring_case(Role::Si, &case, "SENT").await?;
    }
    let now = world.hub_now().await?;
    note_since(world, now);
    Ok(())
}

/// Until an hour before a delay ends.
async fn come_near(world: &mut World, seconds: i64) -> Step {
    let date = since(world)?.plus_seconds(seconds - HOUR_SECONDS);
    world.advance_clock_to(date).await
}

/// Until an hour after a delay ends: what is due may still wait for its daily batch.
async fn go_past(world: &mut World, seconds: i64) -> Step {
    let date = since(world)?.plus_seconds(seconds + HOUR_SECONDS);
    world.advance_clock_to(date).await
}

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
        for _ in 0..10 {
            let seen = look(world).await?;
            if done(&seen) {
                return Ok(seen);
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    look(world).await
}

#[when("l'échéance de la purge approche")]
async fn purge_comes_near(world: &mut World) -> Step {
    let seconds = delay(world, "purge");
    come_near(world, seconds).await
}

#[when("l'échéance de la purge est passée")]
async fn purge_is_past(world: &mut World) -> Step {
    let seconds = delay(world, "purge");
    go_past(world, seconds).await
}

#[then(expr = "le SI télécharge encore le fichier {rule}")]
async fn still_downloaded(world: &mut World, rule: Rule) -> Step {
    let reply = world.download_first(Role::Si, 0).await?;
    whole(world, &rule, &reply)
}

#[then(expr = "le second SI télécharge encore le fichier {rule}")]
async fn still_downloaded_by_second(world: &mut World, rule: Rule) -> Step {
    let reply = world.download_first(Role::SecondSi, 1).await?;
    whole(world, &rule, &reply)
}

fn whole(world: &World, rule: &Rule, reply: &Reply) -> Step {
    let sent = world.deposited()?.draft.files.first().cloned().unwrap_or_default();
    let observed = if reply.is_success() {
        format!("{}, {} octets", reply.status(), reply.body.len())
    } else {
        reply.in_short()
    };
    world.check(
        rule,
        format!("200, les {} octets envoyés", sent.len()),
        observed,
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
    note_since(world, at);
    world.set_folder_status("CLOSED").await?.needed("clôture du télédossier", 204)?;
    Ok(())
}

#[then(expr = "le dossier clos reçoit encore un événement {rule}")]
async fn closed_takes_events(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    world.send_event(Role::Osl, &case, silent("COM_ADD")).await?;
    world.check_status(&rule, &[201])
}

#[when("l'échéance de l'archivage approche")]
async fn archiving_comes_near(world: &mut World) -> Step {
    let seconds = delay(world, "archiving");
    come_near(world, seconds).await
}

#[when("l'échéance de l'archivage est passée")]
async fn archiving_is_past(world: &mut World) -> Step {
    let seconds = delay(world, "archiving");
    go_past(world, seconds).await
}

async fn case_status_as_admin(world: &mut World) -> Result<String, Stop> {
    let case = world.case_id()?;
    let reply = world.read_case(Role::Admin, &case).await?;
    Ok(if reply.status() == 200 { reply.text("/status").to_owned() } else { reply.in_short() })
}

#[then(expr = "le dossier n'est pas encore archivé {rule}")]
async fn not_archived(world: &mut World, rule: Rule) -> Step {
    let status = case_status_as_admin(world).await?;
    let holds = status == "CLOSED";
    world.check(&rule, "CLOSED", status, holds)
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
    note_since(world, now);
    let holds = status == "ARCHIVED";
    world.check(&rule, "ARCHIVED", status, holds)
}

#[then(expr = "le dossier archivé ne se modifie plus {rule}")]
async fn read_only(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let event = world.send_event(Role::Osl, &case, silent("COM_ADD")).await?;
    let change = world.set_case_status(Role::Osl, &case, "HUBEE_NOTIFIED").await?;
    let status = case_status_as_admin(world).await?;
    let refused = |reply: &Reply| {
        (400..500).contains(&reply.status()) && !matches!(reply.status(), 401 | 429)
    };
    let observed = format!(
        "événement {}, changement de statut {}, puis {status}",
        event.in_short(),
        change.in_short()
    );
    world.check(
        &rule,
        "deux refus, et toujours ARCHIVED",
        observed,
        refused(&event) && refused(&change) && status == "ARCHIVED",
    )
}

#[when("l'échéance de la suppression approche")]
async fn deletion_comes_near(world: &mut World) -> Step {
    // The archiving may have been seen a little late: half of the delay is short of it in any case.
    let seconds = delay(world, "deletion");
    let date = since(world)?.plus_seconds((seconds - day_seconds() - HOUR_SECONDS * 2).max(0));
    world.advance_clock_to(date).await
}

#[then(expr = "le dossier archivé se lit encore {rule}")]
async fn still_read(world: &mut World, rule: Rule) -> Step {
    let status = case_status_as_admin(world).await?;
    let holds = status == "ARCHIVED";
    world.check(&rule, "ARCHIVED", status, holds)
}

#[when("l'échéance de la suppression est passée")]
async fn deletion_is_past(world: &mut World) -> Step {
    let seconds = delay(world, "deletion");
    go_past(world, seconds).await
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

#[then(expr = "la confirmation de purge est acceptée {rule}")]
async fn confirmed(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])
}
