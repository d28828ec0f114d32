//! Words of the lists of subscriptions: filters, pages, order, reading one. Changing them is in
//! [`super::enrolment`].

use std::sync::Arc;

use contract::operations::{Operation, Scope};
use cucumber::{then, when};
use serde_json::{Value, json};

use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::order::{a_few, at, distinct, faults_of_filter, is_ordered, keys};
use crate::play::referential::subscriptions_list;
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

const LIST: &str = "subscriptions/list";
const PAGES: &str = "subscriptions/pages";
const WANTED: &str = "subscriptions/wanted";
const READER: &str = "subscriptions/reader";

/// What a list is filtered by: the query parameter, and where the value stands in a subscription.
fn criterion(name: &str) -> (&'static str, &'static str) {
    match name {
        "code démarche" => ("processCode", "processCode"),
        "statut" => ("status", "status"),
        _ => ("companyRegister", "subscriber.companyRegister"),
    }
}

fn id_of(subscription: &Value) -> String {
    subscription["id"].as_str().unwrap_or_default().to_owned()
}

fn list(world: &World) -> Vec<Value> {
    world.notes.get(LIST).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The OSL that reads: the one whose démarches have the most various subscribers, since lists of
/// one show nothing.
async fn reader(world: &mut World) -> Result<Arc<Credential>, Stop> {
    let noted = world.notes.get(READER).and_then(Value::as_str).map(str::to_owned);
    let all = world.session().troupe.credentials().to_vec();
    if let Some(known) =
        noted.and_then(|name| all.iter().find(|credential| credential.name == name))
    {
        return Ok(known.clone());
    }
    let mut best = (0, world.player(Role::Osl)?);
    for osl in all.into_iter().filter(|credential| credential.scope == Scope::Osl) {
        let reply = read(world, &osl, &[]).await?;
        let various = distinct(&keys(reply.array(""), "subscriber.companyRegister"));
        if various > best.0 {
            best = (various, osl);
        }
    }
    world.notes.insert(READER, json!(best.1.name));
    Ok(best.1)
}

async fn read(
    world: &mut World,
    reader: &Arc<Credential>,
    query: &[(&str, &str)],
) -> Result<Reply, Stop> {
    let call = subscriptions_list(query);
    world.send(call.by(reader)).await
}

async fn read_list(world: &mut World, query: &[(&str, &str)]) -> Result<Reply, Stop> {
    let reader = reader(world).await?;
    read(world, &reader, query).await
}

#[when("l'OSL lit la liste des abonnements à ses démarches")]
async fn reads_list(world: &mut World) -> Step {
    let reply = read_list(world, &[]).await?.needed("lecture des abonnements", 200)?;
    let items = reply.array("").to_vec();
    if items.is_empty() {
        return Err(Stop::broken(
            "lecture des abonnements",
            "au moins un abonnement aux démarches de l'OSL",
            "aucun",
        ));
    }
    world.notes.insert(LIST, json!(items));
    Ok(())
}

#[when(
    regex = "^l'OSL relit la liste des abonnements filtrée par le (code démarche|statut|SIRET) de l'un d'eux$"
)]
async fn reads_filtered(world: &mut World, name: String) -> Step {
    let (parameter, place) = criterion(&name);
    let value = at(list(world).first().unwrap_or(&Value::Null), place)
        .as_str()
        .unwrap_or_default()
        .to_owned();
    world.notes.insert(WANTED, json!({ "place": place, "values": [&value] }));
    read_list(world, &[(parameter, &value)]).await?;
    Ok(())
}

#[when("l'OSL relit la liste des abonnements à deux de ses démarches")]
async fn reads_two_processes(world: &mut World) -> Step {
    let mut codes = keys(&list(world), "processCode");
    codes.sort();
    codes.dedup();
    codes.truncate(2);
    world.notes.insert(WANTED, json!({ "place": "processCode", "values": codes }));
    let query: Vec<(&str, &str)> =
        codes.iter().map(|code| ("processCode", code.as_str())).collect();
    read_list(world, &query).await?;
    Ok(())
}

#[then(expr = "la liste filtrée donne tous ceux qui le portent, et eux seuls {rule}")]
async fn filtered_is_right(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let wanted = world.notes.get(WANTED).cloned().unwrap_or_default();
    let place = wanted["place"].as_str().unwrap_or_default();
    let holds = |item: &Value| {
        wanted["values"].as_array().is_some_and(|values| values.contains(at(item, place)))
    };
    let faults = faults_of_filter(&list(world), reply.array(""), id_of, holds);
    let observed = match (reply.status(), faults.is_empty()) {
        (200, true) => format!("{} abonnements, les bons", reply.array("").len()),
        (200, false) => a_few(&faults),
        _ => reply.in_short(),
    };
    world.check(
        &rule,
        format!("les abonnements dont {place} est {}", wanted["values"]),
        observed,
        reply.status() == 200 && faults.is_empty(),
    )
}

