//! Words of the enrolment of an SI (contract §9, cinématique 3): its subscription refused,
//! activated at its date, and what télédossiers then meet. Only the sandbox démarche is subscribed
//! to. What subscriptions share with the rest of the référentiel is in [`super::referential`].

use std::time::Duration;

use contract::operations::Operation;
use contract::timestamp::Timestamp;
use cucumber::{then, when};
use serde_json::{Value, json};

use super::folders_life::west;
use super::folders_refused::expect_mistakes;
use super::referential::{create, expect_back, organization, put, subscription_id};
use super::resources::Resource;
use super::sandbox::Verdict;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::referential::{subscription_body, triple};
use crate::roles::Role;
use crate::world::World;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// What a scenario keeps of an enrolment.
#[derive(Clone, Default)]
struct Enrolment {
    /// When the subscription is to take effect.
    activation: Option<Timestamp>,
    /// It is due, and not seen to have taken effect where only the hub's own time could tell.
    awaits_batch: bool,
}

#[when("DataPass enregistre le refus de l'abonnement de cette organisation, avec un motif")]
async fn register_refusal(world: &mut World) -> Step {
    let mut body = subscription_body(&world.process()?, &organization(world)?);
    let refusal = json!({
        "status": "Refusé",
        "rejectionReason": "SIRET non habilité pour cette démarche",
        "rejectDateTime": west(world.hub_now().await?),
    });
    put(&mut body, &refusal);
    create(world, Role::Datapass, Resource::Subscription, body).await?;
    expect_back(world, refusal);
    Ok(())
}

#[when(
    "DataPass crée l'abonnement de cette organisation à la démarche, toutes ses propriétés remplies"
)]
async fn creates_whole(world: &mut World) -> Step {
    let organization = organization(world)?;
    let mut body = subscription_body(&world.process()?, &organization);
    let now = world.hub_now().await?;
    let day = |days: i64| west(now.plus_seconds(days * DAY_SECONDS));
    let all = json!({
        // Beyond 32 bits: an int64 (contract §5).
        "datapassId": 1_u64 << 40,
        "validateDateTime": day(-1),
        "activateDateTime": day(1),
        "endDateTime": day(365),
        "delegationActor": {
            "firstName": "Claude",
            "lastName": "Étalon",
            "email": "delegataire@example.org",
            "function": "Éditeur",
            "phoneNumber": "0400000001",
            "mobileNumber": "+33600000001",
            "type": "EDT",
            "companyRegister": organization["companyRegister"],
            "branchCode": organization["branchCode"],
        },
    });
    put(&mut body, &all);
    // An empty number counts as none.
    put(
        &mut body["localAdministrator"],
        &json!({ "phoneNumber": "", "mobileNumber": "+33600000000" }),
    );
    create(world, Role::Datapass, Resource::Subscription, body).await
}

#[when(regex = r"^l'administrateur renvoie l'abonnement tel qu'il l'a lu(, sans son statut)?$")]
async fn sends_back(world: &mut World, lacking: String) -> Step {
    let id = subscription_id(world)?;
    let read = world
        .send_as(Role::Admin, Call::operation(Operation::GetSubscription, &[&id]))
        .await?
        .needed("lecture de l'abonnement", 200)?;
    let mut body = read.json().clone();
    if lacking.is_empty() {
        // A date of creation that moved shows, even where dates are whole seconds.
        tokio::time::sleep(Duration::from_secs(1)).await;
    } else {
        without_status(&mut body);
    }
    let call = Call::operation(Operation::UpdateSubscription, &[&id]).json(body.clone());
    world.send_as(Role::Admin, call).await?;
    if let Some(fields) = body.as_object_mut() {
        fields.remove("updateDateTime");
    }
    expect_back(world, body);
    Ok(())
}

#[when("DataPass crée un abonnement sans démarche, ni abonné, ni numéro de demande")]
async fn creates_with_many_faults(world: &mut World) -> Step {
    let si = json!(world.credential(Role::Si)?.organization);
    let mut body = subscription_body(&world.process()?, &si);
    let lacking = ["processCode", "subscriber", "datapassId"];
    if let Some(members) = body.as_object_mut() {
        members.retain(|name, _| !lacking.contains(&name.as_str()));
    }
    expect_mistakes(world, &lacking);
    let call = Call::operation(Operation::CreateSubscription, &[]).json(body);
    world.send_as(Role::Datapass, call).await?;
    Ok(())
}

