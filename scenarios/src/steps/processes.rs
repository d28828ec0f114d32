//! Words of the référentiel of démarches: created, read, listed, changed by the administrator, with
//! effect on deposits.

use contract::operations::Operation;
use cucumber::{then, when};
use gherkin::Step as Written;
use serde_json::{Value, json};

use super::rows;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::bodies;
use crate::play::deposit::Draft;
use crate::play::files;
use crate::play::order::{a_few, distinct, faults_of_filter, is_ordered, keys};
use crate::play::referential::Outcome;
use crate::play::restoration::writable;
use crate::roles::Role;
use crate::world::World;

const PROCESS: &str = "processes/process";
const LIST: &str = "processes/list";
const WANTED: &str = "processes/wanted";
const SEEN: &str = "processes/seen";
const OUTCOME: &str = "processes/outcome";
/// A type of attachment that no démarche knows.
const NEW_KIND: &str = "Etalon-Piece-Nouvelle";
const UNKNOWN_CODE: &str = "ETALON-INCONNUE";

fn code_of(process: &Value) -> String {
    process["code"].as_str().unwrap_or_default().to_owned()
}

/// A démarche that does not exist yet: the sandbox's, under another code.
async fn unused_process(world: &mut World) -> Result<Value, Stop> {
    let sandbox = world.process()?;
    let read = world
        .send_as(Role::Admin, Call::operation(Operation::GetProcess, &[sandbox.as_str()]))
        .await?;
    let mut body = writable(read.needed("lecture de la démarche d'essai", 200)?.json());
    body["code"] = json!(format!("ETALON-{}", world.session().free_number()));
    body["name"] = json!("Étalon, démarche d'essai créée par une certification");
    Ok(body)
}

async fn create(world: &mut World, body: Value) -> Result<Reply, Stop> {
    let code = code_of(&body);
    let reply = world
        .send_as(Role::Admin, Call::operation(Operation::CreateProcess, &[]).json(body))
        .await?;
    if reply.status() == 201 {
        world
            .session()
            .ledger
            .leave(format!("démarche {code} (l'API ne permet pas de la supprimer)"));
    }
    Ok(reply)
}

async fn read(world: &mut World, code: &str) -> Result<Reply, Stop> {
    world.send_as(Role::Admin, Call::operation(Operation::GetProcess, &[code])).await
}

fn process(world: &World) -> Result<Value, Stop> {
    world
        .notes
        .get(PROCESS)
        .cloned()
        .ok_or_else(|| Stop::broken("recherche de la démarche", "une démarche", "aucune"))
}

#[when("l'administrateur crée une démarche nouvelle")]
async fn creates_new(world: &mut World) -> Step {
    let body = unused_process(world).await?;
    world.notes.insert(PROCESS, body.clone());
    create(world, body).await?;
    Ok(())
}

#[when("l'administrateur crée la même démarche, complète")]
async fn creates_complete(world: &mut World) -> Step {
    let body = process(world)?;
    create(world, body).await?;
    Ok(())
}

#[when("l'administrateur crée une démarche nouvelle, sans donner tour à tour")]
async fn creates_incomplete(world: &mut World, step: &Written) -> Step {
    let sound = unused_process(world).await?;
    let mut bent = Vec::new();
    for row in rows(step) {
        if let [property] = &row[..] {
            bent.push((format!("sans {property}"), bodies::without(&sound, property)?));
        }
    }
    try_each(world, sound, bent).await
}

#[when("l'administrateur crée une démarche nouvelle, avec tour à tour")]
async fn creates_malformed(world: &mut World, step: &Written) -> Step {
    let sound = unused_process(world).await?;
    let mut bent = Vec::new();
    for row in rows(step) {
        if let [field, value] = &row[..] {
            bent.push((format!("{field} = {value}"), bodies::with(&sound, field, value)?));
        }
    }
    try_each(world, sound, bent).await
}

async fn try_each(world: &mut World, sound: Value, bodies: Vec<(String, Value)>) -> Step {
    let mut others = Vec::new();
    for (name, body) in bodies {
        let reply = create(world, body).await?;
        if reply.status() != 400 {
            others.push(format!("{name} : {}", reply.in_short()));
        }
    }
    world.notes.insert(PROCESS, sound);
    world.notes.insert(SEEN, json!(others));
    Ok(())
}

#[then(expr = "toutes ces démarches sont refusées comme invalides {rule}")]
async fn all_refused(world: &mut World, rule: Rule) -> Step {
    let others = super::auth::texts(world.notes.get(SEEN));
    let observed = if others.is_empty() { "400 à chacune".to_owned() } else { a_few(&others) };
    world.check(&rule, "400 à chacune", observed, others.is_empty())
}

#[then(expr = "la démarche est créée {rule}")]
async fn created(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[201])
}

