//! Words of what is done at once by several callers: it leaves what the same calls, one after the
//! other, leave on that hub. How each caller is answered is free; what is there afterwards is not.

use std::collections::BTreeSet;

use bytes::Bytes;
use contract::event::EventUpdateRequest;
use contract::folder::FolderUpdateRequest;
use contract::operations::Operation;
use cucumber::{then, when};

use super::attachments_delivered::told_digest;
use crate::actor::{Draft, Wanted, digest_of, files, joining, notified};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::at_once::Pace;
use crate::roles::Role;
use crate::world::World;

/// A file that a torn write shows in: longer than a buffer.
const FILE_BYTES: usize = 65_537;
/// How many callers create the same télédossier: a hub may take each of them.
const CREATORS: usize = 3;
/// How many files of one télédossier are sent at once, and how many versions of its last one.
const FILES: usize = 4;
const VERSIONS: usize = 4;

/// What the same calls left: first one after the other, then at once, time after time.
#[derive(Clone, Default)]
struct Left {
    in_turn: usize,
    at_once: Vec<usize>,
    /// How many of each race were answered as done.
    done: Vec<usize>,
}

/// The versions that were sent of each file, by rank.
#[derive(Clone, Default)]
struct Versions(Vec<Vec<Bytes>>);

/// What became of the events of a race.
#[derive(Clone, Default)]
struct Raced(Vec<String>);

fn done(answers: &[Reply]) -> usize {
    answers.iter().filter(|answer| answer.is_success()).count()
}

/// How many notifications there are about a case, or about one of its events, once one is there and
/// the quiet time has passed.
async fn notifications(world: &mut World, role: Role, wanted: Wanted) -> Result<usize, Stop> {
    world.need_notification(role, &wanted).await?;
    tokio::time::sleep(world.session().target.limits.quiet).await;
    Ok(world.look(role, &[wanted]).await?.own.len())
}

#[when(
    expr = "un télédossier est complété {int} fois de suite, et deux autres {int} fois à la fois"
)]
async fn completed_many_times(world: &mut World, times: usize, callers: usize) -> Step {
    let mut left = Left::default();
    for (count, pace) in [(times, Pace::InTurn), (callers, Pace::AtOnce), (callers, Pace::AtOnce)] {
        let draft = world.describe(&[Role::Si])?;
        world.create_needed(draft).await?;
        world.upload_all().await?;
        let folder = world.deposited()?.id.clone();
        let call = Call::operation(Operation::UpdateFolder, &[&folder])
            .json(FolderUpdateRequest::to("HUBEE_COMPLETED"));
        let osl = world.credential(Role::Osl)?;
        let answers = world.race(&osl, vec![call; count], pace).await?;
        world.note_completion();
        let case = world.case_id()?;
        let seen = match done(&answers) {
            0 => 0,
            _ => notifications(world, Role::Si, Wanted::any(&case)).await?,
        };
        note(&mut left, pace, seen, done(&answers));
    }
    *world.memory() = left;
    Ok(())
}

fn note(left: &mut Left, pace: Pace, seen: usize, done: usize) {
    match pace {
        Pace::InTurn => left.in_turn = seen,
        Pace::AtOnce => {
            left.at_once.push(seen);
            left.done.push(done);
        }
    }
}

#[when(
    expr = "un événement de pièces jointes est émis {int} fois de suite, et deux autres {int} fois à la fois"
)]
async fn sent_many_times(world: &mut World, times: usize, callers: usize) -> Step {
    let (mut left, case) = (Left::default(), world.case_id()?);
    for (count, pace) in [(times, Pace::InTurn), (callers, Pace::AtOnce), (callers, Pace::AtOnce)] {
        let enclosures = world.enclosures(Role::Osl, 1)?;
        world
            .join(Role::Osl, &case, &enclosures, joining(&enclosures, true))
            .await?
            .needed("création d'un événement avec pièces jointes", 201)?;
        world.enclose_all(Role::Osl, &case).await?;
        let event = world.last_event()?;
        let call = Call::operation(Operation::UpdateEvent, &[&case, &event])
            .json(EventUpdateRequest::to("SENT"));
        let osl = world.credential(Role::Osl)?;
        let answers = world.race(&osl, vec![call; count], pace).await?;
        let seen = match done(&answers) {
            0 => 0,
            _ => notifications(world, Role::Si, Wanted::event(&case, &event)).await?,
        };
        note(&mut left, pace, seen, done(&answers));
    }
    *world.memory() = left;
    Ok(())
}

