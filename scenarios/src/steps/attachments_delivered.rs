//! Words of the files an SI downloads: the very bytes, its own files, and none that was not
//! received (contract §6, "Case attachment").

use std::collections::BTreeSet;

use bytes::Bytes;
use cucumber::{given, then, when};

use super::actors::Actor;
use super::words::words;
use super::{attachments_limits, events_files};
use crate::actor::{Enclosure, Wanted, digest_of, files, joining};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Reply;
use crate::roles::Role;
use crate::world::World;

/// Ranks of the files of a télédossier for two: the first SI's, the second's, both's.
const FIRST_ONLY: usize = 0;
const SECOND_ONLY: usize = 1;
const BOTH: usize = 2;

#[given("un télédossier transmis aux deux SI, avec une pièce pour chacun et une pour les deux")]
async fn one_file_each_and_one_for_both(world: &mut World) -> Step {
    let mut draft = world.describe_bare(&[Role::Si, Role::SecondSi])?;
    let profile = world.profile()?;
    let (kind, mime_type) = profile.first_kind();
    for (rank, cases) in [&[0_usize][..], &[1], &[0, 1]].into_iter().enumerate() {
        let seed = format!("{}-{rank}", world.session().free_number());
        draft.attach(kind, mime_type, files::of(mime_type, &seed), cases);
    }
    world.create_needed(draft).await?;
    world.upload_all().await?;
    world.complete().await?;
    for (role, case) in [Role::Si, Role::SecondSi].into_iter().zip(world.deposited()?.cases.clone())
    {
        world.need_notification(role, &Wanted::new_case(&case)).await?;
    }
    Ok(())
}

/// Two files of one name: ids, bytes, and the event that joins them if one does.
#[derive(Clone)]
struct Namesakes {
    event: Option<String>,
    files: Vec<(String, Bytes)>,
}

#[when("l'OSL transmet au SI deux fichiers de même nom")]
async fn hands_over_namesakes(world: &mut World) -> Step {
    let mut draft = world.describe(&[Role::Si])?;
    let (bytes, mut announced) = (draft.files[0].clone(), draft.body["attachments"][0].clone());
    // Their sizes tell them apart in answers.
    let mime_type = announced["mimeType"].as_str().unwrap_or_default();
    let other: Bytes = files::of(mime_type, &format!("{}-et-un-autre", draft.number())).into();
    announced["size"] = other.len().into();
    if let Some(attachments) = draft.body["attachments"].as_array_mut() {
        attachments.push(announced);
    }
    draft.files = vec![bytes, other];
    // Whether two files may have one name is not said.
    if world.create(Role::Osl, draft).await?.status() == 201 {
        world.upload_all().await?;
        world.complete().await?;
        let case = world.case_id()?;
        world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
        let files = sent(world)?;
        *world.memory() = Some(Namesakes { event: None, files });
    }
    Ok(())
}

#[when("le SI joint au dossier deux fichiers de même nom")]
async fn joins_namesakes(world: &mut World) -> Step {
    let (case, seed) = (world.case_id()?, world.session().free_number());
    let of = |seed: &str| Enclosure::of("application/xml", seed);
    let enclosures = [of(&seed), of(&format!("{seed}-et-un-autre"))];
    let mut body = joining(&enclosures, false);
    body["attachments"][1]["fileName"] = body["attachments"][0]["fileName"].clone();
    if world.join(Role::Si, &case, &enclosures, body).await?.status() == 201 {
        world.emit_files(Role::Si, &case).await?;
        let files = world.event_files.clone();
        *world.memory() = Some(Namesakes { event: Some(world.last_event()?), files });
    }
    Ok(())
}

#[then(
    expr = "{actor} télécharge les octets de chacun, à moins que le hub ne les ait refusés {rule}"
)]
async fn downloads_namesakes(world: &mut World, actor: Actor, rule: Rule) -> Step {
    let Some(Namesakes { event, files }) = world.memory::<Option<Namesakes>>().clone() else {
        let refused = world.reply()?.in_short();
        world.record(&rule, format!("deux fichiers de même nom refusés : {refused}"));
        return Ok(());
    };
    let case = world.case_id()?;
    for (id, bytes) in files {
        let reply = match &event {
            Some(event) => world.download_from_event(actor.0, &case, event, &id).await?,
            None => world.download(actor.0, &case, &id).await?,
        };
        is_the_file(world, &rule, &reply, &bytes)?;
    }
    Ok(())
}

