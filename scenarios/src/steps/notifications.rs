//! Words of the notifications: batches, emptying a queue, deletion, what a notification says.

use std::str::FromStr;

use cucumber::{given, then, when};
use serde_json::Value;

use super::actors::Actor;
use super::notification_contents::filtered;
use crate::actor::{Wanted, notified};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::play::queues::{counted, order_of};
use crate::roles::Role;
use crate::world::World;

/// How many notifications a batch counts when nothing is asked for.
const USUAL_BATCH: usize = 25;

/// What the batches of this scenario showed.
#[derive(Clone, Default)]
struct Batches {
    /// How many notifications the last one counted.
    counted: usize,
    /// The size that was asked for last, as written.
    size: String,
    /// How often each wanted notification was given.
    given: Vec<usize>,
    /// Deletions that were refused.
    refused: Vec<String>,
    /// Ids of ours, look after look.
    seen: Vec<Vec<Value>>,
}

/// The notification that is deleted: its id, which may be gone the next time.
#[derive(Clone, Default)]
struct Deleted(Option<String>);

/// How a queue is read, in the words that follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Whole,
    WithDetails,
    WithDetailsOfProcess,
    Filtered(Filter),
}

/// By which démarches a queue is filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    First,
    Other,
    BothRepeated,
    BothJoined,
    Unknown,
    Beginning,
}

impl FromStr for Reading {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text.trim_start() {
            "" => Self::Whole,
            "avec le détail des événements" => Self::WithDetails,
            "avec le détail des événements, pour la démarche" => Self::WithDetailsOfProcess,
            "pour une démarche inconnue" => Self::Filtered(Filter::Unknown),
            "pour le début d'un code de démarche" => Self::Filtered(Filter::Beginning),
            "pour la première démarche" => Self::Filtered(Filter::First),
            "pour l'autre démarche" => Self::Filtered(Filter::Other),
            "pour les deux démarches, le paramètre étant répété" => {
                Self::Filtered(Filter::BothRepeated)
            }
            "pour les deux démarches, les codes joints par une virgule" => {
                Self::Filtered(Filter::BothJoined)
            }
            other => return Err(format!("« {other} » is no way of reading a queue")),
        })
    }
}

/// Deposits a télédossier for the SI and adds events of the OSL, so as to cause `count`
/// notifications.
async fn cause(world: &mut World, count: usize) -> Step {
    world.deposit(&[Role::Si]).await?;
    let case = world.case_id()?;
    let mut wanted = vec![Wanted::new_case(&case)];
    for _ in 1..count {
        let event = world.send_event(Role::Osl, &case, notified("STATUS_UPDATE")).await?;
        wanted.push(Wanted::event(&case, event.needed("événement de l'OSL", 201)?.text("/id")));
    }
    world.wanted = wanted;
    Ok(())
}

#[given(
    expr = "un télédossier transmis au SI, et assez d'événements pour que {int} notifications l'attendent"
)]
async fn waiting_notifications(world: &mut World, count: usize) -> Step {
    cause(world, count).await?;
    let wanted = world.wanted.clone();
    let found = world.await_notifications(Role::Si, &wanted, None).await?;
    if found.len() < count {
        return Err(Stop::broken(
            "attente des notifications",
            format!("{count} notifications"),
            found.len().to_string(),
        ));
    }
    Ok(())
}

#[given(
    expr = "un télédossier complet, et assez d'événements de l'OSL pour causer {int} notifications"
)]
async fn caused_notifications(world: &mut World, count: usize) -> Step {
    cause(world, count).await
}

#[given(
    regex = r"^un télédossier complet sur une démarche peu fréquentée(?:, et (\d+) événements de l'OSL, notifiés au SI)?$"
)]
async fn caused_in_a_quiet_queue(world: &mut World, events: String) -> Step {
    let Ok(count) = events.parse::<usize>() else {
        // Where nobody else reads, what goes is gone because of us.
        world.move_to_a_quiet_process(1)?;
        return world.deposit(&[Role::Si]).await;
    };
    // Where the queue holds our own alone, a hub that passes over one of them has no other to pass
    // over instead.
    world.move_to_a_quiet_process(0)?;
    cause(world, count + 1).await?;
    // That of the télédossier comes last, whatever it says: what a notification says is for other
    // rules.
    world.wanted.remove(0);
    world.wanted.push(Wanted::any(&world.case_id()?));
    Ok(())
}

