//! Words of the cases: reading one, its statuses, its closing and reopening, the trace it keeps.

use contract::status::CaseStatus;
use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::actors::Actor;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::play::cases::status_event;
use crate::play::events::{notified, silent};
use crate::play::notifications::Wanted;
use crate::roles::Role;
use crate::world::World;

#[given(expr = "le dossier conduit au statut {word}")]
async fn led_to(world: &mut World, status: String) -> Step {
    let case = world.case_id()?;
    let wanted = CaseStatus::try_from(status.as_str());
    let wanted = wanted.map_err(|error| {
        Stop::broken("lecture de la fonctionnalité", "un statut de la liste", error.to_string())
    })?;
    world.lead_to(&case, wanted).await?;
    world.notes.insert("departure", json!(status));
    Ok(())
}

/// Identifiers of the notifications that came before what is watched.
const BEFORE: &str = "cases/notifications before";

#[given(expr = "les notifications de ce dossier dont {actor} dispose déjà")]
async fn queue_before(world: &mut World, actor: Actor) -> Step {
    let case = world.case_id()?;
    if actor.0 != Role::Osl {
        // That of the new télédossier may come late.
        world.need_notification(actor.0, &Wanted::new_case(&case)).await?;
    }
    let own = world.look(actor.0, &[Wanted::any(&case)]).await?.own;
    let ids: Vec<_> = own.iter().map(|found| found["id"].clone()).collect();
    world.notes.insert(BEFORE, json!(ids));
    Ok(())
}

#[given(expr = "un événement STATUS_UPDATE du SI sur le dossier")]
async fn one_event(world: &mut World) -> Step {
    let case = world.case_id()?;
    world
        .send_event(Role::Si, &case, silent("STATUS_UPDATE"))
        .await?
        .needed("création d'un événement", 201)?;
    Ok(())
}

#[when(expr = "{actor} lit le dossier")]
async fn reads(world: &mut World, actor: Actor) -> Step {
    let case = world.case_id()?;
    world.read_case(actor.0, &case).await?.needed("lecture du dossier", 200)?;
    Ok(())
}

#[when(expr = "{actor} demande le statut {word} pour le dossier")]
async fn asks_for_status(world: &mut World, actor: Actor, status: String) -> Step {
    let case = world.case_id()?;
    world.notes.insert("asked", json!(status));
    world.set_case_status(actor.0, &case, &status).await?;
    Ok(())
}

#[when(
    expr = "{actor} demande par POST le statut {word} pour le dossier, sans en-tête de substitution"
)]
async fn posts_status(world: &mut World, actor: Actor, status: String) -> Step {
    let case = world.case_id()?;
    world.post_case_status(actor.0, &case, &status, false).await?;
    Ok(())
}

#[when(
    expr = "{actor} demande par POST le statut {word} pour le dossier, avec l'en-tête de substitution"
)]
async fn posts_status_overriding(world: &mut World, actor: Actor, status: String) -> Step {
    let case = world.case_id()?;
    world.post_case_status(actor.0, &case, &status, true).await?;
    Ok(())
}

#[when(expr = "{actor} crée un événement qui annonce le passage de {word} à {word}")]
async fn announces(world: &mut World, actor: Actor, from: String, to: String) -> Step {
    let case = world.case_id()?;
    world.send_event(actor.0, &case, status_event(&from, &to)).await?;
    Ok(())
}

#[then(expr = "l'événement est accepté {rule}")]
async fn event_is_taken(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[201])
}

#[when(expr = "{actor} crée un événement {word} signé {string}")]
async fn creates_signed(world: &mut World, actor: Actor, action: String, author: String) -> Step {
    let case = world.case_id()?;
    let mut body = notified(&action);
    body["author"] = json!(author);
    let reply =
        world.send_event(actor.0, &case, body).await?.needed("création d'un événement", 201)?;
    let signed = json!({
        "id": reply.text("/id"),
        "author": author,
        "transmitter": world.player(actor.0)?.organization,
    });
    if let Some(list) = world.notes.entry("signed").or_insert_with(|| json!([])).as_array_mut() {
        list.push(signed);
    }
    Ok(())
}

#[when("le SI lit le dossier, puis le lit sous sa forme allégée")]
async fn reads_both_forms(world: &mut World) -> Step {
    let case = world.case_id()?;
    let whole = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    world.notes.insert("whole", whole.json().clone());
    world.read_case_lightly(Role::Si, &case).await?;
    Ok(())
}

/// The identifier of a case that is asked for in place of the right one.
fn in_place_of(case: &str, which: &str) -> String {
    match which {
        "inconnu" => uuid::Uuid::new_v4().to_string(),
        "mal formé" => "pas-un-uuid".to_owned(),
        _ => case.to_owned(),
    }
}

