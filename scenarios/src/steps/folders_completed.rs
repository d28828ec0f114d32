//! Words of the completion of a télédossier: from then on it is delivered to each of its recipients
//! (contract §6, "Completion").

use std::time::Duration;

use cucumber::{given, then, when};

use super::words::words;
use crate::actor::{Draft, Wanted, files};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::play::verdicts::statuses_of;
use crate::roles::Role;
use crate::world::World;

/// The longest that a hub may take to make a télédossier available (SFD-1.2.2 §3.5.5).
const LONGEST_DELIVERY: Duration = Duration::from_secs(600);

words! {
    /// What became of the second file of a télédossier whose first was received.
    enum SecondFile in "second_file" {
        Rejected => "rejeté",
        Awaited => "pas encore envoyé",
    }
}

/// Whether a file of the télédossier is still to be sent.
#[derive(Clone, Default)]
struct Awaited(bool);

/// The recipients of the last télédossier, each with its case.
pub(super) fn recipients(world: &World) -> Result<Vec<(Role, String)>, Stop> {
    let roles = [Role::Si, Role::SecondSi].into_iter();
    let assignment = roles.filter(|role| world.assignment().credential(*role).is_some());
    Ok(assignment.zip(world.deposited()?.cases.iter().cloned()).collect())
}

#[given("un télédossier créé par l'OSL pour le SI et le second SI, ses fichiers envoyés")]
async fn uploaded_for_both(world: &mut World) -> Step {
    let draft = world.describe(&[Role::Si, Role::SecondSi])?;
    world.create_needed(draft).await?;
    world.upload_all().await
}

#[given(expr = "un télédossier dont un fichier a été reçu, et un autre {second_file}")]
async fn with_another_file(world: &mut World, second: SecondFile) -> Step {
    match second {
        SecondFile::Awaited => {
            world.memory::<Awaited>().0 = true;
            two_files(world).await
        }
        SecondFile::Rejected => {
            two_files(world).await?;
            let bytes = world.deposited()?.draft.files[1].clone();
            world.upload(1, bytes.slice(..bytes.len() / 2)).await?;
            needed_verdict(world, 1, &["REJECTED"]).await
        }
    }
}

#[given(
    regex = "^un télédossier dont un fichier a été reçu, et un autre, (trouvé infecté|infecté), annoncé (après|avant) lui$"
)]
async fn with_an_infected_file(world: &mut World, is: String, place: String) -> Step {
    // As text or inside a zip, where the démarches played admit one: announced as anything else it
    // may be rejected.
    let found = ["text/plain", "application/zip"]
        .into_iter()
        .find_map(|mime_type| world.process_admitting(mime_type));
    let (kind, mime_type) = match found {
        Some(admitted) => {
            world.move_to(&admitted.process)?;
            (admitted.kind, admitted.mime_type)
        }
        None => first_kind(world)?,
    };
    let infected = if mime_type == "application/zip" {
        files::zipped(&[("eicar.com", &files::eicar())])
    } else {
        files::eicar()
    };
    let mut draft = world.describe(&[Role::Si])?;
    draft.attach(&kind, &mime_type, infected.clone(), &[]);
    if place == "avant" {
        announce_last_first(&mut draft);
    }
    world.create_needed(draft).await?;
    if place == "avant"
        && let Some(deposited) = world.deposits.last_mut()
    {
        // From here on the file to be received is the first again, whatever the hub was told first.
        deposited.attachments.reverse();
        deposited.draft.files.reverse();
    }
    send_first(world).await?;
    world.upload(1, infected.into()).await?;
    // Announced as something else than text, REJECTED is as right (PJ-06). Where the verdict is not
    // asked for, one taken for clean goes on: whether it is delivered shows.
    let verdicts = ["CORRUPTED", "REJECTED", "RECEIVED"];
    needed_verdict(world, 1, if is == "infecté" { &verdicts } else { &verdicts[..2] }).await
}

fn announce_last_first(draft: &mut Draft) {
    draft.files.reverse();
    if let Some(announced) = draft.body["attachments"].as_array_mut() {
        announced.reverse();
    }
}

/// Creates a télédossier with two files and sends the first.
async fn two_files(world: &mut World) -> Step {
    let mut draft = world.describe(&[Role::Si])?;
    let (kind, mime_type) = first_kind(world)?;
    let seed = format!("{}-2", world.session().free_number());
    draft.attach(&kind, &mime_type, files::of(&mime_type, &seed), &[]);
    world.create_needed(draft).await?;
    send_first(world).await
}

fn first_kind(world: &World) -> Result<(String, String), Stop> {
    let profile = world.profile()?;
    let (kind, mime_type) = profile.first_kind();
    Ok((kind.to_owned(), mime_type.to_owned()))
}

