//! Words of the files an OSL sends: what is announced is held against what comes (contract §6,
//! "Folder attachment"). What reaches an SI is in [`super::attachments_delivered`].

use bytes::Bytes;
use contract::operations::Operation;
use cucumber::{given, then, when};
use serde_json::json;

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::deposit::digest_of;
use crate::play::files;
use crate::play::formats::{Admitted, content_of, mime_type_of};
use crate::roles::Role;
use crate::world::World;

/// The format that is announced: démarche, type of attachment, mime type.
const ADMITTED: &str = "format admis";
/// The verdict on the last file sent.
const VERDICT: &str = "verdict";

#[given(expr = "une démarche qui admet les fichiers {string}")]
async fn process_admitting(world: &mut World, format: String) -> Step {
    let mime_type = mime_type_of(&format)?;
    match world.process_admitting(mime_type) {
        Some(admitted) => {
            world.move_to(&admitted.process)?;
            world
                .notes
                .insert(ADMITTED, json!([admitted.process, admitted.kind, admitted.mime_type]));
        }
        // No démarche of the target's credentials admits it: the following steps say so, and play
        // nothing.
        None => {
            world.notes.remove(ADMITTED);
            world.notes.insert(
                VERDICT,
                json!(format!("aucune démarche des accès déclarés n'admet les fichiers {format}")),
            );
        }
    }
    Ok(())
}

#[given("une démarche qui admet l'un des formats en service")]
async fn any_process(world: &mut World) -> Step {
    let process = world.process()?;
    let profile = world.profile()?;
    let (kind, mime_type) = profile.first_kind();
    world.notes.insert(ADMITTED, json!([process, kind, mime_type]));
    Ok(())
}

#[when(expr = "l'OSL envoie comme tel un fichier {string}")]
async fn send_content(world: &mut World, content: String) -> Step {
    let seed = world.session().free_number();
    let bytes = content_of(&content, &seed)?;
    send_as_admitted(world, bytes.into()).await
}

#[when("l'OSL envoie comme tel le fichier de test EICAR")]
async fn send_eicar(world: &mut World) -> Step {
    let is_zip = admitted(world)?.is_some_and(|admitted| admitted.mime_type == "application/zip");
    let bytes =
        if is_zip { files::zipped(&[("eicar.com", &files::eicar())]) } else { files::eicar() };
    send_as_admitted(world, bytes.into()).await
}

#[when("l'OSL envoie comme tel un fichier sain du format annoncé")]
async fn send_clean(world: &mut World) -> Step {
    let Some(admitted) = admitted(world)? else {
        return Ok(());
    };
    let seed = world.session().free_number();
    send_as_admitted(world, files::of(&admitted.mime_type, &seed).into()).await
}

/// Deposits a télédossier with one file of the announced format and these bytes, and notes the
/// verdict.
async fn send_as_admitted(world: &mut World, bytes: Bytes) -> Step {
    let Some(admitted) = admitted(world)? else {
        return Ok(());
    };
    let mut draft = world.describe_bare(&[Role::Si])?;
    draft.attach(&admitted.kind, &admitted.mime_type, bytes.clone(), &[]);
    world.create_needed(draft).await?;
    world.upload(0, bytes).await?;
    let answer = world.reply()?.clone();
    let verdict = world.verdict(0).await?;
    world.notes.insert(VERDICT, json!(verdict));
    if verdict == "CORRUPTED" {
        let side = if answer.is_success() { "success" } else { "error" };
        world.observe_divergence("D10", side, format!("fichier infecté : {}", answer.in_short()));
    }
    world.replies.push(answer);
    Ok(())
}

fn admitted(world: &World) -> Result<Option<Admitted>, Stop> {
    let Some(note) = world.notes.get(ADMITTED) else {
        return Ok(None);
    };
    let (process, kind, mime_type) = serde_json::from_value(note.clone()).map_err(|error| {
        Stop::broken("format annoncé", "une démarche et un type", error.to_string())
    })?;
    Ok(Some(Admitted { process, kind, mime_type }))
}

#[then(expr = "ce fichier est reçu {rule}")]
async fn is_received(world: &mut World, rule: Rule) -> Step {
    has_verdict(world, &rule, &["RECEIVED"])
}

#[then(expr = "ce fichier est rejeté {rule}")]
async fn is_rejected(world: &mut World, rule: Rule) -> Step {
    has_verdict(world, &rule, &["REJECTED"])
}

