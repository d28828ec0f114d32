//! Words of the creations that a hub refuses (contract §6, "Folder creation"): each next to the
//! same télédossier without the one thing refused, which is accepted under the same number.

use std::str::FromStr;

use contract::operations::Operation;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::common::record_words;
use super::folders::{SOFTWARE_HEADERS, create, draft_of};
use super::words::words;
use crate::actor::{Draft, Look, Wanted, until};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::Call;
use crate::play::bending::text_of;
use crate::roles::Role;
use crate::world::World;

/// How many cases notified meanwhile are looked at, at most: other scenarios deposit too.
const MOST_READ: usize = 100;

/// A file name that a path, or an address, would be read in another way.
const SLASH_AND_PERCENT: &str = "acte 1/2 à 50%20.pdf";

/// What was wrong with the last creation, and what waited before it.
#[derive(Clone, Default)]
struct Refusal {
    /// What the answer should name, each thing wrong once.
    mistakes: Vec<String>,
    /// Ids of the notifications that were waiting.
    waiting_before: Vec<Value>,
}

/// What a property holds instead of what it should.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "content",
    regex = r"une liste vide|une valeur nulle|un nombre|une adresse sans arobase|une barre oblique et un pour-cent|le numéro d'un dossier absent|\d+ caractères|\d+ lettres accentuées"
)]
enum Content {
    EmptyList,
    Null,
    Number,
    AddressWithoutAt,
    SlashAndPercent,
    AbsentCase,
    Characters(usize),
    Accents(usize),
}

impl FromStr for Content {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let counted = |word: &str| text.strip_suffix(word)?.trim_end().parse().ok();
        match text {
            "une liste vide" => Ok(Self::EmptyList),
            "une valeur nulle" => Ok(Self::Null),
            "un nombre" => Ok(Self::Number),
            "une adresse sans arobase" => Ok(Self::AddressWithoutAt),
            "une barre oblique et un pour-cent" => Ok(Self::SlashAndPercent),
            "le numéro d'un dossier absent" => Ok(Self::AbsentCase),
            _ => counted("caractères")
                .map(Self::Characters)
                .or_else(|| counted("lettres accentuées").map(Self::Accents))
                .ok_or_else(|| format!("« {text} » is no content of a property")),
        }
    }
}

impl Content {
    fn put_in(self, draft: &Draft, place: &str) -> Result<Draft, Stop> {
        let number = draft.body["externalId"].as_str().unwrap_or_default();
        match self {
            Self::EmptyList => draft.with(place, json!([])),
            Self::Null => draft.with(place, Value::Null),
            Self::Number => draft.with(place, 12.into()),
            Self::AddressWithoutAt => draft.with(place, "camille.etalon.example.org".into()),
            Self::SlashAndPercent => draft.with(place, SLASH_AND_PERCENT.into()),
            Self::AbsentCase => draft.with(place, json!([format!("{number}-99")])),
            Self::Accents(count) => draft.with(place, "é".repeat(count).into()),
            // Attachments are addressed by the number of the case.
            Self::Characters(count) if place == "cases.0.externalId" => {
                let zeros = std::iter::repeat('0');
                let case_number = format!("{number}-").chars().chain(zeros).take(count).collect();
                Ok(draft.numbered(number, &[case_number]))
            }
            Self::Characters(count) => draft.with(place, text_of(place, count).into()),
        }
    }
}

words! {
    /// What a télédossier is wrongly addressed to.
    enum Addressee in "addressee" {
        UnknownProcess => "une démarche qui n'existe pas",
        Unknown => "une organisation qui n'existe pas",
        TwoUnknown => "deux organisations qui n'existent pas",
        Unsubscribed => "une organisation qui existe et n'est pas abonnée à la démarche",
    }
}

#[when(regex = r#"^l'OSL crée ce télédossier sans (".+")$"#)]
async fn create_without(world: &mut World, places: String) -> Step {
    let places: Vec<&str> = places.split('"').skip(1).step_by(2).collect();
    let draft = places.iter().try_fold(draft_of(world)?, |draft, place| draft.without(place))?;
    let name = |place: &&str| place.rsplit('.').next().unwrap_or_default().to_owned();
    world.memory::<Refusal>().mistakes = places.iter().map(name).collect();
    send(world, draft).await
}

