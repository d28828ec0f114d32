//! Words of the lists of the référentiel: whole, filtered, in pages, in order. What is listed, and
//! by what, is in [`super::resources`].

use std::str::FromStr;
use std::sync::Arc;

use contract::operations::Scope;
use cucumber::{then, when};
use reports::texts::agreed;
use serde_json::Value;

use super::actors::Actor;
use super::resources::{Filter, Order, Resource};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::play::order::{a_few, at, distinct, faults_of_filter, is_ordered, keys};
use crate::play::referential::{WHOLE_LIST, sibling_siret, triple};
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

/// The list that a scenario reads again and again.
#[derive(Clone, Default)]
struct Listing {
    /// What is listed, and for whom.
    of: Option<(Resource, Role)>,
    /// The whole list, as it was read first.
    items: Vec<Value>,
    filter: Filtering,
    pages: Vec<Page>,
    /// How many items the list had once its pages were read.
    counted_after: usize,
    order: Option<Order>,
    /// The OSL that reads subscriptions.
    osl: Option<Arc<Credential>>,
}

/// What the list was filtered by.
#[derive(Clone, Default)]
struct Filtering {
    conditions: Vec<Condition>,
    /// Two values were wanted of one criterion, and the list bears a single one.
    lacks_two: bool,
}

/// One thing asked of a list: the parameter, the place of its value in an item, and the values.
#[derive(Clone)]
struct Condition {
    parameter: &'static str,
    place: &'static str,
    values: Vec<String>,
}

impl Condition {
    fn holds(&self, item: &Value) -> bool {
        at(item, self.place)
            .as_str()
            .is_some_and(|text| self.values.iter().any(|value| value == text))
    }
}

#[derive(Clone)]
struct Page {
    status: u16,
    ids: Vec<String>,
    offset: usize,
    size: usize,
    range: String,
}

/// What is listed, and for whom.
fn listed(world: &mut World) -> Result<(Resource, Role), Stop> {
    let of = world.memory::<Listing>().of;
    of.ok_or_else(|| Stop::broken("lecture d'une liste", "une liste lue auparavant", "aucune"))
}

fn first(world: &mut World) -> Result<Value, Stop> {
    let (resource, _) = listed(world)?;
    world.memory::<Listing>().items.first().cloned().ok_or_else(|| {
        let what = format!("lecture des {}", resource.descriptor().plural);
        Stop::broken(what, "une liste d'au moins un objet", "une liste vide")
    })
}

/// The id of the first of a list, which is read when it was not yet.
pub(super) async fn first_id(
    world: &mut World,
    role: Role,
    resource: Resource,
) -> Result<String, Stop> {
    if world.memory::<Listing>().of.is_none_or(|(known, _)| known != resource) {
        read_whole(world, role, resource).await?;
    }
    first(world).map(|item| (resource.descriptor().id)(&item))
}

/// Who reads in a role. Of subscriptions, the OSL that has several démarches and several
/// subscribers, or as much of it as there is, and then the most various subscribers: lists of one
/// show nothing.
pub(super) async fn reader(
    world: &mut World,
    role: Role,
    resource: Resource,
) -> Result<Arc<Credential>, Stop> {
    let credential = world.credential(role)?;
    if (resource, role) != (Resource::Subscription, Role::Osl) {
        return Ok(credential);
    }
    if let Some(known) = &world.memory::<Listing>().osl {
        return Ok(known.clone());
    }
    let mut best = ((0, 0), credential);
    for osl in world.session().credentials.all().to_vec() {
        if osl.scope == Scope::Osl {
            let reply = world.send(call(resource, &[]).by(&osl)).await?;
            let various = |place| distinct(&keys(reply.array(""), place));
            let subscribers = various("subscriber.companyRegister");
            let several = various("processCode").min(2) + subscribers.min(2);
            if (several, subscribers) > best.0 {
                best = ((several, subscribers), osl);
            }
        }
    }
    world.memory::<Listing>().osl = Some(best.1.clone());
    Ok(best.1)
}

/// The reading of a list, whole unless the query says otherwise.
fn call(resource: Resource, query: &[(&str, &str)]) -> Call {
    let whole = resource.descriptor().pages.is_some()
        && !query.iter().any(|(name, _)| *name == "maxResult");
    let call = Call::operation(resource.descriptor().list, &[]);
    let call = query.iter().fold(call, |call, (name, value)| call.query(name, value));
    if whole { call.query("maxResult", WHOLE_LIST) } else { call }
}

async fn read(
    world: &mut World,
    (resource, role): (Resource, Role),
    query: &[(&str, &str)],
) -> Result<Reply, Stop> {
    let reader = reader(world, role, resource).await?;
    world.send(call(resource, query).by(&reader)).await
}

