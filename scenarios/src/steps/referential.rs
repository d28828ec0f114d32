//! Words of the référentiel: an organization, a démarche, a subscription created, refused, read
//! back, changed. Lists are in [`super::referential_lists`], what is peculiar to subscriptions in
//! [`super::enrolment`].

use std::str::FromStr;

use cucumber::{given, then, when};
use gherkin::Step as Written;
use serde_json::{Value, json};

use super::actors::Actor;
use super::referential_lists;
use super::resources::{Resource, UNKNOWN_CODE, date_named};
use super::rows;
use crate::check::{Rule, Step, Stop};
use crate::client::Call;
use crate::play::bodies;
use crate::play::order::a_few;
use crate::roles::Role;
use crate::world::World;

/// A second branch of an organization of ours.
const OTHER_BRANCH: &str = "00002";
/// A branch of nobody.
const UNKNOWN_BRANCH: &str = "9ETALON9";

/// What a scenario keeps of the référentiel.
#[derive(Clone, Default)]
struct Referential {
    organization: Option<Value>,
    process: Option<Value>,
    subscription: Option<Value>,
    /// What reading back must give.
    recorded: Option<Value>,
    /// How many bent bodies were tried, and those that were not refused as invalid.
    tried: usize,
    not_refused: Vec<String>,
}

impl Referential {
    fn body(&mut self, resource: Resource) -> &mut Option<Value> {
        match resource {
            Resource::Organization => &mut self.organization,
            Resource::Process => &mut self.process,
            Resource::Subscription => &mut self.subscription,
        }
    }
}

/// An object of the référentiel, as a sentence mentions it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "object",
    regex = r"(?:une? |cette |la même |la |l')(?:organisation|démarche|abonnement)(?: nouvelle| qui n'existe pas| de la liste| d'identifiant mal formé| de cette organisation à la démarche)?"
)]
struct Object {
    resource: Resource,
    which: Which,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// One that no hub has yet.
    New,
    /// The one of this scenario.
    This,
    Unknown,
    Malformed,
    /// The first of the list.
    Listed,
}

impl FromStr for Object {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let noun = ["organisation", "démarche", "abonnement"]
            .into_iter()
            .filter_map(|noun| text.find(noun).map(|at| (at, noun)))
            .min();
        let (at, noun) = noun.ok_or_else(|| format!("« {text} » is nothing of the référentiel"))?;
        let which = match &text[at + noun.len()..] {
            "" => Which::This,
            " nouvelle" | " de cette organisation à la démarche" => Which::New,
            " qui n'existe pas" => Which::Unknown,
            " d'identifiant mal formé" => Which::Malformed,
            _ => Which::Listed,
        };
        Ok(Self { resource: noun.parse()?, which })
    }
}

/// The object of this scenario.
fn this(world: &mut World, resource: Resource) -> Result<Value, Stop> {
    world.memory::<Referential>().body(resource).clone().ok_or_else(|| {
        let plural = resource.descriptor().plural;
        Stop::broken(format!("recherche parmi les {plural}"), "celui du scénario", "aucun")
    })
}

/// The organization of this scenario.
pub(super) fn organization(world: &mut World) -> Result<Value, Stop> {
    this(world, Resource::Organization)
}

/// The id of the subscription of this scenario.
pub(super) fn subscription_id(world: &mut World) -> Result<String, Stop> {
    this(world, Resource::Subscription).map(|body| (Resource::Subscription.descriptor().id)(&body))
}

/// Draws a body that no hub has yet, which becomes that of the scenario.
async fn draw(world: &mut World, resource: Resource) -> Result<Value, Stop> {
    let organization = match resource {
        Resource::Subscription => Some(organization(world)?),
        _ => None,
    };
    let body = resource.unused(world, organization.as_ref()).await?;
    *world.memory::<Referential>().body(resource) = Some(body.clone());
    Ok(body)
}

async fn body_of(world: &mut World, object: Object) -> Result<Value, Stop> {
    match object.which {
        Which::New => draw(world, object.resource).await,
        _ => this(world, object.resource),
    }
}