#[when(regex = r"^le SI demande la lecture du dossier d'identifiant (inconnu|mal formé|juste)$")]
async fn reads_another(world: &mut World, which: String) -> Step {
    let case = in_place_of(&world.case_id()?, &which);
    world.read_case(Role::Si, &case).await?;
    Ok(())
}

#[when(
    regex = r"^le SI demande le passage à (\w+) du dossier d'identifiant (inconnu|mal formé|juste)$"
)]
async fn sets_another(world: &mut World, status: String, which: String) -> Step {
    let case = in_place_of(&world.case_id()?, &which);
    world.set_case_status(Role::Si, &case, &status).await?;
    Ok(())
}

#[then(expr = "le hub accepte le changement de statut {rule}")]
async fn change_accepted(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    world.check(&rule, "le changement de statut accepté", reply.in_short(), reply.is_success())
}

#[then(expr = "le hub n'admet pas la méthode pour le dossier {rule}")]
async fn method_refused(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[400, 405])
}

#[then(expr = "le dossier est au statut {word} {rule}")]
async fn is_at(world: &mut World, status: String, rule: Rule) -> Step {
    let case = world.case_id()?;
    let seen = world.await_case_status(Role::Si, &case, &status).await?;
    let holds = seen == status;
    world.check(&rule, format!("le dossier au statut {status}"), seen, holds)
}

#[then(expr = "le dossier est resté au statut {word} {rule}")]
async fn stayed_at(world: &mut World, status: String, rule: Rule) -> Step {
    let seen = world.case_status().await?;
    let holds = seen == status;
    world.check(&rule, format!("le dossier resté au statut {status}"), seen, holds)
}

#[then(expr = "le dossier passe au statut {word}, et {actor} n'en est pas notifié {rule}")]
async fn told_nobody(world: &mut World, status: String, other: Actor, rule: Rule) -> Step {
    world.reply()?.clone().needed("changement de statut", 204)?;
    let case = world.case_id()?;
    world.need_case_status(Role::Si, &case, &status).await?;
    let found = world.settled_queue(other.0, &[Wanted::any(&case)], &rule.0).await?;
    let before = world.notes.get(BEFORE).and_then(Value::as_array).cloned();
    let before = before.unwrap_or_default();
    let new = found.iter().filter(|found| !before.contains(&found["id"])).count();
    world.check(
        &rule,
        "aucune notification du changement de statut",
        format!("{new} notification(s) de trop"),
        new == 0,
    )
}

#[then(expr = "le dossier porte le demandeur du télédossier {rule}")]
async fn bears_applicant(world: &mut World, rule: Rule) -> Step {
    let sent = world.deposited()?.draft.body["applicant"].clone();
    let shown = world.reply()?.json()["applicant"].clone();
    let same = ["firstName", "lastName", "email"].iter().all(|field| sent[field] == shown[field]);
    // What the applicant is called stays out of the report.
    world.check(
        &rule,
        "prénom, nom et adresse du demandeur, tels que déposés",
        if same { "les mêmes" } else { "d'autres" },
        same,
    )
}

#[then(expr = "le dossier porte le code de démarche du télédossier {rule}")]
async fn bears_process(world: &mut World, rule: Rule) -> Step {
    let sent = world.deposited()?.draft.body["processCode"].clone();
    let shown = world.reply()?.json()["processCode"].clone();
    world.check(&rule, sent.to_string(), shown.to_string(), sent == shown)
}

#[then(
    expr = "le dossier montre les {int} événements créés, chacun avec son auteur, son émetteur et ses dates {rule}"
)]
async fn shows_trace(world: &mut World, count: usize, rule: Rule) -> Step {
    let signed = world.notes.get("signed").and_then(Value::as_array).cloned().unwrap_or_default();
    let shown = world.reply()?.array("/events").to_vec();
    let mut lacks = Vec::new();
    for event in &signed {
        match shown.iter().find(|found| found["id"] == event["id"]) {
            None => lacks.push(format!("l'événement de {} manque", event["author"])),
            Some(found) => lacks.extend(what_trace_lacks(event, found)),
        }
    }
    let observed = if lacks.is_empty() {
        format!("{} événements tracés", shown.len())
    } else {
        lacks.join(" ; ")
    };
    world.check(
        &rule,
        format!("{count} événements tracés"),
        observed,
        lacks.is_empty() && signed.len() == count && shown.len() == count,
    )
}

