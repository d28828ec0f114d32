//! Words of the errors: what a refused demand is answered, and that none puts the hub at fault.

use std::sync::LazyLock;

use contract::exchange::Api;
use contract::operations::{Method, Operation};
use cucumber::{then, when};
use regex::Regex;
use serde_json::json;

use crate::actor::Draft;
use crate::check::{Needed as _, Rule, Step, Stop};
use crate::client::{Body, Call, raw};
use crate::roles::Role;
use crate::world::World;

/// What a scenario keeps of the errors it provokes.
#[derive(Clone, Default)]
struct Provoked {
    /// What a body was said to be.
    content_type: String,
    /// The status of what answered bytes sent as they were, if anything did.
    raw_status: Option<u16>,
}

#[when(regex = "^l'OSL provoque une erreur : (.+)$")]
async fn provokes(world: &mut World, case: String) -> Step {
    let nobody = uuid::Uuid::new_v4().to_string();
    let call = match case.as_str() {
        "télédossier vide" => Call::operation(Operation::CreateFolder, &[]).json(json!({})),
        "opération réservée à l'administrateur" => {
            Call::operation(Operation::ListOrganizations, &[])
        }
        "télédossier qui n'existe pas" => Call::operation(Operation::GetFolder, &[&nobody]),
        "identifiant mal formé" => Call::operation(Operation::GetFolder, &["pas-un-uuid"]),
        "apostrophe dans un filtre" => Call::operation(Operation::ListSubscriptions, &[])
            .query("companyRegister", "' OR 1=1 --"),
        "nombre démesuré" => Call::operation(Operation::ListNotifications, &[])
            .query("maxResult", "99999999999999999999999"),
        "type inattendu" => Call::operation(Operation::CreateFolder, &[])
            .json(json!({ "processCode": {}, "cases": 3, "attachments": "x" })),
        "appel sans jeton" => {
            world.send(Call::operation(Operation::ListNotifications, &[])).await?;
            return Ok(());
        }
        "jeton inconnu" => {
            world.send(Call::operation(Operation::ListNotifications, &[]).bearer(&nobody)).await?;
            return Ok(());
        }
        _ => {
            return Err(Stop::broken("préparation d'une erreur", "un cas connu", case));
        }
    };
    world.send_as(Role::Osl, call).await?;
    Ok(())
}

#[then(expr = "l'erreur porte un code et un message {rule}")]
async fn carries_code_and_message(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    if reply.is_success() {
        // Whether it had to be refused is for other rules to say.
        return Err(Stop::broken(
            "demande que le hub doit refuser",
            "une erreur",
            reply.in_short(),
        ));
    }
    let refused = (400..500).contains(&reply.status());
    let observed = match reply.problems().first() {
        Some((code, message)) => format!("{}, code {code}, « {message} »", reply.status()),
        None => format!("{} sans code ni message", reply.status()),
    };
    world.check(
        &rule,
        "une erreur, avec un code et un message",
        observed,
        refused && !reply.problems().is_empty(),
    )
}

#[then(expr = "la réponse ne porte aucune erreur {rule}")]
async fn carries_no_error(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    if !reply.is_success() {
        // A hub that refuses everything leaves the rule undecided, and fails by those that say what
        // it must accept.
        return Err(Stop::broken(
            "demande que le hub doit accepter",
            "une réponse sans erreur",
            reply.in_short(),
        ));
    }
    let holds = reply.problems().is_empty();
    world.check(&rule, "200, sans erreur", reply.in_short(), holds)
}

async fn create_with(world: &mut World, draft: Draft, body: Body) -> Step {
    let credential = world.credential(Role::Osl)?;
    let mut call = Call::operation(Operation::CreateFolder, &[]);
    call.body = body;
    let reply = world.send(call.by(&credential)).await?;
    if reply.status() == 201 {
        world.remember_deposit(&credential, draft.clone(), &reply);
    }
    world.draft = Some(draft);
    Ok(())
}

const JSON: &str = "application/json";