#[when(expr = "l'OSL crée ce télédossier avec {content} dans la propriété {string}")]
async fn create_with(world: &mut World, content: Content, place: String) -> Step {
    let draft = content.put_in(&draft_of(world)?, &place)?;
    send(world, draft).await
}

#[when(expr = "l'OSL crée ce télédossier avec {int} caractères dans chaque en-tête technique")]
async fn create_with_long_headers(world: &mut World, characters: usize) -> Step {
    let mut draft = draft_of(world)?;
    let long = SOFTWARE_HEADERS.map(|name| (name.to_owned(), "a".repeat(characters)));
    draft.headers.extend(long);
    send(world, draft).await
}

#[when(expr = "l'OSL crée ce télédossier pour {addressee}")]
async fn create_for(world: &mut World, addressee: Addressee) -> Step {
    let draft = draft_of(world)?;
    let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
    let draft = match addressee {
        Addressee::UnknownProcess => {
            let code = format!("ETALON-{}", world.session().free_number());
            draft.with("processCode", code.into())?
        }
        Addressee::Unknown => draft.with("cases.0.recipient", unknown_organization(world))?,
        Addressee::TwoUnknown => {
            let recipients = [unknown_organization(world), unknown_organization(world)];
            let mistake = |one: &Value| one["companyRegister"].as_str().unwrap_or_default().into();
            world.memory::<Refusal>().mistakes = recipients.iter().map(mistake).collect();
            let case = |(recipient, rank): (&Value, u32)| json!({ "externalId": format!("{number}-{rank:02}"), "recipient": recipient });
            draft.with("cases", recipients.iter().zip(1..).map(case).collect())?
        }
        Addressee::Unsubscribed => {
            draft.with("cases.0.recipient", unsubscribed_organization(world).await?)?
        }
    };
    send(world, draft).await
}

#[then(expr = "le hub refuse ce télédossier incomplet, et l'on relève s'il nomme {string} {rule}")]
async fn refused_naming(world: &mut World, place: String, rule: Rule) -> Step {
    world.check_status(&rule, &[400])?;
    let name = place.rsplit('.').next().unwrap_or_default().to_owned();
    let named = String::from_utf8_lossy(&world.reply()?.body).contains(&name);
    world.record(
        &rule,
        if named {
            format!("le refus nomme {name}")
        } else {
            format!("le refus ne nomme pas {name}")
        },
    );
    Ok(())
}

#[then(expr = "le hub signale chacune de ces fautes dans sa réponse {rule}")]
async fn all_mistakes_are_told(world: &mut World, rule: Rule) -> Step {
    // That these are refused is for other rules; that all are told is for this one.
    let reply = world.reply()?.clone().needed("refus d'une demande fautive", 400)?;
    let mistakes = world.memory::<Refusal>().mistakes.clone();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let named = mistakes.iter().filter(|mistake| text.contains(mistake.as_str())).count();
    let told = reply.problems().len();
    // Wording is free: as many errors as mistakes, or each mistake named somewhere, is telling them
    // all.
    let holds = named == mistakes.len() || told >= mistakes.len();
    world.check(
        &rule,
        format!("{} fautes signalées", mistakes.len()),
        format!("{told} erreurs, {named} fautes nommées"),
        holds,
    )
}

#[then(expr = "le refus dit que le destinataire n'existe pas {rule}")]
async fn refused_as_nonexistent(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400])?;
    record_words(world, "does not exist")
}

/// What the hub does of a file name with a slash and a percent sign.
pub(super) fn record_file_name(world: &World, rule: &Rule) -> Step {
    let reply = world.reply()?;
    let names = reply.array("/attachments").iter().map(|file| &file["fileName"]);
    let observed = match reply.status() {
        201 if names.clone().any(|name| name == SLASH_AND_PERCENT) => "conservé".to_owned(),
        201 => format!("altéré : {}", names.map(ToString::to_string).collect::<Vec<_>>().join(" ")),
        _ => format!("refusé : {}", reply.status()),
    };
    world.record(rule, format!("nom de fichier avec barre oblique et pour-cent {observed}"));
    Ok(())
}

