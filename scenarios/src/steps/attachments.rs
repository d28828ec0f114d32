//! Words of the files an OSL sends: what is announced is held against what comes (contract §6,
//! "Folder attachment"). What reaches an SI is in [`super::attachments_delivered`].

use std::str::FromStr;

use bytes::Bytes;
use contract::operations::Operation;
use cucumber::{given, then, when};

use super::words::words;
use crate::actor::{digest_of, files};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::formats::{Admitted, content_of, mime_type_of};
use crate::roles::Role;
use crate::world::World;

/// The format that a file is announced to have.
#[derive(Clone, Default)]
enum Announced {
    /// That of the télédossier's first attachment.
    #[default]
    AsDescribed,
    /// Démarche, type of attachment, mime type.
    As(Admitted),
    /// No démarche of the target's credentials admits it: the following steps say so, and play
    /// nothing.
    Nowhere(String),
}

words! {
    /// The verdict on a file.
    enum FileVerdict in "file_verdict" {
        Received => "reçu",
        Rejected => "rejeté",
        Infected => "déclaré infecté",
        InfectedOrRejected => "déclaré infecté, ou rejeté comme n'étant pas du format annoncé",
    }
}

impl FileVerdict {
    const fn statuses(self) -> &'static [&'static str] {
        match self {
            Self::Received => &["RECEIVED"],
            Self::Rejected => &["REJECTED"],
            Self::Infected => &["CORRUPTED"],
            Self::InfectedOrRejected => &["CORRUPTED", "REJECTED"],
        }
    }
}

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "manner",
    regex = r"tel qu'annoncé|avec son empreinte exacte|avec l'empreinte d'un autre|vers une pièce jointe inconnue|avec, en octets, \d+ de (?:moins|plus) qu'annoncé"
)]
enum Manner {
    AsAnnounced,
    WithItsDigest,
    WithAnotherDigest,
    ToUnknown,
    Shorter(usize),
    Longer(usize),
}

impl FromStr for Manner {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "tel qu'annoncé" => return Ok(Self::AsAnnounced),
            "avec son empreinte exacte" => return Ok(Self::WithItsDigest),
            "avec l'empreinte d'un autre" => return Ok(Self::WithAnotherDigest),
            "vers une pièce jointe inconnue" => return Ok(Self::ToUnknown),
            _ => {}
        }
        let mut words = text.split(' ');
        let count = words.find_map(|word| word.parse().ok());
        match (count, words.nth(1)) {
            (Some(count), Some("moins")) => Ok(Self::Shorter(count)),
            (Some(count), Some("plus")) => Ok(Self::Longer(count)),
            _ => Err(format!("« {text} » is no manner of sending a file")),
        }
    }
}

/// What is sent as a file of the announced format.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "content_sent",
    regex = r#"un fichier "[^"]+"|le fichier de test EICAR|un fichier sain du format annoncé"#
)]
enum ContentSent {
    Named(String),
    Eicar,
    Clean,
}

impl FromStr for ContentSent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.split('"').nth(1)) {
            (_, Some(name)) => Ok(Self::Named(name.to_owned())),
            ("le fichier de test EICAR", None) => Ok(Self::Eicar),
            ("un fichier sain du format annoncé", None) => Ok(Self::Clean),
            _ => Err(format!("« {text} » is no content of a file")),
        }
    }
}

#[given(regex = r#"^une démarche qui admet (?:les fichiers "(.+)"|l'un des formats en service)$"#)]
async fn process_admitting(world: &mut World, format: String) -> Step {
    let announced = if format.is_empty() {
        let profile = world.profile()?;
        let (kind, mime_type) = profile.first_kind();
        Announced::As(Admitted {
            process: world.process()?,
            kind: kind.to_owned(),
            mime_type: mime_type.to_owned(),
        })
    } else if let Some(admitted) = world.process_admitting(mime_type_of(&format)?) {
        world.move_to(&admitted.process)?;
        Announced::As(admitted)
    } else {
        let reason = format!("aucune démarche des accès déclarés n'admet les fichiers {format}");
        Announced::Nowhere(reason)
    };
    *world.memory() = announced;
    Ok(())
}