#[then(expr = "le fichier a été envoyé, et se télécharge, en flux d'octets {rule}")]
async fn as_octets(world: &mut World, rule: Rule) -> Step {
    let sent_as = world.replies.iter().find(|reply| reply.exchange.method == "PUT").map(|reply| {
        let kind = reply.exchange.request_header("content-type").unwrap_or_default().to_owned();
        (kind, reply.status())
    });
    let (kind, status) =
        sent_as.ok_or_else(|| Stop::broken("relecture de l'envoi", "un envoi", "aucun"))?;
    world.check(
        &rule,
        "envoi en application/octet-stream pris",
        format!("{status} pour {kind}"),
        status == 204 && is_octets(&kind),
    )?;
    let case = world.case_id()?;
    let attachment = sent(world)?.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let reply = world.download(Role::Si, &case, &attachment).await?;
    let kind = reply.header("content-type").unwrap_or("aucun").to_owned();
    world.check(
        &rule,
        "200 en application/octet-stream",
        format!("{} en {kind}", reply.in_short()),
        reply.status() == 200 && is_octets(&kind),
    )
}

#[then(expr = "chaque SI ne voit dans son dossier que ses propres pièces jointes {rule}")]
async fn own_files_only(world: &mut World, rule: Rule) -> Step {
    let (cases, ids) = (world.deposited()?.cases.clone(), world.deposited()?.attachments.clone());
    for (role, case, own) in
        [(Role::Si, &cases[0], FIRST_ONLY), (Role::SecondSi, &cases[1], SECOND_ONLY)]
    {
        let reply = world.read_case(role, case).await?.needed("lecture du dossier", 200)?;
        let seen: BTreeSet<_> =
            reply.array("/attachments").iter().filter_map(|file| file["id"].as_str()).collect();
        let wanted = BTreeSet::from([ids[own].as_str(), ids[BOTH].as_str()]);
        let observed = format!(
            "{} pièces jointes, dont {} des siennes",
            seen.len(),
            seen.intersection(&wanted).count()
        );
        world.check(
            &rule,
            format!("les 2 pièces jointes de {}", role.in_french()),
            observed,
            seen == wanted,
        )?;
    }
    Ok(())
}

words! {
    /// Whether something is in somebody's power.
    enum Can in "can" {
        Yes => "peut",
        No => "ne peut pas",
    }
}

words! {
    /// A file that may be downloaded, or several.
    enum File in "file" {
        EachDeposited => "chaque fichier déposé",
        Received => "le fichier reçu",
        Other => "l'autre fichier",
        Own => "son propre fichier",
        OfSecondSi => "le fichier du second SI",
        Common => "le fichier commun",
        Large => "ce gros fichier",
        Joined => "le fichier joint",
        EachJoined => "chaque pièce jointe de l'événement",
        FirstJoined => "le fichier 1 de l'événement",
        SecondJoined => "le fichier 2 de l'événement",
    }
}

impl File {
    /// Those files of the last télédossier, or of the last event: ids and bytes.
    fn found(self, world: &World, actor: Actor) -> Result<Vec<(String, Bytes)>, Stop> {
        let rank = match self {
            Self::EachJoined => return Ok(world.event_files.clone()),
            Self::FirstJoined => return Ok(vec![world.event_file(1)?]),
            Self::SecondJoined => return Ok(vec![world.event_file(2)?]),
            Self::EachDeposited => return sent(world),
            Self::Other => 1,
            Self::Own if actor.0 == Role::SecondSi => SECOND_ONLY,
            Self::OfSecondSi => SECOND_ONLY,
            Self::Common => BOTH,
            Self::Received | Self::Own | Self::Large | Self::Joined => FIRST_ONLY,
        };
        let files = sent(world)?;
        let file = files.get(rank).cloned();
        file.map(|file| vec![file]).ok_or_else(|| {
            Stop::broken(
                "choix d'un fichier",
                format!("{} fichiers", rank + 1),
                files.len().to_string(),
            )
        })
    }
}