/// Creates it, and remembers what reading it back must give.
pub(super) async fn create(world: &mut World, role: Role, resource: Resource, body: Value) -> Step {
    let reply = resource.create(world, role, body.clone()).await?;
    let mut created = body.clone();
    if resource == Resource::Subscription && reply.status() == 201 {
        created["id"] = json!(reply.text("/id"));
    }
    let memory = world.memory::<Referential>();
    *memory.body(resource) = Some(created);
    memory.recorded = Some(body);
    Ok(())
}

/// What reading back must give, where it is less than all that was sent.
pub(super) fn expect_back(world: &mut World, chosen: Value) {
    world.memory::<Referential>().recorded = Some(chosen);
}

#[given(expr = "{object}")]
async fn registered(world: &mut World, object: Object) -> Step {
    let body = body_of(world, object).await?;
    create(world, object.resource.descriptor().creator, object.resource, body).await?;
    world.need_success(&format!("création parmi les {}", object.resource.descriptor().plural))
}

#[when(expr = "{actor} crée {object}")]
async fn creates(world: &mut World, actor: Actor, object: Object) -> Step {
    let body = body_of(world, object).await?;
    create(world, actor.0, object.resource, body).await
}

#[when(expr = "{actor} crée la même organisation sous un autre guichet")]
async fn creates_branch(world: &mut World, actor: Actor) -> Step {
    let mut body = organization(world)?;
    body["branchCode"] = json!(OTHER_BRANCH);
    create(world, actor.0, Resource::Organization, body).await
}

#[when(expr = "{actor} lit la même organisation sous un guichet qui n'existe pas")]
async fn reads_unknown_branch(world: &mut World, actor: Actor) -> Step {
    let mut body = world.reply()?.json().clone();
    body["branchCode"] = json!(UNKNOWN_BRANCH);
    let id = (Resource::Organization.descriptor().id)(&body);
    let read = Resource::Organization.descriptor().read;
    world.send_as(actor.0, Call::operation(read, &[&id])).await?;
    Ok(())
}

#[when(expr = "{actor} crée la même organisation sous un autre nom")]
async fn creates_again(world: &mut World, actor: Actor) -> Step {
    let mut body = organization(world)?;
    body["name"] = json!("Étalon, deuxième fois");
    Resource::Organization.create(world, actor.0, body).await?;
    Ok(())
}

#[when(regex = r"^(\S+) crée ([^,]+), (?:sans donner|avec) tour à tour$")]
async fn creates_bent(world: &mut World, actor: Actor, object: Object, step: &Written) -> Step {
    let sound = body_of(world, object).await?;
    let mut not_refused = Vec::new();
    let rows = rows(step);
    for row in &rows {
        let (name, bent) = match &row[..] {
            [property] => (format!("sans {property}"), bodies::without(&sound, property)?),
            [field, value] => (format!("{field} = {value}"), bodies::with(&sound, field, value)?),
            _ => {
                return Err(Stop::broken("lecture du tableau", "une ou deux colonnes", "d'autres"));
            }
        };
        let reply = object.resource.create(world, actor.0, bent).await?;
        if reply.status() != 400 {
            not_refused.push(format!("{name} : {}", reply.in_short()));
        }
    }
    let memory = world.memory::<Referential>();
    (memory.tried, memory.not_refused) = (rows.len(), not_refused);
    Ok(())
}

#[then(expr = "chaque fois, la demande est refusée comme invalide {rule}")]
async fn all_refused(world: &mut World, rule: Rule) -> Step {
    let Referential { tried, not_refused, .. } = world.memory::<Referential>().clone();
    let observed =
        if not_refused.is_empty() { format!("400 {tried} fois") } else { a_few(&not_refused) };
    world.check(&rule, "400 à chaque fois", observed, tried > 0 && not_refused.is_empty())
}

#[when(expr = "{actor} lit {object}")]
async fn reads(world: &mut World, actor: Actor, object: Object) -> Step {
    let Object { resource, which } = object;
    let id = match (which, resource) {
        (Which::Listed, _) => referential_lists::first_id(world, actor.0, resource).await?,
        (Which::Malformed, _) => "pas-un-uuid".to_owned(),
        (Which::Unknown, Resource::Process) => UNKNOWN_CODE.to_owned(),
        (Which::Unknown, Resource::Subscription) => uuid::Uuid::new_v4().to_string(),
        (Which::New | Which::Unknown, _) => {
            (resource.descriptor().id)(&draw(world, resource).await?)
        }
        (Which::This, _) => (resource.descriptor().id)(&this(world, resource)?),
    };
    let reader = referential_lists::reader(world, actor.0, resource).await?;
    world.send(Call::operation(resource.descriptor().read, &[&id]).by(&reader)).await?;
    Ok(())
}