#[when(expr = "l'OSL envoie comme tel {content_sent}")]
async fn send_content(world: &mut World, content: ContentSent) -> Step {
    let Announced::As(admitted) = world.memory::<Announced>().clone() else {
        return Ok(());
    };
    let seed = world.session().free_number();
    let bytes = match content {
        ContentSent::Named(name) => content_of(&name, &seed)?,
        ContentSent::Clean => files::of(&admitted.mime_type, &seed),
        ContentSent::Eicar if admitted.mime_type == "application/zip" => {
            files::zipped(&[("eicar.com", &files::eicar())])
        }
        ContentSent::Eicar => files::eicar(),
    };
    send_as_admitted(world, &admitted, bytes.into()).await
}

/// Deposits a télédossier with one file of the announced format and these bytes.
async fn send_as_admitted(world: &mut World, admitted: &Admitted, bytes: Bytes) -> Step {
    let mut draft = world.describe_bare(&[Role::Si])?;
    draft.attach(&admitted.kind, &admitted.mime_type, bytes.clone(), &[]);
    world.create_needed(draft).await?;
    let answer = world.upload(0, bytes).await?;
    if world.verdict(0).await? == "CORRUPTED" {
        let side = if answer.is_success() { "success" } else { "error" };
        world.observe_divergence("D10", side, format!("fichier infecté : {}", answer.in_short()));
    }
    world.replies.push(answer);
    Ok(())
}

#[when(expr = "l'OSL envoie le fichier {manner}")]
async fn send(world: &mut World, manner: Manner) -> Step {
    let bytes = announced(world)?;
    match manner {
        Manner::AsAnnounced => world.upload(0, bytes).await,
        Manner::WithItsDigest => {
            let digest = digest_of(&bytes);
            world.upload_with(0, bytes, &[("digest", &digest)]).await
        }
        Manner::WithAnotherDigest => {
            let digest = digest_of(b"un autre fichier");
            world.upload_with(0, bytes, &[("digest", &digest)]).await
        }
        Manner::Shorter(count) => {
            let length = bytes.len().saturating_sub(count);
            world.upload(0, bytes.slice(..length)).await
        }
        Manner::Longer(count) => {
            // Blank space at the end is of every format.
            let longer = [&bytes[..], &vec![b'\n'; count]].concat();
            world.upload(0, longer.into()).await
        }
        Manner::ToUnknown => {
            let unknown = uuid::Uuid::new_v4().to_string();
            let path = [world.deposited()?.id.as_str(), &unknown];
            let call = Call::operation(Operation::PutFolderAttachment, &path).file(bytes);
            world.send_as(Role::Osl, call).await
        }
    }
    .map(drop)
}

#[then(expr = "ce fichier est {file_verdict} {rule}")]
async fn has_verdict(world: &mut World, wanted: FileVerdict, rule: Rule) -> Step {
    if let Announced::Nowhere(reason) = world.memory() {
        let observed = format!("non joué : {reason}");
        world.record(&rule, observed);
        return Ok(());
    }
    let verdict = world.verdict(0).await?;
    let statuses = wanted.statuses();
    world.check(&rule, statuses.join(" ou "), verdict.clone(), statuses.contains(&&*verdict))
}

/// What the hub does of a digest that is not that of the file.
pub(super) async fn record_digest(world: &mut World, rule: &Rule) -> Step {
    let answer = world.reply()?.in_short();
    // A refused file may stay PENDING for good: nothing is waited for.
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let status = folder.text("/attachments/0/status");
    world.record(rule, format!("empreinte fausse : {answer}, pièce jointe {status}"));
    Ok(())
}

fn announced(world: &World) -> Result<Bytes, Stop> {
    let files = &world.deposited()?.draft.files;
    files
        .first()
        .cloned()
        .ok_or_else(|| Stop::broken("choix d'un fichier", "une pièce jointe déclarée", "aucune"))
}
