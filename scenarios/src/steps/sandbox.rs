//! Words of what is played on the démarche and organizations of the sandbox alone: rules of a
//! démarche switched off for one scenario, and the migration of an organization. The référentiel is
//! put back afterwards.

use contract::operations::Operation;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::check::{Needed as _, Rule, Step};
use crate::client::Call;
use crate::play::events::notified;
use crate::play::notifications::Wanted;
use crate::play::referential::{subscription_body, triple, unused_organization};
use crate::roles::Role;
use crate::world::World;

#[given("la démarche d'essai, qui interdit les messages à l'émetteur")]
async fn forbids_messages(world: &mut World) -> Step {
    world.change_sandbox(|process| process["messageToTransmitter"] = json!(false)).await
}

#[when("la démarche d'essai permet les messages à l'émetteur")]
async fn allows_messages(world: &mut World) -> Step {
    world.change_sandbox(|process| process["messageToTransmitter"] = json!(true)).await
}

#[given("la démarche d'essai, qui ne permet aucun format au SI")]
async fn allows_no_format(world: &mut World) -> Step {
    world.change_sandbox(|process| process["siAttachmentFormatsEnabled"] = json!([])).await
}

#[when("la démarche d'essai permet de nouveau des formats au SI")]
async fn allows_formats(world: &mut World) -> Step {
    let formats = json!(["application/pdf", "application/xml", "application/json"]);
    world.change_sandbox(|process| process["siAttachmentFormatsEnabled"] = formats).await
}

#[then(expr = "ce que fait le hub d'un message hors de SENDING_MESSAGE est relevé {rule}")]
async fn records_other_message(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let (side, done) = if reply.is_success() {
        ("sending_message_only", "accepté")
    } else {
        ("any_message", "refusé")
    };
    world.record(&rule, format!("STATUS_UPDATE portant un message {done} : {}", reply.in_short()));
    world.observe_divergence("D13", side, format!("STATUS_UPDATE portant un message {done}"));
    Ok(())
}

#[given("une organisation d'essai abonnée à la démarche d'essai, sans aucun dossier")]
async fn subscribed_organization(world: &mut World) -> Step {
    // One that this run makes up: migrating an organization moves all its cases, and nobody else
    // has any there.
    let organization = world.enrol_organization().await?;
    let mut subscription = subscription_body(&world.process()?, &organization);
    subscription["status"] = json!("Actif");
    let created = world.create_subscription(Role::Admin, subscription.clone()).await?;
    let id = created.needed("abonnement de l'organisation d'essai", 201)?.text("/id").to_owned();
    let admin = world.player(Role::Admin)?;
    let put = |status: &str| {
        let mut body = subscription.clone();
        body["status"] = json!(status);
        Call::operation(Operation::UpdateSubscription, &[&id]).json(body).by(&admin)
    };
    let what = format!("l'abonnement d'essai {id}, à suspendre,");
    world.session().restorations.promise(world.scenario(), what, put("Suspendu"));
    world.send(put("Actif")).await?.needed("activation de l'abonnement d'essai", 200)?;
    world.notes.insert("source", triple(&organization));
    Ok(())
}

#[given(
    "un télédossier transmis à l'organisation d'essai, avec un événement de l'OSL, que le SI ne peut pas lire"
)]
async fn deposited_there(world: &mut World) -> Step {
    let source = world.notes.get("source").cloned().unwrap_or_default();
    let draft = world.describe_for(&source)?;
    world.create_needed(draft).await?;
    world.upload_all().await?;
    world.complete().await?;
    let case = world.case_id()?;
    world
        .send_event(Role::Osl, &case, notified("STATUS_UPDATE"))
        .await?
        .needed("événement de l'OSL", 201)?;
    // The notification of the new télédossier may still be on its way: it must be there before it
    // can be moved.
    world.need_case_status(Role::Admin, &case, "HUBEE_NOTIFIED").await?;
    world
        .read_case(Role::Si, &case)
        .await?
        .needed("lecture, par le SI, du dossier d'une autre organisation", 403)?;
    Ok(())
}

async fn migrate(world: &mut World, source: Value) -> Step {
    let target = world.player(Role::Si)?.organization.clone();
    let body = json!({ "organizationSource": source, "organizationTarget": target });
    world.send_as(Role::Admin, Call::operation(Operation::MigrateCases, &[]).json(body)).await?;
    Ok(())
}

#[when("l'administrateur migre l'organisation d'essai vers celle du SI")]
async fn migrates(world: &mut World) -> Step {
    let source = world.notes.get("source").cloned().unwrap_or_default();
    migrate(world, source).await
}

#[when("l'administrateur migre une organisation inconnue vers celle du SI")]
async fn migrates_unknown(world: &mut World) -> Step {
    let unknown = unused_organization(world.session());
    migrate(world, triple(&unknown)).await
}

#[then(expr = "la migration annonce {int} dossier(s) déplacé(s) {rule}")]
async fn counts(world: &mut World, count: u64, rule: Rule) -> Step {
    let reply = world.reply()?;
    let seen = reply.json()["caseUpdated"].as_u64();
    let observed = format!("{}, caseUpdated {seen:?}", reply.in_short());
    world.check(
        &rule,
        format!("200, caseUpdated {count}"),
        observed,
        reply.status() == 200 && seen == Some(count),
    )
}

#[then(expr = "le SI lit le dossier migré et son événement {rule}")]
async fn reads_migrated(world: &mut World, rule: Rule) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let read_case = world.read_case(Role::Si, &case).await?;
    let read_event = world.read_event(Role::Si, &case, &event).await?;
    let observed = format!("dossier {}, événement {}", read_case.in_short(), read_event.in_short());
    world.check(
        &rule,
        "dossier 200, événement 200",
        observed,
        read_case.status() == 200 && read_event.status() == 200,
    )
}

#[then(expr = "le SI trouve dans sa file la notification du télédossier migré {rule}")]
async fn finds_notifications(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let wanted = [Wanted::new_case(&case)];
    let found = world.await_notifications(Role::Si, &wanted, Some(&rule.0)).await?;
    // Nobody else will: the recipient of the deposit is no credential of ours.
    world.drop_notifications(Role::Si, &Wanted::any(&case)).await?;
    world.check(
        &rule,
        "la notification du télédossier migré",
        format!("{} notification(s)", found.len()),
        !found.is_empty(),
    )
}
