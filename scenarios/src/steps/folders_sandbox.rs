//! Words of the creations that depend on the référentiel: an inactive démarche, a subscription that
//! is not active (contract §6, "Folder creation"). Played on the sandbox démarche alone, which is
//! put back afterwards.

use cucumber::{then, when};
use serde_json::json;

use crate::check::{Needed as _, Rule, Step};
use crate::roles::Role;
use crate::world::World;

#[when(expr = "l'administrateur donne à l'abonnement du SI le statut {string}")]
async fn subscription_becomes(world: &mut World, status: String) -> Step {
    let process = world.process()?;
    let organization =
        serde_json::to_value(&world.player(Role::Si)?.organization).unwrap_or_default();
    let subscription = world.subscription_of(Role::Admin, &process, &organization).await?;
    let id = subscription["id"].as_str().unwrap_or_default().to_owned();
    let is_active = status == "Actif";
    let change = |body: &mut serde_json::Value| {
        body["status"] = json!(status);
        if let (false, Some(body)) = (is_active, body.as_object_mut()) {
            // A date of activation that is past would make it active again (contract §6,
            // "Subscriptions").
            body.remove("activateDateTime");
        }
        if status == "Refusé" {
            body["rejectionReason"] = json!("Essai d'étalon");
        }
    };
    world
        .change_subscription(&id, false, change)
        .await?
        .needed("changement d'un abonnement", 200)?;
    Ok(())
}

#[when("l'administrateur désactive la démarche d'essai")]
async fn process_is_deactivated(world: &mut World) -> Step {
    world.change_sandbox(|process| process["isActivated"] = json!(false)).await
}

#[then(expr = "l'on relève ce que le hub fait d'un dépôt sur cette démarche inactive {rule}")]
async fn inactive_process_is_recorded(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let (side, done) =
        if reply.is_success() { ("accepted", "accepté") } else { ("refused", "refusé") };
    world.record(&rule, format!("dépôt sur une démarche inactive {done} : {}", reply.in_short()));
    world.observe_divergence("D16", side, format!("dépôt sur une démarche inactive {done}"));
    Ok(())
}
