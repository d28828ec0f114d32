//! Words of the authentication: how a token is obtained, and what is refused without a good one.
//! Its life is in [`super::auth_lifetime`].

use std::sync::Arc;
use std::time::Duration;

use contract::exchange::Api;
use contract::operations::{Operation, Scope};
use cucumber::{then, when};
use serde_json::{Value, json};

use crate::check::{Rule, Step, Stop};
use crate::client::tls::{self, Greeting, Offer};
use crate::client::{Body, Call, Reply, raw};
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

/// What was seen over several calls.
const SEEN: &str = "authentication/seen";

#[when("chaque accès déclaré demande un jeton")]
async fn every_credential_asks(world: &mut World) -> Step {
    let credentials: Vec<Arc<Credential>> = world.session().troupe.credentials().to_vec();
    let mut defects = Vec::new();
    for credential in credentials {
        let reply = world.send(Call::token(&credential, credential.scope.name())).await?;
        if let Some(defect) = defect_of(&reply) {
            defects.push(format!("« {} » : {defect}", credential.name));
        }
        observe_life(world, &reply);
    }
    world.notes.insert(SEEN, json!(defects));
    Ok(())
}

#[then(expr = "chacun reçoit un jeton de type Bearer, valable un certain temps {rule}")]
async fn every_credential_got_one(world: &mut World, rule: Rule) -> Step {
    let defects = texts(world.notes.get(SEEN));
    let observed = if defects.is_empty() {
        "un jeton Bearer pour chaque accès".to_owned()
    } else {
        defects.join(" ; ")
    };
    world.check(
        &rule,
        "200, access_token, token_type Bearer et expires_in > 0",
        observed,
        defects.is_empty(),
    )
}

/// What is wrong with a token answer.
fn defect_of(reply: &Reply) -> Option<String> {
    let body = reply.json();
    // RFC 6749 §7.1: the type is compared without case.
    let bearer =
        body["token_type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    if reply.status() != 200 {
        Some(format!("réponse {}", reply.status()))
    } else if reply.text("/access_token").is_empty() {
        Some("pas d'access_token".to_owned())
    } else if !bearer {
        Some(format!("token_type {}", body["token_type"]))
    } else if body["expires_in"].as_f64().is_none_or(|life| life <= 0.0) {
        Some(format!("expires_in {}", body["expires_in"]))
    } else {
        None
    }
}

/// Divergence D1: how long tokens live.
fn observe_life(world: &World, reply: &Reply) {
    let Some(life) = reply.json()["expires_in"].as_f64() else {
        return;
    };
    // A hub may hand out a token that it gave before: what is left of its life is a little less.
    let side = match life {
        life if (86_000.0..=86_400.0).contains(&life) => "one_day",
        life if (3_500.0..=3_600.0).contains(&life) => "one_hour",
        _ => "other",
    };
    world.observe_divergence("D1", side, format!("expires_in vaut {life} secondes"));
}

#[when("l'OSL demande un jeton")]
async fn osl_asks(world: &mut World) -> Step {
    ask(world, Role::Osl, Scope::Osl).await
}

#[when("l'OSL demande un jeton pour le rôle d'administrateur")]
async fn osl_asks_for_admin(world: &mut World) -> Step {
    ask(world, Role::Osl, Scope::Admin).await
}

#[when("le SI demande un jeton pour le rôle d'OSL")]
async fn si_asks_for_osl(world: &mut World) -> Step {
    ask(world, Role::Si, Scope::Osl).await
}

#[when("le SI demande un jeton pour le rôle de SI")]
async fn si_asks(world: &mut World) -> Step {
    ask(world, Role::Si, Scope::Si).await
}

async fn ask(world: &mut World, role: Role, scope: Scope) -> Step {
    let player = world.player(role)?;
    world.send(Call::token(&player, scope.name())).await?;
    Ok(())
}

#[when("l'OSL demande un jeton sans dire que sa demande est un formulaire")]
async fn osl_asks_without_content_type(world: &mut World) -> Step {
    let player = world.player(Role::Osl)?;
    let mut call = Call::token(&player, player.scope.name());
    call.body = Body::Bytes { content_type: "", bytes: call.body.bytes() };
    world.send(call).await?;
    Ok(())
}

#[when("l'OSL demande un jeton avec un secret erroné")]
async fn osl_asks_with_wrong_secret(world: &mut World) -> Step {
    let player = world.player(Role::Osl)?;
    // A digit more: neither the beginning nor the length of the right one is told apart.
    let secret = format!("{}0", player.secret().reveal());
    world.send(Call::token(&player.with_secret(secret), player.scope.name())).await?;
    Ok(())
}

#[when("un client inconnu demande un jeton")]
async fn unknown_client_asks(world: &mut World) -> Step {
    let player = world.player(Role::Osl)?;
    let client_id = format!("etalon-{}", uuid::Uuid::new_v4());
    world.send(Call::token(&player.with_client_id(client_id), player.scope.name())).await?;
    Ok(())
}