#[then(expr = "la relecture de la démarche donne ce qui a été enregistré {rule}")]
async fn read_back(world: &mut World, rule: Rule) -> Step {
    let sent = process(world)?;
    let reply = read(world, &code_of(&sent)).await?;
    let other = sent
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| !same(value, &reply.json()[name.as_str()]));
    let others: Vec<String> =
        other.map(|(name, _)| format!("{name} : {}", reply.json()[name.as_str()])).collect();
    let observed = match (reply.status(), others.is_empty()) {
        (200, true) => "tout ce qui a été envoyé".to_owned(),
        (200, false) => a_few(&others),
        _ => reply.in_short(),
    };
    world.check(
        &rule,
        "tout ce qui a été envoyé",
        observed,
        reply.status() == 200 && others.is_empty(),
    )
}

/// An organization may come back with its name, an empty list as nothing, and the formats and types
/// of a démarche in another order: they are sets, no document gives their order a meaning (contract
/// §5).
fn same(sent: &Value, read: &Value) -> bool {
    match (sent, read) {
        (Value::Array(sent), Value::Array(read)) => {
            sent.len() == read.len()
                && sent.iter().all(|item| read.contains(item))
                && read.iter().all(|item| sent.contains(item))
        }
        (Value::Object(sent), Value::Object(read)) => {
            sent.iter().all(|(name, value)| read.get(name) == Some(value))
        }
        (Value::Array(sent), Value::Null) => sent.is_empty(),
        _ => sent == read,
    }
}

async fn read_list(world: &mut World, query: &[(&str, &str)]) -> Result<Reply, Stop> {
    let mut call = Call::operation(Operation::ListProcesses, &[]);
    for (name, value) in query {
        call = call.query(name, value);
    }
    world.send_as(Role::Admin, call).await
}

fn list(world: &World) -> Vec<Value> {
    world.notes.get(LIST).and_then(Value::as_array).cloned().unwrap_or_default()
}

#[when("l'administrateur lit la liste des démarches")]
async fn reads_list(world: &mut World) -> Step {
    let items =
        read_list(world, &[]).await?.needed("lecture des démarches", 200)?.array("").to_vec();
    world.notes.insert(LIST, json!(items));
    Ok(())
}

#[then(expr = "la liste des démarches contient toutes celles que les partenaires utilisent {rule}")]
async fn list_is_whole(world: &mut World, rule: Rule) -> Step {
    let given = keys(&list(world), "code");
    let used: Vec<String> =
        world.session().troupe.processes().iter().map(ToString::to_string).collect();
    let lacking: Vec<String> = used.iter().filter(|code| !given.contains(code)).cloned().collect();
    let observed = if lacking.is_empty() {
        format!("{} démarches, dont celles-là", given.len())
    } else {
        format!("il manque {}", a_few(&lacking))
    };
    world.check(
        &rule,
        format!("au moins les {} démarches des accès déclarés", used.len()),
        observed,
        lacking.is_empty(),
    )
}

#[when("l'administrateur relit la liste des démarches d'un seul OSL")]
async fn reads_filtered(world: &mut World) -> Step {
    let register = list(world)
        .first()
        .map(|process| process["osl"]["companyRegister"].clone())
        .unwrap_or_default();
    world.notes.insert(WANTED, register.clone());
    read_list(world, &[("companyRegister", register.as_str().unwrap_or_default())]).await?;
    Ok(())
}

#[then(expr = "la liste filtrée donne toutes les démarches de cet OSL, et elles seules {rule}")]
async fn filtered_is_right(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let wanted = world.notes.get(WANTED).cloned().unwrap_or_default();
    let faults = faults_of_filter(&list(world), reply.array(""), code_of, |process| {
        process["osl"]["companyRegister"] == wanted
    });
    let observed = match (reply.status(), faults.is_empty()) {
        (200, true) => format!("{} démarches, les bonnes", reply.array("").len()),
        (200, false) => a_few(&faults),
        _ => reply.in_short(),
    };
    world.check(
        &rule,
        format!("les démarches de l'OSL {wanted}"),
        observed,
        reply.status() == 200 && faults.is_empty(),
    )
}

#[when("l'administrateur relit la liste des démarches d'un OSL inconnu")]
async fn reads_filtered_by_nothing(world: &mut World) -> Step {
    read_list(world, &[("companyRegister", "00000000000000")]).await?;
    Ok(())
}

#[then(expr = "la liste filtrée des démarches est vide {rule}")]
async fn filtered_is_empty(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    let empty =
        matches!(reply.status(), 400 | 404) || reply.status() == 200 && reply.array("").is_empty();
    let observed = if reply.status() == 200 {
        format!("{} démarches", reply.array("").len())
    } else {
        reply.in_short()
    };
    world.check(&rule, "aucune démarche", observed, empty)
}

#[when(regex = "^l'administrateur lit la liste des démarches triée par (code|name)$")]
async fn reads_ordered(world: &mut World, field: String) -> Step {
    world.notes.insert(WANTED, json!(field));
    read_list(world, &[("orderBy", &field)]).await?;
    Ok(())
}