#[when("l'OSL crée ce télédossier sous le même numéro en minuscules")]
async fn create_in_small_letters(world: &mut World) -> Step {
    let draft = draft_of(world)?;
    let number = draft.number().to_lowercase();
    send(world, draft.renumbered(&number)).await
}

/// Whether letter case tells two numbers apart.
pub(super) fn record_letter_case(world: &World, rule: &Rule) -> Step {
    let reply = world.reply()?;
    let sent = draft_of(world)?.number().to_lowercase();
    let observed = match reply.status() {
        201 if reply.text("/externalId") == sent => "un autre télédossier".to_owned(),
        201 => "un télédossier dont le numéro a changé de casse".to_owned(),
        _ => format!("un refus : {}", reply.status()),
    };
    world.record(rule, format!("le même numéro en minuscules donne {observed}"));
    Ok(())
}

/// What the hub does of an attachment that is addressed to no case.
pub(super) fn record_stray_attachment(world: &World, rule: &Rule) -> Step {
    let observed = world.reply()?.in_short();
    world.record(
        rule,
        format!("pièce jointe adressée à un dossier absent du télédossier : {observed}"),
    );
    Ok(())
}

#[then(
    expr = "le numéro du télédossier refusé reste libre : le même, bien formé, est créé avec ses seuls dossiers {rule}"
)]
async fn number_stays_free(world: &mut World, rule: Rule) -> Step {
    create(world).await?;
    let reply = world.reply()?.clone();
    world.check(&rule, "201", reply.in_short(), reply.status() == 201)?;
    let sent = draft_of(world)?.body["cases"].as_array().map_or(0, Vec::len);
    let seen = reply.array("/cases").len();
    world.check(&rule, format!("{sent} dossiers"), format!("{seen} dossiers"), seen == sent)
}

#[given(
    expr = "l'OSL s'est vu refuser ce télédossier, {string} manquant, puis un destinataire inconnu y figurant en second"
)]
async fn refused_twice(world: &mut World, place: String) -> Step {
    let before = waiting(world).await?;
    world.memory::<Refusal>().waiting_before =
        before.iter().map(|found| found["id"].clone()).collect();
    let incomplete = draft_of(world)?.without(&place)?;
    send(world, incomplete).await?;
    world.reply()?.clone().needed("refus d'un télédossier incomplet", 400)?;
    // A hub that creates the first case before it looks at the second would leave it behind.
    let mut draft = draft_of(world)?;
    let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
    let second =
        json!({ "externalId": format!("{number}-02"), "recipient": unknown_organization(world) });
    if let Some(cases) = draft.body["cases"].as_array_mut() {
        cases.push(second);
    }
    send(world, draft).await?;
    world.reply()?.clone().needed("refus d'un destinataire inconnu", 400)?;
    Ok(())
}

#[then(expr = "aucun dossier des télédossiers refusés n'est notifié au SI {rule}")]
async fn nothing_was_notified(world: &mut World, rule: Rule) -> Step {
    let number = draft_of(world)?.body["externalId"].as_str().unwrap_or_default().to_owned();
    // Once a later notification is there, whatever the refused creations caused is there too.
    world.settled_queue(Role::Si, &[], &rule.0).await?;
    let before = world.memory::<Refusal>().waiting_before.clone();
    let process = world.process()?;
    let is_new = |found: &&Value| {
        found["eventId"].is_null()
            && found["processCode"] == process.as_str()
            && !before.contains(&found["id"])
    };
    let cases: Vec<String> = waiting(world)
        .await?
        .iter()
        .filter(is_new)
        .filter_map(|found| found["caseId"].as_str())
        .map(str::to_owned)
        .collect();
    let mut unreadable = Vec::new();
    for case in cases.iter().take(MOST_READ) {
        let reply = world.read_case(Role::Si, case).await?;
        if reply.status() == 404 {
            unreadable.push(case.clone());
            continue;
        }
        let holds = !reply.text("/externalId").starts_with(&number);
        world.check(
            &rule,
            "aucun dossier d'un télédossier refusé",
            format!("dossier {}", reply.text("/externalId")),
            holds,
        )?;
    }
    is_of_no_folder(world, &unreadable, &rule).await?;
    world.check(
        &rule,
        "aucun dossier d'un télédossier refusé",
        format!("{} nouveaux dossiers, tous d'autres télédossiers", cases.len()),
        true,
    )
}

