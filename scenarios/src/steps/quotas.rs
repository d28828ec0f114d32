//! Words of the quotas of a gateway: calls within them, calls beyond them, and what becomes of
//! others meanwhile. How many calls that takes is in [`crate::quotas`].

use std::time::Duration;

use contract::operations::Operation;
use contract::quota::{Amount, Quota};
use cucumber::{given, then, when};

use super::actors::Actor;
use crate::actor::silent;
use crate::check::{Rule, Step, Stop};
use crate::client::{Admission, Call, Reply};
use crate::play::at_once::Pace;
use crate::play::ownership::differences;
use crate::play::quotas::{Exceeded, Within, harmless};
use crate::quotas::told::{self, Seen, Told};
use crate::quotas::{about, share};
use crate::roles::Role;
use crate::world::World;

/// How often a window may end before the call that is to fall into it.
const ATTEMPTS: usize = 5;
/// Calls within the quota whose headers are read.
const CALLS_READ: u64 = 4;

/// What was seen within the quotas: each operation that was tried.
#[derive(Clone, Default)]
struct Kept(Vec<(Operation, Within)>);

/// What became of a change beyond the quota.
#[derive(Clone, Default)]
struct Changing {
    exceeded: Option<Exceeded>,
    answer: Option<Reply>,
    changes: Vec<String>,
}

/// What is kept of an application that exceeds its quota.
#[derive(Clone, Default)]
struct Exceeding {
    /// The token that it had.
    token: String,
    /// What somebody else, or another method, was answered meanwhile.
    meanwhile: Option<Reply>,
    /// What its headers told.
    seen: Option<Seen>,
}

fn is_served(reply: &Reply) -> bool {
    reply.status() != 429
}

fn recorded(world: &World, rule: &Rule, who: &str, reply: &Reply) -> Step {
    let seen = if is_served(reply) { "servi" } else { "refusé par quota" };
    world.decided_by(reply);
    world.record(rule, format!("{who} : {seen}"));
    Ok(())
}

fn nothing_seen() -> Stop {
    Stop::broken("dépassement d'un quota", "une réponse", "aucune")
}

#[given("des quotas que rien n'entame")]
#[when("la fenêtre du quota est passée")]
#[when("que la fenêtre du quota est passée")]
async fn windows_pass(world: &mut World) -> Step {
    world.let_windows_pass().await;
    Ok(())
}

#[when(
    expr = "{actor} fait, l'une après l'autre, presque autant de demandes que ses quotas le permettent"
)]
async fn keeps_within(world: &mut World, actor: Actor) -> Step {
    let credential = world.credential(actor.0)?;
    for operation in world.tried_within(actor.0) {
        let within = world.keep_within(&credential, operation).await?;
        world.memory::<Kept>().0.push((operation, within));
    }
    Ok(())
}

#[then(expr = "aucune demande n'est refusée par quota {rule}")]
async fn none_is_refused(world: &mut World, rule: Rule) -> Step {
    let kept = world.memory::<Kept>().0.clone();
    if kept.is_empty() {
        let reason = "toutes les méthodes de lecture du rôle ont un quota à elles";
        return Err(world.inconclusive(&rule.0, reason));
    }
    for (operation, within) in &kept {
        let passed = format!("{operation} : {} demandes servies", within.passed);
        let Some(refused) = &within.refused else {
            world.check(&rule, "aucune demande refusée", passed, true)?;
            continue;
        };
        world.decided_by(refused);
        if let Some(doubt) = doubt(world, *operation, within) {
            return Err(world.inconclusive(&rule.0, format!("{passed}, puis un refus : {doubt}")));
        }
        let observed = format!("{passed}, puis {}", refused.in_short());
        world.check(&rule, "aucune demande refusée", observed, false)?;
    }
    Ok(())
}