async fn read_whole(world: &mut World, role: Role, resource: Resource) -> Step {
    let what = format!("lecture des {}", resource.descriptor().plural);
    let reply = read(world, (resource, role), &[]).await?.needed(&what, 200)?;
    let listing = world.memory::<Listing>();
    listing.of = Some((resource, role));
    listing.items = reply.array("").to_vec();
    Ok(())
}

/// What a list that came shows, or how it was refused.
fn shown(reply: &Reply, resource: Resource) -> String {
    if reply.status() == 200 {
        let noun = resource.descriptor().plural.trim_end_matches('s');
        agreed(&format!("{} {noun}(s)", reply.array("").len()))
    } else {
        reply.in_short()
    }
}

#[when(expr = "{actor} lit la liste des {resource}")]
async fn reads_list(world: &mut World, actor: Actor, resource: Resource) -> Step {
    read_whole(world, actor.0, resource).await
}

#[then(expr = "la liste contient toutes les démarches que les partenaires utilisent {rule}")]
async fn list_is_whole(world: &mut World, rule: Rule) -> Step {
    let given = keys(&world.memory::<Listing>().items, "code");
    let used: Vec<String> =
        world.session().credentials.processes().iter().map(ToString::to_string).collect();
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

#[when(expr = "{actor} relit cette liste, filtrée par {criterion}")]
async fn reads_filtered(world: &mut World, actor: Actor, criterion: Criterion) -> Step {
    let condition = condition(world, &criterion, &[])?;
    reads_under(world, actor.0, vec![condition], &[]).await?;
    let filter = &mut world.memory::<Listing>().filter;
    let found: usize = filter.conditions.iter().map(|one| one.values.len()).sum();
    filter.lacks_two = matches!(criterion.values, Values::Two) && found < 2;
    Ok(())
}

#[when(expr = "{actor} relit cette liste, triée et filtrée par {criterion} et {criterion}")]
async fn reads_filtered_twice(
    world: &mut World,
    actor: Actor,
    one: Criterion,
    other: Criterion,
) -> Step {
    let (resource, _) = listed(world)?;
    let mut conditions = vec![condition(world, &one, &[])?];
    conditions.push(condition(world, &other, &conditions)?);
    let order = resource.descriptor().pages.map(|order| ("orderBy", order));
    reads_under(world, actor.0, conditions, order.as_slice()).await
}

async fn reads_under(
    world: &mut World,
    role: Role,
    conditions: Vec<Condition>,
    order: &[(&str, &str)],
) -> Step {
    let (resource, _) = listed(world)?;
    let asked = conditions.iter().flat_map(|condition| {
        condition.values.iter().map(|value| (condition.parameter, value.as_str()))
    });
    let query: Vec<_> = asked.chain(order.iter().copied()).collect();
    read(world, (resource, role), &query).await?;
    world.memory::<Listing>().filter = Filtering { conditions, lacks_two: false };
    Ok(())
}

/// What a criterion asks of the list, beside what is asked already.
fn condition(
    world: &mut World,
    criterion: &Criterion,
    asked: &[Condition],
) -> Result<Condition, Stop> {
    let (resource, _) = listed(world)?;
    let filters = resource.descriptor().filters;
    let filter = filters.iter().find(|filter| filter.name == criterion.name).ok_or_else(|| {
        Stop::broken("lecture d'une liste filtrée", "un critère de la liste", &criterion.name)
    })?;
    let first = at(&first(world)?, filter.place).as_str().unwrap_or_default().to_owned();
    let mut items = world.memory::<Listing>().items.clone();
    items.retain(|item| asked.iter().all(|condition| condition.holds(item)));
    let of = |filter: &Filter, values| Condition {
        parameter: filter.parameter,
        place: filter.place,
        values,
    };
    Ok(match criterion.values {
        Values::One => of(filter, vec![first]),
        Values::Two => of(filter, two_of(keys(&items, filter.place))),
        Values::Unborne => {
            // Where every value is borne, another criterion shows as well that filters filter.
            let others = filters.iter().rev();
            let mut free = std::iter::once(filter).chain(others).filter(|filter| {
                asked.iter().all(|condition| condition.parameter != filter.parameter)
            });
            let found =
                free.find_map(|filter| Some(of(filter, vec![unborne(&items, filter, &first)?])));
            found.unwrap_or_else(|| of(filter, Vec::new()))
        }
    })
}

/// Two of them when there are two.
fn two_of(mut borne: Vec<String>) -> Vec<String> {
    borne.sort();
    borne.dedup();
    borne.truncate(2);
    borne
}

/// A value that none of these bears; a SIRET, when it can be, that begins as one that is borne.
fn unborne(items: &[Value], filter: &Filter, first: &str) -> Option<String> {
    let borne = keys(items, filter.place);
    let values = filter.unborne.iter().map(|value| (*value).to_owned());
    sibling_siret(first).into_iter().chain(values).find(|value| !borne.contains(value))
}

/// What a list is filtered by, as the features say it: « un SIRET qui n'y figure pas ».
#[derive(cucumber::Parameter)]
#[param(
    name = "criterion",
    regex = r"un (?:type|SIRET|OSL|code démarche|statut) (?:qui y figure|qui n'y figure pas)|deux codes démarche qui y figurent"
)]
struct Criterion {
    name: String,
    values: Values,
}

