//! Words that every family uses: télédossiers to start from, and the ways in which a hub
//! answers.

use cucumber::{given, then};

use crate::check::{Rule, Step};
use crate::play::notifications::Wanted;
use crate::roles::Role;
use crate::world::World;

#[given("un télédossier créé par l'OSL pour le SI, sans ses fichiers")]
async fn created(world: &mut World) -> Step {
    let draft = world.describe(&[Role::Si])?;
    world.create_needed(draft).await
}

#[given("un télédossier créé par l'OSL pour le SI, ses fichiers envoyés")]
async fn uploaded(world: &mut World) -> Step {
    created(world).await?;
    world.upload_all().await
}

#[given("un télédossier transmis au SI")]
async fn transmitted(world: &mut World) -> Step {
    world.deposit(&[Role::Si]).await?;
    let case = world.case_id()?;
    // Whatever it says: what a notification says is for NOT-15 to judge.
    world.need_notification(Role::Si, &Wanted::any(&case)).await?;
    Ok(())
}

#[given("un télédossier transmis au SI et au second SI")]
async fn transmitted_to_both(world: &mut World) -> Step {
    world.deposit(&[Role::Si, Role::SecondSi]).await?;
    let cases = world.deposited()?.cases.clone();
    for (role, case) in [Role::Si, Role::SecondSi].into_iter().zip(&cases) {
        world.need_notification(role, &Wanted::any(case)).await?;
    }
    Ok(())
}

#[then(expr = "le hub accepte la demande {rule}")]
async fn accepted(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    world.check(&rule, "la demande acceptée", reply.in_short(), reply.is_success())
}

#[then(expr = "le hub refuse la demande comme invalide {rule}")]
async fn refused_as_invalid(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400])
}

#[then(expr = "le hub refuse la demande faute de droit {rule}")]
async fn refused_as_forbidden(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[403])
}

#[then(expr = "le hub répond que l'objet n'existe pas {rule}")]
async fn refused_as_unknown(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[404])
}

#[then(expr = "le hub accepte la création {rule}")]
async fn created_as_asked(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[201])
}

#[then(expr = "le hub confirme sans contenu {rule}")]
async fn confirmed(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])
}

#[then(expr = "le hub refuse la méthode {rule}")]
async fn method_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400, 405])
}

#[then(expr = "le hub répond que la méthode n'est pas admise {rule}")]
async fn method_not_allowed(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[405])
}