/// Why a refusal within the quotas may be right all the same.
fn doubt(world: &World, operation: Operation, within: &Within) -> Option<&'static str> {
    let session = world.session();
    let mut all = about(&session.target.quotas, operation);
    let is_long = |quota: &Quota| quota.window > session.patience;
    if all.clone().any(|quota| matches!(quota.amount, Amount::Bytes(_))) {
        return Some("ce que la passerelle compte d'octets par demande n'est pas connu");
    }
    (all.any(is_long) && !within.served_later)
        .then_some("un quota plus long que --patience était peut-être déjà épuisé")
}

#[when("le SI, au-delà de son quota, ajoute un événement au dossier")]
async fn changes_beyond(world: &mut World) -> Step {
    let (si, exceedable) = (world.credential(Role::Si)?, world.exceedable(Role::Si)?);
    let case = world.case_id()?;
    let adding = Call::operation(Operation::CreateEvent, &[&case]).json(silent("COM_ADD"));
    let adding = adding.admitted(Admission::Beyond(exceedable.quota));
    let mut changing = Changing::default();
    for _ in 0..ATTEMPTS {
        let before = world.state(Role::Osl).await?;
        let exceeded = world.exceed(&si, &exceedable).await?;
        let was_refused = exceeded.refused.is_some();
        changing.exceeded = Some(exceeded);
        if !was_refused {
            break;
        }
        let answer = world.once(&si, &adding).await?;
        world.let_windows_pass().await;
        if !is_served(&answer) {
            changing.changes = differences(&before, &world.state(Role::Osl).await?);
            changing.answer = Some(answer);
            break;
        }
    }
    *world.memory() = changing;
    Ok(())
}

#[then(expr = "l'événement est refusé par quota, et le dossier est tel qu'avant {rule}")]
async fn refused_and_not_done(world: &mut World, rule: Rule) -> Step {
    let Changing { exceeded, answer, changes } = world.memory::<Changing>().clone();
    let exceeded = exceeded.ok_or_else(nothing_seen)?;
    let Some(answer) = answer else {
        return Err(never_refused(world, &rule, &exceeded));
    };
    world.decided_by(&answer);
    world.check(&rule, "429", answer.in_short(), true)?;
    let observed = if changes.is_empty() { "le même".to_owned() } else { changes.join(" ; ") };
    world.check(&rule, "l'état d'avant", observed, changes.is_empty())
}

/// Calls beyond the quota passed: all of them, or the one that was to be refused, each time.
fn never_refused(world: &World, rule: &Rule, exceeded: &Exceeded) -> Stop {
    let seconds = exceeded.time.as_secs_f64();
    let observed = format!("{} demandes servies en {seconds:.1} s", exceeded.passed.len());
    if exceeded.proven {
        match world.check(rule, "429", observed, false) {
            Err(stop) => return stop,
            Ok(()) => return nothing_seen(),
        }
    }
    let reason = match exceeded.refused {
        Some(_) => "une fenêtre s'est chaque fois terminée avant l'événement".to_owned(),
        None => format!("{observed} : trop peu pour dépasser le quota (limits.rate, réseau lent)"),
    };
    world.inconclusive(&rule.0, reason)
}

#[when("le SI dépasse son quota, et que l'OSL fait une demande pendant ce temps")]
async fn exceeds_beside(world: &mut World) -> Step {
    let (si, osl) = (world.credential(Role::Si)?, world.credential(Role::Osl)?);
    if si.client_id == osl.client_id {
        let observed = "le SI et l'OSL sont la même application";
        return Err(Stop::broken("dépassement d'un quota", "deux applications", observed));
    }
    let exceedable = world.exceedable(Role::Si)?;
    let scenario = world.scenario().to_owned();
    let token = world.session().client.token_of(&si, Some(&scenario)).await?;
    let other = harmless(Operation::ListNotifications).admitted(Admission::Tried);
    let answer = world.while_exceeded(&si, &exceedable, (&osl, other)).await?;
    let memory = world.memory::<Exceeding>();
    (memory.token, memory.meanwhile) = (token, Some(answer));
    Ok(())
}

#[then(expr = "l'on relève si l'OSL est servi {rule}")]
async fn records_neighbour(world: &mut World, rule: Rule) -> Step {
    let meanwhile = world.memory::<Exceeding>().meanwhile.clone().ok_or_else(nothing_seen)?;
    recorded(world, &rule, "une autre application", &meanwhile)
}

