//! Words of the enrolment of an SI (contract §9, cinématique 3): its subscription created, chosen,
//! activated, suspended, refused. Only the sandbox démarche is subscribed to. Lists are in
//! [`super::subscriptions`].

use contract::operations::Operation;
use cucumber::{given, then, when};
use gherkin::Step as Written;
use serde_json::{Value, json};

use super::organizations::{ORGANIZATION, organization};
use super::rows;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::bodies;
use crate::play::order::a_few;
use crate::play::referential::{Outcome, subscription_body, triple};
use crate::roles::Role;
use crate::world::World;

const SUBSCRIPTION: &str = "enrolment/subscription";
const CHOICES: &str = "enrolment/choices";
const ACTIVATION: &str = "enrolment/activation";
const ACCEPTED: &str = "enrolment/accepted";
const REASON: &str = "SIRET non habilité pour cette démarche";

fn subscription(world: &World) -> Result<String, Stop> {
    let id = world.notes.get(SUBSCRIPTION).and_then(Value::as_str).map(str::to_owned);
    id.ok_or_else(|| Stop::broken("recherche de l'abonnement", "un abonnement créé", "aucun"))
}

fn remember(world: &mut World, reply: &Reply) {
    if reply.status() == 201 {
        world.notes.insert(SUBSCRIPTION, json!(reply.text("/id")));
    }
}

#[given("une organisation nouvelle")]
async fn new_organization(world: &mut World) -> Step {
    let body = world.enrol_organization().await?;
    world.notes.insert(ORGANIZATION, body);
    Ok(())
}

#[given("une organisation nouvelle, abonnée à la démarche par DataPass")]
async fn new_subscriber(world: &mut World) -> Step {
    new_organization(world).await?;
    subscribe(world).await?;
    world.need_success("abonnement d'une organisation")
}

#[when("DataPass abonne cette organisation à la démarche")]
async fn subscribe(world: &mut World) -> Step {
    let body = subscription_body(&world.process()?, &organization(world)?);
    let reply = world.create_subscription(Role::Datapass, body).await?;
    remember(world, &reply);
    Ok(())
}

#[when("DataPass enregistre le refus de l'abonnement de cette organisation, avec un motif")]
async fn register_refusal(world: &mut World) -> Step {
    let mut body = subscription_body(&world.process()?, &organization(world)?);
    body["status"] = json!("Refusé");
    body["rejectionReason"] = json!(REASON);
    body["rejectDateTime"] = json!(world.hub_now().await?);
    let reply = world.create_subscription(Role::Datapass, body).await?;
    remember(world, &reply);
    Ok(())
}

#[when("DataPass abonne cette organisation à la démarche, avec tour à tour")]
async fn subscribe_malformed(world: &mut World, step: &Written) -> Step {
    let sound = subscription_body(&world.process()?, &organization(world)?);
    let mut bent = Vec::new();
    for row in rows(step) {
        if let [field, value] = &row[..] {
            bent.push((format!("{field} = {value}"), bodies::with(&sound, field, value)?));
        }
    }
    try_each(world, bent).await
}

#[when("DataPass abonne cette organisation à la démarche, sans donner tour à tour")]
async fn subscribe_incomplete(world: &mut World, step: &Written) -> Step {
    let sound = subscription_body(&world.process()?, &organization(world)?);
    let mut bent = Vec::new();
    for row in rows(step) {
        if let [property] = &row[..] {
            bent.push((format!("sans {property}"), bodies::without(&sound, property)?));
        }
    }
    try_each(world, bent).await
}

async fn try_each(world: &mut World, bodies: Vec<(String, Value)>) -> Step {
    let mut others = Vec::new();
    for (name, body) in bodies {
        let reply = world.create_subscription(Role::Datapass, body).await?;
        if reply.status() != 400 {
            others.push(format!("{name} : {}", reply.in_short()));
        }
    }
    world.notes.insert(ACCEPTED, json!(others));
    Ok(())
}

#[then(expr = "toutes ces demandes d'abonnement sont refusées comme invalides {rule}")]
async fn all_refused(world: &mut World, rule: Rule) -> Step {
    let others = super::auth::texts(world.notes.get(ACCEPTED));
    let observed = if others.is_empty() { "400 à chacune".to_owned() } else { a_few(&others) };
    world.check(&rule, "400 à chacune", observed, others.is_empty())
}

#[then(expr = "l'abonnement est créé {rule}")]
async fn created(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[201])
}

#[then(expr = "l'abonnement est refusé comme existant déjà {rule}")]
async fn already_exists(world: &mut World, rule: Rule) -> Step {
    super::organizations::refused_as_existing(world, &rule)
}

