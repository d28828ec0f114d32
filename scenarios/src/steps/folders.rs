//! Words of the deposit: creating a télédossier, and what of it comes back (contract §6, "Folder
//! creation"). Refusals are in [`super::folders_refused`].

use std::collections::BTreeSet;
use std::str::FromStr;

use contract::operations::Operation;
use contract::rules::ContractVersion;
use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::folders_completed::recipients;
use super::words::words;
use crate::actor::{Draft, files};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

/// How many attachments a rich télédossier has at most.
const MOST_ATTACHMENTS: usize = 3;
/// The headers by which a software says what it is.
pub(super) const SOFTWARE_HEADERS: [&str; 3] = ["applicationName", "editorName", "softwareVersion"];

words! {
    /// A télédossier that is described and not yet sent.
    enum Described in "described" {
        ForSi => "bien formé adressé au SI",
        ForBoth => "bien formé adressé au SI et au second SI",
        InManyScripts => "aux textes accentués, grecs, cyrilliques et chinois",
        Quoting => "aux textes à guillemets, apostrophes et espaces",
        OfOneFile => "d'une seule pièce jointe",
        OfTwoFiles => "de deux pièces jointes",
    }
}

words! {
    /// Where a télédossier that was sent is seen again.
    enum View in "view" {
        Creation => "la création",
        FolderReading => "la lecture du télédossier",
        CaseReading => "la lecture du dossier par le SI",
    }
}

/// What is seen again.
#[derive(Clone, Debug, PartialEq, Eq, cucumber::Parameter)]
#[param(
    name = "portion",
    regex = r#"le télédossier|les partnerAttributes de chaque dossier|ces textes|le nom du logiciel|le numéro de dossier|la propriété "[^"]+""#
)]
enum Portion {
    Whole,
    Attributes,
    /// All the texts that were sent.
    Texts,
    /// These properties, by their places.
    Places(Vec<String>),
    Software,
}

/// The places where a télédossier in many scripts has its texts.
const TEXTS: [&str; 4] = [
    "applicant.firstName",
    "applicant.lastName",
    "cases.0.partnerAttributes",
    "attachments.0.fileName",
];

impl FromStr for Portion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "le télédossier" => Self::Whole,
            "les partnerAttributes de chaque dossier" => Self::Attributes,
            "le nom du logiciel" => Self::Software,
            "ces textes" => Self::Texts,
            "le numéro de dossier" => Self::Places(vec!["cases.0.externalId".to_owned()]),
            _ => match text.split('"').nth(1) {
                Some(place) => Self::Places(vec![place.to_owned()]),
                None => return Err(format!("« {text} » is no part of a télédossier")),
            },
        })
    }
}

#[given(expr = "un télédossier {described}, encore à créer")]
async fn describes(world: &mut World, described: Described) -> Step {
    world.draft = Some(match described {
        Described::ForSi => rich(world, &[Role::Si])?,
        Described::ForBoth => rich(world, &[Role::Si, Role::SecondSi])?,
        Described::InManyScripts => of_texts(world, IN_MANY_SCRIPTS)?,
        Described::Quoting => of_texts(world, QUOTING)?,
        Described::OfOneFile => world.describe(&[Role::Si])?,
        Described::OfTwoFiles => {
            let (mut draft, profile) = (world.describe(&[Role::Si])?, world.profile()?);
            let (kind, mime_type) = profile.first_kind();
            let seed = format!("{}-2", draft.number());
            draft.attach(kind, mime_type, files::of(mime_type, &seed), &[]);
            draft
        }
    });
    Ok(())
}

