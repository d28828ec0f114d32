//! Words of the delivery by several at once, and of the restart. Lost answers are in
//! [`super::lost_answers`].

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use contract::operations::Operation;
use cucumber::{then, when};
use futures::future::join_all;
use serde_json::json;

use crate::actor::{Look, Wanted, until};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::delivery::{Addressed, Reached, Sent, Workshop, deposit_and_process};
use crate::play::order::a_few;
use crate::roles::Role;
use crate::target::RestartCommand;
use crate::world::World;

/// How long a restarted hub may take to answer.
const RESTART_LIMIT: Duration = Duration::from_secs(120);

/// What was seen of many télédossiers delivered at once.
#[derive(Clone, Default)]
struct Seen {
    count: usize,
    completed: usize,
    /// What did not arrive, or not as it was sent.
    missing: Vec<String>,
    strayed: Vec<String>,
    repeated: Vec<String>,
    /// From the shortest.
    delays: Vec<Duration>,
}

/// What was acknowledged before a restart, and what of it is not there any more.
#[derive(Clone, Default)]
struct Restarted {
    sent: usize,
    completed: usize,
    lost: Vec<String>,
}

/// The SIs that play on the démarche: the first one, and a second where the target declares one.
fn recipients(world: &mut World) -> Result<Vec<Role>, Stop> {
    let mut roles = vec![Role::Si];
    if world.assign_also(Role::SecondSi) {
        roles.push(Role::SecondSi);
    }
    Ok(roles)
}

/// Télédossiers for one SI, for the other, or for both, by turns.
fn describe_many(world: &World, count: usize, roles: &[Role]) -> Result<Vec<Addressed>, Stop> {
    let mut drafts = Vec::with_capacity(count);
    for turn in 0..count {
        let chosen: Vec<Role> = match (roles, turn % 3) {
            ([_, second], 1) => vec![*second],
            ([_, _], 2) => roles.to_vec(),
            _ => vec![roles[0]],
        };
        let credentials =
            chosen.iter().map(|role| world.credential(*role)).collect::<Result<_, _>>()?;
        drafts.push((world.describe(&chosen)?, credentials));
    }
    Ok(drafts)
}

#[when(
    expr = "{int} dépôts à la fois produisent {int} télédossiers, que {int} traitements à la fois relèvent pour chaque SI"
)]
async fn many_at_once(
    world: &mut World,
    depositors: usize,
    count: usize,
    processors: usize,
) -> Step {
    let roles = recipients(world)?;
    let credentials =
        roles.iter().map(|role| world.credential(*role)).collect::<Result<Vec<_>, _>>()?;
    let drafts = describe_many(world, count, &roles)?;
    let workshop = Workshop::new(
        world.session().clone(),
        world.scenario(),
        world.credential(Role::Osl)?,
        drafts,
    );
    deposit_and_process(&workshop, depositors, processors, &credentials).await?;
    // A notification that comes again would come now.
    tokio::time::sleep(world.session().target.limits.quiet).await;
    let looks = credentials.iter().map(|credential| workshop.process(credential, || true));
    join_all(looks).await.into_iter().collect::<Result<(), Stop>>()?;

    let delays = workshop.delays();
    for delay in &delays {
        world.observe_time("de la fin du dépôt à la mise à disposition", Some("DEL-04"), *delay);
    }
    // Each takes the workshop's locks for itself: none may be held meanwhile.
    let mut missing = workshop.refusals();
    missing.extend(workshop.missing());
    let completed =
        workshop.sent.lock().iter().filter(|sent| sent.reached == Reached::Completed).count();
    let audit = workshop.audit.lock();
    missing.extend(audit.received.iter().filter_map(|received| received.defect.clone()));
    let (strayed, repeated) = (audit.strayed.clone(), audit.repeated.clone());
    drop(audit);
    *world.memory() = Seen { count, completed, missing, strayed, repeated, delays };
    Ok(())
}