#[then(expr = "le SI n'est pas plus notifié à la fois que de suite {rule}")]
async fn no_more_than_in_turn(world: &mut World, rule: Rule) -> Step {
    let Left { in_turn, at_once, done } = world.memory::<Left>().clone();
    let told = |counts: &[usize]| {
        counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", puis ")
    };
    let observed =
        format!("{} notification(s), {} demande(s) acceptée(s)", told(&at_once), told(&done));
    // A hub that tells once more at each demand may tell less often when they come together.
    let most = in_turn.max(1);
    let holds = at_once.iter().all(|seen| (1..=most).contains(seen));
    world.check(&rule, format!("1 à {most} notification(s), comme de suite"), observed, holds)
}

#[when("trois clients créent à la fois un télédossier de même numéro, deux fois")]
async fn same_number_at_once(world: &mut World) -> Step {
    let osl = world.credential(Role::Osl)?;
    let mut left = Left::default();
    for (count, pace) in [(2, Pace::InTurn), (CREATORS, Pace::AtOnce), (CREATORS, Pace::AtOnce)] {
        let draft = world.describe(&[Role::Si])?;
        let call = Call::operation(Operation::CreateFolder, &[]).json(&draft.body);
        let answers = world.race(&osl, vec![call; count], pace).await?;
        let taken: Vec<Reply> =
            answers.into_iter().filter(|answer| answer.status() == 201).collect();
        for answer in &taken {
            world.remember_deposit(&osl, draft.clone(), answer);
        }
        let readable = count_readable(world, &taken, &draft).await?;
        note(&mut left, pace, taken.len(), readable);
    }
    *world.memory() = left;
    Ok(())
}

/// How many of the télédossiers that were acknowledged are there, under their number.
async fn count_readable(world: &mut World, taken: &[Reply], draft: &Draft) -> Result<usize, Stop> {
    let mut readable = 0;
    for answer in taken {
        let read = world.actor(Role::Osl)?.read_folder(answer.text("/id")).await?;
        readable += usize::from(read.text("/externalId") == draft.number());
    }
    Ok(readable)
}

#[then(
    expr = "chacun des télédossiers acceptés se lit, et il n'y en a qu'un si le hub refuse un numéro déjà pris {rule}"
)]
async fn one_of_each_number(world: &mut World, rule: Rule) -> Step {
    // Whether a number that was used is taken again is free (NUM-02, D5).
    let Left { in_turn, at_once, done } = world.memory::<Left>().clone();
    for (taken, readable) in at_once.into_iter().zip(done) {
        let right = if in_turn < 2 { taken == 1 } else { taken >= 1 };
        let expected = if in_turn < 2 { "un télédossier accepté" } else { "un au moins" };
        world.check(
            &rule,
            format!("{expected}, et lu"),
            format!("{taken} accepté(s), dont {readable} se lisent"),
            right && readable == taken,
        )?;
    }
    Ok(())
}

#[when(
    expr = "les fichiers d'un télédossier sont envoyés à la fois, le dernier en plusieurs versions"
)]
async fn uploads_at_once(world: &mut World) -> Step {
    let mut draft = world.describe_bare(&[Role::Si])?;
    let (kind, mime_type) = {
        let profile = world.profile()?;
        let (kind, mime_type) = profile.first_kind();
        (kind.to_owned(), mime_type.to_owned())
    };
    let seed = draft.number().to_owned();
    let made = |rank: usize, version: usize| {
        let seed = format!("{seed}-{rank}-{version}");
        let stretched = files::of_size(&mime_type, &seed, FILE_BYTES);
        Bytes::from(stretched.unwrap_or_else(|| files::of(&mime_type, &seed)))
    };
    let versions: Vec<Vec<Bytes>> = (0..FILES)
        .map(|rank| {
            let count = if rank + 1 == FILES { VERSIONS } else { 1 };
            (0..count).map(|version| made(rank, version)).collect()
        })
        .collect();
    for first in &versions {
        draft.attach(&kind, &mime_type, first[0].clone(), &[]);
    }
    world.create_needed(draft).await?;
    let deposited = world.deposited()?.clone();
    let calls = deposited.attachments.iter().zip(&versions).flat_map(|(file, versions)| {
        versions.iter().map(|bytes| {
            Call::operation(Operation::PutFolderAttachment, &[&deposited.id, file])
                .file(bytes.clone())
        })
    });
    let osl = world.credential(Role::Osl)?;
    let answers = world.race(&osl, calls.collect(), Pace::AtOnce).await?;
    world.replies.extend(answers);
    *world.memory() = Versions(versions);
    Ok(())
}