const IN_MANY_SCRIPTS: [&str; 4] = [
    "Zoë-Élodie Ñuñez Łucja",
    "Œdipe Ναυσικά Жанна 王小明",
    "{\"remarque\":\"à l’œil nu — 50 €, Straße, ἀρχή, Київ, 東京\"}",
    "pièce_état-civil_Åse_документ.pdf",
];
/// Only what a software keeps for itself has spaces around it: whether a name may be trimmed is not
/// said.
const QUOTING: [&str; 4] = [
    "Anne \"Nan\" d'Aubigné",
    "L’Hermite  de   «  la Tour  »",
    "  {\"clé\":\"l'un\\tou \\\"l’autre\\\"\"}\t ",
    "acte d'état civil (n° 2)  \"copie\".pdf",
];

fn of_texts(world: &World, texts: [&str; 4]) -> Result<Draft, Stop> {
    let draft = rich(world, &[Role::Si])?;
    let bend = |draft: Draft, (place, text): (&str, &str)| draft.with(place, text.into());
    let there: Vec<_> = TEXTS.into_iter().zip(texts).filter(|(at, _)| draft.has(at)).collect();
    there.into_iter().try_fold(draft, bend)
}

#[when("l'OSL crée ce télédossier")]
pub(super) async fn create(world: &mut World) -> Step {
    let draft = draft_of(world)?;
    world.create(Role::Osl, draft).await?;
    Ok(())
}

#[when(
    expr = "l'OSL crée ce télédossier depuis le logiciel {string} de {string} en version {string}"
)]
async fn create_with_software(
    world: &mut World,
    application: String,
    editor: String,
    version: String,
) -> Step {
    let mut draft = draft_of(world)?;
    let named = SOFTWARE_HEADERS.into_iter().zip([application, editor, version]);
    draft.headers.extend(named.map(|(name, value)| (name.to_owned(), value)));
    world.draft = Some(draft);
    create(world).await
}

#[when(expr = "l'OSL crée ce télédossier depuis le seul logiciel {string}")]
async fn create_with_application(world: &mut World, application: String) -> Step {
    let mut draft = draft_of(world)?;
    draft.headers.push((SOFTWARE_HEADERS[0].to_owned(), application));
    world.draft = Some(draft);
    create(world).await
}

#[when("l'OSL le complète depuis un autre logiciel")]
async fn complete_with_another_software(world: &mut World) -> Step {
    world.upload_all().await?;
    let id = world.deposited()?.id.clone();
    let call = Call::operation(Operation::UpdateFolder, &[&id])
        .json(json!({ "globalStatus": "HUBEE_COMPLETED" }));
    let call = SOFTWARE_HEADERS.iter().fold(call, |call, name| call.header(name, "Autre"));
    world.send_as(Role::Osl, call).await?.needed("complétude du télédossier", 204)?;
    world.session().ledger.completed(&id);
    Ok(())
}

#[then(
    expr = "le télédossier créé est au statut {string}, ainsi que chacun de ses dossiers {rule}"
)]
async fn created_status(world: &mut World, status: String, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    world.check(&rule, "201", reply.in_short(), reply.status() == 201)?;
    let cases = reply.array("/cases");
    let all = !cases.is_empty() && cases.iter().all(|case| case["status"] == status.as_str());
    let holds = reply.text("/globalStatus") == status && all;
    world.check(
        &rule,
        format!("{status} partout"),
        crate::play::verdicts::statuses_of(&reply),
        holds,
    )
}

#[then(
    expr = "chaque pièce jointe du télédossier créé attend son fichier et porte son propre identifiant {rule}"
)]
async fn attachments_are_pending(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let sent = draft_of(world)?.files.len();
    let files = reply.array("/attachments");
    let ids: BTreeSet<_> =
        files.iter().filter_map(|file| file["id"].as_str()).filter(|id| is_uuid(id)).collect();
    let pending = files.iter().filter(|file| file["status"] == "PENDING").count();
    let holds = files.len() == sent && ids.len() == sent && pending == sent;
    let observed = format!(
        "{} pièces jointes, {} identifiants, {pending} au statut PENDING",
        files.len(),
        ids.len()
    );
    world.check(
        &rule,
        format!("{sent} pièces jointes au statut PENDING, chacune son identifiant"),
        observed,
        holds,
    )
}