#[then(expr = "l'organisation compte {int} abonnement(s) à la démarche {rule}")]
async fn has_subscriptions(world: &mut World, wanted: usize, rule: Rule) -> Step {
    let organization = organization(world)?;
    let process = world.process()?;
    let register = organization["companyRegister"].as_str().unwrap_or_default();
    let query = [("processCode", process.as_str()), ("companyRegister", register)];
    let list = world.list_subscriptions(Role::Admin, &query).await?;
    // An empty list may be a 404 (contract §6).
    let found = if list.status() == 404 {
        0
    } else {
        let list = list.needed("lecture des abonnements", 200)?;
        let of = triple(&organization);
        list.array("").iter().filter(|found| triple(&found["subscriber"]) == of).count()
    };
    let told = |count: usize| format!("{count} abonnement(s)");
    world.check(&rule, told(wanted), told(found), found == wanted)
}

#[then(expr = "l'abonnement a le statut {word} {rule}")]
async fn has_status(world: &mut World, status: String, rule: Rule) -> Step {
    let id = subscription_id(world)?;
    let reply = world
        .send_as(Role::Admin, Call::operation(Operation::GetSubscription, &[&id]))
        .await?
        .needed("relecture de l'abonnement", 200)?;
    let seen = reply.text("/status");
    if status == ACTIVE && seen != ACTIVE && !world.may_move_clock() {
        world.memory::<Enrolment>().awaits_batch = true;
        world.record(&rule, format!("« {seen} » à la date d'activation : {BY_BATCH}"));
        return Ok(());
    }
    world.check(&rule, &status, seen, seen == status)
}

/// What a hub may do by night that a run in daytime does not see (contract §6, "Subscriptions").
const BY_BATCH: &str = "un traitement de nuit peut l'activer";
const ACTIVE: &str = "Actif";

#[when("l'administrateur fixe à demain l'activation de l'abonnement")]
async fn activate_tomorrow(world: &mut World) -> Step {
    let tomorrow = world.hub_now().await?.plus_seconds(DAY_SECONDS);
    activate_at(world, tomorrow).await?;
    world.memory::<Enrolment>().activation = Some(tomorrow);
    Ok(())
}

async fn activate_at(world: &mut World, date: Timestamp) -> Step {
    let id = subscription_id(world)?;
    let change = move |body: &mut Value| {
        body["activateDateTime"] = json!(date);
        without_status(body);
    };
    world
        .change_subscription(&id, true, change)
        .await?
        .needed("modification de l'abonnement", 200)?;
    Ok(())
}

pub(super) fn without_status(body: &mut Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("status");
    }
}

#[when("la date d'activation de l'abonnement arrive")]
async fn activation_comes(world: &mut World) -> Step {
    let date = world.memory::<Enrolment>().activation;
    let date = date.ok_or_else(|| Stop::broken("date d'activation", "une date", "aucune"))?;
    if world.may_move_clock() {
        // It takes effect at 00:01 of that day (contract §6): on a clock that has just passed
        // midnight, a minute later.
        return world.advance_clock_to(date.plus_seconds(2 * 60)).await;
    }
    // Where time cannot be moved, the date is: yesterday is past as tomorrow will be.
    let yesterday = world.hub_now().await?.plus_seconds(-DAY_SECONDS);
    activate_at(world, yesterday).await
}

#[then(
    regex = r"^un télédossier pour (cette organisation|le SI) est (accepté|refusé) (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn deposit_for(world: &mut World, whom: String, verdict: Verdict, rule: Rule) -> Step {
    let draft = match whom.as_str() {
        "le SI" => world.describe(&[Role::Si])?,
        _ => {
            let organization = organization(world)?;
            world.describe_for(&organization)?
        }
    };
    match verdict {
        Verdict::Accepted => {
            let outcome = world.try_deposit(draft).await?;
            if world.memory::<Enrolment>().awaits_batch {
                world.record(&rule, format!("{} : {BY_BATCH}", outcome.in_french()));
                return Ok(());
            }
            super::sandbox::judge(world, &rule, verdict, &outcome)
        }
        Verdict::Refused => {
            world.create(Role::Osl, draft).await?;
            world.check_status(&rule, &[400])
        }
    }
}
