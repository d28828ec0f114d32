//! Words of the cinématiques that chain several calls: fetching a télédossier, announcing a status,
//! treating an event, asking for complements and giving them, closing and reopening.

use std::collections::BTreeMap;

use bytes::Bytes;
use cucumber::{given, then, when};
use serde_json::json;

use super::actors::Actor;
use super::folders_completed::recipients;
use super::words::words;
use crate::actor::{Wanted, digest_of, joining, notified, status_event};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::roles::Role;
use crate::world::World;

/// The digests of what was downloaded.
#[derive(Clone, Default)]
struct Downloaded {
    /// Of the télédossier, by the ids of its attachments.
    deposited: BTreeMap<String, String>,
    /// Of the last event that was treated, in order.
    joined: Vec<String>,
}

words! {
    /// Whose attachments were downloaded.
    enum Source in "source" {
        Deposit => "du dépôt",
        Event => "de l'événement",
    }
}

words! {
    /// By what an OSL answers.
    enum Means in "means" {
        Message => "un message",
        Files => "des pièces jointes",
    }
}

words! {
    /// Whether an answer goes with a demand to send the case again.
    enum Resending in "resending" {
        No => "sans autre appel",
        Yes => "et demande aussi le renvoi du dossier",
    }
}

#[given("le télédossier clos par l'OSL")]
async fn folder_closed(world: &mut World) -> Step {
    world.set_folder_status("CLOSED").await?.needed("clôture du télédossier", 204)?;
    Ok(())
}

#[when("chaque destinataire télécharge son dossier et ses pièces jointes")]
async fn fetches(world: &mut World) -> Step {
    for (role, case) in recipients(world)? {
        world.need_case_status(role, &case, "HUBEE_NOTIFIED").await?;
        let fetched = world.fetch_case(role, &case).await?;
        if fetched.is_empty() {
            return Err(Stop::broken(
                "téléchargement du dossier",
                "des pièces jointes reçues",
                "aucune",
            ));
        }
        let digests = fetched.into_iter().map(|(id, bytes)| (id, digest_of(&bytes)));
        world.memory::<Downloaded>().deposited.extend(digests);
    }
    Ok(())
}

/// The digests of some files, in order.
fn digests<'a>(files: impl Iterator<Item = &'a Bytes>) -> Vec<String> {
    let mut digests: Vec<_> = files.map(|bytes| digest_of(bytes)).collect();
    digests.sort();
    digests
}

#[then(expr = "les pièces jointes {source} ont été reçues à l'octet près {rule}")]
async fn received_as_sent(world: &mut World, source: Source, rule: Rule) -> Step {
    let downloaded = world.memory::<Downloaded>().clone();
    match source {
        Source::Deposit => {
            let deposited = world.deposited()?;
            let digests = deposited.draft.files.iter().map(|bytes| digest_of(bytes));
            let sent: BTreeMap<_, _> = deposited.attachments.iter().cloned().zip(digests).collect();
            let seen = downloaded.deposited;
            let told = |files: &BTreeMap<String, String>| {
                let files: Vec<_> =
                    files.iter().map(|(id, digest)| format!("{id} d'empreinte {digest}")).collect();
                files.join(", ")
            };
            world.check(&rule, told(&sent), told(&seen), sent == seen)
        }
        Source::Event => {
            let sent = digests(world.event_files.iter().map(|(_, bytes)| bytes));
            let seen = downloaded.joined;
            world.check(
                &rule,
                format!("empreintes {}", sent.join(", ")),
                format!("empreintes {}", seen.join(", ")),
                sent == seen && !sent.is_empty(),
            )
        }
    }
}

#[when("le SI retire de sa file la notification du télédossier")]
async fn drops_new_case(world: &mut World) -> Step {
    let case = world.case_id()?;
    world.drop_notifications(Role::Si, &Wanted::new_case(&case)).await
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
    world.memory::<Downloaded>().joined = digests(received.iter());
    Ok(())
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

#[when(expr = "l'OSL répond par {means}, {resending}")]
async fn answers(world: &mut World, means: Means, resending: Resending) -> Step {
    let case = world.case_id()?;
    let enclosures = world.enclosures(Role::Osl, 1)?;
    let message = means == Means::Message;
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
    if resending == Resending::Yes {
        // Where the event has already moved the case this is a jump, which a hub may refuse (D7):
        // the answer that counts is the event's.
        let answers = world.replies.len();
        world.set_case_status(Role::Osl, &case, "HUBEE_COMPLETED").await?;
        world.replies.truncate(answers);
    }
    Ok(())
}

/// Where an answer of the OSL leaves a case that awaited it.
pub(super) async fn record_status(world: &mut World, rule: &Rule) -> Step {
    let case = world.case_id()?;
    let quiet = world.session().target.limits.quiet;
    let status = world.await_case_status_for(Role::Si, &case, "HUBEE_NOTIFIED", quiet).await?;
    world.record(
        rule,
        format!("dossier au statut {status} après caseNewStatus HUBEE_COMPLETED de l'OSL"),
    );
    Ok(())
}

#[when("l'OSL dépose un autre télédossier, corrigé")]
async fn deposits_another(world: &mut World) -> Step {
    world.deposit(&[Role::Si]).await
}