#[then(expr = "l'abonnement est refusé par le hub {rule}")]
async fn refused(world: &mut World, rule: Rule) -> Step {
    // Which status is not said (SFD-1.2.2 §2.3.3).
    let reply = world.reply()?;
    let refused = (400..500).contains(&reply.status()) && !matches!(reply.status(), 401 | 429);
    world.check(&rule, "un refus", reply.in_short(), refused)
}

async fn subscriptions_of_organization(world: &mut World) -> Result<usize, Stop> {
    let organization = organization(world)?;
    let (process, wanted) = (world.process()?, triple(&organization));
    let register = organization["companyRegister"].as_str().unwrap_or_default().to_owned();
    let query = [("processCode", process.as_str()), ("companyRegister", register.as_str())];
    let list = world.list_subscriptions(Role::Admin, &query).await?;
    if list.status() == 404 {
        return Ok(0);
    }
    let list = list.needed("lecture des abonnements", 200)?;
    Ok(list.array("").iter().filter(|found| triple(&found["subscriber"]) == wanted).count())
}

#[then(expr = "l'organisation n'a aucun abonnement à la démarche {rule}")]
async fn has_none(world: &mut World, rule: Rule) -> Step {
    let count = subscriptions_of_organization(world).await?;
    world.check(&rule, "aucun abonnement", format!("{count} abonnement(s)"), count == 0)
}

#[then(expr = "l'organisation n'a qu'un abonnement à la démarche {rule}")]
async fn has_one(world: &mut World, rule: Rule) -> Step {
    let count = subscriptions_of_organization(world).await?;
    world.check(&rule, "un abonnement", format!("{count} abonnement(s)"), count == 1)
}

async fn read_back(world: &mut World) -> Result<Reply, Stop> {
    let id = subscription(world)?;
    world
        .send_as(Role::Admin, Call::operation(Operation::GetSubscription, &[&id]))
        .await?
        .needed("relecture de l'abonnement", 200)
}

#[then(expr = "l'abonnement a le statut {word} {rule}")]
async fn has_status(world: &mut World, status: String, rule: Rule) -> Step {
    let reply = read_back(world).await?;
    let seen = reply.text("/status");
    world.check(&rule, &status, seen, seen == status)
}

#[then(expr = "la relecture de l'abonnement montre le refus et son motif {rule}")]
async fn refusal_is_kept(world: &mut World, rule: Rule) -> Step {
    let reply = read_back(world).await?;
    let (status, reason) = (reply.text("/status"), reply.text("/rejectionReason"));
    world.check(
        &rule,
        format!("Refusé, « {REASON} »"),
        format!("{status}, « {reason} »"),
        status == "Refusé" && reason == REASON,
    )
}

#[when(
    "l'administrateur choisit le mode d'accès, la fréquence, l'adresse et la date d'activation de l'abonnement"
)]
async fn choose(world: &mut World) -> Step {
    let yesterday = world.hub_now().await?.plus_seconds(-24 * 60 * 60);
    put_choices(
        world,
        json!({
            "accessMode": "PORTAIL",
            "notificationFrequency": "unitaire",
            "email": "guichet@example.org",
            "activateDateTime": yesterday,
        }),
    )
    .await
}

#[when("l'administrateur change d'avis sur ces modalités de l'abonnement")]
async fn choose_again(world: &mut World) -> Step {
    let before = world.hub_now().await?.plus_seconds(-48 * 60 * 60);
    put_choices(
        world,
        json!({
            "accessMode": "SFTP",
            "notificationFrequency": "aucune",
            "email": "autre-guichet@example.org",
            "activateDateTime": before,
        }),
    )
    .await
}

/// Replaces the subscription, its status left out: the date alone decides.
async fn put_choices(world: &mut World, choices: Value) -> Step {
    let id = subscription(world)?;
    let chosen = choices.clone();
    world
        .change_subscription(&id, true, move |body| {
            for (name, value) in chosen.as_object().into_iter().flatten() {
                body[name] = value.clone();
            }
            without_status(body);
        })
        .await?;
    world.notes.insert(CHOICES, choices);
    Ok(())
}

fn without_status(body: &mut Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.remove("status");
    }
}

#[then(expr = "la relecture de l'abonnement montre ces choix {rule}")]
async fn choices_are_kept(world: &mut World, rule: Rule) -> Step {
    let put = world.reply()?.clone();
    world.check(&rule, "200 à la modification", put.in_short(), put.status() == 200)?;
    let reply = read_back(world).await?;
    let choices = world.notes.get(CHOICES).cloned().unwrap_or_default();
    let other = choices
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| !same(value, &reply.json()[name.as_str()]));
    let others: Vec<String> =
        other.map(|(name, _)| format!("{name} : {}", reply.json()[name.as_str()])).collect();
    let observed = if others.is_empty() { choices.to_string() } else { a_few(&others) };
    world.check(&rule, choices.to_string(), observed, others.is_empty())
}