#[when(
    regex = "^l'OSL relit la liste des abonnements filtrée par un (code démarche|statut|SIRET) qu'aucun ne porte$"
)]
async fn reads_filtered_by_nothing(world: &mut World, name: String) -> Step {
    let (parameter, place) = criterion(&name);
    let borne = keys(&list(world), place);
    let candidates: &[&str] = match parameter {
        "status" => &["Suspendu", "Refusé", "Inactif", "Actif"],
        "processCode" => &["ETALON-INCONNUE"],
        _ => &["00000000000000"],
    };
    match candidates.iter().find(|value| !borne.iter().any(|other| other == *value)) {
        Some(value) => read_list(world, &[(parameter, value)]).await?,
        // Every status is borne by one of them: an unknown SIRET shows as well that filters filter.
        None => read_list(world, &[("companyRegister", "00000000000000")]).await?,
    };
    Ok(())
}

#[then(expr = "la liste filtrée des abonnements est vide {rule}")]
async fn filtered_is_empty(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    // What is filtered by an unknown thing may also be answered as wrong, foreign or not found.
    let empty = matches!(reply.status(), 400 | 403 | 404)
        || reply.status() == 200 && reply.array("").is_empty();
    let observed = if reply.status() == 200 {
        format!("{} abonnements", reply.array("").len())
    } else {
        reply.in_short()
    };
    world.check(&rule, "aucun abonnement", observed, empty)
}

#[when("l'OSL relit la liste des abonnements par pages")]
async fn reads_pages(world: &mut World) -> Step {
    let total = list(world).len();
    if total < 2 {
        let rule = contract::rules::RuleId::try_from("SUB-02")
            .map_err(|error| Stop::broken("règle", "SUB-02", error.to_string()))?;
        return Err(world.inconclusive(&rule, "l'OSL n'a qu'un abonnement : déclarez un accès OSL dont les démarches en ont plusieurs"));
    }
    // Three pages or two; an order makes them steady.
    let size = total.div_ceil(3);
    let mut pages = Vec::new();
    let mut offset = 0;
    while offset < total {
        let query = [
            ("orderBy", "asc(process_code)"),
            ("offSet", &*offset.to_string()),
            ("maxResult", &*size.to_string()),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let query: Vec<(&str, &str)> =
            query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = read_list(world, &query).await?;
        pages.push(page_of(&reply, offset, size));
        offset += size;
    }
    world.notes.insert(PAGES, json!(pages));
    Ok(())
}

fn page_of(reply: &Reply, offset: usize, size: usize) -> Value {
    json!({
        "status": reply.status(),
        "ids": reply.array("").iter().map(id_of).collect::<Vec<_>>(),
        "offset": offset,
        "size": size,
        "range": reply.header("content-range"),
    })
}

fn pages(world: &World) -> Vec<Value> {
    world.notes.get(PAGES).and_then(Value::as_array).cloned().unwrap_or_default()
}

#[then(expr = "les pages d'abonnements, bout à bout, redonnent la liste {rule}")]
async fn pages_make_list(world: &mut World, rule: Rule) -> Step {
    let mut faults = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for page in pages(world) {
        let ids: Vec<String> = page["ids"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        if page["status"] != 200 {
            faults.push(format!("page à partir de {} : {}", page["offset"], page["status"]));
        }
        if ids.len() as u64 > page["size"].as_u64().unwrap_or(0) {
            faults.push(format!("{} abonnements dans une page de {}", ids.len(), page["size"]));
        }
        faults
            .extend(ids.iter().filter(|id| seen.contains(id)).map(|id| format!("{id} deux fois")));
        seen.extend(ids);
    }
    faults.extend(
        list(world)
            .iter()
            .map(id_of)
            .filter(|id| !seen.contains(id))
            .map(|id| format!("{id} manque")),
    );
    let observed = if faults.is_empty() {
        format!("{} abonnements, chacun une fois", seen.len())
    } else {
        a_few(&faults)
    };
    world.check(
        &rule,
        "chaque abonnement une fois, par pages de la taille demandée",
        observed,
        faults.is_empty(),
    )
}

#[then(expr = "chaque page d'abonnements dit où elle se situe {rule}")]
async fn pages_say_where(world: &mut World, rule: Rule) -> Step {
    let total = list(world).len() as u64;
    let mut faults = Vec::new();
    for page in pages(world) {
        let range = page["range"].as_str().unwrap_or_default();
        let count = page["ids"].as_array().map_or(0, Vec::len) as u64;
        let offset = page["offset"].as_u64().unwrap_or(0);
        // « 0-27/100 »: whether the last rank is included is not said; others may add subscriptions
        // meanwhile.
        let right = numbers_of(range).is_some_and(|(first, last, of)| {
            first == offset && (last == offset + count || last + 1 == offset + count) && of >= total
        });
        if !right {
            faults.push(format!(
                "« {range} » pour {count} abonnements à partir de {offset} sur {total}"
            ));
        }
    }
    let observed = if faults.is_empty() {
        "Content-Range juste à chaque page".to_owned()
    } else {
        a_few(&faults)
    };
    world.check(
        &rule,
        "Content-Range : premier rang, dernier rang, total",
        observed,
        faults.is_empty(),
    )
}

/// The three numbers of a Content-Range such as `Susbscriptions 0-27/100`.
fn numbers_of(range: &str) -> Option<(u64, u64, u64)> {
    let (ranks, total) = range.rsplit_once('/')?;
    let (first, last) = ranks.rsplit_once(' ').map_or(ranks, |(_, ranks)| ranks).split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?, total.trim().parse().ok()?))
}

