//! Words of the authentication: how a token is obtained, and what is refused without a good one.
//! Its life is in [`super::auth_lifetime`].

use std::sync::Arc;
use std::time::Duration;

use contract::exchange::Api;
use contract::operations::{Operation, Scope};
use cucumber::{then, when};
use serde_json::json;

use super::actors::Actor;
use super::resources::Resource;
use crate::check::{Rule, Step, Stop};
use crate::client::tls::{self, Greeting, Offer};
use crate::client::{Body, Call, Reply, raw};
use crate::roles::Role;
use crate::target::Credential;
use crate::world::World;

/// What a scenario saw over several calls.
#[derive(Clone, Default)]
struct Authentication {
    /// What was wrong with tokens.
    defects: Vec<String>,
    /// How each host greeted a connection.
    greetings: Vec<(String, Greeting)>,
    /// The calls refused for want of a token, and the others.
    unauthenticated: Vec<String>,
    others: Vec<String>,
}

/// What was answered to whom is right but for the case of its letters: what was written otherwise,
/// and the answer.
#[derive(Clone, Default)]
struct InAnotherCase(Vec<(&'static str, Reply)>);

#[when("chaque accès déclaré demande un jeton")]
async fn every_credential_asks(world: &mut World) -> Step {
    let credentials: Vec<Arc<Credential>> = world.session().credentials.all().to_vec();
    let mut defects = Vec::new();
    for credential in credentials {
        let reply = world.send(Call::token(&credential, credential.scope.name())).await?;
        if let Some(defect) = defect_of(&reply) {
            defects.push(format!("« {} » : {defect}", credential.name));
        }
        observe_life(world, &reply);
    }
    world.memory::<Authentication>().defects = defects;
    Ok(())
}

#[then(expr = "chacun reçoit un jeton de type Bearer, valable un certain temps {rule}")]
async fn every_credential_got_one(world: &mut World, rule: Rule) -> Step {
    let defects = world.memory::<Authentication>().defects.clone();
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

#[when(expr = "{actor} demande un jeton")]
async fn asks(world: &mut World, actor: Actor) -> Step {
    let credential = world.credential(actor.0)?;
    world.send(Call::token(&credential, credential.scope.name())).await?;
    Ok(())
}

#[when(regex = r"^(l'OSL|le SI) demande un jeton pour le rôle (?:d'|de )(administrateur|OSL|SI)$")]
async fn asks_for_scope(world: &mut World, actor: Actor, name: String) -> Step {
    let scope = match name.as_str() {
        "administrateur" => Scope::Admin,
        "OSL" => Scope::Osl,
        _ => Scope::Si,
    };
    let credential = world.credential(actor.0)?;
    world.send(Call::token(&credential, scope.name())).await?;
    Ok(())
}

#[when(
    regex = "^l'OSL demande un jeton (avec un secret erroné|avec un secret vide|sous un identifiant inconnu|avec le grant_type [a-z]+|sans dire que sa demande est un formulaire)$"
)]
async fn asks_wrongly(world: &mut World, defect: String) -> Step {
    let credential = world.credential(Role::Osl)?;
    let scope = credential.scope.name();
    let call = match defect.as_str() {
        // A digit more: neither the beginning nor the length of the right one is told apart.
        "avec un secret erroné" => Call::token(
            &credential.with_secret(format!("{}0", credential.secret().reveal())),
            scope,
        ),
        "avec un secret vide" => Call::token(&credential.with_secret(String::new()), scope),
        "sous un identifiant inconnu" => {
            let unknown = format!("etalon-{}", uuid::Uuid::new_v4());
            Call::token(&credential.with_client_id(unknown), scope)
        }
        _ => {
            let mut call = Call::token(&credential, scope);
            if let Some(grant) = defect.strip_prefix("avec le grant_type ")
                && let Body::Bytes { bytes, .. } = &mut call.body
            {
                let asked = String::from_utf8_lossy(bytes).replace("client_credentials", grant);
                *bytes = asked.into();
            } else {
                call.body = Body::Bytes { content_type: "", bytes: call.body.bytes() };
            }
            call
        }
    };
    world.send(call).await?;
    Ok(())
}

#[when("un client demande un jeton, la casse de son identifiant changée, puis celle de son secret")]
async fn asks_in_another_case(world: &mut World) -> Step {
    let mut asked = Vec::new();
    let secret = |credential: &Credential| credential.secret().reveal().to_owned();
    if let Some((credential, id)) = in_another_case(world, |one| one.client_id.clone()) {
        asked.push((credential.with_client_id(id), "identifiant"));
    }
    if let Some((credential, other)) = in_another_case(world, secret) {
        asked.push((credential.with_secret(other), "secret"));
    }
    for (credential, what) in asked {
        let reply = world.send(Call::token(&credential, credential.scope.name())).await?;
        world.memory::<InAnotherCase>().0.push((what, reply));
    }
    Ok(())
}

/// A text with its capitals small and its small letters capitals.
pub(super) fn case_swapped(text: &str) -> String {
    let swapped = |letter: char| match letter.is_ascii_lowercase() {
        true => letter.to_ascii_uppercase(),
        false => letter.to_ascii_lowercase(),
    };
    text.chars().map(swapped).collect()
}

/// The first declared credential of which a text has letters, and that text with its capitals small
/// and its small letters capitals.
fn in_another_case(
    world: &World,
    text: impl Fn(&Credential) -> String,
) -> Option<(Arc<Credential>, String)> {
    world.session().credentials.all().iter().find_map(|credential| {
        let text = text(credential);
        let other = case_swapped(&text);
        (other != text).then(|| (credential.clone(), other))
    })
}

#[then(expr = "aucun jeton ne lui est donné {rule}")]
async fn no_token_in_another_case(world: &mut World, rule: Rule) -> Step {
    let asked = world.memory::<InAnotherCase>().0.clone();
    if asked.is_empty() {
        let reason = "aucun identifiant ni secret déclaré ne compte de lettre".to_owned();
        return Err(world.inconclusive(&rule.0, reason));
    }
    let mut outcome = Ok(());
    for (what, reply) in asked {
        let token = !reply.text("/access_token").is_empty();
        let seen = if token { format!("{} et un jeton", reply.status()) } else { told(&reply) };
        let observed = format!("{what} d'une autre casse : {seen}");
        let refused = reply.status() == 401 && !token;
        outcome = outcome.and(world.check(&rule, "401, sans jeton", observed, refused));
    }
    outcome
}

/// Whether a request that does not say that it is a form gets a token (D23).
pub(super) fn record_unsaid_form(world: &World, rule: &Rule) -> Step {
    let reply = world.reply()?;
    let token = !reply.text("/access_token").is_empty();
    let (side, told) =
        if token { ("others_too", "un jeton".to_owned()) } else { ("form_only", told(reply)) };
    world.record(rule, format!("demande de jeton sans Content-Type : {told}"));
    world.observe_divergence("D23", side, told);
    Ok(())
}

/// What a token answer says besides is for AUTH-01, which asks it of every credential.
#[then(expr = "{actor} reçoit un jeton {rule}")]
async fn got_one(world: &mut World, _actor: Actor, rule: Rule) -> Step {
    let reply = world.reply()?;
    let token = !reply.text("/access_token").is_empty();
    let observed = if token { format!("{} et un jeton", reply.status()) } else { told(reply) };
    world.check(&rule, "200 et un jeton", observed, reply.status() == 200 && token)
}

#[then(
    regex = r"^le jeton est refusé((?:, comme invalide ou)?) faute d'identification (\[[A-Z]+-[0-9]{2}\])$"
)]
async fn no_token(world: &mut World, or_invalid: String, rule: Rule) -> Step {
    let reply = world.reply()?;
    let token = !reply.text("/access_token").is_empty();
    let observed = if token { format!("{} et un jeton", reply.status()) } else { told(reply) };
    let (expected, statuses): (_, &[u16]) = match or_invalid.as_str() {
        "" => ("401, sans jeton", &[401]),
        _ => ("400 ou 401, sans jeton", &[400, 401]),
    };
    world.check(&rule, expected, observed, statuses.contains(&reply.status()) && !token)
}