/// Dates are compared by their instants, to the second; texts by case or not, as frequencies are.
fn same(sent: &Value, read: &Value) -> bool {
    let (Some(sent), Some(read)) = (sent.as_str(), read.as_str()) else {
        return sent == read;
    };
    let instant = |text: &str| {
        text.parse::<contract::timestamp::Timestamp>().map(|date| date.unix_ms() / 1000).ok()
    };
    match (instant(sent), instant(read)) {
        (Some(sent), Some(read)) => sent == read,
        _ => sent.eq_ignore_ascii_case(read),
    }
}

#[when("l'administrateur fixe à demain l'activation de l'abonnement")]
async fn activate_tomorrow(world: &mut World) -> Step {
    let tomorrow = world.hub_now().await?.plus_seconds(24 * 60 * 60);
    activate_at(world, json!(tomorrow)).await?;
    world.notes.insert(ACTIVATION, json!(tomorrow));
    Ok(())
}

async fn activate_at(world: &mut World, date: Value) -> Step {
    let id = subscription(world)?;
    let change = move |body: &mut Value| {
        body["activateDateTime"] = date;
        without_status(body);
    };
    world
        .change_subscription(&id, true, change)
        .await?
        .needed("modification de l'abonnement", 200)?;
    Ok(())
}

#[when("la date d'activation de l'abonnement arrive")]
async fn activation_comes(world: &mut World) -> Step {
    let date =
        world.notes.get(ACTIVATION).and_then(Value::as_str).and_then(|date| date.parse().ok());
    let date: contract::timestamp::Timestamp =
        date.ok_or_else(|| Stop::broken("date d'activation", "une date", "aucune"))?;
    if world.may_move_clock() {
        // It takes effect at 00:01 of that day (contract §6): on a clock that has just passed
        // midnight, a minute later.
        return world.advance_clock_to(date.plus_seconds(2 * 60)).await;
    }
    // Where time cannot be moved, the date is: yesterday is past as tomorrow will be.
    let yesterday = world.hub_now().await?.plus_seconds(-24 * 60 * 60);
    activate_at(world, json!(yesterday)).await
}

#[then(expr = "un télédossier pour cette organisation est refusé {rule}")]
async fn refused_for_organization(world: &mut World, rule: Rule) -> Step {
    let draft = world.describe_for(&organization(world)?)?;
    world.create(Role::Osl, draft).await?;
    world.check_status(&rule, &[400])
}

#[then(expr = "un télédossier pour cette organisation est accepté {rule}")]
async fn accepted_for_organization(world: &mut World, rule: Rule) -> Step {
    let draft = world.describe_for(&organization(world)?)?;
    deposit_is_taken(world, &rule, draft).await
}

async fn deposit_is_taken(
    world: &mut World,
    rule: &Rule,
    draft: crate::play::deposit::Draft,
) -> Step {
    let outcome = world.try_deposit(draft).await?;
    let observed = match &outcome {
        Outcome::Taken => "le télédossier accepté".to_owned(),
        Outcome::Refused(why) => format!("refusé {why}"),
    };
    world.check(rule, "le télédossier accepté", observed, outcome == Outcome::Taken)
}

#[when("l'administrateur suspend l'abonnement du SI")]
async fn suspend(world: &mut World) -> Step {
    set_status_of_si(world, "Suspendu").await
}

#[when("l'administrateur réactive l'abonnement du SI")]
async fn reactivate(world: &mut World) -> Step {
    set_status_of_si(world, "Actif").await
}

async fn set_status_of_si(world: &mut World, status: &'static str) -> Step {
    let si = json!(world.player(Role::Si)?.organization);
    let process = world.process()?;
    let found = world.subscription_of(Role::Admin, &process, &si).await?;
    let id = found["id"].as_str().unwrap_or_default().to_owned();
    world
        .change_subscription(&id, false, |body| body["status"] = json!(status))
        .await?
        .needed("modification de l'abonnement", 200)?;
    Ok(())
}

#[then(expr = "un télédossier pour le SI est refusé {rule}")]
async fn refused_for_si(world: &mut World, rule: Rule) -> Step {
    let draft = world.describe(&[Role::Si])?;
    world.create(Role::Osl, draft).await?;
    world.check_status(&rule, &[400])
}

#[then(expr = "un télédossier pour le SI est accepté {rule}")]
async fn accepted_for_si(world: &mut World, rule: Rule) -> Step {
    let draft = world.describe(&[Role::Si])?;
    deposit_is_taken(world, &rule, draft).await
}

#[when("l'administrateur désactive la démarche aux abonnements")]
async fn deactivate_process(world: &mut World) -> Step {
    world.change_sandbox(|process| process["isActivated"] = json!(false)).await
}

#[when("l'administrateur rouvre la démarche aux abonnements")]
async fn reactivate_process(world: &mut World) -> Step {
    world.change_sandbox(|process| process["isActivated"] = json!(true)).await
}
