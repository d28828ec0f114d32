//! Words of the référentiel of organizations: created, read, listed, changed by the administrator.

use contract::operations::Operation;
use cucumber::{then, when};
use gherkin::Step as Written;
use serde_json::{Value, json};

use super::rows;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::bodies;
use crate::play::order::{a_few, at, distinct, faults_of_filter, is_ordered, keys};
use crate::play::referential::{WHOLE_LIST, organization_id, unused_organization};
use crate::roles::Role;
use crate::world::World;

/// The organization of the scenario: the body that was sent.
pub(super) const ORGANIZATION: &str = "organizations/organization";
const LIST: &str = "organizations/list";
const WANTED: &str = "organizations/wanted";
const SEEN: &str = "organizations/seen";

/// The organization of the scenario.
pub(super) fn organization(world: &World) -> Result<Value, Stop> {
    world
        .notes
        .get(ORGANIZATION)
        .cloned()
        .ok_or_else(|| Stop::broken("recherche de l'organisation", "une organisation", "aucune"))
}

/// Refused with 400 and the words that clients look for (contract §3).
pub(super) fn refused_as_existing(world: &World, rule: &Rule) -> Step {
    let reply = world.reply()?;
    let said =
        reply.problems().first().is_some_and(|(_, message)| message.contains("already exists"));
    world.check(rule, "400, « already exists »", reply.in_short(), reply.status() == 400 && said)
}

async fn create(world: &mut World, body: Value) -> Result<Reply, Stop> {
    world.create_organization(body).await
}

async fn read(world: &mut World, id: &str) -> Result<Reply, Stop> {
    world.send_as(Role::Admin, Call::operation(Operation::GetOrganization, &[id])).await
}

#[when("l'administrateur crée une organisation nouvelle")]
async fn creates_new(world: &mut World) -> Step {
    let body = unused_organization(world.session());
    world.notes.insert(ORGANIZATION, body.clone());
    create(world, body).await?;
    Ok(())
}

#[when("l'administrateur crée cette organisation")]
async fn creates_this(world: &mut World) -> Step {
    let body = organization(world)?;
    create(world, body).await?;
    Ok(())
}

#[when("l'administrateur crée la même organisation, complète")]
async fn creates_complete(world: &mut World) -> Step {
    creates_this(world).await
}

#[when("l'administrateur crée la même organisation sous un autre nom")]
async fn creates_again(world: &mut World) -> Step {
    let mut body = organization(world)?;
    body["name"] = json!("Étalon, deuxième fois");
    create(world, body).await?;
    Ok(())
}

#[when("l'administrateur crée une organisation nouvelle, sans donner tour à tour")]
async fn creates_incomplete(world: &mut World, step: &Written) -> Step {
    let sound = unused_organization(world.session());
    let mut bent = Vec::new();
    for row in rows(step) {
        if let [property] = &row[..] {
            bent.push((format!("sans {property}"), bodies::without(&sound, property)?));
        }
    }
    try_each(world, sound, bent).await
}

#[when("l'administrateur crée une organisation nouvelle, avec tour à tour")]
async fn creates_malformed(world: &mut World, step: &Written) -> Step {
    let sound = unused_organization(world.session());
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
    world.notes.insert(ORGANIZATION, sound);
    world.notes.insert(SEEN, json!(others));
    Ok(())
}

#[then(expr = "toutes ces organisations sont refusées comme invalides {rule}")]
async fn all_refused(world: &mut World, rule: Rule) -> Step {
    let others = super::auth::texts(world.notes.get(SEEN));
    let observed = if others.is_empty() { "400 à chacune".to_owned() } else { a_few(&others) };
    world.check(&rule, "400 à chacune", observed, others.is_empty())
}

#[then(expr = "l'organisation est créée {rule}")]
async fn created(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[201])
}

#[then(expr = "l'organisation est refusée comme existant déjà {rule}")]
async fn already_exists(world: &mut World, rule: Rule) -> Step {
    refused_as_existing(world, &rule)
}

#[then(expr = "la relecture de l'organisation donne ce qui a été enregistré {rule}")]
async fn read_back(world: &mut World, rule: Rule) -> Step {
    let sent = organization(world)?;
    let reply = read(world, &organization_id(&sent)).await?;
    let other = sent
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| reply.json()[name.as_str()] != **value);
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

