//! Words of what is played on the démarche and organizations of the sandbox alone: a démarche or a
//! subscription changed for one scenario, what deposits then meet (contract §6, "Folder creation"),
//! and the migration of an organization. The référentiel is put back afterwards.

use std::str::FromStr;

use contract::operations::Operation;
use cucumber::{given, then, when};
use gherkin::Step as Written;
use serde_json::{Value, json};

use super::referential::{choices, put};
use crate::actor::{Draft, Wanted, files, notified};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::referential::{Outcome, subscription_body, triple, unused_organization};
use crate::roles::Role;
use crate::world::World;

/// What a scenario keeps of the sandbox.
#[derive(Clone, Default)]
struct Sandbox {
    /// The organization that is migrated.
    source: Value,
    /// What became of the last deposit.
    outcome: Option<Outcome>,
}

#[when("l'administrateur modifie la démarche d'essai")]
async fn changes_process(world: &mut World, step: &Written) -> Step {
    let choices = choices(world, step).await?;
    world.change_sandbox(|process| put(process, &choices)).await
}

#[when(expr = "l'administrateur ajoute le type de pièce {string} à ceux de la démarche d'essai")]
async fn admits_kind(world: &mut World, kind: String) -> Step {
    world
        .change_sandbox(|process| {
            if let Some(kinds) = process["attachmentTypesEnabled"].as_array_mut() {
                kinds.push(json!(kind));
            }
        })
        .await
}

#[when(expr = "l'administrateur donne à l'abonnement du SI le statut {string}")]
async fn subscription_becomes(world: &mut World, status: String) -> Step {
    let process = world.process()?;
    let organization = json!(world.credential(Role::Si)?.organization);
    let subscription = world.subscription_of(Role::Admin, &process, &organization).await?;
    let id = subscription["id"].as_str().unwrap_or_default().to_owned();
    let is_active = status == "Actif";
    let change = |body: &mut Value| {
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

/// Deposits a télédossier of the sandbox with one file of a type and length.
async fn deposit(world: &mut World, kind: Option<&str>, length: usize) -> Step {
    let mut draft: Draft = world.describe_bare(&[Role::Si])?;
    let profile = world.profile()?;
    let (known, mime_type) = profile.first_kind();
    let mut bytes = files::of(mime_type, draft.body["externalId"].as_str().unwrap_or_default());
    // Blanks at the end of a document change nothing of its kind.
    bytes.resize(length.max(bytes.len()), b'\n');
    draft.attach(kind.unwrap_or(known), mime_type, bytes, &[]);
    let outcome = world.try_deposit(draft).await?;
    world.memory::<Sandbox>().outcome = Some(outcome);
    Ok(())
}

#[when(expr = "l'OSL dépose un télédossier avec une pièce de type {string}")]
async fn deposits_kind(world: &mut World, kind: String) -> Step {
    deposit(world, Some(&kind), 0).await
}

#[when(expr = "l'OSL dépose un télédossier avec une pièce de {int} octets")]
async fn deposits_length(world: &mut World, length: usize) -> Step {
    deposit(world, None, length).await
}

/// What a deposit must meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(name = "verdict", regex = r"accepté|refusé")]
pub(super) enum Verdict {
    Accepted,
    Refused,
}

impl FromStr for Verdict {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "accepté" => Ok(Self::Accepted),
            "refusé" => Ok(Self::Refused),
            _ => Err(format!("« {text} » is no verdict")),
        }
    }
}

/// Holds what became of a deposit against what must.
pub(super) fn judge(world: &World, rule: &Rule, verdict: Verdict, outcome: &Outcome) -> Step {
    let expected = match verdict {
        Verdict::Accepted => "le télédossier accepté",
        Verdict::Refused => "un refus, au plus tard à la complétude",
    };
    let holds = (*outcome == Outcome::Taken) == (verdict == Verdict::Accepted);
    world.check(rule, expected, outcome.in_french(), holds)
}

#[then(expr = "ce dépôt est {verdict} {rule}")]
async fn deposit_is(world: &mut World, verdict: Verdict, rule: Rule) -> Step {
    let outcome = world.memory::<Sandbox>().outcome.clone();
    let outcome =
        outcome.ok_or_else(|| Stop::broken("lecture du dépôt", "un dépôt tenté", "aucun"))?;
    judge(world, &rule, verdict, &outcome)
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
    let admin = world.credential(Role::Admin)?;
    let put = |status: &str| {
        let mut body = subscription.clone();
        body["status"] = json!(status);
        Call::operation(Operation::UpdateSubscription, &[&id]).json(body).by(&admin)
    };
    let what = format!("l'abonnement d'essai {id}, à suspendre,");
    world.session().restorations.promise(world.scenario(), what, put("Suspendu"));
    world.send(put("Actif")).await?.needed("activation de l'abonnement d'essai", 200)?;
    world.memory::<Sandbox>().source = triple(&organization);
    Ok(())
}

#[given(
    "un télédossier transmis à l'organisation d'essai, avec un événement de l'OSL, que le SI ne peut pas lire"
)]
async fn deposited_there(world: &mut World) -> Step {
    let source = world.memory::<Sandbox>().source.clone();
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

#[when(
    regex = "^l'administrateur migre (l'organisation d'essai|une organisation inconnue) vers celle du SI$"
)]
async fn migrates(world: &mut World, which: String) -> Step {
    let source = match which.as_str() {
        "l'organisation d'essai" => world.memory::<Sandbox>().source.clone(),
        _ => triple(&unused_organization(world.session())),
    };
    let target = world.credential(Role::Si)?.organization.clone();
    let body = json!({ "organizationSource": source, "organizationTarget": target });
    world.send_as(Role::Admin, Call::operation(Operation::MigrateCases, &[]).json(body)).await?;
    Ok(())
}

#[then(expr = "la migration annonce {int} dossier(s) déplacé(s) {rule}")]
async fn counts(world: &mut World, count: u64, rule: Rule) -> Step {
    let reply = world.reply()?;
    let seen = reply.json()["caseUpdated"].as_u64();
    let told = seen.map_or_else(|| "absent".to_owned(), |seen| seen.to_string());
    let observed = format!("{}, caseUpdated {told}", reply.in_short());
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