#[when(regex = r"^le SI relève un lot de (?:(\d+) )?notifications?(?: au plus)?$")]
async fn reads_batch(world: &mut World, size: String) -> Step {
    let seen = match size.parse() {
        Ok(count) => world.read_full_batch(Role::Si, count, &[("maxResult", &size)]).await?,
        Err(_) => world.read_full_batch(Role::Si, USUAL_BATCH, &[]).await?,
    };
    world.memory::<Batches>().counted = seen;
    Ok(())
}

#[then(expr = "le lot compte {int} notification(s) {rule}")]
async fn batch_counts(world: &mut World, count: usize, rule: Rule) -> Step {
    let seen = world.memory::<Batches>().counted;
    world.check(
        &rule,
        format!("{count} notifications"),
        format!("{seen} notifications"),
        seen == count,
    )
}

#[when(regex = r"^le SI relève un lot de taille « (.+) »$")]
async fn read_batch_of_any_size(world: &mut World, size: String) -> Step {
    world.memory::<Batches>().size.clone_from(&size);
    world.read_batch(Role::Si, &[("maxResult", &size)]).await?;
    Ok(())
}

/// What the hub does of a size of batch that is no natural number.
pub(super) fn record_batch_size(world: &mut World, rule: &Rule) -> Step {
    let size = world.memory::<Batches>().size.clone();
    let reply = world.reply()?;
    let observed = match reply.status() {
        200 => format!("maxResult={size} donne un lot de {}", reply.array("").len()),
        _ => format!("maxResult={size} : {}", reply.in_short()),
    };
    world.record(rule, observed);
    Ok(())
}

#[when(
    expr = "le SI relève sa file par lots de {int} et supprime les siennes une à une, jusqu'à n'en plus trouver"
)]
async fn empties(world: &mut World, size: u32) -> Step {
    let wanted = world.wanted.clone();
    let rule = "NOT-04"
        .try_into()
        .map_err(|_| Stop::broken("lecture de la règle", "NOT-04", "inconnue"))?;
    let emptied = world.empty_queue(Role::Si, size, &wanted, &rule).await?;
    let batches = world.memory::<Batches>();
    (batches.given, batches.refused) = (emptied.given, emptied.refused);
    Ok(())
}

#[then(expr = "chacune des notifications causées a été donnée une fois et une seule {rule}")]
async fn each_given_once(world: &mut World, rule: Rule) -> Step {
    let Batches { given, refused, .. } = world.memory::<Batches>().clone();
    let observed = match refused.first() {
        None => counted(&given),
        Some(refusal) => format!("{} ; une suppression a reçu {refusal}", counted(&given)),
    };
    let holds = refused.is_empty() && given.iter().all(|times| *times == 1);
    world.check(&rule, format!("{} notifications, chacune une fois", given.len()), observed, holds)
}

#[then(expr = "ces notifications y sont toutes, sans que leur ordre compte {rule}")]
async fn order_is_free(world: &mut World, rule: Rule) -> Step {
    let batch = world.reply()?.array("");
    let own: Vec<&Value> =
        batch.iter().filter(|found| world.wanted.iter().any(|one| one.is(found))).collect();
    let all = world.wanted.iter().all(|one| own.iter().any(|found| one.is(found)));
    let dates: Vec<String> =
        own.iter().map(|found| found["dateTime"].as_str().unwrap_or_default().to_owned()).collect();
    let observed = format!("{} reconnues, {}", own.len(), order_of(&dates));
    world.check(
        &rule,
        format!("{} notifications, quel que soit leur ordre", world.wanted.len()),
        observed,
        all,
    )
}