fn what_trace_lacks(event: &Value, found: &Value) -> Vec<String> {
    let mut lacks = Vec::new();
    if found["author"] != event["author"] {
        lacks.push(format!("auteur {} au lieu de {}", found["author"], event["author"]));
    }
    let part =
        |field: &str| (event["transmitter"][field].clone(), found["transmitter"][field].clone());
    if ["type", "companyRegister", "branchCode"].iter().any(|field| part(field).0 != part(field).1)
    {
        lacks
            .push(format!("émetteur {} au lieu de {}", found["transmitter"], event["transmitter"]));
    }
    for field in ["createDateTime", "updateDateTime"] {
        if found[field].as_str().is_none_or(|date| date.parse::<Timestamp>().is_err()) {
            lacks.push(format!("{field} {}", found[field]));
        }
    }
    lacks
}

#[then(expr = "l'effet du renvoi sur le dossier et sur la file du SI est relevé {rule}")]
async fn records_resending(world: &mut World, rule: Rule) -> Step {
    let answer = world.reply()?.in_short();
    let case = world.case_id()?;
    let found = world.settled_queue(Role::Si, &[Wanted::any(&case)], &rule.0).await?;
    let status = world.case_status().await?;
    // What was acknowledged on the way is notified as an event: that says nothing of the case sent
    // again.
    let of_the_case = found.iter().filter(|one| one["eventId"].is_null()).count();
    let again = if of_the_case > 1 {
        "le SI est notifié de nouveau"
    } else {
        "le SI n'est pas notifié de nouveau"
    };
    world.record(&rule, format!("réponse {answer} ; dossier au statut {status} ; {again}"));
    Ok(())
}

#[then(expr = "ce que fait le hub du saut est relevé {rule}")]
async fn records_jump(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?.clone();
    let note =
        |name: &str| world.notes.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let jump = format!("de {} à {}", note("departure"), note("asked"));
    let status = world.case_status().await?;
    world.record(&rule, format!("{jump} : {}, dossier au statut {status}", reply.in_short()));
    let (side, done) =
        if reply.is_success() { ("allowed", "permis") } else { ("refused", "refusé") };
    world.observe_divergence("D7", side, format!("saut {jump} {done}"));
    Ok(())
}

#[then(expr = "ce que la lecture allégée omet est relevé {rule}")]
async fn records_lite(world: &mut World, rule: Rule) -> Step {
    let lite = world.reply()?.clone();
    let whole = world.notes.get("whole").cloned().unwrap_or_default();
    let omitted: Vec<_> = whole
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| {
            !value.is_null() && lite.json().get(name.as_str()).is_none_or(|light| light != *value)
        })
        .map(|(name, _)| name.as_str())
        .collect();
    let observed = match (lite.is_success(), omitted.is_empty()) {
        (false, _) => format!("lecture allégée refusée : {}", lite.in_short()),
        (true, true) => "rien n'est omis".to_owned(),
        (true, false) => format!("omis ou vidé : {}", omitted.join(", ")),
    };
    world.record(&rule, observed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::features::{HUB_FEATURES, read, rules_of};

    /// The pairs of one outline: what follows `départ` and `statut` in its steps.
    fn pairs_of(rule: &str) -> BTreeSet<(String, String)> {
        let features = read(HUB_FEATURES).unwrap();
        let mut pairs = BTreeSet::new();
        for feature in features
            .iter()
            .filter(|f| f.path.as_deref().is_some_and(|path| path.ends_with("dossiers.feature")))
        {
            for scenario in &feature.scenarios {
                if rules_of(feature, scenario).unwrap().iter().all(|found| found.as_str() == rule) {
                    let word = |start: &str| {
                        let step =
                            scenario.steps.iter().find_map(|step| step.value.split_once(start));
                        step.and_then(|(_, rest)| rest.split(' ').next())
                            .unwrap_or_default()
                            .to_owned()
                    };
                    pairs.insert((word("conduit au statut "), word("demande le statut ")));
                }
            }
        }
        pairs
    }

    fn required(of: impl Fn(CaseStatus) -> bool) -> BTreeSet<(String, String)> {
        let targets = CaseStatus::ALL.iter().filter(|status| of(**status));
        targets
            .flat_map(|to| {
                to.incoming().iter().map(|from| (from.name().to_owned(), to.name().to_owned()))
            })
            .collect()
    }

    #[test]
    fn every_required_change_by_an_si_is_played() {
        assert_eq!(pairs_of("CAS-02"), required(CaseStatus::is_meant_for_si));
    }

    #[test]
    fn a_case_is_closed_from_each_status_that_allows_it() {
        assert_eq!(pairs_of("CAS-06"), required(|status| status == CaseStatus::Closed));
    }

    #[test]
    fn the_jumps_recorded_are_none_of_the_required_changes() {
        assert!(pairs_of("CAS-13").is_disjoint(&required(|_| true)));
        assert_eq!(pairs_of("CAS-13").len(), 5);
    }
}