#[then(
    expr = "le télédossier créé porte un identifiant, et un dossier pour chaque destinataire {rule}"
)]
async fn one_case_each(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let draft = draft_of(world)?;
    let sent = list(&draft.body, "cases");
    let seen = reply.array("/cases");
    let ids: BTreeSet<_> =
        seen.iter().filter_map(|case| case["id"].as_str()).filter(|id| is_uuid(id)).collect();
    let addressed = sent.iter().all(|case| {
        seen.iter()
            .filter(|other| same_organization(&other["recipient"], &case["recipient"]))
            .count()
            == 1
    });
    let holds = is_uuid(reply.text("/id"))
        && seen.len() == sent.len()
        && ids.len() == sent.len()
        && addressed;
    world.check(
        &rule,
        format!("{} dossiers, un par destinataire", sent.len()),
        format!("{} dossiers, {} identifiants", seen.len(), ids.len()),
        holds,
    )
}

#[then(expr = "chaque destinataire lit son propre dossier {rule}")]
async fn each_reads_its_case(world: &mut World, rule: Rule) -> Step {
    for (role, case) in recipients(world)? {
        let reply = world.read_case(role, &case).await?;
        let own = serde_json::to_value(&world.credential(role)?.organization).unwrap_or_default();
        let holds = reply.status() == 200 && same_organization(&reply.json()["recipient"], &own);
        world.check(
            &rule,
            format!("le dossier de {}", role.in_french()),
            reply.in_short(),
            holds,
        )?;
    }
    Ok(())
}

#[then(expr = "chaque destinataire lit dans son dossier ses propres partnerAttributes {rule}")]
async fn each_reads_its_attributes(world: &mut World, rule: Rule) -> Step {
    let sent = world.deposited()?.draft.body.clone();
    for (rank, (role, case)) in recipients(world)?.into_iter().enumerate() {
        let reply = world.read_case(role, &case).await?.needed("lecture du dossier", 200)?;
        let sent = text_at(&sent, &format!("cases/{rank}/partnerAttributes"));
        let seen = reply.text("/partnerAttributes");
        world.check(&rule, format!("« {sent} »"), format!("« {seen} »"), sent == seen)?;
    }
    Ok(())
}