/// A token error, as RFC 6749 writes it or otherwise.
fn told(reply: &Reply) -> String {
    match reply.text("/error") {
        "" => reply.in_short(),
        error => format!("{} « {error} »", reply.status()),
    }
}

/// Either the scope was refused, or the token that came instead does not open what only that scope
/// opens.
#[then(expr = "il n'obtient pas de quoi lire les {resource} {rule}")]
async fn cannot_read(world: &mut World, resource: Resource, rule: Rule) -> Step {
    let asked = world.reply()?.clone();
    let token = asked.text("/access_token").to_owned();
    let expected = "le rôle refusé, ou un jeton sans ses droits";
    if token.is_empty() {
        let refused = matches!(asked.status(), 400 | 401 | 403);
        return world.check(&rule, expected, told(&asked), refused);
    }
    let call = Call::operation(resource.descriptor().list, &[]);
    let tried = world.send(call.bearer(token)).await?;
    let refused = matches!(tried.status(), 401 | 403);
    world.check(
        &rule,
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

#[when(regex = r"^un client ouvre une connexion en TLS (1\.1|1\.2 ou 1\.3)$")]
async fn greets(world: &mut World, versions: String) -> Step {
    let greetings = match versions.as_str() {
        "1.1" => greet(world, Offer::Tls11).await?,
        _ => greet_in_new_tls(world).await?,
    };
    world.memory::<Authentication>().greetings = greetings;
    Ok(())
}

async fn greet_in_new_tls(world: &World) -> Result<Vec<(String, Greeting)>, Stop> {
    let mut seen = greet(world, Offer::Tls12).await?;
    let hub = world.session().target.clone();
    for (url, (_, answer)) in hosts(world).into_iter().zip(&mut seen) {
        if *answer == Greeting::Accepted {
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
            *answer = Greeting::Accepted;
        }
    }
    Ok(seen)
}

#[then(regex = r"^la connexion est (acceptée|refusée) (\[[A-Z]+-[0-9]{2}\])$")]
async fn connection_is(world: &mut World, verdict: String, rule: Rule) -> Step {
    let (wanted, expected) = match verdict.as_str() {
        "acceptée" => (Greeting::Accepted, "la poignée de main se poursuit"),
        _ => (Greeting::Refused, "une alerte ou une fermeture"),
    };
    let greetings = world.memory::<Authentication>().greetings.clone();
    let told = |(host, greeting): &(String, Greeting)| {
        let said = match greeting {
            Greeting::Accepted => "acceptée",
            Greeting::Refused => "refusée",
            Greeting::Unclear => "sans réponse claire",
        };
        format!("{host} : {said}")
    };
    let observed: Vec<String> = greetings.iter().map(told).collect();
    let holds = !greetings.is_empty() && greetings.iter().all(|(_, seen)| *seen == wanted);
    world.check(&rule, expected, observed.join(" ; "), holds)
}

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
            urls.push(url.reveal().clone());
        }
    }
    urls
}