#[then(
    expr = "chaque télédossier est parvenu à chacun de ses destinataires, à l'octet près {rule}"
)]
async fn all_delivered(world: &mut World, rule: Rule) -> Step {
    let Seen { count, completed, missing, .. } = world.memory::<Seen>().clone();
    let observed = if missing.is_empty() {
        format!("{completed} télédossiers délivrés")
    } else {
        a_few(&missing)
    };
    let holds = missing.is_empty() && completed == count;
    world.check(&rule, format!("{count} télédossiers délivrés"), observed, holds)
}

#[then(expr = "aucun n'est parvenu à un autre {rule}")]
async fn none_strayed(world: &mut World, rule: Rule) -> Step {
    let strayed = world.memory::<Seen>().strayed.clone();
    none(world, &rule, &strayed, "aucun télédossier chez un autre")
}

#[then(expr = "aucune notification n'est revenue après sa suppression, ni en double {rule}")]
async fn none_repeated(world: &mut World, rule: Rule) -> Step {
    let repeated = world.memory::<Seen>().repeated.clone();
    none(world, &rule, &repeated, "aucune notification revenue ni double")
}

fn none(world: &World, rule: &Rule, found: &[String], expected: &str) -> Step {
    let observed = if found.is_empty() { expected.to_owned() } else { a_few(found) };
    world.check(rule, expected, observed, found.is_empty())
}

/// How long the hub took from the end of a deposit to its delivery.
pub(super) fn record_delays(world: &mut World, rule: &Rule) -> Step {
    let milliseconds = |delay: &Duration| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    let delays: Vec<u64> = world.memory::<Seen>().delays.iter().map(milliseconds).collect();
    let Some(longest) = delays.last() else {
        world.record(rule, "aucun télédossier délivré");
        return Ok(());
    };
    let at = |share: usize| delays[(delays.len() - 1) * share / 100];
    world.record(
        rule,
        format!(
            "{} délivrances : médiane {} ms, 90 % en {} ms, maximum {longest} ms",
            delays.len(),
            at(50),
            at(90)
        ),
    );
    // Apart from the figures, which are never twice the same: what tells one hub from another.
    world.record(rule, format!("toujours à disposition {}", within(*longest)));
    Ok(())
}

/// The announced ten minutes, and what is usual below them.
fn within(longest_ms: u64) -> &'static str {
    match longest_ms {
        0..2_000 => "en moins de deux secondes",
        2_000..60_000 => "en moins d'une minute",
        60_000..=600_000 => "en dix minutes au plus",
        _ => "en plus de dix minutes",
    }
}

#[when("des télédossiers sont déposés pendant que le hub est arrêté brutalement, puis relancé")]
async fn restarted_meanwhile(world: &mut World) -> Step {
    let session = world.session().clone();
    session.journal().presence.restarting(true);
    let restarted = restart_meanwhile(world).await;
    session.journal().presence.restarting(false);
    restarted
}

async fn restart_meanwhile(world: &mut World) -> Step {
    let command = world.session().target.may.restart_command.clone();
    let command = command.ok_or_else(|| {
        Stop::broken("relance du hub", "may.restart_command", "absent du fichier de cible")
    })?;
    let drafts = describe_many(world, 40, &[Role::Si])?;
    let workshop = Workshop::new(
        world.session().clone(),
        world.scenario(),
        world.credential(Role::Osl)?,
        drafts,
    );
    let killing = async {
        // Once some are acknowledged and others under way.
        let started = Instant::now();
        while workshop.sent.lock().iter().filter(|sent| sent.reached == Reached::Completed).count()
            < 4
            && started.elapsed() < RESTART_LIMIT
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let words = match &command {
            RestartCommand::Line(line) => &["sh".to_owned(), "-c".to_owned(), line.clone()],
            RestartCommand::Program(words) => words.as_slice(),
        };
        let (program, arguments) = words.split_first().ok_or(ErrorKind::InvalidInput)?;
        let mut command = tokio::process::Command::new(program);
        command.args(arguments).stdin(std::process::Stdio::piped()).output().await
    };
    // Deposits end with the connection that breaks: what was acknowledged until then counts.
    let depositing = join_all((0..4).map(|_| workshop.deposit()));
    let (_, killed) = futures::join!(depositing, killing);
    match killed {
        Ok(output) if output.status.success() => {}
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Stop::broken(
                "relance du hub",
                "une commande qui réussit",
                format!("{} {said}", output.status),
            ));
        }
        Err(error) => {
            return Err(Stop::broken(
                "relance du hub",
                "une commande qui se lance",
                error.to_string(),
            ));
        }
    }
    wait_for_hub(world).await?;
    let sent = workshop.sent.lock().clone();
    let completed = sent.iter().filter(|sent| sent.reached == Reached::Completed).count();
    let lost = lost(world, &sent).await?;
    *world.memory() = Restarted { sent: sent.len(), completed, lost };
    Ok(())
}