#[when(
    regex = "^l'OSL crée (?:un|le même) télédossier en JSON (tronqué|suivi d'autre chose|sans guillemets|remplacé par du texte|bien formé)$"
)]
async fn creates_in_json(world: &mut World, form: String) -> Step {
    let draft = match world.draft.clone() {
        Some(same) => same,
        None => world.describe(&[Role::Si])?,
    };
    let text = draft.body.to_string();
    let written = match form.as_str() {
        "tronqué" => text.chars().take(text.chars().count() / 2).collect(),
        "suivi d'autre chose" => format!("{text} }}"),
        "sans guillemets" => text.replace('"', ""),
        "bien formé" => text,
        _ => "Ceci est un télédossier.".to_owned(),
    };
    create_with(world, draft, Body::Bytes { content_type: JSON, bytes: written.into() }).await
}

#[when("l'OSL change le statut du télédossier en JSON tronqué")]
async fn changes_status_malformed(world: &mut World) -> Step {
    let id = world.deposited()?.id.clone();
    let mut call = Call::operation(Operation::UpdateFolder, &[&id]);
    // Whole up to its last character: read as far as it goes, it would close the folder.
    call.body = Body::Bytes { content_type: JSON, bytes: r#"{"globalStatus":"CLOSED""#.into() };
    world.send_as(Role::Osl, call).await?;
    Ok(())
}

#[then(expr = "le télédossier est toujours en cours de dépôt {rule}")]
async fn still_received(world: &mut World, rule: Rule) -> Step {
    let folder = world.read_folder().await?.needed("lecture du télédossier", 200)?;
    let status = folder.text("/globalStatus");
    world.check(&rule, "HUBEE_RECEIVED", status, status == "HUBEE_RECEIVED")
}

#[when(
    regex = "^l'OSL crée un télédossier présenté comme (text/plain|application/xml|rien du tout)$"
)]
async fn creates_mistyped(world: &mut World, kind: String) -> Step {
    let content_type = match kind.as_str() {
        "text/plain" => "text/plain",
        "application/xml" => "application/xml",
        _ => "",
    };
    world.memory::<Provoked>().content_type = kind;
    let draft = world.describe(&[Role::Si])?;
    let bytes = draft.body.to_string().into();
    create_with(world, draft, Body::Bytes { content_type, bytes }).await
}

#[then(expr = "ce que le hub en fait est relevé {rule}")]
async fn mistyped_is_recorded(world: &mut World, rule: Rule) -> Step {
    let kind = world.memory::<Provoked>().content_type.clone();
    world.record(&rule, format!("du JSON présenté comme {kind} : {}", world.reply()?.in_short()));
    Ok(())
}

#[when(regex = "^l'OSL appelle ([A-Z]+) (/\\S+)$")]
async fn calls(world: &mut World, method: String, path: String) -> Step {
    let path = path.replace("{id}", &uuid::Uuid::new_v4().to_string());
    let mut call = Call::new(Method::Get, Api::Teledossiers, path);
    if matches!(method.as_str(), "POST" | "PUT" | "PATCH") {
        call = call.json(json!({}));
    }
    call.method = method;
    world.send_as(Role::Osl, call).await?;
    Ok(())
}

#[then(expr = "le hub répond que rien n'est là {rule}")]
async fn nothing_there(world: &mut World, rule: Rule) -> Step {
    // A method that nobody knows may be answered by whatever reads HTTP before the API, in its own
    // way (RFC 9110 §15.6.2).
    let reply = world.reply()?;
    let unknown_method = reply.exchange.method == "ETALON";
    let refused = (400..500).contains(&reply.status()) || unknown_method && reply.status() == 501;
    world.check(&rule, "un refus (4xx)", reply.in_short(), refused)
}

