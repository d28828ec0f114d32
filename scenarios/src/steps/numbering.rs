//! Words of the numbering of télédossiers, a duty of the OSL (contract §6, "Numbering"): what is
//! well formed is kept unchanged; what a hub does with the rest is noted (divergence D5).

use std::collections::BTreeMap;
use std::str::FromStr;

use contract::journeys::JOURNEYS;
use contract::numbering::StrictFolderNumber;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::actor::Draft;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::roles::Role;
use crate::world::World;

/// What was tried with numbers that are not in form, and whether it was taken: for divergence D5.
#[derive(Clone, Default)]
struct Tried(BTreeMap<&'static str, bool>);

/// The télédossier whose number is used again: its rank among the deposits, and how it was read.
#[derive(Clone, Default)]
struct First {
    rank: usize,
    before: Value,
}

/// What a number is, in the words that follow it.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "numbering",
    regex = r#"le numéro est "[^"]+" suivi d'un numéro libre de 13 caractères|le numéro compte \d+ caractères|le numéro n'a ni code d'OSL ni code de démarche|le dossier porte le numéro du télédossier suivi de "[^"]+"|le dossier porte un numéro sans rapport avec celui du télédossier"#
)]
enum Numbering {
    StartingWith(String),
    OfLength(usize),
    WithoutCodes,
    CaseEndingWith(String),
    CaseUnderived,
}

impl FromStr for Numbering {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let quoted = text.split('"').nth(1).map(str::to_owned);
        let length = text.split(' ').find_map(|word| word.parse().ok());
        match (text.split(' ').nth(2), quoted, length) {
            (Some("est"), Some(start), _) => Ok(Self::StartingWith(start)),
            (Some("compte"), None, Some(length)) => Ok(Self::OfLength(length)),
            (Some("n'a"), None, None) => Ok(Self::WithoutCodes),
            (Some("porte"), Some(ending), _) => Ok(Self::CaseEndingWith(ending)),
            (Some("porte"), None, None) => Ok(Self::CaseUnderived),
            _ => Err(format!("« {text} » is no numbering")),
        }
    }
}

#[given(expr = "une démarche dont les numéros commencent par {string}, ou à défaut une autre")]
async fn numbered_process(world: &mut World, prefix: String) -> Step {
    let in_use = JOURNEYS.iter().filter(|journey| journey.number_prefix == prefix);
    let codes: Vec<_> = in_use.filter_map(|journey| journey.process.try_into().ok()).collect();
    for process in codes {
        // A target that has no credential for it plays the shape elsewhere: numbers are the OSL's
        // own.
        if world.move_to(&process).is_ok() {
            break;
        }
    }
    Ok(())
}

#[when(expr = "l'OSL crée un télédossier dont {numbering}")]
async fn create_numbered(world: &mut World, numbering: Numbering) -> Step {
    let draft = world.describe(&[Role::Si])?;
    let number = number_of(&draft).to_owned();
    let free = world.session().free_number();
    let draft = match numbering {
        Numbering::StartingWith(start) => draft.renumbered(&format!("{start}{free}")),
        Numbering::WithoutCodes => draft.renumbered(&free),
        Numbering::CaseEndingWith(ending) => {
            draft.numbered(&number, &[format!("{number}{ending}")])
        }
        Numbering::CaseUnderived => draft.numbered(&number, &[format!("AUTRE-{free}-01")]),
        Numbering::OfLength(length) => return create_with_length(world, &draft, length).await,
    };
    remember_and_create(world, draft).await
}

async fn create_with_length(world: &mut World, draft: &Draft, length: usize) -> Step {
    let free = world.session().free_number();
    let codes: String = "ETALON-NUMEROTATION-DES-DOSSIERS"
        .chars()
        .take(length.saturating_sub(free.len() + 1))
        .collect();
    let number = format!("{codes}-{free}");
    let derived = draft.renumbered(&number);
    // A hub may hold case numbers to 30 characters as well (divergence D15): the folder's own
    // length is then tried with a short one.
    let short = derived.numbered(&number, &[format!("{free}-01")]);
    for draft in [derived, short] {
        remember_and_create(world, draft).await?;
        if world.reply()?.is_success() {
            break;
        }
    }
    Ok(())
}

#[when("l'OSL crée un second télédossier sous le même numéro")]
async fn create_again(world: &mut World) -> Step {
    let first = world.deposited()?.draft.clone();
    let second = first.with("applicant.lastName", json!("Autre-Demandeur"))?;
    let before =
        world.read_folder().await?.needed("lecture du premier télédossier", 200)?.json().clone();
    *world.memory() = First { rank: world.deposits.len() - 1, before };
    world.create(Role::Osl, second).await?;
    Ok(())
}