async fn send_first(world: &mut World) -> Step {
    let bytes = world.deposited()?.draft.files[0].clone();
    world.upload(0, bytes).await?.needed("envoi d'un fichier", 204)?;
    needed_verdict(world, 0, &["RECEIVED"]).await
}

async fn needed_verdict(world: &mut World, rank: usize, wanted: &[&str]) -> Step {
    let status = world.verdict(rank).await?;
    if wanted.contains(&status.as_str()) {
        Ok(())
    } else {
        Err(Stop::broken("verdict sur un fichier", wanted.join(" ou "), status))
    }
}

#[when("l'OSL complète le télédossier")]
async fn complete(world: &mut World) -> Step {
    let reply = world.set_folder_status("HUBEE_COMPLETED").await?;
    if world.memory::<Awaited>().0 {
        let (side, said) =
            if reply.is_success() { ("allowed", "permise") } else { ("refused", "refusée") };
        let observed = format!("complétude avec une pièce PENDING {said} : {}", reply.in_short());
        world.observe_divergence("D11", side, observed);
    }
    Ok(())
}

#[when("le télédossier parvient à ses destinataires")]
async fn reaches_recipients(world: &mut World) -> Step {
    let deposited = world.deposited()?;
    let is_upload = |reply: &crate::client::Reply| {
        reply.exchange.method == "PUT" && reply.exchange.path.contains(&deposited.id)
    };
    let sent = world.replies.iter().any(is_upload);
    let completed = deposited.completed_at.is_some();
    if !completed {
        if !sent {
            world.upload_all().await?;
        }
        world.complete().await?;
    }
    for (role, case) in recipients(world)? {
        world.need_notification(role, &Wanted::new_case(&case)).await?;
    }
    Ok(())
}

#[then(
    expr = "le télédossier et chacun de ses dossiers passent à {string} dans le délai annoncé {rule}"
)]
async fn becomes(world: &mut World, status: String, rule: Rule) -> Step {
    let folder = world.settled_status(&status).await?;
    let cases = folder.array("/cases");
    let holds = folder.text("/globalStatus") == status
        && !cases.is_empty()
        && cases.iter().all(|case| case["status"] == status.as_str());
    world.check(&rule, format!("{status} partout"), statuses_of(&folder), holds)
}

#[then(expr = "chaque destinataire est notifié de son dossier, sans événement {rule}")]
async fn each_is_notified(world: &mut World, rule: Rule) -> Step {
    for (role, case) in recipients(world)? {
        let wanted = [Wanted::new_case(&case)];
        let found = world.await_notifications(role, &wanted, Some(&rule.0)).await?;
        world.check(
            &rule,
            format!("une notification sans événement pour {}", role.in_french()),
            format!("{} notification(s)", found.len()),
            !found.is_empty(),
        )?;
    }
    Ok(())
}

#[then(expr = "chaque destinataire n'est notifié qu'une fois de son dossier {rule}")]
async fn each_is_notified_once(world: &mut World, rule: Rule) -> Step {
    for (role, case) in recipients(world)? {
        world.await_notifications(role, &[Wanted::new_case(&case)], Some(&rule.0)).await?;
        let found = world.settled_queue(role, &[Wanted::any(&case)], &rule.0).await?;
        world.check(
            &rule,
            "une notification",
            format!("{} notification(s)", found.len()),
            found.len() == 1,
        )?;
    }
    Ok(())
}

#[then(expr = "aucun destinataire n'est encore notifié de son dossier {rule}")]
async fn nobody_is_notified_yet(world: &mut World, rule: Rule) -> Step {
    for (role, case) in recipients(world)? {
        let found = world.settled_queue(role, &[Wanted::any(&case)], &rule.0).await?;
        world.check(
            &rule,
            "aucune notification",
            format!("{} notification(s)", found.len()),
            found.is_empty(),
        )?;
    }
    Ok(())
}

#[then(expr = "le SI peut lire son dossier moins de dix minutes après la complétude {rule}")]
async fn available_in_time(world: &mut World, rule: Rule) -> Step {
    let completed = world.deposited()?.completed_at;
    let completed =
        completed.ok_or_else(|| Stop::broken("mesure du délai", "une complétude", "aucune"))?;
    let case = world.case_id()?;
    let found =
        world.await_notifications(Role::Si, &[Wanted::new_case(&case)], Some(&rule.0)).await?;
    let reply = world.read_case(Role::Si, &case).await?;
    let elapsed = completed.elapsed();
    world.observe_time("mise à disposition du destinataire", Some("FOL-20"), elapsed);
    let holds = !found.is_empty() && reply.status() == 200 && elapsed <= LONGEST_DELIVERY;
    let observed = format!(
        "{} notification(s), lecture {} après {} ms",
        found.len(),
        reply.in_short(),
        elapsed.as_millis()
    );
    world.check(
        &rule,
        "une notification, puis le dossier lu, en dix minutes au plus",
        observed,
        holds,
    )
}
