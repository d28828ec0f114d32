//! Words of the cases: reading one, its statuses, its closing and reopening, the trace it keeps.

use contract::status::CaseStatus;
use contract::timestamp::Timestamp;
use cucumber::{given, then, when};
use serde_json::{Value, json};

use super::actors::Actor;
use super::statuses::Asked;
use super::words::words;
use crate::actor::{Wanted, silent, status_event};
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::roles::Role;
use crate::world::World;

/// What is known of a case before something is done to it.
#[derive(Clone, Default)]
struct Before {
    /// The status that it was led to.
    departure: String,
    /// Ids of the notifications about it.
    notifications: Vec<Value>,
    /// The case, as it is wholly read.
    whole: Value,
}

/// An event whose author, transmitter and dates the case should show.
#[derive(Clone)]
struct Signed {
    id: String,
    author: String,
    transmitter: Value,
}

words! {
    /// What a case takes over from its télédossier.
    enum TakenOver in "taken_over" {
        Applicant => "le demandeur",
        Process => "le code de démarche",
    }
}

#[given(expr = "le dossier conduit au statut {word}")]
async fn led_to(world: &mut World, status: String) -> Step {
    let case = world.case_id()?;
    let wanted = CaseStatus::try_from(status.as_str());
    let wanted = wanted.map_err(|error| {
        Stop::broken("lecture de la fonctionnalité", "un statut de la liste", error.to_string())
    })?;
    world.lead_to(&case, wanted).await?;
    world.memory::<Before>().departure = status;
    Ok(())
}

#[given(expr = "les notifications de ce dossier dont {actor} dispose déjà")]
async fn queue_before(world: &mut World, actor: Actor) -> Step {
    let case = world.case_id()?;
    if actor.0 != Role::Osl {
        // That of the new télédossier may come late.
        world.need_notification(actor.0, &Wanted::new_case(&case)).await?;
    }
    let own = world.look(actor.0, &[Wanted::any(&case)]).await?.own;
    world.memory::<Before>().notifications = own.iter().map(|found| found["id"].clone()).collect();
    Ok(())
}

#[when(expr = "{actor} lit le dossier")]
async fn reads(world: &mut World, actor: Actor) -> Step {
    let case = world.case_id()?;
    world.read_case(actor.0, &case).await?.needed("lecture du dossier", 200)?;
    Ok(())
}

#[when(
    regex = r"^(l'OSL|le SI) crée un événement((?: sans notification)?) qui annonce le passage de (\w+) à (\w+)$"
)]
async fn announces(
    world: &mut World,
    actor: Actor,
    silence: String,
    from: String,
    to: String,
) -> Step {
    let case = world.case_id()?;
    let mut body = status_event(&from, &to);
    body["notification"] = json!(silence.is_empty());
    world.send_event(actor.0, &case, body).await?;
    Ok(())
}

#[when(expr = "le SI crée un événement qui rappelle le statut {word} et n'en annonce aucun")]
async fn recalls(world: &mut World, status: String) -> Step {
    let case = world.case_id()?;
    let mut body = silent("STATUS_UPDATE");
    body["caseCurrentStatus"] = json!(status);
    world.send_event(Role::Si, &case, body).await?.needed("création d'un événement", 201)?;
    Ok(())
}

#[when(expr = "le SI crée {int} événements COM_ADD")]
async fn creates_many(world: &mut World, count: usize) -> Step {
    let case = world.case_id()?;
    for _ in 0..count {
        world
            .send_event(Role::Si, &case, silent("COM_ADD"))
            .await?
            .needed("création d'un événement", 201)?;
    }
    Ok(())
}

/// Creates an event whose trace is looked for later.
pub(super) async fn sign(world: &mut World, role: Role, case: &str, body: Value) -> Step {
    let author = body["author"].as_str().unwrap_or_default().to_owned();
    let reply = world.send_event(role, case, body).await?.needed("création d'un événement", 201)?;
    let transmitter = json!(world.credential(role)?.organization);
    let id = reply.text("/id").to_owned();
    world.memory::<Vec<Signed>>().push(Signed { id, author, transmitter });
    Ok(())
}

#[when("le SI lit le dossier, puis le lit sous sa forme allégée")]
async fn reads_both_forms(world: &mut World) -> Step {
    let case = world.case_id()?;
    let whole = world.read_case(Role::Si, &case).await?.needed("lecture du dossier", 200)?;
    world.memory::<Before>().whole = whole.json().clone();
    world.read_case_lightly(Role::Si, &case).await?;
    Ok(())
}