#[then(expr = "chaque fichier est reçu, et se télécharge tel que l'une de ses versions {rule}")]
async fn none_is_mixed(world: &mut World, rule: Rule) -> Step {
    let versions = world.memory::<Versions>().0.clone();
    for rank in 0..versions.len() {
        let verdict = world.verdict(rank).await?;
        world.check(
            &rule,
            format!("fichier {} RECEIVED", rank + 1),
            verdict.clone(),
            verdict == "RECEIVED",
        )?;
    }
    world.complete().await?;
    let case = world.case_id()?;
    world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
    for (id, sent) in world.deposited()?.attachments.clone().into_iter().zip(versions) {
        let reply = world.download(Role::Si, &case, &id).await?;
        let whole = reply.status() == 200 && sent.contains(&reply.body);
        let digest = told_digest(&reply).is_none_or(|told| told == digest_of(&reply.body));
        let observed = format!(
            "{}, {} octets{}{}",
            reply.in_short(),
            reply.body.len(),
            if whole { "" } else { ", qui ne sont ceux d'aucune version" },
            if digest { "" } else { ", sous l'empreinte d'autres octets" },
        );
        let expected = format!("l'une des {} version(s) envoyée(s)", sent.len());
        world.check(&rule, expected, observed, whole && digest)?;
    }
    Ok(())
}

#[when(expr = "l'OSL crée {int} événements à la fois, qui demandent une notification")]
async fn events_at_once(world: &mut World, count: usize) -> Step {
    let case = world.case_id()?;
    // While a completed case is not yet notified a hub may refuse events (D28).
    world.need_case_status(Role::Si, &case, "HUBEE_NOTIFIED").await?;
    let call = Call::operation(Operation::CreateEvent, &[&case]).json(notified("SENDING_MESSAGE"));
    let osl = world.credential(Role::Osl)?;
    let answers = world.race(&osl, vec![call; count], Pace::AtOnce).await?;
    let taken = answers.iter().filter(|answer| answer.status() == 201);
    *world.memory() = Raced(taken.map(|answer| answer.text("/id").to_owned()).collect());
    Ok(())
}

#[then(
    expr = "les {int} événements figurent au dossier, et le SI est notifié une fois de chacun {rule}"
)]
async fn each_event_is_there(world: &mut World, count: usize, rule: Rule) -> Step {
    let (case, raced) = (world.case_id()?, world.memory::<Raced>().0.clone());
    let wanted: Vec<_> = raced.iter().map(|event| Wanted::event(&case, event)).collect();
    world.await_notifications(Role::Si, &wanted, Some(&rule.0)).await?;
    tokio::time::sleep(world.session().target.limits.quiet).await;
    let told = world.look(Role::Si, &wanted).await?.own;
    let read = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    let shown: BTreeSet<&str> =
        read.array("/events").iter().filter_map(|event| event["id"].as_str()).collect();
    let there = raced.iter().filter(|event| shown.contains(event.as_str())).count();
    let once = wanted.iter().all(|one| told.iter().filter(|found| one.is(found)).count() == 1);
    let observed = format!(
        "{} créés, {there} au dossier, {} notification(s)",
        raced.iter().collect::<BTreeSet<_>>().len(),
        told.len()
    );
    let distinct = raced.iter().collect::<BTreeSet<_>>().len() == count;
    world.check(
        &rule,
        format!("{count} créés, {count} au dossier, {count} notifications"),
        observed,
        distinct && there == count && once,
    )
}