#[then(expr = "la liste des démarches est triée {rule}")]
async fn is_in_order(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let field = world.notes.get(WANTED).and_then(Value::as_str).unwrap_or_default().to_owned();
    let values = keys(reply.array(""), &field);
    if reply.status() == 200 && distinct(&values) < 2 {
        return Err(world.inconclusive(
            &rule.0,
            "le référentiel n'a pas deux démarches : leur ordre ne montre rien",
        ));
    }
    let observed = if reply.status() == 200 { a_few(&values) } else { reply.in_short() };
    world.check(
        &rule,
        format!("un {field} croissant"),
        observed,
        reply.status() == 200 && is_ordered(&values, false),
    )
}

#[when("l'administrateur lit une démarche qui n'existe pas")]
async fn reads_unknown(world: &mut World) -> Step {
    read(world, UNKNOWN_CODE).await?;
    Ok(())
}

#[when("l'administrateur modifie une démarche qui n'existe pas")]
async fn changes_unknown(world: &mut World) -> Step {
    let mut body = unused_process(world).await?;
    body["code"] = json!(UNKNOWN_CODE);
    world
        .send_as(Role::Admin, Call::operation(Operation::UpdateProcess, &[UNKNOWN_CODE]).json(body))
        .await?;
    Ok(())
}

#[then(expr = "la démarche est inconnue {rule}")]
async fn unknown(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[404])
}

#[when("l'administrateur lit une démarche de la liste")]
async fn reads_listed(world: &mut World) -> Step {
    reads_list(world).await?;
    let code = list(world)
        .first()
        .map(code_of)
        .ok_or_else(|| Stop::broken("lecture des démarches", "au moins une démarche", "aucune"))?;
    read(world, &code).await?;
    Ok(())
}

#[then(expr = "la démarche est donnée {rule}")]
async fn given(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[200])
}

/// A télédossier of the sandbox with one file of a type and length.
fn describe(world: &World, kind: Option<&str>, length: Option<usize>) -> Result<Draft, Stop> {
    let mut draft = world.describe_bare(&[Role::Si])?;
    let profile = world.profile()?;
    let (known, mime_type) = profile.first_kind();
    let mut bytes = files::of(mime_type, draft.body["externalId"].as_str().unwrap_or_default());
    if let Some(length) = length {
        // Blanks at the end of a document change nothing of its kind.
        bytes.resize(length.max(bytes.len()), b'\n');
    }
    draft.attach(kind.unwrap_or(known), mime_type, bytes, &[]);
    Ok(draft)
}

async fn try_deposit(world: &mut World, draft: Draft) -> Step {
    let seen = match world.try_deposit(draft).await? {
        Outcome::Taken => Value::Null,
        Outcome::Refused(why) => json!(why),
    };
    world.notes.insert(OUTCOME, seen);
    Ok(())
}

#[when("l'OSL dépose un télédossier avec un type de pièce que la démarche n'admet pas")]
async fn deposits_new_kind(world: &mut World) -> Step {
    let draft = describe(world, Some(NEW_KIND), None)?;
    try_deposit(world, draft).await
}

#[when("l'OSL dépose de nouveau un télédossier avec ce type de pièce")]
async fn deposits_new_kind_again(world: &mut World) -> Step {
    deposits_new_kind(world).await
}

#[when("l'OSL dépose un télédossier avec une pièce de mille octets")]
async fn deposits_thousand_bytes(world: &mut World) -> Step {
    let draft = describe(world, None, Some(1000))?;
    try_deposit(world, draft).await
}

#[when("l'administrateur ajoute ce type à ceux que la démarche admet")]
async fn admits_new_kind(world: &mut World) -> Step {
    world
        .change_sandbox(|process| {
            if let Some(kinds) = process["attachmentTypesEnabled"].as_array_mut() {
                kinds.push(json!(NEW_KIND));
            }
        })
        .await
}

#[when("l'administrateur abaisse à cinq cents octets la taille que la démarche admet")]
async fn lowers_size(world: &mut World) -> Step {
    world.change_sandbox(|process| process["attachmentMaxSizeEnabled"] = json!(500)).await
}

#[then(expr = "ce dépôt sur la démarche est refusé {rule}")]
async fn deposit_refused(world: &mut World, rule: Rule) -> Step {
    let refusal = world.notes.get(OUTCOME).and_then(Value::as_str).map(str::to_owned);
    world.check(
        &rule,
        "un refus, au plus tard à la complétude",
        refusal.clone().unwrap_or_else(|| "accepté".to_owned()),
        refusal.is_some(),
    )
}

#[then(expr = "ce dépôt sur la démarche est accepté {rule}")]
async fn deposit_taken(world: &mut World, rule: Rule) -> Step {
    let refusal = world.notes.get(OUTCOME).and_then(Value::as_str).map(str::to_owned);
    world.check(
        &rule,
        "le dépôt accepté",
        refusal.clone().map_or("accepté".to_owned(), |why| format!("refusé {why}")),
        refusal.is_none(),
    )
}