enum Values {
    One,
    Two,
    Unborne,
}

impl FromStr for Criterion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = text.split_once(' ').and_then(|(_, rest)| rest.split_once(" qui "));
        let (name, rest) = found.ok_or_else(|| format!("« {text} » is no criterion"))?;
        let values = match rest {
            "y figure" => Values::One,
            "y figurent" => Values::Two,
            _ => Values::Unborne,
        };
        Ok(Self { name: name.replace("codes", "code"), values })
    }
}

#[then(expr = "la liste filtrée donne tout ce qui répond au critère, et rien d'autre {rule}")]
async fn filtered_is_right(world: &mut World, rule: Rule) -> Step {
    let (resource, _) = listed(world)?;
    let Listing { items, filter: Filtering { conditions, lacks_two }, .. } =
        world.memory::<Listing>().clone();
    if lacks_two {
        let advice = resource.descriptor().advice;
        let reason = format!("la liste n'a qu'une valeur de ce critère{advice}");
        return Err(world.inconclusive(&rule.0, reason));
    }
    let reply = world.reply()?.clone();
    let holds = |item: &Value| conditions.iter().all(|condition| condition.holds(item));
    let told: Vec<_> = conditions
        .iter()
        .map(|condition| format!("{} est {}", condition.place, condition.values.join(" ou ")))
        .collect();
    let faults = faults_of_filter(&items, reply.array(""), resource.descriptor().id, holds);
    let observed = match (reply.status(), faults.is_empty()) {
        (200, false) => a_few(&faults),
        (200, true) => format!("{}, ni plus ni moins", shown(&reply, resource)),
        _ => shown(&reply, resource),
    };
    world.check(
        &rule,
        format!("les {} dont {}", resource.descriptor().plural, told.join(" et ")),
        observed,
        reply.status() == 200 && faults.is_empty(),
    )
}

#[then(expr = "la liste filtrée est vide {rule}")]
async fn filtered_is_empty(world: &mut World, rule: Rule) -> Step {
    let (resource, _) = listed(world)?;
    let reply = world.reply()?;
    let empty = resource.descriptor().emptiness.contains(&reply.status())
        || reply.status() == 200 && reply.array("").is_empty();
    world.check(&rule, "une liste vide", shown(reply, resource), empty)
}

#[when(expr = "{actor} relit cette liste par pages")]
async fn reads_pages(world: &mut World, actor: Actor) -> Step {
    let (resource, _) = listed(world)?;
    first(world)?;
    let total = world.memory::<Listing>().items.len();
    // Three pages or two; an order makes them steady.
    let size = total.div_ceil(3);
    let order = resource.descriptor().pages.unwrap_or_default();
    let mut pages = Vec::new();
    for offset in (0..total).step_by(size) {
        let (from, most) = (offset.to_string(), size.to_string());
        let query = [("orderBy", order), ("offSet", &*from), ("maxResult", &*most)];
        let reply = read(world, (resource, actor.0), &query).await?;
        pages.push(Page {
            status: reply.status(),
            ids: reply.array("").iter().map(resource.descriptor().id).collect(),
            offset,
            size,
            range: reply.header("content-range").unwrap_or_default().to_owned(),
        });
    }
    let after =
        read(world, (resource, actor.0), &[]).await?.needed("relecture de la liste", 200)?;
    let listing = world.memory::<Listing>();
    (listing.pages, listing.counted_after) = (pages, after.array("").len());
    Ok(())
}