#[then(expr = "{actor} {can} télécharger {file} {rule}")]
async fn downloads(world: &mut World, actor: Actor, can: Can, file: File, rule: Rule) -> Step {
    match file {
        File::Large => return attachments_limits::downloads_large(world, actor, &rule).await,
        File::Joined => {
            return events_files::downloads_joined(world, actor, can == Can::Yes, &rule).await;
        }
        _ => {}
    }
    let case = match actor.0 {
        Role::SecondSi => world.deposited()?.cases.get(1).cloned().unwrap_or_default(),
        _ => world.case_id()?,
    };
    for (id, bytes) in file.found(world, actor)? {
        let reply = match file {
            File::EachJoined | File::FirstJoined | File::SecondJoined => {
                let event = world.last_event()?;
                world.download_from_event(actor.0, &case, &event, &id).await?
            }
            _ => world.download(actor.0, &case, &id).await?,
        };
        match (can, file) {
            (Can::Yes, File::EachDeposited | File::EachJoined) => {
                is_the_file(world, &rule, &reply, &bytes)?;
                digest_is(world, &rule, &reply, &digest_of(&bytes))?;
            }
            (Can::Yes, _) => is_the_file(world, &rule, &reply, &bytes)?,
            (Can::No, File::OfSecondSi) => {
                let holds = [403, 404].contains(&reply.status());
                world.check(&rule, "403 ou 404", reply.in_short(), holds)?;
            }
            (Can::No, _) => {
                let holds = is_refused(&reply);
                world.check(&rule, "téléchargement refusé", reply.in_short(), holds)?;
            }
        }
    }
    Ok(())
}

#[then(expr = "le SI ne peut télécharger aucun fichier dont le verdict n'est pas rendu {rule}")]
async fn not_before_the_verdict(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let (attachment, bytes) = File::Received.found(world, Actor(Role::Si))?.remove(0);
    let reply = world.download(Role::Si, &case, &attachment).await?;
    world.check(&rule, "téléchargement refusé", reply.in_short(), is_refused(&reply))?;
    world.upload(0, bytes).await?.needed("envoi d'un fichier", 204)?;
    let early = world.download(Role::Si, &case, &attachment).await?;
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    // Where the verdict is given at once there is nothing more to see: the file was received when
    // it was asked for.
    let pending = folder
        .array("/attachments")
        .iter()
        .any(|file| file["id"] == attachment.as_str() && file["status"] == "PENDING");
    if pending {
        world.check(
            &rule,
            "téléchargement refusé tant que PENDING",
            early.in_short(),
            is_refused(&early),
        )?;
    }
    world.verdict(0).await?;
    Ok(())
}

#[then(expr = "le dossier ne dit pas reçu l'autre fichier {rule}")]
async fn is_not_told_received(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let other = sent(world)?.get(1).map(|(id, _)| id.clone()).unwrap_or_default();
    let reply = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    // Whether a case shows such a file at all is not said.
    let found = reply.array("/attachments").iter().find(|file| file["id"] == other.as_str());
    let status = found.and_then(|file| file["status"].as_str()).unwrap_or("absent");
    world.check(&rule, "un autre statut que RECEIVED", status, status != "RECEIVED")
}

/// A refusal for good: neither a success nor a failure of the hub.
fn is_refused(reply: &Reply) -> bool {
    (400..500).contains(&reply.status())
}

fn is_octets(content_type: &str) -> bool {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .eq_ignore_ascii_case("application/octet-stream")
}

/// Checks that a download is this file.
fn is_the_file(world: &World, rule: &Rule, reply: &Reply, bytes: &Bytes) -> Step {
    world.check(
        rule,
        format!("200 et les {} octets déposés", bytes.len()),
        reply.compared_with(bytes),
        reply.status() == 200 && reply.body == bytes,
    )
}

/// The digest that goes with a download, in base64, where the hub gives one.
pub(super) fn told_digest(reply: &Reply) -> Option<&str> {
    let digest = reply.header("digest")?;
    // RFC 3230 writes the name of the algorithm before it.
    let named = digest.split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("sha-256"));
    Some(named.map_or(digest, |(_, value)| value))
}

/// Checks that the digest of a download, where the hub gives one, is the right one.
fn digest_is(world: &World, rule: &Rule, reply: &Reply, right: &str) -> Step {
    let Some(digest) = told_digest(reply) else {
        return Ok(());
    };
    world.check(rule, format!("digest {right}"), format!("digest {digest}"), digest == right)
}

/// Ids and bytes of the files of the last télédossier.
fn sent(world: &World) -> Result<Vec<(String, Bytes)>, Stop> {
    let deposited = world.deposited()?;
    Ok(deposited.attachments.iter().cloned().zip(deposited.draft.files.iter().cloned()).collect())
}
