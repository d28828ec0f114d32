//! Words of what a démarche does not admit: a format, a type, a size. It is refused at the
//! creation, at the sending or at the completion (divergence D9); what is required is that it never
//! reaches an SI.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use contract::exchange::hexadecimal;
use contract::operations::{Operation, Scope};
use cucumber::{then, when};

use super::actors::Actor;
use super::attachments_delivered::told_digest;
use super::folders::draft_of;
use super::words::words;
use crate::actor::{Draft, Enclosure, Wanted, digest_of, files, joining};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Generated};
use crate::roles::Role;
use crate::world::World;

/// A size that no démarche admits: files go up to 1 GB (contract §8).
const BEYOND_ALL: u64 = 10_000_000_000_000;
/// The largest file in use.
const LARGEST_IN_USE: u64 = 1_000_000_000;
/// The shortest time given to a large file, and how many bytes a second it may count on beyond it.
const BINARY_TIMEOUT: Duration = Duration::from_secs(300);
const SLOWEST_BYTES_PER_S: u64 = 1_000_000;

/// What became of the last attachment tried, and how.
#[derive(Clone, Default)]
enum Fate {
    #[default]
    Untried,
    Reached,
    /// The side of D9 that the hub is on, and its answer.
    Stopped {
        side: &'static str,
        how: String,
    },
    /// The file is too large to be sent.
    Undecided(String),
}

/// The largest file that was sent.
#[derive(Clone, Default)]
struct Largest {
    size: u64,
    sha256: Option<String>,
}

words! {
    /// An attachment that is tried.
    enum Piece in "piece" {
        ForbiddenFormat => "d'un format que la démarche n'admet pas",
        ForbiddenType => "d'un type que la démarche n'admet pas",
        TooLarge => "plus grosse que le maximum de la démarche",
        Allowed => "que la démarche admet",
    }
}

words! {
    /// Whether an attachment came to its recipient.
    enum Arrival in "arrival" {
        Arrived => "est parvenue",
        NeverArrived => "n'est jamais parvenue",
    }
}

#[when(expr = "l'OSL tente de le transmettre avec une pièce {piece}")]
async fn tries(world: &mut World, piece: Piece) -> Step {
    let draft = draft_of(world)?;
    match piece {
        Piece::ForbiddenFormat => {
            let mime_type = world.forbidden_mime_type()?;
            let bytes: Bytes = files::of(mime_type, &world.session().free_number()).into();
            let mut draft = draft
                .with(&of_the_last(&draft, "mimeType"), mime_type.into())?
                .with(&of_the_last(&draft, "size"), bytes.len().into())?;
            draft.files.pop();
            draft.files.push(bytes);
            attempt(world, draft).await
        }
        Piece::ForbiddenType => {
            let place = of_the_last(&draft, "type");
            attempt(world, draft.with(&place, "Etalon-type-inconnu".into())?).await
        }
        Piece::TooLarge => attempt_too_large(world, &draft).await,
        Piece::Allowed => {
            let prefix = world.profile()?.number_prefix;
            let number = format!("{prefix}{}", world.session().free_number());
            attempt(world, draft.renumbered(&number)).await
        }
    }
}

async fn attempt_too_large(world: &mut World, draft: &Draft) -> Step {
    let largest = largest_allowed(world).await?;
    let size = largest.map_or(BEYOND_ALL, |largest| largest.saturating_add(1));
    let draft = draft.with(&of_the_last(draft, "size"), size.into())?;
    let created = world.create(Role::Osl, draft.clone()).await?;
    if created.status() != 201 {
        stopped_at(world, "creation", created.in_short());
        return Ok(());
    }
    upload_those_before(world).await?;
    if size > world.session().target.may.upload_up_to {
        let how = format!("{size} octets annoncés sont admis à la création");
        *world.memory() = Fate::Undecided(how);
        return Ok(());
    }
    let file = large_file(world, mime_type_of(&draft), size)?;
    let sent = send_generated(world, file, time_for(size)).await?;
    finish_attempt(world, sent.in_short()).await
}

#[when("le SI joint au dossier un fichier plus gros que le maximum de la démarche")]
async fn joins_too_large(world: &mut World) -> Step {
    let case = world.case_id()?;
    let largest = largest_allowed(world).await?;
    let size = largest.map_or(BEYOND_ALL, |largest| largest.saturating_add(1));
    let mime_type = "application/xml";
    let announced = Enclosure { mime_type: mime_type.to_owned(), bytes: Bytes::new() };
    let mut body = joining(std::slice::from_ref(&announced), false);
    body["attachments"][0]["size"] = size.into();
    let created = world.join(Role::Si, &case, &[announced], body).await?;
    if created.status() != 201 {
        stopped_at(world, "creation", created.in_short());
        return Ok(());
    }
    if size > world.session().target.may.upload_up_to {
        *world.memory() = Fate::Undecided(format!("{size} octets annoncés sont admis"));
        return Ok(());
    }
    let (event, (file, _)) = (world.last_event()?, world.event_file(1)?);
    let sent = Call::operation(Operation::PutEventAttachment, &[&case, &event, &file])
        .generated(large_file(world, mime_type, size)?, time_for(size));
    let sent = world.send_as(Role::Si, sent).await?.in_short();
    world.settled_event_files(Role::Si, &case, &event, &[0]).await?;
    let told = world.set_event_status(Role::Si, &case, &event, "SENT").await?;
    if !told.is_success() {
        stopped_at(world, "completion", told.in_short());
        return Ok(());
    }
    let download = Call::operation(Operation::GetEventAttachment, &[&case, &event, &file]);
    let reply = world.send_as(Role::Osl, download.discarding(time_for(size))).await?;
    if reply.status() == 200 {
        *world.memory() = Fate::Reached;
    } else {
        stopped_at(world, "upload", sent);
    }
    Ok(())
}

