//! Words of the sizes at which buffers end and files are cut, and of bytes that are sent again.

use bytes::Bytes;
use cucumber::{given, then, when};

use super::actors::Actor;
use super::attachments_delivered::told_digest;
use super::attachments_limits::largest_allowed;
use crate::actor::{Enclosure, digest_of, files, joining};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

/// Around the buffers in use, and beyond a limit on bodies that is often left as it was.
const SIZES: [usize; 7] = [8_191, 8_192, 8_193, 65_535, 65_536, 65_537, 1_048_577];
/// Those that are tried with a binary file too.
const SIZES_OF_A_BINARY: [usize; 3] = [8_193, 65_537, 1_048_577];

/// The sizes that this hub's owner, or the démarche, does not allow.
#[derive(Clone, Default)]
struct LeftOut(Vec<usize>);

/// What was sent of a small file, and how far it came.
#[derive(Clone, Default)]
struct Small(String);

/// Bytes that were sent one after the other, and what was answered.
#[derive(Clone, Default)]
struct Again {
    first: Bytes,
    second: Bytes,
    told: Vec<String>,
}

/// Files of these formats, text and binary, of the sizes that may be sent.
async fn of_limit_sizes(world: &mut World, formats: &[String]) -> Result<Vec<Enclosure>, Stop> {
    let allowed = world.session().target.may.upload_up_to;
    let largest = largest_allowed(world).await?.unwrap_or(u64::MAX).min(allowed);
    let (sizes, left_out) = SIZES.into_iter().partition(|size| *size as u64 <= largest);
    *world.memory() = LeftOut(left_out);
    let sizes: Vec<usize> = sizes;
    let first = |text: bool| {
        let suits = |mime: &&String| files::frame(mime).is_some() && files::is_text(mime) == text;
        formats.iter().find(suits)
    };
    let seed = world.session().free_number();
    let mut made = Vec::new();
    for mime_type in [first(true), first(false)].into_iter().flatten() {
        let all = files::is_text(mime_type) || first(true).is_none();
        let tried = sizes.iter().filter(|size| all || SIZES_OF_A_BINARY.contains(size));
        let bytes = tried.filter_map(|size| files::of_size(mime_type, &seed, *size));
        made.extend(
            bytes.map(|bytes| Enclosure { mime_type: mime_type.clone(), bytes: bytes.into() }),
        );
    }
    if made.is_empty() {
        let observed = format!("formats {}, {largest} octets au plus", formats.join(", "));
        let expected = "un format XML, JSON, texte ou PDF, et 8 Kio au moins";
        return Err(Stop::broken("préparation de fichiers", expected, observed));
    }
    Ok(made)
}

fn record_left_out(world: &mut World, rule: &Rule) {
    let left_out = world.memory::<LeftOut>().0.clone();
    if !left_out.is_empty() {
        let sizes: Vec<_> = left_out.iter().map(ToString::to_string).collect();
        let observed = format!(
            "tailles non jouées, au-dessus de may.upload_up_to ou du maximum de la démarche : {} octets",
            sizes.join(", ")
        );
        world.record(rule, observed);
    }
}

#[given("un télédossier créé par l'OSL pour le SI, de fichiers aux tailles limites")]
async fn folder_of_limit_sizes(world: &mut World) -> Step {
    let formats = world.formats(Role::Osl)?;
    let made = of_limit_sizes(world, &formats).await?;
    let mut draft = world.describe_bare(&[Role::Si])?;
    let profile = world.profile()?;
    for file in made {
        let admits = |(_, mimes): &&(String, Vec<String>)| mimes.contains(&file.mime_type);
        let kind = profile.attachments.iter().find(admits).map(|(kind, _)| kind.as_str());
        draft.attach(kind.unwrap_or_default(), &file.mime_type, file.bytes, &[]);
    }
    world.create_needed(draft).await
}

#[then(expr = "chacun de ses fichiers, envoyé tel qu'annoncé, est reçu {rule}")]
async fn each_is_received(world: &mut World, rule: Rule) -> Step {
    record_left_out(world, &rule);
    for (rank, bytes) in world.deposited()?.draft.files.clone().into_iter().enumerate() {
        let size = bytes.len();
        let reply = world.upload(rank, bytes).await?;
        let verdict = world.verdict(rank).await?;
        is_received(world, &rule, size, &reply, &verdict)?;
    }
    Ok(())
}

fn is_received(world: &World, rule: &Rule, size: usize, reply: &Reply, verdict: &str) -> Step {
    world.not_too_long(rule, reply)?;
    world.check(
        rule,
        format!("{size} octets : 204, puis RECEIVED"),
        format!("{size} octets : {}, puis {verdict}", reply.in_short()),
        reply.status() == 204 && verdict == "RECEIVED",
    )
}

#[when(expr = "{actor} crée un événement de fichiers aux tailles limites")]
async fn event_of_limit_sizes(world: &mut World, actor: Actor) -> Step {
    let formats = world.formats(actor.0)?;
    let made = of_limit_sizes(world, &formats).await?;
    let case = world.case_id()?;
    world
        .join(actor.0, &case, &made, joining(&made, false))
        .await?
        .needed("création d'un événement avec pièces jointes", 201)?;
    Ok(())
}