#[when("l'administrateur modifie le nom, l'adresse et le territoire de l'organisation")]
async fn changes(world: &mut World) -> Step {
    let mut body = organization(world)?;
    body["name"] = json!("Étalon, nom modifié");
    body["postalCode"] = json!("38540");
    body["territory"] = json!("Heyrieux");
    let id = organization_id(&body);
    world
        .send_as(
            Role::Admin,
            Call::operation(Operation::UpdateOrganization, &[&id]).json(body.clone()),
        )
        .await?;
    world.notes.insert(ORGANIZATION, body);
    Ok(())
}

#[then(expr = "la modification de l'organisation est acceptée {rule}")]
async fn change_accepted(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[200])
}

#[when("l'administrateur cherche une organisation qui n'existe pas encore")]
async fn looks_for_unknown(world: &mut World) -> Step {
    let body = unused_organization(world.session());
    let id = organization_id(&body);
    world.notes.insert(ORGANIZATION, body);
    read(world, &id).await?;
    Ok(())
}

#[when("l'administrateur modifie une organisation qui n'existe pas")]
async fn changes_unknown(world: &mut World) -> Step {
    let body = unused_organization(world.session());
    let id = organization_id(&body);
    world
        .send_as(Role::Admin, Call::operation(Operation::UpdateOrganization, &[&id]).json(body))
        .await?;
    Ok(())
}

#[then(expr = "l'organisation est inconnue {rule}")]
async fn unknown(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[404])
}

async fn read_list(world: &mut World, query: &[(&str, &str)]) -> Result<Reply, Stop> {
    let mut call = Call::operation(Operation::ListOrganizations, &[]);
    for (name, value) in query {
        call = call.query(name, value);
    }
    if !query.iter().any(|(name, _)| *name == "maxResult") {
        call = call.query("maxResult", WHOLE_LIST);
    }
    world.send_as(Role::Admin, call).await
}

fn list(world: &World) -> Vec<Value> {
    world.notes.get(LIST).and_then(Value::as_array).cloned().unwrap_or_default()
}

#[when("l'administrateur lit la liste des organisations")]
async fn reads_list(world: &mut World) -> Step {
    let items =
        read_list(world, &[]).await?.needed("lecture des organisations", 200)?.array("").to_vec();
    world.notes.insert(LIST, json!(items));
    Ok(())
}

#[when("l'administrateur lit une organisation de la liste")]
async fn reads_listed(world: &mut World) -> Step {
    reads_list(world).await?;
    let first = list(world).first().map(organization_id);
    let id = first.ok_or_else(|| {
        Stop::broken("lecture des organisations", "au moins une organisation", "aucune")
    })?;
    read(world, &id).await?;
    Ok(())
}

#[then(expr = "l'organisation est donnée {rule}")]
async fn given(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[200])
}

fn criterion(name: &str) -> (&'static str, &'static str) {
    if name == "type" { ("type", "type") } else { ("company_register", "companyRegister") }
}

#[when(
    regex = "^l'administrateur relit la liste des organisations filtrée par le (type|SIRET) de l'une d'elles$"
)]
async fn reads_filtered(world: &mut World, name: String) -> Step {
    let (parameter, place) = criterion(&name);
    let value = at(list(world).first().unwrap_or(&Value::Null), place)
        .as_str()
        .unwrap_or_default()
        .to_owned();
    world.notes.insert(WANTED, json!({ "place": place, "value": value }));
    read_list(world, &[(parameter, &value)]).await?;
    Ok(())
}

#[then(expr = "la liste filtrée donne toutes celles qui le portent, et elles seules {rule}")]
async fn filtered_is_right(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let wanted = world.notes.get(WANTED).cloned().unwrap_or_default();
    let place = wanted["place"].as_str().unwrap_or_default();
    let faults = faults_of_filter(&list(world), reply.array(""), organization_id, |item| {
        at(item, place) == &wanted["value"]
    });
    let observed = match (reply.status(), faults.is_empty()) {
        (200, true) => format!("{} organisations, les bonnes", reply.array("").len()),
        (200, false) => a_few(&faults),
        _ => reply.in_short(),
    };
    world.check(
        &rule,
        format!("les organisations dont {place} est {}", wanted["value"]),
        observed,
        reply.status() == 200 && faults.is_empty(),
    )
}