#[then(expr = "celui du second SI n'a pas changé de statut {rule}")]
async fn neighbour_stayed(world: &mut World, rule: Rule) -> Step {
    let neighbour = world.deposited()?.cases.get(1).cloned().unwrap_or_default();
    // A completed folder may become notified by itself, after the fact.
    let notified = CaseStatus::HubeeNotified.name();
    let seen = world.await_case_status(Role::SecondSi, &neighbour, notified).await?;
    let holds = seen == notified;
    world.check(&rule, format!("le dossier voisin au statut {notified}"), seen, holds)
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
    let before = world.memory::<Before>().notifications.clone();
    let new = found.iter().filter(|found| !before.contains(&found["id"])).count();
    world.check(
        &rule,
        "aucune notification du changement de statut",
        format!("{new} notification(s) de trop"),
        new == 0,
    )
}

#[then(expr = "le dossier porte {taken_over} du télédossier {rule}")]
async fn bears(world: &mut World, what: TakenOver, rule: Rule) -> Step {
    let (sent, shown) = (&world.deposited()?.draft.body, world.reply()?.json());
    match what {
        TakenOver::Applicant => {
            let (sent, shown) = (&sent["applicant"], &shown["applicant"]);
            let fields = ["firstName", "lastName", "email"];
            let same = fields.iter().all(|field| sent[field] == shown[field]);
            // What the applicant is called stays out of the report.
            world.check(
                &rule,
                "prénom, nom et adresse du demandeur, tels que déposés",
                if same { "les mêmes" } else { "d'autres" },
                same,
            )
        }
        TakenOver::Process => {
            let (sent, shown) = (&sent["processCode"], &shown["processCode"]);
            world.check(&rule, sent.to_string(), shown.to_string(), sent == shown)
        }
    }
}

#[then(
    expr = "le dossier montre les {int} événements créés, chacun avec son auteur, son émetteur et ses dates {rule}"
)]
async fn shows_trace(world: &mut World, count: usize, rule: Rule) -> Step {
    let signed = world.memory::<Vec<Signed>>().clone();
    let shown = world.reply()?.array("/events").to_vec();
    let mut lacks = Vec::new();
    for event in &signed {
        match shown.iter().find(|found| found["id"] == event.id) {
            None => lacks.push(format!("l'événement de {} manque", event.author)),
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

fn what_trace_lacks(event: &Signed, found: &Value) -> Vec<String> {
    let mut lacks = Vec::new();
    if found["author"] != event.author.as_str() {
        lacks.push(format!("auteur {} au lieu de {}", found["author"], event.author));
    }
    let shown = &found["transmitter"];
    let fields = ["type", "companyRegister", "branchCode"];
    if fields.iter().any(|field| shown[field] != event.transmitter[field]) {
        lacks.push(format!("émetteur {shown} au lieu de {}", event.transmitter));
    }
    for field in ["createDateTime", "updateDateTime"] {
        if found[field].as_str().is_none_or(|date| date.parse::<Timestamp>().is_err()) {
            lacks.push(format!("{field} {}", found[field]));
        }
    }
    lacks
}

/// What becomes of a case that the OSL sends again.
pub(super) async fn record_resending(world: &mut World, rule: &Rule) -> Step {
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
    world.record(rule, format!("réponse {answer} ; dossier au statut {status} ; {again}"));
    Ok(())
}

/// What the hub does of a status that no document forbids or grants.
pub(super) async fn record_status_asked(world: &mut World, rule: &Rule) -> Step {
    let answer = world.reply()?.in_short();
    let (from, to) =
        (world.memory::<Before>().departure.clone(), world.memory::<Asked>().status.clone());
    let status = world.case_status().await?;
    world.record(rule, format!("de {from} à {to} : {answer}, dossier au statut {status}"));
    Ok(())
}

/// What the hub does of a status that comes after others which were passed over (divergence D7).
pub(super) async fn record_jump(world: &mut World, rule: &Rule) -> Step {
    let reply = world.reply()?.clone();
    let departure = world.memory::<Before>().departure.clone();
    let jump = format!("de {departure} à {}", world.memory::<Asked>().status);
    let status = world.case_status().await?;
    world.record(rule, format!("{jump} : {}, dossier au statut {status}", reply.in_short()));
    let (side, done) =
        if reply.is_success() { ("allowed", "permis") } else { ("refused", "refusé") };
    world.observe_divergence("D7", side, format!("saut {jump} {done}"));
    Ok(())
}

/// What the lighter form of a case leaves out.
pub(super) fn record_light_reading(world: &mut World, rule: &Rule) -> Step {
    let lite = world.reply()?.clone();
    let whole = world.memory::<Before>().whole.clone();
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
    world.record(rule, observed);
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
        assert_eq!(pairs_of("CAS-13").len(), 10);
    }
}