#[when("l'OSL annonce une pièce du maximum exact de la démarche")]
async fn exactly_the_largest(world: &mut World) -> Step {
    let mut draft = world.describe(&[Role::Si])?;
    if let Some(largest) = largest_allowed(world).await? {
        draft = draft.with("attachments.0.size", largest.into())?;
    }
    world.create(Role::Osl, draft).await?;
    Ok(())
}

/// A property of the last attachment: the one that is tried, those before it are admitted.
fn of_the_last(draft: &Draft, property: &str) -> String {
    format!("attachments.{}.{property}", last_rank(draft))
}

fn last_rank(draft: &Draft) -> usize {
    draft.files.len().saturating_sub(1)
}

/// Sends the files before the one that is tried.
async fn upload_those_before(world: &mut World) -> Step {
    let files = world.deposited()?.draft.files.clone();
    for (rank, bytes) in files.into_iter().enumerate().rev().skip(1) {
        world.upload(rank, bytes).await?.needed("envoi d'un fichier admis", 204)?;
    }
    Ok(())
}

/// Tries to hand a télédossier over to the SI, and notes where it was stopped, if it was.
async fn attempt(world: &mut World, draft: Draft) -> Step {
    let (rank, bytes) = (last_rank(&draft), draft.files.last().cloned().unwrap_or_default());
    let created = world.create(Role::Osl, draft).await?;
    if created.status() != 201 {
        stopped_at(world, "creation", created.in_short());
        return Ok(());
    }
    upload_those_before(world).await?;
    let sent = world.upload(rank, bytes).await?;
    finish_attempt(world, sent.in_short()).await
}

async fn finish_attempt(world: &mut World, sent: String) -> Step {
    let rank = last_rank(&world.deposited()?.draft);
    let verdict = world.verdict(rank).await?;
    let completed = world.set_folder_status("HUBEE_COMPLETED").await?;
    if !completed.is_success() {
        let side = if verdict == "RECEIVED" { "completion" } else { "upload" };
        stopped_at(world, side, completed.in_short());
        return Ok(());
    }
    let (case, attachment) = (world.case_id()?, world.deposited()?.attachments[rank].clone());
    world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
    let mut download = Call::operation(Operation::GetCaseAttachment, &[&case, &attachment]);
    download = download.discarding(BINARY_TIMEOUT);
    let reply = world.send_as(Role::Si, download).await?;
    if reply.status() == 200 {
        *world.memory() = Fate::Reached;
    } else {
        stopped_at(world, "upload", format!("{sent}, puis {verdict}"));
    }
    Ok(())
}

fn stopped_at(world: &mut World, side: &'static str, how: String) {
    *world.memory() = Fate::Stopped { side, how };
}

#[then(
    regex = r"^cette pièce jointe (est parvenue|n'est jamais parvenue) (?:au SI|à l'OSL) (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn arrives(world: &mut World, arrival: Arrival, rule: Rule) -> Step {
    let fate = std::mem::take(world.memory::<Fate>());
    let (arrived, how) = match fate {
        Fate::Untried => {
            return Err(Stop::broken("transmission d'une pièce", "une tentative", "aucune"));
        }
        Fate::Reached => (true, "téléchargée par son destinataire".to_owned()),
        Fate::Stopped { side, how } => {
            if arrival == Arrival::NeverArrived {
                let observed = format!("pièce non admise arrêtée : {how}");
                world.observe_divergence("D9", side, observed);
            }
            (false, how)
        }
        Fate::Undecided(how) => {
            let reason = format!(
                "{how}, et may.upload_up_to ne permet pas d'envoyer le fichier : augmentez-le{}",
                maximum_unknown(world)
            );
            return Err(world.inconclusive(&rule.0, reason));
        }
    };
    match arrival {
        Arrival::Arrived => world.check(&rule, "une pièce téléchargée", how, arrived),
        Arrival::NeverArrived => world.check(&rule, "une pièce arrêtée en chemin", how, !arrived),
    }
}