#[then(expr = "ce fichier est déclaré infecté {rule}")]
async fn is_corrupted(world: &mut World, rule: Rule) -> Step {
    has_verdict(world, &rule, &["CORRUPTED"])
}

#[then(
    expr = "ce fichier est déclaré infecté, ou rejeté comme n'étant pas du format annoncé {rule}"
)]
async fn is_corrupted_or_rejected(world: &mut World, rule: Rule) -> Step {
    has_verdict(world, &rule, &["CORRUPTED", "REJECTED"])
}

fn has_verdict(world: &World, rule: &Rule, wanted: &[&str]) -> Step {
    let verdict = world.notes.get(VERDICT).and_then(|verdict| verdict.as_str()).unwrap_or_default();
    if world.notes.contains_key(ADMITTED) {
        world.check(rule, wanted.join(" ou "), verdict, wanted.contains(&verdict))
    } else {
        world.record(rule, format!("non joué : {verdict}"));
        Ok(())
    }
}

#[when("l'OSL envoie un fichier tel qu'annoncé")]
async fn send_as_announced(world: &mut World) -> Step {
    let bytes = announced(world)?;
    world.upload(0, bytes).await?;
    Ok(())
}

#[when(expr = "l'OSL envoie un fichier qui compte, en octets, {int} de {word} qu'annoncé")]
async fn send_other_size(world: &mut World, count: usize, direction: String) -> Step {
    let mut bytes = announced(world)?.to_vec();
    match direction.as_str() {
        "moins" => bytes.truncate(bytes.len().saturating_sub(count)),
        // Blank space at the end is of every format.
        _ => bytes.resize(bytes.len() + count, b'\n'),
    }
    world.upload(0, bytes.into()).await?;
    Ok(())
}

#[when(expr = "l'OSL envoie le fichier avec son empreinte exacte")]
async fn send_with_digest(world: &mut World) -> Step {
    let bytes = announced(world)?;
    let digest = digest_of(&bytes);
    world.upload_with(0, bytes, &[("digest", &digest)]).await?;
    Ok(())
}

#[when(expr = "l'OSL envoie le fichier avec l'empreinte d'un autre")]
async fn send_with_wrong_digest(world: &mut World) -> Step {
    let bytes = announced(world)?;
    let digest = digest_of(b"un autre fichier");
    world.upload_with(0, bytes, &[("digest", &digest)]).await?;
    Ok(())
}

#[when("l'OSL envoie un fichier vers une pièce jointe inconnue du télédossier")]
async fn send_to_unknown(world: &mut World) -> Step {
    let bytes = announced(world)?;
    let id = world.deposited()?.id.clone();
    let unknown = uuid::Uuid::new_v4().to_string();
    world
        .send_as(
            Role::Osl,
            Call::operation(Operation::PutFolderAttachment, &[&id, &unknown]).file(bytes),
        )
        .await?;
    Ok(())
}

#[then(expr = "le hub accuse réception du fichier, dont la pièce jointe est reçue {rule}")]
async fn upload_is_taken(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[204])?;
    let status = world.verdict(0).await?;
    world.check(&rule, "RECEIVED", status.clone(), status == "RECEIVED")
}

#[then(expr = "le hub refuse le fichier, dont la pièce jointe est rejetée {rule}")]
async fn upload_is_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400])?;
    let status = world.verdict(0).await?;
    world.check(&rule, "REJECTED", status.clone(), status == "REJECTED")
}

#[then(expr = "l'on relève ce que le hub fait de cette empreinte {rule}")]
async fn digest_is_recorded(world: &mut World, rule: Rule) -> Step {
    let answer = world.reply()?.in_short();
    // A refused file may stay PENDING for good: nothing is waited for.
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    world.record(
        &rule,
        format!(
            "empreinte fausse : {answer}, pièce jointe {}",
            folder.text("/attachments/0/status")
        ),
    );
    Ok(())
}

#[then(expr = "le hub répond que cette pièce jointe n'existe pas {rule}")]
async fn unknown_attachment(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[404])
}

fn announced(world: &World) -> Result<Bytes, Stop> {
    let files = &world.deposited()?.draft.files;
    files
        .first()
        .cloned()
        .ok_or_else(|| Stop::broken("choix d'un fichier", "une pièce jointe déclarée", "aucune"))
}