#[when(
    regex = "^l'OSL lit la liste des abonnements triée par SIRET, en ordre (croissant|décroissant)$"
)]
async fn reads_ordered(world: &mut World, direction: String) -> Step {
    let descending = direction == "décroissant";
    let order = if descending { "desc(si_company_register)" } else { "asc(si_company_register)" };
    world.notes.insert(WANTED, json!({ "descending": descending }));
    read_list(world, &[("orderBy", order)]).await?;
    Ok(())
}

#[then(expr = "la liste des abonnements est triée {rule}")]
async fn list_is_ordered(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let descending = world.notes.get(WANTED).is_some_and(|wanted| wanted["descending"] == true);
    let registers = keys(reply.array(""), "subscriber.companyRegister");
    if reply.status() == 200 && distinct(&registers) < 2 {
        return Err(world.inconclusive(&rule.0, "les abonnés ont tous le même SIRET : déclarez un accès OSL dont les démarches ont plusieurs abonnés"));
    }
    let holds = reply.status() == 200 && is_ordered(&registers, descending);
    let observed = if reply.status() == 200 { a_few(&registers) } else { reply.in_short() };
    world.check(
        &rule,
        if descending { "des SIRET décroissants" } else { "des SIRET croissants" },
        observed,
        holds,
    )
}

#[when("l'OSL lit le premier abonnement par son identifiant")]
async fn reads_one(world: &mut World) -> Step {
    let id = list(world).first().map(id_of).unwrap_or_default();
    let reader = reader(world).await?;
    world.send(Call::operation(Operation::GetSubscription, &[&id]).by(&reader)).await?;
    Ok(())
}

#[then(expr = "l'abonnement lu est celui de la liste {rule}")]
async fn is_that_of_the_list(world: &mut World, rule: Rule) -> Step {
    let listed = list(world).first().cloned().unwrap_or_default();
    let reply = world.reply()?;
    let same = ["id", "processCode", "subscriber"].iter().all(|name| {
        // The name that answers add may be given in one place only.
        if *name == "subscriber" {
            crate::play::referential::triple(&reply.json()[*name])
                == crate::play::referential::triple(&listed[*name])
        } else {
            reply.json()[*name] == listed[*name]
        }
    });
    let observed = if same {
        reply.status().to_string()
    } else {
        format!("{} : {}", reply.status(), reply.text("/id"))
    };
    world.check(
        &rule,
        format!("l'abonnement {}", id_of(&listed)),
        observed,
        reply.status() == 200 && same,
    )
}

#[when("l'OSL lit un abonnement qui n'existe pas")]
async fn reads_unknown(world: &mut World) -> Step {
    let id = uuid::Uuid::new_v4().to_string();
    let reader = reader(world).await?;
    world.send(Call::operation(Operation::GetSubscription, &[&id]).by(&reader)).await?;
    Ok(())
}

#[then(expr = "l'abonnement est inconnu {rule}")]
async fn is_unknown(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[404])
}

#[when("l'OSL lit un abonnement par un identifiant mal formé")]
async fn reads_malformed(world: &mut World) -> Step {
    let reader = reader(world).await?;
    world.send(Call::operation(Operation::GetSubscription, &["pas-un-uuid"]).by(&reader)).await?;
    Ok(())
}

#[then(expr = "l'identifiant d'abonnement est refusé {rule}")]
async fn id_is_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_whatever_its_unit() {
        assert_eq!(numbers_of("Susbscriptions 0-27/100"), Some((0, 27, 100)));
        assert_eq!(numbers_of("items 5-9/10"), Some((5, 9, 10)));
        assert_eq!(numbers_of("Susbscriptions */0"), None);
    }
}