#[when("l'OSL transmet un fichier de la plus grande taille admise")]
async fn transmit_the_largest(world: &mut World) -> Step {
    let known = largest_allowed(world).await?.unwrap_or(LARGEST_IN_USE);
    let size = known.min(world.session().target.may.upload_up_to);
    let mut draft = world.describe_bare(&[Role::Si])?;
    let (kind, mime_type) = streamable_kind(world)?;
    draft.attach(&kind, &mime_type, Bytes::new(), &[]);
    let draft = draft.with("attachments.0.size", size.into())?;
    let file = large_file(world, mime_type_of(&draft), size)?;
    world.create_needed(draft).await?;
    *world.memory() = Largest { size, sha256: file.excerpt().sha256 };
    send_generated(world, file, time_for(size)).await?;
    Ok(())
}

/// Checks that the largest file comes back as it was sent, without keeping its bytes.
pub(super) async fn downloads_large(world: &mut World, actor: Actor, rule: &Rule) -> Step {
    let Largest { size, sha256 } = world.memory::<Largest>().clone();
    let (case, attachment) = (world.case_id()?, world.deposited()?.attachments[0].clone());
    let download = Call::operation(Operation::GetCaseAttachment, &[&case, &attachment])
        .discarding(time_for(size));
    let reply = world.send_as(actor.0, download).await?;
    let contract::exchange::Answer::Received { body, .. } = &reply.exchange.answer else {
        return Err(Stop::NoAnswer { reason: "téléchargement inachevé".to_owned() });
    };
    let holds = reply.status() == 200 && body.length == size && body.sha256 == sha256;
    world.check(
        rule,
        format!("200 et {size} octets identiques"),
        format!("{}, {} octets", reply.in_short(), body.length),
        holds,
    )?;
    let digest = told_digest(&reply).map(str::to_owned);
    let Some(digest) = digest else {
        return Ok(());
    };
    let told = BASE64_STANDARD.decode(&digest).map(|bytes| hexadecimal(&bytes)).ok();
    world.check(rule, "un digest exact", format!("digest {digest}"), told == sha256)
}

/// The démarche's maximum, read as the OSL where the hub lets it (access matrix, operation 26),
/// else as an administrator that the target declares.
pub(super) async fn largest_allowed(world: &mut World) -> Result<Option<u64>, Stop> {
    let process = world.process()?;
    let read = Call::operation(Operation::GetProcess, &[process.as_str()]);
    let administrator =
        world.session().credentials.all().iter().find(|one| one.scope == Scope::Admin).cloned();
    for credential in [Some(world.credential(Role::Osl)?), administrator].into_iter().flatten() {
        let reply = world.send(read.clone().by(&credential)).await?;
        if reply.status() == 200 {
            return Ok(reply.json()["attachmentMaxSizeEnabled"].as_u64());
        }
    }
    Ok(None)
}

/// Why the maximum of the démarche is not known, and what else would tell it.
fn maximum_unknown(world: &World) -> &'static str {
    let credentials = world.session().credentials.all();
    if credentials.iter().any(|credential| credential.scope == Scope::Admin) {
        " (le hub n'a donné le maximum de la démarche ni à l'OSL ni à l'ADMIN)"
    } else {
        ", ou déclarez un accès ADMIN pour lire le maximum de la démarche"
    }
}

/// A type of attachment whose files can be made while they are sent.
fn streamable_kind(world: &World) -> Result<(String, String), Stop> {
    let profile = world.profile()?;
    let streamable =
        |mime: &str| ["application/xml", "text/plain", "application/pdf"].contains(&mime);
    let kinds = profile
        .attachments
        .iter()
        .flat_map(|(kind, mimes)| mimes.iter().map(move |mime| (kind, mime)));
    let found = kinds
        .into_iter()
        .find(|(_, mime)| streamable(mime))
        .map(|(kind, mime)| (kind.clone(), mime.clone()));
    found.ok_or_else(|| {
        Stop::broken(
            "choix d'un gros fichier",
            "un format XML, texte ou PDF",
            "la démarche n'en admet aucun",
        )
    })
}

fn mime_type_of(draft: &Draft) -> &str {
    draft.body["attachments"][0]["mimeType"].as_str().unwrap_or_default()
}

fn large_file(world: &World, mime_type: &str, size: u64) -> Result<Generated, Stop> {
    let (head, tail) = files::frame(mime_type).ok_or_else(|| {
        let expected = "un format XML, JSON, texte ou PDF";
        Stop::broken("préparation d'un gros fichier", expected, mime_type)
    })?;
    let seed = u64::from_le_bytes(
        digest_of(world.session().free_number().as_bytes()).as_bytes()[..8]
            .try_into()
            .unwrap_or_default(),
    );
    Ok(Generated::new(head, tail, size, seed))
}

async fn send_generated(
    world: &mut World,
    file: Generated,
    limit: Duration,
) -> Result<crate::client::Reply, Stop> {
    let deposited = world.deposited()?;
    let attachment = deposited.attachments.last().cloned().unwrap_or_default();
    let call = Call::operation(Operation::PutFolderAttachment, &[&deposited.id, &attachment])
        .generated(file, limit);
    let depositor = deposited.depositor.clone();
    world.send(call.by(&depositor)).await
}

fn time_for(size: u64) -> Duration {
    BINARY_TIMEOUT.max(Duration::from_secs(size / SLOWEST_BYTES_PER_S))
}