#[when(
    regex = "^l'administrateur relit la liste des organisations filtrée par un (type|SIRET) qu'aucune ne porte$"
)]
async fn reads_filtered_by_nothing(world: &mut World, name: String) -> Step {
    let (parameter, _) = criterion(&name);
    read_list(world, &[(parameter, if parameter == "type" { "ETALON" } else { "00000000000000" })])
        .await?;
    Ok(())
}

#[then(expr = "la liste filtrée des organisations est vide {rule}")]
async fn filtered_is_empty(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    // An empty list may be a 404 (contract §6); an unknown type may be refused.
    let empty =
        matches!(reply.status(), 400 | 404) || reply.status() == 200 && reply.array("").is_empty();
    let observed = if reply.status() == 200 {
        format!("{} organisations", reply.array("").len())
    } else {
        reply.in_short()
    };
    world.check(&rule, "aucune organisation", observed, empty)
}

#[when("l'administrateur relit la liste des organisations par pages")]
async fn reads_pages(world: &mut World) -> Step {
    let total = list(world).len();
    let size = total.div_ceil(3).max(1);
    let mut pages = Vec::new();
    for offset in (0..total).step_by(size) {
        let (offset, size) = (offset.to_string(), size.to_string());
        let query = [
            ("orderBy", "company_register"),
            ("offSet", offset.as_str()),
            ("maxResult", size.as_str()),
        ];
        let reply =
            read_list(world, &query).await?.needed("lecture d'une page d'organisations", 200)?;
        pages.push(json!(reply.array("").iter().map(organization_id).collect::<Vec<_>>()));
    }
    world.notes.insert(SEEN, json!({ "size": size, "pages": pages }));
    Ok(())
}

#[then(expr = "les pages d'organisations, bout à bout, redonnent la liste {rule}")]
async fn pages_make_list(world: &mut World, rule: Rule) -> Step {
    let noted = world.notes.get(SEEN).cloned().unwrap_or_default();
    let size = noted["size"].as_u64().unwrap_or(0);
    let mut faults = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for page in noted["pages"].as_array().into_iter().flatten() {
        let ids = super::auth::texts(Some(page));
        if ids.len() as u64 > size {
            faults.push(format!("{} organisations dans une page de {size}", ids.len()));
        }
        faults
            .extend(ids.iter().filter(|id| seen.contains(id)).map(|id| format!("{id} deux fois")));
        seen.extend(ids);
    }
    faults.extend(
        list(world)
            .iter()
            .map(organization_id)
            .filter(|id| !seen.contains(id))
            .map(|id| format!("{id} manque")),
    );
    let observed = if faults.is_empty() {
        format!("{} organisations, chacune une fois", seen.len())
    } else {
        a_few(&faults)
    };
    world.check(
        &rule,
        "chaque organisation une fois, par pages de la taille demandée",
        observed,
        faults.is_empty(),
    )
}

#[when(
    regex = "^l'administrateur lit la liste des organisations triée par (company_register|branche_code)$"
)]
async fn reads_ordered(world: &mut World, field: String) -> Step {
    world.notes.insert(
        WANTED,
        json!(if field == "company_register" { "companyRegister" } else { "branchCode" }),
    );
    read_list(world, &[("orderBy", &field)]).await?;
    Ok(())
}

#[then(expr = "la liste des organisations est triée {rule}")]
async fn is_in_order(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let place = world.notes.get(WANTED).and_then(Value::as_str).unwrap_or_default().to_owned();
    let values = keys(reply.array(""), &place);
    if reply.status() == 200 && distinct(&values) < 2 {
        return Err(world.inconclusive(
            &rule.0,
            format!("toutes les organisations ont le même {place} : leur ordre ne montre rien"),
        ));
    }
    let observed = if reply.status() == 200 { a_few(&values) } else { reply.in_short() };
    world.check(
        &rule,
        format!("un {place} croissant"),
        observed,
        reply.status() == 200 && is_ordered(&values, false),
    )
}

#[then(expr = "l'organisation est refusée comme invalide {rule}")]
async fn refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400])
}