#[then(expr = "l'OSL reçoit un jeton {rule}")]
async fn osl_got_one(world: &mut World, rule: Rule) -> Step {
    got_one(world, &rule)
}

#[then(expr = "le SI reçoit un jeton {rule}")]
async fn si_got_one(world: &mut World, rule: Rule) -> Step {
    got_one(world, &rule)
}

/// What a token answer says besides is for AUTH-01, which asks it of every credential.
fn got_one(world: &World, rule: &Rule) -> Step {
    let reply = world.reply()?;
    let token = !reply.text("/access_token").is_empty();
    let observed = if token { format!("{} et un jeton", reply.status()) } else { told(reply) };
    world.check(rule, "200 et un jeton", observed, reply.status() == 200 && token)
}

#[then(expr = "le jeton est refusé faute d'identification {rule}")]
async fn no_token(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    let token = !reply.text("/access_token").is_empty();
    let observed = if token { format!("{} et un jeton", reply.status()) } else { told(reply) };
    world.check(&rule, "401, sans jeton", observed, reply.status() == 401 && !token)
}

/// A token error, as RFC 6749 writes it or otherwise.
fn told(reply: &Reply) -> String {
    match reply.text("/error") {
        "" => reply.in_short(),
        error => format!("{} « {error} »", reply.status()),
    }
}

#[then(expr = "il n'obtient pas de quoi lire les organisations {rule}")]
async fn cannot_read_organizations(world: &mut World, rule: Rule) -> Step {
    cannot(world, &rule, Operation::ListOrganizations).await
}

#[then(expr = "il n'obtient pas de quoi lire les abonnements {rule}")]
async fn cannot_read_subscriptions(world: &mut World, rule: Rule) -> Step {
    cannot(world, &rule, Operation::ListSubscriptions).await
}

/// Either the scope was refused, or the token that came instead does not open what only that scope
/// opens.
async fn cannot(world: &mut World, rule: &Rule, operation: Operation) -> Step {
    let asked = world.reply()?.clone();
    let token = asked.text("/access_token").to_owned();
    let expected = "le rôle refusé, ou un jeton sans ses droits";
    if token.is_empty() {
        let refused = matches!(asked.status(), 400 | 401 | 403);
        return world.check(rule, expected, told(&asked), refused);
    }
    let tried = world.send(Call::operation(operation, &[]).bearer(token)).await?;
    let refused = matches!(tried.status(), 401 | 403);
    world.check(
        rule,
        expected,
        format!("un jeton, avec lequel l'appel donne {}", tried.in_short()),
        refused,
    )
}

#[then(expr = "ce que la réponse dit de sa mise en cache est relevé {rule}")]
async fn cache_is_recorded(world: &mut World, rule: Rule) -> Step {
    let observed = match world.reply()?.header("cache-control") {
        Some(value) if value.to_ascii_lowercase().contains("no-store") => {
            format!("Cache-Control: {value}")
        }
        Some(value) => format!("Cache-Control: {value}, sans no-store"),
        None => "pas d'en-tête Cache-Control".to_owned(),
    };
    world.record(&rule, observed);
    Ok(())
}

#[when("un client ouvre une connexion en TLS 1.1")]
async fn greets_in_old_tls(world: &mut World) -> Step {
    let seen = greet(world, Offer::Tls11).await?;
    world.notes.insert(SEEN, json!(seen));
    Ok(())
}

#[then(expr = "la connexion est refusée {rule}")]
async fn connection_refused(world: &mut World, rule: Rule) -> Step {
    let seen = texts(world.notes.get(SEEN));
    let holds = !seen.is_empty() && seen.iter().all(|answer| answer.ends_with(REFUSED));
    world.check(&rule, "une alerte ou une fermeture", seen.join(" ; "), holds)
}

#[when("le même client ouvre la même connexion en TLS 1.2 ou 1.3")]
async fn greets_in_new_tls(world: &mut World) -> Step {
    let mut seen = greet(world, Offer::Tls12).await?;
    let hub = world.session().target.clone();
    for (url, answer) in hosts(world).into_iter().zip(&mut seen) {
        if answer.ends_with(ACCEPTED) {
            continue;
        }
        // A hub that speaks nothing below 1.3 is as right.
        let config = tls::config(&hub, &[&rustls::version::TLS13]).map_err(|error| {
            Stop::broken(
                "ouverture d'une connexion TLS 1.3",
                "une autorité utilisable",
                error.to_string(),
            )
        })?;
        if raw::connect(&url, Some(config)).await.is_ok() {
            *answer = format!("{} en TLS 1.3 : {ACCEPTED}", url.host_str().unwrap_or_default());
        }
    }
    world.notes.insert(SEEN, json!(seen));
    Ok(())
}