#[when("le SI relève sa file jusqu'à y voir la notification du télédossier, puis deux fois encore")]
async fn reads_three_times(world: &mut World) -> Step {
    let wanted = Wanted::any(&world.case_id()?);
    world.need_notification(Role::Si, &wanted).await?;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let sight = world.look(Role::Si, std::slice::from_ref(&wanted)).await?;
        seen.push(sight.own.iter().map(|found| found["id"].clone()).collect::<Vec<_>>());
    }
    world.memory::<Batches>().seen = seen;
    Ok(())
}

#[then(expr = "la notification du télédossier y était chaque fois, la même {rule}")]
async fn still_there(world: &mut World, rule: Rule) -> Step {
    let seen = world.memory::<Batches>().seen.clone();
    // How many there are is for others to say (FOL-19).
    let same =
        seen.windows(2).all(|pair| pair[0] == pair[1]) && seen.iter().all(|ids| !ids.is_empty());
    let counts: Vec<_> = seen.iter().map(|ids| ids.len().to_string()).collect();
    world.check(
        &rule,
        "la même notification à chaque lecture",
        format!("vue {} fois", counts.join(", puis ")),
        same,
    )
}

/// The id of the first notification that the scenario caused, in a role's queue.
pub(super) async fn first(world: &mut World, role: Role) -> Result<String, Stop> {
    let wanted = world.wanted.first().cloned();
    let wanted = wanted.ok_or_else(|| {
        Stop::broken("recherche d'une notification", "une notification attendue", "aucune")
    })?;
    id_of(world, role, &wanted).await
}

/// The id of the notification of the télédossier, in a role's queue: the same one each time.
pub(super) async fn of_the_folder(world: &mut World, role: Role) -> Result<String, Stop> {
    match world.memory::<Deleted>().0.clone() {
        Some(id) => Ok(id),
        None => {
            let wanted = Wanted::any(&world.case_id()?);
            id_of(world, role, &wanted).await
        }
    }
}

async fn id_of(world: &mut World, role: Role, wanted: &Wanted) -> Result<String, Stop> {
    let notification = world.need_notification(role, wanted).await?;
    let id = notification["id"].as_str().unwrap_or_default().to_owned();
    world.memory::<Deleted>().0 = Some(id.clone());
    Ok(id)
}

#[then(expr = "la notification supprimée ne revient plus, l'autre attend toujours {rule}")]
async fn only_the_other_waits(world: &mut World, rule: Rule) -> Step {
    let wanted = world.wanted.clone();
    let own = world.settled_queue(Role::Si, &wanted, &rule.0).await?;
    let deleted = world.memory::<Deleted>().0.clone();
    let came_back = own.iter().any(|found| found["id"].as_str() == deleted.as_deref());
    let other_waits = wanted.get(1).is_some_and(|one| own.iter().any(|found| one.is(found)));
    let observed = format!("la supprimée {}, l'autre {}", shown(came_back), shown(other_waits));
    world.check(
        &rule,
        "la supprimée absente, l'autre présente",
        observed,
        !came_back && other_waits,
    )
}

/// How the reports say whether something was seen.
pub(super) const fn shown(is_there: bool) -> &'static str {
    if is_there { "présente" } else { "absente" }
}

#[when(
    regex = r"^(l'OSL|le SI|le second SI) relève sa file((?: avec le détail des événements(?:, pour la démarche)?| pour la première démarche| pour l'autre démarche| pour une démarche inconnue| pour le début d'un code de démarche| pour les deux démarches, .+)?)$"
)]
async fn reads_queue(world: &mut World, actor: Actor, reading: Reading) -> Step {
    let most = world.session().target.limits.max_batch.to_string();
    let process = world.process()?;
    let mut query = vec![("maxResult", most.as_str())];
    match reading {
        Reading::Filtered(filter) => return filtered(world, actor.0, filter).await,
        Reading::WithDetails => query.push(("eventDetails", "true")),
        Reading::WithDetailsOfProcess => {
            query.extend([("eventDetails", "true"), ("processCode", process.as_str())]);
        }
        Reading::Whole => {}
    }
    world.read_batch(actor.0, &query).await?.needed("lecture des notifications", 200)?;
    Ok(())
}