/// A notification whose case does not exist is that of a creation that was refused. One whose case
/// cannot be read yet, or any more, goes: only those that stay are judged.
async fn is_of_no_folder(world: &mut World, cases: &[String], rule: &Rule) -> Step {
    if cases.is_empty() {
        return Ok(());
    }
    let wanted: Vec<_> = cases.iter().map(|case| Wanted::any(case)).collect();
    let limit = world.session().target.limits.delivery;
    let waited = until(limit, async || {
        let mut missing = 0;
        for found in world.look(Role::Si, &wanted).await?.own {
            let case = found["caseId"].as_str().unwrap_or_default();
            missing += usize::from(world.read_case(Role::Si, case).await?.status() == 404);
        }
        Ok::<_, Stop>(Look { seen: missing, done: missing == 0 })
    });
    let missing = waited.await?.seen;
    world.check(
        rule,
        "aucune notification d'un dossier qui n'existe pas",
        format!("{missing} notification(s) de dossiers qui n'existent pas"),
        missing == 0,
    )
}

/// The notifications that wait for the SI, other people's included: looked at, never touched.
async fn waiting(world: &mut World) -> Result<Vec<Value>, Stop> {
    let most = world.session().target.limits.max_batch.to_string();
    let reply = world
        .read_batch(Role::Si, &[("maxResult", &most)])
        .await?
        .needed("lecture des notifications", 200)?;
    Ok(reply.array("").to_vec())
}

/// What the answer to the last request should name.
pub(super) fn expect_mistakes(world: &mut World, names: &[&str]) {
    world.memory::<Refusal>().mistakes = names.iter().map(|&name| name.to_owned()).collect();
}

async fn send(world: &mut World, draft: Draft) -> Step {
    world.create(Role::Osl, draft).await?;
    Ok(())
}

/// The triple of an organization that nobody registered: fourteen digits drawn from the run's own
/// numbers.
fn unknown_organization(world: &World) -> Value {
    let free = world.session().free_number();
    let digits = free.bytes().fold(0_u64, |sum, byte| {
        (sum.wrapping_mul(36).wrapping_add(u64::from(byte))) % 1_000_000_000_000
    });
    json!({ "type": "SI", "companyRegister": format!("99{digits:012}"), "branchCode": "99999" })
}

/// An organization that exists and has no subscription to the démarche played: a subscriber of
/// another démarche of the target, else the OSL itself.
async fn unsubscribed_organization(world: &mut World) -> Result<Value, Stop> {
    let played = world.process()?;
    let here = subscribers(world, played.as_str()).await?;
    let processes = world.credential(Role::Osl)?.processes.clone();
    for process in processes.iter().filter(|process| **process != played) {
        for subscriber in subscribers(world, process.as_str()).await? {
            if !here.contains(&subscriber) && subscriber["type"] == "SI" {
                return Ok(subscriber);
            }
        }
    }
    serde_json::to_value(&world.credential(Role::Osl)?.organization)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| {
            Stop::broken("recherche d'une organisation non abonnée", "une organisation", "aucune")
        })
}

/// The triples of all that have a subscription to a démarche, whatever its status.
async fn subscribers(world: &mut World, process: &str) -> Result<Vec<Value>, Stop> {
    let call = Call::operation(Operation::ListSubscriptions, &[])
        .query("processCode", process)
        .query("maxResult", 5000);
    let reply = world.send_as(Role::Osl, call).await?.needed("lecture des abonnements", 200)?;
    let triple = |found: &Value| {
        let subscriber = &found["subscriber"];
        json!({ "type": subscriber["type"], "companyRegister": subscriber["companyRegister"], "branchCode": subscriber["branchCode"] })
    };
    Ok(reply.array("").iter().map(triple).collect())
}