#[when(regex = "^une demande hors des règles est envoyée au hub : (.+)$")]
async fn sends_raw(world: &mut World, defect: String) -> Step {
    let credential = world.credential(Role::Osl)?;
    let token = world.session().client.token_of(&credential, Some(world.scenario())).await?;
    let sound = world
        .session()
        .client
        .written(&Call::operation(Operation::ListNotifications, &[]), Some(&token));
    let text = String::from_utf8_lossy(&sound).into_owned();
    let (line, rest) = text.split_once("\r\n").unwrap_or((&text, ""));
    let path = line.split(' ').nth(1).unwrap_or("/").to_owned();
    let line = match defect.as_str() {
        "caractère nul dans le chemin" => line.replacen(&path, &format!("{path}/\0"), 1),
        "remontée dans les répertoires" => {
            line.replacen(&path, &format!("{path}/../../../../../../etc/passwd"), 1)
        }
        "barres obliques doublées" => line.replacen(&path, &format!("/{path}//"), 1),
        "encodage interrompu" => line.replacen(&path, &format!("{path}/%E9%"), 1),
        "chemin de huit mille caractères" => {
            line.replacen(&path, &format!("{path}/{}", "a".repeat(8000)), 1)
        }
        "version de HTTP inconnue" => line.replace("HTTP/1.1", "HTTP/9.9"),
        _ => line.to_owned(),
    };
    let rest = if defect == "longueur qui n'est pas un nombre" {
        rest.replace("content-length: 0", "content-length: beaucoup")
    } else {
        rest.to_owned()
    };
    let request = format!("{line}\r\n{rest}");
    let seen = exchange(world, request.as_bytes()).await?;
    world.memory::<Provoked>().raw_status = seen;
    Ok(())
}

/// Sends bytes as they are and gives the status of the answer, if one came.
async fn exchange(world: &World, request: &[u8]) -> Result<Option<u16>, Stop> {
    let target = &world.session().target;
    let url = &target.hub.teledossiers_url;
    let no_answer = |error: &dyn std::fmt::Display| Stop::NoAnswer {
        reason: format!("no connection to {url}: {error}"),
    };
    let config = match url.scheme() {
        "https" => {
            let config = crate::client::tls::config(target, rustls::DEFAULT_VERSIONS);
            Some(config.map_err(|error| no_answer(&error))?)
        }
        _ => None,
    };
    let mut stream = raw::connect(url, config).await.map_err(|error| no_answer(&error))?;
    let limit = target.limits.request_timeout.min(std::time::Duration::from_secs(5));
    match raw::status_of(&mut stream, request, limit).await {
        Ok(status) => Ok(status),
        // To close, or to say nothing to what cannot be understood, is an answer too.
        Err(_) => Ok(None),
    }
}

#[then(expr = "le hub n'est pas en défaut {rule}")]
async fn not_at_fault(world: &mut World, rule: Rule) -> Step {
    let status = world.memory::<Provoked>().raw_status;
    let observed = status.map_or("connexion fermée".to_owned(), |status| status.to_string());
    // 505 is what a version that nobody knows is answered (RFC 9110 §15.6.6).
    let holds = status.is_none_or(|status| status < 500 || status == 505);
    world.check(&rule, "un refus, ou la connexion fermée", observed, holds)
}

/// What betrays the inside of a hub: stack traces, SQL, paths of files.
static INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    let traces = r"(?i)\bat [\w.$]+\([\w.]+:\d+\)|Traceback \(most recent|stack ?trace|panicked at|Exception\b|goroutine \d+";
    let sql = r"\bSELECT\b.+\bFROM\b|\bINSERT INTO\b|SQLSTATE|\bsqlite\b|\bPSQLException|syntax error at or near|ORA-\d{5}";
    let paths = r"/(?:home|usr|var|opt|etc|tmp|srv|app)/[\w.-]+|[A-Z]:\\\\|\.rs:\d+|\.java:\d+|\.py\b|\.js:\d+";
    Regex::new(&format!("{traces}|{sql}|{paths}")).expect("the signs of an inside make a regex")
});

#[then(expr = "ce que l'erreur montre de l'intérieur du hub est relevé {rule}")]
async fn inside_is_recorded(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let observed = match INSIDE.find(&text) {
        Some(found) => format!("{} : l'erreur montre « {} »", reply.status(), found.as_str()),
        None => format!("{} : rien de l'intérieur du hub", reply.status()),
    };
    world.record(&rule, observed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inside_of_a_hub_is_recognized() {
        for text in [
            "at org.hubee.Folder.read(Folder.java:42)",
            "SELECT * FROM folders",
            "open /var/lib/hub/blob: denied",
            "panicked at 'x'",
        ] {
            assert!(INSIDE.is_match(text), "{text}");
        }
        let decent = "Bad Request : Validation failed.\n[ERROR][REQUEST][POST /teledossiers/v1/folders @body] Object has missing required properties ([\"applicant\"])";
        assert!(!INSIDE.is_match(decent));
    }
}
