//! Words of the deposit: creating a télédossier, and what of it comes back (contract §6, "Folder
//! creation"). Refusals are in [`super::folders_refused`].

use std::collections::BTreeSet;

use cucumber::{given, then, when};
use serde_json::{Value, json};

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::play::deposit::Draft;
use crate::play::files;
use crate::play::notifications::Wanted;
use crate::roles::Role;
use crate::world::World;

/// How many attachments a rich télédossier has at most.
const MOST_ATTACHMENTS: usize = 3;

#[given("un télédossier bien formé adressé au SI, encore à créer")]
async fn described(world: &mut World) -> Step {
    world.draft = Some(rich(world, &[Role::Si])?);
    Ok(())
}

#[given("un télédossier bien formé adressé au SI et au second SI, encore à créer")]
async fn described_for_both(world: &mut World) -> Step {
    world.draft = Some(rich(world, &[Role::Si, Role::SecondSi])?);
    Ok(())
}

#[given("un demandeur et des textes accentués, grecs, cyrilliques et chinois")]
async fn described_in_many_scripts(world: &mut World) -> Step {
    let texts = [
        ("applicant.firstName", "Zoë-Élodie Ñuñez Łucja"),
        ("applicant.lastName", "Œdipe Ναυσικά Жанна 王小明"),
        (
            "cases.0.partnerAttributes",
            "{\"remarque\":\"à l’œil nu — 50 €, Straße, ἀρχή, Київ, 東京\"}",
        ),
        ("attachments.0.fileName", "pièce_état-civil_Åse_документ.pdf"),
    ];
    let mut draft = rich(world, &[Role::Si])?;
    for (place, text) in texts {
        draft = draft.with(place, text.into())?;
    }
    world.draft = Some(draft);
    Ok(())
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
    for (name, value) in
        [("applicationName", application), ("editorName", editor), ("softwareVersion", version)]
    {
        draft.headers.push((name.to_owned(), value));
    }
    world.draft = Some(draft);
    create(world).await
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
    let cases = world.deposited()?.cases.clone();
    world.upload_all().await?;
    world.complete().await?;
    for (role, case) in [Role::Si, Role::SecondSi].into_iter().zip(&cases) {
        world.need_notification(role, &Wanted::new_case(case)).await?;
        let reply = world.read_case(role, case).await?;
        let own = serde_json::to_value(&world.player(role)?.organization).unwrap_or_default();
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

#[then(expr = "la création rend le télédossier tel qu'il a été envoyé {rule}")]
async fn creation_gives_back(world: &mut World, rule: Rule) -> Step {
    let (reply, draft) = (world.reply()?.clone(), draft_of(world)?);
    compare(world, &rule, &draft.body, reply.json())
}

#[then(expr = "la lecture du télédossier le rend tel qu'il a été envoyé {rule}")]
pub(super) async fn reading_gives_back(world: &mut World, rule: Rule) -> Step {
    let draft = draft_of(world)?;
    let reply = world.read_folder().await?;
    world.check(&rule, "200", reply.in_short(), reply.status() == 200)?;
    compare(world, &rule, &draft.body, reply.json())
}

#[then(expr = "le SI lit ces textes sans altération {rule}")]
async fn texts_reach_the_si(world: &mut World, rule: Rule) -> Step {
    let draft = draft_of(world)?;
    world.upload_all().await?;
    world.complete().await?;
    let case = world.case_id()?;
    world.need_notification(Role::Si, &Wanted::new_case(&case)).await?;
    let reply = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    let name = draft.body["attachments"][0]["fileName"].as_str().unwrap_or_default();
    let texts = ["applicant.firstName", "applicant.lastName"].map(|place| place.replace('.', "/"));
    for place in texts {
        let (sent, seen) = (text_at(&draft.body, &place), text_at(reply.json(), &place));
        world.check(&rule, format!("« {sent} »"), format!("« {seen} »"), sent == seen)?;
    }
    let sent = draft.body["cases"][0]["partnerAttributes"].as_str().unwrap_or_default();
    world.check(
        &rule,
        format!("« {sent} »"),
        format!("« {} »", reply.text("/partnerAttributes")),
        reply.text("/partnerAttributes") == sent,
    )?;
    let names: Vec<_> =
        reply.array("/attachments").iter().filter_map(|file| file["fileName"].as_str()).collect();
    world.check(&rule, format!("le fichier « {name} »"), names.join(", "), names.contains(&name))
}

#[then(expr = "la création et la lecture rendent ces textes sans altération {rule}")]
async fn texts_are_kept(world: &mut World, rule: Rule) -> Step {
    let created = world.reply()?.clone();
    world.check(&rule, "201", created.in_short(), created.status() == 201)?;
    let folder = world.read_folder().await?;
    for place in [
        "applicant.firstName",
        "applicant.lastName",
        "cases.0.partnerAttributes",
        "attachments.0.fileName",
    ] {
        is_kept(world, &rule, created.json(), place)?;
        is_kept(world, &rule, folder.json(), place)?;
    }
    Ok(())
}

#[then(expr = "le télédossier garde les {int} caractères de la propriété {string} {rule}")]
async fn length_is_kept(world: &mut World, characters: usize, place: String, rule: Rule) -> Step {
    let draft = world.deposited()?.draft.clone();
    let sent = text_at(&draft.body, &place.replace('.', "/")).chars().count();
    if sent != characters {
        return Err(Stop::broken("longueur envoyée", characters.to_string(), sent.to_string()));
    }
    world.draft = Some(draft);
    let folder = world.read_folder().await?;
    is_kept(world, &rule, folder.json(), &place)
}

#[then(expr = "le télédossier garde le logiciel {string} de {string} en version {string} {rule}")]
async fn software_is_kept(
    world: &mut World,
    application: String,
    editor: String,
    version: String,
    rule: Rule,
) -> Step {
    let created = world.reply()?.clone();
    world.check(&rule, "201", created.in_short(), created.status() == 201)?;
    let folder = world.read_folder().await?;
    let seen = ["applicationName", "editorName", "softwareVersion"]
        .map(|name| folder.text(&format!("/partnerInfo/{name}")).to_owned());
    let holds = seen == [application.clone(), editor.clone(), version.clone()];
    world.check(&rule, format!("{application}, {editor}, {version}"), seen.join(", "), holds)
}

/// A well-formed télédossier with several attachments and every optional text.
fn rich(world: &World, recipients: &[Role]) -> Result<Draft, Stop> {
    // Plain letters: what becomes of others has its own scenario (FOL-16).
    let mut draft = world.describe_bare(recipients)?.with("applicant.lastName", "Dupont".into())?;
    let number = draft.body["externalId"].as_str().unwrap_or_default().to_owned();
    for case in draft.body["cases"].as_array_mut().into_iter().flatten() {
        let text =
            format!("{{\"reference\":\"{}\"}}", case["externalId"].as_str().unwrap_or_default());
        case["partnerAttributes"] = json!(text);
    }
    let profile = world.profile()?;
    let announced = profile
        .attachments
        .iter()
        .flat_map(|(kind, mimes)| mimes.iter().map(move |mime| (kind, mime)));
    for (rank, (kind, mime)) in announced.take(MOST_ATTACHMENTS).enumerate() {
        draft.attach(kind, mime, files::of(mime, &format!("{number}-{rank}")), &[]);
    }
    Ok(draft)
}

/// Checks that a text sent is in a folder as the hub shows it; among its attachments, at any rank.
fn is_kept(world: &World, rule: &Rule, seen: &Value, place: &str) -> Step {
    let place = place.replace('.', "/");
    let draft = draft_of(world)?;
    let sent = text_at(&draft.body, &place);
    let found = match place.strip_prefix("attachments/0/") {
        Some(name) => {
            let names: Vec<_> =
                list(seen, "attachments").iter().filter_map(|file| file[name].as_str()).collect();
            names.iter().find(|name| **name == sent).or(names.first()).copied().unwrap_or_default()
        }
        None => text_at(seen, &place),
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
