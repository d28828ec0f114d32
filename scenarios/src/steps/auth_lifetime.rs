//! Words of a token's life: presented, reused, refused once its term is past. How it is obtained is
//! in [`super::auth`].

use std::time::Duration;

use contract::operations::Operation;
use cucumber::{given, then, when};

use super::auth::case_swapped;
use crate::check::{Rule, Step, Stop};
use crate::client::Call;
use crate::roles::Role;
use crate::world::World;

/// The first token of a scenario.
#[derive(Clone, Default)]
struct FirstToken {
    token: String,
    /// How long it is announced to live.
    life_seconds: f64,
    /// When it was given, by the hub's own time.
    given_ms: i64,
}

/// How long before its term a token is tried a last time, and how long after it is tried again, in
/// seconds: clocks differ a little (contract §2).
const LEEWAY_SECONDS: f64 = 5.0;

/// A token asked for just now, with its life in seconds.
async fn fresh_token(world: &mut World) -> Result<(String, f64), Stop> {
    let credential = world.credential(Role::Osl)?;
    let reply = world.send(Call::token(&credential, credential.scope.name())).await?;
    let token = reply.text("/access_token").to_owned();
    if reply.status() != 200 || token.is_empty() {
        return Err(Stop::broken("demande d'un jeton", "un jeton", reply.in_short()));
    }
    Ok((token, reply.json()["expires_in"].as_f64().unwrap_or(0.0)))
}

#[given("un premier jeton de l'OSL, et la durée de vie annoncée")]
async fn first_token(world: &mut World) -> Step {
    let (token, life_seconds) = fresh_token(world).await?;
    let given_ms = world.hub_now().await?.unix_ms();
    *world.memory::<FirstToken>() = FirstToken { token, life_seconds, given_ms };
    Ok(())
}

/// The words of a call as it should be say nothing of its token.
#[when(
    regex = "^l'OSL relève ses notifications(?: (sans présenter de jeton|avec un jeton neuf|avec le premier jeton|avec un jeton (?:inconnu|altéré au début|altéré en son milieu|altéré à la fin|dont la casse a changé|tronqué|allongé|vide)|sous un autre schéma que Bearer))?$"
)]
async fn reads_notifications(world: &mut World, with: String) -> Step {
    let call = Call::operation(Operation::ListNotifications, &[]).query("maxResult", 1);
    let token = match with.as_str() {
        "" => return world.send_as(Role::Osl, call).await.map(drop),
        "sans présenter de jeton" => return world.send(call).await.map(drop),
        "sous un autre schéma que Bearer" => {
            let token = fresh_token(world).await?.0;
            return world
                .send(call.header("authorization", format!("Basic {token}")))
                .await
                .map(drop);
        }
        "avec le premier jeton" => world.memory::<FirstToken>().token.clone(),
        defect => bent(&fresh_token(world).await?.0, defect),
    };
    world.send(call.bearer(token)).await.map(drop)
}

/// A token with the defect that the words end with.
fn bent(token: &str, words: &str) -> String {
    match words.rsplit(' ').next() {
        Some("inconnu") => {
            format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
        }
        Some("début") => altered(token, 0),
        Some("milieu") => altered(token, token.len() / 2),
        Some("fin") => altered(token, token.len().saturating_sub(1)),
        // One without letters is altered in another way: it has to be refused as well.
        Some("changé") if case_swapped(token) == token => altered(token, 0),
        Some("changé") => case_swapped(token),
        // More than the last character: the end of an encoded signature may carry bits that mean
        // nothing.
        Some("tronqué") => token.chars().take(token.chars().count().saturating_sub(4)).collect(),
        Some("allongé") => format!("{token}AAAA"),
        Some("vide") => String::new(),
        _ => token.to_owned(),
    }
}