#[then(expr = "le hub garde ce numéro de télédossier tel quel {rule}")]
async fn number_is_kept(world: &mut World, rule: Rule) -> Step {
    let number = sent(world)?["externalId"].as_str().unwrap_or_default().to_owned();
    let reply = world.reply()?.clone();
    let is_strict = StrictFolderNumber::try_from(number.as_str()).is_ok();
    if reply.status() == 400 && !is_strict {
        // Seen in service and longer than the documents of 2021 say: a hub that keeps to them is on
        // one side of D5.
        world.record(
            &rule,
            format!("numéro aux codes de plus de cinq caractères refusé : {}", reply.in_short()),
        );
        world.observe_divergence("D5", "partly_refused", format!("le numéro {number} est refusé"));
        return Ok(());
    }
    world.check(
        &rule,
        format!("201 et le numéro {number}"),
        answered(&reply),
        reply.status() == 201 && reply.text("/externalId") == number,
    )?;
    let folder = world.read_folder().await?;
    world.check(
        &rule,
        format!("le numéro {number} à la lecture"),
        answered(&folder),
        folder.text("/externalId") == number,
    )
}

#[then(expr = "le premier télédossier est resté intact {rule}")]
async fn first_is_intact(world: &mut World, rule: Rule) -> Step {
    let taken = world.reply()?.clone();
    world.record(&rule, format!("réemploi d'un numéro de télédossier : {}", taken.in_short()));
    let First { rank, before } = world.memory::<First>().clone();
    let first =
        world.deposits.get(rank).cloned().ok_or_else(|| {
            Stop::broken("relecture du premier télédossier", "son dépôt", "aucun")
        })?;
    // "Le télédossier" is the first one again, whatever became of the second.
    world.deposits.push(first);
    let now = world.read_folder().await?;
    let seen = |folder: &Value| {
        json!([
            folder["externalId"],
            folder["globalStatus"],
            folder["applicant"],
            folder["cases"],
            folder["attachments"]
        ])
    };
    world.check(
        &rule,
        "le premier télédossier inchangé",
        now.in_short(),
        now.status() == 200 && seen(now.json()) == seen(&before),
    )?;
    note_try(world, "numéro réemployé", taken.is_success());
    Ok(())
}

#[then(
    expr = "le hub accepte ce long numéro, ou s'en tient à la forme de 2021, qu'il accepte {rule}"
)]
async fn long_number_is_taken(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    if reply.status() == 400 {
        // Codes of five characters and cases of two: no number of that length is in form
        // (divergence D5).
        world.record(&rule, format!("numéro de 30 caractères refusé : {}", reply.in_short()));
        let draft = world.describe(&[Role::Si])?;
        remember_and_create(world, draft).await?;
    }
    world.check_status(&rule, &[201])
}

/// What the hub does of a number of télédossier that is not in form.
pub(super) fn record_folder_number(world: &mut World, rule: &Rule) -> Step {
    let reply = world.reply()?.clone();
    world.record(rule, format!("numéro sans code d'OSL ni de démarche : {}", reply.in_short()));
    note_try(world, "numéro mal formé", reply.is_success());
    Ok(())
}

/// What the hub does of a number of dossier that does not follow from the télédossier's; after the
/// other tries, for it says which side of D5 the hub is on.
pub(super) fn record_case_number(world: &mut World, rule: &Rule) -> Step {
    let reply = world.reply()?.clone();
    world.record(
        rule,
        format!("numéro de dossier non dérivé de celui du télédossier : {}", reply.in_short()),
    );
    note_try(world, "numéro de dossier non dérivé", reply.is_success());
    tell_side(world);
    Ok(())
}

async fn remember_and_create(world: &mut World, draft: Draft) -> Step {
    world.draft = Some(draft.clone());
    world.create(Role::Osl, draft).await?;
    Ok(())
}

fn sent(world: &World) -> Result<&Value, Stop> {
    let draft = world
        .draft
        .as_ref()
        .ok_or_else(|| Stop::broken("lecture de l'envoi", "un télédossier décrit", "aucun"))?;
    Ok(&draft.body)
}

fn number_of(draft: &Draft) -> &str {
    draft.body["externalId"].as_str().unwrap_or_default()
}

fn answered(reply: &crate::client::Reply) -> String {
    match reply.text("/externalId") {
        "" => reply.in_short(),
        number => format!("{} et le numéro {number}", reply.status()),
    }
}

/// Notes one try of a number that is not in form.
fn note_try(world: &mut World, what: &'static str, taken: bool) {
    world.memory::<Tried>().0.insert(what, taken);
}

/// Says which side of D5 the hub is on, all tries made.
fn tell_side(world: &mut World) {
    let tried = world.memory::<Tried>().0.clone();
    let side = match (tried.values().all(|taken| *taken), tried.values().any(|taken| *taken)) {
        (true, _) => "accepted",
        (false, true) => "partly_refused",
        (false, false) => "refused",
    };
    let phrase: Vec<_> = tried
        .iter()
        .map(|(what, taken)| format!("{what} {}", if *taken { "accepté" } else { "refusé" }))
        .collect();
    world.observe_divergence("D5", side, phrase.join(", "));
}