/// Waits until the hub gives tokens again. Those of before are forgotten: whether they outlive a
/// restart is its business.
async fn wait_for_hub(world: &mut World) -> Step {
    let waited = until(RESTART_LIMIT, async || {
        world.session().client.tokens().forget();
        let seen = world.actor(Role::Osl)?.read_batch(&[("maxResult", "1")]).await;
        Ok::<_, Stop>(Look { done: seen.as_ref().is_ok_and(|it| it.status() == 200), seen })
    });
    waited.await?.seen?.needed("attente du hub relancé", 200)?;
    Ok(())
}

/// What was acknowledged and is not there any more. A file that was not judged yet when the hub was
/// stopped may be judged after its restart: all have the delivery limit for that.
async fn lost(world: &mut World, sent: &[Sent]) -> Result<Vec<String>, Stop> {
    let (limit, since) = (world.session().target.limits.delivery, Instant::now());
    let mut lost = Vec::new();
    for one in sent {
        let settled = until(limit.saturating_sub(since.elapsed()), async || {
            let seen = lost_of(world, one).await?;
            Ok::<_, Stop>(Look { done: seen.is_empty(), seen })
        });
        lost.extend(settled.await?.seen);
    }
    Ok(lost)
}

async fn lost_of(world: &mut World, one: &Sent) -> Result<Vec<String>, Stop> {
    let mut lost = Vec::new();
    let folder =
        world.send_as(Role::Osl, Call::operation(Operation::GetFolder, &[&one.folder])).await?;
    if folder.status() != 200 {
        return Ok(vec![format!("télédossier {} : {}", one.number, folder.in_short())]);
    }
    for (file, _) in one.files.iter().filter(|_| one.reached >= Reached::Uploaded) {
        let status = folder
            .array("/attachments")
            .iter()
            .find(|found| found["id"] == file.as_str())
            .map(|found| found["status"].clone());
        if status != Some(json!("RECEIVED")) {
            lost.push(format!("fichier de {} : {}", one.number, status.unwrap_or_default()));
        }
    }
    if lost.is_empty() && one.reached == Reached::Completed {
        lost.extend(lost_of_completed(world, one).await?);
    }
    Ok(lost)
}

async fn lost_of_completed(world: &mut World, one: &Sent) -> Result<Vec<String>, Stop> {
    let mut lost = Vec::new();
    for (case, _) in &one.cases {
        let found = world.await_notifications(Role::Si, &[Wanted::new_case(case)], None).await?;
        if found.is_empty() {
            lost.push(format!("notification de {}", one.number));
        }
        for (file, bytes) in &one.files {
            let downloaded = world.download(Role::Si, case, file).await?;
            if downloaded.status() != 200 || downloaded.body != *bytes {
                lost.push(format!(
                    "octets de {} : {}",
                    one.number,
                    downloaded.compared_with(bytes)
                ));
            }
        }
    }
    Ok(lost)
}

#[then(expr = "tout ce qui avait été acquitté est là après le redémarrage {rule}")]
async fn nothing_lost(world: &mut World, rule: Rule) -> Step {
    let Restarted { sent, completed, lost } = world.memory::<Restarted>().clone();
    if completed == 0 {
        return Err(Stop::broken(
            "dépôts avant l'arrêt",
            "au moins un télédossier terminé",
            "aucun",
        ));
    }
    let observed = if lost.is_empty() {
        format!("{sent} créés, {completed} terminés, tous là")
    } else {
        a_few(&lost)
    };
    world.check(&rule, "rien de perdu", observed, lost.is_empty())
}