/// The digits of base64 (RFC 4648 §5), which tokens are often written in.
const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The token with one character changed: that of this place, or the nearest that is a letter or a
/// digit. Its first bit changes: at the end of an encoded signature the others may mean nothing.
fn altered(token: &str, place: usize) -> String {
    let plain = token.char_indices().filter(|(_, character)| character.is_ascii_alphanumeric());
    let Some((at, character)) = plain.min_by_key(|(at, _)| at.abs_diff(place)) else {
        return format!("A{token}");
    };
    let digit = DIGITS.find(character).unwrap_or_default();
    let other = &DIGITS[digit ^ 32..=digit ^ 32];
    format!("{}{other}{}", &token[..at], &token[at + 1..])
}

#[then(expr = "l'appel est refusé faute de jeton valable {rule}")]
async fn unauthenticated(world: &mut World, rule: Rule) -> Step {
    let reply = world.reply()?;
    if reply.status() == 401 {
        let (side, what) = match reply.json().get("fault") {
            Some(_) => ("gateway_fault", "le corps d'un 401 est celui de la passerelle"),
            None => ("errors", "le corps d'un 401 est celui des erreurs du hub"),
        };
        world.observe_divergence("D12", side, what);
    }
    world.check_status(&rule, &[401])
}

/// Whether a token survives the request of another: no document says (contract §2).
pub(super) fn record_older_token(world: &World, rule: &Rule) -> Step {
    world.record(rule, format!("premier jeton après un second : {}", world.reply()?.in_short()));
    Ok(())
}

#[then(expr = "le premier jeton est accepté à dix appels de suite {rule}")]
async fn reused(world: &mut World, rule: Rule) -> Step {
    let token = world.memory::<FirstToken>().token.clone();
    let mut refused = Vec::new();
    for turn in 1..=10 {
        // Two operations by turns: a token is for every call, whatever the API.
        let operation = match turn % 2 {
            0 => Operation::ListSubscriptions,
            _ => Operation::ListNotifications,
        };
        let call = Call::operation(operation, &[]).query("maxResult", 1);
        let reply = world.send(call.bearer(&token)).await?;
        if reply.status() != 200 {
            refused.push(format!("appel {turn} : {}", reply.in_short()));
        }
    }
    let observed =
        if refused.is_empty() { "accepté dix fois".to_owned() } else { refused.join(" ; ") };
    world.check(&rule, "accepté dix fois", observed, refused.is_empty())
}

#[when(regex = "^le terme du premier jeton (approche|est passé)$")]
async fn time_passes(world: &mut World, until: String) -> Step {
    let life = world.memory::<FirstToken>().life_seconds;
    if until == "est passé" {
        return let_time_pass(world, life + LEEWAY_SECONDS).await;
    }
    let patience = world.session().patience;
    if !world.may_move_clock() && Duration::from_secs_f64(life.clamp(0.0, 1e9)) > patience {
        let rule = contract::rules::RuleId::try_from("AUTH-05")
            .map_err(|error| Stop::broken("règle AUTH-05", "une règle", error.to_string()))?;
        let reason = format!(
            "le jeton vit {life} secondes, plus que la patience accordée ({} s) : relancez avec --patience {life}s, réduisez la durée de \
             vie des jetons de ce hub, ou donnez may.steer_clock",
            patience.as_secs()
        );
        return Err(world.inconclusive(&rule, reason));
    }
    let_time_pass(world, life - 2.0 * LEEWAY_SECONDS).await
}

/// Until this many seconds after the token was given: by moving the hub's clock, or by waiting.
async fn let_time_pass(world: &mut World, seconds: f64) -> Step {
    let given_ms = world.memory::<FirstToken>().given_ms;
    let elapsed_ms = world.hub_now().await?.unix_ms() - given_ms;
    let left_ms = (seconds * 1000.0) as i64 - elapsed_ms;
    if left_ms <= 0 {
        return Ok(());
    }
    if world.may_move_clock() {
        return world.advance_clock(left_ms / 1000 + 1).await;
    }
    tokio::time::sleep(Duration::from_millis(left_ms.unsigned_abs())).await;
    Ok(())
}
