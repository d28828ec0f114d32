//! Words of a token's life: presented, reused, refused once its term is past. How it is obtained is
//! in [`super::auth`].

use std::time::Duration;

use contract::operations::Operation;
use cucumber::{given, then, when};
use serde_json::json;

use crate::check::{Rule, Step, Stop};
use crate::client::{Call, Reply};
use crate::roles::Role;
use crate::world::World;

const TOKEN: &str = "authentication/token";
const LIFE: &str = "authentication/life";
const GIVEN_AT: &str = "authentication/given-at";
/// How long before its term a token is tried a last time, and how long after it is tried again, in
/// seconds: clocks differ a little (contract §2).
const LEEWAY_SECONDS: f64 = 5.0;

/// A token asked for just now, with its life in seconds.
async fn fresh_token(world: &mut World) -> Result<(String, f64), Stop> {
    let player = world.player(Role::Osl)?;
    let reply = world.send(Call::token(&player, player.scope.name())).await?;
    let token = reply.text("/access_token").to_owned();
    if reply.status() != 200 || token.is_empty() {
        return Err(Stop::broken("demande d'un jeton", "un jeton", reply.in_short()));
    }
    Ok((token, reply.json()["expires_in"].as_f64().unwrap_or(0.0)))
}

async fn present(world: &mut World, token: &str) -> Result<Reply, Stop> {
    world
        .send(
            Call::operation(Operation::ListNotifications, &[]).query("maxResult", 1).bearer(token),
        )
        .await
}

#[given("un jeton neuf de l'OSL, et la durée de vie annoncée")]
async fn given_token(world: &mut World) -> Step {
    let (token, life) = fresh_token(world).await?;
    let now_ms = world.hub_now().await?.unix_ms();
    world.notes.insert(TOKEN, json!(token));
    world.notes.insert(LIFE, json!(life));
    world.notes.insert(GIVEN_AT, json!(now_ms));
    Ok(())
}

fn noted_token(world: &World) -> String {
    world.notes.get(TOKEN).and_then(|token| token.as_str()).unwrap_or_default().to_owned()
}

fn noted_life(world: &World) -> f64 {
    world.notes.get(LIFE).and_then(serde_json::Value::as_f64).unwrap_or(0.0)
}

#[when("l'OSL relève ses notifications sans présenter de jeton")]
async fn without_token(world: &mut World) -> Step {
    world.send(Call::operation(Operation::ListNotifications, &[]).query("maxResult", 1)).await?;
    Ok(())
}

#[when("l'OSL relève ses notifications avec un jeton neuf")]
async fn with_fresh_token(world: &mut World) -> Step {
    let (token, _) = fresh_token(world).await?;
    present(world, &token).await?;
    Ok(())
}

#[when(
    regex = "^l'OSL relève ses notifications avec un jeton (inconnu|altéré|tronqué|allongé|vide)$"
)]
async fn with_bad_token(world: &mut World, defect: String) -> Step {
    let (token, _) = fresh_token(world).await?;
    let bad = match defect.as_str() {
        "inconnu" => format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple()),
        "altéré" => altered(&token),
        // More than the last character: the end of an encoded signature may carry bits that mean
        // nothing.
        "tronqué" => token.chars().take(token.chars().count().saturating_sub(4)).collect(),
        "allongé" => format!("{token}AAAA"),
        _ => String::new(),
    };
    present(world, &bad).await?;
    Ok(())
}

/// The token with one character of its middle changed.
fn altered(token: &str) -> String {
    let middle = token.len() / 2;
    let place = token
        .char_indices()
        .skip_while(|(at, _)| *at < middle)
        .find(|(_, character)| character.is_ascii_alphanumeric());
    match place {
        Some((at, character)) => {
            let other = if character == 'A' { 'B' } else { 'A' };
            format!("{}{other}{}", &token[..at], &token[at + character.len_utf8()..])
        }
        None => format!("A{token}"),
    }
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

#[then(expr = "l'appel présenté avec un jeton valable est accepté {rule}")]
async fn accepted(world: &mut World, rule: Rule) -> Step {
    world.check_status(&rule, &[200])
}

#[then(expr = "le même jeton est accepté à dix appels de suite {rule}")]
async fn reused(world: &mut World, rule: Rule) -> Step {
    let token = noted_token(world);
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

#[then(expr = "le premier jeton reste accepté {rule}")]
async fn first_still_accepted(world: &mut World, rule: Rule) -> Step {
    let token = noted_token(world);
    present(world, &token).await?;
    world.check_status(&rule, &[200])
}

#[when("le terme de ce jeton approche")]
async fn term_comes_near(world: &mut World) -> Step {
    let life = noted_life(world);
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

#[then(expr = "le jeton est encore accepté {rule}")]
async fn still_accepted(world: &mut World, rule: Rule) -> Step {
    let token = noted_token(world);
    present(world, &token).await?;
    world.check_status(&rule, &[200])
}

#[when("le terme de ce jeton est passé")]
async fn term_is_past(world: &mut World) -> Step {
    let life = noted_life(world);
    let_time_pass(world, life + LEEWAY_SECONDS).await?;
    let token = noted_token(world);
    present(world, &token).await?;
    Ok(())
}

/// Until this many seconds after the token was given: by moving the hub's clock, or by waiting.
async fn let_time_pass(world: &mut World, seconds: f64) -> Step {
    let given_ms = world.notes.get(GIVEN_AT).and_then(serde_json::Value::as_i64).unwrap_or(0);
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
