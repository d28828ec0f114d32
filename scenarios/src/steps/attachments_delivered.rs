//! Words of the files an SI downloads: the very bytes, its own files, and none that was not
//! received (contract §6, "Case attachment").

use std::collections::BTreeSet;

use bytes::Bytes;
use cucumber::{given, then, when};

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Reply;
use crate::play::deposit::digest_of;
use crate::play::files;
use crate::play::notifications::Wanted;
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

#[when("l'OSL complète le télédossier malgré ce fichier")]
async fn complete_anyway(world: &mut World) -> Step {
    world.complete().await?;
    let case = world.case_id()?;
    world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
    Ok(())
}

#[when("l'OSL tente de compléter le télédossier sans attendre ce fichier")]
async fn complete_pending(world: &mut World) -> Step {
    let reply = world.set_folder_status("HUBEE_COMPLETED").await?;
    let (side, said) =
        if reply.is_success() { ("allowed", "permise") } else { ("refused", "refusée") };
    world.observe_divergence(
        "D11",
        side,
        format!("complétude avec une pièce PENDING {said} : {}", reply.in_short()),
    );
    Ok(())
}

#[when("l'OSL envoie aussi le fichier qui manquait, et complète le télédossier")]
async fn send_the_missing_file(world: &mut World) -> Step {
    let bytes = world.deposited()?.draft.files[1].clone();
    world.upload(1, bytes).await?.needed("envoi du fichier qui manquait", 204)?;
    let status = world.verdict(1).await?;
    if status != "RECEIVED" {
        return Err(Stop::broken("réception du fichier qui manquait", "RECEIVED", status));
    }
    complete_anyway(world).await
}

#[then(expr = "le SI télécharge les octets mêmes de chaque fichier déposé {rule}")]
async fn very_bytes(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let files: Vec<_> = sent(world)?;
    for (attachment, bytes) in files {
        let reply = world.download(Role::Si, &case, &attachment).await?;
        is_the_file(world, &rule, &reply, &bytes)?;
        digest_is_right(world, &rule, &reply, &bytes)?;
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

#[then(expr = "le SI ne peut télécharger par son dossier la pièce du second SI {rule}")]
async fn not_the_others_file(world: &mut World, rule: Rule) -> Step {
    let case = world.case_id()?;
    let files = sent(world)?;
    let reply = world.download(Role::Si, &case, &files[SECOND_ONLY].0).await?;
    world.check(&rule, "403 ou 404", reply.in_short(), [403, 404].contains(&reply.status()))?;
    let own = world.download(Role::Si, &case, &files[FIRST_ONLY].0).await?;
    is_the_file(world, &rule, &own, &files[FIRST_ONLY].1)
}

#[then(expr = "les deux SI téléchargent le même fichier, celui qui leur est commun {rule}")]
async fn both_get_the_same(world: &mut World, rule: Rule) -> Step {
    let cases = world.deposited()?.cases.clone();
    let (attachment, bytes) = sent(world)?[BOTH].clone();
    for (role, case) in [Role::Si, Role::SecondSi].into_iter().zip(&cases) {
        let reply = world.download(role, case, &attachment).await?;
        is_the_file(world, &rule, &reply, &bytes)?;
    }
    Ok(())
}

#[then(expr = "le SI ne peut télécharger ce fichier, mais télécharge celui qui a été reçu {rule}")]
async fn only_the_received_file(world: &mut World, rule: Rule) -> Step {
    cannot_download(world, &rule, 1).await?;
    let case = world.case_id()?;
    let (attachment, bytes) = sent(world)?[0].clone();
    let reply = world.download(Role::Si, &case, &attachment).await?;
    is_the_file(world, &rule, &reply, &bytes)
}

#[then(expr = "le SI ne peut télécharger le fichier qui n'a pas été envoyé {rule}")]
async fn not_the_pending_file(world: &mut World, rule: Rule) -> Step {
    cannot_download(world, &rule, 1).await
}

#[then(expr = "le SI ne peut télécharger aucun fichier dont le verdict n'est pas rendu {rule}")]
async fn not_before_the_verdict(world: &mut World, rule: Rule) -> Step {
    cannot_download(world, &rule, 0).await?;
    let bytes = sent(world)?[0].1.clone();
    world.upload(0, bytes).await?.needed("envoi d'un fichier", 204)?;
    let case = world.case_id()?;
    let attachment = sent(world)?[0].0.clone();
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

#[then(expr = "le SI télécharge ce fichier une fois le télédossier transmis {rule}")]
async fn then_downloads(world: &mut World, rule: Rule) -> Step {
    world.complete().await?;
    let case = world.case_id()?;
    world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
    let (attachment, bytes) = sent(world)?[0].clone();
    let reply = world.download(Role::Si, &case, &attachment).await?;
    is_the_file(world, &rule, &reply, &bytes)
}

async fn cannot_download(world: &mut World, rule: &Rule, rank: usize) -> Step {
    let case = world.case_id()?;
    let attachment = sent(world)?[rank].0.clone();
    let reply = world.download(Role::Si, &case, &attachment).await?;
    world.check(rule, "téléchargement refusé", reply.in_short(), is_refused(&reply))
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
    let observed = format!("{}, {} octets", reply.in_short(), reply.body.len());
    world.check(
        rule,
        format!("200 et les {} octets déposés", bytes.len()),
        observed,
        reply.status() == 200 && reply.body == bytes,
    )
}

/// Checks that the digest of a download, where the hub gives one, is that of this file.
fn digest_is_right(world: &World, rule: &Rule, reply: &Reply, bytes: &Bytes) -> Step {
    let Some(digest) = reply.header("digest") else {
        return Ok(());
    };
    let right = digest_of(bytes);
    // RFC 3230 writes the name of the algorithm before it.
    let bare = digest
        .split_once('=')
        .filter(|(name, _)| name.eq_ignore_ascii_case("sha-256"))
        .map_or(digest, |(_, value)| value);
    world.check(rule, format!("digest {right}"), format!("digest {digest}"), bare == right)
}

/// Ids and bytes of the files of the last télédossier.
fn sent(world: &World) -> Result<Vec<(String, Bytes)>, Stop> {
    let deposited = world.deposited()?;
    Ok(deposited.attachments.iter().cloned().zip(deposited.draft.files.iter().cloned()).collect())
}