async fn greet(world: &World, offer: Offer) -> Result<Vec<(String, Greeting)>, Stop> {
    let limit = world.session().target.limits.request_timeout.min(Duration::from_secs(10));
    let mut seen = Vec::new();
    for url in hosts(world) {
        let answer = tls::greet(&url, offer, limit).await;
        let answer = answer.map_err(|error| Stop::NoAnswer {
            reason: format!("no connection to {url}: {error}"),
        })?;
        seen.push((url.host_str().unwrap_or_default().to_owned(), answer));
    }
    Ok(seen)
}

#[when(regex = "^chaque opération de la matrice est appelée (sans jeton|par l'OSL avec un jeton)$")]
async fn every_operation_is_called(world: &mut World, by: String) -> Step {
    let credential = match by.as_str() {
        "sans jeton" => None,
        _ => Some(world.credential(Role::Osl)?),
    };
    call_every_operation(world, credential).await
}

/// Calls every operation on objects that do not exist: nothing is created or changed, whatever the
/// hub thinks of it.
async fn call_every_operation(world: &mut World, by: Option<Arc<Credential>>) -> Step {
    let mut unauthenticated = Vec::new();
    let mut others = Vec::new();
    for &operation in Operation::of_matrix() {
        let mut call = on_nothing(operation);
        if let Some(credential) = &by {
            call = call.by(credential);
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
    let memory = world.memory::<Authentication>();
    (memory.unauthenticated, memory.others) = (unauthenticated, others);
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
    let Authentication { unauthenticated, others, .. } = world.memory::<Authentication>().clone();
    let count = unauthenticated.len();
    let observed =
        if others.is_empty() { format!("401 aux {count} opérations") } else { others.join(" ; ") };
    world.check(&rule, "401 à chaque opération", observed, others.is_empty() && count > 0)
}

#[then(expr = "aucune n'est refusée faute de jeton {rule}")]
async fn none_unauthenticated(world: &mut World, rule: Rule) -> Step {
    let refused = world.memory::<Authentication>().unauthenticated.clone();
    let observed = if refused.is_empty() { "aucun 401".to_owned() } else { refused.join(" ; ") };
    world.check(&rule, "tout autre statut que 401", observed, refused.is_empty())
}