#[then(expr = "la connexion est acceptée {rule}")]
async fn connection_accepted(world: &mut World, rule: Rule) -> Step {
    let seen = texts(world.notes.get(SEEN));
    let holds = !seen.is_empty() && seen.iter().all(|answer| answer.ends_with(ACCEPTED));
    world.check(&rule, "la poignée de main se poursuit", seen.join(" ; "), holds)
}

const ACCEPTED: &str = "acceptée";
const REFUSED: &str = "refusée";

/// The hosts that serve the hub, each once.
fn hosts(world: &World) -> Vec<url::Url> {
    let hub = &world.session().target.hub;
    let mut urls: Vec<url::Url> = Vec::new();
    for url in [&hub.teledossiers_url, &hub.referential_url, &hub.token_url] {
        let same = |other: &url::Url| {
            other.host() == url.host()
                && other.port_or_known_default() == url.port_or_known_default()
        };
        if url.scheme() == "https" && !urls.iter().any(same) {
            urls.push(url.clone());
        }
    }
    urls
}

async fn greet(world: &World, offer: Offer) -> Result<Vec<String>, Stop> {
    let limit = world.session().target.limits.request_timeout.min(Duration::from_secs(10));
    let mut seen = Vec::new();
    for url in hosts(world) {
        let answer = tls::greet(&url, offer, limit).await;
        let answer = answer.map_err(|error| Stop::NoAnswer {
            reason: format!("no connection to {url}: {error}"),
        })?;
        let said = match answer {
            Greeting::Accepted => ACCEPTED,
            Greeting::Refused => REFUSED,
            Greeting::Unclear => "sans réponse claire",
        };
        seen.push(format!("{} : {said}", url.host_str().unwrap_or_default()));
    }
    Ok(seen)
}

#[when("chaque opération de la matrice est appelée sans jeton")]
async fn every_operation_without_token(world: &mut World) -> Step {
    call_every_operation(world, None).await
}

#[when("chaque opération de la matrice est appelée par l'OSL avec un jeton")]
async fn every_operation_with_token(world: &mut World) -> Step {
    let player = world.player(Role::Osl)?;
    call_every_operation(world, Some(player)).await
}

/// Calls every operation on objects that do not exist: nothing is created or changed, whatever the
/// hub thinks of it.
async fn call_every_operation(world: &mut World, by: Option<Arc<Credential>>) -> Step {
    let mut unauthenticated = Vec::new();
    let mut others = Vec::new();
    for &operation in Operation::of_matrix() {
        let mut call = on_nothing(operation);
        if let Some(player) = &by {
            call = call.by(player);
        }
        let reply = world.send(call).await?;
        let line = format!(
            "{} {} : {}",
            operation.method().name(),
            operation.path_template(),
            reply.status()
        );
        if reply.status() == 401 {
            unauthenticated.push(line);
        } else {
            others.push(line);
        }
    }
    world.notes.insert(SEEN, json!({ "unauthenticated": unauthenticated, "others": others }));
    Ok(())
}

fn on_nothing(operation: Operation) -> Call {
    let nobody = uuid::Uuid::new_v4().to_string();
    let id = match operation.path_template().split('/').nth(1) {
        Some("organizations") => "SI-00000000000000-ETALON".to_owned(),
        Some("processes") => "ETALON-INCONNUE".to_owned(),
        _ => nobody,
    };
    let call = Call::operation(operation, &[&id, &id, &id]);
    match (operation.method(), operation.api()) {
        (contract::operations::Method::Get | contract::operations::Method::Delete, _) => call,
        (_, Api::Teledossiers) if operation.path_template().contains("attachments") => {
            call.file(b"rien".as_slice())
        }
        _ => call.json(json!({})),
    }
}

#[then(expr = "toutes sont refusées faute de jeton {rule}")]
async fn all_unauthenticated(world: &mut World, rule: Rule) -> Step {
    let seen = world.notes.get(SEEN).cloned().unwrap_or_default();
    let others = texts(seen.get("others"));
    let count = texts(seen.get("unauthenticated")).len();
    let observed =
        if others.is_empty() { format!("401 aux {count} opérations") } else { others.join(" ; ") };
    world.check(&rule, "401 à chaque opération", observed, others.is_empty() && count > 0)
}

#[then(expr = "aucune n'est refusée faute de jeton {rule}")]
async fn none_unauthenticated(world: &mut World, rule: Rule) -> Step {
    let refused = texts(world.notes.get(SEEN).and_then(|seen| seen.get("unauthenticated")));
    let observed = if refused.is_empty() { "aucun 401".to_owned() } else { refused.join(" ; ") };
    world.check(&rule, "tout autre statut que 401", observed, refused.is_empty())
}

/// The texts of an array that a step noted.
pub(super) fn texts(noted: Option<&Value>) -> Vec<String> {
    let items = noted.and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