#[then(
    expr = "chacun des fichiers de l'événement, envoyé par {actor} tel qu'annoncé, est reçu {rule}"
)]
async fn each_of_event_is_received(world: &mut World, actor: Actor, rule: Rule) -> Step {
    record_left_out(world, &rule);
    let (case, event) = (world.case_id()?, world.last_event()?);
    for (rank, (id, bytes)) in world.event_files.clone().into_iter().enumerate() {
        let size = bytes.len();
        let reply = world.upload_to_event(actor.0, &case, &event, &id, bytes).await?;
        let statuses = world.settled_event_files(actor.0, &case, &event, &[rank]).await?;
        let verdict = statuses.get(rank).cloned().unwrap_or_default();
        is_received(world, &rule, size, &reply, &verdict)?;
    }
    Ok(())
}

#[when(expr = "l'OSL dépose un fichier de {int} octet(s)")]
async fn deposits_small(world: &mut World, size: usize) -> Step {
    let mut draft = world.describe_bare(&[Role::Si])?;
    let profile = world.profile()?;
    let (kind, mime_type) = profile.first_kind();
    let bytes = Bytes::from(vec![b'1'; size]);
    draft.attach(kind, mime_type, bytes.clone(), &[]);
    let created = world.create(Role::Osl, draft).await?;
    let mut told = format!("{mime_type} de {size} octet(s) : création {}", created.status());
    if created.status() == 201 {
        let sent = world.upload(0, bytes).await?.status();
        told.push_str(&format!(", envoi {sent}, puis {}", world.verdict(0).await?));
    }
    *world.memory() = Small(told);
    Ok(())
}

/// What the hub does of a file of no byte, or of one.
pub(super) fn record_small(world: &mut World, rule: &Rule) -> Step {
    let told = world.memory::<Small>().0.clone();
    world.record(rule, told);
    Ok(())
}

/// Other bytes of the same length and format as the file of the last télédossier.
fn others(world: &World) -> Result<Bytes, Stop> {
    let file = world.describe(&[Role::Si])?.files.into_iter().next();
    file.ok_or_else(|| Stop::broken("préparation d'un fichier", "un fichier", "aucun"))
}

#[when("l'OSL envoie de nouveau le fichier, avec d'autres octets")]
async fn sends_again(world: &mut World) -> Step {
    let first = world.deposited()?.draft.files[0].clone();
    let second = others(world)?;
    let sent = world.upload(0, second.clone()).await?.status();
    let told = vec![format!("renvoi {sent}, puis {}", world.verdict(0).await?)];
    *world.memory() = Again { first, second, told };
    Ok(())
}

#[when(expr = "{actor} envoie de nouveau le fichier de l'événement, avec d'autres octets")]
async fn sends_again_to_event(world: &mut World, actor: Actor) -> Step {
    let (case, event) = (world.case_id()?, world.last_event()?);
    let (id, first) = world.event_file(1)?;
    let second = world.enclosures(actor.0, 1)?.remove(0).bytes;
    let sent = world.upload_to_event(actor.0, &case, &event, &id, second.clone()).await?.status();
    let statuses = world.settled_event_files(actor.0, &case, &event, &[0]).await?;
    let told = vec![format!("renvoi {sent}, puis {}", statuses.concat())];
    *world.memory() = Again { first, second, told };
    Ok(())
}

#[when("l'OSL envoie le fichier tronqué, puis tel qu'annoncé, puis avec d'autres octets")]
async fn sends_three_times(world: &mut World) -> Step {
    let first = world.deposited()?.draft.files[0].clone();
    let second = others(world)?;
    let mut told = Vec::new();
    for (how, bytes) in [
        ("tronqué", first.slice(..first.len() / 2)),
        ("tel qu'annoncé", first.clone()),
        ("d'autres octets", second.clone()),
    ] {
        let sent = world.upload(0, bytes).await?.status();
        told.push(format!("{how} {sent}, puis {}", world.verdict(0).await?));
    }
    *world.memory() = Again { first, second, told };
    Ok(())
}

/// Which bytes come, after others were sent again, and with which digest.
pub(super) async fn record_again(world: &mut World, rule: &Rule) -> Step {
    let Again { first, second, mut told } = world.memory::<Again>().clone();
    let case = world.case_id()?;
    let reply = if world.event_id.is_some() {
        let (event, (id, _)) = (world.last_event()?, world.event_file(1)?);
        let reader = if world.event_author == Some(Role::Si) { Role::Osl } else { Role::Si };
        world.download_from_event(reader, &case, &event, &id).await?
    } else {
        let id = world.deposited()?.attachments.first().cloned().unwrap_or_default();
        world.download(Role::Si, &case, &id).await?
    };
    told.push(match reply.status() {
        200 if reply.body == first => "les premiers octets se téléchargent".to_owned(),
        200 if reply.body == second => "les seconds octets se téléchargent".to_owned(),
        200 => "des octets jamais envoyés se téléchargent".to_owned(),
        status => format!("téléchargement {status}"),
    });
    told.push(match told_digest(&reply) {
        None => "sans empreinte".to_owned(),
        Some(digest) if digest == digest_of(&reply.body) => "empreinte exacte".to_owned(),
        Some(_) => "empreinte d'autres octets".to_owned(),
    });
    world.record(rule, told.join(" ; "));
    Ok(())
}
