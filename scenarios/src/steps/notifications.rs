//! Words of the notifications: batches, emptying a queue, deletion, what a notification says.

use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::actors::Actor;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::play::events::notified;
use crate::play::notifications::Wanted;
use crate::play::queues::{counted, order_of};
use crate::roles::Role;
use crate::world::World;

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
    expr = "un télédossier complet sur une démarche peu fréquentée, et {int} événements de l'OSL, notifiés au SI"
)]
async fn caused_in_a_quiet_queue(world: &mut World, count: usize) -> Step {
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

#[given("un télédossier complet, sur une démarche peu fréquentée")]
async fn deposited_in_a_quiet_queue(world: &mut World) -> Step {
    // Where nobody else reads, what goes is gone because of us.
    world.move_to_a_quiet_process(1)?;
    world.deposit(&[Role::Si]).await
}

#[when("le SI relève un lot de notifications")]
async fn read_default_batch(world: &mut World) -> Step {
    let seen = world.read_full_batch(Role::Si, 25, &[]).await?;
    world.notes.insert("counted", json!(seen));
    Ok(())
}

#[when(expr = "le SI relève un lot de {int} notification(s) au plus")]
async fn read_sized_batch(world: &mut World, size: usize) -> Step {
    let seen = world.read_full_batch(Role::Si, size, &[("maxResult", &size.to_string())]).await?;
    world.notes.insert("counted", json!(seen));
    Ok(())
}

#[then(expr = "le lot compte {int} notification(s) {rule}")]
async fn batch_counts(world: &mut World, count: usize, rule: Rule) -> Step {
    let seen: usize = remembered(world, "counted");
    world.check(
        &rule,
        format!("{count} notifications"),
        format!("{seen} notifications"),
        seen == count,
    )
}

#[when(regex = r"^le SI relève un lot de taille « (.+) »$")]
async fn read_batch_of_any_size(world: &mut World, size: String) -> Step {
    world.notes.insert("size", json!(size));
    world.read_batch(Role::Si, &[("maxResult", &size)]).await?;
    Ok(())
}

#[then(expr = "ce que fait le hub de cette taille de lot est relevé {rule}")]
async fn odd_size_recorded(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    let size = world.notes.get("size").and_then(Value::as_str).unwrap_or_default();
    let observed = match reply.status() {
        200 => format!("maxResult={size} donne un lot de {}", reply.array("").len()),
        _ => format!("maxResult={size} : {}", reply.in_short()),
    };
    world.record(&rule, observed);
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
    world.notes.insert("given", json!(emptied.given));
    world.notes.insert("refused", json!(emptied.refused));
    Ok(())
}

#[then(expr = "chacune des notifications causées a été donnée une fois et une seule {rule}")]
async fn each_given_once(world: &mut World, rule: Rule) -> Step {
    let given: Vec<usize> = remembered(world, "given");
    let refused: Vec<String> = remembered(world, "refused");
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

fn remembered<T: serde::de::DeserializeOwned + Default>(world: &World, name: &str) -> T {
    world
        .notes
        .get(name)
        .cloned()
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default()
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
    world.notes.insert("seen", json!(seen));
    Ok(())
}

#[then(expr = "la notification du télédossier y était chaque fois, la même {rule}")]
async fn still_there(world: &mut World, rule: Rule) -> Step {
    let seen: Vec<Vec<Value>> = remembered(world, "seen");
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

#[when("le SI supprime la première de ces notifications")]
async fn deletes_the_first(world: &mut World) -> Step {
    let wanted = world.wanted.first().cloned();
    let wanted = wanted.ok_or_else(|| {
        Stop::broken("recherche d'une notification", "une notification attendue", "aucune")
    })?;
    let id = id_of(world, &wanted).await?;
    world.delete_notification(Role::Si, &id).await?;
    Ok(())
}

/// The id of a notification of the SI; remembered, for it may be gone the next time.
async fn id_of(world: &mut World, wanted: &Wanted) -> Result<String, Stop> {
    let notification = world.need_notification(Role::Si, wanted).await?;
    let id = notification["id"].as_str().unwrap_or_default().to_owned();
    world.notes.insert("notification", json!(id));
    Ok(id)
}

#[then(expr = "la suppression est confirmée sans contenu {rule}")]
async fn deletion_confirmed(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])
}

#[then(expr = "la notification supprimée ne revient plus, l'autre attend toujours {rule}")]
async fn only_the_other_waits(world: &mut World, rule: Rule) -> Step {
    let wanted = world.wanted.clone();
    let own = world.settled_queue(Role::Si, &wanted, &rule.0).await?;
    let deleted = world.notes.get("notification").cloned().unwrap_or_default();
    let came_back = own.iter().any(|found| found["id"] == deleted);
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

#[when("le SI supprime la notification du télédossier")]
async fn deletes_own(world: &mut World) -> Step {
    let known = world.notes.get("notification").and_then(Value::as_str).map(str::to_owned);
    let id = match known {
        Some(id) => id,
        None => {
            let wanted = Wanted::any(&world.case_id()?);
            id_of(world, &wanted).await?
        }
    };
    world.delete_notification(Role::Si, &id).await?;
    Ok(())
}

#[when("le SI supprime une notification d'identifiant inconnu")]
async fn deletes_unknown(world: &mut World) -> Step {
    let id = uuid::Uuid::new_v4().to_string();
    world.delete_notification(Role::Si, &id).await?;
    Ok(())
}

#[when("le SI supprime une notification dont l'identifiant n'est pas un UUID")]
async fn deletes_malformed(world: &mut World) -> Step {
    world.delete_notification(Role::Si, "pas-un-uuid").await?;
    Ok(())
}

#[when(expr = "{actor} relève sa file")]
async fn reads_queue(world: &mut World, actor: Actor) -> Step {
    let most = world.session().target.limits.max_batch.to_string();
    world
        .read_batch(actor.0, &[("maxResult", &most)])
        .await?
        .needed("lecture des notifications", 200)?;
    Ok(())
}

#[when(expr = "{actor} relève sa file avec le détail des événements")]
async fn reads_queue_with_details(world: &mut World, actor: Actor) -> Step {
    let most = world.session().target.limits.max_batch.to_string();
    world
        .read_batch(actor.0, &[("maxResult", &most), ("eventDetails", "true")])
        .await?
        .needed("lecture des notifications", 200)?;
    Ok(())
}