#[then(expr = "les pages, bout à bout, redonnent la liste {rule}")]
async fn pages_make_list(world: &mut World, rule: Rule) -> Step {
    let (resource, _) = listed(world)?;
    let Listing { items, pages, .. } = world.memory::<Listing>().clone();
    if items.len() < 2 {
        let reason = format!("la liste n'a qu'un objet{}", resource.descriptor().advice);
        return Err(world.inconclusive(&rule.0, reason));
    }
    let plural = resource.descriptor().plural;
    let mut faults = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for Page { status, ids, offset, size, .. } in pages {
        if status != 200 {
            faults.push(format!("page à partir de {offset} : {status}"));
        }
        if ids.len() > size {
            faults.push(format!("{} {plural} dans une page de {size}", ids.len()));
        }
        faults
            .extend(ids.iter().filter(|id| seen.contains(id)).map(|id| format!("{id} deux fois")));
        seen.extend(ids);
    }
    let lacking = items.iter().map(resource.descriptor().id).filter(|id| !seen.contains(id));
    faults.extend(lacking.map(|id| format!("{id} manque")));
    let observed = if faults.is_empty() {
        format!("{} {plural}, sans manque ni double", seen.len())
    } else {
        a_few(&faults)
    };
    world.check(
        &rule,
        format!("les {plural}, sans manque ni double, par pages de la taille demandée"),
        observed,
        faults.is_empty(),
    )
}

#[then(expr = "chaque page dit où elle se situe {rule}")]
async fn pages_say_where(world: &mut World, rule: Rule) -> Step {
    let Listing { items, pages, counted_after, .. } = world.memory::<Listing>().clone();
    // Others may add objects meanwhile, or take some away.
    let totals = items.len().min(counted_after)..=items.len().max(counted_after);
    if pages.iter().all(|page| page.range.is_empty()) {
        world.record(&rule, "aucune page ne porte d'en-tête Content-Range");
        return Ok(());
    }
    let mut faults = Vec::new();
    for Page { ids, offset, range, .. } in pages {
        // « 0-27/100 »: whether the last rank is included is not said.
        let end = offset + ids.len();
        let right = numbers_of(&range).is_some_and(|(first, last, of)| {
            first == offset && (last == end || last + 1 == end) && totals.contains(&of)
        });
        if !right {
            let (count, total) = (ids.len(), items.len());
            faults.push(format!("« {range} » pour {count} à partir de {offset} sur {total}"));
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
fn numbers_of(range: &str) -> Option<(usize, usize, usize)> {
    let (ranks, total) = range.rsplit_once('/')?;
    let (first, last) = ranks.rsplit_once(' ').map_or(ranks, |(_, ranks)| ranks).split_once('-')?;
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?, total.trim().parse().ok()?))
}

#[when(regex = r"^(l'OSL|l'administrateur) lit la liste des (\S+) triée par (.+)$")]
async fn reads_ordered(world: &mut World, actor: Actor, resource: Resource, name: String) -> Step {
    let found = resource.descriptor().orders.iter().find(|order| order.name == name);
    let order = *found
        .ok_or_else(|| Stop::broken("lecture d'une liste triée", "un ordre de la liste", name))?;
    read(world, (resource, actor.0), &[("orderBy", order.parameter)]).await?;
    let listing = world.memory::<Listing>();
    (listing.of, listing.order) = (Some((resource, actor.0)), Some(order));
    Ok(())
}

#[then(expr = "la liste est triée {rule}")]
async fn list_is_ordered(world: &mut World, rule: Rule) -> Step {
    let (resource, _) = listed(world)?;
    let order = world
        .memory::<Listing>()
        .order
        .ok_or_else(|| Stop::broken("lecture d'une liste triée", "un ordre demandé", "aucun"))?;
    let reply = world.reply()?;
    let values = keys(reply.array(""), order.place);
    if reply.status() == 200 && distinct(&values) < 2 {
        let (place, advice) = (order.place, resource.descriptor().advice);
        let reason = format!("{place} est partout le même : l'ordre ne montre rien{advice}");
        return Err(world.inconclusive(&rule.0, reason));
    }
    let observed = if reply.status() == 200 { a_few(&values) } else { reply.in_short() };
    world.check(
        &rule,
        format!("{} {}", order.place, if order.descending { "décroissant" } else { "croissant" }),
        observed,
        reply.status() == 200 && is_ordered(&values, order.descending),
    )
}

#[then(expr = "l'abonnement lu est celui de la liste {rule}")]
async fn is_that_of_the_list(world: &mut World, rule: Rule) -> Step {
    let listed = first(world)?;
    let reply = world.reply()?;
    let read = reply.json();
    // The name that answers add to a subscriber may be given in one place only.
    let same = ["id", "processCode"].iter().all(|name| read[*name] == listed[*name])
        && triple(&read["subscriber"]) == triple(&listed["subscriber"]);
    let observed = if same {
        reply.status().to_string()
    } else {
        format!("{} : {}", reply.status(), reply.text("/id"))
    };
    world.check(
        &rule,
        format!("l'abonnement {}", (Resource::Subscription.descriptor().id)(&listed)),
        observed,
        reply.status() == 200 && same,
    )
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