#[then(expr = "l'on relève si le jeton du SI est toujours bon {rule}")]
async fn records_token(world: &mut World, rule: Rule) -> Step {
    let token = world.memory::<Exceeding>().token.clone();
    let call = harmless(Operation::ListNotifications).bearer(token);
    let reply = world.send(call).await?;
    let seen = if reply.status() == 401 { "refusé" } else { "toujours bon" };
    world.record(&rule, format!("le jeton d'avant le dépassement : {seen}"));
    Ok(())
}

#[when("le SI dépasse son quota")]
async fn exceeds(world: &mut World) -> Step {
    let (si, exceedable) = (world.credential(Role::Si)?, world.exceedable(Role::Si)?);
    world.need_exceeded(&si, &exceedable).await.map(drop)
}

#[then(expr = "l'on relève si le SI est de nouveau servi {rule}")]
async fn records_return(world: &mut World, rule: Rule) -> Step {
    let (si, exceedable) = (world.credential(Role::Si)?, world.exceedable(Role::Si)?);
    let call = harmless(exceedable.operation).admitted(Admission::Tried);
    let reply = world.once(&si, &call).await?;
    recorded(world, &rule, "après la fenêtre", &reply)
}

#[when("le SI fait quelques demandes, puis dépasse son quota")]
async fn reads_headers(world: &mut World) -> Step {
    let (si, exceedable) = (world.credential(Role::Si)?, world.exceedable(Role::Si)?);
    let quota = exceedable.quota;
    let call = harmless(exceedable.operation);
    let calls = usize::try_from(share(&quota).0.min(CALLS_READ)).unwrap_or(1);
    let tried = vec![call.clone().admitted(Admission::Tried); calls];
    let within = world.race(&si, tried, Pace::AtOnce).await?;
    let refused = Told::of(&world.need_exceeded(&si, &exceedable).await?);
    let patience = world.session().patience;
    let served_after = match refused.retry_after.filter(|wait| *wait <= patience) {
        None => None,
        Some(wait) => {
            tokio::time::sleep(wait + Duration::from_millis(50)).await;
            let again = call.admitted(Admission::Beyond(quota));
            Some(is_served(&world.once(&si, &again).await?))
        }
    };
    let within = within.iter().filter(|reply| is_served(reply)).map(Told::of).collect();
    world.memory::<Exceeding>().seen = Some(Seen { within, refused, served_after });
    Ok(())
}

#[then(expr = "l'on relève si les en-têtes de quota sont là, et disent vrai {rule}")]
async fn records_headers(world: &mut World, rule: Rule) -> Step {
    let seen = world.memory::<Exceeding>().seen.clone().ok_or_else(nothing_seen)?;
    let operation = world.exceedable(Role::Si)?.operation;
    let quotas: Vec<_> = about(&world.session().target.quotas, operation).copied().collect();
    let defects = told::defects(&seen, &quotas);
    let observed = match defects.as_slice() {
        [] => "Retry-After et RateLimit présents, et justes".to_owned(),
        some => some.join(" ; "),
    };
    world.record(&rule, observed);
    Ok(())
}

#[when("le quota d'une méthode est dépassé, et qu'une autre méthode est demandée pendant ce temps")]
async fn exceeds_a_method(world: &mut World) -> Step {
    let (role, exceedable, other) = world.exceedable_method(&[Role::Si, Role::Osl])?;
    let credential = world.credential(role)?;
    let other = harmless(other).admitted(Admission::Tried);
    let answer = world.while_exceeded(&credential, &exceedable, (&credential, other)).await?;
    world.memory::<Exceeding>().meanwhile = Some(answer);
    Ok(())
}

#[then(expr = "l'on relève si l'autre méthode est servie {rule}")]
async fn records_other_method(world: &mut World, rule: Rule) -> Step {
    let meanwhile = world.memory::<Exceeding>().meanwhile.clone().ok_or_else(nothing_seen)?;
    recorded(world, &rule, "une autre méthode", &meanwhile)
}