#[then(expr = "la relecture de {object} donne ce qui a été enregistré {rule}")]
async fn reads_back(world: &mut World, object: Object, rule: Rule) -> Step {
    let resource = object.resource;
    let sent = world.memory::<Referential>().recorded.clone().unwrap_or_default();
    let id = (resource.descriptor().id)(&this(world, resource)?);
    let call = Call::operation(resource.descriptor().read, &[&id]);
    let reply = world.send_as(Role::Admin, call).await?;
    let others: Vec<String> = sent
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name, value, &reply.json()[name.as_str()]))
        .filter(|(name, value, read)| !(resource.descriptor().same)(name, value, read))
        .map(|(name, value, read)| format!("{name} : {read} et non {value}"))
        .collect();
    let observed = match (reply.status(), others.is_empty()) {
        (200, true) => "tout ce qui a été envoyé".to_owned(),
        (200, false) => a_few(&others),
        _ => reply.in_short(),
    };
    let holds = reply.status() == 200 && others.is_empty() && sent.is_object();
    world.check(&rule, "tout ce qui a été envoyé", observed, holds)
}

#[when(expr = "{actor} modifie {object}")]
async fn changes(world: &mut World, actor: Actor, object: Object, step: &Written) -> Step {
    let Object { resource, which } = object;
    let choices = choices(world, step).await?;
    if resource == Resource::Subscription {
        return change_subscription(world, choices).await;
    }
    let mut body = match which {
        Which::This => this(world, resource)?,
        _ => resource.unused(world, None).await?,
    };
    if (which, resource) == (Which::Unknown, Resource::Process) {
        body["code"] = json!(UNKNOWN_CODE);
    }
    put(&mut body, &choices);
    let id = (resource.descriptor().id)(&body);
    let read = Call::operation(resource.descriptor().read, &[&id]);
    let before = world.send_as(actor.0, read).await?.json().clone();
    let call = Call::operation(resource.descriptor().update, &[&id]).json(body.clone());
    world.send_as(actor.0, call).await?;
    let memory = world.memory::<Referential>();
    *memory.body(resource) = Some(body.clone());
    // What is changed was still created when it was.
    for name in ["createDateTime", "creationDateTime"] {
        if before[name].is_string() {
            body[name] = before[name].clone();
        }
    }
    memory.recorded = Some(body);
    Ok(())
}

/// Replaces the subscription of the scenario, its status left out: its date alone decides.
async fn change_subscription(world: &mut World, choices: Value) -> Step {
    let id = subscription_id(world)?;
    let chosen = choices.clone();
    let change = move |body: &mut Value| {
        put(body, &chosen);
        super::enrolment::without_status(body);
    };
    world.change_subscription(&id, true, change).await?;
    expect_back(world, choices);
    Ok(())
}

/// The fields that a step's table gives values to: a text, a date named by its distance, or
/// anything else as JSON writes it.
pub(super) async fn choices(world: &mut World, step: &Written) -> Result<Value, Stop> {
    let mut choices = json!({});
    for row in rows(step) {
        let [field, value] = &row[..] else {
            return Err(Stop::broken(
                "lecture du tableau",
                "un champ et une valeur",
                "autre chose",
            ));
        };
        choices[field] = if field.ends_with("DateTime") {
            let date = date_named(world.hub_now().await?, value);
            json!(date.ok_or_else(|| {
                Stop::broken("lecture du tableau", "« hier » ou « avant-hier »", value)
            })?)
        } else {
            serde_json::from_str(value).unwrap_or_else(|_| json!(value))
        };
    }
    Ok(choices)
}

/// Puts values in place of those of a body.
pub(super) fn put(body: &mut Value, choices: &Value) {
    for (name, value) in choices.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
}