#[then(expr = "{view} rend {portion} sans altération {rule}")]
async fn gives_back(world: &mut World, view: View, portion: Portion, rule: Rule) -> Step {
    let seen = match view {
        View::Creation => {
            let reply = world.reply()?.clone();
            world.check(&rule, "201", reply.in_short(), reply.status() == 201)?;
            reply
        }
        View::FolderReading => {
            let reply = world.read_folder().await?;
            world.check(&rule, "200", reply.in_short(), reply.status() == 200)?;
            reply
        }
        View::CaseReading => {
            let case = world.case_id()?;
            world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?
        }
    };
    let sent = world.deposited()?.draft.clone();
    match portion {
        Portion::Whole => {
            compare(world, &rule, &sent.body, seen.json())?;
            keeps_creation(world, &rule, seen.json())
        }
        Portion::Attributes => {
            let attributes = |folder: &Value| {
                let of = |case: &Value| case["partnerAttributes"].to_string();
                list(folder, "cases").iter().map(of).collect::<BTreeSet<_>>()
            };
            let (sent, seen) = (attributes(&sent.body), attributes(seen.json()));
            let told =
                |some: &BTreeSet<String>| some.iter().cloned().collect::<Vec<_>>().join(", ");
            world.check(&rule, told(&sent), told(&seen), sent == seen)
        }
        Portion::Texts => {
            let mut there = TEXTS.iter().filter(|place| sent.has(place));
            there.try_for_each(|place| is_kept(world, &rule, &sent, &seen, view, place))
        }
        Portion::Places(places) => {
            places.iter().try_for_each(|place| is_kept(world, &rule, &sent, &seen, view, place))
        }
        Portion::Software => {
            let value = |name: &&str| {
                let header = sent.headers.iter().find(|(header, _)| header == name);
                header.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            let sent = SOFTWARE_HEADERS.each_ref().map(value);
            let seen =
                SOFTWARE_HEADERS.map(|name| seen.text(&format!("/partnerInfo/{name}")).to_owned());
            world.check(&rule, sent.join(", "), seen.join(", "), seen == sent)
        }
    }
}

/// The cases that each file of a télédossier for two goes to, by rank.
const OF_TWO: [&[usize]; MOST_ATTACHMENTS] = [&[0], &[1], &[0, 1]];

/// A well-formed télédossier with several attachments and every optional text; for two, with a file
/// for each and one for both.
fn rich(world: &World, recipients: &[Role]) -> Result<Draft, Stop> {
    // Plain letters: what becomes of others has its own scenario (FOL-16).
    let mut draft = world.describe_bare(recipients)?.with("applicant.lastName", "Dupont".into())?;
    let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
    // Before CI-SI-1.2.6 no document says what becomes of them.
    let attributed = world.session().target.hub.contract >= ContractVersion::CiSi126;
    let cases = draft.body["cases"].as_array_mut().filter(|_| attributed);
    for case in cases.into_iter().flatten() {
        let text =
            format!("{{\"reference\":\"{}\"}}", case["externalId"].as_str().unwrap_or_default());
        case["partnerAttributes"] = json!(text);
    }
    let profile = world.profile()?;
    let announced: Vec<_> = profile
        .attachments
        .iter()
        .flat_map(|(kind, mimes)| mimes.iter().map(move |mime| (kind, mime)))
        .collect();
    let is_for_two = recipients.len() == 2;
    let count = if is_for_two { MOST_ATTACHMENTS } else { announced.len().min(MOST_ATTACHMENTS) };
    for (rank, (kind, mime)) in announced.into_iter().cycle().take(count).enumerate() {
        let cases = if is_for_two { OF_TWO[rank] } else { &[] };
        draft.attach(kind, mime, files::of(mime, &format!("{number}-{rank}")), cases);
    }
    Ok(draft)
}

/// Checks that a text sent is in what the hub shows; among its attachments, at any rank.
fn is_kept(
    world: &World,
    rule: &Rule,
    sent: &Draft,
    seen: &Reply,
    view: View,
    place: &str,
) -> Step {
    let place = place.replace('.', "/");
    let sent = text_at(&sent.body, &place);
    // A case is read without the télédossier around it.
    let place = match view {
        View::CaseReading => place.strip_prefix("cases/0/").unwrap_or(&place),
        View::Creation | View::FolderReading => &place,
    };
    let found = match place.strip_prefix("attachments/0/") {
        Some(name) => {
            let names: Vec<_> =
                seen.array("/attachments").iter().filter_map(|file| file[name].as_str()).collect();
            names.iter().find(|name| **name == sent).or(names.first()).copied().unwrap_or_default()
        }
        None => text_at(seen.json(), place),
    };
    world.check(rule, format!("« {sent} »"), format!("« {found} »"), found == sent)
}

pub(super) fn draft_of(world: &World) -> Result<Draft, Stop> {
    world
        .draft
        .clone()
        .ok_or_else(|| Stop::broken("création du télédossier", "un télédossier décrit", "aucun"))
}

fn compare(world: &World, rule: &Rule, sent: &Value, seen: &Value) -> Step {
    let lost = differences(sent, seen);
    let observed = if lost.is_empty() {
        "rien ne manque".to_owned()
    } else {
        format!("altéré ou absent : {}", lost.join(", "))
    };
    world.check(rule, "tout ce qui a été envoyé", observed, lost.is_empty())
}

/// A télédossier is created once, whatever is done to it afterwards (contract §5: `createDateTime`
/// is set by the hub). A hub may show fewer digits of it from one answer to another.
fn keeps_creation(world: &World, rule: &Rule, seen: &Value) -> Step {
    let date = |folder: &Value| folder["createDateTime"].as_str()?.parse::<Timestamp>().ok();
    let (Some(first), Some(now)) = (date(&world.deposited()?.created), date(seen)) else {
        return Ok(());
    };
    let holds = (first.unix_ms() - now.unix_ms()).abs() <= 1000;
    world.check(rule, format!("créé le {first}"), format!("créé le {now}"), holds)
}

/// Where a folder as the hub shows it is not what was sent. Cases are found by their number and
/// files by their name: the order of an answer is free but for the creation's.
fn differences(sent: &Value, seen: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    let mut compare = |place: String, sent: &Value, seen: &Value| {
        if sent != seen {
            lost.push(place);
        }
    };
    for place in ["processCode", "externalId"] {
        compare(place.to_owned(), &sent[place], &seen[place]);
    }
    for place in ["firstName", "lastName", "email"] {
        compare(format!("applicant.{place}"), &sent["applicant"][place], &seen["applicant"][place]);
    }
    for case in list(sent, "cases") {
        let found = list(seen, "cases")
            .iter()
            .find(|other| other["externalId"] == case["externalId"])
            .unwrap_or(&Value::Null);
        let number = case["externalId"].as_str().unwrap_or_default();
        compare(
            format!("dossier {number}"),
            &case["partnerAttributes"],
            &found["partnerAttributes"],
        );
        compare(
            format!("destinataire de {number}"),
            &Value::Bool(true),
            &same_organization(&case["recipient"], &found["recipient"]).into(),
        );
    }
    for file in list(sent, "attachments") {
        let found = list(seen, "attachments")
            .iter()
            .find(|other| other["fileName"] == file["fileName"])
            .unwrap_or(&Value::Null);
        let name = file["fileName"].as_str().unwrap_or_default();
        for place in ["type", "size", "mimeType"] {
            compare(format!("{place} de {name}"), &file[place], &found[place]);
        }
        let numbers = |file: &Value| {
            list(file, "recipients")
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect::<BTreeSet<_>>()
        };
        compare(format!("destinataires de {name}"), &json!(numbers(file)), &json!(numbers(found)));
    }
    lost
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text_at<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(&format!("/{place}")).and_then(Value::as_str).unwrap_or_default()
}

fn is_uuid(text: &str) -> bool {
    text.parse::<contract::ids::FolderId>().is_ok()
}

/// Whether two organizations have the same triple, whatever else is said of them.
fn same_organization(one: &Value, other: &Value) -> bool {
    ["type", "companyRegister", "branchCode"]
        .iter()
        .all(|part| one[*part].is_string() && one[*part] == other[*part])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> Value {
        json!({
            "processCode": "P", "externalId": "N", "applicant": { "firstName": "A", "lastName": "B", "email": null },
            "cases": [{ "externalId": "N-01", "partnerAttributes": "x", "recipient": { "type": "SI", "companyRegister": "1", "branchCode": "2" } }],
            "attachments": [{ "fileName": "f", "type": "t", "size": 1, "mimeType": "m", "recipients": ["N-01", "N-02"] }],
        })
    }

    #[test]
    fn more_properties_and_another_order_are_no_difference() {
        let mut seen = sent();
        seen["id"] = json!("x");
        seen["cases"][0]["recipient"]["name"] = json!("Mairie");
        seen["attachments"][0]["recipients"] = json!(["N-02", "N-01"]);
        assert!(differences(&sent(), &seen).is_empty());
    }

    #[test]
    fn each_loss_is_named() {
        for (pointer, named) in [
            ("/applicant/email", "applicant.email"),
            ("/cases/0/partnerAttributes", "dossier N-01"),
            ("/attachments/0/size", "size de f"),
        ] {
            let mut seen = sent();
            *seen.pointer_mut(pointer).unwrap() = json!("perdu");
            assert_eq!(differences(&sent(), &seen), [named]);
        }
    }
}
